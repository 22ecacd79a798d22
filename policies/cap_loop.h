/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cap loop: from what a sensor says to how much is taken away. Pure numbers, no clock, no host:
 * a step is (state, what is known now) -> state. cap_engine.c gives it its inputs and carries out
 * its shares.
 *
 * What is taken away is counted in points: a percent of what a kind of thing can do (of pCPUs'
 * frequency, of the CPU time that capped domains may have, of the pCPUs, of all time). The effort
 * is one number of points. It fills the actuators one after the other, each up to its most.
 *
 * A PI controller in its incremental form: the effort itself is the integral. So it can't wind up:
 * it is kept between 0 and what the actuators can take, moves no faster than the rate, and isn't
 * raised while they haven't followed. While the value is in the band [limit x (1 - within), limit]
 * nothing moves; from outside of it, it is brought back to the middle.
 *
 * Its gains follow from the lag alone (how long it takes until a change is seen by the sensor), and
 * are right for hosts where 100 points change the value by 0.3 to 3 times the limit, with a
 * first-order lag of 0.2 to 1.5 times that, and a dead time of at most 0.3 times it
 * (tests/unit/test_cap_loop.c plays such hosts). */
#ifndef XD_POLICIES_CAP_LOOP_H
#define XD_POLICIES_CAP_LOOP_H

#include "policies/policy.h"

enum xd_cap_state {
    XD_CAP_OFF,      /* not its time: nothing is taken */
    XD_CAP_COOL,     /* below the limit, and nothing is taken */
    XD_CAP_TIGHTENS, /* above the band: more is taken */
    XD_CAP_HOLDS,    /* in the band, or below it not long enough yet */
    XD_CAP_LOOSENS,  /* below the band: less is taken */
    XD_CAP_FULL,     /* above the band, and no more can be taken */
    XD_CAP_COASTS,   /* the sensor says nothing: the effort stays */
    XD_CAP_SAFE,     /* … for too long: the effort is at least the safe one */
    XD_CAP_LET_GO,   /* paused, and given back */
    XD_CAP_PAUSED,   /* paused, and left as it is */
};
extern const char *const xd_cap_state_names[];

struct xd_cap_loop {
    bool begun, value_known;
    enum xd_cap_state state;
    double value, smooth; /* watts or degrees: as the sensor said it last, and without its noise */
    double effort;        /* points */
    double error;         /* of the last step, from the middle of the band; part of the limit */
    bool error_known;
    bool aims;      /* it was outside of the band, and isn't back in its middle yet */
    int64_t at;     /* of the last step, the engine's time */
    int64_t seen_t; /* of the last reading, or when the loop began */
    int64_t cool_t; /* since when it is below the band; -1: it isn't */
};

struct xd_cap_input {
    int64_t t;    /* the engine's time, ns */
    bool known;   /* the sensor says something, */
    double value; /* namely this */
    int64_t age;  /* … and read it so long ago, ns */
    double most;  /* points that the actuators take at most */
    double can;   /* … those that are stuck as far as they do: it isn't raised above that */
    double least; /* it isn't lowered below that: a step is held */
    bool again;   /* … as before: it is the same reading */
    bool behind;  /* they aren't yet where they were told to be */
};

/* One step. Never raises nor lowers the effort by more than rate x time, but where less can be
 * taken than was; never below 0 or above `most`. The first step changes nothing. */
void xd_cap_loop_step(struct xd_cap_loop *l, const struct xd_policy_keep *k,
                      const struct xd_cap_input *in);
/* The limit is not in force (OFF), or all is given back at once (LET_GO): it begins anew. */
void xd_cap_loop_rest(struct xd_cap_loop *l, enum xd_cap_state why, int64_t t);
/* Its policy is paused: the effort stays, and the time that passes doesn't count. */
void xd_cap_loop_pause(struct xd_cap_loop *l, int64_t t);
/* When a loop whose sensor is silent goes to the safe effort. */
int64_t xd_cap_loop_safe_at(const struct xd_cap_loop *l, const struct xd_policy_keep *k);

/* --- the effort over the actuators --- */

#define XD_CAP_LEVELS 32

struct xd_cap_share {
    double most; /* points that it can take; 0: the host hasn't got it */
    double step; /* it moves in such steps (whole pCPUs); 0: as finely as you like, or by levels */
    /* It can take these and nothing between them (P-states): points, upwards, without 0. */
    double levels[XD_CAP_LEVELS];
    size_t n_levels;
    bool stuck;  /* it doesn't do as it is told: what it does counts, and the next one takes over */
    double does; /* points */
    double share; /* in: the last one. out: what it is to take now */
    /* What a step does to the value isn't what as many points of another actuator do. So it is
     * measured, and one is given back only where the value would stay below the limit without it.
     */
    struct {
        bool running, known;
        int64_t t;   /* when one was taken last */
        double from; /* the value before the first of n that came one after the other */
        unsigned n;
        double drop; /* by how much it fell for each */
    } step_test;
    bool held; /* its step isn't to be given back now */
};

/* Whether each that moves in steps may give one back now, by what the last one did; after a step of
 * the loop, before its effort is split. */
void xd_cap_hold_steps(struct xd_cap_share *s, size_t n, const struct xd_cap_loop *l,
                       const struct xd_policy_keep *k);
/* Ranked: each takes what those before it couldn't. Whole steps are kept until half a step too many
 * is taken, and while they are held; what is left of one goes to the next. A share moves by at most
 * `most_move` (but for whole steps). */
void xd_cap_split(struct xd_cap_share *s, size_t n, const struct xd_cap_loop *l, double most_move);
/* What they take together at most, and what they can, those that are stuck as far as they do. */
double xd_cap_most(const struct xd_cap_share *s, size_t n);
double xd_cap_can(const struct xd_cap_share *s, size_t n);
/* What is taken by those that are held and all before them, or, while a step is being tested, by
 * all: the effort isn't lowered below that. */
double xd_cap_least(const struct xd_cap_share *s, size_t n);

#endif
