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
    XD_HOST_CPU_NS,   /* of all pCPUs: time not idle */
    XD_HOST_CPU,      /* rate, percent of one pCPU */
    XD_HOST_RECORDED, /* playback of a capture only: when what is shown was so */
    XD_HOST_SMT,      /* unknown where the hardware has no second threads */
    XD_HOST_RUN,      /* how many domains are in each state, in the order of enum xd_domain_state */
    XD_HOST_IDLE,
    XD_HOST_PAUSED,
    XD_HOST_SHUTDOWN,
    XD_HOST_CRASHED,
    XD_HOST_DYING,
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
    XD_PCPU_FREQ_KHZ,     /* mean since the last sample */
    XD_PCPU_FREQ_MIN_KHZ, /* within these the governor chooses */
    XD_PCPU_FREQ_MAX_KHZ,
    XD_PCPU_GOVERNOR,
    XD_PCPU_TURBO,
    XD_PCPU_INJECTED_NS, /* idle though it had work, by the power clamp */
    XD_PCPU_INJECTED,
    XD_PCPU_NATURAL_NS, /* idle because it had none */
    XD_PCPU_NATURAL,
    XD_PCPU_CELSIUS, /* of its core */
    XD_PCPU_N,
};

enum {
    XD_POOL_ID,
    XD_POOL_NAME,
    XD_POOL_SCHED,
    XD_POOL_CPUS,
    XD_POOL_N_CPUS,
    XD_POOL_DOMAINS,
    XD_POOL_RATELIMIT_US, /* credit, credit2; 0: none */
    XD_POOL_TSLICE_MS,    /* credit */
    XD_POOL_GRAN,         /* "cpu" "core" "socket": what is scheduled as one */
    XD_POOL_GOVERNOR,     /* of its pCPUs, where all have the same */
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
    XD_DOMAIN_GUEST,           /* what the guest says of itself in xenstore: hostile text */
    XD_DOMAIN_MEM_PERCENT,     /* of the host's memory, as xentop's MEM(%) */
    XD_DOMAIN_MEM_MAX_PERCENT, /* mem_max_kib of the host's memory */
    XD_DOMAIN_SSID,            /* XSM's label, as a number */
    XD_DOMAIN_NODE_AFFINITY,   /* set of NUMA nodes */
    XD_DOMAIN_NICS,
    XD_DOMAIN_DISKS,
    XD_DOMAIN_DISK_OO, /* requests that had to wait for a free slot or grant, since it was made */
    XD_DOMAIN_DISK_RD_REQS,
    XD_DOMAIN_DISK_WR_REQS,
    XD_DOMAIN_DISK_RD_SECT, /* of 512 bytes */
    XD_DOMAIN_DISK_WR_SECT,
    XD_DOMAIN_READY_NS, /* its vCPUs together: runnable, but not running */
    XD_DOMAIN_READY,
    XD_DOMAIN_WAKES,
    XD_DOMAIN_WAKES_S,
    XD_DOMAIN_WAKE_NS,     /* mean from wake-up to running, in the last interval */
    XD_DOMAIN_ON_POWEROFF, /* what its toolstack does then: xd_on_shutdown_names */
    XD_DOMAIN_ON_REBOOT,
    XD_DOMAIN_ON_CRASH,
    XD_DOMAIN_MEM_LIMIT_KIB, /* what Xen lets it hold now, as xentop's MAXMEM(k); unknown: no bound
                              */
    XD_DOMAIN_MEM_LIMIT_PERCENT,
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
    XD_VCPU_PERIOD_US, /* rtds */
    XD_VCPU_BUDGET_US,
    XD_VCPU_EXTRATIME,
    XD_VCPU_RUN_NS, /* by trace: running, runnable, blocked since xendeck looks */
    XD_VCPU_READY_NS,
    XD_VCPU_BLOCKED_NS,
    XD_VCPU_READY,
    XD_VCPU_BLOCKED,
    XD_VCPU_WAKES,
    XD_VCPU_WAKES_S,
    XD_VCPU_WAKE_NS,     /* mean of the last interval */
    XD_VCPU_WAKE_MAX_NS, /* the longest of the last interval */
    XD_VCPU_MOVES,       /* to another pCPU */
    XD_VCPU_MOVES_S,
    XD_VCPU_WAITS_FOR, /* who had the pCPU while it was runnable: "spin1/0 80%, Domain-0/1 20%" */
    XD_VCPU_N,
};
enum xd_vcpu_state { XD_VCPU_RUNNING, XD_VCPU_IDLE, XD_VCPU_OFFLINE };

/* Both ends of a paravirtual device go through these: xen/include/public/io/xenbus.h. */
enum xd_xenbus_state {
    XD_XENBUS_UNKNOWN,
    XD_XENBUS_INITIALISING,
    XD_XENBUS_INIT_WAIT,
    XD_XENBUS_INITIALISED,
    XD_XENBUS_CONNECTED,
    XD_XENBUS_CLOSING,
    XD_XENBUS_CLOSED,
    XD_XENBUS_RECONFIGURING,
    XD_XENBUS_RECONFIGURED,
};

