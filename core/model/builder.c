/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snapshots: built by one thread, sealed, counted. See table.h. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/series.h"
#include "model/table.h"
#include "model/table_private.h"

#define STR_BYTES_MAX    1024
#define REASON_BYTES_MAX 1024

struct xd_rows {
    struct xd_rows *next;
    struct xd_builder *b;
    const struct xd_table_desc *desc;
    bool begun; /* at_ns is known */
    int64_t at_ns;
    bool missing;
    const char *reason;
    struct xd_row **rows; /* malloc: it grows */
    size_t n, cap;
    const struct xd_cpuset *last_set; /* that was put; NULL: none yet */
};

/* A table of another snapshot. */
struct lent {
    struct lent *next;
    struct xd_snapshot *from; /* counted */
    const struct xd_table *table;
};

/* The arena moves into the snapshot when it is sealed. */
struct xd_builder {
    struct xd_arena arena;
    const char *source;
    struct xd_rows *first, **end;
    size_t n;
    struct lent *lent;
    size_t n_lent;
};

/* --- the builder and its tables --- */

struct xd_builder *xd_builder_new(const char *source)
{
    struct xd_builder *b = xd_malloc(sizeof(*b));

    xd_arena_init(&b->arena);
    b->source = source;
    b->end = &b->first;
    return b;
}

static void drop_rows(struct xd_builder *b)
{
    for (struct xd_rows *t = b->first; t; t = t->next) {
        free(t->rows);
        t->rows = NULL;
    }
}

void xd_builder_free(struct xd_builder *b)
{
    if (!b)
        return;
    drop_rows(b);
    for (struct lent *l = b->lent; l; l = l->next)
        xd_snapshot_unref(l->from);
    xd_arena_done(&b->arena);
    free(b);
}

struct xd_arena *xd_builder_arena(struct xd_builder *b)
{
    return &b->arena;
}

static struct xd_rows *table_of(struct xd_builder *b, const struct xd_table_desc *d)
{
    struct xd_rows *t;

    for (t = b->first; t; t = t->next) {
        if (t->desc == d || xd_streq(t->desc->name, d->name))
            return t;
    }
    if (d->n_columns < 1 || d->n_columns > XD_COLUMNS_MAX) /* a fault of the description */
        abort();
    t = xd_arena_alloc(&b->arena, sizeof(*t));
    t->b = b;
    t->desc = d;
    *b->end = t;
    b->end = &t->next;
    b->n++;
    return t;
}

struct xd_rows *xd_build_table(struct xd_builder *b, const struct xd_table_desc *d, int64_t at_ns)
{
    struct xd_rows *t = table_of(b, d);

    if (!t->begun)
        t->at_ns = at_ns;
    t->begun = true;
    return t;
}

bool xd_build_lend(struct xd_builder *b, struct xd_snapshot *from, const char *table)
{
    const struct xd_table *t = xd_snapshot_table(from, table);
    struct lent *l;

    if (!t)
        return false;
    l = xd_arena_alloc(&b->arena, sizeof(*l));
    *l = (struct lent){b->lent, xd_snapshot_ref(from), t};
    b->lent = l;
    b->n_lent++;
    return true;
}

/* A sentence that is said of each of 10,000 rows is kept once, and there is an end to all of them.
 */
static void add_reason(struct xd_rows *t, const char *fmt, va_list ap)
{
    struct xd_arena *a = &t->b->arena;
    char text[REASON_BYTES_MAX], safe[REASON_BYTES_MAX];

    vsnprintf(text, sizeof(text), fmt, ap);
    xd_str_safe_to(safe, sizeof(safe), text);
    if (!t->reason)
        t->reason = xd_arena_strdup(a, safe);
    else if (strlen(t->reason) < REASON_BYTES_MAX && !strstr(t->reason, safe))
        t->reason = xd_arena_printf(a, "%s; %s", t->reason, safe);
}

void xd_build_missing(struct xd_builder *b, const struct xd_table_desc *d, const char *fmt, ...)
{
    struct xd_rows *t = table_of(b, d);
    va_list ap;

    va_start(ap, fmt);
    add_reason(t, fmt, ap);
    va_end(ap);
    t->missing = true;
}

