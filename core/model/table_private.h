/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that build and compare tables share. Private to core/model. */
#ifndef XD_MODEL_TABLE_PRIVATE_H
#define XD_MODEL_TABLE_PRIVATE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "model/table.h"

struct xd_snapshot {
    struct xd_arena arena; /* rows, strings, sets, reasons, the tables themselves */
    atomic_uint refs;
    const char *source;
    uint64_t seq;
    int64_t at_ns, wall_ns, took_ns;
    struct xd_table *tables; /* its own first */
    size_t n, n_own;
    /* Those whose tables, or rows of tables, it uses: where it was composed, or tables were lent;
     * counted. */
    struct xd_snapshot **parts;
    size_t n_parts;
};

/* The hash of t's rows by key; keys and entries live in a, the buckets until
 * xd_table_index_free. */
const struct xd_table_index *xd_table_index_new(const struct xd_table *t, struct xd_arena *a);
void xd_table_index_free(const struct xd_table_index *x); /* NULL allowed */

/* Whether the cells of both mean the same. Descriptions may be made anew for each sample
 * (captures), or change with a module of another version, so their addresses say too little. */
bool xd_desc_same_cells(const struct xd_table_desc *a, const struct xd_table_desc *b);

#endif
