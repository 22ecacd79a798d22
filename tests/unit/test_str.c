/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/str: buffers, broken UTF-8, widths, text made safe, numbers in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define FFFD    "\xef\xbf\xbd"
#define N(a)    (sizeof(a) / sizeof((a)[0]))
#define ACUTE   "\xcc\x81"     /* U+0301, combining */
#define RLO     "\xe2\x80\xae" /* U+202E, turns the text that follows round */
#define KANJI   "\xe6\xbc\xa2" /* two cells */
#define E_ACUTE "\xc3\xa9"

/* --- the buffer --- */

static void buffers_grow_and_stay_terminated(void **state)
{
    struct xd_buf b = XD_BUF_INIT;
    char big[5000];

    assert_string_equal(xd_buf_str(&b), "");
    xd_buf_clear(&b);
    xd_buf_addn(&b, NULL, 0);
    assert_string_equal(b.s, "");
    xd_buf_add(&b, "cpu");
    xd_buf_addc(&b, ' ');
    xd_buf_printf(&b, "%d%%", 46);
    xd_buf_pad(&b, '.', 3);
    xd_buf_pad(&b, '.', -3);
    assert_string_equal(xd_buf_str(&b), "cpu 46%...");
    assert_int_equal(b.len, 10);

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    xd_buf_clear(&b);
    for (int i = 0; i < 3; i++)
        xd_buf_printf(&b, "%s", big);
    assert_int_equal(b.len, 3 * (sizeof(big) - 1));
    assert_int_equal(strlen(b.s), b.len);
    xd_buf_done(&b);
    assert_string_equal(xd_buf_str(&b), "");
}

/* A line that fills the buffer to its last byte, for every length about the first growth. */
static void printf_at_the_edge_of_the_buffer(void **state)
{
    for (int n = 0; n < 200; n++) {
        struct xd_buf b = XD_BUF_INIT;

        xd_buf_pad(&b, 'a', 40);
        xd_buf_printf(&b, "%*s", n, "");
        assert_int_equal(b.len, 40 + n);
        assert_int_equal(strlen(b.s), 40 + n);
        xd_buf_done(&b);
    }
}

/* --- UTF-8 --- */

static void every_code_point_survives_the_round_trip(void **state)
{
    for (uint32_t cp = 1; cp <= 0x10ffff; cp++) {
        uint32_t back;
        char out[4];
        int n = xd_utf8_encode(cp, out);

        if (xd_utf8_decode(out, 4, &back) != n)
            fail_msg("U+%04X: wrong length", (unsigned)cp);
        if (back != (cp >= 0xd800 && cp < 0xe000 ? 0xfffd : cp)) /* halves of pairs are no text */
            fail_msg("U+%04X: came back as U+%04X", (unsigned)cp, (unsigned)back);
    }
}

static void broken_sequences_cost_one_byte(void **state)
{
    static const char *const broken[] = {
        "\x80",             /* a continuation on its own */
        "\xc0\x80",         /* NUL, too long */
        "\xc1\xbf",         /* too long */
        "\xe0\x9f\xbf",     /* too long */
        "\xf0\x8f\xbf\xbf", /* too long */
        "\xed\xa0\x80",     /* half of a pair */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf8\x88\x80\x80", /* five bytes, once upon a time */
        "\xff",
        "\xe2\x82",
        "\xe2",
        "\xe2(\xa1",
        "\xf0\x9f\x98",
    };
    uint32_t cp;

    for (size_t i = 0; i < N(broken); i++) {
        assert_int_equal(xd_utf8_decode(broken[i], strlen(broken[i]), &cp), 1);
        assert_int_equal(cp, 0xfffd);
        /* A longer limit than the string: the NUL stops it. */
        assert_int_equal(xd_utf8_decode(broken[i], 100, &cp), 1);
    }
    assert_int_equal(xd_utf8_decode("\xe2\x82\xac", 2, &cp), 1); /* cut by the limit */
    assert_int_equal(xd_utf8_decode("", 1, &cp), 0);
    assert_int_equal(xd_utf8_decode("x", 0, &cp), 0);
    assert_int_equal(cp, 0);
}

