/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A snapshot as the lines of a frame: see format.h. */
#include "base/clock.h"
#include "base/json.h"
#include "capture/internal.h"

#include <string.h>

static const struct {
    unsigned flag;
    const char *name;
} flag_names[] = {
    {XD_COL_DEFAULT, "default"},
    {XD_COL_COUNTER, "counter"},
    {XD_COL_HISTORY, "history"},
};

static void end_line(struct xd_json *j)
{
    struct xd_buf *out = j->out;

    xd_buf_addc(out, '\n');
    xd_json_init(j, out, false);
}

static void put_column(struct xd_json *j, const struct xd_table_desc *d, const struct xd_column *c)
{
    xd_json_open(j, NULL, '{');
    xd_json_str(j, "name", c->name);
    xd_json_str(j, "title", c->title);
    xd_json_str(j, "help", c->help);
    xd_json_str(j, "type", xd_type_name(c->kind.type));
    xd_json_str(j, "unit", c->kind.unit == XD_UNIT_NONE ? NULL : xd_unit_name(c->kind.unit));
    xd_json_str(j, "zero", c->kind.zero);
    if (c->kind.names) {
        xd_json_open(j, "names", '[');
        for (size_t i = 0; c->kind.names[i]; i++)
            xd_json_str(j, NULL, c->kind.names[i]);
        xd_json_close(j, ']');
    } else {
        xd_json_null(j, "names");
    }
    xd_json_open(j, "flags", '[');
    for (size_t i = 0; i < sizeof(flag_names) / sizeof(*flag_names); i++)
        if (c->flags & flag_names[i].flag)
            xd_json_str(j, NULL, flag_names[i].name);
    xd_json_close(j, ']');
    xd_json_i64(j, "width", c->width);
    xd_json_str(j, "rate_of", c->rate_of ? d->columns[c->rate_of - 1].name : NULL);
    xd_json_f64(j, "rate_scale", c->rate_scale);
    xd_json_close(j, '}');
}

static void put_names(struct xd_json *j, const char *key, const struct xd_table_desc *d,
                      const int cols[2])
{
    xd_json_open(j, key, '[');
    for (int i = 0; i < 2 && cols[i] >= 0; i++)
        xd_json_str(j, NULL, d->columns[cols[i]].name);
    xd_json_close(j, ']');
}

static void put_desc(struct xd_json *j, const struct xd_table_desc *d)
{
    xd_json_open(j, NULL, '{');
    xd_json_str(j, "name", d->name);
    xd_json_str(j, "noun", d->noun);
    xd_json_str(j, "title", d->title);
    xd_json_str(j, "help", d->help);
    put_names(j, "keys", d, d->keys);
    put_names(j, "labels", d, d->labels);
    xd_json_str(j, "parent", d->parent);
    xd_json_open(j, "columns", '[');
    for (int i = 0; i < d->n_columns; i++)
        put_column(j, d, &d->columns[i]);
    xd_json_close(j, ']');
    xd_json_close(j, '}');
}

static void put_header(struct xd_json *j, const struct xd_capture_head *head,
                       const struct xd_snapshot *s)
{
    char iso[21];

    xd_json_open(j, NULL, '{');
    xd_json_i64(j, "xendeck-capture", XD_CAPTURE_SCHEMA);
    xd_json_str(j, "host", head->host);
    xd_json_str(j, "started", xd_clock_iso(head->started_wall_ns, iso));
    xd_json_open(j, "tables", '[');
    for (size_t i = 0; i < xd_snapshot_tables(s); i++)
        put_desc(j, xd_snapshot_table_at(s, i)->desc);
    xd_json_close(j, ']');
    xd_json_close(j, '}');
    end_line(j);
}

static void put_sample(struct xd_json *j, const struct xd_capture_head *head,
                       const struct xd_snapshot *s)
{
    char iso[21];

    xd_json_open(j, NULL, '{');
    xd_json_u64(j, "sample", head->sample);
    xd_json_str(j, "source", xd_snapshot_source(s));
    xd_json_u64(j, "seq", xd_snapshot_seq(s));
    xd_json_str(j, "wall", xd_clock_iso(xd_snapshot_wall(s), iso));
    xd_json_i64(j, "wall_ns", xd_snapshot_wall(s));
    xd_json_i64(j, "at_ns", xd_snapshot_at(s));
    xd_json_i64(j, "took_ns", xd_snapshot_took(s));
    xd_json_close(j, '}');
    end_line(j);
}

/* Not xd_value_json: moments keep their ns here. */
static void put_cell(struct xd_json *j, const struct xd_kind *k, const struct xd_row *r, int col,
                     struct xd_arena *a)
{
    const union xd_cell *c = &r->cell[col];

    if (!xd_row_has(r, col)) {
        xd_json_null(j, NULL);
        return;
    }
    switch (k->type) {
    case XD_BOOL:
        xd_json_bool(j, NULL, c->b);
        break;
    case XD_I64:
        xd_json_i64(j, NULL, c->i);
        break;
    case XD_U64:
        xd_json_u64(j, NULL, c->u);
        break;
    case XD_F64:
        xd_json_f64(j, NULL, c->f);
        break;
    case XD_STR:
        xd_json_str(j, NULL, c->s);
        break;
    case XD_ENUM:
        xd_json_str(j, NULL, k->names[c->i]);
        break;
    case XD_CPUSET:
        xd_json_str(j, NULL, xd_cpuset_format(c->set, a));
        break;
    }
}

static void put_table(struct xd_json *j, const struct xd_table *t)
{
    struct xd_arena a = XD_ARENA_INIT;

    xd_json_open(j, NULL, '{');
    xd_json_str(j, "table", t->desc->name);
    xd_json_str(j, "state", t->state == XD_TABLE_OK ? "ok" : "missing");
    xd_json_str(j, "reason", t->reason);
    xd_json_i64(j, "at_ns", t->at_ns);
    xd_json_u64(j, "rows", t->n);
    xd_json_close(j, '}');
    end_line(j);
    for (size_t i = 0; i < t->n; i++) {
        xd_json_open(j, NULL, '[');
        for (int col = 0; col < t->desc->n_columns; col++)
            put_cell(j, &t->desc->columns[col].kind, t->rows[i], col, &a);
        xd_json_close(j, ']');
        end_line(j);
    }
    xd_arena_done(&a);
}

void xd_capture_text(const struct xd_capture_head *head, const struct xd_snapshot *s,
                     struct xd_buf *out)
{
    struct xd_json j;

    xd_json_init(&j, out, false);
    put_header(&j, head, s);
    put_sample(&j, head, s);
    for (size_t i = 0; i < xd_snapshot_tables(s); i++)
        put_table(&j, xd_snapshot_table_at(s, i));
}
