/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures of the topology in each theme, and for print: text can be read on every box. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/topo_style.h"

static double luminance(uint32_t rgb)
{
    static const double parts[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        double c = (double)(rgb >> (16 - 8 * i) & 255) / 255;

        sum += parts[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* After WCAG. */
static double contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);

    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

/* Each fill that the style sheet of a picture names, against ink and what is dim. */
static void check(const struct xd_topo_style *s, const char *name)
{
    struct xd_topo *t = xd_topo_new();
    struct xd_buf out = XD_BUF_INIT;
    struct xd_err err = XD_ERR_INIT;
    size_t n = 0;
    char *end;

    xd_topo_settle(t);
    assert_int_equal(xd_topo_export(t, "svg", s, &out, &err), 0);
    *strstr(out.s, "</style>") = '\0';
    for (const char *at = strstr(out.s, ".machine{"); (at = strstr(at, "{fill:#")); n++) {
        uint32_t fill = (uint32_t)strtoul(at + strlen("{fill:#"), &end, 16);

        if (contrast(fill, s->colours[XD_TOPO_C_INK]) < 4.5)
            fail_msg("%s: ink on #%06x has a contrast of %.2f", name, (unsigned)fill,
                     contrast(fill, s->colours[XD_TOPO_C_INK]));
        if (contrast(fill, s->colours[XD_TOPO_C_DIM]) < 3.5)
            fail_msg("%s: dim on #%06x has a contrast of %.2f", name, (unsigned)fill,
                     contrast(fill, s->colours[XD_TOPO_C_DIM]));
        at = end;
    }
    assert_true(n >= 12); /* nine kinds and three distances */
    for (int c = XD_TOPO_C_GOOD; c <= XD_TOPO_C_BAD; c++)
        if (contrast(s->colours[XD_TOPO_C_PAPER], s->colours[c]) < 4.5)
            fail_msg("%s: #%06x on #%06x has a contrast of %.2f", name, (unsigned)s->colours[c],
                     (unsigned)s->colours[XD_TOPO_C_PAPER],
                     contrast(s->colours[XD_TOPO_C_PAPER], s->colours[c]));
    xd_topo_free(t);
    xd_buf_done(&out);
}

static void all_boxes_can_be_read(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme theme;

    check(&xd_topo_style_print, "print");
    for (const char *const *name = xd_theme_names(); *name; name++) {
        struct xd_topo_style s = xd_topo_style_print;

        assert_int_equal(xd_theme_load(*name, &theme, &err), 0);
        xd_topo_style_of(&theme, &s);
        check(&s, *name);
    }
}

static void only_colours_are_set(void **state)
{
    struct xd_topo_style s = {.title = "x", .ascii = true, .width = 7};
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme theme;

    assert_int_equal(xd_theme_load("light", &theme, &err), 0);
    xd_topo_style_of(&theme, &s);
    assert_string_equal(s.title, "x");
    assert_true(s.ascii);
    assert_int_equal(s.width, 7);
    assert_true(luminance(s.colours[XD_TOPO_C_PAPER]) > 0.8);
    assert_true(luminance(s.colours[XD_TOPO_C_INK]) < 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_boxes_can_be_read),
        cmocka_unit_test(only_colours_are_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
