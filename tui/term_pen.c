/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See term_pen.h. The sequences are those of ECMA-48 (5th edition): CUP, CHA, VPA, CUF, CUB, DCH
 * and SGR, in the forms that terminfo gives. */
#include "tui/term_pen.h"

#include <stdio.h>
#include <string.h>

#include "tui/term_caps.h"
#include "tui/term_cell.h"

#define N(a)     (sizeof(a) / sizeof((a)[0]))
#define LONGEST  32 /* bytes of one motion at most */
#define DOWN_MAX 4  /* by how many rows LF is worth a try */

/* --- what a terminal understands --- */

static const struct attr {
    unsigned bit;
    const char *cap, *sequence, *parameter;
} attrs[] = {
    {1, "bold", "\033[1m", "1"},
    {2, "dim", "\033[2m", "2"},
    {4, "smul", "\033[4m", "4"},
    {8, "rev", "\033[7m", "7"},
};

bool xd_pen_caps(struct xd_pen_caps *caps)
{
    *caps = (struct xd_pen_caps){
        .hpa = xd_caps_is("hpa", "\033[%i%p1%dG"),
        .vpa = xd_caps_is("vpa", "\033[%i%p1%dd"),
        .right = xd_caps_is("cuf", "\033[%p1%dC"),
        .left = xd_caps_is("cub", "\033[%p1%dD"),
        .backspace = xd_caps_is("cub1", "\b"),
        .down = xd_caps_is("cud1", "\n"),
        .delete = xd_caps_is("dch1", "\033[P"),
        .undo_colors = xd_caps_is("op", "\033[39;49m"),
    };
    for (size_t i = 0; i < N(attrs); i++)
        if (xd_caps_has(attrs[i].cap) && !xd_caps_is(attrs[i].cap, attrs[i].sequence))
            return false;
    /* It wraps only when the next character comes; it moves whatever it writes in. */
    return xd_caps_is("cup", "\033[%i%p1%d;%p2%dH") && xd_caps_flag("xenl") &&
           xd_caps_flag("msgr") && xd_caps_number("xmc") < 0 &&
           (xd_caps_is("sgr0", "\033(B\033[m") || xd_caps_is("sgr0", "\033[m\017") ||
            xd_caps_is("sgr0", "\033[m") || xd_caps_is("sgr0", "\033[0m"));
}

void xd_pen_look(struct xd_pen_look *out, const struct xd_look *look, bool colors)
{
    const bool wanted[] = {look->bold, look->dim, look->underline, look->reverse};

    memset(out, 0, sizeof(*out));
    if (colors && look->fg >= 0)
        xd_caps_color("setaf", look->fg, out->fg, sizeof(out->fg));
    if (colors && look->bg >= 0)
        xd_caps_color("setab", look->bg, out->bg, sizeof(out->bg));
    for (size_t i = 0; i < N(attrs); i++)
        if (wanted[i] && xd_caps_has(attrs[i].cap))
            out->attrs |= attrs[i].bit;
    if (out->fg[0] || out->bg[0]) /* what this terminal can't show together with colours */
        out->attrs &=
            ~xd_caps_not_with_colors(attrs[0].bit, attrs[1].bit, attrs[2].bit, attrs[3].bit);
}

/* --- looks --- */

static void parameter(char *out, const char *text)
{
    if (out[0])
        strcat(out, ";");
    strcat(out, text);
}

static void attributes(char *out, unsigned bits)
{
    for (size_t i = 0; i < N(attrs); i++)
        if (bits & attrs[i].bit)
            parameter(out, attrs[i].parameter);
}

static void color(char *out, const char *from, const char *to, const char *none)
{
    if (strcmp(from, to) != 0)
        parameter(out, to[0] ? to : none);
}

static bool is_plain(const struct xd_pen_look *l)
{
    return !l->attrs && !l->fg[0] && !l->bg[0];
}

