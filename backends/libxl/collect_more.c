/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More columns of domains, vcpus, pools and the host: see collect_more.h. */
#include "backend_libxl/collect_more.h"

#include <errno.h>
#include <stdlib.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/known.h"
#include "backend_libxl/stored.h"
#include "base/arena.h"

/* --- domains --- */

#define ON_COLUMNS                                                                                 \
    (XD_XL_COL(XD_DOMAIN_ON_POWEROFF) | XD_XL_COL(XD_DOMAIN_ON_REBOOT) |                           \
     XD_XL_COL(XD_DOMAIN_ON_CRASH))

void xd_xl_more_of_domains(struct xd_xl_sample *s)
{
    if (s->domain & ON_COLUMNS)
        xd_xl_stored_update(s->x, s->domains, s->n_domains);
}

static void put_on(struct xd_xl_sample *s, struct xd_rows *t, size_t i)
{
    static const int columns[XD_XL_ON_N] = {
        [XD_XL_ON_POWEROFF] = XD_DOMAIN_ON_POWEROFF,
        [XD_XL_ON_REBOOT] = XD_DOMAIN_ON_REBOOT,
        [XD_XL_ON_CRASH] = XD_DOMAIN_ON_CRASH,
    };
    const struct xd_xl_on *on = xd_xl_stored_on(s->x, i);

    for (int k = 0; on && k < XD_XL_ON_N; k++)
        xd_put_enum(t, columns[k], on->action[k]); /* -1 stays unknown */
}

#define PERCENT_COLUMNS                                                                            \
    (XD_XL_COL(XD_DOMAIN_MEM_PERCENT) | XD_XL_COL(XD_DOMAIN_MEM_MAX_PERCENT) |                     \
     XD_XL_COL(XD_DOMAIN_MEM_LIMIT_PERCENT))
#define PAGE_KIB (XC_PAGE_SIZE >> 10)

/* What Xen lets it hold follows the memory target; what it may ever hold is the toolstack's. */
static void put_limits(struct xd_xl_sample *s, struct xd_rows *t, size_t i)
{
    const xc_domaininfo_t *d = &s->domains[i];
    const struct xd_xl_known *k = &s->x->known[i];
    bool bounded = d->max_pages < UINT32_MAX;
    double total;

    if (bounded)
        xd_put_u64(t, XD_DOMAIN_MEM_LIMIT_KIB, d->max_pages * PAGE_KIB);

    if (!(s->domain & PERCENT_COLUMNS) || !xd_xl_need_physinfo(s) || !s->physinfo.total_pages)
        return;
    total = (double)s->physinfo.total_pages;
    xd_put_f64(t, XD_DOMAIN_MEM_PERCENT, 100 * (double)d->tot_pages / total);
    if (bounded)
        xd_put_f64(t, XD_DOMAIN_MEM_LIMIT_PERCENT, 100 * (double)d->max_pages / total);
    if (k->have_max && k->max_kib < XD_XL_NO_BOUND_KIB)
        xd_put_f64(t, XD_DOMAIN_MEM_MAX_PERCENT, 100 * (double)k->max_kib / PAGE_KIB / total);
}

int xd_xl_node_affinity(struct xd_xl *x, uint32_t domid, struct xd_cpuset *out)
{
    int bytes = xc_get_nodemap_size(x->xc), rc;
    xc_nodemap_t map;

    if (bytes <= 0)
        return errno ? -errno : -EIO;
    map = xd_malloc((size_t)bytes);
    rc = xc_domain_node_getaffinity(x->xc, domid, map) < 0 ? -errno : 0;
    if (rc == 0)
        xd_xl_set_from_map(out, map, (size_t)bytes, XD_CPUSET_MAX);
    free(map);
    return rc;
}

