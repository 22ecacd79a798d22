/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The canvas: a grid of cells that views draw on. It knows no terminal; a test prints it as text,
 * the terminal code sends what differs from the last frame. Styles are roles, colours come later.
 */
#ifndef XD_TUI_CANVAS_H
#define XD_TUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* What a cell means. A theme gives each role its colours; roles that matter differ in mono too. */
enum xd_role_style {
    XD_S_NORMAL,
    XD_S_DIM,      /* of no importance now: paused domains, units */
    XD_S_HEADER,   /* the top line */
    XD_S_TAB,      /* names of screens */
    XD_S_TAB_ON,   /* the screen that is shown */
    XD_S_TITLE,    /* column headings, titles of panes */
    XD_S_TITLE_ON, /* the column sorted by */
    XD_S_CURSOR,   /* the row under the cursor */
    XD_S_MARK,     /* marked rows */
    XD_S_ACCENT,   /* the one accent colour */
    XD_S_GOOD,
    XD_S_WARN,
    XD_S_BAD,
    XD_S_UNKNOWN,  /* "-" and stale values */
    XD_S_STAGED,   /* staged, not yet applied values */
    XD_S_KEY,      /* a key's name on the key bar */
    XD_S_KEY_TEXT, /* and what it does */
    XD_S_BORDER,
    XD_S_BAR, /* filled part of gauges; spark lines */
    XD_S_BAR_REST,
    XD_S_INPUT,
    XD_S_DIALOG,
    XD_S_DIALOG_BAD,    /* a destructive question */
    XD_S_DIALOG_DIM,    /* what can't be chosen, notes: on the dialog's ground */
    XD_S_DIALOG_ACCENT, /* keys, the field that is typed into */
    XD_S_COUNT,
};

/* How rich the glyphs may be. Views draw in Unicode; the canvas folds when it is read out. */
enum xd_glyphs {
    XD_GLYPHS_ASCII,   /* + - | # . and ">" for the arrow */
    XD_GLYPHS_BLOCK,   /* box drawing, eighth blocks: the default in UTF-8 */
    XD_GLYPHS_BRAILLE, /* spark lines in braille: two samples a cell */
};

/* Directions of a line that passes through a cell; crossing lines merge by or-ing them. */
enum { XD_LINE_N = 1, XD_LINE_E = 2, XD_LINE_S = 4, XD_LINE_W = 8 };

struct xd_glyph {
    uint32_t cp;   /* base character; 0: right half of a wide one */
    uint32_t mark; /* one combining mark, or 0 */
    uint8_t style; /* enum xd_role_style */
    uint8_t lines; /* direction bits; cp is then ignored */
    uint8_t width; /* 1 or 2 */
};

struct xd_canvas {
    int w, h;
    enum xd_glyphs glyphs;
    struct xd_glyph *cells; /* h rows of w */
    int cursor_x, cursor_y; /* where the terminal's cursor rests; -1: hidden */
};

struct xd_rect {
    int x, y, w, h;
};

void xd_canvas_init(struct xd_canvas *c, int w, int h, enum xd_glyphs glyphs);
void xd_canvas_done(struct xd_canvas *c);
void xd_canvas_resize(struct xd_canvas *c, int w, int h); /* contents are cleared */
void xd_canvas_clear(struct xd_canvas *c);

/* All drawing is clipped to the canvas. Text is UTF-8, made safe already where it is foreign; a
 * wide character never straddles a boundary. Each returns the cells used. */
int xd_canvas_text(struct xd_canvas *c, int x, int y, enum xd_role_style s, const char *text);
/* At most `w` cells; a longer text ends in "…". Left- or right-aligned, padded with blanks. */
int xd_canvas_field(struct xd_canvas *c, int x, int y, int w, bool right, enum xd_role_style s,
                    const char *text);
int xd_canvas_printf(struct xd_canvas *c, int x, int y, enum xd_role_style s, const char *fmt, ...)
    XD_PRINTF(5, 6);
void xd_canvas_fill(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s); /* blanks */
void xd_canvas_restyle(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s);
void xd_canvas_hline(struct xd_canvas *c, int x, int y, int w, enum xd_role_style s);
void xd_canvas_vline(struct xd_canvas *c, int x, int y, int h, enum xd_role_style s);
void xd_canvas_box(struct xd_canvas *c, struct xd_rect r, enum xd_role_style s, const char *title);

/* A gauge of w cells for 0 … 1 (NAN: unknown, drawn as "?"), with eighth blocks or '#'. */
void xd_canvas_gauge(struct xd_canvas *c, int x, int y, int w, double part, enum xd_role_style s);
/* A spark line: values[n] (NAN: a gap), full height at `max`. Two values a cell in braille, else
 * one. Draws w cells, the newest at the right. */
void xd_canvas_spark(struct xd_canvas *c, int x, int y, int w, const double *values, int n,
                     double max, enum xd_role_style s);
int xd_spark_values(const struct xd_canvas *c, int w); /* how many values fill w cells */
/* The same over r.h lines: each is a spark line of what reaches above the ones below it. Of more
 * than XD_BARS_MAX values the newest. */
#define XD_BARS_MAX 1024
void xd_canvas_bars(struct xd_canvas *c, struct xd_rect r, const double *values, int n, double full,
                    enum xd_role_style s);

/* The character to show for a cell in the canvas's glyph tier: lines merged, folded to ASCII where
 * asked for. cp2 receives a combining mark or 0. */
uint32_t xd_canvas_cp(const struct xd_canvas *c, int x, int y, uint32_t *cp2);
/* The canvas as text: h lines without trailing blanks, each ended by a newline. */
void xd_canvas_dump(const struct xd_canvas *c, struct xd_buf *out);
/* The same with each cell's style as one letter ('a' + style): tests of colours. */
void xd_canvas_dump_styles(const struct xd_canvas *c, struct xd_buf *out);

#endif
