/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine: several sources that tell of one host: who is sampled when, and what is made of it.
 */
#include "engine/world_impl.h"
#include "sources_help.h"

static void cells_of_two_sources_stand_in_one_row(void **state)
{
    struct bench b;
    const struct xd_world *w = open_host(&b);
    const struct xd_row *r = web1(w);

    assert_string_equal(xd_row_str(r, XD_DOMAIN_NAME, "?"), "web1");
    assert_int_equal(xd_row_u64(r, XD_DOMAIN_WEIGHT, 0), 256);
    assert_int_equal(xd_row_u64(r, XD_DOMAIN_READY_NS, 0), 500000000);
    assert_false(xd_row_has(r, XD_DOMAIN_READY));
    pass(&b, XD_NS_PER_S);
    r = web1(w);
    assert_float_equal(xd_row_f64(&xd_domains_desc, r, XD_DOMAIN_READY, -1), 50.0, 0.01);
    assert_null(xd_world_trouble(w, "domains"));
    host.extra_says_why = true;
    pass(&b, XD_NS_PER_S);
    assert_string_equal(xd_world_table(w, "domains")->reason, "records were lost");
    close_host(&b);
}

static void a_filling_that_fails_leaves_the_rows(void **state)
{
    struct bench b;
    const struct xd_world *w = open_host(&b);

    host.extra_fails = true;
    pass(&b, XD_NS_PER_S);
    assert_false(xd_row_has(web1(w), XD_DOMAIN_READY_NS));
    assert_int_equal(xd_row_u64(web1(w), XD_DOMAIN_WEIGHT, 0), 256);
    assert_string_equal(xd_world_table(w, "domains")->reason, "another tracer holds the buffers");
    assert_null(xd_world_trouble(w, "domains"));
    host.extra_fails = false;
    pass(&b, XD_NS_PER_S);
    assert_true(xd_row_has(web1(w), XD_DOMAIN_READY_NS));
    assert_null(xd_world_table(w, "domains")->reason);
    close_host(&b);
}

/* Whoever points to rows takes them in anew when the generation grows, and only then. */
static void rows_go_only_with_the_generation(void **state)
{
    const struct xd_host_choice both = {.name = "live", .backends = {&ground, &extra}, .n = 2};
    struct bench b;
    struct xd_world w;
    struct xd_snapshot *before;
    uint64_t generation;

    open_host(&b);
    xd_world_init(&w, &both, &b.clock, &b.log);
    xd_world_take_sample(&w, 0, xd_session_snapshot(b.s, 0));
    xd_world_take_failure(&w, 1, "another tracer holds the buffers");
    for (int i = 0; i < 3; i++) { /* the same sentence again, which is no news */
        before = xd_snapshot_ref(w.sources[0].snapshot);
        generation = xd_world_generation(&w);
        xd_world_take_failure(&w, 1, "another tracer holds the buffers");
        assert_true(w.sources[0].snapshot != before);
        assert_true(xd_world_generation(&w) > generation);
        xd_snapshot_unref(before);
    }
    xd_world_done(&w);
    close_host(&b);
}

static void a_snapshot_that_somebody_holds_stays_as_it_is(void **state)
{
    struct bench b;
    const struct xd_row *r;
    struct xd_snapshot *held;

    open_host(&b);
    held = xd_session_snapshot(b.s, 0);
    host.extra_fails = true;
    for (int i = 0; i < 5; i++)
        pass(&b, XD_NS_PER_S);
    close_host(&b);
    r = xd_table_find(xd_snapshot_table(held, "domains"), WEB1);
    assert_int_equal(xd_row_u64(r, XD_DOMAIN_READY_NS, 0), 500000000);
    xd_snapshot_unref(held);
}

