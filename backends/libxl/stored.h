/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a domain was made with, as libxl stores it beside the domain (its user data "libxl-json"),
 * as far as no running part of Xen tells it. It changes only with a new incarnation, so it is read
 * once for each and kept. */
#ifndef XD_XL_STORED_H
#define XD_XL_STORED_H

#include "backend_libxl/context.h"

enum { XD_XL_ON_POWEROFF, XD_XL_ON_REBOOT, XD_XL_ON_CRASH, XD_XL_ON_N };

struct xd_xl_on {
    int action[XD_XL_ON_N]; /* index into xd_on_shutdown_names; -1: unknown */
};
#define XD_XL_ON_UNKNOWN ((struct xd_xl_on){{-1, -1, -1}})

/* Reads it now; -errno. */
int xd_xl_stored_read(struct xd_xl *x, uint32_t domid, struct xd_xl_on *out);

/* Brings what is kept to the list of domains (which is in the order of domids), reading what is
 * new: about a millisecond each. x->stored[i] is of list[i] then. */
void xd_xl_stored_update(struct xd_xl *x, const xc_domaininfo_t *list, size_t n);
/* What is kept of list[i]. */
const struct xd_xl_on *xd_xl_stored_on(const struct xd_xl *x, size_t i);
void xd_xl_stored_free(struct xd_xl *x);

#endif
