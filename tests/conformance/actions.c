/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions: accepted, then seen to be done, within the time that they declare; refused where they
 * can't be had. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "conformance.h"

#define NAP_NS (XD_NS_PER_S / 4)

static const struct xd_action *find(const struct conf *c, const char *name)
{
    const struct xd_action *a = c->b->actions;

    while (a && a->name && !xd_streq(a->name, name))
        a++;
    return a && a->name ? a : NULL;
}

static bool ready(struct conf *c)
{
    if (!c->b->actions) {
        conf_skip(c, "it has no actions");
        return false;
    }
    return conf_sample(c, 0);
}

/* Long work reports to nobody and is never cancelled. */
static void report(struct xd_progress *p, int permille, const char *text)
{
}

static bool cancelled(struct xd_progress *p)
{
    return false;
}

static int act(struct conf *c, const struct xd_object *o, const struct xd_action *a,
               const struct xd_value *params, struct xd_err *err)
{
    struct xd_progress p = {report, cancelled};

    return c->b->act(c->operator, o, a, params, &p, err);
}

/* Parameters that make some sense: what they fall back to, or something of their type. */
static const struct xd_value *plausible(struct conf *c, const struct xd_action *a)
{
    struct xd_cpuset *one = xd_arena_alloc(&c->arena, sizeof(*one));
    struct xd_err err = XD_ERR_INIT;
    struct xd_value *v;
    size_t n = 0;

    while (a->params && a->params[n].name)
        n++;
    v = n ? xd_arena_array(&c->arena, n, sizeof(*v)) : NULL;
    xd_cpuset_fill(one, 1);
    for (size_t i = 0; i < n; i++) {
        const struct xd_param *p = &a->params[i];

        if (p->fallback && p->fallback[0] != '{' && p->fallback[0] &&
            !xd_value_parse(p->fallback, &p->kind, 0, &c->arena, &v[i], &err))
            continue;
        v[i] = (struct xd_value){.have = true, .type = p->kind.type, .cell.u = 1};
        if (p->kind.type == XD_STR)
            v[i].cell.s = "x";
        if (p->kind.type == XD_CPUSET)
            v[i].cell.set = one;
    }
    return v;
}

/* --- done --- */

/* Samples are taken meanwhile, as a console would. */
static bool settle(struct conf *c, const struct xd_object *o, const struct xd_action *a)
{
    struct xd_err err = XD_ERR_INIT;
    int rc = 0;

    for (int64_t waited = 0; waited <= a->settle_ns; waited += NAP_NS) {
        rc = c->b->settled(c->operator, o, a, &err);
        if (rc || !conf_sample(c, NAP_NS))
            break;
    }
    CONF(c, rc != 0, "%s %s did not settle in time", a->name, o->label);
    CONF(c, rc >= 0, "%s %s: %s", a->name, o->label, xd_err_text(&err));
    return rc == 1;
}

/* What the tables have to show once an action is done; NULL: nothing that is known here. */
static const char *not_seen(const struct conf *c, const char *action, const struct xd_object *o,
                            uint64_t old_id)
{
    const struct xd_table *t = conf_table(c, "domains");
    const struct xd_row *r = t ? xd_table_find(t, o->key) : NULL;
    uint64_t state = r ? xd_row_u64(r, XD_DOMAIN_STATE, 99) : 99;

    if (xd_streq(action, "pause") && state != XD_STATE_PAUSED)
        return "is not shown as paused";
    if (xd_streq(action, "unpause") && (!r || state == XD_STATE_PAUSED))
        return "is still shown as paused";
    if (xd_streq(action, "destroy") && r)
        return "is still there";
    if (xd_streq(action, "shutdown") && r && state != XD_STATE_SHUTDOWN && state != XD_STATE_DYING)
        return "is neither gone nor shown as shut down";
    if (xd_streq(action, "reboot") && (!r || xd_row_u64(r, XD_DOMAIN_ID, old_id) == old_id))
        return "did not come back with a new domid";
    return NULL;
}

