/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed between two samples of a table: see diff.h. */
#include "model/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/table_private.h"

struct list {
    struct xd_change *items; /* malloc: it grows */
    size_t n, cap;
};

static void add(struct list *l, const struct xd_row *old, const struct xd_row *now,
                uint64_t columns)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 32;
        l->items = xd_realloc(l->items, l->cap * sizeof(*l->items));
    }
    l->items[l->n++] = (struct xd_change){old, now, columns};
}

static uint64_t differing(const struct xd_table_desc *d, const struct xd_row *a,
                          const struct xd_row *b)
{
    uint64_t differ = a->have ^ b->have, both = a->have & b->have;

    for (; both; both &= both - 1) {
        int col = __builtin_ctzll(both);
        struct xd_value x, y;

        if (d->columns[col].kind.type != XD_STR && a->cell[col].u == b->cell[col].u)
            continue;
        x = xd_row_value(d, a, col);
        y = xd_row_value(d, b, col);
        if (!xd_value_equal(&x, &y))
            differ |= UINT64_C(1) << col;
    }
    return differ;
}

size_t xd_diff_tables(const struct xd_table *old, const struct xd_table *now, struct xd_arena *a,
                      struct xd_change **out)
{
    bool same = old && now && xd_desc_same_cells(old->desc, now->desc);
    struct list l = {NULL, 0, 0};
    char key[XD_KEY_MAX];

    for (size_t i = 0; now && i < now->n; i++) {
        const struct xd_row *r = now->rows[i], *was = NULL;
        uint64_t columns = 0;

        if (same)
            was = xd_table_find(old, xd_row_key(now->desc, r, key));
        if (was)
            columns = differing(now->desc, was, r);
        if (!was || columns)
            add(&l, was, r, columns);
    }
    for (size_t i = 0; old && i < old->n; i++) {
        const struct xd_row *r = old->rows[i];

        if (!same || !xd_table_find(now, xd_row_key(old->desc, r, key)))
            add(&l, r, NULL, 0);
    }
    *out = xd_arena_array(a, l.n, sizeof(**out));
    if (l.n)
        memcpy(*out, l.items, l.n * sizeof(**out));
    free(l.items);
    return l.n;
}
