// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packages as powercap zones: zones.h. Their counters of energy are MSRs, which the hypervisor reads on one of the
 * package's pCPUs if xen/patches/powerclamp/0003 lets dom0 ask for them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/powercap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <asm/processor.h>
#include <xen/interface/xen.h>
#include <xen/interface/platform.h>
#include <asm/xen/hypercall.h>

#include "zones.h"

static DEFINE_MUTEX(lock); /* one call at a time */

/* --- counters of energy, by XENPF_resource_op (Xen's public/platform.h) --- */

#define RESOURCE_OP	     61
#define RESOURCE_OP_MSR_READ 0

struct resource_entry {
	union {
		u32 cmd;
		s32 ret;
	} u;
	u32 reserved;
	u64 idx;
	u64 val;
};

struct resource_op {
	u32 cmd;
	u32 interface_version;
	u32 nr_entries;
	u32 cpu;
	u64 entries;
	u8 pad[128 - 16]; /* the size of all operations */
};

/* Intel's SDM, volume 4: MSR_RAPL_POWER_UNIT; AMD's PPR, "RAPL power unit" */
#define INTEL_UNIT   0x606
#define INTEL_ENERGY 0x611
#define AMD_UNIT     0xc0010299
#define AMD_ENERGY   0xc001029b

static u32 energy_msr;
static unsigned int energy_shift; /* a unit is 1 J / 2^shift */

/* Reads an MSR on a pCPU. */
static int msr_read(u32 cpu, u32 msr, u64 *value)
{
	struct {
		struct resource_op op;
		struct resource_entry entry;
	} *call = kzalloc(sizeof(*call), GFP_KERNEL);
	long rc;

	if (!call)
		return -ENOMEM;
	call->op.cmd = RESOURCE_OP;
	call->op.interface_version = XENPF_INTERFACE_VERSION;
	call->op.nr_entries = 1;
	call->op.cpu = cpu;
	call->op.entries = (unsigned long)&call->entry;
	call->entry.u.cmd = RESOURCE_OP_MSR_READ;
	call->entry.idx = msr;
	rc = xen_single_call(__HYPERVISOR_platform_op, (unsigned long)&call->op, 0, 0, 0, 0);
	if (rc == 1) /* that many entries were done */
		*value = call->entry.val;
	else if (!rc)
		rc = call->entry.u.ret < 0 ? call->entry.u.ret : -EIO;
	kfree(call);
	return rc == 1 ? 0 : rc < 0 ? rc : -EIO;
}

/*
 * Finds out the unit of energy. Hardware without the counters, and emulators, may give 0 for any
 * MSR: a unit of 1 J is none that there is. Silvermont and Airmont count in other units.
 */
static int energy_init(u32 cpu)
{
	u32 unit_msr;
	u64 unit;
	int rc;

	switch (boot_cpu_data.x86_vendor) {
	case X86_VENDOR_INTEL:
		if (boot_cpu_data.x86 == 6)
			switch (boot_cpu_data.x86_model) {
			case 0x37:
			case 0x4a:
			case 0x4c:
			case 0x4d:
			case 0x5a:
			case 0x5d:
				return -EOPNOTSUPP;
			}
		unit_msr = INTEL_UNIT;
		energy_msr = INTEL_ENERGY;
		break;
	case X86_VENDOR_AMD:
	case X86_VENDOR_HYGON:
		unit_msr = AMD_UNIT;
		energy_msr = AMD_ENERGY;
		break;
	default:
		return -EOPNOTSUPP;
	}
	rc = msr_read(cpu, unit_msr, &unit);
	if (rc)
		return rc;
	energy_shift = (unit >> 8) & 0x1f;
	return energy_shift ? 0 : -ENODATA;
}

/* --- a powercap zone for each package --- */

struct package {
	struct powercap_zone zone;
	unsigned int cpu; /* one of its pCPUs, by whose number Xen calls it */
	bool registered;
};

static struct powercap_control_type *control_type;
static struct package *packages;
static unsigned int nr_packages;

int zones_parse(const char *text)
{
	const char *at;
	unsigned int count = 0;

	for (at = text; (at = strstr(at, "\npackage")); at++)
		count++;
	packages = kcalloc(count, sizeof(*packages), GFP_KERNEL);
	if (!packages)
		return -ENOMEM;
	for (at = text; nr_packages < count && (at = strstr(at, "\npackage")); at++)
		if (sscanf(at, "\npackage%u:", &packages[nr_packages].cpu) == 1)
			nr_packages++;
	return 0;
}

static int package_energy(struct powercap_zone *zone, u64 *energy_uj)
{
	struct package *package = container_of(zone, struct package, zone);
	u64 units;
	int rc;

	mutex_lock(&lock);
	rc = msr_read(package->cpu, energy_msr, &units);
	mutex_unlock(&lock);
	if (!rc)
		*energy_uj = ((units & U32_MAX) * USEC_PER_SEC) >> energy_shift;
	return rc;
}

static int package_range(struct powercap_zone *zone, u64 *energy_uj)
{
	*energy_uj = ((u64)U32_MAX * USEC_PER_SEC) >> energy_shift;
	return 0;
}

static int package_release(struct powercap_zone *zone)
{
	return 0; /* its memory is one of `packages` */
}

static const struct powercap_zone_ops package_ops = {
	.get_max_energy_range_uj = package_range,
	.get_energy_uj = package_energy,
	.release = package_release,
};

/* powercap wants these of zones without constraints too, and then calls none of them. */
static int no_get(struct powercap_zone *zone, int id, u64 *value)
{
	return -EOPNOTSUPP;
}

static int no_set(struct powercap_zone *zone, int id, u64 value)
{
	return -EOPNOTSUPP;
}

static const struct powercap_zone_constraint_ops no_constraints = {
	.get_power_limit_uw = no_get,
	.set_power_limit_uw = no_set,
	.get_time_window_us = no_get,
	.set_time_window_us = no_set,
};

void zones_end(void)
{
	unsigned int i;

	for (i = 0; i < nr_packages; i++)
		if (packages[i].registered)
			powercap_unregister_zone(control_type, &packages[i].zone);
	if (control_type)
		powercap_unregister_control_type(control_type);
	kfree(packages);
}

void zones_begin(void)
{
	unsigned int i;
	int rc = nr_packages ? energy_init(packages[0].cpu) : -ENODEV;

	if (rc) {
		pr_info("no powercap zone: the hypervisor or the hardware gives no counter of energy (error %d)\n", rc);
		return;
	}
	control_type = powercap_register_control_type(NULL, "xen", NULL);
	if (IS_ERR_OR_NULL(control_type)) {
		pr_warn("no powercap zone: Linux doesn't register the control type (error %ld)\n",
			PTR_ERR(control_type));
		control_type = NULL;
		return;
	}
	for (i = 0; i < nr_packages; i++) {
		char name[24];
		struct powercap_zone *zone;

		snprintf(name, sizeof(name), "package-%u", packages[i].cpu);
		zone = powercap_register_zone(&packages[i].zone, control_type, name, NULL, &package_ops, 0,
					      &no_constraints);
		packages[i].registered = !IS_ERR(zone);
		if (IS_ERR(zone))
			pr_warn("no powercap zone %s (error %ld)\n", name, PTR_ERR(zone));
	}
}
