/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What CPUID says besides features: which processor it is, its threads, caches and addresses, and
 * the hypervisor it runs on. Intel SDM volume 2A (CPUID), AMD APM volume 3 appendix E; Xen's
 * leaves: xen/include/public/arch-x86/cpuid.h. */
#ifndef XD_CPUID_DECODE_H
#define XD_CPUID_DECODE_H

#include "xen/cpuid/db.h"
#include "xen/cpuid/leaves.h"

struct xd_cpuid_cache {
    unsigned level;
    char kind; /* 'd' data, 'i' instructions, 'u' both */
    uint64_t bytes;
    unsigned ways, line_bytes;
    unsigned threads; /* at most so many share one (places in the numbering, not all are taken) */
};

#define XD_CPUID_CACHES_MAX 8

/* 0, "" and n_caches 0 are unknown. */
struct xd_cpuid_about {
    char vendor[13]; /* "GenuineIntel"; made safe */
    enum xd_cpuid_vendor maker;
    char brand[49]; /* without the blanks around it; made safe */
    unsigned family, model, stepping;
    uint32_t max_leaf, max_extended;
    unsigned physical_bits, virtual_bits;
    unsigned threads_per_core, threads; /* of one package, as leaf 0xb or 1 tell */
    uint64_t xstates; /* XCR0 bits that the processor offers; 0x3 is x87 and SSE */
    struct xd_cpuid_cache cache[XD_CPUID_CACHES_MAX];
    int n_caches;
    char hypervisor[13]; /* "XenVMMXenVMM"; made safe */
    unsigned xen_major, xen_minor;
    bool has_xen_version;
};

void xd_cpuid_about(const struct xd_cpuid_leaves *l, struct xd_cpuid_about *out);
/* The maker of that vendor string (12 bytes), ANY where we don't know it. */
enum xd_cpuid_vendor xd_cpuid_maker(const char *vendor);

#endif
