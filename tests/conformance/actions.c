/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions: accepted, then seen to be done, within the time that they declare; refused where they
 * can't be had. */
#include <errno.h>
#include <stdio.h>
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
    const struct xd_table *t = conf_table(c, o->table);
    const struct xd_row *r = t ? xd_table_find(t, o->key) : NULL;
    uint64_t state = r ? xd_row_u64(r, XD_DOMAIN_STATE, 99) : 99;

    if (xd_streq(action, "pause") && state != XD_STATE_PAUSED)
        return "is not shown as paused";
    if (xd_streq(action, "unpause") && (!r || state == XD_STATE_PAUSED))
        return "is still shown as paused";
    if ((xd_streq(action, "destroy") || xd_streq(action, "disk-detach") ||
         xd_streq(action, "nic-detach") || xd_streq(action, "pool-destroy")) &&
        r)
        return "is still there";
    if (xd_streq(action, "shutdown") && r && state != XD_STATE_SHUTDOWN && state != XD_STATE_DYING)
        return "is neither gone nor shown as shut down";
    if (xd_streq(action, "reboot") && (!r || xd_row_u64(r, XD_DOMAIN_ID, old_id) == old_id))
        return "did not come back with a new domid";
    if (xd_streq(action, "pci-attach") && (!r || xd_row_u64(r, XD_PCI_USE, 9) != XD_PCI_ASSIGNED))
        return "is not shown as assigned";
    if ((xd_streq(action, "pci-detach") || xd_streq(action, "pci-assignable")) &&
        (!r || xd_row_u64(r, XD_PCI_USE, 9) != XD_PCI_ASSIGNABLE))
        return "is not shown as assignable";
    if (xd_streq(action, "pci-host") && (!r || xd_row_u64(r, XD_PCI_USE, 9) != XD_PCI_HOST))
        return "is not shown as dom0's";
    return NULL;
}

/* The tables whose rows come and go with actions: how many there are of each. */
struct counts {
    size_t n[3];
};

static struct counts count(const struct conf *c)
{
    static const char *const names[] = {"disks", "nics", "pools"};
    struct counts out = {{0}};

    for (int i = 0; i < 3; i++) {
        const struct xd_table *t = conf_table(c, names[i]);

        out.n[i] = t ? t->n : 0;
    }
    return out;
}

static bool carry_out(struct conf *c, const struct xd_action *a, const struct xd_object *o,
                      const struct xd_value *params)
{
    const struct xd_table *t = conf_table(c, a->table);
    const struct xd_row *r = xd_table_find(t, o->key);
    bool domain = t->desc == &xd_domains_desc;
    uint64_t id = r && domain ? xd_row_u64(r, XD_DOMAIN_ID, 0) : 0;
    struct xd_err err = XD_ERR_INIT;
    const char *why;
    int rc;

    rc = act(c, o, a, params, &err);
    CONF(c, rc == 0, "%s %s: %s", a->name, o->label, xd_err_text(&err));
    if (rc || !settle(c, o, a) || !conf_sample(c, NAP_NS))
        return false;
    why = not_seen(c, a->name, o, id);
    CONF(c, !why, "%s %s: it %s", a->name, o->label, why);
    return !why;
}

/* The value that {word} stands for as people would write it; NULL: unknown. */
static const char *word_value(struct conf *c, const char *word, const struct xd_action *a,
                              const struct xd_value *params, const struct xd_table *t,
                              const struct xd_row *r)
{
    int col = xd_desc_column(t->desc, word);
    struct xd_value v;

    for (size_t i = 0; a->params && a->params[i].name; i++) {
        if (xd_streq(a->params[i].name, word))
            return params[i].have ? xd_value_exact(&params[i], &a->params[i].kind, &c->arena)
                                  : NULL;
    }
    v = xd_row_value(t->desc, r, col);
    return v.have ? xd_value_exact(&v, &t->desc->columns[col].kind, &c->arena) : NULL;
}

/* Puts in what a template names; a part in brackets goes where a name in it has no value. */
static char *fill_in(struct conf *c, const struct xd_action *a, const struct xd_value *params,
                     const struct xd_table *t, const struct xd_row *r)
{
    struct xd_buf b = XD_BUF_INIT;
    size_t optional = 0;
    bool dropped = false;
    char word[64], *out;

    for (const char *s = a->inverse; *s; s++) {
        const char *value;

        if (*s == '[') {
            optional = b.len;
            dropped = false;
        } else if (*s == ']') {
            b.len = dropped ? optional : b.len;
            b.s[b.len] = '\0';
        } else if (*s == '{') {
            size_t n = strcspn(s, "}");

            snprintf(word, sizeof(word), "%.*s", (int)n - 1, s + 1);
            value = word_value(c, word, a, params, t, r);
            dropped = dropped || !value;
            /* Quoted, as the value may be empty or have blanks. */
            xd_buf_printf(&b, b.len && b.s[b.len - 1] == '=' ? "\"%s\"" : "%s", value ? value : "");
            s += n;
        } else {
            xd_buf_addc(&b, *s);
        }
    }
    out = xd_arena_strdup(&c->arena, xd_buf_str(&b));
    xd_buf_done(&b);
    return out;
}

