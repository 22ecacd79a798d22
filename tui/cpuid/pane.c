/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pane below the matrix: what the feature is, and why it is so in the column under the cursor.
 */
#include <stdio.h>
#include <string.h>

#include "tui/cpuid/screen.h"
#include "tui/dialog.h"

static const char *const who[] = {NULL, "xl.cfg", "Linux", "QEMU", "libvirt"};

static enum xd_role_style style_of(const struct xd_cpuid_why *w)
{
    if (w->cell == XD_CPUID_CELL_UNKNOWN)
        return XD_S_UNKNOWN;
    if (xd_cpuid_cell_on(w->cell))
        return XD_S_GOOD;
    return w->cause == XD_CPUID_CAUSE_INTACT || w->cause == XD_CPUID_CAUSE_OS ? XD_S_NORMAL
                                                                              : XD_S_WARN;
}

/* "xl.cfg and Linux: avx2 · also …": where others call it otherwise than we do. */
void xd_cpuid_names_of(const struct xd_cpuid_feature *f, struct xd_buf *out)
{
    for (int s = XD_CPUID_XL; s < XD_CPUID_SYSTEMS; s++)
        if (f->names[s] && strcmp(f->names[s], f->name) != 0)
            xd_buf_printf(out, "%s%s calls it %s", out->len ? ", " : "", who[s], f->names[s]);
    for (size_t i = 0; i < f->n_also; i++)
        xd_buf_printf(out, "%salso %s", out->len ? ", " : "", f->also[i]);
}

static void about_of(const struct xd_cpuid_screen *t, const struct xd_cpuid_feature *f,
                     struct xd_buf *out)
{
    struct xd_buf b = XD_BUF_INIT;
    char place[64];

    xd_buf_add(out, xd_cpuid_place(f->bit, place, sizeof(place)));
    xd_cpuid_names_of(f, &b);
    if (b.len)
        xd_buf_printf(out, " · %s", b.s);
    xd_buf_clear(&b);
    xd_cpuid_list(t->db, &f->needs, 4, &b);
    if (b.len)
        xd_buf_printf(out, " · needs %s", b.s);
    xd_buf_clear(&b);
    xd_cpuid_list(t->db, &f->dependents, 4, &b);
    if (b.len)
        xd_buf_printf(out, " · needed by %s", b.s);
    xd_buf_done(&b);
}

static int draw_text(struct xd_canvas *c, struct xd_rect r, int y, int most, enum xd_role_style s,
                     const char *text)
{
    struct xd_rect box = {r.x, r.y + y, r.w, r.h - y < most ? r.h - y : most};

    return box.h > 0 && text && *text ? xd_dialog_text(c, box, s, text) : 0;
}

static int lines_of(const char *text, int w)
{
    return text ? xd_dialog_text(NULL, (struct xd_rect){0, 0, w, 4}, XD_S_NORMAL, text) : 0;
}

static void pane_of_group(const struct xd_cpuid_screen *t, struct xd_canvas *c, struct xd_rect r)
{
    char text[256];

    snprintf(text, sizeof(text), "%s: %zu features. Enter folds them away, or shows them again.",
             xd_cpuid_group_title(t->db, t->group), t->lines.of[t->group]);
    draw_text(c, r, 0, 2, XD_S_NORMAL, text);
}

/* The name in the rule above: what the pane speaks of. */
static void draw_label(const struct xd_cpuid_screen *t, int column, struct xd_canvas *c,
                       struct xd_rect r)
{
    struct xd_arena a = XD_ARENA_INIT;
    char buf[16];
    const struct xd_cpuid_column *col = &t->m.column[column];
    const char *text =
        t->bit < 0
            ? xd_cpuid_group_title(t->db, t->group)
            : xd_arena_printf(&a, "%s in %s%s%s", xd_cpuid_name(t->db, t->bit, buf),
                              col->machine ? col->machine : "",
                              col->machine && strcmp(col->machine, col->name) ? ":" : "",
                              !col->machine || strcmp(col->machine, col->name) ? col->name : "");

    static const char *const states[] = {": unknown", ": off", ": off", ": on", ": on"};
    int x =
        3 + xd_canvas_printf(c, 3, r.y - 1, XD_S_TITLE_ON, " %s%s ", text,
                             t->bit < 0 ? "" : states[xd_cpuid_matrix_cell(&t->m, t->bit, column)]);

    if (t->bit >= 0 && xd_cpuid_draft_differs(t, column, t->bit))
        xd_canvas_printf(c, x, r.y - 1, XD_S_STAGED, "now, %s from its next start ",
                         xd_cpuid_draft_has(t, column, t->bit) ? "on" : "off");
    xd_arena_done(&a);
}

void xd_cpuid_pane(const struct xd_app *a, const struct xd_screen *s, const struct xd_row *row,
                   struct xd_canvas *c, struct xd_rect r)
{
    const struct xd_cpuid_screen *t = a->cpuid;
    const struct xd_cpuid_feature *f = t->bit < 0 ? NULL : xd_cpuid_feature(t->db, t->bit);
    int column = xd_cpuid_screen_column(t), y, reason;
    struct xd_arena arena = XD_ARENA_INIT;
    struct xd_buf about = XD_BUF_INIT;
    struct xd_cpuid_why w;

    if (!t->db || !t->lines.n || column < 0)
        return;
    draw_label(t, column, c, r);
    if (t->bit < 0) {
        pane_of_group(t, c, r);
        return;
    }
    xd_cpuid_matrix_why(&t->m, t->bit, column, &arena, &w);
    /* why it is so, and what to do, are told in full; what it is takes what is left */
    reason = lines_of(w.text, r.w) + lines_of(w.remedy, r.w);
    y = draw_text(c, r, 0, r.h - reason > 1 ? (r.h - reason < 3 ? r.h - reason : 3) : 1,
                  XD_S_NORMAL, f ? f->text : "No table knows what this bit means.");
    y += draw_text(c, r, y, 3, style_of(&w), w.text);
    y += draw_text(c, r, y, 3, XD_S_ACCENT, w.remedy);
    if (f)
        about_of(t, f, &about);
    draw_text(c, r, y, r.h > 6 ? 3 : 1, XD_S_DIM, about.s);
    if (t->error[0] && r.h > 6)
        draw_text(c, r, r.h - 1, 1, XD_S_WARN, t->error);
    xd_buf_done(&about);
    xd_arena_done(&arena);
}
