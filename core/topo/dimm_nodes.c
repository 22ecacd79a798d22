/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On which node a DIMM is: SMBIOS tells the addresses that it answers to (DSP0134 3.7, type 20; of
 * a whole array, type 19), ACPI's SRAT the node of each address (ACPI 6.5, 5.2.16.2). Many boards
 * tell only one of both, or addresses that are interleaved over nodes: then it isn't known. */
#include <stdlib.h>

#include "topo/read_impl.h"

#define SPANS_MAX  1024 /* no machine has so many: tables that were made to take time */
#define RANGES_MAX 8192

static int by_owner(const void *va, const void *vb)
{
    const struct xd_smbios_range *a = va, *b = vb;

    return a->of != b->of ? (a->of < b->of ? -1 : 1) : 0;
}

/* By their owners. */
static struct xd_smbios_range *sorted(const struct xd_smbios_range *ranges, size_t *n,
                                      struct xd_arena *a)
{
    struct xd_smbios_range *out;

    *n = *n > RANGES_MAX ? RANGES_MAX : *n;
    out = xd_arena_array(a, *n, sizeof(*out));
    for (size_t i = 0; i < *n; i++)
        out[i] = ranges[i];
    if (*n)
        qsort(out, *n, sizeof(*out), by_owner);
    return out;
}

/* The first of an owner's; NULL: it has none. */
static const struct xd_smbios_range *first_of(const struct xd_smbios_range *ranges, size_t n,
                                              uint16_t owner)
{
    struct xd_smbios_range key = {.of = owner};
    const struct xd_smbios_range *r =
        n ? bsearch(&key, ranges, n, sizeof(*ranges), by_owner) : NULL;

    while (r && r > ranges && r[-1].of == owner)
        r--;
    return r;
}

/* The only node of all that these ranges reach; -1: none, or several. */
static int node_of(const struct xd_smbios_range *ranges, size_t n, uint16_t owner,
                   const struct xd_topo_span *spans, size_t n_spans)
{
    int node = -1;

    for (const struct xd_smbios_range *r = first_of(ranges, n, owner);
         r && r < ranges + n && r->of == owner; r++)
        for (size_t i = 0; i < n_spans; i++) {
            if (r->last_kib < spans[i].first_kib || r->first_kib > spans[i].last_kib)
                continue;
            if (node >= 0 && node != spans[i].node)
                return -1;
            node = spans[i].node;
        }
    return node;
}

int *xd_topo_dimm_nodes(const struct xd_smbios *s, const struct xd_acpi *acpi, struct xd_arena *a)
{
    size_t n_spans, n_own = s->n_dimm_ranges, n_array = s->n_array_ranges;
    struct xd_topo_span *spans = xd_topo_acpi_spans(acpi, a, &n_spans);
    struct xd_smbios_range *own = sorted(s->dimm_ranges, &n_own, a),
                           *arrays = sorted(s->array_ranges, &n_array, a);
    int *nodes = xd_arena_array(a, s->n_dimms, sizeof(*nodes));

    n_spans = n_spans > SPANS_MAX ? SPANS_MAX : n_spans;
    for (size_t i = 0; i < s->n_dimms; i++) {
        const struct xd_smbios_dimm *d = &s->dimms[i];

        nodes[i] = -1;
        if (d->empty)
            continue;
        nodes[i] = first_of(own, n_own, d->handle)
                       ? node_of(own, n_own, d->handle, spans, n_spans)
                       : node_of(arrays, n_array, d->array, spans, n_spans);
    }
    return nodes;
}
