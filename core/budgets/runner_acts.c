/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what the engine wants to plans, one a knob, and what becomes of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "budgets/runner_impl.h"

#define RETRY_FIRST_NS (2 * XD_NS_PER_S)
#define RETRY_MOST     6 /* doublings */
#define TRIES_AT_END   3
#define LOOK_AGAIN     8 /* of an interval after a step: what came of it? */

/* --- knobs --- */

static const char *knob_name(const struct xd_runner_item *it)
{
    return it->knob < HOST_KNOBS ? xd_policy_knob((enum xd_policy_knob)it->knob)->name
                                 : xd_cap_knob((enum xd_cap_kind)(it->knob - HOST_KNOBS));
}

static const char *value_text(const struct xd_runner_item *it, struct xd_arena *a)
{
    return it->knob < HOST_KNOBS
               ? xd_policy_amount_text((enum xd_policy_knob)it->knob, it->to, a)
               : xd_engine_part_text((enum xd_cap_kind)(it->knob - HOST_KNOBS), it->to, a);
}

static bool gives(const struct xd_runner_item *it)
{
    if (it->knob < HOST_KNOBS)
        return it->to > it->from;
    return xd_cap_is_stricter((enum xd_cap_kind)(it->knob - HOST_KNOBS), it->from, it->to);
}

/* --- trouble --- */

static struct xd_runner_trouble *trouble_of(const struct xd_runner *r, const char *uuid, int k)
{
    for (size_t i = 0; i < r->n_trouble; i++)
        if (r->trouble[i].knob == k && strcmp(r->trouble[i].uuid, uuid) == 0)
            return &r->trouble[i];
    return NULL;
}

static void forget_trouble(struct xd_runner *r, const struct xd_runner_item *it)
{
    struct xd_runner_trouble *t = trouble_of(r, it->uuid, it->knob);

    if (!t)
        return;
    *t = r->trouble[--r->n_trouble];
    if (t != &r->trouble[r->n_trouble])
        xd_log_write(r->log, XD_LOG_DEBUG, "policy", "%s: %zu knobs are still to be moved",
                     it->name, r->n_trouble);
}

/* The first time it is tried again with the next tick: a value that somebody changed at that moment
 * is seen then. */
static void note_trouble(struct xd_runner *r, const struct xd_runner_item *it, const char *text)
{
    struct xd_runner_trouble *t = trouble_of(r, it->uuid, it->knob);
    int64_t now = xd_clock_now(xd_session_clock(r->session));

    if (!t) {
        if (r->n_trouble == r->cap_trouble) {
            r->cap_trouble = r->cap_trouble ? 2 * r->cap_trouble : 16;
            r->trouble = xd_realloc(r->trouble, r->cap_trouble * sizeof(*r->trouble));
        }
        t = &r->trouble[r->n_trouble++];
        *t = (struct xd_runner_trouble){.knob = it->knob, .wanted = true};
        memcpy(t->uuid, it->uuid, sizeof(t->uuid));
    }
    if (t->tries > 0) {
        unsigned by = t->tries - 1 < RETRY_MOST - 1 ? t->tries - 1 : RETRY_MOST - 1;

        t->next_ns = now + (RETRY_FIRST_NS << by);
    }
    t->tries++;
    r->failed++;
    xd_str_safe_to(t->text, sizeof(t->text), text);
    xd_log_write(r->log, XD_LOG_WARN, "policy", "%s %s: %s; it is tried again", it->name,
                 knob_name(it), t->text);
}

/* Of knobs that nobody wants to be moved any more: the domain is gone, paused, or within its budget
 * again. */
static void forget_unwanted(struct xd_runner *r)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->n_trouble; i++)
        if (r->trouble[i].wanted)
            r->trouble[kept++] = r->trouble[i];
    r->n_trouble = kept;
}

static void note_fresh(struct xd_runner *r, const struct xd_runner_item *it)
{
    if (r->n_fresh == r->cap_fresh) {
        r->cap_fresh = r->cap_fresh ? 2 * r->cap_fresh : 16;
        r->fresh = xd_realloc(r->fresh, r->cap_fresh * sizeof(*r->fresh));
    }
    r->fresh[r->n_fresh++] = *it;
}

