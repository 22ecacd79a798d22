/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as JSON: a list of things with the columns of the table `topology` (unknown: left
 * out), the parent's id in each, and distances (of all nodes, or none) and advice beside it. */
#include <math.h>

#include "base/json.h"
#include "topo/export_impl.h"

static void thing(const struct xd_topo_thing *o, struct xd_json *j)
{
    xd_json_open(j, NULL, '{');
    xd_json_str(j, "id", o->id);
    if (o->parent)
        xd_json_str(j, "parent", o->parent->id);
    xd_json_str(j, "kind", xd_thing_kind_names[o->kind]);
    for (int col = XD_TOPO_KIND + 1; col < XD_TOPO_N; col++) {
        const struct xd_column *c = &xd_topology_desc.columns[col];
        struct xd_value v = xd_topo_value(o, (enum xd_topo_col)col);

        if (v.have)
            xd_value_json(&v, &c->kind, j, c->name);
    }
    xd_json_close(j, '}');
}

static void distance(const struct xd_topo_distance *d, struct xd_json *j)
{
    xd_json_open(j, NULL, '{');
    xd_json_u64(j, "from", d->from);
    xd_json_u64(j, "to", d->to);
    if (d->value)
        xd_json_u64(j, "distance", d->value);
    if (isfinite(d->latency_ns))
        xd_json_f64(j, "latency_ns", d->latency_ns);
    if (isfinite(d->bytes_s))
        xd_json_f64(j, "bandwidth", d->bytes_s);
    xd_json_str(j, "source", xd_topo_source_names[d->source]);
    xd_json_close(j, '}');
}

static void advice(const struct xd_topo_advice *a, struct xd_json *j)
{
    static const char *const gravities[] = {"note", "warn", "bad"};

    xd_json_open(j, NULL, '{');
    xd_json_str(j, "id", a->thing->id);
    xd_json_str(j, "check", a->check);
    xd_json_str(j, "gravity", gravities[a->gravity]);
    xd_json_str(j, "text", a->text);
    xd_json_str(j, "remedy", a->remedy);
    xd_json_str(j, "cite", a->cite);
    xd_json_close(j, '}');
}

int xd_topo_export_json(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                        struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo_items l;
    struct xd_json j;

    xd_topo_items(t, s, &a, &l);
    xd_json_init(&j, out, true);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "schema", 1);
    xd_json_open(&j, "things", '[');
    for (size_t i = 0; i < l.n; i++)
        thing(l.item[i].thing, &j);
    xd_json_close(&j, ']');
    xd_json_open(&j, "distances", '[');
    for (size_t i = 0; i < t->n_distances && (!s->root || s->root == t->machine); i++)
        distance(&t->distances[i], &j);
    xd_json_close(&j, ']');
    xd_json_open(&j, "advice", '[');
    for (size_t i = 0; i < t->n_advice; i++)
        if (xd_topo_is_within(t->advice[i].thing, s))
            advice(&t->advice[i], &j);
    xd_json_close(&j, ']');
    xd_json_close(&j, '}');
    xd_buf_addc(out, '\n');
    xd_arena_done(&a);
    return 0;
}
