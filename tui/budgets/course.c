/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The courses of budgets: see screen.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tui/budgets/data.h"

struct xd_budgets_screen *xd_budgets_screen_new(void)
{
    struct xd_budgets_screen *t = xd_malloc(sizeof(*t));

    t->load = xd_load_new();
    return t;
}

void xd_budgets_screen_free(struct xd_budgets_screen *t)
{
    if (!t)
        return;
    xd_load_free(t->load);
    free(t->rows);
    free(t);
}

/* Rows come in the same order as a rule: *near is the place after the last one that was found. */
static struct xd_course *find(const struct xd_budgets_screen *t, const char *key, size_t *near)
{
    if (*near < t->n && strcmp(t->rows[*near].key, key) == 0)
        return &t->rows[(*near)++];
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->rows[i].key, key) == 0) {
            *near = i + 1;
            return &t->rows[i];
        }
    return NULL;
}

/* Those that are gone for longer than the window that they were of. */
static void forget(struct xd_budgets_screen *t)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->n; i++)
        if (t->rows[i].seen_ns + t->rows[i].step_ns * XD_COURSE_VALUES >= t->at_ns) {
            if (kept != i)
                t->rows[kept] = t->rows[i];
            kept++;
        }
    t->n = kept;
}

static struct xd_course *add(struct xd_budgets_screen *t, const char *key, size_t *near)
{
    struct xd_course *c;

    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 32;
        t->rows = xd_realloc(t->rows, t->cap * sizeof(*t->rows));
    }
    c = &t->rows[t->n++];
    memset(c, 0, sizeof(*c));
    xd_str_safe_to(c->key, sizeof(c->key), key);
    *near = t->n;
    return c;
}

static void feed_row(struct xd_course *c, const struct xd_row *row, int64_t at_ns)
{
    int64_t step = (int64_t)(xd_row_u64(row, XD_BUDGETS_PER_NS, 1) / XD_COURSE_VALUES) + 1, slot;

    if (c->step_ns != step) { /* another window: another course */
        c->step_ns = step;
        for (int i = 0; i < XD_COURSE_VALUES; i++)
            c->share[i] = NAN;
        c->slot = at_ns / step;
    }
    slot = at_ns / step;
    for (int64_t i = c->slot + 1; i <= slot && i <= c->slot + XD_COURSE_VALUES; i++)
        c->share[i % XD_COURSE_VALUES] = NAN;
    c->slot = slot;
    c->seen_ns = at_ns;
    c->share[slot % XD_COURSE_VALUES] = (float)(row->cell[XD_BUDGETS_LEFT].f / 100);
}

void xd_budgets_screen_feed(struct xd_app *a)
{
    struct xd_budgets_screen *t = a->budgets;
    const struct xd_table *b = xd_world_table(a->world, xd_budgets_desc.name);
    char key[XD_KEY_MAX];
    size_t near = 0;

    xd_load_feed(t->load, a->world);
    if (!b || b->state != XD_TABLE_OK || b->desc->n_columns < XD_BUDGETS_N || b->at_ns == t->at_ns)
        return;
    t->at_ns = b->at_ns;
    for (size_t i = 0; i < b->n; i++) {
        const struct xd_row *row = b->rows[i];
        struct xd_course *c;

        if (!xd_row_has(row, XD_BUDGETS_LEFT) || !xd_row_has(row, XD_BUDGETS_PER_NS))
            continue;
        xd_row_key(b->desc, row, key);
        c = find(t, key, &near);
        if (!c && t->n < XD_COURSE_ROWS)
            c = add(t, key, &near);
        if (!c) /* there are too many; the first have courses */
            break;
        feed_row(c, row, b->at_ns);
    }
    forget(t);
}

void xd_course_of(const struct xd_budgets_screen *t, const char *key, int64_t now_ns,
                  double *values, int n)
{
    const struct xd_course *c = find(t, key, &(size_t){0});

    for (int i = 0; i < n; i++) {
        int64_t back = (int64_t)(n - 1 - i) * XD_COURSE_VALUES / n;

        values[i] = NAN;
        if (!c)
            continue;
        int64_t slot = now_ns / c->step_ns - back;
        if (slot <= c->slot && slot > c->slot - XD_COURSE_VALUES && slot >= 0)
            values[i] = c->share[slot % XD_COURSE_VALUES];
        /* where a sample is late the newest goes on */
        else if (slot > c->slot && slot <= c->slot + 2 && c->slot >= 0)
            values[i] = c->share[c->slot % XD_COURSE_VALUES];
    }
}
