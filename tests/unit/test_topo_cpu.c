/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo: CPUs, caches and nodes from files as Linux has them, made into a tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "topo_help.h"

/* Two packages of two cores with two threads, each package a node. Threads of a core are 4 apart,
 * as most firmware numbers them. */
static struct xd_files *server(void)
{
    struct xd_files *f = xd_files_new(NULL);
    static const char *const package[] = {"0-1,4-5", "2-3,6-7"};
    static const char *const core[] = {"0,4", "1,5", "2,6", "3,7"};
    static const char *const core_id[] = {"0", "8"};

    put_text(f, "sys/devices/system/cpu/online", "0-7");
    for (unsigned cpu = 0; cpu < 8; cpu++)
        put_cpu(f, cpu, cpu % 4 < 2 ? "0" : "1", package[cpu % 4 / 2], core_id[cpu % 2],
                core[cpu % 4]);
    for (unsigned n = 0; n < 2; n++) {
        put_text(f, "sys/devices/system/node/node%u/cpulist", package[n], n);
        put_text(f, "sys/devices/system/node/node%u/distance", n ? "21 10" : "10 21", n);
        put_text(f, "sys/devices/system/node/node%u/meminfo",
                 n ? "Node 1 MemTotal:   8388608 kB\nNode 1 MemFree:    4096 kB"
                   : "Node 0 MemTotal:  16777216 kB\nNode 0 MemFree:  123456 kB",
                 n);
    }
    put_text(f, "proc/cpuinfo",
             "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n"
             "model name\t: AMD EPYC   7313 16-Core Processor   \nstepping\t: 1\n"
             "microcode\t: 0xa0011d1\nphysical id\t: 0\napicid\t\t: 16\n\n"
             "processor\t: 2\nvendor_id\t: AuthenticAMD\nphysical id\t: 1\napicid\t\t: 33");
    return f;
}

