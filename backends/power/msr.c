/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processor's registers of energy, limits and heat, which Xen reads for us where it lets dom0
 * (xen/patches/powerclamp/0003): XENPF_resource_op. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_power/host.h"
#include "base/str.h"

#define RETRY_NS (60 * XD_NS_PER_S)

static int access_msr(struct xd_pw *p, unsigned cpu, uint32_t cmd, uint32_t msr, uint64_t *value)
{
    xc_resource_entry_t entry = {.u.cmd = cmd, .idx = msr, .val = *value};
    xc_resource_op_t op = {.cpu = cpu, .nr_entries = 1, .entries = &entry};

    errno = 0;
    if (xc_resource_op(p->xc, 1, &op) < 0)
        return -(errno ? errno : EIO);
    if ((int64_t)op.result < 0)
        return (int)(int64_t)op.result;
    if (op.result == 0)
        return entry.u.ret < 0 ? entry.u.ret : -EIO;
    *value = entry.val;
    return 0;
}

int xd_pw_msr_read(struct xd_pw *p, unsigned cpu, uint32_t msr, uint64_t *out)
{
    *out = 0;
    return access_msr(p, cpu, XEN_RESOURCE_OP_MSR_READ, msr, out);
}

int xd_pw_msr_write(struct xd_pw *p, unsigned cpu, uint32_t msr, uint64_t value)
{
    return access_msr(p, cpu, XEN_RESOURCE_OP_MSR_WRITE, msr, &value);
}

static void say_why(struct xd_pw *p, int rc)
{
    if (rc == -EACCES || rc == -EPERM || rc == -ENOSYS)
        snprintf(
            p->no_msr, sizeof(p->no_msr),
            "this hypervisor doesn't let dom0 read counters of energy (xen/patches has one that "
            "does)");
    else
        snprintf(p->no_msr, sizeof(p->no_msr), "this processor has no counters of energy (%s)",
                 strerror(-rc));
}

static void add_heat(struct xd_pw *p, unsigned socket, struct xd_readings *l)
{
    uint64_t status, target;
    struct xd_reading *r;
    double celsius, max;

    if (xd_pw_msr_read(p, p->first_cpu[socket], XD_MSR_PACKAGE_THERM_STATUS, &status) < 0 ||
        xd_pw_msr_read(p, p->first_cpu[socket], XD_MSR_TEMPERATURE_TARGET, &target) < 0 ||
        !xd_therm_celsius(status, target, &celsius, &max))
        return;
    r = xd_readings_add(l, XD_READ_MSR, true, "msr/package-%u", socket);
    r->place = xd_arena_printf(l->a, "socket %u", socket);
    r->label = "Package";
    r->has_celsius = r->has_max = true;
    r->celsius = celsius;
    r->celsius_max = max;
    r->age_ns = 0;
}

/* The unit and the counter of energy. */
static int read_energy(struct xd_pw *p, unsigned cpu, uint64_t *unit, uint64_t *energy)
{
    bool intel = p->vendor == XD_PW_INTEL;
    int rc = xd_pw_msr_read(p, cpu, intel ? XD_MSR_RAPL_UNIT : XD_MSR_AMD_RAPL_UNIT, unit);

    if (rc == 0)
        rc = xd_pw_msr_read(p, cpu, intel ? XD_MSR_PKG_ENERGY : XD_MSR_AMD_PKG_ENERGY, energy);
    return rc == 0 && *unit == 0 ? -ENODEV : rc; /* an emulator's: no processor counts in whole J */
}

/* One that tells nothing is a reading all the same: watts of the others are not the host's. */
static int add_package(struct xd_pw *p, unsigned kinds, unsigned socket, struct xd_readings *l)
{
    struct xd_reading *r = xd_readings_add(l, XD_READ_RAPL, false, "rapl/package-%u", socket);
    unsigned cpu = p->first_cpu[socket];
    uint64_t unit, energy, limit;
    int rc;

    r->place = xd_arena_printf(l->a, "socket %u", socket);
    r->label = "Package";
    if (cpu == UINT32_MAX) {
        r->trouble = "all its pCPUs are offline: nobody can read its counter of energy";
        return 0;
    }
    rc = read_energy(p, cpu, &unit, &energy);
    if (rc < 0) {
        r->trouble =
            xd_arena_printf(l->a, "Xen doesn't read its counter of energy: %s", strerror(-rc));
        return rc;
    }
    r->has_energy = true;
    r->energy_uj = xd_energy_add(&p->energy[socket], (uint32_t)energy, unit);
    r->energy_range_uj = xd_energy_range_uj(unit);
    r->age_ns = 0;
    if (p->vendor != XD_PW_INTEL)
        return 0;
    if (xd_pw_msr_read(p, cpu, XD_MSR_PKG_LIMIT, &limit) == 0) {
        r->has_limit = true;
        r->limit_mw = xd_rapl_limit_mw(limit, unit);
    }
    if (kinds & XD_READS_HEAT)
        add_heat(p, socket, l);
    return 0;
}

/* The host has none, and will have none in a second. -EFAULT: the processor lacks the register. */
static bool is_final(int rc)
{
    return rc == -EACCES || rc == -EPERM || rc == -ENOSYS || rc == -ENODEV || rc == -EFAULT;
}

void xd_pw_msr_sensors(struct xd_pw *p, unsigned kinds, int64_t now_ns, struct xd_readings *l)
{
    size_t before = l->n;
    bool first = true; /* of those that are asked: it answers for the host */

    if (p->no_msr_ns && now_ns - p->no_msr_ns < RETRY_NS)
        return;
    p->no_msr_ns = 0;
    for (unsigned s = 0; s < XD_PW_SOCKETS_MAX; s++) {
        int rc = p->had_socket[s] ? add_package(p, kinds, s, l) : 0;

        if (first && is_final(rc)) {
            say_why(p, rc);
            p->no_msr_ns = now_ns ? now_ns : 1;
            l->n = before;
            return;
        }
        first = first && (!p->had_socket[s] || p->first_cpu[s] == UINT32_MAX);
    }
}
