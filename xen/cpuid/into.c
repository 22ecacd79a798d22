/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy put into a domain's configuration file: see into.h. */
#include "xen/cpuid/into.h"

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

/* Where the setting stands in the file that there is. */
static int look(const char *path, struct xd_cpuid_into *out, struct xd_xlcfg_place *at,
                struct xd_err *err)
{
    int rc;

    *out = (struct xd_cpuid_into){.arena = XD_ARENA_INIT, .text = XD_BUF_INIT, .old = XD_BUF_INIT};
    out->path = realpath(path, NULL); /* a link stays one */
    if (!out->path)
        return file_error(path, err);
    out->kept = xd_arena_printf(&out->arena, "%s.before", out->path);
    rc = read_config(out->path, &out->old, &out->was, err);
    if (rc == 0)
        rc = xd_xlcfg_find(path, xd_buf_str(&out->old), out->old.len, "cpuid", at, err);
    if (rc == 0 && at->line) {
        out->line = at->line;
        out->before = xd_arena_strndup(&out->arena, out->old.s + at->from, at->to - at->from);
    }
    return rc;
}

static bool equal(const struct xd_buf *a, const struct xd_buf *b)
{
    return a->len == b->len && memcmp(xd_buf_str(a), xd_buf_str(b), a->len) == 0;
}

int xd_cpuid_into_plan(const char *path, const char *line, struct xd_cpuid_into *out,
                       struct xd_err *err)
{
    struct xd_xlcfg_place at;
    int rc = look(path, out, &at, err);

    if (rc == 0) {
        xd_xlcfg_replace(xd_buf_str(&out->old), out->old.len, &at, line, &out->text);
        out->same = equal(&out->text, &out->old);
    }
    return rc;
}

/* The text without its cpuid= : what nobody but its owner changes. */
static int rest_of(const char *path, const struct xd_buf *text, struct xd_buf *out,
                   struct xd_err *err)
{
    struct xd_xlcfg_place at;
    int rc = xd_xlcfg_find(path, xd_buf_str(text), text->len, "cpuid", &at, err);

    if (rc == 0)
        xd_xlcfg_replace(xd_buf_str(text), text->len, &at, "", out);
    return rc;
}

int xd_cpuid_into_plan_back(const char *path, struct xd_cpuid_into *out, struct xd_err *err)
{
    struct xd_buf now = XD_BUF_INIT, then = XD_BUF_INIT;
    struct xd_xlcfg_place at;
    struct stat st;
    int rc = look(path, out, &at, err);

    if (rc == 0)
        rc = read_config(out->kept, &out->text, &st, err);
    if (rc == 0)
        rc = rest_of(out->path, &out->old, &now, err);
    if (rc == 0)
        rc = rest_of(out->kept, &out->text, &then, err);
    if (rc == 0 && !equal(&now, &then))
        rc = xd_err_set(err, -ESTALE, "%s and %s differ in more than cpuid=: somebody changed it",
                        out->path, out->kept);
    if (rc == 0)
        out->same = equal(&out->text, &out->old);
    xd_buf_done(&now);
    xd_buf_done(&then);
    return rc;
}

/* --- in words --- */

/* Of whole lines, how many bytes the texts have in common at their beginnings. */
static size_t common_head(const struct xd_buf *a, const struct xd_buf *b)
{
    size_t n = 0, lines = 0;

    while (n < a->len && n < b->len && a->s[n] == b->s[n])
        if (a->s[n++] == '\n')
            lines = n;
    return n == a->len && n == b->len ? n : lines;
}

static size_t common_tail(const struct xd_buf *a, const struct xd_buf *b, size_t head)
{
    size_t n = 0, lines = 0;

    while (n < a->len - head && n < b->len - head && a->s[a->len - 1 - n] == b->s[b->len - 1 - n]) {
        if (n && a->s[a->len - 1 - n] == '\n')
            lines = n;
        n++;
    }
    /* up to the beginning of a line on both sides */
    if (n && n == a->len - head && n == b->len - head)
        return n;
    if ((n == a->len - head && b->s[b->len - 1 - n] == '\n') ||
        (n == b->len - head && a->s[a->len - 1 - n] == '\n'))
        return n;
    return lines;
}

static void put_lines(const struct xd_buf *text, size_t from, size_t to, char sign,
                      struct xd_buf *out)
{
    int line = 1;

    for (size_t i = 0; i < from; i++)
        line += text->s[i] == '\n';
    while (from < to) {
        const char *end = memchr(text->s + from, '\n', to - from);
        size_t n = end ? (size_t)(end - text->s) - from : to - from;

        xd_buf_printf(out, "%c%d ", sign, line++);
        xd_buf_addn(out, text->s + from, n);
        xd_buf_addc(out, '\n');
        from += n + 1;
    }
}

void xd_cpuid_into_diff(const struct xd_cpuid_into *p, struct xd_buf *out)
{
    size_t head = common_head(&p->old, &p->text), tail, before = head;

    if (equal(&p->old, &p->text))
        return;
    tail = common_tail(&p->old, &p->text, head);
    while (before && (before == head || p->old.s[before - 1] != '\n'))
        before--;
    put_lines(&p->old, before, head, ' ', out);
    put_lines(&p->old, head, p->old.len - tail, '-', out);
    put_lines(&p->text, head, p->text.len - tail, '+', out);
}

int xd_cpuid_into_setting(const char *value, struct xd_buf *out, struct xd_err *err)
{
    for (const char *c = value; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f || strchr("\"'\\", *c))
            return xd_err_set(err, -EINVAL,
                              "cpuid: wanted what stands between the quotes, such as host,avx2=0");
    if (!*value)
        return xd_err_set(err, -EINVAL, "cpuid: wanted such as host,avx2=0");
    if (strcmp(value, "host") != 0)
        xd_buf_printf(out, "cpuid = \"%s\"", value);
    return 0;
}

const char *xd_cpuid_into_value(const char *setting, struct xd_arena *a)
{
    const char *open = strchr(setting, '"'), *close = open ? strchr(open + 1, '"') : NULL;

    if (!*setting)
        return "host";
    if (!close || close[1] || open > setting + strcspn(setting, "['"))
        return NULL;
    return xd_arena_strndup(a, open + 1, (size_t)(close - open) - 1);
}

/* --- writing --- */

uint32_t xd_cpuid_into_hash(const struct xd_buf *text)
{
    uint32_t hash = 0x811c9dc5;

    for (size_t i = 0; i < text->len; i++)
        hash = (hash ^ (unsigned char)text->s[i]) * 0x01000193;
    return hash;
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
    xd_buf_done(&p->old);
    free(p->path);
    xd_arena_done(&p->arena);
}
