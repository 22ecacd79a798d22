/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drawing of a machine: boxes that nest as it does, on cells. A drawing is made for a width: it
 * never needs more, and goes on downwards; where a height is given too, equal siblings are folded
 * into one until it fits or nothing is left to fold. It is a pure function of the tree and the
 * look: screen, text output and tests share it. */
#ifndef XD_TUI_TOPO_DIAGRAM_H
#define XD_TUI_TOPO_DIAGRAM_H

#include "topo/topo.h"
#include "tui/canvas.h"

enum xd_diagram_view {
    XD_DIAGRAM_ALL,
    XD_DIAGRAM_CPU,
    XD_DIAGRAM_MEMORY,
    XD_DIAGRAM_PCI,
    XD_DIAGRAM_NUMA, /* a matrix of distances instead of boxes */
    XD_DIAGRAM_VIEWS,
};
extern const char *const xd_diagram_view_names[]; /* NULL-terminated */

/* What stands behind a thread's number: which domain runs there, how busy it is. */
struct xd_diagram_mark {
    char text[8]; /* one cell; "" none */
    enum xd_role_style style;
};

struct xd_diagram_look {
    enum xd_diagram_view view;
    const struct xd_topo_thing *root; /* what is looked at; NULL: the machine */
    int width;                        /* cells */
    int height;                       /* lines that it should fit into; 0: fold nothing */
    /* All may be NULL. The note is put behind a thing's title or line: its owner, say; the load
     * stands beside its link. */
    bool (*mark)(const void *ctx, const struct xd_topo_thing *thread, struct xd_diagram_mark *out);
    const char *(*note)(const void *ctx, const struct xd_topo_thing *o);
    const char *(*load)(const void *ctx, const struct xd_topo_thing *o);
    const void *ctx;
};

/* A box, a cell or a line of the drawing. */
struct xd_diagram_item {
    const struct xd_topo_thing *thing;
    size_t n;            /* it stands for so many equal ones, beginning with thing */
    struct xd_rect rect; /* from the top left corner of the drawing */
    const struct xd_diagram_node *node;
};

struct xd_diagram;

/* t must outlive it. One drawing of a tree at a time: things remember where they are drawn. */
struct xd_diagram *xd_diagram_new(const struct xd_topo *t, const struct xd_diagram_look *look);
void xd_diagram_free(struct xd_diagram *d); /* NULL allowed */
/* Whom mark and note are asked of from now on: a drawing lives longer than what is marked in it. */
void xd_diagram_ask(struct xd_diagram *d, const void *ctx);
int xd_diagram_height(const struct xd_diagram *d);

/* PCI functions and what hangs on them. */
bool xd_diagram_is_device(enum xd_thing_kind k);

/* All items, a box before what is in it. */
const struct xd_diagram_item *xd_diagram_items(const struct xd_diagram *d, size_t *n);
/* Where a thing is drawn: its own item, or that of what stands for it or has it in it. NULL: it is
 * outside of what is looked at. */
const struct xd_diagram_item *xd_diagram_item_of(const struct xd_diagram *d,
                                                 const struct xd_topo_thing *o);
/* The innermost item at a place, or NULL. */
const struct xd_diagram_item *xd_diagram_item_at(const struct xd_diagram *d, int x, int y);
/* The next item from one in a direction (-1, 0, 1 each, one of them 0), by where they begin; NULL:
 * there is none. */
const struct xd_diagram_item *xd_diagram_next(const struct xd_diagram *d,
                                              const struct xd_diagram_item *from, int dx, int dy);

/* Draws the lines from `top` on into r. cursor: NULL: none. hit: things to be pointed out, may be
 * NULL. */
void xd_diagram_draw(const struct xd_diagram *d, struct xd_canvas *c, struct xd_rect r, int top,
                     const struct xd_topo_thing *cursor,
                     bool (*hit)(const void *ctx, const struct xd_topo_thing *o), const void *ctx);

/* The whole drawing as lines of text, none longer than look->width. */
void xd_diagram_text(const struct xd_topo *t, const struct xd_diagram_look *look,
                     enum xd_glyphs glyphs, struct xd_buf *out);

#endif
