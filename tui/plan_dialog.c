/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preview of a plan: every step with what the host says of it, its xl command, its inverse and
 * its risk, and the confirmation that the largest risk asks for: Enter, y, or the object's name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tui/budgets/screen.h"
#include "tui/dialog.h"
#include "tui/power/screen.h"

struct preview {
    struct xd_dialog d;
    struct xd_plan *plan;
    struct xd_line typed;
    int top;    /* first line shown */
    bool wrong; /* the name that was typed is another one */
};

/* --- the plan as lines --- */

/* Where lines are drawn, or only counted (c NULL); those before `skip` are not. */
struct paper {
    struct xd_canvas *c;
    struct xd_rect r;
    int skip, n;
};

static void put(struct paper *p, enum xd_role_style style, const char *fmt, ...) XD_PRINTF(3, 4);

static void put(struct paper *p, enum xd_role_style style, const char *fmt, ...)
{
    char text[1100];
    int y = p->n++ - p->skip;
    va_list ap;

    if (!p->c || y < 0 || y >= p->r.h)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    xd_canvas_field(p->c, p->r.x, p->r.y + y, p->r.w, false, style, text);
}

/* A text of any length behind `lead`, and its further lines behind `more`. */
static void put_long(struct paper *p, enum xd_role_style style, const char *lead, const char *more,
                     const char *text, size_t len)
{
    int first = xd_str_width(lead), next = xd_str_width(more);
    int w = p->r.w - (first > next ? first : next);
    struct xd_arena a = XD_ARENA_INIT;

    text = xd_arena_strndup(&a, text, len);
    do {
        size_t cut = xd_str_wrap(text, w > 8 ? w : 8);

        put(p, style, "%s%.*s", lead, (int)cut, text);
        text += cut;
        text += strspn(text, " ");
        lead = more;
    } while (*text);
    xd_arena_done(&a);
}

/* What the host says would come of a step, line by line. */
static void put_preview(struct paper *p, const struct xd_step *s, enum xd_role_style style)
{
    const char *text = s->preview ? s->preview : "";

    if (s->preview_bad) {
        put_long(p, XD_S_DIALOG_BAD, "   would be REFUSED: ", "     ", text, strlen(text));
        return;
    }
    while (*text) {
        size_t len = strcspn(text, "\n");
        put_long(p, style, "   │ ", "   │  ", text, len);
        text += len + (text[len] == '\n');
    }
}

static void put_plan(struct paper *p, const struct xd_plan *plan, enum xd_role_style style)
{
    for (size_t i = 0; i < plan->n; i++) {
        const struct xd_step *s = &plan->steps[i];

        char number[24];

        snprintf(number, sizeof(number), "%zu. ", i + 1);
        put_long(p, style, number, "   ", s->text, strlen(s->text));
        put_preview(p, s, style);
        const char *as = s->xl ? s->xl : "xl has no such command";
        const char *undo = s->inverse ? s->inverse : "CAN'T BE UNDONE";

        put_long(p, style, "   as    ", "         ", as, strlen(as));
        put_long(p, style, "   undo  ", "         ", undo, strlen(undo));
    }
}

/* Of the box on a screen of w columns; what is inside is two cells narrower on each side. */
static int box_width(int w)
{
    return w > 104 ? 100 : w - 4;
}

static int count_lines(const struct xd_plan *plan, int w)
{
    struct paper p = {.c = NULL, .r.w = box_width(w) - 4};

    put_plan(&p, plan, XD_S_DIALOG);
    return p.n;
}

/* --- the dialog --- */

static bool refused(const struct xd_plan *plan)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->steps[i].preview_bad)
            return true;
    return false;
}

