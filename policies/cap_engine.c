/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cap loops in the engine: see cap_engine.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "policies/cap_impl.h"

/* How long an actuator has to miss what it was told to be stuck, and then to do it to be trusted
 * again: who is seen to do it for a moment only would have the others let go. */
#define PROOF_NS (10 * XD_NS_PER_S)
/* Points by which an actuator may miss what it was told: values are whole percents and MHz. */
#define MISS 1.5
/* Readings that are no more apart than that are the same one. */
#define SAME_NS (XD_NS_PER_S / 10)

void xd_engine_begin_keeps(struct xd_engine *e)
{
    for (size_t i = 0; i < e->p->n; i++) {
        const struct xd_policy_keep *k = e->p->rules[i].keep;

        e->keep_of[i] = -1;
        if (!k)
            continue;
        e->keep_of[i] = (int8_t)e->n_keeps;
        e->keeps = xd_realloc(e->keeps, (e->n_keeps + 1) * sizeof(*e->keeps));
        e->keeps[e->n_keeps++] = (struct xd_engine_keep){.rule = i, .read_ns = INT64_MIN};
        for (size_t n = 0; n < k->n; n++)
            e->moves[k->actuators[n].kind] = true;
    }
}

void xd_engine_done_keeps(struct xd_engine *e)
{
    for (size_t i = 0; i < e->n_keeps; i++)
        xd_cap_sensors_forget(&e->keeps[i]);
    free(e->keeps);
    free(e->parts);
    free(e->host_acts);
}

void xd_engine_pause_keeps(struct xd_engine *e, enum xd_keeps_pause how)
{
    e->keeps_pause = how;
}

/* --- what the actuators do --- */

/* Of the CPU time that the rule's domains could have. */
static double caps_do(const struct xd_engine *e, size_t rule, size_t *parts)
{
    double all = 0, taken = 0;

    *parts = 0;
    for (size_t i = 0; i < e->n; i++) {
        const struct xd_engine_domain *d = e->list[i];
        const struct xd_engine_knob *cap = &d->knobs[XD_POLICY_CAP];
        uint64_t most = d->vcpus * 100;

        if (!d->present || !(d->active >> rule & 1) || !cap->seen_known || !cap->base_known ||
            !most)
            continue;
        all += (double)most;
        taken += cap->seen < most ? (double)(most - cap->seen) : 0;
        ++*parts;
    }
    return all > 0 ? 100 * taken / all : 0;
}

static void measure(struct xd_engine *e, struct xd_engine_keep *k, size_t rank, int64_t t)
{
    const struct xd_policy_actuator *a = &e->p->rules[k->rule].keep->actuators[rank];
    struct xd_engine_actuator *of = &k->actuator[rank];
    struct xd_cap_share *s = &k->share[rank];
    bool caps = a->kind == XD_CAP_CAPS;

    if (!caps && e->old[a->kind] && of->parts)
        return;
    s->step = 0;
    s->does =
        caps ? caps_do(e, k->rule, &of->parts) : xd_cap_does(e, a->kind, &of->parts, &s->step);
    s->n_levels = a->kind == XD_CAP_FREQUENCY ? xd_cap_levels(e, s->levels) : 0;
    s->most = of->parts ? a->most : 0;
    if (s->step > 0) { /* one pCPU stays */
        double can = 100 - s->step;

        s->most = (double)(size_t)((s->most < can ? s->most : can) / s->step + 1e-9) * s->step;
    }
    bool behind = s->does < s->share - (s->step > 0 ? s->step / 2 : MISS);
    if (behind != of->behind)
        of->since = t;
    of->behind = behind;
    if (t - of->since >= PROOF_NS)
        s->stuck = behind;
    if (s->most <= 0)
        s->share = 0;
}

/* --- a step --- */

static bool any_behind(const struct xd_engine_keep *k, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (k->actuator[i].behind && !k->share[i].stuck)
            return true;
    return false;
}

/* False: it is what they said before. Moments of readings are as exact as two clocks. */
static bool is_new(struct xd_engine_keep *k, int64_t newest_ns)
{
    if (k->read_ns != INT64_MIN && newest_ns < k->read_ns + SAME_NS)
        return false;
    k->read_ns = newest_ns;
    return true;
}

/* What the sensors say. A reading that is two thirds of trust old isn't believed any more, and so
 * the effort stays; once it is as old as trust the effort is the safe one. */
static void look(struct xd_engine *e, struct xd_engine_keep *k, const struct xd_snapshot *s,
                 struct xd_cap_input *in)
{
    const struct xd_policy_keep *p = e->p->rules[k->rule].keep;
    struct xd_cap_read when;
    char age[32];

