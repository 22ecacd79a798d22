/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the time of each vCPU goes, by the trace of Xen's scheduler: running, runnable (waiting for
 * a pCPU: "ready"), blocked (nothing to do), offline (paused, or held back by its cap: credit2 and
 * credit park a vCPU that has used up its cap, and Xen counts that as offline). Also how long a
 * wake-up takes, how often it changes its pCPU, and who had the pCPU while it waited.
 *
 * Times are cycles of the TSC. What a vCPU did is known from its first record on, and that one says
 * what it did before it. Where records were lost, that time is unknown: it is counted as such, and
 * never as one of the four. */
#ifndef XD_XEN_RUNSTATE_H
#define XD_XEN_RUNSTATE_H

#include "xen/trace.h"

#define XD_BLAMED_MAX 6

struct xd_vcpu_time {
    uint64_t cycles[XD_RUN_N]; /* since the beginning, as far as known */
    uint64_t wakes, moves;     /* since the beginning */
    /* Of the last interval, between the last two calls of xd_runstates_sample: */
    uint64_t interval, unknown;             /* its length; how much of it is unknown */
    uint64_t ready;                         /* runnable */
    uint64_t waked, wake_cycles, wake_most; /* wake-ups that ended in running; sum; longest */
    struct xd_blamed {
        uint16_t domid, vcpu;
        uint64_t cycles;     /* it ran on the pCPU for which this one waited (or seemed to) */
    } blamed[XD_BLAMED_MAX]; /* most first; n_blamed of them */
    unsigned n_blamed;
};

struct xd_runstates;

/* Time begins at `start`; what is older is cut off. */
struct xd_runstates *xd_runstates_new(unsigned n_cpus, uint64_t start);
void xd_runstates_free(struct xd_runstates *r);

/* Takes in the next event; in the order of time. */
void xd_runstates_event(struct xd_runstates *r, const struct xd_trace_event *e);

/* True if it is known what that vCPU does: else xd_runstates_seen may say it. */
bool xd_runstates_knows(const struct xd_runstates *r, uint16_t domid, uint16_t vcpu);
/* Somebody looked: it does that, and no record came of it since it became unknown: it did so all
 * the while. cpu: where it runs, or ran last. Ignored where its state is known. */
void xd_runstates_seen(struct xd_runstates *r, uint16_t domid, uint16_t vcpu, unsigned cpu,
                       enum xd_runstate state);

/* Ends the interval at `now`; no event may be older after this. */
void xd_runstates_sample(struct xd_runstates *r, uint64_t now);
/* As of the last sample, or NULL: never heard of it. Valid until the next event or sample. */
const struct xd_vcpu_time *xd_runstates_get(const struct xd_runstates *r, uint16_t domid,
                                            uint16_t vcpu);
/* Domains whose numbers others may get: forget what is known of them. */
void xd_runstates_forget(struct xd_runstates *r, uint16_t domid);

/* Records lost since the beginning, as far as counted, and how often some were. */
uint64_t xd_runstates_lost(const struct xd_runstates *r, uint64_t *gaps);

#endif
