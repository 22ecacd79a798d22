/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID policies: what the module tells. */
#include "backend_cpuid/card.h"

#include "model/tables_cpuid.h"

const struct xd_table_desc *const xd_cpuid_tables[] = {&xd_cpuid_desc, &xd_cpuid_leaves_desc, NULL};

const struct xd_backend_card xd_cpuid_card = {.name = "cpuid", .tables = xd_cpuid_tables};
