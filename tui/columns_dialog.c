/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of a screen, to choose and to order: first those that are shown, in their order, then
 * the others. A column of which history is kept is there a second time, as a graph. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tui/dialog.h"

#define ITEMS (2 * XD_COLUMNS_MAX)

struct choice {
    int col; /* or-ed with XD_COLUMN_GRAPH */
    bool on;
};

struct columns {
    struct xd_dialog d;
    const struct xd_table_desc *desc;
    struct choice items[ITEMS];
    int n, at;
    char error[128];
};

static bool has(const struct columns *q, int col)
{
    for (int i = 0; i < q->n; i++)
        if (q->items[i].col == col)
            return true;
    return false;
}

/* The list as it is, then what could be in it. */
static void fill(struct columns *q, const char *text)
{
    const struct xd_columns_base base = {.graphs = true};
    int cols[ITEMS], n = xd_columns_parse_on(text, q->desc, &base, cols, NULL);

    q->n = 0;
    for (int i = 0; i < n; i++)
        q->items[q->n++] = (struct choice){cols[i], true};
    for (int i = 0; i < q->desc->n_columns; i++)
        if (!has(q, i))
            q->items[q->n++] = (struct choice){i, false};
    for (int i = 0; i < q->desc->n_columns; i++)
        if ((q->desc->columns[i].flags & XD_COL_HISTORY) && !has(q, i | XD_COLUMN_GRAPH))
            q->items[q->n++] = (struct choice){i | XD_COLUMN_GRAPH, false};
}

static void draw_item(const struct columns *q, int i, struct xd_canvas *c, struct xd_rect line)
{
    const struct xd_column *col = &q->desc->columns[q->items[i].col & ~XD_COLUMN_GRAPH];
    bool graph = q->items[i].col & XD_COLUMN_GRAPH;
    enum xd_role_style style = q->items[i].on ? XD_S_DIALOG : XD_S_DIALOG_DIM;
    char name[40];

    snprintf(name, sizeof(name), "%s%s", col->name, graph ? ":graph" : "");
    xd_canvas_text(c, line.x, line.y, style, q->items[i].on ? "[x]" : "[ ]");
    xd_canvas_field(c, line.x + 4, line.y, 22, false, style, name);
    xd_canvas_field(c, line.x + 27, line.y, 8, false, style, graph ? "" : col->title);
    xd_canvas_field(c, line.x + 36, line.y, line.w - 36, false, style,
                    graph ? "The last two minutes of it" : col->help);
    if (i == q->at) {
        struct xd_rect all = {line.x - 1, line.y, line.w + 2, 1};
        xd_canvas_restyle(c, all, XD_S_CURSOR);
        xd_canvas_text(c, line.x - 1, line.y, XD_S_CURSOR, "▸");
        c->cursor_x = line.x - 1;
        c->cursor_y = line.y;
    }
}

static void columns_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct columns *q = (const struct columns *)d;
    struct xd_rect in =
        xd_dialog_box(c, c->w > 104 ? 100 : c->w - 2, q->n + 6, XD_S_DIALOG, "Columns");
    int rows = in.h - 4 > 0 ? in.h - 4 : 1, top = q->at >= rows ? q->at - rows + 1 : 0;
    const struct xd_column *on = &q->desc->columns[q->items[q->at].col & ~XD_COLUMN_GRAPH];
    struct xd_rect help = {in.x, in.y + rows + 1, in.w, 2};

    for (int i = 0; i < rows && top + i < q->n; i++)
        draw_item(q, top + i, c, (struct xd_rect){in.x, in.y + i, in.w, 1});
    xd_dialog_text(c, help, q->error[0] ? XD_S_DIALOG_BAD : XD_S_DIALOG,
                   q->error[0] ? q->error : on->help);
    xd_canvas_field(c, in.x, in.y + in.h - 1, in.w, false, XD_S_DIALOG_ACCENT,
                    "Space shows · J K move · d usual ones · Enter takes them · Esc leaves");
}

static void move_item(struct columns *q, int by)
{
    int to = q->at + by;

    if (to < 0 || to >= q->n)
        return;
    struct choice c = q->items[q->at];
    q->items[q->at] = q->items[to];
    q->items[to] = c;
    q->at = to;
}

static void go_to(struct columns *q, int at)
{
    q->at = at < 0 ? 0 : at >= q->n ? q->n - 1 : at;
}

static void accept(struct xd_app *a, struct columns *q)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;

    for (int i = 0; i < q->n; i++)
        if (q->items[i].on)
            xd_buf_printf(&b, "%s%s%s", b.len ? "," : "",
                          q->desc->columns[q->items[i].col & ~XD_COLUMN_GRAPH].name,
                          q->items[i].col & XD_COLUMN_GRAPH ? ":graph" : "");
    if (!b.len)
        snprintf(q->error, sizeof(q->error), "A screen needs a column; Space shows one.");
    else if (xd_screen_set_columns(xd_app_screen(a), b.s, &err) < 0)
        snprintf(q->error, sizeof(q->error), "%s", xd_err_text(&err));
    else
        xd_dialog_pop(a);
    xd_buf_done(&b);
}

/* What the screen shows when nobody chose. */
static void usual(struct xd_app *a, struct columns *q)
{
    struct xd_screen *s = xd_app_screen(a);
    struct xd_arena arena = XD_ARENA_INIT;
    int chosen = s->n_cols;

    s->n_cols = 0;
    fill(q, xd_screen_columns_text(s, &arena));
    s->n_cols = chosen;
    xd_arena_done(&arena);
}

static void columns_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct columns *q = (struct columns *)d;

    q->error[0] = '\0';
    if (xd_dialog_move(k, q->n, &q->at))
        return;
    switch (k->code) {
    case ' ':
        q->items[q->at].on = !q->items[q->at].on;
        go_to(q, q->at + 1);
        break;
    case 'J':
    case '>':
        move_item(q, 1);
        break;
    case 'K':
    case '<':
        move_item(q, -1);
        break;
    case 'd':
        usual(a, q);
        go_to(q, q->at);
        break;
    case XD_KEY_ENTER:
        accept(a, q);
        break;
    case XD_KEY_ESC:
    case 'q':
    case XD_KEY_CTRL | 'c':
        xd_dialog_pop(a);
        break;
    default:
        break;
    }
}

void xd_columns_open(struct xd_app *a)
{
    static const struct xd_dialog_ops ops = {columns_draw, columns_key, NULL, NULL};
    struct columns *q = xd_malloc(sizeof(*q));
    struct xd_arena arena = XD_ARENA_INIT;

    q->d.ops = &ops;
    q->desc = xd_app_screen(a)->desc;
    fill(q, xd_screen_columns_text(xd_app_screen(a), &arena));
    xd_arena_done(&arena);
    xd_dialog_push(a, &q->d);
}
