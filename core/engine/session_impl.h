/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a session, for session.c, session_wait.c and txn.c. */
#ifndef XD_ENGINE_SESSION_IMPL_H
#define XD_ENGINE_SESSION_IMPL_H

#include "engine/session.h"
#include "engine/txn.h"
#include "engine/worker.h"
#include "engine/world_impl.h"

/* How long a session that ends waits for workers, and for a running plan before that. */
#define XD_CLOSE_GRACE_NS (300 * XD_NS_PER_MS)
/* … and for one that has something of the host's to give back. */
#define XD_CLOSE_GIVE_BACK_NS (5 * XD_NS_PER_S)
/* How long opening waits for the backends' own opening. */
#define XD_OPEN_PATIENCE_NS (2 * XD_NS_PER_S)
#define XD_INTERVAL_MIN_NS  (10 * XD_NS_PER_MS)

struct xd_session {
    struct xd_clock *clock;
    struct xd_log *log;
    bool inline_workers;
    bool one_shot;
    bool errand;
    int interrupt_fd; /* or 0 */
    char *arg;
    size_t n_host; /* sources of the host; those behind them are companions */
    void *contexts[XD_SOURCES_MAX];
    struct xd_world world;
    struct xd_shared *shared;
    struct xd_worker *observers[XD_SOURCES_MAX];
    struct xd_worker *operators[XD_SOURCES_MAX]; /* made when first needed */
    bool opened[XD_SOURCES_MAX];                 /* the backend said how its opening went */
    struct xd_journal *journal;
    struct xd_err journal_err; /* why edits can't be journalled; code 0: they can */
    char who[96];
    struct xd_txn txn;
    uint64_t ticket;          /* of the newest question */
    struct xd_job **previews; /* answers to it that nobody has taken yet; each counted */
    size_t n_previews;
    bool tells;
    const char *asked[XD_MISSED_MAX]; /* tables that were missed once, and are wanted since */
    size_t n_asked;
};

/* Whether source i is to be sampled at all. */
bool xd_session_is_wanted(const struct xd_session *s, size_t i);

/* Takes in all that the workers said. True if anything was. */
bool xd_session_take_all(struct xd_session *s);
/* Waits until something may have been said, or for ns (real time). Without threads and with a
 * manual clock: moves the clock by what the workers wait for, at most ns. */
void xd_session_pause(struct xd_session *s, int64_t ns);
/* Time as the blocking calls measure it: without threads the session's clock, else the real one,
 * which can't be held still by a test. */
int64_t xd_session_patience_clock(const struct xd_session *s);

/* preview.c: an answer came; and the end of the session. */
void xd_preview_keep(struct xd_session *s, struct xd_job *job);
void xd_preview_done(struct xd_session *s);

/* The operator of a source; NULL with a sentence: it can't be had. */
struct xd_worker *xd_session_operator(struct xd_session *s, size_t source, struct xd_err *err);

/* Ends all workers; those that hang are left behind. */
void xd_session_stop_workers(struct xd_session *s);

#endif
