/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/model/value: what is written reads back, what people type is understood or refused in a
 * sentence, and the order that sorting relies on is an order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/knob.h"
#include "model/value.h"

static const char *const states[] = {"run", "idle", "paused", NULL};

#define KIND(t, u)      ((struct xd_kind){.type = (t), .unit = (u)})
#define KIND_NONE(t, u) ((struct xd_kind){.type = (t), .unit = (u), .zero = "none"})

static struct xd_value u64(uint64_t u)
{
    return (struct xd_value){.have = true, .type = XD_U64, .cell.u = u};
}

static struct xd_value i64(int64_t i)
{
    return (struct xd_value){.have = true, .type = XD_I64, .cell.i = i};
}

static struct xd_value f64(double f)
{
    return (struct xd_value){.have = true, .type = XD_F64, .cell.f = f};
}

static struct xd_value str(const char *s)
{
    return (struct xd_value){.have = true, .type = XD_STR, .cell.s = s};
}

/* Reads text and writes it exactly, or gives the error's sentence. */
static const char *reread(struct xd_arena *a, const char *text, struct xd_kind k)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;

    if (xd_value_parse(text, &k, 8, a, &v, &err)) {
        assert_int_equal(err.code == -EINVAL || err.code == -ERANGE, 1);
        return xd_arena_strdup(a, xd_err_text(&err));
    }
    assert_true(v.have);
    assert_int_equal(v.type, k.type);
    return xd_value_exact(&v, &k, a);
}

struct reading {
    const char *text, *wanted;
};

static void read_all(struct xd_kind k, const struct reading *list, size_t n)
{
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < n; i++)
        assert_string_equal(reread(&a, list[i].text, k), list[i].wanted);
    xd_arena_done(&a);
}

#define READ_ALL(k, ...)                                                                           \
    do {                                                                                           \
        static const struct reading list[] = {__VA_ARGS__};                                        \
        read_all(k, list, sizeof(list) / sizeof(list[0]));                                         \
    } while (0)

#define MEMORY_WANTED "wanted memory such as 512M or 2G (a bare number is MiB), found "

static void memory_is_read_as_xl_reads_it(void **state)
{
    READ_ALL(KIND(XD_U64, XD_UNIT_KIB), {"512", "512M"}, {"2048", "2G"}, {"2G", "2G"}, {"2g", "2G"},
             {"1.5G", "1536M"}, {"4096K", "4M"}, {"3 GiB", "3G"}, {"3GB", "3G"}, {" 1T ", "1T"},
             {"0", "0"}, {"1.3G", "1363149K"}, {"0.5", "512K"}, {"16383P", "16383P"},
             {"2X", MEMORY_WANTED "\"2X\""}, {"", MEMORY_WANTED "\"\""},
             {"-1", MEMORY_WANTED "\"-1\""}, {"1.5K", MEMORY_WANTED "\"1.5K\""},
             {"0.0001", MEMORY_WANTED "\"0.0001\""}, {"2G2", MEMORY_WANTED "\"2G2\""},
             {"1e3M", MEMORY_WANTED "\"1e3M\""}, {"nan", MEMORY_WANTED "\"nan\""},
             {"99999999999999999999", "\"99999999999999999999\" is more than can be held: wanted "
                                      "memory such as 512M or 2G (a bare number is MiB)"},
             {"16E", "16E"},
             {"16384E", "\"16384E\" is more than can be held: wanted memory such "
                        "as 512M or 2G (a bare number is MiB)"});
}

