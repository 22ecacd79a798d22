/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sample of power and heat: what is wanted, and nothing else. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_power/columns.h"
#include "backend_power/host.h"
#include "base/str.h"

/* More states than any processor has. */
#define STATES_MAX 64

struct sample {
    struct xd_pw *p;
    struct xd_builder *b;
    struct xd_arena a;
    uint64_t power, pcpus; /* columns that are looked at */
    unsigned kinds;        /* of sensors: enum xd_reading_kinds */
    struct xd_clamp_stat clamp;
    enum { NO_CLAMP, CLAMP_UNKNOWN, CLAMP_TOLD } has_clamp;
    struct xd_err clamp_err; /* of one that is there and unknown */
};

/* --- idle time --- */

static bool told(const struct sample *s, unsigned cpu)
{
    return s->has_clamp == CLAMP_TOLD && cpu < s->clamp.n && s->clamp.cpu[cpu].told;
}

/* Idle time without what was injected. The two are asked for one after the other, so that it may
 * seem to go back by that: then it stands still. */
static void put_idle(struct sample *s, struct xd_rows *t, unsigned cpu)
{
    struct xd_pw_cpu *c = &s->p->cpu[cpu];
    uint64_t in = told(s, cpu) ? s->clamp.cpu[cpu].injected_ns : 0;

    if (s->has_clamp != NO_CLAMP && !told(s, cpu))
        return;
    if (c->idle_ns > in && c->idle_ns - in > c->natural_ns)
        c->natural_ns = c->idle_ns - in;
    if (told(s, cpu))
        xd_put_u64(t, XD_PCPU_INJECTED_NS, in);
    xd_put_u64(t, XD_PCPU_NATURAL_NS, c->natural_ns);
}

static void read_clamp(struct sample *s)
{
    int rc = xd_pw_clamp(s->p, &s->a, &s->clamp, &s->clamp_err);

    s->has_clamp = rc == 0 ? CLAMP_TOLD : rc == -ENOTSUP ? NO_CLAMP : CLAMP_UNKNOWN;
}

static void say_clamp_error(const struct sample *s, struct xd_rows *t)
{
    if (s->has_clamp == CLAMP_UNKNOWN)
        xd_build_reason(t, "%s", xd_err_text(&s->clamp_err));
}

/* --- others' tables --- */

static void put_freq(struct sample *s, struct xd_rows *t, unsigned cpu)
{
    struct xd_pw_freq f;
    int khz = 0;

    if (s->pcpus & XD_PW_PARA_COLUMNS && xd_pw_freq(s->p, cpu, &s->a, &f) == 0) {
        xd_put_str(t, XD_PCPU_GOVERNOR, f.governor);
        if (f.min_khz)
            xd_put_u64(t, XD_PCPU_FREQ_MIN_KHZ, f.min_khz);
        if (f.max_khz)
            xd_put_u64(t, XD_PCPU_FREQ_MAX_KHZ, f.max_khz);
        if (f.has_turbo)
            xd_put_bool(t, XD_PCPU_TURBO, f.turbo);
    }
    if (s->pcpus & XD_PW_BIT(XD_PCPU_FREQ_KHZ) &&
        xc_get_cpufreq_avgfreq(s->p->xc, (int)cpu, &khz) == 0 && khz > 0)
        xd_put_u64(t, XD_PCPU_FREQ_KHZ, (uint64_t)khz);
}

static void fill_pcpus(struct sample *s)
{
    struct xd_rows *t;
    bool freq;

    if (!s->pcpus)
        return;
    t = xd_build_table(s->b, &xd_pcpus_desc, s->p->idle_at_ns);
    freq = s->pcpus & XD_PW_FREQ_COLUMNS && xd_pw_has_freq(s->p);
    for (unsigned i = 0; i < s->p->n_cpus; i++) {
        if (!s->p->cpu[i].online)
            continue;
        xd_row_begin(t);
        xd_put_u64(t, XD_PCPU_ID, i);
        if (s->pcpus & XD_PW_IDLE_COLUMNS)
            put_idle(s, t, i);
        if (freq)
            put_freq(s, t, i);
    }
    if (s->pcpus & XD_PW_IDLE_COLUMNS)
        say_clamp_error(s, t);
}

