/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Glyphs: box characters from direction bits, and what stands in for a character where a terminal
 * can show ASCII only. Used by the canvas; views need not know it. */
#ifndef XD_TUI_GLYPH_H
#define XD_TUI_GLYPH_H

#include <stdint.h>

/* The box-drawing character for direction bits (XD_LINE_*). One arm alone is drawn as a whole
 * line, as that is what the end of a line looks like. */
uint32_t xd_glyph_line(unsigned lines);
/* The same in ASCII: '-', '|' or '+'. */
uint32_t xd_glyph_line_ascii(unsigned lines);
/* The ASCII character that stands for cp; '?' for what has none. ASCII is itself. */
uint32_t xd_glyph_ascii(uint32_t cp);

#define XD_GLYPH_ELLIPSIS 0x2026u
#define XD_GLYPH_BLANK    0x20u
#define XD_GLYPH_SHADE    0x2591u /* the rest of a gauge */
#define XD_GLYPH_FULL     0x2588u /* a whole block */
#define XD_GLYPH_LOWER    0x2580u /* + 1 … 8: lower blocks of so many eighths */
#define XD_GLYPH_LEFT     0x2590u /* - 1 … 8: left blocks of so many eighths */
#define XD_GLYPH_BRAILLE  0x2800u /* + dots */

#endif
