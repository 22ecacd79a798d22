/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What our hypervisor's power clamp tells in /powerclamp/stat: see hypfs-paths.pandoc in
 * xen/patches/powerclamp/0001. */
#ifndef XD_XEN_CLAMPSTAT_H
#define XD_XEN_CLAMPSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct xd_clamp_cpu {
    bool told;    /* there is a line of it */
    bool clamped; /* just now */
    uint64_t injected_ns, natural_ns, ran_ns;
};

struct xd_clamp_stat {
    uint64_t percent, percent_max, window_us;
    bool natural;             /* natural idle time counts */
    struct xd_clamp_cpu *cpu; /* by number; in the arena */
    unsigned n;
};

/* Keys and lines that aren't known are passed over: later versions may add some; what the struct
 * holds has to be there, and to be what it can be, since a 0 would look like a clamp that is off.
 * Else -EINVAL with "/powerclamp/stat:LINE:COL: wanted …, found …", and *out is worth nothing. */
int xd_clamp_stat_parse(const char *text, size_t len, struct xd_arena *a, struct xd_clamp_stat *out,
                        struct xd_err *err);
/* Whether what is told of a pCPU can come after what was told of it before: injected time only
 * grows. -EINVAL with a sentence as above where it doesn't. */
int xd_clamp_stat_follows(const struct xd_clamp_stat *now, unsigned cpu, uint64_t injected_before,
                          struct xd_err *err);

#endif
