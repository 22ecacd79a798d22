/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cap loops do, as rows: see table.h. */
#include <string.h>

#include "model/tables_kinds.h"
#include "policies/cap_impl.h"
#include "policies/table.h"

// clang-format off
#define WALL {.type = XD_I64, .unit = XD_UNIT_WALL_NS}
#define F64  {.type = XD_F64}
// clang-format on

static const struct xd_column columns[XD_CAP_LOOPS_N] = {
    [XD_CAP_LOOPS_RULE] = {"rule", "RULE", "The rule of the policy", STR(10),
                           .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_STATE] =
        {"state", "STATE",
         "Off (not its time); cool; tightens, holds or loosens what it takes; full "
         "(no more can be taken); coasts or safe (the sensor says nothing); let go, "
         "paused",
         ENUM(xd_cap_state_names), .flags = XD_COL_DEFAULT, .width = 8},
    [XD_CAP_LOOPS_SENSOR] = {"sensor", "SENSOR", "The sensors that the value comes from", STR(22),
                             .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_WATTS] = {"watts", "WATTS", "Power, as the sensors say", F64,
                            .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_CAP_LOOPS_WATTS_LIMIT] = {"watts_limit", "MOST W", "Power that is allowed", F64,
                                  .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_CELSIUS] = {"celsius", "TEMP", "Temperature, as the sensors say", F64,
                              .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_CAP_LOOPS_CELSIUS_LIMIT] = {"celsius_limit", "MOST C", "Temperature that is allowed", F64,
                                    .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_ESTIMATED] = {"estimated", "EST", "Whether a model says so and nobody measures",
                                BOOL},
    [XD_CAP_LOOPS_EFFORT] = {"effort", "EFFORT%", "What is taken, in percent of all that can be",
                             PERCENT, .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_CAP_LOOPS_FREQUENCY] = {"frequency", "FREQ%",
                                "Taken from the highest frequency of the pCPUs", PERCENT,
                                .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_CAPS] = {"caps", "CAPS%", "Taken from the CPU time of the domains of the rule",
                           PERCENT, .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_PARKING] = {"parking", "PARK%", "Share of the pCPUs that is taken out of use",
                              PERCENT, .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_CLAMP] = {"clamp", "CLAMP%", "Share of the time for which pCPUs are kept idle",
                            PERCENT, .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_STUCK] = {"stuck", "STUCK", "Actuators that don't do as they are told", STR(12),
                            .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_SEEN_AT] = {"seen_at", "SEEN AT", "When the sensors said something last", WALL},
    [XD_CAP_LOOPS_NEXT_AT] = {"next_at", "NEXT AT", "When something changes next", WALL},
    [XD_CAP_LOOPS_NEXT] = {"next", "NEXT", "What changes then", STR(16)},
    [XD_CAP_LOOPS_TROUBLE] = {"trouble", "TROUBLE", "Why there is no value", STR(24),
                              .flags = XD_COL_DEFAULT},
    [XD_CAP_LOOPS_WHY] = {"why", "WHY", "What it does and why, and what happens next", STR(24)},
    [XD_CAP_LOOPS_POLICY] = {"policy", "POLICY", "The policy that the rule is of", STR(10)},
    [XD_CAP_LOOPS_ACTUATOR] = {"actuator", "ACTUATOR",
                               "The actuator that it has got to: the last by rank that takes "
                               "something",
                               ENUM(xd_cap_kind_names), .width = 9},
    [XD_CAP_LOOPS_ACTUATORS] = {"actuators", "ACTUATORS",
                                "What each actuator takes of the most that it may, by rank",
                                STR(24)},
};
const struct xd_table_desc xd_cap_loops_desc = {
    "cap_loops",
    "cap_loop",
    "Cap loops",
    "Limits of the host's watts and degrees, and what is taken to keep them",
    columns,
    XD_CAP_LOOPS_N,
    {XD_CAP_LOOPS_RULE, -1},
    {XD_CAP_LOOPS_RULE, -1},
    NULL};

static bool is_in_force(const struct xd_engine_keep *k)
{
    return k->loop.begun && k->loop.state != XD_CAP_OFF;
}

static void put_value(const struct xd_engine_keep *k, const struct xd_policy_keep *p,
                      struct xd_rows *t)
{
    xd_put_f64(t, p->celsius ? XD_CAP_LOOPS_CELSIUS_LIMIT : XD_CAP_LOOPS_WATTS_LIMIT, p->limit);
    if (!is_in_force(k))
        return;
    xd_put_str(t, XD_CAP_LOOPS_SENSOR, k->sensor[0] ? k->sensor : NULL);
    xd_put_str(t, XD_CAP_LOOPS_TROUBLE, k->trouble[0] ? k->trouble : NULL);
    if (k->trouble[0] || !k->loop.value_known)
        return;
    xd_put_f64(t, p->celsius ? XD_CAP_LOOPS_CELSIUS : XD_CAP_LOOPS_WATTS, k->loop.value);
    xd_put_bool(t, XD_CAP_LOOPS_ESTIMATED, k->estimated);
}

