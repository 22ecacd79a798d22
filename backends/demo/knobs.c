/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knobs of the simulated host: read, checked and set. Those of domains and vCPUs are here, the
 * host's in knobs_host.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/knobs.h"
#include "base/str.h"

/* As under Xen, where dom0 would choke on less. */
#define DOM0_MIN_KIB (128 << 10)

/* Of xd_scheduler_names. */
#define RTDS 2

/* --- numbers of domains --- */

int xd_demo_check_range(const char *label, const struct xd_knob *k, uint64_t n, uint64_t min,
                        uint64_t max, struct xd_err *err)
{
    if (n >= min && n <= max)
        return 0;
    return xd_err_set(err, -ERANGE, "%s %s: wanted %" PRIu64 " to %" PRIu64 "%s%s, found %" PRIu64,
                      label, k->name, min, max, *xd_unit_name(k->kind.unit) ? " " : "",
                      xd_unit_name(k->kind.unit), n);
}

static int in_range(const struct xd_demo_edit *e, uint64_t min, uint64_t max)
{
    return xd_demo_check_range(e->t.d->shown, e->k, e->v->cell.u, min, max, e->err);
}

/* Weight and cap mean nothing to rtds, and budgets nothing to the others. */
static int by_weight(const struct xd_demo_edit *e)
{
    if (e->h->pools[e->t.d->pool].sched != RTDS)
        return 0;
    return xd_err_set(e->err, -ENODATA,
                      "%s %s: its cpupool %s is scheduled by rtds, which has none", e->t.d->shown,
                      e->k->name, e->h->pools[e->t.d->pool].name);
}

static int get_weight(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.d->weight;
    return by_weight(e);
}

static int check_weight(const struct xd_demo_edit *e)
{
    int rc = by_weight(e);

    return rc ? rc : in_range(e, (uint64_t)e->k->min, (uint64_t)e->k->max);
}

static void put_weight(const struct xd_demo_edit *e)
{
    e->t.d->weight = e->v->cell.u;
}

static int get_cap(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.d->cap;
    return by_weight(e);
}

static int check_cap(const struct xd_demo_edit *e)
{
    int rc = by_weight(e);

    return rc ? rc : in_range(e, 0, e->t.d->n_vcpus * (uint64_t)e->k->max_scale);
}

static void put_cap(const struct xd_demo_edit *e)
{
    e->t.d->cap = e->v->cell.u;
}

static int get_target(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.d->mem_target_kib;
    return 0;
}

static int check_target(const struct xd_demo_edit *e)
{
    uint64_t min = e->t.d->domid == 0 ? DOM0_MIN_KIB : (uint64_t)e->k->min;

    return in_range(e, min, e->t.d->mem_max_kib);
}

static void put_target(const struct xd_demo_edit *e)
{
    e->t.d->mem_target_kib = e->v->cell.u;
}

static int get_max(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.d->mem_max_kib;
    return 0;
}

/* As libxl: a limit below the target would be a trap. */
static int check_max(const struct xd_demo_edit *e)
{
    char text[2][32];
    int rc = in_range(e, (uint64_t)e->k->min, (uint64_t)e->k->max);

    if (rc || e->v->cell.u >= e->t.d->mem_target_kib)
        return rc;
    return xd_err_set(e->err, -EINVAL,
                      "%s: a limit of %s is less than its memory target of %s: lower mem.target "
                      "first",
                      e->t.d->shown, xd_fmt_kib_exact(e->v->cell.u, text[0], sizeof(text[0])),
                      xd_fmt_kib_exact(e->t.d->mem_target_kib, text[1], sizeof(text[1])));
}

static void put_max(const struct xd_demo_edit *e)
{
    e->t.d->mem_max_kib = e->v->cell.u;
}

static int get_vcpus(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.d->online;
    return 0;
}

static int check_vcpus(const struct xd_demo_edit *e)
{
    return in_range(e, (uint64_t)e->k->min, e->t.d->n_vcpus);
}

static void put_vcpus(const struct xd_demo_edit *e)
{
    e->t.d->online_goal = e->v->cell.u;
}

/* --- sets --- */

