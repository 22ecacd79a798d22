/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What characters a terminal can show, from its encoding, its name and, on Linux's own console, the
 * font that is loaded. */
#include "tui/term.h"

#include <fnmatch.h>
#include <langinfo.h>
#include <linux/kd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Terminals whose character sets ended before Unicode. On a serial line they stand for anything. */
static const char *const ascii_terms[] = {"dumb", "vt[0-9]*", "ansi*",   "pcansi*", "cons25*",
                                          "sun*", "wsvt25*",  "unknown", ""};

/* What screens are made of: the kernel's fonts of 256 glyphs lack most of the blocks. */
static const unsigned short needed[] = {0x2500, 0x2502, 0x250c, 0x2518, 0x251c, 0x253c, 0x2581,
                                        0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588,
                                        0x2591, 0x2026, 0x25b8, 0x00b7, 0x00d7};

/* False only where a console tells its font and the font lacks something. */
static bool console_font_suffices(int fd)
{
    struct unipair *pairs;
    struct unimapdesc map = {0};
    size_t found = 0;

    if (ioctl(fd, GIO_UNIMAP, &map) == 0 || map.entry_ct == 0)
        return true; /* not a console, or it doesn't say */
    pairs = calloc(map.entry_ct, sizeof(*pairs));
    map.entries = pairs;
    if (!pairs || ioctl(fd, GIO_UNIMAP, &map) < 0) {
        free(pairs);
        return true;
    }
    for (size_t i = 0; i < N(needed); i++) {
        for (size_t j = 0; j < map.entry_ct; j++) {
            if (pairs[j].unicode == needed[i]) {
                found++;
                break;
            }
        }
    }
    free(pairs);
    return found == N(needed);
}

enum xd_glyphs xd_term_glyphs(void)
{
    const char *term = getenv("TERM");

    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return XD_GLYPHS_ASCII;
    for (size_t i = 0; i < N(ascii_terms); i++)
        if (fnmatch(ascii_terms[i], term ? term : "", 0) == 0)
            return XD_GLYPHS_ASCII;
    if (strncmp(term, "linux", 5) == 0 && !console_font_suffices(STDOUT_FILENO))
        return XD_GLYPHS_ASCII;
    return XD_GLYPHS_BLOCK;
}
