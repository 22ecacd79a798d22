/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module power: Xen is asked for what somebody looks at and for nothing else; what makes no
 * sense is an error and never a zero; edits that fail half way are taken back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backend_power/columns.h"
#include "backend_power/host.h"
#include "fake_xen.h"

#define BIT(col) (UINT64_C(1) << (col))
#define S        XD_NS_PER_S

struct rig {
    struct xd_clock clock;
    struct xd_backend_env env;
    struct xd_pw_cpu cpu[FAKE_CPUS];
    struct xd_pw p;
    struct xd_snapshot *told;
};

static struct {
    const struct xd_table_desc *d;
    uint64_t columns;
} looks[4]; /* what somebody looks at */

static uint64_t wanted(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
        if (looks[i].d == d)
            return looks[i].columns;
    return 0;
}

static void look(const struct xd_table_desc *d, uint64_t columns)
{
    memset(looks, 0, sizeof(looks));
    looks[0].d = d;
    looks[0].columns = columns;
}

static void open_rig(struct rig *r)
{
    fake_xen_reset();
    look(NULL, 0);
    *r = (struct rig){.env = {.clock = &r->clock, .role = XD_OBSERVER, .wanted = wanted}};
    xd_clock_init_manual(&r->clock, 0);
    r->p = (struct xd_pw){.env = &r->env,
                          .hypfs = (xenhypfs_handle *)&fake_xen,
                          .n_cpus = FAKE_CPUS,
                          .vendor = XD_PW_INTEL,
                          .cpu = r->cpu};
    xd_sensing_init(&r->p.sensing);
    r->p.sensing.root = r->p.sensing.dir = "/nonexistent";
    r->p.sensing.ipmi.device = "/nonexistent";
}

static void close_rig(struct rig *r)
{
    xd_snapshot_unref(r->told);
    xd_power_limits_done(&r->p.limits);
    xd_sensing_done(&r->p.sensing);
}

/* A second later. */
static void sample(struct rig *r)
{
    struct xd_builder *b = xd_builder_new("power");
    struct xd_err err = XD_ERR_INIT;

    xd_clock_advance(&r->clock, S);
    if (xd_pw_collect(&r->p, b, &err) < 0)
        fail_msg("%s", err.text);
    xd_snapshot_unref(r->told);
    r->told = xd_builder_seal(b, NULL, 1, 0, 0, 0);
}

static const struct xd_row *row(const struct rig *r, const char *table, size_t i)
{
    const struct xd_table *t = xd_snapshot_table(r->told, table);

    if (!t || i >= t->n)
        fail_msg("%s has no row %zu", table, i);
    return t->rows[i];
}

static const char *reason(const struct rig *r, const char *table)
{
    const struct xd_table *t = xd_snapshot_table(r->told, table);

    return t && t->reason ? t->reason : "";
}

/* --- who looks at what --- */

static void nothing_is_asked_for_nobody(void **state)
{
    struct rig r;

    open_rig(&r);
    fake_xen.freq = true;
    sample(&r);
    assert_int_equal(fake_xen_asked(), 0);
    look(&xd_pcpus_desc, BIT(XD_PCPU_ID) | BIT(XD_PCPU_BUSY) | BIT(XD_PCPU_CELSIUS));
    sample(&r);
    look(&xd_pools_desc, BIT(XD_POOL_NAME));
    sample(&r);
    assert_int_equal(fake_xen_asked(), 0);
    close_rig(&r);
}

/* The third sample of it: what is kept for a while was asked for before. */
static void costs(const struct xd_table_desc *d, uint64_t columns, unsigned all)
{
    struct rig r;
    unsigned found;

    open_rig(&r);
    fake_xen.freq = true;
    fake_xen.unit = 0xa0e03;
    fake_xen.stat = "clamp: percent=0 window-us=6000 natural-idle=1 percent-max=75\n"
                    "cpu0: clamped=0 injected=0 natural=0 ran=0\n";
    fake_xen.clamp = "0";
    fake_xen.clamp_cpus = "all";
    look(d, columns);
    sample(&r);
    sample(&r);
    fake_xen_asked();
    sample(&r);
    found = fake_xen_asked();
    if (found != all)
        fail_msg("%s %#lx: %u questions, wanted %u", d->name, (unsigned long)columns, found, all);
    close_rig(&r);
}

