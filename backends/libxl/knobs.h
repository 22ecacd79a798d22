/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One knob of one object of this host, found, and the functions that read and set each. */
#ifndef XD_XL_KNOBS_H
#define XD_XL_KNOBS_H

#include "backend_libxl/collect.h"
#include "backend_libxl/rules.h"

/* The cpupools, as they are now. */
struct xd_xl_pools {
    libxl_cpupoolinfo *list;
    int n;
};

struct xd_xl_target {
    const struct xd_knob *knob;
    const struct xd_object *object;
    struct xd_arena *a;       /* for what is read; NULL when setting */
    char what[160];           /* for sentences: "domain web1", "cpupool Pool-0", "pCPU 3" … */
    struct xd_xl_found on;    /* of a domain or vCPU */
    uint32_t number;          /* of a cpupool or pCPU */
    struct xd_xl_pools pools; /* of a cpupool or pCPU */
    const libxl_cpupoolinfo *pool; /* itself; or that the pCPU is in, or NULL */
};

typedef int xd_xl_get_fn(struct xd_xl *x, const struct xd_xl_target *t, struct xd_value *out,
                         struct xd_err *err);
typedef int xd_xl_put_fn(struct xd_xl *x, const struct xd_xl_target *t, const struct xd_value *v,
                         struct xd_err *err);

/* knobs_sched.c */
xd_xl_get_fn xd_xl_get_sched, xd_xl_get_rtds, xd_xl_get_pool_sched;
xd_xl_put_fn xd_xl_put_sched, xd_xl_put_rtds, xd_xl_put_pool_sched;
/* knobs_cpu.c */
xd_xl_get_fn xd_xl_get_affinity, xd_xl_get_vcpus, xd_xl_get_nodes;
xd_xl_put_fn xd_xl_put_affinity, xd_xl_put_vcpus, xd_xl_put_nodes;
/* knobs_pcpu.c */
xd_xl_get_fn xd_xl_get_pcpu, xd_xl_get_smt;
xd_xl_put_fn xd_xl_put_pcpu, xd_xl_put_smt;
/* knobs_mem.c */
xd_xl_get_fn xd_xl_get_mem_target, xd_xl_get_mem_max;
xd_xl_put_fn xd_xl_put_mem_target, xd_xl_put_mem_max;
/* knobs_pool.c */
xd_xl_get_fn xd_xl_get_domain_pool, xd_xl_get_pcpu_pool, xd_xl_get_pool_name;
xd_xl_put_fn xd_xl_put_domain_pool, xd_xl_put_pcpu_pool, xd_xl_put_pool_name;
/* knobs_domain.c */
xd_xl_get_fn xd_xl_get_name, xd_xl_get_on;
xd_xl_put_fn xd_xl_put_name;
/* params.c */
xd_xl_get_fn xd_xl_get_param;
xd_xl_put_fn xd_xl_put_param;

/* --- what several of them need --- */

/* The index of the knob in xd_xen_knobs. */
int xd_xl_knob(const struct xd_xl_target *t);
/* A text as tables show it, in t->a. */
struct xd_value xd_xl_text_value(const struct xd_xl_target *t, const char *text);

/* 0 and all cpupools, to be freed; or an error with a sentence. */
/* All of them; NULL: Xen doesn't list them. What libxl's own functions of these names do, without
 * libxl. */
libxl_cpupoolinfo *xd_xl_pools_list(struct xd_xl *x, int *n);
void xd_xl_pools_drop(libxl_cpupoolinfo *list, int n);
int xd_xl_pools_read(struct xd_xl *x, struct xd_xl_pools *out, struct xd_err *err);
void xd_xl_pools_free(struct xd_xl_pools *p);
const libxl_cpupoolinfo *xd_xl_pool_by_id(const struct xd_xl_pools *p, uint32_t id);
/* By its name as it is shown. -EINVAL with a sentence that lists those that there are. */
int xd_xl_pool_by_name(const struct xd_xl_pools *p, const char *what, const char *name,
                       const libxl_cpupoolinfo **out, struct xd_err *err);
/* A name that a cpupool may have, beside those that there are; own: its number, or POOLID_ANY. */
int xd_xl_check_pool_name(const struct xd_xl_pools *pools, const char *what, const char *name,
                          uint32_t own, struct xd_err *err);
void xd_xl_pool_cpus(const libxl_cpupoolinfo *p, struct xd_cpuset *out);
/* Weight and cap of a domain whose cpupool has that scheduler, credit or credit2. 0, or -1 with
 * errno. */
int xd_xl_shares_set(struct xd_xl *x, uint32_t domid, int sched, uint64_t weight, uint64_t cap);
/* The scheduler of a cpupool; ERROR_ negative where there is none of that number. */
int xd_xl_pool_sched(struct xd_xl *x, uint32_t id);

/* pCPUs that are in no cpupool; and those that Xen uses: these and the ones in pools. */
int xd_xl_free_cpus(struct xd_xl *x, struct xd_cpuset *out, struct xd_err *err);
int xd_xl_online_cpus(struct xd_xl *x, const struct xd_xl_pools *p, struct xd_cpuset *out,
                      struct xd_err *err);
/* Refuses (-EINVAL) to take these pCPUs from a cpupool where that would make Xen forget a vCPU's
 * affinity, leave domains without a pCPU, or stop the host. */
int xd_xl_may_leave(struct xd_xl *x, const char *what, const libxl_cpupoolinfo *pool,
                    const struct xd_cpuset *leaving, struct xd_err *err);
/* Whether the second threads are in use; second as in xd_xl_smt_state. */
enum xd_xl_smt xd_xl_smt(struct xd_xl *x, const struct xd_cpuset *online, struct xd_cpuset *second);

/* The nodes that a domain's new memory comes from; 0 or -errno. */
int xd_xl_node_affinity(struct xd_xl *x, uint32_t domid, struct xd_cpuset *out);
/* What a cpupool schedules as one ("cpu", "core", "socket"), to be freed; NULL: unknown. */
char *xd_xl_pool_gran(struct xd_xl *x, uint32_t pool);

/* Tries `call` again while Xen says that it is busy, for at most `most_ms`, asking whether the
 * program ends. 0 or -errno. */
typedef int xd_xl_busy_fn(struct xd_xl *x, uint32_t a, int b);
int xd_xl_while_busy(struct xd_xl *x, xd_xl_busy_fn *call, uint32_t a, int b, int most_ms);

#endif
