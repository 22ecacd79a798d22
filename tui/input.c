/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and clicks: to the dialog, to what is being typed, else to the command that has the key. */
#include <stdio.h>
#include <string.h>

#include "tui/app.h"
#include "tui/complete.h"
#include "tui/console.h"
#include "tui/dialog.h"
#include "tui/keep.h"

void xd_keys_make(struct xd_app *a)
{
    char name[16];

    a->n_keys = 0;
    for (const struct xd_command *c = xd_console_commands; c->name; c++) {
        for (const char *p = c->keys; p && *p;) {
            size_t n = strcspn(p, " ");

            snprintf(name, sizeof(name), "%.*s", (int)n, p);
            a->keys = xd_realloc(a->keys, (a->n_keys + 1) * sizeof(*a->keys));
            a->keys[a->n_keys++] = (struct xd_key_use){xd_key_parse(name), c};
            p += n + strspn(p + n, " ");
        }
    }
}

static void end_prompt(struct xd_app *a)
{
    a->prompt = XD_PROMPT_NONE;
    a->prompt_error[0] = '\0';
}

/* A filter is tried while it is typed; a text that is no filter yet leaves the last good one. */
static void try_filter(struct xd_app *a)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_query *q = NULL;

    a->prompt_error[0] = '\0';
    if (a->prompt == XD_PROMPT_MARK) { /* rows are marked by Enter */
        if (xd_query_parse(a->line.text, xd_app_screen(a)->desc, &arena, &q, &err) < 0)
            snprintf(a->prompt_error, sizeof(a->prompt_error), "%s", xd_err_text(&err));
        xd_query_done(q);
        xd_arena_done(&arena);
        return;
    }
    if (xd_screen_set_filter(xd_app_screen(a), a->line.text, &err) < 0)
        snprintf(a->prompt_error, sizeof(a->prompt_error), "%s", xd_err_text(&err));
    xd_screen_update(a, xd_app_screen(a));
}

static void accept_prompt(struct xd_app *a)
{
    struct xd_err err = XD_ERR_INIT;
    char text[XD_LINE_BYTES];

    if (a->prompt != XD_PROMPT_COMMAND && a->prompt_error[0])
        return; /* the error is on the screen; Esc goes back */
    snprintf(text, sizeof(text), "%s", a->line.text);
    enum xd_prompt was = a->prompt;
    end_prompt(a);
    if (was == XD_PROMPT_MARK && *text) {
        int n = xd_screen_mark_filter(xd_app_screen(a), text, true, &err);
        xd_app_say(a, XD_S_NORMAL, "%d %s marked", n, n == 1 ? "row" : "rows");
    }
    if (was != XD_PROMPT_COMMAND)
        return;
    xd_line_remember(&a->history, text);
    if (xd_app_run_line(a, text, &err) < 0)
        xd_app_fail(a, &err);
}

static void leave_prompt(struct xd_app *a)
{
    if (a->prompt == XD_PROMPT_FILTER)
        xd_screen_set_filter(xd_app_screen(a), a->filter_before, NULL);
    end_prompt(a);
    xd_screen_update(a, xd_app_screen(a));
}

static void prompt_key(struct xd_app *a, const struct xd_key *k)
{
    bool command = a->prompt == XD_PROMPT_COMMAND;

    if (k->code == XD_KEY_ENTER)
        accept_prompt(a);
    else if (k->code == XD_KEY_ESC || k->code == (XD_KEY_CTRL | 'c') ||
             (k->code == XD_KEY_BACKSPACE && !a->line.len))
        leave_prompt(a);
    else if (k->code == XD_KEY_TAB && command)
        xd_complete(a, &a->line, a->prompt_error, sizeof(a->prompt_error));
    else if (xd_line_key(&a->line, k, command ? &a->history : NULL)) {
        if (command)
            a->prompt_error[0] = '\0';
        else
            try_filter(a);
    }
}

/* Mouse: a row, a tab or a heading. */
static void click(struct xd_app *a, int x, int y)
{
    struct xd_screen *s = xd_app_screen(a);
    struct xd_layout l;

    if (y >= 3 && s->view->click) {
        s->view->click(a, s, x, y - 3);
    } else if (y >= 3 && (size_t)(y - 3) < s->page) {
        xd_screen_goto(a, s, s->top + (size_t)(y - 3));
    } else if (y == 2 && s->desc) {
        xd_layout_make(s, a->w, &l);
        for (int i = 0; i < l.n; i++) {
            if (x >= l.at[i].x && x < l.at[i].x + l.at[i].width && !l.at[i].spark) {
                bool again = s->sort.n && s->sort.by[0].col == l.at[i].col;
                s->sort.by[0].down = again ? !s->sort.by[0].down : l.at[i].right;
                s->sort.by[0].col = l.at[i].col;
                s->sort.n = 1;
            }
        }
    } else if (y == 1) {
        int tab = xd_tab_at(a, x);
        if (tab >= 0)
            a->screen = tab;
    }
    xd_screen_update(a, xd_app_screen(a));
}

/* "Keep it?" has the keys y and n until it is answered. True if k was an answer. */
static bool answer_keep(struct xd_app *a, uint32_t code)
{
    if (!a->keep_until_ns || (code != 'y' && code != 'n'))
        return false;
    if (code == 'n') {
        xd_app_undo_unkept(a);
    } else {
        a->keep_until_ns = 0;
        xd_app_say(a, XD_S_GOOD, "Kept.");
    }
    return true;
}

const struct xd_command *xd_command_of_key(const struct xd_app *a, uint32_t code)
{
    const struct xd_command *found = NULL;

    for (size_t i = 0; i < a->n_keys; i++) {
        const struct xd_command *c = a->keys[i].command;

        if (a->keys[i].code == code && xd_command_is_here(a, c) && (!found || c->screen))
            found = c;
    }
    return found;
}

static void take_key(struct xd_app *a, const struct xd_key *k)
{
    const struct xd_command *c;
    char *argv[2];

    if (a->dialog) {
        a->dialog->ops->key(a, a->dialog, k);
        if (!a->quit)
            xd_screen_update(a, xd_app_screen(a));
        return;
    }
    if (a->prompt != XD_PROMPT_NONE) {
        prompt_key(a, k);
        return;
    }
    if (answer_keep(a, k->code))
        return;
    a->message[0] = '\0';
    a->verb_seq = 0;
    xd_again_forget(a);
    if (k->code == XD_KEY_CLICK) {
        click(a, k->x, k->y);
        return;
    }
    c = xd_command_of_key(a, k->code);
    if (c) {
        argv[0] = (char *)c->name;
        argv[1] = NULL;
        xd_app_run_command(a, c, 1, argv, k->code);
    }
}

void xd_app_key(struct xd_app *a, const struct xd_key *k)
{
    if (k->code == XD_KEY_RESIZE)
        return;
    take_key(a, k);
    xd_keep_note(a);
    xd_app_want(a);
}
