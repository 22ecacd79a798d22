/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many values of xenstore at once. libxenstore sends a question when the one before is answered,
 * which takes seven system calls and two switches of process for each; at the first look at
 * hundreds of domains that is most of what a command costs. xenstored answers in order whatever
 * stands in the socket, so here they are sent by the dozen (the protocol:
 * xen/include/public/io/xs_wire.h). But in a turn it answers one question of each connection, and a
 * turn looks at all connections, the domains' among them: with hundreds of domains that look is
 * what an answer costs. So many questions are spread over several connections. Needs no Xen
 * library. */
#ifndef XD_XL_ASKS_H
#define XD_XL_ASKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct xd_xl_ask {
    char path[96];
    char *answer; /* to be freed; NULL: errnum says why not */
    int errnum;
};

/* Asks for all of them over a connection to xenstored's socket, and if they are many over more of
 * them, which connect makes and which are closed again (NULL: only over that one; where it makes
 * none, those that there are have to do). 0; or -errno: the connection is of no use any more, and
 * asks without an answer have errnum 0. */
int xd_xl_ask_all(int fd, int (*connect)(void), struct xd_xl_ask *asks, size_t n);

/* Answers that were asked for ahead, to be taken in about the order in which they were. */
struct xd_xl_asked;

struct xd_xl_asked *xd_xl_asked_new(void);
void xd_xl_asked_free(struct xd_xl_asked *l);
void xd_xl_asked_add(struct xd_xl_asked *l, const char *fmt, ...) XD_PRINTF(2, 3);
/* Asks them all; fd, connect and the result are those of xd_xl_ask_all. */
int xd_xl_asked_fetch(struct xd_xl_asked *l, int fd, int (*connect)(void));
/* True: that path was answered; *answer is the caller's, or NULL and errno says why there is none.
 */
bool xd_xl_asked_take(struct xd_xl_asked *l, const char *path, char **answer);

#endif
