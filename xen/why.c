/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cause that costs a domain most CPU time, in words: see why.h. */
#include "xen/why.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define NOTABLE     5.0  /* percent of the time: less is nothing to speak of */
#define NOTABLE_ONE 15.0 /* the same of a single vCPU among several */
#define ROUNDING    3.0  /* percent: run, ready and idle are measured by different clocks */
#define POOL_FULL   90.0 /* percent of a pool's pCPUs */
#define FLAT_OUT    90.0 /* percent of a vCPU's time running */
#define LATE_NS     UINT64_C(5000000)

double xd_why_held(const struct xd_why_vcpu *v)
{
    double held = 100 - v->run - v->ready - v->idle;

    return held < ROUNDING ? 0 : held;
}

bool xd_why_is_trouble(enum xd_why_cause cause)
{
    return cause >= XD_WHY_CAP && cause <= XD_WHY_LATE;
}

/* --- the figures of a domain --- */

struct facts {
    const struct xd_why_domain *d;
    struct xd_why *out;
    size_t online;
    const struct xd_why_vcpu *worst; /* who waits most; NULL: nobody is online */
    const struct xd_why_vcpu *held;  /* who is held back most */
    const struct xd_why_vcpu *late;  /* whose wake-ups take longest */
};

static void sum_up(struct facts *f)
{
    struct xd_why *o = f->out;

    for (size_t i = 0; i < f->d->n; i++) {
        const struct xd_why_vcpu *v = &f->d->vcpus[i];

        if (!v->online)
            continue;
        f->online++;
        o->run += v->run;
        o->ready += v->ready;
        o->held += xd_why_held(v);
        o->idle += v->idle;
        if (!f->worst || v->ready > f->worst->ready)
            f->worst = v;
        if (!f->held || xd_why_held(v) > xd_why_held(f->held))
            f->held = v;
        if (!f->late || v->wake_ns > f->late->wake_ns)
            f->late = v;
    }
    if (!f->online)
        return;
    o->run /= (double)f->online;
    o->ready /= (double)f->online;
    o->held /= (double)f->online;
    o->idle /= (double)f->online;
}

static bool is_held(const struct facts *f)
{
    return (f->out->held >= NOTABLE || xd_why_held(f->held) >= NOTABLE_ONE) &&
           f->out->held >= f->out->ready;
}

static bool is_waiting(const struct facts *f)
{
    return f->out->ready >= NOTABLE || f->worst->ready >= NOTABLE_ONE;
}

/* --- words --- */

static void say(struct facts *f, enum xd_why_cause cause, const struct xd_buf *b)
{
    f->out->cause = cause;
    snprintf(f->out->text, sizeof(f->out->text), "%s", xd_buf_str(b));
}

/* "web1 waits for a pCPU 43% of the time", of the vCPU that waits most where there are several */
static void add_waiting(struct facts *f, struct xd_buf *b)
{
    if (f->online == 1)
        xd_buf_printf(b, "%s waits for a pCPU %.0f%% of the time", f->d->name, f->out->ready);
    else
        xd_buf_printf(b, "the vCPUs of %s wait for a pCPU %.0f%% of the time (%s/%u most: %.0f%%)",
                      f->d->name, f->out->ready, f->d->name, f->worst->id, f->worst->ready);
}

/* The first of "spin1/0 80%, Domain-0/1 20%"; out is "" where there is none. */
static void first_of(const char *waits_for, char *out, size_t size)
{
    size_t end = waits_for ? strcspn(waits_for, ",") : 0;

    while (end && waits_for[end - 1] != ' ')
        end--;
    snprintf(out, size, "%.*s", end ? (int)end - 1 : 0, waits_for ? waits_for : "");
}

static bool has_others(const char *waits_for)
{
    return waits_for && strchr(waits_for, ',');
}

/* "spin1/0 and others have pCPU 1" */
static void add_culprit(struct facts *f, struct xd_buf *b)
{
    char who[128];

    first_of(f->worst->waits_for, who, sizeof(who));
    if (!who[0])
        xd_buf_add(b, "others have ");
    else if (has_others(f->worst->waits_for))
        xd_buf_printf(b, "%s and others have ", who);
    else
        xd_buf_printf(b, "%s has ", who);
    if (f->worst->pcpu >= 0)
        xd_buf_printf(b, "pCPU %d", f->worst->pcpu);
    else
        xd_buf_add(b, "its pCPU");
}

static bool is_narrow(const struct facts *f)
{
    return f->worst->may && f->worst->n_may && f->d->pool_cpus && f->worst->n_may < f->d->pool_cpus;
}

static bool is_of(const char *who, const char *name)
{
    size_t len = strlen(name);

    return strncmp(who, name, len) == 0 && who[len] == '/';
}

/* --- the causes, the first that holds is told --- */

static bool stopped(struct facts *f, struct xd_buf *b)
{
    if (f->d->life == XD_WHY_LIVES)
        return false;
    xd_buf_printf(b,
                  f->d->life == XD_WHY_PAUSED ? "%s is paused: it runs again once it is unpaused"
                                              : "%s does not run: its state is %s",
                  f->d->name, f->d->state);
    return true;
}

static bool unknown(struct facts *f, struct xd_buf *b)
{
    if (f->online && !isnan(f->out->ready) && !isnan(f->out->idle) && !isnan(f->out->run))
        return false;
    if (!f->online)
        xd_buf_printf(b, "%s has no vCPU online", f->d->name);
    else
        xd_buf_printf(b, "where the time of %s goes is not known: %s", f->d->name,
                      f->d->unknown ? f->d->unknown : "wait for two samples");
    return true;
}

