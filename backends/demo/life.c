/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to domains besides CPU time: memory that balloons, traffic, and the way from birth
 * over shutdown or reboot to the end. */
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"
#include "backend_demo/random.h"
#include "base/str.h"

#define PPM       ((int64_t)XD_DEMO_PPM)
#define SECOND_NS INT64_C(1000000000)

/* How long a domain that shut down is still to be seen, as the toolstack cleans up after it. */
#define SHUT_NS  (2 * SECOND_NS)
#define DYING_NS (SECOND_NS / 2)

/* What a guest needs to take a vCPU on or off. */
#define PLUG_NS (3 * SECOND_NS / 10)

#define FOR_EVER INT64_MAX

/* Of xd_on_shutdown_names; and of struct xd_demo_domain's `on`. */
enum { DESTROY, RESTART, RENAME_RESTART, PRESERVE, COREDUMP_DESTROY, COREDUMP_RESTART, SOFT_RESET };
enum { POWEROFF, REBOOT, CRASH };

/* A leaking guest begins with this part of its memory, and again when its leak was killed. */
#define LEAK_START_PERCENT 40

bool xd_demo_domain_works(const struct xd_demo_domain *d)
{
    return !d->paused && (d->life == XD_DEMO_ALIVE || d->life == XD_DEMO_STOPPING);
}

enum xd_domain_state xd_demo_domain_state(const struct xd_demo_domain *d)
{
    switch (d->life) {
    case XD_DEMO_DYING:
    case XD_DEMO_GONE:
        return XD_STATE_DYING;
    case XD_DEMO_CRASHED:
        return XD_STATE_CRASHED;
    case XD_DEMO_SHUT:
        return XD_STATE_SHUTDOWN;
    default:
        break;
    }
    if (d->paused)
        return XD_STATE_PAUSED;
    for (size_t i = 0; i < d->n_vcpus; i++) {
        if (d->vcpus[i].running)
            return XD_STATE_RUNNING;
    }
    return XD_STATE_BLOCKED;
}

void xd_demo_domain_rename(struct xd_demo_domain *d, const char *name)
{
    struct xd_arena a = XD_ARENA_INIT;

    free(d->name);
    free(d->shown);
    d->name = xd_strdup(name);
    d->shown = xd_strdup(xd_str_safe(&a, name, 1024));
    xd_arena_done(&a);
}

/* --- birth --- */

static uint64_t past(uint64_t rate, int64_t mean_ppm, int64_t age_ns)
{
    return (uint64_t)((__int128)rate * mean_ppm / PPM * age_ns / SECOND_NS);
}

/* What it would have used, had we watched since it was created. */
static void make_past(struct xd_demo_domain *d, int64_t age_ns)
{
    const struct xd_demo_spec *p = d->spec;
    int64_t sum = 0, mean = 0, cap = (int64_t)d->cap * PPM / 100;
    unsigned loaded = p->load.vcpus ? (unsigned)p->load.vcpus : (unsigned)p->online;

    for (size_t i = 0; i < d->n_vcpus; i++) {
        struct xd_demo_vcpu *v = &d->vcpus[i];

        v->cpu_ns = 0;
        if (v->online)
            v->cpu_ns = (uint64_t)xd_demo_demand_mean_ppm(&p->load, v->seed, v->id);
        sum += (int64_t)v->cpu_ns;
        mean += i < loaded ? (int64_t)v->cpu_ns / loaded : 0;
    }
    for (size_t i = 0; i < d->n_vcpus; i++) {
        __int128 ns = (__int128)d->vcpus[i].cpu_ns * age_ns / PPM;

        d->vcpus[i].cpu_ns = (uint64_t)(cap && sum > cap ? ns * cap / sum : ns);
    }
    d->rx = d->tx = d->rd = d->wr = 0;
    xd_demo_devices_move(d, past(p->rx, mean, age_ns), past(p->tx, mean, age_ns),
                         past(p->rd, mean, age_ns), past(p->wr, mean, age_ns));
}

