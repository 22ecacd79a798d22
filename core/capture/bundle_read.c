/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a machine from an archive, a folder or a document: see bundle.h. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/late.h"
#include "base/str.h"
#include "capture/bundle.h"

#include <archive.h>
#include <archive_entry.h>

#define FUNCTIONS(F)                                                                               \
    F(archive_entry_filetype)                                                                      \
    F(archive_entry_hardlink)                                                                      \
    F(archive_entry_pathname)                                                                      \
    F(archive_entry_symlink) F(archive_error_string) F(archive_filter_bytes) F(archive_read_data)  \
        F(archive_read_free) F(archive_read_new) F(archive_read_next_header)                       \
            F(archive_read_open_fd) F(archive_read_support_filter_bzip2)                           \
                F(archive_read_support_filter_gzip) F(archive_read_support_filter_xz)              \
                    F(archive_read_support_filter_zstd) F(archive_read_support_format_tar)
XD_LATE_LIBRARY(libarchive, XD_SONAME_ARCHIVE, FUNCTIONS)

#define BLOCK 65536

struct reading {
    const char *file;
    struct archive *archive;
    struct xd_files *into;
    struct xd_bundle_found *found;
    size_t number;    /* of the entry, from 1 */
    size_t taken;     /* bytes of files */
    bool have_prefix; /* what stands above sys/ and proc/ in this archive is known: */
    char prefix[XD_BUNDLE_PATH_MAX + 1]; /* "", "host1/" … */
    struct xd_buf bytes;                 /* of one file */
};

/* The first thing that is wrong is kept. */
static void XD_PRINTF(3, 4) wrong(struct reading *r, const char *path, const char *fmt, ...)
{
    char text[200], safe[160];
    va_list ap;

    if (r->found->first.code)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (!r->number) { /* not even an entry */
        xd_err_set(&r->found->first, -EILSEQ, "%s: %s", r->file, text);
        return;
    }
    xd_str_safe_to(safe, sizeof(safe), path ? path : "its name");
    xd_err_set(&r->found->first, -EILSEQ, "%s: entry %zu at byte %lld, %s: %s", r->file, r->number,
               (long long)libarchive.archive_filter_bytes(r->archive, 0), safe, text);
}

static void leave_out(struct reading *r, const char *path, const char *why)
{
    r->found->left_out++;
    wrong(r, path, "left out: %s", why);
}

/* --- paths --- */

/* Folders under which sources look. */
static bool is_root(const char *word, size_t len)
{
    static const char *const roots[] = {"sys", "proc", "xendeck", "usr", "var"};

    for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
        if (strlen(roots[i]) == len && memcmp(word, roots[i], len) == 0)
            return true;
    return false;
}

/* "./a//b/" becomes "a/b". NULL: in order; else what is wrong. */
static const char *clean(const char *path, char out[XD_BUNDLE_PATH_MAX + 1])
{
    size_t len = 0, depth = 0;

    for (const char *word = path; *word;) {
        size_t n = strcspn(word, "/");

        if (n == 2 && memcmp(word, "..", 2) == 0)
            return "it leads upwards";
        if (n && !(n == 1 && *word == '.')) {
            if (len + n + 1 > XD_BUNDLE_PATH_MAX || ++depth > XD_BUNDLE_DEPTH_MAX)
                return "its path is too long or too deep";
            if (len)
                out[len++] = '/';
            memcpy(out + len, word, n);
            len += n;
        }
        word += n + (word[n] == '/');
    }
    out[len] = '\0';
    return NULL;
}

/* The path below the folder that holds sys/ and proc/; NULL: it is nothing of a machine. */
static const char *below_prefix(struct reading *r, const char *path)
{
    size_t n;

    for (const char *word = path; *word && !r->have_prefix; word += n + (word[n] == '/')) {
        n = strcspn(word, "/");
        if (is_root(word, n)) {
            r->have_prefix = true;
            memcpy(r->prefix, path, (size_t)(word - path));
        }
    }
    if (!r->have_prefix || !xd_str_starts(path, r->prefix))
        return NULL;
    path += strlen(r->prefix);
    return is_root(path, strcspn(path, "/")) ? path : NULL;
}

/* --- entries --- */

