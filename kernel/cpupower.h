/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How Linux without Xen drives its CPUs: frequencies, idle states, idle injection. From a tree of
 * files, so that a recorded machine is read as this one is.
 *
 * Sources: Documentation/admin-guide/pm/{cpufreq,cpuidle,intel_pstate}.rst, admin-guide/thermal/
 * intel_powerclamp.rst, proc(5) of Linux. */
#ifndef XD_KERNEL_CPUPOWER_H
#define XD_KERNEL_CPUPOWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "base/files.h"

struct xd_linux_state {
    const char *name;                           /* "C6" */
    uint64_t latency_us, residency_ns, entries; /* UINT64_MAX: unknown */
    bool disabled;
};

struct xd_linux_time {
    uint64_t khz, ns;
};

struct xd_linux_cpu {
    unsigned cpu;
    bool online;
    int socket, core, node;                    /* -1: unknown */
    const char *driver, *governor, *governors; /* NULL: not driven */
    uint64_t khz, min_khz, max_khz;            /* 0: unknown */
    uint64_t least_khz, most_khz;              /* of the hardware */
    struct xd_linux_state *states;             /* by number; 0 polls */
    unsigned n_states;
    struct xd_linux_time *times; /* per frequency */
    unsigned n_times;
    bool has_stat;
    uint64_t busy_ns, idle_ns; /* by /proc/stat, which counts hundredths of a second */
};

struct xd_linux_power {
    struct xd_linux_cpu *cpu; /* those that are present, by number; in the arena */
    unsigned n;
    const char *idle_driver;
    const char *clamp_dir; /* of the cooling device intel_powerclamp; NULL: there is none */
    bool has_clamp;
    uint64_t clamp, clamp_max; /* what it says: the idle share that it has reached; 0: off */
    int turbo;                 /* -1: unknown */
    const char *turbo_path;    /* of the file that switches it for all; NULL: there is none */
    bool turbo_forbids;        /* 1 in it is no turbo */
    int deepest;               /* the last idle state that is allowed; -1: all; -2: unknown, or
                                * CPUs differ, or one is forbidden even the first */
};

/* What costs files of its own, most of it of each CPU. */
enum {
    XD_LINUX_FREQ = 1 << 0,   /* governor, khz, min_khz, max_khz; turbo */
    XD_LINUX_DRIVER = 1 << 1, /* driver, governors, least_khz, most_khz; idle_driver: they stay */
    XD_LINUX_STATES = 1 << 2, /* states; deepest */
    XD_LINUX_TIMES = 1 << 3,  /* times */
    XD_LINUX_PLACE = 1 << 4,  /* socket, core, node */
    XD_LINUX_STAT = 1 << 5,   /* busy_ns, idle_ns */
    XD_LINUX_CLAMP = 1 << 6,  /* clamp_dir, has_clamp, clamp, clamp_max */
    XD_LINUX_ALL = (1 << 7) - 1,
};
/* Which CPUs there are and are online, and of the rest what is wanted: all else is unknown. -ENOENT
 * with a sentence: that is no machine with Linux. */
int xd_linux_power_read(const struct xd_files *f, unsigned wanted, struct xd_arena *a,
                        struct xd_linux_power *out, struct xd_err *err);

#endif
