/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one can do on the screen of CPU features. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cpuid_columns.h"
#include "tui/cpuid/screen.h"
#include "tui/dialog.h"

int xd_cmd_cpuid_goto(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    for (int i = 0; i < a->n_screens; i++)
        if (a->screens[i].view->update == xd_cpuid_screen_update) {
            a->screen = i;
            return 0;
        }
    return xd_err_set(err, -ENOTSUP, "this host says nothing of its CPU features");
}

int xd_cmd_cpuid_rows(void *ctx, int argc, char **argv, struct xd_err *err)
{
    /* what one comes for first: what differs */
    static const enum xd_cpuid_rows next[] = {[XD_CPUID_ROWS_USED] = XD_CPUID_ROWS_DIFFERENT,
                                              [XD_CPUID_ROWS_DIFFERENT] = XD_CPUID_ROWS_ALL,
                                              [XD_CPUID_ROWS_ALL] = XD_CPUID_ROWS_USED};
    struct xd_app *a = ctx;

    if (argc < 2) {
        a->cpuid->rows = next[a->cpuid->rows];
        return 0;
    }
    for (int i = 0; i < XD_CPUID_ROWS; i++)
        if (strcmp(argv[1], xd_cpuid_rows_names[i]) == 0) {
            a->cpuid->rows = (enum xd_cpuid_rows)i;
            return 0;
        }
    return xd_err_set(err, -EINVAL, "there is no choice \"%s\": there are used, different and all",
                      argv[1]);
}

/* --- groups --- */

int xd_cmd_cpuid_fold(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_cpuid_screen *t = ((struct xd_app *)ctx)->cpuid;
    uint64_t all = 0;

    for (int g = 0; g < XD_CPUID_GROUPS_MAX; g++)
        all |= t->lines.of[g] ? UINT64_C(1) << g : 0;
    t->folded = (t->folded & all) == all ? 0 : all;
    return 0;
}

int xd_cmd_cpuid_explain(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_cpuid_screen *t = a->cpuid;

    if (!t->lines.n || t->group < 0)
        return xd_err_set(err, -ENOENT, "there is no feature under the cursor");
    if (t->bit < 0)
        t->folded ^= UINT64_C(1) << t->group;
    else
        xd_cpuid_explain_open(a);
    return 0;
}

/* --- columns --- */

int xd_cmd_cpuid_columns(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (argc > 2)
        return xd_err_set(err, -EINVAL, "for example :policies raw,host,web* or :policies *");
    if (argc == 2)
        return xd_cpuid_screen_choose(a->cpuid, argv[1], err);
    if (!a->cpuid->m.n)
        return xd_err_set(err, -ENOENT, "there are no columns to choose from yet");
    xd_cpuid_columns_open(a);
    return 0;
}

int xd_cmd_cpuid_alike(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_cpuid_screen *t = a->cpuid;
    size_t before = t->n_shown;

    xd_cpuid_screen_alike(t, !t->alike);
    if (t->alike && before == t->n_shown)
        xd_app_say(a, XD_S_NORMAL, "No two domains have the same features.");
    else if (t->alike)
        xd_app_say(a, XD_S_NORMAL,
                   "Domains with the same features take one column: web1 +3 is four.");
    return 0;
}

int xd_cmd_cpuid_page_left(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_cpuid_layout l;

    xd_cpuid_layout_make(t, t->first, a->w, &l);
    xd_cpuid_screen_at(t, t->at > l.n ? t->at - l.n : 0);
    return 0;
}

int xd_cmd_cpuid_page_right(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_cpuid_layout l;

    xd_cpuid_layout_make(t, t->first, a->w, &l);
    xd_cpuid_screen_at(t, t->at + (l.n ? l.n : 1));
    return 0;
}

static int compare(struct xd_app *a, const char *path, const void *tag, struct xd_err *err)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_buf trouble = XD_BUF_INIT;
    int before = t->others.n;

    if (!t->db)
        return xd_err_set(err, -EAGAIN, "the tables of features aren't there");
    int rc = xd_cpuid_columns_of_file(&t->others, path, &trouble, err);
    if (rc == 0) {
        t->stale = true;
        xd_app_say(a, trouble.len ? XD_S_WARN : XD_S_GOOD, "%s: %d more column%s, to the right%s%s",
                   path, t->others.n - before, t->others.n - before == 1 ? "" : "s",
                   trouble.len ? ": " : "", xd_buf_str(&trouble));
    }
    xd_buf_done(&trouble);
    return rc;
}

