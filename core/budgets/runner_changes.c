/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Budgets that are changed while a policy is carried out. They are kept beside the ledger, as the
 * document "changes", a line of JSON for each rule, and the policy's file is left alone. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/json_c.h"
#include "budgets/runner_impl.h"
#include "policies/knobs.h"

#define DOCUMENT "changes"

static int find_budget(const struct xd_policy *p, const char *name, size_t *rule,
                       struct xd_err *err)
{
    const char *names[XD_POLICY_RULES_MAX], *near;
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (!p->rules[i].budget)
            continue;
        if (strcmp(p->rules[i].name, name) == 0) {
            *rule = i;
            return 0;
        }
        names[n++] = p->rules[i].name;
    }
    near = xd_str_nearest(name, names, n);
    return xd_err_set(err, -ENOENT, "policy %s has no rule \"%s\" with a budget%s%s%s", p->name,
                      name, near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
}

static bool is_within(enum xd_budget_knob knob, int64_t v)
{
    return v >= xd_budget_knobs[knob].min && v <= xd_budget_knobs[knob].max;
}

/* b: what comes of it. */
static int check_change(const struct xd_budget_change *c, const struct xd_policy_budget *b,
                        const char *rule, struct xd_err *err)
{
    if (!is_within(XD_BUDGET_KNOB_CPU, b->cpu_ns) || !is_within(XD_BUDGET_KNOB_WINDOW, b->per_ns))
        return xd_err_set(err, -ERANGE,
                          "rule %s: a budget is at least 1 ms, its window 1 s to 366 days", rule);
    if (c->cap >= 0 && !is_within(XD_BUDGET_KNOB_CAP, c->cap))
        return xd_err_set(err, -ERANGE, "rule %s: a cap is at most %" PRId64 "%%", rule,
                          xd_budget_knobs[XD_BUDGET_KNOB_CAP].max);
    if (b->cpu_ns / 4096 > b->per_ns)
        return xd_err_set(err, -ERANGE, "rule %s: more than 4096 pCPUs could use in its window",
                          rule);
    return 0;
}

/* --- kept --- */

static bool same(const struct xd_policy_budget *a, const struct xd_policy_budget *b)
{
    return a->cpu_ns == b->cpu_ns && a->per_ns == b->per_ns &&
           a->then[XD_POLICY_CAP] == b->then[XD_POLICY_CAP];
}

static int keep(struct xd_runner *r, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    if (!r->store)
        return 0;
    for (size_t i = 0; i < r->policy->n; i++) {
        const struct xd_policy_budget *now = r->policy->rules[i].budget;
        struct xd_json j;

        if (!r->of_file[i])
            continue;
        xd_json_init(&j, &b, false);
        xd_json_open(&j, NULL, '{');
        xd_json_str(&j, "policy", r->policy->name);
        xd_json_str(&j, "rule", r->policy->rules[i].name);
        xd_json_i64(&j, "cpu_ns", now->cpu_ns);
        xd_json_i64(&j, "per_ns", now->per_ns);
        xd_json_u64(&j, "cap", xd_policy_value(XD_POLICY_CAP, now->then[XD_POLICY_CAP]));
        xd_json_close(&j, '}');
        xd_buf_addc(&b, '\n');
    }
    rc = xd_ledger_store_put(r->store, DOCUMENT, xd_buf_str(&b), b.len, err);
    xd_buf_done(&b);
    return rc;
}

/* The budget of rule i with that change; NULL with a sentence. In the policy's arena. */
static const struct xd_policy_budget *changed(const struct xd_runner *r, size_t i,
                                              const struct xd_budget_change *c, struct xd_err *err)
{
    const struct xd_policy_budget *old = r->policy->rules[i].budget;
    const struct xd_policy_budget *file = r->of_file[i] ? r->of_file[i] : old;
    struct xd_policy_budget *b = xd_arena_alloc(&r->policy->arena, sizeof(*b));

    *b = *old;
    if (c->cpu_ns) {
        b->cpu_ns = c->cpu_ns;
        b->resume_ns =
            (int64_t)((double)file->resume_ns * (double)c->cpu_ns / (double)file->cpu_ns);
    }
    if (c->per_ns)
        b->per_ns = c->per_ns;
    if (c->cap >= 0)
        b->then[XD_POLICY_CAP] = xd_policy_amount(XD_POLICY_CAP, (uint64_t)c->cap);
    return check_change(c, b, r->policy->rules[i].name, err) < 0 ? NULL : b;
}

