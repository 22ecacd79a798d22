/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers read from text and written for people: see str.h. */
#include "base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int xd_parse_u64(const char *s, uint64_t *out)
{
    uint64_t v = 0;

    if (!s || !*s)
        return -EINVAL;
    if (s[strspn(s, "0123456789")])
        return -EINVAL;
    for (; *s; s++) {
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
            return -ERANGE;
    }
    *out = v;
    return 0;
}

int xd_parse_i64(const char *s, int64_t *out)
{
    bool minus = s && *s == '-';
    uint64_t v;
    int rc = xd_parse_u64(minus ? s + 1 : s, &v);

    if (rc)
        return rc;
    if (v > (uint64_t)INT64_MAX + minus)
        return -ERANGE;
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return 0;
}

static const char *skip_digits(const char *s, bool *any)
{
    size_t n = strspn(s, "0123456789");

    *any = *any || n > 0;
    return s + n;
}

/* strtod takes more than a person would write as a number: blanks, "inf", "nan", hexadecimal. */
static bool looks_decimal(const char *s)
{
    bool digits = false, exponent = false;

    s += *s == '-';
    s = skip_digits(s, &digits);
    if (*s == '.')
        s = skip_digits(s + 1, &digits);
    if (!digits)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        s += *s == '-' || *s == '+';
        s = skip_digits(s, &exponent);
        if (!exponent)
            return false;
    }
    return *s == '\0';
}

int xd_parse_f64(const char *s, double *out)
{
    locale_t c;
    double v;

    if (!s || !looks_decimal(s))
        return -EINVAL;
    /* Not the locale in force: there the decimal point may be a comma. */
    c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return -ENOMEM;
    v = strtod_l(s, NULL, c);
    freelocale(c);
    if (!isfinite(v))
        return -ERANGE;
    *out = v;
    return 0;
}

/* --- for people; integers only, so that no locale has a say --- */

static const char units[] = "BKMGTPE";

char *xd_fmt_bytes(uint64_t bytes, char *out, size_t size)
{
    unsigned unit = 0, v, tenths;
    uint64_t whole = bytes, rest = 0;

    while (whole >= 1024) {
        rest = whole % 1024;
        whole /= 1024;
        unit++;
    }
    v = (unsigned)(whole * 1024 + rest);      /* in 1/1024 of the unit; what is below is cut */
    if (unit > 0 && v >= 1024 * 1024 - 512) { /* would round to 1024: one of the next unit */
        v = 1024;
        unit++;
    }
    tenths = (v * 10 + 512) / 1024;
    if (bytes == 0)
        snprintf(out, size, "0");
    else if (unit > 0 && tenths < 100)
        snprintf(out, size, "%u.%u%c", tenths / 10, tenths % 10, units[unit]);
    else
        snprintf(out, size, "%u%c", (v + 512) / 1024, units[unit]);
    return out;
}

char *xd_fmt_kib_exact(uint64_t kib, char *out, size_t size)
{
    unsigned unit = 1;

    while (kib && kib % 1024 == 0 && unit + 1 < sizeof(units) - 1) {
        kib /= 1024;
        unit++;
    }
    if (kib == 0)
        snprintf(out, size, "0");
    else
        snprintf(out, size, "%" PRIu64 "%c", kib, units[unit]);
    return out;
}

/* Two neighbouring units; what is below the second is cut, so that 59.99s is never "60.0s". */
char *xd_fmt_ns(uint64_t ns, char *out, size_t size)
{
    uint64_t s = ns / 1000000000u;
    unsigned sec = (unsigned)(s % 60), min = (unsigned)(s / 60 % 60),
             hour = (unsigned)(s / 3600 % 24);

    if (ns == 0)
        snprintf(out, size, "0s");
    else if (ns < 1000)
        snprintf(out, size, "%uns", (unsigned)ns);
    else if (ns < 1000000)
        snprintf(out, size, "%uus", (unsigned)(ns / 1000));
    else if (s < 1)
        snprintf(out, size, "%ums", (unsigned)(ns / 1000000));
    else if (s < 60)
        snprintf(out, size, "%u.%us", sec, (unsigned)(ns / 100000000u % 10));
    else if (s < 3600)
        snprintf(out, size, "%um%02us", min, sec);
    else if (s < 86400)
        snprintf(out, size, "%uh%02um", hour, min);
    else
        snprintf(out, size, "%" PRIu64 "d%02uh", s / 86400, hour);
    return out;
}
