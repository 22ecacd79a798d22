/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sample: what the trace tells is put into rows of "vcpus" and "domains". */
#include "backend_trace/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend_trace/columns.h"
#include "base/arena.h"
#include "model/tables.h"

/* What may be unknown of an interval, in parts of 1000, before its figures are. */
#define UNKNOWN_MAX 10
/* Of a vCPU that waits less than that share, in parts of 1000, nobody asks for whom. */
#define WAIT_LEAST 5
#define WAITS_FOR  3 /* at most so many are named */

static uint64_t ns(const struct xd_tr *t, uint64_t cycles)
{
    return xd_tsc_to_ns(cycles, t->khz);
}

static void put_uuid(struct xd_rows *rows, int col, const uint8_t u[16])
{
    char text[37];

    snprintf(text, sizeof(text),
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", u[0], u[1],
             u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14],
             u[15]);
    xd_put_str(rows, col, text);
}

/* True if what is told of the last interval can be believed. */
static bool is_known(const struct xd_vcpu_time *v)
{
    return v && v->unknown * 1000 <= v->interval * UNKNOWN_MAX;
}

/* "spin1/0 80%, Domain-0/1 20%" of the time it waited; "": it hardly waited, or for nobody. */
static void put_waits_for(struct xd_tr *t, struct xd_rows *rows, const struct xd_vcpu_time *v)
{
    struct xd_buf b = XD_BUF_INIT;
    char buf[24];

    for (unsigned i = 0; i < v->n_blamed && i < WAITS_FOR; i++) {
        const struct xd_blamed *by = &v->blamed[i];
        uint64_t percent = v->ready ? (by->cycles * 100 + v->ready / 2) / v->ready : 0;

        if (v->ready * 1000 < v->interval * WAIT_LEAST || percent == 0)
            break;
        xd_buf_printf(&b, "%s%s/%u %u%%", i ? ", " : "", xd_tr_name(t, by->domid, buf), by->vcpu,
                      percent > 100 ? 100 : (unsigned)percent);
    }
    xd_put_str(rows, XD_VCPU_WAITS_FOR, xd_buf_str(&b));
    xd_buf_done(&b);
}

static void put_vcpu(struct xd_tr *t, struct xd_rows *rows, const struct xd_tr_domain *d,
                     uint32_t vcpu, uint64_t wanted)
{
    static const struct xd_vcpu_time zero;
    const struct xd_vcpu_time *v =
        t->fresh ? &zero : xd_runstates_get(t->states, d->domid, (uint16_t)vcpu);

    if (!is_known(v))
        return;
    xd_row_begin(rows);
    put_uuid(rows, XD_VCPU_DOMAIN_UUID, d->uuid);
    xd_put_u64(rows, XD_VCPU_ID, vcpu);
    xd_put_u64(rows, XD_VCPU_RUN_NS, ns(t, v->cycles[XD_RUN_RUNNING]));
    xd_put_u64(rows, XD_VCPU_READY_NS, ns(t, v->cycles[XD_RUN_RUNNABLE]));
    xd_put_u64(rows, XD_VCPU_BLOCKED_NS, ns(t, v->cycles[XD_RUN_BLOCKED]));
    xd_put_u64(rows, XD_VCPU_WAKES, v->wakes);
    xd_put_u64(rows, XD_VCPU_MOVES, v->moves);
    if (t->fresh)
        return;
    if (v->waked) {
        xd_put_u64(rows, XD_VCPU_WAKE_NS, ns(t, v->wake_cycles / v->waked));
        xd_put_u64(rows, XD_VCPU_WAKE_MAX_NS, ns(t, v->wake_most));
    }
    if (wanted >> XD_VCPU_WAITS_FOR & 1)
        put_waits_for(t, rows, v);
}

