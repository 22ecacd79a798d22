/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A played host: see sim.h. */
#include "policies/sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "model/tables.h"
#include "policies/cap_engine.h"

#define FIRST_BIN_NS XD_NS_PER_S
#define STEP_NS      XD_NS_PER_S /* where a recording of one sample begins again */

static const struct {
    int trace, column;
} knobs[XD_POLICY_KNOBS] = {
    [XD_POLICY_CAP] = {XD_TRACE_CAP, XD_DOMAIN_CAP},
    [XD_POLICY_WEIGHT] = {XD_TRACE_WEIGHT, XD_DOMAIN_WEIGHT},
    [XD_POLICY_RTDS] = {-1, -1},
    [XD_POLICY_MEMORY] = {XD_TRACE_MEM, XD_DOMAIN_MEM_TARGET_KIB},
};

struct played {
    struct xd_sim_domain d;
    char uuid[64], name[64];
    bool counted; /* recorded_ns is of the step before */
    uint64_t recorded_ns, cpu_ns;
    uint64_t id;
    bool has_id;
    uint64_t recorded[XD_POLICY_KNOBS], value[XD_POLICY_KNOBS]; /* amounts; MOST: none or unknown */
    bool has[XD_POLICY_KNOBS];
    bool limited;
    int64_t stretch_ns;
    uint64_t step;
    UT_hash_handle hh;
};

struct xd_sim {
    const struct xd_policy *p;
    struct xd_engine *e;
    xd_sim_act_fn *fn;
    void *arg;
    struct played *all;   /* by UUID */
    struct played **list; /* as they appeared; malloc */
    size_t n, cap;
    struct xd_snapshot *last;
    struct xd_trace_row *rows; /* malloc: of captured samples */
    size_t cap_rows;
    bool begun, again;
    int64_t shift_ns; /* of recordings that began again */
    int64_t first_ns, at_ns, wall_ns, step_ns, began_ns;
    uint64_t steps;
    uint64_t asked, told; /* a bit for each rule: its condition mattered; a sample told of it */
    bool had[XD_POLICY_KNOBS]; /* of any domain */
    int64_t bin_ns;
};

struct xd_sim *xd_sim_new(const struct xd_policy *p)
{
    struct xd_sim *s = xd_malloc(sizeof(*s));

    s->p = p;
    s->e = xd_engine_new(p);
    xd_engine_pause_keeps(s->e, XD_KEEPS_LET_GO);
    s->bin_ns = FIRST_BIN_NS;
    return s;
}

void xd_sim_free(struct xd_sim *s)
{
    if (!s)
        return;
    HASH_CLEAR(hh, s->all);
    for (size_t i = 0; i < s->n; i++)
        free(s->list[i]);
    free(s->list);
    free(s->rows);
    xd_snapshot_unref(s->last);
    xd_engine_free(s->e);
    free(s);
}

void xd_sim_on_act(struct xd_sim *s, xd_sim_act_fn *fn, void *arg)
{
    s->fn = fn;
    s->arg = arg;
}

void xd_sim_again(struct xd_sim *s)
{
    s->again = true;
    for (size_t i = 0; i < s->n; i++)
        s->list[i]->counted = false;
}

static struct played *played_of(struct xd_sim *s, const struct xd_trace_row *row)
{
    struct played *d;
    char uuid[sizeof(d->uuid)];

    xd_str_safe_to(uuid, sizeof(uuid), row->uuid);
    HASH_FIND_STR(s->all, uuid, d);
    if (d)
        return d;
    d = xd_malloc(sizeof(*d));
    memcpy(d->uuid, uuid, sizeof(uuid));
    xd_str_safe_to(d->name, sizeof(d->name), row->name);
    d->d = (struct xd_sim_domain){.uuid = d->uuid, .name = d->name, .rule = -1};
    for (size_t i = 0; i < XD_SIM_BINS; i++)
        d->d.bins[i].permille = -1;
    HASH_ADD_STR(s->all, uuid, d);
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 64;
        s->list = xd_realloc(s->list, s->cap * sizeof(*s->list));
    }
    s->list[s->n++] = d;
    return d;
}

static bool has(const struct xd_trace_row *row, int col)
{
    return col >= 0 && row->have >> col & 1;
}

/* The knobs: what was recorded, until the policy set something else; and again where the recording
 * itself shows a change. */
