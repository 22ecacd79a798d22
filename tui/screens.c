/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screens: which there are, and what each shows now: filter, order, cursor, marks. */
#include "tui/app.h"
#include "tui/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADING "\001" /* before a group's name in the cursor: no key begins so */

void xd_screen_done(struct xd_screen *s)
{
    xd_screen_unmark_all(s);
    free(s->marks);
    xd_query_done(s->query);
    xd_arena_done(&s->query_arena);
    xd_arena_done(&s->group_arena);
    while (s->n_folded)
        free(s->folded[--s->n_folded]);
    free(s->folded);
    free(s->columns);
    free(s->sorted);
    free(s->rows);
}

static void add_screen(struct xd_app *a, const struct xd_view *v, const struct xd_table_desc *d)
{
    if (a->n_screens == XD_SCREENS_MAX)
        return;
    struct xd_screen *s = &a->screens[a->n_screens++];
    *s = (struct xd_screen){.view = v, .desc = d};
    if (!v) {
        s->own = (struct xd_view){.name = d->name,
                                  .title = d->title,
                                  .table = d->name,
                                  .draw = xd_table_draw,
                                  .detail = xd_row_detail};
        s->view = &s->own;
    }
    s->follow = s->view->tail;
    if (d && s->view->sort)
        xd_sort_parse(s->view->sort, d, &s->sort, NULL);
    xd_keep_recall_screen(a, s);
}

static bool has_screen(const struct xd_app *a, const char *name)
{
    for (int i = 0; i < a->n_screens; i++)
        if (strcmp(a->screens[i].view->name, name) == 0)
            return true;
    return false;
}

void xd_screens_make(struct xd_app *a)
{
    const struct xd_table_desc *d;

    for (int i = 0; xd_views[i]; i++) {
        if (has_screen(a, xd_views[i]->name))
            continue;
        d = xd_views[i]->table ? xd_app_desc(a, xd_views[i]->table) : NULL;
        if (xd_views[i]->needs && !xd_app_desc(a, xd_views[i]->needs))
            continue;
        if (d || !xd_views[i]->table)
            add_screen(a, xd_views[i], d);
    }
    /* A table of a single row (the host's) has its place in the header. */
    for (size_t i = 0; (d = xd_world_desc(a->world, i)); i++)
        if (!has_screen(a, d->name) && d->keys[0] >= 0)
            add_screen(a, NULL, d);
}

size_t xd_screen_count(const struct xd_app *a, const struct xd_screen *s)
{
    return s->view->count ? s->view->count(a) : s->n;
}

/* The key that the cursor stays with: a row's, or a heading's. */
static void remember_cursor(struct xd_screen *s)
{
    const struct xd_group *g = xd_screen_heading(s, s->at);

    if (g)
        snprintf(s->cursor, sizeof(s->cursor), HEADING "%s", g->name);
    else if (s->desc && s->at < s->n)
        xd_row_key(s->desc, s->rows[s->at], s->cursor);
}

void xd_screen_goto(const struct xd_app *a, struct xd_screen *s, size_t at)
{
    size_t n = xd_screen_count(a, s);

    s->at = n == 0 ? 0 : at < n ? at : n - 1;
    s->follow = s->view->tail && s->at + 1 >= n;
    remember_cursor(s);
    xd_screen_fit(s, s->page);
}

void xd_screen_fit(struct xd_screen *s, size_t page)
{
    s->page = page ? page : 1;
    if (s->at < s->top)
        s->top = s->at;
    if (s->at >= s->top + s->page)
        s->top = s->at - s->page + 1;
    /* no blank lines at the end while there are rows above */
    if (s->desc && s->top + s->page > s->n)
        s->top = s->n > s->page ? s->n - s->page : 0;
}

const struct xd_row *xd_screen_row(const struct xd_screen *s)
{
    return s->at < s->n ? s->rows[s->at] : NULL;
}

struct xd_group *xd_screen_heading(const struct xd_screen *s, size_t line)
{
    size_t lo = 0, hi = s->n_groups;

    if (line >= s->n || s->rows[line])
        return NULL;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->groups[mid].line == line)
            return &s->groups[mid];
        if (s->groups[mid].line < line)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

size_t xd_screen_place(const struct xd_screen *s, size_t line)
{
    const struct xd_group *g = NULL;

    for (size_t i = 0; i < s->n_groups && s->groups[i].line <= line; i++)
        g = &s->groups[i];
    if (!g)
        return line;
    return g->from + (line > g->line ? line - g->line - 1 : 0);
}

