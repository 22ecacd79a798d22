/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console's loop: one poll over the terminal, the signals and the session. A frame is drawn
 * only when something changed, and never while the last one is still on its way over a slow line.
 */
#include "tui/console.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "budgets/inlet.h"
#include "tui/app.h"
#include "tui/budgets/screen.h"
#include "tui/hand_over.h"
#include "tui/keep.h"
#include "tui/term.h"

#define SLOW_LINE_MS 50 /* how soon to try again while output is piling up */
/* How long news of the host waits for more: sources tell of the same moment one after the other,
 * and each of these would be a frame of its own. No key waits. */
#define GATHER_NS (60 * XD_NS_PER_MS)

struct console {
    struct xd_cli *cli;
    struct xd_app app;
    struct xd_term *term;
    struct xd_canvas canvas;
    struct xd_inlet *inlet; /* NULL: it carries out no policy */
    bool dirty;
    int64_t news_ns; /* since when the host's news waits to be drawn; 0: none does */
    int signal;      /* that ended it; 0: none */
};

static int read_glyphs(struct xd_cli *cli, enum xd_glyphs *out, struct xd_err *err)
{
    static const char *const names[] = {"ascii", "block", "braille", "auto", NULL};
    int i = XD_GLYPHS_ASCII, rc = 0;

    if (!xd_cli_option(cli, "ascii"))
        rc = xd_cli_choice(cli, "glyphs", names, "auto, ascii, block or braille", &i, err);
    *out = i < 0 || i > XD_GLYPHS_BRAILLE ? xd_term_glyphs() : (enum xd_glyphs)i;
    return rc;
}

static int read_color(struct xd_cli *cli, enum xd_color_mode *out, struct xd_err *err)
{
    static const char *const names[] = {"auto", "mono", "8", "16", "256", NULL};
    int i;
    int rc = xd_cli_choice(cli, "color", names, "auto, 256, 16, 8 or mono", &i, err);

    *out = i < 0 ? XD_COLOR_AUTO : (enum xd_color_mode)i;
    return rc;
}

static void draw(struct console *c)
{
    int w, h;

    xd_term_size(c->term, &w, &h);
    if (w != c->canvas.w || h != c->canvas.h) {
        xd_canvas_resize(&c->canvas, w, h);
        xd_app_resize(&c->app, w, h);
    }
    xd_app_draw(&c->app, &c->canvas);
    xd_term_draw(c->term, &c->canvas);
    c->dirty = false;
    c->news_ns = 0;
}

/* What the last commands asked of the terminal. */
static void obey(struct console *c)
{
    struct xd_app *a = &c->app;

    if (a->theme_changed)
        xd_term_theme(c->term, &a->theme);
    if (a->repaint)
        xd_term_repaint(c->term);
    a->theme_changed = a->repaint = false;
    if (a->suspend) {
        a->suspend = false;
        xd_term_suspend(c->term);
        c->dirty = true;
    }
    if (a->hand_over) {
        char *line = a->hand_over;
        a->hand_over = NULL;
        c->signal = xd_hand_over(a, c->term, line);
        free(line);
        c->dirty = true;
    }
}

/* How long the host's news may wait for more of it; -1: there is none. */
static int gather_ms(const struct console *c)
{
    int64_t left = c->news_ns + GATHER_NS - xd_clock_now(&c->cli->clock);

    if (!c->news_ns)
        return -1;
    return left > 0 ? (int)((left + XD_NS_PER_MS - 1) / XD_NS_PER_MS) : 0;
}

static void wait_and_dispatch(struct console *c, struct xd_session *s)
{
    struct pollfd fds[] = {
        {.fd = xd_term_tty_fd(c->term), .events = POLLIN},
        {.fd = xd_term_signal_fd(c->term), .events = POLLIN},
        {.fd = xd_session_fd(s), .events = POLLIN},
    };
    struct xd_key k;
    int timeout = xd_clock_sooner_ms(xd_session_timeout_ms(s), xd_app_timeout_ms(&c->app));

    if (c->dirty) /* a frame waits for a slow line */
        timeout = xd_clock_sooner_ms(timeout, SLOW_LINE_MS);
    timeout = xd_clock_sooner_ms(timeout, gather_ms(c));
    if (poll(fds, 3, timeout) == 0 && c->app.keep_until_ns)
        c->dirty = true; /* the countdown */
    if (fds[0].revents & (POLLHUP | POLLERR))
        c->signal = SIGHUP;
    if (fds[1].revents)
        c->signal = xd_term_signals(c->term);
    if (xd_session_dispatch(s) && !c->news_ns)
        c->news_ns = xd_clock_now(&c->cli->clock);
    xd_app_update(&c->app);
    c->dirty |= c->app.news || gather_ms(c) == 0;
    c->app.news = false;
    while (xd_term_read(c->term, &k)) {
        xd_app_key(&c->app, &k);
        c->dirty = true;
        if (c->app.hand_over) /* what is typed from here on is for the other program */
            break;
    }
    obey(c);
}

