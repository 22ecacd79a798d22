/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where Xen's libraries say what they have to say: into xendeck's log, and never to a terminal.
 *
 * libxl returns an ERROR_ number and keeps the reason for its logger, errno with it. So the logger
 * remembers the first error since xd_xl_log_reset (what comes later is only the echo of it further
 * up), and xd_xl_fail makes a sentence of both. */
#ifndef XD_XL_LOGGER_H
#define XD_XL_LOGGER_H

#include <stdbool.h>
#include <xentoollog.h>

#include "base/err.h"
#include "base/log.h"

struct xd_xl_logger {
    xentoollog_logger vtable; /* first: it is what the libraries hand back to us */
    struct xd_log *log;
    bool failed;      /* an error was logged since the last reset; the first: */
    int failed_errno; /* 0: none was given */
    char failed_text[256];
    char progress[128]; /* what a long operation says it is doing; "" at first */
    int permille;       /* of that; -1: unknown */
};

void xd_xl_logger_init(struct xd_xl_logger *l, struct xd_log *log);
void xd_xl_log_reset(struct xd_xl_logger *l);

/* Makes an error of a libxl return value `rc` (ERROR_…; negative): the given words, then what the
 * logger heard, then advice where the number is one that people run into. Returns the code it set:
 * the errno that the logger heard, else the nearest one to rc. */
int xd_xl_fail(const struct xd_xl_logger *l, int rc, struct xd_err *err, const char *fmt, ...)
    XD_PRINTF(4, 5);
/* The same after a libxc call, which sets errno and may not log; errnum: errno. */
int xd_xl_fail_errno(const struct xd_xl_logger *l, int errnum, struct xd_err *err, const char *fmt,
                     ...) XD_PRINTF(4, 5);

#endif
