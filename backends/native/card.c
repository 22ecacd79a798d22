/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine without Xen: what the module tells. */
#include "model/backend.h"
#include "topo/host.h"

extern const struct xd_backend_card xd_native_card;
const struct xd_backend_card xd_native_card = {.name = "native", .tables = xd_topo_tables};
