/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading config files with libxlutil: what they say, and where they are wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend_libxl/create.h"

#define NAME "test_libxl_config.cfg"

static void write_file(const char *text)
{
    FILE *f = fopen(NAME, "w");

    assert_non_null(f);
    assert_int_equal(fputs(text, f) < 0, 0);
    fclose(f);
}

static void expect_error(const char *text, const char *begins, const char *has)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_xl_config c;

    write_file(text);
    assert_int_equal(xd_xl_config_read(NAME, &c, &err), -EINVAL);
    assert_int_equal(err.code, -EINVAL);
    if (strncmp(err.text, begins, strlen(begins)) != 0 || !strstr(err.text, has))
        fail_msg("\"%s\" is not like \"%s … %s\"", err.text, begins, has);
    assert_true(xd_str_is_safe(err.text));
    xd_xl_config_done(&c);
}

static void what_a_file_says(void **state)
{
    struct xd_xl_config c;

    write_file(
        "# a guest\n"
        "name = \"web1\"\n"
        "type = 'pvh'\n"
        "uuid = \"11111111-2222-3333-4444-555555555555\"\n"
        "vcpus = 2\nmaxvcpus = 4\nmemory = 512\nmaxmem = 1024\npool = \"Pool-1\"\n"
        "kernel = \"/boot/vmlinuz\"\nramdisk = \"/boot/initrd\"\non_crash = \"preserve\"\n"
        "disk = [ 'format=raw, vdev=xvda, access=rw, target=/dev/vg0/web1',\n"
        "         '/iso/a.iso,raw,hdc,cdrom' , 'vdev=xvdb,backend=storage,access=r,target=/x']\n"
        "vif = [ 'mac=00:16:3e:00:00:01,bridge=br0', '' ]\n"
        "pci = [ '01:00.0,permissive=1' ]\n");
    assert_int_equal(xd_xl_config_read(NAME, &c, NULL), 0);
    assert_string_equal(c.name, "web1");
    assert_int_equal(c.type, XD_TYPE_PVH);
    assert_true(c.have_uuid);
    assert_int_equal(c.uuid[0], 0x11);
    assert_int_equal(c.uuid[15], 0x55);
    assert_int_equal(c.vcpus, 2);
    assert_int_equal(c.max_vcpus, 4);
    assert_int_equal(c.mem_kib, 512 << 10);
    assert_int_equal(c.max_kib, 1024 << 10);
    assert_string_equal(c.pool, "Pool-1");
    assert_string_equal(c.kernel, "/boot/vmlinuz");
    assert_string_equal(c.ramdisk, "/boot/initrd");
    assert_string_equal(c.on_crash, "preserve");
    assert_string_equal(c.on_reboot, "");
    assert_int_equal(c.n_disks, 3);
    assert_string_equal(c.disks[0].vdev, "xvda");
    assert_string_equal(c.disks[0].target, "/dev/vg0/web1");
    assert_true(c.disks[0].local && !c.disks[0].readonly && !c.disks[0].cdrom);
    assert_true(c.disks[1].cdrom && c.disks[1].readonly);
    assert_string_equal(c.disks[2].backend, "storage");
    assert_true(!c.disks[2].local && c.disks[2].readonly);
    assert_int_equal(c.n_nics, 2);
    assert_string_equal(c.nics[0].bridge, "br0");
    assert_string_equal(c.nics[0].mac, "00:16:3e:00:00:01");
    assert_string_equal(c.nics[1].bridge, "");
    assert_int_equal(c.n_pcis, 1);
    assert_string_equal(c.pcis[0], "01:00.0,permissive=1");
    xd_xl_config_done(&c);
}

static void what_a_file_leaves_out(void **state)
{
    struct xd_xl_config c;

    write_file("name = \"a\"\n");
    assert_int_equal(xd_xl_config_read(NAME, &c, NULL), 0);
    assert_int_equal(c.type, XD_TYPE_PV);
    assert_false(c.have_uuid);
    assert_int_equal(c.vcpus, 1);
    assert_int_equal(c.max_vcpus, 1);
    assert_int_equal(c.mem_kib, 0);
    assert_int_equal(c.n_disks + c.n_nics + c.n_pcis, 0);
    xd_xl_config_done(&c);
}

static void errors_say_where(void **state)
{
    expect_error("name = \"a\"\nmemory = = 8\n", NAME ":2: config parsing error", "near `=");
    expect_error("name = \"a\"\n\nvcpus = \"many\"\n", NAME ":3: parameter `vcpus'",
                 "not a valid number");
    expect_error("name = [ \"a\" ]\n", NAME ":1: parameter `name'", "should be a single value");
    expect_error("name = \"a\"\nvif = \"bridge=br0\"\n", NAME ":2: parameter `vif'",
                 "should be a list");
    expect_error("name = \"a\"\nvcpus = 0\n", NAME ":2: value `0'", "minimum");
    expect_error("name = \"a\"\ndisk = [ 'format=mp3,vdev=xvda,target=/x' ]\n", NAME, "mp3");
    expect_error("name = \"a\"\ntype = \"qemu\"\n", NAME ": type \"qemu\"", "pv, pvh or hvm");
    expect_error("name = \"a\"\nuuid = \"1-2\"\n", NAME ": uuid \"1-2\"", "is none");
    expect_error("import os\n", NAME ":1: config parsing error", "");
}

static void what_is_no_file(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_xl_config c;

    assert_int_equal(xd_xl_config_read("/no/such/file", &c, &err), -EINVAL);
    assert_string_equal(err.text,
                        "/no/such/file: the config file can't be read: No such file or directory");
    xd_xl_config_done(&c);
    assert_true(xd_xl_config_read("/", &c, NULL) < 0);
    xd_xl_config_done(&c);
    assert_true(xd_xl_config_read("/dev/zero", &c, NULL) < 0);
    xd_xl_config_done(&c);
}

static int tidy(void **state)
{
    unlink(NAME);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_file_says),
        cmocka_unit_test(what_a_file_leaves_out),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(what_is_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, tidy);
}
