/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo: what SMBIOS says of a machine, in the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "smbios_help.h"
#include "topo_help.h"

#define DMI "sys/firmware/dmi/tables/DMI"

static void add_system(struct table *t)
{
    begin(t, 1, 0x1b, 0x0100);
    put(t, 4, 1, 1);
    put(t, 5, 1, 2);
    put(t, 7, 1, 3);
    END(t, "Acme\0Server 9000\0S/N 5\0");
}

static void add_processor(struct table *t, unsigned handle, bool populated)
{
    begin(t, 4, 0x30, handle);
    put(t, 0x04, 1, 1);
    put(t, 0x10, 1, populated ? 2 : 0);
    put(t, 0x14, 2, 3700);
    put(t, 0x18, 1, populated ? 0x41 : 0);
    END(t, "CPU1\0AMD EPYC 7313  16-Core Processor    \0");
}

static void add_array(struct table *t, unsigned handle)
{
    begin(t, 16, 0x17, handle);
    put(t, 0x05, 1, 3); /* system memory */
    put(t, 0x06, 1, 6);
    put(t, 0x07, 4, 64 << 20);
    put(t, 0x0d, 2, 2);
    END(t, "");
}

/* strings: locator, bank, maker, part. mib 0: the slot is empty. */
static void add_dimm(struct table *t, unsigned handle, unsigned array, unsigned mib,
                     const char *strings, size_t size)
{
    begin(t, 17, 0x28, handle);
    put(t, 0x04, 2, array);
    put(t, 0x0c, 2, mib);
    put(t, 0x0e, 1, 0x09);
    put(t, 0x10, 1, 1);
    put(t, 0x11, 1, 2);
    put(t, 0x12, 1, 0x1a);
    put(t, 0x15, 2, 3200);
    put(t, 0x17, 1, 3);
    put(t, 0x1a, 1, 4);
    put(t, 0x1b, 1, 2);
    put(t, 0x20, 2, 2933);
    end(t, strings, size);
}
#define DIMM(t, handle, array, mib, strings)                                                       \
    add_dimm(t, handle, array, mib, strings, sizeof(strings))

/* One processor in two sockets, four slots on two arrays, three of them filled. Slots of an array
 * have the same names, as on boards that tell them apart by the bank. */
static void server(struct table *t)
{
    memset(t, 0, sizeof(*t));
    add_system(t);
    add_processor(t, 0x0400, true);
    add_processor(t, 0x0401, false);
    add_array(t, 0x1000);
    add_array(t, 0x1001);
    DIMM(t, 0x1100, 0x1000, 16384, "DIMM 0\0P0 A\0Samsung\0M393A2K43DB3\0");
    DIMM(t, 0x1101, 0x1000, 0, "DIMM 1\0P0 B\0");
    DIMM(t, 0x1102, 0x1001, 16384, "DIMM 0\0P1 A\0Micron\0X\0");
    DIMM(t, 0x1103, 0x1001, 8192, "Mezzanine\0P1 B\0Micron\0X\0");
}

/* Addresses, in MiB: those of an array, or of a DIMM. */
static void add_range(struct table *t, unsigned of, bool array, uint64_t from_mib, uint64_t mib)
{
    begin(t, array ? 19 : 20, array ? 0x0f : 0x13, 0x2000 + t->n);
    put(t, 0x04, 4, from_mib << 10);
    put(t, 0x08, 4, ((from_mib + mib) << 10) - 1);
    put(t, 0x0c, 2, of);
    END(t, "");
}

/* SRAT: a processor and memory of two domains, 32 GiB each with a hole below 4 GiB, as machines
 * have it; and room for more. */
static void put_srat(struct xd_files *f)
{
    static const struct {
        uint32_t domain, flags;
        uint64_t from_mib, mib;
    } memory[] = {{7, 1, 0, 2048}, {7, 1, 4096, 30720}, {2, 1, 34816, 32768}, {7, 3, 67584, 65536}};
    uint8_t b[48 + 2 * 16 + 4 * 40] = "SRAT", sum = 0;
    size_t n = 48;

    for (unsigned i = 0; i < 2; i++, n += 16) {
        b[n + 1] = 16;
        b[n + 2] = i ? 2 : 7;
        b[n + 3] = (uint8_t)i;
        b[n + 4] = 1;
    }
    for (unsigned i = 0; i < 4; i++, n += 40) {
        uint64_t base = memory[i].from_mib << 20, size = memory[i].mib << 20;

        b[n] = 1;
        b[n + 1] = 40;
        b[n + 2] = (uint8_t)memory[i].domain;
        memcpy(b + n + 8, &base, 8);
        memcpy(b + n + 16, &size, 8);
        b[n + 28] = (uint8_t)memory[i].flags;
    }
    b[4] = (uint8_t)n;
    b[8] = 3;
    for (size_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + b[i]);
    b[9] = (uint8_t)-sum;
    assert_int_equal(xd_files_put(f, "sys/firmware/acpi/tables/SRAT", b, n, NULL), 0);
}

