/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The full-screen console, as main.c starts it. */
#ifndef XD_TUI_CONSOLE_H
#define XD_TUI_CONSOLE_H

#include "cmd/cli.h"

/* Everything the console can do, with its keys. */
extern const struct xd_command xd_console_commands[];

/* Opens the host and the terminal as the options say, runs until it is quit, and gives the terminal
 * back. Returns an exit status. */
int xd_console_run(struct xd_cli *cli, struct xd_err *err);

/* For struct xd_cli: draw and colours. */
int xd_console_draw(const struct xd_topo *t, const struct xd_cli_picture *p, struct xd_buf *out,
                    struct xd_err *err);
int xd_console_colours(struct xd_cli *cli, struct xd_topo_style *style, struct xd_err *err);

#endif
