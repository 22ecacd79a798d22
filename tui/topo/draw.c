/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A diagram on a canvas. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "topo/export.h"
#include "tui/topo/diagram_impl.h"

#define NEST_MOST 32 /* things in one frame, degrees of indentation */

/* --- titles --- */

static void add_value(const struct xd_topo_thing *o, enum xd_topo_col col, const char *behind,
                      struct xd_buf *out)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value v = xd_topo_value(o, col);

    if (v.have)
        xd_buf_printf(out, " %s%s", xd_value_short(&v, &xd_topology_desc.columns[col].kind, &a),
                      behind);
    xd_arena_done(&a);
}

/* The same where there is room for all of it: half a number would be another one. */
static void add_whole(const struct xd_topo_thing *o, enum xd_topo_col col, const char *before,
                      const char *behind, int room, struct xd_buf *out)
{
    size_t len = out->len;

    xd_buf_add(out, before);
    add_value(o, col, behind, out);
    if (xd_str_width(xd_buf_str(out)) > room)
        xd_buf_cut(out, len);
}

/* The little that is said of a thing in its frame. */
static void add_facts(const struct xd_topo_thing *o, int room, struct xd_buf *out)
{
    const char *name = xd_topo_str(o, XD_TOPO_NAME, NULL);

    if (o->kind == XD_THING_MACHINE) {
        if (name && !strstr(out->s, name))
            xd_buf_printf(out, " %s", name);
    } else if (o->kind == XD_THING_MEMORY) {
        add_whole(o, XD_TOPO_SIZE, "", "", room, out);
        add_whole(o, XD_TOPO_SIZE_MAX, "", " at most", room, out);
        if (xd_topo_str(o, XD_TOPO_ECC, NULL))
            xd_buf_printf(out, " ECC %s", xd_topo_str(o, XD_TOPO_ECC, NULL));
    } else {
        add_whole(o, XD_TOPO_SIZE, "", "", room, out);
        add_whole(o, XD_TOPO_FREE, "", " free", room, out);
    }
}

/* Sizes of the caches that a core has for itself, of the first core in a box of cores. */
static void add_own_caches(const struct xd_diagram_node *n, int room, struct xd_buf *out)
{
    const struct xd_topo_thing *core = n->child ? n->child->thing : NULL;

    if (!core || core->kind != XD_THING_CORE || n->child->form != XD_DIAGRAM_CELL)
        return;
    for (int kind = XD_THING_L2; kind <= XD_THING_L1; kind++)
        for (const struct xd_topo_thing *o = core->parent; o && o != n->inner; o = o->parent)
            if ((int)o->kind == kind)
                add_whole(o, XD_TOPO_SIZE, kind == XD_THING_L1 ? " · L1" : " · L2", "", room, out);
}

void xd_diagram_name(const struct xd_diagram_node *n, const struct xd_topo_thing *o,
                     struct xd_buf *out)
{
    uint64_t from = xd_topo_u64(n->thing, XD_TOPO_INDEX, UINT64_MAX),
             to = xd_topo_u64(n->until, XD_TOPO_INDEX, UINT64_MAX);
    char name[XD_KEY_MAX], until[XD_KEY_MAX];

    xd_buf_add(out, xd_topo_called(o, name, sizeof(name)));
    if (n->n == 1 || o != n->thing)
        return;
    xd_topo_called(n->until, until, sizeof(until));
    if (strcmp(name, until) == 0)
        xd_buf_printf(out, " ×%zu", n->n);
    else if (from != UINT64_MAX && to != UINT64_MAX && to - from == n->n - 1)
        xd_buf_printf(out, "–%llu", (unsigned long long)to);
    else
        xd_buf_printf(out, " … %s (%zu)", until, n->n);
    if (n->form == XD_DIAGRAM_BOX)
        xd_buf_add(out, " each");
}

void xd_diagram_title(const struct xd_diagram *d, const struct xd_diagram_node *n,
                      struct xd_buf *out)
{
    const struct xd_topo_thing *path[NEST_MOST];
    const char *note = d->look.note ? d->look.note(d->look.ctx, n->inner) : NULL;
    const char *model = NULL;
    int room = n->rect.w - 4; /* a corner and a blank at each side */
    size_t depth = 0;

