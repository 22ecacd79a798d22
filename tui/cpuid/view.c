/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen of CPU features: the matrix as it is drawn, and how one moves in it. */
#include <stdio.h>
#include <string.h>

#include "tui/cpuid/screen.h"
#include "tui/dialog.h"
#include "tui/views.h"

#define HEAD 2 /* lines below the first: what columns are, and their names */

/* Where ASCII is asked for, and where it isn't: told apart without colours. */
static const char *sign(const struct xd_canvas *c, enum xd_cpuid_cell cell)
{
    static const char *const ascii[] = {"?", ".", "x", "*", "+"};
    static const char *const rich[] = {"?", "·", "×", "●", "+"};

    return c->glyphs == XD_GLYPHS_ASCII ? ascii[cell] : rich[cell];
}

static const enum xd_role_style cell_styles[] = {
    [XD_CPUID_CELL_UNKNOWN] = XD_S_UNKNOWN, [XD_CPUID_CELL_OFF] = XD_S_DIM,
    [XD_CPUID_CELL_LOST] = XD_S_WARN,       [XD_CPUID_CELL_ON] = XD_S_NORMAL,
    [XD_CPUID_CELL_GAINED] = XD_S_ACCENT,
};

/* --- the head --- */

static int draw_legend(struct xd_canvas *c, int x, int y)
{
    static const struct {
        enum xd_cpuid_cell cell;
        const char *text;
    } legend[] = {
        {XD_CPUID_CELL_ON, "on"},           {XD_CPUID_CELL_OFF, "off"},
        {XD_CPUID_CELL_LOST, "lost here"},  {XD_CPUID_CELL_GAINED, "added here"},
        {XD_CPUID_CELL_UNKNOWN, "unknown"},
    };

    for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
        x += xd_canvas_text(c, x, y, cell_styles[legend[i].cell], sign(c, legend[i].cell)) + 1;
        x += xd_canvas_text(c, x, y, XD_S_DIM, legend[i].text) + 2;
    }
    return x;
}

static void draw_state(const struct xd_cpuid_screen *t, const struct xd_screen *s,
                       struct xd_canvas *c, struct xd_rect r)
{
    static const char *const rows[] = {"somebody has", "differ", "in all"};
    bool found = s->filter[0] && t->rows != XD_CPUID_ROWS_DIFFERENT;
    int x = r.x + 1;

    x += xd_canvas_printf(c, x, r.y, XD_S_TITLE, "%zu feature%s ", t->lines.features,
                          t->lines.features == 1 ? "" : "s");
    x += xd_canvas_text(c, x, r.y, XD_S_TITLE_ON,
                        found ? "found"
                        : t->rows == XD_CPUID_ROWS_DIFFERENT && t->lines.features == 1
                            ? "differs"
                            : rows[t->rows]);
    if (x + 3 + 50 <= r.x + r.w)
        draw_legend(c, x + 3, r.y);
}

/* "CPU", "Xen", "at most", once over the columns that it is true of. */
static void draw_over(const struct xd_cpuid_screen *t, const struct xd_cpuid_layout *l,
                      struct xd_canvas *c, struct xd_rect r, int y)
{
    char more[64];

    for (size_t i = 0; i < l->n;) {
        const char *text = xd_cpuid_column_over(&t->m.column[t->shown[l->first + i]]);
        size_t to = i + 1;

        while (to < l->n &&
               strcmp(xd_cpuid_column_over(&t->m.column[t->shown[l->first + to]]), text) == 0)
            to++;
        int w = (to < l->n ? l->x[to] - 2 : l->end - 2) - l->x[i];
        xd_canvas_hline(c, r.x + l->x[i], y, w, XD_S_BORDER);
        xd_canvas_field(c, r.x + l->x[i], y, xd_str_width(text) < w ? xd_str_width(text) : w, false,
                        XD_S_DIM, text);
        i = to;
    }
    if (l->first || l->right) {
        if (!l->first)
            snprintf(more, sizeof(more), "%zu more →", l->right);
        else if (!l->right)
            snprintf(more, sizeof(more), "← %zu more", l->first);
        else
            snprintf(more, sizeof(more), "← %zu   %zu →", l->first, l->right);
        xd_canvas_field(c, r.x + 1, y, XD_CPUID_NAME_W - 2, false, XD_S_ACCENT, more);
    }
}

static void draw_names(const struct xd_cpuid_screen *t, const struct xd_cpuid_layout *l,
                       struct xd_canvas *c, struct xd_rect r, int y)
{
    char title[128];

    xd_canvas_text(c, r.x + 2, y, XD_S_TITLE, "FEATURE");
    for (size_t i = 0; i < l->n; i++)
        xd_canvas_field(c, r.x + l->x[i], y, l->w[i], false,
                        l->first + i == t->at ? XD_S_TITLE_ON : XD_S_TITLE,
                        xd_cpuid_column_title(t, l->first + i, title, sizeof(title)));
}

/* --- lines --- */

static void draw_heading(const struct xd_cpuid_screen *t, const struct xd_cpuid_line *l,
                         const struct xd_screen *s, struct xd_canvas *c, struct xd_rect r)
{
    bool folded = !s->filter[0] && t->folded >> l->group & 1;

    xd_canvas_printf(c, r.x + 1, r.y, XD_S_TITLE, "%s %s", folded ? "▸" : "▾",
                     xd_cpuid_group_title(t->db, l->group));
    if (folded)
        xd_canvas_printf(c, r.x + 5 + xd_str_width(xd_cpuid_group_title(t->db, l->group)), r.y,
                         XD_S_DIM, "%zu", t->lines.of[l->group]);
}

