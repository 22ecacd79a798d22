/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaves of CPUID to featuresets and back. */
#include "xen/cpuid/leaves.h"

#include <errno.h>
#include <string.h>

int xd_cpuid_leaves_add(struct xd_cpuid_leaves *l, struct xd_arena *a, struct xd_cpuid_leaf leaf)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->leaf[i].leaf == leaf.leaf && l->leaf[i].subleaf == leaf.subleaf) {
            l->leaf[i] = leaf;
            return 0;
        }
    }
    if (l->n == XD_CPUID_LEAVES_MAX)
        return -E2BIG;
    l->leaf = xd_arena_grow(a, l->leaf, l->n, sizeof(*l->leaf));
    l->leaf[l->n++] = leaf;
    return 0;
}

int xd_cpuid_leaves_add_msr(struct xd_cpuid_leaves *l, struct xd_arena *a, uint32_t index,
                            uint64_t value)
{
    for (size_t i = 0; i < l->n_msr; i++) {
        if (l->msr[i].index == index) {
            l->msr[i].value = value;
            return 0;
        }
    }
    if (l->n_msr == XD_CPUID_LEAVES_MAX)
        return -E2BIG;
    l->msr = xd_arena_grow(a, l->msr, l->n_msr, sizeof(*l->msr));
    l->msr[l->n_msr++] = (struct xd_cpuid_msr){index, value};
    return 0;
}

const struct xd_cpuid_leaf *xd_cpuid_leaf(const struct xd_cpuid_leaves *l, uint32_t leaf,
                                          uint32_t subleaf)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->leaf[i].leaf == leaf && l->leaf[i].subleaf == subleaf)
            return &l->leaf[i];
    return NULL;
}

/* A leaf above the highest of its range, or a subleaf above the highest of leaf 7, does not exist,
 * which is as good as zero (Intel SDM volume 2A, CPUID; some processors repeat another leaf). */
static bool beyond(const struct xd_cpuid_leaves *l, const struct xd_cpuid_word *w)
{
    const struct xd_cpuid_leaf *top = xd_cpuid_leaf(l, w->leaf & 0xffff0000u, 0);

    if (!top)
        return false;
    if (w->leaf & 0x80000000u && top->r[XD_CPUID_EAX] < 0x80000000u)
        return true;
    if (w->leaf > top->r[XD_CPUID_EAX])
        return true;
    if (w->leaf == 7 && w->subleaf != 0) {
        const struct xd_cpuid_leaf *seven = xd_cpuid_leaf(l, 7, 0);
        return seven && w->subleaf > seven->r[XD_CPUID_EAX];
    }
    return false;
}

bool xd_cpuid_leaves_reach(const struct xd_cpuid_leaves *l, int word)
{
    const struct xd_cpuid_word *w = xd_cpuid_word(word);

    return w->msr || !beyond(l, w);
}

static void msr_to_set(const struct xd_cpuid_leaves *l, int word, struct xd_cpuid_set *out)
{
    const struct xd_cpuid_word *w = xd_cpuid_word(word);

    for (size_t i = 0; i < l->n_msr; i++) {
        if (l->msr[i].index == w->leaf) {
            out->fs.w[word] =
                (uint32_t)(w->reg == XD_CPUID_EDX ? l->msr[i].value >> 32 : l->msr[i].value);
            out->known |= UINT32_C(1) << word;
            return;
        }
    }
    if (l->complete_msrs)
        out->known |= UINT32_C(1) << word;
}

/* Is it one whose leaf 0x80000001 EDX repeats leaf 1 EDX? */
static bool repeats_1d(const struct xd_cpuid_leaves *l)
{
    const struct xd_cpuid_leaf *zero = xd_cpuid_leaf(l, 0, 0);

    return !zero || memcmp(&zero->r[XD_CPUID_EBX], "Genu", 4) != 0;
}

void xd_cpuid_leaves_to_set(const struct xd_cpuid_leaves *l, struct xd_cpuid_set *out)
{
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < XD_CPUID_WORDS; i++) {
        const struct xd_cpuid_word *w = xd_cpuid_word(i);

        if (!w->name)
            continue;
        if (w->msr) {
            msr_to_set(l, i, out);
            continue;
        }
        const struct xd_cpuid_leaf *leaf =
            xd_cpuid_leaf(l, w->leaf, w->subleaf == XD_CPUID_NO_SUBLEAF ? 0 : w->subleaf);
        if (beyond(l, w)) {
            out->known |= UINT32_C(1) << i;
        } else if (leaf) {
            out->fs.w[i] = leaf->r[w->reg];
            out->known |= UINT32_C(1) << i;
        } else if (l->complete) {
            out->known |= UINT32_C(1) << i;
        }
    }
    int e1d = xd_cpuid_word_of(0x80000001, 0, XD_CPUID_EDX);
    if (repeats_1d(l))
        out->fs.w[e1d] &= ~XD_CPUID_COMMON_1D;
    /* Without the bit that announces the register it is not there. */
    int caps = xd_cpuid_word_of(7, 0, XD_CPUID_EDX), low = xd_cpuid_word_of_msr(0x10a, false);
    if (out->known >> caps & 1 && !(out->fs.w[caps] >> 29 & 1))
        out->known |= UINT32_C(3) << low;
}

void xd_cpuid_leaves_of_set(const struct xd_cpuid_set *s, bool amd, struct xd_arena *a,
                            struct xd_cpuid_leaves *out)
{
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < XD_CPUID_WORDS; i++) {
        const struct xd_cpuid_word *w = xd_cpuid_word(i);
        uint32_t sub = w->subleaf == XD_CPUID_NO_SUBLEAF ? 0 : w->subleaf, value = s->fs.w[i];

        if (!w->name || !(s->known >> i & 1))
            continue;
        if (w->msr) {
            uint64_t old = 0;
            for (size_t m = 0; m < out->n_msr; m++)
                if (out->msr[m].index == w->leaf)
                    old = out->msr[m].value;
            xd_cpuid_leaves_add_msr(out, a, w->leaf,
                                    old | (w->reg == XD_CPUID_EDX ? (uint64_t)value << 32 : value));
            continue;
        }
        if (amd && w->leaf == 0x80000001 && w->reg == XD_CPUID_EDX)
            value |= s->fs.w[xd_cpuid_word_of(1, 0, XD_CPUID_EDX)] & XD_CPUID_COMMON_1D;
        const struct xd_cpuid_leaf *there = xd_cpuid_leaf(out, w->leaf, sub);
        struct xd_cpuid_leaf leaf = there ? *there : (struct xd_cpuid_leaf){w->leaf, sub, {0}};
        leaf.r[w->reg] = value;
        xd_cpuid_leaves_add(out, a, leaf);
    }
}
