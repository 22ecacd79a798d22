/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knobs of power without Xen: Linux' files, read and written. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend_linuxpower/host.h"
#include "base/str.h"

/* As those of Xen hosts, with Linux' commands. */
// clang-format off
#define KNOB(word, where, col, heading, does, ...)                                                  \
    {.name = (word), .table = (where), .column = (col), .title = (heading), .help = (does),         \
     .risk = XD_RISK_LOW, __VA_ARGS__}
#define KHZ .kind = {.type = XD_U64, .unit = XD_UNIT_KHZ}, .min = 1000, .max = 20000000

const struct xd_knob xd_linux_power_knobs[XD_LP_KNOBS + 1] = {
    [XD_PKNOB_CLAMP] = {.name = "power.clamp", .table = "power", .column = "clamp",
        .title = "Power clamp",
        .help = "Share of the time for which intel_powerclamp keeps CPUs idle; it tells what it has "
                "reached",
        .kind = {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "off"}, .min = 0, .max = 100,
        .max_column = "clamp_max", .max_scale = 1, .risk = XD_RISK_DISRUPTIVE, .gradual = true},
    [XD_PKNOB_CLAMP_WINDOW] = KNOB("power.clamp_window", "power", "clamp_window_us", "Clamp window",
        "How long CPUs are kept idle at a time", .kind = {.type = XD_U64, .unit = XD_UNIT_US}),
    [XD_PKNOB_CLAMP_CPUS] = KNOB("power.clamp_cpus", "power", "clamp_cpus", "Clamped CPUs",
        "The CPUs that the clamp is for", .kind = {.type = XD_CPUSET}),
    [XD_PKNOB_CLAMP_NATURAL] = KNOB("power.clamp_natural", "power", "clamp_natural",
        "Natural idle counts", "Whether a CPU's own idle time counts", .kind = {.type = XD_BOOL}),
    [XD_PKNOB_MAX_CSTATE] = KNOB("power.max_cstate", "power", "max_cstate", "Deepest idle state",
        "The number of the last idle state that CPUs may enter",
        .kind = {.type = XD_ENUM, .names = xd_max_cstate_names}),
    [XD_PKNOB_SCHED_SMT] = KNOB("power.sched_smt", "power", "sched_smt", "Scheduling saves power",
        "Xen's credit scheduler only", .kind = {.type = XD_BOOL}),
    [XD_PKNOB_LIMIT] = {.name = "power.limit", .table = "sensors", .column = "limit_mw",
        .title = "Power limit", .help = "The power that the package holds itself to, by its own means",
        .kind = {.type = XD_U64, .unit = XD_UNIT_MW, .zero = "none"}, .min = 1000, .max = 4000000,
        .risk = XD_RISK_DISRUPTIVE},
    [XD_PKNOB_GOVERNOR] = KNOB("cpu.governor", "pcpus", "governor", "Governor",
        "Who chooses the CPU's frequency", .kind = {.type = XD_STR},
        .xl = "cpupower -c {pcpu} frequency-set -g {value}"),
    [XD_PKNOB_FREQ_MIN] = KNOB("cpu.freq_min", "pcpus", "freq_min_khz", "Lowest frequency",
        "The frequency that the governor doesn't go below", KHZ, .max_column = "freq_max_khz",
        .max_scale = 1, .xl = "cpupower -c {pcpu} frequency-set -d {value}"),
    [XD_PKNOB_FREQ_MAX] = KNOB("cpu.freq_max", "pcpus", "freq_max_khz", "Highest frequency",
        "The frequency that the governor doesn't go above", KHZ,
        .xl = "cpupower -c {pcpu} frequency-set -u {value}"),
    [XD_PKNOB_TURBO] = KNOB("cpu.turbo", "pcpus", "turbo", "Turbo",
        "Whether the CPU may go above its nominal frequency", .kind = {.type = XD_BOOL}),
    [XD_PKNOB_POOL_GOVERNOR] = KNOB("pool.governor", "pools", "governor", "Governor",
        "The governor of a cpupool's pCPUs", .kind = {.type = XD_STR}),
    [XD_LP_TURBO] = KNOB("power.turbo", "power", "turbo", "Turbo of all CPUs",
        "Whether CPUs may go above their nominal frequency, all of them or none",
        .kind = {.type = XD_BOOL}),
    [XD_LP_KNOBS] = {.name = NULL},
};
// clang-format on

