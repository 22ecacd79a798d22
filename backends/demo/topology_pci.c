/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated machine's PCI: the functions of the scenario under the bridges whose buses they are
 * on, with their links, virtual functions, and the disks and NICs that hang on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

#define SEGMENT 5 /* characters of "0000:" */

/* As the PCI Code and ID Assignment Specification numbers them. */
static const struct {
    const char *name;
    unsigned code;
    enum xd_thing_kind leaf;
} classes[] = {
    {"Host bridge", 0x060000, XD_THING_FUNCTION},
    {"PCI bridge", 0x060400, XD_THING_FUNCTION},
    {"Non-Volatile memory controller", 0x010802, XD_THING_DISK},
    {"Serial Attached SCSI controller", 0x010700, XD_THING_DISK},
    {"RAID bus controller", 0x010400, XD_THING_DISK},
    {"SATA controller", 0x010601, XD_THING_DISK},
    {"Ethernet controller", 0x020000, XD_THING_NIC},
    {"VGA compatible controller", 0x030000, XD_THING_FUNCTION},
    {"3D controller", 0x030200, XD_THING_FUNCTION},
    {"Audio device", 0x040300, XD_THING_FUNCTION},
    {"USB controller", 0x0c0330, XD_THING_USB},
};

static unsigned bus_of(const struct xd_demo_pci_spec *p)
{
    return (unsigned)strtoul(p->bdf + SEGMENT, NULL, 16);
}

/* The bridge right above it: of all whose buses hold its own, the one with the fewest. */
static const struct xd_demo_pci_spec *bridge_of(const struct xd_demo_scenario *s,
                                                const struct xd_demo_pci_spec *p)
{
    const struct xd_demo_pci_spec *best = NULL;

    for (size_t i = 0; i < s->n_pci; i++) {
        const struct xd_demo_pci_spec *b = &s->pci[i];

        if (b != p && b->buses && strncmp(b->bdf, p->bdf, SEGMENT) == 0 &&
            xd_cpuset_has(b->buses, bus_of(p)) && !xd_cpuset_has(b->buses, bus_of(b)) &&
            (!best || xd_cpuset_count(b->buses) < xd_cpuset_count(best->buses)))
            best = b;
    }
    return best;
}

/* The root bus that p is on, made with the first function of it. */
static const char *root_bus(struct xd_topo *t, const struct xd_demo_pci_spec *p)
{
    char id[32], node[32];
    struct xd_topo_thing *o;

    snprintf(id, sizeof(id), "bus/%.*s%02x", SEGMENT, p->bdf, bus_of(p));
    o = xd_topo_find(t, id);
    if (o)
        return o->id;
    snprintf(node, sizeof(node), "node/%u", (unsigned)p->node);
    o = xd_topo_thing(t, XD_THING_HOST_BRIDGE, node, "%s", id);
    xd_topo_tell_u64(t, o, XD_TOPO_FIRST_BUS, XD_TOPO_BY_SYSFS, bus_of(p));
    xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_ACPI, p->node);
    return o->id;
}

static void tell_link(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_demo_pci_spec *p)
{
    if (!p->speed)
        return;
    xd_topo_tell_u64(t, o, XD_TOPO_LINK_MTS, XD_TOPO_BY_PCI, p->speed);
    xd_topo_tell_u64(t, o, XD_TOPO_LINK_LANES, XD_TOPO_BY_PCI, p->lanes);
    xd_topo_tell_u64(t, o, XD_TOPO_LINK_MAX_MTS, XD_TOPO_BY_PCI, p->max_speed);
    xd_topo_tell_u64(t, o, XD_TOPO_LINK_MAX_LANES, XD_TOPO_BY_PCI, p->max_lanes);
}

static void tell_buses(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_demo_pci_spec *p)
{
    int first = xd_cpuset_next(p->buses, 0);
    unsigned last = (unsigned)first + xd_cpuset_count(p->buses) - 1;

    xd_topo_tell_u64(t, o, XD_TOPO_FIRST_BUS, XD_TOPO_BY_PCI, (unsigned)first);
    xd_topo_tell_u64(t, o, XD_TOPO_LAST_BUS, XD_TOPO_BY_PCI, last);
}

