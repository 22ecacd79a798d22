/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree of files, in memory and on disk: see files.h. (Reading and listing what was found is
 * files_read.c.) */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files_impl.h"

#define LINKS_MAX 40 /* on one path, as Linux has it */

struct xd_files *xd_files_new(const char *dir)
{
    struct xd_files *f = xd_malloc(sizeof(*f));

    f->root = -1;
    if (dir) {
        f->dir = xd_strdup(dir);
        f->root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return f;
}

void xd_files_free(struct xd_files *f)
{
    struct xd_files_node *n, *next;

    if (!f)
        return;
    HASH_ITER (hh, f->nodes, n, next) {
        HASH_DEL(f->nodes, n);
        free(n->path);
        free(n->bytes);
        for (size_t i = 0; i < n->n_names; i++)
            free(n->names[i]);
        free(n->names);
        free(n);
    }
    if (f->root >= 0)
        close(f->root);
    free(f->dir);
    free(f);
}

void xd_files_watch(struct xd_files *f, xd_files_seen *seen, void *ctx)
{
    f->seen = seen;
    f->seen_ctx = ctx;
}

void xd_files_tell(const struct xd_files *f, char kind, const char *path, const void *bytes,
                   size_t size)
{
    if (f->seen)
        f->seen(f->seen_ctx, kind, path, bytes, size);
}

/* --- memory --- */

struct xd_files_node *xd_files_node(const struct xd_files *f, const char *path, size_t len)
{
    struct xd_files_node *n;

    HASH_FIND(hh, f->nodes, path, len, n);
    return n;
}

static struct xd_files_node *add(struct xd_files *f, const char *path, size_t len, char kind)
{
    struct xd_files_node *n = xd_malloc(sizeof(*n));

    n->path = xd_malloc(len + 1);
    memcpy(n->path, path, len);
    n->kind = kind;
    HASH_ADD_KEYPTR(hh, f->nodes, n->path, len, n);
    return n;
}

/* A path as callers give it: words between slashes, none of them "." or "..". */
static int check_path(const char *path, struct xd_err *err)
{
    size_t len;

    if (strlen(path) >= XD_FILES_PATH)
        return xd_err_set(err, -EINVAL, "a path of more than %d bytes", XD_FILES_PATH - 1);
    for (const char *word = path;; word += len + 1) {
        len = strcspn(word, "/");
        if (!len || (len == 1 && word[0] == '.') || (len == 2 && memcmp(word, "..", 2) == 0))
            return xd_err_set(err, -EINVAL,
                              "%s: wanted a path inside of a folder, without . and ..", path);
        if (!word[len])
            return 0;
    }
}

/* The folders above a path, and the names in them. */
static int add_folders(struct xd_files *f, const char *path, struct xd_err *err)
{
    size_t begin = 0;

    for (;;) {
        size_t parent_len = begin ? begin - 1 : 0, len = begin + strcspn(path + begin, "/");
        struct xd_files_node *parent = xd_files_node(f, path, parent_len);

        if (!parent)
            parent = add(f, path, parent_len, 'd');
        if (parent->kind != 'd')
            return xd_err_set(err, -EEXIST, "%s: %.*s is no folder", path, (int)parent_len, path);
        if (!xd_files_node(f, path, len)) {
            parent->names =
                xd_realloc(parent->names, (parent->n_names + 1) * sizeof(*parent->names));
            parent->names[parent->n_names] = xd_malloc(len - begin + 1);
            memcpy(parent->names[parent->n_names++], path + begin, len - begin);
        }
        if (!path[len])
            return 0;
        if (!xd_files_node(f, path, len))
            add(f, path, len, 'd');
        begin = len + 1;
    }
}

static int put(struct xd_files *f, const char *path, char kind, const void *bytes, size_t size,
               struct xd_err *err)
{
    struct xd_files_node *n;
    int rc = check_path(path, err);

