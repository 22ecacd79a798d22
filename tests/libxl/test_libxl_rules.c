/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the knobs of a real host refuse by themselves, and what a build configuration and a topology
 * say. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "backend_libxl/rules.h"

static void options_are_read_from_a_config(void **state)
{
    static const char config[] = "# Xen/x86 4.17.7 Configuration\n"
                                 "CONFIG_SCHED_CREDIT=y\n"
                                 "# CONFIG_SCHED_RTDS is not set\n"
                                 "CONFIG_SCHED_NULL=yes\n"
                                 "CONFIG_XCONFIG_HVM=y\n"
                                 "CONFIG_HYPFS=y";

    assert_true(xd_xl_config_has(config, "CONFIG_SCHED_CREDIT"));
    assert_true(xd_xl_config_has(config, "CONFIG_HYPFS")); /* at the end */
    assert_false(xd_xl_config_has(config, "CONFIG_SCHED_RTDS"));
    assert_false(
        xd_xl_config_has(config, "CONFIG_SCHED_CREDIT2")); /* not the beginning of another */
    assert_false(xd_xl_config_has(config, "CONFIG_SCHED"));
    assert_false(xd_xl_config_has(config, "CONFIG_HVM")); /* nor its end */
    assert_false(xd_xl_config_has(config, "CONFIG_SCHED_NULL"));
    assert_false(xd_xl_config_has("", "CONFIG_HYPFS"));
}

static void names(void **state)
{
    static const char *const good[] = {"web1", "Pool-0", "a b", "web_1.example", "1a", "gr\u00fcn"};
    static const char *const bad[] = {"",     "7",     "0042", "a/b",   "/a",   " web",
                                      "web ", "we\"b", "we'b", "we\\b", "a\nb", "a\x1b[m"};
    char longest[130];
    struct xd_err err;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(xd_xl_check_name("domain x", good[i], &err), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(xd_xl_check_name("domain x", bad[i], &err), -EINVAL);
        assert_non_null(strstr(err.text, "domain x"));
    }
    memset(longest, 'a', sizeof(longest) - 1);
    longest[128] = '\0';
    assert_int_equal(xd_xl_check_name("domain x", longest, &err), 0);
    longest[128] = 'a';
    longest[129] = '\0';
    assert_int_equal(xd_xl_check_name("domain x", longest, &err), -EINVAL);
}

static void parameters_are_written_as_xen_shows_them(void **state)
{
    static const struct {
        enum xd_xl_param_type type;
        size_t bytes;
        const char *text;
        int rc;
    } rows[] = {
        {XD_XL_PARAM_STRING, 5, "anything at all", 0},
        {XD_XL_PARAM_STRING, 5, "", 0},
        {XD_XL_PARAM_BOOL, 1, "1", 0},
        {XD_XL_PARAM_BOOL, 1, "0", 0},
        {XD_XL_PARAM_BOOL, 1, "yes", -EINVAL}, /* Xen would take it and show 1 */
        {XD_XL_PARAM_BOOL, 1, "", -EINVAL},
        {XD_XL_PARAM_UINT, 1, "0", 0},
        {XD_XL_PARAM_UINT, 1, "255", 0},
        {XD_XL_PARAM_UINT, 1, "256", -ERANGE},
        {XD_XL_PARAM_UINT, 2, "65536", -ERANGE},
        {XD_XL_PARAM_UINT, 4, "4294967295", 0},
        {XD_XL_PARAM_UINT, 4, "4294967296", -ERANGE},
        {XD_XL_PARAM_UINT, 8, "18446744073709551615", 0},
        {XD_XL_PARAM_UINT, 8, "18446744073709551616", -ERANGE},
        {XD_XL_PARAM_UINT, 4, "0x10", -EINVAL},
        {XD_XL_PARAM_UINT, 4, "010", -EINVAL}, /* Xen's library would read 8 */
        {XD_XL_PARAM_UINT, 4, "-1", -EINVAL},
        {XD_XL_PARAM_UINT, 4, "", -EINVAL},
        {XD_XL_PARAM_UINT, 4, " 1", -EINVAL},
        {XD_XL_PARAM_UINT, 4, "1k", -EINVAL},
        {XD_XL_PARAM_INT, 1, "127", 0},
        {XD_XL_PARAM_INT, 1, "128", -ERANGE},
        {XD_XL_PARAM_INT, 1, "-128", 0},
        {XD_XL_PARAM_INT, 1, "-129", -ERANGE},
        {XD_XL_PARAM_INT, 8, "-9223372036854775808", 0},
        {XD_XL_PARAM_INT, 8, "9223372036854775808", -ERANGE},
        {XD_XL_PARAM_INT, 4, "-0", -EINVAL},
        {XD_XL_PARAM_INT, 4, "-", -EINVAL},
        {XD_XL_PARAM_BLOB, 16, "x", -EINVAL},
    };
    struct xd_err err;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        xd_err_clear(&err);
        assert_int_equal(
            xd_xl_check_param("/params/x", rows[i].type, rows[i].bytes, rows[i].text, &err),
            rows[i].rc);
        if (rows[i].rc)
            assert_non_null(strstr(err.text, "/params/x"));
    }
}

static struct xd_cpuset set(const char *text)
{
    struct xd_cpuset s;

    assert_int_equal(xd_cpuset_parse(text, 0, &s, NULL), 0);
    return s;
}

