/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console's heart: keys and `:` lines to commands, the session's news to state, state to a
 * frame. */
#include "tui/app.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "model/tables.h"
#include "tui/budgets/screen.h"
#include "tui/console.h"
#include "tui/cpuid/screen.h"
#include "tui/dialog.h"
#include "tui/keep.h"
#include "tui/power/screen.h"
#include "tui/topo/screen.h"

#define MIN_W       40
#define MIN_H       12
#define DETAIL_MIN  20 /* screens less tall than this keep their rows for the table */
#define DETAIL_ROWS 5
#define LOG_ROWS    8

int xd_app_init(struct xd_app *a, struct xd_session *s, const struct xd_theme *theme,
                enum xd_glyphs glyphs, struct xd_err *err)
{
    *a = (struct xd_app){.session = s, .world = xd_session_world(s), .glyphs = glyphs};
    a->theme = *theme;
    a->topo = xd_topo_screen_new();
    a->cpuid = xd_cpuid_screen_new();
    a->budgets = xd_budgets_screen_new();
    a->power = xd_power_screen_new();
    a->w = 80;
    a->h = 24;
    xd_keys_make(a);
    xd_events_update(a);
    xd_screens_make(a);
    xd_app_glance(a);
    if (!a->n_screens)
        return xd_err_set(err, -ENODEV, "%s publishes no table", xd_world_host(a->world));
    if (*xd_world_fallback(a->world))
        xd_app_say(a, XD_S_WARN, "No Xen here, this is the demo host: %s",
                   xd_world_fallback(a->world));
    return 0;
}

void xd_app_done(struct xd_app *a)
{
    while (a->dialog)
        xd_dialog_pop(a);
    xd_again_forget(a);
    xd_keep_end(a);
    xd_app_unstage(a, NULL, NULL);
    xd_app_freeze(a, false);
    xd_events_done(a);
    free(a->hand_over);
    free(a->keys);
    for (int i = 0; i < a->n_screens; i++)
        xd_screen_done(&a->screens[i]);
    xd_topo_screen_free(a->topo);
    xd_cpuid_screen_free(a->cpuid);
    xd_budgets_screen_free(a->budgets);
    xd_power_screen_free(a->power);
    xd_line_forget(&a->history);
}

/* --- what is shown --- */

struct xd_screen *xd_app_screen(struct xd_app *a)
{
    return &a->screens[a->screen];
}

bool xd_app_readonly(const struct xd_app *a)
{
    return xd_world_readonly(a->world);
}

bool xd_app_playing(const struct xd_app *a)
{
    return xd_world_sources(a->world) &&
           strcmp(xd_world_source(a->world, 0).backend->name, "capture") == 0;
}

const char *xd_app_playback(const struct xd_app *a)
{
    const struct xd_table *t = xd_app_table(a, "playback");
    int col = t ? xd_desc_column(t->desc, "state") : -1;

    if (!t || !t->n || !xd_row_has(t->rows[0], col))
        return "";
    return t->desc->columns[col].kind.names[t->rows[0]->cell[col].i];
}

int64_t xd_app_now(const struct xd_app *a)
{
    return a->frozen ? a->frozen_at_ns : xd_world_now(a->world);
}

int64_t xd_app_graph_end(const struct xd_app *a, const char *table)
{
    const struct xd_table *t = xd_app_table(a, table);

    return t && (a->frozen || !xd_world_trouble(a->world, table)) ? t->at_ns : xd_app_now(a);
}

const struct xd_table *xd_app_table(const struct xd_app *a, const char *name)
{
    if (strcmp(name, xd_events_desc.name) == 0)
        return a->events ? xd_snapshot_table(a->events, name) : NULL;
    if (!a->frozen)
        return xd_world_table(a->world, name);
    for (size_t i = 0; i < XD_SOURCES_MAX; i++) {
        const struct xd_table *t = a->held[i] ? xd_snapshot_table(a->held[i], name) : NULL;
        if (t)
            return t;
    }
    return NULL;
}

const char *xd_app_trouble(const struct xd_app *a, const char *table)
{
    return strcmp(table, xd_events_desc.name) == 0 ? NULL : xd_world_trouble(a->world, table);
}

const char *xd_app_why_none(const struct xd_app *a, const char *table, const char *sentence)
{
    const char *trouble = xd_app_trouble(a, table);

    return trouble ? trouble : sentence;
}

