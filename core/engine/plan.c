/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From wishes to a plan: objects found, values read and held against their bounds, what is there
 * already left out. See edit.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define uthash_fatal(msg) abort()
#include <uthash.h>

#include "base/str.h"
#include "engine/plan_impl.h"

/* One knob of one object: a later wish for it replaces the earlier one. */
struct slot {
    const char *name; /* "domains UUID sched.cap" */
    size_t step;      /* index into draft.steps */
    UT_hash_handle hh;
};

struct draft {
    const struct xd_world *w;
    struct xd_plan *p;
    struct xd_step *steps; /* those whose text is NULL were taken out again */
    size_t n, cap;
    struct slot *slots;
    size_t void_wishes;
    const char *void_text; /* the first of them: "web1 sched.cap is 40 already" */
    unsigned n_all;        /* how many pCPUs "all" means */
};

static struct xd_step *new_step(struct draft *d)
{
    if (d->n == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 16;
        d->steps = xd_realloc(d->steps, d->cap * sizeof(*d->steps));
    }
    return &d->steps[d->n++];
}

/* The slot for this knob of this object; *is_new tells whether somebody wished for it before. */
static struct slot *slot_of(struct draft *d, const struct xd_subject *on, const char *knob,
                            bool *is_new)
{
    char *name = xd_arena_printf(&d->p->arena, "%s %s %s", on->table->desc->name, on->key, knob);
    struct slot *s = NULL;

    HASH_FIND_STR(d->slots, name, s);
    *is_new = !s;
    if (s)
        return s;
    s = xd_arena_alloc(&d->p->arena, sizeof(*s));
    s->name = name;
    HASH_ADD_KEYPTR(hh, d->slots, s->name, strlen(s->name), s);
    return s;
}

/* --- knobs --- */

/* What the host says it is now: the plan expects to find it. */
static int old_value(struct draft *d, const struct xd_knob *k, const struct xd_subject *on,
                     struct xd_value *out, struct xd_err *err)
{
    const struct xd_table_desc *desc = on->table->desc;
    int col = k->column ? xd_desc_column(desc, k->column) : -1;
    const char *why = on->table->reason ? on->table->reason : xd_world_trouble(d->w, desc->name);

    if (col >= 0 && xd_row_has(on->row, col) && desc->columns[col].kind.type == k->kind.type) {
        *out = xd_row_value(desc, on->row, col);
        return 0;
    }
    return xd_err_set(err, -ENODATA,
                      "%s %s: what it is now is unknown%s%s: an edit could be neither checked nor "
                      "undone",
                      on->label, k->name, why ? ", because " : "", why ? why : "");
}

static void note_void(struct draft *d, const struct xd_knob *k, const struct xd_subject *on,
                      const struct xd_value *v)
{
    if (d->void_wishes++ == 0)
        d->void_text = xd_arena_printf(&d->p->arena, "%s %s is %s already", on->label, k->name,
                                       xd_value_exact(v, &k->kind, &d->p->arena));
}

static int wish_knob(struct draft *d, const struct xd_offer *o, const struct xd_subject *on,
                     const char *text, struct xd_err *err)
{
    const struct xd_knob *k = o->knob;
    struct xd_value old, now;
    struct slot *slot;
    bool is_new;
    int rc;

    if (!text)
        return xd_err_set(err, -EINVAL, "%s %s: a value is needed, %s=VALUE", on->label, k->name,
                          k->name);
    rc = xd_value_parse(text, &k->kind, d->n_all, &d->p->arena, &now, err);
    if (rc) {
        xd_err_prefix(err, "%s %s: ", on->label, k->name);
        return rc;
    }
    rc = xd_check_range(on->label, k, &now, &d->p->arena, err);
    if (!rc)
        rc = old_value(d, k, on, &old, err);
    if (rc)
        return rc;
    slot = slot_of(d, on, k->name, &is_new);
    if (is_new) {
        slot->step = d->n;
        new_step(d);
    }
    if (xd_value_equal(&old, &now)) {
        note_void(d, k, on, &now);
        d->steps[slot->step].text = NULL;
    } else {
        xd_step_knob(d->p, &d->steps[slot->step], o, on, &old, &now);
    }
    return 0;
}

/* True for the children of a parent row: the first part of their key is its key. */
static bool is_child(const struct xd_table_desc *d, const struct xd_row *r, const char *parent)
{
    char key[XD_KEY_MAX];
    size_t len = strlen(parent);

    if (d->columns[d->keys[0]].kind.type == XD_STR)
        return strcmp(xd_row_str(r, d->keys[0], ""), parent) == 0;
    xd_row_key(d, r, key);
    return strncmp(key, parent, len) == 0 && key[len] == '/';
}

/* A knob of a child table, wished for on the parent: a step for each child. */
static int wish_children(struct draft *d, const struct xd_offer *o, const struct xd_subject *parent,
                         const char *text, struct xd_err *err)
{
    const struct xd_table *t = xd_world_table(d->w, o->knob->table);
    size_t any = 0;

    for (size_t i = 0; t && i < t->n; i++) {
        struct xd_subject on;
        int rc;

        if (!is_child(t->desc, t->rows[i], parent->key))
            continue;
        on = xd_subject_of(t, t->rows[i], &d->p->arena);
        rc = wish_knob(d, o, &on, text, err);
        if (rc)
            return rc;
        any++;
    }
    if (any)
        return 0;
    return xd_err_set(err, -ENOENT, "%s %s: it belongs to %s, and none of %s are known",
                      parent->label, o->knob->name, o->knob->table, parent->label);
}

