/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this host hasn't got of the knobs and actions that a Xen host can have, and why. */
#ifndef XD_XL_LIMITS_H
#define XD_XL_LIMITS_H

#include "backend_libxl/collect.h"

#define XD_XL_HYPFS_LIMIT                                                                          \
    "this hypervisor has no file system of its own (hypfs; CONFIG_HYPFS), so its parameters can "  \
    "be neither seen nor set"
/* tools/xl/xl_vmcontrol.c: what follows is chosen from the configuration that the monitor holds
 * since the domain was made; only then, for a restart, does it read the stored one. */
#define XD_XL_ON_LIMIT                                                                             \
    "what follows a domain's end is up to the xl that waits for it, and that goes by what it "     \
    "read "                                                                                        \
    "when it made the domain: change the config file, and start the domain anew"

/* The table limits. */
void xd_xl_collect_limits(struct xd_xl_sample *s);

/* Each limit in turn: true and its name and reason (valid until the next call), until false. *i is
 * 0 at first. */
bool xd_xl_limit(struct xd_xl *x, size_t *i, const char **name, const char **reason);
/* Why there is no knob or action of that name here, or NULL. */
const char *xd_xl_limit_of(struct xd_xl *x, const char *name);

#endif
