/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host's ready times: what a vCPU wanted and did not get it waited for, its times add up,
 * and it is said who had the pCPU. */
#include "demo_rig.h"

static double ready(const struct rig *r, const char *vcpu)
{
    return xd_row_f64(&xd_vcpus_desc, rig_row(r, "vcpus", vcpu), XD_VCPU_READY, -1);
}

static const char *waits_on(const struct rig *r, const char *vcpu)
{
    return xd_row_str(rig_row(r, "vcpus", vcpu), XD_VCPU_WAITS_FOR, "nobody");
}

#define NEAR(found, wanted) assert_true((found) > (wanted)-1.5 && (found) < (wanted) + 1.5)

/* Running, runnable, blocked: there is nothing else for those that are online, not paused, and not
 * held back by a cap. */
static void times_add_up(void **state)
{
    const struct xd_table *t;
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    rig_sample(&r, 60 * S);
    t = rig_table(&r, "vcpus");
    for (size_t i = 0; i < t->n; i++) {
        const struct xd_row *v = t->rows[i];
        const char *domain = xd_row_str(v, XD_VCPU_DOMAIN, "");
        bool capped = xd_row_u64(rig_domain(&r, domain), XD_DOMAIN_CAP, 1) != 0;
        uint64_t all = 60 * (uint64_t)S + 100 * MS; /* and the step before the first look */
        uint64_t sum = xd_row_u64(v, XD_VCPU_RUN_NS, 0) + xd_row_u64(v, XD_VCPU_READY_NS, 0) +
                       xd_row_u64(v, XD_VCPU_BLOCKED_NS, 0);

        if (xd_row_u64(v, XD_VCPU_STATE, 9) == XD_VCPU_OFFLINE)
            assert_false(xd_row_has(v, XD_VCPU_READY_NS));
        else if (xd_streq(domain, "staging") || xd_streq(domain, "crm-old"))
            assert_int_equal(sum, 0);
        else if (capped)
            assert_true(sum <= all);
        else
            assert_int_equal(sum, all);
    }
    rig_close(&r);
}

/* Two that spin on one pCPU, the one with three times the weight. */
static void two_on_one(void **state)
{
    const struct xd_row *d;
    struct rig r;

    rig_open_text(&r, "domains:\n"
                      "- {name: Domain-0, memory: 1G}\n"
                      "- {name: rich, memory: 1G, cpus: 2, weight: 768, load: {curve: spin}}\n"
                      "- {name: poor, memory: 1G, cpus: 2, weight: 256, load: {curve: spin}}\n"
                      "- {name: free, memory: 1G, cpus: 3, load: {curve: spin}}\n");
    rig_sample(&r, 0);
    rig_sample(&r, 10 * S);
    NEAR(ready(&r, "rich/0"), 25);
    NEAR(ready(&r, "poor/0"), 75);
    NEAR(ready(&r, "free/0"), 0);
    assert_string_equal(waits_on(&r, "rich/0"), "poor/0 100%");
    assert_string_equal(waits_on(&r, "poor/0"), "rich/0 100%");
    assert_string_equal(waits_on(&r, "free/0"), "nobody");
    d = rig_domain(&r, "poor");
    NEAR(xd_row_f64(&xd_domains_desc, d, XD_DOMAIN_READY, -1), 75);
    /* Who never sleeps is never woken. */
    assert_int_equal(xd_row_u64(d, XD_DOMAIN_WAKES, 1), 0);
    assert_false(xd_row_has(d, XD_DOMAIN_WAKE_NS));
    rig_close(&r);
}

