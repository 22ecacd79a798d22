/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the screen of CPU features shows: the matrix of the tables as they are now, its lines and
 * columns, and the two cursors, which follow the feature and the policy. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cpuid_columns.h"
#include "tui/cpuid/screen.h"

struct xd_cpuid_screen *xd_cpuid_screen_new(void)
{
    struct xd_cpuid_screen *t = xd_malloc(sizeof(*t));

    t->bit = -1;
    t->group = -1;
    return t;
}

void xd_cpuid_screen_free(struct xd_cpuid_screen *t)
{
    if (!t)
        return;
    xd_cpuid_lines_done(&t->lines);
    xd_cpuid_matrix_done(&t->m);
    xd_cpuid_matrix_done(&t->others);
    xd_cpuid_db_free(t->db);
    free(t->chosen);
    free(t->shown);
    free(t->same);
    free(t);
}

/* --- the matrix --- */

static void load_db(struct xd_cpuid_screen *t)
{
    struct xd_err err = XD_ERR_INIT;

    if (t->db)
        return;
    if (xd_cpuid_db_new(&t->db, &err) < 0) {
        snprintf(t->error, sizeof(t->error), "%s", xd_err_text(&err));
        return;
    }
    xd_cpuid_matrix_init(&t->m, t->db);
    xd_cpuid_matrix_init(&t->others, t->db);
}

/* The host's columns, then those of other hosts. */
static void fill(struct xd_cpuid_screen *t, const struct xd_app *a, const struct xd_table *table)
{
    struct xd_buf trouble = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    xd_cpuid_matrix_done(&t->m);
    xd_cpuid_matrix_init(&t->m, t->db);
    if (table && xd_cpuid_columns_of_table(&t->m, table, NULL, &trouble, &err) < 0)
        xd_buf_printf(&trouble, "%s%s", trouble.len ? "; " : "", xd_err_text(&err));
    for (int i = 0; i < t->others.n; i++)
        xd_cpuid_matrix_add(&t->m, &t->others.column[i], NULL);
    snprintf(t->error, sizeof(t->error), "%s", xd_buf_str(&trouble));
    xd_buf_done(&trouble);
}

/* What tells one column from all others. */
static void identity(const struct xd_cpuid_column *c, char out[XD_KEY_MAX])
{
    snprintf(out, XD_KEY_MAX, "%s\001%s", c->machine ? c->machine : "", c->key ? c->key : c->name);
}

/* --- columns --- */

static void show(struct xd_cpuid_screen *t, int i)
{
    if (t->n_shown == t->cap_shown) {
        t->cap_shown = t->cap_shown ? 2 * t->cap_shown : 64;
        t->shown = xd_realloc(t->shown, t->cap_shown * sizeof(*t->shown));
        t->same = xd_realloc(t->same, t->cap_shown * sizeof(*t->same));
    }
    t->same[t->n_shown] = 0;
    t->shown[t->n_shown++] = i;
}

/* "host" is this host's, as "pv-default" of the table is; "node7:raw" is another's, "node7" all of
 * it. */
static bool is_called(const struct xd_cpuid_column *c, const char *pattern)
{
    char full[XD_KEY_MAX];

    snprintf(full, sizeof(full), "%s:%s", c->machine ? c->machine : "", c->name);
    return fnmatch(pattern, c->machine ? full : c->name, 0) == 0 || fnmatch(pattern,
                                                                            c->machine ? c->machine
                                                                            : c->key   ? c->key
                                                                                       : "",
                                                                            0) == 0;
}

/* The shown domain that has the same, made from the same; SIZE_MAX: none has. One of which
 * something is planned stands for itself. */
static size_t like(const struct xd_cpuid_screen *t, int column)
{
    const struct xd_cpuid_column *c = &t->m.column[column];

    for (size_t i = 0; c->layer == XD_CPUID_LAYER_DOMAIN && i < t->n_shown; i++) {
        const struct xd_cpuid_column *o = &t->m.column[t->shown[i]];

        if (o->layer == c->layer && o->parent == c->parent && o->set.known == c->set.known &&
            xd_fs_equal(&o->set.fs, &c->set.fs) && !xd_cpuid_draft_of(t, column) &&
            !xd_cpuid_draft_of(t, t->shown[i]))
            return i;
    }
    return SIZE_MAX;
}

