/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of power and heat: Linux' folders as several machines show them, files that scripts
 * write, what ipmitool prints, registers; and all of that as nobody should write it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "kernel/rapl.h"
#include "kernel/sensors.h"

struct file {
    const char *path, *text;
};

static struct xd_files *tree(const struct file *list)
{
    struct xd_files *f = xd_files_new(NULL);

    for (; list->path; list++)
        assert_int_equal(xd_files_put(f, list->path, list->text, strlen(list->text), NULL), 0);
    return f;
}

static const struct xd_reading *named(const struct xd_readings *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (xd_streq(l->r[i].name, name))
            return &l->r[i];
    fail_msg("there is no %s among %zu", name, l->n);
    return NULL;
}

static void near(double found, double wanted)
{
    if (found < wanted - 0.001 || found > wanted + 0.001)
        fail_msg("%f, wanted %f", found, wanted);
}

/* --- Linux --- */

static const struct file server[] = {
    {"sys/class/hwmon/hwmon0/name", "coretemp\n"},
    {"sys/class/hwmon/hwmon0/temp1_input", "51000\n"},
    {"sys/class/hwmon/hwmon0/temp1_label", "Package id 0\n"},
    {"sys/class/hwmon/hwmon0/temp1_max", "82000\n"},
    {"sys/class/hwmon/hwmon0/temp1_crit", "100000\n"},
    {"sys/class/hwmon/hwmon0/temp2_input", "-1500\n"},
    {"sys/class/hwmon/hwmon0/temp2_label", "Core 3\n"},
    {"sys/class/hwmon/hwmon1/name", "coretemp\n"},
    {"sys/class/hwmon/hwmon1/temp1_input", "49500\n"},
    {"sys/class/hwmon/hwmon1/temp1_label", "Package id 1\n"},
    {"sys/class/hwmon/hwmon2/name", "power_meter\n"},
    {"sys/class/hwmon/hwmon2/power1_average", "231000000\n"},
    {"sys/class/hwmon/hwmon3/name", "nvme\n"},
    {"sys/class/hwmon/hwmon3/temp1_input", "broken\n"},
    {"sys/class/hwmon/hwmon4/name", "amdgpu\n"},
    {"sys/class/hwmon/hwmon4/power1_average", "12000000\n"},
    {"sys/class/hwmon/hwmon4/power1_input", "13000000\n"},
    {"sys/class/hwmon/hwmon4/power2_input", "7500000\n"},
    {"sys/class/hwmon/hwmon5/temp1_input", "20000\n"}, /* no driver's name */
    {NULL, NULL}};

static void hwmon_of_a_server(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    struct xd_files *f = tree(server);
    const struct xd_reading *r;

    xd_sensors_hwmon(f, XD_READS_POWER | XD_READS_HEAT, &l);
    assert_int_equal(l.n, 7);
    r = named(&l, "hwmon/coretemp-0/temp1");
    assert_true(r->temperature && r->has_celsius && r->has_max && !r->has_watts);
    near(r->celsius, 51);
    near(r->celsius_max, 82);
    assert_string_equal(r->place, "socket 0");
    r = named(&l, "hwmon/coretemp-0/temp2");
    near(r->celsius, -1.5);
    assert_false(r->has_max);
    assert_string_equal(r->place, "core 3");
    assert_string_equal(named(&l, "hwmon/coretemp-1/temp1")->place, "socket 1");
    r = named(&l, "hwmon/power_meter-0/power1");
    near(r->watts, 231);
    assert_string_equal(r->place, "host");
    r = named(&l, "hwmon/nvme-0/temp1");
    assert_false(r->has_celsius);
    assert_non_null(r->trouble);
    near(named(&l, "hwmon/amdgpu-0/power1")->watts, 12);
    near(named(&l, "hwmon/amdgpu-0/power2")->watts, 7.5);
    xd_files_free(f);
    xd_arena_done(&a);
}