static void what_only_history_wants_is_glanced_at(void **state)
{
    const struct xd_want disks[] = {{"disks", XD_WANT_ALL}};
    const struct xd_want both[] = {{"disks", XD_WANT_ALL},
                                   {"domains", UINT64_C(1) << XD_DOMAIN_NAME}};
    const struct xd_want weight = {"domains", UINT64_C(1) << XD_DOMAIN_WEIGHT};
    struct bench b;
    int glances = 0;

    open_host(&b);
    xd_session_want(b.s, disks, 1);
    xd_session_glance(b.s, &weight, 1);
    pass(&b, XD_GLANCE_NS);
    assert_int_equal(host.weight_asked, weight.columns);
    assert_true(host.glanced);
    host.ground_samples = 0;
    for (int i = 0; i < 30; i++) {
        pass(&b, XD_NS_PER_S);
        assert_int_equal(host.weight_asked, host.glanced ? weight.columns : 0);
        glances += host.glanced;
    }
    assert_int_equal(host.ground_samples, 30); /* none for its sake */
    assert_int_equal(glances, 3);
    xd_session_want(b.s, both, 2); /* somebody looks */
    for (int i = 0; i < 10; i++) {
        pass(&b, XD_NS_PER_S);
        assert_false(host.glanced);
        assert_true(host.weight_asked & both[1].columns);
    }
    close_host(&b);
}

/* The first look comes at once, however many samples there were; and no later one is put off to the
 * next sample because one came a little early. */
static void glances_keep_to_their_time(void **state)
{
    const struct xd_want disks[] = {{"disks", XD_WANT_ALL}};
    const struct xd_want weight = {"domains", UINT64_C(1) << XD_DOMAIN_WEIGHT};
    struct bench b;

    open_host(&b);
    xd_session_want(b.s, disks, 1);
    pass(&b, XD_NS_PER_S);
    xd_session_glance(b.s, &weight, 1);
    pass(&b, XD_NS_PER_S);
    assert_true(host.glanced);
    for (int i = 0; i < 9; i++) {
        pass(&b, XD_NS_PER_S);
        assert_false(host.glanced);
    }
    eventfd_write(host.poke, 1); /* brings the sample early */
    pass(&b, XD_GLANCE_NS / 10 - 20 * XD_NS_PER_MS);
    assert_true(host.glanced);
    close_host(&b);
}

static void sources_nobody_looks_at_rest(void **state)
{
    const struct xd_want name[] = {{"domains", 1 << XD_DOMAIN_NAME}};
    const struct xd_want disks[] = {{"disks", XD_WANT_ALL}};
    const struct xd_want ready[] = {{"domains", UINT64_C(1) << XD_DOMAIN_READY}};
    struct bench b;
    const struct xd_world *w = open_host(&b);

    assert_int_equal(host.weight_asked, UINT64_MAX);
    xd_session_want(b.s, disks, 1);
    pass(&b, XD_NS_PER_S);
    assert_int_equal(host.weight_asked, 0);
    host.extra_samples = host.ground_samples = 0;
    for (int i = 0; i < 10; i++)
        pass(&b, XD_NS_PER_S);
    assert_int_equal(host.ground_samples, 10);
    assert_int_equal(host.extra_samples, 0);
    assert_false(xd_row_has(web1(w), XD_DOMAIN_READY_NS)); /* old, so it isn't shown */
    assert_null(xd_world_trouble(w, "disks"));

    xd_session_want(b.s, ready, 1); /* wanted again: sampled at once */
    xd_session_dispatch(b.s);
    assert_int_equal(host.extra_samples, 1);
    assert_int_equal(host.weight_asked, ready[0].columns);

    xd_session_want(b.s, name, 1);
    host.extra_samples = 0;
    pass(&b, XD_NS_PER_S);
    assert_int_equal(host.extra_samples, 0); /* names aren't its business */
    assert_null(xd_world_table(w, "disks")); /* which makes it wanted from now on */
    xd_session_dispatch(b.s);
    xd_session_dispatch(b.s);
    assert_non_null(xd_world_table(w, "disks"));
    xd_session_want(b.s, name, 1);
    pass(&b, XD_NS_PER_S);
    assert_non_null(xd_world_table(w, "disks"));
    close_host(&b);
}

/* A console says what it shows once it knows what there is: no trace is begun for that moment. */
static void nothing_dear_is_sampled_before_that_is_told(void **state)
{
    const struct xd_want ready[] = {{"domains", UINT64_C(1) << XD_DOMAIN_READY}};
    struct bench b;

    open_host_for(&b, true);
    assert_true(host.weight_asked >> XD_DOMAIN_WEIGHT & 1);
    assert_false(host.weight_asked >> XD_DOMAIN_READY & 1);
    assert_int_equal(host.extra_samples, 0);
    xd_session_want(b.s, ready, 1);
    xd_session_dispatch(b.s);
    assert_int_equal(host.extra_samples, 1);
    close_host(&b);
}

