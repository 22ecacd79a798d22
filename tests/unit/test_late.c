/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/late: a library is loaded by its first user, or says why not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/late.h"
#include "base/yaml.h"

extern int no_such_function_of_yaml(void);

#define SOME(F) F(yaml_get_version_string) F(yaml_get_version)
#define MORE(F) F(yaml_get_version_string) F(no_such_function_of_yaml)
XD_LATE_LIBRARY(libyaml, "libyaml-0.so.2", SOME)
XD_LATE_LIBRARY(other, "libyaml-0.so.2", MORE)
XD_LATE_LIBRARY(nowhere, "libno-such-library.so.1", SOME)

static bool is_loaded(void)
{
    void *so = dlopen("libyaml-0.so.2", RTLD_LAZY | RTLD_NOLOAD);

    if (so)
        dlclose(so);
    return so;
}

static void nothing_is_loaded_before_it_is_needed(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_yaml *y;

    assert_false(is_loaded());
    assert_int_equal(xd_yaml_parse("x", "a: 1\n", 5, &a, &y, NULL), 0);
    assert_true(is_loaded());
    xd_arena_done(&a);
}

static void functions_are_called_by_their_names(void **state)
{
    int major = -1, minor, patch;

    assert_int_equal(XD_LATE_LOAD(libyaml, NULL), 0);
    assert_int_equal(XD_LATE_LOAD(libyaml, NULL), 0);
    libyaml.yaml_get_version(&major, &minor, &patch);
    assert_int_equal(major, 0);
    assert_int_equal(strncmp(libyaml.yaml_get_version_string(), "0.", 2), 0);
}

static void what_is_missing_is_named(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(XD_LATE_LOAD(nowhere, &err), -ENODEV);
    assert_non_null(strstr(err.text, "libno-such-library.so.1"));
    xd_err_clear(&err);
    assert_int_equal(XD_LATE_LOAD(other, &err), -ENODEV);
    assert_string_equal(err.text, "the library libyaml-0.so.2 has no no_such_function_of_yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_loaded_before_it_is_needed),
        cmocka_unit_test(functions_are_called_by_their_names),
        cmocka_unit_test(what_is_missing_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
