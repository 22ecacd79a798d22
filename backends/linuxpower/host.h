/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and heat of a machine without Xen. Files: module.c opens, closes and makes samples, knobs.c
 * edits by writing to Linux' files and says what there is not. Reading is in kernel/cpupower.c and
 * backends/shared/sensing.c. */
#ifndef XD_LP_HOST_H
#define XD_LP_HOST_H

#include "backend_shared/power.h"
#include "backend_shared/sensing.h"
#include "kernel/cpupower.h"
#include "model/backend.h"
#include "model/powerknobs.h"
#include "model/tables.h"
#include "model/tables_power.h"

struct xd_lp {
    const struct xd_backend_env *env;
    const char *root; /* "/", or a folder that stands for it: XENDECK_ROOT, for tests */
    struct xd_sensing sensing;
    char dir[512], bmc[512]; /* of sensors in files, and the BMC's device: below root */
    unsigned n_sockets;      /* 0: not counted yet */
    struct {                 /* drivers don't change from second to second */
        int64_t asked_ns;    /* 0: never */
        char freq[32], idle[32], governors[512];
    } driver;
    struct xd_power_limits limits;
};

/* What Linux tells just now, as far as it was asked. */
struct xd_lp_now {
    struct xd_linux_power cpus;
    struct xd_readings packages; /* those of powercap, where limits can be set */
};

/* As xd_power_knobs; behind them what Linux alone has. */
enum { XD_LP_TURBO = XD_PKNOB_N, XD_LP_KNOBS };
extern const struct xd_knob xd_linux_power_knobs[XD_LP_KNOBS + 1];

/* What has to be known for xd_lp_limit of any knob: XD_LINUX_*, and packages. */
#define XD_LP_LIMITS (XD_LINUX_FREQ | XD_LINUX_STATES | XD_LINUX_CLAMP)

/* Reads that of CPUs (XD_LINUX_*), and the packages if they matter; all lives in the arena. -ENOENT
 * with a sentence. */
int xd_lp_look(struct xd_lp *p, unsigned wanted, bool packages, struct xd_arena *a,
               struct xd_lp_now *out, struct xd_err *err);
int xd_lp_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
               struct xd_value *out, struct xd_err *err);
int xd_lp_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, struct xd_err *err);
/* Why this machine hasn't got that knob; NULL: it has. now: a struct xd_lp_now. An xd_power_why. */
const char *xd_lp_limit(void *now, int knob);

#endif
