/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a backend declares, before any of it is asked for: tables, knobs and actions that hold
 * together. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "conformance.h"

#define TITLE_CELLS 8

static const struct xd_table_desc *among(const struct xd_table_desc *const *list, const char *table)
{
    for (size_t i = 0; list && list[i]; i++) {
        if (xd_streq(list[i]->name, table))
            return list[i];
    }
    return NULL;
}

static const struct xd_table_desc *declared(const struct conf *c, const char *table)
{
    return among(c->b->tables, table);
}

/* The same, or of another backend of the host that this one is a part of: there the core tables are
 * somebody's. */
static const struct xd_table_desc *of_host(const struct conf *c, const char *table)
{
    const struct xd_table_desc *d = declared(c, table);

    return d || !c->b->live ? d : xd_core_table(table);
}

/* A name as JSON, filters and scripts use it. */
static bool is_name(const char *s, const char *also)
{
    if (!s || !s[0])
        return false;
    for (; *s; s++) {
        if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && !strchr(also, *s))
            return false;
    }
    return true;
}

static bool has_text(const char *s)
{
    return s && s[0] && xd_str_is_safe(s);
}

/* --- tables --- */

static void check_column(struct conf *c, const struct xd_table_desc *d, int i)
{
    const struct xd_column *col = &d->columns[i];

    CONF(c, is_name(col->name, "_"), "%s column %d has the name \"%s\"", d->name, i, col->name);
    CONF(c, xd_desc_column(d, col->name) == i, "%s has two columns %s", d->name, col->name);
    CONF(c, has_text(col->title) && xd_str_width(col->title) <= TITLE_CELLS,
         "%s.%s: the title is empty or wider than %d cells", d->name, col->name, TITLE_CELLS);
    CONF(c, has_text(col->help), "%s.%s has no help", d->name, col->name);
    CONF(c, col->kind.type != XD_ENUM || (col->kind.names && col->kind.names[0]),
         "%s.%s is an enum without names", d->name, col->name);
    CONF(c, !(col->flags & XD_COL_COUNTER) || col->kind.type == XD_U64,
         "%s.%s is a counter and not a u64", d->name, col->name);
    if (!col->rate_of)
        return;
    CONF(c, col->rate_of <= d->n_columns, "%s.%s is the rate of no column", d->name, col->name);
    if (col->rate_of <= d->n_columns)
        CONF(c, d->columns[col->rate_of - 1].flags & XD_COL_COUNTER,
             "%s.%s is the rate of something that is no counter", d->name, col->name);
    CONF(c, col->kind.type == XD_F64, "%s.%s is a rate and not an f64", d->name, col->name);
}

/* Rows of others are found by their key, and their table is described by core. */
static void check_fills(struct conf *c)
{
    for (size_t i = 0; c->b->fills && c->b->fills[i]; i++) {
        const struct xd_table_desc *d = c->b->fills[i];

        CONF(c, c->b->live, "it adds to the rows of %s and is a host of its own", d->name);
        CONF(c, !declared(c, d->name), "it adds to the rows of %s, which is its own", d->name);
        CONF(c, xd_core_table(d->name) == d, "it adds to rows of %s by another description",
             d->name);
    }
}

static void check_tables(struct conf *c)
{
    check_fills(c);
    for (size_t i = 0; c->b->tables && c->b->tables[i]; i++) {
        const struct xd_table_desc *d = c->b->tables[i];

        CONF(c, is_name(d->name, "_"), "table %zu has the name \"%s\"", i, d->name);
        CONF(c, declared(c, d->name) == d, "there are two tables %s", d->name);
        CONF(c, has_text(d->noun) && has_text(d->title) && has_text(d->help),
             "table %s lacks noun, title or help", d->name);
        CONF(c, d->n_columns > 0 && d->n_columns <= XD_COLUMNS_MAX, "table %s has %d columns",
             d->name, d->n_columns);
        for (int k = 0; k < 2; k++)
            CONF(c, d->keys[k] < d->n_columns && d->labels[k] < d->n_columns,
                 "table %s: a key or label is no column", d->name);
        CONF(c, !d->parent || of_host(c, d->parent), "table %s: its parent %s is not declared",
             d->name, d->parent);
        for (int col = 0; col < d->n_columns; col++)
            check_column(c, d, col);
    }
}

/* --- knobs and actions --- */

static const struct xd_param *param(const struct xd_param *params, const char *name)
{
    while (params && params->name && !xd_streq(params->name, name))
        params++;
    return params && params->name ? params : NULL;
}

/* Each {word} of a template is `value`, a column of the table, or a parameter; brackets pair, and
 * stand round something that may be unknown. */
