/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/why: figures in, one sentence out, and the right one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "xen/why.h"

static struct xd_why_vcpu vcpus[4];
static struct xd_why_domain d;
static struct xd_why why;

/* web1 with one vCPU on pCPU 1 of a pool of 8, at ease. */
static int setup(void **state)
{
    vcpus[0] = (struct xd_why_vcpu){.online = true, .pcpu = 1, .run = 20, .ready = 1, .idle = 79};
    for (unsigned i = 1; i < 4; i++) {
        vcpus[i] = vcpus[0];
        vcpus[i].id = i;
    }
    d = (struct xd_why_domain){.name = "web1",
                               .state = "run",
                               .pool = "Pool-0",
                               .pool_cpus = 8,
                               .pool_busy = 40,
                               .vcpus = vcpus,
                               .n = 1};
    return 0;
}

static void says(enum xd_why_cause cause, const char *text)
{
    xd_why_explain(&d, &why);
    assert_string_equal(why.text, text);
    assert_int_equal(why.cause, cause);
}

static void at_ease(void **state)
{
    says(XD_WHY_FINE,
         "web1 gets the CPU time it asks for (idle 79%, waiting 1% of the time): if it "
         "is slow, look at its disks, its network and its memory");
    assert_false(xd_why_is_trouble(why.cause));
}

static void pinned_beside_a_spinner(void **state)
{
    vcpus[0] = (struct xd_why_vcpu){.online = true,
                                    .pcpu = 1,
                                    .run = 50,
                                    .ready = 43,
                                    .idle = 7,
                                    .waits_for = "spin1/0 100%",
                                    .may = "1",
                                    .n_may = 1};
    says(XD_WHY_PINNED,
         "web1 waits for a pCPU 43% of the time: spin1/0 has pCPU 1, to which web1/0 is pinned; "
         "widen vcpu.affinity or raise sched.weight");
    assert_true(xd_why_is_trouble(why.cause));
    vcpus[0].may = "1-2";
    vcpus[0].n_may = 2;
    vcpus[0].waits_for = "spin1/0 60%, my own/1 40%";
    says(XD_WHY_PINNED, "web1 waits for a pCPU 43% of the time: spin1/0 and others have pCPU 1, "
                        "and web1/0 may only "
                        "use 1-2; widen vcpu.affinity or raise sched.weight");
}

/* A wider affinity does not help where all pCPUs are busy. */
static void the_whole_pool_is_busy(void **state)
{
    vcpus[0].ready = 30;
    vcpus[0].idle = 50;
    vcpus[0].may = "1";
    vcpus[0].n_may = 1;
    vcpus[0].waits_for = "a b/3 70%";
    d.pool_busy = 99.6;
    says(XD_WHY_FULL, "web1 waits for a pCPU 30% of the time: the 8 pCPUs of Pool-0 are 100% busy, "
                      "and a b/3 has pCPU 1; raise sched.weight, cap the others, or give the pool "
                      "more pCPUs");
}

static void waiting_beside_free_pcpus(void **state)
{
    vcpus[0].ready = 30;
    vcpus[0].idle = 50;
    vcpus[0].waits_for = "";
    vcpus[0].pcpu = -1;
    says(XD_WHY_UNLUCKY,
         "web1 waits for a pCPU 30% of the time: others have its pCPU, though Pool-0 "
         "is only 40% busy; its load comes in bursts, or the affinity of others "
         "keeps them where it runs");
    d.pool_busy = NAN;
    says(XD_WHY_UNLUCKY, "web1 waits for a pCPU 30% of the time: others have its pCPU; raise "
                         "sched.weight");
}

static void of_several_vcpus_the_worst_is_named(void **state)
{
    d.n = 4;
    vcpus[2].run = 20;
    vcpus[2].ready = 77;
    vcpus[2].idle = 3;
    vcpus[2].pcpu = 5;
    vcpus[2].waits_for = "db1/0 90%";
    d.pool_busy = 95;
    says(XD_WHY_FULL,
         "the vCPUs of web1 wait for a pCPU 20% of the time (web1/2 most: 77%): the 8 pCPUs of "
         "Pool-0 are 95% busy, and db1/0 has pCPU 5; raise sched.weight, cap the others, or give "
         "the pool more pCPUs");
    assert_true(fabs(why.ready - 20) < 0.01);
}

/* Their mean hides it. */
static void one_of_many_that_waits_is_noticed(void **state)
{
    d.n = 4;
    vcpus[1].ready = 16;
    vcpus[0].ready = vcpus[2].ready = vcpus[3].ready = 0;
    xd_why_explain(&d, &why);
    assert_true(why.ready < 5);
    assert_int_equal(why.cause, XD_WHY_UNLUCKY);
}