void xd_xl_put_more_domain(struct xd_xl_sample *s, struct xd_rows *t, size_t i, bool wanted)
{
    const xc_domaininfo_t *d = &s->domains[i];
    struct xd_cpuset nodes;

    put_limits(s, t, i);
    xd_put_u64(t, XD_DOMAIN_SSID, d->ssidref);
    if (wanted && (s->domain & XD_XL_COL(XD_DOMAIN_NODE_AFFINITY)) &&
        xd_xl_node_affinity(s->x, d->domain, &nodes) == 0)
        xd_put_set(t, XD_DOMAIN_NODE_AFFINITY, &nodes);
    if (s->domain & ON_COLUMNS)
        put_on(s, t, i);
}

/* --- vcpus --- */

#define RTDS_COLUMNS                                                                               \
    (XD_XL_COL(XD_VCPU_PERIOD_US) | XD_XL_COL(XD_VCPU_BUDGET_US) | XD_XL_COL(XD_VCPU_EXTRATIME))

void xd_xl_put_more_vcpu(struct xd_xl_sample *s, struct xd_rows *t, size_t i, uint32_t vcpu)
{
    const xc_domaininfo_t *d = &s->domains[i];
    const libxl_cpupoolinfo *pool = s->vcpu & RTDS_COLUMNS ? xd_xl_pool(s, d->cpupool) : NULL;
    struct xen_domctl_schedparam_vcpu p = {.vcpuid = vcpu};

    if (!pool || pool->sched != LIBXL_SCHEDULER_RTDS ||
        xc_sched_rtds_vcpu_get(s->x->xc, d->domain, &p, 1) < 0)
        return;
    xd_put_u64(t, XD_VCPU_PERIOD_US, p.u.rtds.period);
    xd_put_u64(t, XD_VCPU_BUDGET_US, p.u.rtds.budget);
    xd_put_bool(t, XD_VCPU_EXTRATIME, p.u.rtds.flags & XEN_DOMCTL_SCHEDRT_extra);
}

/* --- pools --- */

static void put_pool_params(struct xd_xl_sample *s, struct xd_rows *t,
                            const libxl_cpupoolinfo *pool)
{
    struct xen_sysctl_credit_schedule credit;
    struct xen_sysctl_credit2_schedule credit2;

    if (pool->sched == LIBXL_SCHEDULER_CREDIT &&
        xc_sched_credit_params_get(s->x->xc, pool->poolid, &credit) == 0) {
        xd_put_u64(t, XD_POOL_RATELIMIT_US, credit.ratelimit_us);
        xd_put_u64(t, XD_POOL_TSLICE_MS, credit.tslice_ms);
    }
    if (pool->sched == LIBXL_SCHEDULER_CREDIT2 &&
        xc_sched_credit2_params_get(s->x->xc, pool->poolid, &credit2) == 0)
        xd_put_u64(t, XD_POOL_RATELIMIT_US, credit2.ratelimit_us);
}

void xd_xl_put_more_pool(struct xd_xl_sample *s, struct xd_rows *t, const libxl_cpupoolinfo *pool)
{
    char *gran;

    if (s->pools_wanted & (XD_XL_COL(XD_POOL_RATELIMIT_US) | XD_XL_COL(XD_POOL_TSLICE_MS)))
        put_pool_params(s, t, pool);
    if (!(s->pools_wanted & XD_XL_COL(XD_POOL_GRAN)))
        return;
    gran = xd_xl_pool_gran(s->x, pool->poolid);
    xd_put_str(t, XD_POOL_GRAN, gran);
    free(gran);
}

/* --- the host --- */

void xd_xl_put_more_host(struct xd_xl_sample *s, struct xd_rows *t)
{
    struct xd_xl_pools pools;
    struct xd_cpuset online;
    enum xd_xl_smt state;

    if (!(s->host & XD_XL_COL(XD_HOST_SMT)) || !xd_xl_need_pools(s))
        return;
    pools = (struct xd_xl_pools){s->pools, s->n_pools};
    if (xd_xl_online_cpus(s->x, &pools, &online, NULL) < 0)
        return;
    state = xd_xl_smt(s->x, &online, NULL);
    if (state == XD_XL_SMT_ON || state == XD_XL_SMT_OFF)
        xd_put_bool(t, XD_HOST_SMT, state == XD_XL_SMT_ON);
}
