/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scheduler of the simulated host, one step at a time:
 *
 *  1. each vCPU says how much it wants; a domain's cap cuts what its vCPUs want together;
 *  2. where the vCPUs of a class (same pool, same hard affinity) want more than its pCPUs have, and
 *     then where those of a pool do, they get shares by weight: nobody gets more than he wants, and
 *     what is left is shared among the others. As in credit2 each vCPU has its domain's weight;
 *  3. each is put on pCPUs: where it ran last if there is room, else where it prefers (soft
 *     affinity), else where there is most room, over several pCPUs one after the other if need be.
 *     What finds no room was not used.
 *
 * So the time that vCPUs used is the time that pCPUs were busy, to the nanosecond. */
#include "backend_demo/host.h"
#include "backend_demo/random.h"

#define PPM ((int64_t)XD_DEMO_PPM)

/* Rounds of sharing after which the rest gets plain shares; a handful is usual. */
#define ROUNDS_MAX 64

/* One vCPU in so many looks for a better place in each step, though it could stay. */
#define RESTLESS 256

/* How many pCPUs of a large class are looked at for one with room; and what a large one is. */
#define NEIGHBOURS 16
#define LARGE      64

/* A vCPU stays on a pCPU that is used up to this part of the step. */
#define CROWDED_PERCENT 75

/* Of xd_scheduler_names. */
#define RTDS 2

/* --- 1. wishes --- */

static void apply_cap(struct xd_demo_domain *d, int64_t len_ns)
{
    int64_t limit = (int64_t)d->cap * len_ns / 100, sum = 0;

    for (size_t i = 0; i < d->n_vcpus; i++)
        sum += d->vcpus[i].want_ns;
    if (sum <= limit)
        return;
    for (size_t i = 0; i < d->n_vcpus; i++) {
        struct xd_demo_vcpu *v = &d->vcpus[i];

        v->want_ns = (int64_t)((__int128)v->want_ns * limit / sum);
    }
}

static void apply_budget(struct xd_demo_vcpu *v, int64_t len_ns)
{
    int64_t limit = (int64_t)((__int128)len_ns * v->budget_us / v->period_us);

    if (v->want_ns > limit)
        v->want_ns = limit;
}

static void wish(struct xd_demo_host *h, struct xd_demo_domain *d, int64_t len_ns)
{
    bool works = xd_demo_domain_works(d), rtds = h->pools[d->pool].sched == RTDS;
    int64_t ppm;

    for (size_t i = 0; i < d->n_vcpus; i++) {
        struct xd_demo_vcpu *v = &d->vcpus[i];

        v->wish_ns = v->may_ns = v->want_ns = v->got_ns = 0;
        v->running = false;
        if (!works || !v->online)
            continue;
        ppm = xd_demo_demand_ppm(&d->spec->load, v->seed, v->id, h->t_ns - d->born_ns);
        v->wish_ns = v->want_ns = ppm * (len_ns / PPM);
        if (rtds && !v->extratime)
            apply_budget(v, len_ns);
    }
    if (d->cap && !rtds)
        apply_cap(d, len_ns);
    for (size_t i = 0; i < d->n_vcpus; i++) {
        d->vcpus[i].may_ns = d->vcpus[i].want_ns;
        if (d->vcpus[i].want_ns > 0)
            h->classes[d->vcpus[i].class].active++;
    }
}

/* Puts those that want something into h->queue, class by class, those with few pCPUs first. */
static size_t line_up(struct xd_demo_host *h)
{
    size_t n = 0;

    for (size_t i = 0; i < h->n_classes; i++) {
        struct xd_demo_class *c = &h->classes[h->order[i]];

        c->first = n;
        n += c->active;
        c->active = 0;
    }
    for (size_t i = 0; i < h->n_domains; i++) {
        struct xd_demo_domain *d = h->domains[i];

        for (size_t j = 0; j < d->n_vcpus; j++) {
            struct xd_demo_class *c = &h->classes[d->vcpus[j].class];

            if (d->vcpus[j].want_ns > 0)
                h->queue[c->first + c->active++] = &d->vcpus[j];
        }
    }
    return n;
}

/* --- 2. shares --- */

