/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of a session that block: waiting for samples and plans (the command line), and for
 * workers to end. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "base/arena.h"
#include "engine/session_impl.h"

int64_t xd_session_patience_clock(const struct xd_session *s)
{
    struct xd_clock real;

    if (s->inline_workers)
        return xd_clock_now(s->clock);
    xd_clock_init_real(&real);
    return xd_clock_now(&real);
}

/* True: the interrupt (a descriptor; -1: none) ended it. */
static bool pause_unless(struct xd_session *s, int64_t ns, int interrupt)
{
    struct pollfd p[] = {{.fd = s->shared->answers.fd, .events = POLLIN},
                         {.fd = interrupt, .events = POLLIN}};
    int64_t next = s->inline_workers ? xd_session_timeout_ms(s) * XD_NS_PER_MS : ns;

    if (next >= 0 && next < ns)
        ns = next;
    if (ns < XD_NS_PER_MS)
        ns = XD_NS_PER_MS;
    if (s->inline_workers && s->clock->manual)
        xd_clock_advance(s->clock, ns); /* waiting is letting time pass */
    else
        poll(p, 2, (int)((ns + XD_NS_PER_MS - 1) / XD_NS_PER_MS));
    return p[1].revents != 0;
}

void xd_session_pause(struct xd_session *s, int64_t ns)
{
    pause_unless(s, ns, -1);
}

/* --- samples --- */

/* An error is an answer too: a sample for each that failed is not made up for once it is well. */
static bool has_delivered(const struct xd_source *s, uint64_t samples)
{
    return s->state == XD_SOURCE_DEAD || s->answers >= samples;
}

/* In a one-shot session samples come only when asked for: the next one is due an interval after
 * the last, so that its rates mean something. */
static void ask_next(struct xd_session *s, size_t i)
{
    struct xd_source *src = &s->world.sources[i];
    int64_t now = xd_clock_now(s->clock);

    if (s->one_shot && (!src->answers || now >= src->answered_ns + s->world.interval_ns))
        xd_session_ask(s, i);
}

static const struct xd_source *silent_source(struct xd_session *s, uint64_t samples)
{
    const struct xd_source *silent = NULL;

    for (size_t i = 0; i < s->world.n; i++) {
        if (has_delivered(&s->world.sources[i], samples) || !xd_session_is_wanted(s, i))
            continue;
        ask_next(s, i);
        if (!silent)
            silent = &s->world.sources[i];
    }
    return silent;
}

int xd_session_wait_samples(struct xd_session *s, uint64_t samples, int64_t timeout_ns,
                            struct xd_err *err)
{
    int64_t began = xd_session_patience_clock(s), until = began + timeout_ns;
    const struct xd_source *silent;

    for (;;) {
        int64_t now, pause;

        xd_session_dispatch(s);
        silent = silent_source(s, samples);
        if (!silent)
            return 0;
        now = xd_session_patience_clock(s);
        if (now >= until)
            return xd_err_set(err, -ETIMEDOUT, "%s delivered %llu of %llu samples within %.1f s",
                              silent->backend->name, (unsigned long long)silent->answers,
                              (unsigned long long)samples, (double)(now - began) / XD_NS_PER_S);
        /* an answer ends the pause; what comes by time is only the asking for a second sample */
        pause = s->one_shot && samples <= 1 ? XD_NS_PER_S : 50 * XD_NS_PER_MS;
        if (pause_unless(s, until - now < pause ? until - now : pause,
                         s->interrupt_fd > 0 ? s->interrupt_fd : -1))
            return xd_err_set(err, -EINTR, "stopped while waiting for %s", silent->backend->name);
    }
}

/* --- plans --- */

enum xd_outcome xd_session_wait_plan(struct xd_session *s)
{
    while (xd_session_busy(s)) {
        xd_session_dispatch(s);
        if (xd_session_busy(s))
            xd_session_pause(s, XD_STEP_POLL_NS);
    }
    return s->txn.plan ? s->txn.plan->outcome : XD_PLANNED;
}

