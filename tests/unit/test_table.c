/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/model/table: rows are built, sealed, found and shared; what a guest wrote is made safe on
 * its way in, and what nobody knows stays unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/tables.h"

static const char *const colours[] = {"red", "green", NULL};

enum { C_NAME, C_BOOL, C_I64, C_U64, C_F64, C_ENUM, C_SET, C_N };

static const struct xd_column columns[C_N] = {
    [C_NAME] = {"name", "NAME", "", {.type = XD_STR}},
    [C_BOOL] = {"b", "B", "", {.type = XD_BOOL}},
    [C_I64] = {"i", "I", "", {.type = XD_I64}},
    [C_U64] = {"u", "U", "", {.type = XD_U64}},
    [C_F64] = {"f", "F", "", {.type = XD_F64}},
    [C_ENUM] = {"e", "E", "", {.type = XD_ENUM, .names = colours}},
    [C_SET] = {"s", "S", "", {.type = XD_CPUSET}},
};
static const struct xd_table_desc things = {"things", "thing",         "Things",     "",  columns,
                                            C_N,      {C_NAME, C_I64}, {C_NAME, -1}, NULL};

static struct xd_snapshot *seal(struct xd_builder *b, struct xd_snapshot *prev)
{
    return xd_builder_seal(b, prev, 7, 3000, 4000, 50);
}

static void cells_come_out_as_they_went_in(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 1000);
    const struct xd_table *table;
    const struct xd_row *r;
    struct xd_snapshot *s;
    struct xd_cpuset set;

    xd_cpuset_fill(&set, 5);
    xd_row_begin(t);
    xd_put_str(t, C_NAME, "web1");
    xd_put_bool(t, C_BOOL, true);
    xd_put_i64(t, C_I64, -3);
    xd_put_u64(t, C_U64, UINT64_MAX);
    xd_put_f64(t, C_F64, 2.5);
    xd_put_enum(t, C_ENUM, 1);
    xd_put_set(t, C_SET, &set);
    xd_cpuset_zero(&set); /* it was copied */
    s = seal(b, NULL);

    assert_int_equal(xd_snapshot_seq(s), 7);
    assert_int_equal(xd_snapshot_at(s), 3000);
    assert_int_equal(xd_snapshot_wall(s), 4000);
    assert_int_equal(xd_snapshot_took(s), 50);
    assert_string_equal(xd_snapshot_source(s), "test");
    assert_int_equal(xd_snapshot_tables(s), 1);
    assert_null(xd_snapshot_table(s, "domains"));
    assert_null(xd_snapshot_table_at(s, 1));
    table = xd_snapshot_table(s, "things");
    assert_ptr_equal(table, xd_snapshot_table_at(s, 0));
    assert_int_equal(table->at_ns, 1000);
    assert_int_equal(table->state, XD_TABLE_OK);
    assert_null(table->reason);
    assert_int_equal(table->n, 1);
    r = table->rows[0];
    assert_string_equal(xd_row_str(r, C_NAME, "?"), "web1");
    assert_int_equal(xd_row_u64(r, C_BOOL, 9), 1);
    assert_true(xd_row_u64(r, C_U64, 0) == UINT64_MAX);
    assert_true(xd_row_f64(&things, r, C_I64, 0) == -3);
    assert_true(xd_row_f64(&things, r, C_F64, 0) == 2.5);
    assert_true(xd_row_f64(&things, r, C_ENUM, 0) == 1);
    assert_true(xd_row_f64(&things, r, C_BOOL, 0) == 1);
    assert_true(xd_row_f64(&things, r, C_NAME, -1) == -1);
    assert_int_equal(xd_cpuset_count(xd_row_value(&things, r, C_SET).cell.set), 5);
    assert_int_equal(xd_desc_column(&things, "f"), C_F64);
    assert_int_equal(xd_desc_column(&things, "ff"), -1);
    xd_snapshot_unref(s);
}

