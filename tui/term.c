/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal, by way of curses: the only file that includes curses.h. curses works out what to
 * send, but sends nothing: it writes into a pipe (term_sink.c), whose bytes go to the terminal in
 * one piece, are counted, and wait where the line is slow. Modes, input and signals are ours
 * (term_tty.c, term_signal.c), so curses' own ideas of them are switched off. */
#include "tui/term.h"

#define NCURSES_NOMACROS
#include <curses.h>

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/arena.h"
#include "base/late.h"
#include "tui/term_caps.h"
#include "tui/term_cell.h"
#include "tui/term_pen.h"
#include "tui/term_signal.h"
#include "tui/term_sink.h"
#include "tui/term_tty.h"

#define N(a)           (sizeof(a) / sizeof((a)[0]))
#define DRAIN_MS       500   /* how long the last bytes may take on the way out */
#define SIZE_MAX_CELLS 10000 /* of one side; no window is larger */
#define CELL_BYTES     64    /* what one cell takes at most: a motion, a look, a character */
#define ASCII_FIRST    0x20
#define ASCII_COUNT    95

// clang-format off
#define FUNCTIONS(F)                                                                               \
    F(COLS) F(LINES) F(stdscr) F(curs_set) F(delscreen) F(doupdate) F(endwin) F(has_colors)        \
    F(init_extended_pair) F(keypad) F(newterm) F(nonl) F(resizeterm) F(setcchar) F(start_color)    \
    F(typeahead) F(use_default_colors) F(use_env) F(wadd_wchnstr) F(werase) F(wmove)               \
    F(wnoutrefresh) F(wredrawln)
// clang-format on
XD_LATE_LIBRARY(curses, XD_SONAME_CURSES, FUNCTIONS)

/* X10 reports for terminals of old, the numbers of SGR for wide ones. */
#define MOUSE_ON  "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

struct xd_term {
    struct xd_tty tty;
    struct xd_signals signals;
    SCREEN *screen;
    struct xd_sink sink;
    int w, h;
    bool resized, away, utf8, mouse;
    bool stale;    /* what curses holds is of another size or theme */
    bool repaint;  /* what the terminal shows is not known */
    bool entering; /* the next frame is the first one */
    enum xd_color_mode color;
    attr_t attrs[XD_S_COUNT];
    short pairs[XD_S_COUNT];
    struct xd_glyph *shown; /* the cells of the last frame: w * h */
    enum xd_glyphs shown_glyphs;
    bool cursor_shown;
    cchar_t *run;                           /* room for one row */
    cchar_t ascii[XD_S_COUNT][ASCII_COUNT]; /* most cells, ready-made */
    struct xd_key_seq keys[XD_CAPS_KEYS];
    struct xd_pen pen; /* for what changes; whole pictures are curses' */
    bool has_pen;
    int region_h;           /* lines of the scrolling region that curses made when it began */
    bool pen_ahead;         /* curses doesn't know what the pen wrote */
    int rest_x, rest_y;     /* where the cursor rests after a frame */
    int curses_x, curses_y; /* where curses left it */
};

/* --- bytes --- */

/* curses resets the palette when it comes back. We change none, so that would only undo what the
 * terminal's owner made of it. */
static void drop_palette_reset(struct xd_buf *b, size_t from)
{
    const char *reset = xd_caps_palette_reset();
    char *at = reset && b->s ? memmem(b->s + from, b->len - from, reset, strlen(reset)) : NULL;

    if (!at)
        return;
    b->len -= strlen(reset);
    memmove(at, at + strlen(reset), (size_t)(b->s + b->len + 1 - at));
}

/* Takes what curses has written so far; send_all sends it. */
static void collect(struct xd_term *t)
{
    size_t from = t->tty.out.len;

    xd_sink_take(&t->sink, &t->tty.out);
    if (t->entering)
        drop_palette_reset(&t->tty.out, from);
}

static void send_all(struct xd_term *t)
{
    collect(t);
    xd_tty_send(&t->tty, "", 0);
}

