/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dry run of a plan for a domain's next start: the action cpuid-try with the line that was
 * planned, and a box that says in what the host's answer differs from the plan. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/tables_cpuid.h"
#include "tui/cpuid/box.h"
#include "tui/cpuid/screen.h"

/* --- asking for it --- */

/* What is planned, of all that is known of the domain and set by a policy. */
static void note_plan(struct xd_cpuid_screen *t, int column)
{
    struct xd_cpuid_trial_run *r = &t->trial;
    const struct xd_cpuid_column *c = &t->m.column[column];

    r->planned = r->now = (struct xd_featureset){{0}};
    r->compared = (struct xd_featureset){{0}};
    for (int b = 0; b < XD_CPUID_BITS; b++) {
        const struct xd_cpuid_feature *f = xd_cpuid_feature(t->db, b);

        if (!(c->set.known >> (b / 32) & 1) ||
            (f && (f->given == XD_CPUID_BY_OS || f->over == XD_CPUID_OVER_IGNORE)))
            continue;
        xd_fs_add(&r->compared, b);
        if (xd_fs_has(&c->set.fs, b))
            xd_fs_add(&r->now, b);
        if (xd_cpuid_draft_has(t, column, b))
            xd_fs_add(&r->planned, b);
    }
    r->side = c->side;
    snprintf(r->name, sizeof(r->name), "%s", c->name);
}

static int begin(struct xd_app *a, const char *text, const void *tag, struct xd_err *err)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_cpuid_trial_run *r = &t->trial;
    struct xd_cpuid_tried last;
    int column = xd_cpuid_screen_column(t);
    const struct xd_action *action = xd_app_action(a, "cpuid-try", err);
    struct xd_buf params = XD_BUF_INIT;
    char value[XD_CPUID_VALUE_MAX];
    int rc = action ? xd_cpuid_draft_value(t, column, value, sizeof(value), err) : -ENOTSUP;

    if (rc < 0)
        return rc;
    *r = (struct xd_cpuid_trial_run){.wanted = true};
    if (xd_cpuid_try_get(xd_world_table(a->world, xd_cpuid_try_desc.name), &last))
        snprintf(r->before, sizeof(r->before), "%s", last.name);
    xd_cpuid_whole_path(text, r->file, sizeof(r->file));
    note_plan(t, column);
    xd_param_add(&params, "file", r->file);
    xd_param_add(&params, "cpuid", value);
    rc = xd_app_propose_action(a, action, xd_buf_str(&params), err);
    xd_buf_done(&params);
    return rc;
}

int xd_cmd_cpuid_try(void *ctx, int argc, char **argv, struct xd_err *err)
{
    struct xd_app *a = ctx;
    struct xd_cpuid_screen *t = a->cpuid;
    int column = xd_cpuid_screen_column(t);
    char value[XD_CPUID_VALUE_MAX], path[512];

    if (column >= 0 && t->m.column[column].dom0)
        return xd_err_set(
            err, -ENOTSUP,
            "Domain-0 has no configuration to try: its policy is made when Xen starts");
    if (xd_cpuid_draft_value(t, column, value, sizeof(value), err) < 0)
        return err->code;
    if (argc > 1)
        return begin(a, argv[1], NULL, err);
    xd_cpuid_config_path(&t->m.column[column], path, sizeof(path));
    xd_ask_open(a, "Dry run: which configuration?",
                "A throw-away domain is made of it with the policy that is planned, paused and "
                "without devices; its policy is read, and it is destroyed.",
                path, begin, NULL);
    return 0;
}

/* --- what came of it --- */

static struct xd_featureset minus(const struct xd_featureset *a, const struct xd_featureset *b)
{
    struct xd_featureset out = *a;

    xd_fs_minus(&out, b);
    return out;
}

