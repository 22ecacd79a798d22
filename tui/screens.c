/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screens: which there are, and what each shows now: filter, order, cursor, marks. */
#include "tui/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void xd_screen_done(struct xd_screen *s)
{
    xd_screen_unmark_all(s);
    xd_query_done(s->query);
    xd_arena_done(&s->query_arena);
    free(s->rows);
}

static void add_screen(struct xd_app *a, const struct xd_view *v, const struct xd_table_desc *d)
{
    if (a->n_screens == XD_SCREENS_MAX)
        return;
    struct xd_screen *s = &a->screens[a->n_screens++];
    *s = (struct xd_screen){.view = v, .desc = d};
    if (!v) {
        s->own = (struct xd_view){
            .name = d->name, .title = d->title, .table = d->name, .draw = xd_table_draw};
        s->view = &s->own;
    }
    if (d && s->view->sort)
        xd_sort_parse(s->view->sort, d, &s->sort, NULL);
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
        d = xd_views[i]->table ? xd_world_desc_named(a->world, xd_views[i]->table) : NULL;
        if ((d || !xd_views[i]->table) && !has_screen(a, xd_views[i]->name))
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

static void remember_cursor(struct xd_screen *s)
{
    if (s->desc && s->at < s->n)
        xd_row_key(s->desc, s->rows[s->at], s->cursor);
}

void xd_screen_goto(const struct xd_app *a, struct xd_screen *s, size_t at)
{
    size_t n = xd_screen_count(a, s);

    s->at = n == 0 ? 0 : at < n ? at : n - 1;
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

static void find_cursor(struct xd_screen *s)
{
    char key[XD_KEY_MAX];

    for (size_t i = 0; s->cursor[0] && i < s->n; i++) {
        if (strcmp(xd_row_key(s->desc, s->rows[i], key), s->cursor) == 0) {
            s->at = i;
            return;
        }
    }
    if (s->at >= s->n)
        s->at = s->n ? s->n - 1 : 0;
    remember_cursor(s);
}

void xd_screen_update(const struct xd_app *a, struct xd_screen *s)
{
    const struct xd_table *t = s->desc ? xd_app_table(a, s->desc->name) : NULL;
    char label[XD_KEY_MAX];

    size_t before = s->n_all;

    s->n = s->n_all = 0;
    s->name_width = 0;
    if (!t) {
        s->n_all = xd_screen_count(a, s);
        /* Lists without rows grow at the top: the cursor stays on its thing, but for the newest. */
        if (s->at > 0 && before && s->n_all > before)
            s->at += s->n_all - before;
        xd_screen_goto(a, s, s->at);
        return;
    }
    s->desc = t->desc; /* a capture's may have columns behind those of core */
    if (t->n > s->cap) {
        s->cap = t->n + t->n / 4;
        s->rows = xd_realloc(s->rows, s->cap * sizeof(*s->rows));
    }
    s->n_all = t->n;
    for (size_t i = 0; i < t->n; i++) {
        if (!xd_query_match(s->query, t->rows[i]))
            continue;
        s->rows[s->n++] = t->rows[i];
        int w = xd_str_width(xd_row_label(s->desc, t->rows[i], label));
        s->name_width = w > s->name_width ? w : s->name_width;
    }
    if (s->sort.n)
        xd_sort_rows(s->desc, &s->sort, s->rows, s->n);
    find_cursor(s);
    xd_screen_fit(s, s->page);
}

int xd_screen_set_filter(struct xd_screen *s, const char *text, struct xd_err *err)
{
    struct xd_arena fresh = XD_ARENA_INIT;
    struct xd_query *q = NULL;

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

/* --- marks: a small set of keys --- */

static size_t find_mark(const struct xd_screen *s, const char *key)
{
    size_t i = 0;

    while (i < s->n_marks && strcmp(s->marks[i], key) != 0)
        i++;
    return i;
}

bool xd_screen_marked(const struct xd_screen *s, const char *key)
{
    return find_mark(s, key) < s->n_marks;
}

void xd_screen_mark(struct xd_screen *s, const char *key, bool on)
{
    size_t i = find_mark(s, key);

    if (on && i == s->n_marks) {
        s->marks = xd_realloc(s->marks, (s->n_marks + 1) * sizeof(*s->marks));
        s->marks[s->n_marks++] = xd_strdup(key);
    } else if (!on && i < s->n_marks) {
        free(s->marks[i]);
        s->marks[i] = s->marks[--s->n_marks];
    }
}

void xd_screen_unmark_all(struct xd_screen *s)
{
    while (s->n_marks)
        free(s->marks[--s->n_marks]);
    free(s->marks);
    s->marks = NULL;
}