static int check_members(const struct xd_demo_edit *e, const char *label, unsigned n,
                         const char *what)
{
    const struct xd_cpuset *set = e->v->cell.set;
    struct xd_cpuset all;

    xd_cpuset_fill(&all, n);
    if (!xd_cpuset_subset(set, &all))
        return xd_err_set(e->err, -ERANGE, "%s %s: wanted %ss from 0 to %u, found %d", label,
                          e->k->name, what, n - 1, xd_cpuset_next(set, n));
    if (xd_cpuset_empty(set))
        return xd_err_set(e->err, -EINVAL, "%s %s: wanted at least one %s, found none", label,
                          e->k->name, what);
    return 0;
}

static int get_nodes(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.set = &e->h->masks[e->t.d->nodes].set;
    return 0;
}

static int check_nodes(const struct xd_demo_edit *e)
{
    return check_members(e, e->t.d->shown, e->h->scenario->n_nodes, "node");
}

static void put_nodes(const struct xd_demo_edit *e)
{
    e->t.d->nodes = xd_demo_mask(e->h, e->v->cell.set);
}

static int get_hard(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.set = &e->h->masks[e->t.v->hard].set;
    return 0;
}

static int get_soft(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.set = &e->h->masks[e->t.v->soft].set;
    return 0;
}

static const char *vcpu_label(const struct xd_demo_edit *e, char *out, size_t size)
{
    snprintf(out, size, "%.100s/%u", e->t.d->shown, e->t.v->id);
    return out;
}

static int check_soft(const struct xd_demo_edit *e)
{
    char label[128];

    return check_members(e, vcpu_label(e, label, sizeof(label)), e->h->scenario->n_pcpus, "pCPU");
}

static int check_hard(const struct xd_demo_edit *e)
{
    const struct xd_demo_cpupool *pool = &e->h->pools[e->t.d->pool];
    struct xd_cpuset both = *e->v->cell.set;
    char label[128];
    int rc = check_soft(e);

    if (rc)
        return rc;
    xd_cpuset_and(&both, &pool->cpus);
    if (!xd_cpuset_empty(&both))
        return 0;
    return xd_err_set(e->err, -EINVAL, "%s %s: none of these pCPUs is in the domain's pool \"%s\"",
                      vcpu_label(e, label, sizeof(label)), e->k->name, pool->name);
}

static void put_hard(const struct xd_demo_edit *e)
{
    xd_demo_set_hard(e->h, e->t.v, e->v->cell.set);
}

static void put_soft(const struct xd_demo_edit *e)
{
    xd_demo_set_soft(e->h, e->t.v, e->v->cell.set);
}

/* --- names and words --- */

static int get_name(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.s = e->t.d->shown;
    return 0;
}

/* Names as xl's users need them: not taken for a domid or a path. */
static int check_name(const struct xd_demo_edit *e)
{
    const char *name = e->v->cell.s;
    char found[80];
    uint64_t n;

    xd_str_safe_to(found, sizeof(found), name);
    if (e->t.d->domid == 0)
        return xd_err_set(e->err, -EINVAL, "Domain-0 keeps its name");
    if (!name[0] || strlen(name) > XD_DEMO_NAME_MAX || strchr(name, '/') ||
        xd_parse_u64(name, &n) == 0)
        return xd_err_set(e->err, -EINVAL,
                          "%s %s: wanted 1 to %d bytes, no number and no slash, found \"%s\"",
                          e->t.d->shown, e->k->name, XD_DEMO_NAME_MAX, found);
    for (size_t i = 0; i < e->h->n_domains; i++) {
        const struct xd_demo_domain *d = e->h->domains[i];

        if (d != e->t.d && (xd_streq(d->name, name) || xd_streq(d->shown, name)))
            return xd_err_set(e->err, -EINVAL, "%s %s: there is a domain \"%s\" already",
                              e->t.d->shown, e->k->name, found);
    }
    return 0;
}

static void put_name(const struct xd_demo_edit *e)
{
    xd_demo_domain_rename(e->t.d, e->v->cell.s);
}

static int get_pool(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.s = e->h->pools[e->t.d->pool].name;
    return 0;
}

static int check_pool(const struct xd_demo_edit *e)
{
    return xd_demo_check_pool_of(e->h, e->t.d, e->v->cell.s, e->err);
}

static void put_pool(const struct xd_demo_edit *e)
{
    unsigned to = (unsigned)xd_demo_pool_named(e->h, e->v->cell.s);

    if (e->t.d->pool != to)
        xd_demo_domain_to_pool(e->h, e->t.d, to);
}

