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

/* "0000:01:00.0" with the NUL. Linux has segments above 0xffff for buses of its own making; they
 * mean nothing to Xen. */
#define XD_BDF_TEXT 13

struct xd_bdf {
    uint16_t segment;
    uint8_t bus, device, function;
};

/* "0000:01:00.0", or "01:00.0" in segment 0; hexadecimal digits of either case. What may follow
 * (",permissive" "@5") isn't part of it: *end is where reading ended, and NULL asks for the whole
 * text to be one. -EINVAL. */
int xd_bdf_parse(const char *text, struct xd_bdf *out, const char **end);
char *xd_bdf_text(const struct xd_bdf *b, char out[XD_BDF_TEXT]);
int xd_bdf_cmp(const struct xd_bdf *a, const struct xd_bdf *b);

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
