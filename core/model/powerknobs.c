/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knobs of power: see powerknobs.h. */
#include "model/powerknobs.h"

#include "model/tables_power.h"

#define MHZ INT64_C(1000) /* kHz */
#define W   INT64_C(1000) /* mW */

const struct xd_knob xd_power_knobs[XD_PKNOB_N + 1] = {
    [XD_PKNOB_CLAMP] =
        {
            .name = "power.clamp",
            .table = "power",
            .column = "clamp",
            .title = "Power clamp",
            .help = "Share of the time for which pCPUs are kept idle, all at the same moments, so "
                    "that the host needs less power",
            .kind = {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "off"},
            .min = 0,
            .max = 75,
            .max_column = "clamp_max",
            .max_scale = 1,
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xenhypfs write /params/powerclamp {value}",
        },
    [XD_PKNOB_CLAMP_WINDOW] =
        {
            .name = "power.clamp_window",
            .table = "power",
            .column = "clamp_window_us",
            .title = "Clamp window",
            .help = "How long pCPUs are kept idle at a time; guests wait for that long",
            .kind = {.type = XD_U64, .unit = XD_UNIT_US},
            .min = 1000,
            .max = 100000,
            .risk = XD_RISK_LOW,
            .xl = "xenhypfs write /params/powerclamp-window-us {value}",
        },
    [XD_PKNOB_CLAMP_CPUS] =
        {
            .name = "power.clamp_cpus",
            .table = "power",
            .column = "clamp_cpus",
            .title = "Clamped pCPUs",
            .help = "The pCPUs that the clamp is for; Domain-0's may be spared",
            .kind = {.type = XD_CPUSET},
            .risk = XD_RISK_DISRUPTIVE,
            .xl = "xenhypfs write /params/powerclamp-cpus {value}",
        },
    [XD_PKNOB_CLAMP_NATURAL] =
        {
            .name = "power.clamp_natural",
            .table = "power",
            .column = "clamp_natural",
            .title = "Natural idle counts",
            .help = "Whether time that a pCPU is idle anyway counts for the clamp's share",
            .kind = {.type = XD_BOOL},
            .risk = XD_RISK_LOW,
            .xl = "xenhypfs write /params/powerclamp-natural-idle {value}",
        },
    [XD_PKNOB_MAX_CSTATE] =
        {
            .name = "power.max_cstate",
            .table = "power",
            .column = "max_cstate",
            .title = "Deepest C-state",
            .help = "The deepest C-state that pCPUs may enter: less wakes up faster and needs more "
                    "power",
            .kind = {.type = XD_ENUM, .names = xd_max_cstate_names},
            .risk = XD_RISK_LOW,
            .xl = "xenpm set-max-cstate {value}",
        },
    [XD_PKNOB_SCHED_SMT] =
        {
            .name = "power.sched_smt",
            .table = "power",
            .column = "sched_smt",
            .title = "Scheduling saves power",
            .help = "Whether credit and credit2 fill the threads of a core before they wake up "
                    "others",
            .kind = {.type = XD_BOOL},
            .risk = XD_RISK_LOW,
            .xl = "xenpm set-sched-smt enable",
            .xl_off = "xenpm set-sched-smt disable",
        },
    [XD_PKNOB_LIMIT] =
        {
            .name = "power.limit",
            .table = "sensors",
            .column = "limit_mw",
            .title = "Power limit",
            .help = "The power that the package holds itself to, by its own means",
            .kind = {.type = XD_U64, .unit = XD_UNIT_MW, .zero = "none"},
            .min = 1 * W,
            .max = 4000 * W,
            .risk = XD_RISK_DISRUPTIVE,
        },
    [XD_PKNOB_GOVERNOR] =
        {
            .name = "cpu.governor",
            .table = "pcpus",
            .column = "governor",
            .title = "Governor",
            .help = "Who chooses the pCPU's frequency",
            .kind = {.type = XD_STR},
            .risk = XD_RISK_LOW,
            .xl = "xenpm set-scaling-governor {pcpu} {value}",
        },
    [XD_PKNOB_FREQ_MIN] =
        {
            .name = "cpu.freq_min",
            .table = "pcpus",
            .column = "freq_min_khz",
            .title = "Lowest frequency",
            .help = "The frequency that the governor doesn't go below",
            .kind = {.type = XD_U64, .unit = XD_UNIT_KHZ},
            .min = 1 * MHZ,
            .max = 20000 * MHZ,
            .max_column = "freq_max_khz",
            .max_scale = 1,
            .risk = XD_RISK_LOW,
            .xl = "xenpm set-scaling-minfreq {pcpu} {value}",
        },
    [XD_PKNOB_FREQ_MAX] =
        {
            .name = "cpu.freq_max",
            .table = "pcpus",
            .column = "freq_max_khz",
            .title = "Highest frequency",
            .help = "The frequency that the governor doesn't go above",
            .kind = {.type = XD_U64, .unit = XD_UNIT_KHZ},
            .min = 1 * MHZ,
            .max = 20000 * MHZ,
            .risk = XD_RISK_LOW,
            .xl = "xenpm set-scaling-maxfreq {pcpu} {value}",
        },
    [XD_PKNOB_TURBO] =
        {
            .name = "cpu.turbo",
            .table = "pcpus",
            .column = "turbo",
            .title = "Turbo",
            .help = "Whether the pCPU may go above its nominal frequency while it can",
            .kind = {.type = XD_BOOL},
            .risk = XD_RISK_LOW,
            .xl = "xenpm enable-turbo-mode {pcpu}",
            .xl_off = "xenpm disable-turbo-mode {pcpu}",
        },
    [XD_PKNOB_POOL_GOVERNOR] =
        {
            .name = "pool.governor",
            .table = "pools",
            .column = "governor",
            .title = "Governor",
            .help = "The governor of all pCPUs of the cpupool, where they have the same",
            .kind = {.type = XD_STR},
            .risk = XD_RISK_LOW,
        },
    [XD_PKNOB_N] = {.name = NULL},
};
