/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Things and facts: see topo.h. */
#include "topo/topo.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/topo_impl.h"

#include <uthash.h>

const char *const xd_topo_source_names[XD_TOPO_SOURCES_N + 1] = {
    "xen", "cpuid", "pci", "sysfs", "hwloc", "acpi", "smbios", "pci.ids", "xendeck", NULL};

struct xd_topo_index {
    struct xd_topo_thing *thing;
    UT_hash_handle hh;
};

struct xd_topo *xd_topo_new(void)
{
    struct xd_topo *t = xd_malloc(sizeof(*t));

    xd_arena_init(&t->arena);
    t->machine = xd_topo_thing(t, XD_THING_MACHINE, NULL, "machine");
    return t;
}

void xd_topo_free(struct xd_topo *t)
{
    if (!t)
        return;
    HASH_CLEAR(hh, t->index);
    xd_arena_done(&t->arena);
    free(t);
}

struct xd_topo_thing *xd_topo_find(const struct xd_topo *t, const char *id)
{
    struct xd_topo_index *i = NULL;

    if (id)
        HASH_FIND_STR(t->index, id, i);
    return i ? i->thing : NULL;
}

void xd_topo_alias(struct xd_topo *t, const char *id, struct xd_topo_thing *o)
{
    struct xd_topo_index *i = NULL;

    HASH_FIND_STR(t->index, id, i);
    if (i)
        i->thing = o;
}

struct xd_topo_thing *xd_topo_thing_safe(struct xd_topo *t, enum xd_thing_kind kind,
                                         const char *parent, const char *id)
{
    struct xd_topo_thing *o = xd_topo_find(t, id);
    struct xd_topo_index *i;

    if (!o) {
        o = xd_arena_alloc(&t->arena, sizeof(*o));
        o->kind = kind;
        o->id = xd_arena_strdup(&t->arena, id);
        t->things =
            xd_arena_grow(&t->arena, t->things, t->n_things, sizeof(struct xd_topo_thing *));
        t->things[t->n_things++] = o;
        i = xd_arena_alloc(&t->arena, sizeof(*i));
        i->thing = o;
        HASH_ADD_KEYPTR(hh, t->index, o->id, strlen(o->id), i);
    }
    if (parent && !o->parent_id)
        o->parent_id = xd_arena_strdup(&t->arena, parent);
    return o;
}

struct xd_topo_thing *xd_topo_thing(struct xd_topo *t, enum xd_thing_kind kind, const char *parent,
                                    const char *id_fmt, ...)
{
    char raw[XD_KEY_MAX], id[XD_KEY_MAX];
    va_list ap;

    va_start(ap, id_fmt);
    vsnprintf(raw, sizeof(raw), id_fmt, ap);
    va_end(ap);
    xd_str_safe_to(id, sizeof(id), raw);
    return xd_topo_thing_safe(t, kind, parent, id);
}

#define FACTS_LEAST 8 /* room for so many at first: most things have no more */

struct xd_topo_fact *xd_topo_fact_add(struct xd_topo *t, struct xd_topo_thing *o)
{
    size_t n = o->n_facts;
    struct xd_topo_fact *more;

    if (n == 0 || (n >= FACTS_LEAST && (n & (n - 1)) == 0)) {
        more = xd_arena_array(&t->arena, n ? 2 * n : FACTS_LEAST, sizeof(*more));
        if (n)
            memcpy(more, o->facts, n * sizeof(*more));
        o->facts = more;
    }
    return &o->facts[o->n_facts++];
}

const struct xd_cpuset *xd_topo_keep_set(struct xd_topo *t, const struct xd_cpuset *set)
{
    struct xd_cpuset *copy;

    if (t->last_set && xd_cpuset_equal(t->last_set, set))
        return t->last_set;
    copy = xd_arena_alloc(&t->arena, sizeof(*copy));
    *copy = *set;
    return t->last_set = copy;
}

void xd_topo_tell(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                  enum xd_topo_source by, const struct xd_value *v)
{
    struct xd_topo_fact *f = NULL;

    if (!v->have)
        return;
    assert(v->type == xd_topology_desc.columns[col].kind.type);
    for (size_t i = 0; i < o->n_facts && !f; i++)
        if (o->facts[i].col == col && o->facts[i].source == by)
            f = &o->facts[i];
    if (!f)
        f = xd_topo_fact_add(t, o);
    f->col = (uint8_t)col;
    f->source = (uint8_t)by;
    f->use = XD_TOPO_USED;
    f->value = *v;
    if (v->type == XD_STR)
        f->value.cell.s = xd_str_safe(&t->arena, v->cell.s, 1024);
    else if (v->type == XD_CPUSET)
        f->value.cell.set = xd_topo_keep_set(t, v->cell.set);
}

