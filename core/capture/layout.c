/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers read: what the recorded tables are, and which of our columns each recorded one fills.
 *
 * All headers of a file describe their tables into one set of descriptions, so that a view, a
 * filter or a sort order that was made for one sample fits all others. */
#include "base/json.h"
#include "base/json_c.h"
#include "capture/internal.h"
#include "model/tables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES  48
#define ENUM_NAMES_MAX  256
#define NOTE_BYTES_MAX  300
#define TITLE_CELLS_MAX 8
#define WIDTH_MAX       60

/* Where in a header we are, for errors. */
struct place {
    const char *what;
    const char *table;
    struct xd_err *err;
};

static int refuse(const struct place *p, const char *problem, const char *name)
{
    return xd_err_set(p->err, -EBADMSG, "%s: line 1: %s%s%s%s%.60s", p->what,
                      p->table ? "table " : "", p->table ? p->table : "", p->table ? ": " : "",
                      problem, name);
}

bool xd_capture_name_ok(const char *s)
{
    size_t n = 0;

    if (!s || *s < 'a' || *s > 'z')
        return false;
    for (; s[n]; n++)
        if (n == NAME_MAX_BYTES || !strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", s[n]))
            return false;
    return true;
}

/* --- what json-c holds --- */

static struct json_object *member(struct json_object *o, const char *key, enum json_type type)
{
    struct json_object *v = NULL;

    if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v))
        return NULL;
    return json_object_is_type(v, type) ? v : NULL;
}

static const char *text_of(struct json_object *o, const char *key)
{
    return json_object_get_string(member(o, key, json_type_string));
}

