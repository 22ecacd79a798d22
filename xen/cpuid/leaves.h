/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What CPUID returned, leaf by leaf, and the feature MSRs: as a processor gives them, a dump has
 * them, or Xen keeps them as a domain's policy. */
#ifndef XD_CPUID_LEAVES_H
#define XD_CPUID_LEAVES_H

#include "base/arena.h"
#include "base/err.h"
#include "xen/cpuid/set.h"

struct xd_cpuid_leaf {
    uint32_t leaf, subleaf; /* subleaf 0 where the leaf has none */
    uint32_t r[4];          /* by enum xd_cpuid_reg */
};

struct xd_cpuid_msr {
    uint32_t index;
    uint64_t value;
};

/* In no certain order; a leaf that is not there is unknown. `complete` says that it would be there
 * if it weren't all zero. */
struct xd_cpuid_leaves {
    struct xd_cpuid_leaf *leaf;
    size_t n;
    struct xd_cpuid_msr *msr;
    size_t n_msr;
    bool complete;      /* leaves that are missing are zero, as Xen's policies are written */
    bool complete_msrs; /* likewise */
};

/* More than any processor or policy has. */
#define XD_CPUID_LEAVES_MAX 4096

/* -E2BIG after XD_CPUID_LEAVES_MAX. A leaf that is there already is replaced. */
int xd_cpuid_leaves_add(struct xd_cpuid_leaves *l, struct xd_arena *a, struct xd_cpuid_leaf leaf);
int xd_cpuid_leaves_add_msr(struct xd_cpuid_leaves *l, struct xd_arena *a, uint32_t index,
                            uint64_t value);
/* NULL: not there. */
const struct xd_cpuid_leaf *xd_cpuid_leaf(const struct xd_cpuid_leaves *l, uint32_t leaf,
                                          uint32_t subleaf);
/* What features they say. Words are unknown whose leaf is not there, unless the leaf is beyond the
 * highest that leaf 0 or 0x80000000 names, which is zero by definition. */
void xd_cpuid_leaves_to_set(const struct xd_cpuid_leaves *l, struct xd_cpuid_set *out);
/* Whether the leaf of that word lies within the highest that these name; MSRs always do. */
bool xd_cpuid_leaves_reach(const struct xd_cpuid_leaves *l, int word);
/* The leaves that hold these words (with the bits that leaf 0x80000001 repeats for AMD), and no
 * more: what isn't a feature stays zero. */
void xd_cpuid_leaves_of_set(const struct xd_cpuid_set *s, bool amd, struct xd_arena *a,
                            struct xd_cpuid_leaves *out);

/* This machine's, by the CPUID instruction on the CPU that happens to run: what a program sees, so
 * in a PV dom0 Xen's choice for dom0. MSRs stay unknown. -ENOTSUP on other than x86. */
int xd_cpuid_native(struct xd_arena *a, struct xd_cpuid_leaves *out, struct xd_err *err);

#endif
