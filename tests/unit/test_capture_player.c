/* SPDX-License-Identifier: GPL-2.0-or-later */
/* backends/capture/player: which moment is due, at every pace, after every verb. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "backend_capture/player.h"
#include "base/clock.h"

#define S  XD_NS_PER_S
#define MS XD_NS_PER_MS

/* A recording of one sample a second for 10 s, played from the clock's second 100 on. */
static void make(struct xd_player *p)
{
    xd_player_init(p);
    for (size_t i = 0; i <= 10; i++)
        xd_player_add(p, i, (int64_t)i * S, true);
    assert_int_equal(p->n, 11);
}

static size_t shown(struct xd_player *p, int64_t now_ns)
{
    return xd_player_show(p, now_ns)->last_frame;
}

static void must(struct xd_player *p, const char *verb, int64_t now_ns)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_player_control(p, verb, now_ns, &err))
        fail_msg("%s: %s", verb, err.text);
}

static void must_not(struct xd_player *p, const char *verb, int64_t now_ns, int code,
                     const char *part)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_player_control(p, verb, now_ns, &err), code);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" does not say \"%s\"", err.text, part);
}

static void test_plays(void **state)
{
    struct xd_player p;

    make(&p);
    assert_int_equal(xd_player_due(&p, 100 * S), 0);
    assert_int_equal(shown(&p, 100 * S), 0);
    assert_int_equal(p.shown_at_ns, 100 * S);
    assert_int_equal(xd_player_due(&p, 100 * S), S);
    assert_int_equal(shown(&p, 101 * S - 1), 0);
    assert_int_equal(shown(&p, 101 * S), 1);
    /* Looked at late, it still became due on time. */
    assert_int_equal(shown(&p, 103 * S + 700 * MS), 3);
    assert_int_equal(p.shown_at_ns, 103 * S);
    assert_int_equal(xd_player_due(&p, 103 * S + 700 * MS), 300 * MS);
    assert_int_equal(xd_player_state(&p, 109 * S), XD_PLAYER_PLAYING);
    assert_int_equal(shown(&p, 200 * S), 10);
    assert_int_equal(p.shown_at_ns, 110 * S);
    assert_int_equal(xd_player_position(&p, 200 * S), 10 * S);
    assert_int_equal(xd_player_state(&p, 110 * S), XD_PLAYER_ENDED);
    assert_int_equal(xd_player_due(&p, 200 * S), -1);
    /* It stays, and it stays as old as it is. */
    assert_int_equal(shown(&p, 300 * S), 10);
    assert_int_equal(p.shown_at_ns, 110 * S);
    xd_player_done(&p);
}

static void test_pause_and_steps(void **state)
{
    struct xd_player p;

    make(&p);
    shown(&p, 0);
    must(&p, "pause", 2 * S + 500 * MS);
    must_not(&p, "pause", 2 * S, -EALREADY, "paused already");
    assert_int_equal(shown(&p, 9 * S), 2);
    assert_int_equal(xd_player_due(&p, 9 * S), -1);
    assert_int_equal(xd_player_position(&p, 9 * S), 2500 * MS);
    must(&p, "resume", 20 * S);
    must_not(&p, "resume", 20 * S, -EALREADY, "running already");
    assert_int_equal(xd_player_due(&p, 20 * S), 500 * MS);
    assert_int_equal(shown(&p, 20 * S + 500 * MS), 3);

    must_not(&p, "step", 30 * S, -ERANGE, "the last sample"); /* it ran up to the end */
    assert_int_equal(xd_player_state(&p, 30 * S), XD_PLAYER_PAUSED);
    must_not(&p, "resume", 30 * S, -ERANGE, "at its end");
    must(&p, "step -4", 31 * S);
    assert_int_equal(shown(&p, 31 * S), 6);
    assert_int_equal(p.shown_at_ns, 31 * S);
    must(&p, "step 3", 32 * S);
    assert_int_equal(shown(&p, 32 * S), 9);
    must(&p, "step -100", 33 * S);
    assert_int_equal(shown(&p, 33 * S), 0);
    must_not(&p, "step -1", 33 * S, -ERANGE, "the first sample");
    must_not(&p, "step 0", 33 * S, -EINVAL, "how many samples");
    must_not(&p, "step x", 33 * S, -EINVAL, "it got \"x\"");
    must(&p, "step 9223372036854775807", 34 * S);
    assert_int_equal(shown(&p, 34 * S), 10);
    xd_player_done(&p);
}

static void test_speed(void **state)
{
    struct xd_player p;

    make(&p);
    shown(&p, 0);
    must(&p, "speed 4", 2 * S);
    assert_int_equal(xd_player_position(&p, 2 * S), 2 * S);
    assert_int_equal(xd_player_due(&p, 2 * S), 250 * MS);
    assert_int_equal(shown(&p, 3 * S), 6);
    assert_int_equal(p.shown_at_ns, 3 * S);
    assert_int_equal(xd_player_scaled(&p, 2 * S), 500 * MS);
    must(&p, "speed 0.5x", 3 * S);
    assert_int_equal(xd_player_due(&p, 3 * S), 2 * S);
    assert_int_equal(shown(&p, 5 * S - 1), 6);
    assert_int_equal(shown(&p, 5 * S), 7);
    must(&p, "speed 1000", 5 * S);
    assert_int_equal(xd_player_due(&p, 5 * S), 20 * MS); /* no screen is faster */
    must_not(&p, "speed 0", 5 * S, -EINVAL, "0.01 to 1000");
    must_not(&p, "speed nan", 5 * S, -EINVAL, "speed wants");
    must_not(&p, "speed", 5 * S, -EINVAL, "speed wants");
    must_not(&p, "speed x", 5 * S, -EINVAL, "speed wants");
    must_not(&p, "speed 1001", 5 * S, -EINVAL, "speed wants");
    xd_player_done(&p);
}

