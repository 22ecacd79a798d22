/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many questions at once, against a xenstored of a few lines that speaks its protocol: values, keys
 * that aren't there, answers in small pieces, and one that goes mad. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend_libxl/asks.h"

#define N 100

struct head {
    uint32_t type, request, transaction, len;
};

struct store {
    int fd;
    size_t piece;    /* bytes sent at a time */
    int mad_at;      /* the answer to this question is wrong; -1: none is */
    struct head mad; /* so */
};

static bool take(int fd, void *out, size_t n)
{
    return recv(fd, out, n, MSG_WAITALL) == (ssize_t)n;
}

static void say(const struct store *s, const void *bytes, size_t n)
{
    for (const char *p = bytes; n;) {
        size_t some = n < s->piece ? n : s->piece;

        if (send(s->fd, p, some, MSG_NOSIGNAL) < 0)
            return;
        p += some;
        n -= some;
    }
}

/* "/local/domain/7/name" is "guest-7"; every third one is none; every tenth one is as long as may
 * be. */
static void *serve(void *arg)
{
    struct store *s = arg;
    struct head h;
    char path[128], text[4096];
    int asked = 0, domid;

    while (take(s->fd, &h, sizeof(h)) && h.len <= sizeof(path) && take(s->fd, path, h.len)) {
        domid = atoi(path + strlen("/local/domain/"));
        memset(text, 'x', sizeof(text));
        if (domid % 3 == 0) {
            h.type = 16;
            h.len = (uint32_t)sprintf(text, "ENOENT") + 1;
        } else {
            h.len = domid % 10 == 0 ? sizeof(text) : (uint32_t)sprintf(text, "guest-%d", domid);
        }
        if (asked++ == s->mad_at)
            h = s->mad;
        say(s, &h, sizeof(h));
        say(s, text, h.len < sizeof(text) ? h.len : sizeof(text));
        if (h.len > sizeof(text))
            break;
    }
    close(s->fd);
    return NULL;
}

/* Returns what xd_xl_ask_all does. */
static int ask(struct xd_xl_ask asks[N], struct store s)
{
    pthread_t thread;
    int fds[2], rc;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    s.fd = fds[1];
    memset(asks, 0, N * sizeof(*asks));
    for (int i = 0; i < N; i++)
        snprintf(asks[i].path, sizeof(asks[i].path), "/local/domain/%d/name", i);
    assert_int_equal(pthread_create(&thread, NULL, serve, &s), 0);
    rc = xd_xl_ask_all(fds[0], NULL, asks, N);
    close(fds[0]);
    pthread_join(thread, NULL);
    return rc;
}

static void forget(struct xd_xl_ask asks[N])
{
    for (int i = 0; i < N; i++)
        free(asks[i].answer);
}

static void check_right(const struct xd_xl_ask *a, int domid)
{
    char wanted[32];

    snprintf(wanted, sizeof(wanted), "guest-%d", domid);
    assert_int_equal(a->errnum, domid % 3 ? 0 : ENOENT);
    if (domid % 3 == 0)
        assert_null(a->answer);
    else if (domid % 10 == 0)
        assert_int_equal(strlen(a->answer), 4096);
    else
        assert_string_equal(a->answer, wanted);
}

static void all_are_answered(void **state)
{
    static const size_t pieces[] = {100000, 17, 1};
    struct xd_xl_ask asks[N];

    for (size_t p = 0; p < 3; p++) {
        assert_int_equal(ask(asks, (struct store){.piece = pieces[p], .mad_at = -1}), 0);
        for (int i = 0; i < N; i++)
            check_right(&asks[i], i);
        forget(asks);
    }
}

static void what_is_no_answer_ends_it(void **state)
{
    static const struct head mad[] = {
        {2, 9, 0, 1},            /* to another question */
        {15, 8, 0, 1},           /* an event, which nobody asked for */
        {2, 8, 0, 4097},         /* longer than may be */
        {2, 8, 0, 0xffffffffu},  /* much longer */
        {16, 8, 0, 0x7fffffffu}, /* an error without an end */
    };
    struct xd_xl_ask asks[N];

    for (size_t m = 0; m < sizeof(mad) / sizeof(mad[0]); m++) {
        /* the 8th question of the second dozens */
        assert_int_equal(ask(asks, (struct store){.piece = 50, .mad_at = 32 + 8, .mad = mad[m]}),
                         -EPROTO);
        for (int i = 0; i < 40; i++)
            check_right(&asks[i], i);
        for (int i = 40; i < N; i++) {
            assert_null(asks[i].answer);
            assert_int_equal(asks[i].errnum, 0);
        }
        forget(asks);
    }
}

static void a_store_that_ends_is_an_error(void **state)
{
    struct xd_xl_ask asks[2] = {{.path = "/a"}, {.path = "/b"}};
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    shutdown(fds[1], SHUT_WR);
    assert_int_equal(xd_xl_ask_all(fds[0], NULL, asks, 2), -ECONNRESET);
    close(fds[1]);
    assert_int_equal(xd_xl_ask_all(fds[0], NULL, asks, 2), -EPIPE);
    close(fds[0]);
}

