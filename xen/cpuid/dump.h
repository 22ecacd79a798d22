/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUID of other machines, as programs write it down:
 *   cpuid -r          (Debian's package cpuid) leaves of each CPU
 *   xen-cpuid -p      leaves and MSRs of Xen's policies, or of a domain's
 *   xen-cpuid [-d]    the featuresets of a Xen host
 *   featuresets       a line each, words in hex divided by : or -, with a name before it or none
 *   a saved domain    (xl save) the policy that the guest was started with: a source "saved"
 * and the records of a migrating one. */
#ifndef XD_CPUID_DUMP_H
#define XD_CPUID_DUMP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "xen/cpuid/leaves.h"

/* One set of features: a machine, one of Xen's policies, a domain. */
struct xd_cpuid_source {
    const char *label; /* "processor", "Host", "HVM Max", "Domain 3", a name from the file */
    struct xd_cpuid_set set;
    struct xd_cpuid_leaves leaves; /* n 0: only the featureset is known */
    struct xd_featureset uneven;   /* features that only some CPUs of the machine have */
    unsigned cpus;                 /* how many the dump has; 0: it doesn't say */
};

struct xd_cpuid_dump {
    const char *format; /* "cpuid -r", "xen-cpuid -p" … */
    struct xd_cpuid_source *source;
    size_t n; /* at least 1 */
};

#define XD_CPUID_DUMP_MAX_BYTES (64 << 20)

/* Which of the formats it is is seen from the text. Errors: FILE:LINE:COL. */
int xd_cpuid_dump_parse(const char *file, const char *text, size_t len, struct xd_arena *a,
                        struct xd_cpuid_dump *out, struct xd_err *err);
/* The source of that label, in any case of letters; or NULL. */
const struct xd_cpuid_source *xd_cpuid_dump_find(const struct xd_cpuid_dump *d, const char *label);

/* "0fcbfbff:80082001:…" or with '-'. -EINVAL with the column (from 1) of what is wrong. */
int xd_cpuid_hex_parse(const char *text, size_t len, struct xd_cpuid_set *out, int *column,
                       struct xd_err *err);
/* As many words of Xen's as are known, at least as many as Xen 4.17 has. */
#define XD_CPUID_HEX_WORDS 19
void xd_cpuid_hex_format(const struct xd_cpuid_set *s, char divider, struct xd_buf *out);

/* Bodies of the records X86_CPUID_POLICY (0x11) and X86_MSR_POLICY (0x12) of a migration stream, as
 * docs/specs/libxc-migration-stream.pandoc of Xen describes them. msrs may be NULL. */
int xd_cpuid_policy_records(const void *cpuid, size_t cpuid_len, const void *msrs, size_t msrs_len,
                            struct xd_arena *a, struct xd_cpuid_leaves *out, struct xd_err *err);

/* Where libxc's image begins within what xl saved; NULL: nowhere. */
const void *xd_cpuid_image_find(const void *data, size_t len);
/* The policy of a saved domain. Only its beginning is needed: a few records, not its memory. */
#define XD_CPUID_IMAGE_BYTES (4 << 20)
int xd_cpuid_image_read(const char *file, const void *data, size_t len, struct xd_arena *a,
                        struct xd_cpuid_leaves *out, struct xd_err *err);

#endif
