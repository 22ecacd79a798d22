// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xen_powerclamp: Xen's idle injection as a cooling device of Linux
 *
 * In a dom0 intel_powerclamp can make only dom0's own vCPUs sleep, and while they do the hypervisor
 * runs other domains. A hypervisor with xen/patches/powerclamp injects idle time on pCPUs instead.
 * This module gives that to what drives Linux's cooling devices (thermald, tmon, a shell): cur_state
 * is the percentage of idle time that is asked for, 0 lets go.
 *
 * The setting lives in the hypervisor (/params/powerclamp in its file system) and is read from there
 * each time, so that it doesn't matter who changed it last.
 *
 * Where the hardware has counters of energy and the hypervisor lets dom0 read them, each package is a
 * powercap zone as well (zones.h).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/thermal.h>
#include <xen/interface/xen.h>
#include <xen/xen.h>
#include <asm/xen/hypercall.h>

#include "zones.h"

/* --- the hypervisor's file system: Xen's public/hypfs.h, which Linux has no copy of --- */

#define HYPERVISOR_HYPFS_OP 42

enum hypfs_op { HYPFS_GET_VERSION, HYPFS_READ, HYPFS_WRITE_CONTENTS };

struct hypfs_direntry {
	u8 type;
	u8 encoding;
	u16 pad;
	u32 content_len;
	u32 max_write_len;
};

#define HYPFS_TYPE_STRING 2
#define HYPFS_ENC_PLAIN	  0

#define PARAMETER  "/params/powerclamp" /* percent of idle time, as text */
#define STATISTICS "/powerclamp/stat"

static DEFINE_MUTEX(lock); /* one call at a time, and those of a change together */

static long hypfs(enum hypfs_op op, const char *path, void *buffer, size_t size)
{
	return xen_single_call(HYPERVISOR_HYPFS_OP, op, (unsigned long)path, path ? strlen(path) + 1 : 0,
			       (unsigned long)buffer, size);
}

/* The text of a file, to be freed with kvfree(), or an ERR_PTR. */
static char *hypfs_read(const char *path)
{
	size_t size = 512;
	int tries;

	for (tries = 0; tries < 4; tries++) {
		struct hypfs_direntry *entry = kvzalloc(size + 1, GFP_KERNEL);
		long rc;

		if (!entry)
			return ERR_PTR(-ENOMEM);

		rc = hypfs(HYPFS_READ, path, entry, size);
		if (!rc && (entry->type != HYPFS_TYPE_STRING || entry->encoding != HYPFS_ENC_PLAIN ||
			    entry->content_len > size - sizeof(*entry)))
			rc = -EPROTO;
		if (!rc) {
			size = entry->content_len;
			memmove(entry, entry + 1, size);
			((char *)entry)[size] = '\0';
			return (char *)entry;
		}

		/* Too small: the entry says how long the file is now. */
		size = sizeof(*entry) + entry->content_len;
		kvfree(entry);
		if (rc != -ENOBUFS || size > SZ_16M)
			return ERR_PTR(rc);
	}
	return ERR_PTR(-EAGAIN);
}

/* --- the clamp --- */

static unsigned int max_percent; /* as the hypervisor says */

/* What was asked for through this module last, and what there was before; -1: nothing, or it was let go. */
static long asked = -1, found = -1;

static long clamp_read(void)
{
	char *text = hypfs_read(PARAMETER);
	unsigned int percent;
	int rc;

	if (IS_ERR(text))
		return PTR_ERR(text);
	rc = kstrtouint(text, 10, &percent);
	kvfree(text);
	if (rc || percent > 100)
		return -EPROTO;
	return percent;
}

static int clamp_write(unsigned int percent)
{
	char *text = kasprintf(GFP_KERNEL, "%u", percent);
	int tries = 20;
	long rc;

	if (!text)
		return -ENOMEM;
	/* Xen refuses as long as a pCPU comes or goes. */
	while ((rc = hypfs(HYPFS_WRITE_CONTENTS, PARAMETER, text, strlen(text) + 1)) == -EBUSY && --tries)
		msleep(5);
	kfree(text);
	return rc;
}

/* Keeps in mind what there was, unless it was ours. Who asks for 0 has let go: nothing is to be taken back then. */
static int clamp_set(unsigned int percent)
{
	long before = clamp_read();
	int rc;

	if (before < 0)
		return before;
	rc = clamp_write(percent);
	if (rc)
		return rc;
	if (asked < 0 || before != asked)
		found = before;
	asked = percent ? percent : -1;
	if (!before != !percent)
		pr_info("%s\n", percent ? "idle injection begins" : "idle injection ends");
	return 0;
}

