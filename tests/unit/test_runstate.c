/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/runstate: where vCPUs' time goes, by records made by hand, and by a trace that xentrace took
 * in the lab, against what xenalyze makes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "trace_help.h"
#include "xen/runstate.h"

#define RUN     XD_RUN_RUNNING
#define READY   XD_RUN_RUNNABLE
#define BLOCKED XD_RUN_BLOCKED
#define OFFLINE XD_RUN_OFFLINE

static struct xd_runstates *r;

static int setup(void **state)
{
    r = xd_runstates_new(4, 1000);
    return 0;
}

static int teardown(void **state)
{
    xd_runstates_free(r);
    return 0;
}

static void change(uint64_t tsc, unsigned cpu, unsigned domid, unsigned from, unsigned to)
{
    struct xd_trace_event e = {.tsc = tsc,
                               .cpu = (uint16_t)cpu,
                               .domid = (uint16_t)domid,
                               .kind = XD_TRACE_CHANGE,
                               .from = (uint8_t)from,
                               .to = (uint8_t)to};

    xd_runstates_event(r, &e);
}

static void goes_on(uint64_t tsc, unsigned cpu, unsigned domid)
{
    struct xd_trace_event e = {
        .tsc = tsc, .cpu = (uint16_t)cpu, .domid = (uint16_t)domid, .kind = XD_TRACE_CONTINUE};

    xd_runstates_event(r, &e);
}

static void lost(uint64_t first, uint64_t tsc, unsigned cpu, uint32_t n)
{
    struct xd_trace_event e = {
        .tsc = tsc, .first_tsc = first, .cpu = (uint16_t)cpu, .kind = XD_TRACE_LOST, .lost = n};

    xd_runstates_event(r, &e);
}

static const struct xd_vcpu_time *at(uint64_t now, unsigned domid)
{
    xd_runstates_sample(r, now);
    return xd_runstates_get(r, (uint16_t)domid, 0);
}

static void times_are(const struct xd_vcpu_time *v, uint64_t run, uint64_t ready, uint64_t blocked,
                      uint64_t offline, uint64_t unknown)
{
    assert_non_null(v);
    assert_int_equal(v->cycles[RUN], run);
    assert_int_equal(v->cycles[READY], ready);
    assert_int_equal(v->cycles[BLOCKED], blocked);
    assert_int_equal(v->cycles[OFFLINE], offline);
    assert_int_equal(v->unknown, unknown);
}

static void each_state_gets_its_time_and_the_last_goes_on_until_now(void **state)
{
    change(1100, 0, 1, BLOCKED, READY);
    change(1130, 0, 1, READY, RUN);
    change(1200, 0, 1, RUN, BLOCKED);
    times_are(at(1500, 1), 70, 30, 100 + 300, 0, 0);
    assert_int_equal(xd_runstates_get(r, 1, 0)->interval, 500);
}

static void the_first_record_says_what_was_before_it(void **state)
{
    change(1400, 0, 1, RUN, BLOCKED);
    times_are(at(1500, 1), 400, 0, 100, 0, 0);
}

static void running_on_says_so_too(void **state)
{
    goes_on(1400, 2, 1);
    times_are(at(1500, 1), 500, 0, 0, 0, 0);
}

static void who_was_never_heard_of_has_no_account(void **state)
{
    assert_null(at(1500, 9));
    assert_false(xd_runstates_knows(r, 9, 0));
}

static void without_a_record_what_xen_says_counts_from_the_start(void **state)
{
    xd_runstates_seen(r, 1, 0, 0, BLOCKED);
    assert_true(xd_runstates_knows(r, 1, 0));
    times_are(at(1500, 1), 0, 0, 500, 0, 0);
}

static void what_xen_says_is_nothing_beside_a_record(void **state)
{
    change(1100, 0, 1, BLOCKED, RUN);
    xd_runstates_seen(r, 1, 0, 0, BLOCKED);
    times_are(at(1500, 1), 400, 0, 100, 0, 0);
}