/* The columns of the list in its order; those that come later take their place by themselves. */
static void choose(struct xd_cpuid_screen *t)
{
    char *copy = xd_strdup(t->chosen ? t->chosen : "*"), *save = NULL;
    bool *taken = xd_malloc(((size_t)t->m.n + 1) * sizeof(*taken));

    t->n_shown = 0;
    for (char *w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
        for (int i = 0; i < t->m.n; i++) {
            if (taken[i] || !(strcmp(w, "*") == 0 || is_called(&t->m.column[i], w)))
                continue;
            size_t with = t->alike ? like(t, i) : SIZE_MAX;

            taken[i] = true;
            if (with == SIZE_MAX)
                show(t, i);
            else
                t->same[with]++;
        }
    }
    free(taken);
    free(copy);
}

int xd_cpuid_screen_choose(struct xd_cpuid_screen *t, const char *list, struct xd_err *err)
{
    char *before = t->chosen;

    t->chosen = list && *list && strcmp(list, "*") != 0 ? xd_strdup(list) : NULL;
    choose(t);
    if (t->n_shown == 0 && t->m.n) {
        free(t->chosen);
        t->chosen = before;
        choose(t);
        return xd_err_set(err, -ENOENT, "no column is called \"%s\": c lists them", list);
    }
    free(before);
    return 0;
}

void xd_cpuid_screen_alike(struct xd_cpuid_screen *t, bool on)
{
    t->alike = on;
    if (t->db)
        choose(t);
}

void xd_cpuid_screen_at(struct xd_cpuid_screen *t, size_t at)
{
    t->at = t->n_shown == 0 ? 0 : at < t->n_shown ? at : t->n_shown - 1;
    if (t->n_shown)
        identity(&t->m.column[t->shown[t->at]], t->column);
}

int xd_cpuid_screen_column(const struct xd_cpuid_screen *t)
{
    return t->at < t->n_shown ? t->shown[t->at] : -1;
}

static void find_column(struct xd_cpuid_screen *t)
{
    char id[XD_KEY_MAX];

    for (size_t i = 0; t->column[0] && i < t->n_shown; i++) {
        identity(&t->m.column[t->shown[i]], id);
        if (strcmp(id, t->column) == 0) {
            t->at = i;
            return;
        }
    }
    xd_cpuid_screen_at(t, t->at);
}

/* --- lines --- */

/* The line of the cursor's feature; where that is not shown any more, its heading, else where it
 * was. */
static size_t find_line(const struct xd_cpuid_screen *t, size_t was)
{
    size_t heading = t->lines.n;

    for (size_t i = 0; t->group >= 0 && i < t->lines.n; i++) {
        const struct xd_cpuid_line *l = &t->lines.line[i];

        if (l->bit == t->bit && l->group == t->group)
            return i;
        if (l->bit < 0 && l->group == t->group && t->folded >> l->group & 1)
            heading = i;
    }
    return heading < t->lines.n ? heading : was;
}

/* A click, or a step: the cursor is where the screen says, and its feature is there. */
static void follow(struct xd_cpuid_screen *t, const struct xd_screen *s)
{
    if (s->at < t->lines.n) {
        t->bit = t->lines.line[s->at].bit;
        t->group = t->lines.line[s->at].group;
    }
}

void xd_cpuid_screen_update(const struct xd_app *a, struct xd_screen *s)
{
    struct xd_cpuid_screen *t = a->cpuid;
    const struct xd_table *table = xd_app_table(a, "cpuid");
    uint64_t generation = xd_world_generation(a->world);

    load_db(t);
    if (!t->db)
        return;
    if (t->n_shown && s->n_rows == t->lines.n && s->n_rows)
        follow(t, s);
    if (t->stale || table != t->table || generation != t->generation) {
        fill(t, a, table);
        t->table = table;
        t->generation = generation;
        t->stale = false;
        choose(t);
    }
    if (t->alike) /* what is planned makes a domain unlike others */
        choose(t);
    find_column(t);
    struct xd_cpuid_wish w = {.columns = t->shown,
                              .n = t->n_shown,
                              .rows = t->rows,
                              .search = s->filter,
                              .folded = t->folded};
    xd_cpuid_matrix_lines(&t->m, &w, &t->lines);
    s->n_all = s->n_rows = t->lines.n;
    size_t at = t->group < 0 && t->lines.n > 1 ? 1 : find_line(t, s->at); /* the first feature */
    s->at = t->lines.n == 0 ? 0 : at < t->lines.n ? at : t->lines.n - 1;
    follow(t, s);
    if (s->page && s->top + s->page > t->lines.n)
        s->top = t->lines.n > s->page ? t->lines.n - s->page : 0;
    xd_screen_fit(s, s->page);
    if (s->top == 1 && s->at == 1 && s->page > 1)
        s->top = 0; /* with its heading */
}
