/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What modules of power share: how an edit begins, and that what a host lacks isn't asked for at
 * every sample. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/powerknobs.h"

/* It is linked into modules only. */
#include "../../backends/shared/power.c"

static const struct xd_knob *const clamp = &xd_power_knobs[XD_PKNOB_CLAMP];

static void an_edit_finds_its_knob(void **state)
{
    const struct xd_knob other = {.name = "sched.cap", .table = "domains"};
    struct xd_object power = {"power", "", "power"}, pcpu = {"pcpus", "3", "3"};
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_power_knob_of(xd_power_knobs, &power, clamp, &err), XD_PKNOB_CLAMP);
    assert_int_equal(xd_power_knob_of(xd_power_knobs, &power, &other, &err), -ENOTSUP);
    assert_string_equal(err.text, "there is no knob sched.cap of power");
    assert_int_equal(xd_power_knob_of(xd_power_knobs, &power, &xd_power_knobs[XD_PKNOB_N], NULL),
                     -ENOTSUP);
    assert_int_equal(xd_power_knob_of(xd_power_knobs, &pcpu, clamp, &err), -EINVAL);
    assert_string_equal(err.text,
                        "power.clamp is a knob of the table power, and 3 is one of pcpus");
}

static void sentences_name_the_object(void **state)
{
    struct xd_object pcpu = {"pcpus", "3", "3"}, pool = {"pools", "1", "Pool-1"};
    struct xd_object sensor = {"sensors", "rapl/package-0", "rapl/package-0"};
    char who[16];

    assert_string_equal(xd_power_who(&pcpu, who, sizeof(who)), "pCPU 3");
    assert_string_equal(xd_power_who(&pool, who, sizeof(who)), "cpupool Pool-1");
    assert_string_equal(xd_power_who(&sensor, who, sizeof(who)), "rapl/package-0");
}

static void values_that_no_host_takes(void **state)
{
    const struct xd_knob *window = &xd_power_knobs[XD_PKNOB_CLAMP_WINDOW];
    struct xd_value n = {.have = true, .type = XD_U64, .cell.u = 999}, text = n, none = XD_UNKNOWN;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_power_check_value("power", window, &n, &err), -ERANGE);
    assert_string_equal(err.text, "power power.clamp_window: wanted 1000 to 100000 us, found 999");
    n.cell.u = 1000;
    assert_int_equal(xd_power_check_value("power", window, &n, &err), 0);
    n.cell.u = 0; /* off */
    assert_int_equal(xd_power_check_value("power", clamp, &n, &err), 0);
    n.cell.u = 76;
    assert_int_equal(xd_power_check_value("power", clamp, &n, &err), -ERANGE);
    text.type = XD_STR;
    text.cell.s = "9";
    assert_int_equal(xd_power_check_value("power", clamp, &text, &err), -EINVAL);
    assert_non_null(strstr(err.text, "power power.clamp: wanted a value of type "));
    assert_int_equal(xd_power_check_value("power", clamp, &none, &err), -EINVAL);
    assert_non_null(strstr(err.text, "found none"));
}

static void a_governor_is_one_of_the_list(void **state)
{
    const struct xd_knob *k = &xd_power_knobs[XD_PKNOB_GOVERNOR];
    static const char *const wrong[] = {"",  "on",        "demand", "ondemand powersave",
                                        " ", "powersavee"};
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_power_check_governor("pCPU 3", k, "ondemand powersave", "powersave", NULL),
                     0);
    assert_int_equal(xd_power_check_governor("pCPU 3", k, " ondemand  x ", "ondemand", NULL), 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(xd_power_check_governor("pCPU 3", k, "ondemand powersave", wrong[i], &err),
                         -EINVAL);
    assert_string_equal(err.text, "pCPU 3 cpu.governor: wanted one of ondemand powersave, found "
                                  "\"powersavee\"");
    assert_int_equal(xd_power_check_governor("pCPU 3", k, NULL, "x", &err), -EINVAL);
}

/* --- the table limits --- */

static unsigned asked;
static bool looks, all_rows;

static const char *why(void *self, int knob)
{
    asked++;
    return knob == XD_PKNOB_TURBO ? self : NULL;
}

static uint64_t wanted(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    return looks ? UINT64_MAX : 0;
}

static bool row_wanted(const struct xd_backend_env *env, const char *const *names, size_t n)
{
    return all_rows || (n && xd_streq(names[0], "cpu.turbo"));
}

static int64_t meanwhile_ns; /* that a sample takes */

/* How many questions one sample costs; the table is there if it is looked at. */
static unsigned sample(struct xd_power_limits *l, const struct xd_backend_env *env,
                       struct xd_clock *clock)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_snapshot *s;
    const struct xd_table *t;
    unsigned before = asked;
    bool due = xd_power_limits_due(l, env);
    char text[] = "no such thing";

    xd_clock_advance(clock, meanwhile_ns);
    xd_power_limits_put(l, env, due, xd_power_knobs, why, text, b);
    assert_int_equal(due, asked != before);
    s = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    t = xd_snapshot_table(s, "limits");
    assert_int_equal(t != NULL, looks);
    if (t) {
        assert_int_equal(t->n, 1);
        assert_string_equal(xd_row_str(t->rows[0], XD_LIMIT_NAME, ""), "cpu.turbo");
        assert_string_equal(xd_row_str(t->rows[0], XD_LIMIT_REASON, ""), "no such thing");
    }
    xd_snapshot_unref(s);
    return asked - before;
}

static void what_there_is_not_is_asked_for_now_and_then(void **state)
{
    struct xd_power_limits l = {NULL, 0};
    struct xd_clock clock;
    struct xd_backend_env env = {
        .clock = &clock, .role = XD_OBSERVER, .wanted = wanted, .row_wanted = row_wanted};

    xd_clock_init_manual(&clock, 0);
    looks = false;
    all_rows = true;
    assert_int_equal(sample(&l, &env, &clock), 0);
    looks = true;
    assert_int_equal(sample(&l, &env, &clock), XD_PKNOB_N);
    xd_clock_advance(&clock, KEPT_NS - 1);
    assert_int_equal(sample(&l, &env, &clock), 0);
    xd_clock_advance(&clock, 1);
    assert_int_equal(sample(&l, &env, &clock), XD_PKNOB_N);
    all_rows = false; /* one thing is about to be edited */
    assert_int_equal(sample(&l, &env, &clock), 1);
    all_rows = true;
    xd_clock_advance(&clock, KEPT_NS - 1);
    meanwhile_ns = 1; /* it was not due, and now nothing was read to judge by */
    assert_int_equal(sample(&l, &env, &clock), 0);
    meanwhile_ns = 0;
    env.role = XD_ERRAND;
    assert_int_equal(sample(&l, &env, &clock), XD_PKNOB_N);
    xd_power_limits_done(&l);
    assert_null(l.told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_finds_its_knob),
        cmocka_unit_test(sentences_name_the_object),
        cmocka_unit_test(values_that_no_host_takes),
        cmocka_unit_test(a_governor_is_one_of_the_list),
        cmocka_unit_test(what_there_is_not_is_asked_for_now_and_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
