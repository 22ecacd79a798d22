/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be edited and done on any Xen host, declared once: the backend of real hosts and the
 * demo host both offer these lists, so that an edit learnt on one is the same edit on the other.
 * Backends dispatch on an entry's index (`k - xd_xen_knobs`), which the enums name. */
#ifndef XD_MODEL_XENKNOBS_H
#define XD_MODEL_XENKNOBS_H

#include "model/knob.h"

enum {
    XD_KNOB_WEIGHT,     /* sched.weight: domains, U64 */
    XD_KNOB_CAP,        /* sched.cap: domains, U64, percent of one pCPU, 0 is none */
    XD_KNOB_HARD,       /* vcpu.affinity: vcpus, CPU set */
    XD_KNOB_SOFT,       /* vcpu.affinity.soft: vcpus, CPU set */
    XD_KNOB_MEM_TARGET, /* mem.target: domains, U64, KiB, gradual */
    XD_KNOB_N,
};

enum {
    XD_ACTION_PAUSE,
    XD_ACTION_UNPAUSE,
    XD_ACTION_SHUTDOWN,
    XD_ACTION_REBOOT,
    XD_ACTION_DESTROY,
    XD_ACTION_N,
};

/* In the order of the enums; each ends with an entry whose name is NULL. */
extern const struct xd_knob xd_xen_knobs[XD_KNOB_N + 1];
extern const struct xd_action xd_xen_actions[XD_ACTION_N + 1];

#endif
