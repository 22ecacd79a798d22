/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/model/diff: what came, what went and which cells differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/arena.h"
#include "model/diff.h"
#include "model/tables.h"

struct pool {
    int id;
    const char *name;
    int cpus; /* how many, from 0; negative: not known */
};

static struct xd_snapshot *pools(const struct pool *list, size_t n)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_pools_desc, 1);
    struct xd_cpuset set;

    for (size_t i = 0; i < n; i++) {
        xd_row_begin(t);
        xd_put_u64(t, XD_POOL_ID, (uint64_t)list[i].id);
        xd_put_str(t, XD_POOL_NAME, list[i].name);
        if (list[i].cpus < 0)
            continue;
        xd_cpuset_fill(&set, (unsigned)list[i].cpus);
        xd_put_set(t, XD_POOL_CPUS, &set);
        xd_put_u64(t, XD_POOL_N_CPUS, (uint64_t)list[i].cpus);
    }
    return xd_builder_seal(b, NULL, 1, 1, 0, 0);
}

#define POOLS(...)                                                                                 \
    pools((const struct pool[]){__VA_ARGS__},                                                      \
          sizeof((const struct pool[]){__VA_ARGS__}) / sizeof(struct pool))

#define BIT(col) (UINT64_C(1) << (col))

static void rows_come_go_and_differ(void **state)
{
    struct xd_snapshot *a = POOLS({0, "Pool-0", 4}, {1, "old", 2}, {2, "same", 2}, {3, "x", -1});
    struct xd_snapshot *b = POOLS({4, "new", 1}, {2, "same", 2}, {3, "x", 0}, {0, "Pool-0", 6});
    const struct xd_table *old = xd_snapshot_table(a, "pools"),
                          *now = xd_snapshot_table(b, "pools");
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_change *c;

    assert_int_equal(xd_diff_tables(old, now, &arena, &c), 4);
    assert_null(c[0].old);
    assert_ptr_equal(c[0].now, now->rows[0]);
    assert_ptr_equal(c[1].old, old->rows[3]); /* unknown before, now known to be none */
    assert_ptr_equal(c[1].now, now->rows[2]);
    assert_true(c[1].columns == (BIT(XD_POOL_CPUS) | BIT(XD_POOL_N_CPUS)));
    assert_ptr_equal(c[2].now, now->rows[3]);
    assert_true(c[2].columns == (BIT(XD_POOL_CPUS) | BIT(XD_POOL_N_CPUS)));
    assert_ptr_equal(c[3].old, old->rows[1]);
    assert_null(c[3].now);
    xd_arena_done(&arena);
    xd_snapshot_unref(a);
    xd_snapshot_unref(b);
}

static void a_missing_table_is_empty(void **state)
{
    struct xd_snapshot *a = POOLS({0, "Pool-0", 4}, {1, "p", 2});
    const struct xd_table *t = xd_snapshot_table(a, "pools");
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_change *c;

    assert_int_equal(xd_diff_tables(NULL, t, &arena, &c), 2);
    assert_null(c[1].old);
    assert_int_equal(xd_diff_tables(t, NULL, &arena, &c), 2);
    assert_null(c[0].now);
    assert_int_equal(xd_diff_tables(NULL, NULL, &arena, &c), 0);
    assert_int_equal(xd_diff_tables(t, t, &arena, &c), 0);
    xd_arena_done(&arena);
    xd_snapshot_unref(a);
}

/* Cells of another description can't be compared: all went, all came. */
static void another_description_changes_everything(void **state)
{
    struct xd_snapshot *a = POOLS({0, "Pool-0", 4}), *s;
    struct xd_builder *b = xd_builder_new("test");
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_change *c;

    xd_row_begin(xd_build_table(b, &xd_host_desc, 1));
    s = xd_builder_seal(b, NULL, 1, 1, 0, 0);
    assert_int_equal(
        xd_diff_tables(xd_snapshot_table(a, "pools"), xd_snapshot_table(s, "host"), &arena, &c), 2);
    assert_null(c[0].old);
    assert_null(c[1].now);
    xd_arena_done(&arena);
    xd_snapshot_unref(a);
    xd_snapshot_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_go_and_differ),
        cmocka_unit_test(a_missing_table_is_empty),
        cmocka_unit_test(another_description_changes_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
