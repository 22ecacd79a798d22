/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel/acpi: tables made by hand, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/acpi.h"
#include "acpi_help.h"

static struct xd_acpi read_one(struct table *t, struct xd_arena *a)
{
    struct xd_acpi out = {.n_cpus = 0};

    seal(t);
    assert_int_equal(xd_acpi_add(&out, t->bytes, t->n, a, NULL), 0);
    return out;
}

static void make_srat(struct table *t)
{
    begin(t, "SRAT");
    zeros(t, 12);
    for (unsigned cpu = 0; cpu < 2; cpu++) { /* local APIC; the second one is not there */
        add(t, 1, 0);
        add(t, 1, 16);
        add(t, 1, 0x01);
        add(t, 1, 8 + cpu);
        add(t, 4, cpu == 0);
        add(t, 1, 0);
        add(t, 3, 0x000002); /* domain 0x201 */
        add(t, 4, 0);
    }
    add(t, 1, 2); /* x2APIC */
    add(t, 1, 24);
    add(t, 2, 0);
    add(t, 4, 7);
    add(t, 4, 300);
    add(t, 4, 1);
    zeros(t, 8);
    add(t, 1, 1); /* memory */
    add(t, 1, 40);
    add(t, 4, 7);
    add(t, 2, 0);
    add(t, 8, UINT64_C(4) << 30);
    add(t, 8, UINT64_C(64) << 30);
    add(t, 4, 0);
    add(t, 4, 3);
    add(t, 8, 0);
    add(t, 1, 5); /* an initiator: a PCI device */
    add(t, 1, 32);
    add(t, 1, 0);
    add(t, 1, 1);
    add(t, 4, 7);
    add(t, 2, 1);
    add(t, 2, 0x4100);
    zeros(t, 12);
    add(t, 4, 1);
    zeros(t, 4);
}

static void srat(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct table t;
    struct xd_acpi s;

    make_srat(&t);
    s = read_one(&t, &a);
    assert_null(s.trouble);
    assert_int_equal(s.n_cpus, 2);
    assert_int_equal(s.cpus[0].apic_id, 8);
    assert_int_equal(s.cpus[0].domain, 0x201);
    assert_int_equal(s.cpus[1].apic_id, 300);
    assert_int_equal(s.cpus[1].domain, 7);
    assert_int_equal(s.n_memory, 1);
    assert_int_equal(s.memory[0].base, UINT64_C(4) << 30);
    assert_int_equal(s.memory[0].bytes, UINT64_C(64) << 30);
    assert_true(s.memory[0].hotplug);
    assert_false(s.memory[0].nonvolatile);
    assert_int_equal(s.n_initiators, 1);
    assert_true(s.initiators[0].pci);
    assert_int_equal(s.initiators[0].segment, 1);
    assert_int_equal(s.initiators[0].bdf, 0x4100);
    xd_arena_done(&a);
}

static void slit_and_mcfg(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct table t;
    struct xd_acpi s;

    begin(&t, "SLIT");
    add(&t, 8, 2);
    add(&t, 4, 0x0a15150a);
    s = read_one(&t, &a);
    assert_int_equal(s.n_distances, 2);
    assert_int_equal(s.distances[0], 10);
    assert_int_equal(s.distances[1], 21);

    begin(&t, "SLIT");
    add(&t, 8, UINT64_C(1) << 32); /* its square overflows */
    s = read_one(&t, &a);
    assert_null(s.distances);
    assert_string_equal(s.trouble, "ACPI table SLIT, offset 0x24: the matrix of distances does not "
                                   "fit into the table");

    begin(&t, "MCFG");
    zeros(&t, 8);
    add(&t, 8, 0xe0000000);
    add(&t, 2, 3);
    add(&t, 1, 0);
    add(&t, 1, 255);
    add(&t, 4, 0);
    add(&t, 3, 0);
    s = read_one(&t, &a);
    assert_int_equal(s.n_mcfg, 1);
    assert_int_equal(s.mcfg[0].base, 0xe0000000);
    assert_int_equal(s.mcfg[0].segment, 3);
    assert_int_equal(s.mcfg[0].last_bus, 255);
    assert_string_equal(s.trouble, "ACPI table MCFG, offset 0x3c: an entry is cut");
    xd_arena_done(&a);
}

static void hmat(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct table t;
    struct xd_acpi s;

    begin(&t, "HMAT");
    zeros(&t, 4);
    add(&t, 2, 1);
    add(&t, 2, 0);
    add(&t, 4, 32 + 4 * 3 + 2 * 2);
    add(&t, 1, 0);
    add(&t, 1, XD_ACPI_READ_BANDWIDTH);
    add(&t, 2, 0);
    add(&t, 4, 1); /* one initiator, two targets */
    add(&t, 4, 2);
    add(&t, 4, 0);
    add(&t, 8, 100);
    add(&t, 4, 5);
    add(&t, 4, 5);
    add(&t, 4, 6);
    add(&t, 2, 2048);
    add(&t, 2, 0xffff); /* not to be reached */
    s = read_one(&t, &a);
    assert_null(s.trouble);
    assert_int_equal(s.n_paths, 1);
    assert_int_equal(s.paths[0].measure, XD_ACPI_READ_BANDWIDTH);
    assert_int_equal(s.paths[0].from, 5);
    assert_int_equal(s.paths[0].to, 5);
    assert_int_equal(s.paths[0].value, 204800);
    xd_arena_done(&a);
}

