/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xen's console ring in pieces: lines, their numbers, what is lost, what is too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backend_libxl/ring.h"

static uint32_t at; /* what Xen has counted */

static void take(struct xd_xl_ring *r, const char *text)
{
    at += (uint32_t)strlen(text);
    xd_xl_ring_take(r, text, strlen(text), at);
}

static void is(const struct xd_xl_ring *r, uint64_t number, const char *wanted)
{
    size_t len;
    const char *line = xd_xl_ring_line(r, number, &len);

    assert_int_equal(len, strlen(wanted));
    assert_memory_equal(line, wanted, len);
}

static void lines_come_in_pieces(void **state)
{
    struct xd_xl_ring *r = xd_xl_ring_new();

    assert_int_equal(xd_xl_ring_end(r), 0);
    at = 5000; /* what went before was overwritten long ago, and is no loss of ours */
    take(r, "(XEN) one\r\n(XEN) tw");
    assert_int_equal(xd_xl_ring_end(r), 2);
    is(r, 0, "(XEN) one");
    is(r, 1, "(XEN) tw");
    take(r, "");
    take(r, "o\n");
    assert_int_equal(xd_xl_ring_end(r), 2);
    is(r, 1, "(XEN) two");
    take(r, "\n");
    is(r, 2, "");
    assert_int_equal(xd_xl_ring_first(r), 0);
    xd_xl_ring_free(r);
}

static void what_is_lost_is_said(void **state)
{
    struct xd_xl_ring *r = xd_xl_ring_new();

    at = 0xfffffff0u; /* the count goes round */
    take(r, "half a li");
    at += 100;
    take(r, "ne\nnext\n");
    assert_int_equal(xd_xl_ring_end(r), 4);
    is(r, 0, "half a li");
    is(r, 1, "(100 bytes were overwritten before they were read)");
    is(r, 2, "ne");
    is(r, 3, "next");
    xd_xl_ring_free(r);
}

static void only_so_much_is_kept(void **state)
{
    struct xd_xl_ring *r = xd_xl_ring_new();
    char text[3 * XD_XL_RING_LINE];

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 2] = '\n';
    text[sizeof(text) - 1] = '\0';
    take(r, text);
    text[XD_XL_RING_LINE - 1] = '\0';
    is(r, 0, text);
    for (int i = 1; i < XD_XL_RING_LINES + 10; i++) {
        snprintf(text, sizeof(text), "line %d\n", i);
        take(r, text);
    }
    assert_int_equal(xd_xl_ring_first(r), 10);
    assert_int_equal(xd_xl_ring_end(r), XD_XL_RING_LINES + 10);
    is(r, 10, "line 10");
    is(r, XD_XL_RING_LINES + 9, "line 4009");
    xd_xl_ring_free(r);
}

static void nul_bytes_end_no_line(void **state)
{
    struct xd_xl_ring *r = xd_xl_ring_new();

    xd_xl_ring_take(r, "a\0b\n", 4, 4);
    is(r, 0, "ab");
    assert_int_equal(xd_xl_ring_end(r), 1);
    xd_xl_ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_in_pieces),
        cmocka_unit_test(what_is_lost_is_said),
        cmocka_unit_test(only_so_much_is_kept),
        cmocka_unit_test(nul_bytes_end_no_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
