/* SPDX-License-Identifier: GPL-2.0-or-later */
/* models.yaml: named processors, loaded into a struct xd_cpuid_db behind its features. */
#include "xen/cpuid/db_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *const vendor_keys[] = {"any", "intel", "amd", "hygon"};

static int load_text(struct xd_cpuid_db *db, const struct xd_yaml *n, const char *key,
                     const char **out, struct xd_err *err)
{
    const struct xd_yaml *v = xd_yaml_get(n, key);
    const char *text;

    if (!v) /* what was there before stays */
        return 0;
    if (xd_yaml_str(v, key, &text, err) < 0)
        return -EINVAL;
    *out = xd_arena_strdup(&db->arena, text);
    return 0;
}

static int load_vendor(const struct xd_yaml *n, struct xd_cpuid_model *m, struct xd_err *err)
{
    const struct xd_yaml *v = xd_yaml_get(n, "vendor");
    const char *text;

    if (!v)
        return 0;
    if (xd_yaml_str(v, "vendor", &text, err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < N_OF(vendor_keys); i++) {
        if (strcmp(text, vendor_keys[i]) == 0) {
            m->vendor = (enum xd_cpuid_vendor)i;
            return 0;
        }
    }
    return xd_yaml_error(v, err, "there is no vendor \"%s\": any, intel, amd or hygon", text);
}

static int load_cpu(const struct xd_yaml *n, struct xd_cpuid_model *m, struct xd_err *err)
{
    const struct xd_yaml *v = xd_yaml_get(n, "cpu");
    int64_t family, model, stepping;

    if (!v)
        return 0;
    if (v->kind != XD_YAML_LIST || v->n != 3)
        return xd_yaml_error(v, err, "cpu is [family, model, stepping]");
    if (xd_yaml_i64(v->first, "family", 1, 270, &family, err) < 0 ||
        xd_yaml_i64(v->first->next, "model", 0, 255, &model, err) < 0 ||
        xd_yaml_i64(v->first->next->next, "stepping", 0, 15, &stepping, err) < 0)
        return -EINVAL;
    m->family = (unsigned)family;
    m->model = (unsigned)model;
    m->stepping = (unsigned)stepping;
    return 0;
}

/* add and remove change the set; each must say something. */
static int change_set(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_featureset *fs,
                      const char *add_key, const char *remove_key, struct xd_err *err)
{
    const struct xd_yaml *a = xd_yaml_get(n, add_key), *r = xd_yaml_get(n, remove_key);
    struct xd_featureset add = {{0}}, remove = {{0}}, both;

    if (xd_cpuid_load_set(db, a, &add, err) < 0 || xd_cpuid_load_set(db, r, &remove, err) < 0)
        return -EINVAL;
    both = add;
    xd_fs_and(&both, fs);
    if (!xd_fs_empty(&both))
        return xd_yaml_error(a, err, "%s is there already", db->by_bit[xd_fs_next(&both, 0)]->name);
    if (!xd_fs_subset(&remove, fs)) {
        xd_fs_minus(&remove, fs);
        return xd_yaml_error(r, err, "%s is not there", db->by_bit[xd_fs_next(&remove, 0)]->name);
    }
    xd_fs_or(fs, &add);
    xd_fs_minus(fs, &remove);
    return 0;
}

/* By what libvirt's list differs. A version has its family's differences, as far as they apply. */
static int load_libvirt(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_cpuid_model *m,
                        struct xd_err *err)
{
    struct xd_featureset adds = {{0}}, lacks = {{0}};

    if (xd_cpuid_load_set(db, xd_yaml_get(n, "libvirt_adds"), &adds, err) < 0 ||
        xd_cpuid_load_set(db, xd_yaml_get(n, "libvirt_lacks"), &lacks, err) < 0 ||
        load_text(db, n, "libvirt_why", &m->libvirt_why, err) < 0)
        return -EINVAL;
    xd_fs_or(&m->libvirt_adds, &adds);
    xd_fs_or(&m->libvirt_lacks, &lacks);
    xd_fs_minus(&m->libvirt_adds, &m->fs);
    xd_fs_and(&m->libvirt_lacks, &m->fs);
    if ((!xd_fs_empty(&adds) || !xd_fs_empty(&lacks)) && !m->libvirt_why)
        return xd_yaml_error(n, err, "%s: libvirt_why is missing", m->name);
    return 0;
}

static int add_name(struct xd_cpuid_db *db, const struct xd_yaml *n, enum xd_cpuid_system system,
                    const char *name, int what, struct xd_err *err)
{
    return xd_cpuid_name_add(&db->arena, &db->model_names, &db->n_model_names, system, name, what,
                             n, err);
}

/* The names of the model at the end of the list. */
static int load_names(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_cpuid_model *m,
                      bool first, struct xd_err *err)
{
    static const struct {
        enum xd_cpuid_system system;
        const char *key;
    } keys[] = {{XD_CPUID_QEMU, "qemu"}, {XD_CPUID_LIBVIRT, "libvirt"}};
    int what = (int)db->n_models;
    char v1[XD_CPUID_NAME_MAX + 4];

    if (add_name(db, n, XD_CPUID_ANY, m->name, what, err) < 0)
        return -EINVAL;
    snprintf(v1, sizeof(v1), "%s-v1", m->name);
    if (first && m->family && add_name(db, n, XD_CPUID_ANY, v1, what, err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < N_OF(keys); i++) {
        const char *name = m->name;

        if (load_text(db, n, keys[i].key, &name, err) < 0)
            return -EINVAL;
        if (strcmp(name, "none") == 0)
            continue;
        m->names[keys[i].system] = name;
        if (add_name(db, n, keys[i].system, name, what, err) < 0)
            return -EINVAL;
    }
    if (first && m->names[XD_CPUID_QEMU] && add_name(db, n, XD_CPUID_QEMU, v1, what, err) < 0)
        return -EINVAL;
    if (xd_cpuid_load_strings(db, xd_yaml_get(n, "also"), "also", &m->also, &m->n_also, err) < 0)
        return -EINVAL;
    for (size_t i = 0; i < m->n_also; i++)
        if (add_name(db, n, XD_CPUID_ANY, m->also[i], what, err) < 0 ||
            (m->names[XD_CPUID_QEMU] && add_name(db, n, XD_CPUID_QEMU, m->also[i], what, err) < 0))
            return -EINVAL;
    return 0;
}

static void keep(struct xd_cpuid_db *db, const struct xd_cpuid_model *m)
{
    db->models = xd_arena_grow(&db->arena, db->models, db->n_models, sizeof(*db->models));
    db->models[db->n_models++] = *m;
}

static int load_version(struct xd_cpuid_db *db, const struct xd_yaml *n,
                        const struct xd_cpuid_model *family, struct xd_cpuid_model *m,
                        struct xd_err *err)
{
    static const char *const keys[] = {
        "version", "note",        "also", "source", "qemu",         "libvirt",      "add",
        "remove",  "libvirt_why", "cpu",  "title",  "libvirt_adds", "libvirt_lacks"};
    const struct xd_yaml *v;
    int64_t number;

    if (xd_yaml_only_keys(n, keys, N_OF(keys), err) < 0 ||
        xd_yaml_need(n, "version", &v, err) < 0 ||
        xd_yaml_i64(v, "version", 2, 99, &number, err) < 0)
        return -EINVAL;
    m->base = m->name;
    m->name = xd_arena_printf(&db->arena, "%s-v%d", family->name, (int)number);
    m->note = NULL;
    m->libvirt_adds = family->libvirt_adds;
    m->libvirt_lacks = family->libvirt_lacks;
    m->libvirt_why = family->libvirt_why;
    memset(m->names, 0, sizeof(m->names));
    if (load_text(db, n, "note", &m->note, err) < 0 ||
        load_text(db, n, "source", &m->source, err) < 0 ||
        load_text(db, n, "title", &m->title, err) < 0 || load_cpu(n, m, err) < 0 ||
        load_names(db, n, m, false, err) < 0 ||
        change_set(db, n, &m->fs, "add", "remove", err) < 0 || load_libvirt(db, n, m, err) < 0)
        return -EINVAL;
    keep(db, m);
    return 0;
}

static int load_model(struct xd_cpuid_db *db, const struct xd_yaml *n, struct xd_err *err)
{
    static const char *const keys[] = {"name",         "title",         "vendor",     "cpu",
                                       "source",       "base",          "qemu",       "libvirt",
                                       "also",         "add",           "remove",     "versions",
                                       "libvirt_adds", "libvirt_lacks", "libvirt_why"};
    struct xd_cpuid_model m = {.name = NULL}, family;
    const struct xd_yaml *v;

    if (xd_yaml_only_keys(n, keys, N_OF(keys), err) < 0 || xd_yaml_need(n, "name", &v, err) < 0 ||
        load_text(db, n, "name", &m.name, err) < 0 || xd_yaml_need(n, "source", &v, err) < 0 ||
        load_text(db, n, "source", &m.source, err) < 0 || xd_yaml_need(n, "title", &v, err) < 0 ||
        load_text(db, n, "title", &m.title, err) < 0 || load_vendor(n, &m, err) < 0 ||
        load_cpu(n, &m, err) < 0 || load_text(db, n, "base", &m.base, err) < 0)
        return -EINVAL;
    if (m.base) {
        const struct xd_cpuid_model *base = NULL;

        for (size_t i = 0; i < db->n_models; i++)
            if (strcmp(db->models[i].name, m.base) == 0)
                base = &db->models[i];
        if (!base)
            return xd_yaml_error(xd_yaml_get(n, "base"), err, "no model \"%s\" stands before",
                                 m.base);
        m.fs = base->fs;
    }
    if (load_names(db, n, &m, true, err) < 0 ||
        change_set(db, n, &m.fs, "add", "remove", err) < 0 || load_libvirt(db, n, &m, err) < 0)
        return -EINVAL;
    keep(db, &m);
    family = m;
    v = xd_yaml_get(n, "versions");
    for (v = v ? v->first : NULL; v; v = v->next)
        if (load_version(db, v, &family, &m, err) < 0)
            return -EINVAL;
    return 0;
}

int xd_cpuid_load_models(struct xd_cpuid_db *db, const struct xd_yaml *root, struct xd_err *err)
{
    static const char *const keys[] = {"models"};
    const struct xd_yaml *list;

    if (xd_yaml_only_keys(root, keys, N_OF(keys), err) < 0 ||
        xd_yaml_need(root, "models", &list, err) < 0)
        return -EINVAL;
    for (const struct xd_yaml *n = list->first; n; n = n->next)
        if (load_model(db, n, err) < 0)
            return -EINVAL;
    xd_cpuid_names_sort(db->model_names, db->n_model_names);
    for (size_t i = 1; i < db->n_model_names; i++) {
        const struct xd_cpuid_name *a = &db->model_names[i - 1], *b = &db->model_names[i];

        if (a->system == b->system && a->what != b->what && strcmp(a->key, b->key) == 0)
            return xd_yaml_error(list, err, "\"%s\" is the name of two models", a->key);
    }
    return 0;
}

size_t xd_cpuid_models(const struct xd_cpuid_db *db)
{
    return db->n_models;
}

const struct xd_cpuid_model *xd_cpuid_model_at(const struct xd_cpuid_db *db, size_t i)
{
    return i < db->n_models ? &db->models[i] : NULL;
}