static void question(const struct preview *p, char *out, size_t size)
{
    char word[XD_KEY_MAX];

    if (refused(p->plan)) {
        snprintf(out, size, "It would be refused · Esc leaves");
        return;
    }
    if (p->plan->awaited) {
        snprintf(out, size, "Asking the host what would come of it … · Esc leaves");
        return;
    }
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

/* How many lines of the plan show on a screen of h lines. */
static int room(const struct preview *p, int h)
{
    int lines = h - 2 - frame_lines(p);

    return lines > 1 ? lines : 1;
}

static void preview_draw(const struct xd_app *a, const struct xd_dialog *d, struct xd_canvas *c)
{
    const struct preview *p = (const struct preview *)d;
    bool bad = p->plan->risk == XD_RISK_DESTRUCTIVE;
    enum xd_role_style style = bad ? XD_S_DIALOG_BAD : XD_S_DIALOG;
    int all = count_lines(p->plan, c->w), fit = room(p, c->h), shown = all < fit ? all : fit;
    char title[128], asked[XD_KEY_MAX + 64];
    int n = snprintf(title, sizeof(title), "Plan: %zu %s, risk %s", p->plan->n,
                     p->plan->n == 1 ? "step" : "steps", xd_risk_name(p->plan->risk));

    if (all > shown)
        snprintf(title + n, sizeof(title) - (size_t)n, " · %d%%, ↑ ↓ scroll",
                 100 * (p->top + shown) / all);
    struct xd_rect in = xd_dialog_box(c, box_width(c->w), shown + frame_lines(p), style, title);
    struct paper paper = {c, {in.x, in.y, in.w, shown}, p->top, 0};
    put_plan(&paper, p->plan, style);
    question(p, asked, sizeof(asked));
    xd_canvas_field(c, in.x, in.y + in.h - (bad ? 2 : 1), in.w, false,
                    bad || refused(p->plan) ? XD_S_DIALOG_BAD : XD_S_DIALOG_ACCENT, asked);
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

static void scroll(const struct xd_app *a, struct preview *p, int by, int fit)
{
    int all = count_lines(p->plan, a->w), most = all > fit ? all - fit : 0, top = p->top + by;

    p->top = top < 0 ? 0 : top > most ? most : top;
}

static void preview_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    struct preview *p = (struct preview *)d;
    enum xd_risk risk = p->plan->risk;
    bool ready = !p->plan->awaited && !refused(p->plan);
    int page = room(p, a->h);
    char word[XD_KEY_MAX];

    if (k->code == XD_KEY_ESC || k->code == (XD_KEY_CTRL | 'c') ||
        (risk != XD_RISK_DESTRUCTIVE && (k->code == 'n' || k->code == 'q'))) {
        xd_dialog_pop(a);
        xd_app_say(a, XD_S_DIM, "Nothing was done.");
    } else if (k->code == XD_KEY_DOWN || k->code == XD_KEY_PGDN) {
        scroll(a, p, k->code == XD_KEY_DOWN ? 1 : page, page);
    } else if (k->code == XD_KEY_UP || k->code == XD_KEY_PGUP) {
        scroll(a, p, k->code == XD_KEY_UP ? -1 : -page, page);
    } else if (risk == XD_RISK_DESTRUCTIVE && k->code == XD_KEY_ENTER) {
        p->wrong = strcmp(p->typed.text, xd_plan_word(p->plan, word)) != 0;
        if (!p->wrong && ready)
            go(a, p);
    } else if (risk == XD_RISK_DESTRUCTIVE) {
        p->wrong = false;
        xd_line_key(&p->typed, k, NULL);
    } else if (ready && (k->code == 'y' || (risk == XD_RISK_LOW && k->code == XD_KEY_ENTER))) {
        go(a, p);
    }
}

/* The host's answers come in their own time. */
static void preview_update(struct xd_app *a, struct xd_dialog *d)
{
    struct preview *p = (struct preview *)d;

    if (p->plan->awaited && xd_session_take_preview(a->session, p->plan))
        a->news = true;
}

static void preview_free(struct xd_dialog *d)
{
    xd_plan_free(((struct preview *)d)->plan);
}

void xd_plan_open(struct xd_app *a, struct xd_plan *plan)
{
    static const struct xd_dialog_ops ops = {preview_draw, preview_key, preview_free,
                                             preview_update};
    struct preview *p = xd_malloc(sizeof(*p));

    p->d.ops = &ops;
    p->plan = plan;
    xd_budgets_preview(a, plan);
    xd_power_preview(a, plan);
    xd_session_ask_preview(a->session, plan);
    xd_dialog_push(a, &p->d);
}
