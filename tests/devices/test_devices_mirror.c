/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The picture of xenstore that the backend keeps: it is right, it is cheap, and neither guests nor
 * driver domains can make it wrong or large. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend_devices/host.h"
#include "base/arena.h"
#include "fake_xenstore.h"
#include "model/tables.h"

/* The suite sees no PCI. */
void xd_dv_collect_pci(struct xd_dv *d, struct xd_builder *b)
{
}

struct rig {
    struct xd_clock clock;
    struct xd_log log;
    struct xd_backend_env env;
    struct xd_dv *d;
    struct xd_snapshot *now;
    uint64_t seq;
};

static bool never(const struct xd_backend_env *env)
{
    return false;
}

static struct rig *rig_new(void)
{
    struct rig *r = xd_malloc(sizeof(*r));

    xd_clock_init_manual(&r->clock, 0);
    xd_log_init(&r->log, &r->clock);
    r->env =
        (struct xd_backend_env){.clock = &r->clock, .log = &r->log, .arg = "", .stopping = never};
    r->d = xd_malloc(sizeof(*r->d));
    r->d->env = &r->env;
    r->d->root = "/nowhere";
    r->d->epoll = epoll_create1(EPOLL_CLOEXEC);
    fake_write("Domain-0", "/local/domain/0/name");
    fake_domain(0, false);
    return r;
}

static void rig_free(struct rig *r)
{
    xd_snapshot_unref(r->now);
    xd_dv_disconnect(r->d);
    xd_dv_forget_devices(r->d);
    xd_dv_forget_domains(r->d);
    close(r->d->epoll);
    free(r->d);
    xd_log_done(&r->log);
    free(r);
    fake_done();
}

static void sample(struct rig *r)
{
    struct xd_builder *b = xd_builder_new("devices");
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_dv_collect(r->d, b, &err), 0);
    xd_snapshot_unref(r->now);
    r->now = xd_builder_seal(b, NULL, ++r->seq, 0, 0, 0);
}

static size_t rows(const struct rig *r, const char *table)
{
    return xd_snapshot_table(r->now, table)->n;
}

/* The only row whose first two texts are these. */
static const struct xd_row *device(const struct rig *r, const char *name)
{
    const struct xd_table *t = xd_snapshot_table(r->now, "devices");

    for (size_t i = 0; i < t->n; i++)
        if (strcmp(xd_row_str(t->rows[i], XD_DEVICE_NAME, ""), name) == 0)
            return t->rows[i];
    return NULL;
}

static void attach(unsigned backend, const char *kind, unsigned frontend, unsigned number)
{
    const char *front = xd_dv_front_kind(kind);
    char path[128];

    snprintf(path, sizeof(path), "/local/domain/%u/device/%s/%u", frontend, front, number);
    fake_write(path, "/local/domain/%u/backend/%s/%u/%u/frontend", backend, kind, frontend, number);
    fake_write("4", "%s/state", path);
    fake_write("4", "/local/domain/%u/backend/%s/%u/%u/state", backend, kind, frontend, number);
}

static void guest(unsigned domid)
{
    char name[16];

    snprintf(name, sizeof(name), "guest%u", domid);
    fake_write(name, "/local/domain/%u/name", domid);
    fake_domain(domid, false);
}

static void nothing_is_asked_where_nothing_changes(void **state)
{
    struct rig *r = rig_new();

    for (unsigned i = 1; i <= 250; i++)
        guest(i);
    attach(0, "vbd", 3, 51712);
    attach(0, "vif", 3, 0);
    sample(r);
    sample(r); /* takes in that the watches are set */
    assert_int_equal(rows(r, "devices"), 2);
    assert_int_equal(rows(r, "disks"), 1);
    assert_int_equal(rows(r, "nics"), 1);
    assert_int_equal(rows(r, "domains"), 251);
    fake_asked();
    for (int i = 0; i < 10; i++)
        sample(r);
    assert_int_equal(fake_asked(), 0);
    assert_int_equal(rows(r, "devices"), 2);
    rig_free(r);
}

static void a_change_is_read_and_nothing_else(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    attach(0, "vbd", 3, 51712);
    sample(r);
    sample(r);
    fake_asked();
    fake_write("error", "/local/domain/0/backend/vbd/3/51712/hotplug-status");
    assert_true(xd_dv_hear(r->d));
    sample(r);
    assert_int_equal(fake_asked(), 1);
    assert_string_equal(xd_row_str(device(r, "vbd/51712"), XD_DEVICE_HOTPLUG_STATUS, ""), "error");
    fake_write("5", "/local/domain/3/device/vbd/51712/state");
    sample(r);
    assert_int_equal(xd_row_u64(device(r, "vbd/51712"), XD_DEVICE_FRONT_STATE, 99),
                     XD_XENBUS_CLOSING);
    fake_write("better", "/local/domain/3/name");
    sample(r);
    assert_string_equal(xd_row_str(device(r, "vbd/51712"), XD_DEVICE_DOMAIN, ""), "better");
    fake_write("12 no ring", "/local/domain/0/error/backend/vbd/3/51712/error");
    sample(r);
    assert_string_equal(xd_row_str(device(r, "vbd/51712"), XD_DEVICE_ERROR, ""), "12 no ring");
    /* What a guest writes elsewhere wakes nobody. */
    fake_write("1", "/local/domain/3/data/x");
    fake_write("1", "/local/domain/3/device/vbd/51712/feature-x");
    assert_false(xd_dv_hear(r->d));
    rig_free(r);
}

