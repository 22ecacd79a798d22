/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host's topology: it says the same as the tables of nodes, pCPUs and PCI functions, also
 * after an edit, and is built anew only when something changed. */
#include <errno.h>

#include "backend_demo/host.h"
#include "demo_rig.h"
#include "topo/topo.h"

static const char *const scenarios[] = {"default", "pools", "tiny", "huge", "vast"};
#define N_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

/* The tree of the newest sample; to be freed. */
static struct xd_topo *tree(const struct rig *r)
{
    return xd_topo_from(rig_table(r, "topology"), rig_table(r, "distances"),
                        rig_table(r, "advice"));
}

static const struct xd_topo_thing *thing(const struct xd_topo *t, const char *form, uint64_t n)
{
    struct xd_topo_thing *o;
    char id[XD_KEY_MAX];

    snprintf(id, sizeof(id), form, n);
    o = xd_topo_find(t, id);
    if (!o)
        fail_msg("there is no %s", id);
    return o;
}

static const struct xd_topo_thing *above(const struct xd_topo_thing *o, enum xd_thing_kind kind)
{
    while (o && o->kind != kind)
        o = o->parent;
    assert_non_null(o);
    return o;
}

static void check_nodes(const struct rig *r, const struct xd_topo *t)
{
    const struct xd_table *nodes = rig_table(r, "nodes");

    assert_int_equal(t->n_distances, nodes->n * nodes->n);
    for (size_t i = 0; i < nodes->n; i++) {
        const struct xd_row *row = nodes->rows[i];
        const struct xd_topo_thing *o = thing(t, "node/%lu", xd_row_u64(row, XD_NODE_ID, 99));
        struct xd_value cpus = xd_row_value(nodes->desc, row, XD_NODE_CPUS);

        assert_true(xd_cpuset_equal(xd_topo_set(o, XD_TOPO_CPUS), cpus.cell.set));
        assert_int_equal(xd_topo_u64(o, XD_TOPO_SIZE, 0), xd_row_u64(row, XD_NODE_MEM_KIB, 1));
        assert_int_equal(xd_topo_u64(o, XD_TOPO_FREE, 0), xd_row_u64(row, XD_NODE_FREE_KIB, 1));
    }
}

static void check_pcpus(const struct rig *r, const struct xd_topo *t)
{
    const struct xd_table *pcpus = rig_table(r, "pcpus");

    for (size_t i = 0; i < pcpus->n; i++) {
        const struct xd_row *row = pcpus->rows[i];
        const struct xd_topo_thing *o = thing(t, "thread/%lu", xd_row_u64(row, XD_PCPU_ID, 9999));

        assert_int_equal(xd_topo_u64(above(o, XD_THING_CORE), XD_TOPO_INDEX, 9999),
                         xd_row_u64(row, XD_PCPU_CORE, 9998));
        assert_int_equal(xd_topo_u64(above(o, XD_THING_NODE), XD_TOPO_INDEX, 9999),
                         xd_row_u64(row, XD_PCPU_NODE, 9998));
        assert_int_equal(xd_topo_u64(above(o, XD_THING_PACKAGE), XD_TOPO_INDEX, 9999),
                         xd_row_u64(row, XD_PCPU_SOCKET, 9998));
        assert_int_equal(xd_topo_bool(o, XD_TOPO_ONLINE, false),
                         xd_row_u64(row, XD_PCPU_ONLINE, 2));
    }
}

static void check_pci(const struct rig *r, const struct xd_topo *t)
{
    const struct xd_table *pci = rig_table(r, "pci");
    size_t functions = 0;

    for (size_t i = 0; i < t->n_things; i++)
        functions += xd_topo_str(t->things[i], XD_TOPO_BDF, NULL) != NULL;
    assert_int_equal(functions, pci->n);
    for (size_t i = 0; i < pci->n; i++) {
        const struct xd_row *row = pci->rows[i];
        const char *bdf = xd_row_str(row, XD_PCI_BDF, "");
        struct xd_arena a = XD_ARENA_INIT;
        const struct xd_topo_thing *o = xd_topo_find(t, xd_arena_printf(&a, "pci/%s", bdf));

        assert_non_null(o);
        assert_int_equal(xd_topo_u64(o, XD_TOPO_NODE, 99), xd_row_u64(row, XD_PCI_NODE, 98));
        assert_int_equal(xd_topo_u64(above(o, XD_THING_NODE), XD_TOPO_INDEX, 99),
                         xd_row_u64(row, XD_PCI_NODE, 98));
        assert_string_equal(xd_topo_str(o, XD_TOPO_DRIVER, ""), xd_row_str(row, XD_PCI_DRIVER, ""));
        assert_string_equal(xd_topo_str(o, XD_TOPO_OWNER, ""), xd_row_str(row, XD_PCI_DOMAIN, ""));
        assert_string_equal(xd_topo_str(o, XD_TOPO_NAME, ""), xd_row_str(row, XD_PCI_NAME, ""));
        xd_arena_done(&a);
    }
}

