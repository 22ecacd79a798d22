/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of a terminal become keys. Sequences are read by their grammar (ECMA-48), not by a list of
 * strings, so that one which means nothing to us is still taken whole: its letters must never run
 * as commands. What differs between xterm, linux, rxvt, screen and the vt family is in tables. */
#include "tui/key.h"

#include <string.h>

#include "base/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define ESC  0x1b
#define F(n) (XD_KEY_F1 + (n)-1)
#define LONG 64 /* a sequence longer than this is no sequence */
#define ARGS 4

/* CSI letter and SS3 letter. */
// clang-format off
static const struct letter {
    char letter;
    uint32_t code;
} letters[] = {
    {'A', XD_KEY_UP}, {'B', XD_KEY_DOWN}, {'C', XD_KEY_RIGHT}, {'D', XD_KEY_LEFT},
    {'H', XD_KEY_HOME}, {'F', XD_KEY_END}, {'Z', XD_KEY_BACKTAB}, {'M', XD_KEY_ENTER},
    {'P', F(1)}, {'Q', F(2)}, {'R', F(3)}, {'S', F(4)},
    /* rxvt: shift with CSI, control with SS3 */
    {'a', XD_KEY_UP}, {'b', XD_KEY_DOWN}, {'c', XD_KEY_RIGHT}, {'d', XD_KEY_LEFT},
};

/* The keypad in application mode: SS3 letter only. */
static const struct letter keypad[] = {
    {'E', '5'}, {'j', '*'}, {'k', '+'}, {'l', ','}, {'m', '-'}, {'n', '.'}, {'o', '/'},
    {'p', '0'}, {'q', '1'}, {'r', '2'}, {'s', '3'}, {'t', '4'}, {'u', '5'}, {'v', '6'},
    {'w', '7'}, {'x', '8'}, {'y', '9'}, {'X', '='},
};

/* CSI number ~ */
static const uint32_t tilde[35] = {
    [1] = XD_KEY_HOME, [2] = XD_KEY_INSERT, [3] = XD_KEY_DELETE, [4] = XD_KEY_END,
    [5] = XD_KEY_PGUP, [6] = XD_KEY_PGDN, [7] = XD_KEY_HOME, [8] = XD_KEY_END,
    [11] = F(1), [12] = F(2), [13] = F(3), [14] = F(4), [15] = F(5), [17] = F(6), [18] = F(7),
    [19] = F(8), [20] = F(9), [21] = F(10), [23] = F(11), [24] = F(12),
};
// clang-format on

static uint32_t find_letter(const struct letter *table, size_t n, char letter)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].letter == letter)
            return table[i].code;
    return XD_KEY_NONE;
}

/* A parsed control sequence: ESC [ private args intermediate… final. */
struct csi {
    char private, final;
    bool intermediate;
    unsigned args[ARGS]; /* 0 where left out */
};

/* The length of the sequence that starts at buf with "ESC [", 0 if it goes on behind len. */
static size_t parse_csi(const char *buf, size_t len, struct csi *s)
{
    size_t i = 2, arg = 0;

    memset(s, 0, sizeof(*s));
    if (i < len && buf[i] >= '<' && buf[i] <= '?')
        s->private = buf[i++];
    for (; i < len && i < LONG; i++) {
        unsigned char c = (unsigned char)buf[i];

        if (c >= '0' && c <= '9') {
            if (arg < ARGS && s->args[arg] < 100000)
                s->args[arg] = s->args[arg] * 10 + (c - '0');
        } else if (c == ';' || c == ':') {
            arg++;
        } else if (c >= 0x20 && c < 0x30) {
            s->intermediate = true;
        } else if (c >= 0x40 && c < 0x7f) {
            s->final = (char)c;
            return i + 1;
        } else {
            return i; /* a control or an ESC cuts the sequence short and is read by itself */
        }
    }
    return i < LONG ? 0 : i;
}

/* xterm's modifier argument: 1 + shift 1, alt 2, ctrl 4, meta 8. Shifted function keys are keys
 * that we have no name for; shifted arrows are arrows. */
static uint32_t modify(uint32_t code, unsigned arg)
{
    unsigned bits = arg ? arg - 1 : 0;

    if (code == XD_KEY_NONE || bits > 15 || (bits & 1 && code >= F(1) && code <= F(12)))
        return XD_KEY_NONE;
    if (bits & 10)
        code |= XD_KEY_ALT;
    if (bits & 4)
        code |= XD_KEY_CTRL;
    return code;
}

/* Buttons as both mouse protocols number them: 0 is the left one, 64 and 65 the wheel. */
static void mouse(unsigned button, unsigned x, unsigned y, bool press, struct xd_key *k)
{
    if (!press || x == 0 || y == 0 || x > 10000 || y > 10000)
        return;
    k->x = (int16_t)(x - 1);
    k->y = (int16_t)(y - 1);
    button &= ~28u; /* shift, alt, ctrl */
    if (button == 0)
        k->code = XD_KEY_CLICK;
    else if (button == 64)
        k->code = XD_KEY_SCROLL_UP;
    else if (button == 65)
        k->code = XD_KEY_SCROLL_DOWN;
}

