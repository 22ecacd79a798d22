/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the exporters. */
#ifndef XD_TOPO_EXPORT_IMPL_H
#define XD_TOPO_EXPORT_IMPL_H

#include "topo/export.h"

/* The things to be shown, in the order of the tree: a thing's children follow it. */
struct xd_topo_item {
    const struct xd_topo_thing *thing;
    size_t size;    /* with all below: item i's next sibling is i + size */
    size_t level;   /* below the root; what is hidden doesn't count */
    uint64_t shape; /* equal where what is below looks the same to people, numbers apart */
};
struct xd_topo_items {
    struct xd_topo_item *item; /* in an arena */
    size_t n;
};
/* Of the style its parts and its root count. */
void xd_topo_items(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_arena *a,
                   struct xd_topo_items *out);
/* Whether a thing is the style's root, or in it. */
bool xd_topo_is_within(const struct xd_topo_thing *o, const struct xd_topo_style *s);
/* How many siblings from item i on may be shown as one: things of the CPU side and DIMM slots that
 * are alike. 1: just itself. `end`: where the siblings end. */
size_t xd_topo_alike(const struct xd_topo_items *l, size_t i, size_t end);

/* As xd_topo_describe, without the CPUs. */
void xd_topo_about(const struct xd_topo_thing *o, struct xd_buf *out);

/* Text for XML, in content and in attributes: marks escaped, what XML can't hold left out. */
void xd_topo_xml(struct xd_buf *out, const char *s);

/* The formats. */
int xd_topo_export_tree(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                        struct xd_err *err);
int xd_topo_export_json(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                        struct xd_err *err);
int xd_topo_export_dot(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                       struct xd_err *err);
int xd_topo_export_svg(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                       struct xd_err *err);
int xd_topo_export_hwloc(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                         struct xd_err *err);

#endif
