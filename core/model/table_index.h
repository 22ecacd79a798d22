/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows found by key: a hash made when a table is sealed. Private to core/model. */
#ifndef XD_MODEL_TABLE_INDEX_H
#define XD_MODEL_TABLE_INDEX_H

#include "model/table.h"

/* The hash of t's rows; keys and entries live in a, the buckets until xd_table_index_free. */
const struct xd_table_index *xd_table_index_new(const struct xd_table *t, struct xd_arena *a);
void xd_table_index_free(const struct xd_table_index *x); /* NULL allowed */

#endif
