/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pane of the Topology screen: what the thing under the cursor is, who runs there, what limits
 * it, and whose word on it didn't count. */
#include <string.h>

#include "model/tables.h"
#include "model/tables_topology.h"
#include "topo/export.h"
#include "tui/dialog.h"
#include "tui/topo/screen.h"

/* The threads of what holds some; of a device they are merely near. */
static bool threads_of(const struct xd_topo_thing *o, struct xd_cpuset *out)
{
    const struct xd_cpuset *all = xd_topo_set(o, XD_TOPO_CPUS);

    xd_cpuset_zero(out);
    if (o->kind == XD_THING_THREAD)
        xd_cpuset_add(out, (unsigned)xd_topo_u64(o, XD_TOPO_INDEX, UINT32_MAX));
    else if (o->kind < XD_THING_THREAD && all)
        *out = *all;
    return !xd_cpuset_empty(out);
}

static int draw_runs(const struct xd_app *a, const struct xd_topo_thing *o, struct xd_canvas *c,
                     struct xd_rect r)
{
    struct xd_topo_tables tables;
    struct xd_cpuset cpus;
    struct xd_buf text = XD_BUF_INIT;
    int y = 0;

    if (!threads_of(o, &cpus))
        return 0;
    xd_topo_tables_of(a, &tables);
    xd_topo_runs_tell(&tables, &cpus, &text);
    if (text.len)
        y = xd_dialog_text(c, r, XD_S_NORMAL, text.s);
    xd_buf_done(&text);
    return y;
}

static const enum xd_role_style gravity_styles[] = {
    [XD_TOPO_NOTE] = XD_S_DIM, [XD_TOPO_WARN] = XD_S_WARN, [XD_TOPO_BAD] = XD_S_BAD};

static int draw_advice(const struct xd_topo *t, const struct xd_topo_thing *o, struct xd_canvas *c,
                       struct xd_rect r)
{
    int y = 0;

    for (size_t i = 0; i < t->n_advice && y < r.h; i++) {
        const struct xd_topo_advice *x = &t->advice[i];
        struct xd_buf text = XD_BUF_INIT;

        if (x->thing != o)
            continue;
        xd_buf_printf(&text, "%s%s%s", x->text, x->remedy ? ": " : "", x->remedy ? x->remedy : "");
        y += xd_dialog_text(c, (struct xd_rect){r.x, r.y + y, r.w, r.h - y},
                            gravity_styles[x->gravity], text.s);
        xd_buf_done(&text);
    }
    return y;
}

/* Who was overruled about it, as the table of facts says. */
static void draw_disputes(const struct xd_app *a, const struct xd_topo_thing *o,
                          struct xd_canvas *c, struct xd_rect r)
{
    const struct xd_table *t = xd_app_table(a, "facts");
    int y = 0;

    for (size_t i = 0; t && i < t->n && y < r.h; i++) {
        const struct xd_row *f = t->rows[i];

        if (xd_row_u64(f, XD_FACT_USE, XD_TOPO_USED) != XD_TOPO_OVERRULED ||
            strcmp(xd_row_str(f, XD_FACT_ID, ""), o->id) != 0)
            continue;
        xd_canvas_printf(c, r.x, r.y + y++, XD_S_DIM, "%s: %s says %s, overruled",
                         xd_row_str(f, XD_FACT_COLUMN, "?"), xd_row_str(f, XD_FACT_SOURCE, "?"),
                         xd_row_str(f, XD_FACT_VALUE, "?"));
    }
}

void xd_topo_pane(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                  struct xd_canvas *c, struct xd_rect r)
{
    const struct xd_topo_thing *o = xd_topo_under_cursor(a, s);
    struct xd_buf text = XD_BUF_INIT;
    char name[XD_KEY_MAX];
    int y;

    if (!o)
        return;
    xd_buf_printf(&text, "%s  ", xd_topo_called(o, name, sizeof(name)));
    xd_topo_describe(o, &text);
    if (xd_topo_str(o, XD_TOPO_SOURCES, NULL))
        xd_buf_printf(&text, "  told by %s", xd_topo_str(o, XD_TOPO_SOURCES, NULL));
    y = xd_dialog_text(c, (struct xd_rect){r.x, r.y, r.w, r.h < 2 ? r.h : 2}, XD_S_NORMAL, text.s);
    y += draw_runs(a, o, c, (struct xd_rect){r.x, r.y + y, r.w, r.h - y});
    y += draw_advice(a->topo->topo, o, c, (struct xd_rect){r.x, r.y + y, r.w, r.h - y});
    draw_disputes(a, o, c, (struct xd_rect){r.x, r.y + y, r.w, r.h - y});
    xd_buf_done(&text);
}
