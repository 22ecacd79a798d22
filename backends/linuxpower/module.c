/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and heat of a machine without Xen: the one symbol that a module exports, and its samples.
 * See host.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend_linuxpower/card.h"
#include "backend_linuxpower/host.h"
#include "base/str.h"
#include "kernel/dom0.h"

static int probe(struct xd_err *err)
{
    if (xd_xen_is_here())
        return xd_err_set(err, -ENODEV, "there is Xen below this machine, which drives its CPUs");
    return 0;
}

static int open_instance(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    const char *root = getenv("XENDECK_ROOT");
    struct xd_lp *p = xd_malloc(sizeof(*p));

    p->env = env;
    p->root = root && root[0] ? root : "/";
    xd_sensing_init(&p->sensing);
    if (root && root[0]) {
        snprintf(p->dir, sizeof(p->dir), "%s%s", root, XD_SENSORS_DIR);
        snprintf(p->bmc, sizeof(p->bmc), "%s/dev/ipmi0", root);
        p->sensing.root = root;
        p->sensing.dir = p->dir;
        p->sensing.ipmi.device = p->bmc;
    }
    *self = p;
    return 0;
}

static void close_instance(void *self)
{
    struct xd_lp *p = self;

    xd_sensing_done(&p->sensing);
    xd_power_limits_done(&p->limits);
    free(p);
}

int xd_lp_look(struct xd_lp *p, unsigned wanted, bool packages, struct xd_arena *a,
               struct xd_lp_now *out, struct xd_err *err)
{
    struct xd_files *f = xd_files_new(p->root);
    int rc = xd_linux_power_read(f, wanted, a, &out->cpus, err);

    out->packages = (struct xd_readings){.a = a};
    if (rc == 0 && packages)
        xd_sensors_powercap(f, &out->packages);
    xd_files_free(f);
    return rc;
}

/* --- tables --- */

#define BIT(col)      (UINT64_C(1) << (col))
#define KEPT_NS       (10 * XD_NS_PER_S)
#define PLACE_COLUMNS (BIT(XD_PCPU_NODE) | BIT(XD_PCPU_SOCKET) | BIT(XD_PCPU_CORE))
#define STAT_COLUMNS                                                                               \
    (BIT(XD_PCPU_BUSY_NS) | BIT(XD_PCPU_BUSY) | BIT(XD_PCPU_NATURAL_NS) | BIT(XD_PCPU_NATURAL))
#define FREQ_COLUMNS                                                                               \
    (BIT(XD_PCPU_FREQ_KHZ) | BIT(XD_PCPU_FREQ_MIN_KHZ) | BIT(XD_PCPU_FREQ_MAX_KHZ) |               \
     BIT(XD_PCPU_GOVERNOR) | BIT(XD_PCPU_TURBO))
#define CLAMP_COLUMNS (BIT(XD_POWER_CLAMP) | BIT(XD_POWER_CLAMP_MAX))
#define DRIVER_COLUMNS                                                                             \
    (BIT(XD_POWER_FREQ_DRIVER) | BIT(XD_POWER_IDLE_DRIVER) | BIT(XD_POWER_GOVERNORS))

struct sample {
    struct xd_lp *p;
    struct xd_builder *b;
    struct xd_arena a;
    int64_t now_ns;
    uint64_t power, pcpus; /* columns that are looked at */
    unsigned kinds;        /* of sensors: enum xd_reading_kinds */
    bool limits;           /* they are due */
    struct xd_lp_now now;
};

static void put_known(struct xd_rows *t, int col, uint64_t n)
{
    if (n)
        xd_put_u64(t, col, n);
}

static void put_told(struct xd_rows *t, int col, uint64_t n)
{
    if (n != UINT64_MAX)
        xd_put_u64(t, col, n);
}

static void put_place(struct xd_rows *t, int col, int n)
{
    if (n >= 0)
        xd_put_u64(t, col, (uint64_t)n);
}

static void fill_pcpus(struct sample *s)
{
    struct xd_rows *t;

    if (!s->pcpus)
        return;
    t = xd_build_table(s->b, &xd_pcpus_desc, s->now_ns);
    for (unsigned i = 0; i < s->now.cpus.n; i++) {
        const struct xd_linux_cpu *c = &s->now.cpus.cpu[i];

        xd_row_begin(t);
        xd_put_u64(t, XD_PCPU_ID, c->cpu);
        xd_put_bool(t, XD_PCPU_ONLINE, c->online);
        put_place(t, XD_PCPU_NODE, c->node);
        put_place(t, XD_PCPU_SOCKET, c->socket);
        put_place(t, XD_PCPU_CORE, c->core);
        if (c->has_stat) {
            xd_put_u64(t, XD_PCPU_BUSY_NS, c->busy_ns);
            xd_put_u64(t, XD_PCPU_NATURAL_NS, c->idle_ns);
        }
        put_known(t, XD_PCPU_FREQ_KHZ, c->khz);
        put_known(t, XD_PCPU_FREQ_MIN_KHZ, c->min_khz);
        put_known(t, XD_PCPU_FREQ_MAX_KHZ, c->max_khz);
        xd_put_str(t, XD_PCPU_GOVERNOR, c->governor);
        if (s->now.cpus.turbo >= 0)
            xd_put_bool(t, XD_PCPU_TURBO, s->now.cpus.turbo);
    }
}

