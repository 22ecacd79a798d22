/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's trace buffers as memory: finding, mapping, emptying them. The layout of struct t_info is in
 * xen/include/public/trace.h: for each pCPU where, in words, the list of its buffer's frames is. */
#include "backend_trace/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/arena.h"

#if defined(__x86_64__) || defined(__i386__)
/* dom0 sees the TSC of the machine: Xen does not emulate it for the hardware domain. */
uint64_t xd_tr_tsc(void)
{
    return __builtin_ia32_rdtsc();
}
#else
uint64_t xd_tr_tsc(void)
{
    return 0; /* probe says that this machine can't be served */
}
#endif

int xd_tr_info(struct xd_tr *t, uint32_t *mask, uint64_t *mfn, uint32_t *size, struct xd_err *err)
{
    struct xen_sysctl s = {
        .cmd = XEN_SYSCTL_tbuf_op,
        .interface_version = XEN_SYSCTL_INTERFACE_VERSION,
        .u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_get_info,
    };

    if (xc_sysctl(t->xc, &s) == 0) {
        *mask = s.u.tbuf_op.evt_mask;
        *mfn = s.u.tbuf_op.buffer_mfn;
        *size = s.u.tbuf_op.size;
        return 0;
    }
    if (errno == ENOSYS || errno == EOPNOTSUPP)
        return xd_err_set(err, -ENOSYS,
                          "this hypervisor is built without trace buffers (CONFIG_TRACEBUFFER): "
                          "ready time can't be had");
    return xd_err_set(err, xd_tr_errno(), "Xen doesn't tell of its trace buffers: %s",
                      strerror(errno));
}

static void *map(struct xd_tr *t, int prot, size_t pages, const xen_pfn_t *pfns)
{
    return xenforeignmemory_map(t->memory, DOMID_XEN, prot, pages, pfns, NULL);
}

/* The frames of one pCPU's buffer; false: it has none (it was offline when they were made). */
static bool frames_of(const struct xd_tr *t, unsigned cpu, xen_pfn_t *pfns)
{
    const uint16_t *offsets = (const uint16_t *)t->info + 1;
    const uint32_t *words = t->info;
    size_t n_words = t->info_pages * XC_PAGE_SIZE / sizeof(uint32_t);
    size_t at;

    if ((cpu + 2) * sizeof(uint16_t) > t->info_pages * XC_PAGE_SIZE)
        return false;
    at = offsets[cpu];
    if (at == 0 || at + t->ring_pages > n_words)
        return false;
    for (size_t i = 0; i < t->ring_pages; i++)
        pfns[i] = words[at + i];
    return true;
}

static int map_rings(struct xd_tr *t, struct xd_err *err)
{
    xen_pfn_t *pfns = xd_malloc(t->ring_pages * sizeof(*pfns));
    int rc = 0;

    t->rings = xd_malloc(t->n_cpus * sizeof(*t->rings));
    for (unsigned cpu = 0; cpu < t->n_cpus && rc == 0; cpu++) {
        if (!frames_of(t, cpu, pfns))
            continue;
        t->rings[cpu] = map(t, PROT_READ | PROT_WRITE, t->ring_pages, pfns);
        if (t->rings[cpu])
            t->n_rings++;
        else
            rc = xd_err_set(err, xd_tr_errno(), "the trace buffer of pCPU %u can't be mapped: %s",
                            cpu, strerror(errno));
    }
    free(pfns);
    return rc;
}

int xd_tr_map(struct xd_tr *t, uint64_t mfn, size_t bytes, struct xd_err *err)
{
    xen_pfn_t *pfns;
    int rc;

    t->info_pages = bytes / XC_PAGE_SIZE;
    if (!t->info_pages)
        return xd_err_set(err, -EIO, "Xen has trace buffers, but no list of them");
    pfns = xd_malloc(t->info_pages * sizeof(*pfns));
    for (size_t i = 0; i < t->info_pages; i++)
        pfns[i] = mfn + i;
    t->info = map(t, PROT_READ, t->info_pages, pfns);
    rc = t->info ? 0 : xd_tr_errno();
    free(pfns);
    if (rc < 0)
        return xd_err_set(err, rc, "Xen's trace buffers can't be mapped: %s", strerror(-rc));
    t->ring_pages = *(const uint16_t *)t->info;
    if (t->ring_pages)
        rc = map_rings(t, err);
    else
        rc = xd_err_set(err, -EIO, "Xen has trace buffers of no size");
    if (rc < 0)
        xd_tr_unmap(t);
    else
        t->window = xd_malloc(t->ring_pages * XC_PAGE_SIZE);
    return rc;
}

void xd_tr_unmap(struct xd_tr *t)
{
    for (unsigned i = 0; t->rings && i < t->n_cpus; i++)
        if (t->rings[i])
            xenforeignmemory_unmap(t->memory, t->rings[i], t->ring_pages);
    if (t->info)
        xenforeignmemory_unmap(t->memory, t->info, t->info_pages);
    free(t->rings);
    free(t->window);
    t->rings = NULL;
    t->info = NULL;
    t->window = NULL;
    t->n_rings = 0;
}

bool xd_tr_unread(const struct xd_tr *t)
{
    for (unsigned i = 0; i < t->n_cpus; i++)
        if (t->rings[i] && !xd_trace_ring_empty(t->rings[i]))
            return true;
    return false;
}

void xd_tr_discard(struct xd_tr *t)
{
    for (unsigned i = 0; t->rings && i < t->n_cpus; i++)
        if (t->rings[i])
            xd_trace_ring_discard(t->rings[i]);
}

static int64_t cpu_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return ts.tv_sec * XD_NS_PER_S + ts.tv_nsec;
}

static void take(struct xd_tr *t, unsigned cpu)
{
    struct xd_err err = XD_ERR_INIT;
    size_t n;
    bool full;
    int rc =
        xd_trace_ring_take(t->rings[cpu], t->ring_pages * XC_PAGE_SIZE, t->window, &n, &full, &err);

    if (rc < 0)
        xd_log_write(t->env->log, XD_LOG_WARN, "trace", "pCPU %u: %s", cpu, err.text);
    xd_trace_merge_add(t->merge, cpu, t->window, n, xd_tr_tsc());
    if (rc < 0 || full)
        xd_trace_merge_lose(t->merge, cpu, xd_tr_tsc());
}

uint64_t xd_tr_drain(struct xd_tr *t)
{
    int64_t began = cpu_ns();
    struct xd_trace_event e;
    /* Xen has published all that is older than this moment, on every pCPU. What it writes while we
     * read waits for the next time: of that we may have seen a part only. */
    uint64_t now = xd_tr_tsc();

    t->drained_ns = xd_clock_now(t->env->clock);
    for (unsigned cpu = 0; cpu < t->n_cpus; cpu++)
        if (t->rings[cpu])
            take(t, cpu);
    while (xd_trace_merge_next(t->merge, now, &e)) {
        xd_runstates_event(t->states, &e);
        t->last_tsc = e.tsc;
        t->records++;
        t->all_records++;
    }
    began = cpu_ns() - began;
    t->drain_ns += (uint64_t)began;
    t->all_drain_ns += (uint64_t)began;
    return now;
}
