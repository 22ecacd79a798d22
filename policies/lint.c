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

/* A floor and a ceiling about one knob that contradict each other. */
struct fight {
    const struct xd_policy_rule *floor, *ceiling;
    int k;
    uint64_t lo, hi;
    bool spent; /* the ceiling is that of a budget which is used up */
};

static void warn_never(struct xd_policy *p, const struct fight *f,
                       const struct xd_policy_rule *wins)
{
    const struct xd_policy_rule *loses = wins == f->floor ? f->ceiling : f->floor;

    /* Unless it is always in force for all of the other's domains, that is what priorities are
     * for. A budget that is used up is not always. */
    if (wins->when || wins->condition || !covers(&wins->match, &loses->match) ||
        (f->spent && wins == f->ceiling))
        return;
    warn(p, loses->line, loses->col,
         "rule %s can never have its %s%s: rule %s, of a higher priority, is always in force%s%s",
         loses->name, f->spent ? "then of " : "", xd_policy_knob(f->k)->name, wins->name,
         f->spent ? " and wants at least " : "", f->spent ? text_of(p, f->k, f->lo) : "");
}

static void warn_fight(struct xd_policy *p, const struct fight *f)
{
    const struct xd_policy_rule *a = f->floor, *b = f->ceiling;
    const struct xd_policy_rule *later = a > b ? a : b;

    if (a->priority != b->priority)
        warn_never(p, f, a->priority > b->priority ? a : b);
    else
        warn(p, later->line, later->col,
             "rules %s and %s fight over %s%s: at least %s against at most %s; of equal priority "
             "the stricter wins, %s",
             a->name, b->name, xd_policy_knob(f->k)->name,
             f->spent ? " once the budget is used up" : "", text_of(p, f->k, f->lo),
             text_of(p, f->k, f->hi), b->name);
}

/* False: the one is for the day, the other for the night. */
static bool meet(const struct xd_policy_rule *a, const struct xd_policy_rule *b)
{
    return !a->when || !b->when || xd_calendar_meet(a->when, b->when);
}

/* The one's floors against the other's ceilings, and against those of its budget. */
static void lint_floors(struct xd_policy *p, const struct xd_policy_rule *floor,
                        const struct xd_policy_rule *ceiling)
{
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        uint64_t hi = ceiling->bounds[k].hi;
        struct fight f = {floor, ceiling, k, floor->bounds[k].lo, hi, false};

        if (f.lo <= hi && ceiling->budget && ceiling->budget->then[k] < hi) {
            f.hi = ceiling->budget->then[k];
            f.spent = true;
        }
        if (f.lo > f.hi && meet(floor, ceiling))
            warn_fight(p, &f);
    }
}

static void lint_pair(struct xd_policy *p, const struct xd_policy_rule *a,
                      const struct xd_policy_rule *b)
{
    if (p->n_warnings >= WARNINGS_MOST ||
        (!covers(&a->match, &b->match) && !covers(&b->match, &a->match)))
        return;
    lint_floors(p, a, b);
    lint_floors(p, b, a);
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
