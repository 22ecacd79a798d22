/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of power and heat over time: see sensing.h. */
#include "backend_shared/sensing.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/slurp.h"
#include "base/str.h"
#include "base/trust.h"

#define FILES_MAX  64
#define FUTURE_NS  (5 * XD_NS_PER_S) /* clocks of network file systems */
#define WATTS_SPAN (XD_NS_PER_S / 4) /* less gives no watts worth showing */
#define MOST_WATTS 600               /* that any package needs */

/* Who measures the host, by how sure it is to mean all of it. */
static const enum xd_reading_source ranks[] = {XD_READ_IPMI, XD_READ_FILE, XD_READ_HWMON,
                                               XD_READ_RAPL};
enum { RANK_PACKAGES = sizeof(ranks) / sizeof(ranks[0]), RANK_NONE };

_Static_assert((int)XD_READ_MODEL == (int)XD_SENSOR_MODEL && (int)XD_READ_IPMI == XD_SENSOR_IPMI,
               "kernel/sensors.h and tables_power.h name the same sources");

void xd_sensing_init(struct xd_sensing *s)
{
    *s = (struct xd_sensing){
        .root = "/", .dir = XD_SENSORS_DIR, .ipmi = {.fd = -1}, .best = {.rank = RANK_NONE}};
}

void xd_sensing_done(struct xd_sensing *s)
{
    xd_ipmi_stop(&s->ipmi);
}

/* --- sensors in files --- */

static const char *dead(struct xd_readings *l, const char *path, int64_t age_ns)
{
    char age[32];

    return xd_arena_printf(l->a, "nobody has written %s for %s", path,
                           xd_fmt_ns((uint64_t)age_ns, age, sizeof(age)));
}

static void take_file(const struct xd_sensor_file *f, const char *path, int64_t age_ns,
                      struct xd_readings *l, struct xd_reading *r)
{
    r->temperature = f->temperature;
    r->place = f->place ? f->place : "host";
    r->label = f->label;
    r->has_max = f->has_max;
    r->celsius_max = f->celsius_max;
    r->age_ns = age_ns > 0 ? age_ns : 0;
    if (age_ns > f->max_age_ns)
        r->trouble = dead(l, path, age_ns);
    else if (age_ns < -FUTURE_NS)
        r->trouble = xd_arena_printf(l->a, "%s is from the future: a clock was set", path);
    else if (f->temperature)
        r->has_celsius = true;
    else
        r->has_watts = true;
    r->watts = r->celsius = f->value;
}

/* One reading, dead or alive. wall_ns: now, for its age. */
static void read_one(int folder, const char *dir, const char *name, int64_t wall_ns,
                     struct xd_readings *l)
{
    const char *path = xd_arena_printf(l->a, "%s/%s", dir, name);
    struct xd_reading *r = xd_readings_add(l, XD_READ_FILE, false, "file/%s", name);
    struct xd_buf text = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_sensor_file f;
    struct stat st;
    int fd = xd_trust_file(folder, name, path, &st, &err), rc = fd;

    if (rc >= 0)
        rc = xd_slurp_fd(fd, XD_SENSOR_FILE_MAX + 1, &text);
    if (fd >= 0 && rc < 0)
        xd_err_set(&err, rc, "%s: %s", path, strerror(-rc));
    if (rc >= 0)
        rc = xd_sensor_file_parse(path, xd_buf_str(&text), text.len, l->a, &f, &err);
    if (rc >= 0)
        take_file(&f, path, wall_ns - (st.st_mtim.tv_sec * XD_NS_PER_S + st.st_mtim.tv_nsec), l, r);
    else
        r->trouble = xd_arena_strdup(l->a, err.text);
    xd_buf_done(&text);
    if (fd >= 0)
        close(fd);
}

/* What is wrong with all of them, or those that are left: a row of its own. */
static void tell_folder(struct xd_readings *l, const char *trouble)
{
    struct xd_reading *r = xd_readings_add(l, XD_READ_FILE, false, "file/*");

    r->label = "The folder of sensors";
    r->trouble = trouble;
}

static void read_files(const char *dir, struct xd_readings *l)
{
    struct xd_err err = XD_ERR_INIT;
    int n = 0, folder = xd_trust_dir(dir, &err);
    struct timespec ts;
    struct dirent *e;
    DIR *d;

    if (folder < 0 && folder != -ENOENT)
        tell_folder(l, xd_arena_strdup(l->a, err.text));
    if (folder < 0)
        return;
    d = fdopendir(folder);
    if (!d) {
        close(folder);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &ts);
    while ((e = readdir(d))) {
        if (!xd_sensor_name_ok(e->d_name))
            continue;
        if (n++ == FILES_MAX) {
            tell_folder(l, xd_arena_printf(l->a, "%s has more than %d files: the rest is not read",
                                           dir, FILES_MAX));
            break;
        }
        read_one(folder, dir, e->d_name, ts.tv_sec * XD_NS_PER_S + ts.tv_nsec, l);
    }
    closedir(d);
}

