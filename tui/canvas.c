/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The grid of cells: its storage, text and blanks put into it, and reading it out. Lines, gauges
 * and spark lines are in canvas_draw.c. */
#include "tui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "tui/canvas_cell.h"
#include "tui/glyph.h"

#define REPLACEMENT 0xfffdu

void xd_canvas_init(struct xd_canvas *c, int w, int h, enum xd_glyphs glyphs)
{
    c->cells = NULL;
    c->glyphs = glyphs;
    xd_canvas_resize(c, w, h);
}

void xd_canvas_done(struct xd_canvas *c)
{
    free(c->cells);
    c->cells = NULL;
    c->w = c->h = 0;
}

void xd_canvas_resize(struct xd_canvas *c, int w, int h)
{
    c->w = w > 0 ? w : 0;
    c->h = h > 0 ? h : 0;
    c->cells = xd_realloc(c->cells, ((size_t)c->w * (size_t)c->h + 1) * sizeof(*c->cells));
    xd_canvas_clear(c);
}

void xd_canvas_clear(struct xd_canvas *c)
{
    const struct xd_glyph blank = {.cp = ' ', .style = XD_S_NORMAL, .width = 1};
    size_t n = (size_t)c->w * (size_t)c->h;

    for (size_t i = 0; i < n; i++)
        c->cells[i] = blank;
    c->cursor_x = c->cursor_y = -1;
}

/* --- single cells --- */

struct xd_glyph *xd_cell_at(const struct xd_canvas *c, int x, int y)
{
    if (x < 0 || y < 0 || x >= c->w || y >= c->h)
        return NULL;
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

static bool is_right_half(const struct xd_glyph *g)
{
    return g->cp == 0 && !g->lines;
}

static void make_blank(struct xd_glyph *g)
{
    g->cp = ' ';
    g->mark = 0;
    g->lines = 0;
    g->width = 1;
}

struct xd_glyph *xd_cell_claim(struct xd_canvas *c, int x, int y)
{
    struct xd_glyph *g = xd_cell_at(c, x, y);

    if (!g)
        return NULL;
    if (is_right_half(g) && x > 0)
        make_blank(g - 1);
    else if (g->width == 2 && x + 1 < c->w)
        make_blank(g + 1);
    if (is_right_half(g) || g->width == 2)
        make_blank(g);
    return g;
}

struct xd_glyph *xd_cell_put(struct xd_canvas *c, int x, int y, uint32_t cp, enum xd_role_style s)
{
    struct xd_glyph *g = xd_cell_claim(c, x, y);

    if (!g)
        return NULL;
    *g = (struct xd_glyph){.cp = cp, .style = (uint8_t)s, .width = 1};
    return g;
}

/* A character of two cells; where only one of them is on the canvas that one becomes blank. */
static struct xd_glyph *put_wide(struct xd_canvas *c, int x, int y, uint32_t cp,
                                 enum xd_role_style s)
{
    struct xd_glyph *left = xd_cell_put(c, x, y, ' ', s);
    struct xd_glyph *right = xd_cell_put(c, x + 1, y, ' ', s);

