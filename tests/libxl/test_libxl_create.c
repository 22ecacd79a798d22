/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a config file would make of a host: said in lines, and refused with all that is lacking. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backend_libxl/create.h"

/* A host that has what begins with /there or is named br0, and a domain web1 that uses /there/used.
 */
static int file(void *self, const char *path)
{
    return strncmp(path, "/there", 6) == 0 ? 0 : -ENOENT;
}

static bool named_br0(void *self, const char *name)
{
    return strcmp(name, "br0") == 0;
}

static bool named_pool(void *self, const char *name)
{
    return strcmp(name, "Pool-1") == 0;
}

static bool taken(void *self, const struct xd_xl_config *c, bool by_uuid)
{
    return by_uuid ? c->uuid[0] == 0xee : strcmp(c->name, "web1") == 0;
}

static bool disk_user(void *self, const char *target, char *name, size_t size, bool *writes)
{
    snprintf(name, size, "web1");
    *writes = true;
    return strcmp(target, "/there/used") == 0;
}

static bool assignable(void *self, const char *bdf)
{
    return strcmp(bdf, "01:00.0") == 0;
}

static const struct xd_xl_host host = {.file = file,
                                       .bridge = named_br0,
                                       .pool = named_pool,
                                       .taken = taken,
                                       .disk_user = disk_user,
                                       .assignable = assignable,
                                       .free_kib = 4 << 20,
                                       .have_free = true,
                                       .bridge_of_nics = "br0",
                                       .monitor = "/usr/sbin/xl"};

static struct xd_xl_config plain(void)
{
    return (struct xd_xl_config){.file = "a.cfg",
                                 .name = "a",
                                 .pool = "",
                                 .kernel = "/there/vmlinuz",
                                 .ramdisk = "",
                                 .bootloader = "",
                                 .firmware = "",
                                 .on_poweroff = "",
                                 .on_reboot = "",
                                 .on_crash = "",
                                 .type = XD_TYPE_PVH,
                                 .vcpus = 2,
                                 .max_vcpus = 2,
                                 .mem_kib = 1 << 20,
                                 .max_kib = 1 << 20};
}

static void expect(const struct xd_xl_config *c, const struct xd_xl_host *h, bool paused,
                   const char *wanted)
{
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_xl_preview_text(c, h, paused, &out, &err), 0);
    assert_string_equal(xd_buf_str(&out), wanted);
    xd_buf_done(&out);
}

static void expect_refused(const struct xd_xl_config *c, const struct xd_xl_host *h,
                           const char *wanted)
{
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_xl_preview_text(c, h, false, &out, &err), -EINVAL);
    assert_string_equal(err.text, wanted);
    xd_buf_done(&out);
}

static void a_plain_domain(void **state)
{
    struct xd_xl_config c = plain();

    expect(
        &c, &host, false,
        "domain a, PVH\n"
        "2 vCPUs, memory 1.0G of 4.0G free\n"
        "kernel /there/vmlinuz\n"
        "/usr/sbin/xl makes it and stays as its monitor: on poweroff destroy, on reboot restart, "
        "on crash destroy\n");
}

static void all_that_it_may_have(void **state)
{
    struct xd_xl_config_disk disks[] = {
        {.vdev = "xvda", .target = "/there/used", .format = "raw", .backend = "", .local = true},
        {.vdev = "hdc",
         .target = "",
         .format = "empty",
         .backend = "",
         .cdrom = true,
         .local = true},
        {.vdev = "xvdb",
         .target = "/elsewhere",
         .format = "raw",
         .backend = "storage",
         .readonly = true},
    };
    struct xd_xl_config_nic nics[] = {
        {.bridge = "", .mac = "", .backend = ""},
        {.bridge = "br7", .mac = "00:16:3e:00:00:01", .backend = "netvm"}};
    const char *pcis[] = {"01:00.0", "02:00.0,seize=1"};
    struct xd_xl_config c = plain();

    c.type = XD_TYPE_HVM;
    c.kernel = "";
    c.pool = "Pool-1";
    c.max_vcpus = 4;
    c.max_kib = 2 << 20;
    c.on_crash = "preserve";
    c.disks = disks;
    c.n_disks = 3;
    c.nics = nics;
    c.n_nics = 2;
    c.pcis = pcis;
    c.n_pcis = 2;
    expect(&c, &host, true,
           "domain a, HVM, in cpupool Pool-1\n"
           "2 vCPUs (at most 4), memory 1.0G (at most 2.0G) of 4.0G free\n"
           "boots by its firmware\n"
           "disk xvda: /there/used, raw; CAUTION: domain web1 writes it too\n"
           "disk hdc: empty, empty, CD drive\n"
           "disk xvdb: /elsewhere, raw, read only, served by storage\n"
           "NIC on bridge br0, MAC made by libxl\n"
           "NIC on bridge br7, MAC 00:16:3e:00:00:01\n"
           "PCI function 01:00.0\n"
           "PCI function 02:00.0,seize=1\n"
           "/usr/sbin/xl makes it, leaves it paused and stays as its monitor: on poweroff destroy, "
           "on reboot restart, on crash preserve\n");
}

