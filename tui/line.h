/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line being typed: editing keys as in a shell, history, and the part that a `/` filter, a `:`
 * command or a value in a dialog share. */
#ifndef XD_TUI_LINE_H
#define XD_TUI_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"
#include "tui/key.h"

#define XD_LINE_BYTES 512
#define XD_LINE_PAST  64

struct xd_line {
    char text[XD_LINE_BYTES];
    size_t len, at; /* bytes; `at` is the cursor, always between characters */
    int past;       /* how far up in the history */
};

struct xd_line_history {
    char *lines[XD_LINE_PAST]; /* newest first */
    int n;
};

void xd_line_set(struct xd_line *l, const char *text);
void xd_line_insert(struct xd_line *l, const char *text); /* what doesn't fit is left out */
/* True if the key was an editing key (printable, arrows, C-a C-e C-k C-u C-w, Backspace, …). h may
 * be NULL. */
bool xd_line_key(struct xd_line *l, const struct xd_key *k, const struct xd_line_history *h);
/* Draws "PREFIX text" in w cells, scrolled so that the cursor shows, and puts the cursor there. */
void xd_line_draw(const struct xd_line *l, struct xd_canvas *c, int x, int y, int w,
                  const char *prefix);

void xd_line_remember(struct xd_line_history *h, const char *text);
void xd_line_forget(struct xd_line_history *h);

#endif
