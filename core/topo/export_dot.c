/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as a graph for Graphviz: a box for each thing, an edge to what is in it or hangs on
 * it; links of PCI say what they carry. Equal siblings are one box. */
#include <stdio.h>
#include <string.h>

#include "topo/export_impl.h"

static void quoted(struct xd_buf *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            xd_buf_addc(out, '\\');
        xd_buf_addc(out, *s);
    }
}

static uint32_t hue(const struct xd_topo_style *s, enum xd_thing_kind k)
{
    enum xd_topo_colour c = XD_TOPO_C_CPU;

    if (xd_topo_kind_is_cache(k))
        c = XD_TOPO_C_CACHE;
    else if (k == XD_THING_NODE || k == XD_THING_MEMORY || k == XD_THING_DIMM)
        c = XD_TOPO_C_MEMORY;
    else if (xd_topo_kind_is_pci(k))
        c = XD_TOPO_C_PCI;
    else if (xd_topo_kind_is_leaf(k))
        c = XD_TOPO_C_LEAF;
    return s->colours[c];
}

static void node(struct xd_buf *out, const struct xd_topo_style *s, const struct xd_topo_items *l,
                 size_t i, size_t n)
{
    const struct xd_topo_thing *o = l->item[i].thing;
    struct xd_buf text = XD_BUF_INIT;
    char called[128];

    xd_buf_add(out, "  \"");
    quoted(out, o->id);
    xd_buf_add(out, "\" [label=\"");
    quoted(out, xd_topo_called(o, called, sizeof(called)));
    if (n > 1)
        xd_buf_printf(out, " (%zu alike)", n);
    if (o->kind == XD_THING_FUNCTION || o->kind == XD_THING_VF)
        xd_buf_printf(&text, "%s", xd_topo_str(o, XD_TOPO_NAME, xd_topo_str(o, XD_TOPO_CLASS, "")));
    else
        xd_topo_describe(o, &text);
    if (text.len) {
        xd_buf_add(out, "\\n");
        quoted(out, text.s);
    }
    xd_buf_printf(out, "\", color=\"#%06x\"%s];\n", (unsigned)hue(s, o->kind),
                  xd_topo_bool(o, XD_TOPO_EMPTY, false) ? ", style=dashed" : "");
    xd_buf_done(&text);
}

/* From a thing to one in it; the wider a link is, the thicker. */
static void edge(struct xd_buf *out, const struct xd_topo_style *s,
                 const struct xd_topo_thing *from, const struct xd_topo_thing *o)
{
    uint64_t lanes = xd_topo_u64(o, XD_TOPO_LINK_LANES, 0);
    char link[48];

    xd_buf_add(out, "  \"");
    quoted(out, from->id);
    xd_buf_add(out, "\" -> \"");
    quoted(out, o->id);
    xd_buf_add(out, "\"");
    if (xd_topo_link_text(o, link, sizeof(link))[0])
        xd_buf_printf(out, " [label=\"%s\", penwidth=%u%s]", link,
                      lanes >= 16  ? 4u
                      : lanes >= 8 ? 3u
                      : lanes >= 4 ? 2u
                                   : 1u,
                      xd_topo_link_is_low(o) ? ", style=dashed" : "");
    xd_buf_add(out, ";\n");
}

static void branch(struct xd_buf *out, const struct xd_topo_style *s, const struct xd_topo_items *l,
                   const struct xd_topo_thing *in, size_t i, size_t end)
{
    while (i < end) {
        size_t n = s->unfolded ? 1 : xd_topo_alike(l, i, end);

        node(out, s, l, i, n);
        if (in)
            edge(out, s, in, l->item[i].thing);
        branch(out, s, l, l->item[i].thing, i + 1, i + l->item[i].size);
        for (; n > 0; n--)
            i += l->item[i].size;
    }
}

int xd_topo_export_dot(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                       struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo_items l;

    xd_topo_items(t, s, &a, &l);
    xd_buf_add(out, "digraph machine {\n  rankdir=LR;\n");
    xd_buf_printf(out,
                  "  graph [bgcolor=\"#%06x\"];\n"
                  "  node [shape=box, fontname=\"Helvetica\", fontcolor=\"#%06x\", penwidth=1.5];\n"
                  "  edge [fontname=\"Helvetica\", fontsize=9, arrowhead=none, color=\"#%06x\", "
                  "fontcolor=\"#%06x\"];\n",
                  (unsigned)s->colours[XD_TOPO_C_PAPER], (unsigned)s->colours[XD_TOPO_C_INK],
                  (unsigned)s->colours[XD_TOPO_C_LINE], (unsigned)s->colours[XD_TOPO_C_DIM]);
    branch(out, s, &l, NULL, 0, l.n);
    xd_buf_add(out, "}\n");
    xd_arena_done(&a);
    return 0;
}
