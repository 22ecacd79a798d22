/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of devices: the numbers are those of xen-vbd-interface(7). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backend_libxl/device_spec.h"

static void disks_have_the_numbers_of_the_interface(void **state)
{
    static const struct {
        const char *name;
        uint32_t number;
    } rows[] = {
        {"xvda", 51712},
        {"xvdb", 51728},
        {"xvda1", 51713},
        {"xvdp15", 202 << 8 | 15 << 4 | 15},
        {"xvdq", 1 << 28 | 16 << 8},
        {"xvda16", 1 << 28 | 16},
        {"xvdaa", 1 << 28 | 26 << 8},
        {"xvdzz3", 1 << 28 | 701 << 8 | 3},
        {"hda", 768},
        {"hdb2", 768 + 64 + 2},
        {"hdc", 22 << 8},
        {"hdd63", 22 << 8 | 64 | 63},
        {"sda", 2048},
        {"sdp15", 8 << 8 | 15 << 4 | 15},
        {"d1", 51728},
        {"d1p3", 51731},
        {"d16", 1 << 28 | 16 << 8},
        {"51712", 51712},
        {"0xca00", 51712},
        {"0xCA10", 51728},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t number = 0;

        assert_int_equal(xd_xl_vdev_parse(rows[i].name, &number, NULL), 0);
        assert_int_equal(number, rows[i].number);
    }
}

static void what_is_no_disk_is_refused(void **state)
{
    static const char *const names[] = {
        "",           "xvd",         "xvdA",
        "xvda01",     "xvda256",     "xvdaaaaaa",
        "hde",        "hda64",       "sdq",
        "sda16",      "disk2",       "d",
        "dp1",        "d1p",         "xvda ",
        " xvda",      "0",           "0x",
        "-1",         "xvda/1",      "12345678901234",
        "d1048576",   "xvda\033[2J", "0x10000ca00",
        "4295018992", "d4294967297",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        uint32_t number;

        assert_int_equal(xd_xl_vdev_parse(names[i], &number, &err), -EINVAL);
        assert_non_null(strstr(err.text, "is no name of a virtual disk"));
    }
}

static void addresses_are_those_of_one_interface(void **state)
{
    static const uint8_t wanted[6] = {0x00, 0x16, 0x3e, 0xab, 0x0c, 0xff};
    static const char *const wrong[] = {"",
                                        "00:16:3e:ab:0c",
                                        "00:16:3e:ab:0c:f",
                                        "00:16:3e:ab:0c:ff:",
                                        "00:16:3e:ab:0c:ff:00",
                                        "00-16-3e-ab-0c-ff",
                                        "0g:16:3e:ab:0c:ff",
                                        "01:00:5e:00:00:01",
                                        "ff:ff:ff:ff:ff:ff",
                                        "00:00:00:00:00:00"};
    uint8_t mac[6];

    assert_int_equal(xd_xl_mac_parse("00:16:3E:ab:0C:ff", mac, NULL), 0);
    assert_memory_equal(mac, wanted, 6);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(xd_xl_mac_parse(wrong[i], mac, NULL), -EINVAL);
}

static void functions_read_as_they_are_written(void **state)
{
    static const char *const wrong[] = {
        "",         "01:00",         "01:00.8",       "01:20.0",    "1:2:3:4.0",
        "100:00.0", "10000:00:00.0", "0000:01:00.0 ", "0000:01:00", "0000:01:00.",
        "gg:00.0",  "01:00.0x",      "100000001:00.0"};
    char text[XD_BDF_TEXT];
    struct xd_bdf b;

    assert_int_equal(xd_xl_bdf_parse("0001:af:1f.7", &b, NULL), 0);
    assert_int_equal(b.segment, 1);
    assert_int_equal(b.bus, 0xaf);
    assert_int_equal(b.device, 0x1f);
    assert_int_equal(b.function, 7);
    xd_bdf_text(&b, text);
    assert_string_equal(text, "0001:af:1f.7");
    assert_int_equal(xd_xl_bdf_parse("3:0.1", &b, NULL), 0);
    xd_bdf_text(&b, text);
    assert_string_equal(text, "0000:03:00.1");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(xd_xl_bdf_parse(wrong[i], &b, NULL), -EINVAL);
}

static void rates_are_those_of_xl(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
        uint32_t us;
    } rows[] = {
        {"10MB/s", 500000, 50000},   {"1Mb/s@20ms", 2500, 20000},  {"250000B/s", 12500, 50000},
        {"8Kb/s@1s", 1000, 1000000}, {"1GB/s@500us", 500000, 500}, {"12500B/s@2", 25000, 2000000},
    };
    static const char *const wrong[] = {"",      "10",       "10M",           "MB/s",
                                        "0B/s",  "10MB/s@",  "10MB/s@0",      "10TB/s",
                                        "1B/s ", "10MB/sec", "4294967296B/s", "1B/s@4295s"};
    struct xd_xl_rate r;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(xd_xl_rate_parse(rows[i].text, &r, NULL), 0);
        assert_int_equal(r.bytes, rows[i].bytes);
        assert_int_equal(r.interval_us, rows[i].us);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(xd_xl_rate_parse(wrong[i], &r, NULL), -EINVAL);
}

static void keys_have_two_parts(void **state)
{
    const char *tail;
    size_t head;

    assert_true(xd_xl_key_split("UUID/xvdb", &head, &tail));
    assert_int_equal(head, 4);
    assert_string_equal(tail, "xvdb");
    assert_false(xd_xl_key_split("UUID", &head, &tail));
    assert_false(xd_xl_key_split("/xvdb", &head, &tail));
    assert_false(xd_xl_key_split("UUID/", &head, &tail));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disks_have_the_numbers_of_the_interface),
        cmocka_unit_test(what_is_no_disk_is_refused),
        cmocka_unit_test(addresses_are_those_of_one_interface),
        cmocka_unit_test(functions_read_as_they_are_written),
        cmocka_unit_test(rates_are_those_of_xl),
        cmocka_unit_test(keys_have_two_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
