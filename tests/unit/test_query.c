/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/model/query: what a filter lets through, how rows are sorted, which columns a list names,
 * and the sentence for everything that can't be meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/presets.h"
#include "model/query.h"
#include "model/tables.h"

static const struct dom {
    const char *name;
    int state;
    double cpu;  /* negative: not known */
    int cap;     /* negative: not known */
    int mem_mib; /* negative: not known */
    const char *pool;
} doms[] = {
    {"Domain-0", XD_STATE_RUNNING, 11.2, 0, 4096, "Pool-0"},
    {"web1", XD_STATE_RUNNING, 98.4, 40, 2048, "Pool-0"},
    {"web10", XD_STATE_BLOCKED, 0, 0, 2048, "Pool-0"},
    {"web2", XD_STATE_BLOCKED, -1, -1, -1, NULL},
    {"DB 1", XD_STATE_RUNNING, 412, 0, 32768, "Pool-1"},
    {"build-7", XD_STATE_PAUSED, 0, 50, 8192, "Pool-0"},
};
#define N_DOMS (sizeof(doms) / sizeof(doms[0]))

static struct xd_snapshot *host(void)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, 1);
    char uuid[40];

    for (size_t i = 0; i < N_DOMS; i++) {
        snprintf(uuid, sizeof(uuid), "00000000-0000-4000-8000-%012d", (int)i);
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_UUID, uuid);
        xd_put_str(t, XD_DOMAIN_NAME, doms[i].name);
        xd_put_u64(t, XD_DOMAIN_ID, i);
        xd_put_enum(t, XD_DOMAIN_STATE, doms[i].state);
        xd_put_str(t, XD_DOMAIN_POOL, doms[i].pool);
        if (doms[i].cpu >= 0)
            xd_put_f64(t, XD_DOMAIN_CPU, doms[i].cpu);
        if (doms[i].cap >= 0)
            xd_put_u64(t, XD_DOMAIN_CAP, (uint64_t)doms[i].cap);
        if (doms[i].mem_mib >= 0)
            xd_put_u64(t, XD_DOMAIN_MEM_KIB, (uint64_t)doms[i].mem_mib * 1024);
    }
    return xd_builder_seal(b, NULL, 1, 1, 0, 0);
}

/* The names that pass, by blanks: "web1, DB 1"; or the error's sentence. */
static const char *passing(const struct xd_table *t, const char *filter, struct xd_arena *a)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_query *q;
    const char *text;

    if (xd_query_parse(filter, t->desc, a, &q, &err)) {
        assert_int_equal(err.code, -EINVAL);
        assert_null(q);
        return xd_arena_strdup(a, err.text);
    }
    for (size_t i = 0; i < t->n; i++) {
        if (xd_query_match(q, t->rows[i]))
            xd_buf_printf(&b, b.len ? ", %s" : "%s", xd_row_str(t->rows[i], XD_DOMAIN_NAME, "?"));
    }
    xd_query_done(q);
    text = xd_arena_strdup(a, xd_buf_str(&b));
    xd_buf_done(&b);
    return text;
}

struct example {
    const char *filter, *wanted;
};

static void try_all(const struct example *list, size_t n)
{
    struct xd_snapshot *s = host();
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < n; i++) {
        const char *found = passing(xd_snapshot_table(s, "domains"), list[i].filter, &a);

        if (strcmp(found, list[i].wanted) != 0)
            fail_msg("%s: \"%s\", wanted \"%s\"", list[i].filter, found, list[i].wanted);
    }
    xd_arena_done(&a);
    xd_snapshot_unref(s);
}

#define TRY_ALL(...)                                                                               \
    do {                                                                                           \
        static const struct example list[] = {__VA_ARGS__};                                        \
        try_all(list, sizeof(list) / sizeof(list[0]));                                             \
    } while (0)

#define EVERYONE "Domain-0, web1, web10, web2, DB 1, build-7"

static void words_are_found_anywhere(void **state)
{
    TRY_ALL({"", EVERYONE}, {"   ", EVERYONE}, {"web", "web1, web10, web2"},
            {"WEB1", "web1, web10"}, {"\"db 1\"", "DB 1"}, {"paused", "build-7"},
            {"pool-1", "DB 1"}, {"-7", "build-7"}, {"web 10", "web10"}, {"web !10", "web1, web2"},
            {"!web", "Domain-0, DB 1, build-7"}, {"nothing", ""}, {"0000:00", ""},
            {"8000-000000000003", "web2"}, {"!!db", "DB 1"});
}

