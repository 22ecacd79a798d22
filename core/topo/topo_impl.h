/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of this room. */
#ifndef XD_TOPO_TOPO_IMPL_H
#define XD_TOPO_TOPO_IMPL_H

#include "topo/topo.h"

/* Nothing real is nested deeper; parents beyond are taken for a circle. */
#define XD_TOPO_DEPTH_MAX 300

/* As xd_topo_thing, of an id that is safe for a terminal already. */
struct xd_topo_thing *xd_topo_thing_safe(struct xd_topo *t, enum xd_thing_kind kind,
                                         const char *parent, const char *id);
/* Room for one fact more, still zero. */
struct xd_topo_fact *xd_topo_fact_add(struct xd_topo *t, struct xd_topo_thing *o);

/* A copy that lives as the tree does. Neighbours often have the same one: it is kept once. */
const struct xd_cpuset *xd_topo_keep_set(struct xd_topo *t, const struct xd_cpuset *set);

/* Makes the tree of what parent_id says, in the order in which things were added; what names no
 * parent, one that isn't there, or a circle, becomes the machine's. Things are then in the order of
 * the tree. */
void xd_topo_link(struct xd_topo *t);

/* Things of CPUs (packages to threads): for each kind the sets of the best source that has any
 * count, other sources' things become facts of those, and each is put into the smallest thing that
 * has all its CPUs. Then all things are in the order in which they are to be drawn. */
void xd_topo_nest(struct xd_topo *t);
/* From now on that id leads to another thing (that of the same CPUs, by a better source). */
void xd_topo_alias(struct xd_topo *t, const char *id, struct xd_topo_thing *o);

static inline bool xd_topo_is_cpu_kind(enum xd_thing_kind kind)
{
    return kind >= XD_THING_PACKAGE && kind <= XD_THING_THREAD;
}

#endif
