/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening Xen's libraries, and living on after a disaster: see context.h. */
#include "backend_libxl/context.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "backend_libxl/deaths.h"
#include "backend_libxl/known.h"
#include "backend_libxl/ring.h"
#include "base/arena.h"

/* libxl calls this instead of exit(): memory or a system call failed it while it handled events.
 * Nothing of libxl may be called here. */
static void disaster(void *user, libxl_event_type type, const char *msg, int errnoval)
{
    struct xd_xl *x = user;

    x->disaster = true;
    xd_log_write(x->env->log, XD_LOG_ERROR, "libxl",
                 "disaster: %s (errno %d); a new context will be made", msg ? msg : "?", errnoval);
}

static const libxl_event_hooks event_hooks = {.event_occurs_mask = 0, .disaster = disaster};

/* libxl forks to run hotplug scripts and device models. What those say belongs neither on a screen
 * nor in the middle of a JSON text. Only what is safe after a fork is called here. */
static pid_t fork_quietly(void *user)
{
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        sigset_t none;

        /* A worker's thread holds signals back, which a device model must hear to end. */
        sigemptyset(&none);
        pthread_sigmask(SIG_SETMASK, &none, NULL);

        if (null >= 0)
            for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
                dup2(null, fd);
        if (null > STDERR_FILENO)
            close(null);
    }
    return pid;
}

/* xendeck has children of its own ($EDITOR, ssh), which libxl must not reap. Every context of the
 * program has to be of this one mode. */
static const libxl_childproc_hooks child_hooks = {
    .chldowner = libxl_sigchld_owner_libxl_always_selective_reap,
    .fork_replacement = fork_quietly,
};

int xd_xl_need_ctx(struct xd_xl *x, struct xd_err *err)
{
    int rc;

    if (x->ctx)
        return 0;
    rc = xd_xl_need(XD_XL_XENLIGHT, err);
    if (rc < 0)
        return rc;
    rc = libxl_ctx_alloc(&x->ctx, LIBXL_VERSION, 0, &x->logger.vtable);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "libxl can't be opened");
    libxl_event_register_callbacks(x->ctx, &event_hooks, x);
    libxl_childproc_setmode(x->ctx, &child_hooks, NULL);
    return 0;
}

/* On an errand there are only those that all requests need. */
static int open_handles(struct xd_xl *x, struct xd_err *err)
{
    xentoollog_logger *logger = &x->logger.vtable;
    xc_physinfo_t probe;
    int rc;

    xd_xl_log_reset(&x->logger);
    rc = xd_xl_store_open(x, err);
    if (rc < 0)
        return rc;
    x->xc = xc_interface_open(logger, logger, 0);
    if (!x->xc)
        return xd_xl_fail_errno(&x->logger, errno, err, "the hypervisor can't be reached");
    if (x->env->role == XD_ERRAND)
        return 0;
    rc = xd_xl_need_ctx(x, err);
    if (rc < 0)
        return rc;
    /* The one call that tells whether Xen's tools interface is of the release we know. */
    if (xc_physinfo(x->xc, &probe) < 0)
        return xd_xl_fail_errno(&x->logger, errno, err, "Xen doesn't tell about this host");
    return 0;
}

/* libxl_ctx_free asserts that nothing is under way. After a disaster in the middle of an operation
 * that can't be had: then the old context is left behind, which costs some memory and descriptors
 * and keeps the program. */
void xd_xl_close_handles(struct xd_xl *x)
{
    xd_xl_deaths_end(x);
    if (x->ctx && !x->pending)
        libxl_ctx_free(x->ctx);
    if (x->xc)
        xc_interface_close(x->xc);
    xd_xl_events_stop(x);
    xd_xl_store_close(x);
    x->ctx = NULL;
    x->xc = NULL;
    x->pending = false;
    x->disaster = false;
    x->store_lost = false;
}

