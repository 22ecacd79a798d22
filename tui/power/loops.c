/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cap loops in the pane of the Power screen: what each keeps, what its sensor says, what it
 * does, and how far down its list of actuators it has got. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "policies/table.h"
#include "tui/power/screen.h"

#define HINT "R lets go"

/* What the table's word for a state means; and whether somebody should look after it. */
static const struct {
    const char *means;
    bool warns;
} states[] = {
    [XD_CAP_OFF] = {"it isn't its time", false},
    [XD_CAP_COOL] = {"nothing is taken", false},
    [XD_CAP_TIGHTENS] = {NULL, false},
    [XD_CAP_HOLDS] = {NULL, false},
    [XD_CAP_LOOSENS] = {NULL, false},
    [XD_CAP_FULL] = {"no more can be taken", true},
    [XD_CAP_COASTS] = {"what is taken stays", true},
    [XD_CAP_SAFE] = {"the safe part is taken", true},
    [XD_CAP_LET_GO] = {"all was given back", false},
    [XD_CAP_PAUSED] = {"what was taken stays", true},
};

#define N_STATES (sizeof(states) / sizeof(states[0]))

/* -1: not known, or a word that a newer host has. */
static int state_of(const struct xd_row *row)
{
    uint64_t state = xd_row_u64(row, XD_CAP_LOOPS_STATE, N_STATES);

    return state < N_STATES ? (int)state : -1;
}

static const char *word_of(const struct xd_table *t, const struct xd_row *row, int col)
{
    return xd_row_has(row, col) ? t->desc->columns[col].kind.names[row->cell[col].i] : NULL;
}

bool xd_power_loop_acts(const struct xd_row *row)
{
    int state = state_of(row);

    return state >= 0 && state != XD_CAP_OFF && state != XD_CAP_LET_GO && state != XD_CAP_PAUSED;
}

/* "loop watts keeps 220 W by ipmi/dcmi: 222 W, tightens, effort 66%"; where it has no second line
 * (alone) also at which actuator. */
static const char *sentence(const struct xd_table *t, const struct xd_row *row, bool alone,
                            struct xd_arena *arena)
{
    bool watts = xd_row_has(row, XD_CAP_LOOPS_WATTS_LIMIT);
    int limit = watts ? XD_CAP_LOOPS_WATTS_LIMIT : XD_CAP_LOOPS_CELSIUS_LIMIT;
    double now = xd_row_f64(t->desc, row, watts ? XD_CAP_LOOPS_WATTS : XD_CAP_LOOPS_CELSIUS, NAN);
    double effort = xd_row_f64(t->desc, row, XD_CAP_LOOPS_EFFORT, NAN);
    const char *unit = watts ? "W" : "°C", *sensor = xd_row_str(row, XD_CAP_LOOPS_SENSOR, NULL);
    const char *stuck = xd_row_str(row, XD_CAP_LOOPS_STUCK, NULL);
    const char *word = word_of(t, row, XD_CAP_LOOPS_STATE);
    const char *at = alone ? word_of(t, row, XD_CAP_LOOPS_ACTUATOR) : NULL;
    int state = state_of(row);
    const char *text = xd_arena_printf(
        arena, "loop %s keeps %.0f %s%s%s: ", xd_row_str(row, XD_CAP_LOOPS_RULE, "?"),
        xd_row_f64(t->desc, row, limit, NAN), unit, sensor ? " by " : "", sensor ? sensor : "");

