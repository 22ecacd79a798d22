/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where domains' vCPUs may run, how many of them do, and where their memory comes from. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/knobs.h"
#include "base/arena.h"
#include "model/xenknobs.h"

/* --- affinity --- */

static bool is_hard(const struct xd_xl_target *t)
{
    return xd_xl_knob(t) == XD_KNOB_HARD;
}

int xd_xl_get_affinity(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                       struct xd_err *err)
{
    struct xd_cpuset *set = xd_arena_alloc(t->a, sizeof(*set));
    unsigned n_cpus = xd_xl_n_cpus(x);
    int rc;

    if (!n_cpus)
        return xd_xl_fail_errno(&x->logger, errno, err, "Xen doesn't tell its pCPUs");
    rc = xd_xl_affinity(x, t->on.info.domain, (uint32_t)t->on.vcpu, n_cpus, is_hard(t) ? set : NULL,
                        is_hard(t) ? NULL : set);
    if (rc < 0)
        return xd_xl_fail_errno(&x->logger, -rc, err, "%s: its affinity can't be read", t->what);
    *out = (struct xd_value){.have = true, .type = XD_CPUSET, .cell.set = set};
    return 0;
}

/* Xen takes a soft affinity of nothing, and of pCPUs that it hasn't got. */
static int check_cpus(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_cpuset *want,
                      struct xd_err *err)
{
    unsigned n_cpus = xd_xl_n_cpus(x);
    int beyond = n_cpus ? xd_cpuset_next(want, n_cpus) : -1;

    if (xd_cpuset_empty(want))
        return xd_err_set(err, -EINVAL, "%s: %s needs at least one pCPU", t->what, t->knob->name);
    if (beyond >= 0)
        return xd_err_set(err, -ERANGE, "%s: there is no pCPU %d, this host has 0-%u", t->what,
                          beyond, n_cpus - 1);
    return 0;
}

/* A hard affinity outside the domain's cpupool leaves the vCPU nowhere to run; Xen only says EINVAL
 * of that. */
static int check_pool(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_cpuset *want,
                      struct xd_err *err)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_cpuset pool, both = *want;
    libxl_cpupoolinfo info;
    int rc = 0;

    libxl_cpupoolinfo_init(&info);
    if (libxl_cpupool_info(x->ctx, &info, t->on.info.cpupool) == 0) {
        xd_xl_pool_cpus(&info, &pool);
        xd_cpuset_and(&both, &pool);
        if (xd_cpuset_empty(&both))
            rc = xd_err_set(err, -EINVAL, "%s: none of pCPUs %s is in its cpupool %s, which has %s",
                            t->what, xd_cpuset_format(want, &scratch),
                            info.pool_name ? info.pool_name : "?",
                            xd_cpuset_format(&pool, &scratch));
    }
    libxl_cpupoolinfo_dispose(&info);
    xd_arena_done(&scratch);
    return rc;
}

/* What is shown as "all" is set as all that Xen has bits for: CPUs plugged in later belong to it.
 */
int xd_xl_put_affinity(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                       struct xd_err *err)
{
    unsigned n_cpus = xd_xl_n_cpus(x);
    struct xd_cpuset all;
    libxl_bitmap map;
    int rc = check_cpus(x, t, v->cell.set, err);

    if (rc == 0 && is_hard(t))
        rc = check_pool(x, t, v->cell.set, err);
    if (rc < 0)
        return rc;
    libxl_bitmap_init(&map);
    rc = libxl_cpu_bitmap_alloc(x->ctx, &map, 0);
    if (rc == 0) {
        xd_cpuset_fill(&all, n_cpus);
        if (n_cpus && xd_cpuset_subset(&all, v->cell.set))
            memset(map.map, 0xff, map.size);
        else
            xd_xl_set_to_map(v->cell.set, map.map, map.size);
        rc = libxl_set_vcpuaffinity(x->ctx, t->on.info.domain, (uint32_t)t->on.vcpu,
                                    is_hard(t) ? &map : NULL, is_hard(t) ? NULL : &map);
    }
    libxl_bitmap_dispose(&map);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: %s was not set", t->what, t->knob->name);
    return 0;
}

