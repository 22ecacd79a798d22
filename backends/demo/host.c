/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated host: made from a scenario, shared, and moved through time: see host.h. */
#include "backend_demo/host.h"

#include <stdlib.h>
#include <string.h>

#include "backend_demo/random.h"
#include "base/str.h"

/* --- birth and end --- */

static void make_pcpus(struct xd_demo_host *h)
{
    const struct xd_demo_scenario *s = h->scenario;
    unsigned threads = (unsigned)s->host.threads_per_core;
    unsigned per_node = (unsigned)s->host.cores_per_node * threads;
    unsigned per_socket = (unsigned)s->host.nodes_per_socket * per_node;

    h->pcpus = xd_arena_array(&h->arena, s->n_pcpus, sizeof(*h->pcpus));
    for (unsigned i = 0; i < s->n_pcpus; i++) {
        struct xd_demo_pcpu *p = &h->pcpus[i];

        p->node = i / per_node;
        p->socket = i / per_socket;
        p->core = i % per_socket / threads;
        p->second = i % threads > 0;
        p->online = true;
        p->pool = -1;
        for (unsigned j = 0; j < s->n_pools; j++) {
            if (xd_cpuset_has(s->pools[j].cpus, i))
                p->pool = (int)j;
        }
    }
}

/* Copies of one mould differ a little in age and don't march in step. */
static int64_t age_of(const struct xd_demo_birth *b, uint64_t seed)
{
    const struct xd_demo_spec *p = b->spec;
    uint64_t spread = p->age_ns / 2 < p->load.period_ns * 8 ? p->age_ns / 2 : p->load.period_ns * 8;

    if (p->count == 1 || spread == 0)
        return (int64_t)p->age_ns;
    return (int64_t)(p->age_ns - xd_demo_random(seed, 0) % spread);
}

static void make_domain(struct xd_demo_host *h, const struct xd_demo_birth *b)
{
    struct xd_demo_domain *d = xd_malloc(sizeof(*d));

    d->spec = b->spec;
    xd_demo_domain_rename(d, b->name);
    memcpy(d->uuid, b->uuid, sizeof(d->uuid));
    d->seed = xd_demo_random(h->scenario->seed, xd_demo_hash_text(b->uuid));
    d->n_vcpus = b->spec->vcpus;
    d->vcpus = xd_malloc(d->n_vcpus * sizeof(*d->vcpus));
    d->node_kib = xd_malloc(h->scenario->n_nodes * sizeof(*d->node_kib));
    memcpy(d->on, b->spec->on, sizeof(d->on));
    xd_demo_devices_make(d, d->seed);
    xd_demo_domain_boot(h, d, age_of(b, d->seed));
    h->domains[h->n_domains++] = d;
    h->n_vcpus += d->n_vcpus;
    HASH_ADD_STR(h->by_uuid, uuid, d);
}

/* The pCPUs have been busy with what the vCPUs have used until now. */
static void make_past(struct xd_demo_host *h)
{
    uint64_t ns[XD_DEMO_POOLS_MAX] = {0};

    for (size_t i = 0; i < h->n_domains; i++) {
        for (size_t j = 0; j < h->domains[i]->n_vcpus; j++)
            ns[h->domains[i]->pool] += h->domains[i]->vcpus[j].cpu_ns;
    }
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        struct xd_demo_pcpu *p = &h->pcpus[i];

        if (p->pool < 0)
            continue;
        p->busy_ns = ns[p->pool] / xd_cpuset_count(h->scenario->pools[p->pool].cpus);
        if (p->busy_ns > h->scenario->host.uptime_ns)
            p->busy_ns = h->scenario->host.uptime_ns;
    }
}

static void step(struct xd_demo_host *h, int64_t len_ns)
{
    xd_demo_fault_step(h);
    xd_demo_sched_step(h, len_ns);
    xd_demo_power_step(h, len_ns);
    xd_demo_life_step(h, len_ns);
    h->t_ns += len_ns;
}

/* All nodes have the same; what doesn't divide is the first one's. What the hypervisor keeps for
 * itself comes from the first ones. */
static void share_out(struct xd_demo_host *h)
{
    const struct xd_demo_scenario *s = h->scenario;
    uint64_t left = s->host.reserved_kib;

    h->node_free_kib = xd_arena_array(&h->arena, s->n_nodes, sizeof(*h->node_free_kib));
    for (unsigned i = 0; i < s->n_nodes; i++) {
        uint64_t has = xd_demo_node_kib(h, i), part = left < has ? left : has;

        h->node_free_kib[i] = has - part;
        left -= part;
    }
}

