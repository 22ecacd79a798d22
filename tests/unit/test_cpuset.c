/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/cpuset: what people and Xen write, and where they went wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/cpuset.h"

/* Reads text on a host of n_all CPUs and returns it as we would write it, or the error. */
static const char *reread(struct xd_arena *a, const char *text, unsigned n_all)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_cpuset s;

    if (xd_cpuset_parse(text, n_all, &s, &err))
        return xd_arena_strdup(a, xd_err_text(&err));
    return xd_cpuset_format(&s, a);
}

static void lists_are_read_and_written(void **state)
{
    static const char *const cases[][2] = {
        {"0-3,8", "0-3,8"},
        {"8,0-3", "0-3,8"},
        {"0,1,2,5,6", "0-2,5-6"},
        {"0-7,^3", "0-2,4-7"},
        {"0-7,^2-5", "0-1,6-7"},
        {"all", "0-15"},
        {"all,^0", "1-15"},
        {"none", "none"},
        {"none,4", "4"},
        {" 0-3 , 8\t,9 ", "0-3,8-9"},
        {"^3,0-3", "0-3"}, /* in the order in which it stands, as xl has it */
        {"0-3,^all", "none"},
        {"007", "7"},
        {"5-5", "5"},
        {"15", "15"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(reread(&a, cases[i][0], 16), cases[i][1]);
    xd_arena_done(&a);
}

static void errors_name_the_column(void **state)
{
    static const char *const cases[][2] = {
        {"", "CPU list \"\": column 1: wanted a number, found the end"},
        {"0-3,", "CPU list \"0-3,\": column 5: wanted a number, found the end"},
        {"0-x", "CPU list \"0-x\": column 3: wanted a number, found \"x\""},
        {"0,,1", "CPU list \"0,,1\": column 3: wanted a number, found \",1\""},
        {"1 2", "CPU list \"1 2\": column 3: wanted a comma, found \"2\""},
        {"-1", "CPU list \"-1\": column 1: wanted a number, found \"-1\""},
        {"0 - 3", "CPU list \"0 - 3\": column 3: wanted a comma, found \"- 3\""},
        {"3-1", "CPU list \"3-1\": column 3: wanted the end of the range to be no less than its "
                "start, found \"1\""},
        {"0x1", "CPU list \"0x1\": column 2: wanted a comma, found \"x1\""},
        {"allx", "CPU list \"allx\": column 4: wanted a comma, found \"x\""},
        {"0,16", "CPU list \"0,16\": column 3: 16 is above the last, 15"},
        {"0-99999999999999999999",
         "CPU list \"0-99999999999999999999\": column 3: 99999999999999999999 is above the last, "
         "15"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(reread(&a, cases[i][0], 16), cases[i][1]);
    xd_arena_done(&a);
}

static void a_failed_parse_leaves_the_set_alone(void **state)
{
    struct xd_cpuset s, before;

    xd_cpuset_fill(&s, 3);
    before = s;
    assert_int_equal(xd_cpuset_parse("0-3,x", 8, &s, NULL), -EINVAL);
    assert_int_equal(xd_cpuset_parse("0-3,8", 8, &s, NULL), -ERANGE);
    assert_true(xd_cpuset_equal(&s, &before));
}

static void the_limit_is_xens(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuset s;

    assert_string_equal(reread(&a, "0-4095", 0), "0-4095");
    assert_string_equal(reread(&a, "all,^0-4094", 0), "4095");
    assert_int_equal(xd_cpuset_parse("4096", 0, &s, NULL), -ERANGE);
    assert_int_equal(xd_cpuset_parse("4096", 100000, &s, NULL), -ERANGE);
    assert_int_equal(xd_cpuset_parse("4294967296", 0, &s, NULL), -ERANGE);

    xd_cpuset_fill(&s, 100000);
    assert_int_equal(xd_cpuset_count(&s), XD_CPUSET_MAX);
    assert_false(xd_cpuset_has(&s, XD_CPUSET_MAX));
    xd_cpuset_zero(&s);
    xd_cpuset_add(&s, XD_CPUSET_MAX);
    xd_cpuset_del(&s, UINT32_MAX);
    assert_true(xd_cpuset_empty(&s));
    xd_arena_done(&a);
}

static void sets_at_word_borders(void **state)
{
    static const unsigned sizes[] = {0, 1, 63, 64, 65, 127, 128, 4095, 4096};
    struct xd_cpuset s;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        xd_cpuset_fill(&s, sizes[i]);
        assert_int_equal(xd_cpuset_count(&s), sizes[i]);
        assert_false(xd_cpuset_has(&s, sizes[i]));
        assert_true(sizes[i] == 0 || xd_cpuset_has(&s, sizes[i] - 1));
    }
    xd_cpuset_zero(&s);
    xd_cpuset_add(&s, 63);
    xd_cpuset_add(&s, 64);
    xd_cpuset_add(&s, 4095);
    assert_int_equal(xd_cpuset_next(&s, 0), 63);
    assert_int_equal(xd_cpuset_next(&s, 64), 64);
    assert_int_equal(xd_cpuset_next(&s, 65), 4095);
    assert_int_equal(xd_cpuset_next(&s, 4096), -1);
    xd_cpuset_del(&s, 4095);
    assert_int_equal(xd_cpuset_next(&s, 65), -1);
}

static void algebra(void **state)
{
    struct xd_cpuset a, b;

    xd_cpuset_fill(&a, 8);
    xd_cpuset_parse("4-70", 0, &b, NULL);
    assert_false(xd_cpuset_subset(&a, &b));
    xd_cpuset_and(&a, &b);
    assert_int_equal(xd_cpuset_count(&a), 4);
    assert_true(xd_cpuset_subset(&a, &b));
    xd_cpuset_or(&a, &b);
    assert_true(xd_cpuset_equal(&a, &b));
    xd_cpuset_zero(&a);
    assert_true(xd_cpuset_subset(&a, &b));
    assert_true(xd_cpuset_empty(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_and_written),
        cmocka_unit_test(errors_name_the_column),
        cmocka_unit_test(a_failed_parse_leaves_the_set_alone),
        cmocka_unit_test(the_limit_is_xens),
        cmocka_unit_test(sets_at_word_borders),
        cmocka_unit_test(algebra),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
