/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables pools, pcpus and nodes. */
#include "backend_libxl/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend_libxl/collect_more.h"
#include "backend_libxl/knobs.h"
#include "backend_libxl/rules.h"
#include "base/arena.h"
#include "base/str.h"

/* What costs more than the topology; and what of table host comes from the pCPUs. */
#define PCPU_BUSY  (XD_XL_COL(XD_PCPU_BUSY_NS) | XD_XL_COL(XD_PCPU_BUSY))
#define PCPU_PLACE (XD_XL_COL(XD_PCPU_ONLINE) | XD_XL_COL(XD_PCPU_POOL))
#define HOST_BUSY  (XD_XL_COL(XD_HOST_CPU_NS) | XD_XL_COL(XD_HOST_CPU))

const libxl_cpupoolinfo *xd_xl_pool(struct xd_xl_sample *s, uint32_t id)
{
    xd_xl_need_pools(s);
    for (int i = 0; i < s->n_pools; i++)
        if (s->pools[i].poolid == id)
            return &s->pools[i];
    return NULL;
}

bool xd_xl_need_pools(struct xd_xl_sample *s)
{
    if (s->asked_pools)
        return s->pools != NULL;
    s->asked_pools = true;
    s->pools_at_ns = xd_clock_now(s->x->env->clock);
    xd_xl_log_reset(&s->x->logger);
    s->pools = xd_xl_pools_list(s->x, &s->n_pools);
    if (s->pools)
        return true;
    s->n_pools = 0;
    xd_xl_fail(&s->x->logger, ERROR_FAIL, &s->pools_err, "Xen doesn't list its cpupools");
    return false;
}

bool xd_xl_need_topology(struct xd_xl_sample *s)
{
    if (s->asked_topology)
        return s->topology != NULL;
    s->asked_topology = true;
    xd_xl_log_reset(&s->x->logger);
    if (xd_xl_need_ctx(s->x, &s->topology_err) < 0)
        return false;
    s->topology = libxl_get_cpu_topology(s->x->ctx, &s->n_cpus);
    if (s->topology)
        return true;
    s->n_cpus = 0;
    xd_xl_fail(&s->x->logger, ERROR_FAIL, &s->topology_err, "Xen doesn't tell where its pCPUs are");
    return false;
}

static void set_from_bitmap(struct xd_cpuset *out, const libxl_bitmap *map)
{
    xd_xl_set_from_map(out, map->map, map->size, XD_CPUSET_MAX);
}

void xd_xl_collect_pools(struct xd_xl_sample *s)
{
    struct xd_rows *t;

    if (!s->pools_wanted)
        return;
    if (!xd_xl_need_pools(s)) {
        xd_build_missing(s->b, &xd_pools_desc, "%s", xd_err_text(&s->pools_err));
        return;
    }
    t = xd_build_table(s->b, &xd_pools_desc, s->pools_at_ns);
    for (int i = 0; i < s->n_pools; i++) {
        const libxl_cpupoolinfo *pool = &s->pools[i];
        struct xd_cpuset cpus;

        set_from_bitmap(&cpus, &pool->cpumap);
        xd_row_begin(t);
        xd_put_u64(t, XD_POOL_ID, pool->poolid);
        xd_put_str(t, XD_POOL_NAME, pool->pool_name);
        xd_put_str(t, XD_POOL_SCHED, xd_xl_sched_name((int)pool->sched));
        xd_put_set(t, XD_POOL_CPUS, &cpus);
        xd_put_u64(t, XD_POOL_N_CPUS, xd_cpuset_count(&cpus));
        xd_put_u64(t, XD_POOL_DOMAINS, pool->n_dom);
        xd_xl_put_more_pool(s, t, pool);
    }
}

/* This machine's clock, not slewed by NTP: it goes as Xen's own does. */
static int64_t raw_clock_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
    return ts.tv_sec * XD_NS_PER_S + ts.tv_nsec;
}

/* Xen tells how long each pCPU was idle since Xen booted, and not how long ago that was. But all
 * time that wasn't idle went to some domain: with the CPU time of the domains that live the sum is
 * Xen's uptime on every pCPU, short only of what domains used that have ended. Nor can it be less
 * than the longest idle time or dom0's own uptime. */
static void find_origin(struct xd_xl_sample *s, const xc_cpuinfo_t *idle, int64_t now_ns)
{
    int64_t most = 0, up;
    uint64_t sum = 0;

    for (int i = 0; i < s->n_cpus; i++) {
        sum += idle[i].idletime;
        if ((int64_t)idle[i].idletime > most)
            most = (int64_t)idle[i].idletime;
    }
    for (size_t i = 0; i < s->n_domains; i++)
        sum += s->domains[i].cpu_time;
    up = (int64_t)(sum / (uint64_t)s->n_cpus);
    if (up < most)
        up = most;
    s->x->origin_ns = up > now_ns ? up - now_ns : 0;
    s->x->have_origin = true;
}

