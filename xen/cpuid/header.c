/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Xen's own header said when xendeck was built (arch-x86/cpufeatureset.h of libxen-dev, of
 * which cmake/rooms.cmake keeps a line "WORD BIT NAME MARKS" for each feature), joined with
 * features.yaml. Of a bit that both know the header's name and marks count; one that only a later
 * header knows is a feature without a description. Without libxen-dev features.yaml says what
 * Xen 4.17 knows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xen/cpuid/db_impl.h"

#define XENS_WORDS 24 /* those above are ours: set.h */

/* libxl's name of it, as Xen's tools/misc/gen-cpuid.py makes it: "AVX512_FP16": "avx512-fp16". */
static void libxls_name(const char *xen, char out[XD_CPUID_NAME_MAX])
{
    xd_cpuid_key(xen, strlen(xen), out);
}

static bool taken(const struct xd_cpuid_db *db, const char *name, int bit)
{
    for (int s = XD_CPUID_ANY; s < XD_CPUID_SYSTEMS; s++) {
        int what = xd_cpuid_names_find(db->names, db->n_names, (enum xd_cpuid_system)s, name,
                                       strlen(name));

        if (what >= 0 && what != bit)
            return true;
    }
    return false;
}

static int add_name(struct xd_cpuid_db *db, enum xd_cpuid_system system, const char *name, int bit,
                    struct xd_err *err)
{
    int rc = xd_cpuid_name_add(&db->arena, &db->names, &db->n_names, system, name, bit, NULL, err);

    if (rc == 0)
        xd_cpuid_names_sort(db->names, db->n_names); /* the next line may ask for it */
    return rc;
}

/* A bit that features.yaml hasn't: known by its name. One whose name means another feature to
 * somebody stays without. */
static int add_feature(struct xd_cpuid_db *db, int bit, const char *name, struct xd_err *err)
{
    int last = db->n_groups - 1;

    if (taken(db, name, bit))
        return 0;
    struct xd_cpuid_feature *f = xd_arena_alloc(&db->arena, sizeof(*f));
    f->bit = bit;
    f->name = xd_arena_strdup(&db->arena, name);
    f->group = db->groups[last].name;
    f->group_title = db->groups[last].title;
    f->group_at = last;
    f->text = "The Xen that xendeck was built for knows it; xendeck has no description of it yet.";
    db->by_bit[bit] = f;
    xd_fs_add(&db->named, bit);
    return add_name(db, XD_CPUID_ANY, name, bit, err);
}

static int join(struct xd_cpuid_db *db, int bit, const char *xen, const char *marks,
                struct xd_err *err)
{
    char name[XD_CPUID_NAME_MAX];
    int rc = 0;

    libxls_name(xen, name);
    if (!db->by_bit[bit])
        rc = add_feature(db, bit, name, err);
    struct xd_cpuid_feature *f = db->by_bit[bit];
    if (rc < 0 || !f)
        return rc;
    f->xen = xd_arena_strdup(&db->arena, xen);
    f->marks = xd_arena_strdup(&db->arena, marks);
    xd_fs_add(&db->of_xen, bit);
    if (!f->names[XD_CPUID_XL] && !taken(db, name, bit)) {
        f->names[XD_CPUID_XL] = xd_arena_strdup(&db->arena, name);
        rc = add_name(db, XD_CPUID_XL, name, bit, err);
    }
    return rc;
}

int xd_cpuid_load_header(struct xd_cpuid_db *db, const char *file, const char *text, size_t len,
                         struct xd_err *err)
{
    const char *end = text + len;

    for (unsigned at = 1; text < end; at++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        char line[128], xen[XD_CPUID_NAME_MAX], marks[16] = "";
        size_t n = (size_t)((stop ? stop : end) - text);
        int word, low, used = 0;

        if (n >= sizeof(line))
            return xd_err_set(err, -EINVAL, "%s:%u: a line of %zu bytes", file, at, n);
        memcpy(line, text, n);
        line[n] = '\0';
        text += n + 1;
        if (sscanf(line, "%3d %3d %39[A-Z0-9_]%n %15[AaSsHh!|]%n", &word, &low, xen, &used, marks,
                   &used) < 3 ||
            line[used + strspn(line + used, " ")] || strlen(line) != n || word < 0 || low < 0)
            return xd_err_set(err, -EINVAL, "%s:%u: \"%s\" is no \"WORD BIT NAME MARKS\"", file, at,
                              line);
        if (word * 32 + low >= XENS_WORDS * 32) /* a Xen with more words than xendeck can keep */
            continue;
        int rc = join(db, word * 32 + low, xen, marks, err);
        if (rc < 0)
            return rc;
        db->header = true;
    }
    return 0;
}

const char *xd_cpuid_xens_words(const struct xd_cpuid_db *db)
{
    return db->header ? "the header of the Xen that xendeck was built for"
                      : "xendeck's own table, as of Xen 4.17";
}
