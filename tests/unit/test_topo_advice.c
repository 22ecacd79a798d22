/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine is told to be wrong or odd about: each check with a machine that has it, and one
 * that hasn't. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cpuset.h"
#include "base/str.h"
#include "topo/advice.h"
#include "topo/topo_impl.h"

/* Facts of these tests have one source: who says what is of no matter here. */
#define BY XD_TOPO_BY_SYSFS

static struct xd_topo_thing *add(struct xd_topo *t, enum xd_thing_kind kind, const char *parent,
                                 const char *id)
{
    return xd_topo_thing(t, kind, parent, "%s", id);
}

static void number(struct xd_topo *t, const char *id, enum xd_topo_col col, uint64_t v)
{
    xd_topo_tell_u64(t, xd_topo_find(t, id), col, BY, v);
}

static void text(struct xd_topo *t, const char *id, enum xd_topo_col col, const char *v)
{
    xd_topo_tell_str(t, xd_topo_find(t, id), col, BY, v);
}

static void cpus(struct xd_topo *t, const char *id, const char *list)
{
    struct xd_cpuset set;

    assert_int_equal(xd_cpuset_parse(list, 0, &set, NULL), 0);
    xd_topo_tell_set(t, xd_topo_find(t, id), XD_TOPO_CPUS, BY, &set);
}

/* What is said of a thing by one check; NULL: nothing. */
static const struct xd_topo_advice *said(const struct xd_topo *t, const char *id, const char *check)
{
    for (size_t i = 0; i < t->n_advice; i++)
        if (strcmp(t->advice[i].thing->id, id) == 0 && strcmp(t->advice[i].check, check) == 0)
            return &t->advice[i];
    return NULL;
}

static void assert_said(const struct xd_topo *t, const char *id, const char *check,
                        const char *wanted)
{
    const struct xd_topo_advice *a = said(t, id, check);

    if (!a)
        fail_msg("nothing is said of %s by %s", id, check);
    assert_string_equal(a->text, wanted);
    assert_true(a->remedy && *a->remedy && a->cite && *a->cite);
}

/* --- links --- */

static void link_of(struct xd_topo *t, const char *id, unsigned mts, unsigned lanes,
                    unsigned mts_max, unsigned lanes_max)
{
    number(t, id, XD_TOPO_LINK_MTS, mts);
    number(t, id, XD_TOPO_LINK_LANES, lanes);
    number(t, id, XD_TOPO_LINK_MAX_MTS, mts_max);
    number(t, id, XD_TOPO_LINK_MAX_LANES, lanes_max);
}

/* A root port that can do 16 GT/s x16, and a card in it. */
static struct xd_topo *card(unsigned mts, unsigned lanes, unsigned mts_max, unsigned lanes_max)
{
    struct xd_topo *t = xd_topo_new();

    add(t, XD_THING_ROOT_PORT, NULL, "pci/0000:00:01.0");
    add(t, XD_THING_FUNCTION, "pci/0000:00:01.0", "pci/0000:01:00.0");
    link_of(t, "pci/0000:00:01.0", mts, lanes, 16000, 16);
    link_of(t, "pci/0000:01:00.0", mts, lanes, mts_max, lanes_max);
    xd_topo_link(t);
    return t;
}

static void a_slow_link(void **state)
{
    struct xd_topo *t = card(2500, 4, 16000, 4);

    xd_topo_advise_hardware(t);
    assert_said(t, "pci/0000:01:00.0", "link-slow",
                "the link runs at 2.5 GT/s x4, while it and the port above can do 16 GT/s x4");
    assert_int_equal(said(t, "pci/0000:01:00.0", "link-slow")->gravity, XD_TOPO_WARN);
    xd_topo_free(t);

    t = card(2500, 16, 16000, 16); /* a graphics card with nothing to do */
    number(t, "pci/0000:01:00.0", XD_TOPO_CLASS_CODE, 0x030000);
    xd_topo_advise_hardware(t);
    assert_int_equal(said(t, "pci/0000:01:00.0", "link-slow")->gravity, XD_TOPO_NOTE);
    xd_topo_free(t);

    t = card(16000, 4, 16000, 4);
    xd_topo_advise_hardware(t);
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);
}

static void a_narrow_slot(void **state)
{
    struct xd_topo *t = card(16000, 16, 32000, 16);

    xd_topo_advise_hardware(t);
    assert_said(t, "pci/0000:01:00.0", "slot-narrow",
                "it could do 32 GT/s x16, the port above only 16 GT/s x16");
    assert_int_equal(t->n_advice, 1);
    xd_topo_free(t);
}