static void send_text(struct xd_term *t, const char *text)
{
    xd_tty_send(&t->tty, text, strlen(text));
}

/* --- colours --- */

static enum xd_color_mode choose_color(enum xd_color_mode asked)
{
    const char *no_color = getenv("NO_COLOR");
    int have = curses.has_colors() ? xd_caps_colors() : 0;
    enum xd_color_mode best = have >= 256  ? XD_COLOR_256
                              : have >= 16 ? XD_COLOR_16
                              : have >= 8  ? XD_COLOR_8
                                           : XD_COLOR_MONO;

    if (asked == XD_COLOR_AUTO && no_color && no_color[0])
        return XD_COLOR_MONO;
    return asked != XD_COLOR_AUTO && asked < best ? asked : best;
}

static struct xd_look look_of(const struct xd_term *t, const struct xd_theme *theme, int style)
{
    switch (t->color) {
    case XD_COLOR_256:
        return theme->color[style];
    case XD_COLOR_16:
        return theme->basic[style];
    case XD_COLOR_8:
        return xd_look_in_8(theme->basic[style]);
    default:
        return theme->mono[style];
    }
}

void xd_term_theme(struct xd_term *t, const struct xd_theme *theme)
{
    for (int s = 0; s < XD_S_COUNT; s++) {
        struct xd_look l = look_of(t, theme, s);
        bool plain = l.fg == XD_COLOR_DEFAULT && l.bg == XD_COLOR_DEFAULT;

        t->attrs[s] = (l.bold ? A_BOLD : 0) | (l.underline ? A_UNDERLINE : 0) |
                      (l.reverse ? A_REVERSE : 0) | (l.dim ? A_DIM : 0);
        t->pairs[s] = 0;
        xd_pen_look(&t->pen.looks[s], &l, t->color != XD_COLOR_MONO);
        if (t->color == XD_COLOR_MONO || plain)
            continue;
        /* A pair for each role: they are fewer than the 64 of the poorest colour terminal. */
        t->pairs[s] = (short)(s + 1);
        curses.init_extended_pair(s + 1, l.fg, l.bg);
    }
    for (int s = 0; s < XD_S_COUNT; s++) {
        for (int i = 0; i < ASCII_COUNT; i++) {
            const wchar_t text[2] = {(wchar_t)(ASCII_FIRST + i), 0};

            curses.setcchar(&t->ascii[s][i], text, t->attrs[s], t->pairs[s], NULL);
        }
    }
    t->stale = t->repaint = true;
}

/* --- opening --- */

/* What gives the terminal back when there is no time to ask curses. */
static void arm(struct xd_term *t)
{
    struct xd_buf b = XD_BUF_INIT;

    if (t->mouse)
        xd_buf_add(&b, MOUSE_OFF);
    xd_caps_restore(&b, t->color != XD_COLOR_MONO, t->h);
    xd_fatal_arm(t->tty.fd, &t->tty.before, b.s, b.len);
    xd_buf_done(&b);
}

/* newterm puts in handlers of its own where nobody else has; they are taken out again. */
static const int curses_signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};

static int open_curses(struct xd_term *t, struct xd_err *err)
{
    struct sigaction before[N(curses_signals)];
    int rc = XD_LATE_LOAD(curses, err);

    if (rc == 0)
        rc = xd_sink_open(&t->sink, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < N(curses_signals); i++)
        sigaction(curses_signals[i], NULL, &before[i]);
    curses.use_env(FALSE); /* LINES and COLUMNS may be of another day */
    t->screen = curses.newterm(NULL, t->sink.in, stdin);
    if (!t->screen) { /* a terminfo entry without a size, as that of the Linux console */
        curses.use_env(TRUE);
        t->screen = curses.newterm(NULL, t->sink.in, stdin);
    }
    for (size_t i = 0; i < N(curses_signals); i++)
        sigaction(curses_signals[i], &before[i], NULL);
    if (!t->screen)
        return xd_err_set(err, -ENOTSUP, "curses can't draw on TERM=%.40s", getenv("TERM"));
    t->region_h = *curses.LINES;
    curses.nonl();
    curses.typeahead(-1);
    return 0;
}

