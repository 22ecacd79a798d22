/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bump allocator: many small allocations with one common end of life. A snapshot, a parsed
 * query, a YAML tree live in one. Memory is zeroed. An arena is used by one thread at a time.
 * Allocation failure ends the program with abort(): a console that can't get a few KiB can't
 * show anything true, and no caller has to carry a path that no test can reach. */
#ifndef XD_BASE_ARENA_H
#define XD_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct xd_arena_block;

struct xd_arena {
    struct xd_arena_block *head;
    size_t used; /* bytes handed out, for reports */
};

#define XD_ARENA_INIT {NULL, 0}

void xd_arena_init(struct xd_arena *a);
void xd_arena_done(struct xd_arena *a); /* frees everything; the arena may be used again */

void *xd_arena_alloc(struct xd_arena *a, size_t size); /* aligned for any object, zeroed */
void *xd_arena_array(struct xd_arena *a, size_t n, size_t size); /* n * size, checked */
/* A list that grows: where its n members of that size stand now that there is room for one more.
 * Pass what the last call returned, and n as it counts up from 0 by one. */
void *xd_arena_grow(struct xd_arena *a, const void *list, size_t n, size_t size);
char *xd_arena_strdup(struct xd_arena *a, const char *s); /* NULL gives NULL */
char *xd_arena_strndup(struct xd_arena *a, const char *s, size_t n);
char *xd_arena_printf(struct xd_arena *a, const char *fmt, ...) XD_PRINTF(2, 3);

/* malloc family with the same rule: abort() instead of NULL. Freed with free(). */
void *xd_malloc(size_t size); /* zeroed */
void *xd_realloc(void *p, size_t size);
char *xd_strdup(const char *s); /* NULL gives NULL */

#endif
