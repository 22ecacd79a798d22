/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The demo host's disks, NICs and PCI functions: attached, detached, counted; and the keys of the
 * scenario language that make them. */
#include <errno.h>

#include "backend_demo/host.h"
#include "demo_rig.h"

/* --- names of disks --- */

/* By docs/misc/vbd-interface of Xen. */
static void numbers_of_disks(void **state)
{
    static const struct {
        const char *vdev;
        int64_t number;
    } cases[] = {
        {"xvda", 51712},
        {"xvdb", 51728},
        {"xvda1", 51713},
        {"xvdp15", 51967},
        {"xvdq", 268439552},
        {"xvda16", 268435472},
        {"xvdaa", 268442112},
        {"hda", 768},
        {"hdb", 832},
        {"hdc", 5632},
        {"hdd5", 5701},
        {"sda", 2048},
        {"sdp15", 2303},
        {"", -EINVAL},
        {"xvd", -EINVAL},
        {"hde", -EINVAL},
        {"sdq", -EINVAL},
        {"xvda0", -EINVAL},
        {"xvda01", -EINVAL},
        {"xvda256", -EINVAL},
        {"xvdA", -EINVAL},
        {"xvda1x", -EINVAL},
        {"vda", -EINVAL},
        {"xvdabcd", -EINVAL},
        {"xvda-1", -EINVAL},
        {" xvda", -EINVAL},
        {"sda16", -EINVAL},
        {"xvda 1", -EINVAL},
        {"xvda99999999999999999999", -EINVAL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (xd_demo_vdev_number(cases[i].vdev) != cases[i].number)
            fail_msg("%s is %lld and not %lld", cases[i].vdev,
                     (long long)xd_demo_vdev_number(cases[i].vdev), (long long)cases[i].number);
    }
}

/* --- disks --- */

static void a_disk_comes_and_goes(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_object o, disk;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    o = rig_object(&r, "domains", "web1");
    assert_int_equal(RIG_DO(&r, XD_ACTION_DISK_ATTACH, "web1", &err, "xvda", "/x", "raw"), -EINVAL);
    assert_string_equal(err.text, "domain web1 has a disk xvda already");
    assert_int_equal(RIG_DO(&r, XD_ACTION_DISK_ATTACH, "web1", &err, "xvdb", "", "raw"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_DISK_ATTACH, "web1", &err, "hdc", "", "raw", "no", "yes"),
                     -EINVAL);
    assert_string_equal(err.text, "domain web1 is no HVM guest: it can't have a CD drive");
    assert_int_equal(
        RIG_DO(&r, XD_ACTION_DISK_ATTACH, "web1", &err, "xvdb", "/x", "raw", "no", "no", "db1"),
        -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_DISK_ATTACH, "web1", &err, "xvdb", "/x", "raw", "no",
                            "no", "Domain-0", "qdisk"),
                     -ENOTSUP);
    assert_string_equal(err.text, "domain web1: the demo host's devices have no backendtype");
    assert_int_equal(
        RIG_DO(&r, XD_ACTION_DISK_ATTACH, "web1", &err, "xvdb", "/x", "qcow2", "yes", "no"), 0);
    assert_int_equal(rig_settled(&r, XD_ACTION_DISK_ATTACH, &o, &err), 0);
    rig_sample(&r, 0);
    assert_int_equal(xd_row_u64(rig_row(&r, "disks", "web1/xvdb"), XD_DISK_STATE, 9),
                     XD_XENBUS_INIT_WAIT);
    assert_int_equal(xd_row_u64(rig_row(&r, "devices", "web1/vbd/51728"), XD_DEVICE_FRONT_STATE, 9),
                     XD_XENBUS_INITIALISING);
    rig_sample(&r, 1 * S);
    assert_int_equal(rig_settled(&r, XD_ACTION_DISK_ATTACH, &o, &err), 1);
    assert_string_equal(xd_row_str(rig_row(&r, "disks", "web1/xvdb"), XD_DISK_DRIVER, ""), "qdisk");
    /* It takes its part of what is read; written it can't be. */
    rig_sample(&r, 5 * S);
    assert_true(xd_row_u64(rig_row(&r, "disks", "web1/xvdb"), XD_DISK_RD_BYTES, 0) > 0);
    assert_int_equal(xd_row_u64(rig_row(&r, "disks", "web1/xvdb"), XD_DISK_WR_BYTES, 1), 0);
    assert_int_equal(xd_row_u64(rig_domain(&r, "web1"), XD_DOMAIN_DISKS, 0), 2);
    disk = rig_object(&r, "disks", "web1/xvdb");
    assert_int_equal(RIG_DO(&r, XD_ACTION_DISK_DETACH, "web1/xvdb", &err, NULL), 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_DISK_DETACH, "web1/xvdb", &err, NULL), -EALREADY);
    assert_int_equal(rig_settled(&r, XD_ACTION_DISK_DETACH, &disk, &err), 0);
    rig_sample(&r, 1 * S);
    assert_int_equal(rig_settled(&r, XD_ACTION_DISK_DETACH, &disk, &err), 1);
    assert_null(rig_find(&r, "disks", "web1/xvdb"));
    assert_null(rig_find(&r, "devices", "web1/vbd/51728"));
    rig_close(&r);
}

