/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/cmd/cpuid_columns: columns of the matrix from a table that may say anything, and from files
 * of other hosts. */
#include "cpuid_help.h"

#include <errno.h>

#include "cmd/cpuid_columns.h"
#include "model/tables_cpuid.h"

static struct xd_cpuid_matrix m;
static struct xd_builder *b;
static struct xd_snapshot *snapshot;
static struct xd_buf trouble;

static int begin(void **state)
{
    xd_cpuid_matrix_init(&m, db);
    b = xd_builder_new("test");
    return 0;
}

static int end(void **state)
{
    xd_cpuid_matrix_done(&m);
    xd_builder_free(b);
    b = NULL;
    xd_snapshot_unref(snapshot);
    snapshot = NULL;
    xd_buf_done(&trouble);
    return 0;
}

/* words NULL: unknown. */
static void row(const char *name, const char *domain, int guests, const char *words)
{
    struct xd_rows *t = xd_build_table(b, &xd_cpuid_desc, 0);

    xd_row_begin(t);
    xd_put_str(t, xd_desc_column(&xd_cpuid_desc, "name"), name);
    xd_put_str(t, xd_desc_column(&xd_cpuid_desc, "domain"), domain);
    xd_put_enum(t, xd_desc_column(&xd_cpuid_desc, "guests"), guests);
    xd_put_str(t, xd_desc_column(&xd_cpuid_desc, "words"), words);
    if (strcmp(name, "host") == 0)
        xd_put_str(t, xd_desc_column(&xd_cpuid_desc, "command_line"), "smep=0");
}

static int take(const char *machine)
{
    snapshot = xd_builder_seal(b, NULL, 1, 0, 0, 0);
    b = NULL;
    return xd_cpuid_columns_of_table(&m, xd_snapshot_table(snapshot, "cpuid"), machine, &trouble,
                                     NULL);
}

#define GOOD "078bfbff:f7fa3203:2c100800:00000121"

/* Whatever order the rows have: a parent stands before what is made from it. */
static void a_hosts_policies(void **state)
{
    row("domain/3", "web1", XD_CPUID_FOR_HVM, GOOD);
    row("domain/0", "Domain-0", XD_CPUID_FOR_PV, GOOD);
    row("hvm-default", NULL, XD_CPUID_FOR_HVM, GOOD);
    row("hvm-max", NULL, XD_CPUID_FOR_HVM, GOOD);
    row("pv-default", NULL, XD_CPUID_FOR_PV, GOOD);
    row("pv-max", NULL, XD_CPUID_FOR_PV, GOOD);
    row("host", NULL, XD_CPUID_FOR_BOTH, GOOD);
    row("raw", NULL, XD_CPUID_FOR_BOTH, GOOD);
    assert_int_equal(take(NULL), 0);
    assert_int_equal(m.n, 8);
    assert_string_equal(m.column[0].name, "raw");
    assert_string_equal(m.column[1].options, "smep=0");
    assert_string_equal(m.column[6].name, "web1");
    assert_string_equal(m.column[m.column[6].parent].name, "hvm-def");
    assert_false(m.column[6].dom0);
    assert_true(m.column[7].dom0);
    assert_string_equal(m.column[m.column[7].parent].name, "pv-def");
    assert_int_equal(m.column[0].set.known, 0xf); /* four words were told, of others nothing */
    assert_int_equal(trouble.len, 0);
}

/* Domains may be called anything, also like one of Xen's policies. */
static void hostile_names(void **state)
{
    row("raw", NULL, XD_CPUID_FOR_BOTH, GOOD);
    row("domain/5", "raw", XD_CPUID_FOR_PV, GOOD);
    row("domain/6", "\033[2Jevil\xff\xe2\x80\xae", XD_CPUID_FOR_HVM, GOOD);
    row("domain/", "", XD_CPUID_FOR_HVM, GOOD);
    row("no such policy", NULL, XD_CPUID_FOR_HVM, GOOD);
    assert_int_equal(take(NULL), 0);
    assert_int_equal(m.n, 5);
    assert_int_equal(m.column[0].layer, XD_CPUID_LAYER_RAW);
    for (int i = 1; i < m.n; i++) {
        assert_int_equal(m.column[i].layer, XD_CPUID_LAYER_DOMAIN);
        assert_true(xd_str_is_safe(m.column[i].name));
    }
}

/* What can't be read is unknown and not off, and it is said where it is wrong. */
static void words_that_make_no_sense(void **state)
{
    static const char *const bad[] = {"",
                                      ":",
                                      "078bfbff",
                                      "xyz:1",
                                      "1:2:3:",
                                      "1:2-3",
                                      "123456789:0",
                                      "1 2 3",
                                      "0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0"};
    char name[32];
    size_t n = sizeof(bad) / sizeof(bad[0]);

    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "domain/%zu", i + 1);
        row(name, name, XD_CPUID_FOR_HVM, bad[i]);
    }
    row("domain/99", "quiet", XD_CPUID_FOR_HVM, NULL);
    assert_int_equal(take(NULL), 0);
    assert_int_equal(m.n, n + 1);
    for (int i = 0; i < m.n; i++) {
        assert_int_equal(m.column[i].set.known, 0);
        assert_int_equal(xd_cpuid_matrix_cell(&m, bit("fpu"), i), XD_CPUID_CELL_UNKNOWN);
    }
    assert_non_null(strstr(trouble.s, "cpuid domain/3: words:"));
    assert_non_null(strstr(trouble.s, "at most 24 words"));
    assert_null(strstr(trouble.s, "quiet"));
}

