/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said on the daemon's socket: questions, answers, and a table on its way. */
#include "runner_help.h"

#include "budgets/server.h"
#include "policies/table.h"
#include "policies/wire.h"

static void test_a_question_means_what_was_asked(void **state)
{
    static const struct xd_wire_ask asks[] = {
        {.kind = XD_WIRE_STATUS},
        {.kind = XD_WIRE_EXPLAIN, .domain = "web \"1\" ü"},
        {.kind = XD_WIRE_TABLE, .table = "budgets"},
        {.kind = XD_WIRE_PAUSE, .restore = true},
        {.kind = XD_WIRE_RESUME, .domain = "web1"},
        {.kind = XD_WIRE_BUDGET, .rule = "burst", .cpu_ns = 5, .per_ns = 7, .cap = 0},
        {.kind = XD_WIRE_LIMIT, .rule = "w", .watts = 230.5},
        {.kind = XD_WIRE_LIMIT, .rule = "heat", .celsius = 60},
    };

    for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_buf b = XD_BUF_INIT;
        struct xd_wire_ask a;

        xd_wire_ask_write(&asks[i], &b);
        if (xd_wire_ask_read(b.s, b.len - 1, &a, &err) < 0)
            fail_msg("%s%s", b.s, err.text);
        assert_int_equal(a.kind, asks[i].kind);
        assert_string_equal(a.domain, asks[i].domain);
        assert_string_equal(a.rule, asks[i].rule);
        assert_string_equal(a.table, asks[i].table);
        assert_int_equal(a.restore, asks[i].restore);
        assert_int_equal(a.cpu_ns, asks[i].cpu_ns);
        assert_true(a.watts == asks[i].watts && a.celsius == asks[i].celsius);
        if (a.kind == XD_WIRE_BUDGET)
            assert_int_equal(a.cap, asks[i].cap);
        xd_buf_done(&b);
    }
}

static void test_an_answer_has_an_end(void **state)
{
    static const char two[] = "{\"ok\":true,\"columns\":[],\"rows\":2}\n[]\n[]\n";
    struct xd_err err = XD_ERR_INIT;

    for (size_t len = 0; len < sizeof(two) - 1; len++)
        assert_int_equal(xd_wire_answer_len(two, len, &err), 0);
    assert_int_equal(xd_wire_answer_len(two, sizeof(two) - 1, &err), sizeof(two) - 1);
    assert_int_equal(xd_wire_answer_len("hello\n", 6, &err), -EBADMSG);
    assert_int_equal(xd_wire_answer_len("{\"ok\":true,\"rows\":-1}\n", 22, &err), -EBADMSG);
    assert_int_equal(
        xd_wire_answer_check("{\"ok\":false,\"code\":2,\"error\":\"x\\u001b\"}\n", 40, &err),
        -ENOENT);
    assert_string_equal(err.text, "x\uFFFD");
}

/* All that a table says arrives, by the names of columns and not by their places. */
static void test_a_table_arrives(void **state)
{
    struct bench b;
    struct xd_server_config c = {"", &b.r, &b.log, NULL, NULL};
    static const char ask[] = "{\"ask\":\"table\",\"name\":\"budgets\"}";
    struct xd_builder *sent = xd_builder_new("a"), *got = xd_builder_new("b");
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *x, *y;
    const struct xd_table *t, *u;

    bench_open(&b, BURST);
    xd_server_answer(&c, ask, sizeof(ask) - 1, false, "x", &out);
    assert_non_null(strstr(out.s, "no sample of the host yet"));
    go(&b, 9 * S);
    xd_buf_clear(&out);
    xd_server_answer(&c, ask, sizeof(ask) - 1, false, "x", &out);
    if (xd_wire_answer_check(out.s, out.len, &err) < 0 ||
        xd_wire_table_read(out.s, out.len, &xd_budgets_desc, got, 5, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(xd_runner_build(b.r, "budgets", "the daemon", sent));
    assert_true(xd_runner_build(b.r, "policies", "the daemon", sent));
    x = xd_builder_seal(sent, NULL, 1, 1, 1, 0);
    y = xd_builder_seal(got, NULL, 1, 1, 1, 0);
    t = xd_snapshot_table(x, "budgets");
    u = xd_snapshot_table(y, "budgets");
    assert_int_equal(t->n, 2);
    assert_int_equal(u->n, 2);
    for (size_t i = 0; i < t->n; i++)
        for (int k = 0; k < XD_BUDGETS_N; k++) {
            struct xd_value v = xd_row_value(t->desc, t->rows[i], k);
            struct xd_value w = xd_row_value(u->desc, u->rows[i], k);

            if (!xd_value_equal(&v, &w))
                fail_msg("column %s", t->desc->columns[k].name);
        }
    assert_int_equal(xd_snapshot_table(x, "policies")->n, 1);
    xd_snapshot_unref(x);
    xd_snapshot_unref(y);
    xd_buf_done(&out);
    bench_close(&b);
}

static void test_a_table_of_another_time(void **state)
{
    static const char text[] =
        "{\"ok\":true,\"columns\":[\"what\",\"rule\",\"cap\",\"rule\",\"state\",7],\"rows\":2}\n"
        "[1,\"burst\",\"many\",\"other\",\"spent\",[]]\n[null,\"x\\u001b[2J\",20]\n";
    struct xd_builder *b = xd_builder_new("b");
    struct xd_err err = XD_ERR_INIT;
    struct xd_snapshot *s;
    const struct xd_table *t;

    assert_int_equal(xd_wire_table_read(text, sizeof(text) - 1, &xd_budgets_desc, b, 5, &err), 0);
    s = xd_builder_seal(b, NULL, 1, 1, 1, 0);
    t = xd_snapshot_table(s, "budgets");
    assert_string_equal(xd_row_str(t->rows[0], XD_BUDGETS_RULE, ""), "burst");
    assert_false(xd_row_has(t->rows[0], XD_BUDGETS_CAP));
    assert_int_equal(t->rows[0]->cell[XD_BUDGETS_STATE].i, XD_BUDGETS_SPENT);
    assert_string_equal(xd_row_str(t->rows[1], XD_BUDGETS_RULE, ""), "x\uFFFD[2J");
    assert_int_equal(xd_row_u64(t->rows[1], XD_BUDGETS_CAP, 0), 20);
    xd_snapshot_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_question_means_what_was_asked),
        cmocka_unit_test(test_an_answer_has_an_end),
        cmocka_unit_test(test_a_table_arrives),
        cmocka_unit_test(test_a_table_of_another_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
