/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Xen says of its machine: the host's CPUs and nodes, which dom0 doesn't see. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/bdf.h"
#include "topo/advice.h"
#include "topo/read_xen.h"

#define BY      XD_TOPO_BY_XEN
#define DOC_MAX (64u << 20)

/* --- CPUs that share a number --- */

static int by_place(const void *va, const void *vb)
{
    const struct xd_xen_cpu *a = va, *b = vb;

    if (a->socket != b->socket)
        return a->socket < b->socket ? -1 : 1;
    if (a->core != b->core)
        return a->core < b->core ? -1 : 1;
    return a->cpu < b->cpu ? -1 : a->cpu > b->cpu;
}

static void tell_cores(struct xd_topo *t, const struct xd_xen_cpu *cpus, size_t n)
{
    struct xd_cpuset set;

    for (size_t i = 0, end; i < n; i = end) {
        struct xd_topo_thing *o;

        xd_cpuset_zero(&set);
        for (end = i;
             end < n && cpus[end].socket == cpus[i].socket && cpus[end].core == cpus[i].core; end++)
            xd_cpuset_add(&set, cpus[end].cpu);
        if (cpus[i].socket == XD_XEN_NO || cpus[i].core == XD_XEN_NO)
            continue;
        o = xd_topo_of_cpus(t, XD_THING_CORE, &set, BY);
        xd_topo_tell_u64(t, o, XD_TOPO_INDEX, BY, cpus[i].core);
    }
}

static void tell_packages(struct xd_topo *t, const struct xd_xen_cpu *cpus, size_t n)
{
    struct xd_cpuset set;

    for (size_t i = 0, end; i < n; i = end) {
        xd_cpuset_zero(&set);
        for (end = i; end < n && cpus[end].socket == cpus[i].socket; end++)
            xd_cpuset_add(&set, cpus[end].cpu);
        if (cpus[i].socket != XD_XEN_NO)
            xd_topo_numbered(t, XD_THING_PACKAGE, cpus[i].socket, &set, BY);
    }
}

static void tell_cpus(struct xd_topo *t, const struct xd_xen_cpu *cpus, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct xd_topo_thing *o = xd_topo_thread(t, cpus[i].cpu, BY);

        if (cpus[i].online >= 0)
            xd_topo_tell_bool(t, o, XD_TOPO_ONLINE, BY, cpus[i].online != 0);
        if (cpus[i].apic_id != XD_XEN_NO)
            xd_topo_tell_u64(t, o, XD_TOPO_APIC_ID, BY, cpus[i].apic_id);
    }
}

/* --- nodes --- */

static void tell_distances(struct xd_topo *t, const struct xd_xen_node *node)
{
    for (size_t to = 0; to < node->n_distances && to < XD_CPUSET_MAX; to++)
        if (node->distances[to])
            xd_topo_distance(t, &(struct xd_topo_distance){.from = node->node,
                                                           .to = (unsigned)to,
                                                           .source = BY,
                                                           .value = node->distances[to],
                                                           .latency_ns = NAN,
                                                           .bytes_s = NAN});
}

/* A node that has no CPU of the list has none. */
static void tell_nodes(struct xd_topo *t, const struct xd_xen_host *h)
{
    for (size_t i = 0; i < h->n_nodes; i++) {
        const struct xd_xen_node *node = &h->nodes[i];
        struct xd_topo_thing *o;
        struct xd_cpuset set;

        if (node->node >= XD_CPUSET_MAX)
            continue;
        xd_cpuset_zero(&set);
        for (size_t k = 0; k < h->n_cpus; k++)
            if (h->cpus[k].node == node->node)
                xd_cpuset_add(&set, h->cpus[k].cpu);
        o = xd_topo_numbered(t, XD_THING_NODE, node->node, h->n_cpus ? &set : NULL, BY);
        if (node->size_kib != XD_XEN_NO_SIZE)
            xd_topo_tell_u64(t, o, XD_TOPO_SIZE, BY, node->size_kib);
        if (node->free_kib != XD_XEN_NO_SIZE)
            xd_topo_tell_u64(t, o, XD_TOPO_FREE, BY, node->free_kib);
        tell_distances(t, node);
    }
}

/* --- the processor's names, one for all packages --- */

static void tell_identity(struct xd_topo *t, const struct xd_xen_host *h)
{
    struct xd_topo_cpuid id;

    xd_topo_cpuid_identity(h, &id);
    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];

        if (o->kind != XD_THING_PACKAGE)
            continue;
        xd_topo_tell_str(t, o, XD_TOPO_MICROCODE, BY, h->microcode);
        xd_topo_tell_str(t, o, XD_TOPO_MAKER, XD_TOPO_BY_CPUID, id.vendor);
        xd_topo_tell_str(t, o, XD_TOPO_NAME, XD_TOPO_BY_CPUID, xd_topo_cpu_name(t, id.name));
        if (!id.have_model)
            continue;
        xd_topo_tell_u64(t, o, XD_TOPO_FAMILY, XD_TOPO_BY_CPUID, id.family);
        xd_topo_tell_u64(t, o, XD_TOPO_MODEL, XD_TOPO_BY_CPUID, id.model);
        xd_topo_tell_u64(t, o, XD_TOPO_STEPPING, XD_TOPO_BY_CPUID, id.stepping);
    }
}

