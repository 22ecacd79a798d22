/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of xen/cpuid share: the tables, files, and random sets. */
#ifndef XD_TEST_CPUID_HELP_H
#define XD_TEST_CPUID_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "xen/cpuid/db.h"

static struct xd_cpuid_db *db;

static inline int load_db(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_db_new(&db, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
    return 0;
}

static inline int free_db(void **state)
{
    xd_cpuid_db_free(db);
    return 0;
}

/* The bit of a feature by our name. */
static inline int bit(const char *name)
{
    const struct xd_cpuid_feature *f = xd_cpuid_find(db, XD_CPUID_ANY, name, strlen(name));

    if (!f)
        fail_msg("there is no feature %s", name);
    return f->bit;
}

/* "sse2 avx": a set. */
static inline struct xd_featureset set_of(const char *names)
{
    struct xd_featureset s = {{0}};
    char *copy = xd_strdup(names), *save = NULL;

    for (char *n = strtok_r(copy, " ", &save); n; n = strtok_r(NULL, " ", &save))
        xd_fs_add(&s, bit(n));
    free(copy);
    return s;
}

/* A set as text. */
static inline const char *names_of(const struct xd_featureset *s)
{
    static char text[16384];
    char buf[16];
    size_t n = 0;

    text[0] = '\0';
    for (int b = xd_fs_next(s, 0); b >= 0; b = xd_fs_next(s, b + 1))
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
                              xd_cpuid_name(db, b, buf));
    return text;
}

static inline const struct xd_cpuid_model *model(const char *name)
{
    const struct xd_cpuid_model *m = xd_cpuid_model(db, XD_CPUID_ANY, name, strlen(name));

    if (!m)
        fail_msg("there is no model %s", name);
    return m;
}

/* The same numbers in each run (xorshift of Marsaglia). */
static inline uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Features that have names, each with a chance of one in `of`. */
static inline struct xd_featureset random_set(uint32_t *seed, uint32_t of)
{
    struct xd_featureset s = {{0}};
    const struct xd_featureset *all = xd_cpuid_named(db);

    for (int b = xd_fs_next(all, 0); b >= 0; b = xd_fs_next(all, b + 1))
        if (next_random(seed) % of == 0)
            xd_fs_add(&s, b);
    return s;
}

/* A whole file, with a NUL behind it; NULL: it can't be read. */
static inline char *read_whole(const char *path, size_t *len)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    long size;

    if (!f)
        return NULL;
    if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0) {
        text = xd_malloc((size_t)size + 1);
        *len = fread(text, 1, (size_t)size, f);
    }
    fclose(f);
    return text;
}

#endif
