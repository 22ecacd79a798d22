/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of power and heat, described once. */
#include "model/tables_power.h"

#include "model/tables_kinds.h"

#define UJ_TO_WATTS 1e-6 /* 1e6 uJ in a second is 1 W */

static const char *const sensor_kinds[] = {"power", "temperature", NULL};
static const char *const sensor_sources[] = {"rapl",    "hwmon", "ipmi",  "file",
                                             "thermal", "msr",   "model", NULL};
const char *const xd_max_cstate_names[] = {"0",  "1",  "2",  "3",  "4",         "5",
                                           "6",  "7",  "8",  "9",  "10",        "11",
                                           "12", "13", "14", "15", "unlimited", NULL};

// clang-format off
#define WATTS   {.type = XD_F64}
#define CELSIUS {.type = XD_F64}

static const struct xd_column power_columns[XD_POWER_N] = {
    [XD_POWER_WATTS] = {"watts", "WATTS", "Power of the host, by the best source that it has", WATTS,
                        .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_POWER_WATTS_SOURCE] = {"watts_source", "BY", "The sensors that the watts come from", STR(24),
                               .flags = XD_COL_DEFAULT},
    [XD_POWER_ESTIMATED] = {"estimated", "EST", "Whether the watts are a model's and not measured",
                            BOOL, .flags = XD_COL_DEFAULT},
    [XD_POWER_CELSIUS] = {"celsius", "TEMP", "Temperature of its hottest processor", CELSIUS,
                          .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_POWER_CELSIUS_SOURCE] = {"celsius_source", "BY", "The sensor that the temperature comes from",
                                 STR(24)},
    [XD_POWER_CLAMP] = {"clamp", "CLAMP", "Share of the time for which pCPUs are kept idle",
                        {.type = XD_U64, .unit = XD_UNIT_PERCENT, .zero = "off"},
                        .flags = XD_COL_DEFAULT},
    [XD_POWER_CLAMP_MAX] = {"clamp_max", "CLAMPMAX", "The most that the hypervisor clamps",
                            {.type = XD_U64, .unit = XD_UNIT_PERCENT}},
    [XD_POWER_CLAMP_WINDOW_US] = {"clamp_window_us", "WINDOW", "How long pCPUs are kept idle at a time",
                                  US, .flags = XD_COL_DEFAULT},
    [XD_POWER_CLAMP_CPUS] = {"clamp_cpus", "CLAMPED", "The pCPUs that are kept idle", SET(12),
                             .flags = XD_COL_DEFAULT},
    [XD_POWER_CLAMP_NATURAL] = {"clamp_natural", "NATURAL",
                                "Whether time that a pCPU is idle anyway counts for the clamp", BOOL},
    [XD_POWER_INJECTED_NS] = {"injected_ns", "INJ(s)",
                              "Time that pCPUs together were kept idle though they had work", NS,
                              .flags = XD_COL_COUNTER},
    [XD_POWER_INJECTED] = {"injected", "INJ%", "Idle time injected, in percent of one pCPU", PERCENT,
                           .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                           .rate_of = XD_RATE_OF(XD_POWER_INJECTED_NS), .rate_scale = NS_TO_PERCENT},
    [XD_POWER_MAX_CSTATE] = {"max_cstate", "MAXC", "The deepest C-state that pCPUs may enter",
                             ENUM(xd_max_cstate_names), .flags = XD_COL_DEFAULT, .width = 9},
    [XD_POWER_SCHED_SMT] = {"sched_smt", "SCHEDSMT",
                            "Whether the credit scheduler fills the threads of a core before others",
                            BOOL},
    [XD_POWER_FREQ_DRIVER] = {"freq_driver", "FREQ BY", "The driver of frequencies", STR(14),
                              .flags = XD_COL_DEFAULT},
    [XD_POWER_IDLE_DRIVER] = {"idle_driver", "IDLE BY", "The driver of idle states", STR(14)},
    [XD_POWER_GOVERNORS] = {"governors", "CHOICES", "Governors that pCPUs can have", STR(32)},
    [XD_POWER_WATTS_AGE_NS] = {"watts_age_ns", "W AGE",
                               "How old the reading of watts was when it was taken in", NS},
    [XD_POWER_CELSIUS_AGE_NS] = {"celsius_age_ns", "C AGE",
                                 "How old the reading of temperature was when it was taken in", NS},
    [XD_POWER_TURBO] = {"turbo", "TURBO", "Whether CPUs may go above their nominal frequency; of "
                        "hosts that switch it for all at once", BOOL},
};
const struct xd_table_desc xd_power_desc = {
    "power", "power", "Power", "Power, heat and idle injection of the host: one row", power_columns,
    XD_POWER_N, KEY_NONE, KEY_NONE, NULL};

