/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what sources told to one tree: whose word counts, what follows, what things are called. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/pci.h"
#include "topo/topo_impl.h"

/* --- facts --- */

static bool is_before(const struct xd_topo_fact *a, const struct xd_topo_fact *b)
{
    return a->col != b->col ? a->col < b->col : a->source < b->source;
}

/* By column, then by rank. There are few of a thing, mostly told in that order. */
static void sort_facts(struct xd_topo_thing *o)
{
    for (size_t i = 1; i < o->n_facts; i++) {
        struct xd_topo_fact f = o->facts[i];
        size_t at = i;

        for (; at > 0 && is_before(&f, &o->facts[at - 1]); at--)
            o->facts[at] = o->facts[at - 1];
        o->facts[at] = f;
    }
}

static void judge(struct xd_topo_thing *o)
{
    const struct xd_topo_fact *best = NULL;

    sort_facts(o);
    for (size_t i = 0; i < o->n_facts; i++) {
        struct xd_topo_fact *f = &o->facts[i];

        if (!best || best->col != f->col) {
            best = f;
            f->use = XD_TOPO_USED;
        } else {
            f->use = xd_value_equal(&best->value, &f->value) ? XD_TOPO_AGREES : XD_TOPO_OVERRULED;
        }
    }
}

/* --- distances: one of each pair --- */

static int by_pair(const void *va, const void *vb)
{
    const struct xd_topo_distance *a = va, *b = vb;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return (int)a->source - (int)b->source;
}

/* b is of a source of lower rank, or the same. */
static bool merge_distance(struct xd_topo_distance *a, const struct xd_topo_distance *b)
{
    bool differ = a->value && b->value && a->value != b->value;

    if (!a->value) {
        a->value = b->value;
        a->source = b->value ? b->source : a->source;
    }
    if (!isfinite(a->latency_ns))
        a->latency_ns = b->latency_ns;
    if (!isfinite(a->bytes_s))
        a->bytes_s = b->bytes_s;
    return differ;
}

static void settle_distances(struct xd_topo *t)
{
    size_t n = 0;

    if (t->n_distances)
        qsort(t->distances, t->n_distances, sizeof(*t->distances), by_pair);
    for (size_t i = 0; i < t->n_distances; i++) {
        const struct xd_topo_distance *d = &t->distances[i];
        struct xd_topo_distance *had = n ? &t->distances[n - 1] : NULL;

        if (!had || had->from != d->from || had->to != d->to)
            t->distances[n++] = *d;
        else if (merge_distance(had, d))
            xd_topo_trouble(t, d->source, "from node %u to %u it is %u; %s, whose word counts: %u",
                            d->from, d->to, d->value, xd_topo_source_names[had->source],
                            had->value);
    }
    t->n_distances = n;
}

/* --- what follows --- */

/* The machine has the CPUs and the memory of all in it. */
static void tell_machine(struct xd_topo *t)
{
    struct xd_cpuset all;
    uint64_t kib = 0, n = 0, unknown = 0;

    xd_cpuset_zero(&all);
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);

        if (set && xd_topo_is_cpu_kind(o->kind))
            xd_cpuset_or(&all, set);
        if (o->kind == XD_THING_NODE) {
            kib += xd_topo_u64(o, XD_TOPO_SIZE, 0);
            unknown += !xd_topo_value(o, XD_TOPO_SIZE).have;
            n++;
        }
    }
    if (!xd_cpuset_empty(&all))
        xd_topo_tell_set(t, t->machine, XD_TOPO_CPUS, XD_TOPO_BY_US, &all);
    if (n && !unknown && !xd_topo_value(t->machine, XD_TOPO_SIZE).have)
        xd_topo_tell_u64(t, t->machine, XD_TOPO_SIZE, XD_TOPO_BY_US, kib);
}

/* The number of the node that has all its CPUs. */
static void tell_node(struct xd_topo *t, struct xd_topo_thing *o,
                      struct xd_topo_thing *const of_cpu[XD_CPUSET_MAX])
{
    const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);
    int first = set ? xd_cpuset_next(set, 0) : -1;
    const struct xd_topo_thing *node = first >= 0 ? of_cpu[first] : NULL;
    uint64_t index = node ? xd_topo_u64(node, XD_TOPO_INDEX, UINT64_MAX) : UINT64_MAX;

    if (index != UINT64_MAX && xd_cpuset_subset(set, xd_topo_set(node, XD_TOPO_CPUS)) &&
        !xd_topo_value(o, XD_TOPO_NODE).have)
        xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_US, index);
}