static void fill_cstates(struct sample *s)
{
    struct xd_rows *t;
    bool any = false;

    if (!xd_wanted(s->p->env, &xd_cstates_desc))
        return;
    t = xd_build_table(s->b, &xd_cstates_desc, s->now_ns);
    for (unsigned i = 0; i < s->now.cpus.n; i++) {
        const struct xd_linux_cpu *c = &s->now.cpus.cpu[i];

        for (unsigned k = 0; k < c->n_states; k++) {
            any = true;
            xd_row_begin(t);
            xd_put_u64(t, XD_CSTATE_PCPU, c->cpu);
            xd_put_u64(t, XD_CSTATE_STATE, k);
            xd_put_str(t, XD_CSTATE_NAME, c->states[k].name);
            put_told(t, XD_CSTATE_LATENCY_US, c->states[k].latency_us);
            put_told(t, XD_CSTATE_RESIDENCY_NS, c->states[k].residency_ns);
            put_told(t, XD_CSTATE_ENTRIES, c->states[k].entries);
        }
    }
    if (!any)
        xd_build_reason(t, "Linux has no driver of idle states here (cpuidle)");
}

static void fill_pstates(struct sample *s)
{
    struct xd_rows *t;
    bool any = false;

    if (!xd_wanted(s->p->env, &xd_pstates_desc))
        return;
    t = xd_build_table(s->b, &xd_pstates_desc, s->now_ns);
    for (unsigned i = 0; i < s->now.cpus.n; i++) {
        const struct xd_linux_cpu *c = &s->now.cpus.cpu[i];

        for (unsigned k = 0; k < c->n_times; k++) {
            any = true;
            xd_row_begin(t);
            xd_put_u64(t, XD_PSTATE_PCPU, c->cpu);
            xd_put_u64(t, XD_PSTATE_KHZ, c->times[k].khz);
            xd_put_u64(t, XD_PSTATE_RESIDENCY_NS, c->times[k].ns);
        }
    }
    if (!any)
        xd_build_reason(t, "Linux counts no times of frequencies here (its driver keeps none, as "
                           "intel_pstate, or there is no driver)");
}

/* How many CPUs' worth of work there was since the last look; < 0: unknown. */
static double busy(struct sample *s)
{
    uint64_t ns = 0;
    unsigned n = 0;

    for (unsigned i = 0; i < s->now.cpus.n; i++) {
        n += s->now.cpus.cpu[i].has_stat;
        ns += s->now.cpus.cpu[i].busy_ns;
    }
    return xd_sensing_rate(&s->p->sensing, s->now_ns, ns, n);
}

/* They are counted once, when the model's watts may matter first: then places are read. Numbers of
 * sockets have gaps. */
static unsigned sockets(struct sample *s)
{
    const struct xd_linux_power *now = &s->now.cpus;
    unsigned n = 0;

    for (unsigned i = 0; !s->p->n_sockets && i < now->n; i++) {
        unsigned k = 0;

        while (k < i && now->cpu[k].socket != now->cpu[i].socket)
            k++;
        n += k == i && now->cpu[i].socket >= 0;
    }
    if (!s->p->n_sockets)
        s->p->n_sockets = n ? n : 1;
    return s->p->n_sockets;
}

