/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything the console can do, each described once: keys, key bar, help, `:` line and manual page
 * come from this table. What edits the host stands in commands_edit.c. */
#include "tui/commands.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "tui/console.h"
#include "tui/dialog.h"

static int cmd_help(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_help_open(ctx);
    return 0;
}

static int cmd_quit(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (xd_session_busy(a->session) && !(argc > 1 && strcmp(argv[1], "now") == 0))
        return xd_err_set(err, -EBUSY, "an edit is being applied; wait, or Esc cancels it");
    if (a->n_staged && !(argc > 1 && strcmp(argv[1], "now") == 0) && !a->asked_quit) {
        a->asked_quit = true;
        return xd_err_set(err, -EBUSY, "%d staged edit%s would be lost; again quits", a->n_staged,
                          a->n_staged == 1 ? "" : "s");
    }
    a->quit = true;
    return 0;
}

static int cmd_command(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->prompt = XD_PROMPT_COMMAND;
    xd_line_set(&a->line, "");
    return 0;
}

static int cmd_repaint(void *ctx, int argc, char **argv, struct xd_err *err)
{
    ((struct xd_app *)ctx)->repaint = true;
    return 0;
}

static int cmd_suspend(void *ctx, int argc, char **argv, struct xd_err *err)
{
    ((struct xd_app *)ctx)->suspend = true;
    return 0;
}

static void theme_chosen(struct xd_app *a, int index, const void *tag)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme fresh;

    if (xd_theme_load(xd_theme_names()[index], &fresh, &err) < 0) {
        xd_app_fail(a, &err);
        return;
    }
    a->theme = fresh;
    a->theme_changed = true;
}

static int cmd_theme(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    const char *const *names = xd_theme_names();
    struct xd_menu_item items[32];
    struct xd_theme fresh;
    int n = 0, at = 0;

    if (argc > 1) {
        if (xd_theme_load(argv[1], &fresh, err) < 0)
            return -EINVAL;
        a->theme = fresh;
        a->theme_changed = true;
        return 0;
    }
    for (; names[n] && n < 32; n++) {
        items[n] = (struct xd_menu_item){.text = names[n]};
        at = strcmp(names[n], a->theme.name) == 0 ? n : at;
    }
    xd_menu_open(a, "Theme", items, n, at, theme_chosen);
    return 0;
}

static int cmd_log(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->log_pane = !a->log_pane;
    xd_app_resize(a, a->w, a->h);
    return 0;
}

static int cmd_detail(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->detail_off = !a->detail_off;
    xd_app_resize(a, a->w, a->h);
    return 0;
}

/* --- screens --- */

static int cmd_screen(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    uint64_t nr = a->key >= '1' && a->key <= '9' ? a->key - '0' : 0;

    if (argc > 1 && xd_parse_u64(argv[1], &nr) < 0)
        for (int i = 0; i < a->n_screens; i++)
            if (strcmp(a->screens[i].view->name, argv[1]) == 0)
                nr = (uint64_t)i + 1;
    if (nr < 1 || nr > (uint64_t)a->n_screens)
        return xd_err_set(err, -ENOENT, "there is no screen %s; there are 1 to %d",
                          argc > 1 ? argv[1] : "of that number", a->n_screens);
    a->screen = (int)nr - 1;
    return 0;
}

static int cmd_next(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->screen = (a->screen + 1) % a->n_screens;
    return 0;
}

static int cmd_previous(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    a->screen = (a->screen + a->n_screens - 1) % a->n_screens;
    return 0;
}

/* --- moving --- */

static int move(struct xd_app *a, long by)
{
    struct xd_screen *s = xd_app_screen(a);
    long at = (long)s->at + by;

    xd_screen_goto(a, s, at < 0 ? 0 : (size_t)at);
    return 0;
}

static int cmd_up(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return move(ctx, -1);
}

static int cmd_down(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return move(ctx, 1);
}

static int cmd_page_up(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return move(ctx, -(long)xd_app_screen(ctx)->page);
}

static int cmd_page_down(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return move(ctx, (long)xd_app_screen(ctx)->page);
}

static int cmd_top(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_screen_goto(ctx, xd_app_screen(ctx), 0);
    return 0;
}

static int cmd_bottom(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_screen_goto(ctx, xd_app_screen(ctx), SIZE_MAX);
    return 0;
}

/* --- rows: filter, order, marks --- */

static int cmd_filter(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);
    struct xd_buf b = XD_BUF_INIT;

    if (argc == 1 && s->desc) {
        a->prompt = XD_PROMPT_FILTER;
        snprintf(a->filter_before, sizeof(a->filter_before), "%s", s->filter);
        xd_line_set(&a->line, s->filter);
        return 0;
    }
    for (int i = 1; i < argc; i++)
        xd_buf_printf(&b, "%s%s", i > 1 ? " " : "", argv[i]);
    int rc = xd_screen_set_filter(s, xd_buf_str(&b), err);
    xd_buf_done(&b);
    return rc;
}

