/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/cpuid/draft: what is planned for a domain's next start, and the line that says it. */
#include "cpuid_help.h"

#include <errno.h>

#include "tui/cpuid/screen.h"

static struct xd_cpuid_screen *t;
static char said[256];
static struct xd_err err;

enum { RAW, HOST, HVM_MAX, HVM_DEF, WEB1, DOM0 };

#define ALL "fpu tsc fxsr sse sse2 xsave avx avx2 fma pae movbe ht"

static int add(const char *name, const char *key, enum xd_cpuid_layer layer)
{
    struct xd_cpuid_column c = {.name = name,
                                .key = key,
                                .layer = layer,
                                .side = layer >= XD_CPUID_LAYER_MAX ? XD_CPUID_SIDE_HVM
                                                                    : XD_CPUID_SIDE_ANY,
                                .dom0 = strcmp(name, "Domain-0") == 0,
                                .set = {.fs = set_of(ALL), .known = UINT32_MAX}};

    return xd_cpuid_matrix_add(&t->m, &c, NULL);
}

static int begin(void **state)
{
    t = xd_cpuid_screen_new();
    xd_cpuid_db_new(&t->db, NULL);
    db = t->db;
    xd_cpuid_matrix_init(&t->m, db);
    add("raw", "raw", XD_CPUID_LAYER_RAW);
    add("host", "host", XD_CPUID_LAYER_HOST);
    add("hvm-max", "hvm-max", XD_CPUID_LAYER_MAX);
    add("hvm-def", "hvm-default", XD_CPUID_LAYER_DEFAULT);
    add("web1", "uuid-1", XD_CPUID_LAYER_DOMAIN);
    add("Domain-0", "uuid-0", XD_CPUID_LAYER_DOMAIN);
    return 0;
}

static int end(void **state)
{
    xd_cpuid_screen_free(t);
    xd_err_clear(&err);
    db = NULL;
    return 0;
}

static int flip(const char *name, int column)
{
    xd_err_clear(&err);
    return xd_cpuid_draft_switch(t, column, bit(name), said, sizeof(said), &err);
}

static const char *line(int column)
{
    static char text[1024];
    struct xd_buf b = XD_BUF_INIT, lost = XD_BUF_INIT;

    assert_int_equal(xd_cpuid_draft_line(t, column, &b, &lost, &err), 0);
    snprintf(text, sizeof(text), "%s", xd_buf_str(&b));
    xd_buf_done(&b);
    xd_buf_done(&lost);
    return text;
}

/* What depends on a feature goes with it; the line names the root alone. */
static void off_with_what_depends_on_it(void **state)
{
    assert_int_equal(flip("avx", WEB1), 0);
    assert_non_null(strstr(said, "web1: avx off from its next start, and with it fma and avx2"));
    assert_false(xd_cpuid_draft_has(t, WEB1, bit("avx2")));
    assert_true(xd_fs_has(&t->m.column[WEB1].set.fs, bit("avx2"))); /* it runs on as it is */
    assert_string_equal(line(WEB1), "cpuid = \"host,avx=0\"");
}

static void on_with_what_it_needs(void **state)
{
    xd_fs_del(&t->m.column[WEB1].set.fs, bit("avx"));
    xd_fs_del(&t->m.column[WEB1].set.fs, bit("avx2"));
    xd_fs_del(&t->m.column[WEB1].set.fs, bit("fma"));
    assert_string_equal(line(WEB1), "cpuid = \"host,avx=0\""); /* as it is now */
    assert_int_equal(flip("avx2", WEB1), 0);
    assert_non_null(strstr(said, "and with it avx"));
    assert_string_equal(line(WEB1), "cpuid = \"host,fma=0\"");
}

static void there_and_back_is_nothing(void **state)
{
    assert_int_equal(flip("movbe", WEB1), 0);
    assert_non_null(xd_cpuid_draft_of(t, WEB1));
    assert_int_equal(flip("movbe", WEB1), 0);
    assert_string_equal(said, "web1: as it is now");
    assert_null(xd_cpuid_draft_of(t, WEB1));
}

/* The domain was started anew with it: nothing is planned any more, and nothing is turned round. */
static void once_it_is_so(void **state)
{
    assert_int_equal(flip("movbe", WEB1), 0);
    assert_true(xd_cpuid_draft_differs(t, WEB1, bit("movbe")));
    xd_fs_del(&t->m.column[WEB1].set.fs, bit("movbe"));
    assert_false(xd_cpuid_draft_has(t, WEB1, bit("movbe")));
    assert_false(xd_cpuid_draft_differs(t, WEB1, bit("movbe")));
    assert_string_equal(line(WEB1), "cpuid = \"host,movbe=0\"");
}

static void what_has_to_be_asked_for(void **state)
{
    xd_fs_add(&t->m.column[HVM_MAX].set.fs, bit("mpx"));
    assert_int_equal(flip("mpx", WEB1), 0);
    assert_string_equal(line(WEB1), "cpuid = \"host,mpx=1\"");
}

static void what_can_not_be_had(void **state)
{
    assert_int_equal(flip("aes", WEB1), -EOPNOTSUPP);
    assert_non_null(strstr(xd_err_text(&err), "no configuration can bring it"));
    xd_fs_add(&t->m.column[HVM_MAX].set.fs, bit("vmx"));
    assert_int_equal(flip("vmx", WEB1), -EOPNOTSUPP);
    assert_non_null(strstr(xd_err_text(&err), "nestedhvm=1"));
    assert_true(flip("osxsave", WEB1) < 0);
    assert_true(flip("ht", WEB1) < 0);
    assert_true(flip("avx", HVM_DEF) < 0);
    assert_non_null(strstr(xd_err_text(&err), "hvm-def is no domain of this host"));
    t->m.column[WEB1].set.known = 0;
    assert_int_equal(flip("avx", WEB1), -ENODATA);
    assert_int_equal(t->n_drafts, 0);
}

/* Dom0 has no configuration: it is Xen's command line that says it. */
static void dom0s_is_xens(void **state)
{
    assert_int_equal(flip("avx2", DOM0), 0);
    assert_string_equal(line(DOM0), "dom0-cpuid=no-avx2");
}

static void each_domain_has_its_own(void **state)
{
    assert_int_equal(flip("avx2", WEB1), 0);
    assert_null(xd_cpuid_draft_of(t, DOM0));
    assert_int_equal(flip("fma", DOM0), 0);
    xd_cpuid_draft_drop(t, WEB1);
    assert_null(xd_cpuid_draft_of(t, WEB1));
    assert_false(xd_cpuid_draft_has(t, DOM0, bit("fma")));
}

static void there_is_an_end_to_plans(void **state)
{
    char key[16];

    for (int i = 0; i < XD_CPUID_DRAFTS; i++) {
        snprintf(key, sizeof(key), "k%d", i);
        int c = add("x", key, XD_CPUID_LAYER_DOMAIN);
        assert_int_equal(flip("fma", c), 0);
    }
    assert_int_equal(flip("fma", WEB1), -E2BIG);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(off_with_what_depends_on_it),
        T(on_with_what_it_needs),
        T(there_and_back_is_nothing),
        T(once_it_is_so),
        T(what_has_to_be_asked_for),
        T(what_can_not_be_had),
        T(dom0s_is_xens),
        T(each_domain_has_its_own),
        T(there_is_an_end_to_plans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
