/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line to the terminal: see term_tty.h. */
#include "tui/term_tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ESCDELAY_MS 25

/* --- opening and modes --- */

/* O_NONBLOCK belongs to the open file, which stdout shares with the shell and all its children. So
 * the terminal is opened a second time; where that is refused (after su, say), it may block. */
static int open_own(void)
{
    int fd = open("/proc/self/fd/1", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0 && isatty(fd))
        return fd;
    if (fd >= 0)
        close(fd);
    return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

static void make_raw(struct termios *m)
{
    m->c_iflag &= ~(tcflag_t)(BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    m->c_oflag &= ~(tcflag_t)OPOST;
    m->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
    m->c_lflag |= ISIG | NOFLSH;
    m->c_cc[VINTR] = _POSIX_VDISABLE;
    m->c_cc[VSUSP] = _POSIX_VDISABLE;
    m->c_cc[VMIN] = 1;
    m->c_cc[VTIME] = 0;
}

int xd_tty_open(struct xd_tty *t, struct xd_err *err)
{
    struct epoll_event ev = {.events = EPOLLIN};
    int rc;

    memset(t, 0, sizeof(*t));
    t->epoll_fd = -1;
    t->fd = open_own();
    if (t->fd < 0 || tcgetattr(t->fd, &t->before) < 0)
        goto fail;
    t->raw = t->before;
    make_raw(&t->raw);
    t->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (t->epoll_fd < 0 || epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, t->fd, &ev) < 0)
        goto fail;
    return 0;
fail:
    rc = -errno;
    xd_tty_close(t);
    return xd_err_set(err, rc, "the terminal can't be taken over: %s", strerrordesc_np(-rc));
}

void xd_tty_close(struct xd_tty *t)
{
    if (t->epoll_fd >= 0)
        close(t->epoll_fd);
    if (t->fd >= 0)
        close(t->fd);
    t->epoll_fd = t->fd = -1;
    xd_buf_done(&t->out);
}

/* Modes change at once rather than after the output: a line that takes nothing would keep us. */
void xd_tty_raw(struct xd_tty *t)
{
    tcsetattr(t->fd, TCSANOW, &t->raw);
}

void xd_tty_restore(struct xd_tty *t)
{
    tcsetattr(t->fd, TCSANOW, &t->before);
}

bool xd_tty_size(const struct xd_tty *t, int *w, int *h)
{
    struct winsize ws;

    if (ioctl(t->fd, TIOCGWINSZ, &ws) < 0 || ws.ws_col == 0 || ws.ws_row == 0)
        return false;
    *w = ws.ws_col;
    *h = ws.ws_row;
    return true;
}

/* --- the end of the line --- */

/* The terminal is gone. Whoever waits on the signals hears of it as SIGHUP, which the kernel sends
 * only to the leader of a session. The dead descriptor is not polled any more: it would always be
 * ready. */
static void hang_up(struct xd_tty *t)
{
    if (t->hung)
        return;
    t->hung = true;
    xd_buf_clear(&t->out);
    t->out_at = 0;
    epoll_ctl(t->epoll_fd, EPOLL_CTL_DEL, t->fd, NULL);
    kill(getpid(), SIGHUP);
}

/* --- output --- */

static void want_room(struct xd_tty *t, bool want)
{
    struct epoll_event ev = {.events = want ? EPOLLIN | EPOLLOUT : EPOLLIN};

    if (!t->hung && want != t->wants_room)
        epoll_ctl(t->epoll_fd, EPOLL_CTL_MOD, t->fd, &ev);
    t->wants_room = want;
}

bool xd_tty_flush(struct xd_tty *t)
{
    while (!t->hung && t->out_at < t->out.len) {
        ssize_t n = write(t->fd, t->out.s + t->out_at, t->out.len - t->out_at);

        if (n > 0) {
            t->out_at += (size_t)n;
            t->bytes += (uint64_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            return false;
        } else if (n < 0 && errno != EINTR) {
            hang_up(t);
        }
    }
    xd_buf_clear(&t->out);
    t->out_at = 0;
    return true;
}

void xd_tty_send(struct xd_tty *t, const char *bytes, size_t n)
{
    if (t->hung)
        return;
    xd_buf_addn(&t->out, bytes, n);
    if (!xd_tty_flush(t))
        want_room(t, true);
}

void xd_tty_drain(struct xd_tty *t, int ms)
{
    struct pollfd p = {.fd = t->fd, .events = POLLOUT};

    while (!xd_tty_flush(t))
        if (poll(&p, 1, ms) <= 0 && errno != EINTR)
            break;
    xd_buf_clear(&t->out);
    t->out_at = 0;
}

bool xd_tty_ready(struct xd_tty *t)
{
    struct pollfd p = {.fd = t->fd, .events = POLLOUT};

    if (t->hung)
        return false;
    /* The kernel says POLLOUT while fewer than 256 bytes wait in the driver. */
    if (xd_tty_flush(t) && poll(&p, 1, 0) == 1 && p.revents & POLLOUT)
        return true;
    want_room(t, true);
    return false;
}

/* --- input --- */

/* Reads what is there; true if anything came. */
static bool fill(struct xd_tty *t, int wait_ms)
{
    struct pollfd p = {.fd = t->fd, .events = POLLIN};
    ssize_t n;

    if (t->hung || t->in_len == sizeof(t->in) || poll(&p, 1, wait_ms) != 1)
        return false;
    n = read(t->fd, t->in + t->in_len, sizeof(t->in) - t->in_len);
    if (n > 0)
        t->in_len += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        hang_up(t);
    return n > 0;
}

static void consume(struct xd_tty *t, size_t n)
{
    t->in_len -= n;
    memmove(t->in, t->in + n, t->in_len);
}

bool xd_tty_read(struct xd_tty *t, const struct xd_key_seq *own, struct xd_key *k)
{
    if (xd_tty_flush(t))
        want_room(t, false);
    if (t->in_len == 0)
        fill(t, 0);
    while (t->in_len > 0) {
        size_t n = xd_key_decode(own, t->in, t->in_len, false, k);

        if (n == 0 && fill(t, ESCDELAY_MS))
            continue;
        if (n == 0) {
            n = xd_key_decode(own, t->in, t->in_len, true, k);
            if (n == 0 || n > t->in_len)
                n = t->in_len;
        }
        consume(t, n);
        if (k->code != XD_KEY_NONE)
            return true;
        if (t->in_len == 0)
            fill(t, 0);
    }
    return false;
}