static void play_knobs(struct xd_sim *s, struct played *d, const struct xd_trace_row *row,
                       bool bare)
{
    for (int k = 0; k < XD_POLICY_KNOBS; k++) {
        bool known = has(row, knobs[k].trace);
        uint64_t v = known ? xd_policy_amount(k, row->number[knobs[k].trace]) : 0;

        /* A bare list of loads is of a host whose guests are as Xen makes them. */
        if (!known && bare && (k == XD_POLICY_CAP || k == XD_POLICY_WEIGHT)) {
            known = true;
            v = k == XD_POLICY_CAP ? XD_POLICY_MOST : 256;
        }
        if (known && (!d->has[k] || v != d->recorded[k]))
            d->value[k] = d->recorded[k] = v;
        d->has[k] = known;
        s->had[k] |= known;
    }
}

/* How much it gets of what it wants in dt. */
static void play_use(struct played *d, int64_t wanted, int64_t dt)
{
    /* A cap that was in the recording made it want less already: nobody is hurt by the policy. */
    uint64_t cap = d->limited ? d->value[XD_POLICY_CAP] : XD_POLICY_MOST;
    int64_t used = wanted;

    if (cap < XD_POLICY_MOST && (__int128)wanted * 100 > (__int128)cap * dt)
        used = (int64_t)((__int128)cap * dt / 100);
    d->d.wanted_ns += wanted;
    d->d.used_ns += used;
    d->d.denied_ns += wanted - used;
    d->cpu_ns += (uint64_t)used;
    d->d.limited_ns += d->limited ? dt : 0;
    if (wanted > used) {
        d->d.throttled_ns += dt;
        d->stretch_ns += dt;
        if (d->stretch_ns > d->d.longest_ns)
            d->d.longest_ns = d->stretch_ns;
    } else {
        d->stretch_ns = 0;
    }
}

static void play(struct xd_sim *s, struct played *d, const struct xd_trace_row *row, int64_t dt)
{
    uint64_t now = row->number[XD_TRACE_CPU_NS];
    bool restarted = has(row, XD_TRACE_ID) && d->has_id && row->number[XD_TRACE_ID] != d->id;

    play_knobs(s, d, row, !row->recorded);
    if (has(row, XD_TRACE_CPU_NS)) {
        uint64_t before = d->recorded_ns;

        if (d->counted && (restarted || now < before)) { /* another incarnation: so it is here */
            before = 0;
            d->cpu_ns = 0;
        }
        if (d->counted && now - before < INT64_MAX)
            play_use(d, (int64_t)(now - before), dt);
        d->recorded_ns = now;
        d->counted = true;
    }
    if (has(row, XD_TRACE_ID))
        d->id = row->number[XD_TRACE_ID];
    d->has_id |= has(row, XD_TRACE_ID);
    d->step = s->steps;
}

static void put_number(struct xd_rows *t, int col, const struct xd_trace_row *row, int from)
{
    if (has(row, from))
        xd_put_u64(t, col, row->number[from]);
}

/* The row as the engine sees it: recorded, but for what is played. */
static void put_row(struct xd_rows *t, const struct played *d, const struct xd_trace_row *row)
{
    xd_row_begin(t);
    for (int c = 0; row->recorded && c < XD_DOMAIN_N; c++) {
        struct xd_value v;

        if (!xd_row_has(row->recorded, c) || c == XD_DOMAIN_CPU || c == XD_DOMAIN_CPU_NS ||
            c == XD_DOMAIN_CAP || c == XD_DOMAIN_WEIGHT || c == XD_DOMAIN_MEM_TARGET_KIB)
            continue;
        v = xd_row_value(&xd_domains_desc, row->recorded, c);
        xd_put_value(t, c, &v);
    }
    if (!row->recorded) {
        xd_put_str(t, XD_DOMAIN_UUID, d->uuid);
        xd_put_str(t, XD_DOMAIN_NAME, row->name);
        xd_put_str(t, XD_DOMAIN_POOL, row->pool);
        put_number(t, XD_DOMAIN_VCPUS, row, XD_TRACE_VCPUS);
        put_number(t, XD_DOMAIN_ID, row, XD_TRACE_ID);
    }
    if (has(row, XD_TRACE_CPU_NS))
        xd_put_u64(t, XD_DOMAIN_CPU_NS, d->cpu_ns);
    for (int k = 0; k < XD_POLICY_KNOBS; k++)
        if (d->has[k])
            xd_put_u64(t, knobs[k].column, xd_policy_value(k, d->value[k]));
}