static int after_dom0(const struct xd_demo_edit *e)
{
    if (e->t.d->domid)
        return 0;
    return xd_err_set(e->err, -ENODATA, "Domain-0 %s: nobody is left to do anything then",
                      e->k->name);
}

static int get_on(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.i = e->t.d->on[e->knob - XD_KNOB_ON_POWEROFF];
    return after_dom0(e);
}

static int check_on(const struct xd_demo_edit *e)
{
    int64_t n = 0;

    while (xd_on_shutdown_names[n])
        n++;
    if (after_dom0(e))
        return -ENODATA;
    if (e->v->cell.i >= 0 && e->v->cell.i < n)
        return 0;
    return xd_err_set(e->err, -EINVAL, "%s %s: that is no word for it", e->t.d->shown, e->k->name);
}

static void put_on(const struct xd_demo_edit *e)
{
    e->t.d->on[e->knob - XD_KNOB_ON_POWEROFF] = (int)e->v->cell.i;
}

/* --- rtds --- */

static int by_budget(const struct xd_demo_edit *e)
{
    const struct xd_demo_cpupool *pool = &e->h->pools[e->t.d->pool];
    char label[128];

    if (pool->sched == RTDS)
        return 0;
    return xd_err_set(e->err, -ENODATA, "%s %s: its cpupool %s is scheduled by %s and not by rtds",
                      vcpu_label(e, label, sizeof(label)), e->k->name, pool->name,
                      xd_scheduler_names[pool->sched]);
}

static int get_period(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.v->period_us;
    return by_budget(e);
}

static int get_budget(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.u = e->t.v->budget_us;
    return by_budget(e);
}

static int get_extratime(const struct xd_demo_edit *e, struct xd_value *out)
{
    out->cell.b = e->t.v->extratime;
    return by_budget(e);
}

/* A budget fits into its period. */
static int check_rtds(const struct xd_demo_edit *e)
{
    bool period = e->knob == XD_KNOB_PERIOD;
    uint64_t min = period ? e->t.v->budget_us : (uint64_t)e->k->min;
    uint64_t max = period ? (uint64_t)e->k->max : e->t.v->period_us;
    char label[128];
    int rc = by_budget(e);

    return rc ? rc
              : xd_demo_check_range(vcpu_label(e, label, sizeof(label)), e->k, e->v->cell.u, min,
                                    max, e->err);
}

static void put_period(const struct xd_demo_edit *e)
{
    e->t.v->period_us = e->v->cell.u;
}

static void put_budget(const struct xd_demo_edit *e)
{
    e->t.v->budget_us = e->v->cell.u;
}

static int check_extratime(const struct xd_demo_edit *e)
{
    return by_budget(e);
}

static void put_extratime(const struct xd_demo_edit *e)
{
    e->t.v->extratime = e->v->cell.b;
}

/* --- all of them --- */

static const struct xd_demo_knob_ops own[XD_KNOB_N] = {
    [XD_KNOB_WEIGHT] = {get_weight, check_weight, put_weight},
    [XD_KNOB_CAP] = {get_cap, check_cap, put_cap},
    [XD_KNOB_HARD] = {get_hard, check_hard, put_hard},
    [XD_KNOB_SOFT] = {get_soft, check_soft, put_soft},
    [XD_KNOB_MEM_TARGET] = {get_target, check_target, put_target},
    [XD_KNOB_MEM_MAX] = {get_max, check_max, put_max},
    [XD_KNOB_VCPUS] = {get_vcpus, check_vcpus, put_vcpus},
    [XD_KNOB_NODES] = {get_nodes, check_nodes, put_nodes},
    [XD_KNOB_NAME] = {get_name, check_name, put_name},
    [XD_KNOB_POOL] = {get_pool, check_pool, put_pool},
    [XD_KNOB_ON_POWEROFF] = {get_on, check_on, put_on},
    [XD_KNOB_ON_REBOOT] = {get_on, check_on, put_on},
    [XD_KNOB_ON_CRASH] = {get_on, check_on, put_on},
    [XD_KNOB_PERIOD] = {get_period, check_rtds, put_period},
    [XD_KNOB_BUDGET] = {get_budget, check_rtds, put_budget},
    [XD_KNOB_EXTRATIME] = {get_extratime, check_extratime, put_extratime},
};

static const struct xd_demo_knob_ops *ops_of(int knob)
{
    if (knob >= XD_KNOB_N)
        return &xd_demo_power_knobs[knob - XD_KNOB_N];
    return knob < XD_KNOB_POOL_NAME ? &own[knob] : &xd_demo_host_knobs[knob - XD_KNOB_POOL_NAME];
}

