/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions over other tables, the knobs beside weight and cap, and domains by the thousand. */
#include "policy_help.h"

struct world {
    double busy[2]; /* of the pCPUs, percent; negative: not known */
    bool dark;      /* there is no table of them */
    double vcpu[2]; /* of web1's vCPUs */
    uint64_t budget_us[2];
    uint64_t mem_kib;
};

static struct xd_snapshot *snapshot_of(const struct world *w, int64_t at_ns)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *d = xd_build_table(b, &xd_domains_desc, at_ns);
    struct xd_rows *v = xd_build_table(b, &xd_vcpus_desc, at_ns);
    struct xd_rows *p = w->dark ? NULL : xd_build_table(b, &xd_pcpus_desc, at_ns);

    for (int i = 0; i < 2; i++) {
        xd_row_begin(d);
        xd_put_str(d, XD_DOMAIN_UUID, i ? "web2" : "web1");
        xd_put_str(d, XD_DOMAIN_NAME, i ? "web2" : "web1");
        xd_put_str(d, XD_DOMAIN_POOL, i ? "Pool-1" : "Pool-0");
        xd_put_u64(d, XD_DOMAIN_WEIGHT, 256);
        xd_put_u64(d, XD_DOMAIN_MEM_TARGET_KIB, w->mem_kib);
        xd_put_u64(d, XD_DOMAIN_MEM_MAX_KIB, 4 << 20);
    }
    for (uint64_t i = 0; i < 2; i++) {
        xd_row_begin(v);
        xd_put_str(v, XD_VCPU_DOMAIN_UUID, "web1");
        xd_put_u64(v, XD_VCPU_ID, i);
        xd_put_f64(v, XD_VCPU_CPU, w->vcpu[i]);
        if (w->budget_us[i])
            xd_put_u64(v, XD_VCPU_BUDGET_US, w->budget_us[i]);
        if (!p)
            continue;
        xd_row_begin(p);
        xd_put_u64(p, XD_PCPU_ID, i);
        if (w->busy[i] >= 0)
            xd_put_f64(p, XD_PCPU_BUSY, w->busy[i]);
    }
    return xd_builder_seal(b, NULL, 1, at_ns, at_ns, 0);
}

/* One tick per second; the acts of the last. */
static void tick(struct xd_engine *e, const struct world *w, int64_t *at_ns)
{
    struct xd_policy_now now = { *at_ns += S, *at_ns, 0};
    struct xd_snapshot *s = snapshot_of(w, *at_ns);

    assert_int_equal(xd_engine_tick(e, s, &now, NULL), 0);
    xd_snapshot_unref(s);
}

static void check(const char *rule, const struct world *w, size_t acts, const char *first)
{
    char yaml[1024];
    struct xd_policy *p;
    struct xd_engine *e;
    int64_t at = 1000 * S;

    snprintf(yaml, sizeof(yaml), "policy: p\nrules:\n  - {name: r, match: all, %s}\n", rule);
    p = policy_of(yaml);
    e = xd_engine_new(p);
    tick(e, w, &at);
    assert_int_equal(xd_engine_acts(e), acts);
    if (acts)
        assert_string_equal(xd_engine_act(e, 0)->domain->name, first);
    xd_engine_free(e);
    xd_policy_free(p);
}

static void test_parts_of_a_domain(void **state)
{
    struct world w = {.vcpu = {5, 99}};

    /* one of its vCPUs is busy: web1 is meant, web2 is not */
    check("if: {table: vcpus, where: cpu>90}, set: {sched.weight: 99}", &w, 1, "web1");
    check("if: {table: vcpus, rows: all, where: cpu>90}, set: {sched.weight: 99}", &w, 0, NULL);
    w.vcpu[0] = 95;
    check("if: {table: vcpus, rows: all, where: cpu>90}, set: {sched.weight: 99}", &w, 1, "web1");
}

