/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine by examples: budgets, who wins, clocks that jump, domains that come and go. */
#include "policy_help.h"

#define BURST                                                                                      \
    "policy: p\ntimezone: UTC\nrules:\n"                                                           \
    "  - {name: burst, match: all, budget: {cpu: 300s, per: 1h, then: {sched.cap: 20}}}\n"
#define BUDGET(more)                                                                               \
    "policy: p\ntimezone: UTC\nrules:\n"                                                           \
    "  - {name: b, match: all, budget: {cpu: 300s, per: 1h, then: {sched.cap: 20}, " more "}}\n"

static int64_t left(struct host *h, const char *name)
{
    return xd_engine_account(h->e, xd_engine_find(h->e, name), 0)->left;
}

/* "Let this VM max out for 5 minutes out of any given hour; after that, a cap of 20 %." */
static void test_burst_hour(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BURST);
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 299 * S, S);
    assert_int_equal(web->cap, 0);
    assert_int_equal(left(&h, "web1"), 1 * S);
    host_go(&h, 1 * S, S);
    assert_int_equal(web->cap, 20);
    host_go(&h, 50 * MIN, S); /* the rest of the hour at 20 % */
    assert_int_equal(web->cap, 20);
    assert_int_equal(web->total_ns, 300 * S + 600 * S);
    host_go(&h, 10 * MIN, S); /* the burst is an hour ago: there is another */
    assert_int_equal(web->cap, 0);
    assert_true(web->free_ns > 300 * S);
    host_done(&h);
}

/* When the next look would be worth it. */
static void test_turns_are_foreseen(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BUDGET("kind: fixed"));
    web = guest_add(&h, "web1", 1, 0.5);
    assert_int_equal(xd_engine_turn(h.e), INT64_MAX);
    host_tick(&h); /* at 12:00; how fast it is isn't known yet */
    assert_int_equal(xd_engine_turn(h.e), INT64_MAX);
    host_go(&h, 10 * S, 10 * S);
    assert_int_equal(xd_engine_turn(h.e), 600 * S); /* 300 s at half speed */
    web->wants = 1;
    host_go(&h, 10 * S, 10 * S);
    assert_int_equal(xd_engine_turn(h.e), 20 * S + 285 * S);
    host_go(&h, 285 * S, 285 * S);
    assert_int_equal(web->cap, 20);
    assert_int_equal(xd_engine_turn(h.e), 3600 * S); /* there is another budget at 13:00 */
    host_done(&h);
}

static void test_a_shared_budget_is_used_up_as_fast_as_all_use_it(void **state)
{
    struct host h;

    host_init(&h, BUDGET("kind: bucket, shared: true")); /* 1/12 of a pCPU comes in */
    guest_add(&h, "web1", 1, 1.0);
    guest_add(&h, "web2", 1, 1.0 / 12);
    host_tick(&h);
    host_go(&h, 12 * S, 12 * S);
    assert_int_equal(left(&h, "web1"), 287 * S); /* a full bucket gains nothing */
    assert_in_range(xd_engine_turn(h.e), 299 * S - 1000, 299 * S + 1000);
    host_done(&h);
}

static void test_who_is_quiet_is_not_touched(void **state)
{
    struct host h;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 0.08); /* 288 s an hour */
    host_tick(&h);
    host_go(&h, 5 * H, 10 * S);
    assert_int_equal(h.guest[0].cap, 0);
    assert_int_equal(xd_engine_acts(h.e), 0);
    host_done(&h);
}

static void test_fixed_windows(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BUDGET("kind: fixed"));
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h); /* at 12:00 */
    host_go(&h, H - S, S);
    assert_int_equal(web->cap, 20);
    assert_int_equal(web->free_ns, 300 * S);
    host_go(&h, S, S); /* 13:00 */
    assert_int_equal(web->cap, 0);
    host_go(&h, H, S);
    assert_int_equal(web->free_ns, 600 * S);
    host_done(&h);
}

static void test_fixed_begins_with_its_share(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BUDGET("kind: fixed"));
    h.wall_ns += 45 * MIN; /* a quarter of the hour is left */
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 15 * MIN - S, S);
    assert_int_equal(web->free_ns, 75 * S);
    host_done(&h);
}

