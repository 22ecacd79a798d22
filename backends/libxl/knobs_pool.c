/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpupools: which a domain and which a pCPU belongs to, and what a pool is called. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/moved.h"
#include "backend_libxl/rules.h"
#include "base/str.h"

#define BUSY_MS 3000

static const char *name_of(const libxl_cpupoolinfo *p)
{
    return p && p->pool_name ? p->pool_name : "?";
}

/* --- of a domain --- */

int xd_xl_get_domain_pool(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                          struct xd_err *err)
{
    char *name = libxl_cpupoolid_to_name(x->ctx, t->on.info.cpupool);

    if (!name)
        return xd_err_set(err, -ENODATA, "%s: its cpupool, number %u, has no name in xenstore",
                          t->what, t->on.info.cpupool);
    *out = xd_xl_text_value(t, name);
    free(name);
    return 0;
}

static int move_failed(struct xd_xl *x, const struct xd_xl_target *t, const char *pool, int errnum,
                       struct xd_err *err)
{
    switch (errnum) {
    case EPERM:
        return xd_err_set(err, -EPERM,
                          "%s stays in its cpupool: Xen moves no domain that asks for "
                          "itself",
                          t->what);
    case ENOENT:
        return xd_err_set(err, -EINVAL, "%s: cpupool %s has no pCPU that it could run on", t->what,
                          pool);
    case EBUSY:
        return xd_err_set(err, -EBUSY, "%s: one of its vCPUs is held on its pCPU for a moment",
                          t->what);
    default:
        return xd_xl_fail_errno(&x->logger, errnum, err, "%s was not moved to cpupool %s", t->what,
                                pool);
    }
}

/* As `xl cpupool-migrate`, but what Xen forgets of it is set again. */
static int move(struct xd_xl *x, const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
                struct xd_err *err)
{
    struct xd_xl_kept kept;
    int rc = xd_xl_keep(x, t, to, &kept, err);

    if (rc == 0 && xc_cpupool_movedomain(x->xc, to->poolid, t->on.info.domain) < 0)
        rc = move_failed(x, t, name_of(to), errno, err);
    if (rc == 0)
        rc = xd_xl_set_again(x, t, &kept, err);
    xd_xl_kept_free(&kept);
    return rc;
}

int xd_xl_put_domain_pool(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                          struct xd_err *err)
{
    struct xd_xl_pools pools = {NULL, 0};
    const libxl_cpupoolinfo *to;
    int rc = xd_xl_pools_read(x, &pools, err);

    if (rc == 0)
        rc = xd_xl_pool_by_name(&pools, t->what, v->cell.s, &to, err);
    if (rc == 0 && t->on.info.domain == 0)
        rc = move_failed(x, t, name_of(to), EPERM, err);
    if (rc == 0 && libxl_bitmap_is_empty(&to->cpumap))
        rc = move_failed(x, t, name_of(to), ENOENT, err);
    if (rc == 0)
        rc = move(x, t, to, err);
    xd_xl_pools_free(&pools);
    return rc;
}

/* --- of a pCPU --- */

int xd_xl_get_pcpu_pool(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                        struct xd_err *err)
{
    struct xd_cpuset free_cpus;
    int rc;

    if (t->pool) {
        *out = xd_xl_text_value(t, name_of(t->pool));
        return 0;
    }
    rc = xd_xl_free_cpus(x, &free_cpus, err);
    if (rc < 0)
        return rc;
    if (!xd_cpuset_has(&free_cpus, t->number))
        return xd_err_set(err, -ENODATA,
                          "%s is offline, and in no cpupool: set pcpu.online=yes "
                          "first, which puts it into Pool-0",
                          t->what);
    *out = xd_xl_text_value(t, XD_XL_NO_POOL);
    return 0;
}

static int add_cpu(struct xd_xl *x, uint32_t pool, int cpu)
{
    return xc_cpupool_addcpu(x->xc, pool, cpu);
}

static int remove_cpu(struct xd_xl *x, uint32_t pool, int cpu)
{
    return xc_cpupool_removecpu(x->xc, pool, cpu);
}

static const char *why_busy(int code)
{
    switch (code) {
    case -EADDRINUSE:
        return ": a vCPU is held on it for a moment";
    case -EADDRNOTAVAIL:
        return ": another pCPU is just being moved";
    case -ENODEV:
        return ": it is not free, or " XD_XL_LOCKED;
    default:
        return "";
    }
}