static void test_the_host(void **state)
{
    struct world w = {.busy = {100, 30}};

    check("if: {table: pcpus, where: busy>90}, set: {sched.weight: 99}", &w, 2, "web1");
    check("if: {table: pcpus, rows: all, where: busy>90}, set: {sched.weight: 99}", &w, 0, NULL);
    check("if: {table: disks, where: rd>5}, set: {sched.weight: 99}", &w, 0,
          NULL); /* no such table */
}

static bool active(struct xd_engine *e, const struct world *w, int64_t *at, int ticks)
{
    while (ticks--)
        tick(e, w, at);
    return xd_engine_domain(e, 0)->active & 1;
}

/* What isn't known neither begins nor ends anything, and no time passes for it. */
static void test_what_is_not_known_stays_as_it_was(void **state)
{
    struct world w = {.busy = {-1, -1}};
    struct xd_policy *p =
        policy_of("policy: p\nrules:\n  - {name: r, match: all, set: {sched.weight: "
                  "99}, if: {table: pcpus, where: busy>90, for: 3s}}\n");
    struct xd_engine *e = xd_engine_new(p);
    struct xd_buf why = XD_BUF_INIT;
    int64_t at = 1000 * S;

    assert_false(active(e, &w, &at, 5));
    w.busy[0] = 95;
    assert_false(active(e, &w, &at, 3)); /* for two seconds */
    w.dark = true;
    assert_false(active(e, &w, &at, 10));
    w.dark = false;
    assert_true(active(e, &w, &at, 1)); /* for three */
    w.dark = true;
    assert_true(active(e, &w, &at, 10));
    xd_engine_why(e, xd_engine_domain(e, 0), &why);
    assert_non_null(strstr(why.s, "\"busy>90\" holds; it is not known just now, so that stays as "
                                  "it was\n"));
    w.dark = false;
    w.busy[0] = -1; /* no pCPU tells */
    assert_true(active(e, &w, &at, 10));
    w.busy[1] = 5; /* one never does, as if it were parked; the others do */
    assert_true(active(e, &w, &at, 3));
    assert_false(active(e, &w, &at, 1));
    xd_buf_done(&why);
    xd_engine_free(e);
    xd_policy_free(p);
}

static void test_until_is_the_other_way_round(void **state)
{
    struct world w = {.busy = {100, 95}};
    struct xd_policy *p =
        policy_of("policy: p\nrules:\n  - {name: r, match: all, set: {sched.weight: "
                  "99}, if: {table: pcpus, rows: all, where: busy>90, until: "
                  "busy<50}}\n");
    struct xd_engine *e = xd_engine_new(p);
    int64_t at = 1000 * S;

    tick(e, &w, &at);
    assert_int_equal(xd_engine_acts(e), 2);
    w.busy[1] = 60; /* not all are busy, but none is idle */
    tick(e, &w, &at);
    assert_int_equal(xd_engine_domain(e, 0)->active, 1);
    w.busy[1] = 40; /* one is */
    tick(e, &w, &at);
    assert_int_equal(xd_engine_domain(e, 0)->active, 0);
    xd_engine_free(e);
    xd_policy_free(p);
}

static void test_rtds_and_memory(void **state)
{
    struct world w = {.budget_us = {4000, 4000}, .mem_kib = 1 << 20};

    check("at_most: {sched.budget: 2ms}", &w, 1, "web1");
    w.budget_us[1] =
        3000; /* whose vCPUs differ is left alone: there is no one value to go back to */
    check("at_most: {sched.budget: 2ms}", &w, 0, NULL);
    check("at_least: {mem.target: 2G}", &w, 2, "web1");
    check("at_least: {mem.target: 512M}", &w, 0, NULL);
    /* not known on this host: not touched */
    check("at_most: {sched.cap: 20}", &w, 0, NULL);
}

static void test_memory_stays_within_its_limit(void **state)
{
    struct world w = {.mem_kib = 1 << 20};
    struct xd_policy *p =
        policy_of("policy: p\nrules:\n  - {name: r, match: all, at_least: {mem.target: 64G}}\n");
    struct xd_engine *e = xd_engine_new(p);
    int64_t at = 1000 * S;

    tick(e, &w, &at);
    assert_int_equal(xd_engine_act(e, 0)->to, 4 << 20); /* mem.max */
    xd_engine_free(e);
    xd_policy_free(p);
}

