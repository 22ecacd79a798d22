/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Budgets, and limits of cap loops, that are changed while a policy is carried out. They are kept
 * beside the ledger, as the document "changes", a line of JSON for each, and the policy's file is
 * left alone. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/json_c.h"
#include "budgets/runner_impl.h"
#include "policies/knobs.h"

#define DOCUMENT "changes"

static bool has_budget(const struct xd_policy_rule *r)
{
    return r->budget;
}

static bool has_watts(const struct xd_policy_rule *r)
{
    return r->keep && !r->keep->celsius;
}

static bool has_celsius(const struct xd_policy_rule *r)
{
    return r->keep && r->keep->celsius;
}

/* what: that it has, in words. */
static int find(const struct xd_policy *p, const char *name,
                bool (*has)(const struct xd_policy_rule *), const char *what, size_t *rule,
                struct xd_err *err)
{
    const char *names[XD_POLICY_RULES_MAX], *near;
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (!has(&p->rules[i]))
            continue;
        if (strcmp(p->rules[i].name, name) == 0) {
            *rule = i;
            return 0;
        }
        names[n++] = p->rules[i].name;
    }
    near = xd_str_nearest(name, names, n);
    return xd_err_set(err, -ENOENT, "policy %s has no rule \"%s\" with a %s%s%s%s", p->name, name,
                      what, near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
}

static int find_budget(const struct xd_policy *p, const char *name, size_t *rule,
                       struct xd_err *err)
{
    return find(p, name, has_budget, "budget", rule, err);
}