/* A removal that Xen gave up in the middle is repaired by adding the pCPU again. */
static int remove_failed(struct xd_xl *x, const struct xd_xl_target *t, int code,
                         struct xd_err *err)
{
    xd_xl_while_busy(x, add_cpu, t->pool->poolid, (int)t->number, BUSY_MS);
    return xd_err_set(err, code, "%s was not taken from cpupool %s: %s%s", t->what,
                      name_of(t->pool), strerror(-code), why_busy(code));
}

static int add_failed(struct xd_xl *x, const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
                      int code, struct xd_err *err)
{
    const char *back = "it is in no cpupool now";
    char text[96];

    if (t->pool && xd_xl_while_busy(x, add_cpu, t->pool->poolid, (int)t->number, BUSY_MS) == 0) {
        snprintf(text, sizeof(text), "it is back in %.64s", name_of(t->pool));
        back = text;
    }
    return xd_err_set(err, code, "%s was not added to cpupool %s: %s%s; %s", t->what, name_of(to),
                      strerror(-code), why_busy(code), back);
}

static int check_online(struct xd_xl *x, const struct xd_xl_target *t, struct xd_err *err)
{
    struct xd_cpuset free_cpus;
    int rc = t->pool ? 0 : xd_xl_free_cpus(x, &free_cpus, err);

    if (rc < 0 || t->pool || xd_cpuset_has(&free_cpus, t->number))
        return rc;
    return xd_err_set(err, -EINVAL, "%s is offline: set pcpu.online=yes first", t->what);
}

/* Out of the one and into the other; Xen has no call for both. */
static int move_cpu(struct xd_xl *x, const struct xd_xl_target *t, const libxl_cpupoolinfo *to,
                    struct xd_err *err)
{
    struct xd_cpuset leaving;
    int rc = 0;

    if (t->pool) {
        xd_cpuset_zero(&leaving);
        xd_cpuset_add(&leaving, t->number);
        rc = xd_xl_may_leave(x, t->what, t->pool, &leaving, err);
        if (rc < 0)
            return rc;
        rc = xd_xl_while_busy(x, remove_cpu, t->pool->poolid, (int)t->number, BUSY_MS);
        if (rc < 0)
            return remove_failed(x, t, rc, err);
    }
    if (to)
        rc = xd_xl_while_busy(x, add_cpu, to->poolid, (int)t->number, BUSY_MS);
    return rc < 0 ? add_failed(x, t, to, rc, err) : 0;
}

int xd_xl_put_pcpu_pool(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                        struct xd_err *err)
{
    const libxl_cpupoolinfo *to = NULL;
    int rc = check_online(x, t, err);

    if (rc == 0 && strcmp(v->cell.s, XD_XL_NO_POOL) != 0)
        rc = xd_xl_pool_by_name(&t->pools, t->what, v->cell.s, &to, err);
    if (rc < 0 || to == t->pool)
        return rc;
    return move_cpu(x, t, to, err);
}

/* --- what a pool is called --- */

int xd_xl_get_pool_name(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                        struct xd_err *err)
{
    *out = xd_xl_text_value(t, name_of(t->pool));
    return 0;
}

/* libxl would give two pools one name. */
int xd_xl_check_pool_name(const struct xd_xl_pools *pools, const char *what, const char *name,
                          uint32_t own, struct xd_err *err)
{
    int rc = xd_xl_check_name(what, name, err);

    if (rc == 0 && strcmp(name, XD_XL_NO_POOL) == 0)
        rc = xd_err_set(err, -EINVAL, "%s can't be called \"%s\": that is the word for no cpupool",
                        what, name);
    for (int i = 0; rc == 0 && i < pools->n; i++)
        if (pools->list[i].poolid != own && xd_streq(pools->list[i].pool_name, name))
            rc = xd_err_set(err, -EINVAL, "%s can't be called \"%s\": cpupool number %u is", what,
                            name, pools->list[i].poolid);
    return rc;
}

int xd_xl_put_pool_name(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                        struct xd_err *err)
{
    int rc = xd_xl_check_pool_name(&t->pools, t->what, v->cell.s, t->number, err);

    if (rc < 0)
        return rc;
    rc = libxl_cpupool_rename(x->ctx, v->cell.s, t->number);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s was not renamed to \"%s\"", t->what, v->cell.s);
    return 0;
}
