/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the simulated host has not, and why: the table "limits", and the reason that a write or an
 * action of it is refused with. */
#include <errno.h>
#include <string.h>

#include "backend_demo/host.h"

static const char not_yet[] = "the demo host doesn't simulate it";

static const char *knob_limit(const struct xd_demo_host *h, int knob)
{
    return knob <= XD_KNOB_MEM_TARGET ? NULL : not_yet;
}

static const char *action_limit(const struct xd_demo_host *h, int action)
{
    return action <= XD_ACTION_DESTROY ? NULL : not_yet;
}

int xd_demo_knob_limited(const struct xd_demo_host *h, int knob, struct xd_err *err)
{
    const char *why = knob_limit(h, knob);

    return why ? xd_err_set(err, -ENOTSUP, "%s: %s", xd_xen_knobs[knob].name, why) : 0;
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

    for (int i = 0; i < XD_KNOB_N; i++)
        put(t, xd_xen_knobs[i].name, knob_limit(h, i));
    for (int i = 0; i < XD_ACTION_N; i++)
        put(t, xd_xen_actions[i].name, action_limit(h, i));
}