static void widths(void **state)
{
    static const struct {
        uint32_t cp;
        int cells;
    } cases[] = {
        {'a', 1},      {0xe9, 1},     {0x0301, 0},  {0x200d, 0},  {0x4e00, 2},  {0x9fff, 2},
        {0xac00, 2},   {0x1100, 2},   {0x1161, 0},  {0xff21, 2},  {0xff71, 1},  {0x1f600, 2},
        {0x2581, 1},   {0x28ff, 1},   {0x2500, 1},  {0x25b8, 1},  {0xb0, 1},    {0x3b1, 1},
        {0xfffd, 1},   {0x10ffff, 1}, {0x20000, 2}, {0x3fffd, 2}, {0xe0100, 0}, {0x2028, 1},
        {0x231a, 2},   {0x2319, 1},   {0xad, 1},    {0, 0},       {0x300, 0},   {0x2ff, 1},
        {0x110000, 1},
    };

    for (size_t i = 0; i < N(cases); i++) {
        if (xd_cp_width(cases[i].cp) != cases[i].cells)
            fail_msg("U+%04X is not %d cells wide", (unsigned)cases[i].cp, cases[i].cells);
    }
    assert_int_equal(xd_str_width(""), 0);
    assert_int_equal(xd_str_width("web1"), 4);
    assert_int_equal(xd_str_width(KANJI KANJI "e" ACUTE), 5);
    assert_int_equal(xd_str_width("\xff\xff"), 2);
}

static void fitting_cuts_between_characters(void **state)
{
    const char *s = "a" KANJI "e" ACUTE "z"; /* cells 1 2 1 1 in bytes 1 3 3 1 */
    static const size_t bytes[] = {0, 1, 1, 4, 7, 8, 8};

    for (int cells = 0; cells < (int)N(bytes); cells++)
        assert_int_equal(xd_str_fit(s, cells), bytes[cells]);
    assert_int_equal(xd_str_fit(s, -1), 0);
    assert_int_equal(xd_str_fit("", 5), 0);
}

static void prose_wraps_at_blanks(void **state)
{
    assert_int_equal(xd_str_wrap("one two three", 9), 7);
    assert_int_equal(xd_str_wrap("one two", 7), 7);
    assert_int_equal(xd_str_wrap("one two", 20), 7);
    assert_int_equal(xd_str_wrap("überlange Wörter", 5), 6); /* a word is cut between characters */
    assert_int_equal(xd_str_wrap("\xe4\xb8\xad", 1), 3);      /* nothing fits: all, not for ever */
    assert_int_equal(xd_str_wrap("", 5), 0);
}

/* --- guests lie --- */

