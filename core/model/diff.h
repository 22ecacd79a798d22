/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed between two samples of one table: rows that came, went or differ. */
#ifndef XD_MODEL_DIFF_H
#define XD_MODEL_DIFF_H

#include "model/table.h"

struct xd_change {
    const struct xd_row *old; /* NULL: came */
    const struct xd_row *now; /* NULL: went */
    uint64_t columns;         /* in both: the columns that differ, counters and rates too */
};

/* Changes in arena a: those of `now` in its order, then those that went in the order of `old`.
 * Either table may be NULL (empty). */
size_t xd_diff_tables(const struct xd_table *old, const struct xd_table *now, struct xd_arena *a,
                      struct xd_change **out);

#endif
