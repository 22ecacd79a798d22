/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Budgets screen: a row for each domain and rule with a gauge of what is left, and a pane with
 * its course over the window, what follows, why, and what was done. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "tui/budgets/screen.h"
#include "tui/views.h"

#define AXIS_W 7 /* "100% ┤" */
#define ACTS   3

static const struct xd_view_column columns[] = {
    {.name = "domain"},
    {.name = "rule", .drop = 5},
    {.name = "state"},
    {.name = "left", .gauge = true, .width = 14},
    {.name = "left_ns"},
    {.name = "budget_ns", .drop = 3},
    {.name = "window_ns", .drop = 4},
    {.name = "rate", .drop = 7},
    {.name = "lasts_ns", .drop = 2},
    {.name = "cap"},
    {.name = "cap_seen", .drop = 8},
    {.name = "next", .grow = true, .width = 12, .drop = 1},
    {0},
};

static enum xd_role_style style(const struct xd_row *row)
{
    static const enum xd_role_style by_state[] = {
        [XD_BUDGETS_WITHIN] = XD_S_NORMAL, [XD_BUDGETS_SPENT] = XD_S_WARN,
        [XD_BUDGETS_WAITS] = XD_S_NORMAL,  [XD_BUDGETS_OFF] = XD_S_DIM,
        [XD_BUDGETS_HELD] = XD_S_DIM,
    };
    uint64_t state = xd_row_u64(row, XD_BUDGETS_STATE, XD_BUDGETS_WITHIN);

    return state < sizeof(by_state) / sizeof(*by_state) ? by_state[state] : XD_S_NORMAL;
}

static const char *text_of(const struct xd_row *row, int col, struct xd_arena *a)
{
    struct xd_value v = xd_row_value(&xd_budgets_desc, row, col);

    return xd_value_short(&v, &xd_budgets_desc.columns[col].kind, a);
}

/* "14:03:11", with its date where that is another day. */
static const char *clock_text(const struct xd_row *row, int64_t wall_ns, struct xd_arena *a)
{
    char when[20], now[20];

    xd_clock_local(wall_ns, when);
    xd_clock_local(row->cell[XD_BUDGETS_NEXT_AT].i, now);
    return xd_arena_strdup(a, strlen(now) == 19 && strncmp(when, now, 10) == 0 ? now + 11 : now);
}

const char *xd_budgets_sentence(const struct xd_row *row, struct xd_arena *a)
{
    static const char *const in[] = {"in any ", "in each ", "trickling in over "};
    const char *text = xd_arena_printf(a, "%s: ", xd_row_str(row, XD_BUDGETS_RULE, "?"));
    uint64_t kind = xd_row_u64(row, XD_BUDGETS_KIND, 0);

    if (xd_row_has(row, XD_BUDGETS_CPU_NS))
        text = xd_arena_printf(a, "%s%s left of %s %s%s", text, text_of(row, XD_BUDGETS_LEFT_NS, a),
                               text_of(row, XD_BUDGETS_CPU_NS, a), in[kind < 3 ? kind : 0],
                               text_of(row, XD_BUDGETS_PER_NS, a));
    else
        text = xd_arena_printf(a, "%s%s", text, xd_row_str(row, XD_BUDGETS_WANTED, "-"));
    if (xd_row_u64(row, XD_BUDGETS_PAUSED, XD_BUDGETS_RUNS) != XD_BUDGETS_RUNS)
        return xd_arena_printf(a, "%s · PAUSED (%s)", text, text_of(row, XD_BUDGETS_PAUSED, a));
    if (xd_row_u64(row, XD_BUDGETS_STATE, 0) == XD_BUDGETS_SPENT)
        text = xd_arena_printf(a, "%s · used up: %s", text,
                               xd_row_str(row, XD_BUDGETS_WANTED, "no limit"));
    else if (xd_row_u64(row, XD_BUDGETS_THEN_CAP, 0))
        text = xd_arena_printf(a, "%s · then cap %s%%", text, text_of(row, XD_BUDGETS_THEN_CAP, a));
    return text;
}

/* "12 s left at the present 98%; 14:03:11 cap 20%" */
static const char *next_text(const struct xd_app *a, const struct xd_row *row,
                             struct xd_arena *arena)
{
    const char *text = "";

