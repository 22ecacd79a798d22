/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys: one number a key, with names that people write: "j" "C-l" "F5" "Enter" "Up" "A-x". */
#ifndef XD_TUI_KEY_H
#define XD_TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Unicode code point is itself (so "A" is shift-a). Ctrl and Alt are flags. */
enum {
    XD_KEY_NONE = 0,
    XD_KEY_TAB = 0x09,
    XD_KEY_ENTER = 0x0d,
    XD_KEY_ESC = 0x1b,
    XD_KEY_BACKSPACE = 0x7f,
    XD_KEY_UP = 0x110000, /* past Unicode */
    XD_KEY_DOWN,
    XD_KEY_LEFT,
    XD_KEY_RIGHT,
    XD_KEY_PGUP,
    XD_KEY_PGDN,
    XD_KEY_HOME,
    XD_KEY_END,
    XD_KEY_INSERT,
    XD_KEY_DELETE,
    XD_KEY_BACKTAB,
    XD_KEY_F1, /* … XD_KEY_F1 + 11 */
    XD_KEY_F12 = XD_KEY_F1 + 11,
    XD_KEY_RESIZE,
    XD_KEY_CLICK,  /* mouse; x and y are set */
    XD_KEY_SCROLL_UP,
    XD_KEY_SCROLL_DOWN,
};
#define XD_KEY_CTRL 0x1000000
#define XD_KEY_ALT  0x2000000

struct xd_key {
    uint32_t code;
    int16_t x, y; /* mouse */
};

/* "C-l" → code; 0 if there is no such key. Names of more than one letter may be written in any
 * case, with the usual other spellings ("Return", "PageUp", "Del"). Keys that no terminal can tell
 * apart get one code: "C-i" is Tab, "C-m" and "C-j" are Enter, "C-[" is Esc, "C-h" is Backspace. */
uint32_t xd_key_parse(const char *name);
/* The shortest name; out[16]; returns out. */
char *xd_key_name(uint32_t code, char *out);

/* --- from a terminal's bytes --- */

/* A byte sequence of one terminal's own (from terminfo), besides those every terminal sends. */
struct xd_key_seq {
    const char *bytes; /* ends with an entry whose bytes are NULL */
    uint32_t code;
};

/* Takes one key from the front of buf. Returns the bytes used, 0 if the sequence there may go on
 * (then wait for more, or ask again with `final` set when nothing has come for ESCDELAY). k->code
 * is XD_KEY_NONE where the bytes mean no key of ours: an unknown sequence is taken as a whole, so
 * that none of its letters is mistaken for a command. own may be NULL. */
size_t xd_key_decode(const struct xd_key_seq *own, const char *buf, size_t len, bool final,
                     struct xd_key *k);

#endif
