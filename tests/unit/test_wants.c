/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/engine/wants: a command looks at what its edit needs, and at nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_bench.h"

#define COL(c) (UINT64_C(1) << (c))

static uint64_t columns(const struct xd_wants *l, const char *table)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->want[i].table, table) == 0)
            return l->want[i].columns;
    return 0;
}

static struct xd_wants wants_of(const struct xd_world *w, const char *object, const char *name)
{
    struct xd_wants l;

    xd_plan_wants(w, &(struct xd_wish){object, name, NULL}, 1, &l);
    return l;
}

static void a_knob_wants_its_value_its_bound_and_its_command(void **state)
{
    struct bench b;
    struct xd_wants l = wants_of(bench_inline(&b, ""), "domain/web1", "sched.cap");
    uint64_t wanted = COL(XD_DOMAIN_UUID) | COL(XD_DOMAIN_NAME) | COL(XD_DOMAIN_ID) |
                      COL(XD_DOMAIN_CAP) | COL(XD_DOMAIN_VCPUS) | COL(XD_DOMAIN_SCHED);

    assert_int_equal(columns(&l, "domains"), wanted);
    assert_int_equal(columns(&l, "vcpus"), 0);
    assert_int_equal(columns(&l, "pools"), 0);
    bench_done(&b);
}

static void a_knob_of_the_children_wants_both_tables(void **state)
{
    struct bench b;
    const struct xd_world *w = bench_inline(&b, "");
    struct xd_wants on_domain = wants_of(w, "web1", "vcpu.affinity");
    struct xd_wants on_vcpu = wants_of(w, "vcpu/web1/0", "vcpu.affinity");

    assert_true(columns(&on_domain, "vcpus") & COL(XD_VCPU_HARD));
    assert_false(columns(&on_domain, "vcpus") & COL(XD_VCPU_SOFT));
    assert_true(columns(&on_domain, "domains") & COL(XD_DOMAIN_UUID));
    assert_true(columns(&on_vcpu, "vcpus") & COL(XD_VCPU_HARD));
    assert_true(columns(&on_vcpu, "domains") & COL(XD_DOMAIN_NAME));
    bench_done(&b);
}

static void the_host_itself_is_an_object(void **state)
{
    struct bench b;
    struct xd_wants l = wants_of(bench_inline(&b, ""), "host", "create");

    assert_int_not_equal(columns(&l, "host"), 0);
    bench_done(&b);
}

static bool names_row(const struct xd_wants *l, const char *name)
{
    for (size_t i = 0; i < l->n_rows; i++)
        if (strcmp(l->rows[i], name) == 0)
            return true;
    return false;
}

static void the_rows_that_matter_are_named(void **state)
{
    struct bench b;
    const struct xd_world *w = bench_inline(&b, "");
    struct xd_wants l = wants_of(w, "domain/web1", "sched.cap");

    assert_int_equal(l.n_rows, 2);
    assert_true(names_row(&l, "web1"));
    assert_true(names_row(&l, "sched.cap")); /* whether this host has it */
    l = wants_of(w, "web1", "pause");
    assert_true(names_row(&l, "web1"));
    l = wants_of(w, "vcpu/web1/0", "vcpu.affinity");
    assert_true(names_row(&l, "web1/0"));
    bench_done(&b);
}

static void too_many_rows_are_all(void **state)
{
    struct xd_wish many[XD_WANT_ROWS];
    struct bench b;
    const struct xd_world *w = bench_inline(&b, "");
    struct xd_wants l;

    for (size_t i = 0; i < XD_WANT_ROWS; i++)
        many[i] = (struct xd_wish){"web1", "sched.cap", "1"};
    xd_plan_wants(w, many, XD_WANT_ROWS / 2, &l);
    assert_int_equal(l.n_rows, XD_WANT_ROWS);
    xd_plan_wants(w, many, XD_WANT_ROWS, &l);
    assert_int_equal(l.n_rows, 0);
    bench_done(&b);
}

static void undo_wants_what_the_entry_edited(void **state)
{
    struct bench b;
    const struct xd_world *w = bench_inline(&b, "");
    struct xd_wants l;

    bench_apply(&b, &(struct xd_wish){"web1", "sched.cap", "40"}, 1);
    xd_undo_wants(w, xd_undo_entry(xd_session_journal(b.s), 0), &l);
    assert_true(columns(&l, "domains") & COL(XD_DOMAIN_CAP));
    assert_false(columns(&l, "domains") & COL(XD_DOMAIN_MEM_KIB));
    assert_int_equal(l.n_rows, 2); /* its key, and the knob */
    assert_true(names_row(&l, "sched.cap"));
    xd_undo_wants(w, NULL, &l);
    assert_int_equal(columns(&l, "domains"), 0);
    bench_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_knob_wants_its_value_its_bound_and_its_command),
        cmocka_unit_test(a_knob_of_the_children_wants_both_tables),
        cmocka_unit_test(the_host_itself_is_an_object),
        cmocka_unit_test(the_rows_that_matter_are_named),
        cmocka_unit_test(too_many_rows_are_all),
        cmocka_unit_test(undo_wants_what_the_entry_edited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
