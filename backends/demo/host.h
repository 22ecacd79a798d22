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
#include "model/powerknobs.h"
#include "model/tables_power.h"
#include "topo/topo.h"
#include "xen/cpuid/set.h"

#define XD_DEMO_STEP_NS       INT64_C(100000000)
#define XD_DEMO_STEPS_MAX     600        /* of full detail at once */
#define XD_DEMO_BALLOON_KIB_S (64 << 10) /* how fast a guest gives back or takes memory */
#define XD_DEMO_GUESTS        4          /* remembered of those that ran on a pCPU */
#define XD_DEMO_DMESG_MAX     512        /* lines of Xen's console ring */
#define XD_DEMO_PARAMS_MAX    24
#define XD_DEMO_CSTATES       3
#define XD_DEMO_PSTATES       3

struct xd_demo_domain;

/* CPU affinities are few and sets are large, so each set is kept once and known by its index. */
struct xd_demo_mask {
    struct xd_cpuset set;
};

/* A cpupool while the host runs; its place in host->pools is its number, as under Xen. */
struct xd_demo_cpupool {
    bool used;
    char *name; /* safe for a terminal; freed with the pool */
    int sched;  /* index into xd_scheduler_names */
    struct xd_cpuset cpus;
    unsigned n_cpus;
    uint64_t ratelimit_us, tslice_ms;
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
    int64_t wish_ns;               /* in this step: what its guest asks for, … */
    int64_t may_ns;                /* … what its cap or budget leaves of that, … */
    int64_t want_ns;               /* … what its share is … */
    int64_t got_ns;                /* … and what it used */
    uint64_t period_us, budget_us; /* rtds */
    bool extratime;
    /* Since the host was opened, as a tracer would see it. */
    uint64_t run_ns, ready_ns, blocked_ns, wakes, moves;
    /* Since somebody looked last: see waits.c. */
    uint64_t look;
    struct xd_demo_waits {
        uint64_t wakes, wake_ns, wake_max_ns;
        uint64_t for_budget_ns, for_cpu_ns;
    } waits;
};

/* What two ends of a device agree on; on its way it is somewhere between. */
struct xd_demo_link {
    int state;       /* enum xd_xenbus_state of the backend */
    int64_t left_ns; /* until it is connected, or gone */
};

struct xd_demo_disk {
    char vdev[16];
    char *target; /* raw; "": an empty drive */
    char format[16];
    bool readonly, cdrom;
    struct xd_demo_link link;
    uint64_t rd, wr; /* bytes */
    unsigned shift;  /* a request is 1 << shift bytes */
};

struct xd_demo_nic {
    uint64_t devid;
    char mac[18];
    char *bridge; /* raw */
    struct xd_demo_link link;
    uint64_t rx, tx;
};

struct xd_demo_pci {
    const struct xd_demo_pci_spec *spec;
    int use; /* enum xd_pci_use */
    struct xd_demo_domain *owner;
};

struct xd_demo_param {
    const char *path, *type;
    bool writable;
    int (*check)(const char *text, struct xd_err *err); /* writable ones */
    char value[64];
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
    char *name;    /* raw */
    char *shown;   /* safe for a terminal */
    unsigned pool; /* index */
    char uuid[37];
    uint64_t domid;
    uint64_t seed;
    bool paused;
    enum xd_demo_life life;
    bool rebooting;       /* STOPPING, SHUT: why */
    bool returns;         /* SHUT, CRASHED, GONE: comes back */
    int64_t left_ns;      /* until the next stage of life; stands still while paused */
    uint64_t boots;       /* how often it came back */
    uint64_t asked_boots; /* boots when the newest reboot was asked for */
    int64_t born_ns;      /* simulated time of this incarnation; negative: before we looked */
    uint64_t weight, cap;
    uint64_t mem_kib, mem_target_kib, mem_max_kib;
    unsigned node;           /* where its memory begins */
    unsigned nodes;          /* a mask's index: where new memory comes from */
    uint64_t *node_kib;      /* how much lies where */
    uint64_t rx, tx, rd, wr; /* Domain-0's own devices are the host's and in no list */
    struct xd_demo_disk *disks;
    struct xd_demo_nic *nics;
    size_t n_disks, n_nics;
    bool links_move; /* a device is being attached or detached */
    int on[3];       /* what follows a poweroff, reboot, crash: xd_on_shutdown_names */
    struct xd_demo_vcpu *vcpus;
    size_t n_vcpus;
    uint64_t online, online_goal; /* vCPUs; the guest is on its way from one to the other */
    int64_t plug_ns;              /* until it takes the next one on or off */
    UT_hash_handle hh;            /* by uuid */
};

