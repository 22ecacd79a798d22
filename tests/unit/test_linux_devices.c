/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linux's files about network interfaces, Xen backends and PCI functions: as a dom0 of Linux 6.1
 * shows them, below a root directory of the test's own, and as nobody should. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel/netdev.h"
#include "kernel/pcidev.h"
#include "kernel/xenback.h"

/* --- /proc/net/dev --- */

#define HEADING                                                                                    \
    "Inter-|   Receive                                                |  Transmit\n"               \
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop" \
    " fifo colls carrier compressed\n"

static size_t parse(const char *text, struct xd_arena *a, struct xd_netdev **list)
{
    struct xd_err err = XD_ERR_INIT;
    size_t n;

    assert_int_equal(xd_netdev_parse(text, strlen(text), a, list, &n, &err), 0);
    return n;
}

static void interfaces_with_their_counters(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_netdev *list;
    const struct xd_netdev *d;
    size_t n = parse(HEADING "    lo:     100       2    0    0    0     0          0         0"
                             "      100       2    0    0    0     0       0          0\n"
                             "vif3.0: 1234567     890    1    2    3     4          5         6"
                             "   765432     109    7    8    9    10      11         12\n"
                             "  a:b:18446744073709551615 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n",
                     &a, &list);

    assert_int_equal(n, 3);
    d = xd_netdev_find(list, n, "vif3.0");
    assert_non_null(d);
    assert_int_equal(d->rx_bytes, 1234567);
    assert_int_equal(d->rx_packets, 890);
    assert_int_equal(d->rx_errs, 1);
    assert_int_equal(d->rx_drop, 2);
    assert_int_equal(d->tx_bytes, 765432);
    assert_int_equal(d->tx_packets, 109);
    assert_int_equal(d->tx_errs, 7);
    assert_int_equal(d->tx_drop, 8);
    assert_true(xd_netdev_find(list, n, "a:b")->rx_bytes == UINT64_MAX);
    assert_null(xd_netdev_find(list, n, "vif3.1"));
    xd_arena_done(&a);
}

/* A kernel that counts more than ours does, in another order. */
static void counters_are_found_by_their_names(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_netdev *list;
    size_t n = parse("Inter-| Receive | Transmit\n"
                     " face |new drop bytes packets errs|errs packets bytes drop more\n"
                     "eth0: 9 4 1 2 3 7 6 5 8 9\n",
                     &a, &list);

    assert_int_equal(n, 1);
    assert_int_equal(
        list->rx_bytes * 1000 + list->rx_packets * 100 + list->rx_errs * 10 + list->rx_drop, 1234);
    assert_int_equal(
        list->tx_bytes * 1000 + list->tx_packets * 100 + list->tx_errs * 10 + list->tx_drop, 5678);
    xd_arena_done(&a);
}

static void lines_that_are_not_whole_are_left_out(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_netdev *list;
    size_t n = parse(HEADING "a: 1 2 3 4 5 6 7 8 9 10 11\n"               /* too few */
                             "b 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n" /* no name */
                             ": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n" /* an empty one */
                             "c: 1 -2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                             "d: 18446744073709551616 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                             "a-name-of-16-byt: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                             "two words: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                             "ok: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                             "cut: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
                     &a, &list);

    assert_int_equal(n, 1);
    assert_string_equal(list[0].name, "ok");
    xd_arena_done(&a);
}

static void a_heading_that_is_none_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "\n\n",
        "Inter-|\n face |bytes packets errs drop\n",
        "Inter-|\n face |bytes packets errs drop|bytes packets errs\n",
        "Inter-|\n face |bytes packets errs drop|bytes packets errs drop|bytes\n"};
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_netdev *list;
        size_t n;

        assert_int_equal(xd_netdev_parse(wrong[i], strlen(wrong[i]), &a, &list, &n, &err), -EPROTO);
        assert_int_equal(n, 0);
        assert_non_null(strstr(err.text, "/proc/net/dev"));
    }
    xd_arena_done(&a);
}

/* --- a root directory --- */

static char root[64];

