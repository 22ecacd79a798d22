/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values compared and copied, and the names of types and units: see value.h. (Their text is made
 * in value_text.c and read in value_parse.c.) */
#include "model/value.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static const char *const type_names[] = {
    [XD_BOOL] = "bool", [XD_I64] = "i64",   [XD_U64] = "u64",       [XD_F64] = "f64",
    [XD_STR] = "str",   [XD_ENUM] = "enum", [XD_CPUSET] = "cpuset",
};

static const char *const unit_names[] = {
    [XD_UNIT_NONE] = "",       [XD_UNIT_KIB] = "KiB",
    [XD_UNIT_BYTES] = "bytes", [XD_UNIT_BYTES_S] = "bytes/s",
    [XD_UNIT_PER_S] = "/s",    [XD_UNIT_PERCENT] = "%",
    [XD_UNIT_NS] = "ns",       [XD_UNIT_WALL_NS] = "ns since 1970",
    [XD_UNIT_KHZ] = "kHz",     [XD_UNIT_MW] = "mW",
    [XD_UNIT_US] = "us",       [XD_UNIT_MS] = "ms",
};

#define N_TYPES (sizeof(type_names) / sizeof(type_names[0]))
#define N_UNITS (sizeof(unit_names) / sizeof(unit_names[0]))

const char *xd_type_name(enum xd_type t)
{
    return (size_t)t < N_TYPES ? type_names[t] : "?";
}

const char *xd_unit_name(enum xd_unit u)
{
    return (size_t)u < N_UNITS ? unit_names[u] : "?";
}

int xd_type_from_name(const char *name, enum xd_type *out)
{
    for (size_t i = 0; i < N_TYPES; i++) {
        if (xd_streq(name, type_names[i])) {
            *out = (enum xd_type)i;
            return 0;
        }
    }
    return -ENOENT;
}

int xd_unit_from_name(const char *name, enum xd_unit *out)
{
    for (size_t i = 0; i < N_UNITS; i++) {
        if (xd_streq(name, unit_names[i])) {
            *out = (enum xd_unit)i;
            return 0;
        }
    }
    return -ENOENT;
}

/* --- order --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Two runs of digits by the number they write, however long. Moves both behind their run. */
static int cmp_digits(const char **a, const char **b)
{
    size_t na, nb;
    int c = 0;

    *a += strspn(*a, "0");
    *b += strspn(*b, "0");
    na = strspn(*a, "0123456789");
    nb = strspn(*b, "0123456789");
    if (na != nb)
        c = na < nb ? -1 : 1;
    else
        c = memcmp(*a, *b, na);
    *a += na;
    *b += nb;
    return c;
}

/* Natural order without case; what is left equal by that is ordered by its bytes, so that only
 * equal strings compare equal. */
static int cmp_str(const char *s, const char *t)
{
    const char *a = s, *b = t;
    int c = 0;

    while (c == 0 && *a && *b) {
        if (is_digit(*a) && is_digit(*b))
            c = cmp_digits(&a, &b);
        else
            c = fold(*a++) - fold(*b++);
    }
    if (c == 0)
        c = fold(*a) - fold(*b);
    return c ? c : strcmp(s, t);
}

/* As sequences of members: the set that has the first CPU in which they differ comes first, unless
 * the other one had ended before. */
static int cmp_set(const struct xd_cpuset *a, const struct xd_cpuset *b)
{
    for (unsigned i = 0; i < XD_CPUSET_MAX / 64; i++) {
        uint64_t differ = a->bits[i] ^ b->bits[i];
        unsigned cpu;

        if (!differ)
            continue;
        cpu = i * 64 + (unsigned)__builtin_ctzll(differ);
        if (xd_cpuset_has(a, cpu))
            return xd_cpuset_next(b, cpu) < 0 ? 1 : -1;
        return xd_cpuset_next(a, cpu) < 0 ? -1 : 1;
    }
    return 0;
}

#define CMP(x, y) (((x) > (y)) - ((x) < (y)))

int xd_value_cmp(const struct xd_value *a, const struct xd_value *b)
{
    if (!a->have || !b->have)
        return b->have - a->have;
    if (a->type != b->type)
        return CMP(a->type, b->type);
    switch (a->type) {
    case XD_BOOL:
        return CMP(a->cell.b, b->cell.b);
    case XD_I64:
    case XD_ENUM:
        return CMP(a->cell.i, b->cell.i);
    case XD_U64:
        return CMP(a->cell.u, b->cell.u);
    case XD_F64:
        return CMP(a->cell.f, b->cell.f);
    case XD_STR:
        return cmp_str(a->cell.s, b->cell.s);
    case XD_CPUSET:
        return cmp_set(a->cell.set, b->cell.set);
    }
    return 0;
}

bool xd_value_equal(const struct xd_value *a, const struct xd_value *b)
{
    if (a->have && b->have && a->type != b->type)
        return false;
    return xd_value_cmp(a, b) == 0;
}

struct xd_value xd_value_copy(const struct xd_value *v, struct xd_arena *a)
{
    struct xd_value copy = *v;
    struct xd_cpuset *set;

    if (!v->have)
        return copy;
    if (v->type == XD_STR) {
        copy.cell.s = xd_arena_strdup(a, v->cell.s);
    } else if (v->type == XD_CPUSET) {
        set = xd_arena_alloc(a, sizeof(*set));
        *set = *v->cell.set;
        copy.cell.set = set;
    }
    return copy;
}
