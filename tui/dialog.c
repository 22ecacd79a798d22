/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stack of dialogs, and the two plain ones: a menu and a question. */
#include "tui/dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void xd_dialog_push(struct xd_app *a, struct xd_dialog *d)
{
    d->below = a->dialog;
    a->dialog = d;
}

void xd_dialog_pop(struct xd_app *a)
{
    struct xd_dialog *d = a->dialog;

    if (!d)
        return;
    a->dialog = d->below;
    if (d->ops->free)
        d->ops->free(d);
    free(d);
}

struct xd_rect xd_dialog_box(struct xd_canvas *c, int w, int h, enum xd_role_style s,
                             const char *title)
{
    w = w > c->w ? c->w : w;
    h = h > c->h - 2 ? c->h - 2 : h;
    struct xd_rect r = {(c->w - w) / 2, (c->h - h) / 2, w, h};

    xd_canvas_fill(c, r, s);
    xd_canvas_box(c, r, s, title);
    c->cursor_x = c->cursor_y = -1;
    return (struct xd_rect){r.x + 2, r.y + 1, r.w - 4, r.h - 2};
}

/* --- menu --- */

struct menu {
    struct xd_dialog d;
    struct xd_arena arena;
    const char *title;
    struct xd_menu_item *items;
    int n, at;
    void (*chosen)(struct xd_app *a, int index, const void *tag);
};

static void menu_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct menu *m = (const struct menu *)d;
    int w = xd_str_width(m->title) + 6, text_w = 0;

    for (int i = 0; i < m->n; i++) {
        int t = xd_str_width(m->items[i].text);
        int note = m->items[i].note ? xd_str_width(m->items[i].note) : 0;
        int help = m->items[i].help ? xd_str_width(m->items[i].help) : 0;
        text_w = t > text_w ? t : text_w;
        w = text_w + note + 7 > w ? text_w + note + 7 : w;
        w = help + 4 > w ? help + 4 : w;
    }
    struct xd_rect in = xd_dialog_box(c, w, m->n + 5, XD_S_DIALOG, m->title);
    int rows = in.h - 2 > 0 ? in.h - 2 : 1, top = m->at >= rows ? m->at - rows + 1 : 0;
    for (int i = 0; i < rows && top + i < m->n; i++) {
        const struct xd_menu_item *item = &m->items[top + i];
        struct xd_rect line = {in.x - 1, in.y + i, in.w + 2, 1};
        bool here = top + i == m->at;

        xd_canvas_text(c, in.x, in.y + i, XD_S_DIALOG, item->text);
        if (item->note)
            xd_canvas_field(c, in.x + text_w + 3, in.y + i, in.w - text_w - 3, false, XD_S_DIALOG,
                            item->note);
        if (here) {
            xd_canvas_restyle(c, line, XD_S_CURSOR);
            xd_canvas_text(c, in.x - 1, in.y + i, XD_S_CURSOR, "▸");
            c->cursor_x = in.x - 1;
            c->cursor_y = in.y + i;
        }
    }
    if (m->n && m->items[m->at].help)
        xd_canvas_field(c, in.x, in.y + in.h - 1, in.w, false, XD_S_DIALOG, m->items[m->at].help);
}

static void menu_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct menu *m = (struct menu *)d;
    void (*chosen)(struct xd_app *, int, const void *) = m->chosen;

    switch (k->code) {
    case XD_KEY_UP:
    case 'k':
        m->at = m->at > 0 ? m->at - 1 : m->n - 1;
        break;
    case XD_KEY_DOWN:
    case 'j':
        m->at = m->at + 1 < m->n ? m->at + 1 : 0;
        break;
    case XD_KEY_HOME:
        m->at = 0;
        break;
    case XD_KEY_END:
        m->at = m->n - 1;
        break;
    case XD_KEY_ENTER: {
        int at = m->at;
        const void *tag = m->items[at].tag;
        xd_dialog_pop(a);
        chosen(a, at, tag);
        break;
    }
    case XD_KEY_ESC:
    case 'q':
    case XD_KEY_CTRL | 'c':
        xd_dialog_pop(a);
        break;
    default:
        break;
    }
}

