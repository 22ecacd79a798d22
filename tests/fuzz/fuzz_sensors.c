/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a sensor's file, as what ipmitool prints and as a driver's number: what is read is a
 * reading in its bounds, safe to be shown, or an error with its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/cpupower.h"
#include "kernel/sensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void as_sysfs(const char *text, size_t size, struct xd_arena *a)
{
    static const char *const paths[] = {"sys/class/hwmon/hwmon0/name",
                                        "sys/class/hwmon/hwmon0/temp1_input",
                                        "sys/class/hwmon/hwmon0/temp1_label",
                                        "sys/class/hwmon/hwmon0/power1_average",
                                        "sys/class/thermal/thermal_zone0/temp",
                                        "sys/class/powercap/intel-rapl:0/name",
                                        "sys/class/powercap/intel-rapl:0/energy_uj",
                                        "proc/stat",
                                        "sys/devices/system/cpu/online",
                                        "sys/devices/system/cpu/cpu0/cpuidle/state0/name",
                                        "sys/devices/system/cpu/cpu0/cpuidle/state0/time",
                                        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
                                        "sys/devices/system/cpu/cpu0/cpufreq/stats/time_in_state",
                                        "sys/class/thermal/cooling_device0/type"};
    struct xd_linux_power p;
    struct xd_readings l = {.a = a};
    struct xd_files *f = xd_files_new(NULL);

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        xd_files_put(f, paths[i], text, size, NULL);
    xd_sensors_hwmon(f, XD_READS_POWER | XD_READS_HEAT, &l);
    xd_sensors_thermal(f, &l);
    xd_sensors_powercap(f, &l);
    xd_files_put(f, "sys/devices/system/cpu/present", "0-1", 3, NULL);
    if (xd_linux_power_read(f, XD_LINUX_ALL, a, &p, NULL) == 0)
        check(p.n <= 2 && p.deepest >= -2 && p.turbo >= -1 && p.turbo <= 1);
    for (size_t i = 0; i < l.n; i++)
        check(l.r[i].name[0] &&
              (l.r[i].has_watts || l.r[i].has_celsius || l.r[i].has_energy || l.r[i].trouble));
    xd_files_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_sensor_file s;
    double watts = -1;
    char *text = malloc(size + 1); /* of its size to the byte */

    if (size)
        memcpy(text, data, size);
    if (xd_sensor_file_parse("f", text, size, &a, &s, &err) == 0) {
        check(s.value >= -100 && s.value <= 1e6 && s.max_age_ns > 0);
        check(!s.label || xd_str_is_safe(s.label));
        check(!s.place || xd_str_is_safe(s.place));
    } else {
        check(xd_str_starts(err.text, "f:") && xd_str_is_safe(err.text));
    }
    if (xd_dcmi_parse(text, size, &watts, &err) == 0)
        check(watts >= 0 && watts <= 1e6);
    as_sysfs(text, size, &a);
    free(text);
    xd_arena_done(&a);
    return 0;
}
