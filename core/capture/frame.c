/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zstd frames found, measured and unpacked: see internal.h. The compressed bytes are anybody's. */
#include "capture/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>
#include <zstd_errors.h>

#define CHECKSUM_FLAG  0x04 /* in the byte behind the magic number, RFC 8878 3.1.1.1.1 */
#define WINDOW_LOG_MAX 26   /* what XD_CAPTURE_FRAME_MAX may need */

static const unsigned char magic[4] = {0x28, 0xb5, 0x2f, 0xfd};

struct xd_unpacker {
    ZSTD_DCtx *zstd;
    char *text;
    size_t cap;
};

struct xd_unpacker *xd_unpacker_new(void)
{
    struct xd_unpacker *u = xd_malloc(sizeof(*u));

    u->zstd = ZSTD_createDCtx();
    if (!u->zstd)
        abort();
    ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return u;
}

void xd_unpacker_free(struct xd_unpacker *u)
{
    if (!u)
        return;
    ZSTD_freeDCtx(u->zstd);
    free(u->text);
    free(u);
}

enum xd_frame_fit xd_frame_measure(const void *src, size_t n, size_t *size)
{
    if (memcmp(src, magic, n < sizeof(magic) ? n : sizeof(magic)) != 0)
        return XD_FRAME_BAD;
    if (n < sizeof(magic))
        return XD_FRAME_SHORT;
    *size = ZSTD_findFrameCompressedSize(src, n);
    if (!ZSTD_isError(*size))
        return XD_FRAME_WHOLE;
    return ZSTD_getErrorCode(*size) == ZSTD_error_srcSize_wrong ? XD_FRAME_SHORT : XD_FRAME_BAD;
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
    ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
    while (left > 0) {
        rc = unpack_more(u, &out, err);
        if (rc)
            return rc;
        left = ZSTD_decompressStream(u->zstd, &out, &in);
        if (ZSTD_isError(left))
            return xd_err_set(err, -EBADMSG, "%s", ZSTD_getErrorName(left));
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
