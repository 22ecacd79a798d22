/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/queue: order, readiness of the fd, ownership, and many senders at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/queue.h"

struct note {
    struct xd_msg msg; /* first: a message is the beginning of its note */
    int sender, number;
    atomic_int *drops;
};

static void drop_note(struct xd_msg *m)
{
    struct note *n = (struct note *)m;

    if (n->drops)
        atomic_fetch_add(n->drops, 1);
    free(n);
}

static struct xd_msg *note(int sender, int number, atomic_int *drops)
{
    struct note *n = xd_malloc(sizeof(*n));

    n->msg.drop = drop_note;
    n->sender = sender;
    n->number = number;
    n->drops = drops;
    return &n->msg;
}

static int readable(const struct xd_queue *q)
{
    struct pollfd p = {.fd = q->fd, .events = POLLIN};

    return poll(&p, 1, 0);
}

static void first_in_first_out_and_readable_meanwhile(void **state)
{
    struct xd_queue q;

    assert_int_equal(xd_queue_init(&q), 0);
    assert_true(fcntl(q.fd, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(q.fd, F_GETFL) & O_NONBLOCK);
    assert_null(xd_queue_pop(&q));
    for (int round = 0; round < 3; round++) {
        assert_int_equal(readable(&q), 0);
        for (int i = 0; i < 3; i++)
            xd_queue_push(&q, note(0, i, NULL));
        for (int i = 0; i < 3; i++) {
            struct note *n;

            assert_int_equal(readable(&q), 1);
            n = (struct note *)xd_queue_pop(&q);
            assert_int_equal(n->number, i);
            assert_null(n->msg.next);
            n->msg.drop(&n->msg);
        }
        assert_null(xd_queue_pop(&q));
    }
    assert_int_equal(readable(&q), 0);
    xd_queue_done(&q);
}

static void what_is_left_is_dropped(void **state)
{
    struct xd_msg bare = {.drop = NULL}; /* one that needs no freeing */
    atomic_int drops = 0;
    struct xd_queue q;

    xd_queue_init(&q);
    for (int i = 0; i < 5; i++)
        xd_queue_push(&q, note(0, i, &drops));
    xd_queue_push(&q, &bare);
    xd_queue_done(&q);
    assert_int_equal(drops, 5);
}

#define SENDERS 4
#define EACH    2000

struct sender {
    struct xd_queue *q;
    int id;
};

static void *send_all(void *arg)
{
    struct sender *s = arg;

    for (int i = 0; i < EACH; i++)
        xd_queue_push(s->q, note(s->id, i, NULL));
    return NULL;
}

/* As the UI thread does it: sleeps in poll, then takes all there is. Every message arrives once,
 * and each sender's in its order. */
static void many_senders_one_receiver(void **state)
{
    struct sender senders[SENDERS];
    pthread_t threads[SENDERS];
    int next[SENDERS] = {0}, got = 0;
    struct xd_queue q;
    struct note *n;

    xd_queue_init(&q);
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){&q, i};
        assert_int_equal(pthread_create(&threads[i], NULL, send_all, &senders[i]), 0);
    }
    while (got < SENDERS * EACH) {
        struct pollfd p = {.fd = q.fd, .events = POLLIN};

        assert_int_equal(poll(&p, 1, 10000), 1); /* a lost wake-up would end here */
        while ((n = (struct note *)xd_queue_pop(&q))) {
            assert_int_equal(n->number, next[n->sender]);
            next[n->sender]++;
            got++;
            n->msg.drop(&n->msg);
        }
    }
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    assert_null(xd_queue_pop(&q)); /* the last sender may have been late to say what was taken */
    assert_int_equal(readable(&q), 0);
    xd_queue_done(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out_and_readable_meanwhile),
        cmocka_unit_test(what_is_left_is_dropped),
        cmocka_unit_test(many_senders_one_receiver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
