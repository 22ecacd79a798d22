/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packages, dies, nodes, caches, cores and threads are put into each other by their sets of CPUs,
 * whoever told of them: as hwloc does it. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/topo_impl.h"

#define NO_SOURCE XD_TOPO_SOURCES_N

static const struct xd_topo_fact *fact_by(const struct xd_topo_thing *o, enum xd_topo_col col,
                                          enum xd_topo_source by)
{
    for (size_t i = 0; i < o->n_facts; i++)
        if (o->facts[i].col == col && o->facts[i].source == by)
            return &o->facts[i];
    return NULL;
}

/* Its CPUs; NULL where it has none, or nobody knows. */
static const struct xd_cpuset *cpus_of(const struct xd_topo_thing *o)
{
    const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);

    return set && !xd_cpuset_empty(set) ? set : NULL;
}

static enum xd_topo_source teller(const struct xd_topo_thing *o)
{
    enum xd_topo_source best = NO_SOURCE;

    for (size_t i = 0; i < o->n_facts; i++)
        if (o->facts[i].col == XD_TOPO_CPUS && o->facts[i].source < best)
            best = (enum xd_topo_source)o->facts[i].source;
    return best;
}

/* --- one thing of the same CPUs --- */

/* What the sources of `from` said becomes facts of `into`; what it doesn't take is told. */
static void merge(struct xd_topo *t, struct xd_topo_thing *into, struct xd_topo_thing *from)
{
    struct xd_arena scratch = XD_ARENA_INIT;

    for (size_t i = 0; i < from->n_facts; i++) {
        const struct xd_topo_fact *f = &from->facts[i],
                                  *had = fact_by(into, (enum xd_topo_col)f->col,
                                                 (enum xd_topo_source)f->source);
        const struct xd_column *c = &xd_topology_desc.columns[f->col];

        if (!had)
            xd_topo_tell(t, into, (enum xd_topo_col)f->col, (enum xd_topo_source)f->source,
                         &f->value);
        else if (f->col == XD_TOPO_CPUS && !xd_value_equal(&had->value, &f->value))
            xd_topo_trouble(t, (enum xd_topo_source)f->source,
                            "%s has CPUs %s: that is a part of %s by a better source", from->id,
                            xd_value_exact(&f->value, &c->kind, &scratch), into->id);
    }
    xd_topo_alias(t, from->id, into);
    xd_arena_done(&scratch);
}

/* Of one kind: the best source that has sets, and the thing of each CPU by that source. */
static enum xd_topo_source best_of(const struct xd_topo *t, enum xd_thing_kind kind,
                                   struct xd_topo_thing *of_cpu[XD_CPUSET_MAX])
{
    enum xd_topo_source best = NO_SOURCE;

    memset(of_cpu, 0, XD_CPUSET_MAX * sizeof(*of_cpu));
    for (size_t i = 0; i < t->n_things; i++)
        if (t->things[i]->kind == kind && cpus_of(t->things[i]) && teller(t->things[i]) < best)
            best = teller(t->things[i]);
    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];
        const struct xd_cpuset *set = o->kind == kind ? cpus_of(o) : NULL;

        if (!set || teller(o) != best)
            continue;
        for (int cpu = -1; (cpu = xd_cpuset_next(set, (unsigned)(cpu + 1))) >= 0;)
            if (!of_cpu[cpu])
                of_cpu[cpu] = o;
    }
    return best;
}

/* Others' things are facts of the best source's that have the same CPUs, or some of them. Those of
 * CPUs that the best source doesn't have contradict nobody and stay. False: there was none. */
static bool unify(struct xd_topo *t, enum xd_thing_kind kind,
                  struct xd_topo_thing *of_cpu[XD_CPUSET_MAX])
{
    enum xd_topo_source best = best_of(t, kind, of_cpu);
    bool any = false;

    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i], *into = NULL;
        const struct xd_cpuset *set = o->kind == kind ? cpus_of(o) : NULL;

        if (!set || teller(o) == best)
            continue;
        for (int cpu = -1; !into && (cpu = xd_cpuset_next(set, (unsigned)(cpu + 1))) >= 0;)
            into = of_cpu[cpu];
        if (into)
            merge(t, into, o);
        any = any || into;
    }
    return any;
}

static void drop_merged(struct xd_topo *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_things; i++)
        if (xd_topo_find(t, t->things[i]->id) == t->things[i])
            t->things[n++] = t->things[i];
    t->n_things = n;
}

/* --- one in the other --- */

