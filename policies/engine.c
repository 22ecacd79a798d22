/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One step of the engine: see engine.h. */
#include "policies/cap_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/tables.h"

#define LINE           64 /* bytes that come into a cache together */
#define FETCH_DOMAIN   8
#define FETCH_ACCOUNTS 4
#define FETCH_SLOTS    2
#define KEEP_LEAST     (86400 * XD_NS_PER_S)
#define GONE_MOST      4096 /* domains that are remembered beside those that are there */

/* --- beginning --- */

static void sort_rules(struct xd_engine *e)
{
    const struct xd_policy_rule *r = e->p->rules;

    for (size_t i = 0; i < e->p->n; i++) {
        size_t at = i;

        for (; at > 0; at--) {
            const struct xd_policy_rule *o = &r[e->order[at - 1]];

            if (o->priority > r[i].priority ||
                (o->priority == r[i].priority && strcmp(o->name, r[i].name) < 0))
                break;
            e->order[at] = e->order[at - 1];
        }
        e->order[at] = (int8_t)i;
    }
}

struct xd_engine *xd_engine_new(const struct xd_policy *p)
{
    struct xd_engine *e = xd_malloc(sizeof(*e));

    e->p = p;
    e->keep_ns = KEEP_LEAST;
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_policy_budget *b = p->rules[i].budget;

        e->account_of[i] = e->condition_of[i] = -1;
        if (b && 2 * b->per_ns > e->keep_ns)
            e->keep_ns = 2 * b->per_ns;
        if (b && b->shared) {
            e->together = true;
            e->shared[i].used = xd_malloc((xd_account_slots(b) + 1) * sizeof(int64_t));
        } else if (b) {
            e->account_of[i] = (int8_t)e->n_accounts++;
            e->n_slots += xd_account_slots(b);
        }
        if (p->rules[i].condition)
            e->condition_of[i] = (int8_t)e->n_conditions++;
    }
    xd_engine_begin_keeps(e);
    e->together |= e->n_keeps > 0;
    sort_rules(e);
    return e;
}

void xd_engine_free(struct xd_engine *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->n; i++)
        xd_engine_free_domain(e->list[i]);
    for (size_t i = 0; i < e->p->n; i++) {
        free(e->shared[i].used);
        free(e->flags[i]);
    }
    free(e->list);
    free(e->hash);
    free(e->acts);
    xd_engine_done_keeps(e);
    free(e);
}

/* --- time --- */

static void pass_time(struct xd_engine *e, const struct xd_policy_now *now)
{
    int64_t by = now->mono_ns - e->last.mono_ns;

    /* Another run of the monotonic clock (a reboot, another host's recording): the wall clock is
     * all there is. One that goes back gives no time. */
    if (by < 0 || (now->boot && e->last.boot && now->boot != e->last.boot))
        by = now->wall_ns - e->last.wall_ns;
    if (e->begun && by > 0)
        e->t += by;
    e->last = *now;
}

/* --- use --- */

/* What it used since it was seen last, by its own counter. *restarted: it is another incarnation.
 */
static int64_t used(struct xd_engine *e, struct xd_engine_domain *d, const struct xd_row *r,
                    int64_t dt, bool *restarted)
{
    uint64_t most = d->vcpus ? (uint64_t)dt * d->vcpus : UINT64_MAX;
    bool is_new = !d->met;

    bool known = xd_row_has(r, XD_DOMAIN_CPU_NS), has_id = xd_row_has(r, XD_DOMAIN_ID);
    uint64_t now = xd_row_u64(r, XD_DOMAIN_CPU_NS, 0), id = xd_row_u64(r, XD_DOMAIN_ID, 0);
    uint64_t grown = 0;

    *restarted = !is_new && ((has_id && d->domid_known && id != d->domid) ||
                             (known && d->cpu_known && now < d->cpu_ns));
    /* All that a new one's counter has, it used here, and not longer ago than it wasn't there. */
    if (known && (*restarted || (is_new && e->begun)))
        grown = now < most ? now : most;
    else if (known && d->cpu_known)
        grown = now - d->cpu_ns;
    if (known)
        d->cpu_ns = now;
    d->cpu_known |= known;
    if (has_id)
        d->domid = id;
    d->domid_known |= has_id;
    return grown < (uint64_t)INT64_MAX / 4 ? (int64_t)grown : INT64_MAX / 4;
}

