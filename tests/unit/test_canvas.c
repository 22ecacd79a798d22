/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/canvas: text and its clipping, wide and combining characters, merging lines, gauges, spark
 * lines, and what of it is left in ASCII. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/canvas.h"
#include "tui/glyph.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void assert_screen(const struct xd_canvas *c, const char *expected)
{
    struct xd_buf out = XD_BUF_INIT;

    xd_canvas_dump(c, &out);
    assert_string_equal(xd_buf_str(&out), expected);
    xd_buf_done(&out);
}

static void assert_styles(const struct xd_canvas *c, const char *expected)
{
    struct xd_buf out = XD_BUF_INIT;

    xd_canvas_dump_styles(c, &out);
    assert_string_equal(xd_buf_str(&out), expected);
    xd_buf_done(&out);
}

/* No half of a wide character is ever alone. */
static void assert_whole(const struct xd_canvas *c)
{
    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            const struct xd_glyph *g = &c->cells[y * c->w + x];

            if (g->width == 2) {
                assert_true(x + 1 < c->w);
                assert_int_equal(g[1].cp, 0);
                assert_int_equal(g[1].width, 1);
            }
            if (g->cp == 0) {
                assert_true(x > 0);
                assert_int_equal(g[-1].width, 2);
            }
        }
    }
}

/* --- text --- */

static void text_is_clipped_on_every_side(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 5, 2, XD_GLYPHS_BLOCK);
    assert_int_equal(xd_canvas_text(&c, -2, 0, XD_S_NORMAL, "abcdefghij"), 10);
    assert_int_equal(xd_canvas_text(&c, 3, 1, XD_S_NORMAL, "xyz"), 3);
    assert_int_equal(xd_canvas_text(&c, 0, -1, XD_S_NORMAL, "no"), 2);
    assert_int_equal(xd_canvas_text(&c, 0, 2, XD_S_NORMAL, "no"), 2);
    assert_int_equal(xd_canvas_text(&c, 5, 0, XD_S_NORMAL, "no"), 2);
    assert_screen(&c, "cdefg\n   xy\n");
    xd_canvas_resize(&c, 0, 0);
    assert_int_equal(xd_canvas_text(&c, 0, 0, XD_S_NORMAL, "no"), 2);
    xd_canvas_box(&c, (struct xd_rect){0, 0, 5, 5}, XD_S_BORDER, "no");
    assert_screen(&c, "");
    xd_canvas_done(&c);
}

static void wide_characters_never_straddle(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 6, 1, XD_GLYPHS_BLOCK);
    assert_int_equal(xd_canvas_text(&c, 0, 0, XD_S_NORMAL, "漢字漢"), 6);
    assert_screen(&c, "漢字漢\n");
    assert_whole(&c);
    xd_canvas_text(&c, 1, 0, XD_S_NORMAL, "x"); /* right half of the first */
    assert_screen(&c, " x字漢\n");
    xd_canvas_text(&c, 2, 0, XD_S_NORMAL, "y"); /* left half of the second */
    assert_screen(&c, " xy 漢\n");
    assert_whole(&c);
    xd_canvas_text(&c, 3, 0, XD_S_NORMAL, "字"); /* over a blank and the left half of the third */
    assert_screen(&c, " xy字\n");
    assert_whole(&c);

    xd_canvas_clear(&c);
    xd_canvas_text(&c, 5, 0, XD_S_NORMAL, "漢");
    xd_canvas_text(&c, -1, 0, XD_S_NORMAL, "漢字");
    assert_screen(&c, " 字\n");
    assert_whole(&c);
    xd_canvas_hline(&c, 2, 0, 2, XD_S_BORDER);
    assert_screen(&c, "  ──\n");
    assert_whole(&c);
    xd_canvas_done(&c);
}

