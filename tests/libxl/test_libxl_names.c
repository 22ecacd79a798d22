/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that one command leaves to the next: what is written is read again, and what somebody else
 * could have written, or nobody here wrote, is as if it weren't there. */
#include <errno.h>
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

#include "backend_libxl/names.h"

#define UUID "01020304-0506-0708-090a-0b0c0d0e0f10"

static const uint8_t uuid[XD_XL_UUID_BYTES] = {1, 2,  3,  4,  5,  6,  7,  8,
                                               9, 10, 11, 12, 13, 14, 15, 16};

struct place {
    char top[64], dir[96], file[128];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof(*p));

    strcpy(p->top, "/tmp/xd-names-XXXXXX");
    assert_non_null(mkdtemp(p->top));
    snprintf(p->dir, sizeof(p->dir), "%s/run", p->top);
    snprintf(p->file, sizeof(p->file), "%s/names", p->dir);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;

    unlink(p->file);
    unlink(p->dir); /* where it is a link */
    rmdir(p->dir);
    assert_int_equal(rmdir(p->top), 0); /* nothing else was left */
    free(p);
    return 0;
}

static int save(const char *dir, const char *name)
{
    struct xd_buf b = XD_BUF_INIT;
    int rc;

    xd_xl_names_begin(&b);
    xd_xl_names_add(&b, 5, uuid, name);
    xd_xl_names_end(&b, 1);
    rc = xd_xl_names_save(dir, &b);
    xd_buf_done(&b);
    return rc;
}

/* Loads and lets go of it again. */
static int load(const char *dir)
{
    struct xd_xl_names names;
    int rc = xd_xl_names_load(dir, &names);

    assert_true(rc == 0 || (names.n == 0 && !names.of));
    xd_xl_names_free(&names);
    return rc;
}

static void what_is_written_is_read_again(void **state)
{
    const struct place *p = *state;
    uint8_t other[XD_XL_UUID_BYTES] = {0};
    const struct xd_xl_named *named;
    struct xd_xl_names names;
    struct stat st;

    mode_t before = umask(077);

    assert_int_equal(load(p->dir), -ENOENT);
    assert_int_equal(save(p->dir, "web 1 – größer"), 0);
    umask(before);
    assert_int_equal(stat(p->dir, &st), 0); /* others have their sockets there */
    assert_int_equal(st.st_mode & 0777, 0755);
    assert_int_equal(stat(p->file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(xd_xl_names_load(p->dir, &names), 0);
    assert_int_equal(names.n, 1);
    named = xd_xl_names_of(&names, 5, uuid);
    assert_non_null(named);
    assert_int_equal(named->len, strlen("web 1 – größer"));
    assert_memory_equal(named->name, "web 1 – größer", named->len);
    assert_null(xd_xl_names_of(&names, 5, other)); /* the domid is another's now */
    assert_null(xd_xl_names_of(&names, 4, uuid));
    assert_null(xd_xl_names_of(&names, 6, uuid));
    xd_xl_names_free(&names);
    assert_int_equal(save(p->dir, "web2"), 0); /* in place of it */
    assert_int_equal(xd_xl_names_load(p->dir, &names), 0);
    assert_memory_equal(names.of[0].name, "web2\n", 5);
    xd_xl_names_free(&names);
}

static void each_of_many_is_found(void **state)
{
    const struct place *p = *state;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_xl_names names;
    char name[32];

    xd_xl_names_begin(&b);
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "many-%u", i);
        xd_xl_names_add(&b, 3 * i, uuid, name);
    }
    xd_xl_names_end(&b, 1000);
    assert_int_equal(xd_xl_names_save(p->dir, &b), 0);
    assert_int_equal(xd_xl_names_load(p->dir, &names), 0);
    for (unsigned i = 0; i < 3000; i++) {
        const struct xd_xl_named *named = xd_xl_names_of(&names, i, uuid);

        assert_int_equal(named != NULL, i % 3 == 0);
        snprintf(name, sizeof(name), "many-%u", i / 3);
        assert_true(!named ||
                    (named->len == strlen(name) && memcmp(named->name, name, named->len) == 0));
    }
    xd_xl_names_free(&names);
    xd_buf_done(&b);
}

static void names_that_would_break_lines_are_not_kept(void **state)
{
    char longest[257];

    memset(longest, 'x', sizeof(longest));
    longest[256] = '\0';
    assert_true(xd_xl_name_keeps("web1"));
    assert_true(xd_xl_name_keeps("größer"));
    assert_true(xd_xl_name_keeps(longest + 1));
    assert_false(xd_xl_name_keeps(longest));
    assert_false(xd_xl_name_keeps(""));
    assert_false(xd_xl_name_keeps("web\n1"));
    assert_false(xd_xl_name_keeps("\033[2J"));
    assert_false(xd_xl_name_keeps("web\x7f"));
}