/* What the pCPUs of a set have in a step, without what the power clamp takes. */
static int64_t room_of(const struct xd_demo_host *h, const struct xd_cpuset *cpus, unsigned n,
                       int64_t len_ns)
{
    int64_t room = n * len_ns;

    if (!h->power.clamp)
        return room;
    for (int c = xd_cpuset_next(cpus, 0); c >= 0; c = xd_cpuset_next(cpus, (unsigned)c + 1))
        room -= h->pcpus[c].held_ns;
    return room;
}

/* Under rtds what a vCPU was promised, in parts of a million: as long as the promises fit, each
 * gets at least that; what is left is shared in their proportion among those that may have it. */
static uint64_t weight_of(const struct xd_demo_vcpu *v, bool rtds)
{
    return rtds ? v->budget_us * XD_DEMO_PPM / v->period_us + 1 : v->domain->weight;
}

/* Cuts the wishes of v[n] (which is reordered) so that their sum fits room_ns. */
static void share(struct xd_demo_vcpu **v, size_t n, int64_t room_ns, bool rtds)
{
    uint64_t weights = 0;
    int64_t sum = 0;
    bool found = true;

    for (size_t i = 0; i < n; i++) {
        sum += v[i]->want_ns;
        weights += weight_of(v[i], rtds);
    }
    if (sum <= room_ns)
        return;
    for (int round = 0; found && round < ROUNDS_MAX; round++) {
        found = false;
        for (size_t i = 0; i < n;) {
            if ((__int128)v[i]->want_ns * weights > (__int128)room_ns * weight_of(v[i], rtds)) {
                i++;
                continue;
            }
            room_ns -= v[i]->want_ns; /* gets all it wants */
            weights -= weight_of(v[i], rtds);
            v[i] = v[--n];
            found = true;
        }
    }
    for (size_t i = 0; i < n; i++) {
        int64_t part = (int64_t)((__int128)room_ns * weight_of(v[i], rtds) / weights);

        if (part < v[i]->want_ns)
            v[i]->want_ns = part;
    }
}

static void share_classes(struct xd_demo_host *h, int64_t len_ns)
{
    for (size_t i = 0; i < h->n_classes; i++) {
        struct xd_demo_class *c = &h->classes[i];

        if (!c->narrow || c->active < 2)
            continue;
        for (size_t j = 0; j < c->active; j++)
            h->spare[j] = h->queue[c->first + j];
        share(h->spare, c->active, room_of(h, &c->cpus, c->n_cpus, len_ns),
              h->pools[c->pool].sched == RTDS);
    }
}

static void share_pools(struct xd_demo_host *h, int64_t len_ns)
{
    for (size_t p = 0; p < XD_DEMO_POOLS_MAX; p++) {
        size_t n = 0;

        for (size_t i = 0; h->pools[p].used && i < h->n_classes; i++) {
            const struct xd_demo_class *c = &h->classes[h->order[i]];

            for (size_t j = 0; c->pool == p && j < c->active; j++)
                h->spare[n++] = h->queue[c->first + j];
        }
        share(h->spare, n, room_of(h, &h->pools[p].cpus, h->pools[p].n_cpus, len_ns),
              h->pools[p].sched == RTDS);
    }
}

/* --- 3. places --- */

/* The pCPU with most room among n of the class (and of also, unless NULL) from the one at `first`
 * on, or -1 where none has any. */
static int roomiest_of(const struct xd_demo_host *h, const struct xd_demo_class *c, unsigned first,
                       unsigned n, const struct xd_cpuset *also, int64_t len_ns)
{
    int64_t least = len_ns;
    int best = -1;

    for (unsigned i = 0; i < n && least > 0; i++) {
        unsigned p = c->list[first + i < c->n_cpus ? first + i : first + i - c->n_cpus];

        if (h->pcpus[p].used_ns >= least || (also && !xd_cpuset_has(also, p)))
            continue;
        least = h->pcpus[p].used_ns;
        best = (int)p;
    }
    return best;
}

/* The roomiest of all; or, in a large class, of some neighbours somewhere in it, if that has room
 * enough: else the cost of a vCPU would grow with the machine. */