/* A guest that stands still lets nothing in. */
static void a_paused_guest_does_not_connect(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_object o;
    struct rig r;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    o = rig_object(&r, "domains", "web1");
    assert_int_equal(rig_act(&r, XD_ACTION_PAUSE, "web1", &err), 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_NIC_ATTACH, "web1", &err, "3"), 0);
    rig_sample(&r, 60 * S);
    assert_int_equal(rig_settled(&r, XD_ACTION_NIC_ATTACH, &o, &err), 0);
    assert_int_equal(rig_act(&r, XD_ACTION_UNPAUSE, "web1", &err), 0);
    rig_sample(&r, 1 * S);
    assert_int_equal(rig_settled(&r, XD_ACTION_NIC_ATTACH, &o, &err), 1);
    rig_close(&r);
}

static void media(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_CDROM, "win-files/hda", &err, "/iso"), -EINVAL);
    assert_string_equal(err.text, "disk hda of win-files is no CD drive: its medium stays in it");
    assert_int_equal(RIG_DO(&r, XD_ACTION_CDROM, "win-files/hdc", &err, ""), 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_CDROM, "win-files/hdc", &err, ""), -EALREADY);
    rig_sample(&r, 0);
    assert_string_equal(xd_row_str(rig_row(&r, "disks", "win-files/hdc"), XD_DISK_TARGET, "?"), "");
    rig_close(&r);
}

/* --- NICs --- */

static void a_nic_comes_and_goes(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct rig r;
    const char *mac;

    rig_open(&r, "tiny");
    rig_sample(&r, 0);
    mac = xd_row_str(rig_row(&r, "nics", "web1/0"), XD_NIC_MAC, "");
    assert_int_equal(RIG_DO(&r, XD_ACTION_NIC_ATTACH, "db1", &err, "0", "b", mac), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_NIC_ATTACH, "db1", &err, "0", "b", "nonsense"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_NIC_ATTACH, "web1", &err, "0"), -EINVAL);
    assert_string_equal(err.text, "domain web1 has a NIC 0 already");
    assert_int_equal(RIG_DO(&r, XD_ACTION_NIC_ATTACH, "db1", &err, "2", "br 7"), 0);
    rig_sample(&r, 1 * S);
    assert_string_equal(xd_row_str(rig_row(&r, "nics", "db1/2"), XD_NIC_BRIDGE, ""), "br 7");
    assert_string_equal(xd_row_str(rig_row(&r, "nics", "db1/2"), XD_NIC_NAME, ""), "vif2.2");
    assert_true(
        xd_str_starts(xd_row_str(rig_row(&r, "nics", "db1/2"), XD_NIC_MAC, ""), "00:16:3e:"));
    assert_int_equal(RIG_DO(&r, XD_ACTION_NIC_DETACH, "db1/2", &err, NULL), 0);
    rig_sample(&r, 1 * S);
    assert_null(rig_find(&r, "nics", "db1/2"));
    rig_close(&r);
}

/* --- counters --- */

static uint64_t sum_of(const struct rig *r, const char *table, const char *domain, int name,
                       int col)
{
    const struct xd_table *t = rig_table(r, table);
    uint64_t sum = 0;

    for (size_t i = 0; i < t->n; i++) {
        if (xd_streq(xd_row_str(t->rows[i], name, ""), domain))
            sum += xd_row_u64(t->rows[i], col, 0);
    }
    return sum;
}

/* A domain moved what its devices moved, in requests and sectors as in bytes. */
static void devices_add_up(void **state)
{
    static const char *const names[] = {"web1", "db2", "win-files", "mail"};
    static const struct {
        int domain, disk;
    } cols[] = {
        {XD_DOMAIN_DISK_RD_BYTES, XD_DISK_RD_BYTES},
        {XD_DOMAIN_DISK_WR_BYTES, XD_DISK_WR_BYTES},
        {XD_DOMAIN_DISK_RD_REQS, XD_DISK_RD_REQS},
        {XD_DOMAIN_DISK_WR_REQS, XD_DISK_WR_REQS},
        {XD_DOMAIN_DISK_OO, XD_DISK_OO},
    };
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 20 * S);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct xd_row *d = rig_domain(&r, names[i]);

        for (size_t c = 0; c < sizeof(cols) / sizeof(cols[0]); c++)
            assert_int_equal(xd_row_u64(d, cols[c].domain, 1),
                             sum_of(&r, "disks", names[i], XD_DISK_DOMAIN, cols[c].disk));
        assert_int_equal(xd_row_u64(d, XD_DOMAIN_DISK_RD_SECT, 1),
                         xd_row_u64(d, XD_DOMAIN_DISK_RD_BYTES, 0) / 512);
        assert_int_equal(xd_row_u64(d, XD_DOMAIN_NET_RX_BYTES, 1),
                         sum_of(&r, "nics", names[i], XD_NIC_DOMAIN, XD_NIC_RX_BYTES));
        assert_int_equal(xd_row_u64(d, XD_DOMAIN_NET_TX_BYTES, 1),
                         sum_of(&r, "nics", names[i], XD_NIC_DOMAIN, XD_NIC_TX_BYTES));
    }
    rig_close(&r);
}

