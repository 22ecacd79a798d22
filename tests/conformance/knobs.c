/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knobs: each can be read on each object and says what the table says; a write is read back and
 * can be taken back; what is out of range, gone or nonsense is refused with a sentence. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "conformance.h"

#define PATIENCE_NS (10 * XD_NS_PER_S)
#define NAP_NS      (XD_NS_PER_S / 4)

static const char *text(struct conf *c, const struct xd_knob *k, const struct xd_value *v)
{
    return xd_value_exact(v, &k->kind, &c->arena);
}

static bool ready(struct conf *c)
{
    if (!xd_backend_knob(c->b, 0)) {
        conf_skip(c, "it has no knobs");
        return false;
    }
    return conf_sample(c, 0);
}

/* --- reading --- */

static void read_one(struct conf *c, const struct xd_knob *k, const struct xd_table *t,
                     const struct xd_row *r)
{
    struct xd_object o = conf_object(c, t, r);
    struct xd_value shown = xd_row_value(t->desc, r, xd_desc_column(t->desc, k->column));
    struct xd_err err = XD_ERR_INIT;
    struct xd_value v;
    int rc;

    for (int role = 0; role < 2; role++) {
        rc = c->b->read(role ? c->operator: c->observer, &o, k, &c->arena, &v, &err);
        if (rc) {
            conf_expect_error(c, rc, &err, xd_arena_printf(&c->arena, "%s %s", o.label, k->name));
            continue;
        }
        CONF(c, v.have && v.type == k->kind.type, "%s %s: read as unknown or of another type",
             o.label, k->name);
        CONF(c, !shown.have || xd_value_equal(&v, &shown), "%s %s: read as %s, shown as %s",
             o.label, k->name, text(c, k, &v), text(c, k, &shown));
    }
}

static void readable(struct conf *c)
{
    const struct xd_knob *k;

    if (!ready(c))
        return;
    for (size_t n_k = 0; (k = xd_backend_knob(c->b, n_k)); n_k++) {
        const struct xd_table *t = conf_table(c, k->table);

        for (size_t i = 0; t && i < t->n; i++)
            read_one(c, k, t, t->rows[i]);
    }
}

/* --- values to write --- */

/* The bounds of a knob on this object; false: it has none. */
static bool bounds(const struct xd_knob *k, const struct xd_table *t, const struct xd_row *r,
                   uint64_t *min, uint64_t *max)
{
    int col = k->max_column ? xd_desc_column(t->desc, k->max_column) : -1;
    uint64_t own;

    *min = (uint64_t)k->min;
    *max = (uint64_t)k->max;
    if (xd_row_has(r, col)) {
        own = xd_row_u64(r, col, 0) * (uint64_t)k->max_scale;
        if (k->min == k->max || own < *max)
            *max = own;
        return true;
    }
    return k->min != k->max;
}

/* A number that is another one and does no harm: a little less; or, at the least, a little more.
 * Memory in whole MiB, as everybody can have it; others odd, as roundness hides mistakes. */
static bool other_number(const struct xd_knob *k, const struct xd_table *t, const struct xd_row *r,
                         struct xd_value *v)
{
    uint64_t min, max, old = v->cell.u;

    if (!bounds(k, t, r, &min, &max))
        max = old + 1000;
    v->cell.u = old > min ? old - (old - min + 15) / 16 : min + (max - min) / 4;
    if (k->kind.unit == XD_UNIT_KIB && v->cell.u > min + 1024)
        v->cell.u &= ~UINT64_C(1023);
    else if (v->cell.u < max && (v->cell.u | 1) != old)
        v->cell.u |= 1;
    return v->cell.u != old;
}

/* A vCPU: only the pCPU that it is on, that one it may certainly have. Nodes: only the first. */
static bool other_set(struct conf *c, const struct xd_table *t, const struct xd_row *r,
                      struct xd_value *v)
{
    struct xd_cpuset *set = xd_arena_alloc(&c->arena, sizeof(*set));
    bool vcpu = t->desc == &xd_vcpus_desc;
    const struct xd_table *nodes = conf_table(c, "nodes");

    if (vcpu && !xd_row_has(r, XD_VCPU_PCPU))
        return false;
    xd_cpuset_add(set, vcpu ? (unsigned)xd_row_u64(r, XD_VCPU_PCPU, 0) : 0);
    if (xd_cpuset_equal(set, v->cell.set))
        xd_cpuset_fill(set, vcpu ? conf_pcpus(c) : nodes ? (unsigned)nodes->n : 1);
    v->cell.set = set;
    return true;
}

/* Texts that might be taken: names made of the old one, those of all pools, and what parameters
 * like. */
