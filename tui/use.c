/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keys of rows, columns and edits would come to on the screen that is shown: the key bar
 * goes by it (see enum xd_use). The commands themselves say more, in a sentence. */
#include <string.h>

#include "model/tables.h"
#include "tui/commands.h"

static const struct xd_screen *shown(const struct xd_app *a)
{
    return &a->screens[a->screen];
}

/* Something is marked, or under the cursor: a row, or the heading of a group. */
static bool has_object(const struct xd_screen *s)
{
    return s->n_marks || s->at < s->n;
}

/* The table has knobs, or actions. */
static bool offers(const struct xd_app *a, const char *table, bool actions)
{
    struct xd_offer o;

    for (size_t i = 0; xd_world_offer_at(a->world, i, &o); i++)
        if (actions == (o.action != NULL) &&
            strcmp(o.knob ? o.knob->table : o.action->table, table) == 0)
            return true;
    return false;
}

/* --- rows and columns --- */

/* Rows under each other, with columns, an order and marks: a drawing has a table, and none of
 * these. */
static bool is_table(const struct xd_screen *s)
{
    return s->desc && !s->view->move;
}

enum xd_use xd_use_filter(const void *ctx)
{
    const struct xd_screen *s = shown(ctx);

    return s->desc || s->view->searches ? XD_USE : XD_USE_NEVER;
}

enum xd_use xd_use_table(const void *ctx)
{
    return is_table(shown(ctx)) ? XD_USE : XD_USE_NEVER;
}

/* Marks are for edits, of which the table may have none. */
enum xd_use xd_use_mark(const void *ctx)
{
    const struct xd_screen *s = shown(ctx);

    if (!is_table(s) || !(offers(ctx, s->desc->name, false) || offers(ctx, s->desc->name, true)))
        return XD_USE_NEVER;
    return xd_use_if(s->at < s->n);
}

enum xd_use xd_use_tree(const void *ctx)
{
    const struct xd_screen *s = shown(ctx);

    if (!is_table(s) || !xd_tree_name(s, 0, NULL))
        return XD_USE_NEVER;
    return xd_use_if(s->n);
}

enum xd_use xd_use_graphs(const void *ctx)
{
    const struct xd_screen *s = shown(ctx);

    for (int i = 0; is_table(s) && !s->view->tall && i < s->desc->n_columns; i++)
        if (s->desc->columns[i].flags & XD_COL_HISTORY)
            return xd_use_if(xd_screen_row(s));
    return XD_USE_NEVER;
}

/* --- edits --- */

/* On the heading of a group it folds that, whatever the table. */
enum xd_use xd_use_edit(const void *ctx)
{
    const struct xd_screen *s = shown(ctx);

    if (xd_screen_heading(s, s->at) && !s->n_marks)
        return XD_USE;
    if (!s->desc || !offers(ctx, s->desc->name, false))
        return XD_USE_NEVER;
    return xd_use_if(has_object(s));
}

/* What makes domains and pools can be had without one. */
enum xd_use xd_use_actions(const void *ctx)
{
    const struct xd_screen *s = shown(ctx);
    const char *table = s->desc ? s->desc->name : "";
    bool makes = strcmp(table, xd_domains_desc.name) == 0 || strcmp(table, xd_pools_desc.name) == 0;

    if (makes && offers(ctx, xd_host_desc.name, true))
        return XD_USE;
    return offers(ctx, table, true) ? xd_use_if(has_object(s)) : XD_USE_NEVER;
}

enum xd_use xd_use_cap(const void *ctx)
{
    const struct xd_app *a = ctx;
    const struct xd_screen *s = shown(a);
    const struct xd_table_desc *d;
    struct xd_offer o;

    if (!s->desc || !xd_world_offer(a->world, NULL, "sched.cap", &o) || !o.knob)
        return XD_USE_NEVER;
    d = xd_world_desc_named(a->world, o.knob->table);
    if (strcmp(o.knob->table, s->desc->name) != 0 &&
        !(d && d->parent && strcmp(d->parent, s->desc->name) == 0))
        return XD_USE_NEVER;
    return xd_use_if((xd_screen_row(s) || s->n_marks) && !xd_app_limit(a, o.knob->name));
}

enum xd_use xd_use_undo(const void *ctx)
{
    const struct xd_app *a = ctx;

    return xd_use_if(xd_journal_count(xd_session_journal(a->session)));
}