static void fill_pools(struct sample *s)
{
    uint32_t pool = 0;
    struct xd_cpuset cpus;
    xc_cpupoolinfo_t *info;
    struct xd_rows *t;

    if (!(xd_wanted(s->p->env, &xd_pools_desc) & XD_PW_POOL_COLUMNS) || !xd_pw_has_freq(s->p))
        return;
    t = xd_build_table(s->b, &xd_pools_desc, xd_clock_now(s->p->env->clock));
    while ((info = xc_cpupool_getinfo(s->p->xc, pool))) {
        pool = info->cpupool_id;
        xc_cpupool_infofree(s->p->xc, info);
        xd_row_begin(t);
        xd_put_u64(t, XD_POOL_ID, pool);
        if (xd_pw_pool_cpus(s->p, pool, &cpus) == 0)
            xd_put_str(t, XD_POOL_GOVERNOR, xd_pw_common_governor(s->p, &cpus, &s->a));
        pool++;
    }
}

/* --- states --- */

/* The whole of a state's row; names are Xen's numbers, as it tells no others. */
static void put_cstate(struct xd_rows *t, unsigned cpu, unsigned state, const xc_cx_stat_t *x)
{
    char name[16];

    snprintf(name, sizeof(name), "C%u", state);
    xd_row_begin(t);
    xd_put_u64(t, XD_CSTATE_PCPU, cpu);
    xd_put_u64(t, XD_CSTATE_STATE, state);
    xd_put_str(t, XD_CSTATE_NAME, name);
    xd_put_u64(t, XD_CSTATE_RESIDENCY_NS, x->residencies[state]);
    xd_put_u64(t, XD_CSTATE_ENTRIES, x->triggers[state]);
}

static int fill_cpu_cstates(struct sample *s, struct xd_rows *t, unsigned cpu)
{
    xc_cx_stat_t x = {0};
    int max = 0;

    errno = 0;
    if (xc_pm_get_max_cx(s->p->xc, (int)cpu, &max) < 0)
        return -(errno ? errno : EIO);
    if (max <= 0 || max > STATES_MAX)
        return -ENODEV;
    x.nr = (uint32_t)max;
    x.triggers = xd_arena_array(&s->a, (size_t)max, sizeof(*x.triggers));
    x.residencies = xd_arena_array(&s->a, (size_t)max, sizeof(*x.residencies));
    if (xc_pm_get_cxstat(s->p->xc, (int)cpu, &x) < 0)
        return -(errno ? errno : EIO);
    if (x.residencies[0] > s->p->cpu[cpu].awake_ns)
        s->p->cpu[cpu].awake_ns = x.residencies[0];
    x.residencies[0] = s->p->cpu[cpu].awake_ns;
    for (unsigned i = 0; i < x.nr && i < (unsigned)max; i++)
        put_cstate(t, cpu, i, &x);
    return 0;
}

static void fill_cstates(struct sample *s)
{
    struct xd_rows *t;
    int rc = 0;

    if (!xd_wanted(s->p->env, &xd_cstates_desc))
        return;
    t = xd_build_table(s->b, &xd_cstates_desc, xd_clock_now(s->p->env->clock));
    for (unsigned i = 0; i < s->p->n_cpus; i++)
        if (s->p->cpu[i].online && rc == 0)
            rc = fill_cpu_cstates(s, t, i);
    if (rc < 0)
        xd_build_reason(t, "Xen tells no C-states here: %s", strerror(-rc));
}

