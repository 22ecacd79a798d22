/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the hypervisor (sysctls cputopoinfo, numainfo, physinfo, pcitopoinfo, cpupool_op
 * and get_cpu_policy): where CPUs, memory and PCI functions are, which no dom0 knows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_topology/host.h"
#include "base/arena.h"
#include "base/cpuset.h"
#include "kernel/pcidev.h"

static void trouble_of(struct xd_buf *trouble, const char *what)
{
    xd_buf_printf(trouble, "%sXen doesn't tell %s: %s", trouble->len ? "; " : "", what,
                  strerror(errno));
}

/* --- CPUs --- */

static void add_map(struct xd_cpuset *out, const uint8_t *map, int bytes)
{
    for (unsigned cpu = 0; cpu < (unsigned)bytes * 8; cpu++)
        if (map[cpu / 8] >> (cpu % 8) & 1)
            xd_cpuset_add(out, cpu);
}

/* Those in use are the ones that pools have, and those that are in none. False: not told. */
static bool find_online(struct xd_ty *y, struct xd_cpuset *out)
{
    int bytes = xc_get_cpumap_size(y->xc);
    xc_cpumap_t unused = bytes > 0 ? xc_cpupool_freeinfo(y->xc) : NULL;
    xc_cpupoolinfo_t *pool;

    if (!unused)
        return false;
    xd_cpuset_zero(out);
    add_map(out, unused, bytes);
    free(unused);
    for (uint32_t id = 0; (pool = xc_cpupool_getinfo(y->xc, id));) {
        add_map(out, pool->cpumap, bytes);
        id = pool->cpupool_id + 1;
        xc_cpupool_infofree(y->xc, pool);
    }
    return true;
}

static uint32_t told(uint32_t value, uint32_t invalid)
{
    return value == invalid ? XD_XEN_NO : value;
}

static void ask_cpus(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                     struct xd_buf *trouble)
{
    struct xd_cpuset online;
    xc_cputopo_t *topo;
    bool have_online;
    unsigned n = 0;

    if (xc_cputopoinfo(y->xc, &n, NULL) < 0 || n == 0) {
        trouble_of(trouble, "where its CPUs are");
        return;
    }
    topo = xd_arena_array(a, n, sizeof(*topo));
    if (xc_cputopoinfo(y->xc, &n, topo) < 0) {
        trouble_of(trouble, "where its CPUs are");
        return;
    }
    have_online = find_online(y, &online);
    if (!have_online)
        trouble_of(trouble, "which CPUs are in use");
    out->cpus = xd_arena_array(a, n, sizeof(*out->cpus));
    for (unsigned i = 0; i < n; i++) {
        bool on = have_online && xd_cpuset_has(&online, i);

        if (topo[i].socket == XEN_INVALID_SOCKET_ID && !on)
            continue; /* a number without a CPU */
        out->cpus[out->n_cpus++] = (struct xd_xen_cpu){
            .cpu = i,
            .online = have_online ? on : -1,
            .socket = told(topo[i].socket, XEN_INVALID_SOCKET_ID),
            .core = told(topo[i].core, XEN_INVALID_CORE_ID),
            .node = told(topo[i].node, XEN_INVALID_NODE_ID),
            .apic_id = XD_XEN_NO,
        };
    }
}

/* --- memory --- */

static void ask_nodes(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                      struct xd_buf *trouble)
{
    xc_meminfo_t *memory;
    uint32_t *distances;
    unsigned n = 0;

    if (xc_numainfo(y->xc, &n, NULL, NULL) < 0 || n == 0) {
        trouble_of(trouble, "of its nodes");
        return;
    }
    memory = xd_arena_array(a, n, sizeof(*memory));
    distances = xd_arena_array(a, (size_t)n * n, sizeof(*distances));
    if (xc_numainfo(y->xc, &n, memory, distances) < 0) {
        trouble_of(trouble, "of its nodes");
        return;
    }
    for (size_t i = 0; i < (size_t)n * n; i++)
        if (distances[i] == XEN_INVALID_NODE_DIST)
            distances[i] = 0;
    out->nodes = xd_arena_array(a, n, sizeof(*out->nodes));
    for (unsigned i = 0; i < n; i++) {
        if (memory[i].memsize == XEN_INVALID_MEM_SZ)
            continue; /* a number without a node */
        out->nodes[out->n_nodes++] = (struct xd_xen_node){
            .node = i,
            .size_kib = memory[i].memsize >> 10,
            .free_kib =
                memory[i].memfree == XEN_INVALID_MEM_SZ ? XD_XEN_NO_SIZE : memory[i].memfree >> 10,
            .distances = &distances[(size_t)i * n],
            .n_distances = n,
        };
    }
}

