/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpupools and pCPUs of the simulated host: whose is which, and what Xen refuses. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

/* Of xd_scheduler_names: those that the simulated hypervisor is built with come first. */
enum { CREDIT, CREDIT2, RTDS, BUILT_IN };

#define DEFAULT_WEIGHT 256
#define NO_POOL        "none"

static char *safe(const char *text, size_t most)
{
    struct xd_arena a = XD_ARENA_INIT;
    char *out = xd_strdup(xd_str_safe(&a, text, most));

    xd_arena_done(&a);
    return out;
}

/* --- made and looked up --- */

static struct xd_demo_cpupool *make(struct xd_demo_host *h, unsigned i, const char *name, int sched)
{
    struct xd_demo_cpupool *p = &h->pools[i];

    *p = (struct xd_demo_cpupool){.used = true,
                                  .name = safe(name, 256),
                                  .sched = sched,
                                  .ratelimit_us = 1000,
                                  .tslice_ms = 30};
    return p;
}

void xd_demo_pools_make(struct xd_demo_host *h)
{
    for (unsigned i = 0; i < h->scenario->n_pools; i++) {
        const struct xd_demo_pool *from = &h->scenario->pools[i];
        struct xd_demo_cpupool *p = make(h, i, from->name, from->sched);

        p->cpus = *from->cpus;
        p->n_cpus = xd_cpuset_count(&p->cpus);
        p->ratelimit_us = from->ratelimit_us;
        p->tslice_ms = from->tslice_ms;
    }
}

void xd_demo_pools_done(struct xd_demo_host *h)
{
    for (unsigned i = 0; i < XD_DEMO_POOLS_MAX; i++)
        free(h->pools[i].name);
}

size_t xd_demo_pool_domains(const struct xd_demo_host *h, unsigned pool)
{
    size_t n = 0;

    for (size_t i = 0; i < h->n_domains; i++)
        n += h->domains[i]->pool == pool;
    return n;
}

int xd_demo_pool_named(const struct xd_demo_host *h, const char *name)
{
    for (int i = 0; i < XD_DEMO_POOLS_MAX; i++) {
        if (h->pools[i].used && xd_streq(h->pools[i].name, name))
            return i;
    }
    return -1;
}

const char *xd_demo_pool_sched(const struct xd_demo_host *h, unsigned pool)
{
    return xd_scheduler_names[h->pools[pool].sched];
}

bool xd_demo_sched_used(const struct xd_demo_host *h, const char *sched)
{
    for (unsigned i = 0; i < XD_DEMO_POOLS_MAX; i++) {
        if (h->pools[i].used && xd_streq(xd_demo_pool_sched(h, i), sched))
            return true;
    }
    return false;
}

static int no_such_pool(const struct xd_demo_host *h, const char *name, struct xd_err *err)
{
    char found[80];

    xd_str_safe_to(found, sizeof(found), name);
    return xd_err_set(err, -EINVAL, "there is no cpupool \"%s\"", found);
}

/* --- domains --- */

#define NEW_PERIOD_US 10000
#define NEW_BUDGET_US 4000

static bool is_rtds(const struct xd_demo_host *h, unsigned pool)
{
    return xd_streq(xd_demo_pool_sched(h, pool), "rtds");
}

/* What a domain has of its scheduler and another doesn't know would be lost for good. */
static int check_lost(const struct xd_demo_host *h, const struct xd_demo_domain *d, unsigned to,
                      struct xd_err *err)
{
    const char *sched = xd_demo_pool_sched(h, to), *pool = h->pools[to].name;

