/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded load as CSV, and what becomes of it in a simulation. */
#include "policy_help.h"

#include "policies/sim.h"

static void assert_wrong(const char *csv, const char *wanted)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_trace_sample sample;
    struct xd_trace *t;
    int rc = xd_trace_parse("l.csv", csv, strlen(csv), &t, &err);

    while (rc == 0 && (rc = xd_trace_next(t, &sample, &err)) > 0)
        rc = 0;
    assert_true(rc < 0);
    assert_string_equal(err.text, wanted);
    xd_trace_close(t);
}

static void test_wrong(void **state)
{
    assert_wrong("", "l.csv:1:1: the file is empty");
    assert_wrong("name,cpu\n", "l.csv:1:1: there is no column time");
    assert_wrong("time,cpu\n", "l.csv:1:1: there is no column name, and no uuid");
    assert_wrong("time,name\n",
                 "l.csv:1:1: wanted one of the columns cpu (percent) and cpu_ns (a counter)");
    assert_wrong("time,name,cpu,time\n", "l.csv:1:15: a second column time");
    assert_wrong("time,name,cpu\n5,a\n", "l.csv:2:1: 2 fields where the first line has 3");
    assert_wrong("time,name,cpu\n5,a,much\n", "l.csv:2:5: cpu: wanted a number, found \"much\"");
    assert_wrong("time,name,cpu\n5,a,-3\n", "l.csv:2:5: cpu: wanted a number, found \"-3\"");
    assert_wrong("time,name,cpu\n5,a,1\n4,a,1\n", "l.csv:3:1: time goes back");
    assert_wrong("time,name,cpu\nnoon,a,1\n",
                 "l.csv:2:1: time: wanted seconds or 2026-03-01T12:00:00Z, found \"noon\"");
    assert_wrong("time,name,cpu\n5,\"a,1\n", "l.csv:2:3: a quote that doesn't end");
    assert_wrong("time,name,cpu\n5,,1\n", "l.csv:2:1: a line without a name");
}

static void test_samples(void **state)
{
    static const char csv[] = "time,name,cpu,other\r\n"
                              "0,web1,50,x\r\n0,\"db,1\",100,y\r\n"
                              "10,web1,0,x\r\n10.5,web1,20,x\r\n";
    struct xd_trace_sample s;
    struct xd_trace *t;

    assert_int_equal(xd_trace_parse("l", csv, strlen(csv), &t, NULL), 0);
    assert_int_equal(xd_trace_next(t, &s, NULL), 1);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.wall_ns, INT64_C(1704067200) * S); /* Monday */
    assert_string_equal(s.rows[1].name, "db,1");
    assert_int_equal(s.rows[0].number[XD_TRACE_CPU_NS], 0);
    assert_int_equal(xd_trace_next(t, &s, NULL), 1);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.rows[0].number[XD_TRACE_CPU_NS], 5 * S); /* half a pCPU for 10 s */
    assert_int_equal(xd_trace_next(t, &s, NULL), 1);
    assert_int_equal(s.at_ns % S, S / 2);
    assert_int_equal(xd_trace_next(t, &s, NULL), 0);
    xd_trace_close(t);
}

static void test_moments(void **state)
{
    static const char csv[] = "time,uuid,cpu_ns\n2026-03-02T12:00:00Z,u,7\n1772452810,u,8\n";
    struct xd_trace_sample s;
    struct xd_trace *t;

    assert_int_equal(xd_trace_parse("l", csv, strlen(csv), &t, NULL), 0);
    assert_int_equal(xd_trace_next(t, &s, NULL), 1);
    assert_int_equal(s.wall_ns, MONDAY_NOON);
    assert_int_equal(s.rows[0].number[XD_TRACE_CPU_NS], 7);
    assert_int_equal(xd_trace_next(t, &s, NULL), 1);
    assert_int_equal(s.wall_ns, MONDAY_NOON + 10 * S);
    xd_trace_close(t);
}