    if (xd_row_has(row, XD_BUDGETS_LASTS_NS))
        text = xd_arena_printf(arena, "used up in %s at the present %.0f%% · ",
                               text_of(row, XD_BUDGETS_LASTS_NS, arena),
                               xd_row_f64(&xd_budgets_desc, row, XD_BUDGETS_RATE, 0));
    if (!xd_row_has(row, XD_BUDGETS_NEXT_AT))
        return xd_arena_printf(arena, "%snothing changes while it goes on like this", text);
    return xd_arena_printf(arena, "%snext %s: %s", text,
                           clock_text(row, xd_world_wall(a->world), arena),
                           xd_row_str(row, XD_BUDGETS_NEXT, "?"));
}

/* --- the course --- */

/* Bars of what was left, over the window; where it isn't known there is nothing, and where nothing
 * was left the lowest bar. */
static void draw_course(const struct xd_app *a, const struct xd_row *row, const char *key,
                        struct xd_canvas *c, struct xd_rect r, struct xd_arena *arena)
{
    double values[2 * XD_COURSE_VALUES];
    int w = r.w - AXIS_W < XD_COURSE_VALUES ? r.w - AXIS_W : XD_COURSE_VALUES;
    int n = w > 0 ? xd_spark_values(c, w) : 0, h = r.h - 1;

    if (n <= 0 || h <= 0)
        return;
    n = n < 2 * XD_COURSE_VALUES ? n : 2 * XD_COURSE_VALUES;
    xd_course_of(a->budgets, key, xd_app_graph_end(a, xd_budgets_desc.name), values, n);
    xd_canvas_bars(c, (struct xd_rect){r.x + AXIS_W - 1, r.y, w, h}, values, n, 1, XD_S_BAR);
    xd_canvas_text(c, r.x, r.y, XD_S_DIM, "100% ");
    if (h > 1)
        xd_canvas_text(c, r.x, r.y + h - 1, XD_S_DIM, "  0% ");
    const char *ago = xd_arena_printf(arena, "%s ago", text_of(row, XD_BUDGETS_PER_NS, arena));
    xd_canvas_text(c, r.x + AXIS_W - 1, r.y + h, XD_S_DIM, ago);
    xd_canvas_text(c, r.x + AXIS_W - 1 + w - 3, r.y + h, XD_S_DIM, "now");
    if (w > 40)
        xd_canvas_text(c, r.x + AXIS_W - 1 + w / 2 - 8, r.y + h, XD_S_DIM, "left of its budget");
}

/* --- what was done --- */

static bool is_about(const struct xd_journal_entry *e, const char *uuid)
{
    size_t len = strlen(uuid);

    for (size_t i = 0; i < e->n; i++)
        if (strncmp(e->steps[i].key, uuid, len) == 0 &&
            (xd_str_starts(e->who, "policy ") || strcmp(e->steps[i].table, "budgets") == 0))
            return true;
    return false;
}

/* The newest acts on the domain, newest first; how many lines were drawn. */
static int draw_acts(const struct xd_app *a, const char *uuid, struct xd_canvas *c,
                     struct xd_rect r)
{
    const struct xd_journal *j = xd_session_journal(a->session);
    int y = r.y;

    for (size_t i = xd_journal_count(j); i > 0 && y < r.y + r.h; i--) {
        const struct xd_journal_entry *e = xd_journal_at(j, i - 1);
        char when[20];
        int x = r.x;

        if (!is_about(e, uuid))
            continue;
        xd_clock_local(e->begin_wall_ns, when);
        x += xd_canvas_printf(c, x, y, XD_S_DIM, "%s ", strlen(when) == 19 ? when + 11 : when);
        if (e->outcome != XD_DONE)
            x += xd_canvas_printf(c, x, y, xd_outcome_style(e->outcome), "%s ",
                                  xd_outcome_name(e->outcome));
        xd_canvas_field(c, x, y, r.x + r.w - x, false, XD_S_NORMAL, e->title);
        y++;
    }
    return y - r.y;
}

static int draw_why(const struct xd_row *row, struct xd_canvas *c, struct xd_rect r,
                    struct xd_arena *arena)
{
    const char *at = xd_row_str(row, XD_BUDGETS_WHY, "");
    int y = r.y;

