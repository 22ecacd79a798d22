/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: ACPI tables made by hand, field by field. */
#ifndef TESTS_UNIT_ACPI_HELP_H
#define TESTS_UNIT_ACPI_HELP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct table {
    uint8_t bytes[1024];
    size_t n;
};

static inline void add(struct table *t, unsigned bytes, uint64_t v)
{
    for (; bytes > 0; bytes--, v >>= 8)
        t->bytes[t->n++] = (uint8_t)v;
}

static inline void zeros(struct table *t, size_t n)
{
    t->n += n;
}

static inline void begin(struct table *t, const char *name)
{
    memset(t, 0, sizeof(*t));
    memcpy(t->bytes, name, 4);
    t->n = 36;
}

/* Length and checksum. */
static inline void seal(struct table *t)
{
    uint8_t sum = 0;

    for (int i = 0; i < 4; i++)
        t->bytes[4 + i] = (uint8_t)(t->n >> 8 * i);
    t->bytes[9] = 0;
    for (size_t i = 0; i < t->n; i++)
        sum = (uint8_t)(sum + t->bytes[i]);
    t->bytes[9] = (uint8_t)-sum;
}

#endif
