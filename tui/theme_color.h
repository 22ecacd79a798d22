/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours as numbers of the xterm palette: names, values, nearest ones. Used by theme.c and by the
 * test that measures contrast. */
#ifndef XD_TUI_THEME_COLOR_H
#define XD_TUI_THEME_COLOR_H

#include <stdint.h>

/* The names of colours 0 … 15: "black" … "brightwhite". */
extern const char *const xd_color_names[16];

/* 0xrrggbb of palette entry 0–255. 0–15 are xterm's defaults; people change those. */
uint32_t xd_color_rgb(int color);
/* The entry of first … last that is nearest to 0xrrggbb. */
int xd_color_nearest(uint32_t rgb, int first, int last);

#endif
