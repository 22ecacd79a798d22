/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the simulated host has not, and why: the table "limits", and the reason that a write or an
 * action of it is refused with. What depends on the host as it is now is looked up each time. */
#include <errno.h>
#include <string.h>

#include "backend_demo/host.h"

static const char *knob_limit(const struct xd_demo_host *h, int knob)
{
    switch (knob) {
    case XD_KNOB_PERIOD:
    case XD_KNOB_BUDGET:
    case XD_KNOB_EXTRATIME:
        return xd_demo_sched_used(h, "rtds") ? NULL
                                             : "no cpupool of this host is scheduled by rtds";
    case XD_KNOB_TSLICE:
        return xd_demo_sched_used(h, "credit") ? NULL
                                               : "no cpupool of this host is scheduled by credit";
    case XD_KNOB_SMT:
        return h->scenario->host.threads_per_core > 1 ? NULL
                                                      : "its processors have no second threads";
    case XD_KNOB_N + XD_PKNOB_CLAMP:
    case XD_KNOB_N + XD_PKNOB_CLAMP_WINDOW:
    case XD_KNOB_N + XD_PKNOB_CLAMP_CPUS:
    case XD_KNOB_N + XD_PKNOB_CLAMP_NATURAL:
        return h->scenario->host.clamp ? NULL
                                       : "its hypervisor has no power clamp: see xen/patches";
    case XD_KNOB_N + XD_PKNOB_SCHED_SMT:
        return xd_demo_sched_used(h, "credit") || xd_demo_sched_used(h, "credit2")
                   ? NULL
                   : "only credit and credit2 heed it, and no cpupool of this host is scheduled "
                     "by either";
    default:
        return NULL;
    }
}

static const char *knob_name(int knob)
{
    return knob < XD_KNOB_N ? xd_xen_knobs[knob].name : xd_power_knobs[knob - XD_KNOB_N].name;
}

static const char *action_limit(const struct xd_demo_host *h, int action)
{
    switch (action) {
    case XD_ACTION_CONSOLE:
        return "the guests of the demo host are simulated: they have no console";
    case XD_ACTION_DUMP_CORE:
        return "the guests of the demo host are simulated: they have no memory to write";
    case XD_ACTION_CREATE:
        return "the demo host makes its domains from a scenario (--host demo:FILE.yaml) and reads "
               "no xl config files";
    case XD_ACTION_CPUID_CONFIG:
        return "the domains of the demo host have no configuration files; xendeck cpuid translate "
               "--into writes into one";
    default:
        return NULL;
    }
}

const char *xd_demo_power_limit(const struct xd_demo_host *h, int knob)
{
    return knob_limit(h, XD_KNOB_N + knob);
}

int xd_demo_knob_limited(const struct xd_demo_host *h, int knob, struct xd_err *err)
{
    const char *why = knob_limit(h, knob);

    return why ? xd_err_set(err, -ENOTSUP, "%s: %s", knob_name(knob), why) : 0;
}

int xd_demo_action_limited(const struct xd_demo_host *h, int action, struct xd_err *err)
{
    const char *why = action_limit(h, action);

    return why ? xd_err_set(err, -ENOTSUP, "%s: %s", xd_xen_actions[action].name, why) : 0;
}

static void put(struct xd_rows *t, const char *name, const char *why)
{
    if (!why)
        return;
    xd_row_begin(t);
    xd_put_str(t, XD_LIMIT_NAME, name);
    xd_put_str(t, XD_LIMIT_REASON, why);
}

void xd_demo_fill_limits(const struct xd_demo_host *h, struct xd_builder *b, int64_t at_ns)
{
    struct xd_rows *t = xd_build_table(b, &xd_limits_desc, at_ns);

    for (int i = 0; i < XD_KNOB_N + XD_PKNOB_N; i++)
        put(t, knob_name(i), knob_limit(h, i));
    for (int i = 0; i < XD_ACTION_N; i++)
        put(t, xd_xen_actions[i].name, action_limit(h, i));
}