static void what_others_could_have_written_is_not_read(void **state)
{
    const struct place *p = *state;
    char elsewhere[128];

    assert_int_equal(save(p->dir, "web1"), 0);
    assert_int_equal(chmod(p->file, 0620), 0);
    assert_int_equal(load(p->dir), -EPERM);
    assert_int_equal(chmod(p->file, 0602), 0);
    assert_int_equal(load(p->dir), -EPERM);
    assert_int_equal(chmod(p->file, 0600), 0);
    assert_int_equal(chmod(p->dir, 0777), 0);
    assert_int_equal(load(p->dir), -EPERM);
    assert_int_equal(save(p->dir, "web1"), -EPERM);
    assert_int_equal(chmod(p->dir, 0755), 0);
    assert_int_equal(load(p->dir), 0);
    snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", p->top);
    assert_int_equal(rename(p->file, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, p->file), 0);
    assert_int_equal(load(p->dir), -ELOOP);
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(mkfifo(p->file, 0600), 0);
    assert_int_equal(load(p->dir), -EPERM); /* and it doesn't wait for a writer */
    assert_int_equal(unlink(p->file), 0);
    assert_int_equal(unlink(elsewhere), 0);
    assert_int_equal(rmdir(p->dir), 0);
    assert_int_equal(symlink(p->top, p->dir), 0);
    assert_int_equal(load(p->dir), -ENOTDIR);
    assert_int_equal(save(p->dir, "web1"), -ENOTDIR);
    if (geteuid() != 0)
        return;
    assert_int_equal(unlink(p->dir), 0);
    assert_int_equal(save(p->dir, "web1"), 0);
    assert_int_equal(chown(p->file, 1, 0), 0);
    assert_int_equal(load(p->dir), -EPERM);
    assert_int_equal(save(p->dir, "web1"), 0);
    assert_int_equal(chown(p->dir, 1, 0), 0);
    assert_int_equal(load(p->dir), -EPERM);
}

static void what_nobody_here_wrote_is_not_read(void **state)
{
    static const char *const bad[] = {
        "",
        "xendeck names 1\n",
        "xendeck names 2\nend 0\n",
        "xendeck names 1\nend 0",
        "xendeck names 1\nend 1\n",
        "xendeck names 1\nend 00\n",
        "xendeck names 1\nend 0\nend 0\n",
        "xendeck names 1\n5 " UUID " web1\n", /* cut off */
        "xendeck names 1\n5 " UUID " we",
        "xendeck names 1\n5 " UUID " \nend 1\n",
        "xendeck names 1\n5 " UUID "\nend 1\n",
        "xendeck names 1\n5 " UUID "/1 web1\nend 1\n",
        "xendeck names 1\n05 " UUID " web1\nend 1\n",
        "xendeck names 1\n-5 " UUID " web1\nend 1\n",
        "xendeck names 1\n4294967296 " UUID " web1\nend 1\n",
        "xendeck names 1\n99999999999999999999999 " UUID " web1\nend 1\n",
        "xendeck names 1\n5 0102030405060708090a0b0c0d0e0f10 web1\nend 1\n",
        "xendeck names 1\n5 01020304-0506-0708-090A-0B0C0D0E0F10 web1\nend 1\n",
        "xendeck names 1\n5 " UUID " web\t1\nend 1\n",
        "xendeck names 1\n5 " UUID " web1\n5 " UUID " web1\nend 2\n", /* twice */
        "xendeck names 1\n6 " UUID " web1\n5 " UUID " web1\nend 2\n", /* not in order */
    };
    const struct place *p = *state;
    struct xd_xl_names names;
    struct xd_buf b = XD_BUF_INIT;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        xd_buf_clear(&b);
        xd_buf_add(&b, bad[i]);
        assert_int_equal(xd_xl_names_save(p->dir, &b), 0);
        assert_int_equal(load(p->dir), -EBADMSG);
    }
    xd_buf_clear(&b);
    xd_buf_addn(&b, "xendeck names 1\n\0end 0\n", 23);
    assert_int_equal(xd_xl_names_save(p->dir, &b), 0);
    assert_int_equal(load(p->dir), -EBADMSG);
    xd_buf_clear(&b);
    xd_buf_add(&b, "xendeck names 1\n4294967295 " UUID " web1\nend 1\n");
    assert_int_equal(xd_xl_names_save(p->dir, &b), 0);
    assert_int_equal(xd_xl_names_load(p->dir, &names), 0);
    assert_int_equal(names.of[0].domid, UINT32_MAX);
    xd_xl_names_free(&names);
    xd_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_of_many_is_found, set_up, tear_down),
        cmocka_unit_test(names_that_would_break_lines_are_not_kept),
        cmocka_unit_test_setup_teardown(what_others_could_have_written_is_not_read, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_nobody_here_wrote_is_not_read, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
