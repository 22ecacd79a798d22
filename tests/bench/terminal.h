/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For benchmarks of drawing: a terminal in a pty that somebody reads, and time as this thread
 * spends it. */
#ifndef XD_TESTS_BENCH_TERMINAL_H
#define XD_TESTS_BENCH_TERMINAL_H

#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tui/term.h"

struct bench_terminal {
    struct xd_term *term;
    struct xd_theme theme;
    int master, out; /* out: where standard output went before */
    pthread_t reader;
};

static inline double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static inline void *bench_read_all(void *master)
{
    char buf[65536];

    while (read(*(int *)master, buf, sizeof(buf)) > 0)
        ;
    return NULL;
}

/* b stays where it is until the program ends. */
static inline int bench_open(struct bench_terminal *b, int w, int h)
{
    struct winsize ws = {.ws_row = (unsigned short)h, .ws_col = (unsigned short)w};
    struct xd_term_config config = {.theme = &b->theme};
    struct xd_err err = XD_ERR_INIT;
    int slave;

    setlocale(LC_ALL, "");
    setenv("TERM", "xterm-256color", 1);
    b->out = dup(STDOUT_FILENO);
    if (b->out < 0 || openpty(&b->master, &slave, NULL, NULL, &ws) < 0 || dup2(slave, 0) < 0 ||
        dup2(slave, 1) < 0 || pthread_create(&b->reader, NULL, bench_read_all, &b->master))
        return -1;
    if (xd_theme_load("default", &b->theme, &err) || xd_term_open(&config, &b->term, &err)) {
        fprintf(stderr, "bench: %s\n", err.text);
        return -1;
    }
    return 0;
}

static inline void bench_wait(struct bench_terminal *b)
{
    while (!xd_term_ready(b->term)) {
        struct pollfd p = {.fd = xd_term_tty_fd(b->term), .events = POLLIN};

        poll(&p, 1, 100);
    }
}

#endif