/* A spinner under "30 s in any 10 minutes, else 20 %", for ten minutes. */
static void test_who_is_hurt(void **state)
{
    struct xd_policy *p = policy_of(
        "policy: p\ntimezone: UTC\nrules:\n  - {name: b, match: {name: web*}, budget: {cpu: "
        "30s, per: 10m, then: {sched.cap: 20}}}\n");
    struct xd_sim *s = xd_sim_new(p);
    struct xd_trace_sample sample;
    struct xd_buf csv = XD_BUF_INIT;
    struct xd_trace *t;

    xd_buf_add(&csv, "time,name,cpu\n");
    for (int i = 0; i <= 600; i++)
        xd_buf_printf(&csv, "%d,web1,100\n%d,db1,10\n", i, i);
    assert_int_equal(xd_trace_parse("l", csv.s, csv.len, &t, NULL), 0);
    while (xd_trace_next(t, &sample, NULL) > 0)
        assert_int_equal(xd_sim_step(s, &sample, NULL, 0, NULL), 0);
    const struct xd_sim_domain *web = xd_sim_domain(s, 0), *db = xd_sim_domain(s, 1);
    assert_int_equal(xd_sim_length(s), 600 * S);
    assert_int_equal(web->wanted_ns, 600 * S);
    assert_int_equal(web->used_ns, 30 * S + 570 * S / 5);
    assert_int_equal(web->denied_ns, web->wanted_ns - web->used_ns);
    assert_int_equal(web->limited_ns, 570 * S);
    assert_int_equal(web->throttled_ns, 570 * S);
    assert_int_equal(web->longest_ns, 570 * S);
    assert_int_equal(web->moves, 1);
    assert_int_equal(web->bins[0].permille, 766); /* a bin is 8 s: from second 0 to 7 it used 7 s */
    assert_true(web->bins[20].spent);
    assert_int_equal(db->denied_ns, 0);
    assert_int_equal(db->rule, -1);
    /* The recording begins again, and what it counts goes on. */
    xd_trace_close(t);
    xd_sim_again(s);
    assert_int_equal(xd_trace_parse("l", csv.s, csv.len, &t, NULL), 0);
    while (xd_trace_next(t, &sample, NULL) > 0)
        assert_int_equal(xd_sim_step(s, &sample, NULL, 0, NULL), 0);
    assert_int_equal(xd_sim_length(s), 1201 * S);
    assert_int_equal(xd_sim_domain(s, 0)->wanted_ns, 1200 * S);
    xd_trace_close(t);
    xd_sim_free(s);
    xd_policy_free(p);
    xd_buf_done(&csv);
}

/* What no load of this kind can tell is said, instead of "nothing happens". */
static void test_what_is_not_played(void **state)
{
    static const char csv[] = "time,name,cpu\n0,web1,100\n10,web1,100\n20,web1,100\n";
    struct xd_policy *p = policy_of(
        "policy: p\ntimezone: UTC\nrules:\n"
        "  - {name: hot, match: all, if: {table: pcpus, where: busy>90}, set: {sched.cap: 9}}\n"
        "  - {name: busy, match: all, if: {where: cpu>90}, set: {sched.weight: 9}}\n"
        "  - {name: other, match: {name: db*}, if: {table: vcpus, where: cpu>90}, set: "
        "{sched.cap: 9}}\n"
        "  - {name: rt, match: all, budget: {cpu: 5s, per: 1m, then: {sched.budget: 1ms}}}\n");
    struct xd_sim *s = xd_sim_new(p);
    struct xd_buf said = XD_BUF_INIT;
    struct xd_trace_sample sample;
    struct xd_trace *t;

    assert_int_equal(xd_trace_parse("l", csv, strlen(csv), &t, NULL), 0);
    while (xd_trace_next(t, &sample, NULL) > 0)
        assert_int_equal(xd_sim_step(s, &sample, NULL, 0, NULL), 0);
    xd_sim_unplayed(s, &said);
    assert_string_equal(
        xd_buf_str(&said),
        "rule hot is never in force here: it asks pcpus \"busy>90\", which the load doesn't tell\n"
        "rule rt: sched.budget is not played here\n");
    xd_trace_close(t);
    xd_sim_free(s);
    xd_policy_free(p);
    xd_buf_done(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_who_is_hurt),
        cmocka_unit_test(test_what_is_not_played),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
