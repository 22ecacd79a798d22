/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /powerclamp/stat as our hypervisor writes it, as a later one might, and as none does. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "xen/clampstat.h"

static void all_of_it(void **state)
{
    static const char text[] =
        "clamp: percent=50 window-us=6000 natural-idle=1 percent-max=75 time=72431\n"
        "cpu0: clamped=0 injected=0 natural=0 ran=0 windows=0 skipped=0 late-open=0 late-close=0 "
        "late-max=0\n"
        "cpu12: clamped=1 injected=5004 natural=3 ran=4990 windows=8 skipped=1 late-open=2 "
        "late-close=1 late-max=1 later=7\n"
        "package0: any=100 all=90\n"
        "something-new: of=18446744073709551615\n";
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_clamp_stat s;

    assert_int_equal(xd_clamp_stat_parse(text, strlen(text), &a, &s, NULL), 0);
    assert_int_equal(s.percent, 50);
    assert_int_equal(s.percent_max, 75);
    assert_int_equal(s.window_us, 6000);
    assert_true(s.natural);
    assert_true(s.n > 12 && s.cpu[0].told && s.cpu[12].told && !s.cpu[1].told);
    assert_true(s.cpu[12].clamped && !s.cpu[0].clamped);
    assert_int_equal(s.cpu[12].injected_ns, 5004);
    assert_int_equal(s.cpu[12].natural_ns, 3);
    assert_int_equal(s.cpu[12].ran_ns, 4990);
    xd_arena_done(&a);
}

static void nonsense_is_told_by_line_and_column(void **state)
{
#define CLAMP "clamp: percent=5 window-us=6000 natural-idle=1 percent-max=75\n"
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", "1:1: wanted a line that begins with \"clamp:\", found \"\""},
        {"cpu0: clamped=0 injected=0 natural=0 ran=0",
         "1:1: wanted a line that begins with \"clamp:\", found \"cpu0: clamped=0 injected=0 "
         "natural=0 ran=0\""},
        {"clamp percent=50",
         "1:1: wanted NAME: and pairs of KEY=VALUE, found \"clamp percent=50\""},
        {"clamp: percent", "1:8: wanted KEY=VALUE, found \"percent\""},
        {CLAMP "cpu1: ran=x", "2:11: wanted a number, found \"x\""},
        {CLAMP "cpu1: ran=-1", "2:11: wanted a number, found \"-1\""},
        {CLAMP "cpu1: new=x", "2:11: wanted a number, found \"x\""},
        {CLAMP "cpu1: clamped=2", "2:15: wanted clamped from 0 to 1, found \"2\""},
        {CLAMP "cpu1: clamped=1 natural=3 ran=1",
         "2:6: wanted injected=NUMBER among them, found \" clamped=1 natural=3 ran=1\""},
        {"clamp: percent=101", "1:16: wanted percent from 0 to 100, found \"101\""},
        {"clamp: percent-max=0", "1:20: wanted percent-max from 1 to 100, found \"0\""},
        {"clamp: percent=5 window-us=6000 percent-max=75",
         "1:7: wanted natural-idle=NUMBER among them, found \" percent=5 window-us=6000 "
         "percent-max=75\""},
        {CLAMP "cpu-1: ran=1", "2:4: wanted the number of a pCPU, found \"-1\""},
        {CLAMP "cpu9999: ran=1", "2:4: wanted the number of a pCPU, found \"9999\""},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_clamp_stat s;

        assert_int_equal(xd_clamp_stat_parse(cases[i].text, strlen(cases[i].text), &a, &s, &err),
                         -EINVAL);
        assert_true(xd_str_starts(err.text, "/powerclamp/stat:"));
        assert_string_equal(err.text + strlen("/powerclamp/stat:"), cases[i].wanted);
    }
    xd_arena_done(&a);
}

static void injected_time_only_grows(void **state)
{
    static const char text[] = "clamp: percent=0 window-us=6000 natural-idle=1 percent-max=75\n"
                               "cpu1: clamped=0 injected=500 natural=0 ran=0\n";
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_clamp_stat s;

    assert_int_equal(xd_clamp_stat_parse(text, strlen(text), &a, &s, NULL), 0);
    assert_int_equal(xd_clamp_stat_follows(&s, 1, 500, &err), 0);
    assert_int_equal(xd_clamp_stat_follows(&s, 1, 501, &err), -EINVAL);
    assert_string_equal(err.text,
                        "/powerclamp/stat: cpu1: wanted injected of 501 ns or more, as it "
                        "was before, found 500");
    assert_int_equal(xd_clamp_stat_follows(&s, 4000, 1, NULL), -EINVAL); /* not told at all */
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it),
        cmocka_unit_test(nonsense_is_told_by_line_and_column),
        cmocka_unit_test(injected_time_only_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
