/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trace record, and a pCPU's ring of them: see trace.h. */
#include "xen/trace.h"

#include <errno.h>
#include <string.h>

/* A record's first word: 28 bits of event, three bits of how many words follow the time, and
 * whether there is a time. */
#define HEAD_EVENT(h) ((h)&0x0fffffffu)
#define HEAD_WORDS(h) ((h) >> 28 & 7u)
#define HEAD_TIMED(h) ((h) >> 31)

#define EVENT_LOST     0x0001f001u
#define EVENT_CHANGE   0x00021001u
#define EVENT_CONTINUE 0x00021002u

/* A change of runstate has both states in its event number. */
#define CHANGE_FROM(event) ((event) >> 8 & 3u)
#define CHANGE_TO(event)   ((event) >> 4 & 3u)
#define CHANGE_BITS        0x330u

static uint32_t word(const uint8_t *p)
{
    uint32_t w;

    memcpy(&w, p, sizeof(w));
    return w;
}

static uint64_t two_words(const uint8_t *p)
{
    return word(p) | (uint64_t)word(p + 4) << 32;
}

static void decode_vcpu(const uint8_t *data, struct xd_trace_event *out)
{
    out->vcpu = (uint16_t)word(data);
    out->domid = (uint16_t)(word(data) >> 16);
}

size_t xd_trace_decode(const void *bytes, size_t size, struct xd_trace_event *out)
{
    const uint8_t *p = bytes, *data;
    uint32_t head, event, words;
    size_t need;

    if (size < 4)
        return 0;
    head = word(p);
    event = HEAD_EVENT(head);
    words = HEAD_WORDS(head);
    need = 4 + (HEAD_TIMED(head) ? 8 : 0) + 4 * (size_t)words;
    if (size < need)
        return 0;
    data = p + need - 4 * (size_t)words;
    out->kind = XD_TRACE_OTHER;
    out->timed = HEAD_TIMED(head);
    out->tsc = out->timed ? two_words(p + 4) : 0;
    if (event == EVENT_LOST && words >= 4) {
        out->kind = XD_TRACE_LOST;
        out->lost = word(data);
        out->first_tsc = two_words(data + 8);
    } else if ((event & ~CHANGE_BITS) == EVENT_CHANGE && words >= 1) {
        out->kind = XD_TRACE_CHANGE;
        out->from = CHANGE_FROM(event);
        out->to = CHANGE_TO(event);
        decode_vcpu(data, out);
    } else if (event == EVENT_CONTINUE && words >= 1) {
        out->kind = XD_TRACE_CONTINUE;
        decode_vcpu(data, out);
    }
    return need;
}

/* cons and prod run from 0 to twice the size of the data, so that full and empty differ. */
struct shared {
    uint32_t cons, prod;
};

void xd_trace_ring_discard(void *ring)
{
    struct shared *s = ring;

    __atomic_store_n(&s->cons, __atomic_load_n(&s->prod, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
}

bool xd_trace_ring_empty(const void *ring)
{
    const struct shared *s = ring;

    return __atomic_load_n(&s->cons, __ATOMIC_RELAXED) ==
           __atomic_load_n(&s->prod, __ATOMIC_ACQUIRE);
}

int xd_trace_ring_take(void *ring, size_t bytes, void *out, size_t *n, bool *full,
                       struct xd_err *err)
{
    struct shared *s = ring;
    const uint8_t *data = (const uint8_t *)ring + XD_TRACE_HEADER;
    size_t size = bytes - XD_TRACE_HEADER, used, start, first;
    uint32_t cons = __atomic_load_n(&s->cons, __ATOMIC_RELAXED);
    uint32_t prod = __atomic_load_n(&s->prod, __ATOMIC_ACQUIRE);

    *n = 0;
    *full = false;
    used = prod >= cons ? prod - cons : prod + 2 * size - cons;
    if ((cons | prod) % 4 || cons >= 2 * size || prod >= 2 * size || used > size) {
        xd_trace_ring_discard(ring);
        return xd_err_set(err, -EBADMSG,
                          "a trace buffer's indices (%u and %u of %zu) are not what Xen writes",
                          cons, prod, 2 * size);
    }
    start = cons % size;
    first = used < size - start ? used : size - start;
    memcpy(out, data + start, first);
    memcpy((uint8_t *)out + first, data, used - first);
    __atomic_store_n(&s->cons, prod, __ATOMIC_RELEASE);
    *n = used;
    /* Xen may need to fill up to the end of the ring, and to say that records are lost. */
    *full = size - used < 3 * XD_TRACE_RECORD_MAX;
    return 0;
}

uint64_t xd_tsc_to_ns(uint64_t cycles, uint64_t khz)
{
    return (uint64_t)((unsigned __int128)cycles * 1000000u / khz);
}
