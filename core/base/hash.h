/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FNV-1a: a number for bytes, for tables in memory and to see that something changed; no defence
 * against who makes them up. */
#ifndef XD_BASE_HASH_H
#define XD_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define XD_HASH_BEGIN UINT64_C(0xcbf29ce484222325)

static inline uint64_t xd_hash_add(uint64_t h, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return h;
}

#endif
