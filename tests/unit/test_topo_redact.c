/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells one machine from its sisters is left out of recordings; all else stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "kernel/pciconf.h"
#include "kernel/smbios.h"
#include "topo/redact.h"

static struct xd_topo_redactor *r;
static struct xd_buf path, bytes;

static int setup(void **state)
{
    r = xd_topo_redactor_new();
    return 0;
}

static int teardown(void **state)
{
    xd_topo_redactor_free(r);
    xd_buf_done(&path);
    xd_buf_done(&bytes);
    return 0;
}

static const char *file(const char *name, const char *text)
{
    xd_topo_redact(r, 'f', name, text, strlen(text), &path, &bytes);
    return xd_buf_str(&bytes);
}

/* --- text --- */

static void test_addresses(void **state)
{
    assert_string_equal(file("sys/class/net/eth0/address", "52:54:00:Ab:cd:ef\n"), "");
    assert_string_equal(file("sys/bus/pci/slots/3/address", "0000:01:00\n"), "0000:01:00\n");
    assert_string_equal(file("a", "52:54:00:Ab:cd:ef\n"), "xx:xx:xx:xx:xx:xx\n");
    assert_string_equal(file("a", "mac 52-54-00-12-34-56, and on"),
                        "mac xx-xx-xx-xx-xx-xx, and on");
    /* Those are none: */
    assert_string_equal(file("a", "0000:00:1f.2 12:34:56 00:01:02:03:04"),
                        "0000:00:1f.2 12:34:56 00:01:02:03:04");
    assert_string_equal(file("sys/cpumap", "00000000,0000000f\n"), "00000000,0000000f\n");
    assert_string_equal(file("proc/cpuinfo", "stepping\t: 2\nmicrocode\t: 0x2b\n"),
                        "stepping\t: 2\nmicrocode\t: 0x2b\n");
}

static void test_serials_of_devices(void **state)
{
    assert_string_equal(file("sys/devices/pci0000:00/nvme/nvme0/serial", "S4EVNX0M\n"), "");
    assert_string_equal(file("sys/devices/pci0000:00/nvme/nvme0/nvme0n1/wwid", "eui.0025\n"), "");
    assert_string_equal(file("sys/bus/usb/devices/1-2/product", "QEMU USB Tablet\n"),
                        "QEMU USB Tablet\n");
    assert_string_equal(file("sys/devices/pci0000:00/nvme/nvme0/model", "QEMU NVMe Ctrl\n"),
                        "QEMU NVMe Ctrl\n");
}

static void test_interfaces_named_after_addresses(void **state)
{
    static const char link[] = "../../devices/x/net/enx525400123456";

    file("sys/class/net/enx525400aabbcc/speed", "1000\n");
    assert_string_equal(path.s, "sys/class/net/enxxxxxxxxxx001/speed");
    xd_topo_redact(r, 'l', "sys/class/net/enx525400123456", link, strlen(link), &path, &bytes);
    assert_string_equal(path.s, "sys/class/net/enxxxxxxxxxx002");
    assert_string_equal(bytes.s, "../../devices/x/net/enxxxxxxxxxx002");
    file("sys/class/net/enx525400aabbcc/mtu", "1500\n");
    assert_string_equal(path.s, "sys/class/net/enxxxxxxxxxx001/mtu");
    file("sys/class/net/enp0s31f6/mtu", "1500\n");
    assert_string_equal(path.s, "sys/class/net/enp0s31f6/mtu");
}

