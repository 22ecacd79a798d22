/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the diagram of a machine costs, by itself: CPU time to read it (XML of hwloc, or any file
 * that holds a machine), to lay it out, and to draw a frame and send it to a pty that somebody
 * reads, while a person pans through it line by line. Medians.
 *
 *   bench_machine FILE */
#include <string.h>

#include "capture/bundle.h"
#include "terminal.h"
#include "topo/topo.h"
#include "tui/topo/diagram.h"

#define W     132
#define H     43
#define TRIES 15
#define PANS  301

struct frame {
    double canvas_us, term_us;
};

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof(*v), compare);
    return v[n / 2];
}

static struct xd_topo *read_machine(const char *path)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_bundle_found found;
    struct xd_files *files;
    struct xd_topo *t;

    if (xd_bundle_open(path, &files, &found, &err)) {
        fprintf(stderr, "bench_machine: %s\n", xd_err_text(&err));
        exit(1);
    }
    t = xd_topo_read(files);
    xd_files_free(files);
    return t;
}

/* Folded, so that it fits the screen; or all of it, to be panned. */
static struct xd_diagram *layout(const struct xd_topo *t, bool folded)
{
    struct xd_diagram_look look = {.view = XD_DIAGRAM_ALL, .width = W, .height = folded ? H : 0};

    return xd_diagram_new(t, &look);
}

static struct frame frame(struct bench_terminal *b, struct xd_canvas *c, const struct xd_diagram *d,
                          int top)
{
    double start = cpu_us(), drawn;
    struct frame f;
    size_t n;
    const struct xd_diagram_item *items = xd_diagram_items(d, &n);

    xd_canvas_clear(c);
    xd_diagram_draw(d, c, (struct xd_rect){0, 0, W, H}, top, items[(size_t)top % n].thing, NULL,
                    NULL);
    drawn = cpu_us();
    f.canvas_us = drawn - start;
    xd_term_draw(b->term, c);
    f.term_us = cpu_us() - drawn;
    bench_wait(b);
    return f;
}

static void pan(struct bench_terminal *b, const struct xd_topo *t)
{
    struct xd_diagram *d = layout(t, false);
    int lines = xd_diagram_height(d), last = lines > H ? lines - H : 0;
    double canvas[PANS], term[PANS], both[PANS], worst = 0;
    struct xd_canvas c;

    xd_canvas_init(&c, W, H, XD_GLYPHS_BLOCK);
    frame(b, &c, d, 0);
    for (int i = 0; i < PANS; i++) {
        struct frame f = frame(b, &c, d, last ? i % last : 0);

        canvas[i] = f.canvas_us;
        term[i] = f.term_us;
        both[i] = f.canvas_us + f.term_us;
        worst = both[i] > worst ? both[i] : worst;
    }
    dprintf(b->out, "%-44s %8.2f ms\n", "a frame while panning: the canvas",
            median(canvas, PANS) / 1000);
    dprintf(b->out, "%-44s %8.2f ms\n", "  … and the terminal", median(term, PANS) / 1000);
    dprintf(b->out, "%-44s %8.2f ms (at most %.2f ms; %d lines)\n", "  … both",
            median(both, PANS) / 1000, worst / 1000, lines);
    xd_canvas_done(&c);
    xd_diagram_free(d);
}

int main(int argc, char **argv)
{
    double reading[TRIES], folding[TRIES], laying[TRIES], start;
    struct bench_terminal b;
    struct xd_topo *t = NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: bench_machine FILE\n");
        return 2;
    }
    for (int i = 0; i < TRIES; i++) {
        xd_topo_free(t);
        start = cpu_us();
        t = read_machine(argv[1]);
        reading[i] = cpu_us() - start;
        start = cpu_us();
        xd_diagram_free(layout(t, true));
        folding[i] = cpu_us() - start;
        start = cpu_us();
        xd_diagram_free(layout(t, false));
        laying[i] = cpu_us() - start;
    }
    if (bench_open(&b, W, H))
        return 1;
    dprintf(b.out, "%-44s %8.2f ms (%zu things)\n", "reading the file",
            median(reading, TRIES) / 1000, t->n_things);
    dprintf(b.out, "%-44s %8.2f ms\n", "layout, folded until it fits 132x43",
            median(folding, TRIES) / 1000);
    dprintf(b.out, "%-44s %8.2f ms\n", "layout of all of it", median(laying, TRIES) / 1000);
    pan(&b, t);
    xd_term_close(b.term);
    xd_topo_free(t);
    return 0;
}
