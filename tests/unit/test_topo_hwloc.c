/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo: machines out of hwloc's XML, and what others say against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "topo_help.h"

#define XML  "xendeck/hwloc.xml"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<topology version=\"2.0\">\n"

#define PU(n, set) "<object type=\"PU\" os_index=\"" #n "\" cpuset=\"" set "\"/>\n"

/* A package with two L3, each a node; PCI is near node 1. */
static const char machine[] = HEAD
    "<object type=\"Machine\" os_index=\"0\" cpuset=\"0x00000003\" nodeset=\"0x00000003\">\n"
    "<info name=\"HostName\" value=\"db7\"/><info name=\"DMIProductName\" value=\"R7525\"/>\n"
    "<object type=\"Package\" os_index=\"0\" cpuset=\"0x00000003\" nodeset=\"0x00000003\">\n"
    "<info name=\"CPUModel\" value=\"AMD  EPYC\"/><info name=\"CPUFamilyNumber\" value=\"25\"/>\n"
    "<object type=\"Group\" cpuset=\"0x00000001\" nodeset=\"0x00000001\">\n"
    "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x00000001\" nodeset=\"0x00000001\""
    " local_memory=\"4294967296\"><page_type size=\"4096\" count=\"1\"/></object>\n"
    "<object type=\"L3Cache\" cpuset=\"0x00000001\" cache_size=\"33554432\" depth=\"3\""
    " cache_associativity=\"16\" cache_type=\"0\">\n"
    "<object type=\"L1iCache\" cpuset=\"0x00000001\" cache_size=\"65536\">\n"
    "<object type=\"Core\" os_index=\"9\" cpuset=\"0x00000001\">" PU(
        0,
        "0x00000001") "</object></object></object></object>\n"
                      "<object type=\"Group\" cpuset=\"0x00000002\" nodeset=\"0x00000002\">\n"
                      "<object type=\"NUMANode\" os_index=\"1\" cpuset=\"0x00000002\" "
                      "nodeset=\"0x00000002\"/>\n"
                      "<object type=\"L3Cache\" cpuset=\"0x00000002\" cache_size=\"33554432\""
                      " cache_associativity=\"-1\">" PU(
                          1,
                          "0x00000002") "</object>\n"
                                        "<object type=\"Bridge\" bridge_type=\"0-1\" "
                                        "bridge_pci=\"0000:[40-42]\">\n"
                                        "<object type=\"Bridge\" bridge_type=\"1-1\" "
                                        "bridge_pci=\"0000:[41-41]\""
                                        " pci_busid=\"0000:40:01.0\" pci_type=\"0604 [1022:1483] "
                                        "[1022:1453] 00\""
                                        " pci_link_speed=\"31.507692\">\n"
                                        "<object type=\"PCIDev\" pci_busid=\"0000:41:00.0\""
                                        " pci_type=\"0108 [144d:a808] [144d:a801] 01\" "
                                        "pci_link_speed=\"3.938462\">\n"
                                        "<info name=\"PCIVendor\" value=\"Samsung\"/>\n"
                                        "<object type=\"OSDev\" name=\"nvme0n1\" "
                                        "osdev_type=\"0\"><info name=\"Size\" "
                                        "value=\"1000\"/></object>\n"
                                        "<object type=\"OSDev\" name=\"eth3\" "
                                        "osdev_type=\"2\"><info name=\"Address\" "
                                        "value=\"02:00:00:00:00:01\"/></object>\n"
                                        "</object></object></object></object></object></object>\n"
                                        "<distances2 type=\"NUMANode\" nbobjs=\"2\" kind=\"5\" "
                                        "indexing=\"os\">\n"
                                        "<indexes length=\"4\">0 1 </indexes><u64values "
                                        "length=\"6\">10 12 </u64values>"
                                        "<u64values length=\"6\">12 10 </u64values></distances2>\n"
                                        "</topology>\n";

static struct xd_topo *read_xml(const char *text, size_t size)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    assert_int_equal(xd_files_put(f, XML, text, size, NULL), 0);
    t = xd_topo_read(f);
    xd_files_free(f);
    return t;
}

