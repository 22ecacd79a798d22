/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/xml: what libvirt writes is read, what is broken or hostile is refused with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "base/xml.h"

static void a_document(void **state)
{
    static const char text[] = "<?xml version='1.0'?>\n<!-- by hand -->\n"
                               "<cpu mode='custom' match=\"exact\">\n"
                               "  <model fallback='forbid'>Sandy&amp;Bridge</model>\n"
                               "  <feature policy='require' name='a&lt;&#x62;&#99;'/>\n"
                               "  tail<![CDATA[<&>]]>\n</cpu>\n";
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_xml *x;

    if (xd_xml_parse("cpu.xml", text, strlen(text), &a, &x, &err) < 0)
        fail_msg("%s", xd_err_text(&err));
    assert_string_equal(x->name, "cpu");
    assert_string_equal(x->text, "tail<&>");
    assert_string_equal(xd_xml_attr(x, "match"), "exact");
    assert_null(xd_xml_attr(x, "other"));
    assert_string_equal(xd_xml_child(x, "model")->text, "Sandy&Bridge");
    const struct xd_xml *f = xd_xml_child(x, "feature");
    assert_string_equal(xd_xml_attr(f, "name"), "a<bc");
    assert_int_equal(f->line, 5);
    assert_int_equal(f->col, 3);
    assert_null(f->next);
    xd_arena_done(&a);
}

static void what_is_wrong_has_its_place(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "x:1:2: "},
        {"<a>\n  <b>\n</a>", "x:3:"},
        {"<a", "x:1:3: "},
        {"<a b=c/>", "x:1:6: "},
        {"<a b='1' b='2'/>", "b redefined"},
        {"<a b='1'c='2'/>", "x:1:9: "},
        {"<a b='<'/>", "x:1:7: "},
        {"<a>&nbsp;</a>", "nbsp"},
        {"<a>&#0;</a>", "x:1:"},
        {"<a>&#xd800;</a>", "x:1:"},
        {"<a>", "x:1:4: "},
        {"<a/><b/>", "x:1:5: "},
        {"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "x:1:1: document types are refused"},
        {"<a><!-- </a>", "x:1:"},
        {"<1/>", "x:1:2: "},
    };
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_xml *x;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct xd_err err = XD_ERR_INIT;

        assert_int_equal(xd_xml_parse("x", cases[i].text, strlen(cases[i].text), &a, &x, &err),
                         -EINVAL);
        if (!strstr(xd_err_text(&err), cases[i].says))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, xd_err_text(&err),
                     cases[i].says);
    }
    xd_arena_done(&a);
}

static void there_is_an_end_to_depth(void **state)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_err err = XD_ERR_INIT;
    struct xd_buf b = XD_BUF_INIT;
    struct xd_xml *x;

    for (int i = 0; i < XD_XML_MAX_DEPTH + 1; i++)
        xd_buf_add(&b, "<a>");
    assert_int_equal(xd_xml_parse("x", b.s, b.len, &a, &x, &err), -EINVAL);
    assert_non_null(strstr(xd_err_text(&err), "more than 64 levels"));
    xd_buf_done(&b);
    xd_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document),
        cmocka_unit_test(what_is_wrong_has_its_place),
        cmocka_unit_test(there_is_an_end_to_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
