/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pane of the Power screen: the watts of the last ten minutes with the line of the cap, the cap
 * loops (loops.c), and the sensors with their sources. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/tables.h"
#include "model/tables_power.h"
#include "policies/table.h"
#include "tui/canvas_cell.h"
#include "tui/power/screen.h"

#define SPAN     (10 * 60 * XD_NS_PER_S)
#define VALUES   512
#define AXIS_W   6
#define SIDE_W   52 /* sensors beside the graph, where there is room for both */
#define SENSOR_W 24

/* --- whose watts --- */

/* The place under the cursor, or what it is in, that watts are known of; else the host. */
static const struct xd_power_place *measured(const struct xd_app *a, const struct xd_screen *s)
{
    const struct xd_power_screen *t = a->power;
    const struct xd_power_place *p = s->at < t->n ? &t->places[s->at] : NULL;
    char socket[24];

    if (p && p->kind == XD_POWER_CORE && p->socket >= 0) {
        snprintf(socket, sizeof(socket), "socket %d", p->socket);
        p = xd_power_place_named(t, socket);
    }
    return p && p->sensor[0] ? p : t->n ? t->places : NULL;
}

/* The row of a cap loop that keeps those watts, or NULL. */
static const struct xd_row *loop_of(const struct xd_app *a, const struct xd_power_place *p)
{
    const struct xd_table *t = xd_power_loops(a);

    for (size_t i = 0; t && i < t->n; i++)
        if (xd_row_has(t->rows[i], XD_CAP_LOOPS_WATTS_LIMIT) &&
            strcmp(xd_row_str(t->rows[i], XD_CAP_LOOPS_SENSOR, "?"), p->sensor) == 0)
            return t->rows[i];
    return NULL;
}

/* NAN: nothing holds it to any watts. */
static double cap_of(const struct xd_app *a, const struct xd_power_place *p)
{
    const struct xd_row *loop = loop_of(a, p);

    if (loop && xd_power_loop_acts(loop))
        return xd_row_f64(&xd_cap_loops_desc, loop, XD_CAP_LOOPS_WATTS_LIMIT, NAN);
    return p->limit;
}

/* "272 W by ipmi/dcmi · 37.0 degrees · held to 250 W" */
static const char *sentence(const struct xd_app *a, const struct xd_power_place *p,
                            struct xd_arena *arena)
{
    double cap = cap_of(a, p);
    const char *text;

    if (isnan(p->watts))
        text = xd_arena_printf(arena, "%s: watts not known", p->name);
    else
        text = xd_arena_printf(arena, "%s: %.0f W%s by %s", p->name, p->watts,
                               p->estimated ? " estimated" : "",
                               p->sensor[0] ? p->sensor : "an unnamed sensor");
    if (!isnan(p->celsius))
        text = xd_arena_printf(arena, "%s · %.1f °C", text, p->celsius);
    if (!isnan(cap))
        text = xd_arena_printf(arena, "%s · held to %.0f W", text, cap);
    return text;
}

/* --- the graph --- */

static size_t watts_of(const struct xd_app *a, const struct xd_power_place *p, double *values,
                       int n)
{
    const struct xd_history *h = xd_world_history(a->world);

    if (p->kind == XD_POWER_HOST)
        return xd_history_slices(h, "power", "", XD_POWER_WATTS, xd_app_graph_end(a, "power"), SPAN,
                                 values, (size_t)n);
    return xd_history_slices(h, "sensors", p->sensor, XD_SENSOR_WATTS,
                             xd_app_graph_end(a, "sensors"), SPAN, values, (size_t)n);
}

/* The next 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten. */
static double round_up(double v)
{
    static const double steps[] = {1, 1.5, 2, 3, 4, 5, 6, 8};
    double p = 1;

    while (p * 10 <= v)
        p *= 10;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
        if (v <= steps[i] * p)
            return steps[i] * p;
    return 10 * p;
}

static bool has_zero(struct xd_rect r)
{
    return r.h > 2;
}

/* Where the cap is, as a line; through bars that reach it as warning. It is named where the scale
 * leaves room for that: how many watts it is, the sentence above says. */
static void draw_cap(struct xd_canvas *c, struct xd_rect r, double cap, double full)
{
    int y = r.y + r.h - 1 - (int)(cap / full * r.h - 1e-9);

    if (y < r.y || y >= r.y + r.h)
        return;
    for (int x = r.x; x < r.x + r.w; x++) {
        struct xd_glyph *g = xd_cell_at(c, x, y);

        if (g && g->cp == ' ' && !g->lines)
            xd_canvas_text(c, x, y, XD_S_WARN, "─");
        else if (g)
            g->style = XD_S_WARN;
    }
    if (y != r.y && !(has_zero(r) && y == r.y + r.h - 1))
        xd_canvas_field(c, r.x - AXIS_W, y, AXIS_W - 1, true, XD_S_WARN, "cap");
}

static void draw_graph(const struct xd_app *a, const struct xd_power_place *p, struct xd_canvas *c,
                       struct xd_rect r, struct xd_arena *arena)
{
    struct xd_rect bars = {r.x + AXIS_W, r.y, r.w - AXIS_W, r.h};
    double values[VALUES], full = 0, cap = cap_of(a, p);
    int n = xd_spark_values(c, bars.w);

