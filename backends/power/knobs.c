/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knobs of a Xen host's power: read, checked, written. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_power/host.h"
#include "base/str.h"

struct edit {
    struct xd_pw *p;
    const struct xd_object *o;
    const struct xd_knob *k;
    int knob;
    struct xd_arena *a;
    uint32_t number; /* of the pCPU, pool or socket */
    struct xd_err *err;
    char who[96]; /* the object, for sentences */
};

static int failed(const struct edit *e, const char *did)
{
    int errnum = errno ? errno : EIO;

    if (errnum == EBUSY)
        return xd_err_set(e->err, -EBUSY,
                          "%s %s: Xen is busy with pCPUs that come or go: try again", e->who,
                          e->k->name);
    return xd_err_set(e->err, -errnum, "%s %s: %s: %s", e->who, e->k->name, did, strerror(errnum));
}

/* --- through hypfs --- */

static const char *const params[] = {
    [XD_PKNOB_CLAMP] = "powerclamp",
    [XD_PKNOB_CLAMP_WINDOW] = "powerclamp-window-us",
    [XD_PKNOB_CLAMP_CPUS] = "powerclamp-cpus",
    [XD_PKNOB_CLAMP_NATURAL] = "powerclamp-natural-idle",
};

static int get_param(const struct edit *e, struct xd_value *out)
{
    char *text;
    struct xd_cpuset *set = xd_arena_alloc(e->a, sizeof(*set));
    bool ok;

    errno = 0;
    text = xd_pw_param(e->p, params[e->knob]);
    if (!text)
        return failed(e, "Xen doesn't tell it");
    if (e->knob == XD_PKNOB_CLAMP_CPUS) {
        ok = xd_pw_parse_clamped(e->p, text, set) == 0;
        out->cell.set = set;
    } else if (e->knob == XD_PKNOB_CLAMP_NATURAL) {
        out->cell.b = xd_streq(text, "yes");
        ok = out->cell.b || xd_streq(text, "no");
    } else {
        ok = xd_parse_u64(text, &out->cell.u) == 0;
    }
    if (!ok)
        xd_err_set(e->err, -EPROTO, "%s %s: Xen says \"%.40s\", which makes no sense", e->who,
                   e->k->name, text);
    free(text);
    return ok ? 0 : -EPROTO;
}

static int write_param(const struct edit *e, const char *text)
{
    char path[64];

    snprintf(path, sizeof(path), "/params/%s", params[e->knob]);
    errno = 0;
    if (xenhypfs_write(e->p->hypfs, path, text) == 0)
        return 0;
    if (errno == EINVAL || errno == ERANGE || errno == ENOSPC || errno == 0)
        return xd_err_set(e->err, -EINVAL, "%s %s: Xen doesn't take \"%.60s\" for it", e->who,
                          e->k->name, text);
    return failed(e, "Xen didn't set it");
}

static int check_cpus(const struct edit *e, const struct xd_cpuset *set)
{
    struct xd_cpuset all;

    xd_cpuset_fill(&all, e->p->n_cpus);
    if (!xd_cpuset_subset(set, &all))
        return xd_err_set(e->err, -ERANGE, "%s: wanted pCPUs from 0 to %u, found %d", e->k->name,
                          e->p->n_cpus - 1, xd_cpuset_next(set, e->p->n_cpus));
    if (xd_cpuset_empty(set))
        return xd_err_set(e->err, -EINVAL,
                          "%s: wanted at least one pCPU; power.clamp=off lets all of them go",
                          e->k->name);
    return 0;
}

static int put_param(const struct edit *e, const struct xd_value *v)
{
    struct xd_cpuset all;
    char number[24];
    int rc;

    if (e->knob == XD_PKNOB_CLAMP_NATURAL)
        return write_param(e, v->cell.b ? "yes" : "no");
    if (e->knob != XD_PKNOB_CLAMP_CPUS) {
        snprintf(number, sizeof(number), "%" PRIu64, v->cell.u);
        return write_param(e, number);
    }
    rc = check_cpus(e, v->cell.set);
    if (rc < 0)
        return rc;
    xd_cpuset_fill(&all, e->p->n_cpus);
    return write_param(e, xd_cpuset_equal(&all, v->cell.set) ? "all"
                                                             : xd_cpuset_format(v->cell.set, e->a));
}

