/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions: accepted, then seen to be done, within the time that they declare; refused where they
 * can't be had. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "conformance.h"

#define NOWHERE "ffffffff-dead-4bad-8bad-ffffffffffff"
#define NAP_NS  (XD_NS_PER_S / 4)

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
               struct xd_err *err)
{
    struct xd_progress p = {report, cancelled};

    return c->b->act(c->operator, o, a, NULL, &p, err);
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

    rc = act(c, o, a, &err);
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
    struct xd_object o = {"domains", NOWHERE, "nobody"};

    if (!ready(c))
        return;
    for (const struct xd_action *a = c->b->actions; a->name; a++) {
        struct xd_err err = XD_ERR_INIT;
        int rc = act(c, &o, a, &err);

        CONF(c, rc == -ESRCH, "%s of nobody gives %d and not -ESRCH", a->name, rc);
        conf_expect_error(c, rc, &err, a->name);
        CONF(c, strstr(err.text, "nobody"), "%s: the sentence doesn't name the object: %s", a->name,
             err.text);
    }
}

/* Whoever pauses, ends or restarts Domain-0 from within can't take it back. */
static void dom0(struct conf *c)
{
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
    for (const struct xd_action *a = c->b->actions; a->name; a++) {
        struct xd_err err = XD_ERR_INIT;

        if (a->risk == XD_RISK_LOW)
            continue;
        conf_expect_error(c, act(c, &o, a, &err), &err, a->name);
        CONF(c, strstr(err.text, "Domain-0"), "%s: the sentence doesn't name Domain-0: %s", a->name,
             err.text);
    }
}

const struct conf_check conf_action_checks[] = {
    {"actions are refused on what is gone", gone},
    {"Domain-0 refuses what it would not survive", dom0},
    {"actions settle and are seen", settled},
    {NULL, NULL},
};
