/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program: what it says, how it ends, and that it can be ended. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "backend_libxl/create.h"

struct heard {
    int lines, asked, patience;
    char last[64];
};

static void line(void *self, const char *text)
{
    struct heard *h = self;

    h->lines++;
    xd_str_safe_to(h->last, sizeof(h->last), text);
}

static bool stop(void *self)
{
    struct heard *h = self;

    return ++h->asked > h->patience;
}

static int run(const char *script, struct heard *h, struct xd_buf *said)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct xd_xl_child child = {.argv = argv, .line = line, .stop = stop, .self = h};

    return xd_xl_child_run(&child, said, NULL);
}

static void it_is_heard_and_its_status_told(void **state)
{
    struct heard h = {.patience = 1 << 20};
    struct xd_buf said = XD_BUF_INIT;

    assert_int_equal(run("echo one; echo two >&2; exit 7", &h, &said), 7);
    assert_string_equal(xd_buf_str(&said), "one\ntwo\n");
    assert_int_equal(h.lines, 2);
    assert_string_equal(h.last, "two");
    xd_buf_clear(&said);
    assert_int_equal(run("kill -9 $$", &h, &said), 128 + SIGKILL);
    assert_int_equal(run("cat; test -t 0 || exit 3", &h, &said), 3); /* its input is empty */
    xd_buf_done(&said);
}

/* As xl does, which leaves its monitor behind. */
static void what_it_leaves_running_is_not_waited_for(void **state)
{
    struct heard h = {.patience = 1 << 20};
    struct xd_buf said = XD_BUF_INIT;

    assert_int_equal(run("sleep 1000 & echo $!", &h, &said), 0);
    assert_int_equal(kill((pid_t)atoi(xd_buf_str(&said)), SIGTERM), 0);
    xd_buf_done(&said);
}

static void it_can_be_ended(void **state)
{
    struct heard h = {.patience = 1};
    struct xd_buf said = XD_BUF_INIT;

    assert_int_equal(run("exec sleep 1000", &h, &said), -ECANCELED);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* it is reaped */
    assert_int_equal(errno, ECHILD);
    xd_buf_done(&said);
}

static void much_output_is_cut(void **state)
{
    struct heard h = {.patience = 1 << 20};
    struct xd_buf said = XD_BUF_INIT;

    assert_int_equal(run("yes 0123456789 | head -c 1000000", &h, &said), 0);
    assert_true(said.len > 1000 && said.len < 40000);
    xd_buf_done(&said);
}

static void what_cant_be_run_is_said(void **state)
{
    const char *argv[] = {"/nosuch/program", NULL};
    struct xd_xl_child child = {.argv = argv};
    struct xd_buf said = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    char path[256];

    assert_int_equal(xd_xl_child_run(&child, &said, &err), -ENOENT);
    assert_string_equal(err.text, "/nosuch/program can't be run: No such file or directory");
    assert_false(xd_xl_program("no-such-program-anywhere", path, sizeof(path)));
    assert_true(xd_xl_program("sh", path, sizeof(path)));
    assert_non_null(strstr(path, "/sh"));
    xd_buf_done(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_heard_and_its_status_told),
        cmocka_unit_test(what_it_leaves_running_is_not_waited_for),
        cmocka_unit_test(it_can_be_ended),
        cmocka_unit_test(much_output_is_cut),
        cmocka_unit_test(what_cant_be_run_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