static void note(struct xd_runner *r, size_t i, const struct xd_policy_budget *old)
{
    if (!r->of_file[i])
        r->of_file[i] = old;
    if (same(r->of_file[i], r->policy->rules[i].budget))
        r->of_file[i] = NULL;
}

int xd_runner_change_budget(struct xd_runner *r, const char *rule, const struct xd_budget_change *c,
                            struct xd_err *err)
{
    struct xd_buf ledger = XD_BUF_INIT;
    const struct xd_policy_budget *old, *b;
    struct xd_engine *e = NULL;
    size_t i;
    int rc = find_budget(r->policy, rule, &i, err);

    if (rc < 0)
        return rc;
    old = r->policy->rules[i].budget;
    b = changed(r, i, c, err);
    if (!b)
        return -ERANGE;
    xd_ledger_write(r->engine, 1, &ledger);
    r->policy->rules[i].budget = b;
    rc = xd_runner_carry_over(r, &ledger, r->policy, &e, err);
    xd_buf_done(&ledger);
    r->policy->rules[i].budget = old; /* the old engine is freed by what it was made of */
    if (rc < 0)
        return rc;
    xd_engine_free(r->engine);
    r->engine = NULL;
    r->policy->rules[i].budget = b;
    note(r, i, old);
    xd_runner_use_engine(r, e);
    return keep(r, err);
}

static bool take_number(struct json_object *o, const char *key, int64_t *out)
{
    struct json_object *v = xd_json_member(o, key);

    if (!json_object_is_type(v, json_type_int))
        return false;
    *out = json_object_get_int64(v);
    return *out >= 0;
}

/* Of a rule that is gone, or of another policy, nothing is left. */
static void take(struct xd_runner *r, struct json_object *o)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_budget_change c;
    const struct xd_policy_budget *old, *b = NULL;
    const char *policy = xd_json_text(o, "policy");
    const char *rule =
        policy && strcmp(policy, r->policy->name) == 0 ? xd_json_text(o, "rule") : NULL;
    size_t i;

    if (rule && take_number(o, "cpu_ns", &c.cpu_ns) && take_number(o, "per_ns", &c.per_ns) &&
        take_number(o, "cap", &c.cap) && find_budget(r->policy, rule, &i, &err) == 0)
        b = changed(r, i, &c, &err);
    if (b) {
        old = r->policy->rules[i].budget;
        r->policy->rules[i].budget = b;
        note(r, i, old);
    }
}

void xd_runner_load_changes(struct xd_runner *r)
{
    struct xd_buf text = XD_BUF_INIT;

    xd_runner_read_lines(r, DOCUMENT, "which budgets were changed", take);
    xd_runner_changes(r, &text);
    if (text.len)
        xd_log_write(
            r->log, XD_LOG_WARN, "policy",
            "changed budgets are in force again: %s. Write them into %s to make them last, "
            "or have it read again to drop them",
            xd_buf_str(&text), r->policy->file);
    xd_buf_done(&text);
}

void xd_runner_forget_changes(struct xd_runner *r)
{
    struct xd_err err = XD_ERR_INIT;

    memset(r->of_file, 0, sizeof(r->of_file));
    if (keep(r, &err) < 0)
        xd_log_write(r->log, XD_LOG_WARN, "policy", "changed budgets may come back: %s",
                     xd_err_text(&err));
}

static void put_budget(struct xd_buf *out, const struct xd_policy_budget *b)
{
    struct xd_arena a = XD_ARENA_INIT;
    char cpu[32], per[32];

    xd_buf_printf(out, "%s in %s", xd_fmt_ns((uint64_t)b->cpu_ns, cpu, sizeof(cpu)),
                  xd_fmt_ns((uint64_t)b->per_ns, per, sizeof(per)));
    if (b->then[XD_POLICY_CAP] < XD_POLICY_MOST)
        xd_buf_printf(out, ", then cap %s%%",
                      xd_policy_amount_text(XD_POLICY_CAP, b->then[XD_POLICY_CAP], &a));
    xd_arena_done(&a);
}

void xd_runner_changes(const struct xd_runner *r, struct xd_buf *out)
{
    for (size_t i = 0; i < r->policy->n; i++) {
        if (!r->of_file[i])
            continue;
        xd_buf_printf(out, "%s%s ", out->len ? "; " : "", r->policy->rules[i].name);
        put_budget(out, r->policy->rules[i].budget);
        xd_buf_add(out, " (file: ");
        put_budget(out, r->of_file[i]);
        xd_buf_addc(out, ')');
    }
}
