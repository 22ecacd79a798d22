/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The picture of a machine before it is written: boxes, measured from the inside out, then placed
 * from the outside in, so that none overlaps another. Pixels. */
#ifndef XD_TOPO_EXPORT_SVG_H
#define XD_TOPO_EXPORT_SVG_H

#include "topo/export_impl.h"

#define XD_SVG_FONT 12   /* of a font whose characters are all as wide */
#define XD_SVG_CELL 7.25 /* that wide, or narrower, in those that we name */
#define XD_SVG_LINE 16   /* from one line of text to the next */
#define XD_SVG_PAD  8    /* between a box and what is in it */
#define XD_SVG_GAP  8    /* between boxes */
#define XD_SVG_ROW  4    /* between the rows of a PCI tree */
#define XD_SVG_STEP 30   /* its indentation */
#define XD_SVG_STUB 20   /* of that, the link: from the trunk to the row */

enum xd_svg_look {
    XD_SVG_SECTION, /* draws nothing: just holds boxes together */
    XD_SVG_BOX,
    XD_SVG_CELL_BOX, /* a core: its threads' numbers */
    XD_SVG_SLOT,     /* of a DIMM */
    XD_SVG_ROW_BOX,  /* of a PCI tree */
};

struct xd_svg_box {
    enum xd_svg_look look;
    const struct xd_topo_thing *thing; /* NULL: a section */
    bool is_bus;                       /* a box whose rows are a tree of PCI */
    struct xd_svg_box *parent_row;     /* of rows: whose link it hangs on; NULL: the bus */
    unsigned level;                    /* of rows */
    char **lines;                      /* of text; the first is the heading */
    size_t n_lines;
    bool dashed; /* empty, offline */
    int x, y, w, h;
    struct xd_svg_box *first, *last, *next;
};

/* The machine, measured and placed with its left top corner at x, y. All in a. */
struct xd_svg_box *xd_svg_layout(const struct xd_topo_items *l, struct xd_arena *a, int x, int y);

/* --- text (export_svg_text.c) --- */

int xd_svg_text_width(const char *s);
void xd_svg_add_line(struct xd_arena *a, char ***lines, size_t *n, const char *s, size_t len);
/* Breaks text at its double blanks, or, where a part alone is too long, at blanks, into lines of at
 * most that many cells; parts on one line are joined by " · ". */
void xd_svg_wrap(const char *text, int cells, struct xd_arena *a, char ***lines, size_t *n);

#endif
