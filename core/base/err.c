/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors as values: see err.h. Texts are made safe for a terminal here, once, because a sentence
 * that names what was found often quotes a guest or a file. */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

int xd_err_setv(struct xd_err *err, int code, const char *fmt, va_list ap)
{
    char tmp[2048];

    if (!err)
        return code;
    /* By way of tmp: the arguments may point into err->text. */
    if (vsnprintf(tmp, sizeof(tmp), fmt, ap) < 0)
        tmp[0] = '\0';
    err->code = code;
    xd_str_safe_to(err->text, sizeof(err->text), tmp);
    return code;
}

int xd_err_set(struct xd_err *err, int code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    xd_err_setv(err, code, fmt, ap);
    va_end(ap);
    return code;
}

void xd_err_prefix(struct xd_err *err, const char *fmt, ...)
{
    char words[sizeof(err->text)];
    va_list ap;

    if (!err || !err->code)
        return;
    va_start(ap, fmt);
    if (vsnprintf(words, sizeof(words), fmt, ap) < 0)
        words[0] = '\0';
    va_end(ap);
    xd_err_set(err, err->code, "%s%s", words, xd_err_text(err));
}

void xd_err_clear(struct xd_err *err)
{
    if (!err)
        return;
    err->code = 0;
    err->text[0] = '\0';
}

const char *xd_err_text(const struct xd_err *err)
{
    const char *name;

    if (!err || (!err->code && !err->text[0]))
        return "no error";
    if (err->text[0])
        return err->text;
    name = strerrorname_np(err->code < 0 ? -err->code : err->code);
    return name ? name : "unknown error";
}
