/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/log: the ring, its order, its levels, and lines that are safe to show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

struct fixture {
    struct xd_clock clock;
    struct xd_log log;
    struct xd_log_line out[XD_LOG_LINES + 1];
};

static int setup(void **state)
{
    struct fixture *f = xd_malloc(sizeof(*f));

    xd_clock_init_manual(&f->clock, 5 * XD_NS_PER_S);
    xd_log_init(&f->log, &f->clock);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    xd_log_done(&f->log);
    free(f);
    return 0;
}

static void lines_come_back_oldest_first(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(xd_log_tail(&f->log, f->out, 10), 0);
    xd_log_write(&f->log, XD_LOG_INFO, "libxl", "domain %d", 7);
    xd_clock_advance(&f->clock, XD_NS_PER_S);
    xd_log_write(&f->log, XD_LOG_ERROR, "engine", "lost");
    assert_int_equal(xd_log_seq(&f->log), 2);
    assert_int_equal(xd_log_tail(&f->log, f->out, 10), 2);
    assert_string_equal(f->out[0].text, "domain 7");
    assert_string_equal(f->out[0].source, "libxl");
    assert_int_equal(f->out[0].seq, 1);
    assert_int_equal(f->out[0].wall_ns, 5 * XD_NS_PER_S);
    assert_int_equal(f->out[1].wall_ns, 6 * XD_NS_PER_S);
    assert_int_equal(f->out[1].level, XD_LOG_ERROR);
    assert_int_equal(xd_log_tail(&f->log, f->out, 1),
                     1); /* the newest, where there's room for one */
    assert_string_equal(f->out[0].text, "lost");
}

static void the_ring_wraps(void **state)
{
    struct fixture *f = *state;
    size_t n;

    for (int i = 1; i <= XD_LOG_LINES * 2 + 5; i++)
        xd_log_write(&f->log, XD_LOG_INFO, "t", "%d", i);
    n = xd_log_tail(&f->log, f->out, XD_LOG_LINES + 1);
    assert_int_equal(n, XD_LOG_LINES);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(f->out[i].seq, XD_LOG_LINES + 6 + i);
        assert_int_equal(atoi(f->out[i].text), f->out[i].seq);
    }
    assert_int_equal(xd_log_tail(&f->log, f->out, 3), 3);
    assert_int_equal(f->out[2].seq, XD_LOG_LINES * 2 + 5);
}

static void quiet_levels_are_not_kept(void **state)
{
    struct fixture *f = *state;

    xd_log_write(&f->log, XD_LOG_DEBUG, "t", "chatter");
    assert_int_equal(xd_log_seq(&f->log), 0);
    xd_log_set_min(&f->log, XD_LOG_DEBUG);
    xd_log_write(&f->log, XD_LOG_DEBUG, "t", "chatter");
    assert_int_equal(xd_log_seq(&f->log), 1);
    assert_string_equal(xd_log_level_name(XD_LOG_DEBUG), "debug");
    assert_string_equal(xd_log_level_name(XD_LOG_ERROR), "error");
    assert_string_equal(xd_log_level_name((enum xd_log_level)9), "?");
}

static void lines_are_safe_and_fit(void **state)
{
    struct fixture *f = *state;
    char longer[3000];

    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    errno = EBUSY;
    xd_log_write(&f->log, XD_LOG_WARN, "a source of a long name", "two\nlines \033[31mred\r\n");
    xd_log_write(&f->log, XD_LOG_WARN, NULL, "%s", longer);
    assert_int_equal(errno, EBUSY);
    xd_log_tail(&f->log, f->out, 2);
    assert_string_equal(f->out[0].text, "two lines \xef\xbf\xbd[31mred");
    assert_string_equal(f->out[0].source, "a source of a l");
    assert_int_equal(strlen(f->out[1].text), XD_LOG_BYTES - 1);
    assert_string_equal(f->out[1].source, "");
}

static void *write_many(void *arg)
{
    for (int i = 0; i < 500; i++)
        xd_log_write(arg, XD_LOG_INFO, "thread", "line %d", i);
    return NULL;
}

static void threads_share_the_log(void **state)
{
    struct fixture *f = *state;
    pthread_t t[4];

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, write_many, &f->log), 0);
    while (xd_log_seq(&f->log) < 2000) {
        size_t n = xd_log_tail(&f->log, f->out, 100);

        for (size_t i = 1; i < n; i++) /* a reader sees no hole and no half line */
            assert_int_equal(f->out[i].seq, f->out[i - 1].seq + 1);
        assert_true(n == 0 || xd_str_starts(f->out[n - 1].text, "line "));
    }
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    assert_int_equal(xd_log_seq(&f->log), 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_come_back_oldest_first, setup, teardown),
        cmocka_unit_test_setup_teardown(the_ring_wraps, setup, teardown),
        cmocka_unit_test_setup_teardown(quiet_levels_are_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_are_safe_and_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_share_the_log, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
