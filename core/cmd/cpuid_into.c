/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy put into a domain's configuration file: see cpuid_into.h. */
#include "cmd/cpuid_into.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slurp.h"
#include "xen/cpuid/xlcfg.h"

#define CONFIG_MAX (1 << 20) /* bytes; as much as xl create reads of one */

static int file_error(const char *path, struct xd_err *err)
{
    return xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
}

static int read_config(const char *path, struct xd_buf *text, struct stat *st, struct xd_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = 0;

    if (fd < 0 || fstat(fd, st) < 0)
        rc = file_error(path, err);
    else if (!S_ISREG(st->st_mode))
        rc = xd_err_set(err, -EINVAL, "%s is no regular file", path);
    else if (st->st_size >= CONFIG_MAX)
        rc = xd_err_set(err, -EFBIG, "%s is longer than any configuration", path);
    else if ((rc = xd_slurp_fd(fd, CONFIG_MAX, text)) < 0)
        xd_err_set(err, rc, "%s: %s", path, strerror(-rc));
    if (fd >= 0)
        close(fd);
    return rc;
}

/* The new text beside the file, as its owner's and with its rights, safe on disk. */
static int write_beside(const char *path, const struct xd_buf *text, const struct stat *st,
                        struct xd_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), rc = 0;

    if (fd < 0)
        return file_error(path, err);
    if (write(fd, xd_buf_str(text), text->len) != (ssize_t)text->len ||
        fchown(fd, st->st_uid, st->st_gid) < 0 || fchmod(fd, st->st_mode & 07777) < 0 ||
        fsync(fd) < 0)
        rc = file_error(path, err);
    if (close(fd) < 0 && rc == 0)
        rc = file_error(path, err);
    if (rc < 0)
        unlink(path);
    return rc;
}

int xd_cpuid_into_plan(const char *path, const char *line, struct xd_cpuid_into *out,
                       struct xd_err *err)
{
    struct xd_buf text = XD_BUF_INIT;
    struct xd_xlcfg_place at;
    int rc;

    *out = (struct xd_cpuid_into){.arena = XD_ARENA_INIT, .text = XD_BUF_INIT};
    out->path = realpath(path, NULL); /* a link stays one */
    if (!out->path)
        return file_error(path, err);
    rc = read_config(out->path, &text, &out->was, err);
    if (rc == 0)
        rc = xd_xlcfg_find(path, xd_buf_str(&text), text.len, "cpuid", &at, err);
    if (rc == 0) {
        out->line = at.line;
        if (at.line)
            out->before = xd_arena_strndup(&out->arena, text.s + at.from, at.to - at.from);
        xd_xlcfg_replace(xd_buf_str(&text), text.len, &at, line, &out->text);
        out->same = out->text.len == text.len &&
                    memcmp(xd_buf_str(&out->text), xd_buf_str(&text), text.len) == 0;
        out->kept = xd_arena_printf(&out->arena, "%s.before", out->path);
    }
    xd_buf_done(&text);
    return rc;
}

int xd_cpuid_into_write(struct xd_cpuid_into *p, struct xd_err *err)
{
    const char *beside = xd_arena_printf(&p->arena, "%s.new", p->path);
    struct stat st;
    int rc;

    if (stat(p->path, &st) < 0)
        return file_error(p->path, err);
    if (st.st_ino != p->was.st_ino || st.st_size != p->was.st_size ||
        st.st_mtim.tv_sec != p->was.st_mtim.tv_sec || st.st_mtim.tv_nsec != p->was.st_mtim.tv_nsec)
        return xd_err_set(err, -ESTALE, "%s: somebody changed it meanwhile", p->path);
    rc = write_beside(beside, &p->text, &p->was, err);
    if (rc == 0 && unlink(p->kept) < 0 && errno != ENOENT)
        rc = file_error(p->kept, err);
    if (rc == 0 && link(p->path, p->kept) < 0)
        rc = file_error(p->kept, err);
    if (rc == 0 && rename(beside, p->path) < 0)
        rc = file_error(p->path, err);
    if (rc < 0)
        unlink(beside);
    return rc;
}

void xd_cpuid_into_done(struct xd_cpuid_into *p)
{
    xd_buf_done(&p->text);
    free(p->path);
    xd_arena_done(&p->arena);
}
