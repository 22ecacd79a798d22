/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/files: a tree in memory, on disk and both at once; links that try to leave it; and
 * keeping what was read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

static void put(struct xd_files *f, const char *path, const char *text)
{
    assert_int_equal(xd_files_put(f, path, text, strlen(text), NULL), 0);
}

/* A folder of the test's own, with a link inside of the tree and two that lead out. */
static void make_disk(char dir[64])
{
    char path[256];
    FILE *out;

    strcpy(dir, "/tmp/xd-files-XXXXXX");
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, i ? "sys/bus" : "sys");
        assert_int_equal(mkdir(path, 0755), 0);
    }
    snprintf(path, sizeof(path), "%s/sys/bus/one", dir);
    out = fopen(path, "w");
    assert_non_null(out);
    fputs("on disk\n", out);
    fclose(out);
    snprintf(path, sizeof(path), "%s/sys/near", dir);
    assert_int_equal(symlink("bus/../bus", path), 0);
    snprintf(path, sizeof(path), "%s/sys/out", dir);
    assert_int_equal(symlink("../../../../../etc/passwd", path), 0);
    snprintf(path, sizeof(path), "%s/sys/top", dir);
    assert_int_equal(symlink("/sys/bus/one", path), 0);
    snprintf(path, sizeof(path), "%s/sys/self", dir);
    assert_int_equal(symlink("self", path), 0);
}

static void remove_disk(const char *dir)
{
    static const char *const paths[] = {"sys/bus/one", "sys/near", "sys/out", "sys/top",
                                        "sys/self",    "sys/bus",  "sys",     "."};
    char path[256];

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, paths[i]);
        if (i + 1 == sizeof(paths) / sizeof(paths[0]))
            snprintf(path, sizeof(path), "%s", dir);
        assert_int_equal(remove(path), 0);
    }
}

static void in_memory(void **state)
{
    struct xd_files *f = xd_files_new(NULL);
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    char **names, *target, *bytes;
    size_t n, size;

    put(f, "sys/cpu/cpu10/online", "0\n");
    put(f, "sys/cpu/cpu2/online", "1\n");
    put(f, "sys/cpu/size", "0x40\n");
    put(f, "sys/cpu/word", "0-3\t8\n");
    assert_int_equal(xd_files_put_link(f, "sys/first", "cpu/../cpu/cpu2", NULL), 0);
    assert_int_equal(xd_files_list(f, "sys/cpu", &a, &names, &n, NULL), 0);
    assert_int_equal(n, 4);
    assert_string_equal(names[0], "cpu2");
    assert_string_equal(names[1], "cpu10");
    assert_int_equal(xd_files_number(f, -1, "sys/first/online"), 1);
    assert_int_equal(xd_files_number(f, -1, "sys/cpu/cpu%d/online", 10), 0);
    assert_int_equal(xd_files_number(f, -1, "sys/cpu/size"), 64);
    assert_int_equal(xd_files_number(f, -7, "sys/cpu/word"), -7);
    assert_string_equal(xd_files_text(f, &a, "sys/cpu/word"), "0-3 8");
    assert_null(xd_files_text(f, &a, "sys/cpu/none"));
    /* As tar keeps a file of sysfs, which says to be longer than it is. */
    assert_int_equal(xd_files_put(f, "sys/cpu/padded", "0-3\n\0\0\0", 7, NULL), 0);
    assert_string_equal(xd_files_text(f, &a, "sys/cpu/padded"), "0-3");
    assert_int_equal(xd_files_link(f, "sys/first", &a, &target, NULL), 0);
    assert_string_equal(target, "cpu/../cpu/cpu2");
    assert_int_equal(xd_files_link(f, "sys/cpu", &a, &target, &err), -EINVAL);
    assert_true(xd_files_is(f, "sys/first/online"));
    assert_true(xd_files_is(f, "sys"));
    assert_false(xd_files_is(f, "sys/cpu/size/below"));
    assert_int_equal(xd_files_read(f, "sys/cpu/size", 4, &a, &bytes, &size, &err), -EFBIG);
    assert_string_equal(err.text, "sys/cpu/size: longer than 4 bytes");
    assert_int_equal(xd_files_read(f, "sys/cpu", 4, &a, &bytes, &size, &err), -EISDIR);
    assert_int_equal(xd_files_read_head(f, "sys/cpu/size", 3, &a, &bytes, &size, NULL), 0);
    assert_int_equal(size, 3);
    assert_string_equal(bytes, "0x4");
    put(f, "sys/cpu/size", "7"); /* the last one counts */
    assert_int_equal(xd_files_number(f, -1, "sys/cpu/size"), 7);
    xd_arena_done(&a);
    xd_files_free(f);
}

static void paths_that_are_refused(void **state)
{
    static const char *const bad[] = {"", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a"};
    struct xd_files *f = xd_files_new("/");
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    size_t size;
    char *bytes;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(xd_files_put(f, bad[i], "x", 1, &err), -EINVAL);
        assert_int_equal(xd_files_read(f, bad[i], 9, &a, &bytes, &size, &err), -EINVAL);
        assert_false(xd_files_is(f, bad[i]));
    }
    put(f, "a/b", "x");
    assert_int_equal(xd_files_put(f, "a/b/c", "x", 1, &err), -EEXIST);
    assert_int_equal(xd_files_put(f, "a", "x", 1, &err), -EEXIST);
    assert_string_equal(err.text, "a: there is a folder of that name");
    xd_arena_done(&a);
    xd_files_free(f);
}

