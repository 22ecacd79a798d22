/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo: what Xen says of a host, against what dom0's Linux sees of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "topo/xen.h"
#include "topo_help.h"

#define XEN "xendeck/xen.json"

static struct xd_topo *read_json(const char *text)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    put_text(f, XEN, text);
    t = xd_topo_read(f);
    xd_files_free(f);
    return t;
}

/* -1: no such advice. */
static int gravity_of(const struct xd_topo *t, const char *check)
{
    for (size_t i = 0; i < t->n_advice; i++)
        if (strcmp(t->advice[i].check, check) == 0)
            return (int)t->advice[i].gravity;
    return -1;
}

/* Two sockets, each a node, of two cores with two threads; pCPU 5 is off. */
#define CPU(n, socket, core, node)                                                                 \
    "{\"cpu\":" #n ",\"online\":true,\"socket\":" #socket ",\"core\":" #core ",\"node\":" #node "}"
#define CPUS                                                                                       \
    "\"cpus\":[" CPU(0, 0, 0, 0) "," CPU(1, 0, 0, 0) "," CPU(2, 0, 1, 0) "," CPU(                  \
        3, 0, 1, 0) "," CPU(4, 1, 0, 1) ",{\"cpu\":5,\"online\":false}," CPU(6, 1, 1,              \
                                                                             1) "," CPU(7, 1, 1,   \
                                                                                        1) "]"
#define NODES                                                                                      \
    "\"nodes\":[{\"node\":0,\"size_kib\":2097152,\"free_kib\":1024,\"distances\":[10,21]},"        \
    "{\"node\":1,\"size_kib\":1048576,\"distances\":[null,10]}]"

static void a_host(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo *t = read_json("{\"schema\":1," CPUS "," NODES ",\"new\":[]}");

    assert_string_equal(tree_text(t, &a), "machine 0-7\n"
                                          "  package/0 0-3\n"
                                          "    node/0 0-3\n"
                                          "      core/0 0-1\n"
                                          "        thread/0 0\n"
                                          "        thread/1 1\n"
                                          "      core/2 2-3\n"
                                          "        thread/2 2\n"
                                          "        thread/3 3\n"
                                          "  package/1 4,6-7\n"
                                          "    node/1 4,6-7\n"
                                          "      core/4 4\n"
                                          "        thread/4 4\n"
                                          "      core/6 6-7\n"
                                          "        thread/6 6\n"
                                          "        thread/7 7\n"
                                          "  thread/5 5\n");
    assert_string_equal(value_text(t, "node/0", XD_TOPO_FREE, &a), "1M");
    assert_string_equal(value_text(t, "node/1", XD_TOPO_FREE, &a), "unknown");
    assert_string_equal(value_text(t, "machine", XD_TOPO_SIZE, &a), "3G");
    assert_string_equal(value_text(t, "thread/5", XD_TOPO_ONLINE, &a), "no");
    assert_string_equal(value_text(t, "core/6", XD_TOPO_INDEX, &a), "1");
    assert_int_equal(t->n_distances, 3); /* what Xen doesn't know is no distance */
    assert_int_equal(t->distances[1].value, 21);
    assert_int_equal(t->n_troubles, 0);
    xd_topo_free(t);

    /* Nodes are spans of addresses, with their holes: what all of it has is counted by Xen. */
    t = read_json("{\"schema\":1," CPUS "," NODES ",\"memory_kib\":2621440}");
    assert_string_equal(value_text(t, "machine", XD_TOPO_SIZE, &a), "2560M");
    xd_topo_free(t);
    t = read_json("{\"schema\":1," CPUS "," NODES ",\"memory_kib\":\"much\"}");
    assert_string_equal(value_text(t, "machine", XD_TOPO_SIZE, &a), "3G");
    assert_string_equal(trouble_of(t, XD_TOPO_BY_XEN), "xen.json: memory_kib: wanted a number");
    xd_topo_free(t);
    xd_arena_done(&a);
}

