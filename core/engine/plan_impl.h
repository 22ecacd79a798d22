/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan under construction, for plan.c (wishes) and undo.c (journal entries). */
#ifndef XD_ENGINE_PLAN_IMPL_H
#define XD_ENGINE_PLAN_IMPL_H

#include "engine/edit.h"

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
/* params: as many as the action has; NULL: none. inverse: what takes it back, or NULL. */
void xd_step_action(struct xd_plan *p, struct xd_step *s, const struct xd_offer *o,
                    const struct xd_subject *on, const struct xd_value *params,
                    const struct xd_action *inverse);

/* The action that undoes o's, of the same source; NULL: none, or one that would have to be told
 * more than we know. */
const struct xd_action *xd_inverse_action(const struct xd_world *w, const struct xd_offer *o);
/* The parameters of an action when nothing is said: its fallbacks. */
int xd_params_fallback(const struct xd_action *act, unsigned n_all, struct xd_arena *a,
                       struct xd_value **out, struct xd_err *err);

/* Text for the journal and for people: "host=b live=yes"; NULL where there are none. */
const char *xd_params_text(const struct xd_action *act, const struct xd_value *params,
                           struct xd_arena *a);

/* The xl command from its template; NULL where a name in it can't be had. */
const char *xd_xl_text(const char *form, const struct xd_subject *on, const struct xd_kind *kind,
                       const struct xd_value *value, const struct xd_action *act,
                       const struct xd_value *params, struct xd_arena *a);

/* Sets n, risk and title. title NULL: made from the steps. */
void xd_plan_finish(struct xd_plan *p, size_t n, const char *title);

#endif
