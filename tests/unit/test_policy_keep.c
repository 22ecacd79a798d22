/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cap loops in the engine: who takes what and when, and what becomes of it. */
#include "keep_help.h"

#include "policies/ledger.h"
#include "policies/table.h"

static void test_first_in_rank_first(void **state)
{
    struct machine m;
    struct xd_buf text = XD_BUF_INIT;

    machine_init(&m, KEEP("actuators: [frequency, caps, parking, clamp]"));
    go_on(&m, 120);
    assert_held(&m, 160);
    /* less than half of the clock is as much as that needs: the others are left alone */
    assert_true(m.khz[0] < 3 * GHZ && m.khz[0] > 1 * GHZ);
    assert_int_equal(m.khz[0] % 1000, 0);
    assert_int_equal(m.clamp, 0);
    assert_int_equal(guest_of(&m.h, "batch1")->cap, 0);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_HOLDS);
    assert_non_null(strstr(why(&m, &text), "limit w: 160.0 W, now "));
    assert_non_null(strstr(why(&m, &text), "2. caps: takes 0% of at most 90%"));
    xd_buf_done(&text);
    host_done(&m.h);
}

static void test_the_next_when_that_is_not_enough(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: [{frequency: 20%}, {caps: 50%}, {parking: 25%}, clamp]"));
    go_on(&m, 300);
    assert_held(&m, 160);
    assert_int_equal(m.khz[0], 2400000);
    assert_int_equal(guest_of(&m.h, "batch1")->cap, 200); /* half of its four vCPUs */
    assert_int_equal(guest_of(&m.h, "web")->cap, 0);      /* isn't matched */
    assert_true(m.online[0] && m.online[5]);
    host_done(&m.h);
}

/* Few frequencies: the clamp evens out what lies between two, and nothing else is asked for. */
static void test_pstates(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: [frequency, clamp]"));
    memcpy(m.pstates, (uint64_t[]){3 * GHZ, 2200000, 1500000}, sizeof(m.pstates));
    go_on(&m, 300);
    assert_held(&m, 160);
    assert_int_equal(m.khz[0], 2200000);
    assert_in_range(m.clamp, 20, 30);
    for (int i = 0; i < 300; i++) {
        go_on(&m, 1);
        assert_int_equal(m.acts, 0); /* it rests */
    }
    host_done(&m.h);
}

static void test_parking_spares_the_first(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: [{parking: 99%}, clamp]"));
    m.h.guest[0].wants = 8;
    go_on(&m, 300);
    assert_held(&m, 160);
    /* some four of eight have to go: the last ones are parked, and the clamp evens it out */
    assert_true(m.online[0] && m.online[3]);
    assert_false(m.online[7]);
    assert_false(m.online[5]);
    host_done(&m.h);
}

static void test_releases_when_cool(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: [caps, clamp], release: 20s"));
    go_on(&m, 200);
    assert_held(&m, 160);
    for (size_t i = 0; i < m.h.n; i++)
        m.h.guest[i].wants = 0.1;
    go_on(&m, 10);
    double effort = loop(&m)->loop.effort;
    assert_true(effort > 20);
    go_on(&m, 5);
    assert_true(loop(&m)->loop.effort > effort / 2); /* it isn't cool for long enough */
    go_on(&m, 300);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_COOL);
    assert_int_equal(guest_of(&m.h, "batch1")->cap, 0);
    assert_int_equal(m.clamp, 0);
    assert_int_equal(m.acts, 0);
    host_done(&m.h);
}

static void test_stuck(void **state)
{
    struct machine m;
    struct xd_buf text = XD_BUF_INIT;

    machine_init(&m, KEEP("actuators: [frequency, clamp]"));
    m.stuck[XD_CAP_FREQUENCY] = true;
    go_on(&m, 9);
    assert_int_equal(m.clamp, 0); /* it may still come */
    go_on(&m, 150);
    assert_held(&m, 160);
    assert_int_equal(m.khz[0], 3 * GHZ);
    assert_true(loop(&m)->share[0].stuck && !loop(&m)->share[1].stuck);
    assert_non_null(strstr(why(&m, &text), "frequency: stuck: it is to take"));
    assert_non_null(strstr(why(&m, &text), "and takes 0%, the next one takes over"));
    assert_true(m.acts > 0); /* it is still asked for */
    m.stuck[XD_CAP_FREQUENCY] = false;
    go_on(&m, 150);
    assert_held(&m, 160);
    assert_false(loop(&m)->share[0].stuck);
    assert_true(m.khz[0] < 2 * GHZ);
    assert_int_equal(m.clamp, 0);
    xd_buf_done(&text);
    host_done(&m.h);
}

