/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where curses writes: a pipe that ends in this process, so that a frame can be counted, sent in
 * one piece and held back. A pipe, as curses writes hundreds of small pieces and nothing takes
 * those faster. Used by term.c only. */
#ifndef XD_TUI_TERM_SINK_H
#define XD_TUI_TERM_SINK_H

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct xd_sink {
    FILE *in; /* for newterm */
    int out;
    size_t room; /* bytes it holds; what comes beyond them is lost: take them out in time */
};

int xd_sink_open(struct xd_sink *s, struct xd_err *err);
void xd_sink_close(struct xd_sink *s);
/* Adds what has been written to buf and empties the pipe. */
void xd_sink_take(struct xd_sink *s, struct xd_buf *buf);

#endif
