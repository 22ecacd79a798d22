/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values written: short for a screen, exact for people and the journal, and as JSON: see value.h.
 * No locale has a say in any of them. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/round.h"
#include "base/str.h"
#include "model/value_units.h"

// clang-format off
const struct xd_suffix xd_suffixes[] = {
    {XD_UNIT_KIB, "E", UINT64_C(1) << 50, false},
    {XD_UNIT_KIB, "P", UINT64_C(1) << 40, false},
    {XD_UNIT_KIB, "T", UINT64_C(1) << 30, false},
    {XD_UNIT_KIB, "G", UINT64_C(1) << 20, false},
    {XD_UNIT_KIB, "M", UINT64_C(1) << 10, false},
    {XD_UNIT_KIB, "K", 1, false},
    {XD_UNIT_BYTES, "E", UINT64_C(1) << 60, false},
    {XD_UNIT_BYTES, "P", UINT64_C(1) << 50, false},
    {XD_UNIT_BYTES, "T", UINT64_C(1) << 40, false},
    {XD_UNIT_BYTES, "G", UINT64_C(1) << 30, false},
    {XD_UNIT_BYTES, "M", UINT64_C(1) << 20, false},
    {XD_UNIT_BYTES, "K", UINT64_C(1) << 10, false},
    {XD_UNIT_BYTES, "B", 1, false},
    {XD_UNIT_BYTES_S, "E", UINT64_C(1) << 60, false},
    {XD_UNIT_BYTES_S, "P", UINT64_C(1) << 50, false},
    {XD_UNIT_BYTES_S, "T", UINT64_C(1) << 40, false},
    {XD_UNIT_BYTES_S, "G", UINT64_C(1) << 30, false},
    {XD_UNIT_BYTES_S, "M", UINT64_C(1) << 20, false},
    {XD_UNIT_BYTES_S, "K", UINT64_C(1) << 10, false},
    {XD_UNIT_BYTES_S, "B", 1, false},
    {XD_UNIT_PERCENT, "%", 1, false},
    {XD_UNIT_NS, "d", UINT64_C(86400000000000), false},
    {XD_UNIT_NS, "h", UINT64_C(3600000000000), false},
    {XD_UNIT_NS, "m", UINT64_C(60000000000), false},
    {XD_UNIT_NS, "s", UINT64_C(1000000000), false},
    {XD_UNIT_NS, "ms", UINT64_C(1000000), false},
    {XD_UNIT_NS, "us", UINT64_C(1000), false},
    {XD_UNIT_NS, "ns", 1, false},
    {XD_UNIT_US, "s", UINT64_C(1000000), false},
    {XD_UNIT_US, "ms", UINT64_C(1000), false},
    {XD_UNIT_US, "us", 1, false},
    {XD_UNIT_MS, "s", UINT64_C(1000), false},
    {XD_UNIT_MS, "ms", 1, false},
    {XD_UNIT_KHZ, "GHz", UINT64_C(1000000), false},
    {XD_UNIT_KHZ, "MHz", UINT64_C(1000), false},
    {XD_UNIT_KHZ, "kHz", 1, false},
    {XD_UNIT_MW, "kW", UINT64_C(1000000), true},
    {XD_UNIT_MW, "W", UINT64_C(1000), true},
    {XD_UNIT_MW, "mW", 1, true},
    {XD_UNIT_NONE, NULL, 0, false},
};
// clang-format on

const struct xd_suffix *xd_suffix_first(enum xd_unit u)
{
    for (const struct xd_suffix *s = xd_suffixes; s->text; s++) {
        if (s->unit == u)
            return s;
    }
    return NULL;
}

const struct xd_suffix *xd_suffix_next(const struct xd_suffix *s)
{
    return s[1].text && s[1].unit == s->unit ? s + 1 : NULL;
}

/* --- what all three forms share --- */

static const char *enum_name(const struct xd_kind *k, int64_t i)
{
    for (int64_t n = 0; k->names && k->names[n]; n++) {
        if (n == i)
            return k->names[n];
    }
    return NULL;
}

/* Whether there is anything to write; a content that the kind can't have is as good as unknown. */
static bool is_known(const struct xd_value *v, const struct xd_kind *k)
{
    if (!v->have)
        return false;
    switch (v->type) {
    case XD_F64:
        return isfinite(v->cell.f);
    case XD_ENUM:
        return enum_name(k, v->cell.i) != NULL;
    case XD_STR:
        return v->cell.s != NULL;
    case XD_CPUSET:
        return v->cell.set != NULL;
    default:
        return true;
    }
}

static bool is_zero(const struct xd_value *v)
{
    switch (v->type) {
    case XD_I64:
        return v->cell.i == 0;
    case XD_U64:
        return v->cell.u == 0;
    case XD_F64:
        return v->cell.f == 0;
    case XD_CPUSET:
        return xd_cpuset_empty(v->cell.set);
    default:
        return false;
    }
}

