/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the console looks at, told to the session, so that sources leave out the rest: some columns
 * cost a call for each domain, or a trace of the whole host. */
#include <string.h>

#include "model/tables.h"
#include "model/tables_power.h"
#include "budgets/inlet.h"
#include "tui/app.h"

#define BIT(c) (UINT64_C(1) << (c))

static uint64_t bit_of(const struct xd_table_desc *d, const char *name)
{
    int col = name ? xd_desc_column(d, name) : -1;

    return col >= 0 ? BIT(col) : 0;
}

/* The counters that rates are made of. */
static uint64_t with_counters(const struct xd_table_desc *d, uint64_t mask)
{
    for (int i = 0; i < d->n_columns; i++)
        if ((mask & BIT(i)) && d->columns[i].rate_of)
            mask |= BIT(d->columns[i].rate_of - 1);
    return mask;
}

static uint64_t history_of(const struct xd_table_desc *d)
{
    uint64_t mask = 0;

    for (int i = 0; i < d->n_columns; i++)
        if (d->columns[i].flags & XD_COL_HISTORY)
            mask |= BIT(i);
    return mask;
}

static uint64_t identity_of(const struct xd_table_desc *d)
{
    uint64_t mask = 0;

    for (int i = 0; i < 2; i++) {
        mask |= d->keys[i] >= 0 ? BIT(d->keys[i]) : 0;
        mask |= d->labels[i] >= 0 ? BIT(d->labels[i]) : 0;
    }
    return mask;
}

/* All columns but the dear ones; as a mask that others can be added to. */
static uint64_t usual_of(const struct xd_table_desc *d)
{
    uint64_t usual = xd_desc_usual(d);

    return usual == XD_WANT_ALL && d->n_columns < 64 ? BIT(d->n_columns) - 1 : usual;
}

/* What a screen shows of its table. All of it where something may be about to be edited, and where
 * the pane below looks at everything; but the dear columns only where they are shown. */
static uint64_t shown_of(const struct xd_app *a, const struct xd_screen *s)
{
    struct xd_layout l;
    uint64_t mask = identity_of(s->desc);

    if (a->dialog || a->prompt != XD_PROMPT_NONE || a->n_staged || s->view->detail == xd_row_detail)
        mask |= usual_of(s->desc);
    mask |= xd_query_columns(s->query);
    xd_layout_make(s, a->w, &l);
    for (int i = 0; i < l.n; i++)
        mask |= BIT(l.at[i].col) | (l.at[i].full >= 0 ? BIT(l.at[i].full) : 0);
    for (int i = 0; i < s->sort.n; i++)
        mask |= BIT(s->sort.by[i].col);
    return mask | (a->graphs ? history_of(s->desc) : 0);
}

/* What is wanted whatever is shown: for the graphs of ten minutes, and for the pane about a domain.
 * Time spent waiting is not among it: it needs a trace, which only runs while somebody looks. Nor
 * is what pCPUs did: their frequency and kinds of idle time, for which the hypervisor is asked.
 * What can be set of them is, or it couldn't be set, and undone, from any screen. */
static uint64_t always_of(const struct xd_table_desc *d)
{
    static const struct {
        const char *table, *columns[16];
    } some[] = {
        {"domains",
         {"id", "state", "flags", "type", "pool", "sched", "vcpus", "vcpus_online",
          "mem_target_kib", "mem_max_kib", "weight", "cap", "shutdown_reason", "guest", NULL}},
        {"vcpus", {"pcpu", "state", "cpu", "hard_affinity", NULL}},
        {"pcpus",
         {"online", "node", "socket", "core", "pool", "freq_min_khz", "freq_max_khz", "governor",
          "turbo", NULL}},
    };
    const char *const *names = NULL;
    uint64_t mask = identity_of(d) | history_of(d);

    for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++)
        if (strcmp(some[i].table, d->name) == 0)
            names = some[i].columns;
    if (!names)
        return XD_WANT_ALL;
    for (; *names; names++)
        mask |= bit_of(d, *names);
    return mask & xd_desc_usual(d);
}

void xd_app_glance(struct xd_app *a)
{
    static const struct xd_want watts = {"power", BIT(XD_POWER_WATTS)};

    xd_session_glance(a->session, &watts, 1);
}

void xd_app_want(struct xd_app *a)
{
    static const char *const always[] = {"host",  "domains", "vcpus",    "pcpus",  "pools",
                                         "nodes", "limits",  "playback", "budgets"};
    const struct xd_screen *s = xd_app_screen(a);
    struct xd_want wants[sizeof(a->wanted) / sizeof(*a->wanted)];
    size_t n = 0;
    bool told = false;

    for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++) {
        const struct xd_table_desc *d = xd_world_desc_named(a->world, always[i]);
        if (!d)
            continue;
        uint64_t mask = always_of(d);
        for (const struct xd_want *w = s->view->wants; w && w->table; w++)
            if (strcmp(w->table, d->name) == 0)
                mask |= w->columns;
        if (s->desc && strcmp(s->desc->name, d->name) == 0) {
            mask |= shown_of(a, s);
            told = true;
        }
        wants[n++] = (struct xd_want){d->name, with_counters(d, mask)};
    }
    if (s->desc && !told)
        wants[n++] = (struct xd_want){s->desc->name, with_counters(s->desc, shown_of(a, s))};
    for (const char *const *with = s->view->with; with && *with; with++) {
        const struct xd_table_desc *d = xd_world_desc_named(a->world, *with);

        if (d && n < sizeof(wants) / sizeof(*wants))
            wants[n++] = (struct xd_want){d->name, XD_WANT_ALL};
    }
    if (a->inlet && xd_inlet_runner(a->inlet) &&
        n + XD_RUNNER_WANTS_MAX <= sizeof(wants) / sizeof(*wants))
        n += xd_runner_wants_now(xd_inlet_runner(a->inlet), wants + n);
    /* Telling it is cheap where nothing is new, but not for nothing. */
    if (n == a->n_wanted && memcmp(a->wanted, wants, n * sizeof(*wants)) == 0)
        return;
    memcpy(a->wanted, wants, n * sizeof(*wants));
    a->n_wanted = n;
    xd_session_want(a->session, wants, n);
}
