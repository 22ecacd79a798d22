/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands about what a screen shows: the cursor, filter and order, marks, columns, groups. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/presets.h"
#include "tui/commands.h"
#include "tui/topo/screen.h"
#include "tui/dialog.h"

/* --- moving --- */

static int move(struct xd_app *a, long by)
{
    struct xd_screen *s = xd_app_screen(a);
    long at = (long)s->at + by;

    xd_screen_goto(a, s, at < 0 ? 0 : (size_t)at);
    return 0;
}

/* A step in a drawing. */
static bool own_move(struct xd_app *a, int dx, int dy)
{
    struct xd_screen *s = xd_app_screen(a);

    return s->view->move && s->view->move(a, s, dx, dy);
}

int xd_cmd_up(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return own_move(ctx, 0, -1) ? 0 : move(ctx, -1);
}

int xd_cmd_down(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return own_move(ctx, 0, 1) ? 0 : move(ctx, 1);
}

int xd_cmd_page_up(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return move(ctx, -(long)xd_app_screen(ctx)->page);
}

int xd_cmd_page_down(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return move(ctx, (long)xd_app_screen(ctx)->page);
}

int xd_cmd_top(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_screen_goto(ctx, xd_app_screen(ctx), 0);
    return 0;
}

int xd_cmd_bottom(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_screen_goto(ctx, xd_app_screen(ctx), SIZE_MAX);
    return 0;
}

/* --- rows: filter, order, marks --- */

int xd_cmd_filter(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);
    struct xd_buf b = XD_BUF_INIT;

    if (argc == 1 && (s->desc || s->view->searches)) {
        a->prompt = XD_PROMPT_FILTER;
        snprintf(a->filter_before, sizeof(a->filter_before), "%s", s->filter);
        xd_line_set(&a->line, s->filter);
        return 0;
    }
    for (int i = 1; i < argc; i++)
        xd_buf_printf(&b, "%s%s", i > 1 ? " " : "", argv[i]);
    int rc = xd_screen_set_filter(s, xd_buf_str(&b), err);
    xd_buf_done(&b);
    return rc;
}

/* Esc: one step back, whatever that is now. */
int xd_cmd_back(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);

    if (xd_session_busy(a->session))
        xd_session_cancel(a->session);
    else if (s->n_marks)
        xd_screen_unmark_all(s);
    else if (s->filter[0])
        xd_screen_set_filter(s, "", NULL);
    else if (xd_topo_is_screen(s))
        return xd_cmd_topo_farther(ctx, argc, argv, err);
    return 0;
}

static int need_table(struct xd_app *a, struct xd_err *err)
{
    const struct xd_screen *s = xd_app_screen(a);

    return s->desc ? 0 : xd_err_set(err, -ENOTSUP, "the %s screen keeps its order", s->view->title);
}

/* Numbers are looked at from the largest down, names from A on. */
static void sort_by(struct xd_screen *s, int col)
{
    s->sort.n = 1;
    s->sort.by[0].col = col;
    s->sort.by[0].down = xd_type_is_number(s->desc->columns[col].kind.type);
}

static void sort_chosen(struct xd_app *a, int index, const void *tag)
{
    sort_by(xd_app_screen(a), index);
}

int xd_cmd_sort(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);
    struct xd_menu_item items[XD_COLUMNS_MAX];

    if (need_table(a, err) < 0)
        return -ENOTSUP;
    if (argc > 1)
        return xd_sort_parse(argv[1], s->desc, &s->sort, err);
    for (int i = 0; i < s->desc->n_columns; i++)
        items[i] = (struct xd_menu_item){.text = s->desc->columns[i].name,
                                         .help = s->desc->columns[i].help};
    xd_menu_open(a, "Sort by", items, s->desc->n_columns, s->sort.n ? s->sort.by[0].col : 0,
                 sort_chosen);
    return 0;
}

/* Moves the sort to the next visible column. */
static int sort_move(struct xd_app *a, int by, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(a);
    struct xd_layout l;
    int at = -1, n = 0, cols[XD_COLUMNS_MAX];

    if (need_table(a, err) < 0)
        return -ENOTSUP;
    xd_layout_make(s, a->w, &l);
    for (int i = 0; i < l.n; i++) {
        if (l.at[i].spark)
            continue;
        if (s->sort.n && s->sort.by[0].col == l.at[i].col)
            at = n;
        cols[n++] = l.at[i].col;
    }
    if (n)
        sort_by(s, cols[at < 0 ? 0 : (at + by + n) % n]);
    return 0;
}

