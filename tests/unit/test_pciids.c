/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel/pciids: names of vendors, devices and classes, and lists that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/pciids.h"

static const char list[] = "#\n# a comment\n\n"
                           "1b36  Red Hat, Inc.\n"
                           "\t000d  QEMU XHCI Host Controller\n"
                           "# between\n"
                           "\t0010  QEMU NVM Express Controller\n"
                           "\t\t1af4 1100  a subsystem\n"
                           "\tzzzz  no device\n"
                           "8086  Intel Corporation\r\n"
                           "\t10d3  82574L \x1b[31mGigabit\n"
                           "\t10d3  82574L again\n"
                           "C 02  Network controller\n"
                           "\t00  Ethernet controller\n"
                           "\t80  Network controller\n"
                           "C 0c  Serial bus controller\n"
                           "\t03  USB controller\n"
                           "\t\t30  XHCI";

static void names(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_pciids *ids;

    assert_int_equal(xd_pciids_open(list, strlen(list), "f", &a, &ids, NULL), 0);
    assert_string_equal(xd_pciids_vendor(ids, 0x1b36), "Red Hat, Inc.");
    assert_string_equal(xd_pciids_vendor(ids, 0x8086), "Intel Corporation");
    assert_null(xd_pciids_vendor(ids, 0x1af4)); /* a subsystem's, not in the list itself */
    assert_string_equal(xd_pciids_device(ids, 0x1b36, 0x0010), "QEMU NVM Express Controller");
    assert_string_equal(xd_pciids_device(ids, 0x1b36, 0x000d), "QEMU XHCI Host Controller");
    assert_null(xd_pciids_device(ids, 0x1b36, 0x10d3));
    assert_null(xd_pciids_device(ids, 0x1234, 0x0010));
    /* safe to show; of two the first */
    assert_string_equal(xd_pciids_device(ids, 0x8086, 0x10d3), "82574L \xef\xbf\xbd[31mGigabit");
    assert_string_equal(xd_pciids_class(ids, 0x020000), "Ethernet controller");
    assert_string_equal(xd_pciids_class(ids, 0x0c0330), "USB controller");
    assert_string_equal(xd_pciids_class(ids, 0x0c0700), "Serial bus controller");
    assert_null(xd_pciids_class(ids, 0xff0000));
    assert_null(xd_pciids_device(NULL, 0x8086, 0x10d3));
    xd_arena_done(&a);
}

static void what_was_asked(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf out = XD_BUF_INIT;
    struct xd_pciids *ids, *again;

    assert_int_equal(xd_pciids_open(list, strlen(list), "f", &a, &ids, NULL), 0);
    xd_pciids_device(ids, 0x1b36, 0x0010);
    xd_pciids_class(ids, 0x0c0330);
    xd_pciids_write_asked(ids, &out);
    assert_string_equal(xd_buf_str(&out), "1b36  Red Hat, Inc.\n"
                                          "\t0010  QEMU NVM Express Controller\n"
                                          "C 0c  Serial bus controller\n"
                                          "\t03  USB controller\n");
    assert_int_equal(xd_pciids_open(out.s, out.len, "f", &a, &again, NULL), 0);
    assert_string_equal(xd_pciids_class(again, 0x0c0330), "USB controller");
    xd_buf_done(&out);
    xd_arena_done(&a);
}

static void what_is_no_list(void **state)
{
    static const struct {
        const char *text;
        int rc;
        const char *wanted;
    } bad[] = {
        {"", -ENODATA, "f: not one vendor in it: wanted a list of PCI ids"},
        {"# only\nC 02  a class\n", -ENODATA, "f: not one vendor in it: wanted a list of PCI ids"},
        {"8086  Intel\n8086 Intel\n", -EINVAL,
         "f:2:1: wanted a vendor (4 hex digits, two blanks, a name), a class (C, 2 hex digits) or "
         "a comment"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_pciids *ids;

        assert_int_equal(xd_pciids_open(bad[i].text, strlen(bad[i].text), "f", &a, &ids, &err),
                         bad[i].rc);
        assert_string_equal(err.text, bad[i].wanted);
    }
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(what_was_asked),
        cmocka_unit_test(what_is_no_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
