/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains, vCPUs and the host: what the module tells, and that it edits them. */
#include "backend_libxl/card.h"

#include "model/tables.h"
#include "model/tables_cpuid.h"

const struct xd_table_desc *const xd_libxl_tables[] = {
    &xd_host_desc,    &xd_nodes_desc,     &xd_pcpus_desc, &xd_pools_desc,
    &xd_domains_desc, &xd_vcpus_desc,     &xd_dmesg_desc, &xd_params_desc,
    &xd_limits_desc,  &xd_cpuid_try_desc, NULL,
};

const struct xd_backend_card xd_libxl_card = {
    .name = "libxl",
    .tables = xd_libxl_tables,
    .edits = xd_libxl_tables,
};
