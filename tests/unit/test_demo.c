/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host: what it shows, and that its CPU time is honest. (Life and memory of domains are in
 * test_demo_life.c, faults in test_demo_faults.c, the language in test_demo_scenario.c.) */
#include "demo_rig.h"

static void default_host(void **state)
{
    const struct xd_row *host;
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    host = rig_table(&r, "host")->rows[0];
    assert_int_equal(xd_row_u64(host, XD_HOST_KIND, 99), XD_HOST_DEMO);
    assert_int_equal(xd_row_u64(host, XD_HOST_SOCKETS, 0), 2);
    assert_int_equal(xd_row_u64(host, XD_HOST_NODES, 0), 4);
    assert_int_equal(xd_row_u64(host, XD_HOST_PCPUS, 0), 64);
    assert_int_equal(xd_row_u64(host, XD_HOST_MEM_KIB, 0), UINT64_C(128) << 20);
    assert_int_equal(xd_row_u64(host, XD_HOST_DOMAINS, 0), 14);
    assert_int_equal(rig_table(&r, "nodes")->n, 4);
    assert_int_equal(rig_table(&r, "pcpus")->n, 64);
    assert_int_equal(rig_table(&r, "pools")->n, 2);
    assert_int_equal(rig_table(&r, "domains")->n, 14);
    assert_string_equal(xd_row_str(rig_row(&r, "nodes", "1"), XD_NODE_DISTANCES, "?"),
                        "12 10 32 32");
    rig_close(&r);
}

static void default_domains(void **state)
{
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    /* The first sample has no rates: unknown, and not zero. */
    assert_false(xd_row_has(rig_domain(&r, "web1"), XD_DOMAIN_CPU));
    rig_sample(&r, 2 * S);
    assert_in_range((int)rig_cpu(&r, "db1"), 370, 400);
    assert_int_equal(xd_row_u64(rig_domain(&r, "staging"), XD_DOMAIN_STATE, 99), XD_STATE_PAUSED);
    assert_string_equal(xd_row_str(rig_domain(&r, "staging"), XD_DOMAIN_FLAGS, ""), "--p---");
    assert_string_equal(xd_row_str(rig_domain(&r, "crm-old"), XD_DOMAIN_FLAGS, ""), "---sc-");
    assert_string_equal(xd_row_str(rig_domain(&r, "crm-old"), XD_DOMAIN_SHUTDOWN_REASON, ""),
                        "crash");
    /* No disk: nothing to know. No traffic: zero. */
    assert_false(xd_row_has(rig_domain(&r, "dns1"), XD_DOMAIN_DISK_RD_BYTES));
    assert_true(xd_row_f64(&xd_domains_desc, rig_domain(&r, "staging"), XD_DOMAIN_NET_RX, -1) == 0);
    assert_int_equal(xd_row_u64(rig_domain(&r, "win-files"), XD_DOMAIN_VCPUS, 0), 4);
    assert_int_equal(xd_row_u64(rig_domain(&r, "win-files"), XD_DOMAIN_VCPUS_ONLINE, 0), 2);
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "win-files/3"), XD_VCPU_STATE, 0),
                     XD_VCPU_OFFLINE);
    assert_false(xd_row_has(rig_row(&r, "vcpus", "win-files/3"), XD_VCPU_PCPU));
    rig_close(&r);
}

/* Every text of every row, the hostile domain's among them, is fit for a terminal. */
static void safe_texts(void **state)
{
    struct rig r;
    bool hostile = false;

    rig_open(&r, "");
    rig_sample(&r, 0);
    for (size_t i = 0; i < xd_snapshot_tables(r.now); i++) {
        const struct xd_table *t = xd_snapshot_table_at(r.now, i);

        for (size_t row = 0; row < t->n; row++) {
            for (int c = 0; c < t->desc->n_columns; c++) {
                const char *s = "";

                if (t->desc->columns[c].kind.type == XD_STR)
                    s = xd_row_str(t->rows[row], c, "");
                assert_true(xd_str_is_safe(s));
                hostile = hostile || xd_str_starts(s, "evil");
            }
        }
    }
    assert_true(hostile);
    rig_close(&r);
}

/* --- time --- */

/* What is said of the time since the last look depends on when that was. */
static bool of_the_interval(const struct xd_column *c)
{
    return c->rate_of || xd_streq(c->name, "wake_ns") || xd_streq(c->name, "wake_max_ns") ||
           xd_streq(c->name, "waits_for");
}

static void assert_same_tables(const struct rig *a, const struct rig *b, const char *name)
{
    const struct xd_table *ta = rig_table(a, name), *tb = rig_table(b, name);

    assert_int_equal(ta->n, tb->n);
    for (size_t i = 0; i < ta->n; i++) {
        for (int c = 0; c < ta->desc->n_columns; c++) {
            struct xd_value va = xd_row_value(ta->desc, ta->rows[i], c);
            struct xd_value vb = xd_row_value(tb->desc, tb->rows[i], c);

            if (!of_the_interval(&ta->desc->columns[c]) && !xd_value_equal(&va, &vb))
                fail_msg("%s row %zu: %s differs", name, i, ta->desc->columns[c].name);
        }
    }
}

