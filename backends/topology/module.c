/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology of a Xen host: what the hypervisor and xenstore tell becomes a document in the tree
 * of files (xendeck/xen.json) beside dom0's /sys and /proc, and the tree is read like any other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend_topology/host.h"
#include "base/arena.h"
#include "model/tables.h"

extern const struct xd_backend xd_backend_module;

/* --- a machine --- */

static void ask(struct xd_ty *y, struct xd_arena *a, struct xd_xen_host *out,
                struct xd_buf *trouble)
{
    xd_ty_ask(y, a, out, trouble);
    xd_ty_owners(y, a, out, trouble);
    xd_ty_domains(y, a, out, trouble);
}

static struct xd_files *files_now(struct xd_ty *y, struct xd_buf *trouble)
{
    struct xd_files *files = xd_files_new("/");
    struct xd_xen_host host = {.cpus = NULL};
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf json = XD_BUF_INIT;

    ask(y, &a, &host, trouble);
    xd_xen_host_write(&host, &json);
    xd_files_put(files, XD_TOPO_XEN_PATH, xd_buf_str(&json), json.len, NULL);
    xd_buf_done(&json);
    xd_arena_done(&a);
    return files;
}

/* --- the backend --- */

static int open_instance(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct xd_ty *y = xd_malloc(sizeof(*y));

    y->env = env;
    xd_xen_logger_init(&y->logger, env->log);
    y->host.source = xd_backend_module.name;
    y->xc = xc_interface_open(&y->logger.vtable, &y->logger.vtable, 0);
    if (!y->xc) {
        int code = -(errno ? errno : EIO);

        free(y);
        return xd_err_set(err, code, "the hypervisor can't be reached: %s", strerror(-code));
    }
    *self = y;
    return 0;
}

static void close_instance(void *self)
{
    struct xd_ty *y = self;

    xd_topo_host_done(&y->host);
    xc_interface_close(y->xc);
    free(y->leaves);
    free(y);
}

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_ty *y = self;
    int64_t now = xd_clock_now(y->env->clock);
    struct xd_buf trouble = XD_BUF_INIT;
    struct xd_files *files;

    if (!xd_topo_host_wanted(y->env))
        return 0;
    if (xd_topo_host_is_due(&y->host, now)) {
        files = files_now(y, &trouble);
        xd_topo_host_read(&y->host, files, trouble.len ? trouble.s : NULL, y->env->clock, now);
        xd_files_free(files);
        xd_buf_done(&trouble);
    }
    xd_topo_host_put(&y->host, y->env, b);
    xd_topo_host_traffic(&y->host, y->env, b);
    return 0;
}

static int record(void *self, xd_files_seen *seen, void *ctx, struct xd_err *err)
{
    struct xd_buf trouble = XD_BUF_INIT;
    struct xd_files *files = files_now(self, &trouble);
    int rc = xd_topo_record(files, seen, ctx, err);

    if (trouble.len)
        xd_log_write(((struct xd_ty *)self)->env->log, XD_LOG_WARN, "topology", "%s", trouble.s);
    xd_files_free(files);
    xd_buf_done(&trouble);
    return rc;
}

static void doctor(void *self, struct xd_builder *b)
{
    bool firmware = access("/sys/firmware/dmi/tables/DMI", R_OK) == 0;
    struct xd_xen_host host = {.cpus = NULL};
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf trouble = XD_BUF_INIT;
    char found[128];

    if (!self)
        return;
    ask(self, &a, &host, &trouble);
    snprintf(found, sizeof(found), "CPUs: %zu, nodes: %zu, PCI functions near to a node: %zu",
             host.n_cpus, host.n_nodes, host.n_pci);
    xd_build_check(b, "topology", "Xen's view", trouble.len ? XD_CHECK_WARN : XD_CHECK_OK,
                   trouble.len ? trouble.s : found,
                   trouble.len ? "this xendeck may be built for another release of Xen" : NULL);
    xd_build_check(b, "topology", "firmware's tables", firmware ? XD_CHECK_OK : XD_CHECK_WARN,
                   firmware ? "DIMMs and slots can be read" : "DIMMs and slots can't be read",
                   firmware ? NULL : "boot dom0 on a machine with SMBIOS, and run xendeck as root");
    xd_buf_done(&trouble);
    xd_arena_done(&a);
}

const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "topology",
    .title = "Topology, by Xen, Linux and the firmware",
    .help =
        "The machine as Xen knows it: packages, cores, nodes, memory and PCI, which a dom0 sees "
        "wrongly or not at all",
    .live = true,
    .tables = xd_topo_live_tables,
    .probe = xd_xen_probe,
    .open = open_instance,
    .close = close_instance,
    .collect = collect,
    .record = record,
    .doctor = doctor,
};
