/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host: domains that pause, shut down, reboot and are destroyed; memory that balloons; and
 * what is refused. */
#include <errno.h>

#include "demo_rig.h"

static uint64_t domain_u64(const struct rig *r, const char *name, int col)
{
    return xd_row_u64(rig_domain(r, name), col, UINT64_MAX);
}

/* --- pause --- */

static void pause_stands_still(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_object o;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    o = rig_object(&r, "domains", "web1");
    assert_int_equal(rig_settled(&r, XD_ACTION_PAUSE, &o, &err), 0);
    assert_int_equal(rig_act(&r, XD_ACTION_PAUSE, "web1", &err), 0);
    assert_int_equal(rig_settled(&r, XD_ACTION_PAUSE, &o, &err), 1);
    rig_sample(&r, 0);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_STATE), XD_STATE_PAUSED);
    rig_sample(&r, 5 * S);
    assert_true(rig_cpu(&r, "web1") == 0);
    assert_true(xd_row_f64(&xd_domains_desc, rig_domain(&r, "web1"), XD_DOMAIN_NET_TX, -1) == 0);
    assert_int_equal(rig_act(&r, XD_ACTION_PAUSE, "web1", &err), -EALREADY);
    assert_string_equal(err.text, "domain web1 is paused already");
    assert_int_equal(rig_act(&r, XD_ACTION_UNPAUSE, "web1", &err), 0);
    assert_int_equal(rig_settled(&r, XD_ACTION_UNPAUSE, &o, &err), 1);
    rig_sample(&r, 5 * S);
    assert_in_range((int)(rig_cpu(&r, "web1") + 0.5), 120, 120);
    assert_int_equal(rig_act(&r, XD_ACTION_UNPAUSE, "web1", &err), -EALREADY);
    rig_close(&r);
}

/* --- the end --- */

static void shutdown_takes_its_time(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_object o;
    uint64_t free_kib;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    free_kib = xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_MEM_FREE_KIB, 0);
    o = rig_object(&r, "domains", "web1");
    assert_int_equal(rig_act(&r, XD_ACTION_SHUTDOWN, "web1", &err), 0);
    assert_int_equal(rig_act(&r, XD_ACTION_SHUTDOWN, "web1", &err), -EALREADY);
    rig_sample(&r, 2900 * MS);
    assert_in_range((int)(rig_cpu(&r, "web1") + 0.5), 120, 120);
    assert_int_equal(rig_settled(&r, XD_ACTION_SHUTDOWN, &o, &err), 0);
    rig_sample(&r, 200 * MS);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_STATE), XD_STATE_SHUTDOWN);
    assert_string_equal(xd_row_str(rig_domain(&r, "web1"), XD_DOMAIN_FLAGS, ""), "---s--");
    assert_string_equal(xd_row_str(rig_domain(&r, "web1"), XD_DOMAIN_SHUTDOWN_REASON, ""),
                        "poweroff");
    assert_int_equal(rig_settled(&r, XD_ACTION_SHUTDOWN, &o, &err), 1);
    rig_sample(&r, 2 * S);
    assert_null(rig_find(&r, "domains", "web1"));
    assert_null(rig_find(&r, "vcpus", "web1/0"));
    assert_int_equal(rig_settled(&r, XD_ACTION_SHUTDOWN, &o, &err), 1);
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_MEM_FREE_KIB, 0),
                     free_kib + (2 << 20));
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_DOMAINS, 0), 2);
    rig_close(&r);
}

static void paused_guest_cannot_shut_down(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_act(&r, XD_ACTION_PAUSE, "web1", &err), 0);
    assert_int_equal(rig_act(&r, XD_ACTION_SHUTDOWN, "web1", &err), 0);
    rig_sample(&r, 60 * S);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_STATE), XD_STATE_PAUSED);
    assert_int_equal(rig_act(&r, XD_ACTION_UNPAUSE, "web1", &err), 0);
    rig_sample(&r, 6 * S);
    assert_null(rig_find(&r, "domains", "web1"));
    rig_close(&r);
}

