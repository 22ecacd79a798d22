/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host's cpupools and pCPUs: what moves, what follows from it for those that run, and what
 * is refused as Xen refuses it; and the hypervisor's parameters. */
#include <errno.h>

#include "demo_rig.h"

static const char two_pools[] =
    "host: {threads_per_core: 2, cores_per_node: 4, memory: 8G}\n"
    "pools:\n"
    "- {name: Pool-0, cpus: 0-3}\n"
    "- {name: side, sched: credit, cpus: 4-5}\n"
    "domains:\n"
    "- {name: Domain-0, memory: 1G}\n"
    "- {name: a, memory: 1G, vcpus: 2, load: {curve: spin}}\n"
    "- {name: b, memory: 1G, pool: side, vcpus: 2, load: {curve: spin}}\n"
    "- {name: pinned, memory: 1G, cpus: 3}\n";

static const struct xd_row *pcpu(const struct rig *r, const char *number)
{
    return rig_row(r, "pcpus", number);
}

static int cpu_use(const struct rig *r, const char *name)
{
    return (int)(rig_cpu(r, name) + 0.5);
}

static void refused(struct rig *r, int knob, const char *label, const char *value,
                    const char *sentence)
{
    struct xd_err err = XD_ERR_INIT;

    assert_true(rig_set(r, knob, label, value, &err) < 0);
    assert_string_equal(err.text, sentence);
}

/* --- pCPUs --- */

static void a_pcpu_goes_to_another_pool(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    assert_string_equal(xd_row_str(pcpu(&r, "7"), XD_PCPU_POOL, ""), "none");
    assert_int_equal(rig_set(&r, XD_KNOB_PCPU_POOL, "5", "none", &err), 0);
    rig_sample(&r, 2 * S);
    /* Two that spin have one pCPU, and so half of what they had. */
    assert_int_equal(cpu_use(&r, "b"), 100);
    assert_string_equal(xd_row_str(pcpu(&r, "5"), XD_PCPU_POOL, ""), "none");
    assert_true(xd_row_f64(&xd_pcpus_desc, pcpu(&r, "5"), XD_PCPU_BUSY, -1) == 0);
    assert_int_equal(xd_row_u64(rig_row(&r, "pools", "side"), XD_POOL_N_CPUS, 0), 1);
    assert_int_equal(rig_set(&r, XD_KNOB_PCPU_POOL, "7", "side", &err), 0);
    rig_sample(&r, 2 * S);
    assert_int_equal(cpu_use(&r, "b"), 200);
    refused(&r, XD_KNOB_PCPU_POOL, "5", "nowhere", "there is no cpupool \"nowhere\"");
    refused(
        &r, XD_KNOB_PCPU_POOL, "3", "side",
        "pinned/0 is pinned to pCPU 3 and no other of cpupool Pool-0: Xen would forget its hard "
        "affinity; widen that first");
    assert_int_equal(rig_set(&r, XD_KNOB_PCPU_POOL, "7", "none", &err), 0);
    refused(&r, XD_KNOB_PCPU_POOL, "4", "none",
            "pCPU 4 is the last of cpupool side, and domain b runs there: move its domains first");
    rig_close(&r);
}

static void a_pcpu_goes_offline(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    refused(&r, XD_KNOB_PCPU, "0", "no", "pCPU 0 can't be taken offline: Xen itself needs it");
    refused(
        &r, XD_KNOB_PCPU, "4", "no",
        "pCPU 4 is in cpupool side: Xen takes only free pCPUs and those of Pool-0 offline; take "
        "it out there first");
    refused(
        &r, XD_KNOB_PCPU, "3", "no",
        "pinned/0 is pinned to pCPU 3 and no other of cpupool Pool-0: Xen would forget its hard "
        "affinity; widen that first");
    assert_int_equal(rig_set(&r, XD_KNOB_PCPU, "2", "no", &err), 0);
    rig_sample(&r, 1 * S);
    assert_false(xd_row_u64(pcpu(&r, "2"), XD_PCPU_ONLINE, 1));
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_PCPUS, 0), 7);
    refused(&r, XD_KNOB_PCPU_POOL, "2", "side", "pCPU 2 is offline");
    /* It comes back into the first pool, as under Xen. */
    assert_int_equal(rig_set(&r, XD_KNOB_PCPU, "2", "yes", &err), 0);
    rig_sample(&r, 0);
    assert_string_equal(xd_row_str(pcpu(&r, "2"), XD_PCPU_POOL, ""), "Pool-0");
    assert_non_null(strstr(
        xd_row_str(rig_table(&r, "dmesg")->rows[rig_table(&r, "dmesg")->n - 1], XD_DMESG_TEXT, ""),
        "CPU 2 is now online"));
    rig_close(&r);
}