/* disks: block devices of domains */
enum {
    XD_DISK_DOMAIN_UUID,
    XD_DISK_DOMAIN,
    XD_DISK_VDEV,    /* "xvda" "hdc" */
    XD_DISK_BACKEND, /* the domain that serves it */
    XD_DISK_DRIVER,  /* "vbd" "qdisk" "tap" */
    XD_DISK_TARGET,  /* file, device or script argument; "" : an empty drive */
    XD_DISK_FORMAT,  /* "raw" "qcow2" … */
    XD_DISK_READONLY,
    XD_DISK_CDROM,
    XD_DISK_STATE, /* enum xd_xenbus_state of the backend */
    XD_DISK_OO,
    XD_DISK_RD_REQS,
    XD_DISK_WR_REQS,
    XD_DISK_RD_BYTES,
    XD_DISK_WR_BYTES,
    XD_DISK_RD_REQS_S,
    XD_DISK_WR_REQS_S,
    XD_DISK_RD,
    XD_DISK_WR,
    XD_DISK_BACKENDTYPE, /* "phy" "qdisk" "tap": the driver as xl names it */
    XD_DISK_SCRIPT,      /* its hotplug script; unknown: the usual one, or none */
    XD_DISK_DISCARD,
    XD_DISK_N,
};

/* nics: network interfaces of domains */
enum {
    XD_NIC_DOMAIN_UUID,
    XD_NIC_DOMAIN,
    XD_NIC_DEVID,
    XD_NIC_NAME, /* of the backend's interface: "vif3.0", or what it was renamed to */
    XD_NIC_MAC,
    XD_NIC_BRIDGE,
    XD_NIC_BACKEND,
    XD_NIC_STATE,    /* enum xd_xenbus_state of the backend */
    XD_NIC_RX_BYTES, /* seen from the guest: what it received */
    XD_NIC_TX_BYTES,
    XD_NIC_RX_PKTS,
    XD_NIC_TX_PKTS,
    XD_NIC_RX_DROPS,
    XD_NIC_TX_DROPS,
    XD_NIC_RX_ERRS,
    XD_NIC_TX_ERRS,
    XD_NIC_RX,
    XD_NIC_TX,
    XD_NIC_RX_PKTS_S,
    XD_NIC_TX_PKTS_S,
    XD_NIC_SCRIPT,  /* its hotplug script */
    XD_NIC_VIFNAME, /* what its interface was to be called; unknown: nothing was said */
    XD_NIC_RATE,    /* "10000000B/s", as xl reads it */
    XD_NIC_IP,
    XD_NIC_GATEWAYDEV,
    XD_NIC_MTU, /* unknown: 1500, the usual one */
    XD_NIC_N,
};

/* pci: functions that are passed through, could be, or might be made so */
enum {
    XD_PCI_BDF, /* "0000:01:00.0" */
    XD_PCI_CLASS,
    XD_PCI_ID, /* "8086:10d3" */
    XD_PCI_NAME,
    XD_PCI_DRIVER,      /* dom0's; "" none */
    XD_PCI_NODE,        /* as Xen says */
    XD_PCI_USE,         /* enum xd_pci_use */
    XD_PCI_DOMAIN_UUID, /* whom it is assigned to */
    XD_PCI_DOMAIN,
    XD_PCI_N,
};
enum xd_pci_use { XD_PCI_HOST, XD_PCI_ASSIGNABLE, XD_PCI_ASSIGNED };

/* devices: every paravirtual device in xenstore, with both ends */
enum {
    XD_DEVICE_DOMAIN_UUID,
    XD_DEVICE_DOMAIN,
    XD_DEVICE_NAME,    /* "vbd/51712" */
    XD_DEVICE_BACKEND, /* the domain that serves it */
    XD_DEVICE_FRONT_STATE,
    XD_DEVICE_BACK_STATE,
    XD_DEVICE_HOTPLUG_STATUS,
    XD_DEVICE_ERROR, /* hotplug-error, else the error node of either end */
    XD_DEVICE_N,
};

/* dmesg: Xen's console ring, as `xl dmesg` shows it */
enum {
    XD_DMESG_LINE, /* counts on while we look; 0 is the oldest line of the first look */
    XD_DMESG_TEXT,
    XD_DMESG_N,
};

/* params: Xen's hypervisor file system, with the parameters that can be changed at run time */
enum {
    XD_PARAM_NAME, /* its path: "/params/sched_ratelimit_us" */
    XD_PARAM_VALUE,
    XD_PARAM_TYPE, /* "string" "uint" "int" "bool" "blob" */
    XD_PARAM_WRITABLE,
    XD_PARAM_N,
};

/* limits: knobs and actions that this host has not, and why: shown greyed, refused with the reason
 */
enum {
    XD_LIMIT_NAME,   /* of the knob or action */
    XD_LIMIT_REASON, /* "this hypervisor is built without the rtds scheduler (CONFIG_SCHED_RTDS)" */
    XD_LIMIT_N,
};

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
    xd_domains_desc, xd_vcpus_desc, xd_checks_desc, xd_disks_desc, xd_nics_desc, xd_pci_desc,
    xd_devices_desc, xd_dmesg_desc, xd_params_desc, xd_limits_desc;

/* What a toolstack may do when a domain ends, in the order of libxl_action_on_shutdown without its
 * 0; and Xen's schedulers. NULL-terminated. */
extern const char *const xd_on_shutdown_names[];
extern const char *const xd_scheduler_names[];

/* All of them; NULL-terminated. */
extern const struct xd_table_desc *const xd_core_tables[];

/* Adds a row to what `doctor` prints. found, remedy: NULL where there is nothing to say. */
void xd_build_check(struct xd_builder *b, const char *area, const char *name,
                    enum xd_check_status status, const char *found, const char *remedy);

/* The core table of that name, or NULL. */
const struct xd_table_desc *xd_core_table(const char *name);

#endif
