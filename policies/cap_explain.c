/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cap loops in words. */
#include <string.h>

#include "base/clock.h"
#include "policies/cap_impl.h"

static void add_time(struct xd_buf *out, int64_t ns)
{
    char text[32];

    xd_buf_add(out, xd_fmt_ns(ns > 0 ? (uint64_t)ns : 0, text, sizeof(text)));
}

static const char *unit(const struct xd_policy_keep *p)
{
    return p->celsius ? "°C" : "W";
}

static void why_value(const struct xd_engine_keep *k, const struct xd_policy_keep *p,
                      struct xd_buf *out)
{
    if (k->trouble[0])
        xd_buf_printf(out, ", not known: %s", k->trouble);
    else if (k->loop.value_known)
        xd_buf_printf(out, ", now %.1f %s by %s%s", k->loop.value, unit(p), k->sensor,
                      k->estimated ? ", which is an estimate" : "");
}

/* What it does now, and what turns that. */
static void why_state(const struct xd_engine *e, const struct xd_engine_keep *k,
                      const struct xd_policy_keep *p, struct xd_buf *out)
{
    const struct xd_cap_loop *l = &k->loop;
    double percent = k->most > 0 ? 100 * l->effort / k->most : 0;

    switch (l->state) {
    case XD_CAP_OFF:
        xd_buf_add(out, "it isn't its time, nothing is taken");
        break;
    case XD_CAP_COOL:
        xd_buf_printf(out, "nothing is taken; above %.1f %s something is", p->limit, unit(p));
        break;
    case XD_CAP_TIGHTENS:
        xd_buf_printf(out, "effort %.0f%%, more is taken until it is at %.1f %s", percent,
                      p->limit * (1 - p->within / 2), unit(p));
        break;
    case XD_CAP_HOLDS:
        xd_buf_printf(out, "effort %.0f%%, held", percent);
        if (l->cool_t >= 0) {
            xd_buf_add(out, "; less is taken in ");
            add_time(out, l->cool_t + p->release_ns - e->t);
        } else {
            xd_buf_printf(out, "; below %.1f %s less is taken", p->limit * (1 - p->within),
                          unit(p));
        }
        break;
    case XD_CAP_LOOSENS:
        xd_buf_printf(out, "effort %.0f%%, less is taken until it is at %.1f %s", percent,
                      p->limit * (1 - p->within / 2), unit(p));
        break;
    case XD_CAP_FULL:
        xd_buf_add(out, k->most > 0 ? "all is taken that can be, and it isn't enough"
                                    : "there is nothing that could be taken");
        break;
    case XD_CAP_COASTS:
        xd_buf_printf(out, "effort %.0f%% stays; it will be at least %.0f%% in ", percent, p->safe);
        add_time(out, xd_cap_loop_safe_at(l, p) - e->t);
        break;
    case XD_CAP_SAFE:
        xd_buf_printf(out, "effort %.0f%%, at least %.0f%% until the sensor is back", percent,
                      p->safe);
        break;
    case XD_CAP_LET_GO:
        xd_buf_add(out, "paused, all was given back");
        break;
    case XD_CAP_PAUSED:
        xd_buf_add(out, "paused, what was taken stays");
        break;
    }
}

static void why_actuator(const struct xd_engine_keep *k, const struct xd_policy_keep *p, size_t i,
                         struct xd_buf *out)
{
    const struct xd_cap_share *s = &k->share[i];
    const char *name = xd_cap_kind_names[p->actuators[i].kind];

    xd_buf_printf(out, "    %zu. %s: ", i + 1, name);
    if (!k->actuator[i].parts)
        xd_buf_printf(out, "%s\n",
                      p->actuators[i].kind == XD_CAP_CAPS
                          ? "no domain that the rule matches is here"
                          : "the host hasn't got it");
    else if (s->stuck)
        xd_buf_printf(out,
                      "stuck: it is to take %.0f%% and takes %.0f%%, the next one takes over\n",
                      s->share, s->does);
    else
        xd_buf_printf(out, "takes %.0f%% of at most %.0f%%%s\n", s->share, s->most,
                      k->actuator[i].behind             ? ", not all of it yet"
                      : s->held && s->step_test.running ? ", a step whose effect is looked at"
                      : s->held ? ", a step that is kept: without it the limit would be passed"
                                : "");
}

void xd_engine_why_keeps(const struct xd_engine *e, int rule, struct xd_buf *out)
{
    for (size_t n = 0; n < e->n_keeps; n++) {
        const struct xd_engine_keep *k = &e->keeps[n];
        const struct xd_policy_rule *r = &e->p->rules[k->rule];

        if (rule >= 0 && (int)k->rule != rule)
            continue;
        xd_buf_printf(out, "  limit %s: %.1f %s", r->name, r->keep->limit, unit(r->keep));
        why_value(k, r->keep, out);
        xd_buf_add(out, "; ");
        why_state(e, k, r->keep, out);
        xd_buf_addc(out, '\n');
        for (size_t i = 0; i < r->keep->n; i++)
            why_actuator(k, r->keep, i, out);
    }
}

void xd_engine_why_host(const struct xd_engine *e, struct xd_buf *out)
{
    xd_buf_add(out, "host\n");
    if (e->n_keeps)
        xd_engine_why_keeps(e, -1, out);
    else
        xd_buf_printf(out, "  no rule of policy %s keeps a limit of watts or degrees\n",
                      e->p->name);
}
