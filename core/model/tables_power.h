/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of power and heat: what is measured, what CPUs do while they are idle, and the few
 * settings of the whole host. Cells of pCPUs and cpupools that belong to it stand in their tables
 * (tables.h). Described in tables_power.c. */
#ifndef XD_MODEL_TABLES_POWER_H
#define XD_MODEL_TABLES_POWER_H

#include "model/table.h"

/* power: a single row */
enum {
    XD_POWER_WATTS,        /* of the host, by the best source there is */
    XD_POWER_WATTS_SOURCE, /* "ipmi/dcmi", "rapl/package-0 + rapl/package-1", "model/host" */
    XD_POWER_ESTIMATED,    /* the watts are a model's */
    XD_POWER_CELSIUS,      /* the hottest of its processors */
    XD_POWER_CELSIUS_SOURCE,
    XD_POWER_CLAMP, /* percent of the time that pCPUs are kept idle; 0: off */
    XD_POWER_CLAMP_MAX,
    XD_POWER_CLAMP_WINDOW_US,
    XD_POWER_CLAMP_CPUS,
    XD_POWER_CLAMP_NATURAL, /* idle time of its own counts */
    XD_POWER_INJECTED_NS,   /* of all pCPUs together */
    XD_POWER_INJECTED,      /* rate, percent of one pCPU */
    XD_POWER_MAX_CSTATE,    /* enum xd_max_cstate */
    XD_POWER_SCHED_SMT,
    XD_POWER_FREQ_DRIVER,
    XD_POWER_IDLE_DRIVER,
    XD_POWER_GOVERNORS,    /* that pCPUs can have, "ondemand performance" */
    XD_POWER_WATTS_AGE_NS, /* of the reading when it was taken in */
    XD_POWER_CELSIUS_AGE_NS,
    XD_POWER_TURBO, /* of all CPUs at once, where that is what can be switched */
    XD_POWER_N,
};
/* How deep pCPUs may sleep: a C-state's number, up to the last, or no bound. */
enum xd_max_cstate { XD_CSTATE_DEEPEST = 15, XD_CSTATE_UNLIMITED };

/* sensors: a row a reading */
enum {
    XD_SENSOR_NAME,   /* "rapl/package-0" "hwmon/coretemp-0/temp1" "ipmi/dcmi" "file/NAME" */
    XD_SENSOR_LABEL,  /* as its source calls it: "Package id 0" */
    XD_SENSOR_KIND,   /* enum xd_sensor_kind */
    XD_SENSOR_PLACE,  /* "host" "socket 0" "core 3" … */
    XD_SENSOR_SOURCE, /* enum xd_sensor_source */
    XD_SENSOR_WATTS,
    XD_SENSOR_CELSIUS,
    XD_SENSOR_CELSIUS_MAX, /* from which on hardware throttles itself or its maker warns */
    XD_SENSOR_ENERGY_UJ,   /* a counter, unwrapped: watts are its rate where it is known */
    XD_SENSOR_LIMIT_MW,    /* what the hardware holds itself to */
    XD_SENSOR_ESTIMATED,
    XD_SENSOR_AGE_NS,  /* of the reading when it was taken in */
    XD_SENSOR_TROUBLE, /* why there is no reading */
    XD_SENSOR_N,
};
enum xd_sensor_kind { XD_SENSOR_POWER, XD_SENSOR_TEMPERATURE };
enum xd_sensor_source {
    XD_SENSOR_RAPL,
    XD_SENSOR_HWMON,
    XD_SENSOR_IPMI,
    XD_SENSOR_FILE,
    XD_SENSOR_THERMAL, /* a thermal zone of Linux */
    XD_SENSOR_MSR,     /* a thermal register of the processor */
    XD_SENSOR_MODEL,
};

/* cstates: a row for each idle state of each pCPU */
enum {
    XD_CSTATE_PCPU,
    XD_CSTATE_STATE, /* its number; 0: awake */
    XD_CSTATE_NAME,
    XD_CSTATE_LATENCY_US,
    XD_CSTATE_RESIDENCY_NS,
    XD_CSTATE_RESIDENCY,
    XD_CSTATE_ENTRIES,
    XD_CSTATE_ENTRIES_S,
    XD_CSTATE_N,
};

/* pstates: a row for each frequency of each pCPU */
enum {
    XD_PSTATE_PCPU,
    XD_PSTATE_KHZ,
    XD_PSTATE_RESIDENCY_NS,
    XD_PSTATE_RESIDENCY,
    XD_PSTATE_ENTRIES,
    XD_PSTATE_ENTRIES_S,
    XD_PSTATE_N,
};

extern const struct xd_table_desc xd_power_desc, xd_sensors_desc, xd_cstates_desc, xd_pstates_desc;

extern const char *const xd_max_cstate_names[]; /* "0" … "15" "unlimited" */

#endif