static void of_chips_only_what_is_asked_for(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings power = {.a = &a}, heat = {.a = &a};
    struct xd_files *f = tree(server);

    xd_sensors_hwmon(f, XD_READS_POWER, &power);
    assert_int_equal(power.n, 3);
    xd_sensors_hwmon(f, XD_READS_HEAT, &heat);
    assert_int_equal(heat.n, 4);
    for (size_t i = 0; i < 3; i++)
        assert_true(!power.r[i].temperature && heat.r[i].temperature);
    xd_files_free(f);
    xd_arena_done(&a);
}

static const struct file capped[] = {
    {"sys/class/powercap/intel-rapl/enabled", "1\n"},
    {"sys/class/powercap/intel-rapl:0/name", "package-0\n"},
    {"sys/class/powercap/intel-rapl:0/energy_uj", "52429\n"},
    {"sys/class/powercap/intel-rapl:0/max_energy_range_uj", "262143328850\n"},
    {"sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw", "125000000\n"},
    {"sys/class/powercap/intel-rapl:0:0/name", "dram\n"},
    {"sys/class/powercap/intel-rapl:0:0/energy_uj", "17\n"},
    {"sys/class/powercap/intel-rapl:1/name", "psys\n"},
    {"sys/class/powercap/intel-rapl:x/name", "nonsense\n"},
    {"sys/class/thermal/thermal_zone0/type", "acpitz\n"},
    {"sys/class/thermal/thermal_zone0/temp", "27800\n"},
    {"sys/class/thermal/thermal_zone0/trip_point_0_type", "critical\n"},
    {"sys/class/thermal/thermal_zone0/trip_point_0_temp", "119000\n"},
    {"sys/class/thermal/thermal_zone0/trip_point_1_type", "passive\n"},
    {"sys/class/thermal/thermal_zone0/trip_point_1_temp", "95000\n"},
    {"sys/class/thermal/cooling_device0/type", "Processor\n"},
    {NULL, NULL}};

static void packages_and_zones(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    struct xd_files *f = tree(capped);
    const struct xd_reading *r;

    xd_sensors_powercap(f, &l);
    xd_sensors_thermal(f, &l);
    assert_int_equal(l.n, 4);
    r = named(&l, "rapl/package-0");
    assert_true(r->has_energy && r->has_limit && !r->has_watts);
    assert_int_equal(r->energy_uj, 52429);
    assert_true(r->energy_range_uj == UINT64_C(262143328851));
    assert_int_equal(r->limit_mw, 125000);
    assert_string_equal(r->limit_path,
                        "sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw");
    assert_string_equal(named(&l, "rapl/package-0/dram")->place, "socket 0");
    r = named(&l, "rapl/psys");
    assert_string_equal(r->place, "host");
    assert_false(r->has_energy); /* only root may read it */
    assert_non_null(r->trouble);
    r = named(&l, "thermal/zone0");
    near(r->celsius, 27.8);
    near(r->celsius_max, 95);
    xd_files_free(f);
    xd_arena_done(&a);
}

static void a_limit_that_is_switched_off_is_none(void **state)
{
    static const struct {
        const char *enabled;
        uint64_t limit_mw;
    } cases[] = {{NULL, 125000}, {"1\n", 125000}, {"0\n", 0}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_readings l = {.a = &a};
        struct xd_files *f = tree(capped);
        const struct xd_reading *r;

        if (cases[i].enabled)
            xd_files_put(f, "sys/class/powercap/intel-rapl:0/enabled", cases[i].enabled, 2, NULL);
        xd_sensors_powercap(f, &l);
        r = named(&l, "rapl/package-0");
        assert_true(r->has_limit && r->limit_mw == cases[i].limit_mw);
        assert_int_equal(r->enabled_path != NULL, cases[i].enabled != NULL);
        xd_files_free(f);
        xd_arena_done(&a);
    }
}

