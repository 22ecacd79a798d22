/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The xterm palette: see theme_color.h. */
#include "tui/theme_color.h"

const char *const xd_color_names[16] = {
    "black",      "red",           "green",       "yellow",      "blue",        "magenta",
    "cyan",       "white",         "brightblack", "brightred",   "brightgreen", "brightyellow",
    "brightblue", "brightmagenta", "brightcyan",  "brightwhite",
};

static const uint32_t first16[16] = {
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};

/* The steps of the 6 × 6 × 6 cube. */
static const uint8_t cube[6] = {0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff};

uint32_t xd_color_rgb(int color)
{
    if (color < 16)
        return first16[color & 15];
    if (color < 232) {
        int n = color - 16;

        return (uint32_t)cube[n / 36] << 16 | (uint32_t)cube[n / 6 % 6] << 8 | cube[n % 6];
    }
    return (uint32_t)(8 + 10 * (color - 232)) * 0x010101u;
}

static int channel_distance(uint32_t a, uint32_t b, int shift)
{
    int d = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);

    return d * d;
}

int xd_color_nearest(uint32_t rgb, int first, int last)
{
    int best = first, best_distance = INT32_MAX;

    for (int i = first; i <= last; i++) {
        uint32_t c = xd_color_rgb(i);
        int distance = channel_distance(rgb, c, 16) + channel_distance(rgb, c, 8) +
                       channel_distance(rgb, c, 0);

        if (distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}
