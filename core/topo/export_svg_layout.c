/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boxes of a picture: made, measured and placed. See export_svg.h. */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "topo/export_svg.h"

#define SHAPE       1.6 /* width by height that boxes are filled to */
#define COLUMNS     30  /* pixels between columns of a bus */
#define COLUMNS_MAX 12
#define ROW_MAX     64 /* boxes side by side */
#define TEXT_MIN    36 /* cells that text may always have */

struct maker {
    const struct xd_topo_items *l;
    struct xd_arena *a;
};

/* --- boxes --- */

static struct xd_svg_box *new_box(struct maker *m, enum xd_svg_look look,
                                  const struct xd_topo_thing *thing)
{
    struct xd_svg_box *b = xd_arena_alloc(m->a, sizeof(*b));

    b->look = look;
    b->thing = thing;
    return b;
}

static void put_in(struct xd_svg_box *in, struct xd_svg_box *b)
{
    if (in->last)
        in->last->next = b;
    else
        in->first = b;
    in->last = b;
}

static void heading(struct maker *m, struct xd_svg_box *b, const char *text)
{
    xd_svg_add_line(m->a, &b->lines, &b->n_lines, text, strlen(text));
}

static bool is_flow(const struct xd_svg_box *b)
{
    return !b->is_bus && (b->look == XD_SVG_BOX || b->look == XD_SVG_SECTION);
}

/* Where what is in a box begins, from its left top corner. */
static int inset(const struct xd_svg_box *b)
{
    return b->look == XD_SVG_SECTION ? 0 : XD_SVG_PAD;
}

static int top_of(const struct xd_svg_box *b)
{
    int text = (int)b->n_lines * XD_SVG_LINE;

    return inset(b) + text + (text && b->first ? XD_SVG_GAP / 2 : 0);
}

/* Puts children one after the other into rows no wider than `most`, each row as high as its highest
 * box; gives all they take. */
static void flow(struct xd_svg_box *in, int most, bool place, int *w, int *h)
{
    int x = 0, y = 0, row = 0;

    *w = 0;
    for (struct xd_svg_box *b = in->first; b; b = b->next) {
        if (x && x + b->w > most) {
            y += row + XD_SVG_GAP;
            x = row = 0;
        }
        if (place) {
            b->x = x;
            b->y = y;
        }
        x += b->w;
        *w = x > *w ? x : *w;
        x += XD_SVG_GAP;
        row = b->h > row ? b->h : row;
    }
    *h = y + row;
}

/* Boxes in one row become as high as the highest of them. */
static void even_out(struct xd_svg_box *in)
{
    for (struct xd_svg_box *b = in->first, *end; b; b = end) {
        int h = 0;

        for (end = b; end && end->y == b->y; end = end->next)
            h = end->h > h ? end->h : h;
        for (struct xd_svg_box *k = b; k != end; k = k->next)
            if (k->look != XD_SVG_SECTION)
                k->h = h;
    }
}

static void widen(struct xd_svg_box *b, int w);

/* Places what is in a box in rows of at most that width; what stands alone in a row gets all of
 * it, which may make it lower. The box is then as high as that takes. */
static void place(struct xd_svg_box *b, int most, int *w)
{
    int h;

    flow(b, most, true, w, &h);
    for (struct xd_svg_box *c = b->first, *before = NULL; c; before = c, c = c->next)
        if ((!before || before->y != c->y) && (!c->next || c->next->y != c->y))
            widen(c, *w);
    flow(b, most, true, w, &h);
    even_out(b);
    b->h = top_of(b) + h + inset(b);
}

static void widen(struct xd_svg_box *b, int w)
{
    int inner;

    if (w <= b->w || (b->look != XD_SVG_BOX && b->look != XD_SVG_SECTION))
        return;
    b->w = w;
    if (is_flow(b))
        place(b, w - 2 * inset(b), &inner);
}

static void try(struct xd_svg_box *in, int most, double *cost, int *best)
{
    int w, h;
    double now;

    flow(in, most, false, &w, &h);
    now = w / SHAPE > h ? w / SHAPE : h;
    if (now < *cost) {
        *cost = now;
        *best = most;
    }
}

/* What the widest row takes where there are n in each. */
static int width_of_rows(const struct xd_svg_box *in, int n)
{
    int widest = 0, x = 0, k = 0;

    for (const struct xd_svg_box *b = in->first; b; b = b->next) {
        x += b->w + (k ? XD_SVG_GAP : 0);
        widest = x > widest ? x : widest;
        if (++k == n)
            x = k = 0;
    }
    return widest;
}

