/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What terminfo knows of the terminal, for term.c. All but xd_caps_check speak of the terminal that
 * curses has open. */
#ifndef XD_TUI_TERM_CAPS_H
#define XD_TUI_TERM_CAPS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "tui/key.h"

/* Whether a console can be drawn on stdin and stdout: -ENOTTY or -ENOTSUP, with what to do. */
int xd_caps_check(struct xd_err *err);

bool xd_caps_has(const char *name);      /* a string capability */
int xd_caps_colors(void);                /* -1 or 0: none */
const char *xd_caps_palette_reset(void); /* NULL: has none */

/* Sequences of this terminal's keys, which may differ from those that all terminals send. They live
 * as long as curses has the terminal open. */
#define XD_CAPS_KEYS 32
void xd_caps_keys(struct xd_key_seq out[XD_CAPS_KEYS]);

/* The bytes that give the terminal back: plain attributes, a cursor, the first screen (where there
 * is no second one: a fresh line below the h lines of this one). */
void xd_caps_restore(struct xd_buf *out, bool colors, int h);

#endif
