/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parsed query, and what filters, sort orders and column lists share. Private to core/model. */
#ifndef XD_MODEL_QUERY_PRIVATE_H
#define XD_MODEL_QUERY_PRIVATE_H

#include <regex.h>

#include "model/query.h"

#define XD_QUERY_BYTES_MAX 4096
#define XD_QUERY_DEPTH_MAX 64
#define XD_REGEX_BYTES_MAX 256

enum xd_query_op {
    XD_OP_HAS, /* ":" */
    XD_OP_EQ,
    XD_OP_NE,
    XD_OP_LT,
    XD_OP_LE,
    XD_OP_GT,
    XD_OP_GE,
    XD_OP_MATCH, /* "~" */
};

enum xd_query_node_kind { XD_NODE_AND, XD_NODE_OR, XD_NODE_WORD, XD_NODE_COMPARE };

struct xd_query_node {
    enum xd_query_node_kind kind;
    bool negate;
    struct xd_query_node *first, *next; /* children of AND and OR */
    const char *word;                   /* WORD: in lower case */
    int col;                            /* COMPARE: */
    enum xd_query_op op;
    struct xd_value value; /* text in lower case; unknown for "?" */
    regex_t regex;
    struct xd_query_node *next_regex; /* all nodes that hold a compiled one */
};

struct xd_query {
    const struct xd_table_desc *desc;
    struct xd_query_node *root; /* NULL: matches everything */
    struct xd_query_node *regexes;
};

/* A to Z only: what tolower() does depends on the locale. */
char xd_fold(char c);

/* Compiles an extended regular expression without case. Refuses what the C library would need
 * exponential time or memory for. -EINVAL with a sentence that doesn't repeat the text. */
int xd_regex_compile(const char *text, regex_t *out, struct xd_err *err);

/* Where `at` stands in `text`, in characters from 1. */
int xd_query_column(const char *text, const char *at);

/* The column of that name (name[len], without case), or -EINVAL with "column 7: there is
 * no column …" and the nearest. text and name: for that number. */
int xd_query_named(const struct xd_table_desc *d, const char *text, const char *name, size_t len,
                   struct xd_err *err);

#endif
