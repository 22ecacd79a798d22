/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/slurp: files read whole, up to a bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_the_end_or_to_the_bound),
        cmocka_unit_test(a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
