/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as XML of hwloc, version 2 of the format (hwloc2.dtd): what lstopo opens. There, a
 * NUMA node is memory beside an object with its CPUs, so a node that is no whole package or machine
 * becomes a Group with a NUMANode; CPUs that are offline are in complete sets only; a virtual
 * function stands beside its physical one; DIMM slots and USB devices are Misc objects. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "topo/export_impl.h"

struct writer {
    const struct xd_topo *t;
    unsigned parts;
    struct xd_buf *out;
    struct xd_cpuset online;   /* CPUs that have a thread that isn't offline */
    struct xd_cpuset complete; /* with those that are */
    struct xd_cpuset nodes;
    bool made_node; /* nobody told of a node, and hwloc needs one */
    unsigned gp_index;
};

static void nothing(struct writer *w, const struct xd_topo_thing *o)
{
}

/* --- pieces --- */

/* A bitmap as hwloc writes it: words of 32 bits, the highest first; of those that are zero only the
 * comma, but for the last. */
static void bitmap(struct xd_buf *out, const char *name, const struct xd_cpuset *set)
{
    unsigned words = 1;

    for (unsigned i = 0; i < XD_CPUSET_MAX / 32; i++)
        if (set->bits[i / 2] >> i % 2 * 32 & UINT32_MAX)
            words = i + 1;
    xd_buf_printf(out, " %s=\"", name);
    for (unsigned i = words; i-- > 0;) {
        uint32_t word = (uint32_t)(set->bits[i / 2] >> i % 2 * 32);

        if (word)
            xd_buf_printf(out, "0x%08" PRIx32, word);
        else if (!i)
            xd_buf_add(out, "0x0");
        xd_buf_addc(out, i ? ',' : '"');
    }
}

static void attribute(struct xd_buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    xd_buf_printf(out, " %s=\"", name);
    xd_topo_xml(out, value);
    xd_buf_addc(out, '"');
}

static void info(struct xd_buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    xd_buf_add(out, "<info");
    attribute(out, "name", name);
    attribute(out, "value", value);
    xd_buf_add(out, "/>\n");
}

static void info_u64(struct xd_buf *out, const char *name, const struct xd_topo_thing *o,
                     enum xd_topo_col col)
{
    uint64_t v = xd_topo_u64(o, col, UINT64_MAX);
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, v);
    info(out, name, v == UINT64_MAX ? NULL : text);
}

/* --- sets --- */

static struct xd_cpuset within(const struct xd_topo_thing *o, const struct xd_cpuset *all)
{
    const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);
    struct xd_cpuset s;

    if (o->kind == XD_THING_MACHINE)
        return *all;
    xd_cpuset_zero(&s);
    if (!set)
        return s;
    s = *set;
    xd_cpuset_and(&s, all);
    return s;
}

/* Nodes in it; where there are none, the one that it is in; where it is in none, all. */
static struct xd_cpuset nodes_of(const struct writer *w, const struct xd_topo_thing *o)
{
    struct xd_cpuset s;

    xd_cpuset_zero(&s);
    for (struct xd_topo_thing *at = NULL; (at = xd_topo_walk((struct xd_topo_thing *)o, at));)
        if (at->kind == XD_THING_NODE)
            xd_cpuset_add(&s, (unsigned)xd_topo_u64(at, XD_TOPO_INDEX, UINT32_MAX));
    for (; xd_cpuset_empty(&s) && o; o = o->parent)
        if (o->kind == XD_THING_NODE)
            xd_cpuset_add(&s, (unsigned)xd_topo_u64(o, XD_TOPO_INDEX, UINT32_MAX));
    return xd_cpuset_empty(&s) ? w->nodes : s;
}

static void sets(struct writer *w, const struct xd_topo_thing *o)
{
    struct xd_cpuset cpus = within(o, &w->online), complete = within(o, &w->complete);
    struct xd_cpuset nodes = nodes_of(w, o);

    bitmap(w->out, "cpuset", &cpus);
    bitmap(w->out, "complete_cpuset", &complete);
    if (o->kind == XD_THING_MACHINE)
        bitmap(w->out, "allowed_cpuset", &cpus);
    bitmap(w->out, "nodeset", &nodes);
    bitmap(w->out, "complete_nodeset", &nodes);
    if (o->kind == XD_THING_MACHINE)
        bitmap(w->out, "allowed_nodeset", &nodes);
}

