/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of CPUs: see cpuset.h. */
#include "base/cpuset.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define WORDS (XD_CPUSET_MAX / 64)

void xd_cpuset_zero(struct xd_cpuset *s)
{
    memset(s, 0, sizeof(*s));
}

void xd_cpuset_fill(struct xd_cpuset *s, unsigned n)
{
    unsigned i;

    xd_cpuset_zero(s);
    if (n > XD_CPUSET_MAX)
        n = XD_CPUSET_MAX;
    for (i = 0; i < n / 64; i++)
        s->bits[i] = UINT64_MAX;
    if (n % 64)
        s->bits[i] = (UINT64_C(1) << n % 64) - 1;
}

void xd_cpuset_add(struct xd_cpuset *s, unsigned cpu)
{
    if (cpu < XD_CPUSET_MAX)
        s->bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

void xd_cpuset_del(struct xd_cpuset *s, unsigned cpu)
{
    if (cpu < XD_CPUSET_MAX)
        s->bits[cpu / 64] &= ~(UINT64_C(1) << cpu % 64);
}

bool xd_cpuset_has(const struct xd_cpuset *s, unsigned cpu)
{
    return cpu < XD_CPUSET_MAX && (s->bits[cpu / 64] >> cpu % 64 & 1);
}

bool xd_cpuset_equal(const struct xd_cpuset *a, const struct xd_cpuset *b)
{
    return memcmp(a->bits, b->bits, sizeof(a->bits)) == 0;
}

bool xd_cpuset_subset(const struct xd_cpuset *a, const struct xd_cpuset *of)
{
    for (unsigned i = 0; i < WORDS; i++) {
        if (a->bits[i] & ~of->bits[i])
            return false;
    }
    return true;
}

bool xd_cpuset_empty(const struct xd_cpuset *s)
{
    return xd_cpuset_next(s, 0) < 0;
}

void xd_cpuset_and(struct xd_cpuset *a, const struct xd_cpuset *b)
{
    for (unsigned i = 0; i < WORDS; i++)
        a->bits[i] &= b->bits[i];
}

void xd_cpuset_or(struct xd_cpuset *a, const struct xd_cpuset *b)
{
    for (unsigned i = 0; i < WORDS; i++)
        a->bits[i] |= b->bits[i];
}

unsigned xd_cpuset_count(const struct xd_cpuset *s)
{
    unsigned n = 0;

    for (unsigned i = 0; i < WORDS; i++)
        if (s->bits[i]) /* most are zero */
            n += (unsigned)__builtin_popcountll(s->bits[i]);
    return n;
}

int xd_cpuset_next(const struct xd_cpuset *s, unsigned from)
{
    if (from >= XD_CPUSET_MAX)
        return -1;
    for (unsigned i = from / 64; i < WORDS; i++) {
        uint64_t w = s->bits[i];

        if (i == from / 64)
            w &= UINT64_MAX << from % 64;
        if (w)
            return (int)(i * 64 + (unsigned)__builtin_ctzll(w));
    }
    return -1;
}

/* --- reading --- */

struct reader {
    const char *text, *p;
    unsigned n_all;
    struct xd_err *err;
};

static int bad(const struct reader *r, const char *wanted)
{
    int column = (int)(r->p - r->text) + 1;

    if (!*r->p)
        return xd_err_set(r->err, -EINVAL, "CPU list \"%s\": column %d: wanted %s, found the end",
                          r->text, column, wanted);
    return xd_err_set(r->err, -EINVAL, "CPU list \"%s\": column %d: wanted %s, found \"%s\"",
                      r->text, column, wanted, r->p);
}

static void skip_blanks(struct reader *r)
{
    while (*r->p == ' ' || *r->p == '\t')
        r->p++;
}

static int read_number(struct reader *r, unsigned *out)
{
    const char *start = r->p;
    unsigned n = 0;

    if (*r->p < '0' || *r->p > '9')
        return bad(r, "a number");
    for (; *r->p >= '0' && *r->p <= '9'; r->p++) {
        if (n <= XD_CPUSET_MAX) /* beyond it only "too large" matters */
            n = n * 10 + (unsigned)(*r->p - '0');
    }
    if (n >= r->n_all)
        return xd_err_set(r->err, -ERANGE, "CPU list \"%s\": column %d: %.*s is above the last, %u",
                          r->text, (int)(start - r->text) + 1, (int)(r->p - start), start,
                          r->n_all - 1);
    *out = n;
    return 0;
}

static bool read_word(struct reader *r, const char *word)
{
    if (!xd_str_starts(r->p, word))
        return false;
    r->p += strlen(word);
    return true;
}

/* "all", "none", "N" or "N-M" */
static int read_range(struct reader *r, struct xd_cpuset *set)
{
    const char *start;
    unsigned from, to;
    int rc;

    xd_cpuset_zero(set);
    if (read_word(r, "none"))
        return 0;
    if (read_word(r, "all")) {
        xd_cpuset_fill(set, r->n_all);
        return 0;
    }
    rc = read_number(r, &from);
    if (rc)
        return rc;
    to = from;
    if (*r->p == '-') {
        start = ++r->p;
        rc = read_number(r, &to);
        if (rc)
            return rc;
        if (to < from) {
            r->p = start;
            return bad(r, "the end of the range to be no less than its start");
        }
    }
    for (; from <= to; from++)
        xd_cpuset_add(set, from);
    return 0;
}

/* One item, with its sign, put into effect: items work in the order in which they stand. */
static int read_item(struct reader *r, struct xd_cpuset *set)
{
    struct xd_cpuset item;
    bool take;
    int rc;

    skip_blanks(r);
    take = read_word(r, "^");
    rc = read_range(r, &item);
    if (rc)
        return rc;
    for (unsigned i = 0; i < WORDS; i++)
        set->bits[i] = take ? set->bits[i] & ~item.bits[i] : set->bits[i] | item.bits[i];
    skip_blanks(r);
    return 0;
}

int xd_cpuset_parse(const char *text, unsigned n_all, struct xd_cpuset *out, struct xd_err *err)
{
    struct reader r = {text, text, n_all, err};
    struct xd_cpuset set;
    int rc;

    if (n_all == 0 || n_all > XD_CPUSET_MAX)
        r.n_all = XD_CPUSET_MAX;
    xd_cpuset_zero(&set);
    rc = read_item(&r, &set);
    while (rc == 0 && *r.p == ',') {
        r.p++;
        rc = read_item(&r, &set);
    }
    if (rc == 0 && *r.p)
        rc = bad(&r, "a comma");
    if (rc == 0)
        *out = set;
    return rc;
}

char *xd_cpuset_format(const struct xd_cpuset *s, struct xd_arena *a)
{
    struct xd_buf b = XD_BUF_INIT;
    int from, to;
    char *text;

    for (from = xd_cpuset_next(s, 0); from >= 0; from = xd_cpuset_next(s, (unsigned)to + 1)) {
        to = from;
        while (xd_cpuset_has(s, (unsigned)to + 1))
            to++;
        xd_buf_printf(&b, b.len ? ",%d" : "%d", from);
        if (to > from)
            xd_buf_printf(&b, "-%d", to);
    }
    text = xd_arena_strdup(a, b.len ? b.s : "none");
    xd_buf_done(&b);
    return text;
}
