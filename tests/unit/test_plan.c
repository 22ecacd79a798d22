/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine/plan: from wishes to steps, their texts, their bounds, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_bench.h"

static void refused(struct bench *b, const char *object, const char *name, const char *value,
                    int code, const char *sentence)
{
    struct xd_wish w = {object, name, value};
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p = NULL;
    int rc = xd_plan_make(xd_session_world(b->s), &w, 1, &p, &err);

    assert_string_equal(err.text, sentence);
    assert_int_equal(rc, code);
    assert_null(p);
}

static void a_knob_becomes_a_step(void **state)
{
    struct bench b;
    struct xd_plan *p;

    bench_inline(&b, "");
    p = bench_plan(&b, &(struct xd_wish){"domain/web1", "sched.cap", "40"}, 1);
    assert_int_equal(p->n, 1);
    assert_string_equal(p->title, "web1 sched.cap none → 40");
    assert_string_equal(p->steps[0].text, "web1 sched.cap none → 40");
    assert_string_equal(p->steps[0].inverse, "web1 sched.cap 40 → none");
    assert_string_equal(p->steps[0].xl, "xl sched-credit2 -d web1 -c 40");
    assert_string_equal(p->steps[0].object.table, "domains");
    assert_string_equal(p->steps[0].object.key, "11111111-1111-1111-1111-111111111111");
    assert_string_equal(p->steps[0].object.label, "web1");
    assert_int_equal(p->steps[0].old.cell.u, 0);
    assert_true(p->steps[0].old.have);
    assert_int_equal(p->steps[0].now.cell.u, 40);
    assert_int_equal(p->risk, XD_RISK_LOW);
    assert_int_equal(p->outcome, XD_PLANNED);
    assert_int_equal(p->id, 0);
    xd_plan_free(p);

    /* Our word for zero is a number for xl. */
    fake.d[1].cap = 40;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    p = bench_plan(&b, &(struct xd_wish){"web1", "sched.cap", "none"}, 1);
    assert_string_equal(p->steps[0].text, "web1 sched.cap 40 → none");
    assert_string_equal(p->steps[0].xl, "xl sched-credit2 -d web1 -c 0");
    xd_plan_free(p);

    p = bench_plan(&b, &(struct xd_wish){"db1", "mem.target", "4G"}, 1);
    assert_string_equal(p->steps[0].text, "db1 mem.target 8G → 4G");
    assert_int_equal(p->risk, XD_RISK_DISRUPTIVE);
    xd_plan_free(p);
    xd_plan_free(NULL);
    bench_done(&b);
}

static void names_that_a_shell_would_read_are_quoted(void **state)
{
    struct bench b;
    struct xd_plan *p;

    bench_inline(&b, "");
    fake.d[1].name = "a; rm -rf 'x'";
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    p = bench_plan(&b, &(struct xd_wish){"domain/3", "sched.cap", "40"}, 1);
    assert_string_equal(p->steps[0].xl, "xl sched-credit2 -d 'a; rm -rf '\\''x'\\''' -c 40");
    xd_plan_free(p);
    bench_done(&b);
}

static void bounds(void **state)
{
    struct bench b;

    bench_inline(&b, "");
    refused(&b, "web1", "sched.weight", "0", -ERANGE,
            "web1 sched.weight: wanted 1 to 65535, found 0");
    refused(&b, "web1", "sched.weight", "70000", -ERANGE,
            "web1 sched.weight: wanted 1 to 65535, found 70000");
    refused(&b, "web1", "sched.cap", "201", -ERANGE,
            "web1 sched.cap: 201 is too much: at most 200, 100 times its vcpus");
    refused(&b, "web1", "mem.target", "17G", -ERANGE,
            "web1 mem.target: 17G is too much: at most 16G, its mem_max_kib");
    refused(&b, "web1", "sched.cap", "lots", -EINVAL,
            "web1 sched.cap: wanted a percentage such as 40 or 40% or \"none\", found \"lots\"");
    refused(&b, "web1", "sched.cap", NULL, -EINVAL,
            "web1 sched.cap: a value is needed, sched.cap=VALUE");
    xd_plan_free(bench_plan(&b, &(struct xd_wish){"web1", "sched.cap", "200"}, 1));
    xd_plan_free(bench_plan(&b, &(struct xd_wish){"web1", "sched.weight", "65535"}, 1));
    bench_done(&b);
}

