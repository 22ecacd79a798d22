/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel/pciconf: configuration spaces made by hand, addresses, and dumps as lspci prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/pciconf.h"

static void put(uint8_t *space, size_t offset, unsigned bytes, uint32_t v)
{
    for (unsigned i = 0; i < bytes; i++, v >>= 8)
        space[offset + i] = (uint8_t)v;
}

/* An NVMe drive that could do x4 at 16 GT/s and runs x2 at 8, with SR-IOV. */
static void nvme(uint8_t space[XD_PCICONF_MAX])
{
    memset(space, 0, XD_PCICONF_MAX);
    put(space, 0x00, 4, 0xa808144d);
    put(space, 0x06, 2, 0x10);
    put(space, 0x09, 3, 0x010802);
    put(space, 0x0e, 1, 0x80);
    put(space, 0x2c, 4, 0xa801144d);
    put(space, 0x34, 1, 0x40);
    put(space, 0x40, 2, 0x7001); /* power management, then … */
    put(space, 0x70, 2, 0x0010); /* … PCI Express, the last one */
    put(space, 0x72, 2, 0x0002);
    put(space, 0x7c, 4, 0x00000044);
    put(space, 0x82, 2, 0x0023);
    put(space, 0x100, 4, 0x14810001); /* AER, then … */
    put(space, 0x148, 4, 0x00010010); /* … SR-IOV */
    put(space, 0x150, 2, 1);
    put(space, 0x156, 2, 8);
    put(space, 0x158, 2, 4);
    put(space, 0x15c, 2, 1);
    put(space, 0x15e, 2, 1);
}

static void an_endpoint(void **state)
{
    uint8_t space[XD_PCICONF_MAX];
    struct xd_pciconf c;

    nvme(space);
    assert_int_equal(xd_pciconf_read(space, sizeof(space), &c, NULL), 0);
    assert_false(c.cut);
    assert_int_equal(c.vendor, 0x144d);
    assert_int_equal(c.device, 0xa808);
    assert_int_equal(c.subsystem, 0xa801);
    assert_int_equal(c.class, 0x010802);
    assert_true(c.multifunction);
    assert_false(c.bridge);
    assert_true(c.pcie && c.has_link);
    assert_int_equal(c.type, XD_PCIE_ENDPOINT);
    assert_int_equal(c.most.mts, 16000);
    assert_int_equal(c.most.lanes, 4);
    assert_int_equal(c.now.mts, 8000);
    assert_int_equal(c.now.lanes, 2);
    assert_true(c.sriov);
    assert_int_equal(c.vfs_most, 8);
    assert_int_equal(c.vfs_now, 4);
    space[0x150] = 0; /* not enabled: NumVFs means nothing */
    assert_int_equal(xd_pciconf_read(space, sizeof(space), &c, NULL), 0);
    assert_int_equal(c.vfs_now, 0);
}

static void a_port_with_a_slot(void **state)
{
    uint8_t space[256] = {0};
    struct xd_pciconf c;

    put(space, 0x00, 4, 0x000c1b36);
    put(space, 0x06, 2, 0x10);
    put(space, 0x09, 3, 0x060400);
    put(space, 0x0e, 1, 0x01);
    put(space, 0x18, 4, 0x00050301);
    put(space, 0x34, 1, 0x54);
    put(space, 0x54, 2, 0x0010);
    put(space, 0x56, 2, 0x0142);
    put(space, 0x68, 4, 7u << 19);
    assert_int_equal(xd_pciconf_read(space, sizeof(space), &c, NULL), 0);
    assert_true(c.bridge);
    assert_int_equal(c.primary, 1);
    assert_int_equal(c.secondary, 3);
    assert_int_equal(c.subordinate, 5);
    assert_int_equal(c.type, XD_PCIE_ROOT_PORT);
    assert_true(c.has_slot);
    assert_int_equal(c.slot, 7);
    assert_int_equal(c.most.lanes, 0); /* it says nothing of its link: unknown */
}

