/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of network interfaces, as Linux lists them in /proc/net/dev (proc(5)): all interfaces at
 * one read. Where a counter stands is taken from the heading, so that a kernel with more of them is
 * understood. Pure code over text, which may be cut or hostile: a line that isn't whole is left
 * out. */
#ifndef XD_KERNEL_NETDEV_H
#define XD_KERNEL_NETDEV_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define XD_IFNAME_MAX 16 /* bytes with the NUL, as the kernel has it */

struct xd_netdev {
    char name[XD_IFNAME_MAX];
    /* As this machine sees it: rx is what it received. For the backend of a guest's interface that
     * is what the guest sent. */
    uint64_t rx_bytes, rx_packets, rx_errs, rx_drop;
    uint64_t tx_bytes, tx_packets, tx_errs, tx_drop;
};

/* *out[*n] lives in a. -EPROTO with what was found where the heading isn't one that names these
 * counters. */
int xd_netdev_parse(const char *text, size_t size, struct xd_arena *a, struct xd_netdev **out,
                    size_t *n, struct xd_err *err);

/* The interface of that name, or NULL. */
const struct xd_netdev *xd_netdev_find(const struct xd_netdev *list, size_t n, const char *name);

#endif
