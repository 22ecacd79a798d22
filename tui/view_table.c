/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any table, live: layout by width, headings, rows, spark lines, staged values. */
#include "tui/app.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN       2 /* cells left of the first column: cursor and mark */
#define SPARK_SPAN   (2 * 60 * XD_NS_PER_S)
#define SPARK_MAX    60
#define LABEL_MIN    8
#define LABEL_NARROW 14 /* one long name should not cost the others a column */
#define LABEL_MAX    24

static int usual_width(const struct xd_column *c)
{
    static const int by_type[] = {[XD_BOOL] = 6, [XD_I64] = 6,  [XD_U64] = 6,    [XD_F64] = 6,
                                  [XD_STR] = 12, [XD_ENUM] = 8, [XD_CPUSET] = 12};
    int w = c->width ? c->width : by_type[c->kind.type];
    int title = xd_str_width(c->title);

    return w > title ? w : title;
}

static int wanted_width(const struct xd_screen *s, const struct xd_view_column *v, int col)
{
    if (v->width)
        return v->width;
    if (col != s->desc->labels[0] || s->desc->columns[col].kind.type != XD_STR)
        return usual_width(&s->desc->columns[col]);
    return s->name_width < LABEL_MIN   ? LABEL_MIN
           : s->name_width > LABEL_MAX ? LABEL_MAX
                                       : s->name_width;
}

/* The columns of a view, or the table's default ones where it names none. */
static int view_columns(const struct xd_screen *s, struct xd_view_column *out)
{
    int n = 0;

    if (s->view->columns) {
        for (const struct xd_view_column *v = s->view->columns; v->name && n < XD_COLUMNS_MAX; v++)
            if (xd_desc_column(s->desc, v->name) >= 0)
                out[n++] = *v;
        return n;
    }
    for (int i = 0; i < s->desc->n_columns; i++)
        if (s->desc->columns[i].flags & XD_COL_DEFAULT)
            out[n++] = (struct xd_view_column){.name = s->desc->columns[i].name, .drop = n};
    return n;
}

/* Makes the columns fit: long names are cut first, then the least wanted columns go. What is left
 * over belongs to the names again, then to the spark line. */
static void fit_widths(const struct xd_screen *s, const struct xd_view_column *all, int *widths,
                       int n, int width)
{
    int used = MARGIN, label = -1, spark = -1, wanted = 0;

    for (int i = 0; i < n; i++) {
        int col = xd_desc_column(s->desc, all[i].name);
        widths[i] = wanted_width(s, &all[i], col);
        used += widths[i] + 1;
        if (col == s->desc->labels[0] && !all[i].spark)
            label = i;
    }
    if (label >= 0 && used > width && widths[label] > LABEL_NARROW) {
        wanted = widths[label];
        used -= wanted - LABEL_NARROW;
        widths[label] = LABEL_NARROW;
    }
    while (used > width) {
        int worst = -1;
        for (int i = 0; i < n; i++)
            if (widths[i] && all[i].drop > 0 && (worst < 0 || all[i].drop > all[worst].drop))
                worst = i;
        if (worst < 0)
            break;
        used -= widths[worst] + 1;
        widths[worst] = 0;
    }
    for (; wanted && used < width && widths[label] < wanted; used++)
        widths[label]++;
    for (int i = 0; i < n; i++)
        if (all[i].spark && widths[i])
            spark = i;
    if (spark >= 0 && used < width)
        widths[spark] =
            widths[spark] + width - used < SPARK_MAX ? widths[spark] + width - used : SPARK_MAX;
}

void xd_layout_make(const struct xd_screen *s, int width, struct xd_layout *out)
{
    struct xd_view_column all[XD_COLUMNS_MAX];
    int widths[XD_COLUMNS_MAX], n = view_columns(s, all);

    fit_widths(s, all, widths, n, width);
    out->n = 0;
    for (int i = 0, x = MARGIN; i < n; i++) {
        if (!widths[i])
            continue;
        int col = xd_desc_column(s->desc, all[i].name);
        out->at[out->n++] = (struct xd_layout_column){
            .col = col,
            .x = x,
            .width = widths[i],
            .spark = all[i].spark,
            .right = !all[i].spark && xd_type_is_number(s->desc->columns[col].kind.type),
            .full = all[i].full ? xd_desc_column(s->desc, all[i].full) : -1,
        };
        x += widths[i] + 1;
    }
}

static void draw_titles(const struct xd_screen *s, const struct xd_layout *l, struct xd_canvas *c,
                        int y)
{
    struct xd_rect line = {0, y, c->w, 1};

    xd_canvas_fill(c, line, XD_S_TITLE);
    for (int i = 0; i < l->n; i++) {
        const struct xd_layout_column *k = &l->at[i];
        bool sorted = !k->spark && s->sort.n && s->sort.by[0].col == k->col;
        enum xd_role_style style = sorted ? XD_S_TITLE_ON : XD_S_TITLE;

        xd_canvas_field(c, k->x, y, k->width, k->right, style,
                        k->spark ? "last 2 min" : s->desc->columns[k->col].title);
        if (sorted) /* in the gap between two columns */
            xd_canvas_text(c, k->right ? k->x + k->width : k->x - 1, y, style,
                           s->sort.by[0].down ? "▾" : "▴");
    }
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
        struct xd_value v = xd_row_value(s->desc, row, k->col);
        const char *text = wish ? xd_arena_printf(arena, "*%s", wish->value)
                                : xd_value_short(&v, &s->desc->columns[k->col].kind, arena);
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

static const char *empty_reason(const struct xd_app *a, const struct xd_screen *s)
{
    const struct xd_table *t = xd_app_table(a, s->desc->name);
    const char *trouble = xd_world_trouble(a->world, s->desc->name);

    if (s->n_all && s->filter[0])
        return "No row passes the filter; Esc clears it.";
    if (trouble)
        return trouble;
    return t ? "Nothing here." : "Waiting for the first sample …";
}

void xd_table_draw(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                   struct xd_rect r)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_layout l;
    bool stale = xd_world_trouble(a->world, s->desc->name) != NULL && !a->frozen;

    xd_layout_make(s, r.w, &l);
    draw_titles(s, &l, c, r.y);
    if (s->n == 0)
        xd_canvas_field(c, MARGIN, r.y + 2, r.w - MARGIN, false, XD_S_DIM, empty_reason(a, s));
    for (int i = 0; i < r.h - 1 && s->top + (size_t)i < s->n; i++)
        draw_row(a, s, &l, s->top + (size_t)i, c, r.y + 1 + i, &arena, stale);
    xd_arena_done(&arena);
}
