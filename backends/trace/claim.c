/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getting Xen's trace buffers and giving them back as they were: see host.h. */
#include "backend_trace/host.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/rundir.h"

#define TAKEN                                                                                      \
    "another tracer (xentrace) holds Xen's trace buffers: ready time is known once it ends"

/* What stands in the lock file while a xendeck traces. */
struct note {
    long pid;
    uint32_t mask; /* the events asked for before */
};

static bool read_note(int fd, struct note *n)
{
    char text[64];
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

    if (len <= 0)
        return false;
    text[len] = '\0';
    return sscanf(text, "%ld %" SCNx32, &n->pid, &n->mask) == 2;
}

static int write_note(int fd, uint32_t mask, struct xd_err *err)
{
    if (ftruncate(fd, 0) == 0 && dprintf(fd, "%ld %" PRIx32 "\n", (long)getpid(), mask) > 0)
        return 0;
    return xd_err_set(err, xd_tr_errno(), XD_TR_LOCK " can't be written: %s", strerror(errno));
}

/* The lock file, locked, or -errno; EWOULDBLOCK: a xendeck has it. */
static int open_lock(void)
{
    int fd, rc = xd_rundir_make(XD_TR_LOCK_DIR);

    if (rc < 0 && rc != -EEXIST)
        return rc;
    fd = open(XD_TR_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    rc = -errno;
    close(fd);
    return rc;
}

/* Who has the buffers, as a sentence. */
static int taken(struct xd_err *err)
{
    struct note n;
    int fd = open_lock();

    if (fd >= 0)
        close(fd);
    if (fd != -EWOULDBLOCK)
        return xd_err_set(err, -EBUSY, TAKEN);
    fd = open(XD_TR_LOCK, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0 && read_note(fd, &n))
        xd_err_set(err, -EBUSY, "another xendeck (process %ld) holds Xen's trace buffers", n.pid);
    else
        xd_err_set(err, -EBUSY, "another xendeck holds Xen's trace buffers");
    if (fd >= 0)
        close(fd);
    return -EBUSY;
}

static int bind_virq(struct xd_tr *t, struct xd_err *err)
{
    xenevtchn_port_or_error_t port;

    t->events = xenevtchn_open(&t->logger.vtable, 0);
    if (!t->events)
        return xd_err_set(err, xd_tr_errno(), "/dev/xen/evtchn can't be opened: %s",
                          strerror(errno));
    port = xenevtchn_bind_virq(t->events, VIRQ_TBUF);
    if (port < 0)
        return errno == EEXIST ? taken(err)
                               : xd_err_set(err, xd_tr_errno(),
                                            "Xen's trace event can't be had: %s", strerror(errno));
    t->port = (evtchn_port_t)port;
    return 0;
}

static int take_lock(struct xd_tr *t, struct xd_err *err)
{
    int fd = open_lock();

    if (fd == -EWOULDBLOCK)
        return taken(err);
    if (fd < 0)
        return xd_err_set(err, fd, XD_TR_LOCK " can't be locked: %s", strerror(-fd));
    t->lock = fd;
    return 0;
}

/* The mask to restore; -EBUSY if somebody may want what is in the buffers. They are mapped then, if
 * there are any. */
static int look_before(struct xd_tr *t, struct xd_err *err)
{
    struct note n = {.mask = XD_TRACE_ALL_MASK};
    uint32_t mask, size;
    uint64_t mfn;
    int rc = xd_tr_info(t, &mask, &mfn, &size, err);

    if (rc == 0 && mfn)
        rc = xd_tr_map(t, mfn, size, err);
    if (rc < 0)
        return rc;
    t->found_mask = mask;
    if (mask == XD_TRACE_OUR_MASK) {
        if (read_note(t->lock, &n))
            xd_log_write(t->env->log, XD_LOG_INFO, "trace",
                         "taking over the trace buffers from a xendeck that died (process %ld)",
                         n.pid);
        t->found_mask = n.mask;
        return 0;
    }
    if (t->info && xd_tr_unread(t))
        return xd_err_set(err, -EBUSY,
                          "Xen's trace buffers hold records that nobody has read (xentrace -x or "
                          "Xen's tbuf_size left tracing on): read them, or drop them with "
                          "xentrace -D -T 1 /dev/null");
    return 0;
}

static int every_cpu(struct xd_tr *t)
{
    xc_cpumap_t map = xc_cpumap_alloc(t->xc);
    int rc, n = xc_get_cpumap_size(t->xc);

    if (!map || n <= 0) {
        free(map);
        return -1;
    }
    memset(map, 0xff, (size_t)n);
    rc = xc_tbuf_set_cpu_mask(t->xc, map);
    free(map);
    return rc;
}

/* The mask first: as soon as there are buffers, Xen writes to them. */
static int begin(struct xd_tr *t, struct xd_err *err)
{
    unsigned long mfn = 0, size = 0;

    if (xc_tbuf_set_evt_mask(t->xc, XD_TRACE_OUR_MASK) < 0 || every_cpu(t) < 0)
        return xd_err_set(err, xd_tr_errno(), "Xen can't be told what to trace: %s",
                          strerror(errno));
    if (xc_tbuf_enable(t->xc, XD_TR_PAGES, &mfn, &size) < 0)
        return xd_err_set(err, xd_tr_errno(), "Xen can't make trace buffers of %d KiB a pCPU: %s",
                          XD_TR_PAGES * 4, strerror(errno));
    return t->info ? 0 : xd_tr_map(t, mfn, size, err);
}

static void watch(struct xd_tr *t, bool on)
{
    struct itimerspec every = {{0, on ? XD_TR_DRAIN_NS : 0}, {0, on ? XD_TR_DRAIN_NS : 0}};
    struct epoll_event e = {.events = EPOLLIN, .data.fd = xenevtchn_fd(t->events)};

    timerfd_settime(t->timer, 0, &every, NULL);
    epoll_ctl(t->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, e.data.fd, &e);
}

static void let_go(struct xd_tr *t)
{
    xd_tr_unmap(t);
    if (t->lock >= 0)
        close(t->lock);
    if (t->events)
        xenevtchn_close(t->events);
    t->lock = -1;
    t->events = NULL;
}

/* In this order a death in the middle leaves what the next start understands. */
static void put_back(struct xd_tr *t)
{
    xc_tbuf_disable(t->xc);
    xd_tr_discard(t);
    xc_tbuf_set_evt_mask(t->xc, t->found_mask);
    if (ftruncate(t->lock, 0) < 0)
        xd_log_write(t->env->log, XD_LOG_WARN, "trace", XD_TR_LOCK ": %s", strerror(errno));
}

int xd_tr_claim(struct xd_tr *t, struct xd_err *err)
{
    bool noted = false;
    int rc = bind_virq(t, err);

    if (rc == 0)
        rc = take_lock(t, err);
    if (rc == 0)
        rc = look_before(t, err);
    if (rc == 0)
        rc = write_note(t->lock, t->found_mask, err);
    if (rc == 0) {
        noted = true;
        rc = begin(t, err);
    }
    if (rc < 0) {
        if (noted)
            put_back(t);
        let_go(t);
        return rc;
    }
    xd_tr_discard(t);
    t->start_ns = t->sample_ns = xd_clock_now(t->env->clock);
    t->start_tsc = t->last_tsc = xd_tr_tsc();
    t->merge = xd_trace_merge_new(t->n_cpus);
    t->states = xd_runstates_new(t->n_cpus, t->start_tsc);
    t->records = t->drain_ns = t->all_records = t->all_drain_ns = 0;
    t->records_s = t->cost_percent = 0;
    t->dear = 0;
    t->told_gaps = 0;
    t->tracing = true;
    watch(t, true);
    return 0;
}

/* What it cost, for who wants to know. */
static void tell_cost(struct xd_tr *t)
{
    double s = (double)(xd_clock_now(t->env->clock) - t->start_ns) / XD_NS_PER_S;
    uint64_t lost = xd_runstates_lost(t->states, NULL);

    if (s > 0)
        xd_log_write(t->env->log, XD_LOG_INFO, "trace",
                     "traced Xen's scheduler for %.0f s: %.0f changes a second, %.2f%% of a CPU to "
                     "read them, %llu lost",
                     s, (double)t->all_records / s, 100 * (double)t->all_drain_ns / XD_NS_PER_S / s,
                     (unsigned long long)lost);
}

void xd_tr_release(struct xd_tr *t)
{
    if (!t->tracing)
        return;
    t->tracing = false;
    watch(t, false);
    put_back(t);
    tell_cost(t);
    let_go(t);
    xd_trace_merge_free(t->merge);
    xd_runstates_free(t->states);
    t->merge = NULL;
    t->states = NULL;
}

int xd_tr_free_now(struct xd_tr *t, struct xd_err *err)
{
    int rc = bind_virq(t, err);

    if (rc == 0)
        rc = take_lock(t, err);
    if (rc == 0)
        rc = look_before(t, err);
    let_go(t);
    return rc;
}
