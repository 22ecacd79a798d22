/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: a ring of lines that any thread may write to and the log pane shows. Nothing in xendeck
 * writes to the terminal besides the terminal code itself; what libraries want to say ends here.
 * Lines are made safe on the way in (see xd_str_safe). */
#ifndef XD_BASE_LOG_H
#define XD_BASE_LOG_H

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct xd_clock;

enum xd_log_level { XD_LOG_DEBUG, XD_LOG_INFO, XD_LOG_WARN, XD_LOG_ERROR };

#define XD_LOG_LINES 1024
#define XD_LOG_BYTES 248

struct xd_log_line {
    uint64_t seq; /* 1, 2, 3 … */
    int64_t wall_ns;
    enum xd_log_level level;
    char source[16];
    char text[XD_LOG_BYTES];
};

struct xd_log {
    pthread_mutex_t lock;
    struct xd_clock *clock;
    uint64_t seq; /* of the newest line; 0: none */
    enum xd_log_level min;
    struct xd_log_line ring[XD_LOG_LINES];
};

void xd_log_init(struct xd_log *l, struct xd_clock *clock);
void xd_log_done(struct xd_log *l);
/* Lines below this level are not kept. XD_LOG_INFO at first. */
void xd_log_set_min(struct xd_log *l, enum xd_log_level min);
void xd_log_write(struct xd_log *l, enum xd_log_level level, const char *source, const char *fmt,
                  ...) XD_PRINTF(4, 5);
void xd_log_writev(struct xd_log *l, enum xd_log_level level, const char *source,
                   const char *fmt, va_list ap);
/* Copies the newest lines, oldest first, at most max; returns how many. */
size_t xd_log_tail(struct xd_log *l, struct xd_log_line *out, size_t max);
uint64_t xd_log_seq(struct xd_log *l);
const char *xd_log_level_name(enum xd_log_level level); /* "debug" "info" "warn" "error" */

#endif
