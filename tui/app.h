/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console's state and its three entrances: a key, a `:` line, a frame. A frame is a pure
 * function of (app, world): drawing changes nothing, so a screen is tested without a terminal. */
#ifndef XD_TUI_APP_H
#define XD_TUI_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/command.h"
#include "engine/session.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/line.h"
#include "tui/theme.h"
#include "tui/view.h"

#define XD_APP_WANTS   88 /* of the screens, and of a policy's conditions */
#define XD_STAGED_MAX  256
#define XD_SCREENS_MAX 32
#define XD_KEEP_NS     (15 * XD_NS_PER_S) /* to say "keep it" after an edit that could cut us off */

/* Bounds of the time between samples. */
#define XD_INTERVAL_LEAST (100 * XD_NS_PER_MS)
#define XD_INTERVAL_MOST  (600 * XD_NS_PER_S)

/* Settings that are kept: the console's, and each screen's (keep.c). */
#define XD_KEPT_GLOBALS 5
#define XD_KEPT_LOCALS  3

struct xd_dialog;
struct xd_settings;
struct xd_topo_screen;
struct xd_cpuid_screen;
struct xd_budgets_screen;
struct xd_power_screen;
struct xd_inlet;

/* A wish that waits to be applied; all strings on the heap. */
struct xd_staged {
    char *object; /* "domain/UUID": a path that finds it whatever its name becomes */
    char *table, *key;
    char *column; /* where the knob shows its value; NULL for actions */
    char *name, *value;
    char *text; /* "web1 sched.cap none → 40" */
};

/* A command that waits for what it needs to be sampled (again.c). */
#define XD_AGAIN_WORDS 16

struct xd_again {
    const struct xd_command *command; /* NULL: none waits */
    char *argv[XD_AGAIN_WORDS];
    int argc;
    uint32_t key;
    int64_t until_ns;
    uint64_t generation; /* of the world that it was tried in */
    bool trying;
};

enum xd_prompt { XD_PROMPT_NONE, XD_PROMPT_COMMAND, XD_PROMPT_FILTER, XD_PROMPT_MARK };

struct xd_key_use {
    uint32_t code;
    const struct xd_command *command;
};

struct xd_app {
    struct xd_session *session;
    const struct xd_world *world;
    struct xd_theme theme;
    enum xd_glyphs glyphs;
    int w, h; /* of the terminal */

    struct xd_screen screens[XD_SCREENS_MAX];
    int n_screens, screen;

    struct xd_staged staged[XD_STAGED_MAX];
    int n_staged;

    struct xd_dialog *dialog; /* the topmost; each knows the one below */
    enum xd_prompt prompt;    /* what the bottom line is asking for */
    char prompt_error[256];   /* what is wrong with what was typed so far */
    char filter_before[256];  /* to go back to with Esc */
    struct xd_line line;
    struct xd_line_history history; /* of `:` lines */
    char chosen[256];               /* the text of the menu item that was chosen last */

    char message[256]; /* one sentence in the status line, until the next key */
    enum xd_role_style message_style;
    bool log_pane, detail_off;
    bool graphs;           /* the pane shows the history of the row instead of its details */
    bool asked_quit;       /* q was answered with a question */
    uint64_t verb_seq;     /* a verb was handed to the source: lines of the log from here on */
    bool plan_running;     /* one begun here: its end is still to be told */
    uint64_t plan_id;      /* … and which: a policy begins plans too */
    bool plan_from_staged; /* it came from the staged edits: they go when it is done */
    int64_t keep_until_ns; /* 0: nothing to keep; else `keep_id` is undone at this time */
    uint64_t keep_id;

    /* Frozen: the screens show the snapshots of that moment, held here. */
    bool frozen;
    struct xd_snapshot *held[XD_SOURCES_MAX];
    int64_t frozen_at_ns;

    /* The program's log as a table; made anew when there is a newer line (events.c). */
    struct xd_snapshot *events;
    uint64_t events_seq;

