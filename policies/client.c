/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the daemon over its socket: see wire.h. */
#include "policies/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static int no_daemon(const char *path, int code, struct xd_err *err)
{
    if (code == -ENOENT || code == -ECONNREFUSED)
        return xd_err_set(err, -ENODEV,
                          "no daemon carries a policy out (%s: %s); xendeck policy run FILE is one",
                          path, code == -ENOENT ? "there is no such socket" : "nobody listens");
    if (code == -EACCES)
        return xd_err_set(err, code, "%s: only root and the socket's group may ask the daemon",
                          path);
    return xd_err_set(err, code, "%s: %s", path, strerror(-code));
}

/* The descriptor, non-blocking. */
static int dial(const char *path, struct xd_err *err)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd, rc = 0;

    if (strlen(path) >= sizeof(to.sun_path))
        return xd_err_set(err, -ENAMETOOLONG, "%s: a socket's path has at most %zu bytes", path,
                          sizeof(to.sun_path) - 1);
    strcpy(to.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return no_daemon(path, -errno, err);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
        rc = -errno;
    if (rc == 0)
        return fd;
    close(fd);
    if (rc == -EAGAIN) /* as many wait already as there is room for */
        return xd_err_set(err, -ETIMEDOUT, "%s: the daemon doesn't answer", path);
    return no_daemon(path, rc, err);
}

static int wait_for(int fd, short events, int64_t until)
{
    struct xd_clock clock;
    struct pollfd p = {.fd = fd, .events = events};
    int64_t left;
    int n;

    xd_clock_init_real(&clock);
    do {
        left = (until - xd_clock_now(&clock) + XD_NS_PER_MS - 1) / XD_NS_PER_MS;
        if (left <= 0)
            return -ETIMEDOUT;
        n = poll(&p, 1, left < 60000 ? (int)left : 60000);
    } while (n < 0 && errno == EINTR);
    return n > 0 ? 0 : n < 0 ? -errno : -ETIMEDOUT;
}

static int send_all(int fd, const char *text, size_t len, int64_t until)
{
    while (len) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        int rc;

        if (n >= 0) {
            text += n;
            len -= (size_t)n;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        rc = wait_for(fd, POLLOUT, until);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int receive(int fd, int64_t until, struct xd_buf *out, struct xd_err *err)
{
    char block[65536];

    for (;;) {
        ssize_t n = recv(fd, block, sizeof(block), 0);
        int rc;

        if (n == 0)
            return xd_err_set(err, -ECONNRESET, "the daemon ended before it answered");
        if (n > 0) {
            int64_t whole;

            xd_buf_addn(out, block, (size_t)n);
            if (block[n - 1] != '\n' && out->len <= XD_WIRE_ANSWER_MAX)
                continue; /* it isn't whole: all of it needn't be looked at again for that */
            whole = xd_wire_answer_len(out->s, out->len, err);
            if (whole)
                return whole < 0 ? (int)whole : 0;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return xd_err_set(err, -errno, "the daemon's answer: %s", strerror(errno));
        rc = wait_for(fd, POLLIN, until);
        if (rc < 0)
            return xd_err_set(err, rc, "the daemon doesn't answer");
    }
}

int xd_wire_ask_daemon(const char *path, const struct xd_wire_ask *ask, int64_t timeout_ns,
                       struct xd_buf *out, struct xd_err *err)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_clock clock;
    int fd = dial(path, err), rc;
    int64_t until;

    if (fd < 0)
        return fd;
    xd_clock_init_real(&clock);
    until = xd_clock_now(&clock) + timeout_ns;
    xd_wire_ask_write(ask, &b);
    rc = send_all(fd, b.s, b.len, until);
    if (rc < 0)
        xd_err_set(err, rc, "%s: the daemon can't be asked: %s", path, strerror(-rc));
    else
        rc = receive(fd, until, out, err);
    close(fd);
    xd_buf_done(&b);
    return rc < 0 ? rc : xd_wire_answer_check(out->s, out->len, err);
}
