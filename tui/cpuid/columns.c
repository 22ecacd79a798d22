/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of columns: which are shown, and a way to go to one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cpuid/screen.h"
#include "tui/dialog.h"

struct columns {
    struct xd_dialog d;
    bool *on; /* by the columns' places in the matrix */
    int n, at;
    char error[128];
};

/* What a column is, for one who hasn't met Xen's policies. */
static const char *what(const struct xd_cpuid_column *c)
{
    static const char *const layers[] = {
        "what the processor has",
        "what Xen uses of it: less its command line's and its workarounds",
        "what guests can have at most",
        "what guests have by default",
        "what it has",
        "a set of features from a file",
    };
    static const char *const pv[] = {[XD_CPUID_LAYER_MAX] = "what PV guests can have at most",
                                     [XD_CPUID_LAYER_DEFAULT] = "what PV guests have by default",
                                     [XD_CPUID_LAYER_DOMAIN] = "what this PV guest has"};
    static const char *const hvm[] = {
        [XD_CPUID_LAYER_MAX] = "what HVM and PVH guests can have at most",
        [XD_CPUID_LAYER_DEFAULT] = "what HVM and PVH guests have by default",
        [XD_CPUID_LAYER_DOMAIN] = "what this HVM or PVH guest has"};

    if (c->layer >= XD_CPUID_LAYER_MAX && c->layer <= XD_CPUID_LAYER_DOMAIN) {
        if (c->side == XD_CPUID_SIDE_PV)
            return pv[c->layer];
        if (c->side == XD_CPUID_SIDE_HVM)
            return hvm[c->layer];
    }
    return layers[c->layer];
}

static void draw_item(const struct xd_cpuid_screen *t, const struct columns *q, int i,
                      struct xd_canvas *c, struct xd_rect line)
{
    const struct xd_cpuid_column *col = &t->m.column[i];
    enum xd_role_style style = q->on[i] ? XD_S_DIALOG : XD_S_DIALOG_DIM;
    char name[XD_KEY_MAX];

    snprintf(name, sizeof(name), "%s%s%s", col->machine ? col->machine : "",
             col->machine ? ":" : "", col->name);
    xd_canvas_text(c, line.x, line.y, style, q->on[i] ? "[x]" : "[ ]");
    xd_canvas_field(c, line.x + 4, line.y, 24, false, style, name);
    xd_canvas_field(c, line.x + 29, line.y, line.w - 29, false, style, what(col));
    if (i == q->at) {
        xd_canvas_restyle(c, (struct xd_rect){line.x - 1, line.y, line.w + 2, 1}, XD_S_CURSOR);
        xd_canvas_text(c, line.x - 1, line.y, XD_S_CURSOR, "▸");
        c->cursor_x = line.x - 1;
        c->cursor_y = line.y;
    }
}

static void columns_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct columns *q = (const struct columns *)d;
    const struct xd_cpuid_screen *t = a->cpuid;
    struct xd_rect in =
        xd_dialog_box(c, c->w > 84 ? 84 : c->w - 2, q->n + 5, XD_S_DIALOG, "Columns");
    int rows = in.h - 3 > 0 ? in.h - 3 : 1, top = q->at >= rows ? q->at - rows + 1 : 0;

    for (int i = 0; i < rows && top + i < q->n && top + i < t->m.n; i++)
        draw_item(t, q, top + i, c, (struct xd_rect){in.x, in.y + i, in.w, 1});
    if (q->error[0])
        xd_canvas_field(c, in.x, in.y + in.h - 2, in.w, false, XD_S_DIALOG_BAD, q->error);
    xd_canvas_field(c, in.x, in.y + in.h - 1, in.w, false, XD_S_DIALOG_ACCENT,
                    "Space shows, hides · a all · o only this · Enter goes there · Esc leaves");
}

/* The names of those that are on, as :policies takes them; all is "*". */
static void list_of(const struct xd_cpuid_screen *t, const struct columns *q, struct xd_buf *out)
{
    bool all = true;

    for (int i = 0; i < q->n && i < t->m.n; i++)
        all = all && q->on[i];
    for (int i = 0; !all && i < q->n && i < t->m.n; i++) {
        const struct xd_cpuid_column *c = &t->m.column[i];

        if (!q->on[i])
            continue;
        xd_buf_add(out, out->len ? "," : "");
        if (c->machine)
            xd_buf_printf(out, "%s:", c->machine);
        for (const char *p = c->name; *p; p++) /* a name that looks like a pattern means itself */
            xd_buf_addc(out, strchr("*?[\\,", *p) ? '?' : *p);
    }
    if (all)
        xd_buf_add(out, "*");
}

/* One that another stands for gets a column of its own again. */
static void go_there(struct xd_cpuid_screen *t, int column)
{
    size_t i = 0;

    while (i < t->n_shown && t->shown[i] != column)
        i++;
    if (i < t->n_shown) {
        xd_cpuid_screen_at(t, i);
    } else if (t->alike) {
        xd_cpuid_screen_alike(t, false);
        go_there(t, column);
    }
}

static void accept(struct xd_app *a, struct columns *q)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    int to = q->at;

    q->on[to] = true; /* one goes where one is */
    list_of(t, q, &b);
    if (xd_cpuid_screen_choose(t, b.s, &err) < 0)
        snprintf(q->error, sizeof(q->error), "%s", xd_err_text(&err));
    else {
        go_there(t, to);
        xd_dialog_pop(a);
    }
    xd_buf_done(&b);
}

static void set_all(struct columns *q, bool on)
{
    for (int i = 0; i < q->n; i++)
        q->on[i] = on;
}

static void go_to(struct columns *q, int at)
{
    q->at = at < 0 ? 0 : at >= q->n ? q->n - 1 : at;
}

static void columns_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct columns *q = (struct columns *)d;

    q->error[0] = '\0';
    if (xd_dialog_move(k, q->n, &q->at))
        return;
    switch (k->code) {
    case ' ':
        q->on[q->at] = !q->on[q->at];
        go_to(q, q->at + 1);
        break;
    case 'a':
        set_all(q, true);
        break;
    case 'o':
        set_all(q, false);
        q->on[q->at] = true;
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

static void columns_free(struct xd_dialog *d)
{
    free(((struct columns *)d)->on);
}

void xd_cpuid_columns_open(struct xd_app *a)
{
    static const struct xd_dialog_ops ops = {columns_draw, columns_key, columns_free, NULL};
    struct xd_cpuid_screen *t = a->cpuid;
    struct columns *q = xd_malloc(sizeof(*q));

    q->d.ops = &ops;
    q->n = t->m.n;
    q->on = xd_malloc((size_t)(q->n + 1) * sizeof(*q->on));
    bool alike = t->alike; /* those that others stand for are shown too */

    xd_cpuid_screen_alike(t, false);
    for (size_t i = 0; i < t->n_shown; i++)
        q->on[t->shown[i]] = true;
    xd_cpuid_screen_alike(t, alike);
    q->at = xd_cpuid_screen_column(t) < 0 ? 0 : xd_cpuid_screen_column(t);
    xd_dialog_push(a, &q->d);
}
