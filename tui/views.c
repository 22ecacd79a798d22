/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screens that are more than a bare table, in the order of their tabs. */
#include "tui/views.h"

#include "model/tables.h"
#include "tui/app.h"

static const struct xd_view_column vcpu_columns[] = {
    {.name = "domain"},
    {.name = "vcpu"},
    {.name = "pcpu"},
    {.name = "state"},
    {.name = "cpu"},
    {.name = "cpu", .spark = true, .width = 10, .drop = 3},
    {.name = "ready", .drop = 2},
    {.name = "wake_ns", .drop = 6},
    {.name = "wakes_s", .drop = 7},
    {.name = "hard_affinity", .drop = 1},
    {.name = "soft_affinity", .drop = 5},
    {.name = "waits_for", .drop = 8},
    {0},
};

static const struct xd_view_column pcpu_columns[] = {
    {.name = "pcpu"},
    {.name = "online"},
    {.name = "node"},
    {.name = "socket"},
    {.name = "core"},
    {.name = "pool", .drop = 1},
    {.name = "busy"},
    {.name = "busy", .spark = true, .width = 10, .drop = 2},
    {0},
};

static const struct xd_view_column pool_columns[] = {
    {.name = "id", .drop = 4},
    {.name = "name"},
    {.name = "sched"},
    {.name = "n_cpus"},
    {.name = "domains"},
    {.name = "ratelimit_us", .drop = 1},
    {.name = "tslice_ms", .drop = 2},
    {.name = "gran", .drop = 3},
    {.name = "cpus", .grow = true, .drop = 5},
    {0},
};

static const struct xd_view_column disk_columns[] = {
    {.name = "domain"},
    {.name = "vdev"},
    {.name = "state", .drop = 3},
    {.name = "rd"},
    {.name = "wr"},
    {.name = "rd_iops", .drop = 4},
    {.name = "wr_iops", .drop = 4},
    {.name = "driver", .drop = 5},
    {.name = "readonly", .drop = 6},
    {.name = "backend", .drop = 7},
    {.name = "target", .grow = true, .width = 16, .drop = 1},
    {0},
};

static const struct xd_view_column nic_columns[] = {
    {.name = "domain"},
    {.name = "devid", .drop = 5},
    {.name = "name"},
    {.name = "state", .drop = 3},
    {.name = "rx"},
    {.name = "tx"},
    {.name = "rx_pps", .drop = 6},
    {.name = "tx_pps", .drop = 6},
    {.name = "rx_drops", .drop = 7},
    {.name = "tx_drops", .drop = 7},
    {.name = "bridge", .drop = 2},
    {.name = "mac", .drop = 4},
    {0},
};

static const struct xd_view_column device_columns[] = {
    {.name = "domain"},
    {.name = "device"},
    {.name = "frontend", .drop = 1},
    {.name = "backend_state", .drop = 2},
    {.name = "backend", .drop = 4},
    {.name = "hotplug", .drop = 3},
    {.name = "error", .grow = true, .width = 12},
    {0},
};

static const struct xd_view_column pci_columns[] = {
    {.name = "bdf"},
    {.name = "use"},
    {.name = "domain"},
    {.name = "class", .drop = 3},
    {.name = "driver", .drop = 2},
    {.name = "node", .drop = 4},
    {.name = "name", .grow = true, .width = 16, .drop = 1},
    {0},
};

static const struct xd_view_column param_columns[] = {
    {.name = "name", .width = 34},
    {.name = "writable", .drop = 1},
    {.name = "type", .drop = 2},
    {.name = "value", .grow = true, .width = 24},
    {0},
};

static const struct xd_view_column dmesg_columns[] = {
    {.name = "text", .grow = true, .width = 20},
    {0},
};

static const struct xd_view_column limit_columns[] = {
    {.name = "name", .width = 18},
    {.name = "reason", .grow = true, .width = 20},
    {0},
};

static const struct xd_view_column event_columns[] = {
    {.name = "time", .drop = 2},
    {.name = "level"},
    {.name = "source", .drop = 1},
    {.name = "text", .grow = true, .width = 20},
    {0},
};