static void what_can_not_be_read(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    uint8_t space[XD_PCICONF_MAX];
    struct xd_pciconf c;

    nvme(space);
    assert_int_equal(xd_pciconf_read(space, 63, &c, &err), -ENODATA);
    assert_string_equal(err.text, "a configuration space of 63 bytes, wanted at least 64");
    assert_int_equal(xd_pciconf_read(space, 64, &c, &err), 0); /* as the kernel shows it to all */
    assert_true(c.cut);
    assert_false(c.pcie);
    assert_int_equal(xd_pciconf_read(space, 256, &c, &err), 0);
    assert_false(c.cut);
    assert_false(c.sriov);
    assert_int_equal(xd_pciconf_read(space, 0x150, &c, &err), 0);
    assert_true(c.cut);
    put(space, 0x70, 2, 0x4010); /* a circle */
    assert_int_equal(xd_pciconf_read(space, 256, &c, &err), 0);
    assert_true(c.cut && c.pcie);
    memset(space, 0xff, sizeof(space));
    assert_int_equal(xd_pciconf_read(space, 64, &c, &err), -ENODEV);
}

static void links_in_bytes(void **state)
{
    assert_int_equal(xd_pci_link_bytes_s((struct xd_pci_link){2500, 1}), 250000000);
    assert_int_equal(xd_pci_link_bytes_s((struct xd_pci_link){8000, 4}) / 1000000, 3938);
    assert_int_equal(xd_pci_link_bytes_s((struct xd_pci_link){32000, 16}) / 1000000, 63015);
    assert_int_equal(xd_pci_link_bytes_s((struct xd_pci_link){8000, 0}), 0);
}

static void addresses(void **state)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "0:",
                                      "41:00",
                                      "41:20.0",
                                      "41:00.8",
                                      "41:00.0x",
                                      "10000:41:00.0",
                                      "100:00.0",
                                      ":41:00.0",
                                      "41:\x10"
                                      "0.0"};
    struct xd_bdf a;
    char text[XD_BDF_TEXT];
    const char *end;

    assert_int_equal(xd_bdf_parse("0001:41:1f.7", &a, NULL), 0);
    assert_string_equal(xd_bdf_text(&a, text), "0001:41:1f.7");
    assert_int_equal(xd_bdf_parse("c1:00.0 Ethernet", &a, &end), 0);
    assert_string_equal(xd_bdf_text(&a, text), "0000:c1:00.0");
    assert_string_equal(end, " Ethernet");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(xd_bdf_parse(bad[i], &a, NULL), -EINVAL);
}

static int parse(const char *text, struct xd_arena *a, struct xd_pci_dumped **f, size_t *n,
                 struct xd_err *err)
{
    return xd_pci_dump_parse(text, strlen(text), "host.lspci", a, f, n, err);
}

static void dumps(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_pci_dumped *f;
    size_t n;

    assert_int_equal(parse("00:00.0 Host bridge: Intel Corporation\n"
                           "\tSubsystem: Red Hat\n"
                           "00: 86 80 c0 29\n"
                           "04: 07 01\r\n"
                           "\n"
                           "0001:02:03.4 Bridge\n"
                           "00: 36 1b 0c 00 00 00 00 00\n",
                           &a, &f, &n, &err),
                     0);
    assert_int_equal(n, 2);
    assert_int_equal(f[0].size, 6);
    assert_int_equal(f[0].bytes[3], 0x29);
    assert_int_equal(f[0].bytes[5], 0x01);
    assert_int_equal(f[1].at.segment, 1);
    assert_int_equal(f[1].at.function, 4);
    assert_int_equal(f[1].size, 8);

    assert_int_equal(parse("00:00.0 x\n00: 86 8\n", &a, &f, &n, &err), -EINVAL);
    assert_string_equal(err.text, "host.lspci:2:8: wanted two hex digits");
    assert_int_equal(parse("00:00.0 x\n10: 86 80\n", &a, &f, &n, &err), -EINVAL);
    assert_string_equal(err.text, "host.lspci:2:1: bytes before these are missing");
    assert_int_equal(parse("hello\n", &a, &f, &n, &err), -ENODATA);
    assert_string_equal(err.text,
                        "host.lspci: no PCI function in it: wanted the output of lspci -xxxx");
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint),
        cmocka_unit_test(a_port_with_a_slot),
        cmocka_unit_test(what_can_not_be_read),
        cmocka_unit_test(links_in_bytes),
        cmocka_unit_test(addresses),
        cmocka_unit_test(dumps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
