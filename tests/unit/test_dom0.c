/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is dom0, and who only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel/dom0.h"

static void test_xenfs_says_it(void **state)
{
    assert_true(xd_is_dom0("control_d\n", NULL));
    assert_false(xd_is_dom0("", NULL));       /* a guest's is empty */
    assert_false(xd_is_dom0("", "000228f0")); /* and counts */
}

static void test_features_say_it_where_there_is_no_xenfs(void **state)
{
    assert_true(xd_is_dom0(NULL, "000228f0\n")); /* Debian 12's, as PV */
    assert_false(xd_is_dom0(NULL, "000220f0\n"));
    assert_true(xd_is_dom0(NULL, "00000001000228f0\n")); /* more of them than today */
    assert_false(xd_is_dom0(NULL, "no number"));
    assert_false(xd_is_dom0(NULL, ""));
    assert_false(xd_is_dom0(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xenfs_says_it),
        cmocka_unit_test(test_features_say_it_where_there_is_no_xenfs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
