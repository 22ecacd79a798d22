/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwloc's objects as things. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "topo/hwloc_impl.h"
#include "topo/pci_impl.h"

#define BY XD_TOPO_BY_HWLOC

/* <info name="…" value="…"/> of an object, and the column that it is. */
struct info {
    const char *name;
    enum xd_topo_col col;
    bool number;
    uint64_t scale;
};

struct object {
    const char *type;
    enum xd_thing_kind kind;
    bool of_cpus;
    void (*make)(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type);
    const struct info *infos;
};

/* --- CPUs and memory --- */

static void make_machine(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    o->thing = r->t->machine;
}

static void make_numbered(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    struct xd_cpuset cpus;
    uint64_t number;

    if (!xd_hwloc_set(r, "cpuset", &cpus) || !xd_hwloc_number(r, "os_index", &number))
        return;
    o->thing = xd_topo_numbered(r->t, type->kind, number, &cpus, BY);
    if (type->kind == XD_THING_NODE && xd_hwloc_number(r, "local_memory", &number))
        xd_topo_tell_u64(r->t, o->thing, XD_TOPO_SIZE, BY, number / 1024);
}

static void make_thread(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    uint64_t number;

    if (!xd_hwloc_number(r, "os_index", &number) || number >= XD_CPUSET_MAX)
        return;
    o->thing = xd_topo_thread(r->t, (unsigned)number, BY);
    xd_topo_tell_bool(r->t, o->thing, XD_TOPO_ONLINE, BY,
                      true); /* those that are off aren't there */
}

/* Numbered within their package: known by their first CPU. */
static void make_part(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    struct xd_cpuset cpus;
    uint64_t number;

    if (!xd_hwloc_set(r, "cpuset", &cpus))
        return;
    o->thing = xd_topo_of_cpus(r->t, type->kind, &cpus, BY);
    if (o->thing && xd_hwloc_number(r, "os_index", &number))
        xd_topo_tell_u64(r->t, o->thing, XD_TOPO_INDEX, BY, number);
}

static void make_cache(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    struct xd_cpuset cpus;
    uint64_t number;

    if (!xd_hwloc_set(r, "cpuset", &cpus))
        return;
    o->thing = xd_topo_of_cpus(r->t, type->kind, &cpus, BY);
    if (o->thing && xd_hwloc_number(r, "cache_size", &number) && number)
        xd_topo_tell_u64(r->t, o->thing, XD_TOPO_SIZE, BY, number / 1024);
    if (o->thing && xd_hwloc_number(r, "cache_associativity", &number) && number) /* 0: unknown */
        xd_topo_tell_u64(r->t, o->thing, XD_TOPO_WAYS, BY, number);
}

/* --- PCI --- */

/* "0280 [8086:2723] [8086:0084] 1a": class, device, card, revision. */
static void tell_pci_type(struct xd_hwloc *r, struct xd_topo_thing *o)
{
    const char *text = xd_hwloc_attribute(r, "pci_type");
    unsigned class, vendor, device, card_vendor, card, revision;
    char ids[10];

    if (!text)
        return;
    if (sscanf(text, "%4x [%4x:%4x] [%4x:%4x] %2x", &class, &vendor, &device, &card_vendor, &card,
               &revision) != 6) {
        xd_hwloc_complain(r, "pci_type", text);
        return;
    }
    xd_topo_tell_u64(r->t, o, XD_TOPO_CLASS_CODE, BY, class << 8);
    snprintf(ids, sizeof(ids), "%04x:%04x", vendor, device);
    xd_topo_tell_str(r->t, o, XD_TOPO_PCI_ID, BY, ids);
    snprintf(ids, sizeof(ids), "%04x:%04x", card_vendor, card);
    if (card_vendor)
        xd_topo_tell_str(r->t, o, XD_TOPO_SUBSYSTEM, BY, ids);
    xd_topo_tell_u64(r->t, o, XD_TOPO_REVISION, BY, revision);
}

/* In GB/s, of 10^9 bytes; 0: unknown. */
static void tell_pci_link(struct xd_hwloc *r, struct xd_topo_thing *o)
{
    const char *text = xd_hwloc_attribute(r, "pci_link_speed");
    double gigabytes;

    if (text && xd_parse_f64(text, &gigabytes) == 0 && gigabytes > 0 && gigabytes < 1e6)
        xd_topo_tell_f64(r->t, o, XD_TOPO_LINK_BYTES_S, BY, gigabytes * 1e9);
}

