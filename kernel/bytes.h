/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers out of tables that firmware and hardware wrote: little-endian, at any alignment, and 0
 * where the bytes end before them. Private to kernel/. */
#ifndef XD_KERNEL_BYTES_H
#define XD_KERNEL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xd_bytes {
    const uint8_t *at;
    size_t size;
};

static inline bool xd_bytes_has(struct xd_bytes b, size_t offset, size_t n)
{
    return offset <= b.size && b.size - offset >= n;
}

/* n: at most 8 */
static inline uint64_t xd_bytes_le(struct xd_bytes b, size_t offset, unsigned n)
{
    uint64_t v = 0;

    if (!xd_bytes_has(b, offset, n))
        return 0;
    for (; n > 0; n--)
        v = v << 8 | b.at[offset + n - 1];
    return v;
}

#endif
