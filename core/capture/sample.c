/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines behind a frame's header: which sample it is, its tables and their rows. */
#include "base/json.h"
#include "base/json_c.h"
#include "capture/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool xd_lines_next(struct xd_lines *l, const char **line, size_t *len)
{
    const char *p;

    if (l->at >= l->end)
        return false;
    p = memchr(l->at, '\n', (size_t)(l->end - l->at));
    *line = l->at;
    *len = (size_t)((p ? p : l->end) - l->at);
    l->at = p ? p + 1 : l->end;
    l->number++;
    return true;
}

static int refuse(const struct xd_lines *l, struct xd_err *err, const char *problem)
{
    return xd_err_set(err, -EBADMSG, "%s: line %zu: %s", l->what, l->number, problem);
}

/* The next line, read as JSON of that type. */
static int next_json(struct xd_lines *l, enum json_type type, const char *wanted,
                     struct json_object **out, struct xd_err *err)
{
    char what[200];
    const char *line;
    size_t len;
    int rc;

    *out = NULL;
    if (!xd_lines_next(l, &line, &len)) {
        l->number++;
        return refuse(l, err, wanted);
    }
    snprintf(what, sizeof(what), "%s: line %zu", l->what, l->number);
    rc = xd_json_parse(what, line, len, out, err);
    if (rc)
        return rc == -EINVAL ? -EBADMSG : rc;
    if (json_object_is_type(*out, type))
        return 0;
    json_object_put(*out);
    *out = NULL;
    return refuse(l, err, wanted);
}

static struct json_object *member(struct json_object *o, const char *key, enum json_type type)
{
    struct json_object *v = NULL;

    json_object_object_get_ex(o, key, &v);
    return json_object_is_type(v, type) ? v : NULL;
}

int xd_sample_line_read(struct xd_lines *l, struct xd_sample_line *out, struct xd_err *err)
{
    struct json_object *o, *wall, *at;
    const char *source;
    int rc = next_json(l, json_type_object, "a sample's line was expected", &o, err);

    if (rc)
        return rc;
    source = json_object_get_string(member(o, "source", json_type_string));
    wall = member(o, "wall_ns", json_type_int);
    at = member(o, "at_ns", json_type_int);
    if (!xd_capture_name_ok(source) || strlen(source) >= sizeof(out->source) || !wall || !at) {
        rc = refuse(l, err, "the sample lacks a proper \"source\", \"wall_ns\" or \"at_ns\"");
    } else {
        memcpy(out->source, source, strlen(source) + 1);
        out->wall_ns = json_object_get_int64(wall);
        out->at_ns = json_object_get_int64(at);
        out->seq = json_object_get_uint64(member(o, "seq", json_type_int));
        out->took_ns = json_object_get_int64(member(o, "took_ns", json_type_int));
    }
    json_object_put(o);
    return rc;
}

/* --- cells: each returns what was expected, or NULL when it was found --- */

static const char *put_number(struct xd_rows *t, int col, enum xd_type type, struct json_object *o)
{
    bool whole = json_object_is_type(o, json_type_int);

    switch (type) {
    case XD_I64:
        if (!whole || json_object_get_uint64(o) > INT64_MAX)
            return "a whole number";
        xd_put_i64(t, col, json_object_get_int64(o));
        return NULL;
    case XD_U64:
        if (!whole || json_object_get_int64(o) < 0)
            return "a whole number without a sign";
        xd_put_u64(t, col, json_object_get_uint64(o));
        return NULL;
    default:
        if (!whole && !json_object_is_type(o, json_type_double))
            return "a number";
        xd_put_f64(t, col, json_object_get_double(o));
        return NULL;
    }
}

/* A name that we don't have is unknown: it is another xendeck's word. */
static void put_enum(struct xd_rows *t, int col, const char *const *names, const char *s)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], s) == 0)
            xd_put_enum(t, col, i);
}

static const char *put_text(struct xd_rows *t, int col, const struct xd_kind *k,
                            struct json_object *o)
{
    const char *s = json_object_get_string(o);
    struct xd_cpuset set;

    if (!json_object_is_type(o, json_type_string))
        return "a text";
    if (k->type == XD_STR) {
        xd_put_str(t, col, s);
    } else if (k->type == XD_ENUM) {
        put_enum(t, col, k->names, s);
    } else {
        if (xd_cpuset_parse(s, 0, &set, NULL))
            return "a set of CPUs such as \"0-3,8\"";
        xd_put_set(t, col, &set);
    }
    return NULL;
}

static const char *put_cell(struct xd_rows *t, int col, const struct xd_kind *k,
                            struct json_object *o)
{
    if (json_object_is_type(o, json_type_null))
        return NULL;
    switch (k->type) {
    case XD_BOOL:
        if (!json_object_is_type(o, json_type_boolean))
            return "true or false";
        xd_put_bool(t, col, json_object_get_boolean(o));
        return NULL;
    case XD_I64:
    case XD_U64:
    case XD_F64:
        return put_number(t, col, k->type, o);
    case XD_STR:
    case XD_ENUM:
    case XD_CPUSET:
        return put_text(t, col, k, o);
    }
    return NULL;
}