static void keep(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static bool driver_is_due(const struct sample *s)
{
    const struct xd_lp *p = s->p;

    return s->power & DRIVER_COLUMNS &&
           (!p->driver.asked_ns || s->now_ns - p->driver.asked_ns >= KEPT_NS);
}

/* Of the first CPU that has a driver: all have the same. */
static void take_driver(struct sample *s)
{
    const struct xd_linux_cpu *c = NULL;
    struct xd_lp *p = s->p;

    for (unsigned i = 0; i < s->now.cpus.n && !(c && c->driver); i++)
        c = &s->now.cpus.cpu[i];
    keep(p->driver.freq, sizeof(p->driver.freq), c ? c->driver : NULL);
    keep(p->driver.governors, sizeof(p->driver.governors), c ? c->governors : NULL);
    keep(p->driver.idle, sizeof(p->driver.idle), s->now.cpus.idle_driver);
    p->driver.asked_ns = s->now_ns ? s->now_ns : 1;
}

static void put_text(struct xd_rows *t, int col, const char *text)
{
    xd_put_str(t, col, text[0] ? text : NULL);
}

static void fill_power(struct sample *s, const struct xd_sensing_sum *sum)
{
    struct xd_rows *t = xd_build_table(s->b, &xd_power_desc, s->now_ns);
    const struct xd_linux_power *now = &s->now.cpus;

    xd_row_begin(t);
    xd_sensing_put_sum(sum, s->kinds, t);
    if (now->has_clamp) {
        xd_put_u64(t, XD_POWER_CLAMP, now->clamp);
        xd_put_u64(t, XD_POWER_CLAMP_MAX, now->clamp_max);
    }
    if (now->deepest >= -1)
        xd_put_enum(t, XD_POWER_MAX_CSTATE, now->deepest < 0 ? XD_CSTATE_UNLIMITED : now->deepest);
    if (now->turbo >= 0)
        xd_put_bool(t, XD_POWER_TURBO, now->turbo);
    if (s->power & DRIVER_COLUMNS) {
        put_text(t, XD_POWER_FREQ_DRIVER, s->p->driver.freq);
        put_text(t, XD_POWER_IDLE_DRIVER, s->p->driver.idle);
        put_text(t, XD_POWER_GOVERNORS, s->p->driver.governors);
    }
}

static void fill_host(struct sample *s)
{
    struct xd_readings l = {.a = &s->a};
    struct xd_sensing *sensing = &s->p->sensing;
    struct xd_sensing_sum sum = {0};
    bool watts = s->kinds & XD_READS_POWER; /* else nothing was read that the model goes by */

    if (s->kinds) {
        xd_sensing_read(sensing, s->kinds, s->now_ns, &l);
        xd_sensing_sum(sensing, s->now_ns, &l, watts ? sockets(s) : 0, watts ? busy(s) : -1, &sum);
    }
    if (xd_wanted(s->p->env, &xd_sensors_desc))
        xd_sensing_put(&l, s->b, s->now_ns);
    if (s->power)
        fill_power(s, &sum);
}

/* What has to be read of CPUs: XD_LINUX_*. */
static unsigned wanted(const struct sample *s)
{
    const struct xd_backend_env *env = s->p->env;
    const struct {
        bool is;
        unsigned looks;
    } parts[] = {
        {s->pcpus & PLACE_COLUMNS, XD_LINUX_PLACE},
        {s->pcpus & STAT_COLUMNS, XD_LINUX_STAT},
        {s->pcpus & FREQ_COLUMNS, XD_LINUX_FREQ},
        {s->power & CLAMP_COLUMNS, XD_LINUX_CLAMP},
        {s->power & BIT(XD_POWER_TURBO), XD_LINUX_FREQ},
        {s->power & BIT(XD_POWER_MAX_CSTATE), XD_LINUX_STATES},
        {driver_is_due(s), XD_LINUX_DRIVER},
        {s->kinds & XD_READS_POWER, XD_LINUX_STAT}, /* the model's */
        {s->kinds & XD_READS_POWER && !s->p->n_sockets, XD_LINUX_PLACE},
        {xd_wanted(env, &xd_cstates_desc), XD_LINUX_STATES},
        {xd_wanted(env, &xd_pstates_desc), XD_LINUX_TIMES},
        {s->limits, XD_LP_LIMITS},
    };
    unsigned out = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        out |= parts[i].is ? parts[i].looks : 0;
    return out;
}

static int collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_lp *p = self;
    const struct xd_backend_env *env = p->env;
    struct sample s = {.p = p,
                       .b = b,
                       .a = XD_ARENA_INIT,
                       .now_ns = xd_clock_now(env->clock),
                       .power = xd_sensing_power(&p->sensing, env),
                       .pcpus = xd_wanted(env, &xd_pcpus_desc),
                       .kinds = xd_sensing_wanted(&p->sensing, env),
                       .limits = xd_power_limits_due(&p->limits, env)};
    int rc = xd_lp_look(p, wanted(&s), s.limits, &s.a, &s.now, err);

    if (rc == 0) {
        if (driver_is_due(&s))
            take_driver(&s);
        fill_pcpus(&s);
        fill_cstates(&s);
        fill_pstates(&s);
        fill_host(&s);
        xd_power_limits_put(&p->limits, env, s.limits, xd_linux_power_knobs, xd_lp_limit, &s.now,
                            b);
    }
    xd_arena_done(&s.a);
    return rc;
}

extern const struct xd_backend xd_backend_module;
const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "linuxpower",
    .title = "Power and heat without Xen, by Linux",
    .help = "Frequencies, idle states, idle injection, power limits and sensors, where there is no "
            "Xen below Linux",
    .live = true,
    .any_machine = true,
    .tables = xd_linuxpower_tables,
    .knobs = xd_linux_power_knobs,
    .probe = probe,
    .open = open_instance,
    .close = close_instance,
    .collect = collect,
    .read = xd_lp_read,
    .write = xd_lp_write,
};
