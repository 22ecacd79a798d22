/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's reasons in words. */
#include "policies/engine_impl.h"

#include <string.h>

#include "base/clock.h"

static void add_time(struct xd_buf *out, int64_t ns)
{
    char text[32];

    xd_buf_add(out, xd_fmt_ns(ns > 0 ? (uint64_t)ns : 0, text, sizeof(text)));
}

static void why_budget(const struct xd_engine *e, const struct xd_engine_domain *d, size_t rule,
                       struct xd_buf *out)
{
    static const char *const kinds[] = {"in any ", "in each ", "trickling in over "};
    const struct xd_policy_budget *b = e->p->rules[rule].budget;
    const struct xd_account *a = xd_engine_account(e, d, rule);
    int64_t when;

    xd_buf_printf(out, "  budget %s: ", e->p->rules[rule].name);
    add_time(out, a->left);
    xd_buf_add(out, " left of ");
    add_time(out, xd_account_most(b));
    xd_buf_printf(out, ", %s", kinds[b->kind]);
    add_time(out, b->per_ns);
    xd_buf_add(out, b->shared ? ", shared with all that the rule matches" : "");
    if (a->spent) {
        when = xd_account_resumes(a, b);
        xd_buf_add(out, "; used up");
        if (when < INT64_MAX) {
            xd_buf_add(out, ", there again in ");
            add_time(out, when - e->t);
            xd_buf_add(out, b->counts_all ? " at the earliest" : "");
        }
    } else if (d->active >> rule & 1) {
        double rate = xd_engine_rate(e, d, rule);

        when = xd_account_lasts(a, b, rate);
        if (when < INT64_MAX) {
            xd_buf_printf(out, "; used up in ");
            add_time(out, when);
            xd_buf_printf(out, " at the present %.0f%%", rate * 100);
        }
    }
    xd_buf_addc(out, '\n');
}

/* Whether a rule is in force, and what turns that. */
static void why_rule(const struct xd_engine *e, const struct xd_engine_domain *d, size_t rule,
                     struct xd_buf *out)
{
    const struct xd_policy_rule *r = &e->p->rules[rule];

    xd_buf_printf(out, "  rule %s: %s", r->name,
                  d->active >> rule & 1 ? "in force" : "not in force");
    if (r->when) {
        int64_t next = xd_engine_turns(e, rule);
        char iso[21];

        xd_buf_printf(out, ", it is %sits time", e->when[rule] ? "" : "not ");
        if (next < INT64_MAX)
            xd_buf_printf(out, " until %s", xd_clock_iso(next, iso));
    }
    if (r->condition) {
        const struct xd_engine_condition *c = &d->conditions[e->condition_of[rule]];
        int64_t lasts = c->on ? r->condition->until_for_ns : r->condition->for_ns;

        xd_buf_printf(out, ", since %s \"%s\" %s", r->condition->table_name,
                      r->condition->where_text, c->on ? "holds" : "does not hold");
        if (c->unknown) {
            xd_buf_add(out, "; it is not known just now, so that stays as it was");
        } else if (c->pending) {
            xd_buf_printf(out, "; that turns in ");
            add_time(out, lasts - (e->t - c->since));
        }
    }
    xd_buf_addc(out, '\n');
}

/* Where a cap loop and another rule both lower a cap, what the others alone would leave it. */
static void why_others(const struct xd_engine *e, const struct xd_engine_domain *d, int k,
                       struct xd_buf *out)
{
    int has_it = d->knobs[k].rule;
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; has_it >= 0 && e->n_keeps && i < e->p->n; i++) {
        struct xd_policy_bounds b;

        if ((int)i == has_it || !(d->active >> i & 1) ||
            (!e->p->rules[i].keep && !e->p->rules[has_it].keep))
            continue;
        b = xd_engine_bounds(e, d, i, (enum xd_policy_knob)k);
        if (b.hi < XD_POLICY_MOST)
            xd_buf_printf(out, "; rule %s alone: %s", e->p->rules[i].name,
                          xd_policy_amount_text((enum xd_policy_knob)k, b.hi, &a));
    }
    xd_arena_done(&a);
}

static void why_knob(const struct xd_engine *e, const struct xd_engine_domain *d, int k,
                     struct xd_buf *out)
{
    const struct xd_engine_knob *kn = &d->knobs[k];
    struct xd_arena a = XD_ARENA_INIT;

    xd_buf_printf(out, "  %s %s", xd_policy_knob(k)->name,
                  xd_policy_amount_text(k, kn->wanted, &a));
    if (kn->wanted != kn->base)
        xd_buf_printf(out, " (by itself %s)", xd_policy_amount_text(k, kn->base, &a));
    if (kn->seen != kn->wanted)
        xd_buf_printf(out, ", now still %s", xd_policy_amount_text(k, kn->seen, &a));
    if (kn->rule >= 0)
        xd_buf_printf(out, ": rule %s", e->p->rules[kn->rule].name);
    else
        xd_buf_add(out, ": within what the rules allow");
    if (kn->over >= 0)
        xd_buf_printf(out, ", against rule %s, which is %s", e->p->rules[kn->over].name,
                      kn->rule >= 0 &&
                              e->p->rules[kn->over].priority < e->p->rules[kn->rule].priority
                          ? "of a lower priority"
                          : "less strict");
    why_others(e, d, k, out);
    if (kn->waits) {
        xd_buf_add(out, "; it may be loosened in ");
        add_time(out, kn->moved_t + e->p->settle_ns - e->t);
    }
    xd_buf_addc(out, '\n');
    xd_arena_done(&a);
}

void xd_engine_why(const struct xd_engine *e, const struct xd_engine_domain *d, struct xd_buf *out)
{
    bool any = false;

    xd_buf_printf(out, "%s%s\n", d->name, d->present ? "" : " (not here)");
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        if (d->knobs[k].managed)
            why_knob(e, d, k, out);
        any |= d->knobs[k].managed;
    }
    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_rule *r = &e->p->rules[i];

        if (!(d->matched >> i & 1))
            continue;
        any = true;
        if (r->when || r->condition || (!r->budget && !r->keep))
            why_rule(e, d, i, out);
        if (r->keep)
            xd_engine_why_keeps(e, (int)i, out);
        if (r->budget)
            why_budget(e, d, i, out);
    }
    if (!any)
        xd_buf_printf(out, "  no rule of policy %s is about it\n", e->p->name);
}
