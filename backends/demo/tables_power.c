/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be seen of the simulated host's power: see power.c. */
#include <stdio.h>

#include "backend_demo/host.h"
#include "base/round.h"
#include "base/str.h"

#define BURNS_C 95.0 /* its processors slow down from there on */

static double tenths(double f)
{
    return xd_round(f * 10) / 10;
}

/* --- sensors --- */

static void begin_sensor(struct xd_rows *t, const char *name, const char *label, const char *place,
                         enum xd_sensor_kind kind, enum xd_sensor_source source)
{
    xd_row_begin(t);
    xd_put_str(t, XD_SENSOR_NAME, name);
    xd_put_str(t, XD_SENSOR_LABEL, label);
    xd_put_str(t, XD_SENSOR_PLACE, place);
    xd_put_enum(t, XD_SENSOR_KIND, (int)kind);
    xd_put_enum(t, XD_SENSOR_SOURCE, (int)source);
    xd_put_bool(t, XD_SENSOR_ESTIMATED, false);
}

static void put_socket(const struct xd_demo_host *h, struct xd_rows *t, unsigned i)
{
    const struct xd_demo_socket *s = &h->power.sockets[i];
    char name[48], place[24];

    snprintf(place, sizeof(place), "socket %u", i);
    snprintf(name, sizeof(name), "rapl/package-%u", i);
    begin_sensor(t, name, "Package", place, XD_SENSOR_POWER, XD_SENSOR_RAPL);
    xd_put_u64(t, XD_SENSOR_ENERGY_UJ, s->energy_uj);
    xd_put_u64(t, XD_SENSOR_LIMIT_MW, s->limit_mw);
    xd_put_u64(t, XD_SENSOR_AGE_NS, 0);
    snprintf(name, sizeof(name), "hwmon/k10temp-%u/temp1", i);
    begin_sensor(t, name, "Tctl", place, XD_SENSOR_TEMPERATURE, XD_SENSOR_HWMON);
    xd_put_f64(t, XD_SENSOR_CELSIUS, tenths(s->celsius));
    xd_put_f64(t, XD_SENSOR_CELSIUS_MAX, BURNS_C);
    xd_put_u64(t, XD_SENSOR_AGE_NS, 0);
}

void xd_demo_fill_sensors(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    struct xd_rows *t = xd_build_table(b, &xd_sensors_desc, xd_demo_at(h));

    for (unsigned i = 0; i < h->power.n_sockets; i++)
        put_socket(h, t, i);
    begin_sensor(t, "ipmi/dcmi", "Power reading", "host", XD_SENSOR_POWER, XD_SENSOR_IPMI);
    xd_put_f64(t, XD_SENSOR_WATTS, xd_round(xd_demo_power_watts(h)));
    xd_put_u64(t, XD_SENSOR_AGE_NS, (uint64_t)(h->t_ns % XD_NS_PER_S));
    /* A script of the host's owner once fed this one. */
    begin_sensor(t, "file/inlet", "inlet", "host", XD_SENSOR_TEMPERATURE, XD_SENSOR_FILE);
    xd_put_str(t, XD_SENSOR_TROUBLE, "nobody has written /run/xendeck/sensors/inlet for 12d");
}

/* --- the host --- */

static void put_clamp(const struct xd_demo_host *h, struct xd_rows *t)
{
    const struct xd_demo_power *w = &h->power;
    uint64_t injected = 0;

    if (!h->scenario->host.clamp)
        return;
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++)
        injected += h->pcpus[i].injected_ns;
    xd_put_u64(t, XD_POWER_CLAMP, w->clamp);
    xd_put_u64(t, XD_POWER_CLAMP_MAX, (uint64_t)xd_power_knobs[XD_PKNOB_CLAMP].max);
    xd_put_u64(t, XD_POWER_CLAMP_WINDOW_US, w->window_us);
    xd_put_set(t, XD_POWER_CLAMP_CPUS, &w->cpus);
    xd_put_bool(t, XD_POWER_CLAMP_NATURAL, w->natural);
    xd_put_u64(t, XD_POWER_INJECTED_NS, injected);
}

/* Not known where it can't be changed, as on a real host: who asked for it is told why. */
static void put_sched_smt(const struct xd_demo_host *h, struct xd_rows *t, uint64_t want)
{
    const char *why = xd_demo_power_limit(h, XD_PKNOB_SCHED_SMT);

    if (!why)
        xd_put_bool(t, XD_POWER_SCHED_SMT, h->power.sched_smt);
    else if (xd_want_names(&xd_power_desc, want, XD_POWER_SCHED_SMT))
        xd_build_reason(t, "%s: %s", xd_power_knobs[XD_PKNOB_SCHED_SMT].column, why);
}