    n = n < VALUES ? n : VALUES;
    if (n <= 0 || r.h <= 0)
        return;
    if (!watts_of(a, p, values, n)) {
        xd_canvas_text(c, r.x, r.y, XD_S_DIM, "no watts are known of the last ten minutes");
        return;
    }
    for (int i = 0; i < n; i++)
        full = values[i] > full ? values[i] : full;
    full = round_up(cap > full ? cap * 1.05 : full);
    xd_canvas_bars(c, bars, values, n, full, XD_S_BAR);
    xd_canvas_field(c, r.x, r.y, AXIS_W - 1, true, XD_S_DIM, xd_arena_printf(arena, "%.0fW", full));
    if (has_zero(r))
        xd_canvas_field(c, r.x, r.y + r.h - 1, AXIS_W - 1, true, XD_S_DIM, "0");
    if (!isnan(cap))
        draw_cap(c, bars, cap, full);
}

/* --- sensors --- */

/* "110.9 W, held to 150 W", "37.2 °C of 95.0", or why there is nothing. */
static const char *reading(const struct xd_row *row, struct xd_arena *arena)
{
    double watts = xd_row_f64(&xd_sensors_desc, row, XD_SENSOR_WATTS, NAN);
    double celsius = xd_row_f64(&xd_sensors_desc, row, XD_SENSOR_CELSIUS, NAN);
    double most = xd_row_f64(&xd_sensors_desc, row, XD_SENSOR_CELSIUS_MAX, NAN);
    double limit = (double)xd_row_u64(row, XD_SENSOR_LIMIT_MW, 0) / 1000;
    const char *text = NULL;

    if (!isnan(watts))
        text =
            xd_arena_printf(arena, limit > 0 ? "%.1f W, held to %.0f W" : "%.1f W", watts, limit);
    else if (!isnan(celsius))
        text = xd_arena_printf(arena, isnan(most) ? "%.1f °C" : "%.1f °C of %.0f", celsius, most);
    if (text && xd_row_u64(row, XD_SENSOR_ESTIMATED, 0))
        text = xd_arena_printf(arena, "%s (estimated)", text);
    return text;
}

static void draw_sensors(const struct xd_app *a, struct xd_canvas *c, struct xd_rect r,
                         struct xd_arena *arena)
{
    const struct xd_table *t = xd_power_table(a, &xd_sensors_desc);
    int y = r.y;

    if (!t || !t->n)
        xd_canvas_field(c, r.x, y, r.h > 0 ? r.w : 0, false, XD_S_DIM,
                        t && t->reason ? t->reason : "this host has no sensors that can be read");
    for (size_t i = 0; t && i < t->n && y < r.y + r.h; i++, y++) {
        const struct xd_row *row = t->rows[i];
        const char *text = reading(row, arena);

        if (y == r.y + r.h - 1 && i + 1 < t->n) {
            xd_canvas_field(c, r.x, y, r.w, false, XD_S_DIM,
                            xd_arena_printf(arena, "and %zu more: M, Sensors", t->n - i));
            return;
        }
        xd_canvas_field(c, r.x, y, SENSOR_W - 1, false, XD_S_NORMAL,
                        xd_row_str(row, XD_SENSOR_NAME, "?"));
        xd_canvas_field(c, r.x + SENSOR_W, y, r.w - SENSOR_W, false,
                        text ? XD_S_NORMAL : XD_S_UNKNOWN,
                        text ? text : xd_row_str(row, XD_SENSOR_TROUBLE, "nothing yet"));
    }
}

/* --- the pane --- */

/* From the top: what the place needs, the loops, and the graph; sensors where there is room. Where
 * there is little, a loop's second line takes the place of what stands below the graph. */
void xd_power_pane(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r)
{
    const struct xd_power_place *p = measured(a, s);
    struct xd_arena arena = XD_ARENA_INIT;
    bool roomy = r.h >= 10, beside = r.w >= 2 * SIDE_W;
    int y = r.y, w = beside ? r.w - SIDE_W : r.w, below = roomy && !beside ? 4 : 0;

    if (!p)
        return;
    xd_canvas_field(c, r.x, y++, w, false, XD_S_NORMAL, sentence(a, p, &arena));
    int loops = xd_power_loops_draw(a, c, (struct xd_rect){r.x, y, w, roomy ? 4 : 2}, &arena);
    int axis = roomy || loops < 2;
    y += loops;
    int h = r.y + r.h - y - axis - below;
    draw_graph(a, p, c, (struct xd_rect){r.x, y, w - 1, h}, &arena);
    if (axis)
        xd_graphs_axis(c, r.x + AXIS_W, y + h, w - 1 - AXIS_W);
    if (beside)
        draw_sensors(a, c, (struct xd_rect){r.x + w + 2, r.y, SIDE_W - 2, r.h}, &arena);
    else if (below)
        draw_sensors(a, c, (struct xd_rect){r.x, y + h + axis, r.w, below}, &arena);
    xd_arena_done(&arena);
}