    struct xd_topo_screen *topo;   /* what the Topology screen shows */
    struct xd_cpuid_screen *cpuid; /* and that of CPU features */

    struct xd_budgets_screen *budgets; /* what is kept of budgets */
    struct xd_power_screen *power;     /* what the Power screen shows */
    struct xd_inlet *inlet;            /* the caller's; NULL: it carries out no policy */

    struct xd_want wanted[XD_APP_WANTS]; /* as the session was told last */
    size_t n_wanted;
    /* All keys of all commands, in the order of their table: the key bar asks for many with each
     * frame. */
    struct xd_key_use *keys;
    size_t n_keys;

    struct xd_settings *settings;                                  /* NULL: nothing is kept */
    char *kept[XD_KEPT_GLOBALS + XD_SCREENS_MAX * XD_KEPT_LOCALS]; /* as noted last */
    int64_t keep_due_ns; /* when they are to be written; 0: nothing is new */

    struct xd_again again;

    uint32_t key; /* that called the command which runs; 0: a `:` line did */
    bool quit, repaint, suspend, theme_changed; /* what the loop is asked for */
    bool news;       /* something besides the world changed what is shown */
    char *hand_over; /* a program that is to have the terminal: "xl console 5"; or NULL */
};

int xd_app_init(struct xd_app *a, struct xd_session *s, const struct xd_theme *theme,
                enum xd_glyphs glyphs, struct xd_err *err);
void xd_app_done(struct xd_app *a);

/* Takes in what happened in the session (call after each dispatch): the end of a plan, rows that
 * are gone, the countdown of "keep this?". */
void xd_app_update(struct xd_app *a);
/* "Keep it?" was answered with no. */
void xd_app_undo_unkept(struct xd_app *a);
/* When update has something to do by itself, in ms from now; -1: never. */
int xd_app_timeout_ms(const struct xd_app *a);
void xd_app_key(struct xd_app *a, const struct xd_key *k);
/* The terminal's size; also to be called after a pane was opened or closed. */
void xd_app_resize(struct xd_app *a, int w, int h);
/* A command by name with arguments, as typed behind `:`. */
int xd_app_run_line(struct xd_app *a, const char *line, struct xd_err *err);
void xd_app_draw(const struct xd_app *a, struct xd_canvas *c);

/* --- for commands and dialogs --- */
void xd_app_say(struct xd_app *a, enum xd_role_style s, const char *fmt, ...) XD_PRINTF(3, 4);
void xd_app_fail(struct xd_app *a, const struct xd_err *err);
bool xd_app_readonly(const struct xd_app *a);
bool xd_app_playing(const struct xd_app *a); /* the host is a capture */
/* "playing", "paused" or "ended"; "" where the host is no capture. */
const char *xd_app_playback(const struct xd_app *a);
struct xd_screen *xd_app_screen(struct xd_app *a);
int64_t xd_app_now(const struct xd_app *a); /* of what is shown: stands still while frozen */
/* Where a graph of that table ends: at its newest sample, or now where there should be a newer one.
 */
int64_t xd_app_graph_end(const struct xd_app *a, const char *table);
/* The table to show: the world's, or the held one while frozen. */
const struct xd_table *xd_app_table(const struct xd_app *a, const char *name);
/* Why a table can't be trusted, or NULL; and its description: the world's, or of the events. */
const char *xd_app_trouble(const struct xd_app *a, const char *table);
/* Why a view has nothing of this table to show: what ails its source, else the sentence. */
const char *xd_app_why_none(const struct xd_app *a, const char *table, const char *sentence);
const struct xd_table_desc *xd_app_desc(const struct xd_app *a, const char *name);
void xd_app_freeze(struct xd_app *a, bool on);
/* Why this host hasn't got a knob or an action, or NULL: it has. */
const char *xd_app_limit(const struct xd_app *a, const char *name);
void xd_app_run_command(struct xd_app *a, const struct xd_command *c, int argc, char **argv,
                        uint32_t key);