static void comparisons_go_by_type(void **state)
{
    TRY_ALL({"cpu>50", "web1, DB 1"}, {"cpu > 50%", "web1, DB 1"}, {"cpu<=0", "web10, build-7"},
            {"cpu=98.4", "web1"}, {"mem_kib>=8G", "DB 1, build-7"}, {"mem_kib<4096", "web1, web10"},
            {"mem_kib=4096M", "Domain-0"}, {"cap=none", "Domain-0, web10, DB 1"},
            {"cap!=none", "web1, build-7"}, {"state:run", "Domain-0, web1, DB 1"},
            {"state!=RUN", "web10, web2, build-7"}, {"name:WEB", "web1, web10, web2"},
            {"name=WEB1", "web1"}, {"NAME=web1", "web1"},
            {"name!=web1", "Domain-0, web10, web2, DB 1, build-7"}, {"name=\"db 1\"", "DB 1"},
            {"name>web1", "web10, web2"}, {"name>=WEB2", "web10, web2"},
            {"name<domain", "DB 1, build-7"}, {"id>=4", "DB 1, build-7"});
}

static void nobody_knows_is_no_match(void **state)
{
    TRY_ALL({"pool=Pool-0", "Domain-0, web1, web10, build-7"}, {"pool!=Pool-0", "DB 1"},
            {"!pool=Pool-0", "web2, DB 1"}, {"cap=?", "web2"}, {"cap:?", "web2"},
            {"cap!=?", "Domain-0, web1, web10, DB 1, build-7"}, {"pool=\"?\"", ""},
            {"cpu>=0", "Domain-0, web1, web10, DB 1, build-7"},
            {"pool~.", "Domain-0, web1, web10, DB 1, build-7"});
}

/* web2's CPU is unknown: an answer that hangs on it is, too. */
static void unknown_is_an_answer(void **state)
{
    static const struct {
        const char *filter;
        enum xd_query_answer answer;
    } asked[] = {
        {"cpu>5", XD_QUERY_UNKNOWN},
        {"!cpu>5", XD_QUERY_UNKNOWN},
        {"cpu!=5", XD_QUERY_UNKNOWN},
        {"cpu=?", XD_QUERY_YES},
        {"name=web2 cpu>5", XD_QUERY_UNKNOWN},
        {"name=web1 cpu>5", XD_QUERY_NO},
        {"cpu>5 name=web1", XD_QUERY_NO},
        {"name=web2 | cpu>5", XD_QUERY_YES},
        {"cpu>5 | web2", XD_QUERY_YES},
        {"!(cpu>5 | name=web1)", XD_QUERY_UNKNOWN},
        {"", XD_QUERY_YES},
    };
    struct xd_snapshot *s = host();
    const struct xd_row *web2 = xd_snapshot_table(s, "domains")->rows[3];
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        struct xd_query *q;

        assert_int_equal(xd_query_parse(asked[i].filter, &xd_domains_desc, &a, &q, NULL), 0);
        if (xd_query_ask(q, web2) != asked[i].answer)
            fail_msg("%s: %d", asked[i].filter, xd_query_ask(q, web2));
        xd_query_done(q);
    }
    xd_arena_done(&a);
    xd_snapshot_unref(s);
}

static void filters_are_joined(void **state)
{
    TRY_ALL({"web cpu>50", "web1"}, {"web | db", "web1, web10, web2, DB 1"},
            {"web|db", "web1, web10, web2, DB 1"}, {"web||db", "web1, web10, web2, DB 1"},
            {"db | web 10", "web10, DB 1"}, {"(db | web) 10", "web10"},
            {"(db|web)1", "web1, web10, DB 1"}, {"!(web | db)", "Domain-0, build-7"},
            {"!(!(web))", "web1, web10, web2"}, {"( ( web ) )", "web1, web10, web2"},
            {"name:web|state=paused", "web1, web10, web2, build-7"});
}

static void expressions_match_text(void **state)
{
    TRY_ALL({"name~^web[0-9]$", "web1, web2"}, {"name~^(web|db) ?1", ""} /* the blank ends it */,
            {"name~\"^(web|db) ?1\"", "web1, web10, DB 1"},
            {"name~^(WEB|db)", "web1, web10, web2, DB 1"},
            {"(name~^(web|db)1|state=paused)", "web1, web10, build-7"},
            {"name~\"^db\\\\s\"", "DB 1"}, {"name~\\-[0-9]", "Domain-0, build-7"},
            {"state~^(run|idle)$", "Domain-0, web1, web10, web2, DB 1"}, {"name~a{2}", ""});
}