static void what_cannot_be_planned(void **state)
{
    struct bench b;

    bench_inline(&b, "");
    refused(&b, "web9", "sched.cap", "40", -ENOENT,
            "there is no domain \"web9\": did you mean web1?");
    refused(&b, "web1", "sched.cab", "40", -ENOENT,
            "web1 has no knob or action \"sched.cab\": did you mean sched.cap?");
    refused(&b, "web1", "", "40", -EINVAL, "web1: the name of a knob or an action is needed");
    refused(&b, "pool/Pool-0", "sched.cap", "40", -ENOENT,
            "sched.cap belongs to domains, and Pool-0 is one of the pools");
    refused(&b, "host", "zap", NULL, -ENOENT, "host has no knob or action \"zap\"");
    refused(&b, "web1", "sched.cap", "none", -EALREADY, "web1 sched.cap is none already");

    fake.d[1].cap_unknown = true;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    refused(&b, "web1", "sched.cap", "40", -ENODATA,
            "web1 sched.cap: what it is now is unknown: an edit could be neither checked nor "
            "undone");
    bench_done(&b);
}

static void a_read_only_session_plans_nothing(void **state)
{
    struct xd_session_config c = {.inline_workers = true, .readonly = true};
    struct bench b;

    bench_init(&b, true);
    assert_int_equal(bench_open(&b, &c, NULL), 0);
    xd_session_dispatch(b.s);
    refused(&b, "web1", "sched.cap", "40", -EROFS,
            "this session is read only: nothing can be edited in it");
    bench_done(&b);
}

static void a_later_wish_replaces_an_earlier_one(void **state)
{
    const struct xd_wish some[] = {
        {"web1", "sched.cap", "40"},
        {"db1", "sched.weight", "512"},
        {"domain/3", "sched.cap", "60"},
    };
    const struct xd_wish back[] = {
        {"web1", "sched.cap", "40"},
        {"db1", "sched.weight", "512"},
        {"web1", "sched.cap", "none"},
    };
    const struct xd_wish nothing[] = {
        {"web1", "sched.cap", "40"},
        {"web1", "sched.cap", "none"},
        {"db1", "sched.weight", "1024"},
    };
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    p = bench_plan(&b, some, 3);
    assert_int_equal(p->n, 2);
    assert_string_equal(p->title, "2 edits");
    assert_string_equal(p->steps[0].text, "web1 sched.cap none → 60");
    assert_string_equal(p->steps[1].text, "db1 sched.weight 1024 → 512");
    xd_plan_free(p);

    p = bench_plan(&b, back, 3);
    assert_int_equal(p->n, 1);
    assert_string_equal(p->title, "db1 sched.weight 1024 → 512");
    xd_plan_free(p);

    assert_int_equal(xd_plan_make(xd_session_world(b.s), nothing, 3, &p, &err), -EALREADY);
    assert_string_equal(err.text, "nothing to do: web1 sched.cap is none already (and 1 more like "
                                  "this)");
    assert_int_equal(xd_plan_make(xd_session_world(b.s), NULL, 0, &p, &err), -EINVAL);
    bench_done(&b);
}

static void a_knob_of_children_on_their_parent(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    p = bench_plan(&b, &(struct xd_wish){"domain/db1", "vcpu.affinity", "4-7"}, 1);
    assert_int_equal(p->n, 4);
    assert_string_equal(p->title, "4 edits");
    assert_string_equal(p->steps[3].text, "db1/3 vcpu.affinity 0-7 → 4-7");
    assert_string_equal(p->steps[3].xl, "xl vcpu-pin db1 3 4-7 -");
    xd_plan_free(p);
    /* One of them on its own; "all" is what the host has. */
    fake.d[2].hard.bits[0] = 0xf;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    p = bench_plan(&b, &(struct xd_wish){"vcpu/db1/1", "vcpu.affinity", "all"}, 1);
    assert_string_equal(p->title, "db1/1 vcpu.affinity 0-3 → 0-7");
    xd_plan_free(p);

    fake.d[2].vcpus = 0;
    xd_session_refresh(b.s);
    xd_session_dispatch(b.s);
    assert_int_equal(xd_plan_make(xd_session_world(b.s),
                                  &(struct xd_wish){"db1", "vcpu.affinity", "1"}, 1, &p, &err),
                     -ENOENT);
    assert_string_equal(err.text, "db1 vcpu.affinity: it belongs to vcpus, and none of db1 are "
                                  "known");
    bench_done(&b);
}

