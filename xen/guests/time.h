/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xen's system time.
 */
#ifndef XENDECK_GUEST_TIME_H
#define XENDECK_GUEST_TIME_H

#include <stdint.h>

#define NS_PER_MS 1000000u
#define NS_PER_S  1000000000u

/* Nanoseconds since the host booted. Jumps when the guest moves to another host. */
uint64_t time_now_ns(void);

/* dividend / divisor for quotients of 32 bits; a 64-bit division would need libgcc. */
static inline uint32_t divide64(uint64_t dividend, uint32_t divisor)
{
    uint32_t quotient, remainder;

    __asm__("divl %[divisor]"
            : "=a"(quotient), "=d"(remainder)
            : "a"((uint32_t)dividend),
              "d"((uint32_t)(dividend >> 32) % divisor), [divisor] "r"(divisor)
            : "cc");
    return quotient;
}

#endif
