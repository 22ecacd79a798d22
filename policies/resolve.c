/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many rules, one value: from the highest priority down each level's bounds are narrowed to what
 * the levels above leave. Within a level the highest floor and the lowest ceiling count, and the
 * ceiling if they contradict each other. So the order in which rules are written means nothing. */
#include "policies/cap_impl.h"

#include <string.h>

#include "model/tables.h"

static const int columns[XD_POLICY_KNOBS] = {
    [XD_POLICY_CAP] = XD_DOMAIN_CAP,
    [XD_POLICY_WEIGHT] = XD_DOMAIN_WEIGHT,
    [XD_POLICY_RTDS] = -1, /* of its vCPUs: see xd_engine_tick */
    [XD_POLICY_MEMORY] = XD_DOMAIN_MEM_TARGET_KIB,
};

struct range {
    uint64_t lo, hi;
    int lo_rule, hi_rule, over; /* -1: none */
};

struct xd_policy_bounds xd_engine_bounds(const struct xd_engine *e,
                                         const struct xd_engine_domain *d, size_t rule,
                                         enum xd_policy_knob k)
{
    const struct xd_policy_rule *r = &e->p->rules[rule];
    struct xd_policy_bounds b = r->bounds[k];

    if (r->budget && r->budget->then[k] < b.hi && xd_engine_account(e, d, rule)->spent) {
        b.hi = r->budget->then[k];
        if (b.lo > b.hi)
            b.lo = b.hi;
    }
    if (r->keep && k == XD_POLICY_CAP) {
        uint64_t most = xd_engine_keep_cap(e, d, rule);

        b.hi = most < b.hi ? most : b.hi;
        b.lo = b.lo > b.hi ? b.hi : b.lo;
    }
    return b;
}

/* One level's bounds within those of the levels above. */
static void narrow(struct range *all, const struct range *level)
{
    struct range l = *level;

    if (l.lo > l.hi) { /* the strictest wins */
        all->over = l.lo_rule;
        l.lo = l.hi;
        l.lo_rule = l.hi_rule;
    }
    if (l.hi < all->lo) {
        all->over = l.hi_rule;
        all->hi = all->lo;
        all->hi_rule = all->lo_rule;
        return;
    }
    if (l.lo > all->hi) {
        all->over = l.lo_rule;
        all->lo = all->hi;
        all->lo_rule = all->hi_rule;
        return;
    }
    if (l.hi < all->hi) {
        all->hi = l.hi;
        all->hi_rule = l.hi_rule;
    }
    if (l.lo > all->lo) {
        all->lo = l.lo;
        all->lo_rule = l.lo_rule;
    }
}

/* False: no active rule has anything to say of it. */
static bool range_of(const struct xd_engine *e, const struct xd_engine_domain *d,
                     enum xd_policy_knob k, struct range *all)
{
    bool any = false;

    *all = (struct range){0, XD_POLICY_MOST, -1, -1, -1};
    for (size_t i = 0; i < e->p->n;) {
        int64_t priority = e->p->rules[e->order[i]].priority;
        struct range level = {0, XD_POLICY_MOST, -1, -1, -1};

        for (; i < e->p->n && e->p->rules[e->order[i]].priority == priority; i++) {
            int rule = e->order[i];

            if (!(d->active >> rule & 1))
                continue;
            struct xd_policy_bounds b = xd_engine_bounds(e, d, (size_t)rule, k);
            if (b.lo > level.lo) {
                level.lo = b.lo;
                level.lo_rule = rule;
            }
            if (b.hi < level.hi) {
                level.hi = b.hi;
                level.hi_rule = rule;
            }
            any |= b.lo > 0 || b.hi < XD_POLICY_MOST;
        }
        narrow(all, &level);
    }
    return any;
}

static void act(struct xd_engine *e, const struct xd_engine_domain *d, enum xd_policy_knob k)
{
    const struct xd_engine_knob *kn = &d->knobs[k];

    if (e->n_acts == e->cap_acts) {
        e->cap_acts = e->cap_acts ? 2 * e->cap_acts : 64;
        e->acts = xd_realloc(e->acts, e->cap_acts * sizeof(*e->acts));
    }
    e->acts[e->n_acts++] = (struct xd_engine_act){d, k, kn->seen, kn->wanted,
                                                  kn->rule >= 0 ? &e->p->rules[kn->rule] : NULL};
}

