/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology of a Xen host: what the module tells. */
#include "model/backend.h"
#include "topo/host.h"

extern const struct xd_backend_card xd_topology_card;
const struct xd_backend_card xd_topology_card = {.name = "topology", .tables = xd_topo_tables};
