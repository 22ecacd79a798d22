/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree as tables, and tables as a tree again. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "topo/topo.h"
#include "topo/topo_impl.h"

/* Columns that the tree itself is, rather than facts of a thing. */
static bool is_tree(int col)
{
    return col == XD_TOPO_ID || col == XD_TOPO_PARENT || col == XD_TOPO_KIND ||
           col == XD_TOPO_SOURCES;
}

static const char *sources_of(const struct xd_topo_thing *o, struct xd_buf *out)
{
    unsigned seen = 0;

    for (size_t i = 0; i < o->n_facts; i++)
        seen |= 1u << o->facts[i].source;
    xd_buf_clear(out);
    for (unsigned i = 0; i < XD_TOPO_SOURCES_N; i++)
        if (i != XD_TOPO_BY_US && seen >> i & 1)
            xd_buf_printf(out, "%s%s", out->len ? " " : "", xd_topo_source_names[i]);
    return out->len ? out->s : NULL;
}

static bool put_things(const struct xd_topo *t, struct xd_rows *rows)
{
    struct xd_buf text = XD_BUF_INIT;

    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];

        xd_row_begin(rows);
        xd_put_str(rows, XD_TOPO_ID, o->id);
        xd_put_str(rows, XD_TOPO_PARENT, o->parent ? o->parent->id : NULL);
        xd_put_enum(rows, XD_TOPO_KIND, (int)o->kind);
        xd_put_str(rows, XD_TOPO_SOURCES, sources_of(o, &text));
        for (size_t k = 0; k < o->n_facts; k++)
            if (o->facts[k].use == XD_TOPO_USED && !is_tree(o->facts[k].col))
                xd_put_value(rows, o->facts[k].col, &o->facts[k].value);
    }
    for (size_t i = 0; i < t->n_troubles; i++) {
        const struct xd_topo_trouble *trouble = &t->troubles[i];
        bool ours = trouble->source == XD_TOPO_BY_US; /* of none of the sources in particular */

        xd_build_reason(rows, "%s%s%s", ours ? "" : xd_topo_source_names[trouble->source],
                        ours ? "" : ": ", trouble->text);
    }
    xd_buf_done(&text);
    return true;
}

static bool put_facts(const struct xd_topo *t, struct xd_rows *rows)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    bool any = false;

    for (size_t i = 0; i < t->n_things; i++)
        for (size_t k = 0; k < t->things[i]->n_facts; k++) {
            const struct xd_topo_fact *f = &t->things[i]->facts[k];
            const struct xd_column *c = &xd_topology_desc.columns[f->col];

            xd_row_begin(rows);
            xd_put_str(rows, XD_FACT_ID, t->things[i]->id);
            xd_put_str(
                rows, XD_FACT_NAME,
                xd_arena_printf(&scratch, "%s/%s", c->name, xd_topo_source_names[f->source]));
            xd_put_str(rows, XD_FACT_COLUMN, c->name);
            xd_put_str(rows, XD_FACT_SOURCE, xd_topo_source_names[f->source]);
            xd_put_str(rows, XD_FACT_VALUE, xd_value_exact(&f->value, &c->kind, &scratch));
            xd_put_enum(rows, XD_FACT_USE, f->use);
            any = true;
        }
    xd_arena_done(&scratch);
    return any;
}

static bool put_distances(const struct xd_topo *t, struct xd_rows *rows)
{
    for (size_t i = 0; i < t->n_distances; i++) {
        const struct xd_topo_distance *d = &t->distances[i];

        xd_row_begin(rows);
        xd_put_u64(rows, XD_DISTANCE_FROM, d->from);
        xd_put_u64(rows, XD_DISTANCE_TO, d->to);
        if (d->value)
            xd_put_u64(rows, XD_DISTANCE_VALUE, d->value);
        if (isfinite(d->latency_ns))
            xd_put_u64(rows, XD_DISTANCE_LATENCY_NS, (uint64_t)d->latency_ns);
        xd_put_f64(rows, XD_DISTANCE_BYTES_S, d->bytes_s);
        xd_put_str(rows, XD_DISTANCE_SOURCE, xd_topo_source_names[d->source]);
    }
    return t->n_distances > 0;
}

static bool put_advice(const struct xd_topo *t, struct xd_rows *rows)
{
    for (size_t i = 0; i < t->n_advice; i++) {
        const struct xd_topo_advice *a = &t->advice[i];

        xd_row_begin(rows);
        xd_put_str(rows, XD_ADVICE_ID, a->thing->id);
        xd_put_str(rows, XD_ADVICE_CHECK, a->check);
        xd_put_enum(rows, XD_ADVICE_GRAVITY, (int)a->gravity);
        xd_put_str(rows, XD_ADVICE_TEXT, a->text);
        xd_put_str(rows, XD_ADVICE_REMEDY, a->remedy);
        xd_put_str(rows, XD_ADVICE_CITE, a->cite);
    }
    return t->n_advice > 0;
}

