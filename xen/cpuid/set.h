/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Featuresets: the bits by which an x86 processor says what it can do, as 32-bit words.
 *
 * Words 0 to 23 have Xen's numbers (xen/include/public/arch-x86/cpufeatureset.h, of which 4.17 uses
 * 19); later ones are ours, for bits that Xen has no word for. Most words are a register that CPUID
 * returns, some are halves of a model-specific register. */
#ifndef XD_CPUID_SET_H
#define XD_CPUID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XD_CPUID_WORDS     32
#define XD_CPUID_XEN_WORDS 24
#define XD_CPUID_BITS      (XD_CPUID_WORDS * 32)

struct xd_featureset {
    uint32_t w[XD_CPUID_WORDS];
};

/* A featureset of which some words may be unknown: a dump of CPUID tells nothing of the MSRs, and
 * unknown is not zero. Bits of unknown words are clear. */
struct xd_cpuid_set {
    struct xd_featureset fs;
    uint32_t known; /* bit i: word i is known */
};

enum xd_cpuid_reg { XD_CPUID_EAX, XD_CPUID_EBX, XD_CPUID_ECX, XD_CPUID_EDX };

#define XD_CPUID_NO_SUBLEAF UINT32_MAX

struct xd_cpuid_word {
    const char *name; /* as in xen-cpuid: "1d", "7b0"; NULL: no such word yet */
    bool msr;         /* then leaf is the MSR, and the register EAX (low half) or EDX (high half) */
    uint32_t leaf;
    uint32_t subleaf; /* or XD_CPUID_NO_SUBLEAF: the leaf has none */
    enum xd_cpuid_reg reg;
};

/* 0 to XD_CPUID_WORDS - 1; never NULL, but the name may be. */
const struct xd_cpuid_word *xd_cpuid_word(int word);
int xd_cpuid_word_named(const char *name); /* -1: none */
/* The word of that register of that leaf, or -1. A subleaf counts only where the leaf has some. */
int xd_cpuid_word_of(uint32_t leaf, uint32_t subleaf, enum xd_cpuid_reg reg);
int xd_cpuid_word_of_msr(uint32_t msr, bool high);
/* "CPUID 0x00000007:0.ebx bit 5", "MSR 0x10a bit 34" into out[size]; returns out. */
char *xd_cpuid_place(int bit, char *out, size_t size);

/* Bits of leaf 1 EDX that AMD repeats in leaf 0x80000001 EDX; there they are no features of their
 * own (AMD APM volume 3, appendix E.4.2). */
#define XD_CPUID_COMMON_1D 0x0183f3ffu

static inline bool xd_fs_has(const struct xd_featureset *s, int bit)
{
    return s->w[bit / 32] >> (bit % 32) & 1;
}

static inline void xd_fs_add(struct xd_featureset *s, int bit)
{
    s->w[bit / 32] |= UINT32_C(1) << (bit % 32);
}

static inline void xd_fs_del(struct xd_featureset *s, int bit)
{
    s->w[bit / 32] &= ~(UINT32_C(1) << (bit % 32));
}

void xd_fs_and(struct xd_featureset *s, const struct xd_featureset *with);
void xd_fs_or(struct xd_featureset *s, const struct xd_featureset *with);
void xd_fs_minus(struct xd_featureset *s, const struct xd_featureset *without);
bool xd_fs_empty(const struct xd_featureset *s);
bool xd_fs_equal(const struct xd_featureset *a, const struct xd_featureset *b);
bool xd_fs_subset(const struct xd_featureset *of, const struct xd_featureset *all); /* of ⊆ all */
int xd_fs_count(const struct xd_featureset *s);
/* The first bit from `from` on that is set, or -1: for (b = xd_fs_next(s, 0); b >= 0; b =
 * xd_fs_next(s, b + 1)). */
int xd_fs_next(const struct xd_featureset *s, int from);

#endif
