/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power of the demo host: what a clamp, a limit, a governor and C-states do to those who run, and
 * to watts and heat; and that all times add up. */
#include <errno.h>

#include "demo_rig.h"
#include "model/powerknobs.h"
#include "model/tables_power.h"

static const char busy[] = "host: {sockets: 2, cores_per_node: 2, memory: 8G, clock: 3000MHz}\n"
                           "domains:\n"
                           "- {name: Domain-0, memory: 1G}\n"
                           "- {name: a, memory: 1G, cpus: 1, load: {curve: spin}}\n"
                           "- {name: b, memory: 1G, cpus: 2, load: {curve: spin}}\n";

static int set(struct rig *r, int knob, const char *label, const char *text, struct xd_err *err)
{
    const struct xd_knob *k = &xd_power_knobs[knob];
    struct xd_object o = {"power", "", "power"};
    struct xd_value v;

    if (!xd_streq(k->table, "power"))
        o = rig_object(r, k->table, label);

    xd_err_clear(err);
    if (xd_value_parse(text, &k->kind, 64, &r->arena, &v, err))
        fail_msg("%s: %s", text, err->text);
    return xd_backend_demo.write(r->operator, & o, k, &v, err);
}

static void do_set(struct rig *r, int knob, const char *label, const char *text)
{
    struct xd_err err = XD_ERR_INIT;

    if (set(r, knob, label, text, &err))
        fail_msg("%s", err.text);
}

static double cell(const struct rig *r, const char *table, const char *label, int col)
{
    const struct xd_table *t = rig_table(r, table);
    const struct xd_row *row = t->desc->keys[0] < 0 ? t->rows[0] : rig_row(r, table, label);

    if (!xd_row_has(row, col))
        fail_msg("%s %s: %s is unknown", table, label, t->desc->columns[col].name);
    return xd_row_f64(t->desc, row, col, -1);
}

static void near(double found, double wanted, double by)
{
    if (found < wanted - by || found > wanted + by)
        fail_msg("%f, wanted %f", found, wanted);
}

static void a_clamp_takes_its_share(void **state)
{
    struct rig r;
    double watts;

    rig_open_text(&r, busy);
    rig_sample(&r, 0);
    rig_sample(&r, 10 * S);
    watts = cell(&r, "power", "", XD_POWER_WATTS);
    near(rig_cpu(&r, "a"), 100, 0.1);
    near(cell(&r, "pcpus", "1", XD_PCPU_INJECTED), 0, 0);
    do_set(&r, XD_PKNOB_CLAMP, "power", "60");
    do_set(&r, XD_PKNOB_CLAMP_CPUS, "power", "0-1,3");
    rig_sample(&r, 10 * S);
    near(rig_cpu(&r, "a"), 40, 0.1);
    near(rig_cpu(&r, "b"), 100, 0.1);
    near(cell(&r, "pcpus", "1", XD_PCPU_INJECTED), 60, 0.1);
    near(cell(&r, "pcpus", "1", XD_PCPU_NATURAL), 0, 0.1);
    near(cell(&r, "pcpus", "2", XD_PCPU_INJECTED), 0, 0);
    /* One that is idle anyway has its share already, unless that isn't to count. */
    near(cell(&r, "pcpus", "3", XD_PCPU_INJECTED), 0, 0);
    near(cell(&r, "power", "", XD_POWER_INJECTED), 60, 0.5);
    assert_true(cell(&r, "power", "", XD_POWER_WATTS) < watts);
    do_set(&r, XD_PKNOB_CLAMP, "power", "off");
    rig_sample(&r, 10 * S);
    near(rig_cpu(&r, "a"), 100, 0.1);
    near(cell(&r, "pcpus", "1", XD_PCPU_INJECTED), 0, 0);
    rig_close(&r);
}

