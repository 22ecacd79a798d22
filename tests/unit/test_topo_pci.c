/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI of a machine: from sysfs and from lspci's output to a tree, and what follows from it. */
#include "topo_pci_help.h"

/* 00: a root port to a switch with an NVMe drive and a NIC with two virtual functions; 40: a bus of
 * another node with a drive in a slot. */
#define PORT "pci0000:00/0000:00:01.0"
#define UP   PORT "/0000:01:00.0"
#define NVME UP "/0000:02:00.0/0000:03:00.0"
#define NIC  UP "/0000:02:01.0/0000:04:00.0"
#define FAR  "pci0000:40/0000:40:02.0"

static const char ids[] = "# a list\n"
                          "144d  Samsung Electronics Co Ltd\n"
                          "\ta808  NVMe SSD Controller SM981\n"
                          "\t\t144d a801  SSD 970 EVO\n"
                          "8086  Intel Corporation\n"
                          "\t1572  Ethernet Controller X710\n"
                          "\t154c  Ethernet Virtual Function 700 Series\n"
                          "\n"
                          "C 01  Mass storage controller\n"
                          "\t08  Non-Volatile memory controller\n"
                          "\t\t02  NVM Express\n"
                          "C 02  Network controller\n"
                          "\t00  Ethernet controller\n"
                          "C 06  Bridge\n"
                          "\t04  PCI bridge\n";

static struct space nvme(void)
{
    struct space s = space_of(0x144d, 0xa808, 0x010802);

    express(&s, XD_PCIE_ENDPOINT, 4, 4, 4, 4);
    set(&s, 0x08, 1, 3);
    set(&s, 0x2c, 4, 0xa801144d);
    return s;
}

static struct space nic(void)
{
    struct space s = space_of(0x8086, 0x1572, 0x020000);

    express(&s, XD_PCIE_ENDPOINT, 3, 8, 3, 8);
    sriov(&s, 2, 64, 0x80, 2, 0x154c);
    return s;
}

/* Its numbers are all ones in its own space. */
static struct space vf(void)
{
    struct space s = space_of(0xffff, 0xffff, 0x020000);

    express(&s, XD_PCIE_ENDPOINT, 0, 0, 3, 8);
    return s;
}

static struct space bridge(enum xd_pcie_type type, unsigned secondary, unsigned subordinate,
                           unsigned speed, unsigned lanes)
{
    struct space s = space_of(0x10b5, 0x8747, 0x060400);

    behind(&s, secondary, subordinate);
    express(&s, type, speed, lanes, 4, 16);
    return s;
}

static struct xd_files *machine(void)
{
    struct xd_files *f = xd_files_new(NULL);
    struct space s = space_of(0x8086, 0x2020, 0x060000);

    function(f, "pci0000:00/0000:00:00.0", &s);
    s = bridge(XD_PCIE_ROOT_PORT, 1, 4, 3, 4);
    slot(&s, 7);
    function(f, PORT, &s);
    s = bridge(XD_PCIE_UPSTREAM, 2, 4, 3, 4);
    function(f, UP, &s);
    s = bridge(XD_PCIE_DOWNSTREAM, 3, 3, 4, 4);
    function(f, UP "/0000:02:00.0", &s);
    s = bridge(XD_PCIE_DOWNSTREAM, 4, 4, 3, 8);
    function(f, UP "/0000:02:01.0", &s);
    s = nvme();
    function(f, NVME, &s);
    s = nic();
    function(f, NIC, &s);
    text(f, "2\n", "sys/devices/" NIC "/sriov_numvfs");
    text(f, "64\n", "sys/devices/" NIC "/sriov_totalvfs");
    s = vf();
    for (int i = 0; i < 2; i++) {
        char path[256], at[512];

        snprintf(path, sizeof(path), UP "/0000:02:01.0/0000:04:10.%d", 2 * i);
        function(f, path, &s);
        text(f, "0x8086\n", "sys/devices/%s/vendor", path);
        text(f, "0x154c\n", "sys/devices/%s/device", path);
        snprintf(at, sizeof(at), "sys/devices/%s/physfn", path);
        link_to(f, at, "../0000:04:00.0");
    }
    s = nvme();
    function(f, FAR, &s);
    text(f, "1\n", "sys/devices/" FAR "/numa_node");
    text(f, "-1\n", "sys/devices/" NVME "/numa_node");
    text(f, "0000:40:02\n", "sys/bus/pci/slots/12/address");
    text(f, ids, "usr/share/misc/pci.ids");
    return f;
}

