/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows from PCI's tree: nodes of devices by their bridges, what links carry, what limits a
 * device, names of slots. */
#include <stdlib.h>
#include <string.h>

#include "topo/pci_impl.h"
#include "topo/topo_impl.h"

#define NO_NODE    UINT64_MAX
#define MANY_NODES (UINT64_MAX - 1)

static bool is_device(const struct xd_topo_thing *o)
{
    return xd_topo_is_pci(o) || o->kind == XD_THING_DISK || o->kind == XD_THING_NIC ||
           o->kind == XD_THING_USB;
}

static uint64_t node_of(const struct xd_topo_thing *o)
{
    return xd_topo_u64(o, XD_TOPO_NODE, NO_NODE);
}

/* --- nodes, before there is a tree: parents are names --- */

struct bus {
    struct xd_topo_thing *bridge;
    uint64_t node; /* of all behind it that know theirs */
};

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct bus *)a)->bridge,
              y = (uintptr_t)((const struct bus *)b)->bridge;

    return x < y ? -1 : x > y;
}

static struct xd_topo_thing *parent_named(const struct xd_topo *t, const struct xd_topo_thing *o)
{
    return o->parent_id ? xd_topo_find(t, o->parent_id) : NULL;
}

/* The first from o upwards that `is` asks for; NULL: none. */
static struct xd_topo_thing *above(const struct xd_topo *t, struct xd_topo_thing *o,
                                   bool (*is)(const struct xd_topo_thing *o))
{
    for (size_t depth = 0; o && depth < XD_TOPO_DEPTH_MAX; depth++, o = parent_named(t, o))
        if (is(o))
            return o;
    return NULL;
}

static bool is_bus(const struct xd_topo_thing *o)
{
    return o->kind == XD_THING_HOST_BRIDGE;
}

/* Nearer than the machine: what a device or its bus knows itself. */
static bool knows_node(const struct xd_topo_thing *o)
{
    return (is_device(o) || is_bus(o)) && node_of(o) != NO_NODE;
}

static struct bus *list_buses(const struct xd_topo *t, size_t *n, struct xd_arena *scratch)
{
    struct bus *buses = NULL;

    *n = 0;
    for (size_t i = 0; i < t->n_things; i++) {
        if (!is_bus(t->things[i]))
            continue;
        buses = xd_arena_grow(scratch, buses, *n, sizeof(*buses));
        buses[(*n)++] = (struct bus){t->things[i], node_of(t->things[i])};
    }
    if (*n)
        qsort(buses, *n, sizeof(*buses), by_address);
    return buses;
}

static void ask_devices(const struct xd_topo *t, struct bus *buses, size_t n)
{
    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];
        uint64_t node = xd_topo_is_pci(o) ? node_of(o) : NO_NODE;
        struct bus key = {node != NO_NODE ? above(t, o, is_bus) : NULL, 0}, *b;

        if (!key.bridge || node_of(key.bridge) != NO_NODE) /* a bus that knows isn't outvoted */
            continue;
        b = bsearch(&key, buses, n, sizeof(*buses), by_address);
        b->node = b->node == NO_NODE || b->node == node ? node : MANY_NODES;
    }
}

static void place_bus(struct xd_topo *t, const struct bus *b)
{
    const char *id = xd_arena_printf(&t->arena, "node/%llu", (unsigned long long)b->node);

    if (b->node == NO_NODE || b->node == MANY_NODES)
        return;
    if (node_of(b->bridge) == NO_NODE)
        xd_topo_tell_u64(t, b->bridge, XD_TOPO_NODE, XD_TOPO_BY_US, b->node);
    if (!b->bridge->parent_id && xd_topo_find(t, id))
        b->bridge->parent_id = id;
}

void xd_topo_pci_nodes(struct xd_topo *t)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    size_t n;
    struct bus *buses = list_buses(t, &n, &scratch);

    ask_devices(t, buses, n);
    for (size_t i = 0; i < n; i++)
        place_bus(t, &buses[i]);
    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];
        const struct xd_topo_thing *from =
            is_device(o) && node_of(o) == NO_NODE ? above(t, o, knows_node) : NULL;

        if (from)
            xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_US, node_of(from));
    }
    xd_arena_done(&scratch);
}