static void set_up_curses(struct xd_term *t, const struct xd_term_config *c)
{
    t->color = choose_color(c->color);
    if (t->color != XD_COLOR_MONO &&
        (curses.start_color() == ERR || curses.use_default_colors() == ERR))
        t->color = XD_COLOR_MONO;
    t->mouse = c->mouse && xd_caps_has("kmous");
    xd_caps_keys(t->keys);
    t->has_pen = xd_pen_caps(&t->pen.caps);
    t->pen.out = &t->tty.out;
}

static void take_size(struct xd_term *t)
{
    int w = 80, h = 24;

    if (!xd_tty_size(&t->tty, &w, &h)) {
        w = *curses.COLS > 0 ? *curses.COLS : w;
        h = *curses.LINES > 0 ? *curses.LINES : h;
    }
    t->w = w < SIZE_MAX_CELLS ? w : SIZE_MAX_CELLS;
    t->h = h < SIZE_MAX_CELLS ? h : SIZE_MAX_CELLS;
    curses.resizeterm(t->h, t->w);
    t->shown = xd_realloc(t->shown, (size_t)t->w * (size_t)t->h * sizeof(*t->shown));
    t->pen.w = t->w;
    t->pen.h = t->h;
    t->run = xd_realloc(t->run, ((size_t)t->w + 1) * sizeof(*t->run));
    t->stale = t->repaint = true;
}

/* Onto the terminal's second screen. The first doupdate after an endwin does it by itself. */
static void enter(struct xd_term *t)
{
    xd_tty_raw(&t->tty);
    take_size(t);
    arm(t);
    curses.keypad(*curses.stdscr, TRUE);
    curses.curs_set(0);
    t->cursor_shown = false;
    if (t->mouse)
        send_text(t, MOUSE_ON);
    t->away = false;
    t->entering = true;
}

/* Curses begins with a scrolling region of as many lines as terminfo tells, not as the window has:
 * a line feed would scroll in its last line, and below it nothing can be inserted. Where the cursor
 * is after that curses doesn't mind: it has drawn nothing yet. */
static void free_region(struct xd_term *t)
{
    if (t->h == t->region_h || !xd_caps_has("csr"))
        return;
    collect(t);
    xd_buf_add(&t->tty.out, "\033[r");
}

int xd_term_open(const struct xd_term_config *c, struct xd_term **out, struct xd_err *err)
{
    struct xd_term *t;
    int rc = xd_caps_check(err);

    if (rc)
        return rc;
    t = xd_malloc(sizeof(*t));
    t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    t->tty.fd = t->tty.epoll_fd = t->signals.fd = t->sink.out = -1;
    t->away = true;
    rc = xd_tty_open(&t->tty, err);
    if (rc == 0)
        rc = xd_signals_open(&t->signals, err);
    if (rc == 0)
        rc = open_curses(t, err);
    if (rc) {
        xd_term_close(t);
        return rc;
    }
    set_up_curses(t, c);
    enter(t);
    free_region(t);
    xd_term_theme(t, c->theme);
    *out = t;
    return 0;
}

/* --- leaving --- */

void xd_term_leave(struct xd_term *t)
{
    if (t->away)
        return;
    t->away = true;
    xd_tty_drain(&t->tty, DRAIN_MS);
    if (t->pen_ahead)
        xd_pen_leave(&t->pen, t->curses_x, t->curses_y);
    if (t->mouse)
        send_text(t, MOUSE_OFF);
    curses.endwin();
    send_all(t);
    if (!xd_caps_has("rmcup")) /* no second screen to leave: a fresh line below this one */
        send_text(t, "\n");
    xd_tty_drain(&t->tty, DRAIN_MS);
    xd_fatal_disarm();
    xd_tty_restore(&t->tty);
}

void xd_term_resume(struct xd_term *t)
{
    if (!t->away)
        return;
    enter(t);
    t->resized = true;
}

void xd_term_suspend(struct xd_term *t)
{
    xd_term_leave(t);
    xd_signals_stop();
    xd_term_resume(t);
}

