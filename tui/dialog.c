/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stack of dialogs, and the two plain ones: a menu and a question. */
#include "tui/dialog.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define PROSE_W 64 /* lines of help are this long at most */

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

int xd_dialog_text(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s, const char *text)
{
    char line[512];
    int y = 0;

    while (*text && y < r.h && r.w > 0) {
        /* where there is no room for the rest, the field ends in an ellipsis */
        size_t cut = y + 1 == r.h ? strlen(text) : xd_str_wrap(text, r.w);
        snprintf(line, sizeof(line), "%.*s", (int)cut, text);
        if (c)
            xd_canvas_field(c, r.x, r.y + y, r.w, false, s, line);
        text += cut;
        text += strspn(text, " ");
        y++;
    }
    return y;
}

bool xd_dialog_move(const struct xd_key *k, int n, int *at)
{
    static const struct {
        uint32_t code;
        int by;
    } moves[] = {{XD_KEY_UP, -1},       {'k', -1},         {XD_KEY_DOWN, 1},        {'j', 1},
                 {XD_KEY_PGUP, -10},    {XD_KEY_PGDN, 10}, {XD_KEY_HOME, -INT_MAX}, {'g', -INT_MAX},
                 {XD_KEY_END, INT_MAX}, {'G', INT_MAX}};

    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        if (moves[i].code != k->code)
            continue;
        int by = moves[i].by;
        *at = by > n - 1 - *at ? n - 1 : by < -*at ? 0 : *at + by;
        return true;
    }
    return false;
}

bool xd_dialog_scroll(const struct xd_key *k, int page, int most, int *top)
{
    page = page < 1 ? 1 : page;
    int by = k->code == XD_KEY_DOWN || k->code == 'j' ? 1
             : k->code == XD_KEY_UP || k->code == 'k' ? -1
             : k->code == XD_KEY_PGDN                 ? page
             : k->code == XD_KEY_PGUP                 ? -page
                                                      : 0;

    if (!by)
        return false;
    *top = *top + by > most ? most : *top + by;
    *top = *top < 0 ? 0 : *top;
    return true;
}

/* --- menu --- */

struct menu {
    struct xd_dialog d;
    struct xd_arena arena;
    const char *title;
    struct xd_menu_item *items;
    int n, at;
    bool asked_off; /* what can't be chosen was: the reason is the answer */
    void (*chosen)(struct xd_app *a, int index, const void *tag);
    const char *(*note)(const struct xd_app *a, const void *tag, struct xd_arena *arena);
};

struct menu_size {
    int w, text_w, help_h;
};

static const char *note_of(const struct xd_app *a, const struct menu *m, int i,
                           struct xd_arena *arena)
{
    return m->note ? m->note(a, m->items[i].tag, arena) : m->items[i].note;
}

static void menu_measure(const struct xd_app *a, const struct menu *m, struct menu_size *out)
{
    struct xd_arena arena = XD_ARENA_INIT;
    int note_w = 0;

    *out = (struct menu_size){.w = xd_str_width(m->title) + 6};
    for (int i = 0; i < m->n; i++) {
        int text = xd_str_width(m->items[i].text);
        const char *noted = note_of(a, m, i, &arena);
        int note = noted ? xd_str_width(noted) + 3 : 0;

        out->text_w = text > out->text_w ? text : out->text_w;
        note_w = note > note_w ? note : note_w;
        if ((m->items[i].help || m->items[i].off) && out->w < PROSE_W + 4)
            out->w = PROSE_W + 4;
    }
    if (out->text_w + note_w + 4 > out->w)
        out->w = out->text_w + note_w + 4;
    for (int i = 0; i < m->n; i++) {
        struct xd_rect r = {0, 0, out->w - 4, 3};
        const char *text = m->items[i].off ? m->items[i].off : m->items[i].help;
        int h = text ? xd_dialog_text(NULL, r, XD_S_DIALOG, text) : 0;
        out->help_h = h > out->help_h ? h : out->help_h;
    }
    xd_arena_done(&arena);
}

static void menu_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct menu *m = (const struct menu *)d;
    struct xd_arena arena = XD_ARENA_INIT;
    struct menu_size size;

    menu_measure(a, m, &size);
    int below = size.help_h ? size.help_h + 1 : 0;
    struct xd_rect in = xd_dialog_box(c, size.w > c->w - 4 ? c->w - 4 : size.w, m->n + 2 + below,
                                      XD_S_DIALOG, m->title);
    int rows = in.h - below > 0 ? in.h - below : 1, top = m->at >= rows ? m->at - rows + 1 : 0;
    for (int i = 0; i < rows && top + i < m->n; i++) {
        const struct xd_menu_item *item = &m->items[top + i];
        struct xd_rect line = {in.x - 1, in.y + i, in.w + 2, 1};

        enum xd_role_style style = item->off ? XD_S_DIALOG_DIM : XD_S_DIALOG;

        xd_canvas_text(c, in.x, in.y + i, style, item->text);
        const char *note = note_of(a, m, top + i, &arena);
        if (note)
            xd_canvas_field(c, in.x + size.text_w + 3, in.y + i, in.w - size.text_w - 3, false,
                            style, note);
        if (top + i == m->at) {
            xd_canvas_restyle(c, line, XD_S_CURSOR);
            xd_canvas_text(c, in.x - 1, in.y + i, XD_S_CURSOR, "▸");
            c->cursor_x = in.x - 1;
            c->cursor_y = in.y + i;
        }
    }
    struct xd_rect help = {in.x, in.y + rows + 1, in.w, size.help_h};
    const struct xd_menu_item *on = m->n ? &m->items[m->at] : NULL;
    if (on && on->off)
        xd_dialog_text(c, help, m->asked_off ? XD_S_DIALOG_BAD : XD_S_DIALOG_DIM, on->off);
    else if (on && on->help)
        xd_dialog_text(c, help, XD_S_DIALOG, on->help);
    xd_arena_done(&arena);
}

