/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a machine's topology, described once. */
#include "model/tables_topology.h"

#include "model/tables_kinds.h"

const char *const xd_thing_kind_names[XD_THING_KINDS + 1] = {
    "machine",  "package", "die",  "node",        "l3",        "l2",        "l1",          "core",
    "thread",   "memory",  "dimm", "host-bridge", "root-port", "switch-up", "switch-down", "bridge",
    "function", "vf",      "disk", "nic",         "usb",       NULL};
static const char *const uses[] = {"used", "agrees", "overruled", NULL};
static const char *const gravities[] = {"note", "warn", "bad", NULL};

// clang-format off
static const struct xd_column topology_columns[XD_TOPO_N] = {
    [XD_TOPO_ID] = {"id", "ID", "Identity: kind and place, as in core/3 or pci/0000:01:00.0", STR(20)},
    [XD_TOPO_PARENT] = {"parent", "PARENT", "The thing that it is in, by its id", STR(20)},
    [XD_TOPO_KIND] = {"kind", "KIND", "What it is", ENUM(xd_thing_kind_names),
                      .flags = XD_COL_DEFAULT, .width = 11},
    [XD_TOPO_LABEL] = {"label", "LABEL", "What people call it", STR(16), .flags = XD_COL_DEFAULT},
    [XD_TOPO_INDEX] = {"index", "INDEX", "Its number, as Xen or Linux counts", U64, .width = 5},
    [XD_TOPO_CPUS] = {"cpus", "CPUS", "Its threads; of a device: those that it is near to", SET(10),
                      .flags = XD_COL_DEFAULT},
    [XD_TOPO_NODE] = {"node", "NODE", "NUMA node that it is in or near to", U64,
                      .flags = XD_COL_DEFAULT, .width = 4},
    [XD_TOPO_NAME] = {"name", "NAME", "Model or product", STR(28), .flags = XD_COL_DEFAULT},
    [XD_TOPO_MAKER] = {"maker", "MAKER", "Who made it", STR(14)},
    [XD_TOPO_SIZE] = {"size_kib", "SIZE", "Size of memory, cache, DIMM or disk", KIB,
                      .flags = XD_COL_DEFAULT},
    [XD_TOPO_FREE] = {"free_kib", "FREE", "Memory of a node that is free", KIB},
    [XD_TOPO_WAYS] = {"ways", "WAYS", "Associativity of a cache", U64, .width = 4},
    [XD_TOPO_APIC_ID] = {"apic_id", "APIC", "Number of a thread's local APIC", U64, .width = 5},
    [XD_TOPO_ONLINE] = {"online", "ONLINE", "Whether a thread is in use", BOOL, .width = 6},
    [XD_TOPO_KHZ] = {"khz", "MAXFREQ", "Highest frequency", {.type = XD_U64, .unit = XD_UNIT_KHZ}},
    [XD_TOPO_FAMILY] = {"family", "FAMILY", "Family of a CPU, by CPUID", U64},
    [XD_TOPO_MODEL] = {"model", "MODEL", "Model of a CPU, by CPUID", U64},
    [XD_TOPO_STEPPING] = {"stepping", "STEPPING", "Stepping of a CPU, by CPUID", U64},
    [XD_TOPO_MICROCODE] = {"microcode", "UCODE", "Revision of its microcode", STR(10)},
    [XD_TOPO_MEM_TYPE] = {"memory_type", "MEMTYPE", "Technology of a DIMM: DDR4 …", STR(7)},
    [XD_TOPO_FORM] = {"form", "FORM", "Form factor of a DIMM", STR(6)},
    [XD_TOPO_SPEED_MTS] = {"speed_mts", "MT/s", "Speed at which a DIMM runs", U64, .width = 5},
    [XD_TOPO_SPEED_MAX_MTS] = {"speed_max_mts", "MAXMT/s", "Speed that a DIMM is made for", U64},
    [XD_TOPO_PART] = {"part", "PART", "Part number", STR(16)},
    [XD_TOPO_SERIAL] = {"serial", "SERIAL", "Serial number", STR(12)},
    [XD_TOPO_EMPTY] = {"empty", "EMPTY", "Whether a slot has nothing in it", BOOL, .width = 5},
    [XD_TOPO_RANKS] = {"ranks", "RANKS", "Ranks of a DIMM", U64, .width = 5},
    [XD_TOPO_ECC] = {"ecc", "ECC", "Error correction of an array of DIMMs", STR(10)},
    [XD_TOPO_SIZE_MAX] = {"size_max_kib", "MAXSIZE", "Memory that an array of slots can take", KIB},
    [XD_TOPO_BDF] = {"bdf", "BDF", "Segment, bus, device, function", STR(12)},
    [XD_TOPO_PCI_ID] = {"pci_id", "PCIID", "Vendor and device number", STR(9)},
    [XD_TOPO_SUBSYSTEM] = {"subsystem", "SUBSYS", "Vendor and device number of the card", STR(9)},
    [XD_TOPO_CLASS] = {"class", "CLASS", "What kind of PCI device it is", STR(20)},
    [XD_TOPO_CLASS_CODE] = {"class_code", "CODE", "PCI class, subclass and interface as a number", U64},
    [XD_TOPO_REVISION] = {"revision", "REV", "Revision of a PCI function", U64, .width = 3},
    [XD_TOPO_FIRST_BUS] = {"first_bus", "BUS", "First bus behind a bridge", U64, .width = 4},
    [XD_TOPO_LAST_BUS] = {"last_bus", "LASTBUS", "Last bus behind a bridge", U64},
    [XD_TOPO_DRIVER] = {"driver", "DRIVER", "Driver that Linux has bound to it", STR(10)},
    [XD_TOPO_IOMMU_GROUP] = {"iommu_group", "GROUP", "IOMMU group, as Linux has them without Xen", U64},
    [XD_TOPO_IOMMU] = {"iommu", "IOMMU", "Unit that translates addresses for it", STR(8)},
    [XD_TOPO_SLOT] = {"slot", "SLOT", "Name of the slot on the board", STR(10)},
    [XD_TOPO_LINK_MTS] = {"link_mts", "LINK", "Speed of its PCIe link as it runs, MT/s a lane", U64},
    [XD_TOPO_LINK_LANES] = {"link_lanes", "LANES", "Lanes of its PCIe link as it runs", U64},
    [XD_TOPO_LINK_MAX_MTS] = {"link_max_mts", "MAXLINK", "Speed that its link could have, MT/s a lane", U64},
    [XD_TOPO_LINK_MAX_LANES] = {"link_max_lanes", "MAXLANES", "Lanes that its link could have", U64},
    [XD_TOPO_LINK_BYTES_S] = {"link", "LINKB/s", "What its link carries in one direction", BYTES_S},
    [XD_TOPO_PATH_BYTES_S] = {"path", "PATHB/s", "The least of all links from the root to it", BYTES_S},
    [XD_TOPO_LIMIT] = {"limit", "LIMIT", "The thing above it whose link is narrower than its own", STR(16)},
    [XD_TOPO_VFS] = {"vfs", "VFS", "Virtual functions that are there", U64, .width = 4},
    [XD_TOPO_VFS_MAX] = {"vfs_max", "MAXVFS", "Virtual functions that it can have", U64},
    [XD_TOPO_OWNER] = {"owner", "OWNER", "Domain that it is passed through to", STR(12)},
    [XD_TOPO_ADDRESS] = {"address", "ADDRESS", "Ethernet address", STR(17)},
    [XD_TOPO_BITS_S] = {"bits_s", "BIT/s", "Speed of a NIC or USB device, bits a second", U64},
    [XD_TOPO_SOURCES] = {"sources", "SOURCES", "Who told of it", STR(12)},
};
const struct xd_table_desc xd_topology_desc = {
    "topology", "thing", "Topology", "The machine: packages, caches, cores, memory, PCI, as a tree",
    topology_columns, XD_TOPO_N, {XD_TOPO_ID, -1}, {XD_TOPO_ID, -1}, NULL};

