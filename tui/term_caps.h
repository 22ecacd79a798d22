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

bool xd_caps_has(const char *name);   /* a string capability */
int xd_caps_colors(void);             /* -1 or 0: none */
int xd_caps_number(const char *name); /* -1: it hasn't got that */
bool xd_caps_flag(const char *name);
bool xd_caps_is(const char *name, const char *text); /* but for paddings */
void xd_caps_add(struct xd_buf *out,
                 const char *name); /* without its paddings; "" if it has none */
/* The parameters of SGR in what "setaf" or "setab" says for a colour; "": it isn't SGR. */
void xd_caps_color(const char *name, int color, char *out, size_t size);
/* Those of four bits that stand for attributes which this terminal can't show in colour. */
unsigned xd_caps_not_with_colors(unsigned bold, unsigned dim, unsigned underline, unsigned reverse);
const char *xd_caps_palette_reset(void); /* NULL: has none */

/* Sequences of this terminal's keys, which may differ from those that all terminals send. They live
 * as long as curses has the terminal open. */
#define XD_CAPS_KEYS 32
void xd_caps_keys(struct xd_key_seq out[XD_CAPS_KEYS]);

/* The bytes that give the terminal back: plain attributes, a cursor, the first screen (where there
 * is no second one: a fresh line below the h lines of this one). */
void xd_caps_restore(struct xd_buf *out, bool colors, int h);

#endif
