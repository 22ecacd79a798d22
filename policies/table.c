/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's state as rows: see table.h. */
#include "policies/table.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "policies/engine_impl.h"

/* One row in the making: a domain and a rule that is about it. */
struct row {
    const struct xd_engine *e;
    const struct xd_engine_domain *d;
    size_t i;
    const struct xd_policy_rule *rule;
    const struct xd_account *account; /* NULL: the rule has no budget */
    enum xd_budgets_pause pause;
    int64_t lasts_ns; /* < 0: not known, or never */
    struct xd_arena *a;
};

/* "cap 20%, weight 64": the knobs without the part of the host that they are of. */
static const char *short_name(int k)
{
    const char *name = xd_policy_knob(k)->name, *dot = strrchr(name, '.');

    return dot ? dot + 1 : name;
}

/* "20%" "none" "512" */
static const char *amount_text(int k, uint64_t amount, struct xd_arena *a)
{
    const char *text = xd_policy_amount_text(k, amount, a);

    return xd_policy_knob(k)->kind.unit == XD_UNIT_PERCENT && text[strspn(text, "0123456789")] == 0
               ? xd_arena_printf(a, "%s%%", text)
               : text;
}

static bool is_active(const struct row *r)
{
    return r->d->active >> r->i & 1;
}

/* --- how long it lasts, and what comes next --- */

static int64_t lasts(const struct row *r)
{
    int64_t ns = INT64_MAX;

    if (r->rule->budget && !r->account->spent && is_active(r))
        ns = xd_account_lasts(r->account, r->rule->budget, xd_engine_rate(r->e, r->d, r->i));
    return ns < INT64_MAX ? ns : -1;
}

struct next {
    int64_t t; /* the engine's time; INT64_MAX: nothing is known to change */
    const char *what;
};

static void consider(struct next *n, int64_t t, const char *what)
{
    if (t < n->t)
        *n = (struct next){t, what};
}

/* What its domain may have at most once the budget is used up: "cap 20%". */
static const char *limits_text(const struct row *r)
{
    const struct xd_policy_budget *b = r->rule->budget;
    const char *text = "";

    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        if (b->then[k] < XD_POLICY_MOST)
            text = xd_arena_printf(r->a, "%s%s%s %s", text, *text ? ", " : "", short_name(k),
                                   amount_text(k, b->then[k], r->a));
    return *text ? text : "used up";
}

static void next_of_budget(const struct row *r, struct next *n)
{
    const struct xd_policy_budget *b = r->rule->budget;

    if (r->account->spent) {
        consider(n, xd_account_resumes(r->account, b), "budget again");
        return;
    }
    if (b->kind == XD_BUDGET_FIXED && r->account->begun)
        consider(n, r->account->end, "new window");
    if (r->lasts_ns >= 0)
        consider(n, r->e->t + r->lasts_ns, limits_text(r));
}

static struct next next_of(const struct row *r)
{
    const struct xd_engine *e = r->e;
    struct next n = {INT64_MAX, NULL};

    if (r->account && is_active(r))
        next_of_budget(r, &n);
    if (r->rule->when) {
        int64_t wall = xd_engine_turns(e, r->i);

        if (wall < INT64_MAX)
            consider(&n, e->t + (wall - e->last.wall_ns),
                     e->when[r->i] ? "rule ends" : "rule begins");
    }
    if (r->rule->condition) {
        const struct xd_engine_condition *c = &r->d->conditions[e->condition_of[r->i]];
        int64_t takes = c->on ? r->rule->condition->until_for_ns : r->rule->condition->for_ns;

        if (c->pending && !c->unknown)
            consider(&n, c->since + takes, c->on ? "rule ends" : "rule begins");
    }
    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        if (r->d->knobs[k].waits && r->d->knobs[k].rule == (int)r->i)
            consider(&n, r->d->knobs[k].moved_t + e->p->settle_ns,
                     xd_arena_printf(r->a, "%s may loosen", short_name(k)));
    return n;
}

/* --- its cells --- */

static enum xd_budgets_state state_of(const struct row *r)
{
    if (r->pause != XD_BUDGETS_RUNS)
        return XD_BUDGETS_HELD;
    if (!is_active(r))
        return XD_BUDGETS_OFF;
    if (r->account && r->account->spent)
        return XD_BUDGETS_SPENT;
    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        if (r->d->knobs[k].waits)
            return XD_BUDGETS_WAITS;
    return XD_BUDGETS_WITHIN;
}

static void put_ns(struct xd_rows *t, int col, int64_t ns)
{
    xd_put_u64(t, col, ns > 0 ? (uint64_t)ns : 0);
}

static void put_budget(const struct row *r, struct xd_rows *t)
{
    const struct xd_policy_budget *b = r->rule->budget;
    int64_t most = xd_account_most(b), left = r->account->left;

    put_ns(t, XD_BUDGETS_CPU_NS, b->cpu_ns);
    put_ns(t, XD_BUDGETS_PER_NS, b->per_ns);
    xd_put_enum(t, XD_BUDGETS_KIND, b->kind);
    xd_put_bool(t, XD_BUDGETS_SHARED, b->shared);
    xd_put_u64(t, XD_BUDGETS_THEN_CAP, xd_policy_value(XD_POLICY_CAP, b->then[XD_POLICY_CAP]));
    if (!r->account->begun)
        return;
    if (b->kind == XD_BUDGET_SLIDING)
        put_ns(t, XD_BUDGETS_USED_NS, b->cpu_ns - left);
    put_ns(t, XD_BUDGETS_LEFT_NS, left);
    xd_put_f64(t, XD_BUDGETS_LEFT, left > 0 ? 100.0 * (double)left / (double)most : 0);
    if (r->lasts_ns >= 0)
        put_ns(t, XD_BUDGETS_LASTS_NS, r->lasts_ns);
}

