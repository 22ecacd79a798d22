/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sample: rows of disks, nics and devices, and what domains have of them in sum.
 *
 * Counters of a nic are kept by the end that dom0 holds, which receives what the guest sends. Rows
 * speak of the guest. (xentop's NETTX and NETRX are those of dom0's end: NETTX is our net_rx_bytes.
 * tests/lab/dom0/devices.sh shows it.) */
#include <errno.h>
#include <string.h>

#include "backend_devices/columns.h"
#include "backend_devices/host.h"
#include "base/arena.h"
#include "model/tables.h"

#define COL(c) (UINT64_C(1) << (c))

/* How many domains a sample may ask whether they serve devices, if only sums of domains are wanted:
 * a message to xenstore each, once in a domain's life. The rest is asked at the next samples; until
 * then sums are unknown, because a disk of any domain may be served by one not yet asked. */
#define LOOK_MAX 512

#define NIC_COUNTERS                                                                               \
    (COL(XD_NIC_NAME) | COL(XD_NIC_RX_BYTES) | COL(XD_NIC_TX_BYTES) | COL(XD_NIC_RX_PKTS) |        \
     COL(XD_NIC_TX_PKTS) | COL(XD_NIC_RX_DROPS) | COL(XD_NIC_TX_DROPS) | COL(XD_NIC_RX_ERRS) |     \
     COL(XD_NIC_TX_ERRS) | COL(XD_NIC_RX) | COL(XD_NIC_TX) | COL(XD_NIC_RX_PKTS_S) |               \
     COL(XD_NIC_TX_PKTS_S))
#define DISK_COUNTERS                                                                              \
    (COL(XD_DISK_OO) | COL(XD_DISK_RD_REQS) | COL(XD_DISK_WR_REQS) | COL(XD_DISK_RD_BYTES) |       \
     COL(XD_DISK_WR_BYTES) | COL(XD_DISK_RD_REQS_S) | COL(XD_DISK_WR_REQS_S) | COL(XD_DISK_RD) |   \
     COL(XD_DISK_WR))
#define SECTOR 512u

struct wants {
    uint64_t domains, nics, disks, devices, pci;
};

static struct wants wants_of(const struct xd_dv *d)
{
    return (struct wants){
        .domains = xd_wanted(d->env, &xd_domains_desc) & XD_DV_DOMAIN_COLUMNS,
        .nics = xd_wanted(d->env, &xd_nics_desc),
        .disks = xd_wanted(d->env, &xd_disks_desc),
        .devices = xd_wanted(d->env, &xd_devices_desc),
        .pci = xd_wanted(d->env, &xd_pci_desc),
    };
}

bool xd_dv_is_wanted(const struct xd_dv *d)
{
    struct wants w = wants_of(d);

    return w.domains || w.nics || w.disks || w.devices || w.pci;
}

/* --- what rows have in common --- */

static const char *name_of(const struct xd_dv *d, uint32_t domid)
{
    const struct xd_dv_domain *m = xd_dv_domain(d, domid);

    return m ? m->name : NULL;
}

/* Whether an earlier row of order[] stands for that device: a backend left behind by another. */
static bool is_second(const struct xd_dv *d, size_t i, bool same_kind)
{
    const struct xd_dv_id *id = &d->order[i]->id;

    while (i-- > 0) {
        const struct xd_dv_id *other = &d->order[i]->id;

        if (other->frontend != id->frontend || other->device != id->device ||
            strcmp(xd_dv_front_kind(other->kind), xd_dv_front_kind(id->kind)) != 0)
            return false;
        if (!same_kind || strcmp(other->kind, id->kind) == 0)
            return true;
    }
    return false;
}

/* The domain that row i is one of, or NULL: it is gone, or another row stands for that device. */
static const struct xd_dv_domain *owner_of_row(const struct xd_dv *d, size_t i, bool same_kind)
{
    return is_second(d, i, same_kind) ? NULL : xd_dv_owner(d, d->order[i]->id.frontend);
}

