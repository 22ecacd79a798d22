/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine without Xen: Linux sees all of it, and hwloc is asked for a second opinion, which
 * becomes a document in the tree of files (xendeck/hwloc.xml). In a dom0 Linux and hwloc see
 * virtual CPUs: there backends/topology asks Xen instead. */
#include <errno.h>
#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "kernel/dom0.h"
#include "model/tables.h"
#include "topo/host.h"

extern const struct xd_backend xd_backend_module;

struct native {
    const struct xd_backend_env *env;
    struct xd_topo_host host;
    char *online;          /* CPUs that were in use when hwloc was asked; NULL: it was not */
    char *xml;             /* what it said; NULL: nothing */
    struct xd_err trouble; /* why not */
};

/* --- hwloc --- */

/* Parts of hwloc that would load drivers of graphics cards, or speak with an X server. */
static const char *const unwanted[] = {"gl", "opencl", "cuda", "nvml", "rsmi", "levelzero"};

static int configure(hwloc_topology_t t)
{
    for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
        hwloc_topology_set_components(t, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, unwanted[i]);
    if (hwloc_topology_set_io_types_filter(t, HWLOC_TYPE_FILTER_KEEP_ALL) < 0)
        return -1;
    return hwloc_topology_set_icache_types_filter(t, HWLOC_TYPE_FILTER_KEEP_NONE);
}

static int export(hwloc_topology_t t, char **xml)
{
    char *text;
    int size;

    if (hwloc_topology_export_xmlbuffer(t, &text, &size, 0) < 0)
        return -1;
    *xml = xd_strdup(text);
    hwloc_free_xmlbuffer(t, text);
    return 0;
}

static int ask_hwloc(char **xml, struct xd_err *err)
{
    hwloc_topology_t t;
    int rc = 0;

    if (hwloc_topology_init(&t) < 0)
        return xd_err_set(err, -ENOMEM, "hwloc can't be asked: %s", strerror(errno));
    if (configure(t) < 0 || hwloc_topology_load(t) < 0 || export(t, xml) < 0)
        rc = xd_err_set(err, -(errno ? errno : EIO), "hwloc doesn't tell of this machine: %s",
                        strerror(errno));
    hwloc_topology_destroy(t);
    return rc;
}

/* hwloc looks at each CPU in turn, so it is asked once, and again when CPUs came or went. */
static void refresh_hwloc(struct native *n, const struct xd_files *files)
{
    struct xd_arena a = XD_ARENA_INIT;
    const char *online = xd_files_text(files, &a, "sys/devices/system/cpu/online");

    if (!n->online || !xd_streq(n->online, online ? online : "")) {
        free(n->online);
        free(n->xml);
        n->online = xd_strdup(online ? online : "");
        n->xml = NULL;
        xd_err_clear(&n->trouble);
        ask_hwloc(&n->xml, &n->trouble);
    }
    xd_arena_done(&a);
}

static struct xd_files *files_now(struct native *n)
{
    struct xd_files *files = xd_files_new("/");

    refresh_hwloc(n, files);
    if (n->xml)
        xd_files_put(files, "xendeck/hwloc.xml", n->xml, strlen(n->xml), NULL);
    return files;
}

/* --- the backend --- */

/* hwloc complains about firmware on standard error, where a console stands, unless its environment
 * says otherwise. This is the moment before there are threads that might read theirs. */
static int probe(struct xd_err *err)
{
    if (xd_xen_is_here())
        return xd_err_set(err, -ENODEV, "there is Xen below this machine, which knows it better");
    setenv("HWLOC_HIDE_ERRORS", "2", 0);
    return 0;
}

static int open_native(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct native *n = xd_malloc(sizeof(*n));

    n->env = env;
    n->host.source = xd_backend_module.name;
    *self = n;
    return 0;
}

static void close_native(void *self)
{
    struct native *n = self;

    xd_topo_host_done(&n->host);
    free(n->online);
    free(n->xml);
    free(n);
}

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct native *n = self;
    int64_t now = xd_clock_now(n->env->clock);
    struct xd_files *files;

    if (!xd_topo_host_wanted(n->env))
        return 0;
    if (xd_topo_host_is_due(&n->host, now)) {
        files = files_now(n);
        xd_topo_host_read(&n->host, files, n->trouble.code ? n->trouble.text : NULL, n->env->clock,
                          now);
        xd_files_free(files);
    }
    xd_topo_host_put(&n->host, n->env, b);
    xd_topo_host_traffic(&n->host, n->env, b);
    return 0;
}

static int record(void *self, xd_files_seen *seen, void *ctx, struct xd_err *err)
{
    struct xd_files *files = files_now(self);
    int rc = xd_topo_record(files, seen, ctx, err);

    xd_files_free(files);
    return rc;
}

static void doctor(void *self, struct xd_builder *b)
{
    bool firmware = access("/sys/firmware/dmi/tables/DMI", R_OK) == 0;
    char found[64];

    if (!self)
        return;
    snprintf(found, sizeof(found), "hwloc, version %x", hwloc_get_api_version());
    xd_build_check(b, "native", "hwloc", XD_CHECK_OK, found, NULL);
    xd_build_check(b, "native", "firmware's tables", firmware ? XD_CHECK_OK : XD_CHECK_WARN,
                   firmware ? "DIMMs and slots can be read" : "DIMMs and slots can't be read",
                   firmware ? NULL : "run xendeck as root, on a machine with SMBIOS");
}

const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "native",
    .title = "This machine without Xen, by Linux and hwloc",
    .help = "The topology of the machine, where there is no Xen below Linux",
    .live = true,
    .any_machine = true,
    .tables = xd_topo_live_tables,
    .probe = probe,
    .open = open_native,
    .close = close_native,
    .collect = collect,
    .record = record,
    .doctor = doctor,
};
