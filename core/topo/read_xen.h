/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the readers of what Xen says. */
#ifndef XD_TOPO_READ_XEN_H
#define XD_TOPO_READ_XEN_H

#include "topo/read_impl.h"
#include "topo/xen.h"

/* xendeck/xen.json, which lives in a. True: there is one, broken or not, so whatever Linux says of
 * CPUs is dom0's alone. */
bool xd_topo_read_xen(struct xd_topo *t, const struct xd_files *f, struct xd_arena *a,
                      struct xd_xen_host *out);
/* Nodes and owners of PCI functions; after those that know the functions. */
void xd_topo_xen_pci(struct xd_topo *t, const struct xd_xen_host *h);

/* --- what CPUID's leaves say --- */

struct xd_topo_cpuid {
    char vendor[13], name[49]; /* "": unknown */
    bool have_model;
    uint32_t family, model, stepping;
};

void xd_topo_cpuid_identity(const struct xd_xen_host *h, struct xd_topo_cpuid *out);
/* Caches of all the host's CPUs, by what one of them says of its own. h->cpus is sorted by socket
 * and core. */
void xd_topo_cpuid_caches(struct xd_topo *t, const struct xd_xen_host *h);

/* Advice on how its domains use the machine; once the tree is settled. */
void xd_topo_xen_use(struct xd_topo *t, const struct xd_xen_host *h);

#endif
