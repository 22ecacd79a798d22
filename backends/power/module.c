/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and heat of a real Xen host: the one symbol that a module exports. See host.h. */
#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend_power/card.h"
#include "backend_power/host.h"
#include "base/str.h"

static void close_instance(void *self)
{
    struct xd_pw *p = self;

    xd_sensing_done(&p->sensing);
    xd_power_limits_done(&p->limits);
    if (p->hypfs)
        xenhypfs_close(p->hypfs);
    if (p->xc)
        xc_interface_close(p->xc);
    free(p->cpu);
    free(p);
}

static enum xd_pw_vendor vendor(void)
{
    unsigned a, r[4] = {0};

    if (!__get_cpuid(0, &a, &r[0], &r[2], &r[1])) /* EBX EDX ECX spell the name */
        return XD_PW_OTHER;
    if (memcmp(r, "GenuineIntel", 12) == 0)
        return XD_PW_INTEL;
    return memcmp(r, "AuthenticAMD", 12) == 0 || memcmp(r, "HygonGenuine", 12) == 0 ? XD_PW_AMD
                                                                                    : XD_PW_OTHER;
}

static int open_all(struct xd_pw *p, struct xd_err *err)
{
    xc_physinfo_t info = {0};

    p->xc = xc_interface_open(&p->logger.vtable, &p->logger.vtable, 0);
    if (!p->xc)
        return xd_err_set(err, -(errno ? errno : EIO), "the hypervisor can't be reached: %s",
                          strerror(errno));
    if (xc_physinfo(p->xc, &info) < 0)
        return xd_err_set(err, -(errno ? errno : EIO), "Xen doesn't tell about this host: %s",
                          strerror(errno));
    p->n_cpus = info.max_cpu_id + 1;
    if (p->n_cpus > XD_CPUSET_MAX)
        p->n_cpus = XD_CPUSET_MAX;
    p->cpu = xd_malloc(p->n_cpus * sizeof(*p->cpu));
    p->hypfs = xenhypfs_open(&p->logger.vtable, 0);
    p->vendor = vendor();
    return 0;
}

static int open_instance(const struct xd_backend_env *env, void **self, struct xd_err *err)
{
    struct xd_pw *p = xd_malloc(sizeof(*p));
    int rc;

    p->env = env;
    xd_sensing_init(&p->sensing);
    xd_xen_logger_init(&p->logger, env->log);
    rc = open_all(p, err);
    if (rc < 0) {
        close_instance(p);
        return rc;
    }
    *self = p;
    return 0;
}

extern const struct xd_backend xd_backend_module;
const struct xd_backend xd_backend_module = {
    .abi = XD_BACKEND_ABI,
    .name = "power",
    .title = "Power and heat, by Xen and dom0's sensors",
    .help = "The power clamp, frequencies, C-states, sensors of power and temperature",
    .live = true,
    .tables = xd_power_tables,
    .fills = xd_power_fills,
    .fill_columns = xd_power_fill_columns,
    .knobs = xd_power_knobs,
    .probe = xd_xen_probe,
    .open = open_instance,
    .close = close_instance,
    .collect = xd_pw_collect,
    .read = xd_pw_read,
    .write = xd_pw_write,
    .doctor = xd_pw_doctor,
};
