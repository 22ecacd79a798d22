/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid show` and `diff`: features as rows, sets of them as columns. */
#include "cmd/cpuid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/query.h"
#include "model/table.h"
#include "xen/cpuid/decode.h"

enum { NAME, GROUP, GUESTS, WHERE, TEXT, N_FIXED };

#define SOURCES_MAX (XD_COLUMNS_MAX - N_FIXED)

static const struct xd_column fixed[N_FIXED] = {
    [NAME] = {"name", "FEATURE", "Its name", {XD_STR}, XD_COL_DEFAULT},
    [GROUP] = {"group", "KIND", "Which kind it is", {XD_STR}, XD_COL_DEFAULT},
    [GUESTS] = {"guests", "GUESTS", "Which guests can see it", {XD_STR}, XD_COL_DEFAULT},
    [WHERE] = {"where", "WHERE", "Leaf, register and bit", {XD_STR}, 0},
    [TEXT] = {"text", "MEANING", "What it is", {XD_STR}, 0},
};

/* A table whose last columns are the sources. */
static const struct xd_table_desc *describe(struct cpuid *c, const struct cpuid_named *list,
                                            size_t n)
{
    struct xd_column *cols = xd_arena_array(&c->a, N_FIXED + n, sizeof(*cols));
    struct xd_table_desc *d = xd_arena_alloc(&c->a, sizeof(*d));

    memcpy(cols, fixed, sizeof(fixed));
    for (size_t i = 0; i < n; i++)
        cols[N_FIXED + i] = (struct xd_column){.name = list[i].label,
                                               .title = list[i].label,
                                               .help = "Has it",
                                               .kind = {XD_BOOL},
                                               .flags = XD_COL_DEFAULT};
    *d = (struct xd_table_desc){"cpuid",        "feature",  "CPU features",
                                "CPU features", cols,       N_FIXED + (int)n,
                                {NAME, -1},     {NAME, -1}, NULL};
    return d;
}

static const char *guests_short(const struct xd_cpuid_feature *f)
{
    static const char *const texts[] = {"-", "HAP", "HVM", "all"};
    static const char *const asked[] = {"-", "(HAP)", "(HVM)", "(all)"};

    return f ? (xd_cpuid_by_default(f) ? texts : asked)[xd_cpuid_guests(f)] : "-";
}

static void put_row(struct cpuid *c, struct xd_rows *t, int bit, const struct cpuid_named *list,
                    size_t n)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(c->db, bit);
    char buf[16], place[64];

    xd_row_begin(t);
    xd_put_str(t, NAME, xd_cpuid_name(c->db, bit, buf));
    xd_put_str(t, GROUP, f ? f->group : NULL);
    xd_put_str(t, GUESTS, guests_short(f));
    xd_put_str(t, WHERE, xd_cpuid_place(bit, place, sizeof(place)));
    xd_put_str(t, TEXT, f ? f->text : NULL);
    for (size_t i = 0; i < n; i++)
        if (list[i].source->set.known >> (bit / 32) & 1)
            xd_put_bool(t, N_FIXED + (int)i, xd_fs_has(&list[i].source->set.fs, bit));
}

/* Do those that know differ? */
static bool differs(int bit, const struct cpuid_named *list, size_t n)
{
    bool yes = false, no = false;

    for (size_t i = 0; i < n; i++) {
        if (!(list[i].source->set.known >> (bit / 32) & 1))
            continue;
        if (xd_fs_has(&list[i].source->set.fs, bit))
            yes = true;
        else
            no = true;
    }
    return yes && no;
}

static void print(struct cpuid *c, const struct cpuid_named *list, size_t n,
                  const struct xd_featureset *rows)
{
    const struct xd_table_desc *d = describe(c, list, n);
    struct xd_print p = {.format = c->format, .header = true, .source = "cpuid"};
    struct xd_builder *b = xd_builder_new("cpuid");
    struct xd_rows *t = xd_build_table(b, d, 0);
    int cols[XD_COLUMNS_MAX];

    for (int bit = xd_fs_next(rows, 0); bit >= 0; bit = xd_fs_next(rows, bit + 1))
        put_row(c, t, bit, list, n);
    struct xd_snapshot *s = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    const struct xd_table *table = xd_snapshot_table(s, "cpuid");
    bool text = xd_cli_option(c->cli, "explain") || c->format != XD_FORMAT_TABLE;
    p.cols = cols;
    for (int i = 0; i < d->n_columns; i++)
        if (i >= N_FIXED || d->columns[i].flags & XD_COL_DEFAULT || c->format != XD_FORMAT_TABLE)
            if (i != TEXT)
                cols[p.n_cols++] = i;
    if (text)
        cols[p.n_cols++] = TEXT;
    xd_print_rows(c->cli->out, d, table->rows, table->n, &p);
    xd_snapshot_unref(s);
}

/* The processor behind the features, above a table of one machine. */
static void about(struct cpuid *c, const struct cpuid_named *one)
{
    struct xd_cpuid_about a;
    FILE *out = c->cli->out;
    char size[32];

    xd_cpuid_about(&one->source->leaves, &a);
    fprintf(out, "%s: %s%s%s\n", one->label, *a.brand ? a.brand : "a processor",
            *a.vendor ? ", " : "", a.vendor);
    if (a.family)
        fprintf(out, "  family %u, model %u, stepping %u\n", a.family, a.model, a.stepping);
    if (a.physical_bits)
        fprintf(out, "  addresses: %u bits of memory, %u bits for programs\n", a.physical_bits,
                a.virtual_bits);
    if (a.threads)
        fprintf(out, "  threads of a package: %u%s\n", a.threads,
                a.threads_per_core > 1
                    ? xd_arena_printf(&c->a, ", %u of a core", a.threads_per_core)
                    : "");
    for (int i = 0; i < a.n_caches; i++)
        fprintf(out, "  cache: L%u %s %s, %u ways, lines of %u bytes\n", a.cache[i].level,
                a.cache[i].kind == 'd'   ? "data"
                : a.cache[i].kind == 'i' ? "instructions"
                                         : "both",
                xd_fmt_bytes(a.cache[i].bytes, size, sizeof(size)), a.cache[i].ways,
                a.cache[i].line_bytes);
    if (*a.hypervisor)
        fprintf(out, "  under a hypervisor: %s%s\n", a.hypervisor,
                a.has_xen_version ? xd_arena_printf(&c->a, " (Xen %u.%u)", a.xen_major, a.xen_minor)
                                  : "");
    fputc('\n', out);
}

static int sources(struct cpuid *c, int argc, char **argv, struct cpuid_named **list, size_t *n,
                   struct xd_err *err)
{
    if (xd_cli_option(c->cli, "on"))
        return cpuid_predicted(c, argc, argv, list, n, err);
    for (int i = 1; i < argc; i++)
        if (cpuid_source(c, argv[i], CPUID_EVERY_SET, list, n, err) < 0)
            return -EINVAL;
    if (argc == 1 && cpuid_this_host(c, list, n, err) < 0)
        return -EINVAL;
    if (*n > SOURCES_MAX)
        return xd_err_set(err, -E2BIG,
                          "%zu sets are too many for a table; at most %d stand side by "
                          "side, and level takes any number",
                          *n, SOURCES_MAX);
    return 0;
}

int cpuid_cmd_show(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    struct cpuid_named *list = NULL;
    struct xd_featureset rows = {{0}};
    size_t n = 0;

    if (sources(c, argc, argv, &list, &n, err) < 0)
        return XD_EXIT_USAGE;
    for (size_t i = 0; i < n; i++)
        xd_fs_or(&rows, &list[i].source->set.fs);
    if (xd_cli_option(c->cli, "all"))
        xd_fs_or(&rows, xd_cpuid_named(c->db));
    if (n == 1 && list->source->leaves.n && c->format == XD_FORMAT_TABLE)
        about(c, list);
    print(c, list, n, &rows);
    return XD_EXIT_DONE;
}

int cpuid_cmd_diff(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    struct cpuid_named *list = NULL;
    struct xd_featureset rows = {{0}};
    size_t n = 0;

    if (sources(c, argc, argv, &list, &n, err) < 0)
        return XD_EXIT_USAGE;
    if (n < 2) {
        xd_err_set(err, -EINVAL,
                   "diff takes two sets or more: xendeck cpuid diff host1.txt "
                   "host2.txt");
        return XD_EXIT_USAGE;
    }
    for (int bit = 0; bit < XD_CPUID_BITS; bit++)
        if (differs(bit, list, n))
            xd_fs_add(&rows, bit);
    if (xd_fs_empty(&rows) && c->format == XD_FORMAT_TABLE)
        fputs("no feature differs of those that all tell of\n", c->cli->out);
    else
        print(c, list, n, &rows);
    return XD_EXIT_DONE;
}
