/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cap loops carried out on the demo host: what becomes of its pCPUs and caps, and what is told. Its
 * sensor is one that isn't there, which is the worst case and always the same. */
#include "policies/cap_engine.h"
#include "runner_help.h"

#define BLIND                                                                                      \
    "policy: cool\ntimezone: UTC\non_exit: restore\nrules:\n"                                      \
    "  - {name: w, match: {name: spin*}, keep: {watts: 100, sensor: nix, trust: 5s, safe: 100%,\n" \
    "     rate: 20%, actuators: [{caps: 50%}, {parking: 25%}]}}\n"

static bool is_online(struct bench *b, const char *pcpu)
{
    const struct xd_table *t;
    const struct xd_row *r;

    xd_session_refresh(b->s);
    xd_session_dispatch(b->s);
    assert_int_equal(xd_world_find(xd_session_world(b->s), pcpu, &t, &r, NULL), 0);
    return r->cell[XD_PCPU_ONLINE].b;
}

static void open_blind(struct bench *b)
{
    struct xd_want want[XD_RUNNER_WANTS_MAX];

    bench_open(b, BLIND);
    xd_session_want(b->s, want, xd_runner_wants_now(b->r, want));
}

static void assert_taken(struct bench *b)
{
    assert_int_equal(cap(b, "spin1"), 50);
    assert_int_equal(cap(b, "spin2"), 50);
    assert_int_equal(cap(b, "calm"), 0);
    assert_false(is_online(b, "pcpu/7"));
    assert_false(is_online(b, "pcpu/6"));
    assert_true(is_online(b, "pcpu/5"));
}

static void assert_given_back(struct bench *b)
{
    assert_int_equal(cap(b, "spin1"), 0);
    assert_true(is_online(b, "pcpu/7"));
    assert_true(is_online(b, "pcpu/6"));
}

static const struct xd_row *row_of(struct bench *b, struct xd_snapshot **s)
{
    struct xd_builder *builder = xd_builder_new("test");

    assert_true(xd_runner_build(b->r, "cap_loops", "test", builder));
    *s = xd_builder_seal(builder, NULL, 1, 0, 0, 0);
    return xd_snapshot_table(*s, "cap_loops")->rows[0];
}

static void test_safe_effort_is_carried_out(void **state)
{
    const struct xd_journal_entry *e;
    struct xd_snapshot *s;
    struct bench b;

    open_blind(&b);
    go(&b, 4 * S);
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_true(logged(&b, "rule w: "));
    assert_true(
        logged(&b, "the effort stays at 0%; after 5.0s without a sensor it is at least 100%"));
    go(&b, 15 * S);
    assert_taken(&b);
    assert_true(logged(&b, "the effort is at least 100% until the sensor is back"));
    assert_string_equal(xd_row_str(row_of(&b, &s), XD_CAP_LOOPS_POLICY, ""), "cool");
    xd_snapshot_unref(s);
    e = xd_journal_at(xd_session_journal(b.s), xd_journal_count(xd_session_journal(b.s)) - 1);
    assert_string_equal(e->who, "policy cool");
    assert_non_null(strstr(e->title, "online"));
    assert_non_null(strstr(e->title, ": rule w"));
    /* the end gives back */
    xd_runner_stop(b.r);
    go(&b, 2 * S);
    assert_true(xd_runner_is_over(b.r));
    assert_given_back(&b);
    bench_close(&b);
}

/* The demo host's own sensor, frequencies and clamp: 177 W with nothing taken. */
static void test_demo_host_is_kept_below(void **state)
{
    struct xd_want want[XD_RUNNER_WANTS_MAX];
    struct xd_snapshot *s;
    struct bench b;

    bench_open(&b, "policy: cool\ntimezone: UTC\non_exit: restore\nrules:\n"
                   "  - {name: w, match: {name: spin*}, keep: {watts: 150}}\n");
    xd_session_want(b.s, want, xd_runner_wants_now(b.r, want));
    for (int i = 0; i < 200; i++) {
        double w;

        go(&b, S);
        w = xd_row_f64(&xd_cap_loops_desc, row_of(&b, &s), XD_CAP_LOOPS_WATTS, 0);
        xd_snapshot_unref(s);
        if (i > 100)
            assert_true(w > 120 && w < 150 * 1.05);
    }
    xd_runner_stop(b.r);
    go(&b, 2 * S);
    assert_true(xd_runner_is_over(b.r));
    bench_close(&b);
}

