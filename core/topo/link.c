/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From parents' names to a tree. */
#include <string.h>

#include "topo/topo_impl.h"

static void adopt(struct xd_topo_thing *parent, struct xd_topo_thing *o)
{
    o->parent = parent;
    if (parent->last)
        parent->last->next = o;
    else
        parent->child = o;
    parent->last = o;
}

/* Whether following parents, as they are named, from o comes back to it, or to a circle above it.
 */
static bool is_circle(const struct xd_topo_thing *o)
{
    const struct xd_topo_thing *at = o;

    for (size_t steps = 0; (at = at->parent); steps++)
        if (at == o || steps > XD_TOPO_DEPTH_MAX)
            return true;
    return false;
}

void xd_topo_link(struct xd_topo *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];

        o->child = o->last = o->next = NULL;
        o->parent = o == t->machine ? NULL : xd_topo_find(t, o->parent_id);
    }
    for (size_t i = 0; i < t->n_things; i++) /* before any of them is adopted */
        t->things[i]->depth = is_circle(t->things[i]);
    for (size_t i = 0; i < t->n_things; i++) {
        struct xd_topo_thing *o = t->things[i];

        if (o != t->machine)
            adopt(o->parent && !o->depth ? o->parent : t->machine, o);
    }
    for (struct xd_topo_thing *o = NULL; (o = xd_topo_walk(t->machine, o));) {
        o->depth = o->parent ? o->parent->depth + 1 : 0;
        t->things[n++] = o;
    }
}
