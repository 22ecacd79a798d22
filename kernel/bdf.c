/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places of PCI functions read and written: see bdf.h. */
#include "kernel/bdf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly n hexadecimal digits, or false. */
static bool hex(const char **p, int n, unsigned *out)
{
    *out = 0;
    for (; n > 0; n--, (*p)++) {
        int d = hex_digit(**p);

        if (d < 0)
            return false;
        *out = *out << 4 | (unsigned)d;
    }
    return true;
}

static bool take(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static bool parse(const char **p, bool segment, struct xd_bdf *out)
{
    unsigned s = 0, b, d, f;

    if (segment && !(hex(p, 4, &s) && take(p, ':')))
        return false;
    if (!hex(p, 2, &b) || !take(p, ':') || !hex(p, 2, &d) || !take(p, '.') || !hex(p, 1, &f))
        return false;
    if (d > 31 || f > 7)
        return false;
    *out = (struct xd_bdf){(uint16_t)s, (uint8_t)b, (uint8_t)d, (uint8_t)f};
    return true;
}

int xd_bdf_parse(const char *text, struct xd_bdf *out, const char **end)
{
    const char *p = text;

    if (!parse(&p, true, out)) {
        p = text;
        if (!parse(&p, false, out))
            return -EINVAL;
    }
    if (end)
        *end = p;
    else if (*p)
        return -EINVAL;
    return hex_digit(*p) < 0 ? 0 : -EINVAL;
}

char *xd_bdf_text(const struct xd_bdf *b, char out[XD_BDF_TEXT])
{
    snprintf(out, XD_BDF_TEXT, "%04x:%02x:%02x.%x", b->segment, b->bus, b->device & 31u,
             b->function & 7u);
    return out;
}

static uint32_t place(const struct xd_bdf *b)
{
    return (uint32_t)b->segment << 16 | (uint32_t)b->bus << 8 | (uint32_t)(b->device << 3) |
           b->function;
}

int xd_bdf_cmp(const struct xd_bdf *a, const struct xd_bdf *b)
{
    uint32_t x = place(a), y = place(b);

    return x < y ? -1 : x > y;
}