/* --- what there is not --- */

static const char *no_clamp(const struct xd_lp_now *now)
{
    return now->cpus.has_clamp ? NULL
                               : "there is no cooling device intel_powerclamp (modprobe "
                                 "intel_powerclamp, on Intel's processors)";
}

static const char *no_setting(const struct xd_lp_now *now)
{
    return "intel_powerclamp has no such setting that can be read back";
}

static const char *no_freq(const struct xd_lp_now *now)
{
    for (unsigned i = 0; i < now->cpus.n; i++)
        if (now->cpus.cpu[i].governor)
            return NULL;
    return "Linux has no driver of frequencies here (cpufreq)";
}

static const char *no_cstate(const struct xd_lp_now *now)
{
    bool any = false;

    if (now->cpus.deepest >= -1)
        return NULL;
    for (unsigned i = 0; i < now->cpus.n; i++) {
        const struct xd_linux_cpu *c = &now->cpus.cpu[i];

        if (c->n_states && c->states[0].disabled)
            return "even idle state 0 is forbidden, which no number stands for: cpupower idle-set "
                   "-E allows all";
        any = any || c->n_states;
    }
    return any ? "the CPUs are allowed different idle states: cpupower idle-set"
               : "Linux has no driver of idle states here (cpuidle)";
}

static const char *no_package(const struct xd_lp_now *now)
{
    for (size_t i = 0; i < now->packages.n; i++)
        if (now->packages.r[i].has_limit)
            return NULL;
    return "Linux has no power capping here (powercap: module intel_rapl_msr, on processors that "
           "have it)";
}

static const char *no_turbo(const struct xd_lp_now *now)
{
    return "Linux switches turbo for all CPUs at once: power.turbo";
}

static const char *no_turbo_of_all(const struct xd_lp_now *now)
{
    return now->cpus.turbo_path ? NULL
                                : "these processors have no turbo, or their driver doesn't switch "
                                  "it (boost or no_turbo below /sys/devices/system/cpu)";
}

static const char *not_linux(const struct xd_lp_now *now)
{
    return "that is Xen's: Linux has no such thing";
}

/* --- an edit --- */

struct edit {
    struct xd_lp *p;
    const struct xd_object *o;
    const struct xd_knob *k;
    int knob;
    struct xd_arena *a;
    struct xd_err *err;
    char who[96]; /* the object, for sentences */
    struct xd_lp_now now;
    const struct xd_linux_cpu *cpu;
    const struct xd_reading *sensor;
};

static int write_file(const struct edit *e, const char *path, const char *text)
{
    const char *whole =
        xd_arena_printf(e->a, "%s/%s", xd_streq(e->p->root, "/") ? "" : e->p->root, path);
    int fd = open(whole, O_WRONLY | O_CLOEXEC | O_TRUNC), rc = 0;
    size_t len = strlen(text);
    ssize_t n;

    if (fd < 0)
        return xd_err_set(e->err, -errno, "%s %s: %s: %s", e->who, e->k->name, whole,
                          strerror(errno));
    n = write(fd, text, len);
    if (n != (ssize_t)len) {
        rc = n < 0 ? -errno : -EIO;
        xd_err_set(e->err, rc, "%s %s: %s doesn't take \"%.40s\": %s", e->who, e->k->name, whole,
                   text, strerror(-rc));
    }
    close(fd);
    return rc;
}

static int put_number(const struct edit *e, const char *path, uint64_t n)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, n);
    return write_file(e, path, text);
}