static const char *item_text(struct json_object *array, size_t i)
{
    struct json_object *v = json_object_array_get_idx(array, i);

    return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

static size_t length(struct json_object *array) /* NULL: 0 */
{
    return array ? json_object_array_length(array) : 0;
}

/* --- columns --- */

static void note(struct xd_capture_layouts *l, struct xd_capture_map *m, const char *text)
{
    if (!m->note)
        m->note = text;
    else if (strlen(m->note) < NOTE_BYTES_MAX)
        m->note = xd_arena_printf(&l->arena, "%s; %s", m->note, text);
}

static const char *const *read_names(struct xd_capture_layouts *l, struct json_object *array)
{
    size_t n = length(array);
    const char **names, *s;

    if (n == 0 || n > ENUM_NAMES_MAX)
        return NULL;
    names = xd_arena_array(&l->arena, n + 1, sizeof(*names));
    for (size_t i = 0; i < n; i++) {
        s = item_text(array, i);
        if (!s || !*s)
            return NULL;
        names[i] = xd_str_safe(&l->arena, s, 64);
    }
    return names;
}

static unsigned read_flags(struct json_object *o)
{
    struct json_object *array = member(o, "flags", json_type_array);
    unsigned flags = 0;

    for (size_t i = 0; i < length(array); i++) {
        const char *s = item_text(array, i);

        if (xd_streq(s, "default"))
            flags |= XD_COL_DEFAULT;
        else if (xd_streq(s, "counter"))
            flags |= XD_COL_COUNTER;
        else if (xd_streq(s, "history"))
            flags |= XD_COL_HISTORY;
    }
    return flags;
}

/* At most so many cells, and never nothing. */
static const char *read_title(struct xd_capture_layouts *l, struct json_object *o, int cells,
                              const char *fallback)
{
    const char *s = text_of(o, "title");
    char *safe;

    if (!s || !*s)
        s = fallback;
    safe = xd_str_safe(&l->arena, s, 128);
    safe[xd_str_fit(safe, cells)] = '\0';
    return safe;
}

static const char *read_help(struct xd_capture_layouts *l, struct json_object *o)
{
    const char *s = text_of(o, "help");

    return xd_str_safe(&l->arena, s ? s : "", 400);
}

/* The column as it was recorded. Returns NULL, or why it can't be shown. */
static const char *read_column(struct xd_capture_layouts *l, struct json_object *o,
                               struct xd_column *c)
{
    struct json_object *width = member(o, "width", json_type_int);
    const char *s = text_of(o, "type");
    int cells = json_object_get_int(width);

    memset(c, 0, sizeof(*c));
    c->name = xd_arena_strdup(&l->arena, text_of(o, "name"));
    if (!s || xd_type_from_name(s, &c->kind.type))
        return "it is of a type that this xendeck does not know";
    s = text_of(o, "unit");
    if (s && xd_unit_from_name(s, &c->kind.unit))
        return "it is in a unit that this xendeck does not know";
    if (c->kind.type == XD_ENUM) {
        c->kind.names = read_names(l, member(o, "names", json_type_array));
        if (!c->kind.names)
            return "it is an enum and has no proper names";
    }
    s = text_of(o, "zero");
    if (s && *s)
        c->kind.zero = xd_str_safe(&l->arena, s, 32);
    c->title = read_title(l, o, TITLE_CELLS_MAX, c->name);
    c->help = read_help(l, o);
    c->flags = read_flags(o);
    c->width = cells < 0 ? 0 : cells > WIDTH_MAX ? WIDTH_MAX : cells;
    return NULL;
}

/* Our column for a recorded one, added if there is none; or -1 with a note. */
static int map_column(struct xd_capture_layouts *l, struct json_object *o, struct xd_table_desc *d,
                      struct xd_capture_map *m)
{
    struct xd_column c, *columns = (struct xd_column *)d->columns;
    const char *why = read_column(l, o, &c);
    int i = xd_desc_column(d, c.name);

    if (!why && i >= 0 &&
        (columns[i].kind.type != c.kind.type || columns[i].kind.unit != c.kind.unit))
        why = "it was recorded in another type or unit than it has here";
    if (!why && i < 0 && d->n_columns == XD_COLUMNS_MAX)
        why = "there are too many columns";
    if (why) {
        note(l, m, xd_arena_printf(&l->arena, "column %s is left out: %s", c.name, why));
        return -1;
    }
    if (i >= 0)
        return i;
    columns[d->n_columns] = c;
    return d->n_columns++;
}

static int map_columns(struct xd_capture_layouts *l, struct json_object *o, struct xd_table_desc *d,
                       struct xd_capture_map *m, const struct place *p)
{
    struct json_object *array = member(o, "columns", json_type_array);
    size_t n = length(array);

    if (n == 0 || n > XD_COLUMNS_MAX)
        return refuse(p, "it has no columns, or more than 64", "");
    for (size_t i = 0; i < n; i++) {
        struct json_object *column = json_object_array_get_idx(array, i);
        const char *name = text_of(column, "name");

        if (!xd_capture_name_ok(name))
            return refuse(p, "a column has no name or not one of a-z, 0-9, _ and -", "");
        for (size_t k = 0; k < i; k++)
            if (xd_streq(text_of(json_object_array_get_idx(array, k), "name"), name))
                return refuse(p, "two columns have the same name: ", name);
        m->col[i] = (int16_t)map_column(l, column, d, m);
    }
    m->n = (int)n;
    return 0;
}

/* --- tables --- */

/* Without rates: they were recorded, so none is to be made. */
static struct xd_table_desc *desc_of_core(struct xd_capture_layouts *l,
                                          const struct xd_table_desc *core)
{
    struct xd_column *columns = xd_arena_array(&l->arena, XD_COLUMNS_MAX, sizeof(*columns));
    struct xd_table_desc *d = xd_arena_alloc(&l->arena, sizeof(*d));

    for (int i = 0; i < core->n_columns; i++) {
        columns[i] = core->columns[i];
        columns[i].rate_of = 0;
        columns[i].rate_scale = 0;
    }
    *d = *core;
    d->columns = columns;
    return d;
}

static const struct xd_table_desc *known(const struct xd_capture_layouts *l, const char *name)
{
    for (size_t i = 0; i < l->n_tables; i++)
        if (xd_streq(l->tables[i]->name, name))
            return l->tables[i];
    return xd_core_table(name);
}

/* A word of its own for people to type: not one that core's tables go by. */
static const char *read_noun(struct xd_capture_layouts *l, struct json_object *o, const char *name)
{
    const char *noun = text_of(o, "noun");

    if (!xd_capture_name_ok(noun))
        return name;
    for (size_t i = 0; xd_core_tables[i]; i++)
        if (xd_streq(xd_core_tables[i]->noun, noun))
            return name;
    return xd_arena_strdup(&l->arena, noun);
}

static struct xd_table_desc *desc_new(struct xd_capture_layouts *l, struct json_object *o,
                                      const char *name)
{
    struct xd_table_desc *d = xd_arena_alloc(&l->arena, sizeof(*d));
    const char *parent = text_of(o, "parent");
    const struct xd_table_desc *up = parent ? known(l, parent) : NULL;

    d->name = xd_arena_strdup(&l->arena, name);
    d->noun = read_noun(l, o, d->name);
    d->title = read_title(l, o, 40, d->name);
    d->help = read_help(l, o);
    d->columns = xd_arena_array(&l->arena, XD_COLUMNS_MAX, sizeof(*d->columns));
    d->keys[0] = d->keys[1] = d->labels[0] = d->labels[1] = -1;
    d->parent = up ? up->name : NULL; /* of those that came before: no table is its own ancestor */
    return d;
}

static int read_key(struct json_object *o, const char *list, const struct xd_table_desc *d,
                    int cols[2], const struct place *p)
{
    struct json_object *array = member(o, list, json_type_array);
    size_t n = length(array);

    if (n > 2)
        return refuse(p, "more than two columns in ", list);
    for (size_t i = 0; i < n; i++) {
        const char *name = item_text(array, i);

        cols[i] = name ? xd_desc_column(d, name) : -1;
        if (cols[i] < 0)
            return refuse(p, "a column that isn't there is among its ", list);
    }
    return 0;
}

static int finish_new(struct xd_capture_layouts *l, struct json_object *o, struct xd_table_desc *d,
                      const struct place *p)
{
    int rc;

    if (d->n_columns == 0)
        return refuse(p, "none of its columns can be shown", "");
    if (l->n_tables == XD_CAPTURE_TABLES_MAX)
        return refuse(p, "the capture has too many tables", "");
    rc = read_key(o, "keys", d, d->keys, p);
    if (!rc)
        rc = read_key(o, "labels", d, d->labels, p);
    if (rc)
        return rc;
    if (d->labels[0] < 0)
        memcpy(d->labels, d->keys, sizeof(d->labels));
    return 0;
}

/* Rows that can't be told apart can't be shown. */
static void check_keys(struct xd_capture_layouts *l, struct xd_capture_map *m)
{
    for (int k = 0; k < 2 && m->desc->keys[k] >= 0; k++) {
        bool have = false;

        for (int i = 0; i < m->n; i++)
            have = have || m->col[i] == m->desc->keys[k];
        if (have)
            continue;
        note(l, m,
             xd_arena_printf(&l->arena,
                             "the recording lacks column %s, which tells the rows "
                             "apart",
                             m->desc->columns[m->desc->keys[k]].name));
        m->missing = true;
    }
}

static int read_table(struct xd_capture_layouts *l, struct json_object *o, struct xd_capture_map *m,
                      struct place *p)
{
    const char *name = text_of(o, "name");
    const struct xd_table_desc *core;
    struct xd_table_desc *d = NULL;
    bool fresh;
    int rc;

    if (!xd_capture_name_ok(name))
        return refuse(p, "a table has no name or not one of a-z, 0-9, _ and -", "");
    p->table = name;
    for (size_t i = 0; i < l->n_tables; i++)
        if (xd_streq(l->tables[i]->name, name))
            d = l->tables[i];
    fresh = !d;
    core = xd_core_table(name);
    if (fresh)
        d = core ? desc_of_core(l, core) : desc_new(l, o, name);
    rc = map_columns(l, o, d, m, p);
    if (!rc && fresh && !core)
        rc = finish_new(l, o, d, p);
    else if (!rc && fresh && l->n_tables == XD_CAPTURE_TABLES_MAX)
        rc = refuse(p, "the capture has too many tables", "");
    if (rc)
        return rc;
    if (fresh)
        l->tables[l->n_tables++] = d;
    m->desc = d;
    m->name = d->name;
    check_keys(l, m);
    p->table = NULL;
    return 0;
}

static int read_tables(struct xd_capture_layouts *l, struct json_object *header,
                       struct xd_capture_layout *layout, struct place *p)
{
    struct json_object *array = member(header, "tables", json_type_array);
    size_t n = length(array);
    int rc;

    if (!array || n > XD_CAPTURE_TABLES_MAX)
        return refuse(p, "it has no list of tables, or one of more than 64", "");
    layout->maps = xd_arena_array(&l->arena, n, sizeof(*layout->maps));
    for (size_t i = 0; i < n; i++) {
        rc = read_table(l, json_object_array_get_idx(array, i), &layout->maps[i], p);
        if (rc)
            return rc;
        for (size_t k = 0; k < i; k++)
            if (xd_streq(layout->maps[k].name, layout->maps[i].name))
                return refuse(p, "two tables have the same name: ", layout->maps[i].name);
    }
    layout->n = n;
    return 0;
}

/* --- headers --- */

static int check_schema(struct json_object *header, const struct place *p)
{
    struct json_object *o = member(header, "xendeck-capture", json_type_int);
    int64_t schema = json_object_get_int64(o);

    if (!o)
        return refuse(p, "a header with \"xendeck-capture\" was expected", "");
    if (schema != XD_CAPTURE_SCHEMA)
        return xd_err_set(p->err, -EPROTONOSUPPORT,
                          "%s is in capture format %lld; this xendeck plays format %d: play it "
                          "with the xendeck that recorded it",
                          p->what, (long long)schema, XD_CAPTURE_SCHEMA);
    return 0;
}

static int layout_new(struct xd_capture_layouts *l, struct json_object *header,
                      struct xd_capture_layout *layout, struct place *p)
{
    const char *host = text_of(header, "host");
    int rc = check_schema(header, p);

    if (!rc)
        rc = read_tables(l, header, layout, p);
    if (!rc && !l->host[0] && host)
        xd_str_safe_to(l->host, sizeof(l->host), host);
    return rc;
}

int xd_capture_layout_get(struct xd_capture_layouts *l, const char *what, const char *text,
                          size_t len, struct xd_err *err)
{
    struct xd_capture_layout layout = {0};
    struct place p = {what, NULL, err};
    struct json_object *header;
    char line[200];
    int rc;

    for (size_t i = l->n; i-- > 0;)
        if (l->all[i].len == len && memcmp(l->all[i].text, text, len) == 0)
            return (int)i;
    if (l->n == XD_CAPTURE_LAYOUTS_MAX)
        return refuse(&p, "the capture has too many different headers", "");
    snprintf(line, sizeof(line), "%s: line 1", what);
    rc = xd_json_parse(line, text, len, &header, err);
    if (rc)
        return rc;
    rc = layout_new(l, header, &layout, &p);
    json_object_put(header);
    if (rc)
        return rc;
    layout.text = xd_malloc(len + 1);
    memcpy(layout.text, text, len);
    layout.len = len;
    l->all = xd_realloc(l->all, (l->n + 1) * sizeof(*l->all));
    l->all[l->n] = layout;
    return (int)l->n++;
}

void xd_capture_layouts_done(struct xd_capture_layouts *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->all[i].text);
    free(l->all);
    xd_arena_done(&l->arena);
}
