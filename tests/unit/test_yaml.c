/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/yaml: the tree, its places, and errors that say exactly where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/yaml.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct xd_yaml *must_parse(struct xd_arena *a, const char *text)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_yaml *root;

    if (xd_yaml_parse("f.yaml", text, strlen(text), a, &root, &err))
        fail_msg("%s", xd_err_text(&err));
    return root;
}

/* The error that a text gives, or "no error". */
static const char *error_of(struct xd_arena *a, const char *text, size_t len)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_yaml *root;
    int rc = xd_yaml_parse("f.yaml", text, len, a, &root, &err);

    assert_null(root);
    assert_int_equal(rc, err.code);
    return xd_arena_strdup(a, rc ? err.text : "no error");
}

/* --- the tree --- */

static void a_policy_becomes_a_tree_with_places(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    const struct xd_yaml *root, *n;

    root = must_parse(&a, "# a comment\n"
                          "name: burst-hour\n"
                          "match: {pool: 'Pool-0'}\n"
                          "steps:\n"
                          "  - cap: 20\n"
                          "    after: |\n"
                          "      300 s\n"
                          "  - [1, 2, 3]\n");
    assert_int_equal(root->kind, XD_YAML_MAP);
    assert_int_equal(root->n, 3);
    assert_string_equal(root->file, "f.yaml");
    assert_int_equal(root->line, 2);
    assert_null(root->key);

    n = root->first;
    assert_string_equal(n->key, "name");
    assert_string_equal(n->text, "burst-hour");
    assert_int_equal(n->key_line, 2);
    assert_int_equal(n->key_col, 1);
    assert_int_equal(n->line, 2);
    assert_int_equal(n->col, 7);
    assert_false(n->quoted);

    n = xd_yaml_get(xd_yaml_get(root, "match"), "pool");
    assert_true(n->quoted);
    assert_int_equal(n->line, 3);
    assert_int_equal(n->col, 15);

    n = xd_yaml_get(root, "steps");
    assert_int_equal(n->kind, XD_YAML_LIST);
    assert_int_equal(n->n, 2);
    assert_string_equal(xd_yaml_get(n->first, "after")->text, "300 s\n");
    assert_true(xd_yaml_get(n->first, "after")->quoted); /* a block is a text as well */
    n = n->first->next;
    assert_null(n->next);
    assert_null(n->key);
    assert_int_equal(n->n, 3);
    assert_string_equal(n->first->next->next->text, "3");

    assert_null(xd_yaml_get(root, "nothing"));
    assert_null(xd_yaml_get(n, "name")); /* not a map */
    assert_null(xd_yaml_get(NULL, "name"));
    xd_arena_done(&a);
}

static void empty_documents_give_nothing(void **state)
{
    static const char *const empty[] = {"",      "\n\n",       "# only words\n",
                                        "---\n", "---\n...\n", "\xef\xbb\xbf"};
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < N(empty); i++)
        assert_null(must_parse(&a, empty[i]));
    assert_non_null(must_parse(&a, "''")); /* an empty text is one */
    assert_non_null(must_parse(&a, "[]"));
    xd_arena_done(&a);
}

static void a_byte_order_mark_takes_no_column(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    const struct xd_yaml *root = must_parse(&a, "\xef\xbb\xbf"
                                                "a: 1\r\nb: 2\r\n");

    assert_int_equal(root->first->key_col, 1);
    assert_int_equal(root->first->col, 4);
    assert_int_equal(root->first->next->line, 2); /* and CR LF is one line end */
    assert_string_equal(root->first->text, "1");
    xd_arena_done(&a);
}

static void columns_count_characters(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    const struct xd_yaml *root = must_parse(&a, "h\xc3\xb6he: 3");

    assert_int_equal(root->first->col, 7);
    xd_arena_done(&a);
}

/* --- what is refused, and where --- */

