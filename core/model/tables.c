/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core tables, described once. */
#include "model/tables_cpuid.h"
#include "model/tables_kinds.h"
#include "model/tables_topology.h"

#include <string.h>

const char *const xd_on_shutdown_names[] = {
    "destroy",          "restart",          "rename-restart", "preserve",
    "coredump-destroy", "coredump-restart", "soft-reset",     NULL};
const char *const xd_scheduler_names[] = {"credit", "credit2", "rtds", "null", "arinc653", NULL};
static const char *const host_kinds[] = {"demo", "xen", "capture", NULL};
static const char *const domain_states[] = {"run",     "idle",  "paused", "shutdown",
                                            "crashed", "dying", NULL};
static const char *const domain_types[] = {"pv", "pvh", "hvm", NULL};
static const char *const vcpu_states[] = {"run", "idle", "offline", NULL};
static const char *const check_states[] = {"ok", "warn", "absent", NULL};

static const struct xd_column host_columns[XD_HOST_N] = {
    [XD_HOST_NAME] = {"name", "NAME", "The host's name", STR(12), .flags = XD_COL_DEFAULT},
    [XD_HOST_KIND] = {"kind", "KIND",
                      "Where the facts come from: a real Xen, the demo host, a capture",
                      ENUM(host_kinds), .flags = XD_COL_DEFAULT},
    [XD_HOST_XEN_VERSION] = {"xen_version", "XEN", "The hypervisor's version", STR(8),
                             .flags = XD_COL_DEFAULT},
    [XD_HOST_KERNEL] = {"kernel", "KERNEL", "dom0's kernel release", STR(16)},
    [XD_HOST_UPTIME_NS] = {"uptime_ns", "UP", "Time since the host booted", NS,
                           .flags = XD_COL_DEFAULT},
    [XD_HOST_CPU_MODEL] = {"cpu_model", "CPU", "The processor's name", STR(24)},
    [XD_HOST_PCPUS] = {"pcpus", "PCPUS", "Online pCPUs", U64, .flags = XD_COL_DEFAULT},
    [XD_HOST_NODES] = {"nodes", "NODES", "NUMA nodes", U64, .flags = XD_COL_DEFAULT},
    [XD_HOST_SOCKETS] = {"sockets", "SOCKETS", "Processor sockets", U64},
    [XD_HOST_CORES_PER_SOCKET] = {"cores_per_socket", "CORES", "Cores in a socket", U64},
    [XD_HOST_THREADS_PER_CORE] = {"threads_per_core", "THREADS", "Threads in a core", U64},
    [XD_HOST_CPU_KHZ] = {"cpu_khz",
                         "MHZ",
                         "Nominal clock as Xen measured it at boot",
                         {.type = XD_U64, .unit = XD_UNIT_KHZ}},
    [XD_HOST_MEM_KIB] = {"mem_kib", "MEM", "Memory that Xen manages", KIB, .flags = XD_COL_DEFAULT},
    [XD_HOST_MEM_FREE_KIB] = {"mem_free_kib", "FREE", "Memory that no domain holds", KIB,
                              .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_HOST_SCHEDULER] = {"scheduler", "SCHED", "Scheduler of the default cpupool", STR(8),
                           .flags = XD_COL_DEFAULT},
    [XD_HOST_CAPS] = {"caps", "CAPS", "What the hypervisor and the hardware offer guests", STR(24)},
    [XD_HOST_DOMAINS] = {"domains", "DOMAINS", "Domains on this host, Domain-0 included", U64,
                         .flags = XD_COL_DEFAULT},
    [XD_HOST_CPU_NS] = {"cpu_ns", "CPU(s)", "Time that all pCPUs together were not idle", NS,
                        .flags = XD_COL_COUNTER},
    [XD_HOST_CPU] = {"cpu", "CPU%", "CPU use, in percent of one pCPU", PERCENT,
                     .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                     .rate_of = XD_RATE_OF(XD_HOST_CPU_NS), .rate_scale = NS_TO_PERCENT},
    [XD_HOST_RECORDED] = {"recorded_at",
                          "RECORDED",
                          "In the playback of a capture: when the host was as it is shown",
                          {.type = XD_I64, .unit = XD_UNIT_WALL_NS}},
    [XD_HOST_SMT] = {"smt", "SMT", "Whether Xen uses the second threads of the cores", BOOL},
};
const struct xd_table_desc xd_host_desc = {
    "host",   "host",   "Host", "The host itself: one row", host_columns, XD_HOST_N,
    KEY_NONE, KEY_NONE, NULL};

