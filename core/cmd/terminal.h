/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions that give the terminal to another program, as `xl console` is one. */
#ifndef XD_CMD_TERMINAL_H
#define XD_CMD_TERMINAL_H

#include "engine/world.h"

#define XD_TERMINAL_WORDS 16

/* The action's program for a row, with its {COLUMN}s put in: "xl console 5". -ENODATA where one of
 * them is unknown. */
int xd_terminal_line(const struct xd_action *action, const struct xd_table_desc *d,
                     const struct xd_row *row, struct xd_buf *out, struct xd_err *err);
/* Cuts it into words at its blanks, in place; argv[XD_TERMINAL_WORDS] ends with NULL. No shell sees
 * them. Returns how many. */
int xd_terminal_split(char *line, char **argv);

#endif
