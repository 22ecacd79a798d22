/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tui/theme: reading, errors with their place, what is derived; and a lint of the shipped themes:
 * contrast after WCAG, and looks that must differ where colours can't tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/str.h"
#include "tui/theme.h"
#include "tui/theme_color.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

extern const struct xd_embedded xd_embedded_themes[];

static int parse(const char *text, struct xd_theme *t, struct xd_err *err)
{
    return xd_theme_parse("night.yaml", text, strlen(text), t, err);
}

static bool same_look(struct xd_look a, struct xd_look b)
{
    return a.fg == b.fg && a.bg == b.bg && a.bold == b.bold && a.underline == b.underline &&
           a.reverse == b.reverse && a.dim == b.dim;
}

static bool same_attributes(struct xd_look a, struct xd_look b)
{
    a.fg = a.bg = b.fg = b.bg = XD_COLOR_DEFAULT;
    return same_look(a, b);
}

/* --- reading --- */

static void colours_are_names_numbers_or_values(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;

    assert_int_equal(parse("title: My night\n"
                           "terminal: {fg: white, bg: \"#000000\"}\n"
                           "color:\n"
                           "  normal: {fg: 250, bg: default}\n"
                           "  cursor: {fg: brightwhite, bg: \"#00608a\", bold: true}\n"
                           "  bad: {fg: red, underline: yes, reverse: on, dim: true}\n",
                           &t, &err),
                     0);
    assert_string_equal(t.name, "night");
    assert_string_equal(t.title, "My night");
    assert_int_equal(t.fg, 7);
    assert_int_equal(t.bg, 16); /* exact black, not the terminal's "black" */
    assert_int_equal(t.color[XD_S_NORMAL].fg, 250);
    assert_int_equal(t.color[XD_S_NORMAL].bg, XD_COLOR_DEFAULT);
    assert_int_equal(t.color[XD_S_CURSOR].fg, 15);
    assert_int_equal(t.color[XD_S_CURSOR].bg, 24);
    assert_true(t.color[XD_S_CURSOR].bold);
    assert_false(t.color[XD_S_CURSOR].reverse);
    assert_true(t.color[XD_S_BAD].underline && t.color[XD_S_BAD].reverse && t.color[XD_S_BAD].dim);
}

static void what_is_left_out_is_derived(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;

    assert_int_equal(parse("color:\n"
                           "  normal: {fg: 252, bg: 16}\n"
                           "  cursor: {fg: 231, bg: 24}\n"
                           "  bar: {fg: 59, bg: 238}\n"
                           "basic:\n"
                           "  normal: {fg: white, bg: black}\n",
                           &t, &err),
                     0);
    /* a role without a look: the colours of normal, the attributes of mono */
    assert_int_equal(t.color[XD_S_STAGED].fg, 252);
    assert_int_equal(t.color[XD_S_STAGED].bg, 16);
    assert_true(same_attributes(t.color[XD_S_STAGED], t.mono[XD_S_STAGED]));
    assert_int_equal(t.basic[XD_S_STAGED].fg, 7);
    /* 16 colours from 256 */
    assert_int_equal(t.basic[XD_S_CURSOR].fg, 15);
    assert_int_not_equal(t.basic[XD_S_CURSOR].fg, t.basic[XD_S_CURSOR].bg);
    /* two greys that become one */
    assert_int_equal(t.basic[XD_S_BAR].fg, XD_COLOR_DEFAULT);
    assert_true(t.basic[XD_S_BAR].reverse);
    /* no file at all has a say in mono */
    assert_true(t.mono[XD_S_CURSOR].reverse);
    assert_string_equal(t.title, "night");
}

static void eight_colours_stay_readable(void **state)
{
    struct xd_look grey = {.fg = 8, .bg = XD_COLOR_DEFAULT};
    struct xd_look bright = {.fg = 12, .bg = 9};
    struct xd_look clash = {.fg = 9, .bg = 1};
    struct xd_look plain = {.fg = 3, .bg = XD_COLOR_DEFAULT, .underline = true};

    grey = xd_look_in_8(grey);
    assert_int_equal(grey.fg, XD_COLOR_DEFAULT);
    assert_true(grey.dim && !grey.bold);
    bright = xd_look_in_8(bright);
    assert_int_equal(bright.fg, 4);
    assert_int_equal(bright.bg, 1);
    assert_true(bright.bold);
    clash = xd_look_in_8(clash);
    assert_int_equal(clash.fg, XD_COLOR_DEFAULT);
    assert_int_equal(clash.bg, XD_COLOR_DEFAULT);
    assert_true(clash.reverse);
    assert_true(same_look(xd_look_in_8(plain), plain));
}