static void make_dmar(struct table *t, const char *name)
{
    begin(t, name);
    zeros(t, 12);
    add(t, 2, 0);
    add(t, 2, 16 + 8);
    add(t, 1, 0);
    add(t, 1, 0);
    add(t, 2, 0);
    add(t, 8, 0xfed90000);
    add(t, 1, 1);
    add(t, 1, 8);
    add(t, 2, 0);
    add(t, 1, 0);
    add(t, 1, 0x10);
    add(t, 1, 2);
    add(t, 1, 1);
    add(t, 2, 0);
    add(t, 2, 16);
    add(t, 1, 1);
    add(t, 1, 0);
    add(t, 2, 0);
    add(t, 8, 0xfed91000);
    add(t, 2, 3); /* RHSA */
    add(t, 2, 20);
    add(t, 4, 0);
    add(t, 8, 0xfed91000);
    add(t, 4, 1);
}

static void iommus(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct table t;
    struct xd_acpi s;

    make_dmar(&t, "XMAR"); /* as Xen leaves it for dom0 */
    s = read_one(&t, &a);
    assert_null(s.trouble);
    assert_int_equal(s.n_iommus, 2);
    assert_int_equal(s.iommus[0].n_scopes, 1);
    assert_int_equal(s.iommus[0].scopes[0].bus, 0x10);
    assert_int_equal(s.iommus[0].scopes[0].device, 2);
    assert_int_equal(s.iommus[0].scopes[0].function, 1);
    assert_int_equal(s.iommus[0].scopes[0].steps, 1);
    assert_int_equal(s.iommus[0].scopes[0].path[0], 2);
    assert_false(s.iommus[0].have_domain);
    assert_true(s.iommus[1].all);
    assert_true(s.iommus[1].have_domain);
    assert_int_equal(s.iommus[1].domain, 1);

    begin(&t, "IVRS");
    zeros(&t, 12);
    for (int i = 0; i < 2; i++) { /* the same unit, told twice */
        add(&t, 1, i ? 0x11 : 0x10);
        add(&t, 1, 0);
        add(&t, 2, i ? 40 : 24 + 4 * 4 + 8);
        add(&t, 2, 0x0002);
        add(&t, 2, 0x40);
        add(&t, 8, 0xfd000000);
        add(&t, 2, 0);
        zeros(&t, i ? 22 : 6);
        if (!i) {
            add(&t, 4, 0x00000803);         /* from 00:01.0 … */
            add(&t, 4, 0x000fff04);         /* … to 0f:1f.7 */
            add(&t, 8, 0x0000000000800048); /* an I/O APIC: no function of PCI */
            add(&t, 4, 0x00810002);         /* 81:00.0 */
            add(&t, 4, 0);                  /* padding */
        }
    }
    s = read_one(&t, &a);
    assert_null(s.trouble);
    assert_int_equal(s.n_iommus, 1);
    assert_true(s.iommus[0].amd);
    assert_int_equal(s.iommus[0].bdf, 2);
    assert_int_equal(s.iommus[0].n_spans, 2);
    assert_int_equal(s.iommus[0].spans[0].first, 0x0008);
    assert_int_equal(s.iommus[0].spans[0].last, 0x0fff);
    assert_int_equal(s.iommus[0].spans[1].first, 0x8100);
    assert_int_equal(s.iommus[0].spans[1].last, 0x8100);
    xd_arena_done(&a);
}

static void tables_that_are_wrong(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_acpi s = {.n_cpus = 0};
    struct table t;

    assert_int_equal(xd_acpi_add(&s, "SRAT", 4, &a, &err), -EILSEQ);
    assert_string_equal(err.text, "an ACPI table of 4 bytes, wanted at least 36");
    make_srat(&t);
    seal(&t);
    t.bytes[4] = 35;
    assert_int_equal(xd_acpi_add(&s, t.bytes, t.n, &a, &err), -EILSEQ);
    assert_string_equal(err.text,
                        "ACPI table SRAT, offset 0x4: a length of 35, wanted at least 36");
    seal(&t);
    t.bytes[60] ^= 1;
    assert_int_equal(xd_acpi_add(&s, t.bytes, t.n, &a, &err), 0);
    assert_string_equal(s.trouble, "ACPI table SRAT, offset 0x9: the checksum is wrong");

    make_dmar(&t, "DMAR"); /* a scope that reaches out of its structure */
    t.bytes[65] = 200;
    s = read_one(&t, &a);
    assert_int_equal(s.n_iommus, 2);
    assert_string_equal(s.trouble,
                        "ACPI table DMAR, offset 0x40: a device scope does not fit into its "
                        "structure");
    begin(&t, "\x1b[3m");
    s = read_one(&t, &a); /* not ours */
    assert_null(s.trouble);
    xd_arena_done(&a);
}

/* Cut anywhere: nothing is invented, what is whole is kept, and the cut is told. */
static void a_table_that_is_cut(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct table t;

    make_srat(&t);
    seal(&t);
    for (size_t n = 36; n < t.n; n++) {
        struct xd_acpi s = {.n_cpus = 0};

        assert_int_equal(xd_acpi_add(&s, t.bytes, n, &a, NULL), 0);
        assert_non_null(s.trouble);
        assert_true(s.n_cpus <= 2 && s.n_memory <= 1 && s.n_initiators == 0);
    }
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(srat),
        cmocka_unit_test(slit_and_mcfg),
        cmocka_unit_test(hmat),
        cmocka_unit_test(iommus),
        cmocka_unit_test(tables_that_are_wrong),
        cmocka_unit_test(a_table_that_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
