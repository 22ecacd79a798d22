/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID policies as the hypervisor tells them: see policy.h. */
#include "backend_shared/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "xen/cpuid/leaves.h"

int xd_xen_policy_init(struct xd_xen_policy *p, xc_interface *xc, struct xd_err *err)
{
    *p = (struct xd_xen_policy){.xc = xc};
    errno = 0;
    if (xc_cpu_policy_get_size(xc, &p->n_leaves, &p->n_msrs) < 0 || !p->n_leaves)
        return xd_err_set(err, -(errno ? errno : EIO), "Xen doesn't tell its CPUID policies: %s",
                          strerror(errno ? errno : EIO));
    p->policy = xc_cpu_policy_init();
    if (!p->policy)
        return xd_err_set(err, -ENOMEM, "there is no memory for a CPUID policy");
    p->leaves = xd_malloc(p->n_leaves * sizeof(*p->leaves));
    p->msrs = xd_malloc((p->n_msrs + 1) * sizeof(*p->msrs));
    return 0;
}

void xd_xen_policy_done(struct xd_xen_policy *p)
{
    xc_cpu_policy_destroy(p->policy);
    free(p->leaves);
    free(p->msrs);
}

/* What the library's object holds, as leaves and MSRs. */
static int take(struct xd_xen_policy *p, struct xd_arena *a, struct xd_cpuid_source *out)
{
    uint32_t n_leaves = p->n_leaves, n_msrs = p->n_msrs;

    if (xc_cpu_policy_serialise(p->xc, p->policy, p->leaves, &n_leaves, p->msrs, &n_msrs) < 0)
        return -errno;
    for (uint32_t i = 0; i < n_leaves; i++) {
        const xen_cpuid_leaf_t *l = &p->leaves[i];
        struct xd_cpuid_leaf leaf = {.leaf = l->leaf,
                                     .subleaf = l->subleaf == XEN_CPUID_NO_SUBLEAF ? 0 : l->subleaf,
                                     .r = {l->a, l->b, l->c, l->d}};

        if (l->a | l->b | l->c | l->d)
            xd_cpuid_leaves_add(&out->leaves, a, leaf);
    }
    for (uint32_t i = 0; i < n_msrs; i++)
        xd_cpuid_leaves_add_msr(&out->leaves, a, p->msrs[i].idx, p->msrs[i].val);
    out->leaves.complete = out->leaves.complete_msrs = true;
    xd_cpuid_leaves_to_set(&out->leaves, &out->set);
    return 0;
}

int xd_xen_policy_of_host(struct xd_xen_policy *p, unsigned which, struct xd_arena *a,
                          struct xd_cpuid_source *out)
{
    return xc_cpu_policy_get_system(p->xc, which, p->policy) < 0 ? -errno : take(p, a, out);
}

int xd_xen_policy_of_domain(struct xd_xen_policy *p, uint32_t domid, struct xd_arena *a,
                            struct xd_cpuid_source *out)
{
    return xc_cpu_policy_get_domain(p->xc, domid, p->policy) < 0 ? -errno : take(p, a, out);
}
