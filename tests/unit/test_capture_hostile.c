/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/capture, read from strangers: frames made by hand whose text is old, new, wrong or meant to
 * hurt. Refusals name file, sample, line and cell; what can be shown is shown. */
#include "capture_help.h"

#include <errno.h>

#define HEAD1 "{\"xendeck-capture\":1,\"host\":\"h\",\"started\":\"x\",\"tables\":["
#define COL(name, type)                                                                            \
    "{\"name\":\"" name "\",\"title\":\"T\",\"help\":\"\",\"type\":\"" type "\"}"
#define THINGS(columns)                                                                            \
    HEAD1 "{\"name\":\"things\",\"noun\":\"thing\",\"keys\":[\"id\"],\"columns\":[" columns "]}]}" \
          "\n"
#define ID       COL("id", "u64")
#define SAMPLE   "{\"sample\":1,\"source\":\"s\",\"seq\":4,\"wall_ns\":5,\"at_ns\":6}\n"
#define TABLE(n) "{\"table\":\"things\",\"state\":\"ok\",\"at_ns\":6,\"rows\":" n "}\n"

static struct tmp tmp;

static int setup(void **state)
{
    tmp_make(&tmp);
    return 0;
}

static int teardown(void **state)
{
    tmp_remove(&tmp);
    return 0;
}

static void put_text(const char *text, size_t n)
{
    struct xd_buf b = XD_BUF_INIT;

    add_frame(&b, text, n, 1);
    put_file(tmp.path, b.s, b.len);
    xd_buf_done(&b);
}

/* Opens a file of one such frame and loads it: 0, or the error of whichever refused. */
static int read_text(const char *text, size_t n, struct xd_capture **c, struct xd_snapshot **s,
                     struct xd_err *err)
{
    int rc;

    put_text(text, n);
    *s = NULL;
    rc = xd_capture_open(tmp.path, NULL, NULL, c, err);
    return rc ? rc : xd_capture_load(*c, 0, s, err);
}

static void refused(const char *text, const char *part)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;
    struct xd_capture *c;

    assert_int_not_equal(read_text(text, strlen(text), &c, &s, &err), 0);
    if (!strstr(err.text, part) || !strstr(err.text, "a.xdc"))
        fail_msg("\"%s\" does not say \"%s\"", err.text, part);
    assert_true(xd_str_is_safe(err.text));
    xd_capture_close(c);
}

