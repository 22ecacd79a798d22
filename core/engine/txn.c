/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state machine that carries out a plan: see txn.h. It never waits: each step is a job that the
 * operator's worker has, and the next move comes when that job's end does. */
#include "engine/txn.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/plan_impl.h"
#include "engine/session_impl.h"

static void go_back(struct xd_session *s);

/* --- the end of a plan --- */

static enum xd_log_level level_of(enum xd_outcome o)
{
    return o == XD_DONE ? XD_LOG_INFO : o == XD_REFUSED ? XD_LOG_WARN : XD_LOG_ERROR;
}

/* What the journal will say of the end. */
static void conclude(struct xd_txn *t, enum xd_outcome outcome)
{
    struct xd_plan *p = t->plan;

    if (t->remain.len)
        xd_buf_printf(&t->why, "%sstill on the host: %s", t->why.len ? "; " : "",
                      xd_buf_str(&t->remain));
    p->outcome = outcome;
    p->permille = -1;
    p->progress[0] = '\0';
    p->detail = t->why.len ? xd_arena_strdup(&p->arena, xd_buf_str(&t->why)) : NULL;
}

static void announce(struct xd_session *s)
{
    struct xd_plan *p = s->txn.plan;

    s->txn.running = false;
    xd_log_write(s->log, level_of(p->outcome), "edit", "%" PRIu64 " %s: %s%s%s", p->id, p->title,
                 xd_outcome_name(p->outcome), p->detail ? ": " : "", p->detail ? p->detail : "");
    s->world.generation++;
}

static void end(struct xd_session *s, enum xd_outcome outcome)
{
    struct xd_txn *t = &s->txn;
    struct xd_plan *p = t->plan;
    struct xd_err err = XD_ERR_INIT;

    conclude(t, outcome);
    if (xd_journal_end(s->journal, p, &err) < 0) {
        xd_log_write(s->log, XD_LOG_ERROR, "journal", "%s", xd_err_text(&err));
        if (!t->journal_broken)
            p->detail = xd_arena_printf(&p->arena, "%s%sthe journal does not say so: %s",
                                        p->detail ? p->detail : "", p->detail ? "; " : "",
                                        xd_err_text(&err));
    }
    announce(s);
}

/* --- one step --- */

static void hand_over(struct xd_session *s, struct xd_job *job, size_t source)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_worker *w = xd_session_operator(s, source, &err);

    s->txn.job = job;
    s->world.generation++;
    if (w) {
        xd_worker_ask_step(w, job);
    } else {
        xd_job_refuse(job, &err);
        xd_txn_take_step(s, job);
    }
}

static struct xd_job *new_job(struct xd_session *s, const struct xd_step *step, size_t i)
{
    struct xd_job *job = xd_job_new(step);

    job->index = i;
    job->patient = s->inline_workers;
    return job;
}

/* While taking back nothing stops: a host put back without a record is better than one left half
 * changed with a record of it. */
static void note_unwritten(struct xd_session *s, const struct xd_err *err)
{
    struct xd_txn *t = &s->txn;

    if (!t->journal_broken)
        xd_buf_printf(&t->why, "%swhat follows isn't in the journal: %s", t->why.len ? "; " : "",
                      xd_err_text(err));
    t->journal_broken = true;
}

/* The journal failed while going forward: what comes next would leave no trace. */
static void journal_broke(struct xd_session *s, const struct xd_err *err)
{
    struct xd_txn *t = &s->txn;

    t->journal_broken = true;
    xd_buf_printf(&t->why, "stopped, because the journal can't be written: %s", xd_err_text(err));
    t->end = XD_ROLLED_BACK;
    go_back(s);
}

/* The start of the first step is journalled with the plan's begin. */
static void start(struct xd_session *s, size_t i)
{
    struct xd_plan *p = s->txn.plan;
    struct xd_step *step = &p->steps[i];
    struct xd_err err = XD_ERR_INIT;
    struct xd_job *job;

    p->at = i;
    p->permille = -1;
    p->progress[0] = '\0';
    if (i > 0 && xd_journal_step_start(s->journal, p, i, &err) < 0) {
        journal_broke(s, &err);
        return;
    }
    step->outcome = XD_RUNNING;
    job = new_job(s, step, i);
    job->lenient = p->undoes != 0;
    hand_over(s, job, step->offer.source);
}

/* --- taking back --- */

/* The step that takes `step` back; false: there is none. */
static bool invert(struct xd_session *s, const struct xd_step *step, struct xd_step *out)
{
    if (step->offer.action)
        return step->undo && xd_inverse_step(&s->world, s->txn.plan, &step->offer, &step->object,
                                             step->undo, false, out, NULL) == 0;
    *out = *step;
    out->old = step->now;
    out->now = step->old;
    return true;
}

static void remains(struct xd_txn *t, const struct xd_step *step, const char *why)
{
    xd_buf_printf(&t->remain, "%s%s (%s)", t->remain.len ? ", " : "", step->text, why);
}

