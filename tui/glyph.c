/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Box characters and ASCII stand-ins: see glyph.h. */
#include "tui/glyph.h"

#include <stddef.h>

#include "tui/canvas.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

uint32_t xd_glyph_line(unsigned lines)
{
    // clang-format off
    static const uint16_t box[16] = {
        [0] = ' ',
        [XD_LINE_N] = 0x2502, [XD_LINE_S] = 0x2502, [XD_LINE_N | XD_LINE_S] = 0x2502, /* │ */
        [XD_LINE_E] = 0x2500, [XD_LINE_W] = 0x2500, [XD_LINE_E | XD_LINE_W] = 0x2500, /* ─ */
        [XD_LINE_S | XD_LINE_E] = 0x250c, /* ┌ */
        [XD_LINE_S | XD_LINE_W] = 0x2510, /* ┐ */
        [XD_LINE_N | XD_LINE_E] = 0x2514, /* └ */
        [XD_LINE_N | XD_LINE_W] = 0x2518, /* ┘ */
        [XD_LINE_N | XD_LINE_S | XD_LINE_E] = 0x251c, /* ├ */
        [XD_LINE_N | XD_LINE_S | XD_LINE_W] = 0x2524, /* ┤ */
        [XD_LINE_S | XD_LINE_E | XD_LINE_W] = 0x252c, /* ┬ */
        [XD_LINE_N | XD_LINE_E | XD_LINE_W] = 0x2534, /* ┴ */
        [XD_LINE_N | XD_LINE_S | XD_LINE_E | XD_LINE_W] = 0x253c, /* ┼ */
    };
    // clang-format on

    return box[lines & 15];
}

uint32_t xd_glyph_line_ascii(unsigned lines)
{
    lines &= 15;
    if (!lines)
        return ' ';
    if (!(lines & (XD_LINE_E | XD_LINE_W)))
        return '|';
    return lines & (XD_LINE_N | XD_LINE_S) ? '+' : '-';
}

/* Characters with a stand-in of their own, in order. Lower blocks are a ramp, so that a spark line
 * can be read in ASCII too: its least level differs from a blank, which means unknown. Of a gauge's
 * last block the nearer of "filled" and "rest" is told. */
// clang-format off
static const struct fold {
    uint16_t cp;
    char ascii;
} folds[] = {
    {0x00a0, ' '}, {0x00ab, '<'}, {0x00b0, 'o'}, {0x00b1, '~'}, {0x00b5, 'u'}, {0x00b7, '|'},
    {0x00bb, '>'}, {0x00d7, 'x'}, {0x03bc, 'u'},
    {0x2010, '-'}, {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2015, '-'},
    {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'},
    {0x2022, '*'}, {0x2026, '~'}, {0x2039, '<'}, {0x203a, '>'},
    {0x2190, '<'}, {0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'}, {0x21b5, '<'},
    {0x2212, '-'}, {0x2248, '~'}, {0x2264, '<'}, {0x2265, '>'}, {0x23ce, '<'},
    {0x2550, '='}, {0x2551, '|'}, {0x2571, '/'}, {0x2572, '\\'},
    {0x2581, '_'}, {0x2582, '.'}, {0x2583, ':'}, {0x2584, '-'},
    {0x2585, '='}, {0x2586, '+'}, {0x2587, '*'}, {0x2588, '#'},
    {0x2589, '#'}, {0x258a, '#'}, {0x258b, '#'}, {0x258c, '#'},
    {0x258d, '.'}, {0x258e, '.'}, {0x258f, '.'}, {0x2590, '#'},
    {0x2591, '.'}, {0x2592, '#'}, {0x2593, '#'},
    {0x25a0, '#'}, {0x25a1, 'o'}, {0x25aa, '*'}, {0x25ab, 'o'},
    {0x25b2, '^'}, {0x25b4, '^'}, {0x25b6, '>'}, {0x25b8, '>'}, {0x25ba, '>'},
    {0x25bc, 'v'}, {0x25be, 'v'}, {0x25c0, '<'}, {0x25c2, '<'}, {0x25c4, '<'},
    {0x25c6, '*'}, {0x25c7, 'o'}, {0x25cb, 'o'}, {0x25cf, '*'},
    {0x2605, '*'}, {0x2713, 'v'}, {0x2714, 'v'}, {0x2717, 'x'}, {0x2718, 'x'},
};

/* The rest of the box-drawing block, by range. */
static const struct box_range {
    uint16_t first, last;
    char ascii;
} boxes[] = {
    {0x2500, 0x2501, '-'}, {0x2502, 0x2503, '|'}, {0x2504, 0x2505, '-'}, {0x2506, 0x2507, '|'},
    {0x2508, 0x2509, '-'}, {0x250a, 0x250b, '|'}, {0x250c, 0x254b, '+'}, {0x254c, 0x254d, '-'},
    {0x254e, 0x254f, '|'}, {0x2552, 0x2570, '+'}, {0x2573, 0x2573, 'x'}, {0x2574, 0x2574, '-'},
    {0x2575, 0x2575, '|'}, {0x2576, 0x2576, '-'}, {0x2577, 0x2577, '|'}, {0x2578, 0x2578, '-'},
    {0x2579, 0x2579, '|'}, {0x257a, 0x257a, '-'}, {0x257b, 0x257b, '|'}, {0x257c, 0x257c, '-'},
    {0x257d, 0x257d, '|'}, {0x257e, 0x257e, '-'}, {0x257f, 0x257f, '|'},
};
// clang-format on

uint32_t xd_glyph_ascii(uint32_t cp)
{
    size_t lo = 0, hi = N(folds);

    if (cp >= 0x20 && cp < 0x7f)
        return cp;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (folds[mid].cp == cp)
            return (unsigned char)folds[mid].ascii;
        if (folds[mid].cp < cp)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (size_t i = 0; i < N(boxes); i++)
        if (cp >= boxes[i].first && cp <= boxes[i].last)
            return (unsigned char)boxes[i].ascii;
    return '?';
}