/* A domain's figures are known if those of all its vCPUs are. */
static void put_domain(struct xd_tr *t, struct xd_rows *rows, const struct xd_tr_domain *d)
{
    struct xd_vcpu_time sum = {0};

    for (uint32_t i = 0; i < d->n_vcpus && !t->fresh; i++) {
        const struct xd_vcpu_time *v = xd_runstates_get(t->states, d->domid, (uint16_t)i);

        if (!is_known(v))
            return;
        sum.cycles[XD_RUN_RUNNABLE] += v->cycles[XD_RUN_RUNNABLE];
        sum.wakes += v->wakes;
        sum.waked += v->waked;
        sum.wake_cycles += v->wake_cycles;
    }
    xd_row_begin(rows);
    put_uuid(rows, XD_DOMAIN_UUID, d->uuid);
    xd_put_u64(rows, XD_DOMAIN_READY_NS, ns(t, sum.cycles[XD_RUN_RUNNABLE]));
    xd_put_u64(rows, XD_DOMAIN_WAKES, sum.wakes);
    if (sum.waked)
        xd_put_u64(rows, XD_DOMAIN_WAKE_NS, ns(t, sum.wake_cycles / sum.waked));
}

/* Of a vCPU without a record since the trace began, or since some were lost, Xen is asked what it
 * does. It has written a record of the last change before it says so here; so if there is none when
 * all records up to then are read, what it says was true all the while. What is neither running nor
 * blocked may wait for a pCPU or be held back by its cap: that stays unknown until a record comes.
 */
static enum xd_runstate seen_state(const struct xd_tr_domain *d, const xc_vcpuinfo_t *v)
{
    if (v->running)
        return XD_RUN_RUNNING;
    if (v->blocked)
        return XD_RUN_BLOCKED;
    return !v->online || d->paused ? XD_RUN_OFFLINE : XD_RUN_N;
}

struct seen {
    uint16_t domid, vcpu;
    uint32_t cpu;
    enum xd_runstate state;
};

static uint64_t look_and_drain(struct xd_tr *t)
{
    struct seen *seen = NULL;
    size_t n = 0, cap = 0;
    uint64_t now;

    for (size_t i = 0; i < t->n_domains && !t->env->stopping(t->env); i++) {
        const struct xd_tr_domain *d = &t->domains[i];

        for (uint32_t k = 0; k < d->n_vcpus; k++) {
            xc_vcpuinfo_t v;

            if (xd_runstates_knows(t->states, d->domid, (uint16_t)k) ||
                xc_vcpu_getinfo(t->xc, d->domid, k, &v) < 0)
                continue;
            if (n == cap)
                seen = xd_realloc(seen, (cap = cap ? 2 * cap : 64) * sizeof(*seen));
            seen[n++] = (struct seen){d->domid, (uint16_t)k, v.cpu, seen_state(d, &v)};
        }
    }
    now = xd_tr_drain(t);
    for (size_t i = 0; i < n; i++)
        if (seen[i].state != XD_RUN_N)
            xd_runstates_seen(t->states, seen[i].domid, seen[i].vcpu, seen[i].cpu, seen[i].state);
    free(seen);
    return now;
}

/* The TSC has to be the clock that Xen says it is. The trace ends if it isn't. */
static int check_clock(struct xd_tr *t, uint64_t tsc, int64_t at, struct xd_err *err)
{
    double by_tsc = (double)ns(t, tsc - t->start_tsc), by_clock = (double)(at - t->start_ns);

    if (tsc < t->start_tsc ||
        (by_clock > XD_NS_PER_S && (by_tsc < 0.95 * by_clock || by_tsc > 1.05 * by_clock)))
        return xd_err_set(err, -EIO,
                          "the TSC runs at %.0f kHz here and at %u by Xen: records can't be timed",
                          by_clock > 0 ? (double)t->khz * by_tsc / by_clock : 0, t->khz);
    if (t->records && tsc > t->last_tsc && ns(t, tsc - t->last_tsc) > 10 * XD_NS_PER_S)
        return xd_err_set(err, -EIO, "this dom0 sees another TSC than Xen: records can't be timed");
    return 0;
}

/* What reading cost in the interval; -EAGAIN and a sentence if that was too much for too long. */
static int check_cost(struct xd_tr *t, int64_t at, struct xd_err *err)
{
    double s = (double)(at - t->sample_ns) / XD_NS_PER_S;

    if (s < 0.1)
        return 0;
    t->records_s = (double)t->records / s;
    t->cost_percent = 100 * (double)t->drain_ns / XD_NS_PER_S / s;
    t->records = t->drain_ns = 0;
    t->dear = t->cost_percent > XD_TR_COST_MAX ? t->dear + 1 : 0;
    if (t->dear < 3)
        return 0;
    t->rest_until = at + XD_TR_REST_NS;
    return xd_err_set(
        err, -EAGAIN,
        "reading %.0f scheduler events a second took %.0f%% of a CPU: tracing stopped "
        "for a minute",
        t->records_s, t->cost_percent);
}

