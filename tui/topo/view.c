/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Topology screen: the drawing, and how one moves in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/tables.h"
#include "topo/export.h"
#include "tui/dialog.h"
#include "tui/topo/screen.h"
#include "tui/views.h"

#define BIT(col) (UINT64_C(1) << (col))

/* Scrolling a little is better than folding away who runs where: only what is more than so many
 * times as high as the room is folded. */
#define FOLD_FROM 2

struct xd_topo_screen *xd_topo_screen_new(void)
{
    struct xd_topo_screen *t = xd_malloc(sizeof(*t));

    t->view = XD_DIAGRAM_CPU; /* who runs where is what one comes for */
    return t;
}

static void forget(struct xd_topo_screen *t)
{
    xd_diagram_free(t->diagram);
    t->diagram = NULL;
    xd_topo_free(t->topo);
    t->topo = NULL;
}

void xd_topo_screen_free(struct xd_topo_screen *t)
{
    if (!t)
        return;
    forget(t);
    free(t);
}

bool xd_topo_is_screen(const struct xd_screen *s)
{
    return s->view == &xd_view_topology;
}

/* --- what there is to draw --- */

const struct xd_topo *xd_topo_now(const struct xd_app *a)
{
    const struct xd_table *t = xd_app_table(a, "topology");
    struct xd_topo_screen *s = a->topo;

    if (!t || !t->n)
        return NULL;
    if (s->topo && s->table == t && s->generation == xd_world_generation(a->world))
        return s->topo;
    forget(s);
    s->topo = xd_topo_from(t, xd_app_table(a, "distances"), xd_app_table(a, "advice"));
    s->table = t;
    s->generation = xd_world_generation(a->world);
    return s->topo;
}

const struct xd_topo_thing *xd_topo_under_cursor(const struct xd_app *a, const struct xd_screen *s)
{
    const struct xd_topo *t = xd_topo_now(a);
    const struct xd_topo_thing *o = t && s->cursor[0] ? xd_topo_find(t, s->cursor) : NULL;

    return o ? o : t ? t->machine : NULL;
}

const struct xd_row *xd_topo_domain(const struct xd_app *a)
{
    const struct xd_table *domains = xd_app_table(a, "domains");
    const char *key = a->topo->domain;

    for (int i = 0; !*key && i < a->n_screens; i++)
        if (a->screens[i].desc && strcmp(a->screens[i].desc->name, "domains") == 0)
            key = a->screens[i].cursor;
    return domains ? xd_table_find(domains, key) : NULL;
}

/* The root in force: what was zoomed to, as long as it is there and has the cursor in it. */
static const struct xd_topo_thing *root_of(const struct xd_app *a, const struct xd_topo *t,
                                           const struct xd_topo_thing *cursor)
{
    const struct xd_topo_thing *root = a->topo->root[0] ? xd_topo_find(t, a->topo->root) : NULL;

    for (const struct xd_topo_thing *o = cursor; root && o; o = o->parent)
        if (o == root)
            return root;
    return t->machine;
}

static bool same_look(const struct xd_diagram_look *a, const struct xd_diagram_look *b)
{
    return a->view == b->view && a->root == b->root && a->width == b->width &&
           a->height == b->height && a->mark == b->mark && a->load == b->load;
}

/* The drawing for so much room. */
static const struct xd_diagram *diagram_for(const struct xd_app *a, const struct xd_screen *s,
                                            int w, int h, const struct xd_topo_marks *m)
{
    const struct xd_topo *t = xd_topo_now(a);
    struct xd_topo_screen *ts = a->topo;
    struct xd_diagram_look look = {
        .view = ts->view,
        .width = w,
        .height = FOLD_FROM * h,
    };

    if (!t)
        return NULL;
    xd_topo_marks_look(m, &look);
    look.root = root_of(a, t, xd_topo_under_cursor(a, s));
    if (!ts->diagram || !same_look(&look, &ts->look)) {
        xd_diagram_free(ts->diagram);
        ts->diagram = xd_diagram_new(t, &look);
        ts->look = look;
    }
    xd_diagram_ask(ts->diagram, m);
    return ts->diagram;
}

