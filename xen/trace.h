/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's trace buffers: the records in them, the rings they come in, and their order in time.
 *
 * Each pCPU has a ring of its own, written by Xen and emptied by one consumer. Layout and event
 * numbers are those of xen/include/public/trace.h, the writer is xen/common/trace.c (4.17). Nothing
 * in a ring is trusted: contents that no Xen would write are skipped and count as lost. */
#ifndef XD_XEN_TRACE_H
#define XD_XEN_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* What makes Xen write changes of runstate and nothing else: class "sched", subclass "min". The low
 * twelve bits select nothing; there we sign, so that a mask left behind is known as ours. */
#define XD_TRACE_SCHED_MIN 0x00021000u
#define XD_TRACE_OUR_MASK  (XD_TRACE_SCHED_MIN | 0x0decu)
#define XD_TRACE_ALL_MASK  0x0ffff000u /* what Xen begins with */

#define XD_TRACE_HEADER     8u  /* bytes of cons and prod before a ring's records */
#define XD_TRACE_RECORD_MAX 40u /* bytes: head, time, seven words */
#define XD_TRACE_IDLE_DOMID 0x7fffu

/* enum of Xen's RUNSTATE_*: xen/include/public/vcpu.h */
enum xd_runstate { XD_RUN_RUNNING, XD_RUN_RUNNABLE, XD_RUN_BLOCKED, XD_RUN_OFFLINE, XD_RUN_N };

enum xd_trace_kind {
    XD_TRACE_OTHER,
    XD_TRACE_CHANGE,   /* a vCPU's runstate changed from … to */
    XD_TRACE_CONTINUE, /* the scheduler looked, and the vCPU runs on */
    XD_TRACE_LOST,     /* the ring was full from first_tsc on */
};

struct xd_trace_event {
    uint64_t tsc;
    uint64_t first_tsc; /* LOST */
    uint32_t lost;      /* LOST: records; 0: unknown how many */
    uint16_t cpu;       /* whose ring it was in */
    uint16_t domid, vcpu;
    uint8_t kind, from, to; /* enum xd_trace_kind, xd_runstate */
    bool timed;             /* has a time of its own */
};

/* The record at the beginning of size bytes; returns how many of them it takes, 0 if it is cut
 * off. cpu is left alone. */
size_t xd_trace_decode(const void *bytes, size_t size, struct xd_trace_event *out);

/* --- one pCPU's ring: `bytes` of shared memory, cons and prod first --- */

/* Copies what is new to out (room for `bytes`) and gives the room back to Xen. *full: there was no
 * room for another record, so some may be missing after these. -EBADMSG where cons and prod can't
 * be; the ring is then emptied. */
int xd_trace_ring_take(void *ring, size_t bytes, void *out, size_t *n, bool *full,
                       struct xd_err *err);
bool xd_trace_ring_empty(const void *ring);
void xd_trace_ring_discard(void *ring);

/* --- the rings' records in the order of time --- */
struct xd_trace_merge;

struct xd_trace_merge *xd_trace_merge_new(unsigned n_cpus);
void xd_trace_merge_free(struct xd_trace_merge *m);
/* Takes in what came from one ring; it was taken before `now`. A record's time can't go back within
 * a ring. One that is far in the future, and all that can't be decoded, becomes a LOST event. */
void xd_trace_merge_add(struct xd_trace_merge *m, unsigned cpu, const void *bytes, size_t n,
                        uint64_t now);
/* Notes that records of that ring are missing until `now`. */
void xd_trace_merge_lose(struct xd_trace_merge *m, unsigned cpu, uint64_t now);
/* The next event whose time is at most `until`; false: none (so far). */
bool xd_trace_merge_next(struct xd_trace_merge *m, uint64_t until, struct xd_trace_event *out);

/* ns of so many cycles of a counter of that frequency; khz > 0. */
uint64_t xd_tsc_to_ns(uint64_t cycles, uint64_t khz);

#endif