static void errors_say_where_and_what(void **state)
{
    TRY_ALL(
        {"cpuu>5", "column 1: there is no column \"cpuu\" in domains; did you mean cpu?"},
        {"web  stat:run", "column 6: there is no column \"stat\" in domains; did you mean state?"},
        {"\xc3\xa4\xc3\xb6 nonsense=1", "column 4: there is no column \"nonsense\" in domains"},
        {"state=runn", "column 7: state: wanted one of run, idle, paused, shutdown, crashed, "
                       "dying, found \"runn\"; did you mean run?"},
        {"cpu>fast", "column 5: cpu: wanted a percentage such as 40 or 40%, found \"fast\""},
        {"mem_kib>", "column 9: wanted a value, found the end"},
        {"mem_kib> )", "column 10: wanted a value, found \")\""},
        {"cpu>?", "column 5: cpu: wanted a percentage such as 40 or 40%, found \"?\""},
        {"=5", "column 1: wanted a word, a comparison or \"(\", found \"=5\""},
        {"web |", "column 6: wanted a word, a comparison or \"(\", found the end"},
        {"| web", "column 1: wanted a word, a comparison or \"(\", found \"| web\""},
        {"!", "column 2: wanted a word, a comparison or \"(\", found the end"},
        {"()", "column 2: wanted a word, a comparison or \"(\", found \")\""},
        {"\"\"", "column 1: wanted a word, a comparison or \"(\", found \"\"\"\""},
        {"(web", "column 5: wanted \")\", found the end"},
        {"web)", "column 4: wanted the end (there is no \"(\" for it), found \")\""},
        {"name=\"web", "column 6: this \" has no end"}, {"\"a\\", "column 1: this \" has no end"},
        {"state<run", "column 1: state has no order: only = and != fit"},
        {"cpu~5", "column 1: cpu is no text: ~ does not fit"},
        {"name=a\033[2J", "column 6: name: wanted text without control characters, found "
                          "\"a\xef\xbf\xbd[2J\""});
}

static void dangerous_expressions_are_refused(void **state)
{
#define WHERE "column 6: name: regular expression: "
    TRY_ALL(
        {"name~\"(\"", WHERE "Unmatched ( or \\("},
        {"name~(((a{99}){99}){99})", WHERE "its repetitions multiply to more than 512 characters"},
        {"name~((((((((((a+)+)+)+)+)+)+)+)+)+)",
         WHERE "its repetitions multiply to more than 512 characters"},
        {"name~a{256}", WHERE "a repetition of more than 255 times"},
        {"name~a{1,32767}", WHERE "a repetition of more than 255 times"},
        {"name~a{99999999999999999999}", WHERE "a repetition of more than 255 times"},
        {"name~(a)\\1", WHERE "\\1: references back are not supported"},
        {"name~[[:digit:]]{2}-[]x{9}]", ""},
        {"name~^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", ""});
}

static void there_is_an_end_to_depth_and_length(void **state)
{
    struct xd_snapshot *s = host();
    const struct xd_table *t = xd_snapshot_table(s, "domains");
    struct xd_arena a = XD_ARENA_INIT;
    char deep[140] = "", *big = malloc(5000);

    memset(deep, '(', 64);
    strcat(deep, "web1");
    memset(deep + strlen(deep), ')', 64);
    assert_string_equal(passing(t, deep, &a), "web1, web10");
    deep[0] = '!';
    assert_string_equal(passing(t, deep + 1, &a), "column 131: wanted the end (there is no \"(\" "
                                                  "for it), found \")\"");
    memset(deep, '(', 65);
    assert_string_equal(passing(t, deep, &a),
                        "column 65: more than 64 parentheses inside each other");
    memset(big, '!', 4097);
    big[4097] = '\0';
    assert_string_equal(passing(t, big, &a), "the filter is longer than 4096 bytes");
    strcpy(big + 4092, "web");
    assert_string_equal(passing(t, big, &a), "web1, web10, web2");
    for (int i = 0; i < 4094; i += 2)
        memcpy(big + i, "a|", 2);
    strcpy(big + 4094, "w");
    assert_true(xd_str_starts(passing(t, big, &a), "Domain-0, web1"));
    snprintf(big, 5000, "name~%0257d", 7);
    assert_string_equal(passing(t, big, &a), WHERE "it is longer than 256 bytes");
    free(big);
    xd_arena_done(&a);
    xd_snapshot_unref(s);
}

