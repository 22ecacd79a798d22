/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drawing and the themes for `xendeck topo`, which may not know the console's room. */
#include <string.h>

#include "tui/console.h"
#include "tui/topo/screen.h"
#include "tui/topo_style.h"

static const char *note(const void *ctx, const struct xd_topo_thing *o)
{
    return xd_topo_use_of(((const struct xd_cli_picture *)ctx)->pci, o);
}

void xd_console_draw(const struct xd_topo *t, const struct xd_cli_picture *p, struct xd_buf *out)
{
    struct xd_diagram_look look = {
        .root = p->root, .width = p->width, .height = p->height, .note = note, .ctx = p};

    for (int i = 0; xd_diagram_view_names[i]; i++)
        if (strcmp(p->view, xd_diagram_view_names[i]) == 0)
            look.view = (enum xd_diagram_view)i;
    xd_diagram_text(t, &look, p->ascii ? XD_GLYPHS_ASCII : XD_GLYPHS_BLOCK, out);
}

int xd_console_colours(struct xd_cli *cli, struct xd_topo_style *style, struct xd_err *err)
{
    struct xd_theme theme;
    int rc = xd_theme_load(xd_cli_option(cli, "theme"), &theme, err);

    if (rc == 0)
        xd_topo_style_of(&theme, style);
    return rc;
}
