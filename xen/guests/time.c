/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xen's system time: the last stamp that Xen left in the shared page, plus what the TSC went on
 * since, scaled as Xen says (xen/include/public/xen.h, struct vcpu_time_info).
 */
#include "time.h"

#include "events.h"

static uint64_t tsc(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* (value * fraction) >> 32 without a product of 96 bits */
static uint64_t scale(uint64_t value, uint32_t fraction)
{
    uint64_t low = (value & 0xffffffffu) * fraction;
    uint64_t high = (value >> 32) * fraction;

    return high + (low >> 32);
}

uint64_t time_now_ns(void)
{
    const volatile struct vcpu_time_info *stamp = &shared_info.vcpu_info[0].time;
    uint32_t version;
    uint64_t ticks, now;

    do {
        version = stamp->version;
        __asm__ volatile("" : : : "memory");
        ticks = tsc() - stamp->tsc_timestamp;
        ticks = stamp->tsc_shift < 0 ? ticks >> -stamp->tsc_shift : ticks << stamp->tsc_shift;
        now = stamp->system_time + scale(ticks, stamp->tsc_to_system_mul);
        __asm__ volatile("" : : : "memory");
    } while ((version & 1) || version != stamp->version);
    return now;
}
