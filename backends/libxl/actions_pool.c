/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making and ending cpupools: as `xl cpupool-create` and `xl cpupool-destroy`, but nothing is left
 * half done, and each refusal says why. */
#include "backend_libxl/actions_pool.h"

#include <errno.h>
#include <libxl_uuid.h>
#include <stdio.h>
#include <string.h>

#include "backend_libxl/edit.h"
#include "backend_libxl/knobs.h"
#include "base/str.h"
#include "model/xenknobs.h"

#define BUSY_MS 3000

static int add_cpu(struct xd_xl *x, uint32_t pool, int cpu)
{
    return xc_cpupool_addcpu(x->xc, pool, cpu);
}

static int remove_cpu(struct xd_xl *x, uint32_t pool, int cpu)
{
    return xc_cpupool_removecpu(x->xc, pool, cpu);
}

/* --- create --- */

/* As they stand in xd_scheduler_names. */
static const char *const options[] = {"CONFIG_SCHED_CREDIT", "CONFIG_SCHED_CREDIT2",
                                      "CONFIG_SCHED_RTDS", "CONFIG_SCHED_NULL",
                                      "CONFIG_SCHED_ARINC653"};

static int check_sched(struct xd_xl *x, const char *what, int64_t i, libxl_scheduler *out,
                       struct xd_err *err)
{
    const char *name = xd_scheduler_names[i];

    if (libxl_scheduler_from_string(name, out) < 0)
        return xd_err_set(err, -EINVAL, "%s: libxl knows no scheduler \"%s\"", what, name);
    if (xd_xl_lacks(x, options[i]))
        return xd_err_set(err, -ENOTSUP,
                          "%s: this hypervisor is built without the scheduler %s (%s)", what, name,
                          options[i]);
    return 0;
}

/* Only pCPUs that are in no pool can be given to one. */
static int check_cpus(struct xd_xl *x, const char *what, const struct xd_xl_pools *pools,
                      const struct xd_cpuset *want, struct xd_err *err)
{
    unsigned n_cpus = xd_xl_n_cpus(x);
    struct xd_cpuset free_cpus;
    int rc = xd_xl_free_cpus(x, &free_cpus, err), cpu = rc < 0 ? -1 : xd_cpuset_next(want, 0);

    while (cpu >= 0 && xd_cpuset_has(&free_cpus, (unsigned)cpu))
        cpu = xd_cpuset_next(want, (unsigned)cpu + 1);
    if (rc < 0 || cpu < 0)
        return rc;
    if ((unsigned)cpu >= n_cpus)
        return xd_err_set(err, -ERANGE, "%s: there is no pCPU %d, this host has 0-%u", what, cpu,
                          n_cpus ? n_cpus - 1 : 0);
    for (int i = 0; i < pools->n; i++)
        if (libxl_bitmap_test(&pools->list[i].cpumap, cpu))
            return xd_err_set(err, -EINVAL,
                              "%s: pCPU %d is in cpupool %s: set its pcpu.pool=none first", what,
                              cpu, pools->list[i].pool_name ? pools->list[i].pool_name : "?");
    return xd_err_set(err, -EINVAL, "%s: pCPU %d is offline", what, cpu);
}

/* libxl would hide why a pCPU can't be added, so the pool is made without any first. */
static int make_pool(struct xd_xl *x, const char *what, const char *name, libxl_scheduler sched,
                     const struct xd_cpuset *cpus, struct xd_err *err)
{
    uint32_t id = LIBXL_CPUPOOL_POOLID_ANY;
    libxl_bitmap none;
    libxl_uuid uuid;
    int rc;

    libxl_bitmap_init(&none);
    libxl_uuid_generate(&uuid);
    rc = libxl_cpu_bitmap_alloc(x->ctx, &none, 0);
    if (rc == 0)
        rc = libxl_cpupool_create(x->ctx, name, sched, none, &uuid, &id);
    libxl_bitmap_dispose(&none);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s was not made", what);
    for (int cpu = xd_cpuset_next(cpus, 0); cpu >= 0;
         cpu = xd_cpuset_next(cpus, (unsigned)cpu + 1)) {
        rc = xd_xl_while_busy(x, add_cpu, id, cpu, BUSY_MS);
        /* With scheduling by cores its siblings came with an earlier one. */
        if (rc == 0 || rc == -ENODEV)
            continue;
        libxl_cpupool_destroy(x->ctx, id);
        return xd_err_set(err, rc, "%s was not made: pCPU %d could not be added: %s", what, cpu,
                          strerror(-rc));
    }
    x->made_pool = id;
    x->have_made_pool = true;
    return 0;
}

static int create(struct xd_xl *x, const struct xd_value *params, struct xd_err *err)
{
    const struct xd_value *name = &params[XD_POOL_CREATE_NAME];
    const struct xd_value *sched_name = &params[XD_POOL_CREATE_SCHED];
    const struct xd_value *cpus = &params[XD_POOL_CREATE_CPUS];
    struct xd_xl_pools pools = {NULL, 0};
    libxl_scheduler sched;
    char what[160];
    int rc;

    if (!name->have || !sched_name->have || !cpus->have)
        return xd_err_set(err, -EINVAL, "a cpupool needs a name, a scheduler and pCPUs");
    snprintf(what, sizeof(what), "the new cpupool %.128s", name->cell.s);
    rc = xd_xl_pools_read(x, &pools, err);
    if (rc == 0)
        rc = xd_xl_check_pool_name(&pools, "the new cpupool", name->cell.s,
                                   LIBXL_CPUPOOL_POOLID_ANY, err);
    if (rc == 0)
        rc = check_sched(x, what, sched_name->cell.i, &sched, err);
    if (rc == 0)
        rc = check_cpus(x, what, &pools, cpus->cell.set, err);
    if (rc == 0)
        rc = make_pool(x, what, name->cell.s, sched, cpus->cell.set, err);
    xd_xl_pools_free(&pools);
    return rc;
}

