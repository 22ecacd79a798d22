/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Affinities: sets kept once, and the classes of vCPUs that compete for the same pCPUs. */
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

/* Keeps host->order sorted: the classes with few pCPUs are served first, as the others can go
 * elsewhere. */
static void insert_in_order(struct xd_demo_host *h, unsigned c)
{
    size_t at = h->n_classes - 1;

    h->order = xd_realloc(h->order, h->cap_classes * sizeof(*h->order));
    for (; at > 0 && h->classes[h->order[at - 1]].n_cpus > h->classes[c].n_cpus; at--)
        h->order[at] = h->order[at - 1];
    h->order[at] = c;
}

unsigned xd_demo_class(struct xd_demo_host *h, unsigned pool, unsigned mask)
{
    const struct xd_cpuset *pool_cpus = h->scenario->pools[pool].cpus;
    struct xd_demo_class *c;
    size_t i;

    for (i = 0; i < h->n_classes; i++) {
        if (h->classes[i].pool == pool && h->classes[i].mask == mask)
            return (unsigned)i;
    }
    if (h->n_classes == h->cap_classes) {
        h->cap_classes = h->cap_classes ? 2 * h->cap_classes : 16;
        h->classes = xd_realloc(h->classes, h->cap_classes * sizeof(*h->classes));
    }
    c = &h->classes[h->n_classes++];
    memset(c, 0, sizeof(*c));
    c->pool = pool;
    c->mask = mask;
    c->cpus = h->masks[mask].set;
    xd_cpuset_and(&c->cpus, pool_cpus);
    if (xd_cpuset_empty(&c->cpus))
        c->cpus = *pool_cpus;
    c->list = xd_malloc(xd_cpuset_count(&c->cpus) * sizeof(*c->list));
    for (int p = xd_cpuset_next(&c->cpus, 0); p >= 0; p = xd_cpuset_next(&c->cpus, (unsigned)p + 1))
        c->list[c->n_cpus++] = (uint16_t)p;
    c->narrow = c->n_cpus < xd_cpuset_count(pool_cpus);
    insert_in_order(h, (unsigned)i);
    return (unsigned)i;
}

static void judge(const struct xd_demo_host *h, struct xd_demo_vcpu *v)
{
    v->picky = !xd_cpuset_subset(&h->classes[v->class].cpus, &h->masks[v->soft].set);
}

bool xd_demo_set_hard(struct xd_demo_host *h, struct xd_demo_vcpu *v, const struct xd_cpuset *set)
{
    unsigned pool = v->domain->spec->pool;
    struct xd_cpuset both = *set;

    xd_cpuset_and(&both, h->scenario->pools[pool].cpus);
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
