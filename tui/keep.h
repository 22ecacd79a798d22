/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the console's state is kept in the settings file, and brought back from it. */
#ifndef XD_TUI_KEEP_H
#define XD_TUI_KEEP_H

#include "tui/app.h"
#include "tui/settings.h"

/* Takes over settings (which may be NULL: nothing is kept) and brings back what they say. Where
 * theme or interval were given on the command line, theirs are left alone. What can't be used is
 * told in the log with its place in the file. */
void xd_keep_begin(struct xd_app *a, struct xd_settings *settings, bool theme_given,
                   bool interval_given);
/* The same for a screen that came later; called when it is made. */
void xd_keep_recall_screen(struct xd_app *a, struct xd_screen *s);
/* Looks what changed since the last time; it is written a moment later. */
void xd_keep_note(struct xd_app *a);
/* Writes what is due; with `now` at once. */
void xd_keep_save(struct xd_app *a, bool now);
void xd_keep_end(struct xd_app *a); /* saves and frees */

#endif
