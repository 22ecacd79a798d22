/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drawing and the themes for `xendeck topo`, which may not know the console's room. */
#include <errno.h>
#include <string.h>

#include "model/tables.h"
#include "tui/console.h"
#include "tui/dialog.h"
#include "tui/topo/screen.h"
#include "tui/topo_style.h"

#define LEGEND_LINES 64 /* of names of domains, at most */

static int index_of(const char *word, const char *const *names)
{
    int i = 0;

    while (names[i] && strcmp(names[i], word) != 0)
        i++;
    return i;
}

static const struct xd_row *domain_named(const struct xd_table *t, const char *name)
{
    for (size_t i = 0; t && name && i < t->n; i++)
        if (strcmp(xd_row_str(t->rows[i], XD_DOMAIN_NAME, ""), name) == 0)
            return t->rows[i];
    return NULL;
}

static void tables_of(const struct xd_cli_picture *p, struct xd_topo_tables *out)
{
    *out = (struct xd_topo_tables){
        .domains = xd_world_table(p->world, "domains"),
        .vcpus = xd_world_table(p->world, "vcpus"),
        .pools = xd_world_table(p->world, "pools"),
        .pcpus = xd_world_table(p->world, "pcpus"),
        .pci = xd_world_table(p->world, "pci"),
        .traffic = xd_world_table(p->world, "traffic"),
    };
    out->domain = domain_named(out->domains, p->domain);
}

/* Below the drawing, broken where that ends. */
static void print_legend(const struct xd_topo_marks *m, int width, enum xd_glyphs glyphs,
                         struct xd_buf *out)
{
    struct xd_rect r = {0, 0, width, LEGEND_LINES};
    struct xd_canvas c;

    if (!m->legend.len)
        return;
    r.h = xd_dialog_text(NULL, r, XD_S_NORMAL, m->legend.s);
    xd_canvas_init(&c, width, r.h, glyphs);
    xd_dialog_text(&c, r, XD_S_NORMAL, m->legend.s);
    xd_canvas_dump(&c, out);
    xd_canvas_done(&c);
}

int xd_console_draw(const struct xd_topo *t, const struct xd_cli_picture *p, struct xd_buf *out,
                    struct xd_err *err)
{
    struct xd_diagram_look look = {
        .root = p->root,
        .view = (enum xd_diagram_view)index_of(p->view, xd_diagram_view_names),
        .width = p->width,
        .height = p->height};
    enum xd_glyphs glyphs = p->ascii ? XD_GLYPHS_ASCII : XD_GLYPHS_BLOCK;
    struct xd_topo_tables tables;
    struct xd_topo_marks marks;

    tables_of(p, &tables);
    if (p->domain && !tables.domain)
        return xd_err_set(err, -EINVAL, "--domain: there is no domain \"%s\"", p->domain);
    xd_topo_marks_make(&marks, t, &tables,
                       (enum xd_topo_overlay)index_of(p->overlay, xd_topo_overlay_names));
    xd_topo_marks_look(&marks, &look);
    xd_diagram_text(t, &look, glyphs, out);
    print_legend(&marks, p->width, glyphs, out);
    xd_topo_marks_done(&marks);
    return 0;
}

int xd_console_colours(struct xd_cli *cli, struct xd_topo_style *style, struct xd_err *err)
{
    struct xd_theme theme;
    int rc = xd_theme_load(xd_cli_option(cli, "theme"), &theme, err);

    if (rc == 0)
        xd_topo_style_of(&theme, style);
    return rc;
}
