/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which columns of a screen show in so many cells, and how wide each is. */
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

#define MARGIN       2 /* cells left of the first column: cursor and mark */
#define SPARK_MIN    12
#define SPARK_MAX    60
#define LABEL_MIN    8
#define LABEL_NARROW 14 /* one long name should not cost the others a column */
#define LABEL_MAX    24
#define COLUMNS      (2 * XD_COLUMNS_MAX) /* each as a number and as a graph */

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

/* The columns that were chosen: what doesn't fit stands to the right, but for the names. */
static int chosen_columns(const struct xd_screen *s, struct xd_view_column *out)
{
    for (int i = 0; i < s->n_cols; i++) {
        int col = s->cols[i] & ~XD_COLUMN_GRAPH;
        bool graph = s->cols[i] & XD_COLUMN_GRAPH;

        out[i] = (struct xd_view_column){.name = s->desc->columns[col].name,
                                         .drop = i == 0 ? 0 : i + 1,
                                         .width = graph ? SPARK_MIN : 0,
                                         .spark = graph};
        for (const struct xd_view_column *v = s->view->columns; graph && v && v->name; v++)
            if (v->spark && strcmp(v->name, out[i].name) == 0)
                out[i].full = v->full;
    }
    return s->n_cols;
}

/* The columns of a view, or the table's default ones where it names none; those that are not in the
 * table of this host are left out. */
static int view_columns(const struct xd_screen *s, struct xd_view_column *out)
{
    int n = 0;

    if (s->n_cols)
        return chosen_columns(s, out);
    for (const struct xd_view_column *v = s->view->columns; v && v->name && n < COLUMNS; v++)
        if (xd_desc_column(s->desc, v->name) >= 0)
            out[n++] = *v;
    for (int i = 0; !s->view->columns && i < s->desc->n_columns; i++) {
        if (s->desc->columns[i].flags & XD_COL_DEFAULT) {
            out[n] = (struct xd_view_column){.name = s->desc->columns[i].name, .drop = n};
            n++;
        }
    }
    return n;
}

/* Scrolled to the right: the first column stays, the next ones are gone. */
static int scroll(const struct xd_screen *s, struct xd_view_column *all, int n)
{
    int away = s->shift < n - 1 ? s->shift : n - 2;

    if (away <= 0)
        return n;
    for (int i = 1; i + away < n; i++) {
        all[i] = all[i + away];
        all[i].drop = i + 1;
    }
    return n - away;
}

static int label_of(const struct xd_screen *s, const struct xd_view_column *all, int n)
{
    for (int i = 0; i < n; i++)
        if (!all[i].spark && xd_desc_column(s->desc, all[i].name) == s->desc->labels[0])
            return i;
    return -1;
}

/* The column that takes what is left over: a spark line, else a text. */
static int growing(const struct xd_screen *s, const struct xd_view_column *all, const int *widths,
                   int n)
{
    int grow = -1, last = -1;

    for (int i = 0; i < n; i++) {
        if (widths[i] && all[i].spark)
            return i;
        if (widths[i] && all[i].grow)
            grow = i;
        if (widths[i])
            last = i;
    }
    if (grow < 0 && last > 0 &&
        s->desc->columns[xd_desc_column(s->desc, all[last].name)].kind.type == XD_STR)
        grow = last;
    return grow;
}

/* Makes the columns fit: long names are cut first, then the least wanted columns go. What is left
 * over belongs to the names again, then to the column that grows. Returns whether any went. */
static bool fit_widths(const struct xd_screen *s, const struct xd_view_column *all, int *widths,
                       int n, int width)
{
    int used = MARGIN, label = label_of(s, all, n), wanted = 0;
    bool gone = false;

    for (int i = 0; i < n; i++) {
        widths[i] = wanted_width(s, &all[i], xd_desc_column(s->desc, all[i].name));
        used += widths[i] + 1;
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
        gone = true;
    }
    for (; wanted && used < width && widths[label] < wanted; used++)
        widths[label]++;
    int grow = growing(s, all, widths, n);
    if (grow >= 0 && used < width) {
        widths[grow] += width - used;
        if (all[grow].spark && widths[grow] > SPARK_MAX)
            widths[grow] = SPARK_MAX;
    }
    return gone;
}

void xd_layout_make(const struct xd_screen *s, int width, struct xd_layout *out)
{
    struct xd_view_column all[COLUMNS];
    int widths[COLUMNS], n = scroll(s, all, view_columns(s, all));

    out->more = fit_widths(s, all, widths, n, width) && (s->n_cols || s->shift);
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
            .gauge = all[i].gauge,
            .right = !all[i].spark && !all[i].gauge &&
                     xd_type_is_number(s->desc->columns[col].kind.type),
            .full = all[i].full ? xd_desc_column(s->desc, all[i].full) : -1,
        };
        x += widths[i] + 1;
    }
}

int xd_screen_set_columns(struct xd_screen *s, const char *text, struct xd_err *err)
{
    struct xd_view_column all[COLUMNS];
    int cols[COLUMNS], base_cols[COLUMNS], n = 0;
    struct xd_columns_base base = {base_cols, 0, true};

    if (!s->desc)
        return xd_err_set(err, -1, "the %s screen has no columns to choose", s->view->title);
    if (text && *text) {
        int chosen = s->n_cols;
        s->n_cols = 0; /* what "+uuid" adds to are the screen's usual columns */
        base.n = view_columns(s, all);
        s->n_cols = chosen;
        for (int i = 0; i < base.n; i++)
            base_cols[i] =
                xd_desc_column(s->desc, all[i].name) | (all[i].spark ? XD_COLUMN_GRAPH : 0);
        n = xd_columns_parse_on(text, s->desc, &base, cols, err);
    }
    if (n < 0)
        return n;
    /* What comes to the usual ones is no choice: those give way where the screen is narrow. */
    if (n == base.n && memcmp(cols, base_cols, (size_t)n * sizeof(*cols)) == 0)
        n = 0;
    free(s->columns);
    s->columns = n ? xd_strdup(text) : NULL;
    memcpy(s->cols, cols, (size_t)n * sizeof(*cols));
    s->n_cols = n;
    s->shift = 0;
    return 0;
}

const char *xd_screen_columns_text(const struct xd_screen *s, struct xd_arena *a)
{
    struct xd_view_column all[COLUMNS];
    struct xd_buf b = XD_BUF_INIT;
    int n = view_columns(s, all);

    for (int i = 0; i < n; i++)
        xd_buf_printf(&b, "%s%s%s", i ? "," : "", all[i].name, all[i].spark ? ":graph" : "");
    const char *text = xd_arena_strdup(a, xd_buf_str(&b));
    xd_buf_done(&b);
    return text;
}

const char *xd_screen_sort_text(const struct xd_screen *s, struct xd_arena *a)
{
    const char *text = "";

    for (int i = 0; s->desc && i < s->sort.n; i++)
        text = xd_arena_printf(a, "%s%s%s%s", text, i ? "," : "", s->sort.by[i].down ? "-" : "",
                               s->desc->columns[s->sort.by[i].col].name);
    return text;
}
