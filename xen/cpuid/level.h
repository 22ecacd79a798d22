/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several hosts: what guests may see that shall run on each of them, and whether a guest that runs
 * already can go to one. */
#ifndef XD_CPUID_LEVEL_H
#define XD_CPUID_LEVEL_H

#include "xen/cpuid/dump.h"
#include "xen/cpuid/spec.h"

/* The features that guests of a kind can see at all (NOBODY: all that have a name); only those they
 * see unasked, with by_default. */
void xd_cpuid_visible(const struct xd_cpuid_db *db, enum xd_cpuid_guests to, bool by_default,
                      struct xd_featureset *out);

struct xd_cpuid_level {
    struct xd_featureset common; /* all that is safe, closed */
    struct xd_featureset
        told; /* of common: one host has it, and Xen sets it on all (see features.yaml) */
    struct xd_featureset unmet;   /* on all hosts, but not all that it needs */
    struct xd_featureset unknown; /* on all that tell of it, but some don't */
    struct xd_featureset hidden;  /* of which at least one host doesn't tell */
    struct xd_featureset uneven;  /* some hosts have it, and others are known not to */
};

/* sets[n], n >= 1; only features in `of` are looked at. Costs one pass over the sets. */
void xd_cpuid_level(const struct xd_cpuid_db *db, const struct xd_cpuid_set *const *sets, size_t n,
                    const struct xd_featureset *of, struct xd_cpuid_level *out);
/* The level for the policy of guests, which begins with what a host offers: "host" less what is not
 * common. *on_request: what is common, too, but given only to guests that ask for it (nested
 * virtualisation and its like), which is up to them. */
void xd_cpuid_level_spec(const struct xd_cpuid_db *db, const struct xd_cpuid_level *l,
                         enum xd_cpuid_guests guests, struct xd_cpuid_spec *out,
                         struct xd_featureset *on_request);
/* What guests at that level don't see of what the host has. */
void xd_cpuid_level_loss(const struct xd_cpuid_db *db, const struct xd_cpuid_level *l,
                         const struct xd_cpuid_set *host, const struct xd_featureset *of,
                         struct xd_featureset *out);

enum xd_cpuid_answer { XD_CPUID_YES, XD_CPUID_NO, XD_CPUID_UNSURE };

/* One thing that speaks against it. */
struct xd_cpuid_reason {
    enum xd_cpuid_answer answer; /* NO: it would break. UNSURE: nobody knows. YES: worth knowing */
    int bit;                     /* the feature, or -1 */
    const char *text;            /* "host2 has no avx2 (AVX2: 256-bit …)" */
    const char *remedy;          /* what would help; NULL: nothing short of another host */
};

struct xd_cpuid_verdict {
    enum xd_cpuid_answer answer; /* the worst of the reasons */
    const struct xd_cpuid_reason *reason;
    size_t n;
    /* How it would run there after a new start, for xl.cfg: cpuid="host,…"; NULL: that wouldn't
     * help, or isn't needed. */
    const char *restart;
    struct xd_featureset missing; /* that the guest has and the host has not */
    struct xd_featureset unknown; /* … and nothing is known of */
};

/* Can a guest that sees `guest` run on `host` (its maximum for that kind of guest, or what its
 * processor has)? Features count, and where both tell: vendor, width of physical addresses,
 * register states, the highest leaves. Texts live in the arena; names are shown as given.
 * Upstream's own check (x86_cpu_policies_are_compatible in Xen 4.17) looks at the highest leaves
 * alone. */
void xd_cpuid_check(const struct xd_cpuid_db *db, const char *guest_name,
                    const struct xd_cpuid_source *guest, const char *host_name,
                    const struct xd_cpuid_source *host, struct xd_arena *a,
                    struct xd_cpuid_verdict *out);
const char *xd_cpuid_answer_text(enum xd_cpuid_answer a); /* "yes", "no", "unsure" */

#endif