static void numbers_take_the_suffixes_of_their_unit(void **state)
{
    READ_ALL(KIND(XD_U64, XD_UNIT_BYTES), {"4096", "4K"}, {"64k", "64K"}, {"1000", "1000B"},
             {"1000B", "1000B"}, {"1M", "1M"});
    READ_ALL(KIND(XD_F64, XD_UNIT_BYTES_S), {"1.5k/s", "1536B"}, {"10/s", "10B"},
             {"2G", "2147483648B"});
    READ_ALL(KIND_NONE(XD_U64, XD_UNIT_PERCENT), {"40", "40"}, {"40%", "40"}, {"none", "none"},
             {"NONE", "none"}, {"0", "none"},
             {"4O", "wanted a percentage such as 40 or 40% or \"none\", found \"4O\""});
    READ_ALL(KIND(XD_F64, XD_UNIT_PERCENT), {"98.4%", "98.4"}, {"0.1", "0.1"}, {"-5", "-5"},
             {"1e2", "100"},
             {"1e999", "\"1e999\" is more than can be held: wanted a percentage "
                       "such as 40 or 40%"});
    READ_ALL(KIND(XD_U64, XD_UNIT_NS), {"30ms", "30ms"}, {"1h30m", "90m"}, {"1h 30m", "90m"},
             {"1.5s", "1500ms"}, {"12d04h", "292h"}, {"0", "0s"}, {"5us", "5us"}, {"7ns", "7ns"},
             {"1000", "wanted a time with its unit (ns us ms s m h d) such as 30ms or 1h30m, "
                      "found \"1000\""});
    READ_ALL(KIND(XD_U64, XD_UNIT_KHZ), {"2400MHz", "2400MHz"}, {"2.4ghz", "2400MHz"},
             {"2400000", "2400MHz"}, {"800500", "800500kHz"});
    READ_ALL(KIND(XD_U64, XD_UNIT_MW), {"250", "250W"}, {"250W", "250W"}, {"1500mW", "1500mW"},
             {"2kW", "2kW"},
             {"2MW", "wanted a power such as 250W or 1500mW (a bare number is W), "
                     "found \"2MW\""});
    READ_ALL(KIND(XD_I64, XD_UNIT_NONE), {"-7", "-7"},
             {"-9223372036854775808", "-9223372036854775808"},
             {"9223372036854775808", "\"9223372036854775808\" is more than can be held: wanted a "
                                     "whole number"},
             {"1.5", "wanted a whole number, found \"1.5\""}, {"2.0", "2"});
    READ_ALL(KIND(XD_U64, XD_UNIT_NONE), {"18446744073709551615", "18446744073709551615"},
             {"-0", "wanted a whole number, found \"-0\""});
}

static void words_are_read(void **state)
{
    struct xd_kind e = {.type = XD_ENUM, .names = states};

    READ_ALL(e, {"paused", "paused"}, {"IDLE", "idle"},
             {"pausd", "wanted one of run, idle, paused, found \"pausd\"; did you mean paused?"},
             {"x", "wanted one of run, idle, paused, found \"x\""});
    READ_ALL(KIND(XD_BOOL, XD_UNIT_NONE), {"yes", "yes"}, {"on", "yes"}, {"0", "no"},
             {"False", "no"}, {"maybe", "wanted yes or no, found \"maybe\""});
    READ_ALL(KIND(XD_STR, XD_UNIT_NONE), {" two  words ", " two  words "}, {"unknown", "unknown"},
             {"a\033[2Jb", "wanted text without control characters, found \"a\xef\xbf\xbd[2Jb\""});
    READ_ALL(KIND(XD_CPUSET, XD_UNIT_NONE), {"0-2,4", "0-2,4"}, {"all", "0-7"}, {"none", "none"},
             {"8", "CPU list \"8\": column 1: 8 is above the last, 7"});
}

static void all_needs_to_be_known(void **state)
{
    struct xd_kind k = KIND(XD_CPUSET, XD_UNIT_NONE);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;

    assert_int_equal(xd_value_parse("all", &k, 0, &a, &v, &err), -EINVAL);
    assert_string_equal(err.text, "wanted CPUs by number (how many \"all\" are is not known here), "
                                  "found \"all\"");
    assert_int_equal(xd_value_parse("4095", &k, 0, &a, &v, NULL), 0);
    xd_arena_done(&a);
}

