/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/json: what is written is JSON whatever the text, and only JSON is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "base/json.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void write_domain(struct xd_json *j)
{
    xd_json_open(j, NULL, '{');
    xd_json_str(j, "name", "web1");
    xd_json_u64(j, "max", UINT64_MAX);
    xd_json_i64(j, "min", INT64_MIN);
    xd_json_open(j, "cpus", '[');
    xd_json_i64(j, NULL, 0);
    xd_json_i64(j, NULL, 3);
    xd_json_close(j, ']');
    xd_json_open(j, "nics", '[');
    xd_json_close(j, ']');
    xd_json_open(j, "pool", '{');
    xd_json_close(j, '}');
    xd_json_bool(j, "live", true);
    xd_json_null(j, "cap");
    xd_json_close(j, '}');
}

static void on_one_line(void **state)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, false);
    write_domain(&j);
    assert_string_equal(b.s, "{\"name\":\"web1\",\"max\":18446744073709551615,"
                             "\"min\":-9223372036854775808,\"cpus\":[0,3],\"nics\":[],"
                             "\"pool\":{},\"live\":true,\"cap\":null}");
    xd_buf_done(&b);
}

static void for_people(void **state)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    write_domain(&j);
    assert_string_equal(b.s, "{\n"
                             "  \"name\": \"web1\",\n"
                             "  \"max\": 18446744073709551615,\n"
                             "  \"min\": -9223372036854775808,\n"
                             "  \"cpus\": [\n"
                             "    0,\n"
                             "    3\n"
                             "  ],\n"
                             "  \"nics\": [],\n"
                             "  \"pool\": {},\n"
                             "  \"live\": true,\n"
                             "  \"cap\": null\n"
                             "}");
    xd_buf_done(&b);
}

static void strings_are_escaped(void **state)
{
    static const char *const cases[][2] = {
        {"", "\"\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1b\x7f", "\"\\u0001\\u001b\\u007f\""},
        {"\xc3\xa9\xe6\xbc\xa2", "\"\xc3\xa9\xe6\xbc\xa2\""},
        {"\xe2\x80\xae", "\"\\u202e\""},            /* nothing turns the reader's line round */
        {"\xc2\x9b", "\"\\u009b\""},                /* or its colours */
        {"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""}, /* U+E0041 in two halves */
        {"a\xff\xe2\x82z", "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\""},
    };

    for (size_t i = 0; i < N(cases); i++) {
        struct xd_buf b = XD_BUF_INIT;
        struct xd_json j;

        xd_json_init(&j, &b, false);
        xd_json_str(&j, NULL, cases[i][0]);
        assert_string_equal(b.s, cases[i][1]);
        xd_buf_done(&b);
    }
}

static void numbers_read_back_as_they_were(void **state)
{
    static const struct {
        double v;
        const char *text;
    } cases[] = {
        {0, "0"},        {0.1, "0.1"},       {1.0 / 3, "0.3333333333333333"},
        {1e21, "1e+21"}, {-2.5, "-2.5"},     {5e-324, "4.94065645841247e-324"},
        {NAN, "null"},   {INFINITY, "null"}, {1.7976931348623157e308, "1.7976931348623157e+308"},
    };

    for (size_t i = 0; i < N(cases); i++) {
        struct xd_buf b = XD_BUF_INIT;
        struct xd_json j;
        double back;

        xd_json_init(&j, &b, false);
        xd_json_f64(&j, NULL, cases[i].v);
        assert_string_equal(b.s, cases[i].text);
        if (isfinite(cases[i].v) && cases[i].v > 1e-300) {
            assert_int_equal(xd_parse_f64(b.s, &back), 0);
            assert_true(back == cases[i].v);
        }
        xd_buf_done(&b);
    }
}

/* Every byte a guest can put into a name: what we write, a strict reader reads. */
static void whatever_is_written_can_be_read(void **state)
{
    struct xd_buf b = XD_BUF_INIT;
    struct json_object *o;
    char all[256];
    struct xd_json j;

    for (int i = 0; i < 255; i++)
        all[i] = (char)(i + 1);
    all[255] = '\0';
    xd_json_init(&j, &b, false);
    xd_json_open(&j, NULL, '{');
    xd_json_str(&j, all, all);
    xd_json_str(&j, "none", NULL);
    xd_json_close(&j, '}');
    assert_int_equal(xd_json_parse("written", b.s, b.len, &o, NULL), 0);
    assert_int_equal(json_object_object_length(o), 2);
    json_object_put(o);
    xd_buf_done(&b);
}

static void too_deep_is_a_fault_of_the_program(void **state)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;
    int status;
    pid_t pid;

    xd_json_init(&j, &b, false);
    for (int i = 0; i < 31; i++)
        xd_json_open(&j, NULL, '[');
    pid = fork();
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        xd_json_open(&j, NULL, '[');
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    xd_buf_done(&b);
}