static bool capped(struct facts *f, struct xd_buf *b)
{
    if (!f->d->cap || !is_held(f))
        return false;
    xd_buf_printf(b,
                  "%s is held back by its cap %.0f%% of the time: it uses %.0f%% of a pCPU and may "
                  "use %llu%%; raise sched.cap",
                  f->d->name, f->out->held, f->out->run * (double)f->online,
                  (unsigned long long)f->d->cap);
    return true;
}

static bool held(struct facts *f, struct xd_buf *b)
{
    if (!is_held(f))
        return false;
    xd_buf_printf(
        b,
        "%s was stopped %.0f%% of the time, and not by a cap: its toolstack pauses it, for "
        "a snapshot or a migration perhaps",
        f->d->name, f->out->held);
    return true;
}

static bool self(struct facts *f, struct xd_buf *b)
{
    char who[128];

    first_of(f->worst->waits_for, who, sizeof(who));
    if (!is_waiting(f) || !is_of(who, f->d->name))
        return false;
    add_waiting(f, b);
    xd_buf_printf(b, ", mostly for its own %s: %zu vCPUs are more than ", who, f->online);
    if (is_narrow(f))
        xd_buf_printf(b,
                      "the pCPUs %s that they may use can run; widen vcpu.affinity, or take "
                      "vCPUs away",
                      f->worst->may);
    else
        xd_buf_add(b, "it gets pCPUs for; take vCPUs away, or raise sched.weight");
    return true;
}

static bool pinned(struct facts *f, struct xd_buf *b)
{
    if (!is_waiting(f) || !is_narrow(f) || f->d->pool_busy >= POOL_FULL)
        return false;
    add_waiting(f, b);
    xd_buf_add(b, ": ");
    add_culprit(f, b);
    if (f->worst->n_may == 1)
        xd_buf_printf(b, ", to which %s/%u is pinned", f->d->name, f->worst->id);
    else
        xd_buf_printf(b, ", and %s/%u may only use %s", f->d->name, f->worst->id, f->worst->may);
    xd_buf_add(b, "; widen vcpu.affinity or raise sched.weight");
    return true;
}

static bool full(struct facts *f, struct xd_buf *b)
{
    if (!is_waiting(f) || !(f->d->pool_busy >= POOL_FULL))
        return false;
    add_waiting(f, b);
    xd_buf_printf(b, ": the %u pCPUs of %s are %.0f%% busy, and ", f->d->pool_cpus,
                  f->d->pool ? f->d->pool : "its pool", f->d->pool_busy);
    add_culprit(f, b);
    xd_buf_add(b, "; raise sched.weight, cap the others, or give the pool more pCPUs");
    return true;
}

static bool unlucky(struct facts *f, struct xd_buf *b)
{
    if (!is_waiting(f))
        return false;
    add_waiting(f, b);
    xd_buf_add(b, ": ");
    add_culprit(f, b);
    if (isnan(f->d->pool_busy))
        xd_buf_add(b, "; raise sched.weight");
    else
        xd_buf_printf(
            b,
            ", though %s is only %.0f%% busy; its load comes in bursts, or the affinity of "
            "others keeps them where it runs",
            f->d->pool ? f->d->pool : "its pool", f->d->pool_busy);
    return true;
}

static bool late(struct facts *f, struct xd_buf *b)
{
    char mean[24], most[24];

    if (f->late->wake_ns < LATE_NS)
        return false;
    xd_buf_printf(b,
                  "%s gets its time, but late: after a wake-up %s/%u waits %s until it runs, %s at "
                  "most; raise sched.weight, or lower sched.ratelimit of its pool",
                  f->d->name, f->d->name, f->late->id,
                  xd_fmt_ns(f->late->wake_ns, mean, sizeof(mean)),
                  xd_fmt_ns(f->late->wake_max_ns, most, sizeof(most)));
    return true;
}

static bool busy(struct facts *f, struct xd_buf *b)
{
    if (f->out->run < FLAT_OUT)
        return false;
    xd_buf_printf(b, "%s runs %.0f%% of the time and hardly waits: ", f->d->name, f->out->run);
    xd_buf_printf(b,
                  f->online == 1 ? "its vCPU does what it can; another one would help, or less work"
                                 : "its %zu vCPUs do what they can; more would help, or less work",
                  f->online);
    return true;
}

static bool fine(struct facts *f, struct xd_buf *b)
{
    xd_buf_printf(
        b,
        "%s gets the CPU time it asks for (idle %.0f%%, waiting %.0f%% of the time): if it "
        "is slow, look at its disks, its network and its memory",
        f->d->name, f->out->idle, f->out->ready);
    return true;
}

static const struct {
    enum xd_why_cause cause;
    bool (*holds)(struct facts *f, struct xd_buf *b);
} causes[] = {
    {XD_WHY_STOPPED, stopped}, {XD_WHY_UNKNOWN, unknown}, {XD_WHY_CAP, capped},
    {XD_WHY_HELD, held},       {XD_WHY_SELF, self},       {XD_WHY_PINNED, pinned},
    {XD_WHY_FULL, full},       {XD_WHY_UNLUCKY, unlucky}, {XD_WHY_LATE, late},
    {XD_WHY_BUSY, busy},       {XD_WHY_FINE, fine},
};

void xd_why_explain(const struct xd_why_domain *d, struct xd_why *out)
{
    struct facts f = {.d = d, .out = out};
    struct xd_buf b = XD_BUF_INIT;

    memset(out, 0, sizeof(*out));
    sum_up(&f);
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (causes[i].holds(&f, &b)) {
            say(&f, causes[i].cause, &b);
            break;
        }
    xd_buf_done(&b);
}