static void test_carry_over(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BUDGET("kind: fixed, carry: 100s"));
    web = guest_add(&h, "web1", 1, 0);
    host_tick(&h);
    host_go(&h, 3 * H, MIN); /* quiet for three hours: no more than 100 s are saved up */
    assert_int_equal(left(&h, "web1"), 400 * S);
    web->wants = 1.0;
    host_go(&h, 30 * MIN, S);
    assert_int_equal(web->free_ns, 400 * S);
    host_done(&h);
}

static void test_bucket(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BUDGET("kind: bucket, carry: 300s, resume: 10s"));
    web = guest_add(&h, "web1", 1, 0);
    host_tick(&h);
    assert_int_equal(left(&h, "web1"), 300 * S);
    host_go(&h, 2 * H, MIN);
    assert_in_range(left(&h, "web1"), 600 * S - S, 600 * S); /* full */
    web->wants = 1.0;
    host_go(&h, 660 * S, S); /* 600 s, and what trickled in meanwhile */
    assert_int_equal(web->cap, 20);
    assert_in_range(web->free_ns, 654 * S, 656 * S);
    host_go(&h, 130 * S, S); /* 10 s more trickle in in two minutes */
    assert_true(web->free_ns > 656 * S);
    host_done(&h);
}

static void test_shared(void **state)
{
    struct host h;

    host_init(&h, BUDGET("shared: true"));
    guest_add(&h, "web1", 1, 1.0);
    guest_add(&h, "web2", 2, 2.0);
    host_tick(&h);
    host_go(&h, 99 * S, S);
    assert_int_equal(h.guest[0].cap, 0);
    host_go(&h, S, S); /* 3 s of CPU time a second */
    assert_int_equal(h.guest[0].cap, 20);
    assert_int_equal(h.guest[1].cap, 20);
    assert_int_equal(h.guest[0].free_ns + h.guest[1].free_ns, 300 * S);
    host_done(&h);
}

/* A host that does nothing of what is wanted: all use goes on being charged. */
static void test_a_cap_that_does_not_come(void **state)
{
    struct host h;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 1.0);
    h.deaf = true;
    host_tick(&h);
    host_go(&h, 400 * S, S);
    assert_int_equal(left(&h, "web1"), -100 * S);
    assert_int_equal(xd_engine_acts(h.e), 1); /* wanted again and again */
    assert_int_equal(xd_engine_act(h.e, 0)->to, 20);
    host_done(&h);
}

static void test_restart_keeps_the_account(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BURST);
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 400 * S, S);
    assert_int_equal(web->cap, 20);
    web->gone = true;
    host_go(&h, MIN, S);
    *web = (struct guest){.name = "web1", .id = 77, .vcpus = 1, .weight = 256, .wants = 1.0};
    host_go(&h, 2 * S, S); /* the new one has no cap until it is seen */
    assert_int_equal(web->cap, 20);
    assert_true(left(&h, "web1") < 0);
    host_done(&h);
}

static void test_missed_ticks(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BURST);
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_run(&h, 20 * MIN); /* nobody looked */
    host_tick(&h);
    assert_int_equal(web->cap, 20);
    assert_int_equal(left(&h, "web1"), -900 * S);
    host_done(&h);
}

static void test_clock_steps_give_nothing(void **state)
{
    static const char *const kinds[] = {"kind: sliding", "kind: fixed", "kind: bucket"};

    for (int k = 0; k < 3; k++) {
        struct host h;
        struct guest *web;
        char yaml[512];

        snprintf(yaml, sizeof(yaml), BUDGET("%s"), kinds[k]);
        host_init(&h, yaml);
        web = guest_add(&h, "web1", 1, 1.0);
        host_tick(&h);
        host_go(&h, 10 * MIN, S);
        assert_int_equal(web->cap, 20);
        int64_t before = web->free_ns;
        for (int i = 0; i < 20; i++) { /* hours forward and back */
            h.wall_ns += (i % 2 ? -3 : 5) * H;
            host_go(&h, 10 * S, S);
        }
        assert_in_range(web->free_ns - before, 0, k == 2 ? 30 * S : 0);
        host_done(&h);
    }
}

static void test_reboot_goes_by_the_wall_clock(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, BURST);
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 400 * S, S);
    int64_t t = xd_engine_time(h.e);
    h.mono_ns = 5 * S; /* the host was down for half an hour */
    h.wall_ns += 30 * MIN;
    web->id = 1;
    web->cpu_ns = 0;
    web->cap = 0;
    host_tick(&h);
    assert_int_equal(xd_engine_time(h.e) - t, 30 * MIN);
    assert_int_equal(web->cap, 20); /* the burst was less than an hour ago */
    host_done(&h);
}