static void a_column_costs_what_it_needs(void **state)
{
    /* Which pCPUs are online: 2; which pools there are, and their pCPUs: 3. */
    costs(&xd_pcpus_desc, BIT(XD_PCPU_FREQ_KHZ), 2 + FAKE_CPUS);
    costs(&xd_pcpus_desc, BIT(XD_PCPU_GOVERNOR), 2 + FAKE_CPUS);
    costs(&xd_pcpus_desc, BIT(XD_PCPU_NATURAL) | BIT(XD_PCPU_NATURAL_NS), 2 + 1);
    costs(&xd_pools_desc, BIT(XD_POOL_GOVERNOR), 3 + FAKE_CPUS);
    costs(&xd_power_desc, BIT(XD_POWER_MAX_CSTATE), 1);
    costs(&xd_power_desc, BIT(XD_POWER_CLAMP), 1);
    costs(&xd_power_desc, BIT(XD_POWER_INJECTED) | BIT(XD_POWER_INJECTED_NS), 1);
    costs(&xd_power_desc, BIT(XD_POWER_CLAMP_CPUS), 2);
    costs(&xd_power_desc, BIT(XD_POWER_FREQ_DRIVER) | BIT(XD_POWER_GOVERNORS), 0);
    costs(&xd_power_desc, BIT(XD_POWER_WATTS), 2 + 3 * FAKE_CPUS); /* 3 registers a socket */
    costs(&xd_cstates_desc, UINT64_MAX, 2 + 2 * FAKE_CPUS);
    costs(&xd_pstates_desc, UINT64_MAX, 2 + 2 * FAKE_CPUS);
    costs(&xd_limits_desc, UINT64_MAX, 0);
}

static void the_driver_is_asked_for_now_and_then(void **state)
{
    struct rig r;

    open_rig(&r);
    look(&xd_power_desc, BIT(XD_POWER_FREQ_DRIVER) | BIT(XD_POWER_GOVERNORS));
    sample(&r);
    assert_false(xd_row_has(row(&r, "power", 0), XD_POWER_FREQ_DRIVER));
    assert_int_equal(fake_xen_asked(), 1);
    fake_xen.freq = true; /* dom0 has booted */
    for (int i = 0; i < 9; i++)
        sample(&r);
    assert_int_equal(fake_xen_asked(), 0);
    sample(&r);
    assert_int_equal(fake_xen_asked(), 2);
    assert_string_equal(xd_row_str(row(&r, "power", 0), XD_POWER_FREQ_DRIVER, ""), "acpi-cpufreq");
    assert_string_equal(xd_row_str(row(&r, "power", 0), XD_POWER_GOVERNORS, ""),
                        "ondemand powersave");
    for (int i = 0; i < 9; i++)
        sample(&r);
    assert_int_equal(fake_xen_asked(), 0);
    close_rig(&r);
}

static void a_pcpu_is_asked_once_a_sample(void **state)
{
    struct rig r;

    open_rig(&r);
    fake_xen.freq = true;
    look(&xd_pcpus_desc, BIT(XD_PCPU_GOVERNOR));
    looks[1].d = &xd_pools_desc;
    looks[1].columns = BIT(XD_POOL_GOVERNOR);
    sample(&r); /* how much room it needs is found out by the first question */
    assert_int_equal(fake_xen.n.para, 2 + FAKE_CPUS);
    sample(&r);
    assert_int_equal(fake_xen.n.para, 2 + 2 * FAKE_CPUS);
    assert_string_equal(xd_row_str(row(&r, "pools", 0), XD_POOL_GOVERNOR, ""), "ondemand");
    snprintf(fake_xen.governor[1], sizeof(fake_xen.governor[1]), "powersave");
    sample(&r); /* and once again in the next one */
    assert_string_equal(xd_row_str(row(&r, "pcpus", 1), XD_PCPU_GOVERNOR, ""), "powersave");
    assert_false(xd_row_has(row(&r, "pools", 0), XD_POOL_GOVERNOR));
    close_rig(&r);
}

/* --- the clamp --- */

#define CLAMP               "clamp: percent=50 window-us=6000 natural-idle=1 percent-max=75\n"
#define OF_CPU(n, injected) "cpu" #n ": clamped=1 injected=" #injected " natural=0 ran=0\n"

static void look_at_idle_time(void)
{
    look(&xd_pcpus_desc, BIT(XD_PCPU_INJECTED_NS) | BIT(XD_PCPU_NATURAL_NS));
    looks[1].d = &xd_power_desc;
    looks[1].columns = XD_PW_CLAMP_COLUMNS;
}

