/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine/session: threads, samples, sources that hang or fail, and the end of a session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>

#include "fake_bench.h"

#define MS XD_NS_PER_MS
#define S  XD_NS_PER_S

static int64_t real_now(void)
{
    struct xd_clock c;

    xd_clock_init_real(&c);
    return xd_clock_now(&c);
}

static void open_threads(struct bench *b, bool manual, struct xd_session_config c)
{
    struct xd_err err = XD_ERR_INIT;

    bench_init(b, manual);
    assert_int_equal(bench_open(b, &c, &err), 0);
}

/* Polls as a console does, until a sample more is there. */
static void await_sample(struct bench *b)
{
    const struct xd_world *w = xd_session_world(b->s);
    uint64_t before = xd_world_source(w, 0).samples;
    struct pollfd p = {.fd = xd_session_fd(b->s), .events = POLLIN};
    int64_t until = real_now() + 10 * S;

    while (xd_world_source(w, 0).samples == before && real_now() < until) {
        poll(&p, 1, 1000);
        xd_session_dispatch(b->s);
    }
    assert_true(xd_world_source(w, 0).samples > before);
}

static void samples_come_by_themselves(void **state)
{
    const struct xd_world *w;
    struct bench b;
    uint64_t generation;
    struct xd_snapshot *snap;

    open_threads(&b, false, (struct xd_session_config){.interval_ns = 20 * MS});
    w = xd_session_world(b.s);
    assert_int_equal(xd_session_wait_samples(b.s, 3, 10 * S, NULL), 0);
    generation = xd_world_generation(w);
    await_sample(&b);
    assert_true(xd_world_generation(w) > generation);
    assert_int_equal(xd_world_source(w, 0).state, XD_SOURCE_OK);
    assert_true(xd_world_source(w, 0).at_ns > 0);
    assert_int_equal(xd_world_table(w, "domains")->n, 3);
    snap = xd_session_snapshot(b.s, 0);
    assert_true(xd_snapshot_seq(snap) >= 4);
    assert_null(xd_session_snapshot(b.s, 1));
    xd_session_set_interval(b.s, 0); /* a floor keeps it from eating a CPU */
    assert_int_equal(xd_session_interval(b.s), 10 * MS);
    await_sample(&b);
    bench_done(&b);
    /* A snapshot outlives its session. */
    assert_int_equal(xd_snapshot_table(snap, "domains")->n, 3);
    xd_snapshot_unref(snap);
    assert_int_equal(fake.opened, 1);
    assert_int_equal(fake.closed, 1);
    assert_int_equal(fake.looks_wrong, 0);
}

static void nothing_new_is_nothing_to_draw(void **state)
{
    struct bench b;

    open_threads(&b, false, (struct xd_session_config){.interval_ns = 3600 * S});
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    assert_false(xd_session_dispatch(b.s));
    assert_false(xd_session_dispatch(b.s));
    assert_true(xd_session_timeout_ms(b.s) > 3500000);
    xd_session_refresh(b.s);
    xd_session_refresh(b.s); /* one is under way already */
    await_sample(&b);
    assert_false(xd_session_dispatch(b.s));
    assert_int_equal(fake.collects, 2);
    bench_done(&b);
}

static void an_edit_by_threads(void **state)
{
    const struct xd_wish wishes[] = {{"web1", "sched.cap", "40"}, {"db1", "pause", NULL}};
    struct bench b;

    open_threads(&b, false, (struct xd_session_config){.interval_ns = 50 * MS});
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    assert_int_equal(bench_apply(&b, wishes, 2)->outcome, XD_DONE);
    fake_lock();
    assert_int_equal(fake.d[1].cap, 40);
    assert_int_equal(fake.d[2].state, XD_STATE_PAUSED);
    fake_unlock();
    bench_done(&b);
    assert_int_equal(fake.opened, 2);
    assert_int_equal(fake.closed, 2);
    assert_int_equal(fake.looks_wrong, 0);
}

