/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as trace buffers of four pCPUs: nothing crashes or loops, events come out in the order of
 * time, and no vCPU is credited with more time than there was.
 * Input: pieces of one byte (pCPU), one byte (records' worth of it: times 4), and the bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xen/runstate.h"

#define CPUS 4
#define NOW  (UINT64_C(1) << 40)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

/* A ring whose indices are the first eight bytes: it gives what fits, or is emptied. */
static void ring(const uint8_t *data, size_t size)
{
    uint32_t shared[66] = {0};
    uint8_t out[sizeof(shared)];
    size_t n;
    bool full;

    memcpy(shared, data, size < sizeof(shared) ? size : sizeof(shared));
    if (xd_trace_ring_take(shared, sizeof(shared), out, &n, &full, NULL) == 0)
        check(n <= sizeof(shared) - XD_TRACE_HEADER);
    check(xd_trace_ring_empty(shared));
}

static void add_up(struct xd_runstates *r, const struct xd_trace_event *e)
{
    const struct xd_vcpu_time *v;
    uint64_t sum = 0;

    xd_runstates_sample(r, e->tsc);
    v = xd_runstates_get(r, e->domid, e->vcpu);
    for (int i = 0; v && i < XD_RUN_N; i++)
        sum += v->cycles[i];
    check(sum <= e->tsc);
    check(!v || (v->ready <= v->interval && v->unknown <= v->interval));
    for (unsigned i = 0; v && i < v->n_blamed; i++)
        check(v->blamed[i].cycles <= v->interval);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_trace_merge *m = xd_trace_merge_new(CPUS);
    struct xd_runstates *r = xd_runstates_new(CPUS, 0);
    struct xd_trace_event e;
    uint64_t before = 0;
    unsigned turn = 0;

    ring(data, size);
    while (size >= 2) {
        unsigned cpu = data[0] % (CPUS + 1); /* one of them is none */
        size_t n = 4 * (size_t)data[1];

        n = n < size - 2 ? n : size - 2;
        xd_trace_merge_add(m, cpu, data + 2, n, NOW);
        data += 2 + n;
        size -= 2 + n;
    }
    while (xd_trace_merge_next(m, UINT64_MAX, &e)) {
        check(e.tsc >= before && e.cpu < CPUS);
        before = e.tsc;
        xd_runstates_event(r, &e);
        if (++turn % 16 == 0)
            add_up(r, &e);
        if (turn % 64 == 0)
            xd_runstates_forget(r, e.domid);
    }
    xd_runstates_sample(r, before);
    xd_trace_merge_free(m);
    xd_runstates_free(r);
    return 0;
}
