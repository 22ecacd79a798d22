/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals of a full-screen program: those that are read (a resize, the wish to end), the stop and
 * the continuation, and the deadly ones, on which the terminal is given back. Used by term.c. */
#ifndef XD_TUI_TERM_SIGNAL_H
#define XD_TUI_TERM_SIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "base/err.h"

/* --- signals that are read --- */

struct xd_signals {
    int fd;          /* a signalfd */
    sigset_t before; /* the mask as it was */
};

/* Blocks them for this thread and those it starts. */
int xd_signals_open(struct xd_signals *s, struct xd_err *err);
void xd_signals_close(struct xd_signals *s);
/* The next one that came, or 0. */
int xd_signals_next(struct xd_signals *s);
/* Stops this process as the shell's Ctrl-Z would, and returns when it is continued. Where no shell
 * could continue it the kernel does not stop it. */
void xd_signals_stop(void);

/* --- deadly ones --- */

/* From here to xd_fatal_disarm, a deadly signal or an exit() sends `bytes` to the terminal and sets
 * its modes back first. The bytes are copied, at most XD_FATAL_BYTES. */
#define XD_FATAL_BYTES 512
void xd_fatal_arm(int fd, const struct termios *modes, const char *bytes, size_t n);
void xd_fatal_disarm(void);

#endif