/* --- links --- */

/* A port's own link is the one below it. */
static bool is_port(const struct xd_topo_thing *o)
{
    return o->kind == XD_THING_ROOT_PORT || o->kind == XD_THING_SWITCH_DOWN;
}

static uint64_t own_link(const struct xd_topo_thing *o)
{
    struct xd_pci_link now = {(unsigned)xd_topo_u64(o, XD_TOPO_LINK_MTS, 0),
                              (unsigned)xd_topo_u64(o, XD_TOPO_LINK_LANES, 0)};

    return xd_topo_is_pci(o) ? xd_pci_link_bytes_s(now) : 0;
}

/* The link between a thing and the port above it, as either end tells; 0: unknown, or none. */
static uint64_t link_above(const struct xd_topo_thing *o)
{
    uint64_t own = is_port(o) || o->kind == XD_THING_VF ? 0 : own_link(o);

    if (own || !xd_topo_is_pci(o) || o->kind == XD_THING_VF || !o->parent || !is_port(o->parent))
        return own;
    return own_link(o->parent);
}

static void tell_path(struct xd_topo *t, struct xd_topo_thing *o)
{
    uint64_t own = link_above(o), least = own, narrowest = own;
    const struct xd_topo_thing *limit = NULL;

    for (const struct xd_topo_thing *up = o->parent; up; up = up->parent) {
        uint64_t link = link_above(up);

        if (link && (!least || link < least))
            least = link;
        if (link && own && link < narrowest) {
            narrowest = link;
            limit = up;
        }
    }
    if (least)
        xd_topo_tell_f64(t, o, XD_TOPO_PATH_BYTES_S, XD_TOPO_BY_US, (double)least);
    if (limit)
        xd_topo_tell_str(t, o, XD_TOPO_LIMIT, XD_TOPO_BY_US, limit->id);
}

/* A card is in the slot that the port above it leads to. */
static void tell_slot(struct xd_topo *t, struct xd_topo_thing *o)
{
    const struct xd_topo_thing *port = o->parent && is_port(o->parent) ? o->parent : NULL;
    uint64_t number = xd_topo_u64(o, XD_TOPO_INDEX, 0);
    const char *name = NULL;

    if ((o->kind != XD_THING_FUNCTION && o->kind != XD_THING_SWITCH_UP) ||
        xd_topo_str(o, XD_TOPO_SLOT, NULL))
        return;
    if (!number && port) {
        name = xd_topo_str(port, XD_TOPO_SLOT, NULL);
        number = xd_topo_u64(port, XD_TOPO_INDEX, 0);
    }
    if (!name && number)
        name = xd_arena_printf(&t->arena, "%llu", (unsigned long long)number);
    xd_topo_tell_str(t, o, XD_TOPO_SLOT, XD_TOPO_BY_US, name);
}

/* What people call it, where its source gave no name: the place on the bus, the bus, the name that
 * Linux has for it. */
static void tell_label(struct xd_topo *t, struct xd_topo_thing *o)
{
    const char *name = strchr(o->id, '/');

    if (!name || xd_topo_str(o, XD_TOPO_LABEL, NULL))
        return;
    name++;
    if (xd_str_starts(name, "0000:")) /* the segment that all have */
        name += strlen("0000:");
    if (o->kind == XD_THING_HOST_BRIDGE)
        name = xd_arena_printf(&t->arena, "PCI bus %s", name);
    xd_topo_tell_str(t, o, XD_TOPO_LABEL, XD_TOPO_BY_US, name);
}

void xd_topo_pci_links(struct xd_topo *t)
{
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        uint64_t link = own_link(o);

        if (is_device(o) || is_bus(o))
            tell_label(t, o);
        if (!is_device(o))
            continue;
        if (link)
            xd_topo_tell_f64(t, o, XD_TOPO_LINK_BYTES_S, XD_TOPO_BY_US, (double)link);
        tell_path(t, o);
        tell_slot(t, o);
    }
}
