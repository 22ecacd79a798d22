/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Affinities: sets kept once, and the classes of vCPUs that compete for the same pCPUs. */
#include <stdlib.h>
#include <string.h>

#include "backend_demo/host.h"

unsigned xd_demo_mask(struct xd_demo_host *h, const struct xd_cpuset *set)
{
    size_t i;

    for (i = 0; i < h->n_masks && !xd_cpuset_equal(&h->masks[i].set, set); i++)
        ;
    if (i < h->n_masks)
        return (unsigned)i;
    if (h->n_masks == h->cap_masks) {
        h->cap_masks = h->cap_masks ? 2 * h->cap_masks : 16;
        h->masks = xd_realloc(h->masks, h->cap_masks * sizeof(*h->masks));
    }
    h->masks[h->n_masks].set = *set;
    return (unsigned)h->n_masks++;
}

/* Sorts host->order: the classes with few pCPUs are served first, as the others can go elsewhere.
 * Classes are few, and come and change with edits only. */
static void sort_classes(struct xd_demo_host *h)
{
    for (size_t i = 1; i < h->n_classes; i++) {
        unsigned c = h->order[i];
        size_t at = i;

        for (; at > 0 && h->classes[h->order[at - 1]].n_cpus > h->classes[c].n_cpus; at--)
            h->order[at] = h->order[at - 1];
        h->order[at] = c;
    }
}

static void fill_class(struct xd_demo_host *h, struct xd_demo_class *c)
{
    const struct xd_cpuset *pool_cpus = &h->pools[c->pool].cpus;

    c->cpus = h->masks[c->mask].set;
    xd_cpuset_and(&c->cpus, pool_cpus);
    if (xd_cpuset_empty(&c->cpus))
        c->cpus = *pool_cpus;
    free(c->list);
    c->list = xd_malloc((xd_cpuset_count(&c->cpus) + 1) * sizeof(*c->list));
    c->n_cpus = 0;
    for (int p = xd_cpuset_next(&c->cpus, 0); p >= 0; p = xd_cpuset_next(&c->cpus, (unsigned)p + 1))
        c->list[c->n_cpus++] = (uint16_t)p;
    c->narrow = c->n_cpus < xd_cpuset_count(pool_cpus);
}

unsigned xd_demo_class(struct xd_demo_host *h, unsigned pool, unsigned mask)
{
    struct xd_demo_class *c;
    size_t i;

    for (i = 0; i < h->n_classes; i++) {
        if (h->classes[i].pool == pool && h->classes[i].mask == mask)
            return (unsigned)i;
    }
    if (h->n_classes == h->cap_classes) {
        h->cap_classes = h->cap_classes ? 2 * h->cap_classes : 16;
        h->classes = xd_realloc(h->classes, h->cap_classes * sizeof(*h->classes));
        h->order = xd_realloc(h->order, h->cap_classes * sizeof(*h->order));
    }
    c = &h->classes[h->n_classes];
    memset(c, 0, sizeof(*c));
    c->pool = pool;
    c->mask = mask;
    fill_class(h, c);
    h->order[h->n_classes++] = (unsigned)i;
    sort_classes(h);
    return (unsigned)i;
}

static void judge(const struct xd_demo_host *h, struct xd_demo_vcpu *v)
{
    v->picky = !xd_cpuset_subset(&h->classes[v->class].cpus, &h->masks[v->soft].set);
}

bool xd_demo_set_hard(struct xd_demo_host *h, struct xd_demo_vcpu *v, const struct xd_cpuset *set)
{
    unsigned pool = v->domain->pool;
    struct xd_cpuset both = *set;

    xd_cpuset_and(&both, &h->pools[pool].cpus);
    if (xd_cpuset_empty(&both))
        return false;
    v->hard = xd_demo_mask(h, set);
    v->class = xd_demo_class(h, pool, v->hard);
    judge(h, v);
    return true;
}

void xd_demo_set_soft(struct xd_demo_host *h, struct xd_demo_vcpu *v, const struct xd_cpuset *set)
{
    v->soft = xd_demo_mask(h, set);
    judge(h, v);
}

void xd_demo_pool_changed(struct xd_demo_host *h, unsigned pool)
{
    for (size_t i = 0; i < h->n_classes; i++) {
        if (h->classes[i].pool == pool)
            fill_class(h, &h->classes[i]);
    }
    sort_classes(h);
    for (size_t i = 0; i < h->n_domains; i++) {
        struct xd_demo_domain *d = h->domains[i];

        for (size_t j = 0; d->pool == pool && j < d->n_vcpus; j++)
            judge(h, &d->vcpus[j]);
    }
}
