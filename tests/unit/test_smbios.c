/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel/smbios: a table made by hand, structure by structure, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/smbios.h"
#include "smbios_help.h"

static void dimm(struct table *t, unsigned handle, unsigned size, unsigned extended)
{
    begin(t, 17, 0x5c, handle);
    put(t, 0x04, 2, 0x1000);
    put(t, 0x08, 2, 72);
    put(t, 0x0a, 2, 64);
    put(t, 0x0c, 2, size);
    put(t, 0x0e, 1, 0x09);
    put(t, 0x10, 1, 1);
    put(t, 0x11, 1, 2);
    put(t, 0x12, 1, 0x1a);
    put(t, 0x15, 2, 3200);
    put(t, 0x17, 1, 3);
    put(t, 0x1a, 1, 4);
    put(t, 0x1b, 1, 2);
    put(t, 0x1c, 4, extended);
    put(t, 0x20, 2, 2933);
    END(t, "A1\0BANK 0\0 Samsung \0M393A4K40DB3-CWE   \0");
}

static void server(struct table *t)
{
    memset(t, 0, sizeof(*t));
    begin(t, 1, 0x1b, 0x0100);
    put(t, 4, 1, 1);
    put(t, 5, 1, 2);
    put(t, 7, 1, 3);
    END(t, "Acme\0Server 9000\0To be filled by O.E.M.\0");
    begin(t, 4, 0x30, 0x0400);
    put(t, 0x04, 1, 1);
    put(t, 0x10, 1, 2);
    put(t, 0x14, 2, 3700);
    put(t, 0x16, 2, 2800);
    put(t, 0x18, 1, 0x41);
    put(t, 0x1a, 2, 0x0700);
    put(t, 0x1c, 2, 0xffff);
    put(t, 0x1e, 2, 0xffff);
    put(t, 0x23, 1, 0xff);
    put(t, 0x24, 1, 32);
    put(t, 0x25, 1, 64);
    put(t, 0x2a, 2, 300);
    END(t, "CPU0\0AMD EPYC 7543 32-Core Processor\0");
    begin(t, 7, 0x1b, 0x0700);
    put(t, 0x04, 1, 1);
    put(t, 0x05, 2, 0x0182);
    put(t, 0x09, 2, 0xffff);
    put(t, 0x11, 1, 5);
    put(t, 0x12, 1, 0x08);
    put(t, 0x17, 4, 0x80000000 | 4096); /* of 64 KiB */
    END(t, "L3\0");
    begin(t, 9, 0x11, 0x0900);
    put(t, 0x04, 1, 1);
    put(t, 0x05, 1, 0xbd);
    put(t, 0x06, 1, 0x0d);
    put(t, 0x07, 1, 4);
    put(t, 0x0d, 2, 0);
    put(t, 0x0f, 1, 0x41);
    put(t, 0x10, 1, 0x0b);
    END(t, "SLOT 3\0");
    begin(t, 16, 0x17, 0x1000);
    put(t, 0x05, 1, 3);
    put(t, 0x06, 1, 6);
    put(t, 0x07, 4, 0x80000000);
    put(t, 0x0d, 2, 3);
    put(t, 0x0f, 8, UINT64_C(4) << 40);
    END(t, "");
    dimm(t, 0x1100, 0x7fff, 65536);
    dimm(t, 0x1101, 0x8000 | 512, 0);
    dimm(t, 0x1102, 0, 0);
    dimm(t, 0x1103, 0xffff, 0);
    begin(t, 19, 0x1f, 0x1300);
    put(t, 0x04, 4, 0xffffffff);
    put(t, 0x0c, 2, 0x1000);
    put(t, 0x0f, 8, UINT64_C(4) << 30);
    put(t, 0x17, 8, (UINT64_C(68) << 30) - 1);
    END(t, "");
    begin(t, 20, 0x23, 0x1400);
    put(t, 0x08, 4, 1048575);
    put(t, 0x0c, 2, 0x1100);
    put(t, 0x12, 1, 2);
    END(t, "");
    begin(t, 127, 4, 0x7f00);
    END(t, "");
}

static void a_server(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_smbios s;
    struct table t;

    server(&t);
    assert_int_equal(xd_smbios_parse(t.bytes, t.n, &a, &s, NULL), 0);
    assert_null(s.trouble);
    assert_int_equal(s.structures, 12);
    assert_string_equal(s.system.maker, "Acme");
    assert_string_equal(s.system.product, "Server 9000");
    assert_null(s.system.serial); /* words that say nothing */

    assert_int_equal(s.n_cpus, 1);
    assert_string_equal(s.cpus[0].socket, "CPU0");
    assert_true(s.cpus[0].populated);
    assert_int_equal(s.cpus[0].cores, 300);
    assert_int_equal(s.cpus[0].cores_enabled, 32);
    assert_int_equal(s.cpus[0].threads, 64);
    assert_int_equal(s.cpus[0].l1, 0x0700);
    assert_int_equal(s.cpus[0].l3, 0xffff);

    assert_int_equal(s.n_caches, 1);
    assert_int_equal(s.caches[0].level, 3);
    assert_true(s.caches[0].enabled);
    assert_int_equal(s.caches[0].size_kib, 256 << 10);
    assert_int_equal(s.caches[0].kind, XD_SMBIOS_CACHE_UNIFIED);
    assert_int_equal(s.caches[0].ways, 16);

    assert_int_equal(s.n_slots, 1);
    assert_string_equal(s.slots[0].type, "PCIe 4 x16");
    assert_int_equal(s.slots[0].lanes, 16);
    assert_int_equal(s.slots[0].in_use, 1);
    assert_true(s.slots[0].have_address);
    assert_int_equal(s.slots[0].bus, 0x41);
    assert_int_equal(s.slots[0].device, 1);
    assert_int_equal(s.slots[0].function, 3);

    assert_int_equal(s.arrays[0].max_kib, UINT64_C(4) << 30);
    assert_string_equal(s.arrays[0].ecc, "multi-bit ECC");
    assert_int_equal(s.array_ranges[0].first_kib, 4 << 20);
    assert_int_equal(s.array_ranges[0].last_kib, (68 << 20) - 1);
    assert_int_equal(s.dimm_ranges[0].of, 0x1100);
    assert_int_equal(s.dimm_ranges[0].last_kib, 1048575);
    assert_int_equal(s.dimm_ranges[0].interleave, 2);
    xd_arena_done(&a);
}