int xd_xl_open(struct xd_xl *x, struct xd_err *err)
{
    int rc = open_handles(x, err);

    if (rc < 0)
        xd_xl_close_handles(x);
    return rc;
}

void xd_xl_close(struct xd_xl *x)
{
    xd_xl_close_handles(x);
    xd_xl_events_done(x);
    xd_xl_ring_free(x->ring);
    xd_xl_facts_done(x);
    xd_snapshot_unref(x->limits);
    for (size_t i = 0; i < XD_XL_DEEDS; i++)
        free(x->deeds[i].subject);
    free(x->domains);
    free(x->busy_ns);
}

int xd_xl_reach(struct xd_xl *x, struct xd_err *err)
{
    if (x->disaster)
        xd_xl_close_handles(x);
    if (!x->xc)
        return xd_xl_open(x, err);
    xd_xl_log_reset(&x->logger);
    return 0;
}

int xd_xl_ready(struct xd_xl *x, struct xd_err *err)
{
    int rc = xd_xl_reach(x, err);

    return rc < 0 ? rc : xd_xl_need_ctx(x, err);
}

void xd_xl_serve(struct xd_xl *x, int timeout_ms)
{
    struct pollfd few[16], *fds = few;
    struct timeval now;
    int n = sizeof(few) / sizeof(few[0]), rc;

    gettimeofday(&now, NULL);
    rc = libxl_osevent_beforepoll(x->ctx, &n, fds, &timeout_ms, now);
    if (rc == ERROR_BUFFERFULL) {
        fds = xd_malloc((size_t)n * sizeof(*fds));
        rc = libxl_osevent_beforepoll(x->ctx, &n, fds, &timeout_ms, now);
    }
    if (rc == 0) {
        poll(fds, (nfds_t)n, timeout_ms);
        gettimeofday(&now, NULL);
        libxl_osevent_afterpoll(x->ctx, n, fds, now);
    } else {
        poll(NULL, 0, timeout_ms);
    }
    if (fds != few)
        free(fds);
}

/* True once the operation that `how` began has ended, with its result. */
static bool ended(struct xd_xl *x, const libxl_asyncop_how *how, int *result)
{
    bool done = false;
    libxl_event *event;

    while (libxl_event_check(x->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL) == 0) {
        if (event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE &&
            event->for_user == how->u.for_event) {
            *result = event->u.operation_complete.rc;
            done = true;
        }
        libxl_event_free(x->ctx, event);
    }
    return done;
}

/* libxl says nothing of most operations while they wait. */
static void tell(const struct xd_xl *x, const struct xd_xl_op *op, struct xd_progress *p)
{
    if (x->logger.progress[0])
        p->report(p, x->logger.permille, x->logger.progress);
    else if (op->waiting)
        p->report(p, -1, op->waiting);
}

static int await(struct xd_xl *x, const libxl_asyncop_how *how, const struct xd_xl_op *op,
                 struct xd_progress *p)
{
    bool aborted = false;
    int result = ERROR_FAIL;

    while (!ended(x, how, &result)) {
        if (x->disaster)
            return ERROR_FAIL;
        if (op->can_abort && !aborted && ((p && p->cancelled(p)) || x->env->stopping(x->env)))
            aborted = libxl_ao_abort(x->ctx, how) == 0;
        if (p)
            tell(x, op, p);
        xd_xl_serve(x, 200);
    }
    x->pending = false;
    return result;
}

int xd_xl_operate(struct xd_xl *x, const struct xd_xl_op *op, struct xd_progress *p)
{
    libxl_asyncop_how how = {.callback = NULL, .u.for_event = ++x->operations};
    sigset_t child, old;
    int rc;

    /* libxl waits for its children by SIGCHLD, which at least one thread must take. */
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    pthread_sigmask(SIG_UNBLOCK, &child, &old);
    x->pending = true;
    rc = op->start(x->ctx, op->domid, op->arg, &how);
    if (rc == 0)
        rc = await(x, &how, op, p);
    else
        x->pending = x->disaster;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}
