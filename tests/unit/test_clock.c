/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/clock: a clock that a test can hold still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"

static void a_manual_clock_moves_only_by_hand(void **state)
{
    struct xd_clock c;

    xd_clock_init_manual(&c, 1000 * XD_NS_PER_S);
    assert_int_equal(xd_clock_now(&c), 0);
    assert_int_equal(xd_clock_wall(&c), 1000 * XD_NS_PER_S);
    xd_clock_advance(&c, 1500 * XD_NS_PER_MS);
    assert_int_equal(xd_clock_now(&c), 1500 * XD_NS_PER_MS);
    assert_int_equal(xd_clock_wall(&c), 1001 * XD_NS_PER_S + 500 * XD_NS_PER_MS);
}

static void a_real_clock_does_not_go_back_or_obey(void **state)
{
    struct xd_clock c;
    int64_t before;

    xd_clock_init_real(&c);
    before = xd_clock_now(&c);
    xd_clock_advance(&c, 3600 * XD_NS_PER_S);
    assert_true(xd_clock_now(&c) >= before);
    assert_true(xd_clock_now(&c) < before + 3600 * XD_NS_PER_S);
    assert_true(xd_clock_wall(&c) > INT64_C(1700000000) * XD_NS_PER_S);
}

static void moments_in_iso_form(void **state)
{
    char out[21];

    assert_string_equal(xd_clock_iso(0, out), "1970-01-01T00:00:00Z");
    assert_string_equal(xd_clock_iso(INT64_C(1772366405) * XD_NS_PER_S + 999999999, out),
                        "2026-03-01T12:00:05Z");
    assert_string_equal(xd_clock_iso(INT64_C(1709164800) * XD_NS_PER_S, out),
                        "2024-02-29T00:00:00Z");
    assert_string_equal(xd_clock_iso(-1, out), "1969-12-31T23:59:59Z");
    assert_string_equal(xd_clock_iso(INT64_MAX, out), "2262-04-11T23:47:16Z");
    assert_string_equal(xd_clock_iso(INT64_MIN, out), "1677-09-21T00:12:43Z");
}

/* Every day that 64 bits of nanoseconds reach, as the C library has it. */
static void every_day_is_the_calendars(void **state)
{
    char out[21], want[21];

    for (int64_t day = -106751; day <= 106751; day++) {
        time_t s = day * 86400 + 86399 - (day + 106751);
        struct tm tm;

        assert_non_null(gmtime_r(&s, &tm));
        assert_int_equal(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm), 20);
        assert_string_equal(xd_clock_iso(s * XD_NS_PER_S, out), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manual_clock_moves_only_by_hand),
        cmocka_unit_test(a_real_clock_does_not_go_back_or_obey),
        cmocka_unit_test(moments_in_iso_form),
        cmocka_unit_test(every_day_is_the_calendars),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
