/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knobs of the simulated host's power: see power.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "backend_demo/knobs.h"
#include "base/str.h"

/* --- of the host --- */

static int in_bounds(const struct xd_demo_edit *e, const char *label, uint64_t min, uint64_t max)
{
    return xd_demo_check_range(label, e->k, e->v->cell.u, min, max, e->err);
}

/* What the knob itself says. */
static int check_own_bounds(const struct xd_demo_edit *e)
{
    return in_bounds(e, "power", (uint64_t)e->k->min, (uint64_t)e->k->max);
}

static int get_clamp(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->h->power.clamp;
    return 0;
}

static void put_clamp(const struct xd_demo_edit *e)
{
    e->h->power.clamp = e->v->cell.u;
}

static int get_window(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->h->power.window_us;
    return 0;
}

static void put_window(const struct xd_demo_edit *e)
{
    e->h->power.window_us = e->v->cell.u;
}

static int get_cpus(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.set = &e->h->power.cpus;
    return 0;
}

static int check_cpus(const struct xd_demo_edit *e)
{
    struct xd_cpuset all;

    xd_cpuset_fill(&all, e->h->scenario->n_pcpus);
    if (!xd_cpuset_subset(e->v->cell.set, &all))
        return xd_err_set(e->err, -ERANGE, "%s: wanted pCPUs from 0 to %u, found %d", e->k->name,
                          e->h->scenario->n_pcpus - 1,
                          xd_cpuset_next(e->v->cell.set, e->h->scenario->n_pcpus));
    if (xd_cpuset_empty(e->v->cell.set))
        return xd_err_set(e->err, -EINVAL,
                          "%s: wanted at least one pCPU; power.clamp=off lets all "
                          "of them go",
                          e->k->name);
    return 0;
}

static void put_cpus(const struct xd_demo_edit *e)
{
    e->h->power.cpus = *e->v->cell.set;
}

static int get_natural(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.b = e->h->power.natural;
    return 0;
}

static int check_nothing(const struct xd_demo_edit *e)
{
    return 0;
}

static void put_natural(const struct xd_demo_edit *e)
{
    e->h->power.natural = e->v->cell.b;
}

static int get_cstate(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.i = e->h->power.max_cstate;
    return 0;
}

static int check_cstate(const struct xd_demo_edit *e)
{
    if (e->v->cell.i >= 0 && e->v->cell.i <= XD_CSTATE_UNLIMITED)
        return 0;
    return xd_err_set(e->err, -EINVAL, "%s: that is no C-state", e->k->name);
}

static void put_cstate(const struct xd_demo_edit *e)
{
    e->h->power.max_cstate = (int)e->v->cell.i;
}

static int get_sched_smt(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.b = e->h->power.sched_smt;
    return 0;
}

static void put_sched_smt(const struct xd_demo_edit *e)
{
    e->h->power.sched_smt = e->v->cell.b;
}

/* --- of sockets: the sensors that have a limit --- */

static int with_limit(const struct xd_demo_edit *e)
{
    if (e->t.socket)
        return 0;
    return xd_err_set(e->err, -ENODATA, "%.80s %s: only packages hold themselves to a limit",
                      e->t.o->label, e->k->name);
}

static int get_limit(const struct xd_demo_edit *e, struct xd_value *out)
{
    int rc = with_limit(e);

    out->cell.u = rc ? 0 : e->t.socket->limit_mw;
    return rc;
}

static int check_limit(const struct xd_demo_edit *e)
{
    int rc = with_limit(e);

    if (rc || e->v->cell.u == 0) /* none */
        return rc;
    return in_bounds(e, e->t.o->key, (uint64_t)e->k->min, (uint64_t)e->k->max);
}

static void put_limit(const struct xd_demo_edit *e)
{
    e->t.socket->limit_mw = e->v->cell.u;
}

/* --- of pCPUs --- */

static int awake(const struct xd_demo_edit *e)
{
    if (e->t.pcpu->online)
        return 0;
    return xd_err_set(e->err, -ENODATA, "pCPU %u %s: it is offline", e->t.number, e->k->name);
}

static int named(const char *governor)
{
    for (int i = 0; xd_demo_governors[i]; i++)
        if (xd_streq(xd_demo_governors[i], governor))
            return i;
    return -1;
}