/* The width that gives the best shape: tried are those of 1, 2, 3 … boxes in a row. */
static int best_width(struct xd_svg_box *in)
{
    double cost = INFINITY;
    int best = 0, n = 0;

    for (const struct xd_svg_box *b = in->first; b && n < ROW_MAX; b = b->next)
        try(in, width_of_rows(in, ++n), &cost, &best);
    return best;
}

/* Measures a box whose children are measured. */
static void enclose(struct maker *m, struct xd_svg_box *b, const char *about)
{
    int most = best_width(b), w, h, cells;

    flow(b, most, false, &w, &h);
    cells = (int)(w / XD_SVG_CELL);
    if (about)
        xd_svg_wrap(about, cells > TEXT_MIN ? cells : TEXT_MIN, m->a, &b->lines, &b->n_lines);
    for (size_t i = 0; i < b->n_lines; i++)
        w = xd_svg_text_width(b->lines[i]) > w ? xd_svg_text_width(b->lines[i]) : w;
    place(b, most > w ? most : w, &h);
    b->w = w + 2 * inset(b);
}

/* --- cores --- */

/* The last of a chain of things with one thing in each; SIZE_MAX where it doesn't end in threads.
 */
static size_t end_of_chain(const struct xd_topo_items *l, size_t i)
{
    if (!xd_topo_kind_is_cpu(l->item[i].thing->kind))
        return SIZE_MAX;
    while (l->item[i].size > 1) {
        size_t end = i + l->item[i].size;
        bool all = true;

        for (size_t j = i + 1; j < end; j++)
            all = all && l->item[j].thing->kind == XD_THING_THREAD;
        if (all)
            return i;
        if (l->item[i + 1].size != end - i - 1 || !xd_topo_kind_is_cpu(l->item[i + 1].thing->kind))
            return SIZE_MAX;
        i++;
    }
    return l->item[i].thing->kind == XD_THING_THREAD ? i : SIZE_MAX;
}

/* "L2 512K · L1 32K" of a chain. */
static void caches_of(const struct xd_topo_items *l, size_t i, size_t end, struct xd_buf *out)
{
    for (; i <= end && xd_topo_kind_is_cpu(l->item[i].thing->kind); i++) {
        const struct xd_topo_thing *o = l->item[i].thing;
        uint64_t kib = xd_topo_u64(o, XD_TOPO_SIZE, 0);
        char called[64], size[16];

        if (!xd_topo_kind_is_cache(o->kind))
            continue;
        xd_buf_printf(out, "%s%s", out->len ? "  " : "", xd_topo_called(o, called, sizeof(called)));
        if (kib && !strpbrk(called, "KMG"))
            xd_buf_printf(out, " %s", xd_fmt_bytes(kib << 10, size, sizeof(size)));
    }
}

/* A core as a little box with its threads' numbers; those offline in parentheses. */
static struct xd_svg_box *cell(struct maker *m, size_t chain)
{
    const struct xd_topo_items *l = m->l;
    size_t end = chain + l->item[chain].size;
    struct xd_svg_box *b = new_box(m, XD_SVG_CELL_BOX, l->item[chain].thing);
    struct xd_buf text = XD_BUF_INIT;

    b->dashed = true;
    for (size_t i = l->item[chain].size > 1 ? chain + 1 : chain; i < end; i++) {
        const struct xd_topo_thing *o = l->item[i].thing;
        const struct xd_cpuset *set = xd_topo_set(o, XD_TOPO_CPUS);
        bool online = xd_topo_bool(o, XD_TOPO_ONLINE, true);
        uint64_t index =
            xd_topo_u64(o, XD_TOPO_INDEX, set ? (uint64_t)xd_cpuset_next(set, 0) : UINT64_MAX);

        b->dashed = b->dashed && !online;
        xd_buf_printf(&text, text.len ? " " : "");
        if (index == UINT64_MAX)
            xd_buf_add(&text, "?");
        else
            xd_buf_printf(&text, online ? "%" PRIu64 : "(%" PRIu64 ")", index);
    }
    heading(m, b, xd_buf_str(&text));
    b->w = xd_svg_text_width(b->lines[0]) + XD_SVG_PAD;
    b->h = XD_SVG_LINE + XD_SVG_PAD / 2;
    xd_buf_done(&text);
    return b;
}

/* n chains that are alike: what they are, and a grid of them. */
static struct xd_svg_box *cores(struct maker *m, size_t i, size_t n)
{
    const struct xd_topo_items *l = m->l;
    size_t end = end_of_chain(l, i);
    bool is_core = l->item[end].thing->kind != XD_THING_THREAD || l->item[i].size > 1;
    struct xd_svg_box *b = new_box(m, XD_SVG_SECTION, NULL);
    struct xd_buf about = XD_BUF_INIT, caches = XD_BUF_INIT;
    char called[64];
    int w = 0;