static void check_template(struct conf *c, const char *name, const char *text,
                           const struct xd_table_desc *d, const struct xd_param *params)
{
    char word[64];
    int open = 0;

    for (const char *s = text; s && *s; s++) {
        size_t n = strcspn(s, "}");

        open += (*s == '[') - (*s == ']');
        CONF(c, open == 0 || open == 1, "%s: brackets don't pair in \"%s\"", name, text);
        if (*s != '{')
            continue;
        CONF(c, s[n] == '}' && n < sizeof(word), "%s: a brace is not closed in \"%s\"", name, text);
        if (s[n] != '}' || n >= sizeof(word))
            return;
        snprintf(word, sizeof(word), "%.*s", (int)n - 1, s + 1);
        CONF(c, xd_streq(word, "value") || xd_desc_column(d, word) >= 0 || param(params, word),
             "%s: {%s} of \"%s\" is nothing known", name, word, text);
        s += n;
    }
    CONF(c, open == 0, "%s: a bracket is not closed in \"%s\"", name, text);
}

static void check_knob(struct conf *c, const struct xd_knob *k)
{
    const struct xd_table_desc *d = of_host(c, k->table);
    int col = d ? xd_desc_column(d, k->column) : -1;

    CONF(c, is_name(k->name, "._-"), "a knob has the name \"%s\"", k->name);
    CONF(c, has_text(k->title) && has_text(k->help), "knob %s lacks title or help", k->name);
    CONF(c, d, "knob %s: its table %s is not declared", k->name, k->table);
    CONF(c, col >= 0, "knob %s: %s has no column %s", k->name, k->table, k->column);
    if (col < 0)
        return;
    CONF(c,
         d->columns[col].kind.type == k->kind.type && d->columns[col].kind.unit == k->kind.unit &&
             d->columns[col].kind.names == k->kind.names &&
             xd_streq(d->columns[col].kind.zero, k->kind.zero),
         "knob %s is not of the kind of its column %s", k->name, k->column);
    CONF(c, k->min <= k->max, "knob %s: its bounds are the wrong way round", k->name);
    CONF(c, !k->max_column || (xd_desc_column(d, k->max_column) >= 0 && k->max_scale > 0),
         "knob %s: its bound %s is no column, or its scale isn't positive", k->name, k->max_column);
    check_template(c, k->name, k->xl, d, NULL);
    check_template(c, k->name, k->xl_off, d, NULL);
    CONF(c, !k->xl_off || k->xl, "knob %s: there is an xl command for off and none for on",
         k->name);
}

static void check_knobs(struct conf *c)
{
    const struct xd_knob *k, *other;

    if (!xd_backend_knob(c->b, 0))
        conf_skip(c, "it has no knobs");
    for (size_t i = 0; (k = xd_backend_knob(c->b, i)); i++) {
        check_knob(c, k);
        for (size_t j = 0; (other = xd_backend_knob(c->b, j)) != k; j++)
            CONF(c, !xd_streq(other->name, k->name) || !xd_streq(other->table, k->table),
                 "there are two knobs %s", k->name);
    }
}

static const struct xd_action *action(const struct conf *c, const char *name)
{
    const struct xd_action *a = c->b->actions;

    while (a->name && !xd_streq(a->name, name))
        a++;
    return a->name ? a : NULL;
}

/* The word at *s, which moves on; "" at the end. A word of optional brackets begins with the
 * bracket's blank. */
static const char *next_word(const char **s, char *out, size_t size)
{
    size_t n;

    *s += strspn(*s, " []");
    n = strcspn(*s, " []");
    snprintf(out, size, "%.*s", (int)n, *s);
    *s += n;
    return out;
}

static const struct xd_table_desc *by_noun(const struct conf *c, const char *path)
{
    const struct xd_table_desc *const *lists[] = {c->b->tables, c->b->live ? xd_core_tables : NULL};

    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; lists[l] && lists[l][i]; i++) {
            const char *noun = lists[l][i]->noun;
            size_t n = strlen(noun);

            if (strncmp(noun, path, n) == 0 && (path[n] == '/' || path[n] == '\0'))
                return lists[l][i];
        }
    }
    return NULL;
}

