/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/key: names of keys both ways, and what terminals send for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/key.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define F(n) (XD_KEY_F1 + (n)-1)
#define C(c) (XD_KEY_CTRL | (c))
#define A(c) (XD_KEY_ALT | (c))

static void names_go_both_ways(void **state)
{
    // clang-format off
    static const struct {
        const char *name;
        uint32_t code;
    } keys[] = {
        {"j", 'j'}, {"A", 'A'}, {"?", '?'}, {"-", '-'}, {"é", 0xe9}, {"漢", 0x6f22},
        {"\u0301", 0x301}, {"Space", ' '}, {"Enter", XD_KEY_ENTER}, {"Esc", XD_KEY_ESC},
        {"Tab", XD_KEY_TAB},
        {"S-Tab", XD_KEY_BACKTAB}, {"Backspace", XD_KEY_BACKSPACE}, {"Up", XD_KEY_UP},
        {"PgDn", XD_KEY_PGDN}, {"Home", XD_KEY_HOME}, {"Ins", XD_KEY_INSERT},
        {"Del", XD_KEY_DELETE}, {"F1", F(1)}, {"F9", F(9)}, {"F10", F(10)}, {"F12", F(12)},
        {"C-l", C('l')}, {"C-Space", C(' ')}, {"C-\\", C('\\')}, {"A-x", A('x')},
        {"A-X", A('X')}, {"A-Enter", A(XD_KEY_ENTER)}, {"C-Up", C(XD_KEY_UP)},
        {"C-A-Left", C(A(XD_KEY_LEFT))}, {"A--", A('-')},
        {"C--", C('-')}, {"Resize", XD_KEY_RESIZE},
        {"Click", XD_KEY_CLICK}, {"C-A-ScrollDown", C(A(XD_KEY_SCROLL_DOWN))},
        {"C-A-Backspace", C(A(XD_KEY_BACKSPACE))},
    };
    // clang-format on
    char out[16];

    for (size_t i = 0; i < N(keys); i++) {
        assert_int_equal(xd_key_parse(keys[i].name), keys[i].code);
        assert_string_equal(xd_key_name(keys[i].code, out), keys[i].name);
    }
    assert_string_equal(xd_key_name(XD_KEY_NONE, out), "");
}

static void other_spellings_are_read(void **state)
{
    assert_int_equal(xd_key_parse("return"), XD_KEY_ENTER);
    assert_int_equal(xd_key_parse("ESC"), XD_KEY_ESC);
    assert_int_equal(xd_key_parse("PageUp"), XD_KEY_PGUP);
    assert_int_equal(xd_key_parse("f5"), F(5));
    assert_int_equal(xd_key_parse("c-L"), C('l'));
    assert_int_equal(xd_key_parse("M-x"), A('x'));
    assert_int_equal(xd_key_parse("A-C-x"), C(A('x')));
    assert_int_equal(xd_key_parse("s-tab"), XD_KEY_BACKTAB);
    assert_int_equal(xd_key_parse("C-i"), XD_KEY_TAB);
    assert_int_equal(xd_key_parse("C-m"), XD_KEY_ENTER);
    assert_int_equal(xd_key_parse("C-["), XD_KEY_ESC);
    assert_int_equal(xd_key_parse("C-h"), XD_KEY_BACKSPACE);
    assert_int_equal(xd_key_parse("C-A-h"), A(XD_KEY_BACKSPACE));
    assert_int_equal(xd_key_parse("C-@"), C(' '));
}

static void what_is_no_key_is_none(void **state)
{
    static const char *const bad[] = {"",
                                      "jj",
                                      "F0",
                                      "F13",
                                      "C-",
                                      "C-jj",
                                      "X-a",
                                      "\t",
                                      "\033",
                                      " x",
                                      "Ente",
                                      "\xc3\xa9\xc3"
                                      "\xa9"};

    for (size_t i = 0; i < N(bad); i++)
        assert_int_equal(xd_key_parse(bad[i]), XD_KEY_NONE);
    assert_int_equal(xd_key_parse("\xff"), XD_KEY_NONE);
    assert_int_equal(xd_key_parse("\u202e"), XD_KEY_NONE);
}

/* --- decoding --- */

static uint32_t decode_all(const char *bytes, size_t n)
{
    struct xd_key k;

    assert_int_equal(xd_key_decode(NULL, bytes, n, false, &k), n);
    return k.code;
}

