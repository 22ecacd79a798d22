/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/trace: records as Xen writes them and as nobody should, rings that wrap, and the order of
 * time over many rings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "trace_help.h"

static struct xd_trace_event decode(const struct words *o)
{
    struct xd_trace_event e = {0};

    assert_int_equal(xd_trace_decode(o->w, 4 * o->n, &e), 4 * o->n);
    return e;
}

static void a_change_of_runstate_is_read(void **state)
{
    struct words o = {.n = 0};
    struct xd_trace_event e;

    record_change(&o, 0x123456789abcull, 7, 3, XD_RUN_BLOCKED, XD_RUN_RUNNABLE);
    e = decode(&o);
    assert_int_equal(e.kind, XD_TRACE_CHANGE);
    assert_true(e.timed);
    assert_int_equal(e.tsc, 0x123456789abcull);
    assert_int_equal(e.domid, 7);
    assert_int_equal(e.vcpu, 3);
    assert_int_equal(e.from, XD_RUN_BLOCKED);
    assert_int_equal(e.to, XD_RUN_RUNNABLE);
}

static void running_on_and_lost_records_are_read(void **state)
{
    struct words go_on = {.n = 0}, lost = {.n = 0};
    uint32_t data = 1 | 5u << 16;
    struct xd_trace_event e;

    record(&go_on, TRC_CONTINUE, true, 9, 1, &data);
    e = decode(&go_on);
    assert_int_equal(e.kind, XD_TRACE_CONTINUE);
    assert_int_equal(e.domid, 5);
    assert_int_equal(e.vcpu, 1);
    record_lost(&lost, 5000, 42, 0x100000001ull);
    e = decode(&lost);
    assert_int_equal(e.kind, XD_TRACE_LOST);
    assert_int_equal(e.lost, 42);
    assert_int_equal(e.first_tsc, 0x100000001ull);
}

static void other_records_are_passed_over_by_their_length(void **state)
{
    uint32_t data[7] = {0};

    for (size_t n = 0; n <= 7; n++)
        for (int timed = 0; timed <= 1; timed++) {
            struct words o = {.n = 0};
            struct xd_trace_event e;

            record(&o, TRC_WRAP, timed, 1, n, data);
            e = decode(&o);
            assert_int_equal(e.kind, XD_TRACE_OTHER);
            assert_int_equal(e.timed, timed);
        }
}

static void a_record_that_is_cut_off_is_none(void **state)
{
    struct words o = {.n = 0};
    struct xd_trace_event e;

    record_change(&o, 1, 1, 1, 0, 1);
    for (size_t n = 0; n < 4 * o.n; n++)
        assert_int_equal(xd_trace_decode(o.w, n, &e), 0);
}

/* A change without the word that says whose: nothing Xen writes, and nothing to believe. */
static void a_change_of_nobody_is_no_change(void **state)
{
    struct words o = {.n = 0};

    record(&o, TRC_CHANGE, true, 1, 0, NULL);
    assert_int_equal(decode(&o).kind, XD_TRACE_OTHER);
}

/* --- rings --- */

#define DATA 56u /* bytes: room for three and a half records of 16 */
struct ring {
    uint32_t cons, prod;
    uint8_t data[DATA];
};

/* Writes as Xen does: indices go to twice the size. */
static void put(struct ring *r, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        r->data[(r->prod + i) % DATA] = ((const uint8_t *)bytes)[i];
    r->prod = (uint32_t)((r->prod + n) % (2 * DATA));
}

static void a_ring_is_read_round_its_end_as_often_as_it_wraps(void **state)
{
    struct ring r = {0};
    uint8_t out[sizeof(r)];

    for (uint32_t i = 0; i < 100; i++) {
        uint32_t words[10];
        size_t n;
        bool full;

        for (uint32_t k = 0; k < 10; k++)
            words[k] = 1000 * i + k;
        put(&r, words, sizeof(words));
        assert_false(xd_trace_ring_empty(&r));
        assert_int_equal(xd_trace_ring_take(&r, sizeof(r), out, &n, &full, NULL), 0);
        assert_int_equal(n, sizeof(words));
        assert_memory_equal(out, words, sizeof(words));
        assert_true(xd_trace_ring_empty(&r));
    }
}

static void a_full_ring_is_not_an_empty_one(void **state)
{
    struct ring r = {.cons = DATA, .prod = 0};
    uint8_t out[sizeof(r)];
    size_t n;
    bool full;

    assert_int_equal(xd_trace_ring_take(&r, sizeof(r), out, &n, &full, NULL), 0);
    assert_int_equal(n, DATA);
    assert_true(full);
    assert_int_equal(r.cons, 0);
}

static void indices_that_cannot_be_empty_the_ring(void **state)
{
    static const uint32_t bad[][2] = {{2, 8},        {8, 6},           {2 * DATA, 0}, {0, 2 * DATA},
                                      {0, DATA + 4}, {UINT32_MAX, 12}, {16, 8}};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ring r = {.cons = bad[i][0], .prod = bad[i][1]};
        struct xd_err err = XD_ERR_INIT;
        uint8_t out[sizeof(r)];
        size_t n = 1;
        bool full;

        assert_int_equal(xd_trace_ring_take(&r, sizeof(r), out, &n, &full, &err), -EBADMSG);
        assert_int_equal(n, 0);
        assert_true(xd_trace_ring_empty(&r));
        assert_true(err.text[0]);
    }
}

/* --- the order of time --- */

