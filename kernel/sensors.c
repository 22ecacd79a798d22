/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of Linux' own: hwmon, thermal zones, powercap. See sensors.h. */
#include "kernel/sensors.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define MOST       512 /* readings of a machine, and entries of a folder that are looked at */
#define NAME_BYTES 180

struct xd_reading *xd_readings_add(struct xd_readings *l, enum xd_reading_source source,
                                   bool temperature, const char *fmt, ...)
{
    struct xd_reading *r;
    char name[NAME_BYTES];
    va_list ap;

    if (!l->r || (l->n & (l->n - 1)) == 0) { /* room for the next power of two */
        struct xd_reading *more = xd_arena_array(l->a, l->n ? 2 * l->n : 1, sizeof(*more));

        if (l->n)
            memcpy(more, l->r, l->n * sizeof(*more));
        l->r = more;
    }
    va_start(ap, fmt);
    vsnprintf(name, sizeof(name), fmt, ap);
    va_end(ap);
    r = &l->r[l->n++];
    *r = (struct xd_reading){.name = xd_arena_strdup(l->a, name),
                             .source = source,
                             .temperature = temperature,
                             .age_ns = -1};
    return r;
}

/* The number between a prefix and a suffix: "temp3_input" is 3. */
static bool numbered(const char *name, const char *prefix, const char *suffix, unsigned *out)
{
    size_t len = strlen(name), p = strlen(prefix), s = strlen(suffix);
    char digits[8];
    uint64_t n;

    if (len <= p + s || len - p - s >= sizeof(digits) || strncmp(name, prefix, p) != 0 ||
        strcmp(name + len - s, suffix) != 0)
        return false;
    snprintf(digits, sizeof(digits), "%.*s", (int)(len - p - s), name + p);
    if (xd_parse_u64(digits, &n) != 0 || n > 9999)
        return false;
    *out = (unsigned)n;
    return true;
}

/* The names in a folder; 0: there is none. */
static size_t list(const struct xd_files *f, struct xd_arena *a, const char *dir, char ***names)
{
    size_t n = 0;

    if (xd_files_list(f, dir, a, names, &n, NULL) < 0)
        return 0;
    return n < MOST ? n : MOST;
}

static bool number(const struct xd_files *f, const char *dir, const char *file, long long *out)
{
    static const long long unknown = -(1LL << 62);

    *out = xd_files_number(f, unknown, "%s/%s", dir, file);
    return *out != unknown;
}

/* --- hwmon --- */

struct chip {
    const struct xd_files *f;
    struct xd_readings *l;
    unsigned kinds;
    const char *dir;
    char name[64]; /* "coretemp-0": of several of a kind each has a number */
};

/* Drivers that sit in the processor, or measure the whole machine. */
static const char *place_of(const struct chip *c, const char *label, bool temperature)
{
    unsigned n = 0;

    if (xd_str_starts(c->name, "coretemp") || xd_str_starts(c->name, "k10temp") ||
        xd_str_starts(c->name, "zenpower")) {
        if (label && sscanf(label, "Package id %u", &n) == 1)
            return xd_arena_printf(c->l->a, "socket %u", n);
        if (label && sscanf(label, "Core %u", &n) == 1)
            return xd_arena_printf(c->l->a, "core %u", n);
        return xd_arena_printf(c->l->a, "socket %s", strrchr(c->name, '-') + 1);
    }
    if (xd_str_starts(c->name, "power_meter") && !temperature)
        return "host";
    return "device";
}

static void read_temperature(const struct chip *c, unsigned i)
{
    char file[32];
    long long n;
    struct xd_reading *r =
        xd_readings_add(c->l, XD_READ_HWMON, true, "hwmon/%s/temp%u", c->name, i);

    r->label = xd_files_text(c->f, c->l->a, "%s/temp%u_label", c->dir, i);
    r->place = place_of(c, r->label, true);
    snprintf(file, sizeof(file), "temp%u_input", i);
    r->has_celsius = number(c->f, c->dir, file, &n);
    if (r->has_celsius)
        r->celsius = (double)n / 1000;
    else
        r->trouble = "its driver gives no reading";
    snprintf(file, sizeof(file), "temp%u_max", i);
    r->has_max = number(c->f, c->dir, file, &n);
    snprintf(file, sizeof(file), "temp%u_crit", i);
    r->has_max = r->has_max || number(c->f, c->dir, file, &n);
    if (r->has_max)
        r->celsius_max = (double)n / 1000;
    r->age_ns = r->has_celsius ? 0 : -1;
}

