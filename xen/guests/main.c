/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that does what a test wants: wait, take CPU time, change memory, tell that it lives, and
 * obey the toolstack. README.md lists its options.
 */
#include "console.h"
#include "control.h"
#include "cpuid.h"
#include "events.h"
#include "hypercall.h"
#include "load.h"
#include "options.h"
#include "text.h"
#include "time.h"
#include "xenstore.h"

extern char guest_end[]; /* guest.lds */
void guest_main(const struct hvm_start_info *start_info);

/* Finds the RAM that follows our image. What the domain builder put there (start information, this
 * very map, the command line) has been read by the time it is touched. */
static void find_memory(const struct hvm_start_info *start_info, uint64_t *start, uint64_t *end)
{
    const struct hvm_memmap_table_entry *entry;
    uint64_t image_end = ((uintptr_t)guest_end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

    *start = *end = image_end;
    if (start_info->version < 1)
        return;
    entry = (const struct hvm_memmap_table_entry *)(uintptr_t)start_info->memmap_paddr;
    for (uint32_t i = 0; i < start_info->memmap_entries; i++, entry++)
        if (entry->type == XEN_HVM_MEMMAP_TYPE_RAM && entry->addr <= image_end &&
            image_end < entry->addr + entry->size)
            *end = entry->addr + entry->size;
}

static void beat(const struct options *options, uint64_t born_ns)
{
    static uint32_t count;
    uint32_t up_ms = divide64(time_now_ns() - born_ns, NS_PER_MS);

    console_say("beat %u, up %u.%03u s, mode %s, work %u", ++count, up_ms / 1000, up_ms % 1000,
                load_mode_name(options->mode), load_work_done());
}

static void live(const struct options *options)
{
    uint64_t heartbeat_ns = (uint64_t)options->heartbeat_s * NS_PER_S;
    uint64_t born_ns = time_now_ns(), beat_ns = heartbeat_ns ? born_ns + heartbeat_ns : 0;
    uint64_t asleep_since_ns;

    for (;;) {
        const uint32_t ports[] = {xenstore_port(), console_port()};

        asleep_since_ns = time_now_ns();
        if (xenstore_changed() && control_answer()) {
            /* Time jumped: what was measured from before is moved by as much. */
            uint64_t jump_ns = time_now_ns() - asleep_since_ns;

            born_ns += jump_ns;
            beat_ns += heartbeat_ns ? jump_ns : 0;
            load_restart();
        }
        event_take(console_port());
        if (console_typed())
            beat(options, born_ns);
        if (heartbeat_ns && time_now_ns() >= beat_ns) {
            beat(options, born_ns);
            beat_ns += heartbeat_ns;
            if (beat_ns < time_now_ns())
                beat_ns = time_now_ns() + heartbeat_ns;
        }
        load_run(ports, 2, beat_ns);
    }
}

void guest_main(const struct hvm_start_info *start_info)
{
    static struct options options;
    uint64_t memory_start, memory_end;

    control_connect();
    if (start_info->magic != XEN_HVM_START_MAGIC)
        shutdown(SHUTDOWN_crash);
    options_read(&options, (const char *)(uintptr_t)start_info->cmdline_paddr);
    find_memory(start_info, &memory_start, &memory_end);
    console_say("up, mode %s", load_mode_name(options.mode));
    if (options.cpuid)
        cpuid_say();
    control_offer();
    if (options.data[0])
        xenstore_write(XENSTORE_NO_TRANSACTION, "data/xendeck", options.data);
    load_start(&options, memory_start, memory_end);
    live(&options);
}