static void what_was_not_put_is_unknown(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 0);
    const struct xd_row *r;
    struct xd_snapshot *s;
    struct xd_value v = {.have = true, .type = XD_U64, .cell.u = 4}, unknown = XD_UNKNOWN;
    char key[XD_KEY_MAX];

    xd_row_begin(t);
    xd_put_str(t, C_NAME, "a");
    xd_put_str(t, C_NAME, NULL); /* the last one counts */
    xd_put_f64(t, C_F64, NAN);
    xd_put_enum(t, C_ENUM, 2);
    xd_put_set(t, C_SET, NULL);
    xd_put_value(t, C_U64, &v);
    xd_put_value(t, C_U64, &unknown);
    s = seal(b, NULL);
    r = xd_snapshot_table(s, "things")->rows[0];
    assert_int_equal(r->have, 0);
    assert_false(xd_row_value(&things, r, C_BOOL).have);
    assert_string_equal(xd_row_str(r, C_NAME, "?"), "?");
    assert_int_equal(xd_row_u64(r, C_U64, 9), 9);
    assert_true(isnan(xd_row_f64(&things, r, C_F64, NAN)));
    assert_false(xd_row_has(r, -1));
    assert_string_equal(xd_row_key(&things, r, key), "?/?");
    assert_string_equal(xd_row_label(&things, r, key), "?");
    xd_snapshot_unref(s);
}

static void values_are_put_by_type(void **state)
{
    static const struct xd_cpuset none;
    const struct xd_value values[C_N] = {
        {true, XD_STR, {.s = "x"}},        {true, XD_BOOL, {.b = true}}, {true, XD_I64, {.i = -1}},
        {true, XD_U64, {.u = 1}},          {true, XD_F64, {.f = 0.5}},   {true, XD_ENUM, {.i = 1}},
        {true, XD_CPUSET, {.set = &none}},
    };
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 0);
    struct xd_snapshot *s;

    xd_row_begin(t);
    for (int i = 0; i < C_N; i++)
        xd_put_value(t, i, &values[i]);
    s = seal(b, NULL);
    for (int i = 0; i < C_N; i++) {
        struct xd_value v = xd_row_value(&things, xd_snapshot_table(s, "things")->rows[0], i);

        assert_true(xd_value_equal(&v, &values[i]));
    }
    xd_snapshot_unref(s);
}

static void guests_text_is_made_safe(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 0);
    const struct xd_table *table;
    struct xd_snapshot *s;
    char *big = malloc(100001), key[XD_KEY_MAX];

    memset(big, 0xc3, 100000);
    for (int i = 1; i < 100000; i += 2)
        big[i] = (char)0xa4;
    big[100000] = '\0';
    xd_row_begin(t);
    xd_put_str(t, C_NAME, "web\033[2J\xe2\x80\xae\xff\n1");
    xd_row_begin(t);
    xd_put_str(t, C_NAME, big);
    xd_build_reason(t, "guest says \033]0;x\007");
    s = seal(b, NULL);
    table = xd_snapshot_table(s, "things");
    assert_true(xd_str_is_safe(xd_row_str(table->rows[0], C_NAME, NULL)));
    assert_true(strlen(xd_row_str(table->rows[1], C_NAME, NULL)) <= 1024);
    assert_true(xd_str_is_safe(xd_row_key(&things, table->rows[1], key))); /* cut at a character */
    assert_true(strlen(key) < XD_KEY_MAX);
    assert_true(xd_str_is_safe(table->reason));
    free(big);
    xd_snapshot_unref(s);
}

static void a_missing_table_says_why(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    const struct xd_table *table;
    struct xd_snapshot *s;
    struct xd_rows *t;

    xd_build_missing(b, &things, "no %s in this hypervisor", "hypfs");
    xd_build_missing(b, &xd_pools_desc, "pool 3: gone");
    t = xd_build_table(b, &xd_pools_desc, 20);
    xd_row_begin(t);
    for (int i = 0; i < 10000; i++)
        xd_build_reason(t, "pool %d: permission denied", i % 1000);
    s = seal(b, NULL);
    table = xd_snapshot_table(s, "things");
    assert_int_equal(table->state, XD_TABLE_MISSING);
    assert_string_equal(table->reason, "no hypfs in this hypervisor");
    assert_int_equal(table->n, 0);
    assert_int_equal(table->at_ns, 3000);
    table = xd_snapshot_table(s, "pools"); /* has a row: only a part is unknown */
    assert_int_equal(table->state, XD_TABLE_OK);
    assert_int_equal(table->at_ns, 20);
    assert_true(xd_str_starts(table->reason, "pool 3: gone; pool 0: permission denied; pool 1: "));
    assert_true(strlen(table->reason) < 2100);
    xd_snapshot_unref(s);
}

