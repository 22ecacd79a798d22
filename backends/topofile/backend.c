/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --host topo:FILE: a machine that was recorded (capture --topology), an archive of its /sys and
 * /proc, a folder with them, an XML file of hwloc or the output of lspci, shown as a host. There is
 * nothing but its topology, and nothing of it can be edited. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "capture/bundle.h"
#include "model/tables.h"
#include "topo/host.h"

#define READ_ONLY                                                                                  \
    "a machine in a file is read only: nothing of it can be edited. For edits use --host live, "   \
    "or --host demo to try things"
#define IDS "usr/share/misc/pci.ids"

extern const struct xd_backend xd_backend_topofile;

struct machine {
    const struct xd_backend_env *env;
    char *path;
    struct xd_files *files;
    struct xd_bundle_found found;
    struct xd_topo_host host;
};

static void close_machine(void *self)
{
    struct machine *m = self;

    xd_topo_host_done(&m->host);
    xd_files_free(m->files);
    free(m->path);
    free(m);
}

/* Names of PCI devices are the same anywhere: where the file has none, this machine's list serves.
 * Without it numbers are shown. */
static void borrow_ids(struct xd_files *files)
{
    if (!xd_files_is(files, IDS) && access("/" IDS, R_OK) == 0)
        xd_files_put_from(files, IDS, "/" IDS, NULL);
}

static int open_machine(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct machine *m;
    int rc;

    *self = NULL;
    if (env->role == XD_OPERATOR)
        return xd_err_set(err, -EROFS, "%s", READ_ONLY);
    if (!env->arg || !env->arg[0])
        return xd_err_set(
            err, -EINVAL,
            "which machine shall be shown? --host topo:FILE names it; xendeck capture "
            "--topology FILE records one");
    m = xd_malloc(sizeof(*m));
    m->env = env;
    m->path = xd_strdup(env->arg);
    m->host.source = xd_backend_topofile.name;
    rc = xd_bundle_open(env->arg, &m->files, &m->found, err);
    if (rc) {
        close_machine(m);
        return rc;
    }
    borrow_ids(m->files);
    if (m->found.first.code)
        xd_log_write(env->log, XD_LOG_WARN, "topo", "%s", m->found.first.text);
    *self = m;
    return 0;
}

/* A file doesn't change; a folder may be this machine's "/". */
static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct machine *m = self;
    int64_t now = xd_clock_now(m->env->clock);
    const char *trouble = m->found.first.code ? m->found.first.text : NULL;

    if (!xd_topo_host_wanted(m->env))
        return 0;
    if (!m->host.tree || (!m->found.entries && xd_topo_host_is_due(&m->host, now)))
        xd_topo_host_read(&m->host, m->files, trouble, m->env->clock, now);
    xd_topo_host_put(&m->host, m->env, b);
    return 0;
}

static int record(void *self, xd_files_seen *seen, void *ctx, struct xd_err *err)
{
    return xd_topo_record(((struct machine *)self)->files, seen, ctx, err);
}

static void doctor(void *self, struct xd_builder *b)
{
    struct machine *m = self;
    char found[80];

    if (!m) /* why it could not be opened is said already */
        return;
    if (m->found.entries) {
        snprintf(found, sizeof(found), "files: %zu, left out: %zu", m->found.entries,
                 m->found.left_out);
        xd_build_check(b, "topo", "files", XD_CHECK_OK, found, NULL);
        xd_build_check(b, "topo", "integrity", m->found.first.code ? XD_CHECK_WARN : XD_CHECK_OK,
                       m->found.first.code ? m->found.first.text : "all of it can be read",
                       m->found.first.code ? "what is left is shown; copy or record it again"
                                           : NULL);
    } else {
        xd_build_check(b, "topo", "files", XD_CHECK_OK, "a folder, read as it is now", NULL);
    }
    xd_build_check(b, "topo", "edits", XD_CHECK_ABSENT, READ_ONLY, NULL);
}

const struct xd_backend xd_backend_topofile = {
    .abi = XD_BACKEND_ABI,
    .name = "topo",
    .title = "The topology of a machine in a file",
    .help = "Shows what xendeck capture --topology FILE recorded, an archive of /sys and /proc, a "
            "folder with both, an XML file of hwloc or the output of lspci -xxxx. " READ_ONLY ".",
    .live = false,
    .tables = xd_topo_tables,
    .open = open_machine,
    .close = close_machine,
    .collect = collect,
    .record = record,
    .doctor = doctor,
};
