/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of this room. */
#ifndef XD_TOPO_TOPO_IMPL_H
#define XD_TOPO_TOPO_IMPL_H

#include "topo/topo.h"

/* Nothing real is nested deeper; parents beyond are taken for a circle. */
#define XD_TOPO_DEPTH_MAX 300

/* Makes the tree of what parent_id says, in the order in which things were added; what names no
 * parent, one that isn't there, or a circle, becomes the machine's. Things are then in the order of
 * the tree. */
void xd_topo_link(struct xd_topo *t);

#endif