static void safe_text(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"web1", "web1"},
        {"Gr" E_ACUTE " " KANJI, "Gr" E_ACUTE " " KANJI},
        {"a\tb\nc\rd", "a b c d"},
        {"\033[2J\033]0;owned\007", FFFD "[2J" FFFD "]0;owned" FFFD}, /* clear screen, set title */
        {"a\x7f"
         "b\x01",
         "a" FFFD "b" FFFD},
        {"\xc2\x9b"
         "31m",
         FFFD "31m"}, /* C1: the other way to write ESC [ */
        {"\x9b"
         "31m",
         FFFD "31m"},       /* and as a bare byte */
        {"\xc2\x85", FFFD}, /* next line */
        {RLO "txt.exe", FFFD "txt.exe"},
        {"\xe2\x81\xa6x\xe2\x81\xa9", FFFD "x" FFFD}, /* isolates */
        {"\xe2\x80\xa8\xe2\x80\xa9", FFFD FFFD},      /* line and paragraph separator */
        {"a\xe2\x80\x8b"
         "b",
         "a" FFFD "b"}, /* a space nobody sees */
        {"a\xe3\x85\xa4"
         "b",
         "a" FFFD "b"},             /* Hangul filler: a letter nobody sees */
        {"\xee\x80\x80", FFFD},     /* private use */
        {"\xef\xbf\xbe", FFFD},     /* U+FFFE */
        {"\xf3\xa0\x81\x81", FFFD}, /* a tag letter */
        {"\xff\xc3(", FFFD FFFD "("},
        {"e" ACUTE ACUTE, "e" ACUTE ACUTE},
        {"e" ACUTE ACUTE ACUTE ACUTE "x" ACUTE, "e" ACUTE ACUTE "x" ACUTE},
        {ACUTE "x", FFFD "x"}, /* it would sit on the neighbour column's last letter */
        {FFFD, FFFD},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < N(cases); i++) {
        const char *safe = xd_str_safe(&a, cases[i][0], SIZE_MAX);

        assert_string_equal(safe, cases[i][1]);
        assert_true(xd_str_is_safe(safe)); /* once is enough */
        assert_int_equal(xd_str_is_safe(cases[i][0]), xd_streq(safe, cases[i][0]));
    }
    assert_null(xd_str_safe(&a, NULL, 10));
    xd_arena_done(&a);
}

static void safe_text_is_cut_at_a_character(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    char out[5];

    assert_string_equal(xd_str_safe(&a, "web1", 3), "web");
    assert_string_equal(xd_str_safe(&a, "web1", 0), "");
    assert_string_equal(xd_str_safe(&a, "a" KANJI, 3), "a");
    assert_string_equal(xd_str_safe(&a, "a" KANJI, 4), "a" KANJI);
    assert_string_equal(xd_str_safe(&a, "a\xff", 3), "a"); /* the replacement takes three */

    assert_int_equal(xd_str_safe_to(out, sizeof(out), "ab" KANJI), 2);
    assert_string_equal(out, "ab");
    assert_int_equal(xd_str_safe_to(out, sizeof(out), "a" KANJI), 4);
    assert_int_equal(xd_str_safe_to(out, 1, "x"), 0);
    assert_string_equal(out, "");
    assert_int_equal(xd_str_safe_to(out, 0, "x"), 0);
    xd_arena_done(&a);
}

/* Whatever the bytes: no control byte comes out, and a second pass changes nothing. */
static void any_bytes_become_safe(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    uint32_t seed = 1;

    for (int round = 0; round < 3000; round++) {
        char s[48];
        const char *safe;

        for (size_t i = 0; i < sizeof(s) - 1; i++) {
            seed = seed * 1664525 + 1013904223;
            s[i] = (char)(seed >> 24 | (round & 1 ? 0xc0 : 1)); /* odd rounds: mostly lead bytes */
        }
        s[sizeof(s) - 1] = '\0';
        safe = xd_str_safe(&a, s, SIZE_MAX);
        for (const unsigned char *p = (const unsigned char *)safe; *p; p++)
            assert_true(*p >= 0x20 && *p != 0x7f);
        assert_true(xd_str_is_safe(safe));
        assert_string_equal(xd_str_safe(&a, safe, SIZE_MAX), safe);
    }
    xd_arena_done(&a);
}

/* --- small helpers --- */

static void comparing(void **state)
{
    assert_true(xd_streq(NULL, NULL));
    assert_false(xd_streq(NULL, ""));
    assert_false(xd_streq("", NULL));
    assert_true(xd_streq("a", "a"));
    assert_true(xd_str_starts("sched.cap", "sched."));
    assert_true(xd_str_starts("x", ""));
    assert_false(xd_str_starts("sch", "sched."));
}