static int fill_cpu_pstates(struct sample *s, struct xd_rows *t, unsigned cpu)
{
    struct xc_px_stat x = {0};
    int max = 0;

    errno = 0;
    if (xc_pm_get_max_px(s->p->xc, (int)cpu, &max) < 0)
        return -(errno ? errno : EIO);
    if (max <= 0 || max > STATES_MAX)
        return -ENODEV;
    x.total = (uint8_t)max;
    x.trans_pt = xd_arena_array(&s->a, (size_t)max * (size_t)max, sizeof(*x.trans_pt));
    x.pt = xd_arena_array(&s->a, (size_t)max, sizeof(*x.pt));
    if (xc_pm_get_pxstat(s->p->xc, (int)cpu, &x) < 0)
        return -(errno ? errno : EIO);
    for (unsigned i = 0; i < x.total && i < (unsigned)max; i++) {
        if (i > 0 && x.pt[i].freq == x.pt[i - 1].freq)
            continue; /* no two rows of one key: turbo is sometimes told as such */
        xd_row_begin(t);
        xd_put_u64(t, XD_PSTATE_PCPU, cpu);
        xd_put_u64(t, XD_PSTATE_KHZ, x.pt[i].freq * 1000);
        xd_put_u64(t, XD_PSTATE_RESIDENCY_NS, x.pt[i].residency);
        xd_put_u64(t, XD_PSTATE_ENTRIES, x.pt[i].count);
    }
    return 0;
}

static void fill_pstates(struct sample *s)
{
    struct xd_rows *t;
    int rc = 0;

    if (!xd_wanted(s->p->env, &xd_pstates_desc))
        return;
    if (!xd_pw_has_freq(s->p)) {
        xd_build_missing(s->b, &xd_pstates_desc, "%s", s->p->freq_reason);
        return;
    }
    t = xd_build_table(s->b, &xd_pstates_desc, xd_clock_now(s->p->env->clock));
    for (unsigned i = 0; i < s->p->n_cpus && rc == 0; i++)
        if (s->p->cpu[i].online)
            rc = fill_cpu_pstates(s, t, i);
    if (rc < 0)
        xd_build_reason(t, "Xen tells no P-states of all pCPUs: %s", strerror(-rc));
}

/* --- the host --- */

static void put_clamp(struct sample *s, struct xd_rows *t)
{
    uint64_t sum = 0;

    xd_put_u64(t, XD_POWER_CLAMP, s->clamp.percent);
    xd_put_u64(t, XD_POWER_CLAMP_MAX, s->clamp.percent_max);
    xd_put_u64(t, XD_POWER_CLAMP_WINDOW_US, s->clamp.window_us);
    xd_put_bool(t, XD_POWER_CLAMP_NATURAL, s->clamp.natural);
    for (unsigned i = 0; i < s->clamp.n; i++)
        sum += s->clamp.cpu[i].injected_ns;
    xd_put_u64(t, XD_POWER_INJECTED_NS, sum);
}

static void put_clamped(struct sample *s, struct xd_rows *t)
{
    char *text = xd_pw_param(s->p, "powerclamp-cpus");
    struct xd_cpuset cpus;

    if (text && xd_pw_parse_clamped(s->p, text, &cpus) == 0)
        xd_put_set(t, XD_POWER_CLAMP_CPUS, &cpus);
    else if (text)
        xd_build_reason(
            t, "/params/powerclamp-cpus: wanted \"all\" or a list of pCPUs, found \"%s\"", text);
    free(text);
}

/* Always limited: who asked for the column is told why. */
static void tell_sched_smt(struct sample *s, struct xd_rows *t)
{
    const char *why = xd_pw_limit(s->p, XD_PKNOB_SCHED_SMT);

    if (why)
        xd_build_reason(t, "%s: %s", xd_power_knobs[XD_PKNOB_SCHED_SMT].column, why);
}

