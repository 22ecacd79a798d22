/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where time comes from. Code that needs the time is handed a clock, so that a test can hold it
 * still and move it by hand. Thread-safe: a manual clock may be moved while others read it. */
#ifndef XD_BASE_CLOCK_H
#define XD_BASE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XD_NS_PER_MS INT64_C(1000000)
#define XD_NS_PER_S  INT64_C(1000000000)

struct xd_clock {
    bool manual;
    _Atomic int64_t now_ns;  /* manual: the monotonic time */
    _Atomic int64_t wall_ns; /* manual: the wall time at now_ns == 0 */
};

void xd_clock_init_real(struct xd_clock *c);
/* Starts at monotonic 0; wall_ns is the wall time (since 1970, UTC) at that moment. */
void xd_clock_init_manual(struct xd_clock *c, int64_t wall_ns);

int64_t xd_clock_now(struct xd_clock *c);              /* CLOCK_MONOTONIC, ns */
int64_t xd_clock_wall(struct xd_clock *c);             /* CLOCK_REALTIME, ns since 1970 UTC */
void xd_clock_advance(struct xd_clock *c, int64_t ns); /* manual clocks only */

/* "2026-03-01T12:00:05Z", into out[21]. */
char *xd_clock_iso(int64_t wall_ns, char out[21]);

/* For people, in the time zone of the process: "2026-03-01 13:00:05", into out[20]; "-" for 0. */
char *xd_clock_local(int64_t wall_ns, char out[20]);

/* The sooner of two timeouts as poll(2) takes them, ms; < 0: never. */
static inline int xd_clock_sooner_ms(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

#endif
