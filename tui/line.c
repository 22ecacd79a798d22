/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Editing one line. */
#include "tui/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

void xd_line_set(struct xd_line *l, const char *text)
{
    l->len = l->at = 0;
    l->past = 0;
    l->text[0] = '\0';
    xd_line_insert(l, text);
}

void xd_line_insert(struct xd_line *l, const char *text)
{
    size_t n = strlen(text);

    if (l->len + n >= sizeof(l->text))
        return;
    memmove(l->text + l->at + n, l->text + l->at, l->len - l->at + 1);
    memcpy(l->text + l->at, text, n);
    l->at += n;
    l->len += n;
}

/* The place of the character before or behind `at`. */
static size_t step_back(const struct xd_line *l, size_t at)
{
    while (at > 0 && ((unsigned char)l->text[--at] & 0xc0) == 0x80)
        ;
    return at;
}

static size_t step_on(const struct xd_line *l, size_t at)
{
    if (at < l->len)
        at++;
    while (at < l->len && ((unsigned char)l->text[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static void cut(struct xd_line *l, size_t from, size_t to)
{
    memmove(l->text + from, l->text + to, l->len - to + 1);
    l->len -= to - from;
    l->at = from;
}

static size_t word_start(const struct xd_line *l)
{
    size_t at = l->at;

    while (at > 0 && l->text[at - 1] == ' ')
        at--;
    while (at > 0 && l->text[at - 1] != ' ')
        at--;
    return at;
}

static void recall(struct xd_line *l, const struct xd_line_history *h, int by)
{
    int past = l->past + by;

    if (!h || past < 0 || past > h->n)
        return;
    xd_line_set(l, past == 0 ? "" : h->lines[past - 1]);
    l->past = past;
}

bool xd_line_key(struct xd_line *l, const struct xd_key *k, const struct xd_line_history *h)
{
    char utf8[5] = "";

    switch (k->code) {
    case XD_KEY_LEFT:
    case XD_KEY_CTRL | 'b':
        l->at = step_back(l, l->at);
        return true;
    case XD_KEY_RIGHT:
    case XD_KEY_CTRL | 'f':
        l->at = step_on(l, l->at);
        return true;
    case XD_KEY_HOME:
    case XD_KEY_CTRL | 'a':
        l->at = 0;
        return true;
    case XD_KEY_END:
    case XD_KEY_CTRL | 'e':
        l->at = l->len;
        return true;
    case XD_KEY_BACKSPACE:
        cut(l, step_back(l, l->at), l->at);
        return true;
    case XD_KEY_DELETE:
        cut(l, l->at, step_on(l, l->at));
        return true;
    case XD_KEY_CTRL | 'k':
        cut(l, l->at, l->len);
        return true;
    case XD_KEY_CTRL | 'u':
        cut(l, 0, l->at);
        return true;
    case XD_KEY_CTRL | 'w':
        cut(l, word_start(l), l->at);
        return true;
    case XD_KEY_UP:
        recall(l, h, 1);
        return h != NULL;
    case XD_KEY_DOWN:
        recall(l, h, -1);
        return h != NULL;
    default:
        if (k->code < 0x20 || k->code >= 0x110000)
            return false;
        xd_utf8_encode(k->code, utf8);
        xd_line_insert(l, utf8);
        return true;
    }
}

void xd_line_draw(const struct xd_line *l, struct xd_canvas *c, int x, int y, int w,
                  const char *prefix)
{
    struct xd_rect r = {x, y, w, 1};
    char before[XD_LINE_BYTES];

    xd_canvas_fill(c, r, XD_S_INPUT);
    x += xd_canvas_text(c, x, y, XD_S_INPUT, prefix);
    w -= x - r.x;
    memcpy(before, l->text, l->at);
    before[l->at] = '\0';
    const char *from = l->text;
    int left = xd_str_width(before);
    while (left >= w && *from) { /* scroll by characters until the cursor shows */
        size_t n = step_on(l, (size_t)(from - l->text)) - (size_t)(from - l->text);
        char one[8] = "";
        memcpy(one, from, n < sizeof(one) ? n : sizeof(one) - 1);
        left -= xd_str_width(one);
        from += n;
    }
    xd_canvas_field(c, x, y, w, false, XD_S_INPUT, from);
    c->cursor_x = x + left;
    c->cursor_y = y;
}

void xd_line_remember(struct xd_line_history *h, const char *text)
{
    if (!*text || (h->n && strcmp(h->lines[0], text) == 0))
        return;
    if (h->n == XD_LINE_PAST)
        free(h->lines[--h->n]);
    memmove(h->lines + 1, h->lines, (size_t)h->n * sizeof(*h->lines));
    h->lines[0] = xd_strdup(text);
    h->n++;
}

void xd_line_forget(struct xd_line_history *h)
{
    while (h->n)
        free(h->lines[--h->n]);
}
