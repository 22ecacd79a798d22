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

static const struct xd_step *worst_step(const struct xd_plan *p)
{
    const struct xd_step *worst = &p->steps[0];

    for (size_t i = 1; i < p->n; i++)
        if (p->steps[i].risk > worst->risk)
            worst = &p->steps[i];
    return worst;
}

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

static const char *question(const struct preview *p)
{
    switch (p->plan->risk) {
    case XD_RISK_DESTRUCTIVE:
        return p->wrong ? "That is another name. Type the object's name, or Esc leaves:"
                        : "Something is lost for good. Type the object's name, or Esc leaves:";
    case XD_RISK_DISRUPTIVE:
        return "Guests will notice. y carries it out · Esc leaves";
    default:
        return "Enter carries it out · Esc leaves";
    }
}

static void preview_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct preview *p = (const struct preview *)d;
    bool bad = p->plan->risk == XD_RISK_DESTRUCTIVE;
    enum xd_role_style style = bad ? XD_S_DIALOG_BAD : XD_S_DIALOG;
    int h = (int)(p->plan->n < 64 ? p->plan->n : 64) * LINES_A_STEP + (bad ? 5 : 4);
    char title[128];

    snprintf(title, sizeof(title), "Plan: %zu %s, risk %s", p->plan->n,
             p->plan->n == 1 ? "step" : "steps", xd_risk_name(p->plan->risk));
    struct xd_rect in = xd_dialog_box(c, c->w > 104 ? 100 : c->w - 4, h, style, title);
    int room = (in.h - (bad ? 3 : 2)) / LINES_A_STEP, y = in.y;
    for (size_t i = p->top; i < p->plan->n && room-- > 0; i++, y += LINES_A_STEP)
        draw_step(&p->plan->steps[i], i + 1, c, in.x, y, in.w, style);
    xd_canvas_field(c, in.x, in.y + in.h - (bad ? 2 : 1), in.w, false,
                    bad ? XD_S_DIALOG_BAD : XD_S_ACCENT, question(p));
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

static void preview_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct preview *p = (struct preview *)d;
    enum xd_risk risk = p->plan->risk;

    if (k->code == XD_KEY_ESC || k->code == (XD_KEY_CTRL | 'c') ||
        (risk != XD_RISK_DESTRUCTIVE && (k->code == 'n' || k->code == 'q'))) {
        xd_dialog_pop(a);
        xd_app_say(a, XD_S_DIM, "Nothing was done.");
    } else if (k->code == XD_KEY_DOWN || k->code == XD_KEY_PGDN) {
        p->top += p->top + 1 < p->plan->n;
    } else if (k->code == XD_KEY_UP || k->code == XD_KEY_PGUP) {
        p->top -= p->top > 0;
    } else if (risk == XD_RISK_DESTRUCTIVE && k->code == XD_KEY_ENTER) {
        p->wrong = strcmp(p->typed.text, worst_step(p->plan)->object.label) != 0;
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