static void moments_are_read(void **state)
{
    const char *bad = "wanted a moment in UTC such as 2026-03-01T12:00:05Z, found ";
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_kind k = KIND(XD_I64, XD_UNIT_WALL_NS);
    static const char *const wrong[] = {
        "2026-02-31",       "2026-13-01", "now", "2026-03-01T25:00",
        "2026-03-01T1:00",  "12",         "",    "2026-03-01T12:00:05+1",
        "2026-03-01T12:00x"};

    READ_ALL(k, {"2026-03-01T12:00:05Z", "2026-03-01T12:00:05Z"},
             {"2026-03-01", "2026-03-01T00:00:00Z"}, {"2026-03-01 12:30", "2026-03-01T12:30:00Z"},
             {"2026-03-01T12:00:05.25Z", "2026-03-01T12:00:05.25Z"},
             {"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z"},
             {"1677-09-21T00:12:43.145224192Z", "1677-09-21T00:12:43.145224192Z"},
             {"1600-01-01", "wanted a moment that fits 64 bits of ns since 1970, found "
                            "\"1600-01-01\""});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_string_equal(reread(&a, wrong[i], k),
                            xd_arena_printf(&a, "%s\"%s\"", bad, wrong[i]));
    xd_arena_done(&a);
}

/* --- what is written reads back --- */

static uint64_t random_u64(uint64_t *seed) /* xorshift64*, cut to a random length */
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(0x2545f4914f6cdd1d) >> (*seed >> 5 & 63);
}

static double random_f64(uint64_t *seed)
{
    double f;
    uint64_t bits = random_u64(seed) ^ random_u64(seed) << 20;

    if (*seed & 1)
        return (double)(int64_t)(bits >> 20) / 1000;
    memcpy(&f, &bits, sizeof(f));
    return isfinite(f) ? f : 0;
}

static struct xd_value random_value(struct xd_arena *a, enum xd_type t, uint64_t *seed)
{
    struct xd_value v = {.have = true, .type = t};
    struct xd_cpuset *set;
    char *s;

    switch (t) {
    case XD_BOOL:
        v.cell.b = random_u64(seed) & 1;
        break;
    case XD_F64:
        v.cell.f = random_f64(seed);
        break;
    case XD_ENUM:
        v.cell.i = (int64_t)(random_u64(seed) % 3);
        break;
    case XD_STR:
        v.cell.s = s = xd_arena_alloc(a, 20);
        for (uint64_t n = random_u64(seed) % 20; n > 0; n--)
            *s++ = (char)(' ' + random_u64(seed) % 95);
        break;
    case XD_CPUSET:
        v.cell.set = set = xd_arena_alloc(a, sizeof(*set));
        for (uint64_t n = random_u64(seed) % 40; n > 0; n--)
            xd_cpuset_add(set, (unsigned)(random_u64(seed) % XD_CPUSET_MAX));
        break;
    default:
        v.cell.u = random_u64(seed);
        if (t == XD_I64 && *seed & 1)
            v.cell.i = (int64_t)(0 - v.cell.u);
        break;
    }
    return v;
}

static void exact_forms_read_back(void **state)
{
    uint64_t seed = 20260301;

    for (int round = 0; round < 400; round++) {
        struct xd_arena a = XD_ARENA_INIT;

        for (int i = 0; i < (XD_CPUSET + 1) * (XD_UNIT_MW + 1) * 2; i++) {
            struct xd_kind k = {.type = (enum xd_type)(i / 2 % (XD_CPUSET + 1)),
                                .unit = (enum xd_unit)(i / 2 / (XD_CPUSET + 1)),
                                .names = states,
                                .zero = i & 1 ? "none" : NULL};
            struct xd_value v = random_value(&a, k.type, &seed), back = XD_UNKNOWN;
            const char *text = xd_value_exact(&v, &k, &a);
            struct xd_err err = XD_ERR_INIT;

            if (xd_value_parse(text, &k, 0, &a, &back, &err) || !xd_value_equal(&v, &back))
                fail_msg("%s %s: \"%s\" reads back as \"%s\" (%s)", xd_type_name(k.type),
                         xd_unit_name(k.unit), text, xd_value_exact(&back, &k, &a), err.text);
            assert_non_null(xd_value_short(&v, &k, &a));
        }
        xd_arena_done(&a);
    }
}

