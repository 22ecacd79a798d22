/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From things to nodes: which are drawn, in what form, and which stand for others like them. */
#include <string.h>

#include "base/str.h"
#include "topo/export.h"
#include "tui/topo/diagram_impl.h"

#define CELL_MOST 40 /* of a cell's text: what is longer is cut */

const char *const xd_diagram_view_names[XD_DIAGRAM_VIEWS + 1] = {"all", "cpu",  "memory",
                                                                 "pci", "numa", NULL};

bool xd_diagram_is_device(enum xd_thing_kind k)
{
    return xd_topo_kind_is_pci(k) || xd_topo_kind_is_leaf(k);
}

#define BIT(k) (1u << XD_THING_##k)
#define FRAMES (BIT(MACHINE) | BIT(PACKAGE) | BIT(DIE) | BIT(NODE))
#define CPUS   (BIT(L3) | BIT(L2) | BIT(L1) | BIT(CORE) | BIT(THREAD))
#define MEMORY (BIT(MEMORY) | BIT(DIMM))
#define PCI                                                                                        \
    (BIT(HOST_BRIDGE) | BIT(ROOT_PORT) | BIT(SWITCH_UP) | BIT(SWITCH_DOWN) | BIT(BRIDGE) |         \
     BIT(FUNCTION) | BIT(VF) | BIT(DISK) | BIT(NIC) | BIT(USB))

static const unsigned shown[XD_DIAGRAM_VIEWS] = {
    [XD_DIAGRAM_ALL] = FRAMES | CPUS | MEMORY | PCI,
    [XD_DIAGRAM_CPU] = FRAMES | CPUS,
    [XD_DIAGRAM_MEMORY] = FRAMES | MEMORY,
    [XD_DIAGRAM_PCI] = FRAMES | PCI,
};

static size_t cores_in(const struct xd_topo_thing *o)
{
    size_t n = 0;

    for (struct xd_topo_thing *at = NULL; (at = xd_topo_walk((struct xd_topo_thing *)o, at));)
        n += at->kind == XD_THING_CORE;
    return n;
}

/* A core's own caches are told of in words, unless it is looked at from near. */
static bool is_private_cache(const struct xd_topo_thing *o, const struct xd_topo_thing *root)
{
    if (o->kind != XD_THING_L2 && o->kind != XD_THING_L1)
        return false;
    if (root->kind == XD_THING_CORE || root->kind == XD_THING_L2 || root->kind == XD_THING_L1)
        return false;
    return cores_in(o) <= 1;
}

static bool is_shown(const struct xd_diagram *d, const struct xd_topo_thing *o)
{
    const struct xd_topo_thing *root = d->look.root;

    return o == root || ((shown[d->look.view] >> o->kind & 1) && !is_private_cache(o, root));
}

static enum xd_diagram_form form_of(const struct xd_diagram *d, const struct xd_topo_thing *o)
{
    if (o == d->look.root || o->kind == XD_THING_HOST_BRIDGE)
        return XD_DIAGRAM_BOX;
    if (xd_diagram_is_device(o->kind))
        return XD_DIAGRAM_LINE;
    if (o->kind == XD_THING_CORE && d->look.root->kind >= XD_THING_L2 &&
        d->look.root->kind <= XD_THING_L1)
        return XD_DIAGRAM_BOX;
    return o->kind == XD_THING_CORE || o->kind == XD_THING_THREAD || o->kind == XD_THING_DIMM
               ? XD_DIAGRAM_CELL
               : XD_DIAGRAM_BOX;
}

/* --- the nodes --- */

static struct xd_diagram_node *add(struct xd_diagram *d, struct xd_diagram_node *parent,
                                   const struct xd_topo_thing *o)
{
    struct xd_diagram_node *n = xd_arena_alloc(&d->arena, sizeof(*n));

    n->thing = n->inner = n->until = o;
    ((struct xd_topo_thing *)o)->user = n;
    n->parent = parent;
    n->n = 1;
    n->form = form_of(d, o);
    if (parent) {
        if (parent->last)
            parent->last->next = n;
        else
            parent->child = n;
        parent->last = n;
        parent->n_children++;
        if (n->form == XD_DIAGRAM_LINE && parent->form == XD_DIAGRAM_LINE)
            n->indent = parent->indent + 1;
    }
    return n;
}

static void build(struct xd_diagram *d, struct xd_diagram_node *into, const struct xd_topo_thing *o)
{
    for (const struct xd_topo_thing *c = o->child; c; c = c->next)
        build(d, is_shown(d, c) ? add(d, into, c) : into, c);
}