static void a_host_without_a_clamp(void **state)
{
    struct rig r;

    open_rig(&r);
    look_at_idle_time();
    fake_xen.idle_ns[0] = 700;
    sample(&r);
    assert_int_equal(xd_row_u64(row(&r, "pcpus", 0), XD_PCPU_NATURAL_NS, 0), 700);
    assert_false(xd_row_has(row(&r, "pcpus", 0), XD_PCPU_INJECTED_NS));
    assert_false(xd_row_has(row(&r, "power", 0), XD_POWER_CLAMP));
    assert_string_equal(reason(&r, "power"), "");
    close_rig(&r);
}

static void nonsense_is_an_error_and_no_zero(void **state)
{
    struct rig r;

    open_rig(&r);
    look_at_idle_time();
    fake_xen.idle_ns[0] = fake_xen.idle_ns[1] = 900;
    fake_xen.stat = CLAMP OF_CPU(0, 500) OF_CPU(1, 200);
    fake_xen.clamp_cpus = "all";
    sample(&r);
    assert_int_equal(xd_row_u64(row(&r, "pcpus", 0), XD_PCPU_INJECTED_NS, 0), 500);
    assert_int_equal(xd_row_u64(row(&r, "pcpus", 0), XD_PCPU_NATURAL_NS, 0), 400);
    assert_int_equal(xd_row_u64(row(&r, "power", 0), XD_POWER_INJECTED_NS, 0), 700);
    assert_int_equal(xd_row_u64(row(&r, "power", 0), XD_POWER_CLAMP, 0), 50);
    fake_xen.stat = CLAMP OF_CPU(0, many) OF_CPU(1, 200);
    sample(&r);
    assert_string_equal(reason(&r, "power"),
                        "/powerclamp/stat:2:26: wanted a number, found \"many\"");
    assert_string_equal(reason(&r, "pcpus"), reason(&r, "power"));
    assert_false(xd_row_has(row(&r, "power", 0), XD_POWER_CLAMP));
    for (size_t i = 0; i < FAKE_CPUS; i++) {
        assert_false(xd_row_has(row(&r, "pcpus", i), XD_PCPU_INJECTED_NS));
        assert_false(xd_row_has(row(&r, "pcpus", i), XD_PCPU_NATURAL_NS));
    }
    fake_xen.stat = CLAMP OF_CPU(0, 500) OF_CPU(1, 200);
    sample(&r); /* it didn't jump meanwhile */
    assert_int_equal(xd_row_u64(row(&r, "pcpus", 0), XD_PCPU_NATURAL_NS, 0), 400);
    fake_xen.stat = CLAMP OF_CPU(0, 500);
    sample(&r); /* one pCPU isn't told of */
    assert_true(xd_row_has(row(&r, "pcpus", 0), XD_PCPU_INJECTED_NS));
    assert_false(xd_row_has(row(&r, "pcpus", 1), XD_PCPU_NATURAL_NS));
    fake_xen.stat = NULL;
    fake_xen.hypfs_errno = EACCES;
    sample(&r);
    assert_string_equal(reason(&r, "power"), "/powerclamp/stat can't be read: Permission denied");
    close_rig(&r);
}

static void injected_time_that_shrinks_is_told_once(void **state)
{
    struct rig r;

    open_rig(&r);
    look_at_idle_time();
    fake_xen.clamp_cpus = "0-7";
    fake_xen.stat = CLAMP OF_CPU(0, 500) OF_CPU(1, 200);
    sample(&r);
    assert_string_equal(reason(&r, "power"), "/params/powerclamp-cpus: wanted \"all\" or a list of "
                                             "pCPUs, found \"0-7\"");
    fake_xen.clamp_cpus = "1";
    fake_xen.stat = CLAMP OF_CPU(0, 499) OF_CPU(1, 201);
    sample(&r);
    assert_string_equal(reason(&r, "power"), "/powerclamp/stat: cpu0: wanted injected of 500 ns or "
                                             "more, as it was before, found 499");
    assert_false(xd_row_has(row(&r, "power", 0), XD_POWER_INJECTED_NS));
    sample(&r);
    assert_string_equal(reason(&r, "power"), "");
    assert_int_equal(xd_row_u64(row(&r, "power", 0), XD_POWER_INJECTED_NS, 0), 700);
    close_rig(&r);
}

/* --- watts --- */

