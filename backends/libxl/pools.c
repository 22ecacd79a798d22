/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpupools and the pCPUs in them, as knobs and actions need to look at them: see knobs.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/known.h"
#include "backend_libxl/rules.h"
#include "base/arena.h"
#include "base/str.h"

/* Xen keeps the number, xenstore the name; libxl calls the first one so where it has none. */
static char *name_of_pool(struct xd_xl *x, uint32_t id)
{
    char *name = xd_xl_xs_read(x, "/local/pool/%u/name", id);

    return name || id ? name : xd_strdup("Pool-0");
}

static void take_pool(struct xd_xl *x, const xc_cpupoolinfo_t *from, size_t bytes,
                      libxl_cpupoolinfo *out)
{
    memset(out, 0, sizeof(*out));
    out->poolid = from->cpupool_id;
    out->pool_name = name_of_pool(x, from->cpupool_id);
    out->sched = (libxl_scheduler)from->sched_id;
    out->n_dom = from->n_dom;
    out->cpumap.size = (uint32_t)bytes;
    out->cpumap.map = xd_malloc(bytes);
    memcpy(out->cpumap.map, from->cpumap, bytes);
}

void xd_xl_pools_drop(libxl_cpupoolinfo *list, int n)
{
    for (int i = 0; i < n; i++) {
        free(list[i].pool_name);
        free(list[i].cpumap.map);
    }
    free(list);
}

libxl_cpupoolinfo *xd_xl_pools_list(struct xd_xl *x, int *n)
{
    int bytes = xc_get_cpumap_size(x->xc);
    libxl_cpupoolinfo *list = NULL;
    xc_cpupoolinfo_t *info;

    *n = 0;
    for (uint32_t next = 0; bytes > 0 && (info = xc_cpupool_getinfo(x->xc, next));) {
        list = xd_realloc(list, ((size_t)*n + 1) * sizeof(*list));
        take_pool(x, info, (size_t)bytes, &list[(*n)++]);
        next = info->cpupool_id + 1;
        xc_cpupool_infofree(x->xc, info);
    }
    return list;
}

int xd_xl_pools_read(struct xd_xl *x, struct xd_xl_pools *out, struct xd_err *err)
{
    out->list = xd_xl_pools_list(x, &out->n);
    if (out->list)
        return 0;
    out->n = 0;
    return xd_xl_fail(&x->logger, ERROR_FAIL, err, "Xen doesn't list its cpupools");
}

void xd_xl_pools_free(struct xd_xl_pools *p)
{
    if (p->list)
        xd_xl_pools_drop(p->list, p->n);
    *p = (struct xd_xl_pools){NULL, 0};
}

const libxl_cpupoolinfo *xd_xl_pool_by_id(const struct xd_xl_pools *p, uint32_t id)
{
    for (int i = 0; i < p->n; i++)
        if (p->list[i].poolid == id)
            return &p->list[i];
    return NULL;
}

int xd_xl_pool_by_name(const struct xd_xl_pools *p, const char *what, const char *name,
                       const libxl_cpupoolinfo **out, struct xd_err *err)
{
    struct xd_buf names = XD_BUF_INIT;
    char shown[192];

    *out = NULL;
    for (int i = 0; i < p->n; i++) {
        xd_str_safe_to(shown, sizeof(shown), p->list[i].pool_name ? p->list[i].pool_name : "?");
        xd_buf_printf(&names, "%s%s", i ? ", " : "", shown);
        if (strcmp(shown, name) == 0)
            *out = &p->list[i];
    }
    if (!*out)
        xd_err_set(err, -EINVAL, "%s: there is no cpupool \"%s\", this host has %s", what, name,
                   xd_buf_str(&names));
    xd_buf_done(&names);
    return *out ? 0 : -EINVAL;
}

void xd_xl_pool_cpus(const libxl_cpupoolinfo *p, struct xd_cpuset *out)
{
    xd_xl_set_from_map(out, p->cpumap.map, p->cpumap.size, XD_CPUSET_MAX);
}

int xd_xl_pool_sched(struct xd_xl *x, uint32_t id)
{
    xc_cpupoolinfo_t *info = xc_cpupool_getinfo(x->xc, id);
    int sched = info && info->cpupool_id == id ? (int)info->sched_id : ERROR_FAIL;

    if (info)
        xc_cpupool_infofree(x->xc, info);
    return sched;
}

int xd_xl_free_cpus(struct xd_xl *x, struct xd_cpuset *out, struct xd_err *err)
{
    libxl_bitmap map;
    int rc;

    rc = xd_xl_need_ctx(x, err);
    if (rc < 0)
        return rc;
    libxl_bitmap_init(&map);
    rc = libxl_get_freecpus(x->ctx, &map);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "Xen doesn't tell which pCPUs are in no cpupool");
    xd_xl_set_from_map(out, map.map, map.size, XD_CPUSET_MAX);
    libxl_bitmap_dispose(&map);
    return 0;
}

/* Xen takes offline pCPUs out of their cpupool and out of the free ones. */
int xd_xl_online_cpus(struct xd_xl *x, const struct xd_xl_pools *p, struct xd_cpuset *out,
                      struct xd_err *err)
{
    struct xd_cpuset cpus;
    int rc = xd_xl_free_cpus(x, out, err);

    for (int i = 0; rc == 0 && i < p->n; i++) {
        xd_xl_pool_cpus(&p->list[i], &cpus);
        xd_cpuset_or(out, &cpus);
    }
    return rc;
}

