/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What modules of Xen hosts share: see xen.h. */
#include "backend_shared/xen.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/slurp.h"
#include "base/str.h"
#include "kernel/dom0.h"

/* --- what the libraries say --- */

static void vmessage(struct xentoollog_logger *logger, xentoollog_level level, int errnoval,
                     const char *context, const char *format, va_list al)
{
    struct xd_xen_logger *l = (struct xd_xen_logger *)logger;

    xd_log_writev(l->log, XD_LOG_DEBUG, context ? context : "xen", format, al);
}

static void progress(struct xentoollog_logger *logger, const char *context, const char *doing_what,
                     int percent, unsigned long done, unsigned long total)
{
}

/* The logger lives in its backend's instance and goes with it. */
static void destroy(struct xentoollog_logger *logger)
{
}

void xd_xen_logger_init(struct xd_xen_logger *l, struct xd_log *log)
{
    *l = (struct xd_xen_logger){{vmessage, progress, destroy}, log};
}

/* --- the host --- */

#define PRIVCMD "/dev/xen/privcmd"

static bool is_guest(void)
{
    struct xd_buf b = XD_BUF_INIT;
    bool is =
        xd_slurp("/sys/hypervisor/type", 64, &b, NULL) == 0 && xd_str_starts(xd_buf_str(&b), "xen");

    xd_buf_done(&b);
    return is;
}

int xd_xen_probe(struct xd_err *err)
{
    if (!xd_dom0_is_here())
        return xd_err_set(err, -ENODEV,
                          is_guest() ? "a Xen guest, not dom0" : "not a Xen dom0: no Xen below it");
    if (access(PRIVCMD, R_OK | W_OK) == 0)
        return 0;
    if (errno == ENOENT)
        return xd_err_set(err, -ENODEV,
                          "a Xen dom0, but there is no " PRIVCMD ": modprobe xen-privcmd");
    return xd_err_set(err, -errno, "a Xen dom0, but " PRIVCMD " can't be opened (%s): be root",
                      strerror(errno));
}

/* Where libxenstore looks for xenstored (xs_daemon_socket), which isn't loaded for that. */
static void find_socket(char *out, size_t size)
{
    const char *path = getenv("XENSTORED_PATH"), *dir = getenv("XENSTORED_RUNDIR");

    if (path)
        snprintf(out, size, "%s", path);
    else
        snprintf(out, size, "%s/socket", dir ? dir : "/var/run/xenstored");
}

int xd_xenstore_connect(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct stat st;
    int fd;

    find_socket(to.sun_path, sizeof(to.sun_path));
    if (stat(to.sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return -ENOENT;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    int rc = -errno;
    if (fd >= 0)
        close(fd);
    return rc;
}

int xd_xenstore_check(struct xd_err *err)
{
    int fd = xd_xenstore_connect();
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

    if (fd >= 0)
        close(fd);
    if (fd >= 0 || fd == -ENOENT)
        return 0;
    find_socket(path, sizeof(path));
    return xd_err_set(err, fd, "xenstored doesn't run: nobody answers at its socket %s (%s)", path,
                      strerror(-fd));
}