/* --- drawing --- */

static bool has_overlays(enum xd_diagram_view view)
{
    return xd_topo_overlay_fits(XD_TOPO_SHOW_LINKS, view) ||
           xd_topo_overlay_fits(XD_TOPO_SHOW_RUNNING, view);
}

/* What is marked in this view. */
static enum xd_topo_overlay overlay_now(const struct xd_topo_screen *t)
{
    return xd_topo_overlay_fits(t->overlay, t->view) ? t->overlay : XD_TOPO_SHOW_NOTHING;
}

static void draw_head(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                      struct xd_rect r)
{
    const struct xd_topo_screen *t = a->topo;
    const struct xd_row *domain = xd_topo_domain(a);
    struct xd_buf text = XD_BUF_INIT;
    int x = r.x + 1;

    x += xd_canvas_text(c, x, r.y, XD_S_TITLE, "drawn: ");
    x += xd_canvas_printf(c, x, r.y, XD_S_TITLE_ON, "%s", xd_diagram_view_names[t->view]);
    if (has_overlays(t->view)) {
        bool links = t->view == XD_DIAGRAM_PCI || t->overlay == XD_TOPO_SHOW_LINKS;

        x += xd_canvas_text(c, x, r.y, XD_S_TITLE, links ? "   marked: " : "   threads: ");
        x +=
            xd_canvas_printf(c, x, r.y, XD_S_TITLE_ON, "%s", xd_topo_overlay_names[overlay_now(t)]);
        if (domain && !links)
            x += xd_canvas_printf(c, x, r.y, XD_S_TITLE, "   domain: %s",
                                  xd_row_str(domain, XD_DOMAIN_NAME, "?"));
    }
    if (s->filter[0])
        xd_buf_printf(&text, "   /%s: %zu", s->filter, s->n_rows);
    xd_canvas_field(c, x, r.y, r.x + r.w - x, false, XD_S_ACCENT, xd_buf_str(&text));
    xd_buf_done(&text);
}

static bool is_hit(const void *ctx, const struct xd_topo_thing *o)
{
    const struct xd_screen *s = ctx;

    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i] && strcmp(xd_row_str(s->rows[i], XD_TOPO_ID, ""), o->id) == 0)
            return true;
    return false;
}

/* Scrolls as little as shows the cursor; of a box that is too high, its title. */
static int scrolled(const struct xd_diagram *d, const struct xd_diagram_item *on, int top, int h)
{
    int most = xd_diagram_height(d) - h, last;

    if (on) {
        last = on->rect.h > h ? on->rect.y : on->rect.y + (on->rect.h > 1 ? 0 : on->rect.h - 1);
        if (last >= top + h)
            top = last - h + 1;
        if (on->rect.y < top)
            top = on->rect.y;
    }
    if (top > most)
        top = most;
    return top > 0 ? top : 0;
}

static void draw_foot(const struct xd_diagram *d, const struct xd_topo_marks *m,
                      struct xd_canvas *c, struct xd_rect r, int top)
{
    int below = xd_diagram_height(d) - top - (r.h - 2);
    char more[48] = "";

    if (top > 0 || below > 0)
        snprintf(more, sizeof(more), " %d above %d below", top, below > 0 ? below : 0);
    xd_canvas_field(c, r.x + 1, r.y + r.h - 1, r.w - 2 - xd_str_width(more), false, XD_S_DIM,
                    xd_buf_str(&m->legend));
    xd_canvas_field(c, r.x + r.w - 1 - xd_str_width(more), r.y + r.h - 1, xd_str_width(more), true,
                    XD_S_DIM, more);
}

