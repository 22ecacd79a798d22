/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this Linux is a Xen host's control domain, by what it says of itself in two files:
 *  - /proc/xen/capabilities, which names "control_d", where xenfs is mounted. A service that
 * systemd gives a /proc of its own hasn't got it.
 *  - /sys/hypervisor/properties/features, bits in hexadecimal, of which XENFEAT_dom0 is the 11th
 *    (xen/include/public/features.h).
 * The first counts where it is there. */
#ifndef XD_KERNEL_DOM0_H
#define XD_KERNEL_DOM0_H

#include <stdbool.h>

#define XD_DOM0_CAPABILITIES "proc/xen/capabilities"
#define XD_DOM0_FEATURES     "sys/hypervisor/properties/features"

/* By their texts; NULL: that one can't be read. Pure. */
bool xd_is_dom0(const char *capabilities, const char *features);

/* This machine: is it one, and does it run on Xen at all, as dom0 or with Xen's devices? */
bool xd_dom0_is_here(void);
bool xd_xen_is_here(void);

#endif