static int check_governor_name(const struct xd_demo_edit *e)
{
    char found[40];

    if (named(e->v->cell.s) >= 0)
        return 0;
    xd_str_safe_to(found, sizeof(found), e->v->cell.s);
    return xd_err_set(e->err, -EINVAL,
                      "%s: wanted ondemand, performance or powersave, found \"%s\"", e->k->name,
                      found);
}

static int get_governor(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.s = xd_demo_governors[e->t.pcpu->governor];
    return awake(e);
}

static int check_governor(const struct xd_demo_edit *e)
{
    int rc = awake(e);

    return rc ? rc : check_governor_name(e);
}

static void put_governor(const struct xd_demo_edit *e)
{
    e->t.pcpu->governor = (unsigned)named(e->v->cell.s);
}

static int get_min(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.pcpu->min_khz;
    return awake(e);
}

static int check_freq(const struct xd_demo_edit *e)
{
    bool min = e->knob == XD_KNOB_N + XD_PKNOB_FREQ_MIN;
    const struct xd_demo_power *w = &e->h->power;
    char label[24];
    int rc = awake(e);

    snprintf(label, sizeof(label), "pCPU %u", e->t.number);
    return rc ? rc
              : in_bounds(e, label, min ? w->khz[XD_DEMO_PSTATES - 1] : e->t.pcpu->min_khz,
                          min ? e->t.pcpu->max_khz : w->khz[0]);
}

static void put_min(const struct xd_demo_edit *e)
{
    e->t.pcpu->min_khz = e->v->cell.u;
}

static int get_max(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.pcpu->max_khz;
    return awake(e);
}

static void put_max(const struct xd_demo_edit *e)
{
    e->t.pcpu->max_khz = e->v->cell.u;
}

static int get_turbo(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.b = e->t.pcpu->turbo;
    return awake(e);
}

static void put_turbo(const struct xd_demo_edit *e)
{
    e->t.pcpu->turbo = e->v->cell.b;
}

/* --- of cpupools --- */

static int get_pool_governor(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.s = xd_demo_pool_governor(e->h, &e->t.pool->cpus);
    if (out->cell.s)
        return 0;
    return xd_err_set(e->err, -ENODATA,
                      "cpupool %s: its pCPUs have no governor in common; cpu.governor sets each",
                      e->t.pool->name);
}

static int check_pool_governor(const struct xd_demo_edit *e)
{
    struct xd_value now;
    int rc = get_pool_governor(e, &now);

    return rc ? rc : check_governor_name(e);
}

static void put_pool_governor(const struct xd_demo_edit *e)
{
    const struct xd_cpuset *cpus = &e->t.pool->cpus;

    for (int c = xd_cpuset_next(cpus, 0); c >= 0; c = xd_cpuset_next(cpus, (unsigned)c + 1))
        e->h->pcpus[c].governor = (unsigned)named(e->v->cell.s);
}

const struct xd_demo_knob_ops xd_demo_power_knobs[XD_PKNOB_N] = {
    [XD_PKNOB_CLAMP] = {get_clamp, check_own_bounds, put_clamp},
    [XD_PKNOB_CLAMP_WINDOW] = {get_window, check_own_bounds, put_window},
    [XD_PKNOB_CLAMP_CPUS] = {get_cpus, check_cpus, put_cpus},
    [XD_PKNOB_CLAMP_NATURAL] = {get_natural, check_nothing, put_natural},
    [XD_PKNOB_MAX_CSTATE] = {get_cstate, check_cstate, put_cstate},
    [XD_PKNOB_SCHED_SMT] = {get_sched_smt, check_nothing, put_sched_smt},
    [XD_PKNOB_LIMIT] = {get_limit, check_limit, put_limit},
    [XD_PKNOB_GOVERNOR] = {get_governor, check_governor, put_governor},
    [XD_PKNOB_FREQ_MIN] = {get_min, check_freq, put_min},
    [XD_PKNOB_FREQ_MAX] = {get_max, check_freq, put_max},
    [XD_PKNOB_TURBO] = {get_turbo, awake, put_turbo},
    [XD_PKNOB_POOL_GOVERNOR] = {get_pool_governor, check_pool_governor, put_pool_governor},
};