static struct xd_topo *read_machine(struct xd_files *f)
{
    struct xd_topo *t = xd_topo_new();

    xd_topo_read_pci(t, f);
    xd_files_free(f);
    return t;
}

static void the_tree(void **state)
{
    struct xd_topo *t = read_machine(machine());

    xd_topo_thing(t, XD_THING_NODE, NULL, "node/1");
    settle_pci(t);
    assert_int_equal(t->n_troubles, 0);
    assert_text(t, "bus/0000:40", XD_TOPO_LABEL, "PCI bus 40");
    assert_text(t, "pci/0000:03:00.0", XD_TOPO_LABEL, "03:00.0");
    assert_parent(t, "bus/0000:00", "machine");
    assert_parent(t, "bus/0000:40", "node/1"); /* where what is behind it is */
    assert_parent(t, "pci/0000:00:00.0", "bus/0000:00");
    assert_parent(t, "pci/0000:01:00.0", "pci/0000:00:01.0");
    assert_parent(t, "pci/0000:02:01.0", "pci/0000:01:00.0");
    assert_parent(t, "pci/0000:03:00.0", "pci/0000:02:00.0");
    assert_parent(t, "pci/0000:04:10.2", "pci/0000:04:00.0"); /* in its physical function */
    assert_int_equal(thing(t, "pci/0000:00:01.0")->kind, XD_THING_ROOT_PORT);
    assert_int_equal(thing(t, "pci/0000:01:00.0")->kind, XD_THING_SWITCH_UP);
    assert_int_equal(thing(t, "pci/0000:02:01.0")->kind, XD_THING_SWITCH_DOWN);
    assert_int_equal(thing(t, "pci/0000:04:00.0")->kind, XD_THING_FUNCTION);
    assert_int_equal(thing(t, "pci/0000:04:10.0")->kind, XD_THING_VF);
    xd_topo_free(t);
}

static void what_is_told_of_functions(void **state)
{
    struct xd_topo *t = read_machine(machine());

    assert_text(t, "pci/0000:03:00.0", XD_TOPO_PCI_ID, "144d:a808");
    assert_text(t, "pci/0000:03:00.0", XD_TOPO_SUBSYSTEM, "144d:a801");
    assert_text(t, "pci/0000:03:00.0", XD_TOPO_NAME, "NVMe SSD Controller SM981");
    assert_text(t, "pci/0000:03:00.0", XD_TOPO_MAKER, "Samsung Electronics Co Ltd");
    assert_text(t, "pci/0000:03:00.0", XD_TOPO_CLASS, "Non-Volatile memory controller");
    assert_number(t, "pci/0000:03:00.0", XD_TOPO_CLASS_CODE, 0x010802);
    assert_number(t, "pci/0000:03:00.0", XD_TOPO_REVISION, 3);
    assert_number(t, "pci/0000:03:00.0", XD_TOPO_LINK_MTS, 16000);
    assert_number(t, "pci/0000:03:00.0", XD_TOPO_LINK_LANES, 4);
    assert_text(t, "pci/0000:02:01.0", XD_TOPO_NAME, NULL); /* not in the list: unknown */
    assert_text(t, "pci/0000:02:01.0", XD_TOPO_CLASS, "PCI bridge");
    assert_number(t, "pci/0000:00:01.0", XD_TOPO_FIRST_BUS, 1);
    assert_number(t, "pci/0000:00:01.0", XD_TOPO_LAST_BUS, 4);
    assert_number(t, "pci/0000:00:01.0", XD_TOPO_INDEX, 7);
    assert_number(t, "pci/0000:04:00.0", XD_TOPO_VFS, 2);
    assert_number(t, "pci/0000:04:00.0", XD_TOPO_VFS_MAX, 64);
    assert_text(t, "pci/0000:04:10.0", XD_TOPO_PCI_ID, "8086:154c");
    assert_text(t, "pci/0000:04:10.0", XD_TOPO_NAME, "Ethernet Virtual Function 700 Series");
    assert_number(t, "pci/0000:04:10.0", XD_TOPO_LINK_LANES, UINT64_MAX); /* has none */
    assert_number(t, "pci/0000:03:00.0", XD_TOPO_NODE, UINT64_MAX);       /* -1 is unknown */
    assert_number(t, "pci/0000:40:02.0", XD_TOPO_NODE, 1);
    xd_topo_free(t);
}

