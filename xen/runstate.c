/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounting of vCPUs' time from the scheduler's trace: see runstate.h. */
#include "xen/runstate.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define NOBODY  UINT32_MAX /* no vCPU has this number */
#define UNKNOWN XD_RUN_N   /* a state */
#define NOWHERE UINT32_MAX /* no pCPU has this number */
#define ACCOUNTS_MAX                                                                               \
    (1u << 17) /* more vCPUs than any host has; bounds what broken records cost                    \
                */

struct account {
    uint32_t who;                  /* domid << 16 | vcpu */
    uint32_t cpu;                  /* it runs there, or ran there last; NOWHERE */
    unsigned state;                /* enum xd_runstate or UNKNOWN */
    uint64_t since;                /* accounted up to then; UNKNOWN: since when */
    uint64_t woken;                /* when it was, while it waits to run since; 0: not */
    uint64_t blamed_to;            /* waiting: who had the pCPU is accounted up to then */
    struct account *next, **link;  /* waiting for the same pCPU; link NULL: not waiting */
    struct xd_vcpu_time now, told; /* being counted; as of the last sample */
};

struct pcpu {
    uint32_t who; /* whom it runs; NOBODY: unknown */
    struct account *waiting;
};

struct xd_runstates {
    unsigned n_cpus;
    struct pcpu *pcpus;
    struct account **accounts; /* a hash table without deletions of single entries */
    size_t cap, n;
    uint64_t sampled, gap_end; /* end of the last interval, of the last gap */
    uint64_t lost, gaps;
};