/* Somebody takes back what the clamp is set to, not always before it is looked at. */
static void test_stuck_but_for_moments(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: [clamp, frequency]"));
    m.stuck[XD_CAP_CLAMP] = true;
    go_on(&m, 160);
    assert_held(&m, 160);
    for (int i = 0; i < 20; i++) {
        m.stuck[XD_CAP_CLAMP] = false;
        go_on(&m, 2); /* it is moved, and seen so */
        m.stuck[XD_CAP_CLAMP] = true;
        m.clamp = 0;
        go_on(&m, 6);
        assert_true(loop(&m)->share[0].stuck);
        assert_in_range((int)m.watts, 140, 168);
    }
    host_done(&m.h);
}

static void test_nothing_to_take(void **state)
{
    struct machine m;
    struct xd_buf text = XD_BUF_INIT;

    machine_init(
        &m, "policy: p\nrules:\n  - {name: w, match: {name: none}, keep: {watts: 160, actuators: "
            "caps}}\n");
    go_on(&m, 5);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_FULL);
    assert_non_null(strstr(why(&m, &text), "there is nothing that could be taken"));
    assert_non_null(strstr(why(&m, &text), "no domain that the rule matches is here"));
    xd_buf_done(&text);
    host_done(&m.h);
}

/* The strictest of a cap loop and a budget has the cap, and it is told. */
static void test_beside_a_budget(void **state)
{
    struct machine m;
    struct xd_buf text = XD_BUF_INIT;

    machine_init(&m, "policy: p\ntimezone: UTC\nrules:\n"
                     "  - {name: w, match: {name: batch*}, keep: {watts: 160, actuators: caps}}\n"
                     "  - {name: b, match: {name: batch1}, budget: {cpu: 10s, per: 1h, then: "
                     "{sched.cap: 30}}}\n");
    go_on(&m, 200);
    assert_int_equal(guest_of(&m.h, "batch1")->cap, 30);
    assert_in_range(guest_of(&m.h, "batch2")->cap, 31, 399);
    xd_engine_why(m.h.e, xd_engine_find(m.h.e, "batch1"), &text);
    assert_non_null(
        strstr(xd_buf_str(&text), "sched.cap 30 (by itself none): rule b; rule w alone: "));
    xd_buf_done(&text);
    host_done(&m.h);
}

static void test_pause(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: clamp"));
    go_on(&m, 100);
    uint64_t held = m.clamp;
    xd_engine_pause_keeps(m.h.e, XD_KEEPS_STAY);
    m.watts = 500;
    go_on(&m, 5);
    assert_int_equal(m.clamp, held);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_PAUSED);
    xd_engine_pause_keeps(m.h.e, XD_KEEPS_LET_GO);
    go_on(&m, 1);
    assert_int_equal(m.clamp, 0); /* at once, whatever the rate is */
    assert_int_equal(loop(&m)->loop.state, XD_CAP_LET_GO);
    xd_engine_pause_keeps(m.h.e, XD_KEEPS_RUN);
    go_on(&m, 2);
    assert_true(m.clamp <= 10); /* and not with a jump */
    go_on(&m, 100);
    assert_held(&m, 160);
    host_done(&m.h);
}

/* Another engine that was made of what the first one wrote down goes on without a jump. */
static void test_killed(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: [{frequency: 20%}, caps, clamp], safe: 100%"));
    m.clamp = 3; /* somebody else's */
    m.stuck[XD_CAP_CAPS] = true;
    go_on(&m, 200);
    assert_held(&m, 160);
    uint64_t clamp = m.clamp;
    assert_true(clamp > 3);
    restart(&m);
    m.h.mono_ns += 3600 * S; /* it was away for an hour */
    m.h.wall_ns += 3600 * S;
    tick(&m);
    assert_int_equal(m.clamp, clamp);
    assert_true(loop(&m)->share[1].stuck);
    go_on(&m, 30);
    assert_held(&m, 160);
    assert_int_equal(xd_engine_exit(m.h.e), PCPUS + 1);
    obey(&m);
    assert_int_equal(m.clamp, 3);
    assert_int_equal(m.khz[7], 3 * GHZ);
    host_done(&m.h);
}

/* A policy without the rule gives back what the rule took. */
static void test_rule_is_gone(void **state)
{
    struct machine m;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_policy *p =
        policy_of("policy: p\nrules:\n  - {name: x, match: all, set: {sched.weight: "
                  "256}}\n");
    struct xd_engine *e;

    machine_init(&m, KEEP("actuators: clamp"));
    go_on(&m, 100);
    assert_true(m.clamp > 0);
    xd_ledger_write(m.h.e, 1, &b);
    assert_int_equal(xd_ledger_read(p, "l", b.s, b.len, &e, NULL), 0);
    xd_engine_free(m.h.e);
    xd_policy_free(m.h.p);
    m.h.e = e;
    m.h.p = p;
    go_on(&m, 1);
    assert_int_equal(m.clamp, 0);
    xd_buf_done(&b);
    host_done(&m.h);
}

