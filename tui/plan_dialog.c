/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preview of a plan: every step with its xl command, its inverse and its risk, and the
 * confirmation that the largest risk asks for: Enter, y, or the object's name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tui/dialog.h"

#define LINES_A_STEP 3

struct preview {
    struct xd_dialog d;
    struct xd_plan *plan;
    struct xd_line typed;
    size_t top; /* first step shown */
    bool wrong; /* the name that was typed is another one */
};

static void draw_step(const struct xd_step *s, size_t nr, struct xd_canvas *c, int x, int y, int w,
                      enum xd_role_style style)
{
    char text[600];

    snprintf(text, sizeof(text), "%zu. %s", nr, s->text);
    xd_canvas_field(c, x, y, w, false, style, text);
    snprintf(text, sizeof(text), "   as    %s", s->xl ? s->xl : "xl has no such command");
    xd_canvas_field(c, x, y + 1, w, false, style, text);
    snprintf(text, sizeof(text), "   undo  %s", s->inverse ? s->inverse : "CAN'T BE UNDONE");
    xd_canvas_field(c, x, y + 2, w, false, style, text);
}

static void question(const struct preview *p, char *out, size_t size)
{
    char word[XD_KEY_MAX];

    switch (p->plan->risk) {
    case XD_RISK_DESTRUCTIVE:
        snprintf(out, size, "%s Type %s to go on, or Esc leaves:",
                 p->wrong ? "That is not it." : "Something is lost for good.",
                 xd_plan_word(p->plan, word));
        break;
    case XD_RISK_DISRUPTIVE:
        snprintf(out, size, "Guests will notice. y carries it out · Esc leaves");
        break;
    default:
        snprintf(out, size, "Enter carries it out · Esc leaves");
    }
}

/* Lines of the box that are no steps, its border included. */
static int frame_lines(const struct preview *p)
{
    return p->plan->risk == XD_RISK_DESTRUCTIVE ? 5 : 4;
}

/* How many steps show on a screen of h lines. */
static size_t room(const struct preview *p, int h)
{
    int lines = h - 2 - frame_lines(p);

    return lines > LINES_A_STEP ? (size_t)(lines / LINES_A_STEP) : 1;
}

static void preview_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct preview *p = (const struct preview *)d;
    bool bad = p->plan->risk == XD_RISK_DESTRUCTIVE;
    enum xd_role_style style = bad ? XD_S_DIALOG_BAD : XD_S_DIALOG;
    size_t fit = room(p, c->h), shown = p->plan->n < fit ? p->plan->n : fit;
    char title[128], asked[XD_KEY_MAX + 64];
    int n = snprintf(title, sizeof(title), "Plan: %zu %s, risk %s", p->plan->n,
                     p->plan->n == 1 ? "step" : "steps", xd_risk_name(p->plan->risk));

    if (p->plan->n > shown)
        snprintf(title + n, sizeof(title) - (size_t)n, " · %zu to %zu, ↑ ↓ scroll", p->top + 1,
                 p->top + shown);
    struct xd_rect in = xd_dialog_box(c, c->w > 104 ? 100 : c->w - 4,
                                      (int)shown * LINES_A_STEP + frame_lines(p), style, title);
    for (size_t i = 0; i < shown; i++)
        draw_step(&p->plan->steps[p->top + i], p->top + i + 1, c, in.x,
                  in.y + (int)i * LINES_A_STEP, in.w, style);
    question(p, asked, sizeof(asked));
    xd_canvas_field(c, in.x, in.y + in.h - (bad ? 2 : 1), in.w, false,
                    bad ? XD_S_DIALOG_BAD : XD_S_ACCENT, asked);
    if (bad)
        xd_line_draw(&p->typed, c, in.x, in.y + in.h - 1, in.w, "> ");
}

static void go(struct xd_app *a, struct preview *p)
{
    struct xd_plan *plan = p->plan;

    p->plan = NULL;
    xd_dialog_pop(a);
    xd_app_start(a, plan);
}

static void scroll(struct preview *p, long by, size_t fit)
{
    long most = p->plan->n > fit ? (long)(p->plan->n - fit) : 0, top = (long)p->top + by;

    p->top = (size_t)(top < 0 ? 0 : top > most ? most : top);
}

static void preview_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct preview *p = (struct preview *)d;
    enum xd_risk risk = p->plan->risk;
    char word[XD_KEY_MAX];

    if (k->code == XD_KEY_ESC || k->code == (XD_KEY_CTRL | 'c') ||
        (risk != XD_RISK_DESTRUCTIVE && (k->code == 'n' || k->code == 'q'))) {
        xd_dialog_pop(a);
        xd_app_say(a, XD_S_DIM, "Nothing was done.");
    } else if (k->code == XD_KEY_DOWN || k->code == XD_KEY_PGDN) {
        scroll(p, k->code == XD_KEY_DOWN ? 1 : (long)room(p, a->h), room(p, a->h));
    } else if (k->code == XD_KEY_UP || k->code == XD_KEY_PGUP) {
        scroll(p, k->code == XD_KEY_UP ? -1 : -(long)room(p, a->h), room(p, a->h));
    } else if (risk == XD_RISK_DESTRUCTIVE && k->code == XD_KEY_ENTER) {
        p->wrong = strcmp(p->typed.text, xd_plan_word(p->plan, word)) != 0;
        if (!p->wrong)
            go(a, p);
    } else if (risk == XD_RISK_DESTRUCTIVE) {
        p->wrong = false;
        xd_line_key(&p->typed, k, NULL);
    } else if (k->code == 'y' || (risk == XD_RISK_LOW && k->code == XD_KEY_ENTER)) {
        go(a, p);
    }
}

static void preview_free(struct xd_dialog *d)
{
    xd_plan_free(((struct preview *)d)->plan);
}

void xd_plan_open(struct xd_app *a, struct xd_plan *plan)
{
    static const struct xd_dialog_ops ops = {preview_draw, preview_key, preview_free};
    struct preview *p = xd_malloc(sizeof(*p));

    p->d.ops = &ops;
    p->plan = plan;
    xd_dialog_push(a, &p->d);
}