static void make_function(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    const char *text = xd_hwloc_attribute(r, "pci_busid");
    char place[XD_TOPO_PLACE_TEXT];
    struct xd_topo_place at;

    if (!text || !xd_topo_place_parse(text, &at)) {
        if (text)
            xd_hwloc_complain(r, "pci_busid", text);
        return;
    }
    xd_topo_place_text(&at, place);
    o->thing = xd_topo_thing(r->t, type->kind, o->pci, "pci/%s", place);
    o->pci = o->thing->id;
    xd_topo_tell_str(r->t, o->thing, XD_TOPO_BDF, BY, place);
    xd_topo_tell_str(r->t, o->thing, XD_TOPO_LABEL, BY, at.segment ? place : place + 5);
    tell_pci_type(r, o->thing);
    tell_pci_link(r, o->thing);
}

/* bridge_pci="0000:[00-1f]": the buses behind it. */
static bool read_buses(struct xd_hwloc *r, unsigned *segment, unsigned *first, unsigned *last)
{
    const char *text = xd_hwloc_attribute(r, "bridge_pci");

    if (text && sscanf(text, "%8x:[%2x-%2x]", segment, first, last) == 3)
        return true;
    xd_hwloc_complain(r, "bridge_pci", text ? text : "");
    return false;
}

/* The only node of a set; UINT64_MAX: none, or several. */
static uint64_t only_node(struct xd_hwloc *r, const char *nodeset)
{
    struct xd_cpuset nodes;

    if (!nodeset || !xd_hwloc_parse_set(r, "nodeset", nodeset, &nodes) ||
        xd_cpuset_count(&nodes) != 1)
        return UINT64_MAX;
    return (uint64_t)xd_cpuset_next(&nodes, 0);
}

static void make_host_bridge(struct xd_hwloc *r, struct xd_hwloc_object *o)
{
    unsigned segment, first, last;
    uint64_t node;
    char id[24];

    if (!read_buses(r, &segment, &first, &last))
        return;
    snprintf(id, sizeof(id), "bus/%04x:%02x", segment, first);
    o->thing = xd_topo_thing(r->t, XD_THING_HOST_BRIDGE, NULL, "%s", id);
    o->pci = o->thing->id;
    xd_topo_tell_u64(r->t, o->thing, XD_TOPO_FIRST_BUS, BY, first);
    xd_topo_tell_u64(r->t, o->thing, XD_TOPO_LAST_BUS, BY, last);
    node = only_node(r, o->nodeset);
    if (node != UINT64_MAX)
        xd_topo_tell_u64(r->t, o->thing, XD_TOPO_NODE, BY, node);
}

/* bridge_type="0-1": from the host to PCI; "1-1": from PCI to PCI. */
static void make_bridge(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    unsigned segment, first, last;

    if (xd_streq(xd_hwloc_attribute(r, "bridge_type"), "0-1")) {
        make_host_bridge(r, o);
        return;
    }
    make_function(r, o, type);
    if (!o->thing || !read_buses(r, &segment, &first, &last))
        return;
    xd_topo_tell_u64(r->t, o->thing, XD_TOPO_FIRST_BUS, BY, first);
    xd_topo_tell_u64(r->t, o->thing, XD_TOPO_LAST_BUS, BY, last);
}

/* What Linux makes of a device: block devices and network interfaces. */
static void make_leaf(struct xd_hwloc *r, struct xd_hwloc_object *o, const struct object *type)
{
    const char *name = xd_hwloc_attribute(r, "name"), *kind = xd_hwloc_attribute(r, "osdev_type");

    if (!name || !*name || !o->pci)
        return;
    if (xd_streq(kind, "0"))
        o->thing = xd_topo_thing(r->t, XD_THING_DISK, o->pci, "disk/%s", name);
    else if (xd_streq(kind, "2"))
        o->thing = xd_topo_thing(r->t, XD_THING_NIC, o->pci, "nic/%s", name);
    if (o->thing)
        xd_topo_tell_str(r->t, o->thing, XD_TOPO_LABEL, BY, name);
}

