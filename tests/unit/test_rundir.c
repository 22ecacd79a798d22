/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/rundir: a folder that others may look into, whatever the umask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rundir.h"

static void is_open_whatever_the_umask(void **state)
{
    char top[] = "/tmp/xendeck-rundir-XXXXXX", dir[64];
    struct stat st;
    mode_t before;

    assert_non_null(mkdtemp(top));
    snprintf(dir, sizeof(dir), "%s/run", top);
    before = umask(077);
    assert_int_equal(xd_rundir_make(dir), 0);
    umask(before);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_int_equal(chmod(dir, 0700), 0); /* one that is there is somebody's who meant it so */
    assert_int_equal(xd_rundir_make(dir), -EEXIST);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    rmdir(dir);
    assert_int_equal(xd_rundir_make("/nowhere/run"), -ENOENT);
    rmdir(top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_open_whatever_the_umask)};

    return cmocka_run_group_tests_name("rundir", tests, NULL, NULL);
}
