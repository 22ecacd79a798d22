/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do while nothing can be seen. */
#include "policies/cap_impl.h"

static bool is_of(const struct xd_engine_domain *d, size_t rule)
{
    return d->present && d->active >> rule & 1;
}

/* The most that all domains of a shared budget can have used in that time. */
static int64_t all_could(const struct xd_engine *e, size_t rule, int64_t ns)
{
    int64_t could = 0;

    for (size_t i = 0; i < e->n; i++)
        if (is_of(e->list[i], rule))
            could += ns * (int64_t)e->list[i]->vcpus;
    return could;
}

/* Counts a budget that may be used up as that, for as long as knobs are looked at. True: it did. */
static bool suppose(struct xd_account *a, int64_t could)
{
    if (a->spent || !a->begun || a->left > could)
        return false;
    a->spent = true;
    return true;
}

static void doubt_domain(struct xd_engine *e, struct xd_engine_domain *d, int64_t ns)
{
    uint64_t supposed = 0;

    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_budget *b = e->p->rules[i].budget;

        if (b && !b->shared && is_of(d, i) &&
            suppose(&d->accounts[e->account_of[i]], ns * (int64_t)d->vcpus))
            supposed |= UINT64_C(1) << i;
    }
    xd_engine_resolve(e, d, NULL);
    for (size_t i = 0; i < e->p->n; i++)
        if (supposed >> i & 1)
            d->accounts[e->account_of[i]].spent = false;
}

size_t xd_engine_doubt(struct xd_engine *e, int64_t mono_ns)
{
    int64_t ns = mono_ns - e->last.mono_ns;
    uint64_t supposed = 0;

    e->n_acts = 0;
    if (!e->begun || ns <= 0)
        return 0;
    if (ns > INT64_MAX / (1 << 20))
        ns = INT64_MAX / (1 << 20);
    for (size_t i = 0; i < e->p->n; i++)
        if (e->p->rules[i].budget && e->p->rules[i].budget->shared &&
            suppose(&e->shared[i], all_could(e, i, ns)))
            supposed |= UINT64_C(1) << i;
    xd_engine_step_keeps(e, NULL, e->t + ns);
    for (size_t i = 0; i < e->n; i++)
        if (e->list[i]->present)
            doubt_domain(e, e->list[i], ns);
    for (size_t i = 0; i < e->p->n; i++)
        if (supposed >> i & 1)
            e->shared[i].spent = false;
    return e->n_acts + e->n_host_acts;
}
