/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker: one open instance of a backend and the thread it belongs to. The session asks through
 * the worker's mailbox; the worker says what came of it through the session's one queue. Without a
 * thread (tests) the session calls xd_worker_turn itself; everything else is the same. */
#ifndef XD_ENGINE_WORKER_H
#define XD_ENGINE_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/queue.h"
#include "engine/step.h"
#include "model/backend.h"

/* What all workers of a session and the session itself hold together. Counted: a worker that hangs
 * when the session ends keeps its share alive. */
struct xd_shared {
    atomic_int refs;
    struct xd_queue answers;
    atomic_bool cancel; /* the running step is asked to stop */
};

struct xd_shared *xd_shared_new(struct xd_err *err); /* NULL: no eventfd to be had */
struct xd_shared *xd_shared_ref(struct xd_shared *s);
void xd_shared_unref(struct xd_shared *s);

enum xd_ask_kind {
    XD_ASK_COLLECT,  /* now, not when it is due */
    XD_ASK_INTERVAL, /* from now on */
    XD_ASK_CONTROL,  /* a verb for the source */
    XD_ASK_STEP,     /* an operator's work */
    XD_ASK_PREVIEW,  /* what that work would do */
    XD_ASK_STOP,     /* close the instance and end */
    XD_ASK_LEAVE,    /* end without closing: a peer that hangs may still use the instance */
};

struct xd_ask {
    struct xd_msg msg;
    int64_t interval_ns;
    char verb[256];
    struct xd_job *job; /* counted */
};

enum xd_say_kind {
    XD_SAY_OPENED,   /* rc, err; observers only */
    XD_SAY_SAMPLE,   /* snapshot */
    XD_SAY_FAILED,   /* collecting failed: err */
    XD_SAY_CONTROL,  /* a verb was carried out or not: rc, err */
    XD_SAY_PROGRESS, /* permille, text */
    XD_SAY_STEP,     /* the job has ended */
    XD_SAY_PREVIEW,  /* the same of a question */
    XD_SAY_GONE,     /* the thread's last words */
};

struct xd_say {
    struct xd_msg msg;
    size_t source;
    enum xd_role role;
    int rc;
    struct xd_err err;
    struct xd_snapshot *snapshot; /* the message's reference; the receiver may take it */
    struct xd_job *job;           /* counted */
    int permille;
    char text[128];
};

#define XD_WANTED_MAX 64 /* tables of one backend, with those that it fills */
/* Between two samples that a backend's own events ask for: at first, and while it goes on. */
#define XD_WAKE_GAP_NS     (100 * XD_NS_PER_MS)
#define XD_WAKE_GAP_MAX_NS XD_NS_PER_S
/* How often a table is looked at of which only the history is wanted. */
#define XD_GLANCE_NS (10 * XD_NS_PER_S)

struct xd_worker {
    atomic_int refs; /* the session's and the thread's */
    struct xd_shared *shared;
    struct xd_clock real;
    struct xd_backend_env env;
    const struct xd_backend *backend;
    size_t source;
    bool threaded;
    bool lazy;    /* opens its instance with the first sample that is asked for */
    bool started; /* it has its thread: a lazy one, once it is asked for anything */
    pthread_t thread;
    /* Columns that anybody looks at, by table: the backend's own, then those that it fills. */
    _Atomic uint64_t wanted[XD_WANTED_MAX];
    _Atomic uint64_t glances[XD_WANTED_MAX]; /* that are looked at now and then */
    _Atomic(struct xd_row_names *) rows; /* NULL: all; those before it stay until the end */
    struct xd_queue mailbox;
    atomic_bool stopping;  /* what env.stopping tells the backend */
    atomic_bool abandoned; /* the session is gone: touch nothing of the caller's any more */

