/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What drawing costs at 200x60, by itself: CPU time of the drawing thread to put a table of 60
 * domains onto a canvas and to send it to a pty that somebody reads, and the bytes of it. Medians.
 */
#include "terminal.h"

#define W      200
#define H      60
#define FRAMES 201
#define SPARK  60

enum what { NOTHING_NEW, SOME_NEW, ALL_NEW, REPAINT, CASES };

struct cost {
    double canvas_us, term_us;
    uint64_t bytes;
};

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

static struct cost one(struct bench_terminal *b, struct xd_canvas *c, enum what what,
                       unsigned *seed)
{
    struct xd_term *t = b->term;
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
    bench_wait(b);
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
    struct cost costs[CASES][FRAMES];
    struct bench_terminal b;
    struct xd_canvas c;
    unsigned seed = 1;

    if (bench_open(&b, W, H))
        return 1;
    xd_canvas_init(&c, W, H, XD_GLYPHS_BLOCK);
    for (int what = 0; what < CASES; what++) {
        one(&b, &c, NOTHING_NEW, &seed);
        for (int i = 0; i < FRAMES; i++)
            costs[what][i] = one(&b, &c, (enum what)what, &seed);
        qsort(costs[what], FRAMES, sizeof(costs[what][0]), compare);
    }
    xd_term_close(b.term);
    dprintf(b.out, "%-28s %10s %10s %10s\n", "drawing at 200x60", "canvas", "terminal", "bytes");
    for (int what = 0; what < CASES; what++) {
        const struct cost *m = &costs[what][FRAMES / 2];

        dprintf(b.out, "%-28s %7.2f ms %7.2f ms %10lu\n", names[what], m->canvas_us / 1000,
                m->term_us / 1000, (unsigned long)m->bytes);
    }
    xd_canvas_done(&c);
    return 0;
}
