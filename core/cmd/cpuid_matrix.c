/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `xendeck cpuid matrix` and `why`: what the hardware, Xen and each guest have, side by side, and
 * why a feature is off. The console's screen of CPU features, as text. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cmd/cpuid.h"
#include "cmd/cpuid_columns.h"

struct matrix {
    struct cpuid *c;
    struct xd_cpuid_matrix m;
    struct xd_cpuid_lines lines;
    int *cols;  /* that are shown */
    int *width; /* cells of each one's name */
    size_t n_cols;
};

/* Whose a column is needs no saying where all are one machine's. */
static const char *called(struct matrix *x, int column)
{
    const struct xd_cpuid_column *c = &x->m.column[column];

    for (size_t i = 0; i < x->n_cols; i++)
        if (!xd_streq(x->m.column[x->cols[i]].machine, c->machine))
            return xd_cpuid_column_called(c, &x->c->a);
    return c->name;
}

/* --- columns --- */

/* The table of the host that --host says, or is there. */
static int of_host(struct matrix *x, struct xd_err *err)
{
    static const struct xd_want wants[] = {{"cpuid", XD_WANT_ALL}};
    struct xd_session *s;
    struct xd_buf trouble = XD_BUF_INIT;
    int rc = xd_cli_look(x->c->cli, NULL, wants, 1, &s, err);

    if (rc == 0) {
        const struct xd_world *w = xd_session_world(s);
        const struct xd_table *t = xd_world_table(w, "cpuid");
        const char *why = xd_world_trouble(w, "cpuid");

        if (t && t->n)
            rc = xd_cpuid_columns_of_table(&x->m, t, NULL, &trouble, err);
        else
            rc = xd_err_set(err, -ENODEV, "%s tells nothing of CPU features%s%s", xd_world_host(w),
                            why ? ": " : "", why ? why : "");
    }
    if (trouble.len)
        fprintf(x->c->cli->err, "xendeck: %s\n", trouble.s);
    xd_buf_done(&trouble);
    xd_session_close(s);
    return rc;
}

/* What SOURCE… says: files, and "host" for the host itself; none is "host". */
static int sources(struct matrix *x, char **words, int n, struct xd_err *err)
{
    struct xd_buf trouble = XD_BUF_INIT;
    int rc = n ? 0 : of_host(x, err);

    for (int i = 0; i < n && rc == 0; i++)
        rc = strcmp(words[i], "host") == 0
                 ? of_host(x, err)
                 : xd_cpuid_columns_of_file(&x->m, words[i], &trouble, err);
    if (rc == -ENOENT) /* a domain's name is no source here */
        xd_err_set(err, rc, "%s; columns of the host are chosen with -c: matrix -c raw,host,web1",
                   xd_arena_strdup(&x->c->a, xd_err_text(err)));
    if (trouble.len)
        fprintf(x->c->cli->err, "xendeck: %s\n", trouble.s);
    xd_buf_done(&trouble);
    return rc;
}

