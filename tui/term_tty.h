/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line to the terminal, below curses: its modes, bytes in, bytes out. Output never blocks: what
 * the line does not take stays queued, and the console goes on answering. Used by term.c only. */
#ifndef XD_TUI_TERM_TTY_H
#define XD_TUI_TERM_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "base/err.h"
#include "base/str.h"
#include "tui/key.h"

#define XD_TTY_IN_BYTES 1024

struct xd_tty {
    int fd; /* an open file of our own where that is possible, so that O_NONBLOCK is not shared */
    int epoll_fd;          /* readable when there is input, or room for queued output */
    struct termios before; /* the modes as they were found */
    struct termios raw;
    bool hung; /* the terminal went away */
    char in[XD_TTY_IN_BYTES];
    size_t in_len;
    struct xd_buf out; /* queued; out_at of it is written */
    size_t out_at;
    bool wants_room; /* epoll_fd tells of that, too */
    uint64_t bytes;  /* written so far */
};

/* Takes the terminal that stdout is. Changes no mode yet. */
int xd_tty_open(struct xd_tty *t, struct xd_err *err);
void xd_tty_close(struct xd_tty *t);

/* One key at a time, no echo, output as it is sent; and back. Ctrl-C and Ctrl-Z are keys then;
 * Ctrl-\ stays a signal: the way out of a console that answers no more. */
void xd_tty_raw(struct xd_tty *t);
void xd_tty_restore(struct xd_tty *t);

/* False if the terminal doesn't say. */
bool xd_tty_size(const struct xd_tty *t, int *w, int *h);

void xd_tty_send(struct xd_tty *t, const char *bytes, size_t n);
/* Sends what is queued as far as the line takes it; true if nothing is left. */
bool xd_tty_flush(struct xd_tty *t);
/* The same, waiting for at most `ms`; then gives the rest up. */
void xd_tty_drain(struct xd_tty *t, int ms);
/* True if a frame can be sent without waiting. Where it is false, epoll_fd tells when to ask again.
 */
bool xd_tty_ready(struct xd_tty *t);

/* The next key; false: none. Waits at most 25 ms, and only for the rest of an ESC sequence. */
bool xd_tty_read(struct xd_tty *t, const struct xd_key_seq *own, struct xd_key *k);

#endif