static struct xd_snapshot *taken(const char *text, struct xd_capture **c)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;

    if (read_text(text, strlen(text), c, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

/* --- refusals --- */

static void test_other_schemas(void **state)
{
    refused("{\"xendeck-capture\":2}\n" SAMPLE,
            "a.xdc: sample 1 (at byte 0) is in capture format 2; this xendeck plays format 1: "
            "play it with the xendeck that recorded it");
    refused("{\"xendeck-capture\":0}\n" SAMPLE, "is in capture format 0");
    refused("{\"xendeck-capture\":\"1\"}\n" SAMPLE, "\"xendeck-capture\" was expected");
    refused("{\"schema\":1}\n" SAMPLE, "\"xendeck-capture\" was expected");
    refused("[]\n" SAMPLE, "\"xendeck-capture\" was expected");
    refused("null\n" SAMPLE, "\"xendeck-capture\" was expected");
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "sample 1 (at byte 0) is empty"},
        {"\n", "line 1"},
        {"{\"xendeck-capture\":1\n", "a.xdc is no capture, or nothing is left of it: sample 1 (at "
                                     "byte 0): line 1: column 21: "},
        {"{\"xendeck-capture\":1}\n" SAMPLE, "it has no list of tables"},
        {HEAD1 "{}]}\n" SAMPLE, "a table has no name"},
        {HEAD1 "{\"name\":\"A b\"}]}\n" SAMPLE, "a table has no name or not one of a-z"},
        {HEAD1 "{\"name\":\"a\",\"columns\":[]}]}\n" SAMPLE, "table a: it has no columns"},
        {THINGS("{\"name\":\"../x\"}") SAMPLE, "table things: a column has no name"},
        {THINGS(ID "," ID) SAMPLE, "two columns have the same name: id"},
        {THINGS(COL("x", "u64")) SAMPLE, "a column that isn't there is among its keys"},
        {THINGS(COL("id", "list")) SAMPLE, "none of its columns can be shown"},
        {THINGS(ID), "line 2: a sample's line was expected"},
        {THINGS(ID) "{}\n", "line 2: the sample lacks a proper"},
        {THINGS(ID) "{\"source\":\"S!\",\"wall_ns\":5,\"at_ns\":6}\n", "line 2: the sample lacks"},
        {THINGS(ID) SAMPLE "[1]\n", "line 3: a table was expected"},
        {THINGS(ID) SAMPLE "{\"table\":\"x\",\"at_ns\":1,\"rows\":0}\n",
         "line 3: a table that the header does not describe"},
        {THINGS(ID) SAMPLE "{\"table\":\"things\",\"rows\":0}\n", "lacks \"rows\" or \"at_ns\""},
        {THINGS(ID) SAMPLE TABLE("-1"), "lacks \"rows\" or \"at_ns\""},
        {THINGS(ID) SAMPLE TABLE("2") "[1]\n", "line 5: a row was expected"},
        {THINGS(ID) SAMPLE TABLE("1") "[1,2]\n", "line 4: a row of things has 2 cells, not 1"},
        {THINGS(ID) SAMPLE TABLE("1") "[-1]\n",
         "line 4: cell 1 (things.id) should be a whole number without a sign"},
        {THINGS(ID) SAMPLE TABLE("1") "[\"1\"]\n", "cell 1 (things.id) should be"},
        {THINGS(ID) SAMPLE TABLE("1") "[1.5]\n", "cell 1 (things.id) should be"},
        {THINGS(ID "," COL("b", "bool")) SAMPLE TABLE("1") "[1,1]\n",
         "cell 2 (things.b) should be true or false"},
        {THINGS(ID "," COL("c", "cpuset")) SAMPLE TABLE("1") "[1,\"4-2\"]\n",
         "cell 2 (things.c) should be a set of CPUs"},
        {THINGS(ID "," COL("i", "i64")) SAMPLE TABLE("1") "[1,18446744073709551615]\n",
         "cell 2 (things.i) should be a whole number"},
        {THINGS(ID "," COL("s", "str")) SAMPLE TABLE("1") "[1,[]]\n", "should be a text"},
        {THINGS(ID) SAMPLE TABLE("1") "[NaN]\n", "line 4: column 2"},
        {THINGS(ID) SAMPLE TABLE("0") TABLE("0"), "line 4: a table for the second time"},
        {THINGS(ID) SAMPLE TABLE("9000000"), "line 3: more rows than a sample may have"},
        {THINGS(ID) SAMPLE "{\"xendeck-capture\":1}\n", "line 3: a table that the header"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        refused(cases[i].text, cases[i].part);
}

static void test_no_captures(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_capture *c;

    add_frame(&b, THINGS(ID) SAMPLE, strlen(THINGS(ID) SAMPLE), 0);
    put_file(tmp.path, b.s, b.len);
    assert_int_equal(xd_capture_open(tmp.path, NULL, NULL, &c, &err), -ENODATA);
    assert_non_null(strstr(err.text, "it has no checksum"));
    put_file(tmp.path, "{\"xendeck-capture\":1}\n", 22);
    assert_int_equal(xd_capture_open(tmp.path, NULL, NULL, &c, &err), -ENODATA);
    assert_non_null(strstr(err.text, "a.xdc is no capture"));
    assert_int_equal(xd_capture_open(tmp.dir, NULL, NULL, &c, &err), -EINVAL);
    assert_non_null(strstr(err.text, "isn't a regular file"));
    assert_int_equal(xd_capture_open("/no/such/file", NULL, NULL, &c, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/no/such/file"));
    xd_buf_done(&b);
}

static void test_bombs(void **state)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;
    struct xd_capture *c;

    xd_buf_pad(&b, ' ', 80 << 20); /* one endless line */
    assert_int_not_equal(read_text(b.s, b.len, &c, &s, &err), 0);
    assert_non_null(strstr(err.text, "a line of it is longer than 2 MiB"));
    for (size_t i = 0; i < b.len; i += 1000)
        b.s[i] = '\n';
    assert_int_not_equal(read_text(b.s, b.len, &c, &s, &err), 0);
    assert_non_null(strstr(err.text, "it unpacks to more than 64 MiB"));
    xd_buf_clear(&b);
    xd_buf_pad(&b, '[', 1 << 20);
    xd_buf_addc(&b, '\n');
    assert_int_not_equal(read_text(b.s, b.len, &c, &s, &err), 0);
    xd_buf_done(&b);
}

static bool stop_at_once(void *arg)
{
    return true;
}

static void test_stopping(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_capture *c;

    put_text(THINGS(ID) SAMPLE, strlen(THINGS(ID) SAMPLE));
    assert_int_equal(xd_capture_open(tmp.path, stop_at_once, NULL, &c, &err), -ECANCELED);
    assert_null(c);
}

/* --- what is taken all the same --- */

/* Keys that are not known are passed over: that is how the format may grow. */
static void test_unknown_keys(void **state)
{
    struct xd_capture *c;
    struct xd_snapshot *s =
        taken("{\"new\":[1],\"xendeck-capture\":1,\"tables\":[{\"name\":\"things\",\"keys\":"
              "[\"id\"],\"colour\":\"red\",\"columns\":[{\"name\":\"id\",\"type\":\"u64\","
              "\"flags\":[\"default\",\"loud\"],\"more\":null}]}]}\n"
              "{\"source\":\"s\",\"wall_ns\":5,\"at_ns\":6,\"mood\":\"good\"}\n"
              "{\"table\":\"things\",\"at_ns\":6,\"rows\":1,\"x\":0}\n[18446744073709551615]",
              &c);
    const struct xd_table *t = xd_snapshot_table(s, "things");

    assert_int_equal(t->n, 1);
    assert_true(xd_row_u64(t->rows[0], 0, 0) == UINT64_MAX);
    assert_int_equal(t->desc->columns[0].flags, XD_COL_DEFAULT);
    assert_string_equal(t->desc->columns[0].title, "id");
    assert_string_equal(t->desc->noun, "things");
    xd_snapshot_unref(s);
    xd_capture_close(c);
}

/* Core's table with a column of another type, one of another unit, one that we don't have, a state
 * that we don't have, and without most of ours. */
static void test_foreign_domains(void **state)
{
    struct xd_capture *c;
    struct xd_snapshot *s = taken(
        HEAD1 "{\"name\":\"domains\",\"columns\":[" COL("uuid", "str") "," COL(
            "cap",
            "str") ","
                   "{\"name\":\"mem_kib\",\"type\":\"u64\",\"unit\":\"bytes\"},"
                   "{\"name\":\"state\",\"type\":\"enum\",\"names\":[\"run\",\"asleep\"]}," COL(
                       "firmware", "str") "]}]}\n" SAMPLE
                                          "{\"table\":\"domains\",\"at_ns\":6,\"rows\":2}\n"
                                          "[\"u1\",\"forty\",5,\"run\",\"bios\"]\n[\"u2\",null,6,"
                                          "\"asleep\",null]\n",
        &c);
    const struct xd_table *t = xd_snapshot_table(s, "domains");
    int extra = xd_desc_column(t->desc, "firmware");

    assert_int_equal(t->desc->n_columns, XD_DOMAIN_N + 1);
    assert_int_equal(extra, XD_DOMAIN_N);
    assert_int_equal(t->n, 2);
    assert_string_equal(xd_row_str(t->rows[0], XD_DOMAIN_UUID, "?"), "u1");
    assert_string_equal(xd_row_str(t->rows[0], extra, "?"), "bios");
    assert_false(xd_row_has(t->rows[0], XD_DOMAIN_CAP));
    assert_false(xd_row_has(t->rows[0], XD_DOMAIN_MEM_KIB));
    assert_int_equal(t->rows[0]->cell[XD_DOMAIN_STATE].i, XD_STATE_RUNNING);
    assert_false(xd_row_has(t->rows[1], XD_DOMAIN_STATE));
    assert_non_null(strstr(t->reason, "column cap is left out: it was recorded in another type"));
    assert_non_null(strstr(t->reason, "column mem_kib is left out"));
    xd_snapshot_unref(s);
    xd_capture_close(c);
}

static void test_domains_without_uuid(void **state)
{
    struct xd_capture *c;
    struct xd_snapshot *s =
        taken(HEAD1 "{\"name\":\"domains\",\"columns\":[" COL(
                  "name", "str") "]}]}\n" SAMPLE
                                 "{\"table\":\"domains\",\"at_ns\":6,\"rows\":1}\n[\"x\"]\n",
              &c);
    const struct xd_table *t = xd_snapshot_table(s, "domains");

    assert_int_equal(t->state, XD_TABLE_MISSING);
    assert_string_equal(t->reason, "the recording lacks column uuid, which tells the rows apart");
    xd_snapshot_unref(s);
    xd_capture_close(c);
}

#define EVIL "\\u001b]0;pwned\\u0007\\u202e\\u0000"

static void test_evil_strings(void **state)
{
    struct xd_capture *c;
    struct xd_snapshot *s = taken(
        "{\"xendeck-capture\":1,\"host\":\"" EVIL "\",\"tables\":[{\"name\":\"things\",\"noun\":"
        "\"domain\",\"title\":\"" EVIL "\",\"help\":\"" EVIL "\",\"parent\":\"things\",\"columns\":"
        "[{\"name\":\"e\",\"type\":\"enum\",\"title\":\"" EVIL "\",\"help\":\"" EVIL
        "\",\"zero\":\"" EVIL "\",\"names\":[\"" EVIL "\"],\"width\":2000000000},"
        "{\"name\":\"s\",\"type\":\"str\",\"width\":-5}]}]}\n" SAMPLE
        "{\"table\":\"things\",\"state\":\"missing\",\"reason\":\"" EVIL
        "\",\"at_ns\":6,\"rows\":1}\n[null,\"" EVIL "\"]\n",
        &c);
    const struct xd_table *t = xd_snapshot_table(s, "things");
    const struct xd_column *e = &t->desc->columns[0];

    assert_string_equal(t->desc->noun, "things"); /* not one of core's words */
    assert_null(t->desc->parent);
    assert_true(xd_str_is_safe(xd_capture_host(c)));
    assert_true(xd_str_is_safe(t->desc->title));
    assert_true(xd_str_is_safe(t->desc->help));
    assert_true(xd_str_is_safe(e->title) && xd_str_width(e->title) <= 8);
    assert_true(xd_str_is_safe(e->help));
    assert_true(xd_str_is_safe(e->kind.zero));
    assert_true(xd_str_is_safe(e->kind.names[0]));
    assert_in_range(e->width, 0, 60);
    assert_int_equal(t->desc->columns[1].width, 0);
    assert_true(xd_str_is_safe(t->reason));
    assert_true(xd_str_is_safe(xd_row_str(t->rows[0], 1, "")));
    xd_snapshot_unref(s);
    xd_capture_close(c);
}

/* Later samples bring another table and another column; one description serves them all. */
static void test_growing_descriptions(void **state)
{
    static const char first[] = THINGS(ID) SAMPLE TABLE("1") "[1]\n";
    static const char second[] = THINGS(COL("more", "str") "," ID) SAMPLE TABLE("1") "[\"x\",2]\n";
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s[2];
    struct xd_capture *c;

    add_frame(&b, first, strlen(first), 1);
    add_frame(&b, second, strlen(second), 1);
    put_file(tmp.path, b.s, b.len);
    assert_int_equal(xd_capture_open(tmp.path, NULL, NULL, &c, &err), 0);
    assert_int_equal(xd_capture_frames(c), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct xd_table *t;

        assert_int_equal(xd_capture_load(c, i, &s[i], &err), 0);
        t = xd_snapshot_table(s[i], "things");
        assert_int_equal(t->desc->n_columns, 2);
        assert_int_equal(xd_row_u64(t->rows[0], 0, 0), i + 1);
        assert_int_equal(xd_row_has(t->rows[0], 1), i == 1);
        assert_ptr_equal(t->desc, xd_capture_table(c, 0));
    }
    xd_snapshot_unref(s[0]);
    xd_snapshot_unref(s[1]);
    xd_capture_close(c);
    xd_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_schemas),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_captures),     cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_stopping),        cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_foreign_domains), cmocka_unit_test(test_domains_without_uuid),
        cmocka_unit_test(test_evil_strings),    cmocka_unit_test(test_growing_descriptions),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
