/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of tui/term by way of termdemo: it in a pty, and that the terminal is given back. */
#ifndef TEST_TERM_HELP_H
#define TEST_TERM_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include "pty.h"

#define N(a)  (sizeof(a) / sizeof((a)[0]))
#define LIMIT 20000 /* ms; a sanitizer on a busy machine is slow */

static const char *const terms[] = {"xterm-256color", "xterm", "screen-256color", "tmux-256color",
                                    "rxvt",           "linux", "vt100",           "vt220"};

/* Sanitizers take deadly signals for themselves; here they are to be deadly. */
#define NO_HANDLERS                                                                                \
    "ASAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:"   \
    "use_sigaltstack=0:detect_leaks=0",                                                            \
        "TSAN_OPTIONS=handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:"               \
        "handle_sigill=0:use_sigaltstack=0:report_thread_leaks=0"

static inline struct xd_pty *start_with(const char *term, int w, int h, const char *const *argv,
                                        const char *const *env)
{
    const struct xd_pty_config c = {.argv = argv, .term = term, .w = w, .h = h, .env = env};
    struct xd_err err = XD_ERR_INIT;
    struct xd_pty *p = NULL;

    if (xd_pty_start(&c, &p, &err))
        fail_msg("%s", err.text);
    return p;
}

static inline struct xd_pty *start(const char *term, int w, int h)
{
    static const char *const argv[] = {TERMDEMO, NULL};
    static const char *const env[] = {NO_HANDLERS, NULL};

    return start_with(term, w, h, argv, env);
}

static inline void fail_with_screen(struct xd_pty *p, const char *what)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_pty_screen(p, &b);
    fail_msg("%s; the screen:\n%s", what, xd_buf_str(&b));
}

static inline void wait_for(struct xd_pty *p, const char *text)
{
    if (!xd_pty_wait(p, text, LIMIT))
        fail_with_screen(p, text);
}

static inline void press(struct xd_pty *p, const char *key)
{
    assert_true(xd_pty_key(p, key));
}

/* The screen is back, the cursor visible, colours plain, the modes as they were. */
static inline void assert_given_back(struct xd_pty *p)
{
    assert_true(xd_pty_modes_restored(p));
    assert_false(xd_pty_second_screen(p));
    assert_true(xd_pty_cursor_shown(p));
    assert_false(xd_pty_mouse(p));
}

static inline void assert_exits(struct xd_pty *p, int status)
{
    int got = xd_pty_wait_exit(p, LIMIT);

    if (got == -1)
        fail_with_screen(p, "it does not end");
    assert_true(WIFEXITED(got));
    assert_int_equal(WEXITSTATUS(got), status);
    assert_given_back(p);
}

#endif
