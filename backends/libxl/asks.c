/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many questions to xenstored in one message: see asks.h. */
#include "backend_libxl/asks.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"

/* So many at once: both directions must fit into a socket's buffer, or both sides wait. */
#define AT_ONCE 32
#define MOST    4096 /* bytes of a payload */

enum { READ = 2, ERROR = 16 };

struct head {
    uint32_t type, request, transaction, len;
};

static const struct {
    const char *name;
    int errnum;
} errors[] = {
    {"ENOENT", ENOENT}, {"EACCES", EACCES}, {"EINVAL", EINVAL}, {"EIO", EIO},
    {"ENOMEM", ENOMEM}, {"EBUSY", EBUSY},   {"EAGAIN", EAGAIN}, {"EQUOTA", EDQUOT},
};

static int send_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -errno;
        bytes += sent;
        n -= (size_t)sent;
    }
    return 0;
}

static int send_asks(int fd, const struct xd_xl_ask *asks, size_t n)
{
    char bytes[AT_ONCE * (sizeof(struct head) + sizeof(asks->path))];
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        struct head h = {READ, (uint32_t)i, 0, (uint32_t)strlen(asks[i].path) + 1};

        memcpy(bytes + at, &h, sizeof(h));
        memcpy(bytes + at + sizeof(h), asks[i].path, h.len);
        at += sizeof(h) + h.len;
    }
    return send_all(fd, bytes, at);
}

/* What came and is not used yet. */
struct input {
    char bytes[16 * 1024];
    size_t from, to;
};

/* Makes n bytes stand at in->bytes + in->from. */
static int need(int fd, struct input *in, size_t n)
{
    if (in->to - in->from < n && sizeof(in->bytes) - in->from < n) {
        memmove(in->bytes, in->bytes + in->from, in->to - in->from);
        in->to -= in->from;
        in->from = 0;
    }
    while (in->to - in->from < n) {
        ssize_t got = recv(fd, in->bytes + in->to, sizeof(in->bytes) - in->to, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -ECONNRESET;
        in->to += (size_t)got;
    }
    return 0;
}

static void take_error(struct xd_xl_ask *ask, const char *text, size_t len)
{
    ask->errnum = EIO;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strlen(errors[i].name) + 1 == len && memcmp(errors[i].name, text, len) == 0)
            ask->errnum = errors[i].errnum;
}

static int take_answer(int fd, struct input *in, struct xd_xl_ask *ask, uint32_t number)
{
    struct head h;
    int rc = need(fd, in, sizeof(h));

    if (rc < 0)
        return rc;
    memcpy(&h, in->bytes + in->from, sizeof(h));
    if ((h.type != READ && h.type != ERROR) || h.request != number || h.len > MOST)
        return -EPROTO;
    in->from += sizeof(h);
    rc = need(fd, in, h.len);
    if (rc < 0)
        return rc;
    if (h.type == ERROR) {
        take_error(ask, in->bytes + in->from, h.len);
    } else {
        ask->answer = xd_malloc(h.len + 1); /* which is all zeroes */
        memcpy(ask->answer, in->bytes + in->from, h.len);
    }
    in->from += h.len;
    return 0;
}

/* --- over one connection or several --- */

/* A connection more for each so many questions: making one costs xenstored two turns and us five
 * system calls. */
#define WORTH 10
#define LINES 16 /* at most */

struct lines {
    int fd[LINES];
    size_t n, most; /* open ones; so many may be */
    size_t each;    /* questions on each at a time */
    int (*connect)(void);
};

/* Asks for the next of these on each connection, opening those that aren't: whatever xenstored has
 * of them it answers while the next is opened. */
static int send_round(struct lines *l, const struct xd_xl_ask *asks, size_t n, size_t *sent)
{
    int rc = 0;

    *sent = 0;
    for (size_t i = 0; rc == 0 && i < l->most && *sent < n; i++) {
        size_t some = n - *sent < l->each ? n - *sent : l->each;

        if (i == l->n) {
            l->fd[i] = l->connect();
            if (l->fd[i] < 0) { /* the others will do */
                l->most = i;
                break;
            }
            l->n++;
        }
        rc = send_asks(l->fd[i], asks + *sent, some);
        *sent += some;
    }
    return rc;
}

static int take_round(const struct lines *l, struct xd_xl_ask *asks, size_t n)
{
    struct input in;
    int rc = 0;

    for (size_t i = 0, at = 0; rc == 0 && at < n; i++) {
        size_t end = n - at < l->each ? n : at + l->each;

        in.from = in.to = 0;
        for (uint32_t number = 0; rc == 0 && at < end; at++)
            rc = take_answer(l->fd[i], &in, &asks[at], number++);
        if (rc == 0 && in.from != in.to)
            rc = -EPROTO; /* nobody asked for that */
    }
    return rc;
}

int xd_xl_ask_all(int fd, int (*connect)(void), struct xd_xl_ask *asks, size_t n)
{
    struct lines l = {.fd = {fd}, .n = 1, .most = 1, .connect = connect};
    size_t sent;
    int rc = 0;

    if (connect && n / WORTH > 1)
        l.most = n / WORTH < LINES ? n / WORTH : LINES;
    l.each = (n + l.most - 1) / l.most;
    if (l.each > AT_ONCE)
        l.each = AT_ONCE;
    for (size_t first = 0; rc == 0 && first < n; first += sent) {
        rc = send_round(&l, asks + first, n - first, &sent);
        if (rc == 0)
            rc = take_round(&l, asks + first, sent);
    }
    while (l.n > 1)
        close(l.fd[--l.n]);
    return rc;
}

/* --- ahead --- */

struct xd_xl_asked {
    struct xd_xl_ask *asks;
    size_t n, room, next;
};

/* Not all that is foreseen is asked for: a domain may have gone meanwhile. */
#define SKIP_MAX 16

struct xd_xl_asked *xd_xl_asked_new(void)
{
    return xd_malloc(sizeof(struct xd_xl_asked));
}

void xd_xl_asked_free(struct xd_xl_asked *l)
{
    for (size_t i = 0; l && i < l->n; i++)
        free(l->asks[i].answer);
    if (l)
        free(l->asks);
    free(l);
}

void xd_xl_asked_add(struct xd_xl_asked *l, const char *fmt, ...)
{
    struct xd_xl_ask *ask;
    va_list ap;

    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 256;
        l->asks = xd_realloc(l->asks, l->room * sizeof(*l->asks));
    }
    ask = &l->asks[l->n++];
    ask->answer = NULL;
    ask->errnum = 0;
    va_start(ap, fmt);
    vsnprintf(ask->path, sizeof(ask->path), fmt, ap);
    va_end(ap);
}

int xd_xl_asked_fetch(struct xd_xl_asked *l, int fd, int (*connect)(void))
{
    return xd_xl_ask_all(fd, connect, l->asks, l->n);
}

bool xd_xl_asked_take(struct xd_xl_asked *l, const char *path, char **answer)
{
    for (size_t i = l->next; i < l->n && i < l->next + SKIP_MAX; i++) {
        struct xd_xl_ask *ask = &l->asks[i];

        if (strcmp(ask->path, path) != 0)
            continue;
        l->next = i + 1;
        if (!ask->answer && !ask->errnum)
            return false;
        *answer = ask->answer;
        ask->answer = NULL;
        errno = ask->errnum;
        return true;
    }
    return false;
}
