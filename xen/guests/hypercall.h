/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls into Xen, through the page of hypercalls that Xen fills for us.
 *
 * Entry NR lies at 32 * NR in the page; arguments go in EBX, ECX, EDX, the result comes in EAX: 0
 * or more for success, a negative errno for failure (Xen,
 * xen/include/public/arch-x86/xen-x86_32.h).
 */
#ifndef XENDECK_GUEST_HYPERCALL_H
#define XENDECK_GUEST_HYPERCALL_H

#include <stdint.h>

#include "xen.h"

extern char hypercall_page[PAGE_SIZE];

/* Has Xen fill the page. To be done first of all, and again after a restore: the host may have
 * another make of CPU, and Xen learns on this occasion that we are a 32-bit guest. */
void hypercall_init(void);

static inline int32_t hypercall3(uint32_t nr, uint32_t arg1, uint32_t arg2, const void *arg3)
{
    int32_t result;

    __asm__ volatile("call *%[entry]"
                     : "=a"(result), "+b"(arg1), "+c"(arg2), "+d"(arg3)
                     : [entry] "S"(hypercall_page + 32 * nr)
                     : "memory", "cc");
    return result;
}

static inline int32_t hypercall2(uint32_t nr, uint32_t arg1, const void *arg2)
{
    return hypercall3(nr, arg1, (uint32_t)(uintptr_t)arg2, 0);
}

/* Value of one HVM_PARAM_*: the places of our rings and their event channels. */
uint32_t hvm_param(uint32_t index);

/* Ends the domain with SHUTDOWN_*; only SHUTDOWN_suspend returns. */
void shutdown(uint32_t reason);

#endif