/* --- the end of workers --- */

struct farewell {
    bool gone[2][XD_SOURCES_MAX]; /* by role; who runs an errand goes as an observer */
};

static struct xd_worker **workers(struct xd_session *s, int role)
{
    return role == XD_OBSERVER ? s->observers : s->operators;
}

/* givers: only those matter that have something to give back. */
static bool all_gone(struct xd_session *s, const struct farewell *f, int role, bool givers)
{
    for (size_t i = 0; i < s->world.n; i++)
        if (workers(s, role)[i] && workers(s, role)[i]->started && !f->gone[role][i] &&
            (!givers || s->world.sources[i].backend->gives_back))
            return false;
    return true;
}

/* Drops what the workers still say, until all of a role are gone or time is up. */
static void await(struct xd_session *s, struct farewell *f, int role, bool givers, int64_t until)
{
    struct xd_msg *m;

    for (;;) {
        int64_t left = until - xd_session_patience_clock(s);

        while ((m = xd_queue_pop(&s->shared->answers))) {
            const struct xd_say *say = (struct xd_say *)m;

            if (m->kind == XD_SAY_GONE)
                f->gone[say->role == XD_OPERATOR][say->source] = true;
            m->drop(m);
        }
        if (all_gone(s, f, role, givers) || left <= 0)
            return;
        xd_session_pause(s, left);
    }
}

/* A worker that is gone is joined. One that hangs is left behind with all that it uses: its share
 * of the queue, its mailbox, its instance. */
static void part(struct xd_session *s, struct xd_worker **w, bool gone)
{
    if (!*w)
        return;
    if (!(*w)->started) {
        /* without a thread there is nobody to part from */
    } else if (gone) {
        pthread_join((*w)->thread, NULL);
    } else {
        atomic_store(&(*w)->abandoned, true);
        xd_log_write(s->log, XD_LOG_WARN, (*w)->backend->name,
                     "hangs, and is left behind as the session ends");
        pthread_detach((*w)->thread);
    }
    xd_worker_unref(*w);
    *w = NULL;
}

void xd_session_stop_workers(struct xd_session *s)
{
    struct farewell f = {0};
    int64_t now = xd_session_patience_clock(s), until = now + XD_CLOSE_GRACE_NS;

    for (int role = 0; role < 2; role++)
        for (size_t i = 0; i < s->world.n; i++)
            if (workers(s, role)[i])
                atomic_store(&workers(s, role)[i]->stopping, true);
    for (size_t i = 0; i < s->world.n; i++)
        if (s->operators[i] && s->operators[i]->started)
            xd_worker_ask(s->operators[i], XD_ASK_STOP);
    if (!s->inline_workers)
        await(s, &f, XD_OPERATOR, false, until);
    /* An operator may use its observer's instance to its end: one that hangs keeps it open. */
    for (size_t i = 0; i < s->world.n; i++) {
        bool hangs = s->operators[i] && s->operators[i]->started && !f.gone[XD_OPERATOR][i];

        if (s->observers[i] && s->observers[i]->started)
            xd_worker_ask(s->observers[i], hangs ? XD_ASK_LEAVE : XD_ASK_STOP);
    }
    now = xd_session_patience_clock(s);
    if (until < now + XD_CLOSE_GRACE_NS / 3)
        until = now + XD_CLOSE_GRACE_NS / 3;
    if (!s->inline_workers) {
        await(s, &f, XD_OBSERVER, false, until);
        await(s, &f, XD_OBSERVER, true, now + XD_CLOSE_GIVE_BACK_NS);
    }
    for (size_t i = 0; i < s->world.n; i++) {
        part(s, &s->operators[i], f.gone[XD_OPERATOR][i]);
        part(s, &s->observers[i], f.gone[XD_OBSERVER][i]);
    }
}
