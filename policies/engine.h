/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: (state, snapshot, time) → (state, wanted knobs, reasons). Pure and deterministic: it
 * asks no clock and no host, so a simulation runs the very code that a host is ruled by.
 *
 * What it promises: in no window is more charged to a budget than it holds and what is used from
 * one tick to the next. Charged is what a domain's own counter of CPU time grew by, unless the
 * budget is used up and its limits were seen in force from the tick before on.
 *  - The engine's time is the monotonic clock's; a step of the wall clock moves calendars and, of
 *    fixed windows, where the next one begins, and gives no CPU time to anyone.
 *  - A tick that is late or missing charges all that was used meanwhile.
 *  - A domain is its UUID. One that restarts or comes back (another domid, or a counter that fell)
 *    has its account as it was, and is charged what its new counter says.
 *  - What isn't known is not acted upon: a condition that can't be told (its table is missing, or
 *    there is no rate yet) stays as it was, and for that time its `for` stands still. */
#ifndef XD_POLICIES_ENGINE_H
#define XD_POLICIES_ENGINE_H

#include "model/table.h"
#include "policies/budget.h"

struct xd_engine;
struct xd_engine_domain;

struct xd_policy_now {
    int64_t mono_ns, wall_ns;
    uint64_t boot; /* another number: another run of the monotonic clock; 0: not known */
    /* Monotonic: when knobs were moved last. A table that was sampled before doesn't show it. 0:
     * never. */
    int64_t moved_ns;
};

/* The policy must live as long. */
struct xd_engine *xd_engine_new(const struct xd_policy *p);
void xd_engine_free(struct xd_engine *e); /* NULL allowed */
const struct xd_policy *xd_engine_policy(const struct xd_engine *e);

/* One step. -ENODATA: the snapshot has no domains; nothing was changed. */
int xd_engine_tick(struct xd_engine *e, const struct xd_snapshot *s,
                   const struct xd_policy_now *now, struct xd_err *err);
int64_t xd_engine_time(const struct xd_engine *e); /* its own, ns since it began */

/* When, by its own time, the next budget will be used up if all goes on as from the tick before to
 * the last, or one that is used up will be there again. A tick at that moment holds budgets more
 * exactly than one that comes when it is due. INT64_MAX: nothing of that kind is to be seen. */
int64_t xd_engine_turn(const struct xd_engine *e);

/* There was no sample since the last tick, and it is later now: whose budget can be used up by now,
 * if all its vCPUs ran all the time, is limited as if it were, until the next tick knows better.
 * The acts of that, instead of the last tick's; returns how many. */
size_t xd_engine_doubt(struct xd_engine *e, int64_t mono_ns);

/* A knob that the last tick wants to be another than the snapshot shows. */
struct xd_engine_act {
    const struct xd_engine_domain *domain;
    enum xd_policy_knob knob;
    uint64_t from, to; /* amounts */
    const struct xd_policy_rule
        *rule; /* that wants it; NULL: none any more, it gets back what it was */
};
size_t xd_engine_acts(const struct xd_engine *e);
const struct xd_engine_act *xd_engine_act(const struct xd_engine *e, size_t i);
/* What becomes of the knobs when the policy ends (on_exit): the acts of that, instead of the last
 * tick's. Returns how many. */
size_t xd_engine_exit(struct xd_engine *e);

/* --- looking --- */

struct xd_engine_domain {
    char uuid[40];
    uint64_t tick;  /* that it was in last */
    size_t ordinal; /* its row in that snapshot */
    uint64_t vcpus;
    char name[64];
    bool present; /* in the last snapshot */
    bool met;     /* in any */
    bool cpu_known, domid_known;
    uint64_t cpu_ns, domid;
    bool rtds_known;          /* its vCPUs have a budget, and the same one */
    uint64_t rtds;            /* us */
    int64_t seen_t;           /* when it was in a snapshot last */
    double rate;              /* CPU time per time of the last step; pCPUs */
    uint64_t matched, active; /* a bit for each rule */
    uint64_t limited;         /* a bit for each rule: the limits of its budget were seen in force */
    struct xd_engine_knob {
        bool managed, base_known, seen_known, waits;
        uint64_t base, seen, wanted; /* amounts */
        int64_t moved_t;
        int8_t rule, over; /* in force; overruled or beaten: -1 none */
    } knobs[XD_POLICY_KNOBS];
    struct xd_account *accounts; /* of budgets that aren't shared */
    struct xd_engine_condition {
        bool on, pending;
        bool unknown; /* whether it turns can't be told just now: it stays as it was */
        int64_t since;
    } * conditions;
};

size_t xd_engine_domains(const struct xd_engine *e); /* present and remembered */
const struct xd_engine_domain *xd_engine_domain(const struct xd_engine *e, size_t i);
/* By UUID or name; NULL: none. */
const struct xd_engine_domain *xd_engine_find(const struct xd_engine *e, const char *name);
/* Its account of rule i's budget (a shared one's is the group's); NULL: that rule has none. */
const struct xd_account *xd_engine_account(const struct xd_engine *e,
                                           const struct xd_engine_domain *d, size_t rule);
/* What is used of rule i's budget per time since the last tick, pCPUs: by the domain, or, if it is
 * shared, by all that it is in force for. */
double xd_engine_rate(const struct xd_engine *e, const struct xd_engine_domain *d, size_t rule);
/* Whether the last tick could tell rule i's condition for it; true if it has none. */
bool xd_engine_knows(const struct xd_engine *e, const struct xd_engine_domain *d, size_t rule);
/* Why its knobs are what they are, and what happens next and when. Lines. */
void xd_engine_why(const struct xd_engine *e, const struct xd_engine_domain *d, struct xd_buf *out);

#endif