/* --- destroy --- */

/* The number that the key of a cpupool is; -ESRCH. */
static int pool_number(const struct xd_object *o, uint32_t *id, struct xd_err *err)
{
    uint64_t n;

    if (xd_parse_u64(o->key, &n) < 0 || n >= UINT32_MAX)
        return xd_err_set(err, -ESRCH,
                          "cpupool %s is not on this host: it has no number, but \"%s\"",
                          o->label ? o->label : "?", o->key);
    *id = (uint32_t)n;
    return 0;
}

static int check_destroy(struct xd_xl *x, const char *what, const libxl_cpupoolinfo *pool,
                         struct xd_cpuset *cpus, struct xd_err *err)
{
    if (pool->poolid == 0)
        return xd_err_set(err, -EPERM, "%s is the one that Xen boots with, and stays", what);
    if (pool->n_dom)
        return xd_err_set(err, -EINVAL, "%s: domains run in it (%u): give them another pool= first",
                          what, pool->n_dom);
    xd_xl_pool_cpus(pool, cpus);
    return xd_cpuset_empty(cpus) ? 0 : xd_xl_may_leave(x, what, pool, cpus, err);
}

static void give_back(struct xd_xl *x, uint32_t pool, const struct xd_cpuset *cpus, int up_to)
{
    for (int cpu = xd_cpuset_next(cpus, 0); cpu >= 0 && cpu <= up_to;
         cpu = xd_cpuset_next(cpus, (unsigned)cpu + 1))
        xd_xl_while_busy(x, add_cpu, pool, cpu, BUSY_MS);
}

/* A pCPU that can't go leaves the pool as it was. */
static int empty_and_destroy(struct xd_xl *x, const char *what, uint32_t pool,
                             const struct xd_cpuset *cpus, struct xd_err *err)
{
    int rc;

    for (int cpu = xd_cpuset_next(cpus, 0); cpu >= 0;
         cpu = xd_cpuset_next(cpus, (unsigned)cpu + 1)) {
        rc = xd_xl_while_busy(x, remove_cpu, pool, cpu, BUSY_MS);
        /* With scheduling by cores its siblings went with an earlier one. */
        if (rc == 0 || rc == -EADDRNOTAVAIL)
            continue;
        give_back(x, pool, cpus, cpu);
        return xd_err_set(err, rc, "%s was not destroyed: pCPU %d could not be taken out: %s", what,
                          cpu, strerror(-rc));
    }
    xd_xl_log_reset(&x->logger);
    rc = libxl_cpupool_destroy(x->ctx, pool);
    if (rc < 0) {
        give_back(x, pool, cpus, XD_CPUSET_MAX);
        return xd_xl_fail(&x->logger, rc, err, "%s was not destroyed", what);
    }
    return 0;
}

static int destroy(struct xd_xl *x, const struct xd_object *o, struct xd_err *err)
{
    struct xd_xl_pools pools = {NULL, 0};
    const libxl_cpupoolinfo *pool = NULL;
    struct xd_cpuset cpus;
    char words[160], what[160];
    uint32_t id = 0;
    int rc = pool_number(o, &id, err);

    snprintf(words, sizeof(words), "cpupool %.128s", o->label ? o->label : o->key);
    xd_str_safe_to(what, sizeof(what), words);
    if (rc == 0)
        rc = xd_xl_pools_read(x, &pools, err);
    if (rc == 0)
        pool = xd_xl_pool_by_id(&pools, id);
    if (rc == 0 && !pool)
        rc = xd_err_set(err, -ESRCH, "%s (number %u) is not on this host any more", what, id);
    if (rc == 0)
        rc = check_destroy(x, what, pool, &cpus, err);
    if (rc == 0)
        rc = empty_and_destroy(x, what, id, &cpus, err);
    xd_xl_pools_free(&pools);
    return rc;
}

/* --- both --- */

bool xd_xl_is_pool_action(const struct xd_action *a)
{
    ptrdiff_t i = a - xd_xen_actions;

    return i == XD_ACTION_POOL_CREATE || i == XD_ACTION_POOL_DESTROY;
}

int xd_xl_pool_act(struct xd_xl *x, const struct xd_object *o, const struct xd_action *a,
                   const struct xd_value *params, struct xd_progress *p, struct xd_err *err)
{
    bool made = a - xd_xen_actions == XD_ACTION_POOL_CREATE;
    int rc = made ? create(x, params, err) : destroy(x, o, err);

    xd_xl_tell_peer(x);
    return rc;
}

int xd_xl_pool_settled(struct xd_xl *x, const struct xd_object *o, const struct xd_action *a,
                       struct xd_err *err)
{
    bool made = a - xd_xen_actions == XD_ACTION_POOL_CREATE, there;
    struct xd_xl_pools pools = {NULL, 0};
    uint32_t id = x->made_pool;
    int rc = made ? 0 : pool_number(o, &id, err);

    if (rc == 0 && made && !x->have_made_pool)
        rc = xd_err_set(err, -ENODATA, "which cpupool was made is not known here");
    if (rc == 0)
        rc = xd_xl_pools_read(x, &pools, err);
    if (rc < 0)
        return rc;
    there = xd_xl_pool_by_id(&pools, id) != NULL;
    xd_xl_pools_free(&pools);
    return there == made;
}
