/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `xendeck doctor` says of devices: who could serve them, and whether libxenstat counts as we
 * do. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xenstat.h>

#include "backend_devices/host.h"
#include "model/tables.h"

/* Drivers of dom0 without which a kind of device can't be had. */
static const struct {
    const char *name, *driver, *found, *absent, *remedy;
} drivers[] = {
    {"disks in the kernel", "vbd", "dom0 serves disks by blkback", "dom0 has no blkback",
     "only if you need it (QEMU can serve disks too): modprobe xen-blkback"},
    {"network interfaces", "vif", "dom0 serves network interfaces by netback",
     "dom0 has no netback", "only if guests are to have network interfaces: modprobe xen-netback"},
    {"PCI passthrough", "pciback", "dom0 can pass PCI functions through", "dom0 has no pciback",
     "only if you need it: modprobe xen-pciback"},
};

static void check_drivers(struct xd_builder *b)
{
    for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        bool has = xd_xenback_driver("", drivers[i].driver);

        xd_build_check(b, "devices", drivers[i].name, has ? XD_CHECK_OK : XD_CHECK_ABSENT,
                       has ? drivers[i].found : drivers[i].absent, has ? NULL : drivers[i].remedy);
    }
}

/* --- libxenstat --- */

/* QEMU's socket is where libxenstat could wait without a bound. */
static bool may_hang(const struct xd_dv *d)
{
    char path[64];
    struct stat st;

    for (size_t i = 0; i < d->n_domains; i++) {
        snprintf(path, sizeof(path), "/run/xen/qmp-libxenstat-%u", d->domains[i].domid);
        if (stat(path, &st) == 0)
            return true;
    }
    return false;
}

struct comparison {
    unsigned same, differ, unseen;
};

/* Counters go on between two looks, so ours have to lie between two of libxenstat's. */
static void judge(struct comparison *c, uint64_t before, uint64_t ours, uint64_t after)
{
    if (before <= ours && ours <= after)
        c->same++;
    else
        c->differ++;
}

static void compare_nic(struct comparison *c, const struct xd_dv_device *v, xenstat_domain *first,
                        xenstat_domain *second)
{
    for (unsigned i = 0; first && second && i < xenstat_domain_num_networks(first); i++) {
        xenstat_network *a = xenstat_domain_network(first, i);
        xenstat_network *b =
            i < xenstat_domain_num_networks(second) ? xenstat_domain_network(second, i) : NULL;

        if (!b || xenstat_network_id(a) != v->id.device || xenstat_network_id(b) != v->id.device)
            continue;
        judge(c, xenstat_network_rbytes(a), v->nic.rx_bytes, xenstat_network_rbytes(b));
        judge(c, xenstat_network_tbytes(a), v->nic.tx_bytes, xenstat_network_tbytes(b));
        return;
    }
    c->unseen++;
}

static void compare_disk(struct comparison *c, const struct xd_dv_device *v, xenstat_domain *first,
                         xenstat_domain *second)
{
    for (unsigned i = 0; first && second && i < xenstat_domain_num_vbds(first); i++) {
        xenstat_vbd *a = xenstat_domain_vbd(first, i);
        xenstat_vbd *b = i < xenstat_domain_num_vbds(second) ? xenstat_domain_vbd(second, i) : NULL;

        if (!b || xenstat_vbd_dev(a) != v->id.device || xenstat_vbd_dev(b) != v->id.device ||
            xenstat_vbd_error(a) || xenstat_vbd_error(b))
            continue;
        judge(c, xenstat_vbd_rd_sects(a), v->disk.rd_sectors, xenstat_vbd_rd_sects(b));
        judge(c, xenstat_vbd_wr_sects(a), v->disk.wr_sectors, xenstat_vbd_wr_sects(b));
        return;
    }
    c->unseen++;
}

static struct comparison compare(struct xd_dv *d, xenstat_handle *handle)
{
    const unsigned flags = XENSTAT_NETWORK | XENSTAT_VBD;
    xenstat_node *first = xenstat_get_node(handle, flags), *second;
    struct comparison c = {0};

    xd_dv_count_nics(d);
    xd_dv_count_disks(d);
    second = xenstat_get_node(handle, flags);
    for (size_t i = 0; first && second && i < d->n_order; i++) {
        const struct xd_dv_device *v = d->order[i];

        if (v->have_nic)
            compare_nic(&c, v, xenstat_node_domain(first, v->id.frontend),
                        xenstat_node_domain(second, v->id.frontend));
        if (v->have_disk)
            compare_disk(&c, v, xenstat_node_domain(first, v->id.frontend),
                         xenstat_node_domain(second, v->id.frontend));
    }
    if (first)
        xenstat_free_node(first);
    if (second)
        xenstat_free_node(second);
    return c;
}

static void check_xenstat(struct xd_dv *d, struct xd_builder *b)
{
    xenstat_handle *handle;
    struct comparison c;
    char found[128];

    if (d->n_order == 0 || may_hang(d))
        return;
    handle = xenstat_init();
    if (!handle)
        return;
    c = compare(d, handle);
    xenstat_uninit(handle);
    snprintf(
        found, sizeof(found),
        "libxenstat has the same for %u counters, other values for %u, and doesn't see %u devices",
        c.same, c.differ, c.unseen);
    xd_build_check(b, "devices", "counters", c.differ ? XD_CHECK_WARN : XD_CHECK_OK, found,
                   c.differ ? "look at the counters of these devices in /proc/net/dev and in "
                              "/sys/bus/xen-backend/devices"
                            : NULL);
}

static void check_store(struct xd_dv *d, struct xd_builder *b, const struct xd_err *err)
{
    unsigned uncounted = 0;
    char found[160];

    for (size_t i = 0; i < d->n_order; i++)
        uncounted += strcmp(d->order[i]->id.kind, "qdisk") == 0 ||
                     (d->order[i]->id.backend != 0 &&
                      (xd_dv_is_disk(d->order[i]->id.kind) || xd_dv_is_nic(d->order[i]->id.kind)));
    snprintf(found, sizeof(found),
             "%zu devices; counters of %u are kept by QEMU or a driver domain", d->n_order,
             uncounted);
    if (err->code)
        xd_build_check(b, "devices", "xenstore", XD_CHECK_WARN, err->text,
                       "see that xenstored runs (systemctl status xenstored)");
    else
        xd_build_check(b, "devices", "xenstore", XD_CHECK_OK, found, NULL);
}

void xd_dv_doctor(void *self, struct xd_builder *b)
{
    struct xd_dv *d = self;
    struct xd_err err = XD_ERR_INIT;

    check_drivers(b);
    if (!d)
        return;
    xd_dv_update(d, SIZE_MAX, &err);
    check_store(d, b, &err);
    if (!err.code)
        check_xenstat(d, b);
}