static void nodes_by_bridges(void **state)
{
    struct xd_topo *t = read_machine(machine());

    /* Xen says where the NIC is; the rest of its bus is there, too. */
    xd_topo_tell_u64(t, thing(t, "pci/0000:04:00.0"), XD_TOPO_NODE, XD_TOPO_BY_XEN, 0);
    settle_pci(t);
    assert_number(t, "bus/0000:00", XD_TOPO_NODE, 0);
    assert_number(t, "pci/0000:03:00.0", XD_TOPO_NODE, 0);
    assert_number(t, "pci/0000:04:10.0", XD_TOPO_NODE, 0);
    assert_number(t, "bus/0000:40", XD_TOPO_NODE, 1);
    xd_topo_free(t);

    t = read_machine(machine()); /* two that contradict each other say nothing of their bus */
    xd_topo_tell_u64(t, thing(t, "pci/0000:04:00.0"), XD_TOPO_NODE, XD_TOPO_BY_XEN, 0);
    xd_topo_tell_u64(t, thing(t, "pci/0000:03:00.0"), XD_TOPO_NODE, XD_TOPO_BY_XEN, 1);
    settle_pci(t);
    assert_number(t, "bus/0000:00", XD_TOPO_NODE, UINT64_MAX);
    assert_number(t, "pci/0000:01:00.0", XD_TOPO_NODE, UINT64_MAX);
    assert_number(t, "pci/0000:04:10.0", XD_TOPO_NODE, 0);
    xd_topo_free(t);
}

static double bytes_of(const struct xd_topo *t, const char *id, enum xd_topo_col col)
{
    return xd_topo_f64(thing(t, id), col, 0) / 1e6;
}

static void links_and_limits(void **state)
{
    struct xd_topo *t = read_machine(machine());

    settle_pci(t);
    assert_int_equal((int)bytes_of(t, "pci/0000:03:00.0", XD_TOPO_LINK_BYTES_S), 7876);
    assert_int_equal((int)bytes_of(t, "pci/0000:03:00.0", XD_TOPO_PATH_BYTES_S), 3938);
    assert_text(t, "pci/0000:03:00.0", XD_TOPO_LIMIT, "pci/0000:01:00.0"); /* x4 at 8 GT/s */
    assert_text(t, "pci/0000:01:00.0", XD_TOPO_LIMIT, NULL);
    assert_int_equal((int)bytes_of(t, "pci/0000:04:10.0", XD_TOPO_PATH_BYTES_S), 3938);
    assert_text(t, "pci/0000:04:10.0", XD_TOPO_LIMIT, NULL);
    assert_true(bytes_of(t, "pci/0000:00:00.0", XD_TOPO_PATH_BYTES_S) == 0); /* unknown: no link */
    xd_topo_free(t);
}

static void slots(void **state)
{
    struct xd_smbios_slot list[] = {{.name = "PCIE3 x16", .have_address = true, .bus = 4},
                                    {.name = "M2_1", .have_address = true, .bus = 9},
                                    {.name = "U.2 0"}};
    struct xd_smbios s = {.slots = list, .n_slots = 3};
    struct xd_topo *t = read_machine(machine());

    xd_topo_pci_slots(t, &s);
    settle_pci(t);
    assert_text(t, "pci/0000:04:00.0", XD_TOPO_SLOT, "PCIE3 x16");
    assert_text(t, "pci/0000:01:00.0", XD_TOPO_SLOT, "7");  /* the number of the port above */
    assert_text(t, "pci/0000:40:02.0", XD_TOPO_SLOT, "12"); /* the hot-plug driver's */
    assert_text(t, "pci/0000:03:00.0", XD_TOPO_SLOT, NULL);
    xd_topo_free(t);
}

/* Without privileges configuration space ends after 64 bytes; sysfs tells the links as text. */
static void without_privileges(void **state)
{
    struct xd_files *f = xd_files_new(NULL);
    struct space s = nvme();
    struct xd_topo *t;

    s.size = 64;
    function(f, FAR, &s);
    text(f, "8.0 GT/s PCIe\n", "sys/devices/" FAR "/current_link_speed");
    text(f, "16.0 GT/s PCIe\n", "sys/devices/" FAR "/max_link_speed");
    text(f, "4\n", "sys/devices/" FAR "/current_link_width");
    text(f, "255\n", "sys/devices/" FAR "/max_link_width"); /* all ones: no answer */
    t = read_machine(f);
    settle_pci(t);
    assert_number(t, "pci/0000:40:02.0", XD_TOPO_LINK_MTS, 8000);
    assert_number(t, "pci/0000:40:02.0", XD_TOPO_LINK_MAX_MTS, 16000);
    assert_number(t, "pci/0000:40:02.0", XD_TOPO_LINK_LANES, 4);
    assert_number(t, "pci/0000:40:02.0", XD_TOPO_LINK_MAX_LANES, UINT64_MAX);
    assert_int_equal((int)bytes_of(t, "pci/0000:40:02.0", XD_TOPO_PATH_BYTES_S), 3938);
    xd_topo_free(t);
}

