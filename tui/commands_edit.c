/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that stage, apply and take back edits. None of them touches the host by itself: each
 * ends in a staged value or in the preview of a plan. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/tables.h"
#include "tui/commands.h"
#include "tui/dialog.h"

#define MENU_MAX 64

int xd_cmd_apply(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return xd_app_apply(ctx, err);
}

int xd_cmd_unstage(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_screen *s = xd_app_screen(a);
    const struct xd_row *row = xd_screen_row(s);
    char key[XD_KEY_MAX];
    int before = a->n_staged;

    if (argc == 1 && s->desc && row)
        xd_app_unstage(a, s->desc->name, xd_row_key(s->desc, row, key));
    if (a->n_staged == before)
        xd_app_unstage(a, NULL, NULL);
    return 0;
}

/* --- what is meant --- */

static bool of_host(const struct xd_app *a, const char *table)
{
    const struct xd_screen *s = &a->screens[a->screen];

    return strcmp(table, xd_host_desc.name) == 0 && !(s->desc && strcmp(s->desc->name, table) == 0);
}

/* The one row that is meant, for what is offered; NULL: several are, or none. */
static const struct xd_row *meant_row(const struct xd_app *a, const char *table)
{
    const struct xd_screen *s = &a->screens[a->screen];
    const struct xd_table *host = of_host(a, table) ? xd_app_table(a, table) : NULL;

    if (of_host(a, table))
        return host && host->n ? host->rows[0] : NULL;
    return s->n_marks ? NULL : xd_screen_row(s);
}

char *xd_app_meant(const struct xd_app *a, const char *table, char *out)
{
    const struct xd_screen *s = &a->screens[a->screen];
    const struct xd_row *row = xd_screen_row(s);

    out[0] = '\0';
    if (of_host(a, table))
        snprintf(out, XD_KEY_MAX, "the host");
    else if (s->n_marks)
        snprintf(out, XD_KEY_MAX, "%zu marked", s->n_marks);
    else if (row)
        xd_row_label(s->desc, row, out);
    return out;
}

static bool anything_meant(const struct xd_app *a, const char *table)
{
    const struct xd_screen *s = &a->screens[a->screen];

    return of_host(a, table) || s->n_marks || xd_screen_row(s);
}

/* --- knobs --- */

static int stage_value(struct xd_app *a, const struct xd_knob *k, const char *text,
                       struct xd_err *err)
{
    if (of_host(a, k->table))
        return xd_app_stage_for(a, "host", k->name, text, err);
    return xd_app_stage(a, k->name, text, err);
}

static int value_given(struct xd_app *a, const char *text, const void *tag, struct xd_err *err)
{
    return stage_value(a, tag, text, err);
}

static void value_chosen(struct xd_app *a, int index, const void *tag)
{
    struct xd_err err = XD_ERR_INIT;

    if (stage_value(a, tag, a->chosen, &err) < 0)
        xd_app_fail(a, &err);
}

/* The values that a knob can have, where they can be told: words, yes and no, names of pools. */
static int choices(const struct xd_app *a, const struct xd_knob *k, struct xd_menu_item *items)
{
    static const char *const yes_no[] = {"yes", "no", NULL};
    const char *const *names = k->kind.type == XD_ENUM   ? k->kind.names
                               : k->kind.type == XD_BOOL ? yes_no
                                                         : NULL;
    const struct xd_table *pools = xd_app_table(a, "pools");
    int n = 0;

    for (; names && names[n] && n < MENU_MAX; n++)
        items[n] = (struct xd_menu_item){.text = names[n], .tag = k};
    if (k->kind.type != XD_STR || strcmp(k->column, "pool") != 0 || !pools)
        return n;
    for (size_t i = 0; i < pools->n && n < MENU_MAX - 1; i++)
        if (xd_row_has(pools->rows[i], XD_POOL_NAME))
            items[n++] =
                (struct xd_menu_item){.text = pools->rows[i]->cell[XD_POOL_NAME].s,
                                      .note = xd_row_str(pools->rows[i], XD_POOL_SCHED, NULL),
                                      .tag = k};
    if (k->kind.zero)
        items[n++] = (struct xd_menu_item){.text = k->kind.zero, .tag = k};
    return n;
}

