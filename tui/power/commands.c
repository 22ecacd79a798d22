/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one can do on the Power screen. Each change is a plan for all pCPUs of the place under the
 * cursor, or for the host; nothing happens before it is confirmed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/powerknobs.h"
#include "model/tables.h"
#include "model/tables_power.h"
#include "policies/knobs.h"
#include "policies/table.h"
#include "tui/dialog.h"
#include "tui/power/screen.h"

#define MENU_MAX 64
#define N_OTHERS 5 /* knobs that aren't among power's own */
#define CLAMP    (&xd_power_knobs[XD_PKNOB_CLAMP])
#define STEP     5 /* points of the clamp */

int xd_cmd_power_goto(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    for (int i = 0; i < a->n_screens; i++)
        if (strcmp(a->screens[i].view->name, "power") == 0) {
            a->screen = i;
            return 0;
        }
    return xd_err_set(err, -ENOTSUP, "this host says nothing of its power");
}

/* --- plans --- */

static int propose(struct xd_app *a, const struct xd_wish *wishes, size_t n, struct xd_err *err)
{
    struct xd_plan *p = NULL;
    int rc = xd_plan_make(a->world, wishes, n, &p, err);

    if (rc < 0)
        return rc;
    xd_plan_open(a, p);
    return 0;
}

static int propose_at(struct xd_app *a, const char *place, const struct xd_knob *k,
                      const char *value, struct xd_err *err)
{
    const struct xd_power_place *p = xd_power_place_named(a->power, place);
    struct xd_arena arena = XD_ARENA_INIT;
    size_t max = a->power->n_cpus + 1, n = 0;
    const char **objects = xd_arena_array(&arena, max, sizeof(*objects));
    struct xd_wish *wishes = xd_arena_array(&arena, max, sizeof(*wishes));
    int rc;

    if (p)
        n = xd_power_objects(a, p, k, objects, &arena);
    for (size_t i = 0; i < n; i++)
        wishes[i] = (struct xd_wish){objects[i], k->name, value};
    rc = n ? propose(a, wishes, n, err)
           : xd_err_set(err, -ENOENT, "%s has nothing with %s now", place, k->name);
    xd_arena_done(&arena);
    return rc;
}

/* --- asking for a value --- */

static int value_given(struct xd_app *a, const char *text, const void *tag, struct xd_err *err)
{
    return propose_at(a, a->power->edited, a->power->knob, text, err);
}

static void value_chosen(struct xd_app *a, int index, const void *tag)
{
    struct xd_err err = XD_ERR_INIT;

    if (value_given(a, a->chosen, NULL, &err) < 0)
        xd_app_fail(a, &err);
}

/* Values that can be told: words, yes and no, the governors that the host has. In arena. */
static int choices(const struct xd_app *a, const struct xd_knob *k, struct xd_menu_item *items,
                   struct xd_arena *arena)
{
    static const char *const yes_no[] = {"yes", "no", NULL};
    const char *const *names = k->kind.type == XD_ENUM   ? k->kind.names
                               : k->kind.type == XD_BOOL ? yes_no
                                                         : NULL;
    const struct xd_row *power = xd_power_row(a);
    const char *at = power ? xd_row_str(power, XD_POWER_GOVERNORS, "") : "";
    int n = 0;

    for (; names && names[n] && n < MENU_MAX; n++)
        items[n] = (struct xd_menu_item){.text = names[n], .help = k->help};
    if (strcmp(k->column, "governor") != 0)
        return n;
    while (*at && n < MENU_MAX) {
        size_t len = strcspn(at, " ");

        items[n++] =
            (struct xd_menu_item){.text = xd_arena_strndup(arena, at, len), .help = k->help};
        at += len + strspn(at + len, " ");
    }
    return n;
}

/* In percent: what the host says, else what the knob does. */
static uint64_t clamp_max(const struct xd_app *a)
{
    const struct xd_row *power = xd_power_row(a);
    uint64_t most = (uint64_t)CLAMP->max;

    return power ? xd_row_u64(power, XD_POWER_CLAMP_MAX, most) : most;
}

static const char *describe(const struct xd_app *a, const struct xd_knob *k, struct xd_arena *arena)
{
    if (k == CLAMP)
        return xd_arena_printf(arena,
                               "%s: 0 to %u percent. What it will do is shown before it is done.",
                               k->help, (unsigned)clamp_max(a));
    return xd_arena_printf(arena, "%s.", k->help);
}

/* Beside those of its pCPUs. */
static const char *title_of(const struct xd_knob *k)
{
    return k == &xd_power_knobs[XD_PKNOB_POOL_GOVERNOR] ? "Governor of the cpupool" : k->title;
}

