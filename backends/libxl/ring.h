/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of Xen's console ring, kept while it goes on: bytes come in pieces, some may be lost to
 * the ring before they are read, and guests write into it too. Needs no Xen library. */
#ifndef XD_XL_RING_H
#define XD_XL_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XD_XL_RING_LINES 4000 /* so many are kept */
#define XD_XL_RING_LINE  1024 /* so much of each */

struct xd_xl_ring {
    char *lines[XD_XL_RING_LINES]; /* line number i at i % XD_XL_RING_LINES */
    uint64_t next;                 /* number of the line that is being read */
    char line[XD_XL_RING_LINE];    /* that line, so far */
    size_t len;
    bool started;
    uint32_t index; /* Xen's count of bytes, up to which they were read */
};

struct xd_xl_ring *xd_xl_ring_new(void);
void xd_xl_ring_free(struct xd_xl_ring *r);

/* Takes in n bytes, after which Xen has counted `index`. Bytes between these and the last ones are
 * lost: a line says so. */
void xd_xl_ring_take(struct xd_xl_ring *r, const char *bytes, size_t n, uint32_t index);

/* Lines first … end-1 are there, the last one perhaps without its end. */
uint64_t xd_xl_ring_first(const struct xd_xl_ring *r);
uint64_t xd_xl_ring_end(const struct xd_xl_ring *r);
/* Bytes as they came but NUL, LF and CR; at most *len of them, without a NUL at the end. */
const char *xd_xl_ring_line(const struct xd_xl_ring *r, uint64_t number, size_t *len);

#endif
