/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knobs of the simulated host's cpupools, pCPUs and parameters, and its own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/knobs.h"
#include "base/str.h"

/* Of xd_scheduler_names. */
enum { CREDIT, CREDIT2 };

/* --- pools --- */

static int get_name(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.s = e->t.pool->name;
    return 0;
}

static int check_name(const struct xd_demo_edit *e)
{
    return xd_demo_check_pool_name(e->h, e->t.number, e->v->cell.s, e->err);
}

static void put_name(const struct xd_demo_edit *e)
{
    xd_demo_pool_rename(e->h, e->t.number, e->v->cell.s);
}

static int scheduled_by(const struct xd_demo_edit *e, bool ok)
{
    if (ok)
        return 0;
    return xd_err_set(e->err, -ENODATA, "cpupool %s is scheduled by %s, which has no %s",
                      e->t.pool->name, xd_scheduler_names[e->t.pool->sched], e->k->name);
}

static int get_ratelimit(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.pool->ratelimit_us;
    return scheduled_by(e, e->t.pool->sched <= CREDIT2);
}

static int check_ratelimit(const struct xd_demo_edit *e)
{
    int rc = scheduled_by(e, e->t.pool->sched <= CREDIT2);

    if (rc || e->v->cell.u == 0) /* none */
        return rc;
    return xd_demo_check_range(e->t.pool->name, e->k, e->v->cell.u, (uint64_t)e->k->min,
                               (uint64_t)e->k->max, e->err);
}

static void put_ratelimit(const struct xd_demo_edit *e)
{
    e->t.pool->ratelimit_us = e->v->cell.u;
}

static int get_tslice(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.pool->tslice_ms;
    return scheduled_by(e, e->t.pool->sched == CREDIT);
}

static int check_tslice(const struct xd_demo_edit *e)
{
    int rc = scheduled_by(e, e->t.pool->sched == CREDIT);

    return rc ? rc
              : xd_demo_check_range(e->t.pool->name, e->k, e->v->cell.u, (uint64_t)e->k->min,
                                    (uint64_t)e->k->max, e->err);
}

static void put_tslice(const struct xd_demo_edit *e)
{
    e->t.pool->tslice_ms = e->v->cell.u;
}

/* --- pCPUs --- */

static int get_online(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.b = e->t.pcpu->online;
    return 0;
}

static int check_online(const struct xd_demo_edit *e)
{
    return xd_demo_check_pcpu_online(e->h, e->t.number, e->v->cell.b, e->err);
}

static void put_online(const struct xd_demo_edit *e)
{
    xd_demo_pcpu_set_online(e->h, e->t.number, e->v->cell.b);
}

static int get_pool(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.s = e->t.pcpu->pool >= 0 ? e->h->pools[e->t.pcpu->pool].name : "none";
    return 0;
}

static int check_pool(const struct xd_demo_edit *e)
{
    return xd_demo_check_pcpu_pool(e->h, e->t.number, e->v->cell.s, e->err);
}

static void put_pool(const struct xd_demo_edit *e)
{
    xd_demo_pcpu_to_pool(e->h, e->t.number, xd_demo_pool_named(e->h, e->v->cell.s));
}

/* --- the host and its parameters --- */

static int get_smt(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.b = e->h->smt;
    return 0;
}

static int check_smt(const struct xd_demo_edit *e)
{
    return xd_demo_check_smt(e->h, e->v->cell.b, e->err);
}

static void put_smt(const struct xd_demo_edit *e)
{
    xd_demo_set_smt(e->h, e->v->cell.b);
}

static int get_param(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.s = e->t.param->value;
    return 0;
}

static int check_param(const struct xd_demo_edit *e)
{
    return xd_demo_check_param(e->t.param, e->v->cell.s, e->err);
}

static void put_param(const struct xd_demo_edit *e)
{
    snprintf(e->t.param->value, sizeof(e->t.param->value), "%s", e->v->cell.s);
}

#define AT(knob) [(knob)-XD_KNOB_POOL_NAME]

const struct xd_demo_knob_ops xd_demo_host_knobs[XD_KNOB_N - XD_KNOB_POOL_NAME] = {
    AT(XD_KNOB_POOL_NAME) = {get_name, check_name, put_name},
    AT(XD_KNOB_RATELIMIT) = {get_ratelimit, check_ratelimit, put_ratelimit},
    AT(XD_KNOB_TSLICE) = {get_tslice, check_tslice, put_tslice},
    AT(XD_KNOB_PCPU) = {get_online, check_online, put_online},
    AT(XD_KNOB_PCPU_POOL) = {get_pool, check_pool, put_pool},
    AT(XD_KNOB_SMT) = {get_smt, check_smt, put_smt},
    AT(XD_KNOB_PARAM) = {get_param, check_param, put_param},
};
