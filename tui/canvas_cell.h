/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the canvas's own files: access to single cells. Views use canvas.h. */
#ifndef XD_TUI_CANVAS_CELL_H
#define XD_TUI_CANVAS_CELL_H

#include "tui/canvas.h"

/* The cell, or NULL outside the canvas. */
struct xd_glyph *xd_cell_at(const struct xd_canvas *c, int x, int y);
/* The same for a cell about to be overwritten: if it is half of a wide character, both halves are
 * made blank first, so that no half is ever left alone. */
struct xd_glyph *xd_cell_claim(struct xd_canvas *c, int x, int y);
/* Puts a character of one cell; NULL if it lies outside. */
struct xd_glyph *xd_cell_put(struct xd_canvas *c, int x, int y, uint32_t cp, enum xd_role_style s);
/* The part of r that is on the canvas; w or h is 0 if none is. */
struct xd_rect xd_cell_clip(const struct xd_canvas *c, struct xd_rect r);

#endif
