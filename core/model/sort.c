/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sort orders: see query.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/query_private.h"

int xd_sort_parse(const char *text, const struct xd_table_desc *d, struct xd_sort *out,
                  struct xd_err *err)
{
    struct xd_sort s = {.n = 0};
    const char *p = text;
    bool down;
    size_t len;
    int col;

    p += strspn(p, " \t");
    while (*p) {
        down = *p == '-';
        p += *p == '-' || *p == '+';
        len = strcspn(p, ", \t");
        col = xd_query_named(d, text, p, len, err);
        if (col < 0)
            return col;
        if (s.n == XD_SORT_MAX)
            return xd_err_set(err, -EINVAL, "column %d: wanted at most %d columns to sort by",
                              xd_query_column(text, p), XD_SORT_MAX);
        s.by[s.n].col = col;
        s.by[s.n++].down = down;
        p += len;
        p += strspn(p, " \t");
        if (*p && *p != ',')
            return xd_err_set(err, -EINVAL, "column %d: wanted a comma between columns",
                              xd_query_column(text, p));
        p += *p == ',';
        p += strspn(p, " \t");
    }
    *out = s;
    return 0;
}

struct order {
    const struct xd_table_desc *d;
    const struct xd_sort *s;
};

/* qsort may exchange equals, so each row carries its place. */
struct item {
    const struct xd_row *row;
    size_t place;
};

static int by_column(const struct xd_table_desc *d, int col, bool down, const struct xd_row *a,
                     const struct xd_row *b)
{
    struct xd_value va, vb;
    int c;

    if (col < 0 || col >= d->n_columns)
        return 0;
    va = xd_row_value(d, a, col);
    vb = xd_row_value(d, b, col);
    c = xd_value_cmp(&va, &vb);
    return down && va.have && vb.have ? -c : c;
}

static int compare(const void *x, const void *y, void *arg)
{
    const struct item *a = x, *b = y;
    const struct order *o = arg;
    int c = 0;

    for (int i = 0; c == 0 && i < o->s->n; i++)
        c = by_column(o->d, o->s->by[i].col, o->s->by[i].down, a->row, b->row);
    for (int i = 0; c == 0 && i < 2 && o->d->labels[i] >= 0; i++)
        c = by_column(o->d, o->d->labels[i], false, a->row, b->row);
    for (int i = 0; c == 0 && i < 2 && o->d->keys[i] >= 0; i++)
        c = by_column(o->d, o->d->keys[i], false, a->row, b->row);
    return c ? c : (a->place > b->place) - (a->place < b->place);
}

void xd_sort_rows(const struct xd_table_desc *d, const struct xd_sort *s,
                  const struct xd_row **rows, size_t n)
{
    struct order o = {d, s};
    struct item *items;

    if (n < 2)
        return;
    items = xd_malloc(n * sizeof(*items));
    for (size_t i = 0; i < n; i++) {
        items[i].row = rows[i];
        items[i].place = i;
    }
    qsort_r(items, n, sizeof(*items), compare, &o);
    for (size_t i = 0; i < n; i++)
        rows[i] = items[i].row;
    free(items);
}
