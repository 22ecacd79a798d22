/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI in the machine's tree: host bridges ("bus/0000:00"), ports and bridges, functions
 * ("pci/0000:01:00.0"), virtual functions under their physical one, and what hangs on them: disks,
 * NICs, USB devices. Called by read.c and settle.c, in the order in which they stand here. */
#ifndef XD_TOPO_PCI_H
#define XD_TOPO_PCI_H

#include "base/files.h"
#include "base/str.h"
#include "kernel/acpi.h"
#include "kernel/smbios.h"
#include "topo/topo.h"

/* --- sources; each tells its troubles --- */

/* /sys/bus/pci, /sys/class/{block,net,nvme} and /sys/bus/usb; nothing where there is none. Whose
 * CPUs dom0 counts is Xen's to say, so nothing here is told of CPUs. numa_node is (by sysfs). */
void xd_topo_read_pci(struct xd_topo *t, const struct xd_files *f);
/* xendeck/lspci.txt: the output of `lspci -xxxx` (-x and -xxx tell less; with -vv it has drivers,
 * nodes and slots too). */
void xd_topo_read_lspci(struct xd_topo *t, const struct xd_files *f);
/* SMBIOS 9: names of slots, for the functions that are in them. After the two above. */
void xd_topo_pci_slots(struct xd_topo *t, const struct xd_smbios *s);
/* DMAR and IVRS: which IOMMU ("dmar/0", "ivhd/1") translates for each function. After the above. */
void xd_topo_pci_iommus(struct xd_topo *t, const struct xd_acpi *a);

/* --- what follows --- */

/* Before linking: the node of a bus by what is behind it, and of what is behind by the bus; buses
 * with a node go into it ("node/1", if there is such a thing). */
void xd_topo_pci_nodes(struct xd_topo *t);
/* After linking: what each link carries, the least on the way from the root, and what limits. */
void xd_topo_pci_links(struct xd_topo *t);

/* --- for captures --- */

/* Of a list of PCI ids, the lines that this tree needs: what a capture keeps of its 1.3 MB. -EINVAL
 * as xd_pciids_open. */
int xd_topo_pciids_kept(const struct xd_topo *t, const char *text, size_t size, struct xd_buf *out,
                        struct xd_err *err);

#endif