/* What dom0's kernel has made of it, as long as the function is dom0's. */
static void leaf(struct xd_topo *t, const struct xd_topo_thing *in,
                 const struct xd_demo_pci_spec *p, enum xd_thing_kind kind)
{
    struct xd_topo_thing *o;

    if (kind == XD_THING_FUNCTION)
        return;
    o = xd_topo_thing(t, kind, in->id, "%s/%s", xd_thing_kind_names[kind], p->leaf);
    xd_topo_tell_str(t, o, XD_TOPO_NAME, XD_TOPO_BY_SYSFS, p->leaf);
    xd_topo_tell_str(t, o, XD_TOPO_ADDRESS, XD_TOPO_BY_SYSFS, p->address);
    if (p->size_kib)
        xd_topo_tell_u64(t, o, XD_TOPO_SIZE, XD_TOPO_BY_SYSFS, p->size_kib);
    if (p->bits_s)
        xd_topo_tell_u64(t, o, XD_TOPO_BITS_S, XD_TOPO_BY_SYSFS, p->bits_s);
}

static void tell_class(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_demo_pci *f)
{
    const struct xd_demo_pci_spec *p = f->spec;

    xd_topo_tell_str(t, o, XD_TOPO_CLASS, XD_TOPO_BY_PCIIDS, p->class_name);
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (!xd_streq(classes[i].name, p->class_name))
            continue;
        xd_topo_tell_u64(t, o, XD_TOPO_CLASS_CODE, XD_TOPO_BY_PCI, classes[i].code);
        if (p->leaf && f->use == XD_PCI_HOST)
            leaf(t, o, p, classes[i].leaf);
    }
}

static uint64_t vfs_of(const struct xd_demo_scenario *s, const struct xd_demo_pci_spec *p)
{
    uint64_t n = 0;

    for (size_t i = 0; i < s->n_pci; i++)
        n += xd_streq(s->pci[i].vf_of, p->bdf);
    return n;
}

static struct xd_topo_thing *make(struct xd_topo *t, const struct xd_demo_scenario *s,
                                  const struct xd_demo_pci_spec *p)
{
    static const enum xd_thing_kind kinds[] = {XD_THING_FUNCTION, XD_THING_ROOT_PORT,
                                               XD_THING_SWITCH_UP, XD_THING_SWITCH_DOWN,
                                               XD_THING_BRIDGE};
    const struct xd_demo_pci_spec *above = bridge_of(s, p);
    char parent[32];

    if (p->vf_of || above) {
        snprintf(parent, sizeof(parent), "pci/%s", p->vf_of ? p->vf_of : above->bdf);
        return xd_topo_thing(t, p->vf_of ? XD_THING_VF : kinds[p->port], parent, "pci/%s", p->bdf);
    }
    return xd_topo_thing(t, kinds[p->port], root_bus(t, p), "pci/%s", p->bdf);
}

static void function(struct xd_topo *t, const struct xd_demo_host *h, const struct xd_demo_pci *f)
{
    const struct xd_demo_pci_spec *p = f->spec;
    struct xd_topo_thing *o = make(t, h->scenario, p);

    xd_topo_tell_str(t, o, XD_TOPO_BDF, XD_TOPO_BY_SYSFS, p->bdf);
    xd_topo_tell_str(t, o, XD_TOPO_PCI_ID, XD_TOPO_BY_PCI, p->id);
    xd_topo_tell_str(t, o, XD_TOPO_NAME, XD_TOPO_BY_PCIIDS, p->name);
    tell_class(t, o, f);
    if (p->sysfs_node != UINT64_MAX)
        xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_SYSFS, p->sysfs_node);
    xd_topo_tell_u64(t, o, XD_TOPO_NODE, XD_TOPO_BY_XEN, p->node);
    xd_topo_tell_str(t, o, XD_TOPO_DRIVER, XD_TOPO_BY_SYSFS,
                     f->use == XD_PCI_HOST ? p->driver : "pciback");
    xd_topo_tell_str(t, o, XD_TOPO_SLOT, XD_TOPO_BY_SMBIOS, p->slot);
    tell_link(t, o, p);
    if (p->buses)
        tell_buses(t, o, p);
    if (p->vfs) {
        xd_topo_tell_u64(t, o, XD_TOPO_VFS, XD_TOPO_BY_PCI, vfs_of(h->scenario, p));
        xd_topo_tell_u64(t, o, XD_TOPO_VFS_MAX, XD_TOPO_BY_PCI, p->vfs);
    }
    if (f->owner)
        xd_topo_tell_str(t, o, XD_TOPO_OWNER, XD_TOPO_BY_XEN, f->owner->shown);
}

void xd_demo_topology_pci(const struct xd_demo_host *h, struct xd_topo *t)
{
    for (size_t i = 0; i < h->scenario->n_pci; i++)
        function(t, h, &h->pci[i]);
}