static void menu_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct menu *m = (struct menu *)d;
    void (*chosen)(struct xd_app *, int, const void *) = m->chosen;

    if (k->code != XD_KEY_ENTER)
        m->asked_off = false;
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
        m->asked_off = m->items[at].off != NULL;
        if (m->asked_off)
            return;
        snprintf(a->chosen, sizeof(a->chosen), "%s", m->items[at].text);
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
    static const struct xd_dialog_ops ops = {menu_draw, menu_key, menu_free, NULL};
    struct menu *m = xd_malloc(sizeof(*m));

    m->d.ops = &ops;
    m->title = xd_arena_strdup(&m->arena, title);
    m->items = xd_arena_array(&m->arena, (size_t)(n ? n : 1), sizeof(*items));
    for (int i = 0; i < n; i++)
        m->items[i] = (struct xd_menu_item){.text = xd_arena_strdup(&m->arena, items[i].text),
                                            .note = xd_arena_strdup(&m->arena, items[i].note),
                                            .help = xd_arena_strdup(&m->arena, items[i].help),
                                            .off = xd_arena_strdup(&m->arena, items[i].off),
                                            .tag = items[i].tag};
    m->n = n;
    m->at = at >= 0 && at < n ? at : 0;
    m->chosen = chosen;
    xd_dialog_push(a, &m->d);
}

void xd_menu_live(struct xd_app *a, const char *(*note)(const struct xd_app *a, const void *tag,
                                                        struct xd_arena *arena))
{
    ((struct menu *)a->dialog)->note = note;
}

/* --- a question --- */

struct ask {
    struct xd_dialog d;
    struct xd_arena arena;
    const char *title, *help;
    struct xd_line line;
    bool touched;
    char error[256];
    int (*accept)(struct xd_app *a, const char *text, const void *tag, struct xd_err *err);
    const void *tag;
};

static void ask_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct ask *q = (const struct ask *)d;
    const char *below = q->error[0] ? q->error
                        : q->tag    ? "Enter stages it · Esc leaves"
                                    : "Enter goes on · Esc leaves";
    struct xd_rect all = {0, 0, c->w - 4 < PROSE_W ? c->w - 4 : PROSE_W, 4};
    int help_h = xd_dialog_text(NULL, all, XD_S_DIALOG, q->help);
    int below_h = xd_dialog_text(NULL, all, XD_S_DIALOG, below);
    int h = help_h + below_h + 3;
    struct xd_rect in = xd_dialog_box(c, all.w + 4, h + 2, XD_S_DIALOG, q->title);
    struct xd_rect help = {in.x, in.y, in.w, help_h};
    struct xd_rect foot = {in.x, in.y + help_h + 3, in.w, below_h};

    xd_dialog_text(c, help, XD_S_DIALOG, q->help);
    xd_line_draw(&q->line, c, in.x, in.y + help_h + 1, in.w, "> ");
    xd_dialog_text(c, foot, q->error[0] ? XD_S_DIALOG_BAD : XD_S_DIALOG, below);
}

/* What it leads to may open a dialog: this one goes first, and comes back if it is refused. */
static void accept_line(struct xd_app *a, struct ask *q)
{
    struct xd_err err = XD_ERR_INIT;

    a->dialog = q->d.below;
    if (q->accept(a, q->line.text, q->tag, &err) < 0) {
        snprintf(q->error, sizeof(q->error), "%s", xd_err_text(&err));
        a->dialog = &q->d;
        return;
    }
    q->d.ops->free(&q->d);
    free(q);
}

static void ask_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct ask *q = (struct ask *)d;
    bool fresh = !q->touched;

    q->touched = true;
    if (k->code == XD_KEY_ESC || k->code == (XD_KEY_CTRL | 'c')) {
        xd_dialog_pop(a);
    } else if (k->code == XD_KEY_ENTER) {
        accept_line(a, q);
    } else {
        /* The value there is now is an offer: what is typed first replaces it. */
        if (fresh && k->code > 0x20 && k->code < XD_KEY_UP && k->code != XD_KEY_BACKSPACE)
            xd_line_set(&q->line, "");
        if (xd_line_key(&q->line, k, NULL))
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
    static const struct xd_dialog_ops ops = {ask_draw, ask_key, ask_free, NULL};
    struct ask *q = xd_malloc(sizeof(*q));

    q->d.ops = &ops;
    q->title = xd_arena_strdup(&q->arena, title);
    q->help = xd_arena_strdup(&q->arena, help);
    q->accept = accept;
    q->tag = tag;
    xd_line_set(&q->line, initial);
    xd_dialog_push(a, &q->d);
}