static void the_ends_of_each_range_read_back(void **state)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX};
    struct xd_arena a = XD_ARENA_INIT;

    for (int unit = 0; unit <= XD_UNIT_MW; unit++) {
        struct xd_kind ki = KIND(XD_I64, (enum xd_unit)unit), ku = KIND(XD_U64, (enum xd_unit)unit);

        for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
            struct xd_value v = i64(ends[i]), u = u64((uint64_t)ends[i]), back;

            assert_int_equal(xd_value_parse(xd_value_exact(&v, &ki, &a), &ki, 0, &a, &back, NULL),
                             0);
            assert_true(xd_value_equal(&v, &back));
            assert_int_equal(xd_value_parse(xd_value_exact(&u, &ku, &a), &ku, 0, &a, &back, NULL),
                             0);
            assert_true(xd_value_equal(&u, &back));
        }
    }
    xd_arena_done(&a);
}

/* --- short --- */

static void short_forms_are_short(void **state)
{
    static const struct {
        struct xd_kind k;
        double f; /* as F64 and, where whole, as U64 */
        const char *f64, *u64;
    } cases[] = {
        {{.unit = XD_UNIT_NONE}, 12, "12.0", "12"},
        {{.unit = XD_UNIT_NONE}, -0.04, "0.0", NULL},
        {{.unit = XD_UNIT_NONE}, -0.05, "-0.1", NULL},
        {{.unit = XD_UNIT_PERCENT}, 98.44, "98.4", NULL},
        {{.unit = XD_UNIT_PERCENT}, 412, "412.0", "412"},
        {{.unit = XD_UNIT_KIB}, 2097152, "2.0G", "2.0G"},
        {{.unit = XD_UNIT_BYTES_S}, 1258291.2, "1.2M", NULL},
        {{.unit = XD_UNIT_BYTES_S}, -2048, "-2.0K", NULL},
        {{.unit = XD_UNIT_BYTES}, 98304, "96K", "96K"},
        {{.unit = XD_UNIT_NS}, 12300000000, "12.3s", "12.3s"},
        {{.unit = XD_UNIT_KHZ}, 2450000, "2450MHz", "2450MHz"},
        {{.unit = XD_UNIT_KHZ}, 800, "800kHz", "800kHz"},
        {{.unit = XD_UNIT_MW}, 213000, "213W", "213W"},
        {{.unit = XD_UNIT_MW}, 1500, "1.5W", "1.5W"},
        {{.unit = XD_UNIT_MW}, 850, "850mW", "850mW"},
        {{.unit = XD_UNIT_PERCENT, .zero = "none"}, 0, "none", "none"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_value f = f64(cases[i].f), u = u64((uint64_t)fabs(cases[i].f));
        struct xd_kind k = cases[i].k;

        k.type = XD_F64;
        assert_string_equal(xd_value_short(&f, &k, &a), cases[i].f64);
        k.type = XD_U64;
        if (cases[i].u64)
            assert_string_equal(xd_value_short(&u, &k, &a), cases[i].u64);
    }
    xd_arena_done(&a);
}

static void unknown_is_never_zero(void **state)
{
    struct xd_kind k = KIND_NONE(XD_U64, XD_UNIT_PERCENT), e = {.type = XD_ENUM, .names = states};
    struct xd_value unknown = XD_UNKNOWN, zero = u64(0), nan = f64(NAN);
    struct xd_value odd = {.have = true, .type = XD_ENUM, .cell.i = 3};
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    assert_string_equal(xd_value_short(&unknown, &k, &a), "-");
    assert_string_equal(xd_value_exact(&unknown, &k, &a), "unknown");
    assert_string_equal(xd_value_exact(&odd, &e, &a), "unknown"); /* no such name */
    assert_string_equal(xd_value_short(&nan, &k, &a), "-");
    assert_false(xd_value_equal(&unknown, &zero));
    assert_true(xd_value_equal(&unknown, &XD_UNKNOWN));
    xd_json_init(&j, &b, false);
    xd_json_open(&j, NULL, '[');
    xd_value_json(&unknown, &k, &j, NULL);
    xd_value_json(&zero, &k, &j, NULL);
    xd_value_json(&odd, &e, &j, NULL);
    xd_json_close(&j, ']');
    assert_string_equal(xd_buf_str(&b), "[null,0,null]");
    xd_buf_done(&b);
    xd_arena_done(&a);
}

static void json_has_types(void **state)
{
    struct xd_kind e = {.type = XD_ENUM, .names = states}, n = KIND(XD_U64, XD_UNIT_KIB),
                   m = KIND(XD_I64, XD_UNIT_WALL_NS), s = KIND(XD_CPUSET, XD_UNIT_NONE),
                   t = KIND(XD_STR, XD_UNIT_NONE), f = KIND(XD_F64, XD_UNIT_NONE),
                   yes = KIND(XD_BOOL, XD_UNIT_NONE);
    struct xd_cpuset set;
    struct xd_value v;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_cpuset_fill(&set, 4);
    xd_json_init(&j, &b, false);
    xd_json_open(&j, NULL, '{');
    v = (struct xd_value){.have = true, .type = XD_ENUM, .cell.i = 2};
    xd_value_json(&v, &e, &j, "e");
    v = u64(UINT64_MAX);
    xd_value_json(&v, &n, &j, "n");
    v = i64(INT64_C(1772366405000000000));
    xd_value_json(&v, &m, &j, "m");
    v = (struct xd_value){.have = true, .type = XD_CPUSET, .cell.set = &set};
    xd_value_json(&v, &s, &j, "s");
    v = str("a\"b");
    xd_value_json(&v, &t, &j, "t");
    v = f64(0.1);
    xd_value_json(&v, &f, &j, "f");
    v = (struct xd_value){.have = true, .type = XD_BOOL, .cell.b = true};
    xd_value_json(&v, &yes, &j, "b");
    xd_json_close(&j, '}');
    assert_string_equal(xd_buf_str(&b),
                        "{\"e\":\"paused\",\"n\":18446744073709551615,"
                        "\"m\":\"2026-03-01T12:00:05Z\",\"s\":\"0-3\",\"t\":\"a\\\"b\",\"f\":0.1,"
                        "\"b\":true}");
    xd_buf_done(&b);
}

/* --- order --- */

static void names_have_a_natural_order(void **state)
{
    static const char *const sorted[] = {"",
                                         "a",
                                         "A1b",
                                         "a1B",
                                         "a2",
                                         "a010",
                                         "a10",
                                         "a11",
                                         "a11b2",
                                         "a11b10",
                                         "b",
                                         "B2",
                                         "vm2",
                                         "vm10",
                                         "vm99999999999999999999998",
                                         "vm99999999999999999999999",
                                         "\xc3\xa4"};
    size_t n = sizeof(sorted) / sizeof(sorted[0]);

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            struct xd_value a = str(sorted[i]), b = str(sorted[k]);
            int c = xd_value_cmp(&a, &b);

            if ((c > 0) - (c < 0) != (i > k) - (i < k))
                fail_msg("\"%s\" and \"%s\": %d", sorted[i], sorted[k], c);
        }
    }
}

