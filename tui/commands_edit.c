/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that stage, apply and take back edits. None of them touches the host by itself: each
 * ends in a staged value or in the preview of a plan. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
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

/* --- knobs --- */

static int value_given(struct xd_app *a, const char *text, const void *tag, struct xd_err *err)
{
    const struct xd_knob *k = tag;

    return xd_app_stage(a, k->name, text, err);
}

static void describe_range(const struct xd_knob *k, const struct xd_table_desc *d,
                           const struct xd_row *row, struct xd_arena *arena, const char **out)
{
    struct xd_value lo = {true, k->kind.type, {.i = k->min}};
    struct xd_value hi = {true, k->kind.type, {.i = k->max}};
    int bound = k->max_column ? xd_desc_column(d, k->max_column) : -1;

    *out = k->help;
    if (k->kind.type != XD_U64 && k->kind.type != XD_I64)
        return;
    if (row && xd_row_has(row, bound))
        hi.cell.i = (int64_t)xd_row_u64(row, bound, 0) * k->max_scale;
    else if (k->min == k->max)
        return;
    *out = xd_arena_printf(arena, "%s (%s to %s)", k->help, xd_value_exact(&lo, &k->kind, arena),
                           xd_value_exact(&hi, &k->kind, arena));
}

static void ask_value(struct xd_app *a, const struct xd_knob *k)
{
    const struct xd_screen *s = xd_app_screen(a);
    /* Of several rows none can speak for the others. */
    const struct xd_row *row = s->n_marks ? NULL : xd_screen_row(s);
    struct xd_arena arena = XD_ARENA_INIT;
    char label[XD_KEY_MAX] = "";
    const char *help, *value = "";

    describe_range(k, s->desc, row, &arena, &help);
    if (row) {
        /* a knob of the row's children (vCPUs) has no column here */
        int col = xd_desc_column(s->desc, k->column);
        struct xd_value v = col >= 0 ? xd_row_value(s->desc, row, col) : XD_UNKNOWN;
        value = v.have ? xd_value_exact(&v, &k->kind, &arena) : "";
        xd_row_label(s->desc, row, label);
    }
    if (s->n_marks)
        snprintf(label, sizeof(label), "%zu marked", s->n_marks);
    xd_ask_open(a, xd_arena_printf(&arena, "%s: %s", label, k->title), help, value, value_given, k);
    xd_arena_done(&arena);
}

static void knob_chosen(struct xd_app *a, int index, const void *tag)
{
    ask_value(a, tag);
}

/* The knobs or the actions of the screen's table as menu items; returns how many. */
static int offers(struct xd_app *a, bool actions, struct xd_menu_item *items,
                  struct xd_arena *arena)
{
    const struct xd_screen *s = xd_app_screen(a);
    const struct xd_row *row = s->n_marks ? NULL : xd_screen_row(s);
    struct xd_offer o;
    int n = 0;

    for (size_t i = 0; s->desc && n < MENU_MAX && xd_world_offer_at(a->world, i, &o); i++) {
        const char *table = o.knob ? o.knob->table : o.action->table;
        if (strcmp(table, s->desc->name) != 0 || actions != (o.action != NULL))
            continue;
        if (o.action) {
            items[n++] = (struct xd_menu_item){o.action->title, xd_risk_name(o.action->risk),
                                               o.action->help, o.action};
            continue;
        }
        struct xd_value v =
            row ? xd_row_value(s->desc, row, xd_desc_column(s->desc, o.knob->column)) : XD_UNKNOWN;
        items[n++] = (struct xd_menu_item){o.knob->title,
                                           row ? xd_value_exact(&v, &o.knob->kind, arena) : NULL,
                                           o.knob->help, o.knob};
    }
    return n;
}

/* The menu of knobs or of actions for the rows that are meant. */
static int open_offers(struct xd_app *a, bool actions,
                       void (*chosen)(struct xd_app *a, int index, const void *tag),
                       struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(a);
    const struct xd_row *row = xd_screen_row(s);
    struct xd_menu_item items[MENU_MAX];
    struct xd_arena arena = XD_ARENA_INIT;
    char label[XD_KEY_MAX] = "";
    int n = offers(a, actions, items, &arena);

    if (row && s->desc)
        xd_row_label(s->desc, row, label);
    if (s->n_marks)
        snprintf(label, sizeof(label), "%zu marked", s->n_marks);
    if (n && (row || s->n_marks))
        xd_menu_open(a, xd_arena_printf(&arena, "%s: %s", actions ? "Act on" : "Edit", label),
                     items, n, 0, chosen);
    else if (n)
        xd_err_set(err, -ENOENT, "there is nothing under the cursor");
    else
        xd_err_set(err, -ENOTSUP, "%s have no %s on this host", s->view->title,
                   actions ? "actions" : "knobs");
    xd_arena_done(&arena);
    return n && (row || s->n_marks) ? 0 : -ENOENT;
}

int xd_cmd_edit(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return open_offers(ctx, false, knob_chosen, err);
}

/* A key of its own for an often used knob; it works on the rows of the knob's table, or on those
 * whose children have it (a domain's vCPUs). */
static int shortcut(struct xd_app *a, const char *knob, int argc, char **argv, struct xd_err *err)
{
    const struct xd_screen *s = xd_app_screen(a);
    struct xd_offer o;

    if (!s->desc || !xd_screen_row(s))
        return xd_err_set(err, -ENOENT, "there is nothing under the cursor to edit");
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

static void action_chosen(struct xd_app *a, int index, const void *tag)
{
    const struct xd_action *action = tag;
    struct xd_err err = XD_ERR_INIT;

    if (xd_app_propose_action(a, action->name, &err) < 0)
        xd_app_fail(a, &err);
}

int xd_cmd_actions(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return open_offers(ctx, true, action_chosen, err);
}

int xd_cmd_propose(void *ctx, int argc, char **argv, struct xd_err *err)
{
    if (argc != 2)
        return xd_err_set(err, -EINVAL, "for example :do pause");
    return xd_app_propose_action(ctx, argv[1], err);
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
    return rc;
}