/* Busy, injected and natural idle are all there is; so are the residencies. */
static void times_add_up(void **state)
{
    struct rig r;

    rig_open_text(&r, busy);
    do_set((rig_sample(&r, 0), &r), XD_PKNOB_CLAMP, "power", "30");
    rig_sample(&r, 0);
    rig_sample(&r, 7 * S);
    for (int cpu = 0; cpu < 4; cpu++) {
        char label[8], state_of[16], khz[16];
        double c = 0, p = 0;

        snprintf(label, sizeof(label), "%d", cpu);
        near(cell(&r, "pcpus", label, XD_PCPU_BUSY) + cell(&r, "pcpus", label, XD_PCPU_INJECTED) +
                 cell(&r, "pcpus", label, XD_PCPU_NATURAL),
             100, 0.01);
        for (int s = 0; s < 3; s++) {
            snprintf(state_of, sizeof(state_of), "%d/%d", cpu, s);
            c += cell(&r, "cstates", state_of, XD_CSTATE_RESIDENCY);
            snprintf(khz, sizeof(khz), "%d/%d", cpu, s == 0 ? 3000000 : s == 1 ? 2400000 : 1500000);
            p += cell(&r, "pstates", khz, XD_PSTATE_RESIDENCY);
        }
        near(c, 100, 0.01);
        near(p, 100, 0.01);
    }
    rig_close(&r);
}

static void a_package_holds_itself_to_its_limit(void **state)
{
    struct rig r;
    double celsius;

    rig_open_text(&r, busy);
    rig_sample(&r, 0);
    rig_sample(&r, 60 * S);
    assert_true(cell(&r, "sensors", "rapl/package-0", XD_SENSOR_WATTS) > 70);
    celsius = cell(&r, "sensors", "hwmon/k10temp-0/temp1", XD_SENSOR_CELSIUS);
    do_set(&r, XD_PKNOB_LIMIT, "rapl/package-0", "60W");
    rig_sample(&r, 60 * S);
    near(cell(&r, "sensors", "rapl/package-0", XD_SENSOR_WATTS), 60, 0.1);
    assert_true(cell(&r, "sensors", "hwmon/k10temp-0/temp1", XD_SENSOR_CELSIUS) < celsius - 1);
    rig_close(&r);
}

static void states_are_bounded(void **state)
{
    struct rig r;

    rig_open_text(&r, busy);
    rig_sample(&r, 0);
    do_set(&r, XD_PKNOB_MAX_CSTATE, "power", "1");
    do_set(&r, XD_PKNOB_GOVERNOR, "3", "performance");
    do_set(&r, XD_PKNOB_FREQ_MAX, "1", "2500MHz");
    rig_sample(&r, 1 * S);
    rig_sample(&r, 5 * S);
    near(cell(&r, "cstates", "3/2", XD_CSTATE_RESIDENCY), 0, 0);
    near(cell(&r, "cstates", "3/1", XD_CSTATE_RESIDENCY), 100, 0.1);
    near(cell(&r, "pstates", "3/3000000", XD_PSTATE_RESIDENCY), 100, 0.1);
    near(cell(&r, "pcpus", "1", XD_PCPU_FREQ_KHZ), 2400000, 0);
    near(cell(&r, "pcpus", "2", XD_PCPU_FREQ_KHZ), 3750000, 0); /* turbo */
    assert_false(xd_row_has(rig_table(&r, "pools")->rows[0], XD_POOL_GOVERNOR));
    rig_close(&r);
}

static void refused(struct rig *r, int knob, const char *label, const char *text,
                    const char *sentence)
{
    struct xd_err err = XD_ERR_INIT;

    assert_true(set(r, knob, label, text, &err) < 0);
    assert_string_equal(err.text, sentence);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct rig r;

    rig_open_text(&r, busy);
    rig_sample(&r, 0);
    refused(&r, XD_PKNOB_CLAMP, "power", "76", "power power.clamp: wanted 0 to 75 %, found 76");
    refused(&r, XD_PKNOB_CLAMP_CPUS, "power", "3-4",
            "power.clamp_cpus: wanted pCPUs from 0 to 3, found 4");
    refused(&r, XD_PKNOB_GOVERNOR, "1", "fast",
            "cpu.governor: wanted ondemand, performance or powersave, found \"fast\"");
    refused(&r, XD_PKNOB_FREQ_MIN, "1", "1GHz",
            "pCPU 1 cpu.freq_min: wanted 1500000 to 3000000 kHz, found 1000000");
    refused(&r, XD_PKNOB_LIMIT, "ipmi/dcmi", "100W",
            "ipmi/dcmi power.limit: only packages hold themselves to a limit");
    do_set(&r, XD_PKNOB_GOVERNOR, "1", "powersave");
    refused(&r, XD_PKNOB_POOL_GOVERNOR, "Pool-0", "performance",
            "cpupool Pool-0: its pCPUs have no governor in common; cpu.governor sets each");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clamp_takes_its_share),
        cmocka_unit_test(times_add_up),
        cmocka_unit_test(a_package_holds_itself_to_its_limit),
        cmocka_unit_test(states_are_bounded),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
