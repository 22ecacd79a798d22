/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of cap loops: a host whose watts follow what its pCPUs, clock, clamp and guests do. Its
 * tables are made here, by the names that the loops look for. */
#ifndef TEST_KEEP_HELP_H
#define TEST_KEEP_HELP_H

#include "policies/cap_engine.h"
#include "policies/ledger.h"
#include "policy_help.h"

#define PCPUS  8
#define GHZ    UINT64_C(1000000) /* kHz */
#define IDLE_W 60.0
#define FULL_W 240.0 /* all pCPUs busy at the highest frequency */

static const struct xd_column power_columns[] = {
    {"watts", "W", "", {.type = XD_F64}},
    {"watts_source", "BY", "", {.type = XD_STR}},
    {"clamp", "CLAMP", "", {.type = XD_U64, .unit = XD_UNIT_PERCENT}},
    {"clamp_max", "MAX", "", {.type = XD_U64, .unit = XD_UNIT_PERCENT}},
    {"watts_age_ns", "AGE", "", {.type = XD_U64, .unit = XD_UNIT_NS}},
};
static const struct xd_table_desc power_desc = {"power", "power",  "Power",  "",  power_columns,
                                                5,       {-1, -1}, {-1, -1}, NULL};
static const struct xd_column sensor_columns[] = {
    {"sensor", "SENSOR", "", {.type = XD_STR}}, {"watts", "W", "", {.type = XD_F64}},
    {"celsius", "C", "", {.type = XD_F64}},     {"age_ns", "AGE", "", {.type = XD_U64}},
    {"trouble", "WHY", "", {.type = XD_STR}},
};
static const struct xd_table_desc sensors_desc = {
    "sensors", "sensor", "Sensors", "", sensor_columns, 5, {0, -1}, {0, -1}, NULL};
static const struct xd_column cpu_columns[] = {
    {"pcpu", "PCPU", "", {.type = XD_U64}},
    {"online", "ONLINE", "", {.type = XD_BOOL}},
    {"freq_min_khz", "MIN", "", {.type = XD_U64}},
    {"freq_max_khz", "MAX", "", {.type = XD_U64}},
};
static const struct xd_table_desc cpus_desc = {"pcpus", "pcpu",  "pCPUs", "",  cpu_columns,
                                               4,       {0, -1}, {0, -1}, NULL};

static const struct xd_column pstate_columns[] = {
    {"pcpu", "PCPU", "", {.type = XD_U64}},
    {"khz", "KHZ", "", {.type = XD_U64}},
};
static const struct xd_table_desc pstates_desc = {
    "pstates", "pstate", "P-states", "", pstate_columns, 2, {0, 1}, {0, 1}, NULL};

/* What the host is set to, and what it takes. */
struct machine {
    struct host h;
    uint64_t khz[PCPUS], clamp;
    bool online[PCPUS];
    uint64_t pstates[3]; /* 0: any frequency */
    double watts;
    int64_t late_by, moved_ns;       /* how old tables are but that of domains; the last step */
    bool dumb;                       /* the sensor says nothing */
    bool asleep;                     /* it says again and again what it said last, */
    double slept_watts;              /* namely this, */
    int64_t slept_ns;                /* and read it then */
    bool pulled;                     /* psu/b is gone, and so are its watts */
    bool stuck[XD_CAP_KINDS];        /* that knob doesn't move */
    uint64_t most_khz_move;          /* seen */
    struct xd_engine_host_act first; /* of the last tick */
    size_t acts;
};

static inline void machine_init(struct machine *m, const char *yaml)
{
    memset(m, 0, sizeof(*m));
    host_init(&m->h, yaml);
    for (size_t i = 0; i < PCPUS; i++) {
        m->khz[i] = 3 * GHZ;
        m->online[i] = true;
    }
    for (const char *const *n = (const char *const[]){"web", "batch1", "batch2", NULL}; *n; n++)
        guest_add(&m->h, *n, 4, 4);
    m->watts = FULL_W;
}

/* Watts that the host goes to: what its busy pCPUs take, by their clock. */
static inline double goal(const struct machine *m)
{
    double want = 0, have = 0, watts = IDLE_W;

    for (size_t i = 0; i < m->h.n; i++) {
        const struct guest *g = &m->h.guest[i];

        want += g->cap && g->cap < 100 * g->wants ? (double)g->cap / 100 : g->wants;
    }
    for (size_t i = 0; i < PCPUS; i++)
        have += m->online[i];
    double busy = want < have ? want / have : 1;
    uint64_t khz[PCPUS];

    for (size_t i = 0; i < PCPUS; i++) { /* the highest that it has and may have */
        khz[i] = m->khz[i];
        for (size_t k = 0; m->pstates[0] && k < 3; k++)
            if (m->pstates[k] <= m->khz[i]) {
                khz[i] = m->pstates[k];
                break;
            }
    }
    for (size_t i = 0; i < PCPUS; i++)
        if (m->online[i])
            watts += (FULL_W - IDLE_W) / PCPUS * busy * (double)khz[i] / (3 * GHZ) *
                     (100 - (double)m->clamp) / 100;
    return watts;
}

