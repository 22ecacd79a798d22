/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan under construction, for plan.c (wishes) and undo.c (journal entries). */
#ifndef XD_ENGINE_PLAN_IMPL_H
#define XD_ENGINE_PLAN_IMPL_H

#include "base/str.h"
#include "engine/edit.h"
#include "engine/journal.h"

/* A row with the description that gives its cells a meaning. */
struct xd_subject {
    const struct xd_table *table;
    const struct xd_row *row;
    const char *key, *label; /* label: of the row, or the table's noun where it has none */
};

struct xd_subject xd_subject_of(const struct xd_table *t, const struct xd_row *r,
                                struct xd_arena *a);

/* Fills a step with all its texts. Strings and values are copied to the plan's arena. */
void xd_step_knob(struct xd_plan *p, struct xd_step *s, const struct xd_offer *o,
                  const struct xd_subject *on, const struct xd_value *old,
                  const struct xd_value *now);
/* Its xl command anew, for an object as it will be by then. */
void xd_step_knob_xl(struct xd_plan *p, struct xd_step *s, const struct xd_subject *on);
/* params: as many as the action has; NULL: none. */
void xd_step_action(struct xd_plan *p, struct xd_step *s, const struct xd_world *w,
                    const struct xd_offer *o, const struct xd_subject *on,
                    const struct xd_value *params);

/* The action of that name which undoes o's: of the same source and the same object, without
 * parameters that must be given; NULL: none. */
const struct xd_action *xd_inverse_action(const struct xd_world *w, const struct xd_offer *o);
/* The step that takes an action back: undo as in xd_step, object the one it was done on. -ENOTSUP:
 * nothing does; -ESRCH: its object is gone. Where the object can't be seen yet (it was just made),
 * one is named after its path; `seen` asks for it to be there. */
int xd_inverse_step(const struct xd_world *w, struct xd_plan *p, const struct xd_offer *o,
                    const struct xd_object *object, const char *undo, bool seen,
                    struct xd_step *out, struct xd_err *err);

/* The parameters of an action: from text (NULL: nothing is said), else what they are when nothing
 * is said. on: the object, for fallbacks that ask it; NULL: unknown. */
int xd_params_parse(const struct xd_action *act, const char *text, const struct xd_subject *on,
                    unsigned n_all, struct xd_arena *a, struct xd_value **out, struct xd_err *err);
/* Text for the journal and for people: "host=b live=yes"; NULL where there are none. */
const char *xd_params_text(const struct xd_action *act, const struct xd_value *params,
                           struct xd_arena *a);

/* The xl command from its template; NULL where a name in it can't be had. */
const char *xd_xl_text(const char *form, const struct xd_subject *on, const struct xd_kind *kind,
                       const struct xd_value *value, const struct xd_action *act,
                       const struct xd_value *params, struct xd_arena *a);

/* Whether a number is within the knob's own range. -ERANGE. */
int xd_check_range(const char *label, const struct xd_knob *k, const struct xd_value *v,
                   struct xd_arena *a, struct xd_err *err);
/* Whether the first n steps keep within the bounds that their objects set, as these will be once
 * the plan is done; -ERANGE. Of a bound and what it bounds, that one comes first which makes room
 * for the other: period before budget when both grow, budget before period when both shrink. An xl
 * command that names other values of its object names them as the steps before leave them. */
int xd_plan_bounds(const struct xd_world *w, struct xd_plan *p, size_t n, struct xd_err *err);

/* Sets n, risk and title. title NULL: made from the steps. */
void xd_plan_finish(struct xd_plan *p, size_t n, const char *title);

#endif
