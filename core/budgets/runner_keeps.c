/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cap loops of a policy that is carried out: what is told of them. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "budgets/runner_impl.h"

void xd_runner_steer_keeps(struct xd_runner *r)
{
    enum xd_budgets_pause how = xd_runner_pause_of(r, NULL);

    xd_engine_pause_keeps(r->engine, how == XD_BUDGETS_RUNS    ? XD_KEEPS_RUN
                                     : how == XD_BUDGETS_HOLDS ? XD_KEEPS_STAY
                                                               : XD_KEEPS_LET_GO);
}

/* The states worth a line in the log: what is wrong, and that it is over. */
static bool is_wrong(enum xd_cap_state s)
{
    return s == XD_CAP_FULL || s == XD_CAP_COASTS || s == XD_CAP_SAFE;
}

static void tell_state(struct xd_runner *r, const struct xd_engine_keep *k,
                       const struct xd_policy_rule *rule)
{
    double percent = k->most > 0 ? 100 * k->loop.effort / k->most : 0;
    char trust[32];

    switch (k->loop.state) {
    case XD_CAP_COASTS:
        xd_log_write(r->log, XD_LOG_WARN, "policy",
                     "rule %s: %s: the effort stays at %.0f%%; after %s without a sensor it is at "
                     "least %.0f%%",
                     rule->name, k->trouble, percent,
                     xd_fmt_ns((uint64_t)rule->keep->trust_ns, trust, sizeof(trust)),
                     rule->keep->safe);
        break;
    case XD_CAP_SAFE:
        xd_log_write(r->log, XD_LOG_ERROR, "policy",
                     "rule %s: %s: the effort is at least %.0f%% until the sensor is back",
                     rule->name, k->trouble, rule->keep->safe);
        break;
    case XD_CAP_FULL:
        xd_log_write(r->log, XD_LOG_ERROR, "policy",
                     "rule %s: %.1f is above the limit of %.1f, and no more can be taken",
                     rule->name, k->loop.value, rule->keep->limit);
        break;
    default:
        xd_log_write(r->log, XD_LOG_INFO, "policy", "rule %s: %s again", rule->name,
                     xd_cap_state_names[k->loop.state]);
        break;
    }
}

static void tell_actuator(struct xd_runner *r, const struct xd_engine_keep *k,
                          const struct xd_policy_rule *rule, size_t rank)
{
    const struct xd_cap_share *s = &k->share[rank];
    const char *name = xd_cap_kind_names[rule->keep->actuators[rank].kind];

    if (s->stuck)
        xd_log_write(r->log, XD_LOG_ERROR, "policy",
                     "rule %s: %s is stuck: it is to take %.0f%% and takes %.0f%%; the next one "
                     "takes over",
                     rule->name, name, s->share, s->does);
    else
        xd_log_write(r->log, XD_LOG_INFO, "policy", "rule %s: %s isn't stuck any more", rule->name,
                     name);
}

void xd_runner_tell_keeps(struct xd_runner *r)
{
    for (size_t i = 0; i < xd_engine_keeps(r->engine); i++) {
        const struct xd_engine_keep *k = xd_engine_keep(r->engine, i);
        const struct xd_policy_rule *rule = &r->policy->rules[k->rule];
        struct xd_runner_told *told = &r->told[i];

        if (told->state != k->loop.state && (is_wrong(k->loop.state) || is_wrong(told->state)))
            tell_state(r, k, rule);
        told->state = k->loop.state;
        for (size_t rank = 0; rank < rule->keep->n; rank++) {
            if (told->stuck[rank] != k->share[rank].stuck)
                tell_actuator(r, k, rule, rank);
            told->stuck[rank] = k->share[rank].stuck;
        }
    }
}

uint64_t xd_runner_mix_keeps(uint64_t h, const struct xd_engine *e)
{
    for (size_t i = 0; i < xd_engine_keeps(e); i++) {
        const struct xd_engine_keep *k = xd_engine_keep(e, i);

        h = xd_hash_add(h, &k->loop.effort, sizeof(k->loop.effort));
        h = xd_hash_add(h, &k->n_counted, sizeof(k->n_counted));
        for (size_t n = 0; n < XD_CAP_KINDS; n++) {
            h = xd_hash_add(h, &k->share[n].share, sizeof(k->share[n].share));
            h = xd_hash_add(h, &k->share[n].stuck, sizeof(k->share[n].stuck));
        }
    }
    for (size_t i = 0; i < xd_engine_parts(e); i++) {
        const struct xd_engine_part *p = xd_engine_part(e, i);
        uint64_t of[] = {p->managed, p->base, p->seen, p->wanted};

        h = xd_hash_add(h, of, sizeof(of));
    }
    return h;
}