static void put_state(struct xd_rows *t, int col, const struct xd_dv_device *v, enum xd_dv_key key)
{
    int state = xd_dv_end(v, key);

    if (state >= 0)
        xd_put_enum(t, col, state);
}

/* --- disks --- */

static const char *params_of(const struct xd_dv_device *v)
{
    return v->value[XD_DV_TAP_PARAMS] ? v->value[XD_DV_TAP_PARAMS] : v->value[XD_DV_PARAMS];
}

static void put_disk(const struct xd_dv *d, struct xd_rows *t, const struct xd_dv_device *v,
                     const struct xd_dv_domain *m)
{
    const char *mode = v->value[XD_DV_MODE], *type = v->value[XD_DV_DEVICE_TYPE];
    const char *params = params_of(v), *format = NULL, *discard = v->value[XD_DV_DISCARD];
    char vdev[XD_DV_VDEV];

    xd_row_begin(t);
    xd_put_str(t, XD_DISK_DOMAIN_UUID, m->uuid);
    xd_put_str(t, XD_DISK_DOMAIN, m->name);
    xd_put_str(t, XD_DISK_VDEV, xd_dv_vdev(v->id.device, vdev));
    xd_put_str(t, XD_DISK_BACKEND, name_of(d, v->id.backend));
    xd_put_str(t, XD_DISK_DRIVER, xd_dv_driver(v->id.kind));
    if (params)
        xd_put_str(t, XD_DISK_TARGET, xd_dv_target(v->id.kind, params, &format));
    xd_put_str(t, XD_DISK_FORMAT, format);
    if (mode && (mode[0] == 'r' || mode[0] == 'w'))
        xd_put_bool(t, XD_DISK_READONLY, mode[0] == 'r');
    if (type)
        xd_put_bool(t, XD_DISK_CDROM, strcmp(type, "cdrom") == 0);
    put_state(t, XD_DISK_STATE, v, XD_DV_STATE);
    xd_put_str(t, XD_DISK_BACKENDTYPE, xd_dv_backendtype(v->id.kind));
    if (v->value[XD_DV_SCRIPT])
        xd_put_str(t, XD_DISK_SCRIPT, xd_dv_disk_script(v->value[XD_DV_SCRIPT]));
    if (discard && (strcmp(discard, "0") == 0 || strcmp(discard, "1") == 0))
        xd_put_bool(t, XD_DISK_DISCARD, discard[0] == '1');
    if (!v->have_disk)
        return;
    xd_put_u64(t, XD_DISK_OO, v->disk.waits);
    xd_put_u64(t, XD_DISK_RD_REQS, v->disk.rd_reqs);
    xd_put_u64(t, XD_DISK_WR_REQS, v->disk.wr_reqs);
    xd_put_u64(t, XD_DISK_RD_BYTES, v->disk.rd_sectors * SECTOR);
    xd_put_u64(t, XD_DISK_WR_BYTES, v->disk.wr_sectors * SECTOR);
}

/* --- nics --- */

static const char *ifname_of(const struct xd_dv_device *v)
{
    const char *asked = v->value[XD_DV_VIFNAME];

    if (v->ifname[0])
        return v->ifname;
    return asked && asked[0] ? asked : NULL;
}

/* What it was attached with: undoing that it was detached says it again. */
static void put_nic_setup(struct xd_rows *t, const struct xd_dv_device *v)
{
    char rate[XD_DV_RATE_TEXT];
    uint32_t mtu;
    const char *end;

    xd_put_str(t, XD_NIC_SCRIPT, v->value[XD_DV_SCRIPT]);
    xd_put_str(t, XD_NIC_VIFNAME, v->value[XD_DV_VIFNAME]);
    if (v->value[XD_DV_RATE] && xd_dv_rate(v->value[XD_DV_RATE], rate))
        xd_put_str(t, XD_NIC_RATE, rate);
    xd_put_str(t, XD_NIC_IP, v->value[XD_DV_IP]);
    xd_put_str(t, XD_NIC_GATEWAYDEV, v->value[XD_DV_GATEWAYDEV]);
    end = v->value[XD_DV_MTU] ? xd_dv_number(v->value[XD_DV_MTU], UINT16_MAX, &mtu) : NULL;
    if (end && !*end)
        xd_put_u64(t, XD_NIC_MTU, mtu);
}