    if (!rc)
        rc = add_folders(f, path, err);
    if (rc)
        return rc;
    n = xd_files_node(f, path, strlen(path));
    if (n && n->kind == 'd')
        return xd_err_set(err, -EEXIST, "%s: there is a folder of that name", path);
    if (!n)
        n = add(f, path, strlen(path), kind);
    n->kind = kind;
    free(n->bytes);
    n->bytes = xd_malloc(size + 1);
    if (size)
        memcpy(n->bytes, bytes, size);
    n->size = size;
    return 0;
}

int xd_files_put(struct xd_files *f, const char *path, const void *bytes, size_t size,
                 struct xd_err *err)
{
    return put(f, path, 'f', bytes, size, err);
}

int xd_files_put_link(struct xd_files *f, const char *path, const char *target, struct xd_err *err)
{
    return put(f, path, 'l', target, strlen(target), err);
}

int xd_files_put_from(struct xd_files *f, const char *path, const char *from, struct xd_err *err)
{
    return put(f, path, '@', from, strlen(from), err);
}

int xd_files_put_folder(struct xd_files *f, const char *path, struct xd_err *err)
{
    struct xd_files_node *n;
    int rc = check_path(path, err);

    if (!rc)
        rc = add_folders(f, path, err);
    if (rc)
        return rc;
    n = xd_files_node(f, path, strlen(path));
    if (n && n->kind != 'd')
        return xd_err_set(err, -EEXIST, "%s: it is no folder", path);
    if (!n)
        add(f, path, strlen(path), 'd');
    return 0;
}

/* --- finding --- */

/* A path on its way: `done` has no links in it, `rest` is still to be walked. */
struct walk {
    const struct xd_files *f;
    char done[XD_FILES_PATH], rest[2 * XD_FILES_PATH];
    size_t len;
    int links;
    bool on_disk; /* done has left what is in memory */
};

static void go_up(struct walk *w)
{
    while (w->len && w->done[w->len - 1] != '/')
        w->len--;
    if (w->len)
        w->len--;
    w->done[w->len] = '\0';
}

static int go_down(struct walk *w, const char *word, size_t len)
{
    if (w->len + len + 2 > sizeof(w->done))
        return -ENAMETOOLONG;
    if (w->len)
        w->done[w->len++] = '/';
    memcpy(w->done + w->len, word, len);
    w->len += len;
    w->done[w->len] = '\0';
    return 0;
}

/* Instead of the link that `done` ends in: its target, before what is left. */
static int follow(struct walk *w, const char *target)
{
    char rest[sizeof(w->rest)];
    int n;

    xd_files_tell(w->f, 'l', w->done, target, strlen(target));
    if (++w->links > LINKS_MAX)
        return -ELOOP;
    n = snprintf(rest, sizeof(rest), "%s/%s", target, w->rest);
    if (n < 0 || (size_t)n >= sizeof(rest))
        return -ENAMETOOLONG;
    if (target[0] == '/') { /* from the root, which is the tree's */
        w->len = 0;
        w->done[0] = '\0';
    } else {
        go_up(w);
    }
    memcpy(w->rest, rest, (size_t)n + 1);
    return 0;
}

/* Of a path that has no links in it. A folder in memory may hide a link on disk: what is behind
 * that isn't the tree's. */
static int open_plain(const struct xd_files *f, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
                           .resolve = RESOLVE_NO_SYMLINKS};
    long fd = f->root < 0 ? -1 : syscall(SYS_openat2, f->root, path, &how, sizeof(how));

    if (f->root < 0)
        return -ENOENT;
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) /* an old kernel, a sandbox */
        fd = openat(f->root, path, flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP ? -ENOENT : -errno;
    return (int)fd;
}

/* Where a link on disk leads; 0: it is none. */
static ssize_t disk_link(const struct xd_files *f, const char *path, char *target, size_t size)
{
    int fd = open_plain(f, path, O_PATH);
    ssize_t n;

    if (fd < 0)
        return fd;
    n = readlinkat(fd, "", target, size - 1);
    if (n < 0)
        n = errno == ENOENT || errno == EINVAL ? 0 : -errno;
    close(fd);
    target[n > 0 ? n : 0] = '\0';
    return n;
}

