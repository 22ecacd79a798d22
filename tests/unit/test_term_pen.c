/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pen: what a change costs on the line to the terminal, byte for byte. That terminals show what
 * was meant is tested in tests/pty. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term_pen.h"

#define W 40
#define H 6

struct paper {
    struct xd_canvas canvas;
    struct xd_glyph shown[W * H];
    struct xd_buf out;
    struct xd_pen pen;
};

/* An empty screen of xterm's, with the pen at the top left. */
static int set_up(void **state)
{
    struct paper *t = calloc(1, sizeof(*t));

    xd_canvas_init(&t->canvas, W, H, XD_GLYPHS_BLOCK);
    xd_canvas_clear(&t->canvas);
    memcpy(t->shown, t->canvas.cells, sizeof(t->shown));
    t->pen = (struct xd_pen){
        .out = &t->out,
        .w = W,
        .h = H,
        .caps = {true, true, true, true, true, true, true, true},
        .looks = {[XD_S_HEADER] = {.attrs = 1},
                  [XD_S_BAR] = {.fg = "38;5;74"},
                  [XD_S_CURSOR] = {.fg = "38;5;231", .bg = "48;5;24"}},
    };
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct paper *t = *state;

    xd_canvas_done(&t->canvas);
    xd_buf_done(&t->out);
    free(t);
    return 0;
}

static void write_at(struct paper *t, int x, int y, enum xd_role_style s, const char *text)
{
    xd_canvas_text(&t->canvas, x, y, s, text);
}

/* What is sent for all that was written since. */
static void assert_sent(struct paper *t, const char *expected)
{
    xd_buf_clear(&t->out);
    for (int y = 0; y < H; y++)
        xd_pen_row(&t->pen, &t->canvas, y, &t->shown[y * W]);
    assert_string_equal(xd_buf_str(&t->out), expected);
    assert_memory_equal(t->shown, t->canvas.cells, sizeof(t->shown));
}

static void a_digit_that_changes_again_costs_two_bytes(void **state)
{
    struct paper *t = *state;

    write_at(t, 20, 3, XD_S_NORMAL, "12.5");
    assert_sent(t, "\033[4;21H12.5");
    write_at(t, 20, 3, XD_S_NORMAL, "12.6");
    assert_sent(t, "\b6");
    write_at(t, 20, 3, XD_S_NORMAL, "13.6");
    assert_sent(t, "\b\b\b3");
    assert_sent(t, "");
}

static void the_next_row_is_a_line_feed_away(void **state)
{
    struct paper *t = *state;

    write_at(t, 20, 1, XD_S_NORMAL, "1.5");
    write_at(t, 20, 2, XD_S_NORMAL, "2.5");
    write_at(t, 20, 4, XD_S_NORMAL, "4.5");
    assert_sent(t, "\n\033[21G1.5\n\b\b\b2.5\n\n\b\b\b4.5");
}

/* Letters between two changes are cheaper than a motion where they are few, and of one look. */
static void small_gaps_are_written_over(void **state)
{
    struct paper *t = *state;

    write_at(t, 10, 1, XD_S_NORMAL, "14s 11.2");
    assert_sent(t, "\n\033[11G14s 11.2");
    write_at(t, 10, 1, XD_S_NORMAL, "15s 12.2");
    assert_sent(t, "\033[7D5s 12");
    write_at(t, 10, 1, XD_S_NORMAL, "16s 12.23456789");
    assert_sent(t, "\033[5D6\033[6C3456789");
    write_at(t, 13, 1, XD_S_HEADER, " ");
    write_at(t, 10, 1, XD_S_NORMAL, "17s");
    write_at(t, 14, 1, XD_S_NORMAL, "3");
    assert_sent(t, "\033[12G7s\033[1m \033[m3");
}

/* The look stays what it was for the next frame, which often is of the same row. */
static void a_look_is_told_once(void **state)
{
    struct paper *t = *state;

    write_at(t, 0, 0, XD_S_CURSOR, "7");
    assert_sent(t, "\033[38;5;231;48;5;24m7");
    write_at(t, 0, 0, XD_S_CURSOR, "8");
    assert_sent(t, "\r8");
    write_at(t, 0, 1, XD_S_BAR, "9"); /* its ground goes, its own colour comes */
    assert_sent(t, "\n\r\033[0;38;5;74m9");
    write_at(t, 1, 1, XD_S_HEADER, "0");
    assert_sent(t, "\033[0;1m0");
    write_at(t, 2, 1, XD_S_NORMAL, "1");
    assert_sent(t, "\033[m1");
}