static void put(const char *path, const char *text)
{
    char full[512], *slash;
    FILE *f;

    snprintf(full, sizeof(full), "%s%s", root, path);
    for (slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void put_link(const char *path, const char *target)
{
    char full[512];

    snprintf(full, sizeof(full), "%s%s", root, path);
    assert_int_equal(symlink(target, full), 0);
}

static void put_function(const char *bdf, const char *vendor, const char *device, const char *class)
{
    char path[128];

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vendor", bdf);
    put(path, vendor);
    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/device", bdf);
    put(path, device);
    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/class", bdf);
    put(path, class);
}

#define BACK "/sys/bus/xen-backend/devices/"

static int make_root(void **state)
{
    strcpy(root, "/tmp/xendeck-test-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    put(BACK "vbd-3-51712/statistics/oo_req", "0\n");
    put(BACK "vbd-3-51712/statistics/rd_req", "11\n");
    put(BACK "vbd-3-51712/statistics/wr_req", "22\n");
    put(BACK "vbd-3-51712/statistics/rd_sect", "88\n");
    put(BACK "vbd-3-51712/statistics/wr_sect", "18446744073709551615\n");
    put(BACK "vbd-3-51728/statistics/oo_req", "0\n");
    put(BACK "vbd-3-51728/statistics/rd_req", "many\n");
    put(BACK "vif-3-0/net/web1-eth0/mtu", "1500\n");
    put(BACK "vif-4-0/state", "1\n");
    put("/sys/bus/xen-backend/drivers/vbd/uevent", "");
    put_function("0000:01:00.0", "0x8086\n", "0x10d3\n", "0x020000\n");
    put_link("/sys/bus/pci/devices/0000:01:00.0/driver", "../../bus/pci/drivers/pciback");
    put_function("0000:00:1f.2", "0x8086\n", "0x2922\n", "0x010601\n");
    put_function("0000:00:02.0", "0x8086\n", "eight\n", "0x030000\n");
    put_function("0000:00:03.0", "0x18086\n", "0x1\n", "0x030000\n");
    put_function("10000:e1:00.0", "0x8086\n", "0x1\n", "0x030000\n");
    return 0;
}

static int remove_root(void **state)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -r %s", root);
    return system(command);
}

static void names_of_backends(void **state)
{
    static const char *const wrong[] = {"",
                                        "vbd",
                                        "vbd-3",
                                        "vbd-3-",
                                        "vbd--1-0",
                                        "vbd-3-0x1",
                                        "vbd-3-51712 ",
                                        "vbd-03-0",
                                        "VBD-3-0",
                                        "-3-0",
                                        "vbd-3-4294967296",
                                        "a_kind_that_is_too_long-3-0"};
    struct xd_xenback_name n;

    assert_int_equal(xd_xenback_name("vbd-3-51712", &n), 0);
    assert_string_equal(n.kind, "vbd");
    assert_int_equal(n.domid, 3);
    assert_int_equal(n.device, 51712);
    assert_int_equal(xd_xenback_name("9pfs-0-0", &n), 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(xd_xenback_name(wrong[i], &n), -EINVAL);
}

static void counters_of_disks(void **state)
{
    struct xd_xenback_name n = {.kind = "vbd", .domid = 3, .device = 51712};
    struct xd_xenback_disk d;

    assert_int_equal(xd_xenback_disk(root, &n, &d), 0);
    assert_int_equal(d.waits, 0);
    assert_int_equal(d.rd_reqs, 11);
    assert_int_equal(d.wr_reqs, 22);
    assert_int_equal(d.rd_sectors, 88);
    assert_true(d.wr_sectors == UINT64_MAX);
    n.device = 51728;
    assert_int_equal(xd_xenback_disk(root, &n, &d), -EPROTO);
    n.device = 51744;
    assert_int_equal(xd_xenback_disk(root, &n, &d), -ENOENT);
}

static void counters_of_blktap3(void **state)
{
    struct {
        uint32_t version, pad;
        uint64_t n[11];
    } file = {1, 0, {1, 20, 30, 400, 0, 50, 60, 700, 0, 0, 0}};
    struct xd_xenback_disk d;

    assert_int_equal(xd_xenback_td3(&file, sizeof(file), &d), 0);
    assert_int_equal(d.waits, 1);
    assert_int_equal(d.rd_reqs, 20);
    assert_int_equal(d.rd_sectors, 400);
    assert_int_equal(d.wr_reqs, 50);
    assert_int_equal(d.wr_sectors, 700);
    assert_int_equal(xd_xenback_td3(&file, sizeof(file) - 1, &d), -EPROTO);
    file.version = 2;
    assert_int_equal(xd_xenback_td3(&file, sizeof(file), &d), -EPROTO);
    assert_int_equal(xd_xenback_td3_disk(root, 1, 3, 51712, &d), -ENOENT);
}

static void a_vif_is_found_by_whatever_name(void **state)
{
    char name[XD_IFNAME_MAX];

    assert_int_equal(xd_xenback_ifname(root, 3, 0, name), 0);
    assert_string_equal(name, "web1-eth0");
    assert_int_equal(xd_xenback_ifname(root, 4, 0, name), -ENOENT);
    assert_int_equal(xd_xenback_ifname(root, 5, 0, name), -ENOENT);
    assert_true(xd_xenback_driver(root, "vbd"));
    assert_false(xd_xenback_driver(root, "vif"));
}

static void files_are_small_and_exact(void **state)
{
    static const char *const wrong[] = {"",
                                        "\n",
                                        " 1\n",
                                        "1 2\n",
                                        "-1\n",
                                        "0x10\n",
                                        "1\n\n",
                                        "18446744073709551616\n",
                                        "00000000000000000000000000000000001\n"};
    char path[128], text[8];
    uint64_t n;

    snprintf(path, sizeof(path), "%s/number", root);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        put("/number", wrong[i]);
        assert_int_equal(xd_file_u64(path, &n), -EPROTO);
    }
    put("/number", "12");
    assert_int_equal(xd_file_u64(path, &n), 0);
    assert_int_equal(n, 12);
    put("/number", "1234567");
    assert_int_equal(xd_file_read(path, text, sizeof(text)), 7);
    assert_string_equal(text, "1234567");
    put("/number", "12345678");
    assert_int_equal(xd_file_read(path, text, sizeof(text)), -EFBIG);
}

/* --- PCI --- */

static void places_of_functions(void **state)
{
    static const char *const wrong[] = {"",         "01:00",         "01:00.8",      "01:20.0",
                                        "1:00.0",   "0000:01:00.",   "0000-01:00.0", "01:00.0 ",
                                        "01:00.00", "10000:01:00.0", "g000:01:00.0", "01:00.*"};
    struct xd_bdf b, c;
    char text[XD_BDF_TEXT];
    const char *end;

    assert_int_equal(xd_bdf_parse("0001:fF:1f.7", &b, NULL), 0);
    assert_string_equal(xd_bdf_text(&b, text), "0001:ff:1f.7");
    assert_int_equal(xd_bdf_parse("01:00.0", &c, NULL), 0);
    assert_string_equal(xd_bdf_text(&c, text), "0000:01:00.0");
    assert_true(xd_bdf_cmp(&c, &b) < 0 && xd_bdf_cmp(&b, &b) == 0 && xd_bdf_cmp(&b, &c) > 0);
    assert_int_equal(xd_bdf_parse("0000:01:00.0@05,msitranslate=0", &b, &end), 0);
    assert_string_equal(end, "@05,msitranslate=0");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (xd_bdf_parse(wrong[i], &b, NULL) != -EINVAL)
            fail_msg("\"%s\" was taken for a place", wrong[i]);
}

static void functions_of_a_host(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_pcidev *list;
    char text[XD_BDF_TEXT];
    size_t n;

    assert_int_equal(xd_pcidev_list(root, &a, &list, &n, &err), 0);
    assert_int_equal(n, 2); /* what isn't as it should be is left out */
    assert_string_equal(xd_bdf_text(&list[0].bdf, text), "0000:00:1f.2");
    assert_int_equal(list[0].class, 0x010601);
    assert_string_equal(list[0].driver, "");
    assert_string_equal(xd_bdf_text(&list[1].bdf, text), "0000:01:00.0");
    assert_int_equal(list[1].vendor, 0x8086);
    assert_int_equal(list[1].device, 0x10d3);
    assert_string_equal(list[1].driver, "pciback");
    assert_int_equal(xd_pcidev_list("/nowhere", &a, &list, &n, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/nowhere/sys/bus/pci/devices"));
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interfaces_with_their_counters),
        cmocka_unit_test(counters_are_found_by_their_names),
        cmocka_unit_test(lines_that_are_not_whole_are_left_out),
        cmocka_unit_test(a_heading_that_is_none_is_refused),
        cmocka_unit_test(names_of_backends),
        cmocka_unit_test(counters_of_disks),
        cmocka_unit_test(counters_of_blktap3),
        cmocka_unit_test(a_vif_is_found_by_whatever_name),
        cmocka_unit_test(files_are_small_and_exact),
        cmocka_unit_test(places_of_functions),
        cmocka_unit_test(functions_of_a_host),
    };

    return cmocka_run_group_tests(tests, make_root, remove_root);
}
