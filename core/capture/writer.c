/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snapshots into a file: one zstd frame each, one write each. See format.h. */
#include "capture/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "base/late.h"

#define FUNCTIONS(F)                                                                               \
    F(ZSTD_CCtx_setParameter)                                                                      \
    F(ZSTD_compress2) F(ZSTD_compressBound) F(ZSTD_createCCtx) F(ZSTD_freeCCtx)                    \
        F(ZSTD_getErrorName) F(ZSTD_isError)
XD_LATE_LIBRARY(zstd, XD_SONAME_ZSTD, FUNCTIONS)

#define LEVEL                                                                                      \
    3 /* what a refresh may cost; 6 makes files of tables a tenth smaller for thrice that */

struct xd_capture_writer {
    char *path, *host;
    int64_t started_wall_ns;
    int fd;
    uint64_t bytes, samples;
    ZSTD_CCtx *zstd;
    struct xd_buf text, packed;
    struct {
        char name[32];
        uint64_t seq;
    } sources[XD_CAPTURE_SOURCES_MAX];
    size_t n_sources;
};

int xd_capture_make_file(const char *path, bool overwrite, struct xd_err *err)
{
    int fd, code, flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK;
    struct stat st;

    fd = open(path, overwrite ? flags : flags | O_EXCL, 0600);
    if (fd < 0 && errno == EEXIST)
        return xd_err_set(err, -EEXIST,
                          "%s is there already: choose another name or say that it "
                          "may be overwritten",
                          path);
    if (fd < 0) {
        code = -errno;
        return xd_err_set(err, code, "%s can't be made: %s", path, strerror(-code));
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return xd_err_set(err, -EINVAL, "%s isn't a regular file: a capture needs one", path);
    }
    if (ftruncate(fd, 0) < 0) {
        code = -errno;
        close(fd);
        return xd_err_set(err, code, "%s can't be emptied: %s", path, strerror(-code));
    }
    return fd;
}

int xd_capture_writer_open(const char *path, bool overwrite, const char *host,
                           int64_t started_wall_ns, struct xd_capture_writer **out,
                           struct xd_err *err)
{
    struct xd_capture_writer *w;
    int fd = XD_LATE_LOAD(zstd, err);

    *out = NULL;
    if (fd == 0)
        fd = xd_capture_make_file(path, overwrite, err);
    if (fd < 0)
        return fd;
    w = xd_malloc(sizeof(*w));
    w->path = xd_strdup(path);
    w->host = xd_strdup(host);
    w->started_wall_ns = started_wall_ns;
    w->fd = fd;
    w->zstd = zstd.ZSTD_createCCtx();
    if (!w->zstd)
        abort();
    zstd.ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL);
    zstd.ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
    *out = w;
    return 0;
}

/* Where the number of the source's newest snapshot is kept; NULL: more sources than fit. */
static uint64_t *seq_of(struct xd_capture_writer *w, const char *source)
{
    size_t i;

    for (i = 0; i < w->n_sources; i++)
        if (strncmp(w->sources[i].name, source, sizeof(w->sources[i].name)) == 0)
            return &w->sources[i].seq;
    if (i == XD_CAPTURE_SOURCES_MAX || strlen(source) >= sizeof(w->sources[i].name))
        return NULL;
    w->n_sources++;
    memcpy(w->sources[i].name, source, strlen(source) + 1);
    return &w->sources[i].seq;
}

/* What the reader would refuse isn't written in the first place. */
static int check_size(const struct xd_capture_writer *w, const struct xd_snapshot *s,
                      struct xd_err *err)
{
    size_t tables = xd_snapshot_tables(s), rows = 0;

    for (size_t i = 0; i < tables; i++)
        rows += xd_snapshot_table_at(s, i)->n;
    if (tables > XD_CAPTURE_TABLES_MAX || rows > XD_CAPTURE_ROWS_MAX)
        return xd_err_set(err, -EFBIG,
                          "%s: a sample of %s has %zu tables with %zu rows; a capture takes %d "
                          "with %zu",
                          w->path, xd_snapshot_source(s), tables, rows, XD_CAPTURE_TABLES_MAX,
                          XD_CAPTURE_ROWS_MAX);
    return 0;
}