void xd_term_close(struct xd_term *t)
{
    if (!t)
        return;
    xd_term_leave(t);
    if (t->screen)
        curses.delscreen(t->screen);
    xd_sink_close(&t->sink);
    xd_signals_close(&t->signals);
    xd_tty_close(&t->tty);
    free(t->shown);
    free(t->run);
    free(t);
}

/* --- events --- */

void xd_term_size(const struct xd_term *t, int *w, int *h)
{
    *w = t->w;
    *h = t->h;
}

int xd_term_tty_fd(const struct xd_term *t)
{
    return t->tty.epoll_fd;
}

int xd_term_signal_fd(const struct xd_term *t)
{
    return t->signals.fd;
}

/* Somebody stopped us and let us go on: a shell has been at the terminal meanwhile. All is left and
 * set up again, so that nothing hangs on what it did. */
static void continued(struct xd_term *t)
{
    if (t->away)
        return;
    xd_term_leave(t);
    xd_term_resume(t);
}

int xd_term_signals(struct xd_term *t)
{
    int sig, end = 0;

    while ((sig = xd_signals_next(&t->signals))) {
        if (sig == SIGWINCH)
            t->resized = true;
        else if (t->away && (sig == SIGTSTP || sig == SIGCONT))
            ; /* another program has the terminal: not ours to give or to take */
        else if (sig == SIGTSTP)
            xd_term_suspend(t);
        else if (sig == SIGCONT)
            continued(t);
        else if (!end)
            end = sig;
    }
    return end;
}

bool xd_term_read(struct xd_term *t, struct xd_key *k)
{
    if (t->away)
        return false;
    if (t->resized) {
        t->resized = false;
        take_size(t);
        *k = (struct xd_key){XD_KEY_RESIZE, -1, -1};
        return true;
    }
    return xd_tty_read(&t->tty, t->keys, k);
}

/* --- drawing --- */

bool xd_term_ready(const struct xd_term *t)
{
    /* It may ask epoll to tell when the line has room: the descriptor changes, the term doesn't. */
    return !t->away && xd_tty_ready((struct xd_tty *)&t->tty);
}

/* The cell for curses. */
static void set_cell(const struct xd_term *t, const struct xd_canvas *c, int x, int y, cchar_t *out)
{
    const struct xd_glyph *g = &c->cells[y * c->w + x];
    uint32_t mark, cp = xd_cell_shown(c, x, y, &mark);
    const wchar_t text[3] = {(wchar_t)cp, (wchar_t)mark, 0};

    if (cp - ASCII_FIRST < ASCII_COUNT && !mark)
        *out = t->ascii[g->style][cp - ASCII_FIRST];
    else
        curses.setcchar(out, text, t->attrs[g->style], t->pairs[g->style], NULL);
}

/* Hands curses what differs in row y, from the first such cell to the last. */
static void draw_row(struct xd_term *t, const struct xd_canvas *c, int y, int w)
{
    const struct xd_glyph *now = &c->cells[y * c->w];
    struct xd_glyph *shown = &t->shown[y * t->w];
    int first = 0, end = w, n = 0;

    if (!t->stale) {
        while (first < w && xd_cell_same(&now[first], &shown[first]))
            first++;
        while (end > first && xd_cell_same(&now[end - 1], &shown[end - 1]))
            end--;
    }
    if (first == end)
        return;
    if (now[first].cp == 0 && !now[first].lines && first > 0)
        first--;
    for (int x = first; x < end; x++) {
        if (now[x].cp == 0 && !now[x].lines && c->glyphs != XD_GLYPHS_ASCII)
            continue; /* comes with its left half */
        set_cell(t, c, x, y, &t->run[n++]);
    }
    curses.wmove(*curses.stdscr, y, first);
    curses.wadd_wchnstr(*curses.stdscr, t->run, n);
    memcpy(&shown[first], &now[first], (size_t)(end - first) * sizeof(*shown));
}

