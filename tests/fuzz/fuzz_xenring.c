/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes in Xen's console ring, in pieces and with gaps, and the same as a path of xenstore:
 * lines are numbered without a gap, none is longer than it may be or holds a line's end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* They are linked into a module only. */
#include "../../backends/libxl/ring.c"
#include "../../backends/libxl/text.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void check_ring(const struct xd_xl_ring *r)
{
    size_t len;

    check(xd_xl_ring_end(r) - xd_xl_ring_first(r) <= XD_XL_RING_LINES + 1);
    for (uint64_t i = xd_xl_ring_first(r); i < xd_xl_ring_end(r); i++) {
        const char *line = xd_xl_ring_line(r, i, &len);

        check(line && len < XD_XL_RING_LINE);
        check(!memchr(line, '\n', len) && !memchr(line, '\0', len));
    }
}

/* Each piece: its length, how much was lost before it, then its bytes. */
static void feed(const uint8_t *data, size_t size)
{
    struct xd_xl_ring *r = xd_xl_ring_new();
    uint32_t index = 0;

    while (size > 2) {
        size_t n = data[0], lost = data[1];

        data += 2;
        size -= 2;
        n = n < size ? n : size;
        index += (uint32_t)(lost + n);
        xd_xl_ring_take(r, (const char *)data, n, index);
        data += n;
        size -= n;
    }
    check_ring(r);
    xd_xl_ring_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = xd_malloc(size + 1);
    uint32_t domid = 0;
    unsigned parts;

    feed(data, size);
    memcpy(path, data, size);
    parts = xd_xl_path_parts(path, &domid);
    check(!(parts & ~(unsigned)XD_XL_ALL) && domid <= 0xffff);
    free(path);
    return 0;
}