/* NAME=VALUE in blanks, the value perhaps in quotes. The others fall back. */
static const struct xd_value *parse_params(struct conf *c, const struct xd_action *a,
                                           const char *text, const struct xd_row *r)
{
    const struct xd_table *t = conf_table(c, a->table);
    struct xd_err err = XD_ERR_INIT;
    struct xd_value *v;
    size_t n = 0;

    while (a->params && a->params[n].name)
        n++;
    v = n ? xd_arena_array(&c->arena, n, sizeof(*v)) : NULL;
    for (size_t i = 0; i < n; i++) {
        const struct xd_param *p = &a->params[i];
        const char *at = text ? strstr(text, xd_arena_printf(&c->arena, "%s=", p->name)) : NULL;
        const char *value = p->fallback;
        size_t len;

        if (at) {
            at += strlen(p->name) + 1;
            len = *at == '"' ? strcspn(at + 1, "\"") : strcspn(at, " ");
            value = xd_arena_strndup(&c->arena, *at == '"' ? at + 1 : at, len);
        } else if (value && value[0] == '{') {
            int col =
                xd_desc_column(t->desc, xd_arena_strndup(&c->arena, value + 1, strlen(value) - 2));
            struct xd_value cell = xd_row_value(t->desc, r, col);

            v[i] = xd_value_copy(&cell, &c->arena);
            continue;
        } else if (!value || !value[0]) {
            continue;
        }
        CONF(c, xd_value_parse(value, &p->kind, conf_pcpus(c), &c->arena, &v[i], &err) == 0,
             "%s: %s=%s: %s", a->name, p->name, value, err.text);
    }
    return v;
}

static void take_back(struct conf *c, const struct xd_action *a, const struct xd_object *o,
                      char *wish)
{
    const struct xd_action *back = find(c, a->inverse);
    char *verb = strchr(wish, ' '), *rest;
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_object on;

    if (back) {
        carry_out(c, back, o, plausible(c, back));
        return;
    }
    *verb++ = '\0';
    rest = strchr(verb, ' ');
    if (rest)
        *rest++ = '\0';
    back = find(c, verb);
    r = conf_path(c, wish, &t);
    CONF(c, back && r, "%s %s: what undoes it, \"%s %s\", is nothing that is there", a->name,
         o->label, wish, verb);
    if (!back || !r)
        return;
    on = conf_object(c, t, r);
    carry_out(c, back, &on, parse_params(c, back, rest, r));
}

static void there_and_back(struct conf *c, const struct xd_action *a, const struct conf_victim *v)
{
    const struct xd_table *t = conf_table(c, a->table);
    const struct xd_row *r = v->object[0] ? conf_row(c, a->table, v->object)
                             : t && t->n  ? t->rows[0]
                                          : NULL;
    struct counts before = count(c), after;
    const struct xd_value *params;
    struct xd_object o;
    char *wish = NULL;

    CONF(c, r, "%s: there is no %s %s", a->name, a->table, v->object);
    if (!r)
        return;
    o = conf_object(c, t, r);
    params = parse_params(c, a, v->params, r);
    if (a->inverse)
        wish = fill_in(c, a, params, t, r);
    if (!carry_out(c, a, &o, params) || !a->inverse)
        return;
    take_back(c, a, &o, wish);
    after = count(c);
    for (int i = 0; i < 3; i++)
        CONF(c, before.n[i] == after.n[i], "%s %s was taken back, and there are %zu rows, not %zu",
             a->name, o.label, after.n[i], before.n[i]);
}

static void settled(struct conf *c)
{
    const struct conf_victim *v = c->host->victims;

    if (!ready(c))
        return;
    if (!v->action)
        conf_skip(c, "nothing was named on which to act");
    for (; v->action; v++) {
        const struct xd_action *a = find(c, v->action);

        CONF(c, a, "there is no action %s", v->action);
        if (a)
            there_and_back(c, a, v);
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
        CONF(c, strstr(err.text, "nobody") || strstr(err.text, o.key),
             "%s: the sentence doesn't name the object: %s", a->name, err.text);
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
