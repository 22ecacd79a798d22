/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump-core: a guest's memory into a file, in the ELF form of xc_domain_dumpcore (docs/misc/
 * dump-core-format.txt in Xen's source). libxl's own call would block until the end, write over a
 * file that exists, and leave the guest running meanwhile, so that the parts don't fit together. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backend_libxl/actions.h"
#include "backend_libxl/actions_device.h"
#include "base/arena.h"
#include "base/str.h"

#define TELL_BYTES (8 << 20)

struct dump {
    const struct xd_xl_doing *d;
    int fd;
    uint64_t written, told, expected;
    bool cancelled;
    int error; /* errno of a write */
};

static int write_all(struct dump *dump, const char *buffer, size_t length)
{
    while (length) {
        ssize_t n = write(dump->fd, buffer, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            dump->error = n < 0 ? errno : ENOSPC;
            return -dump->error;
        }
        buffer += n;
        length -= (size_t)n;
        dump->written += (uint64_t)n;
    }
    return 0;
}

static int take(xc_interface *xch, void *arg, char *buffer, unsigned int length)
{
    struct dump *dump = arg;
    struct xd_progress *p = dump->d->p;

    if (p && dump->written >= dump->told + TELL_BYTES) {
        uint64_t permille = dump->expected ? dump->written * 1000 / dump->expected : 0;

        dump->told = dump->written;
        p->report(p, permille < 1000 ? (int)permille : 1000, "writing its memory");
    }
    if ((p && p->cancelled(p)) || dump->d->x->env->stopping(dump->d->x->env)) {
        dump->cancelled = true;
        return -ECANCELED;
    }
    return write_all(dump, buffer, length);
}

/* --- before --- */

static int check_room(const struct xd_xl_found *f, const char *file, uint64_t bytes,
                      struct xd_err *err)
{
    char *copy = xd_strdup(file), need[16], have[16];
    struct statvfs fs;
    int rc = statvfs(dirname(copy), &fs) < 0 ? -errno : 0;

    free(copy);
    if (rc < 0)
        return xd_err_set(err, -EINVAL, "%s: no core can be written to %s: its directory: %s",
                          f->what, file, strerror(-rc));
    if ((uint64_t)fs.f_bavail * fs.f_frsize >= bytes)
        return 0;
    return xd_err_set(err, -EINVAL, "%s: its core takes %s, and where %s would be are %s free",
                      f->what, xd_fmt_bytes(bytes, need, sizeof(need)), file,
                      xd_fmt_bytes((uint64_t)fs.f_bavail * fs.f_frsize, have, sizeof(have)));
}

static int open_file(const struct xd_xl_found *f, const char *file, struct xd_err *err)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd >= 0)
        return fd;
    if (errno == EEXIST)
        return xd_err_set(err, -EINVAL,
                          "%s: %s exists already, and a core is not written over anything: name "
                          "another file",
                          f->what, file);
    return xd_err_set(err, -EINVAL, "%s: no core can be written to %s: %s", f->what, file,
                      strerror(errno));
}

/* --- doing it --- */

static int result_of(struct dump *dump, const struct xd_xl_found *f, const char *file, int rc,
                     int errnum, struct xd_err *err)
{
    char text[16];

    if (rc == 0 && fsync(dump->fd) < 0)
        dump->error = errno;
    if (rc == 0 && !dump->error)
        return 0;
    unlink(file);
    xd_fmt_bytes(dump->written, text, sizeof(text));
    if (dump->cancelled)
        return xd_err_set(err, -ECANCELED, "%s: the core dump was ended after %s, %s is removed",
                          f->what, text, file);
    if (dump->error)
        return xd_err_set(err, -dump->error,
                          "%s: after %s, %s could not be written: %s; it is "
                          "removed",
                          f->what, text, file, strerror(dump->error));
    return xd_xl_fail_errno(&dump->d->x->logger, errnum, err, "%s: its core was not written",
                            f->what);
}

/* Pauses of a toolstack are counted by Xen: one that the admin asked for stays. */
static int dump_paused(struct dump *dump, const struct xd_xl_found *f, const char *file,
                       struct xd_err *err)
{
    struct xd_xl *x = dump->d->x;
    uint32_t domid = f->info.domain;
    int rc = xc_domain_pause(x->xc, domid), errnum;

    if (rc < 0) {
        errnum = errno;
        unlink(file);
        return xd_xl_fail_errno(&x->logger, errnum, err, "%s could not be paused", f->what);
    }
    rc = xc_domain_dumpcore_via_callback(x->xc, domid, dump, take);
    errnum = errno;
    if (xc_domain_unpause(x->xc, domid) < 0)
        xd_log_write(x->env->log, XD_LOG_ERROR, "libxl",
                     "%s is still paused after its core dump: %s", f->what, strerror(errno));
    return result_of(dump, f, file, rc, errnum, err);
}

int xd_xl_act_dump(const struct xd_xl_doing *d, struct xd_err *err)
{
    const char *file = xd_xl_param_text(&d->params[0]);
    struct dump dump = {.d = d, .fd = -1};
    libxl_domain_type type;
    struct xd_xl_found f;
    int rc = xd_xl_find_guest(d, "it would have to be paused, and it is what writes the file", &f,
                              &type, err);

    if (rc < 0)
        return rc;
    if (!file[0])
        return xd_err_set(err, -EINVAL, "%s: a core dump needs the name of a file", f.what);
    dump.expected = f.info.tot_pages * XC_PAGE_SIZE;
    dump.fd = open_file(&f, file, err);
    if (dump.fd < 0)
        return dump.fd;
    rc = check_room(&f, file, dump.expected, err);
    if (rc < 0) {
        unlink(file);
    } else {
        xd_xl_deed_subject(d->deed, file);
        rc = dump_paused(&dump, &f, file, err);
    }
    close(dump.fd);
    return rc;
}

int xd_xl_seen_dump(struct xd_xl *x, const struct xd_object *o, const struct xd_xl_deed *deed,
                    struct xd_err *err)
{
    struct stat st;

    return deed->subject && stat(deed->subject, &st) == 0 && st.st_size > 0;
}
