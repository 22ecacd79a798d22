/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's socket: policies/wire.h is what is said on it. It never waits for who asks: a
 * connection that doesn't take its answer gets no further question answered, and one that nobody
 * hears of makes room for a new one. */
#ifndef XD_BUDGETS_SERVER_H
#define XD_BUDGETS_SERVER_H

#include <poll.h>

#include "budgets/runner.h"

#define XD_SERVER_CLIENTS 32
#define XD_SERVER_FDS     (1 + XD_SERVER_CLIENTS)

struct xd_server;

struct xd_server_config {
    const char *path;          /* the folder is made (0755); a dead daemon's socket goes */
    struct xd_runner **runner; /* whom questions are about */
    struct xd_log *log;
    int (*reload)(void *arg, struct xd_err *err);
    void *arg;
};

/* The socket belongs to root and the group adm, where there is one, and is closed to others (0660).
 * To be called by who holds the host's lock, so that nobody else listens there. */
int xd_server_open(const struct xd_server_config *c, struct xd_server **out, struct xd_err *err);
void xd_server_close(struct xd_server *s); /* takes the socket away; NULL allowed */

size_t xd_server_fds(const struct xd_server *s, struct pollfd fds[XD_SERVER_FDS]);
void xd_server_serve(struct xd_server *s, const struct pollfd *fds, size_t n);

/* One question answered, as text; may_change: who asks may. For the server and its tests. */
void xd_server_answer(const struct xd_server_config *c, const char *line, size_t len,
                      bool may_change, const char *who, struct xd_buf *out);

#endif
