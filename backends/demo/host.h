/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated host while it runs. One host is shared by its observer and its operator: whoever
 * looks at it or changes it holds the lock and has called xd_demo_host_advance.
 *
 * Time goes in steps of 100 ms from the moment the host was opened; what happens in a step depends
 * on the seed, the step's number and the edits made before it, and on nothing else. So the numbers
 * are the same however often somebody looks. The one exception: where nobody looked for more than a
 * minute (600 steps), the gap is crossed in at most 600 longer steps, so that a console that was
 * suspended over night comes back at once. Each step costs O(vCPUs). */
#ifndef XD_DEMO_HOST_H
#define XD_DEMO_HOST_H

#include <pthread.h>
#include <uthash.h>

#include "backend_demo/scenario.h"
#include "model/backend.h"

#define XD_DEMO_STEP_NS       INT64_C(100000000)
#define XD_DEMO_STEPS_MAX     600        /* of full detail at once */
#define XD_DEMO_BALLOON_KIB_S (64 << 10) /* how fast a guest gives back or takes memory */

struct xd_demo_domain;

/* CPU affinities are few and sets are large, so each set is kept once and known by its index. */
struct xd_demo_mask {
    struct xd_cpuset set;
};

/* vCPUs of one pool with one hard affinity: they compete for the same pCPUs. */
struct xd_demo_class {
    unsigned pool;
    unsigned mask;
    struct xd_cpuset cpus; /* the mask within the pool, or all of the pool where they don't meet */
    uint16_t *list;        /* the same, to be run through quickly */
    unsigned n_cpus;
    bool narrow;          /* less than the pool */
    size_t first, active; /* while a step is calculated: its part of host->queue */
};

struct xd_demo_vcpu {
    struct xd_demo_domain *domain;
    unsigned id;
    bool online;
    bool picky;                 /* its soft affinity leaves out some pCPUs of its class */
    bool running;               /* on its pCPU at the last step's moment of looking */
    unsigned pcpu;              /* where it runs or ran last */
    unsigned class, hard, soft; /* indices */
    uint64_t seed;
    uint64_t cpu_ns;
    int64_t want_ns; /* in this step: what it may use … */
    int64_t got_ns;  /* … and what it used */
};

enum xd_demo_life {
    XD_DEMO_ALIVE,
    XD_DEMO_STOPPING, /* asked to shut down or reboot; still works */
    XD_DEMO_SHUT,     /* has shut down; is about to go or to come back */
    XD_DEMO_CRASHED,  /* kept for whoever wants to look */
    XD_DEMO_DYING,    /* being torn down */
    XD_DEMO_GONE,     /* taken out at the end of the step */
};

struct xd_demo_domain {
    const struct xd_demo_spec *spec;
    const char *name;  /* raw */
    const char *shown; /* safe for a terminal */
    char uuid[37];
    uint64_t domid;
    uint64_t seed;
    bool paused;
    enum xd_demo_life life;
    bool rebooting;       /* STOPPING, SHUT: comes back */
    int64_t left_ns;      /* until the next stage of life; stands still while paused */
    uint64_t boots;       /* how often it came back */
    uint64_t asked_boots; /* boots when the newest reboot was asked for */
    int64_t born_ns;      /* simulated time of this incarnation; negative: before we looked */
    uint64_t weight, cap;
    uint64_t mem_kib, mem_target_kib, mem_max_kib;
    unsigned node; /* where its memory begins */
    uint64_t rx, tx, rd, wr;
    struct xd_demo_vcpu *vcpus;
    size_t n_vcpus;
    UT_hash_handle hh; /* by uuid */
};

struct xd_demo_pcpu {
    unsigned node, socket, core;
    int pool; /* index; -1: in none */
    uint64_t busy_ns;
    int64_t used_ns; /* of this step */
    int64_t look_ns; /* the moment in the step at which one sees who runs there */
};

struct xd_demo_host {
    pthread_mutex_t lock;
    unsigned refs;
    struct xd_clock *clock;
    struct xd_log *log;
    struct xd_arena arena; /* the scenario, and what lives as long as the host */
    struct xd_demo_scenario *scenario;
    int64_t opened_ns; /* by the clock */
    int64_t t_ns;      /* simulated time since then: a multiple of the step */
    struct xd_demo_pcpu *pcpus;
    struct xd_demo_mask *masks;
    size_t n_masks, cap_masks;
    struct xd_demo_class *classes;
    size_t n_classes, cap_classes;
    struct xd_demo_domain **domains; /* by domid */
    size_t n_domains;
    struct xd_demo_domain **returning; /* room for pointers to all domains */
    struct xd_demo_domain *by_uuid;
    uint64_t next_domid;
    uint64_t used_kib; /* held by domains */
    size_t n_vcpus;
    struct xd_demo_vcpu **queue, **spare; /* room for pointers to all vCPUs */
    unsigned *order;                      /* class indices, those with few pCPUs first */
    struct xd_demo_fault faults[XD_DEMO_FAULTS_MAX];
    size_t n_faults;
    int64_t dead_until_ns; /* simulated time; samples fail before it */
};

/* --- host.c --- */
/* The scenario that env->arg names, running. */
int xd_demo_host_new(const struct xd_backend_env *env, struct xd_demo_host **out,
                     struct xd_err *err);