static void smt_goes_off(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v = {.have = true, .type = XD_BOOL, .cell.b = false};
    struct xd_object host = {"host", "", "host"};
    const struct xd_knob *k = &xd_xen_knobs[XD_KNOB_SMT];
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    /* pCPU 3 is a second thread, and one is pinned to it. */
    assert_int_equal(xd_backend_demo.write(r.operator, & host, k, &v, &err), -EINVAL);
    assert_int_equal(rig_set(&r, XD_KNOB_HARD, "pinned/0", "0-3", &err), 0);
    assert_int_equal(xd_backend_demo.write(r.operator, & host, k, &v, &err), -EINVAL);
    assert_true(xd_str_starts(err.text, "pCPU 5 is in cpupool side"));
    assert_int_equal(rig_set(&r, XD_KNOB_PCPU_POOL, "5", "none", &err), 0);
    assert_int_equal(xd_backend_demo.write(r.operator, & host, k, &v, &err), 0);
    rig_sample(&r, 1 * S);
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_PCPUS, 0), 4);
    assert_false(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_SMT, 1));
    refused(&r, XD_KNOB_PCPU, "3", "yes",
            "pCPU 3 is a second thread, and SMT is off: turn on cpu.smt instead");
    v.cell.b = true;
    assert_int_equal(xd_backend_demo.write(r.operator, & host, k, &v, &err), 0);
    rig_sample(&r, 0);
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_PCPUS, 0), 8);
    rig_close(&r);
}

/* --- pools --- */

static void pools_come_and_go(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_object o;
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_POOL_CREATE, "", &err, "new", "rtds", "3,6"), -EINVAL);
    assert_string_equal(err.text, "pCPU 3 is in cpupool Pool-0: take it out there first");
    assert_int_equal(RIG_DO(&r, XD_ACTION_POOL_CREATE, "", &err, "side", "rtds", "6"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_POOL_CREATE, "", &err, "new", "null", "6"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_POOL_CREATE, "", &err, "new", "rtds", "6-7"), 0);
    rig_sample(&r, 0);
    assert_int_equal(xd_row_u64(rig_row(&r, "pools", "new"), XD_POOL_ID, 0), 2);
    assert_null(rig_find(&r, "limits", "sched.budget"));
    /* What moves there is scheduled by its rules, and has weight and cap no more. */
    assert_int_equal(rig_set(&r, XD_KNOB_WEIGHT, "a", "99", &err), 0);
    refused(&r, XD_KNOB_POOL, "a", "new",
            "domain a has weight 99 and cap 0, which rtds of cpupool new doesn't know: set "
            "sched.weight=256 sched.cap=none first");
    assert_int_equal(rig_set(&r, XD_KNOB_WEIGHT, "a", "256", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_POOL, "a", "new", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_EXTRATIME, "a/0", "no", &err), 0);
    rig_sample(&r, 0);
    rig_sample(&r, 2 * S);
    assert_string_equal(xd_row_str(rig_domain(&r, "a"), XD_DOMAIN_SCHED, ""), "rtds");
    assert_false(xd_row_has(rig_domain(&r, "a"), XD_DOMAIN_WEIGHT));
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "a/0"), XD_VCPU_BUDGET_US, 0), 4000);
    assert_int_equal(cpu_use(&r, "a"),
                     140); /* 40 % promised, and no more; the other all it wants */
    assert_int_equal(RIG_DO(&r, XD_ACTION_POOL_DESTROY, "new", &err, NULL), -EINVAL);
    assert_string_equal(err.text, "cpupool new has 1 domain: move them first");
    refused(&r, XD_KNOB_POOL, "a", "Pool-0",
            "a/0 has a budget of its own, which credit2 of cpupool Pool-0 doesn't know: set "
            "sched.period=10000 sched.budget=4000 sched.extratime=yes first");
    assert_int_equal(rig_set(&r, XD_KNOB_EXTRATIME, "a/0", "yes", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_POOL, "a", "Pool-0", &err), 0);
    rig_sample(&r, 0);
    assert_int_equal(xd_row_u64(rig_domain(&r, "a"), XD_DOMAIN_WEIGHT, 0), 256);
    o = rig_object(&r, "pools", "new");
    assert_int_equal(RIG_DO(&r, XD_ACTION_POOL_DESTROY, "new", &err, NULL), 0);
    assert_int_equal(rig_settled(&r, XD_ACTION_POOL_DESTROY, &o, &err), 1);
    rig_sample(&r, 0);
    assert_null(rig_find(&r, "pools", "new"));
    assert_string_equal(xd_row_str(pcpu(&r, "6"), XD_PCPU_POOL, ""), "none");
    assert_non_null(rig_find(&r, "limits", "sched.budget"));
    assert_int_equal(RIG_DO(&r, XD_ACTION_POOL_DESTROY, "Pool-0", &err, NULL), -EINVAL);
    rig_close(&r);
}

