/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid explain` and `models`: what the tables know. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/query.h"
#include "model/table.h"

static const char *guests_text(const struct xd_cpuid_feature *f)
{
    static const char *const unasked[] = {"none", "HVM with HAP", "HVM", "all"};
    static const char *const asked[] = {"none", "HVM with HAP, on demand", "HVM, on demand",
                                        "all, on demand"};

    if (!f->xen)
        return "none: Xen doesn't know it";
    return (xd_cpuid_by_default(f) ? unasked : asked)[xd_cpuid_guests(f)];
}

/* The models that have it, in their order. */
static size_t models_with(struct cpuid *c, int bit, const struct xd_cpuid_model **first)
{
    size_t n = 0;

    *first = NULL;
    for (size_t i = 0; i < xd_cpuid_models(c->db); i++) {
        const struct xd_cpuid_model *m = xd_cpuid_model_at(c->db, i);

        if (!xd_fs_has(&m->fs, bit))
            continue;
        n++;
        if (!*first || (!(*first)->family && m->family))
            *first = m;
    }
    return n;
}

static void line(FILE *out, const char *title, const char *text)
{
    fprintf(out, "  %-13s ", title);
    cpuid_wrap(out, 16, 16, text);
}

static void set_line(struct cpuid *c, const char *title, const struct xd_featureset *s)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_cpuid_list(c->db, s, 12, &b);
    if (b.len)
        line(c->cli->out, title, xd_buf_str(&b));
    xd_buf_done(&b);
}

static void explain_text(struct cpuid *c, const struct xd_cpuid_feature *f, bool here, bool known)
{
    static const char *const who[] = {NULL, "xl.cfg", "Linux", "QEMU", "libvirt"};
    const struct xd_cpuid_model *first;
    struct xd_featureset deep = {{0}};
    struct xd_buf b = XD_BUF_INIT;
    char place[64];
    FILE *out = c->cli->out;

    fprintf(out, "%s: ", f->name);
    cpuid_wrap(out, (int)strlen(f->name) + 2, 2, f->text);
    line(out, "kind", f->group_title);
    line(out, "where", xd_cpuid_place(f->bit, place, sizeof(place)));
    for (int s = XD_CPUID_XL; s < XD_CPUID_SYSTEMS; s++)
        if (f->names[s])
            xd_buf_printf(&b, "%s%s %s", b.len ? ", " : "", who[s], f->names[s]);
    for (size_t i = 0; i < f->n_also; i++)
        xd_buf_printf(&b, ", also %s", f->also[i]);
    line(out, "names", b.len ? xd_buf_str(&b) : "nobody else has one");
    line(out, "guests", guests_text(f));
    line(out, "so says", xd_cpuid_xens_words(c->db));
    if (xd_cpuid_special(f))
        line(out, "", "Xen treats it specially, and may set it otherwise than asked");
    line(out, "given", xd_cpuid_given_text(f->given));
    xd_fs_add(&deep, f->bit);
    xd_cpuid_add_needs(c->db, &deep);
    xd_fs_del(&deep, f->bit);
    set_line(c, "needs", &deep);
    set_line(c, "needed by", &f->dependents);
    size_t n = models_with(c, f->bit, &first);
    xd_buf_clear(&b);
    xd_buf_printf(&b, "%zu of %zu have it", n, xd_cpuid_models(c->db));
    if (first)
        xd_buf_printf(&b, ", first %s (%s)", first->name, first->title);
    line(out, "models", xd_buf_str(&b));
    line(out, "this machine", !known ? "unknown" : here ? "has it" : "does not have it");
    xd_buf_done(&b);
}

static void explain_json(struct cpuid *c, struct xd_json *j, const struct xd_cpuid_feature *f,
                         bool here, bool known)
{
    static const char *const who[] = {NULL, "xl", "linux", "qemu", "libvirt"};
    char place[64];

    xd_json_open(j, NULL, '{');
    xd_json_str(j, "name", f->name);
    xd_json_str(j, "text", f->text);
    xd_json_str(j, "group", f->group);
    xd_json_str(j, "group_title", f->group_title);
    xd_json_str(j, "place", xd_cpuid_place(f->bit, place, sizeof(place)));
    xd_json_i64(j, "word", f->bit / 32);
    xd_json_i64(j, "bit", f->bit % 32);
    xd_json_str(j, "xen", f->xen);
    xd_json_str(j, "marks", f->xen ? f->marks : NULL);
    xd_json_open(j, "names", '{');
    for (int s = XD_CPUID_XL; s < XD_CPUID_SYSTEMS; s++)
        xd_json_str(j, who[s], f->names[s]);
    xd_json_close(j, '}');
    xd_json_str(j, "guests", guests_text(f));
    xd_json_str(j, "guests_source", xd_cpuid_xens_words(c->db));
    xd_json_str(j, "given", xd_cpuid_given_text(f->given));
    cpuid_json_names(c, j, "needs", &f->needs);
    cpuid_json_names(c, j, "needed_by", &f->dependents);
    if (known)
        xd_json_bool(j, "this_machine", here);
    else
        xd_json_null(j, "this_machine");
    xd_json_close(j, '}');
}

int cpuid_feature(struct cpuid *c, const char *word, const struct xd_cpuid_feature **out,
                  struct xd_err *err)
{
    *out = xd_cpuid_find(c->db, XD_CPUID_ANY, word, strlen(word));
    if (*out)
        return 0;
    const char *near = xd_cpuid_nearest(c->db, XD_CPUID_ANY, word);
    if (cpuid_model(c, word))
        return xd_err_set(err, -ENOENT, "%s is a model: see xendeck cpuid models %s", word, word);
    return xd_err_set(err, -ENOENT, "there is no feature \"%s\"%s%s%s", word,
                      near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

int cpuid_cmd_explain(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    const struct xd_cpuid_feature *f;
    struct xd_cpuid_leaves l;
    struct xd_cpuid_set here = {.known = 0};
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    if (argc < 2) {
        xd_err_set(err, -EINVAL, "explain which feature? For example: xendeck cpuid explain avx2");
        return XD_EXIT_USAGE;
    }
    if (c->format == XD_FORMAT_CSV) {
        xd_err_set(err, -EINVAL, "an explanation is text or json");
        return XD_EXIT_USAGE;
    }
    for (int i = 1; i < argc; i++)
        if (cpuid_feature(c, argv[i], &f, err) < 0)
            return XD_EXIT_USAGE;
    if (xd_cpuid_native(&c->a, &l, NULL) == 0)
        xd_cpuid_leaves_to_set(&l, &here);
    xd_json_init(&j, &b, true);
    if (c->format == XD_FORMAT_JSON)
        xd_json_open(&j, NULL, '[');
    for (int i = 1; i < argc; i++) {
        cpuid_feature(c, argv[i], &f, NULL);
        bool has = xd_fs_has(&here.fs, f->bit), known = here.known >> (f->bit / 32) & 1;
        if (c->format == XD_FORMAT_JSON) {
            explain_json(c, &j, f, has, known);
            continue;
        }
        if (i > 1)
            fputc('\n', c->cli->out);
        explain_text(c, f, has, known);
    }
    if (c->format == XD_FORMAT_JSON) {
        xd_json_close(&j, ']');
        cpuid_print_json(c, &b);
    }
    return XD_EXIT_DONE;
}

/* --- models --- */

enum { NAME, TITLE, NOTE, VENDOR, CPU, FEATURES, LEVEL, ALSO, SOURCE, N_COLUMNS };

static const struct xd_column columns[N_COLUMNS] = {
    [NAME] = {"name", "MODEL", "Its name", {XD_STR}, XD_COL_DEFAULT},
    [TITLE] = {"title", "PROCESSOR", "Which processor it is", {XD_STR}, 0},
    [NOTE] = {"note", "NOTE", "What this version changes", {XD_STR}, 0},
    [VENDOR] = {"vendor", "VENDOR", "Who makes it", {XD_STR}, XD_COL_DEFAULT},
    [CPU] = {"cpu", "CPU", "Family, model and stepping", {XD_STR}, XD_COL_DEFAULT},
    [FEATURES] = {"features", "FEATURES", "How many features", {XD_U64}, XD_COL_DEFAULT},
    [LEVEL] = {"level", "LEVEL", "x86-64 level of the psABI", {XD_STR}, XD_COL_DEFAULT},
    [ALSO] = {"also", "ALSO", "Other names", {XD_STR}, 0},
    [SOURCE] = {"source", "SOURCE", "Where its features were taken from", {XD_STR}, 0},
};

static const struct xd_table_desc models_desc = {"models",           "model",    "Models",
                                                 "Named processors", columns,    N_COLUMNS,
                                                 {NAME, -1},         {NAME, -1}, NULL};

/* The highest level that it is up to. */
static const char *level_of(struct cpuid *c, const struct xd_featureset *fs)
{
    static const char *const levels[] = {"x86-64-v4", "x86-64-v3", "x86-64-v2", "x86-64-v1"};

    for (size_t i = 0; i < 4; i++) {
        const struct xd_cpuid_model *m =
            xd_cpuid_model(c->db, XD_CPUID_ANY, levels[i], strlen(levels[i]));
        if (m && xd_fs_subset(&m->fs, fs))
            return levels[i];
    }
    return NULL;
}

static void put_model(struct cpuid *c, struct xd_rows *t, const struct xd_cpuid_model *m)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_row_begin(t);
    xd_put_str(t, NAME, m->name);
    xd_put_str(t, TITLE, m->title);
    xd_put_str(t, NOTE, m->note);
    if (m->vendor)
        xd_put_str(t, VENDOR, xd_cpuid_vendor_name(m->vendor));
    if (m->family)
        xd_put_str(t, CPU, xd_arena_printf(&c->a, "%u/%u/%u", m->family, m->model, m->stepping));
    xd_put_u64(t, FEATURES, (uint64_t)xd_fs_count(&m->fs));
    xd_put_str(t, LEVEL, level_of(c, &m->fs));
    for (size_t i = 0; i < m->n_also; i++)
        xd_buf_printf(&b, "%s%s", i ? " " : "", m->also[i]);
    if (b.len)
        xd_put_str(t, ALSO, xd_buf_str(&b));
    xd_buf_clear(&b);
    xd_put_str(t, SOURCE, m->source);
    xd_buf_done(&b);
}

static void model_text(struct cpuid *c, const struct xd_cpuid_model *m)
{
    const struct xd_cpuid_model *base =
        m->base ? xd_cpuid_model(c->db, XD_CPUID_ANY, m->base, strlen(m->base)) : NULL;
    struct xd_featureset add = m->fs, remove = {{0}}, left = m->fs;
    FILE *out = c->cli->out;

    fprintf(out, "%s: %s\n", m->name, m->title);
    if (m->note)
        line(out, "version", m->note);
    if (m->family)
        line(out, "cpu",
             xd_arena_printf(&c->a, "%s, family %u, model %u, stepping %u",
                             xd_cpuid_vendor_name(m->vendor), m->family, m->model, m->stepping));
    if (base) {
        remove = base->fs;
        xd_fs_minus(&remove, &m->fs);
        xd_fs_minus(&add, &base->fs);
        line(out, "made from", base->name);
        set_line(c, "adds", &add);
        set_line(c, "removes", &remove);
    }
    line(out, "source", m->source);
    line(out, "QEMU", m->names[XD_CPUID_QEMU] ? m->names[XD_CPUID_QEMU] : "has no such model");
    line(out, "libvirt",
         m->names[XD_CPUID_LIBVIRT] ? m->names[XD_CPUID_LIBVIRT] : "has no such model");
    if (m->names[XD_CPUID_LIBVIRT] && m->libvirt_why) {
        set_line(c, "  there adds", &m->libvirt_adds);
        set_line(c, "  there lacks", &m->libvirt_lacks);
        line(out, "  why", m->libvirt_why);
    }
    for (int b = xd_fs_next(&left, 0); b >= 0; b = xd_fs_next(&left, 0)) {
        const char *group = xd_cpuid_feature(c->db, b)->group;
        struct xd_buf names = XD_BUF_INIT;

        for (int i = b; i >= 0; i = xd_fs_next(&left, i + 1)) {
            if (strcmp(xd_cpuid_feature(c->db, i)->group, group) != 0)
                continue;
            xd_buf_printf(&names, "%s%s", names.len ? " " : "", xd_cpuid_feature(c->db, i)->name);
            xd_fs_del(&left, i);
        }
        line(out, group, xd_buf_str(&names));
        xd_buf_done(&names);
    }
}

static void models_json(struct cpuid *c, int argc, char **argv)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '[');
    for (int i = 1; i < argc; i++) {
        const struct xd_cpuid_model *m = cpuid_model(c, argv[i]);

        xd_json_open(&j, NULL, '{');
        xd_json_str(&j, "name", m->name);
        xd_json_str(&j, "title", m->title);
        xd_json_str(&j, "note", m->note);
        xd_json_str(&j, "base", m->base);
        xd_json_str(&j, "source", m->source);
        xd_json_str(&j, "qemu", m->names[XD_CPUID_QEMU]);
        xd_json_str(&j, "libvirt", m->names[XD_CPUID_LIBVIRT]);
        xd_json_str(&j, "level", level_of(c, &m->fs));
        cpuid_json_names(c, &j, "features", &m->fs);
        xd_json_close(&j, '}');
    }
    xd_json_close(&j, ']');
    cpuid_print_json(c, &b);
}

static void models_table(struct cpuid *c)
{
    struct xd_print p = {.format = c->format, .header = true, .source = "models.yaml"};
    int cols[XD_COLUMNS_MAX];
    struct xd_builder *b = xd_builder_new("models.yaml");
    struct xd_rows *t = xd_build_table(b, &models_desc, 0);

    for (size_t i = 0; i < xd_cpuid_models(c->db); i++)
        put_model(c, t, xd_cpuid_model_at(c->db, i));
    struct xd_snapshot *s = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    const struct xd_table *table = xd_snapshot_table(s, "models");
    p.cols = cols;
    p.n_cols = xd_columns_parse(
        c->format == XD_FORMAT_TABLE ? "name,vendor,cpu,level,features,also,title,note" : "all",
        table->desc, cols, NULL);
    xd_print_rows(c->cli->out, table->desc, table->rows, table->n, &p);
    xd_snapshot_unref(s);
}

int cpuid_cmd_models(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;

    for (int i = 1; i < argc; i++) {
        if (!cpuid_model(c, argv[i])) {
            const char *near = xd_cpuid_nearest_model(c->db, argv[i]);
            xd_err_set(err, -ENOENT, "there is no model \"%s\"%s%s%s", argv[i],
                       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
            return XD_EXIT_USAGE;
        }
    }
    if (argc == 1) {
        models_table(c);
    } else if (c->format == XD_FORMAT_JSON) {
        models_json(c, argc, argv);
    } else if (c->format == XD_FORMAT_CSV) {
        xd_err_set(err, -EINVAL, "one model is text or json; the list of all is a table");
        return XD_EXIT_USAGE;
    } else {
        for (int i = 1; i < argc; i++)
            model_text(c, cpuid_model(c, argv[i]));
    }
    return XD_EXIT_DONE;
}