/* --- C-states --- */

static int get_cstate(const struct edit *e, struct xd_value *out)
{
    int n = xd_pw_max_cstate(e->p);

    out->cell.i = n;
    return n >= 0 ? 0
                  : xd_err_set(e->err, n, "%s: Xen doesn't tell it: %s", e->k->name, strerror(-n));
}

static int put_cstate(const struct edit *e, const struct xd_value *v)
{
    uint32_t n = v->cell.i == XD_CSTATE_UNLIMITED ? XEN_SYSCTL_CX_UNLIMITED : (uint32_t)v->cell.i;

    if (v->cell.i < 0 || v->cell.i > XD_CSTATE_UNLIMITED)
        return xd_err_set(e->err, -EINVAL, "%s: wanted 0 to %d or unlimited, found %" PRId64,
                          e->k->name, XD_CSTATE_DEEPEST, v->cell.i);
    errno = 0;
    return xc_set_cpuidle_max_cstate(e->p->xc, n) == 0 ? 0 : failed(e, "Xen didn't set it");
}

/* --- frequencies --- */

static int freq_of(const struct edit *e, unsigned cpu, struct xd_pw_freq *f)
{
    int rc = xd_pw_freq(e->p, cpu, e->a, f);

    return rc == 0 ? 0
                   : xd_err_set(e->err, -ENODATA, "%s %s: Xen tells no frequencies of pCPU %u: %s",
                                e->who, e->k->name, cpu, strerror(-rc));
}

static int get_freq(const struct edit *e, struct xd_value *out)
{
    struct xd_pw_freq f;
    int rc = freq_of(e, e->number, &f);

    if (rc < 0)
        return rc;
    switch (e->knob) {
    case XD_PKNOB_GOVERNOR:
        out->cell.s = f.governor ? f.governor : "";
        break;
    case XD_PKNOB_FREQ_MIN:
        out->cell.u = f.min_khz;
        break;
    case XD_PKNOB_FREQ_MAX:
        out->cell.u = f.max_khz;
        break;
    default:
        out->cell.b = f.turbo;
    }
    return 0;
}

static int set_governor(const struct edit *e, unsigned cpu, const char *name)
{
    char text[CPUFREQ_NAME_LEN];

    snprintf(text, sizeof(text), "%s", name);
    errno = 0;
    return xc_set_cpufreq_gov(e->p->xc, (int)cpu, text) == 0 ? 0 : failed(e, "Xen didn't set it");
}

static int put_bound(const struct edit *e, const struct xd_pw_freq *f, uint64_t khz)
{
    bool min = e->knob == XD_PKNOB_FREQ_MIN;
    uint64_t least = min ? f->least_khz : f->min_khz, most = min ? f->max_khz : f->most_khz;

    if (khz < least || khz > most)
        return xd_power_out_of_range(e->who, e->k, least, most, khz, e->err);
    errno = 0;
    return xc_set_cpufreq_para(e->p->xc, (int)e->number, min ? SCALING_MIN_FREQ : SCALING_MAX_FREQ,
                               (int)khz) == 0
               ? 0
               : failed(e, "Xen didn't set it");
}

static int put_freq(const struct edit *e, const struct xd_value *v)
{
    struct xd_pw_freq f;
    int rc = freq_of(e, e->number, &f);

    if (rc < 0)
        return rc;
    if (e->knob == XD_PKNOB_GOVERNOR) {
        rc = xd_power_check_governor(e->who, e->k, f.governors, v->cell.s, e->err);
        return rc < 0 ? rc : set_governor(e, e->number, v->cell.s);
    }
    if (e->knob != XD_PKNOB_TURBO)
        return put_bound(e, &f, v->cell.u);
    errno = 0;
    rc = v->cell.b ? xc_enable_turbo(e->p->xc, (int)e->number)
                   : xc_disable_turbo(e->p->xc, (int)e->number);
    return rc == 0 ? 0 : failed(e, "Xen didn't set it");
}

