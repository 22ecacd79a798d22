/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated host's devices, console ring and parameters as tables. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

#define PACKET       900   /* bytes, on the average */
#define DROP_PACKETS 50000 /* one of so many to the guest is dropped */
#define SERVER       "Domain-0"

/* --- disks and NICs --- */

/* An emulated disk or drive is QEMU's, and what isn't raw is too. */
static const char *driver(const struct xd_demo_domain *d, const struct xd_demo_disk *k)
{
    return k->cdrom || strcmp(k->format, "raw") != 0 ? "qdisk" : "vbd";
}

static void put_disk(struct xd_rows *t, const struct xd_demo_domain *d,
                     const struct xd_demo_disk *k)
{
    xd_row_begin(t);
    xd_put_str(t, XD_DISK_DOMAIN_UUID, d->uuid);
    xd_put_str(t, XD_DISK_DOMAIN, d->shown);
    xd_put_str(t, XD_DISK_VDEV, k->vdev);
    xd_put_str(t, XD_DISK_BACKEND, SERVER);
    xd_put_str(t, XD_DISK_DRIVER, driver(d, k));
    xd_put_str(t, XD_DISK_TARGET, k->target);
    xd_put_str(t, XD_DISK_FORMAT, k->format);
    xd_put_bool(t, XD_DISK_READONLY, k->readonly);
    xd_put_bool(t, XD_DISK_CDROM, k->cdrom);
    xd_put_enum(t, XD_DISK_STATE, k->link.state);
    xd_put_u64(t, XD_DISK_OO, XD_DEMO_DISK_OO(k));
    xd_put_u64(t, XD_DISK_RD_REQS, k->rd >> k->shift);
    xd_put_u64(t, XD_DISK_WR_REQS, k->wr >> k->shift);
    xd_put_u64(t, XD_DISK_RD_BYTES, k->rd);
    xd_put_u64(t, XD_DISK_WR_BYTES, k->wr);
}

static void put_nic(struct xd_rows *t, const struct xd_demo_domain *d, const struct xd_demo_nic *k)
{
    char name[48];

    snprintf(name, sizeof(name), "vif%" PRIu64 ".%" PRIu64, d->domid, k->devid);
    xd_row_begin(t);
    xd_put_str(t, XD_NIC_DOMAIN_UUID, d->uuid);
    xd_put_str(t, XD_NIC_DOMAIN, d->shown);
    xd_put_u64(t, XD_NIC_DEVID, k->devid);
    xd_put_str(t, XD_NIC_NAME, name);
    xd_put_str(t, XD_NIC_MAC, k->mac);
    xd_put_str(t, XD_NIC_BRIDGE, k->bridge);
    xd_put_str(t, XD_NIC_BACKEND, SERVER);
    xd_put_enum(t, XD_NIC_STATE, k->link.state);
    xd_put_u64(t, XD_NIC_RX_BYTES, k->rx);
    xd_put_u64(t, XD_NIC_TX_BYTES, k->tx);
    xd_put_u64(t, XD_NIC_RX_PKTS, k->rx / PACKET);
    xd_put_u64(t, XD_NIC_TX_PKTS, k->tx / PACKET);
    xd_put_u64(t, XD_NIC_RX_DROPS, k->rx / PACKET / DROP_PACKETS);
    xd_put_u64(t, XD_NIC_TX_DROPS, 0);
    xd_put_u64(t, XD_NIC_RX_ERRS, 0);
    xd_put_u64(t, XD_NIC_TX_ERRS, 0);
}

static void fill_disks(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_disks_desc, xd_demo_at(h));
    bool any = false;

    for (size_t i = 0; i < h->n_domains; i++) {
        for (size_t j = 0; j < h->domains[i]->n_disks; j++) {
            put_disk(t, h->domains[i], &h->domains[i]->disks[j]);
            any = true;
        }
    }
    if (!any)
        xd_build_reason(t, "no domain has a disk");
}

static void fill_nics(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_nics_desc, xd_demo_at(h));
    bool any = false;

    for (size_t i = 0; i < h->n_domains; i++) {
        for (size_t j = 0; j < h->domains[i]->n_nics; j++) {
            put_nic(t, h->domains[i], &h->domains[i]->nics[j]);
            any = true;
        }
    }
    if (!any)
        xd_build_reason(t, "no domain has a network interface");
}

/* --- both ends --- */