static void change_look(struct xd_pen *p, const struct xd_pen_look *to)
{
    const struct xd_pen_look *from = &p->now;
    char fresh[64] = "", on[64] = "";
    /* Without going back to plain, nothing can be taken away but colours. */
    bool can_go_on =
        !(from->attrs & ~to->attrs) &&
        (p->caps.undo_colors || ((to->fg[0] || !from->fg[0]) && (to->bg[0] || !from->bg[0])));

    if (from->attrs == to->attrs && !strcmp(from->fg, to->fg) && !strcmp(from->bg, to->bg))
        return;
    if (!is_plain(from) && !is_plain(to))
        parameter(fresh, "0");
    attributes(fresh, to->attrs);
    color(fresh, "", to->fg, "");
    color(fresh, "", to->bg, "");
    attributes(on, to->attrs & ~from->attrs);
    color(on, from->fg, to->fg, "39");
    color(on, from->bg, to->bg, "49");
    xd_buf_printf(p->out, "\033[%sm", can_go_on && strlen(on) < strlen(fresh) ? on : fresh);
    p->now = *to;
}

void xd_pen_style(struct xd_pen *p, enum xd_role_style s)
{
    change_look(p, &p->looks[s]);
}

/* --- motions --- */

/* Keeps the shorter one; best[0] == 0: there is none yet. */
static void consider(char best[LONGEST], bool can, const char *way)
{
    if (can && way[0] && (!best[0] || strlen(way) < strlen(best)))
        strcpy(best, way);
}

/* The shortest way along a row; "": there is none. */
static void along(const struct xd_pen *p, int x, char best[LONGEST])
{
    char way[LONGEST];
    int by = x - p->x;

    best[0] = '\0';
    consider(best, x == 0, "\r");
    if (by < 0 && -by < LONGEST) {
        memset(way, '\b', (size_t)-by);
        way[-by] = '\0';
        consider(best, p->caps.backspace, way);
    }
    snprintf(way, sizeof(way), "\033[%dG", x + 1);
    consider(best, p->caps.hpa, way);
    snprintf(way, sizeof(way), by == 1 ? "\033[C" : "\033[%dC", by);
    consider(best, p->caps.right && by > 0, way);
    snprintf(way, sizeof(way), "\033[%dD", -by);
    consider(best, p->caps.left && by < 0, way);
}

static void down_or_up(const struct xd_pen *p, int y, char best[LONGEST])
{
    char way[LONGEST];
    int by = y - p->y;

    best[0] = '\0';
    if (by > 0 && by <= DOWN_MAX) {
        memset(way, '\n', (size_t)by);
        way[by] = '\0';
        consider(best, p->caps.down, way);
    }
    snprintf(way, sizeof(way), "\033[%dd", y + 1);
    consider(best, p->caps.vpa, way);
}

/* The bytes from where the pen is to another cell; "": it is there. */
static void motion(const struct xd_pen *p, int x, int y, char way[2 * LONGEST])
{
    char rows[LONGEST] = "", columns[LONGEST] = "";
    int n = snprintf(way, LONGEST, "\033[%d;%dH", y + 1, x + 1);

    if (x == 0)
        n = snprintf(way, LONGEST, y ? "\033[%dH" : "\033[H", y + 1);
    if (p->x < 0)
        return;
    if (y != p->y)
        down_or_up(p, y, rows);
    if (x != p->x)
        along(p, x, columns);
    if ((y != p->y && !rows[0]) || (x != p->x && !columns[0]))
        return;
    if (strlen(rows) + strlen(columns) < (size_t)n)
        snprintf(way, 2 * LONGEST, "%s%s", rows, columns);
}

void xd_pen_move(struct xd_pen *p, int x, int y)
{
    char way[2 * LONGEST];

    motion(p, x, y, way);
    xd_buf_add(p->out, way);
    p->x = x;
    p->y = y;
}

void xd_pen_take(struct xd_pen *p, int x, int y)
{
    p->x = x;
    p->y = y;
    memset(&p->now, 0, sizeof(p->now));
}

void xd_pen_leave(struct xd_pen *p, int x, int y)
{
    static const struct xd_pen_look plain;

    change_look(p, &plain);
    xd_pen_move(p, x, y);
}

/* --- cells --- */

static bool is_right_half(const struct xd_canvas *c, const struct xd_glyph *g)
{
    return g->cp == 0 && !g->lines && c->glyphs != XD_GLYPHS_ASCII;
}