static void whole_numbers(void **state)
{
    static const char *const junk[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e3", "a", "-"};
    uint64_t u = 7;
    int64_t i = 7;

    for (size_t k = 0; k < N(junk); k++)
        assert_int_equal(xd_parse_u64(junk[k], &u), -EINVAL);
    assert_int_equal(xd_parse_u64(NULL, &u), -EINVAL);
    assert_int_equal(xd_parse_i64(NULL, &i), -EINVAL);
    assert_int_equal(xd_parse_i64("--1", &i), -EINVAL);
    assert_int_equal(xd_parse_i64("-", &i), -EINVAL);
    assert_int_equal(u, 7); /* what failed wrote nothing */

    assert_int_equal(xd_parse_u64("18446744073709551615", &u), 0);
    assert_true(u == UINT64_MAX);
    assert_int_equal(xd_parse_u64("18446744073709551616", &u), -ERANGE);
    assert_int_equal(xd_parse_u64("99999999999999999999999", &u), -ERANGE);
    assert_int_equal(xd_parse_u64("99999999999999999999999x", &u), -EINVAL);
    assert_int_equal(xd_parse_u64("007", &u), 0);
    assert_int_equal(u, 7);

    assert_int_equal(xd_parse_i64("-9223372036854775808", &i), 0);
    assert_true(i == INT64_MIN);
    assert_int_equal(xd_parse_i64("9223372036854775807", &i), 0);
    assert_true(i == INT64_MAX);
    assert_int_equal(xd_parse_i64("9223372036854775808", &i), -ERANGE);
    assert_int_equal(xd_parse_i64("-9223372036854775809", &i), -ERANGE);
    assert_int_equal(xd_parse_i64("-0", &i), 0);
    assert_int_equal(i, 0);
}

static void fractions(void **state)
{
    static const char *const junk[] = {"",  " 1", "1 ",  "inf", "nan",   "0x1p3", "1,5", ".",
                                       "-", "1e", "1e+", "+1",  "1.2.3", "--1",   "1f"};
    double v = 7;

    for (size_t k = 0; k < N(junk); k++)
        assert_int_equal(xd_parse_f64(junk[k], &v), -EINVAL);
    assert_int_equal(xd_parse_f64(NULL, &v), -EINVAL);
    assert_int_equal(xd_parse_f64("1e999", &v), -ERANGE);
    assert_true(v == 7);

    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed: still a point */
    assert_int_equal(xd_parse_f64("1.5", &v), 0);
    assert_true(v == 1.5);
    setlocale(LC_ALL, "C");
    assert_int_equal(xd_parse_f64("-.5e-1", &v), 0);
    assert_true(v == -0.05);
    assert_int_equal(xd_parse_f64("3", &v), 0);
    assert_true(v == 3);
}

static void did_you_mean(void **state)
{
    static const char *const keys[] = {"weight", "cap", "ratelimit", "background"};

    assert_int_equal(xd_str_distance("", ""), 0);
    assert_int_equal(xd_str_distance("abc", ""), 3);
    assert_int_equal(xd_str_distance("kitten", "sitting"), 3);
    assert_int_equal(xd_str_distance("wieght", "weight"), 1); /* neighbours exchanged */
    assert_int_equal(xd_str_distance("ca", "abc"), 3);        /* optimal string alignment */

    assert_string_equal(xd_str_nearest("wieght", keys, 4), "weight");
    assert_string_equal(xd_str_nearest("caps", keys, 4), "cap");
    assert_string_equal(xd_str_nearest("cap", keys, 4), "cap");
    assert_string_equal(xd_str_nearest("rate_limit", keys, 4), "ratelimit");
    assert_string_equal(xd_str_nearest("backgruond", keys, 4), "background");
    assert_null(xd_str_nearest("memory", keys, 4));
    assert_null(xd_str_nearest("x", keys, 4));
    assert_null(xd_str_nearest("", keys, 4));
    assert_null(xd_str_nearest("cap", keys, 0));
}

static void distance_looks_at_64_bytes(void **state)
{
    char a[301], b[301];

    memset(a, 'a', 300);
    memset(b, 'a', 300);
    a[300] = b[300] = '\0';
    b[200] = 'b';
    assert_int_equal(xd_str_distance(a, b), 0);
    b[63] = 'b';
    assert_int_equal(xd_str_distance(a, b), 1);
}

static void sizes_for_people(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "1B"},
        {1023, "1023B"},
        {1024, "1.0K"},
        {512 << 10, "512K"},
        {10188, "9.9K"},
        {10189, "10K"},
        {1023 << 10, "1023K"},
        {(1 << 20) - 1, "1.0M"}, /* not 1024K */
        {UINT64_C(2) << 30, "2.0G"},
        {UINT64_C(98) << 30, "98G"},
        {(UINT64_C(98) << 30) + (UINT64_C(46) << 30) / 100, "98G"},
        {UINT64_MAX, "16E"},
    };
    char out[16];

    for (size_t i = 0; i < N(cases); i++)
        assert_string_equal(xd_fmt_bytes(cases[i].bytes, out, sizeof(out)), cases[i].text);
    for (uint64_t v = 1; v < UINT64_MAX / 3; v += v / 4 + 1)
        assert_true(strlen(xd_fmt_bytes(v, out, sizeof(out))) <= 5);
    assert_string_equal(xd_fmt_bytes(512 << 10, out, 3), "51"); /* cut, never written beyond */
}

