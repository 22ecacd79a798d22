/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of the journal: a session without threads whose journal is a file in a folder of its
 * own. */
#ifndef TEST_JOURNAL_HELP_H
#define TEST_JOURNAL_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "fake_bench.h"

#define CAP_40    (&(struct xd_wish){"web1", "sched.cap", "40"}), 1
#define WEIGHT_64 (&(struct xd_wish){"db1", "sched.weight", "64"}), 1

static struct bench b;

/* A session without threads whose journal is a file in a folder of its own. */
static inline int setup(void **state)
{
    struct xd_session_config c = {.inline_workers = true};

    bench_init(&b, true);
    c.journal = bench_path(&b);
    if (bench_open(&b, &c, NULL) < 0)
        return -1;
    xd_session_dispatch(b.s);
    return 0;
}

static inline int teardown(void **state)
{
    bench_done(&b);
    return 0;
}

static inline struct xd_journal *open_again(void)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_journal *j = NULL;

    if (xd_journal_open(b.path, &b.clock, &b.log, &j, &err) < 0)
        fail_msg("%s", err.text);
    return j;
}

static inline void write_file(const char *text, int extra)
{
    int fd = open(b.path, O_WRONLY | O_CREAT | O_APPEND | extra, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static inline off_t file_size(void)
{
    struct stat st;

    return stat(b.path, &st) < 0 ? -1 : st.st_size;
}

static inline void undo_is(uint64_t id, const char *title, const char *first)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;

    if (xd_plan_undo(xd_session_world(b.s), xd_session_journal(b.s), id, &p, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(p->title, title);
    assert_string_equal(p->steps[0].text, first);
    bench_carry_out(&b, p);
    assert_int_equal(xd_session_plan(b.s)->outcome, XD_DONE);
}

static inline void no_undo(uint64_t id, int code, const char *sentence)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_plan *p;

    assert_int_equal(xd_plan_undo(xd_session_world(b.s), xd_session_journal(b.s), id, &p, &err),
                     code);
    assert_string_equal(err.text, sentence);
}

#endif