struct box {
    struct xd_topo_thing *thing;
    const struct xd_cpuset *cpus;
    unsigned count, first;
    size_t place;    /* among all things */
    struct box *out; /* the one it is in */
};

/* The wide ones first; of the same width the outer ones. */
static int by_width(const void *va, const void *vb)
{
    const struct box *a = va, *b = vb;

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->thing->kind != b->thing->kind)
        return a->thing->kind < b->thing->kind ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static size_t list_boxes(const struct xd_topo *t, struct box *boxes)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_cpuset *set =
            xd_topo_is_cpu_kind(t->things[i]->kind) ? cpus_of(t->things[i]) : NULL;

        if (set)
            boxes[n++] = (struct box){.thing = t->things[i],
                                      .cpus = set,
                                      .count = xd_cpuset_count(set),
                                      .first = (unsigned)xd_cpuset_next(set, 0),
                                      .place = i};
    }
    if (n)
        qsort(boxes, n, sizeof(*boxes), by_width);
    return n;
}

/* A box goes into the innermost that has its CPUs. Those that have only some of them are told: no
 * tree shows that. */
static void place(struct xd_topo *t, struct box *boxes, size_t n)
{
    struct box **inner = xd_malloc(XD_CPUSET_MAX * sizeof(struct box *));
    const struct box *across = NULL, *over = NULL;
    size_t n_across = 0;

    for (size_t i = 0; i < n; i++) {
        struct box *b = &boxes[i], *out = inner[b->first];

        if (out && out->thing->kind == b->thing->kind && xd_cpuset_equal(out->cpus, b->cpus))
            out = out->out; /* twins stand side by side */
        while (out && !xd_cpuset_subset(b->cpus, out->cpus)) {
            if (!n_across++) {
                across = b;
                over = out;
            }
            out = out->out;
        }
        b->out = out;
        b->thing->parent_id = out ? out->thing->id : t->machine->id;
        for (int cpu = -1; (cpu = xd_cpuset_next(b->cpus, (unsigned)(cpu + 1))) >= 0;)
            inner[cpu] = b;
    }
    if (n_across)
        xd_topo_trouble(t, teller(across->thing),
                        "%s has some of the CPUs of %s, and others: no tree shows that (%zu such)",
                        across->thing->id, over->thing->id, n_across);
    free(inner);
}

/* --- the order of drawing --- */

struct order {
    struct xd_topo_thing *thing;
    int group; /* the machine, things of CPUs, threads that are nowhere (off), those without CPUs,
                * the rest */
    unsigned first, count;
    uint64_t index;
    size_t place;
};

static struct order order_of(struct xd_topo *t, size_t i)
{
    struct xd_topo_thing *o = t->things[i];
    const struct xd_cpuset *set = xd_topo_is_cpu_kind(o->kind) ? cpus_of(o) : NULL;
    struct order out = {.thing = o, .group = 4, .place = i};

    if (o == t->machine) {
        out.group = 0;
    } else if (set) {
        out.group = o->kind == XD_THING_THREAD && xd_streq(o->parent_id, t->machine->id) ? 2 : 1;
        out.first = (unsigned)xd_cpuset_next(set, 0);
        out.count = xd_cpuset_count(set);
    } else if (xd_topo_is_cpu_kind(o->kind)) {
        out.group = 3;
        out.index = xd_topo_u64(o, XD_TOPO_INDEX, UINT64_MAX);
    }
    return out;
}

static int by_order(const void *va, const void *vb)
{
    const struct order *a = va, *b = vb;

    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    if (a->index != b->index)
        return a->index < b->index ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void put_in_order(struct xd_topo *t)
{
    struct order *list = xd_malloc(t->n_things * sizeof(*list));

    for (size_t i = 0; i < t->n_things; i++)
        list[i] = order_of(t, i);
    qsort(list, t->n_things, sizeof(*list), by_order);
    for (size_t i = 0; i < t->n_things; i++)
        t->things[i] = list[i].thing;
    free(list);
}

void xd_topo_nest(struct xd_topo *t)
{
    struct xd_topo_thing **of_cpu = xd_malloc(XD_CPUSET_MAX * sizeof(struct xd_topo_thing *));
    struct box *boxes;
    bool any = false;

    for (int kind = XD_THING_PACKAGE; kind <= XD_THING_THREAD; kind++)
        any |= unify(t, (enum xd_thing_kind)kind, of_cpu);
    free(of_cpu);
    if (any)
        drop_merged(t);
    boxes = xd_malloc(t->n_things * sizeof(*boxes));
    place(t, boxes, list_boxes(t, boxes));
    free(boxes);
    put_in_order(t);
}
