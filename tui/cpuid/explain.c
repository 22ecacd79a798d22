/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The box with all that is known of a feature. */
#include <string.h>

#include "tui/cpuid/box.h"
#include "tui/cpuid/screen.h"

void xd_cpuid_box_list(struct xd_cpuid_box *e, const struct xd_cpuid_screen *t, const char *what,
                       const struct xd_featureset *s)
{
    struct xd_buf b = XD_BUF_INIT;

    xd_cpuid_list(t->db, s, 24, &b);
    if (b.len)
        xd_cpuid_box_add(e, XD_S_DIALOG_DIM, 0, xd_arena_printf(&e->arena, "%s %s", what, b.s));
    xd_buf_done(&b);
}

static const char *guests_text(const struct xd_cpuid_feature *f)
{
    static const char *const to[] = {"no guest", "HVM and PVH guests (with HAP)",
                                     "HVM and PVH guests", "all guests"};

    if (!f->xen)
        return "Xen 4.17 doesn't know it: no guest sees it.";
    if (xd_cpuid_guests(f) == XD_CPUID_NOBODY)
        return "Xen keeps it for itself: no guest sees it.";
    return xd_cpuid_by_default(f) ? to[xd_cpuid_guests(f)] : NULL;
}

static void add_about(struct xd_cpuid_box *e, const struct xd_cpuid_screen *t,
                      const struct xd_cpuid_feature *f)
{
    static const char *const asked[] = {"", "HVM and PVH guests (with HAP)", "HVM and PVH guests",
                                        "all guests"};
    struct xd_buf names = XD_BUF_INIT;
    const char *guests = guests_text(f);
    char place[64];

    xd_cpuid_names_of(f, &names);
    xd_cpuid_box_add(e, XD_S_DIALOG_DIM, 0,
                     xd_arena_printf(&e->arena, "%s: %s", f->group_title,
                                     xd_cpuid_place(f->bit, place, sizeof(place))));
    if (names.len)
        xd_cpuid_box_add(e, XD_S_DIALOG_DIM, 0, xd_arena_strdup(&e->arena, names.s));
    xd_cpuid_box_add(e, XD_S_DIALOG_DIM, 0,
                     !guests ? xd_arena_printf(&e->arena, "For %s, only where they ask for it",
                                               asked[xd_cpuid_guests(f)])
                     : strchr(guests, ':') ? guests
                                           : xd_arena_printf(&e->arena, "For %s", guests));
    xd_cpuid_box_add(e, XD_S_DIALOG_DIM, 0,
                     xd_arena_printf(&e->arena, "What decides: %s", xd_cpuid_given_text(f->given)));
    xd_cpuid_box_list(e, t, "Needs", &f->needs);
    xd_cpuid_box_list(e, t, "Needed by", &f->dependents);
    xd_buf_done(&names);
}

/* Column by column; those of which the same is true together. */
static void add_columns(struct xd_cpuid_box *e, const struct xd_cpuid_screen *t)
{
    struct xd_cpuid_reasons *list;
    size_t n = xd_cpuid_matrix_reasons(&t->m, t->bit, t->shown, t->n_shown, &e->arena, &list);

    for (size_t i = 0; i < n; i++) {
        const struct xd_cpuid_why *w = &list[i].why;
        struct xd_buf names = XD_BUF_INIT;

        xd_buf_printf(&names, "%s in ",
                      xd_cpuid_cell_on(w->cell)          ? "On"
                      : w->cell == XD_CPUID_CELL_UNKNOWN ? "Unknown"
                                                         : "Off");
        for (size_t k = 0; k < list[i].n; k++) {
            const struct xd_cpuid_column *c = &t->m.column[list[i].columns[k]];

            xd_buf_printf(&names, "%s%s%s%s", k ? ", " : "", c->machine ? c->machine : "",
                          c->machine ? ":" : "", c->name);
        }
        xd_cpuid_box_add(e, XD_S_DIALOG_ACCENT, 0, xd_arena_strdup(&e->arena, names.s));
        xd_cpuid_box_add(e, XD_S_DIALOG, 2, w->text);
        if (w->remedy && !xd_cpuid_cell_on(w->cell))
            xd_cpuid_box_add(e, XD_S_DIALOG, 2, w->remedy);
        xd_buf_done(&names);
    }
}

void xd_cpuid_explain_open(struct xd_app *a)
{
    static const struct xd_dialog_ops ops = {xd_cpuid_box_draw, xd_cpuid_box_key, xd_cpuid_box_free,
                                             NULL};
    const struct xd_cpuid_screen *t = a->cpuid;
    const struct xd_cpuid_feature *f = xd_cpuid_feature(t->db, t->bit);
    struct xd_cpuid_box *e = xd_malloc(sizeof(*e));
    char buf[16];

    e->d.ops = &ops;
    e->title = xd_arena_strdup(&e->arena, xd_cpuid_name(t->db, t->bit, buf));
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, f ? f->text : "No table knows what this bit means.");
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    if (f)
        add_about(e, t, f);
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    add_columns(e, t);
    xd_dialog_push(a, &e->d);
}