static void a_server(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = server();
    struct xd_topo *t = xd_topo_read(f);

    assert_string_equal(tree_text(t, &a), "machine 0-7\n"
                                          "  package/0 0-1,4-5\n"
                                          "    node/0 0-1,4-5\n"
                                          "      l3/0 0-1,4-5\n"
                                          "        l2/0 0,4\n"
                                          "          l1/0 0,4\n"
                                          "            core/0 0,4\n"
                                          "              thread/0 0\n"
                                          "              thread/4 4\n"
                                          "        l2/1 1,5\n"
                                          "          l1/1 1,5\n"
                                          "            core/1 1,5\n"
                                          "              thread/1 1\n"
                                          "              thread/5 5\n"
                                          "  package/1 2-3,6-7\n"
                                          "    node/1 2-3,6-7\n"
                                          "      l3/2 2-3,6-7\n"
                                          "        l2/2 2,6\n"
                                          "          l1/2 2,6\n"
                                          "            core/2 2,6\n"
                                          "              thread/2 2\n"
                                          "              thread/6 6\n"
                                          "        l2/3 3,7\n"
                                          "          l1/3 3,7\n"
                                          "            core/3 3,7\n"
                                          "              thread/3 3\n"
                                          "              thread/7 7\n");
    assert_string_equal(value_text(t, "l3/2", XD_TOPO_SIZE, &a), "16M");
    assert_string_equal(value_text(t, "l1/0", XD_TOPO_SIZE, &a), "32K"); /* of data */
    assert_string_equal(value_text(t, "l2/0", XD_TOPO_WAYS, &a), "8");
    assert_string_equal(value_text(t, "core/3", XD_TOPO_INDEX, &a), "8");
    assert_string_equal(value_text(t, "core/3", XD_TOPO_LABEL, &a), "Core 8");
    assert_string_equal(value_text(t, "core/3", XD_TOPO_NODE, &a), "1");
    assert_string_equal(value_text(t, "node/0", XD_TOPO_SIZE, &a), "16G");
    assert_string_equal(value_text(t, "node/1", XD_TOPO_FREE, &a), "4M");
    assert_string_equal(value_text(t, "machine", XD_TOPO_SIZE, &a), "24G");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_NAME, &a),
                        "AMD EPYC 7313 16-Core Processor");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_MICROCODE, &a), "0xa0011d1");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_FAMILY, &a), "25");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_MAKER, &a), "AuthenticAMD");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_FAMILY, &a), "unknown");
    assert_string_equal(value_text(t, "thread/2", XD_TOPO_APIC_ID, &a), "33");
    assert_int_equal(t->n_distances, 4);
    assert_int_equal(t->distances[1].value, 21);
    assert_int_equal(t->n_troubles, 0);
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* A CPU that is off: Linux knows that it exists and no more. */
static void a_cpu_that_is_off(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    put_cpu(f, 0, "0", "0", "0", "0");
    put_text(f, SYS_CPU "online", "0", 1);
    t = xd_topo_read(f);
    assert_string_equal(tree_text(t, &a), "machine 0-1\n"
                                          "  package/0 0\n"
                                          "    l3/0 0\n"
                                          "      l2/0 0\n"
                                          "        l1/0 0\n"
                                          "          core/0 0\n"
                                          "            thread/0 0\n"
                                          "  thread/1 1\n");
    assert_string_equal(value_text(t, "thread/0", XD_TOPO_ONLINE, &a), "yes");
    assert_string_equal(value_text(t, "thread/1", XD_TOPO_ONLINE, &a), "no");
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* Dies are shown where a package has several; a node of memory alone is the machine's; a node may
 * be above packages. */
static void dies_and_nodes(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    for (unsigned cpu = 0; cpu < 3; cpu++) {
        put_text(f, SYS_CPU "topology/physical_package_id", cpu < 2 ? "0" : "1", cpu);
        put_text(f, SYS_CPU "topology/core_siblings_list", cpu < 2 ? "0-1" : "2", cpu);
        put_text(f, SYS_CPU "topology/die_id", cpu == 1 ? "7" : "0", cpu);
        put_text(f, SYS_CPU "topology/die_cpus_list", cpu == 0 ? "0" : cpu == 1 ? "1" : "2", cpu);
    }
    put_text(f, "sys/devices/system/node/node0/cpulist", "0-2");
    put_text(f, "sys/devices/system/node/node2/cpulist", "");
    put_text(f, "sys/devices/system/node/node0/distance", "10 40");
    t = xd_topo_read(f);
    assert_string_equal(tree_text(t, &a), "machine 0-2\n"
                                          "  node/0 0-2\n"
                                          "    package/0 0-1\n"
                                          "      die/0 0\n"
                                          "        thread/0 0\n"
                                          "      die/1 1\n"
                                          "        thread/1 1\n"
                                          "    package/1 2\n"
                                          "      thread/2 2\n"
                                          "  node/2 none\n");
    assert_string_equal(value_text(t, "die/1", XD_TOPO_LABEL, &a), "Die 7");
    assert_int_equal(t->n_distances, 2);
    assert_int_equal(t->distances[1].to, 2);
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* Files that make no sense: the first is told with its place, and the rest is there. */
static void files_that_make_no_sense(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = server();
    struct xd_topo *t;

    put_text(f, SYS_CPU "topology/core_cpus_list", "1,x", 1);
    put_text(f, SYS_CPU "topology/package_cpus_list", "0-99999", 2);
    put_text(f, SYS_CPU "cache/index3/size", "much", 0);
    put_text(f, SYS_CPU "cache/index3/size", "0K", 1);
    put_text(f, SYS_CPU "cache/index3/size", "-1K", 4);
    put_text(f, SYS_CPU "cache/index3/size", "9G", 5);
    t = xd_topo_read(f);
    assert_string_equal(
        t->troubles[0].text,
        "sys/devices/system/cpu/cpu1/topology/core_cpus_list: CPU list \"1,x\": column "
        "3: wanted a number, found \"x\"");
    assert_string_equal(t->troubles[1].text, "1 more lists of CPUs make no sense");
    assert_non_null(xd_topo_find(t, "core/1")); /* its other thread told */
    assert_non_null(xd_topo_find(t, "package/1"));
    assert_string_equal(value_text(t, "l3/0", XD_TOPO_SIZE, &a), "unknown");
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

static void nothing_at_all(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t = xd_topo_read(f);

    assert_string_equal(tree_text(t, &a), "machine\n");
    assert_string_equal(trouble_of(t, XD_TOPO_BY_US),
                        "no source told of any CPU");
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server),       cmocka_unit_test(a_cpu_that_is_off),
        cmocka_unit_test(dies_and_nodes), cmocka_unit_test(files_that_make_no_sense),
        cmocka_unit_test(nothing_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
