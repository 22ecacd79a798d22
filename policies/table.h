/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy does just now, as tables: `budgets` has a row for each domain and each rule that
 * has a budget for it, or limits in force; `cap_loops` one for each limit of watts or degrees;
 * `policies` one for the policy itself. Whoever carries a policy out publishes these, and so they
 * are in the console, in `get`, filters and captures.
 *
 * What isn't known is left out: how much was used, but in a sliding window; when a shared budget
 * will be used up. */
#ifndef XD_POLICIES_TABLE_H
#define XD_POLICIES_TABLE_H

#include "policies/cap_loop.h"
#include "policies/engine.h"

enum xd_budgets_col {
    XD_BUDGETS_UUID,
    XD_BUDGETS_DOMAIN,
    XD_BUDGETS_RULE,
    XD_BUDGETS_STATE,
    XD_BUDGETS_CPU_NS, /* the budget */
    XD_BUDGETS_PER_NS, /* its window */
    XD_BUDGETS_KIND,
    XD_BUDGETS_SHARED,
    XD_BUDGETS_USED_NS,
    XD_BUDGETS_LEFT_NS,
    XD_BUDGETS_LEFT,
    XD_BUDGETS_RATE,
    XD_BUDGETS_LASTS_NS,
    XD_BUDGETS_NEXT_AT,
    XD_BUDGETS_NEXT,
    XD_BUDGETS_THEN_CAP,
    XD_BUDGETS_CAP,
    XD_BUDGETS_CAP_SEEN,
    XD_BUDGETS_WANTED,
    XD_BUDGETS_SEEN,
    XD_BUDGETS_PAUSED,
    XD_BUDGETS_OVER,
    XD_BUDGETS_WHY,
    XD_BUDGETS_POLICY,
    XD_BUDGETS_N
};
extern const struct xd_table_desc xd_budgets_desc;

enum xd_budgets_state {
    XD_BUDGETS_WITHIN, /* in force, and nothing is taken away by its budget */
    XD_BUDGETS_SPENT,  /* its budget is used up, and its limits are wanted */
    XD_BUDGETS_WAITS,  /* one of its limits may be loosened, but not yet */
    XD_BUDGETS_OFF,    /* not in force: its calendar or condition says so */
    XD_BUDGETS_HELD,   /* paused */
};

/* The words of `paused`, and what is meant by them: core/budgets/runner.h. */
enum xd_budgets_pause { XD_BUDGETS_RUNS, XD_BUDGETS_HOLDS, XD_BUDGETS_RESTORES };
extern const char *const xd_budgets_pause_names[];

struct xd_budgets_view {
    /* NULL: nothing is paused. */
    enum xd_budgets_pause (*pause)(void *arg, const struct xd_engine_domain *d);
    void *arg;
};

/* As the engine's last tick left it; at_ns: the monotonic time of that tick. Only domains that are
 * there. v NULL: nothing is paused. */
void xd_budgets_build(const struct xd_engine *e, const struct xd_budgets_view *v,
                      struct xd_builder *b, int64_t at_ns);

enum xd_policies_col {
    XD_POLICIES_NAME,
    XD_POLICIES_TITLE,
    XD_POLICIES_PAUSED,
    XD_POLICIES_DOMAINS,
    XD_POLICIES_RULES,
    XD_POLICIES_ON_EXIT,
    XD_POLICIES_DONE,
    XD_POLICIES_FAILED,
    XD_POLICIES_TICK_AT,
    XD_POLICIES_HOLDER,
    XD_POLICIES_FILE,
    XD_POLICIES_CHANGED,
    XD_POLICIES_TROUBLE,
    XD_POLICIES_N
};
extern const struct xd_table_desc xd_policies_desc;

/* cap_loops: a row for each rule with `keep` */
enum xd_cap_loops_col {
    XD_CAP_LOOPS_RULE,
    XD_CAP_LOOPS_STATE, /* enum xd_cap_state */
    XD_CAP_LOOPS_SENSOR,
    XD_CAP_LOOPS_WATTS, /* of the two the one that is kept */
    XD_CAP_LOOPS_WATTS_LIMIT,
    XD_CAP_LOOPS_CELSIUS,
    XD_CAP_LOOPS_CELSIUS_LIMIT,
    XD_CAP_LOOPS_ESTIMATED,
    XD_CAP_LOOPS_EFFORT,    /* percent of all that can be taken */
    XD_CAP_LOOPS_FREQUENCY, /* in the order of enum xd_cap_kind: points */
    XD_CAP_LOOPS_CAPS,
    XD_CAP_LOOPS_PARKING,
    XD_CAP_LOOPS_CLAMP,
    XD_CAP_LOOPS_STUCK,
    XD_CAP_LOOPS_SEEN_AT,
    XD_CAP_LOOPS_NEXT_AT,
    XD_CAP_LOOPS_NEXT,
    XD_CAP_LOOPS_TROUBLE,
    XD_CAP_LOOPS_WHY,
    XD_CAP_LOOPS_POLICY,
    XD_CAP_LOOPS_ACTUATOR,  /* enum xd_cap_kind: the last by rank that takes something */
    XD_CAP_LOOPS_ACTUATORS, /* "frequency 50/50%, caps stuck at 0%, clamp 12/40%", by rank */
    XD_CAP_LOOPS_N
};
extern const struct xd_table_desc xd_cap_loops_desc;

void xd_cap_loops_build(const struct xd_engine *e, struct xd_builder *b, int64_t at_ns);

#endif
