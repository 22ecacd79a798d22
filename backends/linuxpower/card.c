/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and heat without Xen: what the module tells. */
#include "backend_linuxpower/card.h"

#include "kernel/dom0.h"
#include "model/tables.h"
#include "model/tables_power.h"

const struct xd_table_desc *const xd_linuxpower_tables[] = {&xd_power_desc,
                                                            &xd_sensors_desc,
                                                            &xd_cstates_desc,
                                                            &xd_pstates_desc,
                                                            &xd_pcpus_desc,
                                                            &xd_limits_desc,
                                                            NULL};

static bool may_serve(void)
{
    return !xd_xen_is_here();
}

const struct xd_backend_card xd_linuxpower_card = {
    .name = "linuxpower",
    .tables = xd_linuxpower_tables,
    .edits = xd_linuxpower_tables,
    .may_serve = may_serve,
};