static inline struct xd_snapshot *machine_snapshot(struct machine *m)
{
    struct xd_snapshot *domains = host_snapshot(&m->h), *s;
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &power_desc, m->h.mono_ns - m->late_by);

    xd_row_begin(t);
    if (!m->asleep) {
        m->slept_watts = m->watts;
        m->slept_ns = m->h.mono_ns;
    }
    if (!m->dumb)
        xd_put_f64(t, 0, m->slept_watts);
    xd_put_str(t, 1, "file/test");
    xd_put_u64(t, 2, m->clamp);
    xd_put_u64(t, 3, 75);
    xd_put_u64(t, 4, (uint64_t)(m->h.mono_ns - m->slept_ns));
    t = xd_build_table(b, &sensors_desc, m->h.mono_ns - m->late_by);
    for (int i = 0; i < (m->pulled ? 1 : 2); i++) {
        xd_row_begin(t);
        xd_put_str(t, 0, i ? "psu/b" : "psu/a");
        if (!m->dumb || !i)
            xd_put_f64(t, 1, m->watts / 2);
        else
            xd_put_str(t, 4, "the file is too old");
        xd_put_f64(t, 2, i ? 61 : 40);
        xd_put_u64(t, 3, 0);
    }
    t = xd_build_table(b, &cpus_desc, m->h.mono_ns - m->late_by);
    for (uint64_t i = 0; i < PCPUS; i++) {
        xd_row_begin(t);
        xd_put_u64(t, 0, i);
        xd_put_bool(t, 1, m->online[i]);
        xd_put_u64(t, 2, 1 * GHZ);
        if (m->online[i])
            xd_put_u64(t, 3, m->khz[i]);
    }
    t = m->pstates[0] ? xd_build_table(b, &pstates_desc, m->h.mono_ns) : NULL;
    for (uint64_t i = 0; t && i < 3; i++) {
        xd_row_begin(t);
        xd_put_u64(t, 0, 0);
        xd_put_u64(t, 1, m->pstates[i]);
    }
    xd_build_lend(b, domains, "domains");
    s = xd_builder_seal(b, NULL, m->h.seq, m->h.mono_ns, m->h.wall_ns, 0);
    return s;
}

static inline void obey(struct machine *m)
{
    const struct xd_engine_host_act *a;

    m->acts = xd_engine_host_acts(m->h.e);
    if (m->acts)
        m->first = *xd_engine_host_act(m->h.e, 0);
    if (!m->stuck[XD_CAP_CAPS])
        host_obey(&m->h);
    for (size_t i = 0; (a = xd_engine_host_act(m->h.e, i)); i++) {
        if (m->stuck[a->part->kind])
            continue;
        if (a->part->kind == XD_CAP_FREQUENCY)
            m->khz[a->part->id] = a->to;
        else if (a->part->kind == XD_CAP_PARKING)
            m->online[a->part->id] = a->to;
        else
            m->clamp = a->to;
    }
}

static inline void tick(struct machine *m)
{
    struct xd_policy_now now = {m->h.mono_ns, m->h.wall_ns, m->h.boot, m->moved_ns};
    struct xd_snapshot *s = machine_snapshot(m);
    struct xd_err err = XD_ERR_INIT;

    if (xd_engine_tick(m->h.e, s, &now, &err) < 0)
        fail_msg("%s", err.text);
    xd_snapshot_unref(s);
    obey(m);
}

/* Seconds, one tick each; the watts follow with a lag of 4 s. */
static inline void go_on(struct machine *m, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        host_run(&m->h, S);
        m->watts += (goal(m) - m->watts) / 5;
        tick(m);
    }
}

/* The engine goes on as another one, made of what this one wrote down. */
static inline void restart(struct machine *m)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_engine *e;
    struct xd_err err = XD_ERR_INIT;

    xd_ledger_write(m->h.e, 1, &b);
    if (xd_ledger_read(m->h.p, "l", b.s, b.len, &e, &err) < 0)
        fail_msg("%s", err.text);
    xd_engine_free(m->h.e);
    m->h.e = e;
    xd_buf_done(&b);
}

static inline const struct xd_engine_keep *loop(const struct machine *m)
{
    return xd_engine_keep(m->h.e, 0);
}

static inline void assert_held(const struct machine *m, double limit)
{
    if (m->watts > limit * 1.005 || m->watts < limit * 0.945)
        fail_msg("%.1f W, wanted at most %.1f", m->watts, limit);
}

static inline const char *why(const struct machine *m, struct xd_buf *b)
{
    xd_buf_clear(b);
    xd_engine_why_host(m->h.e, b);
    return xd_buf_str(b);
}

#define KEEP(more)                                                                                 \
    "policy: p\ntimezone: UTC\nrules:\n"                                                           \
    "  - {name: w, match: {name: batch*}, keep: {watts: 160, " more "}}\n"

#endif