/* Takes in what the host shows. What somebody else has set is what it goes back to one day. */
static void observe(struct xd_engine_domain *d, const struct xd_row *r, enum xd_policy_knob k)
{
    struct xd_engine_knob *kn = &d->knobs[k];
    uint64_t before = kn->seen;
    bool known_before = kn->seen_known;

    if (columns[k] < 0) {
        kn->seen_known = d->rtds_known;
        kn->seen = d->rtds;
    } else {
        kn->seen_known = xd_row_has(r, columns[k]);
        if (kn->seen_known)
            kn->seen = xd_policy_amount(k, r->cell[columns[k]].u);
    }
    if (!kn->seen_known)
        return;
    bool changed = !known_before || before != kn->seen;
    if (!kn->managed || !kn->base_known || (changed && kn->seen != kn->wanted)) {
        kn->base = kn->seen;
        kn->base_known = true;
    }
}

void xd_engine_observe(struct xd_engine_domain *d, const struct xd_row *r, bool restarted)
{
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        if (restarted) /* it begins with what its configuration says */
            d->knobs[k].seen_known = false;
        observe(d, r, k);
    }
}

static uint64_t clamp_to_domain(const struct xd_knob *knob, enum xd_policy_knob k, uint64_t amount,
                                const struct xd_row *r)
{
    int col = k == XD_POLICY_CAP      ? XD_DOMAIN_VCPUS
              : k == XD_POLICY_MEMORY ? XD_DOMAIN_MEM_MAX_KIB
                                      : -1;
    uint64_t scale = knob->max_scale > 0 ? (uint64_t)knob->max_scale : 1, most;

    if (amount == XD_POLICY_MOST || !r || !xd_row_has(r, col) || !r->cell[col].u)
        return amount;
    most = r->cell[col].u * scale;
    return amount > most ? most : amount;
}

void xd_engine_resolve(struct xd_engine *e, struct xd_engine_domain *d, const struct xd_row *r)
{
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        struct xd_engine_knob *kn = &d->knobs[k];
        struct range range;
        bool any = range_of(e, d, k, &range);

        kn->rule = kn->over = -1;
        kn->waits = false;
        if (!kn->base_known || !kn->seen_known || (!any && !kn->managed))
            continue;
        uint64_t v = kn->base;
        if (v > range.hi) {
            v = range.hi;
            kn->rule = (int8_t)range.hi_rule;
        } else if (v < range.lo) {
            v = range.lo;
            kn->rule = (int8_t)range.lo_rule;
        }
        kn->over = (int8_t)range.over;
        v = clamp_to_domain(xd_policy_knob(k), k, v, r);
        if (kn->managed && v > kn->wanted && e->t - kn->moved_t < e->p->settle_ns) {
            v = kn->wanted;
            kn->waits = true;
        }
        if (!kn->managed || v != kn->wanted) {
            if (v != (kn->managed ? kn->wanted : kn->seen))
                kn->moved_t = e->t;
            kn->wanted = v;
        }
        kn->managed = any || kn->seen != kn->base || v != kn->base;
        if (kn->seen != kn->wanted)
            act(e, d, k);
    }
}

size_t xd_engine_exit(struct xd_engine *e)
{
    e->n_acts = 0;
    for (size_t i = 0; e->p->restore && i < e->n; i++) {
        struct xd_engine_domain *d = e->list[i];

        for (int k = 0; d->present && k < XD_POLICY_KNOBS; k++) {
            struct xd_engine_knob *kn = &d->knobs[k];

            if (!kn->managed || !kn->base_known || !kn->seen_known || kn->seen == kn->base)
                continue;
            kn->wanted = kn->base;
            kn->rule = -1;
            act(e, d, k);
        }
    }
    xd_cap_exit(e);
    return e->n_acts + e->n_host_acts;
}
