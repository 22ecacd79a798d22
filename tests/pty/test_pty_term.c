/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/term on its own, by way of termdemo: what eight kinds of terminals show, keys and sizes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "term_help.h"

/* --- what is shown --- */

#define WAVE_ROW                                                                                   \
    "│ ███████▍░░░░░░░░░░░░  ▁▁▂▃▄▅▆▇█▇▆▅▄▃▂▁▁   wide 漢字 e\u0301 → × ·                  │"
static const char picture[] =
    "┌ termdemo ────────────────────────────────────────────────────────────────────┐\n"
    "│ size 80x13                                                                   │\n"
    "│ key <>                                                                       │\n"
    "│ normal        dim           header        tab           tab_on               │\n"
    "│ title         title_on      cursor        mark          accent               │\n"
    "│ good          warn          bad           unknown       staged               │\n"
    "│ key           key_text      border        bar           bar_rest             │\n"
    "│ input         dialog        dialog_bad    dialog_dim    dialog_accent        │\n"
    "│                                                                              │\n" WAVE_ROW
    "\n"
    "│                                                                              │\n"
    "│ nopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk │\n"
    "└──────────────────────────────────────────────────────────────────────────────┘\n";
static const char ascii_picture[] =
    "+ termdemo --------------------------------------------------------------------+\n"
    "| size 80x13                                                                   |\n"
    "| key <>                                                                       |\n"
    "| normal        dim           header        tab           tab_on               |\n"
    "| title         title_on      cursor        mark          accent               |\n"
    "| good          warn          bad           unknown       staged               |\n"
    "| key           key_text      border        bar           bar_rest             |\n"
    "| input         dialog        dialog_bad    dialog_dim    dialog_accent        |\n"
    "|                                                                              |\n"
    "| #######.............  __.:-=+*#*+=-:.__   wide ???? e > x |                  |\n"
    "|                                                                              |\n"
    "| nopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk |\n"
    "+------------------------------------------------------------------------------+\n";

static void assert_picture(struct xd_pty *p, const char *expected)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_pty_screen(p, &b);
    assert_string_equal(xd_buf_str(&b), expected);
    xd_buf_done(&b);
}

/* To the last cell of the last line, at once and after it was painted again. */
static void eight_terminals_show_the_same(void **state)
{
    for (size_t i = 0; i < N(terms); i++) {
        struct xd_pty *p = start(terms[i], 80, 13);
        const char *expected = terms[i][0] == 'v' ? ascii_picture : picture;
        /* libvterm 0.1 knows the way of xterm (1049), not that of rxvt (47) */
        bool has_second = strchr("vlr", terms[i][0]) == NULL;

        wait_for(p, "size 80x13");
        assert_true(xd_pty_wait_quiet(p, 100, LIMIT));
        assert_picture(p, expected);
        assert_int_equal(xd_pty_second_screen(p), has_second);
        assert_int_equal(xd_pty_cursor_shown(p), strcmp(terms[i], "vt100") == 0);
        press(p, "C-l");
        wait_for(p, "<C-l>");
        press(p, "q");
        assert_exits(p, 0);
        xd_pty_free(p);
    }
}

static void without_utf8_only_ascii_is_sent(void **state)
{
    static const char *const argv[] = {TERMDEMO, NULL};
    static const char *const env[] = {"LC_ALL=C", NULL};
    struct xd_pty *p = start_with("xterm-256color", 80, 13, argv, env);
    const struct xd_buf *log = xd_pty_log(p);

    wait_for(p, "size 80x13");
    assert_true(xd_pty_wait_quiet(p, 100, LIMIT));
    assert_picture(p, ascii_picture);
    for (size_t i = 0; i < log->len; i++)
        assert_true((unsigned char)log->s[i] < 0x80);
    press(p, "q");
    assert_exits(p, 0);
    xd_pty_free(p);
}

/* Sequences that set a colour: CSI … m with a parameter of 30–49 or 90–107. */
static bool sets_colors(const struct xd_buf *log)
{
    for (size_t i = 0; i + 2 < log->len; i++) {
        const char *s = log->s + i;
        size_t n;

        if (s[0] != '\033' || s[1] != '[')
            continue;
        n = strspn(s + 2, "0123456789;");
        if (s[2 + n] != 'm')
            continue;
        for (const char *arg = s + 2; arg < s + 2 + n; arg += strcspn(arg, ";m") + 1) {
            int v = atoi(arg);

            if ((v >= 30 && v <= 49) || (v >= 90 && v <= 107))
                return true;
        }
    }
    return false;
}

