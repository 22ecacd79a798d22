/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knobs of a policy that this console carries out. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "budgets/inlet_impl.h"
#include "policies/table.h"

static int nobody(struct xd_err *err)
{
    return xd_err_set(err, -ESRCH, "no policy is carried out here any more");
}

/* "UUID/RULE": the domain and the rule of a row of `budgets`. The domain stays known while it is
 * away; the rule goes with its policy. */
static int find(const struct xd_runner *r, const struct xd_object *o, struct xd_arena *a,
                const struct xd_engine_domain **d, size_t *rule, struct xd_err *err)
{
    const struct xd_policy *p = xd_runner_policy(r);
    const char *slash = strchr(o->key, '/');
    const char *uuid = slash ? xd_arena_strndup(a, o->key, (size_t)(slash - o->key)) : o->key;

    *d = xd_engine_find(xd_runner_engine(r), uuid);
    for (*rule = 0; slash && *rule < p->n; ++*rule)
        if (strcmp(p->rules[*rule].name, slash + 1) == 0)
            break;
    if (!*d || !slash || *rule == p->n)
        return xd_err_set(err, -ESRCH, "%s: policy %s has no such rule for it any more", o->label,
                          p->name);
    return 0;
}

static enum xd_budget_knob knob_of(const struct xd_knob *k)
{
    return (enum xd_budget_knob)(k - xd_budget_knobs);
}

static bool is_of_loop(enum xd_budget_knob k)
{
    return k == XD_BUDGET_KNOB_LOOP_WATTS || k == XD_BUDGET_KNOB_LOOP_CELSIUS;
}

/* Of a row of `cap_loops`, whose key is the rule: its limit, unknown where it is the other kind. */
static int read_limit(const struct xd_runner *r, const struct xd_object *o, bool celsius,
                      struct xd_value *out, struct xd_err *err)
{
    const struct xd_policy *p = xd_runner_policy(r);

    *out = XD_UNKNOWN;
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_policy_keep *k = p->rules[i].keep;

        if (!k || strcmp(p->rules[i].name, o->key) != 0)
            continue;
        if (k->celsius == celsius)
            *out = (struct xd_value){.have = true, .type = XD_F64, .cell.f = k->limit};
        return 0;
    }
    return xd_err_set(err, -ESRCH, "%s: policy %s has no such loop any more", o->label, p->name);
}

static struct xd_value number(uint64_t n)
{
    return (struct xd_value){.have = true, .type = XD_U64, .cell.u = n};
}

static struct xd_value word(enum xd_budgets_pause p)
{
    return (struct xd_value){.have = true, .type = XD_ENUM, .cell.i = (int64_t)p};
}

/* What was set for the one; xd_runner_pause_of also says what holds for all. */
static struct xd_value of_rule(const struct xd_policy_rule *rule, enum xd_budget_knob k)
{
    const struct xd_policy_budget *b = rule->budget;

    if (!b)
        return XD_UNKNOWN;
    switch (k) {
    case XD_BUDGET_KNOB_CPU:
        return number((uint64_t)b->cpu_ns);
    case XD_BUDGET_KNOB_WINDOW:
        return number((uint64_t)b->per_ns);
    default:
        return number(xd_policy_value(XD_POLICY_CAP, b->then[XD_POLICY_CAP]));
    }
}

int xd_inlet_read(void *self, const struct xd_object *o, const struct xd_knob *k,
                  struct xd_arena *a, struct xd_value *out, struct xd_err *err)
{
    const struct xd_runner *r = xd_inlet_runner(self);
    const struct xd_engine_domain *d;
    size_t rule;
    int rc;

    if (!r)
        return nobody(err);
    if (knob_of(k) == XD_BUDGET_KNOB_POLICY_PAUSED) {
        *out = word(xd_runner_pause_of(r, NULL));
        return 0;
    }
    if (is_of_loop(knob_of(k)))
        return read_limit(r, o, knob_of(k) == XD_BUDGET_KNOB_LOOP_CELSIUS, out, err);
    rc = find(r, o, a, &d, &rule, err);
    if (rc < 0)
        return rc;
    *out = knob_of(k) == XD_BUDGET_KNOB_PAUSED
               ? word(xd_runner_pause_of(r, d))
               : of_rule(&xd_runner_policy(r)->rules[rule], knob_of(k));
    return 0;
}

int xd_inlet_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                   const struct xd_value *v, struct xd_err *err)
{
    struct xd_runner *r = xd_inlet_runner(self);
    struct xd_budget_change c = {0, 0, -1};
    struct xd_arena a = XD_ARENA_INIT;
    const struct xd_engine_domain *d;
    size_t rule;
    int rc;

    if (!r)
        return nobody(err);
    if (knob_of(k) == XD_BUDGET_KNOB_POLICY_PAUSED)
        return xd_runner_set_pause(r, NULL, (enum xd_budgets_pause)v->cell.i, err);
    if (is_of_loop(knob_of(k)))
        return xd_runner_change_limit(r, o->key, knob_of(k) == XD_BUDGET_KNOB_LOOP_CELSIUS,
                                      v->cell.f, err);
    rc = find(r, o, &a, &d, &rule, err);
    if (rc == 0 && knob_of(k) == XD_BUDGET_KNOB_PAUSED) {
        rc = xd_runner_set_pause(r, d->uuid, (enum xd_budgets_pause)v->cell.i, err);
    } else if (rc == 0) {
        if (knob_of(k) == XD_BUDGET_KNOB_CPU)
            c.cpu_ns = (int64_t)v->cell.u;
        else if (knob_of(k) == XD_BUDGET_KNOB_WINDOW)
            c.per_ns = (int64_t)v->cell.u;
        else
            c.cap = (int64_t)v->cell.u;
        rc = xd_runner_change_budget(r, xd_runner_policy(r)->rules[rule].name, &c, err);
    }
    xd_arena_done(&a);
    return rc;
}
