/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters applied to rows: see query.h. */
#include "model/query_private.h"

#include <string.h>

/* `word` is in lower case. */
static bool contains(const char *s, const char *word)
{
    for (; *s; s++) {
        size_t i = 0;

        while (word[i] && xd_fold(s[i]) == word[i])
            i++;
        if (!word[i])
            return true;
    }
    return !*word;
}

/* A text cell; NULL where the column is no text or the cell unknown. */
static const char *text_of(const struct xd_table_desc *d, const struct xd_row *r, int col)
{
    const struct xd_kind *k = &d->columns[col].kind;

    if (!xd_row_has(r, col))
        return NULL;
    if (k->type == XD_STR)
        return r->cell[col].s;
    return k->type == XD_ENUM ? k->names[r->cell[col].i] : NULL;
}

static bool match_word(const struct xd_table_desc *d, const struct xd_row *r, const char *word)
{
    for (int i = 0; i < d->n_columns; i++) {
        const char *text = text_of(d, r, i);

        if (text && contains(text, word))
            return true;
    }
    return false;
}

/* In natural order without case; b is in lower case. Text that was put into a table is short. */
static int compare_text(const char *a, const char *b)
{
    char buf[1100];
    struct xd_value va = {.have = true, .type = XD_STR, .cell.s = buf};
    struct xd_value vb = {.have = true, .type = XD_STR, .cell.s = b};
    size_t n = strnlen(a, sizeof(buf) - 1);

    for (size_t i = 0; i < n; i++)
        buf[i] = xd_fold(a[i]);
    buf[n] = '\0';
    return xd_value_cmp(&va, &vb);
}

static bool holds(enum xd_query_op op, int c)
{
    switch (op) {
    case XD_OP_NE:
        return c != 0;
    case XD_OP_LT:
        return c < 0;
    case XD_OP_LE:
        return c <= 0;
    case XD_OP_GT:
        return c > 0;
    case XD_OP_GE:
        return c >= 0;
    default:
        return c == 0;
    }
}

static bool match_compare(const struct xd_table_desc *d, const struct xd_query_node *n,
                          const struct xd_row *r)
{
    struct xd_value cell = xd_row_value(d, r, n->col);

    if (!n->value.have)
        return cell.have == (n->op == XD_OP_NE);
    if (!cell.have)
        return false;
    if (n->op == XD_OP_MATCH)
        return regexec(&n->regex, text_of(d, r, n->col), 0, NULL, 0) == 0;
    if (cell.type != XD_STR)
        return holds(n->op, xd_value_cmp(&cell, &n->value));
    if (n->op == XD_OP_HAS)
        return contains(cell.cell.s, n->value.cell.s);
    return holds(n->op, compare_text(cell.cell.s, n->value.cell.s));
}

/* As deep as the parentheses go, at most. */
static bool match(const struct xd_table_desc *d, const struct xd_query_node *n,
                  const struct xd_row *r)
{
    const struct xd_query_node *c;
    bool yes = false;

    switch (n->kind) {
    case XD_NODE_AND:
    case XD_NODE_OR:
        /* The first child that decides ends it. */
        for (c = n->first; c && match(d, c, r) == (n->kind == XD_NODE_AND);)
            c = c->next;
        yes = (n->kind == XD_NODE_AND) == !c;
        break;
    case XD_NODE_WORD:
        yes = match_word(d, r, n->word);
        break;
    case XD_NODE_COMPARE:
        yes = match_compare(d, n, r);
        break;
    }
    return yes != n->negate;
}

static enum xd_query_answer opposite(enum xd_query_answer a)
{
    return a == XD_QUERY_UNKNOWN ? a : a == XD_QUERY_NO ? XD_QUERY_YES : XD_QUERY_NO;
}

static enum xd_query_answer ask(const struct xd_table_desc *d, const struct xd_query_node *n,
                                const struct xd_row *r)
{
    enum xd_query_answer decides = n->kind == XD_NODE_OR ? XD_QUERY_YES : XD_QUERY_NO, a;

    if (n->kind == XD_NODE_WORD) {
        a = match_word(d, r, n->word) ? XD_QUERY_YES : XD_QUERY_NO;
    } else if (n->kind == XD_NODE_COMPARE) {
        bool open = n->value.have && !xd_row_has(r, n->col);

        a = open ? XD_QUERY_UNKNOWN : match_compare(d, n, r) ? XD_QUERY_YES : XD_QUERY_NO;
    } else {
        a = opposite(decides);
        for (const struct xd_query_node *c = n->first; c && a != decides; c = c->next) {
            enum xd_query_answer one = ask(d, c, r);

            if (one == decides || one == XD_QUERY_UNKNOWN)
                a = one;
        }
    }
    return n->negate ? opposite(a) : a;
}

enum xd_query_answer xd_query_ask(const struct xd_query *q, const struct xd_row *r)
{
    return !q || !q->root ? XD_QUERY_YES : ask(q->desc, q->root, r);
}

static uint64_t node_columns(const struct xd_query *q, const struct xd_query_node *n)
{
    uint64_t columns = 0;

    if (n->kind == XD_NODE_WORD)
        return xd_desc_usual(q->desc);
    if (n->kind == XD_NODE_COMPARE)
        return UINT64_C(1) << n->col;
    for (n = n->first; n; n = n->next)
        columns |= node_columns(q, n);
    return columns;
}

uint64_t xd_query_columns(const struct xd_query *q)
{
    return q && q->root ? node_columns(q, q->root) : 0;
}

bool xd_query_match(const struct xd_query *q, const struct xd_row *r)
{
    return !q || !q->root || match(q->desc, q->root, r);
}

void xd_query_done(struct xd_query *q)
{
    if (!q)
        return;
    for (struct xd_query_node *n = q->regexes; n; n = n->next_regex)
        regfree(&n->regex);
    q->regexes = NULL;
    q->root = NULL;
}
