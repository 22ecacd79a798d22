/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making trace records by hand, rings to put them into, and reading what xentrace has written. */
#ifndef XD_TEST_TRACE_HELP_H
#define XD_TEST_TRACE_HELP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "xen/trace.h"

#define TRC_LOST     0x0001f001u
#define TRC_WRAP     0x0001f002u
#define TRC_CPU      0x0001f003u
#define TRC_CHANGE   0x00021001u
#define TRC_CONTINUE 0x00021002u

struct words {
    uint32_t w[4096];
    size_t n;
};

static inline void word_add(struct words *o, uint32_t w)
{
    o->w[o->n++] = w;
}

static inline void record(struct words *o, uint32_t event, bool timed, uint64_t tsc, size_t n,
                          const uint32_t *data)
{
    word_add(o, event | (uint32_t)n << 28 | (uint32_t)timed << 31);
    if (timed) {
        word_add(o, (uint32_t)tsc);
        word_add(o, (uint32_t)(tsc >> 32));
    }
    for (size_t i = 0; i < n; i++)
        word_add(o, data[i]);
}

static inline void record_change(struct words *o, uint64_t tsc, unsigned domid, unsigned vcpu,
                                 unsigned from, unsigned to)
{
    uint32_t data = vcpu | domid << 16;

    record(o, TRC_CHANGE | from << 8 | to << 4, true, tsc, 1, &data);
}

static inline void record_lost(struct words *o, uint64_t tsc, uint32_t n, uint64_t first)
{
    uint32_t data[] = {n, 0, (uint32_t)first, (uint32_t)(first >> 32)};

    record(o, TRC_LOST, true, tsc, 4, data);
}

/* What xentrace wrote: pieces of rings, each after a word of head, the pCPU and the piece's size.
 * Calls merge_add for each; false where the file is not of that form to its end. */
static inline bool xentrace_read(struct xd_trace_merge *m, const uint8_t *p, size_t size,
                                 uint64_t now)
{
    while (size >= 12) {
        uint32_t head[3];

        memcpy(head, p, sizeof(head));
        p += sizeof(head);
        size -= sizeof(head);
        if (head[0] != (TRC_CPU | 2u << 28) || head[2] > size)
            return false;
        xd_trace_merge_add(m, head[1], p, head[2], now);
        p += head[2];
        size -= head[2];
    }
    return size == 0;
}

#endif