static void zones_of_packages(void **state)
{
    static const struct file two[] = {{"sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n"},
                                      {"sys/class/thermal/thermal_zone0/temp", "50000\n"},
                                      {"sys/class/thermal/thermal_zone1/type", "acpitz\n"},
                                      {"sys/class/thermal/thermal_zone2/type", "x86_pkg_temp\n"},
                                      {NULL, NULL}};
    static const struct file one[] = {{"sys/class/thermal/thermal_zone3/type", "x86_pkg_temp\n"},
                                      {NULL, NULL}};
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    struct xd_files *f = tree(two);

    xd_sensors_thermal(f, &l);
    assert_string_equal(named(&l, "thermal/zone0")->place, "socket"); /* one of the two */
    assert_string_equal(named(&l, "thermal/zone1")->place, "device");
    assert_string_equal(named(&l, "thermal/zone2")->place, "socket");
    xd_files_free(f);
    f = tree(one);
    l = (struct xd_readings){.a = &a};
    xd_sensors_thermal(f, &l);
    assert_string_equal(named(&l, "thermal/zone3")->place, "socket 0");
    assert_non_null(named(&l, "thermal/zone3")->trouble);
    xd_files_free(f);
    xd_arena_done(&a);
}

static void a_machine_without_any(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_readings l = {.a = &a};
    struct xd_files *f = xd_files_new(NULL);

    xd_sensors_hwmon(f, XD_READS_POWER | XD_READS_HEAT, &l);
    xd_sensors_thermal(f, &l);
    xd_sensors_powercap(f, &l);
    assert_int_equal(l.n, 0);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* --- files --- */

static void a_file_is_a_reading(void **state)
{
    static const char text[] = "# by bmc.sh\n\n  watts\t212.5   # both PSUs\r\nplace rack inlet\n"
                               "label PSU A\nmax_age 60";
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_sensor_file s;

    assert_int_equal(xd_sensor_file_parse("f", text, strlen(text), &a, &s, NULL), 0);
    assert_false(s.temperature);
    near(s.value, 212.5);
    assert_string_equal(s.place, "rack inlet");
    assert_string_equal(s.label, "PSU A");
    assert_true(s.max_age_ns == INT64_C(60000000000));
    assert_int_equal(xd_sensor_file_parse("f", "celsius -3\ncelsius_max 35\n", 26, &a, &s, NULL),
                     0);
    assert_true(s.temperature && s.has_max);
    near(s.value, -3);
    assert_true(s.max_age_ns == XD_SENSOR_FILE_AGE_NS);
    xd_arena_done(&a);
}

static void wrong_files_are_told_by_line_and_column(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", "f:1:1: it ends without a reading: wanted a line \"watts N\" or \"celsius N\""},
        {"# no\n", "f:2:1: it ends without a reading: wanted a line \"watts N\" or \"celsius N\""},
        {"wats 3", "f:1:1: there is no key \"wats\"; did you mean watts?"},
        {"watts", "f:1:6: watts: wanted a number from 0 to 1000000, found \"\""},
        {"\n  watts many", "f:2:9: watts: wanted a number from 0 to 1000000, found \"many\""},
        {"watts -1", "f:1:7: watts: wanted a number from 0 to 1000000, found \"-1\""},
        {"watts nan", "f:1:7: watts: wanted a number from 0 to 1000000, found \"nan\""},
        {"watts 1 2", "f:1:7: watts: wanted a number from 0 to 1000000, found \"1 2\""},
        {"celsius 301", "f:1:9: celsius: wanted a number from -100 to 300, found \"301\""},
        {"watts 1\nwatts 1", "f:2:1: it says that twice"},
        {"watts 1\n celsius 1", "f:2:2: a file is one reading: watts or celsius, not both"},
        {"watts 1\ncelsius_max 9", "f:1:1: celsius_max goes with celsius only"},
        {"watts 1\nmax_age 0", "f:2:9: max_age: wanted a number from 1 to 86400, found \"0\""},
        {"watts 1\nplace", "f:2:6: wanted a text behind it"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_sensor_file s;

        assert_int_equal(
            xd_sensor_file_parse("f", cases[i].text, strlen(cases[i].text), &a, &s, &err), -EINVAL);
        assert_string_equal(err.text, cases[i].wanted);
    }
    xd_arena_done(&a);
}