static void no_color_means_none(void **state)
{
    static const char *const argv[] = {TERMDEMO, NULL};
    static const char *const env[] = {"NO_COLOR=1", NULL}, *const empty[] = {"NO_COLOR=", NULL};
    struct xd_pty *p = start_with("xterm-256color", 80, 13, argv, env);
    int x, y;

    wait_for(p, "dialog_bad");
    assert_true(xd_pty_wait_quiet(p, 100, LIMIT));
    assert_false(sets_colors(xd_pty_log(p)));
    assert_true(xd_pty_find(p, "cursor", &x, &y)); /* and nothing is lost by it */
    assert_true(xd_pty_look(p, x, y).reverse);
    assert_true(xd_pty_find(p, "staged", &x, &y));
    assert_true(xd_pty_look(p, x, y).underline && xd_pty_look(p, x, y).bold);
    press(p, "q");
    assert_exits(p, 0);
    assert_false(sets_colors(xd_pty_log(p)));
    xd_pty_free(p);

    p = start_with("xterm-256color", 80, 13, argv, empty); /* empty means not set */
    wait_for(p, "dialog_bad");
    assert_true(sets_colors(xd_pty_log(p)));
    xd_pty_free(p);
    p = start("vt220", 80, 13);
    wait_for(p, "dialog_bad");
    assert_false(sets_colors(xd_pty_log(p)));
    xd_pty_free(p);
}

/* --- keys and sizes --- */

static void keys_are_told_apart(void **state)
{
    static const char *const keys[] = {"j",   "Up",    "Esc",   "C-Up",   "A-x",      "F1",  "F5",
                                       "F12", "Del",   "S-Tab", "é",      "C-c",      "C-l", "PgUp",
                                       "End", "Enter", "Tab",   "A-Left", "Backspace"};
    struct xd_pty *p = start("xterm-256color", 80, 13);
    char shown[32];

    wait_for(p, "key <>");
    for (size_t i = 0; i < N(keys); i++) {
        press(p, keys[i]);
        snprintf(shown, sizeof(shown), "key <%s>", keys[i]);
        wait_for(p, shown);
    }
    /* What is no key of ours leaves nothing behind. */
    xd_pty_type(p, "\033[97;5u\033]11;rgb:ffff/ffff/ffff\033\\\033[?62;4cz");
    wait_for(p, "key <z>");
    press(p, "q");
    assert_exits(p, 0);
    xd_pty_free(p);
}

static void the_mouse_is_on_only_if_asked(void **state)
{
    static const char *const argv[] = {TERMDEMO, NULL}, *const env[] = {"DEMO_MOUSE=1", NULL};
    struct xd_pty *p = start_with("xterm-256color", 80, 13, argv, env);

    wait_for(p, "key <>");
    assert_true(xd_pty_mouse(p));
    xd_pty_type(p, "\033[<0;12;3M");
    wait_for(p, "key <Click 11,2>");
    xd_pty_type(p, "\033[<64;1;1M");
    wait_for(p, "key <ScrollUp 0,0>");
    press(p, "q");
    assert_exits(p, 0);
    xd_pty_free(p);
    p = start("xterm-256color", 80, 13);
    wait_for(p, "key <>");
    assert_false(xd_pty_mouse(p));
    xd_pty_free(p);
}

static void a_resize_is_followed_at_once(void **state)
{
    static const int sizes[][2] = {{120, 40}, {30, 8}, {80, 24}, {200, 60}, {10, 3}, {80, 13}};
    struct xd_pty *p = start("xterm-256color", 80, 24);
    char shown[32];

    wait_for(p, "size 80x24");
    for (size_t i = 0; i < N(sizes); i++) {
        xd_pty_resize(p, sizes[i][0], sizes[i][1]);
        snprintf(shown, sizeof(shown), "size %dx%d", sizes[i][0], sizes[i][1]);
        shown[sizes[i][0] < 12 ? 6 : 31] = '\0'; /* what fits */
        wait_for(p, shown);
    }
    assert_true(xd_pty_wait_quiet(p, 100, LIMIT));
    assert_picture(p, picture);
    press(p, "q");
    assert_exits(p, 0);
    xd_pty_free(p);
}

static void a_frame_sends_what_differs(void **state)
{
    struct xd_pty *p = start("xterm-256color", 200, 60);
    size_t first, before;

    wait_for(p, "key <>");
    assert_true(xd_pty_wait_quiet(p, 200, LIMIT));
    first = before = xd_pty_log(p)->len;
    press(p, "j");
    wait_for(p, "key <j>");
    assert_true(xd_pty_wait_quiet(p, 200, LIMIT));
    assert_true(first > 10000);
    assert_in_range(xd_pty_log(p)->len - before, 1, 60);
    before = xd_pty_log(p)->len;
    press(p, "j"); /* the same again: nothing to say */
    xd_pty_pump(p, 300);
    assert_int_equal(xd_pty_log(p)->len, before);
    xd_pty_free(p);
}

static char *read_file(const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "r");
    size_t n;

    assert_non_null(f);
    n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

