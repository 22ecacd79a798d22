/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Why is this guest slow?", as far as its CPUs tell: one plain sentence from the figures of a
 * domain's vCPUs, naming the cause that costs it most and what would help. Facts in, words out. */
#ifndef XD_XEN_WHY_H
#define XD_XEN_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shares of the time in percent, NAN where unknown. */
struct xd_why_vcpu {
    unsigned id;
    bool online;
    int pcpu; /* where it runs, or ran last; -1: unknown */
    double run, ready, idle;
    uint64_t wake_ns, wake_max_ns; /* 0: unknown, or it did not wake */
    const char *waits_for;         /* "spin1/0 80%, Domain-0/1 20%"; NULL or "": nobody */
    const char *may; /* pCPUs that it may use, as text; NULL: unknown, or all of its pool's */
    unsigned n_may;  /* how many of its pool's; 0: unknown */
};

enum xd_why_life { XD_WHY_LIVES, XD_WHY_PAUSED, XD_WHY_ENDED };

struct xd_why_domain {
    const char *name;
    enum xd_why_life life;
    const char *state;   /* as a word: "shutdown" */
    uint64_t cap;        /* percent of one pCPU; 0: none, or unknown */
    const char *pool;    /* NULL: unknown */
    unsigned pool_cpus;  /* 0: unknown */
    double pool_busy;    /* percent of all of them */
    const char *unknown; /* why its ready time is not known; NULL: nobody said */
    const struct xd_why_vcpu *vcpus;
    size_t n;
};

enum xd_why_cause {
    XD_WHY_UNKNOWN, /* not enough is known */
    XD_WHY_STOPPED, /* it does not run at all */
    XD_WHY_CAP,     /* held back by its cap */
    XD_WHY_HELD,    /* held back, and it has no cap */
    XD_WHY_SELF,    /* its own vCPUs are in each other's way */
    XD_WHY_PINNED,  /* others have the few pCPUs that it may use */
    XD_WHY_FULL,    /* its whole pool is busy */
    XD_WHY_UNLUCKY, /* it waits though its pool has room */
    XD_WHY_LATE,    /* its wake-ups take long */
    XD_WHY_BUSY,    /* it gets all it wants, and that is all its vCPUs can do */
    XD_WHY_FINE,    /* its CPUs are not what it waits for */
};

struct xd_why {
    enum xd_why_cause cause;
    double run, ready, held, idle; /* of its online vCPUs together, in percent of their time */
    char text[480];
};

void xd_why_explain(const struct xd_why_domain *d, struct xd_why *out);

/* Time in which the vCPU was neither running, nor ready, nor idle: its cap, or a pause, held it
 * back. NAN where one of them is unknown. Small rests are rounding, and 0. */
double xd_why_held(const struct xd_why_vcpu *v);

/* True where somebody should look into it. */
bool xd_why_is_trouble(enum xd_why_cause cause);

#endif