static const char *describe(const struct xd_knob *k, const struct xd_table_desc *d,
                            const struct xd_row *row, struct xd_arena *arena)
{
    struct xd_value lo = {true, k->kind.type, {.i = k->min}};
    struct xd_value hi = {true, k->kind.type, {.i = k->max}};
    int bound = k->max_column && d ? xd_desc_column(d, k->max_column) : -1;

    if (k->kind.type != XD_U64 && k->kind.type != XD_I64)
        return k->help;
    if (row && xd_row_has(row, bound))
        hi.cell.i = (int64_t)xd_row_u64(row, bound, 0) * k->max_scale;
    else if (k->min == k->max)
        return k->help;
    return xd_arena_printf(arena, "%s (%s to %s)", k->help, xd_value_exact(&lo, &k->kind, arena),
                           xd_value_exact(&hi, &k->kind, arena));
}

/* What the knob is now, as it would be typed; "" where that can't be told. */
static const char *value_now(const struct xd_app *a, const struct xd_knob *k,
                             const struct xd_table_desc *d, const struct xd_row *row,
                             struct xd_arena *arena)
{
    /* a knob of the row's children (vCPUs) has no column here */
    int col = d && row && strcmp(d->name, k->table) == 0 ? xd_desc_column(d, k->column) : -1;
    struct xd_value v = col >= 0 ? xd_row_value(d, row, col) : XD_UNKNOWN;

    return v.have ? xd_value_exact(&v, &k->kind, arena) : "";
}

static void ask_value(struct xd_app *a, const struct xd_knob *k)
{
    const struct xd_row *row = meant_row(a, k->table);
    const struct xd_table_desc *d = of_host(a, k->table) ? &xd_host_desc : xd_app_screen(a)->desc;
    struct xd_menu_item items[MENU_MAX];
    struct xd_arena arena = XD_ARENA_INIT;
    char meant[XD_KEY_MAX];
    const char *now = value_now(a, k, d, row, &arena);
    const char *title =
        xd_arena_printf(&arena, "%s: %s", xd_app_meant(a, k->table, meant), k->title);
    int n = choices(a, k, items), at = 0;

    for (int i = 0; i < n; i++) {
        at = strcmp(items[i].text, now) == 0 ? i : at;
        items[i].help = k->help;
    }
    if (n)
        xd_menu_open(a, title, items, n, at, value_chosen);
    else
        xd_ask_open(a, title, describe(k, d, row, &arena), now, value_given, k);
    xd_arena_done(&arena);
}

static void knob_chosen(struct xd_app *a, int index, const void *tag)
{
    ask_value(a, tag);
}

/* --- the menus of knobs and of actions --- */

/* What a knob is now; it may not have been looked at before somebody wanted to edit. */
static const char *knob_note(const struct xd_app *a, const void *tag, struct xd_arena *arena)
{
    const struct xd_knob *k = tag;
    const struct xd_screen *s = &a->screens[a->screen];

    if (xd_app_limit(a, k->name))
        return "not on this host";
    return value_now(a, k, of_host(a, k->table) ? &xd_host_desc : s->desc, meant_row(a, k->table),
                     arena);
}

static struct xd_menu_item knob_item(struct xd_app *a, const struct xd_knob *k)
{
    return (struct xd_menu_item){
        .text = k->title, .help = k->help, .off = xd_app_limit(a, k->name), .tag = k};
}

static struct xd_menu_item action_item(struct xd_app *a, const struct xd_action *x)
{
    const char *off = xd_app_limit(a, x->name);

    return (struct xd_menu_item){.text = x->title,
                                 .note = off ? "not on this host" : xd_risk_name(x->risk),
                                 .help = x->help,
                                 .off = off,
                                 .tag = x};
}

/* What a table's rows offer, as menu items; returns how many. */
static int offers(struct xd_app *a, const char *table, bool actions, struct xd_menu_item *items,
                  int n)
{
    struct xd_offer o;

    for (size_t i = 0; n < MENU_MAX && xd_world_offer_at(a->world, i, &o); i++) {
        if (actions != (o.action != NULL) ||
            strcmp(o.knob ? o.knob->table : o.action->table, table) != 0)
            continue;
        items[n++] = o.knob ? knob_item(a, o.knob) : action_item(a, o.action);
    }
    return n;
}

/* The menu for the rows that are meant, or for the host. What makes domains and pools stands with
 * what is done to them. */
