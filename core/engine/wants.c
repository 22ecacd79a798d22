/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to be looked at before an edit can be planned: a command that sets one value should not
 * wait for tables that have nothing to do with it. */
#include <stdio.h>
#include <string.h>

#include "engine/plan_impl.h"
#include "engine/world_impl.h"

static void add(struct xd_wants *l, const char *table, uint64_t columns)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->want[i].table, table) == 0) {
            l->want[i].columns |= columns;
            return;
        }
    if (l->n < XD_WANTS_MAX)
        l->want[l->n++] = (struct xd_want){table, columns};
}

static void all_rows(struct xd_wants *l)
{
    l->all_rows = true;
    l->n_rows = 0;
}

static void add_row(struct xd_wants *l, const char *name)
{
    if (l->n_rows == XD_WANT_ROWS)
        all_rows(l);
    if (name && !l->all_rows)
        l->rows[l->n_rows++] = name;
}

static uint64_t bit(int col)
{
    return col >= 0 ? UINT64_C(1) << col : 0;
}

/* What objects are known by; of the host, which needs no name, any column. */
static uint64_t identity(const struct xd_table_desc *d)
{
    uint64_t columns = bit(d->keys[0]) | bit(d->keys[1]) | bit(d->labels[0]) | bit(d->labels[1]) |
                       bit(xd_desc_column(d, "id"));

    return columns ? columns : 1;
}

/* The columns that a template names in { }. */
static uint64_t named(const struct xd_table_desc *d, const char *form)
{
    uint64_t columns = 0;
    char name[64];

    while (form && (form = strchr(form, '{'))) {
        size_t len = strcspn(++form, "}");

        if (len < sizeof(name)) {
            memcpy(name, form, len);
            name[len] = '\0';
            columns |= bit(xd_desc_column(d, name));
        }
        form += len;
    }
    return columns;
}

static uint64_t for_knob(const struct xd_table_desc *d, const struct xd_knob *k)
{
    return bit(k->column ? xd_desc_column(d, k->column) : -1) |
           bit(k->max_column ? xd_desc_column(d, k->max_column) : -1) | named(d, k->xl) |
           named(d, k->xl_off);
}

static uint64_t for_action(const struct xd_table_desc *d, const struct xd_action *act)
{
    uint64_t columns = named(d, act->xl) | named(d, act->inverse);

    for (const struct xd_param *p = act->params; p && p->name; p++)
        columns |= named(d, p->fallback);
    return columns;
}

static void add_object(const struct xd_world *w, struct xd_wants *l, const struct xd_table_desc *d)
{
    const struct xd_table_desc *parent = d->parent ? xd_world_desc_named(w, d->parent) : NULL;

    add(l, d->name, identity(d));
    if (parent)
        add(l, parent->name, identity(parent));
}

/* The table of a path, and what the path calls the row; without a noun it is a domain's. */
static const struct xd_table_desc *desc_of(const struct xd_world *w, const char *path,
                                           const char **name)
{
    const struct xd_table_desc *d = path ? xd_world_desc_of(w, path, name) : NULL;

    if (!d)
        *name = path;
    return d ? d : xd_world_desc_named(w, "domains");
}

/* Its source has to be open, too, be it for the sake of any table: most tell the one that they
 * offer to edit. */
static void add_source(const struct xd_world *w, struct xd_wants *l, size_t source,
                       const char *table)
{
    const struct xd_table_desc *const *d = xd_world_source(w, source).backend->tables;

    for (size_t i = 0; d && d[i]; i++)
        if (strcmp(d[i]->name, table) == 0)
            return;
    if (d && d[0])
        add(l, d[0]->name, identity(d[0]));
}

static void add_offers(const struct xd_world *w, struct xd_wants *l, const char *name)
{
    struct xd_offer o;

    for (size_t i = 0; xd_world_offer_at(w, i, &o); i++) {
        const char *called = o.knob ? o.knob->name : o.action->name;
        const char *table = o.knob ? o.knob->table : o.action->table;
        const struct xd_table_desc *d =
            strcmp(called, name) == 0 ? xd_world_desc_named(w, table) : NULL;

        if (!d)
            continue;
        add_source(w, l, o.source, table);
        add(l, d->name, identity(d) | (o.knob ? for_knob(d, o.knob) : for_action(d, o.action)));
    }
}

/* What every plan looks at: the reasons of what isn't there, and how many "all" CPUs are. */
static void add_always(const struct xd_world *w, struct xd_wants *l)
{
    const struct xd_table_desc *pcpus = xd_world_desc_named(w, "pcpus");

    add(l, "limits", XD_WANT_ALL);
    if (pcpus)
        add(l, pcpus->name, identity(pcpus));
}

void xd_plan_wants(const struct xd_world *w, const struct xd_wish *wishes, size_t n,
                   struct xd_wants *out)
{
    const char *name;

    *out = (struct xd_wants){.n = 0};
    add_always(w, out);
    for (size_t i = 0; i < n; i++) {
        const struct xd_table_desc *d = desc_of(w, wishes[i].object, &name);

        add_row(out, name);
        add_row(out, wishes[i].name);
        if (d)
            add_object(w, out, d);
        if (wishes[i].name)
            add_offers(w, out, wishes[i].name);
    }
}

void xd_undo_wants(const struct xd_world *w, const struct xd_journal_entry *e, struct xd_wants *out)
{
    char object[XD_KEY_MAX + 16]; /* of a wish: its first word */
    const char *name;

    *out = (struct xd_wants){.n = 0};
    add_always(w, out);
    for (size_t i = 0; e && i < e->n; i++) {
        const struct xd_journal_step *s = &e->steps[i];
        const struct xd_table_desc *d = xd_world_desc_named(w, s->table);
        bool wish = s->is_action && s->inverse && strchr(s->inverse, ' ');

        if (d)
            add_object(w, out, d);
        add_offers(w, out, s->name);
        add_row(out, s->key);
        add_row(out, s->name);
        if (!wish)
            continue;
        all_rows(out); /* it names a thing that may not be there yet */
        snprintf(object, sizeof(object), "%.*s", (int)strcspn(s->inverse, " "), s->inverse);
        d = desc_of(w, object, &name);
        if (d)
            add_object(w, out, d);
        if (d)
            add(out, d->name, XD_WANT_ALL); /* for its own inverse */
    }
}
