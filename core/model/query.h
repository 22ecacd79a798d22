/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters, sort orders and column lists, as typed behind `/`, -f, -s and -c.
 *
 *   FILTER   := AND { "|" AND }            "or"
 *   AND      := TERM { TERM }              blanks mean "and"
 *   TERM     := [ "!" ] ( WORD | COLUMN OP VALUE | "(" FILTER ")" )
 *   OP       := ":" (strings: contains; else equals)  "="  "!="  "<"  "<="  ">"  ">="
 *               "~" (POSIX extended regular expression)
 *   VALUE    := as xd_value_parse reads it, quoted with "…" if it has blanks; "?" is unknown
 *   WORD     := contained, without case, in any string or enum cell
 * Text is compared without case. A comparison with an unknown cell is false, its "!=" too. */
#ifndef XD_MODEL_QUERY_H
#define XD_MODEL_QUERY_H

#include "model/table.h"

struct xd_query; /* lives in the arena it was parsed into */

/* An empty or blank text gives a query that matches everything. Errors: -EINVAL, "column 7: …"
 * with advice for a misspelt column. xd_query_done frees compiled regular expressions. */
int xd_query_parse(const char *text, const struct xd_table_desc *d, struct xd_arena *a,
                   struct xd_query **out, struct xd_err *err);
bool xd_query_match(const struct xd_query *q, const struct xd_row *r); /* NULL q: true */

enum xd_query_answer { XD_QUERY_NO, XD_QUERY_YES, XD_QUERY_UNKNOWN };
/* The same question where "not known" must not be taken for "no": unknown if the answer hangs on a
 * cell that is, whatever stands before or beside it (Kleene's logic of three values). */
enum xd_query_answer xd_query_ask(const struct xd_query *q, const struct xd_row *r);
/* The columns that it looks at, as a mask; a bare word looks at the usual ones. NULL q: none. */
uint64_t xd_query_columns(const struct xd_query *q);
void xd_query_done(struct xd_query *q); /* NULL allowed */

#define XD_SORT_MAX 4

struct xd_sort {
    int n;
    struct {
        int col;
        bool down;
    } by[XD_SORT_MAX];
};

/* "-cpu,name": largest CPU first, then by name. */
int xd_sort_parse(const char *text, const struct xd_table_desc *d, struct xd_sort *out,
                  struct xd_err *err);
/* Stable; unknown last whatever the direction; ties by label, then key. */
void xd_sort_rows(const struct xd_table_desc *d, const struct xd_sort *s,
                  const struct xd_row **rows, size_t n);

/* "name,cpu", "all", "default", "default,+uuid,-pool". cols[XD_COLUMNS_MAX]; returns how many or
 * -EINVAL. NULL or "": default. */
int xd_columns_parse(const char *text, const struct xd_table_desc *d, int *cols,
                     struct xd_err *err);

/* What a list begins from instead of the table's default columns; and whether it may have graphs of
 * the last minutes, "cpu:graph", which are column | XD_COLUMN_GRAPH in the list. */
#define XD_COLUMN_GRAPH 0x100

struct xd_columns_base {
    const int *cols;
    int n;
    bool graphs;
};

/* As xd_columns_parse; with graphs cols has room for 2 * XD_COLUMNS_MAX. base NULL: the same. */
int xd_columns_parse_on(const char *text, const struct xd_table_desc *d,
                        const struct xd_columns_base *base, int *cols, struct xd_err *err);

#endif
