/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the modules of power with and without Xen have in common besides sensors (sensing.h): how an
 * edit begins, and the table limits. Each is linked with its own copy. */
#ifndef XD_BACKEND_SHARED_POWER_H
#define XD_BACKEND_SHARED_POWER_H

#include "model/backend.h"

/* --- edits --- */

/* Which of `knobs` (a list as a backend's) that is. -ENOTSUP: none; -EINVAL: the object is of
 * another table. Both with a sentence. */
int xd_power_knob_of(const struct xd_knob *knobs, const struct xd_object *o,
                     const struct xd_knob *k, struct xd_err *err);
/* The object as sentences call it, cut to size: "pCPU 3" "cpupool Pool-1" "rapl/package-0". */
const char *xd_power_who(const struct xd_object *o, char *out, size_t size);
/* Whether the value is known, of the knob's type, and within the knob's own bounds. -EINVAL or
 * -ERANGE with a sentence. */
int xd_power_check_value(const char *who, const struct xd_knob *k, const struct xd_value *v,
                         struct xd_err *err);
/* -ERANGE with the sentence for a number that is not from min to max, in the knob's unit. */
int xd_power_out_of_range(const char *who, const struct xd_knob *k, uint64_t min, uint64_t max,
                          uint64_t found, struct xd_err *err);
/* Whether the name is one of the list, which is separated by blanks; NULL: an empty one. -EINVAL
 * with a sentence. */
int xd_power_check_governor(const char *who, const struct xd_knob *k, const char *list,
                            const char *name, struct xd_err *err);

/* --- what there is not --- */

/* What a host lacks hardly ever changes, and each answer costs hypercalls or files of each CPU: who
 * only looks is told the same for ten seconds. Zeroed: nothing was told yet. */
struct xd_power_limits {
    struct xd_snapshot *told;
    int64_t at_ns;
};

/* Why the host hasn't got that knob; NULL: it has. The text lives until the next question. */
typedef const char *xd_power_why(void *self, int knob);

/* Whether it is time to ask: the table is wanted, and wasn't told lately. Once a sample, before
 * that is read which `why` judges by: a clock that went on meanwhile gives another answer. */
bool xd_power_limits_due(const struct xd_power_limits *l, const struct xd_backend_env *env);
/* The table limits for all of `knobs`, where it is wanted; `why` is asked with self, if it is due,
 * as xd_power_limits_due said. */
void xd_power_limits_put(struct xd_power_limits *l, const struct xd_backend_env *env, bool due,
                         const struct xd_knob *knobs, xd_power_why *why, void *self,
                         struct xd_builder *b);
void xd_power_limits_done(struct xd_power_limits *l);

#endif
