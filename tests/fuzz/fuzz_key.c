/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes from a terminal: every call takes some of them and none beyond the end, what is a key
 * has a name that is read back, and whether they come in one piece or byte by byte is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tui/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void check_key(const struct xd_key *k)
{
    char name[16];

    if (k->code == XD_KEY_NONE)
        return;
    xd_key_name(k->code, name);
    check(memchr(name, '\0', sizeof(name)) != NULL);
    check(xd_key_parse(name) != XD_KEY_NONE);
}

/* The next key when the bytes come one at a time: the first that is decided, or all of them. */
static size_t in_pieces(const char *buf, size_t len, struct xd_key *k)
{
    for (size_t n = 1; n <= len; n++) {
        size_t used = xd_key_decode(NULL, buf, n, false, k);

        check(used <= n);
        if (used)
            return used;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *buf = (const char *)data;
    size_t at = 0;

    while (at < size) {
        struct xd_key whole, pieces;
        size_t n = xd_key_decode(NULL, buf + at, size - at, false, &whole);

        check(n <= size - at);
        if (size - at < 300) { /* else it is a square of the size */
            size_t m = in_pieces(buf + at, size - at, &pieces);

            check(m == n && (n == 0 || pieces.code == whole.code));
        }
        if (n == 0)
            n = xd_key_decode(NULL, buf + at, size - at, true, &whole);
        check(n > 0 && n <= size - at);
        check_key(&whole);
        at += n;
    }
    return 0;
}