static void draw_cell(const struct xd_cpuid_screen *t, const struct xd_cpuid_layout *l, size_t i,
                      int bit, bool on_line, struct xd_canvas *c, struct xd_rect r)
{
    int column = t->shown[l->first + i], x = r.x + l->x[i] + (l->w[i] - 1) / 2;
    enum xd_cpuid_cell cell = xd_cpuid_matrix_cell(&t->m, bit, column);
    bool planned = xd_cpuid_draft_differs(t, column, bit);

    if (planned) {
        bool on = xd_cpuid_draft_has(t, column, bit);

        xd_canvas_text(c, x - 1, r.y, XD_S_STAGED, "→");
        xd_canvas_text(c, x, r.y, XD_S_STAGED, sign(c, on ? XD_CPUID_CELL_ON : XD_CPUID_CELL_OFF));
    } else {
        xd_canvas_text(c, x, r.y, cell_styles[cell], sign(c, cell));
    }
    if (on_line && l->first + i == t->at) {
        xd_canvas_text(c, x - 1 - planned, r.y, XD_S_ACCENT, "[");
        xd_canvas_text(c, x + 1, r.y, XD_S_ACCENT, "]");
    }
}

static void draw_feature(const struct xd_cpuid_screen *t, const struct xd_cpuid_layout *l, int bit,
                         bool on_line, struct xd_canvas *c, struct xd_rect r)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(t->db, bit);
    char buf[16];

    xd_canvas_field(c, r.x + 2, r.y, XD_CPUID_NAME_W - 3, false, XD_S_NORMAL,
                    xd_cpuid_name(t->db, bit, buf));
    for (size_t i = 0; i < l->n; i++)
        draw_cell(t, l, i, bit, on_line, c, r);
    if (f && r.w - l->end > 24) /* what is left over says what it is */
        xd_canvas_field(c, r.x + l->end + 1, r.y, r.w - l->end - 2, false, XD_S_DIM, f->text);
}

static void draw_line(const struct xd_cpuid_screen *t, const struct xd_cpuid_layout *l,
                      const struct xd_screen *s, size_t line, struct xd_canvas *c, struct xd_rect r)
{
    const struct xd_cpuid_line *it = &t->lines.line[line];
    bool on = line == s->at;

    if (it->bit < 0)
        draw_heading(t, it, s, c, r);
    else
        draw_feature(t, l, it->bit, on, c, r);
    if (on) {
        xd_canvas_restyle(c, r, XD_S_CURSOR);
        xd_canvas_text(c, r.x, r.y, XD_S_CURSOR, it->bit < 0 ? ">" : "▸");
        c->cursor_x = r.x;
        c->cursor_y = r.y;
    }
}

static const char *nothing(const struct xd_app *a, const struct xd_screen *s)
{
    const struct xd_cpuid_screen *t = a->cpuid;

    if (!t->db)
        return t->error;
    if (!t->n_shown)
        return xd_app_why_none(a, "cpuid", "nothing is known of this host's CPU features yet");
    if (t->lines.hidden)
        return "no feature differs among these columns; d shows the others";
    return s->filter[0]
               ? "no feature has these words in its names or its sentence; Esc clears the search"
               : "none of these columns has any feature";
}

static void draw(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                 struct xd_rect r)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_cpuid_layout l;

    if (!t->db || !t->lines.n) {
        xd_dialog_text(c, (struct xd_rect){r.x + 2, r.y + 2, r.w - 4, r.h - 2}, XD_S_UNKNOWN,
                       nothing(a, s));
        return;
    }
    t->first = xd_cpuid_layout_first(t, r.w);
    xd_cpuid_layout_make(t, t->first, r.w, &l);
    draw_state(t, s, c, r);
    draw_over(t, &l, c, r, r.y + 1);
    draw_names(t, &l, c, r, r.y + HEAD);
    for (int i = 0; i < r.h - 1 - HEAD && s->top + (size_t)i < t->lines.n; i++)
        draw_line(t, &l, s, s->top + (size_t)i, c,
                  (struct xd_rect){r.x, r.y + 1 + HEAD + i, r.w, 1});
}

/* --- moving --- */

static size_t count(const struct xd_app *a)
{
    return a->cpuid->lines.n;
}

/* To the sides it is the column that moves; up and down as in lists. */
static bool move(struct xd_app *a, struct xd_screen *s, int dx, int dy)
{
    struct xd_cpuid_screen *t = a->cpuid;

    if (!dx)
        return false;
    if (dx > 0 || t->at > 0)
        xd_cpuid_screen_at(t, dx > 0 ? t->at + 1 : t->at - 1);
    return true;
}

/* y counts from the second line of the head. */
static void click(struct xd_app *a, struct xd_screen *s, int x, int y)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_cpuid_layout l;

    xd_cpuid_layout_make(t, t->first, a->w, &l);
    for (size_t i = 0; i < l.n; i++)
        if (x >= l.x[i] - 1 && x <= l.x[i] + l.w[i])
            xd_cpuid_screen_at(t, l.first + i);
    if (y >= HEAD && (size_t)(y - HEAD) < s->page)
        xd_screen_goto(a, s, s->top + (size_t)(y - HEAD));
}

static const char *const with[] = {"cpuid", "cpuid_try", NULL};

const struct xd_view xd_view_cpuid = {
    .name = "cpuid",
    .title = "CPUID",
    .help = "What the CPU, Xen and each guest have, and why not",
    .needs = "cpuid",
    .draw = draw,
    .detail = xd_cpuid_pane,
    .count = count,
    .with = with,
    .move = move,
    .click = click,
    .update = xd_cpuid_screen_update,
    .searches = true,
    .head = HEAD,
    .pane = 8,
};