    if (is_rtds(h, d->pool) == is_rtds(h, to))
        return 0;
    if (is_rtds(h, to) && (d->weight != DEFAULT_WEIGHT || d->cap))
        return xd_err_set(err, -EINVAL,
                          "domain %s has weight %" PRIu64 " and cap %" PRIu64
                          ", which %s of cpupool %s doesn't know: "
                          "set sched.weight=%d sched.cap=none first",
                          d->shown, d->weight, d->cap, sched, pool, DEFAULT_WEIGHT);
    for (size_t i = 0; i < d->n_vcpus && !is_rtds(h, to); i++) {
        const struct xd_demo_vcpu *v = &d->vcpus[i];

        if (v->period_us != NEW_PERIOD_US || v->budget_us != NEW_BUDGET_US || !v->extratime)
            return xd_err_set(err, -EINVAL,
                              "%s/%zu has a budget of its own, which %s of cpupool %s doesn't "
                              "know: set sched.period=%d sched.budget=%d sched.extratime=yes first",
                              d->shown, i, sched, pool, NEW_PERIOD_US, NEW_BUDGET_US);
    }
    return 0;
}

int xd_demo_check_pool_of(const struct xd_demo_host *h, const struct xd_demo_domain *d,
                          const char *pool, struct xd_err *err)
{
    int to = xd_demo_pool_named(h, pool);

    if (to < 0)
        return no_such_pool(h, pool, err);
    if (d->domid == 0 && to != 0)
        return xd_err_set(err, -EINVAL, "Domain-0 stays in %s", h->pools[0].name);
    if (h->pools[to].n_cpus == 0)
        return xd_err_set(err, -EINVAL, "cpupool %s has no pCPU: domain %s could not run there",
                          h->pools[to].name, d->shown);
    for (size_t i = 0; i < d->n_vcpus; i++) {
        struct xd_cpuset both = h->masks[d->vcpus[i].hard].set;

        xd_cpuset_and(&both, &h->pools[to].cpus);
        if (xd_cpuset_empty(&both))
            return xd_err_set(err, -EINVAL,
                              "%s/%zu is pinned to pCPUs of which cpupool %s has none: widen its "
                              "hard affinity first",
                              d->shown, i, h->pools[to].name);
    }
    return check_lost(h, d, (unsigned)to, err);
}

void xd_demo_domain_to_pool(struct xd_demo_host *h, struct xd_demo_domain *d, unsigned pool)
{
    bool anew = is_rtds(h, d->pool) != is_rtds(h, pool);

    d->pool = pool;
    if (anew) {
        d->weight = DEFAULT_WEIGHT;
        d->cap = 0;
    }
    for (size_t i = 0; i < d->n_vcpus; i++) {
        struct xd_demo_vcpu *v = &d->vcpus[i];

        if (anew) {
            v->period_us = NEW_PERIOD_US;
            v->budget_us = NEW_BUDGET_US;
            v->extratime = true;
        }
        xd_demo_set_hard(h, v, &h->masks[v->hard].set);
    }
}

/* --- pools --- */

/* Names as xl needs them: not taken for a number, a path, or no pool. */
static int check_name(const struct xd_demo_host *h, const char *name, struct xd_err *err)
{
    uint64_t n;

    if (!name[0] || strlen(name) > 64 || strchr(name, '/') || xd_parse_u64(name, &n) == 0 ||
        !xd_str_is_safe(name) || xd_streq(name, NO_POOL))
        return xd_err_set(err, -EINVAL,
                          "a cpupool's name is 1 to 64 characters, no number, not \"%s\", and "
                          "without a slash",
                          NO_POOL);
    if (xd_demo_pool_named(h, name) >= 0)
        return xd_err_set(err, -EINVAL, "there is a cpupool \"%s\" already", name);
    return 0;
}

int xd_demo_check_pool_name(const struct xd_demo_host *h, unsigned pool, const char *name,
                            struct xd_err *err)
{
    return xd_streq(h->pools[pool].name, name) ? 0 : check_name(h, name, err);
}

void xd_demo_pool_rename(struct xd_demo_host *h, unsigned pool, const char *name)
{
    free(h->pools[pool].name);
    h->pools[pool].name = safe(name, 256);
}