static int sample(struct xd_tr *t, struct xd_err *err)
{
    uint64_t tsc = look_and_drain(t);
    int64_t at = t->drained_ns;
    int rc = check_clock(t, tsc, at, err);

    if (rc == 0)
        rc = check_cost(t, at, err);
    if (rc < 0)
        return rc;
    xd_runstates_sample(t->states, tsc);
    t->sample_ns = at;
    return 0;
}

static int begin(struct xd_tr *t, struct xd_err *err)
{
    int64_t now = xd_clock_now(t->env->clock);
    int rc;

    t->fresh = false;
    if (t->tracing)
        return 0;
    if (now < t->rest_until)
        return xd_err_set(err, -EAGAIN, "tracing rests: it took too much CPU time");
    rc = xd_tr_claim(t, err);
    t->fresh = rc == 0;
    return rc;
}

/* What is missing though we trace. */
static void put_reasons(struct xd_tr *t, struct xd_rows *rows)
{
    uint64_t gaps, lost = xd_runstates_lost(t->states, &gaps);
    xc_physinfo_t info;

    if (gaps != t->told_gaps)
        xd_build_reason(rows,
                        "Xen's trace buffers overflowed (%llu records lost so far): what "
                        "vCPUs did then is unknown",
                        (unsigned long long)lost);
    if (xc_physinfo(t->xc, &info) == 0 && info.nr_cpus > t->n_rings)
        xd_build_reason(rows,
                        "%u pCPUs came up after Xen made its trace buffers and have none: "
                        "ready time of vCPUs there is unknown",
                        info.nr_cpus - t->n_rings);
}

static void fill_vcpus(struct xd_tr *t, struct xd_builder *b, uint64_t wanted)
{
    struct xd_rows *rows = xd_build_table(b, &xd_vcpus_desc, t->sample_ns);

    for (size_t i = 0; i < t->n_domains; i++)
        for (uint32_t k = 0; k < t->domains[i].n_vcpus; k++)
            put_vcpu(t, rows, &t->domains[i], k, wanted);
    put_reasons(t, rows);
}

static void fill_domains(struct xd_tr *t, struct xd_builder *b)
{
    struct xd_rows *rows = xd_build_table(b, &xd_domains_desc, t->sample_ns);

    for (size_t i = 0; i < t->n_domains; i++)
        put_domain(t, rows, &t->domains[i]);
    put_reasons(t, rows);
}

int xd_tr_collect(void *self, struct xd_builder *b, struct xd_err *err)
{
    struct xd_tr *t = self;
    uint64_t vcpus = xd_wanted(t->env, &xd_vcpus_desc) & XD_TR_VCPU_COLUMNS;
    uint64_t domains = xd_wanted(t->env, &xd_domains_desc) & XD_TR_DOMAIN_COLUMNS;
    struct xd_err why = XD_ERR_INIT;
    int rc;

    if (!vcpus && !domains)
        return 0;
    t->wanted_at = xd_clock_now(t->env->clock);
    rc = begin(t, &why);
    if (rc == 0)
        rc = xd_tr_list_domains(t, &why);
    if (rc == 0 && !t->fresh)
        rc = sample(t, &why);
    if (rc < 0) {
        /* No error of the whole source: the tables that it fills stay, and say why a part of them
         * is unknown. */
        xd_tr_release(t);
        if (vcpus)
            xd_build_missing(b, &xd_vcpus_desc, "%s", why.text);
        if (domains)
            xd_build_missing(b, &xd_domains_desc, "%s", why.text);
        return 0;
    }
    if (vcpus)
        fill_vcpus(t, b, vcpus);
    if (domains)
        fill_domains(t, b);
    xd_runstates_lost(t->states, &t->told_gaps);
    return 0;
}
