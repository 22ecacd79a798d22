/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the vCPUs of domains run: the pCPUs of their pool that the hard affinity allows, and of
 * those the ones that the soft affinity prefers, if any is left. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_topology/host.h"
#include "base/arena.h"
#include "base/cpuset.h"

struct maps { /* of libxc, of `bytes` each */
    xc_cpumap_t hard, soft;
    int bytes;
};

static void from_map(struct xd_cpuset *out, const uint8_t *map, int bytes)
{
    xd_cpuset_zero(out);
    for (unsigned cpu = 0; cpu < (unsigned)bytes * 8; cpu++)
        if (map[cpu / 8] >> (cpu % 8) & 1)
            xd_cpuset_add(out, cpu);
}

/* What is left of a by b, if anything is. */
static void narrow(struct xd_cpuset *a, const struct xd_cpuset *b)
{
    struct xd_cpuset both = *a;

    xd_cpuset_and(&both, b);
    if (!xd_cpuset_empty(&both))
        *a = both;
}

static bool add_vcpu(struct xd_ty *y, uint32_t domid, int vcpu, const struct xd_cpuset *pool,
                     struct maps *m, struct xd_cpuset *out)
{
    struct xd_cpuset set = *pool, by;

    if (xc_vcpu_getaffinity(y->xc, domid, vcpu, m->hard, m->soft,
                            XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT) < 0)
        return false;
    from_map(&by, m->hard, m->bytes);
    narrow(&set, &by);
    from_map(&by, m->soft, m->bytes);
    narrow(&set, &by);
    xd_cpuset_or(out, &set);
    return true;
}

static bool pool_of(struct xd_ty *y, uint32_t id, int bytes, struct xd_cpuset *out)
{
    xc_cpupoolinfo_t *pool = xc_cpupool_getinfo(y->xc, id);
    bool same = pool && pool->cpupool_id == id; /* else the next one after it */

    if (same)
        from_map(out, pool->cpumap, bytes);
    if (pool)
        xc_cpupool_infofree(y->xc, pool);
    return same;
}

static void ask_domain(struct xd_ty *y, struct xd_arena *a, struct xd_xen_domain *d, struct maps *m)
{
    struct xd_cpuset pool, cpus;
    xc_domaininfo_t info;
    bool told = false;

    if (xc_domain_getinfolist(y->xc, d->domid, 1, &info) != 1 || info.domain != d->domid)
        return; /* it went meanwhile */
    d->vcpus = info.nr_online_vcpus;
    xd_cpuset_zero(&cpus);
    if (!pool_of(y, info.cpupool, m->bytes, &pool))
        return;
    for (unsigned i = 0; i <= info.max_vcpu_id; i++) /* some of them may be missing */
        told |= add_vcpu(y, d->domid, (int)i, &pool, m, &cpus);
    if (told)
        d->cpus = xd_cpuset_format(&cpus, a);
}

void xd_ty_domains(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                   struct xd_buf *trouble)
{
    struct maps m = {xc_cpumap_alloc(y->xc), xc_cpumap_alloc(y->xc), xc_get_cpumap_size(y->xc)};

    out->domains = xd_arena_grow(a, out->domains, out->n_domains, sizeof(*out->domains));
    out->domains[out->n_domains++] =
        (struct xd_xen_domain){.domain = "Domain-0", .domid = 0, .vcpus = XD_XEN_NO};
    if (m.hard && m.soft && m.bytes > 0)
        for (size_t i = 0; i < out->n_domains; i++)
            ask_domain(y, a, &out->domains[i], &m);
    else
        xd_buf_printf(trouble, "%sXen doesn't tell where domains run: %s", trouble->len ? "; " : "",
                      strerror(errno));
    free(m.hard);
    free(m.soft);
}
