/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/topo: what the machine's own disks and NICs do, as Linux counts it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "topo/host.h"
#include "topo_help.h"

#define NET                                                                                        \
    "Inter-|   Receive                                                |  Transmit\n"               \
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs "     \
    "drop "                                                                                        \
    "fifo colls carrier compressed\n"                                                              \
    "  eth0: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0\n"                                            \
    "vif3.0: 7 1 0 0 0 0 0 0 8 1 0 0 0 0 0 0\n"

static struct xd_snapshot *traffic(const struct xd_topo *t, const struct xd_files *f,
                                   struct xd_snapshot *before, int64_t at_ns)
{
    struct xd_builder *b = xd_builder_new("test");

    xd_topo_put_traffic(t, f, b, at_ns);
    return xd_builder_seal(b, before, 1, at_ns, 0, 0);
}

/* Of eth0 and sda, as the machine has them; a guest's interface is none of its devices. */
static struct xd_topo *machine(void)
{
    struct xd_topo *t = xd_topo_new();

    xd_topo_thing(t, XD_THING_NIC, NULL, "nic/eth0");
    xd_topo_thing(t, XD_THING_NIC, NULL, "nic/eth1");
    xd_topo_thing(t, XD_THING_DISK, NULL, "disk/sda");
    xd_topo_thing(t, XD_THING_DISK, NULL, "disk/../../proc");
    return t;
}

static void counters(void **state)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_topo *t = machine();
    struct xd_snapshot *one, *two;
    const struct xd_table *table;
    const struct xd_row *row;

    put_text(f, "proc/net/dev", NET);
    put_text(f, "sys/block/sda/stat", "  5 0 100 3 7 0 200 9 0 12 12 0 0 0 0 0 0\n");
    one = traffic(t, f, NULL, 0);
    table = xd_snapshot_table(one, "traffic");
    assert_int_equal(table->n, 2); /* eth1 has no counters: it is left out, not zero */
    assert_null(table->reason);
    row = xd_table_find(table, "nic/eth0");
    assert_int_equal(xd_row_u64(row, XD_TRAFFIC_IN_BYTES, 0), 1000);
    assert_int_equal(xd_row_u64(row, XD_TRAFFIC_OUT_BYTES, 0), 2000);
    assert_false(xd_row_has(row, XD_TRAFFIC_IN)); /* of one sample */
    row = xd_table_find(table, "disk/sda");
    assert_int_equal(xd_row_u64(row, XD_TRAFFIC_IN_BYTES, 0), 100 * 512);
    assert_int_equal(xd_row_u64(row, XD_TRAFFIC_OUT_BYTES, 0), 200 * 512);

    put_text(f, "sys/block/sda/stat", "  5 0 300 3 7 0 200 9 0 12 12 0 0 0 0 0 0\n");
    two = traffic(t, f, one, 2 * XD_NS_PER_S);
    row = xd_table_find(xd_snapshot_table(two, "traffic"), "disk/sda");
    assert_int_equal(xd_row_f64(&xd_traffic_desc, row, XD_TRAFFIC_IN, -1), 100 * 512);
    assert_int_equal(xd_row_f64(&xd_traffic_desc, row, XD_TRAFFIC_OUT, -1), 0);
    xd_snapshot_unref(one);
    xd_snapshot_unref(two);
    xd_topo_free(t);
    xd_files_free(f);
}

/* What can't be read is said, and the rest is there. */
static void counters_that_make_no_sense(void **state)
{
    static const char *const stats[] = {"", "1 2 3\n", "a b c d e f g h\n",
                                        "1 1 99999999999999999999 1 1 1 1 1\n"};
    struct xd_topo *t = machine();

    for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++) {
        struct xd_files *f = xd_files_new(NULL);
        const struct xd_table *table;
        struct xd_snapshot *s;

        put_text(f, "sys/block/sda/stat", stats[i]);
        put_text(f, "proc/net/dev", "something else\n");
        s = traffic(t, f, NULL, 0);
        table = xd_snapshot_table(s, "traffic");
        assert_int_equal(table->n, 0);
        assert_non_null(table->reason);
        xd_snapshot_unref(s);
        xd_files_free(f);
    }
    xd_topo_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters),
        cmocka_unit_test(counters_that_make_no_sense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
