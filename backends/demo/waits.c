/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tracer would see of the simulated scheduler: for how long each vCPU ran, was runnable
 * without running, and had nothing to do; how often it woke up and how long it took until it ran;
 * and who had the pCPU meanwhile.
 *
 * All follows from what the scheduler did in the step. What a vCPU asked for and did not get
 * because others ran, it was runnable for; under rtds also what its budget did not allow. What a
 * cap took from it is none of the three: credit and credit2 park it then, which Xen counts as
 * offline. A vCPU that doesn't ask for all of the time wakes up for a millisecond of work at a
 * time, and even on an idle pCPU some microseconds pass until it runs. Where others have the pCPU
 * it waits for their slices: the pool's rate limit, or under credit its time slice, is the least
 * that it finds at worst. */
#include <stdio.h>
#include <string.h>

#include "backend_demo/host.h"
#include "backend_demo/random.h"
#include "base/str.h"

#define BURST_NS  INT64_C(1000000)
#define WAKE_NS   3000 /* at least, … */
#define WAKE_MORE 2047 /* … and up to so much more, each vCPU as always */

/* Of xd_scheduler_names. */
enum { CREDIT = 0, RTDS = 2 };

void xd_demo_waits_begin(struct xd_demo_host *h)
{
    if (h->looked)
        h->look++;
    h->looked = false;
}

/* --- who ran --- */

/* The largest are kept: a newcomer takes the place of the smallest, if he had more. */
void xd_demo_waits_ran(struct xd_demo_host *h, struct xd_demo_pcpu *p, const struct xd_demo_vcpu *v,
                       int64_t ns)
{
    struct xd_demo_guest *least = p->guests;

    if (p->look != h->look) {
        memset(p->guests, 0, sizeof(p->guests));
        p->look = h->look;
    }
    for (int i = 0; i < XD_DEMO_GUESTS; i++) {
        if (p->guests[i].vcpu == v) {
            p->guests[i].ns += ns;
            return;
        }
        if (p->guests[i].ns < least->ns)
            least = &p->guests[i];
    }
    if (least->ns < ns)
        *least = (struct xd_demo_guest){v, ns};
}

void xd_demo_waits_forget(struct xd_demo_host *h, const struct xd_demo_domain *d)
{
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        for (int j = 0; j < XD_DEMO_GUESTS; j++) {
            struct xd_demo_guest *g = &h->pcpus[i].guests[j];

            if (g->vcpu && g->vcpu->domain == d)
                *g = (struct xd_demo_guest){0};
        }
    }
}

/* --- how long it waited --- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void count(struct xd_demo_host *h, struct xd_demo_vcpu *v, int64_t len_ns)
{
    const struct xd_demo_cpupool *pool = &h->pools[v->domain->pool];
    int64_t unserved = v->wish_ns - v->got_ns, allowed = v->may_ns - v->got_ns;
    int64_t slice = (int64_t)(pool->sched == CREDIT ? pool->tslice_ms * 1000 : pool->ratelimit_us);
    int64_t ready = pool->sched == RTDS ? unserved : allowed;
    int64_t wakes = 0, each = 0, start = 0, worst;

    if (v->look != h->look) {
        memset(&v->waits, 0, sizeof(v->waits));
        v->look = h->look;
    }
    if (v->wish_ns > 0 && v->wish_ns < len_ns) {
        wakes = v->wish_ns / BURST_NS + 1;
        each = WAKE_NS + (int64_t)(v->seed & WAKE_MORE);
        start = least(wakes * each, len_ns - v->wish_ns);
    }
    v->run_ns += (uint64_t)v->got_ns;
    v->ready_ns += (uint64_t)(ready + start);
    v->blocked_ns += (uint64_t)(len_ns - v->got_ns - unserved - start);
    v->wakes += (uint64_t)wakes;
    v->waits.for_cpu_ns += (uint64_t)allowed;
    v->waits.for_budget_ns += (uint64_t)(ready - allowed);
    if (!wakes)
        return;
    v->waits.wakes += (uint64_t)wakes;
    v->waits.wake_ns += (uint64_t)(start + allowed);
    worst = each;
    if (allowed > 0) {
        worst = (start + allowed) / wakes;
        if (worst < slice * 1000)
            worst = least(slice * 1000, start + allowed);
    }
    if ((uint64_t)worst > v->waits.wake_max_ns)
        v->waits.wake_max_ns = (uint64_t)worst;
}

void xd_demo_waits_count(struct xd_demo_host *h, struct xd_demo_domain *d, int64_t len_ns)
{
    for (size_t i = 0; i < d->n_vcpus; i++) {
        if (d->vcpus[i].online)
            count(h, &d->vcpus[i], len_ns);
    }
}

/* --- in words --- */

/* Adds "NAME 40%"; nothing where that is less than a whole percent. */
static void say(struct xd_buf *b, const char *name, int64_t part, int64_t whole)
{
    int percent = (int)(part * 100 / whole);

    if (percent > 0)
        xd_buf_printf(b, "%s%s %d%%", b->len ? ", " : "", name, percent);
}

static void say_guests(struct xd_buf *b, const struct xd_demo_pcpu *p, const struct xd_demo_vcpu *v,
                       int64_t part, int64_t whole)
{
    bool said[XD_DEMO_GUESTS] = {false};
    int64_t sum = 0;
    char name[160];

    for (int i = 0; i < XD_DEMO_GUESTS; i++)
        sum += p->guests[i].vcpu != v ? p->guests[i].ns : 0;
    for (int n = 0; n < 3 && sum > 0; n++) {
        int most = -1;

        for (int i = 0; i < XD_DEMO_GUESTS; i++) {
            if (!said[i] && p->guests[i].vcpu && p->guests[i].vcpu != v &&
                (most < 0 || p->guests[i].ns > p->guests[most].ns))
                most = i;
        }
        if (most < 0)
            return;
        said[most] = true;
        snprintf(name, sizeof(name), "%.140s/%u", p->guests[most].vcpu->domain->shown,
                 p->guests[most].vcpu->id);
        say(b, name, (int64_t)((__int128)part * p->guests[most].ns / sum), whole);
    }
}

char *xd_demo_waits_for(const struct xd_demo_host *h, const struct xd_demo_vcpu *v, char *out,
                        size_t size)
{
    int64_t cpu = (int64_t)v->waits.for_cpu_ns, budget = (int64_t)v->waits.for_budget_ns;
    const struct xd_demo_pcpu *p = &h->pcpus[v->pcpu];
    struct xd_buf b = XD_BUF_INIT;

    if (v->look == h->look && cpu + budget > 0) {
        if (p->look == h->look)
            say_guests(&b, p, v, cpu, cpu + budget);
        say(&b, "its budget", budget, cpu + budget);
    }
    snprintf(out, size, "%s", xd_buf_str(&b));
    xd_buf_done(&b);
    return out;
}