static bool is_limited(const struct xd_engine_domain *d, const struct xd_policy_budget *b)
{
    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        if (b->then[k] < XD_POLICY_MOST &&
            (!d->knobs[k].seen_known || d->knobs[k].seen > b->then[k]))
            return false;
    return true;
}

static void charge(struct xd_engine *e, struct xd_engine_domain *d, size_t rule, int64_t ns,
                   bool was_active)
{
    const struct xd_policy_budget *b = e->p->rules[rule].budget;
    struct xd_account *a = (struct xd_account *)xd_engine_account(e, d, rule);
    struct xd_account_now now = {e->t, e->last.wall_ns, &e->p->zone};
    bool free_of_charge = a->spent && d->limited >> rule & 1 && is_limited(d, b) && !b->counts_all;

    xd_account_advance(a, b, &now);
    if (!free_of_charge && (was_active || d->active >> rule & 1))
        xd_account_charge(a, b, ns);
}

/* RTDS has a budget for each vCPU. Where they differ the knob is left alone. */
static void read_rtds(struct xd_engine *e, const struct xd_snapshot *s)
{
    const struct xd_table *t = xd_snapshot_table(s, "vcpus");

    for (size_t i = 0; i < e->n; i++)
        e->list[i]->rtds_known = false;
    for (size_t i = 0; t && t->state == XD_TABLE_OK && i < t->n; i++) {
        const struct xd_row *r = t->rows[i];
        struct xd_engine_domain *d;

        if (!xd_row_has(r, XD_VCPU_BUDGET_US))
            continue;
        d = xd_engine_lookup(e, xd_row_str(r, XD_VCPU_DOMAIN_UUID, ""), false);
        if (!d || d->tick != e->ticks)
            continue;
        bool first = xd_row_u64(r, XD_VCPU_ID, 1) == 0;
        uint64_t v = r->cell[XD_VCPU_BUDGET_US].u;

        d->rtds_known = first || (d->rtds_known && d->rtds == v);
        d->rtds = v;
    }
}

static bool is_past(const struct xd_engine *e, const struct xd_engine_domain *d)
{
    return !d->present && e->t - d->seen_t > e->keep_now_ns;
}

/* Who is gone for long, and sooner where guests come and go by the thousand. */
static void forget(struct xd_engine *e, size_t present)
{
    e->keep_now_ns = e->keep_ns;
    xd_engine_forget(e, is_past);
    while (e->n > present + GONE_MOST && e->keep_now_ns > 0) {
        e->keep_now_ns /= 2;
        xd_engine_forget(e, is_past);
    }
}

/* Finds the row's domain and takes in who it is; the rest needs all of them. */
static void meet(struct xd_engine *e, const struct xd_row *r, size_t ordinal)
{
    /* hosts list their domains in the same order each time */
    const char *uuid = xd_row_str(r, XD_DOMAIN_UUID, "");
    const char *name = xd_row_str(r, XD_DOMAIN_NAME, NULL);
    struct xd_engine_domain *d = ordinal < e->n && strcmp(e->list[ordinal]->uuid, uuid) == 0
                                     ? e->list[ordinal]
                                     : xd_engine_lookup(e, uuid, true);

    d->tick = e->ticks;
    d->ordinal = ordinal;
    if (!name || strcmp(d->name, name) != 0)
        xd_str_safe_to(d->name, sizeof(d->name), name ? name : d->uuid);
    d->vcpus = xd_row_u64(r, XD_DOMAIN_VCPUS, d->vcpus);
}

