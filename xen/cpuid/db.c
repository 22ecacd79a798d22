/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of features and models as a whole, and what a feature's entry means. */
#include "xen/cpuid/db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "xen/cpuid/db_impl.h"

extern const struct xd_embedded xd_embedded_cpuid[];

static int load(struct xd_cpuid_db *db, const struct xd_cpuid_text *t,
                int (*with)(struct xd_cpuid_db *, const struct xd_yaml *, struct xd_err *),
                struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_yaml *root;
    int rc = xd_yaml_parse(t->file, t->text, t->len, &a, &root, err);

    if (rc == 0 && !root)
        rc = xd_err_set(err, -EINVAL, "%s: it is empty", t->file);
    if (rc == 0)
        rc = with(db, root, err);
    xd_arena_done(&a);
    return rc;
}

int xd_cpuid_db_parse(const struct xd_cpuid_text *features, const struct xd_cpuid_text *header,
                      const struct xd_cpuid_text *models, struct xd_cpuid_db **out,
                      struct xd_err *err)
{
    struct xd_cpuid_db *db = xd_malloc(sizeof(*db));
    int rc;

    xd_arena_init(&db->arena);
    rc = load(db, features, xd_cpuid_load_features, err);
    if (rc == 0 && header->text)
        rc = xd_cpuid_load_header(db, header->file, header->text, header->len, err);
    if (rc == 0 && models->text)
        rc = load(db, models, xd_cpuid_load_models, err);
    if (rc < 0) {
        xd_cpuid_db_free(db);
        db = NULL;
    }
    *out = db;
    return rc;
}

static struct xd_cpuid_text embedded(const char *name, const char *file)
{
    const struct xd_embedded *e = xd_embedded_cpuid;

    while (strcmp(e->name, name) != 0)
        e++;
    return (struct xd_cpuid_text){file, e->data, e->len};
}

struct xd_cpuid_text xd_cpuid_own_features(void)
{
    return embedded("features", "features.yaml");
}

int xd_cpuid_db_new(struct xd_cpuid_db **out, struct xd_err *err)
{
    struct xd_cpuid_text features = xd_cpuid_own_features();
    struct xd_cpuid_text header = embedded("cpufeatureset", "Xen's cpufeatureset.h");
    struct xd_cpuid_text models = embedded("models", "models.yaml");

    return xd_cpuid_db_parse(&features, &header, &models, out, err);
}

void xd_cpuid_db_free(struct xd_cpuid_db *db)
{
    if (!db)
        return;
    xd_arena_done(&db->arena);
    free(db);
}

const struct xd_cpuid_feature *xd_cpuid_feature(const struct xd_cpuid_db *db, int bit)
{
    return db->by_bit[bit];
}

const struct xd_featureset *xd_cpuid_named(const struct xd_cpuid_db *db)
{
    return &db->named;
}

const char *xd_cpuid_group(const struct xd_cpuid_db *db, int i, const char **title)
{
    if (i < 0 || i >= db->n_groups)
        return NULL;
    if (title)
        *title = db->groups[i].title;
    return db->groups[i].name;
}

const struct xd_featureset *xd_cpuid_of_xen(const struct xd_cpuid_db *db)
{
    return &db->of_xen;
}

enum xd_cpuid_guests xd_cpuid_guests(const struct xd_cpuid_feature *f)
{
    if (strpbrk(f->marks, "Aa"))
        return XD_CPUID_EVERY;
    if (strpbrk(f->marks, "Ss"))
        return XD_CPUID_HVM;
    return strpbrk(f->marks, "Hh") ? XD_CPUID_HVM_HAP : XD_CPUID_NOBODY;
}

bool xd_cpuid_by_default(const struct xd_cpuid_feature *f)
{
    return strpbrk(f->marks, "ASH") != NULL;
}

bool xd_cpuid_special(const struct xd_cpuid_feature *f)
{
    return strchr(f->marks, '!') != NULL;
}

const char *xd_cpuid_given_text(enum xd_cpuid_given given)
{
    static const char *const texts[] = {
        "the processor has it or not",
        "an update of the microcode can bring it",
        "a switch in the machine's firmware setup can turn it off",
        "updates of the microcode and Xen's option tsx= turn it off",
        "Xen decides",
        "the guest's operating system turns it on; no policy does",
        "it says what the processor lost or can't promise",
    };

    return texts[given];
}

const char *xd_cpuid_vendor_name(enum xd_cpuid_vendor v)
{
    static const char *const names[] = {"any", "Intel", "AMD", "Hygon"};

    return names[v];
}

bool xd_cpuid_drop_unmet(const struct xd_cpuid_db *db, struct xd_featureset *s)
{
    bool dropped = false, again = true;

    while (again) {
        again = false;
        for (int b = xd_fs_next(s, 0); b >= 0; b = xd_fs_next(s, b + 1)) {
            if (db->by_bit[b] && !xd_fs_subset(&db->by_bit[b]->needs, s)) {
                xd_fs_del(s, b);
                again = dropped = true;
            }
        }
    }
    return dropped;
}

void xd_cpuid_add_needs(const struct xd_cpuid_db *db, struct xd_featureset *s)
{
    bool again = true;

    while (again) {
        again = false;
        for (int b = xd_fs_next(s, 0); b >= 0; b = xd_fs_next(s, b + 1)) {
            if (db->by_bit[b] && !xd_fs_subset(&db->by_bit[b]->needs, s)) {
                xd_fs_or(s, &db->by_bit[b]->needs);
                again = true;
            }
        }
    }
}

void xd_cpuid_roots(const struct xd_cpuid_db *db, struct xd_featureset *removed)
{
    struct xd_featureset go = {{0}};

    for (int b = xd_fs_next(removed, 0); b >= 0; b = xd_fs_next(removed, b + 1))
        if (db->by_bit[b])
            xd_fs_or(&go, &db->by_bit[b]->dependents);
    xd_fs_minus(removed, &go);
}

void xd_cpuid_add_offered(const struct xd_cpuid_db *db, struct xd_featureset *host)
{
    for (int b = xd_fs_next(&db->offered, 0); b >= 0; b = xd_fs_next(&db->offered, b + 1)) {
        struct xd_featureset with = db->by_bit[b]->offered_with;

        xd_fs_and(&with, host);
        if (!xd_fs_empty(&with))
            xd_fs_add(host, b);
    }
}
