/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of policies share: a host of a few domains that do what they are told, second by
 * second, and an engine that rules it. */
#ifndef TEST_POLICY_HELP_H
#define TEST_POLICY_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "model/tables.h"
#include "policies/engine.h"

#define S   XD_NS_PER_S
#define MIN (60 * S)
#define H   (3600 * S)

#define MONDAY_NOON (INT64_C(1772452800) * S) /* 2026-03-02 12:00 UTC */
#define GUESTS      8

struct guest {
    const char *name;
    bool gone;
    uint64_t id, vcpus, weight, cap; /* cap 0: none */
    double wants;                    /* pCPUs */
    uint64_t cpu_ns;
    int64_t total_ns, free_ns; /* what it used since the test began, and used without a cap */
};

struct host {
    struct xd_policy *p;
    struct xd_engine *e;
    struct guest guest[GUESTS];
    size_t n;
    int64_t mono_ns, wall_ns;
    struct xd_snapshot *last;
    uint64_t seq, boot;
    bool deaf; /* nothing that is wanted of it happens */
};

static inline struct xd_policy *policy_of(const char *yaml)
{
    struct xd_err err = XD_ERR_INIT;
    struct xd_policy *p;

    if (xd_policy_parse("p.yaml", yaml, strlen(yaml), NULL, &p, &err) < 0)
        fail_msg("%s", err.text);
    return p;
}

static inline void host_init(struct host *h, const char *yaml)
{
    memset(h, 0, sizeof(*h));
    h->p = policy_of(yaml);
    h->e = xd_engine_new(h->p);
    h->mono_ns = 1000 * S;
    h->wall_ns = MONDAY_NOON;
}

static inline void host_done(struct host *h)
{
    xd_engine_free(h->e);
    xd_policy_free(h->p);
    xd_snapshot_unref(h->last);
}

static inline struct guest *guest_add(struct host *h, const char *name, uint64_t vcpus,
                                      double wants)
{
    struct guest *g = &h->guest[h->n];

    *g = (struct guest){.name = name, .id = ++h->n, .vcpus = vcpus, .weight = 256, .wants = wants};
    return g;
}

static inline struct xd_snapshot *host_snapshot(struct host *h)
{
    struct xd_builder *b = xd_builder_new("test");
    struct xd_rows *t = xd_build_table(b, &xd_domains_desc, h->mono_ns);
    struct xd_snapshot *s;

    for (size_t i = 0; i < h->n; i++) {
        const struct guest *g = &h->guest[i];

        if (g->gone)
            continue;
        xd_row_begin(t);
        xd_put_str(t, XD_DOMAIN_UUID, g->name);
        xd_put_str(t, XD_DOMAIN_NAME, g->name);
        xd_put_u64(t, XD_DOMAIN_ID, g->id);
        xd_put_u64(t, XD_DOMAIN_VCPUS, g->vcpus);
        xd_put_u64(t, XD_DOMAIN_CPU_NS, g->cpu_ns);
        xd_put_u64(t, XD_DOMAIN_CAP, g->cap);
        xd_put_u64(t, XD_DOMAIN_WEIGHT, g->weight);
    }
    s = xd_builder_seal(b, h->last, ++h->seq, h->mono_ns, h->wall_ns, 0);
    xd_snapshot_unref(h->last);
    h->last = s;
    return s;
}

/* All guests run for so long, as fast as their caps let them. */
static inline void host_run(struct host *h, int64_t ns)
{
    for (size_t i = 0; i < h->n; i++) {
        struct guest *g = &h->guest[i];
        double rate = g->wants;

        if (g->gone)
            continue;
        if (g->cap && rate * 100 > (double)g->cap)
            rate = (double)g->cap / 100;
        int64_t used = (int64_t)(rate * (double)ns);
        g->cpu_ns += (uint64_t)used;
        g->total_ns += used;
        if (!g->cap)
            g->free_ns += used;
    }
    h->mono_ns += ns;
    h->wall_ns += ns;
}

static inline struct guest *guest_of(struct host *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (strcmp(h->guest[i].name, name) == 0)
            return &h->guest[i];
    fail_msg("no guest %s", name);
    return NULL;
}

static inline void host_obey(struct host *h)
{
    const struct xd_engine_act *a;

    for (size_t i = 0; !h->deaf && (a = xd_engine_act(h->e, i)); i++) {
        struct guest *g = guest_of(h, a->domain->name);

        if (a->knob == XD_POLICY_CAP)
            g->cap = xd_policy_value(a->knob, a->to);
        else if (a->knob == XD_POLICY_WEIGHT)
            g->weight = a->to;
    }
}

static inline void host_tick(struct host *h)
{
    struct xd_policy_now now = {h->mono_ns, h->wall_ns, h->boot};
    struct xd_err err = XD_ERR_INIT;

    if (xd_engine_tick(h->e, host_snapshot(h), &now, &err) < 0)
        fail_msg("%s", err.text);
    host_obey(h);
}

/* Runs and ticks every `step` for `ns`. */
static inline void host_go(struct host *h, int64_t ns, int64_t step)
{
    for (int64_t t = 0; t < ns; t += step) {
        host_run(h, step);
        host_tick(h);
    }
}

#endif