static void no_query_matches_everything(void **state)
{
    struct xd_snapshot *s = host();

    assert_true(xd_query_match(NULL, xd_snapshot_table(s, "domains")->rows[0]));
    xd_query_done(NULL);
    xd_snapshot_unref(s);
}

/* --- sorting --- */

static const char *sorted(const char *order, struct xd_arena *a)
{
    struct xd_snapshot *s = host();
    const struct xd_table *t = xd_snapshot_table(s, "domains");
    const struct xd_row *rows[N_DOMS];
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_sort sort;
    const char *text;

    memcpy(rows, t->rows, sizeof(rows));
    if (xd_sort_parse(order, t->desc, &sort, &err)) {
        xd_buf_add(&b, err.text);
    } else {
        xd_sort_rows(t->desc, &sort, rows, t->n);
        for (size_t i = 0; i < t->n; i++)
            xd_buf_printf(&b, i ? ", %s" : "%s", xd_row_str(rows[i], XD_DOMAIN_NAME, "?"));
    }
    text = xd_arena_strdup(a, xd_buf_str(&b));
    xd_buf_done(&b);
    xd_snapshot_unref(s);
    return text;
}

static void rows_are_sorted(void **state)
{
    static const struct example cases[] = {
        {"name", "build-7, DB 1, Domain-0, web1, web2, web10"},
        {"-name", "web10, web2, web1, Domain-0, DB 1, build-7"},
        {"", "build-7, DB 1, Domain-0, web1, web2, web10"}, /* by label */
        {"cpu", "build-7, web10, Domain-0, web1, DB 1, web2"},
        {"-cpu", "DB 1, web1, Domain-0, build-7, web10, web2"}, /* unknown last there too */
        {"-mem_kib,-name", "DB 1, build-7, Domain-0, web10, web1, web2"},
        {" pool , +id ", "Domain-0, web1, web10, build-7, DB 1, web2"},
        {"state,-id", "DB 1, web1, Domain-0, web2, web10, build-7"},
        {"nmae", "column 1: there is no column \"nmae\" in domains; did you mean name?"},
        {"name,,id", "column 6: there is no column \"\" in domains"},
        {"name id", "column 6: wanted a comma between columns"},
        {"name,id,cpu,cap,pool", "column 17: wanted at most 4 columns to sort by"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(sorted(cases[i].filter, &a), cases[i].wanted);
    xd_arena_done(&a);
}

#define MANY 10000

static void many_rows_are_sorted(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, 1);
    const struct xd_row **rows = calloc(MANY, sizeof(*rows));
    struct xd_sort sort;
    struct xd_snapshot *s;
    uint32_t seed = 1;
    char name[20];

    for (int i = 0; i < MANY; i++) {
        seed = seed * 1664525 + 1013904223;
        snprintf(name, sizeof(name), "vm%d", (i * 7919) % MANY);
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_NAME, name);
        if (seed >> 28)
            xd_put_f64(t, XD_DOMAIN_CPU, (seed >> 20 & 63) / 2.0);
    }
    s = xd_builder_seal(b, NULL, 1, 1, 0, 0);
    memcpy(rows, xd_snapshot_table(s, "domains")->rows, MANY * sizeof(*rows));
    assert_int_equal(xd_sort_parse("-cpu", &xd_domains_desc, &sort, NULL), 0);
    xd_sort_rows(&xd_domains_desc, &sort, rows, MANY);
    for (int i = 1; i < MANY; i++) {
        struct xd_value c1 = xd_row_value(&xd_domains_desc, rows[i - 1], XD_DOMAIN_CPU),
                        c2 = xd_row_value(&xd_domains_desc, rows[i], XD_DOMAIN_CPU),
                        n1 = xd_row_value(&xd_domains_desc, rows[i - 1], XD_DOMAIN_NAME),
                        n2 = xd_row_value(&xd_domains_desc, rows[i], XD_DOMAIN_NAME);

        assert_true(c1.have || !c2.have);
        assert_true(!c2.have || c1.cell.f >= c2.cell.f);
        if (xd_value_equal(&c1, &c2))
            assert_true(xd_value_cmp(&n1, &n2) < 0);
    }
    free(rows);
    xd_snapshot_unref(s);
}