static bool has_packages(const struct xd_readings *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->r[i].source == XD_READ_RAPL)
            return true;
    return false;
}

uint64_t xd_sensing_power(const struct xd_sensing *s, const struct xd_backend_env *env)
{
    if (xd_glances(env, &xd_power_desc) && !xd_wanted(env, &xd_sensors_desc) &&
        xd_ipmi_is_there(&s->ipmi))
        return 0;
    return xd_wanted(env, &xd_power_desc);
}

unsigned xd_sensing_wanted(const struct xd_sensing *s, const struct xd_backend_env *env)
{
    uint64_t power = xd_sensing_power(s, env);

    if (xd_wanted(env, &xd_sensors_desc))
        return XD_READS_POWER | XD_READS_HEAT;
    return (power & XD_SENSING_WATTS ? (unsigned)XD_READS_POWER : 0) |
           (power & XD_SENSING_HEAT ? (unsigned)XD_READS_HEAT : 0);
}

void xd_sensing_read(struct xd_sensing *s, unsigned kinds, int64_t now_ns, struct xd_readings *l)
{
    struct xd_files *f = xd_files_new(s->root);

    if (kinds & XD_READS_POWER && !has_packages(l)) /* else Xen tells the same counters */
        xd_sensors_powercap(f, l);
    xd_sensors_hwmon(f, kinds, l);
    if (kinds & XD_READS_HEAT)
        xd_sensors_thermal(f, l);
    xd_files_free(f);
    if (kinds & XD_READS_POWER)
        xd_ipmi_read(&s->ipmi, now_ns, l);
    read_files(s->dir, l); /* of which kind one is stands in it */
}

/* --- energy to watts --- */

static struct xd_energy_seen *seen(struct xd_sensing *s, const char *name)
{
    for (size_t i = 0; i < s->n_energies; i++)
        if (strncmp(s->energy[i].name, name, sizeof(s->energy[i].name) - 1) == 0)
            return &s->energy[i];
    if (s->n_energies == XD_ENERGIES_MAX)
        return NULL;
    s->energy[s->n_energies] = (struct xd_energy_seen){.at_ns = -1};
    snprintf(s->energy[s->n_energies].name, sizeof(s->energy[0].name), "%s", name);
    return &s->energy[s->n_energies++];
}

/* Whether a counter may have gone round more than once since it was seen, which nobody can tell. */
static bool lost(const struct xd_energy_seen *e, const struct xd_reading *r, int64_t now_ns)
{
    return r->energy_range_uj && (double)(now_ns - e->at_ns) / (double)XD_NS_PER_S * MOST_WATTS >
                                     (double)r->energy_range_uj * 1e-6;
}

/* A counter that goes back has begun anew: where its range is known, it went round. */
static void unwrap(struct xd_sensing *s, int64_t now_ns, struct xd_reading *r)
{
    struct xd_energy_seen *e = seen(s, r->name);

    if (!e)
        return;
    if (e->at_ns < 0) {
        e->base_ns = now_ns;
    } else if (lost(e, r, now_ns)) {
        r->has_energy = false;
        r->trouble = "its counter may have gone round more than once since the last look";
        e->base_ns = now_ns;
        e->base_uj = e->total_uj;
    } else if (r->energy_uj >= e->last) {
        e->total_uj += r->energy_uj - e->last;
    } else if (r->energy_range_uj > e->last) {
        e->total_uj += r->energy_range_uj - e->last + r->energy_uj;
    } else { /* nobody knows how much it was: no watts this time */
        e->base_ns = now_ns;
        e->base_uj = e->total_uj;
    }
    e->last = r->energy_uj;
    e->at_ns = now_ns;
    if (now_ns - e->base_ns >= WATTS_SPAN) {
        r->has_watts = true;
        r->watts = (double)(e->total_uj - e->base_uj) * 1e-6 /
                   ((double)(now_ns - e->base_ns) / (double)XD_NS_PER_S);
        e->base_ns = now_ns;
        e->base_uj = e->total_uj;
    }
    r->energy_uj = e->total_uj;
}

/* --- what counts --- */

static bool whole_host(const struct xd_reading *r)
{
    return !r->temperature && r->place && xd_streq(r->place, "host");
}

static bool is_package(const struct xd_reading *r)
{
    return r->source == XD_READ_RAPL && r->place && xd_str_starts(r->place, "socket ") &&
           !strchr(strchr(r->name, '/') + 1, '/');
}

