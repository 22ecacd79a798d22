/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID policies as the hypervisor tells them: XEN_SYSCTL_get_cpu_policy for what the host has and
 * guests can have, XEN_DOMCTL_get_cpu_policy for what a domain was given. For modules that are
 * linked with libxenguest. */
#ifndef XD_BACKEND_SHARED_POLICY_H
#define XD_BACKEND_SHARED_POLICY_H

#include <xenctrl.h>
#include <xenguest.h>

#include "base/arena.h"
#include "base/err.h"
#include "xen/cpuid/dump.h"

struct xd_xen_policy {
    xc_interface *xc;
    xc_cpu_policy_t *policy;
    xen_cpuid_leaf_t *leaves;
    xen_msr_entry_t *msrs;
    uint32_t n_leaves, n_msrs; /* room in them */
};

/* -errno with a sentence: this Xen tells of none. Then there is nothing to be done. */
int xd_xen_policy_init(struct xd_xen_policy *p, xc_interface *xc, struct xd_err *err);
void xd_xen_policy_done(struct xd_xen_policy *p);
/* One policy, into *out, which is zeroed; leaves live in the arena. -errno. which: one of
 * XEN_SYSCTL_cpu_policy_*. */
int xd_xen_policy_of_host(struct xd_xen_policy *p, unsigned which, struct xd_arena *a,
                          struct xd_cpuid_source *out);
int xd_xen_policy_of_domain(struct xd_xen_policy *p, uint32_t domid, struct xd_arena *a,
                            struct xd_cpuid_source *out);

#endif