const struct xd_table_desc *xd_app_desc(const struct xd_app *a, const char *name)
{
    return strcmp(name, xd_events_desc.name) == 0 ? &xd_events_desc
                                                  : xd_world_desc_named(a->world, name);
}

const char *xd_app_limit(const struct xd_app *a, const char *name)
{
    return xd_world_limit(a->world, name);
}

void xd_app_freeze(struct xd_app *a, bool on)
{
    for (size_t i = 0; i < XD_SOURCES_MAX; i++) {
        xd_snapshot_unref(a->held[i]);
        a->held[i] =
            on && i < xd_world_sources(a->world) ? xd_session_snapshot(a->session, i) : NULL;
    }
    a->frozen_at_ns = xd_world_now(a->world);
    a->frozen = on;
}

void xd_app_say(struct xd_app *a, enum xd_role_style s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(a->message, sizeof(a->message), fmt, ap);
    va_end(ap);
    a->message_style = s;
}

void xd_app_fail(struct xd_app *a, const struct xd_err *err)
{
    xd_app_say(a, XD_S_BAD, "%s", xd_err_text(err));
}

/* --- news from the session --- */

/* An edit of dom0's own CPUs, memory or weight may leave the admin without a shell. */
static bool could_cut_us_off(const struct xd_plan *p)
{
    static const char dom0[] = "00000000-0000-0000-0000-000000000000";

    for (size_t i = 0; i < p->n; i++)
        if (xd_str_starts(p->steps[i].object.key, dom0))
            return !p->undoes && p->outcome == XD_DONE;
    return false;
}

static bool can_be_undone(const struct xd_app *a, const struct xd_plan *p)
{
    const struct xd_journal_entry *e = xd_journal_find(xd_session_journal(a->session), p->id);

    return p->outcome == XD_DONE && !p->undoes && e && !e->no_undo;
}

static void tell_end(struct xd_app *a, const struct xd_plan *p)
{
    a->plan_running = false;
    if (p->outcome == XD_DONE && a->plan_from_staged)
        xd_app_unstage(a, NULL, NULL);
    a->plan_from_staged = false;
    xd_cpuid_plan_ended(a, p);
    xd_app_say(a, xd_outcome_style(p->outcome), "%s: %s%s%s%s", xd_outcome_name(p->outcome),
               p->title, p->detail ? ": " : "", p->detail ? p->detail : "",
               can_be_undone(a, p) ? "    U takes it back" : "");
    if (could_cut_us_off(p)) {
        a->keep_until_ns = xd_world_now(a->world) + XD_KEEP_NS;
        a->keep_id = p->id;
    }
}

/* The end of the plan that was begun here, and the countdown that may follow from it. The session
 * keeps only its last plan: to be looked at before a policy begins its next one. */
static void see_end(struct xd_app *a)
{
    const struct xd_plan *p = xd_session_plan(a->session);

    if (a->plan_running && p && p->id != a->plan_id) /* how it ended, the journal says */
        a->plan_running = a->plan_from_staged = false;
    if (a->plan_running && p && !xd_session_busy(a->session))
        tell_end(a, p);
    if (a->keep_until_ns && xd_world_now(a->world) >= a->keep_until_ns)
        xd_app_undo_unkept(a);
}

void xd_app_undo_unkept(struct xd_app *a)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    uint64_t id = a->keep_id;

    if (xd_session_busy(a->session)) { /* with a policy's step: at once when that is over */
        a->keep_until_ns = xd_world_now(a->world);
        return;
    }
    a->keep_until_ns = 0;
    if (xd_plan_undo(a->world, xd_session_journal(a->session), id, &p, &err) < 0)
        xd_app_fail(a, &err);
    else
        xd_app_start(a, p);
}

/* The source answers a verb later, and only in the log: who typed it should be told. */
static void tell_verb(struct xd_app *a)
{
    struct xd_log_line lines[8];
    size_t n = a->verb_seq ? xd_log_tail(xd_session_log(a->session), lines, 8) : 0;

    for (size_t i = 0; i < n; i++) {
        if (lines[i].seq < a->verb_seq || lines[i].level != XD_LOG_ERROR)
            continue;
        xd_app_say(a, XD_S_BAD, "%s: %s", lines[i].source, lines[i].text);
        a->verb_seq = 0;
    }
}