/* --- pools --- */

static int pool_of(const struct edit *e, struct xd_cpuset *cpus, const char **governor)
{
    if (xd_pw_pool_cpus(e->p, e->number, cpus) < 0)
        return xd_err_set(e->err, -ESRCH, "%s (%s) is not on this host any more", e->who,
                          e->o->key);
    *governor = xd_pw_common_governor(e->p, cpus, e->a);
    if (*governor)
        return 0;
    return xd_err_set(e->err, -ENODATA,
                      "%s: its pCPUs have no governor in common; cpu.governor sets each", e->who);
}

static int get_pool(const struct edit *e, struct xd_value *out)
{
    struct xd_cpuset cpus;

    return pool_of(e, &cpus, &out->cell.s);
}

/* To those below `end`, which were set already. What can't be given back is said with the error. */
static void give_back(const struct edit *e, const struct xd_cpuset *cpus, int end, const char *old)
{
    struct edit quiet = *e;
    struct xd_cpuset left;

    quiet.err = NULL;
    xd_cpuset_zero(&left);
    for (int c = xd_cpuset_next(cpus, 0); c >= 0 && c < end;
         c = xd_cpuset_next(cpus, (unsigned)c + 1))
        if (set_governor(&quiet, (unsigned)c, old) < 0)
            xd_cpuset_add(&left, (unsigned)c);
    if (!xd_cpuset_empty(&left))
        xd_err_prefix(e->err, "pCPUs %s didn't get back %s: ", xd_cpuset_format(&left, e->a), old);
}

/* All or none. */
static int put_pool(const struct edit *e, const struct xd_value *v)
{
    struct xd_cpuset cpus;
    struct xd_pw_freq f;
    const char *old;
    int rc = pool_of(e, &cpus, &old);

    if (rc == 0)
        rc = freq_of(e, (unsigned)xd_cpuset_next(&cpus, 0), &f);
    if (rc == 0)
        rc = xd_power_check_governor(e->who, e->k, f.governors, v->cell.s, e->err);
    if (rc < 0)
        return rc;
    for (int c = xd_cpuset_next(&cpus, 0); c >= 0; c = xd_cpuset_next(&cpus, (unsigned)c + 1)) {
        rc = set_governor(e, (unsigned)c, v->cell.s);
        if (rc == 0)
            continue;
        give_back(e, &cpus, c, old);
        return rc;
    }
    return 0;
}

/* --- limits of packages --- */

static int limit_of(const struct edit *e, uint64_t *limit, uint64_t *unit)
{
    unsigned cpu = e->p->first_cpu[e->number];
    int rc = xd_pw_msr_read(e->p, cpu, XD_MSR_RAPL_UNIT, unit);

    if (rc == 0)
        rc = xd_pw_msr_read(e->p, cpu, XD_MSR_PKG_LIMIT, limit);
    return rc == 0 ? 0
                   : xd_err_set(e->err, rc, "%s %s: the package's limit can't be read: %s", e->who,
                                e->k->name, strerror(-rc));
}

static int get_limit(const struct edit *e, struct xd_value *out)
{
    uint64_t limit, unit;
    int rc = limit_of(e, &limit, &unit);

    out->cell.u = rc ? 0 : xd_rapl_limit_mw(limit, unit);
    return rc;
}

static int put_limit(const struct edit *e, const struct xd_value *v)
{
    uint64_t limit, unit;
    int rc = limit_of(e, &limit, &unit);

    if (rc == 0 && !xd_rapl_limit_set(limit, unit, v->cell.u, &limit))
        rc = xd_err_set(e->err, -ERANGE, "%s %s: the register holds no %" PRIu64 " mW", e->who,
                        e->k->name, v->cell.u);
    if (rc == 0)
        rc = xd_pw_msr_write(e->p, e->p->first_cpu[e->number], XD_MSR_PKG_LIMIT, limit);
    if (rc < 0 && rc != -ERANGE)
        xd_err_set(e->err, rc, "%s %s: the package's limit was not set: %s", e->who, e->k->name,
                   strerror(-rc));
    return rc;
}

/* --- all of them --- */

