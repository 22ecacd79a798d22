/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold whatever happens: budgets under random loads, ticks that come when they like and
 * clocks that jump; rules in any order; and that a simulation is a run. */
#include "policy_help.h"

#include "policies/ledger.h"
#include "policies/sim.h"

#define ROUNDS 40
#define STEPS  3000

static uint32_t next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static int64_t between(uint32_t *seed, int64_t lo, int64_t hi)
{
    return lo + (int64_t)(next(seed) % (uint64_t)(hi - lo + 1));
}

/* What was used without a cap, in which step. A new incarnation has no cap until it is seen: what
 * it uses so is charged, but nobody can keep it from it. */
struct use {
    int64_t from, to, ns;
    bool fresh;
};

/* The most that was used in any stretch of that length. */
static int64_t most_in(const struct use *u, size_t n, int64_t length)
{
    int64_t most = 0, sum = 0;
    size_t first = 0;

    for (size_t i = 0; i < n; i++) {
        sum += u[i].fresh ? 0 : u[i].ns;
        while (u[first].from < u[i].to - length) {
            sum -= u[first].fresh ? 0 : u[first].ns;
            first++;
        }
        most = sum > most ? sum : most;
    }
    return most;
}

/* Random load, jitter from 0.1 s to 10 s, steps of the wall clock, restarts of the domain and of
 * the engine. */
static size_t live(struct host *h, uint32_t *seed, struct use *u)
{
    struct guest *g = guest_add(h, "web1", 4, 1);
    bool fresh = false;
    size_t n = 0;

    host_tick(h);
    for (int i = 0; i < STEPS; i++) {
        int64_t step = between(seed, 1, 100) * S / 10, before = g->free_ns, at = h->mono_ns;

        if (between(seed, 0, 20) == 0)
            g->wants = (double)between(seed, 0, 40) / 10;
        if (between(seed, 0, 50) == 0)
            h->wall_ns += between(seed, -7200, 7200) * S;
        host_run(h, step);
        u[n++] = (struct use){at, h->mono_ns, g->free_ns - before, fresh};
        host_tick(h);
        fresh = between(seed, 0, 200) == 0;
        if (fresh) {
            g->id += 10;
            g->cpu_ns = 0;
            g->cap = 0;
        }
        if (between(seed, 0, 300) == 0) {
            struct xd_buf b = XD_BUF_INIT;

            xd_ledger_write(h->e, 1, &b);
            xd_engine_free(h->e);
            assert_int_equal(xd_ledger_read(h->p, "ledger", b.s, b.len, &h->e, NULL), 0);
            xd_buf_done(&b);
        }
    }
    return n;
}

/* The stated bound: the budget, and what four vCPUs use from one tick to the next (10 s). */
static void test_budgets_hold(void **state)
{
    static const struct {
        const char *kind;
        int64_t most; /* in any stretch of a window's length */
    } cases[] = {
        {"kind: sliding", 120 * S},
        {"kind: fixed", 240 * S},              /* the end of one and the beginning of the next */
        {"kind: bucket, carry: 60s", 300 * S}, /* what was saved up, and what trickles in */
    };
    static struct use u[STEPS];

    for (uint32_t round = 1; round <= ROUNDS; round++)
        for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
            uint32_t seed = round * 2654435761U + (uint32_t)c;
            struct host h;
            char yaml[512];

            snprintf(
                yaml, sizeof(yaml),
                "policy: p\ntimezone: CET-1CEST,M3.5.0,M10.5.0/3\nrules:\n"
                "  - {name: b, match: all, budget: {cpu: 120s, per: 20m, then: {sched.cap: 20}, "
                "%s}}\n",
                cases[c].kind);
            host_init(&h, yaml);
            size_t n = live(&h, &seed, u);
            int64_t most = most_in(u, n, 20 * MIN);
            assert_true(most > cases[c].most / 3); /* there was something to hold back */
            if (most > cases[c].most + 40 * S)
                fail_msg("round %u, %s: %lld s", round, cases[c].kind, (long long)(most / S));
            host_done(&h);
        }
}

/* Three guests of one budget together are held as one would be. */
static void test_shared_budgets_hold(void **state)
{
    static struct use u[STEPS];

    for (uint32_t round = 1; round <= ROUNDS; round++) {
        uint32_t seed = round * 668265263U;
        struct host h;

        host_init(&h, "policy: p\ntimezone: UTC\nrules:\n"
                      "  - {name: b, match: all, budget: {cpu: 120s, per: 20m, shared: true, then: "
                      "{sched.cap: 20}}}\n");
        for (int i = 0; i < 3; i++)
            guest_add(&h, i == 0 ? "web1" : i == 1 ? "web2" : "web3", 2, 0);
        host_tick(&h);
        for (int i = 0; i < STEPS; i++) {
            int64_t at = h.mono_ns, before = 0, after = 0;
            struct guest *g = &h.guest[between(&seed, 0, 2)];

            if (between(&seed, 0, 20) == 0)
                g->wants = (double)between(&seed, 0, 20) / 10;
            for (int k = 0; k < 3; k++)
                before += h.guest[k].free_ns;
            host_run(&h, between(&seed, 1, 100) * S / 10);
            for (int k = 0; k < 3; k++)
                after += h.guest[k].free_ns;
            u[i] = (struct use){at, h.mono_ns, after - before, false};
            host_tick(&h);
        }
        int64_t most = most_in(u, STEPS, 20 * MIN);
        assert_in_range(most, 60 * S, 120 * S + 60 * S); /* 10 s of six vCPUs */
        host_done(&h);
    }
}