static void syntax_errors_name_their_place(void **state)
{
    static const char *const cases[][2] = {
        {"a: [1, 2\nb: 3\n",
         "f.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence (line 1)"},
        {"a: b: c\n", "f.yaml:1:5: mapping values are not allowed in this context"},
        {"a: 'x\n", "f.yaml:2:1: found unexpected end of stream while scanning a quoted scalar "
                    "(line 1)"},
        {"a:\n\tb: 2\n", "f.yaml:2:1: found character that cannot start any token while scanning "
                         "for the next token"},
        {"a: 1\nb: 2\na: 3\nb: 4\n", "f.yaml:3:1: the key \"a\" was given before, in line 1"},
        {"x:\n  b: 1\n  a: 1\n  b: 2\n", "f.yaml:4:3: the key \"b\" was given before, in line 2"},
        {"{a: 1, 'a': 2}", "f.yaml:1:8: the key \"a\" was given before, in line 1"},
        {"a: &x 1\n", "f.yaml:1:4: anchors are not supported, found \"&x\""},
        {"a: *x\n", "f.yaml:1:4: aliases are not supported, found \"*x\""},
        {"- &l [1]\n- *l\n", "f.yaml:1:3: anchors are not supported, found \"&l\""},
        {"a: !!str 5\n", "f.yaml:1:4: tags are not supported, found \"tag:yaml.org,2002:str\""},
        {"--- \na: 1\n---\nb: 2\n", "f.yaml:3:1: a second document is not supported"},
        {"? [a]\n: 1\n", "f.yaml:1:3: a key must be a text, found a list"},
        {"? {a: 1}\n: 1\n", "f.yaml:1:3: a key must be a text, found a map"},
        {"x: \"a\\0b\"\n", "f.yaml:1:4: a NUL character is not allowed in a text"},
        {"a: 1\nb: \xc3(\n", "f.yaml:2:4: the byte 0xc3 is not UTF-8"},
        {"\xff\xfe"
         "a",
         "f.yaml:1:1: the byte 0xff is not UTF-8"}, /* UTF-16 */
        {"a: 1\r\nb:\r\n- \x1b[2J", "f.yaml:3:3: the character U+001B is not allowed here"},
        {"a: \xc2\x9b", "f.yaml:1:4: the character U+009B is not allowed here"},
        {"a: \xef\xbb\xbf", "f.yaml:1:4: the character U+FEFF is not allowed here"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < N(cases); i++)
        assert_string_equal(error_of(&a, cases[i][0], strlen(cases[i][0])), cases[i][1]);
    assert_string_equal(error_of(&a, "a: 1\nb\0: 2", 10),
                        "f.yaml:2:2: a NUL byte is not allowed here");
    xd_arena_done(&a);
}

static void depth_has_a_limit(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    static char bomb[200000];

    memset(bomb, '[', 64);
    memset(bomb + 64, ']', 64);
    bomb[128] = '\0';
    assert_int_equal(must_parse(&a, bomb)->n, 1);

    memset(bomb, '[', sizeof(bomb));
    assert_string_equal(error_of(&a, bomb, sizeof(bomb)),
                        "f.yaml:1:65: nested deeper than 64 levels");
    memset(bomb, '-', sizeof(bomb));
    for (size_t i = 1; i < sizeof(bomb); i += 2)
        bomb[i] = ' ';
    assert_string_equal(error_of(&a, bomb, sizeof(bomb)),
                        "f.yaml:1:129: nested deeper than 64 levels");
    xd_arena_done(&a);
}

static void size_has_a_limit(void **state)
{
    const size_t limit = XD_YAML_MAX_BYTES;
    struct xd_arena a = XD_ARENA_INIT;
    char *text = xd_malloc(limit + 1);

    assert_int_equal(limit, 16 * 1024 * 1024);
    memset(text, 'x', limit + 1);
    assert_string_equal(error_of(&a, text, limit + 1),
                        "f.yaml:1:1: the file is larger than 16 MiB");
    memset(text, '\n', limit);
    assert_string_equal(error_of(&a, text, limit), "no error");
    free(text);
    xd_arena_done(&a);
}

static void values_have_a_limit(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf b = XD_BUF_INIT;

    xd_buf_addc(&b, '[');
    for (int i = 0; i < XD_YAML_MAX_NODES; i++)
        xd_buf_add(&b, "a,\n");
    assert_string_equal(error_of(&a, b.s, b.len), "f.yaml:1000000:1: more than 1000000 values");
    xd_buf_done(&b);
    xd_arena_done(&a);
}

/* Looking for repeated keys is no trap: this takes a moment, not minutes. */
static void large_maps(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf b = XD_BUF_INIT;

    for (int i = 0; i < 50000; i++)
        xd_buf_printf(&b, "k%d: 1\n", i);
    assert_int_equal(must_parse(&a, b.s)->n, 50000);
    xd_buf_add(&b, "k77: 2\n");
    assert_string_equal(error_of(&a, b.s, b.len),
                        "f.yaml:50001:1: the key \"k77\" was given before, in line 78");
    xd_buf_done(&b);
    xd_arena_done(&a);
}

/* --- reading values --- */

/* The sentence that reading `text` as a whole number gives, or the number. */
static const char *as_i64(struct xd_arena *a, const char *text, int64_t min, int64_t max)
{
    const struct xd_yaml *root = must_parse(a, xd_arena_printf(a, "cap: %s", text));
    struct xd_err err = XD_ERR_INIT;
    int64_t v;

    if (xd_yaml_i64(xd_yaml_get(root, "cap"), "cap", min, max, &v, &err))
        return xd_arena_strdup(a, err.text);
    return xd_arena_printf(a, "%lld", (long long)v);
}

static void whole_numbers(void **state)
{
    static const char *const cases[][2] = {
        {"0", "0"},
        {"100", "100"},
        {"0x1F", "31"},
        {"101", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found \"101\""},
        {"-1", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found \"-1\""},
        {"1.5", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found \"1.5\""},
        {"'5'", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found the text \"5\""},
        {"08", "f.yaml:1:6: cap: wanted a whole number without leading zeros, found \"08\""},
        {"", "f.yaml:1:5: cap: wanted a whole number from 0 to 100, found nothing"},
        {"~", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found nothing"},
        {"[1]", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found a list"},
        {"{a: 1}", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found a map"},
        {"0x", "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found \"0x\""},
        {"0xffffffffffffffff",
         "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found \"0xffffffffffffffff\""},
        {"0x10000000000000000",
         "f.yaml:1:6: cap: wanted a whole number from 0 to 100, found \"0x10000000000000000\""},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < N(cases); i++)
        assert_string_equal(as_i64(&a, cases[i][0], 0, 100), cases[i][1]);
    assert_string_equal(as_i64(&a, "-9223372036854775808", INT64_MIN, INT64_MAX),
                        "-9223372036854775808");
    assert_string_equal(as_i64(&a, "9223372036854775808", INT64_MIN, INT64_MAX),
                        "f.yaml:1:6: cap: wanted a whole number, found \"9223372036854775808\"");
    xd_arena_done(&a);
}

static void other_scalars(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    const struct xd_yaml *root, *n;
    const char *s = NULL;
    double d = 0;
    bool v = false;

    root = must_parse(&a, "share: 0.25\nlive: Yes\noff: off\nname: 12\nquoted: 'true'\n"
                          "null: null\ninf: .inf\nempty: ''\n");
    assert_int_equal(xd_yaml_f64(xd_yaml_get(root, "share"), "share", 0, 1, &d, &err), 0);
    assert_true(d == 0.25);
    assert_int_equal(xd_yaml_bool(xd_yaml_get(root, "live"), "live", &v, &err), 0);
    assert_true(v);
    assert_int_equal(xd_yaml_bool(xd_yaml_get(root, "off"), "off", &v, &err), 0);
    assert_false(v);
    assert_int_equal(xd_yaml_str(xd_yaml_get(root, "name"), "name", &s, &err), 0);
    assert_string_equal(s, "12"); /* a guest may be called that */
    assert_int_equal(xd_yaml_str(xd_yaml_get(root, "empty"), "empty", &s, &err), 0);
    assert_string_equal(s, "");

    n = xd_yaml_get(root, "quoted");
    assert_int_equal(xd_yaml_bool(n, "live", &v, &err), -EINVAL);
    assert_string_equal(err.text,
                        "f.yaml:5:9: live: wanted true or false, found the text \"true\"");
    assert_int_equal(xd_yaml_str(xd_yaml_get(root, "null"), "title", &s, &err), -EINVAL);
    assert_string_equal(err.text, "f.yaml:6:7: title: wanted a text, found nothing");
    assert_int_equal(xd_yaml_str(root, "title", &s, &err), -EINVAL);
    assert_string_equal(err.text, "f.yaml:1:1: title: wanted a text, found a map");
    assert_int_equal(xd_yaml_f64(xd_yaml_get(root, "inf"), "share", 0, 1, &d, &err), -EINVAL);
    assert_string_equal(err.text, "f.yaml:7:6: share: wanted a number from 0 to 1, found \".inf\"");
    assert_int_equal(xd_yaml_f64(xd_yaml_get(root, "inf"), "watts", 0.1, 1e6, &d, &err), -EINVAL);
    assert_string_equal(err.text,
                        "f.yaml:7:6: watts: wanted a number from 0.1 to 1000000, found \".inf\"");
    assert_int_equal(xd_yaml_bool(NULL, "live", &v, &err), -EINVAL);
    assert_string_equal(err.text, "live is missing, wanted true or false");
    xd_arena_done(&a);
}

static void missing_and_unknown_keys(void **state)
{
    static const char *const keys[] = {"name", "weight", "cap"};
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    const struct xd_yaml *root = must_parse(&a, "name: x\nweigth: 3\n"), *n;

    assert_int_equal(xd_yaml_only_keys(root, keys, 3, &err), -EINVAL);
    assert_string_equal(err.text, "f.yaml:2:1: unknown key \"weigth\"; did you mean \"weight\"?");
    assert_int_equal(xd_yaml_only_keys(must_parse(&a, "{cap: 1, zzzz: 2}"), keys, 3, &err),
                     -EINVAL);
    assert_string_equal(err.text, "f.yaml:1:10: unknown key \"zzzz\"");
    assert_int_equal(xd_yaml_only_keys(must_parse(&a, "- cap\n"), keys, 3, &err), -EINVAL);
    assert_string_equal(err.text, "f.yaml:1:1: wanted a map, found a list");
    assert_int_equal(xd_yaml_only_keys(must_parse(&a, "cap: 1\nname: 2"), keys, 3, &err), 0);
    assert_int_equal(xd_yaml_only_keys(NULL, keys, 3, &err), 0); /* an empty file has none */

    assert_int_equal(xd_yaml_need(root, "name", &n, &err), 0);
    assert_string_equal(n->text, "x");
    assert_int_equal(xd_yaml_need(root, "cap", &n, &err), -EINVAL);
    assert_string_equal(err.text, "f.yaml:1:1: the key \"cap\" is missing");
    assert_int_equal(xd_yaml_need(root->first, "cap", &n, &err), -EINVAL);
    assert_string_equal(err.text, "f.yaml:1:7: wanted a map with the key \"cap\"");
    assert_int_equal(xd_yaml_error(root->first, NULL, "no"), -EINVAL);
    xd_arena_done(&a);
}

static void the_place_survives_a_long_name(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_yaml *root;
    char name[600];

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(xd_yaml_parse(name, "a: *b", 5, &a, &root, &err), -EINVAL);
    assert_non_null(strstr(err.text, "nnn:1:4: aliases are not supported"));
    xd_arena_done(&a);
}

/* --- files --- */

static void files_are_read(void **state)
{
    char path[] = "/tmp/xd-yaml-XXXXXX";
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_yaml *root;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: 1\nb: *c\n", 11), 11);
    assert_int_equal(xd_yaml_load(path, &a, &root, &err), -EINVAL);
    assert_string_equal(
        err.text, xd_arena_printf(&a, "%s:2:4: aliases are not supported, found \"*c\"", path));
    assert_int_equal(ftruncate(fd, 5), 0);
    assert_int_equal(xd_yaml_load(path, &a, &root, &err), 0);
    assert_string_equal(root->first->text, "1");
    assert_int_equal(ftruncate(fd, XD_YAML_MAX_BYTES + 1), 0);
    assert_int_equal(xd_yaml_load(path, &a, &root, &err), -EFBIG);
    close(fd);
    unlink(path);

    assert_int_equal(xd_yaml_load(path, &a, &root, &err), -ENOENT);
    assert_string_equal(
        err.text, xd_arena_printf(&a, "%s: can't be opened: No such file or directory", path));
    assert_int_equal(xd_yaml_load("/", &a, &root, &err), -EISDIR);
    assert_string_equal(err.text, "/: can't be read: Is a directory");
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_becomes_a_tree_with_places),
        cmocka_unit_test(empty_documents_give_nothing),
        cmocka_unit_test(a_byte_order_mark_takes_no_column),
        cmocka_unit_test(columns_count_characters),
        cmocka_unit_test(syntax_errors_name_their_place),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(size_has_a_limit),
        cmocka_unit_test(values_have_a_limit),
        cmocka_unit_test(large_maps),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(other_scalars),
        cmocka_unit_test(missing_and_unknown_keys),
        cmocka_unit_test(the_place_survives_a_long_name),
        cmocka_unit_test(files_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