    for (const struct xd_topo_thing *o = n->inner; o && depth < NEST_MOST; o = o->parent) {
        if (o == n->thing || o == n->inner || o->kind != XD_THING_DIE)
            path[depth++] = o;
        if (o->kind == XD_THING_PACKAGE)
            model = xd_topo_str(o, XD_TOPO_NAME, NULL);
        if (o == n->thing)
            break;
    }
    while (depth-- > 0) {
        xd_diagram_name(n, path[depth], out);
        add_facts(path[depth], room, out);
        if (depth)
            xd_buf_add(out, " · ");
    }
    add_own_caches(n, room, out);
    if (model) /* long, and known by heart: it is cut first */
        xd_buf_printf(out, " · %s", model);
    if (note)
        xd_buf_printf(out, " · %s", note);
}

/* --- lines --- */

/* "│  ├─ " before a line. */
static int draw_limbs(const struct xd_diagram_node *n, struct xd_canvas *c, int x, int y)
{
    const struct xd_diagram_node *up[NEST_MOST];
    int depth = 0;

    for (const struct xd_diagram_node *at = n;
         at && at->form == XD_DIAGRAM_LINE && depth < NEST_MOST; at = at->parent)
        up[depth++] = at;
    for (int i = depth - 1; i > 0; i--)
        x += xd_canvas_text(c, x, y, XD_S_BORDER, up[i]->ends ? "   " : "│  ");
    return x + xd_canvas_text(c, x, y, XD_S_BORDER, n->ends ? "└─ " : "├─ ");
}

static const char *short_name(const struct xd_topo_thing *o)
{
    const char *name = xd_topo_str(o, XD_TOPO_NAME, NULL);

    if (!name)
        name = xd_topo_str(o, XD_TOPO_CLASS, NULL);
    return name ? name : o->kind == XD_THING_ROOT_PORT ? "root port" : "";
}

/* To the right what one compares from line to line: link and owner. */
static void line_words(const struct xd_diagram *d, const struct xd_diagram_node *n,
                       struct xd_buf *left, struct xd_buf *right)
{
    const struct xd_topo_thing *o = n->thing;
    const char *driver = xd_topo_str(o, XD_TOPO_DRIVER, NULL), *name = short_name(o),
               *slot = xd_topo_str(o, XD_TOPO_SLOT, NULL),
               *note = d->look.note ? d->look.note(d->look.ctx, o) : NULL,
               *load = d->look.load ? d->look.load(d->look.ctx, o) : NULL;
    char text[64];

    xd_diagram_name(n, o, left);
    if (*name && strcmp(name, left->s) != 0)
        xd_buf_printf(left, " %s", name);
    if (xd_topo_kind_is_leaf(o->kind))
        add_value(o, XD_TOPO_SIZE, "", left);
    if (slot)
        xd_buf_printf(left, " slot %s", slot);
    if (driver && o->kind >= XD_THING_FUNCTION)
        xd_buf_printf(left, " [%s]", driver);
    if (xd_topo_link_text(o, text, sizeof(text))[0])
        xd_buf_printf(right, " %s%s", text, xd_topo_link_is_low(o) ? " ▼" : "");
    if (load)
        xd_buf_printf(right, " %s", load);
    if (note)
        xd_buf_printf(right, " → %s", note);
}

static void draw_line(const struct xd_diagram *d, const struct xd_diagram_node *n,
                      struct xd_canvas *c, struct xd_rect r)
{
    struct xd_buf left = XD_BUF_INIT, right = XD_BUF_INIT;
    int x = draw_limbs(n, c, r.x, r.y), room = r.x + r.w - x, tail;
    bool low = xd_topo_link_is_low(n->thing);

    line_words(d, n, &left, &right);
    tail = xd_str_width(xd_buf_str(&right));
    if (tail > room * 2 / 3)
        tail = room * 2 / 3;
    if (room > 0) {
        xd_canvas_field(c, x, r.y, room - tail, false, XD_S_NORMAL, xd_buf_str(&left));
        xd_canvas_field(c, x + room - tail, r.y, tail, true, low ? XD_S_WARN : XD_S_DIM,
                        xd_buf_str(&right));
    }
    xd_buf_done(&left);
    xd_buf_done(&right);
}

/* --- cells --- */

static void draw_mark(const struct xd_diagram *d, const struct xd_diagram_node *n,
                      struct xd_canvas *c, struct xd_rect r)
{
    struct xd_diagram_mark mark = {"", XD_S_NORMAL};

