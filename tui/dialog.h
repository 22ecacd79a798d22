/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dialogs: boxes that take the keys until they are closed. They stack; the topmost has the keys. */
#ifndef XD_TUI_DIALOG_H
#define XD_TUI_DIALOG_H

#include "tui/app.h"

struct xd_dialog_ops {
    void (*draw)(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c);
    void (*key)(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k);
    void (*free)(struct xd_dialog *d); /* what the dialog owns; not d itself */
    /* News from the session; NULL: it looks for none. */
    void (*update)(struct xd_app *a, struct xd_dialog *d);
};

struct xd_dialog {
    const struct xd_dialog_ops *ops;
    struct xd_dialog *below;
};

void xd_dialog_push(struct xd_app *a, struct xd_dialog *d); /* d from xd_malloc; owned by a */
void xd_dialog_pop(struct xd_app *a);                       /* frees the topmost */
/* A box of at most w × h in the middle of the canvas with its title; returns what is inside. */
struct xd_rect xd_dialog_box(struct xd_canvas *c, int w, int h, enum xd_role_style s,
                             const char *title);

/* Prose in r, wrapped at blanks; what is too long for r.h lines ends in "…". Returns the lines used;
 * with a NULL canvas it only counts them. */
int xd_dialog_text(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s, const char *text);

/* Moves the cursor *at of a list of n lines, and scrolls a text to *top, at most to line `most`, by
 * the usual keys. False: it is none of those. */
bool xd_dialog_move(const struct xd_key *k, int n, int *at);
bool xd_dialog_scroll(const struct xd_key *k, int page, int most, int *top);

/* A list to choose from. Texts are copied. `chosen` gets the index and the item's own tag; the menu is
 * closed before it is called. */
struct xd_menu_item {
    const char *text, *note; /* note: dim, to the right; may be NULL */
    const char *help;        /* a line below while it is under the cursor; may be NULL */
    const char *off;         /* why it can't be chosen: it is shown greyed; NULL: it can */
    const void *tag;         /* lives as long as the backends: a knob, an action, a column */
};
void xd_menu_open(struct xd_app *a, const char *title, const struct xd_menu_item *items, int n,
                  int at, void (*chosen)(struct xd_app *a, int index, const void *tag));
/* The menu that was just opened gets the notes of its items anew with each frame. note: in arena. */
void xd_menu_live(struct xd_app *a, const char *(*note)(const struct xd_app *a, const void *tag,
                                                        struct xd_arena *arena));

/* Asks for a line. accept returns 0, or -errno with a sentence that is shown while the dialog stays; it
 * may open another dialog. tag: a knob that is staged; NULL: something else is asked for. */
void xd_ask_open(struct xd_app *a, const char *title, const char *help, const char *initial,
                 int (*accept)(struct xd_app *a, const char *text, const void *tag,
                               struct xd_err *err),
                 const void *tag);

void xd_plan_open(struct xd_app *a, struct xd_plan *p); /* preview and confirmation; takes p */
void xd_help_open(struct xd_app *a);
void xd_columns_open(struct xd_app *a); /* the columns of the screen */
/* Asks for the parameters of an action, then proposes it. */
void xd_form_open(struct xd_app *a, const struct xd_action *action);

#endif
