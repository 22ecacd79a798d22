/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/mean: what is unknown doesn't count, and of nothing known the mean is unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mean.h"

static void the_mean_of_what_is_known(void **state)
{
    struct xd_mean m = {0};

    assert_true(isnan(xd_mean(&m)));
    xd_mean_add(&m, NAN);
    assert_true(isnan(xd_mean(&m)));
    xd_mean_add(&m, 10);
    xd_mean_add(&m, NAN);
    xd_mean_add(&m, 30);
    assert_true(xd_mean(&m) == 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_of_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