/* A number's size without its sign; what F64 has behind the point is rounded away. */
static uint64_t magnitude(const struct xd_value *v, bool *minus)
{
    double f;

    *minus = false;
    if (v->type == XD_U64)
        return v->cell.u;
    if (v->type == XD_I64) {
        *minus = v->cell.i < 0;
        return *minus ? 0 - (uint64_t)v->cell.i : (uint64_t)v->cell.i;
    }
    f = xd_round(fabs(v->cell.f));
    *minus = v->cell.f < 0 && f > 0;
    return f < 0x1p64 ? (uint64_t)f : UINT64_MAX;
}

/* --- short --- */

/* One digit behind the point, for numbers that have one; never "-0.0". */
static void fmt_tenths(double f, char *out, size_t size)
{
    int64_t tenths;

    if (fabs(f) >= 1e15) {
        snprintf(out, size, "%.0f", f);
        return;
    }
    tenths = xd_round_i64(f * 10);
    snprintf(out, size, "%s%" PRId64 ".%" PRId64, tenths < 0 ? "-" : "",
             tenths < 0 ? -tenths / 10 : tenths / 10, tenths < 0 ? -tenths % 10 : tenths % 10);
}

/* In the largest unit that leaves something before the point: "213W" "1.5kW". */
static void fmt_scaled(uint64_t n, enum xd_unit unit, char *out, size_t size)
{
    const struct xd_suffix *s = xd_suffix_first(unit), *next;
    uint64_t tenths;

    while ((next = xd_suffix_next(s)) && n < s->scale)
        s = next;
    tenths = n % s->scale / (s->scale >= 10 ? s->scale / 10 : 1);
    if (s->scale == 1 || tenths == 0 || n / s->scale >= 100)
        snprintf(out, size, "%" PRIu64 "%s", n / s->scale, s->text);
    else
        snprintf(out, size, "%" PRIu64 ".%" PRIu64 "%s", n / s->scale, tenths, s->text);
}

static void fmt_magnitude(uint64_t n, enum xd_unit unit, char *out, size_t size)
{
    switch (unit) {
    case XD_UNIT_KIB:
        xd_fmt_bytes(n > UINT64_MAX / 1024 ? UINT64_MAX : n * 1024, out, size);
        break;
    case XD_UNIT_BYTES:
    case XD_UNIT_BYTES_S:
        xd_fmt_bytes(n, out, size);
        break;
    case XD_UNIT_NS:
        xd_fmt_ns(n, out, size);
        break;
    case XD_UNIT_US:
        xd_fmt_ns(n > UINT64_MAX / 1000 ? UINT64_MAX : n * 1000, out, size);
        break;
    case XD_UNIT_MS:
        xd_fmt_ns(n > UINT64_MAX / 1000000 ? UINT64_MAX : n * 1000000, out, size);
        break;
    case XD_UNIT_KHZ: /* in MHz, as tools for CPUs have it: 3400 and 2450 can be told apart */
        if (n >= 1000)
            snprintf(out, size, "%" PRIu64 "MHz", n / 1000);
        else
            snprintf(out, size, "%" PRIu64 "kHz", n);
        break;
    case XD_UNIT_MW:
        fmt_scaled(n, unit, out, size);
        break;
    default:
        snprintf(out, size, "%" PRIu64, n);
        break;
    }
}

/* --- moments --- */

/* A double can't hold a moment to the ns; where one is said to be one, it is a number like others.
 */
static bool is_moment(const struct xd_value *v, const struct xd_kind *k)
{
    return k->unit == XD_UNIT_WALL_NS && (v->type == XD_I64 || v->type == XD_U64);
}

/* "2026-03-01T12:00:05.25Z": the fraction only where there is one, without trailing zeros. */
static const char *moment(const struct xd_value *v, struct xd_arena *a)
{
    bool minus;
    uint64_t n = magnitude(v, &minus);
    time_t s = (time_t)(n / 1000000000u);
    uint32_t ns = (uint32_t)(n % 1000000000u);
    char text[64], frac[12];
    struct tm tm;
    size_t len;

    if (minus) { /* seconds are counted down, the fraction always up */
        s = -s - (ns > 0);
        ns = ns ? 1000000000u - ns : 0;
    }
    if (!gmtime_r(&s, &tm))
        return "unknown";
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    if (ns == 0)
        return xd_arena_printf(a, "%sZ", text);
    snprintf(frac, sizeof(frac), "%09u", ns);
    for (len = 9; frac[len - 1] == '0'; len--)
        frac[len - 1] = '\0';
    return xd_arena_printf(a, "%s.%sZ", text, frac);
}

