/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values read from what people type: see value.h. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/value_units.h"

#define STR_BYTES_MAX 1024 /* as xd_put_str keeps them */

/* What is being read, for the sentences. */
struct reader {
    const char *text; /* without blanks at either end */
    const struct xd_kind *k;
    struct xd_arena *a;
    struct xd_err *err;
};

/* What was wanted, by unit, for the sentences and as help. */
static const char *wanted_number(const struct xd_kind *k)
{
    switch (k->unit) {
    case XD_UNIT_KIB:
        return "memory such as 512M or 2G (a bare number is MiB)";
    case XD_UNIT_BYTES:
        return "bytes such as 4096, 64K or 2G";
    case XD_UNIT_BYTES_S:
        return "bytes per second such as 4096, 64K or 2G";
    case XD_UNIT_PERCENT:
        return "a percentage such as 40 or 40%";
    case XD_UNIT_NS:
        return "a time with its unit (ns us ms s m h d) such as 30ms or 1h30m";
    case XD_UNIT_US:
        return "a time such as 500, 500us or 1ms (a bare number is us)";
    case XD_UNIT_MS:
        return "a time such as 5, 5ms or 1s (a bare number is ms)";
    case XD_UNIT_WALL_NS:
        return "a moment in UTC such as 2026-03-01T12:00:05Z";
    case XD_UNIT_KHZ:
        return "a clock such as 2400MHz (a bare number is kHz)";
    case XD_UNIT_MW:
        return "a power such as 250W or 1500mW (a bare number is W)";
    default:
        return k->type == XD_F64 ? "a number such as 2.5" : "a whole number";
    }
}

/* The sentences show what was typed, but not more of it than fits and nothing that a terminal
 * would obey. */
static int fail(const struct reader *r, int code, const char *wanted)
{
    char found[80];

    xd_str_safe_to(found, sizeof(found), r->text);
    return xd_err_set(r->err, code, "wanted %s%s%s%s, found \"%s\"", wanted,
                      r->k->zero ? " or \"" : "", r->k->zero ? r->k->zero : "",
                      r->k->zero ? "\"" : "", found);
}

static int bad_number(const struct reader *r)
{
    return fail(r, -EINVAL, wanted_number(r->k));
}

static int out_of_range(const struct reader *r)
{
    char found[80];

    xd_str_safe_to(found, sizeof(found), r->text);
    return xd_err_set(r->err, -ERANGE, "\"%s\" is more than can be held: wanted %s", found,
                      wanted_number(r->k));
}

/* --- words --- */

static int read_bool(const struct reader *r, struct xd_value *out)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(r->text, words[i]) == 0) {
            out->cell.b = i & 1;
            return 0;
        }
    }
    return fail(r, -EINVAL, "yes or no");
}

static int read_enum(const struct reader *r, struct xd_value *out)
{
    struct xd_buf b = XD_BUF_INIT;
    const char *near;
    size_t n;
    int rc;

    for (n = 0; r->k->names && r->k->names[n]; n++) {
        if (strcasecmp(r->text, r->k->names[n]) == 0) {
            out->cell.i = (int64_t)n;
            return 0;
        }
    }
    for (size_t i = 0; i < n; i++)
        xd_buf_printf(&b, i ? ", %s" : "one of %s", r->k->names[i]);
    rc = fail(r, -EINVAL, n ? xd_buf_str(&b) : "a name of an empty list");
    xd_buf_done(&b);
    near = xd_str_nearest(r->text, r->k->names, n);
    return near && r->err ? xd_err_set(r->err, rc, "%s; did you mean %s?", r->err->text, near) : rc;
}

static int read_str(const struct reader *r, const char *text, struct xd_value *out)
{
    if (strlen(text) > STR_BYTES_MAX)
        return fail(r, -ERANGE, "a text of at most 1024 bytes");
    out->cell.s = xd_arena_strdup(r->a, text);
    return 0;
}