/* Of an actuator that is stuck, what it does. */
static void put_shares(const struct xd_engine_keep *k, const struct xd_policy_keep *p,
                       struct xd_rows *t, struct xd_arena *a)
{
    const char *stuck = NULL;

    if (k->most > 0)
        xd_put_f64(t, XD_CAP_LOOPS_EFFORT, 100 * k->loop.effort / k->most);
    for (size_t i = 0; i < p->n; i++) {
        const struct xd_cap_share *s = &k->share[i];
        int kind = (int)p->actuators[i].kind;

        if (k->actuator[i].parts)
            xd_put_f64(t, XD_CAP_LOOPS_FREQUENCY + kind, s->stuck ? s->does : s->share);
        if (s->stuck)
            stuck = xd_arena_printf(a, "%s%s%s", stuck ? stuck : "", stuck ? ", " : "",
                                    xd_cap_kind_names[kind]);
    }
    xd_put_str(t, XD_CAP_LOOPS_STUCK, stuck);
}

/* "frequency 50/50%, caps stuck at 0%, parking not here, clamp 12/40%" */
static void put_actuators(const struct xd_engine_keep *k, const struct xd_policy_keep *p,
                          struct xd_rows *t)
{
    struct xd_buf out = XD_BUF_INIT;
    int at = -1;

    for (size_t i = 0; i < p->n; i++) {
        const struct xd_cap_share *s = &k->share[i];
        int kind = (int)p->actuators[i].kind;

        xd_buf_printf(&out, "%s%s", i ? ", " : "", xd_cap_kind_names[kind]);
        if (!k->actuator[i].parts)
            xd_buf_add(&out, " not here");
        else if (s->stuck)
            xd_buf_printf(&out, " stuck at %.0f%%", s->does);
        else
            xd_buf_printf(&out, " %.0f/%.0f%%", s->share, s->most);
        if (k->actuator[i].parts && (s->stuck ? s->does : s->share) >= 0.5)
            at = kind;
    }
    if (at >= 0)
        xd_put_enum(t, XD_CAP_LOOPS_ACTUATOR, at);
    xd_put_str(t, XD_CAP_LOOPS_ACTUATORS, xd_buf_str(&out));
    xd_buf_done(&out);
}

static void put_next(const struct xd_engine *e, const struct xd_engine_keep *k, struct xd_rows *t)
{
    const struct xd_policy_rule *r = &e->p->rules[k->rule];
    const struct xd_cap_loop *l = &k->loop;
    int64_t next = INT64_MAX;
    const char *what = NULL;

    if (l->state == XD_CAP_COASTS) {
        next = e->last.wall_ns + xd_cap_loop_safe_at(l, r->keep) - e->t;
        what = "safe effort";
    } else if (l->state == XD_CAP_HOLDS && l->cool_t >= 0) {
        next = e->last.wall_ns + l->cool_t + r->keep->release_ns - e->t;
        what = "may loosen";
    }
    int64_t turns = xd_engine_turns(e, k->rule);
    if (turns < next) {
        next = turns;
        what = e->when[k->rule] ? "rule ends" : "rule begins";
    }
    if (!what)
        return;
    xd_put_i64(t, XD_CAP_LOOPS_NEXT_AT, next);
    xd_put_str(t, XD_CAP_LOOPS_NEXT, what);
}

/* The lines of the reasons, divided by " | ". */
static void put_why(const struct xd_engine *e, const struct xd_engine_keep *k, struct xd_rows *t)
{
    struct xd_buf lines = XD_BUF_INIT, out = XD_BUF_INIT;

    xd_engine_why_keeps(e, (int)k->rule, &lines);
    for (const char *at = xd_buf_str(&lines); *at; at += strcspn(at, "\n") + 1) {
        at += strspn(at, " ");
        xd_buf_printf(&out, "%s%.*s", out.len ? " | " : "", (int)strcspn(at, "\n"), at);
    }
    xd_put_str(t, XD_CAP_LOOPS_WHY, xd_buf_str(&out));
    xd_buf_done(&lines);
    xd_buf_done(&out);
}

void xd_cap_loops_build(const struct xd_engine *e, struct xd_builder *b, int64_t at_ns)
{
    struct xd_rows *t = xd_build_table(b, &xd_cap_loops_desc, at_ns);
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < e->n_keeps; i++) {
        const struct xd_engine_keep *k = &e->keeps[i];
        const struct xd_policy_rule *r = &e->p->rules[k->rule];

        xd_row_begin(t);
        xd_put_str(t, XD_CAP_LOOPS_RULE, r->name);
        xd_put_str(t, XD_CAP_LOOPS_POLICY, e->p->name);
        xd_put_enum(t, XD_CAP_LOOPS_STATE, (int)k->loop.state);
        put_value(k, r->keep, t);
        put_shares(k, r->keep, t, &a);
        if (is_in_force(k))
            put_actuators(k, r->keep, t);
        if (k->loop.value_known)
            xd_put_i64(t, XD_CAP_LOOPS_SEEN_AT, e->last.wall_ns - (e->t - k->loop.seen_t));
        put_next(e, k, t);
        put_why(e, k, t);
    }
    xd_arena_done(&a);
}
