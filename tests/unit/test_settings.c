/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings file: what is read, kept, and written so that nothing of it is ever lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "tui/settings.h"

static char folder[64], path[128];

static int make_folder(void **state)
{
    snprintf(folder, sizeof(folder), "/tmp/xendeck-settings-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/xendeck/settings.yaml", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char cmd[128];

    snprintf(cmd, sizeof(cmd), "rm -r '%s'", folder);
    return system(cmd);
}

static void write_file(const char *text)
{
    char dir[80];
    FILE *f;

    snprintf(dir, sizeof(dir), "%s/xendeck", folder);
    mkdir(dir, 0700);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_file(const char *text)
{
    char found[4096] = "";
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    found[fread(found, 1, sizeof(found) - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(found, text);
}

static struct xd_settings *open_ok(void)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_settings *s;

    if (xd_settings_open(path, &s, &err) != 0)
        fail_msg("%s", err.text);
    return s;
}

static void save_ok(struct xd_settings *s)
{
    struct xd_err err = XD_ERR_INIT;

    if (xd_settings_save(s, &err) != 0)
        fail_msg("%s", err.text);
}

static void test_a_first_file(void **state)
{
    struct xd_settings *s = open_ok();

    assert_null(xd_settings_get(s, "theme"));
    save_ok(s); /* nothing to say: no file */
    assert_int_equal(access(path, F_OK), -1);
    xd_settings_put(s, "theme", "mono", false);
    xd_settings_put(s, "detail", "no", true);
    xd_settings_put(s, "screens/domains/sort", "-cpu,name", false);
    assert_true(xd_settings_changed(s));
    save_ok(s);
    assert_false(xd_settings_changed(s));
    assert_file(
        "# What xendeck's console keeps. It may be edited; what xendeck doesn't know stays.\n"
        "theme: \"mono\"\n"
        "detail: no\n"
        "screens:\n"
        "  domains:\n"
        "    sort: \"-cpu,name\"\n");
    xd_settings_free(s);
    s = open_ok();
    assert_string_equal(xd_settings_get(s, "screens/domains/sort")->text, "-cpu,name");
    assert_null(xd_settings_get(s, "screens/domains/nothing"));
    assert_null(xd_settings_get(s, "theme/below/a/text"));
    xd_settings_free(s);
}

static void test_what_is_not_known_stays(void **state)
{
    write_file(
        "# mine\n# and more\nmine: {a: [1, '2', ~]}\ntheme: night # why\nscreens: {x: {y: 1}}\n");
    struct xd_settings *s = open_ok();

    xd_settings_put(s, "theme", "mono", false);
    xd_settings_put(s, "screens/domains/tree", "pool", false);
    save_ok(s);
    assert_file("# mine\n# and more\nmine:\n  a:\n    - 1\n    - \"2\"\n    - ~\ntheme: \"mono\"\n"
                "screens:\n  x:\n    y: 1\n  domains:\n    tree: \"pool\"\n");
    xd_settings_put(s, "screens/domains/tree", NULL, false);
    xd_settings_put(s, "mine", NULL, false);
    xd_settings_put(s, "never/was", NULL, false);
    save_ok(s);
    assert_file("# mine\n# and more\ntheme: \"mono\"\nscreens:\n  x:\n    y: 1\n  domains: {}\n");
    xd_settings_free(s);
}

/* Two consoles at once: each writes only what it changed. */
static void test_two_writers(void **state)
{
    struct xd_settings *a = open_ok(), *b = open_ok();

    xd_settings_put(a, "theme", "mono", false);
    save_ok(a);
    xd_settings_put(b, "detail", "no", true);
    save_ok(b);
    xd_settings_free(a);
    xd_settings_free(b);
    a = open_ok();
    assert_string_equal(xd_settings_get(a, "theme")->text, "mono");
    assert_string_equal(xd_settings_get(a, "detail")->text, "no");
    xd_settings_free(a);
}

static void test_again_and_again(void **state)
{
    struct xd_settings *s = open_ok();

    for (int i = 0; i < 3; i++) {
        xd_settings_put(s, "theme", i % 2 ? "mono" : "light", false);
        xd_settings_put(s, "theme", i % 2 ? "light" : "mono", false);
        save_ok(s);
    }
    assert_string_equal(xd_settings_get(s, "theme")->text, "mono");
    xd_settings_free(s);
}

static void assert_broken(const char *text, const char *sentence)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_settings *s;

    write_file(text);
    assert_true(xd_settings_open(path, &s, &err) < 0);
    assert_non_null(strstr(err.text, sentence));
    assert_null(xd_settings_get(s, "theme"));
    xd_settings_put(s, "theme", "mono", false);
    assert_true(xd_settings_save(s, &err) < 0);
    assert_file(text); /* it may be repaired */
    xd_settings_free(s);
}

static void test_a_file_that_cant_be_read_is_left_alone(void **state)
{
    assert_broken("theme: [\n", "settings.yaml:2:1: ");
    assert_broken("- a\n", "settings.yaml:1:1: settings are a map of keys and values");
    assert_broken("a: 1\na: 2\n", "settings.yaml:2:1: the key \"a\" was given before");
}

static void test_a_link_stays_one(void **state)
{
    char real[128];
    struct stat st;

    write_file("theme: light\n");
    snprintf(real, sizeof(real), "%s/real.yaml", folder);
    assert_int_equal(rename(path, real), 0);
    assert_int_equal(symlink(real, path), 0);
    assert_int_equal(chmod(real, 0644), 0);
    struct xd_settings *s = open_ok();
    xd_settings_put(s, "theme", "mono", false);
    save_ok(s);
    xd_settings_free(s);
    assert_file("theme: \"mono\"\n");
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(real, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
}

static void test_a_folder_that_cant_be_written(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_settings *s;

    snprintf(path, sizeof(path), "/proc/xendeck/settings.yaml");
    s = open_ok();
    xd_settings_put(s, "theme", "mono", false);
    assert_true(xd_settings_save(s, &err) < 0);
    assert_non_null(strstr(err.text, "/proc/xendeck"));
    xd_settings_free(s);
}

static void test_path(void **state)
{
    char out[128];

    setenv("XDG_CONFIG_HOME", "/x", 1);
    assert_string_equal(xd_settings_path(out, sizeof(out)), "/x/xendeck/settings.yaml");
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("HOME", "/h", 1);
    assert_string_equal(xd_settings_path(out, sizeof(out)), "/h/.config/xendeck/settings.yaml");
    unsetenv("HOME");
    assert_string_equal(xd_settings_path(out, sizeof(out)), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
        T(test_a_first_file),
        T(test_what_is_not_known_stays),
        T(test_two_writers),
        T(test_again_and_again),
        T(test_a_file_that_cant_be_read_is_left_alone),
        T(test_a_link_stays_one),
        T(test_a_folder_that_cant_be_written),
        T(test_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