/* --- over several connections --- */

static struct more {
    struct store store[32]; /* one each, the first is the one that is there */
    pthread_t thread[32];
    int n, most, mad_on; /* which of them goes mad; -1: none does */
} more;

static int connect_more(void)
{
    struct store *s = &more.store[more.n];
    int fds[2];

    if (more.n == more.most)
        return -ECONNREFUSED;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    *s = (struct store){.fd = fds[1], .piece = 1000, .mad_at = -1};
    if (more.n == more.mad_on) {
        s->mad_at = 0;
        s->mad = (struct head){2, 77, 0, 1};
    }
    assert_int_equal(pthread_create(&more.thread[more.n++], NULL, serve, s), 0);
    return fds[0];
}

/* Asks n questions where there may be `most` connections; returns what xd_xl_ask_all does. Each
 * connection but the first must be closed at its end, or the joins would wait for ever. */
static int ask_wide(struct xd_xl_ask *asks, size_t n, int most, int mad_on)
{
    int fd, rc;

    more.n = 0;
    more.most = most;
    more.mad_on = mad_on;
    fd = connect_more();
    memset(asks, 0, n * sizeof(*asks));
    for (size_t i = 0; i < n; i++)
        snprintf(asks[i].path, sizeof(asks[i].path), "/local/domain/%zu/name", i);
    rc = xd_xl_ask_all(fd, connect_more, asks, n);
    for (int i = 1; i < more.n; i++)
        pthread_join(more.thread[i], NULL);
    close(fd);
    pthread_join(more.thread[0], NULL);
    return rc;
}

static void many_are_asked_over_several(void **state)
{
    static const struct {
        size_t n;
        int most, used;
    } cases[] = {
        {1, 32, 1},    {19, 32, 1},   {20, 32, 2},
        {101, 32, 10}, {251, 32, 16}, {900, 32, 16}, /* more than one round */
        {251, 1, 1}, /* nobody answers any more: the one that is there has to do */
        {251, 5, 5},
    };
    static struct xd_xl_ask asks[900];

    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        assert_int_equal(ask_wide(asks, cases[c].n, cases[c].most, -1), 0);
        assert_int_equal(more.n, cases[c].used);
        for (size_t i = 0; i < cases[c].n; i++) {
            check_right(&asks[i], (int)i);
            free(asks[i].answer);
        }
    }
}

static void one_of_several_that_goes_mad_ends_it(void **state)
{
    static struct xd_xl_ask asks[251];

    for (int mad = 0; mad < 16; mad++) {
        size_t answered = 0;

        assert_int_equal(ask_wide(asks, 251, 32, mad), -EPROTO);
        while (answered < 251 && (asks[answered].answer || asks[answered].errnum)) {
            check_right(&asks[answered], (int)answered);
            free(asks[answered++].answer);
        }
        assert_int_equal(answered, 16 * mad);
        for (size_t i = answered; i < 251; i++)
            assert_true(!asks[i].answer && !asks[i].errnum);
    }
}

/* What was asked ahead is taken in its order; what is left out is passed over, what wasn't asked
 * ahead isn't there. */
static void answers_are_taken_in_their_order(void **state)
{
    struct store s = {.piece = 1000, .mad_at = -1};
    struct xd_xl_asked *l = xd_xl_asked_new();
    pthread_t thread;
    char *answer;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    s.fd = fds[1];
    assert_int_equal(pthread_create(&thread, NULL, serve, &s), 0);
    for (int i = 1; i <= 300; i++)
        xd_xl_asked_add(l, "/local/domain/%d/name", i);
    assert_int_equal(xd_xl_asked_fetch(l, fds[0], NULL), 0);
    close(fds[0]);
    pthread_join(thread, NULL);
    assert_true(xd_xl_asked_take(l, "/local/domain/1/name", &answer));
    assert_string_equal(answer, "guest-1");
    free(answer);
    assert_false(xd_xl_asked_take(l, "/local/domain/2/memory/target", &answer));
    assert_true(xd_xl_asked_take(l, "/local/domain/3/name", &answer));
    assert_null(answer);
    assert_int_equal(errno, ENOENT);
    assert_false(xd_xl_asked_take(l, "/local/domain/2/name", &answer));
    assert_true(xd_xl_asked_take(l, "/local/domain/4/name", &answer));
    assert_string_equal(answer, "guest-4");
    free(answer);
    xd_xl_asked_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_answered),
        cmocka_unit_test(what_is_no_answer_ends_it),
        cmocka_unit_test(a_store_that_ends_is_an_error),
        cmocka_unit_test(many_are_asked_over_several),
        cmocka_unit_test(one_of_several_that_goes_mad_ends_it),
        cmocka_unit_test(answers_are_taken_in_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
