/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Themes: colours and attributes for each role, read from YAML (themes/default.yaml shows all).
 * A theme may give 256-colour, 16-colour and mono looks; what it leaves out is derived: 256 → 16 →
 * 8 by nearest colour, mono by attributes. Nothing is ever said by colour alone. */
#ifndef XD_TUI_THEME_H
#define XD_TUI_THEME_H

#include "base/arena.h"
#include "base/err.h"
#include "tui/canvas.h"

#define XD_COLOR_DEFAULT (-1)

struct xd_look {
    int16_t fg, bg; /* 0–255 of the xterm palette, or XD_COLOR_DEFAULT */
    bool bold, underline, reverse, dim;
};

struct xd_theme {
    char name[32];
    char title[64];
    int16_t fg, bg; /* what "default" is taken to be on the terminals it is made for, 0–255 */
    struct xd_look color[XD_S_COUNT]; /* in 256 colours */
    struct xd_look basic[XD_S_COUNT]; /* in 16 colours (0–15) */
    struct xd_look mono[XD_S_COUNT];  /* attributes only */
};

/* A look of 16 colours for a terminal of 8: bright colours become bold ones; grey becomes dim, as
 * bold black is black on many terminals. Where both colours fall together, reverse takes over. */
struct xd_look xd_look_in_8(struct xd_look basic);

/* By name: a file in $XDG_CONFIG_HOME/xendeck/themes or ~/.config/xendeck/themes, an embedded one,
 * or a path with a '/'. Errors name file, line and column; an unknown name the ones there are. */
int xd_theme_load(const char *name, struct xd_theme *out, struct xd_err *err);
int xd_theme_parse(const char *file, const char *text, size_t len, struct xd_theme *out,
                   struct xd_err *err);
/* Names of the embedded themes, NULL-terminated, default first. */
const char *const *xd_theme_names(void);
/* The YAML key of a role ("cursor", "title_on"). */
const char *xd_theme_role(enum xd_role_style s);

#endif
