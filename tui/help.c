/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The help overlay: all keys by group, made from the command table, so it is never out of date. */
#include <string.h>

#include "base/arena.h"
#include "tui/console.h"
#include "tui/dialog.h"

#define KEYS_W 14

struct help {
    struct xd_dialog d;
    int top;
};

/* Every line of the help, in order: a heading (text NULL) or a command. */
static int count_lines(void)
{
    const char *group = "";
    int n = 0;

    for (const struct xd_command *k = xd_console_commands; k->name; k++) {
        if (strcmp(k->group, group) != 0)
            n += n ? 2 : 1;
        group = k->group;
        n++;
    }
    return n;
}

static void draw_command(const struct xd_app *a, const struct xd_command *k, struct xd_canvas *c,
                         struct xd_rect in, int y)
{
    char keys[40], name[40];
    enum xd_role_style style = xd_app_offers(a, k, NULL) ? XD_S_DIALOG : XD_S_DIALOG_DIM;

    snprintf(keys, sizeof(keys), "%s", k->keys ? k->keys : "");
    if (xd_str_width(keys) > KEYS_W) /* "1 2 … 9": the first and the last will do */
        snprintf(keys, sizeof(keys), "%.*s … %s", (int)strcspn(k->keys, " "), k->keys,
                 strrchr(k->keys, ' ') + 1);
    snprintf(name, sizeof(name), ":%s", k->name);
    xd_canvas_field(c, in.x, y, KEYS_W, false, XD_S_DIALOG_ACCENT, keys);
    xd_canvas_field(c, in.x + 15, y, 11, false, XD_S_DIALOG_DIM, name);
    xd_canvas_field(c, in.x + 27, y, in.w - 27, false, style, k->title);
}

static void help_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct help *h = (const struct help *)d;
    struct xd_rect in = xd_dialog_box(c, 78, count_lines() + 3, XD_S_DIALOG, "Keys");
    int rows = in.h - 1, line = -h->top;
    const char *group = "";

    for (const struct xd_command *k = xd_console_commands; k->name; k++) {
        if (strcmp(k->group, group) != 0) {
            line += *group ? 1 : 0;
            if (line >= 0 && line < rows)
                xd_canvas_text(c, in.x, in.y + line, XD_S_DIALOG_ACCENT, k->group);
            group = k->group;
            line++;
        }
        if (line >= 0 && line < rows)
            draw_command(a, k, c, in, in.y + line);
        line++;
    }
    xd_canvas_text(c, in.x, in.y + in.h - 1, XD_S_DIALOG_DIM,
                   line > rows || h->top ? "↑ ↓ scroll · Esc closes" : "Esc closes");
}

static void help_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct help *h = (struct help *)d;
    struct xd_key key = *k;
    int rows = a->h - 5;

    if (key.code == ' ')
        key.code = XD_KEY_PGDN;
    if (!xd_dialog_scroll(&key, rows, count_lines() - rows, &h->top))
        xd_dialog_pop(a);
}

void xd_help_open(struct xd_app *a)
{
    static const struct xd_dialog_ops ops = {help_draw, help_key, NULL, NULL};
    struct help *h = xd_malloc(sizeof(*h));

    h->d.ops = &ops;
    xd_dialog_push(a, &h->d);
}
