/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What takes an action back: another action of the same object, or a whole wish ("disk/UUID/xvdb
 * disk-detach") that was made when the action was planned. */
#include <errno.h>
#include <string.h>

#include "engine/plan_impl.h"
#include "engine/world_impl.h"

const struct xd_action *xd_inverse_action(const struct xd_world *w, const struct xd_offer *o)
{
    const struct xd_backend *b = xd_world_source(w, o->source).backend;
    const struct xd_action *i = o->action->inverse ? b->actions : NULL;

    for (; i && i->name; i++) {
        if (strcmp(i->name, o->action->inverse) != 0 || strcmp(i->table, o->action->table) != 0)
            continue;
        for (const struct xd_param *p = i->params; p && p->name; p++)
            if (!p->fallback)
                return NULL;
        return i;
    }
    return NULL;
}

/* The next word of a wish; blanks within quotes belong to it. Moves *text behind it. */
static const char *next_word(const char **text, struct xd_arena *a)
{
    const char *s = *text + strspn(*text, " \t"), *word;
    struct xd_buf b = XD_BUF_INIT;
    bool quoted = false;

    for (; *s && (quoted || !strchr(" \t", *s)); s++) {
        if (*s == '"') {
            quoted = !quoted;
            continue;
        }
        s += *s == '\\' && s[1];
        xd_buf_addc(&b, *s);
    }
    word = xd_arena_strdup(a, xd_buf_str(&b));
    xd_buf_done(&b);
    *text = s;
    return word;
}

/* The step of that action on the row, or, where no sample shows one, on the object as it is named.
 */
static int make_step(const struct xd_world *w, struct xd_plan *p, const struct xd_offer *o,
                     const struct xd_table *t, const struct xd_row *r,
                     const struct xd_object *object, const char *text, struct xd_step *out,
                     struct xd_err *err)
{
    struct xd_value *params;
    struct xd_subject on;
    int rc;

    if (r)
        on = xd_subject_of(t, r, &p->arena);
    rc = xd_params_parse(o->action, text, r ? &on : NULL, xd_world_pcpus(w), &p->arena, &params,
                         err);
    if (rc)
        return rc;
    if (r) {
        xd_step_action(p, out, w, o, &on, params);
        return 0;
    }
    *out = (struct xd_step){.offer = *o, .object = *object, .params = params};
    out->text = xd_arena_printf(&p->arena, "%s %s", o->action->name, object->label);
    return 0;
}

static int same_object(const struct xd_world *w, struct xd_plan *p, const struct xd_offer *o,
                       const struct xd_object *object, struct xd_step *out, struct xd_err *err)
{
    const struct xd_table *t = xd_world_table(w, object->table);
    struct xd_offer back = *o;

    back.action = xd_inverse_action(w, o);
    if (!back.action)
        return xd_err_set(err, -ENOTSUP, "%s %s has nothing that would take it back",
                          o->action->name, object->label);
    return make_step(w, p, &back, t, t ? xd_table_find(t, object->key) : NULL, object, NULL, out,
                     err);
}

static int by_wish(const struct xd_world *w, struct xd_plan *p, const char *undo, bool seen,
                   struct xd_step *out, struct xd_err *err)
{
    const char *path = next_word(&undo, &p->arena), *name = next_word(&undo, &p->arena), *key = "";
    const struct xd_table_desc *d = xd_world_desc_of(w, path, &key);
    const struct xd_table *t = NULL;
    const struct xd_row *r = NULL;
    struct xd_object object;
    struct xd_offer back;

    if (xd_world_find(w, path, &t, &r, err) < 0) {
        if (seen || !d)
            return -ESRCH;
        r = NULL;
        xd_err_clear(err);
    }
    object = (struct xd_object){r ? t->desc->name : d->name, key, key};
    if (!xd_world_offer(w, object.table, name, &back) || !back.action)
        return xd_err_set(err, -ENOTSUP, "no source of this host offers %s", name);
    return make_step(w, p, &back, t, r, &object, undo, out, err);
}

int xd_inverse_step(const struct xd_world *w, struct xd_plan *p, const struct xd_offer *o,
                    const struct xd_object *object, const char *undo, bool seen,
                    struct xd_step *out, struct xd_err *err)
{
    if (undo && strchr(undo, ' '))
        return by_wish(w, p, undo, seen, out, err);
    return same_object(w, p, o, object, out, err);
}