    caches_of(l, i, end, &caches);
    if (n > 1)
        xd_buf_printf(&about, "%zu %s%s", n, is_core ? "cores" : "threads",
                      caches.len ? ", each " : "");
    else
        xd_buf_printf(&about, "%s  ", xd_topo_called(l->item[end].thing, called, sizeof(called)));
    xd_buf_add(&about, xd_buf_str(&caches));
    for (size_t k = 0; k < n; k++, i += l->item[i].size)
        put_in(b, cell(m, end_of_chain(l, i)));
    for (struct xd_svg_box *c = b->first; c; c = c->next)
        w = c->w > w ? c->w : w;
    for (struct xd_svg_box *c = b->first; c; c = c->next)
        c->w = w;
    enclose(m, b, about.s);
    xd_buf_done(&about);
    xd_buf_done(&caches);
    return b;
}

/* --- memory --- */

static struct xd_svg_box *slot(struct maker *m, size_t i)
{
    const struct xd_topo_thing *o = m->l->item[i].thing;
    struct xd_svg_box *b = new_box(m, XD_SVG_SLOT, o);
    struct xd_buf about = XD_BUF_INIT;
    char called[64];

    b->dashed = xd_topo_bool(o, XD_TOPO_EMPTY, false);
    heading(m, b, xd_topo_called(o, called, sizeof(called)));
    xd_topo_describe(o, &about);
    xd_svg_wrap(xd_buf_str(&about), 22, m->a, &b->lines, &b->n_lines);
    xd_buf_done(&about);
    for (size_t k = 0; k < b->n_lines; k++)
        b->w = xd_svg_text_width(b->lines[k]) > b->w ? xd_svg_text_width(b->lines[k]) : b->w;
    b->w += XD_SVG_PAD;
    b->h = (int)b->n_lines * XD_SVG_LINE + XD_SVG_PAD / 2;
    return b;
}

/* --- PCI: a row each --- */

static void row_text(const struct xd_topo_items *l, size_t i, size_t n, struct xd_buf *out)
{
    const struct xd_topo_thing *o = l->item[i].thing;
    struct xd_buf about = XD_BUF_INIT;
    char called[128];

    xd_buf_printf(out, "%s", xd_topo_called(o, called, sizeof(called)));
    for (size_t k = 1; k < n; k++)
        i += l->item[i].size;
    if (n > 1)
        xd_buf_printf(out, " … %s (%zu)", xd_topo_called(l->item[i].thing, called, sizeof(called)),
                      n);
    xd_topo_describe(o, &about);
    for (const char *s = xd_buf_str(&about), *e; *s; s = e + strspn(e, " ")) {
        e = strstr(s, "  ");
        e = e ? e : s + strlen(s);
        xd_buf_add(out, " · ");
        xd_buf_addn(out, s, (size_t)(e - s));
    }
    xd_buf_done(&about);
}

static void rows(struct maker *m, struct xd_svg_box *in, struct xd_svg_box *above, size_t i,
                 size_t end, unsigned level)
{
    const struct xd_topo_items *l = m->l;

    while (i < end) {
        size_t n = xd_topo_alike(l, i, end);
        struct xd_svg_box *b = new_box(m, XD_SVG_ROW_BOX, l->item[i].thing);
        struct xd_buf text = XD_BUF_INIT;

        row_text(l, i, n, &text);
        heading(m, b, text.s);
        xd_buf_done(&text);
        b->parent_row = above;
        b->level = level;
        b->w = xd_svg_text_width(b->lines[0]) + XD_SVG_PAD;
        b->h = XD_SVG_LINE + XD_SVG_PAD / 2;
        put_in(in, b);
        rows(m, in, b, i + 1, i + l->item[i].size, level + 1);
        for (; n > 0; n--)
            i += l->item[i].size;
    }
}

/* Puts the rows into columns of at most that height; what hangs on one port stays together. Gives
 * the width and height that this takes. */
static void columns(struct xd_svg_box *b, int most, int *w, int *h)
{
    int left = 0, y = 0, indent = b->thing->kind == XD_THING_HOST_BRIDGE ? XD_SVG_STEP : 0;

    *w = *h = 0;
    for (struct xd_svg_box *r = b->first, *end; r; r = end) {
        int high = 0;

        for (end = r; end && (end == r || end->parent_row); end = end->next)
            high += end->h + XD_SVG_ROW;
        if (y && y + high > most) {
            left = *w + COLUMNS;
            y = 0;
        }
        for (; r != end; r = r->next) {
            r->x = left + indent + (int)r->level * XD_SVG_STEP;
            r->y = y;
            y += r->h + XD_SVG_ROW;
            *w = r->x + r->w > *w ? r->x + r->w : *w;
        }
        *h = y > *h ? y : *h;
    }
    *h -= *h ? XD_SVG_ROW : 0;
}