static void its_own_vcpus_are_in_the_way(void **state)
{
    d.n = 2;
    for (int i = 0; i < 2; i++) {
        vcpus[i].run = vcpus[i].ready = 50;
        vcpus[i].idle = 0;
        vcpus[i].may = "1";
        vcpus[i].n_may = 1;
        vcpus[i].waits_for = i ? "web1/0 100%" : "web1/1 100%";
    }
    says(XD_WHY_SELF,
         "the vCPUs of web1 wait for a pCPU 50% of the time (web1/0 most: 50%), mostly "
         "for its own web1/1: 2 vCPUs are more than the pCPUs 1 that they may use can "
         "run; widen vcpu.affinity, or take vCPUs away");
    vcpus[0].waits_for = "web10/0 100%"; /* another domain */
    xd_why_explain(&d, &why);
    assert_int_equal(why.cause, XD_WHY_PINNED);
}

static void held_by_a_cap(void **state)
{
    d.cap = 40;
    vcpus[0].run = 40;
    vcpus[0].ready = 0;
    vcpus[0].idle = 2;
    says(XD_WHY_CAP, "web1 is held back by its cap 58% of the time: it uses 40% of a pCPU and may "
                     "use 40%; raise sched.cap");
    d.cap = 0;
    xd_why_explain(&d, &why);
    assert_int_equal(why.cause, XD_WHY_HELD);
    assert_non_null(strstr(why.text, "not by a cap"));
}

/* Both hold it back: what costs more is told. */
static void a_cap_that_matters_less_is_not_told_first(void **state)
{
    d.cap = 40;
    vcpus[0].run = 30;
    vcpus[0].ready = 60;
    vcpus[0].idle = 0;
    xd_why_explain(&d, &why);
    assert_int_equal(why.cause, XD_WHY_UNLUCKY);
}

static void late_wake_ups(void **state)
{
    vcpus[0].wake_ns = 7000000;
    vcpus[0].wake_max_ns = 30000000;
    says(XD_WHY_LATE,
         "web1 gets its time, but late: after a wake-up web1/0 waits 7ms until it runs, "
         "30ms at most; raise sched.weight, or lower sched.ratelimit of its pool");
}

static void flat_out(void **state)
{
    vcpus[0].run = 97;
    vcpus[0].idle = 2;
    says(XD_WHY_BUSY, "web1 runs 97% of the time and hardly waits: its vCPU does what it can; "
                      "another one would help, or less work");
    d.n = 2;
    vcpus[1] = vcpus[0];
    says(XD_WHY_BUSY, "web1 runs 97% of the time and hardly waits: its 2 vCPUs do what they can; "
                      "more would help, or less work");
}

static void not_running_at_all(void **state)
{
    d.life = XD_WHY_PAUSED;
    says(XD_WHY_STOPPED, "web1 is paused: it runs again once it is unpaused");
    d.life = XD_WHY_ENDED;
    d.state = "crashed";
    says(XD_WHY_STOPPED, "web1 does not run: its state is crashed");
}

static void unknown_is_said_to_be(void **state)
{
    vcpus[0].ready = NAN;
    says(XD_WHY_UNKNOWN, "where the time of web1 goes is not known: wait for two samples");
    d.unknown = "another tracer (xentrace) holds Xen's trace buffers";
    says(XD_WHY_UNKNOWN,
         "where the time of web1 goes is not known: another tracer (xentrace) holds "
         "Xen's trace buffers");
    vcpus[0].online = false;
    says(XD_WHY_UNKNOWN, "web1 has no vCPU online");
}

static void vcpus_that_are_offline_do_not_count(void **state)
{
    d.n = 2;
    vcpus[1].online = false;
    vcpus[1].run = vcpus[1].ready = vcpus[1].idle = NAN;
    xd_why_explain(&d, &why);
    assert_int_equal(why.cause, XD_WHY_FINE);
}

static void a_long_name_does_not_break_the_sentence(void **state)
{
    char name[1025];

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    d.name = name;
    xd_why_explain(&d, &why);
    assert_true(strlen(why.text) < sizeof(why.text));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(at_ease),
        TEST(pinned_beside_a_spinner),
        TEST(the_whole_pool_is_busy),
        TEST(waiting_beside_free_pcpus),
        TEST(of_several_vcpus_the_worst_is_named),
        TEST(one_of_many_that_waits_is_noticed),
        TEST(its_own_vcpus_are_in_the_way),
        TEST(held_by_a_cap),
        TEST(a_cap_that_matters_less_is_not_told_first),
        TEST(late_wake_ups),
        TEST(flat_out),
        TEST(not_running_at_all),
        TEST(unknown_is_said_to_be),
        TEST(vcpus_that_are_offline_do_not_count),
        TEST(a_long_name_does_not_break_the_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