static int read_set(const struct reader *r, unsigned n_all, struct xd_value *out)
{
    struct xd_cpuset set, *copy;
    int rc;

    if (n_all == 0 && strstr(r->text, "all"))
        return fail(r, -EINVAL, "CPUs by number (how many \"all\" are is not known here)");
    rc = xd_cpuset_parse(r->text, n_all, &set, r->err);
    if (rc)
        return rc;
    copy = xd_arena_alloc(r->a, sizeof(*copy));
    *copy = set;
    out->cell.set = copy;
    return 0;
}

/* --- numbers --- */

static bool suffix_is(const struct xd_suffix *s, const char *text, size_t len)
{
    if (strlen(s->text) != len)
        return false;
    return s->exact ? strncmp(s->text, text, len) == 0 : strncasecmp(s->text, text, len) == 0;
}

/* How many of the kind's unit one of `text` is; 0: no such suffix. "K" may be written "KB", "KiB",
 * and with a "/s" where it is a rate. */
static uint64_t suffix_scale(const struct xd_kind *k, const char *text, size_t len)
{
    const struct xd_suffix *s = xd_suffix_first(k->unit);
    size_t first = strspn(text, "KMGTPEkmgtpe");

    if (len == 0) {
        if (k->unit == XD_UNIT_KIB)
            return 1024;
        if (k->unit == XD_UNIT_MW)
            return 1000;
        return k->unit == XD_UNIT_NS ? 0 : 1;
    }
    if ((k->unit == XD_UNIT_BYTES_S || k->unit == XD_UNIT_PER_S) && len >= 2 &&
        strncasecmp(text + len - 2, "/s", 2) == 0) {
        len -= 2;
        if (len == 0)
            return 1;
    }
    if ((k->unit == XD_UNIT_KIB || k->unit == XD_UNIT_BYTES || k->unit == XD_UNIT_BYTES_S) &&
        first == 1 &&
        ((len == 2 && strncasecmp(text + 1, "B", 1) == 0) ||
         (len == 3 && strncasecmp(text + 1, "iB", 2) == 0)))
        len = 1;
    for (; s; s = xd_suffix_next(s)) {
        if (suffix_is(s, text, len))
            return s->scale;
    }
    return 0;
}

static size_t digits(const char *s)
{
    return strspn(s, "0123456789");
}

/* The bytes of a decimal number without its sign: "12", "1.5", ".5", "1e+22". An "E" that no
 * digits follow is a suffix. 0: no number. */
static size_t number_len(const char *s, bool exponent)
{
    size_t whole = digits(s), n = whole, frac, e;

    if (s[n] == '.') {
        frac = digits(s + n + 1);
        if (frac == 0)
            return 0;
        n += 1 + frac;
    } else if (whole == 0) {
        return 0;
    }
    if (exponent && (s[n] == 'e' || s[n] == 'E')) {
        e = n + 1;
        e += s[e] == '+' || s[e] == '-';
        if (digits(s + e))
            n = e + digits(s + e);
    }
    return n;
}

/* s[len] times scale, rounded to the nearest whole number, without the detour over floating point
 * that would lose bits. Something that is not zero never becomes zero: -EINVAL. */
static int scale_exactly(const char *s, size_t len, uint64_t scale, uint64_t *out)
{
    unsigned __int128 frac = 0, one = 1;
    bool something = false;
    uint64_t whole = 0;
    size_t i;

    for (i = 0; i < len && s[i] != '.'; i++) {
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, (uint64_t)(s[i] - '0'), &whole))
            return -ERANGE;
    }
    for (i++; i < len; i++) {
        something = something || s[i] != '0';
        if (one >= UINT64_C(1000000000000000000)) /* further digits weigh nothing */
            continue;
        frac = frac * 10 + (unsigned)(s[i] - '0');
        one *= 10;
    }
    if (something && scale == 1) /* half a byte, half a vCPU */
        return -EINVAL;
    something = something || whole;
    frac = (frac * scale + one / 2) / one;
    if (__builtin_mul_overflow(whole, scale, &whole) ||
        __builtin_add_overflow(whole, (uint64_t)frac, &whole))
        return -ERANGE;
    if (something && whole == 0)
        return -EINVAL;
    *out = whole;
    return 0;
}