int xd_cmd_cpuid_compare(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (argc > 1)
        return compare(a, argv[1], NULL, err);
    xd_ask_open(a, "Compare with another host",
                "A file of it: a capture (xendeck capture), or what xen-cpuid -p or cpuid -r "
                "printed there.",
                "", compare, NULL);
    return 0;
}

/* --- from one loss to the next --- */

static int to_lost(struct xd_app *a, int by, struct xd_err *err)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_screen *s = xd_app_screen(a);
    int column = xd_cpuid_screen_column(t);
    size_t n = t->lines.n;

    for (size_t i = 1; column >= 0 && i <= n; i++) {
        size_t at = (s->at + (by > 0 ? i : n - i)) % n;
        int bit = t->lines.line[at].bit;

        if (bit < 0 || xd_cpuid_matrix_cell(&t->m, bit, column) != XD_CPUID_CELL_LOST)
            continue;
        xd_screen_goto(a, s, at);
        return 0;
    }
    const struct xd_cpuid_column *c = column < 0 ? NULL : &t->m.column[column];
    if (!c || c->parent < 0)
        return xd_err_set(err, -ENOENT, "%s is made from no other column: it can't lose anything",
                          c ? c->name : "nothing");
    return xd_err_set(err, -ENOENT, "%s has all of these that %s has", c->name,
                      t->m.column[c->parent].name);
}

int xd_cmd_cpuid_next(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return to_lost(ctx, 1, err);
}

int xd_cmd_cpuid_previous(void *ctx, int argc, char **argv, struct xd_err *err)
{
    return to_lost(ctx, -1, err);
}

/* --- a domain's next start --- */

int xd_cmd_cpuid_switch(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_cpuid_screen *t = a->cpuid;
    const struct xd_cpuid_feature *f = NULL;
    char said[256];
    int bit = t->bit;

    if (argc > 1) {
        f = t->db ? xd_cpuid_find(t->db, XD_CPUID_ANY, argv[1], strlen(argv[1])) : NULL;
        if (!f)
            return xd_err_set(err, -ENOENT, "there is no feature \"%s\"", argv[1]);
        bit = f->bit;
    }
    if (bit < 0)
        return xd_err_set(err, -ENOENT, "there is no feature under the cursor");
    int rc = xd_cpuid_draft_switch(t, xd_cpuid_screen_column(t), bit, said, sizeof(said), err);
    if (rc == 0)
        xd_app_say(a, XD_S_STAGED, "%s", said);
    return rc;
}

int xd_cmd_cpuid_drop(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    int column = xd_cpuid_screen_column(a->cpuid);

    if (!xd_cpuid_draft_of(a->cpuid, column))
        return xd_err_set(err, -ENOENT, "nothing is planned for %s",
                          column < 0 ? "it" : a->cpuid->m.column[column].name);
    xd_cpuid_draft_drop(a->cpuid, column);
    return 0;
}

int xd_cmd_cpuid_config(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;

    if (xd_cpuid_screen_column(a->cpuid) < 0)
        return xd_err_set(err, -ENOENT, "there is no domain under the cursor");
    xd_cpuid_config_open(a);
    return 0;
}

/* --- what their keys come to --- */

enum xd_use xd_use_cpuid_line(const void *ctx)
{
    const struct xd_cpuid_screen *t = ((const struct xd_app *)ctx)->cpuid;

    return xd_use_if(t->lines.n && t->group >= 0);
}

enum xd_use xd_use_cpuid_switch(const void *ctx)
{
    const struct xd_cpuid_screen *t = ((const struct xd_app *)ctx)->cpuid;

    int at = xd_cpuid_screen_column(t);

    return xd_use_if(t->bit >= 0 && at >= 0 && t->m.column[at].layer == XD_CPUID_LAYER_DOMAIN &&
                     !t->m.column[at].machine);
}

enum xd_use xd_use_cpuid_domain(const void *ctx)
{
    return xd_use_if(xd_cpuid_screen_column(((const struct xd_app *)ctx)->cpuid) >= 0);
}

enum xd_use xd_use_cpuid_columns(const void *ctx)
{
    return xd_use_if(((const struct xd_app *)ctx)->cpuid->m.n);
}