/* "raw,host,web*": the columns whose names match, in that order; NULL: all. */
static int choose(struct matrix *x, const char *list, struct xd_err *err)
{
    char *copy = xd_arena_strdup(&x->c->a, list ? list : "*"), *save = NULL;

    x->cols = xd_arena_array(&x->c->a, (size_t)x->m.n + 1, sizeof(*x->cols));
    bool *taken = xd_arena_array(&x->c->a, (size_t)x->m.n + 1, sizeof(*taken));
    for (char *w = strtok_r(copy, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
        size_t before = x->n_cols;
        bool hit = false;

        for (int i = 0; i < x->m.n; i++) {
            const struct xd_cpuid_column *c = &x->m.column[i];

            if (fnmatch(w, c->name, 0) != 0 && (!c->key || fnmatch(w, c->key, 0) != 0) &&
                fnmatch(w, xd_cpuid_column_called(c, &x->c->a), 0) != 0)
                continue;
            hit = true;
            if (!taken[i])
                x->cols[x->n_cols++] = i;
            taken[i] = true;
        }
        if (!hit && before == x->n_cols)
            return xd_err_set(err, -ENOENT, "there is no column \"%s\": there are %s … %s", w,
                              x->m.n ? x->m.column[0].name : "none",
                              x->m.n ? x->m.column[x->m.n - 1].name : "none");
    }
    return 0;
}

/* --- as text --- */

/* As the console draws them where it may use ASCII only. */
static const char *const signs[XD_CPUID_CELLS] = {
    [XD_CPUID_CELL_UNKNOWN] = "?", [XD_CPUID_CELL_OFF] = ".",    [XD_CPUID_CELL_LOST] = "x",
    [XD_CPUID_CELL_ON] = "*",      [XD_CPUID_CELL_GAINED] = "+",
};

static void heading(struct matrix *x)
{
    FILE *out = x->c->cli->out;

    x->width = xd_arena_array(&x->c->a, x->n_cols + 1, sizeof(*x->width));
    fprintf(out, "%-20s", "FEATURE");
    for (size_t i = 0; i < x->n_cols; i++) {
        const char *name = called(x, x->cols[i]);

        x->width[i] = xd_str_width(name);
        fprintf(out, "  %s", name);
    }
    fputc('\n', out);
}

static void print_text(struct matrix *x)
{
    bool explain = xd_cli_option(x->c->cli, "explain");
    FILE *out = x->c->cli->out;
    char buf[16];

    heading(x);
    for (size_t i = 0; i < x->lines.n; i++) {
        const struct xd_cpuid_line *l = &x->lines.line[i];
        const struct xd_cpuid_feature *f = l->bit < 0 ? NULL : xd_cpuid_feature(x->c->db, l->bit);
        int pad = 0;

        if (l->bit < 0) {
            fprintf(out, "%s\n", xd_cpuid_group_title(x->c->db, l->group));
            continue;
        }
        fprintf(out, "  %-18s", xd_cpuid_name(x->c->db, l->bit, buf));
        for (size_t k = 0; k < x->n_cols; k++) {
            fprintf(out, "%*s  %s", pad, "",
                    signs[xd_cpuid_matrix_cell(&x->m, l->bit, x->cols[k])]);
            pad = x->width[k] - 1;
        }
        if (explain && f)
            fprintf(out, "%*s  %s", pad, "", f->text);
        fputc('\n', out);
    }
    fputs("* has it   . off   x off here first   + only from here on   ? unknown\n", out);
    if (x->lines.hidden)
        fprintf(out, "%zu more features are not shown%s\n", x->lines.hidden,
                xd_cli_option(x->c->cli, "different") ? ": they don't differ"
                                                      : ": nobody has them; --all shows them");
}

/* --- for programs --- */

static const char *layer_name(const struct xd_cpuid_column *c)
{
    static const char *const names[] = {"raw", "host", "max", "default", "domain", "other"};

    return names[c->layer];
}

static void json_columns(struct matrix *x, struct xd_json *j)
{
    static const char *const sides[] = {NULL, "pv", "hvm"};

    xd_json_open(j, "columns", '[');
    for (size_t i = 0; i < x->n_cols; i++) {
        const struct xd_cpuid_column *c = &x->m.column[x->cols[i]];

        xd_json_open(j, NULL, '{');
        xd_json_str(j, "name", c->name);
        xd_json_str(j, "machine", c->machine);
        xd_json_str(j, "layer", layer_name(c));
        xd_json_str(j, "guests", sides[c->side]);
        xd_json_str(j, "key", c->key);
        xd_json_close(j, '}');
    }
    xd_json_close(j, ']');
}

static void json_why(struct matrix *x, struct xd_json *j, int bit, int column)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_cpuid_why w;
    char buf[16];

    xd_cpuid_matrix_why(&x->m, bit, column, &a, &w);
    xd_json_str(j, "cell", xd_cpuid_cell_name(w.cell));
    xd_json_str(j, "cause", xd_cpuid_cause_name(w.cause));
    xd_json_str(j, "lost_in", w.lost_in < 0 ? NULL : x->m.column[w.lost_in].name);
    xd_json_str(j, "because", w.because < 0 ? NULL : xd_cpuid_name(x->c->db, w.because, buf));
    xd_json_str(j, "text", w.text);
    xd_json_str(j, "remedy", w.remedy);
    xd_arena_done(&a);
}