/* Intel's VMD: a host bridge behind a function, with a segment of Linux' own making. */
static void a_bus_behind_a_function(void **state)
{
    struct xd_files *f = xd_files_new(NULL);
    struct space s = space_of(0x8086, 0x201d, 0x010400);
    struct xd_topo *t;

    function(f, "pci0000:64/0000:64:00.5", &s);
    s = nvme();
    function(f, "pci0000:64/0000:64:00.5/pci10000:00/10000:00:02.0", &s);
    t = read_machine(f);
    settle_pci(t);
    assert_parent(t, "pci/10000:00:02.0", "bus/10000:00");
    assert_parent(t, "bus/10000:00", "pci/0000:64:00.5");
    assert_parent(t, "bus/0000:64", "machine");
    assert_text(t, "pci/10000:00:02.0", XD_TOPO_LABEL, "10000:00:02.0");
    xd_topo_free(t);
}

static void disks_nics_and_usb(void **state)
{
    struct xd_files *f = machine();
    struct space s = space_of(0x8086, 0xa1af, 0x0c0330);
    struct xd_topo *t;

    text(f, "500118192\n", "sys/devices/" NVME "/nvme/nvme0/nvme0n1/size");
    text(f, "SM981  \n", "sys/devices/" NVME "/nvme/nvme0/model");
    link_to(f, "sys/devices/" NVME "/nvme/nvme0/nvme0n1/device", "../../nvme0");
    link_to(f, "sys/class/block/nvme0n1", "../../devices/" NVME "/nvme/nvme0/nvme0n1");
    text(f, "1\n", "sys/devices/" NVME "/nvme/nvme0/nvme0n1/nvme0n1p1/partition");
    link_to(f, "sys/class/block/nvme0n1p1", "../../devices/" NVME "/nvme/nvme0/nvme0n1/nvme0n1p1");
    text(f, "0\n", "sys/devices/virtual/block/loop0/size");
    link_to(f, "sys/class/block/loop0", "../../devices/virtual/block/loop0");
    text(f, "52:54:00:12:34:56\n", "sys/devices/" NIC "/net/eth0/address");
    text(f, "10000\n", "sys/devices/" NIC "/net/eth0/speed");
    link_to(f, "sys/class/net/eth0", "../../devices/" NIC "/net/eth0");
    link_to(f, "sys/class/net/lo", "../../devices/virtual/net/lo");
    function(f, "pci0000:00/0000:00:14.0", &s);
    text(f, "480\n", "sys/devices/pci0000:00/0000:00:14.0/usb1/speed");
    text(f, "1.5\n", "sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/speed");
    text(f, "Keyboard\n", "sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/product");
    link_to(f, "sys/bus/usb/devices/usb1", "../../../devices/pci0000:00/0000:00:14.0/usb1");
    link_to(f, "sys/bus/usb/devices/1-2", "../../../devices/pci0000:00/0000:00:14.0/usb1/1-2");
    link_to(f, "sys/bus/usb/devices/1-2:1.0",
            "../../../devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0");
    t = read_machine(f);
    settle_pci(t);
    assert_parent(t, "disk/nvme0n1", "pci/0000:03:00.0");
    assert_number(t, "disk/nvme0n1", XD_TOPO_SIZE, 250059096);
    assert_text(t, "disk/nvme0n1", XD_TOPO_NAME, "SM981");
    assert_null(xd_topo_find(t, "disk/nvme0n1p1"));
    assert_null(xd_topo_find(t, "disk/loop0"));
    assert_parent(t, "nic/eth0", "pci/0000:04:00.0");
    assert_text(t, "nic/eth0", XD_TOPO_LABEL, "eth0");
    assert_text(t, "nic/eth0", XD_TOPO_ADDRESS, "52:54:00:12:34:56");
    assert_number(t, "nic/eth0", XD_TOPO_BITS_S, 10000000000);
    assert_null(xd_topo_find(t, "nic/lo"));
    assert_parent(t, "usb/usb1", "pci/0000:00:14.0");
    assert_parent(t, "usb/1-2", "usb/usb1");
    assert_number(t, "usb/1-2", XD_TOPO_BITS_S, 1500000);
    assert_text(t, "usb/1-2", XD_TOPO_NAME, "Keyboard");
    assert_null(xd_topo_find(t, "usb/1-2:1.0"));
    xd_topo_free(t);
}

