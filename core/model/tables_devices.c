/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core tables of devices and of the hypervisor's own words, described once. */
#include "model/tables_kinds.h"

static const char *const xenbus_states[] = {
    "unknown", "initialising", "init-wait",     "initialised",  "connected",
    "closing", "closed",       "reconfiguring", "reconfigured", NULL};
static const char *const pci_uses[] = {"host", "assignable", "assigned", NULL};

// clang-format off
static const struct xd_column disk_columns[XD_DISK_N] = {
    [XD_DISK_DOMAIN_UUID] = {"domain_uuid", "UUID", "Identity of its domain", STR(36)},
    [XD_DISK_DOMAIN] = {"domain", "DOMAIN", "Name of its domain", STR(14), .flags = XD_COL_DEFAULT},
    [XD_DISK_VDEV] = {"vdev", "VDEV", "Name that the guest is told: xvda, hdc", STR(6),
                      .flags = XD_COL_DEFAULT},
    [XD_DISK_BACKEND] = {"backend", "BACKEND", "Domain that serves it", STR(10)},
    [XD_DISK_DRIVER] = {"driver", "DRIVER", "What serves it: vbd in the kernel, qdisk in QEMU, tap",
                        STR(6), .flags = XD_COL_DEFAULT},
    [XD_DISK_TARGET] = {"target", "TARGET", "File, device or argument of its script; empty: an empty drive",
                        STR(24), .flags = XD_COL_DEFAULT},
    [XD_DISK_FORMAT] = {"format", "FORMAT", "Format of the target: raw, qcow2 …", STR(6)},
    [XD_DISK_READONLY] = {"readonly", "RO", "Whether the guest may only read", BOOL,
                          .flags = XD_COL_DEFAULT, .width = 3},
    [XD_DISK_CDROM] = {"cdrom", "CD", "Whether it is a drive whose medium can be changed", BOOL,
                       .width = 3},
    [XD_DISK_STATE] = {"state", "STATE", "State of its backend", ENUM(xenbus_states),
                       .flags = XD_COL_DEFAULT, .width = 9},
    [XD_DISK_OO] = {"oo", "OO", "Requests that had to wait for a free slot", U64,
                    .flags = XD_COL_COUNTER},
    [XD_DISK_RD_REQS] = {"rd_reqs", "RDREQ", "Read requests", U64, .flags = XD_COL_COUNTER},
    [XD_DISK_WR_REQS] = {"wr_reqs", "WRREQ", "Write requests", U64, .flags = XD_COL_COUNTER},
    [XD_DISK_RD_BYTES] = {"rd_bytes", "RD", "Bytes read", BYTES, .flags = XD_COL_COUNTER},
    [XD_DISK_WR_BYTES] = {"wr_bytes", "WR", "Bytes written", BYTES, .flags = XD_COL_COUNTER},
    [XD_DISK_RD_REQS_S] = {"rd_iops", "RDIO/s", "Read requests per second", PER_S,
                           .flags = XD_COL_DEFAULT,
                           .rate_of = XD_RATE_OF(XD_DISK_RD_REQS), .rate_scale = 1},
    [XD_DISK_WR_REQS_S] = {"wr_iops", "WRIO/s", "Write requests per second", PER_S,
                           .flags = XD_COL_DEFAULT,
                           .rate_of = XD_RATE_OF(XD_DISK_WR_REQS), .rate_scale = 1},
    [XD_DISK_RD] = {"rd", "RD/s", "Bytes read per second", BYTES_S,
                    .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                    .rate_of = XD_RATE_OF(XD_DISK_RD_BYTES), .rate_scale = 1},
    [XD_DISK_BACKENDTYPE] = {"backendtype", "TYPE", "What serves it, as xl names it: phy, qdisk, tap",
                             STR(6)},
    [XD_DISK_SCRIPT] = {"script", "SCRIPT", "Its hotplug script, where that isn't the usual one",
                        STR(12)},
    [XD_DISK_DISCARD] = {"discard", "DISCARD", "Whether the guest may give back what it doesn't use",
                         BOOL},
    [XD_DISK_WR] = {"wr", "WR/s", "Bytes written per second", BYTES_S,
                    .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                    .rate_of = XD_RATE_OF(XD_DISK_WR_BYTES), .rate_scale = 1},
};
const struct xd_table_desc xd_disks_desc = {
    "disks", "disk", "Disks", "Block devices of domains: what is behind them and what they do",
    disk_columns, XD_DISK_N, {XD_DISK_DOMAIN_UUID, XD_DISK_VDEV}, {XD_DISK_DOMAIN, XD_DISK_VDEV},
    "domains"};

