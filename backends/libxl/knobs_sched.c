/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What schedulers let one set: weight and cap of domains (credit, credit2), period, budget and
 * extra time of vCPUs (rtds), rate limit and time slice of cpupools (credit, credit2). */
#include <errno.h>
#include <stdlib.h>

#include "backend_libxl/collect.h"
#include "backend_libxl/knobs.h"
#include "base/arena.h"
#include "model/xenknobs.h"

static const char *sched_name(int sched)
{
    const char *name = xd_xl_sched_name(sched);

    return name ? name : "unknown";
}

static struct xd_value number(uint64_t n)
{
    return (struct xd_value){.have = true, .type = XD_U64, .cell.u = n};
}

/* --- weight and cap --- */

/* Of either scheduler that has them. */
struct shares {
    int sched;
    uint64_t weight, cap;
};

/* Xen is asked itself: what libxl does for these two is the same few hypercalls, and an errand
 * needs no context for them. */
static int shares_get(struct xd_xl *x, const struct xd_xl_target *t, struct shares *s,
                      struct xd_err *err)
{
    s->sched = xd_xl_pool_sched(x, t->on.info.cpupool);
    if (s->sched != LIBXL_SCHEDULER_CREDIT && s->sched != LIBXL_SCHEDULER_CREDIT2)
        return xd_err_set(err, -ENOTSUP,
                          "%s runs in a cpupool with the scheduler %s, which has no %s", t->what,
                          sched_name(s->sched), t->knob->name);
    if (!xd_xl_sched_params(x, t->on.info.domain, (libxl_scheduler)s->sched, &s->weight, &s->cap))
        return xd_xl_fail_errno(&x->logger, errno, err, "%s: its %s can't be read", t->what,
                                t->knob->name);
    return 0;
}

int xd_xl_get_sched(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                    struct xd_err *err)
{
    struct shares s;
    int rc = shares_get(x, t, &s, err);

    if (rc == 0)
        *out = number(xd_xl_knob(t) == XD_KNOB_WEIGHT ? s.weight : s.cap);
    return rc;
}

int xd_xl_shares_set(struct xd_xl *x, uint32_t domid, int sched, uint64_t weight, uint64_t cap)
{
    struct xen_domctl_sched_credit credit = {(uint16_t)weight, (uint16_t)cap};
    struct xen_domctl_sched_credit2 credit2 = {(uint16_t)weight, (uint16_t)cap};

    return sched == LIBXL_SCHEDULER_CREDIT ? xc_sched_credit_domain_set(x->xc, domid, &credit)
                                           : xc_sched_credit2_domain_set(x->xc, domid, &credit2);
}

/* Xen takes any cap; one of more than all vCPUs is none, and libxl refuses it too. */
static int check_cap(const struct xd_xl_target *t, uint64_t cap, struct xd_err *err)
{
    uint32_t last = t->on.info.max_vcpu_id;
    uint64_t vcpus = last == XEN_INVALID_MAX_VCPU_ID ? 0 : last + UINT64_C(1);

    if (cap <= 100 * vcpus)
        return 0;
    return xd_err_set(err, -ERANGE, "%s: a cap of %llu is more than its %llu vCPUs can use",
                      t->what, (unsigned long long)cap, (unsigned long long)vcpus);
}

int xd_xl_put_sched(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                    struct xd_err *err)
{
    struct shares s;
    int rc = shares_get(x, t, &s, err);

    if (rc == 0 && xd_xl_knob(t) == XD_KNOB_CAP)
        rc = check_cap(t, v->cell.u, err);
    if (rc < 0)
        return rc;
    *(xd_xl_knob(t) == XD_KNOB_WEIGHT ? &s.weight : &s.cap) = v->cell.u;
    if (xd_xl_shares_set(x, t->on.info.domain, s.sched, s.weight, s.cap) < 0)
        return xd_xl_fail_errno(&x->logger, errno, err, "%s: %s was not set to %llu", t->what,
                                t->knob->name, (unsigned long long)v->cell.u);
    return 0;
}

/* --- period, budget, extra time --- */

static int rtds_get(struct xd_xl *x, const struct xd_xl_target *t,
                    struct xen_domctl_schedparam_vcpu *p, struct xd_err *err)
{
    int sched = xd_xl_pool_sched(x, t->on.info.cpupool);

    if (sched != LIBXL_SCHEDULER_RTDS)
        return xd_err_set(err, -ENOTSUP,
                          "%s runs in a cpupool with the scheduler %s: only rtds has a %s", t->what,
                          sched_name(sched), t->knob->name);
    *p = (struct xen_domctl_schedparam_vcpu){.vcpuid = (uint32_t)t->on.vcpu};
    if (xc_sched_rtds_vcpu_get(x->xc, t->on.info.domain, p, 1) < 0)
        return xd_xl_fail_errno(&x->logger, errno, err, "%s: its %s can't be read", t->what,
                                t->knob->name);
    return 0;
}

int xd_xl_get_rtds(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                   struct xd_err *err)
{
    struct xen_domctl_schedparam_vcpu p;
    int rc = rtds_get(x, t, &p, err);

    if (rc < 0)
        return rc;
    if (xd_xl_knob(t) == XD_KNOB_EXTRATIME)
        *out = (struct xd_value){
            .have = true, .type = XD_BOOL, .cell.b = p.u.rtds.flags & XEN_DOMCTL_SCHEDRT_extra};
    else
        *out = number(xd_xl_knob(t) == XD_KNOB_PERIOD ? p.u.rtds.period : p.u.rtds.budget);
    return 0;
}