static void begin(struct writer *w, const char *type)
{
    xd_buf_printf(w->out, "<object type=\"%s\" gp_index=\"%u\"", type, ++w->gp_index);
}

static void os_index(struct writer *w, uint64_t index)
{
    if (index <= UINT32_MAX)
        xd_buf_printf(w->out, " os_index=\"%" PRIu64 "\"", index);
}

/* --- CPUs and memory --- */

static void numa_node(struct writer *w, const struct xd_topo_thing *o, uint64_t index, uint64_t kib)
{
    begin(w, "NUMANode");
    os_index(w, index);
    sets(w, o);
    if (kib)
        xd_buf_printf(w->out, " local_memory=\"%" PRIu64 "\"", kib << 10);
    xd_buf_add(w->out, ">\n");
    if (kib)
        xd_buf_printf(w->out, "<page_type size=\"4096\" count=\"%" PRIu64 "\"/>\n", kib / 4);
    xd_buf_add(w->out, "</object>\n");
}

static void cache(struct writer *w, const struct xd_topo_thing *o)
{
    uint64_t ways = xd_topo_u64(o, XD_TOPO_WAYS, 0);

    xd_buf_printf(w->out, " cache_size=\"%" PRIu64 "\" depth=\"%u\"",
                  xd_topo_u64(o, XD_TOPO_SIZE, 0) << 10,
                  o->kind == XD_THING_L3   ? 3u
                  : o->kind == XD_THING_L2 ? 2u
                                           : 1u);
    xd_buf_printf(w->out, " cache_linesize=\"0\" cache_associativity=\"%" PRIu64 "\"", ways);
    xd_buf_printf(w->out, " cache_type=\"%u\"", o->kind == XD_THING_L1);
}

static void package_infos(struct writer *w, const struct xd_topo_thing *o)
{
    info(w->out, "CPUVendor", xd_topo_str(o, XD_TOPO_MAKER, NULL));
    info(w->out, "CPUModel", xd_topo_str(o, XD_TOPO_NAME, NULL));
    info_u64(w->out, "CPUFamilyNumber", o, XD_TOPO_FAMILY);
    info_u64(w->out, "CPUModelNumber", o, XD_TOPO_MODEL);
    info_u64(w->out, "CPUStepping", o, XD_TOPO_STEPPING);
}

static void machine_infos(struct writer *w, const struct xd_topo_thing *o)
{
    info(w->out, "DMISysVendor", xd_topo_str(o, XD_TOPO_MAKER, NULL));
    info(w->out, "DMIProductName", xd_topo_str(o, XD_TOPO_NAME, NULL));
    info(w->out, "HostName", xd_topo_str(o, XD_TOPO_LABEL, NULL));
    if (w->made_node)
        numa_node(w, o, 0, xd_topo_u64(o, XD_TOPO_SIZE, 0));
}

static const struct {
    const char *type; /* NULL: it has no object of its own kind there */
    void (*attributes)(struct writer *w, const struct xd_topo_thing *o);
    void (*infos)(struct writer *w, const struct xd_topo_thing *o);
} normal[XD_THING_KINDS] = {
    [XD_THING_MACHINE] = {"Machine", nothing, machine_infos},
    [XD_THING_PACKAGE] = {"Package", nothing, package_infos},
    [XD_THING_DIE] = {"Die", nothing, nothing},
    [XD_THING_NODE] = {"Group", nothing, nothing},
    [XD_THING_L3] = {"L3Cache", cache, nothing},
    [XD_THING_L2] = {"L2Cache", cache, nothing},
    [XD_THING_L1] = {"L1Cache", cache, nothing},
    [XD_THING_CORE] = {"Core", nothing, nothing},
    [XD_THING_THREAD] = {"PU", nothing, nothing},
};

