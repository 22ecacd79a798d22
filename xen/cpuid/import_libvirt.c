/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Models of libvirt's cpu_map: see import.h. */
#include "xen/cpuid/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xml.h"
#include "xen/cpuid/db_impl.h"

#define DEPTH_MAX 8 /* models, each made from the next */

struct importing {
    struct xd_cpuid_db *db;
    const struct xd_files *files;
    const char *folder;
    struct xd_arena scratch;
    struct xd_cpuid_model *found; /* in scratch */
    size_t n_found;
    struct xd_buf unnamed; /* features of the model that is read that have no name here */
};

static const struct xd_xml *need_name(const struct xd_xml *e, const char **name, struct xd_err *err)
{
    *name = xd_xml_attr(e, "name");
    if (*name && xd_cpuid_model_name_ok(*name, strlen(*name)))
        return e;
    xd_xml_error(e, err, "<%s> needs a name of 1 to %d letters, digits, '.', '_' and '-'", e->name,
                 XD_CPUID_NAME_MAX - 1);
    return NULL;
}

/* The <model> of the file that defines it. */
static int read_model(struct importing *x, const char *name, const struct xd_xml **out,
                      struct xd_err *err)
{
    char *path = xd_arena_printf(&x->scratch, "%s/x86_%s.xml", x->folder, name), *text;
    const char *file = path + strlen(x->folder) + 1;
    const char *said;
    struct xd_xml *root;
    size_t len;

    if (xd_files_read(x->files, path, XD_XML_MAX_BYTES, &x->scratch, &text, &len, err) < 0 ||
        xd_xml_parse(file, text, len, &x->scratch, &root, err) < 0)
        return -EINVAL;
    *out = xd_xml_child(root, "model");
    if (!*out)
        return xd_xml_error(root, err, "it defines no <model>");
    if (!need_name(*out, &said, err))
        return -EINVAL;
    if (strcmp(said, name) != 0)
        return xd_xml_error(*out, err, "the model %s stands in the file of %s", said, name);
    return 0;
}

/* What VMX offers to guests within guests is in no word of CPUID: libvirt's vmx-… */
static int add_feature(struct importing *x, const struct xd_xml *e, struct xd_featureset *fs,
                       struct xd_err *err)
{
    const struct xd_cpuid_feature *f;
    const char *name;

    if (!need_name(e, &name, err))
        return -EINVAL;
    f = xd_cpuid_find(x->db, XD_CPUID_LIBVIRT, name, strlen(name));
    if (f)
        xd_fs_add(fs, f->bit);
    else if (!xd_str_starts(name, "vmx-"))
        xd_buf_printf(&x->unnamed, "%s%s", x->unnamed.len ? ", " : "", name);
    return 0;
}

static int add_features(struct importing *x, const struct xd_xml *m, int depth,
                        struct xd_featureset *fs, struct xd_err *err)
{
    int rc = 0;

    for (const struct xd_xml *e = m->first; e && rc == 0; e = e->next) {
        const struct xd_xml *base;
        const char *name;

        if (strcmp(e->name, "feature") == 0) {
            rc = add_feature(x, e, fs, err);
        } else if (strcmp(e->name, "model") == 0) {
            if (depth == DEPTH_MAX)
                return xd_xml_error(e, err, "more than %d models, each made from the next",
                                    DEPTH_MAX);
            if (!need_name(e, &name, err) || read_model(x, name, &base, err) < 0)
                return -EINVAL;
            rc = add_features(x, base, depth + 1, fs, err);
        }
    }
    return rc;
}

static enum xd_cpuid_vendor vendor_of(const struct xd_xml *m)
{
    const struct xd_xml *e = xd_xml_child(m, "vendor");
    const char *name = e ? xd_xml_attr(e, "name") : NULL;

    for (int v = XD_VENDOR_INTEL; name && v <= XD_VENDOR_HYGON; v++)
        if (strcmp(name, xd_cpuid_vendor_name((enum xd_cpuid_vendor)v)) == 0)
            return (enum xd_cpuid_vendor)v;
    return XD_VENDOR_ANY;
}

