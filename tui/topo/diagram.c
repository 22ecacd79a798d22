/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A diagram made, and asked about: see diagram.h. */
#include "tui/topo/diagram.h"

#include <stdlib.h>

#include "tui/topo/diagram_impl.h"

static void list_items(struct xd_diagram *d, struct xd_diagram_node *n)
{
    d->items = xd_arena_grow(&d->arena, d->items, d->n_items, sizeof(*d->items));
    n->item = d->n_items;
    n->drawn = true;
    d->items[d->n_items++] = (struct xd_diagram_item){n->thing, n->n, n->rect, n};
    for (struct xd_diagram_node *c = n->child; c; c = c->next)
        list_items(d, c);
}

struct xd_diagram *xd_diagram_new(const struct xd_topo *t, const struct xd_diagram_look *look)
{
    struct xd_diagram *d = xd_malloc(sizeof(*d));

    d->topo = t;
    d->look = *look;
    if (!d->look.root)
        d->look.root = t->machine;
    xd_arena_init(&d->arena);
    if (look->view == XD_DIAGRAM_NUMA) {
        d->height = xd_diagram_matrix_height(d);
        return d;
    }
    for (d->fold = 0;; d->fold++) {
        xd_diagram_build(d);
        d->height = xd_diagram_place(d);
        if (!look->height || d->height <= look->height || d->fold == XD_DIAGRAM_FOLDS - 1)
            break;
    }
    list_items(d, d->root);
    return d;
}

void xd_diagram_free(struct xd_diagram *d)
{
    if (!d)
        return;
    xd_arena_done(&d->arena);
    free(d);
}

void xd_diagram_ask(struct xd_diagram *d, const void *ctx)
{
    d->look.ctx = ctx;
}

int xd_diagram_height(const struct xd_diagram *d)
{
    return d->height;
}

const struct xd_diagram_item *xd_diagram_items(const struct xd_diagram *d, size_t *n)
{
    *n = d->n_items;
    return d->items;
}

const struct xd_diagram_item *xd_diagram_item_of(const struct xd_diagram *d,
                                                 const struct xd_topo_thing *o)
{
    const struct xd_diagram_node *n;

    if (!d->root)
        return NULL;
    while (o && !o->user)
        o = o->parent;
    n = o ? o->user : NULL;
    while (n && !n->drawn)
        n = n->stand ? n->stand : n->parent;
    return n ? &d->items[n->item] : NULL;
}

static bool holds(const struct xd_rect *r, int x, int y)
{
    return x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h;
}

const struct xd_diagram_item *xd_diagram_item_at(const struct xd_diagram *d, int x, int y)
{
    const struct xd_diagram_item *found = NULL;

    for (size_t i = 0; i < d->n_items; i++)
        if (holds(&d->items[i].rect, x, y))
            found = &d->items[i];
    return found;
}

/* How far `to` is from `from` that way; INT_MAX: it isn't that way at all. Along the way comes
 * first: what is in the next line is nearer than anything in the line after. */
static long distance(const struct xd_rect *from, const struct xd_rect *to, int dx, int dy)
{
    long along = dx ? (long)(to->x - from->x) * dx : (long)(to->y - from->y) * dy;
    long across = labs(dx ? (long)to->y - from->y : (long)to->x - from->x);

    if (along <= 0 || (dx && across))
        return -1;
    return along * 65536 + across;
}

const struct xd_diagram_item *xd_diagram_next(const struct xd_diagram *d,
                                              const struct xd_diagram_item *from, int dx, int dy)
{
    const struct xd_diagram_item *best = NULL;
    long least = 0;

    for (size_t i = 0; i < d->n_items; i++) {
        long far = distance(&from->rect, &d->items[i].rect, dx, dy);

        /* A core begins where its first thread does: the thread is what one means. */
        if (far >= 0 && (!best || far <= least)) {
            least = far;
            best = &d->items[i];
        }
    }
    return best;
}

void xd_diagram_text(const struct xd_topo *t, const struct xd_diagram_look *look,
                     enum xd_glyphs glyphs, struct xd_buf *out)
{
    struct xd_diagram *d = xd_diagram_new(t, look);
    struct xd_canvas c;

    xd_canvas_init(&c, look->width, d->height, glyphs);
    xd_diagram_draw(d, &c, (struct xd_rect){0, 0, look->width, d->height}, 0, NULL, NULL, NULL);
    xd_canvas_dump(&c, out);
    xd_canvas_done(&c);
    xd_diagram_free(d);
}
