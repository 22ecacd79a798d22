/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding Xen and making the page of hypercalls usable.
 */
#include "hypercall.h"

static void cpuid(uint32_t leaf, uint32_t *eax, uint32_t *ebx, uint32_t *ecx, uint32_t *edx)
{
    __asm__ volatile("cpuid" : "=a"(*eax), "=b"(*ebx), "=c"(*ecx), "=d"(*edx) : "a"(leaf), "c"(0));
}

/* Xen's leaves may start higher, in steps of 0x100, if it also shows those of Hyper-V. */
static uint32_t xen_cpuid_base(void)
{
    uint32_t base, eax, ebx, ecx, edx;

    for (base = XEN_CPUID_FIRST_LEAF; base < XEN_CPUID_LAST_BASE; base += 0x100) {
        cpuid(base, &eax, &ebx, &ecx, &edx);
        if (ebx == XEN_CPUID_SIGNATURE_EBX && ecx == XEN_CPUID_SIGNATURE_ECX &&
            edx == XEN_CPUID_SIGNATURE_EDX)
            return base;
    }
    for (;;) /* not on Xen: there is nobody to tell */
        __asm__ volatile("hlt");
}

void hypercall_init(void)
{
    uint32_t pages, msr, ecx, edx;

    cpuid(xen_cpuid_base() + XEN_CPUID_HYPERCALL_PAGE, &pages, &msr, &ecx, &edx);
    __asm__ volatile("wrmsr" : : "c"(msr), "a"(hypercall_page), "d"(0) : "memory");
}

uint32_t hvm_param(uint32_t index)
{
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = index};

    hypercall2(XEN_HYPERCALL_hvm_op, HVMOP_get_param, &param);
    return (uint32_t)param.value;
}

void shutdown(uint32_t reason)
{
    struct sched_shutdown arg = {.reason = reason};

    hypercall2(XEN_HYPERCALL_sched_op, SCHEDOP_shutdown, &arg);
}