/* A number of the first <signature>; of "5-7" the first. 0 where there is none. */
static unsigned signature(const struct xd_xml *m, const char *what)
{
    const struct xd_xml *e = xd_xml_child(m, "signature");
    const char *v = e ? xd_xml_attr(e, what) : NULL;
    unsigned long n = v ? strtoul(v, NULL, 10) : 0;

    return n < 1024 ? (unsigned)n : 0;
}

static int take_model(struct importing *x, const char *name, struct xd_err *err)
{
    struct xd_arena *a = &x->db->arena;
    struct xd_cpuid_model *m;
    const struct xd_xml *e;

    x->found = xd_arena_grow(&x->scratch, x->found, x->n_found, sizeof(*x->found));
    m = &x->found[x->n_found];
    *m = (struct xd_cpuid_model){.name = NULL};
    xd_buf_clear(&x->unnamed);
    if (read_model(x, name, &e, err) < 0 || add_features(x, e, 0, &m->fs, err) < 0)
        return -EINVAL;
    m->name = m->names[XD_CPUID_LIBVIRT] = xd_arena_strdup(a, name);
    m->title = "a model of libvirt's";
    m->source = "libvirt's cpu_map";
    m->vendor = vendor_of(e);
    m->family = signature(e, "family");
    m->model = signature(e, "model");
    m->stepping = signature(e, "stepping");
    if (x->unnamed.len)
        m->note = xd_arena_printf(a, "without %s, which has no name here", x->unnamed.s);
    x->n_found++;
    return 0;
}

static void keep_all(struct importing *x)
{
    struct xd_cpuid_db *db = x->db;

    for (size_t i = 0; i < x->n_found; i++) {
        const struct xd_cpuid_model *m = &x->found[i];
        int what = (int)db->n_models;

        db->models = xd_arena_grow(&db->arena, db->models, db->n_models, sizeof(*db->models));
        db->models[db->n_models++] = *m;
        xd_cpuid_name_add(&db->arena, &db->model_names, &db->n_model_names, XD_CPUID_ANY, m->name,
                          what, NULL, NULL);
        xd_cpuid_name_add(&db->arena, &db->model_names, &db->n_model_names, XD_CPUID_LIBVIRT,
                          m->name, what, NULL, NULL);
    }
    xd_cpuid_names_sort(db->model_names, db->n_model_names);
}

/* "x86_NAME.xml" → NAME; NULL: another file. */
static const char *model_of_file(struct xd_arena *a, const char *file)
{
    size_t len = strlen(file), ends = strlen(".xml");
    const char *name;

    if (!xd_str_starts(file, "x86_") || len < 4 + 1 + ends ||
        strcmp(file + len - ends, ".xml") != 0)
        return NULL;
    name = xd_arena_strndup(a, file + 4, len - 4 - ends);
    if (strcmp(name, "features") == 0 || strcmp(name, "vendors") == 0 ||
        !xd_cpuid_model_name_ok(name, strlen(name)))
        return NULL;
    return name;
}

int xd_cpuid_import_libvirt(struct xd_cpuid_db *db, const struct xd_files *files,
                            const char *folder, struct xd_cpuid_import *out, struct xd_err *err)
{
    struct importing x = {.db = db,
                          .files = files,
                          .folder = folder,
                          .scratch = XD_ARENA_INIT,
                          .unnamed = XD_BUF_INIT};
    char **found;
    size_t n;
    int rc = xd_files_list(files, folder, &x.scratch, &found, &n, err);

    *out = (struct xd_cpuid_import){.models = 0};
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const char *name = model_of_file(&x.scratch, found[i]);

        if (!name)
            continue;
        out->models++;
        if (!xd_cpuid_model(db, XD_CPUID_ANY, name, strlen(name)))
            rc = take_model(&x, name, err);
    }
    if (rc == 0 && !out->models)
        rc = xd_err_set(err, -ENOENT, "there is no file x86_NAME.xml, as libvirt's cpu_map has");
    if (rc == 0) {
        out->added = x.n_found;
        keep_all(&x);
    }
    xd_buf_done(&x.unnamed);
    xd_arena_done(&x.scratch);
    return rc;
}
