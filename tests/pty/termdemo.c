/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small program on the terminal code alone: shows its size, the last key, a table of glyphs and
 * a pattern, and dies in the way that a key names. What breaks here is not the console's fault.
 *   termdemo [THEME]
 *     q quit   s segfault   t the same in a thread   a abort   o stack overflow   x exit(3)
 *     c a child ends by exit()   C-z suspend   C-l repaint   m show or hide the cursor
 *     r scribble something else over the picture
 * Each frame is written to the file that DEMO_DUMP names, as text. */
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui/term.h"

struct demo {
    struct xd_term *term;
    struct xd_canvas canvas;
    char key[64];
    unsigned scribble; /* a seed; 0: nothing */
    bool cursor;
};

/* Words of all widths at places that cut each other, over the picture or over nothing. */
static void scribble(struct xd_canvas *c, unsigned seed)
{
    static const char *const words[] = {"漢字", "plain", "e\u0301", "字", "│",
                                        "",     "é漢b",  "…",       "▅▆▇"};

    if (seed % 3 == 0)
        xd_canvas_clear(c);
    for (int i = 0; i < 120; i++) {
        const char *word = words[(size_t)rand_r(&seed) % (sizeof(words) / sizeof(words[0]))];
        int x = rand_r(&seed) % (c->w + 8) - 4, y = rand_r(&seed) % (c->h + 2) - 1;
        enum xd_role_style s = (enum xd_role_style)(rand_r(&seed) % XD_S_COUNT);

        if (rand_r(&seed) % 4)
            xd_canvas_text(c, x, y, s, word);
        else
            xd_canvas_field(c, x, y, rand_r(&seed) % 30, rand_r(&seed) % 2, s, word);
    }
    xd_canvas_vline(c, c->w - 1, 0, c->h, XD_S_BORDER); /* libvterm loses marks there */
}

static void dump(const struct xd_canvas *c)
{
    const char *path = getenv("DEMO_DUMP");
    struct xd_buf b = XD_BUF_INIT;
    FILE *f = path ? fopen(path, "w") : NULL;

    if (!f)
        return;
    xd_canvas_dump(c, &b);
    fputs(xd_buf_str(&b), f);
    fclose(f);
    xd_buf_done(&b);
}

static void draw(struct demo *d)
{
    static const double wave[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    struct xd_canvas *c = &d->canvas;
    int w, h, x;

    xd_term_size(d->term, &w, &h);
    if (w != c->w || h != c->h)
        xd_canvas_resize(c, w, h);
    xd_canvas_clear(c);
    xd_canvas_box(c, (struct xd_rect){0, 0, w, h}, XD_S_BORDER, "termdemo");
    xd_canvas_printf(c, 2, 1, XD_S_NORMAL, "size %dx%d", w, h);
    for (int s = 0; s < XD_S_COUNT; s++)
        xd_canvas_text(c, 2 + 14 * (s % 5), 3 + s / 5, (enum xd_role_style)s,
                       xd_theme_role((enum xd_role_style)s));
    xd_canvas_gauge(c, 2, 9, 20, 0.37, XD_S_BAR);
    xd_canvas_spark(c, 24, 9, 17, wave, 17, 8, XD_S_BAR);
    xd_canvas_text(c, 44, 9, XD_S_NORMAL, "wide 漢字 e\u0301 → × ·");
    for (int y = 11; y < h - 1; y++)
        for (x = 2; x < w - 2; x++)
            xd_canvas_printf(c, x, y, XD_S_DIM, "%c", 'a' + (x + y) % 26);
    if (d->scribble)
        scribble(c, d->scribble);
    x = 2 + xd_canvas_printf(c, 2, 2, XD_S_NORMAL, "key <%s>", d->key);
    if (d->scribble)
        xd_canvas_printf(c, x, 2, XD_S_NORMAL, " frame %u.", d->scribble);
    if (d->cursor) {
        c->cursor_x = 6;
        c->cursor_y = 2;
    }
    dump(c);
    xd_term_draw(d->term, c);
}

__attribute__((no_sanitize("undefined"))) static void *crash(void *arg)
{
    volatile int *nowhere = arg;

    *nowhere = 1;
    return NULL;
}

static int overflow(volatile char *above)
{
    volatile char here[4096];

    here[0] = *above;
    return here[0] ? overflow(here) + here[0] : 0;
}

static void die(int how)
{
    volatile char c = 1;
    pthread_t t;

    switch (how) {
    case 's':
        crash(NULL);
        break;
    case 'a':
        abort();
    case 'o':
        overflow(&c);
        break;
    case 'x':
        exit(3);
    case 't':
        pthread_create(&t, NULL, crash, NULL);
        pthread_join(t, NULL);
        break;
    case 'c':
        if (fork() == 0)
            exit(0);
        wait(NULL);
        break;
    }
}

/* True: go on. */
static bool on_key(struct demo *d, const struct xd_key *k)
{
    if (k->code == XD_KEY_RESIZE)
        return true;
    xd_key_name(k->code, d->key);
    if (k->x >= 0)
        snprintf(d->key + strlen(d->key), 32, " %d,%d", k->x, k->y);
    if (k->code == 'm')
        d->cursor = !d->cursor;
    else if (k->code == 'r')
        d->scribble++;
    else if (k->code == (XD_KEY_CTRL | 'z'))
        xd_term_suspend(d->term);
    else if (k->code == (XD_KEY_CTRL | 'l'))
        xd_term_repaint(d->term);
    else
        die((int)k->code);
    return k->code != 'q';
}

static int loop(struct demo *d)
{
    struct pollfd fds[] = {{.fd = xd_term_tty_fd(d->term), .events = POLLIN},
                           {.fd = xd_term_signal_fd(d->term), .events = POLLIN}};
    struct xd_key k;

    for (;;) {
        int sig;

        if (xd_term_ready(d->term))
            draw(d);
        poll(fds, 2, 1000);
        sig = fds[1].revents ? xd_term_signals(d->term) : 0;
        if (sig)
            return 128 + sig;
        while (xd_term_read(d->term, &k))
            if (!on_key(d, &k))
                return 0;
    }
}

int main(int argc, char **argv)
{
    struct xd_term_config config = {.mouse = getenv("DEMO_MOUSE") != NULL};
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme theme;
    struct demo d = {.key = ""};
    int status;

    setlocale(LC_ALL, "");
    config.theme = &theme;
    if (xd_theme_load(argc > 1 ? argv[1] : "default", &theme, &err) ||
        xd_term_open(&config, &d.term, &err)) {
        fprintf(stderr, "termdemo: %s\n", err.text);
        return 1;
    }
    xd_canvas_init(&d.canvas, 0, 0, xd_term_glyphs());
    status = loop(&d);
    xd_term_close(d.term);
    xd_canvas_done(&d.canvas);
    printf("termdemo ends with %d\n", status);
    return status;
}
