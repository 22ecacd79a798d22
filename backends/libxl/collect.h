/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sample: what several tables need is asked of Xen once, and only if somebody looks at what it
 * is needed for. Cost, if all is looked at: about a dozen hypercalls for the host, two for a
 * domain, two for a vCPU; xenstore as known.h says. */
#ifndef XD_XL_COLLECT_H
#define XD_XL_COLLECT_H

#include "backend_libxl/context.h"
#include "model/tables.h"

struct xd_xl_sample {
    struct xd_xl *x;
    struct xd_builder *b;
    const xc_domaininfo_t *domains;
    size_t n_domains;
    int64_t domains_at_ns;
    /* Columns of these tables that somebody looks at. */
    uint64_t host, pcpus, pools_wanted, domain, vcpu;
    struct xd_err store_err; /* why xenstore didn't answer */
    /* By xd_xl_need_…: */
    bool asked_pools, asked_topology, asked_physinfo;
    libxl_cpupoolinfo *pools; /* NULL: could not be had */
    int n_pools;
    int64_t pools_at_ns;
    struct xd_err pools_err;
    libxl_cputopology *topology; /* by pCPU number; NULL: could not be had */
    int n_cpus;
    struct xd_err topology_err;
    bool have_physinfo;
    xc_physinfo_t physinfo;
    struct xd_err physinfo_err;
    bool have_busy; /* x->busy_all_ns is of this sample */
};

/* What is looked at; returns which parts of known.h are needed for it. */
unsigned xd_xl_look(struct xd_xl_sample *s);
/* Ask for it unless that was done already. False: it can't be had. */
bool xd_xl_need_pools(struct xd_xl_sample *s);
bool xd_xl_need_topology(struct xd_xl_sample *s);
bool xd_xl_need_physinfo(struct xd_xl_sample *s);

void xd_xl_collect_pools(struct xd_xl_sample *s);
void xd_xl_collect_pcpus(struct xd_xl_sample *s); /* after pools */
void xd_xl_collect_nodes(struct xd_xl_sample *s);
void xd_xl_collect_host(struct xd_xl_sample *s); /* after pcpus */
void xd_xl_collect_domains(struct xd_xl_sample *s);
void xd_xl_collect_vcpus(struct xd_xl_sample *s); /* after domains */
void xd_xl_collect_dmesg(struct xd_xl_sample *s);
void xd_xl_collect_params(struct xd_xl_sample *s);

/* The pool of that number, or NULL. Asks for the pools. */
const libxl_cpupoolinfo *xd_xl_pool(struct xd_xl_sample *s, uint32_t id);

/* The scheduling parameters of a domain of a pool with that scheduler, by one hypercall; false
 * where the scheduler has none of these two. */
bool xd_xl_sched_params(struct xd_xl *x, uint32_t domid, libxl_scheduler sched, uint64_t *weight,
                        uint64_t *cap);

/* pCPUs 0 … n-1 that Xen knows, n; 0: it doesn't tell. Affinities are cut to these: Xen keeps bits
 * for CPUs that could be plugged in too. */
unsigned xd_xl_n_cpus(struct xd_xl *x);
/* Hard and soft affinity of a vCPU by one hypercall; 0 or -errno. Either may be NULL. */
int xd_xl_affinity(struct xd_xl *x, uint32_t domid, uint32_t vcpu, unsigned n_cpus,
                   struct xd_cpuset *hard, struct xd_cpuset *soft);

#endif
