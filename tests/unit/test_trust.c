/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose files are believed: root's and our own, which nobody else may write; by no link, and no
 * pipe holds us up. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/trust.h"

static int check(uid_t owner, mode_t mode, mode_t type, struct xd_err *err)
{
    struct stat st = {.st_uid = owner, .st_gid = 27, .st_mode = mode};

    xd_err_clear(err);
    return xd_trust_check("f", &st, type, err);
}

static void whose_it_is(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    uid_t other = geteuid() + 1;
    char wanted[64];

    assert_int_equal(check(0, S_IFREG | 0644, S_IFREG, &err), 0);
    assert_int_equal(check(geteuid(), S_IFDIR | 0755, S_IFDIR, &err), 0);
    assert_int_equal(check(other, S_IFREG | 0600, S_IFREG, &err), -EPERM);
    snprintf(wanted, sizeof(wanted), "f is user %lu's: wanted root's", (unsigned long)other);
    assert_memory_equal(err.text, wanted, strlen(wanted));
    assert_int_equal(check(other, S_IFDIR | 0755, S_IFDIR, &err), -EPERM);
}

static void who_may_write_it(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(check(0, S_IFREG | 0646, S_IFREG, &err), -EPERM);
    assert_string_equal(err.text, "f could be written by anybody");
    assert_int_equal(check(0, S_IFDIR | 0775, S_IFDIR, &err), -EPERM);
    assert_string_equal(err.text, "f could be written by group 27");
    assert_int_equal(check(0, S_IFDIR | 01777, S_IFDIR, &err), -EPERM);
    assert_int_equal(check(0, S_IFIFO | 0600, S_IFREG, &err), -EPERM);
    assert_string_equal(err.text, "f is no file");
    assert_int_equal(check(0, S_IFREG | 0600, S_IFDIR, &err), -EPERM);
    assert_string_equal(err.text, "f is no folder");
}

static void links_and_pipes(void **state)
{
    char dir[] = "/tmp/xd-trust-XXXXXX", path[64], link[64];
    struct xd_err err = XD_ERR_INIT;
    struct stat st;
    int fd;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/pipe", dir);
    snprintf(link, sizeof(link), "%s/link", dir);
    assert_int_equal(mkfifo(path, 0600) | symlink(".", link), 0);
    fd = xd_trust_dir(dir, &err);
    assert_true(fd >= 0);
    assert_int_equal(xd_trust_file(fd, "pipe", "f", &st, &err), -EPERM);
    assert_string_equal(err.text, "f is no file");
    assert_int_equal(xd_trust_file(fd, "link", "f", &st, &err), -ELOOP);
    assert_int_equal(xd_trust_file(fd, "none", "f", &st, NULL), -ENOENT);
    assert_int_equal(xd_trust_dir(link, &err), -ENOTDIR);
    assert_int_equal(xd_trust_dir(path, NULL), -ENOTDIR);
    close(fd);
    unlink(path);
    unlink(link);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_it_is),
        cmocka_unit_test(who_may_write_it),
        cmocka_unit_test(links_and_pipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
