/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See rundir.h. */
#include "base/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int xd_rundir_make(const char *path)
{
    int fd, rc;

    if (mkdir(path, 0755) < 0)
        return -errno;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    rc = fchmod(fd, 0755) < 0 ? -errno : 0;
    close(fd);
    return rc;
}
