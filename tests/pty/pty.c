/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program in a terminal that we hold: see pty.h. */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "base/arena.h"
#include "tui/key.h"

struct xd_pty {
    int master;
    int slave; /* kept open: modes can be read after the program's end, and its last bytes too */
    pid_t pid;
    int status; /* of waitpid, once ended */
    bool ended;
    struct termios before;
    VTerm *vt;
    VTermScreen *screen;
    int w, h;
    bool second_screen, cursor, mouse;
    struct xd_buf log;  /* all that came */
    struct xd_buf held; /* of it, a sequence or character whose end is not here yet */
    char last;          /* the last byte of text */
    size_t piece;       /* taken at once at most; 0: no limit */
};

double xd_pty_now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* --- the terminal --- */

static int on_property(VTermProp prop, VTermValue *val, void *user)
{
    struct xd_pty *p = user;

    if (prop == VTERM_PROP_ALTSCREEN)
        p->second_screen = val->boolean;
    else if (prop == VTERM_PROP_CURSORVISIBLE)
        p->cursor = val->boolean;
    else if (prop == VTERM_PROP_MOUSE)
        p->mouse = val->number != VTERM_PROP_MOUSE_NONE;
    return 1;
}

static void to_program(const char *bytes, size_t n, void *user)
{
    struct xd_pty *p = user;

    while (n > 0 && p->master >= 0) {
        ssize_t done = write(p->master, bytes, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return;
        bytes += done;
        n -= (size_t)done;
    }
}

static void make_terminal(struct xd_pty *p)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

    p->vt = vterm_new(p->h, p->w);
    vterm_set_utf8(p->vt, 1);
    vterm_output_set_callback(p->vt, to_program, p);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_set_callbacks(p->screen, &callbacks, p);
    vterm_screen_enable_altscreen(p->screen, 1);
    p->cursor = true;
    vterm_screen_reset(p->screen, 1);
}

/* --- what libvterm takes wrongly --- */

/* Looks at the sequence that starts at s with ESC. Returns its length if it is one of those below,
 * 0 if not, -1 if that can't be told before more has come.
 *   "ESC ] R", "ESC ] P" and 7 digits: Linux's console resets or sets its palette; other terminals
 *   take this for the beginning of a title.
 *   "ESC [ n b": repeats the last character; libvterm 0.1 wraps too early after it. */
static int special(const char *s, size_t n, int *repeat)
{
    size_t digits;

    *repeat = 0;
    if (n < 3)
        return -1;
    if (s[1] == ']' && s[2] == 'R')
        return 3;
    if (s[1] == ']' && s[2] == 'P')
        return n < 10 ? -1 : 10;
    if (s[1] != '[')
        return 0;
    digits = strspn(s + 2, "0123456789");
    if (2 + digits >= n)
        return -1;
    if (!digits || s[2 + digits] != 'b')
        return 0;
    *repeat = atoi(s + 2);
    return (int)digits + 3;
}

/* How many of n bytes there are before a character in UTF-8 that is not here as a whole. */
static size_t whole_characters(const char *s, size_t n)
{
    size_t at = n;

    while (at > 0 && n - at < 3 && ((unsigned char)s[at - 1] & 0xc0) == 0x80)
        at--;
    if (at == 0)
        return n;
    unsigned char first = (unsigned char)s[at - 1];
    size_t needs = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;

    return n - (at - 1) < needs ? at - 1 : n;
}

static void write_plain(struct xd_pty *p, const char *bytes, size_t n)
{
    if (n == 0)
        return;
    vterm_input_write(p->vt, bytes, n);
    p->last = bytes[n - 1];
}

static void write_repeated(struct xd_pty *p, int n)
{
    for (; n > 0; n--)
        vterm_input_write(p->vt, &p->last, 1);
}

static void feed(struct xd_pty *p, const char *bytes, size_t n)
{
    struct xd_buf *b = &p->held;
    size_t from = 0, i;

    xd_buf_addn(&p->log, bytes, n);
    xd_buf_addn(b, bytes, n); /* behind what was held back */
    for (i = 0; i < b->len; i++) {
        int repeat, skip = b->s[i] == '\033' ? special(b->s + i, b->len - i, &repeat) : 0;

        if (skip == 0)
            continue;
        write_plain(p, b->s + from, i - from);
        from = i;
        if (skip < 0)
            break;
        write_repeated(p, repeat);
        from = i + (size_t)skip;
        i = from - 1;
    }
    if (i >= b->len) {
        size_t whole = whole_characters(b->s + from, b->len - from);

        write_plain(p, b->s + from, whole);
        from += whole;
    }
    memmove(b->s, b->s + from, b->len - from);
    b->len -= from;
    b->s[b->len] = '\0';
}