static void reboot_is_a_new_incarnation(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_object o;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    o = rig_object(&r, "domains", "web1");
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_ID), 1);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "50", &err), 0);
    assert_int_equal(rig_act(&r, XD_ACTION_REBOOT, "web1", &err), 0);
    rig_sample(&r, 3200 * MS);
    assert_string_equal(xd_row_str(rig_domain(&r, "web1"), XD_DOMAIN_SHUTDOWN_REASON, ""),
                        "reboot");
    assert_int_equal(rig_settled(&r, XD_ACTION_REBOOT, &o, &err), 0);
    rig_sample(&r, 3 * S);
    assert_int_equal(rig_settled(&r, XD_ACTION_REBOOT, &o, &err), 1);
    assert_string_equal(xd_row_str(rig_domain(&r, "web1"), XD_DOMAIN_UUID, ""), o.key);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_ID), 3);
    /* Counters begin anew, which is no negative rate but an unknown one. */
    assert_true(domain_u64(&r, "web1", XD_DOMAIN_CPU_NS) < 3 * (uint64_t)S);
    assert_false(xd_row_has(rig_domain(&r, "web1"), XD_DOMAIN_CPU));
    /* What was set at run time is not in its configuration. */
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_CAP), 0);
    rig_sample(&r, 2 * S);
    assert_in_range((int)(rig_cpu(&r, "web1") + 0.5), 120, 120);
    rig_close(&r);
}

static void destroy_is_quick(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_object o;
    struct xd_value v;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    o = rig_object(&r, "domains", "db1");
    assert_int_equal(rig_act(&r, XD_ACTION_DESTROY, "db1", &err), 0);
    rig_sample(&r, 100 * MS);
    assert_int_equal(domain_u64(&r, "db1", XD_DOMAIN_STATE), XD_STATE_DYING);
    assert_int_equal(rig_settled(&r, XD_ACTION_DESTROY, &o, &err), 0);
    rig_sample(&r, 1 * S);
    assert_int_equal(rig_settled(&r, XD_ACTION_DESTROY, &o, &err), 1);
    assert_null(rig_find(&r, "domains", "db1"));
    assert_int_equal(
        xd_backend_demo.read(r.operator, & o, &xd_xen_knobs[XD_KNOB_CAP], &r.arena, &v, &err),
        -ESRCH);
    assert_non_null(strstr(err.text, "domain db1 (UUID "));
    assert_int_equal(
        xd_backend_demo.act(r.operator, & o, &xd_xen_actions[XD_ACTION_PAUSE], NULL, NULL, &err),
        -ESRCH);
    assert_int_equal(rig_settled(&r, XD_ACTION_PAUSE, &o, &err), -ESRCH);
    rig_close(&r);
}

static void refused(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    for (int i = 0; i <= XD_ACTION_DESTROY; i++) {
        int rc = rig_act(&r, i, "Domain-0", &err);

        assert_int_equal(rc, i == XD_ACTION_UNPAUSE ? -EALREADY : -EPERM);
        assert_true(xd_str_starts(err.text, i == XD_ACTION_UNPAUSE ? "domain Domain-0 is not"
                                                                   : "Domain-0 can't "));
    }
    assert_int_equal(rig_act(&r, XD_ACTION_SHUTDOWN, "crm-old", &err), -EINVAL);
    assert_string_equal(err.text, "domain crm-old has crashed: it can only be destroyed");
    assert_int_equal(rig_act(&r, XD_ACTION_DESTROY, "crm-old", &err), 0);
    rig_close(&r);
}

/* --- knobs --- */

static void out_of_range(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_WEIGHT, "web1", "0", &err), -ERANGE);
    assert_int_equal(rig_set(&r, XD_KNOB_WEIGHT, "web1", "65536", &err), -ERANGE);
    assert_string_equal(err.text, "web1 sched.weight: wanted 1 to 65535, found 65536");
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "201", &err), -ERANGE);
    assert_string_equal(err.text, "web1 sched.cap: wanted 0 to 200 %, found 201");
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "web1", "3G", &err), -ERANGE);
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "Domain-0", "64M", &err), -ERANGE);
    assert_int_equal(rig_set(&r, XD_KNOB_HARD, "web1/0", "48-63", &err), -EINVAL);
    assert_string_equal(err.text, "web1/0 vcpu.affinity: none of these pCPUs is in the domain's "
                                  "pool \"Pool-0\"");
    assert_int_equal(rig_set(&r, XD_KNOB_SOFT, "web1/0", "none", &err), -EINVAL);
    rig_close(&r);
}