static int pack(struct xd_capture_writer *w, struct xd_err *err)
{
    size_t n;

    if (w->text.len > XD_CAPTURE_FRAME_MAX)
        return xd_err_set(err, -EFBIG, "%s: a sample takes %zu MiB of text; a capture takes %zu",
                          w->path, w->text.len >> 20, XD_CAPTURE_FRAME_MAX >> 20);
    n = zstd.ZSTD_compressBound(w->text.len);
    if (w->packed.cap < n) {
        w->packed.s = xd_realloc(w->packed.s, n);
        w->packed.cap = n;
    }
    n = zstd.ZSTD_compress2(w->zstd, w->packed.s, w->packed.cap, w->text.s, w->text.len);
    if (zstd.ZSTD_isError(n))
        return xd_err_set(err, -EIO, "%s: a sample can't be compressed: %s", w->path,
                          zstd.ZSTD_getErrorName(n));
    w->packed.len = n;
    return 0;
}

static int write_frame(struct xd_capture_writer *w, struct xd_err *err)
{
    size_t done = 0;
    ssize_t n;
    int code;

    while (done < w->packed.len) {
        n = pwrite(w->fd, w->packed.s + done, w->packed.len - done, (off_t)(w->bytes + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            code = n < 0 ? -errno : -EIO;
            if (ftruncate(w->fd, (off_t)w->bytes) < 0) {
                /* The half frame stays; the next one is written over it. */
            }
            return xd_err_set(err, code, "%s: sample %llu can't be written: %s", w->path,
                              (unsigned long long)w->samples + 1, strerror(-code));
        }
        done += (size_t)n;
    }
    w->bytes += w->packed.len;
    w->samples++;
    return 0;
}

int xd_capture_writer_add(struct xd_capture_writer *w, const struct xd_snapshot *s,
                          struct xd_err *err)
{
    struct xd_capture_head head = {w->host, w->started_wall_ns, w->samples + 1};
    uint64_t *seq = seq_of(w, xd_snapshot_source(s));
    int rc;

    if (!seq)
        return xd_err_set(err, -E2BIG,
                          "%s: source %.64s can't be kept: a capture takes %d sources "
                          "with names of at most 31 bytes",
                          w->path, xd_snapshot_source(s), XD_CAPTURE_SOURCES_MAX);
    if (*seq == xd_snapshot_seq(s))
        return 0;
    rc = check_size(w, s, err);
    if (rc)
        return rc;
    xd_buf_clear(&w->text);
    xd_capture_text(&head, s, &w->text);
    rc = pack(w, err);
    if (!rc)
        rc = write_frame(w, err);
    if (!rc)
        *seq = xd_snapshot_seq(s);
    return rc;
}

uint64_t xd_capture_writer_samples(const struct xd_capture_writer *w)
{
    return w->samples;
}

uint64_t xd_capture_writer_bytes(const struct xd_capture_writer *w)
{
    return w->bytes;
}

int xd_capture_writer_close(struct xd_capture_writer *w, struct xd_err *err)
{
    int rc = 0, code;

    if (!w)
        return 0;
    if (fsync(w->fd) < 0) {
        code = -errno;
        rc = xd_err_set(err, code, "%s is not safely on disk: %s", w->path, strerror(-code));
    }
    if (close(w->fd) < 0 && !rc) {
        code = -errno;
        rc = xd_err_set(err, code, "%s can't be closed: %s", w->path, strerror(-code));
    }
    zstd.ZSTD_freeCCtx(w->zstd);
    xd_buf_done(&w->text);
    xd_buf_done(&w->packed);
    free(w->path);
    free(w->host);
    free(w);
    return rc;
}