static void a_source_that_hangs_is_stale_and_nothing_else(void **state)
{
    const struct xd_world *w;
    struct bench b;
    int64_t began;

    open_threads(&b, true, (struct xd_session_config){.interval_ns = S});
    w = xd_session_world(b.s);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    atomic_store(&fake.orders.hang_collect, true);
    xd_session_refresh(b.s);
    fake_await(&fake.hung, 1);
    xd_clock_advance(&b.clock, 2900 * MS);
    assert_false(xd_session_dispatch(b.s));
    assert_int_equal(xd_world_source(w, 0).state, XD_SOURCE_OK);
    assert_in_range(xd_session_timeout_ms(b.s), 1, 100);
    xd_clock_advance(&b.clock, 1300 * MS);
    began = real_now();
    assert_true(xd_session_dispatch(b.s));
    assert_true(real_now() - began < 100 * MS);
    assert_int_equal(xd_world_source(w, 0).state, XD_SOURCE_STALE);
    assert_string_equal(xd_world_trouble(w, "domains"), "fake has not answered for 4.2 s");
    assert_int_equal(xd_world_table(w, "domains")->n, 3);
    /* The sentence counts on once a second, not with every key. */
    assert_in_range(xd_session_timeout_ms(b.s), 999, 1000);
    xd_clock_advance(&b.clock, 900 * MS);
    assert_false(xd_session_dispatch(b.s));
    xd_clock_advance(&b.clock, 100 * MS);
    assert_true(xd_session_dispatch(b.s));
    assert_string_equal(xd_world_trouble(w, "domains"), "fake has not answered for 5.2 s");
    /* The operator is another thread: edits go on. */
    assert_int_equal(bench_apply(&b, &(struct xd_wish){"web1", "sched.cap", "40"}, 1)->outcome,
                     XD_DONE);
    atomic_store(&fake.orders.hang_collect, false);
    await_sample(&b);
    assert_null(xd_world_trouble(w, "domains"));
    assert_true(bench_logged(&b, "fake has not answered for 4.2 s"));
    assert_true(bench_logged(&b, "answers again"));
    bench_done(&b);
    assert_int_equal(fake.closed, 2);
}

static void a_first_sample_that_does_not_come(void **state)
{
    struct xd_session_config c = {.interval_ns = S};
    struct xd_err err = XD_ERR_INIT;
    struct bench b;

    bench_init(&b, true);
    atomic_store(&fake.orders.hang_collect, true);
    assert_int_equal(bench_open(&b, &c, &err), 0);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 30 * MS, &err), -ETIMEDOUT);
    assert_non_null(strstr(err.text, "fake delivered 0 of 1 samples within 0."));
    xd_clock_advance(&b.clock, 3100 * MS);
    xd_session_dispatch(b.s);
    assert_int_equal(xd_world_source(xd_session_world(b.s), 0).state, XD_SOURCE_STALE);
    assert_string_equal(xd_world_trouble(xd_session_world(b.s), "domains"),
                        "fake has not answered for 3.1 s");
    atomic_store(&fake.orders.hang_collect, false);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, &err), 0);
    bench_done(&b);
}

static void waiting_can_be_interrupted(void **state)
{
    struct xd_session_config c = {.interval_ns = S};
    struct xd_err err = XD_ERR_INIT;
    struct bench b;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    c.interrupt_fd = ends[0];
    bench_init(&b, true);
    atomic_store(&fake.orders.hang_collect, true);
    assert_int_equal(bench_open(&b, &c, &err), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 3600 * S, &err), -EINTR);
    assert_string_equal(err.text, "stopped while waiting for fake");
    atomic_store(&fake.orders.hang_collect, false);
    bench_done(&b);
    close(ends[0]);
    close(ends[1]);
}

/* --- the end --- */

static void closing_does_not_wait_for_one_who_hangs(void **state)
{
    struct bench b;
    int64_t began;

    open_threads(&b, false, (struct xd_session_config){.interval_ns = 20 * MS});
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    atomic_store(&fake.orders.hang_collect, true);
    fake_await(&fake.hung, 1);
    began = real_now();
    bench_done(&b);
    assert_true(real_now() - began < 900 * MS);
    assert_int_equal(fake.closed, 0);
    /* It comes back to a session that is gone, and ends without a word. */
    atomic_store(&fake.orders.hang_collect, false);
    fake_await(&fake.collects, atomic_load(&fake.entered));
    assert_int_equal(fake.closed, 0);
}

static void one_who_asks_whether_to_stop_is_told(void **state)
{
    struct bench b;

    open_threads(&b, false, (struct xd_session_config){.interval_ns = 20 * MS});
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    atomic_store(&fake.orders.hang_until_stopping, true);
    atomic_store(&fake.orders.hang_collect, true);
    fake_await(&fake.hung, 1);
    bench_done(&b);
    assert_int_equal(fake.closed, 1);
}