/* It is so already, and what was seen last is older. */
static bool is_done(const struct xd_runner *r, const struct xd_runner_item *it)
{
    for (size_t i = r->n_fresh; i > 0; i--)
        if (r->fresh[i - 1].knob == it->knob && strcmp(r->fresh[i - 1].uuid, it->uuid) == 0)
            return r->fresh[i - 1].to == it->to;
    return false;
}

static bool must_wait(struct xd_runner *r, const struct xd_runner_item *it)
{
    struct xd_runner_trouble *t = trouble_of(r, it->uuid, it->knob);

    if (t)
        t->wanted = true;
    return t && t->next_ns > xd_clock_now(xd_session_clock(r->session));
}

/* --- what is to be done --- */

static void add(struct xd_runner *r, const struct xd_runner_item *item)
{
    struct xd_runner_item *it;

    if (r->n == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 16;
        r->queue = xd_realloc(r->queue, r->cap * sizeof(*r->queue));
    }
    it = &r->queue[r->n];
    *it = *item;
    if (!must_wait(r, it) && !is_done(r, it))
        r->n++;
}

static void add_domain(struct xd_runner *r, const struct xd_engine_domain *d, enum xd_policy_knob k,
                       uint64_t from, uint64_t to, const char *why)
{
    struct xd_runner_item it = {.knob = (int)k, .from = from, .to = to};

    memcpy(it.uuid, d->uuid, sizeof(it.uuid));
    memcpy(it.name, d->name, sizeof(it.name));
    snprintf(it.why, sizeof(it.why), "%s", why);
    add(r, &it);
}

static void add_part(struct xd_runner *r, const struct xd_engine_part *p, uint64_t to,
                     const char *why)
{
    struct xd_runner_item it = {.knob = HOST_KNOBS + (int)p->kind, .from = p->seen, .to = to};
    struct xd_arena a = XD_ARENA_INIT;

    snprintf(it.uuid, sizeof(it.uuid), "%s", xd_engine_part_object(p, &a));
    snprintf(it.name, sizeof(it.name), "%s", it.uuid);
    snprintf(it.why, sizeof(it.why), "%s", why);
    add(r, &it);
    xd_arena_done(&a);
}

static void add_host_act(struct xd_runner *r, const struct xd_engine_host_act *act)
{
    char why[128] = "no rule holds it any more";

    if (act->rule >= 0)
        snprintf(why, sizeof(why), "rule %.64s", r->policy->rules[act->rule].name);
    add_part(r, act->part, act->to, why);
}

static void add_act(struct xd_runner *r, const struct xd_engine_act *a)
{
    const struct xd_policy_rule *rule = a->rule;
    const struct xd_account *account = NULL;
    char why[128];

    if (rule)
        account = xd_engine_account(r->engine, a->domain, (size_t)(rule - r->policy->rules));
    if (!rule)
        snprintf(why, sizeof(why), "no rule holds it any more");
    else
        snprintf(why, sizeof(why), "rule %.64s%s", rule->name,
                 account && account->spent ? ", its budget is used up" : "");
    add_domain(r, a->domain, a->knob, a->from, a->to, why);
}

/* Domains whose pause gives back what they had. */
static void add_restored(struct xd_runner *r)
{
    for (size_t i = 0; i < xd_engine_domains(r->engine); i++) {
        const struct xd_engine_domain *d = xd_engine_domain(r->engine, i);

        if (!d->present || xd_runner_pause_of(r, d) != XD_BUDGETS_RESTORES)
            continue;
        for (int k = 0; k < XD_POLICY_KNOBS; k++) {
            const struct xd_engine_knob *kn = &d->knobs[k];

            if (kn->managed && kn->base_known && kn->seen_known && kn->seen != kn->base)
                add_domain(r, d, k, kn->seen, kn->base, "the policy is paused");
        }
    }
}

/* … and the host's knobs, if all of the policy is. */
static void add_restored_parts(struct xd_runner *r)
{
    for (size_t i = 0; i < xd_engine_parts(r->engine); i++) {
        const struct xd_engine_part *p = xd_engine_part(r->engine, i);

        if (xd_engine_part_present(r->engine, p) && p->managed && p->base_known && p->seen_known &&
            p->seen != p->base)
            add_part(r, p, p->base, "the policy is paused");
    }
}

