/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/arena: zeroed, aligned, one end of life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    unsigned char *p[500];

    for (size_t i = 0; i < 500; i++) {
        size_t size = i * 7 % 300;

        p[i] = xd_arena_alloc(&a, size);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(p[i][k], 0);
        memset(p[i], (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < 500; i++) { /* nobody wrote into a neighbour */
        for (size_t k = 0; k < i * 7 % 300; k++)
            assert_int_equal(p[i][k], i & 0xff);
    }
    assert_true(a.used > 0);
    xd_arena_done(&a);
    assert_null(a.head);
    assert_int_equal(a.used, 0);
}

static void large_and_small_mix(void **state)
{
    struct xd_arena a;
    char *small, *large, *next;

    xd_arena_init(&a);
    small = xd_arena_alloc(&a, 16);
    large = xd_arena_alloc(&a, 5 << 20);
    next = xd_arena_alloc(&a, 16);
    memset(large, 'x', 5 << 20);
    assert_int_equal(next - small, 16); /* the large one didn't cost the rest of the block */
    assert_int_equal(next[0], 0);
    xd_arena_done(&a);
    small = xd_arena_alloc(&a, 1); /* and it may be used again */
    assert_int_equal(small[0], 0);
    xd_arena_done(&a);
    xd_arena_done(&a);
}

static void strings(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    char big[1000];

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    assert_string_equal(xd_arena_strdup(&a, "web1"), "web1");
    assert_string_equal(xd_arena_strdup(&a, ""), "");
    assert_null(xd_arena_strdup(&a, NULL));
    assert_null(xd_arena_strndup(&a, NULL, 3));
    assert_string_equal(xd_arena_strndup(&a, "web1", 3), "web");
    assert_string_equal(xd_arena_strndup(&a, "web1", 300), "web1");
    assert_string_equal(xd_arena_printf(&a, "%s-%d", "cpu", 7), "cpu-7");
    assert_string_equal(xd_arena_printf(&a, "%s", big), big); /* longer than any guess */
    xd_arena_done(&a);
}

static void malloc_family(void **state)
{
    char *p = xd_malloc(8);

    assert_int_equal(p[7], 0);
    p = xd_realloc(p, 100);
    p[99] = 'x';
    free(p);
    p = xd_strdup("x");
    assert_string_equal(p, "x");
    free(p);
    assert_null(xd_strdup(NULL));
    free(xd_malloc(0));
}

/* The one way in which these fail is abort(): run in a child to see it. */
static void expect_abort(void (*fn)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        fn();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void array_overflow(void)
{
    struct xd_arena a = XD_ARENA_INIT;

    xd_arena_array(&a, SIZE_MAX / 2, 3);
}

static void size_overflow(void)
{
    struct xd_arena a = XD_ARENA_INIT;

    xd_arena_alloc(&a, SIZE_MAX - 20);
}

static void overflow_aborts(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    uint64_t *v = xd_arena_array(&a, 10, sizeof(*v));

    assert_int_equal(v[9], 0);
    xd_arena_done(&a);
    expect_abort(array_overflow);
    expect_abort(size_overflow);
}

static void a_list_that_grows(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    unsigned *list = NULL;

    for (unsigned i = 0; i < 1000; i++) {
        list = xd_arena_grow(&a, list, i, sizeof(*list));
        list[i] = i;
    }
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(list[i], i);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_grows),
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(large_and_small_mix),
        cmocka_unit_test(strings),
        cmocka_unit_test(malloc_family),
        cmocka_unit_test(overflow_aborts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
