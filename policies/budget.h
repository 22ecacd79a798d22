/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The account of a budget: what was used, what is left, and when there will be more. Times are the
 * engine's own (ns since it began, which no step of a clock moves), amounts ns of CPU time. */
#ifndef XD_POLICIES_BUDGET_H
#define XD_POLICIES_BUDGET_H

#include "policies/policy.h"

/* A sliding window is kept in so many slots, and one more that it is leaving: what was used in a
 * slot counts until all of the slot is past. So use is forgotten late, by at most a slot, never
 * early. */
#define XD_BUDGET_SLOTS 120
/* So much counts of what was used in one slot: more than any budget holds, and all slots together
 * stay a number. An outage's use comes in one piece, into one slot. */
#define XD_BUDGET_SLOT_MOST (INT64_MAX / (2 * (XD_BUDGET_SLOTS + 1)))
_Static_assert(XD_BUDGET_SLOT_MOST >= XD_POLICY_MOST_NS, "a full slot uses up any budget");

struct xd_account {
    bool begun, spent;
    int64_t at;    /* up to when it is kept */
    int64_t left;  /* may be negative: the last tick used more than there was */
    int64_t end;   /* fixed: when the window ends */
    int64_t slot;  /* sliding: the newest */
    int64_t *used; /* sliding: XD_BUDGET_SLOTS + 1 of them, by slot modulo that */
};

/* The present in both clocks: t is the engine's. */
struct xd_account_now {
    int64_t t, wall_ns;
    const struct xd_zone *zone;
};

/* used: room for xd_account_slots() numbers, zeroed. */
size_t xd_account_slots(const struct xd_policy_budget *b);
int64_t xd_account_most(const struct xd_policy_budget *b); /* that can ever be left */
/* Brings it up to the present: windows end, buckets fill. */
void xd_account_advance(struct xd_account *a, const struct xd_policy_budget *b,
                        const struct xd_account_now *now);
void xd_account_charge(struct xd_account *a, const struct xd_policy_budget *b, int64_t ns);
/* Decides whether it is used up, by what is left now. */
void xd_account_settle(struct xd_account *a, const struct xd_policy_budget *b);
/* How long what is left lasts while so much CPU time is used per time (pCPUs), ns; a bucket gains
 * meanwhile. INT64_MAX: for ever, as far as can be said; for one that isn't spent. */
int64_t xd_account_lasts(const struct xd_account *a, const struct xd_policy_budget *b, double rate);
/* If nothing more is charged: when it counts as there again. INT64_MAX: never. For a spent one. */
int64_t xd_account_resumes(const struct xd_account *a, const struct xd_policy_budget *b);

#endif
