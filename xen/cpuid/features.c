/* SPDX-License-Identifier: GPL-2.0-or-later */
/* features.yaml: what each bit of CPUID is, loaded into a struct xd_cpuid_db. */
#include "xen/cpuid/db_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *const given_names[] = {"hardware", "microcode", "firmware", "tsx",
                                          "xen",      "os",        "negative"};
static const char *const over_names[] = {"all", "any", "ignore"};

static int choice(const struct xd_yaml *n, const char *what, const char *const *names, size_t count,
                  int *out, struct xd_err *err)
{
    const char *text;

    *out = 0;
    if (!n)
        return 0;
    if (xd_yaml_str(n, what, &text, err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (int)i;
            return 0;
        }
    }
    const char *near = xd_str_nearest(text, names, count);
    return xd_yaml_error(n, err, "there is no %s \"%s\"%s%s", what, text,
                         near ? "; did you mean " : "", near ? near : "");
}

int xd_cpuid_load_strings(struct xd_cpuid_db *db, const struct xd_yaml *n, const char *what,
                          const char *const **out, size_t *count, struct xd_err *err)
{
    const char **list = NULL;
    const char *text;

    *count = 0;
    if (n && n->kind != XD_YAML_LIST)
        return xd_yaml_error(n, err, "%s is a list", what);
    for (const struct xd_yaml *e = n ? n->first : NULL; e; e = e->next) {
        if (xd_yaml_str(e, what, &text, err) < 0)
            return -EINVAL;
        list = xd_arena_grow(&db->arena, list, *count, sizeof(*list));
        list[(*count)++] = xd_arena_strdup(&db->arena, text);
    }
    *out = list;
    return 0;
}

int xd_cpuid_load_set(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_featureset *out,
                      struct xd_err *err)
{
    const char *text;

    if (n && n->kind != XD_YAML_LIST)
        return xd_yaml_error(n, err, "a set of features is a list of names");
    for (const struct xd_yaml *e = n ? n->first : NULL; e; e = e->next) {
        if (xd_yaml_str(e, "feature", &text, err) < 0)
            return -EINVAL;
        const struct xd_cpuid_feature *f = xd_cpuid_find(db, XD_CPUID_ANY, text, strlen(text));
        if (!f || strcmp(f->name, text) != 0) /* one thing has one name within our files */
            return xd_yaml_error(e, err, "there is no feature \"%s\"%s%s", text,
                                 f ? "; here it is called " : "", f ? f->name : "");
        if (xd_fs_has(out, f->bit))
            return xd_yaml_error(e, err, "%s is there twice", text);
        xd_fs_add(out, f->bit);
    }
    return 0;
}

/* A string of the entry, or NULL where it has none. */
static int text_of(struct xd_cpuid_db *db, const struct xd_yaml *n, const char *key,
                   const char **out, struct xd_err *err)
{
    const struct xd_yaml *v = xd_yaml_get(n, key);

    *out = NULL;
    if (!v)
        return 0;
    if (xd_yaml_str(v, key, out, err) < 0)
        return -EINVAL;
    *out = xd_arena_strdup(&db->arena, *out);
    return 0;
}

static int need_text(struct xd_cpuid_db *db, const struct xd_yaml *n, const char *key,
                     const char **out, struct xd_err *err)
{
    const struct xd_yaml *v;

    if (xd_yaml_need(n, key, &v, err) < 0 || text_of(db, n, key, out, err) < 0)
        return -EINVAL;
    return **out ? 0 : xd_yaml_error(v, err, "%s is empty", key);
}

static int load_groups(struct xd_cpuid_db *db, const struct xd_yaml *list, struct xd_err *err)
{
    struct xd_cpuid_group g;

    for (const struct xd_yaml *e = list->first; e; e = e->next) {
        if (need_text(db, e, "name", &g.name, err) < 0 ||
            need_text(db, e, "title", &g.title, err) < 0)
            return -EINVAL;
        db->groups =
            xd_arena_grow(&db->arena, db->groups, (size_t)db->n_groups, sizeof(*db->groups));
        db->groups[db->n_groups++] = g;
    }
    return 0;
}