static void boot_vcpu(struct xd_demo_host *h, struct xd_demo_domain *d, unsigned id)
{
    const struct xd_demo_spec *p = d->spec;
    struct xd_demo_vcpu *v = &d->vcpus[id];
    const struct xd_demo_class *c;
    struct xd_cpuset all;

    xd_cpuset_fill(&all, h->scenario->n_pcpus);
    memset(v, 0, sizeof(*v));
    v->domain = d;
    v->id = id;
    v->online = id < p->online;
    v->seed = xd_demo_random(d->seed, id);
    v->period_us = p->period_us;
    v->budget_us = p->budget_us;
    v->extratime = p->extratime;
    /* Its pool may have lost those pCPUs since. */
    if (!xd_demo_set_hard(h, v, p->cpus ? p->cpus : &all))
        xd_demo_set_hard(h, v, &all);
    xd_demo_set_soft(h, v, p->soft_cpus ? p->soft_cpus : &all);
    /* Anywhere to begin with. */
    c = &h->classes[v->class];
    v->pcpu = c->list[v->seed % c->n_cpus];
}

/* Where its configuration wants to be, if there is still such a pool and it can run there. */
static unsigned home_pool(const struct xd_demo_host *h, const struct xd_demo_spec *p)
{
    struct xd_arena a = XD_ARENA_INIT;
    int i = xd_demo_pool_named(h, xd_str_safe(&a, h->scenario->pools[p->pool].name, 256));

    xd_arena_done(&a);
    return i >= 0 && h->pools[i].n_cpus ? (unsigned)i : 0;
}

static uint64_t first_memory(const struct xd_demo_spec *p)
{
    return p->leak_kib ? p->memory_kib / 100 * LEAK_START_PERCENT : p->memory_kib;
}

/* Takes so much of a node, as far as it has some; what is left. */
static uint64_t take_from(struct xd_demo_host *h, struct xd_demo_domain *d, unsigned node,
                          uint64_t kib)
{
    uint64_t part = kib < h->node_free_kib[node] ? kib : h->node_free_kib[node];

    h->node_free_kib[node] -= part;
    d->node_kib[node] += part;
    return kib - part;
}

/* There is so much free memory. It comes from the nodes of the domain's affinity, from its home on,
 * and where they have none, from the others. */
static void take_memory(struct xd_demo_host *h, struct xd_demo_domain *d, uint64_t kib)
{
    const struct xd_cpuset *liked = &h->masks[d->nodes].set;
    unsigned n = h->scenario->n_nodes;

    h->used_kib += kib;
    d->mem_kib += kib;
    for (int round = 0; round < 2 && kib; round++) {
        for (unsigned i = 0; i < n && kib; i++) {
            unsigned node = (d->node + i) % n;

            if (xd_cpuset_has(liked, node) == (round == 0))
                kib = take_from(h, d, node, kib);
        }
    }
}

/* The farthest from home goes first. */
static void give_memory(struct xd_demo_host *h, struct xd_demo_domain *d, uint64_t kib)
{
    unsigned n = h->scenario->n_nodes;

    h->used_kib -= kib;
    d->mem_kib -= kib;
    for (unsigned i = n; i-- > 0 && kib;) {
        unsigned node = (d->node + i) % n;
        uint64_t part = kib < d->node_kib[node] ? kib : d->node_kib[node];

        d->node_kib[node] -= part;
        h->node_free_kib[node] += part;
        kib -= part;
    }
}

static void boot_memory(struct xd_demo_host *h, struct xd_demo_domain *d)
{
    const struct xd_demo_spec *p = d->spec;
    uint64_t kib = first_memory(p), room;
    struct xd_cpuset all;

    give_memory(h, d, d->mem_kib);
    xd_cpuset_fill(&all, h->scenario->n_nodes);
    d->nodes = xd_demo_mask(h, &all);
    d->node = h->pcpus[d->vcpus[0].pcpu].node;
    room = xd_demo_host_memory(h) - h->used_kib; /* others may have taken it meanwhile */
    take_memory(h, d, kib < room ? kib : room);
    d->mem_target_kib = p->memory_kib;
    d->mem_max_kib = p->max_memory_kib;
}

void xd_demo_domain_boot(struct xd_demo_host *h, struct xd_demo_domain *d, int64_t age_ns)
{
    const struct xd_demo_spec *p = d->spec;

    d->domid = h->next_domid++;
    d->life = p->state == XD_STATE_CRASHED ? XD_DEMO_CRASHED : XD_DEMO_ALIVE;
    d->paused = p->state == XD_STATE_PAUSED;
    d->rebooting = false;
    d->born_ns = h->t_ns - age_ns;
    d->weight = p->weight;
    d->cap = p->cap;
    d->pool = home_pool(h, p);
    d->online = d->online_goal = p->online;
    d->plug_ns = PLUG_NS;
    d->returns = false;
    d->left_ns = FOR_EVER;
    xd_demo_devices_boot(d);
    for (unsigned i = 0; i < d->n_vcpus; i++)
        boot_vcpu(h, d, i);
    boot_memory(h, d);
    make_past(d, age_ns);
}