/* A frame with nothing but one frame in it shares it: "Package 0 · Node 0". */
static void share_frames(struct xd_diagram_node *n)
{
    while (n->form == XD_DIAGRAM_BOX && n->n_children == 1 && n->child->form == XD_DIAGRAM_BOX &&
           n->child->thing->kind != XD_THING_HOST_BRIDGE) {
        struct xd_diagram_node *only = n->child;

        n->inner = only->inner;
        n->child = only->child;
        n->last = only->last;
        n->n_children = only->n_children;
        for (struct xd_diagram_node *c = n->child; c; c = c->next)
            c->parent = n;
    }
    for (struct xd_diagram_node *c = n->child; c; c = c->next)
        share_frames(c);
}

/* --- looks --- */

static uint64_t mix(uint64_t sum, uint64_t v)
{
    return (sum ^ v) * UINT64_C(0x100000001b3);
}

static uint64_t mix_text(uint64_t sum, const char *s)
{
    for (; s && *s; s++)
        sum = mix(sum, (unsigned char)*s);
    return mix(sum, 0x1ff);
}

/* What tells it apart besides its name, its number and its place. */
static uint64_t sum_of_thing(const struct xd_topo_thing *o)
{
    static const enum xd_topo_col numbers[] = {XD_TOPO_SIZE,      XD_TOPO_EMPTY,
                                               XD_TOPO_LINK_MTS,  XD_TOPO_LINK_LANES,
                                               XD_TOPO_SPEED_MTS, XD_TOPO_ONLINE};
    static const enum xd_topo_col texts[] = {XD_TOPO_NAME, XD_TOPO_PCI_ID, XD_TOPO_PART,
                                             XD_TOPO_DRIVER, XD_TOPO_OWNER};
    uint64_t sum = mix(UINT64_C(0xcbf29ce484222325), o->kind);

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        struct xd_value v = xd_topo_value(o, numbers[i]);

        sum = mix(sum, v.have ? (v.type == XD_BOOL ? v.cell.b : v.cell.u) + 1 : 0);
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        sum = mix_text(sum, xd_topo_str(o, texts[i], NULL));
    if (o->kind == XD_THING_DIMM) /* of others it is their place */
        sum = mix(sum, xd_topo_u64(o, XD_TOPO_NODE, UINT64_MAX));
    return sum;
}

static void sum_up(struct xd_diagram_node *n)
{
    n->sum = mix(mix(n->form, sum_of_thing(n->thing)),
                 n->inner == n->thing ? 0 : sum_of_thing(n->inner));
    for (struct xd_diagram_node *c = n->child; c; c = c->next) {
        sum_up(c);
        n->sum = mix(n->sum, c->sum);
    }
}

/* --- folding --- */

static size_t boxes_below(const struct xd_diagram_node *n)
{
    size_t deepest = 0;

    for (const struct xd_diagram_node *c = n->child; c; c = c->next)
        if (c->form == XD_DIAGRAM_BOX) {
            size_t deep = 1 + boxes_below(c);
            deepest = deep > deepest ? deep : deepest;
        }
    return deepest;
}

/* Whether runs of equal ones are folded at this degree: lines and cells first, then the innermost
 * boxes, then all. */
static bool folds(const struct xd_diagram *d, const struct xd_diagram_node *n)
{
    if (n->form != XD_DIAGRAM_BOX)
        return d->fold >= 1;
    return d->fold >= 3 || (d->fold == 2 && boxes_below(n) == 0);
}

#define CELLS_TO_FOLD 3 /* fewer say more by themselves */

static void fold_children(struct xd_diagram *d, struct xd_diagram_node *n)
{
    for (struct xd_diagram_node *c = n->child; c; c = c->next) {
        size_t equal = 1;

        for (const struct xd_diagram_node *e = c->next;
             e && e->sum == c->sum && e->thing->kind == c->thing->kind; e = e->next)
            equal++;
        if (folds(d, c) && equal >= (c->form == XD_DIAGRAM_BOX ? 2 : CELLS_TO_FOLD)) {
            struct xd_diagram_node *e = c;

            for (size_t i = 1; i < equal; i++) {
                e = e->next;
                e->stand = c;
            }
            c->n = equal;
            c->until = e->thing;
            c->next = e->next;
            n->n_children -= equal - 1;
            if (c->form != XD_DIAGRAM_BOX) /* one line of words for all that is in them */
                c->child = c->last = NULL;
        }
        if (c->form != XD_DIAGRAM_CELL)
            fold_children(d, c);
        n->last = c;
    }
}

/* --- cells --- */

static void add_thread(const struct xd_diagram *d, const struct xd_topo_thing *o,
                       struct xd_buf *out)
{
    xd_buf_printf(out, "%*llu%s", d->digits, (unsigned long long)xd_topo_u64(o, XD_TOPO_INDEX, 0),
                  d->look.mark ? " " : "");
}

