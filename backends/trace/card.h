/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program knows of this module before it loads it: see struct xd_backend_card. */
#ifndef XD_TR_CARD_H
#define XD_TR_CARD_H

#include "model/backend.h"

extern const struct xd_table_desc *const xd_trace_tables[];
extern const struct xd_table_desc *const xd_trace_fills[];
extern const uint64_t xd_trace_fill_columns[];
extern const struct xd_backend_card xd_trace_card;

#endif
