/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of the matrix: from a table `cpuid` (this host's or a captured one), and from dumps. */
#include "cmd/cpuid_columns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "capture/format.h"
#include "cmd/cpuid.h"

/* The table's rows that aren't domains: by their names. */
static const struct policy {
    const char *name, *called;
    enum xd_cpuid_layer layer;
    enum xd_cpuid_side side;
} policies[] = {
    {"raw", "raw", XD_CPUID_LAYER_RAW, XD_CPUID_SIDE_ANY},
    {"host", "host", XD_CPUID_LAYER_HOST, XD_CPUID_SIDE_ANY},
    {"pv-max", "pv-max", XD_CPUID_LAYER_MAX, XD_CPUID_SIDE_PV},
    {"hvm-max", "hvm-max", XD_CPUID_LAYER_MAX, XD_CPUID_SIDE_HVM},
    {"pv-default", "pv-def", XD_CPUID_LAYER_DEFAULT, XD_CPUID_SIDE_PV},
    {"hvm-default", "hvm-def", XD_CPUID_LAYER_DEFAULT, XD_CPUID_SIDE_HVM},
};

struct taker {
    struct xd_cpuid_matrix *m;
    const struct xd_table *t;
    int name, guests, domain, uuid, command_line, words; /* columns; -1: there is none */
    const char *machine;
    struct xd_buf *trouble;
};

/* A cell's text, an enum's name among it; NULL: unknown. */
static const char *text_of(const struct xd_table_desc *d, const struct xd_row *r, int col)
{
    if (!xd_row_has(r, col))
        return NULL;
    if (d->columns[col].kind.type == XD_STR)
        return xd_row_str(r, col, NULL);
    return d->columns[col].kind.type == XD_ENUM ? d->columns[col].kind.names[r->cell[col].i] : NULL;
}

static enum xd_cpuid_side side_of(const char *guests)
{
    if (!guests)
        return XD_CPUID_SIDE_ANY;
    return strcmp(guests, "pv") == 0                                  ? XD_CPUID_SIDE_PV
           : strcmp(guests, "hvm") == 0 || strcmp(guests, "pvh") == 0 ? XD_CPUID_SIDE_HVM
                                                                      : XD_CPUID_SIDE_ANY;
}

static const struct policy *policy_named(const char *name)
{
    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
        if (strcmp(policies[i].name, name) == 0)
            return &policies[i];
    return NULL;
}

static void describe(const struct taker *k, const struct xd_row *r, const char *name,
                     struct xd_cpuid_column *c)
{
    const struct policy *p = policy_named(name);
    const char *uuid = text_of(k->t->desc, r, k->uuid), *domain = text_of(k->t->desc, r, k->domain);

    *c = (struct xd_cpuid_column){.name = name, .machine = k->machine, .key = name};
    if (p) {
        c->name = p->called;
        c->layer = p->layer;
        c->side = p->side;
        c->options =
            p->layer == XD_CPUID_LAYER_HOST ? text_of(k->t->desc, r, k->command_line) : NULL;
        return;
    }
    c->layer = XD_CPUID_LAYER_DOMAIN;
    c->side = side_of(text_of(k->t->desc, r, k->guests));
    c->name = domain ? domain : name;
    c->key = uuid ? uuid : name;
    c->dom0 = strcmp(name, "domain/0") == 0;
}

static int take(struct taker *k, const struct xd_row *r, const struct xd_cpuid_column *about,
                struct xd_err *err)
{
    struct xd_cpuid_column c = *about;
    const char *words = text_of(k->t->desc, r, k->words);
    struct xd_err bad = XD_ERR_INIT;
    int column;

    if (words && xd_cpuid_hex_parse(words, strlen(words), &c.set, &column, &bad) < 0) {
        memset(&c.set, 0, sizeof(c.set));
        if (k->trouble)
            xd_buf_printf(k->trouble, "%scpuid %s: words:%d: %s", k->trouble->len ? "; " : "",
                          c.name, column, xd_err_text(&bad));
    }
    int rc = xd_cpuid_matrix_add(k->m, &c, err);
    return rc < 0 ? rc : 0;
}

int xd_cpuid_columns_of_table(struct xd_cpuid_matrix *m, const struct xd_table *cpuid,
                              const char *machine, struct xd_buf *trouble, struct xd_err *err)
{
    const struct xd_table_desc *d = cpuid->desc;
    struct taker k = {.m = m,
                      .t = cpuid,
                      .name = xd_desc_column(d, "name"),
                      .guests = xd_desc_column(d, "guests"),
                      .domain = xd_desc_column(d, "domain"),
                      .uuid = xd_desc_column(d, "uuid"),
                      .command_line = xd_desc_column(d, "command_line"),
                      .words = xd_desc_column(d, "words"),
                      .machine = machine,
                      .trouble = trouble};
    int rc = 0;

    /* in the order of layers, whatever order the rows have */
    for (int layer = XD_CPUID_LAYER_RAW; layer <= XD_CPUID_LAYER_DOMAIN; layer++) {
        for (size_t i = 0; rc == 0 && i < cpuid->n; i++) {
            const char *name = text_of(d, cpuid->rows[i], k.name);
            struct xd_cpuid_column c;

            if (!name)
                continue;
            describe(&k, cpuid->rows[i], name, &c);
            if ((int)c.layer == layer)
                rc = take(&k, cpuid->rows[i], &c, err);
        }
    }
    return rc;
}

int xd_cpuid_columns_of_dump(struct xd_cpuid_matrix *m, const struct xd_cpuid_dump *d,
                             const char *machine, struct xd_err *err)
{
    for (int layer = XD_CPUID_LAYER_RAW; layer <= XD_CPUID_LAYER_OTHER; layer++) {
        for (size_t i = 0; i < d->n; i++) {
            struct xd_cpuid_column c;

            xd_cpuid_column_of_label(d->source[i].label, &c);
            if ((int)c.layer != layer)
                continue;
            c.machine = machine;
            c.set = d->source[i].set;
            if (d->n == 1) /* the machine's name says it all */
                c.name = machine;
            if (xd_cpuid_matrix_add(m, &c, err) < 0)
                return -E2BIG;
        }
    }
    return 0;
}

static int of_capture(struct xd_cpuid_matrix *m, const char *path, const char *machine,
                      struct xd_buf *trouble, struct xd_err *err)
{
    struct xd_snapshot *s;
    struct xd_capture *c;
    int rc = xd_capture_open(path, NULL, NULL, &c, err);

    if (rc < 0)
        return rc;
    s = xd_capture_load_table(c, "cpuid", err);
    if (s)
        rc = xd_cpuid_columns_of_table(m, xd_snapshot_table(s, "cpuid"), machine, trouble, err);
    else
        rc = xd_err_set(err, -ENODATA, "%s: this capture has no CPU features in it", path);
    xd_snapshot_unref(s);
    xd_capture_close(c);
    return rc;
}

int xd_cpuid_columns_of_file(struct xd_cpuid_matrix *m, const char *path, struct xd_buf *trouble,
                             struct xd_err *err)
{
    const char *slash = strrchr(path, '/'), *machine = slash ? slash + 1 : path;
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_cpuid_dump d;
    int rc;

    if (xd_capture_is(path))
        return of_capture(m, path, machine, trouble, err);
    rc = cpuid_read(open(path, O_RDONLY | O_CLOEXEC), path, XD_CPUID_IMAGE_BYTES, &b, err);
    if (rc == 0)
        rc = xd_cpuid_dump_parse(path, xd_buf_str(&b), b.len, &a, &d, err);
    if (rc == 0)
        rc = xd_cpuid_columns_of_dump(m, &d, machine, err);
    xd_buf_done(&b);
    xd_arena_done(&a);
    return rc;
}

const char *xd_cpuid_column_called(const struct xd_cpuid_column *c, struct xd_arena *a)
{
    if (!c->machine || strcmp(c->machine, c->name) == 0)
        return c->name;
    return xd_arena_printf(a, "%s:%s", c->machine, c->name);
}