/* What several sources tell of one moment is of that moment: they sample on the ticks of one clock,
 * and an event's sample, which has none, doesn't bring the next one too near. */
static void samples_keep_to_common_ticks(void **state)
{
    const int64_t s = XD_NS_PER_S, ms = XD_NS_PER_MS;

    assert_int_equal(xd_worker_tick(7 * s, s), 8 * s);
    assert_int_equal(xd_worker_tick(7 * s + 30 * ms, s), 8 * s);
    assert_int_equal(xd_worker_tick(7 * s + 499 * ms, s), 8 * s);
    assert_int_equal(xd_worker_tick(7 * s + 500 * ms, s), 9 * s);
    assert_int_equal(xd_worker_tick(7 * s + 990 * ms, s), 9 * s);
    assert_int_equal(xd_worker_tick(61 * s, 60 * s), 120 * s);
    assert_int_equal(xd_worker_tick(5, INT64_MAX - 5), INT64_MAX);
}

/* A trace of the whole host is not started for who wants everything, but for who names it. */
static void dear_columns_are_sampled_for_who_names_them(void **state)
{
    const struct xd_want all[] = {{"domains", XD_WANT_ALL}};
    const struct xd_want both[] = {{"domains", XD_WANT_ALL},
                                   {"domains", UINT64_C(1) << XD_DOMAIN_READY}};
    struct bench b;

    open_host(&b);
    xd_session_want(b.s, all, 1);
    pass(&b, XD_NS_PER_S);
    assert_true(host.weight_asked >> XD_DOMAIN_WEIGHT & 1);
    assert_false(host.weight_asked >> XD_DOMAIN_READY & 1);
    xd_session_want(b.s, both, 2);
    pass(&b, XD_NS_PER_S);
    assert_true(host.weight_asked >> XD_DOMAIN_WEIGHT & 1);
    assert_true(host.weight_asked >> XD_DOMAIN_READY & 1);
    assert_false(host.weight_asked >> XD_DOMAIN_WAKES & 1);
    close_host(&b);
}

static void an_event_brings_a_sample_but_a_storm_only_a_few(void **state)
{
    struct bench b;

    open_host(&b);
    host.ground_samples = 0;
    xd_session_set_interval(b.s, 60 * XD_NS_PER_S);
    pass(&b, 200 * XD_NS_PER_MS);
    assert_int_equal(host.ground_samples, 0);
    eventfd_write(host.poke, 1);
    assert_int_equal(xd_session_timeout_ms(b.s), 0);
    pass(&b, XD_NS_PER_MS);
    assert_int_equal(host.ground_samples, 1);
    for (int i = 0; i < 1000; i++) {
        eventfd_write(host.poke, 1);
        pass(&b, XD_NS_PER_MS);
    }
    assert_int_equal(host.ground_samples, 3); /* after 0.2 and 0.6 s; then after 1.4 s */
    for (int i = 0; i < 50; i++) {
        pass(&b, 200 * XD_NS_PER_MS); /* slower, and no end */
        eventfd_write(host.poke, 1);
    }
    assert_in_range(host.ground_samples, 12, 14);
    pass(&b, XD_NS_PER_S); /* the last one's */
    pass(&b, 10 * XD_NS_PER_S);
    host.ground_samples = 0;
    eventfd_write(host.poke, 1);
    pass(&b, XD_NS_PER_MS);
    assert_int_equal(host.ground_samples, 1);
    close_host(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_two_sources_stand_in_one_row),
        cmocka_unit_test(a_filling_that_fails_leaves_the_rows),
        cmocka_unit_test(rows_go_only_with_the_generation),
        cmocka_unit_test(a_snapshot_that_somebody_holds_stays_as_it_is),
        cmocka_unit_test(what_only_history_wants_is_glanced_at),
        cmocka_unit_test(glances_keep_to_their_time),
        cmocka_unit_test(sources_nobody_looks_at_rest),
        cmocka_unit_test(dear_columns_are_sampled_for_who_names_them),
        cmocka_unit_test(nothing_dear_is_sampled_before_that_is_told),
        cmocka_unit_test(samples_keep_to_common_ticks),
        cmocka_unit_test(an_event_brings_a_sample_but_a_storm_only_a_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