int xd_cmd_sort_left(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return sort_move(ctx, -1, err);
}

int xd_cmd_sort_right(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return sort_move(ctx, 1, err);
}

int xd_cmd_invert(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(ctx);

    if (need_table(ctx, err) < 0)
        return -ENOTSUP;
    if (!s->sort.n)
        return xd_err_set(err, -ENOENT, "nothing is sorted yet; s chooses a column");
    s->sort.by[0].down = !s->sort.by[0].down;
    return 0;
}

/* ":mark FILTER" and ":unmark FILTER": a filter in words. */
static int mark_words(struct xd_app *a, int argc, char **argv, bool on, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(a);
    struct xd_buf b = XD_BUF_INIT;

    for (int i = 1; i < argc; i++)
        xd_buf_printf(&b, "%s%s", i > 1 ? " " : "", argv[i]);
    int n = xd_screen_mark_filter(s, xd_buf_str(&b), on, err);
    xd_buf_done(&b);
    if (n >= 0)
        xd_app_say(a, XD_S_NORMAL, "%d %s %smarked", n, n == 1 ? "row" : "rows", on ? "" : "un");
    return n < 0 ? n : 0;
}

/* On the heading of a group: all its rows, or none of them where all are marked. */
static void mark_group(struct xd_screen *s, const struct xd_group *g)
{
    char key[XD_KEY_MAX];
    bool all = true;

    for (size_t i = g->from; i < g->from + g->n; i++)
        all = all && xd_screen_marked(s, xd_row_key(s->desc, s->sorted[i], key));
    for (size_t i = g->from; i < g->from + g->n; i++)
        xd_screen_mark(s, xd_row_key(s->desc, s->sorted[i], key), !all);
}

int xd_cmd_mark(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);
    const struct xd_row *row = xd_screen_row(s);
    const struct xd_group *g = xd_screen_heading(s, s->at);
    char key[XD_KEY_MAX];

    if (argc > 1)
        return need_table(a, err) < 0 ? -ENOTSUP : mark_words(a, argc, argv, true, err);
    if (g) {
        mark_group(s, g);
        return move(a, 1);
    }
    if (!s->desc || !row)
        return xd_err_set(err, -ENOENT, "there is nothing under the cursor to mark");
    xd_row_key(s->desc, row, key);
    xd_screen_mark(s, key, !xd_screen_marked(s, key));
    return move(a, 1);
}

int xd_cmd_mark_all(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(ctx);
    char key[XD_KEY_MAX];

    if (need_table(ctx, err) < 0)
        return -ENOTSUP;
    for (size_t i = 0; i < s->n_rows; i++)
        xd_screen_mark(s, xd_row_key(s->desc, s->sorted[i], key), true);
    return 0;
}

int xd_cmd_mark_filter(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (need_table(a, err) < 0)
        return -ENOTSUP;
    if (argc > 1)
        return mark_words(a, argc, argv, true, err);
    a->prompt = XD_PROMPT_MARK;
    xd_line_set(&a->line, "");
    return 0;
}

int xd_cmd_mark_invert(void *ctx, int argc, char **argv, struct xd_err *err)
{
    if (need_table(ctx, err) < 0)
        return -ENOTSUP;
    xd_screen_mark_invert(xd_app_screen(ctx));
    return 0;
}

int xd_cmd_unmark(void *ctx, int argc, char **argv, struct xd_err *err)
{
    if (need_table(ctx, err) < 0)
        return -ENOTSUP;
    if (argc > 1)
        return mark_words(ctx, argc, argv, false, err);
    xd_screen_unmark_all(xd_app_screen(ctx));
    return 0;
}

/* --- columns and groups --- */

int xd_cmd_columns(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (!xd_app_screen(a)->desc)
        return xd_err_set(err, -ENOTSUP, "the %s screen has no columns to choose",
                          xd_app_screen(a)->view->title);
    if (argc > 2)
        return xd_err_set(err, -EINVAL,
                          "for example :columns name,cpu,cpu:graph or :columns +uuid");
    if (argc == 2)
        return xd_screen_set_columns(xd_app_screen(a), argv[1], err);
    xd_columns_open(a);
    return 0;
}

