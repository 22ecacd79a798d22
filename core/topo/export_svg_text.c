/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of a picture: how wide it is, and how it is broken. See export_svg.h. */
#include <string.h>

#include "base/round.h"
#include "topo/export_svg.h"

int xd_svg_text_width(const char *s)
{
    return (int)xd_ceil(xd_str_width(s) * XD_SVG_CELL);
}

void xd_svg_add_line(struct xd_arena *a, char ***lines, size_t *n, const char *s, size_t len)
{
    *lines = xd_arena_grow(a, *lines, *n, sizeof(char *));
    (*lines)[(*n)++] = xd_arena_strndup(a, s, len);
}

/* The length of the part that begins at s: up to a double blank, or to the blank before `cells`. */
static size_t part_of(const char *s, int cells)
{
    const char *end = strstr(s, "  ");
    size_t len = end ? (size_t)(end - s) : strlen(s), fit = xd_str_fit(s, cells);

    if (fit >= len)
        return len;
    for (size_t i = fit; i > 0; i--)
        if (s[i] == ' ')
            return i;
    return fit ? fit : len;
}

void xd_svg_wrap(const char *text, int cells, struct xd_arena *a, char ***lines, size_t *n)
{
    struct xd_buf line = XD_BUF_INIT;
    int joint = xd_str_width(" · ");

    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t len = part_of(text, cells);
        char *part = xd_arena_strndup(a, text, len);

        if (line.len && xd_str_width(line.s) + joint + xd_str_width(part) > cells) {
            xd_svg_add_line(a, lines, n, line.s, line.len);
            xd_buf_clear(&line);
        }
        xd_buf_printf(&line, "%s%s", line.len ? " · " : "", part);
        text += len;
    }
    if (line.len)
        xd_svg_add_line(a, lines, n, line.s, line.len);
    xd_buf_done(&line);
}