/* dom0 has two virtual CPUs, a virtual node and its own idea of caches: none is asked. */
static void dom0_is_not_asked(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    put_text(f, XEN, "{\"schema\":1,\"cpus\":[" CPU(0, 0, 0, 0) "]}");
    put_text(f, "proc/xen/capabilities", "control_d");
    put_text(f, "proc/meminfo", "MemTotal: 1024 kB");
    put_text(f, "proc/cpuinfo",
             "processor\t: 0\nmodel name\t: AMD EPYC\ncpu family\t: 23\napicid\t\t: 7");
    put_cpu(f, 0, "0", "0", "0", "0");
    put_cpu(f, 1, "1", "1", "0", "1");
    put_text(f, "xendeck/hwloc.xml",
             "<topology version=\"2.0\"><object type=\"Machine\" cpuset=\"0x3\">"
             "<object type=\"Package\" os_index=\"1\" cpuset=\"0x2\"/></object></topology>");
    t = xd_topo_read(f);
    assert_string_equal(tree_text(t, &a), "machine 0\n"
                                          "  package/0 0\n"
                                          "    core/0 0\n"
                                          "      thread/0 0\n");
    assert_string_equal(value_text(t, "machine", XD_TOPO_SIZE, &a), "unknown");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_NAME, &a), "AMD EPYC");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_FAMILY, &a), "23");
    assert_string_equal(value_text(t, "thread/0", XD_TOPO_APIC_ID, &a), "unknown");
    assert_int_equal(gravity_of(t, "dom0-view"), XD_TOPO_NOTE);
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* The same tree of files without Xen's words: shown, with a warning that these aren't the host's.
 */
static void dom0_alone(void **state)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    put_text(f, "proc/xen/capabilities", "control_d");
    put_cpu(f, 0, "0", "0", "0", "0");
    t = xd_topo_read(f);
    assert_non_null(xd_topo_find(t, "core/0"));
    assert_int_equal(gravity_of(t, "dom0-view"), XD_TOPO_WARN);
    xd_topo_free(t);
    xd_files_free(f);
}

/* Xen's word on where a function is counts; who was overruled is kept. */
static void pci_nodes_and_owners(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    put_text(f, XEN,
             "{\"schema\":1," CPUS "," NODES
             ",\"pci\":[{\"bdf\":\"0000:41:00.0\",\"node\":1},{\"bdf\":\"?\",\"node\":1},"
             "{\"bdf\":\"0000:42:00.0\"}],"
             "\"owners\":[{\"bdf\":\"0000:41:00.0\",\"domain\":\"we\\u001bb1\"}]}");
    put_text(f, "sys/bus/pci/devices/0000:41:00.0/vendor", "0x8086");
    put_text(f, "sys/bus/pci/devices/0000:41:00.0/device", "0x10d3");
    put_text(f, "sys/bus/pci/devices/0000:41:00.0/numa_node", "0");
    t = xd_topo_read(f);
    assert_string_equal(value_text(t, "pci/0000:41:00.0", XD_TOPO_NODE, &a), "1");
    assert_string_equal(fact_text(t, "pci/0000:41:00.0", XD_TOPO_NODE, XD_TOPO_BY_SYSFS, &a),
                        "0 (overruled)");
    assert_string_equal(value_text(t, "pci/0000:41:00.0", XD_TOPO_OWNER, &a), "we\xef\xbf\xbd"
                                                                              "b1");
    assert_string_equal(value_text(t, "pci/0000:41:00.0", XD_TOPO_CPUS, &a), "4,6-7");
    assert_string_equal(xd_topo_find(t, "bus/0000:41")->parent->id, "node/1");
    assert_null(xd_topo_find(t, "pci/0000:42:00.0"));
    assert_string_equal(trouble_of(t, XD_TOPO_BY_XEN), "xen.json: \"?\" is no PCI function");
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* --- caches by CPUID --- */

/* A document of CPUs and leaves as a backend makes it. */
struct host {
    struct xd_xen_host h;
    struct xd_xen_cpu cpus[32];
    struct xd_xen_leaf leaves[32];
};

static void add_cpu(struct host *x, uint32_t socket, uint32_t core, uint32_t apic_id)
{
    x->cpus[x->h.n_cpus] = (struct xd_xen_cpu){(uint32_t)x->h.n_cpus, 1, socket, core, 0, apic_id};
    x->h.n_cpus++;
}

static void add_leaf(struct host *x, uint32_t leaf, uint32_t subleaf, uint32_t eax, uint32_t ebx,
                     uint32_t ecx, uint32_t edx)
{
    x->leaves[x->h.n_leaves++] = (struct xd_xen_leaf){leaf, subleaf, {eax, ebx, ecx, edx}};
}

/* Of leaf 4 or 8000001dh. type: 1 data, 2 instructions, 3 both; room: for so many APIC ids. */
static void add_cache(struct host *x, uint32_t leaf, uint32_t i, uint32_t type, uint32_t level,
                      uint32_t room, uint32_t ways, uint32_t sets)
{
    add_leaf(x, leaf, i, type | level << 5 | (room - 1) << 14, (ways - 1) << 22 | 63, sets - 1, 0);
}

static struct xd_topo *read_host(struct host *x)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_buf text = XD_BUF_INIT;
    struct xd_topo *t;

    x->h.cpus = x->cpus;
    x->h.leaves = x->leaves;
    xd_xen_host_write(&x->h, &text);
    assert_int_equal(xd_files_put(f, XEN, text.s, text.len, NULL), 0);
    t = xd_topo_read(f);
    assert_int_equal(t->n_troubles, 0);
    xd_buf_done(&text);
    xd_files_free(f);
    return t;
}

