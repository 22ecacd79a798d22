/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/model/xenactions, xenknobs: the equal xl command says all that an edit does, so that who
 * types it instead gets the same. The spelling is xl's own: xl(1), xl-disk-configuration(5),
 * xl-network-configuration(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/plan_impl.h"
#include "model/tables.h"
#include "model/xenknobs.h"

/* One row each of the tables that have what is edited below. */
struct rig {
    struct xd_snapshot *snap;
    struct xd_arena a;
};

static void rig_open(struct rig *r)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, 0);

    xd_row_begin(t);
    xd_put_str(t, XD_DOMAIN_UUID, "11111111-1111-1111-1111-111111111111");
    xd_put_str(t, XD_DOMAIN_NAME, "web1");
    xd_put_u64(t, XD_DOMAIN_NICS, 1);
    t = xd_build_table(b, &xd_disks_desc, 0);
    xd_row_begin(t);
    xd_put_str(t, XD_DISK_DOMAIN_UUID, "11111111-1111-1111-1111-111111111111");
    xd_put_str(t, XD_DISK_DOMAIN, "web1");
    xd_put_str(t, XD_DISK_VDEV, "xvdb");
    xd_put_str(t, XD_DISK_TARGET, "iqn.2001-05.com.example:0");
    xd_put_str(t, XD_DISK_FORMAT, "raw");
    xd_put_bool(t, XD_DISK_READONLY, true);
    xd_put_str(t, XD_DISK_BACKENDTYPE, "phy");
    xd_put_str(t, XD_DISK_SCRIPT, "block-iscsi");
    xd_put_bool(t, XD_DISK_DISCARD, false);
    t = xd_build_table(b, &xd_nics_desc, 0);
    xd_row_begin(t);
    xd_put_str(t, XD_NIC_DOMAIN_UUID, "11111111-1111-1111-1111-111111111111");
    xd_put_str(t, XD_NIC_DOMAIN, "web1");
    xd_put_u64(t, XD_NIC_DEVID, 2);
    xd_put_str(t, XD_NIC_SCRIPT, "/etc/xen/scripts/vif-route");
    xd_put_str(t, XD_NIC_VIFNAME, "web1-eth2");
    xd_put_str(t, XD_NIC_RATE, "10000000B/s");
    xd_put_str(t, XD_NIC_IP, "10.0.0.2");
    xd_put_u64(t, XD_NIC_MTU, 9000);
    t = xd_build_table(b, &xd_host_desc, 0);
    xd_row_begin(t);
    xd_put_str(t, XD_HOST_NAME, "atlas");
    t = xd_build_table(b, &xd_pci_desc, 0);
    xd_row_begin(t);
    xd_put_str(t, XD_PCI_BDF, "0000:41:00.1");
    xd_put_str(t, XD_PCI_DOMAIN, "web1");
    t = xd_build_table(b, &xd_pcpus_desc, 0);
    for (uint64_t i = 0; i < 2; i++) {
        xd_row_begin(t);
        xd_put_u64(t, XD_PCPU_ID, i);
        xd_put_str(t, XD_PCPU_POOL, i ? "side" : "none");
    }
    r->snap = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    r->a = (struct xd_arena)XD_ARENA_INIT;
}

static void rig_close(struct rig *r)
{
    xd_arena_done(&r->a);
    xd_snapshot_unref(r->snap);
}

static struct xd_subject subject(struct rig *r, const char *table, size_t row)
{
    const struct xd_table *t = xd_snapshot_table(r->snap, table);

    return xd_subject_of(t, t->rows[row], &r->a);
}

static void action_is(struct rig *r, int action, const char *params, const char *xl)
{
    const struct xd_action *act = &xd_xen_actions[action];
    struct xd_subject on = subject(r, act->table, 0);
    struct xd_value *values;

    assert_int_equal(xd_params_parse(act, params, &on, 8, &r->a, &values, NULL), 0);
    assert_string_equal(xd_xl_text(act->xl, &on, NULL, NULL, act, values, &r->a), xl);
}

static void a_disk_as_it_is_attached(void **state)
{
    struct rig r;

    rig_open(&r);
    action_is(&r, XD_ACTION_DISK_ATTACH, "vdev=xvdb target=/a.img",
              "xl block-attach web1 format=raw,vdev=xvdb,backend=Domain-0,target=/a.img");
    action_is(&r, XD_ACTION_DISK_ATTACH,
              "vdev=xvdb target=/a.img format=qcow2 readonly=yes backend=store",
              "xl block-attach web1 "
              "format=qcow2,vdev=xvdb,access=ro,backend=store,target=/a.img");
    action_is(&r, XD_ACTION_DISK_ATTACH, "vdev=hdc target=/a.iso cdrom=yes",
              "xl block-attach web1 "
              "format=raw,vdev=hdc,devtype=cdrom,backend=Domain-0,target=/a.iso");
    rig_close(&r);
}

