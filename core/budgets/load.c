/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last hour's load, and simulations of it: see load.h. */
#include "budgets/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "model/tables.h"
#include "policies/sim.h"

#define LEAST_NS (60 * XD_NS_PER_S)
#define UNKNOWN  UINT64_MAX

struct domain {
    char uuid[40], name[64], pool[32];
    uint64_t id, vcpus, weight;
    uint64_t seen;                    /* the sample that it was in last */
    uint64_t cpu_ns[XD_LOAD_SAMPLES]; /* by sample modulo that; UNKNOWN */
};

struct xd_load {
    struct domain **list; /* malloc, each too */
    size_t n, cap;
    uint64_t samples; /* taken so far */
    int64_t at_ns[XD_LOAD_SAMPLES], wall_ns[XD_LOAD_SAMPLES];
};

struct xd_load *xd_load_new(void)
{
    return xd_malloc(sizeof(struct xd_load));
}

void xd_load_free(struct xd_load *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++)
        free(l->list[i]);
    free(l->list);
    free(l);
}

/* --- recording --- */

/* Domains come in the same order as a rule: *near is the place after the last one that was found.
 * Where the list is full, who isn't at his place there is not looked for among all of them. */
static struct domain *find(const struct xd_load *l, const char *uuid, size_t *near)
{
    if (*near < l->n && strcmp(l->list[*near]->uuid, uuid) == 0)
        return l->list[(*near)++];
    for (size_t i = 0; l->n < XD_LOAD_DOMAINS && i < l->n; i++)
        if (strcmp(l->list[i]->uuid, uuid) == 0) {
            *near = i + 1;
            return l->list[i];
        }
    return NULL;
}

static struct domain *add(struct xd_load *l, const char *uuid)
{
    struct domain *d;

    if (l->n == XD_LOAD_DOMAINS)
        return NULL;
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 32;
        l->list = xd_realloc(l->list, l->cap * sizeof(*l->list));
    }
    d = l->list[l->n++] = xd_malloc(sizeof(*d));
    xd_str_safe_to(d->uuid, sizeof(d->uuid), uuid);
    for (int i = 0; i < XD_LOAD_SAMPLES; i++)
        d->cpu_ns[i] = UNKNOWN;
    return d;
}

/* Those that are gone for an hour. */
static void forget(struct xd_load *l)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->n; i++) {
        if (l->list[i]->seen + XD_LOAD_SAMPLES < l->samples)
            free(l->list[i]);
        else
            l->list[kept++] = l->list[i];
    }
    l->n = kept;
}

static void take(struct xd_load *l, const struct xd_row *r, size_t *near)
{
    const char *uuid = xd_row_str(r, XD_DOMAIN_UUID, NULL);
    struct domain *d = uuid ? find(l, uuid, near) : NULL;

    if (uuid && !d && (d = add(l, uuid)))
        *near = l->n;
    if (!d)
        return;
    xd_str_safe_to(d->name, sizeof(d->name), xd_row_str(r, XD_DOMAIN_NAME, uuid));
    xd_str_safe_to(d->pool, sizeof(d->pool), xd_row_str(r, XD_DOMAIN_POOL, ""));
    d->id = xd_row_u64(r, XD_DOMAIN_ID, UNKNOWN);
    d->vcpus = xd_row_u64(r, XD_DOMAIN_VCPUS, UNKNOWN);
    d->weight = xd_row_u64(r, XD_DOMAIN_WEIGHT, UNKNOWN);
    d->seen = l->samples;
    d->cpu_ns[l->samples % XD_LOAD_SAMPLES] = xd_row_u64(r, XD_DOMAIN_CPU_NS, UNKNOWN);
}

void xd_load_feed(struct xd_load *l, const struct xd_world *w)
{
    const struct xd_table *t = xd_world_table(w, xd_domains_desc.name);
    size_t slot = l->samples % XD_LOAD_SAMPLES, near = 0;

    if (!t || t->state != XD_TABLE_OK ||
        (l->samples && t->at_ns < l->at_ns[(l->samples - 1) % XD_LOAD_SAMPLES] + XD_LOAD_STEP_NS))
        return;
    l->at_ns[slot] = t->at_ns;
    l->wall_ns[slot] = xd_world_wall(w) - (xd_world_now(w) - t->at_ns);
    for (size_t i = 0; i < l->n; i++)
        l->list[i]->cpu_ns[slot] = UNKNOWN;
    for (size_t i = 0; i < t->n; i++)
        take(l, t->rows[i], &near);
    l->samples++;
    forget(l);
}

