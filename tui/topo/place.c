/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measure, then place. Boxes of one kind stand side by side in columns of one width, as many as
 * make the drawing lowest; cells flow like words; lines stand one below the other. */
#include "tui/topo/diagram_impl.h"

/* Neighbours that are laid out together. */
struct run {
    struct xd_diagram_node *first;
    size_t n;
    int columns; /* boxes and cells side by side */
};

static struct run run_from(struct xd_diagram_node *n)
{
    struct run r = {n, 0, 1};

    for (struct xd_diagram_node *e = n; e && e->form == n->form; e = e->next) {
        if (n->form == XD_DIAGRAM_BOX && e->thing->kind != n->thing->kind)
            break;
        r.n++;
    }
    return r;
}

static struct xd_diagram_node *after(const struct run *r)
{
    struct xd_diagram_node *n = r->first;

    for (size_t i = 0; i < r->n; i++)
        n = n->next;
    return n;
}

/* --- measuring --- */

static int height_of(struct xd_diagram_node *n, int width);

static int lines_of(const struct xd_diagram_node *n)
{
    int lines = 1;

    for (const struct xd_diagram_node *c = n->child; c; c = c->next)
        lines += lines_of(c);
    return lines;
}

/* The width of column i of `columns` in so many cells: what is left over goes to the first ones. */
static int column_width(int width, int columns, int i)
{
    return width / columns + (i < width % columns);
}

static int rows_height(const struct run *r, int width, int columns)
{
    struct xd_diagram_node *n = r->first;
    int height = 0, row = 0;

    for (size_t i = 0; i < r->n; i++, n = n->next) {
        int column = (int)(i % (size_t)columns), h;

        if (column == 0) {
            height += row;
            row = 0;
        }
        h = height_of(n, column_width(width, columns, column));
        row = h > row ? h : row;
    }
    return height + row;
}

static int cells_across(const struct run *r, int width)
{
    int cell = r->first->cell, n = (width + XD_DIAGRAM_CELL_GAP) / (cell + XD_DIAGRAM_CELL_GAP);

    return n < 1 ? 1 : n;
}

#define COLUMNS_TRIED 16

/* Chooses how many stand side by side; returns the height. */
static int arrange(struct run *r, int width)
{
    int least = 0, best = 0, most;

    if (r->first->form == XD_DIAGRAM_CELL) {
        r->columns = cells_across(r, width);
        return (int)((r->n + (size_t)r->columns - 1) / (size_t)r->columns);
    }
    if (r->first->form == XD_DIAGRAM_LINE) {
        for (struct xd_diagram_node *n = r->first; n != after(r); n = n->next)
            best += lines_of(n);
        return best;
    }
    for (struct xd_diagram_node *n = r->first; n != after(r); n = n->next)
        least = n->least > least ? n->least : least;
    most = width / least < 1 ? 1 : width / least;
    most = (size_t)most > r->n ? (int)r->n : most;
    most = most > COLUMNS_TRIED ? COLUMNS_TRIED : most;
    for (int columns = 1; columns <= most; columns++) {
        int height = rows_height(r, width, columns);

        if (columns == 1 || height <= best) {
            best = height;
            r->columns = columns;
        }
    }
    return best;
}

static int height_of(struct xd_diagram_node *n, int width)
{
    struct xd_diagram_node *like = n->like ? n->like : n;
    int height = 2;

    for (int i = 0; i < like->n_known; i++)
        if (like->known[i].width == width)
            return like->known[i].height;
    for (struct xd_diagram_node *c = n->child; c;) {
        struct run r = run_from(c);

        height += arrange(&r, width - 2);
        c = after(&r);
    }
    like->known[like->n_known % 8].width = width;
    like->known[like->n_known % 8].height = height;
    if (like->n_known < 8)
        like->n_known++;
    return height;
}