static void on_disk(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_files *f;
    char dir[64], wanted[128], **names, *bytes, *target;
    size_t n, size;

    make_disk(dir);
    f = xd_files_new(dir);
    put(f, "xendeck/xen.json", "{}");
    put(f, "sys/bus/two", "2");
    assert_string_equal(xd_files_text(f, &a, "sys/bus/one"), "on disk");
    assert_string_equal(xd_files_text(f, &a, "sys/near/one"), "on disk");
    assert_string_equal(xd_files_text(f, &a, "sys/top"), "on disk"); /* from the tree's own root */
    assert_string_equal(xd_files_text(f, &a, "xendeck/xen.json"), "{}");
    assert_int_equal(xd_files_list(f, "sys/bus", &a, &names, &n, NULL), 0); /* both */
    assert_int_equal(n, 2);
    assert_string_equal(names[1], "two");
    assert_int_equal(xd_files_read(f, "sys/out", 99, &a, &bytes, &size, &err), -ENOENT);
    snprintf(wanted, sizeof(wanted), "%s/sys/out: No such file or directory", dir);
    assert_string_equal(err.text, wanted);
    assert_int_equal(xd_files_read(f, "sys/self", 99, &a, &bytes, &size, &err), -ELOOP);
    assert_int_equal(xd_files_link(f, "sys/near", &a, &target, NULL), 0);
    assert_string_equal(target, "bus/../bus");
    assert_int_equal(xd_files_read_head(f, "sys/bus/one", 2, &a, &bytes, &size, NULL), 0);
    assert_int_equal(size, 2);
    assert_string_equal(bytes, "on");
    put(f, "sys/bus/one", "in memory");
    assert_string_equal(xd_files_text(f, &a, "sys/bus/one"), "in memory");
    put(f, "sys/near/two", "2"); /* a folder that hides a link on disk: nothing is behind it */
    assert_int_equal(xd_files_list(f, "sys/near", &a, &names, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_int_equal(xd_files_read(f, "sys/near/one", 99, &a, &bytes, &size, &err), -ENOENT);
    xd_files_free(f);
    f = xd_files_new(dir); /* without anything in memory the kernel walks: the same answers */
    assert_string_equal(xd_files_text(f, &a, "sys/near/one"), "on disk");
    assert_string_equal(xd_files_text(f, &a, "sys/top"), "on disk");
    assert_int_equal(xd_files_read(f, "sys/out", 99, &a, &bytes, &size, &err), -ENOENT);
    assert_int_equal(xd_files_read(f, "sys/self", 99, &a, &bytes, &size, &err), -ELOOP);
    assert_int_equal(xd_files_link(f, "sys/top", &a, &target, NULL), 0);
    assert_int_equal(xd_files_link(f, "sys/bus", &a, &target, NULL), -EINVAL);
    xd_files_free(f);
    remove_disk(dir);
    xd_arena_done(&a);
}

/* A file of the disk under another name, even from outside of the tree: opened when it is read. */
static void a_file_from_elsewhere(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_files *f = xd_files_new(NULL);
    struct xd_err err = XD_ERR_INIT;
    char dir[64], from[80], *text, **names;
    size_t n;

    make_disk(dir);
    snprintf(from, sizeof(from), "%s/sys/bus/one", dir);
    assert_int_equal(xd_files_put_from(f, "usr/share/list", from, NULL), 0);
    assert_true(xd_files_is(f, "usr/share/list"));
    assert_int_equal(xd_files_list(f, "usr/share", &a, &names, &n, NULL), 0);
    assert_string_equal(names[0], "list");
    assert_int_equal(xd_files_read(f, "usr/share/list", 100, &a, &text, &n, NULL), 0);
    assert_string_equal(text, "on disk\n");
    assert_int_equal(xd_files_read(f, "usr/share/list", 3, &a, &text, &n, NULL), -EFBIG);
    assert_int_equal(xd_files_list(f, "usr/share/list", &a, &names, &n, NULL), -ENOTDIR);
    assert_int_equal(xd_files_link(f, "usr/share/list", &a, &text, NULL), -EINVAL);
    remove_disk(dir);
    assert_int_equal(xd_files_read(f, "usr/share/list", 100, &a, &text, &n, &err), -ENOENT);
    assert_non_null(strstr(err.text, from));
    xd_files_free(f);
    xd_arena_done(&a);
}

static void keep(void *ctx, char kind, const char *path, const void *bytes, size_t size)
{
    struct xd_files *copy = ctx;

    if (kind == 'f')
        assert_int_equal(xd_files_put(copy, path, bytes, size, NULL), 0);
    else if (kind == 'l')
        assert_int_equal(xd_files_put_link(copy, path, bytes, NULL), 0);
}

/* What was read of a disk, kept in memory, reads the same: links on the way among it. */
static void what_was_seen(void **state)
{
    struct xd_files *disk, *copy = xd_files_new(NULL);
    struct xd_arena a = XD_ARENA_INIT;
    char dir[64], **names;
    size_t n;

    make_disk(dir);
    disk = xd_files_new(dir);
    xd_files_watch(disk, keep, copy);
    assert_string_equal(xd_files_text(disk, &a, "sys/near/one"), "on disk");
    assert_string_equal(xd_files_text(disk, &a, "sys/top"), "on disk");
    assert_string_equal(xd_files_text(copy, &a, "sys/near/one"), "on disk");
    assert_string_equal(xd_files_text(copy, &a, "sys/top"), "on disk");
    assert_int_equal(xd_files_list(copy, "sys", &a, &names, &n, NULL), 0);
    assert_int_equal(n, 3); /* bus, near, top: no more than was read */
    xd_files_free(disk);
    xd_files_free(copy);
    remove_disk(dir);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory),
        cmocka_unit_test(paths_that_are_refused),
        cmocka_unit_test(on_disk),
        cmocka_unit_test(a_file_from_elsewhere),
        cmocka_unit_test(what_was_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