static int run(struct console *c, struct xd_session *s)
{
    obey(c); /* a theme that the settings chose */
    while (!c->app.quit && !c->signal) {
        if (c->dirty && xd_term_ready(c->term))
            draw(c);
        wait_and_dispatch(c, s);
    }
    return c->signal ? 128 + c->signal : XD_EXIT_DONE;
}

/* What was kept the last time. A file that can't be read is told of, and left alone. */
static void use_settings(struct console *c)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_settings *s = NULL;
    char path[PATH_MAX];

    if (xd_cli_option(c->cli, "no-settings") || !*xd_settings_path(path, sizeof(path)))
        return;
    if (xd_settings_open(path, &s, &err) < 0) {
        xd_log_write(c->cli->log, XD_LOG_WARN, "settings", "%s", xd_err_text(&err));
        xd_app_say(&c->app, XD_S_WARN, "Settings: %s", xd_err_text(&err));
        xd_settings_free(s);
        return;
    }
    xd_keep_begin(&c->app, s, xd_cli_option(c->cli, "theme") != NULL,
                  xd_cli_option(c->cli, "interval") != NULL);
}

/* What a console that may edit can carry out by itself. */
static void bring_inlet(struct console *c, struct xd_session_config *sc,
                        struct xd_companion *companion)
{
    if (sc->readonly ||
        (sc->host && (xd_str_starts(sc->host, "capture:") || xd_str_starts(sc->host, "topo:"))))
        return;
    c->inlet = xd_inlet_new();
    *companion = xd_inlet_companion(c->inlet);
    sc->companions = companion;
    sc->n_companions = 1;
}

/* --policy */
static int begin_policy(struct console *c, struct xd_err *err)
{
    const char *name = xd_cli_option(c->cli, "policy");

    if (!name)
        return 0;
    if (!c->inlet)
        return xd_err_set(err, -EROFS, "--policy: this console only looks at its host");
    return xd_policy_start(&c->app, name, err);
}

int xd_console_run(struct xd_cli *cli, struct xd_err *err)
{
    struct console c = {.cli = cli, .dirty = true};
    struct xd_term_config tc = {.mouse = xd_cli_option(cli, "mouse") != NULL};
    struct xd_session_config sc;
    struct xd_companion companion;
    struct xd_session *s = NULL;
    struct xd_theme theme;
    enum xd_glyphs glyphs;
    const char *name = xd_cli_option(cli, "theme");
    int status = XD_EXIT_USAGE, w, h;

    tc.theme = &theme;
    if (xd_cli_session_config(cli, &sc, err) < 0 || read_glyphs(cli, &glyphs, err) < 0 ||
        read_color(cli, &tc.color, err) < 0 ||
        xd_theme_load(name ? name : "default", &theme, err) < 0)
        return status;
    sc.tells = true;
    /* The terminal first: the session's threads inherit its signal mask. */
    if (xd_term_open(&tc, &c.term, err) < 0)
        return status;
    status = XD_EXIT_NO_SOURCE;
    bring_inlet(&c, &sc, &companion);
    if (xd_session_open(&sc, &s, err) < 0)
        goto out;
    if (xd_app_init(&c.app, s, &theme, glyphs, err) == 0) {
        c.app.inlet = c.inlet;
        use_settings(&c);
        xd_term_size(c.term, &w, &h);
        xd_canvas_init(&c.canvas, w, h, glyphs);
        xd_app_resize(&c.app, w, h);
        status = begin_policy(&c, err) < 0 ? xd_cli_status_of(err->code) : run(&c, s);
        xd_canvas_done(&c.canvas);
    }
    xd_app_done(&c.app);
out:
    xd_term_close(c.term);
    xd_session_close(s);
    xd_inlet_free(c.inlet);
    return status;
}
