/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that merge, boxes, gauges and spark lines on a canvas. */
#include "tui/canvas.h"

#include <math.h>

#include "base/round.h"
#include "tui/canvas_cell.h"
#include "tui/glyph.h"

/* --- lines --- */

/* Adds arms to a cell. A line joins the lines that are there and replaces text. */
static void add_line(struct xd_canvas *c, int x, int y, unsigned lines, enum xd_role_style s)
{
    struct xd_glyph *g = xd_cell_claim(c, x, y);

    if (!g)
        return;
    *g = (struct xd_glyph){
        .cp = ' ', .style = (uint8_t)s, .lines = (uint8_t)(g->lines | lines), .width = 1};
}

/* The cells of a line of n that are within 0 … limit, so that a line of a billion cells takes no
 * longer than the canvas is wide. */
static void clip_run(int from, int n, int limit, int *first, int *end)
{
    int64_t e = (int64_t)from + n;

    *first = from < 0 ? 0 : from;
    *end = e > limit ? limit : (int)(e < 0 ? 0 : e);
}

/* The ends of a line have one arm, so that a line which ends on another's side makes a tee. */
void xd_canvas_hline(struct xd_canvas *c, int x, int y, int w, enum xd_role_style s)
{
    int first, end;

    clip_run(x, w, c->w, &first, &end);
    for (int i = first; i < end; i++) {
        unsigned west = i > x ? XD_LINE_W : 0;
        unsigned east = i - x < w - 1 ? XD_LINE_E : 0;

        add_line(c, i, y, w == 1 ? XD_LINE_E | XD_LINE_W : east | west, s);
    }
}

void xd_canvas_vline(struct xd_canvas *c, int x, int y, int h, enum xd_role_style s)
{
    int first, end;

    clip_run(y, h, c->h, &first, &end);
    for (int i = first; i < end; i++) {
        unsigned north = i > y ? XD_LINE_N : 0;
        unsigned south = i - y < h - 1 ? XD_LINE_S : 0;

        add_line(c, x, i, h == 1 ? XD_LINE_N | XD_LINE_S : north | south, s);
    }
}

void xd_canvas_box(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s, const char *title)
{
    enum xd_role_style title_style = s == XD_S_BORDER ? XD_S_TITLE : s;
    int room = r.w - 4; /* a corner and a blank at each side */
    int width;

    if (r.w <= 0 || r.h <= 0)
        return;
    if (r.w > 1 || r.h == 1)
        xd_canvas_hline(c, r.x, r.y, r.w, s);
    if (r.h > 1)
        xd_canvas_vline(c, r.x, r.y, r.h, s);
    if (r.w > 1 && r.h > 1) {
        xd_canvas_hline(c, r.x, r.y + r.h - 1, r.w, s);
        xd_canvas_vline(c, r.x + r.w - 1, r.y, r.h, s);
    }
    if (!title || !title[0] || room < 1)
        return;
    width = xd_str_width(title);
    width = width < room ? width : room;
    xd_canvas_text(c, r.x + 1, r.y, title_style, " ");
    xd_canvas_field(c, r.x + 2, r.y, width, false, title_style, title);
    xd_canvas_text(c, r.x + 2 + width, r.y, title_style, " ");
}

/* --- gauges --- */

/* How many eighths of w cells are filled. Nothing but 0 looks empty, nothing but 1 looks full. */
static int64_t gauge_eighths(double part, int w)
{
    int64_t all = (int64_t)w * 8, n;

    if (part <= 0)
        return 0;
    if (part >= 1)
        return all;
    n = xd_round_i64(part * (double)all);
    if (n < 1)
        n = 1;
    return n < all ? n : all - 1;
}

void xd_canvas_gauge(struct xd_canvas *c, int x, int y, int w, double part, enum xd_role_style s)
{
    int64_t filled;
    int first, end;

    if (w <= 0)
        return;
    clip_run(x, w, c->w, &first, &end);
    if (isnan(part)) {
        xd_canvas_fill(c, (struct xd_rect){x, y, w, 1}, XD_S_UNKNOWN);
        xd_cell_put(c, x, y, '?', XD_S_UNKNOWN);
        return;
    }
    filled = gauge_eighths(part, w);
    for (int i = first; i < end; i++) {
        int64_t here = filled - (int64_t)(i - x) * 8;

        if (here >= 8)
            xd_cell_put(c, i, y, XD_GLYPH_FULL, s);
        else if (here > 0)
            xd_cell_put(c, i, y, XD_GLYPH_LEFT - (uint32_t)here, s);
        else
            xd_cell_put(c, i, y, XD_GLYPH_SHADE, XD_S_BAR_REST);
    }
}

/* --- spark lines --- */

int xd_spark_values(const struct xd_canvas *c, int w)
{
    if (w <= 0)
        return 0;
    return c->glyphs == XD_GLYPHS_BRAILLE ? 2 * w : w;
}

/* The height of a value in steps of `levels`: 0 for unknown, at least 1 for what is known. */
static int spark_level(double v, double max, int levels)
{
    double part;

    if (isnan(v))
        return 0;
    if (!(max > 0) || v <= 0)
        return 1;
    part = v / max;
    if (!(part < 1)) /* also infinity over infinity */
        return levels;
    return 1 + (int)(part * levels - 1e-9);
}

/* Column i of `columns`; those before the first value are unknown. */
static double spark_value(const double *values, int n, int columns, int i)
{
    int at = n - columns + i;

    return at >= 0 && at < n ? values[at] : NAN;
}

static uint32_t braille_cell(double left, double right, double max)
{
    static const uint8_t left_dots[5] = {0x00, 0x40, 0x44, 0x46, 0x47};
    static const uint8_t right_dots[5] = {0x00, 0x80, 0xa0, 0xb0, 0xb8};
    uint32_t dots =
        left_dots[spark_level(left, max, 4)] | (uint32_t)right_dots[spark_level(right, max, 4)];

    return dots ? XD_GLYPH_BRAILLE + dots : ' ';
}

void xd_canvas_spark(struct xd_canvas *c, int x, int y, int w, const double *values, int n,
                     double max, enum xd_role_style s)
{
    int columns = xd_spark_values(c, w), first, end;

    clip_run(x, w, c->w, &first, &end);
    for (int i = first; i < end; i++) {
        uint32_t cp = ' ';

        if (c->glyphs == XD_GLYPHS_BRAILLE) {
            cp = braille_cell(spark_value(values, n, columns, 2 * (i - x)),
                              spark_value(values, n, columns, 2 * (i - x) + 1), max);
        } else {
            int level = spark_level(spark_value(values, n, columns, i - x), max, 8);

            if (level)
                cp = XD_GLYPH_LOWER + (uint32_t)level;
        }
        xd_cell_put(c, i, y, cp, s);
    }
}

void xd_canvas_bars(struct xd_canvas *c, struct xd_rect r, const double *values, int n, double full,
                    enum xd_role_style s)
{
    double part[XD_BARS_MAX];

    if (n > XD_BARS_MAX) {
        values += n - XD_BARS_MAX;
        n = XD_BARS_MAX;
    }
    for (int line = 0; line < r.h; line++) { /* from the bottom */
        double from = full * line / r.h, step = full / r.h;

        for (int i = 0; i < n; i++) {
            double v = values[i] - from;

            part[i] = isnan(v) || (line > 0 && v <= 0) ? NAN : v > step ? step : v;
        }
        xd_canvas_spark(c, r.x, r.y + r.h - 1 - line, r.w, part, n, step, s);
    }
}