static void sequences_of_many_terminals(void **state)
{
    // clang-format off
    static const struct {
        const char *bytes;
        uint32_t code;
    } keys[] = {
        {"j", 'j'}, {"\t", XD_KEY_TAB}, {"\r", XD_KEY_ENTER}, {"\n", XD_KEY_ENTER},
        {"\x7f", XD_KEY_BACKSPACE}, {"\b", XD_KEY_BACKSPACE}, {"\x0c", C('l')}, {"\x1a", C('z')},
        {"\x1c", C('\\')}, {"\x1f", C('_')}, {"é", 0xe9}, {"漢", 0x6f22},
        /* xterm, in both cursor modes */
        {"\033[A", XD_KEY_UP}, {"\033OB", XD_KEY_DOWN}, {"\033[C", XD_KEY_RIGHT},
        {"\033OD", XD_KEY_LEFT}, {"\033OH", XD_KEY_HOME}, {"\033[F", XD_KEY_END},
        {"\033[5~", XD_KEY_PGUP}, {"\033[6~", XD_KEY_PGDN}, {"\033[2~", XD_KEY_INSERT},
        {"\033[3~", XD_KEY_DELETE}, {"\033[Z", XD_KEY_BACKTAB}, {"\033OP", F(1)},
        {"\033OS", F(4)}, {"\033[15~", F(5)}, {"\033[21~", F(10)}, {"\033[24~", F(12)},
        {"\033[1;5A", C(XD_KEY_UP)}, {"\033[1;3D", A(XD_KEY_LEFT)},
        {"\033[3;7~", C(A(XD_KEY_DELETE))},
        {"\033[1;2B", XD_KEY_DOWN}, {"\033[1;2P", XD_KEY_NONE}, {"\033[15;5~", C(F(5))},
        /* linux */
        {"\033[[A", F(1)}, {"\033[[E", F(5)}, {"\033[1~", XD_KEY_HOME}, {"\033[4~", XD_KEY_END},
        {"\033[17~", F(6)}, {"\033[G", XD_KEY_NONE},
        /* rxvt */
        {"\033[7~", XD_KEY_HOME}, {"\033[8~", XD_KEY_END},
        {"\033[11~", F(1)}, {"\033[a", XD_KEY_UP},
        {"\033Oa", C(XD_KEY_UP)}, {"\033[3^", C(XD_KEY_DELETE)}, {"\033\033[A", A(XD_KEY_UP)},
        /* the keypad */
        {"\033OM", XD_KEY_ENTER}, {"\033Ok", '+'}, {"\033Ot", '4'},
        /* Alt */
        {"\033x", A('x')}, {"\033\r", A(XD_KEY_ENTER)},
        {"\033é", A(0xe9)}, {"\033\x7f", A(XD_KEY_BACKSPACE)},
        /* what is none of ours goes as a whole */
        {"\033[97;5u", XD_KEY_NONE}, {"\033[200~", XD_KEY_NONE}, {"\033[?62;1c", XD_KEY_NONE},
        {"\033[24;80R", XD_KEY_NONE}, {"\033[1;80R", XD_KEY_NONE},
        {"\033]11;rgb:0/0/0\a", XD_KEY_NONE}, {"\033P>|xterm(3)\033\\", XD_KEY_NONE},
        {"\033[1;2;3;4;5;6;7;99999999999999999999x", XD_KEY_NONE}, {"\033[I", XD_KEY_NONE},
        {"\033OT", XD_KEY_NONE}, {"\033[0$y", XD_KEY_NONE},
    };
    // clang-format on

    for (size_t i = 0; i < N(keys); i++)
        assert_int_equal(decode_all(keys[i].bytes, strlen(keys[i].bytes)), keys[i].code);
    assert_int_equal(decode_all("", 1), C(' '));
}

/* Each true beginning of a sequence asks for more, and never gives a key of its own unless time is
 * up. So a sequence may come in pieces over a slow line. */
static void pieces_of_a_sequence_wait(void **state)
{
    static const char *const seqs[] = {
        "\033[1;5A",     "\033OP", "\033[[A",    "\033[15~", "\033[M !!",
        "\033[<0;12;3M", "漢",     "\033\033[A", "\033é",    "\033]0;title\033\\"};
    struct xd_key k;

    for (size_t i = 0; i < N(seqs); i++) {
        size_t len = strlen(seqs[i]);

        for (size_t n = 1; n < len; n++) {
            assert_int_equal(xd_key_decode(NULL, seqs[i], n, false, &k), 0);
            assert_in_range(xd_key_decode(NULL, seqs[i], n, true, &k), 1, n);
        }
        assert_int_equal(xd_key_decode(NULL, seqs[i], len, false, &k), len);
    }
    assert_int_equal(xd_key_decode(NULL, "", 0, true, &k), 0);
}

