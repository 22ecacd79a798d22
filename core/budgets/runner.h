/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy carried out on a host: a session, an engine, and balances on disk. The daemon and a
 * console that runs the engine itself are two users of this header, each from the thread of its
 * session, and nothing here waits for a backend.
 *
 * After each xd_session_dispatch comes xd_runner_step. Of each new sample of the domains it
 *  1. makes a tick of the engine, with the sample's own time;
 *  2. saves the ledger, if anything changed that it keeps: before any knob is moved, so that who
 *     comes after a process that was killed knows what a knob was before, and doesn't take the
 *     policy's own cap for the domain's;
 *  3. carries out what the engine wants, one plan a knob, what takes away first: planned,
 * journalled (as "policy NAME", with the rule), applied and read back as any edit.
 *
 * How a kill at any moment is survived. What a domain used is Xen's own counter, so a ledger that
 * is a tick old charges all that was used since, as a late tick does. The ledger says what is
 * wanted before it is done; a knob that shows that, or what it showed before, was moved by nobody
 * else. Where the ledger can't be saved nothing is moved.
 *
 * A sample that was taken before the last step ended isn't looked at: it may show a knob as it was,
 * which would look like somebody else's change. So there is no tick while a step of ours is under
 * way; the next one charges what was used meanwhile.
 *
 * At the moment when a budget will be used up, or is there again, and soon after a step of ours, a
 * sample is asked for before it is due: a cap that is set with the next one would be late by up to
 * a tick. Where there are many such moments six or seven samples are taken in an interval.
 *
 * While the host says nothing (a sample is later than two intervals and three seconds), budgets
 * that may be used up by now, if all vCPUs ran since the last tick, count as that: xd_engine_doubt.
 *
 * A step that is refused, fails or isn't seen is tried again with the next tick, then after 2, 4 …
 * 64 s; each time it is told in the session's log. While an edit of somebody else is carried out in
 * the same session ours wait. */
#ifndef XD_BUDGETS_RUNNER_H
#define XD_BUDGETS_RUNNER_H

#include "budgets/store.h"
#include "engine/session.h"
#include "policies/table.h"

struct xd_runner;

struct xd_runner_config {
    struct xd_session *session;    /* the caller's, and not read-only */
    struct xd_policy *policy;      /* the runner's from here on, whatever comes of it */
    struct xd_ledger_store *store; /* the caller's; NULL: balances end with the runner */
    uint64_t boot;                 /* xd_boot_number(); 0: not known (a manual clock) */
};

/* Goes on with the balances that the store has. -EROFS: the session is read-only. A ledger that
 * can't be read is told in the log, and budgets begin full. */
int xd_runner_new(const struct xd_runner_config *c, struct xd_runner **out, struct xd_err *err);
/* At once: knobs stay as they are. A plan of ours that runs goes on in the session. NULL allowed.
 */
void xd_runner_free(struct xd_runner *r);

/* What has to be sampled to carry out a policy, for xd_session_want and for opening a session;
 * returns how many, at most XD_RUNNER_WANTS_MAX. Tables are named by their descriptions: these
 * outlive the policy. */
#define XD_RUNNER_WANTS_MAX (XD_POLICY_RULES_MAX + 5)
size_t xd_runner_wants(const struct xd_policy *p, struct xd_want out[XD_RUNNER_WANTS_MAX]);

/* The same of what is carried out, and of what a rule that is gone has still to give back. */
size_t xd_runner_wants_now(const struct xd_runner *r, struct xd_want out[XD_RUNNER_WANTS_MAX]);

/* True if anything happened that a screen could show. */
bool xd_runner_step(struct xd_runner *r);
/* Milliseconds until step should be called even if the session has nothing; -1: no need. */
int xd_runner_timeout_ms(const struct xd_runner *r);

const struct xd_engine *xd_runner_engine(const struct xd_runner *r); /* until the next call */
const struct xd_policy *xd_runner_policy(const struct xd_runner *r);

/* --- pausing: the engine goes on keeping balances, and moves nothing --- */

/* domain: a UUID or name; NULL: all of the policy. HOLDS leaves the knobs as they are, RESTORES
 * gives them back, RUNS ends the pause. It outlives the process, where there is a store. -ENOENT;
 * -EPERM: a domain can't be let go further than all of the policy is. */
int xd_runner_set_pause(struct xd_runner *r, const char *domain, enum xd_budgets_pause how,
                        struct xd_err *err);
/* The stricter of the policy's own and the domain's; d NULL: the policy's own. */
enum xd_budgets_pause xd_runner_pause_of(const struct xd_runner *r,
                                         const struct xd_engine_domain *d);

/* --- changes --- */

/* Another policy, as after an edit of its file; the runner's from here on, whatever comes of it.
 * Balances of rules of the same name go on (policies/ledger.h). On an error all is as before. */
int xd_runner_replace(struct xd_runner *r, struct xd_policy *p, struct xd_err *err);

struct xd_budget_change {
    int64_t cpu_ns, per_ns; /* 0: as it is. Another window begins anew */
    int64_t cap;            /* of a domain whose budget is used up, percent; -1: as it is */
};
/* Until the policy is replaced: a change outlives the process, where there is a store, and is told
 * in the log when it comes into force again. To make it last it has to be written into the policy's
 * file. -ENOENT (no such rule, or it has no budget), -ERANGE; or why the store can't keep it, which
 * it has all the same. */
int xd_runner_change_budget(struct xd_runner *r, const char *rule, const struct xd_budget_change *c,
                            struct xd_err *err);
/* The limit of a rule's cap loop, in watts or degrees; the same holds. -ENOENT (no such rule, or it
 * keeps no such limit), -ERANGE. */
int xd_runner_change_limit(struct xd_runner *r, const char *rule, bool celsius, double limit,
                           struct xd_err *err);

/* What was changed and what the file says, "burst 8m00s in 1h00m, then cap 20% (file: …); heat 60
 * °C (file: …)"; nothing where nothing was. */
void xd_runner_changes(const struct xd_runner *r, struct xd_buf *out);

/* --- the end --- */

/* No more ticks; what on_exit says becomes of the knobs. Step on until it is over. */
void xd_runner_stop(struct xd_runner *r);
bool xd_runner_is_over(const struct xd_runner *r);

/* --- looking --- */

struct xd_runner_status {
    const char *policy, *file;
    bool restore; /* on_exit */
    bool stopping;
    uint64_t ticks, done, failed;   /* steps */
    size_t domains, waiting;        /* present; steps that are still to be done */
    int64_t began_ns, tick_wall_ns; /* wall; 0: no tick yet */
    uint64_t ledger_seq;            /* 0: none */
    char trouble[256];              /* why something isn't as it should be; "" */
};
void xd_runner_status(const struct xd_runner *r, struct xd_runner_status *out);
/* The table `budgets`, `cap_loops` or `policies` (policies/table.h) as the last tick left it;
 * false: there is no other. holder: who carries it out, "the daemon". */
bool xd_runner_build(const struct xd_runner *r, const char *table, const char *holder,
                     struct xd_builder *b);

#endif
