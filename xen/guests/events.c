/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Event channels without interrupts.
 *
 * Interrupts are off for ever, so Xen can't call us; it sets a bit in the shared page, and
 * SCHEDOP_poll sleeps until that bit is set. This is all a guest needs which does one thing at a
 * time.
 */
#include "events.h"

#include "hypercall.h"

volatile struct shared_info shared_info __attribute__((aligned(4096), section(".bss.page")));

void events_init(void)
{
    struct xen_add_to_physmap map = {
        .domid = DOMID_SELF,
        .space = XENMAPSPACE_shared_info,
        .gpfn = (uint32_t)(uintptr_t)&shared_info >> PAGE_SHIFT,
    };

    /* The page takes the place of one of ours, whose memory goes back to Xen. */
    hypercall2(XEN_HYPERCALL_memory_op, XENMEM_add_to_physmap, &map);
}

void event_send(uint32_t port)
{
    struct evtchn_send send = {.port = port};

    hypercall2(XEN_HYPERCALL_event_channel_op, EVTCHNOP_send, &send);
}

bool event_pending(uint32_t port)
{
    return shared_info.evtchn_pending[port / 32] & (1u << port % 32);
}

bool event_take(uint32_t port)
{
    uint32_t bit = 1u << port % 32;

    /* Xen sets bits of this word at any time: the change must be atomic. */
    return __atomic_fetch_and(&shared_info.evtchn_pending[port / 32], ~bit, __ATOMIC_SEQ_CST) & bit;
}

void event_wait(const uint32_t *ports, uint32_t nr_ports, uint64_t until_ns)
{
    struct sched_poll poll = {.ports = ports, .nr_ports = nr_ports, .timeout = until_ns};

    hypercall2(XEN_HYPERCALL_sched_op, SCHEDOP_poll, &poll);
}