static void errors_say_where_and_what_else(void **state)
{
    // clang-format off
    static const struct {
        const char *text, *at, *has;
    } bad[] = {
        {"color:\n  cursr: {fg: red}\n", "night.yaml:2:3:", "\"cursor\""},
        {"colour:\n  cursor: {fg: red}\n", "night.yaml:1:1:", "\"color\""},
        {"color:\n  cursor: {fg: rad}\n", "night.yaml:2:16:", "\"red\""},
        {"color:\n  cursor: {fg: 256}\n", "night.yaml:2:16:", "0 to 255"},
        {"color:\n  cursor: {fg: -1}\n", "night.yaml:2:16:", "no colour is called \"-1\""},
        {"basic:\n  cursor: {fg: 16}\n", "night.yaml:2:16:", "0 to 15"},
        {"color:\n  cursor: {fg: \"#12345\"}\n", "night.yaml:2:16:", "#rrggbb"},
        {"color:\n  cursor: {fg: \"#12345g\"}\n", "night.yaml:2:16:", "#rrggbb"},
        {"color:\n  cursor:\n    fg: #123456\n", "night.yaml:", "found nothing"},
        {"color:\n  cursor: {italic: true}\n", "night.yaml:2:12:", "unknown key \"italic\""},
        {"color:\n  cursor: {bold: maybe}\n", "night.yaml:2:18:", "true or false"},
        {"color:\n  cursor: red\n", "night.yaml:2:11:", "wanted a map"},
        {"color:\n  cursor: [red]\n", "night.yaml:2:11:", "wanted a map"},
        {"color: red\n", "night.yaml:1:8:", "wanted a map"},
        {"mono:\n  bad: {fg: red}\n", "night.yaml:2:9:", "no colours"},
        {"terminal: {bg: default}\n", "night.yaml:1:16:", "stand for itself"},
        {"terminal: {back: 0}\n", "night.yaml:1:12:", "unknown key"},
        {"title: [a]\n", "night.yaml:1:8:", "a text"},
        {"- color\n", "night.yaml:1:1:", "wanted a map"},
        {"", "night.yaml:1:1:", "empty"},
        {"color: {cursor: {fg: red}, cursor: {fg: red}}\n", "night.yaml:1:", "cursor"},
        {"color: {cursor: {fg: \n", "night.yaml:", ""},
    };
    // clang-format on

    for (size_t i = 0; i < N(bad); i++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_theme t, before;

        memset(&t, 0x5a, sizeof(t));
        before = t;
        assert_int_equal(parse(bad[i].text, &t, &err), -EINVAL);
        if (strncmp(err.text, bad[i].at, strlen(bad[i].at)) || !strstr(err.text, bad[i].has))
            fail_msg("theme %zu: %s", i, err.text);
        assert_memory_equal(&t, &before, sizeof(t)); /* nothing half-read */
    }
}

static void a_title_cannot_move_the_cursor(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;

    assert_int_equal(parse("title: \"a\\e[2Jb\"\n", &t, &err), 0);
    assert_true(xd_str_is_safe(t.title));
}

/* --- finding --- */

