/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ACPI says of nodes: SRAT, SLIT, HMAT (ACPI 6.5, 5.2.16, 5.2.17, 5.2.28). */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/bdf.h"
#include "topo/read_impl.h"

#define TABLES    "sys/firmware/acpi/tables"
#define BY        XD_TOPO_BY_ACPI
#define TABLE_MAX (16u << 20)
#define NODES_MAX 1024 /* more than Xen and Linux count */

/* --- proximity domains as nodes --- */

/* Xen and Linux count nodes in the order in which SRAT has its domains: CPUs', then memory's. */
struct nodes {
    uint32_t domains[NODES_MAX];
    size_t n;
};

static int node_of(const struct nodes *nodes, uint32_t domain)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (nodes->domains[i] == domain)
            return (int)i;
    return -1;
}

static void add_domain(struct nodes *nodes, uint32_t domain)
{
    if (nodes->n < NODES_MAX && node_of(nodes, domain) < 0)
        nodes->domains[nodes->n++] = domain;
}

static void number_nodes(const struct xd_acpi *s, struct nodes *nodes)
{
    nodes->n = 0;
    for (size_t i = 0; i < s->n_cpus; i++)
        add_domain(nodes, s->cpus[i].domain);
    for (size_t i = 0; i < s->n_memory; i++)
        add_domain(nodes, s->memory[i].domain);
    for (size_t i = 0; i < s->n_initiators; i++)
        add_domain(nodes, s->initiators[i].domain);
}

struct xd_topo_span *xd_topo_acpi_spans(const struct xd_acpi *s, struct xd_arena *a, size_t *n)
{
    struct nodes *nodes = xd_malloc(sizeof(*nodes));
    struct xd_topo_span *spans = xd_arena_array(a, s->n_memory, sizeof(*spans));

    *n = 0;
    number_nodes(s, nodes);
    for (size_t i = 0; i < s->n_memory; i++) {
        const struct xd_acpi_memory *m = &s->memory[i];
        int node = node_of(nodes, m->domain);

        if (node >= 0 && m->bytes >= 1024 && !m->hotplug) /* room for more is no memory yet */
            spans[(*n)++] =
                (struct xd_topo_span){m->base / 1024, m->base / 1024 + m->bytes / 1024 - 1, node};
    }
    free(nodes);
    return spans;
}

/* --- CPUs by their APIC ids --- */

struct place {
    uint32_t apic_id;
    int node;
};

static int by_apic_id(const void *va, const void *vb)
{
    const struct place *a = va, *b = vb;

    return a->apic_id < b->apic_id ? -1 : a->apic_id > b->apic_id;
}

static bool has_nodes(const struct xd_topo *t)
{
    for (size_t i = 0; i < t->n_things; i++)
        if (t->things[i]->kind == XD_THING_NODE)
            return true;
    return false;
}

static bool is_node(const struct xd_topo *t, size_t number)
{
    char id[32];

    snprintf(id, sizeof(id), "node/%zu", number);
    return xd_topo_find(t, id) != NULL;
}

static void tell_cpus(struct xd_topo *t, const struct xd_acpi *s, const struct nodes *nodes)
{
    struct place *places = xd_malloc((s->n_cpus + 1) * sizeof(*places));
    struct xd_cpuset *sets = xd_malloc((nodes->n + 1) * sizeof(*sets));
    size_t found = 0;
    bool others = has_nodes(t); /* domains for memory to come are no nodes of Xen and Linux */

    for (size_t i = 0; i < s->n_cpus; i++)
        places[i] = (struct place){s->cpus[i].apic_id, node_of(nodes, s->cpus[i].domain)};
    if (s->n_cpus)
        qsort(places, s->n_cpus, sizeof(*places), by_apic_id);
    for (size_t i = 0; i < t->n_things && s->n_cpus; i++) {
        const struct xd_topo_thing *o = t->things[i];
        uint64_t id =
            o->kind == XD_THING_THREAD ? xd_topo_u64(o, XD_TOPO_APIC_ID, UINT64_MAX) : UINT64_MAX;
        struct place key = {(uint32_t)id, -1}, *p = NULL;

        if (id <= UINT32_MAX)
            p = bsearch(&key, places, s->n_cpus, sizeof(*places), by_apic_id);
        if (!p || p->node < 0)
            continue;
        xd_cpuset_add(&sets[p->node], (unsigned)xd_topo_u64(o, XD_TOPO_INDEX, XD_CPUSET_MAX));
        found++;
    }
    for (size_t i = 0; i < nodes->n; i++)
        if (!others || is_node(t, i))
            xd_topo_numbered(t, XD_THING_NODE, i, found ? &sets[i] : NULL, BY);
    free(places);
    free(sets);
}

