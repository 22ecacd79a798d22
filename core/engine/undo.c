/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan that takes a journal entry back: its steps in reverse, each expecting what it set. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "engine/journal.h"
#include "engine/plan_impl.h"

/* The newest entry that can be undone. One that is itself an undo is passed over: whoever says
 * "undo" twice wants to go back two steps, not one to and fro. So are the acts of a policy, which
 * would do them again: nobody who says "undo" without a number means these. */
static const struct xd_journal_entry *newest(const struct xd_journal *j)
{
    for (size_t i = xd_journal_count(j); i-- > 0;) {
        const struct xd_journal_entry *e = xd_journal_at(j, i);

        if (!e->no_undo && !e->undoes && !xd_str_starts(e->who ? e->who : "", "policy "))
            return e;
    }
    return NULL;
}

const struct xd_journal_entry *xd_undo_entry(const struct xd_journal *j, uint64_t id)
{
    return id ? xd_journal_find(j, id) : newest(j);
}

static int choose(const struct xd_journal *j, uint64_t id, const struct xd_journal_entry **out,
                  struct xd_err *err)
{
    const struct xd_journal_entry *e = xd_undo_entry(j, id);

    if (!e && !id)
        return xd_err_set(err, -ENOENT, "there is nothing in the journal that can be undone");
    if (!e)
        return xd_err_set(err, -ENOENT, "there is no journal entry %" PRIu64, id);
    if (e->undone_by)
        return xd_err_set(err, -EALREADY, "journal entry %" PRIu64 " was undone by %" PRIu64, e->id,
                          e->undone_by);
    if (e->no_undo)
        return xd_err_set(err, -ENOTSUP, "journal entry %" PRIu64 " can't be undone: %s", e->id,
                          e->no_undo);
    *out = e;
    return 0;
}

static int undo_knob(const struct xd_world *w, struct xd_plan *p, struct xd_step *s,
                     const struct xd_offer *o, const struct xd_subject *on,
                     const struct xd_journal_step *was, struct xd_err *err)
{
    const struct xd_kind *kind = &o->knob->kind;
    unsigned n_all = xd_world_pcpus(w);
    struct xd_value expected, back;
    int rc = xd_value_parse(was->now ? was->now : "", kind, n_all, &p->arena, &expected, err);

    if (!rc)
        rc = xd_value_parse(was->old ? was->old : "", kind, n_all, &p->arena, &back, err);
    if (rc) {
        xd_err_prefix(err, "%s %s: the journal's values can't be read: ", on->label, was->name);
        return -ENOTSUP;
    }
    xd_step_knob(p, s, o, on, &expected, &back);
    return 0;
}

static int undo_step(const struct xd_world *w, struct xd_plan *p, struct xd_step *s,
                     const struct xd_journal_step *was, struct xd_err *err)
{
    const struct xd_table *t = xd_world_table(w, was->table);
    const struct xd_row *r = t ? xd_table_find(t, was->key) : NULL;
    const char *trouble = xd_world_trouble(w, was->table);
    struct xd_subject on;
    struct xd_offer o;

    /* What takes an action back may be done on another object; the first may be gone by now. */
    if (!r && !(was->is_action && was->inverse && strchr(was->inverse, ' ')))
        return xd_err_set(err, -ESRCH, "%s (%s) is not among the %s any more%s%s", was->label,
                          was->key, was->table, trouble ? "; but " : "", trouble ? trouble : "");
    if (!xd_world_offer(w, was->table, was->name, &o) || was->is_action != (o.action != NULL))
        return xd_err_set(err, -ENOTSUP, "%s %s: no source of this host offers %s", was->label,
                          was->name, was->name);
    if (o.action)
        return xd_inverse_step(w, p, &o, &(struct xd_object){was->table, was->key, was->label},
                               was->inverse, true, s, err);
    on = xd_subject_of(t, r, &p->arena);
    return undo_knob(w, p, s, &o, &on, was, err);
}

int xd_plan_undo(const struct xd_world *w, const struct xd_journal *j, uint64_t id,
                 struct xd_plan **out, struct xd_err *err)
{
    const struct xd_journal_entry *e = NULL;
    struct xd_plan *p;
    int rc;

    if (xd_world_readonly(w))
        return xd_err_set(err, -EROFS, "this session is read only: nothing can be undone in it");
    rc = choose(j, id, &e, err);
    if (rc)
        return rc;
    p = xd_malloc(sizeof(*p));
    xd_arena_init(&p->arena);
    p->steps = xd_arena_array(&p->arena, e->n + 1, sizeof(*p->steps));
    for (size_t i = 0; i < e->n && !rc; i++) {
        rc = undo_step(w, p, &p->steps[i], &e->steps[e->n - 1 - i], err);
        if (rc)
            xd_err_prefix(err, "undoing %" PRIu64 ": ", e->id);
    }
    if (rc) {
        xd_plan_free(p);
        return rc;
    }
    p->undoes = e->id;
    xd_plan_finish(p, e->n, xd_arena_printf(&p->arena, "undo %" PRIu64 ": %s", e->id, e->title));
    *out = p;
    return 0;
}