static void moves_that_are_refused(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    refused(&r, XD_KNOB_POOL, "pinned", "side",
            "pinned/0 is pinned to pCPUs of which cpupool side has none: widen its hard affinity "
            "first");
    refused(&r, XD_KNOB_POOL, "Domain-0", "side", "Domain-0 stays in Pool-0");
    refused(&r, XD_KNOB_POOL, "a", "nowhere", "there is no cpupool \"nowhere\"");
    assert_int_equal(rig_set(&r, XD_KNOB_POOL_NAME, "side", "Pool-0", &err), -EINVAL);
    assert_int_equal(rig_set(&r, XD_KNOB_POOL_NAME, "side", "none", &err), -EINVAL);
    assert_int_equal(rig_set(&r, XD_KNOB_POOL_NAME, "side", "slow lane", &err), 0);
    rig_sample(&r, 0);
    assert_string_equal(xd_row_str(rig_domain(&r, "b"), XD_DOMAIN_POOL, ""), "slow lane");
    rig_close(&r);
}

static void a_domain_keeps_what_it_has(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_WEIGHT, "a", "512", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "a", "40", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_POOL, "a", "side", &err), 0);
    rig_sample(&r, 0);
    assert_string_equal(xd_row_str(rig_domain(&r, "a"), XD_DOMAIN_SCHED, ""), "credit");
    assert_int_equal(xd_row_u64(rig_domain(&r, "a"), XD_DOMAIN_WEIGHT, 0), 512);
    assert_int_equal(xd_row_u64(rig_domain(&r, "a"), XD_DOMAIN_CAP, 0), 40);
    rig_close(&r);
}

static void slices_and_limits(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_TSLICE, "side", "5", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_TSLICE, "side", "1001", &err), -ERANGE);
    refused(&r, XD_KNOB_TSLICE, "Pool-0", "5",
            "cpupool Pool-0 is scheduled by credit2, which has no sched.tslice");
    assert_int_equal(rig_set(&r, XD_KNOB_RATELIMIT, "Pool-0", "none", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_RATELIMIT, "Pool-0", "99", &err), -ERANGE);
    rig_sample(&r, 0);
    assert_int_equal(xd_row_u64(rig_row(&r, "pools", "side"), XD_POOL_TSLICE_MS, 0), 5);
    assert_int_equal(xd_row_u64(rig_row(&r, "pools", "Pool-0"), XD_POOL_RATELIMIT_US, 1), 0);
    assert_false(xd_row_has(rig_row(&r, "pools", "Pool-0"), XD_POOL_TSLICE_MS));
    rig_close(&r);
}

