/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading, listing and links of a tree of files: see files.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files_impl.h"
#include "base/str.h"

#define TEXT_MAX 65536

/* --- a file --- */

/* Up to `room` bytes, or to the end. */
static ssize_t read_some(int fd, char *to, size_t room)
{
    size_t n = 0;
    ssize_t got;

    while (n < room && (got = read(fd, to + n, room - n)) != 0) {
        if (got < 0 && errno != EINTR)
            return -errno;
        n += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)n;
}

/* What follows the first `n` bytes of a large file, which are in `small`. */
static ssize_t read_rest(int fd, const char *small, size_t n, size_t cap, size_t most,
                         struct xd_arena *a, char **bytes)
{
    ssize_t got;

    *bytes = xd_arena_alloc(a, cap + 1);
    memcpy(*bytes, small, n);
    while ((got = read_some(fd, *bytes + n, (cap < most ? cap : most) - n)) > 0) {
        n += (size_t)got;
        if (n == cap && n < most) { /* larger than it said */
            char *more = xd_arena_alloc(a, 2 * cap + 1);

            memcpy(more, *bytes, n);
            *bytes = more;
            cap *= 2;
        }
    }
    return got < 0 ? got : (ssize_t)n;
}

/* The size that sysfs and proc tell is not what they give: read to the end, at most one byte more
 * than `max` (of the head: that many). */
static int read_all(int fd, size_t max, bool head, struct xd_arena *a, char **bytes, size_t *size)
{
    size_t most = head ? max : max + 1;
    char small[4096];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode)) /* a device, a pipe: not read for long */
        return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    n = read_some(fd, small, most < sizeof(small) ? most : sizeof(small));
    if (n == sizeof(small) && most > sizeof(small)) {
        size_t cap = st.st_size > n ? (size_t)st.st_size + 1 : 2 * sizeof(small);

        n = read_rest(fd, small, sizeof(small), cap < most ? cap : most, most, a, bytes);
    } else if (n >= 0) {
        *bytes = xd_arena_alloc(a, (size_t)n + 1);
        memcpy(*bytes, small, (size_t)n);
    }
    if (n < 0)
        return (int)n;
    *size = (size_t)n;
    return !head && *size > max ? -EFBIG : 0;
}

static int read_file(const struct xd_files *f, const char *path, size_t max, bool head,
                     struct xd_arena *a, char **bytes, size_t *size, struct xd_err *err)
{
    struct xd_files_found found;
    int rc = xd_files_find(f, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, false, &found, err);

    if (rc)
        return rc;
    if (found.fd >= 0) {
        rc = read_all(found.fd, max, head, a, bytes, size);
        close(found.fd);
    } else if (found.node->kind == 'd') {
        rc = -EISDIR;
    } else if (found.node->size > max && !head) {
        rc = -EFBIG;
    } else {
        *size = found.node->size < max ? found.node->size : max;
        *bytes = xd_arena_alloc(a, *size + 1);
        memcpy(*bytes, found.node->bytes, *size);
    }
    if (rc == -EFBIG)
        return xd_err_set(err, rc, "%s: longer than %zu bytes", path, max);
    if (rc)
        return xd_err_set(err, rc, "%s: %s", path, strerror(-rc));
    xd_files_tell(f, 'f', found.path, *bytes, *size);
    return 0;
}

int xd_files_read(const struct xd_files *f, const char *path, size_t max, struct xd_arena *a,
                  char **bytes, size_t *size, struct xd_err *err)
{
    return read_file(f, path, max, false, a, bytes, size, err);
}

int xd_files_read_head(const struct xd_files *f, const char *path, size_t most, struct xd_arena *a,
                       char **bytes, size_t *size, struct xd_err *err)
{
    return read_file(f, path, most, true, a, bytes, size, err);
}

/* --- a folder --- */

/* "cpu2" before "cpu10": digits count as numbers. */
static int natural(const void *va, const void *vb)
{
    const char *a = *(char *const *)va, *b = *(char *const *)vb;

    for (; *a && *b; a++, b++) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            size_t zeros_a = strspn(a, "0"), zeros_b = strspn(b, "0"), len_a, len_b;
            int order;

            len_a = strspn(a + zeros_a, "0123456789");
            len_b = strspn(b + zeros_b, "0123456789");
            order =
                len_a != len_b ? (len_a < len_b ? -1 : 1) : memcmp(a + zeros_a, b + zeros_b, len_a);
            if (order)
                return order;
            if (zeros_a != zeros_b)
                return zeros_a < zeros_b ? 1 : -1;
            a += zeros_a + len_a - 1;
            b += zeros_b + len_b - 1;
        } else if (*a != *b) {
            break;
        }
    }
    return (int)(unsigned char)*a - (int)(unsigned char)*b;
}

