/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a filter, a sort order, a column list and a value. What is understood works on rows
 * with hostile and unknown cells; a filter's negation matches exactly what the filter doesn't; a
 * value's exact form reads back. What isn't gives a sentence that a terminal can show. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/query.h"
#include "model/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
    if (!truth)
        abort();
}

static void check_error(int rc, const struct xd_err *err)
{
    check((rc == -EINVAL || rc == -ERANGE) && err->code == rc);
    check(err->text[0] && xd_str_is_safe(err->text));
}

/* A domain of which everything is known, one of which nothing is, one that lies. */
static struct xd_snapshot *host(void)
{
    static const char hostile[] = "\033[2J aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab \xe2\x80\xae"
                                  "\xf0\x9f\x92\xa9 \xff WEB1 (|)*+\\";
    struct xd_builder *b = xd_builder_new("fuzz");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, 1);

    for (int row = 0; row < 3; row++) {
        xd_row_begin(t);
        for (int i = 0; i < XD_DOMAIN_N && row != 1; i++) {
            switch (xd_domains_desc.columns[i].kind.type) {
            case XD_STR:
                xd_put_str(t, i, row ? hostile : "web1");
                break;
            case XD_U64:
                xd_put_u64(t, i, row ? UINT64_MAX : 40);
                break;
            case XD_F64:
                xd_put_f64(t, i, row ? -1e300 : 98.4);
                break;
            case XD_ENUM:
                xd_put_enum(t, i, row);
                break;
            default:
                break;
            }
        }
    }
    t = xd_build_table(b, &xd_vcpus_desc, 1);
    xd_row_begin(t);
    xd_put_str(t, XD_VCPU_DOMAIN, "web1");
    xd_put_set(t, XD_VCPU_HARD, &(struct xd_cpuset){{0xff}});
    return xd_builder_seal(b, NULL, 1, 1, 1, 1);
}

static void try_filter(const char *text, const struct xd_table *t, struct xd_arena *a)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_query *q, *not ;
    int rc = xd_query_parse(text, t->desc, a, &q, &err);

    if (rc) {
        check_error(rc, &err);
        return;
    }
    /* An empty filter has no negation; one of 64 levels or 4096 bytes has no room for it. */
    rc = xd_query_parse(xd_arena_printf(a, "!(%s)", text), t->desc, a, &not, NULL);
    for (size_t i = 0; i < t->n; i++) {
        bool yes = xd_query_match(q, t->rows[i]);
        enum xd_query_answer answer = xd_query_ask(q, t->rows[i]);

        check(rc || yes != xd_query_match(not, t->rows[i]));
        /* What is known is what a filter says. */
        check(answer == XD_QUERY_UNKNOWN || (answer == XD_QUERY_YES) == yes);
    }
    if (rc == 0)
        xd_query_done(not );
    xd_query_done(q);
}

static void try_lists(const char *text, const struct xd_table *t)
{
    const struct xd_row *rows[3];
    struct xd_err err = XD_ERR_INIT;
    int cols[XD_COLUMNS_MAX], n;
    struct xd_sort sort;

    n = xd_sort_parse(text, t->desc, &sort, &err);
    if (n) {
        check_error(n, &err);
    } else {
        check(sort.n >= 0 && sort.n <= XD_SORT_MAX);
        memcpy(rows, t->rows, t->n * sizeof(*rows));
        xd_sort_rows(t->desc, &sort, rows, t->n);
    }
    n = xd_columns_parse(text, t->desc, cols, &err);
    if (n < 0)
        check_error(n, &err);
    else
        check(n >= 1 && n <= t->desc->n_columns);
}

static void try_value(const char *text, const struct xd_kind *k, struct xd_arena *a)
{
    struct xd_value v, back;
    struct xd_err err = XD_ERR_INIT;
    int rc = xd_value_parse(text, k, 0, a, &v, &err);

    if (rc) {
        check_error(rc, &err);
        return;
    }
    check(v.have && v.type == k->type);
    check(xd_value_parse(xd_value_exact(&v, k, a), k, 0, a, &back, NULL) == 0);
    check(xd_value_equal(&v, &back));
    check(xd_value_short(&v, k, a) != NULL);
}

static void try_values(const char *text, struct xd_arena *a)
{
    static const char *const names[] = {"run", "idle", "paused", NULL};

    for (int type = 0; type <= XD_CPUSET; type++) {
        for (int unit = 0; unit <= XD_UNIT_MW; unit++) {
            struct xd_kind k = {.type = (enum xd_type)type,
                                .unit = (enum xd_unit)unit,
                                .names = names,
                                .zero = unit & 1 ? "none" : NULL};

            try_value(text, &k, a);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xd_snapshot *s = host();
    struct xd_arena a = XD_ARENA_INIT;
    const char *text = xd_arena_strndup(&a, (const char *)data, size);

    for (size_t i = 0; i < xd_snapshot_tables(s); i++) {
        try_filter(text, xd_snapshot_table_at(s, i), &a);
        try_lists(text, xd_snapshot_table_at(s, i));
    }
    try_values(text, &a);
    xd_arena_done(&a);
    xd_snapshot_unref(s);
    return 0;
}