/* --- domains --- */

static int rename_to(struct rig *r, const char *label, const char *name, struct xd_err *err)
{
    struct xd_object o = rig_object(r, "domains", label);
    struct xd_value v = {.have = true, .type = XD_STR, .cell.s = name};

    return xd_backend_demo.write(r->operator, & o, &xd_xen_knobs[XD_KNOB_NAME], &v, err);
}

static void names(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, two_pools);
    rig_sample(&r, 0);
    refused(&r, XD_KNOB_NAME, "a", "b", "a name: there is a domain \"b\" already");
    refused(&r, XD_KNOB_NAME, "Domain-0", "host", "Domain-0 keeps its name");
    assert_int_equal(rename_to(&r, "a", "", &err), -EINVAL);
    assert_int_equal(rename_to(&r, "a", "x/y", &err), -EINVAL);
    assert_int_equal(rename_to(&r, "a", "12", &err), -EINVAL);
    assert_int_equal(rename_to(&r, "a", "\x1b[2Jc", &err), 0);
    rig_sample(&r, 0);
    assert_non_null(rig_find(&r, "domains", "\xef\xbf\xbd[2Jc"));
    assert_non_null(rig_find(&r, "vcpus", "\xef\xbf\xbd[2Jc/1"));
    rig_close(&r);
}

static void vcpus_come_one_by_one(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_VCPUS, "db1", "5", &err), -ERANGE);
    assert_int_equal(rig_set(&r, XD_KNOB_VCPUS, "db1", "1", &err), 0);
    rig_sample(&r, 300 * MS);
    assert_int_equal(rig_read(&r, XD_KNOB_VCPUS, "db1", &v, &err), 0);
    assert_int_equal(v.cell.u, 3);
    rig_sample(&r, 2 * S);
    assert_int_equal(xd_row_u64(rig_domain(&r, "db1"), XD_DOMAIN_VCPUS_ONLINE, 0), 1);
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "db1/1"), XD_VCPU_STATE, 9), XD_VCPU_OFFLINE);
    rig_sample(&r, 2 * S);
    assert_int_equal(cpu_use(&r, "db1"), 100); /* of two spinning vCPUs one is left */
    /* A paused guest takes none on. */
    assert_int_equal(rig_act(&r, XD_ACTION_PAUSE, "db1", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_VCPUS, "db1", "4", &err), 0);
    rig_sample(&r, 5 * S);
    assert_int_equal(xd_row_u64(rig_domain(&r, "db1"), XD_DOMAIN_VCPUS_ONLINE, 0), 1);
    rig_close(&r);
}

/* New memory comes from the nodes of the affinity. */
static void memory_comes_from_its_nodes(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    uint64_t before[2], after[2];
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    for (int to = 0; to < 2; to++) {
        assert_int_equal(rig_set(&r, XD_KNOB_NODES, "web1", to ? "1" : "0", &err), 0);
        assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "web1", "2G", &err), 0);
        rig_sample(&r, 60 * S);
        for (int i = 0; i < 2; i++)
            before[i] = xd_row_u64(rig_row(&r, "nodes", i ? "1" : "0"), XD_NODE_FREE_KIB, 0);
        assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "web1", "2560M", &err), 0);
        rig_sample(&r, 60 * S);
        for (int i = 0; i < 2; i++)
            after[i] = xd_row_u64(rig_row(&r, "nodes", i ? "1" : "0"), XD_NODE_FREE_KIB, 0);
        assert_int_equal(before[to] - after[to], 512 << 10);
        assert_int_equal(before[!to], after[!to]);
    }
    assert_int_equal(rig_set(&r, XD_KNOB_NODES, "web1", "2", &err), -ERANGE);
    rig_close(&r);
}