/* When due() says that a moment comes, then it comes: at any pace, from any position. */
static void test_due_is_exact(void **state)
{
    static const char *const speeds[] = {"speed 0.01", "speed 0.333", "speed 1", "speed 3",
                                         "speed 7.77"};

    for (size_t i = 0; i < 5; i++) {
        struct xd_player p;
        int64_t now = 1234567891, due;
        size_t last = 0;

        make(&p);
        must(&p, speeds[i], now);
        assert_int_equal(shown(&p, now), 0);
        while ((due = xd_player_due(&p, now)) >= 0) {
            now += due;
            assert_int_equal(shown(&p, now), ++last);
            assert_true(p.shown_at_ns <= now && p.shown_at_ns > now - 100);
        }
        assert_int_equal(last, 10);
        assert_int_equal(xd_player_state(&p, now), XD_PLAYER_ENDED);
        xd_player_done(&p);
    }
}

static void test_seek(void **state)
{
    struct xd_player p;

    make(&p);
    must(&p, "seek 50%", 0); /* before anything was shown */
    assert_int_equal(shown(&p, 0), 5);
    must(&p, "seek 2s", 1 * S);
    assert_int_equal(shown(&p, 1 * S), 2);
    must(&p, "seek +3500ms", 1 * S);
    assert_int_equal(shown(&p, 1 * S), 5);
    must(&p, "seek -1s", 1 * S);
    assert_int_equal(shown(&p, 1 * S), 4);
    assert_int_equal(xd_player_position(&p, 1 * S), 4500 * MS);
    must(&p, "seek -1h", 1 * S);
    assert_int_equal(xd_player_position(&p, 1 * S), 0);
    must(&p, "seek 1h", 1 * S);
    assert_int_equal(xd_player_state(&p, 1 * S), XD_PLAYER_ENDED);
    must_not(&p, "resume", 1 * S, -ERANGE, "at its end");
    must(&p, "restart", 2 * S);
    assert_int_equal(xd_player_state(&p, 2 * S), XD_PLAYER_PLAYING);
    assert_int_equal(shown(&p, 3 * S), 1);
    must(&p, "pause", 3 * S);
    must(&p, "seek 100%", 4 * S); /* a pause outlives a jump */
    assert_int_equal(xd_player_state(&p, 4 * S), XD_PLAYER_PAUSED);
    assert_int_equal(shown(&p, 9 * S), 10);
    must_not(&p, "seek", 4 * S, -EINVAL, "90s, +30s, -1m or 50%");
    must_not(&p, "seek 101%", 4 * S, -EINVAL, "it got \"101%\"");
    must_not(&p, "seek soon", 4 * S, -EINVAL, "it got \"soon\"");
    must_not(&p, "seek %", 4 * S, -EINVAL, "seek wants");
    xd_player_done(&p);
}

static void test_verbs(void **state)
{
    struct xd_player p;

    make(&p);
    must_not(&p, "rewind", 0, -EINVAL, "\"rewind\" is no verb of a playback; there are: pause,");
    must_not(&p, "", 0, -EINVAL, "is no verb");
    must_not(&p, "pausenow", 0, -EINVAL, "is no verb");
    must_not(&p, "pause now", 0, -EINVAL, "takes nothing behind it");
    must(&p, "  step   2", 0);
    assert_int_equal(shown(&p, 0), 2);
    xd_player_done(&p);
}

/* Two sources side by side make one moment; the second sample of one begins another. */
static void test_moments(void **state)
{
    struct xd_player p;

    xd_player_init(&p);
    xd_player_add(&p, 0, 0, true);
    xd_player_add(&p, 1, 100 * MS, false);
    xd_player_add(&p, 2, 200 * MS, true);
    xd_player_add(&p, 3, 300 * MS, false);
    xd_player_add(&p, 4, 600 * MS, false);
    assert_int_equal(p.n, 3);
    assert_int_equal(p.moments[0].last_frame, 1);
    assert_int_equal(p.moments[1].last_frame, 3);
    assert_int_equal(p.moments[2].last_frame, 4);
    assert_int_equal(p.moments[1].pos_ns, 200 * MS);
    xd_player_done(&p);
}

/* Positions as far apart as 64 bits allow. */
static void test_extremes(void **state)
{
    struct xd_player p;

    xd_player_init(&p);
    xd_player_add(&p, 0, 0, true);
    xd_player_add(&p, 1, INT64_MAX, true);
    assert_int_equal(shown(&p, S), 0);
    assert_int_equal(xd_player_due(&p, S), INT64_MAX);
    must(&p, "speed 0.01", S);
    assert_int_equal(xd_player_due(&p, S), INT64_MAX);
    must(&p, "speed 1000", S);
    assert_int_equal(shown(&p, INT64_MAX), 1);
    must(&p, "seek -25%", INT64_MAX);
    assert_true(xd_player_position(&p, INT64_MAX) == INT64_MAX - INT64_MAX / 4);
    xd_player_done(&p);

    xd_player_init(&p); /* a single sample */
    xd_player_add(&p, 0, 0, true);
    assert_int_equal(shown(&p, S), 0);
    assert_int_equal(xd_player_due(&p, S), -1);
    assert_int_equal(xd_player_state(&p, S), XD_PLAYER_ENDED);
    must(&p, "seek 50%", S);
    must(&p, "restart", S);
    xd_player_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plays),   cmocka_unit_test(test_pause_and_steps),
        cmocka_unit_test(test_speed),   cmocka_unit_test(test_due_is_exact),
        cmocka_unit_test(test_seek),    cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_moments), cmocka_unit_test(test_extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
