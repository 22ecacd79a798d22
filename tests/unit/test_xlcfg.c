/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen/cpuid/xlcfg: one setting changed in a domain's configuration, all else as it was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "xen/cpuid/xlcfg.h"

#define NEW "cpuid = \"host,avx=0\""

/* What becomes of a text, with that setting in the place of its own. */
static void becomes(const char *before, const char *setting, const char *after)
{
    struct xd_xlcfg_place at;
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;

    if (xd_xlcfg_find("a.cfg", before, strlen(before), "cpuid", &at, &err) < 0)
        fail_msg("%s", err.text);
    xd_xlcfg_replace(before, strlen(before), &at, setting, &out);
    assert_string_equal(xd_buf_str(&out), after);
    xd_buf_done(&out);
}

static void is_wrong(const char *text, const char *sentence)
{
    struct xd_xlcfg_place at;
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_xlcfg_find("a.cfg", text, strlen(text), "cpuid", &at, &err), -EINVAL);
    assert_string_equal(err.text, sentence);
}

static void what_is_not_set_is_added(void **state)
{
    becomes("", NEW, NEW "\n");
    becomes("name = 'web1'\n", NEW, "name = 'web1'\n" NEW "\n");
    becomes("name = 'web1' # no end", NEW, "name = 'web1' # no end\n" NEW "\n");
    becomes("# cpuid = \"host\"\nextra = \"cpuid=no-avx\"\n", NEW,
            "# cpuid = \"host\"\nextra = \"cpuid=no-avx\"\n" NEW "\n");
    becomes("cpuid_x=1\nxcpuid=2\n", NEW, "cpuid_x=1\nxcpuid=2\n" NEW "\n");
}

static void what_is_set_is_replaced(void **state)
{
    becomes("a=1\ncpuid=\"host\"\nb=2\n", NEW, "a=1\n" NEW "\nb=2\n");
    becomes("a=1; cpuid = 'host' ; b=2", NEW, "a=1; " NEW " ; b=2");
    becomes("  cpuid=\"host\"\t# mine\n", NEW, "  " NEW "\t# mine\n");
    becomes("cpuid = [ '0x1:ecx=xxxx', # one\n   \"0x7\" ]\nb=2\n", NEW, NEW "\nb=2\n");
    becomes("cpuid=1\r\nb=2\r\n", NEW, NEW "\r\nb=2\r\n");
}

static void of_several_the_last_counts(void **state)
{
    becomes("cpuid=1\ncpuid=2\n", NEW, "cpuid=1\n" NEW "\n");
}

static void lists_and_strings_hide_what_looks_like_it(void **state)
{
    becomes("disk = [ 'cpuid=1',\n'cpuid=2' ]\nextra = 'x; cpuid=3 # y'\n", NEW,
            "disk = [ 'cpuid=1',\n'cpuid=2' ]\nextra = 'x; cpuid=3 # y'\n" NEW "\n");
}

static void it_can_be_taken_out(void **state)
{
    becomes("a=1\ncpuid=\"host\"\nb=2\n", "", "a=1\nb=2\n");
    becomes("a=1; cpuid=\"host\"; b=2\n", "", "a=1; ; b=2\n");
    becomes("a=1\n", "", "a=1\n");
}

static void what_is_no_configuration(void **state)
{
    is_wrong("a = [ 'x',\n'y'\n", "a.cfg:1:5: the list that begins here has no end");
    is_wrong("\n\n a = 'x\n", "a.cfg:3:6: the string that begins here has no end");
    is_wrong("a = ]\n", "a.cfg:1:5: this ] closes no list");
    is_wrong("a\n", "a.cfg:1:2: wanted a =");
    is_wrong("{}", "a.cfg:1:1: wanted a setting such as name=\"web1\"");
    is_wrong("cpuid += [ 'x' ]\n",
             "a.cfg:1:1: this adds to the setting with +=; say it in one place");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_set_is_added),
        cmocka_unit_test(what_is_set_is_replaced),
        cmocka_unit_test(of_several_the_last_counts),
        cmocka_unit_test(lists_and_strings_hide_what_looks_like_it),
        cmocka_unit_test(it_can_be_taken_out),
        cmocka_unit_test(what_is_no_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
