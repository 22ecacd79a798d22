/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One holder at a time: see hold.h. */
#include "budgets/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/rundir.h"
#include "base/slurp.h"

struct xd_hold {
    int fd;
};

/* Who has it, as the file says; it may be about to say so. */
static void read_holder(int fd, char *out, size_t size)
{
    char text[160];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    xd_str_safe_to(out, size, text);
}

static int take(int fd, const char *path, const char *program, struct xd_err *err)
{
    char text[160], holder[160];
    int len;

    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return xd_err_set(err, -errno, "%s: it can't be locked: %s", path, strerror(errno));
        read_holder(fd, holder, sizeof(holder));
        return xd_err_set(err, -EBUSY, "budgets of this host are ruled already, by %s (%s)",
                          holder[0] ? holder : "another process", path);
    }
    len = snprintf(text, sizeof(text), "process %ld, %.100s\n", (long)getpid(), program);
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return xd_err_set(err, errno ? -errno : -EIO, "%s: %s", path, strerror(errno));
    return 0;
}

int xd_hold_take(const char *path, const char *program, struct xd_hold **out, struct xd_err *err)
{
    char dir[4096];
    char *slash;
    int fd, rc;

    *out = NULL;
    snprintf(dir, sizeof(dir), "%s", path);
    slash = strrchr(dir, '/');
    if (slash && slash != dir) {
        *slash = '\0';
        xd_rundir_make(dir); /* what is wrong with it, opening the file will say */
    }
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return xd_err_set(err, -errno, "%s: %s", path, strerror(errno));
    rc = take(fd, path, program, err);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    *out = xd_malloc(sizeof(**out));
    (*out)->fd = fd;
    return 0;
}

/* The file stays: taking it away could take the name of one that somebody has just locked. */
void xd_hold_give(struct xd_hold *h)
{
    if (!h)
        return;
    if (ftruncate(h->fd, 0) < 0) {
        /* it says an old name to nobody: who finds it locked finds another's */
    }
    close(h->fd);
    free(h);
}

char *xd_hold_path(const char *host, const char *state, char *out, size_t size)
{
    if (strcmp(host, "live") == 0)
        snprintf(out, size, "%s", XD_HOLD_LIVE);
    else
        snprintf(out, size, "%s/lock", state);
    return out;
}

uint64_t xd_boot_number(void)
{
    struct xd_buf b = XD_BUF_INIT;
    uint64_t h = 0;

    if (xd_slurp("/proc/sys/kernel/random/boot_id", 128, &b, NULL) == 0)
        h = xd_hash_add(XD_HASH_BEGIN, b.s, b.len);
    xd_buf_done(&b);
    return h;
}