/* 0; -1: the archive can't be read on. */
static int read_bytes(struct reading *r, const char *path, bool *whole)
{
    char block[BLOCK];
    la_ssize_t n;

    *whole = false;
    xd_buf_clear(&r->bytes);
    while ((n = libarchive.archive_read_data(r->archive, block, sizeof(block))) > 0) {
        if (r->bytes.len + (size_t)n > XD_BUNDLE_FILE_MAX) {
            leave_out(r, path, "it is too large");
            return 0;
        }
        xd_buf_addn(&r->bytes, block, (size_t)n);
    }
    if (n < 0) {
        wrong(r, path, "%s", libarchive.archive_error_string(r->archive));
        return -1;
    }
    *whole = true;
    return 0;
}

static int take_file(struct reading *r, const char *path)
{
    struct xd_err err = XD_ERR_INIT;
    bool whole;
    int rc = read_bytes(r, path, &whole);

    if (rc || !whole)
        return rc;
    r->taken += r->bytes.len;
    if (xd_files_put(r->into, path, xd_buf_str(&r->bytes), r->bytes.len, &err))
        leave_out(r, path, err.text);
    else
        r->found->entries++;
    return 0;
}

static void take_link(struct reading *r, const char *path, const char *target)
{
    struct xd_err err = XD_ERR_INIT;

    if (!target || strlen(target) > XD_BUNDLE_PATH_MAX)
        leave_out(r, path, "it is a link to nowhere, or to too long a path");
    else if (xd_files_put_link(r->into, path, target, &err))
        leave_out(r, path, err.text);
    else
        r->found->entries++;
}

static void take_folder(struct reading *r, const char *path)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_files_put_folder(r->into, path, &err))
        leave_out(r, path, err.text);
}

static int take(struct reading *r, struct archive_entry *e)
{
    const char *given = libarchive.archive_entry_pathname(e), *path, *why;
    char cleaned[XD_BUNDLE_PATH_MAX + 1];

    if (!given) {
        leave_out(r, NULL, "it can't be read as text");
        return 0;
    }
    why = clean(given, cleaned);
    if (why) {
        leave_out(r, given, why);
        return 0;
    }
    path = below_prefix(r, cleaned);
    if (!path)
        return 0; /* of no concern to us */
    if (libarchive.archive_entry_hardlink(e))
        leave_out(r, path, "it is a second name of another file");
    else if (libarchive.archive_entry_filetype(e) == AE_IFREG)
        return take_file(r, path);
    else if (libarchive.archive_entry_filetype(e) == AE_IFLNK)
        take_link(r, path, libarchive.archive_entry_symlink(e));
    else if (libarchive.archive_entry_filetype(e) == AE_IFDIR)
        take_folder(r, path);
    else
        leave_out(r, path, "it is neither file, link nor folder");
    return 0;
}

static void read_entries(struct reading *r)
{
    struct archive_entry *e;

    for (;;) {
        int rc = libarchive.archive_read_next_header(r->archive, &e);

        if (rc == ARCHIVE_EOF)
            return;
        r->number++;
        if (rc < ARCHIVE_WARN) {
            wrong(r, NULL, "%s", libarchive.archive_error_string(r->archive));
            return;
        }
        if (take(r, e))
            return;
        if (r->number == XD_BUNDLE_ENTRIES_MAX || r->taken > XD_BUNDLE_BYTES_MAX ||
            libarchive.archive_filter_bytes(r->archive, 0) > (la_int64_t)XD_BUNDLE_BYTES_MAX) {
            wrong(r, libarchive.archive_entry_pathname(e),
                  "what follows is left out: more than %zu entries "
                  "or %zu MiB",
                  XD_BUNDLE_ENTRIES_MAX, XD_BUNDLE_BYTES_MAX >> 20);
            return;
        }
    }
}

/* What is supported is what libarchive unpacks by itself: it calls no program for it. */
static struct archive *reader_new(void)
{
    struct archive *a = libarchive.archive_read_new();

    if (!a)
        abort();
    libarchive.archive_read_support_filter_gzip(a);
    libarchive.archive_read_support_filter_bzip2(a);
    libarchive.archive_read_support_filter_xz(a);
    libarchive.archive_read_support_filter_zstd(a);
    libarchive.archive_read_support_format_tar(a);
    return a;
}

static int read_fd(int fd, const char *path, struct xd_files *into, struct xd_bundle_found *found,
                   struct xd_err *err)
{
    struct reading r = {.file = path, .into = into, .found = found};
    int rc = XD_LATE_LOAD(libarchive, err);