static const char *other_text(struct conf *c, const struct xd_value *old, size_t i)
{
    static const char *const words[] = {"none", "0",   "1", "warning",     "none/warning",
                                        "64",   "128", "a", "performance", "powersave"};
    const struct xd_table *pools = conf_table(c, "pools");
    size_t n = pools ? pools->n : 0;

    if (i == 0)
        return xd_arena_printf(&c->arena, "%.40s-conf", old->cell.s);
    if (i <= n)
        return xd_row_str(pools->rows[i - 1], XD_POOL_NAME, "?");
    i -= n + 1;
    return i < sizeof(words) / sizeof(words[0]) ? words[i] : NULL;
}

/* The i-th value to try instead of *v, which is the one it has; false: there are no more. */
static bool candidate(struct conf *c, const struct xd_knob *k, const struct xd_table *t,
                      const struct xd_row *r, size_t i, struct xd_value *v)
{
    size_t names = 0;

    switch (k->kind.type) {
    case XD_CPUSET:
        return i == 0 && other_set(c, t, r, v);
    case XD_BOOL:
        v->cell.b = !v->cell.b;
        return i == 0;
    case XD_ENUM:
        while (k->kind.names[names])
            names++;
        v->cell.i = (v->cell.i + 1) % (int64_t)names;
        return i == 0;
    case XD_STR:
        v->cell.s = other_text(c, v, i);
        return v->cell.s != NULL;
    default:
        if (i == 1 && (k->kind.unit == XD_UNIT_KIB || k->kind.unit == XD_UNIT_KHZ)) {
            /* A bound from below may be in the way. */
            v->cell.u += k->kind.unit == XD_UNIT_KIB ? 1024 : 100000;
            return true;
        }
        return i == 0 && other_number(k, t, r, v);
    }
}

/* --- writing --- */

/* Writes and reads back until it is seen. What is gradual may also never come: the guest decides.
 * may_refuse: then false without a failure. */
static bool put(struct conf *c, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, bool may_refuse)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value seen = XD_UNKNOWN;
    int rc = c->b->write(c->operator, o, k, v, &err);
    bool later = rc == -EINPROGRESS;

    if (rc < 0 && !later && may_refuse) {
        conf_expect_error(c, rc, &err, k->name);
        return false;
    }
    CONF(c, rc == 0 || later, "%s %s = %s: %s", o->label, k->name, text(c, k, v),
         xd_err_text(&err));
    CONF(c, !later || k->gradual, "%s is not gradual, but takes effect later", k->name);
    if (rc && !later)
        return false;
    for (int64_t waited = 0; waited < PATIENCE_NS; waited += NAP_NS) {
        rc = c->b->read(c->operator, o, k, &c->arena, &seen, &err);
        if (rc == 0 && xd_value_equal(&seen, v))
            return true;
        conf_pass(c, NAP_NS);
    }
    CONF(c, later, "%s %s: wrote %s, read %s", o->label, k->name, text(c, k, v),
         rc ? xd_err_text(&err) : text(c, k, &seen));
    return !later;
}

static bool shown_in_table(struct conf *c, const struct xd_object *o, const struct xd_knob *k,
                           const struct xd_value *v)
{
    const struct xd_table *t;
    const struct xd_row *r;
    struct xd_value shown;

    if (!conf_sample(c, NAP_NS))
        return false;
    t = conf_table(c, k->table);
    r = t ? xd_table_find(t, o->key) : NULL;
    shown = r ? xd_row_value(t->desc, r, xd_desc_column(t->desc, k->column)) : XD_UNKNOWN;
    CONF(c, xd_value_equal(&shown, v), "%s %s: wrote %s, the table shows %s", o->label, k->name,
         text(c, k, v), text(c, k, &shown));
    return true;
}

static bool there_and_back(struct conf *c, const struct xd_knob *k, const struct xd_table *t,
                           const struct xd_row *r)
{
    struct xd_object o = conf_object(c, t, r);
    struct xd_err err = XD_ERR_INIT;
    struct xd_value old, now;

    if (c->b->read(c->operator, & o, k, &c->arena, &old, &err))
        return false; /* said by `readable` */
    for (size_t i = 0; !conf_limit(c, k->name) && (now = old, candidate(c, k, t, r, i, &now));
         i++) {
        if (xd_value_equal(&old, &now) || !put(c, &o, k, &now, true))
            continue;
        shown_in_table(c, &o, k, &now);
        if (put(c, &o, k, &old, false))
            shown_in_table(c, &o, k, &old);
        return true;
    }
    return false;
}

/* True for rows of the domain that may be edited: itself, or its vCPUs; and for those of the host
 * where it may be. */
