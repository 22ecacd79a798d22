/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of domains that this backend fills in. */
#ifndef XD_DV_COLUMNS_H
#define XD_DV_COLUMNS_H

#include "model/tables.h"

#define XD_DV_COLUMN(c) (UINT64_C(1) << (c))

#define XD_DV_DOMAIN_NETS                                                                          \
    (XD_DV_COLUMN(XD_DOMAIN_NICS) | XD_DV_COLUMN(XD_DOMAIN_NET_RX_BYTES) |                         \
     XD_DV_COLUMN(XD_DOMAIN_NET_TX_BYTES) | XD_DV_COLUMN(XD_DOMAIN_NET_RX) |                       \
     XD_DV_COLUMN(XD_DOMAIN_NET_TX))
#define XD_DV_DOMAIN_DISKS                                                                         \
    (XD_DV_COLUMN(XD_DOMAIN_DISKS) | XD_DV_COLUMN(XD_DOMAIN_DISK_OO) |                             \
     XD_DV_COLUMN(XD_DOMAIN_DISK_RD_REQS) | XD_DV_COLUMN(XD_DOMAIN_DISK_WR_REQS) |                 \
     XD_DV_COLUMN(XD_DOMAIN_DISK_RD_SECT) | XD_DV_COLUMN(XD_DOMAIN_DISK_WR_SECT) |                 \
     XD_DV_COLUMN(XD_DOMAIN_DISK_RD_BYTES) | XD_DV_COLUMN(XD_DOMAIN_DISK_WR_BYTES) |               \
     XD_DV_COLUMN(XD_DOMAIN_DISK_RD) | XD_DV_COLUMN(XD_DOMAIN_DISK_WR))
#define XD_DV_DOMAIN_COLUMNS (XD_DV_DOMAIN_NETS | XD_DV_DOMAIN_DISKS)

#endif