static void a_shared_uplink(void **state)
{
    struct xd_topo *t = xd_topo_new();

    add(t, XD_THING_SWITCH_UP, NULL, "pci/0000:01:00.0");
    link_of(t, "pci/0000:01:00.0", 8000, 8, 8000, 8);
    for (int i = 0; i < 3; i++) {
        char port[32], drive[32];

        snprintf(port, sizeof(port), "pci/0000:02:%02d.0", i);
        snprintf(drive, sizeof(drive), "pci/0000:%02d:00.0", 3 + i);
        add(t, XD_THING_SWITCH_DOWN, "pci/0000:01:00.0", port);
        add(t, XD_THING_FUNCTION, port, drive);
        link_of(t, port, 8000, 4, 8000, 4);
        link_of(t, drive, 8000, 4, 8000, 4);
    }
    xd_topo_link(t);
    xd_topo_advise_hardware(t);
    assert_said(t, "pci/0000:01:00.0", "uplink-shared",
                "3 devices that could carry 11G/s together share an uplink of 7.3G/s");
    assert_int_equal(t->n_advice, 1);
    xd_topo_free(t);
}

static void a_starved_nic(void **state)
{
    struct xd_topo *t = xd_topo_new();
    struct xd_topo_thing *nic = add(t, XD_THING_NIC, NULL, "nic/eth0");

    number(t, "nic/eth0", XD_TOPO_BITS_S, 25000000000);
    xd_topo_tell_f64(t, nic, XD_TOPO_PATH_BYTES_S, XD_TOPO_BY_US, 2e9);
    xd_topo_link(t);
    xd_topo_advise_hardware(t);
    assert_said(t, "nic/eth0", "nic-starved",
                "the network runs at 25000 Mbit/s, PCIe carries only 1.9G/s to it");
    xd_topo_free(t);
}

/* --- memory --- */

static void dimm(struct xd_topo *t, const char *label, uint64_t gib, unsigned mts, unsigned mts_max)
{
    struct xd_topo_thing *o = xd_topo_thing(t, XD_THING_DIMM, "memory/0", "dimm/%s", label);

    add(t, XD_THING_MEMORY, NULL, "memory/0");
    xd_topo_tell_str(t, o, XD_TOPO_LABEL, BY, label);
    xd_topo_tell_bool(t, o, XD_TOPO_EMPTY, BY, gib == 0);
    if (gib)
        xd_topo_tell_u64(t, o, XD_TOPO_SIZE, BY, gib << 20);
    if (gib && mts)
        xd_topo_tell_u64(t, o, XD_TOPO_SPEED_MTS, BY, mts);
    if (gib)
        xd_topo_tell_u64(t, o, XD_TOPO_SPEED_MAX_MTS, BY, mts_max);
}

static void unbalanced_channels(void **state)
{
    static const struct {
        const char *a1, *a2, *b1; /* slots of 32, 0 and 0 GiB, two of them of one channel */
        const char *wanted;
    } boards[] = {
        {"A1", "A2", "B1",
         "memory is unbalanced: 32G in slots A, 0 in slots B; it is interleaved "
         "in part only"},
        {"P1-DIMMA1", "P1-DIMMA2", "P1-DIMMB1",
         "memory is unbalanced: 32G in slots P1-DIMMA, 0 in slots P1-DIMMB; it is interleaved in "
         "part only"},
        {"P0 CHANNEL A DIMM 0", "P0 CHANNEL A DIMM 1", "P0 CHANNEL B DIMM 0",
         "memory is unbalanced: 32G in slots P0 CHANNEL A, 0 in slots P0 CHANNEL B; it is "
         "interleaved in part only"},
        {"PROC 1 DIMM 1", "PROC 1 DIMM 2", "PROC 1 DIMM 3", NULL}, /* tells of no channels */
    };

    for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
        struct xd_topo *t = xd_topo_new();

        dimm(t, boards[i].a1, 32, 3200, 3200);
        dimm(t, boards[i].a2, 0, 0, 0);
        dimm(t, boards[i].b1, 0, 0, 0);
        xd_topo_link(t);
        xd_topo_advise_hardware(t);
        if (boards[i].wanted)
            assert_said(t, "memory/0", "dimm-unbalanced", boards[i].wanted);
        assert_int_equal(t->n_advice, boards[i].wanted ? 1 : 0);
        xd_topo_free(t);
    }
}