/* --- distances --- */

static void tell_distance(struct xd_topo *t, int from, int to, unsigned value, double latency_ns,
                          double bytes_s)
{
    if (from >= 0 && to >= 0 && is_node(t, (size_t)from) && is_node(t, (size_t)to))
        xd_topo_distance(t, &(struct xd_topo_distance){.from = (unsigned)from,
                                                       .to = (unsigned)to,
                                                       .source = BY,
                                                       .value = value,
                                                       .latency_ns = latency_ns,
                                                       .bytes_s = bytes_s});
}

/* SLIT counts domains; those that SRAT doesn't name are nobody's. Without SRAT there is one node.
 */
static void tell_slit(struct xd_topo *t, const struct xd_acpi *s, const struct nodes *nodes)
{
    for (size_t from = 0; from < s->n_distances; from++) {
        int a = node_of(nodes, (uint32_t)from);

        for (size_t to = 0; a >= 0 && to < s->n_distances; to++)
            tell_distance(t, a, node_of(nodes, (uint32_t)to),
                          s->distances[from * s->n_distances + to], NAN, NAN);
    }
}

/* Of HMAT, reading from memory itself: its caches have their own numbers. */
static void tell_hmat(struct xd_topo *t, const struct xd_acpi *s, const struct nodes *nodes)
{
    for (size_t i = 0; i < s->n_paths; i++) {
        const struct xd_acpi_path *p = &s->paths[i];
        int from = node_of(nodes, p->from), to = node_of(nodes, p->to);

        if (p->level)
            continue;
        if (p->measure == XD_ACPI_ACCESS_LATENCY || p->measure == XD_ACPI_READ_LATENCY)
            tell_distance(t, from, to, 0, (double)p->value / 1e3, NAN);
        else if (p->measure == XD_ACPI_ACCESS_BANDWIDTH || p->measure == XD_ACPI_READ_BANDWIDTH)
            tell_distance(t, from, to, 0, NAN, (double)p->value * 1e6);
    }
}

/* --- devices with a place of their own --- */

static void tell_initiators(struct xd_topo *t, const struct xd_acpi *s, const struct nodes *nodes)
{
    for (size_t i = 0; i < s->n_initiators; i++) {
        const struct xd_acpi_initiator *x = &s->initiators[i];
        struct xd_bdf at = {x->segment, (uint8_t)(x->bdf >> 8), x->bdf >> 3 & 31, x->bdf & 7};
        char bdf[XD_BDF_TEXT], id[XD_BDF_TEXT + 4];
        struct xd_topo_thing *o;
        int node = node_of(nodes, x->domain);

        snprintf(id, sizeof(id), "pci/%s", xd_bdf_text(&at, bdf));
        o = x->pci && node >= 0 ? xd_topo_find(t, id) : NULL;
        if (o)
            xd_topo_tell_u64(t, o, XD_TOPO_NODE, BY, (uint64_t)node);
    }
}

/* --- tables --- */

static void read_tables(struct xd_topo *t, const struct xd_files *f, struct xd_arena *a,
                        struct xd_acpi *out)
{
    static const char *const names[] = {"SRAT", "SLIT", "HMAT", "DMAR", "IVRS"};
    bool told = false; /* of one that may not be read: neither may the others */

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *path = xd_arena_printf(a, TABLES "/%s", names[i]);
        struct xd_err err = XD_ERR_INIT;
        size_t size;
        char *bytes;
        int rc = xd_files_read(f, path, TABLE_MAX, a, &bytes, &size, &err);

        if (rc == -ENOENT || (rc == -EACCES && told))
            continue;
        told = told || rc == -EACCES;
        if (rc < 0)
            xd_topo_trouble(t, BY, "%s", err.text);
        else if (xd_acpi_add(out, bytes, size, a, &err) < 0)
            xd_topo_trouble(t, BY, "%s: %s", names[i], err.text);
        if (out->trouble)
            xd_topo_trouble(t, BY, "%s", out->trouble);
        out->trouble = NULL; /* each table's first */
    }
}

void xd_topo_read_acpi(struct xd_topo *t, const struct xd_files *f, struct xd_arena *a,
                       struct xd_acpi *out)
{
    struct nodes *nodes = xd_malloc(sizeof(*nodes));

    memset(out, 0, sizeof(*out));
    read_tables(t, f, a, out);
    number_nodes(out, nodes);
    tell_cpus(t, out, nodes);
    tell_slit(t, out, nodes);
    tell_hmat(t, out, nodes);
    tell_initiators(t, out, nodes);
    free(nodes);
}
