/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two files share that answer why a cell of the matrix is as it is: why.c goes from layer
 * to layer, why_lost.c has a sentence for each that may have lost it. */
#ifndef XD_CPUID_WHY_IMPL_H
#define XD_CPUID_WHY_IMPL_H

#include "xen/cpuid/matrix.h"

struct xd_why {
    const struct xd_cpuid_matrix *m;
    struct xd_arena *a;
    int bit, asked;                   /* the feature, and the column that was asked for */
    const struct xd_cpuid_feature *f; /* NULL: it has no name */
    const char *name;
    const struct xd_cpuid_column *c; /* the column that the sentence is about */
    struct xd_cpuid_why *out;
};

const char *xd_why_host(const struct xd_why *q); /* whose column it is: "this host" */
const char *xd_why_guests(const struct xd_cpuid_column *c);
void xd_why_say(struct xd_why *q, enum xd_cpuid_cause cause, const char *text, const char *remedy);

/* A feature that follows another line of the configuration; libxl sets it beside cpuid=. */
struct xd_why_setting {
    const char *feature;
    bool by_default; /* the default hasn't got it either */
    const char *text, *remedy;
};
const struct xd_why_setting *xd_why_setting(const struct xd_cpuid_feature *f); /* or NULL */

/* Why q->c hasn't got the feature, which what it was made from has. sure false: that one doesn't
 * tell. */
void xd_why_lost(struct xd_why *q, bool sure);

#endif
