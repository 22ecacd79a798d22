/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pure parts of the Power screen: how a bar is divided, what a clamp displaces, what work
 * costs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tui/power/screen.h"

static void near(double is, double want)
{
    if (!(fabs(is - want) < 1e-6))
        fail_msg("%g instead of %g", is, want);
}

/* --- bars --- */

static void check_split(double work, double injected, double idle, int w, int a, int b, int c)
{
    const double shares[] = {work, injected, idle};
    int cells[3];

    xd_power_split(shares, 3, w, cells);
    assert_int_equal(cells[0], a);
    assert_int_equal(cells[1], b);
    assert_int_equal(cells[2], c);
}

static void test_split(void **state)
{
    check_split(25, 25, 50, 20, 5, 5, 10);
    check_split(33.3, 33.3, 33.4, 10, 3, 4, 3); /* the whole width whatever rounding does */
    check_split(99.5, 0.3, 0.2, 10, 8, 1, 1);   /* the least is seen too */
    check_split(100, 0, 0, 7, 7, 0, 0);
    check_split(30, NAN, 70, 10, 3, 0, 7); /* no clamp: two parts */
    check_split(0, 0, 0, 10, 0, 0, 0);
    check_split(50, 40, 10, 1, 1, 0, 0); /* one cell has no room for three */
    check_split(60, 0, 60, 10, 5, 0, 5); /* samples of two moments don't sum up to 100 */
}

/* --- the clamp --- */

static void test_natural_counts(void **state)
{
    const double demand[] = {10, 80, 100, NAN, 140};
    struct xd_power_effect e;

    xd_power_effect(demand, 5, 30, true, &e);
    near(e.displaced, 0 + 10 + 30 + 30);
    near(e.waits, 0);
    assert_int_equal(e.full, 3);
    xd_power_effect(demand, 5, 0, true, &e);
    near(e.displaced, 0);
    assert_int_equal(e.full, 0);
}

static void test_natural_does_not_count(void **state)
{
    const double demand[] = {50, 100};
    struct xd_power_effect e;

    xd_power_effect(demand, 2, 40, false, &e);
    near(e.displaced, 40); /* of the full one */
    near(e.waits, 20);     /* of the other what came while it was held */
    assert_int_equal(e.full, 1);
    xd_power_effect(demand, 2, 75, false, &e);
    near(e.displaced, 25 + 75);
    near(e.waits, 50 * 0.75 - 25);
}

/* --- watts --- */

static void test_slope(void **state)
{
    double work[] = {100, 200, NAN, 300, 400, 500}, watts[] = {110, 120, 7, 130, 140, 150}, slope;

    assert_true(xd_power_slope(work, watts, 6, &slope));
    near(slope, 10);
    watts[1] = NAN; /* four pairs are too few */
    assert_false(xd_power_slope(work, watts, 6, &slope));
}

static void test_slope_not_told(void **state)
{
    const double same[] = {1000, 1010, 1005, 1002, 1000}, work[] = {100, 200, 300, 400, 500};
    const double watts[] = {110, 120, 130, 140, 150}, falls[] = {150, 140, 130, 120, 110};
    double slope;

    assert_false(xd_power_slope(same, watts, 5, &slope)); /* noise is no evidence */
    assert_false(xd_power_slope(work, falls, 5, &slope)); /* nor is what can't be */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_natural_counts),
        cmocka_unit_test(test_natural_does_not_count),
        cmocka_unit_test(test_slope),
        cmocka_unit_test(test_slope_not_told),
    };

    return cmocka_run_group_tests_name("power_screen", tests, NULL, NULL);
}
