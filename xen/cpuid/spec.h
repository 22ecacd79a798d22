/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language people know for a processor: a base, and what is added to it or taken away.
 *
 *   SandyBridge,+pdpe1gb,-avx2     a named model
 *   x86-64-v3                      a level of the psABI
 *   host,-avx512*                  what the host offers, less all that a pattern names
 *   none,+fpu,+sse2                nothing but what is named
 *
 * Features may be called as Xen, Linux, QEMU or libvirt call them, and NAME=on or NAME=off is the
 * same as +NAME and -NAME. A name outdoes a pattern, wherever it stands. */
#ifndef XD_CPUID_SPEC_H
#define XD_CPUID_SPEC_H

#include "base/str.h"
#include "xen/cpuid/db.h"

enum xd_cpuid_base { XD_CPUID_BASE_MODEL, XD_CPUID_BASE_HOST, XD_CPUID_BASE_NONE };

struct xd_cpuid_spec {
    enum xd_cpuid_base base;
    const struct xd_cpuid_model *model; /* of the db; where that is the base */
    struct xd_featureset add, remove;   /* disjoint */
    struct xd_featureset by_pattern;    /* those of them that only a pattern named */
};

/* Errors say what is wrong, and with what; *column (from 1, in bytes; may be NULL) says where, for
 * a caret under the text: xd_cpuid_caret. */
int xd_cpuid_spec_parse(const struct xd_cpuid_db *db, const char *text, struct xd_cpuid_spec *out,
                        int *column, struct xd_err *err);
/* The shortest canonical text; parsed again it gives the same base, add and remove. */
void xd_cpuid_spec_format(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                          struct xd_buf *out);
/* The text, made safe, and a caret under its column: two lines. */
void xd_cpuid_caret(const char *text, int column, struct xd_buf *out);

/* What the user's own words break. */
struct xd_cpuid_broken {
    struct xd_featureset unmet;   /* would be there but for what they need */
    struct xd_featureset missing; /* what those need */
};

/* Which features are meant; host is needed where that is the base (else may be NULL; -ENODATA
 * without). What lacks something it needs is taken out, as Xen does, and told in *broken (may be
 * NULL). */
int xd_cpuid_spec_resolve(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                          const struct xd_featureset *host, struct xd_featureset *out,
                          struct xd_cpuid_broken *broken, struct xd_err *err);
/* Where something is broken, a spec without that: what was added gets what it needs unless that was
 * taken away by name; what depends on something taken away is taken away as well. */
void xd_cpuid_spec_mend(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                        const struct xd_featureset *host, struct xd_cpuid_spec *out);
/* "avx2 needs avx, which -avx takes away" … a sentence for each at most `most`; "" if none. */
void xd_cpuid_broken_text(const struct xd_cpuid_db *db, const struct xd_cpuid_broken *b, int most,
                          struct xd_buf *out);

/* The spec with the fewest words that means these features: the model nearest to them, within the
 * vendor (ANY: of all vendors), and the differences. With `within`, only models that have nothing
 * else than the features. */
void xd_cpuid_spec_nearest(const struct xd_cpuid_db *db, const struct xd_featureset *fs,
                           enum xd_cpuid_vendor vendor, bool within, struct xd_cpuid_spec *out);

#endif
