/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A form for an action's parameters, made from their declarations: what is left as it was is for
 * the engine to fill in, for each object its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/tables.h"
#include "tui/complete.h"
#include "tui/dialog.h"

#define FIELDS_MAX 16
#define NAME_W     14
#define FORM_W     68

struct field {
    struct xd_line line;
    char initial[XD_LINE_BYTES];
    bool typed; /* a first key has replaced what was offered */
};

struct form {
    struct xd_dialog d;
    struct xd_arena arena;
    const struct xd_action *action;
    const char *title;
    struct field fields[FIELDS_MAX];
    int n, at;
    char error[512], hint[512];
};

/* --- what a field offers --- */

/* "{nics}" of the one row that is meant; of several each has its own. */
static const char *fallback_text(const struct xd_app *a, const struct xd_action *action,
                                 const struct xd_param *p, struct xd_arena *arena)
{
    const struct xd_screen *s = &a->screens[a->screen];
    const struct xd_row *row = s->n_marks ? NULL : xd_screen_row(s);

    if (!p->fallback || p->fallback[0] != '{')
        return p->fallback ? p->fallback : "";
    if (!row || !s->desc || strcmp(s->desc->name, action->table) != 0)
        return "";
    const char *name = xd_arena_strndup(arena, p->fallback + 1, strlen(p->fallback) - 2);
    int col = xd_desc_column(s->desc, name);
    struct xd_value v = col >= 0 ? xd_row_value(s->desc, row, col) : XD_UNKNOWN;
    return v.have ? xd_value_exact(&v, &s->desc->columns[col].kind, arena) : "";
}

/* The words a field is one of; NULL: it is free text. */
static const char *const *words_of(const struct xd_param *p)
{
    static const char *const yes_no[] = {"no", "yes", NULL};

    return p->kind.type == XD_ENUM ? p->kind.names : p->kind.type == XD_BOOL ? yes_no : NULL;
}

static void turn(struct field *f, const char *const *words, int by)
{
    int n = 0, at = -1;

    for (; words[n]; n++)
        at = strcmp(words[n], f->line.text) == 0 ? n : at;
    xd_line_set(&f->line, words[at < 0 ? 0 : (at + by + n) % n]);
}

/* Domains where one is wanted, pools, else the names of files. */
static void complete(const struct xd_app *a, struct form *q)
{
    const struct xd_param *p = &q->action->params[q->at];
    struct field *f = &q->fields[q->at];
    const char *table =
        strcmp(p->name, "domain") == 0 || strcmp(p->name, "backend") == 0 ? "domains" : NULL;

    f->typed = true;
    if (table)
        xd_complete_label(a, table, &f->line, q->hint, sizeof(q->hint));
    else
        xd_complete_file(&f->line, q->hint, sizeof(q->hint));
}

/* --- drawing --- */

static void draw_field(const struct form *q, int i, struct xd_canvas *c, struct xd_rect line)
{
    const struct xd_param *p = &q->action->params[i];
    const struct field *f = &q->fields[i];
    bool on = i == q->at;
    char text[XD_LINE_BYTES + 16];

    xd_canvas_field(c, line.x, line.y, NAME_W, false, on ? XD_S_DIALOG_ACCENT : XD_S_DIALOG,
                    p->title);
    line.x += NAME_W + 1;
    line.w -= NAME_W + 1;
    if (words_of(p)) {
        snprintf(text, sizeof(text), "‹ %s ›", f->line.text[0] ? f->line.text : "choose");
        xd_canvas_field(c, line.x, line.y, line.w, false, on ? XD_S_CURSOR : XD_S_INPUT, text);
        if (on) {
            c->cursor_x = line.x;
            c->cursor_y = line.y;
        }
    } else if (on) {
        xd_line_draw(&f->line, c, line.x, line.y, line.w, "");
    } else {
        xd_canvas_field(c, line.x, line.y, line.w, false, XD_S_INPUT, f->line.text);
    }
}

static const char *footer(const struct form *q)
{
    return words_of(&q->action->params[q->at])
               ? "← → change · ↑ ↓ fields · Enter shows the plan · Esc leaves"
               : "Tab completes · ↑ ↓ fields · Enter shows the plan · Esc leaves";
}

