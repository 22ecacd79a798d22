/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ready time of a real Xen host, by its trace buffers: the one symbol that a module exports. Files:
 * claim.c gets and gives back the buffers, buffers.c maps and empties them, domains.c names who is
 * in them, fill.c makes a sample, doctor.c explains. What records mean is in xen/. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "backend_shared/xen.h"
#include "backend_trace/card.h"
#include "backend_trace/columns.h"
#include "backend_trace/host.h"
#include "base/arena.h"
#include "model/tables.h"

static int probe(struct xd_err *err)
{
#if !defined(__x86_64__) && !defined(__i386__)
    return xd_err_set(err, -ENOTSUP, "ready time is known on x86 only");
#endif
    int rc = xd_xen_probe(err);

    if (rc < 0 || access("/dev/xen/evtchn", R_OK | W_OK) == 0)
        return rc;
    if (errno == ENOENT)
        return xd_err_set(err, -ENODEV,
                          "a Xen dom0, but there is no /dev/xen/evtchn: modprobe xen-evtchn");
    return xd_err_set(err, xd_tr_errno(), "/dev/xen/evtchn can't be opened (%s): be root",
                      strerror(errno));
}

static void close_instance(void *self)
{
    struct xd_tr *t = self;

    xd_tr_release(t);
    xd_tr_forget_domains(t);
    if (t->xs)
        xs_close(t->xs);
    if (t->memory)
        xenforeignmemory_close(t->memory);
    if (t->xc)
        xc_interface_close(t->xc);
    if (t->timer >= 0)
        close(t->timer);
    if (t->epoll >= 0)
        close(t->epoll);
    free(t);
}

static int open_all(struct xd_tr *t, struct xd_err *err)
{
    struct epoll_event e = {.events = EPOLLIN};
    xc_physinfo_t info;

    t->epoll = epoll_create1(EPOLL_CLOEXEC);
    t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    e.data.fd = t->timer;
    if (t->epoll < 0 || t->timer < 0 || epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->timer, &e) < 0)
        return xd_err_set(err, xd_tr_errno(), "no timer for reading the trace: %s",
                          strerror(errno));
    t->xc = xc_interface_open(&t->logger.vtable, &t->logger.vtable, 0);
    t->memory = xenforeignmemory_open(&t->logger.vtable, 0);
    if (!t->xc || !t->memory)
        return xd_err_set(err, xd_tr_errno(), "the hypervisor can't be reached: %s",
                          strerror(errno));
    if (xc_physinfo(t->xc, &info) < 0)
        return xd_err_set(err, xd_tr_errno(), "Xen doesn't tell about this host: %s",
                          strerror(errno));
    t->khz = info.cpu_khz;
    t->n_cpus = info.max_cpu_id + 1;
    if (!t->khz)
        return xd_err_set(err, -EIO, "Xen doesn't tell the frequency of the TSC");
    return 0;
}

static int open_instance(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct xd_tr *t = xd_malloc(sizeof(*t));
    int rc;

    t->env = env;
    xd_xen_logger_init(&t->logger, env->log);
    t->epoll = t->timer = t->lock = -1;
    rc = open_all(t, err);
    if (rc < 0) {
        close_instance(t);
        return rc;
    }
    *self = t;
    return 0;
}

static int wake_fd(void *self)
{
    return ((struct xd_tr *)self)->epoll;
}

/* Takes the events that woke us off their descriptors. */
static void hear(struct xd_tr *t)
{
    struct epoll_event e[2];
    int n = epoll_wait(t->epoll, e, 2, 0);
    uint64_t ticks;

    for (int i = 0; i < n; i++) {
        if (e[i].data.fd != t->timer) {
            xenevtchn_port_or_error_t port = xenevtchn_pending(t->events);

            if (port >= 0)
                xenevtchn_unmask(t->events, (evtchn_port_t)port);
        } else if (read(t->timer, &ticks, sizeof(ticks)) < 0) {
            ticks = 0; /* it was reset meanwhile */
        }
    }
}

static bool is_wanted(const struct xd_tr *t)
{
    return xd_wanted(t->env, &xd_vcpus_desc) & XD_TR_VCPU_COLUMNS ||
           xd_wanted(t->env, &xd_domains_desc) & XD_TR_DOMAIN_COLUMNS;
}

/* Empties the buffers before they overflow, and ends the trace when nobody looks any more (then
 * nobody collects either). */
static bool wake(void *self)
{
    struct xd_tr *t = self;

    hear(t);
    if (!t->tracing)
        return false;
    xd_tr_drain(t);
    if (is_wanted(t))
        t->wanted_at = xd_clock_now(t->env->clock);
    else if (xd_clock_now(t->env->clock) - t->wanted_at > XD_TR_LINGER_NS)
        xd_tr_release(t);
    return false;
}

extern const struct xd_backend xd_backend_module;
const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "trace",
    .title = "Xen's scheduler, by its trace",
    .help = "Ready time, wake-up latency and who waits for whom, from Xen's trace buffers",
    .live = true,
    .tables = xd_trace_tables,
    .fills = xd_trace_fills,
    .fill_columns = xd_trace_fill_columns,
    .probe = probe,
    .open = open_instance,
    .close = close_instance,
    .collect = xd_tr_collect,
    .wake_fd = wake_fd,
    .wake = wake,
    .gives_back = true,
    .doctor = xd_tr_doctor,
};
