/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a domain keeps when it is moved to another cpupool: see moved.h. */
#include "backend_libxl/moved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* What Xen gives a domain that comes: CSCHED_DEFAULT_WEIGHT and CSCHED2_DEFAULT_WEIGHT (credit.c,
 * credit2.c), RTDS_DEFAULT_PERIOD and _BUDGET (rt.c), extra time. */
#define NEW_WEIGHT    256
#define NEW_PERIOD_US 10000
#define NEW_BUDGET_US 4000

static bool has_shares(int sched)
{
    return sched == LIBXL_SCHEDULER_CREDIT || sched == LIBXL_SCHEDULER_CREDIT2;
}

static const char *pool_name(const libxl_cpupoolinfo *p)
{
    return p->pool_name ? p->pool_name : "?";
}

/* --- what the other pool can't have --- */

static int check_shares(const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
                        const struct xd_xl_kept *k, struct xd_err *err)
{
    if (!has_shares(k->from) || has_shares(k->to) || (k->weight == NEW_WEIGHT && !k->cap))
        return 0;
    return xd_err_set(
        err, -EINVAL,
        "%s has weight %llu and cap %llu, which %s of cpupool %s doesn't know, and no "
        "undo could bring back: set sched.weight=%d sched.cap=none first",
        t->what, (unsigned long long)k->weight, (unsigned long long)k->cap,
        xd_xl_sched_name((int)k->to), pool_name(to), NEW_WEIGHT);
}

static int check_rtds(const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
                      const struct xd_xl_kept *k, uint32_t vcpu, struct xd_err *err)
{
    const struct xen_domctl_sched_rtds *r = &k->vcpus[vcpu].rtds.u.rtds;

    if (k->from != LIBXL_SCHEDULER_RTDS || k->to == LIBXL_SCHEDULER_RTDS ||
        (r->period == NEW_PERIOD_US && r->budget == NEW_BUDGET_US &&
         r->flags & XEN_DOMCTL_SCHEDRT_extra))
        return 0;
    return xd_err_set(
        err, -EINVAL,
        "%s: vCPU %u has a period of %u us with a budget of %u%s, which %s of cpupool "
        "%s doesn't know, and no undo could bring back: set sched.period=%d "
        "sched.budget=%d sched.extratime=yes first",
        t->what, vcpu, r->period, r->budget,
        r->flags & XEN_DOMCTL_SCHEDRT_extra ? "" : " and no extra time",
        xd_xl_sched_name((int)k->to), pool_name(to), NEW_PERIOD_US, NEW_BUDGET_US);
}

static bool is_all(const struct xd_cpuset *set, unsigned n_cpus)
{
    struct xd_cpuset all;

    xd_cpuset_fill(&all, n_cpus);
    return xd_cpuset_subset(&all, set);
}

static int check_hard(const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
                      const struct xd_xl_kept *k, uint32_t vcpu, struct xd_err *err)
{
    const struct xd_cpuset *hard = &k->vcpus[vcpu].hard;
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_cpuset both;

    xd_xl_pool_cpus(to, &both);
    xd_cpuset_and(&both, hard);
    if (is_all(hard, k->n_cpus) || !xd_cpuset_empty(&both))
        return 0;
    xd_err_set(err, -EINVAL,
               "%s: vCPU %u may run nowhere but on pCPUs %s, and cpupool %s has none of them; Xen "
               "would forget that, and no undo could bring it back: set vcpu.affinity=all first",
               t->what, vcpu, xd_cpuset_format(hard, &scratch), pool_name(to));
    xd_arena_done(&scratch);
    return -EINVAL;
}

/* --- before and after --- */

static int keep_vcpu(struct xd_xl *x, const struct xd_xl_target *t, struct xd_xl_kept *k,
                     uint32_t vcpu, struct xd_err *err)
{
    struct xd_xl_vcpu_kept *v = &k->vcpus[vcpu];
    uint32_t domid = t->on.info.domain;
    int rc = xd_xl_affinity(x, domid, vcpu, k->n_cpus, &v->hard, &v->soft);

    if (rc < 0)
        return xd_xl_fail_errno(&x->logger, -rc, err, "%s: the affinity of vCPU %u can't be read",
                                t->what, vcpu);
    v->rtds.vcpuid = vcpu;
    if (k->from == LIBXL_SCHEDULER_RTDS && xc_sched_rtds_vcpu_get(x->xc, domid, &v->rtds, 1) < 0)
        return xd_xl_fail_errno(&x->logger, errno, err, "%s: the budget of vCPU %u can't be read",
                                t->what, vcpu);
    return 0;
}

