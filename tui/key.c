/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of keys, both ways: see key.h. Bytes of terminals become keys in key_decode.c. */
#include "tui/key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#define N(a)  (sizeof(a) / sizeof((a)[0]))
#define FLAGS (XD_KEY_CTRL | XD_KEY_ALT)

/* The first name of a code is the one that is shown. */
// clang-format off
static const struct named {
    uint32_t code;
    const char *name;
} names[] = {
    {XD_KEY_TAB, "Tab"}, {XD_KEY_ENTER, "Enter"}, {XD_KEY_ENTER, "Return"}, {XD_KEY_ESC, "Esc"},
    {XD_KEY_ESC, "Escape"}, {XD_KEY_BACKSPACE, "Backspace"}, {XD_KEY_BACKSPACE, "BS"},
    {' ', "Space"}, {XD_KEY_UP, "Up"}, {XD_KEY_DOWN, "Down"}, {XD_KEY_LEFT, "Left"},
    {XD_KEY_RIGHT, "Right"}, {XD_KEY_PGUP, "PgUp"}, {XD_KEY_PGUP, "PageUp"},
    {XD_KEY_PGDN, "PgDn"}, {XD_KEY_PGDN, "PgDown"}, {XD_KEY_PGDN, "PageDown"},
    {XD_KEY_HOME, "Home"}, {XD_KEY_END, "End"}, {XD_KEY_INSERT, "Ins"},
    {XD_KEY_INSERT, "Insert"}, {XD_KEY_DELETE, "Del"}, {XD_KEY_DELETE, "Delete"},
    {XD_KEY_BACKTAB, "S-Tab"}, {XD_KEY_BACKTAB, "BackTab"}, {XD_KEY_F1, "F1"},
    {XD_KEY_F1 + 1, "F2"}, {XD_KEY_F1 + 2, "F3"}, {XD_KEY_F1 + 3, "F4"}, {XD_KEY_F1 + 4, "F5"},
    {XD_KEY_F1 + 5, "F6"}, {XD_KEY_F1 + 6, "F7"}, {XD_KEY_F1 + 7, "F8"}, {XD_KEY_F1 + 8, "F9"},
    {XD_KEY_F1 + 9, "F10"}, {XD_KEY_F1 + 10, "F11"}, {XD_KEY_F12, "F12"},
    {XD_KEY_RESIZE, "Resize"}, {XD_KEY_CLICK, "Click"}, {XD_KEY_SCROLL_UP, "ScrollUp"},
    {XD_KEY_SCROLL_DOWN, "ScrollDown"},
};

/* What a terminal sends for Ctrl and a character that is a key of its own. */
static const struct same {
    char with_ctrl;
    uint32_t code;
} same_keys[] = {
    {'i', XD_KEY_TAB}, {'m', XD_KEY_ENTER}, {'j', XD_KEY_ENTER}, {'[', XD_KEY_ESC},
    {'h', XD_KEY_BACKSPACE}, {'?', XD_KEY_BACKSPACE},
};
// clang-format on

static uint32_t base_key(const char *name)
{
    uint32_t cp;
    int n;

    for (size_t i = 0; i < N(names); i++)
        if (strcasecmp(name, names[i].name) == 0)
            return names[i].code;
    n = xd_utf8_decode(name, 4, &cp);
    if (n == 0 || name[n] || xd_cp_is_unsafe(cp))
        return XD_KEY_NONE;
    if (cp == 0xfffd && strcmp(name, "\xef\xbf\xbd") != 0) /* broken UTF-8, not that character */
        return XD_KEY_NONE;
    return cp;
}

static uint32_t with_ctrl(uint32_t code)
{
    if (code >= 'A' && code <= 'Z')
        code += 'a' - 'A';
    for (size_t i = 0; i < N(same_keys); i++)
        if (code == (unsigned char)same_keys[i].with_ctrl)
            return same_keys[i].code;
    if (code == '@') /* the same byte, 0 */
        code = ' ';
    return code | XD_KEY_CTRL;
}

uint32_t xd_key_parse(const char *name)
{
    uint32_t code, flags = 0;

    while (name[0] && name[1] == '-' && name[2] && strcasecmp(name, "S-Tab") != 0) {
        char c = (char)(name[0] & ~0x20);

        if (c == 'C')
            flags |= XD_KEY_CTRL;
        else if (c == 'A' || c == 'M') /* Meta, as Emacs writes it */
            flags |= XD_KEY_ALT;
        else
            return XD_KEY_NONE;
        name += 2;
    }
    code = base_key(name);
    if (code == XD_KEY_NONE)
        return XD_KEY_NONE;
    if (flags & XD_KEY_CTRL)
        code = with_ctrl(code);
    return code | (flags & XD_KEY_ALT);
}

char *xd_key_name(uint32_t code, char *out)
{
    const char *ctrl = code & XD_KEY_CTRL ? "C-" : "", *alt = code & XD_KEY_ALT ? "A-" : "";
    uint32_t base = code & ~(uint32_t)FLAGS;
    char utf8[5] = "";

    if (base == XD_KEY_NONE) {
        out[0] = '\0';
        return out;
    }
    for (size_t i = 0; i < N(names); i++) {
        if (names[i].code == base) {
            snprintf(out, 16, "%s%s%s", ctrl, alt, names[i].name);
            return out;
        }
    }
    utf8[xd_utf8_encode(base, utf8)] = '\0';
    snprintf(out, 16, "%s%s%s", ctrl, alt, utf8);
    return out;
}
