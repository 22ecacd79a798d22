/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of PCI ids (https://pci-ids.ucw.cz), as it stands in /usr/share/misc/pci.ids: names of
 * vendors, devices and classes. Only its first line of each vendor and class is looked at when it
 * is opened; a vendor's devices are when one of them is asked for. Not thread-safe. */
#ifndef XD_KERNEL_PCIIDS_H
#define XD_KERNEL_PCIIDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct xd_pciids;

/* text has to outlive what is made of it; all of that lives in a. file: for sentences. -EINVAL with
 * file, line and column: a line that is neither a vendor, a class, something below one of them nor
 * a comment; -ENODATA: no vendor at all. */
int xd_pciids_open(const char *text, size_t size, const char *file, struct xd_arena *a,
                   struct xd_pciids **out, struct xd_err *err);

/* Names, safe for a terminal; NULL: not in the list (or ids is NULL). They live as ids does. */
const char *xd_pciids_vendor(struct xd_pciids *ids, uint16_t vendor);
const char *xd_pciids_device(struct xd_pciids *ids, uint16_t vendor, uint16_t device);
/* class: base << 16 | sub << 8 | interface. The subclass' name, else the base class'. */
const char *xd_pciids_class(struct xd_pciids *ids, uint32_t class);

/* Appends what was asked for and found until now as such a list. */
void xd_pciids_write_asked(const struct xd_pciids *ids, struct xd_buf *out);

#endif