static void ask_value(struct xd_app *a, const struct xd_knob *k)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_menu_item items[MENU_MAX];
    const char *now = xd_power_value_now(a, a->power->edited, k, &arena);
    const char *title = xd_power_knob_is_of(k, xd_power_desc.name)
                            ? k->title
                            : xd_arena_printf(&arena, "%s: %s", a->power->edited, title_of(k));
    int n = choices(a, k, items, &arena), at = 0;

    a->power->knob = k;
    for (int i = 0; i < n; i++)
        at = strcmp(items[i].text, now) == 0 ? i : at;
    if (n)
        xd_menu_open(a, title, items, n, at, value_chosen);
    else
        xd_ask_open(a, title, describe(a, k, &arena), strcmp(now, "mixed") == 0 ? "" : now,
                    value_given, NULL);
    xd_arena_done(&arena);
}

static void knob_chosen(struct xd_app *a, int index, const void *tag)
{
    ask_value(a, tag);
}

/* --- the menu of knobs --- */

/* Why it can't be had here, or NULL. */
static const char *off_of(const struct xd_app *a, const struct xd_knob *k)
{
    const char *limit = xd_app_limit(a, k->name);
    struct xd_offer o;

    if (limit)
        return limit;
    return xd_world_offer(a->world, k->table, k->name, &o) && o.knob ? NULL
                                                                     : "this host has no such knob";
}

static const char *knob_note(const struct xd_app *a, const void *tag, struct xd_arena *arena)
{
    return off_of(a, tag) ? "not on this host"
                          : xd_power_value_now(a, a->power->edited, tag, arena);
}

/* Whether a knob is the place's: the host has all, a core none of the host's. */
static bool is_there(const struct xd_power_place *p, const struct xd_knob *k)
{
    if (xd_power_knob_is_of(k, xd_power_desc.name) || xd_power_knob_is_of(k, xd_host_desc.name) ||
        xd_power_knob_is_of(k, xd_cap_loops_desc.name))
        return p->kind == XD_POWER_HOST;
    return !xd_power_knob_is_of(k, xd_sensors_desc.name) || p->kind != XD_POWER_CORE;
}

/* Of the host's other knobs those that have to do with power, where it offers them and has what
 * they are of. */
static int add_others(const struct xd_app *a, const struct xd_power_place *p,
                      struct xd_menu_item *items)
{
    static const char *const others[N_OTHERS][2] = {{"pcpus", "pcpu.online"},
                                                    {"host", "cpu.smt"},
                                                    {"power", "power.turbo"}, /* without Xen */
                                                    {"cap_loops", "loop.watts"},
                                                    {"cap_loops", "loop.celsius"}};
    struct xd_arena arena = XD_ARENA_INIT;
    const char **objects = xd_arena_array(&arena, a->power->n_cpus + 1, sizeof(*objects));
    struct xd_offer o;
    int n = 0;

    for (size_t i = 0; i < N_OTHERS; i++)
        if (xd_world_offer(a->world, others[i][0], others[i][1], &o) && o.knob &&
            is_there(p, o.knob) && xd_power_objects(a, p, o.knob, objects, &arena))
            items[n++] = (struct xd_menu_item){.text = o.knob->title,
                                               .help = o.knob->help,
                                               .off = xd_app_limit(a, o.knob->name),
                                               .tag = o.knob};
    xd_arena_done(&arena);
    return n;
}

/* -ENODEV: the command is tried again once the tables are there. */
static const struct xd_power_place *place_here(struct xd_app *a, struct xd_err *err)
{
    struct xd_power_screen *t = a->power;
    const struct xd_power_place *p = xd_power_place_named(t, t->here);

    if (!p)
        xd_err_set(err, -ENOENT, "there is nothing under the cursor");
    else
        snprintf(t->edited, sizeof(t->edited), "%s", p->name);
    return p;
}

int xd_cmd_power_edit(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_power_place *p = place_here(a, err);
    struct xd_menu_item items[MENU_MAX];
    char title[64];
    int n = 0;

    if (!p)
        return -ENOENT;
    for (const struct xd_knob *k = xd_power_knobs; k->name && n < MENU_MAX - N_OTHERS; k++)
        if (is_there(p, k))
            items[n++] = (struct xd_menu_item){
                .text = title_of(k), .help = k->help, .off = off_of(a, k), .tag = k};
    n += add_others(a, p, items + n);
    snprintf(title, sizeof(title), "Edit: %s", p->name);
    xd_menu_open(a, title, items, n, 0, knob_chosen);
    xd_menu_live(a, knob_note);
    return 0;
}

/* --- the clamp --- */

