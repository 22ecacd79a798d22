/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and setting the knobs of model/xenknobs.h: finds the object that a knob is of, and calls
 * the functions of that knob, which stand in knobs_*.c and params.c. */
#include "backend_libxl/knobs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend_libxl/edit.h"
#include "backend_libxl/limits.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/xenknobs.h"

static const struct {
    xd_xl_get_fn *get;
    xd_xl_put_fn *put;
    bool bare; /* both do without x->ctx */
} ways[XD_KNOB_N] = {
    [XD_KNOB_WEIGHT] = {xd_xl_get_sched, xd_xl_put_sched, true},
    [XD_KNOB_CAP] = {xd_xl_get_sched, xd_xl_put_sched, true},
    [XD_KNOB_HARD] = {xd_xl_get_affinity, xd_xl_put_affinity},
    [XD_KNOB_SOFT] = {xd_xl_get_affinity, xd_xl_put_affinity},
    [XD_KNOB_MEM_TARGET] = {xd_xl_get_mem_target, xd_xl_put_mem_target},
    [XD_KNOB_MEM_MAX] = {xd_xl_get_mem_max, xd_xl_put_mem_max},
    [XD_KNOB_VCPUS] = {xd_xl_get_vcpus, xd_xl_put_vcpus},
    [XD_KNOB_NODES] = {xd_xl_get_nodes, xd_xl_put_nodes},
    [XD_KNOB_NAME] = {xd_xl_get_name, xd_xl_put_name},
    [XD_KNOB_POOL] = {xd_xl_get_domain_pool, xd_xl_put_domain_pool},
    [XD_KNOB_ON_POWEROFF] = {xd_xl_get_on, NULL},
    [XD_KNOB_ON_REBOOT] = {xd_xl_get_on, NULL},
    [XD_KNOB_ON_CRASH] = {xd_xl_get_on, NULL},
    [XD_KNOB_PERIOD] = {xd_xl_get_rtds, xd_xl_put_rtds, true},
    [XD_KNOB_BUDGET] = {xd_xl_get_rtds, xd_xl_put_rtds, true},
    [XD_KNOB_EXTRATIME] = {xd_xl_get_rtds, xd_xl_put_rtds, true},
    [XD_KNOB_POOL_NAME] = {xd_xl_get_pool_name, xd_xl_put_pool_name},
    [XD_KNOB_RATELIMIT] = {xd_xl_get_pool_sched, xd_xl_put_pool_sched},
    [XD_KNOB_TSLICE] = {xd_xl_get_pool_sched, xd_xl_put_pool_sched},
    [XD_KNOB_PCPU] = {xd_xl_get_pcpu, xd_xl_put_pcpu},
    [XD_KNOB_PCPU_POOL] = {xd_xl_get_pcpu_pool, xd_xl_put_pcpu_pool},
    [XD_KNOB_SMT] = {xd_xl_get_smt, xd_xl_put_smt},
    [XD_KNOB_PARAM] = {xd_xl_get_param, xd_xl_put_param},
};

int xd_xl_knob(const struct xd_xl_target *t)
{
    return (int)(t->knob - xd_xen_knobs);
}

struct xd_value xd_xl_text_value(const struct xd_xl_target *t, const char *text)
{
    return (struct xd_value){.have = true, .type = XD_STR, .cell.s = xd_str_safe(t->a, text, 1024)};
}

/* --- finding what a knob is of --- */

static const char *label_of(const struct xd_object *o)
{
    return o->label && o->label[0] ? o->label : o->key;
}

static void describe(struct xd_xl_target *t, const char *noun)
{
    char words[160];

    snprintf(words, sizeof(words), "%s %s", noun, label_of(t->object));
    xd_str_safe_to(t->what, sizeof(t->what), words);
}

static int find_domain(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err)
{
    bool vcpu = strcmp(t->knob->table, "vcpus") == 0;
    int rc = xd_xl_find(x, t->object, &t->on, err);

    if (rc == 0 && (t->on.vcpu >= 0) != vcpu)
        rc = xd_err_set(err, -EINVAL, "%s has no %s", t->on.what, t->knob->name);
    snprintf(t->what, sizeof(t->what), "%s", t->on.what);
    return rc;
}

/* The number that the key of a cpupool or pCPU is. */
static int find_number(struct xd_xl_target *t, const char *noun, struct xd_err *err)
{
    uint64_t n;

    describe(t, noun);
    if (xd_parse_u64(t->object->key, &n) < 0 || n >= UINT32_MAX)
        return xd_err_set(err, -ESRCH, "%s is not on this host: it has no number, but \"%s\"",
                          t->what, t->object->key);
    t->number = (uint32_t)n;
    return 0;
}

