/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The work a guest does. Time is cut into periods. In a period of the duty mode, the first part is
 * spent counting, the rest sleeping; spinning is a duty of 100 %, idling one of 0 %. At the
 * beginning of each period, one word in each page of the memory to be touched is changed, which is
 * what a live migration has to copy again.
 */
#include "load.h"

#include "events.h"
#include "hypercall.h"
#include "smp.h"
#include "time.h"

/* So many rounds are a unit of work: some 50 us on a real CPU, the longest we do not look up. */
#define ROUNDS_PER_UNIT 50000

static struct {
    const struct options *options;
    volatile uint32_t *touch_start, *touch_end;
    uint64_t period_start_ns;
    uint32_t work[XEN_LEGACY_MAX_VCPUS];
} load;

static void work_one_unit(uint32_t vcpu)
{
    for (uint32_t i = 0; i < ROUNDS_PER_UNIT; i++)
        __asm__ volatile("");
    load.work[vcpu]++;
}

static void secondary_load(uint32_t vcpu)
{
    /* Only the first one shares its time: the others would have to follow jumps of time, too. */
    for (;;) {
        if (load.options->mode == LOAD_SPIN)
            work_one_unit(vcpu);
        else
            hypercall2(XEN_HYPERCALL_sched_op, SCHEDOP_block, 0);
    }
}

void load_start(const struct options *options, uint64_t memory_start, uint64_t memory_end)
{
    uint64_t wanted = (uint64_t)options->touch_mib << 20;

    if (memory_end - memory_start > wanted)
        memory_end = memory_start + wanted;
    load.options = options;
    load.touch_start = (volatile uint32_t *)(uintptr_t)memory_start;
    load.touch_end = (volatile uint32_t *)(uintptr_t)memory_end;
    load_restart();
    smp_start(secondary_load);
}

void load_restart(void)
{
    load.period_start_ns = time_now_ns();
}

uint32_t load_work_done(void)
{
    uint32_t sum = 0;

    for (unsigned int i = 0; i < XEN_LEGACY_MAX_VCPUS; i++)
        sum += load.work[i];
    return sum;
}

static uint32_t duty_percent(void)
{
    switch (load.options->mode) {
    case LOAD_SPIN:
        return 100;
    case LOAD_DUTY:
        return load.options->duty_percent;
    default:
        return 0;
    }
}

static void touch_memory(void)
{
    volatile uint32_t *word;

    for (word = load.touch_start; word < load.touch_end; word += PAGE_SIZE / sizeof(*word))
        (*word)++;
}

static bool any_pending(const uint32_t *ports, uint32_t nr_ports)
{
    while (nr_ports--)
        if (event_pending(*ports++))
            return true;
    return false;
}

/* The earlier of two times, either of which may be 0 for "never". */
static uint64_t earlier(uint64_t left, uint64_t right)
{
    if (left == 0 || right == 0)
        return left + right;
    return left < right ? left : right;
}

void load_run(const uint32_t *ports, uint32_t nr_ports, uint64_t until_ns)
{
    uint64_t period_ns = (uint64_t)load.options->period_ms * NS_PER_MS;
    uint64_t busy_ns = (uint64_t)load.options->period_ms * (NS_PER_MS / 100) * duty_percent();
    uint64_t now = time_now_ns(), next_ns = 0;

    if (busy_ns || load.touch_start < load.touch_end) {
        if (now - load.period_start_ns >= period_ns) {
            /* Periods missed while others had the CPU are not made up for. */
            load.period_start_ns = now;
            touch_memory();
        }
        next_ns = load.period_start_ns + period_ns;
    }
    while (now - load.period_start_ns < busy_ns) {
        if (any_pending(ports, nr_ports) || (until_ns && now >= until_ns))
            return;
        work_one_unit(0);
        now = time_now_ns();
    }
    if (busy_ns < period_ns)
        event_wait(ports, nr_ports, earlier(until_ns, next_ns));
}