    *found = (struct xd_bundle_found){.entries = 0};
    if (rc < 0)
        return rc;
    r.archive = reader_new();
    if (libarchive.archive_read_open_fd(r.archive, fd, BLOCK) != ARCHIVE_OK)
        wrong(&r, NULL, "%s", libarchive.archive_error_string(r.archive));
    else
        read_entries(&r);
    if (!found->entries && found->first.code)
        rc = xd_err_set(err, -ENODATA, "%s: nothing of a machine can be read in it: %s", path,
                        found->first.text + strlen(path) + strlen(": "));
    else if (!found->entries)
        rc = xd_err_set(err, -ENODATA,
                        "%s: there is nothing of a machine in it: wanted an archive with sys/ and "
                        "proc/, or a recording by xendeck capture --topology",
                        path);
    xd_buf_done(&r.bytes);
    libarchive.archive_read_free(r.archive);
    return rc;
}

static int open_file(const char *path, int *fd, struct stat *st, struct xd_err *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0 || fstat(*fd, st) < 0) {
        int code = -errno;

        if (*fd >= 0)
            close(*fd);
        return xd_err_set(err, code, "%s can't be read: %s", path, strerror(-code));
    }
    return 0;
}

int xd_bundle_read(const char *path, struct xd_files *into, struct xd_bundle_found *found,
                   struct xd_err *err)
{
    struct stat st;
    int fd, rc = open_file(path, &fd, &st, err);

    if (rc)
        return rc;
    rc = S_ISREG(st.st_mode) ? read_fd(fd, path, into, found, err)
                             : xd_err_set(err, -EINVAL, "%s isn't a regular file", path);
    close(fd);
    return rc;
}

/* --- whatever it is --- */

/* "0000:00:1f.2 …" or "00:1f.2 …" */
static bool is_address(const char *s)
{
    static const char *const forms[] = {"xx:xx.d ", "xxxx:xx:xx.d "};

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        const char *f = forms[i], *at = s;

        while (*f && (*f == 'x'   ? isxdigit((unsigned char)*at)
                      : *f == 'd' ? *at >= '0' && *at <= '7'
                                  : *at == *f))
            f++, at++;
        if (!*f)
            return true;
    }
    return false;
}

/* The document's place in a tree, by how the file begins; NULL: it may be an archive. */
static const char *document(const char *head)
{
    const char *s = xd_str_starts(head, "\xef\xbb\xbf") ? head + 3 : head;

    s += strspn(s, " \t\r\n");
    return *s == '<' ? "xendeck/hwloc.xml" : is_address(s) ? "xendeck/lspci.txt" : NULL;
}

static int open_regular(int fd, const char *path, struct xd_files **out,
                        struct xd_bundle_found *found, struct xd_err *err)
{
    struct xd_files *f = xd_files_new(NULL);
    char head[256] = "";
    const char *place;
    int rc;

    place = pread(fd, head, sizeof(head) - 1, 0) > 0 ? document(head) : NULL;
    if (place) {
        rc = xd_files_put_from(f, place, path, err);
        found->entries = 1;
    } else {
        rc = read_fd(fd, path, f, found, err);
    }
    if (rc)
        xd_files_free(f);
    else
        *out = f;
    return rc;
}

static int open_folder(const char *path, struct xd_files **out, struct xd_err *err)
{
    struct xd_files *f = xd_files_new(path);

    if (!xd_files_is(f, "sys") && !xd_files_is(f, "proc") && !xd_files_is(f, "xendeck")) {
        xd_files_free(f);
        return xd_err_set(err, -ENODATA, "%s: there is neither sys nor proc in this folder", path);
    }
    *out = f;
    return 0;
}

int xd_bundle_open(const char *path, struct xd_files **out, struct xd_bundle_found *found,
                   struct xd_err *err)
{
    struct stat st;
    int fd, rc = open_file(path, &fd, &st, err);

    *out = NULL;
    *found = (struct xd_bundle_found){.entries = 0};
    if (rc)
        return rc;
    if (S_ISDIR(st.st_mode))
        rc = open_folder(path, out, err);
    else if (S_ISREG(st.st_mode))
        rc = open_regular(fd, path, out, found, err);
    else
        rc = xd_err_set(err, -EINVAL, "%s is neither a regular file nor a folder", path);
    close(fd);
    return rc;
}