/* Whether it is one of the screen that is shown: others have another use for its keys. */
bool xd_command_is_here(const struct xd_app *a, const struct xd_command *c);
void xd_keys_make(struct xd_app *a);
/* The command that a key calls on this screen, or NULL. */
const struct xd_command *xd_command_of_key(const struct xd_app *a, uint32_t code);
/* Whether the command makes sense now (read-only, capture only …); else why not, in err. */
bool xd_app_offers(const struct xd_app *a, const struct xd_command *c, struct xd_err *err);

/* Stages a wish for the marked rows, or the one under the cursor; -errno with a sentence when one
 * of them can't be had. value is text; NULL for an action. */
int xd_app_stage(struct xd_app *a, const char *name, const char *value, struct xd_err *err);
/* The same for an object by its path. */
int xd_app_stage_for(struct xd_app *a, const char *object, const char *name, const char *value,
                     struct xd_err *err);
void xd_app_unstage(struct xd_app *a, const char *table, const char *key); /* NULLs: all */
int xd_app_apply(struct xd_app *a, struct xd_err *err); /* proposes what is staged as one plan */
/* Carries a plan out; takes it. */
void xd_app_start(struct xd_app *a, struct xd_plan *p);
/* Proposes one action for the marked rows, or the one under the cursor; one of the host for the
 * host. params: "name=value …", or NULL. */
int xd_app_propose_action(struct xd_app *a, const struct xd_action *action, const char *params,
                          struct xd_err *err);
/* Adds name="value" to the parameters of an action. */
void xd_param_add(struct xd_buf *b, const char *name, const char *value);
/* The action of that name for the screen's rows, else for the host; NULL with a sentence. */
const struct xd_action *xd_app_action(const struct xd_app *a, const char *name, struct xd_err *err);
/* What an action or a knob is meant for: "web1", "3 marked", "host". out[XD_KEY_MAX]; returns out.
 */
char *xd_app_meant(const struct xd_app *a, const char *table, char *out);

/* The journal's entry under the cursor of its screen, or NULL; and the style of an outcome. */
const struct xd_journal_entry *xd_journal_under_cursor(const struct xd_app *a);
enum xd_role_style xd_outcome_style(enum xd_outcome o);

/* True if the command's failure (rc) is one that waiting may help against; it is noted then. */
bool xd_again_note(struct xd_app *a, const struct xd_command *c, int argc, char *const *argv,
                   uint32_t key, int rc);
void xd_again_try(struct xd_app *a);
void xd_again_forget(struct xd_app *a);

/* The mean of the last whole five seconds by the clock, of a column of which history is kept; until
 * there is one, the first value that is known of those that have begun. NAN: neither. */
double xd_calm_mean(const struct xd_app *a, const char *table, const char *key, int col);
/* The end of the last of n slices of a span that is over at that time (>= 0), for
 * xd_history_slices. */
int64_t xd_calm_end(int64_t now_ns, int64_t span_ns, int n);

/* Tells the session what is looked at; called after whatever may change that. */
void xd_app_want(struct xd_app *a);
/* … and of what history is kept though nobody looks: the host's watts. Once. */
void xd_app_glance(struct xd_app *a);

extern const struct xd_table_desc xd_events_desc;
void xd_events_update(struct xd_app *a);
void xd_events_done(struct xd_app *a);

/* drawn by files of their own */
void xd_header_draw(const struct xd_app *a, struct xd_canvas *c);
int xd_tab_at(const struct xd_app *a, int x); /* the screen whose tab is in that column, or -1 */
void xd_keybar_draw(const struct xd_app *a, struct xd_canvas *c, int y);
void xd_status_draw(const struct xd_app *a, struct xd_canvas *c, int y);
void xd_log_draw(const struct xd_app *a, struct xd_canvas *c, struct xd_rect r);

#endif