/* What its cap doesn't let it have it doesn't wait for: it is parked. */
static void a_cap_is_no_waiting(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    uint64_t before, after;
    struct rig r;

    rig_open_text(&r, "domains:\n"
                      "- {name: Domain-0, memory: 1G}\n"
                      "- {name: a, memory: 1G, cap: 40, load: {curve: spin}}\n");
    rig_sample(&r, 0);
    before = xd_row_u64(rig_row(&r, "vcpus", "a/0"), XD_VCPU_RUN_NS, 0);
    rig_sample(&r, 10 * S);
    after = xd_row_u64(rig_row(&r, "vcpus", "a/0"), XD_VCPU_RUN_NS, 0);
    assert_int_equal(after - before, 4 * (uint64_t)S);
    NEAR(ready(&r, "a/0"), 0);
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "a/0"), XD_VCPU_BLOCKED_NS, 1), 0);
    assert_string_equal(waits_on(&r, "a/0"), "nobody");
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "a", "none", &err), 0);
    rig_sample(&r, 10 * S);
    NEAR(rig_cpu(&r, "a"), 100);
    rig_close(&r);
}

/* Who sleeps now and then waits when he wakes, the longer the more others run. */
static void waking_takes_time(void **state)
{
    static const char shared[] =
        "domains:\n"
        "- {name: Domain-0, memory: 1G}\n"
        "- {name: a, memory: 1G, cpus: 2, load: {curve: constant, high: 70}}\n"
        "- {name: b, memory: 1G, cpus: 2, load: {curve: constant, high: 70}}\n"
        "- {name: c, memory: 1G, cpus: 3, load: {curve: constant, high: 70}}\n";
    uint64_t alone, together;
    struct rig r;

    rig_open_text(&r, shared);
    rig_sample(&r, 0);
    rig_sample(&r, 10 * S);
    alone = xd_row_u64(rig_row(&r, "vcpus", "c/0"), XD_VCPU_WAKE_NS, 0);
    together = xd_row_u64(rig_row(&r, "vcpus", "a/0"), XD_VCPU_WAKE_NS, 0);
    assert_in_range(alone, 1000, 20000);
    assert_in_range(together, 100000, 1000000); /* 20 ms in 100 for 71 wake-ups */
    assert_true(xd_row_u64(rig_row(&r, "vcpus", "a/0"), XD_VCPU_WAKE_MAX_NS, 0) >= 1000000);
    assert_true(xd_row_f64(&xd_vcpus_desc, rig_row(&r, "vcpus", "a/0"), XD_VCPU_WAKES_S, 0) > 100);
    rig_close(&r);
}

/* The newest interval is the time since the last look, and its figures stay until time goes on. */
static void the_interval_is_since_the_last_look(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, "domains:\n"
                      "- {name: Domain-0, memory: 1G}\n"
                      "- {name: a, memory: 1G, cpus: 2, load: {curve: spin}}\n"
                      "- {name: b, memory: 1G, cpus: 2, load: {curve: spin}}\n");
    rig_sample(&r, 5 * S);
    assert_string_equal(waits_on(&r, "a/0"), "b/0 100%");
    rig_sample(&r, 0);
    assert_string_equal(waits_on(&r, "a/0"), "b/0 100%");
    assert_int_equal(rig_act(&r, XD_ACTION_DESTROY, "b", &err), 0);
    rig_sample(&r, 5 * S);
    assert_string_equal(waits_on(&r, "a/0"), "nobody");
    rig_close(&r);
}

static void budgets_make_wait(void **state)
{
    struct rig r;

    rig_open(&r, "pools");
    rig_sample(&r, 0);
    rig_sample(&r, 10 * S);
    NEAR(rig_cpu(&r, "rt1"), 60); /* 30 ms in 100 for each of two, though they spin */
    NEAR(ready(&r, "rt1/0"), 70);
    assert_string_equal(waits_on(&r, "rt1/0"), "its budget 100%");
    NEAR(rig_cpu(&r, "rt2"), 340); /* has what is left of four pCPUs */
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_add_up),
        cmocka_unit_test(two_on_one),
        cmocka_unit_test(a_cap_is_no_waiting),
        cmocka_unit_test(waking_takes_time),
        cmocka_unit_test(the_interval_is_since_the_last_look),
        cmocka_unit_test(budgets_make_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
