/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A box of prose that scrolls. */
#include "tui/cpuid/box.h"

#include <stdio.h>
#include <string.h>

void xd_cpuid_box_add(struct xd_cpuid_box *e, enum xd_role_style s, int indent, const char *text)
{
    e->p = xd_arena_grow(&e->arena, e->p, e->n, sizeof(*e->p));
    e->p[e->n++] = (struct xd_cpuid_paragraph){s, indent, text};
}

/* Draws from line `top` of the whole on; returns how many lines there are. */
static int flow(const struct xd_cpuid_box *e, struct xd_canvas *c, struct xd_rect r)
{
    int y = -e->top;

    for (size_t i = 0; i < e->n; i++) {
        const char *text = e->p[i].text;
        int w = r.w - e->p[i].indent;

        do {
            size_t cut = xd_str_wrap(text, w);
            char line[512];

            snprintf(line, sizeof(line), "%.*s", (int)cut, text);
            if (c && y >= 0 && y < r.h)
                xd_canvas_text(c, r.x + e->p[i].indent, r.y + y, e->p[i].style, line);
            text += cut;
            text += strspn(text, " ");
            y++;
        } while (*text);
    }
    return y + e->top;
}

#define BOX_W 76

void xd_cpuid_box_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct xd_cpuid_box *e = (const struct xd_cpuid_box *)d;
    int w = c->w - 4 < BOX_W ? c->w - 4 : BOX_W;
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_cpuid_box all = *e;

    all.top = 0;
    int lines = flow(&all, NULL, (struct xd_rect){0, 0, w - 4, 0});
    struct xd_rect in = xd_dialog_box(c, w, lines + 4, XD_S_DIALOG, e->title);
    struct xd_rect text = {in.x, in.y, in.w, in.h - 2};

    flow(e, c, text);
    xd_canvas_text(c, in.x, in.y + in.h - 1, XD_S_DIALOG_ACCENT,
                   xd_arena_printf(&arena, "%s%s%sEsc closes", e->keys ? e->keys : "",
                                   e->keys ? " · " : "", lines > text.h ? "↑ ↓ scroll · " : ""));
    xd_arena_done(&arena);
}

void xd_cpuid_box_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct xd_cpuid_box *e = (struct xd_cpuid_box *)d;
    int w = a->w - 4 < BOX_W ? a->w - 4 : BOX_W;
    struct xd_cpuid_box all = *e;

    all.top = 0;
    int lines = flow(&all, NULL, (struct xd_rect){0, 0, w - 4, 0});
    if (xd_dialog_scroll(k, a->h / 2, lines + 4 - (a->h - 2), &e->top))
        return;
    if (k->code == XD_KEY_ESC || k->code == XD_KEY_ENTER || k->code == 'q' ||
        k->code == (XD_KEY_CTRL | 'c'))
        xd_dialog_pop(a);
}

void xd_cpuid_box_free(struct xd_dialog *d)
{
    xd_arena_done(&((struct xd_cpuid_box *)d)->arena);
}