static void carry_out(struct conf *c, const struct xd_action *a, const struct xd_object *o)
{
    const struct xd_table *t = conf_table(c, "domains");
    const struct xd_row *r = xd_table_find(t, o->key);
    uint64_t id = r ? xd_row_u64(r, XD_DOMAIN_ID, 0) : 0;
    struct xd_err err = XD_ERR_INIT;
    const char *why;
    int rc;

    rc = act(c, o, a, NULL, &err);
    CONF(c, rc == 0, "%s %s: %s", a->name, o->label, xd_err_text(&err));
    if (rc || !settle(c, o, a) || !conf_sample(c, NAP_NS))
        return;
    why = not_seen(c, a->name, o, id);
    CONF(c, !why, "%s %s: it %s", a->name, o->label, why);
}

static void settled(struct conf *c)
{
    const struct conf_victim *v = c->host->victims;

    if (!ready(c))
        return;
    if (!v->action)
        conf_skip(c, "no domain was named on which to act");
    for (; v->action; v++) {
        const struct xd_action *a = find(c, v->action), *inverse;
        const struct xd_row *r = conf_row(c, "domains", v->domain);
        struct xd_object o;

        CONF(c, a, "there is no action %s", v->action);
        CONF(c, r, "there is no domain %s", v->domain);
        if (!a || !r)
            continue;
        o = conf_object(c, conf_table(c, "domains"), r);
        carry_out(c, a, &o);
        inverse = a->inverse ? find(c, a->inverse) : NULL;
        if (inverse)
            carry_out(c, inverse, &o);
    }
}

/* --- refused --- */

static void gone(struct conf *c)
{
    if (!ready(c))
        return;
    for (const struct xd_action *a = c->b->actions; a->name; a++) {
        struct xd_object o = conf_nobody(a->table);
        struct xd_err err = XD_ERR_INIT;
        int rc;

        if (!o.key || a->terminal || conf_limit(c, a->name))
            continue;
        rc = act(c, &o, a, plausible(c, a), &err);
        CONF(c, rc == -ESRCH, "%s of nobody gives %d and not -ESRCH", a->name, rc);
        conf_expect_error(c, rc, &err, a->name);
        CONF(c, strstr(err.text, "nobody"), "%s: the sentence doesn't name the object: %s", a->name,
             err.text);
    }
}

/* What the host says that it hasn't got it also refuses, for the reason that it gives. */
static void limited(struct conf *c)
{
    if (!ready(c))
        return;
    for (const struct xd_action *a = c->b->actions; a->name; a++) {
        const struct xd_table *t = conf_table(c, a->table);
        const char *why = conf_limit(c, a->name);
        struct xd_err err = XD_ERR_INIT;
        struct xd_object o;
        int rc;

        CONF(c, !why || why[0], "%s is limited without a reason", a->name);
        if (!why || !t || !t->n || a->terminal)
            continue;
        o = conf_object(c, t, t->rows[0]);
        rc = act(c, &o, a, plausible(c, a), &err);
        CONF(c, rc == -ENOTSUP, "%s is limited, and asking for it gives %d and not -ENOTSUP",
             a->name, rc);
        conf_expect_error(c, rc, &err, a->name);
        CONF(c, strstr(err.text, why), "%s is refused with \"%s\", and its limit is \"%s\"",
             a->name, err.text, why);
    }
}

/* Whoever pauses, ends or restarts Domain-0 from within can't take it back. */
static void dom0(struct conf *c)
{
    static const char *const deadly[] = {"pause", "shutdown", "reboot", "destroy"};
    const struct xd_row *r;
    struct xd_object o;

    if (!c->host->dom0) {
        conf_skip(c, "not asked for");
        return;
    }
    if (!ready(c))
        return;
    r = conf_row(c, "domains", "Domain-0");
    CONF(c, r, "there is no Domain-0");
    if (!r)
        return;
    o = conf_object(c, conf_table(c, "domains"), r);
    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
        const struct xd_action *a = find(c, deadly[i]);
        struct xd_err err = XD_ERR_INIT;

        if (!a || conf_limit(c, a->name))
            continue;
        conf_expect_error(c, act(c, &o, a, NULL, &err), &err, a->name);
        CONF(c, strstr(err.text, "Domain-0"), "%s: the sentence doesn't name Domain-0: %s", a->name,
             err.text);
    }
}

const struct conf_check conf_action_checks[] = {
    {"actions are refused on what is gone", gone},
    {"Domain-0 refuses what it would not survive", dom0},
    {"what the host hasn't got is refused for the reason it gives", limited},
    {"actions settle and are seen", settled},
    {NULL, NULL},
};
