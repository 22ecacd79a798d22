/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knobs of the host that cap loops move: how they are seen, and what points mean to them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "policies/cap_impl.h"

const char *const xd_cap_kind_names[] = {"frequency", "caps", "parking", "clamp", NULL};

#define PSTATES "pstates"

/* The names of what is moved, here and nowhere else: core/model/tables_power.h, powerknobs.h. */
static const struct {
    const char *table, *noun, *column, *least, *knob;
    struct xd_kind kind;
} kinds[XD_CAP_KINDS] = {
    [XD_CAP_FREQUENCY] = {"pcpus",
                          "pcpu",
                          "freq_max_khz",
                          "freq_min_khz",
                          "cpu.freq_max",
                          {.type = XD_U64, .unit = XD_UNIT_KHZ}},
    [XD_CAP_CAPS] = {.knob = "sched.cap"}, /* of domains: resolve.c */
    [XD_CAP_PARKING] = {"pcpus", "pcpu", "online", NULL, "pcpu.online", {.type = XD_BOOL}},
    [XD_CAP_CLAMP] = {"power",
                      "power",
                      "clamp",
                      "clamp_max",
                      "power.clamp",
                      {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "off"}},
};

const char *xd_cap_knob(enum xd_cap_kind kind)
{
    return kinds[kind].knob;
}

bool xd_cap_is_stricter(enum xd_cap_kind kind, uint64_t value, uint64_t than)
{
    return kind == XD_CAP_CLAMP ? value > than : value < than;
}

const char *xd_engine_part_object(const struct xd_engine_part *p, struct xd_arena *a)
{
    return p->kind == XD_CAP_CLAMP ? kinds[p->kind].noun
                                   : xd_arena_printf(a, "%s/%" PRIu64, kinds[p->kind].noun, p->id);
}

const char *xd_engine_part_text(enum xd_cap_kind kind, uint64_t value, struct xd_arena *a)
{
    struct xd_value v = {.have = true, .type = kinds[kind].kind.type, .cell.u = value};

    if (v.type == XD_BOOL)
        v.cell = (union xd_cell){.b = value != 0};
    return xd_value_exact(&v, &kinds[kind].kind, a);
}

bool xd_engine_part_present(const struct xd_engine *e, const struct xd_engine_part *p)
{
    return p->tick && p->tick == e->ticks && !e->old[p->kind];
}

struct xd_engine_part *xd_cap_part(struct xd_engine *e, enum xd_cap_kind kind, uint64_t id,
                                   bool make)
{
    for (size_t i = 0; i < e->n_parts; i++)
        if (e->parts[i].kind == kind && e->parts[i].id == id)
            return &e->parts[i];
    if (!make)
        return NULL;
    if (e->n_parts == e->cap_parts) {
        e->cap_parts = e->cap_parts ? 2 * e->cap_parts : 64;
        e->parts = xd_realloc(e->parts, e->cap_parts * sizeof(*e->parts));
    }
    e->parts[e->n_parts] = (struct xd_engine_part){.kind = kind, .id = id, .rule = -1};
    return &e->parts[e->n_parts++];
}

/* --- looking --- */

static void observe(struct xd_engine_part *p, bool known, uint64_t value)
{
    bool changed = !p->seen_known || value != p->seen;

    p->seen_known = known;
    if (!known)
        return;
    p->seen = value;
    /* What somebody else has set is what it goes back to one day. */
    if (!p->managed || !p->base_known || (changed && value != p->wanted)) {
        p->base = value;
        p->base_known = true;
    }
}

static void observe_kind(struct xd_engine *e, const struct xd_snapshot *s, enum xd_cap_kind kind)
{
    const struct xd_table *t = xd_snapshot_table(s, kinds[kind].table);
    int col = t ? xd_desc_column(t->desc, kinds[kind].column) : -1;
    int least = t && kinds[kind].least ? xd_desc_column(t->desc, kinds[kind].least) : -1;

    e->old[kind] = t && t->at_ns <= e->last.moved_ns && e->last.moved_ns > 0;
    for (size_t i = 0; t && t->state == XD_TABLE_OK && col >= 0 && i < t->n; i++) {
        const struct xd_row *r = t->rows[i];
        uint64_t id = t->desc->keys[0] >= 0 ? xd_row_u64(r, t->desc->keys[0], 0) : 0;
        bool known = xd_row_has(r, col);
        /* its place is where it was the last time */
        struct xd_engine_part *p = xd_cap_part(e, kind, id, known);

        if (!p)
            continue;
        p->tick = e->ticks;
        if (e->old[kind] && p->base_known)
            continue;
        p->least = least >= 0 ? xd_row_u64(r, least, 0) : 0;
        observe(p, known,
                kinds[kind].kind.type == XD_BOOL && known ? r->cell[col].b
                : known                                   ? r->cell[col].u
                                                          : 0);
    }
}