void xd_demo_fill_power(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    const struct xd_demo_power *w = &h->power;
    struct xd_rows *t = xd_build_table(b, &xd_power_desc, xd_demo_at(h));
    unsigned hottest = 0;
    char name[48];

    for (unsigned i = 1; i < w->n_sockets; i++)
        hottest = w->sockets[i].celsius > w->sockets[hottest].celsius ? i : hottest;
    snprintf(name, sizeof(name), "hwmon/k10temp-%u/temp1", hottest);
    xd_row_begin(t);
    xd_put_f64(t, XD_POWER_WATTS, xd_round(xd_demo_power_watts(h)));
    xd_put_str(t, XD_POWER_WATTS_SOURCE, "ipmi/dcmi");
    xd_put_bool(t, XD_POWER_ESTIMATED, false);
    xd_put_f64(t, XD_POWER_CELSIUS, tenths(w->sockets[hottest].celsius));
    xd_put_str(t, XD_POWER_CELSIUS_SOURCE, name);
    put_clamp(h, t);
    xd_put_enum(t, XD_POWER_MAX_CSTATE, w->max_cstate);
    put_sched_smt(h, t, want);
    xd_put_str(t, XD_POWER_FREQ_DRIVER, "acpi-cpufreq");
    xd_put_str(t, XD_POWER_IDLE_DRIVER, "acpi-idle");
    xd_put_str(t, XD_POWER_GOVERNORS, "ondemand performance powersave");
}

/* --- pCPUs --- */

void xd_demo_put_pcpu_power(struct xd_rows *t, const struct xd_demo_host *h, unsigned i)
{
    const struct xd_demo_pcpu *p = &h->pcpus[i];
    const struct xd_demo_socket *s = &h->power.sockets[p->socket];

    if (h->scenario->host.clamp) { /* nobody else tells the two apart */
        xd_put_u64(t, XD_PCPU_INJECTED_NS, p->injected_ns);
        xd_put_u64(t, XD_PCPU_NATURAL_NS, p->natural_ns);
    }
    if (!p->online)
        return;
    xd_put_u64(t, XD_PCPU_FREQ_KHZ, (uint64_t)((double)p->khz * s->throttle));
    xd_put_u64(t, XD_PCPU_FREQ_MIN_KHZ, p->min_khz);
    xd_put_u64(t, XD_PCPU_FREQ_MAX_KHZ, p->max_khz);
    xd_put_str(t, XD_PCPU_GOVERNOR, xd_demo_governors[p->governor]);
    xd_put_bool(t, XD_PCPU_TURBO, p->turbo);
    xd_put_f64(t, XD_PCPU_CELSIUS, tenths(s->celsius));
}

const char *xd_demo_pool_governor(const struct xd_demo_host *h, const struct xd_cpuset *cpus)
{
    int first = xd_cpuset_next(cpus, 0);

    for (int c = first; c >= 0; c = xd_cpuset_next(cpus, (unsigned)c + 1))
        if (h->pcpus[c].governor != h->pcpus[first].governor)
            return NULL;
    return first < 0 ? NULL : xd_demo_governors[h->pcpus[first].governor];
}

void xd_demo_fill_cstates(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    static const struct {
        const char *name;
        uint64_t latency_us;
    } states[XD_DEMO_CSTATES] = {{"C0", 0}, {"C1", 1}, {"C2", 400}};
    struct xd_rows *t = xd_build_table(b, &xd_cstates_desc, xd_demo_at(h));

    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        const struct xd_demo_pcpu *p = &h->pcpus[i];

        for (unsigned s = 0; s < XD_DEMO_CSTATES && p->online; s++) {
            xd_row_begin(t);
            xd_put_u64(t, XD_CSTATE_PCPU, i);
            xd_put_u64(t, XD_CSTATE_STATE, s);
            xd_put_str(t, XD_CSTATE_NAME, states[s].name);
            xd_put_u64(t, XD_CSTATE_LATENCY_US, states[s].latency_us);
            xd_put_u64(t, XD_CSTATE_RESIDENCY_NS, p->cstate_ns[s]);
            if (s > 0)
                xd_put_u64(t, XD_CSTATE_ENTRIES, p->cstate_n[s]);
        }
    }
}

void xd_demo_fill_pstates(struct xd_demo_host *h, struct xd_builder *b, uint64_t want)
{
    struct xd_rows *t = xd_build_table(b, &xd_pstates_desc, xd_demo_at(h));

    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        const struct xd_demo_pcpu *p = &h->pcpus[i];

        for (unsigned s = 0; s < XD_DEMO_PSTATES && p->online; s++) {
            xd_row_begin(t);
            xd_put_u64(t, XD_PSTATE_PCPU, i);
            xd_put_u64(t, XD_PSTATE_KHZ, h->power.khz[s]);
            xd_put_u64(t, XD_PSTATE_RESIDENCY_NS, p->pstate_ns[s]);
            xd_put_u64(t, XD_PSTATE_ENTRIES, p->pstate_n[s]);
        }
    }
}
