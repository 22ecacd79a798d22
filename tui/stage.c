/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Staged edits: wishes that wait for `a`, and plans on their way. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cmd/terminal.h"
#include "tui/dialog.h"

static void staged_done(struct xd_staged *w)
{
    free(w->object);
    free(w->table);
    free(w->key);
    free(w->column);
    free(w->name);
    free(w->value);
    free(w->text);
}

void xd_app_unstage(struct xd_app *a, const char *table, const char *key)
{
    int kept = 0;

    for (int i = 0; i < a->n_staged; i++) {
        struct xd_staged *w = &a->staged[i];
        if (!table || (strcmp(w->table, table) == 0 && strcmp(w->key, key) == 0))
            staged_done(w);
        else
            a->staged[kept++] = *w;
    }
    a->n_staged = kept;
}

/* One staged edit for each step that the wish comes to; an older one for the same knob of the same
 * object goes. The plan is only made to see whether it could be. */
static void keep_steps(struct xd_app *a, const struct xd_plan *p)
{
    for (size_t i = 0; i < p->n && a->n_staged < XD_STAGED_MAX; i++) {
        const struct xd_step *s = &p->steps[i];
        const struct xd_knob *k = s->offer.knob;
        const struct xd_table_desc *d = xd_world_desc_named(a->world, s->object.table);
        struct xd_arena arena = XD_ARENA_INIT;

        if (!k || !d)
            continue;
        for (int j = 0; j < a->n_staged; j++) {
            struct xd_staged *w = &a->staged[j];
            if (strcmp(w->key, s->object.key) == 0 && strcmp(w->table, s->object.table) == 0 &&
                strcmp(w->name, k->name) == 0) {
                staged_done(w);
                *w = a->staged[--a->n_staged];
                break;
            }
        }
        a->staged[a->n_staged++] = (struct xd_staged){
            .object = xd_strdup(xd_arena_printf(&arena, "%s/%s", d->noun, s->object.key)),
            .table = xd_strdup(s->object.table),
            .key = xd_strdup(s->object.key),
            .column = xd_strdup(k->column),
            .name = xd_strdup(k->name),
            .value = xd_strdup(xd_value_exact(&s->now, &k->kind, &arena)),
            .text = xd_strdup(s->text),
        };
        xd_arena_done(&arena);
    }
}

/* All of the wishes or none. */
static int stage_wishes(struct xd_app *a, const struct xd_wish *wishes, size_t n,
                        struct xd_err *err)
{
    struct xd_plan *p;
    int rc = xd_plan_make(a->world, wishes, n, &p, err);

    if (rc < 0)
        return rc;
    if (a->n_staged + (int)p->n > XD_STAGED_MAX)
        rc = xd_err_set(err, -E2BIG, "more than %d edits would be staged; apply some first",
                        XD_STAGED_MAX);
    else
        keep_steps(a, p);
    xd_plan_free(p);
    return rc;
}

int xd_app_stage_for(struct xd_app *a, const char *object, const char *name, const char *value,
                     struct xd_err *err)
{
    struct xd_wish wish = {object, name, value};

    return stage_wishes(a, &wish, 1, err);
}

static struct xd_wish wish_for(const struct xd_screen *s, const char *key, const char *name,
                               const char *value, struct xd_arena *arena)
{
    return (struct xd_wish){xd_arena_printf(arena, "%s/%s", s->desc->noun, key), name, value};
}

/* Wishes for the marked rows in the order of the screen, then for those that the filter hides; or
 * for the row under the cursor. In arena. */
