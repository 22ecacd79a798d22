/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger: an engine that is written and read goes on as if nothing had been, and what is torn
 * or older never wins. */
#include "policy_help.h"

#include "policies/ledger.h"

#define POLICY                                                                                     \
    "policy: p\ntimezone: UTC\nsettle: 10s\nrules:\n"                                              \
    "  - {name: slide, match: {name: a*}, budget: {cpu: 30s, per: 10m, then: {sched.cap: 20}}}\n"  \
    "  - {name: fix, match: {name: b*}, budget: {cpu: 30s, per: 10m, kind: fixed, carry: 10s,\n"   \
    "     then: {sched.cap: 20}}}\n"                                                               \
    "  - {name: trickle, match: {name: c*}, budget: {cpu: 30s, per: 10m, kind: bucket,\n"          \
    "     then: {sched.cap: 20}}}\n"                                                               \
    "  - {name: together, match: all, budget: {cpu: 5m, per: 10m, shared: true,\n"                 \
    "     then: {sched.weight: 50}}}\n"                                                            \
    "  - {name: loud, match: all, if: {where: cpu>50, for: 20s}, at_most: {sched.weight: 99}}\n"

static void host_make(struct host *h)
{
    host_init(h, POLICY);
    h->boot = UINT64_MAX - 5;
    guest_add(h, "a1", 1, 1.0);
    guest_add(h, "b1", 2, 1.5);
    guest_add(h, "c1", 1, 0.4);
    host_tick(h);
}

/* The engine is written, thrown away, and read. */
static void swap(struct host *h, uint64_t seq)
{
    struct xd_buf b = XD_BUF_INIT, again = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    xd_ledger_write(h->e, seq, &b);
    xd_engine_free(h->e);
    if (xd_ledger_read(h->p, "ledger", b.s, b.len, &h->e, &err) < 0)
        fail_msg("%s\n%s", err.text, b.s);
    xd_ledger_write(h->e, seq, &again);
    assert_string_equal(again.s, b.s);
    xd_buf_done(&b);
    xd_buf_done(&again);
}

static void test_goes_on(void **state)
{
    struct host kept, swapped;

    host_make(&kept);
    host_make(&swapped);
    for (int i = 0; i < 900; i++) {
        host_go(&kept, S, S);
        host_go(&swapped, S, S);
        if (i % 7 == 0)
            swap(&swapped, (uint64_t)i + 1);
        for (size_t g = 0; g < 3; g++) {
            assert_int_equal(kept.guest[g].cap, swapped.guest[g].cap);
            assert_int_equal(kept.guest[g].weight, swapped.guest[g].weight);
            assert_int_equal(kept.guest[g].total_ns, swapped.guest[g].total_ns);
        }
    }
    host_done(&kept);
    host_done(&swapped);
}

/* All that was used while nobody looked comes into one slot of a sliding window: what the engine
 * writes of it, it also reads, and the budget is used up as long as that slot counts. */
static void test_after_long_outages(void **state)
{
    struct host h;

    host_init(&h, "policy: p\nrules:\n  - {name: slide, match: all, budget: {cpu: 400d, per: 400d, "
                  "then: {sched.cap: 20}, counts: all}}\n");
    guest_add(&h, "a1", 512, 0);
    host_tick(&h);
    for (int i = 1; i <= 130; i++) {
        host_run(&h, 10 * 24 * H);
        h.guest[0].cpu_ns += (uint64_t)INT64_MAX / 200;
        host_tick(&h);
        swap(&h, (uint64_t)i);
        assert_int_equal(h.guest[0].cap, 20);
    }
    host_run(&h, 404 * 24 * H);
    host_tick(&h);
    assert_int_equal(xd_engine_account(h.e, xd_engine_find(h.e, "a1"), 0)->left, 400 * 24 * H);
    host_done(&h);
}

/* The first sample after a start has no rates: what they began isn't ended by that. */
static void test_no_rate_yet(void **state)
{
    struct host h;

    host_init(&h,
              "policy: p\nrules:\n"
              "  - {name: loud, match: all, if: {where: cpu>50}, at_most: {sched.weight: 99}}\n");
    guest_add(&h, "a1", 1, 1.0);
    host_tick(&h);
    host_go(&h, 3 * S, S);
    assert_int_equal(h.guest[0].weight, 99);
    swap(&h, 1);
    xd_snapshot_unref(h.last);
    h.last = NULL;
    host_go(&h, S, S);
    assert_int_equal(h.guest[0].weight, 99);
    h.guest[0].wants = 0.1;
    host_go(&h, S, S);
    assert_int_equal(h.guest[0].weight, 256);
    host_done(&h);
}