/* The same rules in another order give the same values. */
static void test_order_means_nothing(void **state)
{
    for (uint32_t round = 1; round <= 300; round++) {
        uint32_t seed = round * 2246822519U;
        char rule[6][160], yaml[2][1200];
        int order[6] = {0, 1, 2, 3, 4, 5};
        struct host h[2];

        for (int i = 0; i < 6; i++) {
            static const char *const what[] = {"set", "at_least", "at_most"};

            snprintf(rule[i], sizeof(rule[i]),
                     "  - {name: r%d, match: all, priority: %lld, %s: {sched.weight: %lld}, %s}\n",
                     i, (long long)between(&seed, 0, 2), what[between(&seed, 0, 2)],
                     (long long)between(&seed, 1, 9) * 100,
                     between(&seed, 0, 1) ? "when: {days: mon}" : "when: {days: mon-sun}");
        }
        for (int i = 5; i > 0; i--) {
            int k = (int)between(&seed, 0, i), swap = order[i];

            order[i] = order[k];
            order[k] = swap;
        }
        for (int v = 0; v < 2; v++) {
            char *p = yaml[v];

            p += sprintf(p, "policy: p\ntimezone: UTC\nrules:\n");
            for (int i = 0; i < 6; i++)
                p += sprintf(p, "%s", rule[v ? order[i] : i]);
            host_init(&h[v], yaml[v]);
            guest_add(&h[v], "web1", 1, 0);
            host_tick(&h[v]);
        }
        assert_int_equal(h[0].guest[0].weight, h[1].guest[0].weight);
        const struct xd_engine_knob *a = &xd_engine_domain(h[0].e, 0)->knobs[XD_POLICY_WEIGHT];
        const struct xd_engine_knob *b = &xd_engine_domain(h[1].e, 0)->knobs[XD_POLICY_WEIGHT];
        assert_int_equal(a->rule < 0, b->rule < 0);
        if (a->rule >= 0) /* the same rule is named */
            assert_string_equal(h[0].p->rules[a->rule].name, h[1].p->rules[b->rule].name);
        host_done(&h[0]);
        host_done(&h[1]);
    }
}

/* --- simulations --- */

struct acts {
    struct xd_buf text;
};

static void note(void *arg, int64_t wall_ns, const struct xd_engine_act *a)
{
    xd_buf_printf(&((struct acts *)arg)->text, "%lld %s %d %llu\n", (long long)wall_ns,
                  a->domain->name, a->knob, (unsigned long long)a->to);
}

#define NOISY                                                                                      \
    "policy: p\ntimezone: UTC\nrules:\n"                                                           \
    "  - {name: b, match: all, budget: {cpu: 60s, per: 10m, then: {sched.cap: 20}}}\n"             \
    "  - {name: c, match: {name: web*}, if: {where: cpu>90, for: 15s}, at_most: {sched.weight: "   \
    "99}}\n"

/* A recorded load played twice, and lived through once with the engine alone: the same decisions.
 */
static void test_simulation_is_a_run(void **state)
{
    for (uint32_t round = 1; round <= 20; round++) {
        uint32_t seed = round * 3266489917U;
        struct xd_buf csv = XD_BUF_INIT;
        struct acts sim[2] = {{XD_BUF_INIT}, {XD_BUF_INIT}}, lived = {XD_BUF_INIT};
        struct host h;
        double wants[2][400];

        xd_buf_add(&csv, "time,name,id,cpu,vcpus\n");
        host_init(&h, NOISY);
        h.wall_ns = INT64_C(1704067200) * S;
        for (int i = 0; i < 400; i++)
            for (int g = 0; g < 2; g++) {
                wants[g][i] =
                    i && between(&seed, 0, 8) ? wants[g][i - 1] : (double)between(&seed, 0, 8) / 4;
                xd_buf_printf(&csv, "%d,%s,%d,%g,2\n", 3 * i, g ? "web1" : "db1", g + 1,
                              wants[g][i] * 100);
            }
        for (int v = 0; v < 2; v++) {
            struct xd_sim *s = xd_sim_new(h.p);
            struct xd_trace_sample sample;
            struct xd_trace *t;

            assert_int_equal(xd_trace_parse("load", csv.s, csv.len, &t, NULL), 0);
            xd_sim_on_act(s, note, &sim[v]);
            while (xd_trace_next(t, &sample, NULL) > 0)
                assert_int_equal(xd_sim_step(s, &sample, NULL, 0, NULL), 0);
            xd_trace_close(t);
            xd_sim_free(s);
        }
        guest_add(&h, "db1", 2, wants[0][0]);
        guest_add(&h, "web1", 2, wants[1][0]);
        for (int i = 0; i < 400; i++) {
            if (i)
                host_run(&h, 3 * S);
            struct xd_policy_now now = {h.mono_ns, h.wall_ns, 0};
            assert_int_equal(xd_engine_tick(h.e, host_snapshot(&h), &now, NULL), 0);
            for (size_t k = 0; xd_engine_act(h.e, k); k++)
                note(&lived, h.wall_ns, xd_engine_act(h.e, k));
            host_obey(&h);
            h.guest[0].wants = wants[0][i];
            h.guest[1].wants = wants[1][i];
        }
        assert_true(lived.text.len > 0);
        assert_string_equal(sim[0].text.s, sim[1].text.s);
        assert_string_equal(sim[0].text.s, lived.text.s);
        xd_buf_done(&sim[0].text);
        xd_buf_done(&sim[1].text);
        xd_buf_done(&lived.text);
        xd_buf_done(&csv);
        host_done(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budgets_hold),
        cmocka_unit_test(test_shared_budgets_hold),
        cmocka_unit_test(test_order_means_nothing),
        cmocka_unit_test(test_simulation_is_a_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
