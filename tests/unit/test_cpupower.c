/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux' files of CPUs: what they tell, what is unknown, and that nobody opens those of which
 * nothing is wanted. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "kernel/cpupower.h"

#define CPU "sys/devices/system/cpu/"

static const char *const machine[][2] = {
    {CPU "present", "0-2\n"},
    {CPU "online", "0-1\n"},
    {CPU "cpuidle/current_driver", "intel_idle\n"},
    {CPU "cpufreq/boost", "1\n"},
    {CPU "cpu0/topology/physical_package_id", "0\n"},
    {CPU "cpu0/topology/core_id", "4\n"},
    {CPU "cpu0/cpufreq/scaling_driver", "acpi-cpufreq\n"},
    {CPU "cpu0/cpufreq/scaling_governor", "ondemand\n"},
    {CPU "cpu0/cpufreq/scaling_available_governors", "ondemand powersave\n"},
    {CPU "cpu0/cpufreq/scaling_cur_freq", "1800000\n"},
    {CPU "cpu0/cpufreq/scaling_min_freq", "800000\n"},
    {CPU "cpu0/cpufreq/scaling_max_freq", "nonsense\n"},
    {CPU "cpu0/cpufreq/cpuinfo_min_freq", "800000\n"},
    {CPU "cpu0/cpufreq/cpuinfo_max_freq", "3400000\n"},
    {CPU "cpu0/cpufreq/stats/time_in_state", "3400000 120\n800000\n800000 x\n800000 5\n"},
    {CPU "cpu0/cpuidle/state0/name", "POLL\n"},
    {CPU "cpu0/cpuidle/state0/latency", "0\n"},
    {CPU "cpu0/cpuidle/state0/time", "1000\n"},
    {CPU "cpu0/cpuidle/state0/usage", "3\n"},
    {CPU "cpu0/cpuidle/state0/disable", "0\n"},
    {CPU "cpu0/cpuidle/state1/name", "C1\n"},
    {CPU "cpu0/cpuidle/state1/time", "99999999999999999999\n"},
    {CPU "cpu0/cpuidle/state1/disable", "1\n"},
    {"sys/devices/system/node/node0/cpu0", "\n"},
    {"sys/class/thermal/cooling_device1/type", "Processor\n"},
    {"sys/class/thermal/cooling_device2/type", "intel_powerclamp\n"},
    {"sys/class/thermal/cooling_device2/cur_state", "-1\n"},
    {"sys/class/thermal/cooling_device2/max_state", "50\n"},
    {"proc/stat", "cpu 1 2 3 4 5 6 7 8\ncpu0 1 2 3 40 5 6 7 8 9 9\ncpu1 1 2\nintr 1\n"},
};

static struct xd_files *tree(void)
{
    struct xd_files *f = xd_files_new(NULL);

    for (size_t i = 0; i < sizeof(machine) / sizeof(machine[0]); i++)
        if (xd_files_put(f, machine[i][0], machine[i][1], strlen(machine[i][1]), NULL) < 0)
            fail_msg("%s", machine[i][0]);
    return f;
}

