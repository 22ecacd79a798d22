/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suffixes of numbers, in one table for writing and reading. Private to core/model. */
#ifndef XD_MODEL_VALUE_UNITS_H
#define XD_MODEL_VALUE_UNITS_H

#include "model/value.h"

struct xd_suffix {
    enum xd_unit unit;
    const char *text; /* as it is written; read without case unless `exact` */
    uint64_t scale;   /* how many of the unit it stands for */
    bool exact;       /* "mW" is no megawatt */
};

/* Those of one unit stand together, largest first; the last has the scale 1. The table ends with a
 * text of NULL. */
extern const struct xd_suffix xd_suffixes[];

/* The first suffix of the unit, or NULL where numbers of it have none. */
const struct xd_suffix *xd_suffix_first(enum xd_unit u);
/* The one that follows in the same unit, or NULL. */
const struct xd_suffix *xd_suffix_next(const struct xd_suffix *s);

#endif