static void tell_nodes(struct xd_topo *t)
{
    struct xd_topo_thing **of_cpu = xd_malloc(XD_CPUSET_MAX * sizeof(struct xd_topo_thing *));

    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];
        const struct xd_cpuset *set =
            o->kind == XD_THING_NODE ? xd_topo_set(o, XD_TOPO_CPUS) : NULL;

        for (int cpu = -1; set && (cpu = xd_cpuset_next(set, (unsigned)(cpu + 1))) >= 0;)
            of_cpu[cpu] = o;
        if (o->kind == XD_THING_NODE && xd_topo_value(o, XD_TOPO_INDEX).have)
            xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_US, xd_topo_u64(o, XD_TOPO_INDEX, 0));
    }
    for (size_t i = 0; i < t->n_things; i++)
        if (xd_topo_is_cpu_kind(t->things[i]->kind))
            tell_node(t, t->things[i], of_cpu);
    free(of_cpu);
}

static const struct xd_cpuset *cpus_of_node(const struct xd_topo *t, uint64_t node)
{
    const struct xd_topo_thing *at;
    char id[32];

    snprintf(id, sizeof(id), "node/%" PRIu64, node);
    at = xd_topo_find(t, id);
    return at ? xd_topo_set(at, XD_TOPO_CPUS) : NULL;
}

/* What of a device is near it: the CPUs of its node. */
static void tell_near(struct xd_topo *t)
{
    const struct xd_cpuset *set = NULL;
    uint64_t of = UINT64_MAX;

    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];
        uint64_t node;

        if (o->kind < XD_THING_HOST_BRIDGE)
            continue;
        node = xd_topo_u64(o, XD_TOPO_NODE, UINT64_MAX);
        if (node == UINT64_MAX)
            continue;
        if (node != of) /* neighbours are mostly of one */
            set = cpus_of_node(t, of = node);
        if (set && !xd_topo_value(o, XD_TOPO_CPUS).have)
            xd_topo_tell_set(t, o, XD_TOPO_CPUS, XD_TOPO_BY_US, set);
    }
}

/* --- names for people --- */

static const struct {
    const char *word;
    bool numbered;        /* its index follows */
    enum xd_topo_col col; /* else this stands for it, where it's known */
} words[XD_THING_KINDS] = {
    [XD_THING_MACHINE] = {"Machine", false, XD_TOPO_NAME},
    [XD_THING_PACKAGE] = {"Package", true, XD_TOPO_ID},
    [XD_THING_DIE] = {"Die", true, XD_TOPO_ID},
    [XD_THING_NODE] = {"Node", true, XD_TOPO_ID},
    [XD_THING_L3] = {"L3", false, XD_TOPO_ID},
    [XD_THING_L2] = {"L2", false, XD_TOPO_ID},
    [XD_THING_L1] = {"L1d", false, XD_TOPO_ID},
    [XD_THING_CORE] = {"Core", true, XD_TOPO_ID},
    [XD_THING_THREAD] = {"pCPU", true, XD_TOPO_ID},
    [XD_THING_MEMORY] = {"Memory", true, XD_TOPO_ID},
    [XD_THING_DIMM] = {"DIMM", true, XD_TOPO_SLOT},
};

static void tell_label(struct xd_topo *t, struct xd_topo_thing *o)
{
    const char *word = words[o->kind].word, *other = NULL;
    uint64_t index = xd_topo_u64(o, XD_TOPO_INDEX, UINT64_MAX);

    if (!word || xd_topo_value(o, XD_TOPO_LABEL).have)
        return;
    if (words[o->kind].col != XD_TOPO_ID)
        other = xd_topo_str(o, words[o->kind].col, NULL);
    if (!other && words[o->kind].numbered && index != UINT64_MAX)
        other = xd_arena_printf(&t->arena, "%s %" PRIu64, word, index);
    xd_topo_tell_str(t, o, XD_TOPO_LABEL, XD_TOPO_BY_US, other ? other : word);
}

void xd_topo_settle(struct xd_topo *t)
{
    xd_topo_nest(t);
    tell_machine(t);
    tell_nodes(t);
    settle_distances(t);
    xd_topo_pci_nodes(t);
    tell_near(t);
    xd_topo_link(t);
    xd_topo_pci_links(t);
    for (size_t i = 0; i < t->n_things; i++) {
        tell_label(t, t->things[i]);
        judge(t->things[i]);
    }
}
