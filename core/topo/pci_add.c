/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From functions of PCI, as a source lists them, to things under their bridges. */
#include "topo/pci_impl.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- places --- */

/* Up to 8 hex digits; false: none, or more. */
static bool take_hex(const char **s, unsigned most, uint32_t *out)
{
    unsigned n = 0;

    for (*out = 0; isxdigit((unsigned char)**s); (*s)++, n++) {
        int c = tolower((unsigned char)**s);

        if (n == most)
            return false;
        *out = *out << 4 | (uint32_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    return n > 0;
}

bool xd_topo_place_parse(const char *s, struct xd_topo_place *out)
{
    uint32_t segment, bus, device, function;

    if (!take_hex(&s, 8, &segment) || *s++ != ':' || !take_hex(&s, 2, &bus) || *s++ != ':' ||
        !take_hex(&s, 2, &device) || *s++ != '.' || !take_hex(&s, 1, &function) || *s ||
        device > 31 || function > 7)
        return false;
    *out = (struct xd_topo_place){segment, (uint8_t)bus, (uint8_t)device, (uint8_t)function};
    return true;
}

char *xd_topo_place_text(const struct xd_topo_place *p, char out[XD_TOPO_PLACE_TEXT])
{
    snprintf(out, XD_TOPO_PLACE_TEXT, "%04x:%02x:%02x.%x", p->segment, p->bus, p->device & 31u,
             p->function & 7u);
    return out;
}

static unsigned rid(const struct xd_topo_place *p)
{
    return (unsigned)p->bus << 8 | (unsigned)p->device << 3 | p->function;
}

static int by_place(const void *a, const void *b)
{
    const struct xd_topo_place *x = &((const struct xd_topo_pci *)a)->at,
                               *y = &((const struct xd_topo_pci *)b)->at;

    if (x->segment != y->segment)
        return x->segment < y->segment ? -1 : 1;
    return (int)rid(x) - (int)rid(y);
}

/* --- what is what --- */

static enum xd_thing_kind kind_of(const struct xd_topo_pci *f)
{
    if (f->vf)
        return XD_THING_VF;
    if (!f->have_conf)
        return f->have_class && f->class >> 8 == 0x0604 ? XD_THING_BRIDGE : XD_THING_FUNCTION;
    if (!f->conf.bridge)
        return XD_THING_FUNCTION;
    if (f->conf.pcie && f->conf.type == XD_PCIE_ROOT_PORT)
        return XD_THING_ROOT_PORT;
    if (f->conf.pcie && f->conf.type == XD_PCIE_UPSTREAM)
        return XD_THING_SWITCH_UP;
    if (f->conf.pcie && f->conf.type == XD_PCIE_DOWNSTREAM)
        return XD_THING_SWITCH_DOWN;
    return XD_THING_BRIDGE;
}

bool xd_topo_is_pci(const struct xd_topo_thing *o)
{
    return o->kind >= XD_THING_ROOT_PORT && o->kind <= XD_THING_VF;
}

/* A VF answers with all ones where its numbers would be: they are those of its physical function,
 * or what Linux says. */
static void decode(struct xd_topo_pci *f, struct xd_arena *scratch)
{
    const uint8_t *bytes = f->config;

    if (f->have_ids && f->config_size >= 4) {
        uint8_t *copy = xd_arena_alloc(scratch, f->config_size);

        memcpy(copy, f->config, f->config_size);
        for (unsigned i = 0; i < 2; i++) {
            copy[i] = (uint8_t)(f->vendor >> 8 * i);
            copy[2 + i] = (uint8_t)(f->device >> 8 * i);
        }
        bytes = copy;
    }
    f->have_conf = xd_pciconf_read(bytes, f->config_size, &f->conf, NULL) == 0;
    if (f->have_conf && !f->have_ids) {
        f->have_ids = true;
        f->vendor = f->conf.vendor;
        f->device = f->conf.device;
    }
    if (f->have_conf && !f->have_class) {
        f->have_class = true;
        f->class = f->conf.class;
    }
}

/* The virtual functions of a physical one, by SR-IOV's arithmetic: SR-IOV 1.1, 2.1.2. list[i] is
 * the physical one; functions are sorted, and virtual ones come behind. */
static void find_vfs(struct xd_topo *t, struct xd_topo_pci *list, size_t n, size_t i,
                     struct xd_arena *scratch)
{
    const struct xd_topo_pci *pf = &list[i];
    unsigned first = rid(&pf->at) + pf->conf.vf_offset;
    char text[XD_TOPO_PLACE_TEXT];
    const char *parent = NULL;

    if (!pf->have_conf || !pf->conf.sriov || !pf->conf.vfs_now)
        return;
    for (size_t k = i + 1; k < n && list[k].at.segment == pf->at.segment; k++) {
        unsigned at = rid(&list[k].at), stride = pf->conf.vf_stride ? pf->conf.vf_stride : 1;

        if (list[k].parent || at < first || (at - first) % stride ||
            (at - first) / stride >= pf->conf.vfs_now)
            continue;
        if (!parent)
            parent = xd_arena_printf(&t->arena, "pci/%s", xd_topo_place_text(&pf->at, text));
        list[k].parent = parent;
        list[k].vf = true;
        if (!list[k].have_ids && pf->conf.vf_device) {
            list[k].have_ids = true;
            list[k].vendor = pf->conf.vendor;
            list[k].device = pf->conf.vf_device;
            decode(&list[k], scratch);
        }
    }
}

/* --- buses --- */

struct bus { /* behind a bridge */
    uint32_t segment;
    uint8_t number;
    struct xd_topo_place bridge;
};

static int by_bus(const void *a, const void *b)
{
    const struct bus *x = a, *y = b;

    if (x->segment != y->segment)
        return x->segment < y->segment ? -1 : 1;
    return (int)x->number - (int)y->number;
}

static struct bus *list_buses(const struct xd_topo_pci *list, size_t n, size_t *n_buses,
                              struct xd_arena *scratch)
{
    struct bus *buses = NULL;

    *n_buses = 0;
    for (size_t i = 0; i < n; i++) {
        if (!list[i].have_conf || !list[i].conf.bridge ||
            list[i].conf.secondary <= list[i].at.bus) /* not set up, or nonsense */
            continue;
        buses = xd_arena_grow(scratch, buses, *n_buses, sizeof(*buses));
        buses[(*n_buses)++] = (struct bus){list[i].at.segment, list[i].conf.secondary, list[i].at};
    }
    if (*n_buses)
        qsort(buses, *n_buses, sizeof(*buses), by_bus);
    return buses;
}

static const char *add_host_bridge(struct xd_topo *t, uint32_t segment, unsigned bus,
                                   const char *parent, enum xd_topo_source by)
{
    struct xd_topo_thing *o =
        xd_topo_thing(t, XD_THING_HOST_BRIDGE, parent, "bus/%04x:%02x", segment, bus);

    xd_topo_tell_u64(t, o, XD_TOPO_FIRST_BUS, by, bus);
    return o->id;
}

/* The bridge that leads to its bus, or the host bridge that such a bus without one is. */
static const char *parent_of(struct xd_topo *t, const struct xd_topo_pci *f,
                             const struct bus *buses, size_t n, enum xd_topo_source by)
{
    struct bus key = {.segment = f->at.segment, .number = f->at.bus};
    const struct bus *b = n ? bsearch(&key, buses, n, sizeof(*buses), by_bus) : NULL;
    char text[XD_TOPO_PLACE_TEXT];

    if (f->root)
        return add_host_bridge(t, f->root_segment, f->root_bus, f->root_parent, by);
    if (!b)
        return add_host_bridge(t, f->at.segment, f->at.bus, NULL, by);
    return xd_arena_printf(&t->arena, "pci/%s", xd_topo_place_text(&b->bridge, text));
}

/* --- facts --- */

static void tell_link(struct xd_topo *t, struct xd_topo_thing *o, enum xd_topo_col speed,
                      enum xd_topo_col lanes, struct xd_pci_link l)
{
    if (l.mts)
        xd_topo_tell_u64(t, o, speed, XD_TOPO_BY_PCI, l.mts);
    if (l.lanes)
        xd_topo_tell_u64(t, o, lanes, XD_TOPO_BY_PCI, l.lanes);
}

static void tell_config(struct xd_topo *t, struct xd_topo_thing *o, const struct xd_pciconf *c)
{
    xd_topo_tell_u64(t, o, XD_TOPO_REVISION, XD_TOPO_BY_PCI, c->revision);
    if (c->subsystem_vendor)
        xd_topo_tell_str(
            t, o, XD_TOPO_SUBSYSTEM, XD_TOPO_BY_PCI,
            xd_arena_printf(&t->arena, "%04x:%04x", c->subsystem_vendor, c->subsystem));
    if (c->bridge) {
        xd_topo_tell_u64(t, o, XD_TOPO_FIRST_BUS, XD_TOPO_BY_PCI, c->secondary);
        xd_topo_tell_u64(t, o, XD_TOPO_LAST_BUS, XD_TOPO_BY_PCI, c->subordinate);
    }
    if (c->has_link && o->kind != XD_THING_VF) { /* a VF has no link of its own */
        tell_link(t, o, XD_TOPO_LINK_MTS, XD_TOPO_LINK_LANES, c->now);
        tell_link(t, o, XD_TOPO_LINK_MAX_MTS, XD_TOPO_LINK_MAX_LANES, c->most);
    }
    if (c->has_slot && c->slot) /* 0: the number is not in use */
        xd_topo_tell_u64(t, o, XD_TOPO_INDEX, XD_TOPO_BY_PCI, c->slot);
    if (c->sriov) {
        xd_topo_tell_u64(t, o, XD_TOPO_VFS, XD_TOPO_BY_PCI, c->vfs_now);
        xd_topo_tell_u64(t, o, XD_TOPO_VFS_MAX, XD_TOPO_BY_PCI, c->vfs_most);
    }
}

static void tell_names(struct xd_topo *t, const struct xd_topo_pci *f, struct xd_pciids *ids)
{
    if (f->have_ids) {
        xd_topo_tell_str(t, f->thing, XD_TOPO_MAKER, XD_TOPO_BY_PCIIDS,
                         xd_pciids_vendor(ids, f->vendor));
        xd_topo_tell_str(t, f->thing, XD_TOPO_NAME, XD_TOPO_BY_PCIIDS,
                         xd_pciids_device(ids, f->vendor, f->device));
    }
    if (f->have_class)
        xd_topo_tell_str(t, f->thing, XD_TOPO_CLASS, XD_TOPO_BY_PCIIDS,
                         xd_pciids_class(ids, f->class));
}

static void tell(struct xd_topo *t, const struct xd_topo_pci *f, enum xd_topo_source by,
                 struct xd_pciids *ids)
{
    struct xd_topo_thing *o = f->thing;
    char text[XD_TOPO_PLACE_TEXT];

    xd_topo_place_text(&f->at, text);
    xd_topo_tell_str(t, o, XD_TOPO_BDF, by, text);
    if (f->have_ids)
        xd_topo_tell_str(t, o, XD_TOPO_PCI_ID, by,
                         xd_arena_printf(&t->arena, "%04x:%04x", f->vendor, f->device));
    if (f->have_class)
        xd_topo_tell_u64(t, o, XD_TOPO_CLASS_CODE, by, f->class);
    if (f->have_conf)
        tell_config(t, o, &f->conf);
    if (ids)
        tell_names(t, f, ids);
}

void xd_topo_pci_add(struct xd_topo *t, struct xd_topo_pci *list, size_t n, enum xd_topo_source by,
                     struct xd_pciids *ids)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct bus *buses;
    size_t n_buses;
    char text[XD_TOPO_PLACE_TEXT];

    if (n)
        qsort(list, n, sizeof(*list), by_place);
    for (size_t i = 0; i < n; i++)
        decode(&list[i], &scratch);
    for (size_t i = 0; i < n; i++)
        find_vfs(t, list, n, i, &scratch);
    buses = list_buses(list, n, &n_buses, &scratch);
    for (size_t i = 0; i < n; i++) {
        struct xd_topo_pci *f = &list[i];

        if (!f->parent)
            f->parent = parent_of(t, f, buses, n_buses, by);
        f->thing =
            xd_topo_thing(t, kind_of(f), f->parent, "pci/%s", xd_topo_place_text(&f->at, text));
        f->thing->kind = kind_of(f); /* another source may have named it before */
        tell(t, f, by, ids);
    }
    xd_arena_done(&scratch);
}

/* --- for captures --- */

int xd_topo_pciids_kept(const struct xd_topo *t, const char *text, size_t size, struct xd_buf *out,
                        struct xd_err *err)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    struct xd_pciids *ids;
    int rc = xd_pciids_open(text, size, "pci.ids", &scratch, &ids, err);

    for (size_t i = 0; !rc && i < t->n_things; i++) {
        const char *id = xd_topo_str(t->things[i], XD_TOPO_PCI_ID, "");
        uint64_t class = xd_topo_u64(t->things[i], XD_TOPO_CLASS_CODE, UINT64_MAX);
        unsigned vendor, device;

        if (sscanf(id, "%4x:%4x", &vendor, &device) == 2 &&
            !xd_pciids_device(ids, (uint16_t)vendor, (uint16_t)device))
            xd_pciids_vendor(ids, (uint16_t)vendor);
        if (class <= UINT32_MAX)
            xd_pciids_class(ids, (uint32_t) class);
    }
    if (!rc)
        xd_pciids_write_asked(ids, out);
    xd_arena_done(&scratch);
    return rc;
}