/* --- what would be lost with a pCPU --- */

struct stranded {
    size_t n;
    uint32_t domid, vcpu; /* the first */
};

static void find_stranded(struct xd_xl *x, const xc_domaininfo_t *d, const struct xd_cpuset *pool,
                          const struct xd_cpuset *leaving, unsigned n_cpus, struct stranded *s)
{
    struct xd_cpuset hard;

    for (uint32_t v = 0; d->max_vcpu_id != XEN_INVALID_MAX_VCPU_ID && v <= d->max_vcpu_id; v++) {
        if (xd_xl_affinity(x, d->domain, v, n_cpus, &hard, NULL) < 0 ||
            !xd_xl_strands(&hard, pool, leaving))
            continue;
        if (s->n++ == 0) {
            s->domid = d->domain;
            s->vcpu = v;
        }
    }
}

static int check_stranded(struct xd_xl *x, const char *what, uint32_t pool_id,
                          const struct xd_cpuset *pool, const struct xd_cpuset *leaving,
                          struct xd_err *err)
{
    unsigned n_cpus = xd_xl_n_cpus(x);
    struct stranded s = {.n = 0};
    const xc_domaininfo_t *list;
    char *name, more[32] = "";
    size_t n;
    int rc = xd_xl_list_domains(x, &list, &n, err);

    for (size_t i = 0; rc == 0 && i < n; i++)
        if (list[i].cpupool == pool_id && !(list[i].flags & XEN_DOMINF_dying))
            find_stranded(x, &list[i], pool, leaving, n_cpus, &s);
    if (rc < 0 || !s.n)
        return rc;
    name = xd_xl_xs_read(x, "/local/domain/%u/name", s.domid);
    if (s.n > 1)
        snprintf(more, sizeof(more), " and %zu more", s.n - 1);
    rc = xd_err_set(err, -EINVAL,
                    "%s: vCPU %s/%u%s may run nowhere else in the cpupool, and Xen would forget "
                    "its affinity: give it another vcpu.affinity first",
                    what, name ? name : "?", s.vcpu, more);
    free(name);
    return rc;
}

static int check_rtds(struct xd_xl *x, const char *what, struct xd_err *err)
{
    const libxl_version_info *v = libxl_get_version_info(x->ctx);

    if (v && !xd_xl_rtds_keeps_pcpus((unsigned)v->xen_version_major, (unsigned)v->xen_version_minor,
                                     v->xen_version_extra))
        return 0;
    return xd_err_set(err, -EINVAL,
                      "%s: taking a pCPU from a cpupool of the scheduler rtds can stop the whole "
                      "host: Xen before 4.23 has a fault there",
                      what);
}

int xd_xl_may_leave(struct xd_xl *x, const char *what, const libxl_cpupoolinfo *pool,
                    const struct xd_cpuset *leaving, struct xd_err *err)
{
    struct xd_cpuset cpus;

    xd_xl_pool_cpus(pool, &cpus);
    if (pool->sched == LIBXL_SCHEDULER_RTDS && check_rtds(x, what, err) < 0)
        return -EINVAL;
    if (pool->poolid == 0 && xd_cpuset_has(leaving, 0))
        return xd_err_set(err, -EINVAL, "%s: Xen keeps pCPU 0 in %s, where it boots and shuts down",
                          what, pool->pool_name ? pool->pool_name : "cpupool 0");
    if (pool->n_dom && xd_cpuset_subset(&cpus, leaving))
        return xd_err_set(err, -EINVAL,
                          "%s: it is the last pCPU of %s, in which domains run (%u): move them "
                          "first",
                          what, pool->pool_name ? pool->pool_name : "its cpupool", pool->n_dom);
    return check_stranded(x, what, pool->poolid, &cpus, leaving, err);
}

/* --- second threads --- */

enum xd_xl_smt xd_xl_smt(struct xd_xl *x, const struct xd_cpuset *online, struct xd_cpuset *second)
{
    enum xd_xl_smt state = XD_XL_SMT_UNKNOWN;
    unsigned n = xd_xl_n_cpus(x);
    struct xd_xl_place *place = xd_malloc((n + 1) * sizeof(*place));
    xc_cputopo_t *topology = xd_malloc((n + 1) * sizeof(*topology));

    if (n && xc_cputopoinfo(x->xc, &n, topology) == 0) {
        for (unsigned i = 0; i < n; i++) {
            bool known = topology[i].core != XEN_INVALID_CORE_ID &&
                         topology[i].socket != XEN_INVALID_SOCKET_ID;

            place[i].socket = known ? topology[i].socket : XD_XL_NOWHERE;
            place[i].core = known ? topology[i].core : XD_XL_NOWHERE;
        }
        state = xd_xl_smt_state(xd_xl_threads(x), place, n, online, second);
    }
    free(topology);
    free(place);
    return state;
}

/* --- patience --- */

#define NAP_MS 50

int xd_xl_while_busy(struct xd_xl *x, xd_xl_busy_fn *call, uint32_t a, int b, int most_ms)
{
    for (int waited = 0;; waited += NAP_MS) {
        if (call(x, a, b) == 0)
            return 0;
        if (errno != EBUSY && errno != EAGAIN && errno != EADDRINUSE)
            return errno ? -errno : -EIO;
        if (waited >= most_ms || x->env->stopping(x->env))
            return -errno;
        poll(NULL, 0, NAP_MS);
    }
}
