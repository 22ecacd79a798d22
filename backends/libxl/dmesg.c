/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Table dmesg: Xen's console ring. Only what is new is read, nothing is cleared, and nothing is
 * read before somebody looks; from then on the lines count on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_libxl/collect.h"
#include "backend_libxl/ring.h"

#define PIECE      (16 * 1024)
#define PIECES_MAX 256 /* in one sample */

static int read_new(struct xd_xl *x)
{
    struct xd_xl_ring *r = x->ring;
    char piece[PIECE];

    for (int i = 0; i < PIECES_MAX; i++) {
        unsigned n = sizeof(piece);
        uint32_t index = r->index;

        if (xc_readconsolering(x->xc, piece, &n, 0, 1, &index) < 0)
            return -errno;
        if (n > sizeof(piece))
            n = sizeof(piece);
        xd_xl_ring_take(r, piece, n, index);
        if (n < sizeof(piece))
            break;
    }
    return 0;
}

void xd_xl_collect_dmesg(struct xd_xl_sample *s)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_xl *x = s->x;
    char text[XD_XL_RING_LINE];
    struct xd_rows *t;
    size_t len;
    int rc;

    if (!xd_wanted(x->env, &xd_dmesg_desc))
        return;
    if (!x->ring)
        x->ring = xd_xl_ring_new();
    xd_xl_log_reset(&x->logger);
    t = xd_build_table(s->b, &xd_dmesg_desc, xd_clock_now(x->env->clock));
    rc = read_new(x);
    if (rc < 0) {
        xd_xl_fail_errno(&x->logger, -rc, &err, "Xen's console ring can't be read");
        xd_build_reason(t, "%s", xd_err_text(&err));
    }
    for (uint64_t i = xd_xl_ring_first(x->ring); i < xd_xl_ring_end(x->ring); i++) {
        const char *line = xd_xl_ring_line(x->ring, i, &len);

        snprintf(text, sizeof(text), "%.*s", (int)len, line);
        xd_row_begin(t);
        xd_put_u64(t, XD_DMESG_LINE, i);
        xd_put_str(t, XD_DMESG_TEXT, text);
    }
}