/* A namespace of an NVMe subsystem is below no controller in sysfs. */
static void a_shared_namespace(void **state)
{
    struct xd_files *f = machine();
    struct xd_topo *t;

    text(f, "64\n", "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/size");
    link_to(f, "sys/class/block/nvme0n1",
            "../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1");
    link_to(f, "sys/class/nvme-subsystem/nvme-subsys0",
            "../../devices/virtual/nvme-subsystem/nvme-subsys0");
    link_to(f, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
            "../../../" NVME "/nvme/nvme0");
    text(f, "1\n", "sys/devices/" NVME "/nvme/nvme0/nvme0c0n1/hidden");
    link_to(f, "sys/class/block/nvme0c0n1", "../../devices/" NVME "/nvme/nvme0/nvme0c0n1");
    t = read_machine(f);
    settle_pci(t);
    assert_parent(t, "disk/nvme0n1", "pci/0000:03:00.0");
    assert_null(xd_topo_find(t, "disk/nvme0c0n1"));
    xd_topo_free(t);
}

/* --- lspci --- */

static void dump(struct xd_buf *out, const char *head, const struct space *s)
{
    xd_buf_printf(out, "%s\n", head);
    for (size_t i = 0; i < s->size; i++) {
        if (i % 16 == 0)
            xd_buf_printf(out, "%s%02zx:", i ? "\n" : "", i);
        xd_buf_printf(out, " %02x", s->at[i]);
    }
    xd_buf_add(out, "\n\n");
}

/* The same machine as lspci -xxxx tells it has the same tree. */
static void from_lspci(void **state)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t = xd_topo_new();
    struct xd_buf out = XD_BUF_INIT;
    struct space s = bridge(XD_PCIE_ROOT_PORT, 4, 4, 3, 8);

    dump(&out, "00:01.0 PCI bridge: one", &s);
    s = nic();
    dump(&out,
         "04:00.0 Ethernet controller: two\n\tNUMA node: 1\n\tPhysical Slot: 5\n"
         "\tKernel driver in use: i40e",
         &s);
    s = vf();
    dump(&out, "04:10.0 Ethernet controller: three", &s);
    dump(&out, "04:10.2 Ethernet controller: four\n\tKernel driver in use: pciback", &s);
    text(f, xd_buf_str(&out), "xendeck/lspci.txt");
    text(f, ids, "usr/share/hwdata/pci.ids");
    xd_topo_read_lspci(t, f);
    assert_int_equal(t->n_troubles, 0);
    settle_pci(t);
    assert_parent(t, "pci/0000:04:00.0", "pci/0000:00:01.0");
    assert_parent(t, "pci/0000:04:10.2", "pci/0000:04:00.0");
    assert_int_equal(thing(t, "pci/0000:04:10.2")->kind, XD_THING_VF);
    assert_text(t, "pci/0000:04:10.2", XD_TOPO_PCI_ID, "8086:154c");
    assert_text(t, "pci/0000:04:10.2", XD_TOPO_DRIVER, "pciback");
    assert_text(t, "pci/0000:04:00.0", XD_TOPO_DRIVER, "i40e");
    assert_text(t, "pci/0000:04:00.0", XD_TOPO_SLOT, "5");
    assert_text(t, "pci/0000:04:00.0", XD_TOPO_NAME, "Ethernet Controller X710");
    assert_number(t, "bus/0000:00", XD_TOPO_NODE, 1);
    xd_topo_free(t);

    t = xd_topo_new(); /* a broken one says where */
    text(f, "00:01.0 x\n00: 86 8\n", "xendeck/lspci.txt");
    xd_topo_read_lspci(t, f);
    assert_int_equal(t->n_troubles, 1);
    assert_string_equal(t->troubles[0].text, "xendeck/lspci.txt:2:8: wanted two hex digits");
    xd_topo_free(t);
    xd_files_free(f);
    xd_buf_done(&out);
}

/* --- names --- */