static void exact_sizes(void **state)
{
    static const struct {
        uint64_t kib;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "1K"},
        {1000, "1000K"},
        {4096, "4M"},
        {4097, "4097K"},
        {2 << 20, "2G"},
        {(2 << 20) + 1024, "2049M"},
        {UINT64_MAX, "18446744073709551615K"},
        {UINT64_C(1) << 63, "8192E"},
    };
    char out[32];

    for (size_t i = 0; i < N(cases); i++)
        assert_string_equal(xd_fmt_kib_exact(cases[i].kib, out, sizeof(out)), cases[i].text);
}

static void durations(void **state)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {999, "999ns"},
        {1000, "1us"},
        {999999, "999us"},
        {850000000, "850ms"},
        {999999999, "999ms"},
        {UINT64_C(1000000000), "1.0s"},
        {UINT64_C(12340000000), "12.3s"},
        {UINT64_C(59999999999), "59.9s"},
        {UINT64_C(245) * 1000000000, "4m05s"},
        {UINT64_C(3599) * 1000000000, "59m59s"},
        {UINT64_C(11520) * 1000000000, "3h12m"},
        {UINT64_C(86399) * 1000000000, "23h59m"},
        {UINT64_C(1051200) * 1000000000, "12d04h"},
        {UINT64_MAX, "213503d23h"},
    };
    char out[32];

    for (size_t i = 0; i < N(cases); i++)
        assert_string_equal(xd_fmt_ns(cases[i].ns, out, sizeof(out)), cases[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_grow_and_stay_terminated),
        cmocka_unit_test(printf_at_the_edge_of_the_buffer),
        cmocka_unit_test(every_code_point_survives_the_round_trip),
        cmocka_unit_test(broken_sequences_cost_one_byte),
        cmocka_unit_test(widths),
        cmocka_unit_test(prose_wraps_at_blanks),
        cmocka_unit_test(fitting_cuts_between_characters),
        cmocka_unit_test(safe_text),
        cmocka_unit_test(safe_text_is_cut_at_a_character),
        cmocka_unit_test(any_bytes_become_safe),
        cmocka_unit_test(comparing),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(fractions),
        cmocka_unit_test(did_you_mean),
        cmocka_unit_test(distance_looks_at_64_bytes),
        cmocka_unit_test(sizes_for_people),
        cmocka_unit_test(exact_sizes),
        cmocka_unit_test(durations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
