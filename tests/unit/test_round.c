/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/round: what libm would make of the same numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/round.h"

static const double numbers[] = {
    0,         0.25,         0.5,          0.49999999999999994, 0.75,   1,     1.5,      2.5,
    1e9 + 0.5, 0x1p51 + 0.5, 0x1p52 - 0.5, 0x1p52 + 1,          0x1p53, 1e300, INFINITY, 5e-324,
};

static void as_libm_does(void **state)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double f = sign * numbers[i];

            assert_true(xd_floor(f) == floor(f));
            assert_true(xd_ceil(f) == ceil(f));
            assert_true(xd_round(f) == round(f));
            if (fabs(f) < 0x1p62)
                assert_int_equal(xd_round_i64(f), llround(f));
        }
    assert_true(isnan(xd_floor(NAN)) && isnan(xd_ceil(NAN)) && isnan(xd_round(NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_libm_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