static void test_match(void **state)
{
    struct world w = {.mem_kib = 1 << 20};
    struct xd_policy *p =
        policy_of("policy: p\ntags: {t: [web2]}\nrules:\n"
                  "  - {name: pool, match: {pool: Pool-1}, set: {sched.weight: 1}}\n"
                  "  - {name: tag, match: {tag: t}, set: {sched.weight: 1}}\n"
                  "  - {name: uuid, match: {uuid: web1}, set: {sched.weight: 1}}\n"
                  "  - {name: both, match: {name: web*, where: pool=Pool-0}, set: "
                  "{sched.weight: 1}}\n");
    struct xd_engine *e = xd_engine_new(p);
    int64_t at = 1000 * S;

    tick(e, &w, &at);
    assert_int_equal(xd_engine_find(e, "web1")->matched, 0xc);
    assert_int_equal(xd_engine_find(e, "web2")->matched, 0x3);
    assert_null(xd_engine_find(e, "web3"));
    xd_engine_free(e);
    xd_policy_free(p);
}

/* Every key that is given must hold: a tag's words are not further names. */
static void test_name_and_tag(void **state)
{
    struct host h;

    host_init(&h, "policy: p\ntags: {t: [db*], all: ['*']}\nrules:\n"
                  "  - {name: a, match: {name: '*1', tag: t}, set: {sched.cap: 30}}\n"
                  "  - {name: b, match: {tag: all}, set: {sched.weight: 9}}\n");
    guest_add(&h, "web1", 1, 0);
    guest_add(&h, "db1", 1, 0);
    guest_add(&h, "db2", 1, 0);
    guest_add(&h, "00000000-0000-0000-0000-000000000000", 1, 0);
    host_tick(&h);
    assert_int_equal(h.guest[0].cap, 0);
    assert_int_equal(h.guest[1].cap, 30);
    assert_int_equal(h.guest[2].cap, 0);
    assert_int_equal(h.guest[3].weight, 9); /* Domain-0 is called by name there */
    host_done(&h);
}

/* Guests that come and go by the thousand are not all remembered. */
static void test_the_gone_are_forgotten(void **state)
{
    struct xd_policy *p =
        policy_of("policy: p\nrules:\n  - {name: r, match: all, set: {sched.weight: 1}}\n");
    struct xd_engine *e = xd_engine_new(p);

    for (int i = 0; i < 60; i++) {
        struct xd_policy_now now = {(1000 + i) * S, MONDAY_NOON, 0};
        struct xd_builder *b = xd_builder_new("test");
        struct xd_rows *t = xd_build_table(b, &xd_domains_desc, now.mono_ns);
        struct xd_snapshot *s;

        for (int k = 0; k < 200; k++) {
            char uuid[40];

            snprintf(uuid, sizeof(uuid), "%d-%d", i, k);
            xd_row_begin(t);
            xd_put_str(t, XD_DOMAIN_UUID, uuid);
        }
        s = xd_builder_seal(b, NULL, 1, now.mono_ns, now.wall_ns, 0);
        assert_int_equal(xd_engine_tick(e, s, &now, NULL), 0);
        xd_snapshot_unref(s);
    }
    assert_in_range(xd_engine_domains(e), 200, 200 + 4096);
    assert_non_null(xd_engine_find(e, "58-7")); /* the last that went is */
    xd_engine_free(e);
    xd_policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_of_a_domain),
        cmocka_unit_test(test_the_host),
        cmocka_unit_test(test_what_is_not_known_stays_as_it_was),
        cmocka_unit_test(test_until_is_the_other_way_round),
        cmocka_unit_test(test_rtds_and_memory),
        cmocka_unit_test(test_memory_stays_within_its_limit),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_name_and_tag),
        cmocka_unit_test(test_the_gone_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