static int load_group(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_cpuid_feature *f,
                      struct xd_err *err)
{
    if (need_text(db, n, "group", &f->group, err) < 0)
        return -EINVAL;
    for (int i = 0; i < db->n_groups; i++) {
        if (strcmp(db->groups[i].name, f->group) == 0) {
            f->group_title = db->groups[i].title;
            f->group_at = i;
            return 0;
        }
    }
    return xd_yaml_error(xd_yaml_get(n, "group"), err, "there is no group \"%s\"", f->group);
}

/* "SSE4_1 A": the header's name and its marks. */
static int load_xen(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_cpuid_feature *f,
                    struct xd_err *err)
{
    const char *text;

    if (text_of(db, n, "xen", &text, err) < 0 || text_of(db, n, "newer", &f->newer, err) < 0)
        return -EINVAL;
    f->marks = "";
    if (!text)
        return 0;
    size_t len = strcspn(text, " ");
    f->xen = xd_arena_strndup(&db->arena, text, len);
    f->marks = text[len] ? text + len + 1 : "";
    if (f->marks[strspn(f->marks, "AaSsHh!|")])
        return xd_yaml_error(xd_yaml_get(n, "xen"), err, "marks are of A a S s H h ! |");
    xd_fs_add(&db->of_xen, f->bit);
    return 0;
}

static int load_names(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_cpuid_feature *f,
                      struct xd_err *err)
{
    static const char *const keys[XD_CPUID_SYSTEMS] = {"name", "xl", "linux", "qemu", "libvirt"};

    if (need_text(db, n, "name", &f->name, err) < 0)
        return -EINVAL;
    for (int s = 0; s < XD_CPUID_SYSTEMS; s++) {
        if (text_of(db, n, keys[s], &f->names[s], err) < 0)
            return -EINVAL;
        if (s == XD_CPUID_XL && !f->names[s] && f->xen)
            f->names[s] = f->name;
        if (f->names[s] && xd_cpuid_name_add(&db->arena, &db->names, &db->n_names,
                                             (enum xd_cpuid_system)s, f->names[s], f->bit, n, err))
            return -EINVAL;
    }
    if (xd_cpuid_load_strings(db, xd_yaml_get(n, "also"), "also", &f->also, &f->n_also, err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < f->n_also; i++)
        if (xd_cpuid_name_add(&db->arena, &db->names, &db->n_names, XD_CPUID_ANY, f->also[i],
                              f->bit, n, err) < 0)
            return -EINVAL;
    return 0;
}

static int load_feature(struct xd_cpuid_db *db, int word, const struct xd_yaml *n,
                        struct xd_err *err)
{
    static const char *const keys[] = {"name",  "bit",   "xen",     "newer", "xl",
                                       "linux", "qemu",  "libvirt", "also",  "group",
                                       "given", "level", "needs",   "text",  "offered_with"};
    struct xd_cpuid_feature *f = xd_arena_alloc(&db->arena, sizeof(*f));
    const struct xd_yaml *bit;
    int64_t v;
    int given, over;

