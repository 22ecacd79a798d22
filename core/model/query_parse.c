/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters read: the grammar stands in query.h, what it becomes in query_private.h. */
#include "model/query_private.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

struct parser {
    const char *text, *p;
    const struct xd_table_desc *d;
    struct xd_arena *a;
    struct xd_query *q;
    int depth; /* open parentheses */
    struct xd_err *err;
};

static const struct {
    const char *text; /* longer ones first */
    enum xd_query_op op;
} ops[] = {
    {"!=", XD_OP_NE}, {"<=", XD_OP_LE}, {">=", XD_OP_GE}, {"=", XD_OP_EQ},
    {"<", XD_OP_LT},  {">", XD_OP_GT},  {":", XD_OP_HAS}, {"~", XD_OP_MATCH},
};

char xd_fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

int xd_query_column(const char *text, const char *at)
{
    int n = 1;

    for (; text < at; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

int xd_query_named(const struct xd_table_desc *d, const char *text, const char *name, size_t len,
                   struct xd_err *err)
{
    const char *names[XD_COLUMNS_MAX], *near;
    char word[65], shown[80];
    size_t n;

    for (n = 0; n < len && n + 1 < sizeof(word); n++)
        word[n] = xd_fold(name[n]);
    word[n] = '\0';
    for (int i = 0; i < d->n_columns; i++) {
        names[i] = d->columns[i].name;
        if (n == len && strcmp(names[i], word) == 0)
            return i;
    }
    near = xd_str_nearest(word, names, (size_t)d->n_columns);
    xd_str_safe_to(shown, sizeof(shown), word);
    return xd_err_set(err, -EINVAL, "column %d: there is no column \"%s\" in %s%s%s%s",
                      xd_query_column(text, name), shown, d->name, near ? "; did you mean " : "",
                      near ? near : "", near ? "?" : "");
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct parser *ps)
{
    while (is_blank(*ps->p))
        ps->p++;
}

static int wanted(const struct parser *ps, const char *what)
{
    char found[40];

    if (!*ps->p)
        return xd_err_set(ps->err, -EINVAL, "column %d: wanted %s, found the end",
                          xd_query_column(ps->text, ps->p), what);
    xd_str_safe_to(found, sizeof(found), ps->p);
    return xd_err_set(ps->err, -EINVAL, "column %d: wanted %s, found \"%s\"",
                      xd_query_column(ps->text, ps->p), what, found);
}

/* --- words and values --- */

static char *lower(struct xd_arena *a, const char *s)
{
    char *copy = xd_arena_strdup(a, s);

    for (char *c = copy; *c; c++)
        *c = xd_fold(*c);
    return copy;
}

/* "a \"b\" \\ c": a backslash stays where it escapes nothing, as in regular expressions. */
static int read_quoted(struct parser *ps, char **out)
{
    const char *start = ps->p++;
    char *to = *out = xd_arena_alloc(ps->a, strlen(start) + 1);

    for (; *ps->p != '"'; ps->p++) {
        if (*ps->p == '\\' && (ps->p[1] == '"' || ps->p[1] == '\\'))
            ps->p++;
        if (!*ps->p)
            return xd_err_set(ps->err, -EINVAL, "column %d: this \" has no end",
                              xd_query_column(ps->text, start));
        *to++ = *ps->p;
    }
    ps->p++;
    return 0;
}

/* Up to a blank, a parenthesis, a "|" or a quote; in a regular expression parentheses that it has
 * opened itself, and what is inside of them, belong to it. */
static char *read_bare(struct parser *ps, bool regex)
{
    const char *start = ps->p;
    int open = 0;

    for (; *ps->p && !is_blank(*ps->p) && *ps->p != '"'; ps->p++) {
        if (regex && *ps->p == '\\' && ps->p[1] && !is_blank(ps->p[1])) {
            ps->p++;
        } else if (regex && *ps->p == '(') {
            open++;
        } else if (open > 0) {
            open -= *ps->p == ')';
        } else if (strchr("()|", *ps->p)) {
            break;
        }
    }
    return xd_arena_strndup(ps->a, start, (size_t)(ps->p - start));
}

static int read_word(struct parser *ps, struct xd_query_node *n)
{
    const char *start = ps->p;
    char *word;
    int rc;

    n->kind = XD_NODE_WORD;
    if (*ps->p == '"') {
        rc = read_quoted(ps, &word);
        if (rc)
            return rc;
    } else {
        word = read_bare(ps, false);
    }
    if (!*word || strchr(":=<>~", *start)) { /* an operator: the column is missing */
        ps->p = start;
        return wanted(ps, "a word, a comparison or \"(\"");
    }
    n->word = lower(ps->a, word);
    return 0;
}

/* --- comparisons --- */

/* If a name and an operator stand here, moves behind them; else stays. */
static bool read_op(struct parser *ps, const char **name, size_t *len, enum xd_query_op *op)
{
    const char *p = ps->p;

    *name = p;
    if (!(*p == '_' || (xd_fold(*p) >= 'a' && xd_fold(*p) <= 'z')))
        return false;
    while (*p == '_' || (xd_fold(*p) >= 'a' && xd_fold(*p) <= 'z') || (*p >= '0' && *p <= '9'))
        p++;
    *len = (size_t)(p - *name);
    while (is_blank(*p))
        p++;
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (xd_str_starts(p, ops[i].text)) {
            *op = ops[i].op;
            ps->p = p + strlen(ops[i].text);
            return true;
        }
    }
    return false;
}

/* Whether the operator makes sense for the column. */
static int check_op(const struct parser *ps, const struct xd_query_node *n, const char *at)
{
    const struct xd_column *c = &ps->d->columns[n->col];
    enum xd_type t = c->kind.type;
    const char *problem = NULL;

    if (n->op == XD_OP_MATCH && t != XD_STR && t != XD_ENUM)
        problem = "is no text: ~ does not fit";
    else if (n->op >= XD_OP_LT && n->op <= XD_OP_GE &&
             (t == XD_BOOL || t == XD_ENUM || t == XD_CPUSET))
        problem = "has no order: only = and != fit";
    if (!problem)
        return 0;
    return xd_err_set(ps->err, -EINVAL, "column %d: %s %s", xd_query_column(ps->text, at), c->name,
                      problem);
}

static int read_regex(struct parser *ps, const char *text, struct xd_query_node *n)
{
    int rc;

    if (!xd_str_is_safe(text))
        return xd_err_set(ps->err, -EINVAL, "the expression holds control characters");
    rc = xd_regex_compile(text, &n->regex, ps->err);
    if (rc) {
        xd_err_prefix(ps->err, "regular expression: ");
        return rc;
    }
    n->value = (struct xd_value){.have = true, .type = XD_STR, .cell.s = ""};
    n->next_regex = ps->q->regexes;
    ps->q->regexes = n;
    return 0;
}

static int read_value(struct parser *ps, struct xd_query_node *n)
{
    const struct xd_column *c = &ps->d->columns[n->col];
    const char *at;
    bool quoted;
    char *text;
    int rc = 0;

    skip_blanks(ps);
    at = ps->p;
    quoted = *at == '"';
    if (quoted)
        rc = read_quoted(ps, &text);
    else
        text = read_bare(ps, n->op == XD_OP_MATCH);
    if (rc)
        return rc;
    if (!quoted && !*text)
        return wanted(ps, "a value");
    if (!quoted && strcmp(text, "?") == 0 && n->op <= XD_OP_NE) {
        n->value = XD_UNKNOWN;
        return 0;
    }
    if (n->op == XD_OP_MATCH)
        rc = read_regex(ps, text, n);
    else
        rc = xd_value_parse(text, &c->kind, 0, ps->a, &n->value, ps->err);
    if (rc == 0 && n->op != XD_OP_MATCH && n->value.type == XD_STR)
        n->value.cell.s = lower(ps->a, n->value.cell.s);
    if (rc)
        xd_err_prefix(ps->err, "column %d: %s: ", xd_query_column(ps->text, at), c->name);
    return rc;
}

static int read_compare(struct parser *ps, const char *name, size_t len, struct xd_query_node *n)
{
    int rc;

    n->kind = XD_NODE_COMPARE;
    n->col = xd_query_named(ps->d, ps->text, name, len, ps->err);
    if (n->col < 0)
        return n->col;
    rc = check_op(ps, n, name);
    return rc ? rc : read_value(ps, n);
}

/* --- the grammar --- */

static int read_filter(struct parser *ps, struct xd_query_node **out);

static int read_group(struct parser *ps, struct xd_query_node **out)
{
    int rc;

    if (++ps->depth > XD_QUERY_DEPTH_MAX)
        return xd_err_set(ps->err, -EINVAL, "column %d: more than %d parentheses inside each other",
                          xd_query_column(ps->text, ps->p), XD_QUERY_DEPTH_MAX);
    ps->p++;
    rc = read_filter(ps, out);
    if (rc)
        return rc;
    if (*ps->p != ')')
        return wanted(ps, "\")\"");
    ps->p++;
    ps->depth--;
    return 0;
}

static int read_term(struct parser *ps, struct xd_query_node **out)
{
    enum xd_query_op op = XD_OP_EQ;
    bool negate = false;
    const char *name;
    size_t len = 0;
    int rc;

    for (; *ps->p == '!'; skip_blanks(ps)) {
        negate = !negate;
        ps->p++;
    }
    if (*ps->p == '(') {
        rc = read_group(ps, out);
    } else {
        *out = xd_arena_alloc(ps->a, sizeof(**out));
        if (read_op(ps, &name, &len, &op)) {
            (*out)->op = op;
            rc = read_compare(ps, name, len, *out);
        } else {
            rc = read_word(ps, *out);
        }
    }
    if (rc == 0)
        (*out)->negate ^= negate;
    return rc;
}

static int read_and(struct parser *ps, struct xd_query_node **out)
{
    struct xd_query_node **end;
    int rc;

    *out = xd_arena_alloc(ps->a, sizeof(**out));
    (*out)->kind = XD_NODE_AND;
    end = &(*out)->first;
    do {
        rc = read_term(ps, end);
        if (rc)
            return rc;
        end = &(*end)->next;
        skip_blanks(ps);
    } while (*ps->p && *ps->p != '|' && *ps->p != ')');
    return 0;
}

static int read_filter(struct parser *ps, struct xd_query_node **out)
{
    struct xd_query_node **end;
    int rc;

    *out = xd_arena_alloc(ps->a, sizeof(**out));
    (*out)->kind = XD_NODE_OR;
    end = &(*out)->first;
    for (;;) {
        skip_blanks(ps);
        rc = read_and(ps, end);
        if (rc)
            return rc;
        end = &(*end)->next;
        if (*ps->p != '|')
            return 0;
        ps->p++;
        ps->p += *ps->p == '|'; /* "||", from habit */
    }
}

int xd_query_parse(const char *text, const struct xd_table_desc *d, struct xd_arena *a,
                   struct xd_query **out, struct xd_err *err)
{
    struct parser ps = {.text = text, .p = text, .d = d, .a = a, .err = err};
    int rc = 0;

    *out = NULL;
    if (strlen(text) > XD_QUERY_BYTES_MAX)
        return xd_err_set(err, -EINVAL, "the filter is longer than %d bytes", XD_QUERY_BYTES_MAX);
    ps.q = xd_arena_alloc(a, sizeof(*ps.q));
    ps.q->desc = d;
    skip_blanks(&ps);
    if (*ps.p)
        rc = read_filter(&ps, &ps.q->root);
    if (rc == 0 && *ps.p)
        rc = wanted(&ps, "the end (there is no \"(\" for it)");
    if (rc) {
        xd_query_done(ps.q);
        return rc;
    }
    *out = ps.q;
    return 0;
}