static const struct xd_column node_columns[XD_NODE_N] = {
    [XD_NODE_ID] = {"node", "NODE", "Node number", U64, .flags = XD_COL_DEFAULT},
    [XD_NODE_MEM_KIB] = {"mem_kib", "MEM", "Memory of the node", KIB, .flags = XD_COL_DEFAULT},
    [XD_NODE_FREE_KIB] = {"free_kib", "FREE", "Memory of the node that no domain holds", KIB,
                          .flags = XD_COL_DEFAULT},
    [XD_NODE_CPUS] = {"cpus", "CPUS", "pCPUs of the node", SET(16), .flags = XD_COL_DEFAULT},
    [XD_NODE_DISTANCES] = {"distances", "DISTANCE",
                           "Distance to node 0, 1 … as the firmware tells it", STR(16),
                           .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_nodes_desc = {
    "nodes",      "node",    "NUMA nodes",     "Nodes with their memory, pCPUs and distances",
    node_columns, XD_NODE_N, {XD_NODE_ID, -1}, {XD_NODE_ID, -1},
    NULL};

static const struct xd_column pcpu_columns[XD_PCPU_N] = {
    [XD_PCPU_ID] = {"pcpu", "PCPU", "pCPU number", U64, .flags = XD_COL_DEFAULT},
    [XD_PCPU_ONLINE] =
        {"online", "ONLINE", "Whether Xen uses it", {.type = XD_BOOL}, .flags = XD_COL_DEFAULT},
    [XD_PCPU_NODE] = {"node", "NODE", "NUMA node", U64, .flags = XD_COL_DEFAULT},
    [XD_PCPU_SOCKET] = {"socket", "SOCKET", "Processor socket", U64, .flags = XD_COL_DEFAULT},
    [XD_PCPU_CORE] = {"core", "CORE", "Core number, unique in its socket only", U64,
                      .flags = XD_COL_DEFAULT},
    [XD_PCPU_POOL] = {"pool",
                      "POOL",
                      "cpupool that schedules it; none: it is free",
                      {.type = XD_STR, .zero = "none"},
                      .width = 10,
                      .flags = XD_COL_DEFAULT},
    [XD_PCPU_BUSY_NS] = {"busy_ns", "BUSY(s)", "Time that it was not idle", NS,
                         .flags = XD_COL_COUNTER},
    [XD_PCPU_BUSY] = {"busy", "BUSY%", "Share of the time that it was not idle", PERCENT,
                      .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                      .rate_of = XD_RATE_OF(XD_PCPU_BUSY_NS), .rate_scale = NS_TO_PERCENT},
};
const struct xd_table_desc xd_pcpus_desc = {
    "pcpus",      "pcpu",    "pCPUs",          "Physical CPUs: where they are and how busy",
    pcpu_columns, XD_PCPU_N, {XD_PCPU_ID, -1}, {XD_PCPU_ID, -1},
    NULL};

static const struct xd_column pool_columns[XD_POOL_N] = {
    [XD_POOL_ID] = {"id", "ID", "cpupool number", U64, .flags = XD_COL_DEFAULT},
    [XD_POOL_NAME] = {"name", "NAME", "cpupool name", STR(12), .flags = XD_COL_DEFAULT},
    [XD_POOL_SCHED] = {"sched", "SCHED", "Scheduler", STR(8), .flags = XD_COL_DEFAULT},
    [XD_POOL_CPUS] = {"cpus", "CPUS", "pCPUs of the pool", SET(16), .flags = XD_COL_DEFAULT},
    [XD_POOL_N_CPUS] = {"n_cpus", "NCPU", "How many pCPUs it has", U64, .flags = XD_COL_DEFAULT},
    [XD_POOL_DOMAINS] = {"domains", "DOMAINS", "How many domains run in it", U64,
                         .flags = XD_COL_DEFAULT},
    [XD_POOL_RATELIMIT_US] = {"ratelimit_us",
                              "RATELIM",
                              "Least time that a vCPU runs before another may have its pCPU",
                              {.type = XD_U64, .unit = XD_UNIT_US, .zero = "none"},
                              .flags = XD_COL_DEFAULT},
    [XD_POOL_TSLICE_MS] = {"tslice_ms", "TSLICE", "Time slice of the credit scheduler", MS,
                           .flags = XD_COL_DEFAULT},
    [XD_POOL_GRAN] = {"gran", "GRAN", "What is scheduled as one: cpu, core or socket", STR(6)},
};
const struct xd_table_desc xd_pools_desc = {
    "pools",      "pool",    "cpupools",       "cpupools with their scheduler and pCPUs",
    pool_columns, XD_POOL_N, {XD_POOL_ID, -1}, {XD_POOL_NAME, -1},
    NULL};

static const struct xd_column domain_columns[XD_DOMAIN_N] = {
    [XD_DOMAIN_UUID] = {"uuid", "UUID", "The domain's identity: it outlives reboots and moves",
                        STR(36)},
    [XD_DOMAIN_NAME] = {"name", "NAME", "The domain's name", STR(14), .flags = XD_COL_DEFAULT},
    [XD_DOMAIN_ID] = {"id", "ID", "domid of this incarnation", U64, .flags = XD_COL_DEFAULT,
                      .width = 5},
    [XD_DOMAIN_STATE] =
        {"state", "STATE",
         "run: on a pCPU now; idle: every vCPU waits; paused, shutdown, crashed, dying",
         ENUM(domain_states), .flags = XD_COL_DEFAULT, .width = 8},
    [XD_DOMAIN_FLAGS] = {"flags", "FLAGS", "The state as xl list writes it: r b p s c d", STR(6)},
    [XD_DOMAIN_TYPE] = {"type", "TYPE", "pv, pvh or hvm", ENUM(domain_types), .width = 4},
    [XD_DOMAIN_POOL] = {"pool", "POOL", "cpupool", STR(8), .flags = XD_COL_DEFAULT},
    [XD_DOMAIN_SCHED] = {"sched", "SCHED", "Scheduler of its cpupool", STR(8)},
    [XD_DOMAIN_VCPUS] = {"vcpus", "VCPUS", "vCPUs it may have at most", U64, .width = 5},
    [XD_DOMAIN_VCPUS_ONLINE] = {"vcpus_online", "VCPU", "vCPUs online", U64,
                                .flags = XD_COL_DEFAULT, .width = 4},
    [XD_DOMAIN_CPU_NS] = {"cpu_ns", "CPU(s)", "CPU time used since it was created", NS,
                          .flags = XD_COL_COUNTER},
    [XD_DOMAIN_CPU] = {"cpu", "CPU%", "CPU use, in percent of one pCPU", PERCENT,
                       .flags = XD_COL_DEFAULT | XD_COL_HISTORY, .width = 6,
                       .rate_of = XD_RATE_OF(XD_DOMAIN_CPU_NS), .rate_scale = NS_TO_PERCENT},
    [XD_DOMAIN_MEM_KIB] = {"mem_kib", "MEM", "Memory it holds now", KIB,
                           .flags = XD_COL_DEFAULT | XD_COL_HISTORY, .width = 6},
    [XD_DOMAIN_MEM_TARGET_KIB] = {"mem_target_kib", "TARGET",
                                  "Memory that its balloon driver is asked to reach", KIB,
                                  .width = 6},
    [XD_DOMAIN_MEM_MAX_KIB] = {"mem_max_kib", "MEMMAX", "Memory it may hold at most", KIB,
                               .width = 6},
    [XD_DOMAIN_WEIGHT] = {"weight", "WEIGHT", "Share of CPU when CPUs are short; 256 is usual", U64,
                          .flags = XD_COL_DEFAULT, .width = 6},
    [XD_DOMAIN_CAP] = {"cap",
                       "CAP",
                       "Most CPU it may use, in percent of one pCPU; none: no cap",
                       {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "none"},
                       .flags = XD_COL_DEFAULT,
                       .width = 5},
    [XD_DOMAIN_NET_RX_BYTES] = {"net_rx_bytes", "RX", "Bytes received by its network interfaces",
                                BYTES, .flags = XD_COL_COUNTER},
    [XD_DOMAIN_NET_TX_BYTES] = {"net_tx_bytes", "TX", "Bytes sent by its network interfaces", BYTES,
                                .flags = XD_COL_COUNTER},
    [XD_DOMAIN_NET_RX] = {"net_rx", "NETRX", "Network traffic received, per second", BYTES_S,
                          .flags = XD_COL_DEFAULT | XD_COL_HISTORY, .width = 5,
                          .rate_of = XD_RATE_OF(XD_DOMAIN_NET_RX_BYTES), .rate_scale = 1},
    [XD_DOMAIN_NET_TX] = {"net_tx", "NETTX", "Network traffic sent, per second", BYTES_S,
                          .flags = XD_COL_DEFAULT | XD_COL_HISTORY, .width = 5,
                          .rate_of = XD_RATE_OF(XD_DOMAIN_NET_TX_BYTES), .rate_scale = 1},
    [XD_DOMAIN_DISK_RD_BYTES] = {"disk_rd_bytes", "RD", "Bytes read from its disks", BYTES,
                                 .flags = XD_COL_COUNTER},
    [XD_DOMAIN_DISK_WR_BYTES] = {"disk_wr_bytes", "WR", "Bytes written to its disks", BYTES,
                                 .flags = XD_COL_COUNTER},
    [XD_DOMAIN_DISK_RD] = {"disk_rd", "DSKRD", "Read from its disks, per second", BYTES_S,
                           .flags = XD_COL_DEFAULT | XD_COL_HISTORY, .width = 5,
                           .rate_of = XD_RATE_OF(XD_DOMAIN_DISK_RD_BYTES), .rate_scale = 1},
    [XD_DOMAIN_DISK_WR] = {"disk_wr", "DSKWR", "Written to its disks, per second", BYTES_S,
                           .flags = XD_COL_DEFAULT | XD_COL_HISTORY, .width = 5,
                           .rate_of = XD_RATE_OF(XD_DOMAIN_DISK_WR_BYTES), .rate_scale = 1},
    [XD_DOMAIN_SHUTDOWN_REASON] = {"shutdown_reason", "REASON",
                                   "Why it shut down: poweroff, reboot, suspend, crash …", STR(8)},
    [XD_DOMAIN_GUEST] = {"guest", "GUEST", "What the guest says of itself in xenstore", STR(16)},
    [XD_DOMAIN_MEM_PERCENT] = {"mem_percent", "MEM%", "Memory it holds, of the host's", PERCENT,
                               .width = 5},
    [XD_DOMAIN_MEM_MAX_PERCENT] = {"mem_max_percent", "MAXMEM%",
                                   "Memory it may hold at most, of the host's", PERCENT,
                                   .width = 7},
    [XD_DOMAIN_SSID] = {"ssid", "SSID", "XSM's security identifier; 0 without XSM", U64,
                        .width = 4},
    [XD_DOMAIN_NODE_AFFINITY] = {"node_affinity", "NODES",
                                 "NUMA nodes that its new memory comes from", SET(8)},
    [XD_DOMAIN_NICS] = {"nics", "NETS", "Network interfaces", U64, .width = 4},
    [XD_DOMAIN_DISKS] = {"disks", "VBDS", "Block devices", U64, .width = 4},
    [XD_DOMAIN_DISK_OO] = {"disk_oo", "VBDOO", "Disk requests that had to wait for a free slot",
                           U64, .flags = XD_COL_COUNTER, .width = 6},
    [XD_DOMAIN_DISK_RD_REQS] = {"disk_rd_reqs", "VBDRD", "Read requests to its disks", U64,
                                .flags = XD_COL_COUNTER, .width = 6},
    [XD_DOMAIN_DISK_WR_REQS] = {"disk_wr_reqs", "VBDWR", "Write requests to its disks", U64,
                                .flags = XD_COL_COUNTER, .width = 6},
    [XD_DOMAIN_DISK_RD_SECT] = {"disk_rd_sect", "RSECT", "Sectors of 512 bytes read", U64,
                                .flags = XD_COL_COUNTER, .width = 8},
    [XD_DOMAIN_DISK_WR_SECT] = {"disk_wr_sect", "WSECT", "Sectors of 512 bytes written", U64,
                                .flags = XD_COL_COUNTER, .width = 8},
    [XD_DOMAIN_READY_NS] = {"ready_ns", "RDY(s)",
                            "Time its vCPUs were runnable but had no pCPU, since xendeck traces",
                            NS, .flags = XD_COL_DEAR | XD_COL_COUNTER},
    [XD_DOMAIN_READY] = {"ready", "READY%",
                         "Time its vCPUs wait for a pCPU, in percent of one pCPU", PERCENT,
                         .flags = XD_COL_DEAR | XD_COL_HISTORY, .width = 6,
                         .rate_of = XD_RATE_OF(XD_DOMAIN_READY_NS), .rate_scale = NS_TO_PERCENT},
    [XD_DOMAIN_WAKES] = {"wakes", "WAKES", "Wake-ups of its vCPUs since xendeck traces", U64,
                         .flags = XD_COL_DEAR | XD_COL_COUNTER},
    [XD_DOMAIN_WAKES_S] = {"wakes_s", "WAKES/s", "Wake-ups of its vCPUs per second", PER_S,
                           .rate_of = XD_RATE_OF(XD_DOMAIN_WAKES), .rate_scale = 1,
                           .flags = XD_COL_DEAR},
    [XD_DOMAIN_WAKE_NS] = {"wake_ns", "WAKELAT",
                           "Mean time from a vCPU's wake-up until it runs, in the last interval",
                           NS, .width = 7, .flags = XD_COL_DEAR},
    [XD_DOMAIN_ON_POWEROFF] = {"on_poweroff", "POWEROFF", "What follows its shutdown",
                               ENUM(xd_on_shutdown_names), .width = 10},
    [XD_DOMAIN_ON_REBOOT] = {"on_reboot", "REBOOT", "What follows its reboot",
                             ENUM(xd_on_shutdown_names), .width = 10},
    [XD_DOMAIN_ON_CRASH] = {"on_crash", "CRASH", "What follows its crash",
                            ENUM(xd_on_shutdown_names), .width = 10},
};
const struct xd_table_desc xd_domains_desc = {"domains",
                                              "domain",
                                              "Domains",
                                              "Domains and what they use",
                                              domain_columns,
                                              XD_DOMAIN_N,
                                              {XD_DOMAIN_UUID, -1},
                                              {XD_DOMAIN_NAME, -1},
                                              NULL};

static const struct xd_column vcpu_columns[XD_VCPU_N] = {
    [XD_VCPU_DOMAIN_UUID] = {"domain_uuid", "UUID", "Identity of its domain", STR(36)},
    [XD_VCPU_DOMAIN] = {"domain", "DOMAIN", "Name of its domain", STR(14), .flags = XD_COL_DEFAULT},
    [XD_VCPU_ID] = {"vcpu", "VCPU", "vCPU number in its domain", U64, .flags = XD_COL_DEFAULT},
    [XD_VCPU_PCPU] = {"pcpu", "PCPU", "pCPU it runs on, or ran on last", U64,
                      .flags = XD_COL_DEFAULT},
    [XD_VCPU_STATE] = {"state", "STATE", "run: on a pCPU now; idle: waits; offline",
                       ENUM(vcpu_states), .flags = XD_COL_DEFAULT, .width = 8},
    [XD_VCPU_CPU_NS] = {"cpu_ns", "CPU(s)", "CPU time used", NS, .flags = XD_COL_COUNTER},
    [XD_VCPU_CPU] = {"cpu", "CPU%", "CPU use, in percent of one pCPU", PERCENT,
                     .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                     .rate_of = XD_RATE_OF(XD_VCPU_CPU_NS), .rate_scale = NS_TO_PERCENT},
    [XD_VCPU_HARD] = {"hard_affinity", "HARD", "pCPUs it may run on", SET(12),
                      .flags = XD_COL_DEFAULT},
    [XD_VCPU_SOFT] = {"soft_affinity", "SOFT", "pCPUs it prefers", SET(12),
                      .flags = XD_COL_DEFAULT},
    [XD_VCPU_PERIOD_US] = {"period_us", "PERIOD", "rtds: the time in which it gets its budget", US},
    [XD_VCPU_BUDGET_US] = {"budget_us", "BUDGET", "rtds: CPU time that it gets in each period", US},
    [XD_VCPU_EXTRATIME] = {"extratime", "EXTRA", "rtds: whether it may have what others leave",
                           BOOL},
    [XD_VCPU_RUN_NS] = {"run_ns", "RUN(s)", "Time on a pCPU, since xendeck traces", NS,
                        .flags = XD_COL_DEAR | XD_COL_COUNTER},
    [XD_VCPU_READY_NS] = {"ready_ns", "RDY(s)",
                          "Time runnable but without a pCPU, since xendeck traces", NS,
                          .flags = XD_COL_DEAR | XD_COL_COUNTER},
    [XD_VCPU_BLOCKED_NS] = {"blocked_ns", "BLK(s)",
                            "Time that it had nothing to do, since xendeck traces", NS,
                            .flags = XD_COL_DEAR | XD_COL_COUNTER},
    [XD_VCPU_READY] = {"ready", "READY%", "Share of the time that it waits for a pCPU", PERCENT,
                       .flags = XD_COL_DEAR | XD_COL_HISTORY, .width = 6,
                       .rate_of = XD_RATE_OF(XD_VCPU_READY_NS), .rate_scale = NS_TO_PERCENT},
    [XD_VCPU_BLOCKED] = {"blocked", "IDLE%", "Share of the time that it has nothing to do", PERCENT,
                         .width = 6, .rate_of = XD_RATE_OF(XD_VCPU_BLOCKED_NS),
                         .rate_scale = NS_TO_PERCENT, .flags = XD_COL_DEAR},
    [XD_VCPU_WAKES] = {"wakes", "WAKES", "Wake-ups since xendeck traces", U64,
                       .flags = XD_COL_DEAR | XD_COL_COUNTER},
    [XD_VCPU_WAKES_S] = {"wakes_s", "WAKES/s", "Wake-ups per second", PER_S,
                         .rate_of = XD_RATE_OF(XD_VCPU_WAKES), .rate_scale = 1,
                         .flags = XD_COL_DEAR},
    [XD_VCPU_WAKE_NS] = {"wake_ns", "WAKELAT",
                         "Mean time from wake-up until it runs, in the last interval", NS,
                         .width = 7, .flags = XD_COL_DEAR},
    [XD_VCPU_WAKE_MAX_NS] = {"wake_max_ns", "WAKEMAX",
                             "Longest time from wake-up until it ran, in the last interval", NS,
                             .width = 7, .flags = XD_COL_DEAR},
    [XD_VCPU_MOVES] = {"moves", "MOVES", "Times it went to another pCPU, since xendeck traces", U64,
                       .flags = XD_COL_DEAR | XD_COL_COUNTER},
    [XD_VCPU_MOVES_S] = {"moves_s", "MOVES/s", "Moves to another pCPU per second", PER_S,
                         .rate_of = XD_RATE_OF(XD_VCPU_MOVES), .rate_scale = 1,
                         .flags = XD_COL_DEAR},
    [XD_VCPU_WAITS_FOR] = {"waits_for", "WAITS ON",
                           "Who ran on its pCPU while it was runnable, in the last interval",
                           STR(28), .flags = XD_COL_DEAR},
};
const struct xd_table_desc xd_vcpus_desc = {"vcpus",
                                            "vcpu",
                                            "vCPUs",
                                            "vCPUs: where each runs and where it may",
                                            vcpu_columns,
                                            XD_VCPU_N,
                                            {XD_VCPU_DOMAIN_UUID, XD_VCPU_ID},
                                            {XD_VCPU_DOMAIN, XD_VCPU_ID},
                                            "domains"};

static const struct xd_column check_columns[XD_CHECK_N] = {
    [XD_CHECK_AREA] = {"area", "AREA", "What it is about", STR(10), .flags = XD_COL_DEFAULT},
    [XD_CHECK_NAME] = {"check", "CHECK", "What was looked at", STR(20), .flags = XD_COL_DEFAULT},
    [XD_CHECK_STATUS] = {"status", "STATUS", "ok, warn, or absent", ENUM(check_states),
                         .flags = XD_COL_DEFAULT},
    [XD_CHECK_FOUND] = {"found", "FOUND", "What was found", STR(32), .flags = XD_COL_DEFAULT},
    [XD_CHECK_REMEDY] = {"remedy", "REMEDY", "What to do about it", STR(40),
                         .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_checks_desc = {"checks",
                                             "check",
                                             "Checks",
                                             "What this host can and can't do, and why",
                                             check_columns,
                                             XD_CHECK_N,
                                             {XD_CHECK_AREA, XD_CHECK_NAME},
                                             {XD_CHECK_AREA, XD_CHECK_NAME},
                                             NULL};

const struct xd_table_desc *const xd_core_tables[] = {
    &xd_host_desc,
    &xd_nodes_desc,
    &xd_pcpus_desc,
    &xd_pools_desc,
    &xd_domains_desc,
    &xd_vcpus_desc,
    &xd_checks_desc,
    &xd_disks_desc,
    &xd_nics_desc,
    &xd_pci_desc,
    &xd_devices_desc,
    &xd_dmesg_desc,
    &xd_params_desc,
    &xd_limits_desc,
    &xd_topology_desc,
    &xd_distances_desc,
    &xd_facts_desc,
    &xd_advice_desc,
    &xd_traffic_desc,
    &xd_cpuid_desc,
    &xd_cpuid_leaves_desc,
    NULL,
};

const struct xd_table_desc *xd_core_table(const char *name)
{
    for (size_t i = 0; xd_core_tables[i]; i++)
        if (strcmp(xd_core_tables[i]->name, name) == 0)
            return xd_core_tables[i];
    return NULL;
}

void xd_build_check(struct xd_builder *b, const char *area, const char *name,
                    enum xd_check_status status, const char *found, const char *remedy)
{
    struct xd_rows *t = xd_build_table(b, &xd_checks_desc, 0);

    xd_row_begin(t);
    xd_put_str(t, XD_CHECK_AREA, area);
    xd_put_str(t, XD_CHECK_NAME, name);
    xd_put_enum(t, XD_CHECK_STATUS, (int)status);
    xd_put_str(t, XD_CHECK_FOUND, found);
    xd_put_str(t, XD_CHECK_REMEDY, remedy);
}
