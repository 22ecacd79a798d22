/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as a picture: SVG 1.1 with nothing but rectangles, paths and text, in the colours of
 * a style. Coordinates are whole pixels and a half, so that lines of one pixel are sharp. */
#include <stdio.h>
#include <string.h>

#include "topo/export_svg.h"

#define MARGIN  16
#define TITLE   22 /* the title's line */
#define SWATCH  14 /* a square of the legend */
#define ADVICES 40 /* at most */
#define NODES   32 /* more make no matrix that one could read */
#define SERIOUS 20 /* a distance from which a node counts as far: twice as slow as home */

#define MATRIX "Distance of memory (column) from the CPUs of a node (row); 10 is home"

struct drawing {
    const struct xd_topo *t;
    const struct xd_topo_style *s;
    struct xd_arena *a;
    struct xd_buf *out;
    int w, h; /* so far */
};

/* --- colours --- */

/* The part (0 to 256) of `ink` in a mixture with paper. */
static unsigned mixed(const struct xd_topo_style *s, uint32_t ink, unsigned part)
{
    uint32_t paper = s->colours[XD_TOPO_C_PAPER], rgb = 0;

    for (unsigned shift = 0; shift < 24; shift += 8) {
        uint32_t a = paper >> shift & 255, b = ink >> shift & 255;

        rgb |= (a + (b * part + 128) / 256 - (a * part + 128) / 256) << shift;
    }
    return rgb;
}

static unsigned solid(const struct xd_topo_style *s, enum xd_topo_colour c)
{
    return s->colours[c] & 0xffffff;
}

/* Classes of rectangles: how each kind looks. */
static const struct {
    const char *name, *help; /* help: what the legend says; NULL: not there */
    enum xd_topo_colour hue;
    unsigned fill, line; /* parts of the hue */
} classes[] = {
    {"machine", NULL, XD_TOPO_C_CPU, 0, 128},
    {"package", "package", XD_TOPO_C_CPU, 24, 200},
    {"node", "NUMA node", XD_TOPO_C_MEMORY, 28, 200},
    {"cache", "cache", XD_TOPO_C_CACHE, 36, 200},
    {"core", "core, with its threads", XD_TOPO_C_CPU, 64, 220},
    {"memory", "memory", XD_TOPO_C_MEMORY, 56, 220},
    {"bus", "PCI bus", XD_TOPO_C_PCI, 24, 200},
    {"pci", "PCI bridge or function", XD_TOPO_C_PCI, 64, 220},
    {"leaf", "disk, NIC, USB device", XD_TOPO_C_LEAF, 64, 220},
};

static const char *class_of(const struct xd_topo_thing *o)
{
    if (o->kind == XD_THING_MACHINE)
        return "machine";
    if (o->kind == XD_THING_PACKAGE || o->kind == XD_THING_DIE)
        return "package";
    if (o->kind == XD_THING_NODE)
        return "node";
    if (xd_topo_kind_is_cache(o->kind))
        return "cache";
    if (o->kind == XD_THING_MEMORY || o->kind == XD_THING_DIMM)
        return "memory";
    if (o->kind == XD_THING_HOST_BRIDGE)
        return "bus";
    return xd_topo_kind_is_pci(o->kind) ? "pci" : xd_topo_kind_is_leaf(o->kind) ? "leaf" : "core";
}

static void style_sheet(struct drawing *d)
{
    const struct xd_topo_style *s = d->s;

    xd_buf_printf(d->out,
                  "<style>text{font:%dpx 'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,"
                  "'Courier New',monospace;fill:#%06x}rect{stroke-width:1}"
                  "path{fill:none;stroke:#%06x}.b{font-weight:bold}.d{fill:#%06x}.t{font-size:16px}"
                  ".paper{fill:#%06x}.low{stroke:#%06x;stroke-dasharray:4 3}.bad{fill:#%06x}"
                  ".warn{fill:#%06x}.none{stroke-dasharray:3 3;fill:#%06x}",
                  XD_SVG_FONT, solid(s, XD_TOPO_C_INK), solid(s, XD_TOPO_C_LINE),
                  solid(s, XD_TOPO_C_DIM), solid(s, XD_TOPO_C_PAPER), solid(s, XD_TOPO_C_WARN),
                  solid(s, XD_TOPO_C_BAD), solid(s, XD_TOPO_C_WARN), solid(s, XD_TOPO_C_PAPER));
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        xd_buf_printf(d->out, ".%s{fill:#%06x;stroke:#%06x}", classes[i].name,
                      mixed(s, s->colours[classes[i].hue], classes[i].fill),
                      mixed(s, s->colours[classes[i].hue], classes[i].line));
    xd_buf_printf(d->out, ".near{fill:#%06x}.far{fill:#%06x}.away{fill:#%06x}</style>\n",
                  mixed(s, s->colours[XD_TOPO_C_GOOD], 80),
                  mixed(s, s->colours[XD_TOPO_C_WARN], 80),
                  mixed(s, s->colours[XD_TOPO_C_GOOD], 32));
}