/* Where a row whose group is folded would be: at the heading. */
static size_t heading_above(const struct xd_screen *s, size_t sorted)
{
    for (size_t i = 0; i < s->n_groups; i++)
        if (sorted >= s->groups[i].from && sorted < s->groups[i].from + s->groups[i].n)
            return s->groups[i].line;
    return s->at;
}

static bool find_heading(struct xd_screen *s)
{
    for (size_t i = 0; s->cursor[0] == HEADING[0] && i < s->n_groups; i++) {
        if (strcmp(s->groups[i].name, s->cursor + 1) == 0) {
            s->at = s->groups[i].line;
            return true;
        }
    }
    return false;
}

static void find_cursor(struct xd_screen *s)
{
    char key[XD_KEY_MAX];

    if (s->follow)
        s->at = s->n ? s->n - 1 : 0;
    if (s->follow || find_heading(s)) {
        remember_cursor(s);
        return;
    }
    for (size_t i = 0; s->cursor[0] && i < s->n; i++) {
        if (s->rows[i] && strcmp(xd_row_key(s->desc, s->rows[i], key), s->cursor) == 0) {
            s->at = i;
            return;
        }
    }
    for (size_t i = 0; s->cursor[0] && s->n_folded && i < s->n_rows; i++) {
        if (strcmp(xd_row_key(s->desc, s->sorted[i], key), s->cursor) == 0) {
            s->at = heading_above(s, i);
            return;
        }
    }
    if (s->at >= s->n)
        s->at = s->n ? s->n - 1 : 0;
    remember_cursor(s);
}

/* Lists without rows grow at the top: the cursor stays on its thing, but for the newest. */
static void update_list(const struct xd_app *a, struct xd_screen *s, size_t before)
{
    s->n_all = s->n_rows = xd_screen_count(a, s);
    if (s->at > 0 && before && s->n_all > before)
        s->at += s->n_all - before;
    xd_screen_goto(a, s, s->at);
}

/* A capture's table may have columns behind those of core, and another sample of it others again.
 */
static void follow_desc(struct xd_screen *s, const struct xd_table_desc *d)
{
    char *columns = xd_strdup(s->columns);
    int shift = s->shift;

    s->desc = d;
    if (columns && xd_screen_set_columns(s, columns, NULL) < 0)
        xd_screen_set_columns(s, NULL, NULL);
    s->shift = shift;
    free(columns);
    for (int i = 0; i < s->sort.n; i++)
        if (s->sort.by[i].col >= d->n_columns)
            s->sort.n = i;
}

void xd_screen_update(const struct xd_app *a, struct xd_screen *s)
{
    const struct xd_table *t = s->desc ? xd_app_table(a, s->desc->name) : NULL;
    size_t before = s->n_all;
    char label[XD_KEY_MAX];

    if (s->view->update) {
        s->view->update(a, s);
        return;
    }
    s->n = s->n_rows = s->n_all = s->n_groups = 0;
    s->name_width = 0;
    if (!t) {
        update_list(a, s, before);
        return;
    }
    if (s->desc != t->desc)
        follow_desc(s, t->desc);
    if (t->n > s->cap) {
        s->cap = t->n + t->n / 4;
        s->sorted = xd_realloc(s->sorted, s->cap * sizeof(*s->sorted));
    }
    s->n_all = t->n;
    for (size_t i = 0; i < t->n; i++) {
        if (!xd_query_match(s->query, t->rows[i]))
            continue;
        s->sorted[s->n_rows++] = t->rows[i];
        int w = xd_str_width(xd_row_label(s->desc, t->rows[i], label));
        s->name_width = w > s->name_width ? w : s->name_width;
    }
    if (s->sort.n)
        xd_sort_rows(s->desc, &s->sort, s->sorted, s->n_rows);
    xd_tree_make(a, s);
    find_cursor(s);
    xd_screen_fit(s, s->page);
}

int xd_screen_set_filter(struct xd_screen *s, const char *text, struct xd_err *err)
{
    struct xd_arena fresh = XD_ARENA_INIT;
    struct xd_query *q = NULL;

    if (s->view->searches) {
        snprintf(s->filter, sizeof(s->filter), "%s", text);
        return 0;
    }
    if (!s->desc)
        return xd_err_set(err, -1, "the %s screen has no filter", s->view->title);
    int rc = xd_query_parse(text, s->desc, &fresh, &q, err);
    if (rc < 0) {
        xd_arena_done(&fresh);
        return rc;
    }
    xd_query_done(s->query);
    xd_arena_done(&s->query_arena);
    s->query_arena = fresh;
    s->query = q;
    snprintf(s->filter, sizeof(s->filter), "%s", text);
    return 0;
}
