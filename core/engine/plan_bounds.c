/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a number may be: the knob's own range, and the bounds that the object itself sets by another
 * of its values, which the same plan may be about to change. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

#include "engine/plan_impl.h"

/* v of a number type against a whole number; < 0, 0, > 0. */
static int against(const struct xd_value *v, int64_t bound)
{
    if (v->type == XD_F64)
        return (v->cell.f > (double)bound) - (v->cell.f < (double)bound);
    if (v->type == XD_U64)
        return bound < 0 || v->cell.u > (uint64_t)bound ? 1 : v->cell.u < (uint64_t)bound ? -1 : 0;
    return (v->cell.i > bound) - (v->cell.i < bound);
}

static struct xd_value number(enum xd_type t, int64_t n)
{
    struct xd_value v = {.have = true, .type = t};

    if (t == XD_F64)
        v.cell.f = (double)n;
    else
        v.cell.i = n;
    return v;
}

/* "None" is always a choice. */
static bool is_bounded(const struct xd_knob *k, const struct xd_value *v)
{
    return xd_type_is_number(v->type) && !(k->kind.zero && against(v, 0) == 0);
}

int xd_check_range(const char *label, const struct xd_knob *k, const struct xd_value *v,
                   struct xd_arena *a, struct xd_err *err)
{
    struct xd_value lo, hi;

    if (!is_bounded(k, v) || k->min == k->max ||
        (against(v, k->min) >= 0 && against(v, k->max) <= 0))
        return 0;
    lo = number(v->type, k->min);
    hi = number(v->type, k->max);
    return xd_err_set(err, -ERANGE, "%s %s: wanted %s to %s, found %s", label, k->name,
                      xd_value_exact(&lo, &k->kind, a), xd_value_exact(&hi, &k->kind, a),
                      xd_value_exact(v, &k->kind, a));
}

/* --- bounds of the object itself --- */

/* A step by what it sets: "vcpus UUID/3 period_us". */
struct setter {
    const char *name;
    size_t step;
    UT_hash_handle hh;
};

static const char *setter_name(const struct xd_object *o, const char *column, struct xd_arena *a)
{
    return xd_arena_printf(a, "%s %s %s", o->table, o->key, column);
}

static struct setter *setters_of(const struct xd_plan *p, size_t n, struct xd_arena *a)
{
    struct setter *all = NULL, *s;

    for (size_t i = 0; i < n; i++) {
        const struct xd_knob *k = p->steps[i].offer.knob;

        if (!k || !k->column)
            continue;
        s = xd_arena_alloc(a, sizeof(*s));
        s->name = setter_name(&p->steps[i].object, k->column, a);
        s->step = i;
        HASH_ADD_KEYPTR(hh, all, s->name, strlen(s->name), s);
    }
    return all;
}

/* What the bounding column will hold: what the plan sets it to, else what the row says. */
static struct xd_value bounding(const struct xd_world *w, const struct xd_step *s,
                                const struct xd_step *setter)
{
    const struct xd_table *t;
    const struct xd_row *r;

    if (setter)
        return setter->now;
    t = xd_world_table(w, s->object.table);
    r = t ? xd_table_find(t, s->object.key) : NULL;
    return r ? xd_row_value(t->desc, r, xd_desc_column(t->desc, s->offer.knob->max_column))
             : XD_UNKNOWN;
}

static int check(const struct xd_step *s, const struct xd_value *bound, struct xd_arena *a,
                 struct xd_err *err)
{
    const struct xd_knob *k = s->offer.knob;
    int64_t scale = k->max_scale > 0 ? k->max_scale : 1, most;
    const char *times = scale == 1 ? "" : xd_arena_printf(a, "%" PRId64 " times ", scale);
    struct xd_value limit;