    if (xd_yaml_only_keys(n, keys, N_OF(keys), err) < 0 || xd_yaml_need(n, "bit", &bit, err) < 0 ||
        xd_yaml_i64(bit, "bit", 0, 31, &v, err) < 0)
        return -EINVAL;
    f->bit = word * 32 + (int)v;
    if (db->by_bit[f->bit])
        return xd_yaml_error(bit, err, "bit %d is %s already", (int)v, db->by_bit[f->bit]->name);
    if (load_xen(db, n, f, err) < 0 || load_names(db, n, f, err) < 0 ||
        load_group(db, n, f, err) < 0 || need_text(db, n, "text", &f->text, err) < 0 ||
        choice(xd_yaml_get(n, "given"), "given", given_names, N_OF(given_names), &given, err) < 0 ||
        choice(xd_yaml_get(n, "level"), "level", over_names, N_OF(over_names), &over, err) < 0)
        return -EINVAL;
    f->given = (enum xd_cpuid_given)given;
    f->over = (enum xd_cpuid_over)over;
    db->by_bit[f->bit] = f;
    xd_fs_add(&db->named, f->bit);
    return 0;
}

static int load_word(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_err *err)
{
    static const char *const keys[] = {"word", "features"};
    const struct xd_yaml *name, *list;
    const char *text;

    if (xd_yaml_only_keys(n, keys, N_OF(keys), err) < 0 ||
        xd_yaml_need(n, "word", &name, err) < 0 || xd_yaml_str(name, "word", &text, err) < 0 ||
        xd_yaml_need(n, "features", &list, err) < 0)
        return -EINVAL;
    int word = xd_cpuid_word_named(text);
    if (word < 0)
        return xd_yaml_error(name, err, "there is no word \"%s\"", text);
    for (const struct xd_yaml *e = list->first; e; e = e->next)
        if (load_feature(db, word, e, err) < 0)
            return -EINVAL;
    return 0;
}

static int duplicate_names(struct xd_cpuid_db *db, const struct xd_yaml *root, struct xd_err *err)
{
    for (size_t i = 1; i < db->n_names; i++) {
        const struct xd_cpuid_name *a = &db->names[i - 1], *b = &db->names[i];

        if (a->system == b->system && a->what != b->what && strcmp(a->key, b->key) == 0)
            return xd_yaml_error(root, err, "\"%s\" is the name of both %s and %s", a->key,
                                 db->by_bit[a->what]->name, db->by_bit[b->what]->name);
    }
    return 0;
}

/* What each needs, by name; needs names of features that may stand further down. */
static int load_needs(struct xd_cpuid_db *db, const struct xd_yaml *words, struct xd_err *err)
{
    for (const struct xd_yaml *w = words->first; w; w = w->next) {
        int word = xd_cpuid_word_named(xd_yaml_get(w, "word")->text);

        for (const struct xd_yaml *e = xd_yaml_get(w, "features")->first; e; e = e->next) {
            struct xd_cpuid_feature *f = db->by_bit[word * 32 + atoi(xd_yaml_get(e, "bit")->text)];

            if (xd_cpuid_load_set(db, xd_yaml_get(e, "needs"), &f->needs, err) < 0 ||
                xd_cpuid_load_set(db, xd_yaml_get(e, "offered_with"), &f->offered_with, err) < 0)
                return -EINVAL;
            if (!xd_fs_empty(&f->offered_with))
                xd_fs_add(&db->offered, f->bit);
        }
    }
    return 0;
}

/* What goes away with each: all of it, not only what needs it directly. */
static int find_dependents(struct xd_cpuid_db *db, const struct xd_yaml *root, struct xd_err *err)
{
    for (int b = xd_fs_next(&db->named, 0); b >= 0; b = xd_fs_next(&db->named, b + 1)) {
        struct xd_cpuid_feature *f = db->by_bit[b];
        struct xd_featureset left = db->named;

        xd_fs_del(&left, b);
        xd_cpuid_drop_unmet(db, &left);
        f->dependents = db->named;
        xd_fs_minus(&f->dependents, &left);
        xd_fs_del(&f->dependents, b);
        if (xd_fs_has(&f->needs, b))
            return xd_yaml_error(root, err, "%s needs itself", f->name);
        for (int d = xd_fs_next(&f->needs, 0); d >= 0; d = xd_fs_next(&f->needs, d + 1))
            if (xd_fs_has(&f->dependents, d))
                return xd_yaml_error(root, err, "%s and %s need each other", f->name,
                                     db->by_bit[d]->name);
    }
    return 0;
}

int xd_cpuid_load_features(struct xd_cpuid_db *db, const struct xd_yaml *root, struct xd_err *err)
{
    static const char *const keys[] = {"groups", "words"};
    const struct xd_yaml *groups, *words;

    if (xd_yaml_only_keys(root, keys, N_OF(keys), err) < 0 ||
        xd_yaml_need(root, "groups", &groups, err) < 0 ||
        xd_yaml_need(root, "words", &words, err) < 0 || load_groups(db, groups, err) < 0)
        return -EINVAL;
    for (const struct xd_yaml *e = words->first; e; e = e->next)
        if (load_word(db, e, err) < 0)
            return -EINVAL;
    xd_cpuid_names_sort(db->names, db->n_names);
    if (duplicate_names(db, root, err) < 0 || load_needs(db, words, err) < 0)
        return -EINVAL;
    return find_dependents(db, root, err);
}