/* Takes back the step at p->at. */
static void start_back(struct xd_session *s, struct xd_step *step, const struct xd_step *inverse)
{
    struct xd_plan *p = s->txn.plan;
    struct xd_err err = XD_ERR_INIT;
    struct xd_job *job;

    if (xd_journal_step_start(s->journal, p, p->at, &err) < 0)
        note_unwritten(s, &err);
    step->outcome = XD_RUNNING;
    job = new_job(s, inverse, p->at);
    job->lenient = job->no_cancel = true;
    hand_over(s, job, inverse->offer.source);
}

/* The next done step, downwards from p->at, is taken back; none left: the end. */
static void go_back(struct xd_session *s)
{
    struct xd_txn *t = &s->txn;
    struct xd_plan *p = t->plan;

    t->back = true;
    for (;; p->at--) {
        struct xd_step *step = &p->steps[p->at];
        struct xd_step inverse;

        if (step->outcome == XD_DONE && invert(s, step, &inverse)) {
            t->any_back = true;
            start_back(s, step, &inverse);
            return;
        }
        if (step->outcome == XD_DONE)
            remains(t, step, "it can't be undone");
        if (p->at == 0)
            break;
    }
    if (t->any_back && (t->end == XD_NOT_SEEN || t->end == XD_LOST))
        xd_buf_add(&t->why, "; the steps before it were taken back");
    if (t->remain.len && t->end != XD_LOST)
        t->end = XD_FAILED;
    else if (t->end == XD_ROLLED_BACK && !t->any_back)
        t->end = XD_REFUSED;
    end(s, t->end);
}

static void took_back(struct xd_session *s, const struct xd_job *job)
{
    struct xd_txn *t = &s->txn;
    struct xd_plan *p = t->plan;
    struct xd_step *step = &p->steps[job->index];
    struct xd_err err = XD_ERR_INIT;

    step->outcome = job->outcome == XD_DONE ? XD_ROLLED_BACK : XD_FAILED;
    if (job->outcome != XD_DONE) {
        step->detail =
            xd_arena_printf(&p->arena, "could not be taken back: %s", xd_err_text(&job->detail));
        remains(t, step, step->detail);
    }
    if (xd_journal_step_end(s->journal, p, job->index, &err) < 0)
        note_unwritten(s, &err);
    go_back(s); /* it isn't DONE any more, so the search goes on below it */
}

/* --- forward --- */

/* What a step that isn't done makes of the plan, if all before it can be taken back. */
static enum xd_outcome end_after(const struct xd_job *job)
{
    switch (job->outcome) {
    case XD_NOT_SEEN:
    case XD_LOST:
        return job->outcome;
    case XD_FAILED: /* by a look, the host isn't as it was before this step */
        return job->touched && job->knob ? XD_ROLLED_BACK : XD_FAILED;
    default:
        return XD_ROLLED_BACK;
    }
}

static void failed(struct xd_session *s, struct xd_job *job)
{
    struct xd_txn *t = &s->txn;
    struct xd_plan *p = t->plan;
    struct xd_step *step = &p->steps[job->index];

    if (t->why.len)
        xd_buf_add(&t->why, "; ");
    if (p->n > 1)
        xd_buf_printf(&t->why, "step %zu of %zu: ", job->index + 1, p->n);
    xd_buf_add(&t->why, xd_err_text(&job->detail));
    t->end = end_after(job);
    if (job->outcome == XD_FAILED && job->touched && job->knob) {
        /* It failed, but left something behind: that is taken back as well. */
        struct xd_step inverse = *step;

        inverse.old = xd_value_copy(&job->seen, &p->arena);
        inverse.now = step->old;
        t->back = t->any_back = true;
        start_back(s, step, &inverse);
        return;
    }
    if (job->outcome == XD_FAILED)
        remains(t, step, "in part");
    go_back(s);
}

static void done(struct xd_session *s, const struct xd_job *job)
{
    struct xd_txn *t = &s->txn;

    if (atomic_load(&s->shared->cancel)) {
        xd_buf_printf(&t->why, "cancelled after step %zu of %zu", job->index + 1, t->plan->n);
        t->end = XD_ROLLED_BACK;
        go_back(s);
    } else {
        start(s, job->index + 1);
    }
}

/* The last step is done, and so is the plan: the journal is told both at once. */
static void all_done(struct xd_session *s, const struct xd_job *job)
{
    struct xd_plan *p = s->txn.plan;
    struct xd_err err = XD_ERR_INIT;

    conclude(&s->txn, XD_DONE);
    if (xd_journal_end_last(s->journal, p, job->index, &err) < 0) {
        p->outcome = XD_RUNNING;
        journal_broke(s, &err);
        return;
    }
    p->at = p->n;
    announce(s);
}

