/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knobs and actions that every Xen host has: see xenknobs.h. */
#include "model/xenknobs.h"

#define NS_PER_S INT64_C(1000000000)

/* Xen keeps weight and cap in 16 bits. */
#define SCHED_MAX 65535
/* What Xen on x86 can address without its big-memory option; a domain's own bound is lower. */
#define MEM_MAX_KIB (INT64_C(16) << 30)
#define MEM_MIN_KIB 1024

const struct xd_knob xd_xen_knobs[XD_KNOB_N + 1] = {
    [XD_KNOB_WEIGHT] =
        {
            .name = "sched.weight",
            .table = "domains",
            .column = "weight",
            .title = "CPU weight",
            .help = "Its share of the pCPUs when they are short: 512 gets twice what 256 gets",
            .kind = {.type = XD_U64},
            .min = 1,
            .max = SCHED_MAX,
            .risk = XD_RISK_LOW,
            .xl = "xl sched-{sched} -d {name} -w {value}",
        },
    [XD_KNOB_CAP] =
        {
            .name = "sched.cap",
            .table = "domains",
            .column = "cap",
            .title = "CPU cap",
            .help = "The most CPU it may use even if pCPUs are idle, in percent of one pCPU",
            .kind = {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "none"},
            .min = 0,
            .max = SCHED_MAX,
            .max_column = "vcpus",
            .max_scale = 100,
            .risk = XD_RISK_LOW,
            .xl = "xl sched-{sched} -d {name} -c {value}",
        },
    [XD_KNOB_HARD] =
        {
            .name = "vcpu.affinity",
            .table = "vcpus",
            .column = "hard_affinity",
            .title = "Hard affinity",
            .help = "The only pCPUs that the vCPU may run on, within its cpupool",
            .kind = {.type = XD_CPUSET},
            .risk = XD_RISK_LOW,
            .xl = "xl vcpu-pin {domain} {vcpu} {value} -",
        },
    [XD_KNOB_SOFT] =
        {
            .name = "vcpu.affinity.soft",
            .table = "vcpus",
            .column = "soft_affinity",
            .title = "Soft affinity",
            .help = "The pCPUs that the vCPU prefers while they are free",
            .kind = {.type = XD_CPUSET},
            .risk = XD_RISK_LOW,
            .xl = "xl vcpu-pin {domain} {vcpu} - {value}",
        },
    [XD_KNOB_MEM_TARGET] =
        {
            .name = "mem.target",
            .table = "domains",
            .column = "mem_target_kib",
            .title = "Memory target",
            .help = "The memory that its balloon driver is asked to reach, at its own pace",
            .kind = {.type = XD_U64, .unit = XD_UNIT_KIB},
            .min = MEM_MIN_KIB,
            .max = MEM_MAX_KIB,
            .max_column = "mem_max_kib",
            .max_scale = 1,
            /* Too little and the guest kills processes: it notices. */
            .risk = XD_RISK_DISRUPTIVE,
            .gradual = true,
            .xl = "xl mem-set {name} {value}",
        },
    [XD_KNOB_N] = {.name = NULL},
};

const struct xd_action xd_xen_actions[XD_ACTION_N + 1] = {
    [XD_ACTION_PAUSE] =
        {
            .name = "pause",
            .table = "domains",
            .title = "Pause",
            .help = "Stop its vCPUs where they are; memory and connections stay",
            .risk = XD_RISK_DISRUPTIVE,
            .inverse = "unpause",
            .xl = "xl pause {name}",
            .settle_ns = 5 * NS_PER_S,
        },
    [XD_ACTION_UNPAUSE] =
        {
            .name = "unpause",
            .table = "domains",
            .title = "Unpause",
            .help = "Let its vCPUs go on",
            .risk = XD_RISK_LOW,
            .inverse = "pause",
            .xl = "xl unpause {name}",
            .settle_ns = 5 * NS_PER_S,
        },
    [XD_ACTION_SHUTDOWN] =
        {
            .name = "shutdown",
            .table = "domains",
            .title = "Shut down",
            .help = "Ask the guest to shut itself down; it may refuse or take its time",
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xl shutdown {name}",
            .settle_ns = 120 * NS_PER_S,
        },
    [XD_ACTION_REBOOT] =
        {
            .name = "reboot",
            .table = "domains",
            .title = "Reboot",
            .help = "Ask the guest to restart itself; it may refuse or take its time",
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xl reboot {name}",
            .settle_ns = 120 * NS_PER_S,
        },
    [XD_ACTION_DESTROY] =
        {
            .name = "destroy",
            .table = "domains",
            .title = "Destroy",
            .help = "Pull its plug at once: what it hasn't written to its disks is lost",
            .risk = XD_RISK_DESTRUCTIVE,
            .xl = "xl destroy {name}",
            .settle_ns = 30 * NS_PER_S,
        },
    [XD_ACTION_N] = {.name = NULL},
};
