/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and setting the knobs of model/xenknobs.h. Each is one row of a table, by its index. */
#include "backend_libxl/edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/collect.h"
#include "backend_libxl/known.h"
#include "base/arena.h"
#include "model/xenknobs.h"

struct access {
    const struct xd_xl_found *f;
    const struct xd_knob *knob;
    struct xd_arena *a; /* reading */
};

typedef int read_fn(struct xd_xl *x, const struct access *on, struct xd_value *out,
                    struct xd_err *err);
typedef int write_fn(struct xd_xl *x, const struct access *on, const struct xd_value *v,
                     struct xd_err *err);

/* --- weight and cap --- */

/* libxl resolves the scheduler of the domain's cpupool by itself. */
static int sched_get(struct xd_xl *x, const struct access *on, libxl_domain_sched_params *p,
                     struct xd_err *err)
{
    int rc = libxl_domain_sched_params_get(x->ctx, on->f->info.domain, p);
    const char *sched;

    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: its %s can't be read", on->f->what,
                          on->knob->name);
    if (p->sched == LIBXL_SCHEDULER_CREDIT || p->sched == LIBXL_SCHEDULER_CREDIT2)
        return 0;
    sched = libxl_scheduler_to_string(p->sched);
    return xd_err_set(err, -ENOTSUP, "%s runs in a cpupool with the scheduler %s, which has no %s",
                      on->f->what, sched ? sched : "unknown", on->knob->name);
}

static int *sched_field(libxl_domain_sched_params *p, const struct xd_knob *k)
{
    return k - xd_xen_knobs == XD_KNOB_WEIGHT ? &p->weight : &p->cap;
}

static int sched_read(struct xd_xl *x, const struct access *on, struct xd_value *out,
                      struct xd_err *err)
{
    libxl_domain_sched_params p;
    int rc, value;

    libxl_domain_sched_params_init(&p);
    rc = sched_get(x, on, &p, err);
    value = *sched_field(&p, on->knob);
    libxl_domain_sched_params_dispose(&p);
    if (rc == 0 && value >= 0)
        *out = (struct xd_value){.have = true, .type = XD_U64, .cell.u = (uint64_t)value};
    return rc;
}

static int sched_write(struct xd_xl *x, const struct access *on, const struct xd_value *v,
                       struct xd_err *err)
{
    libxl_domain_sched_params p;
    int rc;

    libxl_domain_sched_params_init(&p);
    rc = sched_get(x, on, &p, err);
    libxl_domain_sched_params_dispose(&p);
    if (rc < 0)
        return rc;
    libxl_domain_sched_params_init(&p); /* what isn't set here stays as it is */
    *sched_field(&p, on->knob) = (int)v->cell.u;
    rc = libxl_domain_sched_params_set(x->ctx, on->f->info.domain, &p);
    libxl_domain_sched_params_dispose(&p);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: %s was not set to %llu", on->f->what,
                          on->knob->name, (unsigned long long)v->cell.u);
    return 0;
}

/* --- affinity --- */

static bool is_hard(const struct access *on)
{
    return on->knob - xd_xen_knobs == XD_KNOB_HARD;
}

static int affinity_read(struct xd_xl *x, const struct access *on, struct xd_value *out,
                         struct xd_err *err)
{
    struct xd_cpuset *set = xd_arena_alloc(on->a, sizeof(*set));
    unsigned n_cpus = xd_xl_n_cpus(x);
    int rc;

    if (!n_cpus)
        return xd_xl_fail_errno(&x->logger, errno, err, "Xen doesn't tell its pCPUs");
    rc = xd_xl_affinity(x, on->f->info.domain, (uint32_t)on->f->vcpu, n_cpus,
                        is_hard(on) ? set : NULL, is_hard(on) ? NULL : set);
    if (rc < 0)
        return xd_xl_fail_errno(&x->logger, -rc, err, "%s: its affinity can't be read",
                                on->f->what);
    *out = (struct xd_value){.have = true, .type = XD_CPUSET, .cell.set = set};
    return 0;
}

/* Xen takes a soft affinity of nothing, and of pCPUs that it hasn't got. */
static int check_cpus(struct xd_xl *x, const struct access *on, const struct xd_cpuset *want,
                      struct xd_err *err)
{
    unsigned n_cpus = xd_xl_n_cpus(x);
    int beyond = n_cpus ? xd_cpuset_next(want, n_cpus) : -1;

    if (xd_cpuset_empty(want))
        return xd_err_set(err, -EINVAL, "%s: %s needs at least one pCPU", on->f->what,
                          on->knob->name);
    if (beyond >= 0)
        return xd_err_set(err, -ERANGE, "%s: there is no pCPU %d, this host has 0-%u", on->f->what,
                          beyond, n_cpus - 1);
    return 0;
}

/* A hard affinity outside the domain's cpupool leaves the vCPU nowhere to run; Xen only says EINVAL
 * of that. */
static int check_pool(struct xd_xl *x, const struct access *on, const struct xd_cpuset *want,
                      struct xd_err *err)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_cpuset pool, both = *want;
    libxl_cpupoolinfo info;
    int rc = 0;

    libxl_cpupoolinfo_init(&info);
    if (libxl_cpupool_info(x->ctx, &info, on->f->info.cpupool) == 0) {
        xd_xl_set_from_map(&pool, info.cpumap.map, info.cpumap.size, XD_CPUSET_MAX);
        xd_cpuset_and(&both, &pool);
        if (xd_cpuset_empty(&both))
            rc = xd_err_set(err, -EINVAL, "%s: none of pCPUs %s is in its cpupool %s, which has %s",
                            on->f->what, xd_cpuset_format(want, &scratch),
                            info.pool_name ? info.pool_name : "?",
                            xd_cpuset_format(&pool, &scratch));
    }
    libxl_cpupoolinfo_dispose(&info);
    xd_arena_done(&scratch);
    return rc;
}