/* A whole wish: OBJECT ACTION [PARAM={…}]…; what it doesn't name has a fallback. */
static void check_wish(struct conf *c, const struct xd_action *a, const struct xd_table_desc *d)
{
    const char *s = a->inverse;
    const struct xd_table_desc *on;
    const struct xd_action *back;
    char word[256];

    check_template(c, a->name, a->inverse, d, a->params);
    on = by_noun(c, next_word(&s, word, sizeof(word)));
    CONF(c, on, "action %s: its inverse is for %s, which is nothing known", a->name, word);
    back = action(c, next_word(&s, word, sizeof(word)));
    CONF(c, back, "action %s: its inverse %s is none", a->name, word);
    if (!on || !back)
        return;
    CONF(c, xd_streq(back->table, on->name), "action %s: its inverse %s is for %s and not for %s",
         a->name, back->name, back->table, on->name);
    while (*next_word(&s, word, sizeof(word))) {
        word[strcspn(word, "=")] = '\0';
        CONF(c, param(back->params, word), "action %s: its inverse %s takes no %s", a->name,
             back->name, word);
    }
    for (const struct xd_param *p = back->params; p && p->name; p++)
        CONF(c, p->fallback || strstr(a->inverse, xd_arena_printf(&c->arena, " %s=", p->name)),
             "action %s: its inverse %s lacks %s", a->name, back->name, p->name);
}

static void check_inverse(struct conf *c, const struct xd_action *a, const struct xd_table_desc *d)
{
    const struct xd_action *back;

    if (strchr(a->inverse, ' ')) {
        check_wish(c, a, d);
        return;
    }
    back = action(c, a->inverse);
    CONF(c, back, "action %s: its inverse %s is none", a->name, a->inverse);
    if (!back)
        return;
    CONF(c, xd_streq(back->table, a->table), "action %s: its inverse %s is of another table",
         a->name, a->inverse);
    for (const struct xd_param *p = back->params; p && p->name; p++)
        CONF(c, p->fallback, "action %s: its inverse %s needs %s", a->name, a->inverse, p->name);
}

static void check_param(struct conf *c, const struct xd_action *a, const struct xd_param *p,
                        const struct xd_table_desc *d)
{
    CONF(c, is_name(p->name, "-_") && has_text(p->title) && has_text(p->help),
         "action %s: a parameter lacks name, title or help", a->name);
    CONF(c, param(a->params, p->name) == p, "action %s has two parameters %s", a->name, p->name);
    CONF(c, p->kind.type != XD_ENUM || (p->kind.names && p->kind.names[0]),
         "action %s: %s is an enum without names", a->name, p->name);
    if (p->fallback && p->fallback[0] == '{')
        check_template(c, a->name, p->fallback, d, NULL);
}

static void check_action(struct conf *c, const struct xd_action *a)
{
    const struct xd_table_desc *d = of_host(c, a->table);

    CONF(c, is_name(a->name, "-"), "an action has the name \"%s\"", a->name);
    CONF(c, action(c, a->name) == a, "there are two actions %s", a->name);
    CONF(c, has_text(a->title) && has_text(a->help), "action %s lacks title or help", a->name);
    CONF(c, d, "action %s: its table %s is not declared", a->name, a->table);
    CONF(c, a->settle_ns >= 0, "action %s settles before it began", a->name);
    CONF(c, !a->previews || c->b->preview, "action %s previews, and there is no preview", a->name);
    if (!d)
        return;
    for (const struct xd_param *p = a->params; p && p->name; p++)
        check_param(c, a, p, d);
    check_template(c, a->name, a->xl, d, a->params);
    check_template(c, a->name, a->terminal, d, NULL);
    if (a->inverse)
        check_inverse(c, a, d);
}

static void check_actions(struct conf *c)
{
    if (!c->b->actions)
        conf_skip(c, "it has no actions");
    for (const struct xd_action *a = c->b->actions; a && a->name; a++)
        check_action(c, a);
}

static void check_backend(struct conf *c)
{
    const struct xd_backend *b = c->b;

    CONF(c, b->abi == XD_BACKEND_ABI, "its plug-in version is %u and not %u", b->abi,
         XD_BACKEND_ABI);
    CONF(c, is_name(b->name, "-"), "its name is \"%s\"", b->name);
    CONF(c, has_text(b->title) && has_text(b->help), "it lacks title or help");
    CONF(c, b->tables && (b->tables[0] || (b->fills && b->fills[0])), "it declares no tables");
    CONF(c, b->open && b->close && b->collect, "it lacks open, close or collect");
    CONF(c, !xd_backend_knob(b, 0) || (b->read && b->write), "it has knobs and no read or write");
    CONF(c, !b->actions || (b->act && b->settled), "it has actions and no act or settled");
}

const struct conf_check conf_desc_checks[] = {
    {"the backend is complete", check_backend},
    {"tables are described", check_tables},
    {"knobs are described", check_knobs},
    {"actions are described", check_actions},
    {NULL, NULL},
};
