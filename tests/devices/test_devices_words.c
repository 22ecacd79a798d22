/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xenstore says of devices, read strictly: a guest or a driver domain may have written it.
 * Names of disks are those of Xen's docs/man/xen-vbd-interface.7. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backend_devices/words.h"

static void paths_of_backends(void **state)
{
    static const struct {
        const char *path;
        int depth;
        uint32_t backend;
        const char *kind;
        uint32_t frontend, device;
        const char *leaf;
    } rows[] = {
        {"/local/domain/0/backend", 0, 0, "", 0, 0, ""},
        {"/local/domain/7/backend/vif", 1, 7, "vif", 0, 0, ""},
        {"/local/domain/0/backend/9pfs/12", 2, 0, "9pfs", 12, 0, ""},
        {"/local/domain/0/backend/vbd/3/51712", 3, 0, "vbd", 3, 51712, ""},
        {"/local/domain/0/backend/vbd/3/268435456/state", 4, 0, "vbd", 3, 1u << 28, "state"},
        {"/local/domain/0/backend/vif/3/0/queue-0/x", 4, 0, "vif", 3, 0, "queue-0/x"},
        {"/local/domain/0/backend/vif/3/4294967295/mac", 4, 0, "vif", 3, UINT32_MAX, "mac"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xd_dv_path p;

        assert_int_equal(xd_dv_path_parse(rows[i].path, &p), 0);
        assert_int_equal(p.depth, rows[i].depth);
        assert_int_equal(p.backend, rows[i].backend);
        assert_string_equal(p.kind, rows[i].kind);
        assert_int_equal(p.frontend, rows[i].frontend);
        assert_int_equal(p.device, rows[i].device);
        assert_string_equal(p.leaf, rows[i].leaf);
    }
}

static void what_is_no_path_of_a_backend(void **state)
{
    static const char *const wrong[] = {
        "",
        "/",
        "@releaseDomain",
        "/local/domain/",
        "/local/domain/0",
        "/local/domain/0/device/vbd/0",
        "/local/domain/0/backendx",
        "/local/domain/0/backend/",
        "/local/domain/-1/backend",
        "/local/domain/00/backend",
        "/local/domain/32753/backend", /* Xen's special domids begin there */
        "/local/domain/0/backend/vbd/",
        "/local/domain/0/backend//3/0/state",
        "/local/domain/0/backend/vbd/x/0",
        "/local/domain/0/backend/vbd/3/",
        "/local/domain/0/backend/vbd/3/051712/state",
        "/local/domain/0/backend/vbd/3/+1/state",
        "/local/domain/0/backend/vbd/3/ 1/state",
        "/local/domain/0/backend/vbd/3/4294967296/state",
        "/local/domain/0/backend/vbd/99999999999999999999/1/state",
        "/local/domain/0/backend/vbd/3/1x/state",
        "/local/domain/0/backend/vbd/3/1/",
        "/local/domain/0/backend/v%d/3/1/state",
        "/local/domain/0/backend/a-kind-that-is-too-long/3/1/state",
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct xd_dv_path p;

        if (xd_dv_path_parse(wrong[i], &p) != -EINVAL)
            fail_msg("\"%s\" was taken for one", wrong[i]);
    }
}

static void states_are_single_digits(void **state)
{
    assert_int_equal(xd_dv_state("0"), XD_XENBUS_UNKNOWN);
    assert_int_equal(xd_dv_state("4"), XD_XENBUS_CONNECTED);
    assert_int_equal(xd_dv_state("8"), XD_XENBUS_RECONFIGURED);
    assert_int_equal(xd_dv_state("9"), -1);
    assert_int_equal(xd_dv_state("04"), -1);
    assert_int_equal(xd_dv_state("4 "), -1);
    assert_int_equal(xd_dv_state("-1"), -1);
    assert_int_equal(xd_dv_state(""), -1);
    assert_int_equal(xd_dv_state(NULL), -1);
}

static void disks_have_the_names_that_guests_are_told(void **state)
{
    static const struct {
        uint32_t device;
        const char *vdev;
    } rows[] = {
        {51712, "xvda"},
        {51713, "xvda1"},
        {51728, "xvdb"},
        {51712 + 15 * 16 + 15, "xvdp15"},
        {(1u << 28) | 16 << 8, "xvdq"},
        {(1u << 28) | 25 << 8 | 3, "xvdz3"},
        {(1u << 28) | 26 << 8, "xvdaa"},
        {(1u << 28) | 701 << 8, "xvdzz"},
        {(1u << 28) | 702 << 8, "xvdaaa"},
        {(1u << 28) | 1048575 << 8 | 255, "xvdbgqcv255"},
        {(1u << 28) | 16, "xvda16"},
        {3 << 8, "hda"},
        {3 << 8 | 64, "hdb"},
        {22 << 8, "hdc"},
        {22 << 8 | 64 | 2, "hdd2"},
        {8 << 8, "sda"},
        {8 << 8 | 15 * 16 | 1, "sdp1"},
        /* no scheme: the number itself, so that no two disks have one name */
        {0, "0"},
        {3 << 8 | 128, "896"},
        {1u << 28, "268435456"}, /* xvda is 51712 */
        {UINT32_MAX, "4294967295"},
    };
    char out[XD_DV_VDEV];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(xd_dv_vdev(rows[i].device, out), rows[i].vdev);
}

static void targets_and_formats(void **state)
{
    static const struct {
        const char *kind, *params, *target, *format;
    } rows[] = {
        {"vbd", "/dev/vg/web1", "/dev/vg/web1", "raw"},
        {"vbd", "aio:/odd", "aio:/odd", "raw"}, /* only QEMU's have a prefix */
        {"qdisk", "aio:/a.img", "/a.img", "raw"},
        {"qdisk", "qcow2:/b:c.qcow2", "/b:c.qcow2", "qcow2"},
        {"qdisk", "vpc:/d", "/d", "vhd"},
        {"qdisk", "", "", NULL}, /* an empty drive */
        {"qdisk", "rbd:pool/image", "rbd:pool/image", NULL},
        {"tap", "vhd:/e", "/e", "vhd"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *format = "?";

        assert_string_equal(xd_dv_target(rows[i].kind, rows[i].params, &format), rows[i].target);
        if (rows[i].format)
            assert_string_equal(format, rows[i].format);
        else
            assert_null(format);
    }
}

static void addresses_are_twelve_digits(void **state)
{
    char out[18];

    assert_true(xd_dv_mac("00:16:3E:aB:00:01", out));
    assert_string_equal(out, "00:16:3e:ab:00:01");
    assert_false(xd_dv_mac("00:16:3e:00:00:0", out));
    assert_false(xd_dv_mac("00:16:3e:00:00:011", out));
    assert_false(xd_dv_mac("00-16-3e-00-00-01", out));
    assert_false(xd_dv_mac("00:16:3e:00:00:0g", out));
    assert_false(xd_dv_mac("00:16:3e\033[2J:00:0", out));
    assert_false(xd_dv_mac("", out));
}

static void frontends_lie_in_their_own_home(void **state)
{
    assert_true(xd_dv_is_front_path("/local/domain/3/device/vbd/51712", 3));
    assert_true(xd_dv_is_front_path("/local/domain/3/device/vif/0", 3));
    assert_false(xd_dv_is_front_path("/local/domain/4/device/vif/0", 3));
    assert_false(xd_dv_is_front_path("/local/domain/3", 3));
    assert_false(xd_dv_is_front_path("/local/domain/3/", 3));
    assert_false(xd_dv_is_front_path("/local/domain/3//x", 3));
    assert_false(xd_dv_is_front_path("/local/domain/3/device/", 3));
    assert_false(xd_dv_is_front_path("/local/domain/3/../0/device", 3));
    assert_false(xd_dv_is_front_path("/local/domain/3/%n", 3));
    assert_false(xd_dv_is_front_path("@releaseDomain", 3));
    assert_false(xd_dv_is_front_path("/vm/x", 3));
    assert_false(xd_dv_is_front_path("", 0));
}

static void kinds(void **state)
{
    assert_true(xd_dv_is_kind("9pfs"));
    assert_false(xd_dv_is_kind(""));
    assert_false(xd_dv_is_kind("v/f"));
    assert_false(xd_dv_is_kind("sixteen-letters-"));
    assert_string_equal(xd_dv_front_kind("qdisk"), "vbd");
    assert_string_equal(xd_dv_front_kind("vkbd"), "vkbd");
    assert_true(xd_dv_is_disk("vbd3") && xd_dv_is_disk("tap") && !xd_dv_is_disk("vif"));
    assert_true(xd_dv_is_nic("vif") && !xd_dv_is_nic("vbd"));
    assert_string_equal(xd_dv_driver("vbd3"), "tap");
}

/* What is told of a device is what attaches it again as it was. */
static void how_it_was_attached(void **state)
{
    char out[XD_DV_RATE_TEXT];

    assert_string_equal(xd_dv_backendtype("vbd"), "phy");
    assert_string_equal(xd_dv_backendtype("qdisk"), "qdisk");
    assert_null(xd_dv_disk_script("/etc/xen/scripts/block"));
    assert_string_equal(xd_dv_disk_script("/etc/xen/scripts/block-iscsi"),
                        "/etc/xen/scripts/block-iscsi");
    assert_true(xd_dv_rate("500000,50000", out)); /* 10MB/s */
    assert_string_equal(out, "10000000B/s");
    assert_true(xd_dv_rate("2500,20000", out)); /* 1Mb/s@20ms */
    assert_string_equal(out, "125000B/s@20000us");
    assert_true(xd_dv_rate("1,3", out)); /* rounded up: xl rounds it down to 1 again */
    assert_string_equal(out, "333334B/s@3us");
    assert_false(xd_dv_rate("500000", out));
    assert_false(xd_dv_rate("500000,0", out));
    assert_false(xd_dv_rate("-1,50000", out));
    assert_false(xd_dv_rate("1,2,3", out));
}

static void uuids_are_written_in_lower_case(void **state)
{
    static const uint8_t bytes[16] = {0x26, 0x0b, 0x43, 0xbe, 0xec, 0xaa, 0x41, 0xcc,
                                      0x90, 0xf6, 0x08, 0x16, 0x09, 0x0f, 0xf2, 0x33};
    char out[XD_DV_UUID];

    xd_dv_uuid(bytes, out);
    assert_string_equal(out, "260b43be-ecaa-41cc-90f6-0816090ff233");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_of_backends),
        cmocka_unit_test(what_is_no_path_of_a_backend),
        cmocka_unit_test(states_are_single_digits),
        cmocka_unit_test(disks_have_the_names_that_guests_are_told),
        cmocka_unit_test(targets_and_formats),
        cmocka_unit_test(addresses_are_twelve_digits),
        cmocka_unit_test(frontends_lie_in_their_own_home),
        cmocka_unit_test(kinds),
        cmocka_unit_test(how_it_was_attached),
        cmocka_unit_test(uuids_are_written_in_lower_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