/* Takes back what was done through this module, unless somebody else has changed it meanwhile. */
static void clamp_restore(void)
{
	int rc;

	if (asked < 0 || clamp_read() != asked || found == asked)
		return;
	rc = clamp_write(found);
	if (rc)
		pr_warn("idle injection stays at %ld %%: the hypervisor refuses %ld (error %d)\n", asked, found, rc);
	else
		pr_info("idle injection is back at %ld %%\n", found);
}

/* --- the cooling device --- */

static struct thermal_cooling_device *cooling_device;

static int cooling_max_state(struct thermal_cooling_device *device, unsigned long *state)
{
	*state = max_percent;
	return 0;
}

static int cooling_cur_state(struct thermal_cooling_device *device, unsigned long *state)
{
	long percent;

	mutex_lock(&lock);
	percent = clamp_read();
	mutex_unlock(&lock);
	if (percent < 0)
		return percent;
	*state = percent;
	return 0;
}

static int cooling_set_state(struct thermal_cooling_device *device, unsigned long state)
{
	int rc;

	if (state > max_percent)
		return -EINVAL;
	mutex_lock(&lock);
	rc = clamp_set(state);
	mutex_unlock(&lock);
	return rc;
}

static const struct thermal_cooling_device_ops cooling_ops = {
	.get_max_state = cooling_max_state,
	.get_cur_state = cooling_cur_state,
	.set_cur_state = cooling_set_state,
};

/* --- what the hypervisor has --- */

/* The first line is "clamp: percent=0 ... percent-max=75 ...". */
static int statistics_parse(const char *text)
{
	const char *most = strstr(text, " percent-max="), *end = strchr(text, '\n');

	if (strncmp(text, "clamp: ", 7) || !most || !end || most > end ||
	    sscanf(most, " percent-max=%u", &max_percent) != 1 || !max_percent || max_percent > 100) {
		pr_err("not loaded: this hypervisor says nothing of its limit in %s\n", STATISTICS);
		return -EPROTO;
	}
	return zones_parse(text);
}

/* Is there a clamp? If not, says why. */
static int hypervisor_check(void)
{
	char *text;
	long rc;

	if (!xen_initial_domain()) {
		pr_err("not loaded: this is no dom0 of a Xen host, and only dom0 may have pCPUs clamped\n");
		return -ENODEV;
	}
	rc = hypfs(HYPFS_GET_VERSION, NULL, NULL, 0);
	if (rc < 1) {
		pr_err("not loaded: this hypervisor has no file system (CONFIG_HYPFS, error %ld)\n", rc);
		return -ENODEV;
	}
	rc = clamp_read();
	if (rc == -ENOENT) {
		pr_err("not loaded: this hypervisor has no power clamp (%s): it takes one with xendeck's xen/patches\n",
		       PARAMETER);
		return -ENODEV;
	}
	if (rc < 0) {
		pr_err("not loaded: cannot read %s from the hypervisor (error %ld)\n", PARAMETER, rc);
		return rc;
	}
	text = hypfs_read(STATISTICS);
	if (IS_ERR(text)) {
		pr_err("not loaded: cannot read %s from the hypervisor (error %ld)\n", STATISTICS, PTR_ERR(text));
		return PTR_ERR(text);
	}
	rc = statistics_parse(text);
	kvfree(text);
	return rc;
}

static int __init powerclamp_init(void)
{
	int rc = hypervisor_check();

	if (rc)
		return rc;
	cooling_device = thermal_cooling_device_register("xen_powerclamp", NULL, &cooling_ops);
	if (IS_ERR(cooling_device)) {
		rc = PTR_ERR(cooling_device);
		pr_err("not loaded: Linux doesn't register the cooling device (error %d)\n", rc);
		zones_end();
		return rc;
	}
	zones_begin();
	return 0;
}

static void __exit powerclamp_exit(void)
{
	thermal_cooling_device_unregister(cooling_device);
	zones_end();
	clamp_restore();
}

module_init(powerclamp_init);
module_exit(powerclamp_exit);

MODULE_AUTHOR("xendeck");
MODULE_DESCRIPTION("Xen's power clamp (idle injection) as a cooling device");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.3.0");
