/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and heat of the simulated host: what its processors need follows from how busy they are, at
 * what frequency and how deep they sleep; heat follows power. The figures are those of no maker,
 * but of the right size: a socket needs 55 W idle and 190 W with all its threads busy. */
#include <string.h>

#include "backend_demo/host.h"
#include "base/str.h"

#define MHZ UINT64_C(1000)

/* Of the whole socket without any work, of the board and its fans, and of a busy thread at nominal
 * frequency: in mW. */
#define IDLE_MW       55000
#define SHALLOW_MW    1500 /* more, of each core that may only halt */
#define BOARD_MW      70000
#define SOCKET_TOP_MW 135000 /* all threads of a socket, busy */

/* A processor at rest in a room of 24 degrees, and how it warms up. */
#define ROOM_C     24.0
#define C_PER_WATT 0.22
#define WARM_UP_S  15.0

const char *const xd_demo_governors[] = {"ondemand", "performance", "powersave", NULL};
enum { ONDEMAND, PERFORMANCE, POWERSAVE };

/* --- how it begins --- */

void xd_demo_power_make(struct xd_demo_host *h)
{
    struct xd_demo_power *w = &h->power;
    uint64_t khz = h->scenario->host.khz;

    *w = (struct xd_demo_power){.window_us = 6000,
                                .natural = true,
                                .max_cstate = XD_CSTATE_UNLIMITED,
                                .khz = {khz, khz * 4 / 5 / MHZ * MHZ, khz / 2 / MHZ * MHZ},
                                .turbo_khz = khz * 5 / 4 / MHZ * MHZ};
    w->n_sockets = (unsigned)h->scenario->host.sockets;
    w->sockets = xd_arena_array(&h->arena, w->n_sockets, sizeof(*w->sockets));
    xd_cpuset_fill(&w->cpus, h->scenario->n_pcpus);
    for (unsigned i = 0; i < w->n_sockets; i++)
        w->sockets[i].celsius = ROOM_C + C_PER_WATT * IDLE_MW / 1000;
    for (unsigned i = 0; i < h->scenario->n_pcpus; i++) {
        struct xd_demo_pcpu *p = &h->pcpus[i];

        p->min_khz = w->khz[XD_DEMO_PSTATES - 1];
        p->max_khz = khz;
        p->turbo = true;
        p->khz = p->min_khz;
        p->pstate_ns[XD_DEMO_PSTATES - 1] = h->scenario->host.uptime_ns;
        p->cstate_ns[XD_DEMO_CSTATES - 1] = h->scenario->host.uptime_ns - p->busy_ns;
    }
}

/* --- the clamp --- */

int64_t xd_demo_power_held(const struct xd_demo_host *h, unsigned cpu, int64_t len_ns)
{
    const struct xd_demo_power *w = &h->power;

    if (!w->clamp || !h->pcpus[cpu].online || !xd_cpuset_has(&w->cpus, cpu))
        return 0;
    return len_ns * (int64_t)w->clamp / 100;
}

/* Of what was held back the part that put something off: all, unless the pCPU had time left without
 * it too. Where its own idle time doesn't count, what would have run meanwhile. */
static int64_t injected_of(const struct xd_demo_host *h, const struct xd_demo_pcpu *p,
                           int64_t len_ns)
{
    int64_t rest = len_ns - p->used_ns, run = p->used_ns - p->held_ns;

    if (!p->held_ns)
        return 0;
    if (h->power.natural)
        return rest < len_ns / 1000 ? p->held_ns : 0;
    return p->held_ns * run / (len_ns - p->held_ns);
}

/* --- a step --- */

static unsigned deepest(const struct xd_demo_power *w)
{
    return w->max_cstate < XD_DEMO_CSTATES ? (unsigned)w->max_cstate : XD_DEMO_CSTATES - 1;
}

/* Short breaks aren't worth the deepest state. */
static void count_idle(struct xd_demo_host *h, struct xd_demo_pcpu *p, int64_t idle_ns)
{
    unsigned deep = deepest(&h->power);
    uint64_t ns = (uint64_t)idle_ns, shallow = deep > 1 ? ns / 8 : ns;

    if (!deep) {
        p->cstate_ns[0] += ns;
        return;
    }
    p->cstate_ns[1] += shallow;
    p->cstate_n[1] += shallow / 150000;
    p->cstate_ns[deep] += ns - shallow;
    p->cstate_n[deep] += (ns - shallow) / 2000000;
}