static int number_of(const struct xd_knob *k)
{
    if (k >= xd_xen_knobs && k < xd_xen_knobs + XD_KNOB_N)
        return (int)(k - xd_xen_knobs);
    if (k >= xd_power_knobs && k < xd_power_knobs + XD_PKNOB_N)
        return XD_KNOB_N + (int)(k - xd_power_knobs);
    return -1;
}

/* What depends on nothing but the caller's words. */
static int aim(struct xd_demo_host *h, const struct xd_object *o, const struct xd_knob *k,
               struct xd_demo_edit *e, struct xd_err *err)
{
    int knob = number_of(k);

    *e = (struct xd_demo_edit){.h = h, .k = k, .knob = knob, .err = err};
    if (knob < 0)
        return xd_err_set(err, -ENOTSUP, "the demo host has no knob %s", k->name);
    if (!xd_streq(o->table, k->table))
        return xd_err_set(err, -EINVAL, "%s is a knob of the table %s, and %s is one of %s",
                          k->name, k->table, o->label, o->table);
    return 0;
}

/* The domain and vCPU of an object, for faults that wait for its edit. */
static void split(const struct xd_object *o, char uuid[40], int *vcpu)
{
    const char *slash = strchr(o->key, '/');
    uint64_t n;

    snprintf(uuid, 40, "%.*s", slash ? (int)(slash - o->key) : 39, o->key);
    *vcpu = slash && xd_parse_u64(slash + 1, &n) == 0 && n < INT16_MAX ? (int)n : -1;
}

int xd_demo_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
                 struct xd_value *out, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    struct xd_demo_edit e;
    struct xd_value v = {.have = true, .type = k->kind.type};
    char uuid[40];
    int vcpu, rc;

    *out = XD_UNKNOWN;
    rc = aim(h, o, k, &e, err);
    if (rc)
        return rc;
    split(o, uuid, &vcpu);
    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    if (demo->env->role == XD_OPERATOR) /* every edit begins with its look */
        xd_demo_fault_edit(h, uuid, e.knob, vcpu);
    rc = xd_demo_thing_find(h, o, &e.t, err);
    if (rc == 0)
        rc = xd_demo_knob_limited(h, e.knob, err);
    if (rc == 0)
        rc = ops_of(e.knob)->get(&e, &v);
    if (rc == 0)
        *out = xd_value_copy(&v, a);
    pthread_mutex_unlock(&h->lock);
    return rc;
}

int xd_demo_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                  const struct xd_value *v, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct xd_demo_host *h = demo->host;
    struct xd_demo_edit e;
    char uuid[40];
    int vcpu, rc;

    rc = aim(h, o, k, &e, err);
    if (rc)
        return rc;
    if (!v->have || v->type != k->kind.type)
        return xd_err_set(err, -EINVAL, "%s %s: wanted a value of type %s, found %s", o->label,
                          k->name, xd_type_name(k->kind.type),
                          v->have ? xd_type_name(v->type) : "none");
    e.v = v;
    split(o, uuid, &vcpu);
    pthread_mutex_lock(&h->lock);
    xd_demo_host_advance(h);
    xd_demo_fault_edit(h, uuid, e.knob, vcpu);
    rc = xd_demo_thing_find(h, o, &e.t, err);
    if (rc == 0)
        rc = xd_demo_knob_limited(h, e.knob, err);
    if (rc == 0)
        rc = ops_of(e.knob)->check(&e);
    if (rc == -ENODATA)
        rc = err->code = -EINVAL; /* nothing was done, and that is certain */
    if (rc == 0 && !xd_demo_fault_ignores(h, e.t.d)) {
        ops_of(e.knob)->put(&e);
        xd_demo_fault_after(h, uuid, e.knob, vcpu);
    }
    pthread_mutex_unlock(&h->lock);
    return rc;
}

void xd_demo_knob_force(struct xd_demo_host *h, const struct xd_object *o, int knob,
                        const struct xd_value *v)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_demo_edit e;

    if (aim(h, o, &xd_xen_knobs[knob], &e, &err) || xd_demo_thing_find(h, o, &e.t, &err))
        return;
    e.v = v;
    if (!xd_demo_knob_limited(h, knob, &err) && !ops_of(knob)->check(&e))
        ops_of(knob)->put(&e);
}
