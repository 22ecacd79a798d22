/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XD_LP_CARD_H
#define XD_LP_CARD_H

#include "model/backend.h"

extern const struct xd_table_desc *const xd_linuxpower_tables[];
extern const struct xd_backend_card xd_linuxpower_card;

#endif