static struct xd_topo *read_nodes(const struct table *t)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *out;

    put_cpu(f, 0, "0", "0", "0", "0");
    put_cpu(f, 1, "1", "1", "1", "1");
    for (unsigned i = 0; i < 2; i++)
        put_text(f, "sys/devices/system/node/node%u/cpulist", i ? "1" : "0", i);
    put_srat(f);
    assert_int_equal(xd_files_put(f, DMI, t->bytes, t->n, NULL), 0);
    out = xd_topo_read(f);
    xd_files_free(f);
    assert_int_equal(out->n_troubles, 1); /* of processors, of which server() has one */
    return out;
}

/* Of two arrays one has all its DIMMs on one node: it is there, with its empty slots. Of the other
 * one DIMM is on another node, and of one nobody tells. */
static void nodes_of_dimms(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo *t;
    struct table table;

    server(&table);
    add_range(&table, 0x1100, false, 34816, 16384);
    add_range(&table, 0x1102, false, 0, 2048);
    add_range(&table, 0x1102, false, 4096, 14336);
    t = read_nodes(&table);
    assert_string_equal(xd_topo_find(t, "memory/0")->parent->id, "node/1");
    assert_string_equal(xd_topo_find(t, "memory/1")->parent->id, "machine");
    assert_string_equal(value_text(t, "memory/0", XD_TOPO_NODE, &a), "1");
    assert_string_equal(value_text(t, "memory/1", XD_TOPO_NODE, &a), "unknown");
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_NODE, &a), "1");
    assert_string_equal(value_text(t, "dimm/DIMM 1", XD_TOPO_NODE, &a), "unknown"); /* empty */
    assert_string_equal(value_text(t, "dimm/P1 A DIMM 0", XD_TOPO_NODE, &a), "0");
    assert_string_equal(value_text(t, "dimm/Mezzanine", XD_TOPO_NODE, &a), "unknown");
    for (size_t i = 0; i < t->n_advice; i++) /* one may be anywhere */
        assert_string_not_equal(t->advice[i].check, "node-unbalanced");
    xd_topo_free(t);
    xd_arena_done(&a);
}

static const char *advice_of(const struct xd_topo *t, const char *check)
{
    for (size_t i = 0; i < t->n_advice; i++)
        if (strcmp(t->advice[i].check, check) == 0)
            return t->advice[i].text;
    return NULL;
}

/* Where DIMMs have no addresses, those of their array serve, unless they are of several nodes. */
static void nodes_of_arrays(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo *t;
    struct table table;

    server(&table);
    add_range(&table, 0x1000, true, 0, 34816);
    add_range(&table, 0x1001, true, 34816, 32768);
    t = read_nodes(&table);
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_NODE, &a), "0");
    assert_string_equal(value_text(t, "dimm/Mezzanine", XD_TOPO_NODE, &a), "1");
    assert_string_equal(advice_of(t, "node-unbalanced"),
                        "the DIMMs of node 0 hold 16G, those of node 1 24G: domains that fit there "
                        "have to spread over nodes here");
    xd_topo_free(t);

    server(&table); /* interleaved over nodes */
    add_range(&table, 0x1000, true, 0, 67584);
    add_range(&table, 0x1001, true, 0, 67584);
    t = read_nodes(&table);
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_NODE, &a), "unknown");
    assert_null(advice_of(t, "node-unbalanced"));
    xd_topo_free(t);

    server(&table); /* addresses that SRAT has no memory at */
    add_range(&table, 0x1100, false, 2048, 2048);
    add_range(&table, 0x1102, false, 67584, 2048);
    t = read_nodes(&table);
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_NODE, &a), "unknown");
    assert_string_equal(value_text(t, "dimm/P1 A DIMM 0", XD_TOPO_NODE, &a), "unknown");
    xd_topo_free(t);
    xd_arena_done(&a);
}

static struct xd_topo *read_table(const struct table *t, size_t size, unsigned packages)
{
    static const char *const cpus[] = {"0", "1"};
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *out;

    for (unsigned i = 0; i < packages; i++)
        put_cpu(f, i, cpus[i], cpus[i], "0", cpus[i]);
    assert_int_equal(xd_files_put(f, DMI, t->bytes, size, NULL), 0);
    out = xd_topo_read(f);
    xd_files_free(f);
    return out;
}

