/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program knows of this module before it loads it: see struct xd_backend_card. */
#ifndef XD_DV_CARD_H
#define XD_DV_CARD_H

#include "model/backend.h"

extern const struct xd_table_desc *const xd_devices_tables[];
extern const struct xd_table_desc *const xd_devices_fills[];
extern const uint64_t xd_devices_fill_columns[];
extern const struct xd_backend_card xd_devices_card;

#endif