/* Until the screen is what the file says: the text waited for may come before the rest. */
static void wait_for_picture(struct xd_pty *p, const char *path)
{
    struct xd_buf b = XD_BUF_INIT;
    bool same = false;

    for (double limit = xd_pty_now_ms() + 3000; !same && xd_pty_now_ms() < limit;) {
        xd_pty_pump(p, 5);
        xd_buf_clear(&b);
        xd_pty_screen(p, &b);
        same = strcmp(xd_buf_str(&b), read_file(path)) == 0;
    }
    assert_string_equal(xd_buf_str(&b), read_file(path));
    xd_buf_done(&b);
}

static void frames_on(const char *term, int h, int frames, size_t piece)
{
    static const char *const argv[] = {TERMDEMO, NULL};
    char path[] = "/tmp/xendeck-frame-XXXXXX", var[64], shown[32];
    const char *env[] = {var, NULL};
    struct xd_pty *p;

    close(mkstemp(path));
    snprintf(var, sizeof(var), "DEMO_DUMP=%s", path);
    p = start_with(term, 70, h, argv, env);
    xd_pty_pieces(p, piece);
    wait_for(p, "key <>");
    for (int frame = 1; frame <= frames; frame++) {
        press(p, "r");
        snprintf(shown, sizeof(shown), "key <r> frame %d.", frame);
        wait_for(p, shown);
        wait_for_picture(p, path);
    }
    xd_pty_free(p);
    unlink(path);
}

/* Whatever stood there before, the terminal shows what the canvas holds. */
static void any_frame_after_any_other(void **state)
{
    for (size_t i = 0; i < N(terms); i++)
        frames_on(terms[i], 16, 40, 0);
}

/* In a window of more lines than terminfo tells of, too: nothing scrolls. */
static void any_frame_in_a_tall_window(void **state)
{
    for (size_t i = 0; i < N(terms); i++)
        frames_on(terms[i], 45, 12, 0);
}

/* Over a slow line sequences come in pieces. */
static void any_frame_in_pieces(void **state)
{
    for (size_t i = 0; i < N(terms); i++)
        frames_on(terms[i], 45, 4, 3);
}

/* The rows of letters in a window of 900x300. */
static void assert_pattern(struct xd_pty *p)
{
    struct xd_buf b = XD_BUF_INIT;
    int rows = 0;

    xd_pty_screen(p, &b);
    for (const char *line = b.s; *line; line = strchr(line, '\n') + 1, rows++) {
        if (rows <= 10 || rows == 299)
            continue;
        assert_memory_equal(line, "│ ", 4);
        assert_int_equal(line[4], 'a' + (2 + rows) % 26);
        assert_int_equal(line[4 + 895], 'a' + (897 + rows) % 26);
    }
    assert_int_equal(rows, 300);
    assert_string_equal(b.s + b.len - 4, "┘\n");
    xd_buf_done(&b);
}

/* More than curses' pipe holds goes in several parts. */
static void a_huge_window_is_whole(void **state)
{
    struct xd_pty *p = start("xterm-256color", 900, 300);

    wait_for(p, "size 900x300");
    assert_true(xd_pty_wait_quiet(p, 300, LIMIT));
    assert_pattern(p);
    press(p, "C-l");
    wait_for(p, "key <C-l>");
    assert_true(xd_pty_wait_quiet(p, 300, LIMIT));
    assert_pattern(p);
    press(p, "C-z");
    wait_for(p, "key <C-z>");
    assert_true(xd_pty_wait_quiet(p, 300, LIMIT));
    assert_pattern(p);
    press(p, "q");
    assert_exits(p, 0);
    xd_pty_free(p);
}

/* The palette is its owner's; curses would reset it on the way back in. */
static void no_palette_is_reset(void **state)
{
    struct xd_pty *p = start("xterm-256color", 80, 13);

    wait_for(p, "key <>");
    press(p, "C-z"); /* no shell could continue it, so it comes back at once */
    wait_for(p, "key <C-z>");
    press(p, "q");
    assert_exits(p, 0);
    assert_false(xd_pty_sent(p, "\033]"));
    xd_pty_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_terminals_show_the_same),
        cmocka_unit_test(without_utf8_only_ascii_is_sent),
        cmocka_unit_test(no_color_means_none),
        cmocka_unit_test(keys_are_told_apart),
        cmocka_unit_test(the_mouse_is_on_only_if_asked),
        cmocka_unit_test(a_resize_is_followed_at_once),
        cmocka_unit_test(a_frame_sends_what_differs),
        cmocka_unit_test(any_frame_after_any_other),
        cmocka_unit_test(any_frame_in_a_tall_window),
        cmocka_unit_test(any_frame_in_pieces),
        cmocka_unit_test(a_huge_window_is_whole),
        cmocka_unit_test(no_palette_is_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