/* A file of a CPU's. */
static const char *cpu_file(const struct edit *e, unsigned cpu, const char *file)
{
    return xd_arena_printf(e->a, "sys/devices/system/cpu/cpu%u/%s", cpu, file);
}

/* --- of the host --- */

static void get_clamp(const struct edit *e, struct xd_value *out)
{
    out->cell.u = e->now.cpus.clamp;
}

static int put_clamp(const struct edit *e, const struct xd_value *v)
{
    int rc;

    if (v->cell.u > e->now.cpus.clamp_max)
        return xd_power_out_of_range(e->who, e->k, 0, e->now.cpus.clamp_max, v->cell.u, e->err);
    rc = put_number(e, xd_arena_printf(e->a, "%s/cur_state", e->now.cpus.clamp_dir), v->cell.u);
    return rc == 0 && v->cell.u ? -EINPROGRESS : rc;
}

static void get_cstate(const struct edit *e, struct xd_value *out)
{
    out->cell.i = e->now.cpus.deepest < 0 ? XD_CSTATE_UNLIMITED : e->now.cpus.deepest;
}

static int check_cstate(const struct edit *e, int64_t deepest)
{
    if (deepest < 0 || deepest > XD_CSTATE_UNLIMITED)
        return xd_err_set(e->err, -EINVAL, "%s: wanted 0 to %d or unlimited, found %" PRId64,
                          e->k->name, XD_CSTATE_DEEPEST, deepest);
    for (unsigned i = 0; i < e->now.cpus.n; i++) {
        unsigned n = e->now.cpus.cpu[i].n_states;

        if (n && deepest < XD_CSTATE_UNLIMITED && deepest >= (int64_t)n - 1)
            return xd_err_set(e->err, -ERANGE,
                              "%s: the last state of CPU %u is %u, found %" PRId64
                              ": say unlimited",
                              e->k->name, e->now.cpus.cpu[i].cpu, n - 1, deepest);
    }
    return 0;
}

static int put_state(const struct edit *e, const struct xd_linux_cpu *c, unsigned state,
                     bool forbid)
{
    char file[48];

    snprintf(file, sizeof(file), "cpuidle/state%u/disable", state);
    return put_number(e, cpu_file(e, c->cpu, file), forbid);
}

/* To the CPUs up to the i-th, whose states below `end` were set already. What can't be given back
 * is said with the error. */
static void give_back(const struct edit *e, int64_t deepest, unsigned i, unsigned end)
{
    struct edit quiet = *e;
    struct xd_cpuset left;

    quiet.err = NULL;
    xd_cpuset_zero(&left);
    for (unsigned n = 0; n <= i; n++) {
        const struct xd_linux_cpu *c = &e->now.cpus.cpu[n];

        for (unsigned s = 0; s < (n < i ? c->n_states : end); s++)
            if (c->states[s].disabled != ((int64_t)s > deepest) &&
                put_state(&quiet, c, s, c->states[s].disabled) < 0)
                xd_cpuset_add(&left, c->cpu);
    }
    if (!xd_cpuset_empty(&left))
        xd_err_prefix(e->err,
                      "CPUs %s didn't get back their idle states: ", xd_cpuset_format(&left, e->a));
}

/* States behind that one are forbidden on each CPU, the others allowed: on all or none. */
static int put_cstate(const struct edit *e, const struct xd_value *v)
{
    int rc = check_cstate(e, v->cell.i);

    for (unsigned i = 0; i < e->now.cpus.n && rc == 0; i++) {
        const struct xd_linux_cpu *c = &e->now.cpus.cpu[i];

        for (unsigned s = 0; s < c->n_states && rc == 0; s++) {
            bool forbid = (int64_t)s > v->cell.i;

            if (c->states[s].disabled != forbid)
                rc = put_state(e, c, s, forbid);
            if (rc < 0)
                give_back(e, v->cell.i, i, s);
        }
    }
    return rc;
}

static void get_turbo(const struct edit *e, struct xd_value *out)
{
    out->cell.b = e->now.cpus.turbo > 0;
}