/* A table with other columns than ours (of a later xendeck's capture) is read as far as it goes. */
static void a_table_without_words(void **state)
{
    static const struct xd_column columns[] = {{"name", "NAME", "", {XD_STR}},
                                               {"guests", "GUESTS", "", {XD_U64}}};
    static const struct xd_table_desc desc = {"cpuid", "cpuid", "CPUID", "",  columns,
                                              2,       {0, -1}, {0, -1}, NULL};
    struct xd_rows *t = xd_build_table(b, &desc, 0);

    xd_row_begin(t);
    xd_put_str(t, 0, "hvm-max");
    xd_row_begin(t);
    xd_put_u64(t, 1, 7);
    assert_int_equal(take("node7"), 0);
    assert_int_equal(m.n, 1); /* a row without a name is none */
    assert_int_equal(m.column[0].set.known, 0);
    assert_string_equal(m.column[0].machine, "node7");
}

static void files_of_other_hosts(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(
        xd_cpuid_columns_of_file(&m, "tests/fuzz/corpus/cpuid_dump/policy", &trouble, &err), 0);
    assert_true(m.n > 0);
    assert_string_equal(m.column[0].machine, "policy");
    assert_true(xd_cpuid_columns_of_file(&m, "/nowhere/at/all", &trouble, &err) < 0);
    assert_non_null(strstr(xd_err_text(&err), "/nowhere/at/all: No such file"));
    assert_true(xd_cpuid_columns_of_file(&m, "tests", &trouble, &err) < 0);
    assert_true(xd_cpuid_columns_of_file(&m, "README.md", &trouble, &err) < 0);
    assert_int_equal(xd_cpuid_columns_of_file(&m, "tests/fixtures/tiny.xdc", &trouble, &err),
                     -ENODATA);
    assert_non_null(strstr(xd_err_text(&err), "no CPU features in it"));
}

static int column(const char *name)
{
    for (int i = 0; i < m.n; i++)
        if (strcmp(m.column[i].name, name) == 0)
            return i;
    fail_msg("there is no column %s", name);
    return -1;
}

/* A capture of Debian's Xen 4.17 with cpuid=no-movbe on its command line, and three PVH guests:
 * "noavx" was made with cpuid="host,avx=0,sse4.2=0". */
static void a_real_host(void **state)
{
    static const struct {
        const char *feature, *column;
        enum xd_cpuid_cell cell;
        enum xd_cpuid_cause cause;
    } cases[] = {
        {"avx", "noavx", XD_CPUID_CELL_LOST, XD_CPUID_CAUSE_POLICY},
        {"avx2", "noavx", XD_CPUID_CELL_LOST, XD_CPUID_CAUSE_NEEDS},
        {"sse4-2", "noavx", XD_CPUID_CELL_LOST, XD_CPUID_CAUSE_POLICY},
        {"avx2", "plain", XD_CPUID_CELL_ON, XD_CPUID_CAUSE_ON},
        {"movbe", "host", XD_CPUID_CELL_LOST, XD_CPUID_CAUSE_OPTION},
        {"movbe", "plain", XD_CPUID_CELL_OFF, XD_CPUID_CAUSE_OPTION},
        {"sep", "host", XD_CPUID_CELL_LOST, XD_CPUID_CAUSE_XEN},
        {"sep", "hvm-max", XD_CPUID_CELL_GAINED, XD_CPUID_CAUSE_GIVEN},
        {"pse", "Domain-0", XD_CPUID_CELL_OFF, XD_CPUID_CAUSE_SIDE},
        {"svm", "plain", XD_CPUID_CELL_OFF, XD_CPUID_CAUSE_SETTING},
        {"x2apic", "Domain-0", XD_CPUID_CELL_OFF, XD_CPUID_CAUSE_SIDE},
        {"cmp-legacy", "plain", XD_CPUID_CELL_LOST, XD_CPUID_CAUSE_LAYOUT},
        {"osxsave", "host", XD_CPUID_CELL_LOST, XD_CPUID_CAUSE_OS},
        {"avx512f", "plain", XD_CPUID_CELL_OFF, XD_CPUID_CAUSE_HARDWARE},
        {"smap", "noavx", XD_CPUID_CELL_OFF, XD_CPUID_CAUSE_HARDWARE},
    };
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;

    if (xd_cpuid_columns_of_file(&m, "tests/fuzz/corpus/capture/cpuid-lab.xdc", &trouble, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
    assert_int_equal(m.n, 10);
    assert_int_equal(trouble.len, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_cpuid_why w;

        xd_cpuid_matrix_why(&m, bit(cases[i].feature), column(cases[i].column), &a, &w);
        if (w.cell != cases[i].cell || w.cause != cases[i].cause)
            fail_msg("%s in %s: %s, %s: %s", cases[i].feature, cases[i].column,
                     xd_cpuid_cell_name(w.cell), xd_cpuid_cause_name(w.cause), w.text);
    }
    xd_arena_done(&a);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_hosts_policies),      T(hostile_names),        T(words_that_make_no_sense),
        T(a_table_without_words), T(files_of_other_hosts), T(a_real_host),
    };

    return cmocka_run_group_tests(tests, load_db, free_db);
}