static size_t wishes_for_rows(struct xd_app *a, const char *name, const char *value,
                              struct xd_arena *arena, struct xd_wish **out, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(a);
    const struct xd_row *row = xd_screen_row(s);
    bool *done = xd_arena_array(arena, s->n_marks + 1, sizeof(*done));
    char key[XD_KEY_MAX];
    size_t n = 0, at;

    if (!s->desc || (!row && !s->n_marks)) {
        xd_err_set(err, -ENOENT, "there is nothing under the cursor to edit");
        return 0;
    }
    *out = xd_arena_array(arena, s->n_marks + 1, sizeof(**out));
    if (!s->n_marks) {
        (*out)[n++] = wish_for(s, xd_row_key(s->desc, row, key), name, value, arena);
        return n;
    }
    for (size_t i = 0; i < s->n_rows; i++) {
        at = xd_screen_mark_at(s, xd_row_key(s->desc, s->sorted[i], key));
        if (at == SIZE_MAX || done[at])
            continue;
        done[at] = true;
        (*out)[n++] = wish_for(s, key, name, value, arena);
    }
    for (at = 0; at < s->n_marks; at++)
        if (!done[at])
            (*out)[n++] = wish_for(s, s->marks[at], name, value, arena);
    return n;
}

int xd_app_stage(struct xd_app *a, const char *name, const char *value, struct xd_err *err)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_wish *wishes;
    size_t n = wishes_for_rows(a, name, value, &arena, &wishes, err);
    int rc = n ? stage_wishes(a, wishes, n, err) : -ENOENT;

    xd_arena_done(&arena);
    return rc;
}

/* A program that gets the terminal: for one row only. */
static int hand_over(struct xd_app *a, const struct xd_action *action, struct xd_err *err)
{
    const struct xd_screen *s = xd_app_screen(a);
    const struct xd_row *row = xd_screen_row(s);
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    if (s->n_marks > 1)
        return xd_err_set(err, -E2BIG, "%s is for one %s at a time, and %zu are marked",
                          action->name, s->desc->noun, s->n_marks);
    if (!row)
        return xd_err_set(err, -ENOENT, "there is nothing under the cursor");
    rc = xd_terminal_line(action, s->desc, row, &b, err);
    if (rc == 0) {
        free(a->hand_over);
        a->hand_over = xd_strdup(xd_buf_str(&b));
    }
    xd_buf_done(&b);
    return rc;
}

int xd_app_propose_action(struct xd_app *a, const struct xd_action *action, const char *params,
                          struct xd_err *err)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_wish host = {"host", action->name, params}, *wishes = &host;
    const char *limit = xd_app_limit(a, action->name);
    bool on_host = strcmp(action->table, "host") == 0;
    struct xd_plan *p;
    size_t n = 1;

    if (limit)
        return xd_err_set(err, -ENOTSUP, "%s: %s", action->name, limit);
    if (action->terminal)
        return hand_over(a, action, err);
    if (!on_host)
        n = wishes_for_rows(a, action->name, params, &arena, &wishes, err);
    int rc = n ? xd_plan_make(a->world, wishes, n, &p, err) : -ENOENT;

    xd_arena_done(&arena);
    if (rc == 0) {
        a->plan_from_staged = false;
        xd_plan_open(a, p);
    }
    return rc;
}

int xd_app_apply(struct xd_app *a, struct xd_err *err)
{
    struct xd_wish wishes[XD_STAGED_MAX];
    struct xd_plan *p;

    if (!a->n_staged)
        return xd_err_set(err, -ENOENT, "nothing is staged; e edits what is under the cursor");
    for (int i = 0; i < a->n_staged; i++)
        wishes[i] = (struct xd_wish){a->staged[i].object, a->staged[i].name, a->staged[i].value};
    int rc = xd_plan_make(a->world, wishes, (size_t)a->n_staged, &p, err);
    if (rc == -EALREADY) /* somebody else did it meanwhile */
        xd_app_unstage(a, NULL, NULL);
    if (rc < 0)
        return rc;
    a->plan_from_staged = true;
    xd_plan_open(a, p);
    return 0;
}

void xd_app_start(struct xd_app *a, struct xd_plan *p)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_session_apply(a->session, p, &err) < 0) {
        xd_plan_free(p);
        xd_app_fail(a, &err);
        return;
    }
    a->plan_running = true;
    a->plan_id = p->id;
    a->message[0] = '\0';
}
