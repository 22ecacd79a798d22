/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tab on the `:` line. */
#ifndef XD_TUI_COMPLETE_H
#define XD_TUI_COMPLETE_H

#include "tui/app.h"

/* Completes the word before the cursor as far as it is certain; where it isn't, the possible words
 * go into `hint`. */
void xd_complete(const struct xd_app *a, struct xd_line *l, char *hint, size_t size);

/* The same in a field by itself: the name of a row of a table, or of a file. */
void xd_complete_label(const struct xd_app *a, const char *table, struct xd_line *l, char *hint,
                       size_t size);
void xd_complete_file(struct xd_line *l, char *hint, size_t size);

#endif