static void who_would_be_stranded(void **state)
{
    static const struct {
        const char *hard, *pool, *leaving;
        bool stranded;
    } rows[] = {
        {"3", "0-3", "3", true},      {"2-3", "0-3", "3", false},
        {"2-3", "0-3", "2-3", true},  {"0-3", "3", "3", true},
        {"3,7", "0-3", "3", true}, /* 7 is in another pool: it does not help */
        {"3,7", "0-3,7", "3", false}, {"1", "0-3", "3", false},
        {"7", "0-3", "3", false}, /* it runs nowhere already: nothing more is lost */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xd_cpuset hard = set(rows[i].hard), pool = set(rows[i].pool),
                         leaving = set(rows[i].leaving);

        assert_int_equal(xd_xl_strands(&hard, &pool, &leaving), rows[i].stranded);
    }
}

static void threads_in_cpuid_leaves(void **state)
{
    assert_int_equal(xd_xl_leaf_threads(0, 0xb, 2, 0x100), 2);
    assert_int_equal(xd_xl_leaf_threads(0, 0xb, 8, 0x201), 0); /* the level of cores */
    assert_int_equal(xd_xl_leaf_threads(0, 0xb, 0, 0), 0);     /* no such leaf */
    assert_int_equal(xd_xl_leaf_threads(2, 0xb, 8, 0x201), 2); /* is no reason to forget */
    assert_int_equal(xd_xl_leaf_threads(0, 0x8000001e, 0x105, 0), 2);
    assert_int_equal(xd_xl_leaf_threads(0, 0x8000001e, 0x005, 0), 1);
    assert_int_equal(xd_xl_leaf_threads(0, 0x8000001e, 0, 0), 0);
    assert_int_equal(xd_xl_leaf_threads(4, 0x8000001e, 0x105, 0), 4); /* 0xb knows better */
    assert_int_equal(xd_xl_leaf_threads(0, 0x4, 0x1c0003f, 0x3f), 0);
}

#define AWAY                                                                                       \
    {                                                                                              \
        XD_XL_NOWHERE, XD_XL_NOWHERE                                                               \
    }

static void second_threads(void **state)
{
    static const struct xd_xl_place none[] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    static const struct xd_xl_place two[] = {{0, 0}, {0, 0}, {0, 1}, {0, 1}};
    static const struct xd_xl_place gone[] = {{0, 0}, AWAY, {0, 1}, AWAY};
    static const struct {
        unsigned threads;
        const struct xd_xl_place *place;
        const char *online;
        enum xd_xl_smt state;
        const char *second;
    } rows[] = {
        {1, none, "0-3", XD_XL_SMT_NONE, "none"},
        {0, none, "0-3", XD_XL_SMT_UNKNOWN, "none"},
        {1, none, "0-2", XD_XL_SMT_NONE, "none"},
        {2, two, "0-3", XD_XL_SMT_ON, "1,3"},
        {0, two, "0-3", XD_XL_SMT_ON, "1,3"}, /* seen, whatever the processor says */
        {2, two, "0-2", XD_XL_SMT_ON, "1"},
        {2, two, "0,2", XD_XL_SMT_OFF, "none"},
        {0, two, "0,2", XD_XL_SMT_OFF, "none"},  /* parked: Xen still knows where they are */
        {2, two, "0,3", XD_XL_SMT_OFF, "none"},  /* 3 is the first of its core that is online */
        {2, gone, "0,2", XD_XL_SMT_OFF, "none"}, /* not parked: Xen has forgotten where */
        {1, gone, "0,2", XD_XL_SMT_NONE, "none"},
        {2, none, "0-3", XD_XL_SMT_NONE, "none"}, /* the firmware has turned them off */
        {2, none, "0-2", XD_XL_SMT_OFF, "none"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct xd_cpuset online = set(rows[i].online), wanted = set(rows[i].second), second;

        assert_int_equal(xd_xl_smt_state(rows[i].threads, rows[i].place, 4, &online, &second),
                         rows[i].state);
        assert_true(xd_cpuset_equal(&second, &wanted));
        assert_int_equal(xd_xl_smt_state(rows[i].threads, rows[i].place, 4, &online, NULL),
                         rows[i].state);
    }
}

static void which_xen_survives_that_a_pcpu_leaves_its_pool(void **state)
{
    assert_true(xd_xl_rtds_keeps_pcpus(4, 17, ".7"));
    assert_true(xd_xl_rtds_keeps_pcpus(4, 22, ".0"));
    assert_true(xd_xl_rtds_keeps_pcpus(4, 17, NULL));
    assert_false(xd_xl_rtds_keeps_pcpus(4, 23, ".0"));
    assert_false(xd_xl_rtds_keeps_pcpus(5, 0, ""));
    assert_false(xd_xl_rtds_keeps_pcpus(4, 17, ".5+xendeck"));
    assert_true(xd_xl_credit_may_stop(4, 17));
    assert_true(xd_xl_credit_may_stop(4, 21));
    assert_false(xd_xl_credit_may_stop(4, 22));
    assert_false(xd_xl_credit_may_stop(5, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_from_a_config),
        cmocka_unit_test(names),
        cmocka_unit_test(parameters_are_written_as_xen_shows_them),
        cmocka_unit_test(who_would_be_stranded),
        cmocka_unit_test(threads_in_cpuid_leaves),
        cmocka_unit_test(second_threads),
        cmocka_unit_test(which_xen_survives_that_a_pcpu_leaves_its_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
