/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says what Xen traces now, from outside of xendeck: "mask 0x21dec on unread 1234". It only looks:
 * "on" means that records came while it did so, for half a second, or that the buffers are full. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define XC_WANT_COMPAT_MAP_FOREIGN_API 1 /* xc_map_foreign_range */
#include <xenctrl.h>
#include <xen/trace.h>

#define CPUS_MAX 256

static const struct t_buf *buffers[CPUS_MAX];
static int n_buffers;
static uint32_t data_size;

static int map_buffers(xc_interface *xc, uint64_t mfn, uint32_t size)
{
    const struct t_info *info =
        xc_map_foreign_range(xc, DOMID_XEN, (int)size, PROT_READ, (unsigned long)mfn);
    xc_physinfo_t host;

    if (!info || xc_physinfo(xc, &host) < 0)
        return -1;
    data_size = info->tbuf_size * XC_PAGE_SIZE - (uint32_t)sizeof(struct t_buf);
    for (uint32_t cpu = 0; cpu <= host.max_cpu_id && cpu < CPUS_MAX; cpu++) {
        const uint32_t *list = (const uint32_t *)info + info->mfn_offset[cpu];

        if (!info->mfn_offset[cpu])
            continue;
        buffers[n_buffers] = xc_map_foreign_range(xc, DOMID_XEN, XC_PAGE_SIZE, PROT_READ, list[0]);
        if (!buffers[n_buffers++])
            return -1;
    }
    return 0;
}

static uint64_t sum(int *full, uint64_t *unread)
{
    uint64_t all = 0;

    *unread = 0;
    for (int i = 0; i < n_buffers; i++) {
        uint32_t cons = *(volatile const uint32_t *)&buffers[i]->cons;
        uint32_t prod = *(volatile const uint32_t *)&buffers[i]->prod;
        uint32_t used = prod >= cons ? prod - cons : prod + 2 * data_size - cons;

        all = all * 31 + prod;
        *unread += used;
        *full |= used + 128 > data_size;
    }
    return all;
}

int main(void)
{
    struct timespec half = {0, 500000000};
    struct xen_sysctl s = {
        .cmd = XEN_SYSCTL_tbuf_op,
        .interface_version = XEN_SYSCTL_INTERFACE_VERSION,
        .u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_get_info,
    };
    xc_interface *xc = xc_interface_open(NULL, NULL, 0);
    uint64_t before, after, unread;
    int full = 0;

    if (!xc || xc_sysctl(xc, &s) < 0)
        return 1;
    if (!s.u.tbuf_op.buffer_mfn) {
        printf("mask 0x%" PRIx32 " none\n", s.u.tbuf_op.evt_mask);
        return 0;
    }
    if (map_buffers(xc, s.u.tbuf_op.buffer_mfn, s.u.tbuf_op.size) < 0)
        return 1;
    before = sum(&full, &unread);
    nanosleep(&half, NULL);
    after = sum(&full, &unread);
    printf("mask 0x%" PRIx32 " %s unread %" PRIu64 "\n", s.u.tbuf_op.evt_mask,
           before != after || full ? "on" : "off", unread);
    return 0;
}