static int open_offers(struct xd_app *a, const char *table, bool actions,
                       void (*chosen)(struct xd_app *a, int index, const void *tag),
                       struct xd_err *err)
{
    const struct xd_screen *s = xd_app_screen(a);
    struct xd_menu_item items[MENU_MAX];
    struct xd_arena arena = XD_ARENA_INIT;
    char meant[XD_KEY_MAX];
    int n = table && anything_meant(a, table) ? offers(a, table, actions, items, 0) : 0;
    int rc = 0;

    if (table && actions &&
        (strcmp(table, xd_domains_desc.name) == 0 || strcmp(table, xd_pools_desc.name) == 0))
        n = offers(a, xd_host_desc.name, true, items, n);
    if (n) {
        xd_menu_open(a,
                     xd_arena_printf(&arena, "%s: %s", actions ? "Act on" : "Edit",
                                     xd_app_meant(a, table, meant)),
                     items, n, 0, chosen);
        if (!actions)
            xd_menu_live(a, knob_note);
    } else if (table && !anything_meant(a, table) && offers(a, table, actions, items, 0)) {
        rc = xd_err_set(err, -ENOENT, "there is nothing under the cursor");
    } else {
        rc = xd_err_set(err, -ENOTSUP, "the screen %s has no %s on this host", s->view->title,
                        actions ? "actions" : "knobs");
    }
    xd_arena_done(&arena);
    return rc;
}

/* On the heading of a group Enter folds it. */
int xd_cmd_edit(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(ctx);
    const struct xd_group *g = xd_screen_heading(s, s->at);

    if (g && !s->n_marks) {
        xd_tree_fold(s, g->name, !g->folded);
        return 0;
    }
    return open_offers(ctx, s->desc ? s->desc->name : NULL, false, knob_chosen, err);
}

int xd_cmd_edit_host(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return open_offers(ctx, xd_host_desc.name, false, knob_chosen, err);
}

/* A key of its own for an often used knob; it works on the rows of the knob's table, or on those
 * whose children have it (a domain's vCPUs). */
static int shortcut(struct xd_app *a, const char *knob, int argc, char **argv, struct xd_err *err)
{
    const struct xd_screen *s = xd_app_screen(a);
    struct xd_offer o;

    const char *limit = xd_app_limit(a, knob);

    if (!s->desc || (!xd_screen_row(s) && !s->n_marks))
        return xd_err_set(err, -ENOENT, "there is nothing under the cursor to edit");
    if (limit)
        return xd_err_set(err, -ENOTSUP, "%s: %s", knob, limit);
    if (!xd_world_offer(a->world, NULL, knob, &o) || !o.knob)
        return xd_err_set(err, -ENOTSUP, "this host has no knob %s", knob);
    const struct xd_table_desc *d = xd_world_desc_named(a->world, o.knob->table);
    bool child = d && d->parent && strcmp(d->parent, s->desc->name) == 0;
    if (strcmp(o.knob->table, s->desc->name) != 0 && !child)
        return xd_err_set(err, -ENOTSUP, "%s is a knob of %s, not of %s", knob, o.knob->table,
                          s->desc->name);
    if (argc > 1)
        return xd_app_stage(a, knob, argv[1], err);
    ask_value(a, o.knob);
    return 0;
}

int xd_cmd_cap(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return shortcut(ctx, "sched.cap", argc, argv, err);
}

int xd_cmd_weight(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return shortcut(ctx, "sched.weight", argc, argv, err);
}

int xd_cmd_memory(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return shortcut(ctx, "mem.target", argc, argv, err);
}

int xd_cmd_affinity(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return shortcut(ctx, "vcpu.affinity", argc, argv, err);
}

int xd_cmd_stage(void *ctx, int argc, char **argv, struct xd_err *err)
{
    int rc = argc < 3 ? xd_err_set(err, -EINVAL, "for example :set domain/web1 sched.cap=40") : 0;

    for (int i = 2; rc == 0 && i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals)
            return xd_err_set(err, -EINVAL, "\"%s\" is not KNOB=VALUE", argv[i]);
        *equals = '\0';
        rc = xd_app_stage_for(ctx, argv[1], argv[i], equals + 1, err);
    }
    return rc;
}

/* --- actions and undo --- */

