/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The detail pane of tables that have none of their own: all that is known of the row and doesn't
 * show in its line, as "TITLE value" one behind the other. */
#include <stdio.h>
#include <string.h>

#include "tui/app.h"

#define GAP 3 /* cells between two of them */

/* Whether the line of the row shows the whole text already. */
static bool is_shown(const struct xd_layout *l, int col, const char *text)
{
    for (int i = 0; i < l->n; i++)
        if (l->at[i].col == col && !l->at[i].spark)
            return xd_str_width(text) <= l->at[i].width;
    return false;
}

struct pen {
    struct xd_canvas *c;
    struct xd_rect r;
    int x, y; /* within r */
};

/* One value; a text that is longer than a line goes on in the next ones. */
static void put(struct pen *p, const char *name, const char *text)
{
    int w = xd_str_width(name) + 1 + xd_str_width(text);

    if (p->x && p->x + w > p->r.w) {
        p->x = 0;
        p->y++;
    }
    if (p->y >= p->r.h)
        return;
    int x = p->r.x + p->x, y = p->r.y + p->y;
    x += xd_canvas_text(p->c, x, y, XD_S_DIM, name) + 1;
    while (xd_str_width(text) > p->r.x + p->r.w - x && p->y + 1 < p->r.h) {
        char line[1024];
        size_t n = xd_str_fit(text, p->r.x + p->r.w - x);
        snprintf(line, sizeof(line), "%.*s", (int)n, text);
        xd_canvas_text(p->c, x, p->r.y + p->y++, XD_S_NORMAL, line);
        text += n;
        x = p->r.x;
    }
    int room = p->r.x + p->r.w - x, used = xd_str_width(text);
    xd_canvas_field(p->c, x, p->r.y + p->y, used < room ? used : room, false, XD_S_NORMAL, text);
    p->x = x - p->r.x + used + GAP;
}

void xd_row_detail(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r)
{
    struct xd_arena arena = XD_ARENA_INIT;
    struct pen p = {.c = c, .r = r};
    struct xd_layout l;

    xd_layout_make(s, c->w, &l);
    for (int i = 0; i < s->desc->n_columns; i++) {
        const struct xd_column *col = &s->desc->columns[i];
        struct xd_value v = xd_row_value(s->desc, row, i);
        const char *text = v.have ? xd_value_short(&v, &col->kind, &arena) : NULL;

        if (text && *text && !is_shown(&l, i, text))
            put(&p, col->name, text);
    }
    xd_arena_done(&arena);
}
