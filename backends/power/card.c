/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and heat: what the module tells. */
#include "backend_power/card.h"

#include "backend_power/columns.h"
#include "model/tables_power.h"

const struct xd_table_desc *const xd_power_tables[] = {&xd_power_desc, &xd_sensors_desc,
                                                       &xd_cstates_desc, &xd_pstates_desc, NULL};
const struct xd_table_desc *const xd_power_fills[] = {&xd_pcpus_desc, &xd_pools_desc,
                                                      &xd_limits_desc, NULL};
const uint64_t xd_power_fill_columns[] = {XD_PW_PCPU_COLUMNS, XD_PW_POOL_COLUMNS, UINT64_MAX};

static const struct xd_table_desc *const edits[] = {&xd_power_desc, &xd_sensors_desc,
                                                    &xd_pcpus_desc, &xd_pools_desc, NULL};

const struct xd_backend_card xd_power_card = {
    .name = "power",
    .tables = xd_power_tables,
    .fills = xd_power_fills,
    .fill_columns = xd_power_fill_columns,
    .edits = edits,
};
