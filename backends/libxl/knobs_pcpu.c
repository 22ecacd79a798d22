/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pCPUs taken offline and online again, one by one or all second threads at once. As xen-hptool,
 * which tries for ever where Xen is busy; here there is an end to it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/rules.h"

/* Each pCPU that goes stops the whole machine for a moment. */
#define PCPU_MS 10000
#define SMT_MS  60000

/* --- one pCPU --- */

static int is_online(struct xd_xl *x, const struct xd_xl_target *t, bool *online,
                     struct xd_err *err)
{
    struct xd_cpuset set;
    int rc = xd_xl_online_cpus(x, &t->pools, &set, err);

    *online = rc == 0 && xd_cpuset_has(&set, t->number);
    return rc;
}

int xd_xl_get_pcpu(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                   struct xd_err *err)
{
    bool online;
    int rc = is_online(x, t, &online, err);

    if (rc == 0)
        *out = (struct xd_value){.have = true, .type = XD_BOOL, .cell.b = online};
    return rc;
}

static int go_online(struct xd_xl *x, uint32_t unused, int cpu)
{
    return xc_cpu_online(x->xc, cpu);
}

static int go_offline(struct xd_xl *x, uint32_t unused, int cpu)
{
    return xc_cpu_offline(x->xc, cpu);
}

/* Xen takes offline only what is free or in Pool-0, and puts into Pool-0 what comes. */
static int may_go_offline(struct xd_xl *x, const struct xd_xl_target *t, struct xd_err *err)
{
    struct xd_cpuset leaving;

    if (t->number == 0)
        return xd_err_set(err, -EINVAL, "%s can't go offline: Xen booted on it and needs it to end",
                          t->what);
    if (!t->pool)
        return 0;
    if (t->pool->poolid != 0)
        return xd_err_set(err, -EINVAL,
                          "%s is in cpupool %s, and Xen takes only free ones and those of Pool-0 "
                          "offline: set pcpu.pool=none first",
                          t->what, t->pool->pool_name ? t->pool->pool_name : "?");
    xd_cpuset_zero(&leaving);
    xd_cpuset_add(&leaving, t->number);
    return xd_xl_may_leave(x, t->what, t->pool, &leaving, err);
}

static const char *hint(int code, bool on)
{
    if (on && code == -EPERM)
        return ": it is a second thread, and those are off: cpu.smt=yes brings all of them";
    if (on && code == -EINVAL)
        return ": there is no such pCPU in this machine";
    if (code == -EADDRINUSE)
        return ": a vCPU is held on its pCPU for a moment";
    if (code == -EBUSY)
        return ": Xen is busy with other pCPUs, try again; or " XD_XL_LOCKED;
    return "";
}

int xd_xl_put_pcpu(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                   struct xd_err *err)
{
    bool online, on = v->cell.b;
    int rc = is_online(x, t, &online, err);

    if (rc < 0 || online == on)
        return rc;
    if (!on)
        rc = may_go_offline(x, t, err);
    if (rc < 0)
        return rc;
    rc = xd_xl_while_busy(x, on ? go_online : go_offline, 0, (int)t->number, PCPU_MS);
    if (rc == 0 || rc == -EEXIST) /* somebody was quicker */
        return 0;
    return xd_err_set(err, rc, "%s did not go %s: %s%s", t->what, on ? "online" : "offline",
                      strerror(-rc), hint(rc, on));
}

/* --- all second threads --- */

static int smt_state(struct xd_xl *x, struct xd_xl_pools *pools, enum xd_xl_smt *state,
                     struct xd_cpuset *second, struct xd_err *err)
{
    struct xd_cpuset online;
    int rc = xd_xl_pools_read(x, pools, err);

    if (rc == 0)
        rc = xd_xl_online_cpus(x, pools, &online, err);
    if (rc == 0)
        *state = xd_xl_smt(x, &online, second);
    return rc;
}

