/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host's faults: ordered at run time by verb, and by the scenario for a moment. */
#include <errno.h>
#include <time.h>

#include "demo_rig.h"

static int64_t real_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * S + ts.tv_nsec;
}

static uint64_t domain_u64(const struct rig *r, const char *name, int col)
{
    return xd_row_u64(rig_domain(r, name), col, UINT64_MAX);
}

/* --- slow and dead --- */

static void slow(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    int64_t began;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_control(&r, "fault slow 150ms 2", &err), 0);
    for (int i = 0; i < 3; i++) {
        began = real_now();
        rig_sample(&r, 100 * MS);
        if (i < 2)
            assert_true(real_now() - began >= 150 * MS);
    }
    rig_close(&r);
}

static bool stop_now(const struct xd_backend_env *env)
{
    return true;
}

static void slow_can_be_stopped(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    int64_t began = real_now();
    struct rig r;

    rig_open(&r, "tiny");
    assert_int_equal(rig_control(&r, "fault slow 1h", &err), 0);
    r.observer_env.stopping = stop_now;
    assert_int_equal(rig_try_sample(&r, 0, &err), -ECANCELED);
    assert_true(real_now() - began < 60 * S);
    rig_close(&r);
}

static void dead(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_control(&r, "fault dead 5s", &err), 0);
    assert_int_equal(rig_try_sample(&r, 1 * S, &err), -EIO);
    assert_string_equal(err.text, "the demo host answers nothing for another 4.0s: a fault "
                                  "\"dead\" was ordered");
    assert_int_equal(rig_try_sample(&r, 3900 * MS, &err), -EIO);
    assert_int_equal(rig_try_sample(&r, 100 * MS, &err), 0);
    assert_int_equal(rig_control(&r, "fault dead 5s", &err), 0);
    assert_int_equal(rig_control(&r, "fault clear", &err), 0);
    rig_sample(&r, 0);
    rig_close(&r);
}

/* --- somebody else --- */

static void changed_at_once(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    assert_int_equal(rig_control(&r, "fault change web1 sched.cap=60", &err), 0);
    assert_int_equal(rig_control(&r, "fault change vcpu/db1/1 vcpu.affinity=2-3", &err), 0);
    rig_sample(&r, 0);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_CAP), 60);
    assert_int_equal(xd_cpuset_count(rig_row(&r, "vcpus", "db1/1")->cell[XD_VCPU_HARD].set), 2);
    rig_close(&r);
}

/* Of every type; and what nobody could have done doesn't happen. */
static void changes_of_all_kinds(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "pools");
    assert_int_equal(rig_control(&r, "fault change rt1/0 sched.extratime=yes", &err), 0);
    assert_int_equal(rig_control(&r, "fault change rt1/1 sched.budget=20ms", &err), 0);
    assert_int_equal(rig_control(&r, "fault change web1 on.crash=preserve", &err), 0);
    assert_int_equal(rig_control(&r, "fault change web1 node.affinity=1", &err), 0);
    assert_int_equal(rig_control(&r, "fault change web1 pool=nowhere", &err), 0);
    assert_int_equal(rig_control(&r, "fault change web1 name=shop", &err), 0);
    rig_sample(&r, 0);
    assert_true(xd_row_u64(rig_row(&r, "vcpus", "rt1/0"), XD_VCPU_EXTRATIME, 0));
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "rt1/1"), XD_VCPU_BUDGET_US, 0), 20000);
    assert_int_equal(domain_u64(&r, "shop", XD_DOMAIN_ON_CRASH), 3);
    assert_string_equal(xd_row_str(rig_domain(&r, "shop"), XD_DOMAIN_POOL, ""), "Pool-0");
    assert_int_equal(xd_cpuset_count(rig_domain(&r, "shop")->cell[XD_DOMAIN_NODE_AFFINITY].set), 1);
    assert_int_equal(rig_control(&r, "fault change spare pool.name=x", &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "only those of domains and vCPUs can be changed by a fault"));
    rig_close(&r);
}

/* Nobody sees it coming: the screen still shows the old value when the edit begins. */
static void changed_before_an_edit(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;
    struct rig r;

    rig_open(&r, "tiny");
    assert_int_equal(rig_control(&r, "fault change domain/web1 sched.cap=60 edit", &err), 0);
    rig_sample(&r, 0);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_CAP), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_WEIGHT, "web1", &v, &err), 0); /* another knob */
    rig_sample(&r, 0);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_CAP), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "web1", &v, &err), 0);
    assert_int_equal(v.cell.u, 60);
    /* Once. */
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "40", &err), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "web1", &v, &err), 0);
    assert_int_equal(v.cell.u, 40);
    rig_close(&r);
}

static void changed_after_a_write(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_control(&r, "fault change web1 sched.cap=60 after", &err), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "web1", &v, &err), 0);
    assert_int_equal(v.cell.u, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "40", &err), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "web1", &v, &err), 0);
    assert_int_equal(v.cell.u, 60);
    rig_close(&r);
}

static void accepted_and_not_done(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_control(&r, "fault ignore 1 web1", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "db1", "40", &err), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "db1", &v, &err), 0);
    assert_int_equal(v.cell.u, 40);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "40", &err), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "web1", &v, &err), 0);
    assert_int_equal(v.cell.u, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "40", &err), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "web1", &v, &err), 0);
    assert_int_equal(v.cell.u, 40);
    rig_close(&r);
}

