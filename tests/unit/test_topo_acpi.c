/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo: what ACPI says of nodes and distances, in the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "acpi_help.h"
#include "topo_help.h"

#define ACPI "sys/firmware/acpi/tables/"

static void put_table(struct xd_files *f, const char *name, struct table *t)
{
    char path[64];

    seal(t);
    snprintf(path, sizeof(path), ACPI "%s", name);
    assert_int_equal(xd_files_put(f, path, t->bytes, t->n, NULL), 0);
}

static void add_cpu(struct table *t, unsigned domain, unsigned apic_id)
{
    add(t, 1, 2); /* x2APIC */
    add(t, 1, 24);
    add(t, 2, 0);
    add(t, 4, domain);
    add(t, 4, apic_id);
    add(t, 4, 1);
    zeros(t, 8);
}

static void add_memory(struct table *t, unsigned domain)
{
    add(t, 1, 1);
    add(t, 1, 40);
    add(t, 4, domain);
    add(t, 2, 0);
    add(t, 8, 0);
    add(t, 8, UINT64_C(1) << 30);
    add(t, 4, 0);
    add(t, 4, 1);
    zeros(t, 8);
}

/* Domains 4 and 2 with a CPU each, domain 7 with memory alone, which is where a PCI device is. */
static void put_srat(struct xd_files *f)
{
    struct table t;

    begin(&t, "SRAT");
    zeros(&t, 12);
    add_cpu(&t, 4, 16);
    add_cpu(&t, 2, 33);
    add_memory(&t, 2);
    add_memory(&t, 7);
    add(&t, 1, 5);
    add(&t, 1, 32);
    add(&t, 1, 0);
    add(&t, 1, 1);
    add(&t, 4, 7);
    add(&t, 2, 0);
    add(&t, 2, 0x4100);
    zeros(&t, 12);
    add(&t, 4, 1);
    zeros(&t, 4);
    put_table(f, "SRAT", &t);
}

/* Eight domains; what isn't said is far. */
static void put_slit(struct xd_files *f)
{
    struct table t;

    begin(&t, "SLIT");
    add(&t, 8, 8);
    for (unsigned from = 0; from < 8; from++)
        for (unsigned to = 0; to < 8; to++)
            add(&t, 1, from == to ? 10 : from == 4 && to == 2 ? 21 : 40);
    put_table(f, "SLIT", &t);
}

/* Reading from memory of domain 7 takes CPUs of domain 4 350 ns, at 20000 MB/s. */
static void put_hmat(struct xd_files *f)
{
    struct table t;

    begin(&t, "HMAT");
    zeros(&t, 4);
    for (unsigned i = 0; i < 2; i++) {
        add(&t, 2, 1);
        add(&t, 2, 0);
        add(&t, 4, 32 + 4 + 4 + 2);
        add(&t, 1, 0);
        add(&t, 1, i ? 4 : 1);
        zeros(&t, 2);
        add(&t, 4, 1);
        add(&t, 4, 1);
        zeros(&t, 4);
        add(&t, 8, i ? 1000 : 1000);
        add(&t, 4, 4);
        add(&t, 4, 7);
        add(&t, 2, i ? 20 : 350);
    }
    put_table(f, "HMAT", &t);
}

static struct xd_files *server(void)
{
    struct xd_files *f = xd_files_new(NULL);

    put_srat(f);
    put_slit(f);
    put_hmat(f);
    put_text(f, "proc/cpuinfo", "processor: 0\napicid: 16\n\nprocessor: 1\napicid: 33");
    put_text(f, SYS_CPU "online", "1", 0);
    put_text(f, SYS_CPU "online", "1", 1);
    put_text(f, "sys/bus/pci/devices/0000:41:00.0/vendor", "0x8086");
    return f;
}

static const struct xd_topo_distance *distance(const struct xd_topo *t, unsigned from, unsigned to)
{
    for (size_t i = 0; i < t->n_distances; i++)
        if (t->distances[i].from == from && t->distances[i].to == to)
            return &t->distances[i];
    return NULL;
}

/* Nodes are counted in the order of SRAT's domains: 4, 2, 7. CPUs are found by their APIC ids. */
static void nodes_of_srat(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = server();
    struct xd_topo *t = xd_topo_read(f);

    assert_string_equal(tree_text(t, &a), "machine 0-1\n"
                                          "  node/0 0\n"
                                          "    thread/0 0\n"
                                          "  node/1 1\n"
                                          "    thread/1 1\n"
                                          "  node/2 none\n"
                                          "    bus/0000:41 none\n"
                                          "      pci/0000:41:00.0 none\n");
    assert_int_equal(distance(t, 0, 1)->value, 21);
    assert_int_equal(distance(t, 1, 0)->value, 40);
    assert_int_equal(distance(t, 0, 2)->value, 40);
    assert_true(fabs(distance(t, 0, 2)->latency_ns - 350) < 0.01);
    assert_true(fabs(distance(t, 0, 2)->bytes_s - 20e9) < 1e6);
    assert_true(isnan(distance(t, 0, 1)->latency_ns));
    assert_int_equal(t->n_distances, 9);
    assert_int_equal(t->n_troubles, 0);
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* Linux's word counts: it has two nodes, other CPUs in them, and another distance. */
static void nodes_of_linux_count(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = server();
    struct xd_topo *t;

    for (unsigned n = 0; n < 2; n++) {
        put_text(f, "sys/devices/system/node/node%u/cpulist", n ? "" : "0-1", n);
        put_text(f, "sys/devices/system/node/node%u/distance", n ? "40 10" : "10 31", n);
    }
    t = xd_topo_read(f);
    assert_null(xd_topo_find(t, "node/2"));
    assert_string_equal(value_text(t, "node/0", XD_TOPO_CPUS, &a), "0-1");
    assert_string_equal(fact_text(t, "node/0", XD_TOPO_CPUS, XD_TOPO_BY_ACPI, &a), "0 (overruled)");
    assert_int_equal(distance(t, 0, 1)->value, 31);
    assert_int_equal(distance(t, 0, 1)->source, XD_TOPO_BY_SYSFS);
    assert_string_equal(trouble_of(t, XD_TOPO_BY_ACPI),
                        "from node 0 to 1 it is 21; sysfs, whose word counts: 31");
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* A table that is cut or damaged is told with its name and offset; the others count. */
static void tables_that_are_wrong(void **state)
{
    struct xd_files *f = server();
    struct xd_topo *t;
    struct table slit;

    begin(&slit, "SLIT");
    add(&slit, 8, 100);
    put_table(f, "SLIT", &slit);
    t = xd_topo_read(f);
    assert_string_equal(
        trouble_of(t, XD_TOPO_BY_ACPI),
        "ACPI table SLIT, offset 0x24: the matrix of distances does not fit into the table");
    assert_non_null(xd_topo_find(t, "node/2"));
    assert_non_null(distance(t, 0, 2)); /* of HMAT */
    xd_topo_free(t);

    assert_int_equal(xd_files_put(f, ACPI "SRAT", "SRAT\x40", 5, NULL), 0);
    t = xd_topo_read(f);
    assert_string_equal(trouble_of(t, XD_TOPO_BY_ACPI),
                        "SRAT: an ACPI table of 5 bytes, wanted at least 36");
    assert_non_null(xd_topo_find(t, "thread/1"));
    xd_topo_free(t);
    xd_files_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_of_srat),
        cmocka_unit_test(nodes_of_linux_count),
        cmocka_unit_test(tables_that_are_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