/* --- who wins --- */

static void expect(const char *rules, uint64_t weight, uint64_t cap)
{
    struct host h;
    char yaml[1024];

    snprintf(yaml, sizeof(yaml), "policy: p\ntimezone: UTC\nrules:\n%s", rules);
    host_init(&h, yaml);
    guest_add(&h, "web1", 2, 0);
    host_tick(&h);
    assert_int_equal(h.guest[0].weight, weight);
    assert_int_equal(h.guest[0].cap, cap);
    host_done(&h);
}

static void test_who_wins(void **state)
{
    expect("  - {name: a, match: all, at_most: {sched.cap: 80}}\n"
           "  - {name: b, match: all, at_most: {sched.cap: 40}}\n",
           256, 40);
    expect("  - {name: a, match: all, at_least: {sched.weight: 512}}\n"
           "  - {name: b, match: all, at_most: {sched.weight: 128}}\n",
           128, 0);
    expect("  - {name: a, match: all, priority: 5, at_least: {sched.weight: 512}}\n"
           "  - {name: b, match: all, at_most: {sched.weight: 128}}\n",
           512, 0);
    expect("  - {name: a, match: all, priority: 5, at_least: {sched.cap: none}}\n"
           "  - {name: b, match: all, set: {sched.cap: 30}}\n",
           256, 0);
    expect("  - {name: a, match: all, priority: 5, at_most: {sched.weight: 1000}}\n"
           "  - {name: b, match: all, set: {sched.weight: 2000}}\n",
           1000, 0);
    /* more than its vCPUs can use is no cap that Xen takes */
    expect("  - {name: a, match: all, set: {sched.cap: 5000}}\n", 256, 200);
    expect("  - {name: a, match: {name: db*}, set: {sched.cap: 50}}\n", 256, 0);
}

static void test_calendar_and_back(void **state)
{
    struct host h;
    struct guest *web;

    host_init(
        &h,
        "policy: p\ntimezone: UTC\nrules:\n"
        "  - {name: noon, match: all, when: {hours: \"12:00-13:00\"}, set: {sched.weight: 77}}\n");
    web = guest_add(&h, "web1", 1, 0);
    host_go(&h, 59 * MIN, MIN);
    assert_int_equal(web->weight, 77);
    host_go(&h, MIN, MIN);
    assert_int_equal(web->weight, 256);
    host_go(&h, 23 * H, MIN);
    assert_int_equal(web->weight, 77);
    host_done(&h);
}

static void test_what_somebody_else_sets_is_kept(void **state)
{
    struct host h;
    struct guest *web;

    host_init(
        &h,
        "policy: p\ntimezone: UTC\nrules:\n"
        "  - {name: noon, match: all, when: {hours: \"12:00-13:00\"}, set: {sched.weight: 77}}\n");
    web = guest_add(&h, "web1", 1, 0);
    host_go(&h, 10 * MIN, MIN);
    web->weight = 900; /* an admin, meanwhile */
    host_go(&h, 10 * MIN, MIN);
    assert_int_equal(web->weight, 77);
    host_go(&h, 50 * MIN, MIN);
    assert_int_equal(web->weight, 900);
    host_done(&h);
}

static void test_exit(void **state)
{
    static const char rule[] =
        "rules:\n  - {name: a, match: all, set: {sched.cap: 30, sched.weight: 99}}\n";
    char yaml[512];

    for (int hold = 0; hold < 2; hold++) {
        struct host h;

        snprintf(yaml, sizeof(yaml), "policy: p\non_exit: %s\n%s", hold ? "hold" : "restore", rule);
        host_init(&h, yaml);
        guest_add(&h, "web1", 2, 0);
        host_go(&h, 3 * S, S);
        assert_int_equal(h.guest[0].cap, 30);
        assert_int_equal(xd_engine_exit(h.e), hold ? 0 : 2);
        host_obey(&h);
        assert_int_equal(h.guest[0].cap, hold ? 30 : 0);
        assert_int_equal(h.guest[0].weight, hold ? 99 : 256);
        host_done(&h);
    }
}

