/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and heat of a real Xen host. Files: module.c opens and closes, xen.c asks the hypervisor,
 * msr.c the processor's registers through it, collect.c makes a sample, knobs.c edits, limits.c
 * says what there is not. Sensors of dom0's own are in backends/shared/sensing.c. */
#ifndef XD_PW_HOST_H
#define XD_PW_HOST_H

#include <xenctrl.h>
#include <xenhypfs.h>

#include "backend_shared/power.h"
#include "backend_shared/sensing.h"
#include "backend_shared/xen.h"
#include "kernel/rapl.h"
#include "model/backend.h"
#include "model/powerknobs.h"
#include "model/tables.h"
#include "model/tables_power.h"
#include "xen/clampstat.h"

#define XD_PW_SOCKETS_MAX 256 /* as many as pCPUs of an x86 Xen */

enum xd_pw_vendor { XD_PW_OTHER, XD_PW_INTEL, XD_PW_AMD };

struct xd_pw {
    const struct xd_backend_env *env;
    struct xd_xen_logger logger;
    xc_interface *xc;
    xenhypfs_handle *hypfs; /* NULL: this Xen has none */
    unsigned n_cpus;        /* the highest number of a pCPU that may be, and one */
    enum xd_pw_vendor vendor;
    struct xd_sensing sensing;
    struct xd_pw_cpu { /* by number */
        bool online;
        unsigned socket;
        uint64_t idle_ns;     /* by Xen; only grows */
        uint64_t natural_ns;  /* what was told last: it only grows as well */
        uint64_t awake_ns;    /* the same of C0, which Xen computes from all others */
        uint64_t injected_ns; /* by the clamp, when it was asked last */
    } * cpu;
    unsigned n_sockets, first_cpu[XD_PW_SOCKETS_MAX]; /* of each socket, one that is online */
    bool had_socket[XD_PW_SOCKETS_MAX];               /* a pCPU of it was online at some look */
    int64_t idle_at_ns;                               /* when idle times were taken */
    struct xd_pw_driver { /* of frequencies: it doesn't change from second to second */
        int64_t asked_ns; /* 0: never */
        bool there;
        char name[32], governors[512]; /* names separated by blanks */
        bool has_turbo;
    } driver;
    /* As much room as Xen needed last for an answer about frequencies: else it says so first. */
    uint32_t cpu_num, freq_num, gov_num;
    struct xd_pw_asked *asked; /* of each pCPU, during one sample; NULL: there is none under way */
    int64_t no_msr_ns;         /* Xen gave no registers then; 0: not tried, or it does */
    char no_msr[160];
    struct xd_energy energy[XD_PW_SOCKETS_MAX];
    struct xd_power_limits limits;
    char freq_reason[200], cstate_reason[160], limit_reason[200], clamp_reason[160];
};

/* --- xen.c --- */
/* Which pCPUs are online, where, and how long they were idle: p->cpu, p->n_sockets, p->first_cpu,
 * as of p->idle_at_ns. -errno with a sentence. */
int xd_pw_cpus(struct xd_pw *p, struct xd_err *err);

/* What Xen says of a pCPU's frequency; names live in the arena. */
struct xd_pw_freq {
    const char *driver, *governor, *governors; /* governors: separated by blanks */
    uint32_t min_khz, max_khz;                 /* of the governor */
    uint32_t least_khz, most_khz;              /* of the hardware */
    bool has_turbo, turbo;
};
/* 0 or -errno: ENODEV and the like where there is no driver. While p->asked is there each pCPU is
 * asked once, and the arena has to be the sample's. */
struct xd_pw_asked {
    bool is;
    int rc;
    struct xd_pw_freq told;
};
int xd_pw_freq(struct xd_pw *p, unsigned cpu, struct xd_arena *a, struct xd_pw_freq *out);
/* Whether Xen has a driver of frequencies, as p->driver or p->freq_reason tells then: asked of it
 * every ten seconds at most. */
bool xd_pw_has_freq(struct xd_pw *p);

/* The clamp as Xen tells it. -ENOTSUP without a sentence: this one has none (xd_pw_limit says why);
 * another -errno with a sentence: it can't be read, or what was read makes no sense. */
int xd_pw_clamp(struct xd_pw *p, struct xd_arena *a, struct xd_clamp_stat *out, struct xd_err *err);
/* Its parameter as text, to be freed; NULL: there is none. */
char *xd_pw_param(struct xd_pw *p, const char *name);
/* The value of powerclamp-cpus, "all" or a list. -errno. */
int xd_pw_parse_clamped(const struct xd_pw *p, const char *text, struct xd_cpuset *out);

/* -ESRCH: there is no such pool. */
int xd_pw_pool_cpus(struct xd_pw *p, uint32_t pool, struct xd_cpuset *out);
/* The governor that all these pCPUs have; in the arena, NULL: none. */
const char *xd_pw_common_governor(struct xd_pw *p, const struct xd_cpuset *cpus,
                                  struct xd_arena *a);

/* enum xd_max_cstate, or -errno. */
int xd_pw_max_cstate(struct xd_pw *p);

/* --- msr.c: 0 or -errno --- */
int xd_pw_msr_read(struct xd_pw *p, unsigned cpu, uint32_t msr, uint64_t *out);
int xd_pw_msr_write(struct xd_pw *p, unsigned cpu, uint32_t msr, uint64_t value);
/* Adds packages' energy and limits, and heat if that is among the kinds, where Xen lets us see
 * them; else the reason is in p->no_msr, and nothing is asked for a minute. After xd_pw_cpus. */
void xd_pw_msr_sensors(struct xd_pw *p, unsigned kinds, int64_t now_ns, struct xd_readings *l);

/* --- collect.c, knobs.c, limits.c --- */
int xd_pw_collect(void *self, struct xd_builder *b, struct xd_err *err);
int xd_pw_read(void *self, const struct xd_object *o, const struct xd_knob *k, struct xd_arena *a,
               struct xd_value *out, struct xd_err *err);
int xd_pw_write(void *self, const struct xd_object *o, const struct xd_knob *k,
                const struct xd_value *v, struct xd_err *err);
/* Why this host hasn't got that knob; NULL: it has. self: a struct xd_pw. An xd_power_why. */
const char *xd_pw_limit(void *self, int knob);
void xd_pw_doctor(void *self, struct xd_builder *b);

#endif