static void went_forward(struct xd_session *s, struct xd_job *job)
{
    struct xd_plan *p = s->txn.plan;
    struct xd_step *step = &p->steps[job->index];
    struct xd_err err = XD_ERR_INIT;

    step->outcome = job->outcome;
    step->detail = job->detail.code ? xd_arena_strdup(&p->arena, xd_err_text(&job->detail)) : NULL;
    if (job->outcome != XD_DONE) {
        if (xd_journal_step_end(s->journal, p, job->index, &err) < 0)
            note_unwritten(s, &err);
        failed(s, job);
    } else if (job->index + 1 == p->n) {
        all_done(s, job);
    } else if (xd_journal_step_end(s->journal, p, job->index, &err) < 0) {
        journal_broke(s, &err);
    } else {
        done(s, job);
    }
}

/* --- what the session calls --- */

/* What was done should be seen, in all the sources that tell of it. A sample that is being taken
 * may have passed the value already, so another one is asked for even then. */
static void show_effect(struct xd_session *s)
{
    if (s->one_shot)
        return;
    for (size_t i = 0; i < s->world.n; i++) {
        if (!xd_session_is_wanted(s, i) || s->world.sources[i].state == XD_SOURCE_DEAD)
            continue;
        xd_world_ask(&s->world, i);
        xd_worker_ask(s->observers[i], XD_ASK_COLLECT);
    }
}

void xd_txn_take_step(struct xd_session *s, struct xd_job *job)
{
    struct xd_txn *t = &s->txn;

    if (!t->running || job != t->job)
        return;
    t->job = NULL;
    s->world.generation++;
    show_effect(s);
    if (t->back)
        took_back(s, job);
    else
        went_forward(s, job);
    xd_job_unref(job);
}

void xd_txn_take_progress(struct xd_session *s, int permille, const char *text)
{
    struct xd_plan *p = s->txn.plan;

    if (!s->txn.running)
        return;
    p->permille = permille < 0 ? -1 : permille > 1000 ? 1000 : permille;
    snprintf(p->progress, sizeof(p->progress), "%s", text);
    s->world.generation++;
}

static int may_apply(struct xd_session *s, const struct xd_plan *p, struct xd_err *err)
{
    if (s->txn.running)
        return xd_err_set(err, -EBUSY, "another edit is being carried out: %s", s->txn.plan->title);
    if (s->world.readonly)
        return xd_err_set(err, -EROFS, "this session is read only: \"%s\" was not carried out",
                          p->title);
    if (p->outcome != XD_PLANNED || p->n == 0)
        return xd_err_set(err, -EINVAL, "\"%s\" was carried out before", p->title);
    if (s->journal_err.code)
        return xd_err_set(err, s->journal_err.code,
                          "nothing was done, it could not be journalled: "
                          "%s",
                          xd_err_text(&s->journal_err));
    return 0;
}

int xd_txn_begin(struct xd_session *s, struct xd_plan *p, struct xd_err *err)
{
    struct xd_txn *t = &s->txn;
    int rc = may_apply(s, p, err);

    if (rc)
        return rc;
    rc = xd_journal_begin_first(s->journal, p, p->who ? p->who : s->who, err);
    if (rc) {
        xd_err_prefix(err, "nothing was done, it could not be journalled: ");
        return rc;
    }
    xd_txn_done(t);
    t->plan = p;
    t->running = true;
    p->outcome = XD_RUNNING;
    atomic_store(&s->shared->cancel, false);
    start(s, 0);
    return 0;
}

void xd_txn_abandon(struct xd_session *s)
{
    struct xd_txn *t = &s->txn;
    int64_t until = xd_session_patience_clock(s) + XD_CLOSE_GRACE_NS;

    if (!t->running)
        return;
    atomic_store(&s->shared->cancel, true);
    while (t->running && xd_session_patience_clock(s) < until) {
        xd_session_dispatch(s);
        if (t->running)
            xd_session_pause(s, until - xd_session_patience_clock(s));
    }
    if (!t->running)
        return;
    t->plan->steps[t->plan->at].outcome = XD_LOST;
    xd_buf_printf(&t->why, "%sxendeck ended while this was carried out: %s", t->why.len ? "; " : "",
                  t->plan->steps[t->plan->at].text);
    end(s, XD_LOST);
}

void xd_txn_done(struct xd_txn *t)
{
    xd_plan_free(t->plan);
    xd_job_unref(t->job);
    xd_buf_done(&t->why);
    xd_buf_done(&t->remain);
    memset(t, 0, sizeof(*t));
}

int xd_session_apply(struct xd_session *s, struct xd_plan *p, struct xd_err *err)
{
    return xd_txn_begin(s, p, err);
}

const struct xd_plan *xd_session_plan(const struct xd_session *s)
{
    return s->txn.plan;
}

bool xd_session_busy(const struct xd_session *s)
{
    return s->txn.running;
}

/* Nothing but an atomic store, so that a signal handler may call it. */
void xd_session_cancel(struct xd_session *s)
{
    atomic_store(&s->shared->cancel, true);
}
