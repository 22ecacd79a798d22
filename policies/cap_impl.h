/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of cap loops. */
#ifndef XD_POLICIES_CAP_IMPL_H
#define XD_POLICIES_CAP_IMPL_H

#include "model/tables.h"
#include "policies/engine_impl.h"

/* Monotonic. */
struct xd_cap_read {
    int64_t at_ns;                /* when its table was sampled */
    int64_t oldest_ns, newest_ns; /* of the readings that the value is made of */
};
/* cap_sensor.c: the value just now, and when it was read. False: there is none, and out->trouble
 * says why. Sets sensor and estimated as well. */
bool xd_cap_read_sensor(const struct xd_policy_keep *k, const struct xd_snapshot *s,
                        struct xd_engine_keep *out, double *value, struct xd_cap_read *when);
/* A sensor of that name counted, which the loop's policy names, else it is left out. */
void xd_cap_sensor_counts(const struct xd_policy_keep *p, struct xd_engine_keep *k,
                          const char *name);
void xd_cap_sensors_forget(struct xd_engine_keep *k); /* which ones did */
void xd_cap_sensor_wants(const struct xd_policy_keep *k, xd_cap_want_fn *add, void *arg);

/* cap_parts.c: takes in what the host shows of those knobs that the policy may move. */
void xd_cap_observe(struct xd_engine *e, const struct xd_snapshot *s);
/* What the parts of a kind take, in points; how many there are, and how many points each is where
 * they are whole (0: they aren't). */
double xd_cap_does(const struct xd_engine *e, enum xd_cap_kind kind, size_t *parts, double *each);
/* Points that the frequency can be lowered by, upwards, where pCPUs have but some frequencies;
 * returns how many, 0: it is as fine as one likes. */
size_t xd_cap_levels(const struct xd_engine *e, double levels[XD_CAP_LEVELS]);
/* Of that many points, wanted by that rule (-1: none): what each part is to be. Adds to host_acts.
 */
void xd_cap_resolve(struct xd_engine *e, enum xd_cap_kind kind, double points, int rule);
struct xd_engine_part *xd_cap_part(struct xd_engine *e, enum xd_cap_kind kind, uint64_t id,
                                   bool make);

/* cap_engine.c */
void xd_engine_begin_keeps(struct xd_engine *e);
/* One step of all loops, after the domains were met: s NULL: nothing can be seen. t: the engine's
 * time. */
void xd_engine_step_keeps(struct xd_engine *e, const struct xd_snapshot *s, int64_t t);
/* The most cap that a rule's loop leaves the domain; XD_POLICY_MOST: as it is. */
uint64_t xd_engine_keep_cap(const struct xd_engine *e, const struct xd_engine_domain *d,
                            size_t rule);
/* What was taken is given back: host_acts of that. */
void xd_cap_exit(struct xd_engine *e);
void xd_engine_done_keeps(struct xd_engine *e);

#endif