void xd_topo_tables_of(const struct xd_app *a, struct xd_topo_tables *out)
{
    *out = (struct xd_topo_tables){
        .domains = xd_app_table(a, "domains"),
        .vcpus = xd_app_table(a, "vcpus"),
        .pools = xd_app_table(a, "pools"),
        .pcpus = xd_app_table(a, "pcpus"),
        .pci = xd_app_table(a, "pci"),
        .traffic = xd_app_table(a, "traffic"),
        .domain = xd_topo_domain(a),
    };
}

static void draw(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                 struct xd_rect r)
{
    const struct xd_topo_thing *cursor = xd_topo_under_cursor(a, s);
    const struct xd_diagram *d;
    struct xd_topo_tables tables;
    struct xd_topo_marks m;
    int h = r.h - 2;

    draw_head(a, s, c, (struct xd_rect){r.x, r.y, r.w, 1});
    if (!cursor) {
        xd_dialog_text(
            c, (struct xd_rect){r.x + 2, r.y + 2, r.w - 4, h}, XD_S_UNKNOWN,
            xd_app_why_none(a, "topology", "nothing is known of this machine's topology yet"));
        return;
    }
    if (h < 1)
        return;
    xd_topo_tables_of(a, &tables);
    xd_topo_marks_make(&m, xd_topo_now(a), &tables, overlay_now(a->topo));
    d = diagram_for(a, s, r.w, h, &m);
    a->topo->top = scrolled(d, xd_diagram_item_of(d, cursor), a->topo->top, h);
    xd_diagram_draw(d, c, (struct xd_rect){r.x, r.y + 1, r.w, h}, a->topo->top, cursor,
                    s->filter[0] ? is_hit : NULL, s);
    draw_foot(d, &m, c, r, a->topo->top);
    xd_topo_marks_done(&m);
}

/* --- moving --- */

static void go_to(struct xd_app *a, struct xd_screen *s, const struct xd_topo_thing *o)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i] && strcmp(xd_row_str(s->rows[i], XD_TOPO_ID, ""), o->id) == 0) {
            xd_screen_goto(a, s, i);
            return;
        }
}

static bool move(struct xd_app *a, struct xd_screen *s, int dx, int dy)
{
    const struct xd_topo_thing *cursor = xd_topo_under_cursor(a, s);
    const struct xd_diagram_item *on, *next;

    if (!a->topo->diagram || !cursor || a->topo->view == XD_DIAGRAM_NUMA)
        return false;
    if (s->filter[0] || s->tree) /* from one found thing to the next */
        return dx != 0;
    on = xd_diagram_item_of(a->topo->diagram, cursor);
    next = on ? xd_diagram_next(a->topo->diagram, on, dx, dy) : NULL;
    if (next)
        go_to(a, s, next->thing);
    return true;
}

/* y counts from the first line below the head. */
static void click(struct xd_app *a, struct xd_screen *s, int x, int y)
{
    const struct xd_diagram_item *i =
        a->topo->diagram ? xd_diagram_item_at(a->topo->diagram, x, y + a->topo->top) : NULL;

    if (i)
        go_to(a, s, i->thing);
}

static const struct xd_want wants[] = {
    {"vcpus", BIT(XD_VCPU_DOMAIN_UUID) | BIT(XD_VCPU_ID) | BIT(XD_VCPU_PCPU) | BIT(XD_VCPU_STATE) |
                  BIT(XD_VCPU_HARD) | BIT(XD_VCPU_SOFT)},
    {0},
};

static const char *const with[] = {"distances", "facts", "advice", "pci", "traffic", NULL};

const struct xd_view xd_view_topology = {
    .name = "topology",
    .title = "Topology",
    .help = "The machine as it is built, who runs where, and moving them",
    .table = "topology",
    .draw = draw,
    .detail = xd_topo_pane,
    .wants = wants,
    .with = with,
    .move = move,
    .click = click,
};
