/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far each NUMA node is from each other, as a matrix; as many columns as fit, the rest below.
 */
#include <stdio.h>

#include "topo/export.h"
#include "tui/topo/diagram_impl.h"

/* Cells of a row before the numbers: name, memory, CPUs. More where the line is long. */
#define HEAD_LEAST 34
#define HEAD_MOST  54
#define CELL       5

static size_t nodes(const struct xd_diagram *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->topo->n_things; i++)
        n += d->topo->things[i]->kind == XD_THING_NODE;
    return n;
}

static const struct xd_topo_thing *node_at(const struct xd_diagram *d, size_t at)
{
    for (size_t i = 0; i < d->topo->n_things; i++)
        if (d->topo->things[i]->kind == XD_THING_NODE && at-- == 0)
            return d->topo->things[i];
    return NULL;
}

static int head(const struct xd_diagram *d)
{
    int w = d->look.width / 2;

    return w < HEAD_LEAST ? HEAD_LEAST : w > HEAD_MOST ? HEAD_MOST : w;
}

/* Numbers that fit beside the head; without a head where the terminal is that narrow. */
static size_t columns(const struct xd_diagram *d)
{
    int n = (d->look.width - head(d)) / CELL;

    return n < 1 ? 1 : (size_t)n;
}

int xd_diagram_matrix_height(const struct xd_diagram *d)
{
    size_t n = nodes(d), per = columns(d), blocks = (n + per - 1) / per;

    return n ? (int)(blocks * (n + 2)) - 1 : 1;
}

static uint64_t index_of(const struct xd_topo_thing *node)
{
    return xd_topo_u64(node, XD_TOPO_INDEX, UINT64_MAX);
}

/* Home and near are calm; what is more than twice as far is pointed out. */
static enum xd_role_style style_of(unsigned value)
{
    return value == 0    ? XD_S_UNKNOWN
           : value <= 10 ? XD_S_GOOD
           : value > 20  ? XD_S_WARN
                         : XD_S_NORMAL;
}

static void draw_row(const struct xd_diagram *d, struct xd_canvas *c, int y, size_t row,
                     size_t first, size_t per)
{
    const struct xd_topo_thing *from = node_at(d, row), *to;
    struct xd_buf text = XD_BUF_INIT;
    char name[XD_KEY_MAX];

    xd_buf_printf(&text, "%s ", xd_topo_called(from, name, sizeof(name)));
    xd_topo_describe(from, &text);
    xd_canvas_field(c, 1, y, head(d) - 2, false, XD_S_NORMAL, text.s);
    for (size_t i = 0; i < per && (to = node_at(d, first + i)); i++) {
        unsigned value = xd_topo_distance_of(d->topo, index_of(from), index_of(to));

        snprintf(name, sizeof(name), value ? "%u" : "-", value);
        xd_canvas_field(c, head(d) + (int)i * CELL, y, CELL - 1, true, style_of(value), name);
    }
    xd_buf_done(&text);
}

void xd_diagram_matrix_draw(const struct xd_diagram *d, struct xd_canvas *c, struct xd_rect r,
                            int top)
{
    size_t n = nodes(d), per = columns(d);
    int y = -top;
    char name[32];

    if (!n)
        xd_canvas_text(c, 1, y, XD_S_DIM, "No NUMA nodes are known of this machine");
    for (size_t first = 0; first < n; first += per, y++) {
        const struct xd_topo_thing *to;

        xd_canvas_field(c, 1, y, head(d) - 2, false, XD_S_TITLE, "From … to node");
        for (size_t i = 0; i < per && (to = node_at(d, first + i)); i++) {
            snprintf(name, sizeof(name), "%llu",
                     (unsigned long long)xd_topo_u64(to, XD_TOPO_INDEX, 0));
            xd_canvas_field(c, head(d) + (int)i * CELL, y, CELL - 1, true, XD_S_TITLE, name);
        }
        y++;
        for (size_t row = 0; row < n; row++, y++)
            draw_row(d, c, y, row, first, per);
    }
}