static void all_that_is_lacking_is_said_at_once(void **state)
{
    struct xd_xl_config_disk disk = {
        .vdev = "xvda", .target = "/nosuch", .format = "raw", .backend = "", .local = true};
    struct xd_xl_config_nic nic = {.bridge = "br9", .mac = "", .backend = ""};
    const char *pci = "03:00.0,permissive=1";
    struct xd_xl_config c = plain();

    c.name = "web1";
    c.pool = "Pool-9";
    c.have_uuid = true;
    c.uuid[0] = 0xee;
    c.vcpus = 4;
    c.mem_kib = 8 << 20;
    c.kernel = "/nokernel";
    c.disks = &disk;
    c.nics = &nic;
    c.pcis = &pci;
    c.n_disks = c.n_nics = c.n_pcis = 1;
    expect_refused(
        &c, &host,
        "a.cfg: a domain web1 runs already; a domain with its UUID runs already; there is "
        "no cpupool Pool-9; maxvcpus 2 is less than vcpus 4; it needs 8.0G of memory, and "
        "4.0G are free; kernel /nokernel: No such file or directory; disk xvda: /nosuch: "
        "No such file or directory; there is no bridge br9 in Domain-0; PCI function "
        "03:00.0 is not assignable (pci-assignable makes it so)");
}

static void memory_may_come_from_domain_0(void **state)
{
    struct xd_xl_config c = plain();
    struct xd_xl_host h = host;
    struct xd_buf out = XD_BUF_INIT;

    c.mem_kib = c.max_kib = 8 << 20;
    expect_refused(&c, &h, "a.cfg: it needs 8.0G of memory, and 4.0G are free");
    h.balloons = true;
    assert_int_equal(xd_xl_preview_text(&c, &h, false, &out, NULL), 0);
    assert_non_null(strstr(xd_buf_str(&out), "Domain-0 would have to give some"));
    xd_buf_clear(&out);
    h.have_free = false; /* unknown is no refusal, and no number either */
    assert_int_equal(xd_xl_preview_text(&c, &h, false, &out, NULL), 0);
    assert_null(strstr(xd_buf_str(&out), "free"));
    xd_buf_done(&out);
}

static void nothing_to_boot_and_nobody_to_make_it(void **state)
{
    struct xd_xl_config c = plain();
    struct xd_xl_host h = host;

    c.kernel = c.name = "";
    h.monitor = "";
    expect_refused(&c, &h,
                   "a.cfg: it names no domain (name = \"…\"); it names neither a kernel nor a "
                   "bootloader; xl is not installed (Debian: xen-utils), and it makes and watches "
                   "the domain");
}

static void a_hostile_file_stays_on_its_line(void **state)
{
    struct xd_xl_config c = plain();
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    c.kernel = "/no\033[2J\nsuch";
    assert_int_equal(xd_xl_preview_text(&c, &host, false, &out, &err), -EINVAL);
    assert_true(xd_str_is_safe(err.text));
    xd_buf_done(&out);
}

static void values_of_a_vif(void **state)
{
    char out[32];

    assert_true(xd_xl_vif_value("mac=00:16:3e:00:00:01, bridge=br0 ,type=vif", "bridge", out, 32));
    assert_string_equal(out, "br0");
    assert_true(xd_xl_vif_value("bridge=", "bridge", out, 32));
    assert_string_equal(out, "");
    assert_true(xd_xl_vif_value("bridge=0123456789", "bridge", out, 4));
    assert_string_equal(out, "012");
    assert_false(xd_xl_vif_value("xbridge=br0", "bridge", out, 32));
    assert_false(xd_xl_vif_value("bridge", "bridge", out, 32));
    assert_false(xd_xl_vif_value("", "bridge", out, 32));
    assert_false(xd_xl_vif_value(" , ,", "bridge", out, 32));
}

static void what_xl_said_most(void **state)
{
    static const struct {
        const char *said, *why;
    } rows[] = {
        {"Parsing config from a.cfg\n"
         "libxl: error: libxl_create.c:1234:domcreate: Domain 3:no memory for it\n"
         "libxl: error: libxl_domain.c:9:f: Domain 3:Non-existent domain\n",
         "no memory for it"},
        {"a.cfg:3: config parsing error near `x': y\nFailed to parse config: Invalid argument\n",
         "near `x': y"},
        {"Domain name must be specified.\n\n", "Domain name must be specified."},
        {"", ""},
        {"\n\n", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char why[300];

        xd_xl_why(rows[i].said, why, sizeof(why));
        if (i == 1) /* the line, whatever is left of it, and not the one that only echoes it */
            assert_non_null(strstr(why, rows[i].why));
        else
            assert_string_equal(why, rows[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_domain),
        cmocka_unit_test(all_that_it_may_have),
        cmocka_unit_test(all_that_is_lacking_is_said_at_once),
        cmocka_unit_test(memory_may_come_from_domain_0),
        cmocka_unit_test(nothing_to_boot_and_nobody_to_make_it),
        cmocka_unit_test(a_hostile_file_stays_on_its_line),
        cmocka_unit_test(values_of_a_vif),
        cmocka_unit_test(what_xl_said_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