    if (!bound->have || !is_bounded(k, &s->now) ||
        __builtin_mul_overflow(bound->type == XD_F64 ? (int64_t)bound->cell.f : bound->cell.i,
                               scale, &most) ||
        against(&s->now, most) <= 0)
        return 0;
    limit = number(s->now.type, most);
    return xd_err_set(err, -ERANGE, "%s %s: %s is too much: at most %s, %sits %s", s->object.label,
                      k->name, xd_value_exact(&s->now, &k->kind, a),
                      xd_value_exact(&limit, &k->kind, a), times, k->max_column);
}

/* The one that makes room comes first. */
static void put_in_order(struct xd_plan *p, size_t bounded, struct setter *setter)
{
    struct xd_step tmp = p->steps[setter->step];
    bool grows = xd_value_cmp(&tmp.now, &tmp.old) > 0;

    if (grows == (setter->step < bounded))
        return;
    p->steps[setter->step] = p->steps[bounded];
    p->steps[bounded] = tmp;
    setter->step = bounded;
}

/* --- what the steps before leave --- */

/* An object that steps of the plan edit: its row, as they leave it. */
struct edited {
    const char *name;
    const struct xd_table *table;
    struct xd_row *row;
    UT_hash_handle hh;
};

/* first: no step before edits it. NULL: it can't be seen. */
static struct edited *edited_of(const struct xd_world *w, struct edited **all,
                                const struct xd_object *o, struct xd_arena *a, bool *first)
{
    const char *name = setter_name(o, "", a);
    const struct xd_table *t;
    const struct xd_row *r;
    struct edited *e = NULL;
    size_t size;

    HASH_FIND_STR(*all, name, e);
    *first = !e;
    if (e)
        return e;
    t = xd_world_table(w, o->table);
    r = t ? xd_table_find(t, o->key) : NULL;
    if (!r)
        return NULL;
    e = xd_arena_alloc(a, sizeof(*e));
    size = sizeof(*r) + (size_t)t->desc->n_columns * sizeof(r->cell[0]);
    e->name = name;
    e->table = t;
    e->row = memcpy(xd_arena_alloc(a, size), r, size);
    HASH_ADD_KEYPTR(hh, *all, e->name, strlen(e->name), e);
    return e;
}

static void name_what_is_then(const struct xd_world *w, struct xd_plan *p, size_t n)
{
    struct edited *all = NULL, *e;

    for (size_t i = 0; i < n; i++) {
        struct xd_step *s = &p->steps[i];
        bool first;
        int col;

        if (!s->offer.knob || !s->offer.knob->column)
            continue;
        e = edited_of(w, &all, &s->object, &p->arena, &first);
        if (e && !first)
            xd_step_knob_xl(p, s,
                            &(struct xd_subject){e->table, e->row, s->object.key, s->object.label});
        col = e ? xd_desc_column(e->table->desc, s->offer.knob->column) : -1;
        if (col >= 0 && e->table->desc->columns[col].kind.type == s->now.type) {
            e->row->cell[col] = s->now.cell;
            e->row->have |= UINT64_C(1) << col;
        }
    }
    HASH_CLEAR(hh, all);
}

int xd_plan_bounds(const struct xd_world *w, struct xd_plan *p, size_t n, struct xd_err *err)
{
    struct setter *all = setters_of(p, n, &p->arena), *s;
    int rc = 0;

    for (size_t i = 0; i < n && !rc; i++) {
        const struct xd_knob *k = p->steps[i].offer.knob;
        struct xd_value bound;
        const char *name;

        if (!k || !k->max_column)
            continue;
        name = setter_name(&p->steps[i].object, k->max_column, &p->arena);
        HASH_FIND_STR(all, name, s);
        bound = bounding(w, &p->steps[i], s ? &p->steps[s->step] : NULL);
        rc = check(&p->steps[i], &bound, &p->arena, err);
        if (!rc && s)
            put_in_order(p, i, s);
    }
    HASH_CLEAR(hh, all);
    if (!rc)
        name_what_is_then(w, p, n);
    return rc;
}