static void looking_changes_nothing(void **state)
{
    static const char *const tables[] = {"host", "nodes", "pcpus", "domains", "vcpus"};
    struct rig often, once;

    rig_open(&often, "");
    rig_open(&once, "");
    for (int i = 0; i < 400; i++)
        rig_sample(&often, 137 * MS);
    rig_sample(&once, 400 * 137 * MS);
    for (size_t i = 0; i < 5; i++)
        assert_same_tables(&often, &once, tables[i]);
    rig_close(&often);
    rig_close(&once);
}

/* A night's sleep is crossed in a moment, in steps that are coarser but lose no time. */
static void long_gap(void **state)
{
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    rig_sample(&r, INT64_C(40) * 86400 * S + 12345 * MS);
    assert_true(rig_cpu(&r, "Domain-0") > 19.999 && rig_cpu(&r, "Domain-0") < 20.001);
    assert_int_equal(xd_row_u64(rig_table(&r, "host")->rows[0], XD_HOST_UPTIME_NS, 0),
                     (INT64_C(40) * 86400 + 3600) * S + 12300 * MS);
    rig_close(&r);
}

/* --- CPU time --- */

static uint64_t sum(const struct rig *r, const char *table, int col)
{
    const struct xd_table *t = rig_table(r, table);
    uint64_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        n += xd_row_u64(t->rows[i], col, 0);
    return n;
}

/* To the nanosecond: what vCPUs use is what pCPUs are busy with, and what the host says. */
static void time_is_conserved(void **state)
{
    uint64_t domains, vcpus, pcpus, host;
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    for (int i = 0; i < 30; i++) {
        domains = sum(&r, "domains", XD_DOMAIN_CPU_NS);
        vcpus = sum(&r, "vcpus", XD_VCPU_CPU_NS);
        pcpus = sum(&r, "pcpus", XD_PCPU_BUSY_NS);
        host = sum(&r, "host", XD_HOST_CPU_NS);
        rig_sample(&r, 1700 * MS);
        domains = sum(&r, "domains", XD_DOMAIN_CPU_NS) - domains;
        vcpus = sum(&r, "vcpus", XD_VCPU_CPU_NS) - vcpus;
        pcpus = sum(&r, "pcpus", XD_PCPU_BUSY_NS) - pcpus;
        host = sum(&r, "host", XD_HOST_CPU_NS) - host;
        assert_true(vcpus > 0);
        assert_int_equal(domains, vcpus);
        assert_int_equal(pcpus, vcpus);
        assert_int_equal(host, vcpus);
    }
    rig_close(&r);
}

/* On a pCPU there is one vCPU at a time, it may be there, and the pCPU is not idle. */
static void places_are_possible(void **state)
{
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    for (int i = 0; i < 50; i++) {
        bool taken[64] = {false};
        const struct xd_table *t, *p;

        rig_sample(&r, 100 * MS);
        t = rig_table(&r, "vcpus");
        p = rig_table(&r, "pcpus");
        for (size_t v = 0; v < t->n; v++) {
            uint64_t pcpu = xd_row_u64(t->rows[v], XD_VCPU_PCPU, 0);

            if (xd_row_u64(t->rows[v], XD_VCPU_STATE, 9) != XD_VCPU_RUNNING)
                continue;
            assert_false(taken[pcpu]);
            taken[pcpu] = true;
            assert_true(xd_cpuset_has(t->rows[v]->cell[XD_VCPU_HARD].set, (unsigned)pcpu));
            assert_true(xd_row_f64(&xd_pcpus_desc, p->rows[pcpu], XD_PCPU_BUSY, 0) > 0);
        }
        for (size_t c = 0; c < p->n; c++)
            assert_true(xd_row_f64(&xd_pcpus_desc, p->rows[c], XD_PCPU_BUSY, 999) <= 100.0001);
    }
    rig_close(&r);
}

static void cap_bends(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    rig_sample(&r, 2 * S);
    assert_in_range((int)(rig_cpu(&r, "web1") * 10 + 0.5), 1200, 1200);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "40", &err), 0);
    rig_sample(&r, 2 * S);
    assert_in_range((int)(rig_cpu(&r, "web1") * 10 + 0.5), 400, 400);
    assert_int_equal(rig_set(&r, XD_KNOB_CAP, "web1", "none", &err), 0);
    rig_sample(&r, 2 * S);
    assert_in_range((int)(rig_cpu(&r, "web1") * 10 + 0.5), 1200, 1200);
    rig_close(&r);
}

#define FOUR_CPUS                                                                                  \
    "host: {cores_per_node: 4, memory: 16G}\n"                                                     \
    "domains:\n"                                                                                   \
    "- {name: Domain-0, memory: 1G}\n"

