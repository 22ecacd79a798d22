/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program knows of this module before it loads it: see struct xd_backend_card. */
#ifndef XD_CI_CARD_H
#define XD_CI_CARD_H

#include "model/backend.h"

extern const struct xd_table_desc *const xd_cpuid_tables[];
extern const struct xd_backend_card xd_cpuid_card;

#endif