/* The present step into the bins: the least that was left, and whether a cap was in force. */
static void note(struct xd_sim *s, struct played *d, const struct xd_engine_domain *ed)
{
    size_t at = (size_t)((s->at_ns - s->first_ns) / s->bin_ns);

    for (size_t i = 0; d->d.rule < 0 && i < s->p->n; i++)
        if (s->p->rules[i].budget && ed->matched >> i & 1)
            d->d.rule = (int)i;
    s->asked |= ed->matched;
    for (size_t i = 0; i < s->p->n; i++)
        if (ed->matched >> i & 1 && xd_engine_knows(s->e, ed, i))
            s->told |= UINT64_C(1) << i;
    if (at >= XD_SIM_BINS)
        return;
    struct xd_sim_bin *b = &d->d.bins[at];
    b->n++;
    b->limited += d->limited;
    if (d->d.rule < 0)
        return;
    const struct xd_policy_budget *budget = s->p->rules[d->d.rule].budget;
    const struct xd_account *a = xd_engine_account(s->e, ed, (size_t)d->d.rule);
    int64_t left = a->left > 0 ? a->left : 0;
    int16_t permille = (int16_t)((__int128)left * 1000 / xd_account_most(budget));
    if (b->permille < 0 || permille < b->permille)
        b->permille = permille;
    b->spent += a->spent;
}

/* Twice as long bins, half as many. */
static void widen(struct xd_sim *s)
{
    s->bin_ns *= 2;
    for (size_t i = 0; i < s->n; i++) {
        struct xd_sim_bin *b = s->list[i]->d.bins;

        for (size_t k = 0; k < XD_SIM_BINS / 2; k++) {
            struct xd_sim_bin x = b[2 * k], y = b[2 * k + 1];

            if (x.permille < 0 || (y.permille >= 0 && y.permille < x.permille))
                x.permille = y.permille;
            x.n += y.n;
            x.spent += y.spent;
            x.limited += y.limited;
            b[k] = x;
        }
        for (size_t k = XD_SIM_BINS / 2; k < XD_SIM_BINS; k++)
            b[k] = (struct xd_sim_bin){.permille = -1};
    }
}

static void carry_out(struct xd_sim *s)
{
    const struct xd_engine_act *act;

    for (size_t i = 0; (act = xd_engine_act(s->e, i)); i++) {
        struct played *d;

        HASH_FIND_STR(s->all, act->domain->uuid, d);
        if (!d || knobs[act->knob].column < 0)
            continue;
        d->value[act->knob] = act->to;
        d->d.moves++;
        if (act->knob == XD_POLICY_CAP)
            d->limited = act->to < d->recorded[XD_POLICY_CAP];
        if (s->fn)
            s->fn(s->arg, s->wall_ns, act);
    }
}

/* What was recorded at a time, at that of the simulation. */
static int64_t pass_time(struct xd_sim *s, const struct xd_trace_sample *sample)
{
    int64_t before = s->at_ns, at;

    if (s->again)
        s->shift_ns = s->at_ns + (s->step_ns ? s->step_ns : STEP_NS) - sample->at_ns;
    at = sample->at_ns + s->shift_ns;
    s->wall_ns = sample->wall_ns + s->shift_ns;
    if (!s->begun) {
        s->first_ns = before = at;
        s->began_ns = s->wall_ns;
    }
    s->begun = true;
    s->again = false;
    s->at_ns = at > before ? at : before;
    if (s->at_ns > before)
        s->step_ns = s->at_ns - before;
    while ((s->at_ns - s->first_ns) / s->bin_ns >= XD_SIM_BINS)
        widen(s);
    return s->at_ns - before;
}

