/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What takes an action back: another action of the same object, or a whole wish ("disk/UUID/xvdb
 * disk-detach") that was made when the action was planned. */
#include <errno.h>
#include <string.h>

#include "engine/plan_impl.h"

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

/* An object that no sample shows: by the noun and the key in its path. */
static bool name_object(const struct xd_world *w, const char *path, struct xd_object *out)
{
    const struct xd_table_desc *d;
    size_t len = strcspn(path, "/");

    for (size_t i = 0; (d = xd_world_desc(w, i)); i++)
        if (strlen(d->noun) == len && strncmp(d->noun, path, len) == 0) {
            const char *key = path[len] ? path + len + 1 : "";

            *out = (struct xd_object){d->name, key, key};
            return true;
        }
    return false;
}

static int same_object(const struct xd_world *w, struct xd_plan *p, const struct xd_offer *o,
                       const struct xd_object *object, struct xd_step *out, struct xd_err *err)
{
    const struct xd_table *t = xd_world_table(w, object->table);
    const struct xd_row *r = t ? xd_table_find(t, object->key) : NULL;
    struct xd_offer back = *o;
    struct xd_subject on;
    struct xd_value *params;
    int rc;

    back.action = xd_inverse_action(w, o);
    if (!back.action)
        return xd_err_set(err, -ENOTSUP, "%s %s has nothing that would take it back",
                          o->action->name, object->label);
    if (r)
        on = xd_subject_of(t, r, &p->arena);
    rc = xd_params_parse(back.action, NULL, r ? &on : NULL, xd_world_pcpus(w), &p->arena, &params,
                         err);
    if (rc)
        return rc;
    if (r) {
        xd_step_action(p, out, w, &back, &on, params);
        return 0;
    }
    *out = (struct xd_step){.offer = back, .object = *object, .params = params};
    out->text = xd_arena_printf(&p->arena, "%s %s", back.action->name, object->label);
    return 0;
}

static int by_wish(const struct xd_world *w, struct xd_plan *p, const char *undo, bool seen,
                   struct xd_step *out, struct xd_err *err)
{
    const char *path = next_word(&undo, &p->arena), *name = next_word(&undo, &p->arena);
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_object object;
    struct xd_subject on;
    struct xd_offer back;
    struct xd_value *params;
    bool found = xd_world_find(w, path, &t, &r, err) == 0;
    int rc;

    if (!found && (seen || !name_object(w, path, &object)))
        return -ESRCH;
    xd_err_clear(err);
    if (!xd_world_offer(w, found ? t->desc->name : object.table, name, &back) || !back.action)
        return xd_err_set(err, -ENOTSUP, "no source of this host offers %s", name);
    if (found)
        on = xd_subject_of(t, r, &p->arena);
    rc = xd_params_parse(back.action, undo, found ? &on : NULL, xd_world_pcpus(w), &p->arena,
                         &params, err);
    if (rc)
        return rc;
    if (found) {
        xd_step_action(p, out, w, &back, &on, params);
        return 0;
    }
    *out = (struct xd_step){.offer = back, .object = object, .params = params};
    out->text = xd_arena_printf(&p->arena, "%s %s", name, object.label);
    return 0;
}

int xd_inverse_step(const struct xd_world *w, struct xd_plan *p, const struct xd_offer *o,
                    const struct xd_object *object, const char *undo, bool seen,
                    struct xd_step *out, struct xd_err *err)
{
    if (undo && strchr(undo, ' '))
        return by_wish(w, p, undo, seen, out, err);
    return same_object(w, p, o, object, out, err);
}