static const struct {
    const struct xd_table_desc *desc;
    bool (*put)(const struct xd_topo *t, struct xd_rows *rows); /* false: it stays empty */
    const char *none;                                           /* what it means to be empty */
} tables[] = {
    {&xd_topology_desc, put_things, ""},
    {&xd_facts_desc, put_facts, "no source told anything of this machine"},
    {&xd_distances_desc, put_distances, "no source told how far the nodes are from each other"},
    {&xd_advice_desc, put_advice, "no check found anything to say of this machine"},
};

static void put(const struct xd_topo *t, size_t i, struct xd_builder *b, int64_t at_ns)
{
    struct xd_rows *rows = xd_build_table(b, tables[i].desc, at_ns);

    if (!tables[i].put(t, rows))
        xd_build_reason(rows, "%s", tables[i].none);
}

void xd_topo_put_table(const struct xd_topo *t, const struct xd_table_desc *d, struct xd_builder *b,
                       int64_t at_ns)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        if (tables[i].desc == d)
            put(t, i, b, at_ns);
}

void xd_topo_put(const struct xd_topo *t, struct xd_builder *b, int64_t at_ns)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        put(t, i, b, at_ns);
}

/* --- and back --- */

/* A row is all that its thing has, in the order of columns and safe: facts settled as they stand.
 */
static void from_row(struct xd_topo *t, const struct xd_table *rows, const struct xd_row *r)
{
    const struct xd_table_desc *d = rows->desc;
    const char *id = xd_row_str(r, XD_TOPO_ID, NULL);
    struct xd_value kind = xd_row_value(d, r, XD_TOPO_KIND);
    struct xd_topo_thing *o;

    if (!id || !kind.have || kind.cell.i < 0 || kind.cell.i >= XD_THING_KINDS)
        return;
    o = xd_topo_thing_safe(t, (enum xd_thing_kind)kind.cell.i, xd_row_str(r, XD_TOPO_PARENT, NULL),
                           id);
    for (uint64_t left = o->n_facts ? 0 : r->have; left; left &= left - 1) {
        int col = __builtin_ctzll(left);
        struct xd_topo_fact *f;

        if (col >= XD_TOPO_N || is_tree(col))
            continue;
        f = xd_topo_fact_add(t, o);
        f->col = (uint8_t)col;
        f->source = XD_TOPO_BY_US;
        f->use = XD_TOPO_USED;
        f->value = xd_row_value(d, r, col);
        if (f->value.type == XD_STR)
            f->value.cell.s = xd_arena_strdup(&t->arena, f->value.cell.s);
        else if (f->value.type == XD_CPUSET)
            f->value.cell.set = xd_topo_keep_set(t, f->value.cell.set);
    }
}

static enum xd_topo_source source_named(const char *name)
{
    for (unsigned i = 0; i < XD_TOPO_SOURCES_N; i++)
        if (xd_streq(name, xd_topo_source_names[i]))
            return (enum xd_topo_source)i;
    return XD_TOPO_BY_US;
}

static void from_distance(struct xd_topo *t, const struct xd_table *d, const struct xd_row *r)
{
    struct xd_topo_distance out = {
        .from = (unsigned)xd_row_u64(r, XD_DISTANCE_FROM, UINT32_MAX),
        .to = (unsigned)xd_row_u64(r, XD_DISTANCE_TO, UINT32_MAX),
        .source = source_named(xd_row_str(r, XD_DISTANCE_SOURCE, NULL)),
        .value = (unsigned)xd_row_u64(r, XD_DISTANCE_VALUE, 0),
        .latency_ns = xd_row_f64(d->desc, r, XD_DISTANCE_LATENCY_NS, NAN),
        .bytes_s = xd_row_f64(d->desc, r, XD_DISTANCE_BYTES_S, NAN),
    };

    if (out.from != UINT32_MAX && out.to != UINT32_MAX)
        xd_topo_distance(t, &out);
}

static void from_advice(struct xd_topo *t, const struct xd_table *d, const struct xd_row *r)
{
    struct xd_topo_thing *o = xd_topo_find(t, xd_row_str(r, XD_ADVICE_ID, NULL));
    struct xd_value gravity = xd_row_value(d->desc, r, XD_ADVICE_GRAVITY);

    if (o)
        xd_topo_advise(
            t, &(struct xd_topo_advice){
                   .thing = o,
                   .check = xd_row_str(r, XD_ADVICE_CHECK, ""),
                   .text = xd_row_str(r, XD_ADVICE_TEXT, ""),
                   .remedy = xd_row_str(r, XD_ADVICE_REMEDY, NULL),
                   .cite = xd_row_str(r, XD_ADVICE_CITE, NULL),
                   .gravity = gravity.have ? (enum xd_topo_gravity)gravity.cell.i : XD_TOPO_NOTE,
               });
}

struct xd_topo *xd_topo_from(const struct xd_table *topology, const struct xd_table *distances,
                             const struct xd_table *advice)
{
    struct xd_topo *t = xd_topo_new();

    for (size_t i = 0; i < topology->n; i++)
        from_row(t, topology, topology->rows[i]);
    for (size_t i = 0; distances && i < distances->n; i++)
        from_distance(t, distances, distances->rows[i]);
    for (size_t i = 0; advice && i < advice->n; i++)
        from_advice(t, advice, advice->rows[i]);
    xd_topo_link(t);
    return t;
}