/* --- pieces --- */

static void text(struct drawing *d, int x, int y, const char *class, const char *s)
{
    xd_buf_printf(d->out, "<text x=\"%d\" y=\"%d\"", x, y + XD_SVG_FONT);
    if (class)
        xd_buf_printf(d->out, " class=\"%s\"", class);
    xd_buf_addc(d->out, '>');
    xd_topo_xml(d->out, s);
    xd_buf_add(d->out, "</text>\n");
}

static void rect(struct drawing *d, int x, int y, int w, int h, const char *class,
                 const char *second, const char *tip)
{
    xd_buf_printf(d->out,
                  "<rect x=\"%d.5\" y=\"%d.5\" width=\"%d\" height=\"%d\" rx=\"3\" class=\"%s%s\"",
                  x, y, w - 1, h - 1, class, second);
    if (tip) {
        xd_buf_add(d->out, "><title>");
        xd_topo_xml(d->out, tip);
        xd_buf_add(d->out, "</title></rect>\n");
    } else {
        xd_buf_add(d->out, "/>\n");
    }
    d->w = x + w > d->w ? x + w : d->w;
    d->h = y + h > d->h ? y + h : d->h;
}

/* The line below a bus's heading from which all trunks come down. */
static int trunk_top(const struct xd_svg_box *bus)
{
    return bus->y + XD_SVG_PAD + (int)bus->n_lines * XD_SVG_LINE;
}

/* A link, as thick as it has lanes, from the trunk that comes down from the row above or the bus.
 */
static void branch(struct drawing *d, const struct xd_svg_box *b, const struct xd_svg_box *bus)
{
    const struct xd_svg_box *above = b->parent_row;
    uint64_t lanes = xd_topo_u64(b->thing, XD_TOPO_LINK_LANES, 1);
    int x = b->x - XD_SVG_STUB, y = b->y + b->h / 2;
    const char *width = lanes >= 16 ? "6" : lanes >= 8 ? "4" : lanes >= 4 ? "2.5" : "1.5";

    if (!above && bus->thing->kind != XD_THING_HOST_BRIDGE)
        return;
    xd_buf_printf(d->out, "<path d=\"M%d.5 %dV%d\"/>\n", x,
                  above ? above->y + above->h : trunk_top(bus), y + 1);
    xd_buf_printf(d->out, "<path d=\"M%d %d.5H%d\" stroke-width=\"%s\"%s/>\n", x, y, b->x, width,
                  xd_topo_link_is_low(b->thing) ? " class=\"low\"" : "");
}

/* Where a bus has several columns: from the first trunk to the last. */
static void spread(struct drawing *d, const struct xd_svg_box *bus)
{
    int last = bus->first ? bus->first->x : 0;

    for (const struct xd_svg_box *r = bus->first; r; r = r->next)
        last = !r->parent_row && r->x > last ? r->x : last;
    if (bus->first && last > bus->first->x)
        xd_buf_printf(d->out, "<path d=\"M%d %d.5H%d\"/>\n", bus->first->x - XD_SVG_STUB,
                      trunk_top(bus), last - XD_SVG_STUB + 1);
}

static void box(struct drawing *d, const struct xd_svg_box *b)
{
    static const struct {
        int x, y;
    } insets[] = {
        [XD_SVG_SECTION] = {0, 0},
        [XD_SVG_BOX] = {XD_SVG_PAD, XD_SVG_PAD},
        [XD_SVG_CELL_BOX] = {XD_SVG_PAD / 2, XD_SVG_PAD / 4 + 1},
        [XD_SVG_SLOT] = {XD_SVG_PAD / 2, XD_SVG_PAD / 4 + 1},
        [XD_SVG_ROW_BOX] = {XD_SVG_PAD / 2, XD_SVG_PAD / 4 + 1},
    };
    bool titled = b->look == XD_SVG_BOX || b->look == XD_SVG_SLOT;

    if (b->thing)
        rect(d, b->x, b->y, b->w, b->h, class_of(b->thing), b->dashed ? " none" : "", b->thing->id);
    for (size_t i = 0; i < b->n_lines; i++)
        text(d, b->x + insets[b->look].x, b->y + insets[b->look].y + (int)i * XD_SVG_LINE,
             titled && i == 0                   ? "b"
             : titled || b->dashed || !b->thing ? "d"
                                                : NULL,
             b->lines[i]);
    if (b->is_bus && b->n_lines)
        spread(d, b);
    for (const struct xd_svg_box *c = b->first; c; c = c->next) {
        if (c->look == XD_SVG_ROW_BOX)
            branch(d, c, b);
        box(d, c);
    }
}

