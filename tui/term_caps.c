/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Terminfo: see term_caps.h. In a file of its own, as term.h takes names like "lines" for itself.
 */
#include "tui/term_caps.h"

#include <term.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/late.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define FUNCTIONS(F)                                                                               \
    F(cur_term) F(del_curterm) F(setupterm) F(tigetflag) F(tigetnum) F(tigetstr) F(tparm)
XD_LATE_LIBRARY(terminfo, XD_SONAME_CURSES, FUNCTIONS)

static bool is_text(const char *cap)
{
    return cap && cap != (char *)-1 && cap[0];
}

bool xd_caps_has(const char *name)
{
    return is_text(terminfo.tigetstr(name));
}

int xd_caps_colors(void)
{
    return terminfo.tigetnum("colors");
}

const char *xd_caps_palette_reset(void)
{
    const char *s = terminfo.tigetstr("oc");

    return is_text(s) ? s : NULL;
}

int xd_caps_check(struct xd_err *err)
{
    static const char *const other = "`xendeck get domains --watch 2s` works anywhere";
    const char *name = getenv("TERM");
    int found = 0; /* 1: yes; 0: no, or a generic type; -1: no database */
    bool can_move;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return xd_err_set(err, -ENOTTY, "the console needs a terminal, and standard %s is none; %s",
                          isatty(STDIN_FILENO) ? "output" : "input", other);
    if (!name || !name[0])
        return xd_err_set(err, -ENOTSUP,
                          "TERM is not set, so it is not known how to draw on this "
                          "terminal; set it (TERM=vt100 fits most), or: %s",
                          other);
    if (XD_LATE_LOAD(terminfo, err) < 0)
        return -ENODEV;
    terminfo.setupterm(name, STDOUT_FILENO, &found);
    if (found < 0)
        return xd_err_set(err, -ENOTSUP,
                          "no terminfo database is found; install ncurses-base, or: %s", other);
    /* setupterm knows "dumb", but calls it generic. */
    if (found != 1 && strcmp(name, "dumb") != 0)
        return xd_err_set(err, -ENOTSUP,
                          "TERM=%.40s is not in the terminfo database; install "
                          "ncurses-term or set TERM=vt100, or: %s",
                          name, other);
    can_move = found == 1 && xd_caps_has("cup");
    terminfo.del_curterm(*terminfo.cur_term); /* curses reads it again, for itself */
    if (!can_move)
        return xd_err_set(err, -ENOTSUP, "the terminal TERM=%.40s can't address its cursor; %s",
                          name, other);
    return 0;
}

void xd_caps_keys(struct xd_key_seq out[XD_CAPS_KEYS])
{
    static const struct {
        const char *cap;
        uint32_t code;
    } caps[] = {
        {"kcuu1", XD_KEY_UP},     {"kcud1", XD_KEY_DOWN},   {"kcub1", XD_KEY_LEFT},
        {"kcuf1", XD_KEY_RIGHT},  {"kpp", XD_KEY_PGUP},     {"knp", XD_KEY_PGDN},
        {"khome", XD_KEY_HOME},   {"kend", XD_KEY_END},     {"kich1", XD_KEY_INSERT},
        {"kdch1", XD_KEY_DELETE}, {"kcbt", XD_KEY_BACKTAB}, {"kf1", XD_KEY_F1},
        {"kf2", XD_KEY_F1 + 1},   {"kf3", XD_KEY_F1 + 2},   {"kf4", XD_KEY_F1 + 3},
        {"kf5", XD_KEY_F1 + 4},   {"kf6", XD_KEY_F1 + 5},   {"kf7", XD_KEY_F1 + 6},
        {"kf8", XD_KEY_F1 + 7},   {"kf9", XD_KEY_F1 + 8},   {"kf10", XD_KEY_F1 + 9},
        {"kf11", XD_KEY_F1 + 10}, {"kf12", XD_KEY_F12},
    };
    size_t n = 0;

    _Static_assert(N(caps) < XD_CAPS_KEYS, "and the end of the list");
    memset(out, 0, XD_CAPS_KEYS * sizeof(*out));
    for (size_t i = 0; i < N(caps); i++) {
        const char *s = terminfo.tigetstr(caps[i].cap);

        /* A single byte would take a letter or DEL away from all other uses. */
        if (s && s != (char *)-1 && strlen(s) > 1)
            out[n++] = (struct xd_key_seq){s, caps[i].code};
    }
}

int xd_caps_number(const char *name)
{
    return terminfo.tigetnum(name);
}

bool xd_caps_flag(const char *name)
{
    return terminfo.tigetflag(name) == 1;
}

/* A capability without its "$<…>" paddings, which are for terminals of glass and wire. */
static void add_text(struct xd_buf *out, const char *s)
{
    const char *end;

    for (; is_text(s) && *s; s++) {
        if (s[0] == '$' && s[1] == '<' && (end = strchr(s, '>'))) {
            s = end;
            continue;
        }
        xd_buf_addc(out, *s);
    }
}

void xd_caps_add(struct xd_buf *out, const char *name)
{
    add_text(out, terminfo.tigetstr(name));
}

bool xd_caps_is(const char *name, const char *text)
{
    struct xd_buf b = XD_BUF_INIT;
    bool same;

    xd_caps_add(&b, name);
    same = strcmp(xd_buf_str(&b), text) == 0;
    xd_buf_done(&b);
    return same;
}

/* "\033[38;5;74m" is 38;5;74 */
void xd_caps_color(const char *name, int color, char *out, size_t size)
{
    const char *form = terminfo.tigetstr(name);
    struct xd_buf b = XD_BUF_INIT;

    if (is_text(form))
        add_text(&b, terminfo.tparm(form, color, 0, 0, 0, 0, 0, 0, 0, 0));
    out[0] = '\0';
    if (b.len > 3 && b.len - 3 < size && xd_str_starts(b.s, "\033[") && b.s[b.len - 1] == 'm')
        snprintf(out, size, "%.*s", (int)b.len - 3, b.s + 2);
    xd_buf_done(&b);
}

unsigned xd_caps_not_with_colors(unsigned bold, unsigned dim, unsigned underline, unsigned reverse)
{
    int ncv = terminfo.tigetnum("ncv"); /* the bits of terminfo(5) */

    if (ncv < 0)
        return 0;
    return (ncv & 2 ? underline : 0) | (ncv & 4 ? reverse : 0) | (ncv & 16 ? dim : 0) |
           (ncv & 32 ? bold : 0);
}

void xd_caps_restore(struct xd_buf *out, bool colors, int h)
{
    xd_caps_add(out, "sgr0");
    if (colors)
        xd_caps_add(out, "op");
    xd_caps_add(out, "rmir");
    xd_caps_add(out, "cnorm");
    if (!xd_caps_has("rmcup"))
        xd_buf_printf(out, "\033[%d;1H\n", h);
    xd_caps_add(out, "rmcup");
    xd_caps_add(out, "rmkx");
    xd_buf_addc(out, '\r');
}