static void read_power(const struct chip *c, unsigned i, const char *kind)
{
    char file[32];
    long long n;
    struct xd_reading *r =
        xd_readings_add(c->l, XD_READ_HWMON, false, "hwmon/%s/power%u", c->name, i);

    r->label = xd_files_text(c->f, c->l->a, "%s/power%u_label", c->dir, i);
    r->place = place_of(c, r->label, false);
    snprintf(file, sizeof(file), "power%u_%s", i, kind);
    r->has_watts = number(c->f, c->dir, file, &n) && n >= 0;
    if (r->has_watts)
        r->watts = (double)n * 1e-6;
    else
        r->trouble = "its driver gives no reading";
    r->age_ns = r->has_watts ? 0 : -1;
}

static bool has(char **names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void read_chip(const struct chip *c)
{
    char **names, file[32];
    size_t n = list(c->f, c->l->a, c->dir, &names);
    unsigned k;

    for (size_t i = 0; i < n && c->l->n < MOST; i++) {
        if (c->kinds & XD_READS_HEAT && numbered(names[i], "temp", "_input", &k))
            read_temperature(c, k);
        else if (!(c->kinds & XD_READS_POWER))
            continue;
        else if (numbered(names[i], "power", "_average", &k))
            read_power(c, k, "average");
        else if (numbered(names[i], "power", "_input", &k) &&
                 (snprintf(file, sizeof(file), "power%u_average", k), !has(names, n, file)))
            read_power(c, k, "input");
    }
}

/* How many of the earlier chips have that name. */
static unsigned count_before(const char *const *seen, size_t n, const char *name)
{
    unsigned count = 0;

    for (size_t i = 0; i < n; i++)
        count += seen[i] && strcmp(seen[i], name) == 0;
    return count;
}

void xd_sensors_hwmon(const struct xd_files *f, unsigned kinds, struct xd_readings *l)
{
    char **names;
    size_t n = list(f, l->a, "sys/class/hwmon", &names);
    const char **seen = xd_arena_array(l->a, n + 1, sizeof(*seen));

    for (size_t i = 0; i < n; i++) {
        struct chip c = {f, l, kinds, xd_arena_printf(l->a, "sys/class/hwmon/%s", names[i]), ""};

        seen[i] = xd_files_text(f, l->a, "%s/name", c.dir);
        if (!seen[i])
            continue;
        snprintf(c.name, sizeof(c.name), "%.40s-%u", seen[i], count_before(seen, i, seen[i]));
        read_chip(&c);
    }
}

/* --- thermal zones --- */

/* A trip point that hardware or firmware acts at: "passive", else "hot", else "critical". */
static void read_trips(const struct xd_files *f, const char *dir, struct xd_readings *l,
                       struct xd_reading *r)
{
    static const char *const kinds[] = {"passive", "hot", "critical"};

    for (size_t k = 0; k < 3 && !r->has_max; k++) {
        for (int i = 0; i < 12 && !r->has_max; i++) {
            const char *type = xd_files_text(f, l->a, "%s/trip_point_%d_type", dir, i);
            char file[32];
            long long n;

            if (!type)
                break;
            snprintf(file, sizeof(file), "trip_point_%d_temp", i);
            if (xd_streq(type, kinds[k]) && number(f, dir, file, &n) && n > 0) {
                r->has_max = true;
                r->celsius_max = (double)n / 1000;
            }
        }
    }
}

/* Zones of packages don't say of which: only one alone is known. */
static void place_packages(struct xd_readings *l, size_t from, unsigned packages)
{
    for (size_t i = from; i < l->n; i++)
        if (l->r[i].label && xd_streq(l->r[i].label, "x86_pkg_temp"))
            l->r[i].place = packages == 1 ? "socket 0" : "socket";
}

void xd_sensors_thermal(const struct xd_files *f, struct xd_readings *l)
{
    char **names;
    size_t n = list(f, l->a, "sys/class/thermal", &names), from = l->n;
    unsigned k, packages = 0;

    for (size_t i = 0; i < n && l->n < MOST; i++) {
        const char *dir = xd_arena_printf(l->a, "sys/class/thermal/%s", names[i]);
        struct xd_reading *r;
        long long milli;

        if (!numbered(names[i], "thermal_zone", "", &k))
            continue;
        r = xd_readings_add(l, XD_READ_THERMAL, true, "thermal/zone%u", k);
        r->label = xd_files_text(f, l->a, "%s/type", dir);
        r->place = "device";
        packages += r->label && xd_streq(r->label, "x86_pkg_temp");
        r->has_celsius = number(f, dir, "temp", &milli);
        r->celsius = r->has_celsius ? (double)milli / 1000 : 0;
        r->age_ns = r->has_celsius ? 0 : -1;
        r->trouble = r->has_celsius ? NULL : "its driver gives no reading";
        read_trips(f, dir, l, r);
    }
    place_packages(l, from, packages);
}

/* --- powercap --- */

/* Of a zone that isn't enabled nothing is held to it. */
static void read_limit(const struct xd_files *f, struct xd_readings *l, const char *dir,
                       struct xd_reading *r)
{
    long long uw, enabled;

    if (!number(f, dir, "constraint_0_power_limit_uw", &uw) || uw < 0)
        return;
    r->has_limit = true;
    r->limit_mw = (uint64_t)uw / 1000;
    r->limit_path = xd_arena_printf(l->a, "%s/constraint_0_power_limit_uw", dir);
    if (!number(f, dir, "enabled", &enabled))
        return;
    r->enabled_path = xd_arena_printf(l->a, "%s/enabled", dir);
    if (!enabled)
        r->limit_mw = 0;
}

/* "intel-rapl:0" is a package, "intel-rapl:0:1" a part of one; AMD's are called so as well. */
static void read_zone(const struct xd_files *f, struct xd_readings *l, const char *zone,
                      unsigned package, int part)
{
    const char *dir = xd_arena_printf(l->a, "sys/class/powercap/%s", zone);
    const char *name = xd_files_text(f, l->a, "%s/name", dir);
    struct xd_reading *r;
    long long n;

    if (!name)
        return;
    if (part < 0)
        r = xd_readings_add(l, XD_READ_RAPL, false, "rapl/%s", name);
    else
        r = xd_readings_add(l, XD_READ_RAPL, false, "rapl/package-%u/%s", package, name);
    r->label = name;
    r->place = xd_streq(name, "psys") ? "host" : xd_arena_printf(l->a, "socket %u", package);
    r->has_energy = number(f, dir, "energy_uj", &n) && n >= 0;
    if (r->has_energy)
        r->energy_uj = (uint64_t)n;
    else
        r->trouble = "the counter of energy can't be read: be root";
    if (number(f, dir, "max_energy_range_uj", &n) && n > 0)
        r->energy_range_uj = (uint64_t)n + 1;
    read_limit(f, l, dir, r);
    r->age_ns = r->has_energy ? 0 : -1;
}

void xd_sensors_powercap(const struct xd_files *f, struct xd_readings *l)
{
    char **names;
    size_t n = list(f, l->a, "sys/class/powercap", &names);

    for (size_t i = 0; i < n && l->n < MOST; i++) {
        unsigned package, part;
        int end = 0;

        if (sscanf(names[i], "intel-rapl:%4u:%4u%n", &package, &part, &end) == 2 && !names[i][end])
            read_zone(f, l, names[i], package, (int)part);
        else if (sscanf(names[i], "intel-rapl:%4u%n", &package, &end) == 1 && !names[i][end])
            read_zone(f, l, names[i], package, -1);
    }
}
