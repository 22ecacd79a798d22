/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knobs of the simulated host: read, checked and set. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

/* As under Xen, where dom0 would choke on less. */
#define DOM0_MIN_KIB (128 << 10)

/* An object and a knob, found. */
struct spot {
    struct xd_demo_host *h;
    const struct xd_object *o;
    const struct xd_knob *k;
    int knob;
    char uuid[XD_KEY_MAX];
    int vcpu; /* -1: the domain itself */
    struct xd_demo_domain *d;
    struct xd_demo_vcpu *v; /* NULL: the domain itself */
};

int xd_demo_gone(const struct xd_object *o, struct xd_err *err)
{
    return xd_err_set(err, -ESRCH, "%s %.80s (UUID %.60s) is not on this host any more",
                      xd_streq(o->table, "vcpus") ? "vCPU" : "domain", o->label, o->key);
}

/* What of the spot depends on nothing but the caller's words. */
static int aim(struct xd_demo *demo, const struct xd_object *o, const struct xd_knob *k,
               struct spot *s, struct xd_err *err)
{
    ptrdiff_t knob = k - xd_xen_knobs;
    uint64_t n;
    char *slash;

    *s = (struct spot){.h = demo->host, .o = o, .k = k, .knob = (int)knob, .vcpu = -1};
    if (knob < 0 || knob >= XD_KNOB_N)
        return xd_err_set(err, -ENOTSUP, "the demo host has no knob %s", k->name);
    if (!xd_streq(o->table, k->table))
        return xd_err_set(err, -EINVAL, "%s is a knob of the table %s, and %s is one of %s",
                          k->name, k->table, o->label, o->table);
    snprintf(s->uuid, sizeof(s->uuid), "%s", o->key);
    if (!xd_streq(k->table, "vcpus"))
        return 0;
    slash = strrchr(s->uuid, '/');
    if (!slash || xd_parse_u64(slash + 1, &n) || n > INT16_MAX)
        return xd_err_set(err, -EINVAL, "\"%.80s\" is no vCPU's key", o->key);
    *slash = '\0';
    s->vcpu = (int)n;
    return 0;
}

/* The rest, with the lock held and the host's time up to now. */
static int find(struct spot *s, struct xd_err *err)
{
    int rc = xd_demo_knob_limited(s->h, s->knob, err);

    if (rc)
        return rc;
    s->d = xd_demo_host_find(s->h, s->uuid);
    if (!s->d || (s->vcpu >= 0 && (size_t)s->vcpu >= s->d->n_vcpus))
        return xd_demo_gone(s->o, err);
    if (s->vcpu >= 0)
        s->v = &s->d->vcpus[s->vcpu];
    return 0;
}

/* --- reading --- */

static void get(const struct spot *s, struct xd_arena *a, struct xd_value *out)
{
    const struct xd_demo_domain *d = s->d;
    struct xd_value v = {.have = true, .type = s->k->kind.type};

    switch (s->knob) {
    case XD_KNOB_WEIGHT:
        v.cell.u = d->weight;
        break;
    case XD_KNOB_CAP:
        v.cell.u = d->cap;
        break;
    case XD_KNOB_MEM_TARGET:
        v.cell.u = d->mem_target_kib;
        break;
    case XD_KNOB_HARD:
        v.cell.set = &s->h->masks[s->v->hard].set;
        break;
    case XD_KNOB_SOFT:
        v.cell.set = &s->h->masks[s->v->soft].set;
        break;
    }
    *out = xd_value_copy(&v, a);
}

int xd_demo_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
                 struct xd_value *out, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct spot s;
    int rc;

    *out = XD_UNKNOWN;
    rc = aim(demo, o, k, &s, err);
    if (rc)
        return rc;
    pthread_mutex_lock(&s.h->lock);
    xd_demo_host_advance(s.h);
    if (demo->env->role == XD_OPERATOR) /* every edit begins with its look */
        xd_demo_fault_edit(s.h, s.uuid, s.knob, s.vcpu);
    rc = find(&s, err);
    if (rc == 0)
        get(&s, a, out);
    pthread_mutex_unlock(&s.h->lock);
    return rc;
}

/* --- writing --- */