/* A Xeon of four cores with two threads. */
static void caches_of_intel(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct host x = {.h.microcode = "0x2b0005c0"};
    struct xd_topo *t;

    for (uint32_t i = 0; i < 4; i++)
        add_cpu(&x, i / 2, i / 2 * 3, XD_XEN_NO); /* cores 0 and 3 of sockets 0 and 1 */
    add_leaf(&x, 0, XD_XEN_NO, 32, 0x756e6547, 0x6c65746e, 0x49656e69);
    add_leaf(&x, 1, XD_XEN_NO, 0xc06f2, 0, 0, 0);
    add_cache(&x, 4, 0, 1, 1, 2, 12, 64);
    add_cache(&x, 4, 1, 2, 1, 2, 8, 64);
    add_cache(&x, 4, 2, 3, 2, 2, 16, 2048);
    add_cache(&x, 4, 3, 3, 3, 128, 15, 32768);
    add_leaf(&x, 0x0b, 0, 1, 2, 0x100, 0);
    t = read_host(&x);
    assert_string_equal(tree_text(t, &a), "machine 0-3\n"
                                          "  package/0 0-1\n"
                                          "    l3/0 0-1\n"
                                          "      l2/0 0-1\n"
                                          "        l1/0 0-1\n"
                                          "          core/0 0-1\n"
                                          "            thread/0 0\n"
                                          "            thread/1 1\n"
                                          "  package/1 2-3\n"
                                          "    l3/2 2-3\n"
                                          "      l2/2 2-3\n"
                                          "        l1/2 2-3\n"
                                          "          core/2 2-3\n"
                                          "            thread/2 2\n"
                                          "            thread/3 3\n");
    assert_string_equal(value_text(t, "l1/0", XD_TOPO_SIZE, &a), "48K");
    assert_string_equal(value_text(t, "l2/0", XD_TOPO_SIZE, &a), "2M");
    assert_string_equal(value_text(t, "l3/2", XD_TOPO_SIZE, &a), "30M");
    assert_string_equal(value_text(t, "l3/2", XD_TOPO_WAYS, &a), "15");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_MAKER, &a), "GenuineIntel");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_FAMILY, &a), "6");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_MODEL, &a), "207");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_STEPPING, &a), "2");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_MICROCODE, &a), "0x2b0005c0");
    xd_topo_free(t);
    xd_arena_done(&a);
}

static void be_amd(struct host *x)
{
    static const char name[48] = "AMD EPYC 7313  16-Core Processor    ";
    uint32_t r[12];

    memcpy(r, name, sizeof(r));
    add_leaf(x, 0, XD_XEN_NO, 16, 0x68747541, 0x444d4163, 0x69746e65);
    add_leaf(x, 1, XD_XEN_NO, 0xa00f11, 0, 0, 0);
    for (uint32_t i = 0; i < 3; i++)
        add_leaf(x, 0x80000002 + i, XD_XEN_NO, r[4 * i], r[4 * i + 1], r[4 * i + 2], r[4 * i + 3]);
}

static unsigned count(const struct xd_topo *t, enum xd_thing_kind kind)
{
    unsigned n = 0;

    for (size_t i = 0; i < t->n_things; i++)
        n += t->things[i]->kind == kind;
    return n;
}

/* A part of a Zen processor with three of four cores to an L3: numbers have gaps, and what shares
 * is seen from them. Once with APIC ids, once from the numbers of cores. */