static void form_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct form *q = (const struct form *)d;
    const struct xd_param *p = &q->action->params[q->at];
    const char *below = q->error[0] ? q->error : q->hint[0] ? q->hint : p->help;
    int w = c->w - 4 < FORM_W ? c->w - 4 : FORM_W;
    struct xd_rect measure = {0, 0, w - 4, 4};
    int below_h = xd_dialog_text(NULL, measure, XD_S_DIALOG, below);
    struct xd_rect in = xd_dialog_box(c, w, q->n + below_h + 5, XD_S_DIALOG, q->title);
    int rows = in.h - below_h - 3 > 0 ? in.h - below_h - 3 : 1;
    int top = q->at >= rows ? q->at - rows + 1 : 0;
    struct xd_rect text = {in.x, in.y + rows + 1, in.w, below_h};

    xd_canvas_field(c, in.x, in.y + in.h - 1, in.w, false, XD_S_DIALOG_ACCENT, footer(q));
    xd_dialog_text(c, text, q->error[0] ? XD_S_DIALOG_BAD : XD_S_DIALOG, below);
    for (int i = 0; i < rows && top + i < q->n; i++)
        draw_field(q, top + i, c, (struct xd_rect){in.x, in.y + i, in.w, 1});
}

/* --- keys --- */

static void accept(struct xd_app *a, struct form *q)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    const struct xd_action *action = q->action;

    for (int i = 0; i < q->n; i++) {
        const struct xd_param *p = &action->params[i];
        const struct field *f = &q->fields[i];
        if (!p->fallback && !f->line.text[0] && (!f->typed || p->kind.type != XD_STR)) {
            q->at = i;
            snprintf(q->error, sizeof(q->error), "%s is needed: %s", p->title, p->help);
            xd_buf_done(&b);
            return;
        }
        if (!p->fallback || strcmp(f->line.text, f->initial) != 0)
            xd_param_add(&b, p->name, f->line.text);
    }
    /* The plan is opened on top of this form; it goes first, and comes back if there is none. */
    struct xd_dialog *mine = a->dialog;
    a->dialog = mine->below;
    int rc = xd_app_propose_action(a, action, b.len ? b.s : NULL, &err);
    xd_buf_done(&b);
    if (rc < 0) {
        snprintf(q->error, sizeof(q->error), "%s", xd_err_text(&err));
        a->dialog = mine;
        return;
    }
    mine->ops->free(mine);
    free(mine);
}

static void move_to(struct form *q, int at)
{
    q->at = (at + q->n) % q->n;
    q->hint[0] = '\0';
}

static void type(struct form *q, const struct xd_key *k)
{
    struct field *f = &q->fields[q->at];
    const char *const *words = words_of(&q->action->params[q->at]);

    if (words) {
        if (k->code == XD_KEY_LEFT || k->code == XD_KEY_RIGHT || k->code == ' ')
            turn(f, words, k->code == XD_KEY_LEFT ? -1 : 1);
        return;
    }
    /* What is offered goes when something else is typed first. */
    if (!f->typed && k->code >= 0x20 && k->code < XD_KEY_UP && k->code != XD_KEY_BACKSPACE)
        xd_line_set(&f->line, "");
    f->typed |= xd_line_key(&f->line, k, NULL);
}

static void form_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct form *q = (struct form *)d;

    q->error[0] = '\0';
    switch (k->code) {
    case XD_KEY_ESC:
    case XD_KEY_CTRL | 'c':
        xd_dialog_pop(a);
        break;
    case XD_KEY_ENTER:
        accept(a, q);
        break;
    case XD_KEY_UP:
    case XD_KEY_BACKTAB:
        move_to(q, q->at - 1);
        break;
    case XD_KEY_DOWN:
        move_to(q, q->at + 1);
        break;
    case XD_KEY_TAB:
        if (words_of(&q->action->params[q->at]) || q->action->params[q->at].kind.type != XD_STR)
            move_to(q, q->at + 1);
        else
            complete(a, q);
        break;
    default:
        q->hint[0] = '\0';
        type(q, k);
    }
}

static void form_free(struct xd_dialog *d)
{
    xd_arena_done(&((struct form *)d)->arena);
}

void xd_form_open(struct xd_app *a, const struct xd_action *action)
{
    static const struct xd_dialog_ops ops = {form_draw, form_key, form_free, NULL};
    struct form *q = xd_malloc(sizeof(*q));
    char meant[XD_KEY_MAX];

    q->d.ops = &ops;
    q->action = action;
    q->title =
        xd_arena_printf(&q->arena, "%s: %s", xd_app_meant(a, action->table, meant), action->title);
    for (const struct xd_param *p = action->params; p->name && q->n < FIELDS_MAX; p++, q->n++) {
        struct field *f = &q->fields[q->n];
        xd_line_set(&f->line, fallback_text(a, action, p, &q->arena));
        memcpy(f->initial, f->line.text, sizeof(f->initial));
    }
    xd_dialog_push(a, &q->d);
}