static void put_nic(const struct xd_dv *d, struct xd_rows *t, const struct xd_dv_device *v,
                    const struct xd_dv_domain *m)
{
    char mac[18];

    xd_row_begin(t);
    xd_put_str(t, XD_NIC_DOMAIN_UUID, m->uuid);
    xd_put_str(t, XD_NIC_DOMAIN, m->name);
    xd_put_u64(t, XD_NIC_DEVID, v->id.device);
    xd_put_str(t, XD_NIC_NAME, ifname_of(v));
    if (v->value[XD_DV_MAC] && xd_dv_mac(v->value[XD_DV_MAC], mac))
        xd_put_str(t, XD_NIC_MAC, mac);
    xd_put_str(t, XD_NIC_BRIDGE, v->value[XD_DV_BRIDGE]);
    xd_put_str(t, XD_NIC_BACKEND, name_of(d, v->id.backend));
    put_state(t, XD_NIC_STATE, v, XD_DV_STATE);
    put_nic_setup(t, v);
    if (!v->have_nic)
        return;
    xd_put_u64(t, XD_NIC_RX_BYTES, v->nic.tx_bytes);
    xd_put_u64(t, XD_NIC_TX_BYTES, v->nic.rx_bytes);
    xd_put_u64(t, XD_NIC_RX_PKTS, v->nic.tx_packets);
    xd_put_u64(t, XD_NIC_TX_PKTS, v->nic.rx_packets);
    xd_put_u64(t, XD_NIC_RX_DROPS, v->nic.tx_drop);
    xd_put_u64(t, XD_NIC_TX_DROPS, v->nic.rx_drop);
    xd_put_u64(t, XD_NIC_RX_ERRS, v->nic.tx_errs);
    xd_put_u64(t, XD_NIC_TX_ERRS, v->nic.rx_errs);
}

/* --- devices --- */

static const char *error_of(const struct xd_dv_device *v)
{
    static const enum xd_dv_key keys[] = {XD_DV_HOTPLUG_ERROR, XD_DV_BACK_ERROR, XD_DV_FRONT_ERROR};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (v->value[keys[i]] && v->value[keys[i]][0])
            return v->value[keys[i]];
    return NULL;
}

static void put_device(const struct xd_dv *d, struct xd_rows *t, const struct xd_dv_device *v,
                       const struct xd_dv_domain *m)
{
    char name[XD_DV_KIND + 12];

    snprintf(name, sizeof(name), "%s/%u", v->id.kind, v->id.device);
    xd_row_begin(t);
    xd_put_str(t, XD_DEVICE_DOMAIN_UUID, m->uuid);
    xd_put_str(t, XD_DEVICE_DOMAIN, m->name);
    xd_put_str(t, XD_DEVICE_NAME, name);
    xd_put_str(t, XD_DEVICE_BACKEND, name_of(d, v->id.backend));
    put_state(t, XD_DEVICE_FRONT_STATE, v, XD_DV_FRONT_STATE);
    put_state(t, XD_DEVICE_BACK_STATE, v, XD_DV_STATE);
    xd_put_str(t, XD_DEVICE_HOTPLUG_STATUS, v->value[XD_DV_HOTPLUG_STATUS]);
    xd_put_str(t, XD_DEVICE_ERROR, error_of(v));
}

/* --- sums of domains --- */

struct sums {
    uint64_t nics, disks, rx, tx;
    bool nets_unknown, disks_unknown;
    struct xd_xenback_disk disk;
};

static void add_nic(struct sums *s, const struct xd_dv_device *v)
{
    s->nics++;
    s->nets_unknown = s->nets_unknown || !v->have_nic;
    s->rx += v->nic.tx_bytes;
    s->tx += v->nic.rx_bytes;
}