static void json_is_read(void **state)
{
    static const char *const good[] = {
        "1",
        " 12 ",
        "-0.5e+3",
        "\"a\"",
        "{\"a\":[1,2,{}]}",
        "[]",
        "true\n",
        "null",
        "[\n1,\r\n\t2]",
        "0",
        "\"NaN \\\" Infinity -01 \\u20ac\"",
    };
    struct json_object *o;

    for (size_t i = 0; i < N(good); i++) {
        if (xd_json_parse("good", good[i], strlen(good[i]), &o, NULL))
            fail_msg("refused: %s", good[i]);
        json_object_put(o);
    }
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const cases[][2] = {
        {"", "f: column 1: unexpected end of data"},
        {"[1,", "f: column 4: unexpected end of data"},
        {"[1,]", "f: column 4: unexpected character"},
        {"[1,2]x", "f: column 6: there is more text after the value"},
        {"null null", "f: column 6: there is more text after the value"},
        {"NaN", "f: column 1: NaN and Infinity are no JSON"},
        {"[1, Infinity]", "f: column 5: NaN and Infinity are no JSON"},
        {"[-Infinity]", "f: column 2: not a number as JSON writes it"},
        {"01", "f: column 1: not a number as JSON writes it"},
        {"-01", "f: column 1: not a number as JSON writes it"},
        {"1.", "f: column 1: not a number as JSON writes it"},
        {"1e", "f: column 1: not a number as JSON writes it"},
        {"True", "f: column 1: boolean expected"},
        {"'a'", "f: column 1: unexpected character"},
        {"/*c*/1", "f: column 1: unexpected character"},
        {"{a:1}", "f: column 2: quoted object property name expected"},
        {"\"a\nb\"", "f: column 3: a control character"},
        {"\"\xff\"", "f: column 2: invalid utf-8 string"},
        {"\"abc", "f: column 5: unexpected end of data"},
        {"\"abc\\", "f: column 6: unexpected end of data"},
    };

    for (size_t i = 0; i < N(cases); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct json_object *o = (void *)1;

        assert_int_equal(xd_json_parse("f", cases[i][0], strlen(cases[i][0]), &o, &err), -EINVAL);
        assert_string_equal(err.text, cases[i][1]);
        assert_null(o);
    }
}

static void a_nul_is_not_an_end(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct json_object *o;

    assert_int_equal(xd_json_parse("f", "[1]\0[2]", 7, &o, &err), -EINVAL);
    assert_string_equal(err.text, "f: column 4: a control character");
}

static void depth_has_a_limit(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct json_object *o;
    static char bomb[100000];

    memset(bomb, '[', 32);
    memset(bomb + 32, ']', 32);
    assert_int_equal(xd_json_parse("f", bomb, 64, &o, &err), 0);
    json_object_put(o);
    memset(bomb, '[', sizeof(bomb));
    assert_int_equal(xd_json_parse("f", bomb, sizeof(bomb), &o, &err), -EINVAL);
    assert_string_equal(err.text, "f: column 33: nesting too deep");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_one_line),
        cmocka_unit_test(for_people),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(numbers_read_back_as_they_were),
        cmocka_unit_test(whatever_is_written_can_be_read),
        cmocka_unit_test(too_deep_is_a_fault_of_the_program),
        cmocka_unit_test(json_is_read),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(a_nul_is_not_an_end),
        cmocka_unit_test(depth_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
