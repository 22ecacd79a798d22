/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/model/tables: the descriptions of the core tables keep the rules that all readers of tables
 * rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "model/tables.h"

static void names_are_stable_words(const char *s)
{
    assert_non_null(s);
    assert_int_equal(s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")], '\0');
    assert_true(*s >= 'a' && *s <= 'z'); /* a filter must not take it for a number */
}

static void check_column(const struct xd_table_desc *d, int i)
{
    const struct xd_column *c = &d->columns[i];
    const struct xd_column *of;

    names_are_stable_words(c->name);
    assert_int_equal(xd_desc_column(d, c->name), i); /* no other has the name */
    assert_true(c->title && *c->title && xd_str_width(c->title) <= 8);
    assert_true(c->help && *c->help && c->help[strlen(c->help) - 1] != '.');
    assert_int_equal(c->kind.type == XD_ENUM, c->kind.names != NULL);
    assert_true(c->width >= 0);
    if (c->flags & XD_COL_HISTORY)
        assert_true(c->kind.type != XD_STR && c->kind.type != XD_CPUSET);
    if (!c->rate_of)
        return;
    assert_int_equal(c->kind.type, XD_F64);
    assert_true(c->rate_scale > 0 && c->rate_of <= d->n_columns);
    of = &d->columns[c->rate_of - 1];
    assert_true(of->flags & XD_COL_COUNTER);
    assert_int_equal(of->kind.type, XD_U64);
}

static void check_identity(const struct xd_table_desc *d, const int cols[2])
{
    for (int i = 0; i < 2 && cols[i] >= 0; i++)
        assert_true(cols[i] < d->n_columns);
    if (cols[0] < 0)
        assert_int_equal(cols[1], -1);
}

static void descriptions_keep_the_rules(void **state)
{
    for (size_t i = 0; xd_core_tables[i]; i++) {
        const struct xd_table_desc *d = xd_core_tables[i];
        int shown = 0;

        names_are_stable_words(d->name);
        names_are_stable_words(d->noun);
        assert_true(d->title && *d->title && d->help && *d->help);
        assert_in_range(d->n_columns, 1, XD_COLUMNS_MAX);
        for (int c = 0; c < d->n_columns; c++) {
            check_column(d, c);
            shown += (d->columns[c].flags & XD_COL_DEFAULT) != 0;
        }
        assert_true(shown > 0);
        check_identity(d, d->keys);
        check_identity(d, d->labels);
    }
}

static void tables_are_found_by_name(void **state)
{
    for (size_t i = 0; xd_core_tables[i]; i++) {
        const struct xd_table_desc *d = xd_core_tables[i];

        assert_ptr_equal(xd_core_table(d->name), d);
        if (d->parent)
            assert_non_null(xd_core_table(d->parent));
    }
    assert_null(xd_core_table("nothing"));
}

/* The words that people filter by and scripts read: the enums and their names go together. */
static void states_have_their_names(void **state)
{
    const char *const *names = xd_domains_desc.columns[XD_DOMAIN_STATE].kind.names;

    assert_string_equal(names[XD_STATE_RUNNING], "run");
    assert_string_equal(names[XD_STATE_PAUSED], "paused");
    assert_string_equal(names[XD_STATE_DYING], "dying");
    assert_null(names[XD_STATE_DYING + 1]);
    names = xd_domains_desc.columns[XD_DOMAIN_TYPE].kind.names;
    assert_string_equal(names[XD_TYPE_HVM], "hvm");
    assert_null(names[XD_TYPE_HVM + 1]);
    names = xd_host_desc.columns[XD_HOST_KIND].kind.names;
    assert_string_equal(names[XD_HOST_CAPTURE], "capture");
    assert_null(names[XD_HOST_CAPTURE + 1]);
    names = xd_vcpus_desc.columns[XD_VCPU_STATE].kind.names;
    assert_string_equal(names[XD_VCPU_OFFLINE], "offline");
    assert_null(names[XD_VCPU_OFFLINE + 1]);
    names = xd_checks_desc.columns[XD_CHECK_STATUS].kind.names;
    assert_string_equal(names[XD_CHECK_ABSENT], "absent");
    assert_null(names[XD_CHECK_ABSENT + 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptions_keep_the_rules),
        cmocka_unit_test(tables_are_found_by_name),
        cmocka_unit_test(states_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
