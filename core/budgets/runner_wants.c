/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to be sampled so that a policy can be carried out. */
#include <string.h>

#include "budgets/runner_impl.h"
#include "model/tables.h"

struct wants {
    struct xd_want *out;
    size_t n;
};

static void want(struct xd_want *out, size_t *n, const char *table, uint64_t columns)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp(out[i].table, table) == 0) {
            out[i].columns |= columns;
            return;
        }
    out[(*n)++] = (struct xd_want){table, columns};
}

static void want_for_loop(void *arg, const struct xd_table_desc *d, uint64_t columns)
{
    struct wants *w = arg;

    want(w->out, &w->n, d->name, columns);
}

size_t xd_runner_wants(const struct xd_policy *p, struct xd_want out[XD_RUNNER_WANTS_MAX])
{
    static const int always[] = {XD_DOMAIN_UUID,  XD_DOMAIN_NAME,   XD_DOMAIN_ID,
                                 XD_DOMAIN_VCPUS, XD_DOMAIN_CPU_NS, XD_DOMAIN_POOL,
                                 XD_DOMAIN_CAP,   XD_DOMAIN_WEIGHT, XD_DOMAIN_MEM_TARGET_KIB,
                                 XD_DOMAIN_SCHED, XD_DOMAIN_STATE,  XD_DOMAIN_MEM_MAX_KIB};
    uint64_t columns = 0;
    bool rtds = false;
    size_t n = 0;

    for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
        columns |= UINT64_C(1) << always[i];
    want(out, &n, "domains", columns);
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_policy_rule *rule = &p->rules[i];
        const struct xd_policy_condition *c = rule->condition;
        const struct xd_policy_bounds *b = &rule->bounds[XD_POLICY_RTDS];

        if (rule->match.where)
            want(out, &n, "domains", xd_query_columns(rule->match.where));
        if (c)
            want(out, &n, c->table->name,
                 xd_query_columns(c->where) | (c->until ? xd_query_columns(c->until) : 0));
        if (rule->keep) {
            struct wants w = {out, n};

            xd_cap_wants(rule->keep, want_for_loop, &w);
            n = w.n;
        }
        rtds |= b->lo > 0 || b->hi < XD_POLICY_MOST ||
                (rule->budget && rule->budget->then[XD_POLICY_RTDS] < XD_POLICY_MOST);
    }
    if (rtds)
        want(out, &n, "vcpus",
             UINT64_C(1) << XD_VCPU_DOMAIN_UUID | UINT64_C(1) << XD_VCPU_ID |
                 UINT64_C(1) << XD_VCPU_BUDGET_US);
    return n;
}

size_t xd_runner_wants_now(const struct xd_runner *r, struct xd_want out[XD_RUNNER_WANTS_MAX])
{
    struct wants w = {out, xd_runner_wants(r->policy, out)};

    for (size_t i = 0; i < xd_engine_parts(r->engine); i++) {
        const struct xd_engine_part *p = xd_engine_part(r->engine, i);

        if (p->managed)
            xd_cap_kind_wants(p->kind, want_for_loop, &w);
    }
    return w.n;
}