/* What its governor chooses for a pCPU that is busy for `busy` of the time (0 to 1). */
static unsigned choose_pstate(const struct xd_demo_host *h, const struct xd_demo_pcpu *p,
                              double busy)
{
    unsigned i = p->governor == PERFORMANCE ? 0 : XD_DEMO_PSTATES - 1;

    if (p->governor == ONDEMAND)
        i = busy > 0.6 ? 0 : busy > 0.25 ? 1 : XD_DEMO_PSTATES - 1;
    while (i < XD_DEMO_PSTATES - 1 && h->power.khz[i] > p->max_khz)
        i++;
    while (i > 0 && h->power.khz[i] < p->min_khz)
        i--;
    return i;
}

/* A pCPU's part of a step; what it needs, of a thread's share at nominal frequency. */
static double run_pcpu(struct xd_demo_host *h, struct xd_demo_pcpu *p, int64_t len_ns)
{
    const struct xd_demo_power *w = &h->power;
    int64_t run = p->used_ns - p->held_ns, injected = injected_of(h, p, len_ns);
    double busy = (double)run / (double)len_ns, speed;
    unsigned state = choose_pstate(h, p, busy);

    p->injected_ns += (uint64_t)injected;
    p->natural_ns += (uint64_t)(len_ns - run - injected);
    p->cstate_ns[0] += (uint64_t)run;
    count_idle(h, p, len_ns - run);
    p->pstate_n[state] += state != p->pstate;
    p->pstate = state;
    p->pstate_ns[state] += (uint64_t)len_ns;
    p->khz = state == 0 && p->turbo && p->max_khz >= w->khz[0] ? w->turbo_khz : w->khz[state];
    speed = (double)p->khz / (double)w->khz[0];
    return busy * speed * speed;
}

/* Needs what it needs, unless it is to hold itself to less: then its threads slow down. */
static void run_socket(struct xd_demo_host *h, unsigned i, double load, double shallow_mw,
                       int64_t len_ns)
{
    struct xd_demo_socket *s = &h->power.sockets[i];
    double mw = IDLE_MW + shallow_mw + load * SOCKET_TOP_MW, s_len = (double)len_ns * 1e-9;
    double most = s->limit_mw ? (double)s->limit_mw : 0, target;

    s->throttle = 1;
    if (s->limit_mw && mw > most) {
        s->throttle = most > IDLE_MW ? (most - IDLE_MW) / (mw - IDLE_MW) : 0.2;
        mw = most > IDLE_MW ? most : IDLE_MW;
    }
    s->mw = mw;
    s->energy_uj += (uint64_t)(mw * 1000 * s_len);
    target = ROOM_C + C_PER_WATT * mw / 1000;
    s->celsius += (target - s->celsius) * s_len / (WARM_UP_S + s_len);
}

void xd_demo_power_step(struct xd_demo_host *h, int64_t len_ns)
{
    unsigned n = h->scenario->n_pcpus, per_socket = n / h->power.n_sockets;
    bool shallow = deepest(&h->power) < 2;

    for (unsigned i = 0; i < h->power.n_sockets; i++) {
        double load = 0, shallow_mw = 0;

        for (unsigned c = i * per_socket; c < (i + 1) * per_socket; c++) {
            struct xd_demo_pcpu *p = &h->pcpus[c];

            if (!p->online)
                continue;
            load += run_pcpu(h, p, len_ns) / per_socket;
            shallow_mw += shallow && !p->second ? SHALLOW_MW : 0;
        }
        run_socket(h, i, load, shallow_mw, len_ns);
    }
}

double xd_demo_power_watts(const struct xd_demo_host *h)
{
    double mw = BOARD_MW;

    for (unsigned i = 0; i < h->power.n_sockets; i++)
        mw += h->power.sockets[i].mw;
    return mw / 1000;
}