/* Cells in the order of the columns; why, where a feature was lost: what is off further on is off
 * for the same reason. */
static void json_feature(struct matrix *x, struct xd_json *j, int bit)
{
    const struct xd_cpuid_feature *f = xd_cpuid_feature(x->c->db, bit);
    char buf[16];

    xd_json_open(j, NULL, '{');
    xd_json_str(j, "name", xd_cpuid_name(x->c->db, bit, buf));
    xd_json_str(j, "group", f ? f->group : NULL);
    xd_json_str(j, "text", f ? f->text : NULL);
    xd_json_open(j, "cells", '[');
    for (size_t i = 0; i < x->n_cols; i++)
        xd_json_str(j, NULL, xd_cpuid_cell_name(xd_cpuid_matrix_cell(&x->m, bit, x->cols[i])));
    xd_json_close(j, ']');
    xd_json_open(j, "lost", '[');
    for (size_t i = 0; i < x->n_cols; i++) {
        if (xd_cpuid_matrix_cell(&x->m, bit, x->cols[i]) != XD_CPUID_CELL_LOST)
            continue;
        xd_json_open(j, NULL, '{');
        xd_json_str(j, "column", x->m.column[x->cols[i]].name);
        json_why(x, j, bit, x->cols[i]);
        xd_json_close(j, '}');
    }
    xd_json_close(j, ']');
    xd_json_close(j, '}');
}

static void print_json(struct matrix *x)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_i64(&j, "schema", 1);
    json_columns(x, &j);
    xd_json_open(&j, "features", '[');
    for (size_t i = 0; i < x->lines.n; i++)
        json_feature(x, &j, x->lines.line[i].bit);
    xd_json_close(&j, ']');
    xd_json_i64(&j, "hidden", (int64_t)x->lines.hidden);
    xd_json_close(&j, '}');
    cpuid_print_json(x->c, &b);
}

static int begin(struct matrix *x, struct cpuid *c, char **words, int n, const char *columns,
                 struct xd_err *err)
{
    *x = (struct matrix){.c = c};
    xd_cpuid_matrix_init(&x->m, c->db);
    if (c->format == XD_FORMAT_CSV)
        return xd_err_set(err, -EINVAL, "the matrix is text or json; show has csv");
    if (sources(x, words, n, err) < 0 || choose(x, columns, err) < 0)
        return err->code ? err->code : -EINVAL;
    return 0;
}

static void end(struct matrix *x)
{
    xd_cpuid_lines_done(&x->lines);
    xd_cpuid_matrix_done(&x->m);
}

static int status_of(int rc)
{
    return rc == 0                                               ? XD_EXIT_DONE
           : rc == -ENODEV || rc == -ETIMEDOUT || rc == -ENODATA ? XD_EXIT_NO_SOURCE
                                                                 : XD_EXIT_USAGE;
}

int cpuid_cmd_matrix(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    struct matrix x;
    int rc = begin(&x, c, argv + 1, argc - 1, xd_cli_option(c->cli, "columns"), err);

    if (rc == 0) {
        struct xd_cpuid_wish w = {
            .columns = x.cols,
            .n = x.n_cols,
            .rows = xd_cli_option(c->cli, "different") ? XD_CPUID_ROWS_DIFFERENT
                    : xd_cli_option(c->cli, "all")     ? XD_CPUID_ROWS_ALL
                                                       : XD_CPUID_ROWS_USED,
            .search = xd_cli_option(c->cli, "search"),
            .flat = c->format == XD_FORMAT_JSON,
        };
        xd_cpuid_matrix_lines(&x.m, &w, &x.lines);
        if (c->format == XD_FORMAT_JSON)
            print_json(&x);
        else
            print_text(&x);
    }
    end(&x);
    return status_of(rc);
}

