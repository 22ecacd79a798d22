/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the roles of a theme to the colours of a picture. */
#include "tui/topo_style.h"

#include <stdlib.h>

#include "tui/theme_color.h"

// clang-format off
static const enum xd_role_style roles[XD_TOPO_COLOURS_N] = {
    [XD_TOPO_C_INK] = XD_S_NORMAL,
    [XD_TOPO_C_DIM] = XD_S_KEY_TEXT,
    [XD_TOPO_C_LINE] = XD_S_DIM,
    [XD_TOPO_C_CPU] = XD_S_ACCENT,
    [XD_TOPO_C_CACHE] = XD_S_TAB,
    [XD_TOPO_C_MEMORY] = XD_S_GOOD,
    [XD_TOPO_C_PCI] = XD_S_STAGED,
    [XD_TOPO_C_LEAF] = XD_S_MARK,
    [XD_TOPO_C_GOOD] = XD_S_GOOD,
    [XD_TOPO_C_WARN] = XD_S_WARN,
    [XD_TOPO_C_BAD] = XD_S_BAD,
};
// clang-format on

static unsigned distance(uint32_t a, uint32_t b)
{
    unsigned sum = 0;

    for (unsigned shift = 0; shift < 24; shift += 8)
        sum += (unsigned)abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
    return sum;
}

/* Of a look that is written on a ground of its own, the one that stands out more from the paper. */
static uint32_t colour_of(const struct xd_look *l, uint32_t paper, uint32_t ink)
{
    uint32_t fg = l->fg == XD_COLOR_DEFAULT ? ink : xd_color_rgb(l->fg);
    uint32_t bg = l->bg == XD_COLOR_DEFAULT ? paper : xd_color_rgb(l->bg);

    return distance(fg, paper) >= distance(bg, paper) ? fg : bg;
}

void xd_topo_style_of(const struct xd_theme *t, struct xd_topo_style *out)
{
    uint32_t paper = xd_color_rgb(t->bg), ink = xd_color_rgb(t->fg);

    for (int i = 0; i < XD_TOPO_COLOURS_N; i++)
        out->colours[i] = colour_of(&t->color[roles[i]], paper, ink);
    out->colours[XD_TOPO_C_PAPER] = paper;
}