/* Rows that nothing tells apart stay in their order. */
static void sorting_is_stable(void **state)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, 1);
    const struct xd_row *rows[500];
    struct xd_sort sort = {.n = 1, .by = {{XD_DOMAIN_NAME, true}}};
    struct xd_snapshot *s;

    for (int i = 0; i < 500; i++) {
        xd_row_begin(t);
        xd_put_u64(t, XD_DOMAIN_ID, (uint64_t)i);
    }
    s = xd_builder_seal(b, NULL, 1, 1, 0, 0);
    memcpy(rows, xd_snapshot_table(s, "domains")->rows, sizeof(rows));
    xd_sort_rows(&xd_domains_desc, &sort, rows, 500);
    for (unsigned i = 0; i < 500; i++)
        assert_int_equal(xd_row_u64(rows[i], XD_DOMAIN_ID, 0), i);
    xd_snapshot_unref(s);
}

/* --- columns --- */

static const char *listed(const char *text, struct xd_arena *a)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    int cols[XD_COLUMNS_MAX], n = xd_columns_parse(text, &xd_pools_desc, cols, &err);
    const char *names;

    assert_true(n > 0 || n == -EINVAL);
    if (n < 0)
        xd_buf_add(&b, err.text);
    for (int i = 0; i < n; i++)
        xd_buf_printf(&b, i ? " %s" : "%s", xd_pools_desc.columns[cols[i]].name);
    names = xd_arena_strdup(a, xd_buf_str(&b));
    xd_buf_done(&b);
    return names;
}

static void columns_are_listed(void **state)
{
    static const struct example cases[] = {
        {NULL, "id name sched cpus n_cpus domains ratelimit_us tslice_ms"},
        {"", "id name sched cpus n_cpus domains ratelimit_us tslice_ms"},
        {"default", "id name sched cpus n_cpus domains ratelimit_us tslice_ms"},
        {"all", "id name sched cpus n_cpus domains ratelimit_us tslice_ms gran governor"},
        {"name,id", "name id"},
        {" NAME , id,name", "name id"},
        {"name,all", "name id sched cpus n_cpus domains ratelimit_us tslice_ms gran governor"},
        {"default,-cpus,-id", "name sched n_cpus domains ratelimit_us tslice_ms"},
        {"-cpus", "id name sched n_cpus domains ratelimit_us tslice_ms"},
        {"-id,+id", "name sched cpus n_cpus domains ratelimit_us tslice_ms id"},
        {"all,", "id name sched cpus n_cpus domains ratelimit_us tslice_ms gran governor"},
        {"name,-name", "this list leaves no column of pools to show"},
        {"name,naem", "column 6: there is no column \"naem\" in pools; did you mean name?"},
        {"name;id", "column 1: there is no column \"name;id\" in pools"},
        {"name id", "column 6: wanted a comma between columns"},
    };
    struct xd_arena a = XD_ARENA_INIT;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *found = listed(cases[i].filter, &a);

        if (strcmp(found, cases[i].wanted) != 0)
            fail_msg("%s: \"%s\", wanted \"%s\"", cases[i].filter, found, cases[i].wanted);
    }
    xd_arena_done(&a);
}

