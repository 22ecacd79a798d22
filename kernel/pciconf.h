/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration space of a PCI function says of its place and its link: PCI 3.0, PCIe 6.0,
 * SR-IOV 1.1. Pure code over bytes from sysfs, libpci or a dump, which may end after 64, 256 or
 * 4096 bytes (without privileges the kernel gives 64): what lies behind is unknown. Also dumps of
 * many functions, as `lspci -x`, `-xxx` and `-xxxx` print them. */
#ifndef XD_KERNEL_PCICONF_H
#define XD_KERNEL_PCICONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/bdf.h"

#define XD_PCICONF_MAX 4096

/* Device/port type of the PCI Express capability. */
enum xd_pcie_type {
    XD_PCIE_ENDPOINT = 0x0,
    XD_PCIE_LEGACY_ENDPOINT = 0x1,
    XD_PCIE_ROOT_PORT = 0x4,
    XD_PCIE_UPSTREAM = 0x5,   /* of a switch, towards the root */
    XD_PCIE_DOWNSTREAM = 0x6, /* of a switch, towards its devices */
    XD_PCIE_TO_PCI = 0x7,
    XD_PCI_TO_PCIE = 0x8,
    XD_PCIE_INTEGRATED = 0x9, /* in the root complex, without a link */
    XD_PCIE_EVENTS = 0xa,
};

struct xd_pci_link { /* speed in MT/s (2500, 5000, 8000 …), lanes; 0: unknown */
    unsigned mts, lanes;
};

struct xd_pciconf {
    uint16_t vendor, device, subsystem_vendor, subsystem;
    uint8_t revision;
    uint32_t class; /* base class << 16 | subclass << 8 | interface */
    bool multifunction;
    bool bridge; /* to the buses secondary … subordinate */
    uint8_t primary, secondary, subordinate;

    bool pcie;
    enum xd_pcie_type type; /* with pcie */
    bool has_link;          /* with pcie: not a part of the root complex */
    struct xd_pci_link most, now;
    bool has_slot; /* the port leads to a slot, of that number */
    unsigned slot;

    bool sriov; /* a physical function that can have virtual ones */
    unsigned vfs_most, vfs_now, vf_offset, vf_stride;
    uint16_t vf_device; /* of the virtual ones, which have no number of their own; 0: unknown */

    bool cut; /* a list of capabilities goes on behind the end of the bytes, or is broken */
};

/* -ENODATA: fewer than 64 bytes; -ENODEV: all ones, nothing answers there. */
int xd_pciconf_read(const uint8_t *bytes, size_t size, struct xd_pciconf *out, struct xd_err *err);

/* Bytes a second that a link can carry in one direction, after its encoding; 0: unknown. */
uint64_t xd_pci_link_bytes_s(struct xd_pci_link l);

/* One function of a dump. */
struct xd_pci_dumped {
    struct xd_bdf at;
    const uint8_t *bytes;
    size_t size; /* how many of them the dump has */
};
/* Reads a dump: a line with the address, then lines "00: 86 80 …"; other lines are passed over.
 * file: for sentences. -EINVAL with file, line and column for hex that can't be; -ENODATA where it
 * is no dump at all. */
int xd_pci_dump_parse(const char *text, size_t size, const char *file, struct xd_arena *a,
                      struct xd_pci_dumped **out, size_t *n, struct xd_err *err);

#endif
