/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of the Power screen: places with their bars, and the line of settings over it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/tables.h"
#include "model/tables_power.h"
#include "tui/dialog.h"
#include "tui/power/screen.h"
#include "tui/views.h"

#define NAME_W 15 /* with the cursor's column and the indent */
#define BAR_W  12 /* at least; it takes what is left over */

/* --- the bar --- */

enum { WORK, INJECTED, NATURAL, PARTS };

static const enum xd_role_style part_styles[PARTS] = {XD_S_BAR, XD_S_WARN, XD_S_BAR_REST};

/* Told apart without colours, in ASCII too. */
static const char *part_glyph(const struct xd_canvas *c, int part)
{
    static const char *const rich[PARTS] = {"█", "▒", "░"}, *const ascii[PARTS] = {"#", "x", "."};

    return c->glyphs == XD_GLYPHS_ASCII ? ascii[part] : rich[part];
}

void xd_power_split(const double *shares, int n, int w, int *cells)
{
    double sum = 0, done = 0;
    int given = 0, most = 0;

    for (int i = 0; i < n; i++)
        sum += shares[i] > 0 ? shares[i] : 0;
    for (int i = 0; i < n; i++) {
        done += shares[i] > 0 ? shares[i] : 0;
        cells[i] = sum > 0 ? (int)(done / sum * w + 0.5) - given : 0;
        given += cells[i];
    }
    for (int i = 0; i < n; i++) { /* a cell of the largest for what would not be seen */
        if (!(shares[i] > 0) || cells[i] > 0)
            continue;
        for (int j = 0; j < n; j++)
            most = cells[j] > cells[most] ? j : most;
        if (cells[most] < 2)
            continue;
        cells[most]--;
        cells[i]++;
    }
}

static void draw_bar(struct xd_canvas *c, int x, int y, int w, const struct xd_power_place *p)
{
    const double shares[PARTS] = {p->work, p->injected, p->natural};
    int cells[PARTS];

    if (isnan(p->work)) {
        xd_canvas_text(c, x, y, XD_S_UNKNOWN, "?");
        return;
    }
    xd_power_split(shares, PARTS, w, cells);
    for (int i = 0; i < PARTS; i++)
        for (int n = 0; n < cells[i]; n++)
            x += xd_canvas_text(c, x, y, part_styles[i], part_glyph(c, i));
}

/* --- columns --- */

static const char *percent_text(double v, struct xd_arena *a)
{
    return isnan(v) ? "-" : xd_arena_printf(a, "%.0f", v);
}

static const char *work_text(const struct xd_power_place *p, struct xd_arena *a)
{
    return percent_text(p->work, a);
}

static const char *injected_text(const struct xd_power_place *p, struct xd_arena *a)
{
    return percent_text(p->injected, a);
}

static const char *natural_text(const struct xd_power_place *p, struct xd_arena *a)
{
    return percent_text(p->natural, a);
}

static const char *mhz_text(const struct xd_power_place *p, struct xd_arena *a)
{
    return isnan(p->khz) ? "-" : xd_arena_printf(a, "%.0f", p->khz / 1000);
}

/* The deepest idle state that it is in at all, and for how much of the time. */
static const char *deep_text(const struct xd_power_place *p, struct xd_arena *a)
{
    bool known = false;

    for (int i = p->n_c - 1; i >= 0; i--) {
        known = known || p->c[i].n;
        if (p->c[i].n && p->c[i].percent >= 0.5)
            return xd_arena_printf(a, "%s %.0f%%", p->c[i].name, p->c[i].percent);
    }
    return known ? "awake" : "-";
}

static const char *celsius_text(const struct xd_power_place *p, struct xd_arena *a)
{
    return isnan(p->celsius) ? "-" : xd_arena_printf(a, "%.1f", p->celsius);
}

/* "~" before a model's word: it is said in full in the pane. */
static const char *watts_text(const struct xd_power_place *p, struct xd_arena *a)
{
    if (p->kind == XD_POWER_CORE)
        return "";
    return isnan(p->watts) ? "-" : xd_arena_printf(a, "%s%.0f", p->estimated ? "~" : "", p->watts);
}

static const char *governor_text(const struct xd_power_place *p, struct xd_arena *a)
{
    return p->governor[0] ? p->governor : "-";
}

/* A shade for each state, by its share of the time. */
static const char *heat(const struct xd_power_state *s, int n, const struct xd_arena *ascii,
                        struct xd_arena *a)
{
    static const char *const rich[] = {"·", "░", "▒", "▓", "█"};
    static const char *const plain[] = {".", ":", "+", "*", "#"};
    const char *text = "";

