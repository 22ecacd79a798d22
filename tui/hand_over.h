/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal given to another program, and taken back. */
#ifndef XD_TUI_HAND_OVER_H
#define XD_TUI_HAND_OVER_H

#include "tui/app.h"
#include "tui/term.h"

/* Leaves the full screen, runs the program (words divided by blanks) in the foreground until it
 * ends, and comes back. The session is served meanwhile. Says in the status line how it ended.
 * Returns a signal that asked the console itself to end, or 0. */
int xd_hand_over(struct xd_app *a, struct xd_term *t, const char *line);

#endif