/* An empty drive does nothing; that nobody counts it is no loss. */
static void add_disk(struct sums *s, const struct xd_dv_device *v)
{
    const char *format, *params = params_of(v);
    bool empty = params && !*xd_dv_target(v->id.kind, params, &format);

    s->disks++;
    s->disks_unknown = s->disks_unknown || !(v->have_disk || empty);
    if (!v->have_disk)
        return;
    s->disk.waits += v->disk.waits;
    s->disk.rd_reqs += v->disk.rd_reqs;
    s->disk.wr_reqs += v->disk.wr_reqs;
    s->disk.rd_sectors += v->disk.rd_sectors;
    s->disk.wr_sectors += v->disk.wr_sectors;
}

static void put_sums(struct xd_rows *t, const struct sums *s)
{
    xd_put_u64(t, XD_DOMAIN_NICS, s->nics);
    xd_put_u64(t, XD_DOMAIN_DISKS, s->disks);
    if (!s->nets_unknown) {
        xd_put_u64(t, XD_DOMAIN_NET_RX_BYTES, s->rx);
        xd_put_u64(t, XD_DOMAIN_NET_TX_BYTES, s->tx);
    }
    if (s->disks_unknown)
        return;
    xd_put_u64(t, XD_DOMAIN_DISK_OO, s->disk.waits);
    xd_put_u64(t, XD_DOMAIN_DISK_RD_REQS, s->disk.rd_reqs);
    xd_put_u64(t, XD_DOMAIN_DISK_WR_REQS, s->disk.wr_reqs);
    xd_put_u64(t, XD_DOMAIN_DISK_RD_SECT, s->disk.rd_sectors);
    xd_put_u64(t, XD_DOMAIN_DISK_WR_SECT, s->disk.wr_sectors);
    xd_put_u64(t, XD_DOMAIN_DISK_RD_BYTES, s->disk.rd_sectors * SECTOR);
    xd_put_u64(t, XD_DOMAIN_DISK_WR_BYTES, s->disk.wr_sectors * SECTOR);
}

/* Devices and domains are both in the order of domids. */
static void fill_domains(const struct xd_dv *d, struct xd_rows *t, bool all_known)
{
    size_t at = 0;

    for (size_t i = 0; i < d->n_domains; i++) {
        const struct xd_dv_domain *m = &d->domains[i];
        struct sums s = {0};

        for (; at < d->n_order && d->order[at]->id.frontend <= m->domid; at++) {
            const struct xd_dv_device *v = d->order[at];

            if (v->id.frontend < m->domid || is_second(d, at, false))
                continue;
            if (xd_dv_is_nic(v->id.kind))
                add_nic(&s, v);
            else if (xd_dv_is_disk(v->id.kind))
                add_disk(&s, v);
        }
        if (m->dying && xd_dv_owner(d, m->domid) != m)
            continue;
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_UUID, m->uuid);
        xd_put_u64(t, XD_DOMAIN_ID, m->domid);
        if (all_known)
            put_sums(t, &s);
    }
}

/* --- the sample --- */

/* A table of ours and the devices that are its rows. */
static const struct {
    const struct xd_table_desc *desc;
    bool (*is_row)(const char *kind); /* NULL: all are */
    void (*put)(const struct xd_dv *d, struct xd_rows *t, const struct xd_dv_device *v,
                const struct xd_dv_domain *m);
    const char *none;  /* why it may be empty */
    uint64_t counters; /* the columns that the devices' servers count for */
} tables[] = {
    {&xd_disks_desc, xd_dv_is_disk, put_disk, "no domain has a disk", DISK_COUNTERS},
    {&xd_nics_desc, xd_dv_is_nic, put_nic, "no domain has a network interface", NIC_COUNTERS},
    {&xd_devices_desc, NULL, put_device, "no domain has a device", 0},
};