static void put_device(struct xd_rows *t, const struct xd_demo_domain *d, const char *kind,
                       int64_t number, const struct xd_demo_link *l)
{
    char name[48];

    snprintf(name, sizeof(name), "%s/%" PRId64, kind, number);
    xd_row_begin(t);
    xd_put_str(t, XD_DEVICE_DOMAIN_UUID, d->uuid);
    xd_put_str(t, XD_DEVICE_DOMAIN, d->shown);
    xd_put_str(t, XD_DEVICE_NAME, name);
    xd_put_str(t, XD_DEVICE_BACKEND, SERVER);
    /* The guest's end is the one that is waited for. */
    xd_put_enum(t, XD_DEVICE_FRONT_STATE,
                l->state == XD_XENBUS_INIT_WAIT ? XD_XENBUS_INITIALISING
                : l->state == XD_XENBUS_CLOSING ? XD_XENBUS_CONNECTED
                                                : l->state);
    xd_put_enum(t, XD_DEVICE_BACK_STATE, l->state);
    xd_put_str(t, XD_DEVICE_HOTPLUG_STATUS, "connected");
}

static void fill_devices(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_devices_desc, xd_demo_at(h));
    bool any = false;

    for (size_t i = 0; i < h->n_domains; i++) {
        const struct xd_demo_domain *d = h->domains[i];

        for (size_t j = 0; j < d->n_disks; j++)
            put_device(t, d, "vbd", xd_demo_vdev_number(d->disks[j].vdev), &d->disks[j].link);
        for (size_t j = 0; j < d->n_nics; j++)
            put_device(t, d, "vif", (int64_t)d->nics[j].devid, &d->nics[j].link);
        any = any || d->n_disks || d->n_nics;
    }
    if (!any)
        xd_build_reason(t, "no domain has a paravirtual device");
}

/* --- PCI functions --- */

static void fill_pci(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_pci_desc, xd_demo_at(h));

    for (size_t i = 0; i < h->scenario->n_pci; i++) {
        const struct xd_demo_pci *p = &h->pci[i];

        xd_row_begin(t);
        xd_put_str(t, XD_PCI_BDF, p->spec->bdf);
        xd_put_str(t, XD_PCI_CLASS, p->spec->class_name);
        xd_put_str(t, XD_PCI_ID, p->spec->id);
        xd_put_str(t, XD_PCI_NAME, p->spec->name);
        xd_put_str(t, XD_PCI_DRIVER, p->use == XD_PCI_HOST ? p->spec->driver : "pciback");
        xd_put_u64(t, XD_PCI_NODE, p->spec->node);
        xd_put_enum(t, XD_PCI_USE, p->use);
        if (!p->owner)
            continue;
        xd_put_str(t, XD_PCI_DOMAIN_UUID, p->owner->uuid);
        xd_put_str(t, XD_PCI_DOMAIN, p->owner->shown);
    }
    if (h->scenario->n_pci == 0)
        xd_build_reason(t, "the scenario lists no PCI functions");
}

/* --- the hypervisor's words --- */

static void fill_dmesg(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_dmesg_desc, xd_demo_at(h));
    uint64_t first = h->n_dmesg > XD_DEMO_DMESG_MAX ? h->n_dmesg - XD_DEMO_DMESG_MAX : 0;

    for (uint64_t i = first; i < h->n_dmesg; i++) {
        xd_row_begin(t);
        xd_put_u64(t, XD_DMESG_LINE, i);
        xd_put_str(t, XD_DMESG_TEXT, h->dmesg[i % XD_DEMO_DMESG_MAX]);
    }
}

static void fill_params(struct xd_demo_host *h, struct xd_builder *b)
{
    struct xd_rows *t = xd_build_table(b, &xd_params_desc, xd_demo_at(h));

    for (size_t i = 0; i < h->n_params; i++) {
        xd_row_begin(t);
        xd_put_str(t, XD_PARAM_NAME, h->params[i].path);
        xd_put_str(t, XD_PARAM_VALUE, h->params[i].value);
        xd_put_str(t, XD_PARAM_TYPE, h->params[i].type);
        xd_put_bool(t, XD_PARAM_WRITABLE, h->params[i].writable);
    }
}

static const struct {
    const struct xd_table_desc *desc;
    void (*fill)(struct xd_demo_host *h, struct xd_builder *b);
} tables[] = {
    {&xd_disks_desc, fill_disks}, {&xd_nics_desc, fill_nics},   {&xd_devices_desc, fill_devices},
    {&xd_pci_desc, fill_pci},     {&xd_dmesg_desc, fill_dmesg}, {&xd_params_desc, fill_params},
};

void xd_demo_fill_devices(struct xd_demo_host *h, const struct xd_backend_env *env,
                          struct xd_builder *b)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (xd_wanted(env, tables[i].desc))
            tables[i].fill(h, b);
    }
}
