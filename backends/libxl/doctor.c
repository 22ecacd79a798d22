/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `xendeck doctor` says of this host: what Xen's tools need, and what this hypervisor was
 * built with. Works without an open instance, as far as that goes. */
#include "backend_libxl/edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_libxl/knobs.h"
#include "backend_libxl/known.h"
#include "backend_libxl/limits.h"
#include "backend_libxl/rules.h"
#include "base/str.h"
#include "model/tables.h"

static void check_file(struct xd_builder *b, const char *name, const char *path, const char *remedy)
{
    char found[128];
    bool ok = access(path, R_OK | W_OK) == 0;

    snprintf(found, sizeof(found), "%s: %s", path, ok ? "usable" : strerror(errno));
    xd_build_check(b, "xen", name, ok ? XD_CHECK_OK : XD_CHECK_ABSENT, found, ok ? NULL : remedy);
}

/* The one check for which nothing may be open: why it could not be opened stands in these. */
static void check_ground(struct xd_builder *b)
{
    check_file(b, "privcmd", "/dev/xen/privcmd", "modprobe xen-privcmd, and be root");
    check_file(b, "xenbus", "/dev/xen/xenbus", "modprobe xenfs, and be root");
}

static void check_xenstore(struct xd_xl *x, struct xd_builder *b)
{
    char *name = xd_xl_xs_read(x, "/local/domain/0/name");

    if (name)
        xd_build_check(b, "xen", "xenstore", XD_CHECK_OK, "xenstored answers", NULL);
    else
        xd_build_check(
            b, "xen", "xenstore", XD_CHECK_ABSENT, strerror(errno),
            "see that xenstored runs (systemctl status xenstored) and that xen-init-dom0 ran");
    free(name);
}

static void check_version(struct xd_xl *x, struct xd_builder *b)
{
    int version = xc_version(x->xc, XENVER_version, NULL);
    char found[96];
    bool same;

    if (version < 0)
        return;
    same = xd_xl_same_release(XD_XEN_BUILT, (unsigned)version >> 16, (unsigned)version & 0xffff);
    snprintf(found, sizeof(found),
             "Xen %d.%d runs, xendeck was built with Xen's tools " XD_XEN_BUILT, version >> 16,
             version & 0xffff);
    xd_build_check(b, "xen", "version", same ? XD_CHECK_OK : XD_CHECK_WARN, found,
                   same ? NULL : "rebuild xendeck against the libxen-dev of the Xen that runs");
}

/* A fault of Xen that its admin should know before he moves pCPUs. */
static void check_credit(struct xd_xl *x, struct xd_builder *b, const libxl_cpupoolinfo *pools,
                         int n)
{
    int version = xc_version(x->xc, XENVER_version, NULL);

    if (version < 0 || !xd_xl_credit_may_stop((unsigned)version >> 16, (unsigned)version & 0xffff))
        return;
    for (int i = 0; i < n; i++) {
        if (pools[i].sched != LIBXL_SCHEDULER_CREDIT)
            continue;
        xd_build_check(
            b, "xen", "credit", XD_CHECK_WARN,
            "before Xen 4.22 taking a pCPU from a cpupool of the scheduler credit can stop the "
            "whole host, if rarely",
            "let credit2 run pools whose pCPUs come and go");
        return;
    }
}

static void check_schedulers(struct xd_xl *x, struct xd_builder *b)
{
    struct xd_buf found = XD_BUF_INIT;
    bool all_known = true;
    int n = 0;
    libxl_cpupoolinfo *pools = xd_xl_pools_list(x, &n);

    for (int i = 0; i < n && pools; i++) {
        const char *sched = xd_xl_sched_name((int)pools[i].sched);

        xd_buf_printf(&found, "%s%s: %s", i ? ", " : "",
                      pools[i].pool_name ? pools[i].pool_name : "?", sched ? sched : "unknown");
        all_known = all_known && (pools[i].sched == LIBXL_SCHEDULER_CREDIT ||
                                  pools[i].sched == LIBXL_SCHEDULER_CREDIT2);
    }
    if (pools && n)
        xd_build_check(
            b, "xen", "schedulers", all_known ? XD_CHECK_OK : XD_CHECK_WARN, xd_buf_str(&found),
            all_known ? NULL : "sched.weight and sched.cap exist with credit and credit2 only");
    if (pools) {
        check_credit(x, b, pools, n);
        xd_xl_pools_drop(pools, n);
    }
    xd_buf_done(&found);
}

/* What this hypervisor can only do if it was built with it. */
static const struct {
    const char *option, *name, *use;
} built_in[] = {
    {"CONFIG_SCHED_RTDS", "RTDS", "the real-time scheduler: CPU budgets of single vCPUs"},
    {"CONFIG_LIVEPATCH", "live patching", "changing the hypervisor while it runs"},
    {"CONFIG_TRACEBUFFER", "tracing", "scheduling latencies by xentrace"},
    {"CONFIG_MEM_PAGING", "memory paging", "paging guests' memory out"},
    {"CONFIG_MEM_SHARING", "memory sharing", "sharing equal pages between guests"},
};

static void check_build(const char *config, struct xd_builder *b)
{
    char found[128], remedy[160];

    for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++) {
        bool has = xd_xl_config_has(config, built_in[i].option);

        snprintf(found, sizeof(found), "%s this hypervisor (%s)", has ? "in" : "not in",
                 built_in[i].option);
        snprintf(remedy, sizeof(remedy), "only if you need %s: a Xen built with it",
                 built_in[i].use);
        xd_build_check(b, "xen", built_in[i].name, has ? XD_CHECK_OK : XD_CHECK_ABSENT, found,
                       has ? NULL : remedy);
    }
}

static void check_hypfs(struct xd_xl *x, struct xd_builder *b)
{
    const char *config = xd_xl_config(x);
    bool there = xd_xl_hypfs(x) != NULL;

    xd_build_check(
        b, "xen", "hypfs", there ? XD_CHECK_OK : XD_CHECK_ABSENT,
        there ? "the hypervisor's own file system answers" : strerror(errno),
        there ? NULL : "runtime parameters can't be seen: a Xen built with CONFIG_HYPFS has it");
    if (config)
        check_build(config, b);
    else if (there)
        xd_build_check(b, "xen", "build", XD_CHECK_ABSENT,
                       "the hypervisor doesn't tell how it was built",
                       "what it lacks is found out only when it is asked for: a Xen built with "
                       "CONFIG_HYPFS_CONFIG tells");
}

/* What the table limits says, for people who ask what this host can do. */
static void check_limits(struct xd_xl *x, struct xd_builder *b)
{
    const char *name, *reason;

    for (size_t i = 0; xd_xl_limit(x, &i, &name, &reason);)
        xd_build_check(b, "xen", name, XD_CHECK_ABSENT, reason, NULL);
}

void xd_xl_doctor(void *self, struct xd_builder *b)
{
    struct xd_xl *x = self;

    check_ground(b);
    if (!x || xd_xl_ready(x, NULL) < 0)
        return;
    check_xenstore(x, b);
    check_version(x, b);
    check_schedulers(x, b);
    check_hypfs(x, b);
    check_limits(x, b);
}
