/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a knob of the simulated host is read, checked and set. Private to knobs.c and knobs_host.c.
 */
#ifndef XD_DEMO_KNOBS_H
#define XD_DEMO_KNOBS_H

#include "backend_demo/host.h"

/* A knob of a thing, with the host's lock held. */
struct xd_demo_edit {
    struct xd_demo_host *h;
    const struct xd_knob *k;
    int knob; /* of xd_xen_knobs; from XD_KNOB_N on of xd_power_knobs */
    struct xd_demo_thing t;
    const struct xd_value *v; /* to be set; NULL while reading */
    struct xd_err *err;
};

struct xd_demo_knob_ops {
    /* The value's cell; it may point into the host. -ENODATA: there is none just now. */
    int (*get)(const struct xd_demo_edit *e, struct xd_value *out);
    int (*check)(const struct xd_demo_edit *e); /* may it be set to that? */
    void (*put)(const struct xd_demo_edit *e);  /* what was checked */
};

/* From XD_KNOB_POOL_NAME on. */
extern const struct xd_demo_knob_ops xd_demo_host_knobs[XD_KNOB_N - XD_KNOB_POOL_NAME];

extern const struct xd_demo_knob_ops xd_demo_power_knobs[XD_PKNOB_N];

/* -ERANGE: "web1 sched.cap: wanted 0 to 200 %, found 300". */
int xd_demo_check_range(const char *label, const struct xd_knob *k, uint64_t n, uint64_t min,
                        uint64_t max, struct xd_err *err);

#endif