static void the_limit_holds(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    refused(&r, XD_KNOB_MEM_MAX, "web1", "1G",
            "web1: a limit of 1G is less than its memory target of 2G: lower mem.target first");
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_MAX, "web1", "6G", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_MEM_TARGET, "web1", "5G", &err), 0);
    rig_close(&r);
}

static void what_follows_the_end(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_ON_POWEROFF, "web1", "restart", &err), 0);
    assert_int_equal(rig_act(&r, XD_ACTION_SHUTDOWN, "web1", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_ON_CRASH, "db1", "preserve", &err), 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_SYSRQ, "db1", &err, "c"), 0);
    rig_sample(&r, 30 * S);
    assert_int_equal(xd_row_u64(rig_domain(&r, "web1"), XD_DOMAIN_ID, 0), 3);
    assert_int_equal(xd_row_u64(rig_domain(&r, "db1"), XD_DOMAIN_STATE, 9), XD_STATE_CRASHED);
    assert_int_equal(rig_set(&r, XD_KNOB_ON_REBOOT, "web1", "destroy", &err), 0);
    assert_int_equal(rig_act(&r, XD_ACTION_REBOOT, "web1", &err), 0);
    rig_sample(&r, 30 * S);
    assert_null(rig_find(&r, "domains", "web1"));
    rig_close(&r);
}

static void triggers(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_TRIGGER, "db1", &err, "nmi", "4"), -EINVAL);
    assert_string_equal(err.text, "domain db1 has no vCPU 4");
    assert_int_equal(RIG_DO(&r, XD_ACTION_TRIGGER, "web1", &err, "power"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_TRIGGER, "Domain-0", &err, "nmi"), -EPERM);
    assert_int_equal(RIG_DO(&r, XD_ACTION_SYSRQ, "web1", &err, "boot"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_TRIGGER, "db1", &err, "power"), 0);
    rig_sample(&r, 20 * S);
    assert_null(rig_find(&r, "domains", "db1"));
    rig_close(&r);
}

/* --- parameters --- */

static void parameters(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    refused(&r, XD_KNOB_PARAM, "/buildinfo/version/major", "5",
            "/buildinfo/version/major can only be read");
    refused(&r, XD_KNOB_PARAM, "/params/global-pages", "yes",
            "/params/global-pages: \"yes\": wanted 0 or 1");
    assert_int_equal(rig_set(&r, XD_KNOB_PARAM, "/params/loglvl", "loud", &err), -EINVAL);
    assert_int_equal(rig_set(&r, XD_KNOB_PARAM, "/params/loglvl", "error/", &err), -EINVAL);
    assert_int_equal(rig_set(&r, XD_KNOB_PARAM, "/params/loglvl", "error/all", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_PARAM, "/params/gnttab_max_frames", "064", &err), -EINVAL);
    /* This one is seen in what the hypervisor says from then on. */
    assert_int_equal(rig_set(&r, XD_KNOB_PARAM, "/params/console_timestamps", "boot", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_PCPU, "7", "no", &err), 0);
    rig_sample(&r, 0);
    assert_string_equal(xd_row_str(rig_row(&r, "params", "/params/loglvl"), XD_PARAM_VALUE, ""),
                        "error/all");
    assert_string_equal(
        xd_row_str(rig_table(&r, "dmesg")->rows[rig_table(&r, "dmesg")->n - 1], XD_DMESG_TEXT, ""),
        "(XEN) [  3600.000000] CPU 7 is now offline");
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pcpu_goes_to_another_pool),
        cmocka_unit_test(a_pcpu_goes_offline),
        cmocka_unit_test(smt_goes_off),
        cmocka_unit_test(pools_come_and_go),
        cmocka_unit_test(moves_that_are_refused),
        cmocka_unit_test(a_domain_keeps_what_it_has),
        cmocka_unit_test(slices_and_limits),
        cmocka_unit_test(names),
        cmocka_unit_test(vcpus_come_one_by_one),
        cmocka_unit_test(memory_comes_from_its_nodes),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(what_follows_the_end),
        cmocka_unit_test(triggers),
        cmocka_unit_test(parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