/* Why the counters of some devices in a table stay unknown: a zero there would be a lie. */
static void tell_uncounted(const struct xd_dv *d, struct xd_rows *t, size_t which)
{
    size_t qemu = 0, elsewhere = 0;

    for (size_t i = 0; i < d->n_order; i++) {
        const struct xd_dv_device *v = d->order[i];

        if (!tables[which].is_row(v->id.kind) || !owner_of_row(d, i, false))
            continue;
        elsewhere += v->id.backend != 0;
        qemu += v->id.backend == 0 && strcmp(v->id.kind, "qdisk") == 0;
    }
    if (qemu)
        xd_build_reason(t, "counters of %zu served by QEMU (qdisk) are unknown: it tells nobody",
                        qemu);
    if (elsewhere)
        xd_build_reason(t, "counters of %zu are unknown: a driver domain has them", elsewhere);
}

static void fill_table(const struct xd_dv *d, struct xd_builder *b, size_t which, uint64_t wanted,
                       const char *trouble)
{
    struct xd_rows *t = xd_build_table(b, tables[which].desc, xd_clock_now(d->env->clock));
    size_t rows = 0, orphans = 0;

    for (size_t i = 0; i < d->n_order; i++) {
        const struct xd_dv_device *v = d->order[i];
        const struct xd_dv_domain *m;

        if (tables[which].is_row && !tables[which].is_row(v->id.kind))
            continue;
        m = owner_of_row(d, i, !tables[which].is_row);
        orphans += !xd_dv_domain(d, v->id.frontend);
        if (!m)
            continue;
        tables[which].put(d, t, v, m);
        rows++;
    }
    if (trouble)
        xd_build_reason(t, "%s", trouble);
    if (!rows)
        xd_build_reason(t, "%s", tables[which].none);
    if (wanted & tables[which].counters)
        tell_uncounted(d, t, which);
    if (orphans)
        xd_build_reason(t, "%zu more in xenstore belong to domains that are gone", orphans);
    if (d->full)
        xd_build_reason(t, "there are more devices than the %d that are shown", XD_DV_DEVICES_MAX);
}

bool xd_dv_update(struct xd_dv *d, size_t looks, struct xd_err *err)
{
    bool all;

    if (xd_dv_connect(d, err) < 0 || xd_dv_list_domains(d, err) < 0)
        return false;
    xd_dv_hear(d);
    all = xd_dv_look(d, looks);
    xd_dv_refresh(d);
    xd_dv_names(d);
    xd_dv_sort(d);
    if (!d->xs)
        xd_err_set(err, -EIO, "xenstore went away: devices are as they were before");
    return all;
}

static void collect_devices(struct xd_dv *d, struct xd_builder *b, const struct wants *w)
{
    const uint64_t wanted[] = {w->disks, w->nics, w->devices};
    struct xd_err err = XD_ERR_INIT;
    bool only_sums = !w->nics && !w->disks && !w->devices;
    bool all = xd_dv_update(d, only_sums ? LOOK_MAX : SIZE_MAX, &err);
    struct xd_rows *domains;

    if (w->nics & NIC_COUNTERS || w->domains & XD_DV_DOMAIN_NETS)
        xd_dv_count_nics(d);
    if (w->disks & DISK_COUNTERS || w->domains & XD_DV_DOMAIN_DISKS)
        xd_dv_count_disks(d);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (!wanted[i])
            continue;
        if (err.code && !d->n_domains)
            xd_build_missing(b, tables[i].desc, "%s", err.text);
        else
            fill_table(d, b, i, wanted[i], err.code ? err.text : NULL);
    }
    if (!w->domains)
        return;
    domains = xd_build_table(b, &xd_domains_desc, xd_clock_now(d->env->clock));
    if (err.code)
        xd_build_reason(domains, "%s", err.text);
    else
        fill_domains(d, domains, all);
}

int xd_dv_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_dv *d = self;
    struct wants w = wants_of(d);

    if (w.domains || w.nics || w.disks || w.devices || w.pci)
        collect_devices(d, b, &w);
    if (w.pci)
        xd_dv_collect_pci(d, b);
    return 0;
}