static void a_table_can_be_gone_on_with(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 10);
    struct xd_snapshot *s;

    xd_row_begin(t);
    assert_ptr_equal(xd_build_table(b, &things, 99), t);
    xd_row_begin(t);
    s = seal(b, NULL);
    assert_int_equal(xd_snapshot_tables(s), 1);
    assert_int_equal(xd_snapshot_table(s, "things")->n, 2);
    assert_int_equal(xd_snapshot_table(s, "things")->at_ns, 10);
    xd_snapshot_unref(s);
}

#define MANY 10000

static void many_rows_are_found(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 0);
    const struct xd_table *table;
    struct xd_table bare;
    struct xd_snapshot *s;
    char text[40];

    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "guest-%d", i / 2);
        xd_row_begin(t);
        xd_put_str(t, C_NAME, text);
        xd_put_i64(t, C_I64, i % 2 ? -i : i);
    }
    xd_row_begin(t); /* a twin of the first */
    xd_put_str(t, C_NAME, "guest-0");
    xd_put_i64(t, C_I64, 0);
    s = seal(b, NULL);
    table = xd_snapshot_table(s, "things");
    for (int i = 0; i < MANY; i++) {
        snprintf(text, sizeof(text), "guest-%d/%d", i / 2, i % 2 ? -i : i);
        assert_ptr_equal(xd_table_find(table, text), table->rows[i]);
    }
    assert_null(xd_table_find(table, "guest-0"));
    assert_null(xd_table_find(table, ""));
    bare = *table; /* a table that was not sealed has no index */
    bare.index = NULL;
    assert_ptr_equal(xd_table_find(&bare, "guest-7/14"), table->rows[14]);
    assert_null(xd_table_find(&bare, "nobody"));
    xd_snapshot_unref(s);
}

static void keys_may_be_of_any_type(void **state)
{
    static const struct xd_table_desc odd = {
        "odd", "odd", "", "", columns, C_N, {C_ENUM, C_F64}, {C_BOOL, C_SET}, NULL};
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &odd, 0);
    const struct xd_table *table;
    struct xd_snapshot *s;
    struct xd_cpuset set;
    char key[XD_KEY_MAX];

    xd_cpuset_fill(&set, 4);
    xd_row_begin(t);
    xd_put_enum(t, C_ENUM, 1);
    xd_put_f64(t, C_F64, 0.25);
    xd_put_bool(t, C_BOOL, false);
    xd_put_set(t, C_SET, &set);
    s = seal(b, NULL);
    table = xd_snapshot_table(s, "odd");
    assert_string_equal(xd_row_label(&odd, table->rows[0], key), "no/0-3");
    assert_ptr_equal(xd_table_find(table, "green/0.25"), table->rows[0]);
    xd_snapshot_unref(s);
}

static void a_table_of_one_row_has_an_empty_key(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_host_desc, 0);
    struct xd_snapshot *s;

    xd_row_begin(t);
    s = seal(b, NULL);
    assert_non_null(xd_table_find(xd_snapshot_table(s, "host"), ""));
    xd_snapshot_unref(s);
}

static void a_builder_may_be_given_up(void **state)
{
    struct xd_builder *b = xd_builder_new("test");

    xd_row_begin(xd_build_table(b, &things, 0));
    assert_non_null(xd_arena_strdup(xd_builder_arena(b), "scratch"));
    xd_builder_free(b);
    xd_builder_free(NULL);
    xd_snapshot_unref(NULL);
    assert_null(xd_snapshot_ref(NULL));
}

static void *hold_and_drop(void *arg)
{
    struct xd_snapshot *s = arg;

    for (int i = 0; i < 2000; i++) {
        xd_snapshot_ref(s);
        assert_non_null(xd_table_find(xd_snapshot_table(s, "things"), "a/1"));
        xd_snapshot_unref(s);
    }
    xd_snapshot_unref(s);
    return NULL;
}