static void children(struct writer *w, const struct xd_topo_thing *o);

static void node_memory(struct writer *w, const struct xd_topo_thing *o)
{
    numa_node(w, o, xd_topo_u64(o, XD_TOPO_INDEX, UINT64_MAX), xd_topo_u64(o, XD_TOPO_SIZE, 0));
}

static uint64_t index_of(const struct writer *w, const struct xd_topo_thing *o)
{
    const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);

    if (o->kind == XD_THING_THREAD)
        return set ? (uint64_t)xd_cpuset_next(set, 0) : UINT64_MAX;
    if (xd_topo_kind_is_cache(o->kind) || o->kind == XD_THING_MACHINE || o->kind == XD_THING_NODE)
        return UINT64_MAX;
    return xd_topo_u64(o, XD_TOPO_INDEX, UINT64_MAX);
}

/* What has no CPUs that are online is no object; what is in it belongs to what it is in. A node
 * that has the CPUs of what it is in is memory there, and no Group. */
static void normal_object(struct writer *w, const struct xd_topo_thing *o)
{
    struct xd_cpuset cpus = within(o, &w->online), outer;
    bool is_node = o->kind == XD_THING_NODE;

    if (o->parent) {
        outer = within(o->parent, &w->online);
        if (is_node && (xd_cpuset_empty(&cpus) || xd_cpuset_equal(&cpus, &outer)))
            node_memory(w, o);
        if (xd_cpuset_empty(&cpus) || (is_node && xd_cpuset_equal(&cpus, &outer))) {
            children(w, o);
            return;
        }
    }
    begin(w, normal[o->kind].type);
    os_index(w, index_of(w, o));
    sets(w, o);
    normal[o->kind].attributes(w, o);
    if (is_node)
        attribute(w->out, "subtype", "NUMA node");
    xd_buf_add(w->out, ">\n");
    normal[o->kind].infos(w, o);
    if (is_node)
        node_memory(w, o);
    children(w, o);
    xd_buf_add(w->out, "</object>\n");
}

/* --- PCI --- */

static void pci_attributes(struct writer *w, const struct xd_topo_thing *o)
{
    unsigned ids[4] = {0};
    double rate = xd_topo_f64(o, XD_TOPO_LINK_BYTES_S, 0);

    sscanf(xd_topo_str(o, XD_TOPO_PCI_ID, ""), "%4x:%4x", &ids[0], &ids[1]);
    sscanf(xd_topo_str(o, XD_TOPO_SUBSYSTEM, ""), "%4x:%4x", &ids[2], &ids[3]);
    attribute(w->out, "pci_busid", xd_topo_str(o, XD_TOPO_BDF, "0000:00:00.0"));
    xd_buf_printf(w->out, " pci_type=\"%04x [%04x:%04x] [%04x:%04x] %02x\"",
                  (unsigned)(xd_topo_u64(o, XD_TOPO_CLASS_CODE, 0) >> 8 & 0xffff), ids[0], ids[1],
                  ids[2], ids[3], (unsigned)(xd_topo_u64(o, XD_TOPO_REVISION, 0) & 0xff));
    xd_buf_printf(w->out, " pci_link_speed=\"%f\"", rate / 1e9);
}

static unsigned bridges_above(const struct xd_topo_thing *o)
{
    unsigned n = 0;

    for (o = o->parent; o && xd_topo_kind_is_pci(o->kind); o = o->parent)
        n++;
    return n;
}

/* "0000:[01-03]": the segment and the buses behind it. */
static void bridge_attributes(struct writer *w, const struct xd_topo_thing *o, const char *type)
{
    const char *slash = strchr(o->id, '/'), *bdf = xd_topo_str(o, XD_TOPO_BDF, NULL);
    unsigned segment = 0;
    uint64_t first = xd_topo_u64(o, XD_TOPO_FIRST_BUS, 0);

    sscanf(bdf ? bdf : slash ? slash + 1 : "", "%x:", &segment);
    attribute(w->out, "bridge_type", type);
    xd_buf_printf(w->out, " depth=\"%u\" bridge_pci=\"%04x:[%02x-%02x]\"", bridges_above(o),
                  segment, (unsigned)first & 0xff,
                  (unsigned)xd_topo_u64(o, XD_TOPO_LAST_BUS, first) & 0xff);
}