/* What a screen's list begins from, and graphs. */
static void lists_of_a_screen(void **state)
{
    static const int usual[] = {XD_DOMAIN_NAME, XD_DOMAIN_CPU, XD_DOMAIN_CPU | XD_COLUMN_GRAPH};
    static const struct xd_columns_base base = {usual, 3, true};
    static const struct example cases[] = {
        {"", "name cpu cpu:graph"},
        {"default", "name cpu cpu:graph"},
        {"+id,-cpu", "name cpu:graph id"},
        {"-cpu:graph", "name cpu"},
        {"+mem_kib:graph,-name", "cpu cpu:graph mem_kib:graph"},
        {"cpu:graph,cpu,cpu:graph", "cpu:graph cpu"},
        {"name:graph", "column 1: no history of name is kept to draw"},
        {"name,cpuu:graph", "column 6: there is no column \"cpuu\" in domains; did you mean cpu?"},
        {":graph", "column 1: there is no column \":graph\" in domains"},
        {"cpu:graphs", "column 1: there is no column \"cpu:graphs\" in domains"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_buf b = XD_BUF_INIT;
        int cols[2 * XD_COLUMNS_MAX];
        int n = xd_columns_parse_on(cases[i].filter, &xd_domains_desc, &base, cols, &err);

        xd_buf_add(&b, n < 0 ? err.text : "");
        for (int c = 0; c < n; c++)
            xd_buf_printf(&b, "%s%s%s", c ? " " : "",
                          xd_domains_desc.columns[cols[c] & ~XD_COLUMN_GRAPH].name,
                          cols[c] & XD_COLUMN_GRAPH ? ":graph" : "");
        if (strcmp(xd_buf_str(&b), cases[i].wanted) != 0)
            fail_msg("%s: \"%s\", wanted \"%s\"", cases[i].filter, xd_buf_str(&b), cases[i].wanted);
        xd_buf_done(&b);
    }
}

static void presets_are_lists_of_their_table(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    const struct xd_preset *p;
    int cols[XD_COLUMNS_MAX];
    struct xd_sort sort;

    for (p = xd_presets; p->table; p++) {
        const struct xd_table_desc *d = xd_core_table(p->table);

        assert_non_null(d);
        if (p->columns && xd_columns_parse(p->columns, d, cols, &err) < 0)
            fail_msg("%s %s: %s", p->table, p->name, err.text);
        if (p->sort && xd_sort_parse(p->sort, d, &sort, &err) < 0)
            fail_msg("%s %s: %s", p->table, p->name, err.text);
        assert_string_equal(xd_preset_at(p->table, 0)->name, "default");
    }
    assert_int_equal(xd_preset_find("domains", "xentop", &p, &err), 0);
    assert_int_equal(xd_columns_parse(p->columns, &xd_domains_desc, cols, &err), 19);
    assert_int_equal(xd_preset_find("domains", "xntop", &p, &err), -ENOENT);
    assert_string_equal(err.text, "domains have no preset \"xntop\", did you mean \"xentop\"?; "
                                  "there are default, xentop, memory, network, disk, scheduling");
    assert_int_equal(xd_preset_find("nodes", "x", &p, &err), -ENOENT);
    assert_string_equal(err.text, "there are no presets of nodes");
}

static void the_columns_it_looks_at(void **state)
{
    static const struct {
        const char *text;
        uint64_t columns;
    } cases[] = {
        {"", 0},
        {"cpu>50", UINT64_C(1) << XD_DOMAIN_CPU},
        {"!(cpu>50 | ready>1)", UINT64_C(1) << XD_DOMAIN_CPU | UINT64_C(1) << XD_DOMAIN_READY},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_arena a = XD_ARENA_INIT;
        struct xd_query *q = NULL;

        assert_int_equal(xd_query_parse(cases[i].text, &xd_domains_desc, &a, &q, NULL), 0);
        assert_int_equal(xd_query_columns(q), cases[i].columns);
        xd_query_done(q);
        xd_arena_done(&a);
    }
    assert_int_equal(xd_query_columns(NULL), 0);
}

/* A word is looked for everywhere, but not where looking is dear. */
static void a_word_does_not_look_at_dear_columns(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_query *q = NULL;

    assert_int_equal(xd_query_parse("web", &xd_domains_desc, &a, &q, NULL), 0);
    assert_true(xd_query_columns(q) >> XD_DOMAIN_NAME & 1);
    assert_false(xd_query_columns(q) >> XD_DOMAIN_READY & 1);
    xd_query_done(q);
    xd_arena_done(&a);
    assert_int_equal(xd_desc_usual(&xd_pools_desc), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_columns_it_looks_at),
        cmocka_unit_test(a_word_does_not_look_at_dear_columns),
        cmocka_unit_test(words_are_found_anywhere),
        cmocka_unit_test(comparisons_go_by_type),
        cmocka_unit_test(nobody_knows_is_no_match),
        cmocka_unit_test(unknown_is_an_answer),
        cmocka_unit_test(filters_are_joined),
        cmocka_unit_test(expressions_match_text),
        cmocka_unit_test(errors_say_where_and_what),
        cmocka_unit_test(dangerous_expressions_are_refused),
        cmocka_unit_test(there_is_an_end_to_depth_and_length),
        cmocka_unit_test(no_query_matches_everything),
        cmocka_unit_test(rows_are_sorted),
        cmocka_unit_test(many_rows_are_sorted),
        cmocka_unit_test(sorting_is_stable),
        cmocka_unit_test(columns_are_listed),
        cmocka_unit_test(lists_of_a_screen),
        cmocka_unit_test(presets_are_lists_of_their_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
