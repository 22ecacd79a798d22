/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be edited and done on any Xen host, declared once: the backend of real hosts and the
 * demo host both offer these lists, so that an edit learnt on one is the same edit on the other.
 * Backends dispatch on an entry's index (`k - xd_xen_knobs`), which the enums name. What a host
 * hasn't got (another scheduler, no hypfs) it says in the table "limits". */
#ifndef XD_MODEL_XENKNOBS_H
#define XD_MODEL_XENKNOBS_H

#include "model/knob.h"

enum {
    XD_KNOB_WEIGHT,      /* sched.weight: domains, U64 */
    XD_KNOB_CAP,         /* sched.cap: domains, U64, percent of one pCPU, 0 is none */
    XD_KNOB_HARD,        /* vcpu.affinity: vcpus, CPU set */
    XD_KNOB_SOFT,        /* vcpu.affinity.soft: vcpus, CPU set */
    XD_KNOB_MEM_TARGET,  /* mem.target: domains, U64, KiB, gradual */
    XD_KNOB_MEM_MAX,     /* mem.max: domains, U64, KiB */
    XD_KNOB_VCPUS,       /* vcpus: domains, U64, how many are online; gradual */
    XD_KNOB_NODES,       /* node.affinity: domains, set of nodes */
    XD_KNOB_NAME,        /* name: domains, text */
    XD_KNOB_POOL,        /* pool: domains, text: a pool's name */
    XD_KNOB_ON_POWEROFF, /* on.poweroff, on.reboot, on.crash: domains, text */
    XD_KNOB_ON_REBOOT,
    XD_KNOB_ON_CRASH,
    XD_KNOB_PERIOD,    /* sched.period: vcpus, U64, us; rtds */
    XD_KNOB_BUDGET,    /* sched.budget: vcpus, U64, us; rtds */
    XD_KNOB_EXTRATIME, /* sched.extratime: vcpus, BOOL; rtds */
    XD_KNOB_POOL_NAME, /* pool.name: pools, text */
    XD_KNOB_RATELIMIT, /* sched.ratelimit: pools, U64, us, 0 is none */
    XD_KNOB_TSLICE,    /* sched.tslice: pools, U64, ms; credit */
    XD_KNOB_PCPU,      /* pcpu.online: pcpus, BOOL */
    XD_KNOB_PCPU_POOL, /* pcpu.pool: pcpus, text: a pool's name, or "none" */
    XD_KNOB_SMT,       /* cpu.smt: host, BOOL */
    XD_KNOB_PARAM,     /* param.value: params, text */
    XD_KNOB_N,
};

enum {
    XD_ACTION_PAUSE,
    XD_ACTION_UNPAUSE,
    XD_ACTION_SHUTDOWN,
    XD_ACTION_REBOOT,
    XD_ACTION_DESTROY,
    XD_ACTION_CONSOLE,
    XD_ACTION_TRIGGER,
    XD_ACTION_SYSRQ,
    XD_ACTION_DUMP_CORE,
    XD_ACTION_CREATE, /* of the host */
    XD_ACTION_DISK_ATTACH,
    XD_ACTION_DISK_DETACH, /* of the disk */
    XD_ACTION_CDROM,       /* of the disk */
    XD_ACTION_NIC_ATTACH,
    XD_ACTION_NIC_DETACH,     /* of the nic */
    XD_ACTION_PCI_ASSIGNABLE, /* of the PCI function, as all below */
    XD_ACTION_PCI_HOST,
    XD_ACTION_PCI_ATTACH,
    XD_ACTION_PCI_DETACH,
    XD_ACTION_POOL_CREATE, /* of the host */
    XD_ACTION_POOL_DESTROY,
    XD_ACTION_CPUID_TRY, /* of the host, as the next */
    XD_ACTION_CPUID_CONFIG,
    XD_ACTION_N,
};

/* Parameters of actions with several, in their order. */
enum { XD_TRIGGER_NAME, XD_TRIGGER_VCPU };
enum {
    XD_DISK_ATTACH_VDEV,
    XD_DISK_ATTACH_TARGET,
    XD_DISK_ATTACH_FORMAT,
    XD_DISK_ATTACH_READONLY,
    XD_DISK_ATTACH_CDROM,
    XD_DISK_ATTACH_BACKEND,
    XD_DISK_ATTACH_BACKENDTYPE,
    XD_DISK_ATTACH_SCRIPT,
    XD_DISK_ATTACH_DISCARD, /* xd_discard_names */
    XD_DISK_ATTACH_N,
};
enum {
    XD_NIC_ATTACH_DEVID,
    XD_NIC_ATTACH_BRIDGE,
    XD_NIC_ATTACH_MAC,
    XD_NIC_ATTACH_MODEL,
    XD_NIC_ATTACH_BACKEND,
    XD_NIC_ATTACH_SCRIPT,
    XD_NIC_ATTACH_VIFNAME,
    XD_NIC_ATTACH_RATE,
    XD_NIC_ATTACH_IP,
    XD_NIC_ATTACH_GATEWAYDEV,
    XD_NIC_ATTACH_MTU,
    XD_NIC_ATTACH_N,
};
enum { XD_POOL_CREATE_NAME, XD_POOL_CREATE_SCHED, XD_POOL_CREATE_CPUS };
enum { XD_CREATE_FILE, XD_CREATE_PAUSED };
enum { XD_PCI_DETACH_FORCE };
enum { XD_CPUID_FILE, XD_CPUID_VALUE }; /* of cpuid-try and cpuid-config */

/* The names of enum parameters and of knobs that take one of several words. */
extern const char *const xd_trigger_names[]; /* in the order of libxl_trigger */
enum { XD_DISCARD_USUAL, XD_DISCARD_YES, XD_DISCARD_NO };
extern const char *const xd_discard_names[];

/* In the order of the enums; each ends with an entry whose name is NULL. */
extern const struct xd_knob xd_xen_knobs[XD_KNOB_N + 1];
extern const struct xd_action xd_xen_actions[XD_ACTION_N + 1];

#endif
