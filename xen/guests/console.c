/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's console: a page with two rings, shared with xenconsoled in dom0
 * (xen/include/public/io/console.h). For a PVH guest, HVM parameters say where it is.
 */
#include "console.h"

#include "events.h"
#include "hypercall.h"
#include "text.h"

static volatile struct xencons_interface *rings;
static uint32_t port;

void console_init(void)
{
    rings = (volatile struct xencons_interface *)(uintptr_t)(hvm_param(HVM_PARAM_CONSOLE_PFN)
                                                             << PAGE_SHIFT);
    port = hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
}

uint32_t console_port(void)
{
    return port;
}

static void write_bytes(const char *bytes, size_t length)
{
    uint32_t produced = rings->out_prod;

    if (sizeof(rings->out) - (produced - rings->out_cons) < length)
        return;
    while (length--)
        rings->out[produced++ % sizeof(rings->out)] = *bytes++;
    __atomic_thread_fence(__ATOMIC_RELEASE); /* the bytes before the index that shows them */
    rings->out_prod = produced;
    event_send(port);
}

void console_say(const char *format, ...)
{
    static const char prefix[] = "xendeck-guest: ";
    char line[256];
    size_t length = sizeof(prefix) - 1;
    va_list args;

    memcpy(line, prefix, length);
    va_start(args, format);
    length += text_format(line + length, sizeof(line) - length - 2, format, args);
    va_end(args);
    line[length++] = '\r';
    line[length++] = '\n';
    write_bytes(line, length);
}

void console_flush(void)
{
    for (event_take(port); rings->out_cons != rings->out_prod; event_take(port))
        event_wait(&port, 1, 0);
}

bool console_typed(void)
{
    uint32_t produced = rings->in_prod;

    if (rings->in_cons == produced)
        return false;
    rings->in_cons = produced;
    event_send(port);
    return true;
}