/* --- PCI --- */

static int use_of(struct rig *r, const char *bdf)
{
    rig_sample(r, 0);
    return (int)xd_row_u64(rig_row(r, "pci", bdf), XD_PCI_USE, 9);
}

static void a_function_is_passed_on(void **state)
{
    static const char nic[] = "0000:41:00.0";
    struct xd_err err = XD_ERR_INIT;
    struct rig r;

    rig_open(&r, "");
    rig_sample(&r, 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_ASSIGNABLE, "0000:00:00.0", &err, NULL), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_ATTACH, nic, &err, "db1"), -EINVAL);
    assert_string_equal(err.text, "0000:41:00.0 is dom0's: make it assignable first");
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_ASSIGNABLE, nic, &err, NULL), 0);
    assert_int_equal(use_of(&r, nic), XD_PCI_ASSIGNABLE);
    assert_string_equal(xd_row_str(rig_row(&r, "pci", nic), XD_PCI_DRIVER, ""), "pciback");
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_ATTACH, nic, &err, "web1"), -EINVAL);
    assert_non_null(strstr(err.text, "PVH"));
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_ATTACH, nic, &err, "nobody"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_ATTACH, nic, &err, "db1"), 0);
    assert_int_equal(use_of(&r, nic), XD_PCI_ASSIGNED);
    assert_string_equal(xd_row_str(rig_row(&r, "pci", nic), XD_PCI_DOMAIN, ""), "db1");
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_HOST, nic, &err, NULL), -EINVAL);
    assert_string_equal(err.text, "0000:41:00.0 is assigned to domain db1: detach it there first");
    assert_int_equal(rig_act(&r, XD_ACTION_PAUSE, "db1", &err), 0);
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_DETACH, nic, &err, "no"), -EINVAL);
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_DETACH, nic, &err, "yes"), 0);
    assert_int_equal(use_of(&r, nic), XD_PCI_ASSIGNABLE);
    assert_int_equal(RIG_DO(&r, XD_ACTION_PCI_HOST, nic, &err, NULL), 0);
    assert_string_equal((rig_sample(&r, 0), xd_row_str(rig_row(&r, "pci", nic), XD_PCI_DRIVER, "")),
                        "ixgbe");
    /* What a domain had when it ended is free. */
    assert_int_equal(use_of(&r, "0000:81:00.0"), XD_PCI_ASSIGNED);
    assert_int_equal(rig_act(&r, XD_ACTION_DESTROY, "win-files", &err), 0);
    rig_sample(&r, 2 * S);
    assert_int_equal(use_of(&r, "0000:81:00.0"), XD_PCI_ASSIGNABLE);
    rig_close(&r);
}

/* --- what isn't wanted isn't made --- */

static uint64_t only_domains(const struct xd_backend_env *env, const struct xd_table_desc *d)
{
    return d == &xd_domains_desc ? UINT64_MAX : 0;
}

static void unwanted_tables(void **state)
{
    struct rig r;

    rig_open(&r, "tiny");
    r.observer_env.wanted = only_domains;
    rig_sample(&r, 0);
    assert_int_equal(xd_snapshot_tables(r.now), 1);
    assert_int_equal(rig_table(&r, "domains")->n, 3);
    rig_close(&r);
}

/* --- in scenarios --- */

#define HEAD  "domains:\n- {name: Domain-0, memory: 1G}\n"
#define GUEST HEAD "- {name: a, memory: 1G, "