    in->known = xd_cap_read_sensor(p, s, k, &in->value, &when);
    if (!in->known)
        return;
    in->age = e->last.mono_ns > when.oldest_ns ? e->last.mono_ns - when.oldest_ns : 0;
    in->again = !is_new(k, when.newest_ns);
    in->known = in->age < p->trust_ns / 3 * 2;
    if (!in->known)
        snprintf(k->trouble, sizeof(k->trouble), "%s: it has said nothing new for %s", k->sensor,
                 xd_fmt_ns((uint64_t)in->age, age, sizeof(age)));
}

static void run(struct xd_engine *e, struct xd_engine_keep *k, const struct xd_snapshot *s,
                int64_t t)
{
    const struct xd_policy_keep *p = e->p->rules[k->rule].keep;
    struct xd_cap_input in = {.t = t};
    double move = k->loop.begun ? p->rate * (double)(t - k->loop.at) / 1e9 : 0;

    look(e, k, s, &in);
    for (size_t i = 0; s && i < p->n; i++)
        measure(e, k, i, t);
    in.behind = any_behind(k, p->n);
    in.most = k->most = xd_cap_most(k->share, p->n);
    in.can = xd_cap_can(k->share, p->n);
    in.least = xd_cap_least(k->share, p->n);
    xd_cap_loop_step(&k->loop, p, &in);
    xd_cap_hold_steps(k->share, p->n, &k->loop, p);
    xd_cap_split(k->share, p->n, &k->loop, move);
}

static void rest(struct xd_engine_keep *k, enum xd_cap_state why, int64_t t)
{
    xd_cap_loop_rest(&k->loop, why, t);
    if (why == XD_CAP_LET_GO) /* somebody looks after it, and it begins anew */
        xd_cap_sensors_forget(k);
    for (size_t i = 0; i < XD_CAP_KINDS; i++) {
        k->share[i].share = 0;
        k->share[i].held = k->share[i].step_test.running = k->share[i].step_test.known = false;
        k->share[i].stuck = k->actuator[i].behind = false;
    }
}

/* Whoever takes most of a kind has it. */
static void resolve_host(struct xd_engine *e)
{
    e->n_host_acts = 0;
    for (int kind = 0; kind < XD_CAP_KINDS; kind++) {
        double points = 0;
        int rule = -1;

        for (size_t i = 0; i < e->n_keeps; i++) {
            const struct xd_policy_keep *p = e->p->rules[e->keeps[i].rule].keep;

            for (size_t n = 0; n < p->n; n++)
                if ((int)p->actuators[n].kind == kind && e->keeps[i].share[n].share > points) {
                    points = e->keeps[i].share[n].share;
                    rule = (int)e->keeps[i].rule;
                }
        }
        if (kind != XD_CAP_CAPS && e->moves[kind])
            xd_cap_resolve(e, (enum xd_cap_kind)kind, points, rule);
    }
}

void xd_engine_step_keeps(struct xd_engine *e, const struct xd_snapshot *s, int64_t t)
{
    if (!e->n_keeps && !e->n_parts)
        return;
    if (s)
        xd_cap_observe(e, s);
    for (size_t i = 0; i < e->n_keeps; i++) {
        struct xd_engine_keep *k = &e->keeps[i];

        if (!e->when[k->rule])
            rest(k, XD_CAP_OFF, t);
        else if (e->keeps_pause == XD_KEEPS_LET_GO)
            rest(k, XD_CAP_LET_GO, t);
        else if (e->keeps_pause == XD_KEEPS_STAY)
            xd_cap_loop_pause(&k->loop, t);
        else
            run(e, k, s, t);
    }
    resolve_host(e);
}

uint64_t xd_engine_keep_cap(const struct xd_engine *e, const struct xd_engine_domain *d,
                            size_t rule)
{
    const struct xd_engine_keep *k = &e->keeps[e->keep_of[rule]];
    const struct xd_policy_keep *p = e->p->rules[rule].keep;

    for (size_t n = 0; n < p->n; n++) {
        double points = k->share[n].share;

        if (p->actuators[n].kind != XD_CAP_CAPS || points <= 0 || !d->vcpus)
            continue;
        uint64_t cap = (uint64_t)((double)d->vcpus * (100 - points) + 0.5);
        return cap ? cap : 1; /* 0 would be none */
    }
    return XD_POLICY_MOST;
}

/* --- looking --- */

size_t xd_engine_keeps(const struct xd_engine *e)
{
    return e->n_keeps;
}

const struct xd_engine_keep *xd_engine_keep(const struct xd_engine *e, size_t i)
{
    return i < e->n_keeps ? &e->keeps[i] : NULL;
}

size_t xd_engine_parts(const struct xd_engine *e)
{
    return e->n_parts;
}

const struct xd_engine_part *xd_engine_part(const struct xd_engine *e, size_t i)
{
    return i < e->n_parts ? &e->parts[i] : NULL;
}

size_t xd_engine_host_acts(const struct xd_engine *e)
{
    return e->n_host_acts;
}

const struct xd_engine_host_act *xd_engine_host_act(const struct xd_engine *e, size_t i)
{
    return i < e->n_host_acts ? &e->host_acts[i] : NULL;
}
