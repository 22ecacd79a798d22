/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/slurp: files read whole, up to a bound, and replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slurp.h"

/* A pipe that holds that text and has ended. */
static int piped(const char *text)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    return ends[0];
}

static void to_the_end_or_to_the_bound(void **state)
{
    struct xd_buf b = XD_BUF_INIT;
    int fd = piped("abcdef");

    xd_buf_add(&b, "0");
    assert_int_equal(xd_slurp_fd(fd, 3, &b), 0);
    assert_string_equal(xd_buf_str(&b), "0ab"); /* the bound counts what was there */
    assert_int_equal(xd_slurp_fd(fd, 100, &b), 0);
    assert_string_equal(xd_buf_str(&b), "0abcdef");
    assert_int_equal(xd_slurp_fd(fd, 100, &b), 0);
    assert_int_equal(b.len, 7);
    close(fd);
    assert_int_equal(xd_slurp_fd(fd, 100, &b), -EBADF);
    xd_buf_done(&b);
}

static void a_file(void **state)
{
    char path[] = "/tmp/xendeck-slurp-XXXXXX";
    struct xd_buf b = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    int fd = mkstemp(path);
    char said[128];

    assert_int_equal(write(fd, "abc", 3), 3);
    close(fd);
    assert_int_equal(xd_slurp(path, 3, &b, &err), 0);
    assert_string_equal(xd_buf_str(&b), "abc");
    xd_buf_clear(&b);
    assert_int_equal(xd_slurp(path, 2, &b, &err), -EFBIG);
    unlink(path);
    xd_buf_clear(&b);
    xd_err_clear(&err);
    assert_int_equal(xd_slurp(path, 3, &b, &err), -ENOENT);
    snprintf(said, sizeof(said), "%s: No such file or directory", path);
    assert_string_equal(err.text, said);
    xd_err_clear(&err);
    assert_int_equal(xd_slurp("/tmp", 3, &b, &err), -EISDIR);
    xd_buf_done(&b);
}

static void holds(int dir, const char *name, const char *text, mode_t mode)
{
    struct xd_buf b = XD_BUF_INIT;
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW);

    assert_true(fd >= 0);
    assert_int_equal(xd_slurp_fd(fd, 100, &b), 0);
    assert_string_equal(xd_buf_str(&b), text);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, mode);
    close(fd);
    xd_buf_done(&b);
}

static void put(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_int_equal(xd_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
    char path[] = "/tmp/xendeck-replace-XXXXXX";
    int dir = open(mkdtemp(path), O_RDONLY | O_DIRECTORY);
    struct xd_replace how = {
        .dir = dir, .name = "a", .fresh = "a.new", .mode = 0640, .to_disk = true};

    assert_int_equal(xd_replace(&how, "one", 3), 0);
    holds(dir, "a", "one", 0640);

    put(dir, "a.new", "half of wh"); /* by a process that died */
    assert_int_equal(xd_replace(&how, "two", 3), 0);
    holds(dir, "a", "two", 0640);
    assert_int_equal(faccessat(dir, "a.new", F_OK, 0), -1);

    put(dir, "else", "not ours");
    assert_int_equal(symlinkat("else", dir, "a.new"), 0); /* leads nowhere */
    assert_int_equal(xd_replace(&how, "three", 5), 0);
    holds(dir, "a", "three", 0640);
    holds(dir, "else", "not ours", 0600);

    assert_int_equal(mkdirat(dir, "folder", 0700), 0);
    how.name = "folder";
    assert_int_equal(xd_replace(&how, "four", 4), -EISDIR);
    assert_int_equal(faccessat(dir, "a.new", F_OK, 0), -1);

    unlinkat(dir, "folder", AT_REMOVEDIR);
    unlinkat(dir, "else", 0);
    unlinkat(dir, "a", 0);
    close(dir);
    assert_int_equal(rmdir(path), 0); /* nothing else is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_the_end_or_to_the_bound),
        cmocka_unit_test(a_file),
        cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