/* Two that spin on one pCPU share it by weight. */
static void weight_on_one_pcpu(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open_text(&r, FOUR_CPUS "- {name: a, memory: 1G, cpus: 2, load: {curve: spin}}\n"
                                "- {name: b, memory: 1G, cpus: 2, weight: 512, "
                                "load: {curve: spin}}\n");
    rig_sample(&r, 0);
    rig_sample(&r, 2 * S);
    assert_in_range((int)(rig_cpu(&r, "a") * 10 + 0.5), 333, 333);
    assert_in_range((int)(rig_cpu(&r, "b") * 10 + 0.5), 667, 667);
    assert_true(xd_row_f64(&xd_pcpus_desc, rig_row(&r, "pcpus", "2"), XD_PCPU_BUSY, 0) > 99.9);
    assert_int_equal(rig_set(&r, XD_KNOB_WEIGHT, "a", "1536", &err), 0);
    rig_sample(&r, 2 * S);
    assert_in_range((int)(rig_cpu(&r, "a") * 10 + 0.5), 750, 750);
    rig_close(&r);
}

/* More is wanted than the pool has: all of it is used, weight decides, and who wants little gets
 * it. */
static void weight_in_a_pool(void **state)
{
    struct rig r;

    rig_open_text(&r,
                  FOUR_CPUS "- {name: a, memory: 1G, vcpus: 4, load: {curve: spin}}\n"
                            "- {name: b, memory: 1G, vcpus: 4, weight: 512, load: {curve: spin}}\n"
                            "- {name: c, memory: 1G, load: {curve: constant, high: 10%}}\n");
    rig_sample(&r, 0);
    rig_sample(&r, 10 * S);
    assert_in_range((int)(rig_cpu(&r, "c") * 10 + 0.5), 100, 100);
    assert_in_range((int)rig_cpu(&r, "a"), 128, 131);
    assert_in_range((int)rig_cpu(&r, "b"), 257, 261);
    for (int i = 0; i < 4; i++) {
        char cpu[2] = {(char)('0' + i), '\0'};

        assert_true(xd_row_f64(&xd_pcpus_desc, rig_row(&r, "pcpus", cpu), XD_PCPU_BUSY, 0) > 99.9);
    }
    rig_close(&r);
}

static void hard_affinity(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_HARD, "db1/0", "5", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_HARD, "db1/1", "5", &err), 0);
    rig_sample(&r, 100 * MS);
    rig_sample(&r, 2 * S);
    /* Both spin, and one pCPU is all they have (the other two vCPUs are idle). */
    assert_in_range((int)rig_cpu(&r, "db1"), 100, 102);
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "db1/0"), XD_VCPU_PCPU, 0), 5);
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "db1/1"), XD_VCPU_PCPU, 0), 5);
    rig_close(&r);
}

/* Preferred while there is room, and left when there is none. */
static void soft_affinity(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    assert_int_equal(rig_set(&r, XD_KNOB_SOFT, "web1/0", "7", &err), 0);
    rig_sample(&r, 2 * S);
    assert_int_equal(xd_row_u64(rig_row(&r, "vcpus", "web1/0"), XD_VCPU_PCPU, 0), 7);
    assert_int_equal(rig_set(&r, XD_KNOB_HARD, "db1/0", "7", &err), 0);
    rig_sample(&r, 2 * S);
    assert_int_not_equal(xd_row_u64(rig_row(&r, "vcpus", "web1/0"), XD_VCPU_PCPU, 7), 7);
    rig_sample(&r, 2 * S);
    assert_in_range((int)(rig_cpu(&r, "web1") + 0.5), 120, 120);
    assert_in_range((int)(rig_cpu(&r, "db1") + 0.5), 200, 201);
    rig_close(&r);
}

/* --- many --- */

static void thousand_domains(void **state)
{
    struct rig r;

    rig_open(&r, "huge");
    rig_sample(&r, 0);
    rig_sample(&r, 2 * S);
    assert_int_equal(rig_table(&r, "domains")->n, 1000);
    assert_int_equal(rig_table(&r, "pcpus")->n, 256);
    assert_non_null(rig_find(&r, "domains", "web-399"));
    rig_close(&r);
}

static void ten_thousand_domains(void **state)
{
    struct rig r;

    rig_open_text(&r, "host: {cores_per_node: 64, memory: 2T}\n"
                      "domains:\n"
                      "- {name: Domain-0, memory: 1G}\n"
                      "- {name: 'd{n}', count: 9999, memory: 64M,\n"
                      "   load: {curve: noise, high: 2%}}\n");
    rig_sample(&r, 0);
    rig_sample(&r, 2 * S);
    assert_int_equal(rig_table(&r, "domains")->n, 10000);
    assert_true(rig_cpu(&r, "d9999") >= 0);
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_host),
        cmocka_unit_test(default_domains),
        cmocka_unit_test(safe_texts),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(long_gap),
        cmocka_unit_test(time_is_conserved),
        cmocka_unit_test(places_are_possible),
        cmocka_unit_test(cap_bends),
        cmocka_unit_test(weight_on_one_pcpu),
        cmocka_unit_test(weight_in_a_pool),
        cmocka_unit_test(hard_affinity),
        cmocka_unit_test(soft_affinity),
        cmocka_unit_test(thousand_domains),
        cmocka_unit_test(ten_thousand_domains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
