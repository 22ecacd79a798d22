/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would have happened: recorded load under a policy. The engine is the one that rules a host,
 * and it sees the same kind of snapshots; only the host is played. What a domain used in a step of
 * the recording it wants in the simulation; a cap gives it less, and what it doesn't get is gone (a
 * recording can't tell what the guest would have done later). Caps are played; of the other knobs
 * it is told when they would move, and no more. Not played, and told of by xd_sim_unplayed: RTDS
 * budgets, conditions over tables that the load hasn't got, and cap loops (what a sensor would have
 * said then, no recording tells). */
#ifndef XD_POLICIES_SIM_H
#define XD_POLICIES_SIM_H

#include "policies/engine.h"
#include "policies/trace.h"

#define XD_SIM_BINS 128

struct xd_sim;

/* One domain's fate. Times in ns. */
struct xd_sim_domain {
    const char *uuid, *name;
    int64_t wanted_ns, used_ns, denied_ns; /* CPU time */
    int64_t limited_ns;                    /* time in which the policy gave it a cap */
    int64_t throttled_ns;                  /* … which it felt */
    int64_t longest_ns;                    /* the longest stretch of that */
    uint64_t moves;                        /* of its knobs */
    int rule;                              /* the budget that the graph is of; -1: none */
    struct xd_sim_bin {
        int16_t permille; /* of the budget that was left at least; -1: not known */
        /* Samples; those in which it was used up, and in which a cap was in force. */
        uint32_t n, spent, limited;
    } bins[XD_SIM_BINS];
};

typedef void xd_sim_act_fn(void *arg, int64_t wall_ns, const struct xd_engine_act *act);

struct xd_sim *xd_sim_new(const struct xd_policy *p); /* which must live as long */
void xd_sim_free(struct xd_sim *s);                   /* NULL allowed */
void xd_sim_on_act(struct xd_sim *s, xd_sim_act_fn *fn, void *arg);
/* The next sample of the recording; further tables that conditions look at are lent from `beside`
 * (n may be 0). */
int xd_sim_step(struct xd_sim *s, const struct xd_trace_sample *sample,
                struct xd_snapshot *const *beside, size_t n, struct xd_err *err);
/* A captured one. -ENODATA: it has no domains. */
int xd_sim_step_snapshot(struct xd_sim *s, struct xd_snapshot *recorded,
                         struct xd_snapshot *const *beside, size_t n, struct xd_err *err);
/* The recording begins again, one step after its end. */
void xd_sim_again(struct xd_sim *s);

const struct xd_engine *xd_sim_engine(const struct xd_sim *s);
int64_t xd_sim_length(const struct xd_sim *s); /* of simulated time */
uint64_t xd_sim_steps(const struct xd_sim *s);
int64_t xd_sim_began(const struct xd_sim *s); /* wall ns */
size_t xd_sim_domains(const struct xd_sim *s);
const struct xd_sim_domain *xd_sim_domain(const struct xd_sim *s, size_t i); /* as they appeared */
/* How many of the bins are in use, and how long each is. */
size_t xd_sim_bins(const struct xd_sim *s, int64_t *length_ns);
/* What could not be played so far, a line each: rules whose condition no sample told of, knobs that
 * it didn't tell of or that aren't played (RTDS), cap loops. Adds nothing: all was. */
void xd_sim_unplayed(const struct xd_sim *s, struct xd_buf *out);

#endif