    if (!xd_topo_bool(n->thing, XD_TOPO_ONLINE, true))
        xd_canvas_restyle(c, r, XD_S_DIM);
    if (d->look.mark && d->look.mark(d->look.ctx, n->thing, &mark)) {
        xd_canvas_restyle(c, r, mark.style);
        if (mark.text[0] && r.w > d->digits)
            xd_canvas_text(c, r.x + d->digits, r.y, mark.style, mark.text);
    }
}

static void draw_cell(const struct xd_diagram *d, const struct xd_diagram_node *n,
                      struct xd_canvas *c, struct xd_rect r)
{
    struct xd_buf text = XD_BUF_INIT;
    bool empty = xd_topo_bool(n->thing, XD_TOPO_EMPTY, false);

    if (n->thing->kind == XD_THING_THREAD && n->parent && n->parent->form == XD_DIAGRAM_CELL) {
        draw_mark(d, n, c, r); /* its core wrote the number */
        return;
    }
    xd_diagram_cell_text(d, n, &text);
    xd_canvas_field(c, r.x, r.y, r.w, false, empty ? XD_S_DIM : XD_S_NORMAL, xd_buf_str(&text));
    if (n->thing->kind == XD_THING_THREAD && n->n == 1)
        draw_mark(d, n, c, r);
    xd_buf_done(&text);
}

/* --- all --- */

static void draw_box(const struct xd_diagram *d, const struct xd_diagram_node *n,
                     struct xd_canvas *c, struct xd_rect r)
{
    struct xd_buf title = XD_BUF_INIT;

    xd_diagram_title(d, n, &title);
    xd_canvas_box(c, r, XD_S_BORDER, xd_buf_str(&title));
    xd_buf_done(&title);
}

static void draw_item(const struct xd_diagram *d, const struct xd_diagram_item *i,
                      struct xd_canvas *c, int top)
{
    struct xd_rect r = i->rect;

    r.y -= top;
    if (r.y >= c->h || r.y + r.h <= 0)
        return;
    if (i->node->form == XD_DIAGRAM_BOX)
        draw_box(d, i->node, c, r);
    else if (i->node->form == XD_DIAGRAM_LINE)
        draw_line(d, i->node, c, r);
    else
        draw_cell(d, i->node, c, r);
}

/* Pointing out a box restyles its title, anything else all of it. */
static void point_out(const struct xd_diagram *d, const struct xd_diagram_item *i,
                      struct xd_canvas *c, int top, enum xd_role_style s)
{
    struct xd_rect r = {i->rect.x, i->rect.y - top, i->rect.w, 1};
    struct xd_buf title = XD_BUF_INIT;

    if (i->node->form == XD_DIAGRAM_BOX) {
        xd_diagram_title(d, i->node, &title);
        r.x++;
        r.w = xd_str_width(xd_buf_str(&title)) + 2;
        if (r.w > i->rect.w - 2)
            r.w = i->rect.w - 2;
        xd_buf_done(&title);
    }
    xd_canvas_restyle(c, r, s);
}

static void paste(const struct xd_canvas *from, struct xd_canvas *to, struct xd_rect r)
{
    for (int y = 0; y < r.h && r.y + y < to->h; y++)
        for (int x = 0; x < r.w && r.x + x < to->w; x++)
            to->cells[(r.y + y) * to->w + r.x + x] = from->cells[y * from->w + x];
}

void xd_diagram_draw(const struct xd_diagram *d, struct xd_canvas *c, struct xd_rect r, int top,
                     const struct xd_topo_thing *cursor,
                     bool (*hit)(const void *ctx, const struct xd_topo_thing *o), const void *ctx)
{
    const struct xd_diagram_item *on = cursor ? xd_diagram_item_of(d, cursor) : NULL;
    struct xd_canvas part; /* lines above and below r are cut off by its edges */

    if (r.w <= 0 || r.h <= 0)
        return;
    xd_canvas_init(&part, r.w, r.h, c->glyphs);
    if (!d->root)
        xd_diagram_matrix_draw(d, &part, (struct xd_rect){0, 0, r.w, r.h}, top);
    for (size_t i = 0; i < d->n_items; i++) {
        draw_item(d, &d->items[i], &part, top);
        if (hit && hit(ctx, d->items[i].thing))
            point_out(d, &d->items[i], &part, top, XD_S_MARK);
    }
    if (on)
        point_out(d, on, &part, top, XD_S_CURSOR);
    paste(&part, c, r);
    xd_canvas_done(&part);
}
