/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any table, live: headings, rows, groups, spark lines, staged values. Where the columns stand says
 * layout.c. */
#include "tui/app.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/dialog.h"

#define MARGIN     2 /* cells left of the first column: cursor and mark */
#define SPARK_SPAN (2 * 60 * XD_NS_PER_S)
#define SPARK_MAX  60

static void draw_titles(const struct xd_screen *s, const struct xd_layout *l, struct xd_canvas *c,
                        int y)
{
    struct xd_rect line = {0, y, c->w, 1};

    xd_canvas_fill(c, line, XD_S_TITLE);
    for (int i = 0; i < l->n; i++) {
        const struct xd_layout_column *k = &l->at[i];
        bool sorted = !k->spark && s->sort.n && s->sort.by[0].col == k->col;
        enum xd_role_style style = sorted ? XD_S_TITLE_ON : XD_S_TITLE;
        const char *title = s->desc->columns[k->col].title;
        char graph[24];

        if (k->spark)
            snprintf(graph, sizeof(graph), s->n_cols ? "%s 2 min" : "last 2 min", title);
        xd_canvas_field(c, k->x, y, k->width, k->right, style, k->spark ? graph : title);
        if (sorted) /* in the gap between two columns */
            xd_canvas_text(c, k->right ? k->x + k->width : k->x - 1, y, style,
                           s->sort.by[0].down ? "▾" : "▴");
    }
    if (s->shift)
        xd_canvas_text(c, 0, y, XD_S_ACCENT, "‹");
    if (l->more)
        xd_canvas_text(c, c->w - 1, y, XD_S_ACCENT, "›");
}

static void draw_spark(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                       const char *key, const struct xd_layout_column *k, struct xd_canvas *c,
                       int y)
{
    double values[2 * SPARK_MAX], max = 0;
    int n = xd_spark_values(c, k->width);

    if (n > 2 * SPARK_MAX)
        n = 2 * SPARK_MAX;
    xd_history_slices(xd_world_history(a->world), s->desc->name, key, k->col,
                      xd_app_graph_end(a, s->desc->name), SPARK_SPAN, values, (size_t)n);
    for (int i = 0; i < n; i++)
        max = isnan(values[i]) || values[i] <= max ? max : values[i];
    if (k->full >= 0)
        max = 100.0 * (double)xd_row_u64(row, k->full, 1);
    else if (s->desc->columns[k->col].kind.unit == XD_UNIT_PERCENT)
        max = 100; /* a share: next to nothing must look like it */
    xd_canvas_spark(c, k->x, y, k->width, values, n, max > 0 ? max : 1, XD_S_BAR);
}

/* What a cell shows. Traffic jitters from sample to sample, and nobody can read, or wants to be
 * sent, four numbers a row that are new each time. */
static struct xd_value value_shown(const struct xd_app *a, const struct xd_screen *s,
                                   const struct xd_row *row, const char *key, int col)
{
    const struct xd_column *c = &s->desc->columns[col];
    struct xd_value v = xd_row_value(s->desc, row, col);

    if (!v.have || v.type != XD_F64 || c->kind.unit != XD_UNIT_BYTES_S ||
        !(c->flags & XD_COL_HISTORY))
        return v;
    double mean = xd_calm_mean(a, s->desc->name, key, col);
    if (!isnan(mean))
        v.cell.f = mean;
    return v;
}

/* A count or a time that is too long for its column: "36.5M", "≥139d": never a number with its end
 * cut off. */
static const char *fit_number(const char *text, int width, struct xd_arena *arena)
{
    static const char suffixes[] = "kMGTPE";
    const char *digits = xd_str_starts(text, "≥") ? text + strlen("≥") : text;
    const char *more = digits == text ? "" : "≥", *end = digits + strspn(digits, "0123456789");
    double n = strtod(digits, NULL);
    int i = -1;

    if (xd_str_width(text) <= width || end == digits)
        return text;
    if (*end == 'd') /* days and hours */
        return xd_arena_printf(arena, "%s%.*s", more, (int)(end + 1 - digits), digits);
    if (*end)
        return text;
    for (; n >= 999.5 && suffixes[i + 1]; i++)
        n /= 1000;
    if (i < 0)
        return text;
    return n < 99.95 && width >= 5 + (more[0] != '\0')
               ? xd_arena_printf(arena, "%s%.1f%c", more, n, suffixes[i])
               : xd_arena_printf(arena, "%s%.0f%c", more, n, suffixes[i]);
}

/* The knob whose value a column shows, if one of its rows can be staged. */
static const struct xd_staged *staged_in(const struct xd_app *a, const struct xd_screen *s, int col,
                                         const char *key)
{
    for (int i = 0; i < a->n_staged; i++)
        if (a->staged[i].column && strcmp(a->staged[i].table, s->desc->name) == 0 &&
            strcmp(a->staged[i].key, key) == 0 &&
            strcmp(a->staged[i].column, s->desc->columns[col].name) == 0)
            return &a->staged[i];
    return NULL;
}

