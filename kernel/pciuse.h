/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this Linux itself stands on of a PCI function: file systems, swap, the way out of it.
 * Whoever takes such a function away pulls the floor from under himself. Below a given root
 * directory, "" for this machine's. */
#ifndef XD_KERNEL_PCIUSE_H
#define XD_KERNEL_PCIUSE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether something does, however many layers are between (LVM, encryption, RAID; bridges, bonds,
 * VLANs); out is a sentence without its subject: "has a file system mounted from it (/dev/sda2)".
 * bdf: as sysfs writes it, "0000:03:00.0". */
bool xd_pci_carries(const char *root, const char *bdf, char *out, size_t size);

#endif