static void balanced_or_unknown(void **state)
{
    struct xd_topo *t = xd_topo_new();

    dimm(t, "A1", 16, 0, 3200); /* 32 in each, if not in the same way */
    dimm(t, "A2", 16, 0, 3200);
    dimm(t, "B1", 32, 0, 3200);
    dimm(t, "B2", 0, 0, 0);
    xd_topo_link(t);
    xd_topo_advise_hardware(t);
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);

    t = xd_topo_new(); /* one whose size isn't known could make up for it */
    dimm(t, "A1", 16, 0, 3200);
    dimm(t, "B1", 0, 0, 0);
    xd_topo_tell_bool(t, xd_topo_find(t, "dimm/B1"), XD_TOPO_EMPTY, BY, false);
    xd_topo_link(t);
    xd_topo_advise_hardware(t);
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);
}

static void speeds_of_dimms(void **state)
{
    struct xd_topo *t = xd_topo_new();

    dimm(t, "A1", 16, 2666, 2933);
    dimm(t, "B1", 16, 2666, 3200);
    xd_topo_link(t);
    xd_topo_advise_hardware(t);
    assert_said(t, "memory/0", "dimm-speeds",
                "DIMMs for 2933 and for 3200 MT/s are mixed: all run as the slowest does");
    assert_said(t, "memory/0", "dimm-slow", "DIMMs run at 2666 MT/s and are made for 2933");
    assert_int_equal(t->n_advice, 2);
    xd_topo_free(t);
}

/* --- CPUs and nodes --- */

/* Two nodes with four threads each; their distance is 21. */
static struct xd_topo *two_nodes(void)
{
    struct xd_topo *t = xd_topo_new();

    for (unsigned i = 0; i < 2; i++) {
        const char *node = i ? "node/1" : "node/0";

        add(t, XD_THING_NODE, NULL, node);
        number(t, node, XD_TOPO_INDEX, i);
        number(t, node, XD_TOPO_SIZE, 1 << 20);
        cpus(t, node, i ? "4-7" : "0-3");
        for (unsigned k = 0; k < 2; k++)
            xd_topo_distance(
                t, &(struct xd_topo_distance){i, k, XD_TOPO_BY_XEN, i == k ? 10 : 21, 0, 0});
    }
    xd_topo_link(t);
    return t;
}

static void smt(void **state)
{
    struct xd_topo *t = xd_topo_new();

    for (unsigned i = 0; i < 8; i++) {
        char core[16], thread[16];

        snprintf(core, sizeof(core), "core/%u", i / 2 * 2);
        snprintf(thread, sizeof(thread), "thread/%u", i);
        add(t, XD_THING_CORE, NULL, core);
        add(t, XD_THING_THREAD, core, thread);
        xd_topo_tell_bool(t, xd_topo_find(t, thread), XD_TOPO_ONLINE, BY, i % 2 == 0);
    }
    xd_topo_link(t);
    xd_topo_advise_hardware(t);
    assert_said(t, "machine", "smt-off", "SMT is off: 4 threads of 4 cores are not in use");
    xd_topo_free(t);

    t = xd_topo_new(); /* under Xen nobody knows whose threads those are */
    for (unsigned i = 0; i < 4; i++) {
        char core[16], thread[16];

        snprintf(core, sizeof(core), "core/%u", 2 * i);
        snprintf(thread, sizeof(thread), "thread/%u", 2 * i);
        add(t, XD_THING_CORE, NULL, core);
        add(t, XD_THING_THREAD, core, thread);
        snprintf(thread, sizeof(thread), "thread/%u", 2 * i + 1);
        add(t, XD_THING_THREAD, NULL, thread);
        xd_topo_tell_bool(t, xd_topo_find(t, thread), XD_TOPO_ONLINE, BY, false);
    }
    xd_topo_link(t);
    xd_topo_advise_hardware(t);
    assert_said(t, "machine", "smt-off", "SMT is off: 4 threads of 4 cores are not in use");
    t->n_advice = 0;
    xd_topo_tell_bool(t, xd_topo_find(t, "thread/1"), XD_TOPO_ONLINE, BY, true);
    xd_topo_advise_hardware(t); /* some that were taken out by hand */
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);
}

static void nodes_that_lack_something(void **state)
{
    struct xd_topo *t = two_nodes();

    xd_topo_advise_hardware(t);
    assert_int_equal(t->n_advice, 0);
    number(t, "node/1", XD_TOPO_SIZE, 0);
    cpus(t, "node/0", "none");
    xd_topo_advise_hardware(t);
    assert_non_null(said(t, "node/1", "node-without-memory"));
    assert_non_null(said(t, "node/0", "node-without-cpus"));
    assert_int_equal(t->n_advice, 2);
    xd_topo_advise_hardware(t); /* once is enough */
    assert_int_equal(t->n_advice, 2);
    xd_topo_free(t);
}