static void one_combining_mark_is_kept(void **state)
{
    struct xd_canvas c;
    uint32_t mark;

    xd_canvas_init(&c, 6, 1, XD_GLYPHS_BLOCK);
    assert_int_equal(xd_canvas_text(&c, 0, 0, XD_S_NORMAL, "e\u0301\u0302x"), 2);
    assert_int_equal(xd_canvas_cp(&c, 0, 0, &mark), 'e');
    assert_int_equal(mark, 0x301);
    assert_screen(&c, "e\u0301x\n");
    assert_int_equal(xd_canvas_text(&c, 3, 0, XD_S_NORMAL, "\u0301y"), 1); /* on nothing: gone */
    assert_screen(&c, "e\u0301x y\n");
    xd_canvas_text(&c, 0, 0, XD_S_NORMAL, "e"); /* the mark goes with its character */
    assert_screen(&c, "ex y\n");
    xd_canvas_done(&c);
}

/* The model makes foreign strings safe; the canvas doesn't rely on it. */
static void no_control_reaches_a_cell(void **state)
{
    static const char *const bad[] = {"\033[2J",
                                      "a\rb",
                                      "\a",
                                      "\x7f",
                                      "\xc2\x9b"
                                      "1m",
                                      "\u202e",
                                      "\xff"};
    struct xd_canvas c;
    uint32_t mark;

    for (size_t i = 0; i < N(bad); i++) {
        xd_canvas_init(&c, 8, 1, i & 1 ? XD_GLYPHS_ASCII : XD_GLYPHS_BLOCK);
        xd_canvas_text(&c, 0, 0, XD_S_NORMAL, bad[i]);
        for (int x = 0; x < c.w; x++) {
            uint32_t cp = xd_canvas_cp(&c, x, 0, &mark);

            assert_true(cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0) && cp != 0x202e);
        }
        xd_canvas_done(&c);
    }
}

static void fields_are_cut_and_aligned(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 10, 6, XD_GLYPHS_BLOCK);
    for (int y = 0; y < c.h; y++)
        xd_canvas_text(&c, 0, y, XD_S_NORMAL, "##########");
    assert_int_equal(xd_canvas_field(&c, 1, 0, 6, false, XD_S_NORMAL, "web1"), 6);
    assert_int_equal(xd_canvas_field(&c, 1, 1, 6, true, XD_S_NORMAL, "98.4"), 6);
    assert_int_equal(xd_canvas_field(&c, 1, 2, 6, false, XD_S_NORMAL, "database"), 6);
    assert_int_equal(xd_canvas_field(&c, 1, 3, 6, true, XD_S_NORMAL, "漢字漢字"), 6);
    assert_int_equal(xd_canvas_field(&c, 1, 4, 1, false, XD_S_NORMAL, "web"), 1);
    assert_int_equal(xd_canvas_field(&c, 1, 5, 0, false, XD_S_NORMAL, "web"), 0);
    assert_screen(&c, "#web1  ###\n"
                      "#  98.4###\n"
                      "#datab…###\n"
                      "#漢字… ###\n"
                      "#…########\n"
                      "##########\n");
    c.glyphs = XD_GLYPHS_ASCII;
    assert_screen(&c, "#web1  ###\n"
                      "#  98.4###\n"
                      "#datab~###\n"
                      "#????~ ###\n"
                      "#~########\n"
                      "##########\n");
    xd_canvas_done(&c);
}

static void printf_has_no_limit(void **state)
{
    struct xd_canvas c;
    char big[600];

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    xd_canvas_init(&c, 600, 1, XD_GLYPHS_BLOCK);
    assert_int_equal(xd_canvas_printf(&c, 0, 0, XD_S_NORMAL, "%d of %s", 3, "14"), 7);
    assert_screen(&c, "3 of 14\n");
    assert_int_equal(xd_canvas_printf(&c, 0, 0, XD_S_NORMAL, "%s!", big), 600);
    assert_int_equal(c.cells[599].cp, '!');
    xd_canvas_done(&c);
}

static void styles_follow_and_restyle_keeps_text(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 6, 2, XD_GLYPHS_BLOCK);
    xd_canvas_text(&c, 0, 0, XD_S_DIM, "abc");
    xd_canvas_fill(&c, (struct xd_rect){4, 0, INT_MAX, INT_MAX}, XD_S_HEADER);
    xd_canvas_restyle(&c, (struct xd_rect){-3, 1, 5, 1}, XD_S_CURSOR);
    assert_styles(&c, "bbbacc\nhhaacc\n");
    assert_screen(&c, "abc\n\n");
    xd_canvas_done(&c);
}