    for (int i = 0; i < n; i++) {
        int step = s[i].percent < 2    ? 0
                   : s[i].percent < 20 ? 1
                   : s[i].percent < 45 ? 2
                   : s[i].percent < 70 ? 3
                                       : 4;
        text = xd_arena_printf(a, "%s%s", text, !s[i].n ? "?" : (ascii ? plain : rich)[step]);
    }
    return n ? text : "-";
}

struct column {
    const char *title;
    int w, drop; /* those with the largest drop go first where it is narrow; 0 stays */
    const char *(*text)(const struct xd_power_place *p, struct xd_arena *a);
    bool left;
};

enum { COL_P_HEAT = 8, COL_C_HEAT, COLS };

static const struct column columns[COLS] = {
    {"WORK%", 6, 0, work_text, false},    {"INJ%", 5, 0, injected_text, false},
    {"IDLE%", 6, 1, natural_text, false}, {"MHZ", 6, 2, mhz_text, false},
    {"DEEPEST", 9, 3, deep_text, false},  {"TEMP", 6, 4, celsius_text, false},
    {"WATTS", 6, 0, watts_text, false},   {"  GOVERNOR", 13, 5, governor_text, true},
    {"  FAST-SLOW", 12, 7, NULL, true},   {"  C0-DEEP", 10, 6, NULL, true},
};

/* Which columns there is room for; returns the width of the bar. */
static int choose(int w, bool *shown)
{
    int bar = w - NAME_W - 1;

    for (int i = 0; i < COLS; i++) {
        shown[i] = true;
        bar -= columns[i].w;
    }
    for (int drop = COLS; drop > 0 && bar < BAR_W; drop--)
        for (int i = 0; i < COLS; i++)
            if (columns[i].drop == drop && bar < BAR_W) {
                shown[i] = false;
                bar += columns[i].w;
            }
    return bar;
}

static const char *text_of(const struct xd_canvas *c, const struct xd_power_place *p, int col,
                           struct xd_arena *a)
{
    const struct xd_arena *ascii = c->glyphs == XD_GLYPHS_ASCII ? a : NULL;

    if (columns[col].text)
        return columns[col].text(p, a);
    return col == COL_P_HEAT ? heat(p->p, p->n_p, ascii, a) : heat(p->c, p->n_c, ascii, a);
}

/* --- lines --- */

static void draw_name(struct xd_canvas *c, struct xd_rect r, const struct xd_power_place *p)
{
    int indent = p->kind == XD_POWER_HOST ? 0 : p->kind == XD_POWER_SOCKET ? 1 : 2;

    xd_canvas_field(c, r.x + 2 + indent, r.y, NAME_W - 3 - indent, false,
                    p->kind == XD_POWER_CORE ? XD_S_NORMAL : XD_S_TITLE, p->name);
}

static void draw_place(const struct xd_power_place *p, bool on, const bool *shown, int bar,
                       struct xd_canvas *c, struct xd_rect r)
{
    struct xd_arena arena = XD_ARENA_INIT;
    int x = r.x + NAME_W;

    draw_name(c, r, p);
    if (p->n && !p->online)
        xd_canvas_field(c, x, r.y, bar, false, XD_S_DIM, "offline");
    else
        draw_bar(c, x, r.y, bar, p);
    x += bar;
    for (int i = 0; i < COLS; i++) {
        if (!shown[i])
            continue;
        bool left = columns[i].left;
        const char *text = text_of(c, p, i, &arena);
        xd_canvas_field(c, x + 2 * left, r.y, columns[i].w - 2 * left, !left,
                        i == INJECTED && p->injected > 0 ? XD_S_WARN
                        : strcmp(text, "-") == 0         ? XD_S_UNKNOWN
                                                         : XD_S_NORMAL,
                        text);
        x += columns[i].w;
    }
    if (on) {
        xd_canvas_restyle(c, r, XD_S_CURSOR);
        xd_canvas_text(c, r.x, r.y, XD_S_CURSOR, "▸");
        c->cursor_x = r.x;
        c->cursor_y = r.y;
    }
    xd_arena_done(&arena);
}

/* What the parts of bars are, at the right; returns where it begins. */
static int draw_legend(const struct xd_power_screen *t, struct xd_canvas *c, struct xd_rect r)
{
    static const char *const words[PARTS] = {"work", "injected", "idle"};
    bool injects = t->n && !isnan(t->places[0].injected);
    int begin = r.x + r.w - (injects ? 27 : 15), x = begin;

    for (int i = 0; i < PARTS; i++) {
        if (i == INJECTED && !injects)
            continue;
        x += xd_canvas_text(c, x, r.y, part_styles[i], part_glyph(c, i)) + 1;
        x += xd_canvas_text(c, x, r.y, XD_S_DIM, words[i]) + 2;
    }
    return begin;
}

/* "clamp 30%, 6 ms at a time · C-states to C2 · acpi-cpufreq", as far as there is room for it; or
 * why there is no clamp. */