static void step_domain(struct xd_engine *e, struct xd_engine_domain *d, const struct xd_row *r,
                        const uint8_t *all, int64_t dt)
{
    uint64_t before = d->active;
    bool restarted;
    int64_t ns = used(e, d, r, dt, &restarted);

    xd_engine_observe(d, r, restarted);
    if (restarted)
        d->limited = 0;
    d->rate = dt > 0 ? (double)ns / (double)dt : 0;
    d->matched = d->active = 0;
    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_rule *rule = &e->p->rules[i];
        const struct xd_policy_condition *c = rule->condition;
        bool holds = xd_policy_matches(&rule->match, r);

        if (!holds && !(before >> i & 1))
            continue;
        d->matched |= (uint64_t)holds << i;
        if (c) {
            uint8_t f = xd_streq(c->table->parent, "domains") ? e->flags[i][d->ordinal]
                        : xd_streq(c->table_name, "domains")  ? xd_engine_row_flags(c, r)
                                                              : all[i];
            holds &= xd_engine_condition(e, d, i, f, dt);
        }
        d->active |= (uint64_t)(holds && e->when[i]) << i;
        if (rule->budget)
            charge(e, d, i, ns, before >> i & 1);
        if (rule->budget && rule->budget->shared && d->active >> i & 1)
            e->shared_rate[i] += d->rate;
    }
    d->present = d->met = true;
    d->seen_t = e->t;
}

static void foresee(struct xd_engine *e, const struct xd_account *a,
                    const struct xd_policy_budget *b, double rate)
{
    int64_t at = INT64_MAX, lasts;

    if (a->spent)
        at = xd_account_resumes(a, b);
    else if ((lasts = xd_account_lasts(a, b, rate)) < INT64_MAX - e->t)
        at = e->t + lasts;
    if (at < e->turn)
        e->turn = at;
}

static void settle_accounts(struct xd_engine *e)
{
    struct xd_account_now now = {e->t, e->last.wall_ns, &e->p->zone};

    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_budget *b = e->p->rules[i].budget;

        if (b && b->shared) {
            xd_account_advance(&e->shared[i], b, &now);
            xd_account_settle(&e->shared[i], b);
            foresee(e, &e->shared[i], b, e->shared_rate[i]);
        }
    }
}

static void finish_domain(struct xd_engine *e, struct xd_engine_domain *d, const struct xd_row *r)
{
    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_budget *b = e->p->rules[i].budget;

        if (!b || b->shared || !(d->matched >> i & 1))
            continue;
        xd_account_settle(&d->accounts[e->account_of[i]], b);
        foresee(e, &d->accounts[e->account_of[i]], b, d->active >> i & 1 ? d->rate : 0);
    }
    xd_engine_resolve(e, d, r);
    d->limited = 0;
    for (size_t i = 0; i < e->p->n; i++)
        if (e->p->rules[i].budget && is_limited(d, e->p->rules[i].budget))
            d->limited |= UINT64_C(1) << i;
}

/* What is the same for all domains; all[]: of conditions over tables that aren't about domains. */
static void prepare(struct xd_engine *e, const struct xd_snapshot *s, size_t n, uint8_t *all)
{
    bool grow = n > e->cap_flags;

    if (grow)
        e->cap_flags = n + n / 2;
    e->turn = INT64_MAX;
    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_rule *r = &e->p->rules[i];

        e->shared_rate[i] = 0;
        xd_engine_look_at_clock(e, i);
        if (!r->condition)
            continue;
        if (xd_streq(r->condition->table->parent, "domains") && (grow || !e->flags[i]))
            e->flags[i] = xd_realloc(e->flags[i], e->cap_flags + 1);
        if (!xd_streq(r->condition->table_name, "domains"))
            all[i] = xd_engine_look_at(e, i, s, n);
    }
}

/* Asks for the memory of domains that come next: they are far more than caches hold, and a tick
 * would mostly wait for them. First what a domain is, then, once that is there, its accounts. */