/* One "NUMBER[SUFFIX]" added to the sum (in *u or *f, by type); moves *s behind it. */
static int read_part(const struct reader *r, const char **s, uint64_t *u, double *f)
{
    bool real = r->k->type == XD_F64;
    size_t len = number_len(*s, real), suffix;
    const char *text = *s;
    uint64_t scale, part;
    double d;
    int rc;

    if (len == 0)
        return -EINVAL;
    *s += len;
    while (**s == ' ')
        (*s)++;
    suffix = strcspn(*s, "0123456789. ");
    scale = suffix_scale(r->k, *s, suffix);
    if (scale == 0)
        return -EINVAL;
    *s += suffix;
    if (real) {
        rc = xd_parse_f64(xd_arena_strndup(r->a, text, len), &d);
        *f += d * (double)scale;
        return rc || isfinite(*f) ? rc : -ERANGE;
    }
    rc = scale_exactly(text, len, scale, &part);
    if (rc == 0 && __builtin_add_overflow(*u, part, u))
        rc = -ERANGE;
    return rc;
}

/* Puts a sign and a size into the cell, by type. */
static int set_number(const struct xd_kind *k, bool minus, uint64_t u, double f,
                      struct xd_value *out)
{
    if (k->type == XD_F64) {
        out->cell.f = minus ? -f : f;
        return 0;
    }
    if (k->type == XD_U64) {
        out->cell.u = u;
        return minus && u ? -ERANGE : 0;
    }
    if (u > (uint64_t)INT64_MAX + minus)
        return -ERANGE;
    out->cell.i = minus ? (int64_t)(0 - u) : (int64_t)u;
    return 0;
}

/* "40", "-3", "1.5G", and for times several parts: "1h30m". */
static int read_number(const struct reader *r, struct xd_value *out)
{
    const char *s = r->text + (*r->text == '-');
    bool minus = s != r->text;
    uint64_t u = 0;
    double f = 0;
    int rc = 0;

    if (minus && r->k->type == XD_U64)
        return bad_number(r);
    if (r->k->unit != XD_UNIT_NS || strcmp(s, "0") != 0) {
        do {
            rc = read_part(r, &s, &u, &f);
            while (rc == 0 && *s == ' ')
                s++;
        } while (rc == 0 && *s && r->k->unit == XD_UNIT_NS);
        if (rc == 0 && *s)
            rc = -EINVAL;
    }
    if (rc == 0)
        rc = set_number(r->k, minus, u, f, out);
    if (rc == -ERANGE)
        return out_of_range(r);
    return rc ? bad_number(r) : 0;
}

/* --- moments --- */

/* Exactly `n` digits and then `end` (unless NUL); moves *s. -1: something else is there. */
static int take(const char **s, int n, char end)
{
    int v = 0;

    for (; n > 0; n--, (*s)++) {
        if (**s < '0' || **s > '9')
            return -1;
        v = v * 10 + (**s - '0');
    }
    if (end) {
        if (**s != end)
            return -1;
        (*s)++;
    }
    return v;
}

/* ".25" as ns; 0 where there is none. */
static uint32_t take_fraction(const char **s)
{
    uint32_t ns = 0, weight = 100000000;

    if (**s != '.' || !isdigit((unsigned char)(*s)[1]))
        return 0;
    for ((*s)++; isdigit((unsigned char)**s); (*s)++, weight /= 10)
        ns += weight * (uint32_t)(**s - '0');
    return ns;
}

