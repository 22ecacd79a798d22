/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of many rings in the order of time: see trace.h. Each ring is in order by itself, so
 * what remains is a merge: a heap of pCPUs, the one with the oldest event on top. */
#include "xen/trace.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Events that one pCPU may have waiting: far more than a ring holds. */
#define WAITING_MAX (1u << 20)
/* Cycles that one pCPU's counter may be ahead of another's: most of a second. */
#define SKEW_MAX (UINT64_C(1) << 30)

struct queue {
    struct xd_trace_event *events;
    size_t head, n, cap;
    uint64_t last_tsc; /* of the newest event, or of what was lost */
};

struct xd_trace_merge {
    unsigned n_cpus, n_heap;
    struct queue *queues;
    unsigned *heap; /* pCPUs with events waiting */
    bool *in_heap;
};

struct xd_trace_merge *xd_trace_merge_new(unsigned n_cpus)
{
    struct xd_trace_merge *m = xd_malloc(sizeof(*m));

    m->n_cpus = n_cpus;
    m->queues = xd_malloc(n_cpus * sizeof(*m->queues));
    m->heap = xd_malloc(n_cpus * sizeof(*m->heap));
    m->in_heap = xd_malloc(n_cpus * sizeof(*m->in_heap));
    return m;
}

void xd_trace_merge_free(struct xd_trace_merge *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->n_cpus; i++)
        free(m->queues[i].events);
    free(m->queues);
    free(m->heap);
    free(m->in_heap);
    free(m);
}

static uint64_t oldest(const struct xd_trace_merge *m, unsigned at)
{
    const struct queue *q = &m->queues[m->heap[at]];

    return q->events[q->head].tsc;
}

static void swap(struct xd_trace_merge *m, unsigned a, unsigned b)
{
    unsigned cpu = m->heap[a];

    m->heap[a] = m->heap[b];
    m->heap[b] = cpu;
}

static void sink(struct xd_trace_merge *m, unsigned at)
{
    for (;;) {
        unsigned least = at;

        for (unsigned child = 2 * at + 1; child <= 2 * at + 2 && child < m->n_heap; child++)
            if (oldest(m, child) < oldest(m, least))
                least = child;
        if (least == at)
            return;
        swap(m, at, least);
        at = least;
    }
}

static void rise(struct xd_trace_merge *m, unsigned at)
{
    while (at && oldest(m, at) < oldest(m, (at - 1) / 2)) {
        swap(m, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static void append(struct xd_trace_merge *m, unsigned cpu, const struct xd_trace_event *e)
{
    struct queue *q = &m->queues[cpu];

    if (q->head == q->n)
        q->head = q->n = 0;
    if (q->n == q->cap && q->head > q->n / 2) {
        memmove(q->events, q->events + q->head, (q->n - q->head) * sizeof(*e));
        q->n -= q->head;
        q->head = 0;
    }
    if (q->n == q->cap) {
        q->cap = q->cap ? 2 * q->cap : 256;
        q->events = xd_realloc(q->events, q->cap * sizeof(*e));
    }
    q->events[q->n] = *e;
    q->events[q->n++].cpu = (uint16_t)cpu;
    q->last_tsc = e->tsc;
    if (!m->in_heap[cpu]) {
        m->in_heap[cpu] = true;
        m->heap[m->n_heap++] = cpu;
        rise(m, m->n_heap - 1);
    }
}

void xd_trace_merge_lose(struct xd_trace_merge *m, unsigned cpu, uint64_t now)
{
    struct xd_trace_event e = {.kind = XD_TRACE_LOST, .tsc = now};

    if (cpu >= m->n_cpus)
        return;
    e.first_tsc = m->queues[cpu].last_tsc;
    if (e.tsc < e.first_tsc)
        e.tsc = e.first_tsc;
    append(m, cpu, &e);
}

void xd_trace_merge_add(struct xd_trace_merge *m, unsigned cpu, const void *bytes, size_t n,
                        uint64_t now)
{
    const uint8_t *p = bytes;
    struct queue *q;
    bool broken = false;

    if (cpu >= m->n_cpus)
        return;
    q = &m->queues[cpu];
    while (n) {
        struct xd_trace_event e = {0};
        size_t used = xd_trace_decode(p, n, &e);

        if (!used || e.tsc > now + SKEW_MAX || q->n - q->head >= WAITING_MAX)
            broken = true;
        if (!used)
            break;
        p += used;
        n -= used;
        if (e.kind == XD_TRACE_OTHER || e.tsc > now + SKEW_MAX || q->n - q->head >= WAITING_MAX)
            continue;
        if (e.tsc < q->last_tsc)
            e.tsc = q->last_tsc;
        append(m, cpu, &e);
    }
    if (broken)
        xd_trace_merge_lose(m, cpu, now);
}

bool xd_trace_merge_next(struct xd_trace_merge *m, uint64_t until, struct xd_trace_event *out)
{
    struct queue *q;

    if (!m->n_heap || oldest(m, 0) > until)
        return false;
    q = &m->queues[m->heap[0]];
    *out = q->events[q->head++];
    if (q->head == q->n) {
        m->in_heap[m->heap[0]] = false;
        m->heap[0] = m->heap[--m->n_heap];
    }
    sink(m, 0);
    return true;
}
