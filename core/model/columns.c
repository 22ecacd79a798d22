/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of columns: see query.h. */
#include <errno.h>
#include <string.h>

#include "model/query_private.h"

struct list {
    int *cols;
    int n;
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
    put_all(l, d, XD_COL_DEFAULT);
    if (l->n == 0)
        put_all(l, d, 0);
}

static int take_item(struct list *l, const struct xd_table_desc *d, const char *text, const char *p,
                     size_t len, struct xd_err *err)
{
    bool minus = *p == '-', sign = minus || *p == '+';
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
    if (minus)
        take_out(l, col);
    else
        put_in(l, col);
    return 0;
}

int xd_columns_parse(const char *text, const struct xd_table_desc *d, int *cols, struct xd_err *err)
{
    struct list l = {cols, 0};
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