static void time_tells_escape_from_alt(void **state)
{
    struct xd_key k;

    assert_int_equal(xd_key_decode(NULL, "\033", 1, true, &k), 1);
    assert_int_equal(k.code, XD_KEY_ESC);
    assert_int_equal(xd_key_decode(NULL, "\033[", 2, true, &k), 2);
    assert_int_equal(k.code, A('['));
    assert_int_equal(xd_key_decode(NULL, "\033O", 2, true, &k), 2);
    assert_int_equal(k.code, A('O'));
    assert_int_equal(xd_key_decode(NULL, "\033\033", 2, true, &k), 1);
    assert_int_equal(k.code, XD_KEY_ESC);
    assert_int_equal(xd_key_decode(NULL, "\033[1;", 4, true, &k), 4); /* no stray "1" */
    assert_int_equal(k.code, XD_KEY_NONE);
}

/* A sequence that is cut by the next one doesn't swallow it. */
static void a_cut_sequence_leaves_the_next(void **state)
{
    struct xd_key k;
    size_t n;

    n = xd_key_decode(NULL, "\033[1;\033[A", 7, false, &k);
    assert_int_equal(n, 4);
    assert_int_equal(k.code, XD_KEY_NONE);
    assert_int_equal(xd_key_decode(NULL, "\xe6\xbc\033[A", 5, false, &k), 1);
    assert_int_equal(k.code, XD_KEY_NONE);
    assert_int_equal(xd_key_decode(NULL, "jk", 2, false, &k), 1);
    assert_int_equal(k.code, 'j');
}

static void the_mouse_says_where(void **state)
{
    struct xd_key k;

    assert_int_equal(xd_key_decode(NULL, "\033[<0;12;3M", 10, false, &k), 10);
    assert_int_equal(k.code, XD_KEY_CLICK);
    assert_int_equal(k.x, 11);
    assert_int_equal(k.y, 2);
    xd_key_decode(NULL, "\033[<0;12;3m", 10, false, &k); /* its release */
    assert_int_equal(k.code, XD_KEY_NONE);
    xd_key_decode(NULL, "\033[<65;200;1M", 12, false, &k);
    assert_int_equal(k.code, XD_KEY_SCROLL_DOWN);
    assert_int_equal(k.x, 199);
    xd_key_decode(NULL, "\033[M !\"", 6, false, &k);
    assert_int_equal(k.code, XD_KEY_CLICK);
    assert_int_equal(k.x, 0);
    assert_int_equal(k.y, 1);
    xd_key_decode(NULL, "\033[M`!!", 6, false, &k);
    assert_int_equal(k.code, XD_KEY_SCROLL_UP);
    xd_key_decode(NULL, "\033[<2;1;1M", 9, false, &k); /* the right button has no use */
    assert_int_equal(k.code, XD_KEY_NONE);
}

static void a_terminals_own_sequences_come_first(void **state)
{
    static const struct xd_key_seq own[] = {
        {"\033[1~", XD_KEY_END}, {"\033[1~x", F(7)}, {"\001@\r", F(1)}, {NULL, 0}};
    struct xd_key k;

    assert_int_equal(xd_key_decode(own, "\033[1~", 4, false, &k), 4);
    assert_int_equal(k.code, XD_KEY_END);
    assert_int_equal(xd_key_decode(own, "\033[1~x", 5, false, &k), 5);
    assert_int_equal(k.code, F(7));
    assert_int_equal(xd_key_decode(own, "\001@\r", 3, false, &k), 3);
    assert_int_equal(k.code, F(1));
    assert_int_equal(xd_key_decode(own, "\033[4~", 4, false, &k), 4);
    assert_int_equal(k.code, XD_KEY_END);
}

/* Whatever bytes come: progress, nothing read behind the end, no key that has no name. */
static void noise_ends(void **state)
{
    static const char alphabet[] = "\033\033\033[[O]MP<;?019A~^m\a\\\xe6\xbc\xa2\xff q";
    char buf[24], name[16];
    struct xd_key k;

    srandom(2);
    for (int i = 0; i < 200000; i++) {
        size_t len = 1 + (size_t)random() % sizeof(buf), at = 0;
        char *copy = malloc(len); /* so that a sanitizer sees a step behind the end */

        for (size_t j = 0; j < len; j++)
            copy[j] = alphabet[(size_t)random() % (sizeof(alphabet) - 1)];
        while (at < len) {
            size_t n = xd_key_decode(NULL, copy + at, len - at, true, &k);

            assert_in_range(n, 1, len - at);
            xd_key_name(k.code, name);
            assert_true(k.code == XD_KEY_NONE || xd_key_parse(name) != XD_KEY_NONE);
            at += n;
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(other_spellings_are_read),
        cmocka_unit_test(what_is_no_key_is_none),
        cmocka_unit_test(sequences_of_many_terminals),
        cmocka_unit_test(pieces_of_a_sequence_wait),
        cmocka_unit_test(time_tells_escape_from_alt),
        cmocka_unit_test(a_cut_sequence_leaves_the_next),
        cmocka_unit_test(the_mouse_says_where),
        cmocka_unit_test(a_terminals_own_sequences_come_first),
        cmocka_unit_test(noise_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
