/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Leaves of CPUID (Intel SDM volume 2A; AMD APM volume 3, appendix E).
 */
#include "cpuid.h"

#include <stdint.h>

#include "console.h"

#define LEAVES_MAX 64 /* of a range: more than any processor has */

struct leaf {
    uint32_t eax, ebx, ecx, edx;
};

static struct leaf ask(uint32_t leaf, uint32_t subleaf)
{
    struct leaf l;

    __asm__ volatile("cpuid"
                     : "=a"(l.eax), "=b"(l.ebx), "=c"(l.ecx), "=d"(l.edx)
                     : "a"(leaf), "c"(subleaf));
    return l;
}

static void say(uint32_t leaf, uint32_t subleaf, struct leaf l)
{
    if (!(l.eax | l.ebx | l.ecx | l.edx))
        return;
    console_say("0x%x 0x%x: eax=0x%x ebx=0x%x ecx=0x%x edx=0x%x", leaf, subleaf, l.eax, l.ebx,
                l.ecx, l.edx);
    console_flush();
}

/* The last subleaf that may say something; 0: the leaf has none. */
static uint32_t last_subleaf(uint32_t leaf, struct leaf first)
{
    switch (leaf) {
    case 0x4:
    case 0x8000001d: /* caches */
        return 7;
    case 0x7:
        return first.eax < 8 ? first.eax : 8;
    case 0xb: /* levels of topology */
        return 3;
    case 0xd: /* kinds of register state */
        return 63;
    default:
        return 0;
    }
}

static void say_range(uint32_t start)
{
    uint32_t end = ask(start, 0).eax;

    if (end < start || end - start > LEAVES_MAX)
        return;
    for (uint32_t leaf = start; leaf <= end; leaf++) {
        struct leaf first = ask(leaf, 0);
        uint32_t last = last_subleaf(leaf, first);

        say(leaf, 0, first);
        for (uint32_t subleaf = 1; subleaf <= last; subleaf++)
            say(leaf, subleaf, ask(leaf, subleaf));
    }
}

void cpuid_say(void)
{
    say_range(0x00000000);
    say_range(0x80000000);
    say_range(0x40000000);
    console_say("cpuid: that is all");
    console_flush();
}