static void actions_and_their_parameters(void **state)
{
    struct xd_plan *p;
    struct bench b;

    bench_inline(&b, "");
    p = bench_plan(&b, &(struct xd_wish){"web1", "pause", NULL}, 1);
    assert_string_equal(p->title, "pause web1");
    assert_string_equal(p->steps[0].inverse, "unpause web1");
    assert_string_equal(p->steps[0].xl, "xl pause web1");
    assert_int_equal(p->risk, XD_RISK_DISRUPTIVE);
    xd_plan_free(p);
    p = bench_plan(&b, &(struct xd_wish){"web1", "destroy", ""}, 1);
    assert_null(p->steps[0].inverse);
    assert_int_equal(p->risk, XD_RISK_DESTRUCTIVE);
    xd_plan_free(p);

    p = bench_plan(&b, &(struct xd_wish){"web1", "move", " to=\"host \\\"b\\\"\"  live=no"}, 1);
    assert_string_equal(p->steps[0].text, "move web1 to=\"host \\\"b\\\"\" live=no rate=unlimited");
    assert_string_equal(p->steps[0].xl, "xl migrate web1 'host \"b\"' --rate 0 --live 0");
    assert_string_equal(p->steps[0].params[0].cell.s, "host \"b\"");
    assert_false(p->steps[0].params[1].cell.b);
    xd_plan_free(p);
    refused(&b, "web1", "move", NULL, -EINVAL,
            "move web1: to=VALUE is needed: the other host's name");
    refused(&b, "web1", "move", "too=b", -EINVAL,
            "move web1: move has no parameter \"too\": did you mean to?");
    refused(&b, "web1", "move", "to=b live=maybe", -EINVAL,
            "move web1: live: wanted yes or no, found \"maybe\"");
    refused(&b, "web1", "move", "to=\"b", -EINVAL, "move web1: to=: the quote is not closed");
    refused(&b, "web1", "move", "b", -EINVAL, "move web1: wanted NAME=VALUE, found \"b\"");
    refused(&b, "web1", "pause", "now=yes", -EINVAL, "pause web1: pause has no parameter \"now\"");
    bench_done(&b);
}

static void outcomes_have_names_and_exits(void **state)
{
    enum xd_outcome o;

    assert_string_equal(xd_outcome_name(XD_LOST), "UNKNOWN");
    assert_string_equal(xd_outcome_name((enum xd_outcome)99), "UNKNOWN");
    assert_int_equal(xd_outcome_exit(XD_DONE), 0);
    assert_int_equal(xd_outcome_exit(XD_REFUSED), 2);
    assert_int_equal(xd_outcome_exit(XD_ROLLED_BACK), 3);
    for (int i = XD_NOT_SEEN; i <= XD_LOST; i++)
        assert_int_equal(xd_outcome_exit((enum xd_outcome)i), 4);
    for (int i = XD_PLANNED; i <= XD_LOST; i++) {
        assert_int_equal(xd_outcome_from_name(xd_outcome_name((enum xd_outcome)i), &o), 0);
        assert_int_equal(o, i);
    }
    assert_int_equal(xd_outcome_from_name("finished", &o), -ENOENT);
    assert_int_equal(xd_outcome_from_name(NULL, &o), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_knob_becomes_a_step),
        cmocka_unit_test(names_that_a_shell_would_read_are_quoted),
        cmocka_unit_test(bounds),
        cmocka_unit_test(what_cannot_be_planned),
        cmocka_unit_test(a_read_only_session_plans_nothing),
        cmocka_unit_test(a_later_wish_replaces_an_earlier_one),
        cmocka_unit_test(a_knob_of_children_on_their_parent),
        cmocka_unit_test(actions_and_their_parameters),
        cmocka_unit_test(outcomes_have_names_and_exits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
