/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The growing buffer and small helpers on strings: see str.h. (UTF-8 is in utf8.c, widths are in
 * width.c, numbers in num.c.) */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void xd_buf_done(struct xd_buf *b)
{
    free(b->s);
    b->s = NULL;
    b->len = b->cap = 0;
}

void xd_buf_clear(struct xd_buf *b)
{
    b->len = 0;
    if (b->s)
        b->s[0] = '\0';
}

/* Room for n more bytes and the NUL. */
static void reserve(struct xd_buf *b, size_t n)
{
    size_t need, cap = b->cap ? b->cap : 64;

    if (__builtin_add_overflow(b->len, n, &need) || need >= SIZE_MAX / 2)
        abort();
    need++;
    if (b->s && need <= b->cap)
        return;
    while (cap < need)
        cap *= 2;
    b->s = xd_realloc(b->s, cap);
    b->cap = cap;
}

void xd_buf_addn(struct xd_buf *b, const char *s, size_t n)
{
    reserve(b, n);
    if (n)
        memcpy(b->s + b->len, s, n);
    b->len += n;
    b->s[b->len] = '\0';
}

void xd_buf_cut(struct xd_buf *b, size_t len)
{
    if (len >= b->len)
        return;
    b->len = len;
    b->s[len] = '\0';
}

void xd_buf_add(struct xd_buf *b, const char *s)
{
    xd_buf_addn(b, s, strlen(s));
}

void xd_buf_addc(struct xd_buf *b, char c)
{
    xd_buf_addn(b, &c, 1);
}

void xd_buf_pad(struct xd_buf *b, char c, int n)
{
    if (n <= 0)
        return;
    reserve(b, (size_t)n);
    memset(b->s + b->len, c, (size_t)n);
    b->len += (size_t)n;
    b->s[b->len] = '\0';
}

void xd_buf_printf(struct xd_buf *b, const char *fmt, ...)
{
    va_list ap;
    int n;

    reserve(b, 0);
    va_start(ap, fmt);
    n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
    va_end(ap);
    if (n < 0) /* only a wide character that can't be written; we print none */
        abort();
    if ((size_t)n >= b->cap - b->len) {
        reserve(b, (size_t)n);
        va_start(ap, fmt);
        vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
        va_end(ap);
    }
    b->len += (size_t)n;
}

const char *xd_buf_str(const struct xd_buf *b)
{
    return b->s ? b->s : "";
}

bool xd_streq(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool xd_str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* --- "did you mean" --- */

#define WORD_MAX 64

static int least(int a, int b)
{
    return a < b ? a : b;
}

int xd_str_distance(const char *a, const char *b)
{
    /* Three rows of the table do: an exchange of neighbours looks back two. */
    int rows[3][WORD_MAX + 1];
    size_t na = strnlen(a, WORD_MAX), nb = strnlen(b, WORD_MAX);

    for (size_t j = 0; j <= nb; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        int *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];

        row[0] = (int)i;
        for (size_t j = 1; j <= nb; j++) {
            row[j] = least(least(up[j], row[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], up2[j - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

const char *xd_str_nearest(const char *word, const char *const *names, size_t n)
{
    /* A third of the letters may be wrong, but never all of them. */
    int len = (int)strnlen(word, WORD_MAX);
    int best = least(len / 3 > 1 ? len / 3 : 1, len - 1) + 1;
    const char *found = NULL;

    for (size_t i = 0; i < n; i++) {
        int d = xd_str_distance(word, names[i]);

        if (d < best) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
