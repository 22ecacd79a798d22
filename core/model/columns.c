/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of columns: see query.h. */
#include <errno.h>
#include <string.h>

#include "model/query_private.h"

#define GRAPH ":graph"

struct list {
    int *cols;
    int n;
    const struct xd_columns_base *base;
};

static void take_out(struct list *l, int col)
{
    int n = 0;

    for (int i = 0; i < l->n; i++) {
        if (l->cols[i] != col)
            l->cols[n++] = l->cols[i];
    }
    l->n = n;
}

/* At the end, unless it is there already: so there are never more than the table has. */
static void put_in(struct list *l, int col)
{
    for (int i = 0; i < l->n; i++) {
        if (l->cols[i] == col)
            return;
    }
    l->cols[l->n++] = col;
}

static void put_all(struct list *l, const struct xd_table_desc *d, unsigned flags)
{
    for (int i = 0; i < d->n_columns; i++) {
        if ((d->columns[i].flags & flags) == flags)
            put_in(l, i);
    }
}

/* A table of which nobody said what is shown shows everything. */
static void put_default(struct list *l, const struct xd_table_desc *d)
{
    if (l->base) {
        for (int i = 0; i < l->base->n; i++)
            put_in(l, l->base->cols[i]);
        return;
    }
    put_all(l, d, XD_COL_DEFAULT);
    if (l->n == 0)
        put_all(l, d, 0);
}

/* Takes ":graph" off the end of an item, where the list may have such. */
static bool is_graph(const struct list *l, const char *p, size_t *len)
{
    size_t n = strlen(GRAPH);

    if (!l->base || !l->base->graphs || *len <= n || strncmp(p + *len - n, GRAPH, n) != 0)
        return false;
    *len -= n;
    return true;
}

static int take_item(struct list *l, const struct xd_table_desc *d, const char *text, const char *p,
                     size_t len, struct xd_err *err)
{
    bool minus = *p == '-', sign = minus || *p == '+', graph = is_graph(l, p, &len);
    int col;

    if (len == 3 && strncmp(p, "all", 3) == 0) {
        put_all(l, d, 0);
        return 0;
    }
    if (len == 7 && strncmp(p, "default", 7) == 0) {
        put_default(l, d);
        return 0;
    }
    col = xd_query_named(d, text, p + sign, len - sign, err);
    if (col < 0)
        return col;
    if (graph && !(d->columns[col].flags & XD_COL_HISTORY))
        return xd_err_set(err, -EINVAL, "column %d: no history of %s is kept to draw",
                          xd_query_column(text, p), d->columns[col].name);
    if (graph)
        col |= XD_COLUMN_GRAPH;
    if (minus)
        take_out(l, col);
    else
        put_in(l, col);
    return 0;
}

int xd_columns_parse(const char *text, const struct xd_table_desc *d, int *cols, struct xd_err *err)
{
    return xd_columns_parse_on(text, d, NULL, cols, err);
}

int xd_columns_parse_on(const char *text, const struct xd_table_desc *d,
                        const struct xd_columns_base *base, int *cols, struct xd_err *err)
{
    struct list l = {cols, 0, base};
    const char *p = text ? text : "";
    size_t len;
    int rc;

    p += strspn(p, " \t");
    if (*p == '\0' || *p == '+' || *p == '-') /* "+uuid": to what would be shown anyway */
        put_default(&l, d);
    while (*p) {
        len = strcspn(p, ", \t");
        rc = take_item(&l, d, text, p, len, err);
        if (rc < 0)
            return rc;
        p += len;
        p += strspn(p, " \t");
        if (*p && *p != ',')
            return xd_err_set(err, -EINVAL, "column %d: wanted a comma between columns",
                              xd_query_column(text, p));
        p += *p == ',';
        p += strspn(p, " \t");
    }
    if (l.n == 0)
        return xd_err_set(err, -EINVAL, "this list leaves no column of %s to show", d->name);
    return l.n;
}
