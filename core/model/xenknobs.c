/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knobs that Xen hosts have: see xenknobs.h. */
#include "model/xenknobs.h"

#include "model/tables.h"

/* Xen keeps weight and cap in 16 bits. */
#define SCHED_MAX 65535
/* What Xen on x86 can address without its big-memory option; a domain's own bound is lower. */
#define MEM_MAX_KIB (INT64_C(16) << 30)
#define MEM_MIN_KIB 1024
/* xen/common/sched/rt.c: RTDS_MIN_PERIOD, RTDS_MIN_BUDGET; the most is what xl's int holds. */
#define RTDS_MIN_US 10
#define RTDS_MAX_US INT32_MAX

// clang-format off
#define ON_KNOB(event, happens)                                                                    \
    {                                                                                              \
        .name = "on." event, .table = "domains", .column = "on_" event, .title = "On " event,      \
        .help = "What its toolstack does when it " happens,                                        \
        .kind = {.type = XD_ENUM, .names = xd_on_shutdown_names}, .risk = XD_RISK_LOW,             \
    }
// clang-format on

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
    [XD_KNOB_MEM_MAX] =
        {
            .name = "mem.max",
            .table = "domains",
            .column = "mem_max_kib",
            .title = "Memory limit",
            .help = "The most memory that it may ever be given; not less than its target",
            .kind = {.type = XD_U64, .unit = XD_UNIT_KIB},
            .min = MEM_MIN_KIB,
            .max = MEM_MAX_KIB,
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xl mem-max {name} {value}",
        },
    [XD_KNOB_VCPUS] =
        {
            .name = "vcpus",
            .table = "domains",
            .column = "vcpus_online",
            .title = "vCPUs online",
            .help =
                "How many of its vCPUs it is asked to use; the guest takes them on and off itself",
            .kind = {.type = XD_U64},
            .min = 1,
            .max = 4096,
            .max_column = "vcpus",
            .max_scale = 1,
            .risk = XD_RISK_DISRUPTIVE,
            .gradual = true,
            .xl = "xl vcpu-set {name} {value}",
        },
    [XD_KNOB_NODES] =
        {
            .name = "node.affinity",
            .table = "domains",
            .column = "node_affinity",
            .title = "Node affinity",
            .help =
                "The NUMA nodes that its new memory comes from; what it holds stays where it is",
            .kind = {.type = XD_CPUSET},
            .risk = XD_RISK_LOW,
        },
    [XD_KNOB_NAME] =
        {
            .name = "name",
            .table = "domains",
            .column = "name",
            .title = "Name",
            .help = "The domain's name in the toolstack; the guest doesn't notice",
            .kind = {.type = XD_STR},
            .risk = XD_RISK_LOW,
            .xl = "xl rename {name} {value}",
        },
    [XD_KNOB_POOL] =
        {
            .name = "pool",
            .table = "domains",
            .column = "pool",
            .title = "cpupool",
            .help = "The cpupool whose pCPUs and scheduler run it; its weight, cap and affinities, "
                    "which Xen forgets, are set again there",
            .kind = {.type = XD_STR},
            .risk = XD_RISK_LOW,
            .xl = "xl cpupool-migrate {name} {value}",
        },
    [XD_KNOB_ON_POWEROFF] = ON_KNOB("poweroff", "shuts down"),
    [XD_KNOB_ON_REBOOT] = ON_KNOB("reboot", "reboots"),
    [XD_KNOB_ON_CRASH] = ON_KNOB("crash", "crashes"),
    [XD_KNOB_PERIOD] =
        {
            .name = "sched.period",
            .table = "vcpus",
            .column = "period_us",
            .title = "Period",
            .help = "rtds: the time in which the vCPU gets its budget once",
            .kind = {.type = XD_U64, .unit = XD_UNIT_US},
            .min = RTDS_MIN_US,
            .max = RTDS_MAX_US,
            .risk = XD_RISK_LOW,
            .xl = "xl sched-rtds -d {domain} -v {vcpu} -p {value} -b {budget_us} -e {extratime}",
        },
    [XD_KNOB_BUDGET] =
        {
            .name = "sched.budget",
            .table = "vcpus",
            .column = "budget_us",
            .title = "Budget",
            .help = "rtds: the CPU time that the vCPU gets in each period",
            .kind = {.type = XD_U64, .unit = XD_UNIT_US},
            .min = RTDS_MIN_US,
            .max = RTDS_MAX_US,
            .max_column = "period_us",
            .max_scale = 1,
            .risk = XD_RISK_LOW,
            .xl = "xl sched-rtds -d {domain} -v {vcpu} -p {period_us} -b {value} -e {extratime}",
        },
    [XD_KNOB_EXTRATIME] =
        {
            .name = "sched.extratime",
            .table = "vcpus",
            .column = "extratime",
            .title = "Extra time",
            .help = "rtds: whether the vCPU may have what the budgets of others leave",
            .kind = {.type = XD_BOOL},
            .risk = XD_RISK_LOW,
            .xl = "xl sched-rtds -d {domain} -v {vcpu} -p {period_us} -b {budget_us} -e {value}",
        },
    [XD_KNOB_POOL_NAME] =
        {
            .name = "pool.name",
            .table = "pools",
            .column = "name",
            .title = "Name",
            .help = "The cpupool's name",
            .kind = {.type = XD_STR},
            .risk = XD_RISK_LOW,
            .xl = "xl cpupool-rename {name} {value}",
        },
    [XD_KNOB_RATELIMIT] =
        {
            .name = "sched.ratelimit",
            .table = "pools",
            .column = "ratelimit_us",
            .title = "Rate limit",
            .help = "The least time that a vCPU runs before another may have its pCPU (credit, "
                    "credit2)",
            .kind = {.type = XD_U64, .unit = XD_UNIT_US, .zero = "none"},
            .min = 100,
            .max = 500000,
            .risk = XD_RISK_LOW,
            .xl = "xl sched-{sched} -s -p {name} -r {value}",
        },
    [XD_KNOB_TSLICE] =
        {
            .name = "sched.tslice",
            .table = "pools",
            .column = "tslice_ms",
            .title = "Time slice",
            .help = "How long a vCPU runs at most before others have their turn (credit)",
            .kind = {.type = XD_U64, .unit = XD_UNIT_MS},
            .min = 1,
            .max = 1000,
            .risk = XD_RISK_LOW,
            .xl = "xl sched-{sched} -s -p {name} -t {value}",
        },
    [XD_KNOB_PCPU] =
        {
            .name = "pcpu.online",
            .table = "pcpus",
            .column = "online",
            .title = "Online",
            .help = "Whether Xen uses the pCPU; pCPU 0 always is",
            .kind = {.type = XD_BOOL},
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xen-hptool cpu-online {pcpu}",
            .xl_off = "xen-hptool cpu-offline {pcpu}",
        },
    [XD_KNOB_PCPU_POOL] =
        {
            .name = "pcpu.pool",
            .table = "pcpus",
            .column = "pool",
            .title = "cpupool",
            .help = "The cpupool that schedules the pCPU; none: it is free, and idle",
            .kind = {.type = XD_STR, .zero = "none"},
            .risk = XD_RISK_LOW,
            /* xl moves none: it takes from one pool and gives free ones to another. */
            .xl = "[pool?xl cpupool-cpu-remove {pool} {pcpu} && ]xl cpupool-cpu-add {value} {pcpu}",
            .xl_off = "xl cpupool-cpu-remove {pool} {pcpu}",
        },
    [XD_KNOB_SMT] =
        {
            .name = "cpu.smt",
            .table = "host",
            .column = "smt",
            .title = "SMT",
            .help = "Whether Xen uses the second threads of the cores",
            .kind = {.type = XD_BOOL},
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xen-hptool smt-enable",
            .xl_off = "xen-hptool smt-disable",
        },
    [XD_KNOB_PARAM] =
        {
            .name = "param.value",
            .table = "params",
            .column = "value",
            .title = "Value",
            .help = "A parameter of the hypervisor, as on its command line; only some can be "
                    "changed",
            .kind = {.type = XD_STR},
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xenhypfs write {name} {value}",
        },
    [XD_KNOB_N] = {.name = NULL},
};
