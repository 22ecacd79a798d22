/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Caches and names by CPUID's leaves. Intel: SDM volume 2A, CPUID, leaves 4 and 0bh, and volume 3A,
 * 9.9 (which threads share a cache: those with the same APIC id but for its low bits). AMD: APM
 * volume 3, appendix E.4, Fn8000_001D and Fn8000_0005/6. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo/read_xen.h"

#define BY XD_TOPO_BY_CPUID

static const uint32_t *leaf(const struct xd_xen_host *h, uint32_t number, uint32_t sub)
{
    for (size_t i = 0; i < h->n_leaves; i++)
        if (h->leaves[i].leaf == number &&
            (h->leaves[i].subleaf == XD_XEN_NO ? 0 : h->leaves[i].subleaf) == sub)
            return h->leaves[i].regs;
    return NULL;
}

static uint32_t bits(uint32_t v, unsigned high, unsigned low)
{
    return v >> low & (uint32_t)((UINT64_C(1) << (high - low + 1)) - 1);
}

/* How many bits number n things. */
static unsigned width(uint32_t n)
{
    unsigned w = 0;

    while (w < 31 && (UINT32_C(1) << w) < n)
        w++;
    return w;
}

/* --- names --- */

static void put_word(char *out, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (char)(v >> 8 * i);
}

void xd_topo_cpuid_identity(const struct xd_xen_host *h, struct xd_topo_cpuid *out)
{
    const uint32_t *r = leaf(h, 0, 0);

    memset(out, 0, sizeof(*out));
    if (r) {
        put_word(out->vendor, r[1]);
        put_word(out->vendor + 4, r[3]);
        put_word(out->vendor + 8, r[2]);
    }
    r = leaf(h, 1, 0);
    if (r && r[0]) {
        uint32_t family = bits(r[0], 11, 8);

        out->have_model = true;
        out->family = family == 15 ? family + bits(r[0], 27, 20) : family;
        out->model = bits(r[0], 7, 4);
        if (family == 6 || family == 15)
            out->model |= bits(r[0], 19, 16) << 4;
        out->stepping = bits(r[0], 3, 0);
    }
    for (uint32_t i = 0; i < 3 && (r = leaf(h, 0x80000002 + i, 0)); i++)
        for (unsigned k = 0; k < 4; k++)
            put_word(out->name + 16 * i + 4 * k, r[k]);
}

/* --- who shares --- */

struct cache {
    enum xd_thing_kind kind;
    uint64_t kib;
    uint32_t ways;      /* 0: unknown, or fully associative */
    unsigned shared;    /* bits of APIC ids that its threads differ in */
    bool of_node;       /* it isn't said: all of a package that are in one node */
    unsigned core_bits; /* bits of APIC ids below a core's number */
};

/* Core numbers of Xen are the bits of APIC ids above those of threads. */
static unsigned core_bits(const struct xd_xen_host *h)
{
    const uint32_t *smt = leaf(h, 0x0b, 0);
    uint32_t most = 1, n = 0;

    if (smt && smt[1] && bits(smt[2], 15, 8) == 1)
        return bits(smt[0], 4, 0);
    for (size_t i = 0; i < h->n_cpus; i++) {
        bool same = i && h->cpus[i].socket == h->cpus[i - 1].socket &&
                    h->cpus[i].core == h->cpus[i - 1].core;

        n = same ? n + 1 : 1;
        if (n > most && h->cpus[i].core != XD_XEN_NO)
            most = n;
    }
    return width(most);
}

/* CPUs with the same key share the cache. */
static bool key_of(const struct cache *c, const struct xd_xen_cpu *cpu, uint64_t *key)
{
    unsigned shift = c->shared > c->core_bits ? c->shared - c->core_bits : 0;

    if (cpu->socket == XD_XEN_NO || cpu->core == XD_XEN_NO)
        return false;
    if (c->of_node)
        *key = cpu->node;
    else if (cpu->apic_id != XD_XEN_NO)
        *key = cpu->apic_id >> c->shared;
    else
        *key = cpu->core >> shift;
    *key |= (uint64_t)cpu->socket << 32;
    return true;
}

struct sharer {
    uint64_t key;
    uint32_t cpu;
};

static int by_key(const void *va, const void *vb)
{
    const struct sharer *a = va, *b = vb;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->cpu < b->cpu ? -1 : a->cpu > b->cpu;
}