    if (!left || !right)
        return NULL;
    left->cp = cp;
    left->width = 2;
    right->cp = 0;
    return left;
}

/* --- text --- */

/* The next character of a text and its cells. Foreign text was made safe where it came in; that no
 * control reaches a cell is made sure here once more. Returns the bytes used, 0 at the end. */
static int next_char(const char *s, uint32_t *cp, int *cells)
{
    int n = xd_utf8_decode(s, 4, cp);

    if (xd_cp_is_unsafe(*cp))
        *cp = REPLACEMENT;
    *cells = xd_cp_width(*cp);
    return n;
}

static int text_width(const char *s)
{
    int n, cells, w = 0;
    uint32_t cp;

    while ((n = next_char(s, &cp, &cells)) > 0) {
        w += cells;
        s += n;
    }
    return w;
}

/* Draws characters of s while they fit into `room` cells; returns the cells used. */
static int draw(struct xd_canvas *c, int x, int y, int room, enum xd_role_style s, const char *text)
{
    struct xd_glyph *last = NULL;
    int n, cells, used = 0;
    uint32_t cp;

    while ((n = next_char(text, &cp, &cells)) > 0) {
        if (used + cells > room)
            break;
        text += n;
        if (cells == 0) { /* a second mark finds no place in a cell and is left out */
            if (last && !last->mark)
                last->mark = cp;
            continue;
        }
        if (cells == 2)
            last = put_wide(c, x + used, y, cp, s);
        else
            last = xd_cell_put(c, x + used, y, cp, s);
        used += cells;
    }
    return used;
}

int xd_canvas_text(struct xd_canvas *c, int x, int y, enum xd_role_style s, const char *text)
{
    return draw(c, x, y, INT32_MAX - 2, s, text);
}

int xd_canvas_field(struct xd_canvas *c, int x, int y, int w, bool right, enum xd_role_style s,
                    const char *text)
{
    int width = text_width(text), used;

    if (w <= 0)
        return 0;
    if (width > w) {
        used = draw(c, x, y, w - 1, s, text);
        xd_cell_put(c, x + used++, y, XD_GLYPH_ELLIPSIS, s);
        xd_canvas_fill(c, (struct xd_rect){x + used, y, w - used, 1}, s);
        return w;
    }
    xd_canvas_fill(c, (struct xd_rect){right ? x : x + width, y, w - width, 1}, s);
    draw(c, right ? x + w - width : x, y, w, s, text);
    return w;
}

int xd_canvas_printf(struct xd_canvas *c, int x, int y, enum xd_role_style s, const char *fmt, ...)
{
    struct xd_buf big = XD_BUF_INIT;
    char small[256];
    va_list ap;
    int n, used;

    va_start(ap, fmt);
    n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    if (n < (int)sizeof(small))
        return n < 0 ? 0 : draw(c, x, y, INT32_MAX - 2, s, small);
    xd_buf_pad(&big, ' ', n);
    va_start(ap, fmt);
    vsnprintf(big.s, (size_t)n + 1, fmt, ap);
    va_end(ap);
    used = draw(c, x, y, INT32_MAX - 2, s, big.s);
    xd_buf_done(&big);
    return used;
}

/* --- areas --- */

struct xd_rect xd_cell_clip(const struct xd_canvas *c, struct xd_rect r)
{
    int64_t x1 = (int64_t)r.x + r.w, y1 = (int64_t)r.y + r.h;

    r.x = r.x < 0 ? 0 : r.x;
    r.y = r.y < 0 ? 0 : r.y;
    x1 = x1 > c->w ? c->w : x1;
    y1 = y1 > c->h ? c->h : y1;
    r.w = x1 > r.x ? (int)(x1 - r.x) : 0;
    r.h = y1 > r.y ? (int)(y1 - r.y) : 0;
    return r;
}

void xd_canvas_fill(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s)
{
    r = xd_cell_clip(c, r);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            xd_cell_put(c, x, y, ' ', s);
}

void xd_canvas_restyle(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s)
{
    r = xd_cell_clip(c, r);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            xd_cell_at(c, x, y)->style = (uint8_t)s;
}

/* --- reading out --- */

uint32_t xd_canvas_cp(const struct xd_canvas *c, int x, int y, uint32_t *cp2)
{
    const struct xd_glyph *g = xd_cell_at(c, x, y);

    *cp2 = 0;
    if (!g)
        return ' ';
    if (c->glyphs == XD_GLYPHS_ASCII)
        return g->lines ? xd_glyph_line_ascii(g->lines) : xd_glyph_ascii(g->cp);
    if (g->lines)
        return xd_glyph_line(g->lines);
    *cp2 = g->mark;
    return g->cp;
}

static void add_cp(struct xd_buf *out, uint32_t cp)
{
    char utf8[4];

    xd_buf_addn(out, utf8, (size_t)xd_utf8_encode(cp, utf8));
}

void xd_canvas_dump(const struct xd_canvas *c, struct xd_buf *out)
{
    uint32_t cp, mark;

    for (int y = 0; y < c->h; y++) {
        int blanks = 0; /* held back: those that end a line are left out */

        for (int x = 0; x < c->w; x++) {
            cp = xd_canvas_cp(c, x, y, &mark);
            if (cp == 0)
                continue;
            if (cp == ' ' && !mark) {
                blanks++;
                continue;
            }
            xd_buf_pad(out, ' ', blanks);
            blanks = 0;
            add_cp(out, cp);
            if (mark)
                add_cp(out, mark);
        }
        xd_buf_addc(out, '\n');
    }
}

void xd_canvas_dump_styles(const struct xd_canvas *c, struct xd_buf *out)
{
    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++)
            xd_buf_addc(out, (char)('a' + xd_cell_at(c, x, y)->style));
        xd_buf_addc(out, '\n');
    }
}
