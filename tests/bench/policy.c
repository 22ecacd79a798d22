/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the policy engine costs: a tick for so many domains under 20 rules, so per domain, and a
 * simulation of one-second data of 100 domains beside reading the same file. CPU time of this
 * thread; medians. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/tables.h"
#include "policies/sim.h"

#define RULES       20
#define ROUNDS      11
#define SIM_DOMAINS 100
#define SIM_SECONDS 7200

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Budgets of all kinds, calendars, conditions and bounds, half of them for all. */
static struct xd_policy *policy_of(void)
{
    static const char *const what[] = {
        "budget: {cpu: 300s, per: 1h, then: {sched.cap: 20}}",
        "budget: {cpu: 300s, per: 1h, kind: fixed, then: {sched.cap: 30}}",
        "when: {days: mon-fri, hours: \"08:00-18:00\"}, at_most: {sched.weight: 512}",
        "if: {where: cpu>150, for: 1m, until: cpu<50}, at_most: {sched.cap: 150}",
    };
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_policy *p;

    xd_buf_add(&b, "policy: bench\ntimezone: CET-1CEST,M3.5.0,M10.5.0/3\nrules:\n");
    for (int i = 0; i < RULES; i++)
        xd_buf_printf(&b, "  - {name: r%d, match: %s%d%s, priority: %d, %s}\n", i,
                      i % 2 ? "{name: \"*" : "{where: \"vcpus>", i % 10, i % 2 ? "\"}" : "\"}",
                      i % 3, what[i % 4]);
    if (xd_policy_parse("bench", b.s, b.len, NULL, &p, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    xd_buf_done(&b);
    return p;
}

static struct xd_snapshot *snapshot_of(size_t n, uint64_t tick, struct xd_snapshot *prev)
{
    struct xd_builder *b = xd_builder_new("bench");
    int64_t at_ns = (int64_t)tick * XD_NS_PER_S;
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, at_ns);

    for (size_t i = 0; i < n; i++) {
        char name[40];

        snprintf(name, sizeof(name), "%08zx-0000-4000-8000-%012zx", i, i);
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_UUID, name);
        snprintf(name, sizeof(name), "guest-%zu", i);
        xd_put_str(t, XD_DOMAIN_NAME, name);
        xd_put_u64(t, XD_DOMAIN_ID, i + 1);
        xd_put_u64(t, XD_DOMAIN_VCPUS, i % 12);
        xd_put_u64(t, XD_DOMAIN_CPU_NS, tick * (i % 20) * 100000000);
        xd_put_u64(t, XD_DOMAIN_CAP, 0);
        xd_put_u64(t, XD_DOMAIN_WEIGHT, 256);
    }
    return xd_builder_seal(b, prev, tick, at_ns, at_ns, 0);
}

static void bench_tick(const struct xd_policy *p, size_t n)
{
    struct xd_engine *e = xd_engine_new(p);
    struct xd_snapshot *prev = NULL;
    double us[ROUNDS];

    for (uint64_t tick = 0; tick <= ROUNDS; tick++) {
        struct xd_snapshot *s = snapshot_of(n, tick + 1, prev);
        struct xd_policy_now now = {(int64_t)(tick + 1) * XD_NS_PER_S,
                                    (int64_t)(tick + 1) * XD_NS_PER_S, 0};
        double start = cpu_us();

        if (xd_engine_tick(e, s, &now, NULL) < 0)
            abort();
        if (tick) /* the first one makes the accounts */
            us[tick - 1] = cpu_us() - start;
        xd_snapshot_unref(prev);
        prev = s;
    }
    qsort(us, ROUNDS, sizeof(us[0]), compare);
    printf("%-44s %9.0f us %7.2f us\n",
           n == 100    ? "a tick, 100 domains × 20 rules"
           : n == 1000 ? "… 1,000 domains"
                       : "… 10,000 domains",
           us[ROUNDS / 2], us[ROUNDS / 2] / (double)n);
    xd_snapshot_unref(prev);
    xd_engine_free(e);
}

static void write_load(FILE *f)
{
    unsigned seed = 1;

    fputs("time,name,cpu,vcpus\n", f);
    for (int t = 0; t < SIM_SECONDS; t++)
        for (int i = 0; i < SIM_DOMAINS; i++)
            fprintf(f, "%d,guest-%d,%d,4\n", t, i, rand_r(&seed) % 300);
}

static double play(const char *path, const struct xd_policy *p)
{
    struct xd_sim *s = p ? xd_sim_new(p) : NULL;
    struct xd_trace_sample sample;
    struct xd_trace *t;
    double start = cpu_us();

    if (xd_trace_open(path, &t, NULL) < 0)
        abort();
    while (xd_trace_next(t, &sample, NULL) > 0)
        if (s && xd_sim_step(s, &sample, NULL, 0, NULL) < 0)
            abort();
    xd_trace_close(t);
    xd_sim_free(s);
    return cpu_us() - start;
}

static void bench_simulation(const struct xd_policy *p, const char *title)
{
    char path[] = "/tmp/xendeck-bench-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    double reading, playing;

    if (!f)
        abort();
    write_load(f);
    fclose(f);
    reading = play(path, NULL);
    playing = play(path, p);
    unlink(path);
    /* All of it is linear in the number of samples: a month is 30 × 12 times that. */
    printf("%-44s %9.0f ms %9.0f ms %6.1f\n", title, reading / 1e3, playing / 1e3,
           playing / reading);
}

int main(void)
{
    struct xd_policy *p = policy_of(), *burst;

    printf("%-44s %12s %10s\n", "policies, medians of 11", "CPU", "a domain");
    bench_tick(p, 100);
    bench_tick(p, 1000);
    bench_tick(p, 10000);
    printf("\n%-44s %12s %12s %6s\n", "two hours of 100 domains, every second", "reading",
           "simulating", "ratio");
    if (xd_policy_load("burst-hour", NULL, &burst, NULL) < 0)
        abort();
    bench_simulation(burst, "burst-hour");
    bench_simulation(p, "20 rules");
    xd_policy_free(burst);
    xd_policy_free(p);
    return 0;
}
