/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Table host: one row, from Xen where Xen knows and from dom0 where only dom0 does. */
#include "backend_libxl/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "backend_libxl/collect_more.h"
#include "base/str.h"

#define PAGE_KIB (XC_PAGE_SIZE >> 10)

/* As `xl info` names them. */
static const struct {
    uint32_t bit;
    const char *name;
} capabilities[] = {
    {XEN_SYSCTL_PHYSCAP_pv, "pv"},
    {XEN_SYSCTL_PHYSCAP_hvm, "hvm"},
    {XEN_SYSCTL_PHYSCAP_directio, "directio"},
    {XEN_SYSCTL_PHYSCAP_hap, "hap"},
    {XEN_SYSCTL_PHYSCAP_shadow, "shadow"},
    {XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share, "iommu_hap_pt_share"},
    {XEN_SYSCTL_PHYSCAP_vmtrace, "vmtrace"},
    {XEN_SYSCTL_PHYSCAP_vpmu, "vpmu"},
    {XEN_SYSCTL_PHYSCAP_gnttab_v1, "gnttab-v1"},
    {XEN_SYSCTL_PHYSCAP_gnttab_v2, "gnttab-v2"},
};

static void put_capabilities(struct xd_rows *t, uint32_t bits)
{
    struct xd_buf names = XD_BUF_INIT;

    for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
        if (bits & capabilities[i].bit)
            xd_buf_printf(&names, "%s%s", names.len ? " " : "", capabilities[i].name);
    xd_put_str(t, XD_HOST_CAPS, xd_buf_str(&names));
    xd_buf_done(&names);
}

static void put_xen(struct xd_xl_sample *s, struct xd_rows *t)
{
    const xc_physinfo_t *p = &s->physinfo;
    const libxl_version_info *v =
        xd_xl_need_ctx(s->x, NULL) == 0 ? libxl_get_version_info(s->x->ctx) : NULL;
    const libxl_cpupoolinfo *pool =
        s->host & XD_XL_COL(XD_HOST_SCHEDULER) ? xd_xl_pool(s, 0) : NULL;
    char version[64];

    if (v && v->xen_version_extra) {
        snprintf(version, sizeof(version), "%d.%d%s", v->xen_version_major, v->xen_version_minor,
                 v->xen_version_extra);
        xd_put_str(t, XD_HOST_XEN_VERSION, version);
    }
    if (pool)
        xd_put_str(t, XD_HOST_SCHEDULER, xd_xl_sched_name((int)pool->sched));
    if (!s->have_physinfo)
        return;
    xd_put_u64(t, XD_HOST_PCPUS, p->nr_cpus);
    xd_put_u64(t, XD_HOST_NODES, p->nr_nodes);
    xd_put_u64(t, XD_HOST_CORES_PER_SOCKET, p->cores_per_socket);
    xd_put_u64(t, XD_HOST_THREADS_PER_CORE, p->threads_per_core);
    xd_put_u64(t, XD_HOST_CPU_KHZ, p->cpu_khz);
    xd_put_u64(t, XD_HOST_MEM_KIB, p->total_pages * PAGE_KIB);
    /* What a domain being made has claimed is free no more, whoever holds it now: as `xl info`. */
    xd_put_u64(t, XD_HOST_MEM_FREE_KIB, (p->free_pages - p->outstanding_pages) * PAGE_KIB);
    put_capabilities(t, p->capabilities);
}

static void put_sockets(struct xd_xl_sample *s, struct xd_rows *t)
{
    struct xd_cpuset sockets;

    if (!(s->host & XD_XL_COL(XD_HOST_SOCKETS)) || !xd_xl_need_topology(s))
        return;
    xd_cpuset_zero(&sockets);
    for (int i = 0; i < s->n_cpus; i++)
        xd_cpuset_add(&sockets, s->topology[i].socket); /* an invalid one is out of range */
    xd_put_u64(t, XD_HOST_SOCKETS, xd_cpuset_count(&sockets));
}

static void put_dom0(struct xd_xl_sample *s, struct xd_rows *t)
{
    char text[4096], model[128];
    struct utsname name;
    struct timespec up;
    ssize_t n = -1;
    int fd;

    if (uname(&name) == 0) {
        xd_put_str(t, XD_HOST_NAME, name.nodename);
        xd_put_str(t, XD_HOST_KERNEL, name.release);
    }
    /* Xen booted a few seconds before dom0 did. */
    if (clock_gettime(CLOCK_BOOTTIME, &up) == 0)
        xd_put_u64(t, XD_HOST_UPTIME_NS,
                   (uint64_t)up.tv_sec * (uint64_t)XD_NS_PER_S + (uint64_t)up.tv_nsec);
    if (!(s->host & XD_XL_COL(XD_HOST_CPU_MODEL)))
        return;
    fd = open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof(text) - 1);
        close(fd);
    }
    if (n <= 0)
        return;
    text[n] = '\0';
    if (xd_xl_proc_value(text, "model name", model, sizeof(model)))
        xd_put_str(t, XD_HOST_CPU_MODEL, model);
}

bool xd_xl_need_physinfo(struct xd_xl_sample *s)
{
    if (s->asked_physinfo)
        return s->have_physinfo;
    s->asked_physinfo = true;
    xd_xl_log_reset(&s->x->logger);
    s->have_physinfo = xc_physinfo(s->x->xc, &s->physinfo) == 0;
    if (!s->have_physinfo)
        xd_xl_fail_errno(&s->x->logger, errno, &s->physinfo_err,
                         "Xen doesn't tell about this host");
    return s->have_physinfo;
}

static void put_domains(struct xd_xl_sample *s, struct xd_rows *t)
{
    uint64_t in[XD_HOST_DYING - XD_HOST_RUN + 1] = {0};

    for (size_t i = 0; i < s->n_domains; i++)
        in[xd_xl_state(xd_xl_flags(&s->domains[i]), xd_xl_reason(&s->domains[i]))]++;
    for (int i = XD_HOST_RUN; i <= XD_HOST_DYING; i++)
        xd_put_u64(t, i, in[i - XD_HOST_RUN]);
    xd_put_u64(t, XD_HOST_DOMAINS, s->n_domains);
}

void xd_xl_collect_host(struct xd_xl_sample *s)
{
    int64_t at_ns = xd_clock_now(s->x->env->clock);
    struct xd_rows *t;

    if (!s->host)
        return;
    t = xd_build_table(s->b, &xd_host_desc, at_ns);
    if (!xd_xl_need_physinfo(s))
        xd_build_reason(t, "%s", xd_err_text(&s->physinfo_err));
    xd_row_begin(t);
    xd_put_enum(t, XD_HOST_KIND, XD_HOST_XEN);
    put_dom0(s, t);
    put_xen(s, t);
    put_sockets(s, t);
    xd_xl_put_more_host(s, t);
    put_domains(s, t);
    if (s->have_busy)
        xd_put_u64(t, XD_HOST_CPU_NS, s->x->busy_all_ns);
}