static const struct xd_column nic_columns[XD_NIC_N] = {
    [XD_NIC_DOMAIN_UUID] = {"domain_uuid", "UUID", "Identity of its domain", STR(36)},
    [XD_NIC_DOMAIN] = {"domain", "DOMAIN", "Name of its domain", STR(14), .flags = XD_COL_DEFAULT},
    [XD_NIC_DEVID] = {"devid", "DEVID", "Its number in the domain", U64, .flags = XD_COL_DEFAULT,
                      .width = 5},
    [XD_NIC_NAME] = {"name", "IFACE", "Name of the backend's interface, as it is now", STR(10),
                     .flags = XD_COL_DEFAULT},
    [XD_NIC_MAC] = {"mac", "MAC", "Its Ethernet address", STR(17), .flags = XD_COL_DEFAULT},
    [XD_NIC_BRIDGE] = {"bridge", "BRIDGE", "Bridge that it was put on", STR(8),
                       .flags = XD_COL_DEFAULT},
    [XD_NIC_BACKEND] = {"backend", "BACKEND", "Domain that serves it", STR(10)},
    [XD_NIC_STATE] = {"state", "STATE", "State of its backend", ENUM(xenbus_states),
                      .flags = XD_COL_DEFAULT, .width = 9},
    [XD_NIC_RX_BYTES] = {"rx_bytes", "RX", "Bytes that the guest received", BYTES,
                         .flags = XD_COL_COUNTER},
    [XD_NIC_TX_BYTES] = {"tx_bytes", "TX", "Bytes that the guest sent", BYTES,
                         .flags = XD_COL_COUNTER},
    [XD_NIC_RX_PKTS] = {"rx_pkts", "RXPKT", "Packets received", U64, .flags = XD_COL_COUNTER},
    [XD_NIC_TX_PKTS] = {"tx_pkts", "TXPKT", "Packets sent", U64, .flags = XD_COL_COUNTER},
    [XD_NIC_RX_DROPS] = {"rx_drops", "RXDROP", "Packets for the guest that were dropped", U64,
                         .flags = XD_COL_COUNTER},
    [XD_NIC_TX_DROPS] = {"tx_drops", "TXDROP", "Packets from the guest that were dropped", U64,
                         .flags = XD_COL_COUNTER},
    [XD_NIC_RX_ERRS] = {"rx_errs", "RXERR", "Errors on the way to the guest", U64,
                        .flags = XD_COL_COUNTER},
    [XD_NIC_TX_ERRS] = {"tx_errs", "TXERR", "Errors on the way from the guest", U64,
                        .flags = XD_COL_COUNTER},
    [XD_NIC_RX] = {"rx", "RX/s", "Bytes received per second", BYTES_S,
                   .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                   .rate_of = XD_RATE_OF(XD_NIC_RX_BYTES), .rate_scale = 1},
    [XD_NIC_TX] = {"tx", "TX/s", "Bytes sent per second", BYTES_S,
                   .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                   .rate_of = XD_RATE_OF(XD_NIC_TX_BYTES), .rate_scale = 1},
    [XD_NIC_SCRIPT] = {"script", "SCRIPT", "The hotplug script that connects it", STR(12)},
    [XD_NIC_VIFNAME] = {"vifname", "VIFNAME", "Name that was asked for its backend's interface",
                        STR(10)},
    [XD_NIC_RATE] = {"rate", "RATE", "The most that the guest may send", STR(12)},
    [XD_NIC_IP] = {"ip", "IP", "Address that its script was told", STR(15)},
    [XD_NIC_GATEWAYDEV] = {"gatewaydev", "GATEWAY", "Interface that its script routes over", STR(8)},
    [XD_NIC_MTU] = {"mtu", "MTU", "Its largest packet in bytes, where that was said", U64},
    [XD_NIC_RX_PKTS_S] = {"rx_pps", "RXP/s", "Packets received per second", PER_S,
                          .rate_of = XD_RATE_OF(XD_NIC_RX_PKTS), .rate_scale = 1},
    [XD_NIC_TX_PKTS_S] = {"tx_pps", "TXP/s", "Packets sent per second", PER_S,
                          .rate_of = XD_RATE_OF(XD_NIC_TX_PKTS), .rate_scale = 1},
};
const struct xd_table_desc xd_nics_desc = {
    "nics", "nic", "NICs", "Network interfaces of domains, as their guests see the traffic",
    nic_columns, XD_NIC_N, {XD_NIC_DOMAIN_UUID, XD_NIC_DEVID}, {XD_NIC_DOMAIN, XD_NIC_DEVID},
    "domains"};