/* The clock is read a moment after a pCPU's idle time, hence the care that no counter goes back. */
static uint64_t busy_ns(struct xd_xl *x, int cpu, int64_t now_ns, uint64_t idle_ns)
{
    int64_t busy = now_ns + x->origin_ns - (int64_t)idle_ns;
    uint64_t before = x->busy_ns[cpu];

    if (busy > (int64_t)before)
        x->busy_ns[cpu] = (uint64_t)busy;
    /* A pCPU that was offline was not idle in that time, so its counter jumps when it comes back:
     * the host's counter must not. */
    if (xd_cpuset_empty(&x->counted) || xd_cpuset_has(&x->counted, (unsigned)cpu))
        x->busy_all_ns += x->busy_ns[cpu] - before;
    return x->busy_ns[cpu];
}

/* The idle times of pCPUs 0 … n-1 in a new array; *now_ns is the clock at that time. */
static xc_cpuinfo_t *read_idle(struct xd_xl_sample *s, int64_t *now_ns)
{
    struct xd_xl *x = s->x;
    int n = s->n_cpus;
    xc_cpuinfo_t *idle = xd_malloc((size_t)n * sizeof(*idle));
    int got = 0;

    if (n <= 0 || xc_getcpuinfo(x->xc, n, idle, &got) < 0 || got < n) {
        free(idle);
        return NULL;
    }
    *now_ns = raw_clock_ns();
    if ((size_t)n > x->n_busy) {
        x->busy_ns = xd_realloc(x->busy_ns, (size_t)n * sizeof(*x->busy_ns));
        memset(x->busy_ns + x->n_busy, 0, ((size_t)n - x->n_busy) * sizeof(*x->busy_ns));
        x->n_busy = (size_t)n;
    }
    if (!x->have_origin)
        find_origin(s, idle, *now_ns);
    return idle;
}

/* Those in a pool and those in none: Xen takes offline pCPUs out of both. */
static bool online_set(struct xd_xl_sample *s, struct xd_cpuset *out)
{
    libxl_bitmap spare;
    struct xd_cpuset set;

    libxl_bitmap_init(&spare);
    if (!xd_xl_need_pools(s) || xd_xl_need_ctx(s->x, NULL) < 0 ||
        libxl_get_freecpus(s->x->ctx, &spare) != 0)
        return false;
    set_from_bitmap(out, &spare);
    libxl_bitmap_dispose(&spare);
    for (int i = 0; i < s->n_pools; i++) {
        set_from_bitmap(&set, &s->pools[i].cpumap);
        xd_cpuset_or(out, &set);
    }
    return true;
}

/* An online pCPU is in a pool or free; of an offline one there is nothing to say. */
static const char *pool_of(const struct xd_xl_sample *s, int cpu, bool online)
{
    for (int i = 0; i < s->n_pools; i++)
        if (libxl_bitmap_test(&s->pools[i].cpumap, cpu))
            return s->pools[i].pool_name;
    return online ? XD_XL_NO_POOL : NULL;
}

static void put_known(struct xd_rows *t, int col, uint32_t v)
{
    if (v != LIBXL_CPUTOPOLOGY_INVALID_ENTRY)
        xd_put_u64(t, col, v);
}

static void put_pcpu(struct xd_xl_sample *s, struct xd_rows *t, int cpu, const bool *online,
                     const uint64_t *busy)
{
    xd_row_begin(t);
    xd_put_u64(t, XD_PCPU_ID, (uint64_t)cpu);
    put_known(t, XD_PCPU_NODE, s->topology[cpu].node);
    put_known(t, XD_PCPU_SOCKET, s->topology[cpu].socket);
    put_known(t, XD_PCPU_CORE, s->topology[cpu].core);
    xd_put_str(t, XD_PCPU_POOL, pool_of(s, cpu, online && *online));
    if (online)
        xd_put_bool(t, XD_PCPU_ONLINE, *online);
    if (busy)
        xd_put_u64(t, XD_PCPU_BUSY_NS, *busy);
}

/* Where nobody wants to know more than which pCPUs there are. */
static bool put_numbers(struct xd_xl_sample *s)
{
    int64_t at_ns = xd_clock_now(s->x->env->clock);
    unsigned n = xd_xl_n_cpus(s->x);
    struct xd_rows *t = n ? xd_build_table(s->b, &xd_pcpus_desc, at_ns) : NULL;

    for (unsigned i = 0; i < n; i++) {
        xd_row_begin(t);
        xd_put_u64(t, XD_PCPU_ID, i);
    }
    return n > 0;
}