static void caches_of_amd(void **state)
{
    for (int with_ids = 0; with_ids < 2; with_ids++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct host x = {.h.n_cpus = 0};
        struct xd_topo *t;

        for (uint32_t i = 0; i < 12; i++) {
            uint32_t core = i / 6 * 4 + i % 6 / 2;

            add_cpu(&x, 0, core, with_ids ? core * 2 + i % 2 : XD_XEN_NO);
        }
        be_amd(&x);
        add_cache(&x, 0x8000001d, 0, 1, 1, 2, 8, 64);
        add_cache(&x, 0x8000001d, 1, 2, 1, 2, 8, 64);
        add_cache(&x, 0x8000001d, 2, 3, 2, 2, 8, 1024);
        add_cache(&x, 0x8000001d, 3, 3, 3, 6, 16, 32768);
        t = read_host(&x);
        assert_int_equal(count(t, XD_THING_L1), 6);
        assert_int_equal(count(t, XD_THING_L2), 6);
        assert_int_equal(count(t, XD_THING_L3), 2);
        assert_string_equal(value_text(t, "l3/0", XD_TOPO_CPUS, &a), "0-5");
        assert_string_equal(value_text(t, "l3/6", XD_TOPO_CPUS, &a), "6-11");
        assert_string_equal(value_text(t, "l3/6", XD_TOPO_SIZE, &a), "32M");
        assert_string_equal(value_text(t, "l2/4", XD_TOPO_CPUS, &a), "4-5");
        assert_string_equal(value_text(t, "package/0", XD_TOPO_NAME, &a),
                            "AMD EPYC 7313 16-Core Processor");
        assert_string_equal(value_text(t, "package/0", XD_TOPO_FAMILY, &a), "25");
        xd_topo_free(t);
        xd_arena_done(&a);
    }
}

/* Without that leaf there are sizes alone: L1 and L2 are a core's, L3 a node's. */
static void caches_of_old_amd(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct host x = {.h.n_cpus = 0};
    struct xd_topo *t;

    for (uint32_t i = 0; i < 4; i++) {
        add_cpu(&x, i / 2, i % 2, XD_XEN_NO);
        x.cpus[i].node = i / 2;
    }
    be_amd(&x);
    add_leaf(&x, 0x80000005, XD_XEN_NO, 0, 0, 32u << 24 | 8 << 16 | 64, 0);
    add_leaf(&x, 0x80000006, XD_XEN_NO, 0, 0, 512u << 16 | 6 << 12 | 64, 16u << 18 | 9 << 12);
    t = read_host(&x);
    assert_int_equal(count(t, XD_THING_L1), 4);
    assert_string_equal(value_text(t, "l1/1", XD_TOPO_SIZE, &a), "32K");
    assert_string_equal(value_text(t, "l2/3", XD_TOPO_SIZE, &a), "512K");
    assert_string_equal(value_text(t, "l2/3", XD_TOPO_WAYS, &a), "8");
    assert_string_equal(value_text(t, "l3/2", XD_TOPO_SIZE, &a), "8M");
    assert_string_equal(value_text(t, "l3/2", XD_TOPO_CPUS, &a), "2-3");
    assert_string_equal(value_text(t, "l3/2", XD_TOPO_WAYS, &a), "unknown");
    xd_topo_free(t);
    xd_arena_done(&a);
}

/* --- how its domains use it --- */

static void what_domains_use(void **state)
{
    struct xd_topo *t =
        read_json("{\"schema\":1," CPUS "," NODES ","
                  "\"pci\":[{\"bdf\":\"0000:01:00.0\",\"node\":1}],"
                  "\"owners\":[{\"bdf\":\"0000:01:00.0\",\"domain\":\"web1\"}],"
                  "\"domains\":[{\"domain\":\"web1\",\"domid\":3,\"vcpus\":2,\"cpus\":\"0-1\"},"
                  "{\"domain\":\"Domain-0\",\"domid\":0,\"vcpus\":2,\"cpus\":\"0-7\"},"
                  "{\"domain\":\"odd\",\"domid\":4,\"cpus\":\"x\"}]}");

    assert_int_equal(gravity_of(t, "far-device"), XD_TOPO_WARN);
    assert_int_equal(gravity_of(t, "dom0-spread"), XD_TOPO_WARN);
    assert_int_equal(t->n_troubles, 1);
    assert_non_null(strstr(t->troubles[0].text, "xen.json: domains[2].cpus: "));
    xd_topo_free(t);
}

/* --- the document --- */