static int find_limit(const struct xd_policy *p, const char *name, bool celsius, size_t *rule,
                      struct xd_err *err)
{
    return find(p, name, celsius ? has_celsius : has_watts,
                celsius ? "limit of degrees" : "limit of watts", rule, err);
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

static void open_line(struct xd_json *j, struct xd_buf *out, const struct xd_runner *r, size_t rule)
{
    xd_json_init(j, out, false);
    xd_json_open(j, NULL, '{');
    xd_json_str(j, "policy", r->policy->name);
    xd_json_str(j, "rule", r->policy->rules[rule].name);
}

static void close_line(struct xd_json *j, struct xd_buf *out)
{
    xd_json_close(j, '}');
    xd_buf_addc(out, '\n');
}

static const char *limit_word(const struct xd_policy_keep *k)
{
    return k->celsius ? "celsius" : "watts";
}

static int keep(struct xd_runner *r, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;
    int rc;

    if (!r->store)
        return 0;
    for (size_t i = 0; i < r->policy->n; i++) {
        const struct xd_policy_rule *now = &r->policy->rules[i];

        if (r->of_file[i]) {
            open_line(&j, &b, r, i);
            xd_json_i64(&j, "cpu_ns", now->budget->cpu_ns);
            xd_json_i64(&j, "per_ns", now->budget->per_ns);
            xd_json_u64(&j, "cap",
                        xd_policy_value(XD_POLICY_CAP, now->budget->then[XD_POLICY_CAP]));
            close_line(&j, &b);
        }
        if (r->keep_of_file[i]) {
            open_line(&j, &b, r, i);
            xd_json_f64(&j, limit_word(now->keep), now->keep->limit);
            close_line(&j, &b);
        }
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

/* The loop of rule i with that limit; NULL with a sentence. In the policy's arena. */
static const struct xd_policy_keep *limited(const struct xd_runner *r, size_t i, double limit,
                                            struct xd_err *err)
{
    const struct xd_policy_rule *rule = &r->policy->rules[i];
    const struct xd_knob *knob = &xd_budget_knobs[rule->keep->celsius ? XD_BUDGET_KNOB_LOOP_CELSIUS
                                                                      : XD_BUDGET_KNOB_LOOP_WATTS];
    struct xd_policy_keep *k;

    if (!(limit >= (double)knob->min && limit <= (double)knob->max)) {
        xd_err_set(err, -ERANGE, "rule %s: a limit is %" PRId64 " to %" PRId64 " %s", rule->name,
                   knob->min, knob->max, limit_word(rule->keep));
        return NULL;
    }
    k = xd_arena_alloc(&r->policy->arena, sizeof(*k));
    *k = *rule->keep;
    k->limit = limit;
    return k;
}

/* Rule i has another budget or loop now than it had. */
static void note(struct xd_runner *r, size_t i, const struct xd_policy_rule *old)
{
    const struct xd_policy_rule *now = &r->policy->rules[i];

    if (now->budget != old->budget && !r->of_file[i])
        r->of_file[i] = old->budget;
    if (now->keep != old->keep && !r->keep_of_file[i])
        r->keep_of_file[i] = old->keep;
    if (r->of_file[i] && same(r->of_file[i], now->budget))
        r->of_file[i] = NULL;
    if (r->keep_of_file[i] && r->keep_of_file[i]->limit == now->keep->limit)
        r->keep_of_file[i] = NULL;
}

/* The engine is made anew for the changed rule, and goes on where the old one stood. */
static int change(struct xd_runner *r, size_t i, const struct xd_policy_budget *budget,
                  const struct xd_policy_keep *loop, struct xd_err *err)
{
    struct xd_policy_rule *rule = &r->policy->rules[i], old = *rule;
    struct xd_buf ledger = XD_BUF_INIT;
    struct xd_engine *e = NULL;
    int rc;

    xd_ledger_write(r->engine, 1, &ledger);
    rule->budget = budget;
    rule->keep = loop;
    rc = xd_runner_carry_over(r, &ledger, r->policy, &e, err);
    xd_buf_done(&ledger);
    *rule = old; /* the old engine is freed by what it was made of */
    if (rc < 0)
        return rc;
    xd_engine_free(r->engine);
    r->engine = NULL;
    rule->budget = budget;
    rule->keep = loop;
    note(r, i, &old);
    xd_runner_use_engine(r, e);
    return keep(r, err);
}

int xd_runner_change_budget(struct xd_runner *r, const char *rule, const struct xd_budget_change *c,
                            struct xd_err *err)
{
    const struct xd_policy_budget *b;
    size_t i;
    int rc = find_budget(r->policy, rule, &i, err);

    if (rc < 0)
        return rc;
    b = changed(r, i, c, err);
    return b ? change(r, i, b, r->policy->rules[i].keep, err) : -ERANGE;
}

int xd_runner_change_limit(struct xd_runner *r, const char *rule, bool celsius, double limit,
                           struct xd_err *err)
{
    const struct xd_policy_keep *k;
    size_t i;
    int rc = find_limit(r->policy, rule, celsius, &i, err);

    if (rc < 0)
        return rc;
    k = limited(r, i, limit, err);
    return k ? change(r, i, r->policy->rules[i].budget, k, err) : -ERANGE;
}

/* --- again in force --- */

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
    const char *policy = xd_json_text(o, "policy");
    const char *name =
        policy && strcmp(policy, r->policy->name) == 0 ? xd_json_text(o, "rule") : NULL;
    struct json_object *celsius = xd_json_member(o, "celsius");
    struct json_object *limit = celsius ? celsius : xd_json_member(o, "watts");
    const struct xd_policy_budget *b = NULL;
    const struct xd_policy_keep *k = NULL;
    struct xd_policy_rule old;
    size_t i;

    if (name && limit && find_limit(r->policy, name, celsius, &i, &err) == 0)
        k = limited(r, i, json_object_get_double(limit), &err);
    else if (name && take_number(o, "cpu_ns", &c.cpu_ns) && take_number(o, "per_ns", &c.per_ns) &&
             take_number(o, "cap", &c.cap) && find_budget(r->policy, name, &i, &err) == 0)
        b = changed(r, i, &c, &err);
    if (!b && !k)
        return;
    old = r->policy->rules[i];
    r->policy->rules[i].budget = b ? b : old.budget;
    r->policy->rules[i].keep = k ? k : old.keep;
    note(r, i, &old);
}

void xd_runner_load_changes(struct xd_runner *r)
{
    struct xd_buf text = XD_BUF_INIT;

    xd_runner_read_lines(r, DOCUMENT, "what was changed", take);
    xd_runner_changes(r, &text);
    if (text.len)
        xd_log_write(
            r->log, XD_LOG_WARN, "policy",
            "what was changed is in force again: %s. Write it into %s to make it last, or have "
            "that read again to drop it",
            xd_buf_str(&text), r->policy->file);
    xd_buf_done(&text);
}

void xd_runner_forget_changes(struct xd_runner *r)
{
    struct xd_err err = XD_ERR_INIT;

    memset(r->of_file, 0, sizeof(r->of_file));
    memset(r->keep_of_file, 0, sizeof(r->keep_of_file));
    if (keep(r, &err) < 0)
        xd_log_write(r->log, XD_LOG_WARN, "policy", "what was changed may come back: %s",
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

static void put_limit(struct xd_buf *out, const struct xd_policy_keep *k)
{
    xd_buf_printf(out, "%g %s", k->limit, k->celsius ? "°C" : "W");
}

void xd_runner_changes(const struct xd_runner *r, struct xd_buf *out)
{
    for (size_t i = 0; i < r->policy->n; i++) {
        const struct xd_policy_rule *now = &r->policy->rules[i];

        if (r->of_file[i]) {
            xd_buf_printf(out, "%s%s ", out->len ? "; " : "", now->name);
            put_budget(out, now->budget);
            xd_buf_add(out, " (file: ");
            put_budget(out, r->of_file[i]);
            xd_buf_addc(out, ')');
        }
        if (r->keep_of_file[i]) {
            xd_buf_printf(out, "%s%s ", out->len ? "; " : "", now->name);
            put_limit(out, now->keep);
            xd_buf_add(out, " (file: ");
            put_limit(out, r->keep_of_file[i]);
            xd_buf_addc(out, ')');
        }
    }
}
