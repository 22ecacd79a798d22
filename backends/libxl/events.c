/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watching xenstore: see events.h. */
#include "backend_libxl/events.h"

#include <errno.h>
#include <string.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "backend_libxl/deaths.h"
#include "backend_libxl/known.h"

/* Guests can make as many events as they like: no more of them are taken in at once. */
#define AT_ONCE 4096

/* The last one's first event, which every watch has, is nothing to parse. */
static const char *const watched[] = {"@introduceDomain", "@releaseDomain", "/local/domain"};
#define N_WATCHED (sizeof(watched) / sizeof(watched[0]))

void xd_xl_events_init(struct xd_xl *x)
{
    x->events.epoll = x->env->role == XD_OBSERVER ? epoll_create1(EPOLL_CLOEXEC) : -1;
}

void xd_xl_events_stop(struct xd_xl *x)
{
    if (x->events.xs)
        xs_close(x->events.xs);
    x->events.xs = NULL;
    x->events.refused = false;
}

void xd_xl_events_done(struct xd_xl *x)
{
    xd_xl_events_stop(x);
    if (x->events.epoll >= 0)
        close(x->events.epoll);
    x->events.epoll = -1;
}

/* True if it is worth a sample: what guests write of themselves can wait for the next one, or each
 * of them could keep us busy. */
static bool take_event(struct xd_xl *x, const char *path)
{
    struct xd_xl_known *k;
    unsigned parts;
    uint32_t domid;

    if (path[0] == '@')
        return true;
    parts = xd_xl_path_parts(path, &domid);
    k = parts ? xd_xl_known_of(x, domid) : NULL;
    if (!k)
        return false; /* one that we haven't seen yet is read whole when we do */
    k->fresh &= ~parts;
    return parts & (XD_XL_NAME | XD_XL_TARGET | XD_XL_MAX);
}

/* All that is there already. */
static bool drain(struct xd_xl *x)
{
    bool wake = false;
    char **event;

    for (int i = 0; i < AT_ONCE && x->events.xs && (event = xs_check_watch(x->events.xs)); i++) {
        wake |= take_event(x, event[XS_WATCH_PATH]);
        free(event);
    }
    return wake;
}

static void refuse(struct xd_xl *x, const char *what, int errnum)
{
    xd_xl_events_stop(x);
    x->events.refused = true;
    xd_log_write(x->env->log, XD_LOG_WARN, "libxl",
                 "xenstore can't be watched (%s: %s): changes are seen by the next sample only",
                 what, strerror(errnum));
}

static void begin(struct xd_xl *x)
{
    struct epoll_event e = {.events = EPOLLIN};

    x->events.xs = xs_open(0);
    if (!x->events.xs) {
        refuse(x, "a second connection", errno);
        return;
    }
    for (size_t i = 0; i < N_WATCHED; i++)
        if (!xs_watch(x->events.xs, watched[i], "")) {
            refuse(x, watched[i], errno);
            return;
        }
    if (x->events.epoll >= 0 &&
        epoll_ctl(x->events.epoll, EPOLL_CTL_ADD, xs_fileno(x->events.xs), &e) < 0)
        refuse(x, "epoll", errno);
    drain(x);
    xd_xl_known_doubt(x);
}

/* xenstore answers and sends events of one connection in their order: whatever was written before
 * our question was answered has been told by then. */
int xd_xl_events_sync(struct xd_xl *x)
{
    unsigned len;
    char *answer;

    if (x->events.epoll < 0 || x->events.refused)
        return 0;
    if (!x->events.xs) {
        begin(x);
        return 0;
    }
    answer = xs_read(x->events.xs, XBT_NULL, "/local/domain/0/domid", &len);
    if (!answer && errno != ENOENT && errno != EACCES)
        return errno ? -errno : -EIO;
    free(answer);
    drain(x);
    return 0;
}

int xd_xl_wake_fd(void *self)
{
    return ((struct xd_xl *)self)->events.epoll;
}

bool xd_xl_wake(void *self)
{
    bool wake = drain(self);

    xd_xl_deaths_hear(self);
    return wake;
}