static bool editable(const struct conf *c, const struct xd_table *t, const struct xd_row *r)
{
    char label[XD_KEY_MAX];
    size_t n = c->host->edit ? strlen(c->host->edit) : 0;
    bool of_domain = t->desc == &xd_domains_desc || t->desc->parent;

    if (!of_domain)
        return c->host->edit_host;
    if (!n || strncmp(xd_row_label(t->desc, r, label), c->host->edit, n) != 0)
        return false;
    return label[n] == '\0' || (t->desc->parent && label[n] == '/');
}

static bool may_be_refused(const struct conf *c, const char *knob)
{
    const char *at = c->host->refuses ? strstr(c->host->refuses, knob) : NULL;
    size_t n = strlen(knob);

    return at && (at == c->host->refuses || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' ');
}

/* Runs on each row that may be edited. must: of each knob it has to be true of one of them. */
static void each_editable(struct conf *c,
                          bool (*run)(struct conf *c, const struct xd_knob *k,
                                      const struct xd_table *t, const struct xd_row *r),
                          bool must)
{
    const struct xd_knob *k;
    struct xd_snapshot *s;
    size_t n = 0;

    if (!ready(c))
        return;
    s = xd_snapshot_ref(c->now); /* rows stay while checks take samples of their own */
    for (size_t n_k = 0; (k = xd_backend_knob(c->b, n_k)); n_k++) {
        const struct xd_table *t = xd_snapshot_table(s, k->table);
        size_t rows = 0, done = 0;

        /* A guest may leave undone what it is asked to do in its own time. */
        if (must && k->gradual && may_be_refused(c, k->name))
            continue;

        for (size_t i = 0; t && i < t->n; i++) {
            if (!editable(c, t, t->rows[i]) ||
                !xd_row_has(t->rows[i], xd_desc_column(t->desc, k->column)))
                continue;
            done += run(c, k, t, t->rows[i]);
            rows++;
        }
        CONF(c, !must || !rows || done || conf_limit(c, k->name) || may_be_refused(c, k->name),
             "%s could be set to nothing on any of %zu %s", k->name, rows, k->table);
        n += rows;
    }
    xd_snapshot_unref(s);
    if (n == 0 && !c->skipped[0])
        conf_skip(c, "no domain was named that may be edited");
}

static void written(struct conf *c)
{
    each_editable(c, there_and_back, true);
}

/* --- refusals --- */

static void refuse(struct conf *c, const struct xd_object *o, const struct xd_knob *k,
                   const struct xd_value *bad)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_value before, after;
    int rc;

    if (c->b->read(c->operator, o, k, &c->arena, &before, &err))
        return;
    rc = c->b->write(c->operator, o, k, bad, &err);
    conf_expect_error(c, rc, &err,
                      xd_arena_printf(&c->arena, "%s %s = %s", o->label, k->name, text(c, k, bad)));
    CONF(c,
         c->b->read(c->operator, o, k, &c->arena, &after, &err) == 0 &&
             xd_value_equal(&before, &after),
         "%s %s: was refused and changed all the same", o->label, k->name);
}

static void refuse_numbers(struct conf *c, const struct xd_object *o, const struct xd_knob *k,
                           const struct xd_table *t, const struct xd_row *r)
{
    struct xd_value v = {.have = true, .type = k->kind.type};
    uint64_t min, max;

    if (!bounds(k, t, r, &min, &max))
        return;
    v.cell.u = max + 1;
    refuse(c, o, k, &v);
    v.cell.u = UINT64_MAX;
    refuse(c, o, k, &v);
    v.cell.u = min - 1;
    if (min > 0)
        refuse(c, o, k, &v);
}

static void refuse_sets(struct conf *c, const struct xd_object *o, const struct xd_knob *k)
{
    struct xd_cpuset set;
    struct xd_value v = {.have = true, .type = XD_CPUSET, .cell.set = &set};

    xd_cpuset_zero(&set);
    refuse(c, o, k, &v);
    if (conf_pcpus(c) == 0 || conf_pcpus(c) >= XD_CPUSET_MAX)
        return;
    xd_cpuset_add(&set, conf_pcpus(c));
    refuse(c, o, k, &v);
}

/* Names that nothing can have, and pools that aren't there. (Of parameters only the host knows what
 * they take.) */
static void refuse_texts(struct conf *c, const struct xd_object *o, const struct xd_knob *k)
{
    static const char *const bad[] = {"", "a/b", "7"};
    struct xd_value v = {.have = true, .type = XD_STR};

    if (xd_streq(k->table, "params"))
        return;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        v.cell.s = bad[i];
        refuse(c, o, k, &v);
    }
}