static void an_operator_that_hangs_keeps_its_observer_open(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_journal *j;
    struct bench b;
    int64_t began;

    memset(&b, 0, sizeof(b));
    open_threads(&b, false, (struct xd_session_config){.interval_ns = 20 * MS});
    xd_session_close(b.s);
    fake_reset();
    assert_int_equal(bench_open(&b, &(struct xd_session_config){.journal = bench_path(&b)}, &err),
                     0);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    atomic_store(&fake.orders.hang_write, true);
    assert_int_equal(
        xd_session_apply(b.s, bench_plan(&b, &(struct xd_wish){"web1", "sched.cap", "40"}, 1),
                         NULL),
        0);
    fake_await(&fake.hung, 1);
    began = real_now();
    xd_session_close(b.s);
    b.s = NULL;
    assert_true(real_now() - began < 1500 * MS);
    assert_int_equal(fake.closed, 0);
    assert_int_equal(xd_journal_open(b.path, &b.clock, &b.log, &j, &err), 0);
    assert_int_equal(xd_journal_at(j, 0)->outcome, XD_LOST);
    assert_string_equal(xd_journal_at(j, 0)->detail,
                        "xendeck ended while this was carried out: web1 sched.cap none → 40");
    xd_journal_close(j);
    atomic_store(&fake.orders.hang_write, false);
    fake_await(&fake.reads, 2); /* it reads back what it wrote, and ends */
    bench_done(&b);
}

static void closing_ends_a_running_plan(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_journal *j;
    struct bench b;

    bench_init(&b, false);
    assert_int_equal(bench_open(&b, &(struct xd_session_config){.journal = bench_path(&b)}, &err),
                     0);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    atomic_store(&fake.orders.settled_rc, 2); /* never seen, so it would go on for seconds */
    assert_int_equal(
        xd_session_apply(b.s, bench_plan(&b, &(struct xd_wish){"web1", "pause", NULL}, 1), NULL),
        0);
    fake_await(&fake.acts, 1);
    xd_session_close(b.s);
    b.s = NULL;
    assert_int_equal(fake.closed, 2);
    assert_int_equal(xd_journal_open(b.path, &b.clock, &b.log, &j, &err), 0);
    assert_int_equal(xd_journal_at(j, 0)->outcome, XD_NOT_SEEN);
    xd_journal_close(j);
    bench_done(&b);
}

/* --- opening --- */

static void a_host_that_cannot_be_opened(void **state)
{
    struct xd_session_config c = {.interval_ns = S};
    struct xd_err err = XD_ERR_INIT;
    struct bench b;

    for (int threads = 0; threads < 2; threads++) {
        bench_init(&b, true);
        atomic_store(&fake.orders.open_rc, -EACCES);
        c.inline_workers = !threads;
        assert_int_equal(bench_open(&b, &c, &err), -ENODEV);
        assert_string_equal(err.text, "host fake can't be opened: the fake host's door is locked");
        c.host = "nowhere";
        assert_int_equal(bench_open(&b, &c, &err), -ENOENT);
        c.host = NULL;
        bench_done(&b);
    }
}

static void one_shot_samples_only_when_asked(void **state)
{
    struct bench b;
    int64_t began;

    open_threads(&b, false, (struct xd_session_config){.interval_ns = 60 * MS, .one_shot = true});
    poll(NULL, 0, 100);
    xd_session_dispatch(b.s);
    assert_int_equal(fake.collects, 0);
    assert_int_equal(xd_session_timeout_ms(b.s), -1);
    xd_session_refresh(b.s);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    assert_int_equal(fake.collects, 1);
    assert_int_equal(xd_session_wait_samples(b.s, 1, 10 * S, NULL), 0);
    assert_int_equal(fake.collects, 1);
    /* A second is due an interval later, so that its rates mean something. */
    began = real_now();
    assert_int_equal(xd_session_wait_samples(b.s, 2, 10 * S, NULL), 0);
    assert_true(real_now() - began > 40 * MS);
    assert_int_equal(fake.collects, 2);
    xd_session_refresh(b.s);
    assert_int_equal(xd_session_wait_samples(b.s, 3, 10 * S, NULL), 0);
    /* Long silence that nobody wanted to be broken is no staleness. */
    assert_int_equal(xd_world_source(xd_session_world(b.s), 0).state, XD_SOURCE_OK);
    /* A source that fails has answered: waiting on would not help. */
    atomic_store(&fake.orders.collect_rc, -EIO);
    xd_session_refresh(b.s);
    assert_int_equal(xd_session_wait_samples(b.s, 4, 10 * S, NULL), 0);
    assert_string_equal(xd_world_trouble(xd_session_world(b.s), "domains"),
                        "the fake host does not answer");
    /* Well again, it owes no sample for the one that failed. */
    atomic_store(&fake.orders.collect_rc, 0);
    xd_session_refresh(b.s);
    assert_int_equal(xd_session_wait_samples(b.s, 5, 10 * S, NULL), 0);
    assert_int_equal(fake.collects, 4); /* those that succeeded */
    assert_null(xd_world_trouble(xd_session_world(b.s), "domains"));
    bench_done(&b);
}

