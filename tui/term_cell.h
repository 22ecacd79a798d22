/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell of a canvas is on a terminal. */
#ifndef XD_TUI_TERM_CELL_H
#define XD_TUI_TERM_CELL_H

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

#include "tui/canvas.h"

static inline bool xd_cell_same(const struct xd_glyph *a, const struct xd_glyph *b)
{
    return a->cp == b->cp && a->mark == b->mark && a->style == b->style && a->lines == b->lines &&
           a->width == b->width;
}

/* The character to send for a cell, and its combining mark (0: none). Where the C library thinks
 * otherwise of a character's width than we do, the terminal may put what follows elsewhere: a mark
 * stands in for it. */
static inline uint32_t xd_cell_shown(const struct xd_canvas *c, int x, int y, uint32_t *mark)
{
    const struct xd_glyph *g = &c->cells[y * c->w + x];
    uint32_t cp = xd_canvas_cp(c, x, y, mark);

    if (cp < 0x7f && !*mark)
        return cp;
    if (cp >= 0x7f && wcwidth((wchar_t)cp) != (g->width == 2 && !g->lines ? 2 : 1)) {
        *mark = 0;
        return 0xfffd;
    }
    if (*mark && wcwidth((wchar_t)*mark) != 0)
        *mark = 0;
    return cp;
}

#endif