struct xd_demo_pcpu {
    unsigned node, socket, core;
    bool online, second; /* second: not its core's first thread */
    int pool;            /* index; -1: in none */
    uint64_t busy_ns;
    int64_t used_ns; /* of this step, what the power clamp holds back among it */
    int64_t held_ns;
    int64_t look_ns; /* the moment in the step at which one sees who runs there */
    uint64_t look;   /* who ran most here since somebody looked last: see waits.c */
    struct xd_demo_guest {
        const struct xd_demo_vcpu *vcpu;
        int64_t ns;
    } guests[XD_DEMO_GUESTS];
    unsigned governor; /* of xd_demo_governors */
    unsigned pstate;
    bool turbo;
    uint64_t khz, min_khz, max_khz;
    uint64_t injected_ns, natural_ns;
    uint64_t cstate_ns[XD_DEMO_CSTATES], cstate_n[XD_DEMO_CSTATES];
    uint64_t pstate_ns[XD_DEMO_PSTATES], pstate_n[XD_DEMO_PSTATES];
};

struct xd_demo_socket {
    double mw, celsius;
    double throttle;   /* what its limit leaves of the frequency; 1: all */
    uint64_t limit_mw; /* 0: none */
    uint64_t energy_uj;
};

struct xd_demo_power {
    uint64_t clamp, window_us;
    struct xd_cpuset cpus; /* that are clamped */
    bool natural, sched_smt;
    int max_cstate;                /* enum xd_max_cstate */
    uint64_t khz[XD_DEMO_PSTATES]; /* from the highest down */
    uint64_t turbo_khz;
    struct xd_demo_socket *sockets;
    unsigned n_sockets;
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
    bool smt;
    struct xd_demo_cpupool pools[XD_DEMO_POOLS_MAX];
    struct xd_demo_mask *masks;
    size_t n_masks, cap_masks;
    struct xd_demo_class *classes;
    size_t n_classes, cap_classes;
    struct xd_demo_pci *pci;
    struct xd_demo_param params[XD_DEMO_PARAMS_MAX];
    size_t n_params;
    char *dmesg[XD_DEMO_DMESG_MAX]; /* a ring */
    uint64_t n_dmesg;               /* lines that there ever were */
    uint64_t look;                  /* grows with the first step after somebody looked */
    bool looked;
    uint64_t *node_free_kib;
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
    struct xd_demo_power power;
    struct xd_demo_topology {
        struct xd_snapshot *kept; /* its tables, built when they changed last; NULL: not yet */
        uint64_t tables;          /* which: bits by topology.c */
        uint64_t state;           /* a hash of all that can change in them */
        char nic[XD_KEY_MAX], disk[XD_KEY_MAX]; /* the first ones' ids; "": there is none */
    } topology;
    struct xd_demo_cpuid {
        struct xd_snapshot *kept; /* as above */
        uint64_t state;           /* a hash of its domains */
        bool leaves;              /* it has them */
        uint64_t tries;
        bool pv;            /* of the last: */
        char *file, *asked; /* NULL: none yet */
        struct xd_featureset tried;
    } cpuid;
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
/* Memory (KiB) of NUMA node i. */
uint64_t xd_demo_node_kib(const struct xd_demo_host *h, unsigned i);
/* Lets the time pass that the clock says has passed. With the lock held. */
void xd_demo_host_advance(struct xd_demo_host *h);
/* By a domain's key; NULL: not here (any more). */
struct xd_demo_domain *xd_demo_host_find(struct xd_demo_host *h, const char *uuid);
/* The same by name, for faults: the first of that name. */
struct xd_demo_domain *xd_demo_host_named(struct xd_demo_host *h, const char *name);

/* --- things: what objects name --- */
struct xd_demo_thing {
    const struct xd_object *o;
    struct xd_demo_domain *d; /* of domains, vcpus, disks, nics */
    struct xd_demo_vcpu *v;
    struct xd_demo_disk *disk;
    struct xd_demo_nic *nic;
    struct xd_demo_pci *pci;
    struct xd_demo_param *param;
    struct xd_demo_cpupool *pool;
    struct xd_demo_pcpu *pcpu;
    struct xd_demo_socket *socket; /* of a sensor of power that belongs to one; else NULL */
    unsigned number;               /* of the pool or pCPU */
};
/* -ESRCH: "domain web1 (UUID …) is not on this host any more"; -EINVAL: that is no key. */
int xd_demo_thing_find(struct xd_demo_host *h, const struct xd_object *o, struct xd_demo_thing *out,
                       struct xd_err *err);
int xd_demo_gone(const struct xd_object *o, struct xd_err *err);
/* A domain as people name it in a parameter: name, domid or UUID. NULL: there is none. */
struct xd_demo_domain *xd_demo_domain_called(struct xd_demo_host *h, const char *text);

/* --- affinity.c --- */
unsigned xd_demo_mask(struct xd_demo_host *h, const struct xd_cpuset *set); /* its index */
unsigned xd_demo_class(struct xd_demo_host *h, unsigned pool, unsigned mask);
/* False, and nothing is changed, where the set meets no pCPU of the domain's pool. */
bool xd_demo_set_hard(struct xd_demo_host *h, struct xd_demo_vcpu *v, const struct xd_cpuset *set);
void xd_demo_set_soft(struct xd_demo_host *h, struct xd_demo_vcpu *v, const struct xd_cpuset *set);
/* The pCPUs of that pool are others now. */
void xd_demo_pool_changed(struct xd_demo_host *h, unsigned pool);

/* --- pools.c: cpupools and pCPUs; each check says why not, each other does what was checked --- */
void xd_demo_pools_make(struct xd_demo_host *h);
void xd_demo_pools_done(struct xd_demo_host *h);
size_t xd_demo_pool_domains(const struct xd_demo_host *h, unsigned pool);
int xd_demo_pool_named(const struct xd_demo_host *h, const char *name);   /* index or -1 */
bool xd_demo_sched_used(const struct xd_demo_host *h, const char *sched); /* by any pool */
const char *xd_demo_pool_sched(const struct xd_demo_host *h, unsigned pool);
/* Weight, cap and budgets stay as they are where the pool's scheduler knows them, as the backend of
 * real hosts sees to. */
void xd_demo_domain_to_pool(struct xd_demo_host *h, struct xd_demo_domain *d, unsigned pool);
int xd_demo_check_pool_of(const struct xd_demo_host *h, const struct xd_demo_domain *d,
                          const char *pool, struct xd_err *err);
int xd_demo_check_pool_name(const struct xd_demo_host *h, unsigned pool, const char *name,
                            struct xd_err *err);
void xd_demo_pool_rename(struct xd_demo_host *h, unsigned pool, const char *name);
int xd_demo_check_pcpu_pool(const struct xd_demo_host *h, unsigned cpu, const char *pool,
                            struct xd_err *err);
void xd_demo_pcpu_to_pool(struct xd_demo_host *h, unsigned cpu, int pool); /* -1: none */
int xd_demo_check_pcpu_online(const struct xd_demo_host *h, unsigned cpu, bool online,
                              struct xd_err *err);
void xd_demo_pcpu_set_online(struct xd_demo_host *h, unsigned cpu, bool online);
int xd_demo_check_smt(const struct xd_demo_host *h, bool on, struct xd_err *err);
void xd_demo_set_smt(struct xd_demo_host *h, bool on);
int xd_demo_pool_create(struct xd_demo_host *h, const struct xd_value *params, struct xd_err *err);
int xd_demo_pool_destroy(struct xd_demo_host *h, unsigned pool, struct xd_err *err);

/* --- devices.c: disks and NICs --- */
/* The number in xenstore of a disk that its guest calls so ("xvda" is 51712); -EINVAL: no such
 * name. */
int64_t xd_demo_vdev_number(const char *vdev);
void xd_demo_devices_make(struct xd_demo_domain *d, uint64_t seed);
void xd_demo_devices_free(struct xd_demo_domain *d);
/* Begins to count anew, and all are connected. */
void xd_demo_devices_boot(struct xd_demo_domain *d);
void xd_demo_devices_step(struct xd_demo_domain *d, int64_t len_ns);
/* Hands out what the domain moved in a step. */
void xd_demo_devices_move(struct xd_demo_domain *d, uint64_t rx, uint64_t tx, uint64_t rd,
                          uint64_t wr);
int xd_demo_disk_attach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                        struct xd_err *err);
int xd_demo_disk_detach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                        struct xd_err *err);
int xd_demo_cdrom(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                  struct xd_err *err);
int xd_demo_nic_attach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err);
int xd_demo_nic_detach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err);