static void pci_infos(struct writer *w, const struct xd_topo_thing *o)
{
    info(w->out, "PCIVendor", xd_topo_str(o, XD_TOPO_MAKER, NULL));
    info(w->out, "PCIDevice", xd_topo_str(o, XD_TOPO_NAME, NULL));
    info(w->out, "PCISlot", xd_topo_str(o, XD_TOPO_SLOT, NULL));
    info(w->out, "LinuxDriver", xd_topo_str(o, XD_TOPO_DRIVER, NULL));
    info(w->out, "XenDomain", xd_topo_str(o, XD_TOPO_OWNER, NULL));
}

static bool has_vfs(const struct xd_topo_thing *o)
{
    for (o = o->child; o; o = o->next)
        if (o->kind == XD_THING_VF)
            return true;
    return false;
}

static void io_object(struct writer *w, const struct xd_topo_thing *o)
{
    bool function = o->kind == XD_THING_FUNCTION || o->kind == XD_THING_VF;

    begin(w, function ? "PCIDev" : "Bridge");
    if (o->kind == XD_THING_HOST_BRIDGE)
        bridge_attributes(w, o, "0-1");
    else if (!function)
        bridge_attributes(w, o, "1-1");
    if (o->kind != XD_THING_HOST_BRIDGE)
        pci_attributes(w, o);
    xd_buf_add(w->out, ">\n");
    pci_infos(w, o);
    children(w, o);
    xd_buf_add(w->out, "</object>\n");
    for (const struct xd_topo_thing *c = o->child; has_vfs(o) && c; c = c->next)
        if (c->kind == XD_THING_VF)
            io_object(w, c);
}

/* hwloc numbers what the system makes of devices: block 0, network 2. */
static void os_device(struct writer *w, const struct xd_topo_thing *o)
{
    char called[128];

    begin(w, "OSDev");
    attribute(w->out, "name", xd_topo_called(o, called, sizeof(called)));
    if (o->kind == XD_THING_DISK)
        attribute(w->out, "subtype", "Disk");
    xd_buf_printf(w->out, " osdev_type=\"%d\">\n", o->kind == XD_THING_DISK ? 0 : 2);
    if (o->kind == XD_THING_DISK)
        info_u64(w->out, "Size", o, XD_TOPO_SIZE);
    info(w->out, "Address", xd_topo_str(o, XD_TOPO_ADDRESS, NULL));
    info(w->out, "Model", xd_topo_str(o, XD_TOPO_NAME, NULL));
    children(w, o);
    xd_buf_add(w->out, "</object>\n");
}

/* --- what hwloc has no type for --- */

static void misc(struct writer *w, const struct xd_topo_thing *o)
{
    char called[128];

    begin(w, "Misc");
    attribute(w->out, "name", xd_topo_called(o, called, sizeof(called)));
    attribute(w->out, "subtype", o->kind == XD_THING_DIMM ? "MemoryModule" : "USB");
    xd_buf_add(w->out, ">\n");
    info(w->out, "DeviceLocation", xd_topo_str(o, XD_TOPO_SLOT, NULL));
    info(w->out, "Vendor", xd_topo_str(o, XD_TOPO_MAKER, NULL));
    info(w->out, "SerialNumber", xd_topo_str(o, XD_TOPO_SERIAL, NULL));
    info(w->out, "PartNumber", xd_topo_str(o, XD_TOPO_PART, NULL));
    info(w->out, "FormFactor", xd_topo_str(o, XD_TOPO_FORM, NULL));
    info(w->out, "Type", xd_topo_str(o, XD_TOPO_MEM_TYPE, NULL));
    info_u64(w->out, "Size", o, XD_TOPO_SIZE);
    info_u64(w->out, "Rank", o, XD_TOPO_RANKS);
    children(w, o);
    xd_buf_add(w->out, "</object>\n");
}