/* "2026-03-01", "2026-03-01T12:00", "2026-03-01 12:00:05.25Z" */
static bool read_tm(const char **s, struct tm *tm)
{
    tm->tm_year = take(s, 4, '-') - 1900;
    tm->tm_mon = take(s, 2, '-') - 1;
    tm->tm_mday = take(s, 2, 0);
    if (tm->tm_year < -1900 || tm->tm_mon < 0 || tm->tm_mon > 11 || tm->tm_mday < 1 ||
        tm->tm_mday > 31)
        return false;
    if (**s != 'T' && **s != 't' && **s != ' ')
        return true;
    (*s)++;
    tm->tm_hour = take(s, 2, ':');
    tm->tm_min = take(s, 2, 0);
    if (**s == ':') {
        (*s)++;
        tm->tm_sec = take(s, 2, 0);
    }
    return tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 && tm->tm_min < 60 &&
           tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

static int read_moment(const struct reader *r, struct xd_value *out)
{
    const char *s = r->text;
    struct tm tm = {0};
    __int128 ns;
    uint32_t frac;
    int day;

    if (!read_tm(&s, &tm))
        return bad_number(r);
    frac = take_fraction(&s);
    if (*s == 'Z' || *s == 'z')
        s++;
    day = tm.tm_mday;
    ns = (__int128)timegm(&tm) * 1000000000 + frac;
    if (*s || tm.tm_mday != day) /* 31 February */
        return bad_number(r);
    if (r->k->type == XD_U64 ? ns < 0 || ns > UINT64_MAX : ns < INT64_MIN || ns > INT64_MAX)
        return fail(r, -ERANGE, "a moment that fits 64 bits of ns since 1970");
    if (r->k->type == XD_U64)
        out->cell.u = (uint64_t)ns;
    else
        out->cell.i = (int64_t)ns;
    return 0;
}

/* --- the whole --- */

/* The kind's word for zero, or "none" for it. True where it was one. */
static bool read_zero(const struct reader *r, struct xd_value *out)
{
    if (!r->k->zero || r->k->type == XD_STR || r->k->type == XD_BOOL || r->k->type == XD_ENUM)
        return false;
    if (strcasecmp(r->text, r->k->zero) != 0 && strcasecmp(r->text, "none") != 0)
        return false;
    if (r->k->type == XD_CPUSET)
        out->cell.set = xd_arena_alloc(r->a, sizeof(*out->cell.set));
    else if (r->k->type == XD_F64)
        out->cell.f = 0;
    else
        out->cell.u = 0;
    return true;
}

int xd_value_parse(const char *text, const struct xd_kind *k, unsigned n_all, struct xd_arena *a,
                   struct xd_value *out, struct xd_err *err)
{
    size_t lead = strspn(text, " \t"), len = strlen(text + lead);
    struct xd_value v = {.have = true, .type = k->type};
    struct reader r = {NULL, k, a, err};
    int rc = 0;

    while (len > 0 && (text[lead + len - 1] == ' ' || text[lead + len - 1] == '\t'))
        len--;
    r.text = xd_arena_strndup(a, text + lead, len);
    if (!xd_str_is_safe(r.text)) {
        rc = fail(&r, -EINVAL, "text without control characters");
    } else if (!read_zero(&r, &v)) {
        switch (k->type) {
        case XD_BOOL:
            rc = read_bool(&r, &v);
            break;
        case XD_ENUM:
            rc = read_enum(&r, &v);
            break;
        case XD_STR:
            rc = read_str(&r, text, &v);
            break;
        case XD_CPUSET:
            rc = read_set(&r, n_all, &v);
            break;
        case XD_I64:
        case XD_U64:
        case XD_F64:
            rc = k->unit == XD_UNIT_WALL_NS && k->type != XD_F64 ? read_moment(&r, &v)
                                                                 : read_number(&r, &v);
            break;
        }
    }
    if (rc == 0)
        *out = v;
    return rc;
}