    while (*at && y < r.y + r.h) {
        const char *end = strstr(at, " | ");
        size_t len = end ? (size_t)(end - at) : strlen(at);

        xd_canvas_field(c, r.x, y++, r.w, false, XD_S_DIM, xd_arena_strndup(arena, at, len));
        at += len + (end ? 3 : 0);
    }
    return y - r.y;
}

/* That budgets are others than in the file, and how that is made to last. */
static int draw_changed(const struct xd_app *a, struct xd_canvas *c, struct xd_rect r,
                        struct xd_arena *arena)
{
    const struct xd_table *t = xd_app_table(a, xd_policies_desc.name);
    const char *text = t && t->n && t->desc == &xd_policies_desc
                           ? xd_row_str(t->rows[0], XD_POLICIES_CHANGED, NULL)
                           : NULL;

    if (!text || r.h < 1)
        return 0;
    xd_canvas_field(c, r.x, r.y, r.w, false, XD_S_STAGED,
                    xd_arena_printf(arena, "changed: %s; to make it last write it into %s", text,
                                    xd_row_str(t->rows[0], XD_POLICIES_FILE, "its file")));
    return 1;
}

/* From the top: the sentence, what follows, the course; then, where there is room, why and acts. */
static void detail(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r)
{
    struct xd_arena arena = XD_ARENA_INIT;
    char key[XD_KEY_MAX];
    bool roomy = r.h >= 10, course = xd_row_has(row, XD_BUDGETS_LEFT);
    int below = roomy ? ACTS : 1, y = r.y;

    if (s->desc != &xd_budgets_desc) { /* a capture's, whose columns may be others */
        xd_row_detail(a, s, row, c, r);
        return;
    }
    xd_row_key(s->desc, row, key);
    xd_canvas_field(c, r.x, y++, r.w, false, style(row), xd_budgets_sentence(row, &arena));
    if (roomy)
        xd_canvas_field(c, r.x, y++, r.w, false, XD_S_NORMAL, next_text(a, row, &arena));
    if (course && roomy) {
        int h = r.y + r.h - y - 2 - below;

        draw_course(a, row, key, c, (struct xd_rect){r.x, y, r.w, h}, &arena);
        y += h;
    } else if (course && r.h >= 4) {
        draw_course(a, row, key, c, (struct xd_rect){r.x, y, r.w, 3}, &arena);
        y += 3;
    }
    if (roomy || !course)
        y += draw_why(row, c, (struct xd_rect){r.x, y, r.w, course ? 2 : r.y + r.h - y - below},
                      &arena);
    if (!roomy && !draw_acts(a, xd_row_str(row, XD_BUDGETS_UUID, "?"), c,
                             (struct xd_rect){r.x, y, r.w, r.y + r.h - y}))
        xd_canvas_field(c, r.x, y, r.w, false, XD_S_DIM, next_text(a, row, &arena));
    if (roomy)
        y += draw_changed(a, c, (struct xd_rect){r.x, y, r.w, r.y + r.h - y}, &arena);
    if (roomy)
        draw_acts(a, xd_row_str(row, XD_BUDGETS_UUID, "?"), c,
                  (struct xd_rect){r.x, y, r.w, r.y + r.h - y});
    xd_arena_done(&arena);
}

const struct xd_row *xd_budgets_row_of(const struct xd_app *a, const char *uuid)
{
    const struct xd_table *t = xd_app_table(a, xd_budgets_desc.name);
    const struct xd_row *best = NULL;

    for (size_t i = 0; t && t->desc == &xd_budgets_desc && i < t->n; i++) {
        const struct xd_row *r = t->rows[i];

        if (!xd_row_has(r, XD_BUDGETS_LEFT) ||
            strcmp(xd_row_str(r, XD_BUDGETS_UUID, ""), uuid) != 0)
            continue;
        if (!best || r->cell[XD_BUDGETS_LEFT].f < best->cell[XD_BUDGETS_LEFT].f)
            best = r;
    }
    return best;
}

static const char *const with[] = {"policies", NULL};

const struct xd_view xd_view_budgets = {
    .name = "budgets",
    .title = "Budgets",
    .table = "budgets",
    .columns = columns,
    .style = style,
    .draw = xd_table_draw,
    .detail = detail,
    .with = with,
    .pane = 13,
};