/* Whether it has a parameter that must be told. */
static bool must_ask(const struct xd_action *action)
{
    for (const struct xd_param *p = action->params; p && p->name; p++)
        if (!p->fallback)
            return true;
    return false;
}

/* With parameters: they are asked for first. */
static void action_chosen(struct xd_app *a, int index, const void *tag)
{
    const struct xd_action *action = tag;
    struct xd_err err = XD_ERR_INIT;

    if (action->params)
        xd_form_open(a, action);
    else if (xd_app_propose_action(a, action, NULL, &err) < 0)
        xd_app_fail(a, &err);
}

int xd_cmd_actions(void *ctx, int argc, char **argv, struct xd_err *err)
{
    const struct xd_screen *s = xd_app_screen(ctx);

    return open_offers(ctx, s->desc ? s->desc->name : NULL, true, action_chosen, err);
}

int xd_cmd_act_host(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return open_offers(ctx, xd_host_desc.name, true, action_chosen, err);
}

const struct xd_action *xd_app_action(const struct xd_app *a, const char *name, struct xd_err *err)
{
    const struct xd_screen *s = &a->screens[a->screen];
    struct xd_offer o;

    if (s->desc && xd_world_offer(a->world, s->desc->name, name, &o) && o.action)
        return o.action;
    if (xd_world_offer(a->world, xd_host_desc.name, name, &o) && o.action)
        return o.action;
    if (xd_world_offer(a->world, NULL, name, &o) && o.action)
        xd_err_set(err, -ENOTSUP, "%s is an action of %s, not of %s", name, o.action->table,
                   s->view->title);
    else
        xd_err_set(err, -ENOENT, "this host has no action \"%s\"; x lists those of the row", name);
    return NULL;
}

void xd_param_add(struct xd_buf *b, const char *name, const char *value)
{
    xd_buf_printf(b, "%s%s=\"", b->len ? " " : "", name);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            xd_buf_addc(b, '\\');
        xd_buf_addc(b, *value);
    }
    xd_buf_addc(b, '"');
}

int xd_cmd_propose(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_buf b = XD_BUF_INIT;

    if (argc < 2)
        return xd_err_set(err, -EINVAL, "for example :do pause or :do nic-attach bridge=xenbr1");
    const struct xd_action *action = xd_app_action(a, argv[1], err);
    if (!action)
        return -ENOENT;
    if (argc == 2 && must_ask(action) && !xd_app_limit(a, action->name)) {
        xd_form_open(a, action);
        return 0;
    }
    for (int i = 2; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (!equals) {
            xd_buf_done(&b);
            return xd_err_set(err, -EINVAL, "\"%s\" is not NAME=VALUE", argv[i]);
        }
        *equals = '\0';
        xd_param_add(&b, argv[i], equals + 1);
    }
    int rc = xd_app_propose_action(a, action, b.len ? b.s : NULL, err);
    xd_buf_done(&b);
    return rc;
}

int xd_cmd_console(void *ctx, int argc, char **argv, struct xd_err *err)
{
    const struct xd_action *action = xd_app_action(ctx, "console", err);

    return action ? xd_app_propose_action(ctx, action, NULL, err) : -ENOENT;
}

/* Whether a table that the undoing of an entry needs is not sampled: it may be in a moment. */
static bool is_unseen(const struct xd_app *a, uint64_t id)
{
    const struct xd_journal_entry *e = xd_undo_entry(xd_session_journal(a->session), id);
    struct xd_wants wants = {.n = 0};

    if (e)
        xd_undo_wants(a->world, e, &wants);
    for (size_t i = 0; i < wants.n; i++)
        if (xd_world_trouble(a->world, wants.want[i].table))
            return true;
    return false;
}

int xd_cmd_take_back(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_journal_entry *e = xd_journal_under_cursor(a);
    struct xd_plan *p;
    uint64_t id = e ? e->id : 0;

    if (argc > 1 && xd_parse_u64(argv[1], &id) < 0)
        return xd_err_set(err, -EINVAL, "\"%s\" is not the number of a journal entry", argv[1]);
    int rc = xd_plan_undo(a->world, xd_session_journal(a->session), id, &p, err);
    if (rc == 0)
        xd_plan_open(a, p);
    return rc < 0 && is_unseen(a, id) ? -ENODEV : rc;
}