void xd_app_update(struct xd_app *a)
{
    see_end(a);
    if (a->inlet && xd_inlet_step(a->inlet))
        a->news = true;
    xd_budgets_screen_feed(a);
    tell_verb(a);
    if (!a->frozen)
        xd_events_update(a);
    if (a->dialog && a->dialog->ops->update)
        a->dialog->ops->update(a, a->dialog);
    xd_keep_save(a, false);
    xd_again_try(a);
    int screens = a->n_screens;
    xd_screens_make(a); /* a module may publish a table only once it has sampled */
    if (a->n_screens > screens)
        xd_app_resize(a, a->w, a->h);
    xd_cpuid_trial_update(a);
    xd_screen_update(a, xd_app_screen(a)); /* the others when they are gone to */
    xd_app_want(a);
}

static int own_timeout_ms(const struct xd_app *a)
{
    int64_t due = a->keep_due_ns ? a->keep_due_ns - xd_world_now(a->world) : -1;

    if (a->keep_until_ns)
        return 250;
    return a->keep_due_ns ? (int)(due > 0 ? (due + XD_NS_PER_MS - 1) / XD_NS_PER_MS : 0) : -1;
}

int xd_app_timeout_ms(const struct xd_app *a)
{
    return xd_clock_sooner_ms(own_timeout_ms(a), a->inlet ? xd_inlet_timeout_ms(a->inlet) : -1);
}

/* --- commands --- */

bool xd_command_is_here(const struct xd_app *a, const struct xd_command *c)
{
    return !c->screen || strcmp(c->screen, a->screens[a->screen].view->name) == 0;
}

bool xd_app_offers(const struct xd_app *a, const struct xd_command *c, struct xd_err *err)
{
    if ((c->flags & XD_CMD_PLAYER) && !xd_app_playing(a))
        xd_err_set(err, -ENOTSUP, ":%s is for a capture; this host is live", c->name);
    else if ((c->flags & XD_CMD_WRITES) && (xd_app_readonly(a) || xd_app_playing(a)))
        xd_err_set(err, -EROFS, "%s can't be edited: %s", xd_world_host(a->world),
                   xd_app_playing(a) ? "it is a capture" : "this console is read-only");
    else if (!xd_command_is_here(a, c))
        xd_err_set(err, -ENOTSUP, "%s is for the screen %s: :%s goes there", c->name, c->group,
                   c->screen);
    else if ((c->flags & XD_CMD_STAGED) && !a->n_staged)
        xd_err_set(err, -ENOENT, "nothing is staged; e edits what is under the cursor");
    else
        return true;
    return false;
}

void xd_app_run_command(struct xd_app *a, const struct xd_command *c, int argc, char **argv,
                        uint32_t key)
{
    struct xd_err err = XD_ERR_INIT;

    char *copy[XD_AGAIN_WORDS]; /* as typed: a command may cut its words */
    int rc = 0, kept = argc <= XD_AGAIN_WORDS ? argc : 0;

    for (int i = 0; i < kept; i++)
        copy[i] = xd_strdup(argv[i]);
    a->key = key;
    if (!xd_app_offers(a, c, &err) || (rc = c->run(a, argc, argv, &err)) < 0) {
        if (!kept || !xd_again_note(a, c, argc, copy, key, rc))
            xd_app_fail(a, &err);
    }
    for (int i = 0; i < kept; i++)
        free(copy[i]);
    a->key = 0;
    if (!a->quit)
        xd_screen_update(a, xd_app_screen(a));
}

int xd_app_run_line(struct xd_app *a, const char *line, struct xd_err *err)
{
    char *storage, *argv[64];
    int argc = xd_command_split(line, &storage, argv, 63, err);

    if (argc <= 0)
        return argc;
    argv[argc] = NULL;
    const struct xd_command *c = xd_command_find(xd_console_commands, argv[0]);
    int rc = 0;
    if (!c) {
        const char *near = xd_command_nearest(xd_console_commands, argv[0]);
        rc = xd_err_set(err, -ENOENT, "there is no command \"%s\"%s%s%s", argv[0],
                        near ? "; did you mean :" : "; ? lists them", near ? near : "",
                        near ? "?" : "");
    } else {
        xd_app_run_command(a, c, argc, argv, 0);
    }
    free(storage);
    return rc;
}

/* --- a frame --- */

