/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a machine into a tar archive: see bundle.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/late.h"
#include "base/str.h"
#include "capture/bundle.h"
#include "capture/internal.h"

#include <archive.h>
#include <archive_entry.h>
#include <uthash.h>

#define FUNCTIONS(F)                                                                               \
    F(archive_entry_free)                                                                          \
    F(archive_entry_new)                                                                           \
    F(archive_entry_set_filetype) F(archive_entry_set_mtime) F(archive_entry_set_pathname)         \
        F(archive_entry_set_perm) F(archive_entry_set_size) F(archive_entry_set_symlink)           \
            F(archive_error_string) F(archive_write_add_filter_zstd) F(archive_write_close)        \
                F(archive_write_data) F(archive_write_free) F(archive_write_header)                \
                    F(archive_write_new) F(archive_write_open_fd)                                  \
                        F(archive_write_set_format_pax_restricted) F(archive_write_set_options)
XD_LATE_LIBRARY(libarchive, XD_SONAME_ARCHIVE, FUNCTIONS)

#define LEVEL "zstd:compression-level=12" /* it is written once and kept */

struct added {
    char *path;
    UT_hash_handle hh;
};

struct xd_bundle_writer {
    char *path;
    int fd;
    int64_t made_s;
    struct archive *archive;
    struct added *added;   /* by path */
    struct xd_err trouble; /* the first one: from then on nothing is added */
};

static int fail(struct xd_bundle_writer *w, struct xd_err *err)
{
    if (!w->trouble.code)
        xd_err_set(&w->trouble, -EIO, "%s can't be written: %s", w->path,
                   libarchive.archive_error_string(w->archive)
                       ? libarchive.archive_error_string(w->archive)
                       : "no reason is told");
    return xd_err_set(err, w->trouble.code, "%s", w->trouble.text);
}

/* False: it was added before. */
static bool remember(struct xd_bundle_writer *w, const char *path)
{
    struct added *a;

    HASH_FIND_STR(w->added, path, a);
    if (a)
        return false;
    a = xd_malloc(sizeof(*a));
    a->path = xd_strdup(path);
    HASH_ADD_KEYPTR(hh, w->added, a->path, strlen(a->path), a);
    return true;
}

static int write_entry(struct xd_bundle_writer *w, char kind, const char *path, const void *bytes,
                       size_t size)
{
    struct archive_entry *e = libarchive.archive_entry_new();
    int rc;

    if (!e)
        abort();
    libarchive.archive_entry_set_pathname(e, path);
    libarchive.archive_entry_set_mtime(e, (time_t)w->made_s, 0);
    libarchive.archive_entry_set_filetype(e, kind == 'f'   ? AE_IFREG
                                             : kind == 'l' ? AE_IFLNK
                                                           : AE_IFDIR);
    libarchive.archive_entry_set_perm(e, kind == 'f' ? 0644 : 0755);
    libarchive.archive_entry_set_size(e, kind == 'f' ? (la_int64_t)size : 0);
    if (kind == 'l')
        libarchive.archive_entry_set_symlink(e, bytes);
    rc = libarchive.archive_write_header(w->archive, e);
    libarchive.archive_entry_free(e);
    if (rc < ARCHIVE_WARN)
        return rc;
    if (kind == 'f' && size &&
        libarchive.archive_write_data(w->archive, bytes, size) != (la_ssize_t)size)
        return ARCHIVE_FATAL;
    return ARCHIVE_OK;
}

int xd_bundle_add(struct xd_bundle_writer *w, char kind, const char *path, const void *bytes,
                  size_t size, struct xd_err *err)
{
    if (w->trouble.code)
        return fail(w, err);
    if (!*path || !remember(w, path)) /* "" is the tree's own folder */
        return 0;
    /* What no reader would take is said now, while there is somebody to be told. */
    if (strlen(path) > XD_BUNDLE_PATH_MAX || size > XD_BUNDLE_FILE_MAX) {
        xd_err_set(&w->trouble, -EFBIG, "%s: a recording doesn't take a file of that length", path);
        return fail(w, err);
    }
    return write_entry(w, kind, path, bytes, size) == ARCHIVE_OK ? 0 : fail(w, err);
}

size_t xd_bundle_entries(const struct xd_bundle_writer *w)
{
    return HASH_COUNT(w->added);
}

static int add_about(struct xd_bundle_writer *w, const struct xd_bundle_about *about,
                     struct xd_err *err)
{
    struct xd_buf text = XD_BUF_INIT;
    struct xd_json j;
    char made[21];
    int rc;

    xd_json_init(&j, &text, false);
    xd_json_open(&j, NULL, '{');
    xd_json_u64(&j, "xendeck-recording", XD_BUNDLE_SCHEMA);
    xd_json_str(&j, "host", about->host);
    xd_json_str(&j, "made", xd_clock_iso(about->made_wall_ns, made));
    xd_json_bool(&j, "serials", about->serials);
    xd_json_close(&j, '}');
    xd_buf_addc(&text, '\n');
    rc = xd_bundle_add(w, 'f', XD_BUNDLE_ABOUT, text.s, text.len, err);
    xd_buf_done(&text);
    return rc;
}

int xd_bundle_create(const char *path, bool overwrite, const struct xd_bundle_about *about,
                     struct xd_bundle_writer **out, struct xd_err *err)
{
    struct xd_bundle_writer *w;
    int rc = XD_LATE_LOAD(libarchive, err), fd;

    *out = NULL;
    if (rc < 0)
        return rc;
    fd = xd_capture_make_file(path, overwrite, err);
    if (fd < 0)
        return fd;
    w = xd_malloc(sizeof(*w));
    w->path = xd_strdup(path);
    w->fd = fd;
    w->made_s = about->made_wall_ns / XD_NS_PER_S;
    w->archive = libarchive.archive_write_new();
    if (!w->archive)
        abort();
    if (libarchive.archive_write_set_format_pax_restricted(w->archive) != ARCHIVE_OK ||
        libarchive.archive_write_add_filter_zstd(w->archive) != ARCHIVE_OK ||
        libarchive.archive_write_set_options(w->archive, LEVEL) != ARCHIVE_OK ||
        libarchive.archive_write_open_fd(w->archive, fd) != ARCHIVE_OK)
        rc = fail(w, err);
    else
        rc = add_about(w, about, err);
    if (rc) {
        xd_bundle_close(w, NULL);
        return rc;
    }
    *out = w;
    return 0;
}

int xd_bundle_close(struct xd_bundle_writer *w, struct xd_err *err)
{
    struct added *a, *next;
    int rc = 0;

    if (!w)
        return 0;
    if (!w->trouble.code && libarchive.archive_write_close(w->archive) != ARCHIVE_OK)
        fail(w, NULL);
    if (!w->trouble.code && fsync(w->fd) < 0)
        xd_err_set(&w->trouble, -errno, "%s can't be written: %s", w->path, strerror(errno));
    if (w->trouble.code) {
        unlink(w->path); /* half a machine helps nobody */
        rc = xd_err_set(err, w->trouble.code, "%s", w->trouble.text);
    }
    libarchive.archive_write_free(w->archive);
    close(w->fd);
    HASH_ITER (hh, w->added, a, next) {
        HASH_DEL(w->added, a);
        free(a->path);
        free(a);
    }
    free(w->path);
    free(w);
    return rc;
}
