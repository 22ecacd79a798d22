/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of CPUs or nodes by number, written as Linux and Xen write it: "0-3,8,10-11". */
#ifndef XD_BASE_CPUSET_H
#define XD_BASE_CPUSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct xd_arena;

#define XD_CPUSET_MAX 4096 /* Xen's NR_CPUS limit in every build to date */

/* Plain data without pointers: may be copied by assignment. */
struct xd_cpuset {
    uint64_t bits[XD_CPUSET_MAX / 64];
};

void xd_cpuset_zero(struct xd_cpuset *s);
void xd_cpuset_fill(struct xd_cpuset *s, unsigned n); /* exactly 0 … n-1 */
void xd_cpuset_add(struct xd_cpuset *s, unsigned cpu); /* out of range: ignored */
void xd_cpuset_del(struct xd_cpuset *s, unsigned cpu);
bool xd_cpuset_has(const struct xd_cpuset *s, unsigned cpu);
bool xd_cpuset_equal(const struct xd_cpuset *a, const struct xd_cpuset *b);
bool xd_cpuset_subset(const struct xd_cpuset *a, const struct xd_cpuset *of);
bool xd_cpuset_empty(const struct xd_cpuset *s);
void xd_cpuset_and(struct xd_cpuset *a, const struct xd_cpuset *b);
void xd_cpuset_or(struct xd_cpuset *a, const struct xd_cpuset *b);
unsigned xd_cpuset_count(const struct xd_cpuset *s);
/* The first member >= from, or -1. */
int xd_cpuset_next(const struct xd_cpuset *s, unsigned from);

/* "0-3,8", "all" (0 … n_all-1), "none"; "^2" takes away: "0-7,^3". Blanks are allowed round
 * commas. -EINVAL with the column, -ERANGE for a number >= n_all (n_all 0: XD_CPUSET_MAX). */
int xd_cpuset_parse(const char *text, unsigned n_all, struct xd_cpuset *out, struct xd_err *err);
/* "0-3,8"; the empty set is "none". In the arena. */
char *xd_cpuset_format(const struct xd_cpuset *s, struct xd_arena *a);

#endif