static void registers_or_else_the_model(void **state)
{
    struct rig r;

    open_rig(&r);
    look(&xd_power_desc, XD_SENSING_WATTS);
    fake_xen.unit = 0xa0e03; /* 2^-14 J */
    sample(&r);
    fake_xen.energy = 50 << 14;
    sample(&r);
    assert_string_equal(xd_row_str(row(&r, "power", 0), XD_POWER_WATTS_SOURCE, ""),
                        "rapl/package-0 + rapl/package-1");
    assert_true(xd_row_f64(&xd_power_desc, row(&r, "power", 0), XD_POWER_WATTS, 0) == 100);
    close_rig(&r);

    open_rig(&r);
    look(&xd_power_desc, XD_SENSING_WATTS);
    fake_xen.msr_rc = -EACCES;
    sample(&r);
    assert_non_null(strstr(r.p.no_msr, "doesn't let dom0 read"));
    fake_xen.idle_ns[0] = S; /* the other was busy all the time */
    sample(&r);
    assert_true(xd_row_u64(row(&r, "power", 0), XD_POWER_ESTIMATED, 0));
    assert_true(xd_row_f64(&xd_power_desc, row(&r, "power", 0), XD_POWER_WATTS, 0) ==
                2 * XD_MODEL_SOCKET_W + XD_MODEL_PCPU_W);
    close_rig(&r);
}

/* Two more samples: the host's watts are unknown, and a package says why. */
static void unknown_because(struct rig *r, const char *package, const char *trouble)
{
    const struct xd_row *told;

    look(&xd_power_desc, XD_SENSING_WATTS);
    looks[1].d = &xd_sensors_desc;
    looks[1].columns = UINT64_MAX;
    sample(r);
    sample(r);
    assert_false(xd_row_has(row(r, "power", 0), XD_POWER_WATTS));
    assert_int_equal(xd_row_u64(row(r, "power", 0), XD_POWER_ESTIMATED, 1), 0);
    assert_non_null(strstr(reason(r, "power"), trouble));
    told = xd_table_find(xd_snapshot_table(r->told, "sensors"), package);
    assert_non_null(told);
    assert_false(xd_row_has(told, XD_SENSOR_WATTS));
    assert_non_null(strstr(xd_row_str(told, XD_SENSOR_TROUBLE, ""), trouble));
    assert_int_equal(r->p.no_msr_ns, 0);
}

static void watts_of_some_packages_are_not_the_hosts(void **state)
{
    struct rig r;

    open_rig(&r);
    fake_xen.unit = 0xa0e03;
    fake_xen.msr_rc_of[1] = -EIO;
    unknown_because(&r, "rapl/package-1", "counter of energy: Input/output error");
    fake_xen.msr_rc_of[1] = -EACCES; /* of the second alone, it is no property of the host */
    unknown_because(&r, "rapl/package-1", "counter of energy: Permission denied");
    fake_xen.msr_rc_of[1] = 0;
    sample(&r);
    sample(&r);
    assert_true(xd_row_has(row(&r, "power", 0), XD_POWER_WATTS));
    fake_xen.offline[1] = true;
    unknown_because(&r, "rapl/package-1", "all its pCPUs are offline");
    fake_xen.offline[1] = false;
    fake_xen.msr_rc_of[0] = -EIO;
    unknown_because(&r, "rapl/package-0", "counter of energy: Input/output error");
    fake_xen.offline[0] = true; /* the other one speaks for the host */
    fake_xen.msr_rc_of[1] = -EACCES;
    sample(&r);
    assert_true(r.p.no_msr_ns > 0);
    assert_null(xd_table_find(xd_snapshot_table(r.told, "sensors"), "rapl/package-0"));
    assert_false(xd_row_has(row(&r, "power", 0), XD_POWER_WATTS)); /* no model after counters */
    assert_non_null(strstr(reason(&r, "power"), "rapl/package-0 + rapl/package-1: it is gone. "));
    close_rig(&r);
}

/* --- edits --- */

static int set(struct rig *r, int knob, const struct xd_object *o, struct xd_value v,
               struct xd_err *err)
{
    xd_err_clear(err);
    v.have = true;
    v.type = xd_power_knobs[knob].kind.type;
    return xd_pw_write(&r->p, o, &xd_power_knobs[knob], &v, err);
}