// clang-format off
static const struct info of_machine[] = {
    {"HostName", XD_TOPO_LABEL}, {"DMIProductName", XD_TOPO_NAME}, {"DMISysVendor", XD_TOPO_MAKER},
    {NULL}};
static const struct info of_package[] = {
    {"CPUVendor", XD_TOPO_MAKER}, {"CPUModel", XD_TOPO_NAME},
    {"CPUFamilyNumber", XD_TOPO_FAMILY, true, 1}, {"CPUModelNumber", XD_TOPO_MODEL, true, 1},
    {"CPUStepping", XD_TOPO_STEPPING, true, 1}, {NULL}};
static const struct info of_pci[] = {
    {"PCIVendor", XD_TOPO_MAKER}, {"PCIDevice", XD_TOPO_NAME}, {"PCISlot", XD_TOPO_SLOT}, {NULL}};
static const struct info of_leaf[] = {
    {"Address", XD_TOPO_ADDRESS}, {"Size", XD_TOPO_SIZE, true, 1}, {"Model", XD_TOPO_NAME},
    {"Vendor", XD_TOPO_MAKER}, {"SerialNumber", XD_TOPO_SERIAL}, {NULL}};
static const struct info of_none[] = {{NULL}};

static const struct object types[] = {
    {"Machine", XD_THING_MACHINE, true, make_machine, of_machine},
    {"Package", XD_THING_PACKAGE, true, make_numbered, of_package},
    {"Die", XD_THING_DIE, true, make_part, of_none},
    {"NUMANode", XD_THING_NODE, true, make_numbered, of_none},
    {"L3Cache", XD_THING_L3, true, make_cache, of_none},
    {"L2Cache", XD_THING_L2, true, make_cache, of_none},
    {"L1Cache", XD_THING_L1, true, make_cache, of_none},
    {"Core", XD_THING_CORE, true, make_part, of_none},
    {"PU", XD_THING_THREAD, true, make_thread, of_none},
    {"Bridge", XD_THING_BRIDGE, false, make_bridge, of_pci},
    {"PCIDev", XD_THING_FUNCTION, false, make_function, of_pci},
    {"OSDev", XD_THING_KINDS, false, make_leaf, of_leaf},
};
// clang-format on

/* --- the stream's events --- */

void xd_hwloc_begin_object(struct xd_hwloc *r)
{
    const struct xd_hwloc_object *above = r->depth ? &r->stack[r->depth - 1] : NULL;
    const char *type = xd_hwloc_attribute(r, "type"), *nodeset = xd_hwloc_attribute(r, "nodeset");
    struct xd_hwloc_object *o;

    if (r->depth == XD_HWLOC_DEPTH_MAX) /* libxml2 stops before that */
        return;
    o = &r->stack[r->depth++];
    *o = (struct xd_hwloc_object){
        .pci = above ? above->pci : NULL,
        .nodeset = above ? above->nodeset : NULL,
    };
    if (nodeset && !xd_streq(nodeset, o->nodeset))
        o->nodeset = xd_arena_strdup(&r->scratch, nodeset);
    for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].type, type) == 0 && (r->cpus || !types[i].of_cpus)) {
            o->kind = &types[i];
            types[i].make(r, o, &types[i]);
        }
}

void xd_hwloc_end_object(struct xd_hwloc *r)
{
    r->depth -= r->depth > 0;
}

void xd_hwloc_info(struct xd_hwloc *r)
{
    const struct xd_hwloc_object *o = r->depth ? &r->stack[r->depth - 1] : NULL;
    const char *name = xd_hwloc_attribute(r, "name"), *value = xd_hwloc_attribute(r, "value");
    uint64_t number;

    if (!o || !o->thing || !name || !value)
        return;
    for (const struct info *i = ((const struct object *)o->kind)->infos; i->name; i++) {
        if (strcmp(i->name, name) != 0)
            continue;
        if (!i->number)
            xd_topo_tell_str(r->t, o->thing, i->col, BY, xd_topo_cpu_name(r->t, value));
        else if (xd_parse_u64(value, &number) == 0 && number < UINT64_MAX / i->scale)
            xd_topo_tell_u64(r->t, o->thing, i->col, BY, number * i->scale);
    }
}