/* A node's size is the span of its addresses, holes and all: the machine's is counted in pages. */
static void ask_memory(struct xd_ty *y, struct xd_xen_host *out, struct xd_buf *trouble)
{
    xc_physinfo_t info = {0};

    if (xc_physinfo(y->xc, &info) < 0)
        trouble_of(trouble, "how much memory it has");
    else
        out->memory_kib = info.total_pages << (XC_PAGE_SHIFT - 10);
}

/* --- PCI --- */

/* Which functions there are is for dom0 to say, and near to which node for Xen. */
static void ask_pci(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                    struct xd_buf *trouble)
{
    struct xd_err err = XD_ERR_INIT;
    physdev_pci_device_t *at;
    struct xd_pcidev *list;
    uint32_t *nodes;
    size_t n;

    if (xd_pcidev_list("", a, &list, &n, &err) < 0 || n == 0)
        return; /* reading sysfs tells of it */
    at = xd_arena_array(a, n, sizeof(*at));
    nodes = xd_arena_array(a, n, sizeof(*nodes));
    for (size_t i = 0; i < n; i++) {
        at[i].seg = list[i].bdf.segment;
        at[i].bus = list[i].bdf.bus;
        at[i].devfn = (uint8_t)(list[i].bdf.device << 3 | list[i].bdf.function);
    }
    if (xc_pcitopoinfo(y->xc, (unsigned)n, at, nodes) < 0) {
        trouble_of(trouble, "near to which nodes PCI functions are");
        return;
    }
    out->pci = xd_arena_array(a, n, sizeof(*out->pci));
    for (size_t i = 0; i < n; i++) {
        char text[XD_BDF_TEXT];

        if (nodes[i] == XEN_INVALID_NODE_ID || nodes[i] == XEN_INVALID_DEV)
            continue;
        out->pci[out->n_pci++] = (struct xd_xen_pci){
            .bdf = xd_arena_strdup(a, xd_bdf_text(&list[i].bdf, text)), .node = nodes[i]};
    }
}

/* --- CPUID --- */

static int read_policy(struct xd_ty *y, xc_cpu_policy_t *policy)
{
    uint32_t n_leaves = 0, n_msrs = 0;
    xen_cpuid_leaf_t *leaves;
    xen_msr_entry_t *msrs;
    int rc = -1;

    if (xc_cpu_policy_get_size(y->xc, &n_leaves, &n_msrs) < 0 || !n_leaves)
        return -1;
    leaves = xd_malloc(n_leaves * sizeof(*leaves));
    msrs = xd_malloc((n_msrs + 1) * sizeof(*msrs));
    if (xc_cpu_policy_get_system(y->xc, XEN_SYSCTL_cpu_policy_raw, policy) == 0 &&
        xc_cpu_policy_serialise(y->xc, policy, leaves, &n_leaves, msrs, &n_msrs) == 0) {
        y->leaves = xd_malloc((n_leaves + 1) * sizeof(*y->leaves));
        y->n_leaves = n_leaves;
        for (uint32_t i = 0; i < n_leaves; i++)
            y->leaves[i] = (struct xd_xen_leaf){
                .leaf = leaves[i].leaf,
                .subleaf = leaves[i].subleaf == XEN_CPUID_NO_SUBLEAF ? 0 : leaves[i].subleaf,
                .regs = {leaves[i].a, leaves[i].b, leaves[i].c, leaves[i].d}};
        rc = 0;
    }
    free(msrs);
    free(leaves);
    return rc;
}

static void ask_leaves(struct xd_ty *y, struct xd_xen_host *out, struct xd_buf *trouble)
{
    xc_cpu_policy_t *policy = y->asked_leaves ? NULL : xc_cpu_policy_init();

    if (policy && read_policy(y, policy) < 0)
        trouble_of(trouble, "what its CPUs are");
    if (policy)
        xc_cpu_policy_destroy(policy);
    y->asked_leaves = true;
    out->leaves = y->leaves;
    out->n_leaves = y->n_leaves;
}

void xd_ty_ask(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out, struct xd_buf *trouble)
{
    ask_cpus(y, a, out, trouble);
    ask_nodes(y, a, out, trouble);
    ask_memory(y, out, trouble);
    ask_pci(y, a, out, trouble);
    ask_leaves(y, out, trouble);
}