static void the_users_folder_comes_first(void **state)
{
    char dir[] = "/tmp/xendeck-theme-XXXXXX", path[256];
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;
    FILE *f;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/xendeck", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/xendeck/themes", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/xendeck/themes/light.yaml", dir);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("title: mine\ncolor: {bad: {fg: 9}}\n", f);
    fclose(f);

    setenv("XDG_CONFIG_HOME", dir, 1);
    assert_int_equal(xd_theme_load("light", &t, &err), 0);
    assert_string_equal(t.title, "mine");
    assert_string_equal(t.name, "light");
    assert_int_equal(xd_theme_load("mono", &t, &err), 0);
    assert_string_equal(t.title, "No colours");
    assert_int_equal(xd_theme_load(path, &t, &err), 0); /* by path */
    assert_string_equal(t.title, "mine");

    assert_int_equal(xd_theme_load("ligth", &t, &err), -ENOENT);
    assert_non_null(strstr(err.text, "did you mean \"light\"?"));
    assert_non_null(strstr(err.text, "colour-blind"));
    assert_non_null(strstr(err.text, dir));
    assert_int_equal(xd_theme_load("/nowhere/x.yaml", &t, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/nowhere/x.yaml"));

    unlink(path);
    unsetenv("XDG_CONFIG_HOME");
    setenv("HOME", dir, 1);
    assert_int_equal(xd_theme_load("light", &t, &err), 0);
    assert_string_not_equal(t.title, "mine");
    snprintf(path, sizeof(path), "rm -r %s", dir);
    assert_int_equal(system(path), 0);
}

static void the_list_is_what_is_embedded(void **state)
{
    const char *const *names = xd_theme_names();
    size_t n = 0, embedded = 0;

    assert_string_equal(names[0], "default");
    while (xd_embedded_themes[embedded].name)
        embedded++;
    for (; names[n]; n++) {
        struct xd_err err = XD_ERR_INIT;
        struct xd_theme t;

        if (xd_theme_load(names[n], &t, &err))
            fail_msg("%s", err.text);
        assert_string_equal(t.name, names[n]);
        assert_string_not_equal(t.title, names[n]); /* each says what it is */
    }
    assert_int_equal(n, embedded);
}

static void roles_have_keys(void **state)
{
    for (int s = 0; s < XD_S_COUNT; s++) {
        assert_non_null(xd_theme_role((enum xd_role_style)s));
        for (int o = 0; o < s; o++)
            assert_string_not_equal(xd_theme_role((enum xd_role_style)s),
                                    xd_theme_role((enum xd_role_style)o));
    }
    assert_string_equal(xd_theme_role(XD_S_TITLE_ON), "title_on");
}

static void nearest_colours_are_near(void **state)
{
    for (int i = 16; i < 256; i++)
        assert_int_equal(xd_color_rgb(xd_color_nearest(xd_color_rgb(i), 16, 255)), xd_color_rgb(i));
    assert_int_equal(xd_color_nearest(0xff0505, 0, 15), 9);
    assert_int_equal(xd_color_nearest(0x101010, 0, 15), 0);
    assert_int_equal(xd_color_nearest(0x818181, 16, 255), 244);
}

/* --- a lint of what is shipped --- */

static double luminance(int color)
{
    uint32_t rgb = xd_color_rgb(color);
    const double weight[3] = {0.2126, 0.7152, 0.0722};
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        double c = (rgb >> (16 - 8 * i) & 0xff) / 255.0;

        sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(const struct xd_theme *t, struct xd_look l)
{
    double fg = luminance(l.fg == XD_COLOR_DEFAULT ? t->fg : l.fg);
    double bg = luminance(l.bg == XD_COLOR_DEFAULT ? t->bg : l.bg);

    return fg > bg ? (fg + 0.05) / (bg + 0.05) : (bg + 0.05) / (fg + 0.05);
}

/* Roles that carry no text. */
static bool is_drawing(int s)
{
    return s == XD_S_BORDER || s == XD_S_BAR || s == XD_S_BAR_REST;
}

static void check_contrast(const struct xd_theme *t, const char *section,
                           const struct xd_look *looks, double least)
{
    for (int s = 0; s < XD_S_COUNT; s++) {
        double c = contrast(t, looks[s]);

        if (!is_drawing(s) && c < least)
            fail_msg("%s: %s: %s has a contrast of %.2f, wanted %.1f", t->name, section,
                     xd_theme_role((enum xd_role_style)s), c, least);
    }
}

static void every_text_can_be_read(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;

    for (const char *const *name = xd_theme_names(); *name; name++) {
        assert_int_equal(xd_theme_load(*name, &t, &err), 0);
        check_contrast(&t, "color", t.color, 4.5);
        check_contrast(&t, "basic", t.basic, 4.5);
    }
    assert_int_equal(xd_theme_load("high-contrast", &t, &err), 0);
    check_contrast(&t, "color", t.color, 7);
}

/* Pairs that a person must be able to tell apart. */
static const struct {
    enum xd_role_style a, b;
} must_differ[] = {
    {XD_S_CURSOR, XD_S_NORMAL},    {XD_S_CURSOR, XD_S_MARK},    {XD_S_CURSOR, XD_S_BAD},
    {XD_S_MARK, XD_S_NORMAL},      {XD_S_BAD, XD_S_NORMAL},     {XD_S_BAD, XD_S_WARN},
    {XD_S_BAD, XD_S_GOOD},         {XD_S_WARN, XD_S_NORMAL},    {XD_S_WARN, XD_S_GOOD},
    {XD_S_STAGED, XD_S_NORMAL},    {XD_S_STAGED, XD_S_BAD},     {XD_S_STAGED, XD_S_WARN},
    {XD_S_TAB_ON, XD_S_TAB},       {XD_S_TITLE_ON, XD_S_TITLE}, {XD_S_TITLE, XD_S_NORMAL},
    {XD_S_KEY, XD_S_KEY_TEXT},     {XD_S_INPUT, XD_S_NORMAL},   {XD_S_DIALOG_BAD, XD_S_DIALOG},
    {XD_S_ACCENT, XD_S_NORMAL},    {XD_S_INPUT, XD_S_DIALOG},   {XD_S_CURSOR, XD_S_DIALOG},
    {XD_S_DIALOG_BAD, XD_S_CURSOR}};

static void check_differences(const struct xd_theme *t, const char *section,
                              const struct xd_look *looks)
{
    for (size_t i = 0; i < N(must_differ); i++)
        if (same_look(looks[must_differ[i].a], looks[must_differ[i].b]))
            fail_msg("%s: %s: %s and %s look the same", t->name, section,
                     xd_theme_role(must_differ[i].a), xd_theme_role(must_differ[i].b));
}

static void what_must_differ_differs(void **state)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;

    for (const char *const *name = xd_theme_names(); *name; name++) {
        struct xd_look eight[XD_S_COUNT];

        assert_int_equal(xd_theme_load(*name, &t, &err), 0);
        check_differences(&t, "color", t.color);
        check_differences(&t, "basic", t.basic);
        check_differences(&t, "mono", t.mono);
        for (int s = 0; s < XD_S_COUNT; s++) {
            eight[s] = xd_look_in_8(t.basic[s]);
            assert_true(eight[s].fg < 8 && eight[s].bg < 8);
            assert_true(t.mono[s].fg == XD_COLOR_DEFAULT && t.mono[s].bg == XD_COLOR_DEFAULT);
        }
        check_differences(&t, "8 colours", eight);
    }
}

/* Seen without red or without green (Machado and others, 2009: protanopia, deuteranopia), good and
 * bad still differ clearly; and no look of that theme relies on red or green alone. */
static void colour_blind_people_see_states(void **state)
{
    static const double eyes[2][3][3] = {
        {{0.152286, 1.052583, -0.204868},
         {0.114503, 0.786281, 0.099216},
         {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968},
         {0.280085, 0.672501, 0.047413},
         {-0.011820, 0.042940, 0.968881}},
    };
    static const enum xd_role_style states[] = {XD_S_GOOD, XD_S_WARN, XD_S_BAD};
    struct xd_err err = XD_ERR_INIT;
    struct xd_theme t;

    assert_int_equal(xd_theme_load("colour-blind", &t, &err), 0);
    for (size_t e = 0; e < 2; e++) {
        double seen[N(states)][3];

        for (size_t s = 0; s < N(states); s++) {
            struct xd_look l = t.color[states[s]];
            uint32_t rgb = xd_color_rgb(l.bg == XD_COLOR_DEFAULT ? l.fg : l.bg);

            for (int i = 0; i < 3; i++)
                seen[s][i] = eyes[e][i][0] * (rgb >> 16 & 0xff) +
                             eyes[e][i][1] * (rgb >> 8 & 0xff) + eyes[e][i][2] * (rgb & 0xff);
        }
        for (size_t s = 1; s < N(states); s++)
            assert_true(fabs(seen[0][0] - seen[s][0]) + fabs(seen[0][1] - seen[s][1]) +
                            fabs(seen[0][2] - seen[s][2]) >
                        150);
    }
    assert_false(same_attributes(t.color[XD_S_WARN], t.color[XD_S_BAD]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_names_numbers_or_values),
        cmocka_unit_test(what_is_left_out_is_derived),
        cmocka_unit_test(eight_colours_stay_readable),
        cmocka_unit_test(errors_say_where_and_what_else),
        cmocka_unit_test(a_title_cannot_move_the_cursor),
        cmocka_unit_test(the_users_folder_comes_first),
        cmocka_unit_test(the_list_is_what_is_embedded),
        cmocka_unit_test(roles_have_keys),
        cmocka_unit_test(nearest_colours_are_near),
        cmocka_unit_test(every_text_can_be_read),
        cmocka_unit_test(what_must_differ_differs),
        cmocka_unit_test(colour_blind_people_see_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