static void tell_cache(struct xd_topo *t, const struct xd_xen_host *h, const struct cache *c)
{
    struct sharer *list = xd_malloc((h->n_cpus + 1) * sizeof(*list));
    size_t n = 0;

    for (size_t i = 0; i < h->n_cpus; i++) {
        list[n].cpu = h->cpus[i].cpu;
        n += key_of(c, &h->cpus[i], &list[n].key);
    }
    qsort(list, n, sizeof(*list), by_key);
    for (size_t i = 0, end; i < n; i = end) {
        struct xd_topo_thing *o;
        struct xd_cpuset set;

        xd_cpuset_zero(&set);
        for (end = i; end < n && list[end].key == list[i].key; end++)
            xd_cpuset_add(&set, list[end].cpu);
        o = xd_topo_of_cpus(t, c->kind, &set, BY);
        if (c->kib)
            xd_topo_tell_u64(t, o, XD_TOPO_SIZE, BY, c->kib);
        if (c->ways)
            xd_topo_tell_u64(t, o, XD_TOPO_WAYS, BY, c->ways);
    }
    free(list);
}

/* --- what one CPU says --- */

enum { DATA = 1, UNIFIED = 3, CACHES_MAX = 16 };

/* Leaf 4 of Intel and Fn8000_001D of AMD have the same fields. False: there is none. */
static bool tell_listed(struct xd_topo *t, const struct xd_xen_host *h, uint32_t number)
{
    const uint32_t *r;
    bool any = false;

    for (uint32_t i = 0; i < CACHES_MAX && (r = leaf(h, number, i)) && bits(r[0], 4, 0); i++) {
        uint32_t type = bits(r[0], 4, 0);
        struct cache c = {
            .kind = xd_topo_cache_kind(bits(r[0], 7, 5)),
            .kib = (uint64_t)(bits(r[1], 31, 22) + 1) * (bits(r[1], 21, 12) + 1) *
                   (bits(r[1], 11, 0) + 1) * ((uint64_t)r[2] + 1) / 1024,
            .ways = bits(r[0], 9, 9) ? 0 : bits(r[1], 31, 22) + 1,
            .shared = width(bits(r[0], 25, 14) + 1),
            .core_bits = core_bits(h),
        };

        any = true;
        if (c.kind != XD_THING_KINDS && (type == DATA || type == UNIFIED))
            tell_cache(t, h, &c);
    }
    return any;
}

/* Of AMD's processors without that leaf: sizes, but not who shares. L1 and L2 are a core's. */
static void tell_old_amd(struct xd_topo *t, const struct xd_xen_host *h)
{
    static const uint32_t ways[16] = {0, 1, 2, 3, 4, 6, 8, 0, 16, 0, 32, 48, 64, 96, 128, 0};
    const uint32_t *l1 = leaf(h, 0x80000005, 0), *more = leaf(h, 0x80000006, 0);
    struct cache c = {.core_bits = core_bits(h), .shared = core_bits(h)};

    if (l1 && bits(l1[2], 31, 24)) {
        c.kind = XD_THING_L1;
        c.kib = bits(l1[2], 31, 24);
        c.ways = bits(l1[2], 23, 16) == 0xff ? 0 : bits(l1[2], 23, 16);
        tell_cache(t, h, &c);
    }
    if (more && bits(more[2], 31, 16)) {
        c.kind = XD_THING_L2;
        c.kib = bits(more[2], 31, 16);
        c.ways = ways[bits(more[2], 15, 12)];
        tell_cache(t, h, &c);
    }
    if (more && bits(more[3], 31, 18)) {
        c.kind = XD_THING_L3;
        c.kib = bits(more[3], 31, 18) * UINT64_C(512);
        c.ways = ways[bits(more[3], 15, 12)];
        c.of_node = true;
        tell_cache(t, h, &c);
    }
}

void xd_topo_cpuid_caches(struct xd_topo *t, const struct xd_xen_host *h)
{
    struct xd_topo_cpuid id;

    xd_topo_cpuid_identity(h, &id);
    if (strcmp(id.vendor, "AuthenticAMD") != 0 && strcmp(id.vendor, "HygonGenuine") != 0)
        tell_listed(t, h, 4);
    else if (!tell_listed(t, h, 0x8000001d))
        tell_old_amd(t, h);
}
