/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table on the wire: names of columns, and rows of cells. See wire.h. */
#include "policies/wire.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/json_c.h"

/* --- writing --- */

static void put_cell(struct xd_json *j, const struct xd_column *c, const struct xd_row *r, int col)
{
    if (!xd_row_has(r, col)) {
        xd_json_null(j, NULL);
        return;
    }
    switch (c->kind.type) {
    case XD_BOOL:
        xd_json_bool(j, NULL, r->cell[col].b);
        break;
    case XD_I64:
        xd_json_i64(j, NULL, r->cell[col].i);
        break;
    case XD_U64:
        xd_json_u64(j, NULL, r->cell[col].u);
        break;
    case XD_F64:
        xd_json_f64(j, NULL, r->cell[col].f);
        break;
    case XD_ENUM:
        xd_json_str(j, NULL, c->kind.names[r->cell[col].i]);
        break;
    case XD_STR:
        xd_json_str(j, NULL, r->cell[col].s);
        break;
    default: /* sets of CPUs aren't told here */
        xd_json_null(j, NULL);
        break;
    }
}

void xd_wire_table_write(const struct xd_table *t, struct xd_buf *out)
{
    const struct xd_table_desc *d = t->desc;
    struct xd_json j;

    xd_json_init(&j, out, false);
    xd_json_open(&j, NULL, '{');
    xd_json_bool(&j, "ok", true);
    xd_json_open(&j, "columns", '[');
    for (int i = 0; i < d->n_columns; i++)
        xd_json_str(&j, NULL, d->columns[i].name);
    xd_json_close(&j, ']');
    xd_json_u64(&j, "rows", t->n);
    xd_json_close(&j, '}');
    xd_buf_addc(out, '\n');
    for (size_t i = 0; i < t->n; i++) {
        xd_json_init(&j, out, false);
        xd_json_open(&j, NULL, '[');
        for (int c = 0; c < d->n_columns; c++)
            put_cell(&j, &d->columns[c], t->rows[i], c);
        xd_json_close(&j, ']');
        xd_buf_addc(out, '\n');
    }
}

/* --- reading --- */

static int refuse(struct xd_err *err, size_t line, const char *what)
{
    return xd_err_set(err, -EBADMSG, "the daemon's answer, line %zu: %s", line, what);
}

static void take_cell(struct xd_rows *t, const struct xd_column *c, int col, struct json_object *v)
{
    const char *s = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
    bool whole = json_object_is_type(v, json_type_int);

    switch (c->kind.type) {
    case XD_BOOL:
        if (json_object_is_type(v, json_type_boolean))
            xd_put_bool(t, col, json_object_get_boolean(v));
        break;
    case XD_I64:
        if (whole)
            xd_put_i64(t, col, json_object_get_int64(v));
        break;
    case XD_U64:
        if (whole && json_object_get_int64(v) >= 0)
            xd_put_u64(t, col, json_object_get_uint64(v));
        break;
    case XD_F64:
        if (whole || json_object_is_type(v, json_type_double))
            xd_put_f64(t, col, json_object_get_double(v));
        break;
    case XD_ENUM:
        for (int i = 0; s && c->kind.names[i]; i++)
            if (strcmp(c->kind.names[i], s) == 0)
                xd_put_enum(t, col, i);
        break;
    case XD_STR:
        if (s)
            xd_put_str(t, col, s);
        break;
    default:
        break;
    }
}

/* Which of d's columns stands at each place; -1: none of them. Returns how many places. */
static int take_columns(struct json_object *head, const struct xd_table_desc *d,
                        int at[XD_COLUMNS_MAX])
{
    struct json_object *list = xd_json_member(head, "columns");
    size_t n;

    if (!json_object_is_type(list, json_type_array))
        return -1;
    n = json_object_array_length(list);
    for (size_t i = 0; i < n && i < XD_COLUMNS_MAX; i++) {
        struct json_object *v = json_object_array_get_idx(list, i);

        at[i] = json_object_is_type(v, json_type_string)
                    ? xd_desc_column(d, json_object_get_string(v))
                    : -1;
        for (size_t k = 0; k < i; k++)
            if (at[k] == at[i])
                at[i] = -1; /* twice the same */
    }
    return n < XD_COLUMNS_MAX ? (int)n : XD_COLUMNS_MAX;
}

static int take_row(struct xd_rows *t, const struct xd_table_desc *d, const int *at, int n,
                    const char *line, size_t len, size_t number, struct xd_err *err)
{
    struct json_object *o = NULL;

    if (xd_json_parse("a row", line, len, &o, err) < 0 ||
        !json_object_is_type(o, json_type_array)) {
        json_object_put(o);
        return refuse(err, number, "a row was expected");
    }
    xd_row_begin(t);
    for (int i = 0; i < n && (size_t)i < json_object_array_length(o); i++)
        if (at[i] >= 0)
            take_cell(t, &d->columns[at[i]], at[i], json_object_array_get_idx(o, (size_t)i));
    json_object_put(o);
    return 0;
}

int xd_wire_table_read(const char *text, size_t len, const struct xd_table_desc *d,
                       struct xd_builder *b, int64_t at_ns, struct xd_err *err)
{
    int64_t whole = xd_wire_answer_len(text, len, err);
    struct json_object *head = NULL;
    int at[XD_COLUMNS_MAX], n, rc = 0;
    const char *line = text, *end;
    struct xd_rows *t;

    if (whole <= 0)
        return whole < 0 ? (int)whole : refuse(err, 1, "it is cut");
    end = memchr(line, '\n', (size_t)whole);
    rc = xd_json_parse("the daemon's answer", line, (size_t)(end - line), &head, err);
    if (rc < 0)
        return -EBADMSG;
    n = take_columns(head, d, at);
    json_object_put(head);
    if (n < 0)
        return refuse(err, 1, "columns were expected");
    t = xd_build_table(b, d, at_ns);
    for (size_t number = 2; rc == 0 && end + 1 < text + whole; number++) {
        line = end + 1;
        end = memchr(line, '\n', (size_t)(text + whole - line));
        rc = take_row(t, d, at, n, line, (size_t)(end - line), number, err);
    }
    return rc;
}
