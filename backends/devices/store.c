/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection to xenstore: reading, watching, and what watches tell. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backend_devices/host.h"
#include "base/arena.h"

#define PATH_BYTES 256
/* Events taken in at one go: a guest that writes without end must not keep us here. */
#define EVENTS_MAX 4096

int xd_dv_connect(struct xd_dv *d, struct xd_err *err)
{
    struct epoll_event e = {.events = EPOLLIN};
    int rc;

    if (d->xs)
        return 0;
    rc = xd_xenstore_check(err);
    if (rc < 0)
        return rc;
    d->xs = xs_open(0);
    if (!d->xs)
        return xd_err_set(err, -(errno ? errno : EIO), "xenstore can't be reached: %s",
                          strerror(errno));
    xd_dv_forget_devices(d);
    xd_dv_forget_domains(d);
    e.data.fd = xs_fileno(d->xs);
    if (e.data.fd >= 0)
        epoll_ctl(d->epoll, EPOLL_CTL_ADD, e.data.fd, &e);
    d->relist = true;
    xd_dv_watch(d, "@introduceDomain", "i");
    xd_dv_watch(d, "@releaseDomain", "r");
    xd_dv_watch(d, "/local/domain/0/error", "e");
    return d->xs ? 0 : xd_err_set(err, -EIO, "xenstore went away");
}

/* Closing the handle takes its descriptor out of the epoll set. */
void xd_dv_disconnect(struct xd_dv *d)
{
    if (d->xs)
        xs_close(d->xs);
    d->xs = NULL;
}

/* What says that xenstore is there and the node is not, or not for us. */
static bool is_answer(int errnum)
{
    return errnum == ENOENT || errnum == EACCES || errnum == EINVAL || errnum == EEXIST ||
           errnum == ENOSPC;
}

static void failed(struct xd_dv *d, int errnum)
{
    if (is_answer(errnum))
        return;
    xd_log_write(d->env->log, XD_LOG_ERROR, "devices", "xenstore went away: %s", strerror(errnum));
    xd_dv_disconnect(d);
}

char *xd_dv_read(struct xd_dv *d, const char *fmt, ...)
{
    char path[PATH_BYTES], *value;
    unsigned len;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    if (!d->xs)
        return NULL;
    value = xs_read(d->xs, XBT_NULL, path, &len);
    if (!value)
        failed(d, errno);
    else if (len > XD_DV_VALUE_MAX)
        value[XD_DV_VALUE_MAX] = '\0';
    return value;
}

char **xd_dv_list(struct xd_dv *d, unsigned *n, const char *fmt, ...)
{
    char path[PATH_BYTES], **names;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path, sizeof(path), fmt, ap);
    va_end(ap);
    *n = 0;
    if (!d->xs)
        return NULL;
    names = xs_directory(d->xs, XBT_NULL, path, n);
    if (!names)
        failed(d, errno);
    return names;
}

bool xd_dv_watch(struct xd_dv *d, const char *path, const char *token)
{
    if (!d->xs)
        return false;
    if (xs_watch(d->xs, path, token) || errno == EEXIST)
        return true;
    failed(d, errno);
    return false;
}

/* An error node of dom0's backends lies at /local/domain/0/error/backend/…: as if it were a leaf of
 * the backend itself. */
static bool error_event(struct xd_dv *d, const char *path)
{
    static const char prefix[] = "/local/domain/0/error";
    char twin[PATH_BYTES];

    if (strncmp(path, prefix, strlen(prefix)) != 0)
        return false;
    snprintf(twin, sizeof(twin), "/local/domain/0%s", path + strlen(prefix));
    return xd_dv_event(d, twin);
}

static bool name_event(struct xd_dv *d, uint64_t domid)
{
    struct xd_dv_domain *m = domid <= XD_DV_DOMID_MAX ? xd_dv_domain(d, (uint32_t)domid) : NULL;

    if (m)
        m->rename = true;
    return m;
}

/* The first letter of a token says what is watched, a number behind it whose. */
static bool one_event(struct xd_dv *d, const char *path, const char *token)
{
    uint64_t n = 0;

    if (token[0] && token[1] && xd_parse_u64(token + 1, &n) < 0)
        return false;
    switch (token[0]) {
    case 'i':
    case 'r':
        d->relist = true;
        return true;
    case 'e':
        return error_event(d, path);
    case 'b':
        return xd_dv_event(d, path);
    case 'f':
        return xd_dv_front_event(d, n, path);
    case 'n':
        return name_event(d, n);
    default:
        return false;
    }
}

bool xd_dv_hear(struct xd_dv *d)
{
    bool any = false;
    char **event;

    for (int n = 0; d->xs && n < EVENTS_MAX && (event = xs_check_watch(d->xs)); n++) {
        any = one_event(d, event[XS_WATCH_PATH], event[XS_WATCH_TOKEN]) || any;
        free(event);
    }
    return any;
}