static void sets_are_ordered_by_members(void **state)
{
    static const char *const sorted[] = {"none", "0",  "0-1", "0-1,5", "0,2",
                                         "1",    "63", "64",  "64-70"};
    struct xd_kind k = KIND(XD_CPUSET, XD_UNIT_NONE);
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i + 1 < sizeof(sorted) / sizeof(sorted[0]); i++) {
        struct xd_value x, y;

        assert_int_equal(xd_value_parse(sorted[i], &k, 0, &a, &x, NULL), 0);
        assert_int_equal(xd_value_parse(sorted[i + 1], &k, 0, &a, &y, NULL), 0);
        assert_true(xd_value_cmp(&x, &y) < 0);
        assert_true(xd_value_cmp(&y, &x) > 0);
        assert_true(xd_value_equal(&x, &x));
    }
    xd_arena_done(&a);
}

static void unknown_comes_last(void **state)
{
    struct xd_value unknown = XD_UNKNOWN, most = u64(UINT64_MAX), minus = i64(-1), one = i64(1);

    assert_true(xd_value_cmp(&unknown, &most) > 0);
    assert_true(xd_value_cmp(&most, &unknown) < 0);
    assert_int_equal(xd_value_cmp(&unknown, &unknown), 0);
    assert_true(xd_value_cmp(&minus, &one) < 0);
    assert_false(
        xd_value_equal(&one, &(struct xd_value){.have = true, .type = XD_U64, .cell.u = 1}));
}

