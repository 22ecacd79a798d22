/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Featuresets: where each word comes from, and arithmetic of sets. */
#include "xen/cpuid/set.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NONE XD_CPUID_NO_SUBLEAF

/* Intel SDM volume 2A (CPUID) and volume 4 (MSRs); AMD APM volume 3 appendix E. */
// clang-format off
static const struct xd_cpuid_word words[XD_CPUID_WORDS] = {
    [0]  = {"1d",    false, 0x00000001, NONE, XD_CPUID_EDX},
    [1]  = {"1c",    false, 0x00000001, NONE, XD_CPUID_ECX},
    [2]  = {"e1d",   false, 0x80000001, NONE, XD_CPUID_EDX},
    [3]  = {"e1c",   false, 0x80000001, NONE, XD_CPUID_ECX},
    [4]  = {"Da1",   false, 0x0000000d, 1,    XD_CPUID_EAX},
    [5]  = {"7b0",   false, 0x00000007, 0,    XD_CPUID_EBX},
    [6]  = {"7c0",   false, 0x00000007, 0,    XD_CPUID_ECX},
    [7]  = {"e7d",   false, 0x80000007, NONE, XD_CPUID_EDX},
    [8]  = {"e8b",   false, 0x80000008, NONE, XD_CPUID_EBX},
    [9]  = {"7d0",   false, 0x00000007, 0,    XD_CPUID_EDX},
    [10] = {"7a1",   false, 0x00000007, 1,    XD_CPUID_EAX},
    [11] = {"e21a",  false, 0x80000021, NONE, XD_CPUID_EAX},
    [12] = {"7b1",   false, 0x00000007, 1,    XD_CPUID_EBX},
    [13] = {"7d2",   false, 0x00000007, 2,    XD_CPUID_EDX},
    [14] = {"7c1",   false, 0x00000007, 1,    XD_CPUID_ECX},
    [15] = {"7d1",   false, 0x00000007, 1,    XD_CPUID_EDX},
    [16] = {"m10Al", true,  0x0000010a, NONE, XD_CPUID_EAX},
    [17] = {"m10Ah", true,  0x0000010a, NONE, XD_CPUID_EDX},
    [18] = {"e21c",  false, 0x80000021, NONE, XD_CPUID_ECX},
    /* ours */
    [24] = {"6a",    false, 0x00000006, NONE, XD_CPUID_EAX},
    [25] = {"eAd",   false, 0x8000000a, NONE, XD_CPUID_EDX},
    [26] = {"e7b",   false, 0x80000007, NONE, XD_CPUID_EBX},
    [27] = {"e22a",  false, 0x80000022, NONE, XD_CPUID_EAX},
    [28] = {"14c",   false, 0x00000014, 0,    XD_CPUID_ECX},
    [29] = {"mCFl",  true,  0x000000cf, NONE, XD_CPUID_EAX},
    [30] = {"24b",   false, 0x00000024, 0,    XD_CPUID_EBX},
};
// clang-format on

const struct xd_cpuid_word *xd_cpuid_word(int word)
{
    return &words[word];
}

int xd_cpuid_word_named(const char *name)
{
    for (int i = 0; i < XD_CPUID_WORDS; i++)
        if (words[i].name && strcmp(words[i].name, name) == 0)
            return i;
    return -1;
}

int xd_cpuid_word_of(uint32_t leaf, uint32_t subleaf, enum xd_cpuid_reg reg)
{
    for (int i = 0; i < XD_CPUID_WORDS; i++)
        if (words[i].name && !words[i].msr && words[i].leaf == leaf && words[i].reg == reg &&
            (words[i].subleaf == NONE || words[i].subleaf == subleaf))
            return i;
    return -1;
}

int xd_cpuid_word_of_msr(uint32_t msr, bool high)
{
    for (int i = 0; i < XD_CPUID_WORDS; i++)
        if (words[i].name && words[i].msr && words[i].leaf == msr &&
            (words[i].reg == XD_CPUID_EDX) == high)
            return i;
    return -1;
}

char *xd_cpuid_place(int bit, char *out, size_t size)
{
    static const char *const regs[] = {"eax", "ebx", "ecx", "edx"};
    const struct xd_cpuid_word *w = &words[bit / 32];

    if (!w->name)
        snprintf(out, size, "word %d bit %d", bit / 32, bit % 32);
    else if (w->msr)
        snprintf(out, size, "MSR 0x%" PRIx32 " bit %d", w->leaf,
                 bit % 32 + (w->reg == XD_CPUID_EDX ? 32 : 0));
    else if (w->subleaf == NONE)
        snprintf(out, size, "CPUID 0x%08" PRIx32 ".%s bit %d", w->leaf, regs[w->reg], bit % 32);
    else
        snprintf(out, size, "CPUID 0x%08" PRIx32 ":%" PRIu32 ".%s bit %d", w->leaf, w->subleaf,
                 regs[w->reg], bit % 32);
    return out;
}

void xd_fs_and(struct xd_featureset *s, const struct xd_featureset *with)
{
    for (int i = 0; i < XD_CPUID_WORDS; i++)
        s->w[i] &= with->w[i];
}

void xd_fs_or(struct xd_featureset *s, const struct xd_featureset *with)
{
    for (int i = 0; i < XD_CPUID_WORDS; i++)
        s->w[i] |= with->w[i];
}

void xd_fs_minus(struct xd_featureset *s, const struct xd_featureset *without)
{
    for (int i = 0; i < XD_CPUID_WORDS; i++)
        s->w[i] &= ~without->w[i];
}

bool xd_fs_empty(const struct xd_featureset *s)
{
    return xd_fs_next(s, 0) < 0;
}

bool xd_fs_equal(const struct xd_featureset *a, const struct xd_featureset *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

bool xd_fs_subset(const struct xd_featureset *of, const struct xd_featureset *all)
{
    for (int i = 0; i < XD_CPUID_WORDS; i++)
        if (of->w[i] & ~all->w[i])
            return false;
    return true;
}

int xd_fs_count(const struct xd_featureset *s)
{
    int n = 0;

    for (int i = 0; i < XD_CPUID_WORDS; i++)
        n += __builtin_popcount(s->w[i]);
    return n;
}

int xd_fs_next(const struct xd_featureset *s, int from)
{
    for (int i = from / 32; i < XD_CPUID_WORDS; i++) {
        uint32_t w = s->w[i];

        if (i == from / 32)
            w &= ~UINT32_C(0) << (from % 32);
        if (w)
            return i * 32 + __builtin_ctz(w);
    }
    return -1;
}