static void put_knobs(const struct row *r, struct xd_rows *t)
{
    const struct xd_engine_knob *cap = &r->d->knobs[XD_POLICY_CAP];
    const char *wanted = NULL, *seen = NULL, *over = NULL;

    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        const struct xd_engine_knob *kn = &r->d->knobs[k];

        if (!kn->managed)
            continue;
        wanted = xd_arena_printf(r->a, "%s%s%s %s", wanted ? wanted : "", wanted ? ", " : "",
                                 short_name(k), amount_text(k, kn->wanted, r->a));
        if (kn->seen_known)
            seen = xd_arena_printf(r->a, "%s%s%s %s", seen ? seen : "", seen ? ", " : "",
                                   short_name(k), amount_text(k, kn->seen, r->a));
        if (kn->rule == (int)r->i && kn->over >= 0 && !over)
            over = r->e->p->rules[kn->over].name;
    }
    xd_put_str(t, XD_BUDGETS_WANTED, wanted);
    xd_put_str(t, XD_BUDGETS_SEEN, seen);
    xd_put_str(t, XD_BUDGETS_OVER, over);
    if (cap->managed)
        xd_put_u64(t, XD_BUDGETS_CAP, xd_policy_value(XD_POLICY_CAP, cap->wanted));
    if (cap->seen_known)
        xd_put_u64(t, XD_BUDGETS_CAP_SEEN, xd_policy_value(XD_POLICY_CAP, cap->seen));
}

/* The engine's lines without the first, which is the domain's name, divided by " | "; NULL: none.
 */
static const char *why_of(const struct xd_engine *e, const struct xd_engine_domain *d,
                          struct xd_arena *a)
{
    struct xd_buf lines = XD_BUF_INIT, out = XD_BUF_INIT;
    const char *at, *why;

    xd_engine_why(e, d, &lines);
    for (at = strchr(xd_buf_str(&lines), '\n'); at && at[1]; at = strchr(at, '\n')) {
        at += 1 + strspn(at + 1, " ");
        xd_buf_printf(&out, "%s%.*s", out.len ? " | " : "", (int)strcspn(at, "\n"), at);
    }
    why = out.len ? xd_arena_strdup(a, out.s) : NULL;
    xd_buf_done(&lines);
    xd_buf_done(&out);
    return why;
}

static void put_row(struct row *r, const char *why, struct xd_rows *t)
{
    struct next next;

    r->lasts_ns = lasts(r);
    next = next_of(r);
    xd_row_begin(t);
    xd_put_str(t, XD_BUDGETS_UUID, r->d->uuid);
    xd_put_str(t, XD_BUDGETS_DOMAIN, r->d->name);
    xd_put_str(t, XD_BUDGETS_RULE, r->rule->name);
    xd_put_str(t, XD_BUDGETS_POLICY, r->e->p->name);
    xd_put_enum(t, XD_BUDGETS_STATE, state_of(r));
    xd_put_enum(t, XD_BUDGETS_PAUSED, r->pause);
    if (r->account)
        put_budget(r, t);
    if (r->d->cpu_known && r->e->ticks > 1)
        xd_put_f64(t, XD_BUDGETS_RATE, r->d->rate * 100);
    if (next.t < INT64_MAX) {
        xd_put_i64(t, XD_BUDGETS_NEXT_AT, r->e->last.wall_ns + (next.t - r->e->t));
        xd_put_str(t, XD_BUDGETS_NEXT, next.what);
    }
    put_knobs(r, t);
    xd_put_str(t, XD_BUDGETS_WHY, why);
}

/* Whether the rule says anything of the domain that a row could tell. */
static bool has_row(const struct row *r)
{
    if (!(r->d->matched >> r->i & 1))
        return false;
    if (r->account)
        return true;
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        const struct xd_policy_bounds *b = &r->rule->bounds[k];

        if (is_active(r) && (b->lo > 0 || b->hi < XD_POLICY_MOST))
            return true;
    }
    return is_active(r) && r->rule->keep &&
           xd_engine_bounds(r->e, r->d, r->i, XD_POLICY_CAP).hi < XD_POLICY_MOST;
}

void xd_budgets_build(const struct xd_engine *e, const struct xd_budgets_view *v,
                      struct xd_builder *b, int64_t at_ns)
{
    struct xd_rows *t = xd_build_table(b, &xd_budgets_desc, at_ns);
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t n = 0; n < e->n; n++) {
        const struct xd_engine_domain *d = e->list[n];
        const char *why = NULL; /* the same in all its rows */

        for (size_t i = 0; d->present && i < e->p->n; i++) {
            struct row r = {e,
                            d,
                            i,
                            &e->p->rules[i],
                            xd_engine_account(e, d, i),
                            v && v->pause ? v->pause(v->arg, d) : XD_BUDGETS_RUNS,
                            -1,
                            &a};

            if (!has_row(&r))
                continue;
            why = why ? why : why_of(e, d, &a);
            put_row(&r, why, t);
        }
        xd_arena_done(&a);
    }
    xd_arena_done(&a);
}