static void menu_free(struct xd_dialog *d)
{
    xd_arena_done(&((struct menu *)d)->arena);
}

void xd_menu_open(struct xd_app *a, const char *title, const struct xd_menu_item *items, int n,
                  int at, void (*chosen)(struct xd_app *a, int index, const void *tag))
{
    static const struct xd_dialog_ops ops = {menu_draw, menu_key, menu_free};
    struct menu *m = xd_malloc(sizeof(*m));

    m->d.ops = &ops;
    m->title = xd_arena_strdup(&m->arena, title);
    m->items = xd_arena_array(&m->arena, (size_t)(n ? n : 1), sizeof(*items));
    for (int i = 0; i < n; i++)
        m->items[i] = (struct xd_menu_item){
            xd_arena_strdup(&m->arena, items[i].text), xd_arena_strdup(&m->arena, items[i].note),
            xd_arena_strdup(&m->arena, items[i].help), items[i].tag};
    m->n = n;
    m->at = at >= 0 && at < n ? at : 0;
    m->chosen = chosen;
    xd_dialog_push(a, &m->d);
}

/* --- a question --- */

struct ask {
    struct xd_dialog d;
    struct xd_arena arena;
    const char *title, *help;
    struct xd_line line;
    char error[256];
    int (*accept)(struct xd_app *a, const char *text, const void *tag, struct xd_err *err);
    const void *tag;
};

static void ask_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct ask *q = (const struct ask *)d;
    int w = xd_str_width(q->help) + 4, error_w = xd_str_width(q->error) + 4;

    w = w < 44 ? 44 : w;
    w = error_w > w ? error_w : w;
    struct xd_rect in = xd_dialog_box(c, w, 7, XD_S_DIALOG, q->title);
    xd_canvas_field(c, in.x, in.y, in.w, false, XD_S_DIALOG, q->help);
    xd_line_draw(&q->line, c, in.x, in.y + 2, in.w, "> ");
    xd_canvas_field(c, in.x, in.y + in.h - 1, in.w, false,
                    q->error[0] ? XD_S_DIALOG_BAD : XD_S_DIALOG,
                    q->error[0] ? q->error : "Enter stages it · Esc leaves");
}

static void ask_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct ask *q = (struct ask *)d;
    struct xd_err err = XD_ERR_INIT;

    if (k->code == XD_KEY_ESC || k->code == (XD_KEY_CTRL | 'c')) {
        xd_dialog_pop(a);
    } else if (k->code == XD_KEY_ENTER) {
        if (q->accept(a, q->line.text, q->tag, &err) < 0)
            snprintf(q->error, sizeof(q->error), "%s", xd_err_text(&err));
        else
            xd_dialog_pop(a);
    } else if (xd_line_key(&q->line, k, NULL)) {
        q->error[0] = '\0';
    }
}

static void ask_free(struct xd_dialog *d)
{
    xd_arena_done(&((struct ask *)d)->arena);
}

void xd_ask_open(struct xd_app *a, const char *title, const char *help, const char *initial,
                 int (*accept)(struct xd_app *a, const char *text, const void *tag,
                               struct xd_err *err),
                 const void *tag)
{
    static const struct xd_dialog_ops ops = {ask_draw, ask_key, ask_free};
    struct ask *q = xd_malloc(sizeof(*q));

    q->d.ops = &ops;
    q->title = xd_arena_strdup(&q->arena, title);
    q->help = xd_arena_strdup(&q->arena, help);
    q->accept = accept;
    q->tag = tag;
    xd_line_set(&q->line, initial);
    xd_dialog_push(a, &q->d);
}
