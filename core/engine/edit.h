/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits: from a wish to a plan, from a plan to an outcome.
 *
 * validate -> plan -> (show) -> apply -> verify -> undo. A plan is a list of steps; each names the
 * object by its identity, the value it expects to find and the one it sets, the equal xl command
 * and its inverse. Applying stops at the first step that isn't done; the done ones are inverted. */
#ifndef XD_ENGINE_EDIT_H
#define XD_ENGINE_EDIT_H

#include "base/arena.h"
#include "engine/world.h"

enum xd_outcome {
    XD_PLANNED,
    XD_RUNNING,
    XD_DONE,        /* applied and read back */
    XD_REFUSED,     /* nothing was done: another value was found, the object is gone, not allowed */
    XD_ROLLED_BACK, /* a step failed; the done ones were inverted and read back */
    XD_NOT_SEEN,    /* accepted by the host, but reading back does not show it */
    XD_FAILED,      /* a step failed and something of the plan remains on the host */
    XD_LOST,        /* shown as UNKNOWN: begun, and nobody knows how it ended */
};

const char *xd_outcome_name(enum xd_outcome o); /* "done" "REFUSED" "ROLLED BACK" "UNKNOWN" … */
int xd_outcome_from_name(const char *name, enum xd_outcome *out);
/* The exit status of the command line: 0 done, 2 refused, 3 rolled back, 4 for all that leaves the
 * host's state in doubt (not seen, failed, unknown). */
int xd_outcome_exit(enum xd_outcome o);

/* What somebody wants, as text: an object's path, a knob's or an action's name, and the value (for
 * an action its parameters "name=value …", or NULL). */
struct xd_wish {
    const char *object, *name, *value;
};

/* A value for a parameter of an action, as its wish's value has it: in quotes where it needs them.
 */
void xd_wish_quote(struct xd_buf *b, const char *value);

struct xd_step {
    struct xd_offer offer;
    struct xd_object object;
    struct xd_value old, now;      /* knobs: expected to be found, and set */
    const struct xd_value *params; /* actions */
    enum xd_risk risk;
    const char *text;    /* "web1 sched.cap none -> 40"; "pause web1" */
    const char *xl;      /* "xl sched-credit2 -d web1 -c 40", or NULL */
    const char *inverse; /* "web1 sched.cap 40 -> none", or NULL: can't be undone */
    const char *undo;    /* actions: the inverse as a wish; see xd_action.inverse. NULL: none */
    /* What the host says would come of it, in lines; NULL: it wasn't asked, or has nothing to say.
     * bad: it would be refused, and why. See xd_session_ask_preview. */
    const char *preview;
    bool preview_bad;
    enum xd_outcome outcome;
    const char *detail; /* a sentence about the outcome, or NULL */
};

struct xd_plan {
    struct xd_arena arena;
    const char *title; /* "web1 sched.cap none -> 40", "3 edits", "undo 17: …" */
    const char *who; /* who makes it, for the journal ("policy burst-hour"); NULL: the session's */
    struct xd_step *steps;
    size_t n;
    enum xd_risk risk; /* the largest of its steps */
    uint64_t undoes;   /* the journal entry it takes back, or 0 */
    uint64_t id;       /* its own journal entry once applied, or 0 */
    uint64_t ticket;   /* the host was asked what would come of it; 0: it wasn't */
    size_t awaited;    /* answers that are still to come */
    enum xd_outcome outcome;
    const char *detail; /* a sentence once it ended */
    size_t at;          /* the step being carried out */
    int permille;       /* progress of that step; -1: unknown */
    char progress[128];
};

/* Makes a plan or says which wish can't be had and why: -ENOENT (no such object, knob; with the
 * nearest), -ERANGE, -EINVAL, -EROFS (read only), -EALREADY (the value is that already: all wishes
 * void). A knob of a child table on a parent ("domain/web1" vcpu.affinity) becomes a step for each
 * child. Later wishes for the same knob of the same object replace earlier ones. */
int xd_plan_make(const struct xd_world *w, const struct xd_wish *wishes, size_t n,
                 struct xd_plan **out, struct xd_err *err);
void xd_plan_free(struct xd_plan *p); /* NULL allowed */
/* What somebody must type before a destructive plan: the name of the object that is lost. Where a
 * guest gave itself a name that can't be typed, the first 8 characters of its key; "all 3" where
 * several are lost. out[XD_KEY_MAX]; returns out. */
char *xd_plan_word(const struct xd_plan *p, char *out);

/* The tables and columns that have to be sampled before those wishes can be planned, or an entry of
 * the journal (NULL: none) be taken back, for xd_session_want; and what the rows are called that
 * matter (things that are edited, knobs and actions), for xd_session_want_rows: none is all. The
 * names are those of the wishes or the entry. */
#define XD_WANTS_MAX 32
#define XD_WANT_ROWS 64
struct xd_wants {
    struct xd_want want[XD_WANTS_MAX];
    size_t n;
    const char *rows[XD_WANT_ROWS];
    size_t n_rows;
    bool all_rows; /* there were more; n_rows is 0 */
};
void xd_plan_wants(const struct xd_world *w, const struct xd_wish *wishes, size_t n,
                   struct xd_wants *out);
struct xd_journal_entry;
void xd_undo_wants(const struct xd_world *w, const struct xd_journal_entry *e,
                   struct xd_wants *out);

struct xd_journal;
/* The journal entry that xd_plan_undo would take back; NULL: none. */
const struct xd_journal_entry *xd_undo_entry(const struct xd_journal *j, uint64_t id);
/* The plan that takes back journal entry `id` (0: the newest that can be undone), expecting to find
 * what it set. -ENOENT, -EALREADY (undone before), -ENOTSUP (can't be undone: which step), -ESRCH
 * (what it edited is gone). */
int xd_plan_undo(const struct xd_world *w, const struct xd_journal *j, uint64_t id,
                 struct xd_plan **out, struct xd_err *err);

#endif
