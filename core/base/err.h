/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors are values: a negative errno and a sentence that names the object, what was wanted and
 * what was found. A function that can fail returns int (0 or -errno) and takes `struct xd_err *`
 * last; NULL is allowed there and means that the caller only wants the number. */
#ifndef XD_BASE_ERR_H
#define XD_BASE_ERR_H

#include <stdarg.h>

#define XD_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct xd_err {
    int code;       /* 0: no error; else a negative errno */
    char text[496]; /* one sentence, UTF-8, no trailing full stop or newline */
};

#define XD_ERR_INIT {0, ""}

/* Sets err (if any) and returns code, so that a caller can `return xd_err_set(err, -EINVAL, …)`.
 * A text longer than the buffer is cut at a character, never inside one. */
int xd_err_set(struct xd_err *err, int code, const char *fmt, ...) XD_PRINTF(3, 4);
int xd_err_setv(struct xd_err *err, int code, const char *fmt, va_list ap);

/* Puts words in front of a sentence that a callee has set: "reading theme night: " + text. */
void xd_err_prefix(struct xd_err *err, const char *fmt, ...) XD_PRINTF(2, 3);

void xd_err_clear(struct xd_err *err);

/* The sentence, or the errno's own name when there is none. Never NULL. */
const char *xd_err_text(const struct xd_err *err);

#endif