bool xd_demo_knob_put(struct xd_demo_host *h, struct xd_demo_domain *d, struct xd_demo_vcpu *v,
                      int knob, uint64_t number, const struct xd_cpuset *set)
{
    switch (knob) {
    case XD_KNOB_WEIGHT:
        d->weight = number;
        break;
    case XD_KNOB_CAP:
        d->cap = number;
        break;
    case XD_KNOB_MEM_TARGET:
        d->mem_target_kib = number;
        break;
    case XD_KNOB_HARD:
        return xd_demo_set_hard(h, v, set);
    case XD_KNOB_SOFT:
        xd_demo_set_soft(h, v, set);
        break;
    }
    return true;
}

static int check_number(const struct spot *s, uint64_t n, struct xd_err *err)
{
    uint64_t min = (uint64_t)s->k->min, max = (uint64_t)s->k->max;

    if (s->knob == XD_KNOB_CAP)
        max = s->d->n_vcpus * (uint64_t)s->k->max_scale;
    if (s->knob == XD_KNOB_MEM_TARGET) {
        max = s->d->mem_max_kib;
        min = s->d->domid == 0 ? DOM0_MIN_KIB : min;
    }
    if (n >= min && n <= max)
        return 0;
    return xd_err_set(err, -ERANGE, "%s %s: wanted %" PRIu64 " to %" PRIu64 "%s%s, found %" PRIu64,
                      s->d->shown, s->k->name, min, max, *xd_unit_name(s->k->kind.unit) ? " " : "",
                      xd_unit_name(s->k->kind.unit), n);
}

static int check_set(const struct spot *s, const struct xd_cpuset *set, struct xd_err *err)
{
    const struct xd_demo_scenario *sc = s->h->scenario;
    struct xd_cpuset all, both = *set;
    char pool[64];

    xd_str_safe_to(pool, sizeof(pool), sc->pools[s->d->spec->pool].name);
    xd_cpuset_fill(&all, sc->n_pcpus);
    if (!xd_cpuset_subset(set, &all))
        return xd_err_set(err, -ERANGE, "%s/%d %s: wanted pCPUs from 0 to %u, found %d",
                          s->d->shown, s->vcpu, s->k->name, sc->n_pcpus - 1,
                          xd_cpuset_next(set, sc->n_pcpus));
    if (xd_cpuset_empty(set))
        return xd_err_set(err, -EINVAL, "%s/%d %s: wanted at least one pCPU, found none",
                          s->d->shown, s->vcpu, s->k->name);
    xd_cpuset_and(&both, sc->pools[s->d->spec->pool].cpus);
    if (s->knob == XD_KNOB_HARD && xd_cpuset_empty(&both))
        return xd_err_set(err, -EINVAL,
                          "%s/%d %s: none of these pCPUs is in the domain's pool \"%s\"",
                          s->d->shown, s->vcpu, s->k->name, pool);
    return 0;
}

static int put(struct spot *s, const struct xd_value *v, struct xd_err *err)
{
    bool set = s->k->kind.type == XD_CPUSET;
    int rc;

    rc = set ? check_set(s, v->cell.set, err) : check_number(s, v->cell.u, err);
    if (rc || xd_demo_fault_ignores(s->h, s->d))
        return rc;
    xd_demo_knob_put(s->h, s->d, s->v, s->knob, set ? 0 : v->cell.u, set ? v->cell.set : NULL);
    xd_demo_fault_after(s->h, s->uuid, s->knob, s->vcpu);
    return 0;
}

int xd_demo_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                  const struct xd_value *v, struct xd_err *err)
{
    struct xd_demo *demo = self;
    struct spot s;
    int rc;

    rc = aim(demo, o, k, &s, err);
    if (rc)
        return rc;
    if (!v->have || v->type != k->kind.type)
        return xd_err_set(err, -EINVAL, "%s %s: wanted a value of type %s, found %s", o->label,
                          k->name, xd_type_name(k->kind.type),
                          v->have ? xd_type_name(v->type) : "none");
    pthread_mutex_lock(&s.h->lock);
    xd_demo_host_advance(s.h);
    xd_demo_fault_edit(s.h, s.uuid, s.knob, s.vcpu);
    rc = find(&s, err);
    if (rc == 0)
        rc = put(&s, v, err);
    pthread_mutex_unlock(&s.h->lock);
    return rc;
}