static void a_machine(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo *t = read_xml(machine, strlen(machine));

    assert_string_equal(tree_text(t, &a), "machine 0-1\n"
                                          "  package/0 0-1\n"
                                          "    node/0 0\n"
                                          "      l3/0 0\n"
                                          "        core/0 0\n"
                                          "          thread/0 0\n"
                                          "    node/1 1\n"
                                          "      l3/1 1\n"
                                          "        thread/1 1\n"
                                          "      bus/0000:40 1\n"
                                          "        pci/0000:40:01.0 1\n"
                                          "          pci/0000:41:00.0 1\n"
                                          "            disk/nvme0n1 1\n"
                                          "            nic/eth3 1\n");
    assert_int_equal(t->n_troubles, 0);
    assert_string_equal(value_text(t, "machine", XD_TOPO_LABEL, &a), "db7");
    assert_string_equal(value_text(t, "machine", XD_TOPO_SIZE, &a), "unknown"); /* node 1's is */
    assert_string_equal(value_text(t, "package/0", XD_TOPO_NAME, &a), "AMD EPYC");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_FAMILY, &a), "25");
    assert_string_equal(value_text(t, "node/0", XD_TOPO_SIZE, &a), "4G");
    assert_string_equal(value_text(t, "l3/0", XD_TOPO_SIZE, &a), "32M");
    assert_string_equal(value_text(t, "l3/0", XD_TOPO_WAYS, &a), "16");
    assert_string_equal(value_text(t, "l3/1", XD_TOPO_WAYS, &a), "unknown");
    assert_string_equal(value_text(t, "core/0", XD_TOPO_INDEX, &a), "9");
    assert_string_equal(value_text(t, "bus/0000:40", XD_TOPO_LABEL, &a), "PCI bus 40");
    assert_string_equal(value_text(t, "pci/0000:40:01.0", XD_TOPO_LAST_BUS, &a), "65");
    assert_string_equal(value_text(t, "pci/0000:41:00.0", XD_TOPO_PCI_ID, &a), "144d:a808");
    assert_string_equal(value_text(t, "pci/0000:41:00.0", XD_TOPO_MAKER, &a), "Samsung");
    assert_string_equal(value_text(t, "pci/0000:41:00.0", XD_TOPO_NODE, &a), "1");
    assert_string_equal(value_text(t, "disk/nvme0n1", XD_TOPO_SIZE, &a), "1000K");
    assert_string_equal(value_text(t, "nic/eth3", XD_TOPO_ADDRESS, &a), "02:00:00:00:00:01");
    assert_int_equal(t->n_distances, 4);
    assert_int_equal(t->distances[1].value, 12);
    xd_topo_free(t);
    xd_arena_done(&a);
}

/* Linux says that one L3 is all there is: hwloc's sets are overruled, and kept as its word. */
static void overruled(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t;

    put_text(f, XML, machine);
    put_cpu(f, 0, "0", "0-1", "0", "0");
    put_cpu(f, 1, "0", "0-1", "1", "1");
    t = xd_topo_read(f);
    assert_string_equal(value_text(t, "l3/0", XD_TOPO_CPUS, &a), "0-1");
    assert_string_equal(fact_text(t, "l3/0", XD_TOPO_CPUS, XD_TOPO_BY_HWLOC, &a), "0 (overruled)");
    assert_string_equal(trouble_of(t, XD_TOPO_BY_HWLOC),
                        "l3/1 has CPUs 1: that is a part of l3/0 by a better source");
    assert_string_equal(fact_text(t, "core/0", XD_TOPO_CPUS, XD_TOPO_BY_HWLOC, &a), "0 (agrees)");
    assert_string_equal(fact_text(t, "core/0", XD_TOPO_INDEX, XD_TOPO_BY_HWLOC, &a),
                        "9 (overruled)");
    assert_non_null(xd_topo_find(t, "node/1")); /* only hwloc told of nodes */
    xd_topo_free(t);
    xd_files_free(f);
    xd_arena_done(&a);
}

