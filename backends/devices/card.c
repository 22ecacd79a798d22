/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks, NICs and other devices: what the module tells. */
#include "backend_devices/card.h"

#include "backend_devices/columns.h"

const struct xd_table_desc *const xd_devices_tables[] = {&xd_disks_desc, &xd_nics_desc,
                                                         &xd_devices_desc, &xd_pci_desc, NULL};
const struct xd_table_desc *const xd_devices_fills[] = {&xd_domains_desc, NULL};
const uint64_t xd_devices_fill_columns[] = {XD_DV_DOMAIN_COLUMNS};

const struct xd_backend_card xd_devices_card = {
    .name = "devices",
    .tables = xd_devices_tables,
    .fills = xd_devices_fills,
    .fill_columns = xd_devices_fill_columns,
};