/* A device whose script or one of whose ends failed. */
static enum xd_role_style device_style(const struct xd_row *row)
{
    uint64_t front = xd_row_u64(row, XD_DEVICE_FRONT_STATE, XD_XENBUS_UNKNOWN);
    uint64_t back = xd_row_u64(row, XD_DEVICE_BACK_STATE, XD_XENBUS_UNKNOWN);

    if (xd_row_str(row, XD_DEVICE_ERROR, "")[0])
        return XD_S_BAD;
    if (front == XD_XENBUS_CONNECTED && back == XD_XENBUS_CONNECTED)
        return XD_S_NORMAL;
    return front == XD_XENBUS_CLOSED || back == XD_XENBUS_CLOSED ? XD_S_DIM : XD_S_WARN;
}

static enum xd_role_style disk_style(const struct xd_row *row)
{
    uint64_t state = xd_row_u64(row, XD_DISK_STATE, XD_XENBUS_CONNECTED);

    return state == XD_XENBUS_CONNECTED ? XD_S_NORMAL : XD_S_DIM;
}

static enum xd_role_style nic_style(const struct xd_row *row)
{
    uint64_t state = xd_row_u64(row, XD_NIC_STATE, XD_XENBUS_CONNECTED);

    return state == XD_XENBUS_CONNECTED ? XD_S_NORMAL : XD_S_DIM;
}

static enum xd_role_style pci_style(const struct xd_row *row)
{
    return xd_row_u64(row, XD_PCI_USE, XD_PCI_HOST) == XD_PCI_HOST ? XD_S_DIM : XD_S_NORMAL;
}

static enum xd_role_style param_style(const struct xd_row *row)
{
    return xd_row_u64(row, XD_PARAM_WRITABLE, 1) ? XD_S_NORMAL : XD_S_DIM;
}

static enum xd_role_style vcpu_style(const struct xd_row *row)
{
    return xd_row_u64(row, XD_VCPU_STATE, XD_VCPU_RUNNING) == XD_VCPU_OFFLINE ? XD_S_DIM
                                                                              : XD_S_NORMAL;
}

#define TABLE(n, t) .name = n, .title = t, .table = n, .draw = xd_table_draw

static const struct xd_view vcpus = {TABLE("vcpus", "vCPUs"), .columns = vcpu_columns,
                                     .style = vcpu_style};
static const struct xd_view pcpus = {TABLE("pcpus", "pCPUs"), .columns = pcpu_columns};
static const struct xd_view pools = {TABLE("pools", "Pools"), .columns = pool_columns};
static const struct xd_view nodes = {TABLE("nodes", "Nodes")};
static const struct xd_view disks = {TABLE("disks", "Disks"), .columns = disk_columns,
                                     .style = disk_style, .detail = xd_row_detail};
static const struct xd_view nics = {TABLE("nics", "NICs"), .columns = nic_columns,
                                    .style = nic_style, .detail = xd_row_detail};
static const struct xd_view devices = {TABLE("devices", "Devices"), .columns = device_columns,
                                       .style = device_style, .detail = xd_row_detail};
static const struct xd_view pci = {TABLE("pci", "PCI"), .columns = pci_columns, .style = pci_style,
                                   .detail = xd_row_detail};
static const struct xd_view params = {TABLE("params", "Params"), .columns = param_columns,
                                      .style = param_style, .detail = xd_row_detail};
static const struct xd_view dmesg = {TABLE("dmesg", "Xen log"), .columns = dmesg_columns,
                                     .tail = true};
static const struct xd_view limits = {TABLE("limits", "Limits"), .columns = limit_columns,
                                      .detail = xd_row_detail};
static const struct xd_view events = {TABLE("events", "Events"), .columns = event_columns,
                                      .style = xd_event_style, .detail = xd_row_detail,
                                      .tail = true};

const struct xd_view *const xd_views[] = {
    &xd_view_domains,
    &vcpus,
    &pcpus,
    &pools,
    &nodes,
    &xd_view_journal,
    &events,
    &disks,
    &nics,
    &devices,
    &pci,
    &params,
    &dmesg,
    &limits,
    &xd_view_why,
    &xd_view_topology,
    &xd_view_cpuid,
    &xd_view_budgets,
    &xd_view_power,
    NULL,
};