static void references_are_counted_by_all_threads(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 0);
    struct xd_snapshot *s;
    pthread_t threads[4];

    xd_row_begin(t);
    xd_put_str(t, C_NAME, "a");
    xd_put_i64(t, C_I64, 1);
    s = seal(b, NULL);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hold_and_drop, xd_snapshot_ref(s)), 0);
    xd_snapshot_unref(s);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

/* --- what doesn't change is built once --- */

static void a_table_is_lent(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &things, 1000);
    struct xd_snapshot *first, *second, *third;
    const struct xd_row *row;

    xd_row_begin(t);
    xd_put_str(t, C_NAME, "a");
    xd_put_i64(t, C_I64, 1);
    first = seal(b, NULL);
    row = xd_table_find(xd_snapshot_table(first, "things"), "a/1");

    b = xd_builder_new("test");
    assert_false(xd_build_lend(b, first, "nothing"));
    assert_true(xd_build_lend(b, first, "things"));
    second = seal(b, first);
    xd_snapshot_unref(first); /* the second holds it */
    assert_int_equal(xd_snapshot_tables(second), 1);
    assert_ptr_equal(xd_table_find(xd_snapshot_table(second, "things"), "a/1"), row);
    assert_int_equal(xd_snapshot_table(second, "things")->at_ns, 1000);

    b = xd_builder_new("test");
    assert_true(xd_build_lend(b, second, "things"));
    xd_build_table(b, &things, 2000); /* one of its own wins */
    third = seal(b, second);
    assert_int_equal(xd_snapshot_tables(third), 1);
    assert_int_equal(xd_snapshot_table(third, "things")->n, 0);
    xd_snapshot_unref(third);

    b = xd_builder_new("test");
    assert_true(xd_build_lend(b, second, "things"));
    xd_builder_free(b); /* gives it back */
    xd_snapshot_unref(second);
}

/* --- one source filling in another's table --- */

static struct xd_snapshot *named_rows(const struct xd_table_desc *d, const char *const *names,
                                      int64_t i)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, d, 1000);

    for (; *names; names++) {
        xd_row_begin(t);
        xd_put_str(t, C_NAME, *names);
        xd_put_i64(t, C_I64, 1);
        xd_put_u64(t, C_U64, (uint64_t)i);
    }
    return seal(b, NULL);
}

static void a_table_that_grows_has_the_rows_of_all(void **state)
{
    static const char *const mine[] = {"a", "b", NULL}, *const others[] = {"b", "c", NULL};
    struct xd_table_desc grows = things;
    const struct xd_table_desc *const fills[] = {&grows, NULL};

    for (int grown = 0; grown < 2; grown++) {
        struct xd_snapshot *base, *by, *all;
        const struct xd_table *t;

        grows.grows = grown;
        base = named_rows(&grows, mine, 1);
        by = named_rows(&grows, others, 2);
        all = xd_snapshot_compose(base, NULL, &(struct xd_filling){by, fills, NULL}, 1);
        xd_snapshot_unref(base);
        xd_snapshot_unref(by); /* what is composed holds them */
        t = xd_snapshot_table(all, "things");
        assert_int_equal(t->n, grown ? 3 : 2);
        assert_int_equal(xd_row_u64(xd_table_find(t, "b/1"), C_U64, 0), 1);
        if (grown)
            assert_int_equal(xd_row_u64(xd_table_find(t, "c/1"), C_U64, 0), 2);
        else
            assert_null(xd_table_find(t, "c/1"));
        xd_snapshot_unref(all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_come_out_as_they_went_in),
        cmocka_unit_test(what_was_not_put_is_unknown),
        cmocka_unit_test(values_are_put_by_type),
        cmocka_unit_test(guests_text_is_made_safe),
        cmocka_unit_test(a_missing_table_says_why),
        cmocka_unit_test(a_table_can_be_gone_on_with),
        cmocka_unit_test(many_rows_are_found),
        cmocka_unit_test(keys_may_be_of_any_type),
        cmocka_unit_test(a_table_of_one_row_has_an_empty_key),
        cmocka_unit_test(a_builder_may_be_given_up),
        cmocka_unit_test(a_table_is_lent),
        cmocka_unit_test(a_table_that_grows_has_the_rows_of_all),
        cmocka_unit_test(references_are_counted_by_all_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
