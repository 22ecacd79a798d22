/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program in a terminal that we hold: it runs in a pty, libvterm plays the terminal, tests type
 * keys and read the screen. Every wait ends at a time limit and takes in what the program sends. */
#ifndef XD_TESTS_PTY_H
#define XD_TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct xd_pty;

struct xd_pty_config {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    const char *term;        /* TERM */
    int w, h;
    /* "NAME=value" sets, "NAME" unsets; NULL-terminated or NULL. LC_ALL is C.UTF-8 unless said. */
    const char *const *env;
};

int xd_pty_start(const struct xd_pty_config *c, struct xd_pty **out, struct xd_err *err);
/* Kills the program if it still runs and frees all. NULL allowed. */
void xd_pty_free(struct xd_pty *p);

/* --- to the program --- */

void xd_pty_send(struct xd_pty *p, const char *bytes, size_t n);
void xd_pty_type(struct xd_pty *p, const char *text);
/* A key by its name ("F5", "C-l", "Up"), as an xterm in its present modes sends it. False: no such
 * key. */
bool xd_pty_key(struct xd_pty *p, const char *name);
void xd_pty_resize(struct xd_pty *p, int w, int h); /* the program gets SIGWINCH */
void xd_pty_signal(struct xd_pty *p, int sig);
void xd_pty_hangup(struct xd_pty *p); /* the terminal goes away */
/* From now on the terminal takes at most n bytes at once, so that sequences come in pieces. */
void xd_pty_pieces(struct xd_pty *p, size_t n);

/* --- from the program --- */

/* Takes in what comes for ms milliseconds. */
void xd_pty_pump(struct xd_pty *p, int ms);
/* Until the screen shows the text within one line, or until it shows it no more; false: time is up,
 * or the program ended first. */
bool xd_pty_wait(struct xd_pty *p, const char *text, int ms);
bool xd_pty_wait_gone(struct xd_pty *p, const char *text, int ms);
/* Until nothing has come for quiet_ms; at most ms. */
bool xd_pty_wait_quiet(struct xd_pty *p, int quiet_ms, int ms);
/* Until the program has ended: its status as of waitpid, or -1 when time is up. */
int xd_pty_wait_exit(struct xd_pty *p, int ms);
/* Until the program is stopped (SIGTSTP and the like). */
bool xd_pty_wait_stopped(struct xd_pty *p, int ms);

/* The screen as text, h lines without trailing blanks. */
void xd_pty_screen(struct xd_pty *p, struct xd_buf *out);
bool xd_pty_shows(struct xd_pty *p, const char *text);
/* Where the text stands; false: nowhere. x counts cells. */
bool xd_pty_find(struct xd_pty *p, const char *text, int *x, int *y);
struct xd_pty_look {
    bool bold, underline, reverse, colored;
};
struct xd_pty_look xd_pty_look(struct xd_pty *p, int x, int y);
bool xd_pty_second_screen(struct xd_pty *p); /* is it on the alternate screen? */
bool xd_pty_cursor_shown(struct xd_pty *p);
bool xd_pty_mouse(struct xd_pty *p);
bool xd_pty_modes_restored(struct xd_pty *p); /* termios as before the start */

/* All bytes that came so far, and marks in them. */
const struct xd_buf *xd_pty_log(const struct xd_pty *p);
bool xd_pty_sent(const struct xd_pty *p, const char *bytes);

int xd_pty_pid(const struct xd_pty *p);
double xd_pty_now_ms(void);

#endif