/* Esc: one step back, whatever that is now. */
static int cmd_back(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);

    if (xd_session_busy(a->session))
        xd_session_cancel(a->session);
    else if (s->n_marks)
        xd_screen_unmark_all(s);
    else if (s->filter[0])
        xd_screen_set_filter(s, "", NULL);
    return 0;
}

static int need_table(struct xd_app *a, struct xd_err *err)
{
    const struct xd_screen *s = xd_app_screen(a);

    return s->desc ? 0 : xd_err_set(err, -ENOTSUP, "the %s screen keeps its order", s->view->title);
}

/* Numbers are looked at from the largest down, names from A on. */
static void sort_by(struct xd_screen *s, int col)
{
    s->sort.n = 1;
    s->sort.by[0].col = col;
    s->sort.by[0].down = xd_type_is_number(s->desc->columns[col].kind.type);
}

static void sort_chosen(struct xd_app *a, int index, const void *tag)
{
    sort_by(xd_app_screen(a), index);
}

static int cmd_sort(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);
    struct xd_menu_item items[XD_COLUMNS_MAX];

    if (need_table(a, err) < 0)
        return -ENOTSUP;
    if (argc > 1)
        return xd_sort_parse(argv[1], s->desc, &s->sort, err);
    for (int i = 0; i < s->desc->n_columns; i++)
        items[i] =
            (struct xd_menu_item){s->desc->columns[i].name, NULL, s->desc->columns[i].help, NULL};
    xd_menu_open(a, "Sort by", items, s->desc->n_columns, s->sort.n ? s->sort.by[0].col : 0,
                 sort_chosen);
    return 0;
}

/* Moves the sort to the next visible column. */
static int sort_move(struct xd_app *a, int by, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(a);
    struct xd_layout l;
    int at = -1, n = 0, cols[XD_COLUMNS_MAX];

    if (need_table(a, err) < 0)
        return -ENOTSUP;
    xd_layout_make(s, a->w, &l);
    for (int i = 0; i < l.n; i++) {
        if (l.at[i].spark)
            continue;
        if (s->sort.n && s->sort.by[0].col == l.at[i].col)
            at = n;
        cols[n++] = l.at[i].col;
    }
    if (n)
        sort_by(s, cols[at < 0 ? 0 : (at + by + n) % n]);
    return 0;
}

static int cmd_sort_left(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return sort_move(ctx, -1, err);
}

static int cmd_sort_right(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return sort_move(ctx, 1, err);
}

static int cmd_invert(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(ctx);

    if (need_table(ctx, err) < 0)
        return -ENOTSUP;
    if (!s->sort.n)
        return xd_err_set(err, -ENOENT, "nothing is sorted yet; s chooses a column");
    s->sort.by[0].down = !s->sort.by[0].down;
    return 0;
}

static int cmd_mark(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_screen *s = xd_app_screen(a);
    const struct xd_row *row = xd_screen_row(s);
    char key[XD_KEY_MAX];

    if (!s->desc || !row)
        return xd_err_set(err, -ENOENT, "there is nothing under the cursor to mark");
    xd_row_key(s->desc, row, key);
    xd_screen_mark(s, key, !xd_screen_marked(s, key));
    return move(a, 1);
}

static int cmd_mark_all(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_screen *s = xd_app_screen(ctx);
    char key[XD_KEY_MAX];

    if (need_table(ctx, err) < 0)
        return -ENOTSUP;
    for (size_t i = 0; i < s->n; i++)
        xd_screen_mark(s, xd_row_key(s->desc, s->rows[i], key), true);
    return 0;
}

/* --- samples --- */

static int cmd_refresh(void *ctx, int argc, char **argv, struct xd_err *err)
{
    xd_session_refresh(((struct xd_app *)ctx)->session);
    return 0;
}

static int cmd_freeze(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    xd_app_freeze(a, !a->frozen);
    return 0;
}

static int set_interval(struct xd_app *a, int64_t ns)
{
    if (ns < 100 * XD_NS_PER_MS)
        ns = 100 * XD_NS_PER_MS;
    if (ns > 600 * XD_NS_PER_S)
        ns = 600 * XD_NS_PER_S;
    xd_session_set_interval(a->session, ns);
    return 0;
}

static int cmd_slower(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    return set_interval(a, xd_session_interval(a->session) * 2);
}

static int cmd_faster(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    return set_interval(a, xd_session_interval(a->session) / 2);
}