static void without_threads_the_clock_decides(void **state)
{
    struct bench b;
    const struct xd_world *w;

    open_threads(&b, true, (struct xd_session_config){.inline_workers = true, .interval_ns = S});
    w = xd_session_world(b.s);
    assert_int_equal(fake.collects, 0);
    assert_int_equal(xd_session_timeout_ms(b.s), 0);
    assert_true(xd_session_dispatch(b.s));
    assert_int_equal(fake.collects, 1);
    assert_false(xd_session_dispatch(b.s));
    assert_int_equal(xd_session_timeout_ms(b.s), 1000);
    xd_clock_advance(&b.clock, 999 * MS);
    assert_false(xd_session_dispatch(b.s));
    xd_clock_advance(&b.clock, MS);
    assert_true(xd_session_dispatch(b.s));
    assert_int_equal(fake.collects, 2);
    xd_clock_advance(&b.clock, 10 * S); /* one sample, not ten; and it isn't stale */
    assert_true(xd_session_dispatch(b.s));
    assert_int_equal(fake.collects, 3);
    assert_int_equal(xd_world_source(w, 0).state, XD_SOURCE_OK);
    xd_session_set_interval(b.s, 5 * S);
    xd_session_dispatch(b.s);
    xd_clock_advance(&b.clock, 4 * S);
    assert_false(xd_session_dispatch(b.s));
    xd_clock_advance(&b.clock, S);
    assert_true(xd_session_dispatch(b.s));
    assert_int_equal(xd_world_now(w), 16 * S);
    bench_done(&b);
    assert_int_equal(fake.closed, 1);
}

static void verbs_for_the_source(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct bench b;

    open_threads(&b, true, (struct xd_session_config){.inline_workers = true});
    assert_int_equal(xd_session_control(b.s, "wink", &err), 0);
    xd_session_dispatch(b.s);
    assert_int_equal(fake.verbs, 1);
    assert_int_equal(xd_session_control(b.s, "nod", &err), 0);
    xd_session_dispatch(b.s);
    assert_true(bench_logged(&b, "what is \"nod\"?"));
    bench_done(&b);
    open_threads(&b, true, (struct xd_session_config){.inline_workers = true, .host = "live"});
    assert_int_equal(xd_session_control(b.s, "wink", &err), -ENOTSUP);
    assert_string_equal(err.text, "host live takes no verbs: there is nothing to \"wink\"");
    bench_done(&b);
}

static void read_only_means_it(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    struct bench b, other;

    bench_inline(&b, "");
    p = bench_plan(&b, &(struct xd_wish){"web1", "sched.cap", "40"}, 1);
    memset(&other, 0, sizeof(other));
    xd_clock_init_manual(&other.clock, 0);
    xd_log_init(&other.log, &other.clock);
    assert_int_equal(xd_registry_new(fake_builtin, NULL, NULL, &other.log, &other.registry, NULL),
                     0);
    assert_int_equal(bench_open(&other,
                                &(struct xd_session_config){.inline_workers = true,
                                                            .readonly = true,
                                                            .journal = bench_path(&other)},
                                &err),
                     0);
    assert_int_equal(xd_session_apply(other.s, p, &err), -EROFS);
    assert_string_equal(err.text,
                        "this session is read only: \"web1 sched.cap none → 40\" was not carried "
                        "out");
    assert_int_equal(fake.operators, 0);
    assert_int_not_equal(access(other.path, F_OK), 0);
    assert_null(xd_journal_path(xd_session_journal(other.s)));
    xd_plan_free(p);
    bench_done(&other);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_come_by_themselves),
        cmocka_unit_test(nothing_new_is_nothing_to_draw),
        cmocka_unit_test(an_edit_by_threads),
        cmocka_unit_test(a_source_that_hangs_is_stale_and_nothing_else),
        cmocka_unit_test(a_first_sample_that_does_not_come),
        cmocka_unit_test(waiting_can_be_interrupted),
        cmocka_unit_test(closing_does_not_wait_for_one_who_hangs),
        cmocka_unit_test(one_who_asks_whether_to_stop_is_told),
        cmocka_unit_test(an_operator_that_hangs_keeps_its_observer_open),
        cmocka_unit_test(closing_ends_a_running_plan),
        cmocka_unit_test(a_host_that_cannot_be_opened),
        cmocka_unit_test(one_shot_samples_only_when_asked),
        cmocka_unit_test(without_threads_the_clock_decides),
        cmocka_unit_test(verbs_for_the_source),
        cmocka_unit_test(read_only_means_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