static void a_nic_as_it_is_attached(void **state)
{
    struct rig r;

    rig_open(&r);
    action_is(&r, XD_ACTION_NIC_ATTACH, NULL, "xl network-attach web1 devid=1 backend=Domain-0");
    action_is(&r, XD_ACTION_NIC_ATTACH, "devid=3 bridge=br0 mac=00:16:3e:00:00:01 backend=net",
              "xl network-attach web1 devid=3 bridge=br0 mac=00:16:3e:00:00:01 backend=net");
    rig_close(&r);
}

/* What undoes a detach, in people's words and as the command of who attaches it himself. */
static void undone_is(struct rig *r, int action, const char *undo)
{
    struct xd_offer offer = {.action = &xd_xen_actions[action]};
    struct xd_subject on = subject(r, offer.action->table, 0);
    struct xd_step s;
    struct xd_plan p = {.arena = r->a};

    xd_step_action(&p, &s, NULL, &offer, &on, NULL);
    r->a = p.arena;
    assert_string_equal(s.inverse, undo);
}

static void a_detach_is_undone_with_all_that_there_was(void **state)
{
    struct rig r;

    rig_open(&r);
    undone_is(&r, XD_ACTION_DISK_DETACH,
              "domain/web1 disk-attach vdev=xvdb target=iqn.2001-05.com.example:0 format=raw "
              "readonly=yes backendtype=phy script=block-iscsi discard=no");
    action_is(&r, XD_ACTION_DISK_ATTACH,
              "vdev=xvdb target=iqn.2001-05.com.example:0 backendtype=phy script=block-iscsi "
              "discard=no",
              "xl block-attach web1 format=raw,vdev=xvdb,backend=Domain-0,backendtype=phy,"
              "script=block-iscsi,no-discard,target=iqn.2001-05.com.example:0");
    undone_is(&r, XD_ACTION_NIC_DETACH,
              "domain/web1 nic-attach devid=2 script=/etc/xen/scripts/vif-route "
              "vifname=web1-eth2 rate=10000000B/s ip=10.0.0.2 mtu=9000");
    action_is(&r, XD_ACTION_NIC_ATTACH,
              "devid=2 vifname=web1-eth2 rate=10000000B/s ip=10.0.0.2 mtu=9000",
              "xl network-attach web1 devid=2 backend=Domain-0 vifname=web1-eth2 "
              "rate=10000000B/s ip=10.0.0.2 mtu=9000");
    rig_close(&r);
}

static void what_changes_the_way(void **state)
{
    struct rig r;

    rig_open(&r);
    action_is(&r, XD_ACTION_CREATE, "file=/etc/xen/a.cfg", "xl create /etc/xen/a.cfg");
    action_is(&r, XD_ACTION_CREATE, "file=/etc/xen/a.cfg paused=yes",
              "xl create -p /etc/xen/a.cfg");
    action_is(&r, XD_ACTION_PCI_DETACH, NULL, "xl pci-detach web1 0000:41:00.1");
    action_is(&r, XD_ACTION_PCI_DETACH, "force=yes", "xl pci-detach -f web1 0000:41:00.1");
    rig_close(&r);
}

static void pool_is(struct rig *r, size_t pcpu, const char *pool, const char *xl)
{
    const struct xd_knob *k = &xd_xen_knobs[XD_KNOB_PCPU_POOL];
    struct xd_subject on = subject(r, k->table, pcpu);
    struct xd_value v = {.have = true, .type = XD_STR, .cell.s = pool};

    assert_string_equal(xd_xl_text(k->xl, &on, &k->kind, &v, NULL, NULL, &r->a), xl);
}

static void a_pcpu_leaves_its_pool_before_another_gets_it(void **state)
{
    struct rig r;

    rig_open(&r);
    pool_is(&r, 0, "Pool-0", "xl cpupool-cpu-add Pool-0 0");
    pool_is(&r, 1, "Pool-0", "xl cpupool-cpu-remove side 1 && xl cpupool-cpu-add Pool-0 1");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_as_it_is_attached),
        cmocka_unit_test(a_nic_as_it_is_attached),
        cmocka_unit_test(a_detach_is_undone_with_all_that_there_was),
        cmocka_unit_test(what_changes_the_way),
        cmocka_unit_test(a_pcpu_leaves_its_pool_before_another_gets_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