static void add_name(struct xd_arena *a, char ***names, size_t *n, const char *name)
{
    *names = xd_arena_grow(a, *names, *n, sizeof(char *));
    (*names)[(*n)++] = xd_arena_strdup(a, name);
}

static int list_disk(int fd, struct xd_arena *a, char ***names, size_t *n)
{
    DIR *d = fdopendir(fd);
    const struct dirent *e;

    if (!d) {
        int rc = -errno;

        close(fd);
        return rc;
    }
    while ((e = readdir(d)))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            add_name(a, names, n, e->d_name);
    closedir(d);
    return 0;
}

int xd_files_list(const struct xd_files *f, const char *path, struct xd_arena *a, char ***names,
                  size_t *n, struct xd_err *err)
{
    struct xd_files_found found;
    int rc = xd_files_find(f, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, false, &found, err);
    size_t kept = 0;

    *names = NULL;
    *n = 0;
    if (rc)
        return rc;
    if (found.fd >= 0)
        rc = list_disk(found.fd, a, names, n);
    else if (found.node->kind != 'd')
        rc = -ENOTDIR;
    if (rc)
        return xd_err_set(err, rc, "%s: %s", path, strerror(-rc));
    for (size_t i = 0; found.node && i < found.node->n_names; i++)
        add_name(a, names, n, found.node->names[i]);
    if (*n)
        qsort(*names, *n, sizeof(char *), natural);
    for (size_t i = 0; i < *n; i++) /* in memory and on disk: once */
        if (!kept || strcmp((*names)[kept - 1], (*names)[i]) != 0)
            (*names)[kept++] = (*names)[i];
    *n = kept;
    xd_files_tell(f, 'd', found.path, NULL, 0);
    return 0;
}

/* --- a link --- */

int xd_files_link(const struct xd_files *f, const char *path, struct xd_arena *a, char **target,
                  struct xd_err *err)
{
    struct xd_files_found found;
    int rc = xd_files_find(f, path, O_PATH, true, &found, err);
    char text[XD_FILES_PATH];
    ssize_t n;

    if (rc)
        return rc;
    if (found.fd >= 0) {
        n = readlinkat(found.fd, "", text, sizeof(text) - 1);
        rc = n < 0 ? (errno == ENOENT ? -EINVAL : -errno) : 0;
        close(found.fd);
        if (!rc) {
            text[n] = '\0';
            *target = xd_arena_strdup(a, text);
        }
    } else if (found.node->kind != 'l') {
        rc = -EINVAL;
    } else {
        *target = xd_arena_strdup(a, found.node->bytes);
    }
    if (rc)
        return xd_err_set(err, rc, "%s: it is no link", path);
    xd_files_tell(f, 'l', found.path, *target, strlen(*target));
    return 0;
}

/* --- the usual small ones --- */

static const char *text_at(const struct xd_files *f, struct xd_arena *a, const char *fmt,
                           va_list ap)
{
    char path[XD_FILES_PATH];
    size_t size;
    char *text;

    if (vsnprintf(path, sizeof(path), fmt, ap) >= (int)sizeof(path) ||
        xd_files_read(f, path, TEXT_MAX, a, &text, &size, NULL) < 0)
        return NULL;
    size = strnlen(text, size); /* tar fills up a file of sysfs that says to be of 4096 bytes */
    if (size && text[size - 1] == '\n')
        text[size - 1] = '\0';
    return xd_str_safe(a, text, TEXT_MAX);
}

const char *xd_files_text(const struct xd_files *f, struct xd_arena *a, const char *fmt, ...)
{
    const char *text;
    va_list ap;

    va_start(ap, fmt);
    text = text_at(f, a, fmt, ap);
    va_end(ap);
    return text;
}

long long xd_files_number(const struct xd_files *f, long long unknown, const char *fmt, ...)
{
    struct xd_arena scratch = XD_ARENA_INIT;
    const char *text;
    long long n = unknown;
    va_list ap;
    char *end;

    va_start(ap, fmt);
    text = text_at(f, &scratch, fmt, ap);
    va_end(ap);
    if (text && (isdigit((unsigned char)*text) || *text == '-')) {
        errno = 0;
        n = strtoll(text, &end, xd_str_starts(text, "0x") ? 16 : 10);
        if (errno || *end || end == text)
            n = unknown;
    }
    xd_arena_done(&scratch);
    return n;
}