static const char *settings(const struct xd_app *a, int w, enum xd_role_style *style,
                            struct xd_arena *arena)
{
    const struct xd_row *r = xd_power_row(a);
    const char *limit = xd_app_limit(a, "power.clamp"), *text, *more = "";
    int state = r && xd_row_has(r, XD_POWER_MAX_CSTATE) ? (int)r->cell[XD_POWER_MAX_CSTATE].i : -1;

    *style = XD_S_DIM;
    if (!r)
        return "nothing is known of this host's power yet";
    if (!xd_row_has(r, XD_POWER_CLAMP))
        text = limit ? xd_arena_printf(arena, "no clamp: %s", limit) : "clamp not known";
    else if (!xd_row_u64(r, XD_POWER_CLAMP, 0))
        text = "clamp off";
    else {
        text = xd_arena_printf(arena, "CLAMP %u%%", (unsigned)xd_row_u64(r, XD_POWER_CLAMP, 0));
        if (xd_row_has(r, XD_POWER_CLAMP_WINDOW_US))
            text = xd_arena_printf(arena, "%s, %.0f ms at a time", text,
                                   (double)r->cell[XD_POWER_CLAMP_WINDOW_US].u / 1000);
        *style = XD_S_WARN;
    }
    if (state >= 0 && state != XD_CSTATE_UNLIMITED)
        text = xd_arena_printf(arena, "%s · C-states to C%d", text, state);
    if (xd_row_has(r, XD_POWER_FREQ_DRIVER))
        more = xd_arena_printf(arena, "%s · %s", text, xd_row_str(r, XD_POWER_FREQ_DRIVER, ""));
    return *more && xd_str_width(more) <= w ? more : text;
}

static void draw_head(const struct xd_app *a, const bool *shown, int bar, struct xd_canvas *c,
                      struct xd_rect r)
{
    struct xd_arena arena = XD_ARENA_INIT;
    enum xd_role_style style;
    int x = r.x + NAME_W + bar, w = draw_legend(a->power, c, r) - r.x - 4;
    const char *text = settings(a, w, &style, &arena);

    xd_canvas_field(c, r.x + 2, r.y, w, false, style, text);
    xd_canvas_text(c, r.x + 2, r.y + 1, XD_S_TITLE, "PLACE");
    for (int i = 0; i < COLS; i++) {
        if (!shown[i])
            continue;
        xd_canvas_field(c, x, r.y + 1, columns[i].w, !columns[i].left, XD_S_TITLE,
                        columns[i].title);
        x += columns[i].w;
    }
    xd_arena_done(&arena);
}

static void draw(const struct xd_app *a, const struct xd_screen *s, struct xd_canvas *c,
                 struct xd_rect r)
{
    const struct xd_power_screen *t = a->power;
    bool shown[COLS];
    int bar = choose(r.w, shown);

    draw_head(a, shown, bar, c, r);
    if (!t->n)
        xd_dialog_text(c, (struct xd_rect){r.x + 2, r.y + 3, r.w - 4, r.h - 3}, XD_S_UNKNOWN,
                       xd_app_why_none(a, "power", "nothing is known of this host's power yet"));
    for (int i = 0; i < r.h - 2 && s->top + (size_t)i < t->n; i++) {
        size_t at = s->top + (size_t)i;

        draw_place(&t->places[at], at == s->at, shown, bar, c,
                   (struct xd_rect){r.x, r.y + 2 + i, r.w, 1});
    }
}

static size_t count(const struct xd_app *a)
{
    return a->power->n;
}

/* y counts from the second line of the head. */
static void click(struct xd_app *a, struct xd_screen *s, int x, int y)
{
    if (y >= 1 && (size_t)(y - 1) < s->page)
        xd_screen_goto(a, s, s->top + (size_t)(y - 1));
}

#define BIT(col) (UINT64_C(1) << (col))

/* Cells of pCPUs that only this screen shows. */
static const struct xd_want wants[] = {{"pcpus", BIT(XD_PCPU_FREQ_KHZ) | BIT(XD_PCPU_GOVERNOR) |
                                                     BIT(XD_PCPU_INJECTED) | BIT(XD_PCPU_NATURAL) |
                                                     BIT(XD_PCPU_CELSIUS)},
                                       {NULL, 0}};
static const char *const with[] = {"power",     "sensors",  "cstates", "pstates",
                                   "cap_loops", "policies", NULL};

const struct xd_view xd_view_power = {
    .name = "power",
    .title = "Power",
    .help = "Work, idle time and watts, by socket and core",
    .needs = "power",
    .draw = draw,
    .detail = xd_power_pane,
    .count = count,
    .wants = wants,
    .with = with,
    .click = click,
    .update = xd_power_screen_update,
    .head = 1,
    .pane = 13,
};