/* What is shown as "all" is set as all that Xen has bits for: CPUs plugged in later belong to it.
 */
static int affinity_write(struct xd_xl *x, const struct access *on, const struct xd_value *v,
                          struct xd_err *err)
{
    unsigned n_cpus = xd_xl_n_cpus(x);
    struct xd_cpuset all;
    libxl_bitmap map;
    int rc = check_cpus(x, on, v->cell.set, err);

    if (rc == 0 && is_hard(on))
        rc = check_pool(x, on, v->cell.set, err);
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
        rc = libxl_set_vcpuaffinity(x->ctx, on->f->info.domain, (uint32_t)on->f->vcpu,
                                    is_hard(on) ? &map : NULL, is_hard(on) ? NULL : &map);
    }
    libxl_bitmap_dispose(&map);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: %s was not set", on->f->what, on->knob->name);
    return 0;
}

/* --- memory --- */

static int memory_read(struct xd_xl *x, const struct access *on, struct xd_value *out,
                       struct xd_err *err)
{
    uint64_t kib;
    int rc = xd_xl_memory_target(x, &on->f->info, &kib);

    if (rc < 0)
        return xd_err_set(err, rc, "%s: xenstore has no memory target of it that could be read: %s",
                          on->f->what, strerror(-rc));
    *out = (struct xd_value){.have = true, .type = XD_U64, .cell.u = kib};
    return 0;
}

/* What a guest holds besides its target: pages for grant tables, the shared page and the like. */
#define SLACK_KIB 2048

/* As `xl mem-set`: what the guest gives up it can't take back by itself. */
static int memory_write(struct xd_xl *x, const struct access *on, const struct xd_value *v,
                        struct xd_err *err)
{
    uint64_t kib = v->cell.u, holds = on->f->info.tot_pages * (XC_PAGE_SIZE >> 10);
    int rc = libxl_set_memory_target(x->ctx, on->f->info.domain, (int64_t)kib, 0, 1);

    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: its memory target was not set to %llu KiB",
                          on->f->what, (unsigned long long)kib);
    return holds <= kib + SLACK_KIB && kib <= holds + SLACK_KIB ? 0 : -EINPROGRESS;
}

/* --- the table --- */

static const struct {
    read_fn *read;
    write_fn *write;
} ways[XD_KNOB_N] = {
    [XD_KNOB_WEIGHT] = {sched_read, sched_write},
    [XD_KNOB_CAP] = {sched_read, sched_write},
    [XD_KNOB_HARD] = {affinity_read, affinity_write},
    [XD_KNOB_SOFT] = {affinity_read, affinity_write},
    [XD_KNOB_MEM_TARGET] = {memory_read, memory_write},
};

static int prepare(struct xd_xl *x, const struct xd_object *o, const struct xd_knob *k,
                   struct xd_xl_found *f, struct xd_err *err)
{
    ptrdiff_t i = k - xd_xen_knobs;
    int rc;

    if (i < 0 || i >= XD_KNOB_N)
        return xd_err_set(err, -ENOTSUP, "%s is no knob of this backend", k->name);
    rc = xd_xl_ready(x, err);
    if (rc == 0)
        rc = xd_xl_find(x, o, f, err);
    if (rc == 0 && (f->vcpu >= 0) != (i == XD_KNOB_HARD || i == XD_KNOB_SOFT))
        rc = xd_err_set(err, -EINVAL, "%s has no %s", f->what, k->name);
    return rc;
}

/* What comes here was checked before, but a number out of these bounds would be cut to another one
 * on its way to Xen. */
static int check_value(const struct xd_xl_found *f, const struct xd_knob *k,
                       const struct xd_value *v, struct xd_err *err)
{
    if (!v->have || v->type != k->kind.type)
        return xd_err_set(err, -EINVAL, "%s: %s needs a value of its type", f->what, k->name);
    if (v->type == XD_U64 && (v->cell.u < (uint64_t)k->min || v->cell.u > (uint64_t)k->max))
        return xd_err_set(err, -ERANGE, "%s: %s can't be %llu: it is %lld to %lld", f->what,
                          k->name, (unsigned long long)v->cell.u, (long long)k->min,
                          (long long)k->max);
    return 0;
}

int xd_xl_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
               struct xd_value *out, struct xd_err *err)
{
    struct xd_xl *x = self;
    struct xd_xl_found f;
    struct access on = {.f = &f, .knob = k, .a = a};
    int rc = prepare(x, o, k, &f, err);

    *out = XD_UNKNOWN;
    return rc < 0 ? rc : ways[k - xd_xen_knobs].read(x, &on, out, err);
}

int xd_xl_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, struct xd_err *err)
{
    struct xd_xl *x = self;
    struct xd_xl_found f;
    struct access on = {.f = &f, .knob = k};
    int rc = prepare(x, o, k, &f, err);

    if (rc == 0)
        rc = check_value(&f, k, v, err);
    if (rc < 0)
        return rc;
    rc = ways[k - xd_xen_knobs].write(x, &on, v, err);
    xd_xl_tell_peer(x);
    return rc;
}