/* --- what stands below --- */

static void matrix(struct drawing *d, int x, int y)
{
    uint64_t nodes[NODES];
    size_t n = 0;
    int side = 5 * (int)XD_SVG_CELL;
    char s[16];

    for (size_t i = 0; i < d->t->n_things; i++)
        if (d->t->things[i]->kind == XD_THING_NODE && n++ < NODES)
            nodes[n - 1] = xd_topo_u64(d->t->things[i], XD_TOPO_INDEX, UINT32_MAX);
    if (n < 2 || n > NODES || !d->t->n_distances)
        return;
    text(d, x, y, "b", MATRIX);
    y += XD_SVG_LINE + XD_SVG_GAP / 2;
    for (size_t from = 0; from < n; from++) {
        snprintf(s, sizeof(s), "%u", (unsigned)nodes[from]);
        text(d, x + side * (int)(from + 1) + XD_SVG_PAD / 2, y, "d", s);
        text(d, x, y + XD_SVG_LINE + 4 + (int)from * (XD_SVG_LINE + 8), "d", s);
        for (size_t to = 0; to < n; to++) {
            unsigned v = xd_topo_distance_of(d->t, nodes[from], nodes[to]);
            int left = x + side * (int)(to + 1);
            int top = y + XD_SVG_LINE + (int)from * (XD_SVG_LINE + 8);

            rect(d, left, top, side - 2, XD_SVG_LINE + 6,
                 !v             ? "none"
                 : v <= 10      ? "near"
                 : v >= SERIOUS ? "far"
                                : "away",
                 "", NULL);
            snprintf(s, sizeof(s), v ? "%u" : "?", v);
            text(d, left + XD_SVG_PAD / 2, top + 4, NULL, s);
        }
    }
}

static void advices(struct drawing *d, int x, int y, int w)
{
    static const char *const marks[] = {"note", "WARN", "BAD"};
    static const char *const marked[] = {"d", "warn", "bad"};
    size_t said = 0;

    for (size_t i = 0; i < d->t->n_advice && said < ADVICES; i++) {
        const struct xd_topo_advice *a = &d->t->advice[i];
        char called[128], **lines = NULL;
        size_t n_lines = 0;
        int indent = 6 * (int)(XD_SVG_CELL + 0.5);

        if (!xd_topo_is_within(a->thing, d->s))
            continue;
        if (!said++) {
            text(d, x, y, "b", "Advice");
            y += XD_SVG_LINE;
        }
        text(d, x, y, marked[a->gravity], marks[a->gravity]);
        xd_svg_wrap(xd_arena_printf(d->a, "%s: %s  %s",
                                    xd_topo_called(a->thing, called, sizeof(called)), a->text,
                                    a->remedy ? a->remedy : ""),
                    (int)((w - indent) / XD_SVG_CELL), d->a, &lines, &n_lines);
        for (size_t k = 0; k < n_lines; k++, y += XD_SVG_LINE)
            text(d, x + indent, y, NULL, lines[k]);
    }
    d->h = said ? y : d->h;
}

/* A line that says what is what, broken where the picture ends. */
static void legend(struct drawing *d, int x, int y, int w)
{
    static const char *const links[] = {"link of PCI: the thicker, the more lanes",
                                        "link below what it could be"};
    int left = x;

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        int width = classes[i].help ? SWATCH + 6 + xd_svg_text_width(classes[i].help) + 20 : 0;

        if (!width)
            continue;
        if (left > x && left + width > x + w) {
            left = x;
            y += XD_SVG_LINE + 4;
        }
        rect(d, left, y, SWATCH, SWATCH, classes[i].name, "", NULL);
        text(d, left + SWATCH + 6, y, NULL, classes[i].help);
        left += width;
    }
    for (size_t i = 0; i < 2; i++) {
        int width = 3 * SWATCH + 6 + xd_svg_text_width(links[i]) + 20;

        if (left > x && left + width > x + w) {
            left = x;
            y += XD_SVG_LINE + 4;
        }
        xd_buf_printf(d->out, "<path d=\"M%d %dH%d\" stroke-width=\"3.5\"%s/>\n", left,
                      y + SWATCH / 2, left + 3 * SWATCH, i ? " class=\"low\"" : "");
        text(d, left + 3 * SWATCH + 6, y, NULL, links[i]);
        left += width;
    }
    if (left > x && left + xd_svg_text_width("dashed box: empty, or offline, as is (7)") > x + w) {
        left = x;
        y += XD_SVG_LINE + 4;
    }
    rect(d, left, y, SWATCH, SWATCH, "core", " none", NULL);
    text(d, left + SWATCH + 6, y, NULL, "empty, or offline, as is (7)");
    d->h = y + SWATCH;
}