static void find_least(struct xd_diagram_node *n)
{
    struct xd_diagram_node *first = NULL;
    int least;

    n->least = n->form == XD_DIAGRAM_CELL ? n->cell : XD_DIAGRAM_BOX_LEAST;
    for (struct xd_diagram_node *c = n->child; c; c = c->next) {
        if (c->form == XD_DIAGRAM_BOX && first && first->sum == c->sum && first->n == c->n)
            c->like = first->like ? first->like : first;
        first = c;
        find_least(c);
        least = c->form == XD_DIAGRAM_LINE ? XD_DIAGRAM_LINE_LEAST : c->least + 2;
        n->least = least > n->least ? least : n->least;
    }
}

/* --- placing --- */

static void place_lines(struct xd_diagram_node *n, int x, int *y, int width)
{
    n->rect = (struct xd_rect){x, *y, width, 1};
    ++*y;
    for (struct xd_diagram_node *c = n->child; c; c = c->next)
        place_lines(c, x, y, width);
}

/* A core's threads, each at its place in the cell. */
static void place_threads(const struct xd_diagram *d, struct xd_diagram_node *n)
{
    int x = n->rect.x, w = d->digits + (d->look.mark ? 1 : 0), end = n->rect.x + n->rect.w;

    for (struct xd_diagram_node *c = n->child; c && n->n == 1; c = c->next, x += w + 1)
        c->rect = (struct xd_rect){x < end ? x : end, n->rect.y,
                                   x + w <= end ? w
                                   : end > x    ? end - x
                                                : 0,
                                   1};
}

static void place_box(const struct xd_diagram *d, struct xd_diagram_node *n, struct xd_rect r);

static int place_run(const struct xd_diagram *d, struct run *r, struct xd_rect at)
{
    struct xd_diagram_node *n = r->first;
    int height = arrange(r, at.w), x = at.x, y = at.y, row = 0;

    if (n->form == XD_DIAGRAM_LINE) {
        for (; n != after(r); n = n->next)
            place_lines(n, at.x, &y, at.w);
        return height;
    }
    for (size_t i = 0; i < r->n; i++, n = n->next) {
        int column = (int)(i % (size_t)r->columns), w, h;

        if (column == 0) {
            x = at.x;
            y += row;
            row = 0;
        }
        if (n->form == XD_DIAGRAM_CELL) {
            w = n->cell < at.x + at.w - x ? n->cell : at.x + at.w - x;
            n->rect = (struct xd_rect){x, y, w, 1};
            place_threads(d, n);
            x += n->cell + XD_DIAGRAM_CELL_GAP;
            row = 1;
            continue;
        }
        w = column_width(at.w, r->columns, column);
        h = height_of(n, w);
        row = h > row ? h : row;
        place_box(d, n, (struct xd_rect){x, y, w, h});
        x += w;
    }
    return height;
}

/* Boxes of one row are of one height: the highest one's. */
static void level_rows(struct run *r)
{
    struct xd_diagram_node *row = r->first, *n = r->first;
    int most = 0;

    if (n->form != XD_DIAGRAM_BOX)
        return;
    for (size_t i = 0; i < r->n; i++) {
        most = n->rect.h > most ? n->rect.h : most;
        n = n->next;
        if ((i + 1) % (size_t)r->columns && i + 1 < r->n)
            continue;
        for (; row != n; row = row->next)
            row->rect.h = most;
        most = 0;
    }
}

static void place_box(const struct xd_diagram *d, struct xd_diagram_node *n, struct xd_rect r)
{
    struct xd_rect in = {r.x + 1, r.y + 1, r.w - 2, 0};

    n->rect = r;
    for (struct xd_diagram_node *c = n->child; c;) {
        struct run run = run_from(c);

        in.y += place_run(d, &run, in);
        level_rows(&run);
        c = after(&run);
    }
}

int xd_diagram_place(struct xd_diagram *d)
{
    int height;

    find_least(d->root);
    height = height_of(d->root, d->look.width);
    place_box(d, d->root, (struct xd_rect){0, 0, d->look.width, height});
    return height;
}