static void fill_power(struct sample *s, const struct xd_sensing_sum *sum)
{
    struct xd_pw *p = s->p;
    struct xd_rows *t = xd_build_table(s->b, &xd_power_desc, xd_clock_now(p->env->clock));
    int cstate = s->power & XD_PW_BIT(XD_POWER_MAX_CSTATE) ? xd_pw_max_cstate(p) : -ENODATA;

    xd_row_begin(t);
    xd_sensing_put_sum(sum, s->kinds, t);
    if (s->power & XD_PW_CLAMP_COLUMNS && s->has_clamp == CLAMP_TOLD)
        put_clamp(s, t);
    if (s->power & XD_PW_BIT(XD_POWER_CLAMP_CPUS) && s->has_clamp == CLAMP_TOLD)
        put_clamped(s, t);
    if (s->power & XD_PW_CLAMP_COLUMNS)
        say_clamp_error(s, t);
    if (cstate >= 0)
        xd_put_enum(t, XD_POWER_MAX_CSTATE, cstate);
    if (s->power & XD_PW_DRIVER_COLUMNS && xd_pw_has_freq(p)) {
        xd_put_str(t, XD_POWER_FREQ_DRIVER, p->driver.name[0] ? p->driver.name : NULL);
        xd_put_str(t, XD_POWER_GOVERNORS, p->driver.governors[0] ? p->driver.governors : NULL);
    }
    if (xd_want_names(&xd_power_desc, s->power, XD_POWER_SCHED_SMT))
        tell_sched_smt(s, t);
}

/* How many pCPUs' worth of work there was since the last look, for the model; < 0: unknown. */
static double busy(struct xd_pw *p)
{
    uint64_t idle = 0;
    unsigned n = 0;
    double rate;

    for (unsigned i = 0; i < p->n_cpus; i++) {
        n += p->cpu[i].online;
        idle += p->cpu[i].online ? p->cpu[i].idle_ns : 0;
    }
    rate = xd_sensing_rate(&p->sensing, p->idle_at_ns, idle, n);
    return rate < 0 ? -1 : rate < n ? n - rate : 0;
}

static void fill_host(struct sample *s)
{
    struct xd_pw *p = s->p;
    int64_t now = xd_clock_now(p->env->clock);
    struct xd_readings l = {.a = &s->a};
    struct xd_sensing_sum sum = {0};

    if (s->kinds) {
        xd_pw_msr_sensors(p, s->kinds, now, &l);
        xd_sensing_read(&p->sensing, s->kinds, now, &l);
        xd_sensing_sum(&p->sensing, now, &l, p->n_sockets, busy(p), &sum);
    }
    if (xd_wanted(p->env, &xd_sensors_desc))
        xd_sensing_put(&l, s->b, now);
    if (s->power)
        fill_power(s, &sum);
}

int xd_pw_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_pw *p = self;
    const struct xd_backend_env *env = p->env;
    struct sample s = {.p = p,
                       .b = b,
                       .a = XD_ARENA_INIT,
                       .power = xd_sensing_power(&p->sensing, env),
                       .pcpus = xd_wanted(env, &xd_pcpus_desc) & XD_PW_PCPU_COLUMNS,
                       .kinds = xd_sensing_wanted(&p->sensing, env),
                       .clamp_err = XD_ERR_INIT};
    int rc = 0;

    if (s.kinds || s.pcpus || xd_wanted(env, &xd_cstates_desc) || xd_wanted(env, &xd_pstates_desc))
        rc = xd_pw_cpus(p, err);
    if (rc == 0) {
        p->asked = xd_arena_array(&s.a, p->n_cpus, sizeof(*p->asked));
        if (s.power & XD_PW_CLAMP_COLUMNS || s.pcpus & XD_PW_IDLE_COLUMNS)
            read_clamp(&s);
        fill_pcpus(&s);
        fill_pools(&s);
        fill_cstates(&s);
        fill_pstates(&s);
        fill_host(&s);
        xd_power_limits_put(&p->limits, env, xd_power_limits_due(&p->limits, env), xd_power_knobs,
                            xd_pw_limit, p, b);
        p->asked = NULL;
    }
    xd_arena_done(&s.a);
    return rc;
}