static int put_turbo(const struct edit *e, const struct xd_value *v)
{
    return put_number(e, e->now.cpus.turbo_path, v->cell.b != e->now.cpus.turbo_forbids);
}

/* --- of packages --- */

static void get_limit(const struct edit *e, struct xd_value *out)
{
    out->cell.u = e->sensor->limit_mw;
}

/* None at all is what Linux can be told only where a zone can be switched off. A limit is set
 * before it is switched on: the one from before never holds. */
static int put_limit(const struct edit *e, const struct xd_value *v)
{
    const struct xd_reading *r = e->sensor;
    int rc;

    if (v->cell.u == 0 && !r->enabled_path)
        return xd_power_out_of_range(e->who, e->k, (uint64_t)e->k->min, (uint64_t)e->k->max, 0,
                                     e->err);
    if (v->cell.u == 0)
        return put_number(e, r->enabled_path, 0);
    rc = put_number(e, r->limit_path, v->cell.u * 1000);
    return rc == 0 && r->limit_mw == 0 && r->enabled_path ? put_number(e, r->enabled_path, 1) : rc;
}

/* --- of CPUs --- */

static void get_governor(const struct edit *e, struct xd_value *out)
{
    out->cell.s = e->cpu->governor;
}

static int put_governor(const struct edit *e, const struct xd_value *v)
{
    int rc = xd_power_check_governor(e->who, e->k, e->cpu->governors, v->cell.s, e->err);

    return rc < 0 ? rc
                  : write_file(e, cpu_file(e, e->cpu->cpu, "cpufreq/scaling_governor"), v->cell.s);
}

static void get_min(const struct edit *e, struct xd_value *out)
{
    out->cell.u = e->cpu->min_khz;
}

static void get_max(const struct edit *e, struct xd_value *out)
{
    out->cell.u = e->cpu->max_khz;
}

/* max 0: unknown, and Linux will say whether it takes it. */
static int put_bound(const struct edit *e, const char *file, uint64_t min, uint64_t max,
                     uint64_t khz)
{
    if (khz < min || (max && khz > max))
        return xd_power_out_of_range(e->who, e->k, min, max, khz, e->err);
    return put_number(e, cpu_file(e, e->cpu->cpu, file), khz);
}

static int put_min(const struct edit *e, const struct xd_value *v)
{
    return put_bound(e, "cpufreq/scaling_min_freq", e->cpu->least_khz, e->cpu->max_khz, v->cell.u);
}

static int put_max(const struct edit *e, const struct xd_value *v)
{
    return put_bound(e, "cpufreq/scaling_max_freq", e->cpu->min_khz, e->cpu->most_khz, v->cell.u);
}

/* --- all of them --- */

#define FREQ (XD_LINUX_FREQ | XD_LINUX_DRIVER)

static const struct {
    const char *(*why)(const struct xd_lp_now *now); /* there is none */
    unsigned looks;                                  /* XD_LINUX_*: what it takes to know */
    void (*get)(const struct edit *e, struct xd_value *out);
    int (*put)(const struct edit *e, const struct xd_value *v);
} ways[XD_LP_KNOBS] = {
    [XD_PKNOB_CLAMP] = {no_clamp, XD_LINUX_CLAMP, get_clamp, put_clamp},
    [XD_PKNOB_CLAMP_WINDOW] = {no_setting, 0, NULL, NULL}, /* these and others always are missing */
    [XD_PKNOB_CLAMP_CPUS] = {no_setting, 0, NULL, NULL},
    [XD_PKNOB_CLAMP_NATURAL] = {no_setting, 0, NULL, NULL},
    [XD_PKNOB_MAX_CSTATE] = {no_cstate, XD_LINUX_STATES, get_cstate, put_cstate},
    [XD_PKNOB_SCHED_SMT] = {not_linux, 0, NULL, NULL},
    [XD_PKNOB_LIMIT] = {no_package, 0, get_limit, put_limit},
    [XD_PKNOB_GOVERNOR] = {no_freq, FREQ, get_governor, put_governor},
    [XD_PKNOB_FREQ_MIN] = {no_freq, FREQ, get_min, put_min},
    [XD_PKNOB_FREQ_MAX] = {no_freq, FREQ, get_max, put_max},
    [XD_PKNOB_TURBO] = {no_turbo, 0, NULL, NULL},
    [XD_PKNOB_POOL_GOVERNOR] = {not_linux, 0, NULL, NULL},
    [XD_LP_TURBO] = {no_turbo_of_all, XD_LINUX_FREQ, get_turbo, put_turbo},
};

