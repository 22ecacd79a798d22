/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts of CPU time: see budget.h. */
#include "policies/budget.h"

#include "base/clock.h"

#define RING (XD_BUDGET_SLOTS + 1)

static int64_t slot_length(const struct xd_policy_budget *b)
{
    return (b->per_ns + XD_BUDGET_SLOTS - 1) / XD_BUDGET_SLOTS;
}

static int64_t share(int64_t amount, int64_t part, int64_t whole)
{
    return (int64_t)((__int128)amount * part / whole);
}

size_t xd_account_slots(const struct xd_policy_budget *b)
{
    return b->kind == XD_BUDGET_SLIDING ? RING : 0;
}

int64_t xd_account_most(const struct xd_policy_budget *b)
{
    return b->cpu_ns + b->carry_ns;
}

static void advance_sliding(struct xd_account *a, const struct xd_policy_budget *b, int64_t t)
{
    int64_t slot = t / slot_length(b);
    int64_t steps = slot - a->slot < RING ? slot - a->slot : RING;

    for (int64_t i = 1; i <= steps; i++) {
        int64_t *old = &a->used[(a->slot + i) % RING];

        a->left += *old;
        *old = 0;
    }
    if (slot > a->slot)
        a->slot = slot;
}

/* How long until the policy's clock comes to the next multiple of the window. Days begin at local
 * midnight, so days with 23 and 25 hours are windows, too. */
static int64_t to_boundary(const struct xd_policy_budget *b, const struct xd_account_now *now)
{
    int64_t wall_s = now->wall_ns / XD_NS_PER_S;
    int64_t shift = (int64_t)xd_zone_offset(now->zone, wall_s) * XD_NS_PER_S;
    int64_t in = (now->wall_ns + shift) % b->per_ns;
    int64_t rest = b->per_ns - (in < 0 ? in + b->per_ns : in);
    int64_t later = (int64_t)xd_zone_offset(now->zone, (now->wall_ns + rest) / XD_NS_PER_S);
    int64_t turned = later * XD_NS_PER_S - shift; /* the zone's clock is put on by so much */

    return rest - turned > 0 && b->per_ns > 2 * 3600 * XD_NS_PER_S ? rest - turned : rest;
}

/* A window begins: with its own budget, or, if the clock cuts it short, with its share, so that a
 * clock that is stepped can't give more. */
static void begin_window(struct xd_account *a, const struct xd_policy_budget *b,
                         const struct xd_account_now *now)
{
    int64_t length = to_boundary(b, now), kept = a->begun ? a->left : 0;
    bool whole = length >= b->per_ns - b->per_ns / 20; /* ticks come a little late */

    if (kept > b->carry_ns)
        kept = b->carry_ns;
    a->left = (whole ? b->cpu_ns : share(b->cpu_ns, length, b->per_ns)) + kept;
    a->end = now->t + length;
}

void xd_account_advance(struct xd_account *a, const struct xd_policy_budget *b,
                        const struct xd_account_now *now)
{
    switch (b->kind) {
    case XD_BUDGET_SLIDING:
        if (!a->begun) {
            a->left = b->cpu_ns;
            a->slot = now->t / slot_length(b);
        }
        advance_sliding(a, b, now->t);
        break;
    case XD_BUDGET_FIXED:
        if (!a->begun || now->t >= a->end)
            begin_window(a, b, now);
        break;
    case XD_BUDGET_BUCKET:
        if (!a->begun)
            a->left = b->cpu_ns;
        else
            a->left += share(b->cpu_ns, now->t - a->at, b->per_ns);
        if (a->left > xd_account_most(b))
            a->left = xd_account_most(b);
        break;
    }
    a->begun = true;
    a->at = now->t;
}

void xd_account_charge(struct xd_account *a, const struct xd_policy_budget *b, int64_t ns)
{
    if (b->kind == XD_BUDGET_SLIDING) {
        int64_t *used = &a->used[a->slot % RING];

        if (ns > XD_BUDGET_SLOT_MOST - *used)
            ns = XD_BUDGET_SLOT_MOST - *used;
        *used += ns;
    }
    a->left -= ns;
    /* whoever was not looked at for long isn't punished for ever */
    if (b->kind != XD_BUDGET_SLIDING && a->left < -b->cpu_ns)
        a->left = -b->cpu_ns;
}

void xd_account_settle(struct xd_account *a, const struct xd_policy_budget *b)
{
    if (a->left <= 0)
        a->spent = true;
    else if (a->left >= b->resume_ns)
        a->spent = false;
}

int64_t xd_account_lasts(const struct xd_account *a, const struct xd_policy_budget *b, double rate)
{
    double gains = b->kind == XD_BUDGET_BUCKET ? (double)b->cpu_ns / (double)b->per_ns : 0;
    double ns;

    if (rate < 0.001 || rate <= gains)
        return INT64_MAX;
    ns = (double)(a->left > 0 ? a->left : 0) / (rate - gains);
    /* what is forgotten of a sliding window meanwhile is more than that */
    if (b->kind == XD_BUDGET_SLIDING && ns >= (double)b->per_ns)
        return INT64_MAX;
    return ns < 4e18 ? (int64_t)ns : INT64_MAX;
}

int64_t xd_account_resumes(const struct xd_account *a, const struct xd_policy_budget *b)
{
    int64_t wanted = b->resume_ns > 0 ? b->resume_ns : 1, left = a->left;

    if (left >= wanted)
        return a->at;
    if (b->kind == XD_BUDGET_FIXED)
        return a->end;
    if (b->kind == XD_BUDGET_BUCKET)
        return a->at + (int64_t)((__int128)(wanted - left) * b->per_ns / b->cpu_ns) + 1;
    for (int64_t slot = a->slot + 1; slot <= a->slot + RING; slot++) {
        left += a->used[slot % RING];
        if (left >= wanted)
            return slot * slot_length(b);
    }
    return INT64_MAX;
}