/* Returns whether there is none. */
static bool add_difference(struct xd_cpuid_box *e, const struct xd_cpuid_screen *t,
                           const struct xd_featureset *got)
{
    const struct xd_cpuid_trial_run *r = &t->trial;
    struct xd_featureset lacks = minus(&r->planned, got), more = minus(got, &r->planned);
    struct xd_featureset on = minus(got, &r->now), off = minus(&r->now, got);
    bool equal = xd_fs_empty(&lacks) && xd_fs_empty(&more);

    if (equal) {
        xd_cpuid_box_add(e, XD_S_DIALOG_ACCENT, 0, "The host gave what was planned.");
    } else {
        xd_cpuid_box_add(e, XD_S_DIALOG_BAD, 0, "The host did not give what was planned:");
        xd_cpuid_box_list(e, t, "Planned on, and off there:", &lacks);
        xd_cpuid_box_list(e, t, "Planned off, and on there:", &more);
        xd_cpuid_box_add(e, XD_S_DIALOG, 0,
                         "Other lines of the file may decide it (type=, nestedhvm=, pae=, "
                         "nomigrate=), or Xen does.");
    }
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    if (xd_fs_empty(&on) && xd_fs_empty(&off))
        xd_cpuid_box_add(e, XD_S_DIALOG_DIM, 0,
                         xd_arena_printf(&e->arena, "It is what %s has now.", r->name));
    xd_cpuid_box_list(e, t, "Against now, on:", &on);
    xd_cpuid_box_list(e, t, "Against now, off:", &off);
    return equal;
}

static void result_key(struct xd_app *a, struct xd_dialog *d, const struct xd_key *k)
{
    if (k->code != 'w') {
        xd_cpuid_box_key(a, d, k);
        return;
    }
    xd_dialog_pop(a);
    xd_cpuid_offer_file(a, a->cpuid->trial.file);
}

static void show(struct xd_app *a, const struct xd_cpuid_tried *tried)
{
    static const struct xd_dialog_ops ops = {xd_cpuid_box_draw, result_key, xd_cpuid_box_free,
                                             NULL};
    const struct xd_cpuid_screen *t = a->cpuid;
    const struct xd_cpuid_trial_run *r = &t->trial;
    struct xd_cpuid_box *e = xd_malloc(sizeof(*e));
    struct xd_featureset got = tried->set.fs;
    bool pv = tried->guests == XD_CPUID_FOR_PV;

    e->d.ops = &ops;
    e->keys = "w writes it into the file";
    e->title = xd_arena_printf(&e->arena, "%s: what the dry run gave", r->name);
    xd_cpuid_box_add(e, XD_S_DIALOG, 0,
                     xd_arena_printf(&e->arena,
                                     "A throw-away domain of %s had %d features. It is destroyed.",
                                     tried->file, xd_fs_count(&got)));
    if (r->side != XD_CPUID_SIDE_ANY && (r->side == XD_CPUID_SIDE_PV) != pv)
        xd_cpuid_box_add(e, XD_S_DIALOG_BAD, 0,
                         xd_arena_printf(&e->arena, "It was %s guest, and %s is %s one.",
                                         pv ? "a PV" : "an HVM or PVH", r->name,
                                         pv ? "an HVM or PVH" : "a PV"));
    xd_cpuid_box_add(e, XD_S_DIALOG, 0, "");
    xd_fs_and(&got, &r->compared);
    bool equal = add_difference(e, t, &got);
    xd_app_say(a, equal ? XD_S_GOOD : XD_S_WARN, "%s: the dry run gave %s", r->name,
               equal ? "what was planned" : "something else than was planned");
    xd_dialog_push(a, &e->d);
}

void xd_cpuid_trial_update(struct xd_app *a)
{
    struct xd_cpuid_screen *t = a->cpuid;
    struct xd_cpuid_tried tried;

    if (!t->trial.wanted || !t->db || a->dialog || xd_session_busy(a->session) ||
        xd_app_screen(a)->view->update != xd_cpuid_screen_update)
        return;
    if (!xd_cpuid_try_get(xd_world_table(a->world, xd_cpuid_try_desc.name), &tried) ||
        strcmp(tried.name, t->trial.before) == 0 || !xd_streq(tried.file, t->trial.file))
        return;
    t->trial.wanted = false;
    show(a, &tried);
    a->news = true;
}