/* --- why --- */

/* "raw, host, pv-max: on" and why; columns of which the same is true stand together. */
static void why_of(struct matrix *x, const char *names, const struct xd_cpuid_why *w)
{
    FILE *out = x->c->cli->out;
    const char *state = xd_cpuid_cell_on(w->cell)          ? "on"
                        : w->cell == XD_CPUID_CELL_UNKNOWN ? "unknown"
                                                           : "off";

    fputs("  ", out);
    cpuid_wrap(out, 2, 4, xd_arena_printf(&x->c->a, "%s: %s", names, state));
    fputs("      ", out);
    cpuid_wrap(out, 6, 6, w->text);
    if (w->remedy && !xd_cpuid_cell_on(w->cell)) {
        fputs("      ", out);
        cpuid_wrap(out, 6, 6, w->remedy);
    }
}

static void why_text(struct matrix *x, int bit)
{
    struct xd_cpuid_reasons *list;
    size_t n = xd_cpuid_matrix_reasons(&x->m, bit, x->cols, x->n_cols, &x->c->a, &list);

    for (size_t i = 0; i < n; i++) {
        struct xd_buf names = XD_BUF_INIT;

        for (size_t k = 0; k < list[i].n; k++)
            xd_buf_printf(&names, "%s%s", k ? ", " : "", called(x, list[i].columns[k]));
        why_of(x, names.s, &list[i].why);
        xd_buf_done(&names);
    }
}

static void why_json(struct matrix *x, const struct xd_cpuid_feature *f)
{
    struct xd_buf b = XD_BUF_INIT;
    struct xd_json j;

    xd_json_init(&j, &b, true);
    xd_json_open(&j, NULL, '{');
    xd_json_i64(&j, "schema", 1);
    xd_json_str(&j, "name", f->name);
    xd_json_str(&j, "text", f->text);
    xd_json_open(&j, "columns", '[');
    for (size_t i = 0; i < x->n_cols; i++) {
        xd_json_open(&j, NULL, '{');
        xd_json_str(&j, "name", x->m.column[x->cols[i]].name);
        json_why(x, &j, f->bit, x->cols[i]);
        xd_json_close(&j, '}');
    }
    xd_json_close(&j, ']');
    xd_json_close(&j, '}');
    cpuid_print_json(x->c, &b);
}

int cpuid_cmd_why(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct cpuid *c = ctx;
    const char *on = xd_cli_option(c->cli, "on");
    char *source[] = {(char *)on, NULL};
    const struct xd_cpuid_feature *f;
    struct xd_buf columns = XD_BUF_INIT;
    struct matrix x;
    int rc;

    if (argc < 2) {
        xd_err_set(err, -EINVAL,
                   "why is which feature off? For example: xendeck cpuid why avx2 web1");
        return XD_EXIT_USAGE;
    }
    if (cpuid_feature(c, argv[1], &f, err) < 0)
        return XD_EXIT_USAGE;
    for (int i = 2; i < argc; i++)
        xd_buf_printf(&columns, "%s%s", columns.len ? "," : "", argv[i]);
    rc = begin(&x, c, source, on ? 1 : 0, columns.len ? columns.s : NULL, err);
    if (rc == 0 && c->format == XD_FORMAT_JSON) {
        why_json(&x, f);
    } else if (rc == 0) {
        fprintf(c->cli->out, "%s: ", f->name);
        cpuid_wrap(c->cli->out, (int)strlen(f->name) + 2, 2, f->text);
        why_text(&x, f->bit);
    }
    xd_buf_done(&columns);
    end(&x);
    return status_of(rc);
}