int xd_demo_pool_create(struct xd_demo_host *h, const struct xd_value *params, struct xd_err *err)
{
    const struct xd_cpuset *cpus = params[XD_POOL_CREATE_CPUS].cell.set;
    const char *name = params[XD_POOL_CREATE_NAME].cell.s;
    int sched = (int)params[XD_POOL_CREATE_SCHED].cell.i, cpu;
    unsigned i;
    int rc = check_name(h, name, err);

    if (rc)
        return rc;
    if (sched >= BUILT_IN)
        return xd_err_set(err, -EINVAL, "the simulated hypervisor has credit, credit2 and rtds");
    for (cpu = xd_cpuset_next(cpus, 0); cpu >= 0; cpu = xd_cpuset_next(cpus, (unsigned)cpu + 1)) {
        if ((unsigned)cpu >= h->scenario->n_pcpus)
            return xd_err_set(err, -EINVAL, "there is no pCPU %d", cpu);
        if (!h->pcpus[cpu].online)
            return xd_err_set(err, -EINVAL, "pCPU %d is offline", cpu);
        if (h->pcpus[cpu].pool >= 0)
            return xd_err_set(err, -EINVAL, "pCPU %d is in cpupool %s: take it out there first",
                              cpu, h->pools[h->pcpus[cpu].pool].name);
    }
    if (xd_cpuset_empty(cpus))
        return xd_err_set(err, -EINVAL, "a cpupool needs at least one pCPU");
    for (i = 0; i < XD_DEMO_POOLS_MAX && h->pools[i].used; i++)
        ;
    if (i == XD_DEMO_POOLS_MAX)
        return xd_err_set(err, -EINVAL, "the demo host has room for %d cpupools",
                          XD_DEMO_POOLS_MAX);
    make(h, i, name, sched);
    for (cpu = xd_cpuset_next(cpus, 0); cpu >= 0; cpu = xd_cpuset_next(cpus, (unsigned)cpu + 1))
        xd_demo_pcpu_to_pool(h, (unsigned)cpu, (int)i);
    return 0;
}

int xd_demo_pool_destroy(struct xd_demo_host *h, unsigned pool, struct xd_err *err)
{
    size_t n = xd_demo_pool_domains(h, pool);

    if (pool == 0)
        return xd_err_set(err, -EINVAL, "%s is Xen's own: it can't be destroyed", h->pools[0].name);
    if (n)
        return xd_err_set(err, -EINVAL, "cpupool %s has %zu domain%s: move them first",
                          h->pools[pool].name, n, n == 1 ? "" : "s");
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        if (h->pcpus[i].pool == (int)pool)
            h->pcpus[i].pool = -1;
    }
    xd_cpuset_zero(&h->pools[pool].cpus);
    h->pools[pool].n_cpus = 0;
    xd_demo_pool_changed(h, pool);
    free(h->pools[pool].name);
    h->pools[pool] = (struct xd_demo_cpupool){0};
    return 0;
}

/* --- pCPUs --- */

/* Could the pool do without those pCPUs? A vCPU that is pinned to nothing else would lose its
 * affinity for good. */
static int check_leave(const struct xd_demo_host *h, unsigned pool, const struct xd_cpuset *leaving,
                       struct xd_err *err)
{
    struct xd_cpuset stays = h->pools[pool].cpus, both;

    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        if (xd_cpuset_has(leaving, i))
            xd_cpuset_del(&stays, i);
    }
    for (size_t i = 0; i < h->n_domains; i++) {
        const struct xd_demo_domain *d = h->domains[i];

        if (d->pool != pool)
            continue;
        if (xd_cpuset_empty(&stays))
            return xd_err_set(err, -EINVAL,
                              "pCPU %d is the last of cpupool %s, and domain %s runs there: move "
                              "its domains first",
                              xd_cpuset_next(leaving, 0), h->pools[pool].name, d->shown);
        for (size_t j = 0; j < d->n_vcpus; j++) {
            both = h->masks[d->vcpus[j].hard].set;
            xd_cpuset_and(&both, &stays);
            if (xd_cpuset_empty(&both))
                return xd_err_set(err, -EINVAL,
                                  "%s/%zu is pinned to pCPU %d and no other of cpupool %s: Xen "
                                  "would forget its hard affinity; widen that first",
                                  d->shown, j, xd_cpuset_next(leaving, 0), h->pools[pool].name);
        }
    }
    return 0;
}

int xd_demo_check_pcpu_pool(const struct xd_demo_host *h, unsigned cpu, const char *pool,
                            struct xd_err *err)
{
    int from = h->pcpus[cpu].pool, to = xd_demo_pool_named(h, pool);
    bool none = xd_streq(pool, NO_POOL);
    struct xd_cpuset one;

