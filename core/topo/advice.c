/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of CPUs, nodes and of how guests use the machine: see advice.h. (Links: advice_link.c,
 * DIMMs: advice_memory.c.) */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cpuset.h"
#include "topo/advice_impl.h"

void xd_topo_advise_once(struct xd_topo *t, const struct xd_topo_advice *a)
{
    for (size_t i = 0; i < t->n_advice; i++)
        if (t->advice[i].thing == a->thing && strcmp(t->advice[i].check, a->check) == 0)
            return;
    xd_topo_advise(t, a);
}

/* --- SMT --- */

struct smt {
    unsigned cores, halved; /* cores; those with threads in use and others that aren't */
    unsigned single;        /* cores with one thread only */
    unsigned off, lost;     /* threads not in use; those of them whose core nobody knows */
};

static void count_core(struct smt *s, const struct xd_topo_thing *core)
{
    unsigned on = 0, off = 0;

    for (const struct xd_topo_thing *o = core->child; o; o = o->next) {
        on += o->kind == XD_THING_THREAD && xd_topo_bool(o, XD_TOPO_ONLINE, true);
        off += o->kind == XD_THING_THREAD && !xd_topo_bool(o, XD_TOPO_ONLINE, true);
    }
    s->cores++;
    s->halved += on && off;
    s->single += on + off == 1;
    s->off += off;
}

/* Xen doesn't tell where threads are that are off: as many of them as there are cores, each of
 * which has one thread, are the cores' second ones. Some CPUs taken offline by hand are no SMT that
 * is off. */
static bool is_off(const struct smt *s)
{
    if (s->halved)
        return s->halved > s->cores / 2;
    return s->cores && s->single == s->cores && s->lost >= s->cores;
}

static void check_smt(struct xd_topo *t)
{
    struct smt s = {0};

    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        if (o->kind == XD_THING_CORE)
            count_core(&s, o);
        else if (o->kind == XD_THING_THREAD && o->parent->kind != XD_THING_CORE)
            s.lost += !xd_topo_bool(o, XD_TOPO_ONLINE, true);
    }
    if (!is_off(&s))
        return;
    xd_topo_advise_once(
        t,
        &(struct xd_topo_advice){
            .thing = t->machine,
            .check = "smt-off",
            .gravity = XD_TOPO_NOTE,
            .text = xd_arena_printf(&t->arena, "SMT is off: %u threads of %u cores are not in use",
                                    s.off + s.lost, s.cores),
            .remedy = "wanted where guests are not trusted and the CPU has L1TF or MDS; else "
                      "smt=1 on Xen's command line, or the firmware's setting",
            .cite = "XSA-273, XSA-297; Xen: docs/misc/xen-command-line.pandoc, smt",
        });
}

/* --- nodes --- */

static void check_node(struct xd_topo *t, struct xd_topo_thing *o)
{
    const struct xd_cpuset *cpus = xd_topo_set(o, XD_TOPO_CPUS);

    if (xd_topo_u64(o, XD_TOPO_SIZE, 1) == 0)
        xd_topo_advise_once(
            t, &(struct xd_topo_advice){
                   .thing = o,
                   .check = "node-without-memory",
                   .gravity = XD_TOPO_WARN,
                   .text = "this node has no memory: all that its CPUs read is remote",
                   .remedy = "put DIMMs into the slots of this processor, as its board's manual "
                             "orders them",
                   .cite = "ACPI 6.5, 5.2.16: SRAT",
               });
    else if (cpus && xd_cpuset_empty(cpus))
        xd_topo_advise_once(
            t, &(struct xd_topo_advice){
                   .thing = o,
                   .check = "node-without-cpus",
                   .gravity = XD_TOPO_NOTE,
                   .text = "this node has memory and no CPUs: it is remote for all of them",
                   .remedy = "place only guests there that can wait for their memory",
                   .cite = "ACPI 6.5, 5.2.16: SRAT",
               });
}

void xd_topo_advise_hardware(struct xd_topo *t)
{
    check_smt(t);
    xd_topo_advise_links(t);
    xd_topo_advise_memory(t);
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));)
        if (o->kind == XD_THING_NODE)
            check_node(t, o);
}

/* --- how it is used --- */

