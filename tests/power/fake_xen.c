/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fake_xen.h. */
#include "fake_xen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenhypfs.h>

#include "kernel/rapl.h"

struct fake_xen fake_xen;

void fake_xen_reset(void)
{
    fake_xen =
        (struct fake_xen){.stuck_cpu = -1, .sets_left = -1, .governor = {"ondemand", "ondemand"}};
}

unsigned fake_xen_asked(void)
{
    const unsigned *n = (const unsigned *)&fake_xen.n;
    unsigned sum = 0;

    for (size_t i = 0; i < sizeof(fake_xen.n) / sizeof(*n); i++)
        sum += n[i];
    memset(&fake_xen.n, 0, sizeof(fake_xen.n));
    return sum;
}

static int fails(int errnum)
{
    errno = errnum;
    return -1;
}

/* --- pCPUs --- */

int xc_cputopoinfo(xc_interface *xch, unsigned *max_cpus, xc_cputopo_t *topo)
{
    fake_xen.n.topology++;
    for (unsigned i = 0; i < FAKE_CPUS && i < *max_cpus; i++)
        topo[i] = fake_xen.offline[i]
                      ? (xc_cputopo_t){XEN_INVALID_CORE_ID, XEN_INVALID_SOCKET_ID, 0}
                      : (xc_cputopo_t){.core = 0, .socket = i, .node = 0};
    *max_cpus = FAKE_CPUS;
    return 0;
}

int xc_getcpuinfo(xc_interface *xch, int max_cpus, xc_cpuinfo_t *info, int *n)
{
    fake_xen.n.cpuinfo++;
    for (*n = 0; *n < FAKE_CPUS && *n < max_cpus; (*n)++)
        info[*n].idletime = fake_xen.idle_ns[*n];
    return 0;
}

/* --- frequencies --- */

int xc_get_cpufreq_para(xc_interface *xch, int cpu, struct xc_get_cpufreq_para *p)
{
    fake_xen.n.para++;
    if (!fake_xen.freq)
        return fails(ENODEV);
    if (!p->gov_num) {
        p->cpu_num = 1;
        p->freq_num = 2;
        p->gov_num = 2;
        return fails(EAGAIN);
    }
    snprintf(p->scaling_available_governors, CPUFREQ_NAME_LEN, "ondemand");
    snprintf(p->scaling_available_governors + CPUFREQ_NAME_LEN, CPUFREQ_NAME_LEN, "powersave");
    snprintf(p->scaling_driver, CPUFREQ_NAME_LEN, "acpi-cpufreq");
    snprintf(p->scaling_governor, CPUFREQ_NAME_LEN, "%s", fake_xen.governor[cpu]);
    p->cpuinfo_min_freq = p->scaling_min_freq = 800000;
    p->cpuinfo_max_freq = p->scaling_max_freq = 3000000;
    p->turbo_enabled = 1;
    return 0;
}

int xc_get_cpufreq_avgfreq(xc_interface *xch, int cpu, int *khz)
{
    fake_xen.n.avgfreq++;
    *khz = 1800000;
    return 0;
}

int xc_set_cpufreq_gov(xc_interface *xch, int cpu, char *name)
{
    if (fake_xen.stuck_cpu == cpu || fake_xen.sets_left == 0)
        return fails(EIO);
    fake_xen.sets_left -= fake_xen.sets_left > 0;
    snprintf(fake_xen.governor[cpu], sizeof(fake_xen.governor[cpu]), "%s", name);
    return 0;
}

int xc_set_cpufreq_para(xc_interface *xch, int cpu, int what, int value)
{
    return 0;
}

int xc_enable_turbo(xc_interface *xch, int cpu)
{
    return 0;
}

int xc_disable_turbo(xc_interface *xch, int cpu)
{
    return 0;
}

xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t pool)
{
    xc_cpupoolinfo_t *info;

    fake_xen.n.pools++;
    if (pool > 0)
        return NULL;
    info = calloc(1, sizeof(*info));
    info->cpumap = calloc(1, 8);
    info->cpumap[0] = (1 << FAKE_CPUS) - 1;
    return info;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    free(info->cpumap);
    free(info);
}

/* --- states --- */

int xc_pm_get_max_cx(xc_interface *xch, int cpu, int *max)
{
    fake_xen.n.cx++;
    *max = 2;
    return 0;
}

int xc_pm_get_cxstat(xc_interface *xch, int cpu, struct xc_cx_stat *x)
{
    fake_xen.n.cx++;
    x->nr = 2;
    return 0;
}

int xc_pm_get_max_px(xc_interface *xch, int cpu, int *max)
{
    fake_xen.n.px++;
    *max = 2;
    return 0;
}

int xc_pm_get_pxstat(xc_interface *xch, int cpu, struct xc_px_stat *x)
{
    fake_xen.n.px++;
    x->total = 2;
    x->pt[0].freq = 3000;
    x->pt[1].freq = 800;
    return 0;
}

int xc_get_cpuidle_max_cstate(xc_interface *xch, uint32_t *value)
{
    fake_xen.n.max_cstate++;
    *value = fake_xen.max_cstate;
    return 0;
}

int xc_set_cpuidle_max_cstate(xc_interface *xch, uint32_t value)
{
    fake_xen.max_cstate = value;
    return 0;
}

/* --- registers --- */

int xc_resource_op(xc_interface *xch, uint32_t n, xc_resource_op_t *op)
{
    xc_resource_entry_t *e = op->entries;

    fake_xen.n.msr++;
    op->result = fake_xen.msr_rc < 0               ? fake_xen.msr_rc
                 : fake_xen.msr_rc_of[op->cpu] < 0 ? fake_xen.msr_rc_of[op->cpu]
                                                   : 1;
    if (e->u.cmd == XEN_RESOURCE_OP_MSR_WRITE)
        fake_xen.limit = e->val;
    e->val = e->idx == XD_MSR_RAPL_UNIT || e->idx == XD_MSR_AMD_RAPL_UNIT     ? fake_xen.unit
             : e->idx == XD_MSR_PKG_ENERGY || e->idx == XD_MSR_AMD_PKG_ENERGY ? fake_xen.energy
             : e->idx == XD_MSR_PKG_LIMIT                                     ? fake_xen.limit
                                                                              : 0;
    return 0;
}

int xc_version(xc_interface *xch, int cmd, void *arg)
{
    snprintf(arg, sizeof(xen_commandline_t), "dom0-power-limits");
    return 0;
}

/* --- its file system --- */

char *xenhypfs_read(xenhypfs_handle *fs, const char *path)
{
    const char *text = NULL;

    if (strcmp(path, "/powerclamp/stat") == 0) {
        fake_xen.n.stat++;
        text = fake_xen.stat;
    } else {
        fake_xen.n.param++;
        text = strcmp(path, "/params/powerclamp-cpus") == 0 ? fake_xen.clamp_cpus : fake_xen.clamp;
    }
    errno = text ? 0 : fake_xen.hypfs_errno ? fake_xen.hypfs_errno : ENOENT;
    return text ? strdup(text) : NULL;
}

int xenhypfs_write(xenhypfs_handle *fs, const char *path, const char *text)
{
    snprintf(fake_xen.written, sizeof(fake_xen.written), "%s=%s", path, text);
    return 0;
}
