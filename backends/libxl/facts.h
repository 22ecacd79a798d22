/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What doesn't change while a hypervisor runs: how it was built, what the hardware has. Each is
 * asked for when it is first needed, once. */
#ifndef XD_XL_FACTS_H
#define XD_XL_FACTS_H

#include <stdbool.h>
#include <xenhypfs.h>

struct xd_xl;

struct xd_xl_facts {
    bool have_hypfs;        /* it was tried to open it; then: */
    xenhypfs_handle *hypfs; /* NULL: there is none */
    int hypfs_errno;
    char *config; /* the .config that the hypervisor was built with; NULL: it doesn't tell */
    bool have_schedulers;
    uint32_t schedulers; /* of all cpupools when it was first asked for: a bit each */
    bool have_threads;
    unsigned threads; /* of a core; 0: not to be had */
};

/* Xen's own file system; NULL with errno: this hypervisor has none, or it can't be reached. */
xenhypfs_handle *xd_xl_hypfs(struct xd_xl *x);
/* The hypervisor's .config, or NULL where it doesn't tell. */
const char *xd_xl_config(struct xd_xl *x);
/* True only if it is certain that the hypervisor was built without that option. */
bool xd_xl_lacks(struct xd_xl *x, const char *option);
/* Whether any cpupool has that scheduler, which then is in this hypervisor: a question less than
 * how it was built. */
bool xd_xl_runs(struct xd_xl *x, unsigned scheduler);
/* How many threads a core has, on or off; 0: unknown. */
unsigned xd_xl_threads(struct xd_xl *x);

void xd_xl_facts_done(struct xd_xl *x);

#endif
