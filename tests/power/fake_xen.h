/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hypervisor for tests on any machine: it stands in for libxenctrl and libxenhypfs, as far as
 * backends/power calls those, and counts what is asked. Two pCPUs in two sockets, one cpupool. */
#ifndef XD_TESTS_FAKE_XEN_H
#define XD_TESTS_FAKE_XEN_H

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_CPUS = 2 };

struct fake_xen {
    /* what it is */
    uint64_t idle_ns[FAKE_CPUS];
    const char *stat, *clamp, *clamp_cpus; /* files of hypfs; NULL: there is none */
    int hypfs_errno;                       /* of files that there are not; 0: ENOENT */
    bool freq;                             /* it has a driver of frequencies */
    char governor[FAKE_CPUS][16];
    int stuck_cpu,
        sets_left; /* the pCPU whose governor can't be set, and how many can; -1: none, all */
    uint32_t max_cstate;
    uint64_t energy, unit, limit; /* registers; unit 0: an emulator's */
    int msr_rc;                   /* < 0: dom0 gets no registers */
    int msr_rc_of[FAKE_CPUS];     /* < 0: none of that pCPU */
    bool offline[FAKE_CPUS];

    /* what it was asked */
    struct {
        unsigned topology, cpuinfo, para, avgfreq, pools, cx, px, max_cstate, msr, stat, param;
    } n;
    char written[64]; /* to hypfs, last: "PATH=TEXT" */
};

extern struct fake_xen fake_xen;

void fake_xen_reset(void);
/* All questions since the last call. */
unsigned fake_xen_asked(void);

#endif
