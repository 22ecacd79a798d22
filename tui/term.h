/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal: the only code that includes curses.h and writes to the tty. Draws canvases, reads
 * keys, and gives the terminal back on every way out: xd_term_close, fatal signals, exit paths. */
#ifndef XD_TUI_TERM_H
#define XD_TUI_TERM_H

#include "base/err.h"
#include "tui/canvas.h"
#include "tui/key.h"
#include "tui/theme.h"

struct xd_term;

enum xd_color_mode { XD_COLOR_AUTO, XD_COLOR_MONO, XD_COLOR_8, XD_COLOR_16, XD_COLOR_256 };

struct xd_term_config {
    const struct xd_theme *theme;
    enum xd_color_mode color; /* auto: by terminfo; NO_COLOR (set, not empty) means mono */
    bool mouse;
};

/* The glyph tier that this terminal can show: ASCII unless its encoding is UTF-8; never braille by
 * itself; ASCII on TERM=dumb or vt100-like terminals. */
enum xd_glyphs xd_term_glyphs(void);

/* Opens stdin/stdout as a full-screen terminal. -ENOTTY with a sentence; -ENOTSUP for a terminal
 * that can't address its cursor (TERM=dumb), with what to use instead. Blocks SIGWINCH SIGINT
 * SIGTERM SIGHUP SIGTSTP SIGCONT for the process and reads them from xd_term_fd's signalfd, so call
 * it before threads start (they inherit the mask). */
int xd_term_open(const struct xd_term_config *c, struct xd_term **out, struct xd_err *err);
void xd_term_close(struct xd_term *t); /* frees t; NULL allowed */

void xd_term_size(const struct xd_term *t, int *w, int *h);
/* What to poll (POLLIN) besides the session: the terminal, which is "readable" also when output
 * that was held up can go on (xd_term_read takes care of it), and the signals. */
int xd_term_tty_fd(const struct xd_term *t);
int xd_term_signal_fd(const struct xd_term *t);
/* Takes in pending signals: a resize (returned as XD_KEY_RESIZE by xd_term_read), suspend and
 * continue. Returns the number of the signal that asks to end the program, or 0; SIGHUP also when
 * the terminal went away. Ctrl-C and Ctrl-Z are keys; Ctrl-\ is SIGQUIT, which ends a console that
 * answers no more and gives the terminal back. */
int xd_term_signals(struct xd_term *t);
/* The next key, or false if none is waiting. Never blocks (an ESC sequence is given ESCDELAY 25
 * ms). */
bool xd_term_read(struct xd_term *t, struct xd_key *k);
/* False while output is piling up on a slow line: skip this frame. Output never blocks. */
bool xd_term_ready(const struct xd_term *t);
/* Sends what differs from the last frame; one write, no flicker. */
void xd_term_draw(struct xd_term *t, const struct xd_canvas *c);
void xd_term_repaint(struct xd_term *t); /* Ctrl-L: the next draw sends everything */
/* Suspends to the shell as Ctrl-Z does elsewhere, and comes back. */
void xd_term_suspend(struct xd_term *t);
/* Hands the terminal to a child and takes it back: leave, run it, resume. The window may have
 * another size then: xd_term_read gives XD_KEY_RESIZE. */
void xd_term_leave(struct xd_term *t);
void xd_term_resume(struct xd_term *t);
void xd_term_theme(struct xd_term *t, const struct xd_theme *theme); /* takes effect at next draw */
uint64_t xd_term_bytes(const struct xd_term *t); /* written to the terminal so far */

#endif
