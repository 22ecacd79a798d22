/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workers: see worker.h. The thread does nothing but wait and turn; all that a worker can do is in
 * xd_worker_turn, which a session without threads calls by itself. */
#include "engine/worker.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

/* --- what is shared --- */

struct xd_shared *xd_shared_new(struct xd_err *err)
{
    struct xd_shared *s = xd_malloc(sizeof(*s));
    int rc = xd_queue_init(&s->answers);

    if (rc) {
        xd_err_set(err, rc, "no queue between the threads: %s", strerror(-rc));
        free(s);
        return NULL;
    }
    atomic_init(&s->refs, 1);
    atomic_init(&s->cancel, false);
    return s;
}

struct xd_shared *xd_shared_ref(struct xd_shared *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void xd_shared_unref(struct xd_shared *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    xd_queue_done(&s->answers);
    free(s);
}

/* --- messages --- */

static void drop_ask(struct xd_msg *m)
{
    struct xd_ask *a = (struct xd_ask *)m;

    xd_job_unref(a->job);
    free(a);
}

static void drop_say(struct xd_msg *m)
{
    struct xd_say *s = (struct xd_say *)m;

    xd_snapshot_unref(s->snapshot);
    xd_job_unref(s->job);
    free(s);
}

static struct xd_ask *new_ask(enum xd_ask_kind kind)
{
    struct xd_ask *a = xd_malloc(sizeof(*a));

    a->msg.kind = (int)kind;
    a->msg.drop = drop_ask;
    return a;
}

static int start(struct xd_worker *w, struct xd_err *err);
static void say(struct xd_worker *w, enum xd_say_kind kind, int rc, const struct xd_err *err);

/* A lazy worker that can't have a thread is like one whose backend can't be opened. */
static void post(struct xd_worker *w, struct xd_ask *a)
{
    struct xd_err err = XD_ERR_INIT;
    int rc = w->threaded && !w->started ? start(w, &err) : 0;

    xd_queue_push(&w->mailbox, &a->msg);
    if (rc < 0)
        say(w, XD_SAY_OPENED, rc, &err);
}

void xd_worker_ask(struct xd_worker *w, enum xd_ask_kind kind)
{
    post(w, new_ask(kind));
}

void xd_worker_ask_interval(struct xd_worker *w, int64_t interval_ns)
{
    struct xd_ask *a = new_ask(XD_ASK_INTERVAL);

    a->interval_ns = interval_ns;
    post(w, a);
}

void xd_worker_ask_control(struct xd_worker *w, const char *verb)
{
    struct xd_ask *a = new_ask(XD_ASK_CONTROL);

    snprintf(a->verb, sizeof(a->verb), "%s", verb);
    post(w, a);
}

static void ask_job(struct xd_worker *w, enum xd_ask_kind kind, struct xd_job *job)
{
    struct xd_ask *a = new_ask(kind);

    a->job = xd_job_ref(job);
    post(w, a);
}

void xd_worker_ask_step(struct xd_worker *w, struct xd_job *job)
{
    ask_job(w, XD_ASK_STEP, job);
}

void xd_worker_ask_preview(struct xd_worker *w, struct xd_job *job)
{
    ask_job(w, XD_ASK_PREVIEW, job);
}

static struct xd_say *new_say(const struct xd_worker *w, enum xd_say_kind kind)
{
    struct xd_say *s = xd_malloc(sizeof(*s));

    s->msg.kind = (int)kind;
    s->msg.drop = drop_say;
    s->source = w->source;
    s->role = w->env.role;
    return s;
}

static void say(struct xd_worker *w, enum xd_say_kind kind, int rc, const struct xd_err *err)
{
    struct xd_say *s = new_say(w, kind);

    s->rc = rc;
    if (err)
        s->err = *err;
    xd_queue_push(&w->shared->answers, &s->msg);
}

/* --- what a worker does --- */

static bool looks(const struct xd_worker *w)
{
    return w->env.role != XD_OPERATOR;
}

static int open_instance(struct xd_worker *w, struct xd_err *err)
{
    int rc = w->backend->open(&w->env, &w->self, err);

    w->open = rc == 0;
    if (w->open && w->env.role == XD_OBSERVER && w->backend->wake_fd)
        w->wake_fd = w->backend->wake_fd(w->self);
    return rc;
}

/* Opens an observer's instance and says how that went. */
static void open_observer(struct xd_worker *w)
{
    struct xd_err err = XD_ERR_INIT;
    int rc = open_instance(w, &err);

    w->lazy = false;
    if (rc < 0 && !err.code)
        xd_err_set(&err, rc, "%s could not be opened: %s", w->backend->name, strerror(-rc));
    if (!atomic_load(&w->abandoned))
        say(w, XD_SAY_OPENED, rc, &err);
}

int64_t xd_worker_tick(int64_t began, int64_t interval)
{
    if (began > INT64_MAX / 4 || interval > INT64_MAX / 4)
        return began + interval;
    return (began + interval + interval / 2) / interval * interval;
}

/* The next time to collect. A host so slow that collecting takes most of the interval is left in
 * peace for a quarter of the time it took. */
static void plan_next(struct xd_worker *w, int64_t began, int64_t ended)
{
    int64_t due = w->backend->due ? w->backend->due(w->self) : -1;

    if (w->interval_ns <= 0) {
        w->next_ns = INT64_MAX;
        return;
    }
    w->next_ns = w->threaded ? xd_worker_tick(began, w->interval_ns) : began + w->interval_ns;
    if (w->next_ns < ended + (ended - began) / 4)
        w->next_ns = ended + (ended - began) / 4;
    if (due >= 0 && ended + due < w->next_ns)
        w->next_ns = ended + due;
}

/* No sample begins at its very time: half an interval too early is on time, or a tick that came a
 * little early would put the glance off to the next one. */
static bool glance_is_due(const struct xd_worker *w)
{
    int64_t slack = w->interval_ns > 0 ? w->interval_ns / 2 : 0;

    if (slack > XD_GLANCE_NS / 2)
        slack = XD_GLANCE_NS / 2;
    return xd_worker_has_glances(w) && w->began_ns - w->glanced_ns >= XD_GLANCE_NS - slack;
}

static void collect(struct xd_worker *w)
{
    struct xd_builder *b = xd_builder_new(w->backend->name);
    struct xd_err err = XD_ERR_INIT;
    int64_t began = w->began_ns = xd_clock_now(w->env.clock), ended;
    int rc;

    w->woken = false;
    w->glancing = glance_is_due(w);
    w->glanced_ns = w->glancing ? began : w->glanced_ns;
    rc = w->backend->collect(w->self, b, &err);
    if (atomic_load(&w->abandoned)) {
        xd_builder_free(b);
        return;
    }
    ended = xd_clock_now(w->env.clock);
    if (rc < 0) {
        xd_builder_free(b);
        err.code = err.code ? err.code : rc;
        say(w, XD_SAY_FAILED, rc, &err);
    } else {
        struct xd_say *s = new_say(w, XD_SAY_SAMPLE);
        struct xd_snapshot *snap = xd_builder_seal(b, w->prev, ++w->seq, ended,
                                                   xd_clock_wall(w->env.clock), ended - began);

        xd_snapshot_unref(w->prev);
        w->prev = xd_snapshot_ref(snap);
        s->snapshot = snap;
        xd_queue_push(&w->shared->answers, &s->msg);
    }
    plan_next(w, began, ended);
}

static void control(struct xd_worker *w, const char *verb)
{
    struct xd_err err = XD_ERR_INIT;
    int rc = w->backend->control(w->self, verb, &err);

    if (rc < 0 && !err.code)
        xd_err_set(&err, rc, "%s: %s", verb, strerror(-rc));
    say(w, XD_SAY_CONTROL, rc, &err);
    if (w->interval_ns > 0) /* what the verb did should be seen at once */
        w->next_ns = xd_clock_now(w->env.clock);
}

/* --- steps --- */

struct progress {
    struct xd_progress base;
    struct xd_worker *worker;
};

static void report(struct xd_progress *p, int permille, const char *text)
{
    struct xd_worker *w = ((struct progress *)p)->worker;
    struct xd_say *s = new_say(w, XD_SAY_PROGRESS);

    s->permille = permille;
    if (text)
        xd_str_safe_to(s->text, sizeof(s->text), text);
    xd_queue_push(&w->shared->answers, &s->msg);
}

static bool cancelled(struct xd_progress *p)
{
    struct xd_worker *w = ((struct progress *)p)->worker;

    return atomic_load(&w->stopping) || (!w->job->no_cancel && atomic_load(&w->shared->cancel));
}

static void end_step(struct xd_worker *w)
{
    struct xd_say *s = new_say(w, XD_SAY_STEP);

    s->job = w->job;
    w->job = NULL;
    xd_queue_push(&w->shared->answers, &s->msg);
}

/* One attempt at the running step. */
static void step(struct xd_worker *w)
{
    struct progress p = {{report, cancelled}, w};
    bool over;

    over = xd_job_turn(w->job, w->backend, w->self, w->env.clock, &p.base);
    if (atomic_load(&w->abandoned))
        return;
    if (over)
        end_step(w);
}

/* False: there is no instance to work with, and the job says why. */
static bool ready_for(struct xd_worker *w, struct xd_job *job)
{
    struct xd_err err = XD_ERR_INIT;
    int rc = w->open ? 0 : open_instance(w, &err);

    if (rc < 0 && !err.code)
        xd_err_set(&err, rc, "%s: opening it for edits: %s", w->backend->name, strerror(-rc));
    if (rc < 0)
        xd_job_refuse(job, &err);
    return rc == 0;
}

static void begin_step(struct xd_worker *w, struct xd_job *job)
{
    w->job = xd_job_ref(job);
    if (!ready_for(w, job))
        end_step(w);
}

static void preview(struct xd_worker *w, struct xd_job *job)
{
    struct xd_say *s;

    if (ready_for(w, job))
        xd_job_preview(job, w->backend, w->self);
    if (atomic_load(&w->abandoned))
        return;
    s = new_say(w, XD_SAY_PREVIEW);
    s->job = xd_job_ref(job);
    xd_queue_push(&w->shared->answers, &s->msg);
}

/* --- turns --- */

static void obey(struct xd_worker *w, const struct xd_ask *a)
{
    switch ((enum xd_ask_kind)a->msg.kind) {
    case XD_ASK_COLLECT:
        if (w->lazy)
            open_observer(w);
        w->next_ns = INT64_MIN;
        break;
    case XD_ASK_INTERVAL:
        w->interval_ns = a->interval_ns;
        if (w->next_ns != INT64_MIN)
            w->next_ns =
                w->interval_ns > 0 ? xd_clock_now(w->env.clock) + w->interval_ns : INT64_MAX;
        break;
    case XD_ASK_CONTROL:
        if (w->open && w->backend->control)
            control(w, a->verb);
        break;
    case XD_ASK_STEP:
        begin_step(w, a->job);
        break;
    case XD_ASK_PREVIEW:
        preview(w, a->job);
        break;
    case XD_ASK_STOP:
        w->over = true;
        break;
    case XD_ASK_LEAVE:
        w->over = w->leave = true;
        break;
    }
}

static bool obey_all(struct xd_worker *w)
{
    struct xd_msg *m;
    bool any = false;

    /* A step that runs is ended before the next message that would start one; there is never more
     * than one, because the session waits for its end. */
    while (!w->over && (m = xd_queue_pop(&w->mailbox))) {
        obey(w, (struct xd_ask *)m);
        m->drop(m);
        any = true;
    }
    return any;
}

static bool collect_is_due(const struct xd_worker *w)
{
    return w->open && looks(w) && w->next_ns != INT64_MAX &&
           w->next_ns <= xd_clock_now(w->env.clock);
}

static bool has_woken(const struct xd_worker *w)
{
    struct pollfd p = {.fd = w->wake_fd, .events = POLLIN};

    return w->wake_fd >= 0 && w->open && poll(&p, 1, 0) > 0;
}

/* Something happened on the host. The first event is shown at once; a storm of them must not become
 * one of samples, so the gap between these grows while it goes on. */
static void hear(struct xd_worker *w)
{
    int64_t passed = xd_clock_now(w->env.clock) - w->began_ns;

    if (!w->backend->wake(w->self) || w->interval_ns <= 0)
        return;
    if (!w->woken) {
        w->wake_gap_ns = passed >= 4 * w->wake_gap_ns ? XD_WAKE_GAP_NS : 2 * w->wake_gap_ns;
        if (w->wake_gap_ns > XD_WAKE_GAP_MAX_NS)
            w->wake_gap_ns = XD_WAKE_GAP_MAX_NS;
        w->woken = true;
    }
    if (w->began_ns + w->wake_gap_ns < w->next_ns)
        w->next_ns = w->began_ns + w->wake_gap_ns;
}

bool xd_worker_turn(struct xd_worker *w)
{
    bool any = obey_all(w);

    if (w->over)
        return any;
    if (w->job && (w->job->patient || w->job->next_ns <= xd_clock_now(w->env.clock))) {
        step(w);
        any = true;
    }
    if (has_woken(w))
        hear(w);
    if (collect_is_due(w)) {
        if (xd_worker_is_wanted(w))
            collect(w);
        else /* whoever comes to want it asks for a sample */
            w->next_ns = INT64_MAX;
        any = true;
    }
    return any;
}

int64_t xd_worker_wait_ns(struct xd_worker *w)
{
    struct pollfd p = {.fd = w->mailbox.fd, .events = POLLIN};
    int64_t next = INT64_MAX, now = xd_clock_now(w->env.clock);

    if (poll(&p, 1, 0) > 0 || has_woken(w))
        return 0;
    if (w->open && looks(w))
        next = w->next_ns;
    if (w->job && w->job->next_ns < next)
        next = w->job->next_ns;
    if (next == INT64_MAX)
        return -1;
    return next > now ? next - now : 0;
}

/* --- the thread --- */

static void first_words(struct xd_worker *w)
{
    if (looks(w) && !w->lazy)
        open_observer(w);
}

/* An instance whose session is gone isn't closed: closing would want the caller's log and clock. */
static void last_words(struct xd_worker *w)
{
    if (w->open && !w->leave && !atomic_load(&w->abandoned)) {
        w->backend->close(w->self);
        w->open = false;
    }
    say(w, XD_SAY_GONE, 0, NULL);
}

static void *run(void *arg)
{
    struct xd_worker *w = arg;
    struct pollfd p[] = {{.fd = w->mailbox.fd, .events = POLLIN}, {.events = POLLIN}};
    char name[16];

    snprintf(name, sizeof(name), "%.9s-%s", w->backend->name, looks(w) ? "watch" : "edit");
    pthread_setname_np(pthread_self(), name);
    first_words(w);
    while (!w->over && !atomic_load(&w->abandoned)) {
        int64_t ns = xd_worker_wait_ns(w);
        struct timespec ts = {.tv_sec = ns / XD_NS_PER_S, .tv_nsec = ns % XD_NS_PER_S};

        p[1].fd = w->wake_fd; /* poll passes over -1 */
        if (ns != 0)
            ppoll(p, 2, ns < 0 ? NULL : &ts, NULL);
        if (!atomic_load(&w->abandoned))
            xd_worker_turn(w);
    }
    last_words(w);
    xd_worker_unref(w);
    return NULL;
}

static bool is_stopping(const struct xd_backend_env *env)
{
    const char *p = (const char *)env - offsetof(struct xd_worker, env);

    return atomic_load(&((const struct xd_worker *)p)->stopping);
}

/* Signals are not blocked here: children that a backend's library starts would inherit that, and
 * the kernel hands a process's signals to its main thread wherever that one takes them. */
static int start(struct xd_worker *w, struct xd_err *err)
{
    int rc;

    atomic_fetch_add(&w->refs, 1);
    rc = pthread_create(&w->thread, NULL, run, w);
    if (rc) {
        xd_worker_unref(w);
        return xd_err_set(err, -rc, "%s: no thread for it: %s", w->backend->name, strerror(rc));
    }
    w->started = true;
    return 0;
}

int xd_worker_new(const struct xd_worker_config *c, struct xd_worker **out, struct xd_err *err)
{
    struct xd_worker *w = xd_malloc(sizeof(*w));
    int rc = xd_queue_init(&w->mailbox);

    if (rc) {
        free(w);
        return xd_err_set(err, rc, "%s: no mailbox for it: %s", c->backend->name, strerror(-rc));
    }
    atomic_init(&w->refs, 1);
    atomic_init(&w->stopping, false);
    atomic_init(&w->abandoned, false);
    w->shared = xd_shared_ref(c->shared);
    w->backend = c->backend;
    w->source = c->source;
    w->threaded = c->threaded;
    w->lazy = c->lazy;
    w->wake_fd = -1;
    w->glanced_ns = -XD_GLANCE_NS;
    xd_worker_want_first(w, c->tells);
    atomic_init(&w->rows, NULL);
    w->interval_ns = c->interval_ns;
    w->next_ns = c->interval_ns > 0 ? INT64_MIN : INT64_MAX;
    /* A real clock is the same everywhere; one of its own outlives a caller who is gone. */
    xd_clock_init_real(&w->real);
    w->env = (struct xd_backend_env){.clock = c->clock->manual ? c->clock : &w->real,
                                     .log = c->log,
                                     .role = c->role,
                                     .arg = xd_strdup(c->arg),
                                     .peer = c->peer,
                                     .stopping = is_stopping,
                                     .wanted = xd_worker_columns_wanted,
                                     .row_wanted = xd_worker_row_wanted,
                                     .glances = xd_worker_glances,
                                     .context = c->context};
    if (!w->threaded)
        first_words(w);
    else if (!w->lazy)
        rc = start(w, err);
    if (rc) {
        xd_worker_unref(w);
        return rc;
    }
    *out = w;
    return 0;
}

void xd_worker_unref(struct xd_worker *w)
{
    if (!w || atomic_fetch_sub(&w->refs, 1) != 1)
        return;
    if (w->open && !w->threaded)
        w->backend->close(w->self);
    xd_snapshot_unref(w->prev);
    xd_job_unref(w->job);
    xd_row_names_free(atomic_load(&w->rows));
    xd_queue_done(&w->mailbox);
    xd_shared_unref(w->shared);
    free((char *)w->env.arg);
    free(w);
}