/* --- all --- */

static size_t count(const struct drawing *d, enum xd_thing_kind kind, enum xd_thing_kind to)
{
    size_t n = 0;

    for (size_t i = 0; i < d->t->n_things; i++) {
        const struct xd_topo_thing *o = d->t->things[i];

        n += o->kind >= kind && o->kind <= to && xd_topo_is_within(o, d->s);
    }
    return n;
}

static char *summary(const struct drawing *d)
{
    static const struct {
        enum xd_thing_kind from, to;
        const char *one, *more;
    } parts[] = {
        {XD_THING_PACKAGE, XD_THING_PACKAGE, "package", "packages"},
        {XD_THING_NODE, XD_THING_NODE, "node", "nodes"},
        {XD_THING_CORE, XD_THING_CORE, "core", "cores"},
        {XD_THING_THREAD, XD_THING_THREAD, "thread", "threads"},
        {XD_THING_DIMM, XD_THING_DIMM, "DIMM slot", "DIMM slots"},
        {XD_THING_ROOT_PORT, XD_THING_VF, "PCI function", "PCI functions"},
    };
    char *s = xd_arena_strdup(d->a, "");

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t n = count(d, parts[i].from, parts[i].to);

        if (n)
            s = xd_arena_printf(d->a, "%s%s%zu %s", s, s[0] ? " · " : "", n,
                                n == 1 ? parts[i].one : parts[i].more);
    }
    return s;
}

static const char *title_of(const struct drawing *d)
{
    const struct xd_topo_thing *root = d->s->root, *machine = d->t->machine;
    const char *name =
        xd_topo_str(machine, XD_TOPO_LABEL, xd_topo_str(machine, XD_TOPO_NAME, NULL));
    char called[128];

    if (d->s->title)
        return d->s->title;
    if (!root || root == machine)
        return name ? name : "Machine";
    xd_topo_called(root, called, sizeof(called));
    return name ? xd_arena_printf(d->a, "%s of %s", called, name) : xd_arena_strdup(d->a, called);
}

/* The body first, as its size stands in the head. */
static void body(struct drawing *d, const struct xd_topo_items *l)
{
    bool whole = !d->s->root || d->s->root == d->t->machine;
    const char *title = title_of(d);
    unsigned parts = d->s->parts ? d->s->parts : XD_TOPO_PART_ALL;
    char *about = summary(d);
    int w;

    text(d, MARGIN, MARGIN + 4, "b t", title);
    text(d, MARGIN, MARGIN + TITLE, "d", about);
    box(d, xd_svg_layout(l, d->a, MARGIN, MARGIN + TITLE + XD_SVG_LINE + XD_SVG_GAP));
    w = (int)(xd_str_width(title) * XD_SVG_CELL * 4 / 3) + 1; /* its letters are larger */
    w = xd_svg_text_width(about) > w ? xd_svg_text_width(about) : w;
    w = xd_svg_text_width(MATRIX) > w ? xd_svg_text_width(MATRIX) : w;
    w = d->w - MARGIN > w ? d->w - MARGIN : w;
    if (whole && parts & XD_TOPO_PART_MEMORY)
        matrix(d, MARGIN, d->h + MARGIN);
    advices(d, MARGIN, d->h + MARGIN, w);
    legend(d, MARGIN, d->h + MARGIN, w);
    d->w = d->w > MARGIN + w ? d->w : MARGIN + w;
}

int xd_topo_export_svg(const struct xd_topo *t, const struct xd_topo_style *s, struct xd_buf *out,
                       struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf text_of_body = XD_BUF_INIT;
    struct drawing d = {.t = t, .s = s, .a = &a, .out = &text_of_body};
    struct xd_topo_items l;

    xd_topo_items(t, s, &a, &l);
    body(&d, &l);
    d.out = out;
    xd_buf_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                  "viewBox=\"0 0 %d %d\">\n<title>",
                  d.w + MARGIN, d.h + MARGIN, d.w + MARGIN, d.h + MARGIN);
    xd_topo_xml(out, title_of(&d));
    xd_buf_add(out, "</title>\n");
    style_sheet(&d);
    xd_buf_printf(out, "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n");
    xd_buf_add(out, xd_buf_str(&text_of_body));
    xd_buf_add(out, "</svg>\n");
    xd_buf_done(&text_of_body);
    xd_arena_done(&a);
    return 0;
}
