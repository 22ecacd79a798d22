/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one can do on the screen of budgets. Each change is a plan, shown with what it would have
 * meant for the last hour before anything is done. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "policies/knobs.h"
#include "tui/budgets/screen.h"
#include "tui/dialog.h"

#define STEPS 10 /* a tenth more or less */

int xd_cmd_budgets_goto(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    for (int i = 0; i < a->n_screens; i++)
        if (strcmp(a->screens[i].view->name, "budgets") == 0) {
            a->screen = i;
            return 0;
        }
    return xd_err_set(err, -ENOTSUP, "this host says nothing of budgets");
}

/* --- a policy in this console --- */

int xd_policy_start(struct xd_app *a, const char *name, struct xd_err *err)
{
    bool keep = strcmp(xd_world_host(a->world), "live") == 0;
    int rc = xd_inlet_begin(a->inlet, a->session, name, keep, err);

    if (rc == 0)
        xd_app_say(a, XD_S_GOOD, "Policy %s is carried out by this console, as long as it runs.",
                   xd_runner_policy(xd_inlet_runner(a->inlet))->name);
    return rc;
}

static int accept_policy(struct xd_app *a, const char *text, const void *tag, struct xd_err *err)
{
    return xd_policy_start(a, text, err);
}

int xd_cmd_budgets_policy(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (!a->inlet)
        return xd_err_set(err, -EROFS, "this console carries out no policy: it only looks at %s",
                          xd_world_host(a->world));
    if (argc == 1) {
        xd_ask_open(a, "Carry out a policy in this console",
                    "A file, or one that comes with xendeck: burst-hour, business-hours, "
                    "noisy-neighbour, batch-soak, dom0-share; stop ends the one that runs.",
                    "burst-hour", accept_policy, NULL);
        return 0;
    }
    if (strcmp(argv[1], "stop") != 0)
        return xd_policy_start(a, argv[1], err);
    if (!xd_inlet_runner(a->inlet))
        return xd_err_set(err, -ENOENT, "no policy is carried out in this console");
    xd_inlet_end(a->inlet);
    xd_app_say(a, XD_S_NORMAL, "The policy ends, as its on_exit says.");
    return 0;
}

/* --- plans --- */

static const struct xd_row *row_here(const struct xd_app *a, struct xd_err *err)
{
    const struct xd_screen *s = &a->screens[a->screen];
    const struct xd_row *row = s->desc == &xd_budgets_desc ? xd_screen_row(s) : NULL;

    if (!row)
        xd_err_set(err, -ENOENT, "there is no budget under the cursor");
    return row;
}

static int propose(struct xd_app *a, const char *object, const char *knob, const char *value,
                   struct xd_err *err)
{
    struct xd_wish wish = {object, knob, value};
    struct xd_plan *p = NULL;
    int rc = xd_plan_make(a->world, &wish, 1, &p, err);

    if (rc < 0)
        return rc;
    xd_plan_open(a, p);
    return 0;
}

static int propose_here(struct xd_app *a, enum xd_budget_knob knob, const char *value,
                        struct xd_err *err)
{
    const struct xd_row *row = row_here(a, err);
    char key[XD_KEY_MAX], object[XD_KEY_MAX + 16];

    if (!row)
        return -ENOENT;
    snprintf(object, sizeof(object), "budget/%s", xd_row_key(&xd_budgets_desc, row, key));
    return propose(a, object, xd_budget_knobs[knob].name, value, err);
}

/* A tenth more or less, in whole seconds where it has some. */
static int change_by(struct xd_app *a, int by, struct xd_err *err)
{
    const struct xd_row *row = row_here(a, err);
    uint64_t now = row ? xd_row_u64(row, XD_BUDGETS_CPU_NS, 0) : 0;
    uint64_t unit = now >= 20 * XD_NS_PER_S ? XD_NS_PER_S : XD_NS_PER_MS;
    uint64_t step = now / STEPS / unit * unit;
    char value[40];

    if (!row)
        return -ENOENT;
    if (!now)
        return xd_err_set(err, -ENOENT, "rule %s has no budget",
                          xd_row_str(row, XD_BUDGETS_RULE, "?"));
    step = step ? step : unit;
    if (by < 0 && now <= step)
        return xd_err_set(err, -ERANGE, "less than that is nothing");
    snprintf(value, sizeof(value), "%lluns",
             (unsigned long long)(by > 0 ? now + step : now - step));
    return propose_here(a, XD_BUDGET_KNOB_CPU, value, err);
}