static const struct xd_column sensor_columns[XD_SENSOR_N] = {
    [XD_SENSOR_NAME] = {"sensor", "SENSOR", "Its source and its name there", STR(22),
                        .flags = XD_COL_DEFAULT},
    [XD_SENSOR_LABEL] = {"label", "LABEL", "What its source calls it", STR(16)},
    [XD_SENSOR_KIND] = {"kind", "KIND", "power or temperature", ENUM(sensor_kinds),
                        .flags = XD_COL_DEFAULT, .width = 11},
    [XD_SENSOR_PLACE] = {"place", "PLACE", "What it measures: host, socket 0, core 3", STR(10),
                         .flags = XD_COL_DEFAULT},
    [XD_SENSOR_SOURCE] = {"source", "SOURCE", "Who reads it", ENUM(sensor_sources), .width = 7},
    [XD_SENSOR_WATTS] = {"watts", "WATTS", "Power; of a counter of energy its growth per second",
                         WATTS, .flags = XD_COL_DEFAULT | XD_COL_HISTORY,
                         .rate_of = XD_RATE_OF(XD_SENSOR_ENERGY_UJ), .rate_scale = UJ_TO_WATTS},
    [XD_SENSOR_CELSIUS] = {"celsius", "TEMP", "Temperature", CELSIUS,
                           .flags = XD_COL_DEFAULT | XD_COL_HISTORY},
    [XD_SENSOR_CELSIUS_MAX] = {"celsius_max", "MAXTEMP",
                               "Temperature from which on the hardware slows down or its maker warns",
                               CELSIUS, .flags = XD_COL_DEFAULT},
    [XD_SENSOR_ENERGY_UJ] = {"energy_uj", "ENERGY", "Energy in microjoules since xendeck looks", U64,
                             .flags = XD_COL_COUNTER},
    [XD_SENSOR_LIMIT_MW] = {"limit_mw", "LIMIT", "Power that the hardware holds itself to",
                            {.type = XD_U64, .unit = XD_UNIT_MW, .zero = "none"},
                            .flags = XD_COL_DEFAULT},
    [XD_SENSOR_ESTIMATED] = {"estimated", "EST", "Whether a model says so and nobody measures", BOOL,
                             .flags = XD_COL_DEFAULT},
    [XD_SENSOR_AGE_NS] = {"age_ns", "AGE", "How old the reading was when it was taken in", NS},
    [XD_SENSOR_TROUBLE] = {"trouble", "TROUBLE", "Why there is no reading", STR(30),
                           .flags = XD_COL_DEFAULT},
};
const struct xd_table_desc xd_sensors_desc = {
    "sensors", "sensor", "Sensors", "Readings of power and temperature, each with its source",
    sensor_columns, XD_SENSOR_N, {XD_SENSOR_NAME, -1}, {XD_SENSOR_NAME, -1}, NULL};

static const struct xd_column cstate_columns[XD_CSTATE_N] = {
    [XD_CSTATE_PCPU] = {"pcpu", "PCPU", "pCPU number", U64, .flags = XD_COL_DEFAULT},
    [XD_CSTATE_STATE] = {"state", "STATE", "Number of the idle state; 0: awake", U64,
                         .flags = XD_COL_DEFAULT},
    [XD_CSTATE_NAME] = {"name", "NAME", "Its name", STR(8), .flags = XD_COL_DEFAULT},
    [XD_CSTATE_LATENCY_US] = {"latency_us", "LATENCY", "How long it takes to wake up from it", US,
                              .flags = XD_COL_DEFAULT},
    [XD_CSTATE_RESIDENCY_NS] = {"residency_ns", "TIME(s)", "Time that the pCPU was in it", NS,
                                .flags = XD_COL_DEFAULT | XD_COL_COUNTER},
    [XD_CSTATE_RESIDENCY] = {"residency", "TIME%", "Share of the time that the pCPU was in it",
                             PERCENT, .flags = XD_COL_DEFAULT,
                             .rate_of = XD_RATE_OF(XD_CSTATE_RESIDENCY_NS),
                             .rate_scale = NS_TO_PERCENT},
    [XD_CSTATE_ENTRIES] = {"entries", "ENTRIES", "How often it went there", U64,
                           .flags = XD_COL_COUNTER},
    [XD_CSTATE_ENTRIES_S] = {"entries_s", "ENTRY/s", "How often it goes there per second", PER_S,
                             .flags = XD_COL_DEFAULT, .rate_of = XD_RATE_OF(XD_CSTATE_ENTRIES),
                             .rate_scale = 1},
};
const struct xd_table_desc xd_cstates_desc = {
    "cstates", "cstate", "C-states", "Idle states of pCPUs, and for how long they are in each",
    cstate_columns, XD_CSTATE_N, {XD_CSTATE_PCPU, XD_CSTATE_STATE},
    {XD_CSTATE_PCPU, XD_CSTATE_STATE}, NULL};

static const struct xd_column pstate_columns[XD_PSTATE_N] = {
    [XD_PSTATE_PCPU] = {"pcpu", "PCPU", "pCPU number", U64, .flags = XD_COL_DEFAULT},
    [XD_PSTATE_KHZ] = {"khz", "MHZ", "The frequency", {.type = XD_U64, .unit = XD_UNIT_KHZ},
                       .flags = XD_COL_DEFAULT},
    [XD_PSTATE_RESIDENCY_NS] = {"residency_ns", "TIME(s)", "Time that the pCPU was set to it", NS,
                                .flags = XD_COL_DEFAULT | XD_COL_COUNTER},
    [XD_PSTATE_RESIDENCY] = {"residency", "TIME%", "Share of the time that the pCPU was set to it",
                             PERCENT, .flags = XD_COL_DEFAULT,
                             .rate_of = XD_RATE_OF(XD_PSTATE_RESIDENCY_NS),
                             .rate_scale = NS_TO_PERCENT},
    [XD_PSTATE_ENTRIES] = {"entries", "ENTRIES", "How often it was set to it", U64,
                           .flags = XD_COL_COUNTER},
    [XD_PSTATE_ENTRIES_S] = {"entries_s", "ENTRY/s", "How often it is set to it per second", PER_S,
                             .flags = XD_COL_DEFAULT, .rate_of = XD_RATE_OF(XD_PSTATE_ENTRIES),
                             .rate_scale = 1},
};
const struct xd_table_desc xd_pstates_desc = {
    "pstates", "pstate", "P-states", "Frequencies of pCPUs, and for how long they are set to each",
    pstate_columns, XD_PSTATE_N, {XD_PSTATE_PCPU, XD_PSTATE_KHZ}, {XD_PSTATE_PCPU, XD_PSTATE_KHZ},
    NULL};
// clang-format on