static void a_pool_is_set_whole_or_not_at_all(void **state)
{
    const struct xd_object pool = {"pools", "0", "Pool-0"};
    const struct xd_value powersave = {.cell.s = "powersave"}, fast = {.cell.s = "fast"};
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    open_rig(&r);
    fake_xen.freq = true;
    assert_int_equal(set(&r, XD_PKNOB_POOL_GOVERNOR, &pool, fast, &err), -EINVAL);
    assert_string_equal(err.text, "cpupool Pool-0 pool.governor: wanted one of ondemand powersave, "
                                  "found \"fast\"");
    fake_xen.stuck_cpu = 1;
    assert_int_equal(set(&r, XD_PKNOB_POOL_GOVERNOR, &pool, powersave, &err), -EIO);
    assert_string_equal(err.text, "cpupool Pool-0 pool.governor: Xen didn't set it: "
                                  "Input/output error");
    assert_string_equal(fake_xen.governor[0], "ondemand");
    fake_xen.stuck_cpu = -1;
    fake_xen.sets_left = 1;
    assert_int_equal(set(&r, XD_PKNOB_POOL_GOVERNOR, &pool, powersave, &err), -EIO);
    assert_string_equal(err.text, "pCPUs 0 didn't get back ondemand: cpupool Pool-0 pool.governor: "
                                  "Xen didn't set it: Input/output error");
    fake_xen_reset();
    fake_xen.freq = true;
    assert_int_equal(set(&r, XD_PKNOB_POOL_GOVERNOR, &pool, powersave, &err), 0);
    assert_string_equal(fake_xen.governor[1], "powersave");
    snprintf(fake_xen.governor[0], sizeof(fake_xen.governor[0]), "ondemand");
    assert_int_equal(set(&r, XD_PKNOB_POOL_GOVERNOR, &pool, powersave, &err), -ENODATA);
    assert_string_equal(err.text, "cpupool Pool-0: its pCPUs have no governor in common; "
                                  "cpu.governor sets each");
    close_rig(&r);
}

static void edits_of_others(void **state)
{
    const struct xd_object power = {"power", "", "power"}, far = {"pcpus", "7", "7"};
    const struct xd_object pcpu = {"pcpus", "1", "1"}, room = {"sensors", "file/room", "file/room"};
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v = {.cell.u = 100};
    struct rig r;

    open_rig(&r);
    assert_int_equal(set(&r, XD_PKNOB_CLAMP, &power, v, &err), -ENOTSUP);
    assert_string_equal(err.text,
                        "power.clamp: this hypervisor has no power clamp (xen/patches has "
                        "one)");
    fake_xen.hypfs_errno = EACCES;
    assert_int_equal(set(&r, XD_PKNOB_CLAMP, &power, v, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "can't be read: Permission denied"));
    fake_xen.clamp = "0";
    assert_int_equal(set(&r, XD_PKNOB_CLAMP, &power, v, &err), -ERANGE);
    assert_string_equal(err.text, "power power.clamp: wanted 0 to 75 %, found 100");
    v.cell.u = 30;
    assert_int_equal(set(&r, XD_PKNOB_CLAMP, &power, v, &err), 0);
    assert_string_equal(fake_xen.written, "/params/powerclamp=30");
    v.cell.i = 17;
    assert_int_equal(set(&r, XD_PKNOB_MAX_CSTATE, &power, v, &err), -EINVAL);
    assert_string_equal(err.text, "power.max_cstate: wanted 0 to 15 or unlimited, found 17");
    fake_xen.freq = true;
    xd_clock_advance(&r.clock, 60 * S);
    v.cell.u = 5000000;
    assert_int_equal(set(&r, XD_PKNOB_FREQ_MAX, &far, v, &err), -ESRCH);
    assert_string_equal(err.text, "pCPU 7 (7) is not on this host");
    assert_int_equal(set(&r, XD_PKNOB_FREQ_MAX, &pcpu, v, &err), -ERANGE);
    assert_string_equal(err.text,
                        "pCPU 1 cpu.freq_max: wanted 800000 to 3000000 kHz, found 5000000");
    fake_xen.unit = 0xa0e03;
    assert_int_equal(set(&r, XD_PKNOB_LIMIT, &room, v, &err), -ESRCH);
    assert_string_equal(err.text, "file/room power.limit: only packages (rapl/package-N) have a "
                                  "limit of power");
    close_rig(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_asked_for_nobody),
        cmocka_unit_test(a_column_costs_what_it_needs),
        cmocka_unit_test(the_driver_is_asked_for_now_and_then),
        cmocka_unit_test(a_pcpu_is_asked_once_a_sample),
        cmocka_unit_test(a_host_without_a_clamp),
        cmocka_unit_test(nonsense_is_an_error_and_no_zero),
        cmocka_unit_test(injected_time_that_shrinks_is_told_once),
        cmocka_unit_test(registers_or_else_the_model),
        cmocka_unit_test(watts_of_some_packages_are_not_the_hosts),
        cmocka_unit_test(a_pool_is_set_whole_or_not_at_all),
        cmocka_unit_test(edits_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