static void draw_too_small(struct xd_canvas *c)
{
    char text[64];

    snprintf(text, sizeof(text), "xendeck needs %d x %d", MIN_W, MIN_H);
    xd_canvas_field(c, 0, c->h / 2, c->w, false, XD_S_WARN, text);
    snprintf(text, sizeof(text), "this is %d x %d; q quits", c->w, c->h);
    xd_canvas_field(c, 0, c->h / 2 + 1, c->w, false, XD_S_NORMAL, text);
}

/* The line over the detail pane: "── web1 ──────". */
static void draw_rule(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                      struct xd_canvas *c, int y)
{
    struct xd_arena arena = XD_ARENA_INIT;
    const char *aside = NULL;
    char label[XD_KEY_MAX];
    int x = 3;

    xd_canvas_hline(c, 0, y, c->w, XD_S_BORDER);
    if (row && s->desc->labels[0] >= 0)
        x += xd_canvas_printf(c, x, y, XD_S_TITLE_ON, " %s ", xd_row_label(s->desc, row, label));
    if (row && s->view->aside)
        aside = s->view->aside(a, row, &arena);
    if (aside && x + 10 < c->w) {
        aside = xd_arena_printf(&arena, " %s ", aside);
        int w = xd_str_width(aside) < c->w - x - 3 ? xd_str_width(aside) : c->w - x - 3;
        xd_canvas_field(c, x + 2, y, w, false, XD_S_NORMAL, aside);
    }
    xd_arena_done(&arena);
}

static bool has_graphs(const struct xd_app *a, const struct xd_screen *s)
{
    for (int i = 0; a->graphs && !s->view->tall && s->desc && i < s->desc->n_columns; i++)
        if (s->desc->columns[i].flags & XD_COL_HISTORY)
            return true;
    return false;
}

static int detail_rows(const struct xd_app *a, const struct xd_screen *s, int body)
{
    bool graphs = has_graphs(a, s);

    if (body < DETAIL_MIN - 4 || (!graphs && (!s->view->detail || a->detail_off)))
        return 0;
    if (graphs || s->view->tall)
        return body - (body < 30 ? 8 : body / 3);
    if (s->view->pane && body >= 30)
        return s->view->pane + 1;
    return DETAIL_ROWS + 1;
}

/* How many rows the table of a screen has on an h-line terminal. */
static int table_rows(const struct xd_app *a, const struct xd_screen *s)
{
    int body = a->h - 4 - (a->log_pane ? LOG_ROWS + 1 : 0);

    return body - detail_rows(a, s, body) - 1 - s->view->head;
}

void xd_app_resize(struct xd_app *a, int w, int h)
{
    a->w = w;
    a->h = h;
    for (int i = 0; i < a->n_screens; i++) {
        int rows = table_rows(a, &a->screens[i]);
        xd_screen_fit(&a->screens[i], rows > 0 ? (size_t)rows : 1);
    }
}

void xd_app_draw(const struct xd_app *a, struct xd_canvas *c)
{
    const struct xd_screen *s = &a->screens[a->screen];
    const struct xd_row *row = xd_screen_row(s);

    xd_canvas_clear(c);
    c->cursor_x = c->cursor_y = -1;
    if (c->w < MIN_W || c->h < MIN_H) {
        draw_too_small(c);
        return;
    }
    int log = a->log_pane ? LOG_ROWS + 1 : 0, body = c->h - 4 - log;
    int detail = detail_rows(a, s, body);
    struct xd_rect table = {0, 2, c->w, body - detail};
    struct xd_rect pane = {2, 2 + body - detail + 1, c->w - 3, detail - 1};

    xd_header_draw(a, c);
    s->view->draw(a, s, c, table);
    if (detail) {
        draw_rule(a, s, s->desc ? row : NULL, c, table.y + table.h);
        if (row && has_graphs(a, s))
            xd_graphs_draw(a, s, row, c, pane);
        else if (row || !s->desc)
            s->view->detail(a, s, row, c, pane);
    }
    if (log) {
        struct xd_rect r = {0, 2 + body + 1, c->w, log - 1};
        xd_canvas_hline(c, 0, 2 + body, c->w, XD_S_BORDER);
        xd_canvas_text(c, 3, 2 + body, XD_S_TITLE_ON, " Log ");
        xd_log_draw(a, c, r);
    }
    xd_status_draw(a, c, c->h - 2);
    xd_keybar_draw(a, c, c->h - 1);
    if (a->dialog)
        a->dialog->ops->draw(a, a->dialog, c);
}
