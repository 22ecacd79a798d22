/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the readers of PCI. */
#ifndef XD_TOPO_PCI_IMPL_H
#define XD_TOPO_PCI_IMPL_H

#include "kernel/pciconf.h"
#include "kernel/pciids.h"
#include "topo/pci.h"

/* Linux numbers segments of its own making (behind Intel's VMD) from 0x10000 on. */
struct xd_topo_place {
    uint32_t segment;
    uint8_t bus, device, function;
};
#define XD_TOPO_PLACE_TEXT 20

bool xd_topo_place_parse(const char *text, struct xd_topo_place *out);
char *xd_topo_place_text(const struct xd_topo_place *p, char out[XD_TOPO_PLACE_TEXT]);

/* A function as a source shows it. What the source doesn't show is left 0 or NULL. */
struct xd_topo_pci {
    struct xd_topo_place at;
    const uint8_t *config; /* may end early, or not be there at all */
    size_t config_size;
    bool have_ids; /* told apart from config: a VF's own bytes there are all ones */
    uint16_t vendor, device;
    bool have_class;
    uint32_t class;
    const char *parent; /* id: where Linux has it; NULL: by `root`, else by the buses of bridges */
    bool root;          /* on this host bridge, … */
    uint32_t root_segment;
    uint8_t root_bus;
    const char *root_parent; /* … which is this function's (an id), or NULL: the machine's */
    bool vf;                 /* parent is its physical function */

    /* made by xd_topo_pci_add */
    struct xd_pciconf conf;
    bool have_conf;
    struct xd_topo_thing *thing;
};

/* Makes things of n functions, which are sorted by place here, finds the parent of each, and tells
 * what their configuration spaces say (by pci), and their names by ids (NULL: none). by: who told
 * of have_ids and have_class. Buses without a bridge become host bridges. */
void xd_topo_pci_add(struct xd_topo *t, struct xd_topo_pci *list, size_t n, enum xd_topo_source by,
                     struct xd_pciids *ids);

/* The list of ids of that tree of files, wherever distributions put it; NULL: none, which is told
 * as a trouble only where it's broken. */
struct xd_pciids *xd_topo_pci_names(struct xd_topo *t, const struct xd_files *f,
                                    struct xd_arena *a);

/* Disks, NICs and USB devices of sysfs, below the functions that are there. */
void xd_topo_read_leaves(struct xd_topo *t, const struct xd_files *f);

bool xd_topo_is_pci(const struct xd_topo_thing *o); /* a bridge, port or function */

#endif