/* --- memory --- */

static void memory_balloons(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "web1", "3G", &err), 0);
    assert_int_equal(rig_read(&r, XD_KNOB_MEM_TARGET, "web1", &v, &err), 0);
    assert_int_equal(v.cell.u, 3 << 20);
    rig_sample(&r, 4 * S);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_MEM_TARGET_KIB), 3 << 20);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_MEM_KIB), (2 << 20) + 4 * (64 << 10));
    rig_sample(&r, 60 * S);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_MEM_KIB), 3 << 20);
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "web1", "1G", &err), 0);
    rig_sample(&r, 1 * S);
    assert_int_equal(domain_u64(&r, "web1", XD_DOMAIN_MEM_KIB), (3 << 20) - (64 << 10));
    rig_close(&r);
}

/* There is no more than there is. */
static void memory_runs_out(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, "host: {memory: 4G, reserved: 0}\n"
                      "domains:\n"
                      "- {name: Domain-0, memory: 1G}\n"
                      "- {name: a, memory: 1G, max_memory: 4G}\n"
                      "- {name: b, memory: 1G, max_memory: 4G}\n");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "a", "4G", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "b", "4G", &err), 0);
    rig_sample(&r, 120 * S);
    assert_int_equal(
        domain_u64(&r, "a", XD_DOMAIN_MEM_KIB) + domain_u64(&r, "b", XD_DOMAIN_MEM_KIB), 3 << 20);
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_MEM_FREE_KIB, 1), 0);
    assert_int_equal(xd_row_u64(rig_row(&r, "nodes", "0"), XD_NODE_FREE_KIB, 1), 0);
    /* Rebooted, a gets what b left. */
    assert_int_equal(rig_act(&r, XD_ACTION_REBOOT, "a", &err), 0);
    rig_sample(&r, 20 * S);
    assert_true(domain_u64(&r, "a", XD_DOMAIN_MEM_KIB) <= 1 << 20);
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_MEM_FREE_KIB, 1), 0);
    rig_close(&r);
}

static void leak(void **state)
{
    uint64_t most = 0, least = UINT64_MAX;
    struct rig r;

    rig_open_text(&r, "domains:\n"
                      "- {name: Domain-0, memory: 1G}\n"
                      "- {name: a, memory: 2G, leak: 8M, age: 0}\n");
    rig_sample(&r, 0);
    for (int i = 0; i < 300; i++) {
        uint64_t kib;

        rig_sample(&r, 1 * S);
        kib = domain_u64(&r, "a", XD_DOMAIN_MEM_KIB);
        most = kib > most ? kib : most;
        least = kib < least ? kib : least;
        assert_int_equal(domain_u64(&r, "a", XD_DOMAIN_MEM_TARGET_KIB), 2 << 20);
    }
    assert_true(most > 2000 << 10 && most <= 2 << 20);
    assert_true(least < 900 << 10);
    rig_close(&r);
}

/* --- two workers --- */

static void operator_acts_on_the_observers_host(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_WEIGHT, "db1", "99", &err), 0); /* by the operator */
    rig_sample(&r, 0);                                                   /* by the observer */
    assert_int_equal(domain_u64(&r, "db1", XD_DOMAIN_WEIGHT), 99);
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pause_stands_still),
        cmocka_unit_test(shutdown_takes_its_time),
        cmocka_unit_test(paused_guest_cannot_shut_down),
        cmocka_unit_test(reboot_is_a_new_incarnation),
        cmocka_unit_test(destroy_is_quick),
        cmocka_unit_test(refused),
        cmocka_unit_test(out_of_range),
        cmocka_unit_test(memory_balloons),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(leak),
        cmocka_unit_test(operator_acts_on_the_observers_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
