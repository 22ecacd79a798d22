/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of advice. */
#ifndef XD_TOPO_ADVICE_IMPL_H
#define XD_TOPO_ADVICE_IMPL_H

#include "base/str.h"
#include "topo/advice.h"

/* The first of a thing and check stays. */
void xd_topo_advise_once(struct xd_topo *t, const struct xd_topo_advice *a);

void xd_topo_advise_links(struct xd_topo *t);
void xd_topo_advise_memory(struct xd_topo *t);

#endif