static size_t decode_csi(const char *buf, size_t len, struct xd_key *k)
{
    struct csi s;
    size_t n;

    if (len > 2 && buf[2] == '[') { /* linux: ESC [ [ A … E are F1 … F5 */
        if (len > 3 && buf[3] >= 'A' && buf[3] <= 'E')
            k->code = F(1) + (uint32_t)(buf[3] - 'A');
        return len > 3 ? 4 : 0;
    }
    n = parse_csi(buf, len, &s);
    if (n == 3 && s.final == 'M') { /* xterm's old mouse report: three bytes follow */
        if (len < 6)
            return 0;
        mouse((unsigned char)buf[3] - 32u, (unsigned char)buf[4] - 32u, (unsigned char)buf[5] - 32u,
              true, k);
        return 6;
    }
    if (n == 0 || s.intermediate)
        return n;
    if (s.private == '<' && (s.final == 'M' || s.final == 'm'))
        mouse(s.args[0], s.args[1], s.args[2], s.final == 'M', k);
    else if (s.private)
        return n;
    else if (s.final == '~' && s.args[0] < N(tilde))
        k->code = modify(tilde[s.args[0]], s.args[1]);
    else if (s.final == '^' && s.args[0] < N(tilde)) /* rxvt: with control */
        k->code = modify(tilde[s.args[0]], 5);
    else if (s.final != 'M' && s.args[0] <= 1) /* else a cursor report */
        k->code = modify(find_letter(letters, N(letters), s.final), s.args[1]);
    return n;
}

static size_t decode_ss3(const char *buf, size_t len, struct xd_key *k)
{
    bool rxvt;

    if (len < 3)
        return 0;
    rxvt = buf[2] >= 'a' && buf[2] <= 'd';
    k->code = find_letter(letters, N(letters), buf[2]);
    if (k->code == XD_KEY_NONE)
        k->code = find_letter(keypad, N(keypad), buf[2]);
    else if (rxvt)
        k->code |= XD_KEY_CTRL;
    return (unsigned char)buf[2] < 0x20 ? 2 : 3;
}

/* A character of several bytes; 0 while it may become whole. Broken ones are dropped. */
static size_t decode_utf8(const char *buf, size_t len, bool final, struct xd_key *k)
{
    unsigned char c = (unsigned char)buf[0];
    size_t need = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
    uint32_t cp;

    for (size_t i = 1; i < len && i < need; i++)
        if ((buf[i] & 0xc0) != 0x80)
            return 1;
    if (len < need)
        return final ? 1 : 0;
    need = (size_t)xd_utf8_decode(buf, len, &cp);
    if (cp != 0xfffd && !xd_cp_is_unsafe(cp))
        k->code = cp;
    return need;
}

/* A key without an ESC in front: a control byte or a character. */
static size_t decode_plain(const char *buf, size_t len, bool final, struct xd_key *k)
{
    unsigned char c = (unsigned char)buf[0];

    if (c >= 0x80)
        return decode_utf8(buf, len, final, k);
    if (c == '\r' || c == '\n')
        k->code = XD_KEY_ENTER;
    else if (c == 0x7f || c == '\b')
        k->code = XD_KEY_BACKSPACE;
    else if (c == 0)
        k->code = XD_KEY_CTRL | ' ';
    else if (c >= 0x20 || c == '\t' || c == ESC)
        k->code = c;
    else
        k->code = XD_KEY_CTRL | (uint32_t)(c <= 26 ? c + 'a' - 1 : c + '@');
    return 1;
}

/* DCS, OSC, APC, PM, SOS: answers of the terminal. All up to ST or BEL is taken. */
static size_t skip_string(const char *buf, size_t len)
{
    for (size_t i = 2; i < len; i++) {
        if (buf[i] == '\a')
            return i + 1;
        if (buf[i] == ESC)
            return i + 1 < len ? i + (buf[i + 1] == '\\' ? 2 : 0) : 0;
    }
    return len > 4096 ? len : 0;
}

static size_t decode_escape(const char *buf, size_t len, bool final, struct xd_key *k);

/* ESC and something: Alt with that key, or a sequence. 0: it may go on. */
static size_t decode_after_escape(const char *buf, size_t len, bool final, struct xd_key *k)
{
    size_t n;

    switch (buf[1]) {
    case '[':
        return decode_csi(buf, len, k);
    case 'O':
        return decode_ss3(buf, len, k);
    case 'P':
    case ']':
    case '^':
    case '_':
    case 'X':
        return skip_string(buf, len);
    case ESC: /* ESC and a sequence is rxvt's way to say Alt; ESC ESC alone are two keys */
        if (len < 3 || (buf[2] != '[' && buf[2] != 'O'))
            return 0;
        n = decode_escape(buf + 1, len - 1, final, k);
        break;
    default:
        n = decode_plain(buf + 1, len - 1, final, k);
        break;
    }
    if (n == 0)
        return 0;
    if (k->code != XD_KEY_NONE)
        k->code |= XD_KEY_ALT;
    return n + 1;
}

static size_t decode_escape(const char *buf, size_t len, bool final, struct xd_key *k)
{
    size_t n = len > 1 ? decode_after_escape(buf, len, final, k) : 0;

    if (n || !final)
        return n;
    if (len == 2 && buf[1] != ESC) { /* Alt and a letter that could have begun a sequence */
        k->code = XD_KEY_ALT | (unsigned char)buf[1];
        return 2;
    }
    if (len > 2 && buf[1] != ESC) /* a sequence that was cut off */
        return len;
    k->code = XD_KEY_ESC;
    return 1;
}

size_t xd_key_decode(const struct xd_key_seq *own, const char *buf, size_t len, bool final,
                     struct xd_key *k)
{
    size_t best = 0;

    *k = (struct xd_key){XD_KEY_NONE, -1, -1};
    if (len == 0)
        return 0;
    for (; own && own->bytes; own++) {
        size_t n = strlen(own->bytes);

        if (n > best && n <= len && memcmp(buf, own->bytes, n) == 0) {
            best = n;
            k->code = own->code;
        }
    }
    if (best)
        return best;
    if (buf[0] == ESC)
        return decode_escape(buf, len, final, k);
    return decode_plain(buf, len, final, k);
}
