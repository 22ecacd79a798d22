/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a PCI function is: segment, bus, device, function. */
#ifndef XD_KERNEL_BDF_H
#define XD_KERNEL_BDF_H

#include <stdint.h>

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

#endif