/* A cap that a dead process left is not taken for what the domain had by itself. */
static void test_what_was_before_is_known(void **state)
{
    struct host h;

    host_make(&h);
    host_go(&h, 40 * S, S);
    assert_int_equal(h.guest[0].cap, 20);
    swap(&h, 1);
    host_go(&h, 2 * S, S);
    assert_int_equal(xd_engine_exit(h.e) > 0, 1);
    host_obey(&h);
    assert_int_equal(h.guest[0].cap, 0);
    host_done(&h);
}

/* Another run of the monotonic clock, and what the old one had is still an hour ago. */
static void test_after_a_reboot(void **state)
{
    struct host h;

    host_make(&h);
    host_go(&h, 40 * S, S);
    int64_t t = xd_engine_time(h.e);
    swap(&h, 1);
    h.boot = 7;
    h.mono_ns += 10 * H; /* says nothing about how long the host was down */
    h.wall_ns += 60 * S;
    for (size_t i = 0; i < 3; i++) {
        h.guest[i].cpu_ns = 0;
        h.guest[i].cap = 0;
    }
    host_tick(&h);
    assert_int_equal(xd_engine_time(h.e) - t, 60 * S);
    assert_int_equal(h.guest[0].cap, 20);
    host_done(&h);
}

static void test_torn(void **state)
{
    struct host h;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_engine *e;
    uint64_t seq;

    host_make(&h);
    host_go(&h, 40 * S, S);
    xd_ledger_write(h.e, 9, &b);
    assert_int_equal(xd_ledger_check("x", b.s, b.len, &seq, NULL), 0);
    assert_int_equal(seq, 9);
    for (size_t n = 0; n < b.len; n++)
        assert_true(xd_ledger_read(h.p, "x", b.s, n, &e, NULL) < 0);
    for (size_t i = 0; i < b.len; i++) { /* any one bit */
        b.s[i] ^= 1 << i % 7;
        assert_true(xd_ledger_read(h.p, "x", b.s, b.len, &e, NULL) < 0);
        b.s[i] ^= 1 << i % 7;
    }
    assert_true(xd_ledger_read(h.p, "x", b.s, b.len - 1, &e, &err) < 0);
    assert_string_equal(err.text, "x: it is torn: its end or its sum is not right");
    xd_buf_done(&b);
    host_done(&h);
}

static void test_the_newest_whole_one(void **state)
{
    struct host h;
    struct xd_buf one = XD_BUF_INIT, two = XD_BUF_INIT;

    host_make(&h);
    xd_ledger_write(h.e, 1, &one);
    host_go(&h, 5 * S, S);
    xd_ledger_write(h.e, 2, &two);
    struct xd_ledger_copy both[] = {{one.s, one.len}, {two.s, two.len}};
    assert_int_equal(xd_ledger_choose(both, 2), 1);
    struct xd_ledger_copy turned[] = {{two.s, two.len}, {one.s, one.len}};
    assert_int_equal(xd_ledger_choose(turned, 2), 0);
    both[1].len /= 2; /* the newer one is torn */
    assert_int_equal(xd_ledger_choose(both, 2), 0);
    both[0].text = NULL;
    assert_int_equal(xd_ledger_choose(both, 2), -1);
    xd_buf_done(&one);
    xd_buf_done(&two);
    host_done(&h);
}

static void test_another_policy(void **state)
{
    struct host h;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_engine *e;
    struct xd_policy *p;

    host_make(&h);
    host_go(&h, 20 * S, S);
    xd_ledger_write(h.e, 1, &b);
    /* more CPU time in the same window: what was used stays used. Another window: a new account. */
    p = policy_of("policy: q\nrules:\n"
                  "  - {name: slide, match: {name: a*}, budget: {cpu: 50s, per: 10m, then: "
                  "{sched.cap: 20}}}\n"
                  "  - {name: fix, match: {name: b*}, budget: {cpu: 30s, per: 20m, kind: fixed, "
                  "then: {sched.cap: 20}}}\n");
    assert_int_equal(xd_ledger_read(p, "x", b.s, b.len, &e, NULL), 0);
    assert_int_equal(xd_engine_account(e, xd_engine_find(e, "a1"), 0)->left, 30 * S);
    assert_false(xd_engine_account(e, xd_engine_find(e, "b1"), 1)->begun);
    xd_engine_free(e);
    xd_policy_free(p);
    xd_buf_done(&b);
    host_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_what_was_before_is_known),
        cmocka_unit_test(test_after_long_outages),
        cmocka_unit_test(test_no_rate_yet),
        cmocka_unit_test(test_after_a_reboot),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_the_newest_whole_one),
        cmocka_unit_test(test_another_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
