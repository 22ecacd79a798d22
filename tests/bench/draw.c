/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What drawing costs at 200x60, by itself: CPU time of the drawing thread to put a table of 60
 * domains onto a canvas and to send it to a pty that somebody reads, and the bytes of it. Medians.
 */
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tui/term.h"

#define W      200
#define H      60
#define FRAMES 201
#define SPARK  60

enum what { NOTHING_NEW, SOME_NEW, ALL_NEW, REPAINT, CASES };

struct cost {
    double canvas_us, term_us;
    uint64_t bytes;
};

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void *read_all(void *master)
{
    char buf[65536];

    while (read(*(int *)master, buf, sizeof(buf)) > 0)
        ;
    return NULL;
}

/* A table with a spark line; `fresh` of its ten columns of numbers, or the spark line, change. */
static void draw(struct xd_canvas *c, int fresh, bool spark, unsigned *seed)
{
    static double values[H][SPARK];

    xd_canvas_clear(c);
    for (int y = 0; y < H; y++) {
        enum xd_role_style s = y % 7 ? XD_S_NORMAL : XD_S_DIM;

        xd_canvas_field(c, 0, y, 20, false, s, "web-server-name");
        for (int i = 0; i < 10; i++) {
            char text[32];

            snprintf(text, sizeof(text), "%d.%d", i < fresh ? rand_r(seed) % 1000 : 100 + y, i);
            xd_canvas_field(c, 20 + 11 * i, y, 10, true, s, text);
        }
        for (int i = 0; spark && i < SPARK; i++)
            values[y][i] = rand_r(seed) % 100;
        xd_canvas_spark(c, 135, y, SPARK, values[y], SPARK, 100, XD_S_BAR);
    }
}

static void wait_ready(struct xd_term *t)
{
    while (!xd_term_ready(t)) {
        struct pollfd p = {.fd = xd_term_tty_fd(t), .events = POLLIN};

        poll(&p, 1, 100);
    }
}

static struct cost one(struct xd_term *t, struct xd_canvas *c, enum what what, unsigned *seed)
{
    uint64_t bytes = xd_term_bytes(t);
    double start = cpu_us(), drawn, before;

    draw(c, what == ALL_NEW ? 10 : what == SOME_NEW ? 2 : 0, what == ALL_NEW, seed);
    drawn = cpu_us();
    if (what == REPAINT)
        xd_term_repaint(t);
    before = cpu_us();
    xd_term_draw(t, c);
    start = drawn - start;
    drawn = cpu_us() - before;
    wait_ready(t);
    return (struct cost){start, drawn, xd_term_bytes(t) - bytes};
}

static int compare(const void *a, const void *b)
{
    const struct cost *x = a, *y = b;
    double dx = x->canvas_us + x->term_us, dy = y->canvas_us + y->term_us;

    return (dx > dy) - (dx < dy);
}

int main(void)
{
    static const char *const names[CASES] = {"nothing new", "2 columns of 10 new",
                                             "every number new", "all painted again"};
    struct winsize ws = {.ws_row = H, .ws_col = W};
    struct xd_term_config config = {0};
    struct xd_err err = XD_ERR_INIT;
    int master, slave, out = dup(STDOUT_FILENO);
    struct cost costs[CASES][FRAMES];
    struct xd_theme theme;
    struct xd_canvas c;
    struct xd_term *t;
    unsigned seed = 1;
    pthread_t reader;

    setlocale(LC_ALL, "");
    setenv("TERM", "xterm-256color", 1);
    config.theme = &theme;
    if (out < 0 || openpty(&master, &slave, NULL, NULL, &ws) < 0 || dup2(slave, 0) < 0 ||
        dup2(slave, 1) < 0 || pthread_create(&reader, NULL, read_all, &master))
        return 1;
    if (xd_theme_load("default", &theme, &err) || xd_term_open(&config, &t, &err)) {
        fprintf(stderr, "draw: %s\n", err.text);
        return 1;
    }
    xd_canvas_init(&c, W, H, XD_GLYPHS_BLOCK);
    for (int what = 0; what < CASES; what++) {
        one(t, &c, NOTHING_NEW, &seed);
        for (int i = 0; i < FRAMES; i++)
            costs[what][i] = one(t, &c, (enum what)what, &seed);
        qsort(costs[what], FRAMES, sizeof(costs[what][0]), compare);
    }
    xd_term_close(t);
    dprintf(out, "%-28s %10s %10s %10s\n", "drawing at 200x60", "canvas", "terminal", "bytes");
    for (int what = 0; what < CASES; what++) {
        const struct cost *m = &costs[what][FRAMES / 2];

        dprintf(out, "%-28s %7.2f ms %7.2f ms %10lu\n", names[what], m->canvas_us / 1000,
                m->term_us / 1000, (unsigned long)m->bytes);
    }
    xd_canvas_done(&c);
    return 0;
}