/* --- all --- */

/* A list may name a CPU twice, or one that no host of ours can have. */
static size_t drop_strange(struct xd_topo *t, struct xd_xen_cpu *cpus, size_t n)
{
    struct xd_cpuset seen;
    size_t kept = 0;

    xd_cpuset_zero(&seen);
    for (size_t i = 0; i < n; i++) {
        if (cpus[i].cpu >= XD_CPUSET_MAX || xd_cpuset_has(&seen, cpus[i].cpu))
            continue;
        xd_cpuset_add(&seen, cpus[i].cpu);
        cpus[kept++] = cpus[i];
    }
    if (kept < n)
        xd_topo_trouble(t, BY,
                        "xen.json: cpus: %zu entries are of a CPU that was there already, "
                        "or above %d",
                        n - kept, XD_CPUSET_MAX - 1);
    return kept;
}

static void tell_host(struct xd_topo *t, struct xd_xen_host *h)
{
    h->n_cpus = drop_strange(t, h->cpus, h->n_cpus);
    if (h->n_cpus)
        qsort(h->cpus, h->n_cpus, sizeof(*h->cpus), by_place);
    tell_packages(t, h->cpus, h->n_cpus);
    tell_cores(t, h->cpus, h->n_cpus);
    tell_cpus(t, h->cpus, h->n_cpus);
    tell_nodes(t, h);
    if (h->memory_kib)
        xd_topo_tell_u64(t, t->machine, XD_TOPO_SIZE, BY, h->memory_kib);
    tell_identity(t, h);
    xd_topo_cpuid_caches(t, h);
}

bool xd_topo_read_xen(struct xd_topo *t, const struct xd_files *f, struct xd_arena *a,
                      struct xd_xen_host *out)
{
    struct xd_err err = XD_ERR_INIT;
    size_t size;
    char *text;

    memset(out, 0, sizeof(*out));
    if (!xd_files_is(f, XD_TOPO_XEN_PATH))
        return false;
    if (xd_files_read(f, XD_TOPO_XEN_PATH, DOC_MAX, a, &text, &size, &err) < 0 ||
        xd_xen_host_parse(text, size, a, out, &err) < 0) {
        xd_topo_trouble(t, BY, "%s", err.text);
        return true;
    }
    if (out->trouble)
        xd_topo_trouble(t, BY, "%s", out->trouble);
    tell_host(t, out);
    return true;
}

static struct xd_topo_thing *function(struct xd_topo *t, const char *text)
{
    char bdf[XD_BDF_TEXT], id[XD_BDF_TEXT + 4];
    struct xd_topo_thing *o;
    struct xd_bdf at;

    if (xd_bdf_parse(text, &at, NULL) < 0) {
        xd_topo_trouble(t, BY, "xen.json: \"%s\" is no PCI function", text);
        return NULL;
    }
    snprintf(id, sizeof(id), "pci/%s", xd_bdf_text(&at, bdf));
    o = xd_topo_find(t, id);
    if (!o) {
        o = xd_topo_thing(t, XD_THING_FUNCTION, NULL, "%s", id);
        xd_topo_tell_str(t, o, XD_TOPO_BDF, BY, bdf);
    }
    return o;
}

void xd_topo_xen_pci(struct xd_topo *t, const struct xd_xen_host *h)
{
    for (size_t i = 0; i < h->n_pci; i++) {
        struct xd_topo_thing *o = h->pci[i].node != XD_XEN_NO ? function(t, h->pci[i].bdf) : NULL;

        if (o)
            xd_topo_tell_u64(t, o, XD_TOPO_NODE, BY, h->pci[i].node);
    }
    for (size_t i = 0; i < h->n_owners; i++) {
        struct xd_topo_thing *o = function(t, h->owners[i].bdf);

        if (o)
            xd_topo_tell_str(t, o, XD_TOPO_OWNER, BY, h->owners[i].domain);
    }
}

void xd_topo_xen_use(struct xd_topo *t, const struct xd_xen_host *h)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_topo_domain *list = xd_arena_array(&scratch, h->n_domains + 1, sizeof(*list));
    struct xd_cpuset *sets = xd_arena_array(&scratch, h->n_domains + 1, sizeof(*sets));
    struct xd_err err = XD_ERR_INIT;

    for (size_t i = 0; i < h->n_domains; i++) {
        const struct xd_xen_domain *d = &h->domains[i];

        list[i] = (struct xd_topo_domain){
            .name = d->domain,
            .dom0 = d->domid == 0,
            .vcpus = d->vcpus == XD_XEN_NO ? 0 : d->vcpus,
        };
        if (!d->cpus)
            continue;
        if (xd_cpuset_parse(d->cpus, 0, &sets[i], &err) < 0)
            xd_topo_trouble(t, BY, "xen.json: domains[%zu].cpus: %s", i, err.text);
        else
            list[i].cpus = &sets[i];
    }
    xd_topo_advise_use(t, list, h->n_domains);
    xd_arena_done(&scratch);
}
