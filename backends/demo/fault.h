/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that can be ordered: by a scenario's `faults:` for a moment, and at run time by the verb
 * "fault …". Both say the same things, so both are read into the same struct. */
#ifndef XD_DEMO_FAULT_H
#define XD_DEMO_FAULT_H

#include "base/arena.h"
#include "base/cpuset.h"
#include "base/err.h"
#include "model/xenknobs.h"

#define XD_DEMO_OBJECT_MAX 160

enum xd_demo_fault_kind {
    XD_DEMO_SLOW,   /* the next `times` collects take for_ns of real time each */
    XD_DEMO_DEAD,   /* collecting fails for for_ns */
    XD_DEMO_CHANGE, /* a knob is changed by somebody else */
    XD_DEMO_IGNORE, /* the next `times` writes are accepted and not done */
    XD_DEMO_VANISH, /* a domain is gone, as if its guest had ended */
    XD_DEMO_FAULT_KINDS,
};

enum xd_demo_when {
    XD_DEMO_NOW,
    XD_DEMO_EDIT,  /* right before the next edit of that knob (of that domain) begins */
    XD_DEMO_AFTER, /* right after the next write to that knob */
};

struct xd_demo_fault {
    int kind;                        /* enum xd_demo_fault_kind */
    uint64_t at_ns;                  /* of simulated time */
    bool armed;                      /* its time has come; it waits for its occasion */
    uint64_t for_ns;                 /* SLOW, DEAD */
    uint64_t times;                  /* SLOW, IGNORE: how often it still happens */
    int when;                        /* CHANGE, VANISH: enum xd_demo_when */
    char domain[XD_DEMO_OBJECT_MAX]; /* by name; IGNORE: "" is any */
    int vcpu;                        /* CHANGE of a vCPU's knob; else -1 */
    int knob;                        /* CHANGE: index into xd_xen_knobs */
    uint64_t number;                 /* CHANGE: the value, a number, word or truth, … */
    struct xd_cpuset set;            /* … or where it is a set … */
    char text[XD_DEMO_OBJECT_MAX];   /* … or text */
};

/* "slow 10s", "dead 5s", "change web1 sched.cap=60 edit", … as README.md lists them. n_cpus: how
 * far CPU numbers go. -EINVAL with a sentence that says what was wanted. */
int xd_demo_fault_parse(const char *text, unsigned n_cpus, struct xd_arena *a,
                        struct xd_demo_fault *out, struct xd_err *err);
/* Reads CHANGE's value, text, for out->knob. */
int xd_demo_fault_value(struct xd_demo_fault *f, const char *text, unsigned n_cpus,
                        struct xd_arena *a, struct xd_err *err);
/* Reads the object: "web1", "domain/web1", "web1/3", "vcpu/web1/3", by the table of out->knob
 * (a domain where out->kind isn't CHANGE). */
int xd_demo_fault_object(struct xd_demo_fault *f, const char *text, struct xd_err *err);
/* The value, pointing into f. */
struct xd_value xd_demo_fault_wish(const struct xd_demo_fault *f);
/* The index into xd_xen_knobs, or -ENOENT with the nearest name. Of domains and vCPUs only. */
int xd_demo_fault_knob(const char *name, struct xd_err *err);
/* For the log: "slow: the next 2 collects take 10s each". */
char *xd_demo_fault_describe(const struct xd_demo_fault *f, struct xd_arena *a);

extern const char *const xd_demo_fault_kinds[]; /* "slow" "dead" …, NULL-terminated */
extern const char *const xd_demo_fault_whens[]; /* "now" "edit" "after", NULL-terminated */

#endif