static void refusals(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {GUEST "disks: 5}\n", "s:3:25: disks: wanted a list of at most 64"},
        {GUEST "disks: [{target: /x}]}\n", "s:3:33: the key \"vdev\" is missing"},
        {GUEST "disks: [{vdev: vda}]}\n",
         "s:3:40: vdev: wanted a name such as xvda, hdc or sdb1, found \"vda\""},
        {GUEST "disks: [{vdev: xvda}, {vdev: xvda}]}\n", "s:3:54: vdev: there are two disks xvda"},
        {GUEST "disks: [{vdev: xvda, target: \"\"}]}\n",
         "s:3:54: target: only a cdrom may be empty"},
        {GUEST "disks: [{vdev: xvda, size: 1G}]}\n", NULL},
        {GUEST "nics: [{mac: 00-16-3e-00-00-00}]}\n",
         "s:3:38: mac: wanted the form xx:xx:xx:xx:xx:xx in lower case, found "
         "\"00-16-3e-00-00-00\""},
        {HEAD "- {name: 'a{n}', count: 2, memory: 1G, nics: [{mac: '00:16:3e:00:00:01'}]}\n",
         "s:3:53: mac: 2 domains can't share one"},
        {"domains:\n- {name: Domain-0, memory: 1G, disks: []}\n",
         "s:2:32: Domain-0 has the host's own devices"},
        {HEAD "pci: 5\n", "s:3:1: pci: wanted a list of at most 256"},
        {HEAD "pci: [{bdf: '01:00.0'}]\n",
         "s:3:13: bdf: wanted the form 0000:01:00.0 in lower case, found \"01:00.0\""},
        {HEAD "pci: [{bdf: '0000:01:00.8'}]\n",
         "s:3:13: bdf: wanted the form 0000:01:00.0 in lower case, found \"0000:01:00.8\""},
        {HEAD "pci: [{bdf: '0000:01:00.0'}, {bdf: '0000:01:00.0'}]\n",
         "s:3:36: bdf: there are two functions 0000:01:00.0"},
        {HEAD "pci: [{bdf: '0000:01:00.0', node: 1}]\n", "s:3:35: node: there are only 1"},
        {HEAD "pci: [{bdf: '0000:01:00.0', use: assigned}]\n",
         "s:3:7: function 0000:01:00.0: what is assigned needs the key \"domain\", and nothing "
         "else "
         "does"},
        {HEAD "pci: [{bdf: '0000:01:00.0', use: assigned, domain: Domain-0}]\n",
         "s:3:52: domain: there is no guest \"Domain-0\""},
        {GUEST "on_crash: explode}\n", NULL},
        {GUEST "period: 1ms, budget: 2ms}\n",
         "s:3:3: domain \"a\": its budget is longer than its period"},
        {"pools: [{name: p, cpus: 0, tslice: 2s}]\n" HEAD,
         "s:1:36: tslice: wanted 1 to 1000, found \"2s\""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_demo_scenario *s;

        if (xd_demo_scenario_parse("s", cases[i].text, strlen(cases[i].text), &a, &s, &err) !=
            -EINVAL)
            fail_msg("accepted: %s", cases[i].text);
        if (cases[i].why)
            assert_string_equal(err.text, cases[i].why);
        xd_arena_done(&a);
    }
}

static void given_devices(void **state)
{
    struct rig r;

    rig_open_text(&r, HEAD "- {name: a, type: hvm, memory: 1G, net: {rx: 1M},\n"
                           "   disks: [{vdev: hda, target: '/v/{name}.img', format: vhd},\n"
                           "           {vdev: hdc, cdrom: yes}],\n"
                           "   nics: [{mac: '00:16:3e:00:00:0a', bridge: lan}, {}]}\n"
                           "- {name: plain, memory: 1G}\n");
    rig_sample(&r, 0);
    assert_int_equal(rig_table(&r, "disks")->n, 2);
    assert_string_equal(xd_row_str(rig_row(&r, "disks", "a/hda"), XD_DISK_TARGET, ""), "/v/a.img");
    assert_string_equal(xd_row_str(rig_row(&r, "disks", "a/hdc"), XD_DISK_TARGET, "?"), "");
    assert_true(xd_row_u64(rig_row(&r, "disks", "a/hdc"), XD_DISK_READONLY, 0));
    assert_int_equal(rig_table(&r, "nics")->n, 2);
    assert_string_equal(xd_row_str(rig_row(&r, "nics", "a/0"), XD_NIC_MAC, ""),
                        "00:16:3e:00:00:0a");
    assert_false(xd_row_has(rig_domain(&r, "plain"), XD_DOMAIN_NET_RX_BYTES));
    assert_int_equal(xd_row_u64(rig_domain(&r, "plain"), XD_DOMAIN_NICS, 9), 0);
    rig_close(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_disks),
        cmocka_unit_test(a_disk_comes_and_goes),
        cmocka_unit_test(a_paused_guest_does_not_connect),
        cmocka_unit_test(media),
        cmocka_unit_test(a_nic_comes_and_goes),
        cmocka_unit_test(devices_add_up),
        cmocka_unit_test(a_function_is_passed_on),
        cmocka_unit_test(unwanted_tables),
        cmocka_unit_test(refusals),
        cmocka_unit_test(given_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
