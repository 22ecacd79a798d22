/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one lock of the program: a queue of messages with an eventfd, many senders, one receiver.
 * The receiver polls the fd and never blocks on the lock longer than a pointer swap. */
#ifndef XD_BASE_QUEUE_H
#define XD_BASE_QUEUE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct xd_msg {
    struct xd_msg *next;
    int kind;
    void (*drop)(struct xd_msg *m); /* frees the message, whoever holds it last */
};

struct xd_queue {
    pthread_mutex_t lock;
    struct xd_msg *head, *tail;
    uint64_t owed; /* writes to fd that were promised and haven't been read */
    /* Readable while the queue is not empty, and now and then when it has just become so: then pop
     * gives NULL, and it is silent. O_CLOEXEC. */
    int fd;
};

int xd_queue_init(struct xd_queue *q);                    /* 0 or -errno */
void xd_queue_done(struct xd_queue *q);                   /* drops what is left */
void xd_queue_push(struct xd_queue *q, struct xd_msg *m); /* takes m */
struct xd_msg *xd_queue_pop(struct xd_queue *q);          /* NULL when empty; the caller owns it */

#endif
