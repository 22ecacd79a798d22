/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions that the C library can be trusted with: see query_private.h.
 *
 * glibc copies the tree of a sub-expression for each repetition that it must have: x{3} is xxx, x+
 * is xx*. Nested, that grows like a power: (((a{99}){99}){99}) takes all memory there is, and so do
 * forty + in a row. What may be left out, nested, takes it ages to see through: a hundred ? in a
 * row are minutes. So the size of what would be built is worked out before, with each * + ? as two
 * copies. Back references (a GNU addition to these expressions) make matching exponential; they
 * are refused. */
#include "model/query_private.h"

#include <errno.h>
#include <string.h>

#define WEIGHT_MAX 512 /* twice the longest text without repetitions */
#define GROUPS_MAX XD_REGEX_BYTES_MAX

/* How many nodes a piece of the expression comes to. */
struct weigher {
    const char *p;
    unsigned sum[GROUPS_MAX + 1];  /* finished atoms of each open group */
    unsigned last[GROUPS_MAX + 1]; /* its last atom, which a repetition would multiply */
    int depth;
    struct xd_err *err;
};

static unsigned capped(uint64_t n)
{
    return n > WEIGHT_MAX ? WEIGHT_MAX + 1 : (unsigned)n;
}

static void atom(struct weigher *w, unsigned weight)
{
    w->sum[w->depth] = capped((uint64_t)w->sum[w->depth] + w->last[w->depth]);
    w->last[w->depth] = weight;
}

/* So many copies, and the node that joins them. */
static void repeat(struct weigher *w, uint64_t times)
{
    unsigned *last = &w->last[w->depth];

    *last = capped((*last ? *last : 1) * (times ? times : 1) + 1);
}

/* Behind the "]" of "[…]"; "[]a]" and "[[:alpha:]]" hold more of them. */
static const char *skip_bracket(const char *p)
{
    p++;
    p += *p == '^';
    p += *p == ']';
    while (*p && *p != ']') {
        char inner = p[0] == '[' && (p[1] == ':' || p[1] == '.' || p[1] == '=') ? p[1] : 0;

        p++;
        if (!inner)
            continue;
        for (p++; *p && !(p[0] == inner && p[1] == ']');)
            p++;
        p += *p ? 2 : 0;
    }
    return *p ? p + 1 : p;
}

static const char *number(const char *p, uint64_t *out)
{
    for (*out = 0; *p >= '0' && *p <= '9'; p++)
        *out = *out < 100000 ? *out * 10 + (uint64_t)(*p - '0') : *out;
    return p;
}

/* "{n}", "{n,}", "{n,m}", "{,m}": as many copies as the larger number, and one for "or more". */
static int bounds(struct weigher *w)
{
    uint64_t low, high;
    const char *p = number(w->p + 1, &low);

    high = low;
    if (*p == ',') {
        p = number(p + 1, &high);
        if (p[-1] == ',')
            high = low + 1;
    }
    if (low > 255 || high > 256)
        return xd_err_set(w->err, -EINVAL, "a repetition of more than 255 times");
    repeat(w, low > high ? low : high);
    w->p = *p == '}' ? p + 1 : w->p + 1;
    return 0;
}

static int step(struct weigher *w)
{
    switch (*w->p) {
    case '\\':
        if (w->p[1] >= '1' && w->p[1] <= '9')
            return xd_err_set(w->err, -EINVAL, "\\%c: references back are not supported", w->p[1]);
        atom(w, 1);
        w->p += w->p[1] ? 2 : 1;
        return 0;
    case '[':
        atom(w, 1);
        w->p = skip_bracket(w->p);
        return 0;
    case '(':
        w->depth++;
        w->sum[w->depth] = w->last[w->depth] = 0;
        break;
    case ')':
        if (w->depth == 0) { /* glibc takes it for a letter */
            atom(w, 1);
        } else {
            unsigned inner = capped((uint64_t)w->sum[w->depth] + w->last[w->depth] + 1);

            w->depth--;
            atom(w, inner);
        }
        break;
    case '{':
        return bounds(w);
    case '*':
    case '+':
    case '?':
        repeat(w, 2);
        break;
    default:
        atom(w, 1);
        break;
    }
    w->p++;
    return 0;
}

static int weigh(const char *text, struct xd_err *err)
{
    struct weigher w = {.p = text, .err = err};
    int rc = 0;

    while (rc == 0 && *w.p) {
        rc = step(&w);
        if (rc == 0 && (uint64_t)w.sum[w.depth] + w.last[w.depth] > WEIGHT_MAX)
            rc = xd_err_set(err, -EINVAL, "its repetitions multiply to more than %d characters",
                            WEIGHT_MAX);
    }
    return rc;
}

int xd_regex_compile(const char *text, regex_t *out, struct xd_err *err)
{
    char why[128];
    int rc;

    if (strlen(text) > XD_REGEX_BYTES_MAX)
        return xd_err_set(err, -EINVAL, "it is longer than %d bytes", XD_REGEX_BYTES_MAX);
    rc = weigh(text, err);
    if (rc)
        return rc;
    rc = regcomp(out, text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (rc == 0)
        return 0;
    regerror(rc, out, why, sizeof(why));
    return xd_err_set(err, -EINVAL, "%s", why);
}
