/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snapshots of several sources made one: the rows of a base, with cells that others know. See
 * xd_snapshot_compose in table.h. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/table_private.h"

static bool names(const struct xd_table_desc *const *descs, const char *table)
{
    for (; descs && *descs; descs++)
        if (xd_streq((*descs)->name, table))
            return true;
    return false;
}

static void add_reason(struct xd_table *t, const char *why, struct xd_arena *a)
{
    if (!why || (t->reason && strstr(t->reason, why)))
        return;
    t->reason = t->reason ? xd_arena_printf(a, "%s; %s", t->reason, why) : xd_arena_strdup(a, why);
}

/* Rows of its own for t, to be written to. */
static struct xd_row **copy_rows(struct xd_table *t, struct xd_arena *a)
{
    size_t size = sizeof(struct xd_row) + (size_t)t->desc->n_columns * sizeof(union xd_cell);
    struct xd_row **rows = xd_arena_array(a, t->n, sizeof(*rows));

    for (size_t i = 0; i < t->n; i++) {
        rows[i] = xd_arena_alloc(a, size);
        memcpy(rows[i], t->rows[i], size);
    }
    t->rows = (const struct xd_row *const *)rows;
    return rows;
}

static void fill_row(struct xd_row *r, const struct xd_row *by)
{
    uint64_t todo = by->have & ~r->have;

    r->have |= todo;
    for (; todo; todo &= todo - 1) {
        int col = __builtin_ctzll(todo);

        r->cell[col] = by->cell[col];
    }
}

static void fill_table(struct xd_table *t, const struct xd_table *by, struct xd_row **rows)
{
    char key[XD_KEY_MAX];

    for (size_t i = 0; i < t->n; i++) {
        /* Sources of one host mostly tell of the same rows in the same order. */
        const struct xd_row *r = i < by->n ? by->rows[i] : NULL;
        char other[XD_KEY_MAX];

        xd_row_key(t->desc, rows[i], key);
        if (!r || strcmp(xd_row_key(by->desc, r, other), key) != 0)
            r = xd_table_find(by, key);
        if (r)
            fill_row(rows[i], r);
    }
}

/* Rows that only the filling has; they stay in its snapshot. */
static void add_rows(struct xd_table *t, const struct xd_table *by, struct xd_arena *a)
{
    const struct xd_row **rows = xd_arena_array(a, t->n + by->n, sizeof(*rows));
    size_t n = t->n;
    char key[XD_KEY_MAX];

    if (t->n)
        memcpy(rows, t->rows, t->n * sizeof(*rows));
    for (size_t i = 0; i < by->n; i++)
        if (!xd_table_find(t, xd_row_key(by->desc, by->rows[i], key)))
            rows[n++] = by->rows[i];
    t->rows = rows;
    t->n = n;
    t->index = NULL; /* it knows nothing of them, and such tables are small */
}

static void compose_table(struct xd_table *t, const struct xd_filling *f, size_t n,
                          struct xd_arena *a)
{
    struct xd_row **rows = NULL;

    if (t->state == XD_TABLE_MISSING)
        return;
    for (; n > 0; n--, f++) {
        const struct xd_table *by = xd_snapshot_table(f->snapshot, t->desc->name);

        if (!names(f->fills, t->desc->name))
            continue;
        add_reason(t, f->snapshot ? by ? by->reason : NULL : f->why, a);
        if (!by || !by->n || !xd_desc_same_cells(t->desc, by->desc))
            continue;
        if (t->desc->grows) {
            add_rows(t, by, a);
            continue;
        }
        rows = rows ? rows : copy_rows(t, a);
        fill_table(t, by, rows);
    }
}

struct xd_snapshot *xd_snapshot_compose(struct xd_snapshot *base,
                                        const struct xd_table_desc *const *hide,
                                        const struct xd_filling *fillings, size_t n)
{
    struct xd_snapshot *s = xd_malloc(sizeof(*s));

    xd_arena_init(&s->arena);
    atomic_init(&s->refs, 1);
    s->source = base->source;
    s->seq = base->seq;
    s->at_ns = base->at_ns;
    s->wall_ns = base->wall_ns;
    s->took_ns = base->took_ns;
    s->parts = xd_arena_array(&s->arena, n + 1, sizeof(struct xd_snapshot *));
    s->parts[s->n_parts++] = xd_snapshot_ref(base);
    for (size_t i = 0; i < n; i++)
        if (fillings[i].snapshot)
            s->parts[s->n_parts++] = xd_snapshot_ref(fillings[i].snapshot);
    s->tables = xd_arena_array(&s->arena, base->n, sizeof(*s->tables));
    for (size_t i = 0; i < base->n; i++) {
        if (names(hide, base->tables[i].desc->name))
            continue;
        s->tables[s->n] = base->tables[i];
        compose_table(&s->tables[s->n++], fillings, n, &s->arena);
    }
    return s;
}
