/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: SMBIOS tables made by hand, structure by structure. */
#ifndef TESTS_UNIT_SMBIOS_HELP_H
#define TESTS_UNIT_SMBIOS_HELP_H

#include <stdint.h>
#include <string.h>

/* A table under construction; bytes beyond what is set are zero. */
struct table {
    uint8_t bytes[4096];
    size_t n, at; /* at: where the structure under construction begins */
};

static inline void begin(struct table *t, unsigned type, unsigned len, unsigned handle)
{
    t->at = t->n;
    t->bytes[t->n] = (uint8_t)type;
    t->bytes[t->n + 1] = (uint8_t)len;
    t->bytes[t->n + 2] = (uint8_t)handle;
    t->bytes[t->n + 3] = (uint8_t)(handle >> 8);
    t->n += len;
}

static inline void put(struct table *t, unsigned offset, unsigned bytes, uint64_t v)
{
    for (unsigned i = 0; i < bytes; i++, v >>= 8)
        t->bytes[t->at + offset + i] = (uint8_t)v;
}

/* strings: each with its NUL, then the one of the literal: "A\0B\0" */
static inline void end(struct table *t, const char *strings, size_t size)
{
    memcpy(t->bytes + t->n, strings, size);
    t->n += size;
    if (size == 1) /* none at all: two NULs */
        t->n++;
}
#define END(t, s) end(t, s, sizeof(s))

#endif