/* --- pci.c --- */
void xd_demo_pci_make(struct xd_demo_host *h);
void xd_demo_pci_release(struct xd_demo_host *h, const struct xd_demo_domain *d);
int xd_demo_pci_assignable(struct xd_demo_host *h, struct xd_demo_thing *t,
                           const struct xd_value *p, struct xd_err *err);
int xd_demo_pci_host(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                     struct xd_err *err);
int xd_demo_pci_attach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err);
int xd_demo_pci_detach(struct xd_demo_host *h, struct xd_demo_thing *t, const struct xd_value *p,
                       struct xd_err *err);

/* --- words.c: Xen's console ring and its parameters --- */
void xd_demo_words_make(struct xd_demo_host *h);
void xd_demo_words_done(struct xd_demo_host *h);
void xd_demo_dmesg(struct xd_demo_host *h, const char *fmt, ...) XD_PRINTF(2, 3);
int xd_demo_check_param(const struct xd_demo_param *p, const char *text, struct xd_err *err);

/* --- waits.c --- */
/* Before a step: forgets what was looked at. */
void xd_demo_waits_begin(struct xd_demo_host *h);
/* After a step of len_ns: for how long each vCPU of d ran, waited and had nothing to do. */
void xd_demo_waits_count(struct xd_demo_host *h, struct xd_demo_domain *d, int64_t len_ns);
void xd_demo_waits_ran(struct xd_demo_host *h, struct xd_demo_pcpu *p, const struct xd_demo_vcpu *v,
                       int64_t ns);