static int cmd_interval(void *ctx, int argc, char **argv, struct xd_err *err)
{
    static const struct xd_kind kind = {.type = XD_U64, .unit = XD_UNIT_NS};
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_value v;

    if (argc != 2)
        return xd_err_set(err, -EINVAL, "for example :interval 500ms");
    int rc = xd_value_parse(argv[1], &kind, 0, &arena, &v, err);
    xd_arena_done(&arena);
    return rc < 0 ? rc : set_interval(ctx, (int64_t)v.cell.u);
}

/* --- a capture as host --- */

static int player(struct xd_app *a, const char *verb, struct xd_err *err)
{
    a->verb_seq = xd_log_seq(xd_session_log(a->session)) + 1;
    return xd_session_control(a->session, verb, err);
}

static int cmd_play(void *ctx, int argc, char **argv, struct xd_err *err)
{
    const char *state = xd_app_playback(ctx);

    return player(ctx,
                  strcmp(state, "playing") == 0 ? "pause"
                  : strcmp(state, "ended") == 0 ? "restart"
                                                : "resume",
                  err);
}

static int cmd_step(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return player(ctx, "step", err);
}

static int cmd_step_back(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return player(ctx, "step -1", err);
}

/* Any verb of the source: ":source speed 4", ":source seek 30s"; on the demo host ":source fault
 * …". */
static int cmd_source(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;

    for (int i = 1; i < argc; i++)
        xd_buf_printf(&b, "%s%s", i > 1 ? " " : "", argv[i]);
    int rc = player(ctx, xd_buf_str(&b), err);
    xd_buf_done(&b);
    return rc;
}

#define GENERAL .group = "General"
#define SCREEN  .group = "Screens"
#define MOVE    .group = "Moving"
#define ROWS    .group = "Rows"
#define EDIT    .group = "Editing"
#define SAMPLE  .group = "Samples"
#define PLAYER  .group = "Capture"

