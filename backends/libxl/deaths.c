/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains that shut down, as libxl tells it: see deaths.h. */
#include "backend_libxl/deaths.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include "backend_libxl/known.h"
#include "base/str.h"

/* libxl's descriptors: xenstore, and a pipe of its own. More of them are not waited for, only heard
 * when one of these speaks. */
#define FDS_MAX 8

static void wait_for_fds(struct xd_xl *x)
{
    struct epoll_event e = {.events = EPOLLIN};
    struct pollfd fds[FDS_MAX];
    struct timeval now;
    int n = FDS_MAX, timeout = -1;

    gettimeofday(&now, NULL);
    if (libxl_osevent_beforepoll(x->ctx, &n, fds, &timeout, now) != 0)
        return;
    for (int i = 0; i < n; i++)
        if (fds[i].events & POLLIN)
            epoll_ctl(x->events.epoll, EPOLL_CTL_ADD, fds[i].fd, &e); /* or it is there already */
}

void xd_xl_deaths_watch(struct xd_xl *x)
{
    bool more = false;

    if (x->events.epoll < 0 || !x->events.xs || x->disaster || x->samples++ == 0)
        return;
    for (size_t i = 0; i < x->n_known; i++) {
        struct xd_xl_known *k = &x->known[i];

        if (k->death || k->domid == 0 || k->ended)
            continue;
        if (libxl_evenable_domain_death(x->ctx, k->domid, 0, &k->death) != 0)
            k->death = NULL;
        else
            more = true;
    }
    if (more)
        wait_for_fds(x);
}

void xd_xl_deaths_forget(struct xd_xl *x, struct xd_xl_known *k)
{
    if (k->death && x->ctx)
        libxl_evdisable_domain_death(x->ctx, k->death);
    k->death = NULL;
}

void xd_xl_deaths_end(struct xd_xl *x)
{
    for (size_t i = 0; i < x->n_known; i++)
        x->known[i].death = NULL;
}

static void tell(struct xd_xl *x, const libxl_event *e)
{
    const struct xd_xl_known *k = xd_xl_known_of(x, e->domid);
    const char *reason = xd_xl_reason_name(e->u.domain_shutdown.shutdown_reason);
    char name[128];

    xd_str_safe_to(name, sizeof(name), k && k->name ? k->name : "?");
    if (reason)
        xd_log_write(x->env->log, XD_LOG_INFO, "libxl", "%s (id %u) has shut down: %s", name,
                     e->domid, reason);
    else
        xd_log_write(x->env->log, XD_LOG_INFO, "libxl", "%s (id %u) has shut down: code %u", name,
                     e->domid, e->u.domain_shutdown.shutdown_reason);
}

/* After a disaster nobody would read libxl's descriptors any more, and they would wake us for ever:
 * closing them takes them off the list of those that are waited for. */
void xd_xl_deaths_hear(struct xd_xl *x)
{
    libxl_event *event;

    if (!x->ctx || x->samples < 2)
        return;
    if (!x->disaster)
        xd_xl_serve(x, 0);
    while (!x->disaster &&
           libxl_event_check(x->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL) == 0) {
        if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
            tell(x, event);
        libxl_event_free(x->ctx, event);
    }
    if (x->disaster)
        xd_xl_close_handles(x);
}
