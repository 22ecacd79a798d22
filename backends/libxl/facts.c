/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of this hypervisor and this hardware: see facts.h. */
#include "backend_libxl/context.h"

#include <errno.h>
#include <stdlib.h>

#include "backend_libxl/rules.h"
#include "base/arena.h"

xenhypfs_handle *xd_xl_hypfs(struct xd_xl *x)
{
    struct xd_xl_facts *f = &x->facts;

    if (!f->have_hypfs) {
        errno = 0;
        if (xd_xl_need(XD_XL_XENHYPFS, NULL) == 0)
            f->hypfs = xenhypfs_open(&x->logger.vtable, 0);
        f->hypfs_errno = f->hypfs ? 0 : errno ? errno : ENOSYS;
        f->have_hypfs = true;
        if (f->hypfs)
            f->config = xenhypfs_read(f->hypfs, "/buildinfo/config");
    }
    errno = f->hypfs_errno;
    return f->hypfs;
}

const char *xd_xl_config(struct xd_xl *x)
{
    return xd_xl_hypfs(x) ? x->facts.config : NULL;
}

bool xd_xl_lacks(struct xd_xl *x, const char *option)
{
    const char *config = xd_xl_config(x);

    return config && !xd_xl_config_has(config, option);
}

bool xd_xl_runs(struct xd_xl *x, unsigned scheduler)
{
    struct xd_xl_facts *f = &x->facts;
    xc_cpupoolinfo_t *info;

    for (uint32_t next = 0; !f->have_schedulers && (info = xc_cpupool_getinfo(x->xc, next));) {
        if (info->sched_id < 32)
            f->schedulers |= UINT32_C(1) << info->sched_id;
        next = info->cpupool_id + 1;
        xc_cpupool_infofree(x->xc, info);
    }
    f->have_schedulers = true;
    return scheduler < 32 && f->schedulers >> scheduler & 1;
}

static unsigned threads_of(const xen_cpuid_leaf_t *leaves, uint32_t n)
{
    unsigned threads = 0;

    for (uint32_t i = 0; i < n; i++)
        threads = xd_xl_leaf_threads(threads, leaves[i].leaf, leaves[i].b, leaves[i].c);
    return threads;
}

static unsigned read_threads(struct xd_xl *x)
{
    xc_cpu_policy_t *policy = xd_xl_need(XD_XL_XENGUEST, NULL) == 0 ? xc_cpu_policy_init() : NULL;
    xen_cpuid_leaf_t *leaves = NULL;
    uint32_t n_leaves = 0, n_msrs = 0;
    xen_msr_entry_t *msrs = NULL;
    unsigned threads = 0;

    if (policy && xc_cpu_policy_get_size(x->xc, &n_leaves, &n_msrs) == 0 && n_leaves) {
        leaves = xd_malloc(n_leaves * sizeof(*leaves));
        msrs = xd_malloc((n_msrs + 1) * sizeof(*msrs));
        if (xc_cpu_policy_get_system(x->xc, XEN_SYSCTL_cpu_policy_raw, policy) == 0 &&
            xc_cpu_policy_serialise(x->xc, policy, leaves, &n_leaves, msrs, &n_msrs) == 0)
            threads = threads_of(leaves, n_leaves);
    }
    free(msrs);
    free(leaves);
    if (policy)
        xc_cpu_policy_destroy(policy);
    return threads;
}

unsigned xd_xl_threads(struct xd_xl *x)
{
    if (!x->facts.have_threads) {
        x->facts.threads = read_threads(x);
        x->facts.have_threads = true;
    }
    return x->facts.threads;
}

void xd_xl_facts_done(struct xd_xl *x)
{
    free(x->facts.config);
    if (x->facts.hypfs)
        xenhypfs_close(x->facts.hypfs);
    x->facts = (struct xd_xl_facts){.have_hypfs = false};
}
