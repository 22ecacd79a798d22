/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes over the links of PCI: counted at the leaves, by the host's own disks and NICs, and
 * added up towards the root. What a domain does with a device of its own is counted nowhere. */
#include <math.h>
#include <stdlib.h>

#include "model/tables.h"
#include "topo/export.h"
#include "tui/topo/screen.h"

struct rates { /* bytes a second; NAN: unknown */
    double in, out;
};

static double sum(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : a + b;
}

/* Of a thing and all in it. */
static struct rates rates_of(const struct xd_table *traffic, const struct xd_topo_thing *o)
{
    struct rates r = {NAN, NAN};

    for (struct xd_topo_thing *at = NULL; (at = xd_topo_walk((struct xd_topo_thing *)o, at));) {
        const struct xd_row *row =
            xd_topo_kind_is_leaf(at->kind) ? xd_table_find(traffic, at->id) : NULL;

        if (!row)
            continue;
        r.in = sum(r.in, xd_row_f64(traffic->desc, row, XD_TRAFFIC_IN, NAN));
        r.out = sum(r.out, xd_row_f64(traffic->desc, row, XD_TRAFFIC_OUT, NAN));
    }
    return r;
}

/* What the busier direction is of what its link, or a NIC's cable, can carry; NAN: unknown. */
static double share_of(const struct xd_topo_thing *o, const struct rates *r)
{
    double bytes_s = xd_topo_f64(o, XD_TOPO_LINK_BYTES_S, NAN),
           bits_s = (double)xd_topo_u64(o, XD_TOPO_BITS_S, 0),
           most = isnan(r->in) || r->out > r->in ? r->out : r->in;

    if (o->kind == XD_THING_NIC && bits_s > 0)
        bytes_s = bits_s / 8;
    return bytes_s > 0 ? 100 * most / bytes_s : NAN;
}

/* Both directions at the leaves; of links how much of them that is. */
static const char *text_of(struct xd_arena *a, const struct xd_topo_thing *o, const struct rates *r)
{
    double share = share_of(o, r);
    char in[24], out[24];

    if (!xd_topo_kind_is_leaf(o->kind))
        return isnan(share) ? NULL : xd_arena_printf(a, "%.*f%%", share < 10, share);
    xd_topo_rate_text(r->in, in, sizeof(in));
    xd_topo_rate_text(r->out, out, sizeof(out));
    return isnan(share) ? xd_arena_printf(a, "in %s out %s", in, out)
                        : xd_arena_printf(a, "in %s out %s %.*f%%", in, out, share < 10, share);
}

static int by_thing(const void *va, const void *vb)
{
    uintptr_t a = (uintptr_t)((const struct xd_topo_load *)va)->thing,
              b = (uintptr_t)((const struct xd_topo_load *)vb)->thing;

    return a < b ? -1 : a > b;
}

void xd_topo_loads_make(struct xd_topo_marks *m, const struct xd_topo *t)
{
    const struct xd_table *traffic = m->of_host.traffic;

    for (size_t i = 0; traffic && i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        struct rates r;
        const char *text;

        if (!xd_diagram_is_device(o->kind))
            continue;
        r = rates_of(traffic, o);
        if (isnan(r.in) || isnan(r.out) || !(text = text_of(&m->arena, o, &r)))
            continue;
        m->loads = xd_arena_grow(&m->arena, m->loads, m->n_loads, sizeof(*m->loads));
        m->loads[m->n_loads++] = (struct xd_topo_load){o, text};
    }
    if (m->n_loads)
        qsort(m->loads, m->n_loads, sizeof(*m->loads), by_thing);
    xd_buf_add(&m->legend, m->n_loads ? "in, out: bytes a second  %: of the link, the busier way"
                           : traffic && traffic->reason
                               ? traffic->reason
                               : "nobody counts what goes over links just now");
}

const char *xd_topo_load_of(const void *ctx, const struct xd_topo_thing *o)
{
    const struct xd_topo_marks *m = ctx;
    struct xd_topo_load key = {.thing = o}, *found = NULL;

    if (m->n_loads)
        found = bsearch(&key, m->loads, m->n_loads, sizeof(*m->loads), by_thing);
    return found ? found->text : NULL;
}