static size_t threads_in(const struct xd_topo_thing *o)
{
    size_t n = 0;

    for (struct xd_topo_thing *at = NULL; (at = xd_topo_walk((struct xd_topo_thing *)o, at));)
        n += at->kind == XD_THING_THREAD;
    return n;
}

/* "Core 0–31 ×2 threads" */
static void add_range(const struct xd_diagram_node *n, struct xd_buf *out)
{
    size_t threads = n->thing->kind == XD_THING_CORE ? threads_in(n->thing) : 0;

    xd_diagram_name(n, n->thing, out);
    if (threads > 1)
        xd_buf_printf(out, " ×%zu threads", threads);
}

/* A DIMM's node is said where its array is no part of one. */
static void add_dimm(const struct xd_topo_thing *o, struct xd_buf *out)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value size = xd_topo_value(o, XD_TOPO_SIZE), node = xd_topo_value(o, XD_TOPO_NODE);
    char name[XD_KEY_MAX];

    xd_topo_called(o, name, sizeof(name));
    xd_buf_printf(out, "%s %s", name,
                  xd_topo_bool(o, XD_TOPO_EMPTY, false)
                      ? "empty"
                      : xd_value_short(&size, &xd_topology_desc.columns[XD_TOPO_SIZE].kind, &a));
    if (node.have && !xd_topo_value(o->parent, XD_TOPO_NODE).have)
        xd_buf_printf(out, " node %llu", (unsigned long long)node.cell.u);
    xd_arena_done(&a);
}

void xd_diagram_cell_text(const struct xd_diagram *d, const struct xd_diagram_node *n,
                          struct xd_buf *out)
{
    bool first = true;

    if (n->n > 1) {
        add_range(n, out);
        if (n->thing->kind == XD_THING_DIMM) {
            xd_buf_add(out, " each ");
            add_dimm(n->thing, out);
        }
    } else if (n->thing->kind == XD_THING_THREAD) {
        add_thread(d, n->thing, out);
    } else if (n->thing->kind == XD_THING_DIMM) {
        add_dimm(n->thing, out);
    } else {
        for (const struct xd_diagram_node *c = n->child; c; c = c->next, first = false) {
            if (!first)
                xd_buf_addc(out, '/');
            add_thread(d, c->thing, out);
        }
        if (first) { /* a core nobody told the threads of */
            char name[XD_KEY_MAX];

            xd_buf_add(out, xd_topo_called(n->thing, name, sizeof(name)));
        }
    }
}

static void widen_cells(struct xd_diagram *d, struct xd_diagram_node *n)
{
    struct xd_buf text = XD_BUF_INIT;
    int widest = 0;

    for (struct xd_diagram_node *c = n->child; c; c = c->next) {
        if (c->form == XD_DIAGRAM_CELL) {
            xd_buf_clear(&text);
            xd_diagram_cell_text(d, c, &text);
            c->cell = xd_str_width(xd_buf_str(&text));
            c->cell = c->cell > CELL_MOST ? CELL_MOST : c->cell;
            widest = c->cell > widest ? c->cell : widest;
        } else {
            widen_cells(d, c);
        }
    }
    for (struct xd_diagram_node *c = n->child; c; c = c->next)
        if (c->form == XD_DIAGRAM_CELL)
            c->cell = widest;
    xd_buf_done(&text);
}

static int decimal_digits(uint64_t v)
{
    int n = 1;

    for (; v >= 10; v /= 10)
        n++;
    return n;
}

static void mark_ends(struct xd_diagram_node *n)
{
    for (struct xd_diagram_node *c = n->child; c; c = c->next) {
        c->ends = !c->next || c->next->form != XD_DIAGRAM_LINE;
        mark_ends(c);
    }
}

void xd_diagram_build(struct xd_diagram *d)
{
    uint64_t most = 0;

    for (size_t i = 0; i < d->topo->n_things; i++)
        if (d->topo->things[i]->kind == XD_THING_THREAD) {
            uint64_t n = xd_topo_u64(d->topo->things[i], XD_TOPO_INDEX, 0);
            most = n > most ? n : most;
        }
    for (size_t i = 0; i < d->topo->n_things; i++)
        d->topo->things[i]->user = NULL;
    d->digits = decimal_digits(most);
    d->root = add(d, NULL, d->look.root);
    build(d, d->root, d->look.root);
    share_frames(d->root);
    sum_up(d->root);
    if (d->fold)
        fold_children(d, d->root);
    widen_cells(d, d->root);
    mark_ends(d->root);
}
