/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bump allocator: see arena.h. Blocks double in size, so that a small tree costs one small
 * block and a large one few large ones. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN 1024
#define BLOCK_MAX ((size_t)256 * 1024)

struct xd_arena_block {
    struct xd_arena_block *next;
    size_t size, used; /* of data */
    alignas(max_align_t) char data[];
};

void xd_arena_init(struct xd_arena *a)
{
    a->head = NULL;
    a->used = 0;
}

void xd_arena_done(struct xd_arena *a)
{
    struct xd_arena_block *b, *next;

    for (b = a->head; b; b = next) {
        next = b->next;
        free(b);
    }
    xd_arena_init(a);
}

static struct xd_arena_block *block_new(size_t size)
{
    struct xd_arena_block *b;

    if (size > SIZE_MAX - sizeof(*b))
        abort();
    b = xd_malloc(sizeof(*b) + size);
    b->size = size;
    return b;
}

/* A block with room for `need` bytes. What is larger than a quarter of the next block gets one of
 * its own behind the head, so that the room left in the head isn't lost. */
static struct xd_arena_block *block_for(struct xd_arena *a, size_t need)
{
    struct xd_arena_block *b;
    size_t size = a->head ? a->head->size * 2 : BLOCK_MIN;

    if (a->head && a->head->size - a->head->used >= need)
        return a->head;
    if (size > BLOCK_MAX)
        size = BLOCK_MAX;
    if (a->head && need > size / 4) {
        b = block_new(need);
        b->next = a->head->next;
        a->head->next = b;
        return b;
    }
    b = block_new(need > size ? need : size);
    b->next = a->head;
    a->head = b;
    return b;
}

void *xd_arena_alloc(struct xd_arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct xd_arena_block *b;
    void *p;

    if (size > SIZE_MAX - align)
        abort();
    size = size ? (size + align - 1) / align * align : align;
    b = block_for(a, size);
    p = b->data + b->used;
    b->used += size;
    a->used += size;
    return p;
}

void *xd_arena_array(struct xd_arena *a, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        abort();
    return xd_arena_alloc(a, bytes);
}

char *xd_arena_strndup(struct xd_arena *a, const char *s, size_t n)
{
    size_t len;
    char *p;

    if (!s)
        return NULL;
    len = strnlen(s, n);
    p = xd_arena_alloc(a, len + 1);
    memcpy(p, s, len);
    return p;
}

/* It doubles when it is full, which is when n is a power of two. */
void *xd_arena_grow(struct xd_arena *a, const void *list, size_t n, size_t size)
{
    void *more;

    if (n & (n - 1))
        return (void *)list;
    more = xd_arena_array(a, n ? 2 * n : 1, size);
    if (n)
        memcpy(more, list, n * size);
    return more;
}

char *xd_arena_strdup(struct xd_arena *a, const char *s)
{
    return s ? xd_arena_strndup(a, s, strlen(s)) : NULL;
}

char *xd_arena_printf(struct xd_arena *a, const char *fmt, ...)
{
    char tmp[256];
    va_list ap;
    char *p;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(tmp, sizeof(tmp), fmt, ap);
    va_end(ap);
    if (n < 0) /* only a wide character that can't be written; we print none */
        abort();
    p = xd_arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof(tmp)) {
        memcpy(p, tmp, (size_t)n);
        return p;
    }
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return p;
}

void *xd_malloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);

    if (!p)
        abort();
    return p;
}

void *xd_realloc(void *p, size_t size)
{
    p = realloc(p, size ? size : 1);
    if (!p)
        abort();
    return p;
}

char *xd_strdup(const char *s)
{
    size_t len;
    char *p;

    if (!s)
        return NULL;
    len = strlen(s);
    p = xd_malloc(len + 1);
    memcpy(p, s, len);
    return p;
}