static void draw_row(const struct xd_app *a, const struct xd_screen *s, const struct xd_layout *l,
                     size_t at, struct xd_canvas *c, int y, struct xd_arena *arena, bool stale)
{
    const struct xd_row *row = s->rows[at];
    char key[XD_KEY_MAX];
    enum xd_role_style style = stale            ? XD_S_UNKNOWN
                               : s->view->style ? s->view->style(row)
                                                : XD_S_NORMAL;
    bool marked = xd_screen_marked(s, xd_row_key(s->desc, row, key));

    if (at == s->at)
        xd_canvas_text(c, 0, y, XD_S_CURSOR, "▸");
    if (marked)
        xd_canvas_text(c, 1, y, XD_S_MARK, "*");
    for (int i = 0; i < l->n; i++) {
        const struct xd_layout_column *k = &l->at[i];
        if (k->spark) {
            draw_spark(a, s, row, key, k, c, y);
            continue;
        }
        const struct xd_staged *wish = staged_in(a, s, k->col, key);
        struct xd_value v = value_shown(a, s, row, key, k->col);
        const char *text = wish ? xd_arena_printf(arena, "*%s", wish->value)
                                : xd_value_short(&v, &s->desc->columns[k->col].kind, arena);
        if (k->gauge && v.have && !wish) {
            xd_canvas_gauge(c, k->x, y, k->width, v.cell.f / 100, XD_S_BAR);
            continue;
        }
        if (k->right && !wish)
            text = fit_number(text, k->width, arena);
        xd_canvas_field(c, k->x, y, k->width, k->right,
                        wish      ? XD_S_STAGED
                        : !v.have ? XD_S_UNKNOWN
                        : marked  ? XD_S_MARK
                                  : style,
                        text);
    }
    if (at == s->at) { /* staged and unknown cells keep their own look */
        for (int x = 0; x < c->w; x++) {
            struct xd_glyph *g = &c->cells[y * c->w + x];
            if (g->style != XD_S_STAGED)
                g->style = XD_S_CURSOR;
        }
        c->cursor_x = 0;
        c->cursor_y = y;
    }
}

/* "▾ Pool-0  12" and the sums of its rows. */
static void draw_heading(const struct xd_screen *s, const struct xd_layout *l, size_t at,
                         struct xd_canvas *c, int y, struct xd_arena *arena)
{
    const struct xd_group *g = xd_screen_heading(s, at);
    struct xd_rect line = {0, y, c->w, 1};
    int end = c->w;

    if (!g)
        return;
    for (int i = l->n - 1; i > 0; i--) {
        const struct xd_layout_column *k = &l->at[i];
        const char *sum = k->spark ? NULL : xd_tree_sum(s, g, k->col, arena);
        if (!sum)
            continue;
        sum = fit_number(sum, k->width, arena);
        int w = xd_str_width(sum) < k->width ? xd_str_width(sum) : k->width;
        end = k->x + k->width - w;
        xd_canvas_field(c, end, y, w, true, XD_S_TITLE, sum);
    }
    const char *name = xd_arena_printf(arena, "%s %s  %zu", g->folded ? "▸" : "▾", g->name, g->n);
    xd_canvas_field(c, 1, y, end - 2, false, XD_S_TITLE, name);
    if (at == s->at) {
        xd_canvas_restyle(c, line, XD_S_CURSOR);
        c->cursor_x = 0;
        c->cursor_y = y;
    }
}

static const char *empty_reason(const struct xd_app *a, const struct xd_screen *s)
{
    const struct xd_table *t = xd_app_table(a, s->desc->name);

    if (s->n_all && s->filter[0])
        return "No row passes the filter; Esc clears it.";
    return xd_app_why_none(a, s->desc->name,
                           t ? "Nothing here." : "Waiting for the first sample …");
}

void xd_table_draw(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                   struct xd_rect r)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_layout l;
    bool stale = xd_app_trouble(a, s->desc->name) != NULL && !a->frozen;

    xd_layout_make(s, r.w, &l);
    draw_titles(s, &l, c, r.y);
    if (s->n == 0)
        xd_dialog_text(c, (struct xd_rect){MARGIN, r.y + 2, r.w - MARGIN - 1, r.h - 2}, XD_S_DIM,
                       empty_reason(a, s));
    for (int i = 0; i < r.h - 1 && s->top + (size_t)i < s->n; i++) {
        if (s->rows[s->top + (size_t)i])
            draw_row(a, s, &l, s->top + (size_t)i, c, r.y + 1 + i, &arena, stale);
        else
            draw_heading(s, &l, s->top + (size_t)i, c, r.y + 1 + i, &arena);
    }
    xd_arena_done(&arena);
}