static void names_of_sensors(void **state)
{
    assert_true(xd_sensor_name_ok("psu-1.a_B"));
    assert_false(xd_sensor_name_ok(""));
    assert_false(xd_sensor_name_ok(".psu"));
    assert_false(xd_sensor_name_ok("a/b"));
    assert_false(xd_sensor_name_ok("a\033b"));
}

/* --- ipmitool --- */

static const char dcmi[] = "\n    Instantaneous power reading:                   220 Watts\n"
                           "    Minimum during sampling period:                 30 Watts\n"
                           "    Power reading state is:                   activated\n\n\n";

static void what_a_bmc_says(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    char off[sizeof(dcmi) + 8];
    double watts = 0;

    assert_int_equal(xd_dcmi_parse(dcmi, strlen(dcmi), &watts, &err), 0);
    near(watts, 220);
    snprintf(off, sizeof(off), "%.*sdeactivated\n", (int)(strstr(dcmi, "activated") - dcmi), dcmi);
    assert_int_equal(xd_dcmi_parse(off, strlen(off), &watts, &err), -ENODATA);
    assert_int_equal(xd_dcmi_parse("DCMI request failed", 19, &watts, &err), -EINVAL);
    assert_int_equal(xd_dcmi_parse(dcmi, 40, &watts, &err), -EINVAL); /* cut off */
}

/* --- registers --- */

#define UNITS UINT64_C(0xa0e03) /* 1/8 W, 61 uJ, as many Intel processors have */

static void energy_goes_on_when_its_counter_goes_round(void **state)
{
    struct xd_energy e = {0};

    assert_int_equal(xd_energy_add(&e, 0xffffff00, UNITS), 0);
    assert_int_equal(xd_energy_add(&e, 0xffffff00 + 0x4000, UNITS), 1000000); /* 16384 / 2^14 J */
    assert_int_equal(xd_energy_add(&e, 0xffffff00 + 0x4000, UNITS), 1000000);
    assert_int_equal(e.ticks, 0x4000);
}

static void a_limit_is_set_and_the_rest_stays(void **state)
{
    uint64_t was = UINT64_C(0x00428258001483e8), now; /* 125 W on, and a second limit */

    assert_int_equal(xd_rapl_limit_mw(was, UNITS), 125000);
    assert_true(xd_rapl_limit_set(was, UNITS, 95500, &now));
    assert_int_equal(xd_rapl_limit_mw(now, UNITS), 95500);
    assert_true((now & ~UINT64_C(0xffff)) == (was & ~UINT64_C(0xffff)));
    assert_true(xd_rapl_limit_set(was, UNITS, 0, &now));
    assert_int_equal(xd_rapl_limit_mw(now, UNITS), 0);
    assert_false(xd_rapl_limit_set(was, UNITS, 4096000, &now));
    assert_false(xd_rapl_limit_set(was, UNITS, UINT64_MAX, &now));
    assert_true(xd_rapl_limit_locked(was | UINT64_C(1) << 63));
}

static void heat_is_what_is_left_to_the_limit(void **state)
{
    double c, max;

    assert_true(xd_therm_celsius(UINT64_C(0x88340000), 100 << 16, &c, &max));
    near(c, 48);
    near(max, 100);
    assert_false(xd_therm_celsius(UINT64_C(0x00340000), 100 << 16, &c, &max));
    assert_false(xd_therm_celsius(UINT64_C(0x88340000), 0, &c, &max));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hwmon_of_a_server),
        cmocka_unit_test(of_chips_only_what_is_asked_for),
        cmocka_unit_test(packages_and_zones),
        cmocka_unit_test(a_limit_that_is_switched_off_is_none),
        cmocka_unit_test(zones_of_packages),
        cmocka_unit_test(a_machine_without_any),
        cmocka_unit_test(a_file_is_a_reading),
        cmocka_unit_test(wrong_files_are_told_by_line_and_column),
        cmocka_unit_test(names_of_sensors),
        cmocka_unit_test(what_a_bmc_says),
        cmocka_unit_test(energy_goes_on_when_its_counter_goes_round),
        cmocka_unit_test(a_limit_is_set_and_the_rest_stays),
        cmocka_unit_test(heat_is_what_is_left_to_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