    if (!isnan(now))
        text = xd_arena_printf(arena, "%s%.0f %s%s, ", text, now, unit,
                               xd_row_u64(row, XD_CAP_LOOPS_ESTIMATED, 0) ? " estimated" : "");
    else if (xd_row_has(row, XD_CAP_LOOPS_TROUBLE))
        text = xd_arena_printf(arena, "%sno reading, ", text);
    text = xd_arena_printf(arena, "%s%s", text, word ? word : "state not known");
    if (state >= 0 && states[state].means && !at) /* there is room for one of the two */
        text = xd_arena_printf(arena, "%s: %s", text, states[state].means);
    if (at)
        text = xd_arena_printf(arena, "%s, at %s", text, at);
    if (stuck)
        text = xd_arena_printf(arena, "%s, stuck: %s", text, stuck);
    if (!isnan(effort) && state != XD_CAP_COOL && state != XD_CAP_OFF && state != XD_CAP_LET_GO)
        text = xd_arena_printf(arena, "%s, effort %.0f%%", text, effort);
    return text;
}

static enum xd_role_style style_of(const struct xd_row *row)
{
    int state = state_of(row);

    return (state >= 0 && states[state].warns) || xd_row_has(row, XD_CAP_LOOPS_STUCK) ? XD_S_WARN
                                                                                      : XD_S_NORMAL;
}

/* The actuators by rank, the one that the loop has got to marked; then why there is no reading. */
static void draw_actuators(const struct xd_table *t, const struct xd_row *row, struct xd_canvas *c,
                           struct xd_rect r, struct xd_arena *arena)
{
    const char *at = xd_row_str(row, XD_CAP_LOOPS_ACTUATORS, "");
    const char *trouble = xd_row_str(row, XD_CAP_LOOPS_TROUBLE, NULL);
    const char *here = word_of(t, row, XD_CAP_LOOPS_ACTUATOR);
    int x = r.x, end = r.x + r.w;

    while (*at && x < end) {
        size_t len = strcspn(at, ",");
        const char *one = xd_arena_strndup(arena, at, len);
        bool on = here && xd_str_starts(one, here);
        const char *text = xd_arena_printf(arena, "%s%s", on ? "▸" : "", one);
        int w = xd_str_width(text) < end - x ? xd_str_width(text) : end - x;

        xd_canvas_field(c, x, r.y, w, false,
                        strstr(one, " stuck") ? XD_S_WARN
                        : on                  ? XD_S_ACCENT
                                              : XD_S_DIM,
                        text);
        x += w + 2;
        at += len;
        at += strspn(at, ", ");
    }
    if (trouble && x < end)
        xd_canvas_field(c, x, r.y, end - x, false, XD_S_WARN, trouble);
}

int xd_power_loops_draw(const struct xd_app *a, struct xd_canvas *c, struct xd_rect r,
                        struct xd_arena *arena)
{
    const struct xd_table *t = xd_power_loops(a);
    bool both = t && 2 * t->n <= (size_t)r.h, stale = xd_app_trouble(a, xd_cap_loops_desc.name);
    bool hint = xd_power_can_release(a); /* once is enough: they let go together */
    int y = r.y;

    for (size_t i = 0; t && i < t->n && y < r.y + r.h; i++) {
        const struct xd_row *row = t->rows[i];
        struct xd_rect line = {r.x + 2, y + 1, r.w - 2, 1};

        if (y == r.y + r.h - 1 && i + 1 < t->n) {
            xd_canvas_field(c, r.x, y++, r.w, false, XD_S_DIM,
                            xd_arena_printf(arena, "%zu cap loops: M, Cap loops", t->n - i));
            break;
        }
        xd_canvas_field(
            c, r.x, y++, r.w, false, stale ? XD_S_DIM : style_of(row),
            xd_arena_printf(arena, "%s%s", stale ? "STALE: " : "", sentence(t, row, !both, arena)));
        if (!both)
            continue;
        if (hint && xd_row_has(row, XD_CAP_LOOPS_ACTUATOR)) {
            line.w -= (int)strlen(HINT) + 2;
            xd_canvas_text(c, line.x + line.w + 2, y, XD_S_KEY, HINT);
            hint = false;
        }
        if (xd_row_has(row, XD_CAP_LOOPS_ACTUATORS)) {
            draw_actuators(t, row, c, line, arena);
            y++;
        }
    }
    return y - r.y;
}
