/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xenstore tells by itself: domains that come and go, and changes below /local/domain, where
 * names, memory targets and guests' words are. It makes known.c's answers exact without asking for
 * them again and again, and wakes the worker. An observer's only; a connection of its own, because
 * one with watches has a thread that every answer goes through. */
#ifndef XD_XL_EVENTS_H
#define XD_XL_EVENTS_H

#include <stdbool.h>

struct xd_xl;

struct xd_xl_events {
    int epoll;            /* what the worker waits for; -1: none */
    struct xs_handle *xs; /* NULL: not watching (yet) */
    bool refused;         /* watches can't be had: not tried again on this connection */
};

/* Makes the descriptor to wait for, which stays the same until the end. */
void xd_xl_events_init(struct xd_xl *x);
void xd_xl_events_done(struct xd_xl *x);

/* Begins to watch if need be; then takes in all that xenstore had done before this call, so that
 * what is marked in x->known as still right is. 0, also where watching isn't possible; -errno:
 * xenstore is dead. */
int xd_xl_events_sync(struct xd_xl *x);
/* Ends watching: xenstore is dead, or the end. */
void xd_xl_events_stop(struct xd_xl *x);

/* xd_backend.wake_fd and wake */
int xd_xl_wake_fd(void *self);
bool xd_xl_wake(void *self);

#endif
