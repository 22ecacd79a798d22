/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drawing and the themes for `xendeck topo`, which may not know the console's room. */
#include <langinfo.h>
#include <string.h>

#include "tui/console.h"
#include "tui/theme.h"
#include "tui/theme_color.h"
#include "tui/topo/diagram.h"

void xd_console_draw(const struct xd_topo *t, const struct xd_cli_picture *p, struct xd_buf *out)
{
    struct xd_diagram_look look = {.width = p->width};
    bool ascii = p->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;

    for (int i = 0; xd_diagram_view_names[i]; i++)
        if (strcmp(p->view, xd_diagram_view_names[i]) == 0)
            look.view = (enum xd_diagram_view)i;
    xd_diagram_text(t, &look, ascii ? XD_GLYPHS_ASCII : XD_GLYPHS_BLOCK, out);
}

int xd_console_colours(struct xd_cli *cli, struct xd_topo_style *style, struct xd_err *err)
{
    static const struct {
        enum xd_topo_colour colour;
        enum xd_role_style role;
    } map[] = {
        {XD_TOPO_C_INK, XD_S_NORMAL}, {XD_TOPO_C_DIM, XD_S_DIM},   {XD_TOPO_C_LINE, XD_S_BORDER},
        {XD_TOPO_C_CPU, XD_S_ACCENT}, {XD_TOPO_C_CACHE, XD_S_BAR}, {XD_TOPO_C_MEMORY, XD_S_GOOD},
        {XD_TOPO_C_PCI, XD_S_STAGED}, {XD_TOPO_C_LEAF, XD_S_MARK}, {XD_TOPO_C_GOOD, XD_S_GOOD},
        {XD_TOPO_C_WARN, XD_S_WARN},  {XD_TOPO_C_BAD, XD_S_BAD},
    };
    struct xd_theme theme;
    int rc = xd_theme_load(xd_cli_option(cli, "theme"), &theme, err);

    if (rc < 0)
        return rc;
    style->colours[XD_TOPO_C_PAPER] = xd_color_rgb(theme.bg);
    for (size_t i = 0; i < sizeof(map) / sizeof(*map); i++) {
        int16_t fg = theme.color[map[i].role].fg;

        style->colours[map[i].colour] = xd_color_rgb(fg == XD_COLOR_DEFAULT ? theme.fg : fg);
    }
    return 0;
}