/* Xen has one call for all three, so the other two are given as they are. */
int xd_xl_put_rtds(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                   struct xd_err *err)
{
    struct xen_domctl_schedparam_vcpu p;
    int rc = rtds_get(x, t, &p, err);

    if (rc < 0)
        return rc;
    switch (xd_xl_knob(t)) {
    case XD_KNOB_PERIOD:
        p.u.rtds.period = (uint32_t)v->cell.u;
        break;
    case XD_KNOB_BUDGET:
        p.u.rtds.budget = (uint32_t)v->cell.u;
        break;
    default:
        p.u.rtds.flags &= ~(uint32_t)XEN_DOMCTL_SCHEDRT_extra;
        p.u.rtds.flags |= v->cell.b ? XEN_DOMCTL_SCHEDRT_extra : 0;
    }
    if (p.u.rtds.budget > p.u.rtds.period)
        return xd_err_set(
            err, -EINVAL, "%s: a budget of %u us doesn't fit into a period of %u us: %s first",
            t->what, p.u.rtds.budget, p.u.rtds.period,
            xd_xl_knob(t) == XD_KNOB_PERIOD ? "lower sched.budget" : "raise sched.period");
    if (xc_sched_rtds_vcpu_set(x->xc, t->on.info.domain, &p, 1) < 0)
        return xd_xl_fail_errno(&x->logger, errno, err, "%s: %s was not set", t->what,
                                t->knob->name);
    return 0;
}

/* --- rate limit and time slice of a cpupool --- */

/* Of either scheduler; tslice_ms is 0 where there is none. */
struct pool_params {
    int ratelimit_us, tslice_ms, vcpu_migr_delay_us;
};

static int pool_params_get(struct xd_xl *x, const struct xd_xl_target *t, struct pool_params *p,
                           struct xd_err *err)
{
    libxl_sched_credit_params credit;
    libxl_sched_credit2_params credit2;
    bool tslice = xd_xl_knob(t) == XD_KNOB_TSLICE;
    int rc;

    *p = (struct pool_params){0};
    if (t->pool->sched == LIBXL_SCHEDULER_CREDIT) {
        rc = libxl_sched_credit_params_get(x->ctx, t->number, &credit);
        if (rc == 0)
            *p = (struct pool_params){credit.ratelimit_us, credit.tslice_ms,
                                      credit.vcpu_migr_delay_us};
    } else if (t->pool->sched == LIBXL_SCHEDULER_CREDIT2 && !tslice) {
        rc = libxl_sched_credit2_params_get(x->ctx, t->number, &credit2);
        if (rc == 0)
            p->ratelimit_us = credit2.ratelimit_us;
    } else {
        return xd_err_set(err, -ENOTSUP, "%s has the scheduler %s: only %s has a %s", t->what,
                          sched_name((int)t->pool->sched), tslice ? "credit" : "credit or credit2",
                          t->knob->name);
    }
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: its %s can't be read", t->what, t->knob->name);
    return 0;
}

int xd_xl_get_pool_sched(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                         struct xd_err *err)
{
    struct pool_params p;
    int rc = pool_params_get(x, t, &p, err), value;

    if (rc < 0)
        return rc;
    value = xd_xl_knob(t) == XD_KNOB_TSLICE ? p.tslice_ms : p.ratelimit_us;
    if (value >= 0)
        *out = number((uint64_t)value);
    return 0;
}

static int pool_params_set(struct xd_xl *x, const struct xd_xl_target *t,
                           const struct pool_params *p)
{
    libxl_sched_credit_params credit;
    libxl_sched_credit2_params credit2;

    if (t->pool->sched == LIBXL_SCHEDULER_CREDIT2) {
        libxl_sched_credit2_params_init(&credit2);
        credit2.ratelimit_us = p->ratelimit_us;
        return libxl_sched_credit2_params_set(x->ctx, t->number, &credit2);
    }
    libxl_sched_credit_params_init(&credit);
    credit.ratelimit_us = p->ratelimit_us;
    credit.tslice_ms = p->tslice_ms;
    credit.vcpu_migr_delay_us = p->vcpu_migr_delay_us;
    return libxl_sched_credit_params_set(x->ctx, t->number, &credit);
}

int xd_xl_put_pool_sched(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                         struct xd_err *err)
{
    struct pool_params p;
    int rc = pool_params_get(x, t, &p, err);

    if (rc < 0)
        return rc;
    if (xd_xl_knob(t) == XD_KNOB_TSLICE)
        p.tslice_ms = (int)v->cell.u;
    else
        p.ratelimit_us = (int)v->cell.u;
    if (p.tslice_ms && p.ratelimit_us > p.tslice_ms * 1000)
        return xd_err_set(err, -EINVAL,
                          "%s: a rate limit of %d us is longer than a time slice of %d ms: %s "
                          "first",
                          t->what, p.ratelimit_us, p.tslice_ms,
                          xd_xl_knob(t) == XD_KNOB_TSLICE ? "lower sched.ratelimit"
                                                          : "raise sched.tslice");
    rc = pool_params_set(x, t, &p);
    if (rc < 0)
        return xd_xl_fail(&x->logger, rc, err, "%s: %s was not set to %llu", t->what, t->knob->name,
                          (unsigned long long)v->cell.u);
    return 0;
}