/* --- start and end --- */

static void run_program(const struct xd_pty_config *c, int slave)
{
    sigset_t none;

    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(slave, fd);
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setenv("TERM", c->term, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    for (size_t i = 0; c->env && c->env[i]; i++) {
        if (strchr(c->env[i], '='))
            putenv((char *)c->env[i]);
        else
            unsetenv(c->env[i]);
    }
    execvp(c->argv[0], (char *const *)c->argv);
    dprintf(2, "%s: %s\n", c->argv[0], strerror(errno));
    _exit(127);
}

int xd_pty_start(const struct xd_pty_config *c, struct xd_pty **out, struct xd_err *err)
{
    struct winsize ws = {.ws_col = (unsigned short)c->w, .ws_row = (unsigned short)c->h};
    struct xd_pty *p = xd_malloc(sizeof(*p));

    p->w = c->w;
    p->h = c->h;
    if (openpty(&p->master, &p->slave, NULL, NULL, &ws) < 0) {
        int rc = -errno;

        free(p);
        return xd_err_set(err, rc, "no pty: %s", strerror(-rc));
    }
    fcntl(p->master, F_SETFD, FD_CLOEXEC);
    fcntl(p->slave, F_SETFD, FD_CLOEXEC);
    tcgetattr(p->slave, &p->before);
    make_terminal(p);
    p->pid = fork();
    if (p->pid == 0)
        run_program(c, p->slave);
    if (p->pid < 0) {
        p->ended = true;
        xd_pty_free(p);
        return xd_err_set(err, -EAGAIN, "no process for %s", c->argv[0]);
    }
    *out = p;
    return 0;
}

void xd_pty_free(struct xd_pty *p)
{
    if (!p)
        return;
    if (!p->ended) {
        kill(-p->pid, SIGKILL); /* it leads a session, so a group of its own */
        kill(p->pid, SIGKILL);
        waitpid(p->pid, &p->status, 0);
    }
    xd_pty_hangup(p);
    vterm_free(p->vt);
    xd_buf_done(&p->log);
    xd_buf_done(&p->held);
    free(p);
}

void xd_pty_hangup(struct xd_pty *p)
{
    if (p->master >= 0)
        close(p->master);
    if (p->slave >= 0)
        close(p->slave);
    p->master = p->slave = -1;
}

/* --- to the program --- */

void xd_pty_send(struct xd_pty *p, const char *bytes, size_t n)
{
    to_program(bytes, n, p);
}

void xd_pty_type(struct xd_pty *p, const char *text)
{
    xd_pty_send(p, text, strlen(text));
}

static VTermKey special_key(uint32_t code)
{
    // clang-format off
    static const struct {
        uint32_t code;
        VTermKey key;
    } keys[] = {
        {XD_KEY_ENTER, VTERM_KEY_ENTER}, {XD_KEY_TAB, VTERM_KEY_TAB},
        {XD_KEY_BACKSPACE, VTERM_KEY_BACKSPACE}, {XD_KEY_ESC, VTERM_KEY_ESCAPE},
        {XD_KEY_UP, VTERM_KEY_UP}, {XD_KEY_DOWN, VTERM_KEY_DOWN}, {XD_KEY_LEFT, VTERM_KEY_LEFT},
        {XD_KEY_RIGHT, VTERM_KEY_RIGHT}, {XD_KEY_INSERT, VTERM_KEY_INS},
        {XD_KEY_DELETE, VTERM_KEY_DEL}, {XD_KEY_HOME, VTERM_KEY_HOME}, {XD_KEY_END, VTERM_KEY_END},
        {XD_KEY_PGUP, VTERM_KEY_PAGEUP}, {XD_KEY_PGDN, VTERM_KEY_PAGEDOWN},
        {XD_KEY_BACKTAB, VTERM_KEY_TAB},
    };
    // clang-format on

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (keys[i].code == code)
            return keys[i].key;
    if (code >= XD_KEY_F1 && code <= XD_KEY_F12)
        return (VTermKey)VTERM_KEY_FUNCTION((int)(code - XD_KEY_F1) + 1);
    return VTERM_KEY_NONE;
}

bool xd_pty_key(struct xd_pty *p, const char *name)
{
    uint32_t code = xd_key_parse(name), base = code & ~(uint32_t)(XD_KEY_CTRL | XD_KEY_ALT);
    VTermModifier mod = VTERM_MOD_NONE;
    VTermKey key = special_key(base);

    if (code == XD_KEY_NONE || (key == VTERM_KEY_NONE && base > 0x10ffff))
        return false;
    if (code & XD_KEY_CTRL)
        mod |= VTERM_MOD_CTRL;
    if (code & XD_KEY_ALT)
        mod |= VTERM_MOD_ALT;
    if (base == XD_KEY_BACKTAB)
        mod |= VTERM_MOD_SHIFT;
    if (key != VTERM_KEY_NONE)
        vterm_keyboard_key(p->vt, key, mod);
    else
        vterm_keyboard_unichar(p->vt, base, mod);
    return true;
}

void xd_pty_resize(struct xd_pty *p, int w, int h)
{
    struct winsize ws = {.ws_col = (unsigned short)w, .ws_row = (unsigned short)h};

    p->w = w;
    p->h = h;
    vterm_set_size(p->vt, h, w);
    ioctl(p->master, TIOCSWINSZ, &ws);
}

void xd_pty_signal(struct xd_pty *p, int sig)
{
    if (!p->ended)
        kill(p->pid, sig);
}

/* --- from the program --- */

void xd_pty_pieces(struct xd_pty *p, size_t n)
{
    p->piece = n;
}

/* Takes in what comes within ms; true if anything did. */
static bool take(struct xd_pty *p, int ms)
{
    struct pollfd fd = {.fd = p->master, .events = POLLIN};
    char buf[16384];
    size_t most = p->piece && p->piece < sizeof(buf) ? p->piece : sizeof(buf);
    ssize_t n;

    if (p->master < 0) {
        poll(NULL, 0, ms);
        return false;
    }
    if (poll(&fd, 1, ms) != 1)
        return false;
    n = read(p->master, buf, most);
    if (n > 0)
        feed(p, buf, (size_t)n);
    return n > 0;
}

static void check_end(struct xd_pty *p)
{
    int status;

    if (!p->ended && waitpid(p->pid, &status, WNOHANG) == p->pid) {
        p->ended = true;
        p->status = status;
        while (take(p, 0)) /* its last words */
            ;
    }
}

/* Pumps until cond holds, the program ends (and it doesn't hold then) or time is up. */
static bool wait_until(struct xd_pty *p, bool (*cond)(struct xd_pty *, const char *),
                       const char *arg, int ms, bool end_counts)
{
    double limit = xd_pty_now_ms() + ms;

    for (;;) {
        if (cond(p, arg))
            return true;
        if (xd_pty_now_ms() >= limit || (end_counts && p->ended))
            return false;
        take(p, 10);
        check_end(p);
    }
}

static bool never(struct xd_pty *p, const char *arg)
{
    return false;
}

static bool gone(struct xd_pty *p, const char *text)
{
    return !xd_pty_shows(p, text);
}

static bool has_ended(struct xd_pty *p, const char *arg)
{
    return p->ended;
}

static bool is_stopped(struct xd_pty *p, const char *arg)
{
    siginfo_t si = {0};

    return waitid(P_PID, (id_t)p->pid, &si, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
           si.si_pid == p->pid && si.si_code == CLD_STOPPED;
}

void xd_pty_pump(struct xd_pty *p, int ms)
{
    wait_until(p, never, NULL, ms, false);
}

bool xd_pty_wait(struct xd_pty *p, const char *text, int ms)
{
    return wait_until(p, xd_pty_shows, text, ms, true);
}

bool xd_pty_wait_gone(struct xd_pty *p, const char *text, int ms)
{
    return wait_until(p, gone, text, ms, true);
}

bool xd_pty_wait_quiet(struct xd_pty *p, int quiet_ms, int ms)
{
    double limit = xd_pty_now_ms() + ms;

    while (xd_pty_now_ms() < limit) {
        if (!take(p, quiet_ms))
            return true;
        check_end(p);
    }
    return false;
}

int xd_pty_wait_exit(struct xd_pty *p, int ms)
{
    return wait_until(p, has_ended, NULL, ms, true) ? p->status : -1;
}

bool xd_pty_wait_stopped(struct xd_pty *p, int ms)
{
    return wait_until(p, is_stopped, NULL, ms, true);
}

/* --- the screen --- */

/* One row as text; cell[i], if given, receives the column of byte i. */
static void read_row(struct xd_pty *p, int y, struct xd_buf *out, int *cell)
{
    size_t start = out->len, end = start;

    for (int x = 0; x < p->w; x++) {
        VTermScreenCell c = {0}; /* of an erased cell, libvterm sets the first character only */
        size_t from = out->len;
        char utf8[4];

        if (!vterm_screen_get_cell(p->screen, (VTermPos){.row = y, .col = x}, &c))
            break;
        if (c.chars[0] == (uint32_t)-1) /* right half of a wide one */
            continue;
        if (c.chars[0] == 0)
            c.chars[0] = ' ';
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && c.chars[i]; i++)
            xd_buf_addn(out, utf8, (size_t)xd_utf8_encode(c.chars[i], utf8));
        if (c.chars[0] != ' ')
            end = out->len;
        for (size_t i = from; cell && i < out->len; i++)
            cell[i - start] = x;
    }
    if (out->s)
        out->s[end] = '\0';
    out->len = end;
}

void xd_pty_screen(struct xd_pty *p, struct xd_buf *out)
{
    for (int y = 0; y < p->h; y++) {
        read_row(p, y, out, NULL);
        xd_buf_addc(out, '\n');
    }
}

bool xd_pty_find(struct xd_pty *p, const char *text, int *x, int *y)
{
    struct xd_buf row = XD_BUF_INIT;
    int *cell = xd_malloc(sizeof(*cell) * (size_t)p->w * 4 * VTERM_MAX_CHARS_PER_CELL);
    bool found = false;

    for (*y = 0; *y < p->h && !found; ++*y) {
        const char *at;

        xd_buf_clear(&row);
        read_row(p, *y, &row, cell);
        at = strstr(xd_buf_str(&row), text);
        if (at) {
            *x = cell[at - row.s];
            found = true;
            break;
        }
    }
    free(cell);
    xd_buf_done(&row);
    return found;
}

bool xd_pty_shows(struct xd_pty *p, const char *text)
{
    int x, y;

    return xd_pty_find(p, text, &x, &y);
}

struct xd_pty_look xd_pty_look(struct xd_pty *p, int x, int y)
{
    VTermScreenCell c = {0};

    vterm_screen_get_cell(p->screen, (VTermPos){.row = y, .col = x}, &c);
    return (struct xd_pty_look){
        .bold = c.attrs.bold,
        .underline = c.attrs.underline,
        .reverse = c.attrs.reverse,
        .colored = !VTERM_COLOR_IS_DEFAULT_FG(&c.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&c.bg),
    };
}

bool xd_pty_second_screen(struct xd_pty *p)
{
    return p->second_screen;
}

bool xd_pty_cursor_shown(struct xd_pty *p)
{
    return p->cursor;
}

bool xd_pty_mouse(struct xd_pty *p)
{
    return p->mouse;
}

bool xd_pty_modes_restored(struct xd_pty *p)
{
    struct termios now;

    if (tcgetattr(p->slave, &now) < 0)
        return false;
    return now.c_iflag == p->before.c_iflag && now.c_oflag == p->before.c_oflag &&
           now.c_cflag == p->before.c_cflag && now.c_lflag == p->before.c_lflag &&
           memcmp(now.c_cc, p->before.c_cc, sizeof(now.c_cc)) == 0;
}

const struct xd_buf *xd_pty_log(const struct xd_pty *p)
{
    return &p->log;
}

bool xd_pty_sent(const struct xd_pty *p, const char *bytes)
{
    return p->log.len && memmem(p->log.s, p->log.len, bytes, strlen(bytes));
}

int xd_pty_pid(const struct xd_pty *p)
{
    return (int)p->pid;
}