/* Nobody may point to that domain's vCPUs any more. */
void xd_demo_waits_forget(struct xd_demo_host *h, const struct xd_demo_domain *d);
/* "spin1/0 80%, Domain-0/1 20%"; "": it waited for nobody. out[size]; returns out. */
char *xd_demo_waits_for(const struct xd_demo_host *h, const struct xd_demo_vcpu *v, char *out,
                        size_t size);

/* --- demand.c --- */
/* What vCPU `id` with that seed asks for at a time since its birth, in ppm of one pCPU. */
int64_t xd_demo_demand_ppm(const struct xd_demo_load *l, uint64_t seed, unsigned id, int64_t t_ns);
/* The mean over one period, for what happened before the host was opened. */
int64_t xd_demo_demand_mean_ppm(const struct xd_demo_load *l, uint64_t seed, unsigned id);

/* --- sched.c --- */
/* One step of len_ns that begins at h->t_ns: who runs where and for how long. */
void xd_demo_sched_step(struct xd_demo_host *h, int64_t len_ns);

/* --- power.c, tables_power.c --- */
extern const char *const xd_demo_governors[]; /* ends with NULL */
void xd_demo_power_make(struct xd_demo_host *h);
/* What the power clamp takes from that pCPU in a step of len_ns. */
int64_t xd_demo_power_held(const struct xd_demo_host *h, unsigned cpu, int64_t len_ns);
/* What it cost, after the scheduler's part of the step. */
void xd_demo_power_step(struct xd_demo_host *h, int64_t len_ns);
double xd_demo_power_watts(const struct xd_demo_host *h);
/* The governor of those pCPUs, or NULL: they have none in common. */
const char *xd_demo_pool_governor(const struct xd_demo_host *h, const struct xd_cpuset *cpus);
void xd_demo_put_pcpu_power(struct xd_rows *t, const struct xd_demo_host *h, unsigned i);
void xd_demo_fill_power(struct xd_demo_host *h, struct xd_builder *b, uint64_t want);
void xd_demo_fill_sensors(struct xd_demo_host *h, struct xd_builder *b, uint64_t want);
void xd_demo_fill_cstates(struct xd_demo_host *h, struct xd_builder *b, uint64_t want);
void xd_demo_fill_pstates(struct xd_demo_host *h, struct xd_builder *b, uint64_t want);