/* All that a host can tell comes back as it was written. */
static void round_trip(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    uint32_t distances[] = {10, 0, 31};
    struct xd_xen_cpu cpus[] = {{0, 1, 0, 3, 1, 6},
                                {9, -1, XD_XEN_NO, XD_XEN_NO, XD_XEN_NO, XD_XEN_NO}};
    struct xd_xen_node nodes[] = {{1, 4096, XD_XEN_NO_SIZE, distances, 3}};
    struct xd_xen_pci pci[] = {{"0000:01:00.0", 2}};
    struct xd_xen_owner owners[] = {{"0000:01:00.0", "web \"1\""}};
    struct xd_xen_leaf leaves[] = {{0x80000005, XD_XEN_NO, {0, 1, 0xffffffff, 3}}};
    struct xd_xen_domain domains[] = {{"web \"1\"", 3, 2, "0-3,8"}, {"db", XD_XEN_NO, XD_XEN_NO}};
    struct xd_xen_host in = {cpus, nodes, pci, owners, domains, leaves, 2,   1,
                             1,    1,     2,   1,      "0x1",   4096,   NULL},
                       out;
    struct xd_buf text = XD_BUF_INIT, again = XD_BUF_INIT;

    xd_xen_host_write(&in, &text);
    assert_int_equal(xd_xen_host_parse(text.s, text.len, &a, &out, NULL), 0);
    assert_null(out.trouble);
    assert_int_equal(out.n_cpus, 2);
    assert_memory_equal(out.cpus, cpus, sizeof(cpus));
    assert_int_equal(out.nodes[0].n_distances, 3);
    assert_memory_equal(out.nodes[0].distances, distances, sizeof(distances));
    assert_memory_equal(out.leaves, leaves, sizeof(leaves));
    assert_string_equal(out.owners[0].domain, "web \"1\"");
    assert_int_equal(out.n_domains, 2);
    assert_string_equal(out.domains[0].cpus, "0-3,8");
    assert_null(out.domains[1].cpus);
    xd_xen_host_write(&out, &again);
    assert_string_equal(text.s, again.s);
    xd_buf_done(&text);
    xd_buf_done(&again);
    xd_arena_done(&a);
}

/* What makes no sense is left out and told with its place; the rest counts. */
static void entries_that_make_no_sense(void **state)
{
    static const struct {
        const char *text, *trouble;
    } cases[] = {
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1,\"core\":\"x\"}]",
         "xen.json: cpus[1].core: wanted a number from 0 to 4294967295"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1},7]", "xen.json: cpus[2]: wanted an object"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1},{\"core\":1}]",
         "xen.json: cpus[2]: there is no \"cpu\""},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1,\"online\":1}]",
         "xen.json: cpus[1].online: wanted true or false"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1}],\"nodes\":{}", "xen.json: nodes: wanted a list"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1}],\"nodes\":[{\"node\":0,\"size_kib\":-5}]",
         "xen.json: nodes[0].size_kib: wanted a number from 0 to 9223372036854775807"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1}],\"nodes\":[{\"node\":0,\"distances\":[10,-1]}]",
         "xen.json: nodes[0].distances: wanted a number from 0 to 4294967295"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1}],\"cpuid\":[{\"leaf\":1,\"regs\":[1]}]",
         "xen.json: cpuid[0].regs: wanted a list of 4 numbers"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1}],\"owners\":[{\"bdf\":5}]",
         "xen.json: owners[0].bdf: wanted a text"},
        {"\"cpus\":[{\"cpu\":0},{\"cpu\":1},{\"cpu\":1},{\"cpu\":4096}]",
         "xen.json: cpus: 2 entries are of a CPU that was there already, or above 4095"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_topo *t = read_json(xd_arena_printf(&a, "{\"schema\":1,%s}", cases[i].text));

        assert_string_equal(trouble_of(t, XD_TOPO_BY_XEN), cases[i].trouble);
        assert_int_equal(count(t, XD_THING_THREAD), 2);
        xd_topo_free(t);
        xd_arena_done(&a);
    }
}

/* A document that can't be read leaves dom0's CPUs unasked: they'd be taken for the host's. */
static void documents_that_are_none(void **state)
{
    static const struct {
        const char *text, *trouble;
    } cases[] = {
        {"{\"schema\":1,\"cpus\":[{\"cpu\":0}", "xen.json: column 31: unexpected end of data"},
        {"[]", "xen.json: wanted an object with a \"schema\""},
        {"{\"schema\":2}", "xen.json: schema 2, wanted 1"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_files *f = xd_files_new(NULL);
        struct xd_topo *t;

        put_text(f, XEN, cases[i].text);
        put_cpu(f, 0, "0", "0", "0", "0");
        put_text(f, "sys/bus/pci/devices/0000:01:00.0/vendor", "0x8086");
        t = xd_topo_read(f);
        assert_string_equal(trouble_of(t, XD_TOPO_BY_XEN), cases[i].trouble);
        assert_int_equal(count(t, XD_THING_THREAD), 0);
        assert_non_null(xd_topo_find(t, "pci/0000:01:00.0"));
        xd_topo_free(t);
        xd_files_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host),
        cmocka_unit_test(dom0_is_not_asked),
        cmocka_unit_test(dom0_alone),
        cmocka_unit_test(pci_nodes_and_owners),
        cmocka_unit_test(caches_of_intel),
        cmocka_unit_test(caches_of_amd),
        cmocka_unit_test(caches_of_old_amd),
        cmocka_unit_test(what_domains_use),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(entries_that_make_no_sense),
        cmocka_unit_test(documents_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