static const struct xd_column distance_columns[XD_DISTANCE_N] = {
    [XD_DISTANCE_FROM] = {"from", "FROM", "Node whose CPUs ask", U64, .flags = XD_COL_DEFAULT, .width = 4},
    [XD_DISTANCE_TO] = {"to", "TO", "Node whose memory answers", U64, .flags = XD_COL_DEFAULT, .width = 4},
    [XD_DISTANCE_VALUE] = {"distance", "DISTANCE", "10 is home, 20 twice as slow", U64,
                           .flags = XD_COL_DEFAULT},
    [XD_DISTANCE_LATENCY_NS] = {"latency_ns", "LATENCY", "Read latency, as HMAT says", NS},
    [XD_DISTANCE_BYTES_S] = {"bandwidth", "B/s", "Read bandwidth, as HMAT says", BYTES_S},
    [XD_DISTANCE_SOURCE] = {"source", "SOURCE", "Who says it", STR(8), .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_distances_desc = {
    "distances", "distance", "Distances", "How far each NUMA node is from each other",
    distance_columns, XD_DISTANCE_N, {XD_DISTANCE_FROM, XD_DISTANCE_TO},
    {XD_DISTANCE_FROM, XD_DISTANCE_TO}, NULL};

static const struct xd_column fact_columns[XD_FACT_N] = {
    [XD_FACT_ID] = {"id", "ID", "The thing", STR(20), .flags = XD_COL_DEFAULT},
    [XD_FACT_NAME] = {"fact", "FACT", "Column and source", STR(20)},
    [XD_FACT_COLUMN] = {"column", "COLUMN", "Which of its values", STR(14), .flags = XD_COL_DEFAULT},
    [XD_FACT_SOURCE] = {"source", "SOURCE", "Who says it", STR(8), .flags = XD_COL_DEFAULT},
    [XD_FACT_VALUE] = {"value", "VALUE", "What is said", STR(24), .flags = XD_COL_DEFAULT},
    [XD_FACT_USE] = {"use", "USE", "Whether it is held to be true", ENUM(uses),
                     .flags = XD_COL_DEFAULT, .width = 9},
};
const struct xd_table_desc xd_facts_desc = {
    "facts", "fact", "Facts", "Who says what of the machine, and whose word counts",
    fact_columns, XD_FACT_N, {XD_FACT_ID, XD_FACT_NAME}, {XD_FACT_ID, XD_FACT_NAME}, "topology"};

static const struct xd_column advice_columns[XD_ADVICE_N] = {
    [XD_ADVICE_ID] = {"id", "ID", "The thing", STR(20), .flags = XD_COL_DEFAULT},
    [XD_ADVICE_CHECK] = {"check", "CHECK", "What was checked", STR(16), .flags = XD_COL_DEFAULT},
    [XD_ADVICE_GRAVITY] = {"gravity", "GRAVITY", "How much it matters", ENUM(gravities),
                           .flags = XD_COL_DEFAULT, .width = 7},
    [XD_ADVICE_TEXT] = {"text", "TEXT", "What was found", STR(40), .flags = XD_COL_DEFAULT},
    [XD_ADVICE_REMEDY] = {"remedy", "REMEDY", "What to do", STR(40)},
    [XD_ADVICE_CITE] = {"cite", "CITE", "Where that is written", STR(20)},
};
const struct xd_table_desc xd_advice_desc = {
    "advice", "advice", "Advice", "What is wrong, odd or known of this machine's hardware",
    advice_columns, XD_ADVICE_N, {XD_ADVICE_ID, XD_ADVICE_CHECK},
    {XD_ADVICE_ID, XD_ADVICE_CHECK}, "topology"};

static const struct xd_column traffic_columns[XD_TRAFFIC_N] = {
    [XD_TRAFFIC_ID] = {"id", "ID", "The disk or NIC", STR(20), .flags = XD_COL_DEFAULT},
    [XD_TRAFFIC_IN_BYTES] = {"in_bytes", "IN", "Bytes received, or read", BYTES,
                             .flags = XD_COL_COUNTER},
    [XD_TRAFFIC_OUT_BYTES] = {"out_bytes", "OUT", "Bytes sent, or written", BYTES,
                              .flags = XD_COL_COUNTER},
    [XD_TRAFFIC_IN] = {"in", "IN/s", "Bytes received, or read, per second", BYTES_S,
                       .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                       .rate_of = XD_RATE_OF(XD_TRAFFIC_IN_BYTES), .rate_scale = 1},
    [XD_TRAFFIC_OUT] = {"out", "OUT/s", "Bytes sent, or written, per second", BYTES_S,
                        .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                        .rate_of = XD_RATE_OF(XD_TRAFFIC_OUT_BYTES), .rate_scale = 1},
};
const struct xd_table_desc xd_traffic_desc = {
    "traffic", "device", "Traffic", "What the disks and NICs of the host itself do",
    traffic_columns, XD_TRAFFIC_N, {XD_TRAFFIC_ID, -1}, {XD_TRAFFIC_ID, -1}, "topology"};