/* One word further. last: it is the path's last one, and its link is wanted rather than followed.
 */
static int step(struct walk *w, const char *word, size_t len, bool keep_link)
{
    const struct xd_files_node *n;
    char target[XD_FILES_PATH];
    ssize_t size;
    int rc;

    if (len == 0 || (len == 1 && *word == '.'))
        return 0;
    if (len == 2 && memcmp(word, "..", 2) == 0) {
        go_up(w);
        return 0;
    }
    rc = go_down(w, word, len);
    if (rc)
        return rc;
    n = xd_files_node(w->f, w->done, w->len);
    w->on_disk = !n;
    if (n)
        return n->kind == 'l' && !keep_link ? follow(w, n->bytes) : 0;
    size = disk_link(w->f, w->done, target, sizeof(target));
    if (size < 0)
        return (int)size;
    return size && !keep_link ? follow(w, target) : 0;
}

static int walk(struct walk *w, bool keep_link)
{
    while (*w->rest) {
        char word[XD_FILES_PATH];
        size_t len = strcspn(w->rest, "/"), skip = len + (w->rest[len] == '/');
        bool last;
        int rc;

        if (len >= sizeof(word))
            return -ENAMETOOLONG;
        memcpy(word, w->rest, len);
        memmove(w->rest, w->rest + skip, strlen(w->rest + skip) + 1);
        last = !w->rest[strspn(w->rest, "/")];
        rc = step(w, word, len, keep_link && last);
        if (rc)
            return rc;
    }
    return 0;
}

/* On disk alone the kernel walks at once what we would word by word: links stay in the tree. */
static int open_at_once(const struct xd_files *f, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT};
    size_t first = strcspn(path, "/");

    if (f->seen || f->root < 0 || xd_files_node(f, path, first))
        return -EAGAIN;
    for (int tries = 0; tries < 3; tries++) { /* EAGAIN: something was renamed meanwhile */
        long fd = syscall(SYS_openat2, f->root, path, &how, sizeof(how));

        if (fd >= 0)
            return (int)fd;
        if (errno == ENOSYS || errno == EPERM)
            return -EAGAIN;
        if (errno != EAGAIN)
            return -errno;
    }
    return -EAGAIN;
}

int xd_files_find(const struct xd_files *f, const char *path, int flags, bool keep_link,
                  struct xd_files_found *out, struct xd_err *err)
{
    struct walk w = {.f = f};
    int fd = check_path(path, err), rc;

    out->fd = -1;
    out->node = NULL;
    if (fd)
        return fd;
    strcpy(out->path, path);
    fd = open_at_once(f, path, flags | (keep_link ? O_NOFOLLOW : 0) | O_CLOEXEC);
    if (fd == -EAGAIN) {
        strcpy(w.rest, path);
        fd = rc = walk(&w, keep_link);
        strcpy(out->path, w.done);
        out->node = rc ? NULL : xd_files_node(f, w.done, w.len);
        if (!rc)
            fd = out->node && out->node->kind != 'd' ? -ENOENT
                                                     : open_plain(f, w.len ? w.done : ".", flags);
    }
    if (fd < 0 && !out->node)
        return xd_err_set(err, fd, "%s%s%s: %s", f->dir ? f->dir : "",
                          f->dir && strcmp(f->dir, "/") != 0 ? "/" : "", path, strerror(-fd));
    out->fd = fd < 0 ? -1 : fd; /* in memory alone */
    if (out->node && out->node->kind == '@')
        out->fd = open(out->node->bytes, flags | O_CLOEXEC);
    if (out->node && out->node->kind == '@' && out->fd < 0)
        return xd_err_set(err, -errno, "%s: %s", out->node->bytes, strerror(errno));
    return 0;
}

bool xd_files_is(const struct xd_files *f, const char *path)
{
    struct xd_files_found found;

    if (xd_files_find(f, path, O_PATH, false, &found, NULL) < 0)
        return false;
    if (found.fd >= 0)
        close(found.fd);
    return true;
}