void xd_build_reason(struct xd_rows *t, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_reason(t, fmt, ap);
    va_end(ap);
}

/* --- rows --- */

void xd_row_begin(struct xd_rows *t)
{
    size_t size = sizeof(struct xd_row) + (size_t)t->desc->n_columns * sizeof(union xd_cell);

    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 16;
        t->rows = xd_realloc(t->rows, t->cap * sizeof(*t->rows));
    }
    t->rows[t->n++] = xd_arena_alloc(&t->b->arena, size);
}

/* The cell to be filled, with its have-bit set or cleared. A column that isn't there, is of another
 * type, or a missing xd_row_begin are faults of the backend's code, not of the host. */
static union xd_cell *put(struct xd_rows *t, int col, enum xd_type type, bool have)
{
    struct xd_row *r;

    if (t->n == 0 || col < 0 || col >= t->desc->n_columns ||
        t->desc->columns[col].kind.type != type)
        abort();
    r = t->rows[t->n - 1];
    if (have)
        r->have |= UINT64_C(1) << col;
    else
        r->have &= ~(UINT64_C(1) << col);
    r->cell[col].u = 0;
    return &r->cell[col];
}

void xd_put_bool(struct xd_rows *t, int col, bool v)
{
    put(t, col, XD_BOOL, true)->b = v;
}

void xd_put_i64(struct xd_rows *t, int col, int64_t v)
{
    put(t, col, XD_I64, true)->i = v;
}

void xd_put_u64(struct xd_rows *t, int col, uint64_t v)
{
    put(t, col, XD_U64, true)->u = v;
}

void xd_put_f64(struct xd_rows *t, int col, double v)
{
    put(t, col, XD_F64, isfinite(v))->f = isfinite(v) ? v : 0;
}

static bool has_name(const struct xd_kind *k, int64_t v)
{
    for (int64_t i = 0; k->names && k->names[i]; i++) {
        if (i == v)
            return true;
    }
    return false;
}

static void put_enum(struct xd_rows *t, int col, int64_t v)
{
    union xd_cell *c = put(t, col, XD_ENUM, false);

    if (!has_name(&t->desc->columns[col].kind, v))
        return;
    c = put(t, col, XD_ENUM, true);
    c->i = v;
}

void xd_put_enum(struct xd_rows *t, int col, int v)
{
    put_enum(t, col, v);
}

void xd_put_str(struct xd_rows *t, int col, const char *s)
{
    put(t, col, XD_STR, s != NULL)->s = xd_str_safe(&t->b->arena, s, STR_BYTES_MAX);
}

void xd_put_set(struct xd_rows *t, int col, const struct xd_cpuset *set)
{
    union xd_cell *c = put(t, col, XD_CPUSET, set != NULL);
    struct xd_cpuset *copy;

    if (!set)
        return;
    if (t->last_set && xd_cpuset_equal(t->last_set, set)) { /* as neighbours often have it */
        c->set = t->last_set;
        return;
    }
    copy = xd_arena_alloc(&t->b->arena, sizeof(*copy));
    *copy = *set;
    c->set = t->last_set = copy;
}

void xd_put_value(struct xd_rows *t, int col, const struct xd_value *v)
{
    if (!v->have) {
        if (t->n > 0 && col >= 0 && col < t->desc->n_columns)
            put(t, col, t->desc->columns[col].kind.type, false);
        return;
    }
    switch (v->type) {
    case XD_BOOL:
        xd_put_bool(t, col, v->cell.b);
        break;
    case XD_I64:
        xd_put_i64(t, col, v->cell.i);
        break;
    case XD_U64:
        xd_put_u64(t, col, v->cell.u);
        break;
    case XD_F64:
        xd_put_f64(t, col, v->cell.f);
        break;
    case XD_ENUM:
        put_enum(t, col, v->cell.i);
        break;
    case XD_STR:
        xd_put_str(t, col, v->cell.s);
        break;
    case XD_CPUSET:
        xd_put_set(t, col, v->cell.set);
        break;
    }
}