void xd_xl_collect_pcpus(struct xd_xl_sample *s)
{
    struct xd_cpuset online;
    struct xd_rows *t;
    xc_cpuinfo_t *idle;
    int64_t now_ns = 0;
    bool busy = s->host & HOST_BUSY || s->pcpus & PCPU_BUSY, have_online;

    if (!s->pcpus && !busy)
        return;
    if (s->pcpus == XD_XL_COL(XD_PCPU_ID) && !busy && put_numbers(s))
        return;
    if (!xd_xl_need_topology(s)) {
        if (s->pcpus)
            xd_build_missing(s->b, &xd_pcpus_desc, "%s", xd_err_text(&s->topology_err));
        return;
    }
    have_online = (busy || s->pcpus & PCPU_PLACE) && online_set(s, &online);
    t = s->pcpus ? xd_build_table(s->b, &xd_pcpus_desc, xd_clock_now(s->x->env->clock)) : NULL;
    idle = busy ? read_idle(s, &now_ns) : NULL;
    s->have_busy = idle && have_online;
    for (int i = 0; i < s->n_cpus; i++) {
        bool on = have_online && xd_cpuset_has(&online, (unsigned)i);
        uint64_t ns = s->have_busy && on ? busy_ns(s->x, i, now_ns, idle[i].idletime) : 0;

        if (t)
            put_pcpu(s, t, i, have_online ? &on : NULL, s->have_busy && on ? &ns : NULL);
    }
    if (s->have_busy)
        s->x->counted = online;
    free(idle);
}

static void put_node(struct xd_xl_sample *s, struct xd_rows *t, int node,
                     const libxl_numainfo *info)
{
    struct xd_buf distances = XD_BUF_INIT;
    struct xd_cpuset cpus;

    xd_cpuset_zero(&cpus);
    for (int i = 0; i < s->n_cpus; i++)
        if (s->topology[i].node == (uint32_t)node)
            xd_cpuset_add(&cpus, (unsigned)i);
    for (int i = 0; i < info->num_dists; i++) {
        if (info->dists[i] == LIBXL_NUMAINFO_INVALID_ENTRY)
            xd_buf_printf(&distances, "%s-", i ? " " : "");
        else
            xd_buf_printf(&distances, "%s%u", i ? " " : "", info->dists[i]);
    }
    xd_row_begin(t);
    xd_put_u64(t, XD_NODE_ID, (uint64_t)node);
    xd_put_u64(t, XD_NODE_MEM_KIB, info->size >> 10);
    if (info->free != LIBXL_NUMAINFO_INVALID_ENTRY)
        xd_put_u64(t, XD_NODE_FREE_KIB, info->free >> 10);
    if (s->topology)
        xd_put_set(t, XD_NODE_CPUS, &cpus);
    if (info->num_dists)
        xd_put_str(t, XD_NODE_DISTANCES, xd_buf_str(&distances));
    xd_buf_done(&distances);
}

void xd_xl_collect_nodes(struct xd_xl_sample *s)
{
    int64_t at_ns = xd_clock_now(s->x->env->clock);
    struct xd_err err = XD_ERR_INIT;
    libxl_numainfo *info;
    struct xd_rows *t;
    int n = 0;

    if (!xd_wanted(s->x->env, &xd_nodes_desc))
        return;
    xd_xl_need_topology(s); /* or their pCPUs stay unknown */
    xd_xl_log_reset(&s->x->logger);
    info = xd_xl_need_ctx(s->x, NULL) == 0 ? libxl_get_numainfo(s->x->ctx, &n) : NULL;
    if (!info) {
        xd_xl_fail(&s->x->logger, ERROR_FAIL, &err, "Xen doesn't tell about its NUMA nodes");
        xd_build_missing(s->b, &xd_nodes_desc, "%s", xd_err_text(&err));
        return;
    }
    t = xd_build_table(s->b, &xd_nodes_desc, at_ns);
    for (int i = 0; i < n; i++)
        if (info[i].size != LIBXL_NUMAINFO_INVALID_ENTRY) /* else: no such node */
            put_node(s, t, i, &info[i]);
    libxl_numainfo_list_free(info, n);
}

unsigned xd_xl_n_cpus(struct xd_xl *x)
{
    unsigned n = 0;

    return xc_cputopoinfo(x->xc, &n, NULL) == 0 ? n : 0;
}

int xd_xl_affinity(struct xd_xl *x, uint32_t domid, uint32_t vcpu, unsigned n_cpus,
                   struct xd_cpuset *hard, struct xd_cpuset *soft)
{
    uint8_t hard_map[XD_CPUSET_MAX / 8], soft_map[XD_CPUSET_MAX / 8];
    int bytes = xc_get_cpumap_size(x->xc);

    if (bytes <= 0 || (size_t)bytes > sizeof(hard_map))
        return -ENOBUFS;
    if (xc_vcpu_getaffinity(x->xc, domid, (int)vcpu, hard_map, soft_map,
                            XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT) < 0)
        return -errno;
    if (hard)
        xd_xl_set_from_map(hard, hard_map, (size_t)bytes, n_cpus);
    if (soft)
        xd_xl_set_from_map(soft, soft_map, (size_t)bytes, n_cpus);
    return 0;
}