static void test_hwloc_infos(void **state)
{
    static const char serial[] = "<info name=\"DMIProductSerial\" value=\"ABC123\"/>";
    static const char turned[] = "<info value='0123' name='SerialNumber'/>";
    static const char open[] = "<info name=\"Address\" value=\"52:54:00:12:34:56\"></info>";
    static const char rest[] = "<info name=\"CPUModel\" value=\"A CPU\"/>"
                               "<object name=\"serial\" os_index=\"0\"/>";
    struct xd_buf text = XD_BUF_INIT;
    const char *left;

    xd_buf_printf(&text, "%s%s%s%s", serial, turned, open, rest);
    left = file("xendeck/hwloc.xml", text.s);
    assert_int_equal(strlen(left), text.len);
    left += strspn(left, " "); /* what closes itself goes as a whole */
    assert_int_equal(left - bytes.s, strlen(serial) + strlen(turned));
    assert_true(xd_str_starts(left, "<info name=\"Address\" value=\"xxxxxxxxxxxxxxxxx\"></info>"));
    assert_string_equal(left + strlen(open), rest);
    xd_buf_done(&text);
    assert_string_equal(file("xendeck/hwloc.xml", "<info name=\"Serial\" value=\"ABC"),
                        "<info name=\"Serial\" value=\"ABC"); /* no XML at all: nobody reads it */
}

/* --- SMBIOS --- */

/* A structure with its strings, as the firmware lays it out. */
static void add(struct xd_buf *t, const void *formatted, size_t size, const char *strings,
                size_t strings_size)
{
    xd_buf_addn(t, formatted, size);
    xd_buf_addn(t, strings, strings_size);
    xd_buf_addn(t, "", 1);
}

/* Each string ends in a NUL, and the list of them in one more. */
#define ADD(t, formatted, strings) add(t, formatted, sizeof(formatted), strings, sizeof(strings))

static bool holds(const struct xd_buf *b, const char *word)
{
    return memmem(b->s, b->len, word, strlen(word)) != NULL;
}

static void test_smbios(void **state)
{
    uint8_t system[27] = {1,   27,  0,   1,   1,   2,   0,   3,   'U', 'U', 'I', 'D', '-',
                          's', 'e', 'c', 'r', 'e', 't', 's', '!', '!', '!', '!', 6};
    uint8_t dimm[34] = {17, 34, 0, 2};
    uint8_t oem[12] = {221, 12, 0, 3, 'M', 'A', 'C', '0', '1', '2', '3', '4'};
    static const uint8_t end[4] = {127, 4, 0, 4};
    struct xd_buf t = XD_BUF_INIT;
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_smbios s;

    dimm[0x0c] = 16; /* GiB, below */
    dimm[0x10] = 1;
    dimm[0x17] = 2;
    dimm[0x18] = 3;
    dimm[0x19] = 4;
    dimm[0x1a] = 5;
    ADD(&t, system, "Maker\0Product\0SERIAL-SYS");
    ADD(&t, dimm, "DIMM A1\0Samsung\0SERIAL-DIMM\0ASSET-DIMM\0M393A2K43");
    ADD(&t, oem, "SERIAL-OEM");
    ADD(&t, end, "");
    assert_true(holds(&t, "SERIAL-SYS") && holds(&t, "SERIAL-DIMM") && holds(&t, "ASSET-DIMM"));
    assert_true(holds(&t, "SERIAL-OEM") && holds(&t, "UUID-secret") && holds(&t, "MAC01234"));

    xd_topo_redact(r, 'f', "sys/firmware/dmi/tables/DMI", t.s, t.len, &path, &bytes);
    assert_int_equal(bytes.len, t.len);
    assert_false(holds(&bytes, "SERIAL") || holds(&bytes, "ASSET"));
    assert_false(holds(&bytes, "secret") || holds(&bytes, "MAC0"));

    assert_int_equal(xd_smbios_parse(bytes.s, bytes.len, &a, &s, NULL), 0);
    assert_null(s.trouble);
    assert_int_equal(s.structures, 4);
    assert_string_equal(s.system.maker, "Maker");
    assert_string_equal(s.system.product, "Product");
    assert_null(s.system.serial);
    assert_int_equal(s.n_dimms, 1);
    assert_string_equal(s.dimms[0].locator, "DIMM A1");
    assert_string_equal(s.dimms[0].maker, "Samsung");
    assert_string_equal(s.dimms[0].part, "M393A2K43");
    assert_null(s.dimms[0].serial);
    xd_arena_done(&a);
    xd_buf_done(&t);
}