static const struct {
    int (*get)(const struct edit *e, struct xd_value *out);
    int (*put)(const struct edit *e, const struct xd_value *v);
} ways[XD_PKNOB_N] = {
    [XD_PKNOB_CLAMP] = {get_param, put_param},
    [XD_PKNOB_CLAMP_WINDOW] = {get_param, put_param},
    [XD_PKNOB_CLAMP_CPUS] = {get_param, put_param},
    [XD_PKNOB_CLAMP_NATURAL] = {get_param, put_param},
    [XD_PKNOB_MAX_CSTATE] = {get_cstate, put_cstate},
    [XD_PKNOB_SCHED_SMT] = {NULL, NULL}, /* always limited */
    [XD_PKNOB_LIMIT] = {get_limit, put_limit},
    [XD_PKNOB_GOVERNOR] = {get_freq, put_freq},
    [XD_PKNOB_FREQ_MIN] = {get_freq, put_freq},
    [XD_PKNOB_FREQ_MAX] = {get_freq, put_freq},
    [XD_PKNOB_TURBO] = {get_freq, put_freq},
    [XD_PKNOB_POOL_GOVERNOR] = {get_pool, put_pool},
};

static int gone(const struct edit *e)
{
    return xd_err_set(e->err, -ESRCH, "%s (%.60s) is not on this host", e->who, e->o->key);
}

/* The object's number, by its key. */
static int find(struct edit *e)
{
    static const char package[] = "rapl/package-";
    const char *key = e->o->key;
    uint64_t n = 0;

    if (xd_streq(e->k->table, "power"))
        return key[0] ? gone(e) : 0;
    if (xd_streq(e->k->table, "sensors")) {
        if (!xd_str_starts(key, package) || xd_parse_u64(key + sizeof(package) - 1, &n) != 0)
            return xd_err_set(e->err, -ESRCH, "%s %s: only packages (%sN) have a limit of power",
                              e->who, e->k->name, package);
        if (xd_pw_cpus(e->p, e->err) < 0)
            return e->err ? e->err->code : -EIO;
        if (n >= e->p->n_sockets || e->p->first_cpu[n] == UINT32_MAX)
            return gone(e);
    } else if (xd_parse_u64(key, &n) != 0 || n > INT32_MAX) {
        return xd_err_set(e->err, -EINVAL, "\"%.60s\" is no key of %s", key, e->o->table);
    } else if (xd_streq(e->k->table, "pcpus") && n >= e->p->n_cpus) {
        return gone(e);
    }
    e->number = (uint32_t)n;
    return 0;
}

static int aim(struct edit *e)
{
    const char *why;

    xd_power_who(e->o, e->who, sizeof(e->who));
    e->knob = xd_power_knob_of(xd_power_knobs, e->o, e->k, e->err);
    if (e->knob < 0)
        return e->knob;
    why = xd_pw_limit(e->p, e->knob);
    return why ? xd_err_set(e->err, -ENOTSUP, "%s: %s", e->k->name, why) : find(e);
}

int xd_pw_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
               struct xd_value *out, struct xd_err *err)
{
    struct xd_arena own = XD_ARENA_INIT;
    struct xd_err mine = XD_ERR_INIT;
    struct edit e = {.p = self, .o = o, .k = k, .a = &own, .err = err ? err : &mine};
    struct xd_value v = {.have = true, .type = k->kind.type};
    int rc = aim(&e);

    *out = XD_UNKNOWN;
    if (rc == 0)
        rc = ways[e.knob].get(&e, &v);
    if (rc == 0)
        *out = xd_value_copy(&v, a);
    xd_arena_done(&own);
    return rc;
}

int xd_pw_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, struct xd_err *err)
{
    struct xd_arena own = XD_ARENA_INIT;
    struct xd_err mine = XD_ERR_INIT;
    struct edit e = {.p = self, .o = o, .k = k, .a = &own, .err = err ? err : &mine};
    int rc = aim(&e);

    if (rc == 0)
        rc = xd_power_check_value(e.who, k, v, e.err);
    if (rc == 0)
        rc = ways[e.knob].put(&e, v);
    xd_arena_done(&own);
    return rc;
}