static void a_device_far_from_its_owner(void **state)
{
    struct xd_topo *t = two_nodes();
    struct xd_cpuset near, far;
    struct xd_topo_domain web = {.name = "web1", .vcpus = 2, .cpus = &far};

    xd_cpuset_parse("4-5", 0, &near, NULL);
    xd_cpuset_parse("0-1", 0, &far, NULL);
    add(t, XD_THING_FUNCTION, NULL, "pci/0000:01:00.0");
    number(t, "pci/0000:01:00.0", XD_TOPO_NODE, 1);
    text(t, "pci/0000:01:00.0", XD_TOPO_OWNER, "web1");
    xd_topo_link(t);
    xd_topo_advise_use(t, &web, 1);
    assert_said(t, "pci/0000:01:00.0", "far-device",
                "is near node 1, but web1 runs on node 0 (distance 21)");
    t->n_advice = 0;
    web.cpus = &near;
    xd_topo_advise_use(t, &web, 1);
    web.cpus = NULL; /* not known */
    xd_topo_advise_use(t, &web, 1);
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);
}

static void a_spread_dom0(void **state)
{
    struct xd_topo *t = two_nodes();
    struct xd_cpuset all;
    struct xd_topo_domain dom0 = {.name = "Domain-0", .dom0 = true, .vcpus = 4, .cpus = &all};

    xd_cpuset_fill(&all, 8);
    xd_topo_advise_use(t, &dom0, 1);
    assert_said(t, "machine", "dom0-spread",
                "dom0's 4 vCPUs run on nodes 0-1, although one node has room for all of them");
    t->n_advice = 0;
    dom0.vcpus = 5; /* more than a node has */
    xd_topo_advise_use(t, &dom0, 1);
    assert_int_equal(t->n_advice, 0);
    xd_cpuset_parse("4-7", 0, &all, NULL);
    dom0.vcpus = 4;
    xd_topo_advise_use(t, &dom0, 1);
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);
}

/* --- errata --- */

static struct xd_topo *cpu(const char *maker, unsigned family, unsigned model, unsigned stepping,
                           const char *microcode)
{
    struct xd_topo *t = xd_topo_new();

    add(t, XD_THING_PACKAGE, NULL, "package/0");
    text(t, "package/0", XD_TOPO_MAKER, maker);
    number(t, "package/0", XD_TOPO_FAMILY, family);
    number(t, "package/0", XD_TOPO_MODEL, model);
    number(t, "package/0", XD_TOPO_STEPPING, stepping);
    text(t, "package/0", XD_TOPO_MICROCODE, microcode);
    xd_topo_link(t);
    return t;
}

static void advise(struct xd_topo *t)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_errata errata;

    if (xd_errata_builtin(&a, &errata, &err) < 0)
        fail_msg("%s", err.text);
    xd_topo_advise_errata(t, &errata);
    xd_arena_done(&a);
}

static void errata_of_cpus(void **state)
{
    struct xd_topo *t = cpu("AuthenticAMD", 0x17, 0x31, 0, "0x8301034");

    advise(t); /* Rome with old microcode */
    assert_said(t, "package/0", "erratum AMD-SB-7008",
                "Zenbleed: a program may read registers of another one, also of another guest; "
                "fixed by microcode 0x830107a, here runs 0x8301034");
    assert_non_null(said(t, "package/0", "erratum AMD 1474"));
    assert_non_null(said(t, "package/0", "erratum AMD 1386"));
    assert_int_equal(t->n_advice, 3);
    xd_topo_free(t);

    t = cpu("AuthenticAMD", 0x17, 0x31, 0, "0x830107a");
    advise(t); /* and with newer one */
    assert_int_equal(t->n_advice, 1);
    assert_non_null(said(t, "package/0", "erratum AMD 1474"));
    xd_topo_free(t);

    t = cpu("GenuineIntel", 6, 0x55, 7, "0x5003604");
    advise(t);
    assert_non_null(said(t, "package/0", "erratum Intel SKX102"));
    assert_int_equal(t->n_advice, 1);
    xd_topo_free(t);

    t = cpu("GenuineIntel", 6, 0x55, 11, NULL); /* Cooper Lake */
    advise(t);
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);

    t = cpu("AuthenticAMD", 6, 0x4f, 1, NULL); /* another maker's family 6 */
    advise(t);
    assert_int_equal(t->n_advice, 0);
    xd_topo_free(t);
}

