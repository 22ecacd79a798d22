/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YAML maps read into structs by a table of fields: one strict reader for the whole scenario
 * language, so that each key has its bounds in one line and every error its place. */
#ifndef XD_DEMO_FIELDS_H
#define XD_DEMO_FIELDS_H

#include "base/yaml.h"
#include "model/value.h"

struct xd_demo_field {
    const char *key; /* a NULL key ends a list */
    /* How the text is read and what stands at offset: BOOL bool, U64 uint64_t, F64 double, ENUM
     * int, STR const char * (raw: make it safe where it is shown), CPUSET const struct xd_cpuset *.
     */
    struct xd_kind kind;
    size_t offset;
    uint64_t min, max; /* numbers, in the kind's unit; STR: bytes. min == max: unbounded */
    bool must;         /* the key may not be missing */
    const struct xd_demo_field *child; /* a map: its fields (whose offsets are the parent's too) */
    bool raw; /* a list or map that the caller reads: const struct xd_yaml * stands at offset */
};

/* Fills `into`, which holds the defaults. n_cpus: what "all" means and how far CPU numbers go (0:
 * sets are not expected). Strings and sets live in a. -EINVAL with FILE:LINE:COL. */
int xd_demo_fields_read(const struct xd_yaml *map, const struct xd_demo_field *fields,
                        unsigned n_cpus, struct xd_arena *a, void *into, struct xd_err *err);

#endif