static uint64_t first(const struct xd_load *l)
{
    return l->samples > XD_LOAD_SAMPLES ? l->samples - XD_LOAD_SAMPLES : 0;
}

static int64_t recorded(const struct xd_load *l)
{
    if (!l->samples)
        return 0;
    return l->at_ns[(l->samples - 1) % XD_LOAD_SAMPLES] - l->at_ns[first(l) % XD_LOAD_SAMPLES];
}

/* --- what if --- */

static size_t rows_of(const struct xd_load *l, uint64_t sample, const char *uuid,
                      struct xd_trace_row *rows)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        const struct domain *d = l->list[i];
        uint64_t cpu_ns = d->cpu_ns[sample % XD_LOAD_SAMPLES];
        struct xd_trace_row *r = &rows[n];

        if (cpu_ns == UNKNOWN || (uuid && strcmp(d->uuid, uuid) != 0))
            continue;
        *r = (struct xd_trace_row){
            .uuid = d->uuid, .name = d->name, .pool = d->pool[0] ? d->pool : NULL};
        r->have = 1u << XD_TRACE_CPU_NS;
        r->number[XD_TRACE_CPU_NS] = cpu_ns;
        r->have |= d->vcpus == UNKNOWN ? 0 : 1u << XD_TRACE_VCPUS;
        r->number[XD_TRACE_VCPUS] = d->vcpus;
        r->have |= d->weight == UNKNOWN ? 0 : 1u << XD_TRACE_WEIGHT;
        r->number[XD_TRACE_WEIGHT] = d->weight;
        n++;
    }
    return n;
}

static int play(const struct xd_load *l, struct xd_sim *sim, const char *uuid, struct xd_err *err)
{
    struct xd_trace_row *rows = xd_malloc((l->n + 1) * sizeof(*rows));
    int rc = 0;

    for (uint64_t i = first(l); rc == 0 && i < l->samples; i++) {
        struct xd_trace_sample s = {.at_ns = l->at_ns[i % XD_LOAD_SAMPLES],
                                    .wall_ns = l->wall_ns[i % XD_LOAD_SAMPLES],
                                    .rows = rows};

        s.n = rows_of(l, i, uuid, rows);
        if (s.n)
            rc = xd_sim_step(sim, &s, NULL, 0, err);
    }
    free(rows);
    return rc;
}

static void fate(const struct xd_sim *sim, const char *uuid, struct xd_what_if *out)
{
    *out = (struct xd_what_if){.recorded_ns = xd_sim_length(sim)};
    for (size_t i = 0; i < xd_sim_domains(sim); i++) {
        const struct xd_sim_domain *d = xd_sim_domain(sim, i);

        if (strcmp(d->uuid, uuid) != 0)
            continue;
        out->used_ns = d->used_ns;
        out->denied_ns = d->denied_ns;
        out->limited_ns = d->limited_ns;
        out->moves = d->moves;
    }
}

int xd_load_what_if(const struct xd_load *l, const struct xd_policy *p, size_t rule,
                    const struct xd_policy_budget *budget, const char *uuid, struct xd_what_if *out,
                    struct xd_buf *unplayed, struct xd_err *err)
{
    struct xd_policy other = *p; /* only read; what it points to is p's */
    bool shared = (budget ? budget : p->rules[rule].budget)->shared;
    struct xd_sim *sim;
    int rc;

    if (recorded(l) < LEAST_NS)
        return xd_err_set(err, -ENODATA, "less than a minute of load is recorded so far");
    other.rules = xd_malloc(p->n * sizeof(*other.rules));
    memcpy(other.rules, p->rules, p->n * sizeof(*other.rules));
    if (budget)
        other.rules[rule].budget = budget;
    sim = xd_sim_new(&other);
    rc = play(l, sim, shared ? NULL : uuid, err);
    if (rc == 0) {
        fate(sim, uuid, out);
        xd_sim_unplayed(sim, unplayed);
    }
    xd_sim_free(sim);
    free(other.rules);
    return rc;
}