/* Another limit begins where the loop stands, without a jump. */
static void test_another_limit(void **state)
{
    struct xd_want want[XD_RUNNER_WANTS_MAX];
    struct bench b;

    bench_open(&b, "policy: cool\ntimezone: UTC\nrules:\n"
                   "  - {name: w, match: {name: spin*}, keep: {watts: 160, actuators: caps}}\n");
    xd_session_want(b.s, want, xd_runner_wants_now(b.r, want));
    go(&b, 100 * S);
    const struct xd_engine_keep *k = xd_engine_keep(xd_runner_engine(b.r), 0);
    double held = k->loop.effort;
    assert_true(held > 5);
    assert_int_equal(xd_runner_change_limit(b.r, "w", false, 140, NULL), 0);
    k = xd_engine_keep(xd_runner_engine(b.r), 0);
    assert_true(k->loop.effort == held);
    go(&b, 100 * S);
    k = xd_engine_keep(xd_runner_engine(b.r), 0);
    assert_true(k->loop.effort > held && k->loop.value > 120 && k->loop.value <= 140);
    bench_close(&b);
}

static void test_emergency_release(void **state)
{
    struct xd_snapshot *s;
    struct bench b;

    open_blind(&b);
    go(&b, 20 * S);
    assert_taken(&b);
    assert_int_equal(xd_runner_set_pause(b.r, NULL, XD_BUDGETS_RESTORES, NULL), 0);
    go(&b, S / 10); /* at once, and nothing comes back */
    assert_given_back(&b);
    go(&b, 20 * S);
    assert_given_back(&b);
    assert_int_equal(row_of(&b, &s)->cell[XD_CAP_LOOPS_STATE].i, XD_CAP_LET_GO);
    xd_snapshot_unref(s);
    assert_int_equal(xd_runner_set_pause(b.r, NULL, XD_BUDGETS_RUNS, NULL), 0);
    go(&b, 20 * S);
    assert_taken(&b);
    /* left as it is */
    assert_int_equal(xd_runner_set_pause(b.r, NULL, XD_BUDGETS_HOLDS, NULL), 0);
    go(&b, 20 * S);
    assert_taken(&b);
    bench_close(&b);
}

static void test_stuck_is_told(void **state)
{
    struct xd_snapshot *s;
    struct bench b;

    open_blind(&b);
    go(&b, S);
    assert_int_equal(xd_session_control(b.s, "fault ignore 100 spin1", NULL), 0);
    assert_int_equal(xd_session_control(b.s, "fault ignore 100 spin2", NULL), 0);
    go(&b, 40 * S);
    assert_true(logged(&b, "rule w: caps is stuck: it is to take"));
    assert_string_equal(xd_row_str(row_of(&b, &s), XD_CAP_LOOPS_STUCK, ""), "caps");
    xd_snapshot_unref(s);
    assert_int_equal(cap(&b, "spin1"), 0);
    assert_false(is_online(&b, "pcpu/7")); /* took over */
    assert_int_equal(xd_session_control(b.s, "fault clear", NULL), 0);
    go(&b, 130 * S); /* tried again after 64 s at the latest */
    assert_true(logged(&b, "rule w: caps isn't stuck any more"));
    assert_taken(&b);
    bench_close(&b);
}

static void test_killed(void **state)
{
    struct bench b;

    open_blind(&b);
    for (int i = 0; i < 30; i++) {
        go(&b, S + S / 3);
        xd_runner_free(b.r); /* as kill -9 would */
        xd_ledger_store_close(b.store);
        assert_int_equal(xd_ledger_store_open(b.dir, &b.store, NULL), 0);
        start(&b, BLIND);
    }
    go(&b, 20 * S);
    assert_taken(&b);
    xd_runner_free(b.r);
    start(&b, BLIND);
    go(&b, 2 * S);
    assert_taken(&b); /* without a jump */
    xd_runner_stop(b.r);
    go(&b, 2 * S);
    assert_given_back(&b); /* what each was is still known */
    bench_close(&b);
}

/* A policy that hasn't the rule any more gives back what it took. */
static void test_replaced(void **state)
{
    struct xd_want want[XD_RUNNER_WANTS_MAX];
    struct bench b;

    open_blind(&b);
    go(&b, 20 * S);
    assert_taken(&b);
    assert_int_equal(xd_runner_replace(b.r, policy_of(BURST), NULL), 0);
    xd_session_want(b.s, want, xd_runner_wants_now(b.r, want));
    go(&b, 3 * S);
    assert_true(is_online(&b, "pcpu/7"));
    assert_true(is_online(&b, "pcpu/6"));
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe_effort_is_carried_out),
        cmocka_unit_test(test_demo_host_is_kept_below),
        cmocka_unit_test(test_another_limit),
        cmocka_unit_test(test_emergency_release),
        cmocka_unit_test(test_stuck_is_told),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
