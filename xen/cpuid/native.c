/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID of the machine that we run on, by the instruction itself. Which leaves have subleaves, and
 * where their list ends, stands in the Intel SDM volume 2A and the AMD APM volume 3. */
#include "xen/cpuid/leaves.h"

#include <errno.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#define MOST_LEAVES 0x100u /* of one range: none is near it */

static void ask(struct xd_arena *a, struct xd_cpuid_leaves *out, uint32_t leaf, uint32_t sub,
                struct xd_cpuid_leaf *got)
{
    struct xd_cpuid_leaf l = {.leaf = leaf, .subleaf = sub};

    __cpuid_count(leaf, sub, l.r[XD_CPUID_EAX], l.r[XD_CPUID_EBX], l.r[XD_CPUID_ECX],
                  l.r[XD_CPUID_EDX]);
    *got = l;
    if (leaf == 0xd && sub > 1 && !l.r[XD_CPUID_EAX]) /* no such register state */
        return;
    xd_cpuid_leaves_add(out, a, l);
}

/* The subleaves behind the first, which is `l`. */
static void ask_subleaves(struct xd_arena *a, struct xd_cpuid_leaves *out, struct xd_cpuid_leaf l)
{
    uint32_t leaf = l.leaf, last = 0;

    switch (leaf) {
    case 0x4:
    case 0x8000001d: /* caches, until one of no type */
        for (uint32_t s = 1; s < 32 && (l.r[XD_CPUID_EAX] & 0x1f); s++)
            ask(a, out, leaf, s, &l);
        return;
    case 0xb:
    case 0x1f:
    case 0x80000026: /* levels of topology, until one of no type */
        for (uint32_t s = 1; s < 32 && (l.r[XD_CPUID_ECX] >> 8 & 0xff); s++)
            ask(a, out, leaf, s, &l);
        return;
    case 0x7:
    case 0x14:
    case 0x17:
    case 0x18:
    case 0x1d:
    case 0x20:
    case 0x24: /* the first tells how many there are */
        last = l.r[XD_CPUID_EAX] < 32 ? l.r[XD_CPUID_EAX] : 32;
        break;
    case 0xd: /* one for each kind of register state */
        last = 63;
        break;
    case 0xf:
        last = 1;
        break;
    case 0x10:
    case 0x12:
    case 0x80000020:
        last = 3;
        break;
    }
    for (uint32_t s = 1; s <= last; s++)
        ask(a, out, leaf, s, &l);
}

int xd_cpuid_native(struct xd_arena *a, struct xd_cpuid_leaves *out, struct xd_err *err)
{
    static const uint32_t ranges[] = {0x00000000, 0x80000000, 0x40000000, 0x40000100};
    const struct xd_cpuid_leaf *one;
    struct xd_cpuid_leaf l;

    *out = (struct xd_cpuid_leaves){.leaf = NULL};
    for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++) {
        one = xd_cpuid_leaf(out, 1, 0);
        if ((ranges[r] >> 28) == 4 && (!one || !(one->r[XD_CPUID_ECX] >> 31)))
            continue; /* no hypervisor: the processor would answer with some other leaf */
        ask(a, out, ranges[r], 0, &l);
        uint32_t top = l.r[XD_CPUID_EAX];

        if (top < ranges[r] || top - ranges[r] > MOST_LEAVES) /* no such range here */
            continue;
        for (uint32_t leaf = ranges[r] + 1; leaf <= top; leaf++) {
            ask(a, out, leaf, 0, &l);
            ask_subleaves(a, out, l);
        }
    }
    return 0;
}
#else
int xd_cpuid_native(struct xd_arena *a, struct xd_cpuid_leaves *out, struct xd_err *err)
{
    return xd_err_set(err, -ENOTSUP, "this machine is no x86: it has no CPUID");
}
#endif