int xd_xl_keep(struct xd_xl *x, const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
               struct xd_xl_kept *k, struct xd_err *err)
{
    const xc_domaininfo_t *d = &t->on.info;
    int rc = 0;

    *k = (struct xd_xl_kept){.from = xd_xl_pool_sched(x, d->cpupool), .to = (int)to->sched};
    k->n_cpus = xd_xl_n_cpus(x);
    k->n = d->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : d->max_vcpu_id + 1;
    k->vcpus = xd_malloc((k->n + 1) * sizeof(*k->vcpus));
    if (has_shares(k->from) &&
        !xd_xl_sched_params(x, d->domain, (libxl_scheduler)k->from, &k->weight, &k->cap))
        return xd_xl_fail_errno(&x->logger, errno, err, "%s: its weight can't be read", t->what);
    rc = check_shares(t, to, k, err);
    for (uint32_t i = 0; i < k->n && rc == 0; i++) {
        rc = keep_vcpu(x, t, k, i, err);
        if (rc == 0)
            rc = check_rtds(t, to, k, i, err);
        if (rc == 0)
            rc = check_hard(t, to, k, i, err);
    }
    return rc;
}

static int set_affinity(struct xd_xl *x, uint32_t domid, uint32_t vcpu, const struct xd_cpuset *set,
                        unsigned n_cpus, uint32_t which)
{
    uint8_t map[XD_CPUSET_MAX / 8] = {0}, *hard = map, *soft = map;
    int bytes = xc_get_cpumap_size(x->xc);

    if (is_all(set, n_cpus)) /* as Xen has left it */
        return 0;
    if (bytes <= 0 || (size_t)bytes > sizeof(map)) {
        errno = ENOBUFS;
        return -1;
    }
    xd_xl_set_to_map(set, map, (size_t)bytes);
    return xc_vcpu_setaffinity(x->xc, domid, (int)vcpu, hard, soft, which);
}

static int set_vcpu(struct xd_xl *x, uint32_t domid, const struct xd_xl_kept *k, uint32_t vcpu)
{
    struct xd_xl_vcpu_kept *v = &k->vcpus[vcpu];

    if (k->from == LIBXL_SCHEDULER_RTDS && k->to == LIBXL_SCHEDULER_RTDS &&
        xc_sched_rtds_vcpu_set(x->xc, domid, &v->rtds, 1) < 0)
        return -1;
    if (set_affinity(x, domid, vcpu, &v->hard, k->n_cpus, XEN_VCPUAFFINITY_HARD) < 0)
        return -1;
    return set_affinity(x, domid, vcpu, &v->soft, k->n_cpus, XEN_VCPUAFFINITY_SOFT);
}

int xd_xl_set_again(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_xl_kept *k,
                    struct xd_err *err)
{
    uint32_t domid = t->on.info.domain;

    if (has_shares(k->from) && has_shares(k->to) &&
        xd_xl_shares_set(x, domid, k->to, k->weight, k->cap) < 0) {
        xd_xl_fail_errno(&x->logger, errno, err,
                         "%s was moved, but its weight %llu and cap %llu were not set again",
                         t->what, (unsigned long long)k->weight, (unsigned long long)k->cap);
        return -EIO;
    }
    for (uint32_t i = 0; i < k->n; i++)
        if (set_vcpu(x, domid, k, i) < 0) {
            xd_xl_fail_errno(&x->logger, errno, err,
                             "%s was moved, but what vCPU %u had (affinity, budget) was not set "
                             "again",
                             t->what, i);
            return -EIO;
        }
    return 0;
}

void xd_xl_kept_free(struct xd_xl_kept *k)
{
    free(k->vcpus);
    k->vcpus = NULL;
}