// clang-format off
const struct xd_command xd_console_commands[] = {
    {GENERAL, .name = "help", .keys = "? F1", .label = "Help", .flags = XD_CMD_BAR,
     .title = "This list", .run = cmd_help},
    {GENERAL, .name = "quit", .keys = "q C-c F10", .label = "Quit", .flags = XD_CMD_BAR,
     .title = "Leave xendeck (:quit now does not ask)", .run = cmd_quit},
    {GENERAL, .name = "command", .keys = ":", .title = "Type a command by its name; Tab completes",
     .run = cmd_command},
    {GENERAL, .name = "theme", .keys = "T", .args = "[NAME]", .title = "Choose a colour theme",
     .run = cmd_theme},
    {GENERAL, .name = "log", .keys = "L", .title = "Open or close the log pane", .run = cmd_log},
    {GENERAL, .name = "repaint", .keys = "C-l", .title = "Paint the whole screen again",
     .run = cmd_repaint},
    {GENERAL, .name = "suspend", .keys = "C-z", .title = "Back to the shell; fg returns",
     .run = cmd_suspend},

    {SCREEN, .name = "screen", .keys = "1 2 3 4 5 6 7 8 9", .args = "NAME",
     .title = "Go to a screen by its number", .run = cmd_screen},
    {SCREEN, .name = "next", .keys = "Tab", .title = "The next screen", .run = cmd_next},
    {SCREEN, .name = "previous", .keys = "BackTab", .title = "The previous screen",
     .run = cmd_previous},

    {ROWS, .name = "filter", .keys = "/", .label = "Filter", .args = "[FILTER]",
     .flags = XD_CMD_BAR, .title = "Show only some rows: web cpu>50 state:paused",
     .run = cmd_filter},
    {ROWS, .name = "sort", .keys = "s", .label = "Sort", .args = "[-COLUMN]", .flags = XD_CMD_BAR,
     .title = "Choose the column to sort by", .run = cmd_sort},
    {ROWS, .name = "sort-left", .keys = "<", .title = "Sort by the column to the left",
     .run = cmd_sort_left},
    {ROWS, .name = "sort-right", .keys = ">", .title = "Sort by the column to the right",
     .run = cmd_sort_right},
    {ROWS, .name = "invert", .keys = "I", .title = "Turn the order round", .run = cmd_invert},
    {ROWS, .name = "mark", .keys = "Space", .label = "Mark", .flags = XD_CMD_BAR,
     .title = "Mark the row: edits work on all marked rows", .run = cmd_mark},
    {ROWS, .name = "mark-all", .keys = "*", .title = "Mark all rows that the filter shows",
     .run = cmd_mark_all},
    {ROWS, .name = "back", .keys = "Esc", .title = "Cancel an edit, unmark, or clear the filter",
     .run = cmd_back},
    {ROWS, .name = "detail", .keys = "i", .title = "Open or close the pane about the row",
     .run = cmd_detail},

    {EDIT, .name = "apply", .keys = "a", .label = "Apply", .flags = XD_CMD_BAR | XD_CMD_WRITES | XD_CMD_STAGED,
     .title = "Show the plan of what is staged, then apply it", .run = xd_cmd_apply},
    {EDIT, .name = "unstage", .keys = "u", .label = "Unstage", .args = "[all]",
     .flags = XD_CMD_BAR | XD_CMD_WRITES | XD_CMD_STAGED,
     .title = "Forget what is staged here; else all of it", .run = xd_cmd_unstage},
    {EDIT, .name = "edit", .keys = "e Enter", .label = "Edit", .flags = XD_CMD_BAR | XD_CMD_WRITES,
     .title = "Choose a knob of the row and stage a value", .run = xd_cmd_edit},
    {EDIT, .name = "cap", .keys = "c", .label = "Cap", .args = "[VALUE]", .flags = XD_CMD_BAR | XD_CMD_WRITES,
     .title = "Stage a CPU cap", .run = xd_cmd_cap},
    {EDIT, .name = "weight", .keys = "w", .args = "[VALUE]", .flags = XD_CMD_WRITES,
     .title = "Stage a scheduling weight", .run = xd_cmd_weight},
    {EDIT, .name = "memory", .keys = "m", .args = "[VALUE]", .flags = XD_CMD_WRITES,
     .title = "Stage a memory target", .run = xd_cmd_memory},
    {EDIT, .name = "affinity", .keys = "A", .args = "[VALUE]", .flags = XD_CMD_WRITES,
     .title = "Stage the pCPUs that the vCPUs may run on", .run = xd_cmd_affinity},
    {EDIT, .name = "set", .args = "OBJECT KNOB=VALUE", .flags = XD_CMD_WRITES,
     .title = "Stage by name: :set domain/web1 sched.cap=40", .run = xd_cmd_stage},
    {EDIT, .name = "actions", .keys = "x", .label = "Act", .flags = XD_CMD_BAR | XD_CMD_WRITES,
     .title = "Pause, shut down …: choose an action", .run = xd_cmd_actions},
    {EDIT, .name = "do", .args = "ACTION", .flags = XD_CMD_WRITES,
     .title = "Propose an action by name: :do pause", .run = xd_cmd_propose},
    {EDIT, .name = "undo", .keys = "U", .label = "Undo", .args = "[N]", .flags = XD_CMD_BAR | XD_CMD_WRITES,
     .title = "Take back the last edit, or the Journal's row",
     .run = xd_cmd_take_back},

    {MOVE, .name = "up", .keys = "Up k", .title = "One row up", .run = cmd_up},
    {MOVE, .name = "down", .keys = "Down j", .title = "One row down", .run = cmd_down},
    {MOVE, .name = "page-up", .keys = "PgUp C-b", .title = "One page up", .run = cmd_page_up},
    {MOVE, .name = "page-down", .keys = "PgDn C-f", .title = "One page down", .run = cmd_page_down},
    {MOVE, .name = "top", .keys = "Home g", .title = "The first row", .run = cmd_top},
    {MOVE, .name = "bottom", .keys = "End G", .title = "The last row", .run = cmd_bottom},

    {SAMPLE, .name = "freeze", .keys = "p", .label = "Freeze", .flags = XD_CMD_BAR,
     .title = "Hold the screen still while the host goes on", .run = cmd_freeze},
    {SAMPLE, .name = "refresh", .keys = "r", .title = "Take a sample now", .run = cmd_refresh},
    {SAMPLE, .name = "slower", .keys = "-", .title = "Twice the time between samples",
     .run = cmd_slower},
    {SAMPLE, .name = "faster", .keys = "+ =", .title = "Half the time between samples",
     .run = cmd_faster},
    {SAMPLE, .name = "interval", .args = "TIME", .title = "Time between samples: :interval 500ms",
     .run = cmd_interval},

    {PLAYER, .name = "play", .keys = "P", .label = "Pause", .flags = XD_CMD_BAR | XD_CMD_PLAYER,
     .title = "Pause the capture, and go on", .run = cmd_play},
    {PLAYER, .name = "step", .keys = ".", .label = "Step", .flags = XD_CMD_BAR | XD_CMD_PLAYER,
     .title = "One sample on", .run = cmd_step},
    {PLAYER, .name = "step-back", .keys = ",", .label = "Back", .flags = XD_CMD_BAR | XD_CMD_PLAYER,
     .title = "One sample back", .run = cmd_step_back},
    {PLAYER, .name = "source", .args = "VERB",
     .title = "A verb for the source: speed 4, seek 30s", .run = cmd_source},
    {0},
};
// clang-format on