static void test_settle(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, "policy: p\nsettle: 60s\nrules:\n"
                  "  - {name: a, match: all, if: {where: cpu>50}, at_most: {sched.weight: 64}}\n");
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 2 * S, S);
    assert_int_equal(web->weight, 64); /* what is stricter comes at once */
    web->wants = 0;
    host_go(&h, 30 * S, S);
    assert_int_equal(web->weight, 64);
    host_go(&h, 35 * S, S);
    assert_int_equal(web->weight, 256);
    host_done(&h);
}

static void test_condition_lasts(void **state)
{
    struct host h;
    struct guest *web;

    host_init(&h, "policy: p\nrules:\n"
                  "  - {name: loud, match: all, at_most: {sched.cap: 50},\n"
                  "     if: {where: cpu>45, for: 60s, until: cpu<20, until_for: 30s}}\n");
    web = guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 55 * S, S);
    assert_int_equal(web->cap, 0);
    host_go(&h, 10 * S, S);
    assert_int_equal(web->cap, 50);
    web->wants = 0.3; /* neither loud nor quiet: it stays as it was */
    host_go(&h, 10 * MIN, S);
    assert_int_equal(web->cap, 50);
    web->wants = 0.1;
    host_go(&h, 25 * S, S);
    assert_int_equal(web->cap, 50);
    host_go(&h, 10 * S, S);
    assert_int_equal(web->cap, 0);
    host_done(&h);
}

static void test_dom0_is_meant_by_name_only(void **state)
{
    struct host h;

    host_init(&h, "policy: p\nrules:\n  - {name: a, match: all, set: {sched.cap: 30}}\n");
    guest_add(&h, "00000000-0000-0000-0000-000000000000", 2, 0);
    host_tick(&h);
    assert_int_equal(h.guest[0].cap, 0);
    host_done(&h);
}

static void test_why(void **state)
{
    struct host h;
    struct xd_buf b = XD_BUF_INIT;

    host_init(&h, BURST);
    guest_add(&h, "web1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 100 * S, S);
    xd_engine_why(h.e, xd_engine_find(h.e, "web1"), &b);
    assert_non_null(
        strstr(b.s, "budget burst: 3m20s left of 5m00s, in any 1h00m; used up in 3m20s"));
    host_go(&h, 300 * S, S);
    xd_buf_clear(&b);
    xd_engine_why(h.e, xd_engine_find(h.e, "web1"), &b);
    assert_non_null(strstr(b.s, "sched.cap 20 (by itself none): rule burst\n"));
    assert_non_null(strstr(b.s, "used up, there again in "));
    xd_buf_done(&b);
    host_done(&h);
}

static void test_no_domains(void **state)
{
    struct host h;
    struct xd_err err = XD_ERR_INIT;
    struct xd_builder *b = xd_builder_new("test");
    struct xd_snapshot *s;
    struct xd_policy_now now = {5, 5, 0};

    host_init(&h, BURST);
    xd_build_missing(b, &xd_domains_desc, "xenstored does not answer");
    s = xd_builder_seal(b, NULL, 1, 1, 1, 0);
    assert_true(xd_engine_tick(h.e, s, &now, &err) < 0);
    assert_string_equal(err.text, "domains: xenstored does not answer");
    xd_snapshot_unref(s);
    host_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burst_hour),
        cmocka_unit_test(test_turns_are_foreseen),
        cmocka_unit_test(test_a_shared_budget_is_used_up_as_fast_as_all_use_it),
        cmocka_unit_test(test_who_is_quiet_is_not_touched),
        cmocka_unit_test(test_fixed_windows),
        cmocka_unit_test(test_fixed_begins_with_its_share),
        cmocka_unit_test(test_carry_over),
        cmocka_unit_test(test_bucket),
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_a_cap_that_does_not_come),
        cmocka_unit_test(test_restart_keeps_the_account),
        cmocka_unit_test(test_missed_ticks),
        cmocka_unit_test(test_clock_steps_give_nothing),
        cmocka_unit_test(test_reboot_goes_by_the_wall_clock),
        cmocka_unit_test(test_who_wins),
        cmocka_unit_test(test_calendar_and_back),
        cmocka_unit_test(test_what_somebody_else_sets_is_kept),
        cmocka_unit_test(test_exit),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_condition_lasts),
        cmocka_unit_test(test_dom0_is_meant_by_name_only),
        cmocka_unit_test(test_why),
        cmocka_unit_test(test_no_domains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