static void add_source(char *out, size_t size, const char *name)
{
    size_t n = strlen(out);

    snprintf(out + n, size - n, "%s%s", n ? " + " : "", name);
}

static void add_watts(const struct xd_reading *r, struct xd_sensing_sum *out)
{
    out->has_watts = true;
    out->watts += r->watts;
    if (r->age_ns > out->watts_age_ns)
        out->watts_age_ns = r->age_ns;
    add_source(out->watts_source, sizeof(out->watts_source), r->name);
}

/* Of several of a rank, the one that counted before. */
static void add_whole(const struct xd_sensing *s, int rank, const struct xd_readings *l,
                      struct xd_sensing_sum *out)
{
    for (size_t i = 0; i < l->n && !out->has_watts; i++) {
        const struct xd_reading *r = &l->r[i];

        if (r->source == ranks[rank] && whole_host(r) && r->has_watts &&
            (rank < s->best.rank || xd_streq(r->name, s->best.source)))
            add_watts(r, out);
    }
}

/* Together, but only if all of them are known. Returns how many. */
static size_t add_packages(const struct xd_sensing *s, const struct xd_readings *l,
                           struct xd_sensing_sum *out)
{
    bool all = true;
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        n += is_package(&l->r[i]);
        all = all && (!is_package(&l->r[i]) || l->r[i].has_watts);
    }
    for (size_t i = 0; all && n >= s->best.n && i < l->n; i++)
        if (is_package(&l->r[i]))
            add_watts(&l->r[i], out);
    return n;
}

/* Why the one that told them before does so no more. */
static const char *silent(const struct xd_sensing *s, const struct xd_readings *l)
{
    const char *why = "it is gone";

    for (size_t i = 0; i < l->n; i++) {
        const struct xd_reading *r = &l->r[i];

        if (s->best.rank == RANK_PACKAGES ? is_package(r) && !r->has_watts
                                          : xd_streq(r->name, s->best.source))
            why = r->trouble ? r->trouble : "it says nothing just now";
    }
    return xd_arena_printf(
        l->a,
        "%s: %s. Nothing else counts for it until xendeck starts again; a policy may "
        "name another sensor",
        s->best.source, why);
}

/* The best source that speaks, if none that is better spoke before. */
static void choose_watts(struct xd_sensing *s, const struct xd_readings *l,
                         struct xd_sensing_sum *out)
{
    size_t n = 0;
    int rank;

    out->watts_age_ns = -1;
    for (rank = 0; rank < RANK_PACKAGES && rank <= s->best.rank; rank++) {
        add_whole(s, rank, l, out);
        if (out->has_watts)
            break;
    }
    if (!out->has_watts && s->best.rank >= RANK_PACKAGES)
        n = add_packages(s, l, out);
    if (out->has_watts) {
        s->best.rank = rank;
        s->best.n = n;
        snprintf(s->best.source, sizeof(s->best.source), "%s", out->watts_source);
    } else if (s->best.rank != RANK_NONE) {
        out->trouble = silent(s, l);
    }
}

/* Of the processors, or else of the host as somebody's file says. */
static void choose_celsius(const struct xd_readings *l, struct xd_sensing_sum *out)
{
    for (int round = 0; round < 2 && !out->has_celsius; round++) {
        for (size_t i = 0; i < l->n; i++) {
            const struct xd_reading *r = &l->r[i];
            bool cpu = r->place && r->source != XD_READ_FILE &&
                       (xd_str_starts(r->place, "socket") || xd_str_starts(r->place, "core"));

            if (!r->has_celsius || (round == 0 ? !cpu : r->source != XD_READ_FILE) ||
                (out->has_celsius && r->celsius <= out->celsius))
                continue;
            out->has_celsius = true;
            out->celsius = r->celsius;
            out->celsius_age_ns = r->age_ns;
            snprintf(out->celsius_source, sizeof(out->celsius_source), "%s", r->name);
        }
    }
}

/* Whether anything measures the host's power, though it may have nothing to tell just now. */
static const char *measured(const struct xd_readings *l, bool *any)
{
    const char *why = NULL;

    *any = false;
    for (size_t i = 0; i < l->n; i++) {
        if (!whole_host(&l->r[i]) && !is_package(&l->r[i]))
            continue;
        *any = true;
        why = why ? why : l->r[i].trouble;
    }
    return why;
}

static void add_model(struct xd_readings *l, unsigned sockets, double busy)
{
    struct xd_reading *r = xd_readings_add(l, XD_READ_MODEL, false, "model/host");

    r->label = xd_arena_printf(l->a, "%.0f W a socket, %.0f W a busy pCPU", XD_MODEL_SOCKET_W,
                               XD_MODEL_PCPU_W);
    r->place = "host";
    r->has_watts = busy >= 0 && sockets > 0;
    r->trouble = r->has_watts ? NULL : "it needs a second sample";
    r->watts = XD_MODEL_SOCKET_W * sockets + XD_MODEL_PCPU_W * busy;
    r->age_ns = 0;
}