/* A domain made later did not sleep since the beginning of time. */
static void a_new_vcpu_begins_where_it_was_not_known_last(void **state)
{
    xd_runstates_sample(r, 5000);
    change(5100, 0, 1, OFFLINE, READY);
    change(5200, 0, 1, READY, RUN);
    times_are(at(5500, 1), 300, 100, 0, 100, 0);
}

static void time_held_back_by_a_cap_is_not_ready_time(void **state)
{
    change(1100, 0, 1, RUN, OFFLINE);
    change(1300, 0, 1, OFFLINE, RUN); /* as credit2 does it when there is budget again */
    times_are(at(1500, 1), 300, 0, 0, 200, 0);
    assert_int_equal(xd_runstates_get(r, 1, 0)->wakes, 0);
}

static void wakes_have_a_latency_and_preemptions_have_none(void **state)
{
    const struct xd_vcpu_time *v;

    change(1100, 1, 1, BLOCKED, READY);
    change(1140, 0, 1, READY, RUN);
    change(1200, 0, 1, RUN, READY); /* preempted */
    change(1250, 0, 1, READY, RUN);
    change(1300, 0, 1, RUN, BLOCKED);
    change(1400, 1, 1, BLOCKED, READY);
    change(1410, 0, 1, READY, RUN);
    v = at(1500, 1);
    assert_int_equal(v->wakes, 2);
    assert_int_equal(v->waked, 2);
    assert_int_equal(v->wake_cycles, 50);
    assert_int_equal(v->wake_most, 40);
    v = at(1600, 1); /* of the next interval: none; the count stays */
    assert_int_equal(v->wakes, 2);
    assert_int_equal(v->waked, 0);
    assert_int_equal(v->wake_most, 0);
}

static void moves_are_counted_where_it_runs(void **state)
{
    change(1100, 0, 1, READY, RUN);
    change(1200, 0, 1, RUN, BLOCKED);
    change(1300, 3, 1, BLOCKED, READY); /* woken from another pCPU: no move */
    change(1310, 0, 1, READY, RUN);
    change(1400, 0, 1, RUN, READY);
    change(1450, 2, 1, READY, RUN);
    assert_int_equal(at(1500, 1)->moves, 1);
}

static void blames(unsigned i, const struct xd_vcpu_time *v, unsigned domid, uint64_t cycles)
{
    assert_true(i < v->n_blamed);
    assert_int_equal(v->blamed[i].domid, domid);
    assert_int_equal(v->blamed[i].cycles, cycles);
}

static void who_waits_blames_those_who_run_meanwhile(void **state)
{
    const struct xd_vcpu_time *v;

    change(1000, 0, 1, RUN, READY);
    change(1000, 0, 2, READY, RUN);
    change(1100, 0, 2, RUN, READY);
    change(1100, 0, 3, READY, RUN);
    change(1150, 1, 4, READY, RUN); /* elsewhere: not its affair */
    v = at(1400, 1);
    assert_int_equal(v->ready, 400);
    assert_int_equal(v->n_blamed, 2);
    blames(0, v, 3, 300);
    blames(1, v, 2, 100);
    change(1500, 0, 3, RUN, BLOCKED);
    change(1500, 0, 1, READY, RUN);
    v = at(2000, 1); /* only of the new interval */
    assert_int_equal(v->n_blamed, 1);
    blames(0, v, 3, 100);
}

static void an_idle_pcpu_is_nobody_to_blame(void **state)
{
    const struct xd_vcpu_time *v;

    change(1000, 0, 1, RUN, BLOCKED);
    change(1000, 0, XD_TRACE_IDLE_DOMID, READY, RUN);
    change(1200, 1, 1, BLOCKED, READY);
    change(1230, 0, XD_TRACE_IDLE_DOMID, RUN, READY);
    change(1230, 0, 1, READY, RUN);
    v = at(1300, 1);
    assert_int_equal(v->ready, 30);
    assert_int_equal(v->n_blamed, 0);
    assert_null(xd_runstates_get(r, XD_TRACE_IDLE_DOMID, 0));
}

