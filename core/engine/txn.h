/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carrying out a plan, on the UI thread: which step comes next, what the journal hears, and what is
 * taken back when a step is not done. The operator's worker does the steps themselves (step.h). */
#ifndef XD_ENGINE_TXN_H
#define XD_ENGINE_TXN_H

#include "base/str.h"
#include "engine/edit.h"
#include "engine/step.h"

struct xd_session;

struct xd_txn {
    struct xd_plan *plan; /* the one that runs or ended last; owned */
    bool running;
    bool back;            /* taking steps back, from `at` downwards */
    struct xd_job *job;   /* the step that the operator has */
    enum xd_outcome end;  /* while taking back: what the plan will be if that works */
    struct xd_buf why;    /* the sentence about what went wrong */
    struct xd_buf remain; /* what could not be taken back */
    bool any_back;        /* something was put back, or tried */
    bool journal_broken;
};

/* Takes p over when it returns 0. */
int xd_txn_begin(struct xd_session *s, struct xd_plan *p, struct xd_err *err);
/* What the operator said. */
void xd_txn_take_progress(struct xd_session *s, int permille, const char *text);
void xd_txn_take_step(struct xd_session *s, struct xd_job *job);
/* The session ends while a step runs: nobody will know how it ended. */
void xd_txn_abandon(struct xd_session *s);
void xd_txn_done(struct xd_txn *t);

#endif
