/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session: one host, its workers, the world, the journal, and at most one running plan. The
 * console and the command line are two users of this header. Everything here is called from one
 * thread, returns at once, and never calls a backend (but see `inline_workers`). */
#ifndef XD_ENGINE_SESSION_H
#define XD_ENGINE_SESSION_H

#include "engine/edit.h"
#include "engine/journal.h"
#include "engine/world.h"

struct xd_session;

/* A source that the caller brings along. It lives on the session's thread: its functions are called
 * by xd_session_dispatch and return at once, and may look at what is the caller's. */
struct xd_companion {
    const struct xd_backend *backend;
    void *context; /* its env has it */
};

struct xd_session_config {
    struct xd_registry *registry;
    struct xd_clock *clock;
    struct xd_log *log;
    const char *host;    /* as xd_registry_resolve reads it; NULL: choose */
    int64_t interval_ns; /* between samples */
    bool readonly;       /* no operator is opened; every plan is refused */
    bool one_shot;       /* the command line: sample only when asked by xd_session_refresh */
    /* … and with a sample or two, or one plan, all is done: live backends are opened once, for
     * looking and editing (XD_ERRAND). */
    bool errand;
    /* What is looked at will be told (xd_session_want) as soon as it is known: until then nothing
     * that is dear is collected. */
    bool tells;
    /* All that will be looked at (more can't be wanted later: modules that have nothing of it are
     * left out), and all wishes that a plan will be made of. Both NULL: everything may be. */
    const struct xd_want *wants;
    size_t n_wants;
    const struct xd_wish *wishes;
    size_t n_wishes;
    const char *edits_of; /* the table whose things all wishes are about; NULL: of several */
    bool appends;         /* what the journal says is not asked for: it is only written to */
    const char *journal;  /* a path; NULL: the default of the host; "": in memory only */
    const char *who;      /* who makes edits, for the journal; NULL: the user and terminal */
    /* Tests: no threads. Samples and steps happen inside xd_session_dispatch, when the clock (a
     * manual one) says that they are due; so every frame follows from the script alone. */
    bool inline_workers;
    const struct xd_companion *companions; /* behind the sources of the host */
    size_t n_companions;
    int interrupt_fd; /* > 0: once it is readable, waiting for samples ends with -EINTR */
};

/* Opens the host's backends on their workers and returns without waiting for a first sample. A
 * backend that can't be opened becomes a DEAD source with a reason; if none can be, that is the
 * error. */
int xd_session_open(const struct xd_session_config *c, struct xd_session **out, struct xd_err *err);
/* Ends the workers. One that hangs is left behind after a short grace and the memory it uses is
 * not freed; its backend may still write to the log when it comes back, so the log (and a manual
 * clock) should live as long as the process. A plan that runs is cancelled; if its step doesn't end
 * within the grace either, the journal says UNKNOWN. NULL allowed. */
void xd_session_close(struct xd_session *s);

/* Readable when dispatch has work. */
int xd_session_fd(const struct xd_session *s);
/* Milliseconds until dispatch should be called even if the fd stays silent (a source that becomes
 * stale must be shown as such); -1: no need. */
int xd_session_timeout_ms(const struct xd_session *s);
/* Takes in what the workers sent. True if xd_world_generation grew. */
bool xd_session_dispatch(struct xd_session *s);
/* Blocks (polling) until every living source has delivered at least `samples` samples since the
 * session began or timeout_ns is over (-ETIMEDOUT: names the silent source). An answer that is an
 * error counts as a sample; xd_world_trouble says so. -EINTR: interrupt_fd became readable. In a
 * one-shot session it asks for the samples itself, an interval apart, where nobody did. For the
 * command line. Without threads it moves a manual clock instead of waiting, as xd_session_wait_plan
 * does. */
int xd_session_wait_samples(struct xd_session *s, uint64_t samples, int64_t timeout_ns,
                            struct xd_err *err);

const struct xd_world *xd_session_world(const struct xd_session *s);
struct xd_journal *xd_session_journal(const struct xd_session *s);
struct xd_log *xd_session_log(const struct xd_session *s);
struct xd_clock *xd_session_clock(const struct xd_session *s);
/* The newest snapshot of source i with a reference for the caller; NULL: none yet. For captures. */
struct xd_snapshot *xd_session_snapshot(const struct xd_session *s, size_t source);

/* What is looked at from now on: columns (XD_WANT_ALL, or a mask) of tables. Sources of --host live
 * leave out what nobody looks at, or rest altogether; one that is wanted for more than before is
 * sampled at once. Where this is never called all is wanted. A table that is asked for by name
 * (xd_world_table, xd_world_find) while it isn't wanted becomes so by itself with the next
 * dispatch. */
void xd_session_want(struct xd_session *s, const struct xd_want *wants, size_t n);
/* Of what besides the history is kept (xd_world_history), though nobody looks at it: each of these
 * tables is collected every ten seconds, with a sample that its source takes anyway, and without
 * what is dear. */
void xd_session_glance(struct xd_session *s, const struct xd_want *wants, size_t n);
/* Of which rows the cells that cost a question each are wanted, from the next sample on: those that
 * are called by one of these names (key, label, number; "web1/0" is the child and its parent); n 0:
 * of all. Copied. */
void xd_session_want_rows(struct xd_session *s, const char *const *names, size_t n);

void xd_session_refresh(struct xd_session *s); /* sample all that is wanted now */
/* Asks source i for a sample now, unless one is on its way. */
void xd_session_ask(struct xd_session *s, size_t i);
int64_t xd_session_interval(const struct xd_session *s);
void xd_session_set_interval(struct xd_session *s, int64_t ns);
/* Hands a verb to the sources that know it ("pause", "speed 4" of a capture; "fault …" of the demo
 * host). The answer, if it is an error, appears in the log. -ENOTSUP: no source takes verbs. */
int xd_session_control(struct xd_session *s, const char *verb, struct xd_err *err);

/* Asks the host what the steps of a plan would do, for actions that can say so beforehand. Returns
 * at once; the answers are put into the plan by xd_session_take_preview, to be called after
 * dispatches: true if there were new ones. p->awaited counts those still to come. Only the newest
 * plan that asked gets answers. */
void xd_session_ask_preview(struct xd_session *s, struct xd_plan *p);
bool xd_session_take_preview(struct xd_session *s, struct xd_plan *p);

/* Starts to carry out a plan, which the session owns from here on. -EBUSY: another one runs;
 * -EROFS; or the journal's error (then nothing was touched and the plan is still the caller's). */
int xd_session_apply(struct xd_session *s, struct xd_plan *p, struct xd_err *err);
/* The plan that runs or ended last; NULL: none. Valid until the next apply. */
const struct xd_plan *xd_session_plan(const struct xd_session *s);
bool xd_session_busy(const struct xd_session *s);
/* Asks the running step to stop; the done ones are taken back. Signal handlers may call it. */
void xd_session_cancel(struct xd_session *s);
/* Blocks until the running plan ended; returns its outcome. For callers that need not listen to
 * anything else meanwhile. */
enum xd_outcome xd_session_wait_plan(struct xd_session *s);

#endif