/* --- rows and tables --- */

static int read_row(struct xd_lines *l, const struct xd_capture_map *m, struct xd_rows *t,
                    struct xd_err *err)
{
    struct json_object *o;
    const char *wanted;
    int rc = next_json(l, json_type_array, "a row was expected", &o, err);

    if (rc)
        return rc;
    if (json_object_array_length(o) != (size_t)m->n)
        rc = xd_err_set(err, -EBADMSG, "%s: line %zu: a row of %s has %zu cells, not %d", l->what,
                        l->number, m->name, json_object_array_length(o), m->n);
    else
        xd_row_begin(t);
    for (int i = 0; i < m->n && !rc; i++) {
        const struct xd_column *c;

        if (m->col[i] < 0)
            continue;
        c = &m->desc->columns[m->col[i]];
        wanted = put_cell(t, m->col[i], &c->kind, json_object_array_get_idx(o, (size_t)i));
        if (wanted)
            rc = xd_err_set(err, -EBADMSG, "%s: line %zu: cell %d (%s.%s) should be %s", l->what,
                            l->number, i + 1, m->name, c->name, wanted);
    }
    json_object_put(o);
    return rc;
}

static int skip_rows(struct xd_lines *l, uint64_t n, struct xd_err *err)
{
    const char *line;
    size_t len;

    while (n-- > 0)
        if (!xd_lines_next(l, &line, &len))
            return refuse(l, err, "the sample ends within a table");
    return 0;
}

/* What a "table" line says. */
struct table_line {
    const struct xd_capture_map *map;
    size_t index; /* of the map */
    int64_t at_ns;
    uint64_t rows;
    bool missing;
    char *reason; /* in the builder's arena */
};

static int table_line_read(struct xd_lines *l, const struct xd_capture_layout *layout,
                           struct xd_arena *a, struct table_line *out, struct xd_err *err)
{
    struct json_object *o, *rows, *at;
    const char *name;
    int rc = next_json(l, json_type_object, "a table was expected", &o, err);

    if (rc)
        return rc;
    name = json_object_get_string(member(o, "table", json_type_string));
    for (out->index = 0; out->index < layout->n; out->index++)
        if (xd_streq(layout->maps[out->index].name, name))
            break;
    rows = member(o, "rows", json_type_int);
    at = member(o, "at_ns", json_type_int);
    if (out->index == layout->n) {
        rc = refuse(l, err, "a table that the header does not describe");
    } else if (!rows || !at || json_object_get_int64(rows) < 0) {
        rc = refuse(l, err, "the table lacks \"rows\" or \"at_ns\"");
    } else {
        out->map = &layout->maps[out->index];
        out->at_ns = json_object_get_int64(at);
        out->rows = json_object_get_uint64(rows);
        out->missing =
            xd_streq(json_object_get_string(member(o, "state", json_type_string)), "missing");
        out->reason =
            xd_str_safe(a, json_object_get_string(member(o, "reason", json_type_string)), 1024);
    }
    json_object_put(o);
    return rc;
}

static int read_table(struct xd_lines *l, const struct table_line *line, struct xd_builder *b,
                      struct xd_err *err)
{
    const struct xd_capture_map *m = line->map;
    struct xd_rows *t = xd_build_table(b, m->desc, line->at_ns);
    int rc = 0;

    if (line->missing)
        xd_build_missing(b, m->desc, "%s", line->reason ? line->reason : "missing when recorded");
    else if (line->reason)
        xd_build_reason(t, "%s", line->reason);
    if (m->missing) {
        xd_build_missing(b, m->desc, "%s", m->note);
        return skip_rows(l, line->rows, err);
    }
    if (m->note)
        xd_build_reason(t, "%s", m->note);
    for (uint64_t i = 0; i < line->rows && !rc; i++)
        rc = read_row(l, m, t, err);
    return rc;
}

int xd_sample_tables_read(struct xd_lines *l, const struct xd_capture_layout *layout,
                          struct xd_builder *b, struct xd_err *err)
{
    uint64_t seen = 0, rows = 0; /* seen: XD_CAPTURE_TABLES_MAX bits */
    int rc;

    while (l->at < l->end) {
        struct table_line line = {0};

        rc = table_line_read(l, layout, xd_builder_arena(b), &line, err);
        if (rc)
            return rc;
        if (seen >> line.index & 1)
            return refuse(l, err, "a table for the second time in one sample");
        seen |= UINT64_C(1) << line.index;
        if (line.rows > XD_CAPTURE_ROWS_MAX - rows)
            return refuse(l, err, "more rows than a sample may have");
        rows += line.rows;
        rc = read_table(l, &line, b, err);
        if (rc)
            return rc;
    }
    return 0;
}