int xd_sim_step(struct xd_sim *s, const struct xd_trace_sample *sample,
                struct xd_snapshot *const *beside, size_t n, struct xd_err *err)
{
    int64_t dt = pass_time(s, sample);
    struct xd_builder *b = xd_builder_new("simulation");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, s->at_ns);
    struct xd_snapshot *snap;
    int rc;

    s->steps++;
    for (size_t i = 0; i < sample->n; i++) {
        struct played *d = played_of(s, &sample->rows[i]);

        if (d->step == s->steps) /* twice in one sample */
            continue;
        play(s, d, &sample->rows[i], dt);
        put_row(t, d, &sample->rows[i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < xd_snapshot_tables(beside[i]); k++) {
            const struct xd_table *other = xd_snapshot_table_at(beside[i], k);

            if (strcmp(other->desc->name, "domains") != 0)
                xd_build_lend(b, beside[i], other->desc->name);
        }
    snap = xd_builder_seal(b, s->last, s->steps, s->at_ns, s->wall_ns, 0);
    xd_snapshot_unref(s->last);
    s->last = snap;
    struct xd_policy_now now = {s->at_ns, s->wall_ns, 0};
    rc = xd_engine_tick(s->e, snap, &now, err);
    if (rc < 0)
        return rc;
    carry_out(s);
    for (size_t i = 0; i < xd_engine_domains(s->e); i++) {
        const struct xd_engine_domain *ed = xd_engine_domain(s->e, i);
        struct played *d;

        if (!ed->present)
            continue;
        HASH_FIND_STR(s->all, ed->uuid, d);
        if (d)
            note(s, d, ed);
    }
    return 0;
}

static void take_number(struct xd_trace_row *row, int to, const struct xd_row *r, int col)
{
    if (!xd_row_has(r, col))
        return;
    row->have |= 1U << to;
    row->number[to] = r->cell[col].u;
}

int xd_sim_step_snapshot(struct xd_sim *s, struct xd_snapshot *recorded,
                         struct xd_snapshot *const *beside, size_t n, struct xd_err *err)
{
    const struct xd_table *t = xd_snapshot_table(recorded, "domains");

    if (!t || t->state != XD_TABLE_OK)
        return xd_err_set(err, -ENODATA, "the sample has no domains");
    if (t->n > s->cap_rows) {
        s->cap_rows = t->n;
        s->rows = xd_realloc(s->rows, s->cap_rows * sizeof(*s->rows));
    }
    for (size_t i = 0; i < t->n; i++) {
        const struct xd_row *r = t->rows[i];
        struct xd_trace_row *row = &s->rows[i];

        *row = (struct xd_trace_row){.uuid = xd_row_str(r, XD_DOMAIN_UUID, ""),
                                     .name = xd_row_str(r, XD_DOMAIN_NAME, ""),
                                     .recorded = r};
        take_number(row, XD_TRACE_CPU_NS, r, XD_DOMAIN_CPU_NS);
        take_number(row, XD_TRACE_VCPUS, r, XD_DOMAIN_VCPUS);
        take_number(row, XD_TRACE_ID, r, XD_DOMAIN_ID);
        for (int k = 0; k < XD_POLICY_KNOBS; k++)
            if (knobs[k].trace >= 0)
                take_number(row, knobs[k].trace, r, knobs[k].column);
    }
    struct xd_trace_sample sample = {t->at_ns, xd_snapshot_wall(recorded), s->rows, t->n};
    return xd_sim_step(s, &sample, beside, n, err);
}

/* --- looking --- */

const struct xd_engine *xd_sim_engine(const struct xd_sim *s)
{
    return s->e;
}

int64_t xd_sim_length(const struct xd_sim *s)
{
    return s->at_ns - s->first_ns;
}

int64_t xd_sim_began(const struct xd_sim *s)
{
    return s->began_ns;
}

uint64_t xd_sim_steps(const struct xd_sim *s)
{
    return s->steps;
}

size_t xd_sim_domains(const struct xd_sim *s)
{
    return s->n;
}

const struct xd_sim_domain *xd_sim_domain(const struct xd_sim *s, size_t i)
{
    return i < s->n ? &s->list[i]->d : NULL;
}

size_t xd_sim_bins(const struct xd_sim *s, int64_t *length_ns)
{
    *length_ns = s->bin_ns;
    return s->begun ? (size_t)((s->at_ns - s->first_ns) / s->bin_ns) + 1 : 0;
}

static bool moves(const struct xd_policy_rule *r, int k)
{
    return r->bounds[k].lo > 0 || r->bounds[k].hi < XD_POLICY_MOST ||
           (r->budget && r->budget->then[k] < XD_POLICY_MOST);
}

void xd_sim_unplayed(const struct xd_sim *s, struct xd_buf *out)
{
    for (size_t i = 0; i < s->p->n; i++) {
        const struct xd_policy_rule *r = &s->p->rules[i];

        if (r->keep)
            xd_buf_printf(out,
                          "rule %s takes nothing here: no recording tells what the sensor would "
                          "say then\n",
                          r->name);
        if (r->condition && (s->asked & ~s->told) >> i & 1)
            xd_buf_printf(out,
                          "rule %s is never in force here: it asks %s \"%s\", which the load "
                          "doesn't tell\n",
                          r->name, r->condition->table_name, r->condition->where_text);
        for (int k = 0; k < XD_POLICY_KNOBS; k++)
            if (moves(r, k) && !s->had[k])
                xd_buf_printf(out, "rule %s: %s is not played here\n", r->name,
                              xd_policy_knob(k)->name);
    }
}
