/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of a throw-away domain: see trial.h. */
#include "xen/cpuid/trial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/slurp.h"

#define CONFIG_BYTES_MAX (1 << 20)

/* Memory has no part in the policy; devices must not be touched, and a guest that never runs needs
 * none. */
static const char overrides[] = "\n"
                                "memory = 128\n"
                                "maxmem = 128\n"
                                "disk = []\n"
                                "vif = []\n"
                                "pci = []\n"
                                "on_poweroff = \"destroy\"\n"
                                "on_reboot = \"destroy\"\n"
                                "on_crash = \"destroy\"\n";

/* A random (version 4) UUID. */
int xd_cpuid_trial_begin(struct xd_cpuid_trial *t, struct xd_err *err)
{
    unsigned char r[16];

    if (getentropy(r, sizeof(r)) < 0)
        return xd_err_set(err, -errno, "no random numbers: %s", strerror(errno));
    r[6] = (r[6] & 0x0f) | 0x40;
    r[8] = (r[8] & 0x3f) | 0x80;
    snprintf(t->uuid, sizeof(t->uuid),
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
             r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
             r[15]);
    snprintf(t->name, sizeof(t->name), XD_CPUID_TRIAL_NAME "%.8s", t->uuid);
    return 0;
}

int xd_cpuid_trial_text(const struct xd_cpuid_trial *t, const char *file, const char *setting,
                        struct xd_buf *out, struct xd_err *err)
{
    int rc = xd_slurp(file, CONFIG_BYTES_MAX, out, err);

    if (rc < 0)
        return rc;
    xd_buf_add(out, overrides);
    xd_buf_printf(out, "name = \"%s\"\nuuid = \"%s\"\n%s\n", t->name, t->uuid, setting);
    return 0;
}