static void errata_of_functions(void **state)
{
    struct xd_topo *t = xd_topo_new();

    add(t, XD_THING_FUNCTION, NULL, "pci/0000:00:00.0");
    text(t, "pci/0000:00:00.0", XD_TOPO_PCI_ID, "8086:1f08");
    add(t, XD_THING_FUNCTION, NULL, "pci/0000:01:00.0");
    text(t, "pci/0000:01:00.0", XD_TOPO_PCI_ID, "8086:15f3");
    number(t, "pci/0000:01:00.0", XD_TOPO_REVISION, 3);
    add(t, XD_THING_FUNCTION, NULL, "pci/0000:02:00.0");
    text(t, "pci/0000:02:00.0", XD_TOPO_PCI_ID, "1b4b:9230");
    number(t, "pci/0000:02:00.0", XD_TOPO_REVISION, 0x11);
    xd_topo_link(t);
    advise(t);
    assert_non_null(said(t, "pci/0000:00:00.0", "erratum Intel AVR54")); /* revision not known */
    assert_null(said(t, "pci/0000:01:00.0", "erratum Intel I225-1"));
    assert_said(t, "pci/0000:02:00.0", "erratum Marvell DMA alias",
                "sends with the number of a function that isn't there (its function 1), so that "
                "the IOMMU stops it and disks are lost");
    assert_int_equal(t->n_advice, 2);
    xd_topo_free(t);
}

/* Each entry can be matched, says what to do and where that is written; one id is one cause. */
static void the_list_itself(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_errata e;

    if (xd_errata_builtin(&a, &e, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(e.n >= 12);
    for (size_t i = 0; i < e.n; i++) {
        const struct xd_erratum *x = &e.list[i];

        assert_true(*x->id && *x->text && *x->remedy && *x->cite);
        assert_true(x->vendor ? x->n_models > 0 && x->family >= 6 : x->n_pci_ids > 0);
        assert_true(strpbrk(x->cite, "0123456789") != NULL);
        for (size_t k = 0; k < i; k++)
            if (strcmp(x->id, e.list[k].id) == 0)
                assert_string_equal(x->text, e.list[k].text);
    }
    xd_arena_done(&a);
}

static void lists_that_are_wrong(void **state)
{
    static const struct {
        const char *text, *wanted;
    } bad[] = {
        {"", "f:1:1: wanted a list named errata"},
        {"errata: {}\n", "f:1:1: wanted a list named errata"},
        {"errata: [1]\n", "f:1:10: wanted an erratum: id, cpu or pci, gravity, text …"},
        {"errata:\n- {id: A, gravity: bad}\n", "f:2:3: the key \"text\" is missing"},
#define HEAD "errata:\n- {id: A, gravity: bad, text: t, remedy: r, cite: c"
        {HEAD "}\n", "f:2:3: A: wanted either cpu or pci"},
        {HEAD ", pci: 1}\n", "f:2:59: pci: wanted a list of ids as \"8086:10d3\""},
        {HEAD ", pci: [8086-10d3]}\n", "f:2:60: pci: 8086-10d3: wanted an id as \"8086:10d3\""},
        {HEAD ", cpu: {vendor: via, family: 6, models: 1}}\n",
         "f:2:68: vendor: via: wanted intel or amd"},
        {HEAD ", cpu: {vendor: amd, family: 23, models: 9-3}}\n",
         "f:2:93: models: 9-3: wanted numbers up to 0xff, as 3 or 0x10-0x1f"},
        {HEAD ", cpu: {vendor: amd, family: 23, models: 99999999999999999999-3}}\n",
         "f:2:93: models: 99999999999999999999-3: wanted numbers up to 0xff, as 3 or 0x10-0x1f"},
        {HEAD ", cpu: {vendor: amd, family: 23}}\n", "f:2:59: cpu: wanted the models that have it"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_errata e;

        assert_int_equal(xd_errata_parse("f", bad[i].text, strlen(bad[i].text), &a, &e, &err),
                         -EINVAL);
        assert_string_equal(err.text, bad[i].wanted);
        assert_int_equal(e.n, 0);
    }
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_link),
        cmocka_unit_test(a_narrow_slot),
        cmocka_unit_test(a_shared_uplink),
        cmocka_unit_test(a_starved_nic),
        cmocka_unit_test(unbalanced_channels),
        cmocka_unit_test(balanced_or_unknown),
        cmocka_unit_test(speeds_of_dimms),
        cmocka_unit_test(smt),
        cmocka_unit_test(nodes_that_lack_something),
        cmocka_unit_test(a_device_far_from_its_owner),
        cmocka_unit_test(a_spread_dom0),
        cmocka_unit_test(errata_of_cpus),
        cmocka_unit_test(errata_of_functions),
        cmocka_unit_test(the_list_itself),
        cmocka_unit_test(lists_that_are_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
