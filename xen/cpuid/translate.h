/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Specs as other programs write them, there and back. What one side can't say is listed.
 *
 *   xl       cpuid = "host,avx2=0" of xl.cfg: libxl_cpuid_parse_config of Xen 4.17.7
 *   xend     cpuid = [ "0x7,0x0:ebx=xx…x0xx…x" ]: libxl_cpuid_parse_config_xend
 *   libvirt  <cpu mode='custom'>…: formatdomain.html of libvirt
 *   qemu     -cpu SandyBridge,+pdpe1gb,-avx2
 *   hex      a featureset as xen-cpuid takes it
 *   leaves   registers as cpuid -r prints them */
#ifndef XD_CPUID_TRANSLATE_H
#define XD_CPUID_TRANSLATE_H

#include "base/arena.h"
#include "xen/cpuid/leaves.h"
#include "xen/cpuid/spec.h"

enum xd_cpuid_format {
    XD_CPUID_AS_SPEC,
    XD_CPUID_AS_XL,
    XD_CPUID_AS_XEND,
    XD_CPUID_AS_LIBVIRT,
    XD_CPUID_AS_QEMU,
    XD_CPUID_AS_HEX,
    XD_CPUID_AS_LEAVES,
};

extern const char *const xd_cpuid_format_names[]; /* "spec", "xl" …; NULL ends */

/* What could not be said, a sentence each, in the order it was met. */
struct xd_cpuid_lost {
    const char **text;
    size_t n;
    struct xd_featureset bits; /* the features among it */
};

/* Writes s into *out, without a newline at its end. `host` says what "host" has (may be NULL; only
 * hex and leaves need it, where that is the base: -ENODATA). For xl and xend a model means that
 * guests of that kind see nothing else than it, on any host. */
int xd_cpuid_translate(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                       const struct xd_featureset *host, enum xd_cpuid_format to,
                       enum xd_cpuid_guests guests, struct xd_arena *a, struct xd_buf *out,
                       struct xd_cpuid_lost *lost, struct xd_err *err);

/* The same for one host, as "host" and changes: Xen 4.17 refuses to start a guest whose policy has
 * a bit in a leaf that the host hasn't got, even where it clears it. `of` and `unasked`: the host's
 * own leaves, and those of its default policy. left_out gets the bits that have no leaf there. */
void xd_cpuid_fit(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                  enum xd_cpuid_guests guests, const struct xd_cpuid_leaves *of,
                  const struct xd_cpuid_leaves *unasked, struct xd_cpuid_spec *out,
                  struct xd_featureset *left_out);

/* What guests of that kind see on a host if they are started with the spec in their configuration:
 * of what they have there unasked, and can have at most (Xen's default and maximum policies). */
void xd_cpuid_predict(const struct xd_cpuid_db *db, const struct xd_cpuid_spec *s,
                      enum xd_cpuid_guests guests, const struct xd_featureset *unasked,
                      const struct xd_featureset *most, struct xd_featureset *out);

/* Which of them a text is, as far as can be seen. Never hex or leaves, which say a set and no spec.
 */
enum xd_cpuid_format xd_cpuid_format_of(const char *text);
/* Reads a spec as that program writes it. *column as in xd_cpuid_spec_parse, 0 where the error's
 * text names the place itself (XML). */
int xd_cpuid_translate_from(const struct xd_cpuid_db *db, const char *text,
                            enum xd_cpuid_format from, struct xd_arena *a,
                            struct xd_cpuid_spec *out, struct xd_cpuid_lost *lost, int *column,
                            struct xd_err *err);

/* For both sides: one more that is lost. bit -1: no feature. */
void xd_cpuid_lose(struct xd_cpuid_lost *lost, struct xd_arena *a, int bit, const char *fmt, ...)
    XD_PRINTF(4, 5);

#endif
