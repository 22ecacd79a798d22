/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves of CPUID that are no features: see decode.h. */
#include "xen/cpuid/decode.h"

#include <string.h>

#include "base/str.h"

enum { A = XD_CPUID_EAX, B = XD_CPUID_EBX, C = XD_CPUID_ECX, D = XD_CPUID_EDX };

static uint32_t bits(uint32_t v, int low, int n)
{
    return v >> low & ((n == 32 ? 0 : UINT32_C(1) << n) - 1);
}

/* Text of a processor, in registers: 4 bytes each, without the blanks around it. */
static void text(const uint32_t *regs, int n, char *out, size_t size)
{
    char raw[49];
    size_t len = (size_t)n * 4, from = 0;

    memcpy(raw, regs, len);
    raw[len] = '\0';
    len = strlen(raw);
    while (raw[from] == ' ')
        from++;
    while (len > from && raw[len - 1] == ' ')
        raw[--len] = '\0';
    xd_str_safe_to(out, size, raw + from);
}

enum xd_cpuid_vendor xd_cpuid_maker(const char *vendor)
{
    return strcmp(vendor, "GenuineIntel") == 0   ? XD_VENDOR_INTEL
           : strcmp(vendor, "AuthenticAMD") == 0 ? XD_VENDOR_AMD
           : strcmp(vendor, "HygonGenuine") == 0 ? XD_VENDOR_HYGON
                                                 : XD_VENDOR_ANY;
}

static void brand(const struct xd_cpuid_leaves *l, struct xd_cpuid_about *out)
{
    uint32_t all[12] = {0};

    for (int i = 0; i < 3; i++) {
        const struct xd_cpuid_leaf *b = xd_cpuid_leaf(l, 0x80000002u + (uint32_t)i, 0);
        if (!b && !l->complete)
            return;
        if (b) /* a short name ends early, and what is zero may be left out */
            memcpy(all + 4 * i, b->r, sizeof(b->r));
    }
    text(all, 12, out->brand, sizeof(out->brand));
}

static void signature(uint32_t eax, struct xd_cpuid_about *out)
{
    out->stepping = bits(eax, 0, 4);
    out->model = bits(eax, 4, 4);
    out->family = bits(eax, 8, 4);
    if (out->family == 6 || out->family == 15)
        out->model |= bits(eax, 16, 4) << 4;
    if (out->family == 15)
        out->family += bits(eax, 20, 8);
}

/* Leaf 4 of Intel's and leaf 0x8000001d of AMD's are of one layout. */
static void caches(const struct xd_cpuid_leaves *l, struct xd_cpuid_about *out)
{
    static const char kinds[] = "?diu";
    const struct xd_cpuid_leaf *four = xd_cpuid_leaf(l, 4, 0);
    uint32_t leaf = four && bits(four->r[A], 0, 5) ? 4 : 0x8000001d;

    for (uint32_t s = 0; out->n_caches < XD_CPUID_CACHES_MAX; s++) {
        const struct xd_cpuid_leaf *c = xd_cpuid_leaf(l, leaf, s);
        if (!c || bits(c->r[A], 0, 5) == 0 || bits(c->r[A], 0, 5) > 3)
            return;
        struct xd_cpuid_cache *k = &out->cache[out->n_caches++];
        unsigned parts = bits(c->r[B], 12, 10) + 1;
        k->kind = kinds[bits(c->r[A], 0, 5)];
        k->level = bits(c->r[A], 5, 3);
        k->threads = bits(c->r[A], 14, 12) + 1;
        k->line_bytes = bits(c->r[B], 0, 12) + 1;
        k->ways = bits(c->r[B], 22, 10) + 1;
        k->bytes = (uint64_t)k->ways * parts * k->line_bytes * ((uint64_t)c->r[C] + 1);
    }
}

static void topology(const struct xd_cpuid_leaves *l, struct xd_cpuid_about *out)
{
    const struct xd_cpuid_leaf *one = xd_cpuid_leaf(l, 1, 0);

    for (uint32_t s = 0; s < 8; s++) {
        const struct xd_cpuid_leaf *b = xd_cpuid_leaf(l, 0xb, s);
        unsigned kind = b ? bits(b->r[C], 8, 8) : 0;
        if (!kind)
            break;
        if (kind == 1)
            out->threads_per_core = bits(b->r[B], 0, 16);
        else if (kind == 2)
            out->threads = bits(b->r[B], 0, 16);
    }
    if (!out->threads && one)
        out->threads = bits(one->r[D], 28, 1) ? bits(one->r[B], 16, 8) : 1;
}

static void hypervisor(const struct xd_cpuid_leaves *l, struct xd_cpuid_about *out)
{
    /* With Viridian extensions Xen's own leaves come 0x100 later. */
    for (uint32_t base = 0x40000000; base <= 0x40000100; base += 0x100) {
        const struct xd_cpuid_leaf *h = xd_cpuid_leaf(l, base, 0);
        if (!h || (out->hypervisor[0] && memcmp(&h->r[B], "XenV", 4) != 0))
            continue;
        uint32_t sign[3] = {h->r[B], h->r[C], h->r[D]};
        text(sign, 3, out->hypervisor, sizeof(out->hypervisor));
        const struct xd_cpuid_leaf *version = xd_cpuid_leaf(l, base + 1, 0);
        if (version && strcmp(out->hypervisor, "XenVMMXenVMM") == 0) {
            out->xen_major = version->r[A] >> 16;
            out->xen_minor = version->r[A] & 0xffff;
            out->has_xen_version = true;
        }
    }
}

void xd_cpuid_about(const struct xd_cpuid_leaves *l, struct xd_cpuid_about *out)
{
    const struct xd_cpuid_leaf *zero = xd_cpuid_leaf(l, 0, 0), *one = xd_cpuid_leaf(l, 1, 0);
    const struct xd_cpuid_leaf *ext = xd_cpuid_leaf(l, 0x80000000, 0);
    const struct xd_cpuid_leaf *size = xd_cpuid_leaf(l, 0x80000008, 0);
    const struct xd_cpuid_leaf *xstate = xd_cpuid_leaf(l, 0xd, 0);

    memset(out, 0, sizeof(*out));
    if (zero) {
        uint32_t sign[3] = {zero->r[B], zero->r[D], zero->r[C]};
        text(sign, 3, out->vendor, sizeof(out->vendor));
        out->maker = xd_cpuid_maker(out->vendor);
        out->max_leaf = zero->r[A];
    }
    if (one)
        signature(one->r[A], out);
    if (ext)
        out->max_extended = ext->r[A];
    if (size) {
        out->physical_bits = bits(size->r[A], 0, 8);
        out->virtual_bits = bits(size->r[A], 8, 8);
    }
    if (xstate)
        out->xstates = xstate->r[A] | (uint64_t)xstate->r[D] << 32;
    brand(l, out);
    topology(l, out);
    caches(l, out);
    hypervisor(l, out);
}
