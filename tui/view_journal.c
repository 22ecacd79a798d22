/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Journal screen: what was done to this host, newest first, and how it ended. */
#include <string.h>
#include "base/clock.h"
#include "tui/app.h"
#include "tui/dialog.h"
#include "tui/views.h"

static size_t count(const struct xd_app *a)
{
    return xd_journal_count(xd_session_journal(a->session));
}

const struct xd_journal_entry *xd_journal_under_cursor(const struct xd_app *a)
{
    const struct xd_screen *s = &a->screens[a->screen];
    size_t n = count(a);

    if (s->view != &xd_view_journal || s->at >= n)
        return NULL;
    return xd_journal_at(xd_session_journal(a->session), n - 1 - s->at);
}

enum xd_role_style xd_outcome_style(enum xd_outcome o)
{
    static const enum xd_role_style styles[] = {
        [XD_PLANNED] = XD_S_DIM,  [XD_RUNNING] = XD_S_ACCENT,   [XD_DONE] = XD_S_GOOD,
        [XD_REFUSED] = XD_S_WARN, [XD_ROLLED_BACK] = XD_S_WARN, [XD_NOT_SEEN] = XD_S_BAD,
        [XD_FAILED] = XD_S_BAD,   [XD_LOST] = XD_S_BAD,
    };
    return styles[o];
}

/* Where the columns stand: the time loses its date first, then goes, so that the edit shows. */
struct places {
    int when_w, outcome_x, title_x;
};

static struct places places(int w)
{
    int when_w = w >= 72 ? 19 : w >= 52 ? 8 : 0, x = 9 + when_w + (when_w ? 2 : 0);

    return (struct places){when_w, x, x + 13};
}

static void draw_entry(const struct xd_journal_entry *e, bool cursor, struct xd_canvas *c, int y)
{
    struct xd_rect line = {0, y, c->w, 1};
    struct places p = places(c->w);
    char when[20];

    xd_clock_local(e->begin_wall_ns, when);
    xd_canvas_printf(c, 2, y, XD_S_NORMAL, "%5llu", (unsigned long long)e->id);
    xd_canvas_field(c, 9, y, p.when_w, false, XD_S_DIM,
                    p.when_w < 19 && strlen(when) == 19 ? when + 11 : when);
    xd_canvas_field(c, p.outcome_x, y, 11, false, xd_outcome_style(e->outcome),
                    xd_outcome_name(e->outcome));
    xd_canvas_field(c, p.title_x, y, c->w - p.title_x, false, XD_S_NORMAL, e->title);
    if (e->undone_by && xd_str_width(e->title) + p.title_x + 17 < c->w)
        xd_canvas_printf(c, p.title_x + 1 + xd_str_width(e->title), y, XD_S_DIM, "undone by %llu",
                         (unsigned long long)e->undone_by);
    if (cursor) {
        xd_canvas_restyle(c, line, XD_S_CURSOR);
        xd_canvas_text(c, 0, y, XD_S_CURSOR, "▸");
        c->cursor_x = 0;
        c->cursor_y = y;
    }
}

static int draw_steps(const struct xd_journal_entry *e, struct xd_canvas *c, struct xd_rect r)
{
    int y = r.y;

    for (size_t i = 0; i < e->n && y < r.y + r.h; i++) {
        const struct xd_journal_step *s = &e->steps[i];
        int x = r.x + xd_canvas_text(c, r.x, y, xd_outcome_style(s->outcome),
                                     xd_outcome_name(s->outcome));
        x += 2 + xd_canvas_text(c, x + 2, y, XD_S_NORMAL, s->text);
        if (s->detail && !xd_streq(s->detail, e->detail)) /* said above already */
            xd_canvas_field(c, x + 2, y, c->w - x - 2, false, XD_S_DIM, s->detail);
        y++;
    }
    return y;
}

static void draw(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                 struct xd_rect r)
{
    const struct xd_journal *j = xd_session_journal(a->session);
    struct xd_rect titles = {0, r.y, c->w, 1};
    struct places p = places(c->w);
    size_t n = count(a);

    xd_canvas_fill(c, titles, XD_S_TITLE);
    xd_canvas_text(c, 5, r.y, XD_S_TITLE, "NR");
    xd_canvas_field(c, 9, r.y, p.when_w, false, XD_S_TITLE, "WHEN");
    xd_canvas_text(c, p.outcome_x, r.y, XD_S_TITLE, "OUTCOME");
    xd_canvas_text(c, p.title_x, r.y, XD_S_TITLE, "EDIT");
    if (n == 0)
        xd_canvas_field(c, 2, r.y + 2, c->w - 2, false, XD_S_DIM,
                        "Nothing was done to this host yet.");
    for (int i = 0; i < r.h - 1 && s->top + (size_t)i < n; i++)
        draw_entry(xd_journal_at(j, n - 1 - s->top - (size_t)i), s->top + (size_t)i == s->at, c,
                   r.y + 1 + i);
}

static void detail(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r)
{
    const struct xd_journal_entry *e = xd_journal_under_cursor(a);

    if (!e)
        return;
    xd_canvas_field(c, r.x, r.y, r.w, false, XD_S_DIM, e->who);
    r.y++;
    r.h--;
    if (e->detail && r.h > 0) {
        struct xd_rect two = {r.x, r.y, r.w, 2};
        int used = xd_dialog_text(c, two, XD_S_NORMAL, e->detail);
        r.y += used;
        r.h -= used;
    }
    int y = draw_steps(e, c, r);
    if (y < r.y + r.h)
        xd_canvas_field(c, r.x, y, r.w, false, XD_S_DIM,
                        e->no_undo ? e->no_undo : "can be undone: U");
}

const struct xd_view xd_view_journal = {
    .name = "journal",
    .title = "Journal",
    .help = "What was done to this host, and how it ended",
    .draw = draw,
    .detail = detail,
    .count = count,
};
