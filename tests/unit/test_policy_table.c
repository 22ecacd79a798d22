/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of budgets, as an engine fills it. */
#include "policies/table.h"
#include "policy_help.h"

#define BURST                                                                                      \
    "policy: burst\ntimezone: UTC\nrules:\n"                                                       \
    "  - {name: b, match: all, budget: {cpu: 300s, per: 1h, then: {sched.cap: 20}}}\n"

/* The table of the engine's present; the caller's reference into *keep. */
static const struct xd_table *table_of(const struct host *h, const struct xd_budgets_view *v,
                                       struct xd_snapshot **keep)
{
    struct xd_builder *b = xd_builder_new("policy");

    xd_budgets_build(h->e, v, b, h->mono_ns);
    *keep = xd_builder_seal(b, NULL, 1, h->mono_ns, h->wall_ns, 0);
    return xd_snapshot_table(*keep, "budgets");
}

static const char *text(const struct xd_row *r, int col)
{
    return xd_row_str(r, col, "?");
}

static void test_within_its_budget(void **state)
{
    struct xd_snapshot *keep;
    const struct xd_row *r;
    struct host h;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 0.5);
    host_tick(&h);
    host_go(&h, 100 * S, S);
    r = xd_table_find(table_of(&h, NULL, &keep), "web1/b");
    assert_non_null(r);
    assert_int_equal(r->cell[XD_BUDGETS_STATE].i, XD_BUDGETS_WITHIN);
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_CPU_NS, 0), 300 * S);
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_USED_NS, 0), 50 * S);
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_LEFT_NS, 0), 250 * S);
    /* 250 s at half a pCPU */
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_LASTS_NS, 0), 500 * S);
    assert_true(r->cell[XD_BUDGETS_NEXT_AT].i == h.wall_ns + 500 * S);
    assert_string_equal(text(r, XD_BUDGETS_NEXT), "cap 20%");
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_THEN_CAP, 0), 20);
    assert_non_null(strstr(text(r, XD_BUDGETS_WHY), "budget b: 4m10s left of 5m00s"));
    xd_snapshot_unref(keep);
    host_done(&h);
}

static void test_spent(void **state)
{
    struct xd_snapshot *keep;
    const struct xd_row *r;
    struct host h;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 310 * S, S);
    r = xd_table_find(table_of(&h, NULL, &keep), "web1/b");
    assert_int_equal(r->cell[XD_BUDGETS_STATE].i, XD_BUDGETS_SPENT);
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_LEFT_NS, 1), 0);
    assert_false(xd_row_has(r, XD_BUDGETS_LASTS_NS));
    assert_string_equal(text(r, XD_BUDGETS_NEXT), "budget again");
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_CAP, 0), 20);
    assert_int_equal(xd_row_u64(r, XD_BUDGETS_CAP_SEEN, 0), 20);
    assert_string_equal(text(r, XD_BUDGETS_WANTED), "cap 20%");
    xd_snapshot_unref(keep);
    host_done(&h);
}

static void test_quiet_ones_last_for_ever(void **state)
{
    struct xd_snapshot *keep;
    const struct xd_row *r;
    struct host h;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 0.05); /* 180 s an hour */
    host_tick(&h);
    host_go(&h, 60 * S, S);
    r = xd_table_find(table_of(&h, NULL, &keep), "web1/b");
    assert_true(xd_row_has(r, XD_BUDGETS_LEFT_NS));
    assert_false(xd_row_has(r, XD_BUDGETS_LASTS_NS));
    assert_false(xd_row_has(r, XD_BUDGETS_NEXT_AT));
    xd_snapshot_unref(keep);
    host_done(&h);
}

/* A rule of the night by day: it has a row if it has a budget, and none if it only has limits. */
static void test_rules_whose_time_it_is_not(void **state)
{
    struct xd_snapshot *keep;
    const struct xd_table *t;
    const struct xd_row *r;
    struct host h;

    host_init(&h, "policy: p\ntimezone: UTC\nrules:\n"
                  "  - {name: day, match: all, set: {sched.weight: 512}}\n"
                  "  - name: night\n    match: all\n    when: {hours: \"20:00-06:00\"}\n"
                  "    at_most: {sched.cap: 50}\n"
                  "  - name: hourly\n    match: all\n    when: {hours: \"13:00-14:00\"}\n"
                  "    budget: {cpu: 60s, per: 1h, kind: fixed, then: {sched.cap: 20}}\n");
    guest_add(&h, "web1", 1, 0.5);
    host_tick(&h);
    host_go(&h, 2 * S, S);
    t = table_of(&h, NULL, &keep);
    assert_int_equal(t->n, 2);
    r = xd_table_find(t, "web1/day");
    assert_int_equal(r->cell[XD_BUDGETS_STATE].i, XD_BUDGETS_WITHIN);
    assert_false(xd_row_has(r, XD_BUDGETS_CPU_NS));
    assert_false(xd_row_has(r, XD_BUDGETS_CAP));
    assert_string_equal(text(r, XD_BUDGETS_WANTED), "weight 512");
    r = xd_table_find(t, "web1/hourly");
    assert_int_equal(r->cell[XD_BUDGETS_STATE].i, XD_BUDGETS_OFF);
    assert_false(xd_row_has(r, XD_BUDGETS_USED_NS)); /* of a fixed window that isn't known */
    assert_string_equal(text(r, XD_BUDGETS_NEXT), "rule begins");
    assert_true(r->cell[XD_BUDGETS_NEXT_AT].i == MONDAY_NOON + H);
    xd_snapshot_unref(keep);
    host_done(&h);
}

static enum xd_budgets_pause only_web2(void *arg, const struct xd_engine_domain *d)
{
    return strcmp(d->name, "web2") == 0 ? XD_BUDGETS_HOLDS : XD_BUDGETS_RUNS;
}

static void test_paused_ones(void **state)
{
    struct xd_budgets_view v = {only_web2, NULL};
    struct xd_snapshot *keep;
    const struct xd_table *t;
    struct host h;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 0.5);
    guest_add(&h, "web2", 1, 0.5);
    host_tick(&h);
    t = table_of(&h, &v, &keep);
    assert_int_equal(xd_table_find(t, "web1/b")->cell[XD_BUDGETS_STATE].i, XD_BUDGETS_WITHIN);
    assert_int_equal(xd_table_find(t, "web2/b")->cell[XD_BUDGETS_STATE].i, XD_BUDGETS_HELD);
    assert_int_equal(xd_table_find(t, "web2/b")->cell[XD_BUDGETS_PAUSED].i, XD_BUDGETS_HOLDS);
    xd_snapshot_unref(keep);
    host_done(&h);
}

static void test_who_is_gone_has_no_row(void **state)
{
    struct xd_snapshot *keep;
    struct host h;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 0.5);
    host_tick(&h);
    h.guest[0].gone = true;
    host_go(&h, S, S);
    assert_int_equal(table_of(&h, NULL, &keep)->n, 0);
    xd_snapshot_unref(keep);
    host_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within_its_budget),
        cmocka_unit_test(test_spent),
        cmocka_unit_test(test_quiet_ones_last_for_ever),
        cmocka_unit_test(test_rules_whose_time_it_is_not),
        cmocka_unit_test(test_paused_ones),
        cmocka_unit_test(test_who_is_gone_has_no_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
