/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be edited of a host's power, declared once, as xenknobs.h does with the rest: the
 * modules of Xen hosts and the demo host offer this list, the one of Linux without Xen the same
 * knobs with Linux' own commands. What a host hasn't got it says in the table "limits". */
#ifndef XD_MODEL_POWERKNOBS_H
#define XD_MODEL_POWERKNOBS_H

#include "model/knob.h"

enum {
    XD_PKNOB_CLAMP,         /* power.clamp: power, U64, percent, 0 is off */
    XD_PKNOB_CLAMP_WINDOW,  /* power.clamp_window: power, U64, us */
    XD_PKNOB_CLAMP_CPUS,    /* power.clamp_cpus: power, CPU set */
    XD_PKNOB_CLAMP_NATURAL, /* power.clamp_natural: power, BOOL */
    XD_PKNOB_MAX_CSTATE,    /* power.max_cstate: power, xd_max_cstate_names */
    XD_PKNOB_SCHED_SMT,     /* power.sched_smt: power, BOOL */
    XD_PKNOB_LIMIT,         /* power.limit: sensors, U64, mW */
    XD_PKNOB_GOVERNOR,      /* cpu.governor: pcpus, text */
    XD_PKNOB_FREQ_MIN,      /* cpu.freq_min: pcpus, U64, kHz */
    XD_PKNOB_FREQ_MAX,      /* cpu.freq_max: pcpus, U64, kHz */
    XD_PKNOB_TURBO,         /* cpu.turbo: pcpus, BOOL */
    XD_PKNOB_POOL_GOVERNOR, /* pool.governor: pools, text */
    XD_PKNOB_N,
};

/* In the order of the enum; it ends with an entry whose name is NULL. */
extern const struct xd_knob xd_power_knobs[XD_PKNOB_N + 1];

#endif