static const char *cell(const struct rig *r, const char *table, int col)
{
    return xd_row_str(xd_snapshot_table(r->now, table)->rows[0], col, "");
}

static void how_devices_were_attached_is_told(void **state)
{
    struct rig *r = rig_new();
    const struct xd_row *nic;

    guest(3);
    attach(0, "vbd", 3, 51712);
    attach(0, "vif", 3, 0);
    fake_write("/etc/xen/scripts/block-iscsi", "/local/domain/0/backend/vbd/3/51712/script");
    fake_write("0", "/local/domain/0/backend/vbd/3/51712/discard-enable");
    fake_write("/etc/xen/scripts/vif-route", "/local/domain/0/backend/vif/3/0/script");
    fake_write("web-eth0", "/local/domain/0/backend/vif/3/0/vifname");
    fake_write("500000,50000", "/local/domain/0/backend/vif/3/0/rate");
    fake_write("10.0.0.2", "/local/domain/0/backend/vif/3/0/ip");
    fake_write("eth0", "/local/domain/0/backend/vif/3/0/gatewaydev");
    fake_write("9000", "/local/domain/0/backend/vif/3/0/mtu");
    sample(r);
    assert_string_equal(cell(r, "disks", XD_DISK_BACKENDTYPE), "phy");
    assert_string_equal(cell(r, "disks", XD_DISK_SCRIPT), "/etc/xen/scripts/block-iscsi");
    assert_false(xd_row_u64(xd_snapshot_table(r->now, "disks")->rows[0], XD_DISK_DISCARD, 1));
    nic = xd_snapshot_table(r->now, "nics")->rows[0];
    assert_string_equal(cell(r, "nics", XD_NIC_SCRIPT), "/etc/xen/scripts/vif-route");
    assert_string_equal(cell(r, "nics", XD_NIC_VIFNAME), "web-eth0");
    assert_string_equal(cell(r, "nics", XD_NIC_RATE), "10000000B/s");
    assert_string_equal(cell(r, "nics", XD_NIC_IP), "10.0.0.2");
    assert_string_equal(cell(r, "nics", XD_NIC_GATEWAYDEV), "eth0");
    assert_int_equal(xd_row_u64(nic, XD_NIC_MTU, 0), 9000);
    rig_free(r);
}

static void what_comes_and_goes(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    sample(r);
    assert_int_equal(rows(r, "devices"), 0);
    for (int i = 0; i < 3; i++) {
        attach(0, "vif", 3, 0);
        attach(0, "9pfs", 3, 1);
        sample(r);
        assert_int_equal(rows(r, "devices"), 2);
        assert_true(fake_is_watched("/local/domain/3/device/vif/0"));
        fake_rm("/local/domain/0/backend/vif/3/0");
        fake_rm("/local/domain/0/backend/9pfs");
        sample(r);
        assert_int_equal(rows(r, "devices"), 0);
        assert_false(fake_is_watched("/local/domain/3/device/vif/0"));
    }
    assert_int_equal(HASH_COUNT(r->d->devices), 0);
    rig_free(r);
}

static void half_a_device_is_none(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    fake_write("00:16:3e:00:00:01", "/local/domain/0/backend/vif/3/0/mac");
    fake_write("1", "/local/domain/0/backend/console/3/0/state");
    fake_write("1", "/local/domain/0/backend/vif/3/0x1/state");
    fake_write("1", "/local/domain/0/backend/vif/99/0/state"); /* of a domain that is gone */
    sample(r);
    assert_int_equal(rows(r, "devices"), 0);
    fake_write("1", "/local/domain/0/backend/vif/3/0/state");
    sample(r);
    assert_int_equal(rows(r, "devices"), 1);
    assert_string_equal(xd_row_str(xd_snapshot_table(r->now, "nics")->rows[0], XD_NIC_MAC, ""),
                        "00:16:3e:00:00:01");
    rig_free(r);
}

