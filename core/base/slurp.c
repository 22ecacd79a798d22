/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files read whole: see slurp.h. */
#include "base/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int xd_slurp_fd(int fd, size_t most, struct xd_buf *out)
{
    char chunk[16384];

    while (out->len < most) {
        size_t room = most - out->len;
        ssize_t n = read(fd, chunk, room < sizeof(chunk) ? room : sizeof(chunk));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        xd_buf_addn(out, chunk, (size_t)n);
    }
    return 0;
}

int xd_slurp(const char *path, size_t most, struct xd_buf *out, struct xd_err *err)
{
    bool input = strcmp(path, "-") == 0;
    const char *name = input ? "standard input" : path;
    int fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc;

    if (fd < 0)
        return xd_err_set(err, -errno, "%s: %s", name, strerror(errno));
    rc = xd_slurp_fd(fd, most + 1, out);
    if (!input)
        close(fd);
    if (rc < 0)
        return xd_err_set(err, rc, "%s: %s", name, strerror(-rc));
    if (out->len > most)
        return xd_err_set(err, -EFBIG, "%s: more than %zu MiB", name, most >> 20);
    return 0;
}

int xd_write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t some = write(fd, bytes, n);

        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0)
            return -errno;
        bytes += some;
        n -= (size_t)some;
    }
    return 0;
}

/* Some file systems know no fsync (EINVAL). */
static int to_disk(int fd)
{
    return fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
}

static int write_fresh(const struct xd_replace *how, const char *bytes, size_t n)
{
    int fd, rc;

    unlinkat(how->dir, how->fresh, 0);
    fd = openat(how->dir, how->fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    rc = xd_write_all(fd, bytes, n);
    if (rc == 0 && how->mode != 0600)
        (void)!fchmod(fd, how->mode); /* else it keeps 0600 */
    if (rc == 0 && how->to_disk)
        rc = to_disk(fd);
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    return rc;
}

int xd_replace(const struct xd_replace *how, const char *bytes, size_t n)
{
    int rc = write_fresh(how, bytes, n);

    if (rc == 0 && renameat(how->dir, how->fresh, how->dir, how->name) < 0)
        rc = -errno;
    if (rc < 0) {
        unlinkat(how->dir, how->fresh, 0);
        return rc;
    }
    return how->to_disk && how->dir != AT_FDCWD ? to_disk(how->dir) : 0;
}
