/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The core tables: what every Xen host has. Columns are indexed by these enums; their names, types
 * and meaning stand once, in tables.c. (A module may publish tables of its own beside these.) */
#ifndef XD_MODEL_TABLES_H
#define XD_MODEL_TABLES_H

#include "model/table.h"

/* host: a single row */
enum {
    XD_HOST_NAME,
    XD_HOST_KIND, /* enum xd_host_kind */
    XD_HOST_XEN_VERSION,
    XD_HOST_KERNEL,
    XD_HOST_UPTIME_NS,
    XD_HOST_CPU_MODEL,
    XD_HOST_PCPUS,
    XD_HOST_NODES,
    XD_HOST_SOCKETS,
    XD_HOST_CORES_PER_SOCKET,
    XD_HOST_THREADS_PER_CORE,
    XD_HOST_CPU_KHZ,
    XD_HOST_MEM_KIB,
    XD_HOST_MEM_FREE_KIB,
    XD_HOST_SCHEDULER,
    XD_HOST_CAPS,
    XD_HOST_DOMAINS,
    XD_HOST_CPU_NS, /* of all pCPUs: time not idle */
    XD_HOST_CPU,    /* rate, percent of one pCPU */
    XD_HOST_RECORDED, /* playback of a capture only: when what is shown was so */
    XD_HOST_N,
};
enum xd_host_kind { XD_HOST_DEMO, XD_HOST_XEN, XD_HOST_CAPTURE };

enum {
    XD_NODE_ID,
    XD_NODE_MEM_KIB,
    XD_NODE_FREE_KIB,
    XD_NODE_CPUS,
    XD_NODE_DISTANCES, /* "10 21": to node 0, 1 … */
    XD_NODE_N,
};

enum {
    XD_PCPU_ID,
    XD_PCPU_ONLINE,
    XD_PCPU_NODE,
    XD_PCPU_SOCKET,
    XD_PCPU_CORE,
    XD_PCPU_POOL,
    XD_PCPU_BUSY_NS,
    XD_PCPU_BUSY,
    XD_PCPU_N,
};

enum {
    XD_POOL_ID,
    XD_POOL_NAME,
    XD_POOL_SCHED,
    XD_POOL_CPUS,
    XD_POOL_N_CPUS,
    XD_POOL_DOMAINS,
    XD_POOL_N,
};

enum {
    XD_DOMAIN_UUID,
    XD_DOMAIN_NAME,
    XD_DOMAIN_ID,
    XD_DOMAIN_STATE, /* enum xd_domain_state */
    XD_DOMAIN_FLAGS, /* xl's six letters, "r-----" */
    XD_DOMAIN_TYPE,  /* enum xd_domain_type */
    XD_DOMAIN_POOL,
    XD_DOMAIN_SCHED, /* the pool's scheduler: "credit2" */
    XD_DOMAIN_VCPUS,
    XD_DOMAIN_VCPUS_ONLINE,
    XD_DOMAIN_CPU_NS,
    XD_DOMAIN_CPU,
    XD_DOMAIN_MEM_KIB,
    XD_DOMAIN_MEM_TARGET_KIB,
    XD_DOMAIN_MEM_MAX_KIB,
    XD_DOMAIN_WEIGHT,
    XD_DOMAIN_CAP,
    XD_DOMAIN_NET_RX_BYTES,
    XD_DOMAIN_NET_TX_BYTES,
    XD_DOMAIN_NET_RX,
    XD_DOMAIN_NET_TX,
    XD_DOMAIN_DISK_RD_BYTES,
    XD_DOMAIN_DISK_WR_BYTES,
    XD_DOMAIN_DISK_RD,
    XD_DOMAIN_DISK_WR,
    XD_DOMAIN_SHUTDOWN_REASON,
    XD_DOMAIN_GUEST, /* what the guest says of itself in xenstore: hostile text */
    XD_DOMAIN_N,
};
enum xd_domain_state {
    XD_STATE_RUNNING, /* at least one vCPU on a pCPU */
    XD_STATE_BLOCKED, /* idle: every vCPU waits */
    XD_STATE_PAUSED,
    XD_STATE_SHUTDOWN,
    XD_STATE_CRASHED,
    XD_STATE_DYING,
};
enum xd_domain_type { XD_TYPE_PV, XD_TYPE_PVH, XD_TYPE_HVM };

enum {
    XD_VCPU_DOMAIN_UUID,
    XD_VCPU_DOMAIN,
    XD_VCPU_ID,
    XD_VCPU_PCPU,
    XD_VCPU_STATE, /* enum xd_vcpu_state */
    XD_VCPU_CPU_NS,
    XD_VCPU_CPU,
    XD_VCPU_HARD,
    XD_VCPU_SOFT,
    XD_VCPU_N,
};
enum xd_vcpu_state { XD_VCPU_RUNNING, XD_VCPU_BLOCKED, XD_VCPU_OFFLINE };

/* what `doctor` prints: one row a check */
enum {
    XD_CHECK_AREA,
    XD_CHECK_NAME,
    XD_CHECK_STATUS, /* enum xd_check_status */
    XD_CHECK_FOUND,
    XD_CHECK_REMEDY,
    XD_CHECK_N,
};
enum xd_check_status { XD_CHECK_OK, XD_CHECK_WARN, XD_CHECK_ABSENT };

extern const struct xd_table_desc xd_host_desc, xd_nodes_desc, xd_pcpus_desc, xd_pools_desc,
    xd_domains_desc, xd_vcpus_desc, xd_checks_desc;

/* All of them; NULL-terminated. */
extern const struct xd_table_desc *const xd_core_tables[];

/* The core table of that name, or NULL. */
const struct xd_table_desc *xd_core_table(const char *name);

#endif
