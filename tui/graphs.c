/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The history of the row under the cursor: a graph of the last ten minutes for each column of which
 * history is kept, with its scale, and now, least, mean and most beside it. */
#include <math.h>
#include <string.h>

#include "tui/app.h"
#include "tui/glyph.h"

#define SPAN      (10 * 60 * XD_NS_PER_S)
#define VALUES    512
#define NAME_W    9 /* "READY%" */
#define SCALE_W   7 /* "800.0" and the axis */
#define NUMBER_W  7
#define NUMBERS_W (4 * NUMBER_W + 1) /* NOW MIN MEAN MAX */

struct graph {
    int col;
    double values[VALUES]; /* n of them, NAN: unknown */
    double now, min, mean, max, full;
};

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The power of two from v on. */
static double power_up(double v)
{
    double p = 1;

    while (p < v)
        p *= 2;
    while (p / 2 >= v)
        p /= 2;
    return p;
}

static double round_up(double v)
{
    double p = 1;

    while (p * 10 <= v)
        p *= 10;
    while (p > v)
        p /= 10;
    for (int i = 0; i < 4; i++) {
        static const double steps[] = {1, 2, 5, 10};
        if (v <= steps[i] * p)
            return steps[i] * p;
    }
    return 10 * p;
}

/* What full height means: all vCPUs for a domain's CPU time, its limit for its memory, 100 for a
 * share of one pCPU; else the next round number. */
static double full_height(const struct xd_screen *s, const struct xd_row *row, int col, double max)
{
    const struct xd_column *c = &s->desc->columns[col];
    int vcpus = xd_desc_column(s->desc, "vcpus_online");
    int most = xd_desc_column(s->desc, "mem_max_kib");

    if (strcmp(c->name, "cpu") == 0 && xd_row_has(row, vcpus))
        return larger(100.0 * xd_row_f64(s->desc, row, vcpus, 1), max);
    if (strcmp(c->name, "mem_kib") == 0 && xd_row_has(row, most))
        return larger(xd_row_f64(s->desc, row, most, 1), max);
    if (c->kind.unit == XD_UNIT_PERCENT && max <= 100)
        return 100;
    if (!(max > 0) || isinf(max))
        return 1;
    if (c->kind.unit == XD_UNIT_KIB || c->kind.unit == XD_UNIT_BYTES_S)
        return power_up(max);
    return round_up(max);
}

/* False where nothing is known of all that time. */
static bool measure(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                    int n, struct graph *g)
{
    char key[XD_KEY_MAX];
    size_t known = 0;

    xd_history_slices(xd_world_history(a->world), s->desc->name, xd_row_key(s->desc, row, key),
                      g->col, xd_app_graph_end(a, s->desc->name), SPAN, g->values, (size_t)n);
    g->now = xd_row_f64(s->desc, row, g->col, NAN);
    g->min = INFINITY;
    g->max = -INFINITY;
    g->mean = 0;
    for (int i = 0; i < n; i++) {
        if (isnan(g->values[i]))
            continue;
        g->min = g->values[i] < g->min ? g->values[i] : g->min;
        g->max = larger(g->max, g->values[i]);
        g->mean += (g->values[i] - g->mean) / (double)++known;
    }
    if (known)
        g->full = full_height(s, row, g->col, g->max);
    return known > 0;
}

static const char *text_of(const struct xd_column *c, double v, struct xd_arena *a)
{
    struct xd_kind kind = c->kind;
    struct xd_value value = {!isnan(v) && isfinite(v), XD_F64, {.f = v}};

    kind.type = XD_F64;
    kind.zero = NULL;
    return xd_value_short(&value, &kind, a);
}

static void draw_graph(const struct xd_screen *s, const struct graph *g, int n, struct xd_canvas *c,
                       struct xd_rect r, struct xd_arena *a)
{
    const struct xd_column *col = &s->desc->columns[g->col];
    int x = r.x + NAME_W + SCALE_W, w = r.w - NAME_W - SCALE_W - NUMBERS_W;
    const double numbers[] = {g->now, g->min, g->mean, g->max};
    struct xd_rect bars = {x, r.y, w, r.h};

    xd_canvas_field(c, r.x, r.y, NAME_W, false, XD_S_TITLE, col->title);
    xd_canvas_field(c, r.x + NAME_W, r.y, SCALE_W - 1, true, XD_S_DIM, text_of(col, g->full, a));
    if (r.h > 1)
        xd_canvas_field(c, r.x + NAME_W, r.y + r.h - 1, SCALE_W - 1, true, XD_S_DIM, "0");
    xd_canvas_vline(c, x - 1, r.y, r.h, XD_S_BORDER);
    xd_canvas_bars(c, bars, g->values, n, g->full, XD_S_BAR);
    for (int i = 0; i < 4; i++)
        xd_canvas_field(c, x + w + 1 + i * NUMBER_W, r.y, NUMBER_W, true, XD_S_NORMAL,
                        text_of(col, numbers[i], a));
}

void xd_graphs_axis(struct xd_canvas *c, int x, int y, int w)
{
    xd_canvas_text(c, x, y, XD_S_DIM, "10 min ago");
    if (w >= 34)
        xd_canvas_text(c, x + w / 2 - 2, y, XD_S_DIM, "5 min");
    if (w >= 16)
        xd_canvas_field(c, x + w - 3, y, 3, true, XD_S_DIM, "now");
}

void xd_graphs_draw(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                    struct xd_canvas *c, struct xd_rect r)
{
    static const char *const titles[] = {"NOW", "LEAST", "MEAN", "MOST"};
    struct xd_arena arena = XD_ARENA_INIT;
    int w = r.w - NAME_W - SCALE_W - NUMBERS_W, n = xd_spark_values(c, w), count = 0;
    struct graph *g = xd_arena_array(&arena, XD_COLUMNS_MAX, sizeof(*g));

    n = n > VALUES ? VALUES : n;
    for (int i = 0; i < s->desc->n_columns; i++) {
        if (!(s->desc->columns[i].flags & XD_COL_HISTORY) || count == r.h - 2)
            continue;
        g[count].col = i;
        count += measure(a, s, row, n, &g[count]);
    }
    if (w < 8 || count <= 0) {
        xd_canvas_field(c, r.x, r.y, r.w, false, XD_S_DIM,
                        w < 8 ? "There is no room for graphs." : "Nothing is known of it yet.");
        xd_arena_done(&arena);
        return;
    }
    for (int i = 0; i < 4; i++)
        xd_canvas_field(c, r.x + r.w - NUMBERS_W + 1 + i * NUMBER_W, r.y, NUMBER_W, true, XD_S_DIM,
                        titles[i]);
    int each = (r.h - 2) / count, spare = (r.h - 2) % count, y = r.y + 1;
    for (int i = 0; i < count; i++) {
        struct xd_rect at = {r.x, y, r.w, each + (i < spare)};
        draw_graph(s, &g[i], n, c, at, &arena);
        y += at.h;
    }
    xd_graphs_axis(c, r.x + NAME_W + SCALE_W, y, w);
    xd_arena_done(&arena);
}
