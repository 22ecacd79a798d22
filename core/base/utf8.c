/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 that may be broken, its width in cells, and text made safe for a terminal: see str.h. */
#include "base/str.h"

#include <string.h>

#include "base/arena.h"

#define REPLACEMENT 0xfffdu
#define MARKS_MAX   2

/* The bytes of a sequence by its first byte, with the bits of the code point in that byte and the
 * least code point that needs so many bytes; 0 where no sequence starts. */
static int sequence(unsigned char first, uint32_t *bits, uint32_t *least)
{
    if (first < 0x80) {
        *bits = first;
        *least = 0;
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        *bits = first & 0x1fu;
        *least = 0x80;
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *bits = first & 0x0fu;
        *least = 0x800;
        return 3;
    }
    if (first >= 0xf0 && first < 0xf5) {
        *bits = first & 0x07u;
        *least = 0x10000;
        return 4;
    }
    return 0;
}

int xd_utf8_decode(const char *s, size_t n, uint32_t *cp)
{
    const unsigned char *u = (const unsigned char *)s;
    uint32_t v, least;
    int len;

    *cp = 0;
    if (n == 0 || u[0] == 0)
        return 0;
    *cp = REPLACEMENT;
    len = sequence(u[0], &v, &least);
    if (len == 0 || (size_t)len > n)
        return 1;
    for (int i = 1; i < len; i++) {
        if ((u[i] & 0xc0) != 0x80) /* a NUL ends here too, so n may be more than the string */
            return 1;
        v = v << 6 | (u[i] & 0x3fu);
    }
    if (v < least || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
        return 1;
    *cp = v;
    return len;
}

int xd_utf8_encode(uint32_t cp, char out[4])
{
    if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        cp = REPLACEMENT;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

int xd_str_width(const char *s)
{
    uint32_t cp;
    int n, cells = 0;

    while ((n = xd_utf8_decode(s, 4, &cp)) > 0) {
        cells += xd_cp_width(cp);
        s += n;
    }
    return cells;
}

size_t xd_str_fit(const char *s, int cells)
{
    const char *p = s;
    uint32_t cp;
    int n;

    while ((n = xd_utf8_decode(p, 4, &cp)) > 0) {
        cells -= xd_cp_width(cp);
        if (cells < 0)
            break;
        p += n;
    }
    return (size_t)(p - s);
}

size_t xd_str_wrap(const char *s, int cells)
{
    size_t fit = xd_str_fit(s, cells), cut = fit;

    while (s[fit] && cut > 0 && s[cut] != ' ')
        cut--;
    return cut ? cut : fit ? fit : strlen(s);
}

/* --- safe text --- */

struct cleaner {
    const char *p;
    int marks; /* combining marks since the last base character */
};

/* The next character of the safe text into out[4]. Returns its bytes, 0 at the end; *changed says
 * whether it differs from what stood there. */
static int next_safe(struct cleaner *c, char out[4], bool *changed)
{
    uint32_t cp, safe;
    int n, len;

    if (*c->p >= 0x20 && *c->p < 0x7f) { /* nearly all text there is: names, UUIDs, flags */
        c->marks = 0;
        out[0] = *c->p++;
        return 1;
    }
    for (;;) {
        n = xd_utf8_decode(c->p, 4, &cp);
        if (n == 0)
            return 0;
        safe = cp;
        if (cp == '\t' || cp == '\n' || cp == '\r')
            safe = ' ';
        else if (xd_cp_is_unsafe(cp))
            safe = REPLACEMENT;
        if (xd_cp_width(safe) > 0) {
            c->marks = 0;
            break;
        }
        if (c->marks < 0) { /* a mark on nothing would sit on what is drawn before this text */
            safe = REPLACEMENT;
            c->marks = 0;
            break;
        }
        if (c->marks++ < MARKS_MAX)
            break;
        c->p += n; /* one mark too many */
        *changed = true;
    }
    len = xd_utf8_encode(safe, out);
    if (len != n || memcmp(out, c->p, (size_t)len) != 0)
        *changed = true;
    c->p += n;
    return len;
}

size_t xd_str_safe_to(char *out, size_t size, const char *s)
{
    struct cleaner c = {s, -1};
    bool changed = false;
    size_t used = 0;
    char one[4];
    int n;

    if (size == 0)
        return 0;
    while ((n = next_safe(&c, one, &changed)) > 0 && used + (size_t)n < size) {
        memcpy(out + used, one, (size_t)n);
        used += (size_t)n;
    }
    out[used] = '\0';
    return used;
}

/* The length of the beginning that is nothing but printable ASCII. */
static size_t plain_length(const char *s)
{
    size_t n = 0;

    while (s[n] >= ' ' && s[n] < 0x7f)
        n++;
    return n;
}

char *xd_str_safe(struct xd_arena *a, const char *s, size_t max_bytes)
{
    struct cleaner c = {s, -1};
    bool changed = false;
    size_t need;
    char one[4], *out;
    int n;

    if (!s)
        return NULL;
    need = plain_length(s);
    if (!s[need]) /* most text is */
        return xd_arena_strndup(a, s, need < max_bytes ? need : max_bytes);
    need = 0;
    while ((n = next_safe(&c, one, &changed)) > 0 && (size_t)n <= max_bytes - need)
        need += (size_t)n;
    out = xd_arena_alloc(a, need + 1);
    xd_str_safe_to(out, need + 1, s);
    return out;
}

bool xd_str_is_safe(const char *s)
{
    struct cleaner c = {s, -1};
    bool changed = false;
    char one[4];

    while (!changed && next_safe(&c, one, &changed) > 0)
        ;
    return !changed;
}