/* --- actions --- */

static int wish_action(struct draft *d, const struct xd_offer *o, const struct xd_subject *on,
                       const char *text, struct xd_err *err)
{
    struct xd_value *params;
    int rc;

    if (o->action->terminal)
        return xd_err_set(
            err, -EINVAL,
            "%s gives the terminal to a program and changes nothing on the host: there "
            "is nothing to plan; the console and `xendeck %s` do it",
            o->action->name, o->action->name);
    rc = xd_params_parse(o->action, text, on, d->n_all, &d->p->arena, &params, err);

    if (rc) {
        xd_err_prefix(err, "%s %s: ", o->action->name, on->label);
        return rc;
    }
    xd_step_action(d->p, new_step(d), d->w, o, on, params);
    return 0;
}

/* --- wishes --- */

#define NAMES_MAX 128

/* No knob or action of that name there: the nearest one that is, or where that one belongs. */
static int no_such_offer(struct draft *d, const struct xd_subject *on, const char *name,
                         struct xd_err *err)
{
    const char *names[NAMES_MAX], *near;
    struct xd_offer o;
    size_t n = 0;

    if (xd_world_offer(d->w, NULL, name, &o))
        return xd_err_set(err, -ENOENT, "%s belongs to %s, and %s is one of the %s", name,
                          o.knob ? o.knob->table : o.action->table, on->label,
                          on->table->desc->name);
    for (size_t i = 0; n < NAMES_MAX && xd_world_offer_at(d->w, i, &o); i++)
        if (strcmp(o.knob ? o.knob->table : o.action->table, on->table->desc->name) == 0)
            names[n++] = o.knob ? o.knob->name : o.action->name;
    near = xd_str_nearest(name, names, n);
    if (!n)
        return xd_err_set(err, -ENOTSUP, "%s: nothing of %s can be edited on this host", on->label,
                          on->table->desc->name);
    return xd_err_set(err, -ENOENT, "%s has no knob or action \"%s\"%s%s%s", on->label, name,
                      near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
}

/* The knob of that name in a table whose parent is `table`. */
static bool child_offer(const struct xd_world *w, const char *table, const char *name,
                        struct xd_offer *out)
{
    for (size_t i = 0; xd_world_offer_at(w, i, out); i++) {
        const struct xd_table_desc *d = out->knob ? xd_world_desc_named(w, out->knob->table) : NULL;

        if (d && xd_streq(d->parent, table) && strcmp(out->knob->name, name) == 0)
            return true;
    }
    return false;
}

static int add_wish(struct draft *d, const struct xd_wish *wish, struct xd_err *err)
{
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_subject on;
    struct xd_offer o;
    const char *why;
    int rc = xd_world_find(d->w, wish->object, &t, &r, err);

    if (rc)
        return rc;
    on = xd_subject_of(t, r, &d->p->arena);
    if (!wish->name || !wish->name[0])
        return xd_err_set(err, -EINVAL, "%s: the name of a knob or an action is needed", on.label);
    why = xd_world_limit(d->w, wish->name);
    if (why)
        return xd_err_set(err, -ENOTSUP, "%s %s: not on this host: %s", on.label, wish->name, why);
    if (xd_world_offer(d->w, t->desc->name, wish->name, &o))
        return o.knob ? wish_knob(d, &o, &on, wish->value, err)
                      : wish_action(d, &o, &on, wish->value, err);
    if (child_offer(d->w, t->desc->name, wish->name, &o))
        return wish_children(d, &o, &on, wish->value, err);
    return no_such_offer(d, &on, wish->name, err);
}

/* Moves what is left of the draft into the plan. */
static int finish(struct draft *d, struct xd_err *err)
{
    size_t n = 0;

    int rc;

    d->p->steps = xd_arena_array(&d->p->arena, d->n + 1, sizeof(*d->p->steps));
    for (size_t i = 0; i < d->n; i++)
        if (d->steps[i].text)
            d->p->steps[n++] = d->steps[i];
    rc = xd_plan_bounds(d->w, d->p, n, err);
    if (rc)
        return rc;
    xd_plan_finish(d->p, n, NULL);
    if (n)
        return 0;
    if (d->void_wishes > 1)
        return xd_err_set(err, -EALREADY, "nothing to do: %s (and %zu more like this)",
                          d->void_text, d->void_wishes - 1);
    return xd_err_set(err, d->void_wishes ? -EALREADY : -EINVAL, "%s",
                      d->void_wishes ? d->void_text : "nothing was wished for");
}

int xd_plan_make(const struct xd_world *w, const struct xd_wish *wishes, size_t n,
                 struct xd_plan **out, struct xd_err *err)
{
    struct draft d = {.w = w, .n_all = xd_world_pcpus(w)};
    int rc = 0;

    if (xd_world_readonly(w))
        return xd_err_set(err, -EROFS, "this session is read only: nothing can be edited in it");
    d.p = xd_malloc(sizeof(*d.p));
    xd_arena_init(&d.p->arena);
    for (size_t i = 0; i < n && !rc; i++)
        rc = add_wish(&d, &wishes[i], err);
    if (!rc)
        rc = finish(&d, err);
    HASH_CLEAR(hh, d.slots);
    free(d.steps);
    if (rc)
        xd_plan_free(d.p);
    else
        *out = d.p;
    return rc;
}

void xd_plan_free(struct xd_plan *p)
{
    if (!p)
        return;
    xd_arena_done(&p->arena);
    free(p);
}