const char *xd_lp_limit(void *now, int knob)
{
    return knob >= 0 && knob < XD_LP_KNOBS ? ways[knob].why(now) : NULL;
}

static int gone(const struct edit *e)
{
    return xd_err_set(e->err, -ESRCH, "%s %s (%.60s) is not on this machine", e->o->table,
                      e->o->label, e->o->key);
}

static int find_cpu(struct edit *e)
{
    uint64_t n;

    if (xd_parse_u64(e->o->key, &n) != 0)
        return xd_err_set(e->err, -EINVAL, "\"%.60s\" is no key of pcpus", e->o->key);
    for (unsigned i = 0; i < e->now.cpus.n; i++)
        if (e->now.cpus.cpu[i].cpu == n)
            e->cpu = &e->now.cpus.cpu[i];
    if (!e->cpu)
        return gone(e);
    if (e->cpu->governor)
        return 0;
    return xd_err_set(e->err, -ENODATA, "%s %s: %s", e->who, e->k->name,
                      e->cpu->online ? "no driver drives its frequency" : "it is offline");
}

static int find_sensor(struct edit *e)
{
    for (size_t i = 0; i < e->now.packages.n; i++)
        if (xd_streq(e->now.packages.r[i].name, e->o->key))
            e->sensor = &e->now.packages.r[i];
    if (!e->sensor)
        return gone(e);
    return e->sensor->has_limit
               ? 0
               : xd_err_set(e->err, -ENODATA, "%s %s: it has no limit", e->who, e->k->name);
}

static int aim(struct edit *e)
{
    const char *why;
    int rc;

    xd_power_who(e->o, e->who, sizeof(e->who));
    e->knob = xd_power_knob_of(xd_linux_power_knobs, e->o, e->k, e->err);
    if (e->knob < 0)
        return e->knob;
    rc = xd_lp_look(e->p, ways[e->knob].looks, e->knob == XD_PKNOB_LIMIT, e->a, &e->now, e->err);
    if (rc < 0)
        return rc;
    why = ways[e->knob].why(&e->now);
    if (why)
        return xd_err_set(e->err, -ENOTSUP, "%s: %s", e->k->name, why);
    if (xd_streq(e->k->table, "pcpus"))
        return find_cpu(e);
    if (xd_streq(e->k->table, "sensors"))
        return find_sensor(e);
    return e->o->key[0] ? gone(e) : 0; /* the host's only row */
}

int xd_lp_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
               struct xd_value *out, struct xd_err *err)
{
    struct xd_arena own = XD_ARENA_INIT;
    struct edit e = {.p = self, .o = o, .k = k, .a = &own, .err = err};
    struct xd_value v = {.have = true, .type = k->kind.type};
    int rc = aim(&e);

    *out = XD_UNKNOWN;
    if (rc == 0) {
        ways[e.knob].get(&e, &v);
        *out = xd_value_copy(&v, a);
    }
    xd_arena_done(&own);
    return rc;
}

int xd_lp_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, struct xd_err *err)
{
    struct xd_arena own = XD_ARENA_INIT;
    struct edit e = {.p = self, .o = o, .k = k, .a = &own, .err = err};
    int rc = aim(&e);

    if (rc == 0)
        rc = xd_power_check_value(e.who, k, v, err);
    if (rc == 0)
        rc = ways[e.knob].put(&e, v);
    xd_arena_done(&own);
    return rc;
}
