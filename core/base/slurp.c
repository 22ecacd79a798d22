/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files read whole: see slurp.h. */
#include "base/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
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