static uint32_t who(uint16_t domid, uint16_t vcpu)
{
    return (uint32_t)domid << 16 | vcpu;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* --- the accounts --- */

/* Counts the time up to then as that state. */
static void advance(struct account *a, uint64_t tsc, unsigned state)
{
    uint64_t cycles = tsc > a->since ? tsc - a->since : 0;

    if (state == UNKNOWN)
        a->now.unknown += cycles;
    else
        a->now.cycles[state] += cycles;
    if (state == XD_RUN_RUNNABLE)
        a->now.ready += cycles;
    a->since = later(a->since, tsc);
}

static struct account **place(struct account **table, size_t cap, uint32_t id)
{
    size_t at = (id * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (cap - 1);

    while (table[at] && table[at]->who != id)
        at = (at + 1) & (cap - 1);
    return &table[at];
}

static void resize(struct xd_runstates *r, size_t cap)
{
    struct account **table = xd_malloc(cap * sizeof(struct account *));

    for (size_t i = 0; i < r->cap; i++)
        if (r->accounts[i])
            *place(table, cap, r->accounts[i]->who) = r->accounts[i];
    free(r->accounts);
    r->accounts = table;
    r->cap = cap;
}

static struct account *find(const struct xd_runstates *r, uint32_t id)
{
    return *place(r->accounts, r->cap, id);
}

/* The account of that vCPU, a new one if need be; NULL: there are too many. */
static struct account *open_account(struct xd_runstates *r, uint32_t id)
{
    struct account *a = find(r, id);

    if (a || r->n >= ACCOUNTS_MAX)
        return a;
    if (2 * (r->n + 1) > r->cap)
        resize(r, 2 * r->cap);
    a = xd_malloc(sizeof(*a));
    a->who = id;
    a->cpu = NOWHERE;
    a->state = UNKNOWN;
    a->since = r->sampled;
    advance(a, r->gap_end, UNKNOWN);
    *place(r->accounts, r->cap, id) = a;
    r->n++;
    return a;
}

struct xd_runstates *xd_runstates_new(unsigned n_cpus, uint64_t start)
{
    struct xd_runstates *r = xd_malloc(sizeof(*r));

    r->n_cpus = n_cpus;
    r->pcpus = xd_malloc(n_cpus * sizeof(*r->pcpus));
    for (unsigned i = 0; i < n_cpus; i++)
        r->pcpus[i].who = NOBODY;
    r->sampled = r->gap_end = start;
    resize(r, 64);
    return r;
}

void xd_runstates_free(struct xd_runstates *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->cap; i++)
        free(r->accounts[i]);
    free(r->accounts);
    free(r->pcpus);
    free(r);
}

/* --- whom a vCPU waits for --- */

static void blame(struct xd_vcpu_time *t, uint32_t id, uint64_t cycles)
{
    struct xd_blamed *b = t->blamed, *least = b;
    unsigned i;

    for (i = 0; i < t->n_blamed; i++) {
        if (who(b[i].domid, b[i].vcpu) == id) {
            b[i].cycles += cycles;
            return;
        }
        if (b[i].cycles < least->cycles)
            least = &b[i];
    }
    if (i < XD_BLAMED_MAX)
        b[t->n_blamed++] = (struct xd_blamed){(uint16_t)(id >> 16), (uint16_t)id, cycles};
    else if (least->cycles < cycles)
        *least = (struct xd_blamed){(uint16_t)(id >> 16), (uint16_t)id, cycles};
}

/* Accounts, up to then, who had the pCPU for which it waits. Nobody is to blame for an idle one. */
static void account_wait(const struct xd_runstates *r, struct account *a, uint64_t tsc)
{
    uint32_t id = r->pcpus[a->cpu].who;

    if (id != NOBODY && id >> 16 != XD_TRACE_IDLE_DOMID && id != a->who && tsc > a->blamed_to)
        blame(&a->now, id, tsc - a->blamed_to);
    a->blamed_to = later(a->blamed_to, tsc);
}

static void stop_waiting(const struct xd_runstates *r, struct account *a, uint64_t tsc)
{
    if (!a->link)
        return;
    account_wait(r, a, tsc);
    *a->link = a->next;
    if (a->next)
        a->next->link = a->link;
    a->link = NULL;
}

static void start_waiting(struct xd_runstates *r, struct account *a, uint64_t tsc)
{
    struct account **first;

    if (a->link || a->cpu >= r->n_cpus)
        return;
    first = &r->pcpus[a->cpu].waiting;
    a->blamed_to = tsc;
    a->next = *first;
    if (a->next)
        a->next->link = &a->next;
    *first = a;
    a->link = first;
}

static void occupy(struct xd_runstates *r, unsigned cpu, uint32_t id, uint64_t tsc)
{
    if (cpu >= r->n_cpus || r->pcpus[cpu].who == id)
        return;
    for (struct account *a = r->pcpus[cpu].waiting; a; a = a->next)
        account_wait(r, a, tsc);
    r->pcpus[cpu].who = id;
}

/* --- its time --- */

static void become_unknown(const struct xd_runstates *r, struct account *a, uint64_t tsc)
{
    stop_waiting(r, a, tsc);
    a->state = UNKNOWN;
    a->woken = 0;
}

static void woke(struct account *a, uint64_t tsc)
{
    uint64_t cycles = a->woken && tsc > a->woken ? tsc - a->woken : 0;

    if (!a->woken)
        return;
    a->now.waked++;
    a->now.wake_cycles += cycles;
    a->now.wake_most = later(a->now.wake_most, cycles);
    a->woken = 0;
}

static void run_on(struct account *a, unsigned cpu)
{
    if (a->cpu != NOWHERE && a->cpu != cpu)
        a->now.moves++;
    a->cpu = cpu;
}

static void change(struct xd_runstates *r, const struct xd_trace_event *e)
{
    struct account *a = open_account(r, who(e->domid, e->vcpu));

    if (!a)
        return;
    /* A record must have been missed if it was in another state than we thought. */
    if (a->state != UNKNOWN && a->state != e->from) {
        advance(a, e->tsc, UNKNOWN);
        become_unknown(r, a, e->tsc);
    }
    advance(a, e->tsc, e->from);
    stop_waiting(r, a, e->tsc);
    if (e->from == XD_RUN_RUNNING && a->cpu == NOWHERE)
        a->cpu = e->cpu;
    if (e->from == XD_RUN_BLOCKED && (e->to == XD_RUN_RUNNABLE || e->to == XD_RUN_RUNNING)) {
        a->now.wakes++;
        a->woken = later(e->tsc, 1);
    }
    if (e->to == XD_RUN_RUNNING) {
        woke(a, e->tsc);
        run_on(a, e->cpu);
    } else if (e->to != XD_RUN_RUNNABLE) {
        a->woken = 0;
    }
    a->state = e->to;
    if (a->state == XD_RUN_RUNNABLE)
        start_waiting(r, a, later(e->tsc, a->since));
}

/* The scheduler let it run on: this tells what it does where that was unknown. */
static void go_on(struct xd_runstates *r, const struct xd_trace_event *e)
{
    struct account *a = open_account(r, who(e->domid, e->vcpu));

    if (!a || (a->state == XD_RUN_RUNNING && a->cpu == e->cpu))
        return;
    if (a->state != UNKNOWN) {
        advance(a, e->tsc, UNKNOWN);
        become_unknown(r, a, e->tsc);
    }
    advance(a, e->tsc, XD_RUN_RUNNING);
    run_on(a, e->cpu);
    a->state = XD_RUN_RUNNING;
}

/* Records of one pCPU are missing. A vCPU that runs on another one would have told of it there; of
 * all others it can't be known what they did meanwhile. */
static void gap(struct xd_runstates *r, const struct xd_trace_event *e)
{
    r->gaps++;
    r->gap_end = later(r->gap_end, e->tsc);
    r->lost += e->lost;
    for (size_t i = 0; i < r->cap; i++) {
        struct account *a = r->accounts[i];

        if (!a || (a->state == XD_RUN_RUNNING && a->cpu != e->cpu))
            continue;
        advance(a, e->first_tsc < e->tsc ? e->first_tsc : e->tsc, a->state);
        advance(a, e->tsc, UNKNOWN);
        become_unknown(r, a, e->tsc);
    }
    occupy(r, e->cpu, NOBODY, e->tsc);
}

void xd_runstates_event(struct xd_runstates *r, const struct xd_trace_event *e)
{
    bool idle = e->domid == XD_TRACE_IDLE_DOMID;

    switch (e->kind) {
    case XD_TRACE_CHANGE:
        if (e->from == XD_RUN_RUNNING || e->to == XD_RUN_RUNNING)
            occupy(r, e->cpu, e->to == XD_RUN_RUNNING ? who(e->domid, e->vcpu) : NOBODY, e->tsc);
        if (!idle)
            change(r, e);
        break;
    case XD_TRACE_CONTINUE:
        occupy(r, e->cpu, who(e->domid, e->vcpu), e->tsc);
        if (!idle)
            go_on(r, e);
        break;
    case XD_TRACE_LOST:
        gap(r, e);
        break;
    default:
        break;
    }
}

bool xd_runstates_knows(const struct xd_runstates *r, uint16_t domid, uint16_t vcpu)
{
    const struct account *a = find(r, who(domid, vcpu));

    return a && a->state != UNKNOWN;
}

void xd_runstates_seen(struct xd_runstates *r, uint16_t domid, uint16_t vcpu, unsigned cpu,
                       enum xd_runstate state)
{
    struct account *a = open_account(r, who(domid, vcpu));

    if (!a || a->state != UNKNOWN)
        return;
    a->state = state;
    if (cpu < r->n_cpus)
        a->cpu = cpu;
    if (state == XD_RUN_RUNNABLE)
        start_waiting(r, a, a->since);
}

/* --- samples --- */

static int by_cycles(const void *a, const void *b)
{
    uint64_t x = ((const struct xd_blamed *)a)->cycles, y = ((const struct xd_blamed *)b)->cycles;

    return x < y ? 1 : x > y ? -1 : 0;
}

static void tell(struct xd_runstates *r, struct account *a, uint64_t now)
{
    struct xd_vcpu_time *t = &a->now;

    if (a->link)
        account_wait(r, a, now);
    advance(a, now, a->state);
    qsort(t->blamed, t->n_blamed, sizeof(t->blamed[0]), by_cycles);
    t->interval = now - r->sampled;
    a->told = *t;
    t->ready = t->unknown = t->waked = t->wake_cycles = t->wake_most = 0;
    t->n_blamed = 0;
}

void xd_runstates_sample(struct xd_runstates *r, uint64_t now)
{
    now = later(now, r->sampled);
    for (size_t i = 0; i < r->cap; i++)
        if (r->accounts[i])
            tell(r, r->accounts[i], now);
    r->sampled = now;
}

const struct xd_vcpu_time *xd_runstates_get(const struct xd_runstates *r, uint16_t domid,
                                            uint16_t vcpu)
{
    const struct account *a = find(r, who(domid, vcpu));

    return a ? &a->told : NULL;
}

void xd_runstates_forget(struct xd_runstates *r, uint16_t domid)
{
    struct account **old = r->accounts;
    size_t cap = r->cap;

    r->accounts = xd_malloc(cap * sizeof(struct account *));
    r->n = 0;
    for (size_t i = 0; i < cap; i++) {
        struct account *a = old[i];

        if (a && a->who >> 16 == domid) {
            stop_waiting(r, a, a->since);
            free(a);
        } else if (a) {
            *place(r->accounts, cap, a->who) = a;
            r->n++;
        }
    }
    free(old);
}

uint64_t xd_runstates_lost(const struct xd_runstates *r, uint64_t *gaps)
{
    if (gaps)
        *gaps = r->gaps;
    return r->lost;
}
