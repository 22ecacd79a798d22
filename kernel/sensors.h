/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of power and temperature, whoever takes them: Linux' hwmon, its thermal zones, its power
 * capping (RAPL), a BMC by ipmitool, files that an administrator's script writes, the processor's
 * own registers. Pure: files come from a tree (base/files.h) or as text.
 *
 * Sources: Documentation/hwmon/sysfs-interface, driver-api/thermal/sysfs-api, power/powercap of
 * Linux; ipmitool(1); Intel's SDM, volume 3, "Platform Specific Power Management Support"; AMD's
 * PPR of family 17h. */
#ifndef XD_KERNEL_SENSORS_H
#define XD_KERNEL_SENSORS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/files.h"

enum xd_reading_source { /* in the order of enum xd_sensor_source of model/tables_power.h */
                         XD_READ_RAPL,
                         XD_READ_HWMON,
                         XD_READ_IPMI,
                         XD_READ_FILE,
                         XD_READ_THERMAL,
                         XD_READ_MSR,
                         XD_READ_MODEL,
};

struct xd_reading {
    const char *name;  /* "hwmon/coretemp-0/temp1": unique among all of a machine */
    const char *label; /* or NULL */
    const char *place; /* "host" "socket 0" "socket" (one of them) "core 3" "device"; or NULL */
    enum xd_reading_source source;
    bool temperature; /* else power */
    bool has_watts, has_celsius, has_max, has_energy, has_limit;
    double watts, celsius, celsius_max;
    uint64_t energy_uj, energy_range_uj; /* the counter, and where it begins anew (0: never) */
    uint64_t limit_mw;                   /* 0: none */
    int64_t age_ns;                      /* < 0: unknown */
    const char *trouble;                 /* why there is none; else NULL */
    const char *limit_path;              /* the file that sets the limit; or NULL */
    const char *enabled_path;            /* the one that switches it on and off; or NULL */
};

/* They and their texts live in the arena. Zeroed: none. */
struct xd_readings {
    struct xd_arena *a;
    struct xd_reading *r;
    size_t n;
};

/* Another one, zeroed but for what is given; valid until the next. The name is copied, and cut at
 * 180 bytes. */
struct xd_reading *xd_readings_add(struct xd_readings *l, enum xd_reading_source source,
                                   bool temperature, const char *fmt, ...) XD_PRINTF(4, 5);

/* What somebody wants to know: files of the other kind aren't opened. */
enum xd_reading_kinds { XD_READS_POWER = 1, XD_READS_HEAT = 2 };

/* Those kinds of sys/class/hwmon; temperatures of thermal zones; packages of sys/class/powercap.
 * What a machine hasn't got adds nothing. */
void xd_sensors_hwmon(const struct xd_files *f, unsigned kinds, struct xd_readings *l);
void xd_sensors_thermal(const struct xd_files *f, struct xd_readings *l);
void xd_sensors_powercap(const struct xd_files *f, struct xd_readings *l);

/* What `ipmitool dcmi power reading` printed. -ENODATA with a sentence: the BMC measures nothing
 * just now; -EINVAL: that is something else. */
int xd_dcmi_parse(const char *text, size_t len, double *watts, struct xd_err *err);

/* --- sensors in files --- */

#define XD_SENSOR_FILE_MAX    4096                 /* bytes of one */
#define XD_SENSOR_FILE_AGE_NS INT64_C(30000000000) /* older ones are dead, unless they say more */

struct xd_sensor_file {
    bool temperature;
    double value; /* watts or degrees */
    bool has_max;
    double celsius_max;
    const char *place, *label; /* in the arena; NULL: not said */
    int64_t max_age_ns;
};

/* One reading as text: lines of KEY VALUE; blank lines and what follows a # don't count.
 *
 *     watts 212.5         or: celsius 23.5; one of the two, once
 *     celsius_max 35      with celsius
 *     place rack inlet    else "host"
 *     label PSU A
 *     max_age 60          seconds, 1 to 86400; else 30
 *
 * -EINVAL: "NAME:LINE:COL: …". */
int xd_sensor_file_parse(const char *name, const char *text, size_t len, struct xd_arena *a,
                         struct xd_sensor_file *out, struct xd_err *err);

/* Whether that may be the name of a sensor: letters, digits, - _ . and no dot in front; 64 bytes at
 * most. */
bool xd_sensor_name_ok(const char *name);

#endif