/* Where the cursor rests: where it can't be hidden it is least in the way at the bottom. */
static bool rest(struct xd_term *t, const struct xd_canvas *c)
{
    bool show = c->cursor_x >= 0 && c->cursor_y >= 0 && c->cursor_x < t->w && c->cursor_y < t->h;

    t->rest_x = show ? c->cursor_x : 0;
    t->rest_y = show ? c->cursor_y : t->h - 1;
    return show;
}

/* Rows first … end - 1. A repaint writes over what is there: cleared first, it would flicker, and
 * curses would take longer to find its way round the blanks than to write them. */
static void update(struct xd_term *t, int first, int end)
{
    if (t->repaint)
        curses.wredrawln(*curses.stdscr, first, end - first);
    curses.wnoutrefresh(*curses.stdscr);
    curses.doupdate();
    collect(t);
}

/* All rows, in as many goes as the pipe needs not to overflow: one for any usual window. */
static void draw_rows(struct xd_term *t, const struct xd_canvas *c, int w)
{
    size_t room = t->sink.room / CELL_BYTES / (size_t)(t->w + 1);
    int rows = room < 1 ? 1 : room < (size_t)t->h ? (int)room : t->h;

    for (int first = 0; first < t->h; first += rows) {
        int end = first + rows < t->h ? first + rows : t->h;

        for (int y = first; y < end && y < c->h; y++)
            draw_row(t, c, y, w);
        if (end == t->h)
            curses.wmove(*curses.stdscr, t->rest_y, t->rest_x);
        update(t, first, end);
    }
}

/* Not by curs_set: the pen writes, and curses would have another idea of it. */
static void show_cursor(struct xd_term *t, bool show)
{
    if (show != t->cursor_shown)
        xd_caps_add(&t->tty.out, show ? "cnorm" : "civis");
    t->cursor_shown = show;
}

/* The pen can write this frame: it holds changes of what is there, and no more. */
static bool is_for_pen(const struct xd_term *t, const struct xd_canvas *c)
{
    return t->has_pen && !t->stale && !t->repaint && c->w == t->w && c->h == t->h;
}

static void draw_by_pen(struct xd_term *t, const struct xd_canvas *c, bool show)
{
    xd_pen_rows(&t->pen, c, show ? t->rest_y : -1, t->shown);
    if (show || !xd_caps_has("civis"))
        xd_pen_move(&t->pen, t->rest_x, t->rest_y);
    t->pen_ahead = true;
}

/* Curses doesn't know what the pen wrote: it gets the terminal as it left it, and all cells. */
static void draw_by_curses(struct xd_term *t, const struct xd_canvas *c, int w)
{
    if (t->pen_ahead && !t->entering)
        xd_pen_leave(&t->pen, t->curses_x, t->curses_y);
    if (t->pen_ahead)
        t->stale = t->repaint = true;
    t->pen_ahead = false;
    if (t->stale)
        curses.werase(*curses.stdscr);
    draw_rows(t, c, w);
    t->curses_x = t->rest_x;
    t->curses_y = t->rest_y;
    xd_pen_take(&t->pen, t->rest_x, t->rest_y);
}

void xd_term_draw(struct xd_term *t, const struct xd_canvas *canvas)
{
    struct xd_canvas c = *canvas; /* the same cells, perhaps in other glyphs */
    int w = c.w < t->w ? c.w : t->w;
    bool show;

    if (t->away || t->tty.hung || !xd_tty_flush(&t->tty))
        return; /* the next frame tells it all */
    if (!t->utf8)
        c.glyphs = XD_GLYPHS_ASCII;
    if (c.glyphs != t->shown_glyphs)
        t->stale = true;
    show = rest(t, &c);
    if (is_for_pen(t, &c))
        draw_by_pen(t, &c, show);
    else
        draw_by_curses(t, &c, w);
    show_cursor(t, show);
    t->shown_glyphs = c.glyphs;
    t->stale = t->repaint = t->entering = false;
    send_all(t);
}

void xd_term_repaint(struct xd_term *t)
{
    t->repaint = true;
}

uint64_t xd_term_bytes(const struct xd_term *t)
{
    return t->tty.bytes;
}