/* --- life.c --- */
bool xd_demo_domain_works(const struct xd_demo_domain *d); /* its vCPUs may run */
/* Makes d what its mould says, as if just created; keeps name and UUID. */
void xd_demo_domain_boot(struct xd_demo_host *h, struct xd_demo_domain *d, int64_t age_ns);
/* Memory, traffic and the stages of life for a step of len_ns, after the scheduler's part. */
void xd_demo_life_step(struct xd_demo_host *h, int64_t len_ns);
void xd_demo_domain_rename(struct xd_demo_domain *d, const char *name);
/* Its guest is asked to stop, or does so by itself. */
void xd_demo_domain_stop(struct xd_demo_domain *d, bool reboot);
void xd_demo_domain_crash(struct xd_demo_host *h, struct xd_demo_domain *d);
void xd_demo_domain_free(struct xd_demo_host *h, struct xd_demo_domain *d);
/* Takes out a domain at once. */
void xd_demo_domain_vanish(struct xd_demo_host *h, struct xd_demo_domain *d);
enum xd_domain_state xd_demo_domain_state(const struct xd_demo_domain *d);

/* --- limits.c: knobs and actions that this host has not; 0, or -ENOTSUP and why --- */
const char *xd_demo_power_limit(const struct xd_demo_host *h, int knob); /* XD_PKNOB_*; or NULL */
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

/* Somebody else sets a knob of that object, if it may be. */
void xd_demo_knob_force(struct xd_demo_host *h, const struct xd_object *o, int knob,
                        const struct xd_value *v);
int xd_demo_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
                 struct xd_value *out, struct xd_err *err);
int xd_demo_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                  const struct xd_value *v, struct xd_err *err);
int xd_demo_act(void *self, const struct xd_object *o, const struct xd_action *a,
                const struct xd_value *params, struct xd_progress *p, struct xd_err *err);
int xd_demo_settled(void *self, const struct xd_object *o, const struct xd_action *a,
                    struct xd_err *err);
/* The tables that env says are wanted. */
void xd_demo_fill(struct xd_demo_host *h, const struct xd_backend_env *env, struct xd_builder *b);
void xd_demo_fill_devices(struct xd_demo_host *h, const struct xd_backend_env *env,
                          struct xd_builder *b);
/* --- topology.c, topology_pci.c --- */
void xd_demo_fill_topology(struct xd_demo_host *h, const struct xd_backend_env *env,
                           struct xd_builder *b);
void xd_demo_topology_pci(const struct xd_demo_host *h, struct xd_topo *t);
/* --- cpuid.c --- */
/* A dry run of a CPU policy: as xl takes it, or "" for what the domain has whose file it is. */
int xd_demo_cpuid_try(struct xd_demo_host *h, const char *file, const char *asked,
                      struct xd_err *err);
int xd_demo_cpuid_preview(const char *asked, struct xd_buf *out, struct xd_err *err);
void xd_demo_fill_cpuid(struct xd_demo_host *h, const struct xd_backend_env *env,
                        struct xd_builder *b);
/* As firmware tells it: 10 is home. */
unsigned xd_demo_distance(const struct xd_demo_scenario *s, unsigned from, unsigned to);
/* Requests that had to wait for a free slot: one in so many. */
#define XD_DEMO_DISK_OO(disk) ((((disk)->rd + (disk)->wr) >> (disk)->shift) / 5000)
/* When what is shown was so. */
static inline int64_t xd_demo_at(const struct xd_demo_host *h)
{
    return h->opened_ns + h->t_ns;
}

#endif