void xd_topo_tell_u64(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, uint64_t v)
{
    xd_topo_tell(t, o, col, by, &(struct xd_value){true, XD_U64, {.u = v}});
}

void xd_topo_tell_f64(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, double v)
{
    xd_topo_tell(t, o, col, by, &(struct xd_value){isfinite(v), XD_F64, {.f = v}});
}

void xd_topo_tell_bool(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                       enum xd_topo_source by, bool v)
{
    xd_topo_tell(t, o, col, by, &(struct xd_value){true, XD_BOOL, {.b = v}});
}

void xd_topo_tell_str(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, const char *v)
{
    xd_topo_tell(t, o, col, by, &(struct xd_value){v && *v, XD_STR, {.s = v}});
}

void xd_topo_tell_set(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col col,
                      enum xd_topo_source by, const struct xd_cpuset *v)
{
    xd_topo_tell(t, o, col, by, &(struct xd_value){v != NULL, XD_CPUSET, {.set = v}});
}

void xd_topo_trouble(struct xd_topo *t, enum xd_topo_source by, const char *fmt, ...)
{
    struct xd_topo_trouble *trouble;
    char text[sizeof(((struct xd_err *)0)->text)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    t->troubles = xd_arena_grow(&t->arena, t->troubles, t->n_troubles, sizeof(*t->troubles));
    trouble = &t->troubles[t->n_troubles++];
    trouble->source = by;
    trouble->text = xd_str_safe(&t->arena, text, sizeof(text));
}

void xd_topo_distance(struct xd_topo *t, const struct xd_topo_distance *d)
{
    t->distances = xd_arena_grow(&t->arena, t->distances, t->n_distances, sizeof(*t->distances));
    t->distances[t->n_distances++] = *d;
}

unsigned xd_topo_distance_of(const struct xd_topo *t, uint64_t from, uint64_t to)
{
    const struct xd_topo_distance *best = NULL;

    for (size_t i = 0; i < t->n_distances; i++) {
        const struct xd_topo_distance *d = &t->distances[i];

        if (d->from == from && d->to == to && d->value && (!best || d->source < best->source))
            best = d;
    }
    return best ? best->value : 0;
}

static const char *safe(struct xd_topo *t, const char *s)
{
    return s ? xd_str_safe(&t->arena, s, 1024) : NULL;
}

void xd_topo_advise(struct xd_topo *t, const struct xd_topo_advice *a)
{
    t->advice = xd_arena_grow(&t->arena, t->advice, t->n_advice, sizeof(*t->advice));
    t->advice[t->n_advice++] = (struct xd_topo_advice){
        .thing = a->thing,
        .check = safe(t, a->check),
        .text = safe(t, a->text),
        .remedy = safe(t, a->remedy),
        .cite = safe(t, a->cite),
        .gravity = a->gravity,
    };
}

/* Before settling facts stand in the order of telling: the best source is looked for. */
struct xd_value xd_topo_value(const struct xd_topo_thing *o, enum xd_topo_col col)
{
    const struct xd_topo_fact *best = NULL;

    for (size_t i = 0; i < o->n_facts; i++)
        if (o->facts[i].col == col && (!best || o->facts[i].source < best->source))
            best = &o->facts[i];
    return best ? best->value : XD_UNKNOWN;
}

uint64_t xd_topo_u64(const struct xd_topo_thing *o, enum xd_topo_col col, uint64_t unknown)
{
    struct xd_value v = xd_topo_value(o, col);

    return v.have && v.type == XD_U64 ? v.cell.u : unknown;
}

double xd_topo_f64(const struct xd_topo_thing *o, enum xd_topo_col col, double unknown)
{
    struct xd_value v = xd_topo_value(o, col);

    return v.have && v.type == XD_F64 ? v.cell.f : unknown;
}

bool xd_topo_bool(const struct xd_topo_thing *o, enum xd_topo_col col, bool unknown)
{
    struct xd_value v = xd_topo_value(o, col);

    return v.have && v.type == XD_BOOL ? v.cell.b : unknown;
}

const char *xd_topo_str(const struct xd_topo_thing *o, enum xd_topo_col col, const char *unknown)
{
    struct xd_value v = xd_topo_value(o, col);

    return v.have && v.type == XD_STR ? v.cell.s : unknown;
}

const struct xd_cpuset *xd_topo_set(const struct xd_topo_thing *o, enum xd_topo_col col)
{
    struct xd_value v = xd_topo_value(o, col);

    return v.have && v.type == XD_CPUSET ? v.cell.set : NULL;
}

struct xd_topo_thing *xd_topo_walk(struct xd_topo_thing *top, struct xd_topo_thing *at)
{
    if (!at)
        return top;
    if (at->child)
        return at->child;
    for (; at != top; at = at->parent)
        if (at->next)
            return at->next;
    return NULL;
}