    /* From here on the worker's own, on whichever thread it lives. */
    void *self; /* the instance; valid while open */
    bool open;
    bool over; /* told to stop */
    bool leave;
    int64_t interval_ns; /* <= 0: only when asked */
    int64_t next_ns;     /* when to collect; INT64_MAX: when asked */
    int64_t began_ns;    /* when it collected last */
    int64_t glanced_ns;  /* … with tables that are looked at now and then; negative: never yet */
    bool glancing;       /* this time they are */
    int wake_fd;         /* the backend's own events; -1: none */
    bool woken;          /* by one of these, since it collected last */
    int64_t wake_gap_ns; /* between samples for their sake, just now */
    uint64_t seq;
    struct xd_snapshot *prev;
    struct xd_job *job; /* the step being carried out */
};

struct xd_worker_config {
    const struct xd_backend *backend;
    struct xd_shared *shared;
    struct xd_clock *clock;
    struct xd_log *log;
    enum xd_role role;
    const char *arg; /* copied */
    void *peer;
    size_t source;
    int64_t interval_ns; /* <= 0: collects only when asked */
    bool threaded;
    bool lazy;
    bool tells;    /* somebody will say what is wanted */
    void *context; /* for env */
};

/* Makes it and starts its thread, where it gets one (a lazy one gets it when it is first asked for
 * anything). An observer opens its instance at once and says so (a lazy one when it is first asked
 * for a sample); an operator when the first step comes. */
int xd_worker_new(const struct xd_worker_config *c, struct xd_worker **out, struct xd_err *err);
void xd_worker_unref(struct xd_worker *w);

/* When the sample after one that began at that time is due, a positive interval later. Workers with
 * threads keep to the ticks of one clock, so that what they tell of one moment is of that moment
 * and can be drawn as one frame; after an event's sample half an interval has to pass at least. */
int64_t xd_worker_tick(int64_t began, int64_t interval);

/* --- wanted.c --- */
/* The i-th of the tables that its backend tells, then of those that it fills (*fill: its place
 * among these, else -1); NULL: there are no more. */
const struct xd_table_desc *xd_worker_table(const struct xd_worker *w, int i, int *fill);
/* What env.wanted tells the backend. */
uint64_t xd_worker_columns_wanted(const struct xd_backend_env *env, const struct xd_table_desc *d);
/* What is wanted before anybody said so: everything; where somebody will, all but what is dear. */
void xd_worker_want_first(struct xd_worker *w, bool tells);
/* Which columns of that table anybody looks at from now on. True if these are more than before. */
bool xd_worker_want(struct xd_worker *w, const char *table, uint64_t columns);
/* Columns of that table that are collected every XD_GLANCE_NS, with a sample that is taken anyway;
 * by themselves they make no source wanted. */
void xd_worker_glance(struct xd_worker *w, const char *table, uint64_t columns);
bool xd_worker_has_glances(const struct xd_worker *w);
/* What env.glances tells the backend. */
bool xd_worker_glances(const struct xd_backend_env *env, const struct xd_table_desc *d);
/* What env.row_wanted goes by from now on; n 0: all rows. */
void xd_worker_want_rows(struct xd_worker *w, const char *const *names, size_t n);
bool xd_worker_row_wanted(const struct xd_backend_env *env, const char *const *names, size_t n);
void xd_row_names_free(struct xd_row_names *l);
/* Whether anything at all is wanted of it. */
bool xd_worker_is_wanted(const struct xd_worker *w);

void xd_worker_ask(struct xd_worker *w, enum xd_ask_kind kind);
void xd_worker_ask_interval(struct xd_worker *w, int64_t interval_ns);
void xd_worker_ask_control(struct xd_worker *w, const char *verb);
/* Each takes a reference of its own. */
void xd_worker_ask_step(struct xd_worker *w, struct xd_job *job);
void xd_worker_ask_preview(struct xd_worker *w, struct xd_job *job);

/* Without a thread: takes in the mailbox, collects if that is due, and makes one attempt at the
 * running step. True if there was anything to do. */
bool xd_worker_turn(struct xd_worker *w);
/* Without a thread: ns until a turn has something to do; 0: now; -1: nothing planned. */
int64_t xd_worker_wait_ns(struct xd_worker *w);

#endif