/* The frequencies of the first pCPU; all are taken to have the same. */
static void observe_pstates(struct xd_engine *e, const struct xd_snapshot *s)
{
    const struct xd_table *t = xd_snapshot_table(s, PSTATES);
    int pcpu = t ? xd_desc_column(t->desc, "pcpu") : -1;
    int khz = t ? xd_desc_column(t->desc, "khz") : -1;
    const uint64_t none = UINT64_MAX;

    if (!t || t->state != XD_TABLE_OK || pcpu < 0 || khz < 0 || !t->n)
        return; /* as the last time */
    e->n_pstates = 0;
    for (size_t i = 0; i < t->n && e->n_pstates <= XD_CAP_LEVELS; i++) {
        uint64_t v = xd_row_u64(t->rows[i], khz, 0);
        size_t at = e->n_pstates;

        if (!v || xd_row_u64(t->rows[i], pcpu, none) != xd_row_u64(t->rows[0], pcpu, none))
            continue;
        for (; at > 0 && e->pstates[at - 1] < v; at--)
            e->pstates[at] = e->pstates[at - 1];
        e->pstates[at] = v;
        e->n_pstates++;
    }
}

void xd_cap_observe(struct xd_engine *e, const struct xd_snapshot *s)
{
    if (e->moves[XD_CAP_FREQUENCY])
        observe_pstates(e, s);
    for (int k = 0; k < XD_CAP_KINDS; k++)
        if (kinds[k].table && e->moves[k])
            observe_kind(e, s, (enum xd_cap_kind)k);
}

/* --- points --- */

/* A part that counts: it is here, and its own setting leaves something to take. */
static bool counts(const struct xd_engine *e, const struct xd_engine_part *p, enum xd_cap_kind kind)
{
    return p->kind == kind && xd_engine_part_present(e, p) && p->base_known && p->seen_known &&
           (kind == XD_CAP_CLAMP || p->base > 0);
}

static double takes(const struct xd_engine_part *p)
{
    if (p->kind == XD_CAP_CLAMP)
        return (double)p->seen;
    return p->seen < p->base ? 100.0 * (double)(p->base - p->seen) / (double)p->base : 0;
}

double xd_cap_does(const struct xd_engine *e, enum xd_cap_kind kind, size_t *parts, double *each)
{
    double sum = 0;

    *parts = 0;
    for (size_t i = 0; i < e->n_parts; i++)
        if (counts(e, &e->parts[i], kind)) {
            sum += takes(&e->parts[i]);
            ++*parts;
        }
    *each = kind == XD_CAP_PARKING && *parts ? 100.0 / (double)*parts : 0;
    return *parts ? sum / (double)*parts : 0;
}

static const struct xd_engine_part *first_of(const struct xd_engine *e, enum xd_cap_kind kind)
{
    for (size_t i = 0; i < e->n_parts; i++)
        if (counts(e, &e->parts[i], kind))
            return &e->parts[i];
    return NULL;
}

size_t xd_cap_levels(const struct xd_engine *e, double levels[XD_CAP_LEVELS])
{
    const struct xd_engine_part *p = first_of(e, XD_CAP_FREQUENCY);
    size_t n = 0;

    for (size_t i = 0; p && i < e->n_pstates && n < XD_CAP_LEVELS; i++)
        if (e->pstates[i] < p->base && e->pstates[i] >= p->least)
            levels[n++] = 100.0 * (double)(p->base - e->pstates[i]) / (double)p->base;
    return n;
}

/* A frequency that the pCPU has, and that takes as much; else whole MHz: no driver is finer. */
static uint64_t frequency_for(const struct xd_engine *e, const struct xd_engine_part *p,
                              double points)
{
    uint64_t v = (uint64_t)((double)p->base * (100 - points) / 100);

    for (size_t i = 0; i < e->n_pstates; i++)
        if (e->pstates[i] + 500 > v && v + 500 > e->pstates[i])
            return e->pstates[i];
    return v / 1000 * 1000;
}

