/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be changed of a policy while it is carried out, as knobs of the tables of table.h: the
 * same of a console that does so itself and of the daemon. */
#ifndef XD_POLICIES_KNOBS_H
#define XD_POLICIES_KNOBS_H

#include "model/knob.h"

enum xd_budget_knob {
    XD_BUDGET_KNOB_CPU,
    XD_BUDGET_KNOB_WINDOW,
    XD_BUDGET_KNOB_CAP,
    XD_BUDGET_KNOB_PAUSED,
    XD_BUDGET_KNOB_POLICY_PAUSED,
    XD_BUDGET_KNOB_LOOP_WATTS,
    XD_BUDGET_KNOB_LOOP_CELSIUS,
    XD_BUDGET_KNOBS
};
extern const struct xd_knob xd_budget_knobs[]; /* by enum xd_budget_knob, then one without name */

#endif
