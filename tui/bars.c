/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bottom: the status line (what is typed, said, staged, or running), the key bar made from the
 * command table, and the log pane. */
#include <string.h>

#include "model/tables.h"
#include "tui/app.h"
#include "tui/console.h"
#include "tui/dialog.h"

#define SENTENCE_LINES 4

/* "3 of 14 · /web · sort -cpu": where one is in the table. */
static int draw_place(const struct xd_app *a, struct xd_canvas *c, int y)
{
    const struct xd_screen *s = &a->screens[a->screen];
    struct xd_buf b = XD_BUF_INIT;
    const char *tree = s->tree ? xd_tree_name(s, s->tree - 1, NULL) : NULL;

    if (s->n_marks)
        xd_buf_printf(&b, "%zu marked · ", s->n_marks);
    if (tree)
        xd_buf_printf(&b, "by %s · ", tree);
    if (s->filter[0])
        xd_buf_printf(&b, "/%s · ", s->filter);
    xd_buf_printf(&b, "%zu of %zu ", s->n_rows ? xd_screen_place(s, s->at) + 1 : 0, s->n_rows);
    int w = xd_str_width(xd_buf_str(&b));
    xd_canvas_text(c, c->w - w, y, XD_S_DIM, xd_buf_str(&b));
    xd_buf_done(&b);
    return w;
}

static void running_text(const struct xd_plan *p, struct xd_buf *b)
{
    xd_buf_printf(b, "applying %zu of %zu: %s", p->at + 1, p->n,
                  p->at < p->n ? p->steps[p->at].text : p->title);
    if (p->permille >= 0)
        xd_buf_printf(b, "  %d%%", p->permille / 10);
    if (p->progress[0])
        xd_buf_printf(b, "  %s", p->progress);
    xd_buf_add(b, "  (Esc cancels)");
}

static enum xd_role_style status_text(const struct xd_app *a, struct xd_buf *b)
{
    const struct xd_table *t;
    const char *trouble;

    if (a->keep_until_ns) {
        int64_t left = (a->keep_until_ns - xd_app_now(a) + XD_NS_PER_S - 1) / XD_NS_PER_S;
        xd_buf_printf(b, "Keep the edit of Domain-0? y keeps, n undoes, else undone in %lld s",
                      (long long)(left > 0 ? left : 0));
        return XD_S_WARN;
    }
    if (xd_session_busy(a->session)) {
        running_text(xd_session_plan(a->session), b);
        return XD_S_ACCENT;
    }
    if (a->message[0]) {
        xd_buf_add(b, a->message);
        return a->message_style;
    }
    if (a->n_staged == 1)
        xd_buf_printf(b, "staged: %s", a->staged[0].text);
    else if (a->n_staged)
        xd_buf_printf(b, "%d edits staged", a->n_staged);
    if (a->n_staged) {
        if (xd_str_width(xd_buf_str(b)) + 40 < a->w) /* the key bar says it too */
            xd_buf_add(b, "    a apply · u unstage");
        return XD_S_STAGED;
    }
    const struct xd_screen *s = &a->screens[a->screen];
    const char *table = s->desc ? s->desc->name : s->view->needs;
    /* Where there is nothing, the view itself says why. */
    t = table ? xd_app_table(a, table) : NULL;
    trouble = t && t->n ? xd_app_trouble(a, table) : NULL;
    if (trouble && !a->frozen) {
        xd_buf_printf(b, "STALE: %s", trouble);
        return XD_S_WARN;
    }
    return XD_S_DIM;
}

/* A sentence whose last line stands at y; a long one grows upwards, over the pane, so that no end
 * of it is lost. */
static void draw_sentence(struct xd_canvas *c, int y, int w, enum xd_role_style style,
                          const char *text)
{
    struct xd_rect r = {1, y, w, SENTENCE_LINES};
    int n = xd_dialog_text(NULL, r, style, text);

    for (int i = 0; n > 1 && i < n - 1; i++) {
        struct xd_rect line = {0, y - n + 1 + i, c->w, 1};
        xd_canvas_fill(c, line, XD_S_NORMAL);
    }
    r.y = y - n + 1;
    xd_dialog_text(c, r, style, text);
}

