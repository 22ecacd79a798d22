/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One open instance of the backend. ask.c and domains.c ask the hypervisor, owners.c
 * xenstore, module.c makes a machine of it. */
#ifndef XD_TOPOLOGY_HOST_H
#define XD_TOPOLOGY_HOST_H

#include <xenctrl.h>
#include <xenguest.h>

#include "backend_shared/xen.h"
#include "topo/host.h"
#include "topo/xen.h"

struct xd_ty {
    struct xd_xen_logger logger;
    const struct xd_backend_env *env;
    xc_interface *xc;
    struct xd_topo_host host;
    struct xd_xen_leaf *leaves; /* they never change; NULL: not asked yet, or not told */
    size_t n_leaves;
    bool asked_leaves;
};

/* What Xen tells, as far as it does; what it doesn't is added to trouble, as sentences. All lives
 * in a. */
void xd_ty_ask(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
               struct xd_buf *trouble);
/* The domains that PCI functions are passed through to, by what dom0's toolstack wrote to xenstore.
 */
void xd_ty_owners(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                  struct xd_buf *trouble);

/* How many vCPUs dom0 and those owners have, and where they run: by pool and affinity. After
 * xd_ty_owners. */
void xd_ty_domains(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                   struct xd_buf *trouble);

#endif
