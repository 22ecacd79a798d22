/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose files are believed: see trust.h. */
#include "base/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int check_owner(const char *shown, uid_t owner, struct xd_err *err)
{
    char us[32] = "";

    if (owner == 0 || owner == geteuid())
        return 0;
    if (geteuid() != 0)
        snprintf(us, sizeof(us), " or user %lu's", (unsigned long)geteuid());
    return xd_err_set(err, -EPERM, "%s is user %lu's: wanted root's%s", shown, (unsigned long)owner,
                      us);
}

int xd_trust_check(const char *shown, const struct stat *st, mode_t type, struct xd_err *err)
{
    int rc;

    if ((st->st_mode & S_IFMT) != type)
        return xd_err_set(err, -EPERM, "%s is no %s", shown, type == S_IFDIR ? "folder" : "file");
    rc = check_owner(shown, st->st_uid, err);
    if (rc < 0)
        return rc;
    if (st->st_mode & S_IWOTH)
        return xd_err_set(err, -EPERM, "%s could be written by anybody", shown);
    if (st->st_mode & S_IWGRP)
        return xd_err_set(err, -EPERM, "%s could be written by group %lu", shown,
                          (unsigned long)st->st_gid);
    return 0;
}

/* Closes what isn't believed. */
static int checked(int fd, const char *shown, mode_t type, struct stat *st, struct xd_err *err)
{
    int rc;

    if (fd < 0)
        return xd_err_set(err, -errno, "%s: %s", shown, strerror(errno));
    rc = fstat(fd, st) < 0 ? xd_err_set(err, -errno, "%s: %s", shown, strerror(errno))
                           : xd_trust_check(shown, st, type, err);
    if (rc == 0)
        return fd;
    close(fd);
    return rc;
}

int xd_trust_dir(const char *path, struct xd_err *err)
{
    struct stat st;

    return checked(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), path, S_IFDIR, &st,
                   err);
}

int xd_trust_file(int dir, const char *name, const char *shown, struct stat *st, struct xd_err *err)
{
    return checked(openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), shown,
                   S_IFREG, st, err);
}