/* --- memory --- */

/* What the guest would hold if its balloon were ready: its target; or less, where it leaks and has
 * not yet touched all that it may. At the target the leaking program is killed and begins anew. */
static uint64_t memory_goal(const struct xd_demo_domain *d, int64_t t_ns)
{
    const struct xd_demo_spec *p = d->spec;
    uint64_t start = first_memory(p), span;
    int64_t age_ms = (t_ns - d->born_ns) / 1000000;

    if (!p->leak_kib || d->mem_target_kib <= start)
        return d->mem_target_kib;
    span = d->mem_target_kib - start;
    return start + (uint64_t)((__int128)p->leak_kib * age_ms / 1000 % span);
}

/* How far a balloon could have moved since the host was opened. */
static uint64_t travelled_kib(int64_t t_ns)
{
    return (uint64_t)((__int128)XD_DEMO_BALLOON_KIB_S * t_ns / SECOND_NS);
}

static void balloon(struct xd_demo_host *h, struct xd_demo_domain *d, int64_t len_ns)
{
    uint64_t goal = memory_goal(d, h->t_ns + len_ns);
    uint64_t step = travelled_kib(h->t_ns + len_ns) - travelled_kib(h->t_ns);
    uint64_t room = xd_demo_host_memory(h) - h->used_kib;

    if (goal < d->mem_kib) {
        give_memory(h, d, d->mem_kib - goal < step ? d->mem_kib - goal : step);
    } else if (goal > d->mem_kib) {
        step = goal - d->mem_kib < step ? goal - d->mem_kib : step;
        take_memory(h, d, room < step ? room : step);
    }
}

/* --- vCPUs --- */

/* A guest takes its vCPUs on and off one after the other. */
static void plug(struct xd_demo_domain *d, int64_t len_ns)
{
    if (d->online == d->online_goal) {
        d->plug_ns = PLUG_NS;
        return;
    }
    for (d->plug_ns -= len_ns; d->plug_ns <= 0 && d->online != d->online_goal;
         d->plug_ns += PLUG_NS) {
        if (d->online < d->online_goal) {
            d->vcpus[d->online++].online = true;
        } else {
            d->vcpus[--d->online].online = false;
            d->vcpus[d->online].running = false;
        }
    }
}

/* --- traffic --- */

/* Bytes of one direction: the full rate for the part of the time that the loaded vCPUs ran, more or
 * less by the second. */
static uint64_t moved(uint64_t rate, uint64_t seed, int64_t t_ns, int64_t busy_ns)
{
    int64_t mood;

    if (rate == 0 || busy_ns == 0)
        return 0;
    mood = PPM / 2 + xd_demo_random_ppm(seed, (uint64_t)(t_ns / SECOND_NS));
    return (uint64_t)((__int128)rate * busy_ns / SECOND_NS * mood / PPM);
}

static void traffic(struct xd_demo_host *h, struct xd_demo_domain *d)
{
    const struct xd_demo_spec *p = d->spec;
    size_t loaded = p->load.vcpus ? p->load.vcpus : d->online;
    int64_t busy = 0;

    for (size_t i = 0; i < loaded; i++)
        busy += d->vcpus[i].got_ns;
    busy /= (int64_t)loaded;
    if (busy == 0)
        return;
    xd_demo_devices_move(
        d, moved(p->rx, d->seed + 1, h->t_ns, busy), moved(p->tx, d->seed + 2, h->t_ns, busy),
        moved(p->rd, d->seed + 3, h->t_ns, busy), moved(p->wr, d->seed + 4, h->t_ns, busy));
}

/* --- the stages of life --- */

/* What its toolstack does once it has ended: true where it is to be seen no longer. */
static bool leaves(struct xd_demo_domain *d, int event)
{
    static const bool returns[] = {
        [RESTART] = true, [RENAME_RESTART] = true, [COREDUMP_RESTART] = true, [SOFT_RESET] = true};
    int on = d->on[event];

    d->returns = on <= SOFT_RESET && returns[on];
    return on != PRESERVE;
}

