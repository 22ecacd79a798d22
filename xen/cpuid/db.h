/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xendeck knows of CPU features and models: features.yaml and models.yaml, loaded once and
 * then only read. Both travel inside the program. */
#ifndef XD_CPUID_DB_H
#define XD_CPUID_DB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "xen/cpuid/set.h"

/* Whose names are meant. XD_CPUID_ANY: ours first, then each other's. */
enum xd_cpuid_system {
    XD_CPUID_ANY,
    XD_CPUID_XL, /* what xl.cfg's cpuid= takes (Xen 4.17.7 and later) */
    XD_CPUID_LINUX,
    XD_CPUID_QEMU,
    XD_CPUID_LIBVIRT,
    XD_CPUID_SYSTEMS
};

/* Why a machine has a feature or lacks it. */
enum xd_cpuid_given {
    XD_CPUID_HARDWARE,
    XD_CPUID_MICROCODE, /* an update can bring it */
    XD_CPUID_FIRMWARE,  /* a switch in the machine's setup */
    XD_CPUID_TSX,       /* updates and Xen's tsx= take it away */
    XD_CPUID_BY_XEN,
    XD_CPUID_BY_OS,    /* follows what the running system does */
    XD_CPUID_NEGATIVE, /* says what the processor lost */
};

/* What a bit has to be for guests that move among several hosts. */
enum xd_cpuid_over {
    XD_CPUID_OVER_ALL, /* set where all hosts have it */
    XD_CPUID_OVER_ANY, /* set where one has it */
    XD_CPUID_OVER_IGNORE,
};

struct xd_cpuid_feature {
    int bit;                             /* word * 32 + bit */
    const char *name;                    /* ours, which is xl.cfg's where Xen knows it */
    const char *xen;                     /* in Xen's header: "SSE4_1"; NULL: not there */
    const char *marks;                   /* the header's: "A", "!S", "" */
    const char *newer;                   /* a later Xen's name, where 4.17 has none */
    const char *names[XD_CPUID_SYSTEMS]; /* NULL: that system doesn't know it */
    const char *const *also;             /* further names */
    size_t n_also;
    const char *group, *group_title;
    int group_at; /* the group's place in the file's order: xd_cpuid_group */
    enum xd_cpuid_given given;
    enum xd_cpuid_over over;
    struct xd_featureset offered_with; /* Xen gives it to guests where the host has one of these */
    struct xd_featureset needs;        /* directly */
    struct xd_featureset dependents;   /* all that goes away with it, itself not */
    const char *text;                  /* what it is, in a sentence */
};

/* Which guests can see a feature. Each kind sees what the one before sees. */
enum xd_cpuid_guests {
    XD_CPUID_NOBODY,
    XD_CPUID_HVM_HAP,
    XD_CPUID_HVM,
    XD_CPUID_EVERY, /* PV too */
};

enum xd_cpuid_vendor { XD_VENDOR_ANY, XD_VENDOR_INTEL, XD_VENDOR_AMD, XD_VENDOR_HYGON };

/* A named processor. Versions are models of their own: Skylake-Server-v2. */
struct xd_cpuid_model {
    const char *name;
    const char *title; /* "Intel Xeon (Skylake), 2017" */
    const char *note;  /* what a version changes: "IBRS, no TSX"; NULL */
    enum xd_cpuid_vendor vendor;
    unsigned family, model, stepping;    /* as people write them; family 0: none of its own */
    const char *base;                    /* the model it was made from, or NULL */
    const char *source;                  /* where its features were taken from */
    const char *names[XD_CPUID_SYSTEMS]; /* as QEMU and libvirt call it; NULL: they have none */
    const char *const *also;
    size_t n_also;
    struct xd_featureset fs;
    /* libvirt's model of that name differs by these. */
    struct xd_featureset libvirt_adds, libvirt_lacks;
    const char *libvirt_why; /* NULL where it does not */
};

struct xd_cpuid_db;

/* From the tables inside the program. Freed with xd_cpuid_db_free (NULL allowed). */
int xd_cpuid_db_new(struct xd_cpuid_db **out, struct xd_err *err);
/* The same from texts; without models and without what Xen's header says where their text is NULL.
 * Errors name file, line and column. */