static int no_threads(const struct xd_xl_target *t, enum xd_xl_smt state, struct xd_err *err)
{
    return xd_err_set(err, -ENOTSUP, "%s: %s", t->what,
                      state == XD_XL_SMT_NONE ? "its cores have no second threads"
                                              : "Xen doesn't tell whether its cores have second "
                                                "threads");
}

int xd_xl_get_smt(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                  struct xd_err *err)
{
    struct xd_xl_pools pools = {NULL, 0};
    enum xd_xl_smt state;
    int rc = smt_state(x, &pools, &state, NULL, err);

    xd_xl_pools_free(&pools);
    if (rc < 0)
        return rc;
    if (state != XD_XL_SMT_ON && state != XD_XL_SMT_OFF)
        return no_threads(t, state, err);
    *out = (struct xd_value){.have = true, .type = XD_BOOL, .cell.b = state == XD_XL_SMT_ON};
    return 0;
}

static int smt_on(struct xd_xl *x, uint32_t a, int b)
{
    return xc_smt_enable(x->xc);
}

static int smt_off(struct xd_xl *x, uint32_t a, int b)
{
    return xc_smt_disable(x->xc);
}

/* Xen would stop half-way at the first second thread that it can't take. */
static int may_smt_go(struct xd_xl *x, const struct xd_xl_target *t,
                      const struct xd_xl_pools *pools, const struct xd_cpuset *second,
                      struct xd_err *err)
{
    for (int i = 0; i < pools->n; i++) {
        const libxl_cpupoolinfo *p = &pools->list[i];
        struct xd_cpuset cpus;
        int rc;

        xd_xl_pool_cpus(p, &cpus);
        xd_cpuset_and(&cpus, second);
        if (xd_cpuset_empty(&cpus))
            continue;
        if (p->poolid != 0)
            return xd_err_set(err, -EINVAL,
                              "%s: pCPU %d is a second thread in cpupool %s, and Xen takes only "
                              "those of Pool-0 offline: set its pcpu.pool=none first",
                              t->what, xd_cpuset_next(&cpus, 0), p->pool_name ? p->pool_name : "?");
        rc = xd_xl_may_leave(x, t->what, p, &cpus, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* With scheduling by cores or sockets Xen says EBUSY to this for ever. */
static int check_granularity(struct xd_xl *x, const struct xd_xl_target *t, struct xd_err *err)
{
    char *gran = xd_xl_pool_gran(x, 0);
    int rc = 0;

    if (gran && strcmp(gran, "cpu") != 0)
        rc = xd_err_set(err, -ENOTSUP,
                        "%s: Xen schedules by %s (sched-gran), and then keeps the second threads "
                        "as they are",
                        t->what, gran);
    free(gran);
    return rc;
}

static int switch_smt(struct xd_xl *x, const struct xd_xl_target *t, bool on, struct xd_err *err)
{
    int rc = xd_xl_while_busy(x, on ? smt_on : smt_off, 0, 0, SMT_MS);

    if (rc == 0)
        return 0;
    return xd_err_set(err, rc, "%s: the second threads did not all go %s: %s", t->what,
                      on ? "online" : "offline", strerror(-rc));
}

int xd_xl_put_smt(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                  struct xd_err *err)
{
    struct xd_xl_pools pools = {NULL, 0};
    struct xd_cpuset second;
    enum xd_xl_smt state;
    int rc = smt_state(x, &pools, &state, &second, err);

    if (rc == 0 && state != XD_XL_SMT_ON && state != XD_XL_SMT_OFF)
        rc = no_threads(t, state, err);
    if (rc == 0)
        rc = check_granularity(x, t, err);
    if (rc == 0 && !v->cell.b)
        rc = may_smt_go(x, t, &pools, &second, err);
    xd_xl_pools_free(&pools);
    return rc < 0 ? rc : switch_smt(x, t, v->cell.b, err);
}