static int use_preset(struct xd_app *a, const struct xd_preset *p, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(a);
    const char *sort = p->columns ? p->sort : s->view->sort;
    int rc = xd_screen_set_columns(s, p->columns, err);

    if (rc == 0 && sort)
        rc = xd_sort_parse(sort, s->desc, &s->sort, err);
    if (rc == 0)
        xd_app_say(a, XD_S_NORMAL, "%s: %s", p->name, p->title);
    return rc;
}

static void preset_chosen(struct xd_app *a, int index, const void *tag)
{
    struct xd_err err = XD_ERR_INIT;

    if (use_preset(a, tag, &err) < 0)
        xd_app_fail(a, &err);
}

/* The preset in force, or -1: the columns are somebody's own. */
static int preset_now(const struct xd_screen *s)
{
    const struct xd_preset *p;

    for (int i = 0; (p = xd_preset_at(s->desc->name, i)); i++)
        if (xd_streq(p->columns, s->columns))
            return i;
    return -1;
}

static int need_presets(const struct xd_screen *s, struct xd_err *err)
{
    if (s->desc && xd_preset_at(s->desc->name, 0))
        return 0;
    return xd_err_set(err, -ENOTSUP, "%s have no presets; C chooses columns", s->view->title);
}

int xd_cmd_preset(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_screen *s = xd_app_screen(a);
    struct xd_menu_item items[32];
    const struct xd_preset *p;
    int n = 0;

    if (need_presets(s, err) < 0)
        return -ENOTSUP;
    if (argc > 1)
        return xd_preset_find(s->desc->name, argv[1], &p, err) < 0 ? -ENOENT
                                                                   : use_preset(a, p, err);
    for (; n < 32 && (p = xd_preset_at(s->desc->name, n)); n++)
        items[n] = (struct xd_menu_item){.text = p->name, .note = p->title, .tag = p};
    xd_menu_open(a, "Columns", items, n, preset_now(s), preset_chosen);
    return 0;
}

int xd_cmd_preset_next(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const struct xd_screen *s = xd_app_screen(a);

    if (need_presets(s, err) < 0)
        return -ENOTSUP;
    const struct xd_preset *p = xd_preset_at(s->desc->name, preset_now(s) + 1);
    return use_preset(a, p ? p : xd_preset_at(s->desc->name, 0), err);
}

static int scroll(struct xd_app *a, int by, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(a);
    struct xd_layout l;

    if (need_table(a, err) < 0)
        return -ENOTSUP;
    s->shift = s->shift + by < 0 ? 0 : s->shift + by;
    xd_layout_make(s, a->w, &l);
    if (by > 0 && l.n < 2)
        s->shift -= by;
    return 0;
}

int xd_cmd_scroll_left(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return own_move(ctx, -1, 0) ? 0 : scroll(ctx, -1, err);
}

int xd_cmd_scroll_right(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return own_move(ctx, 1, 0) ? 0 : scroll(ctx, 1, err);
}

int xd_cmd_tree(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);
    const char *title = "";

    if (need_table(a, err) < 0)
        return -ENOTSUP;
    if (argc > 1)
        return xd_tree_set(s, argv[1], err);
    if (!xd_tree_name(s, 0, NULL))
        return xd_err_set(err, -ENOTSUP, "%s have no groups", s->view->title);
    if (!xd_tree_name(s, s->tree++, &title))
        s->tree = 0;
    xd_app_say(a, XD_S_NORMAL, "%s", s->tree ? title : "flat");
    return 0;
}

/* All groups are folded, or, where all are, opened. */
int xd_cmd_fold(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(ctx);
    bool all = true;

    if (!s->n_groups)
        return xd_err_set(err, -ENOENT, "there are no groups; t makes them");
    for (size_t i = 0; i < s->n_groups; i++)
        all = all && s->groups[i].folded;
    for (size_t i = 0; i < s->n_groups; i++)
        xd_tree_fold(s, s->groups[i].name, !all);
    return 0;
}

/* --- panes --- */

int xd_cmd_graphs(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->graphs = !a->graphs;
    xd_app_resize(a, a->w, a->h);
    return 0;
}