static void fetch_ahead(const struct xd_engine *e, const struct xd_table *t, size_t i)
{
    if (i + FETCH_DOMAIN < e->n) {
        const char *d = (const char *)e->list[i + FETCH_DOMAIN];

        for (size_t at = 0; at < sizeof(struct xd_engine_domain); at += LINE)
            __builtin_prefetch(d + at, 1);
    }
    if (i + FETCH_ACCOUNTS < e->n) {
        const struct xd_engine_domain *d = e->list[i + FETCH_ACCOUNTS];
        const char *accounts = (const char *)d->accounts;

        for (size_t at = 0; at < e->n_accounts * sizeof(struct xd_account); at += LINE)
            __builtin_prefetch(accounts + at, 1);
        const struct xd_row *r = d->ordinal < t->n ? t->rows[d->ordinal] : NULL;

        for (size_t at = 0; r && at < XD_DOMAIN_N; at += LINE / sizeof(r->cell[0]))
            __builtin_prefetch(&r->cell[at]);
        __builtin_prefetch(d->conditions);
    }
    if (i + FETCH_SLOTS < e->n) {
        const struct xd_engine_domain *d = e->list[i + FETCH_SLOTS];

        for (size_t k = 0; k < e->n_accounts; k++)
            if (d->accounts[k].used)
                __builtin_prefetch(
                    &d->accounts[k].used[d->accounts[k].slot % (XD_BUDGET_SLOTS + 1)], 1);
    }
}

int xd_engine_tick(struct xd_engine *e, const struct xd_snapshot *s,
                   const struct xd_policy_now *now, struct xd_err *err)
{
    const struct xd_table *t = xd_snapshot_table(s, "domains");
    uint8_t all[XD_POLICY_RULES_MAX] = {0};
    int64_t before = e->t;

    if (!t || t->state != XD_TABLE_OK)
        return xd_err_set(err, -ENODATA, "domains: %s",
                          t && t->reason ? t->reason : "no such table");
    pass_time(e, now);
    e->ticks++;
    e->n_acts = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (i + FETCH_DOMAIN < e->n && i + FETCH_DOMAIN < t->n) {
            const char *d = (const char *)e->list[i + FETCH_DOMAIN];

            __builtin_prefetch(t->rows[i + FETCH_DOMAIN]);
            __builtin_prefetch(d, 1);
            __builtin_prefetch(d + LINE, 1);
        }
        meet(e, t->rows[i], i);
    }
    read_rtds(e, s);
    prepare(e, s, t->n, all);
    for (size_t i = 0; i < e->n; i++) {
        struct xd_engine_domain *d = e->list[i];

        fetch_ahead(e, t, i);
        if (d->tick == e->ticks)
            step_domain(e, d, t->rows[d->ordinal], all, e->t - before);
        else
            d->present = false;
        if (!e->together && d->present) /* while it is at hand */
            finish_domain(e, d, t->rows[d->ordinal]);
    }
    settle_accounts(e);
    xd_engine_step_keeps(e, s, e->t);
    for (size_t i = 0; e->together && i < e->n; i++)
        if (e->list[i]->present)
            finish_domain(e, e->list[i], t->rows[e->list[i]->ordinal]);
    forget(e, t->n);
    e->begun = true;
    return 0;
}

/* --- looking --- */

const struct xd_policy *xd_engine_policy(const struct xd_engine *e)
{
    return e->p;
}

int64_t xd_engine_time(const struct xd_engine *e)
{
    return e->t;
}

int64_t xd_engine_turn(const struct xd_engine *e)
{
    return e->begun ? e->turn : INT64_MAX;
}

size_t xd_engine_acts(const struct xd_engine *e)
{
    return e->n_acts;
}

const struct xd_engine_act *xd_engine_act(const struct xd_engine *e, size_t i)
{
    return i < e->n_acts ? &e->acts[i] : NULL;
}
