/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The presets: see presets.h. */
#include "model/presets.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define NAMES_MAX 16

// clang-format off
const struct xd_preset xd_presets[] = {
    {"domains", "default", "The usual columns", NULL, NULL},
    /* NAME STATE CPU(sec) CPU(%) MEM(k) MEM(%) MAXMEM(k) MAXMEM(%) VCPUS NETS NETTX(k) NETRX(k)
     * VBDS VBD_OO VBD_RD VBD_WR VBD_RSECT VBD_WSECT SSID. Its NETTX is what dom0's end sent: what the
     * guest received. */
    {"domains", "xentop", "The columns of xentop, in its order",
     "name,flags,cpu_ns,cpu,mem_kib,mem_percent,mem_limit_kib,mem_limit_percent,vcpus,nics,"
     "net_rx_bytes,net_tx_bytes,disks,disk_oo,disk_rd_reqs,disk_wr_reqs,disk_rd_sect,disk_wr_sect,"
     "ssid", NULL},
    {"domains", "memory", "What it holds, should hold and may hold",
     "name,id,state,mem_kib,mem_target_kib,mem_max_kib,mem_percent,mem_max_percent,node_affinity",
     "-mem_kib"},
    {"domains", "network", "Traffic now and since its start",
     "name,id,state,nics,net_rx,net_tx,net_rx_bytes,net_tx_bytes", "-net_tx"},
    {"domains", "disk", "Traffic and requests of its disks",
     "name,id,state,disks,disk_rd,disk_wr,disk_rd_bytes,disk_wr_bytes,disk_rd_reqs,disk_wr_reqs,"
     "disk_oo", "-disk_wr"},
    {"domains", "scheduling", "How it is scheduled, and how long it waits for a pCPU",
     "name,id,state,pool,sched,vcpus_online,cpu,ready,wakes_s,wake_ns,weight,cap", "-cpu"},
    {"vcpus", "default", "The usual columns", NULL, NULL},
    {"vcpus", "scheduling", "Where its time goes",
     "domain,vcpu,pcpu,state,cpu,ready,blocked,wakes_s,wake_ns,wake_max_ns,moves_s,waits_for",
     "-ready"},
    {"vcpus", "affinity", "Where it runs and where it may",
     "domain,vcpu,pcpu,state,hard_affinity,soft_affinity", NULL},
    {"vcpus", "rtds", "Budgets of the rtds scheduler",
     "domain,vcpu,pcpu,state,cpu,period_us,budget_us,extratime", NULL},
    {"disks", "default", "The usual columns", NULL, NULL},
    {"disks", "target", "What is behind it",
     "domain,vdev,state,driver,backend,format,readonly,cdrom,target", NULL},
    {"disks", "totals", "Since its start",
     "domain,vdev,state,rd_bytes,wr_bytes,rd_reqs,wr_reqs,oo", "-wr_bytes"},
    {"nics", "default", "The usual columns", NULL, NULL},
    {"nics", "packets", "Packets now, dropped ones and errors",
     "domain,devid,name,rx_pps,tx_pps,rx_drops,tx_drops,rx_errs,tx_errs", "-rx_pps"},
    {"nics", "totals", "Since its start",
     "domain,devid,name,rx_bytes,tx_bytes,rx_pkts,tx_pkts", "-rx_bytes"},
    {0},
};
// clang-format on

const struct xd_preset *xd_preset_at(const char *table, int i)
{
    for (const struct xd_preset *p = xd_presets; p->table; p++)
        if (strcmp(p->table, table) == 0 && i-- == 0)
            return p;
    return NULL;
}

int xd_preset_find(const char *table, const char *name, const struct xd_preset **out,
                   struct xd_err *err)
{
    struct xd_buf all = XD_BUF_INIT;
    const char *names[NAMES_MAX];
    const struct xd_preset *p;
    int n = 0;

    for (; n < NAMES_MAX && (p = xd_preset_at(table, n)); n++) {
        if (strcmp(p->name, name) == 0) {
            xd_buf_done(&all);
            *out = p;
            return 0;
        }
        names[n] = p->name;
        xd_buf_printf(&all, "%s%s", n ? ", " : "", p->name);
    }
    const char *near = xd_str_nearest(name, names, (size_t)n);
    if (n == 0)
        xd_err_set(err, -ENOENT, "there are no presets of %s", table);
    else
        xd_err_set(err, -ENOENT, "%s have no preset \"%s\"%s%s%s; there are %s", table, name,
                   near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "",
                   xd_buf_str(&all));
    xd_buf_done(&all);
    return -ENOENT;
}