/* --- the tree --- */

enum pass { NORMAL, IO, MISC, PASSES };

static void child(struct writer *w, const struct xd_topo_thing *o, enum pass pass)
{
    if (normal[o->kind].type) {
        if (pass == NORMAL)
            normal_object(w, o);
    } else if (xd_topo_kind_is_pci(o->kind)) {
        if (pass == IO && w->parts & XD_TOPO_PART_PCI && o->kind != XD_THING_VF)
            io_object(w, o);
    } else if (o->kind == XD_THING_MEMORY) {
        if (pass == MISC)
            children(w, o);
    } else if (xd_topo_kind_is_leaf(o->kind) && o->kind != XD_THING_USB) {
        if (pass == IO && w->parts & XD_TOPO_PART_PCI)
            os_device(w, o);
    } else if (pass == MISC &&
               w->parts & (o->kind == XD_THING_DIMM ? XD_TOPO_PART_MEMORY : XD_TOPO_PART_PCI)) {
        misc(w, o);
    }
}

static void children(struct writer *w, const struct xd_topo_thing *o)
{
    for (int pass = NORMAL; pass < PASSES; pass++)
        for (const struct xd_topo_thing *c = o->child; c; c = c->next)
            child(w, c, (enum pass)pass);
}

/* hwloc takes whole matrices only. kind 5: told by the system, a latency. */
static void distances(struct writer *w)
{
    unsigned n = xd_cpuset_count(&w->nodes);
    struct xd_buf indexes = XD_BUF_INIT, values = XD_BUF_INIT;
    bool whole = n > 1;

    for (int i = -1; whole && (i = xd_cpuset_next(&w->nodes, (unsigned)(i + 1))) >= 0;) {
        xd_buf_printf(&indexes, "%d ", i);
        for (int k = -1; (k = xd_cpuset_next(&w->nodes, (unsigned)(k + 1))) >= 0;) {
            unsigned d = xd_topo_distance_of(w->t, (unsigned)i, (unsigned)k);

            whole = whole && d;
            xd_buf_printf(&values, "%u ", d);
        }
    }
    if (whole)
        xd_buf_printf(w->out,
                      "<distances2 type=\"NUMANode\" nbobjs=\"%u\" kind=\"5\" "
                      "name=\"NUMALatency\" indexing=\"os\">\n"
                      "<indexes length=\"%zu\">%s</indexes>\n"
                      "<u64values length=\"%zu\">%s</u64values>\n</distances2>\n",
                      n, indexes.len, indexes.s, values.len, values.s);
    xd_buf_done(&indexes);
    xd_buf_done(&values);
}

int xd_topo_export_hwloc(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                         struct xd_err *err)
{
    struct writer w = {.t = t, .parts = s->parts ? s->parts : XD_TOPO_PART_ALL, .out = out};

    if (s->root && s->root != t->machine)
        return xd_err_set(err, -EINVAL,
                          "XML of hwloc is of whole machines, not of %s alone: leave it out, or "
                          "take another format",
                          s->root->id);
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);

        if (o->kind == XD_THING_NODE)
            xd_cpuset_add(&w.nodes, (unsigned)xd_topo_u64(o, XD_TOPO_INDEX, UINT32_MAX));
        if (o->kind != XD_THING_THREAD || !set)
            continue;
        xd_cpuset_or(&w.complete, set);
        if (xd_topo_bool(o, XD_TOPO_ONLINE, true))
            xd_cpuset_or(&w.online, set);
    }
    if (xd_cpuset_empty(&w.online))
        return xd_err_set(err, -ENODATA,
                          "XML of hwloc needs CPUs, and no source told of any in this machine");
    w.made_node = xd_cpuset_empty(&w.nodes);
    if (w.made_node)
        xd_cpuset_add(&w.nodes, 0);
    xd_buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology version=\"2.0\">\n");
    normal_object(&w, t->machine);
    distances(&w);
    xd_buf_add(out, "</topology>\n");
    return 0;
}