static int clamp_now(const struct xd_app *a, uint64_t *now, uint64_t *most, struct xd_err *err)
{
    const struct xd_row *power = xd_power_row(a);
    const char *off = off_of(a, CLAMP);

    if (off)
        return xd_err_set(err, -ENOTSUP, "%s: %s", CLAMP->name, off);
    if (!power || !xd_row_has(power, XD_POWER_CLAMP))
        return xd_err_set(err, -ENODEV, "the clamp is not known yet");
    *now = xd_row_u64(power, XD_POWER_CLAMP, 0);
    *most = clamp_max(a);
    return 0;
}

static int set_clamp(struct xd_app *a, const char *value, struct xd_err *err)
{
    struct xd_wish wish = {xd_power_desc.noun, CLAMP->name, value};

    return propose(a, &wish, 1, err);
}

int xd_cmd_power_clamp(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    uint64_t now, most;
    int rc = clamp_now(a, &now, &most, err);

    if (rc < 0)
        return rc;
    if (argc > 1)
        return set_clamp(a, argv[1], err);
    snprintf(a->power->edited, sizeof(a->power->edited), "host");
    ask_value(a, CLAMP);
    return 0;
}

static int change_by(struct xd_app *a, int points, struct xd_err *err)
{
    uint64_t now, most;
    int rc = clamp_now(a, &now, &most, err);
    char value[24];

    if (rc < 0)
        return rc;
    if (points < 0 && !now)
        return xd_err_set(err, -ERANGE, "the clamp is off already");
    if (points > 0 && now >= most)
        return xd_err_set(err, -ERANGE, "the clamp is at its most, %u%%", (unsigned)most);
    int64_t to = (int64_t)now + points;
    to = to < 0 ? 0 : to > (int64_t)most ? (int64_t)most : to;
    snprintf(value, sizeof(value), "%d", (int)to);
    return set_clamp(a, value, err);
}

int xd_cmd_power_more(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return change_by(ctx, STEP, err);
}

int xd_cmd_power_less(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return change_by(ctx, -STEP, err);
}

/* --- the emergency --- */

/* The path of the policy whose cap loops go on, or NULL; in arena. */
static const char *looping_policy(const struct xd_app *a, struct xd_arena *arena)
{
    const struct xd_table *t = xd_power_table(a, &xd_policies_desc);
    char key[XD_KEY_MAX];

    if (!xd_power_loops(a) || !t || !t->n || xd_app_trouble(a, xd_policies_desc.name) ||
        xd_row_u64(t->rows[0], XD_POLICIES_PAUSED, XD_BUDGETS_RUNS) == XD_BUDGETS_RESTORES)
        return NULL;
    return xd_arena_printf(arena, "%s/%s", t->desc->noun, xd_row_key(t->desc, t->rows[0], key));
}

bool xd_power_can_release(const struct xd_app *a)
{
    struct xd_arena arena = XD_ARENA_INIT;
    bool can = !xd_app_readonly(a) && !xd_app_playing(a) && looping_policy(a, &arena);

    xd_arena_done(&arena);
    return can;
}

/* A loop is made to give back all that it took, the clamp too: were that a step of the same plan,
 * it would fail where the loop moves the clamp while one reads. Without a loop the clamp goes. */
int xd_cmd_power_release(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_wish wish = {looping_policy(a, &arena),
                           xd_budget_knobs[XD_BUDGET_KNOB_POLICY_PAUSED].name, "restore"};
    uint64_t clamp, most;
    int rc = 0;

    if (!wish.object)
        rc = clamp_now(a, &clamp, &most, err);
    if (wish.object)
        rc = propose(a, &wish, 1, err);
    else if (rc == 0 && clamp)
        rc = set_clamp(a, "0", err);
    else if (rc == 0)
        rc = xd_err_set(err, -ENOENT,
                        "there is nothing to let go of: the clamp is off, and no "
                        "policy keeps watts or degrees");
    xd_arena_done(&arena);
    return rc;
}

/* --- what their keys come to --- */

enum xd_use xd_use_power_place(const void *ctx)
{
    const struct xd_app *a = ctx;

    return xd_use_if(xd_power_place_named(a->power, a->power->here));
}

enum xd_use xd_use_power_clamp(const void *ctx)
{
    uint64_t now, most;

    return xd_use_if(clamp_now(ctx, &now, &most, NULL) == 0);
}

enum xd_use xd_use_power_more(const void *ctx)
{
    uint64_t now, most;

    return xd_use_if(clamp_now(ctx, &now, &most, NULL) == 0 && now < most);
}

enum xd_use xd_use_power_less(const void *ctx)
{
    uint64_t now, most;

    return xd_use_if(clamp_now(ctx, &now, &most, NULL) == 0 && now);
}

enum xd_use xd_use_power_release(const void *ctx)
{
    return xd_power_can_release(ctx) ? XD_USE : xd_use_power_less(ctx);
}