int xd_cmd_budgets_more(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return change_by(ctx, 1, err);
}

int xd_cmd_budgets_less(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return change_by(ctx, -1, err);
}

/* What is wrong is told while one types. */
static int accept_budget(struct xd_app *a, const char *text, const void *tag, struct xd_err *err)
{
    return propose_here(a, XD_BUDGET_KNOB_CPU, text, err);
}

int xd_cmd_budgets_edit(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_row *row = row_here(a, err);
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_value v;

    if (!row)
        return -ENOENT;
    if (argc > 1)
        return accept_budget(a, argv[1], NULL, err);
    v = xd_row_value(&xd_budgets_desc, row, XD_BUDGETS_CPU_NS);
    if (!v.have)
        return xd_err_set(err, -ENOENT, "rule %s has no budget",
                          xd_row_str(row, XD_BUDGETS_RULE, "?"));
    xd_ask_open(a,
                xd_arena_printf(&arena, "Budget of rule %s", xd_row_str(row, XD_BUDGETS_RULE, "?")),
                "CPU time in each window, of every domain of the rule: 300s, 5m, 1h30m. What it "
                "would have meant for the last hour is shown first.",
                xd_value_exact(&v, &xd_budgets_desc.columns[XD_BUDGETS_CPU_NS].kind, &arena),
                accept_budget, NULL);
    xd_arena_done(&arena);
    return 0;
}

/* No argument: paused as it is, and on again. */
static const char *pause_word(const struct xd_row *row, int col, int argc, char **argv)
{
    if (argc > 1)
        return argv[1];
    return xd_row_u64(row, col, XD_BUDGETS_RUNS) == XD_BUDGETS_RUNS ? "hold" : "no";
}

int xd_cmd_budgets_pause(void *ctx, int argc, char **argv, struct xd_err *err)
{
    const struct xd_row *row = row_here(ctx, err);

    if (!row)
        return -ENOENT;
    return propose_here(ctx, XD_BUDGET_KNOB_PAUSED, pause_word(row, XD_BUDGETS_PAUSED, argc, argv),
                        err);
}

int xd_cmd_budgets_pause_all(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_table *t = xd_world_table(a->world, xd_policies_desc.name);
    char object[XD_KEY_MAX + 16], key[XD_KEY_MAX];

    if (!t || !t->n || t->desc != &xd_policies_desc)
        return xd_err_set(err, -ENOENT, "no policy is carried out here");
    snprintf(object, sizeof(object), "policy/%s", xd_row_key(t->desc, t->rows[0], key));
    return propose(a, object, xd_budget_knobs[XD_BUDGET_KNOB_POLICY_PAUSED].name,
                   pause_word(t->rows[0], XD_POLICIES_PAUSED, argc, argv), err);
}

/* --- what their keys come to --- */

enum xd_use xd_use_budgets_row(const void *ctx)
{
    return xd_use_if(row_here(ctx, NULL));
}

enum xd_use xd_use_budgets_budget(const void *ctx)
{
    const struct xd_row *row = row_here(ctx, NULL);

    return xd_use_if(row && xd_row_u64(row, XD_BUDGETS_CPU_NS, 0));
}

enum xd_use xd_use_budgets_all(const void *ctx)
{
    const struct xd_table *t = xd_app_table(ctx, xd_policies_desc.name);

    return xd_use_if(t && t->n);
}

enum xd_use xd_use_budgets_policy(const void *ctx)
{
    return ((const struct xd_app *)ctx)->inlet ? XD_USE : XD_USE_NEVER;
}
