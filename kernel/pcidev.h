/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions that Linux has found, from /sys/bus/pci/devices: where each is, what it is, who
 * drives it. Below a given root directory, "" for this machine's. (What NUMA node a function is
 * near to is not asked here: a dom0 doesn't know, Xen does.) */
#ifndef XD_KERNEL_PCIDEV_H
#define XD_KERNEL_PCIDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/bdf.h"

struct xd_pcidev {
    struct xd_bdf bdf;
    uint16_t vendor, device;
    uint32_t class;     /* base << 16 | sub << 8 | interface */
    const char *driver; /* "" : none has it */
};

/* All functions in the order of their places; *out[*n] lives in a. One that vanishes meanwhile, or
 * whose files aren't what they should be, is left out. -errno with a sentence where the folder
 * can't be read. */
int xd_pcidev_list(const char *root, struct xd_arena *a, struct xd_pcidev **out, size_t *n,
                   struct xd_err *err);

#endif