static void all_of_it(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = tree();
    struct xd_linux_power p;
    const struct xd_linux_cpu *c;

    assert_int_equal(xd_linux_power_read(f, XD_LINUX_ALL, &a, &p, NULL), 0);
    c = p.cpu;
    assert_int_equal(p.n, 3);
    assert_true(c[0].online && c[1].online && !c[2].online);
    assert_true(c->socket == 0 && c->core == 4 && c->node == 0 && c[1].socket == -1);
    assert_string_equal(c->driver, "acpi-cpufreq");
    assert_string_equal(c->governor, "ondemand");
    assert_string_equal(c->governors, "ondemand powersave");
    assert_true(c->khz == 1800000 && c->min_khz == 800000 && c->max_khz == 0);
    assert_true(c->least_khz == 800000 && c->most_khz == 3400000 && !c[1].governor);
    assert_true(c->n_times == 2 && c->times[1].khz == 800000 && c->times[1].ns == 50000000);
    assert_int_equal(c->n_states, 2);
    assert_true(c->states[0].latency_us == 0 && c->states[0].residency_ns == 1000000 &&
                c->states[0].entries == 3);
    assert_true(c->states[1].latency_us == UINT64_MAX && c->states[1].residency_ns == UINT64_MAX &&
                c->states[1].entries == UINT64_MAX && c->states[1].disabled);
    assert_true(c->has_stat && c->idle_ns == 450000000 && c->busy_ns == 270000000);
    assert_false(c[1].has_stat); /* its line is cut off */
    assert_string_equal(p.idle_driver, "intel_idle");
    assert_true(p.has_clamp && p.clamp == 0 && p.clamp_max == 50);
    assert_string_equal(p.clamp_dir, "sys/class/thermal/cooling_device2");
    assert_true(p.turbo == 1 && p.deepest == 0);
    assert_string_equal(p.turbo_path, CPU "cpufreq/boost");
    assert_false(p.turbo_forbids);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* Every file that is read has to be one of these. */
static const char *allowed[4];

static void seen(void *ctx, char kind, const char *path, const void *bytes, size_t size)
{
    bool *any = ctx;

    if (xd_streq(path, CPU "present") || xd_streq(path, CPU "online"))
        return;
    *any = true;
    for (size_t i = 0; i < 4 && allowed[i]; i++)
        if (strstr(path, allowed[i]))
            return;
    fail_msg("%s was read", path);
}

static void nothing_but_what_is_wanted_is_read(void **state)
{
    static const struct {
        unsigned wanted;
        const char *files[4];
    } cases[] = {
        {0, {NULL}},
        {XD_LINUX_FREQ,
         {"cpufreq/scaling_governor", "_freq", "cpufreq/boost", "intel_pstate/no_turbo"}},
        {XD_LINUX_DRIVER, {"scaling_driver", "available_governors", "cpuinfo_", "current_driver"}},
        {XD_LINUX_STATES, {"cpuidle/state"}},
        {XD_LINUX_TIMES, {"time_in_state"}},
        {XD_LINUX_PLACE, {"/topology/", "/node/"}},
        {XD_LINUX_STAT, {"proc/stat"}},
        {XD_LINUX_CLAMP, {"class/thermal"}},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_files *f = tree();
        struct xd_linux_power p;
        bool any = false;

        memcpy(allowed, cases[i].files, sizeof(allowed));
        xd_files_watch(f, seen, &any);
        assert_int_equal(xd_linux_power_read(f, cases[i].wanted, &a, &p, NULL), 0);
        assert_int_equal(any, cases[i].wanted != 0);
        assert_int_equal(p.n, 3);
        if (!cases[i].wanted)
            assert_true(p.cpu->socket == -1 && !p.cpu->governor && !p.cpu->has_stat &&
                        !p.has_clamp && p.turbo == -1 && p.deepest == -2);
        xd_files_free(f);
        xd_arena_done(&a);
    }
}

static void no_linux_is_an_error(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_err err = XD_ERR_INIT;
    struct xd_linux_power p;

    assert_int_equal(xd_linux_power_read(f, XD_LINUX_ALL, &a, &p, &err), -ENOENT);
    assert_string_equal(err.text, "/" CPU "present: wanted a list of CPUs, found no such file");
    xd_files_put(f, CPU "present", "many", 4, NULL);
    assert_int_equal(xd_linux_power_read(f, XD_LINUX_ALL, &a, &p, &err), -ENOENT);
    assert_string_equal(err.text, "/" CPU "present: wanted a list of CPUs, found \"many\"");
    xd_files_free(f);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it),
        cmocka_unit_test(nothing_but_what_is_wanted_is_read),
        cmocka_unit_test(no_linux_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
