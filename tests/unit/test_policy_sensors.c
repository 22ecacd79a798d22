/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cap loops make of their sensors: silent ones, old readings, several of them, one that is
 * gone. */
#include "keep_help.h"

static void test_no_sensor(void **state)
{
    struct machine m;
    struct xd_buf text = XD_BUF_INIT;

    machine_init(&m, KEEP("actuators: clamp, trust: 15s, safe: 98%"));
    go_on(&m, 100);
    assert_held(&m, 160);
    uint64_t held = m.clamp;
    assert_true(held > 25 && held < 50);
    m.dumb = true;
    go_on(&m, 14);
    assert_int_equal(m.clamp, held);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_COASTS);
    assert_non_null(strstr(why(&m, &text), "not known: the host has no sensor of watts"));
    assert_non_null(strstr(why(&m, &text), "it will be at least 98% in"));
    go_on(&m, 60);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_SAFE);
    assert_int_equal(m.clamp, 49); /* 98 % of 50 */
    m.dumb = false;
    go_on(&m, 150);
    assert_held(&m, 160);
    assert_true(m.clamp < 49);
    xd_buf_done(&text);
    host_done(&m.h);
}

/* A BMC that died is told with its last reading for a while: trust begins with that one. */
static void test_old_reading(void **state)
{
    struct machine m;
    struct xd_buf text = XD_BUF_INIT;

    machine_init(&m, KEEP("actuators: clamp, trust: 15s, safe: 98%"));
    go_on(&m, 100);
    uint64_t held = m.clamp;
    m.asleep = true;
    m.slept_watts = 100; /* far below the limit: that was long ago */
    go_on(&m, 9);
    assert_int_equal(m.clamp, held);
    go_on(&m, 1);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_COASTS);
    assert_non_null(strstr(why(&m, &text), "file/test: it has said nothing new for 10.0s"));
    assert_non_null(strstr(why(&m, &text), "it will be at least 98% in 5.0s"));
    go_on(&m, 4);
    assert_int_equal(m.clamp, held);
    go_on(&m, 1);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_SAFE);
    go_on(&m, 30);
    assert_int_equal(m.clamp, 49);
    m.asleep = false;
    go_on(&m, 150);
    assert_held(&m, 160);
    xd_buf_done(&text);
    host_done(&m.h);
}

/* One that is read every 5 s, as a BMC is: what it repeats meanwhile is acted on once. */
static void test_rare_readings(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: clamp, trust: 15s"));
    for (int i = 0; i < 400; i++) {
        m.asleep = i % 5;
        go_on(&m, 1);
        if (i > 200)
            assert_held(&m, 160);
    }
    assert_true(loop(&m)->loop.state == XD_CAP_HOLDS);
    host_done(&m.h);
}

static void test_safe_is_no_relief(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("actuators: clamp, safe: 10%"));
    go_on(&m, 100);
    uint64_t held = m.clamp;
    m.dumb = true;
    go_on(&m, 100);
    assert_int_equal(m.clamp, held);
    host_done(&m.h);
}

static void test_named_sensors(void **state)
{
    struct machine m;

    machine_init(&m, KEEP("sensor: psu/*, actuators: clamp"));
    go_on(&m, 100);
    assert_held(&m, 160); /* both halves count */
    assert_string_equal(loop(&m)->sensor, "psu/a + psu/b");
    m.dumb = true;
    go_on(&m, 2);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_COASTS);
    assert_string_equal(loop(&m)->trouble, "psu/b: the file is too old");
    host_done(&m.h);
    machine_init(
        &m, "policy: p\nrules:\n  - {name: w, match: all, keep: {celsius: 60, sensor: psu/*}}\n");
    go_on(&m, 3);
    assert_true(loop(&m)->loop.value == 61); /* the hottest */
    host_done(&m.h);
    machine_init(&m, KEEP("sensor: nix"));
    go_on(&m, 3);
    assert_string_equal(loop(&m)->trouble, "the host has no sensor \"nix\" of watts");
    host_done(&m.h);
}

/* A sum without one that counted would be too low, and the loop would loosen. */
static void test_named_sensor_is_gone(void **state)
{
    struct machine m;
    struct xd_buf text = XD_BUF_INIT;

    machine_init(&m, KEEP("sensor: psu/*, actuators: clamp, trust: 15s, safe: 98%"));
    go_on(&m, 100);
    assert_held(&m, 160);
    uint64_t held = m.clamp;
    m.pulled = true;
    go_on(&m, 14);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_COASTS);
    assert_int_equal(m.clamp, held);
    assert_non_null(strstr(why(&m, &text), "not known: psu/b: it is gone. Bring it back, or name"));
    restart(&m); /* another daemon doesn't take it for a host of one sensor */
    go_on(&m, 60);
    assert_int_equal(loop(&m)->loop.state, XD_CAP_SAFE);
    assert_int_equal(m.clamp, 49);
    m.pulled = false;
    go_on(&m, 150);
    assert_held(&m, 160);
    m.pulled = true; /* for good: who lets the loop go and on again has it look anew */
    xd_engine_pause_keeps(m.h.e, XD_KEEPS_LET_GO);
    go_on(&m, 1);
    xd_engine_pause_keeps(m.h.e, XD_KEEPS_RUN);
    go_on(&m, 5);
    assert_string_equal(loop(&m)->sensor, "psu/a");
    assert_string_equal(loop(&m)->trouble, "");
    host_done(&m.h);
    machine_init(&m, KEEP("sensor: [psu/a, psu/c], actuators: clamp")); /* one never was there */
    go_on(&m, 3);
    assert_string_equal(loop(&m)->trouble, "the host has no sensor \"psu/c\" of watts");
    host_done(&m.h);
    xd_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_sensor),     cmocka_unit_test(test_old_reading),
        cmocka_unit_test(test_rare_readings), cmocka_unit_test(test_safe_is_no_relief),
        cmocka_unit_test(test_named_sensors), cmocka_unit_test(test_named_sensor_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