void xd_sensing_sum(struct xd_sensing *s, int64_t now_ns, struct xd_readings *l, unsigned sockets,
                    double busy, struct xd_sensing_sum *out)
{
    bool any;

    *out = (struct xd_sensing_sum){0};
    for (size_t i = 0; i < l->n; i++)
        if (l->r[i].has_energy)
            unwrap(s, now_ns, &l->r[i]);
    choose_watts(s, l, out);
    choose_celsius(l, out);
    if (out->has_watts || out->trouble)
        return;
    out->trouble = measured(l, &any);
    if (any)
        return;
    add_model(l, sockets, busy);
    out->estimated = true;
    out->has_watts = l->r[l->n - 1].has_watts;
    out->watts = l->r[l->n - 1].watts;
    add_source(out->watts_source, sizeof(out->watts_source), l->r[l->n - 1].name);
}

/* --- how busy it is, for the model --- */

double xd_sensing_rate(struct xd_sensing *s, int64_t now_ns, uint64_t ns, unsigned n)
{
    struct xd_sensing_load *l = &s->load;
    bool follows = l->n && l->n == n;

    if (follows && now_ns - l->at_ns < WATTS_SPAN)
        return l->rate;
    l->rate = follows && ns >= l->ns ? (double)(ns - l->ns) / (double)(now_ns - l->at_ns) : -1;
    l->at_ns = now_ns;
    l->ns = ns;
    l->n = n;
    return l->rate;
}

/* --- the tables --- */

static void put_age(struct xd_rows *t, int col, int64_t age_ns)
{
    if (age_ns >= 0)
        xd_put_u64(t, col, (uint64_t)age_ns);
}

void xd_sensing_put_sum(const struct xd_sensing_sum *sum, unsigned kinds, struct xd_rows *t)
{
    bool power = kinds & XD_READS_POWER;

    if (power)
        xd_put_bool(t, XD_POWER_ESTIMATED, sum->estimated);
    if (power && sum->has_watts) {
        xd_put_f64(t, XD_POWER_WATTS, sum->watts);
        xd_put_str(t, XD_POWER_WATTS_SOURCE, sum->watts_source);
        put_age(t, XD_POWER_WATTS_AGE_NS, sum->watts_age_ns);
    } else if (power && sum->trouble) {
        xd_build_reason(t, "watts: %s", sum->trouble);
    }
    if (kinds & XD_READS_HEAT && sum->has_celsius) {
        xd_put_f64(t, XD_POWER_CELSIUS, sum->celsius);
        xd_put_str(t, XD_POWER_CELSIUS_SOURCE, sum->celsius_source);
        put_age(t, XD_POWER_CELSIUS_AGE_NS, sum->celsius_age_ns);
    }
}

void xd_sensing_put(const struct xd_readings *l, struct xd_builder *b, int64_t at_ns)
{
    struct xd_rows *t = xd_build_table(b, &xd_sensors_desc, at_ns);

    for (size_t i = 0; i < l->n; i++) {
        const struct xd_reading *r = &l->r[i];

        xd_row_begin(t);
        xd_put_str(t, XD_SENSOR_NAME, r->name);
        xd_put_str(t, XD_SENSOR_LABEL, r->label);
        xd_put_str(t, XD_SENSOR_PLACE, r->place);
        xd_put_enum(t, XD_SENSOR_KIND, r->temperature ? XD_SENSOR_TEMPERATURE : XD_SENSOR_POWER);
        xd_put_enum(t, XD_SENSOR_SOURCE, (int)r->source);
        xd_put_bool(t, XD_SENSOR_ESTIMATED, r->source == XD_READ_MODEL);
        if (r->has_watts)
            xd_put_f64(t, XD_SENSOR_WATTS, r->watts);
        if (r->has_celsius)
            xd_put_f64(t, XD_SENSOR_CELSIUS, r->celsius);
        if (r->has_max)
            xd_put_f64(t, XD_SENSOR_CELSIUS_MAX, r->celsius_max);
        if (r->has_energy)
            xd_put_u64(t, XD_SENSOR_ENERGY_UJ, r->energy_uj);
        if (r->has_limit)
            xd_put_u64(t, XD_SENSOR_LIMIT_MW, r->limit_mw);
        put_age(t, XD_SENSOR_AGE_NS, r->age_ns);
        xd_put_str(t, XD_SENSOR_TROUBLE, r->trouble);
    }
    if (!l->n)
        xd_build_reason(t,
                        "nothing in this machine tells power or temperature, and no file in %s "
                        "does",
                        XD_SENSORS_DIR);
}