/* The nodes that some CPUs are in, and how many CPUs the largest of all nodes has. */
static void nodes_of(const struct xd_topo *t, const struct xd_cpuset *cpus, struct xd_cpuset *nodes,
                     unsigned *largest)
{
    xd_cpuset_zero(nodes);
    *largest = 0;
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        const struct xd_cpuset *has =
            o->kind == XD_THING_NODE ? xd_topo_set(o, XD_TOPO_CPUS) : NULL;
        uint64_t index = xd_topo_u64(o, XD_TOPO_INDEX, XD_CPUSET_MAX);
        struct xd_cpuset both;

        if (!has || index >= XD_CPUSET_MAX)
            continue;
        *largest = xd_cpuset_count(has) > *largest ? xd_cpuset_count(has) : *largest;
        both = *has;
        xd_cpuset_and(&both, cpus);
        if (!xd_cpuset_empty(&both))
            xd_cpuset_add(nodes, (unsigned)index);
    }
}

/* "node 0", "nodes 0-1" */
static const char *name_nodes(struct xd_topo *t, const struct xd_cpuset *nodes)
{
    return xd_arena_printf(&t->arena, "node%s %s", xd_cpuset_count(nodes) > 1 ? "s" : "",
                           xd_cpuset_format(nodes, &t->arena));
}

/* The least from one of those nodes to that one; 0: unknown. */
static unsigned distance(const struct xd_topo *t, const struct xd_cpuset *from, uint64_t to)
{
    unsigned least = 0;

    for (size_t i = 0; i < t->n_distances; i++) {
        const struct xd_topo_distance *d = &t->distances[i];

        if (d->to == to && d->from < XD_CPUSET_MAX && xd_cpuset_has(from, d->from) && d->value &&
            (!least || d->value < least))
            least = d->value;
    }
    return least;
}

static void check_owner(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_topo_domain *d)
{
    uint64_t node = xd_topo_u64(o, XD_TOPO_NODE, XD_CPUSET_MAX);
    struct xd_cpuset nodes;
    unsigned largest, far;
    char how_far[32] = "";

    if (node >= XD_CPUSET_MAX || !d->cpus)
        return;
    nodes_of(t, d->cpus, &nodes, &largest);
    if (xd_cpuset_empty(&nodes) || xd_cpuset_has(&nodes, (unsigned)node))
        return;
    far = distance(t, &nodes, node);
    if (far)
        snprintf(how_far, sizeof(how_far), " (distance %u)", far);
    xd_topo_advise_once(
        t, &(struct xd_topo_advice){
               .thing = o,
               .check = "far-device",
               .gravity = XD_TOPO_WARN,
               .text = xd_arena_printf(&t->arena, "is near node %" PRIu64 ", but %s runs on %s%s",
                                       node, d->name, name_nodes(t, &nodes), how_far),
               .remedy = xd_arena_printf(&t->arena,
                                         "let %s run on node %" PRIu64 " (cpus=\"node:%" PRIu64
                                         "\" in its configuration, which "
                                         "places its memory as well), or give it a device there",
                                         d->name, node, node),
               .cite = "xl.cfg(5), cpus",
           });
}

static void check_dom0(struct xd_topo *t, const struct xd_topo_domain *d)
{
    struct xd_cpuset nodes;
    unsigned largest;

    if (!d->cpus)
        return;
    nodes_of(t, d->cpus, &nodes, &largest);
    if (xd_cpuset_count(&nodes) < 2 || d->vcpus > largest)
        return;
    xd_topo_advise_once(
        t, &(struct xd_topo_advice){
               .thing = t->machine,
               .check = "dom0-spread",
               .gravity = XD_TOPO_WARN,
               .text = xd_arena_printf(&t->arena,
                                       "dom0's %u vCPUs run on %s, although one node has room for "
                                       "all of them",
                                       d->vcpus, name_nodes(t, &nodes)),
               .remedy = "dom0_nodes=N on Xen's command line, N being the node of the NICs and "
                         "disks that guests use most",
               .cite = "Xen: docs/misc/xen-command-line.pandoc, dom0_nodes",
           });
}

void xd_topo_advise_use(struct xd_topo *t, const struct xd_topo_domain *domains, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (domains[i].dom0)
            check_dom0(t, &domains[i]);
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        const char *owner = xd_topo_str(o, XD_TOPO_OWNER, NULL);

        for (size_t i = 0; owner && i < n; i++)
            if (xd_streq(domains[i].name, owner))
                check_owner(t, o, &domains[i]);
    }
}
