/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan that changes a budget would have meant for the last hour, as lines of its preview. */
#include <string.h>

#include "base/clock.h"
#include "policies/knobs.h"
#include "tui/budgets/data.h"

static const char *ns_text(int64_t ns, struct xd_arena *a)
{
    char text[32];

    return xd_arena_strdup(a, xd_fmt_ns(ns > 0 ? (uint64_t)ns : 0, text, sizeof(text)));
}

/* The budget that the step makes of that one; false: it is about something else. */
static bool changed(const struct xd_step *s, struct xd_policy_budget *b)
{
    const struct xd_knob *k = s->offer.knob;

    if (!k || strcmp(s->object.table, xd_budgets_desc.name) != 0 || !s->now.have)
        return false;
    if (strcmp(k->name, xd_budget_knobs[XD_BUDGET_KNOB_CPU].name) == 0) {
        b->resume_ns = (int64_t)((double)b->resume_ns * (double)s->now.cell.u / (double)b->cpu_ns);
        b->cpu_ns = (int64_t)s->now.cell.u;
    } else if (strcmp(k->name, xd_budget_knobs[XD_BUDGET_KNOB_WINDOW].name) == 0) {
        b->per_ns = (int64_t)s->now.cell.u;
    } else if (strcmp(k->name, xd_budget_knobs[XD_BUDGET_KNOB_CAP].name) == 0) {
        b->then[XD_POLICY_CAP] = xd_policy_amount(XD_POLICY_CAP, s->now.cell.u);
    } else {
        return false;
    }
    return true;
}

static const char *compare(const struct xd_what_if *was, const struct xd_what_if *would,
                           const char *domain, struct xd_arena *a)
{
    const char *text =
        xd_arena_printf(a, "The last %s, beginning with a full budget: %s would have",
                        ns_text(would->recorded_ns, a), domain);

    text = xd_arena_printf(a, "%s\n been limited for %s instead of %s,", text,
                           ns_text(would->limited_ns, a), ns_text(was->limited_ns, a));
    text = xd_arena_printf(a, "%s\n used %s instead of %s,", text, ns_text(would->used_ns, a),
                           ns_text(was->used_ns, a));
    return xd_arena_printf(a, "%s\n gone without %s instead of %s%s", text,
                           ns_text(would->denied_ns, a), ns_text(was->denied_ns, a),
                           was->limited_ns > 0 ? ". While a cap held it,\n it may have wanted more "
                                                 "than is recorded."
                                               : "");
}

/* The policy that is carried out: this console's, or read from the file that the daemon tells of
 * into *loaded, for the caller to free. NULL: it can't be had. */
static const struct xd_policy *policy_of(const struct xd_app *a, struct xd_policy **loaded)
{
    const struct xd_runner *r = a->inlet ? xd_inlet_runner(a->inlet) : NULL;
    const struct xd_table *t = xd_world_table(a->world, xd_policies_desc.name);
    struct xd_err err = XD_ERR_INIT;

    *loaded = NULL;
    if (r)
        return xd_runner_policy(r);
    if (t && t->n && t->desc == &xd_policies_desc && xd_row_has(t->rows[0], XD_POLICIES_FILE) &&
        xd_policy_load(xd_row_str(t->rows[0], XD_POLICIES_FILE, ""), NULL, loaded, &err) < 0)
        return NULL;
    return *loaded;
}

/* The budget as it is now, which may be another than in the file. */
static void as_shown(const struct xd_app *a, const char *key, struct xd_policy_budget *b)
{
    const struct xd_table *t = xd_world_table(a->world, xd_budgets_desc.name);
    const struct xd_row *r = t && t->desc == &xd_budgets_desc ? xd_table_find(t, key) : NULL;

    if (!r)
        return;
    b->cpu_ns = (int64_t)xd_row_u64(r, XD_BUDGETS_CPU_NS, (uint64_t)b->cpu_ns);
    b->per_ns = (int64_t)xd_row_u64(r, XD_BUDGETS_PER_NS, (uint64_t)b->per_ns);
    if (xd_row_has(r, XD_BUDGETS_THEN_CAP))
        b->then[XD_POLICY_CAP] = xd_policy_amount(XD_POLICY_CAP, r->cell[XD_BUDGETS_THEN_CAP].u);
}

/* Both, compared, and what they don't tell. */
static const char *play(const struct xd_app *a, const struct xd_policy *p, size_t rule,
                        const struct xd_policy_budget budgets[2], const char *uuid,
                        const char *domain, struct xd_arena *arena)
{
    struct xd_buf unplayed[2] = {XD_BUF_INIT, XD_BUF_INIT};
    struct xd_what_if fate[2];
    struct xd_err err = XD_ERR_INIT;
    const char *text;
    int rc = 0;

    for (int i = 0; rc == 0 && i < 2; i++)
        rc = xd_load_what_if(a->budgets->load, p, rule, &budgets[i], uuid, &fate[i], &unplayed[i],
                             &err);
    if (rc < 0)
        text = xd_arena_printf(arena, "What it would have meant: %s", xd_err_text(&err));
    else
        text = xd_arena_printf(arena, "%s%s%s", compare(&fate[0], &fate[1], domain, arena),
                               unplayed[1].len ? "\n" : "", xd_buf_str(&unplayed[1]));
    xd_buf_done(&unplayed[0]);
    xd_buf_done(&unplayed[1]);
    return text;
}

static const char *of_step(const struct xd_app *a, const struct xd_policy *p,
                           const struct xd_step *s, struct xd_arena *arena)
{
    const char *slash = strchr(s->object.key, '/'), *uuid;
    struct xd_policy_budget b[2]; /* as it is, and as it would be */
    size_t rule = 0;

    if (!p)
        return "What it would have meant can't be told: the policy's file can't be read here.";
    while (slash && rule < p->n && strcmp(p->rules[rule].name, slash + 1) != 0)
        rule++;
    if (!slash || rule == p->n || !p->rules[rule].budget)
        return NULL;
    b[0] = *p->rules[rule].budget;
    as_shown(a, s->object.key, &b[0]);
    b[1] = b[0];
    if (!changed(s, &b[1]))
        return NULL;
    uuid = xd_arena_strndup(arena, s->object.key, (size_t)(slash - s->object.key));
    const char *end = strchr(s->object.label, '/');
    size_t len = end ? (size_t)(end - s->object.label) : 64;

    return play(a, p, rule, b, uuid, xd_arena_strndup(arena, s->object.label, len), arena);
}

void xd_budgets_preview(const struct xd_app *a, struct xd_plan *p)
{
    struct xd_policy *loaded = NULL;
    const struct xd_policy *policy = NULL;

    for (size_t i = 0; i < p->n; i++) {
        struct xd_step *s = &p->steps[i];

        if (s->preview || strcmp(s->object.table, xd_budgets_desc.name) != 0)
            continue;
        if (!policy)
            policy = policy_of(a, &loaded);
        s->preview = of_step(a, policy, s, &p->arena);
    }
    xd_policy_free(loaded);
}