static const struct xd_column pci_columns[XD_PCI_N] = {
    [XD_PCI_BDF] = {"bdf", "BDF", "Segment, bus, device, function", STR(12),
                    .flags = XD_COL_DEFAULT},
    [XD_PCI_CLASS] = {"class", "CLASS", "What kind of device it is", STR(20),
                      .flags = XD_COL_DEFAULT},
    [XD_PCI_ID] = {"id", "PCIID", "Vendor and device number", STR(9)},
    [XD_PCI_NAME] = {"name", "NAME", "Vendor's and device's name", STR(28),
                     .flags = XD_COL_DEFAULT},
    [XD_PCI_DRIVER] = {"driver", "DRIVER", "Driver that dom0 has bound to it", STR(10),
                       .flags = XD_COL_DEFAULT},
    [XD_PCI_NODE] = {"node", "NODE", "NUMA node that Xen says it is near to", U64,
                     .flags = XD_COL_DEFAULT, .width = 4},
    [XD_PCI_USE] = {"use", "USE", "host: dom0's; assignable: free for a guest; assigned",
                    ENUM(pci_uses), .flags = XD_COL_DEFAULT, .width = 10},
    [XD_PCI_DOMAIN_UUID] = {"domain_uuid", "UUID", "Identity of the domain that has it", STR(36)},
    [XD_PCI_DOMAIN] = {"domain", "DOMAIN", "Domain that has it", STR(12), .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_pci_desc = {
    "pci", "pci", "PCI", "PCI functions: whose they are and who could have them", pci_columns,
    XD_PCI_N, {XD_PCI_BDF, -1}, {XD_PCI_BDF, -1}, NULL};

static const struct xd_column device_columns[XD_DEVICE_N] = {
    [XD_DEVICE_DOMAIN_UUID] = {"domain_uuid", "UUID", "Identity of its domain", STR(36)},
    [XD_DEVICE_DOMAIN] = {"domain", "DOMAIN", "Name of its domain", STR(14),
                          .flags = XD_COL_DEFAULT},
    [XD_DEVICE_NAME] = {"device", "DEVICE", "Its kind and number in xenstore: vbd/51712", STR(12),
                        .flags = XD_COL_DEFAULT},
    [XD_DEVICE_BACKEND] = {"backend", "BACKEND", "Domain that serves it", STR(10),
                           .flags = XD_COL_DEFAULT},
    [XD_DEVICE_FRONT_STATE] = {"frontend", "FRONTEND", "State that the guest's end has reached",
                               ENUM(xenbus_states), .flags = XD_COL_DEFAULT, .width = 12},
    [XD_DEVICE_BACK_STATE] = {"backend_state", "BACKEND", "State that the serving end has reached",
                              ENUM(xenbus_states), .flags = XD_COL_DEFAULT, .width = 12},
    [XD_DEVICE_HOTPLUG_STATUS] = {"hotplug", "HOTPLUG", "What its hotplug script reported", STR(9),
                                  .flags = XD_COL_DEFAULT},
    [XD_DEVICE_ERROR] = {"error", "ERROR", "Why its script or one of its ends failed", STR(24),
                         .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_devices_desc = {
    "devices", "device", "Devices", "Paravirtual devices in xenstore with the states of both ends",
    device_columns, XD_DEVICE_N, {XD_DEVICE_DOMAIN_UUID, XD_DEVICE_NAME},
    {XD_DEVICE_DOMAIN, XD_DEVICE_NAME}, "domains"};

static const struct xd_column dmesg_columns[XD_DMESG_N] = {
    [XD_DMESG_LINE] = {"line", "LINE", "Counts on while xendeck looks", U64},
    [XD_DMESG_TEXT] = {"text", "TEXT", "A line of the ring, as xl dmesg prints it", STR(76),
                       .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_dmesg_desc = {
    "dmesg", "line", "Xen log", "Xen's console ring (xl dmesg)", dmesg_columns, XD_DMESG_N,
    {XD_DMESG_LINE, -1}, {XD_DMESG_LINE, -1}, NULL};

static const struct xd_column param_columns[XD_PARAM_N] = {
    [XD_PARAM_NAME] = {"name", "NAME", "Path in Xen's hypfs", STR(34), .flags = XD_COL_DEFAULT},
    [XD_PARAM_VALUE] = {"value", "VALUE", "What it is now", STR(28), .flags = XD_COL_DEFAULT},
    [XD_PARAM_TYPE] = {"type", "TYPE", "string, uint, int, bool or blob", STR(6),
                       .flags = XD_COL_DEFAULT},
    [XD_PARAM_WRITABLE] = {"writable", "EDIT", "Whether it can be changed while Xen runs", BOOL,
                           .flags = XD_COL_DEFAULT, .width = 4},
};
const struct xd_table_desc xd_params_desc = {
    "params", "param", "Parameters", "Xen's own file system (hypfs): parameters and build facts",
    param_columns, XD_PARAM_N, {XD_PARAM_NAME, -1}, {XD_PARAM_NAME, -1}, NULL};

static const struct xd_column limit_columns[XD_LIMIT_N] = {
    [XD_LIMIT_NAME] = {"name", "NAME", "A knob or an action", STR(20), .flags = XD_COL_DEFAULT},
    [XD_LIMIT_REASON] = {"reason", "REASON", "Why this host hasn't got it", STR(56),
                         .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_limits_desc = {
    "limits", "limit", "Limits", "Knobs and actions that this host has not, and why",
    limit_columns, XD_LIMIT_N, {XD_LIMIT_NAME, -1}, {XD_LIMIT_NAME, -1}, NULL, .grows = true};
// clang-format on