    if (!h->pcpus[cpu].online)
        return xd_err_set(err, -EINVAL, "pCPU %u is offline", cpu);
    if (!none && to < 0)
        return no_such_pool(h, pool, err);
    if (from < 0 || from == to)
        return 0;
    xd_cpuset_zero(&one);
    xd_cpuset_add(&one, cpu);
    if (from == 0 && h->pools[0].n_cpus == 1)
        return xd_err_set(err, -EINVAL, "pCPU %u is the last of %s", cpu, h->pools[0].name);
    return check_leave(h, (unsigned)from, &one, err);
}

void xd_demo_pcpu_to_pool(struct xd_demo_host *h, unsigned cpu, int pool)
{
    struct xd_demo_pcpu *p = &h->pcpus[cpu];
    int from = p->pool;

    if (from == pool)
        return;
    p->pool = pool;
    if (from >= 0) {
        xd_cpuset_del(&h->pools[from].cpus, cpu);
        h->pools[from].n_cpus--;
        xd_demo_pool_changed(h, (unsigned)from);
    }
    if (pool >= 0) {
        xd_cpuset_add(&h->pools[pool].cpus, cpu);
        h->pools[pool].n_cpus++;
        xd_demo_pool_changed(h, (unsigned)pool);
    }
}

/* Taking those offline, together. */
static int check_offline(const struct xd_demo_host *h, const struct xd_cpuset *cpus,
                         struct xd_err *err)
{
    for (int i = xd_cpuset_next(cpus, 0); i >= 0; i = xd_cpuset_next(cpus, (unsigned)i + 1)) {
        if (i == 0)
            return xd_err_set(err, -EINVAL, "pCPU 0 can't be taken offline: Xen itself needs it");
        /* As Xen: it takes free pCPUs and those of its first pool. */
        if (h->pcpus[i].pool > 0)
            return xd_err_set(err, -EINVAL,
                              "pCPU %d is in cpupool %s: Xen takes only free pCPUs and those of %s "
                              "offline; take it out there first",
                              i, h->pools[h->pcpus[i].pool].name, h->pools[0].name);
    }
    return check_leave(h, 0, cpus, err);
}

int xd_demo_check_pcpu_online(const struct xd_demo_host *h, unsigned cpu, bool online,
                              struct xd_err *err)
{
    struct xd_cpuset one;

    if (online && h->pcpus[cpu].second && !h->smt)
        return xd_err_set(err, -EPERM,
                          "pCPU %u is a second thread, and SMT is off: turn on cpu.smt instead",
                          cpu);
    if (online || !h->pcpus[cpu].online)
        return 0;
    xd_cpuset_zero(&one);
    xd_cpuset_add(&one, cpu);
    return check_offline(h, &one, err);
}

void xd_demo_pcpu_set_online(struct xd_demo_host *h, unsigned cpu, bool online)
{
    if (h->pcpus[cpu].online == online)
        return;
    if (!online)
        xd_demo_pcpu_to_pool(h, cpu, -1);
    h->pcpus[cpu].online = online;
    if (online)
        xd_demo_pcpu_to_pool(h, cpu, 0);
    xd_demo_dmesg(h, "CPU %u is now %s", cpu, online ? "online" : "offline");
}

/* The second threads that are in use. */
static void second_threads(const struct xd_demo_host *h, struct xd_cpuset *out)
{
    xd_cpuset_zero(out);
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        if (h->pcpus[i].second && h->pcpus[i].online)
            xd_cpuset_add(out, i);
    }
}

int xd_demo_check_smt(const struct xd_demo_host *h, bool on, struct xd_err *err)
{
    struct xd_cpuset second;

    if (on)
        return 0;
    second_threads(h, &second);
    return check_offline(h, &second, err);
}

void xd_demo_set_smt(struct xd_demo_host *h, bool on)
{
    h->smt = on;
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        if (h->pcpus[i].second)
            xd_demo_pcpu_set_online(h, i, on);
    }
}