static const char *number_short(const struct xd_value *v, const struct xd_kind *k,
                                struct xd_arena *a)
{
    char out[400]; /* %.0f of the largest double takes 309 */
    bool minus = false;
    uint64_t n;

    if (k->unit == XD_UNIT_WALL_NS)
        return moment(v, a);
    if (v->type == XD_F64 &&
        (k->unit == XD_UNIT_NONE || k->unit == XD_UNIT_PERCENT || k->unit == XD_UNIT_PER_S)) {
        fmt_tenths(v->cell.f, out, sizeof(out));
    } else {
        n = magnitude(v, &minus);
        fmt_magnitude(n, k->unit, out, sizeof(out));
    }
    return xd_arena_printf(a, "%s%s", minus ? "-" : "", out);
}

/* Text that short and exact write alike; NULL for numbers. */
static const char *plain(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a)
{
    if (k->zero && is_zero(v))
        return k->zero;
    switch (v->type) {
    case XD_BOOL:
        return v->cell.b ? "yes" : "no";
    case XD_STR:
        return xd_arena_strdup(a, v->cell.s);
    case XD_ENUM:
        return enum_name(k, v->cell.i);
    case XD_CPUSET:
        return xd_cpuset_format(v->cell.set, a);
    default:
        return NULL;
    }
}

const char *xd_value_short(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a)
{
    const char *text;

    if (!is_known(v, k))
        return "-";
    text = plain(v, k, a);
    return text ? text : number_short(v, k, a);
}

/* --- exact --- */

static const char *f64_exact(double f, const char *suffix, struct xd_arena *a)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;
    const char *text;

    xd_json_init(&j, &b, false);
    xd_json_f64(&j, NULL, f); /* writes the shortest digits that read back the same */
    text = xd_arena_printf(a, "%s%s", xd_buf_str(&b), suffix);
    xd_buf_done(&b);
    return text;
}

/* Written without their suffix, as xl takes them. */
static bool is_bare(enum xd_unit u)
{
    return u == XD_UNIT_PERCENT || u == XD_UNIT_US || u == XD_UNIT_MS;
}

static const char *number_exact(const struct xd_value *v, const struct xd_kind *k,
                                struct xd_arena *a)
{
    const struct xd_suffix *s = xd_suffix_first(k->unit), *next;
    const char *suffix = "";
    uint64_t n, scale = 1;
    bool minus;

    if (v->type == XD_F64) {
        while (s && (next = xd_suffix_next(s)))
            s = next;
        return f64_exact(v->cell.f, s && !is_bare(k->unit) ? s->text : "", a);
    }
    if (is_moment(v, k))
        return moment(v, a);
    n = magnitude(v, &minus);
    while (s && n % s->scale)
        s = xd_suffix_next(s);
    if (s && n > 0 && !is_bare(k->unit)) {
        suffix = s->text;
        scale = s->scale;
    } else if (n == 0 && k->unit == XD_UNIT_NS) {
        suffix = "s";
    }
    return xd_arena_printf(a, "%s%" PRIu64 "%s", minus ? "-" : "", n / scale, suffix);
}

const char *xd_value_exact(const struct xd_value *v, const struct xd_kind *k, struct xd_arena *a)
{
    const char *text;

    if (!is_known(v, k))
        return "unknown";
    text = plain(v, k, a);
    return text ? text : number_exact(v, k, a);
}

/* --- JSON --- */

/* Sets and moments are made in an arena of their own: a row more costs no memory. */
static void json_made(const struct xd_value *v, struct xd_json *j, const char *key)
{
    struct xd_arena a = XD_ARENA_INIT;

    xd_json_str(j, key, v->type == XD_CPUSET ? xd_cpuset_format(v->cell.set, &a) : moment(v, &a));
    xd_arena_done(&a);
}

void xd_value_json(const struct xd_value *v, const struct xd_kind *k, struct xd_json *j,
                   const char *key)
{
    if (!is_known(v, k)) {
        xd_json_null(j, key);
        return;
    }
    if (is_moment(v, k)) {
        json_made(v, j, key);
        return;
    }
    switch (v->type) {
    case XD_BOOL:
        xd_json_bool(j, key, v->cell.b);
        break;
    case XD_I64:
        xd_json_i64(j, key, v->cell.i);
        break;
    case XD_U64:
        xd_json_u64(j, key, v->cell.u);
        break;
    case XD_F64:
        xd_json_f64(j, key, v->cell.f);
        break;
    case XD_STR:
        xd_json_str(j, key, v->cell.s);
        break;
    case XD_ENUM:
        xd_json_str(j, key, enum_name(k, v->cell.i));
        break;
    case XD_CPUSET:
        json_made(v, j, key);
        break;
    }
}
