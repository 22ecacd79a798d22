/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of struct xd_cpuid_db: for xen/cpuid's own files. */
#ifndef XD_CPUID_DB_IMPL_H
#define XD_CPUID_DB_IMPL_H

#include "base/arena.h"
#include "base/yaml.h"
#include "xen/cpuid/db.h"

#define XD_CPUID_NAME_MAX 40 /* bytes of a feature's or a model's name with its NUL */

struct xd_cpuid_name {
    const char *key; /* as xd_cpuid_key makes it */
    enum xd_cpuid_system system;
    int what; /* a bit, or the place of a model */
};

struct xd_cpuid_db {
    struct xd_arena arena;
    struct xd_cpuid_feature *by_bit[XD_CPUID_BITS];
    struct xd_featureset named, of_xen;
    bool header; /* Xen's own was there when this was built */
    struct xd_featureset offered; /* those with an offered_with */
    struct xd_cpuid_group {
        const char *name, *title;
    } * groups;
    int n_groups;
    struct xd_cpuid_name *names; /* of features, by key and then system */
    size_t n_names;
    struct xd_cpuid_model *models; /* a base stands before what is made from it */
    size_t n_models;
    struct xd_cpuid_name *model_names;
    size_t n_model_names;
};

/* Lower case with '-' for '_' and '.'; false: too long. */
bool xd_cpuid_key(const char *name, size_t len, char out[XD_CPUID_NAME_MAX]);
/* Letters, digits, '.', '_' and '-': what others' models may be called. */
bool xd_cpuid_model_name_ok(const char *name, size_t len);
/* Adds a name; sort once all are in. Empty and too long ones are an error at n. */
int xd_cpuid_name_add(struct xd_arena *a, struct xd_cpuid_name **names, size_t *n,
                      enum xd_cpuid_system system, const char *name, int what,
                      const struct xd_yaml *at, struct xd_err *err);
void xd_cpuid_names_sort(struct xd_cpuid_name *names, size_t n);
/* The first of that key (and of that system, unless ANY), or -1: what. */
int xd_cpuid_names_find(const struct xd_cpuid_name *names, size_t n, enum xd_cpuid_system system,
                        const char *name, size_t len);
const char *xd_cpuid_names_nearest(const struct xd_cpuid_name *names, size_t n,
                                   enum xd_cpuid_system system, const char *name);

int xd_cpuid_load_features(struct xd_cpuid_db *db, const struct xd_yaml *root, struct xd_err *err);
/* Joins what Xen's header says with what is loaded, before what needs what is worked out. Lines of
 * "WORD BIT NAME MARKS"; an error names file and line. */
int xd_cpuid_load_header(struct xd_cpuid_db *db, const char *file, const char *text, size_t len,
                         struct xd_err *err);
int xd_cpuid_load_models(struct xd_cpuid_db *db, const struct xd_yaml *root, struct xd_err *err);
/* A list of strings, in the db's arena; n may be NULL, which is none. */
int xd_cpuid_load_strings(struct xd_cpuid_db *db, const struct xd_yaml *n, const char *what,
                          const char *const **out, size_t *count, struct xd_err *err);
/* A list of our feature names as a set. */
int xd_cpuid_load_set(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_featureset *out,
                      struct xd_err *err);

#endif
