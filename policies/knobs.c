/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See knobs.h. */
#include "policies/knobs.h"

#include "base/clock.h"
#include "policies/table.h"

#define DAY_NS (86400 * XD_NS_PER_S)

const struct xd_knob xd_budget_knobs[] = {
    [XD_BUDGET_KNOB_CPU] = {.name = "budget.cpu",
                            .table = "budgets",
                            .column = "budget_ns",
                            .title = "Budget",
                            .help = "CPU time in each window, for every domain of the rule",
                            .kind = {.type = XD_U64, .unit = XD_UNIT_NS},
                            .min = XD_NS_PER_MS,
                            .max = XD_POLICY_MOST_NS},
    [XD_BUDGET_KNOB_WINDOW] = {.name = "budget.window",
                               .table = "budgets",
                               .column = "window_ns",
                               .title = "Window of the budget",
                               .help = "How long its window is, for every domain of the rule; "
                                       "balances begin anew",
                               .kind = {.type = XD_U64, .unit = XD_UNIT_NS},
                               .min = XD_NS_PER_S,
                               .max = 366 * DAY_NS},
    [XD_BUDGET_KNOB_CAP] = {.name = "budget.cap",
                            .table = "budgets",
                            .column = "then_cap",
                            .title = "Cap once it is used up",
                            .help = "The CPU cap of a domain of the rule whose budget is used up",
                            .kind = {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "none"},
                            .min = 0,
                            .max = 409600},
    [XD_BUDGET_KNOB_PAUSED] = {.name = "budget.paused",
                               .table = "budgets",
                               .column = "paused",
                               .title = "Pause for the domain",
                               .help =
                                   "The policy leaves the domain's knobs alone (hold), or gives "
                                   "them back first (restore); balances go on",
                               .kind = {.type = XD_ENUM, .names = xd_budgets_pause_names}},
    [XD_BUDGET_KNOB_POLICY_PAUSED] = {.name = "policy.paused",
                                      .table = "policies",
                                      .column = "paused",
                                      .title = "Pause of the whole policy",
                                      .help = "It leaves all knobs alone (hold), or gives them "
                                              "back first (restore); balances go on",
                                      .kind = {.type = XD_ENUM, .names = xd_budgets_pause_names}},
    /* What a rule may say (schema_keep.c); a loop has the one that its policy limits. */
    [XD_BUDGET_KNOB_LOOP_WATTS] = {.name = "loop.watts",
                                   .table = "cap_loops",
                                   .column = "watts_limit",
                                   .title = "Limit of watts",
                                   .help = "The power that the cap loop keeps the host below",
                                   .kind = {.type = XD_F64},
                                   .min = 1,
                                   .max = 1000000,
                                   .risk = XD_RISK_DISRUPTIVE},
    [XD_BUDGET_KNOB_LOOP_CELSIUS] = {.name = "loop.celsius",
                                     .table = "cap_loops",
                                     .column = "celsius_limit",
                                     .title = "Limit of degrees",
                                     .help = "The temperature that the cap loop keeps the host "
                                             "below",
                                     .kind = {.type = XD_F64},
                                     .min = 20,
                                     .max = 150,
                                     .risk = XD_RISK_DISRUPTIVE},
    [XD_BUDGET_KNOBS] = {0},
};