static void dimms(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_smbios s;
    struct table t;

    server(&t);
    assert_int_equal(xd_smbios_parse(t.bytes, t.n, &a, &s, NULL), 0);
    assert_int_equal(s.n_dimms, 4);
    assert_int_equal(s.dimms[0].size_kib, 64 << 20);
    assert_string_equal(s.dimms[0].locator, "A1");
    assert_string_equal(s.dimms[0].type, "DDR4");
    assert_string_equal(s.dimms[0].maker, "Samsung");
    assert_string_equal(s.dimms[0].part, "M393A4K40DB3-CWE");
    assert_int_equal(s.dimms[0].ranks, 2);
    assert_int_equal(s.dimms[0].speed_mts, 3200);
    assert_int_equal(s.dimms[0].configured_mts, 2933);
    assert_int_equal(s.dimms[1].size_kib, 512);
    assert_true(s.dimms[2].empty);
    assert_false(s.dimms[2].have_size);
    assert_false(s.dimms[3].empty);
    assert_false(s.dimms[3].have_size); /* there, but of unknown size: not zero */
    xd_arena_done(&a);
}

/* Cut anywhere: what is whole before the cut is kept, and the cut is told with its place. */
static void a_table_that_is_cut(void **state)
{
    struct table t;
    size_t before = 0;

    server(&t);
    for (size_t n = 0; n < t.n; n++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_err err = XD_ERR_INIT;
        struct xd_smbios s;
        int rc = xd_smbios_parse(t.bytes, n, &a, &s, &err);

        assert_int_equal(rc, s.structures ? 0 : -EILSEQ);
        assert_true(s.structures >= before);
        before = s.structures;
        if (rc < 0)
            assert_non_null(strstr(err.text, "SMBIOS"));
        xd_arena_done(&a);
    }
    assert_int_equal(before, 11);
}

static void structures_that_are_wrong(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_smbios s;
    struct table t = {.n = 0};

    assert_int_equal(xd_smbios_parse("", 0, &a, &s, &err), -EILSEQ);
    assert_string_equal(err.text, "SMBIOS: the table is empty");

    begin(&t, 17, 0x10, 0x1100); /* too short to say anything */
    END(&t, "");
    dimm(&t, 0x1101, 0x4000, 0);
    begin(&t, 4, 3, 0); /* shorter than its own header */
    assert_int_equal(xd_smbios_parse(t.bytes, t.n + 8, &a, &s, &err), 0);
    assert_int_equal(s.n_dimms, 1);
    assert_int_equal(s.dimms[0].size_kib, 16 << 20);
    assert_string_equal(s.trouble,
                        "SMBIOS, offset 0x0: a memory device of 16 bytes, wanted at least 21");

    t = (struct table){.n = 0};
    begin(&t, 4, 3, 0);
    assert_int_equal(xd_smbios_parse(t.bytes, 64, &a, &s, &err), -EILSEQ);
    assert_string_equal(err.text, "SMBIOS, offset 0x0: a structure of 3 bytes, wanted 4 to 64");

    t = (struct table){.n = 0};
    begin(&t, 1, 0x1b, 1);
    memset(t.bytes + t.n, 'x', 32);
    assert_int_equal(xd_smbios_parse(t.bytes, t.n + 32, &a, &s, &err), -EILSEQ);
    assert_string_equal(err.text,
                        "SMBIOS, offset 0x0: the strings of a structure do not end within "
                        "the table");
    xd_arena_done(&a);
}

static void strings_are_hostile(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_smbios s;
    struct table t = {.n = 0};

    begin(&t, 1, 0x08, 1);
    put(&t, 4, 1, 1);
    put(&t, 5, 1, 9); /* there is no ninth */
    END(&t, "\x1b[31mA\xff\0");
    assert_int_equal(xd_smbios_parse(t.bytes, t.n, &a, &s, NULL), 0);
    assert_string_equal(s.system.maker, "\xef\xbf\xbd[31mA\xef\xbf\xbd");
    assert_null(s.system.product);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server),
        cmocka_unit_test(dimms),
        cmocka_unit_test(a_table_that_is_cut),
        cmocka_unit_test(structures_that_are_wrong),
        cmocka_unit_test(strings_are_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