static void fill(struct xd_demo_host *h)
{
    const struct xd_demo_scenario *s = h->scenario;

    make_pcpus(h);
    h->smt = s->host.threads_per_core > 1;
    xd_demo_pools_make(h);
    share_out(h);
    h->domains = xd_arena_array(&h->arena, s->n_births, sizeof(*h->domains));
    h->returning = xd_arena_array(&h->arena, s->n_births, sizeof(*h->returning));
    /* One step before the first look, so that there is something to be seen in it. */
    h->t_ns = -XD_DEMO_STEP_NS;
    for (size_t i = 0; i < s->n_births; i++)
        make_domain(h, &s->births[i]);
    h->queue = xd_arena_array(&h->arena, h->n_vcpus, sizeof(struct xd_demo_vcpu *));
    h->spare = xd_arena_array(&h->arena, h->n_vcpus, sizeof(struct xd_demo_vcpu *));
    make_past(h);
    xd_demo_power_make(h);
    xd_demo_pci_make(h);
    xd_demo_words_make(h);
    if (s->n_faults)
        memcpy(h->faults, s->faults, s->n_faults * sizeof(h->faults[0]));
    h->n_faults = s->n_faults;
    step(h, XD_DEMO_STEP_NS);
    xd_demo_fault_step(
        h); /* those of moment 0: a single command may look and edit before any step */
}

struct xd_demo_host *xd_demo_host_start(const struct xd_backend_env *env, struct xd_arena *a,
                                        struct xd_demo_scenario *s)
{
    struct xd_demo_host *h = xd_malloc(sizeof(*h));

    pthread_mutex_init(&h->lock, NULL);
    h->refs = 1;
    h->clock = env->clock;
    h->log = env->log;
    h->arena = *a;
    xd_arena_init(a);
    h->scenario = s;
    h->opened_ns = xd_clock_now(env->clock);
    fill(h);
    return h;
}

int xd_demo_host_new(const struct xd_backend_env *env, struct xd_demo_host **out,
                     struct xd_err *err)
{
    struct xd_arena a = XD_ARENA_INIT;
    struct xd_demo_scenario *s;
    int rc;

    *out = NULL;
    rc = xd_demo_scenario_open(env->arg, &a, &s, err);
    if (rc == 0)
        *out = xd_demo_host_start(env, &a, s);
    xd_arena_done(&a);
    return rc;
}

struct xd_demo_host *xd_demo_host_ref(struct xd_demo_host *h)
{
    pthread_mutex_lock(&h->lock);
    h->refs++;
    pthread_mutex_unlock(&h->lock);
    return h;
}

void xd_demo_host_unref(struct xd_demo_host *h)
{
    unsigned left;

    pthread_mutex_lock(&h->lock);
    left = --h->refs;
    pthread_mutex_unlock(&h->lock);
    if (left)
        return;
    HASH_CLEAR(hh, h->by_uuid);
    for (size_t i = 0; i < h->n_domains; i++) {
        xd_demo_domain_free(h, h->domains[i]);
    }
    for (size_t i = 0; i < h->n_classes; i++)
        free(h->classes[i].list);
    xd_demo_pools_done(h);
    xd_demo_words_done(h);
    xd_snapshot_unref(h->topology.kept);
    xd_snapshot_unref(h->cpuid.kept);
    free(h->cpuid.file);
    free(h->cpuid.asked);
    free(h->masks);
    free(h->classes);
    free(h->order);
    pthread_mutex_destroy(&h->lock);
    xd_arena_done(&h->arena);
    free(h);
}

/* --- in use --- */

uint64_t xd_demo_host_memory(const struct xd_demo_host *h)
{
    return h->scenario->host.memory_kib - h->scenario->host.reserved_kib;
}

uint64_t xd_demo_node_kib(const struct xd_demo_host *h, unsigned i)
{
    const struct xd_demo_scenario *s = h->scenario;
    uint64_t part = s->host.memory_kib / s->n_nodes;

    return i == 0 ? s->host.memory_kib - part * (s->n_nodes - 1) : part;
}

void xd_demo_host_advance(struct xd_demo_host *h)
{
    int64_t gap = xd_clock_now(h->clock) - h->opened_ns - h->t_ns;
    int64_t steps = gap / XD_DEMO_STEP_NS, at_once;

    if (steps <= 0)
        return;
    at_once = (steps + XD_DEMO_STEPS_MAX - 1) / XD_DEMO_STEPS_MAX;
    for (; steps > 0; steps -= at_once) {
        if (at_once > steps)
            at_once = steps;
        step(h, at_once * XD_DEMO_STEP_NS);
    }
}

struct xd_demo_domain *xd_demo_host_find(struct xd_demo_host *h, const char *uuid)
{
    struct xd_demo_domain *d;

    HASH_FIND_STR(h->by_uuid, uuid, d);
    return d;
}

struct xd_demo_domain *xd_demo_host_named(struct xd_demo_host *h, const char *name)
{
    for (size_t i = 0; i < h->n_domains; i++) {
        if (xd_streq(h->domains[i]->name, name))
            return h->domains[i];
    }
    return NULL;
}