static void events_of_many_rings_come_in_the_order_of_time(void **state)
{
    struct xd_trace_merge *m = xd_trace_merge_new(5);
    struct xd_trace_event e;
    uint64_t before = 0;
    int n = 0;

    for (unsigned cpu = 0; cpu < 5; cpu++)
        for (unsigned round = 0; round < 3; round++) {
            struct words o = {.n = 0};

            for (unsigned i = 0; i < 20; i++)
                record_change(&o, 1000 * round + 37 * i + 11 * cpu, cpu, 0, 0, 1);
            xd_trace_merge_add(m, cpu, o.w, 4 * o.n, 3000);
        }
    while (xd_trace_merge_next(m, 10000, &e)) {
        assert_true(e.tsc >= before);
        assert_int_equal(e.cpu, e.domid);
        before = e.tsc;
        n++;
    }
    assert_int_equal(n, 5 * 3 * 20);
    xd_trace_merge_free(m);
}

/* Of what is younger, another ring may have something older that was not read yet. */
static void what_is_younger_than_the_reading_waits(void **state)
{
    struct xd_trace_merge *m = xd_trace_merge_new(2);
    struct words a = {.n = 0}, b = {.n = 0};
    struct xd_trace_event e;

    record_change(&a, 100, 1, 0, 0, 1);
    record_change(&a, 205, 2, 0, 0, 1);
    xd_trace_merge_add(m, 0, a.w, 4 * a.n, 210);
    assert_true(xd_trace_merge_next(m, 200, &e));
    assert_false(xd_trace_merge_next(m, 200, &e));
    record_change(&b, 203, 3, 0, 0, 1);
    xd_trace_merge_add(m, 1, b.w, 4 * b.n, 300);
    assert_true(xd_trace_merge_next(m, 300, &e));
    assert_int_equal(e.domid, 3);
    assert_true(xd_trace_merge_next(m, 300, &e));
    assert_int_equal(e.domid, 2);
    assert_false(xd_trace_merge_next(m, 300, &e));
    xd_trace_merge_free(m);
}

static void time_does_not_go_back_within_a_ring(void **state)
{
    struct xd_trace_merge *m = xd_trace_merge_new(1);
    struct words o = {.n = 0};
    struct xd_trace_event e;

    record_change(&o, 500, 1, 0, 0, 1);
    record_change(&o, 3, 2, 0, 0, 1);
    xd_trace_merge_add(m, 0, o.w, 4 * o.n, 600);
    assert_true(xd_trace_merge_next(m, 600, &e));
    assert_true(xd_trace_merge_next(m, 600, &e));
    assert_int_equal(e.domid, 2);
    assert_int_equal(e.tsc, 500);
    xd_trace_merge_free(m);
}

static void what_cannot_be_read_is_lost_and_said_so(void **state)
{
    struct xd_trace_merge *m = xd_trace_merge_new(1);
    struct words o = {.n = 0};
    struct xd_trace_event e;

    record_change(&o, 100, 1, 0, 0, 1);
    record_change(&o, 150, 2, 0, 0, 1);
    xd_trace_merge_add(m, 0, o.w, 4 * o.n - 4, 900); /* the second is torn */
    assert_true(xd_trace_merge_next(m, 900, &e));
    assert_int_equal(e.domid, 1);
    assert_true(xd_trace_merge_next(m, 900, &e));
    assert_int_equal(e.kind, XD_TRACE_LOST);
    assert_int_equal(e.first_tsc, 100);
    assert_int_equal(e.tsc, 900);
    assert_false(xd_trace_merge_next(m, UINT64_MAX, &e));
    xd_trace_merge_free(m);
}

static void a_record_of_the_far_future_does_not_hold_up_its_ring(void **state)
{
    struct xd_trace_merge *m = xd_trace_merge_new(1);
    struct words o = {.n = 0};
    struct xd_trace_event e;

    record_change(&o, UINT64_MAX / 2, 1, 0, 0, 1);
    record_change(&o, 150, 2, 0, 0, 1);
    xd_trace_merge_add(m, 0, o.w, 4 * o.n, 900);
    assert_true(xd_trace_merge_next(m, 900, &e));
    assert_int_equal(e.domid, 2);
    assert_true(xd_trace_merge_next(m, 900, &e));
    assert_int_equal(e.kind, XD_TRACE_LOST);
    xd_trace_merge_free(m);
}

static void cycles_become_ns_without_overflow(void **state)
{
    assert_int_equal(xd_tsc_to_ns(2100000, 2100), 1000000000);
    assert_int_equal(xd_tsc_to_ns(UINT64_C(1) << 62, 4000000), (UINT64_C(1) << 60));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_of_runstate_is_read),
        cmocka_unit_test(running_on_and_lost_records_are_read),
        cmocka_unit_test(other_records_are_passed_over_by_their_length),
        cmocka_unit_test(a_record_that_is_cut_off_is_none),
        cmocka_unit_test(a_change_of_nobody_is_no_change),
        cmocka_unit_test(a_ring_is_read_round_its_end_as_often_as_it_wraps),
        cmocka_unit_test(a_full_ring_is_not_an_empty_one),
        cmocka_unit_test(indices_that_cannot_be_empty_the_ring),
        cmocka_unit_test(events_of_many_rings_come_in_the_order_of_time),
        cmocka_unit_test(what_is_younger_than_the_reading_waits),
        cmocka_unit_test(time_does_not_go_back_within_a_ring),
        cmocka_unit_test(what_cannot_be_read_is_lost_and_said_so),
        cmocka_unit_test(a_record_of_the_far_future_does_not_hold_up_its_ring),
        cmocka_unit_test(cycles_become_ns_without_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