/* --- lines --- */

static void lines_merge_by_direction(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 12, 5, XD_GLYPHS_BLOCK);
    xd_canvas_box(&c, (struct xd_rect){0, 0, 12, 5}, XD_S_BORDER, NULL);
    xd_canvas_hline(&c, 0, 2, 12, XD_S_BORDER);
    xd_canvas_vline(&c, 5, 0, 5, XD_S_BORDER);
    assert_screen(&c, "┌────┬─────┐\n"
                      "│    │     │\n"
                      "├────┼─────┤\n"
                      "│    │     │\n"
                      "└────┴─────┘\n");
    c.glyphs = XD_GLYPHS_ASCII;
    assert_screen(&c, "+----+-----+\n"
                      "|    |     |\n"
                      "+----+-----+\n"
                      "|    |     |\n"
                      "+----+-----+\n");
    xd_canvas_text(&c, 4, 2, XD_S_NORMAL, "x"); /* text ends a line, and is ended by one */
    c.glyphs = XD_GLYPHS_BRAILLE;
    xd_canvas_vline(&c, 4, 1, 3, XD_S_BORDER);
    assert_screen(&c, "┌────┬─────┐\n"
                      "│   ││     │\n"
                      "├───│┼─────┤\n"
                      "│   ││     │\n"
                      "└────┴─────┘\n");
    xd_canvas_done(&c);
}

static void boxes_side_by_side_share_a_wall(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 22, 3, XD_GLYPHS_BLOCK);
    xd_canvas_box(&c, (struct xd_rect){0, 0, 11, 3}, XD_S_BORDER, "Node 0");
    xd_canvas_box(&c, (struct xd_rect){10, 0, 12, 3}, XD_S_BORDER, "Node number 1");
    assert_screen(&c, "┌ Node 0 ─┬ Node nu… ┐\n"
                      "│         │          │\n"
                      "└─────────┴──────────┘\n");
    xd_canvas_done(&c);
}

static void small_and_clipped_boxes(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 8, 4, XD_GLYPHS_BLOCK);
    xd_canvas_box(&c, (struct xd_rect){0, 0, 1, 3}, XD_S_BORDER, "t");
    xd_canvas_box(&c, (struct xd_rect){2, 0, 3, 1}, XD_S_BORDER, "t");
    xd_canvas_box(&c, (struct xd_rect){2, 1, 2, 2}, XD_S_BORDER, "t");
    xd_canvas_box(&c, (struct xd_rect){6, 2, 9, 9}, XD_S_BORDER, "title");
    xd_canvas_box(&c, (struct xd_rect){-2000000000, 3, 2000000005, 2000000000}, XD_S_BORDER, NULL);
    xd_canvas_box(&c, (struct xd_rect){3, 3, 0, 5}, XD_S_BORDER, "t");
    assert_screen(&c, "│ ───\n"
                      "│ ┌┐\n"
                      "│ └┘  ┌\n"
                      "────┐ │\n");
    xd_canvas_done(&c);
}

/* --- gauges --- */

static void gauges_fill_by_eighths(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 4, 9, XD_GLYPHS_BLOCK);
    xd_canvas_gauge(&c, 0, 0, 4, 0, XD_S_BAR);
    xd_canvas_gauge(&c, 0, 1, 4, 0.001, XD_S_BAR); /* not nothing */
    xd_canvas_gauge(&c, 0, 2, 4, 0.5, XD_S_BAR);
    xd_canvas_gauge(&c, 0, 3, 4, 0.40, XD_S_BAR);  /* 12.8 eighths */
    xd_canvas_gauge(&c, 0, 4, 4, 0.999, XD_S_BAR); /* not all */
    xd_canvas_gauge(&c, 0, 5, 4, 1, XD_S_BAR);
    xd_canvas_gauge(&c, 0, 6, 4, 7.5, XD_S_BAR);
    xd_canvas_gauge(&c, 0, 7, 4, -1, XD_S_BAR);
    xd_canvas_gauge(&c, 0, 8, 4, NAN, XD_S_BAR); /* unknown is not zero */
    assert_screen(&c, "░░░░\n▏░░░\n██░░\n█▋░░\n███▉\n████\n████\n░░░░\n?\n");
    c.glyphs = XD_GLYPHS_ASCII;
    assert_screen(&c, "....\n....\n##..\n##..\n####\n####\n####\n....\n?\n");
    xd_canvas_done(&c);
}