static void test_smbios_that_is_cut(void **state)
{
    static const char table[] = "\x01\x08\x00\x01\x01\x00\x00\x02Maker\0SERIAL-SYS\0\0"
                                "\x01\x08\x00\x01\x01\x00\x00\x02Maker\0SERIAL-SYS";

    for (size_t n = 0; n < sizeof(table); n++) {
        char *copy = malloc(n + 1);

        memcpy(copy, table, n);
        xd_topo_redact_smbios((uint8_t *)copy, n);
        assert_null(memmem(copy, n, "SERIAL", 6));
        free(copy);
    }
}

/* --- PCI --- */

static void config_with_serial(uint8_t c[4096])
{
    static const uint8_t serial[8] = {0x56, 0x34, 0x12, 0xff, 0xfe, 0x00, 0x54, 0x52};

    memset(c, 0, 4096);
    memcpy(c, "\x86\x80\xd3\x10", 4);
    memcpy(c + 0x100, "\x01\x00\x01\x14", 4); /* AER, next at 140 */
    memcpy(c + 0x140, "\x03\x00\x01\x00", 4); /* the serial number, the last one */
    memcpy(c + 0x144, serial, 8);
    c[0x14c] = 0x77; /* nothing of it */
}

static void test_config(void **state)
{
    uint8_t c[4096];

    config_with_serial(c);
    xd_topo_redact(r, 'f', "sys/devices/pci0000:00/0000:00:02.0/config", c, sizeof(c), &path,
                   &bytes);
    assert_int_equal(bytes.len, sizeof(c));
    for (size_t i = 0x144; i < 0x14c; i++)
        assert_int_equal(bytes.s[i], 0);
    memset(c + 0x144, 0, 8);
    assert_memory_equal(bytes.s, c, sizeof(c));
}

static void test_config_in_circles(void **state)
{
    uint8_t c[4096] = {0x86, 0x80};

    memcpy(c + 0x100, "\x01\x00\x01\x10", 4); /* next: itself */
    xd_topo_redact_config(c, sizeof(c));
    memcpy(c + 0x100, "\x03\x00\x01\x00", 4);
    c[0x104] = 1;
    xd_topo_redact_config(c, 0x106); /* cut within the number */
    assert_int_equal(c[0x104], 0);
    xd_topo_redact_config(c, 64);
    xd_topo_redact_config(c, 0);
}

static void test_lspci(void **state)
{
    struct xd_buf text = XD_BUF_INIT;
    uint8_t c[4096];

    config_with_serial(c);
    xd_buf_add(&text, "00:02.0 Ethernet controller: A NIC\n"
                      "\tCapabilities: [140 v1] Device Serial Number 52-54-00-fe-ff-12-34-56\n"
                      "\t\t\t[PN] Part number: PN1\n\t\t\t[SN] Serial number: SN-1234\n");
    for (unsigned i = 0; i < sizeof(c); i++)
        xd_buf_printf(&text, i % 16 == 0 ? "%s%02x: %02x" : "%.0s%.0x %02x", i ? "\n" : "",
                      i % 16 ? 0 : i, c[i]);
    xd_buf_add(&text, "\n\n");
    xd_topo_redact(r, 'f', "xendeck/lspci.txt", text.s, text.len, &path, &bytes);
    assert_int_equal(bytes.len, text.len);
    assert_non_null(strstr(text.s, "140: 03 00 01 00 56 34 12 ff fe 00 54 52 77"));
    assert_non_null(strstr(bytes.s, "140: 03 00 01 00 00 00 00 00 00 00 00 00 77"));
    assert_null(strstr(bytes.s, "12-34-56"));
    assert_null(strstr(bytes.s, "SN-1234"));
    assert_non_null(strstr(bytes.s, "[PN] Part number: PN1"));
    assert_non_null(strstr(bytes.s, "00:02.0 Ethernet controller: A NIC"));
    xd_buf_done(&text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_addresses),
        TEST(test_serials_of_devices),
        TEST(test_interfaces_named_after_addresses),
        TEST(test_hwloc_infos),
        TEST(test_smbios),
        TEST(test_smbios_that_is_cut),
        TEST(test_config),
        TEST(test_config_in_circles),
        TEST(test_lspci),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
