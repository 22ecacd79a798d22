/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wanted of a worker: columns of the tables that its backend tells and fills, set by the UI
 * thread and read by the backend while it collects. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine/worker.h"

const struct xd_table_desc *xd_worker_table(const struct xd_worker *w, int i, int *fill)
{
    const struct xd_table_desc *const *own = w->backend->tables, *const *fills = w->backend->fills;
    int at = i;

    for (; own && *own; own++)
        if (at-- == 0) {
            *fill = -1;
            return *own;
        }
    *fill = at;
    for (; fills && *fills; fills++)
        if (at-- == 0)
            return *fills;
    return NULL;
}

/* The place of a table among them; -1: it is none of them. */
static int place_of(const struct xd_worker *w, const char *table, int *fill)
{
    const struct xd_table_desc *d;

    for (int i = 0; i < XD_WANTED_MAX && (d = xd_worker_table(w, i, fill)); i++)
        if (xd_streq(d->name, table))
            return i;
    return -1;
}

static const struct xd_worker *worker_of(const struct xd_backend_env *env)
{
    return (const struct xd_worker *)((const char *)env - offsetof(struct xd_worker, env));
}

void xd_worker_want_first(struct xd_worker *w, bool tells)
{
    const struct xd_table_desc *d;
    int fill;

    for (int i = 0; i < XD_WANTED_MAX; i++) {
        uint64_t columns = UINT64_MAX;

        d = tells ? xd_worker_table(w, i, &fill) : NULL;
        tells = d != NULL;
        if (d)
            columns = xd_desc_usual(d);
        if (d && fill >= 0 && w->backend->fill_columns)
            columns &= w->backend->fill_columns[fill];
        atomic_init(&w->wanted[i], columns);
        atomic_init(&w->glances[i], 0);
    }
}

uint64_t xd_worker_columns_wanted(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    const struct xd_worker *w = worker_of(env);
    int fill, at = place_of(w, d->name, &fill);

    if (at < 0)
        return UINT64_MAX;
    return atomic_load_explicit(&w->wanted[at], memory_order_relaxed) |
           (w->glancing ? atomic_load_explicit(&w->glances[at], memory_order_relaxed) : 0);
}

bool xd_worker_glances(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    const struct xd_worker *w = worker_of(env);
    int fill, at = place_of(w, d->name, &fill);

    return at >= 0 && w->glancing && !atomic_load_explicit(&w->wanted[at], memory_order_relaxed);
}

void xd_worker_glance(struct xd_worker *w, const char *table, uint64_t columns)
{
    int fill, at = place_of(w, table, &fill);

    if (at >= 0)
        atomic_store_explicit(&w->glances[at], columns, memory_order_relaxed);
}

bool xd_worker_has_glances(const struct xd_worker *w)
{
    for (int i = 0; i < XD_WANTED_MAX; i++)
        if (atomic_load_explicit(&w->glances[i], memory_order_relaxed))
            return true;
    return false;
}

bool xd_worker_want(struct xd_worker *w, const char *table, uint64_t columns)
{
    int fill, at = place_of(w, table, &fill);

    if (at < 0)
        return false;
    if (fill >= 0 && w->backend->fill_columns) /* those that it can tell anything about */
        columns &= w->backend->fill_columns[fill];
    return columns & ~atomic_exchange(&w->wanted[at], columns);
}

/* A host of its own always is: a capture has tables that nobody knows before it is played. */
bool xd_worker_is_wanted(const struct xd_worker *w)
{
    int fill;

    for (int i = 0; w->backend->live && i < XD_WANTED_MAX && xd_worker_table(w, i, &fill); i++)
        if (atomic_load_explicit(&w->wanted[i], memory_order_relaxed))
            return true;
    return !w->backend->live;
}

/* --- rows --- */

/* Never changed once the worker may see it, so that it needs no lock. */
struct xd_row_names {
    struct xd_row_names *before; /* which a sample under way may still look at */
    size_t n;                    /* 0: all rows */
    char **name;
};

void xd_row_names_free(struct xd_row_names *l)
{
    while (l) {
        struct xd_row_names *before = l->before;

        for (size_t i = 0; i < l->n; i++)
            free(l->name[i]);
        free(l->name);
        free(l);
        l = before;
    }
}

void xd_worker_want_rows(struct xd_worker *w, const char *const *names, size_t n)
{
    struct xd_row_names *l = xd_malloc(sizeof(*l));

    l->before = atomic_load_explicit(&w->rows, memory_order_relaxed);
    l->name = xd_malloc((2 * n + 1) * sizeof(*l->name));
    for (size_t i = 0; i < n; i++) {
        const char *slash = strrchr(names[i], '/');

        l->name[l->n++] = xd_strdup(names[i]);
        if (slash) { /* the parent's rows are wanted with the child's */
            l->name[l->n] = xd_strdup(names[i]);
            l->name[l->n++][slash - names[i]] = '\0';
        }
    }
    atomic_store_explicit(&w->rows, l, memory_order_release);
}

bool xd_worker_row_wanted(const struct xd_backend_env *env, const char *const *names, size_t n)
{
    const struct xd_row_names *l =
        atomic_load_explicit(&worker_of(env)->rows, memory_order_acquire);
    bool found = !l || !l->n;

    for (size_t i = 0; !found && i < n; i++)
        for (size_t k = 0; !found && names[i] && k < l->n; k++)
            found = strcmp(names[i], l->name[k]) == 0;
    return found;
}