static void only_those_who_matter_are_blamed(void **state)
{
    const struct xd_vcpu_time *v;
    uint64_t tsc = 1000;

    change(tsc, 0, 1, RUN, READY);
    for (unsigned d = 2; d < 40; d++, tsc += 10 * d) {
        change(tsc, 0, d, READY, RUN);
        change(tsc + 10 * d, 0, d, RUN, READY);
    }
    v = at(tsc, 1);
    assert_int_equal(v->n_blamed, XD_BLAMED_MAX);
    blames(0, v, 39, 390);
}

/* --- what was lost --- */

static void lost_time_is_unknown_and_not_of_any_state(void **state)
{
    change(1100, 0, 1, RUN, BLOCKED);
    lost(1200, 1300, 0, 7);
    change(1400, 0, 1, RUN, BLOCKED); /* it ran, since when the gap ended at the latest */
    times_are(at(1500, 1), 100 + 100, 0, 100 + 100, 0, 100);
    assert_int_equal(xd_runstates_lost(r, NULL), 7);
}

static void who_runs_elsewhere_is_known_all_the_while(void **state)
{
    change(1100, 2, 1, READY, RUN);
    lost(1200, 1300, 0, 1);
    times_are(at(1500, 1), 400, 100, 0, 0, 0);
}

static void after_a_loss_without_a_record_nothing_is_known(void **state)
{
    change(1100, 0, 1, RUN, BLOCKED);
    lost(1200, 1300, 0, 1);
    times_are(at(1500, 1), 100, 0, 100, 0, 300);
    assert_false(xd_runstates_knows(r, 1, 0));
    times_are(at(1600, 1), 100, 0, 100, 0, 100);
}

static void a_state_nobody_told_of_makes_the_time_before_unknown(void **state)
{
    change(1100, 0, 1, RUN, BLOCKED);
    change(1300, 0, 1, RUN, READY);
    times_are(at(1400, 1), 100, 100, 0, 0, 200);
}

static void a_vcpu_first_heard_of_after_a_loss_is_unknown_before(void **state)
{
    lost(1100, 1300, 0, 1);
    change(1400, 0, 1, RUN, BLOCKED);
    times_are(at(1500, 1), 100, 0, 100, 0, 300);
}

static void a_domid_given_anew_begins_anew(void **state)
{
    change(1000, 0, 1, RUN, READY); /* it waits, and others are waited for */
    change(1000, 0, 2, READY, RUN);
    xd_runstates_forget(r, 1);
    assert_null(xd_runstates_get(r, 1, 0));
    change(1400, 0, 2, RUN, BLOCKED);
    times_are(at(1500, 2), 400, 0, 100, 0, 0);
    assert_null(xd_runstates_get(r, 1, 0));
}

static void records_that_come_late_do_not_turn_time_back(void **state)
{
    change(1100, 0, 1, BLOCKED, READY);
    xd_runstates_sample(r, 1500);
    change(1450, 0, 1, READY, RUN);
    times_are(at(1600, 1), 100, 400, 100, 0, 0);
}

/* --- a real trace --- */

#define FIXTURE "tests/fixtures/sched.trc"

