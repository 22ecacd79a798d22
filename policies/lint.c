/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warnings: rules that can be read but hardly meant. Only what is certain is said. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "policies/engine_impl.h"
#include "policies/parse.h"

#define VCPUS_MOST    128 /* of an HVM guest */
#define WARNINGS_MOST 64

static void warn(struct xd_policy *p, int line, int col, const char *fmt, ...) XD_PRINTF(4, 5);

static void warn(struct xd_policy *p, int line, int col, const char *fmt, ...)
{
    struct xd_err text = XD_ERR_INIT;
    va_list ap;

    if (p->n_warnings >= WARNINGS_MOST)
        return;
    va_start(ap, fmt);
    xd_err_setv(&text, -1, fmt, ap);
    va_end(ap);
    p->warnings = xd_arena_grow(&p->arena, p->warnings, p->n_warnings, sizeof(*p->warnings));
    p->warnings[p->n_warnings++] =
        xd_arena_printf(&p->arena, "%s:%d:%d: %s", p->file, line, col, text.text);
}

static bool same_words(const struct xd_policy_words *a, const struct xd_policy_words *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->list[i], b->list[i]) != 0)
            return false;
    return true;
}

static bool is_all(const struct xd_policy_match *m)
{
    return !m->names.n && !m->uuids.n && !m->tagged.n && !m->pools.n && !m->where;
}

/* Whether a is certainly about every domain that b is about. */
static bool covers(const struct xd_policy_match *a, const struct xd_policy_match *b)
{
    if (is_all(a))
        return !xd_policy_names_dom0(b); /* which all leaves out */
    return same_words(&a->names, &b->names) && same_words(&a->uuids, &b->uuids) &&
           same_words(&a->tagged, &b->tagged) && same_words(&a->pools, &b->pools) &&
           xd_streq(a->where_text, b->where_text);
}

static const char *text_of(struct xd_policy *p, int k, uint64_t amount)
{
    return xd_policy_amount_text(k, amount, &p->arena);
}

/* floor's rule wants more than ceiling's allows. */
static void warn_fight(struct xd_policy *p, const struct xd_policy_rule *floor,
                       const struct xd_policy_rule *ceiling, int k)
{
    const struct xd_policy_rule *later = floor > ceiling ? floor : ceiling;
    const struct xd_policy_rule *wins = floor->priority > ceiling->priority ? floor : ceiling;
    const struct xd_policy_rule *loses = wins == floor ? ceiling : floor;
    bool always = !wins->when && !wins->condition;

    if (wins->priority != loses->priority && !always)
        return; /* that is what priorities are for */
    if (wins->priority != loses->priority)
        warn(p, loses->line, loses->col,
             "rule %s can never have its %s: rule %s, of a higher priority, is always in force",
             loses->name, xd_policy_knob(k)->name, wins->name);
    else
        warn(p, later->line, later->col,
             "rules %s and %s fight over %s: at least %s against at most %s; of equal priority the "
             "stricter wins, %s",
             floor->name, ceiling->name, xd_policy_knob(k)->name,
             text_of(p, k, floor->bounds[k].lo), text_of(p, k, ceiling->bounds[k].hi),
             ceiling->name);
}

static void lint_pair(struct xd_policy *p, const struct xd_policy_rule *a,
                      const struct xd_policy_rule *b)
{
    if (!covers(&a->match, &b->match) && !covers(&b->match, &a->match))
        return;
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        if (a->bounds[k].lo > b->bounds[k].hi)
            warn_fight(p, a, b, k);
        else if (b->bounds[k].lo > a->bounds[k].hi)
            warn_fight(p, b, a, k);
    }
}

static void lint_budget(struct xd_policy *p, const struct xd_policy_rule *r)
{
    const struct xd_policy_budget *b = r->budget;
    bool tightens = false;

    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        tightens |= b->then[k] < r->bounds[k].hi;
    if (!tightens)
        warn(p, r->line, r->col,
             "rule %s: then allows no less than at_most does: the budget changes "
             "nothing",
             r->name);
    if (!b->shared && b->cpu_ns / VCPUS_MOST >= b->per_ns)
        warn(p, r->line, r->col,
             "rule %s: no domain can use up that much in its window: it has at most %d vCPUs",
             r->name, VCPUS_MOST);
}

static void lint_keep(struct xd_policy *p, const struct xd_policy_rule *r)
{
    const struct xd_policy_keep *k = r->keep;
    bool caps = false;

    for (size_t i = 0; i < k->n; i++)
        caps |= k->actuators[i].kind == XD_CAP_CAPS;
    if (k->actuators[k->n - 1].kind == XD_CAP_PARKING)
        warn(p, r->line, r->col,
             "rule %s: parking takes whole pCPUs, and nothing behind it evens that out: the value "
             "may go up and down; clamp would",
             r->name);
    if (!caps && !is_all(&r->match))
        warn(p, r->line, r->col,
             "rule %s: its actuators lower no caps, so it makes no difference whom it matches",
             r->name);
    if (k->trust_ns < k->lag_ns)
        warn(p, r->line, r->col,
             "rule %s: it trusts a silent sensor for less than the sensor's lag", r->name);
}

static void lint_calendar(struct xd_policy *p, const struct xd_policy_rule *r, int64_t wall_ns)
{
    int64_t first, last;

    if (!xd_calendar_days(r->when, &first, &last))
        warn(p, r->line, r->col,
             "rule %s can never be in force: none of its dates is one of its days", r->name);
    else if (wall_ns && last < wall_ns / (86400 * XD_NS_PER_S) - 2)
        warn(p, r->line, r->col, "rule %s can never be in force again: its dates are past",
             r->name);
}

void xd_policy_lint(struct xd_policy *p, const struct xd_policy_env *env)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_policy_rule *r = &p->rules[i];

        if (r->when)
            lint_calendar(p, r, env ? env->wall_ns : 0);
        if (r->budget)
            lint_budget(p, r);
        if (r->keep)
            lint_keep(p, r);
        if (r->condition && xd_streq(r->condition->where_text, r->condition->until_text))
            warn(p, r->line, r->col, "rule %s begins and ends on the same: it would go on and off",
                 r->name);
        for (size_t k = 0; k < i; k++)
            lint_pair(p, &p->rules[k], r);
    }
    for (size_t i = 0; i < p->n_tags; i++)
        if (!p->tags[i].used)
            warn(p, p->tags[i].line, p->tags[i].col, "tag %s is used by no rule", p->tags[i].name);
}