static void gauges_have_two_styles(void **state)
{
    struct xd_canvas c;

    xd_canvas_init(&c, 6, 2, XD_GLYPHS_BLOCK);
    xd_canvas_gauge(&c, 1, 0, 4, 0.5, XD_S_WARN);
    xd_canvas_gauge(&c, 4, 1, 4, NAN, XD_S_WARN);
    assert_styles(&c, "alltta\naaaann\n");
    xd_canvas_done(&c);
}

/* --- spark lines --- */

static void sparks_rise_from_left_to_right(void **state)
{
    static const double v[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    struct xd_canvas c;

    xd_canvas_init(&c, 12, 2, XD_GLYPHS_BLOCK);
    assert_int_equal(xd_spark_values(&c, 9), 9);
    xd_canvas_spark(&c, 0, 0, 9, v, 9, 8, XD_S_BAR);
    xd_canvas_spark(&c, 0, 1, 12, v, 9, 8, XD_S_BAR); /* the newest at the right */
    assert_screen(&c, "▁▁▂▃▄▅▆▇█\n   ▁▁▂▃▄▅▆▇█\n");
    xd_canvas_spark(&c, 0, 1, 4, v, 9, 8, XD_S_BAR); /* the oldest are left out */
    assert_screen(&c, "▁▁▂▃▄▅▆▇█\n▅▆▇█▁▂▃▄▅▆▇█\n");
    c.glyphs = XD_GLYPHS_ASCII;
    assert_screen(&c, "__.:-=+*#\n=+*#_.:-=+*#\n");
    xd_canvas_done(&c);
}

static void sparks_tell_zero_from_unknown(void **state)
{
    static const double v[] = {0, NAN, 0, -3, 0.001, INFINITY, 9};
    struct xd_canvas c;

    xd_canvas_init(&c, 8, 3, XD_GLYPHS_BLOCK);
    xd_canvas_spark(&c, 0, 0, 8, v, 7, 4, XD_S_BAR);
    xd_canvas_spark(&c, 0, 1, 8, v, 7, 0, XD_S_BAR); /* no scale: the bottom, not a crash */
    xd_canvas_spark(&c, 0, 2, 8, v, 7, NAN, XD_S_BAR);
    assert_screen(&c, " ▁ ▁▁▁██\n ▁ ▁▁▁▁▁\n ▁ ▁▁▁▁▁\n");
    xd_canvas_spark(&c, 0, 0, 8, NULL, 0, 4, XD_S_BAR);
    assert_screen(&c, "\n ▁ ▁▁▁▁▁\n ▁ ▁▁▁▁▁\n");
    xd_canvas_done(&c);
}

static void braille_holds_two_values_a_cell(void **state)
{
    static const double v[] = {0, 1, 2, 3, 4, NAN, NAN, NAN, 4};
    struct xd_canvas c;

    xd_canvas_init(&c, 6, 1, XD_GLYPHS_BRAILLE);
    assert_int_equal(xd_spark_values(&c, 5), 10);
    xd_canvas_spark(&c, 0, 0, 5, v, 9, 4, XD_S_BAR);
    /* (unknown 0) (1 2) (3 4) (unknown unknown) (unknown 4) */
    assert_screen(&c, "⢀⣠⣾ ⢸\n");
    xd_canvas_spark(&c, 3, 0, 5, v, 9, 4, XD_S_BAR);
    assert_screen(&c, "⢀⣠⣾⢀⣠⣾\n");
    xd_canvas_done(&c);
}

/* --- ASCII --- */

static void ascii_is_all_that_is_left(void **state)
{
    struct xd_canvas c;
    uint32_t mark;

    xd_canvas_init(&c, 40, 1, XD_GLYPHS_ASCII);
    xd_canvas_text(&c, 0, 0, XD_S_NORMAL, "▸web1 → 4×8 · é ü 漢 “x” ═║╬ ▇▁ ▓░ …");
    assert_screen(&c, ">web1 > 4x8 | ? ? ?? \"x\" =|+ *_ #. ~\n");
    for (uint32_t cp = 0; cp < 0x30000; cp++) {
        uint32_t a = xd_glyph_ascii(cp);

        assert_true(a >= 0x20 && a < 0x7f);
    }
    for (unsigned lines = 0; lines < 16; lines++)
        assert_non_null(strchr(" |-+", (int)xd_glyph_line_ascii(lines)));
    assert_int_equal(xd_canvas_cp(&c, -1, 0, &mark), ' ');
    assert_int_equal(xd_canvas_cp(&c, 0, 1, &mark), ' ');
    xd_canvas_done(&c);
}

/* Random drawing: nothing outside the canvas is touched (the sanitizers look), no half is alone. */
static void whatever_is_drawn_stays_whole(void **state)
{
    static const char *const words[] = {"漢字", "a", "e\u0301", "é漢b", "\033]0;x\a", "", "…"};
    struct xd_canvas c;
    struct xd_buf out = XD_BUF_INIT;
    double v[] = {1, 2, NAN};

    srandom(1);
    xd_canvas_init(&c, 17, 5, XD_GLYPHS_BLOCK);
    for (int i = 0; i < 20000; i++) {
        int x = (int)(random() % 24) - 4, y = (int)(random() % 8) - 2, w = (int)(random() % 9) - 1;
        const char *word = words[(size_t)random() % N(words)];

        switch (random() % 8) {
        case 0:
            xd_canvas_text(&c, x, y, XD_S_BAD, word);
            break;
        case 1:
            xd_canvas_field(&c, x, y, w, i & 1, XD_S_GOOD, word);
            break;
        case 2:
            xd_canvas_box(&c, (struct xd_rect){x, y, w, w}, XD_S_BORDER, word);
            break;
        case 3:
            xd_canvas_fill(&c, (struct xd_rect){x, y, w, w}, XD_S_DIALOG);
            break;
        case 4:
            xd_canvas_hline(&c, x, y, w, XD_S_BORDER);
            xd_canvas_vline(&c, x, y, w, XD_S_BORDER);
            break;
        case 5:
            xd_canvas_gauge(&c, x, y, w, w / 9.0, XD_S_BAR);
            break;
        case 6:
            xd_canvas_spark(&c, x, y, w, v, 3, 2, XD_S_BAR);
            break;
        default:
            c.glyphs = (enum xd_glyphs)(random() % 3);
            break;
        }
        assert_whole(&c);
    }
    xd_canvas_dump(&c, &out);
    assert_non_null(out.s);
    xd_buf_done(&out);
    xd_canvas_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_clipped_on_every_side),
        cmocka_unit_test(wide_characters_never_straddle),
        cmocka_unit_test(one_combining_mark_is_kept),
        cmocka_unit_test(no_control_reaches_a_cell),
        cmocka_unit_test(fields_are_cut_and_aligned),
        cmocka_unit_test(printf_has_no_limit),
        cmocka_unit_test(styles_follow_and_restyle_keeps_text),
        cmocka_unit_test(lines_merge_by_direction),
        cmocka_unit_test(boxes_side_by_side_share_a_wall),
        cmocka_unit_test(small_and_clipped_boxes),
        cmocka_unit_test(gauges_fill_by_eighths),
        cmocka_unit_test(gauges_have_two_styles),
        cmocka_unit_test(sparks_rise_from_left_to_right),
        cmocka_unit_test(sparks_tell_zero_from_unknown),
        cmocka_unit_test(braille_holds_two_values_a_cell),
        cmocka_unit_test(ascii_is_all_that_is_left),
        cmocka_unit_test(whatever_is_drawn_stays_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