static int roomiest(const struct xd_demo_host *h, const struct xd_demo_vcpu *v,
                    const struct xd_demo_class *c, const struct xd_cpuset *also, int64_t len_ns)
{
    int64_t left = v->want_ns - v->got_ns;

    if (c->n_cpus > LARGE) {
        uint64_t step = (uint64_t)(h->t_ns / XD_DEMO_STEP_NS);
        unsigned first = (unsigned)(xd_demo_random(v->seed + 1, step) % c->n_cpus);
        int p = roomiest_of(h, c, first, NEIGHBOURS, also, len_ns);

        if (p >= 0 && len_ns - h->pcpus[p].used_ns >= left)
            return p;
    }
    return roomiest_of(h, c, 0, c->n_cpus, also, len_ns);
}

static bool may_stay(const struct xd_demo_host *h, const struct xd_demo_vcpu *v,
                     const struct xd_demo_class *c, int64_t len_ns)
{
    const struct xd_demo_pcpu *p = &h->pcpus[v->pcpu];

    if (!xd_cpuset_has(&c->cpus, v->pcpu) ||
        (v->picky && !xd_cpuset_has(&h->masks[v->soft].set, v->pcpu)))
        return false;
    if (xd_demo_random(v->seed, (uint64_t)(h->t_ns / XD_DEMO_STEP_NS)) % RESTLESS == 0)
        return false;
    return p->used_ns == p->held_ns || p->used_ns + v->want_ns <= len_ns / 100 * CROWDED_PERCENT;
}

/* Where to go instead: a pCPU that it prefers, if it has enough room, or the roomiest of all. */
static int choose(const struct xd_demo_host *h, const struct xd_demo_vcpu *v,
                  const struct xd_demo_class *c, int64_t len_ns)
{
    int p = -1;

    if (v->picky)
        p = roomiest(h, v, c, &h->masks[v->soft].set, len_ns);
    if (p >= 0 && len_ns - h->pcpus[p].used_ns >= v->want_ns - v->got_ns)
        return p;
    return roomiest(h, v, c, NULL, len_ns);
}

/* As much of what v still wants as fits. */
static void run_on(struct xd_demo_host *h, struct xd_demo_vcpu *v, struct xd_demo_pcpu *p,
                   int64_t len_ns)
{
    int64_t room = len_ns - p->used_ns, left = v->want_ns - v->got_ns;
    int64_t part = left < room ? left : room;

    if (!v->running && p->look_ns >= p->used_ns && p->look_ns < p->used_ns + part)
        v->running = true;
    p->used_ns += part;
    p->busy_ns += (uint64_t)part;
    v->got_ns += part;
    v->cpu_ns += (uint64_t)part;
    xd_demo_waits_ran(h, p, v, part);
}

static void place(struct xd_demo_host *h, struct xd_demo_vcpu *v, int64_t len_ns)
{
    const struct xd_demo_class *c = &h->classes[v->class];
    int p;

    if (v->want_ns > 0 && may_stay(h, v, c, len_ns))
        run_on(h, v, &h->pcpus[v->pcpu], len_ns);
    while (v->got_ns < v->want_ns) {
        bool seen = v->running;

        p = choose(h, v, c, len_ns);
        if (p < 0)
            break;
        run_on(h, v, &h->pcpus[p], len_ns);
        /* Of several pCPUs it is shown on the one where it was seen. */
        if (!seen && v->pcpu != (unsigned)p) {
            v->pcpu = (unsigned)p;
            v->moves++;
        }
    }
}

void xd_demo_sched_step(struct xd_demo_host *h, int64_t len_ns)
{
    uint64_t step = (uint64_t)(h->t_ns / XD_DEMO_STEP_NS);
    size_t n;

    xd_demo_waits_begin(h);
    for (size_t i = 0; i < h->n_classes; i++)
        h->classes[i].active = 0;
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        h->pcpus[i].used_ns = h->pcpus[i].held_ns = xd_demo_power_held(h, i, len_ns);
        h->pcpus[i].look_ns =
            (int64_t)(xd_demo_random(h->scenario->seed ^ i, step) % (uint64_t)len_ns);
    }
    for (size_t i = 0; i < h->n_domains; i++)
        wish(h, h->domains[i], len_ns);
    n = line_up(h);
    share_classes(h, len_ns);
    share_pools(h, len_ns);
    for (size_t i = 0; i < n; i++)
        place(h, h->queue[i], len_ns);
}