/* The same of a scenario that was read already; takes what is in its arena. */
struct xd_demo_host *xd_demo_host_start(const struct xd_backend_env *env, struct xd_arena *a,
                                        struct xd_demo_scenario *s);
struct xd_demo_host *xd_demo_host_ref(struct xd_demo_host *h);
void xd_demo_host_unref(struct xd_demo_host *h);
/* Memory (KiB) that domains may hold in all. */
uint64_t xd_demo_host_memory(const struct xd_demo_host *h);
/* Lets the time pass that the clock says has passed. With the lock held. */
void xd_demo_host_advance(struct xd_demo_host *h);
/* By a domain's key; NULL: not here (any more). */
struct xd_demo_domain *xd_demo_host_find(struct xd_demo_host *h, const char *uuid);
/* The same by name, for faults: the first of that name. */
struct xd_demo_domain *xd_demo_host_named(struct xd_demo_host *h, const char *name);

/* --- affinity.c --- */
unsigned xd_demo_mask(struct xd_demo_host *h, const struct xd_cpuset *set); /* its index */
unsigned xd_demo_class(struct xd_demo_host *h, unsigned pool, unsigned mask);
/* False, and nothing is changed, where the set meets no pCPU of the domain's pool. */
bool xd_demo_set_hard(struct xd_demo_host *h, struct xd_demo_vcpu *v, const struct xd_cpuset *set);
void xd_demo_set_soft(struct xd_demo_host *h, struct xd_demo_vcpu *v, const struct xd_cpuset *set);

/* --- demand.c --- */
/* What vCPU `id` with that seed asks for at a time since its birth, in ppm of one pCPU. */
int64_t xd_demo_demand_ppm(const struct xd_demo_load *l, uint64_t seed, unsigned id, int64_t t_ns);
/* The mean over one period, for what happened before the host was opened. */
int64_t xd_demo_demand_mean_ppm(const struct xd_demo_load *l, uint64_t seed, unsigned id);

/* --- sched.c --- */
/* One step of len_ns that begins at h->t_ns: who runs where and for how long. */
void xd_demo_sched_step(struct xd_demo_host *h, int64_t len_ns);

/* --- life.c --- */
bool xd_demo_domain_works(const struct xd_demo_domain *d); /* its vCPUs may run */
/* Makes d what its mould says, as if just created; keeps name and UUID. */
void xd_demo_domain_boot(struct xd_demo_host *h, struct xd_demo_domain *d, int64_t age_ns);
/* Memory, traffic and the stages of life for a step of len_ns, after the scheduler's part. */
void xd_demo_life_step(struct xd_demo_host *h, int64_t len_ns);
/* Takes out a domain at once. */
void xd_demo_domain_vanish(struct xd_demo_host *h, struct xd_demo_domain *d);
enum xd_domain_state xd_demo_domain_state(const struct xd_demo_domain *d);

/* --- limits.c: knobs and actions that this host has not; 0, or -ENOTSUP and why --- */
int xd_demo_knob_limited(const struct xd_demo_host *h, int knob, struct xd_err *err);
int xd_demo_action_limited(const struct xd_demo_host *h, int action, struct xd_err *err);
void xd_demo_fill_limits(const struct xd_demo_host *h, struct xd_builder *b, int64_t at_ns);

/* --- mischief.c: faults as they happen; all with the lock held --- */
int xd_demo_fault_order(struct xd_demo_host *h, const struct xd_demo_fault *f, struct xd_err *err);
void xd_demo_fault_clear(struct xd_demo_host *h);
void xd_demo_fault_step(struct xd_demo_host *h); /* those whose time has come */
/* How long (ns, real time) this collect takes; *err and a negative errno where it fails. */
int64_t xd_demo_fault_collect(struct xd_demo_host *h, struct xd_err *err);
/* Before an operator's read or a write of that knob, with the domain's UUID and the vCPU or -1. */
void xd_demo_fault_edit(struct xd_demo_host *h, const char *uuid, int knob, int vcpu);
/* True: this write shall be accepted and not done. */
bool xd_demo_fault_ignores(struct xd_demo_host *h, const struct xd_demo_domain *d);
void xd_demo_fault_after(struct xd_demo_host *h, const char *uuid, int knob, int vcpu);

/* --- knobs.c, actions.c, tables.c: the backend's functions; self is struct xd_demo --- */
struct xd_demo {
    const struct xd_backend_env *env;
    struct xd_demo_host *host;
};

/* Sets a knob without asking whether it may be; number or set by the knob's kind. v is needed for
 * knobs of vCPUs. False: an affinity without a pCPU of the pool. */
bool xd_demo_knob_put(struct xd_demo_host *h, struct xd_demo_domain *d, struct xd_demo_vcpu *v,
                      int knob, uint64_t number, const struct xd_cpuset *set);
int xd_demo_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
                 struct xd_value *out, struct xd_err *err);
int xd_demo_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                  const struct xd_value *v, struct xd_err *err);
int xd_demo_act(void *self, const struct xd_object *o, const struct xd_action *a,
                const struct xd_value *params, struct xd_progress *p, struct xd_err *err);
int xd_demo_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                    struct xd_err *err);
void xd_demo_fill(struct xd_demo_host *h, struct xd_builder *b);
/* -ESRCH: "domain web1 (UUID …) is not on this host any more". */
int xd_demo_gone(const struct xd_object *o, struct xd_err *err);

#endif
