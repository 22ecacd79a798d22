/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the engine, for policies' own files. */
#ifndef XD_POLICIES_ENGINE_IMPL_H
#define XD_POLICIES_ENGINE_IMPL_H

#include "policies/cap_engine.h"
#include "policies/engine.h"

struct xd_engine {
    const struct xd_policy *p;
    bool begun;
    int64_t t;
    struct xd_policy_now last;
    uint64_t ticks;
    int8_t account_of[XD_POLICY_RULES_MAX], condition_of[XD_POLICY_RULES_MAX]; /* -1: none */
    size_t n_accounts, n_conditions, n_slots;                                  /* of each domain */
    int8_t order[XD_POLICY_RULES_MAX]; /* rules by priority, highest first, then name */
    struct xd_account shared[XD_POLICY_RULES_MAX];
    double shared_rate[XD_POLICY_RULES_MAX]; /* of all that it is in force for, pCPUs */
    int64_t turn; /* when a budget will be used up, or there again, by the last tick */
    bool when[XD_POLICY_RULES_MAX]; /* it is its time */
    struct {
        int64_t from, to; /* wall ns: for which the answer is good; 0: there is none */
        int64_t next;
    } turns[XD_POLICY_RULES_MAX];
    /* A budget is shared, or a cap loop runs: what one domain may have depends on all. */
    bool together;
    struct xd_engine_domain **list; /* malloc */
    size_t n, cap;
    size_t *hash; /* place in list + 1; open addressing, a power of two */
    size_t n_hash;
    struct xd_engine_act *acts;
    size_t n_acts, cap_acts;
    uint8_t
        *flags[XD_POLICY_RULES_MAX]; /* of conditions over parts: by row; bit 0 where, 1 until */
    size_t cap_flags;
    int64_t keep_ns, keep_now_ns; /* how long one that is gone is remembered */

    struct xd_engine_keep *keeps; /* malloc; rules with a cap loop */
    size_t n_keeps;
    int8_t keep_of[XD_POLICY_RULES_MAX]; /* -1: none */
    enum xd_keeps_pause keeps_pause;
    bool moves[XD_CAP_KINDS];            /* a loop may */
    uint64_t pstates[XD_CAP_LEVELS + 1]; /* kHz, downwards: of the first pCPU that tells */
    size_t n_pstates;
    bool old[XD_CAP_KINDS];       /* what was seen of it is from before it was moved */
    struct xd_engine_part *parts; /* malloc */
    size_t n_parts, cap_parts;
    struct xd_engine_host_act *host_acts; /* malloc; of the last tick */
    size_t n_host_acts, cap_host_acts;
};

/* By UUID; makes one where there is none, if wanted. */
struct xd_engine_domain *xd_engine_lookup(struct xd_engine *e, const char *text, bool make);
void xd_engine_free_domain(struct xd_engine_domain *d);
/* Forgets those for which drop says so. */
void xd_engine_forget(struct xd_engine *e,
                      bool (*drop)(const struct xd_engine *, const struct xd_engine_domain *));
bool xd_policy_matches(const struct xd_policy_match *m, const struct xd_row *r);
/* Whether Domain-0 can be among those that are meant: only if it is called by name or UUID. */
bool xd_policy_names_dom0(const struct xd_policy_match *m);
/* Text with * and ? in it, without case. */
bool xd_policy_glob(const char *pattern, const char *text);

/* in_force.c, once a tick: whether it is the rule's time, and what the tables beside that of
 * domains say (for their parts by the domain's row, else returned, for all). */
void xd_engine_look_at_clock(struct xd_engine *e, size_t rule);
uint8_t xd_engine_look_at(struct xd_engine *e, size_t rule, const struct xd_snapshot *s,
                          size_t n_domains);
uint8_t xd_engine_row_flags(const struct xd_policy_condition *c, const struct xd_row *r);
/* The rule's condition for the domain, one tick of dt later. */
bool xd_engine_condition(struct xd_engine *e, struct xd_engine_domain *d, size_t rule,
                         uint8_t flags, int64_t dt);
/* When its calendar turns, wall ns; INT64_MAX: not within sight, or it has none. */
int64_t xd_engine_turns(const struct xd_engine *e, size_t rule);

/* resolve.c: takes in what the row shows of its knobs. */
void xd_engine_observe(struct xd_engine_domain *d, const struct xd_row *r, bool restarted);
/* What the active rules want of a domain's knobs. rtds's is known already. Adds to acts. r NULL:
 * there is no row. */
void xd_engine_resolve(struct xd_engine *e, struct xd_engine_domain *d, const struct xd_row *r);
/* The most and least that a rule allows just now: its bounds, and its budget's once that is spent.
 */
struct xd_policy_bounds xd_engine_bounds(const struct xd_engine *e,
                                         const struct xd_engine_domain *d, size_t rule,
                                         enum xd_policy_knob k);

#endif