static void a_driver_domain_is_believed_only_with_the_toolstack(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    guest(5);
    attach(5, "vif", 3, 0);
    attach(5, "vif", 3, 1);
    attach(5, "vbd", 0, 51712);
    fake_write("/local/domain/5/backend/vif/3/0", "/libxl/3/device/vif/0/backend");
    fake_write("/local/domain/0/backend/vif/3/1", "/libxl/3/device/vif/1/backend");
    sample(r);
    assert_int_equal(rows(r, "devices"), 1);
    assert_string_equal(xd_row_str(device(r, "vif/0"), XD_DEVICE_BACKEND, ""), "guest5");
    /* nobody here counts for it: unknown, not 0 */
    for (size_t i = 0; i < rows(r, "domains"); i++) {
        const struct xd_row *row = xd_snapshot_table(r->now, "domains")->rows[i];
        bool is_3 = xd_row_u64(row, XD_DOMAIN_ID, 99) == 3;

        assert_int_equal(xd_row_u64(row, XD_DOMAIN_NICS, 99), is_3);
        assert_int_equal(xd_row_has(row, XD_DOMAIN_NET_RX_BYTES), !is_3);
        assert_true(xd_row_has(row, XD_DOMAIN_DISK_RD_BYTES));
    }
    rig_free(r);
}

static void claims_without_end_are_bounded(void **state)
{
    struct rig *r = rig_new();
    char text[64];

    guest(3);
    guest(5);
    for (unsigned i = 0; i < XD_DV_FOREIGN_MAX + 100; i++) {
        fake_write("1", "/local/domain/5/backend/vif/3/%u/state", i);
        snprintf(text, sizeof(text), "/local/domain/5/backend/vif/3/%u", i);
        fake_write(text, "/libxl/3/device/vif/%u/backend", i);
    }
    sample(r);
    assert_int_equal(rows(r, "nics"), XD_DV_FOREIGN_MAX);
    assert_non_null(strstr(xd_snapshot_table(r->now, "nics")->reason, "more devices"));
    rig_free(r);
}

static void a_guest_that_writes_without_end_is_not_listened_to(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    attach(0, "vif", 3, 0);
    sample(r);
    for (int i = 0; i < 1000; i++)
        fake_write(i & 1 ? "4" : "5", "/local/domain/3/device/vif/0/state");
    sample(r);
    assert_false(fake_is_watched("/local/domain/3/device/vif/0"));
    fake_write("6", "/local/domain/3/device/vif/0/state");
    sample(r);
    assert_int_equal(xd_row_u64(device(r, "vif/0"), XD_DEVICE_FRONT_STATE, 99), XD_XENBUS_CLOSED);
    rig_free(r);
}

static void a_frontend_cannot_point_elsewhere(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    attach(0, "vif", 3, 0);
    fake_write("/local/domain/0/device/secret", "/local/domain/0/backend/vif/3/0/frontend");
    sample(r);
    assert_true(fake_is_watched("/local/domain/3/device/vif/0"));
    assert_false(fake_is_watched("/local/domain/0/device/secret"));
    rig_free(r);
}

static void one_row_for_two_domains_of_one_identity(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    attach(0, "vbd", 3, 51712);
    attach(0, "qdisk", 3, 51712); /* left behind by an earlier backend, or the other way round */
    sample(r);
    assert_int_equal(rows(r, "disks"), 1);
    assert_int_equal(rows(r, "devices"), 2);
    fake_domains_clear();
    fake_domain(0, false);
    fake_domain(3, true); /* it is torn down: still shown, as nobody else has its identity */
    sample(r);
    assert_int_equal(rows(r, "disks"), 1);
    rig_free(r);
}

static void xenstore_goes_away_and_comes_back(void **state)
{
    struct rig *r = rig_new();

    guest(3);
    attach(0, "vif", 3, 0);
    sample(r);
    fake_dead(true);
    fake_write("5", "/local/domain/0/backend/vif/3/0/state");
    sample(r);
    assert_int_equal(rows(r, "nics"), 1); /* as it was before, and said so */
    assert_non_null(strstr(xd_snapshot_table(r->now, "nics")->reason, "xenstore"));
    fake_dead(false);
    sample(r);
    assert_null(xd_snapshot_table(r->now, "nics")->reason);
    assert_int_equal(xd_row_u64(xd_snapshot_table(r->now, "nics")->rows[0], XD_NIC_STATE, 99),
                     XD_XENBUS_CLOSING);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_asked_where_nothing_changes),
        cmocka_unit_test(a_change_is_read_and_nothing_else),
        cmocka_unit_test(how_devices_were_attached_is_told),
        cmocka_unit_test(what_comes_and_goes),
        cmocka_unit_test(half_a_device_is_none),
        cmocka_unit_test(a_driver_domain_is_believed_only_with_the_toolstack),
        cmocka_unit_test(claims_without_end_are_bounded),
        cmocka_unit_test(a_guest_that_writes_without_end_is_not_listened_to),
        cmocka_unit_test(a_frontend_cannot_point_elsewhere),
        cmocka_unit_test(one_row_for_two_domains_of_one_identity),
        cmocka_unit_test(xenstore_goes_away_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
