/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/err: sentences that stay whole, safe and in their buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

static void set_returns_the_code_and_keeps_the_sentence(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    assert_int_equal(xd_err_set(&err, -EINVAL, "%s: wanted %d", "cap", 3), -EINVAL);
    assert_int_equal(err.code, -EINVAL);
    assert_string_equal(xd_err_text(&err), "cap: wanted 3");

    xd_err_clear(&err);
    assert_int_equal(err.code, 0);
    assert_string_equal(xd_err_text(&err), "no error");
}

static void without_a_place_only_the_code_is_wanted(void **state)
{
    assert_int_equal(xd_err_set(NULL, -EIO, "lost"), -EIO);
    xd_err_prefix(NULL, "x: ");
    xd_err_clear(NULL);
    assert_string_equal(xd_err_text(NULL), "no error");
}

static void without_a_sentence_the_errno_speaks(void **state)
{
    struct xd_err err = {-ENOENT, ""};

    assert_string_equal(xd_err_text(&err), "ENOENT");
    xd_err_prefix(&err, "theme %s: ", "night");
    assert_string_equal(xd_err_text(&err), "theme night: ENOENT");
    err = (struct xd_err){-99999, ""};
    assert_string_equal(xd_err_text(&err), "unknown error");
}

static void prefixes_stack_up_from_the_inside(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    xd_err_prefix(&err, "nothing failed: "); /* no error: no words */
    assert_string_equal(err.text, "");
    xd_err_set(&err, -EINVAL, "no colour");
    xd_err_prefix(&err, "line %d: ", 3);
    xd_err_prefix(&err, "night.yaml: ");
    assert_string_equal(err.text, "night.yaml: line 3: no colour");
    assert_int_equal(err.code, -EINVAL);
}

static void the_sentence_may_be_made_of_itself(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    xd_err_set(&err, -EINVAL, "inner");
    xd_err_set(&err, -EIO, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
}

static void long_sentences_are_cut_between_characters(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;

    for (int shift = 0; shift < 3; shift++) { /* so that the end falls on each byte of a € once */
        xd_buf_clear(&b);
        xd_buf_pad(&b, 'x', shift);
        for (int i = 0; i < 3000; i++)
            xd_buf_add(&b, "€");
        xd_err_set(&err, -EINVAL, "%s", b.s);
        assert_true(strlen(err.text) > sizeof(err.text) - 5);
        assert_true(xd_str_is_safe(err.text));
        assert_null(strstr(err.text, "\xef\xbf\xbd"));

        xd_err_prefix(&err, "%s", "é: ");
        assert_true(xd_str_starts(err.text, "é: "));
        assert_null(strstr(err.text, "\xef\xbf\xbd"));
    }
    xd_buf_done(&b);
}

static void what_a_guest_wrote_can_not_command_the_terminal(void **state)
{
    struct xd_err err = XD_ERR_INIT;

    xd_err_set(&err, -EINVAL, "no domain \"%s\"", "a\033[2Jb\nc");
    assert_string_equal(err.text, "no domain \"a\xef\xbf\xbd[2Jb c\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_returns_the_code_and_keeps_the_sentence),
        cmocka_unit_test(without_a_place_only_the_code_is_wanted),
        cmocka_unit_test(without_a_sentence_the_errno_speaks),
        cmocka_unit_test(prefixes_stack_up_from_the_inside),
        cmocka_unit_test(the_sentence_may_be_made_of_itself),
        cmocka_unit_test(long_sentences_are_cut_between_characters),
        cmocka_unit_test(what_a_guest_wrote_can_not_command_the_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
