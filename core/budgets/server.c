/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of the daemon's socket: see server.h. */
#include "budgets/server.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/rundir.h"
#include "policies/wire.h"

struct client {
    int fd; /* -1: none */
    bool may_change;
    char who[64];
    uint64_t heard; /* when it was heard of last, in turns */
    char in[XD_WIRE_ASK_MAX];
    size_t in_len;
    struct xd_buf out;
    size_t sent;
};

struct xd_server {
    struct xd_server_config c;
    char *path;
    int fd;
    uint64_t turn;
    struct client clients[XD_SERVER_CLIENTS];
};

/* --- the socket --- */

static int listen_at(const char *path, struct xd_err *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct group *adm = geteuid() == 0 ? getgrnam("adm") : NULL;
    char dir[sizeof(at.sun_path)], *slash;
    struct stat st;
    mode_t before;
    int fd, rc;

    if (strlen(path) >= sizeof(at.sun_path))
        return xd_err_set(err, -ENAMETOOLONG, "%s: a socket's path has at most %zu bytes", path,
                          sizeof(at.sun_path) - 1);
    strcpy(at.sun_path, path);
    strcpy(dir, path);
    slash = strrchr(dir, '/');
    if (slash && slash != dir) {
        *slash = '\0';
        xd_rundir_make(dir); /* what is wrong with it, binding will say */
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path); /* anything else isn't ours: binding says that it is there */
    before = umask(0117);
    rc = bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 16) < 0 ? -errno : 0;
    umask(before);
    if (rc < 0) {
        close(fd);
        return xd_err_set(err, rc, "%s: %s", path, strerror(-rc));
    }
    if (adm && chown(path, (uid_t)-1, adm->gr_gid) < 0)
        rc = 0; /* then it is root's alone */
    return fd;
}

int xd_server_open(const struct xd_server_config *c, struct xd_server **out, struct xd_err *err)
{
    int fd = listen_at(c->path, err);

    *out = NULL;
    if (fd < 0)
        return fd;
    *out = xd_malloc(sizeof(**out));
    (*out)->c = *c;
    (*out)->path = xd_strdup(c->path);
    (*out)->fd = fd;
    for (size_t i = 0; i < XD_SERVER_CLIENTS; i++)
        (*out)->clients[i].fd = -1;
    return 0;
}

static void hang_up(struct client *c)
{
    close(c->fd);
    c->fd = -1;
    xd_buf_done(&c->out);
    c->in_len = c->sent = 0;
}

void xd_server_close(struct xd_server *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < XD_SERVER_CLIENTS; i++)
        if (s->clients[i].fd >= 0)
            hang_up(&s->clients[i]);
    close(s->fd);
    unlink(s->path);
    free(s->path);
    free(s);
}

/* --- connections --- */

/* A free place, or that of whom nobody has heard for the longest time. */
static struct client *place_for(struct xd_server *s)
{
    struct client *oldest = &s->clients[0];

    for (size_t i = 0; i < XD_SERVER_CLIENTS; i++) {
        if (s->clients[i].fd < 0)
            return &s->clients[i];
        if (s->clients[i].heard < oldest->heard)
            oldest = &s->clients[i];
    }
    hang_up(oldest);
    return oldest;
}

static void take_in(struct xd_server *s)
{
    int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct ucred peer = {0};
    socklen_t len = sizeof(peer);
    struct client *c;

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0) {
        close(fd);
        return;
    }
    c = place_for(s);
    c->fd = fd;
    c->heard = s->turn;
    c->may_change = peer.uid == 0 || peer.uid == geteuid();
    snprintf(c->who, sizeof(c->who), "uid %u, process %d", (unsigned)peer.uid, (int)peer.pid);
}

/* False: it is gone. */
static bool send_out(struct client *c)
{
    while (c->sent < c->out.len) {
        ssize_t n = send(c->fd, c->out.s + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->sent += (size_t)n;
    }
    xd_buf_done(&c->out);
    c->out = (struct xd_buf)XD_BUF_INIT;
    c->sent = 0;
    return true;
}

/* Answers the questions that are there, one after the other as the answers are taken. */
static bool answer_all(struct xd_server *s, struct client *c)
{
    char *end;

    while (!c->out.len && (end = memchr(c->in, '\n', c->in_len))) {
        size_t len = (size_t)(end - c->in);

        xd_server_answer(&s->c, c->in, len, c->may_change, c->who, &c->out);
        c->in_len -= len + 1;
        memmove(c->in, end + 1, c->in_len);
        if (!send_out(c))
            return false;
    }
    return c->in_len < sizeof(c->in); /* too long a line: who writes that isn't one of ours */
}

/* False: it is gone. */
static bool read_in(struct xd_server *s, struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    if (n < 0)
        return true;
    c->in_len += (size_t)n;
    c->heard = s->turn;
    return answer_all(s, c);
}

size_t xd_server_fds(const struct xd_server *s, struct pollfd fds[XD_SERVER_FDS])
{
    size_t n = 0;

    fds[n++] = (struct pollfd){.fd = s->fd, .events = POLLIN};
    for (size_t i = 0; i < XD_SERVER_CLIENTS; i++)
        if (s->clients[i].fd >= 0)
            fds[n++] = (struct pollfd){.fd = s->clients[i].fd,
                                       .events = s->clients[i].out.len ? POLLOUT : POLLIN};
    return n;
}

static struct client *client_of(struct xd_server *s, int fd)
{
    for (size_t i = 0; i < XD_SERVER_CLIENTS; i++)
        if (s->clients[i].fd == fd)
            return &s->clients[i];
    return NULL;
}

void xd_server_serve(struct xd_server *s, const struct pollfd *fds, size_t n)
{
    s->turn++;
    for (size_t i = 1; i < n; i++) {
        struct client *c = fds[i].revents ? client_of(s, fds[i].fd) : NULL;
        bool stays = true;

        if (!c)
            continue;
        if (c->out.len)
            stays = !(fds[i].revents & (POLLERR | POLLHUP)) && send_out(c) && answer_all(s, c);
        else
            stays = read_in(s, c);
        if (!stays)
            hang_up(c);
    }
    if (n && fds[0].revents)
        take_in(s);
}