struct xd_cpuid_text {
    const char *file, *text;
    size_t len;
};
int xd_cpuid_db_parse(const struct xd_cpuid_text *features, const struct xd_cpuid_text *header,
                      const struct xd_cpuid_text *models, struct xd_cpuid_db **out,
                      struct xd_err *err);
/* features.yaml as it travels inside the program. */
struct xd_cpuid_text xd_cpuid_own_features(void);
void xd_cpuid_db_free(struct xd_cpuid_db *db);

/* --- features --- */
const struct xd_cpuid_feature *xd_cpuid_feature(const struct xd_cpuid_db *db,
                                                int bit); /* or NULL */
/* All bits that have a name. */
const struct xd_featureset *xd_cpuid_named(const struct xd_cpuid_db *db);
/* The i-th group's name and title (may be NULL), in the order to show them; NULL past the end. */
const char *xd_cpuid_group(const struct xd_cpuid_db *db, int i, const char **title);
/* Who says what Xen knows and gives to whom: words. */
const char *xd_cpuid_xens_words(const struct xd_cpuid_db *db);
/* Those that Xen knows: the one that xendeck was built for, or 4.17. */
const struct xd_featureset *xd_cpuid_of_xen(const struct xd_cpuid_db *db);
/* By name: case and '_', '-', '.' don't matter. NULL: none. */
const struct xd_cpuid_feature *xd_cpuid_find(const struct xd_cpuid_db *db,
                                             enum xd_cpuid_system system, const char *name,
                                             size_t len);
/* The name that is near enough to be meant, or NULL. */
const char *xd_cpuid_nearest(const struct xd_cpuid_db *db, enum xd_cpuid_system system,
                             const char *name);
/* Adds all features one of whose names matches the pattern (with * and ?) to *out; how many. */
int xd_cpuid_glob(const struct xd_cpuid_db *db, const char *pattern, size_t len,
                  struct xd_featureset *out);
/* Its own name for that system, or NULL; our name for a bit without one into buf[16]: "7b0.27". */
const char *xd_cpuid_name(const struct xd_cpuid_db *db, int bit, char buf[16]);
/* "avx2, fma and bmi1": the names of a set in order, at most `most` of them ("and 12 more"). */
void xd_cpuid_list(const struct xd_cpuid_db *db, const struct xd_featureset *s, int most,
                   struct xd_buf *out);

enum xd_cpuid_guests xd_cpuid_guests(const struct xd_cpuid_feature *f);
bool xd_cpuid_by_default(const struct xd_cpuid_feature *f); /* those guests have it unasked */
bool xd_cpuid_special(const struct xd_cpuid_feature *f);    /* Xen treats it specially */
const char *xd_cpuid_given_text(enum xd_cpuid_given given);
const char *xd_cpuid_vendor_name(enum xd_cpuid_vendor v); /* "Intel"; ANY: "any" */

/* --- dependencies --- */

/* Takes away what lacks something that it needs, as Xen does; true if anything was. */
bool xd_cpuid_drop_unmet(const struct xd_cpuid_db *db, struct xd_featureset *s);
/* Adds what the features in s need. */
void xd_cpuid_add_needs(const struct xd_cpuid_db *db, struct xd_featureset *s);

/* Adds what Xen offers guests although the processor itself doesn't name it. */
void xd_cpuid_add_offered(const struct xd_cpuid_db *db, struct xd_featureset *host);
/* Of features that are taken away those that have to be named: the others go with them. */
void xd_cpuid_roots(const struct xd_cpuid_db *db, struct xd_featureset *removed);

/* --- models --- */
size_t xd_cpuid_models(const struct xd_cpuid_db *db);
const struct xd_cpuid_model *xd_cpuid_model_at(const struct xd_cpuid_db *db, size_t i);
const struct xd_cpuid_model *xd_cpuid_model(const struct xd_cpuid_db *db,
                                            enum xd_cpuid_system system, const char *name,
                                            size_t len); /* case doesn't matter; NULL: none */
const char *xd_cpuid_nearest_model(const struct xd_cpuid_db *db, const char *name);

#endif
