/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that make and draw a diagram. */
#ifndef XD_TUI_TOPO_DIAGRAM_IMPL_H
#define XD_TUI_TOPO_DIAGRAM_IMPL_H

#include "tui/topo/diagram.h"

#define XD_DIAGRAM_BOX_LEAST  12 /* cells: a narrower box says nothing */
#define XD_DIAGRAM_LINE_LEAST 40 /* of a box of lines, for the sake of their words */
#define XD_DIAGRAM_CELL_GAP   1

enum xd_diagram_form {
    XD_DIAGRAM_BOX,  /* a frame with a title and what is in it */
    XD_DIAGRAM_CELL, /* a few words beside others: a core with its threads, a DIMM */
    XD_DIAGRAM_LINE, /* a line of a tree, with those below indented: PCI */
};

/* What of the tree is drawn, before it has a place. */
struct xd_diagram_node {
    const struct xd_topo_thing *thing;
    const struct xd_topo_thing *inner; /* an only child drawn in the same frame; else thing */
    struct xd_diagram_node *parent, *child, *last, *next;
    size_t n_children;
    struct xd_diagram_node *stand; /* the one that is drawn in its place; NULL: none was folded */
    bool drawn;
    size_t n;                          /* equal siblings that it stands for, itself among them */
    const struct xd_topo_thing *until; /* the last of them */
    enum xd_diagram_form form;
    int indent;   /* of a line */
    bool ends;    /* a line: the last of its siblings */
    uint64_t sum; /* of what it looks like: equal sums look the same but for names and numbers */
    int cell;     /* a cell's width; of the children of a box all have the widest */
    int least;    /* the narrowest that it can be drawn */
    struct xd_rect rect;
    size_t item; /* among the items, where it is drawn */
    /* Heights by width that were worked out; of the first of its look only. */
    struct xd_diagram_node *like;
    struct {
        int width, height;
    } known[8];
    int n_known;
};

struct xd_diagram {
    struct xd_arena arena;
    const struct xd_topo *topo;
    struct xd_diagram_look look;
    struct xd_diagram_node *root; /* NULL: a matrix */
    struct xd_diagram_item *items;
    size_t n_items;
    int height;
    int digits; /* of the largest thread's number */
    int fold;   /* how much is folded: 0 nothing */
};

/* The nodes of what is looked at, folded so much. */
void xd_diagram_build(struct xd_diagram *d);
/* Gives each node its place; returns the height. */
int xd_diagram_place(struct xd_diagram *d);
#define XD_DIAGRAM_FOLDS 4 /* 0 … 3 */

/* The text of a cell; of a core's, where thread i of its threads begins. */
void xd_diagram_cell_text(const struct xd_diagram *d, const struct xd_diagram_node *n,
                          struct xd_buf *out);
/* What a node's thing is called; of one that stands for others, all of them: "Core 0–31". */
void xd_diagram_name(const struct xd_diagram_node *n, const struct xd_topo_thing *o,
                     struct xd_buf *out);
/* A box's title, longest words last so that cutting loses the least. */
void xd_diagram_title(const struct xd_diagram *d, const struct xd_diagram_node *n,
                      struct xd_buf *out);

/* The matrix of distances. */
int xd_diagram_matrix_height(const struct xd_diagram *d);
void xd_diagram_matrix_draw(const struct xd_diagram *d, struct xd_canvas *c, struct xd_rect r,
                            int top);

#endif
