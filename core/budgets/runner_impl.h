/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the runner. */
#ifndef XD_BUDGETS_RUNNER_IMPL_H
#define XD_BUDGETS_RUNNER_IMPL_H

#include "budgets/runner.h"
#include "policies/cap_engine.h"

/* A knob that is to be moved, of a domain or, by a cap loop, of the host. */
struct xd_runner_item {
    char uuid[40], name[64]; /* of the host: its object, as "pcpu/3" */
    int knob;                /* enum xd_policy_knob; from HOST_KNOBS on enum xd_cap_kind */
    uint64_t from, to;       /* amounts; of the host the knob's own values */
    char why[128];
};
#define HOST_KNOBS XD_POLICY_KNOBS

/* A knob that couldn't be moved, until it is. */
struct xd_runner_trouble {
    char uuid[40];
    int knob;    /* as of an item */
    bool wanted; /* by the last tick; else it is over */
    unsigned tries;
    int64_t next_ns;
    char text[256];
};

struct xd_runner_paused {
    char uuid[40];
    enum xd_budgets_pause how;
};

/* What was told of a cap loop, so that only what changes is. */
struct xd_runner_told {
    enum xd_cap_state state;
    bool stuck[XD_CAP_KINDS]; /* by rank */
};

struct xd_runner {
    struct xd_session *session;
    struct xd_log *log;
    struct xd_policy *policy;
    struct xd_engine *engine;
    struct xd_ledger_store *store;
    uint64_t boot;

    struct xd_snapshot *last; /* that the engine saw last; NULL: none */
    struct xd_policy_now last_now;
    size_t source;          /* of domains */
    uint64_t seq;           /* its sample that was looked at last */
    int64_t early_ns;       /* when to ask it for one before that is due; 0: not */
    int64_t early_gap_ns;   /* no sooner after the last sample; doubles with each … */
    int64_t early_since_ns; /* … of the interval that began then */
    uint64_t ticks;
    uint64_t saved_sum;   /* of what the ledger kept when it was saved last */
    int64_t saved_ns;     /* when that was; 0: never */
    bool unsaved;         /* it must be before anything is moved */
    char save_error[256]; /* why it couldn't be */

    struct xd_runner_item *queue; /* malloc; from `at` on they are still to be done */
    size_t n, cap, at;
    uint64_t running; /* journal entry of our plan that is carried out; 0: none */
    struct xd_runner_item current;
    int64_t done_ns; /* when our last step ended: samples from before don't count */
    struct xd_runner_item
        *fresh; /* malloc; done since the last tick, so no sample shows them yet */
    size_t n_fresh, cap_fresh;
    struct xd_runner_trouble *trouble; /* malloc */
    size_t n_trouble, cap_trouble;
    struct xd_runner_told told[XD_POLICY_RULES_MAX]; /* of each cap loop, in the engine's order */

    enum xd_budgets_pause pause;     /* of the policy */
    struct xd_runner_paused *paused; /* malloc; single domains */
    size_t n_paused, cap_paused;

    /* What was changed, as the policy's file has it, by rule; NULL: it is as there. */
    const struct xd_policy_budget *of_file[XD_POLICY_RULES_MAX];
    const struct xd_policy_keep *keep_of_file[XD_POLICY_RULES_MAX];

    bool ending, stopping; /* it is to end; it knows what is to be given back, and does so */
    int64_t ending_ns, doubted_ns;
    uint64_t done, failed;
    int64_t began_ns;
    char tick_error[256];
};

/* runner_keeps.c: cap loops. tell: what became of them by the last tick. */
void xd_runner_steer_keeps(struct xd_runner *r); /* by what is paused; before a tick */
void xd_runner_tell_keeps(struct xd_runner *r);
uint64_t xd_runner_mix_keeps(uint64_t h, const struct xd_engine *e); /* of what the ledger keeps */

/* look.c: all sources' newest as one snapshot, and when its domains were read. *source: the one
 * that tells of domains; *seq: its sample. NULL: there are no domains, or they are those of *seq
 * still.
 */
struct xd_snapshot *xd_runner_look(const struct xd_session *s, struct xd_policy_now *now,
                                   size_t *source, uint64_t *seq);

/* runner_acts.c */
void xd_runner_plan_acts(struct xd_runner *r); /* from the last tick */
bool xd_runner_carry_out(struct xd_runner *r); /* goes on with the queue */

/* An engine for p that goes on where that ledger says, and makes it the runner's: what was planned
 * by the old one is forgotten. */
int xd_runner_carry_over(const struct xd_runner *r, const struct xd_buf *ledger,
                         const struct xd_policy *p, struct xd_engine **out, struct xd_err *err);
void xd_runner_use_engine(struct xd_runner *r, struct xd_engine *e);

/* runner_lines.c: what a document of the store has, each line's JSON value (NULL: null) to take;
 * what isn't JSON is passed over. what: that isn't known if it can't be read, for the log. */
struct json_object;
void xd_runner_read_lines(struct xd_runner *r, const char *document, const char *what,
                          void (*take)(struct xd_runner *r, struct json_object *o));

/* runner_changes.c */
void xd_runner_load_changes(struct xd_runner *r); /* before there is an engine */
void xd_runner_forget_changes(struct xd_runner *r);

/* runner_pause.c */
void xd_runner_load_pauses(struct xd_runner *r);

#endif
