/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the engine, for policies' own files. */
#ifndef XD_POLICIES_ENGINE_IMPL_H
#define XD_POLICIES_ENGINE_IMPL_H

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
    bool when[XD_POLICY_RULES_MAX];
    bool any_shared; /* a budget is shared: what one domain may have depends on all */
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
};

/* By UUID; makes one where there is none, if wanted. */
struct xd_engine_domain *xd_engine_lookup(struct xd_engine *e, const char *text, bool make);
void xd_engine_free_domain(struct xd_engine_domain *d);
/* Forgets those for which drop says so. */
void xd_engine_forget(struct xd_engine *e,
                      bool (*drop)(const struct xd_engine *, const struct xd_engine_domain *));
bool xd_policy_matches(const struct xd_policy_match *m, const struct xd_row *r);
/* Text with * and ? in it, without case. */
bool xd_policy_glob(const char *pattern, const char *text);

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
