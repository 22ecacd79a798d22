/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The message queue: see queue.h. The eventfd is emptied under the lock whenever the queue is found
 * or left empty, and written after the lock is given back, by who put the first message in: whoever
 * is woken by it shouldn't run into the lock. So it may be readable once too often (the message was
 * taken before the write), never once too little. */
#include "base/queue.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

int xd_queue_init(struct xd_queue *q)
{
    int rc = pthread_mutex_init(&q->lock, NULL);

    if (rc)
        return -rc;
    q->head = q->tail = NULL;
    q->owed = 0;
    q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (q->fd < 0) {
        rc = -errno;
        pthread_mutex_destroy(&q->lock);
    }
    return rc;
}

void xd_queue_done(struct xd_queue *q)
{
    struct xd_msg *m;

    while ((m = xd_queue_pop(q))) {
        if (m->drop)
            m->drop(m);
    }
    close(q->fd);
    q->fd = -1;
    pthread_mutex_destroy(&q->lock);
}

/* Neither call can fail or block: the counter stays small, and the fd doesn't wait. */
static void make_readable(const struct xd_queue *q)
{
    uint64_t n = 1;
    ssize_t rc = write(q->fd, &n, sizeof(n));

    (void)rc;
}

/* With the lock held. A write that is still to come makes it readable again, and is owed on. */
static void make_silent(struct xd_queue *q)
{
    uint64_t n;

    if (q->owed && read(q->fd, &n, sizeof(n)) == sizeof(n))
        q->owed -= n;
}

void xd_queue_push(struct xd_queue *q, struct xd_msg *m)
{
    bool first;

    m->next = NULL;
    pthread_mutex_lock(&q->lock);
    first = !q->tail;
    if (first) {
        q->head = m;
        q->owed++;
    } else {
        q->tail->next = m;
    }
    q->tail = m;
    pthread_mutex_unlock(&q->lock);
    if (first)
        make_readable(q);
}

struct xd_msg *xd_queue_pop(struct xd_queue *q)
{
    struct xd_msg *m;

    pthread_mutex_lock(&q->lock);
    m = q->head;
    if (m) {
        q->head = m->next;
        m->next = NULL;
        if (!q->head)
            q->tail = NULL;
    }
    if (!q->head)
        make_silent(q);
    pthread_mutex_unlock(&q->lock);
    return m;
}
