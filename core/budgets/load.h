/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each domain used in the last hour, and what another budget would have made of it.
 *
 * A counter of each domain every ten seconds, 2.9 KiB a domain, at most XD_LOAD_DOMAINS of them. It
 * is kept by whoever asks, and not by the world, whose history of ten minutes serves graphs of
 * every column; nor by the runner, which a daemon has and a console that only looks hasn't. */
#ifndef XD_BUDGETS_LOAD_H
#define XD_BUDGETS_LOAD_H

#include "engine/world.h"
#include "policies/policy.h"

#define XD_LOAD_STEP_NS (10 * XD_NS_PER_S)
#define XD_LOAD_SAMPLES 361
#define XD_LOAD_DOMAINS 2048

struct xd_load;

struct xd_load *xd_load_new(void);
void xd_load_free(struct xd_load *l); /* NULL allowed */
/* Takes in the domains of the newest sample, if ten seconds have passed since the last one. */
void xd_load_feed(struct xd_load *l, const struct xd_world *w);

/* A domain's fate in the recorded time, had its budget been that one, beginning full. */
struct xd_what_if {
    int64_t recorded_ns;
    int64_t used_ns, denied_ns; /* CPU time that it got, and that it would have used */
    int64_t limited_ns;         /* time under the limits of its budget */
    uint64_t moves;             /* of its knobs */
};

/* Of one domain by its UUID, under that policy with another budget for the rule (NULL: its own).
 * What it used while a cap held it is all that is known of what it wanted then. Where the budget is
 * shared all that the rule matches are played. unplayed: gets a line for each thing that these
 * counters can't tell of (policies/sim.h). -ENODATA: less than a minute of it is recorded. */
int xd_load_what_if(const struct xd_load *l, const struct xd_policy *p, size_t rule,
                    const struct xd_policy_budget *budget, const char *uuid, struct xd_what_if *out,
                    struct xd_buf *unplayed, struct xd_err *err);

#endif