void xd_status_draw(const struct xd_app *a, struct xd_canvas *c, int y)
{
    struct xd_rect line = {0, y, c->w, 1};
    struct xd_buf b = XD_BUF_INIT;

    if (a->prompt != XD_PROMPT_NONE) {
        static const char *const prompts[] = {"", ":", "/", "mark: "};
        xd_line_draw(&a->line, c, 0, y, c->w, prompts[a->prompt]);
        draw_sentence(c, y - 1, c->w - 2, XD_S_BAD, a->prompt_error);
        return;
    }
    enum xd_role_style style = status_text(a, &b);
    xd_canvas_fill(c, line, XD_S_NORMAL);
    int w = draw_place(a, c, y);
    draw_sentence(c, y, c->w - w - 2, style, xd_buf_str(&b));
    xd_buf_done(&b);
}

/* A key with its label; the cells used, 0 where there is no room for it. */
static int draw_key(struct xd_canvas *c, int x, int y, const struct xd_command *k, const char *key,
                    bool dim)
{
    int w = xd_str_width(key) + 1 + xd_str_width(k->label);

    if (x + w > c->w)
        return 0;
    x += xd_canvas_text(c, x, y, dim ? XD_S_DIM : XD_S_KEY, key) + 1;
    xd_canvas_text(c, x, y, dim ? XD_S_DIM : XD_S_KEY_TEXT, k->label);
    return w + 2;
}

/* Keys with their labels, as many as fit: those of this screen first, then the most useful. What
 * would do nothing just now is dim, and what never does anything on this screen isn't there. */
void xd_keybar_draw(const struct xd_app *a, struct xd_canvas *c, int y)
{
    struct xd_rect line = {0, y, c->w, 1};
    int x = 1, w = 1;

    xd_canvas_fill(c, line, XD_S_KEY_TEXT);
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < a->n_keys && w; i++) {
            const struct xd_command *k = a->keys[i].command;
            enum xd_use use;
            char key[24];

            if ((i && a->keys[i - 1].command == k) || !(k->flags & XD_CMD_BAR) ||
                !k->screen != !own || !xd_app_offers(a, k, NULL) ||
                xd_command_of_key(a, a->keys[i].code) != k)
                continue; /* not its first key, or it means something else here */
            use = k->use ? k->use(a) : XD_USE;
            if (use == XD_USE_NEVER)
                continue;
            snprintf(key, sizeof(key), "%.*s", (int)strcspn(k->keys, " "), k->keys);
            w = draw_key(c, x, y, k, key, use == XD_USE_NOT_NOW);
            x += w;
        }
}

void xd_log_draw(const struct xd_app *a, struct xd_canvas *c, struct xd_rect r)
{
    static const enum xd_role_style styles[] = {
        [XD_LOG_DEBUG] = XD_S_DIM,
        [XD_LOG_INFO] = XD_S_NORMAL,
        [XD_LOG_WARN] = XD_S_WARN,
        [XD_LOG_ERROR] = XD_S_BAD,
    };
    struct xd_log_line lines[64];
    size_t n = xd_log_tail(xd_session_log(a->session), lines, (size_t)(r.h < 64 ? r.h : 64));

    xd_canvas_fill(c, r, XD_S_NORMAL);
    for (size_t i = 0; i < n; i++) {
        char iso[21];
        xd_clock_iso(lines[i].wall_ns, iso);
        xd_canvas_printf(c, r.x + 1, r.y + (int)i, XD_S_DIM, "%.8s %s", iso + 11, lines[i].source);
        xd_canvas_field(c, r.x + 19, r.y + (int)i, r.w - 19, false, styles[lines[i].level],
                        lines[i].text);
    }
}