static void stand_still(struct xd_demo_domain *d)
{
    for (size_t i = 0; i < d->n_vcpus; i++)
        d->vcpus[i].running = false;
}

static void next_stage(struct xd_demo_domain *d)
{
    switch (d->life) {
    case XD_DEMO_STOPPING:
        d->life = XD_DEMO_SHUT;
        d->left_ns = leaves(d, d->rebooting ? REBOOT : POWEROFF) ? SHUT_NS : FOR_EVER;
        break;
    case XD_DEMO_SHUT:
    case XD_DEMO_CRASHED:
    case XD_DEMO_DYING:
        d->life = XD_DEMO_GONE;
        break;
    default:
        break;
    }
}

void xd_demo_domain_stop(struct xd_demo_domain *d, bool reboot)
{
    d->life = XD_DEMO_STOPPING;
    d->rebooting = reboot;
    d->left_ns = (int64_t)d->spec->shutdown_ns;
    d->asked_boots = d->boots;
}

void xd_demo_domain_crash(struct xd_demo_host *h, struct xd_demo_domain *d)
{
    d->life = XD_DEMO_CRASHED;
    d->left_ns = leaves(d, CRASH) ? SHUT_NS : FOR_EVER;
    stand_still(d);
    xd_demo_dmesg(h, "Domain %llu (vcpu#0) crashed", (unsigned long long)d->domid);
}

static bool in_transit(const struct xd_demo_domain *d)
{
    return d->life == XD_DEMO_STOPPING || d->life == XD_DEMO_DYING ||
           ((d->life == XD_DEMO_SHUT || d->life == XD_DEMO_CRASHED) && d->left_ns != FOR_EVER);
}

void xd_demo_domain_free(struct xd_demo_host *h, struct xd_demo_domain *d)
{
    xd_demo_devices_free(d);
    free(d->node_kib);
    free(d->vcpus);
    free(d->name);
    free(d->shown);
    free(d);
}

static void bury(struct xd_demo_host *h, struct xd_demo_domain *d)
{
    HASH_DEL(h->by_uuid, d);
    give_memory(h, d, d->mem_kib);
    h->n_vcpus -= d->n_vcpus;
    xd_demo_pci_release(h, d);
    xd_demo_waits_forget(h, d);
    xd_demo_domain_free(h, d);
}

/* Takes out those that are gone; those that only reboot come back at the end, as their domid is a
 * new one. */
static void sweep(struct xd_demo_host *h)
{
    size_t n = 0, back = 0;

    for (size_t i = 0; i < h->n_domains; i++) {
        struct xd_demo_domain *d = h->domains[i];

        if (d->life != XD_DEMO_GONE)
            h->domains[n++] = d;
        else if (d->returns)
            h->returning[back++] = d;
        else
            bury(h, d);
    }
    for (size_t i = 0; i < back; i++) {
        struct xd_demo_domain *d = h->returning[i];

        d->boots++;
        xd_demo_domain_boot(h, d, 0);
        /* Whatever the mould says, what was rebooted runs. */
        d->life = XD_DEMO_ALIVE;
        d->paused = false;
        h->domains[n++] = d;
    }
    h->n_domains = n;
}

void xd_demo_domain_vanish(struct xd_demo_host *h, struct xd_demo_domain *d)
{
    d->life = XD_DEMO_GONE;
    d->returns = false;
    sweep(h);
}

void xd_demo_life_step(struct xd_demo_host *h, int64_t len_ns)
{
    bool gone = false;

    for (size_t i = 0; i < h->n_domains; i++) {
        struct xd_demo_domain *d = h->domains[i];

        if (xd_demo_domain_works(d)) {
            balloon(h, d, len_ns);
            plug(d, len_ns);
            xd_demo_devices_step(d, len_ns);
            traffic(h, d);
            xd_demo_waits_count(h, d, len_ns);
        }
        /* A paused guest can't shut itself down. */
        if (!in_transit(d) || (d->life == XD_DEMO_STOPPING && d->paused))
            continue;
        d->left_ns -= len_ns;
        if (d->left_ns <= 0)
            next_stage(d);
        gone = gone || d->life == XD_DEMO_GONE;
    }
    if (gone)
        sweep(h);
}