/* A bus with its rows. */
static struct xd_svg_box *bus(struct maker *m, size_t i)
{
    const struct xd_topo_thing *o = m->l->item[i].thing;
    bool is_bridge = o->kind == XD_THING_HOST_BRIDGE;
    struct xd_svg_box *b = new_box(m, XD_SVG_BOX, o);
    struct xd_buf about = XD_BUF_INIT;
    int w, h, best = INT_MAX;
    double cost = INFINITY;
    char called[128];

    b->is_bus = true;
    if (is_bridge) {
        heading(m, b, xd_topo_called(o, called, sizeof(called)));
        xd_topo_describe(o, &about);
        xd_svg_wrap(xd_buf_str(&about), TEXT_MIN, m->a, &b->lines, &b->n_lines);
        xd_buf_done(&about);
        rows(m, b, NULL, i + 1, i + m->l->item[i].size, 0);
    } else {
        rows(m, b, NULL, i, i + m->l->item[i].size, 0);
    }
    columns(b, INT_MAX, &w, &h);
    for (int n = 1, all = h; n <= COLUMNS_MAX && is_bridge; n++) {
        int most = all / n + XD_SVG_LINE;

        columns(b, most, &w, &h);
        double now = w / SHAPE > h ? w / SHAPE : h;
        if (now < cost) {
            cost = now;
            best = most;
        }
    }
    columns(b, best, &w, &h);
    for (size_t k = 0; k < b->n_lines; k++)
        w = xd_svg_text_width(b->lines[k]) > w ? xd_svg_text_width(b->lines[k]) : w;
    b->w = w + 2 * XD_SVG_PAD;
    b->h = top_of(b) + h + XD_SVG_PAD;
    return b;
}

/* --- all --- */

static struct xd_svg_box *box(struct maker *m, size_t i);

enum { CPUS, MEMORY, PCI, SECTIONS };

static struct xd_svg_box *section(struct maker *m, struct xd_svg_box **s, int which)
{
    if (!s[which])
        s[which] = new_box(m, XD_SVG_SECTION, NULL);
    return s[which];
}

static void sort_in(struct maker *m, struct xd_svg_box **s, size_t i, size_t end)
{
    while (i < end) {
        const struct xd_topo_thing *o = m->l->item[i].thing;
        size_t n = 1;

        if (end_of_chain(m->l, i) != SIZE_MAX) {
            n = xd_topo_alike(m->l, i, end);
            put_in(section(m, s, CPUS), cores(m, i, n));
        } else if (o->kind == XD_THING_DIMM) {
            put_in(section(m, s, MEMORY), slot(m, i));
        } else if (xd_topo_kind_is_pci(o->kind) || xd_topo_kind_is_leaf(o->kind)) {
            put_in(section(m, s, PCI), bus(m, i));
        } else {
            put_in(section(m, s, o->kind == XD_THING_MEMORY ? MEMORY : CPUS), box(m, i));
        }
        for (; n > 0; n--)
            i += m->l->item[i].size;
    }
}

static struct xd_svg_box *box(struct maker *m, size_t i)
{
    const struct xd_topo_thing *o = m->l->item[i].thing;
    struct xd_svg_box *b = new_box(m, XD_SVG_BOX, o), *s[SECTIONS] = {NULL};
    struct xd_buf about = XD_BUF_INIT;
    char called[128];

    if (o->kind != XD_THING_MACHINE) /* which is the picture's title */
        heading(m, b, xd_topo_called(o, called, sizeof(called)));
    sort_in(m, s, i + 1, i + m->l->item[i].size);
    for (int k = 0; k < SECTIONS; k++) {
        if (!s[k])
            continue;
        enclose(m, s[k], NULL);
        put_in(b, s[k]);
    }
    xd_topo_describe(o, &about);
    enclose(m, b, xd_buf_str(&about));
    xd_buf_done(&about);
    return b;
}

/* From places in what a box is in to places in the picture. */
static void settle(struct xd_svg_box *b, int x, int y)
{
    b->x += x;
    b->y += y;
    for (struct xd_svg_box *c = b->first; c; c = c->next)
        settle(c, b->x + inset(b), b->y + top_of(b));
}

struct xd_svg_box *xd_svg_layout(const struct xd_topo_items *l, struct xd_arena *a, int x, int y)
{
    struct maker m = {l, a};
    struct xd_svg_box *b = xd_topo_kind_is_pci(l->item[0].thing->kind) ? bus(&m, 0) : box(&m, 0);

    settle(b, x, y);
    return b;
}