/* Tables of another source may be older than the last step: they show knobs as they were. */
static void test_old_tables(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: clamp"));
    go_on(&m, 20);
    uint64_t now = m.clamp, before = now - 5;
    assert_true(now > 5);
    m.late_by = 2 * S; /* and the step is younger than that */
    m.moved_ns = m.h.mono_ns;
    m.clamp = before;
    for (int i = 0; i < 2; i++) {
        go_on(&m, 1);
        assert_int_equal(m.acts, 0);
        m.clamp = before;
    }
    m.clamp = now;
    m.late_by = 0;
    go_on(&m, 200);
    assert_held(&m, 160);
    xd_engine_exit(m.h.e);
    obey(&m);
    assert_int_equal(m.clamp, 0); /* what was seen meanwhile passed for nobody's wish */
    host_done(&m.h);
}

static void test_its_time(void **state)
{
    struct machine m;

    machine_init(&m, "policy: p\ntimezone: UTC\nrules:\n"
                     "  - {name: w, match: all, when: {hours: \"11:00-12:01\"}, keep: {watts: 160, "
                     "actuators: clamp}}\n");
    go_on(&m, 58);
    assert_true(m.clamp > 10);
    go_on(&m, 10);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_OFF);
    assert_int_equal(m.clamp, 0);
    host_done(&m.h);
}

/* The host says nothing at all, not even of domains. */
static void test_doubt(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: clamp, safe: 100%"));
    go_on(&m, 100);
    assert_true(m.clamp < 50);
    for (int i = 0; i < 40; i++) {
        m.h.mono_ns += S;
        xd_engine_doubt(m.h.e, m.h.mono_ns);
        if (i < 14)
            assert_int_equal(xd_engine_host_acts(m.h.e), 0);
        obey(&m);
    }
    assert_int_equal(m.clamp, 50);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_SAFE);
    host_done(&m.h);
}

static void test_table(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct machine m;
    struct xd_snapshot *s;
    const struct xd_table *t;

    machine_init(&m, KEEP("actuators: [frequency, caps, clamp]"));
    m.stuck[XD_CAP_FREQUENCY] = true;
    go_on(&m, 100);
    xd_cap_loops_build(m.h.e, b, 1);
    s = xd_builder_seal(b, NULL, 1, 1, 1, 0);
    t = xd_snapshot_table(s, "cap_loops");
    assert_int_equal(t->n, 1);
    const struct xd_row *r = t->rows[0];
    assert_string_equal(xd_row_str(r, XD_CAP_LOOPS_RULE, ""), "w");
    assert_string_equal(xd_row_str(r, XD_CAP_LOOPS_SENSOR, ""), "file/test");
    assert_string_equal(xd_row_str(r, XD_CAP_LOOPS_STUCK, ""), "frequency");
    assert_true(xd_row_f64(t->desc, r, XD_CAP_LOOPS_WATTS_LIMIT, 0) == 160);
    assert_true(xd_row_f64(t->desc, r, XD_CAP_LOOPS_FREQUENCY, -1) == 0); /* what it does */
    assert_true(xd_row_f64(t->desc, r, XD_CAP_LOOPS_CAPS, 0) > 0);
    assert_false(xd_row_has(r, XD_CAP_LOOPS_PARKING)); /* isn't among them */
    assert_string_equal(xd_row_str(r, XD_CAP_LOOPS_ACTUATORS, ""),
                        "frequency stuck at 0%, caps 90/90%, clamp 8/50%");
    assert_int_equal(r->cell[XD_CAP_LOOPS_ACTUATOR].i, XD_CAP_CLAMP);
    assert_false(xd_row_has(r, XD_CAP_LOOPS_CELSIUS));
    assert_false(xd_row_has(r, XD_CAP_LOOPS_TROUBLE));
    xd_snapshot_unref(s);
    host_done(&m.h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_in_rank_first),
        cmocka_unit_test(test_the_next_when_that_is_not_enough),
        cmocka_unit_test(test_pstates),
        cmocka_unit_test(test_parking_spares_the_first),
        cmocka_unit_test(test_releases_when_cool),
        cmocka_unit_test(test_stuck),
        cmocka_unit_test(test_stuck_but_for_moments),
        cmocka_unit_test(test_nothing_to_take),
        cmocka_unit_test(test_beside_a_budget),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_rule_is_gone),
        cmocka_unit_test(test_old_tables),
        cmocka_unit_test(test_its_time),
        cmocka_unit_test(test_doubt),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
