/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of log lines: see log.h. */
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

void xd_log_init(struct xd_log *l, struct xd_clock *clock)
{
    /* lines beyond seq are never read: the ring's pages are not touched until it fills */
    l->seq = 0;
    pthread_mutex_init(&l->lock, NULL);
    l->clock = clock;
    l->min = XD_LOG_INFO;
}

void xd_log_done(struct xd_log *l)
{
    pthread_mutex_destroy(&l->lock);
}

void xd_log_set_min(struct xd_log *l, enum xd_log_level min)
{
    pthread_mutex_lock(&l->lock);
    l->min = min;
    pthread_mutex_unlock(&l->lock);
}

/* Formats outside the lock; libraries end their lines with a newline, which is no text of ours. */
static void make_line(struct xd_log_line *line, const char *source, const char *fmt, va_list ap)
{
    char tmp[1024];
    size_t len;

    if (vsnprintf(tmp, sizeof(tmp), fmt, ap) < 0)
        tmp[0] = '\0';
    len = strlen(tmp);
    while (len > 0 && (tmp[len - 1] == '\n' || tmp[len - 1] == '\r'))
        tmp[--len] = '\0';
    xd_str_safe_to(line->text, sizeof(line->text), tmp);
    xd_str_safe_to(line->source, sizeof(line->source), source ? source : "");
}

void xd_log_writev(struct xd_log *l, enum xd_log_level level, const char *source, const char *fmt,
                   va_list ap)
{
    struct xd_log_line line = {.level = level};
    int saved = errno; /* the caller may still want it */

    make_line(&line, source, fmt, ap);
    pthread_mutex_lock(&l->lock);
    if (level >= l->min) {
        /* Under the lock: the order of the lines is the order of their times. */
        line.wall_ns = l->clock ? xd_clock_wall(l->clock) : 0;
        line.seq = ++l->seq;
        l->ring[line.seq % XD_LOG_LINES] = line;
    }
    pthread_mutex_unlock(&l->lock);
    errno = saved;
}

void xd_log_write(struct xd_log *l, enum xd_log_level level, const char *source, const char *fmt,
                  ...)
{
    va_list ap;

    va_start(ap, fmt);
    xd_log_writev(l, level, source, fmt, ap);
    va_end(ap);
}

size_t xd_log_tail(struct xd_log *l, struct xd_log_line *out, size_t max)
{
    size_t i, n;

    pthread_mutex_lock(&l->lock);
    n = l->seq < XD_LOG_LINES ? (size_t)l->seq : XD_LOG_LINES;
    if (n > max)
        n = max;
    for (i = 0; i < n; i++)
        out[i] = l->ring[(l->seq - n + 1 + i) % XD_LOG_LINES];
    pthread_mutex_unlock(&l->lock);
    return n;
}

uint64_t xd_log_seq(struct xd_log *l)
{
    uint64_t seq;

    pthread_mutex_lock(&l->lock);
    seq = l->seq;
    pthread_mutex_unlock(&l->lock);
    return seq;
}

const char *xd_log_level_name(enum xd_log_level level)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    return (unsigned)level < sizeof(names) / sizeof(names[0]) ? names[level] : "?";
}
