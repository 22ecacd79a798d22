/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pen: writes single changes to a terminal in few bytes, where curses would begin each frame
 * with plain attributes and end it so. The pen stays where it wrote last, in the look it wrote in;
 * what a frame changes in one row often needs no more than a motion and the new digits. It is for
 * terminals that speak ECMA-48, which terminfo tells; on others curses does all. */
#ifndef XD_TUI_TERM_PEN_H
#define XD_TUI_TERM_PEN_H

#include <stdbool.h>

#include "base/str.h"
#include "tui/canvas.h"
#include "tui/theme.h"

/* The parameters of SGR for a role: those of its attributes ("1;4"), and its colours. */
struct xd_pen_look {
    unsigned attrs;
    char fg[16], bg[16]; /* "": the terminal's own */
};

/* What the terminal understands besides CUP and SGR. */
struct xd_pen_caps {
    bool hpa, vpa, right, left; /* CHA, VPA, CUF, CUB */
    bool backspace, down;       /* BS and LF move, and do nothing else */
    bool delete;                /* DCH */
    bool undo_colors;           /* SGR 39 and 49 */
};

struct xd_pen {
    struct xd_buf *out;
    int w, h;
    int x, y; /* where it is; x -1: not known */
    struct xd_pen_caps caps;
    struct xd_pen_look now; /* what it writes in */
    struct xd_pen_look looks[XD_S_COUNT];
};

/* What it can do on the terminal that curses has open. False: it can't be used there. */
bool xd_pen_caps(struct xd_pen_caps *caps);
/* A look as SGR says it, as terminfo has it: without what this terminal lacks. */
void xd_pen_look(struct xd_pen_look *out, const struct xd_look *look, bool colors);

/* Somebody else has left the terminal's cursor there, in plain letters. */
void xd_pen_take(struct xd_pen *p, int x, int y);
/* Leaves it so for somebody else. */
void xd_pen_leave(struct xd_pen *p, int x, int y);
void xd_pen_move(struct xd_pen *p, int x, int y);
void xd_pen_style(struct xd_pen *p, enum xd_role_style s);

/* Writes what differs between `now` and `shown`, rows of c->w cells of the canvas c: the same cells
 * that `shown` holds then. */
void xd_pen_row(struct xd_pen *p, const struct xd_canvas *c, int y, struct xd_glyph *shown);
/* The same of all rows, `shown` too. Row `last` comes last (-1: none does): the one where the
 * cursor rests. That is the row that changes most often, so the pen ends in it, and in its look,
 * which the next frame then needs not set again. */
void xd_pen_rows(struct xd_pen *p, const struct xd_canvas *c, int last, struct xd_glyph *shown);

#endif