static void copies_stand_alone(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    char name[] = "web1";
    struct xd_cpuset set;
    struct xd_value v = str(name), s = {.have = true, .type = XD_CPUSET, .cell.set = &set}, copy;

    copy = xd_value_copy(&v, &a);
    name[0] = 'x';
    assert_string_equal(copy.cell.s, "web1");
    xd_cpuset_fill(&set, 3);
    copy = xd_value_copy(&s, &a);
    xd_cpuset_zero(&set);
    assert_int_equal(xd_cpuset_count(copy.cell.set), 3);
    copy = xd_value_copy(&XD_UNKNOWN, &a);
    assert_false(copy.have);
    xd_arena_done(&a);
}

static void names_lead_back(void **state)
{
    enum xd_type t;
    enum xd_unit u;

    for (int i = 0; i <= XD_CPUSET; i++) {
        assert_int_equal(xd_type_from_name(xd_type_name((enum xd_type)i), &t), 0);
        assert_int_equal(t, i);
    }
    for (int i = 0; i <= XD_UNIT_MW; i++) {
        assert_int_equal(xd_unit_from_name(xd_unit_name((enum xd_unit)i), &u), 0);
        assert_int_equal(u, i);
    }
    assert_int_equal(xd_type_from_name("float", &t), -ENOENT);
    assert_int_equal(xd_unit_from_name(NULL, &u), -ENOENT);
    assert_string_equal(xd_risk_name(XD_RISK_DESTRUCTIVE), "destructive");
}

/* A decimal comma in the locale in force changes nothing. Without such a locale: no more than the
 * others say. */
static void no_locale_has_a_say(void **state)
{
    struct xd_kind k = KIND(XD_F64, XD_UNIT_PERCENT);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_value v = f64(98.4), big = f64(1e300);

    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        setlocale(LC_ALL, "C.UTF-8");
    assert_string_equal(xd_value_short(&v, &k, &a), "98.4");
    assert_string_equal(xd_value_exact(&v, &k, &a), "98.4");
    assert_string_equal(reread(&a, "98.4%", k), "98.4");
    assert_non_null(xd_value_short(&big, &k, &a));
    setlocale(LC_ALL, "C");
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_read_as_xl_reads_it),
        cmocka_unit_test(numbers_take_the_suffixes_of_their_unit),
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(all_needs_to_be_known),
        cmocka_unit_test(moments_are_read),
        cmocka_unit_test(exact_forms_read_back),
        cmocka_unit_test(the_ends_of_each_range_read_back),
        cmocka_unit_test(short_forms_are_short),
        cmocka_unit_test(unknown_is_never_zero),
        cmocka_unit_test(json_has_types),
        cmocka_unit_test(names_have_a_natural_order),
        cmocka_unit_test(sets_are_ordered_by_members),
        cmocka_unit_test(unknown_comes_last),
        cmocka_unit_test(copies_stand_alone),
        cmocka_unit_test(names_lead_back),
        cmocka_unit_test(no_locale_has_a_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
