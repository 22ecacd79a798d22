/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ready times: what the module tells. */
#include "backend_trace/card.h"

#include "backend_trace/columns.h"

const struct xd_table_desc *const xd_trace_tables[] = {NULL};
const struct xd_table_desc *const xd_trace_fills[] = {&xd_vcpus_desc, &xd_domains_desc, NULL};
const uint64_t xd_trace_fill_columns[] = {XD_TR_VCPU_COLUMNS, XD_TR_DOMAIN_COLUMNS};

const struct xd_backend_card xd_trace_card = {
    .name = "trace",
    .tables = xd_trace_tables,
    .fills = xd_trace_fills,
    .fill_columns = xd_trace_fill_columns,
};