static uint8_t *load(size_t *size)
{
    FILE *f = fopen(FIXTURE, "rb");
    uint8_t *bytes = malloc(1 << 20);

    assert_non_null(f);
    assert_non_null(bytes);
    *size = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

/* Within 2 % of what xenalyze says: it leaves out each vCPU's first and last stretch. */
static void near(uint64_t found, double count, double mean, double slack)
{
    double wanted = count * mean;

    if ((double)found < wanted * 0.98 - slack || (double)found > wanted * 1.02 + slack)
        fail_msg("found %llu cycles, wanted %.0f", (unsigned long long)found, wanted);
}

/* Two spinners and a guest with 30 % of load on pCPU 3, one with a cap of 40 on pCPU 2, an idle
 * one; two seconds at 2.1 GHz. The figures are those of `xenalyze --summary`: events × mean cycles.
 */
static void a_real_trace_adds_up_as_xenalyze_has_it(void **state)
{
    const double edge = 60e6; /* first and last stretch */
    struct xd_trace_merge *m = xd_trace_merge_new(4);
    struct xd_runstates *real = NULL;
    struct xd_trace_event e = {0};
    const struct xd_vcpu_time *v;
    uint64_t start = 0;
    size_t size;
    uint8_t *bytes = load(&size);

    assert_true(xentrace_read(m, bytes, size, UINT64_MAX / 2));
    while (xd_trace_merge_next(m, UINT64_MAX, &e)) {
        assert_int_not_equal(e.kind, XD_TRACE_LOST);
        if (!real)
            real = xd_runstates_new(4, start = e.tsc);
        xd_runstates_event(real, &e);
    }
    assert_non_null(real);
    xd_runstates_sample(real, e.tsc);
    for (uint16_t d = 1; d <= 5; d++) {
        uint64_t sum = 0;

        v = xd_runstates_get(real, d, 0);
        if (d == 4) { /* idle: no record of it */
            assert_null(v);
            continue;
        }
        assert_non_null(v);
        for (int i = 0; i < XD_RUN_N; i++)
            sum += v->cycles[i];
        assert_int_equal(sum + v->unknown, e.tsc - start);
        assert_int_equal(v->unknown, 0);
    }
    v = xd_runstates_get(real, 1, 0);
    near(v->cycles[RUN], 102, 16267109, edge);
    near(v->cycles[READY], 92, 28140441, edge);
    assert_int_equal(v->moves, 0);
    assert_int_equal(v->blamed[0].domid, 2);
    v = xd_runstates_get(real, 2, 0);
    near(v->cycles[RUN], 100, 14702419, edge);
    near(v->cycles[READY], 92, 29992010, edge);
    v = xd_runstates_get(real, 3, 0);
    near(v->cycles[RUN], 99, 13778882, edge);
    near(v->cycles[OFFLINE], 77, 36676624, edge);
    assert_int_equal(v->cycles[READY], 0);
    v = xd_runstates_get(real, 5, 0);
    near(v->cycles[BLOCKED], 15, 83568292, 2.5 * edge); /* its stretches are that long */
    near(v->wake_cycles, 15, 13887858, edge);
    assert_int_equal(v->waked, 16); /* xenalyze leaves out the first */
    free(bytes);
    xd_trace_merge_free(m);
    xd_runstates_free(real);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_state_gets_its_time_and_the_last_goes_on_until_now),
        TEST(the_first_record_says_what_was_before_it),
        TEST(running_on_says_so_too),
        TEST(who_was_never_heard_of_has_no_account),
        TEST(without_a_record_what_xen_says_counts_from_the_start),
        TEST(what_xen_says_is_nothing_beside_a_record),
        TEST(a_new_vcpu_begins_where_it_was_not_known_last),
        TEST(time_held_back_by_a_cap_is_not_ready_time),
        TEST(wakes_have_a_latency_and_preemptions_have_none),
        TEST(moves_are_counted_where_it_runs),
        TEST(who_waits_blames_those_who_run_meanwhile),
        TEST(an_idle_pcpu_is_nobody_to_blame),
        TEST(only_those_who_matter_are_blamed),
        TEST(lost_time_is_unknown_and_not_of_any_state),
        TEST(who_runs_elsewhere_is_known_all_the_while),
        TEST(after_a_loss_without_a_record_nothing_is_known),
        TEST(a_state_nobody_told_of_makes_the_time_before_unknown),
        TEST(a_vcpu_first_heard_of_after_a_loss_is_unknown_before),
        TEST(a_domid_given_anew_begins_anew),
        TEST(records_that_come_late_do_not_turn_time_back),
        cmocka_unit_test(a_real_trace_adds_up_as_xenalyze_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
