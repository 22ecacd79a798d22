/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the CPUID instruction returns here: what Xen lets this guest see.
 */
#ifndef XENDECK_GUEST_CPUID_H
#define XENDECK_GUEST_CPUID_H

/* A line a leaf that isn't all zero on the console, as `cpuid -r` writes it, and one that ends it.
 */
void cpuid_say(void);

#endif
