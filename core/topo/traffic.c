/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes through the devices at the leaves of the machine, as Linux counts it: interfaces in
 * /proc/net/dev, disks in /sys/block/X/stat (Linux, Documentation/block/stat.rst: sectors of 512
 * bytes). In a dom0 these are the host's own devices; one that a domain has isn't counted there. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/netdev.h"
#include "topo/host.h"

#define NET      "proc/net/dev"
#define NET_MAX  ((size_t)4 << 20)
#define NAME_MAX 64
#define SECTOR   512

static void put(struct xd_rows *rows, const struct xd_topo_thing *o, uint64_t in, uint64_t out)
{
    xd_row_begin(rows);
    xd_put_str(rows, XD_TRAFFIC_ID, o->id);
    xd_put_u64(rows, XD_TRAFFIC_IN_BYTES, in);
    xd_put_u64(rows, XD_TRAFFIC_OUT_BYTES, out);
}

static bool put_disk(struct xd_rows *rows, const struct xd_topo_thing *o, const char *name,
                     const struct xd_files *f, struct xd_arena *a)
{
    const char *text = xd_files_text(f, a, "sys/block/%s/stat", name);
    uint64_t read, written;

    if (!text || sscanf(text, "%*u %*u %" SCNu64 " %*u %*u %*u %" SCNu64, &read, &written) != 2 ||
        read > UINT64_MAX / SECTOR || written > UINT64_MAX / SECTOR)
        return false;
    put(rows, o, read * SECTOR, written * SECTOR);
    return true;
}

void xd_topo_put_traffic(const struct xd_topo *t, const struct xd_files *f, struct xd_builder *b,
                         int64_t at_ns)
{
    struct xd_rows *rows = xd_build_table(b, &xd_traffic_desc, at_ns);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_netdev *nics = NULL;
    size_t size, n = 0;
    bool any = false;
    char *text;

    if (xd_files_read(f, NET, NET_MAX, &a, &text, &size, &err) < 0 ||
        xd_netdev_parse(text, size, &a, &nics, &n, &err) < 0)
        xd_build_reason(rows, "%s", err.text);
    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];
        const char *slash = strchr(o->id, '/'), *name = slash ? slash + 1 : "";
        const struct xd_netdev *nic =
            o->kind == XD_THING_NIC ? xd_netdev_find(nics, n, name) : NULL;

        if (nic)
            put(rows, o, nic->rx_bytes, nic->tx_bytes);
        else if (o->kind == XD_THING_DISK && *name && strlen(name) < NAME_MAX && !strchr(name, '/'))
            any |= put_disk(rows, o, name, f, &a);
        any = any || nic;
    }
    if (!any)
        xd_build_reason(rows, "%s", XD_TOPO_NO_TRAFFIC);
    xd_arena_done(&a);
}

void xd_topo_host_traffic(const struct xd_topo_host *h, const struct xd_backend_env *env,
                          struct xd_builder *b)
{
    struct xd_files *root;

    if (!h->tree || !xd_wanted(env, &xd_traffic_desc))
        return;
    root = xd_files_new("/");
    xd_topo_put_traffic(h->tree, root, b, xd_clock_now(env->clock));
    xd_files_free(root);
}
