/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XD_PW_CARD_H
#define XD_PW_CARD_H

#include "model/backend.h"

extern const struct xd_table_desc *const xd_power_tables[], *const xd_power_fills[];
extern const uint64_t xd_power_fill_columns[];
extern const struct xd_backend_card xd_power_card;

#endif