/* What takes away comes first: budgets are kept by it, and what is given back can wait. */
static int by_urgency(const void *a, const void *b)
{
    const struct xd_runner_item *x = a, *y = b;
    int gives_x = gives(x), gives_y = gives(y);

    if (gives_x != gives_y)
        return gives_x - gives_y;
    return strcmp(x->uuid, y->uuid) ? strcmp(x->uuid, y->uuid) : x->knob - y->knob;
}

void xd_runner_plan_acts(struct xd_runner *r)
{
    enum xd_budgets_pause all = xd_runner_pause_of(r, NULL);
    const struct xd_engine_host_act *h;
    const struct xd_engine_act *a;

    r->n = r->at = 0;
    for (size_t i = 0; i < r->n_trouble; i++)
        r->trouble[i].wanted = false;
    for (size_t i = 0; (a = xd_engine_act(r->engine, i)); i++)
        if (xd_runner_pause_of(r, a->domain) == XD_BUDGETS_RUNS)
            add_act(r, a);
    for (size_t i = 0; all == XD_BUDGETS_RUNS && (h = xd_engine_host_act(r->engine, i)); i++)
        add_host_act(r, h);
    if (!r->stopping)
        add_restored(r);
    if (!r->stopping && all == XD_BUDGETS_RESTORES)
        add_restored_parts(r);
    forget_unwanted(r);
    if (r->n)
        qsort(r->queue, r->n, sizeof(*r->queue), by_urgency);
}

/* --- doing it --- */

/* 0: it runs. -EALREADY: there is nothing to do. -EBUSY: not now. */
static int begin(struct xd_runner *r, const struct xd_runner_item *it, struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_plan *p = NULL;
    struct xd_wish wish = {
        xd_arena_printf(&a, "%s%s", it->knob < HOST_KNOBS ? "domain/" : "", it->uuid),
        knob_name(it), value_text(it, &a)};
    int rc = xd_plan_make(xd_session_world(r->session), &wish, 1, &p, err);

    if (rc == 0) {
        p->who = xd_arena_printf(&p->arena, "policy %s", r->policy->name);
        p->title = xd_arena_printf(&p->arena, "%s: %s", p->title, it->why);
        rc = xd_session_apply(r->session, p, err);
        if (rc == 0)
            r->running = p->id;
        else
            xd_plan_free(p);
    }
    xd_arena_done(&a);
    return rc;
}

/* Our plan ended, or somebody began another since. */
static bool take_end(struct xd_runner *r)
{
    const struct xd_plan *p = xd_session_plan(r->session);

    if (xd_session_busy(r->session) && p && p->id == r->running)
        return false;
    r->done_ns = xd_clock_now(xd_session_clock(r->session));
    /* how it is now: what a domain uses under a cap that was seen isn't charged */
    r->early_ns = r->done_ns + xd_session_interval(r->session) / LOOK_AGAIN;
    if (p && p->id == r->running && p->outcome == XD_DONE) {
        r->done++;
        note_fresh(r, &r->current);
        forget_trouble(r, &r->current);
    } else if (p && p->id == r->running) {
        char text[256];

        snprintf(text, sizeof(text), "%s%s%.200s", xd_outcome_name(p->outcome),
                 p->detail ? ": " : "", p->detail ? p->detail : "");
        note_trouble(r, &r->current, text);
    } else {
        note_trouble(r, &r->current, "how it ended isn't known");
    }
    r->running = 0;
    return true;
}

/* While stopping nobody looks again what is still to be done, so what failed gets back in line. */
static void again_at_end(struct xd_runner *r)
{
    const struct xd_runner_trouble *t = trouble_of(r, r->current.uuid, r->current.knob);

    if (!r->stopping || !t || t->tries >= TRIES_AT_END || r->n == r->cap)
        return;
    r->queue[r->n++] = r->current; /* there is room: it has left its place */
}

bool xd_runner_carry_out(struct xd_runner *r)
{
    bool any = false;

    for (;;) {
        struct xd_err err = XD_ERR_INIT;
        int rc;

        if (r->running) {
            if (!take_end(r))
                return any;
            any = true;
            again_at_end(r);
        }
        if (r->at == r->n || r->unsaved || xd_session_busy(r->session))
            return any;
        r->current = r->queue[r->at];
        rc = begin(r, &r->current, &err);
        if (rc == -EBUSY)
            return any;
        r->at++;
        any = true;
        if (rc == -EALREADY)
            forget_trouble(r, &r->current);
        else if (rc < 0)
            note_trouble(r, &r->current, xd_err_text(&err));
    }
}