static int find_pool(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err)
{
    int rc = find_number(t, "cpupool", err);

    if (rc == 0)
        rc = xd_xl_pools_read(x, &t->pools, err);
    if (rc < 0)
        return rc;
    t->pool = xd_xl_pool_by_id(&t->pools, t->number);
    if (t->pool)
        return 0;
    return xd_err_set(err, -ESRCH, "%s (number %u) is not on this host any more", t->what,
                      t->number);
}

static int find_pcpu(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err)
{
    unsigned n_cpus = xd_xl_n_cpus(x);
    int rc = find_number(t, "pCPU", err);

    if (rc == 0)
        rc = xd_xl_pools_read(x, &t->pools, err);
    if (rc < 0)
        return rc;
    if (t->number >= n_cpus)
        return xd_err_set(err, -ESRCH, "%s is not on this host, which has 0-%u", t->what,
                          n_cpus ? n_cpus - 1 : 0);
    for (int i = 0; i < t->pools.n; i++)
        if (libxl_bitmap_test(&t->pools.list[i].cpumap, (int)t->number))
            t->pool = &t->pools.list[i];
    return 0;
}

static int find_host(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err)
{
    describe(t, "host");
    if (!t->object->key[0])
        return 0;
    return xd_err_set(err, -ESRCH, "there is one host here, and no %s of key \"%s\"", t->what,
                      t->object->key);
}

static int find_param(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err)
{
    describe(t, "parameter");
    return 0; /* Xen finds it by its path, each time */
}

static const struct {
    const char *table;
    int (*find)(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err);
} finders[] = {
    {"domains", find_domain}, {"vcpus", find_domain}, {"pools", find_pool},
    {"pcpus", find_pcpu},     {"host", find_host},    {"params", find_param},
};

static int find(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err)
{
    const char *table = t->knob->table;

    if (!xd_streq(t->object->table, table))
        return xd_err_set(err, -EINVAL, "%s is a knob of %s, and %s is one of %s", t->knob->name,
                          table, label_of(t->object),
                          t->object->table ? t->object->table : "nothing");
    for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++)
        if (strcmp(finders[i].table, table) == 0)
            return finders[i].find(x, t, err);
    return xd_err_set(err, -ENOTSUP, "%s is no knob of this backend", t->knob->name);
}

static int prepare(struct xd_xl *x, struct xd_xl_target *t, struct xd_err *err)
{
    int rc;

    if (xd_xl_knob(t) < 0 || xd_xl_knob(t) >= XD_KNOB_N)
        return xd_err_set(err, -ENOTSUP, "%s is no knob of this backend", t->knob->name);
    rc = ways[xd_xl_knob(t)].bare ? xd_xl_reach(x, err) : xd_xl_ready(x, err);
    return rc < 0 ? rc : find(x, t, err);
}

/* What comes here was checked before, but a number out of these bounds would be cut to another one
 * on its way to Xen. */
static int check_value(const struct xd_xl_target *t, const struct xd_value *v, struct xd_err *err)
{
    const struct xd_knob *k = t->knob;

    if (!v->have || v->type != k->kind.type)
        return xd_err_set(err, -EINVAL, "%s: %s needs a value of its type", t->what, k->name);
    if (v->type != XD_U64 || (k->kind.zero && v->cell.u == 0))
        return 0;
    if (v->cell.u < (uint64_t)k->min || v->cell.u > (uint64_t)k->max)
        return xd_err_set(err, -ERANGE, "%s: %s can't be %llu: it is %lld to %lld", t->what,
                          k->name, (unsigned long long)v->cell.u, (long long)k->min,
                          (long long)k->max);
    return 0;
}

int xd_xl_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
               struct xd_value *out, struct xd_err *err)
{
    struct xd_xl *x = self;
    struct xd_xl_target t = {.knob = k, .object = o, .a = a};
    int rc = prepare(x, &t, err);

    *out = XD_UNKNOWN;
    if (rc == 0)
        rc = ways[xd_xl_knob(&t)].get(x, &t, out, err);
    xd_xl_pools_free(&t.pools);
    return rc;
}

int xd_xl_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, struct xd_err *err)
{
    struct xd_xl *x = self;
    struct xd_xl_target t = {.knob = k, .object = o};
    int rc = prepare(x, &t, err);
    const char *limit = rc == 0 ? xd_xl_limit_of(x, k->name) : NULL;

    if (limit)
        rc = xd_err_set(err, -ENOTSUP, "%s: %s: %s", t.what, k->name, limit);
    if (rc == 0)
        rc = check_value(&t, v, err);
    if (rc == 0) {
        rc = ways[xd_xl_knob(&t)].put(x, &t, v, err);
        xd_xl_tell_peer(x);
    }
    xd_xl_pools_free(&t.pools);
    return rc;
}