static void vanished(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_control(&r, "fault vanish web1 edit", &err), 0);
    rig_sample(&r, 2 * S);
    assert_int_equal(rig_read(&r, XD_KNOB_CAP, "web1", &v, &err), -ESRCH);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "40", &err), -ESRCH);
    assert_non_null(strstr(err.text, "domain web1 (UUID "));
    assert_non_null(strstr(err.text, ") is not on this host any more"));
    rig_sample(&r, 0);
    assert_null(rig_find(&r, "domains", "web1"));
    assert_int_equal(rig_control(&r, "fault vanish db1", &err), 0);
    rig_sample(&r, 0);
    assert_int_equal(rig_table(&r, "domains")->n, 1);
    rig_close(&r);
}

/* --- what can't be ordered --- */

static void bad_orders(void **state)
{
    static const struct {
        const char *verb;
        int rc;
        const char *text;
    } cases[] = {
        {"dance", -ENOTSUP, "the demo host knows the verb \"fault …\" and not \"dance\""},
        {"fault", -EINVAL, "wanted a fault: slow, dead, change, ignore or vanish"},
        {"fault slo 1s", -EINVAL,
         "the fault: wanted one of slow, dead, change, ignore, vanish, found \"slo\"; did you mean "
         "slow?"},
        {"fault slow", -EINVAL, "wanted \"fault slow TIME [TIMES]\""},
        {"fault slow 10", -EINVAL, NULL},
        {"fault slow 2d", -ERANGE, "the time: wanted at most 1d, found \"2d\""},
        {"fault dead 1s 2", -EINVAL, "wanted \"fault dead TIME\""},
        {"fault change web1 sched.cap", -EINVAL, "wanted KNOB=VALUE such as sched.cap=60"},
        {"fault change web1 sched.cup=1", -ENOENT,
         "there is no knob \"sched.cup\"; did you mean \"sched.cap\"?"},
        {"fault change web1 sched.weight=0", -ERANGE, "sched.weight: wanted 1 to 65535, found 0"},
        {"fault change web1 vcpu.affinity=0", -EINVAL,
         "wanted a vCPU such as web1/0 for knob vcpu.affinity, found \"web1\""},
        {"fault change web1/7 vcpu.affinity=0", -ENOENT, "domain web1 has no vCPU 7"},
        {"fault change web1/0 vcpu.affinity=8", -ERANGE, NULL},
        {"fault change web9 sched.cap=1", -ENOENT, "there is no domain \"web9\" on the demo host"},
        {"fault vanish Domain-0", -EPERM, "Domain-0 can't vanish: the host would be gone with it"},
        {"fault vanish web1 after", -EINVAL, "wanted \"fault vanish DOMAIN [now|edit]\""},
    };
    struct rig r;

    rig_open(&r, "tiny");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;

        assert_int_equal(rig_control(&r, cases[i].verb, &err), cases[i].rc);
        if (cases[i].text)
            assert_string_equal(err.text, cases[i].text);
    }
    for (int i = 0; i < 256; i++)
        assert_int_equal(rig_control(&r, "fault slow 1h", NULL), 0);
    assert_int_equal(rig_control(&r, "fault slow 1h", NULL), -ENOSPC);
    rig_close(&r);
}

/* --- by the scenario --- */

static void by_the_scenario(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, "domains:\n"
                      "- {name: Domain-0, memory: 1G}\n"
                      "- {name: web1, memory: 1G}\n"
                      "- {name: web2, memory: 1G}\n"
                      "faults:\n"
                      "- {at: 10s, kind: change, object: web1, knob: sched.weight, value: 77}\n"
                      "- {at: 20s, kind: vanish, object: web2}\n"
                      "- {at: 30s, kind: dead, for: 5s}\n"
                      "- {at: 40s, kind: ignore, times: 1}\n");
    rig_sample(&r, 9900 * MS);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_WEIGHT), 256);
    rig_sample(&r, 200 * MS);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_WEIGHT), 77);
    assert_non_null(rig_find(&r, "domains", "web2"));
    rig_sample(&r, 10 * S);
    assert_null(rig_find(&r, "domains", "web2"));
    assert_int_equal(rig_try_sample(&r, 10 * S, &err), -EIO);
    rig_sample(&r, 5 * S);
    rig_sample(&r, 6 * S);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "40", &err), 0);
    rig_sample(&r, 0);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_CAP), 0);
    rig_close(&r);
}

static void told_in_the_log(void **state)
{
    struct xd_log_line line;
    struct rig r;

    rig_open(&r, "tiny");
    assert_int_equal(rig_control(&r, "fault change web1 sched.cap=60 edit", NULL), 0);
    assert_int_equal(xd_log_tail(&r.log, &line, 1), 1);
    assert_string_equal(line.source, "demo");
    assert_string_equal(line.text,
                        "fault begins: sched.cap of web1 becomes 60 when it is edited next");
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow),
        cmocka_unit_test(slow_can_be_stopped),
        cmocka_unit_test(dead),
        cmocka_unit_test(changed_at_once),
        cmocka_unit_test(changes_of_all_kinds),
        cmocka_unit_test(changed_before_an_edit),
        cmocka_unit_test(changed_after_a_write),
        cmocka_unit_test(accepted_and_not_done),
        cmocka_unit_test(vanished),
        cmocka_unit_test(bad_orders),
        cmocka_unit_test(by_the_scenario),
        cmocka_unit_test(told_in_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