/* --- how many are online --- */

int xd_xl_get_vcpus(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                    struct xd_err *err)
{
    *out = (struct xd_value){.have = true, .type = XD_U64, .cell.u = t->on.info.nr_online_vcpus};
    return 0;
}

/* As `xl vcpu-set --ignore-host`: the first ones stay. The guest is asked through xenstore, one
 * with an emulated machine by QEMU, which can only add; it may take its time or not listen at all.
 */
int xd_xl_put_vcpus(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                    struct xd_err *err)
{
    const xc_domaininfo_t *d = &t->on.info;
    unsigned most = d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : d->max_vcpu_id + 1U;
    uint64_t want = v->cell.u;
    libxl_bitmap map;
    int rc;

    if (want > most)
        return xd_err_set(err, -ERANGE,
                          "%s: %llu vCPUs can't be online, it was made with at most %u", t->what,
                          (unsigned long long)want, most);
    libxl_bitmap_init(&map);
    rc = libxl_cpu_bitmap_alloc(x->ctx, &map, (int)most);
    if (rc == 0) {
        for (int i = 0; i < (int)want; i++)
            libxl_bitmap_set(&map, i);
        rc = libxl_set_vcpuonline(x->ctx, d->domain, &map, NULL);
    }
    libxl_bitmap_dispose(&map);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: %llu vCPUs online were not asked for", t->what,
                          (unsigned long long)want);
    return d->nr_online_vcpus == want ? 0 : -EINPROGRESS;
}

/* --- nodes --- */

int xd_xl_get_nodes(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                    struct xd_err *err)
{
    struct xd_cpuset *set = xd_arena_alloc(t->a, sizeof(*set));
    int rc = xd_xl_node_affinity(x, t->on.info.domain, set);

    if (rc < 0)
        return xd_xl_fail_errno(&x->logger, -rc, err, "%s: its node affinity can't be read",
                                t->what);
    *out = (struct xd_value){.have = true, .type = XD_CPUSET, .cell.set = set};
    return 0;
}

/* Xen refuses only a set without any of its nodes, and keeps the rest of a wrong one. */
static int check_nodes(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_cpuset *want,
                       struct xd_err *err)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_cpuset nodes;
    int n = 0, node = xd_cpuset_next(want, 0), rc = 0;
    libxl_numainfo *info;

    if (node < 0)
        return xd_err_set(err, -EINVAL, "%s: %s needs at least one node", t->what, t->knob->name);
    info = libxl_get_numainfo(x->ctx, &n);
    if (!info)
        return xd_xl_fail(&x->logger, ERROR_FAIL, err, "Xen doesn't tell its nodes");
    xd_cpuset_zero(&nodes);
    for (int i = 0; i < n; i++)
        if (info[i].size != LIBXL_NUMAINFO_INVALID_ENTRY)
            xd_cpuset_add(&nodes, (unsigned)i);
    libxl_numainfo_list_free(info, n);
    while (node >= 0 && xd_cpuset_has(&nodes, (unsigned)node))
        node = xd_cpuset_next(want, (unsigned)node + 1);
    if (node >= 0)
        rc = xd_err_set(err, -ERANGE, "%s: there is no node %d, this host has %s", t->what, node,
                        xd_cpuset_format(&nodes, &scratch));
    xd_arena_done(&scratch);
    return rc;
}

int xd_xl_put_nodes(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                    struct xd_err *err)
{
    int bytes = xc_get_nodemap_size(x->xc), rc = check_nodes(x, t, v->cell.set, err);
    xc_nodemap_t map;

    if (rc < 0)
        return rc;
    if (bytes <= 0)
        return xd_xl_fail_errno(&x->logger, errno, err, "Xen doesn't tell its nodes");
    map = xd_malloc((size_t)bytes);
    xd_xl_set_to_map(v->cell.set, map, (size_t)bytes);
    rc = xc_domain_node_setaffinity(x->xc, t->on.info.domain, map);
    free(map);
    if (rc < 0)
        return xd_xl_fail_errno(&x->logger, errno, err, "%s: %s was not set", t->what,
                                t->knob->name);
    return 0;
}