static bool refuse_values(struct conf *c, const struct xd_knob *k, const struct xd_table *t,
                          const struct xd_row *r)
{
    struct xd_object o = conf_object(c, t, r);

    if (k->kind.type == XD_CPUSET)
        refuse_sets(c, &o, k);
    else if (k->kind.type == XD_U64)
        refuse_numbers(c, &o, k, t, r);
    else if (k->kind.type == XD_STR)
        refuse_texts(c, &o, k);
    return true;
}

static void out_of_range(struct conf *c)
{
    each_editable(c, refuse_values, false);
}

/* --- what is not there --- */

static void gone(struct conf *c)
{
    const struct xd_knob *k;
    struct xd_cpuset set;
    struct xd_value v, out;

    if (!ready(c))
        return;
    xd_cpuset_fill(&set, 1);
    for (size_t n_k = 0; (k = xd_backend_knob(c->b, n_k)); n_k++) {
        struct xd_object o = conf_nobody(k->table);
        struct xd_err err = XD_ERR_INIT;
        int rc;

        if (!o.key || conf_limit(c, k->name))
            continue;
        v = (struct xd_value){.have = true, .type = k->kind.type, .cell.u = 1};
        if (k->kind.type == XD_CPUSET)
            v.cell.set = &set;
        if (k->kind.type == XD_STR)
            v.cell.s = "x";
        rc = c->b->read(c->operator, & o, k, &c->arena, &out, &err);
        CONF(c, rc == -ESRCH, "reading %s of nobody gives %d and not -ESRCH", k->name, rc);
        conf_expect_error(c, rc, &err, k->name);
        xd_err_clear(&err);
        rc = c->b->write(c->operator, & o, k, &v, &err);
        CONF(c, rc == -ESRCH, "writing %s of nobody gives %d and not -ESRCH", k->name, rc);
        conf_expect_error(c, rc, &err, k->name);
        CONF(c, strstr(err.text, "nobody") || strstr(err.text, o.key),
             "%s: the sentence doesn't name the object: %s", k->name, err.text);
    }
}

/* What the host says that it hasn't got it also refuses, for the reason that it gives. */
static void limited(struct conf *c)
{
    const struct xd_knob *k;
    struct xd_cpuset set;
    struct xd_value v;

    if (!ready(c))
        return;
    xd_cpuset_fill(&set, 1);
    for (size_t n_k = 0; (k = xd_backend_knob(c->b, n_k)); n_k++) {
        const struct xd_table *t = conf_table(c, k->table);
        const char *why = conf_limit(c, k->name);
        struct xd_err err = XD_ERR_INIT;
        struct xd_object o;
        int rc;

        CONF(c, !why || why[0], "%s is limited without a reason", k->name);
        if (!why || !t || !t->n)
            continue;
        o = conf_object(c, t, t->rows[0]);
        v = (struct xd_value){.have = true, .type = k->kind.type, .cell.u = (uint64_t)k->min};
        if (k->kind.type == XD_CPUSET)
            v.cell.set = &set;
        if (k->kind.type == XD_STR)
            v.cell.s = "x";
        rc = c->b->write(c->operator, & o, k, &v, &err);
        CONF(c, rc == -ENOTSUP, "%s is limited, and writing it gives %d and not -ENOTSUP", k->name,
             rc);
        conf_expect_error(c, rc, &err, k->name);
        CONF(c, strstr(err.text, why), "%s is refused with \"%s\", and its limit is \"%s\"",
             k->name, err.text, why);
    }
}

/* Objects as a confused caller might make them: refused, and nobody crashes. */
static void nonsense(struct conf *c)
{
    static const char *const keys[] = {
        "", "/", "x", "x/", "/0", CONF_NOWHERE "/-1", CONF_NOWHERE "/99999", CONF_NOWHERE "/0/0"};
    static const char *const tables[] = {"", "domains", "vcpus", "nodes"};
    const struct xd_knob *k;
    struct xd_err err = XD_ERR_INIT;
    struct xd_value out;

    if (!ready(c))
        return;
    for (size_t n_k = 0; (k = xd_backend_knob(c->b, n_k)); n_k++) {
        if (!conf_nobody(k->table).key) /* there is only one, whatever it is called */
            continue;
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
            for (size_t j = 0; j < sizeof(tables) / sizeof(tables[0]); j++) {
                struct xd_object o = {tables[j], keys[i], "?"};

                conf_expect_error(c, c->b->read(c->operator, & o, k, &c->arena, &out, &err), &err,
                                  "reading nonsense");
            }
        }
    }
}

const struct conf_check conf_knob_checks[] = {
    {"every knob is readable on every object", readable},
    {"what is written is read, shown, and can be taken back", written},
    {"what is out of range is refused and not done", out_of_range},
    {"objects that are gone are refused as such", gone},
    {"objects that make no sense are refused", nonsense},
    {"what the host hasn't got is refused for the reason it gives", limited},
    {NULL, NULL},
};