/* The DIMMs of all sockets together are the machine's memory. */
static void check_dimms(const struct rig *r, const struct xd_topo *t)
{
    uint64_t kib = 0;

    for (size_t i = 0; i < t->n_things; i++) {
        const struct xd_topo_thing *o = t->things[i];

        if (o->kind == XD_THING_DIMM && !xd_topo_bool(o, XD_TOPO_EMPTY, true))
            kib += xd_topo_u64(o, XD_TOPO_SIZE, 0);
    }
    assert_int_equal(kib, xd_row_u64(rig_table(r, "host")->rows[0], XD_HOST_MEM_KIB, 0));
}

static void it_says_what_the_other_tables_say(void **state)
{
    for (size_t i = 0; i < N_SCENARIOS; i++) {
        struct xd_topo *t;
        struct rig r;

        rig_open(&r, scenarios[i]);
        rig_sample(&r, S);
        t = tree(&r);
        check_nodes(&r, t);
        check_pcpus(&r, t);
        check_pci(&r, t);
        check_dimms(&r, t);
        xd_topo_free(t);
        rig_close(&r);
    }
}

static void it_is_built_anew_when_it_changes(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    const struct xd_row *const *rows;
    struct xd_topo *t;
    struct rig r;

    rig_open(&r, "huge"); /* nobody's memory grows there */
    rig_sample(&r, S);
    rows = rig_table(&r, "topology")->rows;
    rig_sample(&r, S);
    assert_ptr_equal(rig_table(&r, "topology")->rows, rows);
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_ASSIGNABLE, "0000:01:00.0", &err, NULL), 0);
    rig_sample(&r, S);
    assert_ptr_not_equal(rig_table(&r, "topology")->rows, rows);
    t = tree(&r);
    check_pci(&r, t);
    assert_null(xd_topo_find(t, "nic/enp1s0np0")); /* dom0 has it no more */
    xd_topo_free(t);
    rig_close(&r);
}

static void bridges_hold_what_is_on_their_buses(void **state)
{
    static const char *const chain[] = {"disk/nvme2n1",     "pci/0000:05:00.0", "pci/0000:03:01.0",
                                        "pci/0000:02:00.0", "pci/0000:00:03.1", "bus/0000:00",
                                        "node/0",           "package/0",        "machine"};
    const struct xd_topo_thing *o;
    struct xd_topo *t;
    struct rig r;

    rig_open(&r, "default");
    rig_sample(&r, S);
    t = tree(&r);
    o = xd_topo_find(t, chain[0]);
    for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++, o = o->parent) {
        assert_non_null(o);
        assert_string_equal(o->id, chain[i]);
    }
    o = xd_topo_find(t, "pci/0000:41:10.2");
    assert_int_equal(o->kind, XD_THING_VF);
    assert_string_equal(o->parent->id, "pci/0000:41:00.0");
    assert_int_equal(xd_topo_u64(o->parent, XD_TOPO_VFS, 0), 2);
    xd_topo_free(t);
    rig_close(&r);
}

/* dom0's vCPUs may run on both nodes, until somebody sees to it. */
static void advice_follows_what_is_done(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, S);
    assert_non_null(rig_find(&r, "advice", "machine/dom0-spread"));
    assert_int_equal(rig_set(&r, XD_KNOB_HARD, "Domain-0/0", "0-3", &err), 0);
    assert_int_equal(rig_set(&r, XD_KNOB_HARD, "Domain-0/1", "0-3", &err), 0);
    rig_sample(&r, S);
    assert_null(rig_find(&r, "advice", "machine/dom0-spread"));
    assert_int_equal(rig_table(&r, "advice")->n, 0);
    assert_non_null(rig_table(&r, "advice")->reason);
    rig_close(&r);
}

/* --- the scenario language --- */

#define DOMAINS "domains: [{name: Domain-0, memory: 1G}]\n"

static void refused(const char *pci, const char *why)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_demo_scenario *s;
    char *text = xd_arena_printf(&a, DOMAINS "pci:\n%s", pci);

    assert_int_equal(xd_demo_scenario_parse("x.yaml", text, strlen(text), &a, &s, &err), -EINVAL);
    if (!strstr(err.text, why))
        fail_msg("wanted \"%s\", found \"%s\"", why, err.text);
    xd_arena_done(&a);
}

static void what_makes_no_sense_is_refused(void **state)
{
    refused("  - {bdf: \"0000:00:01.0\", port: root}\n",
            "x.yaml:3:5: function 0000:00:01.0: a bridge needs the keys \"port\" and \"buses\"");
    refused("  - {bdf: \"0000:00:01.0\", buses: 1}\n", "a bridge needs the keys");
    refused("  - {bdf: \"0000:00:01.0\", port: root, buses: 256}\n", "256");
    refused("  - {bdf: \"0000:00:01.0\", speed: 8000}\n", "a link needs \"speed\" and \"lanes\"");
    refused("  - {bdf: \"0000:00:01.0\", speed: 8000, lanes: 8, max_lanes: 4}\n", "a link needs");
    refused("  - {bdf: \"0000:00:01.0\", vf_of: \"0000:00:00.0\"}\n",
            "vf_of: no function before this one is called so");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_the_other_tables_say),
        cmocka_unit_test(it_is_built_anew_when_it_changes),
        cmocka_unit_test(bridges_hold_what_is_on_their_buses),
        cmocka_unit_test(advice_follows_what_is_done),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