/* Writes cell x of row y; the pen is there. */
static void put(struct xd_pen *p, const struct xd_canvas *c, int x, int y)
{
    const struct xd_glyph *g = &c->cells[y * c->w + x];
    uint32_t mark, cp = xd_cell_shown(c, x, y, &mark);
    char utf8[4];

    change_look(p, &p->looks[g->style]);
    xd_buf_addn(p->out, utf8, (size_t)xd_utf8_encode(cp, utf8));
    if (mark)
        xd_buf_addn(p->out, utf8, (size_t)xd_utf8_encode(mark, utf8));
    p->x += g->width == 2 && c->glyphs != XD_GLYPHS_ASCII ? 2 : 1;
    if (p->x >= p->w) /* there, or about to wrap: terminals differ in what moves from it */
        p->x = -1;
}

/* Whether the cells from the pen to x can be written again in fewer bytes than a motion takes. */
static bool over(const struct xd_pen *p, const struct xd_canvas *c, int x, int y)
{
    const struct xd_glyph *row = &c->cells[y * c->w];
    char way[2 * LONGEST];
    uint32_t mark;

    if (p->x < 0 || p->y != y || p->x >= x)
        return false;
    motion(p, x, y, way);
    if ((size_t)(x - p->x) > strlen(way))
        return false;
    for (int i = p->x; i < x; i++)
        if (memcmp(&p->looks[row[i].style], &p->now, sizeof(p->now)) != 0 || row[i].cp == 0 ||
            row[i].mark || xd_cell_shown(c, i, y, &mark) >= 0x7f)
            return false;
    return true;
}

static void go_to(struct xd_pen *p, const struct xd_canvas *c, int x, int y)
{
    if (over(p, c, x, y))
        while (p->x < x)
            put(p, c, p->x, y);
    else
        xd_pen_move(p, x, y);
}

/* --- rows --- */

static bool differs(const struct xd_glyph *a, const struct xd_glyph *b)
{
    return !xd_cell_same(a, b);
}

/* A row that moved to the left from some cell on, as graphs do with time: deletes that cell and
 * lets the terminal move the rest. Only where nothing is wide and the row ends in blanks. */
static void shift(struct xd_pen *p, const struct xd_canvas *c, int y, struct xd_glyph *shown)
{
    const struct xd_glyph *now = &c->cells[y * c->w], blank = {.cp = ' ', .width = 1};
    int first = 0, before = 0, after = 1;

    if (!p->caps.delete || c->w < 2)
        return;
    while (first < c->w && !differs(&now[first], &shown[first]))
        first++;
    for (int x = first; x < c->w; x++) {
        if (now[x].width != 1 || shown[x].width != 1)
            return;
        before += differs(&now[x], &shown[x]);
        after += x + 1 < c->w && differs(&now[x], &shown[x + 1]);
    }
    if (before < after + 4 || differs(&shown[c->w - 1], &blank) ||
        !is_plain(&p->looks[XD_S_NORMAL]))
        return;
    xd_pen_move(p, first, y);
    if (p->now.bg[0] || p->now.attrs)
        xd_pen_style(p, XD_S_NORMAL); /* what comes in at the end may have its ground */
    xd_buf_add(p->out, "\033[P");
    memmove(&shown[first], &shown[first + 1], (size_t)(c->w - 1 - first) * sizeof(*shown));
    shown[c->w - 1] = blank;
}

void xd_pen_row(struct xd_pen *p, const struct xd_canvas *c, int y, struct xd_glyph *shown)
{
    const struct xd_glyph *now = &c->cells[y * c->w];

    if (memcmp(now, shown, (size_t)c->w * sizeof(*now)) == 0)
        return;
    shift(p, c, y, shown);
    for (int x = 0; x < c->w; x++) {
        if (!differs(&now[x], &shown[x]))
            continue;
        if (is_right_half(c, &now[x])) {
            shown[x] = now[x];
            continue; /* came with its left half, which differs if it does */
        }
        go_to(p, c, x, y);
        put(p, c, x, y);
        shown[x] = now[x];
    }
}

void xd_pen_rows(struct xd_pen *p, const struct xd_canvas *c, int last, struct xd_glyph *shown)
{
    for (int y = 0; y < c->h; y++)
        if (y != last)
            xd_pen_row(p, c, y, &shown[y * c->w]);
    if (last >= 0 && last < c->h)
        xd_pen_row(p, c, last, &shown[last * c->w]);
}