static uint64_t value_for(const struct xd_engine *e, const struct xd_engine_part *p, double points)
{
    uint64_t v;

    if (p->kind == XD_CAP_CLAMP) {
        v = (uint64_t)(points + 0.5);
        v = p->least && v > p->least ? p->least : v;
    } else {
        v = frequency_for(e, p, points);
        v = v < p->least ? p->least : v;
    }
    return xd_cap_is_stricter(p->kind, v, p->base) ? v : p->base;
}

static void want(struct xd_engine *e, struct xd_engine_part *p, uint64_t value, int rule)
{
    p->wanted = value;
    p->rule = value != p->base ? (int8_t)rule : -1;
    p->managed = value != p->base || p->seen != p->base;
    if (p->seen == value)
        return;
    if (e->n_host_acts == e->cap_host_acts) {
        e->cap_host_acts = e->cap_host_acts ? 2 * e->cap_host_acts : 64;
        e->host_acts = xd_realloc(e->host_acts, e->cap_host_acts * sizeof(*e->host_acts));
    }
    e->host_acts[e->n_host_acts++] = (struct xd_engine_host_act){p, p->seen, value, p->rule};
}

/* The pCPUs of the highest numbers are parked, never pCPU 0, which Xen can't do without. */
static void park(struct xd_engine *e, size_t n, int rule)
{
    for (uint64_t below = UINT64_MAX;;) {
        struct xd_engine_part *next = NULL;

        for (size_t i = 0; i < e->n_parts; i++) {
            struct xd_engine_part *p = &e->parts[i];

            if (counts(e, p, XD_CAP_PARKING) && p->id < below && (!next || p->id > next->id))
                next = p;
        }
        if (!next)
            return;
        below = next->id;
        want(e, next, n && next->id ? 0 : next->base, rule);
        n -= n > 0;
    }
}

void xd_cap_resolve(struct xd_engine *e, enum xd_cap_kind kind, double points, int rule)
{
    size_t parts;
    double each;

    if (e->old[kind]) /* as the last time, until it is seen what came of that */
        return;
    if (kind == XD_CAP_PARKING) {
        xd_cap_does(e, kind, &parts, &each);
        if (parts)
            park(e, (size_t)(points / each + 0.5), rule);
        return;
    }
    for (size_t i = 0; i < e->n_parts; i++)
        if (counts(e, &e->parts[i], kind))
            want(e, &e->parts[i],
                 points > 0 ? value_for(e, &e->parts[i], points) : e->parts[i].base, rule);
}

void xd_cap_exit(struct xd_engine *e)
{
    e->n_host_acts = 0;
    for (size_t i = 0; e->p->restore && i < e->n_parts; i++) {
        struct xd_engine_part *p = &e->parts[i];

        if (p->tick != e->ticks || !p->tick || !p->managed || !p->base_known || !p->seen_known)
            continue;
        if (e->old[p->kind]) /* it isn't seen yet, but so it was told */
            p->seen = p->wanted;
        want(e, p, p->base, -1);
    }
}

void xd_cap_kind_wants(enum xd_cap_kind kind, xd_cap_want_fn *add, void *arg)
{
    const struct xd_table_desc *d = kinds[kind].table ? xd_core_table(kinds[kind].table) : NULL;
    const char *const columns[] = {kinds[kind].column, kinds[kind].least};
    uint64_t mask = d && d->keys[0] >= 0 ? UINT64_C(1) << d->keys[0] : 0;

    for (size_t c = 0; d && c < 2; c++)
        if (columns[c] && xd_desc_column(d, columns[c]) >= 0)
            mask |= UINT64_C(1) << xd_desc_column(d, columns[c]);
    if (d)
        add(arg, d, mask);
    d = kind == XD_CAP_FREQUENCY ? xd_core_table(PSTATES) : NULL;
    if (d)
        add(arg, d,
            UINT64_C(1) << xd_desc_column(d, "pcpu") | UINT64_C(1) << xd_desc_column(d, "khz"));
}

void xd_cap_wants(const struct xd_policy_keep *k, xd_cap_want_fn *add, void *arg)
{
    xd_cap_sensor_wants(k, add, arg);
    for (size_t i = 0; i < k->n; i++)
        xd_cap_kind_wants(k->actuators[i].kind, add, arg);
}
