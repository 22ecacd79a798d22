/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zstd frames found, measured and unpacked: see internal.h. The compressed bytes are anybody's. */
#include "capture/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "base/late.h"

#define FUNCTIONS(F)                                                                               \
    F(ZSTD_DCtx_reset)                                                                             \
    F(ZSTD_DCtx_setParameter) F(ZSTD_createDCtx) F(ZSTD_decompressStream)                          \
        F(ZSTD_findFrameCompressedSize) F(ZSTD_freeDCtx) F(ZSTD_getErrorCode) F(ZSTD_getErrorName) \
            F(ZSTD_isError) F(ZSTD_compressBound)
XD_LATE_LIBRARY(zstd, XD_SONAME_ZSTD, FUNCTIONS)

#define CHECKSUM_FLAG  0x04 /* in the byte behind the magic number, RFC 8878 3.1.1.1.1 */
#define WINDOW_LOG_MAX 26   /* what XD_CAPTURE_FRAME_MAX may need */

static const unsigned char magic[4] = {0x28, 0xb5, 0x2f, 0xfd};

struct xd_unpacker {
    ZSTD_DCtx *zstd;
    char *text;
    size_t cap;
};

int xd_unpacker_new(struct xd_unpacker **out, struct xd_err *err)
{
    struct xd_unpacker *u;
    int rc = XD_LATE_LOAD(zstd, err);

    *out = NULL;
    if (rc)
        return rc;
    u = xd_malloc(sizeof(*u));
    u->zstd = zstd.ZSTD_createDCtx();
    if (!u->zstd)
        abort();
    zstd.ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    *out = u;
    return 0;
}

void xd_unpacker_free(struct xd_unpacker *u)
{
    if (!u)
        return;
    zstd.ZSTD_freeDCtx(u->zstd);
    free(u->text);
    free(u);
}

size_t xd_frame_bound(size_t n)
{
    return zstd.ZSTD_compressBound(n);
}

enum xd_frame_fit xd_frame_measure(const void *src, size_t n, size_t *size)
{
    if (memcmp(src, magic, n < sizeof(magic) ? n : sizeof(magic)) != 0)
        return XD_FRAME_BAD;
    if (n < sizeof(magic))
        return XD_FRAME_SHORT;
    *size = zstd.ZSTD_findFrameCompressedSize(src, n);
    if (!zstd.ZSTD_isError(*size))
        return XD_FRAME_WHOLE;
    return zstd.ZSTD_getErrorCode(*size) == ZSTD_error_srcSize_wrong ? XD_FRAME_SHORT
                                                                     : XD_FRAME_BAD;
}

bool xd_frame_search(const void *src, size_t n, size_t from, size_t *at)
{
    const char *p =
        from < n ? memmem((const char *)src + from, n - from, magic, sizeof(magic)) : NULL;

    if (p)
        *at = (size_t)(p - (const char *)src);
    return p != NULL;
}

/* Goes on with the text from *line on, where the last line known begins: none may be too long, so
 * that a bomb of one endless line ends early. */
static bool lines_ok(const char *text, size_t len, size_t *line)
{
    const char *p;

    while ((p = memchr(text + *line, '\n', len - *line))) {
        size_t next = (size_t)(p - text) + 1;

        if (next - *line > XD_CAPTURE_LINE_MAX)
            return false;
        *line = next;
    }
    return len - *line <= XD_CAPTURE_LINE_MAX;
}

static int unpack_more(struct xd_unpacker *u, ZSTD_outBuffer *out, struct xd_err *err)
{
    if (out->pos == u->cap) {
        if (u->cap > XD_CAPTURE_FRAME_MAX)
            return xd_err_set(err, -EBADMSG, "it unpacks to more than %zu MiB",
                              XD_CAPTURE_FRAME_MAX >> 20);
        u->cap = u->cap ? u->cap * 2 : (size_t)256 * 1024;
        if (u->cap > XD_CAPTURE_FRAME_MAX)
            u->cap = XD_CAPTURE_FRAME_MAX + 1;
        u->text = xd_realloc(u->text, u->cap);
    }
    out->dst = u->text;
    out->size = u->cap;
    return 0;
}

int xd_unpack(struct xd_unpacker *u, const void *src, size_t n, const char **text, size_t *len,
              struct xd_err *err)
{
    ZSTD_inBuffer in = {src, n, 0};
    ZSTD_outBuffer out = {NULL, 0, 0};
    size_t left = 1, line = 0;
    int rc;

    if (n < 6 || !(((const unsigned char *)src)[sizeof(magic)] & CHECKSUM_FLAG))
        return xd_err_set(err, -EBADMSG, "it has no checksum");
    zstd.ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
    while (left > 0) {
        rc = unpack_more(u, &out, err);
        if (rc)
            return rc;
        left = zstd.ZSTD_decompressStream(u->zstd, &out, &in);
        if (zstd.ZSTD_isError(left))
            return xd_err_set(err, -EBADMSG, "%s", zstd.ZSTD_getErrorName(left));
        if (left > 0 && in.pos == in.size && out.pos < out.size)
            return xd_err_set(err, -EBADMSG, "it ends too early");
        if (!lines_ok(u->text, out.pos, &line))
            return xd_err_set(err, -EBADMSG, "a line of it is longer than %zu MiB",
                              XD_CAPTURE_LINE_MAX >> 20);
    }
    if (out.pos > XD_CAPTURE_FRAME_MAX)
        return xd_err_set(err, -EBADMSG, "it unpacks to more than %zu MiB",
                          XD_CAPTURE_FRAME_MAX >> 20);
    *text = u->text;
    *len = out.pos;
    return 0;
}