static void a_server(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo *t;
    struct table table;

    server(&table);
    t = read_table(&table, table.n, 1);
    assert_string_equal(tree_text(t, &a), "machine 0\n"
                                          "  package/0 0\n"
                                          "    l3/0 0\n"
                                          "      l2/0 0\n"
                                          "        l1/0 0\n"
                                          "          core/0 0\n"
                                          "            thread/0 0\n"
                                          "  memory/0\n"
                                          "    dimm/P0 A DIMM 0\n"
                                          "    dimm/DIMM 1\n"
                                          "  memory/1\n"
                                          "    dimm/P1 A DIMM 0\n"
                                          "    dimm/Mezzanine\n");
    assert_int_equal(t->n_troubles, 0);
    assert_string_equal(value_text(t, "machine", XD_TOPO_NAME, &a), "Server 9000");
    assert_string_equal(value_text(t, "machine", XD_TOPO_LABEL, &a), "Server 9000");
    assert_string_equal(value_text(t, "machine", XD_TOPO_SERIAL, &a), "S/N 5");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_NAME, &a),
                        "AMD EPYC 7313 16-Core Processor");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_SLOT, &a), "CPU1");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_LABEL, &a), "Package 0");
    assert_string_equal(value_text(t, "memory/0", XD_TOPO_SIZE, &a), "16G");
    assert_string_equal(value_text(t, "memory/1", XD_TOPO_SIZE, &a), "24G");
    assert_string_equal(value_text(t, "memory/0", XD_TOPO_SIZE_MAX, &a), "64G");
    assert_string_equal(value_text(t, "memory/0", XD_TOPO_ECC, &a), "multi-bit ECC");
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_SIZE, &a), "16G");
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_MEM_TYPE, &a), "DDR4");
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_SPEED_MTS, &a), "2933");
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_SPEED_MAX_MTS, &a), "3200");
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_PART, &a), "M393A2K43DB3");
    assert_string_equal(value_text(t, "dimm/P0 A DIMM 0", XD_TOPO_EMPTY, &a), "no");
    assert_string_equal(value_text(t, "dimm/DIMM 1", XD_TOPO_EMPTY, &a), "yes");
    assert_string_equal(value_text(t, "dimm/DIMM 1", XD_TOPO_SIZE, &a), "unknown"); /* not 0 */
    xd_topo_free(t);
    xd_arena_done(&a);
}

/* Two packages, one processor: nobody says which of them that is. */
static void processors_that_do_not_match(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_topo *t;
    struct table table;

    server(&table);
    t = read_table(&table, table.n, 2);
    assert_string_equal(trouble_of(t, XD_TOPO_BY_SMBIOS),
                        "1 processors, but 2 packages: which is which isn't told");
    assert_string_equal(value_text(t, "package/0", XD_TOPO_SLOT, &a), "unknown");
    xd_topo_free(t);
    t = read_table(&table, table.n, 0); /* nobody else knows of CPUs */
    assert_string_equal(value_text(t, "package/0", XD_TOPO_SLOT, &a), "CPU1");
    assert_null(xd_topo_find(t, "package/1"));
    xd_topo_free(t);
    xd_arena_done(&a);
}

/* Two slots of one name and bank are two all the same; one without an array is the machine's. */
static void slots_of_one_name(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct table table = {.n = 0};
    struct xd_topo *t;

    add_array(&table, 0x1000);
    for (unsigned i = 0; i < 2; i++)
        DIMM(&table, 0x1100 + i, 0x1000, 1024, "DIMM\0BANK\0");
    DIMM(&table, 0x1102, 0x2000, 1024, "");
    t = read_table(&table, table.n, 0);
    assert_string_equal(tree_text(t, &a), "machine\n"
                                          "  memory/0\n"
                                          "    dimm/BANK DIMM\n"
                                          "    dimm/1\n"
                                          "  dimm/2\n");
    assert_string_equal(value_text(t, "dimm/1", XD_TOPO_LABEL, &a), "BANK DIMM");
    assert_string_equal(value_text(t, "dimm/2", XD_TOPO_LABEL, &a), "DIMM 2");
    xd_topo_free(t);
    xd_arena_done(&a);
}

/* Cut anywhere: what was whole is there, the cut is told with table and offset, and what others
 * told is there in any case. */
static void a_table_that_is_cut(void **state)
{
    struct table table;

    server(&table);
    for (size_t n = 4; n < table.n; n++) {
        struct xd_topo *t = read_table(&table, n, 1);
        const char *text = trouble_of(t, XD_TOPO_BY_SMBIOS);

        assert_non_null(xd_topo_find(t, "thread/0"));
        if (n == 4 || text) /* cut between two structures it looks whole */
            assert_true(text && xd_str_starts(text, "SMBIOS, offset 0x"));
        if (n > table.n - 20)
            assert_non_null(xd_topo_find(t, "dimm/P1 A DIMM 0"));
        xd_topo_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server),          cmocka_unit_test(nodes_of_dimms),
        cmocka_unit_test(nodes_of_arrays),   cmocka_unit_test(processors_that_do_not_match),
        cmocka_unit_test(slots_of_one_name), cmocka_unit_test(a_table_that_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