/* --- sealing --- */

static void seal_table(struct xd_snapshot *s, struct xd_rows *from, struct xd_table *to,
                       struct xd_snapshot *prev)
{
    struct xd_row **rows = xd_arena_array(&s->arena, from->n, sizeof(*rows));

    if (from->n)
        memcpy(rows, from->rows, from->n * sizeof(*rows));
    to->desc = from->desc;
    to->source = s->source;
    to->state = from->missing && from->n == 0 ? XD_TABLE_MISSING : XD_TABLE_OK;
    to->reason = from->reason;
    to->at_ns = from->begun ? from->at_ns : s->at_ns;
    to->rows = (const struct xd_row *const *)rows;
    to->n = from->n;
    xd_rates_fill(to->desc, rows, to->n, to->at_ns, xd_snapshot_table(prev, to->desc->name));
    to->index = xd_table_index_new(to, &s->arena);
}

/* What is there already wins, so of two that were lent the later one. */
static void seal_lent(struct xd_snapshot *s, const struct xd_builder *b)
{
    s->parts = xd_arena_array(&s->arena, b->n_lent, sizeof(struct xd_snapshot *));
    for (const struct lent *l = b->lent; l; l = l->next) {
        s->parts[s->n_parts++] = l->from;
        if (!xd_snapshot_table(s, l->table->desc->name))
            s->tables[s->n++] = *l->table;
    }
}

struct xd_snapshot *xd_builder_seal(struct xd_builder *b, struct xd_snapshot *prev, uint64_t seq,
                                    int64_t at_ns, int64_t wall_ns, int64_t took_ns)
{
    struct xd_snapshot *s = xd_malloc(sizeof(*s));
    size_t i = 0;

    s->arena = b->arena;
    xd_arena_init(&b->arena);
    atomic_init(&s->refs, 1);
    s->source = b->source;
    s->seq = seq;
    s->at_ns = at_ns;
    s->wall_ns = wall_ns;
    s->took_ns = took_ns;
    s->n = s->n_own = b->n;
    s->tables = xd_arena_array(&s->arena, b->n + b->n_lent, sizeof(*s->tables));
    for (struct xd_rows *t = b->first; t; t = t->next)
        seal_table(s, t, &s->tables[i++], prev);
    seal_lent(s, b);
    drop_rows(b);
    free(b);
    return s;
}

/* --- snapshots --- */

struct xd_snapshot *xd_snapshot_ref(struct xd_snapshot *s)
{
    if (s)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void xd_snapshot_unref(struct xd_snapshot *s)
{
    /* Whoever drops the last reference must see all that the others did before theirs. */
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < s->n_own; i++) /* the others are those of its parts */
        xd_table_index_free(s->tables[i].index);
    for (size_t i = 0; i < s->n_parts; i++)
        xd_snapshot_unref(s->parts[i]);
    xd_arena_done(&s->arena);
    free(s);
}

uint64_t xd_snapshot_seq(const struct xd_snapshot *s)
{
    return s->seq;
}

int64_t xd_snapshot_at(const struct xd_snapshot *s)
{
    return s->at_ns;
}

int64_t xd_snapshot_wall(const struct xd_snapshot *s)
{
    return s->wall_ns;
}

int64_t xd_snapshot_took(const struct xd_snapshot *s)
{
    return s->took_ns;
}

const char *xd_snapshot_source(const struct xd_snapshot *s)
{
    return s->source;
}

size_t xd_snapshot_tables(const struct xd_snapshot *s)
{
    return s->n;
}

const struct xd_table *xd_snapshot_table_at(const struct xd_snapshot *s, size_t i)
{
    return i < s->n ? &s->tables[i] : NULL;
}

const struct xd_table *xd_snapshot_table(const struct xd_snapshot *s, const char *name)
{
    for (size_t i = 0; s && i < s->n; i++) {
        if (xd_streq(s->tables[i].desc->name, name))
            return &s->tables[i];
    }
    return NULL;
}
