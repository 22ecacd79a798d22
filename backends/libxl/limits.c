/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table limits: each knob or action that may be missing, with the question that tells. */
#include "backend_libxl/limits.h"

#include <stdlib.h>
#include <string.h>

#include "backend_libxl/actions_device.h"
#include "backend_libxl/create.h"
#include "backend_libxl/knobs.h"
#include "model/xenknobs.h"

#define KEPT_NS (10 * XD_NS_PER_S)

/* Each gives the reason why there is no such thing here, or NULL where there is. */

static bool lacks(struct xd_xl *x, libxl_scheduler scheduler, const char *option)
{
    return !xd_xl_runs(x, scheduler) && xd_xl_lacks(x, option);
}

static const char *no_rtds(struct xd_xl *x)
{
    return lacks(x, LIBXL_SCHEDULER_RTDS, "CONFIG_SCHED_RTDS")
               ? "this hypervisor is built without the rtds scheduler (CONFIG_SCHED_RTDS)"
               : NULL;
}

static const char *no_credit(struct xd_xl *x)
{
    return lacks(x, LIBXL_SCHEDULER_CREDIT, "CONFIG_SCHED_CREDIT")
               ? "this hypervisor is built without the credit scheduler (CONFIG_SCHED_CREDIT)"
               : NULL;
}

static const char *no_credits(struct xd_xl *x)
{
    return lacks(x, LIBXL_SCHEDULER_CREDIT2, "CONFIG_SCHED_CREDIT2") &&
                   lacks(x, LIBXL_SCHEDULER_CREDIT, "CONFIG_SCHED_CREDIT")
               ? "this hypervisor is built without the schedulers credit and credit2 "
                 "(CONFIG_SCHED_CREDIT, CONFIG_SCHED_CREDIT2)"
               : NULL;
}

static const char *no_hypfs(struct xd_xl *x)
{
    return xd_xl_hypfs(x) ? NULL : XD_XL_HYPFS_LIMIT;
}

static const char *no_smt(struct xd_xl *x)
{
    struct xd_xl_pools pools = {NULL, 0};
    enum xd_xl_smt state = XD_XL_SMT_UNKNOWN;
    struct xd_cpuset online;
    const char *reason = NULL;
    char *gran;

    if (xd_xl_pools_read(x, &pools, NULL) == 0 && xd_xl_online_cpus(x, &pools, &online, NULL) == 0)
        state = xd_xl_smt(x, &online, NULL);
    xd_xl_pools_free(&pools);
    if (state == XD_XL_SMT_NONE)
        return "the cores of this host have no second threads, or its firmware has turned them off";
    if (state == XD_XL_SMT_UNKNOWN)
        return "Xen doesn't tell whether the cores of this host have second threads";
    gran = xd_xl_pool_gran(x, 0);
    if (gran && strcmp(gran, "cpu") != 0)
        reason = "Xen was booted to schedule by cores or sockets (sched-gran), and then keeps the "
                 "second threads as they are";
    free(gran);
    return reason;
}

static const char *no_on(struct xd_xl *x)
{
    return XD_XL_ON_LIMIT;
}

static const char *no_xl(struct xd_xl *x)
{
    char path[512];

    return xd_xl_program("xl", path, sizeof(path))
               ? NULL
               : "xl is not installed (Debian: xen-utils), and it makes the domain and watches it";
}

static const struct {
    const struct xd_knob *knob;
    const struct xd_action *action; /* if knob is NULL */
    const char *(*reason)(struct xd_xl *x);
} limits[] = {
    {&xd_xen_knobs[XD_KNOB_WEIGHT], NULL, no_credits},
    {&xd_xen_knobs[XD_KNOB_CAP], NULL, no_credits},
    {&xd_xen_knobs[XD_KNOB_ON_POWEROFF], NULL, no_on},
    {&xd_xen_knobs[XD_KNOB_ON_REBOOT], NULL, no_on},
    {&xd_xen_knobs[XD_KNOB_ON_CRASH], NULL, no_on},
    {&xd_xen_knobs[XD_KNOB_PERIOD], NULL, no_rtds},
    {&xd_xen_knobs[XD_KNOB_BUDGET], NULL, no_rtds},
    {&xd_xen_knobs[XD_KNOB_EXTRATIME], NULL, no_rtds},
    {&xd_xen_knobs[XD_KNOB_RATELIMIT], NULL, no_credits},
    {&xd_xen_knobs[XD_KNOB_TSLICE], NULL, no_credit},
    {&xd_xen_knobs[XD_KNOB_SMT], NULL, no_smt},
    {&xd_xen_knobs[XD_KNOB_PARAM], NULL, no_hypfs},
    {NULL, &xd_xen_actions[XD_ACTION_CREATE], no_xl},
    {NULL, &xd_xen_actions[XD_ACTION_CPUID_TRY], no_xl},
    {NULL, &xd_xen_actions[XD_ACTION_PCI_ASSIGNABLE], xd_xl_pci_limit},
    {NULL, &xd_xen_actions[XD_ACTION_PCI_ATTACH], xd_xl_pci_limit},
};
#define N_LIMITS (sizeof(limits) / sizeof(limits[0]))

bool xd_xl_limit(struct xd_xl *x, size_t *i, const char **name, const char **reason)
{
    while (*i < N_LIMITS) {
        size_t at = (*i)++;

        *name = limits[at].knob ? limits[at].knob->name : limits[at].action->name;
        if (!xd_row_wanted(x->env, name, 1))
            continue;
        *reason = limits[at].reason(x);
        if (*reason)
            return true;
    }
    return false;
}

const char *xd_xl_limit_of(struct xd_xl *x, const char *name)
{
    for (size_t i = 0; i < N_LIMITS; i++)
        if (strcmp(limits[i].knob ? limits[i].knob->name : limits[i].action->name, name) == 0)
            return limits[i].reason(x);
    return NULL;
}

static void build(struct xd_xl *x, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_limits_desc, xd_clock_now(x->env->clock));
    const char *name, *reason;

    for (size_t i = 0; xd_xl_limit(x, &i, &name, &reason);) {
        xd_row_begin(t);
        xd_put_str(t, XD_LIMIT_NAME, name);
        xd_put_str(t, XD_LIMIT_REASON, reason);
    }
}

/* Who only looks gets the same table for some samples: what a host lacks hardly ever changes, and
 * each answer is asked of Xen, xenstore or the file system. */
void xd_xl_collect_limits(struct xd_xl_sample *s)
{
    struct xd_xl *x = s->x;
    int64_t now = xd_clock_now(x->env->clock);

    if (!xd_wanted(x->env, &xd_limits_desc))
        return;
    if (x->env->role != XD_OBSERVER || !xd_row_wanted(x->env, NULL, 0)) {
        build(x, s->b);
        return;
    }
    if (!x->limits || now - x->limits_at_ns >= KEPT_NS) {
        struct xd_builder *b = xd_builder_new("limits");

        build(x, b);
        xd_snapshot_unref(x->limits);
        x->limits = xd_builder_seal(b, NULL, 1, now, xd_clock_wall(x->env->clock), 0);
        x->limits_at_ns = now;
    }
    xd_build_lend(s->b, x->limits, xd_limits_desc.name);
}
