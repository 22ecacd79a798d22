/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The logger handed to libxl, libxc and hypfs: see logger.h. */
#include "backend_libxl/logger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_libxl/late.h"
#include "backend_libxl/text.h"
#include "base/str.h"

static enum xd_log_level level_of(xentoollog_level level)
{
    if (level >= XTL_ERROR)
        return XD_LOG_ERROR;
    if (level >= XTL_WARN)
        return XD_LOG_WARN;
    return level >= XTL_PROGRESS ? XD_LOG_INFO : XD_LOG_DEBUG;
}

static const char *errno_text(int errnum, char buf[64])
{
    return strerror_r(errnum, buf, 64);
}

static void vmessage(struct xentoollog_logger *logger, xentoollog_level level, int errnoval,
                     const char *context, const char *format, va_list al)
{
    struct xd_xl_logger *l = (struct xd_xl_logger *)logger;
    const char *source = context ? context : "xen";
    char text[512], buf[64];
    size_t len;

    vsnprintf(text, sizeof(text), format, al);
    for (len = strlen(text); len && (text[len - 1] == '\n' || text[len - 1] == ' '); len--)
        text[len - 1] = '\0';
    if (errnoval > 0)
        xd_log_write(l->log, level_of(level), source, "%s: %s", text, errno_text(errnoval, buf));
    else
        xd_log_write(l->log, level_of(level), source, "%s", text);
    if (level < XTL_ERROR || l->failed)
        return;
    l->failed = true;
    l->failed_errno = errnoval > 0 ? errnoval : 0;
    xd_str_safe_to(l->failed_text, sizeof(l->failed_text), xd_xl_log_essence(text));
}

static void progress(struct xentoollog_logger *logger, const char *context, const char *doing_what,
                     int percent, unsigned long done, unsigned long total)
{
    struct xd_xl_logger *l = (struct xd_xl_logger *)logger;

    xd_str_safe_to(l->progress, sizeof(l->progress), doing_what);
    l->permille = total ? percent * 10 : -1;
    if (done == 0 || done == total)
        xd_log_write(l->log, XD_LOG_DEBUG, context ? context : "xen", "%s: %d%%", doing_what,
                     percent);
}

/* The logger lives in its backend's instance and goes with it. */
static void destroy(struct xentoollog_logger *logger)
{
}

void xd_xl_logger_init(struct xd_xl_logger *l, struct xd_log *log)
{
    memset(l, 0, sizeof(*l));
    l->vtable.vmessage = vmessage;
    l->vtable.progress = progress;
    l->vtable.destroy = destroy;
    l->log = log;
    l->permille = -1;
}

void xd_xl_log_reset(struct xd_xl_logger *l)
{
    l->failed = false;
    l->failed_errno = 0;
    l->failed_text[0] = '\0';
    l->progress[0] = '\0';
    l->permille = -1;
}

static const struct {
    int rc;
    int code;
} codes[] = {
    {ERROR_VERSION, -EPROTO},
    {ERROR_NI, -ENOSYS},
    {ERROR_NOMEM, -ENOMEM},
    {ERROR_INVAL, -EINVAL},
    {ERROR_GUEST_TIMEDOUT, -ETIMEDOUT},
    {ERROR_TIMEDOUT, -ETIMEDOUT},
    {ERROR_NOPARAVIRT, -ENOTSUP},
    {ERROR_LOCK_FAIL, -EBUSY},
    {ERROR_DOMAIN_NOTFOUND, -ESRCH},
    {ERROR_ABORTED, -ECANCELED},
    {ERROR_NOTFOUND, -ENOENT},
    {ERROR_DOMAIN_DESTROYED, -ESRCH},
    {ERROR_FEATURE_REMOVED, -ENOSYS},
};

static int code_of(int rc)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].rc == rc)
            return codes[i].code;
    return -EIO;
}

/* What to do about the numbers that people run into. */
static const char *advice(int code)
{
    switch (code) {
    case -EACCES:
        return "; this xendeck was built for Xen " XD_XEN_BUILT
               ": if another release runs here, it must be rebuilt against its libxen-dev";
    case -EPERM:
        return "; Xen allows that only to a privileged domain, and Linux only to root";
    case -EBUSY:
        return "; something else works on it right now: try again";
    default:
        return "";
    }
}

static int say(int code, const char *what, const char *why, struct xd_err *err)
{
    return xd_err_set(err, code, "%s%s%s%s", what, *why ? ": " : "", why, advice(code));
}

static int say_heard(const struct xd_xl_logger *l, int code, const char *fallback, const char *what,
                     struct xd_err *err)
{
    char buf[64], why[sizeof(l->failed_text) + 80];

    if (!l->failed)
        return say(code, what, fallback, err);
    if (l->failed_errno)
        snprintf(why, sizeof(why), "%s: %s", l->failed_text, errno_text(l->failed_errno, buf));
    else
        snprintf(why, sizeof(why), "%s", l->failed_text);
    return say(code, what, why, err);
}

int xd_xl_fail(const struct xd_xl_logger *l, int rc, struct xd_err *err, const char *fmt, ...)
{
    int code = l->failed_errno ? -l->failed_errno : code_of(rc);
    const char *name =
        xd_xl_need(XD_XL_XENLIGHT, NULL) == 0 ? libxl_error_to_string((libxl_error)rc) : NULL;
    char what[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    return say_heard(l, code, name ? name : "libxl gives no reason", what, err);
}

int xd_xl_fail_errno(const struct xd_xl_logger *l, int errnum, struct xd_err *err, const char *fmt,
                     ...)
{
    char what[256], buf[64];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    if (errnum <= 0)
        errnum = EIO;
    return say_heard(l, -errnum, errno_text(errnum, buf), what, err);
}