/* CPUs above 31 stand in the words before; those that are zero may be empty. */
static void wide_sets(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    static const char text[] =
        HEAD "<object type=\"Package\" os_index=\"0\" cpuset=\"0xf0000000,,0x00000003\"/>\n"
             "<object type=\"Package\" os_index=\"1\" cpuset=\"0xff,0x0,0x0,0x0\"/>\n"
             "</topology>";
    struct xd_topo *t = read_xml(text, strlen(text));

    assert_string_equal(value_text(t, "package/0", XD_TOPO_CPUS, &a), "0-1,92-95");
    assert_string_equal(value_text(t, "package/1", XD_TOPO_CPUS, &a), "96-103");
    xd_topo_free(t);
    xd_arena_done(&a);
}

/* Cut anywhere: what stands before the cut is there, and the cut is told with line and column. */
static void documents_that_are_cut(void **state)
{
    const char *core = strstr(machine, "<object type=\"Core\""),
               *package = strstr(machine, "<object type=\"Package\"");

    for (size_t n = 1; n < strlen(machine) - 2; n += 7) {
        struct xd_topo *t = read_xml(machine, n);
        const char *text = trouble_of(t, XD_TOPO_BY_HWLOC);

        assert_non_null(text);
        assert_true(xd_str_starts(text, "hwloc.xml, line "));
        assert_non_null(strstr(text, ", column "));
        if (machine + n > package + 200)
            assert_non_null(xd_topo_find(t, "package/0"));
        if (machine + n > core + 100)
            assert_non_null(xd_topo_find(t, "core/0"));
        xd_topo_free(t);
    }
}

static void documents_that_are_wrong(void **state)
{
    static const struct {
        const char *text, *trouble;
    } cases[] = {
        {"<topology><object/></topology>",
         "hwloc.xml, line 1: wanted a topology of version 2, found topology without a version: "
         "lstopo of hwloc 2 makes one of older files"},
        {"<html version=\"2.0\"/>",
         "hwloc.xml, line 1: wanted a topology of version 2, found html of another version: "
         "lstopo of hwloc 2 makes one of older files"},
        {HEAD "<object type=\"Core\" cpuset=\"0xzz\"/></topology>",
         "hwloc.xml, line 3, column 29: cpuset \"0xzz\""},
        {HEAD "<object type=\"Core\" cpuset=\"0xf...f\"/></topology>",
         "hwloc.xml, line 3, column 29: cpuset \"0xf...f\""},
        {HEAD "<object type=\"PU\" os_index=\"99999999999999999999\"/></topology>",
         "hwloc.xml, line 3, column 29: os_index \"99999999999999999999\""},
        {HEAD "<object type=\"PCIDev\" pci_busid=\"x\"/></topology>",
         "hwloc.xml, line 3, column 34: pci_busid \"x\""},
        {HEAD "<distances2 type=\"NUMANode\" kind=\"5\" indexing=\"os\"><indexes>0 "
              "x</indexes></distances2></topology>",
         "hwloc.xml, line 3, column 62: wanted numbers, found \" x\""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_topo *t = read_xml(cases[i].text, strlen(cases[i].text));

        assert_string_equal(trouble_of(t, XD_TOPO_BY_HWLOC), cases[i].trouble);
        xd_topo_free(t);
    }
}

/* Entities that would grow without end, and files of the machine, are not read. */
static void hostile_documents(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    static const char bomb[] =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE topology [<!ENTITY a \"0123456789\">"
        "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
        "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;\">"
        "<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;\">"
        "]>\n<topology version=\"2.0\"><object type=\"Machine\"><info name=\"HostName\" "
        "value=\"&g;\"/></object></topology>";
    static const char outside[] =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE topology [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n"
        "<topology version=\"2.0\"><object type=\"Machine\"><info name=\"HostName\" "
        "value=\"&x;\"/></object></topology>";
    struct xd_topo *t = read_xml(bomb, strlen(bomb));

    assert_non_null(trouble_of(t, XD_TOPO_BY_HWLOC));
    xd_topo_free(t);
    t = read_xml(outside, strlen(outside));
    assert_non_null(trouble_of(t, XD_TOPO_BY_HWLOC));
    assert_string_equal(value_text(t, "machine", XD_TOPO_LABEL, &a), "Machine");
    xd_topo_free(t);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine),
        cmocka_unit_test(overruled),
        cmocka_unit_test(wide_sets),
        cmocka_unit_test(documents_that_are_cut),
        cmocka_unit_test(documents_that_are_wrong),
        cmocka_unit_test(hostile_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
