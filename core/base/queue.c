/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The message queue: see queue.h. The eventfd is written and emptied under the lock, on the steps
 * from empty to not empty and back, so "readable" and "not empty" can't come apart. */
#include "base/queue.h"

#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

int xd_queue_init(struct xd_queue *q)
{
    int rc = pthread_mutex_init(&q->lock, NULL);

    if (rc)
        return -rc;
    q->head = q->tail = NULL;
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

/* Neither call can fail or block: the counter is 0 or 1, and the fd doesn't wait. */
static void set_readable(struct xd_queue *q, int readable)
{
    uint64_t n = 1;
    ssize_t rc = readable ? write(q->fd, &n, sizeof(n)) : read(q->fd, &n, sizeof(n));

    (void)rc;
}

void xd_queue_push(struct xd_queue *q, struct xd_msg *m)
{
    m->next = NULL;
    pthread_mutex_lock(&q->lock);
    if (q->tail) {
        q->tail->next = m;
    } else {
        q->head = m;
        set_readable(q, 1);
    }
    q->tail = m;
    pthread_mutex_unlock(&q->lock);
}

struct xd_msg *xd_queue_pop(struct xd_queue *q)
{
    struct xd_msg *m;

    pthread_mutex_lock(&q->lock);
    m = q->head;
    if (m) {
        q->head = m->next;
        m->next = NULL;
        if (!q->head) {
            q->tail = NULL;
            set_readable(q, 0);
        }
    }
    pthread_mutex_unlock(&q->lock);
    return m;
}
