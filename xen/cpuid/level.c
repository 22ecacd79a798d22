/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Levelling: the largest set of features that each of several hosts can give. */
#include "xen/cpuid/level.h"

#include <string.h>

void xd_cpuid_visible(const struct xd_cpuid_db *db, enum xd_cpuid_guests to, bool by_default,
                      struct xd_featureset *out)
{
    const struct xd_featureset *all = xd_cpuid_named(db);

    memset(out, 0, sizeof(*out));
    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1)) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(db, b);

        if (xd_cpuid_guests(f) >= to && (!by_default || xd_cpuid_by_default(f)))
            xd_fs_add(out, b);
    }
}

/* The features of one way of levelling. */
static void of_over(const struct xd_cpuid_db *db, enum xd_cpuid_over over,
                    struct xd_featureset *out)
{
    const struct xd_featureset *all = xd_cpuid_named(db);

    memset(out, 0, sizeof(*out));
    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1))
        if (xd_cpuid_feature(db, b)->over == over)
            xd_fs_add(out, b);
}

void xd_cpuid_level(const struct xd_cpuid_db *db, const struct xd_cpuid_set *const *sets, size_t n,
                    const struct xd_featureset *of, struct xd_cpuid_level *out)
{
    struct xd_featureset every, some = {{0}}, hidden = {{0}}, any, ignore;

    memset(out, 0, sizeof(*out));
    memset(&every, 0xff, sizeof(every));
    for (size_t i = 0; i < n; i++) {
        struct xd_featureset host = sets[i]->fs;

        xd_cpuid_add_offered(db, &host);
        for (int w = 0; w < XD_CPUID_WORDS; w++) {
            if (sets[i]->known >> w & 1) {
                every.w[w] &= host.w[w];
                some.w[w] |= host.w[w];
            } else {
                hidden.w[w] = UINT32_MAX;
            }
        }
    }
    out->hidden = hidden;
    xd_fs_and(&out->hidden, of);
    of_over(db, XD_CPUID_OVER_ANY, &any);
    of_over(db, XD_CPUID_OVER_IGNORE, &ignore);
    xd_fs_and(&every, of);
    xd_fs_and(&some, of);
    xd_fs_minus(&every, &ignore);
    xd_fs_minus(&some, &ignore);
    out->told = some;
    xd_fs_and(&out->told, &any);
    out->unknown = every;
    xd_fs_and(&out->unknown, &hidden);
    xd_fs_and(&out->unknown, &some); /* a word of which nobody knows anything is no loss */
    xd_fs_minus(&out->unknown, &any);
    out->common = every;
    xd_fs_minus(&out->common, &hidden);
    xd_fs_minus(&out->told, &out->common);
    xd_fs_or(&out->common, &out->told);
    out->uneven = some;
    xd_fs_minus(&out->uneven, &every);
    xd_fs_minus(&out->uneven, &any);
    out->unmet = out->common;
    xd_cpuid_drop_unmet(db, &out->common);
    xd_fs_minus(&out->unmet, &out->common);
    xd_fs_and(&out->told, &out->common);
}

void xd_cpuid_level_loss(const struct xd_cpuid_db *db, const struct xd_cpuid_level *l,
                         const struct xd_cpuid_set *host, const struct xd_featureset *of,
                         struct xd_featureset *out)
{
    struct xd_featureset ignore;

    of_over(db, XD_CPUID_OVER_IGNORE, &ignore);
    *out = host->fs;
    xd_fs_and(out, of);
    xd_fs_minus(out, &l->common);
    xd_fs_minus(out, &ignore);
}

void xd_cpuid_level_spec(const struct xd_cpuid_db *db, const struct xd_cpuid_level *l,
                         enum xd_cpuid_guests guests, struct xd_cpuid_spec *out,
                         struct xd_featureset *on_request)
{
    struct xd_featureset visible, unasked;

    memset(out, 0, sizeof(*out));
    out->base = XD_CPUID_BASE_HOST;
    xd_cpuid_visible(db, guests, false, &visible);
    xd_cpuid_visible(db, guests, true, &unasked);
    out->remove = l->uneven;
    xd_fs_or(&out->remove, &l->hidden);
    xd_fs_or(&out->remove, &l->unmet);
    xd_fs_minus(&out->remove, &l->common);
    xd_fs_and(&out->remove, &unasked);
    *on_request = l->common;
    xd_fs_and(on_request, &visible);
    xd_fs_minus(on_request, &unasked);
}
