/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of devices as people write them: virtual disks, Ethernet addresses, PCI functions. Needs no
 * Xen library; tested on any machine. */
#ifndef XD_XL_DEVICE_SPEC_H
#define XD_XL_DEVICE_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/bdf.h"

/* The number in xenstore of a virtual disk's name: "xvda" "xvdb3" "hdc" "sda" "d0p1" "51712"
 * "0xca00", as docs/man/xen-vbd-interface.7 has them. -EINVAL with a sentence. */
int xd_xl_vdev_parse(const char *name, uint32_t *number, struct xd_err *err);

/* "00:16:3e:00:00:01". One for many receivers, or of zeros, is no interface's. -EINVAL. */
int xd_xl_mac_parse(const char *text, uint8_t mac[6], struct xd_err *err);

/* What a NIC may send, as xl reads it: "10MB/s", "800Kb/s@20ms"; b is bits, K is 1000, and where no
 * interval is said it is 50 ms. -EINVAL with a sentence. */
struct xd_xl_rate {
    uint64_t bytes; /* in an interval */
    uint32_t interval_us;
};
int xd_xl_rate_parse(const char *text, struct xd_xl_rate *out, struct xd_err *err);

/* "0000:01:00.0" or "01:00.0", as people type them: leading zeros may be left out, which
 * xd_bdf_parse doesn't take from files. -EINVAL with a sentence. */
int xd_xl_bdf_parse(const char *text, struct xd_bdf *out, struct xd_err *err);

/* The two parts of the key of a device's row, "UUID/xvdb": how long the first is, and where the
 * second begins. False: it has no two. */
bool xd_xl_key_split(const char *key, size_t *head, const char **tail);

#endif