/* The row of the cursor comes last: the next frame, which is of that row alone, goes on there. */
static void the_row_of_the_cursor_comes_last(void **state)
{
    struct paper *t = *state;

    write_at(t, 0, 1, XD_S_CURSOR, "web1  2.4");
    write_at(t, 3, 5, XD_S_BAR, "▁");
    xd_pen_rows(&t->pen, &t->canvas, 1, t->shown);
    xd_pen_move(&t->pen, 0, 1);
    assert_string_equal(xd_buf_str(&t->out), "\033[6;4H\033[38;5;74m▁"
                                             "\033[2H\033[38;5;231;48;5;24mweb1  2.4\r");
    xd_buf_clear(&t->out);
    write_at(t, 6, 1, XD_S_CURSOR, "2.7");
    xd_pen_rows(&t->pen, &t->canvas, 1, t->shown);
    xd_pen_move(&t->pen, 0, 1);
    assert_string_equal(xd_buf_str(&t->out), "\033[9G7\r");
    assert_memory_equal(t->shown, t->canvas.cells, sizeof(t->shown));
}

/* Where time moves a graph, the terminal moves it. */
static void a_graph_that_moves_is_not_sent_again(void **state)
{
    struct paper *t = *state;

    write_at(t, 5, 2, XD_S_BAR, "▁▂▃▄▅▆▇█▇▆▅▄▃▂▁▂▃▄▅▆");
    assert_sent(t, "\033[3;6H\033[38;5;74m▁▂▃▄▅▆▇█▇▆▅▄▃▂▁▂▃▄▅▆");
    write_at(t, 5, 2, XD_S_BAR, "▂▃▄▅▆▇█▇▆▅▄▃▂▁▂▃▄▅▆▇");
    assert_sent(t, "\033[6G\033[P\033[25G▇");
    t->pen.caps.delete = false;
    write_at(t, 5, 2, XD_S_BAR, "▃▄▅▆▇█▇▆▅▄▃▂▁▂▃▄▅▆▇█");
    assert_sent(t, "\033[6G▃▄▅▆▇█▇▆▅▄▃▂▁▂▃▄▅▆▇█");
}

/* After the last column nobody knows where the cursor is. */
static void the_last_column_ends_all_short_ways(void **state)
{
    struct paper *t = *state;

    write_at(t, W - 1, 1, XD_S_NORMAL, "x");
    assert_sent(t, "\n\033[40Gx");
    write_at(t, W - 2, 1, XD_S_NORMAL, "y");
    assert_sent(t, "\033[2;39Hy");
}

static void wide_characters_come_whole(void **state)
{
    struct paper *t = *state;

    write_at(t, 4, 0, XD_S_NORMAL, "漢字");
    assert_sent(t, "    漢字");
    write_at(t, 6, 0, XD_S_NORMAL, "ab");
    assert_sent(t, "\b\bab");
}

/* A terminal that only knows how to address the cursor gets nothing else. */
static void poor_terminals_get_what_they_know(void **state)
{
    struct paper *t = *state;

    memset(&t->pen.caps, 0, sizeof(t->pen.caps));
    write_at(t, 20, 3, XD_S_BAR, "5");
    assert_sent(t, "\033[4;21H\033[38;5;74m5");
    write_at(t, 20, 3, XD_S_NORMAL, "6");
    assert_sent(t, "\033[4;21H\033[m6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(a_digit_that_changes_again_costs_two_bytes),
        TEST(the_next_row_is_a_line_feed_away),
        TEST(small_gaps_are_written_over),
        TEST(a_look_is_told_once),
        TEST(the_row_of_the_cursor_comes_last),
        TEST(a_graph_that_moves_is_not_sent_again),
        TEST(the_last_column_ends_all_short_ways),
        TEST(wide_characters_come_whole),
        TEST(poor_terminals_get_what_they_know),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