static void what_a_capture_keeps_of_names(void **state)
{
    struct xd_topo *t = read_machine(machine());
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_topo_pciids_kept(t, ids, strlen(ids), &out, NULL), 0);
    assert_string_equal(xd_buf_str(&out), "144d  Samsung Electronics Co Ltd\n"
                                          "\ta808  NVMe SSD Controller SM981\n"
                                          "8086  Intel Corporation\n"
                                          "\t154c  Ethernet Virtual Function 700 Series\n"
                                          "\t1572  Ethernet Controller X710\n"
                                          "C 01  Mass storage controller\n"
                                          "\t08  Non-Volatile memory controller\n"
                                          "C 02  Network controller\n"
                                          "\t00  Ethernet controller\n"
                                          "C 06  Bridge\n"
                                          "\t04  PCI bridge\n");
    assert_int_equal(xd_topo_pciids_kept(t, "x", 1, &out, &err), -EINVAL);
    xd_buf_done(&out);
    xd_topo_free(t);
}

/* --- IOMMUs --- */

static const char *unit_of(const struct xd_topo *t, const char *id)
{
    return xd_topo_str(thing(t, id), XD_TOPO_IOMMU, "none");
}

static void intel_iommus(void **state)
{
    static const uint8_t nvme_path[] = {1, 0, 0, 0, 0, 0, 0, 0}, far_path[] = {2, 0};
    static const struct xd_acpi_scope first[] = {{.type = 1, .steps = 4, .path = nvme_path}},
                                      second[] = {{1, 0x40, 2, 0, 1, far_path},
                                                  {.type = 3, .steps = 1, .path = far_path}};
    const struct xd_acpi_iommu units[] = {
        {.scopes = first, .n_scopes = 1}, {.scopes = second, .n_scopes = 2}, {.all = true}};
    const struct xd_acpi a = {.iommus = units, .n_iommus = 3};
    struct xd_topo *t = read_machine(machine());

    xd_topo_pci_iommus(t, &a);
    assert_string_equal(unit_of(t, "pci/0000:03:00.0"), "dmar/0");
    assert_string_equal(unit_of(t, "pci/0000:40:02.0"), "dmar/1");
    assert_string_equal(unit_of(t, "pci/0000:04:00.0"), "dmar/2");
    assert_string_equal(unit_of(t, "pci/0000:04:10.0"), "dmar/2");
    xd_topo_free(t);
}

/* A bridge that is named has all below it. */
static void an_iommu_of_a_bridge(void **state)
{
    static const uint8_t path[] = {1, 0};
    static const struct xd_acpi_scope scope[] = {{.type = 2, .steps = 1, .path = path}};
    const struct xd_acpi_iommu units[] = {{.scopes = scope, .n_scopes = 1}};
    const struct xd_acpi a = {.iommus = units, .n_iommus = 1};
    struct xd_topo *t = read_machine(machine());

    xd_topo_pci_iommus(t, &a);
    assert_string_equal(unit_of(t, "pci/0000:00:01.0"), "dmar/0");
    assert_string_equal(unit_of(t, "pci/0000:04:10.2"), "dmar/0");
    assert_string_equal(unit_of(t, "pci/0000:40:02.0"), "none");
    xd_topo_free(t);
}

static void amd_iommus(void **state)
{
    static const struct xd_acpi_span low[] = {{0x0008, 0x3fff}}, high[] = {{0x4000, 0x40ff}};
    const struct xd_acpi_iommu units[] = {{.amd = true, .spans = low, .n_spans = 1},
                                          {.amd = true, .spans = high, .n_spans = 1}};
    const struct xd_acpi a = {.iommus = units, .n_iommus = 2};
    struct xd_topo *t = read_machine(machine());

    xd_topo_pci_iommus(t, &a);
    assert_string_equal(unit_of(t, "pci/0000:00:00.0"), "none");
    assert_string_equal(unit_of(t, "pci/0000:04:10.2"), "ivhd/0");
    assert_string_equal(unit_of(t, "pci/0000:40:02.0"), "ivhd/1");
    xd_topo_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree),
        cmocka_unit_test(what_is_told_of_functions),
        cmocka_unit_test(nodes_by_bridges),
        cmocka_unit_test(links_and_limits),
        cmocka_unit_test(slots),
        cmocka_unit_test(without_privileges),
        cmocka_unit_test(a_bus_behind_a_function),
        cmocka_unit_test(disks_nics_and_usb),
        cmocka_unit_test(a_shared_namespace),
        cmocka_unit_test(from_lspci),
        cmocka_unit_test(what_a_capture_keeps_of_names),
        cmocka_unit_test(intel_iommus),
        cmocka_unit_test(an_iommu_of_a_bridge),
        cmocka_unit_test(amd_iommus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
